"""`triage replay`: last month's recorded cases once more, under another prompt, model, layer or policy.

Nothing is published and nothing is added to the store. Written into a folder:

    recorded.jsonl   a line an event: how it ended then, and what was suggested
    replayed.jsonl   the same, now
    cases.yaml       a set of those cases whose cards people decided, with what they decided
    recorded/, new/  runs over that set, for `triage eval compare`
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import yaml

from evals.importing import labelled_cards, lines_of, private_text
from triage.audit.export import Period
from triage.audit.journal import open_record
from triage.domain import Answer, Card, Case, Classification, Event, ModelCall, Policy, Proposal, View
from triage.errors import KeyMissing, TriageError, UsageError
from triage.storage import records

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from evals.cases import EvalCase
    from triage.audit.journal import Journal

_APART = frozenset({"by", "calls", "usage"})

RECORDED = "recorded"
"""As a model's name: the answers that were recorded."""


@dataclass
class Past:
    """One event as it was recorded."""

    event: Event
    case: Case | None = None
    policy: Policy | None = None
    outcome: str = ""
    proposals: list[Proposal] = field(default_factory=list)
    classification: Classification | None = None
    calls: list[ModelCall] = field(default_factory=list)


def past(journal: Journal, period: Period) -> tuple[list[Past], Counter[str]]:
    """The events of a period that can be run again, in the order in which they came, and why others cannot."""
    spans = period.spans(journal.database)
    found: dict[tuple[str, str], Past | None] = {}
    left: Counter[str] = Counter()
    for record in records.every(journal.database):
        first, last = spans.get(record.stream, (1, 0))
        if not first <= record.seq <= last or record.event is None:
            continue
        place = (record.stream, record.event)
        try:
            value = open_record(record, journal.keys)
        except KeyMissing:
            left["records that were erased or whose time was up"] += 1
            found[place] = None
            continue
        if isinstance(value, Event):
            found.setdefault(place, Past(value))
        elif (known := found.get(place)) is not None:
            _note(known, record.step or record.kind, value)
    whole = [each for each in found.values() if each is not None and each.case is not None and each.outcome]
    left["events without a case or an outcome"] = sum(1 for each in found.values() if each is not None) - len(whole)
    return whole, +left


def _note(known: Past, step: str, value: object) -> None:
    if isinstance(value, Case) and step == "capture":
        known.case = value
    elif isinstance(value, Policy):
        known.policy = value
    elif isinstance(value, Card) and step == "card":
        known.proposals.append(value.proposal)
    elif isinstance(value, Answer):
        known.calls.extend(value.calls)
        if isinstance(value, Classification):
            known.classification = value
    elif step == "outcome":
        known.outcome = getattr(value, "kind", "")


def line(of: Event, outcome: str, proposals: Sequence[Proposal]) -> str:
    """What is compared: canonical, without ids, clocks and costs."""
    data = {
        "event": of.key,
        "company": of.company,
        "record": of.ref.name,
        "outcome": outcome,
        "proposals": sorted(
            (_said(proposal.model_dump(mode="json")) for proposal in proposals),
            key=lambda each: json.dumps(each["suggestion"], sort_keys=True),
        ),
    }
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _said(value: Any) -> Any:
    """What a proposal says, without what made it and what that cost."""
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if name not in _APART}
    return [_said(each) for each in value] if isinstance(value, list) else value


def replay(found: Sequence[Past], model: BaseChatModel | str, policy: Policy | None) -> Iterator[str]:
    """Run each event once more through the one path, over a store that is thrown away; a line each.

    `policy` acts in place of the recorded ones. Nothing is published. An event that fails gives a line that says so,
    and the rest goes on.
    """
    from triage.audit.journal import Journal as Kept
    from triage.cards.store import CardStore
    from triage.cli.wiring import extractor, tasks
    from triage.pipeline import Desk, one_policy, triage
    from triage.storage.database import Database
    from triage.storage.keys import Keys

    parts: dict[str, tuple[Any, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        place = Path(folder)
        with Keys.open(place / "keys.db") as keys, Database.open(place / "audit.db") as database:
            for each in found:
                assert each.case is not None
                acting = policy or each.policy or Policy()
                if acting.fingerprint() not in parts:
                    parts[acting.fingerprint()] = extractor(model, acting), tasks(model, acting)
                reads, asks = parts[acting.fingerprint()]
                clock = _at(each.event.received_at)
                journal, cards = Kept(database, keys, clock), CardStore(database, keys, clock)
                desk = Desk(journal, _One(each.case), one_policy(acting), reads, asks, cards)
                try:
                    outcome = triage(each.event, desk)
                except TriageError as error:
                    yield line(each.event, f"failed: {error}", [])
                    continue
                yield line(each.event, outcome.kind, _proposed(journal, each.event))


@dataclass(frozen=True)
class _One:
    """The source of one case."""

    case: Case

    def capture(self, _ref: object) -> Case:
        return self.case


def _at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def _proposed(journal: Journal, event: Event) -> list[Proposal]:
    found = []
    for record in records.of_event(journal.database, journal.keys.event_id(event.key), event.company):
        if record.step == "card":
            value = open_record(record, journal.keys)
            if isinstance(value, Card):
                found.append(value.proposal)
    return found


def differences(before: Sequence[str], after: Sequence[str]) -> Counter[str]:
    """How many events ended alike, and what became different in the others."""
    counted: Counter[str] = Counter()
    for one, other in zip(before, after, strict=True):
        counted["the same" if one == other else _difference(json.loads(one), json.loads(other))] += 1
    return counted


def _difference(one: dict[str, Any], other: dict[str, Any]) -> str:
    if one["outcome"] != other["outcome"]:
        return f"{one['outcome']} → {other['outcome'].partition(':')[0]}"
    for name in ("category", "subtype", "severity", "confidence"):
        if _of(one, name) != _of(other, name):
            return f"another {name}"
    return "another text"


def _of(line_: dict[str, Any], name: str) -> list[Any]:
    return [proposal["suggestion"].get(name) for proposal in line_["proposals"]]


def fingerprint_of(labelled: EvalCase) -> str:
    """Fingerprint of the case that a labelled one was made of."""
    return Case.model_validate(labelled.input.case).fingerprint() if labelled.input.case else ""


def recorded_model(found: Sequence[Past]) -> BaseChatModel | str:
    """A model that answers as the recorded one did; `embedded` where none was asked.

    Raises `ConfigurationError` where several models were asked.
    """
    from triage.cli.wiring import EMBEDDED
    from triage.models.recorded import answering_from

    calls = [call for each in found for call in each.calls]
    return answering_from(calls) if calls else EMBEDDED


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    out: Path
    since: datetime | None = None
    until: datetime | None = None
    company: str | None = None
    model: str = RECORDED
    policy: Path | None = None
    home: Path | None = None


def run_replay(wanted: Wanted) -> int:
    """Replay a period; 1 where an event failed."""
    from triage.cli.wiring import open_store
    from triage.settings import Settings, read_policy

    settings = Settings.of(wanted.home)
    policy = read_policy(wanted.policy) if wanted.policy else None
    if wanted.out.exists() and any(wanted.out.iterdir()):
        raise UsageError(f"{wanted.out}: is not empty. Name a new folder.")
    wanted.out.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_store(settings) as store:
        found, left = past(store.journal, Period(_utc(wanted.since), _utc(wanted.until), wanted.company))
        labelled, _ = labelled_cards(store.database, store.keys, "test")
    model = recorded_model(found) if wanted.model == RECORDED else wanted.model
    before = [line(each.event, each.outcome, each.proposals) for each in found]
    after = list(replay(found, model, policy))
    for name, lines in (("recorded", before), ("replayed", after)):
        private_text(wanted.out / f"{name}.jsonl", "".join(f"{each}\n" for each in lines))
    typer.echo(f"{len(found)} events of {settings.database if isinstance(settings.database, Path) else 'the store'}")
    for what, count in differences(before, after).most_common():
        typer.echo(f"  {count} {what}")
    for why, count in sorted(left.items()):
        typer.echo(f"  left out: {count} {why}")
    cases = {each.case.fingerprint(): each for each in found if each.case is not None}
    decided = [each for each in labelled if fingerprint_of(each) in cases]
    if decided:
        base, new = measured(decided, cases, model, policy or settings.policy(), wanted.out)
        typer.echo(f"{len(decided)} of them were decided by people: triage eval compare {base} {new}")
    typer.echo(f"{wanted.out}: holds content in clear. Keep it where the store may lie, and erase it with its cases.")
    return 1 if any('"outcome":"failed' in each for each in after) else 0


def measured(
    decided: Sequence[EvalCase],
    cases: Mapping[str, Past],
    model: BaseChatModel | str,
    policy: Policy,
    out: Path,
) -> tuple[Path, Path]:
    """Runs over the decided cases: as they were classified then, and as they are now."""
    from evals.answering import Tasks
    from evals.reading import read_set
    from evals.runner import Plan, run
    from triage.cli.wiring import EMBEDDED, classifier, extractor

    private_text(out / "cases.jsonl", "".join(lines_of(decided)))
    head = {
        "name": "decided",
        "kind": "classification",
        "description": "Recorded cases that people decided",
        "licence": "not to be passed on",
        "files": ["cases.jsonl"],
        "caution": "Labels that confirm a suggestion were given by somebody who saw it.",
        "by": ["language", "tag"],
    }
    private_text(out / "cases.yaml", yaml.safe_dump(head, sort_keys=False))
    of = read_set(out / "cases.yaml")
    named = model if isinstance(model, str) else RECORDED
    read = extractor(EMBEDDED, policy)
    then = Tasks(policy, {"classify": lambda: _Then(cases), "read": lambda: read})
    today = Tasks(policy, {"classify": lambda: classifier(model, policy), "read": lambda: read})
    folders = out / RECORDED, out / "new"
    run(Plan([of], then, RECORDED, folders[0]))
    run(Plan([of], today, named, folders[1]))
    return folders


@dataclass(frozen=True)
class _Then:
    """Answers as was recorded."""

    cases: Mapping[str, Past]

    @property
    def acting(self) -> Mapping[str, str]:
        return {"answers": RECORDED}

    def invoke(self, view: View) -> Classification:
        return self.cases[view.case.fingerprint()].classification or Classification.model_validate(
            {"by": {"method": "embedded", "model": RECORDED, "version": ""}, "suggestions": []}
        )


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment if moment.tzinfo else moment.replace(tzinfo=UTC)
