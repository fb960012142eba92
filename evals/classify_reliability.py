"""Counts by category how far the shipped layer's confidences hold: `python -m evals.classify_reliability`.

Reads split `dev` of the training messages and the older set `classify_holdout.jsonl`, whose authors no layer reads, and
writes the counts beside the layer. With `--check FOLDER` nothing is written: it prints what the thresholds would have
done for each author of `dev` and each third-party source in FOLDER, each left out of the counts in turn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evals.classify_measure import CODES, judge, rows_of
from evals.rivals import sources_of
from triage.domain import Category
from triage.domain.shares import wilson
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import shipped_layer
from triage.tasks.classify.reliability import RELIABILITY_FILE

SETS = Path(__file__).parent / "sets"
TARGET_FILE = Path(__file__).parent.parent / "triage/tasks/classify/data" / RELIABILITY_FILE
TARGET = 0.8
"""Of the suggestions of each category that are shown, four in five are to be right."""
PULL = 20
"""How many counts what holds for all categories weighs beside those of one."""
LEAST = 0.5
"""Below this no suggestion is shown, whatever was counted."""
POPULATION = "messages by authors who were not learnt from (split dev and classify_holdout)"


@dataclass(frozen=True)
class Counted:
    """One message: the category that was suggested, how sure, whether that was right, and whose it is."""

    category: str
    confidence: float
    right: bool
    origin: str


def counted(found: Sequence[Counted], values: Iterable[float]) -> dict[str, Any]:
    """Curve and threshold of every category; `values` are the confidences that the layer can give."""
    steps = sorted(set(values))
    known = [value for value in steps if value >= LEAST]
    return {code: _curve([one for one in found if one.category == code], found, steps, known) for code in CODES}


def _curve(own: Sequence[Counted], every: Sequence[Counted], steps: list[float], known: list[float]) -> dict[str, Any]:
    threshold = next((value for value in known if _drawn(own, every, value) >= TARGET), known[-1])
    shown = [one.right for one in own if one.confidence >= threshold]
    low, high = wilson(sum(shown), len(shown)) if shown else (0.0, 1.0)
    ends = [*steps[1:], 2.0]
    return {
        "threshold": round(threshold, 4),
        "right": sum(shown),
        "n": len(shown),
        "low": round(low, 4),
        "high": round(high, 4),
        "steps": [_step(own, value, end) for value, end in zip(steps, ends, strict=True)],
    }


def _drawn(own: Sequence[Counted], every: Sequence[Counted], least: float) -> float:
    """The share right from a confidence on, drawn towards that of all categories."""
    mine, all_of_them = ([one.right for one in group if one.confidence >= least] for group in (own, every))
    general = float(np.mean(all_of_them)) if all_of_them else least
    return (sum(mine) + PULL * general) / (len(mine) + PULL)


def _step(own: Sequence[Counted], least: float, end: float) -> dict[str, Any]:
    right = [one.right for one in own if least <= one.confidence < end]
    low, high = wilson(sum(right), len(right)) if right else (0.0, 1.0)
    value = (sum(right) + PULL * least) / (len(right) + PULL)
    told = {"least": least, "value": value, "low": low, "high": high}
    return {name: round(each, 4) for name, each in told.items()} | {"right": sum(right), "n": len(right)}


def of_scores(
    scores: npt.NDArray[np.float32], answers: npt.NDArray[np.int64], table: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """The same from category scores and right answers, with the table of confidences that was counted on them."""
    uppers, values = np.array([row[0] for row in table]), [row[1] for row in table]
    places = np.minimum(np.searchsorted(uppers, scores.max(axis=1), side="right"), len(values) - 1)
    given = scores.argmax(axis=1)
    found = [
        Counted(CODES[category], values[place], bool(category == right), "")
        for category, place, right in zip(given, places, answers, strict=True)
    ]
    return counted(found, values)


def values_of(meta: Mapping[str, Any]) -> list[float]:
    """The confidences that a layer can give."""
    return [row[1] for row in meta["calibration"]["all"]]


def own_counts(classifier: EmbeddedClassifier) -> list[Counted]:
    """The shipped held-out messages, each with its author."""
    rows = [row for path in sorted((SETS / "training").glob("*-dev.jsonl")) for row in rows_of(path)]
    rows = [row for row in rows if row["split"] == "dev"] + rows_of(SETS / "classify_holdout.jsonl")
    return _judged(rows, [f"{row['language']} {row.get('style', '')}" for row in rows], classifier)


def _judged(rows: Sequence[dict[str, Any]], origins: Sequence[str], classifier: EmbeddedClassifier) -> list[Counted]:
    found = []
    for one, origin in zip(judge(list(rows), classifier), origins, strict=True):
        measured = one.answer.suggestions[0].confidence
        if measured is not None:
            right = one.given in (one.row.get("labels") or [one.row["label"]])
            found.append(Counted(one.given, measured.value, right, origin))
    return found


def check(own: Sequence[Counted], others: Mapping[str, Sequence[Counted]], values: Sequence[float]) -> None:
    """Print coverage and accuracy of what is shown, with one threshold for all and with those of the categories."""
    shown: list[tuple[bool, bool, bool]] = []
    for origin in sorted({one.origin for one in own}):
        rest = counted([one for one in own if one.origin != origin], values)
        shown += [_shown(one, rest) for one in own if one.origin == origin]
    print(f"{'source':<28}{'one for all: shown, right':>28}{'by category: shown, right':>28}")
    _print("authors left out", shown)
    everybody = counted(own, values)
    for name, found in others.items():
        _print(name, [_shown(one, everybody) for one in found])


def _shown(one: Counted, curves: Mapping[str, Any]) -> tuple[bool, bool, bool]:
    return one.confidence >= LEAST, one.confidence >= curves[one.category]["threshold"], one.right


def _print(name: str, shown: Sequence[tuple[bool, bool, bool]]) -> None:
    told = ""
    for place in (0, 1):
        right = [one[2] for one in shown if one[place]]
        told += f"{len(right) / len(shown):>20.3f}, {np.mean(right):.3f} "
    print(f"{name:<28}{told}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", type=Path, metavar="FOLDER")
    chosen = parser.parse_args()
    layer = shipped_layer()
    classifier, values = EmbeddedClassifier.with_layer(layer), values_of(layer.meta)
    own = own_counts(classifier)
    if chosen.check is not None:
        others = {}
        for source in sources_of(chosen.check):
            rows = [{"label": (row.get("labels") or [row.get("label")])[0]} | row for row in source.rows]
            others[source.name] = _judged(rows, [source.name] * len(rows), classifier)
        check(own, others, values)
        return
    curves = counted(own, values)
    told = {"layer": layer.sha256, "population": POPULATION, "target": TARGET, "pull": PULL, "categories": curves}
    TARGET_FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for category in Category:
        row = curves[category.value]
        print(
            f"{category.value:<16} shown from {row['threshold']:.2f}: {row['right']} of {row['n']} right "
            f"({row['low']:.2f} to {row['high']:.2f})"
        )


if __name__ == "__main__":
    main()
