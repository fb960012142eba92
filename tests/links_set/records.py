"""What Halden & Roos has in Odoo, by the lines of `sales.txt` and `purchases.txt`.

A sales order: number; customer; the customer's reference (`_` stands for a space); how much was delivered; invoices;
transfers as number:carrier:tracking; purchases made for it. A purchase: number; supplier; the supplier's reference;
how much was received; transfers. `-` stands for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from tests.links_set.firms import CARRIERS, COMPANY, FIRMS, OWN_DOMAIN
from triage.domain import (
    Case,
    Invoice,
    InvoiceKind,
    Line,
    Order,
    Purchase,
    RecordRef,
    Shipment,
    ShipmentKind,
)
from triage.odoo.book import RecordBook, owners

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
_FOLDER = Path(__file__).parent
THREADED = 3
"""Messages that stand on the thread of each record."""

_DELIVERED = {"open": 0, "draft": 0, "cancel": 0, "part": 40, "full": 100}


def _rows(name: str) -> list[str]:
    return (_FOLDER / name).read_text(encoding="utf-8").splitlines()


def _text(cell: str) -> str | None:
    return None if cell == "-" else cell.replace("_", " ")


def _number(name: str) -> int:
    return int(name[1:])


def _lines(delivered: str) -> tuple[Line, ...]:
    done = Decimal(_DELIVERED[delivered])
    return (Line(product="HR-20", name="Item", quantity=Decimal(100), delivered=done),)


def _shipments(cell: str, direction: ShipmentKind, delivered: str) -> tuple[Shipment, ...]:
    if cell == "-":
        return ()
    number, carrier, tracking = cell.split(":")
    kind = "OUT" if direction is ShipmentKind.OUTGOING else "IN"
    ref = RecordRef(model="stock.picking", id=int(number), name=f"WH/{kind}/{int(number):05}")
    state = "done" if delivered in {"full", "part"} else "assigned"
    name = FIRMS[CARRIERS[carrier]].name
    return (Shipment(ref=ref, kind=direction, state=state, carrier=name, tracking=tracking),)


def _purchases() -> dict[str, tuple[Purchase, tuple[Shipment, ...]]]:
    found: dict[str, tuple[Purchase, tuple[Shipment, ...]]] = {}
    for line in _rows("purchases.txt"):
        name, supplier, partner_ref, received, transfer = line.split()
        purchase = Purchase(
            ref=RecordRef(model="purchase.order", id=_number(name), name=name),
            state="draft" if received == "draft" else "purchase",
            supplier=FIRMS[supplier],
            partner_ref=_text(partner_ref),
            currency="EUR",
            lines=_lines(received),
        )
        found[name] = purchase, _shipments(transfer, ShipmentKind.INCOMING, received)
    return found


PURCHASES = _purchases()


def _sale(line: str) -> Case:
    name, customer, ref, delivered, invoice, transfer, purchase = line.split()
    record = RecordRef(model="sale.order", id=_number(name), name=name)
    state = {"draft": "draft", "cancel": "cancel"}.get(delivered, "sale")
    return Case(
        record=record,
        company=COMPANY,
        captured_at=NOW,
        partner=FIRMS[customer],
        order=Order(ref=record, state=state, currency="EUR", client_order_ref=_text(ref)),
        lines=_lines(delivered),
        shipments=_shipments(transfer, ShipmentKind.OUTGOING, delivered),
        purchases=() if purchase == "-" else (PURCHASES[purchase][0],),
        invoices=() if invoice == "-" else (_invoice(invoice, delivered),),
    )


def _invoice(number: str, delivered: str) -> Invoice:
    ref = RecordRef(model="account.move", id=int(number.replace("/", "")[2:]), name=f"INV/{number}")
    owed = Decimal(0) if delivered == "full" else Decimal("1240.00")
    return Invoice(
        ref=ref,
        kind=InvoiceKind.CUSTOMER_INVOICE,
        currency="EUR",
        amount_total=Decimal("1240.00"),
        amount_residual=owed,
    )


def _purchase_case(purchase: Purchase, shipments: tuple[Shipment, ...]) -> Case:
    return Case(
        record=purchase.ref,
        company=COMPANY,
        captured_at=NOW,
        partner=purchase.supplier,
        purchases=(purchase,),
        shipments=shipments,
    )


def message_id(name: str, n: int) -> str:
    """The Message-ID of the n-th message on a record's thread: ours as Odoo writes them, the second the partner's."""
    mark = hashlib.sha256(f"{name}/{n}".encode()).hexdigest()
    if n == 2:
        return f"<{mark[:8]}-{mark[8:12]}-{mark[12:16]}@mail.{mark[16:22]}.example>"
    model = "sale.order" if name.startswith("S") else "purchase.order"
    return (
        f"<{int(mark[:12], 16)}.17{int(mark[12:18], 16):08}.{mark[18:24]}-openerp-{_number(name)}-{model}@{OWN_DOMAIN}>"
    )


def _threads(cases: tuple[Case, ...]) -> Iterator[tuple[str, str]]:
    for case in cases:
        for n in range(1, THREADED + 1):
            yield message_id(case.record.name, n), case.record.key


def cases() -> tuple[Case, ...]:
    """Every record with its neighbourhood."""
    sales = [_sale(line) for line in _rows("sales.txt")]
    return (*sales, *(_purchase_case(purchase, shipments) for purchase, shipments in PURCHASES.values()))


def book() -> RecordBook:
    """The Odoo side of the set."""
    made = cases()
    return RecordBook(
        company=COMPANY,
        captured_at=NOW,
        partners=tuple(FIRMS.values()),
        cases=made,
        threads=dict(_threads(made)),
    )


def open_to(key: str) -> tuple[str, ...]:
    """Names of the records that a firm is party to, or carries something for."""
    name = FIRMS[key].name
    found = [
        case.record.name
        for case in cases()
        if name in {owner.name for owner in owners(case)}
        or name in {purchase.supplier.name for purchase in case.purchases}
        or name in {shipment.carrier for shipment in case.shipments}
    ]
    return tuple(found)
