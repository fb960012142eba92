"""What the single words of labels, headings and titles say: those of `data/words.yaml`.

A word is also known by its beginning (`zam.`) or as a compound (`Liefertermin`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources

import yaml

from triage.documents.printed import key_of

Classes = frozenset[str]
"""What words say; the keys of `data/words.yaml`."""

_NOTHING: Classes = frozenset()
_SHORTEST_PART = 3
_MOST_MEANINGS = 3
_SHORT_ENDINGS = frozenset({"nr", "no"})
_PERCENT = re.compile(r"^\(?\d{1,2}(?:[.,]\d{1,2})?%?\)?$|^%$")


@cache
def _words() -> dict[str, Classes]:
    text = resources.files("triage.documents").joinpath("data", "words.yaml").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for name, words in yaml.safe_load(text).items():
        for word in words.split(","):
            found.setdefault(key_of(word), set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


@cache
def _by_beginning() -> dict[str, list[tuple[str, Classes]]]:
    found: dict[str, list[tuple[str, Classes]]] = {}
    for word, names in _words().items():
        found.setdefault(word[:_SHORTEST_PART], []).append((word, names))
    return found


@lru_cache(maxsize=16384)
def classes_of(word: str) -> Classes:
    """What a printed word says; nothing where it is not known."""
    if _PERCENT.match(word):
        return frozenset({"percent"})
    parts = [part for part in re.split(r"[-/.'’()\[\]+]+", word.casefold()) if key_of(part)]
    whole = _known(key_of(word)) or (word.endswith(".") and _begins(key_of(word))) or _compound(key_of(word))
    if whole or len(parts) < 2:
        return whole or _NOTHING
    each = [_known(key_of(p)) or _begins(key_of(p)) or _compound(key_of(p)) for p in parts]
    return frozenset().union(*each) if all(each) else _NOTHING


def _known(key: str) -> Classes:
    return _words().get(key, _NOTHING)


def _begins(key: str) -> Classes:
    """What words that begin so say: what all of them do, else what each does where that is not too much."""
    if len(key) < _SHORTEST_PART:
        return _NOTHING
    found = [names for word, names in _by_beginning().get(key[:_SHORTEST_PART], ()) if word.startswith(key)]
    shared = frozenset.intersection(*found) if found else _NOTHING
    every = frozenset().union(*found)
    return shared or (every if len(every) <= _MOST_MEANINGS else _NOTHING)


def _compound(key: str) -> Classes:
    """Of both parts of a compound: `liefer` and `termin`, also with more than two."""
    for cut in range(len(key) - 2, _SHORTEST_PART - 1, -1):
        head = _known(key[:cut])
        if not head or (len(key) - cut < _SHORTEST_PART and key[cut:] not in _SHORT_ENDINGS):
            continue
        tail = _known(key[cut:]) or _compound(key[cut:])
        if tail:
            return head | tail
    return _NOTHING


def said(words: Iterable[str]) -> Classes:
    """What a phrase says; nothing unless every word of it is known."""
    out: set[str] = set()
    for word in words:
        if not key_of(word):
            continue
        names = classes_of(word)
        if not names:
            return _NOTHING
        out |= names
    return frozenset(out)
