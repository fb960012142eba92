"""The text of a mail out of its MIME parts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message as Part

from triage.intake.attachments import is_attachment
from triage.intake.headers import BROKEN, MOST_PARTS, children, mend, payload
from triage.intake.html import html_text
from triage.intake.text import decode, shortened

_TEXT_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "message/delivery-status"})
_STUB = re.compile(r"html", re.IGNORECASE)
_MOST_HTML = 1_000_000
"""Characters of an HTML body that are read."""
DEPTH = 20
"""Deeper nesting of parts is not looked into."""


@dataclass
class Content:
    """What a walk over the parts found."""

    texts: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    inner: list[Part] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def collect(part: Part, content: Content, depth: int) -> None:
    """Walk the parts in order: texts that a reader sees, and mails inside the mail."""
    mend(part)
    kind = part.get_content_type()
    if len(children(part)) == MOST_PARTS:
        content.warnings.append(f"of very many parts only {MOST_PARTS} were read")
    if depth > DEPTH:
        content.warnings.append("the mail is nested too deeply; its innermost parts were not read")
    elif kind in {"message/rfc822", "message/global"}:
        content.inner += children(part)
    elif kind == "multipart/alternative" and children(part):
        _collect_alternative(part, content, depth)
    elif children(part):
        for child in children(part):
            collect(child, content, depth + 1)
    elif kind.startswith("multipart/") or (kind in _TEXT_TYPES and not is_attachment(part)):
        _read_text(part, content)


def _collect_alternative(part: Part, content: Content, depth: int) -> None:
    """Of versions of the same text, the plain one, unless it is empty or only says that there is an HTML one."""
    versions: list[Content] = []
    for child in children(part):
        version = Content()
        collect(child, version, depth + 1)
        if any(text.strip() for text in version.texts):
            versions.append(version)
        content.inner += version.inner
        content.warnings += version.warnings
        content.hidden += version.hidden
    if not versions:
        return
    plain = versions[0]
    longest = max(versions, key=_size)
    is_stub = _size(plain) < 200 and _size(longest) > 3 * _size(plain) and _STUB.search("\n".join(plain.texts))
    content.texts += longest.texts if is_stub else plain.texts


def _size(content: Content) -> int:
    return sum(len(text) for text in content.texts)


def _read_text(part: Part, content: Content) -> None:
    try:
        charset = part.get_param("charset")
        flowed = str(part.get_param("format") or "").lower() == "flowed"
        joins = str(part.get_param("delsp") or "").lower() == "yes"
    except BROKEN:
        charset, flowed, joins = None, False, False
    declared = charset if isinstance(charset, str) else None
    text, warnings = decode(payload(part), declared)
    content.warnings += [f"text part: {warning}" for warning in warnings]
    if part.get_content_type() == "text/html":
        text, cut = shortened(text, _MOST_HTML)
        read = html_text(text)
        text = read.text
        content.hidden += [read.hidden] if read.hidden else []
        content.warnings += [*cut, *read.warnings]
    elif flowed:
        text = unflowed(text, joins)
    if text.strip():
        content.texts.append(text.strip("\n"))


def unflowed(text: str, delete_space: bool = False) -> str:
    """`format=flowed` text with its soft line breaks undone (RFC 3676)."""
    out: list[str] = []
    depth_before, open_line = -1, False
    for raw in text.split("\n"):
        bare = raw.lstrip(">")
        depth = len(raw) - len(bare)
        line = bare.removeprefix(" ")
        soft = line.endswith(" ") and line != "-- "
        kept = line[:-1] if soft and delete_space else line
        if open_line and depth == depth_before and line != "-- ":
            out[-1] += kept
        else:
            out.append(f"{'>' * depth} {kept}" if depth else kept)
        depth_before, open_line = depth, soft
    return "\n".join(line.rstrip() for line in out)
