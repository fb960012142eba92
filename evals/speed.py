"""How fast and how large: the figures in `docs/benchmarks.md` that are about time, memory and disk.

    python -m evals.speed            # classify, summarise, --help
    python -m evals.speed --clone    # a fresh clone to the demo's table, and the size of the installation

Messages are the shipped test messages, cut to their first letters (`--letters`) and repeated with other numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETS = Path(__file__).parent / "sets" / "messages"


def short_messages(languages: Sequence[str], count: int, letters: int = 140) -> list[dict[str, object]]:
    """`count` messages of at most so many letters, taking turns between the languages, no two alike."""
    pools = [_texts(SETS / f"test-{language}.jsonl", letters) for language in languages]
    if not all(pools):
        raise SystemExit(f"{SETS}: no test messages for {', '.join(languages)}")
    rows: list[dict[str, object]] = []
    for n in range(count):
        pool = pools[n % len(pools)]
        text = pool[(n // len(pools)) % len(pool)]
        rows.append({"id": n, "text": _renumbered(text, n)})
    return rows


def _renumbered(text: str, n: int) -> str:
    return re.sub(r"\d+", lambda found: str(int(found[0][-6:]) + n), text)


def _texts(path: Path, letters: int) -> list[str]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    return [" ".join(row["text"].split())[:letters] for row in rows]


def batch(command: str, rows: Sequence[dict[str, object]]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of one run of `triage COMMAND --jsonl` over these rows, start included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        started = time.perf_counter()
        arguments = [sys.executable, "-m", "triage", command, "--jsonl", str(path), "--home", folder]
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert process.stdout is not None
        answered = sum(1 for _ in process.stdout)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
    if status or answered != len(rows):
        raise SystemExit(f"{command}: status {status}, {answered} of {len(rows)} rows answered")
    return seconds, usage.ru_maxrss / 1024


def measure_batches(count: int, letters: int) -> None:
    """Throughput of each command by language, and whether memory grows with the input."""
    print(f"{'command':<10} {'messages':<24} {'rows':>6} {'seconds':>8} {'per second':>11} {'peak MB':>8}")
    for command in ("classify", "summarize"):
        for name, languages in (("English", ["en"]), ("German, French, Spanish, Dutch", ["de", "fr", "es", "nl"])):
            for rows in (count // 4, count):
                seconds, memory = batch(command, short_messages(languages, rows, letters))
                print(f"{command:<10} {name[:24]:<24} {rows:>6} {seconds:>8.1f} {rows / seconds:>11.1f} {memory:>8.0f}")


def measure_help(runs: int = 7) -> None:
    """Median seconds of `triage --help`."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "triage", "--help"], stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - started)
    print(f"triage --help: median {statistics.median(times):.2f} s of {runs} runs (max {max(times):.2f})")


def measure_clone() -> None:
    """A fresh clone to the demo's table, and what the base installation takes on disk."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["git", "clone", "--quiet", str(ROOT), folder + "/clone"], check=True)
        started = time.perf_counter()
        subprocess.run(["make", "demo"], cwd=folder + "/clone", stdout=subprocess.DEVNULL, check=True)
        seconds = time.perf_counter() - started
        size = sum(f.lstat().st_size for f in Path(folder, "clone", ".venv").rglob("*") if f.is_file())
        used = int(
            subprocess.run(
                ["du", "-sm", ".venv"], cwd=folder + "/clone", capture_output=True, check=True
            ).stdout.split()[0]
        )
        started = time.perf_counter()
        subprocess.run(["make", "demo"], cwd=folder + "/clone", stdout=subprocess.DEVNULL, check=True)
        again = time.perf_counter() - started
    print(f"fresh clone to the demo's table: {seconds:.0f} s; again: {again:.1f} s")
    print(f"base installation: {size / 1e6:.0f} MB in files, {used} MiB on disk")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clone", action="store_true", help="only the fresh clone and its size")
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--letters", type=int, default=140, help="messages are cut to so many")
    chosen = parser.parse_args()
    if chosen.clone:
        measure_clone()
        return
    measure_help()
    measure_batches(chosen.rows, chosen.letters)


if __name__ == "__main__":
    main()
