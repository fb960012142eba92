"""A card for readers who may not see each of its facts: what tells of a hidden one is left out, by one rule for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from triage.domain import Card, Contribution, Fact, FactEvidence, Frozen, OnPage, Producer, Quote, RecordRef, Reply
from triage.verify.withholding import Withholding

_WHOLE = frozenset({"impact"})
"""Parts of a proposal that are confidential as such."""
_TEXTS = (
    "summary", "key_points", "asks", "promised", "questions", "next_step", "news", "warnings", "routing", "suggestion",
    "origins", "causes",
)  # fmt: skip
"""Parts of a proposal that are written in words."""
_APART = (Quote, OnPage, FactEvidence, Contribution, RecordRef, Producer)
"""What stands in a mail or paper that is shown beside it, is asked about by itself, or is a name."""


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
    cleared = _cleared(proposal, Withholding(hidden).clear, {fact.id for fact in hidden})
    if cleared.get("priority"):
        cleared["priority"] = _of_what_is_shown(cleared["priority"])
    return told | {"proposal": cleared}


def told(card: Card, hidden: Sequence[Fact], instead: str, *, parts: Sequence[str] = ()) -> Card:
    """The card whose texts tell nothing of the hidden facts; `instead` stands where something was left out.

    The facts themselves, evidence and whom it hits stay: whether those are shown is asked of each. A draft of an
    answer is shown whole or not at all. `parts`: the only parts of the proposal that will be read, where they are few.
    """
    if not hidden:
        return card
    clear = Withholding(hidden).clear

    def cleared(text: str) -> str:
        left = clear(text)
        return text if left == text else f"{left} {instead}".strip()

    proposal = card.proposal
    changes: dict[str, Any] = {name: _each_text(getattr(proposal, name), cleared) for name in parts or _TEXTS}
    if proposal.reply is not None:
        changes["reply"] = _whole_or_not(proposal.reply, {fact.id for fact in hidden}, clear, instead)
    ended = _each_text(card.ended, cleared)
    return card.model_copy(update={"proposal": proposal.model_copy(update=changes), "ended": ended})


def _each_text(value: Any, cleared: Callable[[str], str]) -> Any:
    if isinstance(value, _APART):
        return value
    if isinstance(value, Frozen):
        return value.model_copy(update={name: _each_text(part, cleared) for name, part in value})
    if isinstance(value, tuple):
        found = tuple(_each_text(part, cleared) for part in value)
        return tuple(dict.fromkeys(found)) if all(isinstance(part, str) for part in found) else found
    return cleared(value) if isinstance(value, str) and " " in value else value


def _whole_or_not(reply: Reply, hidden: set[str], clear: Callable[[str], str], instead: str) -> Reply:
    if not reply.text or (hidden.isdisjoint(reply.facts) and clear(reply.text) == reply.text):
        return reply
    return reply.model_copy(update={"text": instead, "blanks": ()})


def _of_what_is_shown(priority: dict[str, Any]) -> dict[str, Any]:
    """The priority with the score of the contributions that are left: the difference would tell the hidden ones."""
    return priority | {"score": round(sum(one["points"] for one in priority["contributions"]), 6)}


def _cleared(value: Any, clear: Callable[[str], str], ids: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _cleared(part, clear, ids) for name, part in value.items()}
    if isinstance(value, list):
        return [_cleared(part, clear, ids) for part in value if not _tells(part, ids)]
    return clear(value) if isinstance(value, str) and " " in value else value


def _tells(part: Any, ids: set[str]) -> bool:
    """Whether a part of a list is a confidential fact, or evidence from one."""
    return isinstance(part, dict) and (part.get("confidential") is True or part.get("fact") in ids)
