"""Runs the installed `triage` command the way a person does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    """A bare environment with this store and a wide, plain terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "TRIAGE_HOME": str(home), "COLUMNS": "160", "NO_COLOR": "1", "TRIAGE_USER": "mila", **more}


def triage(
    home: Path, *arguments: str | Path, stdin: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run `triage` with these arguments to its end."""
    return subprocess.run(
        [sys.executable, "-m", "triage", *map(str, arguments)],
        env=environment(home, **more),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    """Standard output as JSON lines."""
    return [json.loads(line) for line in done.stdout.splitlines()]


def no_traceback(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether the user was spared a traceback."""
    return "Traceback" not in done.stdout + done.stderr
