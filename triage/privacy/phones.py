"""Phone numbers in a text, told from the numbers of the business."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from triage.privacy.found import NUMBER_LABEL, Found, before

DEFAULT_REGIONS = ("GB", "DE", "FR", "ES", "NL")

_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}")
_LABEL = re.compile(
    r"(?:\b(?:tel\w*|tél\w*|phone|mob\w*|handy|cell\w*|fax|gsm|portable|m[óo]vil|ph|rufnummer|durchwahl|whatsapp|call"
    r"|ring|anruf\w*|bel\w{0,4}|appel\w*|joindre|llam\w*|reach \w+ (?:at|on)|erreich\w*)\b"
    r"[\s.:()\-]*(?:\b(?:no|nr|number|nummer|num[ée]ro|número|n[º°]|me|us|uns|mich|at|on|unter|au|al|op)\b[\s.:]*)*"
    r"|(?:^|[|,;•·\s])(?-i:[TMFPH])[.:]\s*)$",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d\d|(?:19|20)\d\d[-./]\d{1,2}[-./]\d{1,2})(?!\d)")
_GLUED_BEFORE = re.compile(r"(?:[\w/#_]|\w-|\d[.,])\Z")
_GLUED_AFTER = re.compile(r"^(?:[\w_]|[.,/-]\d|\s?(?:€|\$|£|EUR|USD|GBP|CHF|%))")
_FEWEST_LABELLED = 6
_FEWEST_DIGITS = 8
"""Of a number without label or country code."""


def phones(text: str, regions: tuple[str, ...] = DEFAULT_REGIONS) -> Iterator[Found]:
    """Phone numbers; national and international spellings of one number are one value.

    A number without country code counts where a label says so, or where it is written as people write phone numbers.
    Order, item and tracking numbers, amounts and dates do not count.
    """
    if not _DIGITS.search(text):
        return
    from phonenumbers import Leniency, PhoneNumberFormat, PhoneNumberMatcher, format_number

    seen: set[tuple[int, int]] = set()
    for region in (None, *regions):
        for match in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            start, end = match.start, match.end
            if (start, end) in seen or not _is_phone(text, start, end, match.number):
                continue
            seen.add((start, end))
            value = format_number(match.number, PhoneNumberFormat.E164)
            yield Found(start, end, f"{value}x{match.number.extension}" if match.number.extension else value)


def _is_phone(text: str, start: int, end: int, number: Any) -> bool:
    raw, label = text[start:end], before(text, start)
    if _GLUED_BEFORE.search(text[max(0, start - 2) : start]) or _GLUED_AFTER.search(text[end : end + 5]):
        return False
    if _DATE.search(raw):
        return False
    if raw.startswith("+") or (_LABEL.search(label) and _digits(raw) >= _FEWEST_LABELLED):
        return True
    if NUMBER_LABEL.search(label):
        return False
    if _written_as_phone(raw):
        return _is_valid(number) or _is_alone(text, start, end)
    return raw.isdigit() and raw.startswith("0") and _is_mobile(number)


def _written_as_phone(raw: str) -> bool:
    """In groups, and with the zero or bracket that begins a national number."""
    if raw[0] not in "0(" or _digits(raw) < _FEWEST_DIGITS or raw.count("(") != raw.count(")"):
        return False
    return bool(re.search(r"\d[ \u00a0/().-]+\d", raw)) and not re.search(r"\s{2}", raw)


def _digits(raw: str) -> int:
    return sum(character.isdigit() for character in raw)


def _is_alone(text: str, start: int, end: int) -> bool:
    """On a line of its own, as in a signature; a single zero begins a row of numbers rather than a phone's."""
    if not re.match(r"\(?0\d", text[start:end]):
        return False
    return not before(text, start, 60).strip() and not text[end : end + 60].partition("\n")[0].strip()


def _is_valid(number: Any) -> bool:
    from phonenumbers import is_valid_number

    return bool(is_valid_number(number))


def _is_mobile(number: Any) -> bool:
    from phonenumbers import PhoneNumberType, number_type

    return bool(_is_valid(number) and number_type(number) == PhoneNumberType.MOBILE)
