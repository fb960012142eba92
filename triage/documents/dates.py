"""Dates as printed in seven languages, read in the document's own order of day and month."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_MONTHS: tuple[str, ...] = (
    "january jan januar jan. jaenner janner janvier janv januari enero ene gennaio gen stycznia styczen sty",
    "february feb februar februari fevrier fevr fev febrero febbraio lutego luty lut",
    "march mar marz maerz mrz mars maart mrt marzo marca marzec",
    "april apr avril avr abril abr aprile kwietnia kwiecien kwi",
    "may mai mei mayo maggio mag maja maj",
    "june jun juni juin junio giugno giu czerwca czerwiec cze",
    "july jul juli juillet juil julio luglio lug lipca lipiec lip",
    "august aug augustus aout agosto ago sierpnia sierpien sie",
    "september sep sept septembre septiembre settembre set wrzesnia wrzesien wrz",
    "october oct oktober okt octobre octubre ottobre ott pazdziernika pazdziernik paz",
    "november nov novembre noviembre listopada listopad lis",
    "december dec dezember dez decembre diciembre dic dicembre grudnia grudzien gru",
)
MONTHS: dict[str, int] = {name: n for n, names in enumerate(_MONTHS, 1) for name in names.split()}
"""Month names and their short forms in English, German, French, Dutch, Spanish, Italian and Polish, without accents."""

_WORD = r"[^\W\d_]{3,12}"
_YEAR_FIRST = re.compile(r"(?<![\d.,/-])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d/]|[.,-]\d)")
_DAY_MONTH = re.compile(
    rf"(?<![\d.,/-])(\d{{1,2}})(?:st|nd|rd|th|er|º|°|e)?[\s.\-/]*(?:de\s|of\s|del\s)?\s*({_WORD})\.?[\s,.\-/]*(?:de\s|del\s)?\s*"
    r"(\d{4}|\d{2})(?!\d)",
    re.I,
)
_MONTH_DAY = re.compile(rf"(?<!\w)({_WORD})\.?[\s\-]*(\d{{1,2}})(?:st|nd|rd|th)?\s*[\s,\-]+(\d{{4}})(?!\d)", re.I)
_COMPACT = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands and its readings, the likelier first."""

    start: int
    end: int
    readings: tuple[date, ...]

    @property
    def certain(self) -> bool:
        """Whether it can be read in one way only."""
        return len(self.readings) == 1


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Whether the day stands before the month."""

    day_first: bool = True
    sure: bool = False
    """A date of the document can be read in this order only."""


def find_dates(text: str, order: DateOrder = DateOrder(), compact: bool = False) -> list[Found]:
    """Dates in a text from left to right. `compact` also takes `20260815`."""
    found: list[Found] = []
    for pattern, reading in (
        (_YEAR_FIRST, lambda m: (_day(m[1], m[3], m[4]),)),
        (_NUMERIC, lambda m: _numeric(m, order)),
        (_DAY_MONTH, lambda m: (_named(m[3], m[2], m[1]),)),
        (_MONTH_DAY, lambda m: (_named(m[3], m[1], m[2]),)),
        *(((_COMPACT, lambda m: (_day(m[1], m[2], m[3]),)),) if compact else ()),
    ):
        for match, readings in _read(pattern, reading, text):
            if not any(f.start < match.end() and match.start() < f.end for f in found):
                found.append(Found(match.start(), match.end(), readings))
    return sorted(found, key=lambda f: f.start)


def _read(
    pattern: re.Pattern[str], reading: Callable[[re.Match[str]], tuple[date | None, ...]], text: str
) -> Iterator[tuple[re.Match[str], tuple[date, ...]]]:
    """Matches that are dates. One that is none (`12 Date 14`) does not hide the date that begins within it."""
    at = 0
    while match := pattern.search(text, at):
        readings = tuple(day for day in reading(match) if day is not None)
        at = match.end() if readings else match.start() + 1
        if readings:
            yield match, readings


def date_order(texts: Iterable[str], day_first: bool = True) -> DateOrder:
    """The document's order of day and month: that of its unambiguous dates, else `day_first`."""
    votes = [0, 0]
    for text in texts:
        for match in _NUMERIC.finditer(text):
            first, second = int(match[1]), int(match[3])
            if match[2] == "." or first > 12 >= second:
                votes[0] += 1
            elif second > 12 >= first:
                votes[1] += 1
    if votes[0] == votes[1]:
        return DateOrder(day_first, False)
    return DateOrder(votes[0] > votes[1], True)


def _numeric(match: re.Match[str], order: DateOrder) -> tuple[date | None, ...]:
    day_first = _day(match[4], match[3], match[1])
    month_first = _day(match[4], match[1], match[3])
    if match[2] == ".":
        return (day_first,)
    both = (day_first, month_first) if order.day_first else (month_first, day_first)
    return both[:1] if day_first == month_first or (order.sure and both[0]) else both


def _named(year: str, month: str, day: str) -> date | None:
    number = MONTHS.get(plain(month))
    return None if number is None else _day(year, str(number), day)


def _day(year: str, month: str, day: str) -> date | None:
    full = int(year) if len(year) == 4 else 2000 + int(year) if int(year) < 70 else 1900 + int(year)
    if not 1970 <= full <= 2100:
        return None
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Lower case without accents: `März` becomes `marz`, `straße` becomes `strasse`."""
    folded = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").casefold())
    return "".join(c for c in folded if not unicodedata.combining(c))
