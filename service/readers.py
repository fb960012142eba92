"""A card for readers who may not see confidential facts: those, and what tells of them, are left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from triage.domain import Card, Fact
from triage.odoo.note import without

_WHOLE = frozenset({"impact"})
"""Parts of a proposal that are confidential as such."""


def shown(card: Card, confidential: bool, sees: Callable[[str], bool] = lambda _: True) -> dict[str, Any]:
    """The card as JSON; without leave for confidential facts, none of them and no sentence with their amounts.

    Of the cases on it only those of companies that the reader `sees`.
    """
    told: dict[str, Any] = card.model_dump(mode="json")
    told["members"] = [one for one in told["members"] if sees(one["company"])]
    if confidential:
        return told
    hidden = [fact for fact in card.proposal.facts if fact.confidential]
    proposal = {name: None if name in _WHOLE else value for name, value in told["proposal"].items()}
    cleared = _cleared(proposal, hidden, {fact.id for fact in hidden})
    if cleared.get("priority"):
        cleared["priority"] = _of_what_is_shown(cleared["priority"])
    return told | {"proposal": cleared}


def _of_what_is_shown(priority: dict[str, Any]) -> dict[str, Any]:
    """The priority with the score of the contributions that are left: the difference would tell the hidden ones."""
    return priority | {"score": round(sum(one["points"] for one in priority["contributions"]), 6)}


def _cleared(value: Any, hidden: Sequence[Fact], ids: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _cleared(part, hidden, ids) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleared(part, hidden, ids) for part in value if not _tells(part, ids)]
    if isinstance(value, str) and hidden and " " in value:
        return without(value, hidden)
    return value


def _tells(part: Any, ids: set[str]) -> bool:
    """Whether a part of a list is a confidential fact, or evidence from one."""
    return isinstance(part, dict) and (part.get("confidential") is True or part.get("fact") in ids)
