"""Rules, dashboard, docs and code name the same figures and alerts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from evals.load.prometheus import hastened
from service.monitoring.catalogue import AROUND, STORE
from triage.metrics import Meters

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "service" / "monitoring"
PAGE = (ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")
RULES = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
_NAME = re.compile(r"\btriage_[a-z_]+\b")


def told() -> set[str]:
    """Names of all figures as docs and queries write them; a histogram's own name."""
    counted = {f"{each.name}_total" if each.type == "counter" else each.name for each in Meters().registry.collect()}
    read = {f"{name}_total" if one.is_count else name for name, one in {**STORE, **AROUND}.items()}
    return counted | read


def used(queries: str) -> set[str]:
    return {re.sub(r"_(bucket|sum|count)$", "", name) for name in _NAME.findall(queries)}


def expressions() -> str:
    panels = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    return "\n".join(target["expr"] for panel in panels for target in panel.get("targets", ()))


def test_rules_and_dashboard_ask_for_figures_that_are_told() -> None:
    known = told()
    assert used("\n".join(rule["expr"] for rule in RULES)) <= known
    assert used(expressions()) <= known


def test_the_dashboard_shows_every_figure() -> None:
    unseen = told() - used(expressions())
    assert unseen == set()


def test_every_figure_stands_in_the_docs_and_none_else() -> None:
    assert told() - set(re.findall(r"`(triage_[a-z_]+)`", PAGE)) == set()
    assert set(re.findall(r"`(triage_[a-z_]+)`", PAGE)) <= told()


def test_labels_are_those_of_the_docs() -> None:
    for name in STORE:
        line = next(line for line in PAGE.splitlines() if f"`{name}" in line and line.startswith("|"))
        assert all(f"`{label}`" in line.split("|")[2] for label in STORE[name].labels), name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_is_documented_and_has_a_runbook(rule: dict) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| `{rule['alert']}`"))
    assert f" {rule['labels']['severity']} " in line
    assert rule["labels"]["severity"] in {"page", "warning"}
    assert {"summary", "description", "runbook"} <= rule["annotations"].keys()
    assert (ROOT / rule["annotations"]["runbook"]).is_file()
    assert rule["annotations"]["runbook"].removeprefix("docs/") in line


def test_no_other_alert_is_documented() -> None:
    assert set(re.findall(r"^\| `(Triage\w+)`", PAGE, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_durations_are_hastened_and_nothing_else() -> None:
    assert hastened("a_5m{x='5m'} [5m] for: 2m 26 * 3600 > 300", 10).startswith(
        "a_5m{x='30s'} [30s] for: 12s 26 * 3600"
    )
    rules = yaml.safe_load(hastened((FOLDER / "alerts.yaml").read_text(encoding="utf-8"), 10))["groups"][0]["rules"]
    assert [rule["alert"] for rule in rules] == [rule["alert"] for rule in RULES]


@pytest.mark.slow
def test_promtool_finds_the_rules_right() -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not here: apt install prometheus")
    for words in (["check", "rules", "alerts.yaml"], ["test", "rules", "alerts_test.yaml"]):
        done = subprocess.run([promtool, *words], cwd=FOLDER, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("spoilt", ["", ")"], ids=["as it is", "with a query that was spoilt"])
def test_promtool_can_read_every_query_of_the_dashboard(tmp_path: Path, spoilt: str) -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not here: apt install prometheus")
    rules = [{"record": f"panel:{at}", "expr": expr} for at, expr in enumerate(expressions().splitlines())]
    rules[-1]["expr"] += spoilt
    (tmp_path / "panels.yaml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    words = [promtool, "check", "rules", "panels.yaml"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is (spoilt == ""), done.stdout + done.stderr


@pytest.mark.slow
def test_promtool_sees_a_rule_that_was_spoilt(tmp_path: Path) -> None:
    if (promtool := shutil.which("promtool")) is None:
        pytest.skip("promtool is not here: apt install prometheus")
    shutil.copy(FOLDER / "alerts_test.yaml", tmp_path)
    text = (FOLDER / "alerts.yaml").read_text(encoding="utf-8")
    (tmp_path / "alerts.yaml").write_text(text.replace("triage_dead_letters) > 0", "triage_dead_letters) > 5"))
    words = [promtool, "test", "rules", "alerts_test.yaml"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "TriageDeadLetters" in done.stdout + done.stderr
