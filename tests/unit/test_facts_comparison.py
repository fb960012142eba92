"""Documents beside orders as properties: whatever agrees is shown so, and one change is one difference."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fact_cases import PURCHASE, case, facts, line, number, paper, purchase
from triage.domain import Case, Line, Paper, RecordRef, Thresholds, Waiting
from triage.facts.confirmation import compared
from triage.facts.differences import Difference, DifferenceKind, differences

DUE = date(2026, 11, 24)
CENT = Decimal("0.01")
NAMES = (
    "Hex bolt M8x40", "Washer form A 8.4", "Work glove size 9", "Angle grinder 1400 W", "Packing tape 50 mm",
    "Hydraulic oil 46", "Cable tie 200 mm", "Shackle 10 t",
)  # fmt: skip


def found(order: Case, document: Paper, **thresholds: Any) -> list[Difference]:
    (comparison,) = compared(order, [document])
    return list(differences(comparison, Thresholds(**thresholds)))


def bought(*lines: Line, **fields: Any) -> Case:
    return case(record=PURCHASE, order=None, purchases=(purchase(*lines, date_planned=DUE, **fields),))


def confirm(*lines: dict[str, Any], **fields: Any) -> Paper:
    return paper("order_confirmation", *lines, **fields)


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


WAYS = (("pcs", 1), ("C", 100), ("dozen", 12), ("box of 20", 20), ("Karton à 25", 25), ("50 St/VPE", 50), ("Stk", 1))


@st.composite
def agreeing(draw: st.DrawFn) -> tuple[Case, list[dict[str, Any]]]:
    """An order, and a confirmation that says the same in units, price bases, an order and parts of its own."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    lines, rows = [], []
    for n, name in enumerate(names):
        unit, size = draw(st.sampled_from(WAYS))
        packs = draw(st.integers(1, 200))
        price = draw(st.decimals(Decimal("0.02"), Decimal(400), places=draw(st.sampled_from([2, 3, 4]))))
        code = f"SUP-{7000 + n}"
        ours = line(product=f"ART-{n}00", name=name, quantity=packs * size, unit_price=price, partner_code=code)
        lines.append(ours)
        parts = draw(st.sampled_from([(packs,), (packs,), (packs - packs // 2, packs // 2)]))
        for part in parts:
            if part:
                rows.append(row(ours, part, unit, size, draw(st.sampled_from(["amount", "both", "basis"]))))
    days = draw(st.lists(st.integers(0, 20), min_size=len(rows), max_size=len(rows)))
    dated = [one | {"delivery_date": DUE - timedelta(days=day)} for one, day in zip(rows, days, strict=True)]
    return bought(*lines), draw(st.permutations(dated))


def row(ours: Line, packs: int, unit: str, size: int, how: str) -> dict[str, Any]:
    assert ours.unit_price is not None
    one: dict[str, Any] = {"seller_item_id": ours.partner_code, "quantity": Decimal(packs), "unit": unit}
    per_pack = ours.unit_price * size
    if how == "basis":
        return one | {"unit_price": per_pack * 100, "price_per": Decimal(100)}
    amount = {"net_amount": cents(per_pack * packs)}
    return one | amount if how == "amount" else one | amount | {"unit_price": cents(per_pack)}


@settings(max_examples=150, deadline=None)
@given(agreeing())
def test_what_agrees_is_shown_without_a_difference(both: tuple[Case, list[dict[str, Any]]]) -> None:
    order, rows = both
    assert [each.how for each in found(order, confirm(*rows))] == []


@settings(max_examples=100, deadline=None)
@given(agreeing(), st.data())
def test_one_line_less_is_one_missing_line(both: tuple[Case, list[dict[str, Any]]], data: st.DataObject) -> None:
    order, rows = both
    gone = data.draw(st.sampled_from(sorted({one["seller_item_id"] for one in rows})))
    rest = [one for one in rows if one["seller_item_id"] != gone]
    if rest:
        (only,) = found(order, confirm(*rest))
        assert only.kind is DifferenceKind.MISSING
        assert only.pair is not None
        assert only.pair.lines[0].partner_code == gone


@settings(max_examples=100, deadline=None)
@given(agreeing(), st.integers(1, 60), st.data())
def test_one_later_day_is_one_later_line(
    both: tuple[Case, list[dict[str, Any]]], days: int, data: st.DataObject
) -> None:
    order, rows = both
    code = data.draw(st.sampled_from(sorted({one["seller_item_id"] for one in rows})))
    later = [
        one | {"delivery_date": DUE + timedelta(days=days)} if one["seller_item_id"] == code else one for one in rows
    ]
    (only,) = found(order, confirm(*later))
    assert (only.kind, only.days) == (DifferenceKind.DATE, days)


@settings(max_examples=100, deadline=None)
@given(agreeing(), st.sampled_from(["1.02", "0.97", "1.5"]), st.data())
def test_one_other_price_is_one_price_difference_with_its_amount(
    both: tuple[Case, list[dict[str, Any]]], times: str, data: st.DataObject
) -> None:
    order, rows = both
    code = data.draw(st.sampled_from(sorted({one["seller_item_id"] for one in rows})))
    ours = next(one for one in order.purchases[0].lines if one.partner_code == code)
    amount = (ours.unit_price or Decimal(0)) * ours.quantity
    if amount < 50:
        return  # a cent's rounding may be more than the change
    changed = [one for one in rows if one["seller_item_id"] != code]
    changed.append({"seller_item_id": code, "quantity": ours.quantity, "net_amount": cents(amount * Decimal(times))})
    (only,) = found(order, confirm(*changed, delivery_date=DUE))
    assert only.kind is DifferenceKind.PRICE
    assert only.amount is not None
    assert abs(only.amount - amount * (Decimal(times) - 1)) <= Decimal("0.02")


@pytest.mark.parametrize(
    ("price", "amount", "differs"),
    [
        ("0.12", "123.40", False), ("0.12", None, False), ("0.13", None, True), ("0.12", "120.00", True),
        ("0.123", None, False), ("0.124", None, False), ("0.1241", None, True), (None, "124.01", False),
        (None, "124.03", True), (None, "122.79", False), (None, "122.77", True), ("0.12340", "123.40", False),
    ],
)  # fmt: skip
def test_rounding_of_a_price_with_four_decimals(price: str | None, amount: str | None, differs: bool) -> None:
    """0.1234 for 1,000 pieces: half a per cent is 0.000617, and an amount is true to half a cent."""
    ours = line(quantity=1000, unit_price=number("0.1234"))
    stated: dict[str, Any] = {"buyer_item_id": "BM-100", "quantity": number(1000), "unit": "pcs"}
    stated |= {"unit_price": number(price)} if price else {}
    stated |= {"net_amount": number(amount)} if amount else {}
    kinds = {each.kind for each in found(bought(ours), confirm(stated))}
    assert (DifferenceKind.PRICE in kinds) is differs


@pytest.mark.parametrize(
    ("quantity", "tolerance", "differs"),
    [
        ("101", "0.01", False),
        ("101.01", "0.01", True),
        ("99", "0.01", False),
        ("98.99", "0.01", True),
        ("100.01", "0", True),
    ],
)
def test_quantity_tolerance_on_both_sides(quantity: str, tolerance: str, differs: bool) -> None:
    stated = {"buyer_item_id": "BM-100", "quantity": number(quantity), "unit": "pcs"}
    kinds = {each.kind for each in found(bought(line()), confirm(stated), quantity_tolerance=number(tolerance))}
    assert (DifferenceKind.QUANTITY in kinds) is differs


def scheduled(*days: tuple[int, int]) -> list[Line]:
    return [line(id=n, quantity=q, date_planned=DUE + timedelta(days=d)) for n, (q, d) in enumerate(days, 1)]


def comes(*days: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        {"buyer_item_id": "BM-100", "quantity": Decimal(q), "delivery_date": DUE + timedelta(days=d)} for q, d in days
    ]


@pytest.mark.parametrize(
    ("ordered", "confirmed", "kinds", "days"),
    [
        ([(100, 0)], [(100, 0)], [], None),
        ([(100, 0)], [(40, -3), (60, 0)], [], None),
        ([(100, 0)], [(40, 0), (60, 14)], ["split", "date_difference"], 14),
        ([(100, 0)], [(100, 3)], ["date_difference"], 3),
        ([(50, 0), (50, 14)], [(100, 0)], [], None),
        ([(50, 0), (50, 14)], [(100, 14)], ["date_difference"], 14),
        ([(50, 0), (50, 14)], [(50, 0), (30, 14), (20, 20)], ["split", "date_difference"], 6),
        ([(50, 0), (50, 14)], [(30, 0), (70, 14)], ["date_difference"], 14),
    ],
)
def test_schedules_are_laid_over_each_other(
    ordered: list[tuple[int, int]], confirmed: list[tuple[int, int]], kinds: list[str], days: int | None
) -> None:
    each = list(found(bought(*scheduled(*ordered)), confirm(*comes(*confirmed))))
    by_schedule = [one for one in each if one.kind in {DifferenceKind.SPLIT, DifferenceKind.DATE}]
    assert [one.kind.value for one in by_schedule] == kinds
    assert max((one.days or 0 for one in by_schedule), default=0) == (days or 0)


def waits(name: str, quantity: int, promised: int | None, **more: Any) -> Waiting:
    day = None if promised is None else DUE + timedelta(days=promised)
    order = RecordRef(model="sale.order", id=int(name[1:]), name=name)
    return Waiting(order=order, customer=name, product="BM-100", quantity=Decimal(quantity), promised=day, **more)


def hit(queue: list[Waiting], *confirmed: tuple[int, int], uom: str = "Units", **more: Any) -> dict[str, object]:
    ours = line(date_planned=DUE, uom=uom, **more)
    known = facts(bought(ours, waiting=queue), [confirm(*comes(*confirmed))])
    return {
        key.removeprefix("confirmation."): fact.value
        for key, fact in known.items()
        if key.startswith(("confirmation.affects", "confirmation.covers"))
    }


def test_the_first_half_goes_to_the_earliest_promise() -> None:
    queue = [waits("S2", 40, 20), waits("S1", 40, 7), waits("S3", 20, None)]
    assert hit(queue, (50, 0), (50, 42)) == {
        "covers[S1 BM-100]": 7,
        "affects[S2 BM-100]": -22,
        "affects[S3 BM-100]": True,
    }


def test_lines_for_which_it_was_bought_come_first() -> None:
    queue = [waits("S1", 50, 7), waits("S2", 50, 20, is_bound=True)]
    assert hit(queue, (50, 0), (50, 42)) == {"covers[S2 BM-100]": 20, "affects[S1 BM-100]": -35}


def test_what_never_comes_covers_nobody() -> None:
    assert hit([waits("S1", 60, 7), waits("S2", 40, 20)], (60, 0)) == {
        "covers[S1 BM-100]": 7,
        "affects[S2 BM-100]": True,
    }


@pytest.mark.parametrize(("later", "slack"), [(6, 1), (7, 0), (8, -1)])
def test_slack_on_both_sides(later: int, slack: int) -> None:
    assert hit([waits("S1", 10, 7)], (100, later)) == {"affects[S1 BM-100]": slack}


def test_a_customers_unit_is_converted() -> None:
    queue = [waits("S1", 12, 7), waits("S2", 5, 8, uom="Box of 10"), waits("S3", 5, 9, uom="kg")]
    found = hit(queue, (50, 0), (50, 42))
    assert found == {"covers[S1 BM-100]": 7, "affects[S2 BM-100]": -34}


def test_nobody_is_hit_where_nothing_moves() -> None:
    assert hit([waits("S1", 60, 7)], (100, 0)) == {}


@pytest.mark.parametrize(
    ("price", "amount", "differs"),
    [
        ("10.00", None, False),
        ("9.00", None, False),
        ("9.50", None, True),
        ("10.00", "100.00", True),
        ("10.00", "90.00", False),
    ],
)
def test_a_list_price_without_an_amount_may_have_its_discount_elsewhere(
    price: str, amount: str | None, differs: bool
) -> None:
    ours = line(quantity=10, unit_price=number("9.00"), discount=number(10))
    stated = {"buyer_item_id": "BM-100", "quantity": number(10), "unit": "pcs", "unit_price": number(price)}
    stated |= {"net_amount": number(amount)} if amount else {}
    assert bool(found(bought(ours), confirm(stated))) is differs


@pytest.mark.parametrize(
    ("name", "quantity", "kind"),
    [
        ("Fracht", None, "charge"), ("Fracht", 1, "charge"), ("Mindermengenzuschlag", 1, "charge"),
        ("Frais de port", 1, "charge"), ("Transport box blue", 20, "extra_line"),
        ("Verpackungsfolie 500 mm", 1, "extra_line"), ("Coupling", 1, "extra_line"),
    ],
)  # fmt: skip
def test_charges_are_named_as_such_and_goods_are_not(name: str, quantity: int | None, kind: str) -> None:
    ours = line(quantity=240, unit_price=number("1.15"))
    rows: list[dict[str, Any]] = [{"buyer_item_id": "BM-100", "quantity": number(240), "net_amount": number("276.00")}]
    rows.append({"name": name, "net_amount": number(45)} | ({} if quantity is None else {"quantity": number(quantity)}))
    (only,) = found(bought(ours), confirm(*rows, net_total=number(321)))
    assert (only.kind.value, only.about, only.amount) == (kind, name, 45)


def test_charges_beside_the_lines_are_told_by_the_page() -> None:
    from triage.domain import Page

    ours = line(quantity=240, unit_price=number("1.15"))
    rows = {"buyer_item_id": "BM-100", "quantity": number(240), "net_amount": number("276.00")}
    plain = confirm(rows, net_total=number(321))
    with_word = plain.with_(pages=(Page(number=1, width=1, height=1, text="Versandkosten 45,00"),))
    assert [(one.kind.value, one.amount) for one in found(bought(ours), plain)] == [("amount_difference", 45)]
    assert [(one.kind.value, one.about) for one in found(bought(ours), with_word)] == [("charge", "Versandkosten")]


def test_substitutes_are_paired_by_their_measures() -> None:
    gloves = [line(product=f"G-{n}", name=f"Glove {n}", unit_price=number(2), uom="Pairs") for n in (9, 10)]
    rows = [
        {
            "buyer_item_id": f"N-{n}",
            "name": f"Handschuh neu {n}",
            "quantity": number(100),
            "unit": "Paar",
            "net_amount": number(200),
        }
        for n in (10, 9)
    ]
    each = found(bought(*gloves), confirm(*rows))
    assert [(one.kind.value, one.about, one.value) for one in each] == [
        ("substitute", "G-9", "N-9"),
        ("substitute", "G-10", "N-10"),
    ]


def test_the_same_numbers_in_another_currency_are_said() -> None:
    ours = line(unit_price=number("1.15"))
    for amount, same in (("115.00", True), ("124.00", False)):
        rows = {"buyer_item_id": "BM-100", "quantity": number(100), "net_amount": number(amount)}
        (only,) = found(bought(ours), confirm(rows, currency="USD"))
        assert (only.kind, "at the same numbers" in only.how) == (DifferenceKind.CURRENCY, same)
