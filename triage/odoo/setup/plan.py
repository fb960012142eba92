"""What set-up would do: each part is created, updated, kept, deleted, left out or refused, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from triage.errors import AccessDenied, UsageError
from triage.odoo.setup.manifest import Manifest
from triage.odoo.setup.ordering import going, ordered, provider
from triage.odoo.setup.parts import Feature, FieldOf, Known, ModelOf, Part, Ref, Told, Value
from triage.odoo.setup.place import Surroundings, names_of
from triage.odoo.setup.present import WHOLE, Found, Present, may_read
from triage.odoo.setup.values import Pointer, Resolver, canonical, digest


class Do(StrEnum):
    """What happens with a part."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    KEEP = "keep"
    DELETE = "delete"
    FORGET = "forget"
    """The record is gone, its external id is left."""
    LEAVE = "leave out"
    REFUSE = "refuse"


WRITES = frozenset({Do.CREATE, Do.UPDATE, Do.RENAME, Do.DELETE, Do.FORGET})


@dataclass(frozen=True)
class Step:
    """One part, or one feature that is left out as a whole."""

    do: Do
    name: str
    """External name of the part, or name of the feature."""
    model: str
    feature: str
    why: str
    """What it is for, or the reason of a refusal."""
    changed: tuple[str, ...] = ()
    """Fields that differ."""
    part: Part | None = field(default=None, repr=False)
    found: Found | None = field(default=None, repr=False)
    rows: Told | None = field(default=None, repr=False)
    """Rows that go before the record does."""

    @property
    def is_feature(self) -> bool:
        """Whether this is a feature that is left out as a whole."""
        return not self.model


@dataclass(frozen=True)
class Plan:
    """All steps, in the order in which they are done, and what is to be remembered of what was chosen."""

    steps: tuple[Step, ...]
    features: tuple[str, ...]
    no_code: bool = False
    """Whether `--no-code` was said."""
    watchers: tuple[int, ...] = ()
    """Who is told where the configuration names nobody."""

    def of(self, *kinds: Do) -> list[Step]:
        """Steps of these kinds."""
        return [step for step in self.steps if step.do in kinds]

    @property
    def writes(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.of(*WRITES))


@dataclass
class Planner:
    """Compares what is declared with what stands in Odoo. Reads only."""

    place: Surroundings
    features: Mapping[str, Feature]
    present: Present
    manifest: Manifest
    overwrite: bool = False
    _steps: list[Step] = field(default_factory=list)
    _undecided: list[tuple[Feature, str]] = field(default_factory=list)
    """Features whose parts cannot be told, because our own configuration lacks something, and what."""

    def plan(self, wanted: Sequence[str]) -> Plan:
        """The steps for these features, with those that they need. Raises `UsageError` for a feature that is none."""
        names = with_needed(wanted, self.features)
        declared: dict[str, tuple[Part, str]] = {}
        for name in names:
            for part in self._parts_of(self.features[name]):
                declared.setdefault(part.name, (part, name))
        parts = ordered([part for part, _ in declared.values()])
        self._renamed(parts, {name: feature for name, (_, feature) in declared.items()})
        self.present.fetch(parts)
        resolver = Resolver(self.place.odoo, self.present.id_of)
        resolver.fetch(parts)
        coming: dict[str, Part] = {}
        for part in parts:
            step = self._step(part, declared[part.name][1], resolver, coming)
            self._steps.append(step)
            if step.do not in {Do.LEAVE, Do.REFUSE}:
                coming[part.name] = part
        self._steps += self._kept(self._planned())
        self._steps += self._obsolete(self._planned())
        return Plan(tuple(self._steps), tuple(names), self.manifest.no_code, self.place.usual_watchers)

    def _planned(self) -> set[str]:
        """Names of parts that have a step. A feature that is left out whole may be called like one of its parts."""
        return {step.name for step in self._steps if not step.is_feature}

    def _parts_of(self, feature: Feature) -> Sequence[Part]:
        lacking = self.place.lacking(feature.needs)
        try:
            parts = () if lacking else feature.parts(self.place)
        except UsageError as error:
            lacking, parts = str(error), ()
            self._undecided.append((feature, lacking))
        if lacking:
            self._steps.append(Step(Do.LEAVE, feature.name, "", feature.name, lacking + _instead(feature)))
        return parts

    def _renamed(self, parts: Sequence[Part], feature_of: Mapping[str, str]) -> None:
        """Take over records that an earlier version knew by another name."""
        for part in parts:
            old = next((name for name in part.former if name in self.present.parts), None)
            if old is None or part.name in self.present.parts or self.present.parts[old].model != part.model:
                continue
            found = self.present.parts.pop(old)
            self.present.parts[part.name] = Found(part.name, found.model, found.id, found.data, found.is_there)
            why = f"was called {old} in an earlier version"
            self._steps.append(
                Step(Do.RENAME, part.name, part.model, feature_of[part.name], why, part=part, found=found)
            )

    def _step(self, part: Part, feature: str, resolver: Resolver, coming: Mapping[str, Part]) -> Step:
        def step(do: Do, why: str = part.why, changed: Iterable[str] = (), found: Found | None = None) -> Step:
            return Step(do, part.name, part.model, feature, why, tuple(changed), part, found)

        lacking = part.lacks or self.place.lacking(part.needs) or self._dangling(part, resolver, coming)
        if lacking:
            return step(Do.LEAVE, lacking)
        found = self.present.parts.get(part.name)
        if found is not None and found.model != part.model:
            return step(Do.REFUSE, f"our name {part.name} stands for a record of {found.model} here")
        if found is None or not found.is_there:
            other = self._others(part, resolver)
            if other is not None:
                return step(Do.REFUSE, f"{part.model} {other} is the same and was made by others; it is left alone")
            return step(Do.CREATE, found=found)
        changed = self._changed(part, resolver)
        strange = [name for name in changed if not self._is_ours(part, name)]
        if strange and not self.overwrite:
            why = f"changed by hand: {', '.join(strange)}; --overwrite writes it anew"
            return step(Do.REFUSE, why, changed, found)
        return step(Do.UPDATE if changed else Do.KEEP, changed=changed, found=found)

    def _dangling(self, part: Part, resolver: Resolver, coming: Mapping[str, Part]) -> str:
        """What a part refers to and neither is there nor will be."""
        lacks = [each for each in resolver.missing(part) if provider(each, coming) is None]
        return f"refers to {_said(lacks[0])}, which is not there" if lacks else ""

    def _others(self, part: Part, resolver: Resolver) -> int | None:
        """A record of others that is the same thing."""
        values = {**part.values, **part.once}
        domain = [(name, "=", resolver.value(values[name])) for name in part.unique]
        if not domain or any(value is None for _, _, value in domain):
            return None
        rows = self.place.odoo.search(part.model, domain, ["id"], order="id", active_test=False, **WHOLE)
        ours = self.present.ids(part.model)
        return next((row.id for row in rows if row.id not in ours), None)

    def _changed(self, part: Part, resolver: Resolver) -> list[str]:
        known = self.place.odoo.fields(part.model) or {}
        there = self.present.values(part)
        return [
            name
            for name, value in part.values.items()
            if canonical(name, known[name].type, resolver.value(value)) != there.get(name)
        ]

    def _is_ours(self, part: Part, name: str) -> bool:
        there, names = self.present.values(part).get(name), (part.name, *part.former)
        if not there and any(self.manifest.is_new_to(each, name) for each in names):
            return True  # nobody has filled it in, and an earlier version did not know it
        return any(self.manifest.is_ours(each, name, digest(there)) for each in names)

    def _kept(self, planned: set[str]) -> list[Step]:
        """What stands there of features whose parts cannot be told now: that is no reason to take it away."""
        return [
            Step(Do.LEAVE, name, found.model, feature.name, f"left as it is: {lacking}", found=found)
            for feature, lacking in self._undecided
            for name in sorted(names_of([feature], self.place.major) - planned)
            if (found := self.present.parts.get(name)) is not None and found.is_there
        ]

    def _obsolete(self, planned: set[str]) -> list[Step]:
        """What is ours and not wanted any more, in the order in which it can go; and names whose record is gone.

        A model that holds rows stays with all that belongs to it: only `remove` exports rows.
        """
        steps = []
        old = going(each for name, each in self.present.parts.items() if name not in planned)
        models = [each for each in old if each.model == "ir.model"]
        holding = {each.id: why for each in models if (why := self._held(each, old))}
        about = self._about(old) if holding else {}
        tells = {name: told for feature in self.features.values() for name, told in feature.tells.items()}
        for found in old:
            owner = found.id if found.model == "ir.model" else about.get((found.model, found.id), 0)
            do, why = Do.DELETE if found.is_there else Do.FORGET, "no longer part of what is set up"
            if owner in holding:
                do, why = Do.REFUSE, holding[owner]
            told = tells.get(found.name) if do is Do.DELETE else None
            steps.append(Step(do, found.name, found.model, "", why, found=found, rows=told))
        return steps

    def _about(self, found: Sequence[Found]) -> dict[tuple[str, int], int]:
        """Of fields, rights and rules: the id of the model that they are of."""
        told: dict[tuple[str, int], int] = {}
        for model in ("ir.model.fields", "ir.model.access", "ir.rule"):
            ids = [each.id for each in found if each.model == model]
            for row in self.place.odoo.read(model, ids, ["model_id"]):
                told[model, row.id] = row.one("model_id") or 0
        return told

    def _held(self, found: Found, going_too: Sequence[Found]) -> str:
        """Why a model of ours has to stay; rows that are parts and go, too, or that Odoo itself deletes after an hour
        are no reason.
        """
        rows = self.place.odoo.read("ir.model", [found.id], ["model", "transient"])
        if not rows or rows[0].values.get("transient"):
            return ""
        model = rows[0].text("model") or ""
        try:
            own = [each.id for each in going_too if each.model == model]
            number = self.place.odoo.count(model, [("id", "not in", own)]) if may_read(self.place.odoo, model) else 0
        except AccessDenied as error:
            return str(error)
        return f"its model holds {number} rows: `triage odoo remove` exports them first" if number else ""


def _instead(feature: Feature) -> str:
    """What there is in place of a feature that is left out."""
    if feature.rule is not None:
        return "; polling only: the sweep finds the change within a minute"
    return f"; instead: {feature.without_code}" if feature.without_code else ""


def with_needed(wanted: Sequence[str], features: Mapping[str, Feature]) -> list[str]:
    """These features and those that they need, each after what it needs. Raises `UsageError` for an unknown one."""
    found: dict[str, None] = {}
    for name in wanted:
        if name not in features:
            raise UsageError(f"there is no feature {name!r}. These are: {', '.join(features)}.")
        for each in with_needed(features[name].with_features, features):
            found[each] = None
        found[name] = None
    return list(found)


def hashes(values: Mapping[str, Value], resolver: Resolver, kinds: Mapping[str, Any]) -> dict[str, str]:
    """Hashes of what a part's values are once they are written."""
    return {name: digest(canonical(name, kinds[name].type, resolver.value(value))) for name, value in values.items()}


def _said(pointer: Pointer) -> str:
    if isinstance(pointer, Ref):
        return f"the part {pointer.part}"
    if isinstance(pointer, Known):
        return pointer.xmlid
    if isinstance(pointer, ModelOf):
        return f"the model {pointer.model}"
    return f"the field {pointer.model}.{pointer.name}" if isinstance(pointer, FieldOf) else str(pointer)
