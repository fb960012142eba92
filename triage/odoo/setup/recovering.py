"""What was chosen, told from what stands in Odoo, where the parameter that remembers it is gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from triage.odoo.setup.manifest import VERSION, Manifest
from triage.odoo.setup.parts import Feature
from triage.odoo.setup.place import names_of
from triage.odoo.setup.present import Present


def recovered(manifest: Manifest, present: Present, features: Mapping[str, Feature], major: int) -> Manifest:
    """The manifest; where there was none though parts of ours stand there, one with the features that these belong to.

    So a lost parameter never makes set-up take away what was chosen. Which values were ours stays unknown: they are
    written anew only with `--overwrite`.
    """
    there = {name for name, each in present.parts.items() if each.is_there}
    if manifest.version or not there:
        return manifest
    chosen = tuple(name for name, feature in features.items() if names_of([feature], major) & there)
    with_code = names_of(features.values(), major, code=True)
    without = names_of(features.values(), major, code=False)
    is_plain = bool(there & (without - with_code)) and not there & (with_code - without)
    return replace(manifest, version=VERSION, features=chosen, no_code=is_plain)


__all__ = ["recovered"]
