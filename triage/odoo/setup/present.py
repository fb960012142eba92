"""What of set-up stands in Odoo: our external ids, and the records behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.errors import AccessDenied
from triage.odoo.client import Odoo
from triage.odoo.setup.parts import MODULE, Part
from triage.odoo.setup.values import canonical

WHOLE = {"ir.ui.menu.full_list": True}
"""Context in which Odoo also shows menus that are not for who reads them."""
MADE = "made-"
"""So begin the names of what parts themselves make while they work: activities of the heartbeat, for example."""


@dataclass(frozen=True)
class Found:
    """One external id of ours."""

    name: str
    model: str
    id: int
    data: int
    """Id of its row in `ir.model.data`."""
    is_there: bool
    """Whether the record still exists."""


@dataclass
class Present:
    """Everything of ours, by external name."""

    odoo: Odoo
    parts: dict[str, Found] = field(default_factory=dict)
    made: dict[str, Found] = field(default_factory=dict)
    _values: dict[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)

    def id_of(self, name: str) -> int | None:
        """Id of the record of a part, where it exists."""
        found = self.parts.get(name)
        return found.id if found is not None and found.is_there else None

    def ids(self, model: str) -> set[int]:
        """Records of this model that are ours."""
        return {each.id for each in self.parts.values() if each.model == model and each.is_there}

    def add(self, name: str, model: str, number: int) -> None:
        """Note what was just made."""
        self.parts[name] = Found(name, model, number, 0, True)

    def fetch(self, parts: Iterable[Part]) -> None:
        """Read the compared values of these parts' records, one call a model."""
        wanted: dict[str, tuple[set[int], set[str]]] = {}
        for part in parts:
            number = self.id_of(part.name)
            if number is not None and self.parts[part.name].model == part.model:
                ids, names = wanted.setdefault(part.model, (set(), set()))
                ids.add(number)
                names |= set(part.values)
        for model, (ids, names) in wanted.items():
            known = self.odoo.fields(model) or {}
            for row in self.odoo.read(model, ids, sorted(names), **WHOLE):
                self._values[model, row.id] = {
                    name: canonical(name, known[name].type, row.values.get(name)) for name in names if name in known
                }

    def values(self, part: Part) -> Mapping[str, Any]:
        """The record's values in canonical form; empty where there is none."""
        return self._values.get((part.model, self.id_of(part.name) or 0), {})


def read_present(odoo: Odoo) -> Present:
    """Read our external ids, and which of their records exist."""
    rows = odoo.search("ir.model.data", [("module", "=", MODULE)], ["name", "model", "res_id"], order="id")
    told = [(row.text("name") or "", row.text("model") or "", int(row.number("res_id") or 0), row.id) for row in rows]
    alive: dict[str, set[int]] = {}
    for model in {model for _, model, _, _ in told}:
        numbers = [number for _, each, number, _ in told if each == model]
        alive[model] = {row.id for row in odoo.read(model, numbers, ["id"], **WHOLE)} if odoo.has(model) else set()
    present = Present(odoo)
    for name, model, number, data in told:
        found = Found(name, model, number, data, number in alive[model])
        (present.made if name.startswith(MADE) else present.parts)[name] = found
    return present


def may_read(odoo: Odoo, model: str) -> bool:
    """Whether a model of ours can still be read. False: a removal that was broken off has emptied it and taken its
    rights, so there is nothing to read.

    Raises `AccessDenied` where rights to it stand, only none of ours: then it may hold rows.
    """
    try:
        odoo.count(model, [])
    except AccessDenied as error:
        if not odoo.count("ir.model.access", [["model_id.model", "=", model]]):
            return False
        raise AccessDenied(
            f"{odoo.user.login} may not read {model}, though others may, so nobody knows what it holds. Give back the "
            "right that was taken away in Odoo, or have set-up make it again: `triage odoo setup`, with its feature."
        ) from error
    return True
