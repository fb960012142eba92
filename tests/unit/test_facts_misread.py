"""A figure that was misread off a page must not become a difference: where a line does not multiply, it is unclear."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.fact_cases import case, line, number, paper, purchase
from triage.domain import Paper, PaperXml, Thresholds
from triage.facts.confirmation import compared
from triage.facts.differences import Difference, DifferenceKind, differences
from triage.verify.sums import checks

ORDERED = line(quantity=100, unit_price=number("2.50"))


def read(quantity: str, price: str, amount: str) -> Paper:
    figures = {"quantity": Decimal(quantity), "unit_price": Decimal(price), "net_amount": Decimal(amount)}
    made = paper("order_confirmation", {"buyer_item_id": "BM-100", "unit": "pcs", **figures})
    return made.with_(checks=checks(made))


def found(one: Paper) -> list[Difference]:
    subject = case(purchases=(purchase(ORDERED),))
    return [each for comparison in compared(subject, [one]) for each in differences(comparison, Thresholds())]


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("700", "2.50", "250.00"), ("100", "2.90", "310.00"), ("100", "2.50", "275.10"), ("10", "2.50", "250.01")],
    ids=["quantity", "price and amount", "amount", "lost zero"],
)
def test_a_figure_that_does_not_fit_its_line_is_asked_about(quantity: str, price: str, amount: str) -> None:
    kinds = {each.kind for each in found(read(quantity, price, amount))}
    assert DifferenceKind.UNCLEAR in kinds
    assert not kinds & {DifferenceKind.PRICE, DifferenceKind.QUANTITY}


def test_the_question_says_which_line_and_what_does_not_fit() -> None:
    doubt = next(e for e in found(read("700", "2.50", "250.00")) if e.kind is DifferenceKind.UNCLEAR)
    assert doubt.about == "BM-100"
    assert "line 1 of ab.pdf" in doubt.how
    assert "700 x 2.50 = 1750.00, not 250.00" in doubt.how


def test_a_line_that_multiplies_is_compared() -> None:
    kinds = [each.kind for each in found(read("100", "2.90", "290.00"))]
    assert DifferenceKind.PRICE in kinds
    assert DifferenceKind.UNCLEAR not in kinds


def test_a_misfit_that_changes_nothing_is_no_question() -> None:
    assert [e for e in found(read("100", "2.50", "251.00")) if e.kind is DifferenceKind.UNCLEAR] == []


def test_what_an_xml_states_was_not_misread() -> None:
    stated = PaperXml(name="order.xml", embedded=False, syntax="UBL OrderResponse", content="<OrderResponse/>")
    kinds = [each.kind for each in found(read("700", "2.50", "250.00").with_(xml=stated))]
    assert DifferenceKind.QUANTITY in kinds
