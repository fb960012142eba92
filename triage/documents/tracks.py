"""Columns of numbers as they really stand, and which heading each belongs to.

Headings alone mislead: they are centred over figures set to the right, or run into their neighbour. So figures that
share an edge over the rows make a track, and tracks are matched to headings from left to right, by nearness, by what
kind of number they hold, and by whether quantity times price then makes the amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from triage.documents.column_words import QUANTITIES
from triage.documents.columns import Column, Heading
from triage.documents.printed import Line, Number
from triage.documents.products import FACTORS, multiplies

_MOST_CHOICES = 20_000
_UNKNOWN = -0.4
"""Points of a heading whose words are not known: it is taken for a factor only where products prove it."""


@dataclass(slots=True)
class Track:
    """Numbers one under the other."""

    numbers: list[tuple[int, Number]] = field(default_factory=list)
    """Line number and number."""
    x0: float = 0.0
    x1: float = 0.0
    ends: list[float] = field(default_factory=list)
    """Where the cells of its numbers end: behind the unit that follows the number."""

    def add(self, line: int, number: Number, end: float) -> None:
        """Takes a number in."""
        self.ends.append(end)
        if not self.numbers:
            self.x0, self.x1 = number.span.x0, number.span.x1
        self.x0, self.x1 = min(self.x0, number.span.x0), max(self.x1, number.span.x1)
        self.numbers.append((line, number))

    def share(self, kind: str) -> float:
        """Share of its numbers that are `percent`, `money` or `whole`."""
        tests: dict[str, Callable[[Number], bool]] = {
            "percent": lambda n: n.amount.percent,
            "money": lambda n: n.amount.decimals >= 2 and not n.amount.percent,
            "whole": lambda n: n.amount.decimals == 0 and not n.amount.percent,
        }
        return sum(tests[kind](n) for _, n in self.numbers) / len(self.numbers)


@dataclass(frozen=True, slots=True)
class Band:
    """Where a role's numbers stand across the page."""

    role: str
    x0: float
    x1: float


def bands(lines: Sequence[Line], heading: Heading) -> tuple[Band, ...]:
    """For each column of numbers found on the lines its role and where it stands; none for a line that has none."""
    if not lines:
        return ()
    height = sorted(line.height for line in lines)[len(lines) // 2]
    tracks = _tracks(lines, heading, height)
    chosen = _choose(tracks, heading, height, _percents(lines))
    found = [(track, role) for track, role in chosen if role is not None]
    found += [
        (track, role) for track, none in chosen if none is None and (role := _joined(track, found, heading, height))
    ]
    return tuple(Band(role, track.x0, track.x1) for track, role in found)


def _joined(track: Track, found: Sequence[tuple[Track, str]], heading: Heading, height: float) -> str | None:
    """The role of a column whose numbers are set loosely: this track stands under its heading, on other lines."""
    for column in heading.columns:
        if column.x0 > track.x1 + 0.5 * height or column.x1 < track.x0 - 0.5 * height:
            continue
        for other, role in found:
            apart = {at for at, _ in other.numbers}.isdisjoint(at for at, _ in track.numbers)
            if role == column.role and apart and _kind_points(role, track) > -0.5:
                return role
    return None


def is_in_words(line: Line, number: Number, heading: Heading) -> bool:
    """Whether a number belongs to running text: words stand before it in its segment, left of the figures."""
    first = next(a for a, b in line.segments if a <= number.first <= b)
    lead = line.spots[first]
    if number.first == first or lead.text[0].isdigit() or not any(c.isalpha() for c in lead.text):
        return False
    names = [c for c in heading.columns if c.role == "name"]
    if not names:
        return False
    after = [c.x0 for c in heading.columns if c.x0 > names[0].x1 and c.numeric]
    return number.span.x0 < (min(after) if after else names[0].x1) and lead.x0 < (min(after) if after else names[0].x1)


def _tracks(lines: Sequence[Line], heading: Heading, height: float) -> list[Track]:
    tracks: list[Track] = []
    loose: list[tuple[Line, Number]] = []
    for line in lines:
        for number in line.numbers:
            if is_in_words(line, number, heading):
                loose.append((line, number))
                continue
            end = _cell_end(line, number)
            home = _aligned(tracks, number, end, height)
            if home is None:
                home = Track()
                tracks.append(home)
            home.add(line.number, number, end)
    for line, number in loose:
        end = number.span.x1
        home = _aligned([t for t in tracks if len(t.numbers) > 1], number, end, height)
        if home is not None and all(at != line.number for at, _ in home.numbers):
            home.add(line.number, number, end)
    merged = _merged(sorted(tracks, key=lambda t: t.x0))
    return [t for t in merged if _is_worth(t, merged, heading)]


def _cell_end(line: Line, number: Number) -> float:
    """The right edge of a number, or of the one word behind it that ends its cell: `45 pièces`."""
    after = number.last + 1
    last = next(b for a, b in line.segments if a <= number.last <= b)
    unit = after == last and line.spots[after].key.isalpha()
    return line.spots[after].x1 if unit else number.span.x1


def _aligned(tracks: Iterable[Track], number: Number, end: float, height: float) -> Track | None:
    """The track that shares the right edge, the left edge or the middle with a number, or its cell's right edge."""
    x0, x1 = number.span.x0, number.span.x1
    best: tuple[float, Track] | None = None
    for track in tracks:
        for (_, other), its_end in zip(track.numbers[-3:], track.ends[-3:], strict=True):
            with_units = end > x1 and its_end > other.span.x1
            right = min(abs(other.span.x1 - x1), abs(its_end - end) if with_units else float("inf"))
            left = abs(other.span.x0 - x0)
            middle = abs(other.span.x0 + other.span.x1 - x0 - x1) / 2
            off = min(right, left * 1.2, middle * 1.2)
            if off < 0.5 * height and (best is None or off < best[0]):
                best = (off, track)
    return best[1] if best else None


def _merged(tracks: list[Track]) -> list[Track]:
    """Tracks that overlap across and never meet on a line are one column set loosely."""
    out: list[Track] = []
    for track in tracks:
        if out:
            last = out[-1]
            overlap = min(last.x1, track.x1) - max(last.x0, track.x0)
            narrow = min(last.x1 - last.x0, track.x1 - track.x0)
            apart = {at for at, _ in last.numbers}.isdisjoint(at for at, _ in track.numbers)
            if apart and overlap > 0.4 * narrow:
                for (at, number), end in zip(track.numbers, track.ends, strict=True):
                    last.add(at, number, end)
                continue
        out.append(track)
    return out


def _is_worth(track: Track, tracks: Sequence[Track], heading: Heading) -> bool:
    """Stray numbers are no column: one stands under a heading or comes back."""
    longest = max(len(t.numbers) for t in tracks)
    under = any(c.numeric and c.x0 < track.x1 and c.x1 > track.x0 for c in heading.columns)
    return under or len(track.numbers) >= max(2, 0.3 * longest) or longest <= 2


Percents = dict[int, list[Number]]
"""Per cents by line, also those within words: they may be discounts."""


def _percents(lines: Sequence[Line]) -> Percents:
    return {line.number: [n for n in line.numbers if n.amount.percent] for line in lines}


def _choose(
    tracks: Sequence[Track], heading: Heading, height: float, percents: Percents
) -> list[tuple[Track, str | None]]:
    options = [_options(track, heading, height) for track in tracks]
    by_line: dict[int, dict[int, Number]] = {}
    for n, track in enumerate(tracks):
        for at, number in track.numbers:
            by_line.setdefault(at, {})[n] = number
    best: tuple[float, list[str | None]] = (float("-inf"), [None] * len(tracks))
    counted = 0
    stack: list[tuple[int, int, float, list[str | None]]] = [(0, -1, 0.0, [])]
    while stack and counted < _MOST_CHOICES:
        n, last, score, roles = stack.pop()
        if n == len(tracks):
            counted += 1
            total = score + _product_points(roles, by_line, percents)
            if total > best[0]:
                best = (total, roles)
            continue
        stack.append((n + 1, last, score - 0.2, [*roles, None]))
        for place, role, points in options[n]:
            if place > last and (role not in roles):
                stack.append((n + 1, place, score + points, [*roles, role]))
    return list(zip(tracks, best[1], strict=True))


def _options(track: Track, heading: Heading, height: float) -> list[tuple[int, str, float]]:
    """Headings a track may belong to, by place, with the role and how well it fits."""
    found = []
    for place, column in enumerate(heading.columns):
        distance = max(column.x0 - track.x1, track.x0 - column.x1, 0.0) / height
        if distance > 7:
            continue
        for rank, role in enumerate(column.roles[:3]):
            points = 1.0 - 0.22 * distance - 0.18 * rank - 0.02 * _off_centre(column, track, height)
            points += _kind_points(role, track)
            if points > -0.2:
                found.append((place, role, points))
        if column.role in QUANTITIES and distance < 1 and sum(c.role in QUANTITIES for c in heading.columns) > 1:
            points = 0.55 - 0.22 * distance - 0.02 * _off_centre(column, track, height)
            others = (role for role in QUANTITIES if role not in column.roles)
            found += [(place, role, points + _kind_points(role, track)) for role in others]
        if column.role == "other" and distance < 1:
            found += [(place, role, _UNKNOWN + _kind_points(role, track)) for role in FACTORS]
    found.sort(key=lambda option: -option[2])
    return found[:5]


def _off_centre(column: Column, track: Track, height: float) -> float:
    return abs(column.x0 + column.x1 - track.x0 - track.x1) / 2 / height


def _kind_points(role: str, track: Track) -> float:
    percent, money, whole = track.share("percent"), track.share("money"), track.share("whole")
    if role in {"tax_rate", "discount"}:
        return 0.4 * percent - (0.3 * money if role == "tax_rate" else 0.0)
    if role in {"unit_price", "gross_price", "net_amount", "gross_line", "tax_amount"}:
        return 0.15 * money - 1.5 * percent - 0.2 * whole
    if role == "position":
        return 0.3 * _counts_up(track) - 1.2 * money - percent - (0.0 if _counts_up(track) else 0.3)
    if role in QUANTITIES:
        return 0.1 * whole - 1.2 * percent
    if role == "price_basis":
        return 0.1 * whole - 0.5 * money - percent
    return -0.5 - 0.4 * money


def _counts_up(track: Track) -> bool:
    values = [number.amount.value for _, number in track.numbers]
    return all(later > earlier for earlier, later in pairwise(values)) and track.share("whole") == 1


def _product_points(roles: Sequence[str | None], by_line: dict[int, dict[int, Number]], percents: Percents) -> float:
    """What it adds that quantity times price makes the amount, line by line."""
    place = {role: n for n, role in enumerate(roles) if role is not None}
    if "gross_price" in place:
        place.setdefault("unit_price", place["gross_price"])
    if not all(role in place for role in FACTORS):
        return 0.0
    proved = tried = 0
    for at, numbers in by_line.items():
        row = {role: numbers[n] for role, n in place.items() if n in numbers}
        if all(role in row for role in FACTORS):
            tried += 1
            less = [row | {"discount": each} for each in percents.get(at, ())] if "discount" not in row else []
            proved += multiplies(row) or any(map(multiplies, less))
    return (1.6 * proved - 0.8 * (tried - proved)) / tried if tried else 0.0
