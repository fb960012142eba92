"""`triage jobs status`: what is late ends with exit status 1, by the thresholds of the alerts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.opened_store import event
from triage.audit.checkpoints import make
from triage.cli.jobs_status import CHECKPOINT_HOURS, LATE_SECONDS, SWEEP_SECONDS, run_status
from triage.cli.sources import run_sources
from triage.cli.wiring import now, open_store
from triage.settings import Settings
from triage.storage.watermarks import WHOLE, Position, Watermarks

RULES = Path(__file__).parents[2] / "service" / "monitoring" / "alerts.yaml"
NOWHERE = "http://127.0.0.1:9"
"""Nobody listens there."""

Told = Callable[[], dict[str, Any]]


@pytest.fixture
def told(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    for name in ("TRIAGE_DATABASE", "TRIAGE_KEYS", "TRIAGE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with open_store(Settings.of(tmp_path, {}), create=True):
        pass

    def look() -> dict[str, Any]:
        run_status(True, tmp_path)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return look


def connect(home: Path, every: float) -> None:
    (home / "key").write_text("a-key")
    odoo = {"url": NOWHERE, "database": "x", "login": "bot", "key_file": "key", "sweep": {"every_seconds": every}}
    (home / "odoo.yaml").write_text(yaml.safe_dump(odoo))


def swept(home: Path, ago: float) -> None:
    then = now() - timedelta(seconds=ago)
    with open_store(Settings.of(home, {})) as store:
        store.database.execute("DELETE FROM watermarks")
        Watermarks(store.database).begin(Position(f"{NOWHERE} x", WHOLE, then, then, then, then))


@pytest.mark.parametrize(("more", "late"), [(-1, False), (1, True)])
def test_a_checkpoint_is_trouble_after_as_many_hours_as_the_alert_says(
    tmp_path: Path, told: Told, more: int, late: bool
) -> None:
    made = now() - timedelta(hours=CHECKPOINT_HOURS + more)
    with open_store(Settings.of(tmp_path, {})) as store:
        store.journal.of(event())
        make(store.journal, lambda: made)
    found = told()
    assert found["last_checkpoint_or_beginning_hours_ago"] == CHECKPOINT_HOURS + more
    assert ("last_checkpoint_or_beginning_hours_ago" in found["troubles"]) is late


@pytest.mark.parametrize("every", [60, 7200])
def test_a_sweep_is_trouble_when_it_is_ten_minutes_later_than_its_interval(
    tmp_path: Path, told: Told, every: float
) -> None:
    connect(tmp_path, every)
    for ago, late in ((every + SWEEP_SECONDS - 60, False), (every + SWEEP_SECONDS + 60, True)):
        swept(tmp_path, ago)
        found = told()
        assert found["swept_seconds_ago"] == pytest.approx(ago, abs=30)
        assert ("swept_seconds_ago" in found["troubles"]) is late


def test_a_sweep_that_is_late_ends_with_1_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from triage.cli import jobs_status

    with open_store(Settings.of(tmp_path, {}), create=True):
        connect(tmp_path, 60)
    swept(tmp_path, 7000)
    with open_store(Settings.of(tmp_path, {})) as store:
        lines = {line.key: line for line in jobs_status._of_store(store, Settings.of(tmp_path, {}))}
    assert [key for key, line in lines.items() if line.trouble] == ["workers", "swept_seconds_ago"]


def test_thresholds_are_those_of_the_alerts() -> None:
    rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
    said = {rule["alert"]: " ".join(rule["expr"].split()) for rule in rules}
    assert f"(triage_queue_age_seconds) > {LATE_SECONDS:.0f} " in said["TriageQueueOld"]
    assert f"> max(triage_sweep_every_seconds) + {SWEEP_SECONDS:.0f} " in said["TriageSweepLate"]
    assert said["TriageCheckpointOverdue"].endswith(f"> {CHECKPOINT_HOURS} * 3600")


def test_sources_tell_when_the_connected_odoo_was_last_looked_through_whole(
    tmp_path: Path, told: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    then, later = now() - timedelta(hours=2), now()
    with open_store(Settings.of(tmp_path, {})) as store:
        marks = Watermarks(store.database)
        marks.begin(Position(f"{NOWHERE} x", WHOLE, then, then, then, then))
        marks.begin(Position(f"{NOWHERE} x", "sale.order", later, later, later, later))
        marks.begin(Position("http://another x", WHOLE, later, later, later, later))
    run_sources("1d", None, False, tmp_path)
    assert "last looked through" not in capsys.readouterr().out
    connect(tmp_path, 60)
    run_sources("1d", None, False, tmp_path)
    assert f"Odoo was last looked through at {then:%Y-%m-%dT%H:%M:%S}Z." in capsys.readouterr().out
