"""How fast the embedded classifier is, without the command line around it: `python -m evals.load.classify`.

Prints messages a second by length and language, what a mail of 900 letters takes alone, how long the model takes to
load in a fresh process, and peak memory. Beside the clock stands the processor time, which other programs on the
machine change less: on two idle cores the clock is about half of it where there is enough to spread.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from evals.speed import SETS, short_messages
from triage.domain import View
from triage.intake.rows import case_from_row
from triage.tasks.classify.embedded import EmbeddedClassifier

_NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
_OTHERS = ("de", "fr", "es", "nl")
_LONG = 900
_SETTLING = 20
"""Messages that are read before the clock runs: the first ones fill the tokenizer's memory."""


@dataclass(frozen=True)
class Took:
    """Seconds on the clock and of the processor."""

    clock: float
    processor: float


def took(work: Callable[[], object]) -> Took:
    """What some work takes, over all threads of this process."""
    started, used = time.perf_counter(), time.process_time()
    work()
    return Took(time.perf_counter() - started, time.process_time() - used)


def views_of(rows: Sequence[dict[str, object]]) -> list[View]:
    """Rows as the command line would make them."""
    cases = [case_from_row(row, n, _NOW) for n, row in enumerate(rows, start=1)]
    return [View(case=case, facts=case.reported) for case in cases]


def long_mails(languages: Sequence[str], count: int, letters: int = _LONG) -> list[dict[str, object]]:
    """Mails of about so many letters: test messages of a language, one after the other, cut at a word."""
    found: list[dict[str, object]] = []
    for language in languages:
        lines = (SETS / f"test-{language}.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [str(json.loads(line)["text"]) for line in lines]
        for n in range(count):
            joined = ""
            while len(joined) < letters:
                joined += texts[(n + len(joined)) % len(texts)].strip() + "\n\n"
            found.append({"id": len(found), "text": joined[:letters].rsplit(" ", 1)[0]})
    return found


def loading() -> tuple[float, float]:
    """Seconds that the model takes to load in a fresh process, and what the process weighs then (MB)."""
    code = (
        "import time, resource\n"
        "from triage.tasks.classify.embedded import EmbeddedClassifier\n"
        "started = time.perf_counter()\n"
        "EmbeddedClassifier.load()\n"
        "print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=120)
    seconds, memory = told.stdout.split()
    return float(seconds), float(memory)


def _throughput(classifier: EmbeddedClassifier, name: str, languages: Sequence[str], rows: int, letters: int) -> None:
    views = views_of(short_messages(languages, rows + _SETTLING, letters))
    classifier.batch(views[:_SETTLING])
    spent = took(lambda: classifier.batch(views[_SETTLING:]))
    print(
        f"{name}, to {letters} letters".ljust(44)
        + f"{rows / spent.clock:8.0f} a second  {rows / spent.processor:8.0f} a second of processor time"
    )


def _alone(classifier: EmbeddedClassifier, name: str, languages: Sequence[str], mails: int) -> None:
    views = views_of(long_mails(languages, max(1, mails // len(languages))))
    for view in views[:3]:
        classifier.invoke(view)
    spent = [took(lambda view=view: classifier.invoke(view)) for view in views]  # type: ignore[misc]
    clock = sorted(one.clock * 1000 for one in spent)
    print(
        f"{name}, a mail of {_LONG} letters".ljust(44)
        + f"{statistics.median(clock):8.0f} ms median  {clock[int(len(clock) * 0.95) - 1]:6.0f} ms one in twenty  "
        f"{statistics.median(one.processor for one in spent) * 1000:6.0f} ms of processor time"
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1000, help="short messages of each kind")
    parser.add_argument("--mails", type=int, default=40, help="long mails of each kind")
    chosen = parser.parse_args()
    seconds = [loading() for _ in range(5)]
    print(
        "model load in a fresh process".ljust(44)
        + f"{statistics.median(one[0] for one in seconds):8.2f} s, {max(one[1] for one in seconds):.0f} MB in memory"
    )
    classifier = EmbeddedClassifier.load()
    for name, languages in (("English", ("en",)), ("German, French, Spanish, Dutch", _OTHERS)):
        for letters in (50, 140):
            _throughput(classifier, name, languages, chosen.rows, letters)
        _alone(classifier, name, languages, chosen.mails)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("peak memory of all of it".ljust(44) + f"{peak:8.0f} MB")


if __name__ == "__main__":
    main()
