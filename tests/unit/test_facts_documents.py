"""Confirmations, invoices and delivery notes against orders and receipts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import PURCHASE, case, facts, line, number, order, paper, purchase, values
from triage.domain import Case, Paper, Partner, RecordRef

CONFIRMATION = "order_confirmation"


def bought(*lines: Any, **fields: Any) -> Case:
    return case(record=PURCHASE, order=None, purchases=(purchase(*lines, **fields),))


def bolt(**fields: Any) -> Any:
    values = {"unit_price": number("12.50"), "price_per": number(100), "date_planned": date(2026, 11, 24)}
    return line(**(values | fields))


def stated(**fields: Any) -> dict[str, Any]:
    return {"buyer_item_id": "BM-100", "quantity": number(100), "unit": "Stk", "net_amount": number("12.50")} | fields


def confirm(*lines: dict[str, Any], **fields: Any) -> Paper:
    return paper(CONFIRMATION, *lines, **fields)


def confirmed(subject: Case, document: Paper, **thresholds: Any) -> dict[str, object]:
    found = values(subject, [document], **thresholds)
    return {key: value for key, value in found.items() if key.startswith("confirmation.")}


def test_agreement_is_a_fact() -> None:
    assert confirmed(bought(bolt()), confirm(stated())) == {"confirmation.agrees": True}


@pytest.mark.parametrize(
    ("amount", "difference"),
    [("12.50", None), ("12.56", None), ("12.57", "0.0007"), ("12.44", None), ("12.43", "-0.0007"), ("13.20", "0.007")],
)
def test_price_per_hundred(amount: str, difference: str | None) -> None:
    """Half a per cent of 12.50 is 0.0625: the boundary lies between 12.56 and 12.57."""
    found = confirmed(bought(bolt()), confirm(stated(net_amount=number(amount), unit_price=number(amount))))
    expected = None if difference is None else number(difference)
    assert found.get("confirmation.price_difference[BM-100]") == expected


@pytest.mark.parametrize(
    ("fields", "difference"),
    [
        ({"unit_price": number("12.50"), "net_amount": None}, None),
        ({"unit_price": number("0.125"), "net_amount": None}, None),
        ({"unit_price": number("125.00"), "net_amount": None}, None),
        ({"unit_price": number("13.20"), "net_amount": None}, number("0.007")),
        ({"unit_price": number("13.89"), "net_amount": number("12.50")}, None),
    ],
    ids=["per 100", "per 1", "per 1000", "per 100, dearer", "less a line discount of 10 %"],
)
def test_price_bases(fields: dict[str, Any], difference: Decimal | None) -> None:
    row = {key: value for key, value in stated(**fields).items() if value is not None}
    assert confirmed(bought(bolt()), confirm(row)).get("confirmation.price_difference[BM-100]") == difference


@pytest.mark.parametrize(
    ("quantity", "tolerance", "difference"), [(100, "0", None), (99, "0", -1), (99, "0.01", None), (98, "0.01", -2)]
)
def test_quantity(quantity: int, tolerance: str, difference: int | None) -> None:
    row = stated(quantity=number(quantity), net_amount=number(quantity) / 8)
    found = confirmed(bought(bolt()), confirm(row), quantity_tolerance=number(tolerance))
    assert found.get("confirmation.quantity_difference[BM-100]") == difference


@pytest.mark.parametrize(
    ("day", "tolerance", "later"),
    [
        (date(2026, 11, 23), 0, None),
        (date(2026, 11, 24), 0, None),
        (date(2026, 11, 25), 0, 1),
        (date(2026, 11, 25), 1, None),
        (date(2026, 12, 3), 1, 9),
    ],
)
def test_dates(day: date, tolerance: int, later: int | None) -> None:
    found = confirmed(bought(bolt()), confirm(stated(delivery_date=day)), date_tolerance_days=tolerance)
    assert found.get("confirmation.date_difference[BM-100]") == later


def test_the_head_dates_a_line_without_a_date() -> None:
    found = confirmed(bought(bolt()), confirm(stated(), delivery_date=date(2026, 12, 1)))
    assert found["confirmation.date_difference[BM-100]"] == 7


def test_a_split_is_one_line_in_parts() -> None:
    halves = [
        stated(quantity=number(40), net_amount=number(5), delivery_date=date(2026, 11, 24)),
        stated(quantity=number(60), net_amount=number("7.50"), delivery_date=date(2026, 12, 8)),
    ]
    found = confirmed(bought(bolt()), confirm(*halves))
    assert found == {
        "confirmation.split[BM-100]": "40 on 2026-11-24, 60 on 2026-12-08",
        "confirmation.date_difference[BM-100]": 14,
    }


def test_missing_and_extra_lines() -> None:
    subject = bought(bolt(), bolt(id=8, product="GLV-09-L", name="Glove L", quantity=number(5)))
    rows = [
        stated(),
        stated(buyer_item_id="HELM-3", name="Helmet"),
        {"name": "Fracht", "net_amount": number(9)},
        {"name": "Portes pagados", "seller_item_id": "PORTES", "net_amount": number(9)},
    ]
    found = confirmed(subject, confirm(*rows))
    assert found["confirmation.missing_line[GLV-09-L]"] == 5
    assert found["confirmation.extra_line[HELM-3]"] == 100
    assert [key for key in found if "extra" in key] == ["confirmation.extra_line[HELM-3]"]


def test_a_line_without_a_code_is_known_by_its_price_and_open_quantity() -> None:
    nut = bolt(id=8, product="FS-934-M8", name="Hex nut", unit_price=number("2.10"))
    rows = [
        stated(quantity=number(40), unit_price=number("12.50"), net_amount=number(5)),
        {"name": "Mutter", "quantity": number(100), "unit_price": number("2.10"), "net_amount": number("2.10")},
        {"seller_item_id": "1.2", "quantity": number(60), "unit_price": number("12.50"), "net_amount": number("7.50")},
    ]
    assert confirmed(bought(bolt(), nut), confirm(*rows)) == {"confirmation.agrees": True}


def test_another_code_is_another_item_even_at_the_same_price() -> None:
    found = confirmed(bought(bolt()), confirm(stated(buyer_item_id="BM-101", name="Successor")))
    assert found == {"confirmation.substitute[BM-100]": "BM-101"}


@pytest.mark.parametrize(
    ("row", "ours"),
    [
        ({"seller_item_id": "70-0815", "buyer_item_id": ""}, {"partner_code": "700815"}),
        ({"buyer_item_id": "bm 100"}, {}),
        ({"seller_item_id": "BM-100", "buyer_item_id": ""}, {}),
        ({"buyer_item_id": "", "name": "Hex bolt 8.8 BM-100 zinc"}, {}),
        ({"buyer_item_id": "4006381333931"}, {"gtin": "4006381333931"}),
        ({"buyer_item_id": "", "name": "M8x40 hexagon bolt, zinc"}, {"name": "Hexagon bolt zinc M8x40"}),
    ],
    ids=["supplier's code", "our code", "our code as theirs", "code in the text", "GTIN", "description"],
)
def test_matching(row: dict[str, Any], ours: dict[str, Any]) -> None:
    fields = {key: value for key, value in stated(**row).items() if value != ""}
    assert confirmed(bought(bolt(**ours)), confirm(fields)) == {"confirmation.agrees": True}


def test_another_size_is_another_item() -> None:
    row = stated(name="Hexagon bolt zinc M8x60")
    del row["buyer_item_id"]
    found = confirmed(bought(bolt(name="Hexagon bolt zinc M8x40")), confirm(row))
    assert found == {"confirmation.substitute[BM-100]": "Hexagon bolt zinc M8x60"}


@pytest.mark.parametrize(
    ("fields", "compared"),
    [
        ({"purchase_order_reference": "P00031"}, True),
        ({"purchase_order_reference": "Ihre Bestellung P00031 vom 2.11."}, True),
        ({"purchase_order_reference": "P00032"}, False),
        ({"purchase_order_reference": None, "seller_name": "NORDSCHRAUBEN GMBH"}, True),
        ({"purchase_order_reference": None, "seller_name": "Zuidbout B.V."}, False),
        ({"purchase_order_reference": None}, False),
    ],
)
def test_a_document_belongs_to_the_order_it_names(fields: dict[str, Any], compared: bool) -> None:
    assert bool(confirmed(bought(bolt()), confirm(stated(), **fields))) is compared


def test_currencies_are_not_compared() -> None:
    found = confirmed(bought(bolt()), confirm(stated(net_amount=number(99)), currency="USD", net_total=number(99)))
    assert found == {"confirmation.currency_difference": "USD"}


@pytest.mark.parametrize(("net", "difference"), [("12.50", None), ("12.56", None), ("12.57", "0.07"), ("21.50", "9")])
def test_amount(net: str, difference: str | None) -> None:
    found = confirmed(bought(bolt()), confirm(stated(), net_total=number(net)))
    assert found.get("confirmation.amount_difference") == (None if difference is None else number(difference))


def test_the_newest_confirmation_counts() -> None:
    old = confirm(stated(quantity=number(50)), issue_date=date(2026, 11, 2), name="old.pdf")
    new = confirm(stated(), issue_date=date(2026, 11, 9), name="new.pdf")
    found = values(bought(bolt()), [new, old])
    assert found == {"confirmation.agrees": True}


def test_two_orders_keep_their_facts_apart() -> None:
    other = RecordRef(model="purchase.order", id=32, name="P00032")
    subject = case(record=PURCHASE, order=None, purchases=(purchase(bolt()), purchase(bolt(), ref=other)))
    papers = [
        confirm(stated(quantity=number(50))),
        confirm(stated(quantity=number(70)), purchase_order_reference="P00032", name="b.pdf"),
    ]
    found = values(subject, papers)
    assert found["confirmation.quantity_difference[BM-100 (P00031)]"] == -50
    assert found["confirmation.quantity_difference[BM-100 (P00032)]"] == -30


@pytest.mark.parametrize(
    ("unit", "quantity", "difference", "mismatch"),
    [("C", 1, None, False), ("C", 2, 100, False), ("Karton", 1, None, True), ("pcs", 100, None, False)],
)
def test_units(unit: str, quantity: int, difference: int | None, mismatch: bool) -> None:
    found = values(bought(bolt()), [confirm(stated(unit=unit, quantity=number(quantity)))])
    assert found.get("confirmation.quantity_difference[BM-100]") == difference
    assert ("data.uom_mismatch[BM-100]" in found) is mismatch


@pytest.mark.parametrize(
    ("quantity", "received", "over", "not_received"),
    [(100, 100, None, None), (101, 101, 1, None), (100, 60, None, 40), (40, 60, None, None)],
)
def test_supplier_invoice(quantity: int, received: int, over: int | None, not_received: int | None) -> None:
    bill = paper("invoice", stated(quantity=number(quantity), net_amount=number(quantity) / 8))
    found = values(bought(bolt(delivered=number(received))), [bill])
    assert found.get("invoice.quantity_difference[BM-100]") == over
    assert found.get("invoice.not_received[BM-100]") == not_received


def test_supplier_invoice_amounts() -> None:
    bill = paper("invoice", stated(net_amount=number(14)), net_total=number(14))
    found = values(bought(bolt(delivered=number(100))), [bill])
    assert found["invoice.price_difference[BM-100]"] == number("0.015")
    assert found["invoice.amount_difference"] == number("1.50")


def test_our_own_invoice_is_held_against_the_sales_order() -> None:
    ours = paper(
        "invoice",
        stated(),
        purchase_order_reference="4500012345",
        seller_name="Brandt & Mercer Supply BV",
        name="i.pdf",
    )
    subject = case(
        order=order(client_order_ref="4500012345"), lines=(bolt(unit_price=number("10"), delivered=number(80)),)
    )
    found = values(subject, [ours])
    assert found["invoice.price_difference[BM-100]"] == number("0.025")
    assert found["invoice.not_received[BM-100]"] == 20


@pytest.mark.parametrize(("received", "difference"), [(0, -10), (90, None), (80, 10)])
def test_delivery_note(received: int, difference: int | None) -> None:
    note = paper("delivery_note", stated(quantity=number(90)))
    found = values(bought(bolt(delivered=number(received))), [note])
    assert found.get("delivery.quantity_difference[BM-100]") == difference


prices = st.decimals(min_value=Decimal("0.01"), max_value=9999, places=2)


@given(prices, prices, st.sampled_from([1, 100, 1000]), st.integers(1, 5000))
def test_a_price_difference_is_one_beyond_the_tolerance(
    ours: Decimal, theirs: Decimal, basis: int, quantity: int
) -> None:
    amount = (theirs * quantity / basis).quantize(Decimal("0.000001"))
    row = stated(quantity=Decimal(quantity), net_amount=amount)
    found = facts(bought(bolt(quantity=quantity, unit_price=ours, price_per=Decimal(basis))), [confirm(row)])
    shown = found.get("confirmation.price_difference[BM-100]")
    difference = (theirs - ours) / basis
    if abs(theirs - ours) > ours * Decimal("0.0051"):
        assert shown is not None
        assert abs(Decimal(str(shown.value)) - difference) < Decimal("0.00001")
    elif abs(theirs - ours) < ours * Decimal("0.0049"):
        assert shown is None


@given(st.lists(st.integers(1, 500), min_size=1, max_size=6))
def test_parts_of_a_split_add_up(parts: list[int]) -> None:
    rows = [stated(quantity=Decimal(part), net_amount=Decimal(part) / 8) for part in parts]
    found = confirmed(bought(bolt(quantity=sum(parts))), confirm(*rows))
    assert found == {"confirmation.agrees": True}


def test_a_supplier_is_known_by_its_vat_id() -> None:
    supplier = Partner(name="Nordschrauben GmbH", vat="DE136695976")
    subject = bought(bolt(), supplier=supplier)
    for written, known in (("DE 136 695 976", True), ("136695976", True), ("DE136695977", False)):
        document = confirm(stated(), purchase_order_reference=None, seller_vat_id=written, seller_name="Other")
        assert bool(confirmed(subject, document)) is known


def test_a_line_that_names_another_order_is_not_compared_with_this_one() -> None:
    ours = stated(purchase_order_reference="PO P00031", unit_price=number("12.50"))
    other = stated(buyer_item_id="BM-777", purchase_order_reference="P00099")
    head: dict[str, Any] = {"purchase_order_reference": None, "seller_name": "Nordschrauben GmbH"}
    assert confirmed(bought(bolt()), confirm(ours, other, net_total=number(999), **head)) == {
        "confirmation.agrees": True
    }


def test_lines_that_all_name_an_order_by_another_number_are_compared() -> None:
    other = stated(buyer_item_id="BM-777", purchase_order_reference="4500012345")
    assert confirmed(bought(bolt()), confirm(other)) == {"confirmation.substitute[BM-100]": "BM-777"}


@pytest.mark.parametrize(("per", "difference"), [("100", None), ("10", "1.125"), ("1000", "-0.1125")])
def test_a_stated_price_base_is_taken_at_its_word(per: str, difference: str | None) -> None:
    one = stated(unit_price=number("12.50"), price_per=number(per))
    del one["net_amount"]
    expected = None if difference is None else number(difference)
    assert confirmed(bought(bolt()), confirm(one)).get("confirmation.price_difference[BM-100]") == expected
