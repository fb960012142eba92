"""Doing what is planned, in calls that are one transaction in Odoo each, so that it may end after any of them.

A record and its external id come into being in one transaction: Odoo's own import (`load`) makes both. So nothing is
ever adopted by guess, and what an interrupted run has made is found by its name the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import stamina

from triage.errors import OdooRejected
from triage.odoo.client import Field, Odoo
from triage.odoo.setup.manifest import VERSION, Manifest, write_manifest
from triage.odoo.setup.parts import Part, Ref, Terms
from triage.odoo.setup.plan import WRITES, Do, Plan, Step, hashes
from triage.odoo.setup.present import Present
from triage.odoo.setup.values import Resolver, as_row, digest, external, pointers, pointers_of

_Result = TypeVar("_Result")
_PAGE = 200
LOADING = "install_mode"
"""With it in the context a new model has no field that was not asked for. Odoo 18 sets it itself, 19 does not."""
QUIET = {"noupdate": True, "tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}


@dataclass
class Applier:
    """Carries out one plan. `tell` hears of each step before it is done."""

    odoo: Odoo
    present: Present
    manifest: Manifest
    tell: Callable[[Step], None] = lambda step: None

    def apply(self, plan: Plan) -> Manifest:
        """Do all steps and keep the manifest. Makes no call that writes where nothing is to be done.

        Raises `OdooRejected` that names the part which Odoo refuses; what was done before stands.
        """
        resolver = Resolver(self.odoo, self.present.id_of)
        resolver.fetch([step.part for step in plan.steps if step.part is not None])
        chosen = replace(
            self.manifest, version=VERSION, features=plan.features, no_code=plan.no_code, watchers=plan.watchers
        )
        if plan.writes:
            coming = {**self._still(self.manifest.coming, plan.steps), **self._announced(plan.steps, resolver)}
            self._remember(replace(chosen, parts=self._standing(plan.steps), coming=coming))
        for batch in batches(plan.steps):
            for step in batch:
                self.tell(step)
            self._do(batch, resolver)
        written = {step.name: hashed for step in plan.steps if (hashed := self._hashes(step, resolver))}
        off = tuple(name for name in self.manifest.off if self.present.id_of(name) is None)
        left = self._still(self.manifest.coming, plan.steps)
        self._remember(replace(chosen, parts=dict(sorted(written.items())), coming=left, off=off))
        return self.manifest

    def _remember(self, manifest: Manifest) -> None:
        self.manifest = write_manifest(self.odoo, self.manifest, replace(manifest, parameter=self.manifest.parameter))

    def _standing(self, steps: Sequence[Step]) -> dict[str, Mapping[str, str]]:
        """Hashes by part before anything is done: of what stands there where that is ours, else as they were kept."""
        found = dict(self._still(self.manifest.parts, steps, Do.DELETE))
        for step in steps:
            if step.part is not None and step.do in {Do.UPDATE, Do.KEEP}:
                there = self.present.values(step.part)
                found[step.name] = {name: digest(there.get(name)) for name in step.part.values}
        return dict(sorted(found.items()))

    def _announced(self, steps: Sequence[Step], resolver: Resolver) -> dict[str, Mapping[str, str]]:
        """Hashes of what these steps are about to write, as far as all that it refers to is there already."""
        found: dict[str, Mapping[str, str]] = {}
        for step in steps:
            if step.part is None or step.do not in {Do.CREATE, Do.UPDATE}:
                continue
            known = self._fields(step.model)
            values = {
                name: value
                for name, value in step.part.values.items()
                if name in known and all(resolver.id_of(each) is not None for each in pointers(value))
            }
            if values:
                found[step.name] = hashes(values, resolver, known)
        return found

    def _still(
        self, kept: Mapping[str, Mapping[str, str]], steps: Sequence[Step], *more: Do
    ) -> dict[str, Mapping[str, str]]:
        """What was kept of parts that are left as they are."""
        left = [step.name for step in steps if step.do in {Do.REFUSE, Do.LEAVE, *more} and not step.is_feature]
        return {name: kept[name] for name in left if name in kept}

    def _hashes(self, step: Step, resolver: Resolver) -> Mapping[str, str]:
        """Of what set-up has written into a part: now, or before where it is left as it is."""
        if step.part is not None and step.do in {Do.CREATE, Do.UPDATE, Do.KEEP}:
            return hashes(step.part.values, resolver, self._fields(step.model))
        return self._still(self.manifest.parts, [step]).get(step.name, {})

    def _fields(self, model: str) -> Mapping[str, Field]:
        """Fields of a model; of one of ours asked for anew, because it may have come into being just now."""
        if model.startswith("x_"):
            self.odoo.forget(model)
        return self.odoo.fields(model) or {}

    def _do(self, batch: Sequence[Step], resolver: Resolver) -> None:
        first, parts = batch[0], [step.part for step in batch if step.part is not None]
        found = [step.found for step in batch if step.found is not None]
        if any(resolver.missing(part) for part in parts):
            resolver.fetch(parts)
        coming = self._announced(batch, resolver)
        if any(self.manifest.coming.get(name) != hashed for name, hashed in coming.items()):
            self._remember(replace(self.manifest, coming={**self.manifest.coming, **coming}))
        try:
            if first.do is Do.CREATE:
                self._create(parts, resolver)
            elif first.do is Do.UPDATE:
                values = {name: self._written(parts[0], name, resolver) for name in first.changed}
                self.odoo.call(first.model, "write", [found[0].id], {"vals": values}, QUIET)
            elif first.do is Do.RENAME:
                self.odoo.call("ir.model.data", "write", [found[0].data], {"vals": {"name": first.name}})
            elif first.do is Do.DELETE:
                for step in batch:
                    if step.rows is not None:
                        delete_rows(self.odoo, step.rows.model, step.rows.domain)
                delete(self.odoo, first.model, [each.id for each in found])
            elif first.do is Do.FORGET:
                self.odoo.call("ir.model.data", "unlink", [each.data for each in found])
        except OdooRejected as error:
            names = ", ".join(step.name for step in batch)
            raise OdooRejected(f"{names} ({first.model}): {error}", kind=error.kind) from error

    def _create(self, parts: Sequence[Part], resolver: Resolver) -> None:
        kinds = {name: field.type for name, field in self._fields(parts[0].model).items()}
        rows, columns = [], [""]
        for part in parts:
            is_off = part.name in self.manifest.off and "active" in part.once
            once = {**part.once, "active": False} if is_off else part.once
            values = {name: resolver.value(value) for name, value in {**part.values, **once}.items()}
            columns, texts = as_row(values, kinds)
            rows.append([external(part), *texts])
        model, named = parts[0].model, {"fields": ["id", *columns], "data": rows}
        ids = _patiently(model.startswith("x_"), lambda: self._loaded(model, named, len(parts)))
        for part, number in zip(parts, ids, strict=True):
            self.present.add(part.name, part.model, int(number))

    def _loaded(self, model: str, named: Mapping[str, Any], number: int) -> list[int]:
        """Ids of what was made, in order. Raises `OdooRejected` with Odoo's words where it takes one of them not."""
        answer = self.odoo.call(model, "load", named=named, context={**QUIET, LOADING: True})
        ids = answer.get("ids") if isinstance(answer, dict) else None
        if not ids or len(ids) != number:
            told = [str(each.get("message")) for each in answer.get("messages") or ()] if answer else []
            raise OdooRejected(f"Odoo does not take it: {'; '.join(told) or 'no reason was given'}")
        return list(ids)

    def _written(self, part: Part, name: str, resolver: Resolver) -> Any:
        value = resolver.value(part.values[name])
        return [[6, 0, value]] if isinstance(value, list) else value


def batches(steps: Sequence[Step]) -> list[list[Step]]:
    """Steps that write, those together that one call can do: new records of a model with the same fields, of which none
    refers to another, and records of a model that go. Odoo rebuilds its models after each call that changes them.
    """
    found: list[list[Step]] = []
    run: list[list[Step]] = []
    for step in steps:
        if step.do not in WRITES:
            continue
        if run and (step.do, step.model) != (run[0][0].do, run[0][0].model):
            run = []
        names = {each.name for batch in run for each in batch}
        joined = next((batch for batch in run if _goes_with(step, batch[0], names)), None)
        if joined is not None:
            joined.append(step)
            continue
        found.append([step])
        run.append(found[-1])
    return found


def _goes_with(step: Step, first: Step, names: set[str]) -> bool:
    """Whether a step can be done in the call of another, before what stands between them."""
    if step.do in {Do.DELETE, Do.FORGET}:
        return True
    if step.do is not Do.CREATE or step.part is None or first.part is None:
        return False
    lonely = step.part.values.get("ttype") == "one2many"  # names its other side, which may come in between
    refers = any(isinstance(each, Ref) and each.part in names for each in pointers_of(step.part))
    return not lonely and not refers and _columns(step.part) == _columns(first.part)


def _columns(part: Part) -> list[str]:
    return [*part.values, *part.once]


def delete(odoo: Odoo, model: str, ids: list[int]) -> None:
    """Delete records; Odoo takes their external ids with them. A schedule that runs just now is waited for."""
    _patiently(model == "ir.cron", lambda: odoo.call(model, "unlink", ids, context=QUIET))


def delete_rows(odoo: Odoo, model: str, domain: Terms = ()) -> None:
    """Delete rows of a model of ours themselves, so that their messages, activities and files go with them."""
    while ids := [row.id for row in odoo.search(model, domain, ["id"], limit=_PAGE, active_test=False)]:
        delete(odoo, model, ids)


def _patiently(may_pass: bool, do: Callable[[], _Result]) -> _Result:
    """Do it, and again some times where a refusal may be one that passes: a schedule that is running, or a worker of
    Odoo's that has not heard yet of a right to a new model.
    """
    refused = OdooRejected if may_pass else ()
    for attempt in stamina.retry_context(on=refused, attempts=5, wait_initial=1.0, wait_max=10.0, timeout=None):
        with attempt:
            return do()
    raise AssertionError("unreachable: the last attempt raises")
