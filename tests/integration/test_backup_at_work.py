"""Copies made while a worker works, put back later: whole, nobody who was forgotten comes back, and work goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.integration.jobs_setting import Place, hook, place, stalled_orders, worker, write_home
from triage.audit import forgetting
from triage.audit.verify import verify
from triage.cli.backup import run_backup, run_restore
from triage.cli.wiring import now
from triage.domain import RecordRef, utc
from triage.errors import UsageError
from triage.odoo.sandbox.demo import SampleDay, sample_day

PATIENCE = 300.0
FORGOTTEN = "buyer1@example.com"


pytestmark = pytest.mark.slow


@pytest.fixture
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


def triage(at: Place, *words: str) -> str:
    """What a command says; it must succeed."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    done = subprocess.run(
        [sys.executable, "-m", "triage", *words, "--home", str(at.home)],
        env={**clean, **at.environment, "TRIAGE_USER": "mila"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def begin(at: Place, day: SampleDay) -> tuple[RecordRef, list[RecordRef]]:
    """Hand in a person's order and some others; back when the person's is done and the worker is at the others."""
    (theirs,), others = stalled_orders(day, 1), stalled_orders(day, 6, first=2)
    job = at.inbox.accept(hook(theirs)).id
    at.wait(lambda: at.ended(job), PATIENCE)
    for ref in others:
        at.inbox.accept(hook(ref))
    return theirs, others


def go_on(at: Place, day: SampleDay) -> list[RecordRef]:
    """What comes after the copy: more orders, and the person is forgotten."""
    later = stalled_orders(day, 3, first=101)
    for ref in later:
        at.inbox.accept(hook(ref))
    at.wait(at.finished, PATIENCE)
    forget(at)
    return later


def forget(at: Place) -> None:
    assert len(forgetting.find(at.store.journal, [FORGOTTEN])) > 0
    triage(at, "subject", "erase", FORGOTTEN, "--yes", "--why", "asked to be forgotten")


def check_restored(
    at: Place, day: SampleDay, theirs: RecordRef, others: list[RecordRef], later: list[RecordRef], copied_at: str
) -> None:
    """Whole; the person is not back; what was posted since is taken back; what was open then is done, once."""
    found = verify(at.store.database, at.store.keys)
    assert (found.first_bad, found.erased > 0) == (None, True)
    assert theirs.name not in triage(at, "subject", "find", FORGOTTEN)
    known = {card.proposal.record.id for card in at.store.cards.all()}
    assert known.isdisjoint(ref.id for ref in later)
    triage(at, "withdraw", "--unknown", "--since", copied_at, "--by", "mila", "--why", "the store was put back")
    with worker(at):
        for ref in others + later:
            at.inbox.accept(hook(ref))  # as a sweep brings them again
        at.wait(at.finished, PATIENCE)
    assert at.once(others + later, day)
    assert verify(at.store.database, at.store.keys).first_bad is None


def test_files(day: SampleDay, tmp_path: Path) -> None:
    home, folder, keys = tmp_path / "home", tmp_path / "copy", tmp_path / "copy of keys"
    write_home(home, day)
    with place(home) as at, worker(at):
        theirs, others = begin(at, day)
        copied_at = utc(now())
        assert run_backup(folder, keys, home) == 0
        later = go_on(at, day)
        with pytest.raises(UsageError, match="Stop the service and its workers first"):
            run_restore(folder, keys, home)
    assert run_restore(folder, keys, home) == 0
    with place(home) as at:
        check_restored(at, day, theirs, others, later, copied_at)


def test_postgresql(day: SampleDay, postgres: PostgresServer, tmp_path: Path) -> None:
    """As the page says: `pg_dump` of the store first, of the keys afterwards, while a worker works."""
    home = tmp_path / "home"
    write_home(home, day)
    where = {"TRIAGE_DATABASE": postgres.database(), "TRIAGE_KEYS": postgres.database()}
    with place(home, **where) as at, worker(at):
        theirs, others = begin(at, day)
        copied_at = utc(now())
        for name, url in where.items():
            postgres.program("pg_dump", "--format=custom", f"--file={tmp_path / name}", url)
        later = go_on(at, day)
    again = {name: postgres.database() for name in where}
    for name, url in again.items():
        postgres.program("pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(tmp_path / name))
    with place(home, **again) as at:
        check_restored(at, day, theirs, others, later, copied_at)
