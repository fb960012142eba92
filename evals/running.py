"""`triage eval run`, `check` and `schema`."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from evals.cases import schema
from evals.reading import MOST_PROBLEMS, LoadedSet, SetInvalid, find_sets, read_set
from triage.cli.wiring import EMBEDDED
from triage.errors import TriageError, UsageError

if TYPE_CHECKING:
    from evals.answering import Tasks
    from evals.record import CaseResult, RunHead
    from evals.runner import Plan
    from triage.domain import Policy

_THREADS = 4
_WORTH_PROCESSES = 60
"""Cases from which it pays to load the embedded tasks several times."""


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    sets: tuple[Path, ...]
    model: str = EMBEDDED
    record: bool = False
    replay: Path | None = None
    suite: str | None = None
    extra: Path | None = None
    jobs: int | None = None
    prompts: tuple[str, ...] = ()
    price: str | None = None
    policy: Path | None = None
    gate: bool = False
    out: Path | None = None


def run_run(wanted: Wanted) -> int:
    """Measure; 1 where a case got no answer, or a floor is broken and `--gate` is given."""
    # Before numpy is loaded: threads that wait for each other make the small products of the models slower, not faster.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from evals.runner import run
    from evals.terminal import print_gates, print_run

    made = plan(wanted)
    folder = run(made, _progress)
    results = folder.results()
    print_run(folder, results)
    broken = print_gates(folder.figures())
    failed = [result for result in results if result.error]
    for result in failed[:10]:
        typer.echo(f"no answer: {result.set}, case {result.id}: {result.error}", err=True)
    if failed:
        typer.echo(f"{len(failed)} of {len(results)} cases got no answer; they count as wrong.", err=True)
    return 1 if failed or (wanted.gate and broken) else 0


def plan(wanted: Wanted) -> Plan:
    """What to measure and how. Raises `UsageError` and `InputError` before anything is asked."""
    from evals.runner import Plan
    from triage.domain import Policy
    from triage.settings import read_policy

    if wanted.replay is not None and wanted.record:
        raise UsageError("--record and --replay: a replay asks no model, so there is nothing to record.")
    policy = read_policy(wanted.policy) if wanted.policy else Policy()
    sets = _sets(wanted)
    earlier = _earlier(wanted)
    model = earlier.model if earlier and wanted.model == EMBEDDED else wanted.model
    out = wanted.out or _fresh(model)
    tasks = _tasks(wanted, model, policy, out)
    embedded = model == EMBEDDED
    return Plan(
        sets=sets,
        tasks=tasks,
        model=model,
        out=out,
        jobs=_jobs(wanted.jobs, embedded, sum(len(of.measured) for of in sets)),
        replayed=wanted.replay.name if wanted.replay else None,
        parameters={"prompts": sorted(wanted.prompts), "price": wanted.price},
        processes=embedded,
    )


def _sets(wanted: Wanted) -> list[LoadedSet]:
    sets = [read_set(path) for path in find_sets(wanted.sets)] if wanted.sets or not wanted.extra else []
    if wanted.suite:
        kept = [of for of in sets if wanted.suite in (of.name, of.head.kind.value)]
        if not kept:
            known = ", ".join(sorted({of.name for of in sets} | {of.head.kind.value for of in sets}))
            raise UsageError(f"suite {wanted.suite!r}: there is no such set here. Known: {known}.")
        sets = kept
    if wanted.extra:
        from evals.extra import extra_sets

        sets += [of for of in extra_sets(wanted.extra) if wanted.suite in (None, of.name, of.head.kind.value)]
    return sets


def _earlier(wanted: Wanted) -> RunHead | None:
    from evals.record import RunFolder

    return RunFolder(wanted.replay).head() if wanted.replay else None


def _tasks(wanted: Wanted, model: str, policy: Policy, out: Path) -> Tasks:
    from evals.asking import chat_of, embedded_tasks, price_of, prompt_versions, prompted_tasks
    from evals.record import RunFolder

    versions, price = prompt_versions(wanted.prompts), price_of(wanted.price)
    if model == EMBEDDED:
        if wanted.record or wanted.replay:
            raise UsageError("--record and --replay are for chat models: embedded answers are the same every time.")
        return embedded_tasks(policy)
    if wanted.record:
        out.mkdir(parents=True, exist_ok=True)
    replay = RunFolder(wanted.replay).answers if wanted.replay else None
    chat = chat_of(model, policy, RunFolder(out).answers if wanted.record else None, replay)
    return prompted_tasks(chat, policy, versions, price)


def _jobs(wanted: int | None, embedded: bool, cases: int) -> int:
    if wanted is not None:
        return wanted
    if not embedded:
        return _THREADS
    return (os.cpu_count() or 1) if cases >= _WORTH_PROCESSES else 1


def _fresh(model: str) -> Path:
    """A folder that is not there yet, named by time and model."""
    from evals.record import now

    name = f"{now():%Y%m%d-%H%M%S}-{re.sub(r'[^a-z0-9]+', '-', model.lower()).strip('-')[:40]}"
    return Path("var") / "evals" / name


def _progress(results: Iterable[CaseResult], count: int) -> Iterator[CaseResult]:
    """A bar on standard error while somebody is looking."""
    if not sys.stderr.isatty() or not count:
        yield from results
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*shown, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Measuring", total=count)
        for result in results:
            bar.update(task, advance=1, description=result.set)
            yield result


def run_check(paths: Sequence[Path]) -> int:
    """Every mistake of every set, one line each, the first ones where there are many; 1 where there is one."""
    from evals.likeness import counts, problems

    found = 0
    for path in find_sets(paths):
        try:
            of = read_set(path)
        except TriageError as error:
            typer.echo(str(error))
            found += len(error.problems) if isinstance(error, SetInvalid) else 1
            continue
        typer.echo(f"{path}: {of.name} ({of.head.kind.value}), {len(of.measured)} cases in split {of.head.split}")
        for attribute, numbers in counts(of).items():
            typer.echo(f"  {attribute}: " + ", ".join(f"{name} {n}" for name, n in sorted(numbers.items())))
        wrong = problems(of, path)
        for problem in wrong[:MOST_PROBLEMS]:
            typer.echo(f"  {problem}")
        if len(wrong) > MOST_PROBLEMS:
            typer.echo(f"  and {len(wrong) - MOST_PROBLEMS} more")
        found += len(wrong)
    typer.echo("no problem found" if not found else f"{found} {'problem' if found == 1 else 'problems'}")
    return 1 if found else 0


def run_schema() -> int:
    """Print the schemas."""
    made: dict[str, Any] = schema()
    typer.echo(json.dumps(made, indent=2))
    return 0
