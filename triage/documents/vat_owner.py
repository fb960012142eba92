"""Which of the VAT ids on the pages is the seller's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.documents.blocks import Piece
from triage.documents.ids import find_national_tax_ids, find_vat_ids
from triage.documents.labels import field_labels
from triage.documents.phrases import Marked, marked
from triage.documents.places import Candidate, Support, value_of
from triage.documents.printed import Line
from triage.documents.sheet import Sheet

_OTHERS = re.compile(
    r"\b(your|ihre?|votre|uw|su|vostra|buyer|customer|client|kunden?|klant|cliente|consignee|nabywc|ship|invoicee|bill)",
    re.I,
)
"""Words before a VAT id that make it somebody else's than the seller's."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name, whose it may be, and where."""

    role: str
    piece: Piece
    name: str
    score: float
    support: Support
    head: Piece | None = None
    """The line above where a name runs over two."""
    receives: bool = False
    """Whether the label names who gets the goods (`Consignee`), not only where they go."""


def seller_vat_id(
    sheet: Sheet, labelled: Sequence[Named], seller: Named | None, buyer: Named | None, ordered: bool = False
) -> Candidate | None:
    """The VAT id that stands with the seller; one that is the buyer's by label or block is left out.

    Where the buyer wrote the document (`ordered`), only an id in the seller's own block counts.
    """
    table = field_labels()
    found: list[Candidate] = []
    for line in sheet.lines:
        marks = [m for m in marked(line, table) if m.weight("vat_id")]
        ids = find_vat_ids(line.text)
        if any(m.weight("vat_id") >= 0.6 for m in marks):
            national = [one for one in find_national_tax_ids(line.text) if _follows_directly(line, one.start, marks)]
            ids += [one for one in national if not any(i.start < one.end and one.start < i.end for i in ids)]
        for one in ids:
            near = _follows(line, one.start, marks)
            if not near and not one.valid:
                continue
            score = 0.5 * near + 0.2 * one.valid + _side(sheet, line, one.start, labelled, seller, buyer, ordered)
            first, last = line.indexes(one.start, one.end)
            found.append(value_of(line, first, last, one.value, "proved" if one.valid else "labelled", score))
    best = max(found, key=lambda c: c.score, default=None)
    return best if best is not None and best.score >= 0.3 else None


def _follows(line: Line, start: int, marks: Sequence[Marked]) -> bool:
    return any(0 <= start - line.starts[m.last] < 60 for m in marks)


def _follows_directly(line: Line, start: int, marks: Sequence[Marked]) -> bool:
    at = line.indexes(start, start + 1)[0]
    return any(m.last < at <= m.last + 2 and m.weight("vat_id") >= 0.6 for m in marks)


def _side(
    sheet: Sheet,
    line: Line,
    start: int,
    labelled: Sequence[Named],
    seller: Named | None,
    buyer: Named | None,
    ordered: bool,
) -> float:
    """Positive where an id stands with the seller, negative where it stands with somebody else."""
    before = line.text[max(0, start - 40) : start]
    if _OTHERS.search(before):
        return -1.0
    at = line.indexes(start, start + 1)[0]
    score = 0.0
    if re.search(r"\b(seller|supplier|our|unsere?|notre|onze|verkäufer|lieferant|vendeur|nuestro)\b", before, re.I):
        score += 0.5
    x = line.spots[at].x0
    owner = _nearest_party(line, x, labelled, seller, buyer)
    if owner == "seller":
        score += 0.3
    elif owner in {"buyer", "ship_to"}:
        score -= 0.6
    if ordered:
        return score if owner == "seller" else -1.0
    if line.top > 0.8 * max(sheet.pages[0].height, 1.0):
        score += 0.2
    return score


def _nearest_party(
    line: Line, x: float, labelled: Sequence[Named], seller: Named | None, buyer: Named | None
) -> str | None:
    """Whose name stands nearest above an id in the same column, within the height of an address."""
    named = [*labelled, *(n for n in (seller, buyer) if n is not None)]
    best: tuple[float, str] | None = None
    for one in named:
        if one.piece.line.page != line.page:
            continue
        down = line.top - one.piece.top
        if not -2 <= down <= 16 * line.height or x < one.piece.x0 - 15 * line.height:
            continue
        across = max(0.0, one.piece.x0 - x, x - one.piece.x1)
        if across > 18 * line.height:
            continue
        distance = down + 1.5 * across
        if best is None or distance < best[0]:
            best = (distance, one.role)
    return best[1] if best else None
