"""What set-up remembers inside Odoo: its version, what was chosen, and a hash of each value that it wrote.

It stands in one system parameter. The hashes tell whether a value that differs is our own older one, which is brought
up to date, or somebody's, which is left alone. They are written before the values, so that a run which is broken off
leaves nothing that the next one would take for somebody's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from triage.errors import UsageError
from triage.odoo.client import Odoo

VERSION = 1
"""Of the parts as a whole; grows with every release that changes them."""
KEY = "odoo_triage.setup"


@dataclass(frozen=True)
class Manifest:
    """What the last set-up left."""

    version: int = 0
    """0: there was none."""
    features: tuple[str, ...] = ()
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Hashes of the values that were written, by part and field."""
    parameter: int | None = None
    """Id of the system parameter."""
    coming: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Hashes of values that a run was about to write: it may have been broken off before or after."""
    no_code: bool = False
    """Whether `--no-code` was said, and not taken back since."""
    watchers: tuple[int, ...] = ()
    """Ids of users who are told where the configuration names nobody."""
    off: tuple[str, ...] = ()
    """Parts that people had switched off when they were taken away for an upgrade of Odoo."""

    def is_ours(self, part: str, name: str, hashed: str) -> bool:
        """Whether set-up itself wrote this value."""
        return hashed in {self.parts.get(part, {}).get(name), self.coming.get(part, {}).get(name)}

    def is_new_to(self, part: str, name: str) -> bool:
        """Whether set-up wrote this part and never this field of it: an earlier version did not know the field."""
        known = {**self.parts.get(part, {}), **self.coming.get(part, {})}
        return bool(known) and name not in known

    def text(self) -> str:
        """As it is kept."""
        kept: dict[str, Any] = {"version": self.version, "features": list(self.features), "parts": self.parts}
        more = {"coming": self.coming, "no_code": self.no_code, "watchers": self.watchers, "off": self.off}
        kept |= {name: value for name, value in more.items() if value}
        return json.dumps(kept, sort_keys=True, separators=(",", ":"))


def read_manifest(odoo: Odoo) -> Manifest:
    """What stands in Odoo. Raises `UsageError` where a newer version of this package left it, or it is unreadable."""
    rows = odoo.search("ir.config_parameter", [("key", "=", KEY)], ["value"])
    if not rows:
        return Manifest()
    try:
        told: Any = json.loads(rows[0].text("value") or "{}")
        found = Manifest(
            version=int(told["version"]),
            features=tuple(told["features"]),
            parts=dict(told["parts"]),
            parameter=rows[0].id,
            coming=dict(told.get("coming", {})),
            no_code=told.get("no_code") is True,
            watchers=tuple(int(each) for each in told.get("watchers", ())),
            off=tuple(told.get("off", ())),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            f"{odoo.server}: the system parameter {KEY} cannot be read. Delete it in Odoo and run set-up again with "
            "--overwrite: what differs from this version is then written anew."
        ) from error
    if found.version > VERSION:
        raise UsageError(
            f"{odoo.server}: was set up by a newer version of this package (set-up {found.version}; this one knows "
            f"{VERSION}). Upgrade the package first."
        )
    return found


def write_manifest(odoo: Odoo, before: Manifest, after: Manifest) -> Manifest:
    """Keep it, where something has changed; with the id of its parameter."""
    if before.parameter is not None and before.text() == after.text():
        return before
    if before.parameter is not None:
        odoo.call("ir.config_parameter", "write", [before.parameter], {"vals": {"value": after.text()}})
        number = before.parameter
    else:
        made = odoo.call("ir.config_parameter", "create", named={"vals_list": [{"key": KEY, "value": after.text()}]})
        number = int(made[0] if isinstance(made, list) else made)
    return replace(after, parameter=number)
