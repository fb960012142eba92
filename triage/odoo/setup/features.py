"""Everything that can be set up inside Odoo, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from triage.odoo.setup import asking, cards, heartbeat, overdue, sign_in
from triage.odoo.setup.parts import Feature
from triage.odoo.setup.rules import RULES

_ALL = (asking.FEATURE, sign_in.FEATURE, heartbeat.FEATURE, overdue.FEATURE, cards.FEATURE, *RULES)
FEATURES: Mapping[str, Feature] = MappingProxyType({feature.name: feature for feature in _ALL})
"""In the order in which they are made."""
DEFAULT: tuple[str, ...] = tuple(feature.name for feature in _ALL if feature.default)
