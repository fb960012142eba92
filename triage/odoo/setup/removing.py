"""Taking set-up away: what people wrote is exported first, then all goes in an order in which each record can go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from triage.errors import AccessDenied, UsageError
from triage.odoo.client import Odoo
from triage.odoo.setup.applying import delete
from triage.odoo.setup.manifest import KEY, Manifest, write_manifest
from triage.odoo.setup.ordering import away_for_upgrade, going, ordered
from triage.odoo.setup.parts import MODULE, Export, Feature
from triage.odoo.setup.place import everywhere
from triage.odoo.setup.present import MADE, Found, Present

_PAGE = 200


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


def planned_removal(
    present: Present, manifest: Manifest, features: Mapping[str, Feature], major: int, only: Sequence[str] = ()
) -> Removal:
    """All that is ours, or only what belongs to some features and to no other that stays.

    Raises `UsageError` for a feature that is none, or that another one needs which stays.
    """
    if not only:
        exports = [each for feature in features.values() for each in feature.exports]
        return Removal(tuple(exports), tuple(present.made.values()), tuple(going(present.parts.values())), ())
    for name in only:
        if name not in features:
            raise UsageError(f"there is no feature {name!r}. These are: {', '.join(features)}.")
    stay = [name for name in manifest.features if name not in only]
    for name in stay:
        needed = [each for each in features[name].with_features if each in only] if name in features else []
        if needed:
            raise UsageError(f"{needed[0]} is needed by {name}: remove that one too.")
    kept = _names([features[name] for name in stay if name in features], major)
    gone = _names([features[name] for name in only], major) - kept
    found = [each for each in present.parts.values() if each.name in gone]
    exports = [each for name in only for each in features[name].exports]
    kinds = tuple(f"{MADE}{features[name].makes}" for name in only if features[name].makes)
    made = [each for each in present.made.values() if each.name.startswith(kinds)]
    return Removal(tuple(exports), tuple(made), tuple(going(found)), tuple(stay))


def _names(features: Iterable[Feature], major: int) -> set[str]:
    """What the parts of features are called, wherever they are."""
    return {part.name for feature in features for place in everywhere(major) for part in feature.parts(place)}


def planned_upgrade(present: Present, features: Mapping[str, Feature], major: int) -> list[Found]:
    """What is taken away before Odoo upgrades modules, in the order in which it can go."""
    declared = [part for feature in features.values() for place in everywhere(major) for part in feature.parts(place)]
    parts = {part.name: part for part in reversed(declared)}  # of those of one name the one with code, which has more
    names = set(away_for_upgrade(ordered(list(parts.values()))))
    return going(each for name, each in present.parts.items() if name in names and each.is_there)


def export(odoo: Odoo, exports: Iterable[Export], path: Path) -> int:
    """Write the rows into a new file, a JSON object a line; how many. No rows: no file.

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
    if not odoo.has(wanted.model):
        return
    ids = [row.id for row in odoo.search(wanted.model, wanted.domain, ["id"], order="id", active_test=False)]
    names = [*wanted.fields, "create_uid", "create_date", "write_uid", "write_date"]
    for start in range(0, len(ids), _PAGE):
        for row in odoo.read(wanted.model, ids[start : start + _PAGE], names):
            yield {"model": wanted.model, **row.values}


@dataclass
class Remover:
    """Deletes what is planned. May be broken off after any call; the next run goes on."""

    odoo: Odoo
    manifest: Manifest
    tell: Callable[[str], None] = lambda line: None

    def remove(self, removal: Removal) -> None:
        """All of it, and what set-up remembers where nothing stays."""
        if removal.features and self.manifest.parameter is not None:
            kept = Manifest(self.manifest.version, removal.features, self.manifest.parts, self.manifest.parameter)
            self.manifest = write_manifest(self.odoo, self.manifest, kept)
        self.take_away(removal.made)
        for each in removal.parts:
            if each.model == "ir.model" and each.is_there:
                self._empty(each)
        self.take_away(removal.parts)
        if not removal.features:
            self._forget()

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
            left = [("model", "=", "ir.model.inherit"), ("name", "=like", f"model_inherit__{name}__%")]
            rows = self.odoo.search("ir.model.data", left, ["id"])
            if rows:
                self.odoo.call("ir.model.data", "unlink", [row.id for row in rows])

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
            while ids := [row.id for row in self.odoo.search(model, [], ["id"], limit=_PAGE, active_test=False)]:
                delete(self.odoo, model, ids)

    def _forget(self) -> None:
        """The last of ours: external ids whose records Odoo took with others, and the parameter."""
        self._tidy(["x_triage_%"])
        rows = self.odoo.search("ir.model.data", [("module", "=", MODULE)], ["id"])
        if rows:
            self.odoo.call("ir.model.data", "unlink", [row.id for row in rows])
        kept = self.odoo.search("ir.config_parameter", [("key", "=", KEY)], ["id"])
        if kept:
            self.odoo.call("ir.config_parameter", "unlink", [row.id for row in kept])
