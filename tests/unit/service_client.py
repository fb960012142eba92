"""A web process in the test's own process, over a home with sources, keys and cards."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from standardwebhooks import Webhook

from service.app import create_app
from tests.databases import target_in
from tests.unit.opened_store import COMPANY, proposal, ref
from triage.cli.wiring import open_store
from triage.domain import Card, Case, Category, Company, Fact, FactEvidence, Message, RecordRef, Severity, Suggestion
from triage.settings import Settings
from triage.storage.apikeys import SCOPES, ApiKeys

HOOK_SECRET = "hook-secret-that-nobody-guesses"
BRIDGE_SECRET = "bridge-secret-that-nobody-guesses"
SIGNING = "whsec_" + base64.b64encode(b"signing-secret-24-bytes!").decode()
OLD_SIGNING = "whsec_" + base64.b64encode(b"an-older-secret-24-bytes").decode()
PERSONAL = "Jane-Doe-personal"
"""Stands in what is sent, and must stand in no log."""

SERVICE = f"""
accept_seconds: 0.9
max_event_bytes: 20000
max_body_bytes: 200000
sources:
  - {{name: odoo, door: hook, secrets: [{{environment: HOOK}}], company: "{COMPANY}", delay_seconds: 10,
      models: [sale.order, purchase.order, mail.message]}}
  - {{name: slow, door: hook, secrets: [{{environment: HOOK}}], company: "{COMPANY}", rate: 2/hour,
      models: [sale.order]}}
  - {{name: bridge, door: bridge, secrets: [{{environment: BRIDGE}}], company: "{COMPANY}", models: [sale.order],
      wait_seconds: 0.1}}
  - {{name: quiet, door: bridge, secrets: [{{environment: BRIDGE}}], company: "{COMPANY}", models: [sale.order],
      wait_seconds: 0}}
  - {{name: n8n, door: signed, secrets: [{{environment: SIGNING}}, {{environment: OLD_SIGNING}}], company: "{COMPANY}",
      models: [sale.order]}}
"""
ENVIRONMENT = {"HOOK": HOOK_SECRET, "BRIDGE": BRIDGE_SECRET, "SIGNING": SIGNING, "OLD_SIGNING": OLD_SIGNING}


class Service:
    """The client, the keys by name, and what was logged."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home = home
        self.settings = Settings.of(home, environment)
        self.log = io.StringIO()
        self.app = create_app(home, environment=environment, log=self.log)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self.keys: dict[str, str] = {}

    def key(
        self,
        *scopes: str,
        name: str = "",
        person: str | None = None,
        companies: Sequence[str] | None = (COMPANY,),
        **more: Any,
    ) -> dict[str, str]:
        """Headers with a new key."""
        keys: ApiKeys = self.app.state.parts.installation.opened().keys
        given = {"by": "tests", "days": 1, "person": person, "companies": companies} | more
        _, text = keys.create(name or f"key-{len(self.keys)}", scopes or list(SCOPES), **given)
        self.keys[name or f"key-{len(self.keys)}"] = text
        return {"Authorization": f"Bearer {text}"}

    def rows(self, columns: str = "id") -> list[tuple[Any, ...]]:
        """The inbox's rows."""
        database = self.app.state.parts.installation.opened().store.database
        return [tuple(row) for row in database.query(f"SELECT {columns} FROM inbox ORDER BY received_at, id")]

    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line."""
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


@contextmanager
def service(home: Path, configuration: str = SERVICE, environment: dict[str, str] = ENVIRONMENT) -> Iterator[Service]:
    """A service over this folder. Where the test has no policy of its own no card asks for one's own view first: which
    of them did would be left to chance.
    """
    if not (home / "policy.yaml").exists():
        (home / "policy.yaml").write_text("blind_share: 0\n", encoding="utf-8")
    (home / "service.yaml").write_text(configuration, encoding="utf-8")
    made = Service(home, environment | _database(home))
    try:
        yield made
    finally:
        made.app.state.parts.close()


def _database(home: Path) -> dict[str, str]:
    """Where the store of this folder lies, for the service."""
    target = target_in(home)
    return {"TRIAGE_DATABASE": target} if isinstance(target, str) else {}


def seed(home: Path) -> list[Card]:
    """Cards of two companies in several states of mind; one with a confidential fact."""
    exposure = Fact(name="credit.exposure", value=Decimal("48123.45"), how="48123.45 EUR owed", confidential=True)
    made = []
    with open_store(Settings.of(home, _database(home)), create=True) as store:
        for number, category in enumerate([Category.STOCK, Category.CREDIT, Category.DELAY, Category.STOCK], start=1):
            suggestion = Suggestion(category=category, severity=Severity.HIGH if number == 3 else Severity.NORMAL)
            more: dict[str, Any] = {"record": ref(number), "suggestion": suggestion, "team": f"team {number % 2}"}
            if category is Category.CREDIT:
                evidence = FactEvidence(fact=exposure.id, text="48123.45 EUR owed", confidential=True, verified=True)
                more["suggestion"] = suggestion.with_(evidence=(evidence,))
                more["facts"] = (exposure,)
                more["summary"] = "The order waits. The customer owes 48123.45 EUR."
            made.append(store.cards.put(proposal(category, **more), f"event:{number}"))
        other = proposal(Category.STOCK, record=ref(9)).with_(company="Another Ltd")
        made.append(store.cards.put(other, "event:9"))
    return made


def signed(body: bytes, identity: str = "msg_1", secret: str = SIGNING, at: datetime | None = None) -> dict[str, str]:
    """Headers of a signed event."""
    at = at or datetime.now(UTC)
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(identity, at, body.decode()),
        "content-type": "application/cloudevents+json",
    }


def cloud_event(**changes: Any) -> bytes:
    """An event about a record."""
    event = {
        "specversion": "1.0",
        "id": "e1",
        "source": "/n8n",
        "type": "order.changed",
        "data": {"record": {"model": "sale.order", "id": 42}},
    }
    return json.dumps(event | changes).encode()


def case(company: str = COMPANY, name: str = "S00042") -> dict[str, Any]:
    """A small case as JSON."""
    made = Case(
        record=RecordRef(model="sale.order", id=42, name=name),
        company=Company(name=company, currency="EUR"),
        captured_at=datetime(2026, 11, 23, 9, 30, tzinfo=UTC),
        messages=(Message(id="<1@x.example>", body=f"Where are the 40 bolts? {PERSONAL}"),),
    )
    return json.loads(made.model_dump_json())


def is_problem(answer: Response, status: int) -> bool:
    """Whether it is a problem detail of this status."""
    body = answer.json()
    return (
        answer.status_code == status
        and answer.headers["content-type"] == "application/problem+json"
        and body["status"] == status
        and bool(body["title"])
    )
