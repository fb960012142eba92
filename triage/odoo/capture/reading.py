"""Reads of one capture: in one company's context, taking what exists and is allowed, and noting the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from triage.errors import AccessDenied, OdooRejected, RecordMissing
from triage.odoo.capture.missing import Missing
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

Term = tuple[str, str, Any]

_NONE: Mapping[str, Any] = MappingProxyType({})
_BARE: Mapping[str, Any] = MappingProxyType({"load": ""})


def literal(text: str) -> str:
    """A text for `ilike` and `=ilike` in which no character stands for others."""
    return re.sub(r"([\\%_])", r"\\\1", text)


@dataclass
class Reader:
    """Reads in one context. A right or an app that is lacking gives no rows and a note, never an error."""

    odoo: Odoo
    context: Mapping[str, Any]
    missing: Missing = field(default_factory=Missing)
    disturbed: bool = False
    """Whether a record vanished while it was read: then what was read does not belong together."""
    _gives_bare_ids: bool = True

    def search(
        self,
        topic: str,
        model: str,
        domain: Sequence[Any],
        names: Sequence[str],
        *,
        order: str | None = None,
        limit: int | None = None,
        options: Mapping[str, Any] = _NONE,
        **context: Any,
    ) -> list[Row]:
        """The records that match. `options` are further arguments of Odoo's read; an Odoo that knows none goes
        without."""
        if self.odoo.fields(model) is None:
            self.missing.absent(topic, model)
            return []
        whole = {**self.context, **context}
        try:
            if options and self._gives_bare_ids:
                return self._search_with(options, model, domain, names, order, limit, whole)
            return self.odoo.search(model, domain, names, order=order, limit=limit, **whole)
        except AccessDenied:
            self.missing.denied(topic, model)
        except RecordMissing:
            self.disturbed = True
        except OdooRejected as error:
            # A field of somebody's module that fails must not cost the case.
            self.missing.note(topic, f"Odoo fails to read them ({error})")
        return []

    def _search_with(
        self,
        options: Mapping[str, Any],
        model: str,
        domain: Sequence[Any],
        names: Sequence[str],
        order: str | None,
        limit: int | None,
        context: Mapping[str, Any],
    ) -> list[Row]:
        known = self.odoo.fields(model) or {}
        named: dict[str, Any] = {"domain": [list(term) if isinstance(term, tuple) else term for term in domain]}
        named["fields"] = ["id", *(name for name in dict.fromkeys(names) if name in known and name != "id")]
        named |= {"order": order} if order else {}
        named |= {"limit": limit} if limit else {}
        try:
            found = self.odoo.call(model, "search_read", named={**named, **options}, context=context, again=True)
        except OdooRejected:
            self._gives_bare_ids = False
            return self.odoo.search(model, domain, names, order=order, limit=limit, **context)
        return [Row(model, values) for values in found]

    def read(
        self, topic: str, model: str, ids: Iterable[int], names: Sequence[str], *, bare: bool = False
    ) -> list[Row]:
        """These records, archived ones too, as far as they exist. No call where there is nothing to read.

        `bare` as with `where_any`.
        """
        wanted = sorted(set(ids))
        if not wanted:
            return []
        options = _BARE if bare else _NONE
        return self.search(topic, model, [("id", "in", wanted)], names, order="id", options=options, active_test=False)

    def where_any(
        self,
        topic: str,
        model: str,
        terms: Iterable[Term],
        names: Sequence[str],
        *,
        order: str | None = None,
        limit: int | None = None,
        bare: bool = False,
    ) -> list[Row]:
        """The records that match any of these terms. Terms over fields that this Odoo lacks, or over nothing, fall
        away; where none is left, nothing is asked.

        `bare`: links as ids alone. Odoo makes up a name for each otherwise, which takes most of the time of long lists.
        """
        found = self.either(model, terms)
        if not found:
            return []
        options = _BARE if bare else _NONE
        return self.search(topic, model, found, names, order=order, limit=limit, options=options)

    def either(self, model: str, terms: Iterable[Term]) -> list[Any]:
        """These terms joined by `or`, without those that this Odoo cannot answer."""
        known = [term for term in terms if term[2] not in ([], (), None, "") and self.knows(model, term[0])]
        return ["|"] * (len(known) - 1) + known

    def knows(self, model: str, path: str) -> bool:
        """Whether a model has the field, or the chain of fields, that a dotted path names."""
        first, _, rest = path.partition(".")
        fields = self.odoo.fields(model)
        if fields is None or first not in fields:
            return False
        return self.knows(fields[first].relation or "", rest) if rest else True
