"""Two runs on the same cases: the paired difference of every measure, and which cases flipped.

A measure has got worse where its paired bootstrap says so after adjusting for all the measures that are looked at
(Holm, 5 %); a category, language or source likewise, among themselves. What answers cost is shown and never a
regression. Two runs with the same answers have no difference, whatever the order of their cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evals.cases import Kind
from evals.intervals import FEWEST_CLUSTERS, REPLICATES, Weights, holm, once, spread
from evals.measures import Bootstraps, Measure, Table, groups_of
from evals.record import CaseResult, MeasuredSet, RunFolder, RunHead
from evals.runner import measures_of
from triage.domain import Frozen
from triage.errors import UsageError

LEVEL = 0.05
Verdict = Literal["better", "worse", "same", ""]


class Difference(Frozen):
    """How one measure changed on the cases that both runs have."""

    set: str
    measure: str
    group: str = ""
    base: float
    new: float
    low: float | None = None
    high: float | None = None
    """95 % interval of `new - base`, paired; none with too few independent sources."""
    p: float | None = None
    """Adjusted for the measures that are looked at together."""
    n: int
    verdict: Verdict = ""
    """Empty where neither way is better, or where too little is known."""

    @property
    def change(self) -> float:
        """New minus base."""
        return self.new - self.base


class Flip(Frozen):
    """A case that one run got right, or more of, than the other."""

    set: str
    id: str
    base: float
    new: float
    was: str
    """What the base run said, in short."""
    now: str
    wanted: str


class SetComparison(Frozen):
    """Everything about one set."""

    set: str
    kind: Kind
    common: int
    left_out: int
    """Cases that only one run has, or whose input or right answer changed."""
    differences: tuple[Difference, ...]
    flips: tuple[Flip, ...]

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """What has got worse, beyond noise."""
        return tuple(one for one in self.differences if one.verdict == "worse")


@dataclass(frozen=True)
class Pair:
    """The results of both runs on one set, in one order."""

    of: MeasuredSet
    base: tuple[CaseResult, ...]
    new: tuple[CaseResult, ...]
    left_out: int


def compare(base: RunFolder, new: RunFolder) -> list[SetComparison]:
    """Compare two finished runs set by set. Raises `UsageError` where they have no case in common."""
    heads = base.head(), new.head()
    pairs = list(_pairs(heads, base.results(), new.results()))
    if not any(pair.base for pair in pairs):
        raise UsageError(f"{base.path} and {new.path}: have no case in common.")
    return [_compared(pair) for pair in pairs if pair.base]


def _pairs(heads: tuple[RunHead, RunHead], base: Sequence[CaseResult], new: Sequence[CaseResult]) -> Iterator[Pair]:
    known = {of.name for of in heads[0].sets}
    for of in heads[1].sets:
        if of.name not in known:
            continue
        before = {result.id: result for result in base if result.set == of.name}
        after = {result.id: result for result in new if result.set == of.name}
        ids = sorted(id_ for id_ in before.keys() & after.keys() if before[id_].digest == after[id_].digest)
        left_out = len(before.keys() | after.keys()) - len(ids)
        yield Pair(of, tuple(before[id_] for id_ in ids), tuple(after[id_] for id_ in ids), left_out)


def _compared(pair: Pair) -> SetComparison:
    measures = measures_of(pair.of.kind)
    tables = _tables(pair)
    headline = [_Looked(measure, "", *tables) for measure in measures if not measure.detail]
    detail = [_Looked(measure, "", *tables) for measure in measures if measure.detail]
    for attribute in pair.of.by:
        detail += list(_grouped(pair, attribute, [measure for measure in measures if measure.by_group]))
    differences = [*_judged(headline, pair.of.name), *_judged(detail, pair.of.name)]
    return SetComparison(
        set=pair.of.name,
        kind=pair.of.kind,
        common=len(pair.base),
        left_out=pair.left_out,
        differences=tuple(differences),
        flips=tuple(_flips(pair)),
    )


@dataclass(frozen=True)
class _Looked:
    measure: Measure
    group: str
    base: Table
    new: Table


def _tables(pair: Pair) -> tuple[Table, Table]:
    rows = [(one.scored, other.scored) for one, other in zip(pair.base, pair.new, strict=True)]
    kept = [(one, other) for one, other in rows if not other.aside]
    return Table([one for one, _ in kept]), Table([other for _, other in kept])


def _grouped(pair: Pair, attribute: str, measures: Sequence[Measure]) -> Iterator[_Looked]:
    base, new = _tables(pair)
    groups = dict(groups_of(new, attribute))
    if len(groups) < 2:
        return
    for name, table in groups.items():
        ids = {row.id for row in table.rows}
        own = base.where(lambda row, ids=ids: row.id in ids)  # type: ignore[misc]
        for measure in measures:
            yield _Looked(measure, f"{attribute}={name}", own, table)


def _judged(looked: Sequence[_Looked], name: str) -> list[Difference]:
    """The differences of one family of measures, their p values adjusted for being several."""
    boots = Bootstraps()
    made = ((one, _difference(one, name, boots)) for one in looked)
    found = [(one, difference) for one, difference in made if difference is not None]
    tested = [n for n, (one, difference) in enumerate(found) if difference.p is not None and _is_judged(one.measure)]
    p_values = [_sharp(*found[n], len(tested), boots) for n in tested]
    adjusted = dict(zip(tested, holm(p_values), strict=True))
    return [
        difference.with_(p=adjusted[n], verdict=_verdict(one.measure, difference, adjusted[n]))
        if n in adjusted
        else difference.with_(p=None)
        for n, (one, difference) in enumerate(found)
    ]


def _sharp(looked: _Looked, difference: Difference, family: int, boots: Bootstraps) -> float:
    """The p value, from more replicates where no difference of so large a family could pass on the usual ones."""
    p, turns = difference.p or 0.0, math.ceil(4 * family / LEVEL / REPLICATES)
    if turns < 2 or p * family < LEVEL / 2 or p > LEVEL / 2:
        return p
    weights = [boots.of(looked.new, turn) for turn in range(turns)]
    return _two_sided(np.concatenate([_changes(looked, one) for one in weights]))


def _changes(looked: _Looked, weights: Weights) -> NDArray[np.float64]:
    return np.asarray(looked.measure.compute(looked.new, weights) - looked.measure.compute(looked.base, weights))


def _is_judged(measure: Measure) -> bool:
    return measure.better != "neither" and not measure.cost


def _verdict(measure: Measure, one: Difference, p: float) -> Verdict:
    if p >= LEVEL or one.change == 0:
        return "same"
    return "better" if (one.change > 0) == (measure.better == "higher") else "worse"


def _difference(looked: _Looked, name: str, boots: Bootstraps) -> Difference | None:
    measure, base, new = looked.measure, looked.base, looked.new
    n = min(measure.count(base), measure.count(new)) if len(new) else 0
    if n < measure.fewest:
        return None
    values = [float(measure.compute(table, once(len(table)))[0]) for table in (base, new)]
    if not np.isfinite(values).all():
        return None
    made = Difference(set=name, measure=measure.name, group=looked.group, base=values[0], new=values[1], n=n)
    if len(set(new.clusters)) < FEWEST_CLUSTERS:
        return made
    changes = _changes(looked, boots.of(new))
    between = spread(changes)
    if between is None:
        return made
    return made.with_(low=between[0], high=between[1], p=_two_sided(changes))


def _two_sided(changes: NDArray[np.float64]) -> float:
    """How often resampling puts the change on the other side of nothing, twice; never 0."""
    defined = changes[np.isfinite(changes)]
    tail = min((defined <= 0).sum(), (defined >= 0).sum())
    return float(min(1.0, 2 * (tail + 1) / (len(defined) + 1)))


def merit(kind: Kind, values: Mapping[str, Any]) -> float:
    """How right one case is, from 0 to 1: what flips and what makes a case one of the worst."""
    if kind in (Kind.CLASSIFICATION, Kind.LINK, Kind.CAUSE):
        return float(values["right"])
    if kind is Kind.INJECTION:
        return float(values.get("held") or 0.0)
    if kind is Kind.PRIORITY:
        return float(values.get("severity") or 0.0)
    if kind in (Kind.COMPARISON, Kind.REPLY):
        return float(values.get("all" if kind is Kind.COMPARISON else "faithful") or 0.0)
    if kind is Kind.EXTRACTION:
        return _share(values, ("fields_right", "lines_right"), ("fields", "lines_both"))
    return _share(values, ("points_covered", "asks_found"), ("points", "asks_wanted"))


def _share(values: Mapping[str, Any], above: Sequence[str], below: Sequence[str]) -> float:
    whole = sum(float(values.get(name) or 0.0) for name in below)
    return sum(float(values.get(name) or 0.0) for name in above) / whole if whole else 1.0


def _flips(pair: Pair) -> Iterator[Flip]:
    """Cases that changed, the ones that got worse first."""
    found = []
    for before, after in zip(pair.base, pair.new, strict=True):
        was, now = merit(pair.of.kind, before.scored.values), merit(pair.of.kind, after.scored.values)
        if was != now:
            found.append(
                Flip(
                    set=pair.of.name,
                    id=after.id,
                    base=was,
                    new=now,
                    was=short(pair.of.kind, before),
                    now=short(pair.of.kind, after),
                    wanted=wanted(pair.of.kind, after),
                )
            )
    yield from sorted(found, key=lambda flip: (flip.new - flip.base, flip.id))


def short(kind: Kind, result: CaseResult) -> str:
    """What a run said of a case, in a few words."""
    return "no answer" if result.error else _said(kind, result.output, result.scored.values)


def _said(kind: Kind, output: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    if kind in (Kind.CLASSIFICATION, Kind.PRIORITY):
        doubt = ", abstained" if output.get("abstained") else ""
        return f"{output.get('category')}, {output.get('severity')}{doubt}"
    if kind in (Kind.INJECTION, Kind.REPLY):
        drafted = "" if kind is Kind.INJECTION else output["why_none"] or f"{len(output['blanks'])} blanks"
        return str(drafted or values.get("what") or "held")
    if kind in (Kind.COMPARISON, Kind.CAUSE):
        causes = ", ".join(one["kind"] for one in output.get("causes", ())[:3]) or "none"
        return causes if kind is Kind.CAUSE else _different(output["differences"])
    if kind is Kind.LINK:
        return _linked(output["record"], [candidate["record"] for candidate in output["candidates"]])
    if kind is Kind.EXTRACTION:
        lines = (
            f", {_count(values, 'lines_right') // 2} of {_count(values, 'lines')} lines" if values.get("lines") else ""
        )
        return f"{_count(values, 'fields_right')} of {_count(values, 'fields')} fields{lines}"
    return (
        f"{_count(values, 'points_covered')} of {_count(values, 'points')} points, "
        f"{_count(values, 'asks_found')} of {_count(values, 'asks_wanted')} asks"
    )


def _linked(record: str | None, candidates: Sequence[str]) -> str:
    if record is not None:
        return record
    return f"asks: {', '.join(candidates)}" if candidates else "none"


def _different(found: Sequence[Mapping[str, Any]]) -> str:
    return "; ".join(f"{each['kind']} {each.get('about') or ''}".strip() for each in found) or "agrees"


def _count(values: Mapping[str, Any], name: str) -> int:
    return int(values.get(name) or 0)


def wanted(kind: Kind, result: CaseResult) -> str:
    """The right answer, in a few words."""
    target = result.target
    if kind in (Kind.CLASSIFICATION, Kind.CAUSE):
        return str(target.get("category" if kind is Kind.CLASSIFICATION else "first") or "none")
    if kind is Kind.PRIORITY:
        return f"grade {target.get('grade'):g}"
    if kind is Kind.INJECTION:
        return f"no effect ({target.get('attempt')})"
    if kind is Kind.LINK:
        return _linked(target.get("record"), target.get("candidates") or ())
    if kind is Kind.COMPARISON:
        return _different(target.get("differences") or ())
    return "everything" if kind is not Kind.REPLY else "nothing unsupported"
