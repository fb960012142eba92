"""Facts in words: one line for a reader, in English, German, French, Spanish or Dutch. Never a confidential fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain import Case, Fact
from triage.facts.phrases import DAY_WORDS, MONTHS, PHRASES, PREFIX

_PERCENT = re.compile(r"\((-?[\d.]+) %\)$")
_MOST = 4
"""Facts in one line."""
_LONGEST = 230
"""Characters of one line."""


@dataclass(frozen=True)
class Reader:
    """How a language writes numbers, days and dates."""

    language: str
    year: int
    """The year that needs no saying."""

    def phrase(self, kind: str, **values: str) -> str:
        """A phrase of `PHRASES` with its values."""
        return PHRASES[kind][self.language].format(**values)

    def number(self, value: Decimal, places: int | None = None) -> str:
        """A number without sign in the language's separators."""
        written = f"{abs(value):,.{places}f}" if places is not None else f"{abs(value):,f}"
        if self.language == "en":
            return written
        group = "\u00a0" if self.language == "fr" else "."
        return written.replace(",", "_").replace(".", ",").replace("_", group)

    def money(self, fact: Fact) -> str:
        """An amount with its currency: two decimals, or as many as a unit price has."""
        value = _decimal(fact)
        exact = value == value.quantize(Decimal("0.01"))
        return f"{self.number(value, 2 if exact else None)} {fact.unit or ''}".strip()

    def days(self, count: Decimal) -> str:
        """`1 day`, `2 days`."""
        one, many = DAY_WORDS[self.language]
        return f"{self.number(count)} {one if abs(count) == 1 else many}"

    def date(self, day: date) -> str:
        """`13 Nov`, with the year where it is another one."""
        month = MONTHS[self.language][day.month - 1]
        dot = "." if self.language == "de" else ""
        year = "" if day.year == self.year else f" {day.year}"
        return f"{day.day}{dot} {month}{year}"


def facts_line(case: Case, facts: Iterable[Fact], language: str | None = None) -> str:
    """One sentence with the facts that explain most, or an empty text.

    `Facts: 2 days late against the promise of 13 Nov; 40 of 100 short, next receipt 24 Nov.`
    In the company's reader language unless another is asked for; English where that is none of the five. Numbers and
    dates are those of the facts and of their `how`.
    """
    wanted = (language or case.company.language)[:2].lower()
    reader = Reader(wanted if wanted in PREFIX else "en", case.captured_at.year)
    shown = [fact for fact in facts if not fact.confidential]
    pieces: list[str] = []
    for piece in _pieces(case, shown, reader):
        if len(pieces) == _MOST or sum(map(len, pieces)) + len(piece) > _LONGEST:
            break
        if piece not in pieces:
            pieces.append(piece)
    if not pieces:
        pieces = [
            word for fact in shown if fact.name == "promise.on_time" if (word := _on_time(case, shown, fact, reader))
        ]
    if not pieces:
        return ""
    line = f"{PREFIX[reader.language]}: {'; '.join(pieces)}"
    return line if line.endswith(".") else f"{line}."


def _decimal(fact: Fact) -> Decimal:
    return fact.value if isinstance(fact.value, Decimal) else Decimal(0)


def _pieces(case: Case, facts: list[Fact], reader: Reader) -> Iterable[str]:
    """Phrases in the order of what explains most."""
    for name, word in _WORDS.items():
        for fact in facts:
            if fact.name == name:
                piece = word(case, facts, fact, reader)
                if piece:
                    yield piece
    for fact in facts:
        if fact.name not in _WORDS and fact.sources == ("reported",):
            yield _reported(fact, reader)


def _reported(fact: Fact, reader: Reader) -> str:
    """A fact of the caller's under the caller's own name."""
    label = fact.name.replace(".", " ").replace("_", " ") + (f" {fact.about}" if fact.about else "")
    if isinstance(fact.value, date):
        return f"{label} {reader.date(fact.value)}"
    if isinstance(fact.value, bool):
        return label if fact.value else ""
    if isinstance(fact.value, Decimal):
        return f"{label} {'-' if fact.value < 0 else ''}{reader.number(fact.value)} {fact.unit or ''}".strip()
    return f"{label}: {fact.value}"


_Word = Callable[[Case, list[Fact], Fact, Reader], str]


def _beside(facts: list[Fact], name: str, about: str | None) -> Fact | None:
    return next((f for f in facts if f.name == name and f.about == about), None)


def _late(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    promised = _beside(facts, "promise.original", fact.about)
    if promised and isinstance(promised.value, date):
        return reader.phrase("late", days=reader.days(_decimal(fact)), date=reader.date(promised.value))
    return reader.phrase("late_bare", days=reader.days(_decimal(fact)))


def _on_time(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    promised = _beside(facts, "promise.original", fact.about)
    if promised and isinstance(promised.value, date):
        return reader.phrase("on_time", date=reader.date(promised.value))
    return ""


def _slack(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    """Only where the goods come after the promise."""
    return reader.phrase("will_be_late", days=reader.days(_decimal(fact))) if _decimal(fact) < 0 else ""


def _short(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    ordered = sum((line.quantity for line in case.lines if line.product == fact.about), Decimal(0))
    amount = reader.number(_decimal(fact))
    if ordered and reader.number(ordered) in fact.how.replace("\u00a0", " "):
        amount = reader.phrase("of", part=amount, whole=reader.number(ordered))
    several = len(case.lines) > 1 or not case.lines
    about = f" {fact.about}" if fact.about and several else ""
    words = reader.phrase("short", amount=amount + about)
    incoming = _beside(facts, "stock.incoming", fact.about)
    if incoming and isinstance(incoming.value, date):
        return f"{words}, {reader.phrase('receipt', date=reader.date(incoming.value))}"
    if _beside(facts, "stock.no_receipt_planned", fact.about):
        return f"{words}, {reader.phrase('no_receipt')}"
    return words


def _overdue(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    days = _beside(facts, "credit.overdue_days", None)
    if days is None:
        return reader.phrase("overdue", amount=reader.money(fact))
    return reader.phrase("overdue_days", amount=reader.money(fact), days=reader.days(_decimal(days)))


def _delivered(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    if not isinstance(fact.value, date):
        return ""
    words = reader.phrase("delivered", about=fact.about or "", date=reader.date(fact.value))
    signed = _beside(facts, "shipment.signed_by", fact.about)
    return words + (", " + reader.phrase("signed", name=str(signed.value)) if signed else "")


@dataclass(frozen=True)
class _Flag:
    """A phrase with the fact's subject and text."""

    kind: str

    def __call__(self, case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
        if fact.value is False:
            return ""
        return reader.phrase(self.kind, about=fact.about or case.record.name, value=str(fact.value))


def wording_of_flag(fact: Fact) -> str | None:
    """A regular expression for how the languages say a fact that has no number; none for facts with one."""
    word = _WORDS.get(fact.name)
    kind = word.kind if isinstance(word, _Flag) else _IN_PASSING.get(fact.name)
    if kind is None or fact.value is False:
        return None
    return "|".join(_pattern(phrase, fact) for phrase in PHRASES[kind].values())


def _pattern(phrase: str, fact: Fact) -> str:
    about = re.escape(fact.about) if fact.about else r"\S.*?"
    said = re.escape(phrase).replace(r"\{about\}", about).replace(r"\{value\}", re.escape(str(fact.value)))
    return rf"(?<!\w){said}(?!\w)"


def _count_of_days(kind: str) -> _Word:
    def word(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
        return reader.phrase(kind, about=fact.about or case.record.name, days=reader.days(_decimal(fact)))

    return word


def _amount(kind: str) -> _Word:
    """An amount; `kind_more` or `kind_less` by its sign where there are two phrases."""

    def word(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
        return reader.phrase(
            _signed(kind, fact), about=fact.about or "", amount=reader.money(fact), currency=fact.unit or ""
        )

    return word


def _price(kind: str) -> _Word:
    """A price difference in per cent, as the fact's computation ends with it; the amount where it does not."""

    def word(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
        percent = _PERCENT.search(fact.how)
        amount = f"{reader.number(Decimal(percent[1]))} %" if percent else reader.money(fact)
        return reader.phrase(_signed(kind, fact), about=fact.about or "", amount=amount)

    return word


def _quantity(kind: str) -> _Word:
    def word(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
        return reader.phrase(_signed(kind, fact), about=fact.about or "", amount=reader.number(_decimal(fact)))

    return word


def _signed(kind: str, fact: Fact) -> str:
    if kind in PHRASES:
        return kind
    return f"{kind}_less" if _decimal(fact) < 0 else f"{kind}_more"


def _hours(case: Case, facts: list[Fact], fact: Fact, reader: Reader) -> str:
    return reader.phrase("stalled", hours=reader.number(_decimal(fact)))


_IN_PASSING = {"stock.no_receipt_planned": "no_receipt"}
"""Facts without a number that another fact's words tell."""

_WORDS: dict[str, _Word] = {
    "promise.days_late": _late,
    "stock.shortage": _short,
    "promise.slack_days": _slack,
    "shipment.lost": _Flag("lost"),
    "shipment.returned": _Flag("returned"),
    "shipment.exception": _Flag("exception"),
    "shipment.no_scan_days": _count_of_days("no_scan"),
    "confirmation.substitute": _Flag("confirmed_substitute"),
    "confirmation.date_difference": _count_of_days("confirmed_later"),
    "confirmation.price_difference": _price("confirmed_price"),
    "confirmation.quantity_difference": _quantity("confirmed_quantity"),
    "confirmation.unit_difference": _Flag("confirmed_unit"),
    "confirmation.missing_line": _Flag("confirmed_missing"),
    "confirmation.extra_line": _Flag("confirmed_extra"),
    "confirmation.split": _Flag("confirmed_split"),
    "confirmation.currency_difference": _Flag("confirmed_currency"),
    "confirmation.charge": _amount("confirmed_charge"),
    "confirmation.amount_difference": _amount("confirmed_amount"),
    "invoice.price_difference": _price("invoiced_price"),
    "invoice.quantity_difference": _quantity("invoiced_quantity"),
    "invoice.not_received": _quantity("invoiced_not_received"),
    "invoice.amount_difference": _amount("invoiced_amount"),
    "delivery.quantity_difference": _quantity("note_quantity"),
    "credit.on_hold": _Flag("on_hold"),
    "credit.overdue_amount": _overdue,
    "credit.disputed_amount": _amount("disputed"),
    "price.below_floor": _Flag("below_floor"),
    "price.difference_percent": _quantity("price_percent"),
    "data.edi_error": _Flag("edi_error"),
    "data.unknown_item": _Flag("unknown_item"),
    "data.uom_mismatch": _Flag("uom"),
    "data.duplicate_reference": _Flag("duplicate"),
    "data.reference_missing": _Flag("reference_missing"),
    "data.missing_address": _Flag("missing_address"),
    "stock.substituted": _Flag("substituted"),
    "stock.backorder_age": _count_of_days("backorder"),
    "shipment.delivered": _delivered,
    "shipment.partial": _Flag("partial"),
    "owner.stalled_hours": _hours,
    "owner.missing": _Flag("no_owner"),
    "confirmation.agrees": _Flag("confirmed_agrees"),
}
"""Which facts have words, in the order in which they explain most."""
