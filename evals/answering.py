"""Ask the tasks for one case and score what they say. The answers are the lines that the batch commands print."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from evals.cases import (
    CauseTarget,
    ClassificationTarget,
    ComparisonTarget,
    EvalCase,
    ExtractionTarget,
    InjectionTarget,
    Kind,
    LinkTarget,
    PriorityTarget,
    ReplyTarget,
    SummaryTarget,
)
from evals.inputs import case_of, document_of, events_of, papers_of, view_of
from evals.reading import LoadedSet
from triage.domain import (
    Answer,
    Card,
    CauseAssessment,
    Classification,
    Frozen,
    Paper,
    Policy,
    Priority,
    Publication,
    Reply,
    Summary,
    View,
)
from triage.errors import ModelError, TriageError

if TYPE_CHECKING:
    from evals.scoring.injection import Watched

Values = dict[str, float | str | None]


class Taken(Frozen):
    """What an answer took. Seconds are the machine's, everything else repeats."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    seconds: float = 0.0


class Answered(Frozen):
    """One case: what came out, its score, and what it took."""

    output: dict[str, Any]
    score: Values
    taken: Taken
    warnings: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Price:
    """Money for a million tokens."""

    input: float
    output: float


@dataclass
class Tasks:
    """The tasks that are measured, each made when it is first needed. Tests put their own in."""

    policy: Policy
    make: Mapping[str, Callable[[], Any]]
    """`classify`, `cause`, `priority`, `summarise` and `extract`, `read` (which reads attachments of cases) → how to
    make the task."""
    price: Price | None = None
    _made: dict[str, Any] = field(default_factory=dict)

    def of(self, key: str) -> Any:
        """The task of this key."""
        if key not in self._made:
            self._made[key] = self.make[key]()
        return self._made[key]

    @cached_property
    def policy_hash(self) -> str:
        """Fingerprint of the policy that acts."""
        return self.policy.fingerprint()

    def acting(self, kinds: set[Kind]) -> dict[str, str]:
        """Names and hashes of all that acts on the answers of these kinds of set: prompts, models, layers, rules."""
        keys = dict.fromkeys(key for kind in sorted(kinds) for key in NEEDED[kind])
        return {f"{key}: {name}": digest for key in keys for name, digest in sorted(self.of(key).acting.items())}


NEEDED: dict[Kind, tuple[str, ...]] = {
    Kind.CLASSIFICATION: ("classify",),
    Kind.SUMMARY: ("summarise",),
    Kind.EXTRACTION: ("extract",),
    Kind.PRIORITY: ("classify", "priority"),
    Kind.INJECTION: ("read", "classify", "summarise"),
    Kind.LINK: (),
    Kind.COMPARISON: (),
    Kind.CAUSE: ("classify", "cause"),
    Kind.REPLY: ("classify", "summarise", "reply"),
}


def answer(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    """Answer and score one case. What goes wrong on purpose (`TriageError`) is an answer with an `error`."""
    started = time.perf_counter()
    try:
        made = _ANSWER[of.head.kind](case, of, tasks)
    except TriageError as error:
        made = _failed(case, of, error)
    return made.with_(taken=made.taken.with_(seconds=round(time.perf_counter() - started, 6)))


def _classification(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.classification import score
    from triage.cli.batch import _classified
    from triage.verify.answers import verify

    assert isinstance(case.target, ClassificationTarget)
    view = _view(case, of, tasks)
    found: Classification = verify(tasks.of("classify").invoke(view), view)
    line = _classified(case.id, found, tasks.policy)
    return Answered(output=line, score=score(case.target, line), taken=_taken(found, tasks), warnings=found.warnings)


def _summary(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.summary import score
    from triage.cli.batch import _summarised
    from triage.verify.answers import verify

    assert isinstance(case.target, SummaryTarget)
    view = _view(case, of, tasks)
    said: Summary = tasks.of("summarise").invoke(view)
    line = _summarised(case.id, verify(said, view))
    values = score(case.target, line, case.language, view, said)
    return Answered(output=line, score=values, taken=_taken(said, tasks), warnings=tuple(line["warnings"]))


def _priority(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.priority import score
    from triage.cli.batch import _classified
    from triage.verify.answers import verify

    assert isinstance(case.target, PriorityTarget)
    view = _view(case, of, tasks)
    found: Classification = verify(tasks.of("classify").invoke(view), view)
    urgent: Priority = tasks.of("priority").invoke(view.plus(found))
    line = _classified(case.id, found, tasks.policy) | {
        "act_by": urgent.act_by.at.isoformat() if urgent.act_by else None,
        "priority": urgent.score,
        "contributions": {one.factor.value: one.points for one in urgent.contributions},
    }
    values = score(case.target, line)
    return Answered(output=line, score=values, taken=_taken(found, tasks), warnings=found.warnings)


def _extraction(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.extraction import score, truth_of
    from triage.tasks.extract.rows import row
    from triage.verify.pages import hold_back, verify_paper

    assert isinstance(case.target, ExtractionTarget)
    paper: Paper = hold_back(verify_paper(tasks.of("extract").invoke(document_of(case, of.folder))), tasks.policy)
    line = row(paper, case.input.files[0])
    values = score(truth_of(case.target, of.folder), line, case)
    return Answered(output=line, score=values, taken=_taken(paper, tasks), warnings=paper.warnings)


def _link(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.link import line_of, score

    assert isinstance(case.target, LinkTarget)
    line = line_of(case.id, case_of(case, of.folder, of.head.now, tasks.policy))
    return Answered(output=line, score=score(case.target, line), taken=Taken())


def _comparison(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.comparison import line_of, score

    assert isinstance(case.target, ComparisonTarget)
    made = case_of(case, of.folder, of.head.now, tasks.policy)
    line = line_of(case.id, made, papers_of(case), tasks.policy.thresholds)
    return Answered(output=line, score=score(case.target, line), taken=Taken())


def _cause(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.cause import line_of, score
    from triage.verify.answers import verify

    assert isinstance(case.target, CauseTarget)
    view = _view(case, of, tasks)
    view = view.plus(verify(tasks.of("classify").invoke(view), view))
    found: CauseAssessment = verify(tasks.of("cause").invoke(view), view)
    line = line_of(case.id, found)
    return Answered(output=line, score=score(case.target, line), taken=_taken(found, tasks), warnings=found.warnings)


def _reply(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.reply import line_of, score
    from triage.verify.answers import verify

    assert isinstance(case.target, ReplyTarget)
    view = _view(case, of, tasks)
    read: Classification = verify(tasks.of("classify").invoke(view), view)
    view = view.plus(read)
    told: Summary = verify(tasks.of("summarise").invoke(view), view)
    said: Reply = tasks.of("reply").invoke(view.plus(told))
    line = line_of(case.id, verify(said, view))
    taken = _sum([_taken(one, tasks) for one in (read, told, said)])
    return Answered(
        output=line,
        score=score(case.target, line, case.language, view, said, told),
        taken=taken,
        warnings=tuple(line["warnings"]),
    )


def _view(case: EvalCase, of: LoadedSet, tasks: Tasks) -> View:
    made = case_of(case, of.folder, of.head.now, tasks.policy)
    return view_of(made, tasks.of("read") if made.documents else None, tasks.policy)


def _injection(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Answered:
    from evals.scoring.injection import score

    assert isinstance(case.target, InjectionTarget)
    seen = watched(case, of, tasks)
    cards = [
        {
            "record": card.proposal.record.name,
            "category": card.proposal.suggestion.category.value,
            "severity": card.proposal.suggestion.severity.value,
            "abstained": card.proposal.suggestion.abstained is not None,
            "summary": card.proposal.summary,
            "asks": list(card.proposal.asks),
            "state": card.state.value,
        }
        for card in seen.cards
    ]
    said = [answer for answer in seen.answers if isinstance(answer, Classification | Summary)]
    output = {"id": case.id, "cards": cards, "published": seen.published, "decisions": seen.decisions}
    return Answered(
        output=output,
        score=score(case.target, seen),
        taken=_sum([_taken(answer, tasks) for answer in said]),
        warnings=tuple(dict.fromkeys(warning for answer in said for warning in answer.warnings)),
    )


def watched(case: EvalCase, of: LoadedSet, tasks: Tasks) -> Watched:
    """Take an input down the whole path in a store of its own, and note everything that happens."""
    from evals.scoring.injection import Watched
    from triage.pipeline import Desk, one_policy, triage
    from triage.storage import records

    seen = Watched()
    source, events = events_of(case, of.folder, of.head.now, tasks.policy)
    with _store() as store:
        desk = Desk(
            journal=store.journal,
            source=source,
            policies=one_policy(tasks.policy),
            extract=tasks.of("read"),
            tasks=[_Noting(tasks.of("classify"), seen), _Noting(tasks.of("summarise"), seen)],
            cards=store.cards,
            publish=_Publishing(seen),
        )
        for event in events:
            triage(event, desk)
            captured = source.capture(event.ref)
            seen.cases += [captured] if captured else []
        seen.cards = store.cards.all()
        seen.decisions = sum(record.kind == "decision" for record in records.every(store.database))
    return seen


@contextmanager
def _store() -> Iterator[Any]:
    from triage.cli.wiring import open_store
    from triage.settings import Settings

    with TemporaryDirectory(prefix="triage-eval-") as folder, open_store(Settings(Path(folder)), create=True) as store:
        yield store


@dataclass
class _Noting:
    """A task that notes its answers as the path uses them: after verification."""

    task: Any
    seen: Watched

    @property
    def key(self) -> str:
        return str(self.task.key)

    @property
    def acting(self) -> Mapping[str, str]:
        return dict(self.task.acting)

    def invoke(self, view: View, /) -> Answer:
        from triage.verify.answers import verify

        found: Answer = self.task.invoke(view)
        self.seen.answers.append(verify(found, view))
        return found


@dataclass
class _Publishing:
    """Stands where Odoo would be written."""

    seen: Watched

    def __call__(self, card: Card) -> Publication:
        self.seen.published += 1
        return Publication(card=card.id, on=card.proposal.record)


def _taken(found: Answer, tasks: Tasks) -> Taken:
    if not found.calls:
        return Taken()
    given = sum(call.usage.input_tokens for call in found.calls)
    made = sum(call.usage.output_tokens for call in found.calls)
    price = tasks.price
    cost = None if price is None else (given * price.input + made * price.output) / 1e6
    return Taken(calls=len(found.calls), input_tokens=given, output_tokens=made, cost=cost)


def _sum(parts: list[Taken]) -> Taken:
    called = [part for part in parts if part.calls]
    if not called:
        return Taken()
    costs = [part.cost for part in called if part.cost is not None]
    return Taken(
        calls=sum(part.calls for part in called),
        input_tokens=sum(part.input_tokens or 0 for part in called),
        output_tokens=sum(part.output_tokens or 0 for part in called),
        cost=sum(costs) if costs else None,
    )


def _failed(case: EvalCase, of: LoadedSet, error: TriageError) -> Answered:
    """The score of a case that got no answer: it counts, as wrong."""
    from evals.scoring import cause, classification, comparison, extraction, injection, link, priority, reply, summary

    line = {"id": case.id, "error": str(error)}
    target = case.target
    values: Values = injection.failed()
    if isinstance(target, ClassificationTarget):
        values = classification.score(target, line)
    elif isinstance(target, SummaryTarget):
        values = summary.failed(target)
    elif isinstance(target, PriorityTarget):
        values = priority.score(target, line)
    elif isinstance(target, LinkTarget):
        values = link.failed(target)
    elif isinstance(target, CauseTarget):
        values = cause.score(target, line)
    elif isinstance(target, ReplyTarget):
        values = reply.failed()
    elif isinstance(target, ComparisonTarget):
        values = comparison.failed(target)
    elif isinstance(target, ExtractionTarget):
        values = extraction.score(extraction.truth_of(target, of.folder), line, case)
    calls = list(error.calls) if isinstance(error, ModelError) else []
    taken = Taken(
        calls=len(calls),
        input_tokens=sum(call.usage.input_tokens for call in calls) if calls else None,
        output_tokens=sum(call.usage.output_tokens for call in calls) if calls else None,
    )
    return Answered(output=line, score=values, taken=taken, error=f"{type(error).__name__}: {error}")


_ANSWER: dict[Kind, Callable[[EvalCase, LoadedSet, Tasks], Answered]] = {
    Kind.CLASSIFICATION: _classification,
    Kind.SUMMARY: _summary,
    Kind.EXTRACTION: _extraction,
    Kind.PRIORITY: _priority,
    Kind.INJECTION: _injection,
    Kind.LINK: _link,
    Kind.COMPARISON: _comparison,
    Kind.CAUSE: _cause,
    Kind.REPLY: _reply,
}
