"""Faults of a chaos day that are over before an alert waits long enough, but for those that are told at once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import psutil  # type: ignore[import-untyped]

from evals.load import parts
from evals.load.day_site import Chance, Day, Fault, Making, again, touching
from triage.cli.wiring import now
from triage.domain import RecordRef
from triage.jobs.switching import Switch

CARRIER = "whsec_b25seS1mb3ItdGhpcy1ydW4tMDAwMg=="
_FULL_BYTES = 262_144
"""No file may grow beyond it while the disk is full."""


def _odoo(words: str, most: float, after: str) -> Making:
    def made(day: Day, chance: Chance) -> None:
        day.tell(day.site.odoo, words)
        time.sleep(chance.uniform(0.5, most))
        day.tell(day.site.odoo, after)

    return made


def _model(words: str, least: float, most: float, more: str = "") -> Making:
    """What it does wrong for a while. After failures in a row it is left alone, for how long the breakers say."""

    def made(day: Day, chance: Chance) -> None:
        began, seconds = time.time(), chance.uniform(least, most)
        day.tell(day.site.model, f"{words} {seconds:.1f} {more}")
        time.sleep(seconds)
        day.claims.add("TriageModelOutage", began, time.time(), f"the model server was told: {words}", must=False)

    return made


def _store_locked(day: Day, chance: Chance) -> None:
    """Another program holds the store."""
    began, seconds = time.time(), chance.uniform(0.5, 3)
    if day.server is None:
        with closing(sqlite3.connect(day.site.home / "audit.db", isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            other.execute("ROLLBACK")
    else:
        import psycopg

        with psycopg.connect(day.environment["TRIAGE_DATABASE"]) as held:
            held.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            time.sleep(seconds)
            held.rollback()
    day.claims.add("TriageStoreErrors", began, time.time(), "the store was locked", must=False)


def _database_restarted(day: Day, chance: Chance) -> None:
    assert day.server is not None
    began = time.time()
    day.server.restart(chance.uniform(1, 3))
    working = not day.keeper.held
    day.claims.add("TriageStoreErrors", began, time.time(), "the database was restarted", must=working)


def _disk_full(day: Day, chance: Chance) -> None:
    """No process may write a file beyond a size: what SQLite then sees is a disk that takes no more."""
    began, limited = time.time(), []
    for member in day.keeper.members:
        _put_aside(member.log)
        with suppress(psutil.Error, OSError):
            assert member.process is not None
            limited.append(psutil.Process(member.process.pid))
            limited[-1].rlimit(psutil.RLIMIT_FSIZE, (_FULL_BYTES, psutil.RLIM_INFINITY))
    time.sleep(chance.uniform(2, 5))
    for process in limited:
        with suppress(psutil.Error, OSError):
            process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
    day.claims.add("TriageStoreErrors", began, time.time(), "the disk took nothing", must=False)


def _put_aside(log: Path) -> None:
    """A log that is longer than files may be could not be written at all."""
    with log.open("rb") as old, log.with_suffix(".before.log").open("ab") as kept:
        shutil.copyfileobj(old, kept)
    os.truncate(log, 0)


def _web_killed(day: Day, chance: Chance) -> None:
    began = time.time()
    day.web.kill()
    parts.wait_for(f"http://127.0.0.1:{day.site.port}/livez", 300)
    day.claims.lasted("TriageDown", began, time.time(), "the web process was away")


def _worker_killed(day: Day, chance: Chance) -> None:
    chance.choice(day.workers).kill()


def _worker_ended(day: Day, chance: Chance) -> None:
    chance.choice(day.workers).stop()


def _worker_frozen(day: Day, chance: Chance) -> None:
    """Stopped by the system for a while; others take up what it held, and then it goes on."""
    process = chance.choice(day.workers).process
    assert process is not None
    with suppress(ProcessLookupError):
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(chance.uniform(3, 12))
        os.kill(process.pid, signal.SIGCONT)


def _duplicates(day: Day, chance: Chance) -> None:
    """One record, thirty calls at once."""
    ref = next(day.apart)
    day.wanted.append(ref)
    with ExitStack() as stack:
        for _ in range(30):
            thread = threading.Thread(target=day.send, args=(ref,))
            thread.start()
            stack.callback(thread.join)


def _wrong_clock(day: Day, chance: Chance) -> None:
    """A sender whose clock is minutes off is not believed; a right one with the same words is."""
    ref = next(day.apart)
    day.wanted.append(ref)
    for minutes, wanted in ((-10, 401), (10, 401), (0, 202)):
        status = None
        while status is None or status == 503:
            body, headers = _signed(ref, timedelta(minutes=minutes))
            status, _ = day.post("/events/carrier", body, headers)
            time.sleep(0.3 * (status is None or status == 503))
        if status != wanted:
            day.wrong.append(f"a signed event of a clock that is {minutes} minutes off was answered {status}")


def _signed(ref: RecordRef, off: timedelta) -> tuple[bytes, dict[str, str]]:
    from standardwebhooks import Webhook

    data = {"record": {"model": ref.model, "id": ref.id}}
    event = {"specversion": "1.0", "id": str(ref.id), "source": "/carrier", "type": "parcel", "data": data}
    body, at = json.dumps(event), datetime.now(UTC) + off
    return body.encode(), {
        "webhook-id": str(ref.id), "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(CARRIER).sign(str(ref.id), at, body),
        "content-type": "application/cloudevents+json",
    }  # fmt: skip


def _switched_off(day: Day, chance: Chance) -> None:
    switch = Switch(day.store.journal, now)
    again(lambda: switch.off("mila", "a test"))
    time.sleep(chance.uniform(2, 8))
    again(lambda: switch.on("mila", "a test"))


SHORT: Mapping[str, Fault] = MappingProxyType(
    {
        "Odoo down": Fault(_odoo("closed", 6, "open"), touching("odoo")),
        "Odoo hangs": Fault(_odoo("meets hangs 500", 4, "served"), touching("odoo")),
        "a proxy's page": Fault(_odoo("meets proxy 500", 4, "served"), touching("odoo")),
        "Odoo limits the rate": Fault(_odoo("meets limited 500", 4, "served"), touching("odoo")),
        "model down": Fault(_model("fail", 1, 8), touching("model")),
        "model slow": Fault(_model("slow", 4, 10, "3"), touching("model")),
        "model fails 10 %": Fault(_model("failing", 10, 25, "0.1"), touching("model")),
        "model answers rubbish": Fault(_model("rubbish", 3, 8), touching("model")),
        "store locked": Fault(_store_locked, touching("store")),
        "database restarted": Fault(_database_restarted, touching("store"), "postgresql"),
        "disk full": Fault(_disk_full, touching("store", "workers", "web"), "sqlite"),
        "web process killed": Fault(_web_killed, touching("web")),
        "worker killed": Fault(_worker_killed, touching("workers")),
        "worker asked to end": Fault(_worker_ended, touching("workers")),
        "worker frozen": Fault(_worker_frozen, touching("workers")),
        "burst of duplicates": Fault(_duplicates, touching("calls")),
        "sender's clock wrong": Fault(_wrong_clock, touching("calls")),
        "switched off": Fault(_switched_off, touching("switch")),
    }
)

__all__ = ["CARRIER", "SHORT"]
