"""One policy file for several companies: what differs, what may not, and whose fingerprint stands where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from triage.domain import Category, Company, Duty, Mode, Policy
from triage.errors import ConfigurationError
from triage.settings import Settings, read_policies

FILE = """
version: all-1
default_mode: shadow
modes: {pricing: "off"}
teams: {credit: accounts}
deciders: {mila: [stock]}
thresholds: {days_late: 2, claim_days: 9}
companies:
  Brandt & Mercer Supply B.V.:
    version: brandt-1
    modes: {credit: advise}
    thresholds: {days_late: 4}
    deciders: {tariq: [credit]}
  "Another": {}
"""


def book(tmp_path: Path, text: str = FILE):
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    return read_policies(path)


def test_a_company_has_its_own_entries_and_the_others_of_all(tmp_path: Path) -> None:
    found = book(tmp_path)
    own = found.current(Company(name="Brandt & Mercer Supply B.V."))
    assert (own.version, own.team(Category.CREDIT)) == ("brandt-1", "accounts")
    assert (own.mode(Category.CREDIT), own.mode(Category.PRICING)) == (Mode.ADVISE, Mode.OFF)
    assert (own.thresholds.days_late, own.thresholds.claim_days) == (4, 9)
    assert found.base.mode(Category.CREDIT) is Mode.SHADOW


def test_duties_decide_beside_names() -> None:
    policy = Policy(deciders={"duty:lead": {Category.CREDIT}, "mila": {Category.STOCK}})
    assert policy.may_decide("inès", Category.CREDIT, [Duty.LEAD])
    assert not policy.may_decide("inès", Category.STOCK, [Duty.LEAD])
    assert not policy.may_decide("joris", Category.CREDIT, [Duty.REVIEWER, Duty.AUDITOR])
    both = policy.resolved("mila", [Duty.LEAD])
    assert both.may_decide("mila", Category.CREDIT)
    assert both.may_decide("mila", Category.STOCK)
    assert policy.deciders_of([Category.CREDIT]) == ["duty:lead"]


@pytest.mark.parametrize("name", ["duty:lead", "Duty:Lead"])
def test_nobody_is_a_duty_by_their_name(name: str) -> None:
    policy = Policy(deciders={"duty:lead": {Category.CREDIT}})
    assert not policy.may_decide(name, Category.CREDIT)
    assert not policy.resolved(name, []).may_decide(name, Category.CREDIT)


@pytest.mark.parametrize("word", ["duty:boss", "duty:auditor", "Duty:lead", "duty:"])
def test_a_duty_that_decides_nothing_is_an_error_that_names_those_that_do(word: str) -> None:
    with pytest.raises(ValidationError, match=f"{word}: no such duty decides; those that do are duty:lead, duty:rev"):
        Policy.model_validate({"deciders": {word: ["credit"]}})
    [names] = [
        one for one in Policy.model_json_schema()["properties"]["deciders"]["propertyNames"]["anyOf"] if "not" in one
    ]
    assert re.match(names["not"]["pattern"], word)


def test_who_may_decide_is_not_added_to(tmp_path: Path) -> None:
    own = book(tmp_path).of("Brandt & Mercer Supply B.V.")
    assert not own.may_decide("mila", Category.STOCK)
    assert own.may_decide("tariq", Category.CREDIT)


def test_every_other_company_has_the_policy_of_all(tmp_path: Path) -> None:
    found = book(tmp_path)
    assert found.of("Nobody") == found.of("Another") == found.base
    assert found.of("Nobody").fingerprint() != found.of("Brandt & Mercer Supply B.V.").fingerprint()
    assert len(found.every()) == 3


def test_without_a_file_all_have_the_default(tmp_path: Path) -> None:
    settings = Settings.of(tmp_path)
    assert settings.policies().of("X") == settings.policy()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("companies: {A: {endpoints: []}}", "companies.A: endpoints is the same for all companies"),
        ("companies: {A: {replace: []}}", "companies.A: replace is the same for all companies"),
        ("companies: {A: {colour: red}}", "companies.A: colour: Extra inputs"),
        ("companies: [A]", "must hold, under each company's name"),
        ("companies: {A: 3}", "must hold, under each company's name"),
        ("companies: {A: {companies: {}}}", "companies.A: companies: Extra inputs"),
        ("[]", "holds no entries"),
        ("colour: red", "policy.yaml: colour: Extra inputs"),
    ],
)
def test_what_does_not_fit_names_the_company(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        book(tmp_path, text)
