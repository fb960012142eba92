"""Extraction: header fields by recall and precision, lines by F1, over documents and as the mean over issuers.

A field counts where its true value is known and printed on the page. Names are compared without case, accents,
punctuation and legal form; amounts to half a cent without sign; ids without punctuation. A line is right where its
name shares half of its words with the true one and every printed one of quantity, unit price and amount is equal.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.cases import EvalCase, ExtractionTarget
from evals.intervals import Weights, ratio
from evals.measures import Measure, Table, mean_of, share_of, sum_ratio, total
from triage.domain import FIELD_NAMES, Frozen
from triage.errors import InputError

Values = dict[str, float | str | None]

_TRUTH_NAMES = {
    "doc_type": "document_type",
    "number": "document_number",
    "order_ref": "purchase_order_reference",
    "seller_vat": "seller_vat_id",
    "line_total": "net_amount",
}
"""Names that truth files may use → this project's."""
_SCORED_FLAT = frozenset(FIELD_NAMES) - {"delivery_date"}
"""Fields of a flat truth file that are scored. The day of delivery is not: on invoices it is often the period's."""
_ALSO = {
    "corrected_invoice": {"corrected_invoice", "credit_note", "invoice"},
    "order_change": {"order_change", "order"},
    "delivery_note": {"delivery_note", "despatch_advice"},
}
"""Types that count as right for a type: forms of one paper that its title does not tell apart."""
_LEGAL_FORM = re.compile(r"(gmbhcokg|gmbh|ag|sarl|sas|sa|bv|ltd|limited|inc|llc|plc|pvtltd)$")
_CENT = 0.0051
_CORE = ("document_number", "issue_date", "gross_total", "currency", "seller_name")


class Truth(Frozen):
    """What stands on a document, by this project's names; only what is printed."""

    fields: dict[str, Any]
    lines: tuple[dict[str, Any], ...] | None = None
    """None where the lines are not scored."""
    issuer: str = ""


def truth_of(target: ExtractionTarget, folder: Path) -> Truth:
    """The truth of a target. Raises `InputError` where its file is none."""
    if isinstance(target.truth, dict):
        return truth(target.truth)
    path = folder / target.truth
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"is no truth of a document ({type(error).__name__}).") from error
    if not isinstance(data, dict):
        raise InputError(str(path), "is no JSON object.", "docs/evals.md shows the form of a truth file.")
    return truth(data)


def truth(data: Mapping[str, Any]) -> Truth:
    """From `{"fields": {...}, "lines": [...]}` by this project's names, or from a flat object with `visible`.

    Where `visible` says which values are printed, only these count; otherwise all do.
    """
    nested = data.get("fields")
    flat = nested if isinstance(nested, Mapping) else data
    seen = data.get("visible")
    fields = {}
    for key, value in flat.items():
        name = _TRUTH_NAMES.get(key, key)
        wanted = FIELD_NAMES if nested is not None else _SCORED_FLAT
        if name in wanted and value is not None and (seen is None or seen.get(key, False)):
            fields[name] = value
    scored = data.get("lines_scored", nested is not None)
    lines = tuple(_line(line) for line in data.get("lines") or ()) if scored else None
    return Truth(fields=fields, lines=lines, issuer=_key(flat.get("seller_name") or ""))


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    seen = line.get("visible")
    kept = {_TRUTH_NAMES.get(key, key): value for key, value in line.items() if key != "visible"}
    printed = {_TRUTH_NAMES.get(key, key): flag for key, flag in (seen or {}).items()}
    kept["printed"] = [name for name in kept if seen is None or printed.get(name, False)]
    return kept


def score(of: Truth, line: Mapping[str, Any], case: EvalCase) -> Values:
    """Score one line of `triage extract --jsonl`: counts of what is there, found and right."""
    found = {name: _plain(value) for name, value in (line.get("fields") or {}).items()}
    values: Values = {
        "answered": float("error" not in line and "abstained" not in line),
        "issuer": f"{case.source}|{of.issuer}",
    }
    right = {name: field_right(name, found.get(name), value) for name, value in of.fields.items()}
    for name in of.fields:
        values[f"{name} n"] = 1.0
        values[f"{name} right"] = float(right[name])
        values[f"{name} found"] = float(found.get(name) not in (None, ""))
    values["fields"] = float(len(right))
    values["fields_right"] = float(sum(right.values()))
    values["fields_found"] = float(sum(found.get(name) not in (None, "") for name in right))
    values["all_fields"] = float(all(right.values()))
    values["core_fields"] = float(all(right.get(name, True) for name in _CORE))
    return values | _lines(of.lines, [_flat(one) for one in line.get("lines") or ()])


def _flat(line: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in line.items()}


def _plain(value: Any) -> Any:
    return value.get("value") if isinstance(value, Mapping) else value


def _lines(wanted: Sequence[Mapping[str, Any]] | None, found: Sequence[Mapping[str, Any]]) -> Values:
    if wanted is None:
        return {}
    strict = _matched(wanted, found, strict=True)
    return {
        "lines": float(len(wanted)),
        "lines_both": float(len(wanted) + len(found)),
        "lines_right": 2.0 * strict,
        "lines_amount": 2.0 * _matched(wanted, found, strict=False),
        "all_lines": float(strict == len(wanted) == len(found)),
    }


def _matched(wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], strict: bool) -> int:
    """How many true lines have a found one of their own, each taken by the first that it fits."""
    left = list(found)
    count = 0
    for line in wanted:
        match = next((other for other in left if line_right(other, line, strict)), None)
        if match is not None:
            left.remove(match)
            count += 1
    return count


def field_right(name: str, found: Any, value: Any) -> bool:
    """Whether a found value is the true one."""
    if found in (None, ""):
        return False
    if name == "document_type":
        return bool(found == value or found in _ALSO.get(value, set()))
    if name.endswith("_date"):
        return str(found)[:10] == str(value)[:10]
    if name.endswith("_total"):
        return same_amount(found, value)
    if name in ("seller_name", "buyer_name"):
        return same_name(str(found), str(value))
    return _key(found) == _key(value)


def same_amount(one: Any, other: Any) -> bool:
    """Equal to half a cent, whatever the sign."""
    try:
        return abs(abs(float(one)) - abs(float(other))) < _CENT
    except (TypeError, ValueError):
        return False


def same_name(one: str, other: str) -> bool:
    """The same firm: equal, equal but for the legal form, or one the greater part of the other."""
    a, b = _key(one), _key(other)
    if not a or not b:
        return False
    bare = _LEGAL_FORM.sub("", a)
    if a == b or (bare and bare == _LEGAL_FORM.sub("", b)):
        return True
    short, long = sorted((a, b), key=len)
    return short in long and len(short) / len(long) >= 0.6


def line_right(found: Mapping[str, Any], line: Mapping[str, Any], strict: bool) -> bool:
    """Whether a found line is the true one; not strict: by its amount alone."""
    printed = line["printed"]
    if not strict:
        name = "net_amount" if "net_amount" in printed else "quantity"
        return same_amount(found.get(name), line.get(name))
    for name in ("quantity", "unit_price", "net_amount"):
        if name in printed and not same_amount(found.get(name), line.get(name)) and not _excused(name, found, line):
            return False
    words = _words(line.get("name"))
    if not words or "name" not in printed:
        return True
    return len(words & (_words(found.get("name")) | _words(found.get("description")))) / len(words) >= 0.5


def _excused(name: str, found: Mapping[str, Any], line: Mapping[str, Any]) -> bool:
    """The price before discount or for the printed number of units; a quantity on a line without a price."""
    if name == "unit_price":
        per = (line.get("unit_price") or 0) * (line.get("price_basis") or 1)
        return same_amount(found.get(name), line.get("gross_price")) or same_amount(found.get(name), per)
    return name == "quantity" and line.get("unit_price") is None


def _words(text: Any) -> set[str]:
    return set(re.findall(r"[^\W_]{2,}", str(text or "").casefold()))


def _key(value: Any) -> str:
    """Letters and digits only, without case and accents."""
    plain = unicodedata.normalize("NFKD", str(value)).casefold()
    return re.sub(r"[^0-9a-z]+", "", "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss"))


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
    return [
        Measure(f"recall {name}", sum_ratio(f"{name} right", f"{name} n"), fewest=10, count=total(f"{name} n")),
        Measure(
            f"precision {name}", sum_ratio(f"{name} right", f"{name} found"), fewest=10, count=total(f"{name} found")
        ),
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
    Measure("answered", mean_of("answered"), fewest=_FEWEST, share="answered", about="documents that were read"),
    *(measure for name in FIELD_NAMES for measure in _of_field(name)),
)
