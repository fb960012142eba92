"""The scorer of links, on cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from evals.cases import EvalCase, Given, Kind, LinkTarget
from evals.compare import merit, short, wanted
from evals.measures import Scored, figures
from evals.record import CaseResult, Taken
from evals.runner import measures_of
from evals.scoring import link
from triage.domain import Case, Company, Link, LinkCandidate, LinkStatus, Order, RecordRef

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CERTAIN = LinkTarget(status=LinkStatus.CERTAIN, record="S00001", may_open=("S00001", "S00002"))
SEVERAL = LinkTarget(status=LinkStatus.SEVERAL, candidates=("S00001", "S00002"), may_open=("S00001", "S00002"))
NONE = LinkTarget(status=LinkStatus.NONE, may_open=())


def line(record: str | None = None, *candidates: str, shown: tuple[str, ...] = ()) -> dict[str, Any]:
    listed = [{"record": name, "partner": None, "matched": []} for name in candidates or ((record,) if record else ())]
    status = "certain" if record else "several" if listed else "none"
    also = [record] if record else []
    return {
        "id": "x",
        "status": status,
        "record": record,
        "candidates": listed,
        "refused": [],
        "shown": [*also, *shown],
    }


@pytest.mark.parametrize(
    ("target", "said", "expected"),
    [
        (CERTAIN, line("S00001"), {"link_right": 1.0, "found": 1.0, "asked": 0.0, "opened": 0.0, "right": 1.0}),
        (CERTAIN, line("S00002"), {"link_right": 0.0, "found": 0.0, "asked": 0.0, "opened": 0.0, "right": 0.0}),
        (CERTAIN, line("S00009"), {"link_right": 0.0, "found": 0.0, "opened": 1.0, "right": 0.0}),
        (CERTAIN, line(None, "S00001", "S00002"), {"link_right": None, "found": 0.0, "asked": 1.0, "right": 0.0}),
        (CERTAIN, line(), {"link_right": None, "found": 0.0, "asked": 0.0, "right": 0.0}),
        (
            SEVERAL,
            line(None, "S00002", "S00001"),
            {"hit": 1.0, "candidates": 2.0, "candidates_found": 2.0, "right": 1.0},
        ),
        (SEVERAL, line(None, "S00009", "S00001"), {"hit": 0.0, "candidates_found": 1.0, "opened": 1.0, "right": 0.0}),
        (SEVERAL, line("S00001"), {"link_right": 0.0, "hit": 0.0, "candidates_found": 0.0, "right": 0.0}),
        (SEVERAL, line(), {"hit": 0.0, "right": 0.0}),
        (NONE, line(), {"none_said": 1.0, "link_right": None, "opened": 0.0, "right": 1.0}),
        (NONE, line(None, "S00001"), {"none_said": 0.0, "opened": 1.0, "right": 0.0}),
        (NONE, line(shown=("S00003",)), {"opened": 1.0, "right": 0.0}),
    ],
)
def test_a_link_is_scored(target: LinkTarget, said: dict[str, Any], expected: dict[str, float | None]) -> None:
    made = link.score(target, said)
    assert {name: made[name] for name in expected} == expected


def test_an_accepted_record_is_right() -> None:
    target = CERTAIN.with_(accepts=("P00001",), may_open=None)
    made = link.score(target, line("P00001"))
    assert (made["link_right"], made["found"], made["opened"]) == (1.0, 1.0, None)


def test_a_case_without_an_answer_is_a_link_not_made() -> None:
    made = link.failed(CERTAIN)
    assert (made["answered"], made["found"], made["link_right"], made["right"]) == (0.0, 0.0, None, 0.0)
    assert link.failed(NONE)["right"] == 0.0


def test_what_a_case_shows_is_its_record_or_where_it_is_not_linked_related_orders() -> None:
    record = RecordRef(model="sale.order", id=1, name="S00001")
    other = Order(ref=RecordRef(model="sale.order", id=2, name="S00002"), state="sale", currency="EUR")
    candidate = LinkCandidate(record=record, partner="Acme", matched=("order number",))
    case = Case(
        record=record,
        company=Company(name="desk"),
        captured_at=NOW,
        link=Link(status=LinkStatus.CERTAIN, candidates=(candidate,), refused=("S00009",)),
        related=(other,),
    )
    made = link.line_of("x", case)
    assert (made["record"], made["shown"], made["refused"]) == ("S00001", ["S00001"], ["S00009"])
    asked = case.with_(link=Link(status=LinkStatus.SEVERAL, candidates=(candidate,)))
    assert link.line_of("x", asked)["record"] is None
    assert link.line_of("x", asked)["shown"] == ["S00002"]


@pytest.mark.parametrize(
    "target",
    [
        {"status": "given"},
        {"status": "certain"},
        {"status": "none", "record": "S00001"},
        {"status": "several"},
        {"status": "certain", "record": "S00001", "candidates": ["S00002"]},
    ],
)
def test_a_target_fits_its_status(target: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        LinkTarget.model_validate(target)


def test_figures_come_with_intervals_over_families() -> None:
    rows = []
    for n in range(40):
        target, said = (CERTAIN, line("S00001" if n else "S00002")) if n % 2 == 0 else (NONE, line())
        values = link.score(target, said) | {"seconds": 0.1, "input_tokens": None, "output_tokens": None, "cost": None}
        rows.append(Scored(id=f"c{n:02}", cluster=f"family {n % 10}", groups={"language": ("en",)}, values=values))
    found = {(f.measure, f.group): f for f in figures(rows, measures_of(Kind.LINK), ("language",))}
    precision = found["link precision", ""]
    assert (precision.value, precision.n, precision.interval) == (0.95, 20, "bootstrap")
    assert found["link recall", ""].value == 0.95
    assert found["others' records shown", ""].value == 0.0
    assert found["none said", ""].value == 1.0
    assert found["first candidate", ""].refused == "too few: 0 of at least 10"


def test_a_comparison_says_what_was_linked() -> None:
    case = EvalCase(id="x", input=Given(text="hi"), target=SEVERAL)
    result = CaseResult(
        set="links",
        digest="d",
        scored=Scored(id="x", cluster="f", groups={}, values=link.score(SEVERAL, line("S00002"))),
        input={},
        target=case.target.model_dump(mode="json"),
        output=line("S00002"),
        taken=Taken(),
    )
    assert merit(Kind.LINK, result.scored.values) == 0.0
    assert (short(Kind.LINK, result), wanted(Kind.LINK, result)) == ("S00002", "asks: S00001, S00002")
    assert short(Kind.LINK, result.with_(output=line())) == "none"
