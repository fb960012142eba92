"""What an author wrote, the history quoted below or between, and the signature.

`mail-parser-reply` proposes where history and signature begin; each proposal must also look like one here, because its
patterns take an order form (`Datum: ... An: ...`) for a mail header and `Thanks, please cancel line 3` for a closing.
What it misses is found by `marks`. Every line of the text lands in exactly one of the three parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from triage.intake import closings, marks

_LANGUAGES = ["en", "de", "fr", "es", "nl"]
_LIBRARY_LINES = 300
_LIBRARY_WIDTH = 160
"""How much of a text the library's patterns see: their cost grows with the square of a line's length."""


@dataclass(frozen=True)
class Parts:
    """One text in three parts. Together they hold every word of it."""

    body: str
    quoted: str
    signature: str
    warnings: tuple[str, ...] = ()


class _Part(Enum):
    BODY = "body"
    QUOTED = "quoted"
    SIGNATURE = "signature"


def split(text: str) -> Parts:
    """Split the plain text of a mail into body, quoted history and signature.

    Where nothing would remain as body, the whole text stays body and a warning says so.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    labels = [_Part.BODY] * len(lines)
    _label_history(lines, labels)
    _label_signature(lines, labels)
    parts = {part: _joined(lines, labels, part) for part in _Part}
    if parts[_Part.BODY] or not text.strip():
        return Parts(parts[_Part.BODY], parts[_Part.QUOTED], parts[_Part.SIGNATURE])
    if parts[_Part.QUOTED]:
        warning = "the author wrote nothing above the quoted text; it is kept as the message"
    else:
        warning = "only a signature was found; it is kept as the message"
    return Parts(text.strip(), "", "", (warning,))


def _joined(lines: list[str], labels: list[_Part], part: _Part) -> str:
    kept = [line.rstrip() for line, label in zip(lines, labels, strict=True) if label is part]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _label_history(lines: list[str], labels: list[_Part]) -> None:
    """Mark quoted lines. Text below a `>` quote is the author's again; below a header block nothing is."""
    proposed = _proposed_starts(lines)
    n = 0
    while n < len(lines):
        quoted = marks.is_quoted(lines, n)
        taken = 0 if quoted else marks.history_head(lines, n) or (1 if n in proposed else 0)
        if not taken:
            labels[n] = _Part.QUOTED if quoted else _Part.BODY
            n += 1
            continue
        after = n + taken
        first = next((m for m in range(after, len(lines)) if lines[m].strip()), len(lines))
        if first == len(lines) or not lines[first].lstrip().startswith(">"):
            labels[n:] = [_Part.QUOTED] * (len(lines) - n)
            return
        labels[n:after] = [_Part.QUOTED] * taken
        n = after


def _proposed_starts(lines: list[str]) -> frozenset[int]:
    """Lines where the library sees an older mail begin and the line reads like an attribution or mail header."""
    from mailparser_reply import EmailMessage

    seen = [line.strip()[:_LIBRARY_WIDTH] for line in lines[:_LIBRARY_LINES]]
    if not any(marks.may_open_history(line) for line in seen):
        return frozenset()
    replies = EmailMessage(text="\n".join(seen), languages=list(_LANGUAGES), keep_hyphen_lists=True).read().replies
    starts: set[int] = set()
    position = 0
    for reply in replies:
        first = next((line for line in reply.headers.split("\n") if line.strip()), None)
        if first is None or not marks.is_header(reply.headers):
            continue
        while position < len(seen) and seen[position] != first.strip():
            position += 1
        if position < len(seen):
            starts.add(position)
        position += 1
    return frozenset(starts)


def _label_signature(lines: list[str], labels: list[_Part]) -> None:
    own = [n for n, label in enumerate(labels) if label is _Part.BODY]
    for n in closings.banner_lines(lines, own):
        labels[n] = _Part.SIGNATURE
    own = [n for n in own if labels[n] is _Part.BODY]
    for n in closings.signature_lines(lines, own):
        labels[n] = _Part.SIGNATURE
    below: _Part | None = None
    for n in reversed(own):
        if lines[n].strip():
            below = labels[n]
        elif below is _Part.SIGNATURE:
            labels[n] = _Part.SIGNATURE
