"""A text's sentences: line-wrapped mails, bullet lists, abbreviations of five languages, decimal numbers."""

from __future__ import annotations

import re

_BULLET = re.compile(r"^\s*(?:[-*•·‣▪–—>]\s+|\(?\d{1,2}[.)]\s+(?=\D)|[a-h]\)\s+)")
_CANDIDATE = re.compile(r"(?:[.!?…]+[\"'”»)\]]*)(?=\s)|[;](?=\s+[A-ZÄÖÜÉÀ])")
_ABBREVIATION_WORDS = (
    "z.b b.z.w bzw ca e.g i.e eg ie mr mrs ms dr hr fr frl prof sr sra srta mme mlle st str approx inkl exkl zzgl ggf "
    "d.h u.a o.ä usw vgl abs stk pág av avda bijv i.v.m t.a.v m.b.t o.a evt excl incl b.v n.v s.a s.l s.r.l s.a.s p.ej "
    "ej c.a c.-à-d env "
    "mind mtl qty resp vs fa div rech lfd dhr mevr mw ir ing i.d.r d.d m.u.v vlg blz t.n.v a.u.b s.v.p p.o att "
    "attn ggfs evtl ust mwst gem i.a i.v z.h zhd betr bes insb"
)
_BEFORE_NUMBER_WORDS = (
    "nr no nos art artnr pos tel ref réf núm num n° p pp bl mar max min pcs jan feb febr apr jun jul aug sep sept "
    "oct okt nov dec dez déc févr janv juil ene abr ago dic mrt"
)
_ABBREVIATIONS = frozenset(_ABBREVIATION_WORDS.split())
_BEFORE_NUMBER = frozenset(_BEFORE_NUMBER_WORDS.split())
"""Abbreviations only where a number follows: `no. 12` but `the answer is no. Please ...`."""
_INITIALS = re.compile(r"^(?:[a-zà-ÿ]\.)+-?[a-zà-ÿ]{1,3}$")
"""`i.p.v`, `o.v.v`, `t.b.v`: letters and full stops."""
_ENTRY = re.compile(r"^[^\W\d][\w /-]{1,24}\s?:\s|\S\s{2,}\S")
"""A line of a form or a table: `Status : not loaded`, or columns kept apart by spaces."""
_TERMINAL = re.compile(r"[.!?…:;][\"'”»)\]]*$")
_SHORT_DATE = re.compile(r"(?:^|[\s(])\d{1,2}\.\d{1,2}$")
_ORDINAL = re.compile(r"(?:^|[\s(])\d{1,2}$")
_WRAP_FROM = 45
"""Characters from which a line without a full stop is taken for wrapped."""


def sentences(text: str) -> list[str]:
    """Sentences and list items in order, white space made single, bullets taken off."""
    return [sentence for block in blocks(text) for sentence in _split(block)]


def blocks(text: str) -> list[str]:
    """Paragraphs and list items: wrapped lines joined, separate short lines kept apart."""
    found: list[str] = []
    open_block = False
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            open_block = False
            continue
        bullet = _BULLET.match(raw)
        line = raw[bullet.end() :].strip() if bullet else line
        if not line:
            continue
        if open_block and not bullet and not _ENTRY.search(line) and _continues(found[-1], line):
            found[-1] = f"{found[-1]} {line}"
        else:
            found.append(line)
        open_block = True
    return [" ".join(block.split()) for block in found]


def _continues(before: str, line: str) -> bool:
    """Whether a line goes on with the sentence of the one before."""
    if _ENTRY.search(before) and "  " in before:
        return False
    if _TERMINAL.search(before):
        return before.endswith(".") and _is_abbreviation(before[:-1], line)
    if before.endswith(","):
        return len(before) >= _WRAP_FROM or line[0].islower()
    last = before.rsplit("\n", 1)[-1]
    if line[0].isdigit() and not last[0].isdigit():
        return True
    return line[0].islower() or len(last) >= _WRAP_FROM


def _split(block: str) -> list[str]:
    found: list[str] = []
    start = 0
    for match in _CANDIDATE.finditer(block):
        if _is_boundary(block[start : match.start()], match[0], block[match.end() :].lstrip()):
            found.append(block[start : match.end()].strip())
            start = match.end()
    rest = block[start:].strip()
    return [one for one in (*found, rest) if any(c.isalnum() for c in one)]


def _is_boundary(before: str, mark: str, after: str) -> bool:
    if not after or not mark.startswith("."):
        return not mark.startswith("…") or not after[:1].islower()
    if after[0].islower():
        return False
    if mark == "." and (_is_abbreviation(before, after) or _SHORT_DATE.search(before)):
        return False
    return not (mark == "." and _ORDINAL.search(before) and _starts_with_month(after))


def _is_abbreviation(before: str, after: str) -> bool:
    word = re.split(r"[\s(\"'/]", before)[-1].casefold()
    if word in _BEFORE_NUMBER and (after[0].isdigit() or any(c.isdigit() for c in after.split(maxsplit=1)[0])):
        return True
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()) or bool(_INITIALS.match(word))


def _starts_with_month(after: str) -> bool:
    from triage.verify.readings import months

    return re.split(r"\W", after, maxsplit=1)[0].casefold() in months()
