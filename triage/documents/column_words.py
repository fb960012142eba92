"""Words that head columns of an item table, by list and word by word; such as ran together are told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from triage.documents.labels import Label, column_labels
from triage.documents.meanings import column_roles
from triage.documents.phrases import Marked, marked
from triage.documents.printed import Line, key_of
from triage.documents.wording import classes_of

QUANTITIES = ("quantity", "ordered_quantity", "open_quantity")
"""Roles of columns that count pieces: what is delivered or invoiced, ordered, and still to come."""


def column_words(line: Line) -> list[Marked]:
    """Column words of a line, left to right, with what each column may hold."""
    return _with_worded(line, _parted(line, marked(line, column_labels())))


_WIDE = 0.6
"""Heights of letters between two words that are further apart than words of one heading."""


def _parted(line: Line, exact: list[Marked]) -> list[Marked]:
    """Column words with such cut in two as only happen to be one heading: `Importo   IVA` are two, near each other."""
    out: list[Marked] = []
    for mark in exact:
        widest = max(range(mark.first, mark.last), key=lambda n: _gap(line, n), default=None)
        if widest is None or not _is_wide(line, widest):
            out.append(mark)
            continue
        cut = widest
        parts = [(first, last, _labels(line, first, last)) for first, last in ((mark.first, cut), (cut + 1, mark.last))]
        if all(labels for _, _, labels in parts):
            out += [Marked(line, first, last, labels, True) for first, last, labels in parts]
        else:
            out.append(mark)
    return out


def _gap(line: Line, n: int) -> float:
    """Space behind a word, in heights of letters."""
    return (line.spots[n + 1].x0 - line.spots[n].x1) / line.height


def _is_wide(line: Line, n: int) -> bool:
    return _gap(line, n) >= max(_WIDE, 1.25 * line.space)


def _phrases(line: Line) -> Iterator[tuple[int, int]]:
    """Words that may be one heading: segments, cut where a position's word stands apart from the next."""
    for first, last in line.segments:
        lead = any(label.field == "position" for label in _labels(line, first, first))
        if lead and first < last and _is_wide(line, first):
            yield first, first
            yield first + 1, last
        else:
            yield first, last


def _labels(line: Line, first: int, last: int) -> tuple[Label, ...]:
    return column_labels().get(key_of("".join(spot.text for spot in line.spots[first : last + 1])), ())


def _with_worded(line: Line, exact: list[Marked]) -> list[Marked]:
    """Column words of a line with those that are in no list but understood word by word."""
    if not exact or any(number.money for number in line.numbers):
        return exact
    out = list(exact)
    for first, last in _phrases(line):
        within = [m for m in exact if first <= m.first <= last]
        covered = {n for m in within for n in range(m.first, m.last + 1)}
        bare = [n for n in range(first, last + 1) if n not in covered and line.spots[n].key]
        numbered = len(within) > 1 and any(m.labels[0].field == "position" for m in within)
        if not (bare or numbered) or last - first > 3:
            continue
        whole = () if _are_quantities(line, within, bare) else _worded_roles(line, first, last)
        worded = [(first, last, whole)]
        if worded[0][2]:
            out = [m for m in out if m not in within]
        elif within:
            worded = [(n, n, _worded_roles(line, n, n)) for n in bare]
        out += [Marked(line, a, b, tuple(Label(role, True) for role in roles), True) for a, b, roles in worded if roles]
    counts = any(label.field in _COUNTING for mark in out for label in mark.labels)
    return sorted(out, key=lambda m: m.first) if counts else exact


def _are_quantities(line: Line, within: Sequence[Marked], bare: Sequence[int]) -> bool:
    """Whether headings of two quantities ran together: `Gelev.   Nog te leveren`."""
    roles = {mark.labels[0].field for mark in within} | {r for n in bare for r in _worded_roles(line, n, n)[:1]}
    says = {name for n in bare for name in classes_of(line.spots[n].text)}
    return len(roles) > 1 and roles <= set(QUANTITIES) and "quantity" not in says and "quantity" not in _said(within)


def _said(marks: Sequence[Marked]) -> set[str]:
    return {name for m in marks for s in m.line.spots[m.first : m.last + 1] for name in classes_of(s.text)}


_COUNTING = frozenset({*QUANTITIES, "unit_price"})
"""Roles that tell an item table from one of totals or taxes."""


def _worded_roles(line: Line, first: int, last: int) -> tuple[str, ...]:
    words = tuple(spot.text for spot in line.spots[first : last + 1])
    return ("unit_price",) if PRICE_PER.search(" ".join(words)) else column_roles(words)


PRICE_PER = re.compile(
    r"^\W*(?:(?:\w+\.?)?\s?(?:preis|price|prijs|prix|precio|prezzo|cena|cost|tarief|tarif)\w*\.?|"
    r"p\.? ?u\.?|€|eur|£|gbp|\$|usd)?"
    r"\s*(?:\(?(?:€|eur|£|gbp|\$|usd|pln|zł)\)?)?\s*(?:per|pro|je|par|por|za|pour|/|%)\s*\(?"
    r"(?:100?0?|1[.,' ]000|%|c|m|stk|stück|st|pcs?|piece|unit|pièces?|stuks?|uds?|pz|pezzi|szt)\b\.?\)?\s*"
    r"(?:stk|stück|st|pcs?|pieces|units|pièces|stuks|uds?|pz|pezzi|szt|€|eur|£|gbp)?\.?\W*$",
    re.I,
)
"""Headings of prices for so many pieces: `€/100`, `%Stück`, `Preis per 100`, `per 1.000`."""
