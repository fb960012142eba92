"""Are the sets sound: near-duplicates across splits and with what was trained on, styles in two splits, counts."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from evals.cases import ClassificationTarget, EvalCase
from evals.reading import LoadedSet, files_of

NEAR = 90
"""From this token-sort ratio on two texts are nearly the same."""
_LONG_ENOUGH = 40
"""Shorter trained texts are phrases that anybody writes."""
_SHOWN = 70


def problems(of: LoadedSet, path: Path) -> list[str]:
    """One line for each thing that makes a set's figures say too much."""
    return [*_twins(of), *_styles(of), *_trained(of, path)]


def counts(of: LoadedSet) -> dict[str, Counter[str]]:
    """How many measured cases there are, by what matters."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
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
    by_language: dict[str, list[EvalCase]] = defaultdict(list)
    for case in of.cases:
        if text_of(case):
            by_language[case.language].append(case)
    for _, cases in sorted(by_language.items()):
        texts = [text_of(case).casefold() for case in cases]
        alike = process.cdist(texts, texts, scorer=fuzz.token_sort_ratio, score_cutoff=NEAR, dtype=np.uint8)
        for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
            first, second = cases[one], cases[other]
            splits = {_split(first, of), _split(second, of)}
            if len(splits) > 1 or of.head.split in splits:
                where = " and ".join(sorted(splits))
                yield f"{first.id} and {second.id} are nearly the same ({alike[one, other]} of 100; {where})"


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
    alike = process.cdist(
        texts, [text for _, text in trained], scorer=fuzz.partial_ratio, score_cutoff=NEAR, dtype=np.uint8
    )
    for one, other in zip(*np.nonzero(alike), strict=True):
        where, text = trained[other]
        yield f"{cases[one].id} repeats {where} ({alike[one, other]} of 100): {text[:_SHOWN]}"


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
