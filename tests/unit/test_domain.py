"""The types: JSON there and back is exact, fingerprints are stable, the taxonomy is complete."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from tests.unit.strategies import CASE, FACT, POLICY
from triage import domain as d


@settings(max_examples=60, deadline=None)
@given(CASE)
def test_a_case_survives_json_exactly(case: d.Case) -> None:
    again = d.Case.model_validate_json(case.model_dump_json())
    assert again == case
    assert again.fingerprint() == case.fingerprint()
    assert again.model_dump_json() == case.model_dump_json()


@settings(max_examples=60, deadline=None)
@given(FACT)
def test_a_fact_keeps_the_type_of_its_value(fact: d.Fact) -> None:
    again = d.Fact.model_validate_json(fact.model_dump_json())
    assert again == fact
    assert type(again.value) is type(fact.value)


@settings(max_examples=40, deadline=None)
@given(POLICY)
def test_a_policy_survives_json_exactly(policy: d.Policy) -> None:
    again = d.Policy.model_validate_json(policy.model_dump_json())
    assert again == policy
    assert again.fingerprint() == policy.fingerprint()


@pytest.mark.parametrize("value", [Decimal("1.10"), True, False, date(2026, 11, 17), "12", "true", "2026-11-17", ""])
def test_texts_that_look_like_numbers_stay_texts(value: object) -> None:
    fact = d.Fact.model_validate_json(d.Fact(name="x", value=value).model_dump_json())
    assert fact.value == value
    assert type(fact.value) is type(value)


def test_a_plain_json_number_is_read_as_a_number() -> None:
    assert d.Fact.model_validate_json('{"name": "x", "value": 3}').value == Decimal(3)


def test_fingerprints_do_not_depend_on_the_hash_seed() -> None:
    program = (
        "from triage.domain import Policy, Category as C, PrivateKind as P;"
        "print(Policy(second_person={C.CREDIT, C.PRICING, C.STOCK}, replace=set(P)).fingerprint())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(seen) == 1


def test_values_are_immutable_and_strict() -> None:
    ref = d.RecordRef(model="sale.order", id=1, name="S00001")
    with pytest.raises(ValidationError):
        ref.name = "S00002"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        d.RecordRef(model="sale.order", id=1, name="S00001", colour="red")  # type: ignore[call-arg]


def test_times_need_an_offset() -> None:
    with pytest.raises(ValidationError):
        d.Event(
            key="k",
            source="file",
            company="c",
            ref=d.RecordRef(model="file", id=None, name="a.txt"),
            received_at=datetime(2026, 11, 17, 9, 0),  # noqa: DTZ001
        )


def test_the_same_content_under_another_name_is_another_document() -> None:
    one = d.Document(name="a.pdf", media_type="application/pdf", content=b"x")
    assert one.fingerprint() != one.with_(name="b.pdf").fingerprint()
    assert one.fingerprint() == one.with_().fingerprint()


def test_a_case_changes_its_fingerprint_with_its_documents() -> None:
    case = d.Case(
        record=d.RecordRef(model="sale.order", id=1, name="S00001"),
        company=d.Company(name="Brandt & Mercer Supply B.V."),
        captured_at=datetime(2026, 11, 17, tzinfo=UTC),
    )
    papers = [d.Document(name="a", media_type="b", content=content) for content in (b"1", b"2")]
    prints = {case.fingerprint(), *(case.with_(documents=(paper,)).fingerprint() for paper in papers)}
    assert len(prints) == 3


def test_every_category_has_a_meaning_and_subtypes() -> None:
    assert set(d.MEANING) == set(d.SUBTYPES) == set(d.Category)
    assert all(d.SUBTYPES.values())


def test_a_subtype_must_belong_to_its_category() -> None:
    with pytest.raises(ValidationError, match="is none of credit"):
        d.Suggestion(category=d.Category.CREDIT, subtype="shortage")


def test_record_keys_use_the_id_where_there_is_one() -> None:
    assert d.RecordRef(model="sale.order", id=42, name="S00042").key == "sale.order:42"
    assert d.RecordRef(model="mail.message", id=None, name="<a@b>").key == "mail.message:<a@b>"


@pytest.mark.parametrize("name", [*sorted(d.TYPES), "Outcome"])
def test_every_recorded_type_publishes_a_schema(name: str) -> None:
    assert json.loads(json.dumps(d.schema(name)))


def test_the_public_names_are_those_intended() -> None:
    modules = {module.name for module in pkgutil.iter_modules(d.__path__)}
    public = {name for name in vars(d) if not name.startswith("_")} - modules - {"Any", "TypeAdapter", "annotations"}
    assert public == set(d.__all__)


def test_two_endpoints_with_one_name_are_refused() -> None:
    endpoint = d.Endpoint(name="house", url="http://127.0.0.1:9/v1")
    with pytest.raises(ValidationError, match="same name"):
        d.Policy(endpoints=(endpoint, endpoint))


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**40])
def test_an_id_that_canonical_json_cannot_hold_is_refused(number: int) -> None:
    with pytest.raises(ValidationError, match="id"):
        d.RecordRef(model="sale.order", id=number, name="S00042")
    assert d.RecordRef(model="sale.order", id=2**53 - 1, name="S00042").fingerprint()


@pytest.mark.parametrize(
    "wrong",
    [
        {"thresholds": {"days_late": -3}},
        {"limits": {"max_pages": 0}},
        {"min_confidence_by_category": {"credit": 7}},
        {"min_confidence": 1.2},
    ],
)
def test_a_policy_refuses_numbers_that_make_no_sense(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        d.Policy.model_validate(wrong)
