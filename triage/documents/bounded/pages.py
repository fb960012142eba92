"""A page's words as a person sees them: hidden ones left out and named, doubled ones read once, spaced ones joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from triage.documents.bounded.wire import Leaf
from triage.documents.glyphs import Frame, Glyphs
from triage.documents.lines import as_text, in_lines

SMALLEST_LETTER = 1.7
"""Points, from the lowest to the highest part of a line. Smaller print can't be read by a person."""
_CELL = 24.0
"""Points: words are compared with those of their own and the next squares only."""
_SAME = 1.6
"""Points between two drawings of one word that is to look bold."""
_SPACED = 4
"""So many single letters at equal distances are one word."""
_UPRIGHT = 0.5
"""A page is turned where more of its words than this stand sideways or upside down."""


def is_outside(word: Glyphs, frame: Frame) -> bool:
    """Whether a word's middle lies off the visible page."""
    x, y = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return not (0 <= x <= frame.width and 0 <= y <= frame.height)


class Hidden:
    """Words of a page that nobody can see, by reason: how many, and where the first stands."""

    def __init__(self, page: int) -> None:
        self._page = page
        self._found: dict[str, list[Glyphs]] = defaultdict(list)

    def add(self, reason: str, word: Glyphs) -> None:
        """One more."""
        self._found[reason].append(word)

    def warnings(self) -> tuple[str, ...]:
        """In plain words. What the words say is not repeated: it was not meant for the reader."""
        return tuple(
            f"page {self._page}: {len(words)} words {reason} were left out, "
            f"the first at {words[0].x0:.0f}, {words[0].top:.0f} points from the top left"
            for reason, words in self._found.items()
        )


@dataclass(slots=True)
class _Squares:
    """Words by where they stand, to find their neighbours fast."""

    words: dict[tuple[int, int], list[tuple[int, Glyphs]]]

    @classmethod
    def empty(cls) -> _Squares:
        return cls(defaultdict(list))

    def near(self, word: Glyphs) -> Iterator[tuple[int, Glyphs]]:
        column, row = int(word.x0 // _CELL), int(word.top // _CELL)
        for square in ((c, r) for c in (column - 1, column, column + 1) for r in (row - 1, row, row + 1)):
            yield from self.words.get(square, ())

    def add(self, start: int, word: Glyphs) -> None:
        self.words[(int(word.x0 // _CELL), int(word.top // _CELL))].append((start, word))


def once(words: Iterable[tuple[int, Glyphs]]) -> list[tuple[int, Glyphs]]:
    """Without the second drawing of a word on nearly the same spot."""
    squares, kept = _Squares.empty(), []
    for start, word in words:
        if any(other.text == word.text and _is_same_place(other, word) for _, other in squares.near(word)):
            continue
        squares.add(start, word)
        kept.append((start, word))
    return kept


def _is_same_place(one: Glyphs, other: Glyphs) -> bool:
    return abs(one.x0 - other.x0) < _SAME and abs(one.top - other.top) < _SAME


def stood_upon(words: Sequence[tuple[int, Glyphs]]) -> list[tuple[int, Glyphs]]:
    """Words on whose place a later and different word stands."""
    squares, below = _Squares.empty(), {}
    for start, word in words:
        for before, other in squares.near(word):
            if other.text != word.text and _overlap(other, word) > 0.5:
                below[before] = other
        squares.add(start, word)
    return list(below.items())


def _overlap(one: Glyphs, other: Glyphs) -> float:
    """Common area as a share of the smaller box."""
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    tall = min(one.bottom, other.bottom) - max(one.top, other.top)
    smaller = min((w.x1 - w.x0) * (w.bottom - w.top) for w in (one, other))
    return wide * tall / smaller if wide > 0 and tall > 0 and smaller > 0 else 0.0


def joined(words: Sequence[Glyphs]) -> list[Glyphs]:
    """With letters that are printed far apart (`R E C H N U N G`) made words again."""
    made: list[Glyphs] = []
    row: list[Glyphs] = []
    for word in words:
        if row and not _goes_on(row, word):
            made += _as_word(row)
            row = []
        if _is_letter(word):
            row.append(word)
        else:
            made.append(word)
    return made + _as_word(row)


def _is_letter(word: Glyphs) -> bool:
    return len(word.text) == 1 and word.text.isalpha() and word.turns == 0


def _goes_on(row: Sequence[Glyphs], word: Glyphs) -> bool:
    last = row[-1]
    gap, tall = word.x0 - last.x1, max(last.bottom - last.top, 1.0)
    level = abs(word.top - last.top) < 0.2 * tall and abs(word.bottom - last.bottom) < 0.2 * tall
    if not (_is_letter(word) and level and 0 < gap < tall):
        return False
    return len(row) < 2 or abs(gap - (row[1].x0 - row[0].x1)) < 0.25 * tall


def _as_word(row: Sequence[Glyphs]) -> list[Glyphs]:
    if len(row) < _SPACED:
        return list(row)
    text = "".join(letter.text for letter in row)
    return [replace(row[0], text=text, x1=row[-1].x1, bottom=max(letter.bottom for letter in row))]


def leaf(number: int, frame: Frame, words: Sequence[Glyphs], look: str, warnings: Sequence[str] = ()) -> Leaf:
    """A page with its words in reading order; one that is drawn sideways or upside down is turned upright."""
    turns = _most_turns(words)
    said = [*warnings]
    wide, tall = frame.width, frame.height
    if turns:
        said.append(f"page {number} is drawn turned by {90 * turns} degrees: boxes are of the page stood upright")
        words = [_upright(word, turns, wide, tall) for word in words]
        wide, tall = (wide, tall) if turns == 2 else (tall, wide)
    level = joined([word for word in words if not word.sideways])
    turned = [word for word in words if word.sideways]
    lines = in_lines(level)
    text = as_text([[(g.x0, g.x1, g.text) for g in line] for line in lines], wide)
    if turned:
        text = "\n".join(filter(None, (text, " ".join(word.text for word in turned))))
    ordered = [word for line in lines for word in line] + turned
    return Leaf(number, wide, tall, look, ordered, text, tuple(said))


def _most_turns(words: Sequence[Glyphs]) -> int:
    for turns in (1, 2, 3):
        if sum(word.turns == turns for word in words) > _UPRIGHT * len(words):
            return turns
    return 0


def _upright(word: Glyphs, turns: int, wide: float, tall: float) -> Glyphs:
    """A word of a page whose text is displayed turned clockwise, on that page turned back."""
    place: Callable[[float, float], tuple[float, float]] = {
        1: lambda x, y: (y, wide - x),
        2: lambda x, y: (wide - x, tall - y),
        3: lambda x, y: (tall - y, x),
    }[turns]
    (xa, ya), (xb, yb) = place(word.x0, word.top), place(word.x1, word.bottom)
    box = {"x0": min(xa, xb), "top": min(ya, yb), "x1": max(xa, xb), "bottom": max(ya, yb)}
    return replace(word, turns=(word.turns - turns) % 4, **box)  # type: ignore[arg-type]
