"""What a card tells beside its suggestion, as headings and lines in its reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from triage.domain import Card, Proposal
from triage.facts.labels import label, later_title

Told = tuple[str, list[str]]


def told(card: Card) -> Iterator[Told]:
    """Headings with their lines, in the order in which they are read; only those that have lines."""
    proposal = card.proposal
    reader = proposal.reader
    when = f"{proposal.news_since:%Y-%m-%d %H:%M}" if proposal.news_since else ""
    found: list[Told] = [
        (label("news", reader, when=when), list(proposal.news)),
        (label("happened", reader), [proposal.summary] if proposal.summary else []),
        (label("asks", reader), list(proposal.asks)),
        (label("promised", reader), [f"{label(one.by.value, reader)}: {one.text}" for one in proposal.promised]),
        (label("questions", reader), [one for one in proposal.questions if one not in proposal.asks]),
        (label("next", reader), [proposal.next_step] if proposal.next_step else []),
        (label("later", reader), list(_later(proposal))),
        (label("reply", reader), list(_reply(card))),
        (label("routing", reader), list(_routing(proposal))),
        (label("members", reader), list(_members(card))),
    ]
    yield from ((heading, lines) for heading, lines in found if lines)


def is_list(heading: str, reader: str) -> bool:
    """Whether the lines under a heading are points; otherwise they are one text."""
    return heading not in {label(name, reader) for name in ("happened", "next", "later", "reply")}


def _later(proposal: Proposal) -> Iterator[str]:
    later = proposal.follow_up
    if later is not None:
        yield later_title(later, proposal.reader) + (f" ({later.due})" if later.due else "")


def _reply(card: Card) -> Iterator[str]:
    reply = card.proposal.reply
    if reply is not None and reply.text:
        blanks = f", {len(reply.blanks)} × [...]" if reply.blanks else ""
        yield f"{reply.language}{blanks}: triage card {card.number} --reply"


def _members(card: Card) -> Iterator[str]:
    """What the cases share, and each with its state."""
    if card.members:
        yield from (origin.text for origin in card.proposal.origins)
        yield f"triage decide {card.number} accept --member {card.members[-1].record.name}"
    for member in card.members:
        other = f", {member.company}" if member.company != card.key.company else ""
        yield f"{member.record.name} ({member.category.value}, {member.severity.value}, {member.state.value}{other})"


def _routing(proposal: Proposal) -> Iterator[str]:
    routing = proposal.routing
    if routing is None:
        return
    for choice in routing.choices:
        yield f"{choice.slot.replace('_', ' ')}: {choice.value} ({choice.why})"
    yield from routing.undecided
