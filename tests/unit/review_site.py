"""A service in the test's own process, with people who are signed in to its review pages."""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

from httpx import Response

from tests.unit.opened_store import COMPANY, event
from tests.unit.service_client import Service
from triage.cli.wiring import Store, now, open_store
from triage.domain import Card, Duty, Proposal
from triage.settings import Settings
from triage.storage.people import People

ACCEPT = {"accept": "text/html"}


def put(home: Path, proposals: Iterable[Proposal], blind_share: float = 0) -> list[Card]:
    """The cards of these proposals, each of an event of its own."""
    (home / "policy.yaml").write_text(f"blind_share: {blind_share}\n", encoding="utf-8")
    with open_store(Settings.of(home, {}), create=True) as store:
        return [put_one(store, proposal, number) for number, proposal in enumerate(proposals)]


def put_one(store: Store, proposal: Proposal, number: int) -> Card:
    """The card of a proposal whose event is in the journal."""
    happened = event(f"event-{number}", proposal.record, proposal.company)
    store.journal.of(happened)
    return store.cards.put(proposal, happened.key)


class Someone:
    """Somebody at the pages, with a session and its form token."""

    def __init__(self, service: Service, name: str, *duties: Duty, **more: Any) -> None:
        self.service = service
        self.name = name
        people = People(self.store.database, now)
        given = {"companies": [COMPANY]} | more
        people.add(name, list(duties) or [Duty.REVIEWER], subject=name, **given)
        self.token = people.begin(name, "password")
        session = people.session(self.token)
        assert session is not None
        self.form_token = session.form_token

    @property
    def store(self) -> Any:
        return self.service.app.state.parts.installation.opened().store

    def get(self, address: str) -> Response:
        return self.service.client.get(address, headers=self._headers(), follow_redirects=False)

    def post(self, address: str, **fields: Any) -> Response:
        data = {"form_token": self.form_token, **fields}
        return self.service.client.post(address, data=data, headers=self._headers(), follow_redirects=False)

    def text(self, address: str) -> str:
        found = self.get(address)
        assert found.status_code == 200, found.text
        return unescape(found.text)

    def _headers(self) -> dict[str, str]:
        return {"cookie": f"triage={self.token}", **ACCEPT}
