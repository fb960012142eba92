"""Building blocks for cases of the sample company, to test facts on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from triage.domain import (
    Case,
    Company,
    Fact,
    FieldValue,
    Line,
    Message,
    Method,
    Move,
    Order,
    Paper,
    PaperLine,
    Partner,
    Policy,
    Producer,
    Purchase,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
    Thresholds,
)
from triage.facts import establish_facts

NOW = datetime(2026, 11, 15, 10, tzinfo=UTC)
SALE = RecordRef(model="sale.order", id=42, name="S00042")
PURCHASE = RecordRef(model="purchase.order", id=31, name="P00031")


def at(text: str) -> datetime:
    """A moment in UTC from `2026-11-13` or `2026-11-13T10:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def number(text: str | int) -> Decimal:
    return Decimal(text)


def line(product: str = "BM-100", quantity: str | int = 100, **fields: Any) -> Line:
    values = {"id": 7, "product": product, "name": f"Hex bolt {product}", "quantity": Decimal(quantity)} | fields
    return Line.model_validate(values)


def order(**fields: Any) -> Order:
    values = {"ref": SALE, "state": "sale", "currency": "EUR", "owner": "Noor"} | fields
    return Order.model_validate(values)


def purchase(*lines: Line, **fields: Any) -> Purchase:
    values = {
        "ref": PURCHASE,
        "state": "purchase",
        "supplier": Partner(name="Nordschrauben GmbH", role=Role.SUPPLIER),
        "currency": "EUR",
        "lines": lines,
    } | fields
    return Purchase.model_validate(values)


def shipment(name: str = "WH/OUT/00012", **fields: Any) -> Shipment:
    values = {
        "ref": RecordRef(model="stock.picking", id=12, name=name),
        "kind": ShipmentKind.OUTGOING,
        "state": "done",
    } | fields
    return Shipment.model_validate(values)


def move(product: str, where: str, quantity: int, **fields: Any) -> Move:
    values = {"product": product, "shipment": where, "quantity": Decimal(quantity), "state": "confirmed"} | fields
    return Move.model_validate(values)


def message(body: str, **fields: Any) -> Message:
    return Message.model_validate({"id": "m1", "body": body, "role": Role.CUSTOMER} | fields)


def case(**fields: Any) -> Case:
    values = {
        "record": SALE,
        "company": Company(name="Brandt & Mercer Supply B.V.", currency="EUR", timezone="Europe/Amsterdam"),
        "captured_at": NOW,
        "order": order(),
    } | fields
    return Case.model_validate(values)


def printed(value: Decimal | date | str) -> FieldValue:
    return FieldValue(value=value, text=str(value))


def paper(kind: str, *lines: dict[str, Decimal | date | str], name: str = "ab.pdf", **fields: Any) -> Paper:
    heads = {"document_type": kind, "purchase_order_reference": "P00031", "currency": "EUR"} | fields
    return Paper(
        by=Producer(method=Method.EMBEDDED, model="layout", version="1"),
        document=name,
        sha256="0" * 64,
        fields={key: printed(value) for key, value in heads.items() if value is not None},
        lines=tuple(PaperLine(fields={key: printed(value) for key, value in one.items()}) for one in lines),
    )


def facts(subject: Case, papers: Sequence[Paper] = (), **thresholds: Any) -> dict[str, Fact]:
    """Facts by their id; ids must be unique."""
    found = establish_facts(subject, papers, Policy(thresholds=Thresholds(**thresholds)))
    by_id = {fact.id: fact for fact in found}
    assert len(by_id) == len(found), "two facts of one id"
    assert all(fact.sources for fact in found)
    return by_id


def values(subject: Case, papers: Sequence[Paper] = (), **thresholds: Any) -> dict[str, object]:
    return {key: fact.value for key, fact in facts(subject, papers, **thresholds).items()}
