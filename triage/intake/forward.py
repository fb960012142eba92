"""Mails that were forwarded as text inside another mail."""

from __future__ import annotations

import re
from dataclasses import dataclass

from triage.intake import marks
from triage.intake.split import Parts

_PREFIX = re.compile(r"^\s*(?:(?:re|aw|antw)\s?:\s*)*(?:fwd?|wg|tr|rv|enc|doorst|i)\s?:", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_COVER_WORDS = 4


@dataclass(frozen=True)
class Forwarded:
    """What a header block inside a text says of the mail below it."""

    author: str | None
    email: str | None
    subject: str
    text: str


def is_cover_note(parts: Parts) -> bool:
    """Whether somebody who forwards a mail adds next to nothing (`FYI`), or nothing at all."""
    return len(parts.body.split()) <= _COVER_WORDS or bool(parts.warnings)


def forwarded_in(text: str, subject: str) -> Forwarded | None:
    """The mail that a text forwards, or none where it forwards none or not in a readable form.

    A reply holds older mails too: only a subject such as `WG:` or a line that says "forwarded" makes it a forward.
    """
    lines = text.split("\n")
    if not (_PREFIX.match(subject) or marks.is_forward(lines)):
        return None
    for n in range(len(lines)):
        length = marks.header_lines(lines, n)
        if length:
            return _read(lines[n : n + length], [re.sub(r"^> ?", "", line) for line in lines[n + length :]])
    return None


def _read(head: list[str], below: list[str]) -> Forwarded | None:
    values: dict[str, str] = {}
    for line in head:
        label = marks.label_of(line)
        if label is not None:
            values.setdefault(*label)
    text = "\n".join(below).strip()
    if not text:
        return None
    sender = values.get("from", "")
    address = _ADDRESS.search(sender)
    author = re.sub(r"<[^>]*>|\[[^\]]*\]", "", sender).strip(" \"'*") or None
    return Forwarded(
        author=author if author and "@" not in author else None,
        email=address[0].lower() if address else None,
        subject=values.get("subject", ""),
        text=text,
    )
