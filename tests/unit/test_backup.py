"""Copies of a store: whole while it is in use, never written over, and put back without losing what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.opened_store import Opened, proposal, ref
from triage.cli.app import app
from triage.domain import utc
from triage.storage import workers


def run(home: Path, *words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words), "--home", str(home)])


@pytest.fixture
def copied(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A home with one card, and copies of it that were made while it was open and written to."""
    home, store, keys = tmp_path / "home", tmp_path / "a", tmp_path / "b"
    home.mkdir()
    with Opened(home) as opened:
        opened.cards.put(proposal(), "event:1")
        assert run(home, "backup", store, "--keys", keys).exit_code == 0
        opened.cards.put(proposal(record=ref(2)), "event:2")
    return home, store, keys


def test_a_copy_is_whole_and_of_the_moment_it_was_made(copied: tuple[Path, Path, Path]) -> None:
    home, store, keys = copied
    assert sorted(path.name for path in store.iterdir()) == ["audit.db", "backup.json"]
    assert sorted(path.name for path in keys.iterdir()) == ["backup.json", "keys.db"]
    assert [path.stat().st_mode & 0o077 for path in (store / "audit.db", keys / "keys.db")] == [0, 0]
    found = run(home, "restore", store, "--keys", keys)
    assert found.exit_code == 0, found.output
    with Opened(home) as opened:
        assert [card.number for card in opened.cards.all()] == [1]
    (aside,) = home.glob("before-restore-*")
    for name in ("audit.db", "keys.db"):
        (aside / name).replace(home / name)
    with Opened(home) as opened:
        assert len(opened.cards.all(limit=5)) == 2, "what was there before is not lost"


def test_a_copy_is_never_written_over_and_keys_lie_apart(copied: tuple[Path, Path, Path]) -> None:
    home, store, keys = copied
    again = run(home, "backup", store, "--keys", keys)
    assert (again.exit_code, "never written over" in again.output) == (2, True)
    beside = run(home, "backup", home / "x", "--keys", home / "x")
    assert (beside.exit_code, "keys beside the store open everything" in beside.output) == (2, True)


def test_a_changed_copy_a_missing_one_and_a_swapped_one_are_refused(copied: tuple[Path, Path, Path]) -> None:
    home, store, keys = copied
    before = (home / "audit.db").read_bytes()
    assert run(home, "restore", keys, "--keys", store).exit_code == 2
    assert run(home, "restore", home / "nothing", "--keys", keys).exit_code == 2
    with (store / "audit.db").open("ab") as file:
        file.write(b"\0" * 4096)
    changed = run(home, "restore", store, "--keys", keys)
    assert (changed.exit_code, "is not the file that was copied" in changed.output) == (1, True)
    assert (home / "audit.db").read_bytes() == before


def test_nothing_is_put_under_a_worker_that_works(copied: tuple[Path, Path, Path]) -> None:
    from triage.cli.wiring import now

    home, store, keys = copied
    with Opened(home) as opened:
        workers.register(opened.database, "host-1", "me", utc(now()))
    found = run(home, "restore", store, "--keys", keys)
    assert (found.exit_code, "host-1 still works on this store" in found.output) == (2, True)


def test_a_store_on_a_server_is_copied_with_its_own_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_DATABASE", "postgresql://triage@db.example/triage")
    found = run(tmp_path, "backup", tmp_path / "a", "--keys", tmp_path / "b")
    assert (found.exit_code, "pg_dump" in found.output) == (2, True)
