"""A day of events, watched: figures, traces and logs tell what happened, and nothing of what was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from evals.load.fake_model import Model
from service.app import create_app
from tests.fake_model_server import FakeModelServer
from tests.integration.jobs_setting import place, stalled_orders, worker_inside, write_home
from triage import tracing
from triage.cli.jobs_status import run_status
from triage.domain import Category
from triage.odoo.gate.code import GATE
from triage.odoo.gate.inside import MODULE
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings

SECRET = "only-for-the-tests-0001"
SAID = "Zebulon Quarkfeather wants his marzipan pumps, order PLANTED-77, call +31 6 1234 5678 (z@quarkfeather.example)"
PLANTED = ("Buyer", "buyer1", "T0000", "crushed", "Zebulon", "Quarkfeather", "marzipan", "PLANTED", "1234 5678", SECRET)
"""Of what came in and was read."""
_ID = re.compile(r"[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{4}")


@dataclass
class Seen:
    """What could be seen of the day."""

    text: str
    jobs: Sequence[str]
    lines: Sequence[Mapping[str, Any]]
    spans: Sequence[Any]
    requests: Sequence[Mapping[str, Any]]
    cards: Sequence[str] = field(default=())


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


def installed(home: Path, day: SampleDay, model: str) -> None:
    write_home(home, day, model="house:small", concurrency=2)
    policy = {
        "default_mode": "advise", "advice": {"tickets": "never"},
        "endpoints": [{"name": "house", "url": model, "remote": False}],
    }  # fmt: skip
    source = {
        "name": "odoo", "door": "hook", "secrets": [{"environment": "HOOK"}], "company": "Northwind",
        "models": ["sale.order"], "delay_seconds": 0,
    }  # fmt: skip
    (home / "policy.yaml").write_text(yaml.safe_dump(policy))
    (home / "service.yaml").write_text(yaml.safe_dump({"accept_seconds": 0.9, "sources": [source]}))


@pytest.fixture(scope="module")
def seen(day: SampleDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Two calls of Odoo's webhook and a message by the API, reviewed with a model and published; then looked at."""
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    from triage.tracing_sdk import Tracing

    home, exporter, before = tmp_path_factory.mktemp("watched"), InMemorySpanExporter(), day.box.snapshot()
    made = Tracing("tests", exporter)
    with ExitStack() as stack:
        server = stack.enter_context(FakeModelServer())
        server.plan(Model(0.0, 0.0, None))
        installed(home, day, server.url)
        log = stack.enter_context((home / "web.log").open("w+"))
        web = create_app(home, environment={"HOOK": SECRET}, log=log)
        lines = stack.enter_context(structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]))
        client = stack.enter_context(TestClient(web, client=("127.0.0.1", 4000)))
        at = stack.enter_context(place(home))
        tracing._current.tracing = made
        stack.callback(setattr, tracing._current, "tracing", None)
        jobs = sent(client, web, day)
        with worker_inside(at, Settings.of(home)):
            at.wait(lambda: at.ended(*jobs))
        text = client.get("/metrics").text
        cards = [str(card.id) for card in at.store.cards.all()]
        made.close()
        log.seek(0)
        requests = [json.loads(line) for line in log]
    day.box.restore(before)
    yield Seen(text, jobs, lines, exporter.get_finished_spans(), requests, cards)


def sent(client: TestClient, web: Any, day: SampleDay) -> list[str]:
    path, found = f"/hooks/odoo/odoo/{SECRET}", []
    for ref in stalled_orders(day, 2):
        call = {"_id": ref.id, "_model": "sale.order", "_name": ref.name, "body": SAID}
        found.append(client.post(path, json=call).json()["id"])
        assert client.post(path, json=call).status_code == 202
    keys = web.state.parts.installation.opened().keys
    _, key = keys.create("n", ["arrivals:write"], by="t", days=1, person=None, companies=None)
    body = {"company": "Northwind", "message": {"subject": "Zebulon's order", "text": SAID}}
    kept = client.post("/v1/arrivals", json=body, headers={"Authorization": f"Bearer {key}"})
    assert kept.status_code == 202, kept.text
    return [*found, kept.json()["id"]]


def figures(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_figures_tell_what_happened(seen: Seen) -> None:
    found = figures(seen.text)
    assert found["triage_events_total", "hook", "new"] == 2
    assert found["triage_events_total", "api", "new"] == 1
    assert found["triage_jobs_total", "advised"] >= 2
    assert found["triage_outcome_seconds_count",] == 3
    assert found["triage_model_requests_total", "house", "ok"] >= 6
    assert found["triage_model_seconds_count", "house"] == found["triage_model_requests_total", "house", "ok"]
    assert found["triage_model_left_alone", "house"] == 0
    assert sum(value for key, value in found.items() if key[0] == "triage_model_tokens_total") > 0
    assert found["triage_odoo_calls_total", "ok"] > 0
    assert found["triage_odoo_up",] == found["triage_odoo_gate_matches",] == found["triage_store_up",] == 1
    assert found["triage_workers_alive",] <= 1
    assert found["triage_step_seconds_count", "publish"] >= 2
    assert sum(value for key, value in found.items() if key[0] == "triage_open_cards") == len(seen.cards)


def test_labels_name_no_record_no_person_and_no_text(seen: Seen) -> None:
    assert [planted for planted in PLANTED if planted in seen.text] == []
    words = {value for line in figures(seen.text) for value in line[1:]}
    assert [word for word in words if _ID.search(word) or "@" in word] == []
    categories = {each.value for each in Category}
    for family in text_string_to_metric_families(seen.text):
        for sample in family.samples:
            assert sample.labels.get("category", "other") in categories


def test_log_lines_name_job_trace_event_and_cards(seen: Seen) -> None:
    done = {line["job"]: line for line in seen.lines if line["event"] == "job done"}
    assert done.keys() == set(seen.jobs)
    for job, line in done.items():
        assert line["trace"] == job[:32]
        assert re.fullmatch(r"[0-9a-f]{64}", line["event_id"])
        assert set(line["cards"]) <= set(seen.cards)
    assert {card for line in done.values() for card in line["cards"]} == set(seen.cards)
    kept = {line["job"] for line in seen.requests if line["status"] == 202}
    assert kept == set(seen.jobs)
    for lines in (seen.lines, seen.requests):
        assert [planted for planted in PLANTED if planted in json.dumps(lines, default=str)] == []


def test_an_event_is_one_trace_from_the_door_to_the_note(seen: Seen) -> None:
    job = seen.jobs[0]
    spans = [span for span in seen.spans if span.context.trace_id == int(job[:32], 16)]
    by_id = {span.context.span_id: span for span in spans}
    first = by_id[int(job[32:48], 16)]
    assert (first.name, first.parent) == ("acknowledge", None)

    def way(span: Any) -> list[str]:
        return [span.name] if span.parent is None else [*way(by_id[span.parent.span_id]), span.name]

    ways = {" > ".join(way(span)) for span in spans}
    assert "acknowledge > acknowledge" in ways  # the second call about the same
    assert "acknowledge > job" in ways
    steps = ("inbox", "queue", "capture", "classify > chat small", "verify", "summarise > chat small", "card")
    for step in (*steps, "publish > odoo"):
        assert f"acknowledge > job > {step}" in ways, sorted(ways)
    asked = next(span for span in spans if span.name == "chat small")
    assert asked.attributes["gen_ai.operation.name"] == "chat"
    assert asked.attributes["gen_ai.request.model"] == "small"
    assert asked.attributes["gen_ai.usage.input_tokens"] > 0
    assert asked.attributes["server.address"] == "127.0.0.1"
    began = next(span for span in spans if span.name == "job")
    assert began.attributes["triage.outcome"] == "advised"


def test_attributes_are_on_the_list_and_tell_nothing_of_what_was_read(seen: Seen) -> None:
    assert {name for span in seen.spans for name in span.attributes} <= tracing.ATTRIBUTES
    assert [span.name for span in seen.spans if span.events or span.links or span.status.description] == []
    told = "".join(span.to_json() for span in seen.spans)
    assert [planted for planted in PLANTED if planted in told] == []


def test_our_provider_is_not_the_one_that_libraries_find(seen: Seen) -> None:
    from opentelemetry import trace

    assert seen.spans
    assert "opentelemetry.sdk" not in type(trace.get_tracer_provider()).__module__


def test_what_may_not_be_told_is_left_out() -> None:
    said: dict[str, Any] = {"triage.step": "classify", "subject": "x", "rpc.method": "Wo bleibt die Ware?\n"}
    assert tracing.told(said) == {"triage.step": "classify"}
    assert tracing.told({"triage.attempt": 2, "triage.duplicate": True}) == {
        "triage.attempt": 2,
        "triage.duplicate": True,
    }


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_are_sent_where_somebody_says_where_to(environment: dict[str, str], wanted: bool) -> None:
    assert tracing.wanted(environment) is wanted


def test_a_gate_that_somebody_changed_is_told_everywhere(
    day: SampleDay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(tmp_path, day, "http://127.0.0.1:9/v1")
    before = day.box.snapshot()

    def change(env: Any) -> None:
        gate = env.ref(f"{MODULE}.{GATE}")
        gate.write({"code": gate.code + "\n# somebody was here"})

    with place(tmp_path):
        pass
    day.box.edit(change)
    try:
        app = create_app(tmp_path, environment={"HOOK": SECRET})
        client = TestClient(app, client=("127.0.0.1", 4000))
        told = figures(client.get("/metrics").text)
        assert (told["triage_odoo_up",], told["triage_odoo_gate_matches",]) == (1, 0)
        warning = client.get("/readyz").json()["warnings"]["gate"]
        assert "triage odoo grant" in warning
        assert "waits" in warning
        app.state.parts.close()
        assert run_status(True, tmp_path) == 1
        said = json.loads(capsys.readouterr().out)
        assert (said["odoo"], said["gate"]) == ("answers", "does not match")
        assert "triage odoo grant" in said["troubles"]["gate"]
        assert "workers" in said["troubles"]
    finally:
        day.box.restore(before)
    run_status(False, tmp_path)
    assert re.search(r"^gate +matches$", capsys.readouterr().out, re.MULTILINE)
