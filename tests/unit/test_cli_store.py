"""A store is opened with its own keys only."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.databases import PostgresServer
from tests.unit.opened_store import event
from triage.audit.verify import verify
from triage.cli.app import app
from triage.cli.wiring import open_store
from triage.errors import ConfigurationError, StoreError
from triage.settings import Settings


@pytest.mark.parametrize("create", [True, False])
def test_a_store_without_its_keys_gets_no_new_ones(tmp_path: Path, create: bool) -> None:
    settings = Settings(tmp_path)
    with open_store(settings, create=True):
        pass
    settings.keys.unlink()
    with (
        pytest.raises(StoreError, match=r"keys\.db is missing: restore it from your backup"),
        open_store(settings, create=create),
    ):
        pass
    assert not settings.keys.exists()


def test_a_missing_store_is_only_made_on_request(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "home")
    with pytest.raises(ConfigurationError, match="no store yet"), open_store(settings):
        pass
    assert not settings.home.exists()
    with open_store(settings, create=True):
        pass
    with open_store(settings) as store:
        assert store.cards.all() == []


def on_a_server(home: Path, postgres: PostgresServer) -> tuple[Settings, dict[str, str]]:
    named = {"TRIAGE_DATABASE": postgres.schema(), "TRIAGE_KEYS": postgres.schema()}
    return Settings.of(home, named), named


def test_a_store_and_its_keys_may_lie_on_a_server(tmp_path: Path, postgres: PostgresServer) -> None:
    settings, _ = on_a_server(tmp_path, postgres)
    with pytest.raises(ConfigurationError, match="TRIAGE_DATABASE: there is no store yet"), open_store(settings):
        pass
    with open_store(settings, create=True) as store:
        store.journal.of(event())
    with open_store(settings) as store:
        assert verify(store.database, store.keys).records == 1
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".db"] == []


def test_a_store_on_a_server_without_its_keys_gets_no_new_ones(tmp_path: Path, postgres: PostgresServer) -> None:
    settings, named = on_a_server(tmp_path, postgres)
    with open_store(settings, create=True):
        pass
    for elsewhere in (None, postgres.schema()):
        lost = {"TRIAGE_DATABASE": named["TRIAGE_DATABASE"]} | ({"TRIAGE_KEYS": elsewhere} if elsewhere else {})
        with pytest.raises(StoreError, match="restore"), open_store(Settings.of(tmp_path, lost), create=True):
            pass


def test_commands_work_on_a_server(tmp_path: Path, postgres: PostgresServer) -> None:
    (tmp_path / "late.txt").write_text("Order S00042 was promised for last Monday. Where is it?")
    _, named = on_a_server(tmp_path, postgres)
    environment = named | {"TRIAGE_HOME": str(tmp_path / "home"), "TRIAGE_USER": "mila"}

    def said(*words: str) -> str:
        done = CliRunner().invoke(app, words, env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    assert "Store: postgresql://" in said("run", str(tmp_path / "late.txt"))
    said("decide", "1", "accept")
    assert "accepted" in said("card", "1")
    assert "decision" in said("audit", "show", "1")
    assert "Audit chain whole" in said("audit", "verify")


def test_what_is_no_address_is_said(tmp_path: Path) -> None:
    for name in ("TRIAGE_DATABASE", "TRIAGE_KEYS"):
        with pytest.raises(ConfigurationError, match=f"{name} is not of the form postgresql://"):
            Settings.of(tmp_path, {name: "mysql://me:s3cret@db.example/x"})
    assert Settings.of(tmp_path, {"TRIAGE_DATABASE": " "}).database == tmp_path / "audit.db"
