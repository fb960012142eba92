"""References as written, and nothing that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.verify.references import find_references, normalise


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Our PO 4500012345 and your S00042.", ("PO 4500012345", "S00042")),
        ("order SO-2026-118 has not come", ("SO-2026-118",)),
        ("P00031, line 2", ("P00031",)),
        ("invoice INV/2026/00123 of 13.11.2026 over 1.234,56 EUR", ("INV/2026/00123",)),
        ("delivery WH/OUT/00012", ("WH/OUT/00012",)),
        ("tracking 1Z999AA10123456784", ("1Z999AA10123456784",)),
        ("Bestellung Nr. 4711-A vom 3. Dezember 2026, Lieferschein LS-20991", ("4711-A", "LS-20991")),
        ("Ihre Rechnungsnummer 2026118", ("2026118",)),
        ("commande n° 88123 et facture FA-2026-0091", ("88123", "FA-2026-0091")),
        ("pedido 45-2210, factura F2026/118, albarán 9921", ("45-2210", "F2026/118", "9921")),
        ("bestelling 20261234 met artikel 10442", ("20261234", "10442")),
        ("ticket #88213", ("#88213",)),
        ("item BM-10442 and GLV-09-L", ("BM-10442", "GLV-09-L")),
        ("Order: 118820, Order: 118820", ("118820",)),
        ("order no. 118820", ("118820",)),
        ("RMA-2026-118 and RMA2210", ("RMA-2026-118", "RMA2210")),
        ("parcel JJD000390007882210233", ("JJD000390007882210233",)),
        ("Sendung 00340434161094021501", ("00340434161094021501",)),
        ("orders 118820, 118821 and 118822", ("118820", "118821", "118822")),
        ("Rechnungen 4711 und 4712 über 300 EUR", ("4711", "4712")),
        ("S00042 and S00043", ("S00042", "S00043")),
        ("our order with the number 118820", ("118820",)),
        ("Bestellung mit der Nummer 118820", ("118820",)),
        ("le numéro de commande est 118820", ("118820",)),
        ("nuestro pedido (118820)", ("118820",)),
        ("bestelnummer 118820, factuurnr. 20261", ("118820", "20261")),
        ("n.º de pedido 118820", ("118820",)),
        ("4500012345: where is it?", ("4500012345",)),
        ("AB 20991", ("AB 20991",)),
        ("Charge 2210-B, Lot L22", ("2210-B",)),
        ("order s00042", ("s00042",)),
        ("the 118820 is still missing", ("118820",)),
        ("K-44718 and bm-10442 and 10442-L", ("K-44718", "bm-10442", "10442-L")),
        ("same series, 2609-1190; 26-0412", ("2609-1190", "26-0412")),
        ("0933.08.040 M8", ("0933.08.040",)),
        ("GTIN 4006381333931", ("4006381333931",)),
    ],
)
def test_found_as_written(text: str, found: tuple[str, ...]) -> None:
    assert find_references(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "order of 500 pieces for 1,200 EUR",
        "the order of 2026-11-13 and of 13.11.2026",
        "orders in 2026",
        "DIN 912, DIN-912, ISO-4762, EN 388, M8x40, A4-70",
        "IBAN NL91ABNA0417164300",
        "IBAN DE02120300000000202051, VAT NL853746333B01",
        "call +31 10 555 01 99 or 0102030405",
        "order 500 units please",
        "delivery 100 %",
        "we order today",
        "the order is 500 long",
        "Kade 12, 45127 Essen, 3011 AB Rotterdam",
        "12500 washers and 20000 nuts, 15550 pcs",
        "1.234.567 EUR, 2025/2026, 2026-11, pre-2020, 13/11/2026, 13-11-2026",
        "0513-555020, 010-5550199",
        "order with 240 pairs",
        "on 20261113 or 13112026",
        "phone 31105550199, KvK 24012345",
        "0612345678",
        "an order of 1200 and 1300",
        "",
    ],
)
def test_not_found(text: str) -> None:
    assert find_references(text) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("PO 4500012345", "4500012345", True),
        ("po-4500012345", "PO 4500012345", True),
        ("INV/2026/00123", "INV-2026-00123", True),
        ("S00042", "S0042", False),
        ("#88213", "88213", True),
        ("SO-2026-118", "2026118", True),
        ("SO-118", "118", False),
    ],
)
def test_normalise(one: str, other: str, same: bool) -> None:
    assert (normalise(one) == normalise(other)) is same


@given(st.text(max_size=200))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    found = find_references(text)
    assert all(reference in text for reference in found)
    assert len({normalise(reference) for reference in found}) == len(found)
