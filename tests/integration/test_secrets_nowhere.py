"""Secrets come out of files and go nowhere else: no argument of a process, no log, no error, no record, no file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from typer.testing import CliRunner

from tests.fake_model_server import FakeModelServer, status
from tests.integration.jobs_setting import Process, place, stalled_orders, write_home
from tests.integration.service_process import web_process
from tests.unit.service_client import cloud_event, signed
from triage.audit.journal import open_record
from triage.cli.app import app
from triage.cli.config import findings
from triage.errors import KeyMissing
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.storage import records

HOOK = "hook-s3cret-that-nobody-may-see-1"
SIGNING = "whsec_c2lnbmluZy1zM2NyZXQtMjQtYnl0ZXM="
MODEL_KEY = "sk-model-s3cret-that-nobody-may-see"
PASSWORD = "database-s3cret-that-nobody-may-see"
COMPANY = "Brandt & Mercer Supply B.V."


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


def arranged(home: Path, day: SampleDay, server: FakeModelServer) -> dict[str, str]:
    """An installation whose secrets all stand in files; the files by their secret."""
    write_home(home, day)
    secrets = {day.key: "key", HOOK: "hook.secret", SIGNING: "carrier.secret", MODEL_KEY: "model.key"}
    for text, name in secrets.items():
        (home / name).write_text(text)
        (home / name).chmod(0o600)
    sources = [
        {"name": "odoo", "door": "hook", "secrets": [{"file": "hook.secret"}], "company": COMPANY,
         "models": ["sale.order"], "delay_seconds": 0},
        {"name": "carrier", "door": "signed", "secrets": [{"file": "carrier.secret"}], "company": COMPANY,
         "models": ["sale.order"], "delay_seconds": 0},
    ]  # fmt: skip
    (home / "service.yaml").write_text(yaml.safe_dump({"sources": sources}))
    endpoints = [{"name": "house", "url": server.url, "remote": False}]
    (home / "policy.yaml").write_text(yaml.safe_dump({"default_mode": "advise", "endpoints": endpoints}))
    jobs = yaml.safe_load((home / "jobs.yaml").read_text())
    (home / "jobs.yaml").write_text(yaml.safe_dump({**jobs, "model": "house:small"}))
    return secrets


def told(text: str | bytes, secrets: list[str]) -> list[str]:
    """Which of the secrets stand in a text."""
    return [each for each in secrets if (each.encode() if isinstance(text, bytes) else each) in text]


@pytest.mark.slow
def test_of_running_processes_nothing_tells_a_secret(day: SampleDay, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with FakeModelServer() as server, ExitStack() as stack:
        # a server that repeats what it was sent, as some do
        server.plan(status(401, message=f"Incorrect API key provided: {MODEL_KEY}"))
        files = arranged(home, day, server)
        secrets = list(files)
        environment = {"HOUSE_API_KEY_FILE": str(home / "model.key")}
        made = CliRunner().invoke(app, ["keys", "create", "erp", "--scope", "arrivals:write", "--home", str(home)])
        secrets.append(made.stdout.split()[0])
        at = stack.enter_context(place(home))
        at.environment.update(environment)
        web = stack.enter_context(web_process(home, environment))
        working = Process(at, "worker")
        stack.callback(working.stop)
        orders, good = stalled_orders(day, 3), f"/hooks/odoo/odoo/{HOOK}"
        answers = [
            *(web_post(web.url, good, {"_model": "sale.order", "_id": each.id}) for each in orders),
            web_post(web.url, "/hooks/odoo/odoo/another-secret-than-that", {"_model": "sale.order", "_id": 1}),
            web_post(web.url, good, {"_model": "res.users", "_id": 1}),
            web_post(web.url, "/events/carrier", cloud_event(), signed(cloud_event(), secret=SIGNING)),
            web_post(web.url, "/events/carrier", cloud_event(), signed(cloud_event())),
            web_post(web.url, "/v1/arrivals", {"nonsense": 1}, {"Authorization": f"Bearer {secrets[-1]}"}),
        ]  # fmt: skip
        assert [answer.status_code for answer in answers[:3]] == [202] * 3
        at.wait(lambda: at.inbox.counts()["done"] >= 3 and at.finished())
        assert any(asked.headers.get("authorization") == f"Bearer {MODEL_KEY}" for asked in server.requests)
        seen = processes(web.process.pid, working.process.pid)
        assert len(seen) >= 2
        assert [each for each in seen if told(" ".join(each), secrets)] == []
        assert [answer.text for answer in answers if told(answer.text, secrets)] == []
        logs = web.log() + working.log.read_text()
        assert "401" in logs or "job done" in logs
        assert told(logs, secrets) == []
        assert [record for record in every_record(at) if told(record, secrets)] == []
        cards = [card.model_dump_json() for card in at.store.cards.all()]
        assert len(cards) == 3
        assert [warning for card in cards for warning in json.loads(card)["proposal"]["warnings"] if "house" in warning]
        assert [card for card in cards if told(card, secrets)] == []
        working.stop()
    holders = {
        str(path.relative_to(home)): told(path.read_bytes(), secrets) for path in home.rglob("*") if path.is_file()
    }
    assert {name: found for name, found in holders.items() if found and name not in files.values()} == {}
    notes = [str(row["body"]) for row in day.box.rows("mail.message")]
    assert [note for note in notes if told(note, secrets)] == []


def web_post(url: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
    import httpx

    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    more = {"content-type": "application/json"} | (headers or {})
    return httpx.post(url + path, content=content, headers=more, timeout=20)


def processes(*pids: int) -> list[list[str]]:
    """The arguments of these processes and of all that they have started, as `ps` shows them."""
    every = [psutil.Process(pid) for pid in pids]
    return [each.cmdline() for one in every for each in (one, *one.children(recursive=True))]


def every_record(at: Any) -> Iterator[str]:
    """Every record in clear, with its envelope."""
    for record in records.every(at.store.database):
        try:
            value = open_record(record, at.store.keys)
        except KeyMissing:
            continue
        yield f"{record} {value.model_dump_json() if value is not None else ''}"


def test_no_error_and_no_finding_repeats_a_secret(
    day: SampleDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeModelServer() as server:
        server.plan(status(401, message=f"Incorrect API key provided: {MODEL_KEY}"))
        server.listing = 401
        secrets = [*arranged(tmp_path, day, server), PASSWORD]
        monkeypatch.setenv("HOUSE_API_KEY_FILE", str(tmp_path / "model.key"))
        letter = tmp_path / "mail.txt"
        letter.write_text("Where is order S00398? It is late.")
        said = [
            run("run", letter, "--company", "B", "--model", "house:small", home=tmp_path),
            run("config", "check", "--online", home=tmp_path),
            run("odoo", "check", home=tmp_path),
        ]
        monkeypatch.setenv("TRIAGE_DATABASE", f"postgresql://triage:{PASSWORD}@127.0.0.1:9/none")
        said += [run("cards", home=tmp_path), run("config", "check", home=tmp_path), run("worker", home=tmp_path)]
        monkeypatch.delenv("TRIAGE_DATABASE")
        (tmp_path / "key").write_text(f"{day.key}-and-more\n{HOOK}")
        said.append(run("odoo", "check", home=tmp_path))
        (tmp_path / "service.yaml").write_text(f"sources:\n  - {{name: odoo, door: hook, secrets: [{HOOK}]}}\n")
        (tmp_path / "odoo.yaml").write_text(f"url: http://x\ndatabase: d\nkey: {PASSWORD}\n")
        said += [run("config", "check", home=tmp_path), run("odoo", "check", home=tmp_path)]
        said += [str(each) for each in findings(tmp_path, {"TRIAGE_ODOO_KEY": PASSWORD})]
    assert all(said)
    assert [text for text in said if told(text, secrets)] == []


def run(*words: object, home: Path) -> str:
    """What a command says, whether it works or not."""
    found = CliRunner().invoke(app, [*map(str, words), "--home", str(home)])
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exc_info
    return found.output
