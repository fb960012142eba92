"""Counts a layer's confidences anew on a desk's own mail, labelled by people who did not see what it suggested."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from evals.classify_calibration import table
from evals.classify_reliability import PULL, TARGET, of_scores
from evals.training.packing import packed
from triage.domain import Category, View
from triage.errors import InputError
from triage.intake.rows import case_from_row
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import CATEGORIES, Layer
from triage.tasks.classify.reliability import OWN

_LEAST = 100
_POPULATION = "own mails chosen at random and labelled blind"
_GIVEN = ("text", "subject", "from_role")


def blind_rows(file: Path) -> tuple[list[dict[str, Any]], int]:
    """Rows `{"text", "subject"?, "from_role"?, "label", "blind": true}`, and how many others were left out.

    Raises `InputError` for a line that is no row, and where fewer than a hundred are left.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(file), f"cannot be read ({type(error).__name__}).") from error
    rows, left = [], 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _row(f"{file}:{number}", line)
        if row.get("blind") is True:
            rows.append(row)
        else:
            left += 1
    if len(rows) < _LEAST:
        raise InputError(str(file), f"holds {len(rows)} blind rows; fewer than {_LEAST} say too little.")
    return rows, left


def _row(where: str, line: str) -> dict[str, Any]:
    try:
        row = dict(json.loads(line))
        Category(row["label"])
        row["text"] + ""
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(where, f"is no row with text and label: {error!r}.") from error
    return row


def recalibrated(layer: Layer, rows: Sequence[Mapping[str, Any]]) -> tuple[bytes, list[list[float]]]:
    """The layer's file with a new table of confidences, and the table. Of the rows only counts are kept."""
    now = datetime.now(UTC)
    given = [{"id": n} | {key: row[key] for key in _GIVEN if row.get(key)} for n, row in enumerate(rows, start=1)]
    cases = [case_from_row(one, n, now) for n, one in enumerate(given, start=1)]
    scores = EmbeddedClassifier.with_layer(layer).text_scores([View(case) for case in cases])
    codes = [category.value for category in CATEGORIES]
    counted = [(one, codes.index(row["label"])) for one, row in zip(scores, rows, strict=True) if one is not None]
    given_scores, right = np.stack([one for one, _ in counted]), np.array([n for _, n in counted], dtype=np.int64)
    made = table(given_scores, right)
    curves = of_scores(given_scores, right, made)
    meta = {
        **layer.meta,
        "population": _POPULATION,
        "calibration": {"all": made},
        OWN: {"population": _POPULATION, "target": TARGET, "pull": PULL, "categories": curves},
        "recalibrated": layer.sha256,
    }
    return packed(layer.arrays, meta), made
