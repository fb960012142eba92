"""`triage extract --records`: line by line beside the order, as JSON and as a table, with whose orders it hits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fact_cases import PURCHASE, case, facts, line, number, paper, purchase
from triage.cli.comparing import compared, comparison_report
from triage.cli.reading import documents_in
from triage.cli.show import _beside_order, console, is_difference
from triage.domain import Case, Fact, Policy, RecordRef, Waiting
from triage.errors import InputError, UsageError


def waits(name: str, quantity: int, promised: date, **more: Any) -> Waiting:
    order = RecordRef(model="sale.order", id=int(name[1:]), name=name)
    return Waiting(
        order=order,
        customer=f"Customer of {name}",
        product="BM-100",
        quantity=Decimal(quantity),
        promised=promised,
        **more,
    )


def bought(**fields: Any) -> Case:
    ours = line(unit_price=number("0.125"), date_planned=date(2026, 11, 24))
    return case(record=PURCHASE, order=None, purchases=(purchase(ours, **fields),))


def part(quantity: int, day: date) -> dict[str, Any]:
    amount = Decimal(quantity) / 8
    return {
        "buyer_item_id": "BM-100",
        "quantity": Decimal(quantity),
        "unit": "Stk",
        "net_amount": amount,
        "delivery_date": day,
    }


HALVES = paper("order_confirmation", part(50, date(2026, 11, 24)), part(50, date(2027, 1, 5)))


def test_each_line_has_both_sides_the_difference_and_whom_it_hits() -> None:
    queue = (waits("S00051", 40, date(2026, 12, 1)), waits("S00052", 30, date(2026, 12, 15)))
    line = compared(HALVES, None, lambda name: bought(waiting=queue), Policy())
    (found,) = line["comparisons"]
    assert (found["order"], found["agrees"], found["named"]) == ("P00031", False, None)
    (row,) = found["lines"]
    assert row["ordered"] == "100 Units at 0.125 EUR, 2026-11-24"
    assert row["confirmed"].splitlines() == ["50 Stk = 6.25 EUR, 2026-11-24", "50 Stk = 6.25 EUR, 2027-01-05"]
    assert [(each["kind"], each["days"]) for each in row["differences"]] == [("split", None), ("date_difference", 42)]
    assert [(each["order"], each["covered"], each["slack_days"], each["hurt"]) for each in row["orders"]] == [
        ("S00051", "2026-11-24", 7, False),
        ("S00052", "2027-01-05", -21, True),
    ]


def test_the_report_says_it_in_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    queue = (waits("S00052", 80, date(2026, 12, 15)),)
    comparison_report(compared(HALVES, None, lambda name: bought(waiting=queue), Policy()))
    out = capsys.readouterr().out
    assert "beside P00031: it differs" in out
    assert "42 days later" in out
    assert "S00052 Customer of S00052: 80 Units, promised 2026-12-15, comes 2027-01-05, 21 days late" in out


def test_agreement_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    whole = paper("order_confirmation", part(100, date(2026, 11, 24)))
    comparison_report(compared(whole, None, lambda name: bought(), Policy()))
    out = capsys.readouterr().out
    assert "beside P00031: it agrees" in out
    assert "as ordered" in out


def test_the_order_that_is_asked_for_wins_and_the_other_name_is_said() -> None:
    other = paper("order_confirmation", part(100, date(2026, 11, 24)), purchase_order_reference="P00099")
    line = compared(other, "P00031", lambda name: bought(), Policy())
    assert (line["comparisons"][0]["agrees"], line["comparisons"][0]["named"]) == (True, "P00099")


def row(quantity: int, amount: str, **more: Any) -> dict[str, Any]:
    return {"buyer_item_id": "BM-100", "quantity": Decimal(quantity), "net_amount": Decimal(amount)} | more


@pytest.mark.parametrize("kind", ["invoice", "delivery_note"])
def test_a_part_that_is_invoiced_or_delivered_is_no_difference(
    kind: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    queue = (waits("S00052", 80, date(2026, 12, 15)),)
    second = line(product="BM-200", unit_price=number("1.00"))
    ours = line(unit_price=number("0.125"), date_planned=date(2026, 11, 24))
    subject = case(record=PURCHASE, order=None, purchases=(purchase(ours, second, waiting=queue),))
    found = compared(paper(kind, row(10, "1.25")), None, lambda name: subject, Policy())
    (beside,) = found["comparisons"]
    assert (beside["agrees"], beside["complete"], beside["part"]) == (True, False, True)
    assert not any(one["orders"] or one["differences"] for one in beside["lines"])
    comparison_report(found)
    out = capsys.readouterr().out
    assert "it is for a part of it, in which nothing differs" in out
    assert "as ordered" not in out
    (more,) = compared(paper(kind, row(110, "13.75")), None, lambda name: subject, Policy())["comparisons"]
    assert [each["value"] for one in more["lines"] for each in one["differences"]] == ["10"]


def test_what_gives_money_back_is_not_compared() -> None:
    found = compared(paper("credit_note", row(-10, "-1.25")), None, lambda name: bought(), Policy())
    assert (found["comparisons"], "money back" in found["not_compared"]) == ([], True)


def test_what_was_not_there_to_compare_does_not_agree(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    counted: dict[str, Any] = {"buyer_item_id": "BM-100", "quantity": Decimal(100)}
    unpriced = paper("order_confirmation", counted)
    foreign = paper("order_confirmation", row(100, "14.00"), currency="USD")
    for one in (unpriced, foreign):
        found = compared(one, None, lambda name: bought(), Policy())
        assert found["comparisons"][0]["complete"] is False
        comparison_report(found)
        out = capsys.readouterr().out
        assert "it agrees" not in out
        assert "as ordered" not in out


def test_another_seller_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    whole = paper("order_confirmation", row(100, "12.50"), seller_name="Totally Different AG")
    found = compared(whole, None, lambda name: bought(), Policy())
    assert found["comparisons"][0]["other_seller"] == "Totally Different AG"
    comparison_report(found)
    assert "mind: P00031 is with another supplier than Totally Different AG" in capsys.readouterr().out
    own = bought().purchases[0].supplier.name
    whole = paper("order_confirmation", row(100, "12.50"), seller_name=own)
    assert compared(whole, None, lambda name: bought(), Policy())["comparisons"][0]["other_seller"] is None


def test_what_is_not_compared_says_why() -> None:
    def broken(name: str) -> Case | None:
        raise UsageError("two orders are called so.")

    nameless = paper("order_confirmation", part(100, date(2026, 11, 24)), purchase_order_reference=None)
    assert "names no purchase order" in compared(nameless, None, lambda name: bought(), Policy())["not_compared"]
    assert compared(HALVES, None, lambda name: None, Policy())["not_compared"].startswith("there is no purchase order")
    assert compared(HALVES, None, broken, Policy()) == {"comparisons": [], "not_compared": "two orders are called so."}


def test_a_line_that_could_be_two_is_said() -> None:
    gloves = [
        line(
            product=f"GLV-{size}",
            name=f"Work glove {size}",
            uom="Pairs",
            unit_price=number("1.20"),
            date_planned=date(2026, 11, 24),
        )
        for size in ("L", "XL")
    ]
    subject = case(record=PURCHASE, order=None, purchases=(purchase(*gloves),))
    row = {"name": "Handschuhe", "quantity": number(100), "unit": "Paar", "net_amount": number(120)}
    found = compared(paper("order_confirmation", row), None, lambda name: subject, Policy())["comparisons"][0]
    (unclear,) = [each for one in found["lines"] for each in one["differences"]]
    assert (unclear["kind"], unclear["value"]) == ("unclear", "GLV-L or GLV-XL")
    assert "line 1 of ab.pdf" in unclear["how"]


def test_a_card_shows_differences_line_by_line_and_other_facts_below(capsys: pytest.CaptureFixture[str]) -> None:
    queue = (waits("S00052", 80, date(2026, 12, 15)),)
    known = list(facts(bought(waiting=queue), [HALVES]).values())
    other = Fact(name="owner.missing", value=True, sources=("x",), how="nobody owns it")
    table = _beside_order([fact for fact in [other, *known] if is_difference(fact)])
    console().print(table)
    out = capsys.readouterr().out
    assert "Document beside order" in out
    assert out.index("date 42 days") < out.index("affects -21 days")
    assert "Customer of S00052 waits for 80 Units" in out
    assert not is_difference(other)


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    ((name, found),) = documents_in([tmp_path], Policy().limits)
    assert name == str(tmp_path)
    assert isinstance(found, InputError)
    assert "without files" in str(found)
