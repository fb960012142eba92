"""Prices against list, floor and cost."""

from __future__ import annotations

import pytest

from tests.unit.fact_cases import case, facts, line, number, order, values
from triage.domain import Line


def priced(price: str, **fields: str) -> Line:
    return line(unit_price=number(price), **{name: number(value) for name, value in fields.items()})


@pytest.mark.parametrize(
    ("price", "difference", "percent"),
    [
        ("100.00", None, None),
        ("100.50", None, None),
        ("100.51", "0.51", "0.5"),
        ("99.50", None, None),
        ("99.49", "-0.51", "-0.5"),
        ("80", "-20", "-20"),
    ],
)
def test_difference(price: str, difference: str | None, percent: str | None) -> None:
    found = values(case(lines=(priced(price, list_price="100"),)))
    assert found.get("price.difference[BM-100]") == (None if difference is None else number(difference))
    assert found.get("price.difference_percent[BM-100]") == (None if percent is None else number(percent))


@pytest.mark.parametrize(("price", "below"), [("9.99", True), ("10", None), ("10.01", None)])
def test_floor(price: str, below: bool | None) -> None:
    assert values(case(lines=(priced(price, floor_price="10"),))).get("price.below_floor[BM-100]") is below


@pytest.mark.parametrize(
    ("price", "listed", "margin"), [("10", "10", None), ("8", "10", "25"), ("5", "5", "-20"), ("6", "6", None)]
)
def test_margin_only_where_a_reader_needs_it(price: str, listed: str, margin: str | None) -> None:
    found = facts(case(lines=(priced(price, list_price=listed, cost="6"),)))
    shown = found.get("price.margin[BM-100]")
    assert (shown.value if shown else None) == (None if margin is None else number(margin))
    assert shown is None or shown.confidential


def test_cost_stands_only_in_confidential_facts() -> None:
    found = facts(case(lines=(priced("5", list_price="10", floor_price="9", cost="6.4321"),)))
    assert {key for key, fact in found.items() if "6.4321" in fact.how} == {"price.margin[BM-100]"}


def test_two_lines_of_a_product_have_two_facts() -> None:
    found = values(case(lines=(priced("80", list_price="100"), priced("70", list_price="100"))))
    assert found["price.difference[BM-100]"] == -20
    assert found["price.difference[BM-100 #2]"] == -30


def test_price_per_hundred_is_said() -> None:
    found = facts(case(lines=(priced("12.5", list_price="13.95", price_per="100"),)))
    assert found["price.difference[BM-100]"].how == "12.5 EUR per 100 on the order, 13.95 EUR per 100 on the price list"


def test_no_prices_of_a_cancelled_order() -> None:
    assert values(case(order=order(state="cancel"), lines=(priced("80", list_price="100"),))) == {}


@pytest.mark.parametrize(
    ("least", "price", "below"),
    [("0", "6", None), ("0", "5.99", True), ("40", "10", None), ("40", "9.99", True), ("-5", "5.99", None)],
)
def test_margin_against_policy(least: str, price: str, below: bool | None) -> None:
    found = facts(case(lines=(priced(price, cost="6"),)), min_margin=number(least))
    shown = found.get("price.below_margin[BM-100]")
    assert (shown.value if shown else None) is below
    assert shown is None or (shown.confidential and "price.margin[BM-100]" in found)


@pytest.mark.parametrize(
    ("discount", "most", "shown", "exceeded"),
    [
        ("12", "12", None, None),
        ("12.01", "12", "12.01", True),
        ("50", None, None, None),
        ("0", "0", None, None),
    ],
)
def test_discount_against_policy(discount: str, most: str | None, shown: str | None, exceeded: bool | None) -> None:
    subject = case(lines=(priced("10", list_price="10", discount=discount),))
    found = values(subject, max_discount=None if most is None else number(most))
    assert found.get("price.discount[BM-100]") == (None if shown is None else number(shown))
    assert found.get("price.discount_exceeded[BM-100]") is exceeded


def test_the_discount_stands_beside_a_price_that_is_out_of_line() -> None:
    found = values(case(lines=(priced("8", list_price="10", discount="20"),)))
    assert found["price.discount[BM-100]"] == 20
