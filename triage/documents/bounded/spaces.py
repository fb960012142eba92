"""Spaces that a recogniser loses: found again as white between letters, where they are as wide as the line's others."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_OF_SPACE = 0.8
"""A gap is a space from this share of the line's usual one."""
_OF_HEIGHT = 0.26
"""Of the letters' height, where a line shows too few spaces to tell."""
_LEAST = 0.22
"""Of the letters' height: no space is narrower."""
_INK = 0.4
"""Share of the way from paper to the darkest ink from which a pixel is ink."""
_FEWEST = 2
_SPACED = 0.2
"""Of the letters: where more have white behind them, the line is set wide, and that is no space."""


def gaps(line: Picture) -> tuple[list[tuple[int, int]], int]:
    """Runs of columns without ink in the picture of a line (first and behind the last), and the letters' height."""
    grey = line[..., 0].astype(np.int16) if line.ndim == 3 else line.astype(np.int16)
    paper, dark = float(np.percentile(grey, 85)), float(np.percentile(grey, 1))
    if paper - dark < 40:
        return [], 0
    ink = grey < paper - _INK * (paper - dark)
    rows = np.flatnonzero(ink.sum(axis=1) >= max(2, 0.01 * ink.shape[1]))
    if not rows.size:
        return [], 0
    height = int(rows[-1] - rows[0] + 1)
    white = ink.sum(axis=0) < max(1.0, 0.05 * height)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], white.view(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)], height


def lost_spaces(tokens: Sequence[str], middles: Sequence[float], line: Picture) -> list[int]:
    """Before which letters a space was lost: indexes into the line's letters, spaces not counted.

    Each space that was read has its white; what is left over and as wide is a lost one. `middles` are the letters'
    middles across the picture of the line. Between figures nothing is cut: `11` and `1 1` look too much alike.
    """
    runs, height = gaps(line)
    letters = "".join(tokens)
    if not runs or len(middles) != len(letters):
        return []
    starts = sorted({sum(map(len, tokens[:n])) for n in range(1, len(tokens))})
    inner = [(a, b) for a, b in runs if a > 0 and b < line.shape[1] and b - a >= _LEAST * height]
    places = {n: (middles[n - 1] + middles[n]) / 2 for n in starts}
    nearest = [min(inner, key=lambda run: abs(_middle(run) - place), default=None) for place in places.values()]
    known = [run[1] - run[0] for run in nearest if run is not None]
    usual = _OF_SPACE * median(known) if len(known) >= _FEWEST else _OF_HEIGHT * height
    wide = [run for run in inner if run[1] - run[0] >= usual]
    for place in places.values():
        taken = min(wide, key=lambda run: abs(_middle(run) - place), default=None)
        if taken is not None and abs(_middle(taken) - place) < height:
            wide.remove(taken)
    if len(wide) > max(1.0, _SPACED * len(letters)):
        return []
    cuts = (bisect(middles, _middle(run)) for run in wide)
    return [
        n
        for n in cuts
        if 0 < n < len(letters) and not {n - 1, n, n + 1} & places.keys() and _may_part(letters[n - 1], letters[n])
    ]


def _middle(run: tuple[int, int]) -> float:
    return (run[0] + run[1]) / 2


def parted(tokens: Sequence[str], cuts: Sequence[int]) -> list[str]:
    """The tokens of a line, cut before these letters."""
    out, at = [], 0
    for token in tokens:
        inner = [n - at for n in cuts if at < n < at + len(token)]
        out += [token[a:b] for a, b in zip([0, *inner], [*inner, len(token)], strict=True)]
        at += len(token)
    return out


def _may_part(before: str, after: str) -> bool:
    if before.isalpha() or after.isalpha():
        return before not in "'’-(/@" and after not in "'’-)/@,.;:"
    return before in ":;" and after.isdigit()
