"""The five verbs by which Odoo is written, as values; and the check that each stands on the allow-list."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, Field

from triage.domain import RecordRef
from triage.domain.address import is_safe_address
from triage.domain.base import Frozen
from triage.errors import OdooRejected
from triage.odoo.gate.code import allowed


def _leads_to_us(value: str) -> str:
    if value and not is_safe_address(value):
        raise ValueError("must be an address with https://, or with http:// on this machine itself")
    return value


Address = Annotated[str, AfterValidator(_leads_to_us)]
"""Of one of our pages, or empty."""


class Row(Frozen):
    """A name and a value on a note."""

    name: str
    value: str


class Section(Frozen):
    """A heading and its points on a note."""

    title: str
    items: tuple[str, ...]


class NoteText(Frozen):
    """What a note says, in typed fields; whoever posts it renders it, and nothing in it is markup."""

    title: str
    summary: str = ""
    rows: tuple[Row, ...] = ()
    sections: tuple[Section, ...] = ()
    footer: str
    """Ends with the marker's card, so that people and software find it again."""
    link: Address = ""
    """Address of the card's page; opening it takes a sign-in, and gives no right. Empty: no link."""


class Note(Frozen):
    """An internal note on a record's thread; the same marker again brings it up to date."""

    verb: Literal["note"] = "note"
    marker: str
    record: RecordRef
    text: NoteText


class Activity(Frozen):
    """A review activity on a record."""

    verb: Literal["activity"] = "activity"
    marker: str
    record: RecordRef
    summary: str
    note: str
    due: date
    reviewer: str | None = None
    """Login of who is asked where the record has no user of its own."""
    link: Address = ""
    """As that of a note."""


class Ticket(Frozen):
    """A draft ticket in the stage of drafts; or, where a project is named, a draft task in it."""

    verb: Literal["ticket"] = "ticket"
    marker: str
    record: RecordRef | None = None
    """What it is about, where that is in Odoo."""
    name: str
    text: NoteText
    team: int | None = None
    project: int | None = None
    """Id of the project of a draft task; none: a ticket."""
    due: date | None = None
    """Of a task."""


class Apply(Frozen):
    """Fields that an accepted suggestion sets."""

    verb: Literal["apply"] = "apply"
    record: RecordRef
    values: dict[str, str | int | tuple[str, ...]]


class Withdraw(Frozen):
    """Take back what stands under a marker."""

    verb: Literal["withdraw"] = "withdraw"
    marker: str


Verb = Annotated[Note | Activity | Ticket | Apply | Withdraw, Field(discriminator="verb")]


class Done(Frozen):
    """What came of a verb."""

    verb: str
    marker: str | None = None
    status: Literal["posted", "updated", "applied", "withdrawn", "kept", "absent"]
    """`kept`: people have taken it up, so it was left alone. `absent`: there is no such thing here."""
    ref: RecordRef | None = None
    before: dict[str, Any] = {}
    """Of `apply`: what stood in the fields before."""


class Posted(Frozen):
    """Something of ours that stands in Odoo."""

    marker: str
    ref: RecordRef


class Hand(Protocol):
    """Does verbs in one Odoo: the gate, or direct calls where there is none."""

    @property
    def acting(self) -> dict[str, str]:
        """Names and hashes of what acts on a write."""

    @property
    def has_tickets(self) -> bool:
        """Whether draft tickets can be made."""

    @property
    def has_tasks(self) -> bool:
        """Whether draft tasks can be made."""

    @property
    def has_cards(self) -> bool:
        """Whether cards may have rows."""

    def do(self, verbs: list[Verb]) -> list[Done]:
        """Do all of them or, where one is refused, none. Doing them again is harmless.

        Without a gate, what was done before a refusal stands: it is told, with the refused one as `absent` (a
        withdrawal as `kept`), and a refusal is raised only where nothing was done.

        Raises `OdooRejected` where one stands on no list, `AccessDenied`, `RecordMissing` and `OdooUnavailable`.
        """

    def posted(self, since: str | None = None) -> list[Posted]:
        """What stands in Odoo under our markers, made at or after `since` (Odoo's form: `2026-11-23 09:00:00`)."""

    def visible(self, user: int, records: list[RecordRef]) -> list[bool]:
        """Whether an Odoo user may read each of these records."""


def check(verb: Verb) -> Verb:
    """The verb, if model and fields stand on the allow-list. Raises `OdooRejected` otherwise."""
    if isinstance(verb, Note | Activity | Ticket):
        if verb.record is not None:
            _on_list(verb.record, allowed()["advise"], verb.verb)
    elif isinstance(verb, Apply):
        _on_list(verb.record, allowed()["apply"], verb.verb)
        fields = allowed()["apply"][verb.record.model]
        for name in verb.values:
            if name not in fields:
                raise OdooRejected(f"apply: {verb.record.model}.{name} may not be written; allowed: {_listed(fields)}.")
    return verb


def may_advise_on(model: str) -> bool:
    """Whether records of this model may get notes and activities."""
    return model in allowed()["advise"]


def _on_list(record: RecordRef, models: Any, verb: str) -> None:
    if record.model not in models or record.id is None:
        raise OdooRejected(f"{verb}: {record.model} {record.name} may not be written; allowed: {_listed(models)}.")


def _listed(names: Any) -> str:
    return ", ".join(names)
