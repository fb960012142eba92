"""A paper as the row that the command line prints."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from triage.domain import FieldValue, Paper


def row(paper: Paper, file: str) -> dict[str, Any]:
    """`{"file", "fields", "lines", "checks", "warnings"}`: ISO dates, plain JSON numbers, boxes as four numbers.

    What was held back because the policy asks for more confidence stands under `unsure` (`buyer_name`,
    `line:2:quantity`). A document that could not be read has its reason under `abstained`; one that was read from an
    XML names that under `xml`, and its values have the `path` in it.
    """
    out: dict[str, Any] = {
        "file": file,
        "fields": {name: _cell(found) for name, found in paper.fields.items()},
        "lines": [{name: _cell(found) for name, found in line.fields.items()} for line in paper.lines],
        "checks": [check.model_dump(mode="json") for check in paper.checks],
        "warnings": list(paper.warnings),
    }
    if paper.unsure:
        out["unsure"] = {key: _cell(found) for key, found in paper.unsure.items()}
    if paper.xml is not None:
        out["xml"] = paper.xml.model_dump(mode="json", exclude={"content"})
    if paper.abstained is not None:
        out["abstained"] = paper.abstained.reason
    return out


def _cell(found: FieldValue) -> dict[str, Any]:
    box = found.box
    path = {} if found.path is None else {"path": found.path}
    return path | {
        "value": plain(found.value),
        "confidence": None if found.confidence is None else found.confidence.value,
        "page": found.page,
        "box": None if box is None else [box.x0, box.top, box.x1, box.bottom],
    }


def plain(value: Decimal | date | bool | str) -> float | int | str | bool:
    """A value as JSON has it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
