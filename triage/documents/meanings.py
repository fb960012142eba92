"""What a label, heading or title means by its words, where it is in no list: `Date limite de règlement`, `Nr zam.`.

ERP systems word the same label in hundreds of ways out of a few dozen words. A phrase is understood only if every word
of it is known. Then the first rule that fits counts. A rule is written as conditions apart by spaces: `pay|due` asks
for one of the words' classes, `-amount|total` for none of them, `=unit|filler` for no others than those.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from triage.documents.labels import Label
from triage.documents.wording import Classes, said

_NO_NUMBER = "-amount|total|gross|date|article|quantity|tax|other"
_NOT_THEIRS = f"{_NO_NUMBER} -yours|customer"
_NO_AMOUNT = "-ref|date|customer|article|quantity|price|unit"
_NO_DAY = "-total|amount|net|gross|subtotal"
_SUMS = "total|amount|net|gross|subtotal"
_PAPERS = "invoice|order|quote|credit|doc"

_HEADER: tuple[tuple[str, str], ...] = (
    ("tax number -total|amount|net|gross|subtotal|percent|date|rate|invoice", "vat_id"),
    ("pay|due date|until -amount", "due_date"),
    ("due =due|net|filler|pay", "due_date"),
    ("delivery|wanted date|wanted note -pay|number|issue", "delivery_note_date"),
    ("delivery|wanted date|wanted invoice -pay|number|issue", "issue_date delivery_date"),
    ("delivery|wanted date|wanted -pay|number|issue", "delivery_date"),
    (f"date invoice|doc|issue|posting|quote|credit|tax {_NO_DAY}", "issue_date"),
    (f"date note {_NO_DAY}", "delivery_note_date"),
    (f"date confirm {_NO_DAY}", "confirmation_date"),
    (f"date order {_NO_DAY} -number|ref", "order_date"),
    ("contact", "other_reference"),
    (f"yours|customer order|doc {_NO_NUMBER}", "order_number"),
    (f"yours|customer ref {_NO_NUMBER}", "~order_number"),
    (f"yours|customer number {_NO_NUMBER}", "other_reference"),
    (f"ours order {_NOT_THEIRS}", "confirmation_number"),
    (f"number|ref confirm {_NOT_THEIRS}", "confirmation_number"),
    (f"number|ref credit {_NOT_THEIRS}", "number"),
    (f"number|ref invoice {_NOT_THEIRS}", "number"),
    (f"number|ref quote {_NOT_THEIRS}", "quotation_number"),
    (f"number|ref note {_NOT_THEIRS}", "delivery_number"),
    (f"number|ref delivery {_NOT_THEIRS}", "delivery_number"),
    (f"number|ref sales {_NOT_THEIRS}", "confirmation_number"),
    (f"number|ref doc {_NOT_THEIRS}", "number"),
    (f"ours number|ref {_NOT_THEIRS}", "~number ~confirmation_number ~delivery_number ~quotation_number"),
    (f"ours invoice {_NOT_THEIRS}", "number"),
    (f"settled|charge|allowance -excl|incl {_NO_AMOUNT}", "other_amount"),
    (f"excl|untaxed {_SUMS}|{_PAPERS}|goods|untaxed {_NO_AMOUNT}", "net"),
    (f"incl {_SUMS}|{_PAPERS}|goods|untaxed|tax {_NO_AMOUNT}", "gross"),
    (f"gross {_NO_AMOUNT}", "gross"),
    (f"tax =tax|rate|percent|amount|total|filler|number|subtotal {_NO_AMOUNT}", "tax"),
    (f"tax {_NO_AMOUNT}", ""),
    (f"pay|rest|due {_SUMS}|invoice {_NO_AMOUNT}", "payable"),
    (f"pay {_NO_AMOUNT}", "~payable"),
    (f"net total|amount|invoice|goods|subtotal {_NO_AMOUNT}", "net"),
    (f"goods|subtotal {_NO_AMOUNT}", "~net"),
    (f"{_PAPERS} total|amount {_NO_AMOUNT}", "gross"),
    (f"total {_NO_AMOUNT}", "~gross"),
)
"""Header fields; those behind a tilde are named weakly."""

_NO_SUM = "-amount|total|tax"

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("allowance gross|price|quantity", ""),
    ("described quantity|delivered|ordered|open", ""),
    ("weight|other -price|amount|quantity", "other"),
    ("date|wanted delivery|wanted", "delivery_date"),
    ("yours|customer article|ref|number", "buyer_item_id"),
    ("article number|ref|ours -price|amount|quantity", "seller_item_id"),
    ("described -price|quantity|allowance|amount", "name"),
    ("allowance -amount|total", "discount"),
    ("price total|amount -unit", "net_amount"),
    ("price gross|incl -net", "gross_price"),
    ("price", "unit_price"),
    (f"open {_NO_SUM}", "open_quantity"),
    (f"delivered quantity {_NO_SUM}", "quantity"),
    (f"delivered -number|date|ref {_NO_SUM}", "quantity"),
    (f"ordered quantity {_NO_SUM}", "ordered_quantity"),
    (f"ordered -number|date|ref {_NO_SUM}", "ordered_quantity"),
    (f"quantity {_NO_SUM}", "quantity"),
    ("unit =unit|filler", "unit"),
    ("tax excl|untaxed", "net_amount"),
    ("tax incl total|amount", "gross_line"),
    ("tax incl", "gross_price gross_line"),
    ("tax amount|total", "tax_amount"),
    ("tax", "tax_rate"),
    ("gross|incl total|amount", "gross_line"),
    ("gross|incl", "gross_price gross_line"),
    ("amount|total|net|untaxed|goods|subtotal|excl", "net_amount"),
)
"""Roles of columns, the likelier first."""

_NO_TITLE = "-ref|percent|price|amount|total|date|number"

_TITLES: tuple[tuple[str, str], ...] = (
    ("confirm order|sales -credit|invoice|pay -ref|percent|price|amount|total", "order_confirmation"),
    ("credit note|invoice|sales|memo -order -ref|percent|price|amount|total", "credit_note"),
    ("quote -order|invoice|delivery -ref|percent|price|amount|total", "quotation"),
    (f"delivery note|doc -invoice|order {_NO_TITLE}", "delivery_note"),
    (f"note -invoice|order|credit {_NO_TITLE}", "delivery_note"),
    (f"invoice sales|customer|tax|goods -order|credit|quote {_NO_TITLE}", "invoice"),
)
"""Types of documents."""


@lru_cache(maxsize=4096)
def header_labels(words: tuple[str, ...]) -> tuple[Label, ...]:
    """Header fields that a phrase names; none where it is not understood."""
    says = said(words)
    if says <= {"filler", "percent", "number", "net", "rate"}:
        return ()
    return tuple(Label(name.lstrip("~"), not name.startswith("~")) for name in _first(_HEADER, says))


@lru_cache(maxsize=4096)
def column_roles(words: tuple[str, ...]) -> tuple[str, ...]:
    """Roles of a column that its heading names by its words; none where it is not understood."""
    says = said(words)
    return () if says <= {"filler", "number", "percent", "rate"} else _first(_COLUMNS, says)


@lru_cache(maxsize=4096)
def title_type(words: tuple[str, ...]) -> str | None:
    """The type of document that a title names by its words; none where it is not understood."""
    return next(iter(_first(_TITLES, said(words))), None)


def _first(rules: Sequence[tuple[str, str]], says: Classes) -> tuple[str, ...]:
    """What the first rule that fits names."""
    return next((tuple(names.split()) for rule, names in rules if says and _fits(rule, says)), ())


@lru_cache(maxsize=256)
def _conditions(rule: str) -> tuple[tuple[str, Classes], ...]:
    parts = [(part[0], part[1:]) if part[0] in "-=" else ("", part) for part in rule.split()]
    return tuple((sign, frozenset(names.split("|"))) for sign, names in parts)


def _fits(rule: str, says: Classes) -> bool:
    return all(
        says <= names if sign == "=" else not says & names if sign == "-" else bool(says & names)
        for sign, names in _conditions(rule)
    )
