"""Word ids to typed values with text, page and box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from triage.documents.amounts import Separators, amount, currency_of, separators
from triage.documents.dates import DateOrder, date_order, find_dates
from triage.documents.lines import in_lines
from triage.domain import Box, DocumentType, FieldValue, Page, PaperLine, Word

_MOST_WORDS = 80
_AMOUNTS = frozenset({"net_total", "tax_total", "gross_total", "quantity", "unit_price", "net_amount"})
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
    lines: list[PaperLine] = field(default_factory=list)
    warnings: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.warnings = list(self.given)

    def value(self, name: str, ids: Sequence[int]) -> FieldValue | None:
        """The value of a field, or none with a warning where the words are none or do not read as one."""
        words, page = self._words(name, ids)
        if not words:
            return None
        text = " ".join(word.text for word in words)
        value = self._read(name, text)
        if value is None:
            self.warnings.append(f"{name}: the words pointed at do not read as one, dropped")
            return None
        return FieldValue(value=value, text=text, page=page, box=_around(words))

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
