"""Recorded answers: the same request is answered alike without a server, and no other one is answered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel
from pydantic import BaseModel, SecretStr

from tests.fake_model_server import FakeModelServer, says, status
from triage.domain import Endpoint, Policy
from triage.errors import ConfigurationError, ModelUnavailable, ReplayMiss
from triage.models.catalogue import chat_model
from triage.models.chat import OpenAIChat
from triage.models.replay import recording, replaying
from triage.models.structured import Patience, ask, forget_ways

KEY = "sk-test-0123456789abcdef"
ASKED = [{"role": "system", "content": "Count."}, {"role": "user", "content": "How many boxes?"}]
GOOD = '{"count": 3}'


class Boxes(BaseModel):
    count: int


class Crates(BaseModel):
    count: int
    why: str


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        running.plan(says(GOOD))
        yield running
    forget_ways()


def chat(server: FakeModelServer, name: str = "desk", **more: object) -> OpenAIChat:
    endpoint = Endpoint(name=name, url=server.url, remote=name != "house")
    return OpenAIChat.model_validate({"endpoint": endpoint, "model": "small-1", "api_key": SecretStr(KEY)} | more)


def test_what_was_recorded_is_answered_again(server: FakeModelServer, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    first, recorded = ask(recording(chat(server), path), ASKED, Boxes)
    again, replayed = ask(chat_model(f"replay:{path}", Policy(), {}), ASKED, Boxes)
    assert again == first
    assert replayed.with_(usage=recorded.usage) == recorded
    assert len(server.requests) == 1


def test_nothing_secret_is_recorded(server: FakeModelServer, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    ask(recording(chat(server), path), ASKED, Boxes)
    text = path.read_text()
    assert KEY not in text
    assert "127.0.0.1" not in text


@pytest.mark.parametrize("lacks", [{"json_schema"}, {"responses"}, {"responses", "json_schema", "json_object", "tool"}])
def test_a_record_made_further_down_the_ladder_is_found(
    server: FakeModelServer, tmp_path: Path, lacks: set[str]
) -> None:
    path = tmp_path / "answers.jsonl"
    server.lacks = frozenset(lacks)
    _, recorded = ask(recording(chat(server), path), ASKED, Boxes)
    _, replayed = ask(replaying(path), ASKED, Boxes)
    assert replayed.rung == recorded.rung


def test_repair_turns_are_replayed(server: FakeModelServer, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    server.plan(says('{"count": "many"}'), says(GOOD))
    ask(recording(chat(server), path), ASKED, Boxes)
    answer, call = ask(replaying(path), ASKED, Boxes)
    assert (answer.count, call.attempts) == (3, 2)


def test_random_markers_make_no_difference(server: FakeModelServer, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"

    class Word(BaseModel):
        word: str

    server.plan(says('{"word": "saw data-11"}'))
    ask(recording(chat(server), path), [{"role": "user", "content": "<<<data-11"}], Word, volatile=("data-11",))
    answer, _ = ask(replaying(path), [{"role": "user", "content": "<<<data-22"}], Word, volatile=("data-22",))
    assert answer.word == "saw data-22"


class TestMiss:
    @pytest.fixture
    def path(self, server: FakeModelServer, tmp_path: Path) -> Path:
        path = tmp_path / "answers.jsonl"
        ask(recording(chat(server), path), ASKED, Boxes)
        forget_ways()
        return path

    def test_names_the_first_differing_words(self, path: Path) -> None:
        other = [ASKED[0], {"role": "user", "content": "How many pallets?"}]
        with pytest.raises(ReplayMiss, match=r"message 1 \(user\) at character 9: .*pallets.*boxes"):
            ask(replaying(path), other, Boxes)

    def test_names_another_form(self, path: Path) -> None:
        with pytest.raises(ReplayMiss, match="name: asked Crates, recorded Boxes"):
            ask(replaying(path), ASKED, Crates)

    def test_names_another_parameter(self, path: Path) -> None:
        model = replaying(path).model_copy(update={"parameters": {"temperature": 1.0}})
        model._entries.update(replaying(path)._entries)
        with pytest.raises(ReplayMiss, match="parameters"):
            ask(model, ASKED, Boxes)

    def test_empty_file(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.jsonl"
        path.touch()
        with pytest.raises(ReplayMiss, match="holds no answers"):
            ask(replaying(path), ASKED, Boxes)


class TestFile:
    def test_two_models_need_a_choice(self, server: FakeModelServer, tmp_path: Path) -> None:
        path = tmp_path / "answers.jsonl"
        ask(recording(chat(server), path), ASKED, Boxes)
        ask(recording(chat(server, "house"), path), ASKED, Boxes)
        with pytest.raises(ConfigurationError, match="desk:small-1, house:small-1"):
            replaying(path)
        chosen = chat_model(f"replay:{path}#house:small-1", Policy(), {})
        assert ask(chosen, ASKED, Boxes)[1].endpoint == "house"
        assert replaying(path, "house:small-1").endpoint.remote is False
        with pytest.raises(ConfigurationError, match="no answers of other:m"):
            replaying(path, "other:m")

    @pytest.mark.parametrize("line", ["{", '{"request": {}}', '{"text": "x"}'])
    def test_damage_is_named_with_its_line(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "answers.jsonl"
        path.write_text(f"\n{line}\n")
        with pytest.raises(ConfigurationError, match="line 2"):
            replaying(path)

    def test_binary_file(self, tmp_path: Path) -> None:
        path = tmp_path / "answers.jsonl"
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(ConfigurationError, match="cannot be read"):
            replaying(path)


def test_other_chat_models_can_be_recorded(tmp_path: Path) -> None:
    forget_ways()
    path = tmp_path / "answers.jsonl"
    ask(recording(FakeListChatModel(responses=[GOOD]), path), ASKED, Boxes)
    assert ask(replaying(path), ASKED, Boxes)[0].count == 3


def test_failures_are_not_recorded(server: FakeModelServer, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    server.plan(status(500))
    with pytest.raises(ModelUnavailable):
        ask(recording(chat(server), path), ASKED, Boxes, patience=Patience(attempts=1))
    assert not path.exists()
