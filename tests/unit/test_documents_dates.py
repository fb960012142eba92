"""Dates in seven languages and in the document's own order."""

from __future__ import annotations

from datetime import date

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from triage.documents.dates import DateOrder, date_order, find_dates

DAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04",
        "2026/03/04",
        "04.03.2026",
        "4.3.26",
        "04-03-2026",
        "4 March 2026",
        "March 4, 2026",
        "4th of March 2026",
        "4-Mar-26",
        "4. März 2026",
        "4 mars 2026",
        "4 maart 2026",
        "4 de marzo de 2026",
        "4 marzo 2026",
        "4 marca 2026 r.",
    ],
)
def test_forms(text):
    found = find_dates(f"am {text}, fällig", DateOrder(True, True))
    assert [f.readings[0] for f in found] == [DAY]


@pytest.mark.parametrize("text", ["31.02.2026", "1.234,56", "Tel. 04/2026/123456", "12/2026", "99.99.9999", "10.5"])
def test_other_numbers_are_no_dates(text):
    assert find_dates(text) == []


def test_an_ambiguous_date_keeps_both_readings():
    (found,) = find_dates("03/04/2026", DateOrder(True, False))
    assert found.readings == (date(2026, 4, 3), date(2026, 3, 4))
    assert not found.certain


@pytest.mark.parametrize(
    ("texts", "day_first", "sure"),
    [
        (["03/04/2026", "25/04/2026"], True, True),
        (["03/04/2026", "04/25/2026"], False, True),
        (["03/04/2026"], True, False),
        (["04.03.2026"], True, True),
    ],
)
def test_an_unambiguous_date_decides_the_order(texts, day_first, sure):
    assert date_order(texts) == DateOrder(day_first, sure)


def test_the_sure_order_leaves_one_reading():
    (found,) = find_dates("03/04/2026", DateOrder(False, True))
    assert found.readings == (date(2026, 3, 4),)


def test_compact_dates_only_where_asked_for():
    assert find_dates("20260815") == []
    assert find_dates("20260815", compact=True)[0].readings == (date(2026, 8, 15),)


@given(
    day=st.dates(min_value=date(1990, 1, 1), max_value=date(2069, 12, 31)),
    locale=st.sampled_from(["en", "de", "fr", "nl", "es", "it", "pl"]),
)
def test_long_forms_of_each_language_are_read_back(day, locale):
    found = find_dates(format_date(day, format="long", locale=locale))
    assert [f.readings[0] for f in found] == [day]
