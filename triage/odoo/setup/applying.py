"""Doing what is planned. Each step is one call and one transaction in Odoo, so that it may end after any of them.

A record and its external id come into being in one transaction: Odoo's own import (`load`) makes both. So nothing is
ever adopted by guess, and what an interrupted run has made is found by its name the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from triage.errors import OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.setup.manifest import VERSION, Manifest, write_manifest
from triage.odoo.setup.parts import Part
from triage.odoo.setup.plan import Do, Plan, Step, hashes
from triage.odoo.setup.present import Present
from triage.odoo.setup.values import Resolver, as_row, external

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
        chosen = Manifest(VERSION, plan.features, self.manifest.parts, self.manifest.parameter)
        if plan.writes:
            self.manifest = write_manifest(self.odoo, self.manifest, chosen)
        resolver = Resolver(self.odoo, self.present.id_of)
        parts = [step.part for step in plan.steps if step.part is not None]
        resolver.fetch(parts)
        written: dict[str, Mapping[str, str]] = {}
        for step in plan.steps:
            if step.do is not Do.KEEP:
                self.tell(step)
            self._do(step, resolver)
            if step.part is not None and step.do in {Do.CREATE, Do.UPDATE, Do.KEEP}:
                kinds = self.odoo.fields(step.model) or {}
                written[step.name] = hashes(step.part, resolver, kinds)
            elif step.part is not None and step.do is Do.REFUSE and step.name in self.manifest.parts:
                written[step.name] = self.manifest.parts[step.name]
        after = Manifest(VERSION, plan.features, dict(sorted(written.items())), self.manifest.parameter)
        self.manifest = write_manifest(self.odoo, self.manifest, after)
        return self.manifest

    def _do(self, step: Step, resolver: Resolver) -> None:
        try:
            if step.do is Do.CREATE and step.part is not None:
                if resolver.missing(step.part):
                    resolver.fetch([step.part])
                self._create(step.part, resolver)
            elif step.do is Do.UPDATE and step.part is not None and step.found is not None:
                if resolver.missing(step.part):
                    resolver.fetch([step.part])
                values = {name: self._written(step.part, name, resolver) for name in step.changed}
                self.odoo.call(step.model, "write", [step.found.id], {"vals": values}, QUIET)
            elif step.do is Do.RENAME and step.found is not None:
                self.odoo.call("ir.model.data", "write", [step.found.data], {"vals": {"name": step.name}})
            elif step.do is Do.DELETE and step.found is not None:
                delete(self.odoo, step.found.model, [step.found.id])
            elif step.do is Do.FORGET and step.found is not None:
                self.odoo.call("ir.model.data", "unlink", [step.found.data])
        except OdooRejected as error:
            raise OdooRejected(f"{step.name} ({step.model}): {error}", kind=error.kind) from error

    def _create(self, part: Part, resolver: Resolver) -> None:
        known = self.odoo.fields(part.model) or {}
        values = {name: resolver.value(value) for name, value in {**part.values, **part.once}.items()}
        columns, texts = as_row(values, {name: known[name].type for name in values if name in known})
        named = {"fields": ["id", *columns], "data": [[external(part), *texts]]}
        answer = self.odoo.call(part.model, "load", named=named, context=QUIET)
        ids = answer.get("ids") if isinstance(answer, dict) else None
        if not ids:
            told = [str(each.get("message")) for each in answer.get("messages") or ()] if answer else []
            raise OdooRejected(f"Odoo does not take it: {'; '.join(told) or 'no reason was given'}")
        self.present.add(part.name, part.model, int(ids[0]))

    def _written(self, part: Part, name: str, resolver: Resolver) -> Any:
        value = resolver.value(part.values[name])
        return [[6, 0, value]] if isinstance(value, list) else value


def delete(odoo: Odoo, model: str, ids: list[int]) -> None:
    """Delete records; Odoo takes their external ids with them."""
    odoo.call(model, "unlink", ids, context=QUIET)
