"""Products by their codes, and documents of more lines than can all be laid beside each other."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.unit.fact_cases import line, number, paper, purchase
from triage.facts.codes import Codes
from triage.facts.matching import Comparison, Ordered, compare
from triage.facts.stated import Stated, read_line

PRODUCTS = {
    "BM-100": [line(product="BM-100", partner_code="VC-77")],
    "BM-200": [line(product="BM-200", partner_code="BM-100", gtin="4006381333931")],
    "BM-300": [line(product="BM-300", partner_code="VC-77")],
}


def stated(**fields: Any) -> Stated:
    return read_line(1, paper("order_confirmation", fields).lines[0])


@pytest.mark.parametrize(
    ("fields", "products"),
    [
        ({"seller_item_id": "VC 77"}, ["BM-100", "BM-300"]),
        ({"seller_item_id": "BM-100"}, ["BM-200"]),
        ({"buyer_item_id": "bm100"}, ["BM-100", "BM-200"]),
        ({"seller_item_id": "BM-300"}, ["BM-300"]),
        ({"buyer_item_id": "4006381333931"}, ["BM-200"]),
        ({"seller_item_id": "9"}, []),
        ({"name": "no number"}, []),
    ],
)
def test_the_suppliers_number_counts_first_and_all_it_means_are_named(
    fields: dict[str, Any], products: list[str]
) -> None:
    assert Codes(PRODUCTS).of(stated(**fields)) == products


def test_a_code_in_the_text_is_the_item_unless_it_is_replaced() -> None:
    codes = Codes(PRODUCTS)
    assert codes.in_text(stated(name="Clamp BM-300, zinc")) == ["BM-300"]
    assert codes.in_text(stated(name="Clamp, replaces BM-300")) == []
    assert codes.in_text(stated(name="BM-300 and BM-200")) == []


def laid(lines: int, products: int, **fields: Any) -> Comparison:
    ours = [line(product=f"BM-{n:05}", name="Clamp", unit_price=number(1)) for n in range(products)]
    rows = [{"quantity": number(100), "net_amount": number(100), "name": "Ware"} | fields for _ in range(lines)]
    return compare(paper("order_confirmation", *rows), 0, Ordered.of_purchase(purchase(*ours)))


def test_a_strangers_twenty_thousand_lines_do_not_stop_the_desk() -> None:
    began = time.process_time()
    found = laid(20_000, 60)
    assert time.process_time() - began < 30
    assert len(found.extra) == 20_000


@pytest.mark.parametrize("count", [12, 300])
def test_as_many_like_lines_as_products_stand_in_their_order(count: int) -> None:
    found = laid(count, count)
    assert [[one.number for one in pair.stated] for pair in found.pairs] == [[n] for n in range(1, count + 1)]
    assert not found.extra
