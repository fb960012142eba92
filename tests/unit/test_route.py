"""Routing: the policy first, then like tickets with their count, else nothing and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.unit.test_summarise_updates import NOW, classified, view
from triage.domain import Category, Choice, Company, Option, PastTicket, Policy, Role, Route, Routing, RoutingBook, View
from triage.errors import ConfigurationError
from triage.models.embedding import Pieces
from triage.odoo.routes import ticket_values
from triage.tasks.route.active import (
    FILE_SETTING,
    HASH_SETTING,
    active_router,
    mail_reader,
    model_of,
    read_books,
    write_books,
)
from triage.tasks.route.likeness import Likeness, packed, pieces
from triage.tasks.route.router import Router

COMPANY = "Brandt & Mercer Supply B.V."
WORDS = ("pallet", "invoice", "price", "broken")


class Words:
    """Reads a mail as how often it says a few words: what is alike is plain to see."""

    name = "words"
    version = "1"

    def read(self, mails: Sequence[Pieces]) -> list[np.ndarray]:
        return [
            np.array([[1e-3 + text.lower().count(word) for word in WORDS] for text in mail.texts], dtype=np.float32)
            for mail in mails
        ]


def vector(text: str) -> str:
    row = Words().read([pieces("", text)])[0].mean(axis=0)
    return packed(row / np.linalg.norm(row))


def ticket(number: int, text: str, **more: object) -> PastTicket:
    return PastTicket.model_validate({"number": f"HT{number:05}", "vector": vector(text)} | more)


def book(*tickets: PastTicket, company: str = COMPANY) -> RoutingBook:
    return RoutingBook(
        company=company,
        read_at=NOW,
        model="words",
        teams=(Option(id=1, name="Logistics"), Option(id=2, name="Accounts"), Option(id=3, name="Quality")),
        ticket_types=(Option(id=7, name="Complaint"),),
        tags=(Option(id=5, name="urgent customer"),),
        categories=(Option(id=9, name="Delivery"),),
        priorities=("0", "1", "2", "3"),
        tickets=tickets,
    )


LOGISTICS = [ticket(n, "the pallet", team="Logistics", category="Delivery", priority="2") for n in range(7)]
OTHERS = [ticket(90 + n, "the invoice", team="Accounts") for n in range(12)]


def route(seen: View, *tickets: PastTicket, policy: Policy | None = None, company: str = COMPANY) -> Routing:
    made = Router({company: book(*tickets, company=company)}, Words(), "1")
    return made.invoke(View(seen.case, seen.papers, seen.facts, seen.answers, policy=policy or Policy()))


def about(word: str, category: Category = Category.DELAY) -> View:
    return classified(view((Role.CUSTOMER, f"Where is the {word}?")), category)


def test_like_tickets_vote_and_are_counted() -> None:
    strays = [ticket(50 + n, "the pallet", team="Quality") for n in range(2)]
    found = route(about("pallet"), *LOGISTICS, *strays, *OTHERS)
    team = found.choice("team")
    assert team is not None
    assert (team.value, team.id, team.source, team.votes, team.of) == ("Logistics", 1, "history", 7, 9)
    assert team.why == "7 of 9 like tickets went to Logistics"
    assert team.like == ("HT00000", "HT00001", "HT00002", "HT00003")
    assert [found.choice("category"), found.choice("priority")] != [None, None]


def test_the_policy_comes_first() -> None:
    policy = Policy(
        version="p-3", routes={Category.DELAY: Route(team="quality", tags=("urgent customer",), priority="3")}
    )
    found = route(about("pallet"), *LOGISTICS, *OTHERS, policy=policy)
    assert found.choice("team") == Choice(
        slot="team", value="quality", id=3, source="policy", why="policy p-3 for delay"
    )
    assert found.choice("tag") == Choice(
        slot="tag", value="urgent customer", id=5, source="policy", why="policy p-3 for delay"
    )
    category = found.choice("category")
    assert category is not None
    assert category.source == "history", "what the policy leaves open comes from the company's tickets"


def test_the_policys_teams_are_routes_too() -> None:
    found = route(about("pallet"), *LOGISTICS, policy=Policy(teams={Category.DELAY: "Accounts"}))
    team = found.choice("team")
    assert team is not None
    assert (team.value, team.id, team.source) == ("Accounts", 2, "policy")


def test_a_split_vote_is_left_to_people_and_says_so() -> None:
    split = [ticket(n, "the pallet", team="Logistics" if n % 2 else "Quality") for n in range(9)]
    found = route(about("pallet"), *split, *OTHERS)
    assert found.choice("team") is None
    assert found.undecided == ("team: 5 of 9 like tickets went to Quality, 4 went to Logistics",)


def test_too_few_like_tickets_say_nothing() -> None:
    found = route(about("broken"), *LOGISTICS[:1], *OTHERS)
    assert found.choices == ()
    assert found.undecided == ("1 of 13 solved tickets are like this one: too few to go by",)


def test_without_a_book_or_an_exception_nothing_is_suggested() -> None:
    assert route(about("pallet"), *LOGISTICS, company="Another company").choices == ()
    nothing = route(about("pallet", Category.OTHER), *LOGISTICS)
    assert nothing.abstained is not None
    assert Router({}, None).invoke(about("pallet")).choices == ()


def test_each_company_goes_by_its_own_tickets() -> None:
    other = [ticket(n, "the pallet", team="Quality") for n in range(9)]
    router = Router({COMPANY: book(*LOGISTICS, *OTHERS), "B": book(*other, *OTHERS, company="B")}, Words(), "1")
    seen = about("pallet")
    theirs = View(seen.case.with_(company=Company(name="B")), (), (), seen.answers)
    ours, found = router.invoke(seen).choice("team"), router.invoke(theirs).choice("team")
    assert ours is not None
    assert found is not None
    assert (ours.value, found.value) == ("Logistics", "Quality")


def test_tags_need_half_of_the_like_tickets() -> None:
    tagged = [ticket(n, "the pallet", tags=("urgent customer",) if n < 5 else ()) for n in range(9)]
    tags = [one for one in route(about("pallet"), *tagged, *OTHERS).choices if one.slot == "tag"]
    assert [(tag.value, tag.id, tag.votes, tag.of) for tag in tags] == [("urgent customer", 5, 5, 9)]
    few = [ticket(n, "the pallet", tags=("urgent customer",) if n < 4 else ()) for n in range(9)]
    assert [one for one in route(about("pallet"), *few, *OTHERS).choices if one.slot == "tag"] == []


def test_a_draft_ticket_gets_only_what_odoo_has_under_an_id() -> None:
    def choice(slot: str, value: str, number: int | None) -> Choice:
        return Choice.model_validate({"slot": slot, "value": value, "id": number, "source": "policy", "why": "x"})

    found = Routing(
        by=Router({}, None).producer,
        choices=(
            choice("team", "Logistics", 1),
            choice("ticket_type", "Complaint", 7),
            choice("category", "Delivery", None),
            choice("tag", "new tag", None),
            choice("tag", "urgent customer", 5),
            choice("priority", "2", None),
        ),
    )
    assert ticket_values(found) == {"ticket_type_id": 7, "tag_ids": ("urgent customer",), "priority": "2"}
    assert ticket_values(None) == {}


def test_vectors_survive_the_book() -> None:
    numbers = LOGISTICS[0].numbers
    assert len(numbers) == len(WORDS)
    assert max(numbers) == 127
    near = Likeness(book(*LOGISTICS, *OTHERS)).nearest(np.array([1, 0, 0, 0], dtype=np.float32))
    assert {one.number for one, _ in near} == {one.number for one in LOGISTICS}


def test_a_book_acts_only_under_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "routing.json"
    known = book(*LOGISTICS).with_(model=model_of(mail_reader({})))
    digest = write_books(file, [known])
    assert read_books(file)[0] == [known]
    assert file.stat().st_mode & 0o077 == 0
    router = active_router({FILE_SETTING: str(file), HASH_SETTING: digest})
    assert router.acting["route:books"] == digest
    assert active_router({}).acting["route:books"] == "none"
    for wrong in ({FILE_SETTING: str(file)}, {FILE_SETTING: str(file), HASH_SETTING: "0" * 64}):
        with pytest.raises(ConfigurationError, match=HASH_SETTING):
            active_router(wrong)
    other = write_books(file, [book(*LOGISTICS)])
    with pytest.raises(ConfigurationError, match="was made with words"):
        active_router({FILE_SETTING: str(file), HASH_SETTING: other})
    file.write_text("[{}]")
    with pytest.raises(ConfigurationError, match="no routing books"):
        read_books(file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_books(tmp_path / "nothing.json")
