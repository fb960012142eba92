"""Two versions over one store: an upgrade without a pause, a crash in the middle of it, and the way back.

The newer version is this one, copied, with another number, a field more in two recorded types, and a migration more.
Both run as real processes over one PostgreSQL and one look-alike of Odoo, while calls come in over HTTP.
"""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from evals.load import parts
from evals.load.parts import Member
from tests.databases import PostgresServer
from tests.integration.jobs_setting import Place, place, stalled_orders, write_home
from triage.audit import sealing
from triage.audit.verify import verify
from triage.domain import RecordRef
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.storage import cards, workers

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NEWER = "999.1.0"
ADDED = """CREATE TABLE moods (
    id TEXT PRIMARY KEY
);
ALTER TABLE inbox ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm';
ALTER TABLE cards ADD COLUMN mood TEXT;
"""
CHANGES = (
    ("triage/__init__.py", '__version__ = "', f'__version__ = "{NEWER}"  # was "'),
    ("triage/domain/cards.py", "    revision: int = 1\n", '    mood: str = "calm"\n    revision: int = 1\n'),
    (
        "triage/domain/case.py",
        "    lead: Lead | None = None\n",
        '    mood: str = "calm"\n    lead: Lead | None = None\n',
    ),
)
LONGEST = 240.0


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the newer version's packages."""
    folder = tmp_path_factory.mktemp("newer")
    for package in ("triage", "service", "evals", "prompts"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in CHANGES:
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    (folder / "triage/storage/migrations/9001_moods.sql").write_text(ADDED, encoding="utf-8")
    return folder


@dataclass
class Sender:
    """Odoo: calls once about each order, and again until it is acknowledged."""

    port: int
    ids: Counter[str] = field(default_factory=Counter)
    waiting: list[RecordRef] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    refused: int = 0

    def run(self) -> None:
        while not self.ended.wait(0.1):
            while self.waiting:
                self._call(self.waiting[0])
                del self.waiting[0]

    def _call(self, ref: RecordRef) -> None:
        while not self.ended.is_set():
            with suppress(OSError, http.client.HTTPException, ValueError):
                status, said = parts.post(self.port, f"/hooks/odoo/odoo/{parts.SECRET}", parts.call_of(ref))
                if status == 202:
                    self.ids[said["id"]] += 1
                    return
            self.refused += 1
            time.sleep(0.2)


@dataclass
class Desk:
    """One installation, on which processes of both versions run."""

    at: Place
    day: SampleDay
    newer: Path
    sender: Sender
    orders: list[RecordRef] = field(default_factory=list)
    running: dict[str, Member] = field(default_factory=dict)

    def start(self, name: str, *, new: bool = False) -> None:
        """Start a process: `web`, or a worker of this name."""
        environment = {**self.at.environment, "TRIAGE_HOME": str(self.at.home), parts.HOOK_SECRET: parts.SECRET}
        environment["PYTHONPATH"] = os.pathsep.join([str(self.newer if new else ROOT), str(ROOT)])
        words = ["triage.cli.web", "127.0.0.1", str(self.sender.port)]
        if name != "web":
            words = ["triage", "worker", "--home", str(self.at.home), "--slot", name, "--with-parent"]
        command = [sys.executable, "-P", "-m", *words]
        member = Member(name, command, environment, self.at.home / f"{name}-{len(self.running)}.log")
        member.start()
        self.running[name] = member

    def stop_all(self) -> None:
        for member in self.running.values():
            member.stop()

    def stop(self, name: str, *, kill: bool = False) -> None:
        member = self.running.pop(name)
        (member.kill if kill else member.stop)()

    def until(self, done: Any, what: str) -> None:
        end = time.monotonic() + LONGEST
        while not done():
            died = [member.name for member in self.running.values() if member.process and member.process.poll()]
            if died or time.monotonic() > end:
                logs = {path.name: path.read_text(errors="replace")[-1500:] for path in self.at.home.glob("*.log")}
                raise AssertionError(f"{what}: {self.at.inbox.counts()}\n{logs}")
            time.sleep(0.1)

    def call(self, count: int) -> list[RecordRef]:
        """So many new orders stall, and Odoo calls about them."""
        made = stalled_orders(self.day, count, first=len(self.orders) + 1)
        self.orders += made
        self.sender.waiting += made
        return made

    def until_done_by(self, version: str, what: str) -> None:
        """Go on with calls, a few at a time, until this version has done one of them."""
        made: list[RecordRef] = []

        def done() -> bool:
            if self.at.finished() and self.is_sent():
                made.extend(self.call(3))
            return self.has_done(version, made)

        self.until(done, what)

    def touch(self, refs: Sequence[RecordRef]) -> None:
        """Their customers write once more."""

        def work(env: Any) -> None:
            for ref in refs:
                order = env["sale.order"].browse(ref.id)
                body = f"As I wrote about {ref.name}: the boxes were crushed, {ref.id} parts are broken. Please answer."
                order.message_post(
                    body=body, message_type="email", author_id=order.partner_id.id, subtype_xmlid="mail.mt_comment"
                )

        self.day.box.edit(work)
        self.sender.waiting += refs

    def is_alive(self, name: str) -> bool:
        return any(row.id == name for row in workers.alive(self.at.store.database, ""))

    def is_sent(self) -> bool:
        return not self.sender.waiting

    def is_idle(self) -> bool:
        """Whether nothing is left that the old version may do."""
        rows = self.at.inbox.page(["waiting", "queued", "working"], 1000)
        return self.is_sent() and all(row.version and row.state == "waiting" for row in rows)

    def writers(self) -> dict[int, str]:
        """Who wrote each card last, by its order: `new` or `old`."""
        store, found = self.at.store, {}
        for card in store.cards.all():
            row = cards.by_number(store.database, card.number)
            assert row is not None
            said = sealing.raw(sealing.unseal(row.sealed, store.keys, row.case_id, row.place()))[1]
            assert card.proposal.record.id is not None
            found[card.proposal.record.id] = "new" if "mood" in said else "old"
        return found

    def has_done(self, version: str, refs: Sequence[RecordRef]) -> bool:
        """Whether this version wrote a card of one of these."""
        written = self.writers()
        return any(written.get(ref.id or 0) == version for ref in refs)


@pytest.fixture
def desk(day: SampleDay, newer: Path, postgres: PostgresServer, tmp_path: Path) -> Iterator[Desk]:
    home = tmp_path / "home"
    write_home(home, day, heartbeat_seconds=1, dead_seconds=10, lost_seconds=20)
    source = {
        "name": "odoo", "door": "hook", "secrets": [{"environment": parts.HOOK_SECRET}], "company": parts.COMPANY,
        "models": ["sale.order"], "delay_seconds": 0.5,
    }  # fmt: skip
    (home / "service.yaml").write_text(yaml.safe_dump({"sources": [source], "accept_seconds": 0.9}))
    with place(home, TRIAGE_DATABASE=postgres.database()) as at, ExitStack() as stack:
        made = Desk(at, day, newer, Sender(parts.free_port()))
        stack.callback(made.stop_all)
        stack.callback(made.sender.ended.set)
        threading.Thread(target=made.sender.run, daemon=True).start()
        yield made


def test_an_upgrade_without_a_pause_and_back_loses_nothing(desk: Desk) -> None:
    at = desk.at
    desk.start("web")
    desk.start("old")
    first = desk.call(6)
    desk.until(lambda: desk.has_done("old", first), "the old worker does nothing")

    # One new worker beside the old one: it brings the database up to date while both work.
    desk.start("new", new=True)
    desk.call(6)
    desk.until(lambda: desk.is_alive("new"), "the new worker does not start")
    assert at.store.database.has_table("moods")
    desk.until_done_by("new", "the new worker does nothing")

    # The old worker dies and is started again by its supervisor, over a store that a newer version has migrated.
    desk.stop("old", kill=True)
    desk.start("old")
    desk.until_done_by("old", "the old worker is not there again")

    # The web process becomes the new one; what is sent meanwhile is sent until it is acknowledged.
    desk.call(4)
    desk.stop("web")
    desk.start("web", new=True)
    desk.touch(first)
    desk.until(desk.is_sent, "the new web process takes nothing")

    # The old worker goes; the new one has all of it.
    desk.stop("old")
    desk.until(at.finished, "the new worker does not finish")
    written = desk.writers()
    by_new = [ref for ref in desk.orders if written[ref.id or 0] == "new"]
    assert by_new

    # The way back: what only the newer version understands waits, everything else is done.
    desk.stop("new")
    desk.stop("web")
    before = {number: writer for number, writer in written.items() if writer == "new"}
    desk.start("web")
    desk.start("old")
    again = desk.call(4)
    desk.touch(by_new[:3])
    desk.until(lambda: desk.is_idle() and desk.has_done("old", again), "the old version does not go on")
    left = at.inbox.page(["waiting", "queued", "working"], 1000)
    assert before.items() <= desk.writers().items()
    assert len(left) >= 1

    # Forward once more.
    desk.start("new", new=True)
    desk.until(lambda: desk.is_sent() and at.finished(), "what was left is not done")

    rows = {row.id: row for row in at.inbox.page(["waiting", "queued", "working", "done", "dead"], 10_000)}
    assert set(desk.sender.ids) <= set(rows)
    assert {row.state for row in rows.values()} == {"done"}
    assert all(row.outcome for row in rows.values())
    assert [row.error for row in rows.values() if row.attempts > 0] == []
    assert at.arrivals_recorded() == len(rows)
    assert at.once(desk.orders, desk.day)
    assert before.items() <= desk.writers().items()
    assert verify(at.store.database, at.store.keys).first_bad is None
    told = subprocess.run(
        [sys.executable, "-P", "-m", "triage", "audit", "verify", "--home", str(at.home)],
        env={**os.environ, **at.environment, "PYTHONPATH": str(desk.newer)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
