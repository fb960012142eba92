"""Which parts of a mail are documents, and what they are called."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterator
from email.message import Message as Part
from email.utils import collapse_rfc2231_value

from triage.domain import Document
from triage.intake.headers import BROKEN, children, payload, readable

_TINY_IMAGE = 5_000
"""Bytes. A smaller image is a logo or a counting pixel."""
_SMALL_IMAGE = 40_000
"""Bytes. An image shown inside the text is a photo from this size on, a logo below."""
_IGNORED = frozenset(
    {
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
        "application/pgp-encrypted",
        "message/delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
        "text/x-moz-deleted",
    }
)
_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched"})
_VAGUE_TYPES = frozenset(
    ("application/octet-stream", "application/x-download", "application/force-download", "text/plain")
)
_MOST_DOCUMENTS = 200
_SUFFIXES = {"application/pdf": ".pdf", "text/plain": ".txt", "image/jpeg": ".jpg", "application/xml": ".xml"}


def file_name(part: Part) -> str:
    """The name that a part gives its file, without any folder, empty where it gives none."""
    for header, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        try:
            value = part.get_param(parameter, header=header)
            text = collapse_rfc2231_value(value) if value else ""
        except BROKEN:
            text = ""
        name = re.split(r"[/\\]", readable(text))[-1].strip(" .")
        if name:
            return name[:200]
    return ""


def is_attachment(part: Part) -> bool:
    """Whether a text part is a file rather than text of the mail."""
    return _disposition(part) == "attachment" or (
        part.get_content_type() != "message/delivery-status" and bool(file_name(part))
    )


def _disposition(part: Part) -> str:
    try:
        return (part.get_content_disposition() or "").lower()
    except BROKEN:
        return ""


def documents_of(mail: Part, message: str) -> tuple[tuple[Document, ...], list[str]]:
    """Documents of one mail (not of mails inside it) in their order, and warnings about files that hold nothing.

    `message` is the mail's id. Images count when they are attached or large enough to be a photo.
    """
    documents: list[Document] = []
    warnings: list[str] = []
    html = _html(mail)
    for part in _leaves(mail, 0):
        if len(documents) == _MOST_DOCUMENTS:
            warnings.append(f"only the first {_MOST_DOCUMENTS} attached files were read")
            break
        kind = part.get_content_type()
        if kind in _IGNORED or (kind in _BODY_TYPES and not is_attachment(part)):
            continue
        content = payload(part)
        name = file_name(part) or _made_up(part, kind, len(documents) + 1)
        if kind.startswith("image/") and not _is_picture(part, content, html):
            continue
        if not content.strip():
            warnings.append(f"the attached file {name!r} is empty or broken")
            continue
        documents.append(
            Document(name=name, media_type=_media_type(kind, name, content), content=content, message=message)
        )
    return tuple(documents), warnings


def _leaves(part: Part, depth: int) -> Iterator[Part]:
    if part.get_content_type() in {"message/rfc822", "message/global", "message/delivery-status"} or depth > 20:
        return
    if not part.is_multipart():
        yield part
    for child in children(part):
        yield from _leaves(child, depth + 1)


def _html(mail: Part) -> str:
    return "".join(
        payload(part).decode("latin-1") for part in _leaves(mail, 0) if part.get_content_type() == "text/html"
    )


def _is_picture(part: Part, content: bytes, html: str) -> bool:
    if len(content) < _TINY_IMAGE:
        return False
    identity = str(part.get("Content-ID") or "").strip(" <>")
    shown = bool(identity) and f"cid:{identity}" in html
    logo = re.fullmatch(r"(?:image\d{3}|outlook-.*|logo.*)\.\w+", file_name(part), re.IGNORECASE) is not None
    if shown or logo:
        return len(content) >= _SMALL_IMAGE
    return _disposition(part) == "attachment" or bool(file_name(part))


def _media_type(declared: str, name: str, content: bytes) -> str:
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return "application/pdf"
    if declared not in {
        "application/octet-stream",
        "application/x-download",
        "application/force-download",
        "text/plain",
    }:
        return declared
    return mimetypes.guess_type(name)[0] or declared


def _made_up(part: Part, kind: str, number: int) -> str:
    return f"attachment-{number}{_SUFFIXES.get(kind) or mimetypes.guess_extension(kind) or '.bin'}"
