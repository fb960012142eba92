"""`triage eval` as a person uses it: run, check, schema, compare, report, import."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.reading import read_set
from evals.record import RunFolder
from evals.report.page import render
from evals.runner import Plan, run
from tests.unit.eval_sets import Keyed, case, cases, sometimes_wrong, suggests, tasks, write_set
from triage.cli.app import app
from triage.domain import Category

VOID = {"meta", "br"}


def triage(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "160"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


class Balanced(HTMLParser):
    """Complains of tags that are not closed in order, and collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def page_of(text: str) -> Balanced:
    made = Balanced()
    made.feed(text)
    assert made.open == []
    return made


def summaries(folder: Path, count: int) -> Path:
    lines = [line | {"target": {"key_points": ["price"]}} for line in cases(count)]
    return write_set(folder, lines, kind="summary")


def test_a_set_is_measured_and_its_figures_are_printed(tmp_path: Path) -> None:
    path = write_set(
        tmp_path / "set", [line | {"target": {"key_points": ["price"]}} for line in cases(24)], kind="summary"
    )
    status, said = triage("eval", "run", path, "--out", tmp_path / "run", "--jobs", "1")
    assert status == 0
    assert "desk (summary, 24 cases) by embedded" in said
    assert re.search(r"faithful +1\.000 +0\.\d+ to 1\.000 +24", said)
    assert (tmp_path / "run" / "figures.jsonl").exists()


def test_processes_give_the_same_answers(tmp_path: Path) -> None:
    path = write_set(
        tmp_path / "set", [line | {"target": {"key_points": ["price"]}} for line in cases(8)], kind="summary"
    )
    for jobs in ("1", "2"):
        assert triage("eval", "run", path, "--out", tmp_path / jobs, "--jobs", jobs)[0] == 0
    one, two = ([result.output for result in RunFolder(tmp_path / jobs).results()] for jobs in ("1", "2"))
    assert one == two


def test_ctrl_c_ends_quietly_and_keeps_what_is_finished(tmp_path: Path) -> None:
    path, out = summaries(tmp_path / "set", 4000), tmp_path / "run"
    command = [sys.executable, "-m", "triage", "eval", "run", str(path), "--out", str(out), "--jobs", "2"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    kept = out / "cases.jsonl"
    while started.poll() is None and not (kept.exists() and kept.read_bytes().count(b"\n") > 5):
        time.sleep(0.05)
    os.killpg(started.pid, signal.SIGINT)
    _, said = started.communicate(timeout=120)
    assert (started.returncode, b"Traceback" in said) == (130, False)
    assert 5 < len(RunFolder(out).resume()) < 4000


def test_mistakes_are_one_line_and_no_traceback(tmp_path: Path) -> None:
    path = write_set(tmp_path / "set", [case(0), case(1) | {"target": {"category": "late"}}])
    status, said = triage("eval", "run", path)
    assert status == 1
    assert "desk.jsonl:2: target.category" in said
    assert triage("eval", "run", tmp_path / "nothing")[0] == 2
    assert triage("eval", "compare", tmp_path, tmp_path)[0] == 2


def test_check_counts_and_complains(tmp_path: Path) -> None:
    path = write_set(tmp_path / "set", cases(4))
    status, said = triage("eval", "check", path)
    assert (status, "no problem found" in said) == (0, True)
    assert "language: en 2, nl 2" in said
    twins = write_set(tmp_path / "twins", [case(0), case(0) | {"id": "again"}])
    status, said = triage("eval", "check", twins, path)
    assert (status, "m-000 and again are nearly the same" in said, "1 problem\n" in said) == (1, True, True)


def test_the_shipped_sets_are_sound() -> None:
    status, said = triage("eval", "check")
    assert status == 0, said


def test_the_schema_is_json() -> None:
    status, said = triage("eval", "schema")
    assert status == 0
    assert set(json.loads(said)) == {"set", "case", "target"}


@pytest.fixture
def two_runs(tmp_path: Path) -> tuple[Path, Path]:
    hostile = case(3) | {"id": "<img src=x>", "input": {"text": "<script>alert(1)</script> & {{ 7 * 7 }} due?"}}
    hostile["note"] = "</details><b>note"
    of = read_set(write_set(tmp_path / "set", [*cases(80), hostile], description="A <b>set</b>."))

    def worse(text: str) -> object:
        return suggests(Category.OTHER, 0.99) if "crushed" in text or "script" in text else sometimes_wrong(text)

    run(Plan([of], tasks(Keyed(sometimes_wrong)), "fake", tmp_path / "base"))
    run(Plan([of], tasks(Keyed(worse)), "fake", tmp_path / "new"))  # type: ignore[arg-type]
    return tmp_path / "base", tmp_path / "new"


def test_compare_exits_with_one_on_a_regression_only(two_runs: tuple[Path, Path]) -> None:
    base, new = two_runs
    status, said = triage("eval", "compare", base, new)
    assert status == 1
    assert "regression: desk: accuracy" in said
    assert "worse m-002: damage_loss, normal → other, normal (right: damage_loss)" in said
    status, said = triage("eval", "compare", base, base)
    assert (status, "no regression beyond noise" in said) == (0, True)
    status, said = triage("eval", "compare", base, new, "--json")
    assert status == 1
    assert json.loads(said)["common"] == 81


def test_what_cannot_be_compared_is_no_regression_and_no_all_clear(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    base, _ = two_runs
    status, said = triage("eval", "compare", base, tmp_path / "nothing")
    assert (status, "holds no run" in said) == (2, True)
    few = read_set(write_set(tmp_path / "few", cases(8)))
    for name in ("one", "two"):
        run(Plan([few], tasks(Keyed(sometimes_wrong)), "fake", tmp_path / name))
    status, said = triage("eval", "compare", tmp_path / "one", tmp_path / "two")
    assert (status, "8 cases in common are too few" in said) == (2, True)


def test_compare_says_what_acted_otherwise_and_what_only_one_run_has(tmp_path: Path) -> None:
    desk, other = (read_set(write_set(tmp_path / name, cases(40), name=name)) for name in ("desk", "other"))
    run(Plan([desk, other], tasks(Keyed(sometimes_wrong)), "fake", tmp_path / "a"))
    run(Plan([desk], tasks(Keyed(sometimes_wrong, acting={"rule": "2"})), "fake-2", tmp_path / "b"))
    status, said = triage("eval", "compare", tmp_path / "a", tmp_path / "b")
    assert status == 0
    for line in ("model: fake → fake-2", "classify: rule: 1 → 2", "only the base run has other: not compared"):
        assert line in said


def test_the_report_is_one_page_that_loads_nothing_and_escapes_everything(two_runs: tuple[Path, Path]) -> None:
    base, new = two_runs
    text = render(RunFolder(new), RunFolder(base), worst=40)
    page = page_of(text)
    assert page.loads == []
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ 7 * 7 }} due?" in text
    words = " ".join(page.text)
    for wanted in (
        "macro-F1",
        "stated confidence",
        "Worst cases",
        "got worse beyond noise",
        "A <b>set</b>.",
    ):
        assert wanted in words
    assert text.count("<svg") > 10
    assert 'name="viewport"' in text


def test_the_report_is_written(two_runs: tuple[Path, Path], tmp_path: Path) -> None:
    base, new = two_runs
    out = tmp_path / "page.html"
    assert triage("eval", "report", new, "--base", base, "-o", out)[0] == 0
    page_of(out.read_text())
    assert triage("eval", "report", new, "-o", out)[0] == 0
    page = page_of(out.read_text())
    assert "Against the run before" not in " ".join(page.text)
    status, said = triage("eval", "report", new, "-o", tmp_path / "no" / "such" / "folder.html")
    assert (status, "cannot be written" in said) == (1, True)


def test_help_loads_no_heavy_package() -> None:
    heavy = ["pydantic", "numpy", "rapidfuzz", "jinja2"]
    program = f"import sys, triage.cli.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
