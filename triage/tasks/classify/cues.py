"""Cues: words of the order desk in five languages, counted beside the sentence vectors.

The list is data (`data/cues.txt`); what each cue is worth is learnt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt

_PACKAGE = "triage.tasks.classify"
_STARTS = re.compile(r"(?<!\w)\S")
_HEAD = 2


@dataclass(frozen=True)
class _Word:
    text: str
    whole: bool
    cue: int


@dataclass(frozen=True)
class CueList:
    """Names of the cues in order, and their words by first letters."""

    names: tuple[str, ...]
    by_head: dict[str, tuple[_Word, ...]]

    def found(self, text: str) -> tuple[int, ...]:
        """Numbers of the cues that a text shows, ascending."""
        plain = " ".join(text.lower().replace("’", "'").split())
        hits: set[int] = set()
        for start in _STARTS.finditer(plain):
            at = start.start()
            for word in self.by_head.get(plain[at : at + _HEAD], ()):
                if word.cue not in hits and plain.startswith(word.text, at) and _ends(plain, at, word):
                    hits.add(word.cue)
        return tuple(sorted(hits))


def _ends(text: str, at: int, word: _Word) -> bool:
    if not word.whole:
        return True
    after = text[at + len(word.text) : at + len(word.text) + 1]
    return not (after.isalnum() or after == "_")


@lru_cache(maxsize=1)
def cue_list() -> CueList:
    """The shipped list."""
    text = resources.files(_PACKAGE).joinpath("data/cues.txt").read_text(encoding="utf-8")
    names: list[str] = []
    by_head: dict[str, list[_Word]] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, words = line.partition(":")
        for raw in sorted({word.strip().lower() for word in words.split(",") if word.strip()}):
            word = _Word(raw.removesuffix("!"), raw.endswith("!"), len(names))
            by_head.setdefault(word.text[:_HEAD], []).append(word)
        names.append(name)
    return CueList(tuple(names), {head: tuple(words) for head, words in by_head.items()})


@lru_cache(maxsize=20_000)
def _cues_of(text: str) -> tuple[int, ...]:
    return cue_list().found(text)


def cue_rows(texts: list[str]) -> npt.NDArray[np.float32]:
    """One row of zeros and ones for each text, a column a cue."""
    rows = np.zeros((len(texts), len(cue_list().names)), dtype=np.float32)
    for row, text in enumerate(texts):
        rows[row, list(_cues_of(text))] = 1.0
    return rows
