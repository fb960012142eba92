"""The look for unsafe calls, secrets and holes finds what is planted; what it passes over is written down."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script over a small checkout of its own."""
    spec = importlib.util.spec_from_file_location("security_checks", ROOT / ".ci" / "security.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    monkeypatch.setattr(found, "ROOT", tmp_path)
    monkeypatch.setattr(found, "NO_SECRETS", tmp_path / "none.txt")
    (tmp_path / "none.txt").write_text("", encoding="utf-8")
    for folder in ("triage", "service"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return found


def _holds(checks: ModuleType, name: str, text: str) -> None:
    (checks.ROOT / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "add", name], cwd=checks.ROOT, check=True)


def test_a_secret_in_a_file_is_found_and_its_line_can_be_said_to_be_none(
    checks: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    _holds(checks, "triage/keys.py", 'AWS = "AKIA' + "IOSFODNN7EXAMPL" + 'Q"\n')
    assert checks.secrets()
    assert "triage/keys.py:1" in capsys.readouterr().out
    checks.NO_SECRETS.write_text(
        "triage/keys.py: " + (checks.ROOT / "triage" / "keys.py").read_text(), encoding="utf-8"
    )
    assert not checks.secrets()


def test_an_unsafe_call_is_found(checks: ModuleType) -> None:
    _holds(checks, "triage/fine.py", "x = 1\n")
    assert not checks.unsafe_calls()
    _holds(checks, "service/worse.py", "import subprocess\nsubprocess.run(input(), shell=True)\n")
    assert checks.unsafe_calls()


def test_a_tool_that_is_missing_is_no_good_news(
    checks: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks._run("-m", "pip_audit", "--version").returncode == 0
    monkeypatch.setattr(checks, "PYTHON", "false")
    assert checks.known_holes()
    assert "not installed" in capsys.readouterr().out


def test_holes_that_could_not_be_looked_up_are_not_called_none(
    checks: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, skipped = '{"name": "a", "version": "1", "vulns": []}', '{"name": "b", "version": "2", "skip_reason": "?"}'
    told = f'{{"dependencies": [{looked}, {skipped}]}}'
    _answers(monkeypatch, checks, told)
    assert not checks.known_holes()
    assert "0 in 1 packages; 1 NOT LOOKED UP" in capsys.readouterr().out
    hole = told.replace('"vulns": []', '"vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]')
    _answers(monkeypatch, checks, hole)
    assert checks.known_holes()
    _answers(monkeypatch, checks, "")
    assert not checks.known_holes()
    assert "NOT LOOKED UP" in capsys.readouterr().out


def _answers(monkeypatch: pytest.MonkeyPatch, checks: ModuleType, told: str) -> None:
    """The index of holes answers so; the tool itself is there."""
    real = checks._run

    def run(*words: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
        asks = "--version" not in words
        return subprocess.CompletedProcess([], 1, told, "") if asks else real(*words, timeout=timeout)

    monkeypatch.setattr(checks, "_run", run)
