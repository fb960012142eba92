"""Figures as tables. What rests on people's decisions covers whole weeks and hides what few people made."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import quantiles

from service.review.parts import Group, Week, Work, tellable, to_read
from triage.audit.journal import Journal, open_record
from triage.domain import Answer, Severity, utc
from triage.domain.shares import wilson
from triage.errors import KeyMissing, NewerRecord
from triage.storage import figures as counts
from triage.storage import records
from triage.storage.figures import Span

WEEKS = (1, 4, 13, 52)
AGES = (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=7))
_STEPS = (0, 500, 600, 700, 800, 900, 950)
_KEPT_SECONDS = 60.0
_MOST_KEPT = 32

Value = str | int | float | Decimal


@dataclass(frozen=True)
class Column:
    """A column: its name, and what stands in it (`text`, `count`, `number`, `share`, or a group of words)."""

    name: str
    kind: str = "text"


@dataclass(frozen=True)
class Row:
    """A row. Where it may not be shown, only what it is about stands in it."""

    values: tuple[Value, ...]
    is_hidden: bool = False


@dataclass(frozen=True)
class Table:
    """A table of figures."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


_Done = tuple[str, str, dict[str, int]]
"""Of what, who (hash), how much of what."""


@dataclass(frozen=True)
class _Worked:
    """The weeks that have to be read, by number, to tell of the last ones."""

    spans: Mapping[int, Span]
    until: Week
    weeks: int

    def read(self, done: Callable[[Span], Iterable[_Done]]) -> Work:
        work: dict[str, dict[int, Group]] = defaultdict(lambda: defaultdict(Group))
        for number, span in self.spans.items():
            for name, who, more in done(span):
                work[name][number].add([who], more)
        return work

    def told(self, work: Work) -> tuple[dict[str, Group], set[str]]:
        return tellable(work, self.until, self.weeks)


class Figures:
    """The tables of one store, kept for a minute."""

    def __init__(self, journal: Callable[[], Journal], clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[tuple[tuple[str, ...] | None, int], tuple[float, list[Table]]] = {}
        self._models: dict[str, str] = {}

    def tables(self, companies: Iterable[str] | None, weeks: int) -> list[Table]:
        """All tables for these companies (none: all)."""
        key = (None if companies is None else tuple(sorted(companies)), weeks)
        with self._lock:
            at, tables = self._kept.get(key, (0.0, []))
        if tables and time.monotonic() - at < _KEPT_SECONDS:
            return tables
        tables = self._made(*key)
        with self._lock:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (time.monotonic(), tables)
        return tables

    def _made(self, companies: tuple[str, ...] | None, weeks: int) -> list[Table]:
        now, database = self._clock(), self._journal().database
        lately = Span(companies, utc(now - timedelta(weeks=weeks)), utc(now + timedelta(minutes=1)))
        until = Week.of(now)
        spans = {week.number: Span(companies, utc(week.since), utc(week.until)) for week in to_read(until, weeks)}
        worked = _Worked(spans, until, weeks)
        return [
            *(self._volume(name, lately) for name in counts.COLUMNS),
            self._ageing(companies, now),
            self._accepted(worked),
            self._by_model(worked),
            self._calibration(worked),
            self._blind(worked),
            Table(
                "cost",
                (Column("endpoint"), Column("model"), Column("calls", "count"), Column("tokens", "count"),
                 Column("money", "number")),
                tuple(
                    Row((endpoint, model, calls, tokens, Decimal(money) / 1_000_000))
                    for endpoint, model, calls, tokens, money in counts.spent(database, lately)
                ),
            ),
            self._latency(lately),
            Table(
                "failures",
                (Column("what", "figures.what"), Column("source"), Column("why"), Column("count", "count")),
                tuple(Row((what, source, why[:80], n)) for what, source, why, n in counts.failures(database, lately)),
            ),
        ]  # fmt: skip

    def _volume(self, name: str, span: Span) -> Table:
        kind = name if name in {"category", "channel"} else "text"
        found = counts.volumes(self._journal().database, name, span)
        columns = (Column(name, kind), Column("cards", "count"), Column("waiting", "count"))
        return Table(name, columns, tuple(Row(row) for row in found))

    def _ageing(self, companies: tuple[str, ...] | None, now: datetime) -> Table:
        found = dict(counts.ageing(self._journal().database, companies, [utc(now - age) for age in AGES]))
        names = [each.value for each in Severity]
        rows = [
            Row((str(number), *(found[name][number] if name in found else 0 for name in names)))
            for number in range(len(AGES) + 1)
        ]
        columns = (Column("age", "figures.age"), *(Column(f"{name}_severity", "count") for name in names))
        return Table("ageing", columns, tuple(rows) if found else ())

    def _accepted(self, worked: _Worked) -> Table:
        work = worked.read(self._decided)
        return _acceptance("accepted", Column("category", "category"), *worked.told(work))

    def _decided(self, span: Span) -> Iterator[_Done]:
        for category, state, who, number in counts.decisions(self._journal().database, span):
            yield category, who, {"decided": number, state: number}

    def _by_model(self, worked: _Worked) -> Table:
        work = worked.read(self._asked)
        return _acceptance("models", Column("model"), *worked.told(work))

    def _asked(self, span: Span) -> Iterator[_Done]:
        last: dict[str, tuple[str, str, str]] = {}
        for card, state, who, stream, seq, body in counts.classified(self._journal().database, span):
            last[card] = (state, who, self._model(stream, seq, body))
        for state, who, model in last.values():
            yield model, who, {"decided": 1, state: 1}

    def _model(self, stream: str, seq: int, body: bytes) -> str:
        """What the model is called that a classification came from: one record of each kind is opened."""
        acting = json.dumps(json.loads(body).get("acting"), sort_keys=True)
        if acting not in self._models:
            record = records.at(self._journal().database, stream, seq)
            try:
                answer = None if record is None else open_record(record, self._journal().keys)
            except (KeyMissing, NewerRecord):
                return "?"
            named = f"{answer.by.model} {answer.by.version}" if isinstance(answer, Answer) else "?"
            self._models[acting] = named.strip()
        return self._models[acting]

    def _calibration(self, worked: _Worked) -> Table:
        shown, hidden = worked.told(worked.read(self._confident))
        rows = []
        for step, end in zip(_STEPS, (*_STEPS[1:], 1000), strict=True):
            name, group = f"{step / 10:g}–{end / 10:g} %", shown.get(str(step))
            if str(step) in hidden:
                rows.append(Row((name,), True))
            elif group is not None:
                n, right = group.counts["decided"], group.counts["right"]
                rows.append(Row((name, n, group.counts["told"] / n / 1000, right / n, *wilson(right, n))))
        columns = (
            Column("shown"), Column("decided", "count"), Column("mean", "share"), Column("right", "share"),
            Column("low", "share"), Column("high", "share"),
        )  # fmt: skip
        return Table("calibration", columns, tuple(rows))

    def _confident(self, span: Span) -> Iterator[_Done]:
        for step, who, number, said, right in counts.shown_confidence(self._journal().database, span, _STEPS):
            yield str(step), who, {"decided": number, "told": said, "right": right}

    def _blind(self, worked: _Worked) -> Table:
        work = worked.read(self._chosen)
        columns = (
            Column("category", "category"), Column("answers", "count"), Column("agreed", "share"),
            Column("low", "share"), Column("high", "share"),
        )  # fmt: skip
        return Table("blind", columns, tuple(_shares(*worked.told(work), "agreed", "answers", ())))

    def _chosen(self, span: Span) -> Iterator[_Done]:
        for category, chosen, who, number in counts.unseen_choices(self._journal().database, span):
            if chosen:
                yield category, who, {"answers": number, "agreed": number if chosen == category else 0}

    def _latency(self, span: Span) -> Table:
        seconds: dict[str, list[float]] = defaultdict(list)
        for source, received, finished in counts.waits(self._journal().database, span):
            took = datetime.fromisoformat(finished) - datetime.fromisoformat(received)
            seconds[source].append(took.total_seconds())
        columns = (Column("source"), Column("count", "count"), Column("middle", "number"), Column("most", "number"))
        rows = []
        for source, found in sorted(seconds.items()):
            cuts = quantiles(found, n=20, method="inclusive") if len(found) > 1 else found * 19
            rows.append(Row((source, len(found), round(cuts[9], 1), round(cuts[18], 1))))
        return Table("latency", columns, tuple(rows))


def _acceptance(name: str, first: Column, shown: Mapping[str, Group], hidden: set[str]) -> Table:
    columns = (
        first, Column("decided", "count"), Column("accepted", "count"), Column("edited", "count"),
        Column("rejected", "count"), Column("share", "share"), Column("low", "share"), Column("high", "share"),
    )  # fmt: skip
    rows = _shares(shown, hidden, "accepted", "decided", ("accepted", "edited", "rejected"))
    return Table(name, columns, tuple(rows))


def _shares(shown: Mapping[str, Group], hidden: set[str], right: str, of: str, between: Sequence[str]) -> list[Row]:
    """A row for each group: how many, their parts, the share with its interval; then those that are hidden."""
    rows = []
    for name, group in sorted(shown.items(), key=lambda each: (-each[1].counts[of], each[0])):
        number, good = group.counts[of], group.counts[right]
        parts: tuple[Value, ...] = tuple(group.counts[part] for part in between)
        rows.append(Row((name, number, *parts, good / number, *wilson(good, number))))
    return [*rows, *(Row((name,), True) for name in sorted(hidden))]
