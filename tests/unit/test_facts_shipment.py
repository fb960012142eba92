"""What the carrier and the transfers say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.fact_cases import at, case, facts, message, move, number, order, shipment, values
from triage.domain import MessageKind, Role, ShipmentKind

NAME = "WH/OUT/00012"


@pytest.mark.parametrize(
    ("status", "scan", "days"),
    [
        ("in_transit", "2026-11-13", None),
        ("in_transit", "2026-11-12", 3),
        ("exception", "2026-11-10", 5),
        ("delivered", "2026-11-01", None),
        ("lost", "2026-11-01", None),
        (None, "2026-11-01", None),
    ],
)
def test_no_scan(status: str | None, scan: str, days: int | None) -> None:
    found = values(case(shipments=(shipment(carrier_status=status, last_scan=at(scan)),)))
    assert found.get(f"shipment.no_scan_days[{NAME}]") == days


def test_never_scanned_counts_from_departure() -> None:
    found = facts(case(shipments=(shipment(carrier_status="booked", date_done=at("2026-11-11")),)))
    assert found[f"shipment.no_scan_days[{NAME}]"].value == 4


@pytest.mark.parametrize("status", ["returned", "exception", "lost"])
def test_flags(status: str) -> None:
    found = values(case(shipments=(shipment(carrier_status=status),)))
    assert found[f"shipment.{status}[{NAME}]"] is True
    assert found[f"shipment.status[{NAME}]"] == status


@pytest.mark.parametrize(("delivered", "left"), [("2026-11-15", 7), ("2026-11-08", 0), ("2026-11-07", None)])
def test_claim_period(delivered: str, left: int | None) -> None:
    parcel = shipment(delivered_at=at(delivered), signed_by="M. Jansen", carrier_status="delivered")
    found = values(case(shipments=(parcel,)))
    assert found.get(f"shipment.claim_days_left[{NAME}]") == left
    assert found[f"shipment.delivered[{NAME}]"] == date.fromisoformat(delivered)
    assert found[f"shipment.signed_by[{NAME}]"] == "M. Jansen"


@pytest.mark.parametrize(("done", "partial"), [(60, True), (100, None)])
def test_partial(done: int, partial: bool | None) -> None:
    moves = (move("BM-100", NAME, 100, done=number(done), state="done"),)
    assert values(case(shipments=(shipment(),), moves=moves)).get(f"shipment.partial[{NAME}]") is partial


@pytest.mark.parametrize(("state", "back"), [("done", True), ("assigned", None)])
def test_a_return_that_came_back(state: str, back: bool | None) -> None:
    returned = shipment("WH/IN/00009", kind=ShipmentKind.INCOMING, state=state, return_of=NAME)
    assert values(case(shipments=(returned,))).get(f"shipment.returned[{NAME}]") is back


def test_cancelled_transfers_say_nothing() -> None:
    assert values(case(shipments=(shipment(state="cancel", carrier_status="lost"),))) == {}


@pytest.mark.parametrize(
    ("sent", "hours"), [("2026-11-13T10:00", None), ("2026-11-13T09:59", 48), ("2026-11-10T10:00", 120)]
)
def test_stalled(sent: str, hours: int | None) -> None:
    assert values(case(messages=(message("Any news?", sent_at=at(sent)),))).get("owner.stalled_hours") == hours


@pytest.mark.parametrize(
    ("reply", "stalled"),
    [
        ({"role": Role.COLLEAGUE}, False),
        ({"role": Role.CUSTOMER, "kind": MessageKind.AUTO_REPLY}, True),
        ({"role": Role.COLLEAGUE, "kind": MessageKind.NOTE}, True),
        ({"role": Role.SYSTEM}, True),
    ],
)
def test_only_an_answer_ends_the_wait(reply: dict[str, Any], stalled: bool) -> None:
    messages = (message("Any news?", sent_at=at("2026-11-01")), message("...", sent_at=at("2026-11-02"), **reply))
    assert ("owner.stalled_hours" in values(case(messages=messages))) is stalled


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"owner": "Noor"}, None),
        ({"owner": None}, True),
        ({"owner": " "}, True),
        ({"owner": None, "state": "done"}, None),
    ],
)
def test_owner(fields: dict[str, Any], missing: bool | None) -> None:
    assert values(case(order=order(**fields))).get("owner.missing") is missing


@pytest.mark.parametrize(
    ("fields", "unsigned"),
    [
        ({"carrier_status": "delivered", "delivered_at": at("2026-11-14")}, True),
        ({"carrier_status": "delivered", "delivered_at": at("2026-11-14"), "signed_by": "M. Jansen"}, None),
        ({"carrier_status": "in_transit", "last_scan": at("2026-11-14")}, None),
        ({"delivered_at": at("2026-11-14")}, None),
    ],
)
def test_delivered_and_nobody_signed(fields: dict[str, Any], unsigned: bool | None) -> None:
    assert values(case(shipments=(shipment(**fields),))).get(f"shipment.unsigned[{NAME}]") is unsigned


def test_where_signatures_could_not_be_had_none_is_missed() -> None:
    subject = case(
        shipments=(shipment(carrier_status="delivered", delivered_at=at("2026-11-14")),),
        missing=("signature: no such field",),
    )
    assert f"shipment.unsigned[{NAME}]" not in values(subject)


@pytest.mark.parametrize(
    ("scheduled", "state", "days"),
    [
        ("2026-11-15T08:00", "assigned", None),
        ("2026-11-14T22:59", "assigned", 1),
        ("2026-11-14T23:00", "assigned", None),
        ("2026-11-10", "confirmed", 5),
        ("2026-11-10", "done", None),
        ("2026-11-10", "draft", None),
    ],
)
def test_a_transfer_that_should_have_left(scheduled: str, state: str, days: int | None) -> None:
    """Eleven in the evening in UTC is the next day in Amsterdam."""
    found = values(case(shipments=(shipment(state=state, scheduled=at(scheduled)),)))
    assert found.get(f"shipment.not_left_days[{NAME}]") == days
