"""What may be told of people's work: sums of parts to each of which five people at least contributed.

A part is one group's work of a week, or of several weeks one after another where a single one has too few people. Weeks
are joined from a fixed day on, so that a part is the same in every period and in every later look: whichever of them
somebody subtracts from each other, what is left is such parts again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from triage.domain.shares import FEWEST_PEOPLE

_JOINED = 52
"""Weeks after which joining begins anew: further back nothing need be read."""


@dataclass
class Group:
    """What some people did: who they are, and how much of what."""

    people: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, who: Iterable[str], more: Mapping[str, int]) -> None:
        """Add somebody's work."""
        self.people.update(who)
        for name, number in more.items():
            self.counts[name] += number


@dataclass(frozen=True)
class Week:
    """A week, Monday to Sunday (UTC), by its number since Monday 1 January of the year 1."""

    number: int

    @classmethod
    def of(cls, moment: datetime) -> Week:
        """The week that a moment lies in."""
        return cls((moment.astimezone(UTC).date().toordinal() - 1) // 7)

    @property
    def since(self) -> datetime:
        """Its first moment."""
        first = date.fromordinal(self.number * 7 + 1)
        return datetime(first.year, first.month, first.day, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it."""
        return self.since + timedelta(weeks=1)


Work = Mapping[str, Mapping[int, Group]]
"""Group → number of the week → what was done in it."""


def to_read(until: Week, weeks: int) -> list[Week]:
    """The weeks whose work has to be known, to tell of the last `weeks` before `until`."""
    begin = (until.number - weeks) // _JOINED * _JOINED
    return [Week(number) for number in range(begin, until.number)]


def tellable(work: Work, until: Week, weeks: int) -> tuple[dict[str, Group], set[str]]:
    """What may be shown of each group in the last `weeks` before `until`, and of which groups nothing may.

    `work` is that of the weeks `to_read`. What is left out is nobody's or of five people together: else the smallest
    parts are left out with it, because who knows the total could subtract what is shown.
    """
    since = until.number - weeks
    whole: list[tuple[str, Group]] = []
    left: set[str] = set()
    named = set()
    for name, by_week in work.items():
        for numbers, part in _parts(by_week):
            if numbers[-1] < since:
                continue
            named.add(name)
            if numbers[0] >= since and len(part.people) >= FEWEST_PEOPLE:
                whole.append((name, part))
            else:
                left.update(*(by_week[number].people for number in numbers if number >= since))
    whole.sort(key=lambda one: (len(one[1].people), sum(one[1].counts.values()), one[0]), reverse=True)
    while left and whole and len(left) < FEWEST_PEOPLE:
        left |= whole.pop()[1].people
    shown: dict[str, Group] = defaultdict(Group)
    for name, part in whole:
        shown[name].add(part.people, part.counts)
    return dict(shown), named - set(shown)


def _parts(by_week: Mapping[int, Group]) -> Iterator[tuple[list[int], Group]]:
    """The numbers of the weeks of each part, rising, with its work. What is not yet of five people comes, too."""
    numbers: list[int] = []
    part = Group()
    for number in sorted(by_week):
        if numbers and number // _JOINED != numbers[0] // _JOINED:
            yield numbers, part
            numbers, part = [], Group()
        numbers.append(number)
        part.add(by_week[number].people, by_week[number].counts)
        if len(part.people) >= FEWEST_PEOPLE:
            yield numbers, part
            numbers, part = [], Group()
    if numbers:
        yield numbers, part
