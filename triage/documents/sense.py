"""Whether the words on the pages are words: a broken text layer shows letters that nobody printed."""

from __future__ import annotations

import re

from triage.documents.dates import plain
from triage.documents.labels import Labels, column_labels, field_labels, party_labels, title_labels
from triage.documents.phrases import marked
from triage.documents.sheet import Sheet

_ENOUGH = 20
"""Words; fewer say nothing."""
_KNOWN = 0.02
"""Known phrases a word: documents that can be read have twice as many at the least."""
_PLAINLY = 12
"""Known phrases that are enough for any length: a long table has its headings once."""
_VOWELS = 0.28
_VOWELLESS = 0.2
"""Shares in letters and words: readable documents have more than 0.33 and less than 0.16."""
_SHORTEST = 4


def makes_sense(sheet: Sheet) -> bool:
    """Whether a document's words can be those that are printed.

    A font that gives wrong letters yields text with digits, dates and even check digits in place, from which wrong
    values would be read. Such text has hardly any phrase of a business document, or lacks vowels.
    """
    words = [w for line in sheet.lines for w in re.findall(r"[^\W\d_]{3,}", plain(line.text))]
    if len(words) < _ENOUGH:
        return True
    different = set(words)  # a long table says `Hex bolt, zinc, pcs` on every line
    letters = sum(map(len, different))
    vowels = sum(c in "aeiouy" for word in different for c in word)
    bare = sum(not re.search("[aeiouy]", word) for word in different)
    if vowels < _VOWELS * letters and bare > _VOWELLESS * len(different):
        return False
    return _known_phrases(sheet, min(_PLAINLY, _KNOWN * len(words)))


def _known_phrases(sheet: Sheet, least: float) -> bool:
    tables: tuple[Labels, ...] = (field_labels(), column_labels(), title_labels(), party_labels())
    found = 0
    for line in sheet.lines:
        for table in tables:
            for mark in marked(line, table):
                found += sum(len(spot.key) for spot in line.spots[mark.first : mark.last + 1]) >= _SHORTEST
        if found >= least and found:
            return True
    return False
