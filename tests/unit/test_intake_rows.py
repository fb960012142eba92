from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.link_book import NOW
from triage.domain import Case, Limits, LinkStatus, MessageKind, Role
from triage.errors import InputError
from triage.intake.rows import case_from_row


def case(**row: Any) -> Case:
    return case_from_row({"id": "a1", "text": "Where is S00042?"} | row, 7, NOW)


def test_a_row_is_a_case_without_records() -> None:
    found = case(subject="S00042", from_role="Supplier")
    assert (found.record.key, found.captured_at, found.link.status) == ("row:a1", NOW, LinkStatus.NONE)
    (message,) = found.messages
    assert (message.subject, message.body, message.role) == ("S00042", "Where is S00042?", Role.SUPPLIER)
    assert found.reported == () and message.warnings == ()


def test_an_id_may_be_a_number() -> None:
    assert case(id=12).record.name == "12"


def test_the_text_is_split_like_a_mail() -> None:
    text = "Cancel line 3.\n\nKind regards,\nAna\n\nOn Mon, 16 Nov 2026 at 17:12, F <f@x.example> wrote:\n> Shipped."
    (message,) = case(text=text).messages
    assert (message.body, message.signature) == ("Cancel line 3.", "Kind regards,\nAna")
    assert message.quoted.endswith("> Shipped.")


def test_an_absence_note_is_known_by_its_subject() -> None:
    assert case(subject="Automatische Antwort: S00042").messages[0].kind is MessageKind.AUTO_REPLY


@pytest.mark.parametrize("role", ["boss", 7, ["customer"], {}])
def test_an_unknown_role_is_said(role: Any) -> None:
    (message,) = case(from_role=role).messages
    assert message.role is Role.UNKNOWN and "from_role" in message.warnings[0]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (None, []),
        ({}, []),
        ({"stock.short": 3, "late": True, "who": "Ana", "gone": None},
         [("stock.short", Decimal(3)), ("late", True), ("who", "Ana")]),
        ([{"name": "promise.days_late", "value": 2.5, "unit": "days"}], [("promise.days_late", Decimal("2.5"))]),
        (["five days late", "no stock"], [("reported.1", "five days late"), ("reported.2", "no stock")]),
    ],
)  # fmt: skip
def test_facts_are_reported_facts(facts: Any, expected: list[tuple[str, Any]]) -> None:
    assert [(fact.name, fact.value) for fact in case(facts=facts).reported] == expected


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("text", r"row 7: is no JSON object"),
        ({"text": "x"}, r"row 7: has no id"),
        ({"id": None, "text": "x"}, r"row 7: has no id"),
        ({"id": True, "text": "x"}, r"row 7: has no id"),
        ({"id": "a1"}, r"row 7 \(id a1\): has no text"),
        ({"id": "a1", "text": 5}, r"row 7 \(id a1\): text is no text but a number"),
        ({"id": "a1", "text": ["x"]}, r"text is no text but a list"),
        ({"id": "a1", "text": "  "}, r"the text is empty"),
        ({"id": "a1", "text": "x", "subject": 3}, r"subject is no text but a number"),
        ({"id": "a1", "text": "x", "facts": 3}, r"facts is a number"),
        ({"id": "a1", "text": "x", "facts": "late"}, r"facts is a text"),
        ({"id": "a1", "text": "x", "facts": [3]}, r"fact 1 is a number"),
        ({"id": "a1", "text": "x", "facts": [{"value": 3}]}, r"name: Field required"),
        ({"id": "a1", "text": "x", "facts": {"a": [1]}}, r"fact 'a' cannot be read"),
        ({"id": "a1", "text": "x", "facts": {"a": float("nan")}}, r"fact 'a' "),
        ({"id": "a1", "text": "x", "facts": {"a": {"number": "much"}}}, r"fact 'a' cannot be read"),
    ],
)
def test_anything_else_is_refused_with_line_and_id(row: Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        case_from_row(row, 7, NOW)
    assert caught.value.remedy and "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(JSON, JSON, JSON, JSON)
@settings(max_examples=150, deadline=None)
def test_a_row_is_a_case_or_an_input_error(text: Any, subject: Any, role: Any, facts: Any) -> None:
    row = {"id": 1, "text": text, "subject": subject, "from_role": role, "facts": facts}
    try:
        found = case_from_row(row, 1, NOW)
    except InputError:
        return
    assert Case.model_validate_json(found.model_dump_json()).fingerprint() == found.fingerprint()


def test_a_row_that_is_too_long_is_cut_with_a_warning() -> None:
    row = {"id": "a1", "text": "Where is S00042?", "subject": "An order"}
    found = case_from_row(row, 7, NOW, limits=Limits(max_message_chars=10)).messages[0]
    assert found.body == "Where is S"
    assert found.warnings == ("only the first 10 of 16 characters were read",)


def test_what_steers_a_terminal_is_no_text() -> None:
    found = case_from_row({"id": "a1", "text": "Where\x9b is\x1b[2J \u202eS00042\u2069?"}, 7, NOW).messages[0]
    assert found.body == "Where is[2J S00042?"
