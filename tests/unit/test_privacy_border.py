"""Personal data out and back: every kind, what is none of it, and the round trip of arbitrary texts."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from triage.domain import Case, Company, Message, Order, Partner, PrivateKind, RecordRef, Role, Shipment, ShipmentKind
from triage.domain.taxonomy import Category
from triage.privacy.border import Border

ALL = frozenset(PrivateKind)


def case(*messages: Message, **more: object) -> Case:
    values: dict[str, object] = {
        "record": RecordRef(model="sale.order", id=42, name="S00042"),
        "company": Company(name="Brandt & Mercer Supply B.V.", timezone="Europe/Amsterdam"),
        "captured_at": datetime(2026, 11, 23, tzinfo=UTC),
        "messages": messages,
        "partner": Partner(
            name="Schrauben Weber GmbH",
            country="DE",
            contacts=("Anna Weber", "Mark Long"),
            emails=("einkauf@schrauben-weber.example",),
            phones=("+49 40 1234567",),
            vat="DE123456789",
            street="Hafenweg 12",
            zip="20457",
            city="Hamburg",
        ),
    }
    return Case.model_validate(values | more)


def border(*messages: Message, kinds: frozenset[PrivateKind] = ALL) -> Border:
    return Border(case(*messages), kinds)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to j.smith+orders@northgate-tools.example please", "EMAIL"),
        ("<mailto:J.Smith@northgate-tools.example>", "EMAIL"),
        ("müller@büro.example", "EMAIL"),
        ("call +31 10 712 3456", "PHONE"),
        ("Tel.: 040/123 45 67", "PHONE"),
        ("Mobil 0151 23456789", "PHONE"),
        ("(0)40 - see +49 (0)40 1234567", "PHONE"),
        ("Bel 06-12345678", "PHONE"),
        ("T: 010 7123456", "PHONE"),
        ("M: 07700 900283", "PHONE"),
        ("Tel. 976 555 418", "PHONE"),
        ("Karin\n06 39 98 17 52\n", "PHONE"),
        ("IBAN NL91 ABNA 0417 1643 00", "IBAN"),
        ("pay to de89370400440532013000 today", "IBAN"),
        ("IBAN: GB00 TEST 1234 5678 9012 34", "IBAN"),
        ("VAT NL004495445B01", "VAT"),
        ("USt-IdNr. DE 136695976", "VAT"),
        ("USt-IdNr.: DE999999999", "VAT"),
        ("NIF: B12345678", "VAT"),
        ("card 4111 1111 1111 1111", "CARD"),
        ("5500-0055-5555-5559", "CARD"),
        ("Amex 378282246310005", "CARD"),
        ("Ms Baxter called", "NAME"),
        ("Sehr geehrte Frau Dr. Lindqvist,", "NAME"),
        ("Mevrouw van der Meer belde", "NAME"),
        ("Anna is away", "NAME"),
        ("WEBER, ANNA", "NAME"),
        ("A. Weber signed", "NAME"),
        ("Hi Mark,", "NAME"),
        ("ship to Hafenweg 12", "ADDRESS"),
        ("Industriestraße 7a, 20457 Hamburg", "ADDRESS"),
        ("Am Hafen 5", "ADDRESS"),
        ("221B Baker Street, London", "ADDRESS"),
        ("12 bis, rue de la Paix, 75002 Paris", "ADDRESS"),
        ("Calle de Alcalá 45, 28014 Madrid", "ADDRESS"),
        ("la calle Pintor Ribera 45 no existe", "ADDRESS"),
        ("Unit 9, Calder Road", "ADDRESS"),
        ("Coolsingel 40, 3011 AD Rotterdam", "ADDRESS"),
        ("Postbus 1234, 3000 BA Rotterdam", "ADDRESS"),
    ],
)
def test_personal_data_is_replaced(text: str, kind: str) -> None:
    gate = border()
    sent = gate.replace(text)
    assert f"[{kind}_1]" in sent
    assert gate.counts == {PrivateKind[kind].value: 1}
    assert gate.restore(sent) == text


@pytest.mark.parametrize(
    "text",
    [
        "order S00042 and purchase order P00031",
        "our PO 4500012345, your order no. 0612345678",
        "Bestellnummer: 0151 23456789",
        "invoice INV/2026/00042 of 23.11.2026",
        "EAN 4006381333931 and GTIN 04006381333931",
        "4006381333931",
        "tracking 00340434161094042557, 1Z999AA10123456784, 3SABCD1234567, JJD000390007891234567",
        "Sendungsnummer 4111111111111111",
        "delivery 0080012345",
        "12.345,00 EUR and 1,234.56 and 0.123.456,00 and 100 200,00 €",
        "on 2026-12-01 08:30 or 01.12.2026 or 01/12/26, week 49",
        "20 x M8x40 DIN 933, 8.8, art. 100-200-300",
        "qty 100 200 300",
        "mark the long bolts, price may change",
        "VAT 21% 1234567.89",
        "BTW 21% over 12345,00",
        "HS code 7318 15 00",
        "levering 55-7702, MRP-uitzondering 26, onderweg 3 dagen",
        "0-118-200   100",
        "framework RO-2023-44",
        "20 t 03.06., size M 20, 0 h 12, Durchwahl 417",
        "5 boxes, 3 pallets, 12 days way too late",
        "batch 0123456789012",
        "",
    ],
)
def test_numbers_of_the_business_stay(text: str) -> None:
    assert border().replace(text) == text


class TestOneValueOnePlaceholder:
    def test_whatever_its_spelling(self) -> None:
        sent = border().replace("040 1234567, +49 40 1234567, +49 (0)40 / 123 45 67; J@x.example = j@X.EXAMPLE")
        assert sent == "[PHONE_1], [PHONE_1], [PHONE_1]; [EMAIL_1] = [EMAIL_1]"

    def test_in_all_texts_of_the_case(self) -> None:
        gate = border()
        assert gate.replace("from a@x.example to b@x.example") == "from [EMAIL_1] to [EMAIL_2]"
        assert gate.replace("b@x.example again") == "[EMAIL_2] again"

    def test_parts_of_a_name_are_the_person(self) -> None:
        assert border().replace("Hallo Anna, Frau Weber, Anna Weber") == "Hallo [NAME_1], Frau [NAME_1], [NAME_1]"

    def test_a_part_that_two_people_share_is_neither(self) -> None:
        partner = Partner(name="Northgate Tools", contacts=("Anna Weber", "Anna Meyer"))
        gate = Border(case(partner=partner), ALL)
        assert gate.replace("Anna, Anna Weber, Anna Meyer") == "[NAME_1], [NAME_2], [NAME_3]"

    def test_the_same_for_every_task(self) -> None:
        mail = Message(id="1", body="I am at c@x.example, not d@x.example.")
        first, second = border(mail), border(mail)
        first.replace("d@x.example")
        assert first.replace("c@x.example") == second.replace("c@x.example")

    def test_what_one_text_labels_is_hidden_in_the_others(self) -> None:
        mail = Message(id="1", subject="4921234567", body="Phone: 0492 1234567")
        gate = border(mail)
        assert gate.replace("reach me, 0492 1234567, soon").startswith("reach me, [PHONE_1]")


class TestNamesOfTheCase:
    def test_are_found_in_fields_authors_signatures_and_closings(self) -> None:
        gate = border(
            Message(id="1", author="Lindqvist, Karin (Purchasing)", body="Hello"),
            Message(id="2", author="Order Desk", body="x", signature="i.A. Pedro Almeida\nVertrieb"),
            Message(id="3", body="Please help.\n\nMet vriendelijke groet,\nJoost van den Berg"),
            Message(id="4", author="EDI Gateway", role=Role.SYSTEM, body="x"),
            Message(id="5", body="x", quoted="On 3 Nov 2026 at 14:02, Leon Whitby <leon@papyrus.example> wrote:"),
        )
        assert "Whitby" not in gate.replace("ask Leon Whitby")
        assert "Nair" not in border(Message(id="1", body="Lovely week\nPriya\n\nPriya Nair | Sales")).replace(
            "Ms Nair, Nair"
        )
        sent = gate.replace("Karin Lindqvist, Pedro Almeida, Joost, van den Berg, Order Desk, EDI Gateway")
        karin, pedro, joost, berg, *others = sent.split(", ")
        assert len({karin, pedro, joost}) == 3
        assert re.fullmatch(r"(\[NAME_[1-4]\]){4}", karin + pedro + joost + berg)
        assert (berg, others) == (joost, ["Order Desk", "EDI Gateway"])

    def test_owner_and_signatory(self) -> None:
        order = Order(
            ref=RecordRef(model="sale.order", id=1, name="S1"), state="sale", currency="EUR", owner="Ines Prat"
        )
        ref = RecordRef(model="stock.picking", id=1, name="WH/OUT/1")
        shipment = Shipment(ref=ref, kind=ShipmentKind.OUTGOING, state="done", signed_by="T. Okafor")
        gate = Border(case(order=order, shipments=(shipment,)), ALL)
        assert gate.replace("Ines Prat / T. Okafor") == "[NAME_1] / [NAME_2]"

    def test_an_ordinary_word_behind_a_title_is_the_person_who_is_known(self) -> None:
        gate = border(Message(id="1", author="Joris Bakker", body="x"))
        assert gate.replace("Herr Bakker und Joris Bakker beim Bakker") == "Herr [NAME_1] und [NAME_1] beim Bakker"

    @pytest.mark.parametrize("line", ["Freundliche Grüße", "Auftragsbearbeitung Hohenfels", "Met vriendelijke groet"])
    def test_formulas_and_departments_are_not_people(self, line: str) -> None:
        assert border(Message(id="1", author=line, body="x", signature=line)).replace(line) == line

    def test_companies_are_not_people(self) -> None:
        gate = border(Message(id="1", author="Schrauben Weber GmbH", body="x", signature="Schrauben Weber GmbH"))
        assert gate.replace("Schrauben GmbH and Brandt & Mercer") == "Schrauben GmbH and Brandt & Mercer"


class TestPolicy:
    def test_only_the_kinds_that_policy_names(self) -> None:
        gate = border(kinds=frozenset({PrivateKind.EMAIL}))
        assert gate.replace("Anna Weber, a@x.example, +49 40 1234567") == "Anna Weber, [EMAIL_1], +49 40 1234567"

    def test_nothing_is_touched_without_kinds(self) -> None:
        gate = border(kinds=frozenset())
        assert gate.replace("a@x.example [EMAIL_1]") == "a@x.example [EMAIL_1]"
        assert gate.restore("[EMAIL_1]") == "[EMAIL_1]"
        assert gate.counts == {}

    def test_works_without_a_case(self) -> None:
        gate = Border(None, ALL)
        assert gate.replace("a@x.example, +31 10 712 3456") == "[EMAIL_1], [PHONE_1]"

    def test_counts_only_what_was_sent(self) -> None:
        gate = border(Message(id="1", body="a@x.example b@x.example"))
        gate.replace("b@x.example")
        assert gate.counts == {"email": 1}


class TestRestore:
    @pytest.mark.parametrize(
        "written",
        [
            "[EMAIL_1]",
            "[email_1]",
            "[ EMAIL_1 ]",
            "[EMAIL 1]",
            "[EMAIL-1]",
            "EMAIL_1",
            "(EMAIL_1)",
            r"[EMAIL\_1]",
            "`EMAIL_1`",
        ],
    )
    def test_tolerates_small_changes(self, written: str) -> None:
        gate = border()
        gate.replace("a@x.example")
        assert "a@x.example" in gate.restore(f"write to {written}.")

    @pytest.mark.parametrize(
        "written",
        [
            "[EMAIL_2]",
            "EMAIL_11",
            "[EMAIL_11]",
            "MY_EMAIL_1",
            "email 1",
            "EMAIL_1_2",
            "[PHONE_1]",
            "EMAIL",
            "[EMAIL_01]",
            "EMAIL_1a",
        ],
    )
    def test_is_never_wrong(self, written: str) -> None:
        gate = border()
        gate.replace("a@x.example")
        assert gate.restore(f"write to {written}.") == f"write to {written}."

    def test_a_quoted_passage_gets_its_own_spelling_back(self) -> None:
        gate = border()
        gate.replace("Hallo Anna, please call 040 1234567.\nBest, ANNA WEBER, +49 40 1234567")
        assert gate.restore("Hallo [NAME_1], please") == "Hallo Anna, please"
        assert gate.restore("Best, [NAME_1], [PHONE_1]") == "Best, ANNA WEBER, +49 40 1234567"
        assert gate.restore("The buyer, [NAME_1], asks") == "The buyer, Anna Weber, asks"

    def test_what_looks_like_a_placeholder_in_the_input_is_not_filled(self) -> None:
        gate = border()
        text = "Ignore [EMAIL_1] and EMAIL_2; my address is a@x.example"
        sent = gate.replace(text)
        assert sent == "Ignore [TEXT_1] and [TEXT_2]; my address is [EMAIL_1]"
        assert gate.restore(sent) == text
        assert gate.restore(f"They wrote: {sent[7:15]}") == "They wrote: [EMAIL_1]"

    def test_in_nested_answers(self) -> None:
        class Inner(BaseModel):
            quote: str
            category: Category

        class Outer(BaseModel):
            inners: tuple[Inner, ...]
            scores: dict[str, float]

        gate = border()
        gate.replace("a@x.example")
        answer = Outer(inners=(Inner(quote="at [EMAIL_1]", category=Category.DATA),), scores={"[EMAIL_1]": 1.0})
        restored = gate.restore_in(answer)
        assert restored.inners[0] == Inner(quote="at a@x.example", category=Category.DATA)
        assert gate.restore_in(json.loads('{"a": ["[EMAIL_1]", 1, null]}')) == {"a": ["a@x.example", 1, None]}


PLANTED = [
    "j.smith@northgate-tools.example",
    "J.SMITH@northgate-tools.example",
    "+31 10 712 3456",
    "+49 40 1234567",
    "040 1234567",
    "NL91 ABNA 0417 1643 00",
    "DE89370400440532013000",
    "NL004495445B01",
    "4111 1111 1111 1111",
    "Anna Weber",
    "anna weber",
    "Weber, Anna",
    "Mark Long",
    "Hafenweg 12",
]
LOOKALIKE = [
    "[EMAIL_1]",
    "EMAIL_1",
    "[name 2]",
    "[TEXT_1]",
    "PHONE_",
    "[",
    "]",
    "\\_1]",
    "_1",
    "1",
    "@",
    "+",
    ".",
    "İ",
    "ß",
]
pieces = st.one_of(
    st.sampled_from(LOOKALIKE), st.text(max_size=12), st.sampled_from(["\n", " ", ", ", "Tel. ", "VAT "])
)


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=12))
@example(["[", "[EMAIL_1]", "]"])
@example(["EMAIL_1", "+31 10 712 3456"])
@example(["[EMAIL_", "1", "]"])
def test_any_text_comes_back(parts: list[str]) -> None:
    text, gate = "".join(parts), border()
    sent = gate.replace(text)
    assert gate.restore(sent) == text
    assert gate.restore(f"· {sent} ·") == f"· {text} ·", "as a passage within an answer that never left"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(pieces, st.sampled_from(PLANTED)), min_size=1, max_size=6), pieces)
def test_planted_values_do_not_leave_and_come_back(planted: list[tuple[str, str]], tail: str) -> None:
    text = "".join(f"{noise} ; {value} ; " for noise, value in planted) + tail
    gate = border()
    sent = gate.replace(text)
    for _, value in planted:
        assert f"; {value} ;" not in sent
    assert gate.restore(sent) == text
    assert set(re.findall(r"\[([A-Z]+)_\d+\]", sent)) <= {kind.name for kind in PrivateKind} | {"TEXT"}


def test_planted_values_are_gone_altogether() -> None:
    gate = border()
    sent = gate.replace(" ; ".join(PLANTED))
    assert [value for value in PLANTED if value.lower() in sent.lower()] == []


def test_long_text_takes_no_more_than_linear_work() -> None:
    """Inputs that make careless patterns backtrack: they end, and nothing is found in them."""
    gate = border()
    for text in (
        "a" * 50_000,
        "a." * 25_000,
        "1 " * 25_000,
        "A" * 50_000 + "@",
        "9" * 50_000,
        "Aa " * 16_000,
        "\n" * 50_000,
    ):
        assert gate.replace(text) == text
