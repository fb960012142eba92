"""What tests of set-up share: a look-alike with a service user, and the home folder of somebody who types commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.unit.opened_store import COMPANY
from triage.cli import app as commands
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.grant import grant
from triage.odoo.sandbox import Account, Sandbox
from triage.odoo.transport import Api, Server

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
KEY = "service-user-key"
ORDER = {
    "name": "S00042",
    "partner_id": 1,
    "state": "sale",
    "company_id": 1,
    "amount_total": 100.0,
    "date_order": "2026-11-23 08:00:00",
}


@contextmanager
def granted_box(version: int) -> Iterator[Sandbox]:
    """A look-alike with one order, to which the service user was granted access."""
    with Sandbox(version, rows={"sale.order": [ORDER]}, clock=lambda: NOW) as made:
        with closing(session(made, made.admin)) as admin:
            grant(admin, login="order-triage", stage="Suggested by triage", password=lambda: KEY)
        yield made


def session(box: Sandbox, account: Account) -> Odoo:
    """Somebody's connection."""
    return Odoo.connect(Server(box.url, box.database, account.login, account.password, Api.JSONRPC))


class Home:
    """A home folder and an administrator's key, as somebody has them who types commands."""

    def __init__(self, box: Sandbox, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "key").write_text(KEY)
        (folder / "hook").write_text("hook-secret-of-the-file")
        told = Connection(url=box.url, database=box.database, login="order-triage", key_file=folder / "key")
        (folder / "odoo.yaml").write_text(yaml.safe_dump(told.model_dump(mode="json", exclude_defaults=True)))
        (folder / "service.yaml").write_text(
            "address: https://triage.example.com\n"
            f"sources: [{{name: odoo, door: hook, secrets: [{{file: hook}}], company: {COMPANY},\n"
            "           models: [sale.order]}]\n"
        )
        for name, value in (("TRIAGE_HOME", str(folder)), ("TRIAGE_ODOO_ADMIN_KEY", box.admin.password)):
            monkeypatch.setenv(name, value)
        for name in ("URL", "DATABASE", "LOGIN", "API", "KEY", "KEY_FILE"):
            monkeypatch.delenv(f"TRIAGE_ODOO_{name}", raising=False)

    def triage(self, *words: str, status: int = 0) -> str:
        found = CliRunner().invoke(commands.app, ["odoo", *words])
        assert found.exit_code == status, found.output
        return found.output
