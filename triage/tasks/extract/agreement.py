"""What a PDF prints laid beside what the XML in it says: where they agree, and each place where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from rapidfuzz import fuzz

from triage.documents.einvoice.model import ElectronicDocument, ElectronicLine
from triage.domain import Check, FieldValue, Paper, PaperLine
from triage.verify.numbers import Support
from triage.verify.quotes import Placed
from triage.verify.readings import squeeze

PREFIX = "page_agrees:"
_SAME_NAME = 80.0
_SURE = 0.9
"""From this measured confidence on, a total read from the page counts although the XML's is printed elsewhere."""
_TOTALS = frozenset({"net_total", "tax_total", "gross_total"})
_NAMES = frozenset({"seller_name", "buyer_name", "name"})
_REFERENCES = frozenset({"document_number", "purchase_order_reference"})
_NEAR_TYPES = frozenset(
    (("corrected_invoice", "invoice"), ("corrected_invoice", "credit_note"), ("order_change", "order"))
)
_COMPARED = ("quantity", "unit_price", "net_amount", "delivery_date", "seller_item_id", "buyer_item_id", "name")
_LEAST_LIKENESS = 4.0
_MOST_PAIRS = 10_000
_NEAR = 10
"""Of long documents only lines so near in their order are laid beside each other."""


@dataclass(frozen=True)
class Laid:
    """Values of the XML, with page and box where the page says the same; `checks` has a failed one for each difference.

    What only the page has stays as the page has it.
    """

    fields: dict[str, FieldValue]
    lines: tuple[PaperLine, ...]
    checks: tuple[Check, ...]


def lay_beside(electronic: ElectronicDocument, page: Paper) -> Laid:
    """The XML's values beside those that were read from the pages."""
    sides = _Sides(electronic, page)
    fields = {**page.fields, **{name: sides.head(name, found) for name, found in electronic.fields.items()}}
    lines = tuple(sides.lines()) if electronic.lines else page.lines
    return Laid(fields, lines, tuple(sides.checks()))


@dataclass
class _Sides:
    electronic: ElectronicDocument
    page: Paper
    failed: list[Check] = field(default_factory=list)
    agreed: int = 0

    @cached_property
    def printed(self) -> Support:
        """All that the pages print, in every reading."""
        return Support.of(page.text for page in self.page.pages)

    @cached_property
    def placed(self) -> dict[int, Placed]:
        """The words of each page by their height."""
        return {page.number: Placed(page) for page in self.page.pages}

    @cached_property
    def stated(self) -> set[Decimal]:
        """The amounts of the XML's lines, allowances and charges, without sign."""
        figures = self.electronic.figures
        amounts = [*(part.net for part in figures.lines), *(part.amount for part in figures.adjustments)]
        return {abs(one) for one in amounts if one is not None}

    @cached_property
    def gives_back(self) -> bool:
        """Whether amounts may stand with a minus on the page and without in the XML."""
        kind = self.electronic.fields.get("document_type")
        return kind is not None and kind.value in {"credit_note", "corrected_invoice"}

    def checks(self) -> Iterator[Check]:
        yield from self.failed
        if self.agreed and not self.failed:
            told = f"page and XML say the same in {self.agreed} values"
            yield Check(name=PREFIX + "all", passed=True, detail=told)

    def head(self, name: str, ours: FieldValue) -> FieldValue:
        theirs = self.page.fields.get(name)
        if theirs is None:
            return ours
        if self.same(name, ours, theirs):
            self.agreed += 1
            return ours.with_(page=theirs.page, box=theirs.box)
        if self.is_total(name, ours, theirs) or not _says(self.printed, name, ours):
            self.differ(name, ours, theirs)
        return ours

    def is_total(self, name: str, ours: FieldValue, theirs: FieldValue) -> bool:
        """Whether the page has a sure total here, or the XML's is what the page has as another total."""
        if name not in _TOTALS:
            return False
        sure = theirs.confidence is not None and theirs.confidence.value >= _SURE
        return sure or ours.value in {self.page.fields[other].value for other in _TOTALS & self.page.fields.keys()}

    def same(self, name: str, ours: FieldValue, theirs: FieldValue) -> bool:
        one, other = ours.value, theirs.value
        if isinstance(one, Decimal) and isinstance(other, Decimal):
            return one == other or (self.gives_back and abs(one) == abs(other))
        if isinstance(one, date | Decimal) or isinstance(other, date | Decimal):
            return one == other
        if name == "document_type":
            return one == other or (one, other) in _NEAR_TYPES
        return _same_text(name, str(one), str(other))

    def differ(self, name: str, ours: FieldValue, theirs: FieldValue, line: int | None = None) -> None:
        where = name if line is None else f"line:{line}:{name}"
        page = f" (page {theirs.page})" if theirs.page else ""
        told = f"the page says {theirs.text!r}{page}, the XML says {ours.text!r} ({ours.path})"
        self.failed.append(Check(name=PREFIX + where, passed=False, detail=told))

    def lines(self) -> Iterator[PaperLine]:
        pairs = _paired(self.electronic.lines, self.page.lines)
        for number, line in enumerate(self.electronic.lines):
            other = pairs.get(number)
            yield PaperLine(fields=line.fields if other is None else self.line(number + 1, line, other))
        taken = {id(line) for line in pairs.values()}
        left = [line for line in self.page.lines if id(line) not in taken]
        self.failed += filter(None, map(self.unknown, left))

    def line(self, number: int, ours: ElectronicLine, theirs: PaperLine) -> dict[str, FieldValue]:
        row = Support.of([self.row_text(theirs)])
        fields = dict(ours.fields)
        elsewhere = [found.value for found in theirs.fields.values()]
        for name in _COMPARED:
            one, other = ours.fields.get(name), theirs.fields.get(name)
            if one is None or other is None:
                continue
            printed = one.value not in elsewhere and _says(row, name, one)
            if self.same(name, one, other):
                self.agreed += 1
                fields[name] = one.with_(page=other.page, box=other.box)
            elif name != "name" and not printed and other.value not in _spellings(name, ours):
                self.differ(name, one, other, number)
        return fields

    def row_text(self, line: PaperLine) -> str:
        """The words around a line's boxes; the whole text where there are none."""
        boxes = [(one.page, one.box) for one in line.fields.values() if one.box and one.page]
        if not boxes:
            return "\n".join(one.text for one in self.page.pages)
        first = boxes[0][0]
        top = min(box.top for number, box in boxes if number == first)
        bottom = max(box.bottom for number, box in boxes if number == first)
        below = 1.5 * max(box.bottom - box.top for number, box in boxes if number == first)
        words = self.placed[first].between(top - 2, bottom + below) if first in self.placed else []
        return " ".join(word.text for word in words)

    def unknown(self, line: PaperLine) -> Check | None:
        """A line of the page with quantity and amount that are nowhere in the XML."""
        quantity, amount = line.fields.get("quantity"), line.fields.get("net_amount")
        if quantity is None or amount is None or not isinstance(amount.value, Decimal):
            return None
        if abs(amount.value) in self.stated:
            return None
        name = line.fields.get("name")
        told = f"the page has a line of {quantity.text} for {amount.text}" + (f" ({name.text[:60]})" if name else "")
        return Check(name=PREFIX + "lines", passed=False, detail=f"{told}, the XML has none")


def _same_text(name: str, one: str, other: str) -> bool:
    if name in _NAMES:
        return bool(fuzz.token_set_ratio(one.casefold(), other.casefold()) >= _SAME_NAME)
    short, long = sorted((squeeze(one), squeeze(other)), key=len)
    return short == long or (name in _REFERENCES and len(short) >= 5 and short in long)


def _says(printed: Support, name: str, ours: FieldValue) -> bool:
    """Whether the XML's value is printed there, if not where the page was read for it. A type is nothing printed."""
    value = ours.value
    if name == "document_type":
        return False
    if isinstance(value, Decimal):
        return abs(value) in printed.numbers
    if isinstance(value, date):
        return any(
            (month, day) == (value.month, value.day) and year in {None, value.year} for year, month, day in printed.days
        )
    bare = squeeze(str(value))
    return not bare or bare in printed.codes.replace(" ", "")


def _spellings(name: str, line: ElectronicLine) -> set[Decimal]:
    """Numbers that say the same as the XML's: a price before its discount, or per another number of units."""
    figures = line.figures
    if name == "quantity":
        return {figures.quantity} if figures.quantity is not None else set()
    if name != "unit_price":
        return set()
    prices = [price for price in (figures.price, figures.gross_price) if price is not None]
    per_one = [price / figures.per for price in prices]
    return {price * per for price in per_one for per in map(Decimal, (1, 10, 100, 1000))} | set(prices)


def _paired(ours: Sequence[ElectronicLine], theirs: Sequence[PaperLine]) -> dict[int, PaperLine]:
    """Our line (its index) → the page's line that speaks of the same, the likest first, each once."""
    near = _NEAR if len(ours) * len(theirs) > _MOST_PAIRS else len(theirs) + len(ours)
    choices = ((a, b) for a in range(len(ours)) for b in range(max(0, a - near), min(len(theirs), a + near + 1)))
    scored = [(_likeness(ours[a], theirs[b]), -abs(a - b), a, b) for a, b in choices]
    found: dict[int, PaperLine] = {}
    taken: set[int] = set()
    for likeness, _, a, b in sorted(scored, reverse=True):
        if likeness >= _LEAST_LIKENESS and a not in found and b not in taken:
            found[a] = theirs[b]
            taken.add(b)
    return found


def _likeness(ours: ElectronicLine, theirs: PaperLine) -> float:
    weights = {"net_amount": 4.0, "seller_item_id": 3.0, "buyer_item_id": 3.0, "quantity": 2.0, "unit_price": 2.0}
    score = 0.0
    for name, weight in weights.items():
        one, other = ours.fields.get(name), theirs.fields.get(name)
        if one is None or other is None:
            continue
        both = isinstance(one.value, Decimal) and isinstance(other.value, Decimal)
        same = one.value == other.value if both else squeeze(str(one.value)) == squeeze(str(other.value))
        score += weight * same
    one, other = ours.fields.get("name"), theirs.fields.get("name")
    if one and other:
        score += 3 * float(fuzz.token_set_ratio(str(one.value).casefold(), str(other.value).casefold())) / 100
    return score
