"""The gate: floors under measured figures, each with its reason; what falls below stops a change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from evals.record import SetFigure
from triage.domain import Frozen
from triage.errors import ConfigurationError

SHIPPED = Path(__file__).parent / "gates.yaml"


class Floor(Frozen):
    """What a figure must not fall below, or rise above."""

    measure: str
    group: str = ""
    floor: float | None = None
    ceiling: float | None = None
    reason: str = Field(min_length=10)

    @model_validator(mode="after")
    def _one_bound(self) -> Floor:
        if (self.floor is None) == (self.ceiling is None):
            raise ValueError("a gate has either a floor or a ceiling")
        return self

    def holds(self, value: float) -> bool:
        """Whether a value is on the right side."""
        return value >= self.floor if self.floor is not None else value <= (self.ceiling or 0.0)

    def __str__(self) -> str:
        group = f" ({self.group})" if self.group else ""
        bound = f"at least {self.floor:g}" if self.floor is not None else f"at most {self.ceiling:g}"
        return f"{self.measure}{group}: {bound}"


class Checked(Frozen):
    """A floor and what was measured."""

    set: str
    gate: Floor
    value: float | None
    holds: bool
    why: str = ""

    def __str__(self) -> str:
        measured = self.why or f"measured {self.value:.3f}"
        return f"{self.set}: {self.gate}, {measured}"


def read_gates(path: Path = SHIPPED) -> dict[str, tuple[Floor, ...]]:
    """Floors by set. Raises `ConfigurationError` that names the entry that is wrong."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return TypeAdapter(dict[str, tuple[Floor, ...]]).validate_python(data)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__}).") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise ConfigurationError(f"{path}: {where}: {first['msg']}.") from error


def check(figures: Sequence[SetFigure], gates: dict[str, tuple[Floor, ...]]) -> list[Checked]:
    """Every floor of the sets that were measured. A figure that was refused or is not there breaks its floor."""
    measured = {figure.set for figure in figures}
    found = {(figure.set, figure.measure, figure.group): figure for figure in figures}
    return [
        _checked(name, gate, found.get((name, gate.measure, gate.group)))
        for name, floors in gates.items()
        if name in measured
        for gate in floors
    ]


def _checked(name: str, gate: Floor, figure: SetFigure | None) -> Checked:
    if figure is None or figure.value is None:
        why = f"no figure: {figure.refused}" if figure else "there is no such figure"
        return Checked(set=name, gate=gate, value=None, holds=False, why=why)
    return Checked(set=name, gate=gate, value=figure.value, holds=gate.holds(figure.value))
