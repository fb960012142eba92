"""Projects and teams that policy names, where two companies have one of the same name each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests.contract import targets
from tests.contract.arranged import Arranged
from tests.contract.targets import Target
from tests.unit.odoo_cards import AT, card
from triage.domain import Advice, Card, CardState, Decision, RecordRef, TicketsWhen, Verdict
from triage.domain.follow_up import FollowUp, FollowUpKind
from triage.odoo.connection import Connection, Tickets
from triage.odoo.named import Named
from triage.odoo.publish import Publisher

TEAM, PROJECT = "helpdesk.ticket.team", "project.project"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with targets.opened("sandbox-19-jsonrpc") as found:
        yield found


@pytest.fixture
def arranged(target: Target) -> Arranged:
    return Arranged(target.admin, target.kept)


def accepted(ref: RecordRef) -> Card:
    """A card about a record with a task for later, accepted."""
    found = card(ref)
    later = FollowUp(kind=FollowUpKind.CONFIRM_DATE, about="P00042")
    said = Decision(card=found.id, verdict=Verdict.ACCEPT, by="mila", at=AT)
    proposal = found.proposal.with_(follow_up=later)
    return found.with_(id=uuid4(), proposal=proposal, state=CardState.ACCEPTED, decisions=(said,))


def publisher(target: Target, name: str) -> Publisher:
    server = target.bot_server
    connection = Connection(url=server.url, database=server.database, tickets=Tickets(team=name))
    return Publisher(target.bot, target.gate, connection, Advice(tickets=TicketsWhen.ACCEPTED, project=name))


def drafted(target: Target, made: Publisher, ref: RecordRef) -> dict[str, Any]:
    """Team of the draft ticket and project of the draft task of a record's card; none where there is no such draft."""
    found: dict[str, Any] = {}
    for each in made.publish(accepted(ref)).advisories:
        if each.verb == "ticket" and each.ref is not None:
            found["team"] = target.admin.read("helpdesk.ticket", [each.ref.id or 0], ["team_id"])[0].one("team_id")
        if each.verb == "task":
            row = target.admin.read("project.task", [each.ref.id or 0], ["project_id"])[0] if each.ref else None
            found["project"] = row.one("project_id") if row else each.status
    return found


def test_each_company_gets_its_own_of_the_same_name(target: Target, arranged: Arranged) -> None:
    name, (own, other) = f"Desk {arranged.token}", (arranged.company(), arranged.other_company())
    of = {
        model: {each: arranged.make(model, {"name": name, "company_id": each}) for each in (own, other)}
        for model in (TEAM, PROJECT)
    }
    made = publisher(target, name)
    for each in (own, other, own):
        ref = arranged.lead(company_id=each, user_id=False, team_id=False)
        assert drafted(target, made, ref) == {"team": of[TEAM][each], "project": of[PROJECT][each]}


def test_what_companies_share_serves_those_that_have_none_and_anothers_does_not(
    target: Target, arranged: Arranged
) -> None:
    name, (own, other) = f"Desk {arranged.token}", (arranged.company(), arranged.other_company())
    for model in (TEAM, PROJECT):
        arranged.make(model, {"name": name, "company_id": own})
    there = arranged.lead(company_id=other, user_id=False, team_id=False)
    assert drafted(target, publisher(target, name), there) == {"team": None, "project": "absent"}
    shared = {model: arranged.make(model, {"name": name, "company_id": False}) for model in (TEAM, PROJECT)}
    made = publisher(target, name)
    assert drafted(target, made, there) == {"team": shared[TEAM], "project": shared[PROJECT]}


def test_of_several_of_one_company_none_is_guessed(
    target: Target, arranged: Arranged, capsys: pytest.CaptureFixture[str]
) -> None:
    name, own = f"Desk {arranged.token}", arranged.company()
    both = [arranged.make(PROJECT, {"name": name, "company_id": own}) for _ in range(2)]
    for _ in range(2):
        arranged.make(TEAM, {"name": name, "company_id": own})
    ref = arranged.lead(company_id=own, user_id=False, team_id=False)
    assert drafted(target, publisher(target, name), ref) == {"team": None, "project": "absent"}
    told = capsys.readouterr().out
    assert f"{both[0]}, {both[1]}. Rename all but one" in told


def test_a_name_is_looked_up_again_after_a_while(target: Target, arranged: Arranged) -> None:
    name, own = f"Desk {arranged.token}", arranged.company()
    first = arranged.make(PROJECT, {"name": name, "company_id": own})
    time = [0.0]
    named = Named(target.bot, lambda: time[0])
    assert [row.id for row in named.all(PROJECT, name)] == [first]
    target.admin.call(PROJECT, "write", [first], {"vals": {"name": f"{name} of before"}})
    second = arranged.make(PROJECT, {"name": name, "company_id": own})
    time[0] += 301
    assert [row.id for row in named.all(PROJECT, name)] == [second]
