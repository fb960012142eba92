"""The embedded cause task: facts first, the thread beside them, no network and no model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import (
    Category,
    Cause,
    CauseAssessment,
    CauseKind,
    Classification,
    Evidence,
    FactEvidence,
    Method,
    Producer,
    Role,
    View,
)
from triage.facts.grounds import Grounds
from triage.facts.impact_facts import impact_of
from triage.tasks.cause.cues import Said, said, shipped_cues
from triage.tasks.cause.gaps import missing
from triage.tasks.cause.points import Known, Point, from_facts, quoted

RULES = "1"
"""Version of the points; raise it with every change of them."""
_LEAST = 2.0
"""A leading cause with fewer points is none."""
_PROVEN = 4.0
"""From so many points on, with a fact among them, a cause stands although the message is about something else."""
_MOST = 5
_CUE_POINTS: dict[tuple[CauseKind, Role], float] = {
    (CauseKind.SUPPLIER_LATE, Role.SUPPLIER): 3,
    (CauseKind.SUPPLIER_LATE, Role.COLLEAGUE): 2,
    (CauseKind.CREDIT, Role.COLLEAGUE): 2,
    (CauseKind.CARRIER, Role.CARRIER): 3,
    (CauseKind.CARRIER, Role.COLLEAGUE): 2,
    (CauseKind.ADDRESS, Role.CARRIER): 6,
    (CauseKind.ADDRESS, Role.COLLEAGUE): 3,
    (CauseKind.CUSTOMER_CHANGE, Role.CUSTOMER): 4,
    (CauseKind.CUSTOMER_CHANGE, Role.COLLEAGUE): 2,
}
"""What a sentence gives; a colleague's note of what no field shows gives 4."""
_HINTS: dict[Category, tuple[CauseKind, float]] = {
    Category.DAMAGE_LOSS: (CauseKind.CARRIER, 3),
    Category.WRONG_MISSING: (CauseKind.STAFF, 3),
    Category.SUPPLIER_CHANGE: (CauseKind.SUPPLIER_LATE, 2),
    Category.ORDER_CHANGE: (CauseKind.CUSTOMER_CHANGE, 2),
    Category.RETURNS: (CauseKind.CUSTOMER_CHANGE, 1),
    Category.DATA: (CauseKind.MASTER_DATA, 1),
    Category.CREDIT: (CauseKind.CREDIT, 1),
}
"""What the main exception itself says of the cause."""


class EmbeddedCauses(Runnable[View, CauseAssessment]):
    """Which causes compete for a view. The same view always gets the same answer. Safe to share between threads."""

    key = "cause"

    def __init__(self) -> None:
        cues = shipped_cues().sha256
        self.acting: Mapping[str, str] = {"rules": RULES, "cues": cues}
        self.producer = Producer(method=Method.EMBEDDED, model=f"cause-rules-{RULES}", version=cues)

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> CauseAssessment:  # noqa: A002
        """Rank the causes of one view; none where it shows no exception."""
        causes = ranked(input)
        if causes and not _is_exception(input) and not _is_shown(causes[0]):
            causes = []
        whom = impact_of(Grounds(input.case, input.papers, input.policy))
        return CauseAssessment(by=self.producer, causes=tuple(causes), impact=whom if whom and whom.hits else None)


def _is_exception(view: View) -> bool:
    """Whether there is something to explain: everything but a sure `other`."""
    answer = view.classification
    return answer is None or answer.suggestions[0].category is not Category.OTHER or len(answer.suggestions) > 1


def _is_shown(cause: Cause) -> bool:
    """Whether a record proves a cause: then there is something to explain, whatever the message is about."""
    return cause.score >= _PROVEN and any(isinstance(one, FactEvidence) for one in cause.evidence)


def ranked(view: View) -> list[Cause]:
    """The causes by score, the best first; none where nothing reaches the least that a cause must have."""
    known = Known.of(view)
    points = [*from_facts(known), *_from_thread(view), *_hint(view.classification)]
    causes = [_cause(kind, [one for one in points if one.kind is kind], known) for kind in CauseKind]
    shown = sorted((one for one in causes if one.score > 0), key=lambda one: -one.score)[:_MOST]
    return shown if shown and shown[0].score >= _LEAST else []


def _from_thread(view: View) -> Iterable[Point]:
    found = [
        quoted(one.kind, _CUE_POINTS.get((one.kind, one.role), 4), one.role.value, one.quote)
        for one in _strongest(said(view))
    ]
    excuses = [one for one in found if one.kind is CauseKind.ADDRESS and one.why == f"said by the {Role.CARRIER.value}"]
    if not excuses:
        return found
    others = [one for one in found if one.kind is not CauseKind.CARRIER]
    return [*others, *(Point(CauseKind.CARRIER, -3, "the address explains it", one.evidence) for one in excuses)]


def _strongest(found: Iterable[Said]) -> list[Said]:
    """One sentence a cause: that of whom it says most."""
    best: dict[CauseKind, Said] = {}
    for one in found:
        have = best.get(one.kind)
        worth = _CUE_POINTS.get((one.kind, one.role), 4)
        if have is None or worth > _CUE_POINTS.get((have.kind, have.role), 4):
            best[one.kind] = one
    return list(best.values())


def _hint(answer: Classification | None) -> list[Point]:
    shown = answer.suggestions if answer else ()
    main = next((one for one in shown if one.category is not Category.OTHER), None)
    if main is None or main.abstained or main.category not in _HINTS:
        return []
    kind, points = _HINTS[main.category]
    return [Point(kind, points, f"the exception is {main.category.value}")]


def _cause(kind: CauseKind, points: list[Point], known: Known) -> Cause:
    return Cause(
        kind=kind,
        score=sum(one.points for one in points),
        score_why=", ".join(f"{one.points:+g} {one.why}" for one in points),
        evidence=_evidence(one for one in points if one.points > 0),
        against=_evidence(one for one in points if one.points < 0),
        missing=tuple(missing(kind, known)) if points else (),
    )


def _evidence(points: Iterable[Point]) -> tuple[Evidence, ...]:
    """What stands behind points, the weightiest first, each once."""
    found: dict[str, Evidence] = {}
    for one in sorted(points, key=lambda point: -abs(point.points)):
        if one.evidence is not None:
            found.setdefault(one.evidence.model_dump_json(), one.evidence)
    return tuple(found.values())
