"""Verbs as the service sends them, and what the administrator then sees of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tests.contract.arranged import Arranged
from triage.domain import RecordRef
from triage.odoo.rows import Row
from triage.odoo.verbs import Activity, Note, NoteText, Section, Ticket
from triage.odoo.verbs import Row as TextRow

DUE = date(2031, 5, 6)


def text(title: str = "Suggestion: delay/late", *, summary: str = "Two pallets are late.") -> NoteText:
    """A note's fields."""
    return NoteText(
        title=title,
        summary=summary,
        rows=(TextRow(name="Severity", value="high"),),
        sections=(Section(title="Evidence", items=("“Where is it?”", "11 days late")),),
        footer="odoo-triage · card 7",
    )


def note(marker: str, record: RecordRef, title: str = "Suggestion: delay/late") -> Note:
    """A note."""
    return Note(marker=marker, record=record, text=text(title))


def activity(marker: str, record: RecordRef, *, summary: str = "Review", reviewer: str | None = None) -> Activity:
    """A review activity."""
    return Activity(
        marker=marker, record=record, summary=summary, note="Please look at it.", due=DUE, reviewer=reviewer
    )


def ticket(marker: str, record: RecordRef | None = None, *, name: str = "Late delivery") -> Ticket:
    """A draft ticket."""
    return Ticket(marker=marker, record=record, name=name, text=text())


_MESSAGE = ("author_id", "body", "subtype_id", "message_type", "create_uid", "email_from", "partner_ids")


def messages(arranged: Arranged, ref: RecordRef, *names: str) -> list[Row]:
    """The record's messages, the oldest first."""
    domain = [("model", "=", ref.model), ("res_id", "=", ref.id)]
    return arranged.admin.search("mail.message", domain, names or _MESSAGE, order="id")


def activities(arranged: Arranged, ref: RecordRef) -> list[Row]:
    """The record's open activities."""
    domain = [("res_model", "=", ref.model), ("res_id", "=", ref.id)]
    names = ("summary", "note", "user_id", "date_deadline", "activity_type_id", "create_uid")
    return arranged.admin.search("mail.activity", domain, names, order="id")


def followers(arranged: Arranged, ref: RecordRef) -> set[int]:
    """Partners who follow the record."""
    domain = [("res_model", "=", ref.model), ("res_id", "=", ref.id)]
    rows = arranged.admin.search("mail.followers", domain, ["partner_id"])
    return {row.one("partner_id") or 0 for row in rows}


def notified(arranged: Arranged, ref: RecordRef) -> int:
    """How many people Odoo told of the record's messages, by mail or in their inbox."""
    numbers = [row.id for row in messages(arranged, ref, "id")]
    return arranged.admin.count("mail.notification", [("mail_message_id", "in", numbers)])


def markers(arranged: Arranged, marker: str) -> list[tuple[str, int]]:
    """What stands under a marker inside Odoo."""
    domain = [("module", "=", "__triage__"), ("name", "=", marker)]
    rows = arranged.admin.search("ir.model.data", domain, ["model", "res_id"])
    return [(row.text("model") or "", int(row.number("res_id") or 0)) for row in rows]


def references(records: Sequence[RecordRef]) -> list[int]:
    """Ids of records."""
    return [ref.id or 0 for ref in records]
