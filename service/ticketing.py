"""A draft ticket for a dead letter, through the gate: what was given up becomes somebody's work in Odoo."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

from service.installation import Installation, Opened
from service.problems import Problem, unavailable
from triage.cli.connected import Connected, using
from triage.domain import Arrival, Notice, RecordRef
from triage.domain.notice import NoticeKind
from triage.domain.policies import PolicyBook
from triage.errors import (
    AccessDenied,
    OdooRejected,
    OdooUnavailable,
    RecordMissing,
    StoreError,
    SwitchedOff,
    UsageError,
)
from triage.jobs.switching import Switch
from triage.odoo.own_words import DISCLAIMER
from triage.odoo.publish import marker_of
from triage.odoo.verbs import Done, NoteText, Row, Ticket, may_advise_on
from triage.storage.inbox import InboxRow

TITLE = "Could not be read: "


def drafted(installation: Installation, opened: Opened, row: InboxRow, by: str) -> Done:
    """The draft ticket of a dead letter: one, however often it is asked for, until somebody takes it up.

    Nothing of what came in stands on it but the record that it was about. Recorded (kind `notice`). Raises a 409 where
    the kill switch is off or no ticket can be drafted there, a 503 where Odoo gives no answer.
    """
    try:
        Switch(opened.store.journal, installation.clock).check(row.stream or row.company)
    except SwitchedOff as error:
        raise Problem(409, "It is switched off for this company: nothing is written into Odoo meanwhile.") from error
    connection = installation.connection()
    if connection is None:
        raise Problem(409, "No Odoo is connected, so there is nowhere to draft a ticket.")
    policies = installation.policies()
    try:
        with using(connection, environment=installation.environment) as at:
            done = _done(at, policies, row, _said(opened, row))
    except OdooUnavailable as error:
        raise unavailable("Odoo gives no answer. Try again.") from error
    except AccessDenied as error:
        raise Problem(409, "This Odoo is only read: there is no gate. `triage odoo grant` makes one.") from error
    if done.ref is None:
        raise Problem(409, "There is no Helpdesk here, or no stage for drafts: `triage odoo check` says which.")
    _record(installation, opened, row, done, by)
    return done


def marker(row: InboxRow) -> str:
    """What makes the ticket the only one of its dead letter, in the form of a card's."""
    return marker_of(letter(row), "ticket")


def letter(row: InboxRow) -> UUID:
    """A dead letter's id in the form of a card's."""
    return uuid5(NAMESPACE_URL, f"odoo-triage:dead-letter:{row.id}")


def _team(at: Connected, policies: PolicyBook, on: RecordRef | None) -> int | None:
    """The configured team of the record's company, where there is one: that it is not there may be why the letter is
    dead.
    """
    try:
        return at.publisher(policies).team_of(on)
    except UsageError:
        return None


def _done(at: Connected, policies: PolicyBook, row: InboxRow, ref: RecordRef | None) -> Done:
    """Beside its record where the service user may read that; else, as where it is gone, on its own."""
    hand = at.hand()
    on = ref if ref is not None and ref.id is not None and may_advise_on(ref.model) else None
    try:
        return hand.do([_ticket(row, ref, on, _team(at, policies, on))])[0]
    except (OdooRejected, AccessDenied, RecordMissing):
        if on is None:
            raise
        return hand.do([_ticket(row, ref, None, _team(at, policies, None))])[0]


def _ticket(row: InboxRow, ref: RecordRef | None, on: RecordRef | None, team: int | None) -> Ticket:
    about = f"{ref.model} {ref.id}" if ref is not None and ref.id is not None else f"an arrival from {row.source}"
    rows = {
        "Source": f"{row.source} ({row.door})",
        "Received": f"{row.received_at[:16].replace('T', ' ')} UTC",
        "Attempts": str(row.attempts),
        "Error": row.error or "",
        "Look": f"triage jobs show {row.id[:12]}",
        "Try again": f"triage jobs retry {row.id[:12]} --why REASON",
    }
    return Ticket(
        marker=marker(row),
        record=on,
        name=f"{TITLE}{about}",
        text=NoteText(
            title=f"{TITLE}{about}",
            summary="Triage gave this up; nobody is told that it was done. A person looks what is wrong, and has it "
            "tried again or discards it.",
            rows=tuple(Row(name=name, value=value) for name, value in rows.items() if value),
            footer=f"{DISCLAIMER} Dead letter {row.id[:12]} ({letter(row)}).",
        ),
        team=team,
    )


def _said(opened: Opened, row: InboxRow) -> RecordRef | None:
    try:
        arrival: Arrival = opened.inbox.load(row)
    except StoreError:
        return None
    return arrival.ref if arrival.case is None else None


def _record(installation: Installation, opened: Opened, row: InboxRow, done: Done, by: str) -> None:
    now = installation.clock()
    value = Notice(id=marker(row), kind=NoticeKind.ARRIVAL_DEAD, to="odoo", at=now, by=by, ref=done.ref)
    opened.store.journal.record(
        stream=row.stream or row.company,
        kind="notice",
        case=row.key_case,
        event=None,
        value=value,
        once=f"ticket {row.id} {done.status} {done.ref.key if done.ref else ''}",
    )


__all__ = ["drafted", "letter", "marker"]
