"""How near workers come to the model server's own bound: so many calls at once, each taking so long.

    python -m evals.load.model_bound                        # 1 s, 32 at once, four workers beside one, PostgreSQL
    python -m evals.load.model_bound --exceptions 120 --model-seconds 3

Each exception asks three questions, one after the other. One model server answers, `--most` calls at once and no more,
whoever asks. Each of the workers gets its share of them in `jobs.yaml`; one worker alone keeps the share that it has
beside the others. So for every worker the bound is the model's time, and what is compared is whether four do four times
the work of one: whether store, queue and locks let them. It does not say that one worker could not do more: with
`--whole` one worker that may have all the calls is measured as well.

The ideal is `most / seconds` answers a second; counted is the steady part, from a fifth of the answers to four fifths.
Where the processor is the bound instead, the computing that is printed beside it says so: a model that takes longer
(`--model-seconds`) shows the workers alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evals.load import parts
from evals.load.kills import database_of
from evals.load.parts import Helper
from triage.cli.wiring import now, open_store
from triage.domain import Arrival, Door
from triage.jobs.inbox import Inbox
from triage.settings import Settings

_QUESTIONS = 3


@dataclass
class Asked:
    """What to run."""

    exceptions: int = 240
    model_seconds: float = 1.0
    most: int = 32
    workers: int = 4
    database: str = "postgresql"
    minutes: float = 8
    whole: bool = False
    """Whether one worker that may have all the calls is measured, too."""


def measured(asked: Asked) -> dict[str, dict[str, Any]]:
    """The figures of all workers, of one with its share, and, where it is asked for, of one with everything."""
    share = max(1, asked.most // asked.workers)
    found = {f"{asked.workers} workers": run(asked, asked.workers, share), "one worker": run(asked, 1, share)}
    return found | ({"one worker with all calls": run(asked, 1, asked.most)} if asked.whole else {})


def run(asked: Asked, workers: int, share: int) -> dict[str, Any]:
    """So many workers with so many calls at once each; the figures."""
    exceptions = max(4 * share, asked.exceptions * workers * share // asked.most)
    with tempfile.TemporaryDirectory(prefix="triage-bound-") as folder, ExitStack() as stack:
        home = Path(folder)
        environment = database_of(asked.database, stack)
        odoo = stack.enter_context(Helper("evals.load.parts", "--orders", str(exceptions), "--home", folder))
        words = ("--seconds", str(asked.model_seconds), "--most", str(asked.most))
        model = stack.enter_context(Helper("evals.load.fake_model", *words))
        # More jobs than calls: what a job does between its questions leaves no call unused.
        parts.write_home(home, model.told, concurrency=2 * share, ahead=2, endpoints={"house": {"concurrency": share}})
        store = stack.enter_context(open_store(Settings.of(home, environment), create=True))
        inbox = Inbox(store.journal, now)
        for ref in parts.refs_of(odoo):
            at = datetime.now(UTC)
            values = {"source": "odoo", "company": parts.COMPANY, "received_at": at, "due_at": at}
            inbox.accept(Arrival.model_validate({"key": ref.key, "door": Door.HOOK, "ref": ref, **values}))
        members = [parts.worker(home, environment, number) for number in range(1, workers + 1)]
        with parts.running(members):
            seen: list[dict[str, Any]] = []
            until = time.monotonic() + asked.minutes * 60
            while time.monotonic() < until and inbox.counts()["done"] < exceptions:
                spent = {"workers": sum(one.computing for one in members), "look-alike": parts.cpu(odoo.pid)}
                seen.append(model.ask("counts") | spent | {"model": parts.cpu(model.pid)})
                time.sleep(0.5)
        told = model.ask("counts")
    return _figures(asked, seen, workers * share, exceptions, told)


def _figures(
    asked: Asked, seen: list[dict[str, Any]], most: int, exceptions: int, told: dict[str, Any]
) -> dict[str, Any]:
    total = exceptions * _QUESTIONS
    steady = [one for one in seen if 0.2 * total <= one["good"] <= 0.8 * total]
    first, last = steady[0], steady[-1]
    seconds = last["time"] - first["time"]
    rate = (last["good"] - first["good"]) / seconds
    computing = {name: round((last[name] - first[name]) / seconds, 2) for name in ("workers", "look-alike", "model")}
    return {
        "exceptions": exceptions,
        "answers a second": round(rate, 2),
        "ideal": round(most / asked.model_seconds, 2),
        "share of the ideal": round(rate * asked.model_seconds / most, 3),
        "exceptions a second": round(rate / _QUESTIONS, 2),
        "calls under way, mean": round((last["busy_seconds"] - first["busy_seconds"]) / seconds, 1),
        "calls under way, most": told["most_at_once"],
        "refused by the server": told["limited"],
        "cores in use": computing,
        "load average": parts.load_now(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    usual = Asked()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exceptions", type=int, default=usual.exceptions, help="with all workers; fewer with one")
    parser.add_argument("--model-seconds", type=float, default=usual.model_seconds, help="time of a model's answer")
    parser.add_argument("--most", type=int, default=usual.most, help="calls at once that are allowed")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--database", default=usual.database, help="sqlite, postgresql (one is started), or an address")
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="give up after so long, each time")
    parser.add_argument("--whole", action="store_true", help="measure one worker that may have all the calls, too")
    asked = Asked(**vars(parser.parse_args(arguments)))
    found = measured(asked)
    names = list(next(iter(found.values())))
    print(f"{'':24}" + "".join(f"  {kind:52}" for kind in found))
    for name in names:
        print(f"{name:24}" + "".join(f"  {one[name]!s:52}" for one in found.values()))
    many, *others = found.items()
    for kind, each in others:
        print(f"{many[0]} beside {kind}: {many[1]['answers a second'] / each['answers a second']:.2f} times")
    return 0


if __name__ == "__main__":
    sys.exit(main())
