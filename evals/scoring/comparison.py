"""Comparing: are all differences between a document and its order found, and none where there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from evals.cases import ComparisonTarget, WantedDifference
from evals.measures import Measure, share_of, sum_ratio, total
from triage.domain import Case, Paper, Thresholds
from triage.facts.confirmation import compared
from triage.facts.differences import Difference, DifferenceKind, differences

Values = dict[str, float | str | None]

_FEWEST = 10
_FALSE = (DifferenceKind.PRICE.value, DifferenceKind.QUANTITY.value)


def line_of(id_: str, case: Case, papers: Sequence[Paper], thresholds: Thresholds) -> dict[str, Any]:
    """What the comparison said of a case, as a line: every difference with what it costs and how many days it takes."""
    found = [each for one in compared(case, papers) for each in differences(one, thresholds)]
    return {"id": id_, "compared": len(list(compared(case, papers))), "differences": [_plain(each) for each in found]}


def _plain(found: Difference) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "about": found.about,
        "value": str(found.value),
        "unit": found.unit,
        "amount": None if found.amount is None else str(found.amount),
        "days": found.days,
        "how": found.how,
    }


def score(target: ComparisonTarget, line: Mapping[str, Any]) -> Values:
    """Score one line of `line_of`."""
    found, wanted = list(line["differences"]), list(target.differences)
    right = sum(_take(each, found) for each in wanted)
    kinds = {each["kind"] for each in line["differences"]}
    agrees = not wanted
    return {
        "answered": float(line["compared"] > 0),
        "wanted": float(len(wanted)),
        "found": float(len(line["differences"])),
        "right": float(right),
        "agreed": float(not line["differences"]) if agrees else None,
        "false_figure": float(bool(kinds & set(_FALSE))) if agrees else None,
        "all": float(line["compared"] > 0 and right == len(wanted) == len(line["differences"])),
    }


def _take(wanted: WantedDifference, found: list[dict[str, Any]]) -> bool:
    """Whether one of those found is the wanted one; it is taken out, so that it counts once."""
    match = next((each for each in found if _is(wanted, each)), None)
    if match is not None:
        found.remove(match)
    return match is not None


def _is(wanted: WantedDifference, found: Mapping[str, Any]) -> bool:
    if (wanted.kind, wanted.about) != (found["kind"], found["about"]):
        return False
    if wanted.amount is not None and (found["amount"] is None or Decimal(found["amount"]) != wanted.amount):
        return False
    if wanted.days is not None and wanted.days != found["days"]:
        return False
    return wanted.value is None or _same(wanted.value, found["value"])


def _same(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return one == other


def failed(target: ComparisonTarget) -> Values:
    """A case that got no answer: nothing found, and no agreement seen."""
    line: dict[str, Any] = {"compared": 0, "differences": []}
    return score(target, line) | ({"agreed": 0.0} if not target.differences else {})


MEASURES: tuple[Measure, ...] = (
    Measure(
        "difference precision",
        sum_ratio("right", "found"),
        fewest=_FEWEST,
        count=total("found"),
        by_group=True,
        about="differences shown that are there, with the right value, amount and days",
    ),
    Measure(
        "difference recall",
        sum_ratio("right", "wanted"),
        fewest=_FEWEST,
        count=total("wanted"),
        by_group=True,
        about="differences that are found, with the right value, amount and days",
    ),
    share_of(
        "false price or quantity",
        "false_figure",
        "lower",
        fewest=_FEWEST,
        about="documents that agree and are shown with another price or quantity; the goal is none",
    ),
    share_of(
        "agreement seen", "agreed", fewest=_FEWEST, about="documents that agree and are shown without a difference"
    ),
    share_of("all right", "all", fewest=_FEWEST, about="documents with every difference found and no other"),
    share_of("answered", "answered", fewest=_FEWEST, about="documents that were compared with an order"),
)
