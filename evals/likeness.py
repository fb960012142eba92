"""Are the sets sound: near-duplicates across splits and with what was trained on, styles in two splits, counts."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from evals.cases import ClassificationTarget, EvalCase
from evals.reading import LoadedSet, files_of

NEAR = 90
"""From this token-sort ratio on two texts are nearly the same."""
_LONG_ENOUGH = 40
"""Shorter trained texts are phrases that anybody writes."""
_GRAM = 5
_SHARED = 0.5
"""Only texts that share this part of the shorter one's runs of five letters are compared letter by letter: comparing
each with each takes minutes on thousands. Texts that differ evenly, at every tenth letter, would slip through."""
_SHOWN = 70


def problems(of: LoadedSet, path: Path) -> list[str]:
    """One line for each thing that makes a set's figures say too much."""
    return [*_twins(of), *_styles(of), *_trained(of, path)]


def counts(of: LoadedSet) -> dict[str, Counter[str]]:
    """How many measured cases there are, by what matters, and how many each split has."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    splits = Counter(_split(case, of) for case in of.cases)
    if len(splits) > 1:
        found["split"] = splits
    for case in of.measured:
        found["language"][case.language] += 1
        if isinstance(case.target, ClassificationTarget):
            found["category"][case.target.category.value] += 1
    return dict(found)


def text_of(case: EvalCase) -> str:
    """The words of a case that another could repeat."""
    given = case.input
    if given.text is not None:
        return " ".join(given.text.split())
    messages = given.messages or (given.case or {}).get("messages", ())
    return " ".join(" ".join(str(message.get("text") or message.get("body") or "").split()) for message in messages)


def _split(case: EvalCase, of: LoadedSet) -> str:
    return case.split or of.head.split


def _twins(of: LoadedSet) -> Iterator[str]:
    """Pairs that are nearly the same, across splits or within the measured one."""
    cases = [case for case in of.cases if text_of(case)]
    sizes = Counter(_split(case, of) for case in cases)
    largest = max(sizes, key=sizes.__getitem__, default="")
    # Pairs within a split that is not measured do not matter: its cases need not look for each other.
    looked = [n for n, case in enumerate(cases) if _split(case, of) in {*sizes} - {largest} | {of.head.split}]
    texts = [text_of(case).casefold() for case in cases]
    pairs = {(min(looked[n], m), max(looked[n], m)) for n, m in sharing([texts[n] for n in looked], texts)}
    for one, other in sorted(pair for pair in pairs if pair[0] != pair[1]):
        first, second = cases[one], cases[other]
        splits = {_split(first, of), _split(second, of)}
        if first.language != second.language or (len(splits) == 1 and of.head.split not in splits):
            continue
        alike = int(fuzz.token_sort_ratio(texts[one], texts[other], score_cutoff=NEAR))
        if alike:
            yield f"{first.id} and {second.id} are nearly the same ({alike} of 100; {' and '.join(sorted(splits))})"


def sharing(texts: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of a text and of another that share at least half of the shorter one's runs of five letters."""
    known: dict[str, int] = {}
    grams = [_grams(text, known) for text in others]
    places = np.repeat(np.arange(len(others)), [len(own) for own in grams])
    flat = np.concatenate(grams) if grams else np.zeros(0, dtype=np.intp)
    order = np.argsort(flat, kind="stable")
    holders, starts = places[order], np.searchsorted(flat[order], np.arange(len(known) + 1))
    sizes = np.array([len(own) for own in grams])
    for n, text in enumerate(texts):
        own = _runs(text)
        found = [known[gram] for gram in own if gram in known]
        if not found:
            continue
        there = np.concatenate([holders[starts[gram] : starts[gram + 1]] for gram in found])
        shared = np.bincount(there, minlength=len(others))
        yield from ((n, int(m)) for m in np.flatnonzero(shared >= np.maximum(_SHARED * np.minimum(sizes, len(own)), 1)))


def _runs(text: str) -> set[str]:
    return {text[n : n + _GRAM] for n in range(max(1, len(text) - _GRAM + 1))}


def _grams(text: str, known: dict[str, int]) -> NDArray[np.intp]:
    return np.array([known.setdefault(gram, len(known)) for gram in _runs(text)], dtype=np.intp)


def _styles(of: LoadedSet) -> Iterator[str]:
    if of.head.shared_styles:
        return
    splits: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in of.cases:
        if case.style:
            splits[case.language, case.style].add(_split(case, of))
    for (language, style), found in sorted(splits.items()):
        if len(found) > 1:
            yield f"style {style!r} ({language}) is in the splits {', '.join(sorted(found))}"


def _trained(of: LoadedSet, path: Path) -> Iterator[str]:
    """Measured cases that hold nearly the words of a text that was trained on."""
    if not of.head.apart_from:
        return
    trained = list(_lines(files_of(of.head.apart_from, path)))
    cases = [case for case in of.measured if text_of(case)]
    if not trained or not cases:
        return
    texts = [text_of(case).casefold() for case in cases]
    for one, other in sharing(texts, [text for _, text in trained]):
        where, text = trained[other]
        alike = int(fuzz.partial_ratio(texts[one], text, score_cutoff=NEAR))
        if alike:
            yield f"{cases[one].id} repeats {where} ({alike} of 100): {text[:_SHOWN]}"


def _lines(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """A text a line: as it is, or the `text` of a JSON object."""
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            plain = _text_in(line) if file.suffix == ".jsonl" else line
            text = " ".join(plain.split()).casefold()
            if len(text) >= _LONG_ENOUGH and not line.startswith("#"):
                yield f"{file.name}:{number}", text


def _text_in(line: str) -> str:
    data = json.loads(line) if line.strip() else {}
    return str(data.get("text", ""))
