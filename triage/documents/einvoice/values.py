"""Texts of an XML to typed values, and back: does this text read as that value?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from triage.documents.einvoice.codes import NOT_ACCEPTED, type_of
from triage.documents.einvoice.tree import Element
from triage.documents.einvoice.units import unit_name
from triage.domain import FieldValue
from triage.domain.base import Scalar

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:T[\d:.]+)?(?:Z|[+-]\d{2}:\d{2})?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\d{4}(?:\d{2})?)?")
_ACCOUNT = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{8,30}")
"""The shape of an IBAN; account numbers of other kinds stand in the same place."""
_MOST_LETTERS = 500

NUMBERS = frozenset({"net_total", "tax_total", "gross_total", "quantity", "unit_price", "price_per", "net_amount"})
DAYS = frozenset({"issue_date", "due_date", "delivery_date"})


def number(text: str) -> Decimal | None:
    """An `xs:decimal`; none for anything else, so that no `NaN` and no exponent becomes an amount."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def day(text: str) -> date | None:
    """A date as UBL (ISO 8601, perhaps with a zone) or CII (format 102, 203 or 204) writes it."""
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3])).date()  # noqa: DTZ001
    except ValueError:
        return None


def value_of(field: str, text: str) -> Scalar | None:
    """What a text at its path means as a value of this field; none where it means none."""
    if field in NUMBERS:
        return number(text)
    if field in DAYS:
        return day(text)
    if field == "document_type":
        found = type_of(text)
        return None if found is None else found.value
    if field == "unit":
        return unit_name(text)
    if field in {"iban", "seller_vat_id"}:
        bare = re.sub(r"[\s.-]+", "", text).upper()
        return bare if field == "seller_vat_id" or _ACCOUNT.fullmatch(bare) else None
    return text[:_MOST_LETTERS] or None


def field_of(field: str, element: Element | None, attribute: str = "") -> FieldValue | None:
    """The value of a field where it stands; none where nothing stands there or it cannot be read as such."""
    if element is None:
        return None
    text = element.attributes.get(attribute, "") if attribute else element.text
    value = value_of(field, text) if text else None
    if value is None:
        return None
    return FieldValue(
        value=value, text=text[:_MOST_LETTERS], path=element.path + (f"/@{attribute}" if attribute else "")
    )


def first_of(field: str, elements: Iterable[Element]) -> FieldValue | None:
    """The first of several elements that can be read as a value of this field."""
    return next(filter(None, (field_of(field, one) for one in elements)), None)


def not_accepted(element: Element) -> FieldValue:
    """The quantity that is confirmed of a line which the seller does not accept: none, by its status code."""
    return FieldValue(value=Decimal(0), text=element.text, path=element.path)


def is_refused(fields: Mapping[str, FieldValue]) -> bool:
    """Whether a line's quantity is that of a line which is not accepted."""
    return "quantity" in fields and (fields["quantity"].path or "").endswith("/LineStatusCode")


def same_unit(quantity: Element | None, base: Element | None) -> bool:
    """Whether quantity and price base count the same, as far as they say."""
    units = {one.attributes.get("unitCode", "") for one in (quantity, base) if one}
    return len(units - {""}) <= 1


def reads_as_value(field: str, found: FieldValue, text: str) -> bool:
    """Whether the text that stands at the value's path is the value's text and reads as the value."""
    if text[:_MOST_LETTERS] != found.text:
        return False
    if is_refused({field: found}):
        return found.value == 0 and text in NOT_ACCEPTED
    return value_of(field, text) == found.value
