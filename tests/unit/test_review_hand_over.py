"""A card goes only to somebody who can go on with it: else nobody can, until a lead hands it over again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.opened_store import proposal, ref
from tests.unit.review_site import Someone, put
from tests.unit.service_client import service
from triage.cli.wiring import now
from triage.domain import Category, Duty
from triage.storage import queue
from triage.storage.people import People


@pytest.mark.parametrize(
    ("duties", "given", "is_disabled"),
    [
        ([Duty.AUDITOR], {}, False),
        ([Duty.REVIEWER], {"companies": ["Another Ltd"]}, False),
        ([Duty.REVIEWER, Duty.LEAD], {}, True),
    ],
    ids=["auditor", "another company", "disabled"],
)
def test_it_is_refused_for_whoever_could_not_go_on(
    tmp_path: Path, duties: list[Duty], given: dict[str, Any], is_disabled: bool
) -> None:
    put(tmp_path, [proposal(Category.STOCK, record=ref(1))])
    with service(tmp_path) as made:
        lead = Someone(made, "Inès", Duty.LEAD, language="nl")
        Someone(made, "Joris", *duties, **given)
        if is_disabled:
            People(lead.store.database, now).disable("Joris")
        refused = lead.post("/cards/1/hand-over", to="Joris")
        assert refused.status_code == 409
        assert "Kaart 1: Joris kan haar niet overnemen." in refused.text
        assert lead.post("/cards/1/claim").status_code == 303  # nobody has it


@pytest.mark.parametrize("duty", [Duty.REVIEWER, Duty.LEAD])
def test_a_colleague_who_may_see_it_gets_it(tmp_path: Path, duty: Duty) -> None:
    [card] = put(tmp_path, [proposal(Category.STOCK, record=ref(1))])
    with service(tmp_path) as made:
        lead = Someone(made, "Inès", Duty.LEAD)
        Someone(made, "Joris", duty)
        assert lead.post("/cards/1/hand-over", to=" Joris ").status_code == 303
        row = queue.of_card(lead.store.database, str(card.id))
        assert row is not None
        assert row.claimed_by == "Joris"


def test_a_lead_is_offered_who_can_go_on_with_it_and_nobody_else_is(tmp_path: Path) -> None:
    put(tmp_path, [proposal(Category.STOCK, record=ref(1))])
    with service(tmp_path) as made:
        lead, joris = Someone(made, "Inès", Duty.LEAD), Someone(made, "Joris & Co")
        Someone(made, "Ada", Duty.AUDITOR)
        Someone(made, "Elsewhere", Duty.REVIEWER, companies=["Another Ltd"])
        Someone(made, "Gone")
        People(lead.store.database, now).disable("Gone")
        assert offered(lead) == ["Inès", "Joris & Co"]
        assert offered(joris) == []
        assert lead.post("/cards/1/hand-over", to="Joris & Co").status_code == 303
        assert offered(lead) == ["Inès"]
        assert "Joris & Co has worked on it" in lead.text("/cards/1")
        assert lead.post("/cards/1/accept", revision=1).status_code == 303
        assert offered(lead) == []


def offered(who: Someone) -> list[str]:
    """Whom a card's page offers to hand it over to."""
    form = re.search(r'action="/cards/1/hand-over".*?</form>', who.text("/cards/1"), re.DOTALL)
    return re.findall(r"<option>([^<]+)</option>", form[0]) if form else []
