"""What is missing, unknown or doubled, what interfaces report, and the order of all facts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import NOW, case, facts, line, message, number, order, paper, values
from triage.domain import Fact, Order, Partner, Policy, RecordRef, Role
from triage.facts import establish_facts
from triage.facts.units import factor
from triage.facts.wording import facts_line

HAVENWERK = RecordRef(model="res.partner", id=7, name="Havenwerk")


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"street": "Kade 12", "city": "Dordrecht"}, None),
        ({"street": "Kade 12"}, True),
        ({"city": "Dordrecht", "street": " "}, True),
        ({"country": "NL"}, True),
        ({}, None),
    ],
)
def test_address(fields: dict[str, Any], missing: bool | None) -> None:
    partner = Partner(ref=HAVENWERK, name="Havenwerk", **fields)
    assert values(case(partner=partner)).get("data.missing_address") is missing


@pytest.mark.parametrize(
    ("required", "reference", "missing"),
    [(True, None, True), (True, " ", True), (True, "4500012345", None), (False, None, None), (None, None, None)],
)
def test_reference(required: bool | None, reference: str | None, missing: bool | None) -> None:
    subject = case(
        partner=Partner(ref=HAVENWERK, name="Havenwerk", requires_reference=required),
        order=order(client_order_ref=reference),
    )
    assert values(subject).get("data.reference_missing") is missing


def other(reference: str | None, state: str = "sale", number: int = 43) -> Order:
    return order(
        ref=RecordRef(model="sale.order", id=number, name=f"S000{number}"), client_order_ref=reference, state=state
    )


@pytest.mark.parametrize(
    ("related", "doubled"),
    [
        (other("PO 4500012345"), True),
        (other("po-4500012345"), True),
        (other("PO 4500012346"), False),
        (other("PO 4500012345", "cancel"), False),
        (other(None), False),
        (other("PO 4500012345", number=42), False),
    ],
)
def test_duplicates(related: Order, doubled: bool) -> None:
    subject = case(order=order(client_order_ref="PO 4500012345"), related=(related,))
    assert ("data.duplicate_reference[S00043]" in values(subject)) is doubled


def test_unknown_items_of_a_customers_order() -> None:
    document = paper("order", {"seller_item_id": "BM-100"}, {"seller_item_id": "XX-999", "name": "Crane"})
    found = values(case(lines=(line(),)), [document])
    assert found == {"data.unknown_item[XX-999]": "XX-999"}


@pytest.mark.parametrize(
    ("unit", "mismatch"), [("Stk", None), ("C62", None), ("box", "box"), ("pair", None), ("100", None)]
)
def test_units_of_a_customers_order(unit: str, mismatch: str | None) -> None:
    document = paper("order", {"seller_item_id": "BM-100", "unit": unit, "quantity": number(1)})
    assert values(case(lines=(line(),)), [document]).get("data.uom_mismatch[BM-100]") == mismatch


@pytest.mark.parametrize(
    ("body", "role", "error"),
    [
        (
            "Import ran.\nError: unknown item BM-99999 on line 4.",
            Role.SYSTEM,
            "Error: unknown item BM-99999 on line 4.",
        ),
        (
            "Fehler in Segment LIN: Artikel 10442 unbekannt",
            Role.SYSTEM,
            "Fehler in Segment LIN: Artikel 10442 unbekannt",
        ),
        ("Import ran, 12 orders created.", Role.SYSTEM, None),
        ("There is an error in my order.", Role.CUSTOMER, None),
    ],
)
def test_edi_errors(body: str, role: Role, error: str | None) -> None:
    assert values(case(messages=(message(body, role=role),))).get("data.edi_error") == error


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("Error: unknown item BM-99999 on line 4.", "BM-99999"),
        ("Artikel 10442 unbekannt", "10442"),
        ("GTIN 4006381333931 not found", "4006381333931"),
        ("ERROR E204 item not found in catalogue, buyer item no. 77-20418", "77-20418"),
    ],
)
def test_unknown_items_of_an_interface(body: str, code: str) -> None:
    assert values(case(messages=(message(body, role=Role.SYSTEM),)))[f"data.unknown_item[{code}]"] == code


@pytest.mark.parametrize(
    ("written", "ours", "size"),
    [
        ("Stk", "Units", 1),
        (None, "Units", 1),
        ("Dutzend", "pcs", 12),
        ("per 100 Stk", "Units", 100),
        ("pcs", "C", Decimal("0.01")),
        ("kg", "KGM", 1),
        ("Karton", "Box", 1),
        ("Satz", "Units", 1),
        ("kg", "Units", None),
    ],
)
def test_unit_factors(written: str | None, ours: str, size: Decimal | None) -> None:
    assert factor(written, ours) == size


@given(st.sampled_from(["Stk", "C", "Dutzend", "1000", "pair"]), st.sampled_from(["Units", "100", "dozen", "Paar"]))
def test_factors_turn_round(one: str, other_unit: str) -> None:
    there, back = factor(one, other_unit), factor(other_unit, one)
    assert there is not None
    assert back is not None
    assert abs(there * back - 1) < Decimal("1e-20")


def test_reported_facts_come_last_and_are_marked() -> None:
    told = Fact(name="warehouse.note", value="pallet found")
    sourced = Fact(name="warehouse.count", value=Decimal(4), sources=("scanner",))
    found = establish_facts(case(order=order(owner=None), reported=(told, sourced)), (), Policy())
    assert [fact.name for fact in found] == ["owner.missing", "warehouse.note", "warehouse.count"]
    assert [fact.sources for fact in found[1:]] == [("reported",), ("scanner",)]


def test_the_same_case_gives_the_same_facts_in_the_same_order() -> None:
    subject = case(lines=(line(reserved=number(1)), line("A", 5, id=8, reserved=number(1))), order=order(owner=None))
    assert establish_facts(subject, (), Policy()) == establish_facts(subject, (), Policy())
    names = list(facts(subject))
    assert names.index("stock.shortage[BM-100]") < names.index("stock.shortage[A]") < names.index("owner.missing")


def test_a_bare_mail_has_no_facts() -> None:
    subject = case(record=RecordRef(model="mail.message", id=None, name="m1"), order=None, messages=(message("Hi"),))
    assert establish_facts(subject, (), Policy()) == ()


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl"])
def test_every_phrase_can_be_said(language: str) -> None:
    from triage.facts.wording import _WORDS

    for name in _WORDS:
        fact = Fact(name=name, value=Decimal("-3.5"), unit="EUR", about="BM-100", how="3.5")
        subject = case(lines=(line(),))
        spoken = facts_line(subject, [fact], language)
        assert "{" not in spoken
        assert spoken == "" or spoken.endswith(".")


def test_being_on_time_is_said_only_where_nothing_else_is() -> None:
    promised = Fact(name="promise.original", value=NOW.date())
    on_time = Fact(name="promise.on_time", value=True)
    lost = Fact(name="shipment.lost", value=True, about="WH/OUT/1")
    assert facts_line(case(), [promised, on_time], "en") == "Facts: on time for the promise of 15 Nov."
    assert facts_line(case(), [promised, on_time, lost], "en") == "Facts: WH/OUT/1 lost by the carrier."


def test_a_price_difference_is_said_in_per_cent() -> None:
    how = "6.85 EUR per 100 ordered, 7.19 EUR per 100 in ab.pdf (5 %)"
    fact = Fact(name="confirmation.price_difference", value=Decimal("0.0034"), unit="EUR", about="BM-100", how=how)
    assert facts_line(case(), [fact], "de") == "Fakten: BM-100 5 % teurer bestätigt."


def test_no_confidential_fact_is_said() -> None:
    secret = Fact(name="price.difference_percent", value=Decimal(5), unit="%", about="A", confidential=True)
    assert facts_line(case(), [secret], "en") == ""


def test_a_year_is_said_where_it_is_another() -> None:
    fact = Fact(name="shipment.delivered", value=NOW.date().replace(year=2025), about="WH/OUT/1")
    assert facts_line(case(), [fact], "nl") == "Feiten: WH/OUT/1 afgeleverd op 15 nov 2025."
