"""The page of dead letters: whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, proposal, ref
from tests.unit.review_site import Someone, put
from tests.unit.service_client import Service, service
from triage.domain import Arrival, Category, Door, Duty
from triage.storage import inbox as rows

ELSEWHERE = "Elsewhere Ltd"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Service]:
    put(tmp_path, [proposal(Category.STOCK)])
    with service(tmp_path) as made:
        yield made


def test_a_letter_about_another_companys_record_is_for_who_sees_both(site: Service) -> None:
    opened = site.app.state.parts.installation.opened()
    one = Arrival(key="k", source="odoo", door=Door.HOOK, ref=ref(7), company=COMPANY, received_at=NOW, due_at=NOW)
    kept = opened.inbox.accept(one).id
    rows.change(opened.store.database, kept, {}, {"state": "dead", "error": "KeyError", "stream": ELSEWHERE})
    mila = Someone(site, "Mila", Duty.LEAD)
    noor = Someone(site, "Noor", Duty.LEAD, companies=[COMPANY, ELSEWHERE])
    address = f"/dead-letters/{kept}/retry"
    assert (address in mila.text("/dead-letters"), address in noor.text("/dead-letters")) == (False, True)
    assert mila.post(address, why="a try").status_code == 404
    assert noor.post(address, why="a try").status_code == 303
