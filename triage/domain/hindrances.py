"""What stands in the way of goods, as records beside the order say: what is reserved, blocked, broken or waiting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from triage.domain.base import Frozen
from triage.domain.event import RecordRef


class HindranceKind(StrEnum):
    """Which sort of record it was read from."""

    RESERVED_ELSEWHERE = "reserved_elsewhere"
    """Another customer's order holds goods that this order lacks (`stock.move`)."""
    QUALITY_BLOCK = "quality_block"
    """An open quality alert on the product, its lot or the transfer (`quality.alert`)."""
    QUALITY_FAILED = "quality_failed"
    """A quality check that was not passed, of the product, its lot or the transfer (`quality.check`)."""
    EQUIPMENT_DOWN = "equipment_down"
    """An open request to repair equipment (`maintenance.request`)."""
    BACKLOG = "backlog"
    """Other transfers of the same operation that should have left already (`stock.picking`)."""
    OPEN_SHIFTS = "open_shifts"
    """Shifts that nobody is planned for (`planning.slot`). Shifts are counted, never people."""


class Hindrance(Frozen):
    """One such record, or the count of them."""

    kind: HindranceKind
    record: RecordRef | None = None
    """The order that holds the goods, the alert, the request; none where records are counted."""
    about: str
    """The product, the equipment, the kind of operation or the role."""
    what: str = ""
    """Title or stage, as Odoo has it."""
    quantity: Decimal | None = None
    """Goods held, in `uom`; or how many transfers or shifts."""
    uom: str | None = None
    """Unit of measure, as Odoo calls it."""
    lot: str | None = None
    """Lot or serial number."""
    customer: str | None = None
    """Whose order holds the goods. Not everybody who may read this order may read that one."""
    since: date | None = None
    """From when it has been so."""
    until: date | None = None
    """When the other order is promised, the repair planned, the alert to be closed."""
