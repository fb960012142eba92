"""Words in the frame that they are read in: sideways and upside-down pages turned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from triage.documents.printed import Spot, key_of
from triage.domain import Box, Page, Word


def spots_of(page: Page) -> list[Spot]:
    """Words in the frame they are read in; a page of sideways words is turned; sideways words of others left out."""
    upright = [w for w in page.words if not _sideways(w)]
    tilted = [w for w in page.words if _sideways(w)]
    if len(tilted) > len(upright):
        upwards = _read_upwards(tilted)
        return [spot for word in page.words for spot in _parts(word, _turned(word.box, page, upwards))]
    if _is_upside_down(upright):
        return [spot for word in upright for spot in _parts(word, _flipped(word.box, page))]
    return [spot for word in upright for spot in _parts(word, word.box)]


def _is_upside_down(words: Sequence[Word]) -> bool:
    """Whether most neighbours in reading order stand to the left of each other."""
    beside = [(a, b) for a, b in pairwise(words) if abs(a.box.top - b.box.top) < 2]
    return sum(b.box.x0 < a.box.x0 for a, b in beside) > 0.7 * len(beside) if len(beside) > 2 else False


def _flipped(box: Box, page: Page) -> Box:
    return Box(
        x0=page.width - box.x1, top=page.height - box.bottom, x1=page.width - box.x0, bottom=page.height - box.top
    )


_THIN = frozenset("iljtfrI.,:;'’1!|ìíî")


def _sideways(word: Word) -> bool:
    """Whether a word is taller than wide by more than thin letters explain: `il`, `lit`."""
    if len(word.text) <= 4 and set(word.text) <= _THIN:
        return False
    wide, tall = word.box.x1 - word.box.x0, word.box.bottom - word.box.top
    return (len(word.text) >= 3 and tall > 1.3 * wide) or (len(word.text) >= 2 and tall > 2.5 * wide)


def _read_upwards(words: Sequence[Word]) -> bool:
    """Whether sideways words run from the bottom to the top, by the order in which neighbours stand."""
    ups = sum(1 if b.box.top < a.box.top else -1 for a, b in pairwise(words) if abs(a.box.x0 - b.box.x0) < 2)
    return ups >= 0


def _turned(box: Box, page: Page, upwards: bool) -> Box:
    if upwards:
        return Box(x0=page.height - box.bottom, top=box.x0, x1=page.height - box.top, bottom=box.x1)
    return Box(x0=box.top, top=page.width - box.x1, x1=box.bottom, bottom=page.width - box.x0)


_INNER_COLON = re.compile(r"(?<=[^\W\d])[:=](?=[^\s/\\])|(?i:^(?:n[°ºo]\.?|nr\.?|№|#))(?=[A-Z]{0,4}\d)")


def _parts(word: Word, box: Box) -> list[Spot]:
    """A word, cut behind a colon that has letters before it and text after it (`Date:2026-03-04`)."""
    cut = _INNER_COLON.search(word.text)
    if cut is None:
        key = key_of(word.text)
        text = word.text
        return [Spot(text, text if key == text else key, box.x0, box.top, box.x1, box.bottom, word)]
    pieces = [word.text]
    if not word.text.lower().startswith(("http", "urn", "mailto")) and "@" not in word.text[: cut.start()]:
        pieces = [word.text[: cut.end()], word.text[cut.end() :]]
    spots, at = [], box.x0
    for piece in pieces:
        wide = (box.x1 - box.x0) * len(piece) / len(word.text)
        spots.append(Spot(piece, key_of(piece), at, box.top, at + wide, box.bottom, word))
        at += wide
    return spots
