"""Counts how often a fact that shows an exception was right: `python -m evals.count_proofs`.

Runs the classifier on the order sets and writes the counts beside the signals. A kind of fact with 25 cases or more has
a count of its own; the others are pooled by strength, the strongest first, until 25 are together.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.inputs import case_of, view_of
from evals.reading import read_set, shipped
from triage.domain import Category, Classification, FactEvidence, Policy, View
from triage.domain.shares import wilson
from triage.facts.reported import canonical
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.proofs import PROOFS_FILE, Use
from triage.tasks.classify.signals import Signal, signals

SETS = ("orders", "orders-dev")
LEAST = 25
WEAKEST = 0.5
PROVES = 0.8
TARGET = Path(__file__).parent.parent / "triage/tasks/classify/data" / PROOFS_FILE


@dataclass(frozen=True)
class Told:
    """One suggestion that facts made, and whether it was right."""

    use: Use
    kind: str
    strength: float
    right: bool


def suggestions() -> Iterator[Told]:
    """Every suggestion that rests on facts, over both sets."""
    classifier = EmbeddedClassifier.load()
    for name in SETS:
        held = read_set(shipped() / f"{name}.yaml")
        labels = _labels(name)
        for case in held.measured:
            view = view_of(case_of(case, held.folder, held.head.now, Policy()), None, Policy())
            yield from told(classifier.invoke(view), view, *labels[case.id])


def _labels(name: str) -> dict[str, tuple[str | None, frozenset[str]]]:
    rows = (json.loads(line) for line in (shipped() / f"{name}/orders.jsonl").read_text("utf-8").splitlines())
    return {row["id"]: (row["category"], frozenset(row["secondary"])) for row in rows}


def told(answer: Classification, view: View, label: str | None, beside: frozenset[str]) -> Iterator[Told]:
    """The main suggestion where facts decided it, and those beside it that facts alone show."""
    said = signals(view.facts)
    main = answer.suggestions[0]
    decides = _strongest(said, main.category)
    if decides and decides.strength >= (PROVES if view.newest else WEAKEST):
        use = Use.CONTRADICTED if any("reads as" in warning for warning in answer.warnings) else Use.MAIN
        yield Told(use, canonical(decides.fact.name), decides.strength, main.category.value == label)
    for other in answer.suggestions[1:]:
        shows = _strongest(said, other.category)
        if shows and shows.strength >= PROVES and all(isinstance(one, FactEvidence) for one in other.evidence):
            right = other.category.value in {label, *beside}
            yield Told(Use.BESIDE, canonical(shows.fact.name), shows.strength, right)


def _strongest(said: Iterable[Signal], category: Category) -> Signal | None:
    return next((one for one in said if one.category is category), None)


def counts(found: list[Told]) -> Iterator[dict[str, object]]:
    """Rows for the table: kinds with enough cases, then pools of strength."""
    for use in Use:
        of_use = [one for one in found if one.use is use]
        for kind in sorted({one.kind for one in of_use}):
            of_kind = [one for one in of_use if one.kind == kind]
            if len(of_kind) >= LEAST:
                yield _row(use, kind, of_kind)
        yield from (_row(use, None, pool) for pool in _pools(of_use))


def _pools(found: list[Told]) -> list[list[Told]]:
    pools: list[list[Told]] = [[]]
    for strength in sorted({one.strength for one in found}, reverse=True):
        if len(pools[-1]) >= LEAST:
            pools.append([])
        pools[-1] += [one for one in found if one.strength == strength]
    if len(pools) > 1 and len(pools[-1]) < LEAST:
        pools[-2:] = [pools[-2] + pools[-1]]
    return [pool for pool in pools if len(pool) >= LEAST]


def _row(use: Use, kind: str | None, pool: list[Told]) -> dict[str, object]:
    right = sum(one.right for one in pool)
    low, high = wilson(right, len(pool))
    strengths = [one.strength for one in pool]
    return {
        "use": use.value,
        "kind": kind,
        "weakest": min(strengths),
        "strongest": max(strengths),
        "right": right,
        "n": len(pool),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def main() -> None:
    """Count, print, write."""
    found = list(suggestions())
    rows = list(counts(found))
    for row in rows:
        print(row)
    for use in Use:
        of_use = [one for one in found if one.use is use]
        print(use.value, len(of_use), "of which wrong:", [one for one in of_use if not one.right])
    population = "order cases of the sets orders and orders-dev, by which the rules were chosen"
    text = json.dumps({"population": population, "counts": rows}, indent=1)
    TARGET.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
