"""Values whose measured confidence is below what policy asks for are held back: seen by a reader, used by nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from tests.unit.fact_cases import case
from triage.domain import Confidence, FieldValue, Method, Paper, PaperLine, Policy, Producer
from triage.facts import establish_facts
from triage.tasks.extract.rows import row
from triage.verify.pages import hold_back, verify_paper

BY = Producer(method=Method.EMBEDDED, model="layout-rules-1", version="1")


def value(of: str | Decimal, sure: float | None) -> FieldValue:
    measured = None if sure is None else Confidence(value=sure, population="some", n=20, low=0.0, high=1.0)
    return FieldValue(value=of, text=str(of), page=1, confidence=measured)


def paper(buyer: float | None = 0.9, quantity: float | None = 0.9) -> Paper:
    return Paper(
        by=BY,
        document="invoice.pdf",
        sha256="0" * 64,
        fields={"document_number": value("4711", 0.95), "buyer_name": value("Brandt & Mercer", buyer)},
        lines=(
            PaperLine(fields={"name": value("Bolt", 0.99), "quantity": value(Decimal(4), 0.99)}),
            PaperLine(fields={"name": value("Nut", 0.99), "quantity": value(Decimal(7), quantity)}),
        ),
    )


@pytest.mark.parametrize(("sure", "is_held"), [(0.6999, True), (0.7, False), (0.7001, False), (None, False)])
def test_the_threshold_itself_is_enough_and_what_was_not_measured_stays(sure: float | None, is_held: bool) -> None:
    found = hold_back(paper(buyer=sure), Policy(min_field_confidence=0.7))
    assert ("buyer_name" in found.unsure) is is_held
    assert ("buyer_name" not in found.fields) is is_held
    assert any("buyer_name" in warning for warning in found.warnings) is is_held


def test_a_field_of_a_line_is_held_back_and_its_line_keeps_its_place() -> None:
    found = hold_back(paper(quantity=0.6), Policy(min_field_confidence=0.7))
    assert list(found.unsure) == ["line:2:quantity"]
    assert [sorted(line.fields) for line in found.lines] == [["name", "quantity"], ["name"]]
    assert found.warnings == ("unsure, not used: line:2:quantity (0.60)",)


def test_a_field_of_its_own_threshold_does_not_follow_the_general_one() -> None:
    strict = Policy(min_field_confidence=0.5, min_field_confidence_by_field={"buyer_name": 0.95})
    assert list(hold_back(paper(buyer=0.9), strict).unsure) == ["buyer_name"]
    lenient = Policy(min_field_confidence=0.95, min_field_confidence_by_field={"line.quantity": 0.5})
    assert list(hold_back(paper(quantity=0.6), lenient).unsure) == ["buyer_name"]


def test_another_policy_judges_anew_and_the_same_one_changes_nothing() -> None:
    whole = paper(buyer=0.6, quantity=0.6)
    strict = hold_back(whole, Policy(min_field_confidence=0.7))
    assert hold_back(strict, Policy(min_field_confidence=0.7)) == strict
    assert hold_back(strict, Policy(min_field_confidence=0.5)) == whole


def test_verifying_again_leaves_what_was_held_back_alone() -> None:
    held = hold_back(verify_paper(paper(buyer=0.6)), Policy(min_field_confidence=0.7))
    assert verify_paper(held).unsure == held.unsure
    assert "buyer_name" not in verify_paper(held).fields


def test_no_fact_is_made_of_what_was_held_back_but_its_reader_sees_it() -> None:
    held = hold_back(paper(buyer=0.6, quantity=0.6), Policy(min_field_confidence=0.7))
    facts = establish_facts(case(), [held], Policy())
    assert not any("7" in fact.how for fact in facts)
    assert row(held, "invoice.pdf")["unsure"]["line:2:quantity"]["value"] == 7


def test_a_policy_names_only_fields_that_exist() -> None:
    with pytest.raises(ValidationError, match="no such field: buyer"):
        Policy(min_field_confidence_by_field={"buyer": 0.5})
