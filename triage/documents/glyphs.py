"""Words of a PDF page with pdfium: a box for every character, joined to words."""

from __future__ import annotations

import ctypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_CHARACTERS = 60_000
"""More characters on a page than any printed page holds; the rest is left out and said."""

_SPACES = frozenset(map(ord, " \t\r\n\x0b\x0c\u00a0\u2000\u2001\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f\u3000"))
_MARKS = (range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070), range(0xFE00, 0xFE10))
"""Of direction, joining and variation: they steer what is printed and are not printed themselves."""
_IGNORED = frozenset({0, 0xAD, 0xFEFF, *(code for marks in _MARKS for code in marks)})
_LIGATURES = {ord(c): unicodedata.normalize("NFKC", c) for c in map(chr, range(0xFB00, 0xFB07))}
_HYPHENS = frozenset({2, 0xFFFE})
_SOFT_HYPHEN = 0xAD


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A run of characters that belong together. Coordinates as displayed, in points, origin top left."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    turns: int = 0
    """Quarter turns clockwise by which the text is displayed: 0 upright, 2 upside down."""

    @property
    def sideways(self) -> bool:
        """Whether it runs upwards or downwards on the displayed page."""
        return self.turns % 2 == 1


@dataclass(frozen=True, slots=True)
class Frame:
    """How a page's own coordinates become those of the page as displayed."""

    left: float
    bottom: float
    right: float
    top: float
    quarter_turns: int

    @property
    def width(self) -> float:
        """Of the displayed page."""
        flat = (self.right - self.left, self.top - self.bottom)
        return flat[self.quarter_turns % 2]

    @property
    def height(self) -> float:
        """Of the displayed page."""
        flat = (self.top - self.bottom, self.right - self.left)
        return flat[self.quarter_turns % 2]

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the page's own space is displayed."""
        turn = self.quarter_turns % 4
        if turn == 0:
            return x - self.left, self.top - y
        if turn == 1:
            return y - self.bottom, x - self.left
        if turn == 2:
            return self.right - x, y - self.bottom
        return self.top - y, self.right - x

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom as displayed."""
        xa, ya = self.point(left, bottom)
        xb, yb = self.point(right, top)
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)


class _Run:
    """The characters of the word that is being read."""

    __slots__ = ("bottom", "characters", "last", "left", "right", "top")

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.left = self.bottom = self.right = self.top = 0.0
        self.last = (0.0, 0.0)

    def follows(self, left: float, bottom: float, right: float, top: float) -> bool:
        """Whether a character with this box continues the word: near, and on the same line."""
        if not self.characters:
            return True
        height = max(self.top - self.bottom, top - bottom, 1.0)
        across = right - left
        wide = self.right - self.left
        if across < 0.2 * height and wide < 0.2 * height:
            return True
        ligature = abs(left - self.last[0]) < 0.1 * height
        near = ligature or -0.15 * height < left - self.last[1] < 0.3 * height
        level = abs((top + bottom) - (self.top + self.bottom)) < 0.6 * height
        if near and level:
            return True
        upright = abs((left + right) - (self.left + self.right)) < max(across, wide)
        return upright and min(abs(bottom - self.top), abs(self.bottom - top)) < 0.3 * max(across, wide)

    def follows_backwards(self, left: float, bottom: float, right: float, top: float) -> bool:
        """Whether a character stands before the word's last one: so runs text that is drawn upside down."""
        height = max(self.top - self.bottom, top - bottom, 1.0)
        level = abs((top + bottom) - (self.top + self.bottom)) < 0.6 * height
        return level and -0.15 * height < self.last[0] - right < 0.3 * height

    def add(self, character: str, left: float, bottom: float, right: float, top: float) -> None:
        if not self.characters:
            self.left, self.bottom, self.right, self.top = left, bottom, right, top
        else:
            self.left, self.bottom = min(self.left, left), min(self.bottom, bottom)
            self.right, self.top = max(self.right, right), max(self.top, top)
        self.last = (left, right)
        self.characters.append(character)


def glyphs_of(textpage: Any, frame: Frame) -> Iterator[tuple[int, Glyphs]]:
    """Words of a `pypdfium2.PdfTextPage` in the order of its content, also those outside the page.

    Each with the index of its first character.
    """
    from pypdfium2 import raw

    count = min(raw.FPDFText_CountChars(textpage), MAX_CHARACTERS)
    for start, run in _runs(raw, textpage, count):
        angle = raw.FPDFText_GetCharAngle(textpage, start)
        yield start, _placed(run, frame, angle)


def frame_of(page: Any) -> Frame:
    """The visible part of a `pypdfium2.PdfPage` and its rotation."""
    left, bottom, right, top = page.get_bbox()
    return Frame(left, bottom, right, top, page.get_rotation() // 90)


def _runs(raw: Any, textpage: Any, count: int) -> Iterator[tuple[int, _Run]]:
    run, start = _Run(), 0
    rect = raw.FS_RECTF()
    for index, code in _codes(raw, textpage, count):
        if code in _SPACES:
            if run.characters:
                yield start, run
                run = _Run()
            continue
        box = _box(raw, textpage, index, rect)
        goes_on = run.follows(*box) or (run.follows_backwards(*box) and _is_upside_down(raw, textpage, index))
        if not goes_on or _is_other_text(raw, textpage, index, chr(code), run):
            yield start, run
            run = _Run()
        if not run.characters:
            start = index
        run.add(chr(code), *box)
    if run.characters:
        yield start, run


def _has_ink(raw: Any, textpage: Any, index: int) -> bool:
    """Whether a character has a shape. Many programs name the hyphens that they print soft hyphens."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return right.value - left.value > 0.1 and top.value > bottom.value


def _is_upside_down(raw: Any, textpage: Any, index: int) -> bool:
    angle: float = raw.FPDFText_GetCharAngle(textpage, index)
    return round(angle / 1.5708) == 2


def _is_other_text(raw: Any, textpage: Any, index: int, character: str, run: _Run) -> bool:
    """Whether a letter touches a long number (or the reverse) only because two columns meet: another text object."""
    if len(run.characters) < 5 or character.isdigit() == run.characters[-1].isdigit() or not character.isalnum():
        return False
    if not run.characters[-1].isalnum():
        return False
    before, now = raw.FPDFText_GetTextObject(textpage, index - 1), raw.FPDFText_GetTextObject(textpage, index)
    return ctypes.addressof(before.contents) != ctypes.addressof(now.contents) if before and now else False


def _codes(raw: Any, textpage: Any, count: int) -> Iterator[tuple[int, int]]:
    """Index and code point of each character; halves of a surrogate pair are joined."""
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(textpage, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        if code in _HYPHENS or (code == _SOFT_HYPHEN and _has_ink(raw, textpage, index)):
            code = 0x2D
        if code not in _IGNORED:
            yield index, code


def _box(raw: Any, textpage: Any, index: int, rect: Any) -> tuple[float, float, float, float]:
    if raw.FPDFText_GetLooseCharBox(textpage, index, rect) and rect.top > rect.bottom:
        return rect.left, rect.bottom, rect.right, rect.top
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _placed(run: _Run, frame: Frame, angle: float) -> Glyphs:
    x0, top, x1, bottom = frame.box(run.left, run.bottom, run.right, run.top)
    turns = (frame.quarter_turns + (round(angle / 1.5708) if angle >= 0 else 0)) % 4
    size = (x1 - x0) if turns % 2 else (bottom - top)
    text = unicodedata.normalize("NFC", "".join(run.characters).translate(_LIGATURES))
    return Glyphs(text, x0, top, x1, bottom, size, turns)
