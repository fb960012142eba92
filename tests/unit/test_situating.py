"""Where a card's case stands, for figures: site, customer segment, channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service.review.figure_pages import as_csv
from service.review.figures import Figures
from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, event, proposal, ref
from triage.cards.situating import Situation, situation
from triage.domain import Case, Category, Company, Document, Message, MessageKind, Order, Partner, Policy, Role
from triage.storage import queue

KEY = Policy.model_validate({"segments": {"key": {"classes": ["a", "KEY"]}, "DACH": {"countries": ["DE", "at"]}}})
REST = Policy.model_validate({"segments": {"DACH": {"countries": ["DE"]}, "others": {}}})


def case(**more: Any) -> Case:
    return Case(record=ORDER, company=Company(name=COMPANY), captured_at=NOW, **more)


def customer(customer_class: str | None = None, country: str | None = None, role: Role = Role.CUSTOMER) -> Partner:
    return Partner(name="P", role=role, customer_class=customer_class, country=country)


def order(**more: Any) -> Order:
    return Order(ref=ORDER, state="sale", currency="EUR", **more)


def said(role: Role, kind: MessageKind = MessageKind.MESSAGE) -> Message:
    return Message(id="1", role=role, kind=kind, body="where is it?")


@pytest.mark.parametrize(
    ("partner", "policy", "segment"),
    [
        (customer("B"), Policy(), "B"),
        (customer(None, "DE"), Policy(), ""),
        (customer("A", "DE"), KEY, "key"),
        (customer("B", "AT"), KEY, "DACH"),
        (customer("B", "NL"), KEY, ""),
        (customer("B", "NL"), REST, "others"),
        (customer("A", role=Role.SUPPLIER), Policy(), ""),
        (None, REST, ""),
    ],
)
def test_the_segment_is_the_first_that_fits(partner: Partner | None, policy: Policy, segment: str) -> None:
    assert situation(case(partner=partner), "file", policy).segment == segment


@pytest.mark.parametrize(
    ("given", "source", "channel"),
    [
        ({"messages": (said(Role.CUSTOMER),), "order": order(channel="edi")}, "odoo.hook", "mail"),
        ({"messages": (said(Role.COLLEAGUE),)}, "odoo.sweep", "sweep"),
        ({"messages": (said(Role.CUSTOMER, MessageKind.AUTO_REPLY),)}, "odoo.hook", "hook"),
        ({"documents": (Document(name="o.XML", media_type="text/plain", content=b"<a/>"),)}, "signed", "edi"),
        ({"order": order(channel=" Phone ")}, "odoo.hook", "phone"),
        ({"order": order()}, "api:shop", "api"),
    ],
)
def test_the_channel_is_how_the_matter_came(given: dict[str, Any], source: str, channel: str) -> None:
    assert situation(case(**given), source, Policy()).channel == channel


def test_figures_count_by_it_and_the_first_channel_stays(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        for number, at in enumerate([Situation("Venlo", "key", "mail"), Situation("Venlo", "", "sweep"), Situation()]):
            happened = event(f"e{number}", ref(number))
            opened.journal.of(happened)
            opened.cards.put(proposal(Category.STOCK, record=ref(number)), happened.key, at)
        again = event("again", ref(0))
        opened.journal.of(again)
        changed = proposal(Category.STOCK, record=ref(0), summary="another one")
        card = opened.cards.put(changed, again.key, Situation("Ulm", "key", "sweep"))
        opened.cards.save(card, card.revision)
        found = {table.name: table for table in Figures(lambda: opened.journal, opened.clock).tables(None, 4)}
        assert {row.values[:2] for row in found["site"].rows} == {("Ulm", 1), ("Venlo", 1), ("", 1)}
        assert {row.values[:2] for row in found["channel"].rows} == {("mail", 1), ("sweep", 1), ("", 1)}
        assert {row.values[:2] for row in found["segment"].rows} == {("key", 1), ("", 2)}
        assert "channel,cards,waiting,note" in as_csv(found["channel"])
        assert queue.disagreeing(opened.database) == []
