"""What a person sees of a page: a word counts only where leaving it out would change the picture.

The page is drawn twice, with its text and without. A word in the colour of the paper, behind an image, in a layer that
is switched off, cut away or drawn with no ink makes no difference, and nobody can have read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.documents.glyphs import Frame, Glyphs

Picture = NDArray[np.uint8]
"""Rows of grey: 0 black, 255 white."""

_FINE = 1.5
"""Pixels a point."""
_MOST_PIXELS = 12_000_000
_LARGEST_IMAGE = 60_000_000
"""Pixels; a larger one is not drawn. An A3 page scanned at 600 dots an inch has 70 million, at 400 dots 31."""
_FAINTEST = 16
"""Steps of grey out of 255: less than this is no ink. Text of grey 93 % on white shows less."""
_CONTRAST = 48
"""Steps of grey within a box where something is printed."""
_MOST_OBJECTS = 60_000
_DEEPEST = 8
_NO_FILL = frozenset({1, 3, 5, 7})
"""Render modes without a fill colour (PDF 32000-1, table 106)."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Objects of a page."""

    texts: tuple[Any, ...]
    image_share: float
    """Of the page's area that images cover, at most 1."""
    huge: tuple[Any, ...]
    """Images too large to draw."""


def inventory(page: Any, frame: Frame) -> Inventory:
    """Text and image objects of a `pypdfium2.PdfPage`, also those in forms."""
    from pypdfium2 import raw

    texts: list[Any] = []
    huge: list[Any] = []
    covered = 0.0
    for item, outer in _objects(raw, page):
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            texts.append(item)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            covered += _area(raw, outer, frame)
            if _pixels(raw, item) > _LARGEST_IMAGE:
                huge.append(item)
    whole = max(frame.width * frame.height, 1.0)
    return Inventory(tuple(texts), min(covered / whole, 1.0), tuple(huge))


def _objects(raw: Any, page: Any) -> Iterator[tuple[Any, Any]]:
    """Every object, and the outermost form that holds it (or itself)."""
    budget = _MOST_OBJECTS
    waiting = [(raw.FPDFPage_GetObject(page, n), None, 0) for n in range(min(raw.FPDFPage_CountObjects(page), budget))]
    while waiting and budget:
        item, outer, depth = waiting.pop()
        budget -= 1
        if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            count = min(raw.FPDFFormObj_CountObjects(item), budget)
            waiting += [(raw.FPDFFormObj_GetObject(item, n), outer or item, depth + 1) for n in range(count)]
        else:
            yield item, outer or item


def _area(raw: Any, item: Any, frame: Frame) -> float:
    import ctypes

    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top):
        return 0.0
    wide = min(right.value, frame.right) - max(left.value, frame.left)
    tall = min(top.value, frame.top) - max(bottom.value, frame.bottom)
    return max(wide, 0.0) * max(tall, 0.0)


def _pixels(raw: Any, image: Any) -> int:
    import ctypes

    wide, tall = ctypes.c_uint(), ctypes.c_uint()
    return wide.value * tall.value if raw.FPDFImageObj_GetImagePixelSize(image, wide, tall) else 0


class Sight:
    """A page drawn with and without its text. Made while the page and its text page are open."""

    def __init__(self, page: Any, textpage: Any, frame: Frame, found: Inventory) -> None:
        from pypdfium2 import raw

        self._raw, self._page, self.textpage, self._frame = raw, page, textpage, frame
        with self._without(found.huge):
            self.whole = self._drawn()
            with self._without(found.texts):
                self.bare = self._drawn()

    @property
    def is_blank(self) -> bool:
        """Whether nothing is printed on the page."""
        return not self.whole.size or int(self.whole.max()) - int(self.whole.min()) < _FAINTEST

    def shows(self, start: int, word: Glyphs) -> bool:
        """Whether a word puts ink of its own colour on the page. `start` is the index of its first character."""
        whole, bare = self._cut(self.whole, word), self._cut(self.bare, word)
        if not whole.size:
            return False
        ink = self._ink(start)
        if ink is None:
            return int(np.abs(whole - bare).max()) >= _FAINTEST
        return int((np.abs(bare - ink) - np.abs(whole - ink)).max()) >= _FAINTEST

    def covers_print(self, word: Glyphs) -> bool:
        """Whether something else than text is printed where a word stands."""
        bare = self._cut(self.bare, word)
        return bool(bare.size) and int(bare.max()) - int(bare.min()) >= _CONTRAST

    def covered(self, pairs: Sequence[tuple[int, Glyphs]]) -> set[int]:
        """Of words that later words stand upon: those that make no difference. By the index of their characters."""
        if not pairs:
            return set()
        with self._without(self._objects([start for start, _ in pairs])):
            bare = self._drawn()
        return {
            start
            for start, word in pairs
            if int(np.abs(self._cut(self.whole, word) - self._cut(bare, word)).max(initial=0)) < _FAINTEST
        }

    def take_out(self, starts: Iterable[int]) -> None:
        """Read the page without these words from now on. A new text page is needed then."""
        for item in self._objects(starts):
            self._raw.FPDFPageObj_SetIsActive(item, False)

    def _objects(self, starts: Iterable[int]) -> list[Any]:
        found = (self._raw.FPDFText_GetTextObject(self.textpage, start) for start in starts)
        return [item for item in found if item]

    def _ink(self, start: int) -> int | None:
        """Grey of a word's colour; none where it has an outline or a pattern only."""
        import ctypes

        item = self._raw.FPDFText_GetTextObject(self.textpage, start)
        if item and self._raw.FPDFTextObj_GetTextRenderMode(item) in _NO_FILL:
            return None
        red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
        if not self._raw.FPDFText_GetFillColor(self.textpage, start, red, green, blue, alpha):
            return None
        return int(0.3 * red.value + 0.59 * green.value + 0.11 * blue.value)

    def _cut(self, picture: Picture, word: Glyphs) -> NDArray[np.int16]:
        tall, wide = picture.shape
        across, down = wide / max(self._frame.width, 1.0), tall / max(self._frame.height, 1.0)
        left, right = int(max(word.x0 * across, 0)), int(min(word.x1 * across + 1, wide))
        top, bottom = int(max(word.top * down, 0)), int(min(word.bottom * down + 1, tall))
        return picture[top:bottom, left:right].astype(np.int16)

    def _drawn(self) -> Picture:
        wide, tall = self._page.get_size()
        scale = min(_FINE, (_MOST_PIXELS / max(wide * tall, 1.0)) ** 0.5)
        bitmap = self._page.render(scale=scale, grayscale=True, draw_annots=False, may_draw_forms=False)
        try:
            picture: Picture = np.array(bitmap.to_numpy(), dtype=np.uint8)
        finally:
            bitmap.close()
        return picture.reshape(picture.shape[0], picture.shape[1])

    @contextmanager
    def _without(self, items: Sequence[Any]) -> Iterator[None]:
        for item in items:
            self._raw.FPDFPageObj_SetIsActive(item, False)
        try:
            yield
        finally:
            for item in items:
                self._raw.FPDFPageObj_SetIsActive(item, True)
