"""Where policy says so, nobody decides the case of their own order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.opened_store import ORDER, Opened, case, event, proposal
from triage.domain import Card, CardState, Category, Duty, Order, Policy, Verdict
from triage.errors import DecisionRefused
from triage.pipeline import decide
from triage.storage.people import People

STRICT = Policy(own_cases=False)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        yield found


@pytest.fixture
def card(opened: Opened) -> Card:
    return put(opened, Order(ref=ORDER, state="sale", currency="EUR", owner="Mila Novak"))


def put(opened: Opened, order: Order) -> Card:
    taken = case().with_(order=order)
    happened = event("event:1")
    opened.journal.of(happened).once("capture", happened.ref, lambda _: taken)
    return opened.cards.put(proposal(Category.STOCK, case=taken.fingerprint()), "event:1")


def decided(opened: Opened, by: str, policy: Policy = STRICT) -> Card:
    return decide("1", Verdict.ACCEPT, by, opened.cards, opened.journal, opened.clock, policy=policy)


@pytest.mark.parametrize("by", ["Mila Novak", " mila  NOVAK "])
def test_the_salesperson_may_not_and_is_told_what_to_do(opened: Opened, card: Card, by: str) -> None:
    with pytest.raises(DecisionRefused, match="own, and the policy lets nobody decide their own cases"):
        decided(opened, by)
    assert opened.cards.get("1") == card


@pytest.mark.parametrize("by", ["mila@brandt.example", "Mila@Brandt.example "])
def test_an_account_that_is_called_otherwise_than_in_odoo_is_known_by_its_user_there(opened: Opened, by: str) -> None:
    put(opened, Order(ref=ORDER, state="sale", currency="EUR", owner="Mila Novak", owner_user=7))
    people = People(opened.database, opened.clock)
    people.add("mila@brandt.example", [Duty.REVIEWER], odoo_user=7)
    people.add("joris@brandt.example", [Duty.REVIEWER], odoo_user=8)
    with pytest.raises(DecisionRefused, match="own, and the policy lets nobody decide their own cases"):
        decided(opened, by)
    assert decided(opened, "joris@brandt.example").state is CardState.ACCEPTED


def test_a_case_from_before_users_were_kept_is_what_it_was() -> None:
    order = Order(ref=ORDER, state="sale", currency="EUR", owner="Mila Novak")
    assert "owner_user" not in order.model_dump(mode="json")
    assert Order.model_validate_json(order.with_(owner_user=7).model_dump_json()).owner_user == 7


def test_others_may(opened: Opened, card: Card) -> None:
    assert decided(opened, "Joris Bakker").state is CardState.ACCEPTED


def test_by_itself_everybody_may(opened: Opened, card: Card) -> None:
    assert decided(opened, "Mila Novak", Policy()).state is CardState.ACCEPTED


def test_where_nobody_knows_whose_it_is_nobody_may(opened: Opened, card: Card) -> None:
    opened.keys.delete(opened.journal.case_key(event("event:1")))
    opened.cards.put(proposal(Category.CREDIT, record=ORDER.with_(id=43, name="S00043")), "event:2")
    with pytest.raises(DecisionRefused, match="whose this is was erased"):
        decide("2", Verdict.ACCEPT, "Joris", opened.cards, opened.journal, opened.clock, policy=STRICT)
