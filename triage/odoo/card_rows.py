"""Cards as rows of our own model in Odoo: what a row says, what people ask for with its buttons, and who may write it.

A row is no proof of anything. What is decided stands in the store; a row only shows it, and carries a request to it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from pydantic import Field, field_validator

from triage.domain import RecordRef
from triage.domain.base import Frozen
from triage.errors import OdooRejected
from triage.odoo.gate.code import allowed
from triage.odoo.gate.inside import CARDS
from triage.odoo.verbs import NoteText

MODEL = CARDS
KIND = "card"
"""How the marker of a card's row ends."""


class Answer(Frozen):
    """What became of a request."""

    request: int
    """Its number: a later one of the same row is not answered with it."""
    refusal: str = ""
    """Why nothing was changed, in words for who asked; empty: it was done."""


class CardRow(Frozen):
    """A card's row as it should stand."""

    marker: str
    record: RecordRef
    version: str
    """What it shows; the same version is not written again."""
    values: dict[str, str | int | bool]
    """Listed fields (`allowed.yaml`, card); empty ones are emptied."""
    text: NoteText | None = None
    """Summary and evidence; rendered inside Odoo. None: they are not to be seen yet."""
    answer: Answer | None = None
    instead_of: str = ""
    """A later version that stands there and is replaced all the same: this store was restored from a backup. Any other
    later one is left as it is: somebody else has written it meanwhile."""


class OdooUser(Frozen):
    """Somebody in Odoo, as Odoo itself tells it."""

    id: int
    login: str
    name: str
    companies: tuple[str, ...] = ()
    """Names of the companies that they may work in."""
    groups: frozenset[str] = frozenset()
    """Those of the groups that were asked about which they are in."""


class Request(Frozen):
    """Somebody pressed a button of a row. Written by the button's server action, which knows who ran it."""

    marker: str
    row: int
    number: int
    """Counts the requests of this row."""
    kind: Literal["accept", "edit", "reject", "undo"]
    seen: int
    """Revision of the card that the row showed when the button was pressed."""
    at: datetime
    reason: str = ""
    category: str = ""
    severity: str = ""
    team: str = ""
    comment: str = ""
    by: OdooUser | None = None
    """None: whoever asked is no active internal user any more."""

    @field_validator("by", mode="before")
    @classmethod
    def _nobody_is_none(cls, value: Any) -> Any:
        return value or None

    @field_validator("at", mode="before")
    @classmethod
    def _is_utc(cls, value: Any) -> Any:
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) else value

    @property
    def token(self) -> str:
        """What tells this request from every other one of this Odoo. A model that is made anew counts from one."""
        return f"{MODEL}:{self.row}.{self.number}@{self.at:%Y-%m-%dT%H:%M:%S}"


class Standing(Frozen):
    """A row that stands in Odoo."""

    marker: str
    version: str
    waits: bool
    """Whether it says that the card can still be decided."""
    written_at: datetime = Field(default=datetime(1970, 1, 1, tzinfo=UTC))


class CardHand(Protocol):
    """Writes and reads the rows of one Odoo. Every method raises `OdooError` where Odoo does not take it."""

    @property
    def shows_evidence(self) -> bool:
        """Whether rows may say what their records' readers may see; else they only name the card and link to it."""

    def put_card(self, row: CardRow) -> Literal["posted", "updated", "kept", "absent", "withdrawn"]:
        """Make the card's row, or bring it up to date; it is never there twice. Doing it again is harmless.

        `withdrawn`: its record is gone, and the row with it.
        """

    def remove_card(self, marker: str) -> None:
        """Take a row away."""

    def card_rows(self) -> list[Standing]:
        """Every row that stands there."""

    def card_requests(self, groups: tuple[str, ...] = ()) -> list[Request]:
        """Requests that nobody has answered yet, the oldest first; `groups` are asked of each who asked."""

    def look_anew(self) -> None:
        """Ask Odoo again who may read the records of rows that wait."""

    def visible(self, user: int, records: list[RecordRef]) -> list[bool]:
        """Whether an Odoo user may read each of these records."""


def checked(row: CardRow) -> CardRow:
    """The row, if its record and its fields stand on the allow-list. Raises `OdooRejected` otherwise."""
    if row.record.model not in allowed()["advise"] or row.record.id is None:
        raise OdooRejected(f"card: {row.record.model} {row.record.name} takes no rows.")
    if strange := sorted(set(row.values) - set(allowed()["card"])):
        raise OdooRejected(f"card: {MODEL}.{strange[0]} may not be written; allowed: {', '.join(allowed()['card'])}.")
    return row


def card_of_row(marker: str) -> UUID | None:
    """The card of a row's marker, or none where it is no row's."""
    name, _, kind = marker.rpartition(".")
    try:
        return UUID(name.removeprefix("card-")) if kind == KIND and name.startswith("card-") else None
    except ValueError:
        return None


__all__ = [
    "KIND",
    "MODEL",
    "Answer",
    "CardHand",
    "CardRow",
    "OdooUser",
    "Request",
    "Standing",
    "card_of_row",
    "checked",
]
