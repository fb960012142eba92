"""A real Prometheus over a running service: which alerts fire, and which ever fired.

It needs the programs `prometheus` and `promtool` (Debian: `apt install prometheus`). Durations in the rules can be made
shorter by a factor, so that an alert that waits two minutes fires within seconds; thresholds stay as they are.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.load import parts

RULES = Path(__file__).parents[2] / "service" / "monitoring" / "alerts.yaml"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(?<![\w.])(\d+)([smhd])(?!\w)")
_ONE = 5.0
_SHORTEST = 2
"""Seconds; a range must hold two scrapes."""


def hastened(rules: str, factor: float) -> str:
    """The rules with every duration, in `for` and in ranges, divided by a factor."""

    def shorter(found: re.Match[str]) -> str:
        seconds = int(found[1]) * _UNITS[found[2]] / factor
        return f"{max(_SHORTEST, round(seconds))}s"

    return _DURATION.sub(shorter, rules)


@dataclass
class Watch:
    """A running Prometheus."""

    url: str

    def firing(self) -> set[str]:
        """Names of the alerts that fire now."""
        alerts = self._ask("/api/v1/alerts")["alerts"]
        return {each["labels"]["alertname"] for each in alerts if each["state"] == "firing"}

    def fired(self, seconds: float) -> set[str]:
        """Names of those that fired at any time during the last seconds."""
        query = f'max_over_time(ALERTS{{alertstate="firing"}}[{max(1, round(seconds))}s])'
        found = self._ask(f"/api/v1/query?{urllib.parse.urlencode({'query': query})}")["result"]
        return {each["metric"]["alertname"] for each in found}

    def spans(self, since: float, until: float) -> dict[str, list[tuple[float, float]]]:
        """When each alert fired between two times (Unix), as begin and end of each time that it did; what lies less
        than five seconds apart is one.
        """
        asked = {"query": 'max by (alertname) (ALERTS{alertstate="firing"})', "step": "1", "start": str(since)}
        told = self._ask(f"/api/v1/query_range?{urllib.parse.urlencode(asked | {'end': str(until)})}")["result"]
        found: dict[str, list[tuple[float, float]]] = {}
        for each in told:
            spans = found.setdefault(each["metric"]["alertname"], [])
            for moment, _ in each["values"]:
                if spans and moment - spans[-1][1] < _ONE:
                    spans[-1] = (spans[-1][0], moment)
                else:
                    spans.append((moment, moment))
        return found

    def value(self, query: str) -> float | None:
        """The largest value of a query; none where it finds nothing."""
        found = self._ask(f"/api/v1/query?{urllib.parse.urlencode({'query': query})}")["result"]
        return max((float(each["value"][1]) for each in found), default=None)

    def wait(self, wanted: Iterable[str], seconds: float) -> bool:
        """Until exactly these fire; whether they did in time."""
        until, names = time.monotonic() + seconds, set(wanted)
        while time.monotonic() < until:
            if self.firing() == names:
                return True
            time.sleep(0.5)
        return False

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310
            return json.load(answer)["data"]


@contextmanager
def watching(folder: Path, targets: Iterable[str], factor: float = 1.0, every: float = 1.0) -> Iterator[Watch]:
    """A Prometheus that scrapes these (`HOST:PORT`) and evaluates our rules, in a folder, for the length of the block.

    Raises `SystemExit` where the program is not there.
    """
    program = shutil.which("prometheus")
    if program is None:
        raise SystemExit("the program prometheus is not here: apt install prometheus, or put it on PATH.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.yaml").write_text(hastened(RULES.read_text(encoding="utf-8"), factor))
    told = {
        "global": {"scrape_interval": f"{round(every * 1000)}ms", "evaluation_interval": f"{round(every * 1000)}ms"},
        "rule_files": [str(folder / "rules.yaml")],
        "scrape_configs": [
            {"job_name": "odoo-triage", "scrape_timeout": f"{round(every * 1000)}ms",
             "static_configs": [{"targets": list(targets)}]}
        ],
    }  # fmt: skip
    (folder / "prometheus.yml").write_text(yaml.safe_dump(told))
    port = parts.free_port()
    command = [
        program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    try:
        url = f"http://127.0.0.1:{port}"
        parts.wait_for(f"{url}/-/ready", 30)
        yield Watch(url)
    finally:
        parts.end(process, 15)


__all__ = ["RULES", "Watch", "hastened", "watching"]
