"""Reads a value again from its page and box alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from triage.documents.amounts import CURRENCY_SIGNS, amount, separators
from triage.documents.dates import date_order, find_dates
from triage.documents.printed import key_of
from triage.domain import Box, FieldValue, Page


def text_in(page: Page, box: Box) -> str:
    """Words of a page whose middle lies in a box, in reading order."""
    inside = [
        word.text
        for word in page.words
        if box.x0 - 0.01 <= (word.box.x0 + word.box.x1) / 2 <= box.x1 + 0.01
        and box.top - 0.01 <= (word.box.top + word.box.bottom) / 2 <= box.bottom + 0.01
    ]
    return " ".join(inside)


def reads_again(name: str, found: FieldValue, pages: Sequence[Page]) -> bool:
    """Whether the words in a value's box read as the value again. `name` is the field's."""
    page = next((p for p in pages if p.number == found.page), None)
    if page is None or found.box is None:
        return False
    text = text_in(page, found.box)
    if isinstance(found.value, Decimal):
        return _same_amount(text, found.value, pages)
    if isinstance(found.value, date):
        order = date_order([p.text for p in pages])
        return any(found.value in one.readings for one in find_dates(text, order, compact=True))
    return _same_text(name, text, str(found.value))


def _same_text(name: str, text: str, value: str) -> bool:
    if name == "document_type":
        return bool(text.strip())
    if name == "currency":
        lower = text.lower()
        return any(code == value and sign in lower for sign, code in CURRENCY_SIGNS.items())
    return key_of(value) in key_of(text)


def _same_amount(text: str, value: Decimal, pages: Sequence[Page]) -> bool:
    marks = separators(page.text for page in pages)
    words = text.split()
    for first in range(len(words)):
        for last in range(first, len(words)):
            read = amount(" ".join(words[first : last + 1]).rstrip(",;:"), marks)
            if read is not None and read.value == value:
                return True
    return False
