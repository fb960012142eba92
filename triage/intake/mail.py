"""An e-mail file as a Message with its documents: MIME in whatever state senders leave it.

`parse_mail` gives everything that threading needs; `read_mail` only message and documents. Nothing in a mail's content
raises: what is broken is read as well as it can be and named in `Message.warnings`. Only a file that is no mail at
all is an `InputError`.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Part
from email.utils import parsedate_to_datetime

from triage.domain import Document, Limits, Message, MessageKind
from triage.errors import InputError
from triage.intake.attachments import documents_of
from triage.intake.automatic import kind_of
from triage.intake.forward import forwarded_in, is_cover_note
from triage.intake.headers import BROKEN, addresses, children, header
from triage.intake.parts import DEPTH, Content, collect
from triage.intake.split import split
from triage.intake.text import shortened

_MAIL_HEADERS = frozenset(
    (
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "delivered-to",
        "sender",
        "reply-to",
    )
)
_IDS = re.compile(r"<[^<>\s]{1,300}>")


@dataclass(frozen=True)
class Mail:
    """One mail file with what its thread is found by."""

    message: Message
    documents: tuple[Document, ...]
    digest: str
    """SHA-256 (hex) of the file."""
    references: tuple[str, ...] = ()
    """Message-IDs that `In-Reply-To` and `References` name."""
    participants: frozenset[str] = frozenset()
    """Addresses of author and recipients, in lower case."""
    forwarded: tuple[Mail, ...] = ()
    """Mails that came inside this one, each as a mail of its own."""


def read_mail(data: bytes, name: str, limits: Limits | None = None) -> tuple[Message, tuple[Document, ...]]:
    """A mail file (RFC 5322, `.eml`) as message and documents; `name` is the file's name.

    The documents of mails attached to it come with it; their texts stand in `Message.quoted`. The author's role is left
    unknown: the book of records knows it. Raises `InputError` for a file that is empty, too large or no mail.
    """
    mail = parse_mail(data, name, limits)
    if not mail.forwarded:
        return mail.message, mail.documents
    inside = list(_all_inside(mail))
    texts = [mail.message.quoted, *(f"{m.message.subject}\n\n{m.message.body}" for m in inside)]
    documents = mail.documents + tuple(document for m in inside for document in m.documents)
    return mail.message.with_(quoted="\n\n".join(text for text in texts if text.strip())), documents


def _all_inside(mail: Mail) -> Iterator[Mail]:
    for inner in mail.forwarded:
        yield inner
        yield from _all_inside(inner)


def parse_mail(data: bytes, name: str, limits: Limits | None = None) -> Mail:
    """A mail file with references, participants and the mails inside it. Raises as `read_mail` does."""
    limits = limits or Limits()
    _refuse(data, name, limits)
    try:
        parsed = message_from_bytes(data)
    except BROKEN as error:
        raise InputError(
            name, "the mail's structure cannot be read.", "Save it again from the mail program."
        ) from error
    known = {key.lower() for key in parsed.keys()}  # noqa: SIM118
    if not known & _MAIL_HEADERS:
        remedy = "Save the mail as .eml from the mail program; plain text goes into a .txt file."
        raise InputError(name, "is no e-mail: it has none of the headers From, To, Subject, Date.", remedy)
    return _mail(parsed, hashlib.sha256(data).hexdigest(), limits, 0)


def _refuse(data: bytes, name: str, limits: Limits) -> None:
    if not data.strip():
        raise InputError(name, "the file is empty.", "Save the mail again or leave it out.")
    if len(data) > limits.max_file_bytes:
        remedy = "Save it without its largest attachments or raise limits.max_file_bytes in the policy."
        raise InputError(name, f"is larger than {limits.max_file_bytes:,} bytes.", remedy)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(name, "is an Outlook .msg file, not an .eml.", "Save the mail as .eml.")


def _mail(part: Part, digest: str, limits: Limits, depth: int) -> Mail:
    warnings: list[str] = []
    content = Content()
    collect(part, content, depth)
    senders = addresses(part, "From") or addresses(part, "Sender")
    author, address = senders[0] if senders else ("", "")
    kind = kind_of(lambda name: header(part, name), _types(part), address)
    identity = _first_id(header(part, "Message-ID")) or f"<{digest[:32]}@no-message-id>"
    documents, named = documents_of(part, identity)
    text, cut = shortened("\n\n".join(content.texts), limits.max_message_chars)
    parts = split(text)
    sent_at = _sent_at(part, warnings)
    forwarded, below = _inside(content.inner, kind, limits, depth)
    if len(content.inner) > DEPTH:
        warnings.append(f"only the first {DEPTH} attached mails were read")
    if kind is MessageKind.MESSAGE and not forwarded:
        forwarded = _inline(identity, sent_at, header(part, "Subject"), text)
    references = tuple(dict.fromkeys(_IDS.findall(f"{header(part, 'References')} {header(part, 'In-Reply-To')}")))
    message = Message(
        id=identity,
        kind=MessageKind.NOTE if kind is MessageKind.MESSAGE and forwarded and is_cover_note(parts) else kind,
        sent_at=sent_at,
        author=author or None,
        email=address or None,
        subject=header(part, "Subject"),
        body=parts.body,
        quoted="\n\n".join(text for text in (parts.quoted, *below, *content.hidden) if text),
        signature=parts.signature,
        reply_to=_first_id(header(part, "In-Reply-To")) or (references[-1] if references else None),
        warnings=tuple(dict.fromkeys([*warnings, *content.warnings, *named, *cut, *parts.warnings])),
    )
    people = frozenset(a for _, a in addresses(part, "From", "To"))
    return Mail(message, documents, digest, references, people, forwarded)


def _first_id(text: str) -> str | None:
    found = _IDS.search(text)
    return found[0] if found else None


def _types(part: Part) -> frozenset[str]:
    found = {part.get_content_type()}
    if found == {"multipart/report"}:
        found |= {child.get_content_type() for child in children(part)}
        with contextlib.suppress(*BROKEN):
            found.add(f"report-type={str(part.get_param('report-type') or '').lower()}")
    return frozenset(found)


def _inside(inner: list[Part], kind: MessageKind, limits: Limits, depth: int) -> tuple[tuple[Mail, ...], list[str]]:
    """Attached mails as mails of their own; what a bounce returns is only quoted."""
    mails: list[Mail] = []
    for part in inner[:DEPTH]:
        mails.append(_mail(part, hashlib.sha256(_as_bytes(part)).hexdigest(), limits, depth + 1))
    if kind is not MessageKind.BOUNCE:
        return tuple(mails), []
    return (), [f"{mail.message.subject}\n\n{mail.message.body}".strip() for mail in mails]


def _as_bytes(part: Part) -> bytes:
    try:
        return part.as_bytes()
    except BROKEN:
        return repr(part.raw_items()).encode("utf-8", "replace")


def _inline(identity: str, sent_at: datetime | None, subject: str, text: str) -> tuple[Mail, ...]:
    """A mail that was forwarded as text. Its author is what the text says, so it opens no records."""
    found = forwarded_in(text, subject)
    if found is None:
        return ()
    parts = split(found.text)
    message = Message(
        id=f"{identity}#forwarded",
        sent_at=sent_at,
        author=found.author,
        email=found.email,
        subject=found.subject,
        body=parts.body,
        quoted=parts.quoted,
        signature=parts.signature,
        warnings=parts.warnings,
    )
    return (Mail(message, (), hashlib.sha256(text.encode()).hexdigest()),)


def _sent_at(part: Part, warnings: list[str]) -> datetime | None:
    text = header(part, "Date")
    if not text:
        return None
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment.astimezone(UTC)
    except (*BROKEN, OverflowError):
        warnings.append(f"the date {text[:60]!r} cannot be read")
        return None
    return moment
