"""A real n8n for tests: installed once from npm into a cache folder, then started headless on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

VERSION, NODE = "2.41.1", "24.21.0"
CACHE = Path(__file__).parents[2] / "var" / f"n8n-{VERSION}"
"""About 3 GB. `TRIAGE_TEST_N8N` names another folder."""
_INSTALL_SECONDS = 1500
_QUIET = {
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_DYNAMIC_BANNERS_ENABLED": "false",
    "N8N_DISABLED_MODULES": "mcp-registry,instance-reporting",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_HIRING_BANNER_ENABLED": "false",
    "N8N_COMMUNITY_PACKAGES_ENABLED": "false",
    "N8N_LICENSE_AUTO_RENEW_ENABLED": "false",
    "N8N_PUBLIC_API_DISABLED": "true",
    "EXTERNAL_FRONTEND_HOOKS_URLS": "",
    "N8N_RUNNERS_BROKER_LISTEN_ADDRESS": "127.0.0.1",
    "N8N_LISTEN_ADDRESS": "127.0.0.1",
    "N8N_HOST": "127.0.0.1",
}
"""Nothing is told to n8n's makers, and nobody from outside reaches it."""


class NotInstalled(Exception):
    """n8n could not be installed."""


def missing() -> str | None:
    """What keeps n8n from being installed here, and what to do; none where it is installed or can be."""
    if _is_ready(folder()):
        return None
    if shutil.which("npm") is None or shutil.which("node") is None:
        return (
            "npm and node are not on the PATH: install Node.js 20 or later, which brings npm, to test with a real n8n."
        )
    free = shutil.disk_usage(_existing(folder())).free
    return None if free > 5e9 else f"{folder()}: n8n takes 3 GB and there is less than 5 GB free."


def folder() -> Path:
    """Where n8n is, or will be, installed."""
    return Path(os.environ.get("TRIAGE_TEST_N8N") or CACHE)


def installed() -> Path:
    """The folder with n8n, installed where it is not. Takes some minutes the first time.

    Raises `NotInstalled` with npm's words where that fails: no network, or no C++ compiler for its database.
    """
    at = folder()
    if _is_ready(at):
        return at
    at.mkdir(parents=True, exist_ok=True)
    wanted = {"name": "n8n-for-tests", "private": True, "dependencies": {"n8n": VERSION, "node": NODE}}
    (at / "package.json").write_text(json.dumps(wanted))
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    for command in (
        ["npm", "install", "--ignore-scripts", *quiet],
        ["npm", "rebuild", "node", "sqlite3", "isolated-vm", *quiet],
    ):
        done = subprocess.run(command, check=False, cwd=at, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
        if done.returncode != 0:
            raise NotInstalled(f"n8n {VERSION} cannot be installed here: {' '.join(command[:2])}: {done.stderr[-800:]}")
    (at / "ready").write_text(f"{VERSION} {NODE}\n")
    return at


class N8n:
    """One n8n with a user folder of its own."""

    def __init__(self, at: Path, home: Path) -> None:
        self._node, self._script = at / "node_modules/node/bin/node", at / "node_modules/n8n/bin/n8n"
        self._log = home / "n8n.log"
        self.home = home
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("N8N_", "TRIAGE_", "DB_"))
        } | {
            **_QUIET,
            "N8N_USER_FOLDER": str(home),
            "N8N_PORT": str(self.port),
            "N8N_RUNNERS_BROKER_PORT": str(_free_port()),
            "N8N_ENCRYPTION_KEY": "only-for-this-test",
            "NODE_OPTIONS": "--max-old-space-size=1500",
            "GENERIC_TIMEZONE": "Europe/Amsterdam",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        """Run a command of n8n; what it printed."""
        done = subprocess.run(
            [self._node, self._script, *words],
            check=False,
            env=self._environment | {"N8N_RUNNERS_BROKER_PORT": str(_free_port())},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, f"n8n {' '.join(words)}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def take(self, credentials: Path, workflows: Path) -> None:
        """Import credentials and a folder of workflows, and publish these."""
        self.command("import:credentials", f"--input={credentials}")
        self.command("import:workflow", "--separate", f"--input={workflows}")
        for path in sorted(workflows.glob("*.json")):
            self.command("publish:workflow", f"--id={json.loads(path.read_text())['id']}")

    def start(self) -> None:
        """Start it, and wait until its webhooks can be called."""
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [self._node, self._script, "start"], env=self._environment, stdout=log, stderr=log
            )
        until = time.monotonic() + 240
        while self.process.poll() is None and time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/healthz/readiness", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.3)
        raise AssertionError(f"n8n does not answer:\n{self.log()[-3000:]}")

    def stop(self) -> None:
        """End it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)

    def log(self) -> str:
        """What it wrote."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def executions(self, workflow: str) -> list[dict[str, Any]]:
        """Status and last node of a workflow's executions, oldest first."""
        import sqlite3

        with sqlite3.connect(f"file:{self.home / '.n8n' / 'database.sqlite'}?mode=ro", uri=True, timeout=20) as base:
            rows = base.execute(
                'SELECT id, status FROM execution_entity WHERE "workflowId" = ? ORDER BY id', (workflow,)
            ).fetchall()
        return [{"id": number, "status": status} for number, status in rows]


@contextmanager
def n8n(home: Path) -> Iterator[N8n]:
    """An n8n that is not started yet."""
    home.mkdir(parents=True, exist_ok=True)
    made = N8n(installed(), home)
    try:
        yield made
    finally:
        made.stop()


def _is_ready(at: Path) -> bool:
    return (at / "ready").exists() and (at / "ready").read_text().split()[:1] == [VERSION]


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
