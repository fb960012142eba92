"""The page of dead letters: whose they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.review import other_pages
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


def _letter(site: Service, key: str, company: str = COMPANY, **changed: str) -> str:
    """The id of an arrival that was given up."""
    opened = site.app.state.parts.installation.opened()
    one = Arrival(key=key, source="odoo", door=Door.HOOK, ref=ref(7), company=company, received_at=NOW, due_at=NOW)
    kept: str = opened.inbox.accept(one).id
    rows.change(opened.store.database, kept, {}, {"state": "dead", "error": "KeyError", **changed})
    return kept


def test_letters_of_others_leave_room_for_ones_own(site: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(other_pages, "_MOST_LETTERS", 1)
    for number in range(3):
        _letter(site, f"a{number}", ELSEWHERE)
    own = _letter(site, "b")
    mila = Someone(site, "Mila", Duty.LEAD)
    assert f"/dead-letters/{own}/retry" in mila.text("/dead-letters")
    assert mila.post(f"/dead-letters/{own}/retry", why="a try").status_code == 303


def test_a_letter_about_another_companys_record_is_for_who_sees_both(site: Service) -> None:
    kept = _letter(site, "k", stream=ELSEWHERE)
    mila = Someone(site, "Mila", Duty.LEAD)
    noor = Someone(site, "Noor", Duty.LEAD, companies=[COMPANY, ELSEWHERE])
    address = f"/dead-letters/{kept}/retry"
    assert (address in mila.text("/dead-letters"), address in noor.text("/dead-letters")) == (False, True)
    assert mila.post(address, why="a try").status_code == 404
    assert noor.post(address, why="a try").status_code == 303
