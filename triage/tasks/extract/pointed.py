"""Word ids to typed values with text, page and box."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from triage.documents.amounts import Separators, amount, currency_of, separators
from triage.documents.dates import DateOrder, date_order, find_dates
from triage.documents.finding import find
from triage.documents.lines import in_lines
from triage.documents.places import Candidate
from triage.domain import LINE_FIELD_NAMES, Box, DocumentType, FieldValue, Page, PaperLine, Word

_MOST_WORDS = 80
_AMOUNTS = frozenset({"net_total", "tax_total", "gross_total", "quantity", "unit_price", "price_per", "net_amount"})
_NARROW = frozenset({"seller_item_id", "buyer_item_id", "quantity", "unit_price", "price_per", "net_amount"})
"""Cells of one column: words with a wide gap between them are of two."""
_GAP = 2.5
"""Of the letters' height: a wider gap between words is one between columns."""
_OF_A_ROW = frozenset({"seller_item_id", "buyer_item_id", "name", "quantity", "unit_price", "net_amount"})
_DATES = frozenset({"issue_date", "due_date", "delivery_date"})
_CODES = frozenset({"iban", "seller_vat_id"})


@dataclass(frozen=True, slots=True)
class _Placed:
    word: Word

    @property
    def x0(self) -> float:
        return self.word.box.x0

    @property
    def top(self) -> float:
        return self.word.box.top

    @property
    def x1(self) -> float:
        return self.word.box.x1

    @property
    def bottom(self) -> float:
        return self.word.box.bottom


def printed_lines(page: Page) -> list[list[Word]]:
    """A page's words as printed lines, top to bottom, each left to right."""
    return [[placed.word for placed in line] for line in in_lines(_Placed(word) for word in page.words)]


@dataclass
class Pointed:
    """What a model pointed at in a document so far. `value` turns word ids into a value of the field's type."""

    pages: tuple[Page, ...]
    given: tuple[str, ...] = ()
    fields: dict[str, FieldValue] = field(default_factory=dict)
    found: list[dict[str, tuple[int, ...]]] = field(default_factory=list)
    """The rows: cells by their words' ids."""
    warnings: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.warnings = list(self.given)

    def value(self, name: str, ids: Sequence[int]) -> FieldValue | None:
        """The value of a field, or none with a warning where the words are none or do not read as one."""
        words, page = self._words(name, ids)
        if not words:
            return None
        text = " ".join(word.text for word in words)
        if name in _NARROW and _is_of_two_columns(words):
            self.warnings.append(f"{name}: the words pointed at are of two columns, dropped")
            return None
        value = self._read(name, text)
        if value is None:
            self.warnings.append(f"{name}: the words pointed at do not read as one, dropped")
            return None
        return FieldValue(value=value, text=text, page=page, box=_around(words))

    def add_line(self, cells: Sequence[tuple[str, Sequence[int]]]) -> None:
        """A row, by its cells. One that shares words with a row of a part before is that row, seen whole now."""
        row: dict[str, tuple[int, ...]] = {}
        taken: set[int] = set()
        for name, ids in sorted(cells, key=lambda cell: len(cell[1])):
            own = tuple(dict.fromkeys(one for one in ids if one not in taken))
            if len(own) < len(set(ids)):
                self.warnings.append(f"{name}: words that another cell of the line has, dropped")
            if own and name not in row:
                row[name] = own
                taken |= set(own) & self._by_id.keys()
        if not row:
            return
        same = next((one for one in self.found if _is_same(one, row)), None)
        if same is None:
            self.found.append(row)
        else:
            same |= {name: ids for name, ids in row.items() if len(ids) > len(same.get(name, ()))}

    def rows(self) -> Iterator[PaperLine]:
        """The rows as lines of the paper, in the order in which they stand on the pages."""
        for row in sorted(self.found, key=self._place):
            cells = {name: value for name, ids in row.items() if (value := self.value(name, ids)) is not None}
            if cells:
                yield PaperLine(fields={name: cells[name] for name in LINE_FIELD_NAMES if name in cells})

    def _place(self, row: dict[str, tuple[int, ...]]) -> tuple[int, float]:
        places = [self._by_id[one] for ids in row.values() for one in ids if one in self._by_id]
        return min(((page, word.box.top) for word, page in places), default=(0, 0.0))

    def mind_rows(self) -> None:
        """Warns of item rows that the pages show by their figures and that no answer points at."""
        answered = {one for row in self.found for ids in row.values() for one in ids}
        shown = [row for row in find(self.pages).lines if "quantity" in row or "net_amount" in row]
        left = [row for row in shown if not answered & self._ids_of(row)]
        if left:
            names = [self._printed(row)[:60] for row in left[:5]]
            told = f" ({'; '.join(names)}{'; ...' if len(left) > 5 else ''})"
            self.warnings.append(
                f"the pages show {len(shown)} rows, the answer has {len(shown) - len(left)} of them: {len(left)} are "
                f"missing{told}"
            )

    def _printed(self, row: Mapping[str, Candidate]) -> str:
        """The printed line on which a row stands."""
        ids = self._ids_of(row)
        lines = (line for page in self.pages for line in printed_lines(page))
        return next((" ".join(word.text for word in line) for line in lines if ids & {word.id for word in line}), "")

    def _ids_of(self, row: Mapping[str, Candidate]) -> set[int]:
        """Words inside the boxes of a row that was found by its figures."""
        boxes = [(one.found.page, one.found.box) for one in row.values() if one.found.box is not None]
        return {
            word.id
            for page in self.pages
            for number, box in boxes
            if number == page.number and box is not None
            for word in page.words
            if box.x0 - 1 <= (word.box.x0 + word.box.x1) / 2 <= box.x1 + 1
            and box.top - 1 <= (word.box.top + word.box.bottom) / 2 <= box.bottom + 1
        }

    def document_type(self, kind: DocumentType, ids: Sequence[int]) -> None:
        """The type and the words of its title, if none was found before."""
        if "document_type" in self.fields:
            return
        words, page = self._words("document_type", ids)
        text = " ".join(word.text for word in words)
        box = _around(words) if words else None
        self.fields["document_type"] = FieldValue(value=kind.value, text=text, page=page, box=box)

    def _words(self, name: str, ids: Sequence[int]) -> tuple[list[Word], int | None]:
        """Words of these ids on the first one's page, in the order given, each once."""
        wanted = list(dict.fromkeys(ids))[:_MOST_WORDS]
        known = [self._by_id[one] for one in wanted if one in self._by_id]
        if len(known) < len(wanted):
            self.warnings.append(
                f"{name}: {len(wanted) - len(known)} word ids that the document does not have, dropped"
            )
        if not known:
            return [], None
        number = known[0][1]
        here = [word for word, page in known if page == number]
        if len(here) < len(known):
            self.warnings.append(f"{name}: words on several pages, only those on page {number} kept")
        return here, number

    def _read(self, name: str, text: str) -> Decimal | date | str | None:
        if name in _AMOUNTS:
            return self._amount(text)
        if name in _DATES:
            found = find_dates(text, self._order, compact=True)
            return found[0].readings[0] if len(found) == 1 else None
        if name in _CODES:
            return _code(text)
        if name == "currency":
            return _currency(text)
        return text.strip(" :;,") or None

    def _amount(self, text: str) -> Decimal | None:
        """The one amount among the words; beside it may stand a unit or a sign."""
        whole = amount(text, self._separators)
        if whole is not None:
            return whole.value
        found = [one for one in (amount(word, self._separators) for word in text.split()) if one is not None]
        return found[0].value if len(found) == 1 else None

    @cached_property
    def _by_id(self) -> dict[int, tuple[Word, int]]:
        return {word.id: (word, page.number) for page in self.pages for word in page.words}

    @cached_property
    def _separators(self) -> Separators:
        return separators(page.text for page in self.pages)

    @cached_property
    def _order(self) -> DateOrder:
        return date_order(page.text for page in self.pages)


def _is_same(one: Mapping[str, Sequence[int]], other: Mapping[str, Sequence[int]]) -> bool:
    """Whether two rows are one: they share words of a cell that says which row it is."""
    return any(set(one[name]) & set(other[name]) for name in one.keys() & other.keys() if name in _OF_A_ROW)


def _is_of_two_columns(words: Sequence[Word]) -> bool:
    ordered = sorted(words, key=lambda word: word.box.x0)
    return any(
        after.box.x0 - before.box.x1 > _GAP * max(1.0, before.box.bottom - before.box.top)
        and abs(after.box.top - before.box.top) < (before.box.bottom - before.box.top) / 2
        for before, after in pairwise(ordered)
    )


def _around(words: Sequence[Word]) -> Box:
    boxes = [word.box for word in words]
    return Box(
        x0=min(box.x0 for box in boxes),
        top=min(box.top for box in boxes),
        x1=max(box.x1 for box in boxes),
        bottom=max(box.bottom for box in boxes),
    )


def _code(text: str) -> str | None:
    """An id without spaces and punctuation; at least a few digits make it one."""
    bare = re.sub(r"[^A-Za-z0-9]", "", text).upper()
    return bare if sum(c.isdigit() for c in bare) >= 5 and len(bare) <= 40 else None


def _currency(text: str) -> str | None:
    for word in text.split():
        if code := currency_of(word):
            return code
    bare = text.strip(" ()[]:.").upper()
    return bare if re.fullmatch(r"[A-Z]{3}", bare) else None
