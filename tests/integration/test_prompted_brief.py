"""The summarise prompt of version 2 against a model server: what is brought up to date, and a model that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fake_model_server import FakeModelServer, says
from triage.domain import (
    Before,
    Case,
    Company,
    Endpoint,
    Fact,
    Message,
    Policy,
    Promised,
    RecordRef,
    Role,
    Summary,
    View,
)
from triage.models.chat import OpenAIChat
from triage.models.structured import forget_ways
from triage.tasks.summarise.prompted import PromptedSummariser
from triage.verify.answers import verify
from triage.verify.numbers import unsupported

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
THREAD = (
    ("<1@x.example>", Role.CUSTOMER, "Where are the 40 bolts of S00042? Karin Lindqvist, 020 7946 0018"),
    ("<2@x.example>", Role.COLLEAGUE, "You will have them on 24 November."),
    ("<3@x.example>", Role.CUSTOMER, "Only 14 came. Send the other 26 by Friday."),
)


def view(before: Before | None = None, policy: Policy | None = None) -> View:
    case = Case(
        record=RecordRef(model="sale.order", id=42, name="S00042"),
        company=Company(name="Brandt & Mercer Supply B.V.", language="en"),
        captured_at=AT,
        messages=tuple(Message(id=id_, role=role, body=body) for id_, role, body in THREAD),
    )
    secret = Fact(name="credit.exposure", value=True, how="exposure 98765.43", confidential=True)
    return View(case, (), (secret,), before=before, policy=policy or Policy())


def answer(**changes: Any) -> str:
    return json.dumps(
        {
            "text": "14 of the 40 bolts of S00042 came; the customer wants the other 26 by Friday.",
            "key_points": ["26 are missing"],
            "asks": ["Send the other 26 by Friday"],
            "references": ["S00042"],
            "quotes": [{"source": "message:2", "text": "Only 14 came."}],
            "language": "en",
            "promised": [{"by": "us", "text": "You will have them on 24 November.", "source": "message:1"}],
            "questions": [],
            "next_step": "Find out what became of the rest.",
            "news": ["Only 14 came"],
        }
        | changes
    )


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        yield running


def ask(server: FakeModelServer, seen: View, said: str, **more: Any) -> Summary:
    server.plan(says(said))
    chat = OpenAIChat(endpoint=Endpoint(name="desk", url=server.url), model="small-1")
    return PromptedSummariser(chat, **more).invoke(seen)


def test_promises_questions_and_the_next_step_come_back_typed(server: FakeModelServer) -> None:
    found = verify(ask(server, view(), answer(questions=["Where are the 40 bolts?"])), view())
    assert found.promised == (
        Promised(by=Role.COLLEAGUE, text="You will have them on 24 November.", source="message:1"),
    )
    assert found.questions == ("Where are the 40 bolts?",)
    assert found.next_step == "Find out what became of the rest."
    assert (found.news, found.news_since, found.warnings) == ((), None, ())


def test_a_standing_card_is_told_to_the_model_through_the_border(server: FakeModelServer) -> None:
    before = Before(
        at=datetime(2026, 11, 22, 8, tzinfo=UTC),
        summary="Karin Lindqvist asks for 40 bolts of S00042, on 020 7946 0018.",
        key_points=("40 bolts",),
        heard=("<1@x.example>", "<2@x.example>"),
    )
    case = view().case
    named = replace(
        view(before), case=case.with_(messages=(case.messages[0].with_(author="Karin Lindqvist"), *case.messages[1:]))
    )
    found = ask(server, named, answer())
    asked = server.requests[0].text
    assert "earlier summary" in asked
    assert "New since then: message:2." in asked
    assert "Lindqvist" not in asked
    assert "7946" not in asked
    assert (found.news, found.news_since) == (("Only 14 came",), before.at)


def test_without_a_new_mail_the_news_of_before_stand(server: FakeModelServer) -> None:
    before = Before(
        at=AT,
        summary="x",
        heard=tuple(id_ for id_, _, _ in THREAD),
        facts=("credit.exposure",),
        news=("customer: Only 14 came.",),
        news_since=datetime(2026, 11, 21, tzinfo=UTC),
    )
    found = ask(server, view(before), answer(news=["something new"]))
    assert (found.news, found.news_since) == (before.news, before.news_since)


def test_what_a_misbehaving_model_invents_is_taken_out_everywhere_and_said(server: FakeModelServer) -> None:
    seen = view()
    said = answer(
        text="14 came. The exposure is 98765.43. A credit of 120.00 EUR was agreed for 3 December.",
        key_points=["26 are missing", "Invoice INV/2026/00999 is open", "777 pallets"],
        asks=["Send the other 26 by Friday", "Pay 55.10"],
        references=["S00042", "S00999"],
        quotes=[
            {"source": "message:2", "text": "We refuse delivery."},
            {"source": "message:9", "text": "Only 14 came."},
        ],
        promised=[
            {"by": "us", "text": "You will have them on 24 November.", "source": "message:1"},
            {"by": "us", "text": "We credit 500.00.", "source": "message:1"},
            {"by": "us", "text": "You will have them on 24 November.", "source": "message:7"},
        ],
        questions=["Is P00777 late?", "Only 14?"],
        next_step="Release the order. Transfer 250.00 to them.",
    )
    found = verify(ask(server, seen, said), seen)
    shown = [found.text, *found.key_points, *found.asks, *found.questions, found.next_step]
    shown += [one.text for one in found.promised]
    assert [text for text in shown if unsupported(text, seen)] == []
    assert found.text == "14 came."
    assert found.key_points == ("26 are missing",)
    assert found.asks == ("Send the other 26 by Friday",)
    assert found.references == ("S00042",)
    assert len(found.promised) == 1
    assert found.questions == ("Only 14?",)
    assert found.next_step == "Release the order."
    assert found.evidence == ()
    removed = [warning for warning in found.warnings if "removed" in warning]
    assert len(removed) >= 8
    assert [
        w for w in found.warnings if any(figure in w for figure in ("98765", "120", "999", "777", "500", "250"))
    ] == []


@pytest.mark.parametrize(("asked", "policy", "wanted"), [("fr", "es", "fr"), (None, "es", "es"), (None, None, "en")])
def test_the_readers_language_is_the_arguments_the_policys_or_the_companys(
    server: FakeModelServer, asked: str | None, policy: str | None, wanted: str
) -> None:
    found = ask(server, view(policy=Policy(language=policy)), answer(), language=asked)
    assert f"In the language `{wanted}`" in server.requests[0].text
    assert found.reader == wanted


def test_the_first_version_of_the_prompt_still_works(server: FakeModelServer) -> None:
    found = ask(server, view(), answer(), version=1)
    assert found.by.prompt == "summarise/1"
    assert (found.promised, found.next_step) == ((), "")
    assert "earlier summary" not in server.requests[0].text
