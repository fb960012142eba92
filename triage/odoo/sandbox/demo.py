"""The sample day in a look-alike of Odoo, granted and connected: for the demo and for trying things."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from triage.domain import Case
from triage.odoo.book import RecordBook
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.grant import grant
from triage.odoo.sandbox import DEFAULT_APPS, App, Sandbox
from triage.odoo.sandbox.day import CUSTOM, connection_fields, rows_of
from triage.odoo.transport import Api, Server
from triage.sample_day import folder

_LOGIN = "order-triage"


@dataclass(frozen=True)
class SampleDay:
    """A running look-alike and how the service user reaches it."""

    box: Sandbox
    connection: Connection
    key: str
    """The service user's."""
    now: datetime
    """When the sample day is."""
    silent: tuple[str, ...]
    """Orders that no mail is about."""


@contextmanager
def sample_day(version: int = 18, *, port: int = 0, apps: Collection[App] = DEFAULT_APPS) -> Iterator[SampleDay]:
    """Serve the sample day on loopback for the length of the block, with gate, service user and stage for drafts."""
    with folder() as day:
        book = RecordBook.read(day / "odoo.json")
        filed = [Case.model_validate_json(path.read_bytes()) for path in sorted((day / "cases").glob("*.json"))]
    book = book.with_(cases=(*book.cases, *filed))
    at = book.captured_at
    assert at is not None, "the sample day has its time"
    key = "sample-day-service"
    with Sandbox(version, rows=rows_of(book, version), fields=CUSTOM, port=port, apps=apps) as box:
        admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
        grant(admin, login=_LOGIN, stage="Suggested by triage", accounting=True, password=lambda: key)
        admin.close()
        connection = Connection(
            url=box.url, database=box.database, login=_LOGIN, api=Api.JSONRPC, fields=connection_fields()
        )
        yield SampleDay(box, connection, key, at, tuple(case.record.name for case in filed))
