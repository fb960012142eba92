"""Measure the embedded extractor on a folder or an index of documents.

    python -m evals.documents --index INDEX.jsonl [--out ROWS.jsonl] [--calibrate CALIBRATION.json]
    python -m evals.documents FOLDER --out ROWS.jsonl

An index has a JSON object a line: `path` and `truth` (relative to the folder above the index's own), `family` (the
layout's issuer) and `lines_scored`. Rows are those that `triage extract --jsonl` prints.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.document_scoring import (
    TRUTH_NAMES,
    Score,
    amounts_agree,
    counted_fields,
    field_is_right,
    in_truth_names,
    key,
    matched,
)
from triage.documents.ocr import installed_recogniser
from triage.documents.reading import Recogniser
from triage.documents.reread import reads_again
from triage.domain import Document, FieldValue, Limits, Paper
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.rows import row as row_of

UNSEEN = "whose layouts no rule had seen"
MOST_OF_ISSUER = 4
"""Documents of one issuer that enter the calibration: forty of one layout are still one layout."""


@dataclass(frozen=True)
class Entry:
    """A document to read, with its truth where there is one."""

    path: Path
    truth: Mapping[str, Any] | None = None
    family: str = ""
    lines_scored: bool = False


@dataclass(frozen=True)
class Reading:
    """What came out for an entry."""

    entry: Entry
    paper: Paper
    row: dict[str, Any]
    seconds: float


def entries_of(index: Path, split: str | None = None) -> Iterator[Entry]:
    """Documents of an index file, all or those of one split."""
    root = index.resolve().parent.parent
    for line in index.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        if split is not None and found.get("split") != split:
            continue
        truth = in_truth_names(json.loads((root / found["truth"]).read_text(encoding="utf-8")))
        yield Entry(
            root / found["path"],
            truth,
            found.get("family", ""),
            bool(found.get("lines_scored", truth.get("lines_scored"))),
        )


def readings(entries: Sequence[Entry], recogniser: Recogniser | None = None) -> Iterator[Reading]:
    """Reads every document, one after the other."""
    extractor = EmbeddedExtractor(Limits(), recogniser)
    for entry in entries:
        document = Document(name=entry.path.name, media_type="application/pdf", content=entry.path.read_bytes())
        began = time.perf_counter()
        paper = extractor.invoke(document)
        seconds = time.perf_counter() - began
        yield Reading(entry, paper, row_of(paper, str(entry.path)), seconds)


def figures(found: Sequence[Reading]) -> dict[str, Any]:
    """Scores where there is truth, time per page, and the share of values that their boxes give again."""
    score = Score()
    for reading in found:
        if reading.entry.truth is not None:
            score.add(reading.row, reading.entry.truth, reading.entry.family, reading.entry.lines_scored)
    per_page = sorted(1000 * r.seconds / max(1, len(r.paper.pages)) for r in found)
    again = [reads_again(name, value, r.paper.pages) for r in found for name, value in _values(r.paper)]
    return {
        "documents": len(found),
        **(score.summary() if score.wanted else {}),
        "ms_per_page_median": round(per_page[len(per_page) // 2], 1) if per_page else None,
        "ms_per_page_95th": round(per_page[int(0.95 * (len(per_page) - 1))], 1) if per_page else None,
        "read_again_from_box": round(sum(again) / len(again), 4) if again else None,
    }


def _values(paper: Paper) -> Iterator[tuple[str, FieldValue]]:
    yield from paper.fields.items()
    for line in paper.lines:
        yield from line.fields.items()


def counts(found: Sequence[Reading]) -> dict[str, dict[str, list[int]]]:
    """How many values of each field and support were right, and how many were counted.

    Takes the first `MOST_OF_ISSUER` documents of each issuer. Values whose truth is not known are not counted.
    """
    seen: Counter[tuple[str, str]] = Counter()
    out: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for reading in found:
        truth = reading.entry.truth
        if truth is None:
            continue
        issuer = (reading.entry.family, key(truth.get("seller_name") or ""))
        seen[issuer] += 1
        if seen[issuer] > MOST_OF_ISSUER:
            continue
        for name, support, right in _judged(reading, truth):
            for pair in (out[name][support], out[_pool(name)][support]):
                pair[0] += right
                pair[1] += 1
    return {name: {s: list(p) for s, p in sorted(by.items())} for name, by in sorted(out.items())}


def _pool(name: str) -> str:
    return "line.*" if name.startswith("line.") else "*"


def _judged(reading: Reading, truth: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    supports = EmbeddedExtractor(Limits()).supports(reading.paper)
    for name in counted_fields(truth):
        if name in reading.paper.fields:
            value = reading.row["fields"][name]["value"]
            yield name, supports[name], field_is_right(name, value, truth[TRUTH_NAMES[name]])
    for name, place, right in judged_lines(reading, truth):
        yield name, supports[place], right


def judged_lines(reading: Reading, truth: Mapping[str, Any]) -> Iterator[tuple[str, str, bool]]:
    """Each figure of a line whose truth is known: `line.quantity`, its place `line.0.quantity`, whether it is right.

    Nothing of a document whose lines are not scored.
    """
    if not reading.entry.lines_scored:
        return
    lines = reading.row["lines"]
    pairs = _paired(lines, truth["lines"])
    for n, line in enumerate(lines):
        wanted = truth["lines"][pairs[n]] if n in pairs else None
        for name, its in (("quantity", "quantity"), ("unit_price", "unit_price"), ("net_amount", "line_total")):
            if name in line and (wanted is None or wanted["visible"].get(its)):
                right = wanted is not None and amounts_agree(line[name]["value"], wanted[its])
                yield f"line.{name}", f"line.{n}.{name}", right


def _paired(lines: Sequence[Mapping[str, Any]], truth: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Our line → the truth's: by its amount; where as many are left on both sides, in their order."""
    pairs = {ours: its for its, ours in matched(lines, truth, strict=False)}
    ours_left = [n for n in range(len(lines)) if n not in pairs]
    its_left = [n for n in range(len(truth)) if n not in pairs.values()]
    return pairs | (dict(zip(ours_left, its_left, strict=True)) if len(ours_left) == len(its_left) else {})


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m evals.documents", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a folder of PDFs without truth")
    parser.add_argument("--index", type=Path, help="an index of documents with their truth")
    parser.add_argument("--split", help="with --index: only the documents of this split")
    parser.add_argument("--out", type=Path, help="where the rows go (JSONL)")
    parser.add_argument("--calibrate", type=Path, help="write counts of right values here")
    parser.add_argument("--population", default=UNSEEN, help="with --calibrate: what the issuers are to the rules")
    parser.add_argument("--ocr", action="store_true", help="read pictures, where the extra is installed")
    options = parser.parse_args(arguments)
    if (options.folder is None) == (options.index is None):
        parser.error("name a folder or --index")
    entries = (
        list(entries_of(options.index, options.split))
        if options.index
        else [Entry(p) for p in sorted(options.folder.glob("*.pdf"))]
    )
    found = list(readings(entries, installed_recogniser(Limits()) if options.ocr else None))
    if options.out:
        text = "".join(json.dumps(r.row, ensure_ascii=False) + "\n" for r in found)
        options.out.write_text(text, encoding="utf-8")
    if options.calibrate:
        issuers = len({(r.entry.family, key((r.entry.truth or {}).get("seller_name") or "")) for r in found})
        population = f"{len(found)} supplier documents of {issuers} issuers, {options.population}"
        made = {"population": population, "counts": counts(found)}
        options.calibrate.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(figures(found), indent=1))


if __name__ == "__main__":
    main()
