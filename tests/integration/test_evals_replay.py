"""Chat models in the harness: recorded, replayed without a network, resumed without paying twice."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from evals.reading import read_set
from evals.record import RunFolder
from evals.remembering import trim
from evals.running import Wanted, plan, run_run
from tests.fake_model_server import FakeModelServer, obeys, status
from tests.unit.eval_sets import case, cases, write_set
from triage.errors import UsageError
from triage.models.structured import forget_ways

KEY = "sk-test-0123456789abcdef"


def answer(text: str) -> str:
    """Classifies by words, as a model would answer the classify prompt."""
    newest = text.rpartition("S000")[0][-400:] + text.rpartition("S000")[2][:200]
    words = {"is not the one agreed": "pricing", "due last week": "delay", "crushed": "damage_loss"}
    category = next((code for word, code in words.items() if word in newest), "other")
    return json.dumps({"suggestions": [{"category": category, "severity": "normal"}], "language": "en"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        running.plan(obeys(answer))
        yield running


def test_a_recorded_run_is_replayed_offline_with_the_same_figures(
    tmp_path: Path, server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_set(tmp_path / "set", cases(24))
    recorded, replayed = tmp_path / "recorded", tmp_path / "replayed"
    assert run_run(Wanted((path,), model="openai:small-1", record=True, out=recorded, price="1/2")) == 0
    assert len(server.requests) == 24
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert run_run(Wanted((path,), replay=recorded, out=replayed, price="1/2")) == 0
    assert len(server.requests) == 24
    first, second = RunFolder(recorded), RunFolder(replayed)
    assert [r.output for r in first.results()] == [r.output for r in second.results()]
    kept = [[f for f in folder.figures() if not f.timing] for folder in (first, second)]
    assert kept[0] == kept[1]
    values = {figure.measure: figure.value for figure in kept[0] if not figure.group}
    assert values["accuracy"] == 1.0
    assert (values["input tokens"], values["output tokens"]) == (11, 7)
    assert values["cost"] == pytest.approx((11 * 1 + 7 * 2) / 1e6)
    assert second.head().replayed == "recorded"


def test_no_key_is_recorded(tmp_path: Path, server: FakeModelServer) -> None:
    path = write_set(tmp_path / "set", cases(3))
    run_run(Wanted((path,), model="openai:small-1", record=True, out=tmp_path / "run"))
    assert all(KEY in request.headers["authorization"] for request in server.requests)
    assert KEY not in "".join(file.read_text() for file in (tmp_path / "run").iterdir())


def test_a_miss_is_an_error_that_names_the_case(
    tmp_path: Path, server: FakeModelServer, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = cases(6)
    run_run(Wanted((write_set(tmp_path / "set", lines),), model="openai:small-1", record=True, out=tmp_path / "run"))
    lines[3] = lines[3] | {"input": {"text": "another question"}}
    changed = write_set(tmp_path / "changed", lines)
    assert run_run(Wanted((changed,), replay=tmp_path / "run", out=tmp_path / "again")) == 1
    said = capsys.readouterr().err
    assert "no answer: desk, case m-003: ReplayMiss" in said
    assert "The nearest one differs in message" in said
    assert "1 of 6 cases got no answer" in said


def test_a_refusal_is_not_answered_by_the_embedded_models(tmp_path: Path, server: FakeModelServer) -> None:
    server.plan(status(400, message="no"))
    path = write_set(tmp_path / "set", cases(2))
    assert run_run(Wanted((path,), model="openai:small-1", out=tmp_path / "run", jobs=1)) == 1
    assert all("Model" in result.error for result in RunFolder(tmp_path / "run").results())


def test_what_was_recorded_is_not_asked_again(tmp_path: Path, server: FakeModelServer) -> None:
    """Killed after the answer was recorded and before the case was: the answer is there."""
    path, out = write_set(tmp_path / "set", cases(8)), tmp_path / "run"
    wanted = Wanted((path,), model="openai:small-1", record=True, out=out, jobs=1)
    run_run(wanted)
    finished = (out / "cases.jsonl").read_text().splitlines(keepends=True)
    (out / "cases.jsonl").write_text("".join(finished[:5]) + finished[5][:40])
    with (out / "answers.jsonl").open("a") as file:
        file.write('{"request": {"endp')
    (out / "figures.jsonl").unlink()
    assert run_run(wanted) == 0
    assert len(server.requests) == 8
    assert len(RunFolder(out).results()) == 8


def test_a_run_killed_by_force_goes_on_where_it_stopped(tmp_path: Path, server: FakeModelServer) -> None:
    path, out = write_set(tmp_path / "set", cases(12)), tmp_path / "run"
    command = [
        sys.executable,
        "-m",
        "triage",
        "eval",
        "run",
        path,
        "--model",
        "openai:small-1",
        "--record",
        "--out",
        out,
    ]
    command = [*map(str, command), "--jobs", "1"]
    held = threading.Event()

    def answers_five_then_waits(handler: object, asked: object) -> None:
        if len(server.requests) > 5:
            held.set()
            server.ended.wait(20)
        obeys(answer)(handler, asked)  # type: ignore[arg-type]

    server.plan(answers_five_then_waits)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert held.wait(60)
    process.kill()
    process.wait()
    before = len(server.requests)
    server.plan(obeys(answer))
    assert subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0
    # Six were asked, five answered: only the sixth and those after it are asked now.
    assert (before, len(server.requests) - before) == (6, 7)
    assert len(RunFolder(out).results()) == 12


def test_a_half_written_line_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    for text, kept in (("a\nb\nc", "a\nb\n"), ("a\n", "a\n"), ("abc", ""), ("", "")):
        path.write_text(text)
        trim(path)
        assert path.read_text() == kept
    trim(tmp_path / "none")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"record": True}, "for chat models"),
        ({"model": "openai:x", "record": True, "replay": Path("run")}, "a replay asks no model"),
        ({"model": "openai:x", "prompts": ("classify",)}, "TASK/VERSION"),
        ({"model": "openai:x", "price": "cheap"}, "INPUT/OUTPUT"),
        ({"suite": "riddles"}, "there is no such set here"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, server: FakeModelServer, more: dict, said: str) -> None:
    path = write_set(tmp_path / "set", [case(0)])
    with pytest.raises(UsageError, match=said):
        plan(Wanted((path,), out=tmp_path / "run", **more))
    assert server.requests == []


def test_the_other_tasks_can_be_asked_too(tmp_path: Path, server: FakeModelServer) -> None:
    said = {
        "text": "They ask for a price.",
        "key_points": [],
        "asks": [],
        "references": [],
        "quotes": [],
        "language": "en",
    }
    server.plan(obeys(lambda _: json.dumps(said)))
    lines = [line | {"target": {"key_points": ["price"]}} for line in cases(2)]
    path = write_set(tmp_path / "set", lines, kind="summary")
    assert run_run(Wanted((path,), model="openai:small-1", out=tmp_path / "run")) == 0
    assert {result.output["summary"] for result in RunFolder(tmp_path / "run").results()} == {"They ask for a price."}
    assert read_set(path).head.kind.value == "summary"
