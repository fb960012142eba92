"""The best of several candidates for a field."""

from __future__ import annotations

from collections import Counter

from triage.documents.phrases import Marked
from triage.documents.places import Candidate
from triage.documents.printed import Line
from triage.documents.sheet import Sheet

Marks = dict[int, list[Marked]]
"""Labels of a document by the number of their line."""


def early(sheet: Sheet, line: Line) -> float:
    """Header fields stand on the first page, mostly in its upper half."""
    if line.page != sheet.pages[0].number:
        return 0.8
    return 1.0 if line.top < 0.6 * sheet.pages[0].height else 0.92


def scaled(candidate: Candidate, factor: float) -> Candidate:
    """The candidate with its score times a factor."""
    return Candidate(candidate.value, candidate.found, candidate.score * factor, candidate.support, candidate.line)


def best_of(found: list[Candidate], least: float) -> Candidate | None:
    """The best supported value: equal values add a little to each other; ties go to the first."""
    if not found:
        return None
    agreeing = Counter(str(c.value) for c in found)
    best = max(found, key=lambda c: c.score + 0.03 * min(agreeing[str(c.value)], 4) - 0.0001 * c.line)
    return best if best.score >= least else None
