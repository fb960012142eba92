"""A small store on either database, and the command line over it. For the tests of `triage audit` and `subject`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.databases import PostgresServer
from tests.unit.opened_store import COMPANY, NOW, ORDER, case, event, proposal, ref
from triage.cli.app import app
from triage.cli.wiring import Store, open_store
from triage.domain import Case, Company, Message, NoException, Partner, RecordRef
from triage.settings import Settings

JANE, PETER = "jane@doe-fixings.example", "peter@pan.example"
ELSEWHERE = "Elsewhere B.V."
MARK = "quince-and-velvet-7731"


@dataclass(frozen=True)
class Place:
    """A folder, and where its store lies."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: object, **environment: str) -> Result:
        """What a command says and how it ends."""
        given = {"TRIAGE_USER": "dpo", **self.environment, **environment}
        words = [str(word) for word in arguments]
        return CliRunner().invoke(app, [*words, "--home", str(self.home)], env=given)

    @contextmanager
    def open(self) -> Iterator[Store]:
        """The store, as a command opens it."""
        with open_store(Settings.of(self.home, dict(self.environment)), create=True) as store:
            yield store


def place(engine: str, home: Path, postgres: PostgresServer | None) -> Place:
    """A store with one case that names Jane Doe, one that names Peter Pan, and one of another company."""
    named: dict[str, str] = {}
    if postgres is not None and engine == "postgresql":
        named = {"TRIAGE_DATABASE": postgres.schema(), "TRIAGE_KEYS": postgres.schema()}
    made = Place(home, named)
    with made.open() as store:
        mail = Message(id="<1@doe-fixings.example>", author="Jane Doe", email=JANE, body=MARK)
        put(store, "mail:1", ORDER, case().with_(messages=(mail,)))
        put(store, "mail:2", ref(43), of_peter(ref(43), COMPANY))
        put(store, "mail:3", ref(44), of_peter(ref(44), ELSEWHERE), company=ELSEWHERE)
    return made


def place_on(request: pytest.FixtureRequest, folder: Path) -> Place:
    """The same on the engine that a fixture's parameter names; on a file where it has none."""
    engine = getattr(request, "param", "sqlite")
    postgres = request.getfixturevalue("postgres") if engine == "postgresql" else None
    return place(engine, folder / "home", postgres)


def of_peter(record: RecordRef, company: str) -> Case:
    return Case(
        record=record,
        company=Company(name=company, currency="EUR"),
        captured_at=NOW,
        partner=Partner(name="Peter Pan", emails=(PETER,)),
    )


def put(store: Store, key: str, record: RecordRef, captured: Case, **more: Any) -> None:
    log = store.journal.of(event(key, record, more.get("company", COMPANY)))
    log.once("capture", record, lambda _: captured)
    given: dict[str, Any] = {"record": record, "summary": f"{key}: {MARK if key == 'mail:1' else 'waits'}"} | more
    made = proposal(**given)
    log.atomic("card", made, lambda it: store.cards.put(it, key))
    log.close(NoException(why="thanks"))
