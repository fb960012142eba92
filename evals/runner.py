"""Measure sets: answer every case that is not answered yet, score it, and work out the figures at the end."""

from __future__ import annotations

import multiprocessing
import os
import platform
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.answering import Answered, Tasks, answer
from evals.cases import EvalCase, Kind
from evals.measures import Figure, Measure, Scored, figures
from evals.reading import LoadedSet
from evals.record import CaseResult, MeasuredSet, RunFolder, RunHead, SetFigure, as_json, code, machine, now, packages
from evals.record import revision as git_revision
from triage.domain import Policy
from triage.errors import UsageError

Progress = Callable[[Iterable[CaseResult], int], Iterable[CaseResult]]
"""Shows a bar around what is finished; gets the number of cases that are to be asked."""


@dataclass(frozen=True)
class Plan:
    """What to measure and how."""

    sets: Sequence[LoadedSet]
    tasks: Tasks
    model: str
    out: Path
    jobs: int = 1
    replayed: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Settings beside model and policy that act on answers, for the record."""
    processes: bool = False
    """Whether jobs are processes that load the embedded tasks themselves; otherwise threads share `tasks`."""


def silent(results: Iterable[CaseResult], _count: int) -> Iterable[CaseResult]:
    """No progress bar."""
    return results


def run(plan: Plan, progress: Progress = silent) -> RunFolder:
    """Measure, into a folder of its own; a folder that holds the same run unfinished is continued.

    A finished case is not asked again. Raises `UsageError` where the folder holds another run.
    """
    folder = RunFolder(plan.out)
    head = _head(plan)
    done = {result.key: result for result in _begun(folder, head)}
    open_cases = [(of, case) for of in plan.sets for case in of.measured if (of.name, case.id) not in done]
    for result in progress(_answered(plan, open_cases), len(open_cases)):
        folder.append([result])
        done[result.key] = result
    ordered = [done[of.name, case.id] for of in plan.sets for case in of.measured]
    folder.finish(ordered, all_figures(head, ordered), head.with_(finished_at=now()))
    return folder


def _head(plan: Plan) -> RunHead:
    names = [of.name for of in plan.sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or not names:
        raise UsageError(f"two sets are called {', '.join(twice)}." if twice else "there is no set to measure.")
    return RunHead(
        started_at=now(),
        revision=git_revision(),
        code=code(),
        python=platform.python_version(),
        machine=machine(),
        packages=packages(),
        model=plan.model,
        replayed=plan.replayed,
        parameters=dict(plan.parameters),
        policy=plan.tasks.policy_hash,
        acting=plan.tasks.acting({of.head.kind for of in plan.sets}),
        sets=tuple(_measured(of) for of in plan.sets),
    )


def _measured(of: LoadedSet) -> MeasuredSet:
    return MeasuredSet(
        name=of.name,
        kind=of.head.kind,
        description=of.head.description,
        caution=of.head.caution,
        data=of.data_hash,
        cases=len(of.measured),
        by=of.head.by,
    )


def _begun(folder: RunFolder, head: RunHead) -> list[CaseResult]:
    if not folder.exists:
        folder.write_head(head)
        return []
    before = folder.head()
    if before.identity() != head.identity():
        raise UsageError(f"{folder.path}: holds another run ({_difference(before, head)}). Choose another --out.")
    if before.code == head.code:
        return folder.resume()
    if before.finished_at is not None:
        raise UsageError(f"{folder.path}: holds a finished run of other code. Choose another --out.")
    folder.begin_again()
    folder.write_head(head)
    return []


def _difference(one: RunHead, other: RunHead) -> str:
    for name in ("model", "replayed", "parameters", "policy", "acting", "sets"):
        if getattr(one, name) != getattr(other, name):
            return f"its {name} differ" if name.endswith("s") else f"its {name} differs"
    return "it differs"


def _answered(plan: Plan, cases: Sequence[tuple[LoadedSet, EvalCase]]) -> Iterator[CaseResult]:
    """Results as they come; with one job in the order of the cases."""
    if plan.jobs <= 1 or len(cases) < 2:
        for of, case in cases:
            yield result_of(of, case, answer(case, of, plan.tasks))
        return
    with _submitting(plan) as submit:
        with _not_interrupted():
            futures = {submit(of, case): (of, case) for of, case in cases}
        try:
            for future in as_completed(futures):
                yield result_of(*futures[future], future.result())
        finally:
            for future in futures:
                future.cancel()


Submit = Callable[[LoadedSet, EvalCase], "Future[Answered]"]


@contextmanager
def _submitting(plan: Plan) -> Iterator[Submit]:
    if not plan.processes:
        with ThreadPoolExecutor(plan.jobs) as threads:
            yield lambda of, case: threads.submit(answer, case, of, plan.tasks)
        return
    context = multiprocessing.get_context("spawn")
    heads = {of.name: LoadedSet(of.head, of.folder, (), {}, of.data_hash) for of in plan.sets}
    with _one_thread_each(), ProcessPoolExecutor(plan.jobs, context, _start, (plan.tasks.policy, heads)) as pool:
        yield lambda of, case: pool.submit(_in_process, of.name, case)


_HERE: dict[str, Any] = {}


def _start(policy: Policy, heads: Mapping[str, LoadedSet]) -> None:
    from evals.asking import embedded_tasks

    _HERE["tasks"], _HERE["heads"] = embedded_tasks(policy), heads


def _in_process(name: str, case: EvalCase) -> Answered:
    return answer(case, _HERE["heads"][name], _HERE["tasks"])


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """Processes started here leave Ctrl-C to the one that started them, which keeps what is finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that share the cores use one thread each."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


def result_of(of: LoadedSet, case: EvalCase, answered: Answered) -> CaseResult:
    """What is recorded of a case."""
    groups = {
        "language": (case.language,) if case.language != "und" else (),
        "source": (case.source,) if case.source else (),
        "style": (case.style,) if case.style else (),
        "tag": case.tags,
    }
    values = {
        **answered.score,
        "seconds": answered.taken.seconds,
        "input_tokens": answered.taken.input_tokens,
        "output_tokens": answered.taken.output_tokens,
        "cost": answered.taken.cost,
    }
    scored = Scored(
        id=case.id,
        cluster=_cluster(case, of.head.cluster),
        groups=groups,
        aside=bool(set(case.tags) & set(of.head.aside)),
        values=values,
    )
    return CaseResult(
        set=of.name,
        digest=of.digest(case),
        scored=scored,
        input=as_json(case.input),
        target=as_json(case.target),
        note=case.note,
        output=answered.output,
        warnings=answered.warnings,
        error=answered.error,
        taken=answered.taken,
    )


def _cluster(case: EvalCase, attributes: Sequence[str]) -> str:
    parts = [str(getattr(case, attribute)) for attribute in attributes]
    return "|".join(parts) if any(parts) else f"case {case.id}"


def measures_of(kind: Kind) -> tuple[Measure, ...]:
    """What is measured of a kind of set, and what its answers took."""
    from evals.scoring import (
        cause,
        classification,
        comparison,
        extraction,
        injection,
        link,
        priority,
        reply,
        summary,
        usage,
    )

    scorers = {
        Kind.CLASSIFICATION: classification.MEASURES,
        Kind.SUMMARY: summary.MEASURES,
        Kind.EXTRACTION: extraction.MEASURES,
        Kind.PRIORITY: priority.MEASURES,
        Kind.INJECTION: injection.MEASURES,
        Kind.LINK: link.MEASURES,
        Kind.COMPARISON: comparison.MEASURES,
        Kind.CAUSE: cause.MEASURES,
        Kind.REPLY: reply.MEASURES,
    }
    return (*scorers[kind], *usage.MEASURES)


def all_figures(head: RunHead, results: Sequence[CaseResult]) -> list[SetFigure]:
    """Every figure of every set."""
    found: list[SetFigure] = []
    for of in head.sets:
        rows = [result.scored for result in results if result.set == of.name]
        found += [_of_set(figure, of.name) for figure in figures(rows, measures_of(of.kind), of.by)]
    return found


def _of_set(figure: Figure, name: str) -> SetFigure:
    return SetFigure(set=name, **{key: getattr(figure, key) for key in Figure.model_fields})
