"""Accounts and sessions, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.opened_store import NOW
from triage.domain import Duty
from triage.errors import UsageError
from triage.storage.database import Database
from triage.storage.people import IDLE, LONGEST, People

PASSWORD = "correct horse battery"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def people(database: Database, clock: Clock) -> People:
    made = People(database, clock)
    made.add("Mila Novak", [Duty.REVIEWER], password=PASSWORD, companies=["Brandt B.V."], language="nl")
    return made


def test_the_right_password_and_only_that(people: People) -> None:
    person = people.check("Mila  Novak", PASSWORD)
    assert person is not None
    assert (person.name, person.language) == ("Mila Novak", "nl")
    assert person.has(Duty.REVIEWER, Duty.LEAD)
    assert not person.has(Duty.AUDITOR)
    assert person.sees("Brandt B.V.")
    assert not person.sees("Elsewhere B.V.")
    assert people.check("Mila Novak", PASSWORD + "x") is None
    assert people.check("Nobody", PASSWORD) is None


def test_no_password_stands_in_the_store(people: People, database: Database) -> None:
    row = database.query("SELECT password FROM people")[0]["password"]
    assert PASSWORD not in row
    assert row.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [("Mila Novak", PASSWORD, "already"), ("  ", PASSWORD, "needs a name"), ("Jo", "short", "at least 12")],
)
def test_what_is_refused(people: People, name: str, password: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        people.add(name, [Duty.REVIEWER], password=password)


def test_a_session_knows_its_person_and_ends_with_sign_out(people: People, database: Database) -> None:
    token = people.begin("Mila Novak", "password")
    session = people.session(token)
    assert session is not None
    assert session.person.name == "Mila Novak"
    assert session.form_token
    assert people.session(token + "x") is None
    assert token not in str([tuple(row) for row in database.query("SELECT id, form_token FROM sessions")])
    people.end(token)
    people.end(token)
    assert people.session(token) is None


def test_a_session_ends_when_nobody_uses_it(people: People, clock: Clock) -> None:
    token = people.begin("Mila Novak", "password")
    clock.now += IDLE - timedelta(seconds=1)
    assert people.session(token) is not None
    clock.now += IDLE - timedelta(seconds=1)
    assert people.session(token) is not None
    clock.now += IDLE
    assert people.session(token) is None


def test_a_session_ends_at_last(people: People, clock: Clock) -> None:
    token = people.begin("Mila Novak", "password")
    until = clock.now + LONGEST
    while clock.now + timedelta(hours=1) < until:
        clock.now += timedelta(hours=1)
        assert people.session(token) is not None
    clock.now = until
    assert people.session(token) is None


@pytest.mark.parametrize("end", ["disable", "password"])
def test_every_session_ends_with_the_account_or_its_password(people: People, end: str) -> None:
    tokens = [people.begin("Mila Novak", "password") for _ in range(2)]
    if end == "disable":
        people.disable("Mila Novak")
        assert people.check("Mila Novak", PASSWORD) is None
    else:
        people.set_password("Mila Novak", "another long password")
        assert people.check("Mila Novak", PASSWORD) is None
        assert people.check("Mila Novak", "another long password") is not None
    assert [people.session(token) for token in tokens] == [None, None]


def test_changes_hold_at_once(people: People) -> None:
    token = people.begin("Mila Novak", "password")
    people.change("Mila Novak", duties=[Duty.AUDITOR], all_companies=True, language="de")
    session = people.session(token)
    assert session is not None
    assert session.person.duties == {Duty.AUDITOR}
    assert session.person.companies is None
    assert session.person.language == "de"


def test_an_account_that_signs_in_elsewhere_has_no_password(people: People) -> None:
    people.add("Jo", [Duty.LEAD], subject="issuer|123", odoo_user=7)
    assert people.check("Jo", "") is None
    found = people.of_subject("issuer|123")
    assert found is not None
    assert found.person.name == "Jo"
    assert people.of_odoo(7) == found
    people.disable("Jo")
    assert people.of_subject("issuer|123") is None
    assert [account.person.name for account in people.all()] == ["Jo", "Mila Novak"]
