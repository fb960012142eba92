"""Texts without what they tell of facts that a reader may not see.

A text is made of facts by rules or by a model, and keeps no note of which. So a hidden fact is looked for by what it
says: its amount or date in any writing, a small number beside its unit, its words. A sentence that tells one is left
out as a whole, and of a line of facts the part that does: rather one too many than one too few.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from triage.domain import Fact
from triage.facts.phrases import DAY_WORDS, PREFIX
from triage.facts.wording import wording_of_flag
from triage.verify.readings import Mark, marks

_SENTENCE, _PIECE = re.compile(r"(?<=[.!?…;])\s+"), re.compile(r"; ")
"""What stands between sentences, and between the parts of a line of facts."""
_FACTS = re.compile(rf"(?:^|(?<=\s))(?:{'|'.join(PREFIX.values())}): ")
_TELLING = 100
"""A number from here on, or one with cents, gives a withheld amount away; smaller ones stand for many things."""
_SHORTEST, _SHORTEST_HOW = 3, 8
"""Characters of a text, and of a computation's sentence, that is looked for."""
_GLUED = re.compile(r"(?<=\d)(?=[A-Za-z]{3}(?!\w))|(?<=\b[A-Za-z]{3})(?=\d)")
"""Where an amount and its currency stand together: `15180.00EUR`."""
_DIGITS = re.compile(r"[\d.,'’\s\u00a0\u202f-]+")
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
_UNITS = {
    "days": tuple(one for one, _ in DAY_WORDS.values()),
    "hours": ("hour", "Stunde", "heure", "hora", "uur", "uren"),
}
"""How the words for a unit begin in the languages."""


class Withholding:
    """What gives some facts away, to be left out of texts."""

    def __init__(self, hidden: Sequence[Fact]) -> None:
        self._numbers = {number for fact in hidden for number in _numbers(marks(_told(fact)))}
        self._telling = {each for each in self._numbers if each >= _TELLING or each != each.to_integral_value()}
        self._small = [
            (abs(fact.value), fact.unit)
            for fact in hidden
            if isinstance(fact.value, Decimal) and fact.unit and abs(fact.value) not in self._telling
        ]
        self._days = [fact.value for fact in hidden if isinstance(fact.value, date)]
        self._words = _words(hidden)

    def clear(self, text: str) -> str:
        """The text without what tells; the very text where nothing does."""
        starts = [match.start() for match in _FACTS.finditer(text)]
        begin = starts[-1] if starts else len(text)
        places = list(self._places(text, begin))
        if not places:
            return text

        def is_kept(part: tuple[int, int]) -> bool:
            return not any(start < part[1] and part[0] < end for start, end in places)

        kept = [text[slice(*part)] for part in _parts(text, _SENTENCE, 0, begin) if is_kept(part)]
        prefix = text.find(": ", begin) + 2
        facts = list(_parts(text, _PIECE, prefix, len(text))) if starts else []
        left = [text[slice(*part)].strip("; \n") for part in facts if is_kept(part)]
        line = text[begin:] if len(left) == len(facts) else _line(text[begin:prefix], left)
        return ("".join(kept) + line).rstrip()

    def _places(self, text: str, begin: int) -> Iterator[tuple[int, int]]:
        """Where a hidden fact is told, start and end. In the line of facts, from `begin` on, any number of it tells."""
        for words in self._words:
            yield from (match.span() for match in words.finditer(text))
        added = [match.start() + number for number, match in enumerate(_GLUED.finditer(text))]
        apart = _GLUED.sub(" ", text)
        for mark in marks(apart):
            start, end = (at - bisect_left(added, at) for at in (mark.start, mark.end))
            telling = self._numbers if start >= begin else self._telling
            if telling & _numbers([mark]) or self._tells(apart, mark):
                yield start, end

    def _tells(self, text: str, mark: Mark) -> bool:
        return any(_is_on(day, mark) for day in self._days) or any(
            number in mark.numbers and _has_unit(text, mark, unit) for number, unit in self._small
        )


def without(text: str, hidden: Sequence[Fact]) -> str:
    """A text without the sentences, and the parts of its line of facts, that tell a hidden fact."""
    return Withholding(hidden).clear(text)


def _parts(text: str, gap: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of what stands between two gaps, with the gap behind it."""
    for match in gap.finditer(text, start, end):
        yield start, match.end()
        start = match.end()
    if start < end:
        yield start, end


def _line(prefix: str, facts: Sequence[str]) -> str:
    return f"{prefix}{'; '.join(facts).rstrip('.')}." if facts else ""


def _told(fact: Fact) -> str:
    value = f"{fact.value} " if isinstance(fact.value, Decimal) else ""
    return f"{value}{fact.how}"


def _words(hidden: Sequence[Fact]) -> list[re.Pattern[str]]:
    """What is said in words: texts, computations word for word, and the wording of what is only so or not so."""
    values = [fact.value.strip() for fact in hidden if isinstance(fact.value, str)]
    hows = [part.rstrip(".") for fact in hidden for part in _SENTENCE.split(fact.how)]
    texts = [each for each in values if len(each) >= _SHORTEST] + [each for each in hows if len(each) >= _SHORTEST_HOW]
    wanted = [rf"(?<!\w){re.escape(text)}(?!\w)" for text in dict.fromkeys(texts)]
    wanted += filter(None, map(wording_of_flag, hidden))
    return [re.compile(each, re.IGNORECASE) for each in wanted]


def _numbers(found: Sequence[Mark]) -> set[Decimal]:
    """The values; of digits without any separator, which may be a code, the value too."""
    told = {abs(number) for mark in found for number in (*mark.numbers, *mark.within)}
    return told | {Decimal(mark.code) for mark in found if mark.code.isdecimal() and not mark.numbers}


def _is_on(day: date, mark: Mark) -> bool:
    return any(
        (month, number) == (day.month, day.day) and year in (None, day.year) for year, month, number in mark.days
    )


def _has_unit(sentence: str, mark: Mark, unit: str) -> bool:
    """Whether a number stands beside this unit, in any of the languages."""
    after = _DIGITS.sub("", sentence[mark.start :], count=1).casefold()
    if unit in _UNITS:
        return after.startswith(tuple(word.casefold() for word in _UNITS[unit]))
    written = tuple(each.casefold() for each in (unit, _SYMBOLS.get(unit)) if each)
    return after.startswith(written) or sentence[: mark.start].rstrip().casefold().endswith(written)
