"""Words set with spaces between their letters: `F A C T U R E`, `D AT E   D E`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from triage.documents.printed import Spot, key_of
from triage.domain import Box, Word

_FEWEST = 4
"""Pieces that make a word of spaced letters; fewer are initials or a unit."""
_LETTERS = 1.7
"""Letters a piece at most, on average: kerning leaves some pairs together."""


def closed_up(spots: Sequence[Spot]) -> list[Spot]:
    """Words of a printed line, letters that were spaced out joined to the words they make."""
    out: list[Spot] = []
    at = 0
    while at < len(spots):
        run = _run(spots, at)
        if run is None:
            out.append(spots[at])
            at += 1
        else:
            out += _words(spots[at:run])
            at = run
    return out


def _run(spots: Sequence[Spot], at: int) -> int | None:
    """Where a run of short pieces that begins here ends, if it is one."""
    end = at
    while end < len(spots) and len(spots[end].text) <= 4 and not any(c.isdigit() for c in spots[end].text):
        if end > at and spots[end].x0 - spots[end - 1].x1 > 1.6 * spots[end].height:
            break
        end += 1
    pieces = spots[at:end]
    letters = sum(c.isalpha() for spot in pieces for c in spot.text)
    if len(pieces) < _FEWEST or letters > _LETTERS * len(pieces) or letters < len(pieces):
        return None
    gaps = sorted(b.x0 - a.x1 for a, b in pairwise(pieces))
    usual = gaps[len(gaps) // 2]
    return end if usual > 0.08 * pieces[0].height else None


def _words(pieces: Sequence[Spot]) -> list[Spot]:
    """The run cut where a space is clearly wider than between letters."""
    gaps = sorted(b.x0 - a.x1 for a, b in pairwise(pieces))
    usual = gaps[len(gaps) // 4]
    groups: list[list[Spot]] = [[pieces[0]]]
    for before, spot in pairwise(pieces):
        if spot.x0 - before.x1 > 1.7 * usual + 0.08 * spot.height:
            groups.append([])
        groups[-1].append(spot)
    return [_joined(group) for group in groups]


def _joined(pieces: Sequence[Spot]) -> Spot:
    if len(pieces) == 1:
        return pieces[0]
    text = "".join(spot.text for spot in pieces)
    boxes = [spot.word.box for spot in pieces]
    box = Box(
        x0=min(b.x0 for b in boxes),
        top=min(b.top for b in boxes),
        x1=max(b.x1 for b in boxes),
        bottom=max(b.bottom for b in boxes),
    )
    word = Word(id=pieces[0].word.id, text=text, box=box, size=pieces[0].word.size)
    top, bottom = min(s.top for s in pieces), max(s.bottom for s in pieces)
    return Spot(text, key_of(text), pieces[0].x0, top, pieces[-1].x1, bottom, word)
