"""Root causes: is the right one first, is it among the first three, and is none claimed where there is none?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.cases import CauseTarget
from evals.measures import Measure, known, mean_of, share_of
from triage.domain import CauseAssessment

Values = dict[str, float | str | None]

_FEWEST = 10
_SHOWN = 3


def line_of(id_: str, found: CauseAssessment) -> dict[str, Any]:
    """What was said of a case, as a line: the causes in their order with score and its reasons."""
    return {
        "id": id_,
        "causes": [
            {"kind": one.kind.value, "score": one.score, "why": one.score_why, "missing": list(one.missing)}
            for one in found.causes
        ],
    }


def score(target: CauseTarget, line: Mapping[str, Any]) -> Values:
    """Score one line of `line_of`."""
    answered = "error" not in line
    kinds = [one["kind"] for one in line.get("causes", ())]
    wanted = target.first.value if target.first else None
    second = target.second.value if target.second else None
    is_right = kinds[:1] == ([wanted] if wanted else []) and answered
    return {
        "answered": float(answered),
        "first": None if wanted is None else float(kinds[:1] == [wanted]),
        "first_three": None if wanted is None else float(wanted in kinds[:_SHOWN]),
        "second": None if second is None else float(second in kinds[:_SHOWN]),
        "none": float(answered and not kinds) if wanted is None else None,
        "right": float(is_right),
    }


MEASURES: tuple[Measure, ...] = (
    share_of("cause first", "first", fewest=_FEWEST, by_group=True, about="the right cause stands first"),
    share_of("cause in three", "first_three", fewest=_FEWEST, by_group=True, about="it is among the first three"),
    share_of("second in three", "second", fewest=_FEWEST, about="the other cause of a mixed case, too"),
    share_of("no cause claimed", "none", fewest=_FEWEST, about="orders without a cause for which none is shown"),
    Measure("answered", mean_of("answered"), fewest=_FEWEST, count=known("answered"), share="answered"),
)
