"""The reply prompt against a model server: what the model is told, what comes back, and a model that misbehaves."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.fake_model_server import FakeModelServer, says
from tests.unit.test_reply import classified, view
from triage.domain import Category, Endpoint, Reply, Role, View
from triage.errors import ModelInvalid
from triage.models.chat import OpenAIChat
from triage.models.structured import Patience, forget_ways
from triage.tasks.fallback import Fallback
from triage.tasks.reply.embedded import EmbeddedReplier
from triage.tasks.reply.prompted import PromptedReplier
from triage.verify.answers import verify


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        yield running


def replier(server: FakeModelServer) -> PromptedReplier:
    chat = OpenAIChat(endpoint=Endpoint(name="desk", url=server.url), model="small-1")
    return PromptedReplier(chat, patience=Patience(attempts=1))


def ask(server: FakeModelServer, seen: View, text: str) -> Reply:
    server.plan(says(json.dumps({"text": text, "language": "en"})))
    return replier(server).invoke(seen)


def test_the_model_is_told_only_what_the_reader_may_know(server: FakeModelServer) -> None:
    ask(server, classified(view(), Category.DELAY, "late", language="de"), "Guten Tag")
    asked = server.requests[0].text
    assert "in the language `de`" in asked
    assert "delay / late" in asked
    for secret in ("98765", "Rivalen", "S00077", "P00031", "Nordschrauben", "7.10", "5 %", "12.5"):
        assert secret not in asked
    assert "promise.original = 2026-11-13" in asked


def test_an_answer_becomes_a_draft_with_its_blanks(server: FakeModelServer) -> None:
    seen = classified(view(), Category.DELAY, "late")
    text = "Hello,\n\nS00042 was promised for 13 November. You will have it on [datum].\n\nKind regards\n[naam]"
    reply = verify(ask(server, seen, text), seen)
    assert (reply.text, reply.language, reply.to) == (text, "en", Role.CUSTOMER)
    assert reply.blanks == ("datum", "naam")
    assert (reply.by.prompt, reply.warnings) == ("reply/1", ())


def test_a_misbehaving_model_promises_and_reveals_nothing(server: FakeModelServer) -> None:
    seen = classified(view(), Category.DELAY, "late")
    text = (
        "Hello,\n\nWe credit you 250.00 EUR. You will have it on 5 December. Rivalen GmbH is served first. "
        "Your exposure is 98,765.43. Pay at https://elsewhere.example/now. S00042 is late.\n\nKind regards"
    )
    reply = verify(ask(server, seen, text), seen)
    assert reply.text == "Hello,\n\nS00042 is late.\n\nKind regards"
    assert any("removed" in warning for warning in reply.warnings)


def test_nobody_to_answer_asks_nobody(server: FakeModelServer) -> None:
    assert replier(server).invoke(view(role=Role.COLLEAGUE)).abstained is not None
    assert server.requests == []


def test_without_a_usable_answer_the_embedded_draft_stands_in(server: FakeModelServer) -> None:
    seen = classified(view(), Category.CREDIT)
    server.plan(says(json.dumps({"text": "", "language": "en"})))
    with pytest.raises(ModelInvalid):
        replier(server).invoke(seen)
    server.plan(says(json.dumps({"text": "", "language": "en"})))
    reply = Fallback[View, Reply](replier(server), EmbeddedReplier()).invoke(seen)
    assert reply.text == EmbeddedReplier().invoke(seen).text
    assert reply.warnings[0].startswith("answered by reply-1 because")
