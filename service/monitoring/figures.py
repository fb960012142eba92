"""The figures of the store, asked for in parts, each kept for a while: scraping often costs no more."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from service.monitoring.catalogue import AROUND, STORE, Family
from service.monitoring.desk import EVERYBODY, desk_samples
from service.monitoring.labels import OTHER, Companies
from service.review.parts import Group, Week, tellable, to_read
from triage.domain import utc
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError, TriageError
from triage.storage import figures as counts
from triage.storage import gauges, switch, workers
from triage.storage.budgets import Spending
from triage.storage.database import Database

AGES: Mapping[str, timedelta] = {
    "1h": timedelta(hours=1), "1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7),
}  # fmt: skip
_HOUR = timedelta(hours=1)
_ALIVE = timedelta(seconds=60)
_WEEKS = 4
_REVIEWED = ("advised", "no_exception", "abstained")
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Looked:
    """Where to look."""

    database: Callable[[], Database]
    clock: Callable[[], datetime]
    policies: Callable[[], PolicyBook]
    sweep: Callable[[], tuple[str, float] | None]
    """What the sweep calls the connected Odoo, and its seconds between two passes; none where no Odoo is connected."""
    companies: Companies


Samples = dict[str, dict[tuple[str, ...], float]]
"""By metric: values by labels."""


@dataclass
class _Part:
    name: str
    seconds: float
    """For how long what was found is told again."""
    find: Callable[[Database], Samples]
    found: Samples = field(default_factory=dict)
    at: float | None = None
    took: float = 0.0


class StoreFigures:
    """Looks, and keeps what it saw. One caller at a time looks; safe for threads."""

    def __init__(self, looked: Looked, quick_seconds: float = 10.0) -> None:
        self._at = looked
        self._paying = looked.companies.apart()
        """Counts must not fall: here those are named that paid first, whoever else is named, and so after a restart."""
        self._lock = threading.Lock()
        self.is_up = True
        """Whether the store answered the last time."""
        self._parts = (
            _Part("inbox", quick_seconds, self._inbox),
            _Part("standing", quick_seconds, self._standing),
            _Part("cards", 3 * quick_seconds, self._cards),
            _Part("spending", 3 * quick_seconds, self._spending),
            _Part("recent", 6 * quick_seconds, self._recent),
            _Part("decided", 60 * quick_seconds, self._decided),
            _Part("desk", 60 * quick_seconds, lambda found: desk_samples(found, looked.companies, looked.clock())),
        )

    def look(self) -> None:
        """Renew what has been kept long enough. What cannot be found stays as it was, and its age says so."""
        with self._lock:
            try:
                database = self._at.database()
                for part in self._parts:
                    if part.at is None or time.monotonic() - part.at >= part.seconds:
                        self._renew(part, database)
            except (TriageError, OSError):
                self.is_up = False
            else:
                self.is_up = True

    @staticmethod
    def _renew(part: _Part, database: Database) -> None:
        began = time.monotonic()
        try:
            part.found = part.find(database)
        except ConfigurationError:
            return  # a policy that may not act is no trouble with the store; `/readyz` says what is wrong with it
        part.at = time.monotonic()
        part.took = part.at - began

    def families(self) -> Iterable[Family]:
        """What was seen last."""
        merged: Samples = {name: values for part in self._parts for name, values in part.found.items()}
        for name, told in STORE.items():
            family = told.family(name)
            for labels, value in sorted(merged.get(name, {}).items()):
                family.add_metric(labels, value)
            yield family
        now = time.monotonic()
        age, took = (AROUND[name].family(name) for name in ("triage_figures_age_seconds", "triage_figures_seconds"))
        for part in self._parts:
            if part.at is not None:
                age.add_metric((part.name,), now - part.at)
                took.add_metric((part.name,), part.took)
        yield from (age, took)

    def _inbox(self, database: Database) -> Samples:
        now, found = self._at.clock(), gauges.held(database)
        weights: dict[str, float] = defaultdict(float)
        for one in found:
            weights[one.company] += one.number
        self._at.companies.admit(weights)
        states, due, age = _Sum(), _Most(), _Most()
        dead, retried = _Sum(), _Sum()
        off = {row.scope for row in switch.every(database) if row.is_off}
        for one in found:
            company = self._at.companies.label(one.company)
            states.add((company, one.state), one.number)
            dead.add((company,), one.number if one.state == "dead" else 0)
            if one.state != "dead":
                is_held = company == OTHER and one.company in off  # one that waits on purpose says nothing of the rest
                due.add((company,), 0.0 if is_held else max(0.0, _since(one.due_since, now)))
                age.add((company,), _since(one.received, now))
                retried.add((company,), one.retried)
        for company in self._at.companies.every():  # nothing is told as nothing: alerts must see it end
            for kept in (due, age, dead, retried):
                kept.add((company,), 0)
        return {
            "triage_inbox_arrivals": states.values,
            "triage_queue_age_seconds": due.values,
            "triage_arrival_age_seconds": age.values,
            "triage_dead_letters": dead.values,
            "triage_inbox_retried": retried.values,
        }

    def _standing(self, database: Database) -> Samples:
        now, sweep = self._at.clock(), self._at.sweep()
        swept = None if sweep is None else gauges.swept_at(database, sweep[0])
        made = gauges.last_checkpoint(database)
        scopes = _Least()
        moved = {row.scope: row.is_off for row in switch.every(database)}
        for scope, is_off in moved.items():
            label = EVERYBODY if scope == switch.EVERYBODY else self._at.companies.label(scope)
            scopes.add((label,), float(is_off))
        if (OTHER,) in scopes.values:  # off only where all of them are
            for one in gauges.held(database):
                if self._at.companies.label(one.company) == OTHER:
                    scopes.add((OTHER,), float(moved.get(one.company, False)))
        return {
            "triage_workers_alive": {(): float(len(workers.alive(database, utc(now - _ALIVE))))},
            "triage_switched_off": scopes.values,
            "triage_effects": {(state,): float(n) for state, n in gauges.effects(database).items()},
            "triage_sweep_lag_seconds": {} if swept is None else {(): _since(swept, now)},
            "triage_sweep_every_seconds": {} if sweep is None else {(): sweep[1]},
            "triage_checkpoint_age_seconds": {} if made is None else {(): _since(made, now)},
        }

    def _cards(self, database: Database) -> Samples:
        now = self._at.clock()
        found = gauges.open_cards(database, [utc(now - age) for age in AGES.values()])
        weights: dict[str, float] = defaultdict(float)
        for one in found:
            weights[one.company] += one.number
        self._at.companies.admit(weights)
        number, oldest, older = _Sum(), _Most(), _Sum()
        for one in found:
            company = self._at.companies.label(one.company)
            number.add((company, one.category), one.number)
            oldest.add((company, one.category), _since(one.oldest, now))
            for age, count in zip(AGES, one.older, strict=True):
                older.add((company, age), count)
        return {
            "triage_open_cards": number.values,
            "triage_open_card_age_seconds": oldest.values,
            "triage_open_cards_older": older.values,
        }

    def _spending(self, database: Database) -> Samples:
        calls, tokens, cost, used = _Sum(), _Sum(), _Sum(), _Most()
        taken, first = gauges.taken(database), _Least()
        for one in taken:
            first.add((one.company,), date.fromisoformat(one.first).toordinal())
        self._paying.admit({company: -day for (company,), day in first.values.items()})
        for one in taken:
            company = self._paying.label(one.company)
            calls.add((company, one.endpoint), one.calls)
            tokens.add((company, "input"), one.input_tokens)
            tokens.add((company, "output"), one.output_tokens)
            cost.add((company,), float(one.money / _MILLION))
        policies = self._at.policies()
        for name, (spent, _) in Spending(database).today(self._at.clock()).items():
            company, allowed = self._paying.label(name), policies.of(name).budgets
            if allowed.tokens_per_day is not None:
                used.add((company, "tokens"), _share(spent.tokens, allowed.tokens_per_day))
            if allowed.money_per_day is not None:
                used.add((company, "money"), _share(float(spent.money), float(allowed.money_per_day)))
        return {
            "triage_model_calls": calls.values,
            "triage_model_tokens": tokens.values,
            "triage_model_cost": cost.values,
            "triage_budget_used_ratio": used.values,
        }

    def _recent(self, database: Database) -> Samples:
        every = _Sum()
        for name, outcome, number in gauges.recent_outcomes(database, utc(self._at.clock() - _HOUR)):
            every.add((self._at.companies.label(name), outcome), number)
        share: dict[tuple[str, ...], float] = {}
        for company in sorted({company for company, _ in every.values}):
            reviewed = sum(every.values.get((company, outcome), 0.0) for outcome in _REVIEWED)
            if reviewed:
                share[(company,)] = every.values.get((company, "abstained"), 0.0) / reviewed
        return {"triage_recent_outcomes": every.values, "triage_abstention_ratio": share}

    def _decided(self, database: Database) -> Samples:
        """As on the page of figures: whole weeks, and nothing that could be put down to one person."""
        until = Week.of(self._at.clock())
        work: dict[str, dict[int, Group]] = defaultdict(lambda: defaultdict(Group))
        for week in to_read(until, _WEEKS):
            span = counts.Span(None, utc(week.since), utc(week.until))
            for category, state, who, count in counts.decisions(database, span):
                work[category][week.number].add([who], {state: count})
        groups, _ = tellable(work, until, _WEEKS)
        shown: dict[tuple[str, ...], float] = {
            (category, state): float(count)
            for category, group in groups.items()
            for state, count in group.counts.items()
        }
        ratio: dict[tuple[str, ...], float] = {
            (category,): group.counts.get("accepted", 0) / sum(group.counts.values())
            for category, group in groups.items()
        }
        return {"triage_decided_cards": shown, "triage_acceptance_ratio": ratio}


class _Sum:
    """Adds up what falls under the same labels."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, ...], float] = {}

    def add(self, labels: tuple[str, ...], value: float) -> None:
        self.values[labels] = self.values.get(labels, 0.0) + value


class _Most(_Sum):
    """Keeps the largest of what falls under the same labels."""

    def add(self, labels: tuple[str, ...], value: float) -> None:
        self.values[labels] = max(self.values.get(labels, value), value)


class _Least(_Sum):
    """Keeps the smallest of what falls under the same labels."""

    def add(self, labels: tuple[str, ...], value: float) -> None:
        self.values[labels] = min(self.values.get(labels, value), value)


def _share(spent: float, allowed: float) -> float:
    return spent / allowed if allowed else 1.0


def _since(text: str, now: datetime) -> float:
    return (now - datetime.fromisoformat(text).astimezone(UTC)).total_seconds()


__all__ = ["AGES", "Looked", "StoreFigures"]
