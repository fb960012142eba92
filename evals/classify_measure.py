"""Measures the shipped classifier on labelled messages: `python -m evals.classify_measure FILE.jsonl ...`.

A row holds `text`, `label` and optionally `subject`, `from_role`, `language`, `subtype`, `map_quality` (weak ones are
left out). Prints a line a file and language, and with `--confusions` what is taken for what, as counts.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evals.classify_calibration import accuracy_at, calibration_error, macro_f1
from triage.domain import Category, Classification, View
from triage.intake.rows import case_from_row
from triage.tasks.classify.embedded import EmbeddedClassifier

CODES = [category.value for category in Category]
_NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """One row with the classifier's answer."""

    row: dict[str, Any]
    answer: Classification

    @property
    def confidence(self) -> float:
        """Measured confidence, or nought."""
        measured = self.answer.suggestions[0].confidence
        return measured.value if measured else 0.0

    @property
    def given(self) -> str:
        """The suggested category."""
        return self.answer.suggestions[0].category.value


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Labelled rows of a file without the weakly labelled ones."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row for row in rows if row.get("map_quality") != "weak" and "label" in row]


def judge(rows: list[dict[str, Any]], classifier: EmbeddedClassifier) -> list[Judged]:
    """Classify rows as the command line would."""
    fields = ("id", "text", "subject", "from_role", "facts")
    views = []
    for n, row in enumerate(rows, start=1):
        case = case_from_row({k: row[k] for k in fields if row.get(k) is not None}, n, _NOW)
        views.append(View(case=case, facts=case.reported))
    return [Judged(row, answer) for row, answer in zip(rows, classifier.batch(views), strict=True)]


def figures(judged: list[Judged]) -> dict[str, float]:
    """Accuracy, macro-F1, calibration error, accuracy at 80 % coverage, and how often no exception is shown as one."""
    answers = np.array([CODES.index(one.row["label"]) for one in judged])
    given = np.array([CODES.index(one.given) for one in judged])
    confidence = np.array([one.confidence for one in judged], dtype=np.float32)
    right = given == answers
    other = answers == CODES.index("other")
    shown = other & (given != CODES.index("other")) & (confidence > 0.5)
    subtypes = [one for one in judged if one.row.get("subtype") and one.given == one.row["label"]]
    exact = [one.answer.suggestions[0].subtype == one.row["subtype"] for one in subtypes]
    return {
        "n": len(judged),
        "accuracy": float(right.mean()),
        "macro_f1": macro_f1(answers, given),
        "ece": calibration_error(confidence, right),
        "acc@80": accuracy_at(confidence, right),
        "other_shown": float(shown.sum() / max(1, other.sum())),
        "subtype": float(np.mean(exact)) if exact else float("nan"),
    }


def confusions(judged: Iterable[Judged]) -> list[tuple[str, int]]:
    """Wrong answers as `label -> given`, most frequent first."""
    return Counter(
        f"{one.row['label']} -> {one.given}" for one in judged if one.given != one.row["label"]
    ).most_common()


def _line(name: str, values: dict[str, float]) -> str:
    return f"{name:<28}" + "  ".join(
        f"{key} {value:.3f}" if key != "n" else f"n {value:.0f}" for key, value in values.items()
    )


def main() -> None:
    """Measure the files named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--confusions", action="store_true")
    args = parser.parse_args()
    classifier = EmbeddedClassifier.load()
    everything: list[Judged] = []
    for path in args.files:
        judged = judge(rows_of(path), classifier)
        everything += judged
        print(_line(path.stem, figures(judged)))
    if len(args.files) > 1:
        print(_line("together", figures(everything)))
    if args.confusions:
        for pair, count in confusions(everything)[:40]:
            print(f"{count:4d}  {pair}")


if __name__ == "__main__":
    main()
