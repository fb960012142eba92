"""Everything that can be set up inside Odoo, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from triage.odoo.card_rows import MODEL as CARDS
from triage.odoo.setup import asking, cards, heartbeat, overdue, sign_in
from triage.odoo.setup.asking import ASKED
from triage.odoo.setup.parts import Feature, Place
from triage.odoo.setup.plan import Do, Plan
from triage.odoo.setup.rules import RULES, watched

_ALL = (asking.FEATURE, sign_in.FEATURE, heartbeat.FEATURE, overdue.FEATURE, cards.FEATURE, *RULES)
FEATURES: Mapping[str, Feature] = MappingProxyType({feature.name: feature for feature in _ALL})
"""In the order in which they are made."""
DEFAULT: tuple[str, ...] = tuple(feature.name for feature in _ALL if feature.default)


def told_of(plan: Plan, place: Place) -> list[str]:
    """Models that what is planned names to the service at its hook: the source must list them, or it refuses the call.

    A request names the model of the record that is asked about.
    """
    if place.major < 17:
        return []
    calls = {step.name for step in plan.steps if step.do not in {Do.LEAVE, Do.DELETE, Do.FORGET}}
    models = watched(plan.features, place)
    models += [name for name in ASKED if "ask_rule" in calls and place.has(name)]
    models += [CARDS] if "cards_hint" in calls else []
    return list(dict.fromkeys(models))
