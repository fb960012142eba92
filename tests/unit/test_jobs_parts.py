"""The small parts of jobs: configuration, names of workers, the queue, the family of processes, logs, the commands."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos._sys_db import SystemDatabase
from typer.testing import CliRunner

from tests.databases import target_in
from tests.unit.test_jobs_inbox import arrival
from triage.cli import app as commands
from triage.cli.wiring import now, open_store
from triage.errors import ConfigurationError, StoreError, UsageError
from triage.jobs.configuration import JobsConfiguration, read_configuration
from triage.jobs.engine import Engine, Pace
from triage.jobs.family import Family, Member
from triage.jobs.family import commands as commands_of
from triage.jobs.inbox import Inbox
from triage.jobs.slots import slot
from triage.settings import Settings

RUNNER = CliRunner()


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read_configuration(tmp_path) == JobsConfiguration()
    (tmp_path / "jobs.yaml").write_text("")
    assert read_configuration(tmp_path) == JobsConfiguration()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("concurrency: 0", "concurrency"),
        ("concurency: 4", "concurency"),
        ("companies: {X: {concurrency: 2, slow: 1}}", "companies.X.slow"),
        ("keep_days: 1", "keep_payload_days"),
        ("heartbeat_seconds: 30", "dead_seconds"),
        ("[", "is not YAML"),
        ("\xff", "cannot be read"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "jobs.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigurationError, match=said):
        read_configuration(tmp_path)


def test_a_company_has_its_own_share(tmp_path: Path) -> None:
    (tmp_path / "jobs.yaml").write_text("company: {concurrency: 2}\ncompanies: {Northwind: {per_minute: 30}}\n")
    found = read_configuration(tmp_path)
    assert found.share("Northwind").per_minute == 30
    assert found.share("Southwind").concurrency == 2


def test_a_name_is_one_workers_and_free_again_after_it(tmp_path: Path) -> None:
    with slot(tmp_path, host="a b") as first, slot(tmp_path, host="a b") as second, slot(tmp_path, "mine") as third:
        assert (first, second, third) == ("a-b-1", "a-b-2", "mine")
        with pytest.raises(UsageError, match="runs here already"), slot(tmp_path, "mine"):
            pass
    with slot(tmp_path, host="a b") as again:
        assert again == "a-b-1"
    with pytest.raises(UsageError, match="--slot"), slot(tmp_path, "../x"):
        pass


class Reviews:
    """Notes what the queue calls."""

    def __init__(self, wanted: int) -> None:
        self.seen: list[tuple[str, int]] = []
        self.all = threading.Event()
        self.wanted = wanted

    def __call__(self, job: str, run: int) -> None:
        self.seen.append((job, run))
        if len(self.seen) == self.wanted:
            self.all.set()
        if job.startswith("bad"):
            raise StoreError("no")


def engine(home: Path, reviews: Reviews, worker: str = "w1") -> Engine:
    target = target_in(home)
    queue = home / "jobs.db" if isinstance(target, Path) else target
    return Engine(queue, worker, Pace(concurrency=2, ahead=2, poll_seconds=0.05), reviews)


@pytest.fixture
def reviews() -> Reviews:
    return Reviews(4)


def test_the_queue_runs_each_run_once_and_tells_what_became_of_it(home: Path, reviews: Reviews) -> None:
    at = engine(home, reviews)
    at.start()
    try:
        runs = [("a", 1), ("a", 2), ("b", 1), ("bad", 1)]
        at.enqueue(runs)
        at.enqueue(runs)
        assert reviews.all.wait(30)
        assert sorted(reviews.seen) == runs
        until_ended(at, runs)
        assert at.ended([*runs, ("c", 1)]) == dict.fromkeys(runs[:3], "SUCCESS") | {("bad", 1): "ERROR", ("c", 1): ""}
        assert at.delete_ended(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert at.delete_ended(datetime.now(UTC) + timedelta(hours=1)) == 4
        assert at.ended([("a", 1)]) == {("a", 1): ""}
        with pytest.raises(UsageError, match="already"):
            engine(home, reviews, "w2").start()
    finally:
        at.stop(1)
    with pytest.raises(UsageError, match="not open"):
        at.enqueue([("d", 1)])


def test_a_run_whose_end_could_not_be_written_is_queued_again(
    home: Path, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews.wanted = 1
    write, away = SystemDatabase.update_workflow_outcome, [True]

    def refused(*given: Any, **named: Any) -> bool:
        if away.pop() if away else False:
            raise ConnectionError("the database is shutting down")
        return write(*given, **named)

    monkeypatch.setattr(SystemDatabase, "update_workflow_outcome", refused)
    at = engine(home, reviews)
    at.start()
    try:
        at.enqueue([("a", 1)])
        assert reviews.all.wait(30)
        assert at.resume_lost(60) == 0  # it may be just about to be written
        assert at.ended([("a", 1)]) == {}
        wait(lambda: at.resume_lost(0) == 1)
        until_ended(at, [("a", 1)])
        assert reviews.seen == [("a", 1)] * 2
        assert at.resume_lost(0) == 0
    finally:
        at.stop(1)


def test_a_run_that_is_worked_on_or_waits_for_a_thread_is_not_lost(home: Path) -> None:
    goes_on, begun = threading.Event(), threading.Semaphore(0)

    def work(_job: str, _run: int) -> None:
        begun.release()
        goes_on.wait(30)

    target = target_in(home)
    queue = home / "jobs.db" if isinstance(target, Path) else target
    at = Engine(queue, "w1", Pace(concurrency=2, ahead=2, poll_seconds=0.05), work)
    at.start()
    try:
        runs = [(name, 1) for name in "abcd"]
        at.enqueue(runs)
        assert begun.acquire(timeout=30)
        assert begun.acquire(timeout=30)
        for _ in range(10):
            assert at.resume_lost(0) == 0
            threading.Event().wait(0.05)
        goes_on.set()
        until_ended(at, runs)
    finally:
        goes_on.set()
        at.stop(1)


def wait(done: Callable[[], bool]) -> None:
    for _ in range(400):
        if done():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it does not come true")


def until_ended(at: Engine, runs: list[tuple[str, int]]) -> None:
    for _ in range(200):
        if len(at.ended(runs)) == len(runs):
            return
        threading.Event().wait(0.05)


def test_the_queues_file_is_its_owners(tmp_path: Path, reviews: Reviews) -> None:
    at = engine(tmp_path, reviews)
    at.start()
    at.stop(0)
    assert (tmp_path / "jobs.db").stat().st_mode & 0o077 == 0


def test_a_queue_that_cannot_be_opened_is_a_store_error(tmp_path: Path, reviews: Reviews) -> None:
    (tmp_path / "jobs.db").write_text("this is no database, whatever its name says it is" * 20)
    with pytest.raises(StoreError, match="queue"):
        engine(tmp_path, reviews).start()


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_what_kills_its_worker_each_time_is_given_up_by_the_queue(tmp_path: Path) -> None:
    program = (
        "import os, sys, time, pathlib\n"
        "from triage.jobs.engine import Engine, Pace\n"
        "target = pathlib.Path(sys.argv[1])\n"
        "for time_ in range(6):\n"
        "    if os.fork() == 0:\n"
        "        at = Engine(target, 'w1', Pace(1, 1, 0.05), lambda job, run: os._exit(9))\n"
        "        at.start()\n"
        "        at.enqueue([('poison', 1)])\n"
        "        until = time.monotonic() + 30\n"
        "        while time.monotonic() < until and not at.ended([('poison', 1)]):\n"
        "            time.sleep(0.05)\n"
        "        print(time_, at.ended([('poison', 1)]), flush=True)\n"
        "        os._exit(0)\n"
        "    if os.waitstatus_to_exitcode(os.wait()[1]) == 0:\n"
        "        break\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "jobs.db")],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "4 {('poison', 1): 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'}"


SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STATUS_TWO = [sys.executable, "-c", "raise SystemExit(2)"]


def family(*members: Member) -> subprocess.Popen[str]:
    """A family in a process of its own."""
    told = json.dumps([[member.name, list(member.command)] for member in members])
    program = (
        "import json, sys; from triage.jobs.family import Family, Member; "
        "sys.exit(Family([Member(*each) for each in json.loads(sys.argv[1])], patience=5).run())"
    )
    return subprocess.Popen([sys.executable, "-c", program, told], stdout=subprocess.PIPE, text=True)


def test_a_family_ends_with_the_one_that_was_told_something_wrong() -> None:
    with family(Member("good", SLEEP), Member("wrong", STATUS_TWO)) as running:
        assert running.wait(30) == 2


def test_a_family_starts_again_what_dies_and_ends_on_a_signal(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    program = f"import pathlib, os; f = open({str(marks)!r}, 'a'); f.write('x'); f.close(); os._exit(9)"
    with family(Member("dying", [sys.executable, "-c", program])) as running:
        for _ in range(600):
            if marks.exists() and len(marks.read_text()) >= 2:
                break
            threading.Event().wait(0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    assert len(marks.read_text()) >= 2


def test_a_file_that_is_wrong_for_a_while_ends_nobody_but_its_own_process(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    program = (
        f"import os; f = open({str(marks)!r}, 'a'); n = f.tell(); f.write('x'); f.close(); os._exit(2 if n else 9)"
    )
    with family(Member("wrong later", [sys.executable, "-c", program])) as running:
        for _ in range(600):
            if marks.exists() and len(marks.read_text()) >= 3:
                break
            threading.Event().wait(0.05)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    assert len(marks.read_text()) >= 3


def test_the_service_is_a_web_process_and_workers(tmp_path: Path) -> None:
    found = commands_of("127.0.0.1", 8087, 2, tmp_path)
    assert [member.name for member in found] == ["web", "worker 1", "worker 2"]
    assert isinstance(Family(found), Family)


def test_logs_are_json_without_the_words_of_errors() -> None:
    program = (
        "import logging, structlog; from triage.logs import configure; configure()\n"
        "structlog.get_logger('triage.jobs').info('job done', job='abc')\n"
        "try:\n    raise ValueError('Jane Doe')\n"
        "except ValueError:\n    logging.getLogger('other').exception('something')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, second = map(json.loads, done.stderr.splitlines())
    assert (first["event"], first["job"], first["level"]) == ("job done", "abc", "info")
    assert second["error"] == "ValueError"
    assert "Jane" not in done.stderr


@pytest.fixture
def dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    monkeypatch.setenv("TRIAGE_USER", "mila")
    monkeypatch.delenv("TRIAGE_DATABASE", raising=False)
    with open_store(Settings.of(tmp_path, {}), create=True) as store:
        inbox = Inbox(store.journal, now)
        job = inbox.accept(arrival()).id
        row = inbox.start(job, 1, "w")
        assert row is not None
        inbox.fail(row, "ModelInvalid at triage/x.py:1", now(), most=1)
    return job


def said(*words: str) -> str:
    found = RUNNER.invoke(commands.app, ["jobs", *words])
    assert found.exit_code == 0, found.output
    return found.output


def test_a_dead_letter_is_listed_shown_tried_again_and_discarded(dead: str, tmp_path: Path) -> None:
    assert dead[:12] in said("list")
    shown = json.loads(said("show", dead[:10], "--json").splitlines()[0])
    assert (shown["state"], shown["reference"]["name"], shown["attempts"]) == ("dead", "S00001", 1)
    assert "S00001" in said("show", dead)
    assert "tried again" in said("retry", dead[:8], "--why", "it was the disk")
    assert "0 dead" in said("list")
    refused = RUNNER.invoke(commands.app, ["jobs", "discard", dead, "--why", "a test"])
    assert refused.exit_code == 2
    assert "not dead" in refused.output
    with open_store(Settings.of(tmp_path, {})) as store:
        inbox = Inbox(store.journal, now)
        row = inbox.start(dead, 2, "w")
        assert row is not None
        inbox.fail(row, "again", now(), most=1)
    assert "discarded" in said("discard", dead[:12], "--as", "jo", "--why", "a test order")
    lines = [json.loads(line) for line in said("list", "--state", "done", "--json").splitlines() if line[0] == "{"]
    assert [(line["job"], line["outcome"]) for line in lines] == [(dead, "dead_letter")]
    told = json.loads(said("show", dead, "--json").splitlines()[0])
    assert told["outcome"] == {"kind": "dead_letter", "why": "again"}


def test_a_state_that_is_none_is_refused(dead: str) -> None:
    found = RUNNER.invoke(commands.app, ["jobs", "list", "--state", "lost"])
    assert found.exit_code == 2
    assert "--state lost" in found.output
