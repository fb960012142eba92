"""What a capture could not have, in words: each note begins with its topic, which facts ask for."""

from __future__ import annotations

from dataclasses import dataclass, field

CREDIT = "credit"
DOCUMENTS = "documents"
INVOICES = "invoices"
LINES = "order lines"
LOTS = "lots"
MESSAGES = "messages"
MOVES = "stock moves"
PARTNERS = "partners"
PRODUCTS = "products"
PROMISES = "earlier promises"
PURCHASES = "purchase orders"
RECEIPTS = "receipts"
RECORD = "record"
RELATED = "related orders"
TRANSFERS = "stock transfers"
WAITING = "waiting orders"


@dataclass
class Missing:
    """Notes of one capture, each once, in the order in which they were made."""

    _notes: dict[str, None] = field(default_factory=dict)

    def note(self, topic: str, why: str) -> None:
        """Say what is not there, and why."""
        self._notes[f"{topic}: {why}"] = None

    def denied(self, topic: str, model: str) -> None:
        """The service user lacks the right."""
        self.note(topic, f"the service user may not read them ({model})")

    def unread(self, topic: str, model: str, number: int) -> None:
        """A linked record is gone, hidden, or another company's."""
        self.note(topic, f"{model} {number}, which is linked, could not be read")

    def absent(self, topic: str, model: str) -> None:
        """This Odoo lacks the app."""
        self.note(topic, f"this Odoo has none ({model} is not installed)")

    def plus(self, other: Missing) -> Missing:
        """These notes, and another's after them."""
        return Missing({**self._notes, **other._notes})

    @property
    def notes(self) -> tuple[str, ...]:
        """For `Case.missing`."""
        return tuple(self._notes)
