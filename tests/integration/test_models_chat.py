"""The OpenAI transport and the ladder, against a server on loopback that also misbehaves."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import HumanMessage
from pydantic import BaseModel, Field, SecretStr

from tests.fake_model_server import (
    FakeModelServer,
    breaks_off,
    compresses,
    drips,
    floods,
    hangs,
    page,
    redirects,
    refuses,
    says,
    status,
)
from triage.domain import Endpoint
from triage.errors import ModelError, ModelInvalid, ModelRefused, ModelUnavailable
from triage.models.chat import OpenAIChat
from triage.models.structured import Patience, ask, forget_ways

KEY = "sk-test-0123456789abcdef"
QUICK = Patience(attempts=3, seconds=20, wait_initial=0.0, wait_max=0.01, wait_jitter=0.0)
ASKED = [{"role": "system", "content": "Count."}, {"role": "user", "content": "How many boxes?"}]


class Boxes(BaseModel):
    count: int = Field(ge=0, le=1000)
    why: str


GOOD = '{"count": 3, "why": "three were counted"}'


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        yield running


def chat(server: FakeModelServer, timeout: float = 10.0, **more: object) -> OpenAIChat:
    endpoint = Endpoint(name="desk", url=server.url, timeout_seconds=timeout)
    return OpenAIChat.model_validate(
        {"endpoint": endpoint, "model": "small-1", "api_key": SecretStr(KEY), "key_setting": "DESK_API_KEY"} | more
    )


def failure(server: FakeModelServer, kind: type[ModelError], timeout: float = 10.0, **more: object) -> ModelError:
    with pytest.raises(kind) as caught:
        ask(chat(server, timeout, **more), ASKED, Boxes, patience=QUICK)
    error = caught.value
    shown = f"{error!s} {error!r} {error.__cause__!r} {error.__context__!r} {error.calls!r}"
    assert KEY not in shown
    assert KEY[3:] not in shown
    assert len(error.calls) == 1
    assert error.calls[0].sent[1]["content"] == "How many boxes?"
    return error


class TestGoodAnswer:
    def test_asks_the_responses_api_strictly_and_keeps_nothing(self, server: FakeModelServer) -> None:
        server.plan(says(GOOD))
        answer, call = ask(chat(server), ASKED, Boxes)
        assert answer == Boxes(count=3, why="three were counted")
        (asked,) = server.requests
        assert asked.path == "/v1/responses"
        assert asked.body["store"] is False
        assert asked.body["text"]["format"]["strict"] is True
        assert asked.body["text"]["format"]["schema"]["additionalProperties"] is False
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert (call.endpoint, call.model, call.rung, call.attempts) == ("desk", "small-1", "json_schema", 1)
        assert (call.usage.input_tokens, call.usage.output_tokens) == (11, 7)
        assert call.received == GOOD

    def test_records_what_was_sent(self, server: FakeModelServer) -> None:
        server.plan(says(GOOD))
        _, call = ask(chat(server), ASKED, Boxes, replaced={"email": 2})
        assert list(call.sent) == server.requests[0].body["input"]
        assert call.replaced == {"email": 2}

    def test_takes_nothing_from_the_environment(self, server: FakeModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-house")
        monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-of-the-admin")
        monkeypatch.setenv("OPENAI_ORG_ID", "org-x")
        monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-x")
        server.plan(says(GOOD))
        ask(chat(server, api_key=None), ASKED, Boxes)
        headers = server.requests[0].headers
        assert not {"authorization", "openai-organization", "openai-project"} & headers.keys()
        assert "another-house" not in str(headers)
        assert "admin" not in str(headers)

    def test_speaks_langchain(self, server: FakeModelServer) -> None:
        server.plan(says("three"))
        message = chat(server).invoke([HumanMessage("How many?")])
        assert message.text == "three"
        assert message.usage_metadata is not None
        assert message.usage_metadata["total_tokens"] == 18

    @pytest.mark.parametrize("kind", ["text/plain", "application/octet-stream"])
    def test_wrong_content_type_of_a_good_answer_does_no_harm(self, server: FakeModelServer, kind: str) -> None:
        server.plan(says(GOOD, kind=kind))
        assert ask(chat(server), ASKED, Boxes)[0].count == 3

    def test_no_usage_is_counted_as_zero(self, server: FakeModelServer) -> None:
        server.plan(says(GOOD, usage=False))
        _, call = ask(chat(server), ASKED, Boxes)
        assert (call.usage.input_tokens, call.usage.output_tokens) == (0, 0)
        assert call.usage.seconds > 0

    def test_key_is_shown_nowhere(self, server: FakeModelServer) -> None:
        model = chat(server)
        assert KEY not in repr(model) + str(model) + model.model_dump_json() + repr(model.model_dump())


class TestLadder:
    @pytest.mark.parametrize(
        ("lacks", "path", "rung", "requests"),
        [
            ({"json_schema"}, "/v1/responses", "json_object", 2),
            ({"json_schema", "json_object"}, "/v1/responses", "tool", 3),
            ({"json_schema", "json_object", "tool"}, "/v1/responses", "text", 4),
            ({"responses"}, "/v1/chat/completions", "json_schema", 2),
            ({"responses", "json_schema"}, "/v1/chat/completions", "json_object", 3),
            ({"responses", "json_schema", "json_object"}, "/v1/chat/completions", "tool", 4),
            ({"responses", "json_schema", "json_object", "tool"}, "/v1/chat/completions", "text", 5),
        ],
    )
    def test_falls_to_what_the_server_knows_and_remembers_it(
        self, server: FakeModelServer, lacks: set[str], path: str, rung: str, requests: int
    ) -> None:
        server.lacks = frozenset(lacks)
        server.plan(says(GOOD))
        answer, call = ask(chat(server), ASKED, Boxes)
        assert answer.count == 3
        assert (call.rung, call.attempts, server.requests[-1].path) == (rung, requests, path)
        _, again = ask(chat(server), ASKED, Boxes)
        assert (again.rung, again.attempts) == (rung, 1)

    @pytest.mark.parametrize("lacks", [{"json_schema"}, {"json_schema", "json_object", "tool"}])
    def test_without_a_schema_parameter_the_prompt_carries_it(self, server: FakeModelServer, lacks: set[str]) -> None:
        server.lacks = frozenset(lacks)
        server.plan(says(GOOD))
        _, call = ask(chat(server), ASKED, Boxes)
        assert '"count"' in call.sent[0]["content"]
        assert call.sent[1] == ASKED[1]

    def test_forced_tool_is_named(self, server: FakeModelServer) -> None:
        server.lacks = frozenset({"responses", "json_schema", "json_object"})
        server.plan(says(GOOD))
        ask(chat(server), ASKED, Boxes)
        assert server.requests[-1].body["tool_choice"] == {"type": "function", "function": {"name": "Boxes"}}

    def test_server_without_either_interface_is_refused_with_the_setting(self, server: FakeModelServer) -> None:
        server.lacks = frozenset({"responses", "chat"})
        server.plan(says(GOOD))
        assert "url" in str(failure(server, ModelRefused))

    def test_server_that_ignores_the_form_is_asked_otherwise_next_time(self, server: FakeModelServer) -> None:
        server.plan(says("There are three."), says(GOOD))
        _, first = ask(chat(server), ASKED, Boxes)
        assert '"count"' in first.sent[-1]["content"], "the repair turn carries the schema that was ignored"
        _, second = ask(chat(server), ASKED, Boxes)
        assert second.rung == "json_object"

    @pytest.mark.parametrize("code", [429, 500, 503])
    def test_busy_or_broken_server_stays_on_its_rung(self, server: FakeModelServer, code: int) -> None:
        server.plan(status(code, {"Retry-After": "0"}, message="json_schema backend is busy"))
        assert failure(server, ModelUnavailable).calls[0].rung == "json_schema"

    def test_other_chat_models_are_asked_by_text(self) -> None:
        answer, call = ask(FakeListChatModel(responses=[f"Here it is:\n```json\n{GOOD}\n```"]), ASKED, Boxes)
        assert answer.count == 3
        assert (call.endpoint, call.rung) == ("langchain", "text")

    def test_other_chat_models_are_not_traced_to_a_service(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from langchain_core.callbacks import CallbackManager

        monkeypatch.setenv("LANGSMITH_TRACING", "true")
        monkeypatch.setenv("LANGSMITH_API_KEY", "none")
        handlers: list[object] = []
        configured = CallbackManager.configure

        def watch(*args: object, **kwargs: object) -> CallbackManager:
            manager = configured(*args, **kwargs)  # type: ignore[arg-type]
            handlers.extend(manager.handlers)
            return manager

        monkeypatch.setattr(CallbackManager, "configure", watch)
        ask(FakeListChatModel(responses=[GOOD]), ASKED, Boxes)
        assert handlers == []


class TestRepair:
    @pytest.mark.parametrize(
        "bad",
        ['{"count": 3, "why": "thr', '{"count": -4, "why": "nonsense"}', '{"count": "many"}', "[]", "", "three"],
        ids=["truncated", "nonsense", "incomplete", "a list", "empty", "prose"],
    )
    def test_one_repair_turn_says_what_is_wrong(self, server: FakeModelServer, bad: str) -> None:
        server.plan(says(bad), says(GOOD))
        answer, call = ask(chat(server), ASKED, Boxes)
        assert answer.count == 3
        assert call.attempts == 2
        assert [turn["role"] for turn in call.sent] == ["system", "user", "assistant", "user"]
        assert call.usage.output_tokens == 14

    def test_repair_names_the_field(self, server: FakeModelServer) -> None:
        server.plan(says('{"count": -4, "why": "nonsense"}'), says(GOOD))
        _, call = ask(chat(server), ASKED, Boxes)
        assert "count: Input should be greater than or equal to 0" in call.sent[-1]["content"]

    def test_cut_answer_is_asked_to_be_shorter(self, server: FakeModelServer) -> None:
        server.plan(says('{"count": 3, "why": "a long', cut=True), says(GOOD))
        _, call = ask(chat(server), ASKED, Boxes)
        assert "cut off" in call.sent[-1]["content"]

    def test_second_bad_answer_is_the_end(self, server: FakeModelServer) -> None:
        server.plan(says('{"count": -4, "why": "nonsense"}'))
        error = failure_without_user_turn(server)
        assert error.calls[0].attempts == 2
        assert error.calls[0].received == '{"count": -4, "why": "nonsense"}'

    @pytest.mark.parametrize(
        "around", ["<think>{not this}</think>\n{}", "Sure:\n```json\n{}\n```\nDone.", "It is {} ."]
    )
    def test_answer_is_found_in_what_surrounds_it(self, server: FakeModelServer, around: str) -> None:
        server.plan(says(around.replace("{}", GOOD)))
        answer, call = ask(chat(server), ASKED, Boxes)
        assert (answer.count, call.attempts) == (3, 1)

    def test_deeply_nested_answer_is_only_invalid(self, server: FakeModelServer) -> None:
        server.plan(says('{"a":' * 20_000))
        failure_without_user_turn(server)


def failure_without_user_turn(server: FakeModelServer) -> ModelError:
    with pytest.raises(ModelInvalid) as caught:
        ask(chat(server), ASKED, Boxes, patience=QUICK)
    return caught.value


class TestRecovery:
    @pytest.mark.parametrize(
        "trouble",
        [
            status(429, {"Retry-After": "0"}, message="slow down"),
            status(500, message="oops"),
            status(529, message="overloaded"),
            page(502),
            breaks_off(),
        ],
        ids=["429", "500", "529", "html 502", "reset"],
    )
    def test_passing_trouble_is_waited_out(self, server: FakeModelServer, trouble: object) -> None:
        server.plan(trouble, trouble, says(GOOD))  # type: ignore[arg-type]
        answer, call = ask(chat(server), ASKED, Boxes, patience=QUICK)
        assert (answer.count, call.attempts, len(server.requests)) == (3, 3, 3)

    def test_hang_is_waited_out(self, server: FakeModelServer) -> None:
        server.plan(hangs(), hangs(in_body=True), says(GOOD))
        _, call = ask(chat(server, timeout=0.3), ASKED, Boxes, patience=QUICK)
        assert call.attempts == 3

    def test_retry_after_is_waited_for(self, server: FakeModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        waited: list[float] = []
        monkeypatch.setattr("tenacity.nap.time.sleep", waited.append)
        server.plan(status(429, {"Retry-After": "7"}), says(GOOD))
        ask(chat(server), ASKED, Boxes, patience=QUICK)
        assert waited == [7.0]

    def test_long_retry_after_is_left_to_the_caller(self, server: FakeModelServer) -> None:
        server.plan(status(429, {"Retry-After": "3600"}))
        error = failure(server, ModelUnavailable)
        assert isinstance(error, ModelUnavailable)
        assert error.retry_after == 3600
        assert error.calls[0].attempts == 1

    def test_retry_after_may_be_a_date(self, server: FakeModelServer) -> None:
        server.plan(status(503, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}))
        error = failure(server, ModelUnavailable)
        assert isinstance(error, ModelUnavailable)
        assert error.retry_after is not None
        assert error.retry_after > 1_000_000


class TestFailure:
    def test_lasting_trouble_ends_after_few_attempts(self, server: FakeModelServer) -> None:
        server.plan(status(500, message="oops"))
        error = failure(server, ModelUnavailable)
        assert error.calls[0].attempts == 3
        assert len(server.requests) == 3

    @pytest.mark.parametrize("in_body", [False, True])
    def test_hang_ends_in_time(self, server: FakeModelServer, in_body: bool) -> None:
        server.plan(hangs(in_body=in_body))
        assert "within 0.2 s" in str(failure(server, ModelUnavailable, timeout=0.2))

    def test_drip_ends_in_time(self, server: FakeModelServer) -> None:
        server.plan(drips(GOOD, 0.05))
        assert "within 0.4 s" in str(failure(server, ModelUnavailable, timeout=0.4))

    def test_nobody_listens(self, server: FakeModelServer) -> None:
        endpoint = Endpoint(name="desk", url="http://127.0.0.1:9/v1", timeout_seconds=1)
        with pytest.raises(ModelUnavailable, match="cannot be reached"):
            ask(OpenAIChat(endpoint=endpoint, model="m"), ASKED, Boxes, patience=QUICK)

    @pytest.mark.parametrize("code", [401, 403])
    def test_key_that_is_not_accepted_names_its_setting(self, server: FakeModelServer, code: int) -> None:
        server.plan(status(code, message=f"Incorrect API key provided: {KEY}; also Bearer {KEY} and sk-test-01*****ef"))
        told = str(failure(server, ModelRefused))
        assert "DESK_API_KEY" in told
        assert len(server.requests) == 1

    def test_refusal(self, server: FakeModelServer) -> None:
        server.plan(refuses("I would rather not."))
        assert "I would rather not." in str(failure(server, ModelRefused))
        assert len(server.requests) == 1

    def test_refusal_by_chat_completions(self, server: FakeModelServer) -> None:
        server.lacks = frozenset({"responses"})
        server.plan(refuses("I would rather not."))
        assert "I would rather not." in str(failure(server, ModelRefused))

    def test_unknown_model_is_named(self, server: FakeModelServer) -> None:
        server.plan(status(404, message="The model `small-1` does not exist"))
        assert "'small-1'" in str(failure(server, ModelRefused))
        assert len(server.requests) == 1

    def test_request_that_is_too_long_is_refused_at_once(self, server: FakeModelServer) -> None:
        server.plan(status(400, message="maximum context length exceeded"))
        assert "context length" in str(failure(server, ModelRefused))
        assert len(server.requests) == 1

    def test_redirect_is_not_followed(self, server: FakeModelServer) -> None:
        server.plan(redirects(f"{server.url}/elsewhere"))
        assert "not followed" in str(failure(server, ModelRefused))
        assert len(server.requests) == 1

    def test_html_is_no_answer(self, server: FakeModelServer) -> None:
        server.plan(page(200))
        assert "HTML" in str(failure(server, ModelInvalid))

    def test_compressed_answer_is_not_unpacked(self, server: FakeModelServer) -> None:
        server.plan(compresses(GOOD))
        assert "compressed" in str(failure(server, ModelInvalid))

    def test_enormous_answer_is_cut_off_and_memory_stays_flat(self, server: FakeModelServer) -> None:
        server.plan(floods(200_000_000))
        tracemalloc.start()
        try:
            told = str(failure(server, ModelInvalid, max_answer_bytes=1_000_000))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert "1,000,000 bytes" in told
        assert peak < 12_000_000
        assert server.sent_bytes < 100_000_000

    def test_enormous_error_is_cut_off(self, server: FakeModelServer) -> None:
        server.plan(status(500, message="x" * 2_000_000))
        failure(server, ModelInvalid, max_answer_bytes=100_000)


def test_strict_schema_reaches_the_server_whole(server: FakeModelServer) -> None:
    server.plan(says(GOOD))
    ask(chat(server), ASKED, Boxes)
    schema = server.requests[0].body["text"]["format"]["schema"]
    assert json.loads(json.dumps(schema)) == {
        "type": "object",
        "properties": {"count": {"type": "integer"}, "why": {"type": "string"}},
        "required": ["count", "why"],
        "additionalProperties": False,
    }
