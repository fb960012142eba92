"""A small book of records for tests of linking: three customers, two suppliers, a carrier."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from triage.domain import (
    Case,
    Company,
    Invoice,
    InvoiceKind,
    Line,
    Order,
    Partner,
    Purchase,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
)
from triage.intake.automatic import is_machine
from triage.odoo.book import RecordBook
from triage.odoo.freemail import FREEMAIL

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
COMPANY = Company(name="Brandt & Mercer Supply B.V.", currency="EUR", timezone="Europe/Amsterdam")
FREE = min(FREEMAIL)


def partner(number: int, name: str, role: Role, *emails: str, vat: str | None = None) -> Partner:
    assert not any(is_machine(email) for email in emails)
    ref = RecordRef(model="res.partner", id=number, name=name)
    return Partner(ref=ref, commercial=ref, name=name, role=role, emails=emails, vat=vat)


ACME = partner(1, "Acme Bouw B.V.", Role.CUSTOMER, "inkoop@acme-bouw.example", vat="NL859999999B01")
BOLT = partner(2, "Bolt & Zonen", Role.CUSTOMER, "orders@bolt-zonen.example", "jan@bolt-zonen.example")
SOLO = partner(3, "Solo Klussen", Role.CUSTOMER, f"solo.klussen@{FREE}")
TWIN = partner(4, "Twin Nord", Role.CUSTOMER, "nord@twin.example", "shared@twin.example")
TWIN_SOUTH = partner(5, "Twin Süd", Role.CUSTOMER, "sued@twin.example", "shared@twin.example")
STAHL = partner(11, "Stahl GmbH", Role.SUPPLIER, "verkauf@stahl.example")
VIS = partner(12, "Vis et Fils", Role.SUPPLIER, "ventes@vis.example")
FAST = partner(21, "Fast Freight Nederland", Role.CARRIER, "klantenservice@fast.example")
SLOW = partner(22, "Slow Freight", Role.CARRIER, "desk@slow.example")
DESK = partner(31, "Brandt & Mercer Supply B.V.", Role.COLLEAGUE, "orders@brandt-mercer.example")


def line(quantity: int = 10, delivered: int = 0) -> Line:
    return Line(product="FS-M8", name="Bolt M8", quantity=Decimal(quantity), delivered=Decimal(delivered))


def sale(number: int, name: str, owner: Partner, ref: str | None = None, state: str = "sale", **around: object) -> Case:
    record = RecordRef(model="sale.order", id=number, name=name)
    order = Order(ref=record, state=state, currency="EUR", client_order_ref=ref)
    head = {"record": record, "company": COMPANY, "captured_at": NOW, "partner": owner, "order": order}
    return Case.model_validate({"lines": (line(),)} | head | around)


def buy(number: int, name: str, supplier: Partner, partner_ref: str | None = None) -> Purchase:
    ref = RecordRef(model="purchase.order", id=number, name=name)
    return Purchase(
        ref=ref, state="purchase", supplier=supplier, partner_ref=partner_ref, currency="EUR", lines=(line(),)
    )


def bought(purchase: Purchase) -> Case:
    return Case(record=purchase.ref, company=COMPANY, captured_at=NOW, partner=purchase.supplier, purchases=(purchase,))


def invoice(number: int, name: str) -> Invoice:
    ref = RecordRef(model="account.move", id=number, name=name)
    return Invoice(ref=ref, kind=InvoiceKind.CUSTOMER_INVOICE, currency="EUR", amount_total=Decimal(100))


def parcel(number: int, name: str, carrier: str, tracking: str) -> Shipment:
    ref = RecordRef(model="stock.picking", id=number, name=name)
    return Shipment(ref=ref, kind=ShipmentKind.OUTGOING, state="done", carrier=carrier, tracking=tracking)


P31 = buy(31, "P00031", STAHL, "AB-778120")
P32 = buy(32, "P00032", VIS, "CDE-2290")

BOOK = RecordBook(
    company=COMPANY,
    captured_at=NOW,
    partners=(ACME, BOLT, SOLO, TWIN, TWIN_SOUTH, STAHL, VIS, FAST, SLOW, DESK),
    cases=(
        sale(
            42,
            "S00042",
            ACME,
            "PO-4711/A",
            purchases=(P31,),
            invoices=(invoice(1, "INV/2026/00101"),),
            shipments=(parcel(1, "WH/OUT/00042", "Fast Freight", "1Z999AA10123456784"),),
        ),
        sale(43, "S00043", ACME, "4500012345", invoices=(invoice(2, "INV/2026/00102"), invoice(3, "INV/2026/00103"))),
        sale(44, "S00044", ACME, "77", invoices=(invoice(3, "INV/2026/00103"),), state="cancel"),
        sale(24, "S00024", BOLT, "S00043"),
        sale(77, "S00077", BOLT, "PO 9001", shipments=(parcel(2, "WH/OUT/00077", "Slow Freight", "SLW-88123"),)),
        sale(78, "S00078", BOLT, "4500099999", state="cancel"),
        sale(90, "S00090", SOLO, None),
        sale(95, "S00095", TWIN, None),
        sale(96, "S00096", TWIN_SOUTH, None),
        bought(P31),
        bought(P32),
    ),
)
