"""Currency and bank account of a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from triage.documents.amounts import CURRENCY_SIGNS, WEAK_SIGNS, currency_of
from triage.documents.choosing import Marks
from triage.documents.ids import find_ibans, find_misprinted_ibans
from triage.documents.places import Candidate, places, value_of
from triage.documents.printed import Line, Span
from triage.documents.sheet import Sheet


def currency(sheet: Sheet, marks: Marks) -> Candidate | None:
    """The document's currency: named by a label, else the sign most amounts carry, else a code on the page."""
    named = list(_named_currencies(sheet, marks))
    if named:
        return max(named, key=lambda c: c.score)
    signs = _currency_signs(sheet)
    if not signs:
        return None
    votes = Counter(str(c.value) for c in signs)
    winner = votes.most_common(1)[0][0]
    return next(c for c in signs if c.value == winner)


def _is_word_too(text: str) -> bool:
    """Whether a sign may be a unit or a word instead: `150 FT`."""
    return re.sub(r"[\d.,\s]", "", text).casefold() in WEAK_SIGNS


def _named_currencies(sheet: Sheet, marks: Marks) -> Iterator[Candidate]:
    for on_line in marks.values():
        for mark in on_line:
            weight = mark.weight("currency")
            if not weight:
                continue
            for place in places(sheet, mark, marks):
                code = currency_of(place.line.spots[place.first].text)
                if code:
                    yield value_of(place.line, place.first, place.first, code, "labelled", weight * place.weight)
                    break


def _currency_signs(sheet: Sheet) -> list[Candidate]:
    """Signs beside numbers (three votes' worth each), and codes standing anywhere."""
    beside: list[Candidate] = []
    alone: list[Candidate] = []
    for line in sheet.lines:
        for number in line.numbers:
            if number.amount.currency:
                at = next(
                    (n for n in range(number.first, number.last + 1) if _carries_sign(line.spots[n].text)),
                    number.first,
                )
                beside.append(value_of(line, at, at, number.amount.currency, "labelled", 0.8))
        for n, spot in enumerate(line.spots):
            text = spot.text.strip("()[]:;,./")
            known = CURRENCY_SIGNS.get(text.lower())
            if known and (text.isupper() or not text.isalpha() or text.lower() in {"euro", "euros"}) and len(text) != 2:
                alone.append(value_of(line, n, n, known, "guessed", 0.5))
            elif match := re.search(r"[(/\[ ]?([€£₹]|EUR|USD|GBP|CHF|PLN)\)?\]?$", spot.text):
                alone.append(value_of(line, n, n, CURRENCY_SIGNS[match[1].lower()], "guessed", 0.4))
    clear = [c for c in beside if not _is_word_too(c.found.text)]
    return clear or alone or beside


def _carries_sign(text: str) -> bool:
    letters = re.sub(r"[\d.,'’()+−–-]", "", text).lower()
    return letters in CURRENCY_SIGNS or letters + "." in CURRENCY_SIGNS


def iban(sheet: Sheet, marks: Marks) -> Candidate | None:
    """The account to pay to. An account that money is taken from is left out."""
    found: list[Candidate] = []
    for line in sheet.lines:
        if _is_debited(line):
            continue
        labelled = [m for m in marks.get(line.number, []) if m.weight("iban")]
        starts = [line.starts[m.last] for m in labelled]
        for one in find_ibans(line.text, labelled=bool(labelled)):
            near = any(0 <= one.start - start < 40 for start in starts)
            if not one.valid and not near:
                continue
            first, last = line.indexes(one.start, one.end)
            score = 0.6 * one.valid + 0.4 * near
            found.append(value_of(line, first, last, one.value, "proved" if one.valid else "labelled", score))
    found += _ibans_below(sheet, marks)
    found += _broken_ibans(sheet)
    found += _misprinted_ibans(sheet)
    return max(found, key=lambda c: c.score) if found else None


def _broken_ibans(sheet: Sheet) -> Iterator[Candidate]:
    """Account numbers that run over the end of a line."""
    for line, following in pairwise(sheet.lines):
        if line.page != following.page or _is_debited(line) or not re.search(r"[A-Z]{2}\d{2}[A-Z0-9 ]*$", line.text):
            continue
        for one in find_ibans(f"{line.text} {following.text}"):
            if one.start < len(line.text) < one.end:
                first = line.indexes(one.start, one.start + 1)[0]
                last = following.indexes(0, one.end - len(line.text) - 1)[1]
                span = Span(line.page, (*line.spots[first:], *following.spots[: last + 1]))
                yield Candidate(one.value, span.standing, 0.6, "proved", line.number)


def _misprinted_ibans(sheet: Sheet) -> Iterator[Candidate]:
    """Account numbers of an IBAN's shape near the word or a bank code, although their check digits do not fit."""
    for line in sheet.lines:
        around = (sheet.lines[line.number - 1].text if line.number else "") + " " + line.text
        if _is_debited(line) or not re.search(
            r"\b(iban|bic|swift|bankverbindung|konto|compte|rekening)\b", around, re.I
        ):
            continue
        for one in find_misprinted_ibans(line.text):
            first, last = line.indexes(one.start, one.end)
            yield value_of(line, first, last, one.value, "guessed", 0.3)


def _ibans_below(sheet: Sheet, marks: Marks) -> Iterator[Candidate]:
    for on_line in marks.values():
        for mark in on_line:
            if not mark.weight("iban"):
                continue
            for place in places(sheet, mark, marks):
                text = place.line.span(place.first, place.last).text
                for one in find_ibans(text, labelled=True)[:1]:
                    if place.below and one.start < 3 and not _is_debited(place.line):
                        at = place.line.starts[place.first]
                        first, last = place.line.indexes(at + one.start, at + one.end)
                        support = "proved" if one.valid else "labelled"
                        yield value_of(place.line, first, last, one.value, support, 0.4 + 0.5 * one.valid)  # type: ignore[arg-type]


_DEBITED = re.compile(
    r"abgebucht|abbuchen|eingezogen|einziehen|von ihrem konto|prélevé|votre compte|your account|uw rekening|su cuenta|"
    r"vostro conto|obciąż|will be debited|wordt afgeschreven|mandat",
    re.I,
)


def _is_debited(line: Line) -> bool:
    return bool(_DEBITED.search(line.text))
