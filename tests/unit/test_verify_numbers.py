"""Readings of numbers, dates and codes in every locale, and what a view supports."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import case, line, message, number, order
from triage.domain import Fact, View
from triage.verify.numbers import Support, missing, unsupported
from triage.verify.readings import marks, months, numbers


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("1.234,56", {"1234.56"}),
        ("1,234.56", {"1234.56"}),
        ("1234.56", {"1234.56"}),
        ("1 234,56", {"1234.56"}),
        ("1'234.50", {"1234.50"}),
        ("1.234", {"1.234", "1234"}),
        ("0,125", {"0.125"}),
        ("1.234.567", {"1234567"}),
        ("12,5", {"12.5"}),
        ("40", {"40"}),
    ],
)
def test_numbers(written: str, values: set[str]) -> None:
    assert numbers(written) == {Decimal(value) for value in values}


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-03",
        "2026/12/03",
        "03.12.2026",
        "3.12.26",
        "03/12/2026",
        "12/03/2026",
        "3. Dezember 2026",
        "3 December 2026",
        "3rd December 2026",
        "December 3, 2026",
        "Dec 3rd, 2026",
        "le 3 décembre 2026",
        "el 3 de diciembre de 2026",
        "3 december 2026",
        "3 Dez. 2026",
        "3 déc. 2026",
    ],
)
def test_one_day_in_many_writings(written: str) -> None:
    support = Support.of(["delivery on 2026-12-03"])
    assert missing(f"It comes {written}.", support) == []
    assert missing(written.replace("3", "4", 1) if "03" not in written else written.replace("03", "04"), support)


@pytest.mark.parametrize(
    ("source", "text", "lacking"),
    [
        ("1.234,56 EUR", "1234.56", []),
        ("1.234,56 EUR", "EUR 1,234.56", []),
        ("1.234,56 EUR", "1,234.57", ["1,234.57"]),
        ("60 of 100", "40 of 100", ["40"]),
        ("60pcs M8x40", "60 pieces of M8 x 40", []),
        ("40 pieces", "M8x40", ["M8x40"]),
        ("60 pieces", "60pcs", []),
        ("order S00042", "order S00042", []),
        ("order S00042", "order S00043", ["S00043"]),
        ("order S00042", "order 42", ["42"]),
        ("PO 4500012345", "4500012345", []),
        ("at 14:30", "2:30 pm", []),
        ("at 14:30", "15:30", ["15:30"]),
        ("13.11.", "13 Nov", []),
        ("13 Nov", "13 November 2026", []),
        ("13 November 2025", "13 November 2026", ["13 November 2026"]),
        ("5,6 %", "5.6%", []),
        ("a 3-day delay", "3 days late", []),
        ("two boxes", "two boxes", []),
        ("nothing", "in 2026", ["2026"]),
        ("on 2026-11-13", "in 2026", []),
        ("4 500 units", "4500 units", []),
        ("from 12 500 a", "12 and 500", []),
    ],
)
def test_support(source: str, text: str, lacking: list[str]) -> None:
    assert missing(text, Support.of([source], years=(2025, 2026, 2027))) == lacking


def view() -> View:
    subject = case(
        order=order(client_order_ref="4500012345"),
        lines=(line(quantity=120),),
        messages=(message("We miss 14 of 50.", subject="Charge 2210-B", quoted="> 9 boxes", signature="Kade 77"),),
    )
    facts = (
        Fact(name="promise.days_late", value=Decimal(2), unit="days", how="promised for 2026-11-13"),
        Fact(name="credit.over_limit", value=number("777.00"), how="5777.00 - 5000.00", confidential=True),
    )
    return View(subject, (), facts)


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("14 of 50 of charge 2210-B", []),
        ("2 days late against 13 Nov, S00042, 4500012345, 120 ordered", []),
        ("9 boxes were quoted", []),
        ("777 EUR over the limit of 5000", ["777", "5000"]),
        ("Kade 77", ["77"]),
        ("in 3 days", ["3"]),
    ],
)
def test_unsupported(text: str, lacking: list[str]) -> None:
    assert unsupported(text, view()) == lacking


def test_months_of_all_languages() -> None:
    names = ("march", "märz", "mars", "marzo", "maart", "mrz", "dic", "août", "okt")
    assert [months()[name] for name in names] == [3, 3, 3, 3, 3, 3, 12, 8, 10]


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_an_amount_is_itself_in_every_locale(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    german = english.replace(",", "_").replace(".", ",").replace("_", ".")
    french = english.replace(",", "\u202f").replace(".", ",")
    for written in (english, german, french, f"{amount}"):
        assert missing(f"amount {written} EUR", Support.of([f"total {amount}"])) == []


@given(st.dates(min_value=date(2001, 1, 1), max_value=date(2098, 12, 31)), st.integers(1, 300))
def test_another_day_is_not_supported(day: date, later: int) -> None:
    other = day + timedelta(days=later)
    support = Support.of([day.isoformat()])
    assert missing(f"on {day.day}.{day.month}.{day.year}", support) == []
    assert missing(f"on {other.isoformat()}", support) == [other.isoformat()]


@given(st.text(max_size=300))
def test_a_text_supports_itself(text: str) -> None:
    assert missing(text, Support.of([text])) == []


@given(st.text(alphabet="0123456789.,/:- aMxé", max_size=80))
def test_marks_do_not_overlap(text: str) -> None:
    found = marks(text)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(text[mark.start : mark.end] == mark.text for mark in found)
