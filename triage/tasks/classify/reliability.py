"""How far a layer's confidences hold for each category, and from which one on a suggestion of it is shown.

Counted on messages by authors whom the layer never read (`evals/classify_reliability.py`). The counts of one category
are few, so each is drawn towards what holds for all of them together; n and interval say how few. A trained layer
carries its own counts; those of the shipped layer are a file of their own that names the layer's hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from triage.domain import Category
from triage.tasks.classify.layer import Layer

RELIABILITY_FILE = "reliability-1.json"
OWN = "reliability"
"""Key of a layer's metadata."""


@dataclass(frozen=True)
class Step:
    """Suggestions of one category whose confidence was at least `least`, and below that of the next step."""

    least: float
    value: float
    """The share right, drawn towards the confidence itself where n is small."""
    right: int
    n: int
    low: float
    high: float
    """95 % Wilson interval of the bare share; from 0 to 1 where nothing was counted."""


@dataclass(frozen=True)
class Curve:
    """What was counted of one category."""

    threshold: float
    """The least confidence from which on suggestions of this category are right as often as was aimed at."""
    right: int
    n: int
    low: float
    high: float
    """Of what is at or above the threshold: right, how many, and the interval."""
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Reliability:
    """Curves by category; none for a layer of which nothing was counted."""

    population: str
    target: float
    curves: Mapping[Category, Curve]
    sha256: str

    def threshold(self, category: Category) -> float | None:
        """The confidence that a suggestion of this category needs where policy does not say; none: nobody counted."""
        curve = self.curves.get(category)
        return None if curve is None else curve.threshold


def reliability_of(layer: Layer) -> Reliability:
    """What was counted of a layer: its own counts, or the shipped ones where they are of this layer."""
    own = layer.meta.get(OWN)
    if own is not None:
        return _read(own, layer.sha256)
    told, sha256 = _shipped()
    return _read(told, sha256) if told["layer"] == layer.sha256 else Reliability("", 0.0, {}, "none")


@lru_cache(maxsize=1)
def _shipped() -> tuple[dict[str, Any], str]:
    content = resources.files("triage.tasks.classify").joinpath(f"data/{RELIABILITY_FILE}").read_bytes()
    return json.loads(content), hashlib.sha256(content).hexdigest()


def _read(told: Mapping[str, Any], sha256: str) -> Reliability:
    curves = {
        Category(code): Curve(**{**row, "steps": tuple(Step(**step) for step in row["steps"])})
        for code, row in told["categories"].items()
    }
    return Reliability(told["population"], told["target"], curves, sha256)
