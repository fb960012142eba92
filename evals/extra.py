"""Third-party data as sets, where it lies on this machine. It is measured where it lies and never copied."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evals.cases import ClassificationTarget, EvalCase, EvalSet, ExtractionTarget, Given, Kind
from evals.reading import LoadedSet, loaded
from triage.domain import Category
from triage.errors import InputError, UsageError


def extra_sets(folder: Path) -> list[LoadedSet]:
    """The sets in a folder with `text/*.jsonl` (labelled messages) and `documents/index.jsonl`; each may be absent.

    Rows whose label fits badly (`map_quality` is `weak`) are set aside from the headline. Raises `UsageError` where
    there is neither.
    """
    found = [made for made in (_messages(folder), _documents(folder)) if made is not None]
    if not found:
        raise UsageError(f"{folder}: holds neither text/*.jsonl nor documents/index.jsonl.")
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}", f"is not JSON: {error}.") from error


def _messages(folder: Path) -> LoadedSet | None:
    files = sorted((folder / "text").glob("*.jsonl"))
    if not files:
        return None
    head = EvalSet(
        name="extra-messages",
        kind=Kind.CLASSIFICATION,
        description="Consumer requests and requests of other trades from public data sets.",
        licence="by source",
        files=tuple(f"text/{file.name}" for file in files),
        cluster=("source",),
        by=("source",),
        aside=("weak",),
    )
    # A row that is listed in two files of one name is one case.
    cases = {case.id: case for file in files for case in (_message(row, file.stem) for row in _rows(file))}
    return loaded(head, folder, list(cases.values()))


def _message(row: Mapping[str, Any], file: str) -> EvalCase:
    labels = [Category(label) for label in row.get("labels") or [row["label"]]]
    quality = str(row.get("map_quality") or "")
    return EvalCase(
        id=str(row["id"]),
        input=Given(text=row["text"], subject=row.get("subject")),
        target=ClassificationTarget(category=labels[0], accepts=tuple(labels[1:])),
        tags=(quality,) if quality else (),
        source=str(row.get("source") or file),
        language=str(row.get("language") or "und"),
    )


def _documents(folder: Path) -> LoadedSet | None:
    index = folder / "documents" / "index.jsonl"
    if not index.exists():
        return None
    head = EvalSet(
        name="extra-documents",
        kind=Kind.EXTRACTION,
        description="Papers that suppliers' software made, with the e-invoice data that they carried as truth.",
        licence="by document",
        files=("documents/index.jsonl",),
        cluster=("source",),
        by=("source", "language"),
    )
    return loaded(head, folder, [_document(row) for row in _rows(index)])


def _document(row: Mapping[str, Any]) -> EvalCase:
    return EvalCase(
        id=str(row["id"]),
        input=Given(files=(str(row["path"]),)),
        target=ExtractionTarget(truth=str(row["truth"])),
        source=str(row.get("family") or ""),
        language=str(row.get("language") or "und"),
        licence=str(row.get("licence") or ""),
    )
