"""Short ways to write down Odoo records, so that the cases read as a list of what is the matter."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.sample_day.firms import CAPTURED_AT, COMPANY
from triage.domain import (
    Case,
    Invoice,
    InvoiceKind,
    Line,
    Move,
    Order,
    Partner,
    Promise,
    Purchase,
    RecordRef,
    Shipment,
    ShipmentKind,
)

_HERE = ZoneInfo("Europe/Amsterdam")

PRODUCTS = {
    "FS-933-M8X40": "Hex screw DIN 933 M8x40 8.8 zinc plated",
    "FS-934-M8": "Hex nut DIN 934 M8 zinc plated",
    "FS-934-M10": "Hex nut DIN 934 M10 zinc plated",
    "FS-125-M8": "Washer DIN 125 A M8 zinc plated",
    "FS-912-M10X60": "Socket head screw DIN 912 M10x60 12.9",
    "FS-RIV-48X12": "Blind rivet 4.8x12 aluminium/steel",
    "FS-THR-M10": "Threaded rod M10, 1 m",
    "FS-ANC-M12": "Through anchor M12x100",
    "FS-PLUG-10": "Nylon plug 10x50, box of 100",
    "RG-SHK-10T": "Bow shackle 10 t, galvanised",
    "RG-SWV-100": "Swivel hook grade 100, 8 mm",
    "RG-CHN-100": "Lifting chain grade 100, 8 mm, 2 m",
    "SG-4502-9": "Cut-resistant gloves level 5, size 9",
    "SG-4502-10": "Cut-resistant gloves level 5, size 10",
    "SH-1100-Y": "Safety helmet vented, yellow",
    "SE-77": "Ear plugs refill, box of 200 pairs",
    "SF-HRN-2": "Fall arrest harness 2-point",
    "SR-NP620": "Half mask NP-620",
    "SR-FLT-P3": "Filter P3, pair",
    "TL-BAT-5AH": "Battery 18 V 5.0 Ah",
    "TL-BIT-SET": "Bit set, 31 pieces",
    "TL-DISC-125": "Cutting disc 125x1.0 stainless",
    "TL-DISC-230": "Cutting disc 230x1.9 steel",
    "TL-DRL-SDS8": "SDS-plus drill 8x160",
    "TL-DRV-18V": "Cordless driver 18 V, set",
    "TL-GRN-1400": "Angle grinder 1400 W",
    "TL-GUIDE": "Handbook of abrasives",
    "TL-IMP-18V": "Impact wrench 18 V 250 Nm, bare",
    "TL-TRX-T30": "Torx bit T30 25 mm",
}


def day(text: str) -> date:
    """`11-24` is 24 November of the year of the sample day."""
    return date.fromisoformat(f"2026-{text}")


def at(text: str) -> datetime:
    """`11-16 10:40` in Rotterdam's time."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=_HERE)


_DECIMALS = ("delivered", "invoiced", "price_per", "discount", "list_price", "floor_price", "cost", "reserved")


def line(id: int, product: str, quantity: int, price: str | None, **more: Any) -> Line:  # noqa: A002
    """An order line; amounts may be written as text, days as `11-24`."""
    values = {name: Decimal(str(value)) if name in _DECIMALS else value for name, value in more.items()}
    for name in ("date_planned", "forecast_date"):
        if name in values:
            values[name] = day(values[name])
    if "forecast" in values:
        values["forecast"] = Decimal(str(values["forecast"]))
    return Line(
        id=id,
        product=product,
        name=PRODUCTS.get(product, product),
        quantity=Decimal(quantity),
        unit_price=None if price is None else Decimal(price),
        **values,
    )


def ready(id: int, product: str, quantity: int, price: str, **more: Any) -> Line:  # noqa: A002
    """A sales line for which everything is reserved, at the list price."""
    return line(
        id, product, quantity, price, **{"list_price": price, "reserved": quantity, "forecast": quantity} | more
    )


def sent(id: int, product: str, quantity: int, price: str, **more: Any) -> Line:  # noqa: A002
    """A sales line that has left the warehouse."""
    return line(id, product, quantity, price, **{"list_price": price, "delivered": quantity} | more)


def total(lines: tuple[Line, ...]) -> Decimal:
    """What the lines come to, without tax."""
    amounts = (item.quantity * (item.unit_price or 0) / item.price_per for item in lines)
    return sum(amounts, Decimal(0)).quantize(Decimal("0.01"))


def order(number: int, lines: tuple[Line, ...], ordered: str, promised: str | None, **more: Any) -> Order:
    """The head of sales order `S00<number>`."""
    return Order.model_validate(
        {
            "ref": RecordRef(model="sale.order", id=number, name=f"S{number:05d}"),
            "state": "sale",
            "currency": "EUR",
            "amount_total": total(lines),
            "date_order": at(ordered),
            "commitment_date": at(f"{promised} 17:00") if promised else None,
            "warehouse": "Rotterdam",
            "owner": "Femke de Wit",
            "picking_policy": "direct",
        }
        | more
    )


def sale(
    number: int, partner: Partner, lines: tuple[Line, ...], ordered: str, promised: str | None, **more: Any
) -> Case:
    """A sales order and what is around it. What is no field of the order's head goes to the case."""
    around = {name: more.pop(name) for name in list(more) if name in Case.model_fields}
    head = order(number, lines, ordered, promised, **more)
    if promised and "promises" not in around:
        around["promises"] = (promise(head.ref.name, promised, ordered),)
    return Case(
        record=head.ref, company=COMPANY, captured_at=CAPTURED_AT, partner=partner, order=head, lines=lines, **around
    )


def promise(to: str, promised_for: str, made_at: str) -> Promise:
    """A date promised to the customer of this order."""
    source = f"sale.order:{int(to[1:])}.commitment_date"
    return Promise(promised_for=day(promised_for), made_at=at(made_at), to=to, source=source)


def shipment(number: int, state: str, scheduled: str, **more: Any) -> Shipment:
    """An outgoing transfer, or with `kind` another one; times as `11-16 10:40`."""
    kind = more.pop("kind", ShipmentKind.OUTGOING)
    way = "IN" if kind is ShipmentKind.INCOMING else "OUT"
    for name in ("date_done", "last_scan", "delivered_at"):
        if name in more:
            more[name] = at(more[name])
    ref = RecordRef(model="stock.picking", id=number, name=f"WH/{way}/{number:05d}")
    return Shipment(ref=ref, kind=kind, state=state, scheduled=at(scheduled), **more)


def moves(transfer: Shipment, lines: tuple[Line, ...], *, start: int) -> tuple[Move, ...]:
    """One move a line, in step with the lines' reserved and delivered quantities."""
    done = transfer.state == "done"
    return tuple(
        Move(
            id=start + n,
            shipment=transfer.ref.name,
            product=item.product,
            quantity=item.delivered if done else item.quantity - item.delivered,
            done=item.delivered if done else Decimal(0),
            reserved=Decimal(0) if done else (item.reserved or Decimal(0)),
            uom=item.uom,
            state=_move_state(item, done=done),
            date=transfer.date_done or transfer.scheduled,
        )
        for n, item in enumerate(lines)
    )


def _move_state(item: Line, *, done: bool) -> str:
    if done:
        return "done"
    if item.reserved is None or item.reserved == 0:
        return "confirmed"
    return "assigned" if item.reserved >= item.quantity - item.delivered else "partially_available"


def purchase(
    number: int, supplier: Partner, lines: tuple[Line, ...], approved: str, planned: str, **more: Any
) -> Purchase:
    """Purchase order `P00<number>`."""
    return Purchase(
        ref=RecordRef(model="purchase.order", id=number, name=f"P{number:05d}"),
        state="purchase",
        supplier=supplier,
        currency="EUR",
        lines=lines,
        date_planned=day(planned),
        date_approve=at(approved),
        amount_total=total(lines),
        **more,
    )


def bought(order: Purchase, **around: Any) -> Case:
    """A case about a purchase order."""
    return Case(
        record=order.ref,
        company=COMPANY,
        captured_at=CAPTURED_AT,
        partner=order.supplier,
        purchases=(order,),
        **around,
    )


def invoice(number: int, amount: str, residual: str, issued: str, due: str, **more: Any) -> Invoice:
    """Customer invoice `INV/2026/<number>`, or with `kind` and `name` another document."""
    name = more.pop("name", f"INV/2026/{number:05d}")
    paid = Decimal(residual) == 0
    return Invoice.model_validate(
        {
            "ref": RecordRef(model="account.move", id=number, name=name),
            "kind": InvoiceKind.CUSTOMER_INVOICE,
            "currency": "EUR",
            "amount_total": Decimal(amount),
            "amount_residual": Decimal(residual),
            "invoice_date": day(issued),
            "invoice_date_due": day(due),
            "payment_state": "paid" if paid else "not_paid",
        }
        | more
    )
