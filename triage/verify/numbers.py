"""Every number, amount, date and reference in a text must occur in what the text was made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import Case, Fact, View
from triage.verify.readings import Day, Mark, marks, squeeze


@dataclass(frozen=True)
class Support:
    """All values that occur in the input, in every reading."""

    numbers: frozenset[Decimal]
    days: frozenset[Day]
    times: frozenset[tuple[int, int]]
    codes: str
    """All texts squeezed to letters and digits, apart by a space."""
    years: frozenset[int]
    """Years that a date without one may be given."""

    @staticmethod
    def of(texts: Iterable[str], years: Iterable[int] = ()) -> Support:
        """What these texts support."""
        found: set[Decimal] = set()
        days: set[Day] = set()
        times: set[tuple[int, int]] = set()
        squeezed: list[str] = []
        for text in texts:
            squeezed.append(squeeze(text))
            for mark in marks(text):
                found |= mark.numbers | mark.within
                found.update(*mark.parts)
                days |= mark.days
                times |= mark.times
        found.update(Decimal(year) for year, _, _ in days if year)
        return Support(frozenset(found), frozenset(days), frozenset(times), " ".join(squeezed), frozenset(years))

    @staticmethod
    def of_view(view: View) -> Support:
        """Messages, subjects, papers, the order's names, amounts and dates, and the facts that every reader may see."""
        year = view.case.captured_at.year
        texts = [*view.sources().values(), *record_names(view.case), *(p.document for p in view.papers)]
        texts += order_figures(view.case)
        for fact in view.facts:
            texts += [] if fact.confidential else fact_texts(fact)
        return Support.of(texts, (year - 1, year, year + 1))

    def has(self, mark: Mark) -> bool:
        """Whether some reading of this mark occurs in the input."""
        if mark.numbers & self.numbers or mark.times & self.times:
            return True
        if mark.parts and all(part & self.numbers for part in mark.parts):
            return True
        if any(self._has_day(day) for day in mark.days):
            return True
        return bool(mark.code) and mark.code in self.codes

    def _has_day(self, wanted: Day) -> bool:
        year, month, day = wanted
        for other, other_month, other_day in self.days:
            if (month, day) == (other_month, other_day) and (
                year is None or year == other or (other is None and year in self.years)
            ):
                return True
        return False

    def has_reference(self, ref: str) -> bool:
        """Whether this reference occurs in the input, however it is spaced."""
        bare = squeeze(ref)
        return bool(bare) and bare in self.codes


def unsupported(text: str, view: View) -> list[str]:
    """Numbers, dates, times and codes of a text that do not occur in the view, as written, in order.

    Read in every locale: 1.234,56 = 1,234.56 = 1234.56; 3. Dezember 2026 = 2026-12-03 = 03/12/2026. Numbers in words
    are not looked at. Values of confidential facts support nothing, since not every reader may see them.
    """
    return missing(text, Support.of_view(view))


def missing(text: str, support: Support) -> list[str]:
    """What a text says that this support does not have."""
    return [mark.text for mark in marks(text) if not support.has(mark)]


def unsupported_by(text: str, facts: Iterable[Fact]) -> list[str]:
    """What a text says that none of these facts does."""
    return missing(text, Support.of([one for fact in facts for one in fact_texts(fact)]))


def fact_texts(fact: Fact) -> list[str]:
    """A fact's value, subject and computation as texts."""
    return [str(fact.value), fact.about or "", fact.how]


def record_names(case: Case) -> list[str]:
    """Names of all records of a case, as people write them."""
    orders = [order for order in (case.order, *case.related) if order]
    names = [
        case.record.name,
        *(order.ref.name for order in orders),
        *(order.client_order_ref or "" for order in orders),
        *(name for s in case.shipments for name in (s.ref.name, s.tracking or "", s.backorder_of or "")),
        *(name for p in case.purchases for name in (p.ref.name, p.partner_ref or "")),
        *(invoice.ref.name for invoice in case.invoices),
        *(line.product for line in case.lines),
        *(document.name for document in case.documents),
        *(candidate.record.name for candidate in case.link.candidates),
    ]
    return [name for name in names if name]


def order_figures(case: Case) -> list[str]:
    """Amounts, quantities and dates of the order and its lines: what every reader of the order sees there."""
    order = case.order
    moments = (order.date_order, order.commitment_date) if order else ()
    figures = [moment.date() for moment in moments if moment]
    amounts = [order.amount_total] if order and order.amount_total is not None else []
    for line in case.lines:
        amounts += [line.quantity, line.delivered, *([] if line.unit_price is None else [line.unit_price])]
    return [*(day.isoformat() for day in figures), *(f"{amount:f}" for amount in amounts)]
