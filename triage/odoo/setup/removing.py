"""Taking set-up away: what people wrote is exported first, then all goes in an order in which each record can go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from triage.errors import AccessDenied, UsageError
from triage.odoo.client import Odoo
from triage.odoo.setup.applying import delete, delete_rows
from triage.odoo.setup.manifest import KEY, Manifest, write_manifest
from triage.odoo.setup.ordering import away_for_upgrade, going, ordered
from triage.odoo.setup.parts import MODULE, Export, Feature
from triage.odoo.setup.place import everywhere, names_of
from triage.odoo.setup.present import MADE, Found, Present, may_read

_PAGE = 200
_INHERITED = "model_inherit__"
_SWITCHED = frozenset({"base.automation", "ir.cron"})
"""Models whose records people switch off and on."""


@dataclass(frozen=True)
class Removal:
    """What removing would do."""

    exports: tuple[Export, ...]
    made: tuple[Found, ...]
    """What parts made while they worked."""
    parts: tuple[Found, ...]
    """In the order in which they go."""
    features: tuple[str, ...]
    """Those that stay."""
    is_all: bool
    """Whether nothing of ours is left afterwards."""
    gone: frozenset[str] = frozenset()
    """Names of parts of features that go, whether or not they are there."""


def planned_removal(
    present: Present, manifest: Manifest, features: Mapping[str, Feature], major: int, only: Sequence[str] = ()
) -> Removal:
    """All that is ours, or only what belongs to some features and to no other that stays.

    Raises `UsageError` for a feature that is none, or that another one needs which stays.
    """
    if not only:
        exports = [each for feature in features.values() for each in feature.exports]
        parts = tuple(going(present.parts.values()))
        return Removal(tuple(exports), tuple(present.made.values()), parts, (), is_all=True)
    for name in only:
        if name not in features:
            raise UsageError(f"there is no feature {name!r}. These are: {', '.join(features)}.")
    stay = [name for name in manifest.features if name not in only]
    for name in stay:
        needed = [each for each in features[name].with_features if each in only] if name in features else []
        if needed:
            raise UsageError(f"{needed[0]} is needed by {name}: remove that one too.")
    kept = names_of([features[name] for name in stay if name in features], major)
    gone = names_of([features[name] for name in only], major) - kept
    found = [each for each in present.parts.values() if each.name in gone]
    exports = [each for name in only for each in features[name].exports]
    kinds = tuple(f"{MADE}{features[name].makes}" for name in only if features[name].makes)
    made = [each for each in present.made.values() if each.name.startswith(kinds)]
    left = [each for each in present.parts.values() if each.is_there and each.name not in gone]
    left += [each for each in present.made.values() if each.is_there and each not in made]
    is_all = not stay and not left
    return Removal(tuple(exports), tuple(made), tuple(going(found)), tuple(stay), is_all, frozenset(gone))


def planned_upgrade(present: Present, features: Mapping[str, Feature], major: int) -> list[Found]:
    """What is taken away before Odoo upgrades modules, in the order in which it can go."""
    declared = [part for feature in features.values() for place in everywhere(major) for part in feature.parts(place)]
    parts = {part.name: part for part in reversed(declared)}  # of those of one name the one with code, which has more
    names = set(away_for_upgrade(ordered(list(parts.values()))))
    return going(each for name, each in present.parts.items() if name in names and each.is_there)


def export(odoo: Odoo, exports: Iterable[Export], path: Path) -> int:
    """Write the rows into a new file, a JSON object a line; how many. No rows: no file.

    Of a model whose rights went in a removal that was broken off nothing is left: it was written then, and emptied.
    On disk when it returns. Raises `UsageError` where the file is there already or cannot be written.
    """
    rows = (line for each in exports for line in _lines(odoo, each))
    first = next(rows, None)
    if first is None:
        return 0
    number = 0
    try:
        with path.open("x", encoding="utf-8") as file:
            for line in _and(first, rows):
                file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
                number += 1
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}). Nothing was removed.") from error
    return number


def _and(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _lines(odoo: Odoo, wanted: Export) -> Iterator[dict[str, Any]]:
    if not odoo.has(wanted.model) or not may_read(odoo, wanted.model):
        return
    ids = [row.id for row in odoo.search(wanted.model, wanted.domain, ["id"], order="id", active_test=False)]
    names = [*wanted.fields, "create_uid", "create_date", "write_uid", "write_date"]
    for start in range(0, len(ids), _PAGE):
        for row in odoo.read(wanted.model, ids[start : start + _PAGE], names):
            yield {"model": wanted.model, **row.values}


def unanswered(odoo: Odoo, exports: Iterable[Export]) -> int:
    """How many of the rows the service has still to answer, as far as the rows themselves tell."""
    asked = [each for each in exports if each.unanswered and odoo.has(each.model)]
    return sum(odoo.count(each.model, each.unanswered) for each in asked if may_read(odoo, each.model))


def switched_off(odoo: Odoo, found: Iterable[Found]) -> list[str]:
    """Names of those of these parts that people have switched off."""
    names: list[str] = []
    for model, group in groupby(sorted(found, key=lambda each: each.model), key=lambda each: each.model):
        name_of = {each.id: each.name for each in group}
        if model in _SWITCHED and name_of:
            rows = odoo.read(model, name_of, ["active"])
            names += [name_of[row.id] for row in rows if not row.flag("active")]
    return sorted(names)


@dataclass
class Remover:
    """Deletes what is planned. May be broken off after any call; the next run goes on."""

    odoo: Odoo
    manifest: Manifest
    tell: Callable[[str], None] = lambda line: None

    def remove(self, removal: Removal) -> None:
        """All of it, and what set-up remembers where nothing of ours stays."""
        if removal.features or (not removal.is_all and self.manifest.parameter is not None):
            off = tuple(name for name in self.manifest.off if name not in removal.gone)
            kept = replace(self.manifest, features=removal.features, off=off)
            self.manifest = write_manifest(self.odoo, self.manifest, kept)
        self.take_away(removal.made)
        for each in removal.parts:
            if each.model == "ir.model" and each.is_there:
                self._empty(each)
        self.take_away(removal.parts)
        if removal.is_all:
            self._forget()

    def before_upgrade(self, found: Sequence[Found]) -> None:
        """Take these away for an upgrade of Odoo, and remember which of them people had switched off.

        What a run that was broken off took away before stays remembered.
        """
        there = {each.name for each in found}
        off = {name for name in self.manifest.off if name not in there} | set(switched_off(self.odoo, found))
        after = replace(self.manifest, off=tuple(sorted(off)))
        if after != self.manifest:
            self.manifest = write_manifest(self.odoo, self.manifest, after)
        self.take_away(found)

    def take_away(self, found: Iterable[Found]) -> None:
        """Delete these records, those of one model together, and external ids whose record is gone."""
        for model, group in groupby(found, key=lambda each: each.model):
            these = list(group)
            for each in these:
                self.tell(f"{each.name} ({each.model} {each.id})")
            gone = [each.data for each in these if not each.is_there]
            if gone:
                self.odoo.call("ir.model.data", "unlink", gone)
            there = [each.id for each in these if each.is_there]
            if model == "ir.model.fields" and there:
                there = self._without_other_sides(there)
            names = self._called(there) if model == "ir.model" else []
            if there:
                delete(self.odoo, model, there)
            self._tidy(names)

    def _called(self, ids: list[int]) -> list[str]:
        """Technical names of models of ours."""
        rows = self.odoo.read("ir.model", ids, ["model"])
        return [name for row in rows if (name := row.text("model") or "").startswith("x_")]

    def _tidy(self, models: list[str]) -> None:
        """Odoo 19 keeps external ids of what these models inherited, whose records have gone with them."""
        for name in models:
            left = [("model", "=", "ir.model.inherit"), ("name", "=like", f"{_INHERITED}{name}__%")]
            rows = self.odoo.search("ir.model.data", left, ["name"])
            held = self.odoo.search("ir.model", [("model", "=like", "x_%")], ["model"]) if rows else []
            stand = tuple(f"{_INHERITED}{(each.text('model') or '').replace('.', '_')}__" for each in held)
            gone = [row.id for row in rows if not (row.text("name") or "").startswith(stand)]
            if gone:
                self.odoo.call("ir.model.data", "unlink", gone)

    def _without_other_sides(self, ids: list[int]) -> list[int]:
        """Delete the one2many fields among these, on whose other side Odoo holds on; the others."""
        rows = self.odoo.search("ir.model.fields", [("id", "in", ids), ("ttype", "=", "one2many")], ["id"])
        sides = {row.id for row in rows}
        if sides:
            delete(self.odoo, "ir.model.fields", sorted(sides))
        return [each for each in ids if each not in sides]

    def _empty(self, found: Found) -> None:
        """Delete a model's rows themselves, so that their messages, activities and files go with them.

        It is done while the administrator's right to it still stands; a run that was broken off may have taken it.
        """
        model = next(iter(self._called([found.id])), None)
        if model is None:
            return
        with suppress(AccessDenied):
            delete_rows(self.odoo, model)

    def _forget(self) -> None:
        """The last of ours: external ids whose records Odoo took with others, and the parameter."""
        self._tidy(["x_triage_%"])
        rows = self.odoo.search("ir.model.data", [("module", "=", MODULE)], ["id"])
        if rows:
            self.odoo.call("ir.model.data", "unlink", [row.id for row in rows])
        kept = self.odoo.search("ir.config_parameter", [("key", "=", KEY)], ["id"])
        if kept:
            self.odoo.call("ir.config_parameter", "unlink", [row.id for row in kept])
