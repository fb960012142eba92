"""Proof of delivery: which document proves which transfer, and which does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.fact_cases import PURCHASE, case, facts, line, move, number, order, paper, purchase, shipment
from triage.domain import Case, Invoice, InvoiceKind, Page, Paper, RecordRef, ShipmentKind

OWN = "Brandt & Mercer Supply BV"


def delivered(**fields: Any) -> Case:
    ours = line(delivered=number(100), unit_price=number("0.125"))
    bill = Invoice(
        ref=RecordRef(model="account.move", id=9, name="INV/2026/0009"),
        kind=InvoiceKind.CUSTOMER_INVOICE,
        currency="EUR",
        amount_total=number("15.13"),
        invoice_date=date(2026, 11, 10),
        lines=(line(),),
    )
    values = {
        "order": order(client_order_ref="4500012345"),
        "lines": (ours,),
        "shipments": (shipment(kind=ShipmentKind.OUTGOING, state="done", tracking="JD014600003NL"),),
        "moves": (move("BM-100", "WH/OUT/00012", 100, done=number(100), state="done"),),
        "invoices": (bill,),
    }
    return case(**(values | fields))


def note(quantity: int = 100, text: str = "", kind: str = "delivery_note", **fields: Any) -> Paper:
    row = {"buyer_item_id": "BM-100", "quantity": number(quantity), "unit": "pcs"}
    heads = {"purchase_order_reference": "4500012345", "seller_name": OWN, "currency": None} | fields
    found = paper(kind, row, name="pod.pdf", **heads)
    return found.with_(pages=(Page(number=1, width=595, height=842, text=text),))


def proof(subject: Case, document: Paper) -> Any:
    return facts(subject, [document]).get("delivery.proof[WH/OUT/00012]")


def test_a_note_that_names_the_order_and_lists_what_left_is_proof() -> None:
    found = proof(delivered(), note(text="Received by: J. Smit\n12-11-2026"))
    assert found.value == "pod.pdf"
    assert "signed by J. Smit" in found.how
    assert "billed with INV/2026/0009" in found.how
    assert "account.move:9" in found.sources


@pytest.mark.parametrize("text", ["", "Signature: Date:", "Unterschrift ________", "received by the carrier"])
def test_a_note_without_a_name_beside_the_word_is_not_signed(text: str) -> None:
    assert "no signature was read on it" in proof(delivered(), note(text=text)).how


@pytest.mark.parametrize(
    ("document", "proves"),
    [
        (note(100), True),
        (note(99), False),
        (note(purchase_order_reference="4500099999"), False),
        (note(purchase_order_reference=None, text="Our order S00042"), True),
        (note(purchase_order_reference=None, text="WH/OUT/00012"), True),
        (note(purchase_order_reference=None, text="Parcel JD014600003NL", kind="other"), True),
        (note(kind="other"), False),
        (note(kind="invoice"), False),
        (note(99, purchase_order_reference=None, text="WH/OUT/00012"), False),
    ],
)
def test_number_and_lines_must_match(document: Paper, proves: bool) -> None:
    assert (proof(delivered(), document) is not None) is proves


def test_a_scan_without_lines_needs_the_transfers_own_number() -> None:
    by_order = note().with_(lines=())
    assert proof(delivered(), by_order) is None
    assert proof(delivered(), note(text="WH/OUT/00012").with_(lines=())) is not None


@pytest.mark.parametrize(("state", "proves"), [("done", True), ("assigned", False), ("cancel", False)])
def test_what_has_not_left_is_not_proven(state: str, proves: bool) -> None:
    shipments = (shipment(kind=ShipmentKind.OUTGOING, state=state),)
    assert (proof(delivered(shipments=shipments), note()) is not None) is proves


def test_a_suppliers_note_proves_a_receipt() -> None:
    incoming = shipment(kind=ShipmentKind.INCOMING, state="done")
    ours = purchase(line(delivered=number(100)))
    subject = delivered(record=PURCHASE, order=None, lines=(), purchases=(ours,), shipments=(incoming,), invoices=())
    document = note(purchase_order_reference="P00031", seller_name="Nordschrauben GmbH")
    assert proof(subject, document) is not None
    outgoing = subject.with_(shipments=(shipment(kind=ShipmentKind.OUTGOING, state="done"),))
    assert proof(outgoing, document) is None
