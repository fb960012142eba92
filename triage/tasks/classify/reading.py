"""What of a message is worth reading: its own sentences, without greeting, signature, history and disclaimers.

Intake has split most mails already; rows of a file may still hold everything in one text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HISTORY = re.compile(
    r"""^\s*(?:
      -{2,}\s*(?:original|forwarded|ursprüngliche|weitergeleitete|oorspronkelijk|doorgestuurd|message\s+d'origine
               |message\s+transféré|mensaje\s+original|mensaje\s+reenviado).*
    | _{10,}\s*$
    | (?:on|am|le|el|op|il|em)\s.{4,120}\b(?:wrote|schrieb|a\s+écrit|escribió|schreef|ha\s+scritto|escreveu)\b.*
    | .{3,80}\b(?:wrote|schrieb|a\s+écrit|escribió|schreef)\s*:\s*$
    | >.*
    | (?:from|von|de|van)\s*:\s.*@.*
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADER = re.compile(
    r"^\s*(?:from|to|cc|sent|date|von|an|gesendet|datum|de|à|envoyé|para|enviado|fecha|van|aan|verzonden|subject|betreff|objet|asunto|onderwerp)\s*:\s",
    re.I,
)
_CLOSING = re.compile(
    r"""^\s*(?:(?:with\s+)?(?:(?:kind|best|warm|many)\s+)?(?:regards|wishes)|yours\s+(?:sincerely|faithfully|truly)|best|cheers
    |(?:many\s+)?thanks(?:\s+and\s+(?:kind\s+)?regards)?|thank\s+you
    |mit\s+(?:freundlichen?|besten?)\s+gr(?:ü|ue)(?:ß|ss)en?|(?:freundliche|viele|beste|schöne|liebe)\s+gr(?:ü|ue)(?:ß|ss)e
    |mfg|vg|lg|(?:besten\s+|vielen\s+)?dank(?:\s+und\s+gru(?:ß|ss))?|gru(?:ß|ss)
    |(?:bien\s+)?cordialement|cdlt|bien\s+à\s+vous|sincères\s+salutations|salutations|veuillez\s+agréer|merci(?:\s+d'avance)?
    |(?:un\s+)?(?:cordial\s+)?saludos?|atentamente|slds|gracias(?:\s+y\s+un\s+saludo)?|reciban?\s+un\s+cordial
    |met\s+vriendelijke\s+groet(?:en)?|(?:vriendelijke\s+)?groet(?:en|jes)?|mvg|gr|(?:alvast\s+)?(?:dank|bedankt)
    |hoogachtend|sent\s+from\s+my|von\s+meinem|envoyé\s+de\s+mon|enviado\s+desde|verzonden\s+vanaf)\b[\s,.!;:\w&/'-]{0,40}$""",
    re.IGNORECASE | re.VERBOSE,
)
_GREETING = re.compile(
    r"""^\s*(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|day|evening)|to\s+whom\s+it\s+may\s+concern
    |sehr\s+geehrte|guten\s+(?:tag|morgen|abend)|hallo|moin|servus|liebe[rs]?|grüß\s+gott
    |bonjour|bonsoir|madame|monsieur|chers?|chère
    |hola|buenos\s+días|buenas(?:\s+tardes)?|estimad[oa]s?|muy\s+señores
    |beste|geachte|goede(?:morgen|middag|n?avond|ndag)|dag|hoi)\b[^.!?]{0,45}$""",
    re.IGNORECASE | re.VERBOSE,
)
_DISCLAIMER = re.compile(
    r"""(?:this\s+(?:e-?mail|message).{0,60}(?:confidential|intended)|diese\s+e-?mail\s+(?:enthält|ist).{0,40}vertraulich
    |ce\s+(?:message|courriel).{0,60}confidentiel|este\s+(?:mensaje|correo).{0,60}confidencial|dit\s+(?:e-?mail)?bericht.{0,60}vertrouwelijk
    |think\s+before\s+you\s+print|registered\s+(?:in|office)|geschäftsführer:|handelsregister|kvk\b|amtsgericht)""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(r"^\W*$")
_END = re.compile(r"(?<=[.!?;…])[\"')\]]*\s+(?=[\"'(\[¿¡]?[^\W_])|\s*\n+\s*|\s+[-–•]\s+(?=[A-ZÀ-Ý])")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:\w|\d{1,3}|no|nr|art|ref|pos|bzw|ca|inkl|zzgl|evtl|ggf|abs|str|tel|st|st[ck]|pcs?|qty|pal|approx|incl|mr|mrs|ms|dr|hr"
    r"|fr|herr|ing|sr|sra|ud|uds|núm|réf|cde|env|max|min|vs|etc|e\.g|i\.e|z\.b|u\.a|d\.h|p\.ex|i\.p\.v|o\.a|b\.v)\.$",
    re.IGNORECASE,
)
_LONG_NUMBER = re.compile(r"\d{4,}")
_SHORT = 16
_LONG = 320
_MOST_SENTENCES = 28


@dataclass(frozen=True)
class Sentence:
    """A piece of a text, exactly as it stands there."""

    text: str
    start: int
    end: int


def for_embedding(text: str) -> str:
    """A sentence as the embedding model gets it: long numbers say only that there is a number."""
    return _LONG_NUMBER.sub("1000", text)


def own_words(body: str) -> tuple[int, int]:
    """Where the author's own words begin and end in a body.

    A mail whose author wrote next to nothing above a forwarded one is read from the forwarded text on.
    """
    lines = _lines(body)
    history = next((n for n, (start, text) in enumerate(lines) if n > 0 and _HISTORY.match(text)), len(lines))
    end = lines[history][0] if history < len(lines) else len(body)
    own = [text for _, text in lines[:history] if text.strip() and not _courtesy(text)]
    if history < len(lines) and sum(map(len, own)) < 40:
        return 0, len(body)
    return 0, end


def _lines(body: str) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    at = 0
    for line in body.splitlines(keepends=True):
        found.append((at, line.rstrip("\r\n")))
        at += len(line)
    return found


def _courtesy(line: str) -> bool:
    return bool(_GREETING.match(line) or _CLOSING.match(line) or _MARKUP.match(line))


def _worth_reading(body: str) -> list[tuple[int, int]]:
    """Ranges of lines that are neither courtesy, header, signature nor disclaimer."""
    start, end = own_words(body)
    ranges: list[tuple[int, int]] = []
    lines = [(at, text) for at, text in _lines(body) if start <= at < end]
    for n, (at, text) in enumerate(lines):
        if _signs_off(lines, n) and ranges:
            if not _more_follows(lines[n + 1 :]):
                break
            continue
        if _courtesy(text) or _HEADER.match(text) or _DISCLAIMER.search(text) or _HISTORY.match(text):
            continue
        if text.strip() in {"--", "---"} and ranges:
            break
        ranges.append((at, at + len(text)))
    return ranges


def _signs_off(lines: list[tuple[int, str]], n: int) -> bool:
    return bool(_CLOSING.match(lines[n][1]))


def _more_follows(rest: list[tuple[int, str]]) -> bool:
    """Whether prose goes on below a closing formula (a postscript or a forwarded mail) rather than a signature."""
    return any(len(text) > 60 and not _DISCLAIMER.search(text) for _, text in rest)


def _joined(body: str, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines broken in mid-sentence by a mail program are put together again."""
    whole: list[tuple[int, int]] = []
    for start, end in ranges:
        text = body[start:end]
        if whole and _runs_on(body[whole[-1][0] : whole[-1][1]], text, body[whole[-1][1] : start]):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _runs_on(before: str, line: str, between: str) -> bool:
    stripped = line.strip()
    last = before.splitlines()[-1] if before.splitlines() else before
    return (
        between.count("\n") == 1 and len(last) > 55 and stripped[:1].islower() and before.rstrip()[-1:] not in ".!?:;"
    )


def sentences(body: str) -> list[Sentence]:
    """The sentences that an author wrote on purpose, in order; where nothing is left, the text as a whole."""
    found: list[Sentence] = []
    for start, end in _joined(body, _worth_reading(body)):
        found += _split(body, start, end)
    found = _merged(body, found)
    if not found and body.strip():
        start = len(body) - len(body.lstrip())
        found = [
            Sentence(body[start : start + _LONG].rstrip(), start, start + len(body[start : start + _LONG].rstrip()))
        ]
    return found[:_MOST_SENTENCES]


def _split(body: str, start: int, end: int) -> list[Sentence]:
    text = body[start:end]
    pieces: list[Sentence] = []
    at = 0
    for match in _END.finditer(text):
        if "\n" in match.group() and "\n" in text and _wrapped(text, match.start(), match.end()):
            continue
        if _ABBREVIATION.search(text[at : match.start()]):
            continue
        pieces += _piece(body, start + at, start + match.start())
        at = match.end()
    return pieces + _piece(body, start + at, end)


def _wrapped(text: str, left: int, right: int) -> bool:
    return text[left - 1 : left] not in ".!?:;" and text[right : right + 1].islower()


def _piece(body: str, start: int, end: int) -> list[Sentence]:
    raw = body[start:end]
    start += len(raw) - len(raw.lstrip())
    raw = raw.strip()
    if not re.search(r"[^\W\d_]", raw):
        return []
    raw = raw[:_LONG].rstrip()
    return [Sentence(raw, start, start + len(raw))]


def _merged(body: str, pieces: list[Sentence]) -> list[Sentence]:
    """Very short pieces are read together with the one before, where they stand close together."""
    whole: list[Sentence] = []
    for piece in pieces:
        near = whole and piece.start - whole[-1].end < 4 and len(whole[-1].text) + len(piece.text) < 120
        if near and (len(piece.text) < _SHORT or len(whole[-1].text) < _SHORT):
            joined = Sentence(body[whole[-1].start : piece.end], whole[-1].start, piece.end)
            whole[-1] = joined
        else:
            whole.append(piece)
    return whole
