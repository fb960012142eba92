"""Extraction: header fields by recall and precision, lines by F1, over documents and as the mean over issuers.

What counts and what is right is decided in `evals.document_scoring`; here it becomes counts by document, so that every
figure has its interval.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.cases import EvalCase, ExtractionTarget
from evals.document_scoring import TRUTH_NAMES, counted_fields, field_is_right, in_truth_names, key, matched, value_of
from evals.intervals import Weights, ratio
from evals.measures import Measure, Table, share_of, sum_ratio, total
from triage.errors import InputError

Values = dict[str, float | str | None]
Truth = dict[str, Any]

_LINE_NAMES = {"net_amount": "line_total"}
_CORE = ("document_number", "issue_date", "gross_total", "currency", "seller_name")


def truth_of(target: ExtractionTarget, folder: Path) -> Truth:
    """The truth of a target. Raises `InputError` where its file is none."""
    if isinstance(target.truth, dict):
        return truth(target.truth, "truth")
    path = folder / target.truth
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"is no truth of a document ({type(error).__name__}).", _FORM) from error
    return truth(data, str(path))


_FORM = "docs/evals.md shows the form of a truth."


def truth(data: Any, where: str) -> Truth:
    """A truth in the form that scoring takes: flat, by the names of truth files, with what is `visible`.

    `{"fields": {...}, "lines": [...]}` by the names of `triage extract` is turned into it; there, all is visible.
    """
    if not isinstance(data, Mapping):
        raise InputError(where, "is no JSON object.", _FORM)
    if "fields" not in data:
        if not isinstance(data.get("visible"), Mapping):
            raise InputError(where, "says neither `fields` nor what is `visible`.", _FORM)
        return dict(in_truth_names(data))
    fields = {TRUTH_NAMES.get(name, name): value for name, value in data["fields"].items()}
    lines = [_line(line) for line in data.get("lines") or ()]
    seen = dict.fromkeys((name for name, value in fields.items() if value is not None), True)
    return {**fields, "visible": seen, "lines": lines, "lines_scored": data.get("lines_scored", "lines" in data)}


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    known = {"name": None, "quantity": None, "unit_price": None, "line_total": None}
    named = {_LINE_NAMES.get(name, name): value for name, value in line.items()}
    return {**known, **named, "visible": {name: value is not None for name, value in named.items()}}


def score(of: Truth, line: Mapping[str, Any], case: EvalCase) -> Values:
    """Score one line of `triage extract --jsonl`: counts of what is there, found and right."""
    cells = line.get("fields") or {}
    answered = "error" not in line and "abstained" not in line
    values: Values = {"answered": float(answered), "issuer": f"{case.source}|{key(of.get('seller_name') or '')}"}
    found = {name: value_of(cells.get(name)) for name in counted_fields(of)}
    right = {name: field_is_right(name, value, of[TRUTH_NAMES[name]]) for name, value in found.items()}
    for name, value in found.items():
        values[f"{name} n"] = 1.0
        values[f"{name} right"] = float(right[name])
        values[f"{name} found"] = float(value not in (None, ""))
        if not right[name]:
            values[f"{name} wanted"] = str(of[TRUTH_NAMES[name]])
    values["fields"] = float(len(right))
    values["fields_right"] = float(sum(right.values()))
    values["fields_found"] = float(sum(value not in (None, "") for value in found.values()))
    values["all_fields"] = float(all(right.values()))
    values["core_fields"] = float(all(right.get(name, True) for name in _CORE))
    return values | (_lines(of["lines"], line.get("lines") or []) if of.get("lines_scored") else {})


def _lines(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> Values:
    strict = len(matched(found, wanted, strict=True))
    return {
        "lines": float(len(wanted)),
        "lines_both": float(len(wanted) + len(found)),
        "lines_right": 2.0 * strict,
        "lines_amount": 2.0 * len(matched(found, wanted, strict=False)),
        "all_lines": float(strict == len(wanted) == len(found)),
    }


def over_issuers(table: Table, weights: Weights) -> NDArray[np.float64]:
    """The mean of field recall over issuers: many papers of one issuer are one layout."""
    issuers = table.text("issuer")
    right, fields = np.nan_to_num(table.number("fields_right")), np.nan_to_num(table.number("fields"))
    recalls = []
    for issuer in sorted(set(issuers)):
        own = issuers == issuer
        recalls.append(ratio(weights[:, own] @ right[own], weights[:, own] @ fields[own]))
    # An issuer that a resample did not draw is not part of its mean; one drawn twice counts twice.
    drawn = np.array([weights[:, issuers == issuer].max(axis=1) for issuer in sorted(set(issuers))])
    return ratio((np.nan_to_num(np.array(recalls)) * drawn).sum(axis=0), (drawn * np.isfinite(recalls)).sum(axis=0))


def _of_field(name: str) -> list[Measure]:
    right, there, found = f"{name} right", f"{name} n", f"{name} found"
    return [
        Measure(f"recall {name}", sum_ratio(right, there), fewest=_FEWEST, count=total(there), detail=True),
        Measure(f"precision {name}", sum_ratio(right, found), fewest=_FEWEST, count=total(found), detail=True),
    ]


_FEWEST = 10

MEASURES: tuple[Measure, ...] = (
    Measure(
        "field recall",
        sum_ratio("fields_right", "fields"),
        fewest=_FEWEST,
        by_group=True,
        about="printed header fields that are read right",
    ),
    Measure(
        "field precision",
        sum_ratio("fields_right", "fields_found"),
        fewest=_FEWEST,
        by_group=True,
        about="read header fields that are right",
    ),
    Measure("field recall over issuers", over_issuers, fewest=_FEWEST, about="mean of field recall over issuers"),
    Measure(
        "line F1",
        sum_ratio("lines_right", "lines_both"),
        fewest=_FEWEST,
        count=total("lines"),
        by_group=True,
        about="item lines with name, quantity, unit price and amount right",
    ),
    Measure(
        "line F1, amount",
        sum_ratio("lines_amount", "lines_both"),
        fewest=_FEWEST,
        count=total("lines"),
        about="item lines by their amount alone",
    ),
    share_of(
        "all fields",
        "all_fields",
        fewest=_FEWEST,
        about="documents with every field right",
    ),
    share_of(
        "core fields",
        "core_fields",
        fewest=_FEWEST,
        about="number, date, total, currency, seller",
    ),
    share_of("all lines", "all_lines", fewest=_FEWEST, about="documents with every line right"),
    share_of("answered", "answered", fewest=_FEWEST, about="documents that were read"),
    *(measure for name in TRUTH_NAMES for measure in _of_field(name)),
)
