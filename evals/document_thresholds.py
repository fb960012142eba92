"""What an abstention threshold costs and gains: recall and precision of documents' values at each threshold.

    python -m evals.document_thresholds INDEX.jsonl [INDEX.jsonl ...] [--ocr] [--calibration CALIBRATION.json]

Each value is judged with the confidence that the shipped calibration (or another one) gives it, and counts as found
where that reaches the threshold. To choose a threshold, give sets that no calibration was counted on.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.document_scoring import TRUTH_NAMES, counted_fields, field_is_right
from evals.documents import Reading, entries_of, judged_lines, readings
from triage.documents.ocr import installed_recogniser
from triage.domain import Limits
from triage.tasks.extract.calibration import Calibration, calibration, parsed
from triage.tasks.extract.embedded import EmbeddedExtractor

Judged = tuple[float | None, bool]
"""The confidence of a value that was found, and whether it is right."""
THRESHOLDS = (0.0, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


def judged(found: Sequence[Reading], by: Calibration) -> tuple[list[Judged], int]:
    """Every header value and figure of a line that was found and whose truth is known; and how many were wanted."""
    values: list[Judged] = []
    wanted = 0
    for reading in found:
        truth = reading.entry.truth
        if truth is None:
            continue
        supports = EmbeddedExtractor(Limits()).supports(reading.paper)
        names = counted_fields(truth)
        wanted += len(names)
        for name in names:
            if name in reading.paper.fields:
                right = field_is_right(name, reading.row["fields"][name]["value"], truth[TRUTH_NAMES[name]])
                sure = by.confidence(name, supports[name])
                values.append((sure.value if sure else None, right))
        for name, key, right in judged_lines(reading, truth):
            sure = by.confidence(name, supports[key])
            values.append((sure.value if sure else None, right))
        if reading.entry.lines_scored:
            wanted += sum(_figures(line) for line in truth["lines"])
    return values, wanted


def _figures(line: Any) -> int:
    return sum(bool(line["visible"].get(name)) for name in ("quantity", "unit_price", "line_total"))


def curve(values: Sequence[Judged], wanted: int) -> Iterator[dict[str, float | int]]:
    """A row for each threshold. A value without a confidence is always kept."""
    for threshold in THRESHOLDS:
        kept = [right for sure, right in values if sure is None or sure >= threshold]
        yield {
            "threshold": threshold,
            "recall": round(sum(kept) / max(1, wanted), 4),
            "precision": round(sum(kept) / max(1, len(kept)), 4),
            "wrong_kept": len(kept) - sum(kept),
            "right_held_back": sum(right for _, right in values) - sum(kept),
        }


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints a JSON object a threshold."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.document_thresholds", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("index", nargs="+", type=Path, help="documents with their truth")
    parser.add_argument("--split", help="only the documents of this split")
    parser.add_argument("--calibration", type=Path, help="instead of the shipped one")
    parser.add_argument("--ocr", action="store_true", help="read pictures, where the extra is installed")
    options = parser.parse_args(arguments)
    by = parsed(options.calibration.read_text(encoding="utf-8")) if options.calibration else calibration()
    recogniser = installed_recogniser(Limits()) if options.ocr else None
    values: list[Judged] = []
    wanted = 0
    for index in options.index:
        found, count = judged(list(readings(list(entries_of(index, options.split)), recogniser)), by)
        values, wanted = values + found, wanted + count
    for row in curve(values, wanted):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
