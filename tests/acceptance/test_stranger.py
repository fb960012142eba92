"""A stranger's path, as the README and the tutorial tell it: every command of the tutorial, in order, in one shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
_BLOCK = re.compile(r"```bash\n(.*?)```", re.S)


@dataclass(frozen=True)
class Elsewhere:
    """An Odoo that the stranger has: the look-alike, served by the command that the tutorial names."""

    url: str
    key: str


@pytest.fixture
def odoo(tmp_path: Path) -> Iterator[Elsewhere]:
    log = tmp_path / "sandbox.txt"
    with log.open("wb") as out:
        served = subprocess.Popen([BIN / "triage", "odoo", "sandbox"], stdout=out, stderr=out)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and "Administrator" not in log.read_text():
            time.sleep(0.1)
        text = log.read_text()
        url, key = re.search(r"is at (\S+?)\.? In", text), re.search(r"key (\S+?)\. ", text)
        assert url and key, text
        yield Elsewhere(url[1], key[1])
    finally:
        served.terminate()
        served.wait(30)


def _steps() -> list[str]:
    return _BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))


def _walk(steps: list[str], odoo: Elsewhere, home: Path, folder: Path, environment: dict[str, str]) -> str:
    """The steps in one shell that stops at the first that fails; what they printed."""
    given = environment | {
        "ODOO_URL": odoo.url,
        "ODOO_DATABASE": "sandbox",
        "ODOO_ADMIN": "admin",
        "TRIAGE_ODOO_ADMIN_KEY": odoo.key,
        "TRIAGE_HOME": str(home),
        "USER": "stranger",
        "COLUMNS": "120",
    }
    script = "set -euo pipefail\n" + "\n".join(steps)
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def _holds(told: str, home: Path) -> None:
    """The stranger has seen a note go out, a card accepted, a whole chain, and everything taken back."""
    assert re.search(r"note posted \(mail\.message \d+\)", told), told
    assert re.search(r"Card 1\b.*accepted", told), told
    assert re.search(r"Audit chain whole: \d+ records .*, 1 cards", told), told
    assert re.search(r"note taken back \(mail\.message \d+\), draft ticket taken back", told), told
    assert oct((home / "odoo.key").stat().st_mode & 0o777) == "0o600"


@pytest.mark.slow
def test_every_command_of_the_tutorial_works_in_order(odoo: Elsewhere, tmp_path: Path) -> None:
    """Without the installation, which the slow test does."""
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    home = tmp_path / "home"
    _holds(_walk(_steps()[1:], odoo, home, ROOT, environment), home)


@pytest.mark.slow
def test_from_a_fresh_clone_to_the_first_accepted_card(
    odoo: Elsewhere, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a stranger does it: nothing of this checkout but its commits, no variables but the shell's own."""
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_"))}
    began = time.monotonic()
    _holds(_walk(_steps(), odoo, tmp_path / "home", clone, environment), tmp_path / "home")
    with capsys.disabled():
        sys.stdout.write(f"\nfrom a fresh clone to the first accepted card: {time.monotonic() - began:.0f} s\n")
