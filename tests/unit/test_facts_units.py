"""Units: what means the same, what a packing holds, and that conversions there and back give what they began with."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import line, number
from triage.documents.einvoice.units import _BY_CODE
from triage.facts.unit_words import CONTAINERS, MEASURES
from triage.facts.units import contents_in, factor, factor_of, readings


@pytest.mark.parametrize(
    ("written", "ours", "size"),
    [
        ("Stk", "Units", 1), ("H87", "Units", 1), ("C", "Units", 100), ("% Stk", "Units", 100), ("M", "Units", 1000),
        ("MIL", "Units", 1000), ("m", "Units", None), ("m", "Meters", None), ("m", "m", 1), ("lfm", "m", 1),
        ("100 Stk", "Units", 100), ("per 100", "Units", 100), ("1.000 St", "Units", 1000), ("50", "Units", 50),
        ("box of 12", "Units", 12),
        ("Box (100)", "Units", 100), ("Karton à 12", "Units", 12), ("Karton à 12 Stk", "Units", 12),
        ("VPE 100", "Units", 100),
        ("VPE à 50 Paar", "Pairs", 50), ("VPE à 50 Paar", "Units", 100), ("12er Pack", "Units", 12),
        ("6-pack", "Units", 6), ("100 St/VPE", "Units", 100), ("boîte de 50", "Units", 50), ("doos 24 st", "Units", 24),
        ("caja de 20", "Units", 20), ("ctn of 25", "Units", 25), ("BX12", "Units", 12), ("Rolle 50 m", "m", 50),
        ("can 5 l", "l", 5), ("bag of 25 kg", "kg", 25), ("t", "kg", 1000), ("g", "kg", "0.001"),
        ("500 g", "kg", "0.5"),
        ("dozen", "Units", 12), ("gross", "Units", 144), ("PA", "Pairs", 1), ("PA", "Pack", 1), ("Karton", "Box", 1),
        ("Karton", "Box of 12", 1), ("VPE", "Box of 12", 1), ("Pack", "Box of 12", None), ("Karton", "Units", None),
        ("Karton à 10", "Box of 12", "0.8333333333333333333333333333"), ("kg", "Units", None), ("l", "kg", None),
        ("hm3x", "Units", None), ("", "Units", 1), (None, "Units", 1), ("Stk", "", 1),
    ],
)  # fmt: skip
def test_how_many_of_ours_one_is(written: str | None, ours: str, size: int | str | None) -> None:
    expected = None if size is None else Decimal(size)
    if (written, ours) == ("m", "Meters"):
        expected = None  # Odoo calls it so; the line's own size says what it is
    assert factor(written, ours) == expected


def test_odoos_size_wins_over_the_name() -> None:
    ours = line(uom="Box of 10", uom_size=number(12), own_uom="Units")
    assert factor_of("Stk", ours) == Decimal(1) / 12
    assert factor_of("Karton", ours) == 1
    assert factor_of("Box of 10", ours) == 1, "the very words of the order are its unit"


@pytest.mark.parametrize(
    ("written", "name", "size"),
    [
        ("VPE", "Nitrilhandschuh Gr. 9, VPE 100 Stk", 100),
        ("VPE", "Nitrilhandschuh Gr. 9, Karton à 100 Stk", 100),
        ("Karton", "Nitrilhandschuh Gr. 9, Karton à 100 Stk", 100),
        ("Karton", "Nitrilhandschuh Gr. 9, Beutel 100 Stk", None),
        ("box", "Gloves size 9, 50/box", 50),
        ("box", "Gloves size 9", None),
    ],
)
def test_a_description_tells_what_a_packing_holds(written: str, name: str, size: int | None) -> None:
    assert factor_of(written, line(uom="Units"), name) == size


def test_a_description_tells_several_packings() -> None:
    first = contents_in("VPE 10 St, Karton 12 VPE")[0]
    assert (first.container, first.size) == ("vpe", Decimal(10))


def test_every_code_of_electronic_documents_is_known() -> None:
    """What the reader of XML calls a unit, the comparison must know."""
    known = MEASURES.keys() | CONTAINERS.keys()
    unknown = {name for name in _BY_CODE.values() if name.casefold() not in known}
    assert unknown <= {"s", "min", "week", "month", "year", "kWh", "MWh", "kW", "lump sum", "job"}


sizes = st.integers(1, 5000)


@given(
    sizes, st.sampled_from(["box of {}", "Karton à {}", "VPE {}", "{} Stk/VPE", "boîte de {}", "{}er Pack", "{} pcs"])
)
def test_a_packing_is_as_many_pieces_as_it_says(size: int, written: str) -> None:
    assert factor(written.format(size), "Units") == size


pieces = st.sampled_from([word for word, units in MEASURES.items() if units[0][0] == "piece" and word != "m"])
weights = st.sampled_from([word for word, units in MEASURES.items() if units[0][0] == "kg"])


@given(st.one_of(st.tuples(pieces, pieces), st.tuples(weights, weights)))
def test_there_and_back_is_one(pair: tuple[str, str]) -> None:
    one, other = pair
    there, back = factor(one, other), factor(other, one)
    assert there is not None
    assert back is not None
    assert abs(there * back - 1) < Decimal("1e-20")


@given(pieces, weights)
def test_pieces_are_never_kilograms(one: str, other: str) -> None:
    kinds = {unit.kind for unit in readings(one)} & {unit.kind for unit in readings(other)}
    assert kinds or factor(one, other) is None


@given(st.text(max_size=40))
def test_any_text_is_some_unit_or_none(text: str) -> None:
    found = readings(text)
    assert all(unit.size > 0 for unit in found)
    assert found or not any(letter.isalnum() for letter in text)
