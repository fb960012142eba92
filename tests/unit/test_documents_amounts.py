"""Amounts with the document's own separators."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from triage.documents.amounts import Separators, amount, currency_of, separators

COMMA = Separators(",", True)
POINT = Separators(".", True)


@pytest.mark.parametrize(
    ("text", "marks", "value"),
    [
        ("1.234,50", POINT, "1234.50"),
        ("1,234.50", COMMA, "1234.50"),
        ("1'234.50", POINT, "1234.50"),
        ("1 234,50", COMMA, "1234.50"),
        ("1.234", COMMA, "1234"),
        ("1.234", POINT, "1.234"),
        ("1,234", POINT, "1234"),
        ("1,234", COMMA, "1.234"),
        ("0,125", POINT, "0.125"),
        ("12,5", POINT, "12.5"),
        ("1.234.567", POINT, "1234567"),
        ("-12,50", COMMA, "-12.50"),
        ("12,50-", COMMA, "-12.50"),
        ("−3,00", COMMA, "-3.00"),
        ("(35.13)", POINT, "-35.13"),
        ("€ 399,00", COMMA, "399.00"),
        ("$1,096.91", POINT, "1096.91"),
        ("- € 9,32", COMMA, "-9.32"),
        ("12,-", COMMA, "12"),
        ("248,63 PLN", COMMA, "248.63"),
    ],
)
def test_reads_as_printed(text, marks, value):
    read = amount(text, marks)
    assert read is not None
    assert read.value == Decimal(value)


@pytest.mark.parametrize("text", ["", "Total", "12.03.2026", "M8x20", "12,50 13,50", "7er", "(12", "€"])
def test_anything_else_is_no_amount(text):
    assert amount(text, COMMA) is None


def test_a_percentage_is_marked():
    read = amount("19 %", COMMA)
    assert read is not None
    assert read.percent


@pytest.mark.parametrize(
    ("text", "code"), [("12.00 EUR", "EUR"), ("£14.20", "GBP"), ("CHF 5.00", "CHF"), ("5,00 zł", "PLN"), ("5.00", None)]
)
def test_the_currency_beside_it_is_kept(text, code):
    read = amount(text, POINT)
    assert read is not None
    assert read.currency == code


@pytest.mark.parametrize(
    ("texts", "decimal", "sure"),
    [
        (["12,50 und 1.200"], ",", True),
        (["1,200.50"], ".", True),
        (["1.234.567,89"], ",", True),
        (["1.200", "3.400"], ".", False),
        (["12.03.2026 und 04.05.26"], ".", False),
        ([], ".", False),
    ],
)
def test_the_document_tells_its_decimal_sign(texts, decimal, sure):
    assert separators(texts) == Separators(decimal, sure)


@pytest.mark.parametrize(("token", "code"), [("EUR", "EUR"), ("(€)", "EUR"), ("Total", None), ("try", None)])
def test_currency_words(token, code):
    assert currency_of(token) == code


@given(
    value=st.decimals(min_value="-9999999.99", max_value="9999999.99", places=2),
    locale=st.sampled_from(["en", "de", "fr", "nl", "es", "it", "pl", "de_CH"]),
)
def test_what_a_country_prints_is_read_back(value, locale):
    printed = format_decimal(value, format="#,##0.00", locale=locale)
    marks = Separators("." if locale in {"en", "de_CH"} else ",", True)
    read = amount(printed, marks)
    assert read is not None
    assert read.value == value
    assert read.decimals == 2


@pytest.mark.parametrize("text", ["1,85 100", "1.85 100", "1.234,50 100"])
def test_a_space_behind_the_decimals_parts_two_numbers(text: str) -> None:
    """`1,85 100` is a price and the number of pieces that it is for."""
    assert amount(text, Separators(",", True)) is None


@pytest.mark.parametrize(
    ("text", "value"), [("1 234,56", "1234.56"), ("12 345 678", "12345678"), ("-1 234,50", "-1234.5")]
)
def test_spaces_set_thousands_apart(text: str, value: str) -> None:
    found = amount(text, Separators(",", True))
    assert found is not None
    assert found.value == Decimal(value)
