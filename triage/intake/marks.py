"""How quoted history begins, in the mail programs and languages of an order desk.

Mail programs: Outlook, Gmail, Apple Mail, Thunderbird; languages: English, German, French, Spanish, Dutch. Every
pattern looks at one line of bounded length, so that no text makes it slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WIDTH = 300

_ATTRIBUTION = re.compile(
    r"(?:on|am|le|el|op|il|den)\b.{4,240}\b(?:wrote|schrieb|écrit|escribió|schreef)\b.{0,120}:$"
    r"|.{0,120}<[^<>\s]{3,80}>.{0,40}\b(?:wrote|writes|schrieb|a écrit|escribió|schreef)\b.{0,60}:$"
    r"|op\b.{4,240}\bheeft\b.{2,160}\bgeschreven\s?:$"
    r"|.{2,80}\b(?:schrieb am|schreef op|wrote on|a écrit le|escribió el)\b.{4,80}:$"
    r"|\d{4}-\d\d-\d\d \d?\d:\d\d.{0,30}<[^<>\s]{3,80}>\s?:$",
    re.IGNORECASE,
)
_ATTRIBUTION_OPENS = re.compile(r"(?:on|am|le|el|op|il|den)\b.{0,20}\d|.{0,80}<[^<>\s]{3,80}>", re.IGNORECASE)

_SEPARATOR = re.compile(
    r"[-_=* ]{2,}\s*(?:original(?: |-)?(?:message|nachricht|appointment)|ursprüngliche nachricht|message d['’]origine|"
    r"message original|mensaje original|oorspronkelijk bericht|forwarded (?:message|by .{1,60})|"
    r"weitergeleitete nachricht|message (?:transféré|transmis)|mensaje reenviado|doorgestuurd bericht)\s*[-_=* ]{2,}$"
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:transféré|réexpédié)|"
    r"inicio del mensaje reenviado|begin doorgestuurd bericht)\s?:$",
    re.IGNORECASE,
)
_FORWARD = re.compile(r"forward|weitergeleitet|transféré|transmis|réexpédié|reenviado|doorgestuurd", re.IGNORECASE)
_RULE = re.compile(r"[_-]{20,}$")

_FROM = r"from|von|de|van|expéditeur|remitente|afzender"
_DATE = r"sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el)?|fecha|verzonden"
_TO = r"to|an|à|a|para|aan|destinataire|cc|kopie"
_SUBJECT = r"subject|betreff|objet|asunto|onderwerp"
_LABEL = re.compile(
    rf"[>* ]*(?:(?P<from>{_FROM})|(?P<date>{_DATE})|(?P<subject>{_SUBJECT})|(?P<to>{_TO}))\s?\*?\s?:\*?(?=\s|\S)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b\d{1,2}[:h.]\d{2}\b")


def _bare(line: str) -> str:
    return line[:_WIDTH].strip().lstrip("> *").rstrip("* ")


def may_open_history(line: str) -> bool:
    """A cheap look: whether a line may begin an older mail at all."""
    bare = line.lstrip("> *")
    return bool(_ATTRIBUTION_OPENS.match(bare) or _LABEL.match(bare) or bare.startswith(("--", "__")))


def history_head(lines: Sequence[str], n: int) -> int:
    """How many lines from `n` on form the head of an older mail: 0 where none begins here."""
    line = _bare(lines[n])
    if not line:
        return 0
    if _SEPARATOR.match(lines[n][:_WIDTH].strip().lstrip("> ")):
        return 1
    if _RULE.match(line):
        below = next((m for m in range(n + 1, min(n + 4, len(lines))) if lines[m].strip()), None)
        return (below - n) + header_lines(lines, below) if below is not None and header_lines(lines, below) else 0
    return _attribution_lines(lines, n) or header_lines(lines, n)


def is_forward(lines: Sequence[str]) -> bool:
    """Whether a text holds a separator that marks a forwarded mail."""
    stripped = (line[:_WIDTH].strip() for line in lines)
    return any(_SEPARATOR.match(line) is not None and _FORWARD.search(line) is not None for line in stripped)


def _attribution_lines(lines: Sequence[str], n: int) -> int:
    if not _ATTRIBUTION_OPENS.match(_bare(lines[n])):
        return 0
    joined = ""
    for count, line in enumerate(lines[n : n + 4], start=1):
        if not line.strip():
            return 0
        joined = f"{joined} {_bare(line)}".strip()
        if joined.endswith(":"):
            return count if len(joined) <= 2 * _WIDTH and _ATTRIBUTION.match(joined) else 0
    return 0


def header_lines(lines: Sequence[str], n: int) -> int:
    """Length of an Outlook-like header block that begins at `n` with the sender's line."""
    first = _LABEL.match(lines[n][:_WIDTH].strip())
    if first is None or not first["from"]:
        return 0
    found, last, block = {"from"}, n, [lines[n]]
    for m in range(n + 1, min(n + 14, len(lines))):
        label = _LABEL.match(lines[m][:_WIDTH].strip())
        if label is not None:
            found.add(str(label.lastgroup))
            last = m
        elif not lines[m].strip() and len(found) >= 3:
            break
        block.append(lines[m])
    return last - n + 1 if _is_block(found, "\n".join(block)) else 0


def _is_block(found: set[str], text: str) -> bool:
    """A transport request has `From`, `To` and `Date` too: a mail's header shows an address, a clock or a subject."""
    if "from" not in found or len(found) < 3 or not found & {"date", "subject"}:
        return False
    return "subject" in found or "@" in text or _CLOCK.search(text) is not None


def label_of(line: str) -> tuple[str, str] | None:
    """`("from", "Ana <ana@ebro.example>")` for a line of a mail's header block in any of the languages, or none."""
    label = _LABEL.match(line[:_WIDTH].strip())
    return (str(label.lastgroup), line[:_WIDTH].strip()[label.end() :].strip(" *")) if label is not None else None


def is_header(text: str) -> bool:
    """Whether a header that the library proposes is one: an attribution, a separator or a block with a sender."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and history_head(lines, 0) > 0


def is_quoted(lines: Sequence[str], n: int) -> bool:
    """Whether a line is a `>` quote. A lone `> 50 pieces` is not."""
    line = lines[n].strip()
    if not line.startswith(">"):
        return False
    if not re.match(r">\s*\d", line):
        return True
    return any(0 <= m < len(lines) and lines[m].lstrip().startswith(">") for m in (n - 1, n + 1))
