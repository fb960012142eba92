"""Measures over scored cases: the whole, by group, and the mean of groups; each with interval, count or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evals.intervals import FEWEST_CLUSTERS, SEED, Weights, once, ratio, resampled, spread
from triage.domain import Frozen
from triage.domain.shares import wilson

Better = Literal["higher", "lower", "neither"]


class Scored(Frozen):
    """One case's score: what every measure is made from."""

    id: str
    cluster: str
    groups: dict[str, tuple[str, ...]]
    """Attribute (`language`) → values (`de`); a tag may have several."""
    aside: bool = False
    values: dict[str, float | str | None]


class Table:
    """Scored cases as columns."""

    def __init__(self, rows: Sequence[Scored]) -> None:
        self.rows = tuple(rows)
        self._numbers: dict[str, NDArray[np.float64]] = {}

    def __len__(self) -> int:
        return len(self.rows)

    def number(self, name: str) -> NDArray[np.float64]:
        """A column of numbers; not a number where a case has none."""
        if name not in self._numbers:
            values = (row.values.get(name) for row in self.rows)
            self._numbers[name] = np.array([np.nan if value is None else float(value) for value in values])
        return self._numbers[name]

    def text(self, name: str) -> NDArray[np.str_]:
        """A column of texts; empty where a case has none."""
        return np.array([str(row.values.get(name) or "") for row in self.rows], dtype=np.str_)

    @cached_property
    def clusters(self) -> tuple[str, ...]:
        """What each case shares with those that it depends on."""
        return tuple(row.cluster for row in self.rows)

    def where(self, keep: Callable[[Scored], bool]) -> Table:
        """Only some rows."""
        return Table([row for row in self.rows if keep(row)])


Compute = Callable[[Table, Weights], NDArray[np.float64]]
"""Columns and weights (replicates × cases) → a value for each replicate."""


@dataclass(frozen=True)
class Measure:
    """One figure that a scorer gives."""

    name: str
    compute: Compute
    better: Better = "higher"
    fewest: int = 20
    """Fewer cases than this and there is no figure."""
    count: Callable[[Table], int] = len
    """How many cases carry the figure, where it is not all of them."""
    share: str | None = None
    """The 0/1 column that it is the mean of, where it is one: then independent cases get a Wilson interval."""
    by_group: bool = False
    """Whether it is given for each group and as the mean of groups."""
    timing: bool = False
    """Whether it depends on the machine: kept out of what must repeat exactly."""
    cost: bool = False
    """Whether it says what answers took, not how good they are: compared, but never a regression."""
    detail: bool = False
    """Whether it is about one category or field: shown apart from the headline."""
    unit: str = ""
    about: str = ""
    """One line for the reader of a report."""


class Figure(Frozen):
    """A measured value with its interval, or why there is none."""

    measure: str
    group: str = ""
    """Empty for the whole, `language=de` for a group, `mean of language` for the unweighted mean of its groups."""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int
    clusters: int
    interval: str = ""
    """How it was made: `wilson`, `wilson over sources`, `bootstrap`, or empty with the reason in `note`."""
    better: Better = "higher"
    timing: bool = False
    unit: str = ""
    refused: str = ""
    """Why there is no value."""
    note: str = ""


def mean_of(column: str) -> Compute:
    """The weighted mean of a column; cases without a value do not count."""

    def compute(table: Table, weights: Weights) -> NDArray[np.float64]:
        values = table.number(column)
        known = np.isfinite(values)
        return ratio(weights[:, known] @ values[known], weights[:, known].sum(axis=1))

    return compute


def sum_ratio(above: str, below: str) -> Compute:
    """The sum of one column over the sum of another."""

    def compute(table: Table, weights: Weights) -> NDArray[np.float64]:
        top, bottom = np.nan_to_num(table.number(above)), np.nan_to_num(table.number(below))
        return ratio(weights @ top, weights @ bottom)

    return compute


def repeated(function: Callable[[Table, NDArray[np.intp]], float]) -> Compute:
    """A measure that needs the cases themselves: `function` gets their places, each as often as it counts."""

    def compute(table: Table, weights: Weights) -> NDArray[np.float64]:
        places = np.arange(len(table))
        return np.array([function(table, np.repeat(places, row.astype(int))) for row in weights])

    return compute


def known(column: str) -> Callable[[Table], int]:
    """How many cases have a value in a column."""
    return lambda table: int(np.isfinite(table.number(column)).sum())


def total(column: str) -> Callable[[Table], int]:
    """The sum of a column of counts."""
    return lambda table: int(np.nan_to_num(table.number(column)).sum())


def share_of(
    name: str,
    column: str,
    better: Better = "higher",
    *,
    fewest: int = 20,
    by_group: bool = False,
    about: str = "",
) -> Measure:
    """The share of cases for which a 0/1 column is 1, among those that have it."""
    return Measure(name, mean_of(column), better, fewest, known(column), share=column, by_group=by_group, about=about)


@dataclass
class Bootstraps:
    """Weights by the clusters that they are for: measures over the same cases share the last ones."""

    made: dict[tuple[str, ...], list[Weights]] = field(default_factory=dict)

    def of(self, table: Table, turn: int = 0) -> Weights:
        """The replicates for these cases; each further turn has as many new ones."""
        if table.clusters not in self.made:
            self.made = {table.clusters: []}
        drawn = self.made[table.clusters]
        while len(drawn) <= turn:
            drawn.append(resampled(table.clusters, seed=SEED + len(drawn)))
        return drawn[turn]


def figures(rows: Sequence[Scored], measures: Sequence[Measure], by: Sequence[str]) -> list[Figure]:
    """Every measure over the whole, by group and as the mean of groups. Cases set aside have a group of their own."""
    main = Table([row for row in rows if not row.aside])
    aside = Table([row for row in rows if row.aside])
    boots = Bootstraps()
    found = [figure(main, measure, "", boots) for measure in measures]
    grouped = [measure for measure in measures if measure.by_group]
    for attribute in by:
        tables = dict(groups_of(main, attribute))
        if len(tables) > 1 or attribute == "language":
            for name, table in tables.items():
                found += [figure(table, measure, f"{attribute}={name}", boots) for measure in grouped]
        if len(tables) > 1:
            found += [_mean_of_groups(main, tables, measure, attribute, boots) for measure in grouped]
    if len(aside):
        found += [figure(aside, measure, "set aside", boots) for measure in grouped]
    return found


def groups_of(table: Table, attribute: str) -> Iterator[tuple[str, Table]]:
    """The groups of an attribute by name; cases without one are in none."""
    names = sorted({value for row in table.rows for value in row.groups.get(attribute, ()) if value})
    for name in names:
        yield name, table.where(lambda row, name=name: name in row.groups.get(attribute, ()))  # type: ignore[misc]


def figure(table: Table, measure: Measure, group: str, boots: Bootstraps) -> Figure:
    """One measure over some cases."""
    n = measure.count(table) if len(table) else 0
    blank = _blank(measure, group, n, len(set(table.clusters)))
    if n < measure.fewest:
        return blank.with_(refused=f"too few: {n} of at least {measure.fewest}")
    value = float(measure.compute(table, once(len(table)))[0])
    if not np.isfinite(value):
        return blank.with_(refused="not defined on these cases")
    return blank.with_(value=value, **_interval(table, measure, value, n, boots))


def _blank(measure: Measure, group: str, n: int, clusters: int) -> Figure:
    return Figure(
        measure=measure.name,
        group=group,
        n=n,
        clusters=clusters,
        better=measure.better,
        timing=measure.timing,
        unit=measure.unit,
    )


def _interval(table: Table, measure: Measure, value: float, n: int, boots: Bootstraps) -> dict[str, Any]:
    clusters = len(set(table.clusters))
    if measure.share is not None and clusters == len(table):
        low, high = wilson(value * n, n)
        return {"low": low, "high": high, "interval": "wilson"}
    if clusters < FEWEST_CLUSTERS:
        return {"note": f"no interval: {clusters} independent sources"}
    made = _spread(measure.compute(table, boots.of(table)), value, clusters)
    return made or {"note": "no interval: not defined in most resamples"}


def _spread(values: NDArray[np.float64], value: float, clusters: int) -> dict[str, Any]:
    made = spread(values)
    if made is None:
        return {}
    if made[0] == made[1] == value and value in (0.0, 1.0):
        # Resampling all right or all wrong shows no spread; that much is known of so many sources.
        low, high = wilson(value * clusters, clusters)
        return {"low": low, "high": high, "interval": "wilson over sources"}
    return {"low": made[0], "high": made[1], "interval": "bootstrap"}


def _mean_of_groups(
    main: Table, tables: Mapping[str, Table], measure: Measure, attribute: str, boots: Bootstraps
) -> Figure:
    """The unweighted mean over groups, so that a large group does not hide a small one."""
    used = {name: table for name, table in tables.items() if _enough(table, measure)}
    blank = _blank(measure, f"mean of {attribute}", measure.count(main), len(set(main.clusters)))
    if len(used) < 2:
        return blank.with_(refused=f"fewer than two groups of at least {measure.fewest} cases")
    left_out = f"{len(tables) - len(used)} too small a group left out" if len(used) < len(tables) else ""
    values = [float(measure.compute(table, once(len(table)))[0]) for table in used.values()]
    value = float(np.mean(values))
    if not np.isfinite(value):
        return blank.with_(refused="not defined in every group")
    note = "; ".join(text for text in (f"{len(used)} groups", left_out) if text)
    if len(set(main.clusters)) < FEWEST_CLUSTERS:
        return blank.with_(value=value, note=f"{note}; no interval: {len(set(main.clusters))} independent sources")
    place = {row.id: n for n, row in enumerate(main.rows)}
    weights = boots.of(main)
    parts = [measure.compute(table, weights[:, [place[row.id] for row in table.rows]]) for table in used.values()]
    return blank.with_(value=value, note=note, **_spread(np.mean(parts, axis=0), value, len(set(main.clusters))))


def _enough(table: Table, measure: Measure) -> bool:
    return len(table) > 0 and measure.count(table) >= min(measure.fewest, 5 if measure.share else measure.fewest)
