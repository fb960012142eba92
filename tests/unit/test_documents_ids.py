"""VAT ids, IBANs and document numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.documents.ids import (
    find_ibans,
    find_misprinted_ibans,
    find_national_tax_ids,
    find_vat_ids,
    iban_is_valid,
    is_reference,
    vat_is_valid,
)


@pytest.mark.parametrize(
    ("text", "value", "valid"),
    [
        ("USt-IdNr. DE136695976", "DE136695976", True),
        ("UStId DE 136 695 976 Steuer-Nr. 12", "DE136695976", True),
        ("DE123456789", "DE123456789", False),
        ("BTW NL001234567B13", "NL001234567B13", None),
        ("TVA FR 40 303 265 045", "FR40303265045", True),
        ("VAT No. BE0477.472.701", "BE0477472701", True),
        ("VAT GB980780684", "GB980780684", True),
        ("P.IVA IT00743110157.", "IT00743110157", True),
        ("GSTIN 29AAGCB7383J1Z4", "29AAGCB7383J1Z4", True),
    ],
)
def test_vat_ids(text, value, valid):
    (found,) = find_vat_ids(text)
    assert found.value == value
    if valid is not None:
        assert found.valid is valid
    assert text[found.start : found.end].replace(" ", "").replace(".", "") == value


@pytest.mark.parametrize("text", ["DE 20457 Hamburg", "NL", "IBAN DE89370400440532013000", "ATU12", "The FR team"])
def test_other_words_are_no_vat_ids(text):
    assert find_vat_ids(text) == []


def test_check_digits_decide():
    assert vat_is_valid("DE136695976")
    assert not vat_is_valid("DE136695977")
    assert not vat_is_valid("XX123")


def test_national_numbers():
    assert [one.value for one in find_national_tax_ids("NIP 526-025-02-74")] == ["5260250274"]
    assert [one.value for one in find_national_tax_ids("CIF B-58378431")] == ["B58378431"]


@pytest.mark.parametrize(
    ("text", "labelled", "value"),
    [
        ("IBAN NL91 ABNA 0417 1643 00 BIC ABNANL2A", False, "NL91ABNA0417164300"),
        ("FR14 2004 1010 0505 0001 3M02 606", False, "FR1420041010050500013M02606"),
        ("IT60 X054 2811 1010 0000 0123 456", False, "IT60X0542811101000000123456"),
        ("IBAN DE89370400440532013000,", False, "DE89370400440532013000"),
        ("IBAN DE12 1234 4321 9876 00", True, "DE1212344321987600"),
    ],
)
def test_ibans(text, labelled, value):
    assert [one.value for one in find_ibans(text, labelled)] == [value]


def test_a_wrong_check_digit_needs_a_label():
    assert find_ibans("DE88370400440532013000") == []
    (found,) = find_ibans("DE88370400440532013000", labelled=True)
    assert not found.valid
    assert [one.value for one in find_misprinted_ibans("DE88 3704 0044 0532 0130 00")] == ["DE88370400440532013000"]


@given(st.integers(min_value=0, max_value=10**18 - 1))
def test_one_changed_digit_never_passes(account):
    body = f"{account:018d}"
    check = 98 - int(body + "131400") % 97
    iban = f"DE{check:02d}{body}"
    assert iban_is_valid(iban)
    changed = iban[:-1] + str((int(iban[-1]) + 1) % 10)
    assert not iban_is_valid(changed)


@pytest.mark.parametrize(
    ("token", "is_one"),
    [
        ("VF-26-00817", True),
        ("INV/2026/0042", True),
        ("471102", True),
        ("S00042,", True),
        ("Rechnung", False),
        ("12.03.2026", False),
        ("1.234,50", False),
        ("2026-03-04", False),
        ("", False),
    ],
)
def test_references(token, is_one):
    assert is_reference(token) is is_one
