"""Words to printed lines: who stands beside whom, and the page's text with its columns kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar


class Placed(Protocol):
    """Anything with a box, origin top left."""

    @property
    def x0(self) -> float:
        """Left edge."""

    @property
    def top(self) -> float:
        """Upper edge."""

    @property
    def x1(self) -> float:
        """Right edge."""

    @property
    def bottom(self) -> float:
        """Lower edge."""


PlacedT = TypeVar("PlacedT", bound=Placed)


def in_lines(words: Iterable[PlacedT]) -> list[list[PlacedT]]:
    """Words grouped to printed lines, top to bottom, each left to right.

    Two words share a line when the middle of the lower one lies within the other's height; a line's level is that
    of its first and largest words, so that a superscript joins its line and a tall neighbour does not swallow two.
    """
    lines: list[list[PlacedT]] = []
    levels: list[tuple[float, float]] = []
    for word in sorted(words, key=lambda w: ((w.top + w.bottom) / 2, w.x0)):
        middle = (word.top + word.bottom) / 2
        height = max(word.bottom - word.top, 0.1)
        for back in range(len(lines) - 1, max(-1, len(lines) - 5), -1):
            level, tall = levels[back]
            if abs(middle - level) <= 0.36 * min(tall, height) + 0.1 * max(tall, height):
                lines[back].append(word)
                count = len(lines[back])
                levels[back] = (level + (middle - level) / count, max(tall, height) if count < 3 else tall)
                break
        else:
            lines.append([word])
            levels.append((middle, height))
    ordered = sorted(range(len(lines)), key=lambda n: levels[n][0])
    return [sorted(lines[n], key=lambda w: w.x0) for n in ordered]


def in_segments(line: Sequence[PlacedT], gap: float = 0.95) -> list[list[PlacedT]]:
    """A line cut where the space between words is wider than `gap` times the letters' height."""
    segments: list[list[PlacedT]] = []
    for word in line:
        if segments and word.x0 - segments[-1][-1].x1 <= gap * min(_height(segments[-1][-1]), _height(word)):
            segments[-1].append(word)
        else:
            segments.append([word])
    return segments


def _height(word: Placed) -> float:
    return max(word.bottom - word.top, 1.0)


def as_text(lines: Sequence[Sequence[tuple[float, float, str]]], width: float) -> str:
    """Lines of (x0, x1, text) as text; the distance between words becomes spaces, so that columns stay columns."""
    letters = [(x1 - x0) / len(text) for line in lines for x0, x1, text in line if text]
    advance = sorted(letters)[len(letters) // 2] if letters else 5.0
    advance = max(advance, width / 240, 0.5)
    return "\n".join(_text_line(line, advance) for line in lines)


def _text_line(line: Sequence[tuple[float, float, str]], advance: float) -> str:
    out = ""
    end = 0.0
    for x0, x1, text in line:
        if not out:
            out = " " * min(int(x0 / advance), 200)
        elif x0 - end > 2.5 * advance:
            out += " " * max(3, min(int(x0 / advance), 400) - len(out))
        else:
            out += " "
        out += text
        end = x1
    return out.rstrip()
