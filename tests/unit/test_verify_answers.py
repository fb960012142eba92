"""Whole answers against their view: what does not hold goes, what is left is true and never empty."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import case, message
from triage.domain import (
    Box,
    Category,
    Classification,
    Fact,
    FactEvidence,
    FieldValue,
    Method,
    Page,
    Paper,
    PaperLine,
    Producer,
    Quote,
    Suggestion,
    Summary,
    View,
    Word,
)
from triage.verify.answers import verify
from triage.verify.numbers import unsupported
from triage.verify.pages import verify_paper
from triage.verify.sums import checks, iban_is_valid, vat_id_is_valid

BY = Producer(method=Method.PROMPTED, model="openai:some", version="1", prompt="summarise/1")
LATE = Fact(name="promise.days_late", value=Decimal(2), unit="days", how="promised for 2026-11-13: 2 days late")


def view(body: str = "We miss 14 of the 50 bolts of S00042. Please send them by 20.11.", *facts: Fact) -> View:
    return View(case(messages=(message(body, subject="Shortage"),)), (), facts)


def test_unsupported_sentences_go_and_are_not_repeated_in_the_warning() -> None:
    text = "14 of 50 bolts are missing. The customer claims 990 EUR. Delivery wanted by 20 Nov."
    checked = verify(Summary(by=BY, text=text), view())
    assert checked.text == "14 of 50 bolts are missing. Delivery wanted by 20 Nov."
    assert len(checked.warnings) == 1
    assert "990" not in checked.warnings[0]


def test_points_asks_references_and_evidence() -> None:
    answer = Summary(
        by=BY,
        text="Bolts are missing.",
        key_points=("14 missing", "99 missing"),
        asks=("Send them by 20 November", "Send 7 more"),
        references=("S00042", "S00043"),
        evidence=(Quote(source="message:0", text="14 of the 50"), Quote(source="message:0", text="15 of the 50")),
    )
    checked = verify(answer, view())
    assert checked.key_points == ("14 missing",)
    assert checked.asks == ("Send them by 20 November",)
    assert checked.references == ("S00042",)
    assert [one.text for one in checked.evidence] == ["14 of the 50"]
    assert len(checked.warnings) == 4


def test_a_summary_is_never_empty() -> None:
    wrong = Summary(by=BY, text="They want 990 EUR.")
    assert verify(wrong, view()).text == "We miss 14 of the 50 bolts of S00042."
    assert verify(wrong, view("", LATE)).text == "Facts: 2 days late."
    assert verify(wrong, view("")).text == "Shortage"
    assert verify(wrong, View(case(messages=()), (), ())).text == "S00042: no text."


def test_confidential_figures_do_not_reach_a_summary() -> None:
    secret = Fact(name="credit.over_limit", value=Decimal("777.00"), how="5777.00 - 5000.00", confidential=True)
    checked = verify(Summary(by=BY, text="Bolts are missing. They are 777 EUR over."), view("Bolts?", secret))
    assert checked.text == "Bolts are missing."


def test_classification_keeps_only_evidence_that_holds() -> None:
    suggestion = Suggestion(
        category=Category.STOCK,
        severity_why="14 of 50 missing. 3 weeks late.",
        evidence=(Quote(source="message:0", text="miss 14"), FactEvidence(fact="stock.shortage[A]", text="short")),
        against=(Quote(source="message:0", text="all is well"),),
    )
    checked = verify(Classification(by=BY, suggestions=(suggestion,)), view())
    (left,) = checked.suggestions
    assert [one.verified for one in left.evidence] == [True]
    assert left.against == ()
    assert left.severity_why == "14 of 50 missing."
    assert len(checked.warnings) == 3


@given(st.lists(st.sampled_from(["14 of 50.", "990 EUR due.", "By 20.11.", "S00099 too.", "Fine."]), max_size=6))
def test_verifying_twice_changes_nothing(parts: list[str]) -> None:
    subject = view()
    once = verify(Summary(by=BY, text=" ".join(parts), key_points=tuple(parts)), subject)
    assert verify(once, subject) == once
    assert once.text
    assert unsupported(" ".join((once.text, *once.key_points)), subject) == []


def field(value: Decimal | date | str, text: str, n: int) -> FieldValue:
    return FieldValue(value=value, text=text, page=1, box=box(n))


def box(n: int) -> Box:
    return Box(x0=50, top=20.0 * n, x1=250, bottom=20.0 * n + 10)


PRINTED = ("Rechnung", "RE-2026-0815", "3. Dezember 2026", "1.469,06", "€", "DE136695976", "NL91 ABNA 0417 1643 00")


def invoice(**fields: FieldValue) -> Paper:
    words = tuple(Word(id=n, text=text, box=box(n)) for n, text in enumerate(PRINTED))
    page = Page(number=1, width=595, height=842, words=words, text="\n".join(PRINTED))
    return Paper(by=BY, document="re.pdf", sha256="0" * 64, pages=(page,), fields=fields)


@pytest.mark.parametrize(
    ("name", "found", "verified"),
    [
        ("document_type", field("invoice", "Rechnung", 0), True),
        ("document_number", field("RE-2026-0815", "RE-2026-0815", 1), True),
        ("document_number", field("RE-2026-0816", "RE-2026-0815", 1), False),
        ("document_number", field("RE-2026-0815", "RE-2026-0815", 2), False),
        ("issue_date", field(date(2026, 12, 3), "3. Dezember 2026", 2), True),
        ("issue_date", field(date(2026, 12, 4), "3. Dezember 2026", 2), False),
        ("gross_total", field(Decimal("1469.06"), "1.469,06", 3), True),
        ("gross_total", field(Decimal("146906"), "1.469,06", 3), False),
        ("currency", field("EUR", "€", 4), True),
        ("currency", field("USD", "€", 4), False),
        ("iban", field("NL91ABNA0417164300", "NL91 ABNA 0417 1643 00", 6), True),
        ("gross_total", FieldValue(value=Decimal("1469.06"), text="1.469,06", page=1), True),
        ("gross_total", FieldValue(value=Decimal("1469.06"), text="1.469,06"), False),
        ("gross_total", FieldValue(value=Decimal("1469.06"), text="1.469,06", page=2), False),
    ],
)
def test_values_on_paper(name: str, found: FieldValue, verified: bool) -> None:
    checked = verify_paper(invoice(**{name: found.with_(verified=not verified)}))
    assert checked.fields[name].verified is verified
    assert (checked.warnings == ()) is verified


def test_verify_paper_twice_is_once() -> None:
    document = invoice(seller_vat_id=field("DE136695976", "DE136695976", 5), iban=field("X", "nowhere", 6))
    once = verify_paper(document)
    assert verify_paper(once) == once
    assert [check.name for check in once.checks] == ["vat_id_valid", "iban_valid"]


def plain(**values: str) -> dict[str, FieldValue]:
    return {name: FieldValue(value=Decimal(value), text=value) for name, value in values.items()}


def document(*lines: dict[str, str], text: str = "", **totals: str) -> Paper:
    return Paper(
        by=BY,
        document="re.pdf",
        sha256="0" * 64,
        pages=(Page(number=1, width=595, height=842, text=text),),
        fields=plain(**totals),
        lines=tuple(PaperLine(fields=plain(**one)) for one in lines),
    )


def passed(paper: Paper) -> dict[str, bool]:
    return {check.name: check.passed for check in checks(paper)}


@pytest.mark.parametrize(
    ("net", "tax", "gross", "holds"),
    [("100.00", "21.00", "121.00", True), ("100.00", "21.00", "121.01", True), ("100.00", "21.00", "121.02", False)],
)
def test_tax_adds_up(net: str, tax: str, gross: str, holds: bool) -> None:
    found = passed(document(net_total=net, tax_total=tax, gross_total=gross))
    assert found == {"net_plus_tax_is_gross": holds}


@pytest.mark.parametrize(("net", "holds"), [("30.00", True), ("30.01", True), ("30.02", False), ("20.00", False)])
def test_lines_add_up(net: str, holds: bool) -> None:
    assert passed(document({"net_amount": "10.00"}, {"net_amount": "20.00"}, net_total=net)) == {"lines_add_up": holds}


@pytest.mark.parametrize(
    ("text", "holds"), [("Subtotal 30,00  discount 2,00  net 28,00", True), ("discount 2,00 net 28,00", False)]
)
def test_lines_may_add_up_to_a_printed_subtotal(text: str, holds: bool) -> None:
    paper = document({"net_amount": "10.00"}, {"net_amount": "20.00"}, text=text, net_total="28.00")
    assert passed(paper) == {"lines_add_up": holds}


def test_lines_without_all_amounts_are_not_added() -> None:
    assert passed(document({"net_amount": "10.00"}, {"quantity": "1"}, net_total="30.00")) == {}


@pytest.mark.parametrize(
    ("line", "text", "holds"),
    [
        ({"quantity": "4", "unit_price": "2.50", "net_amount": "10.00"}, "", True),
        ({"quantity": "4", "unit_price": "2.50", "net_amount": "10.03"}, "", False),
        ({"quantity": "200", "unit_price": "12.50", "net_amount": "25.00"}, "", True),
        ({"quantity": "5000", "unit_price": "12.50", "net_amount": "62.50"}, "", True),
        ({"quantity": "4", "unit_price": "2.50", "net_amount": "9.00"}, "", False),
        ({"quantity": "4", "unit_price": "2.50", "net_amount": "9.00"}, "less 10 %", True),
        ({"quantity": "4", "unit_price": "2.50", "net_amount": "9.00"}, "less 15 %", False),
        ({"quantity": "300", "unit_price": "0.33", "net_amount": "99.10"}, "", True),
        ({"quantity": "300", "unit_price": "0.33", "net_amount": "99.50"}, "", False),
    ],
    ids=[
        "plain",
        "wrong",
        "per 100",
        "per 1000",
        "unsaid discount",
        "discount",
        "other discount",
        "rounding",
        "beyond",
    ],
)
def test_line_amounts(line: dict[str, str], text: str, holds: bool) -> None:
    assert passed(document(line, text=text)) == {"line_amount:1": holds}


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("DE136695976", True),
        ("DE136695977", False),
        ("NL 8537 46 333 B01", True),
        ("GB 980 7806 84", True),
        ("?", False),
    ],
)
def test_vat_ids(text: str, valid: bool) -> None:
    assert vat_id_is_valid(text) is valid


@pytest.mark.parametrize(
    ("text", "valid"), [("NL91 ABNA 0417 1643 00", True), ("NL91 ABNA 0417 1643 01", False), ("hello", False)]
)
def test_ibans(text: str, valid: bool) -> None:
    assert iban_is_valid(text) is valid


@given(st.lists(st.decimals(min_value=0, max_value=9999, places=2), min_size=1, max_size=12), st.integers(0, 27))
def test_a_sound_document_passes(amounts: list[Decimal], rate: int) -> None:
    net = sum(amounts, Decimal(0))
    tax = (net * rate / 100).quantize(Decimal("0.01"))
    lines: list[dict[str, Any]] = [{"quantity": "1", "unit_price": str(a), "net_amount": str(a)} for a in amounts]
    found = passed(document(*lines, net_total=str(net), tax_total=str(tax), gross_total=str(net + tax)))
    assert all(found.values())
    assert len(found) == len(amounts) + 2
