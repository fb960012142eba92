"""What numbers, dates, times and codes in a text may mean, whatever the locale they were written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

Day = tuple[int | None, int, int]
"""Year (none where not written), month, day."""

_LANGUAGES = ("en", "de", "fr", "es", "nl")
_EXTRA_MONTHS = {
    "sept": 9,
    "mrz": 3,
    "maerz": 3,
    "mär": 3,
    "janv": 1,
    "févr": 2,
    "fevr": 2,
    "juil": 7,
    "mrt": 3,
    "set": 9,
}
_NUMBER = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_CURRENCY = r"(?:EUR|USD|GBP|CHF|€|\$|£)"
_ISO = re.compile(r"(?<![\w.-])(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?![\w-])")
_NUMERIC = re.compile(
    r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})(?:\2(\d{4}|\d{2})(?!\d)|(?<=[./]\d)(?:\.(?!\d)|(?![\w.,/-]))|(?<=[./]\d\d)(?:\.(?!\d)|(?![\w.,/-])))"
)
_TIME = re.compile(r"(?<![\w:.])([01]?\d|2[0-4])\s?[:hH]\s?([0-5]\d)(?!\d)")
_CODE = re.compile(r"(?<!\w)(?=[\w./-]{0,40}[A-Za-z])(?=[\w./-]{0,40}\d)[A-Za-z0-9]+(?:[-/._][A-Za-z0-9]+)*(?!\w)")
_MEASURE = re.compile(r"^(\d+)-?[a-zäöüéèº°²³µ]{1,12}$|^[xX](\d+)$|^(\d+)[xX]$|^(\d+)(?:-[A-Za-zäöüé]+)+$")
_MEASURES = re.compile(r"^[A-ZØ]?\d+(?:[xX]\d+)+[a-z]{0,2}$")
_PLAIN = re.compile(rf"(?<![\w])(?:{_NUMBER})")
_MONEY = re.compile(rf"{_CURRENCY}\s?(?P<amount>{_NUMBER})")


@dataclass(frozen=True)
class Mark:
    """A number, date, time or code in a text, with all that it may mean."""

    text: str
    start: int
    end: int
    numbers: frozenset[Decimal] = frozenset()
    parts: tuple[frozenset[Decimal], ...] = ()
    """Where it may also be several numbers side by side: the readings of each."""
    days: frozenset[Day] = frozenset()
    times: frozenset[tuple[int, int]] = frozenset()
    within: frozenset[Decimal] = frozenset()
    """Numbers inside a measure (8 and 40 of `M8x40`): they support others, but the measure needs all of itself."""
    code: str = ""
    """Letters and digits in upper case, where it is a code or a long number."""


def numbers(text: str) -> frozenset[Decimal]:
    """Values that one written number may have: `1.234` is 1.234 or 1234, `1.234,56` only 1234.56."""
    bare = re.sub(r"[\s'’\u00a0\u202f]", "", text)
    commas, points = bare.count(","), bare.count(".")
    if commas and points:
        decimal = max(bare.rfind(","), bare.rfind("."))
        whole = re.sub(r"[.,]", "", bare[:decimal])
        return frozenset({Decimal(f"{whole}.{bare[decimal + 1 :]}")})
    if commas + points > 1:
        return frozenset({Decimal(re.sub(r"[.,]", "", bare))})
    if commas + points == 0:
        return frozenset({Decimal(bare)})
    whole, rest = re.split(r"[.,]", bare)
    found = {Decimal(f"{whole}.{rest}")}
    if len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        found.add(Decimal(whole + rest))
    return frozenset(found)


@cache
def months() -> dict[str, int]:
    """Month names and abbreviations of the five languages → 1 to 12."""
    from babel.dates import get_month_names

    found = dict(_EXTRA_MONTHS)
    for language in _LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                found.setdefault(name.casefold().rstrip("."), number)
    return found


@cache
def _named_dates() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted((re.escape(name) for name in months()), key=len, reverse=True))
    month = rf"(?P<month>{names})\b\.?"
    year = r"(?:,?\s*(?:de\s+|del\s+)?(?P<year>(?:19|20)\d{2})(?!\d))?"
    day = r"(?<![\w.,/-])(?P<day>[0-3]?\d)(?:\.|st|nd|rd|th|er|º|ª|e)?"
    return (
        re.compile(rf"{day}\s*(?:-\s*)?(?:of\s+|de\s+)?{month}{year}", re.IGNORECASE),
        re.compile(rf"\b{month}\s+(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?![\w.]\d|\d){year}", re.IGNORECASE),
        re.compile(rf"\b{month}\s*(?:de\s+|del\s+)?(?P<year>(?:19|20)\d{{2}})(?!\d)", re.IGNORECASE),
    )


def marks(text: str) -> list[Mark]:
    """Everything in a text that can be checked: dates, times, amounts, codes, numbers; in order, not overlapping."""
    if not any(character.isdigit() for character in text):
        return []
    taken = bytearray(len(text))
    found: list[Mark] = []
    for search in (_search_days, _search_times, _search_money, _search_codes, _search_numbers):
        for mark in search(text):
            if not any(taken[mark.start : mark.end]):
                taken[mark.start : mark.end] = b"\x01" * (mark.end - mark.start)
                found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def _search_days(text: str) -> Iterator[Mark]:
    for match in _ISO.finditer(text):
        days = _valid({(int(match[1]), int(match[2]), int(match[3]))})
        if days:
            yield Mark(match[0], *match.span(), days=days)
    yield from _search_named_days(text)
    for match in _NUMERIC.finditer(text):
        one, other = int(match[1]), int(match[3])
        year = None if match[4] is None else int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        days = _valid({(year, other, one), (year, one, other)})
        if days:
            parts = () if year else (numbers(match[1]), numbers(match[3]))
            loose = numbers(f"{match[1]}.{match[3]}") if not year and match[2] == "." else frozenset()
            yield Mark(match[0], *match.span(), days=days, parts=parts, numbers=loose)


def _search_named_days(text: str) -> Iterator[Mark]:
    day_first, month_first, month_only = _named_dates()
    for pattern in (day_first, month_first):
        for match in pattern.finditer(text):
            year = int(match["year"]) if match["year"] else None
            days = _valid({(year, months()[match["month"].casefold()], int(match["day"]))})
            if days:
                yield Mark(match[0], *match.span(), days=days)
    for match in month_only.finditer(text):
        yield Mark(match["year"], *match.span("year"), numbers=numbers(match["year"]))


def _valid(days: set[Day]) -> frozenset[Day]:
    kept = set()
    for year, month, day in days:
        try:
            date(year or 2000, month, day)
        except ValueError:
            continue
        kept.add((year, month, day))
    return frozenset(kept)


def _search_times(text: str) -> Iterator[Mark]:
    for match in _TIME.finditer(text):
        yield Mark(match[0], *match.span(), times=frozenset({(int(match[1]) % 12, int(match[2]))}))


def _search_money(text: str) -> Iterator[Mark]:
    for match in _MONEY.finditer(text):
        yield _number_mark(match["amount"], match.start("amount"))


def _search_codes(text: str) -> Iterator[Mark]:
    for match in _CODE.finditer(text):
        measure = _MEASURE.match(match[0])
        if measure:
            digits = next(group for group in measure.groups() if group)
            yield Mark(match[0], *match.span(), numbers=numbers(digits), code=squeeze(match[0]))
        else:
            within = _MEASURES.match(match[0])
            inside = frozenset(Decimal(digits) for digits in re.findall(r"\d+", match[0])) if within else frozenset()
            yield Mark(match[0], *match.span(), within=inside, code=squeeze(match[0]))


def _search_numbers(text: str) -> Iterator[Mark]:
    for match in _PLAIN.finditer(text):
        yield _number_mark(match[0], match.start())


def _number_mark(written: str, start: int) -> Mark:
    end = start + len(written)
    digits = re.sub(r"\D", "", written)
    if written.isdigit() and (len(digits) >= 7 or (len(digits) > 1 and digits.startswith("0"))):
        return Mark(written, start, end, code=digits)
    parts = tuple(numbers(part) for part in re.split(r"[ \u00a0\u202f]", written)) if re.search(r"\s", written) else ()
    return Mark(written, start, end, numbers=numbers(written), parts=parts)


def squeeze(text: str) -> str:
    """Letters and digits only, in upper case."""
    return re.sub(r"[\W_]+", "", text).upper()
