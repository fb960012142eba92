"""What a card's row in Odoo says: as much as its note may say, and how the card stands, in words."""

from __future__ import annotations

from datetime import UTC, datetime

from triage.domain import Card, CardState, Decision, Verdict
from triage.odoo.card_rows import KIND, Answer, CardRow
from triage.odoo.note import as_decided, note_text, team_as_decided
from triage.odoo.publish import marker_of
from triage.odoo.verbs import NoteText, Section

UNSEEN = "Your own view of this case is asked for first: open the card, and say what you take it for."
_MOST = 120
_DONE = {Verdict.ACCEPT: "accepted", Verdict.EDIT: "corrected", Verdict.REJECT: "rejected"}
_ENDED = {"resolved": "This is resolved", "expired": "This has expired", "superseded": "This was replaced"}


def row_of(
    card: Card,
    *,
    address: str | None,
    is_unseen: bool = False,
    shows_evidence: bool = True,
    answer: Answer | None = None,
) -> CardRow:
    """The row of a card as it stands.

    `is_unseen`: the card is in the blind sample and nobody has given a view yet, so the row does not say what is
    suggested. `shows_evidence`: nobody reads the row but who may read the record; else it only names the card. The row
    names people in words alone, never in a column that could be counted.
    """
    suggestion = as_decided(card)
    kind = f"{suggestion.category.value}{f' / {suggestion.subtype}' if suggestion.subtype else ''}".replace("_", " ")
    says = shows_evidence and not is_unseen
    act_by = suggestion.act_by
    values: dict[str, str | int | bool] = {
        "x_name": _name(card, kind, is_unseen, shows_evidence),
        "x_number": card.number,
        "x_revision": card.revision,
        "x_state": card.state.value,
        "x_category": "" if is_unseen else suggestion.category.value,
        "x_subtype": (suggestion.subtype or "").replace("_", " ") if says else "",
        "x_severity": suggestion.severity.value if _is_edited(card) else card.severity.value,
        "x_priority": 0 if card.proposal.priority is None else round(float(card.proposal.priority.score)),
        "x_team": "" if is_unseen else team_as_decided(card),
        "x_act_by": _odoo_time(act_by.at) if act_by else "",
        "x_confidence": _confidence(card) if says else "",
        "x_link": f"{address}/cards/{card.number}" if address else "",
        "x_hold": UNSEEN if is_unseen else "",
        "x_asks": suggestion.abstained is not None,
        "x_answer": told(card) if shows_evidence else "",
        "x_decided_at": _odoo_time(card.decisions[-1].at) if card.decisions else "",
    }
    return CardRow(
        marker=marker_of(card.id, KIND),
        record=card.proposal.record,
        version=version_of(card.revision, is_unseen),
        values=values,
        text=text_of(card) if says else None,
        answer=answer,
    )


def version_of(revision: int, is_unseen: bool) -> str:
    """What a row shows: the card at this revision, with or without its suggestion."""
    return f"{revision}{'-unseen' if is_unseen else ''}"


def text_of(card: Card) -> NoteText:
    """Summary, rows and evidence, as on the card's note; of a card that asks, what is missing."""
    text, abstained = note_text(card), card.proposal.suggestion.abstained
    if len(card.members) > 1:
        cases = tuple(f"{one.record.name} ({one.state.value.replace('_', ' ')})" for one in card.members)
        text = text.with_(sections=(Section(title="Cases", items=cases), *text.sections))
    if abstained is None or as_decided(card).abstained is None:
        return text
    asked = Section(title="It could not be decided", items=(abstained.reason, *abstained.missing))
    return text.with_(title="This card asks what it is", sections=(asked, *text.sections))


def told(card: Card) -> str:
    """How a card stands, in words; empty where nobody has said or done anything."""
    if card.ended is not None:
        end = card.ended
        return f"{_ENDED[end.state]} since {end.at:%Y-%m-%d %H:%M} UTC: {end.why}."
    last = card.decisions[-1] if card.decisions else None
    if last is None:
        return ""
    words = f"{_DONE[last.verdict].capitalize()} by {last.by} at {last.at:%Y-%m-%d %H:%M} UTC{_where(last)}."
    if last.reason is not None and last.verdict is Verdict.REJECT:
        words = f"{words[:-1]} ({last.reason.value.replace('_', ' ')})."
    if card.state is CardState.AWAITING_SECOND:
        return f"{words} A second, different person must confirm it."
    if card.state is CardState.OPEN:
        return "" if last.member is None else f"{words} Other cases of this card still wait."
    return words


def _odoo_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _where(decision: Decision) -> str:
    return " in Odoo" if decision.channel == "odoo" else ""


def _name(card: Card, kind: str, is_unseen: bool, shows_evidence: bool) -> str:
    if not shows_evidence:
        return f"Card {card.number}"
    record = card.proposal.record.name
    if is_unseen:
        return f"{record}: your own view is asked for first"
    if as_decided(card).abstained is not None:
        return f"{record}: what is it?"
    more = f" (+{len(card.members) - 1})" if len(card.members) > 1 else ""
    return f"{record}: {kind}{more}"[:_MOST]


def _confidence(card: Card) -> str:
    if card.state in (CardState.ACCEPTED, CardState.EDITED):
        return "confirmed by a person"
    found = card.proposal.suggestion.confidence
    if found is not None:
        return f"{found.value:.0%} (measured on {found.n})"
    return "follows from facts" if card.proposal.suggestion.abstained is None else ""


def _is_edited(card: Card) -> bool:
    return as_decided(card).severity is not card.proposal.suggestion.severity


__all__ = ["UNSEEN", "row_of", "text_of", "told", "version_of"]
