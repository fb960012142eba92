"""Which model a specification means, and what is said where it means none."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.domain import Endpoint, Policy
from triage.errors import ConfigurationError
from triage.models.catalogue import DEFAULT_ADDRESS, chat_model
from triage.models.chat import OpenAIChat

HOUSE = Endpoint(name="in-house", url="http://models.brandt-mercer.example:8000/v1", remote=False)
CLOUD = Endpoint(name="cloud", url="https://api.models.example/v1", region="EU", timeout_seconds=12)
POLICY = Policy(endpoints=(HOUSE, CLOUD))


def made(spec: str, policy: Policy = POLICY, **environment: str) -> OpenAIChat:
    model = chat_model(spec, policy, environment)
    assert isinstance(model, OpenAIChat)
    return model


def key_of(model: OpenAIChat) -> str | None:
    return model.api_key.get_secret_value() if model.api_key else None


def test_endpoint_of_the_policy() -> None:
    model = made("cloud:mid-2", CLOUD_API_KEY="k-1")
    assert (model.endpoint, model.model, key_of(model), model.key_setting) == (CLOUD, "mid-2", "k-1", "CLOUD_API_KEY")


def test_names_of_models_may_hold_colons() -> None:
    assert made("in-house:llama3:8b").model == "llama3:8b"


def test_endpoint_in_the_house_needs_no_key_and_takes_its_own_only() -> None:
    assert key_of(made("in-house:m", OPENAI_API_KEY="k-other")) is None
    assert key_of(made("in-house:m", IN_HOUSE_API_KEY="k-own")) == "k-own"


def test_openai_where_the_policy_lists_nothing() -> None:
    model = made("openai:big", Policy(), OPENAI_API_KEY="k-1")
    assert (model.endpoint.url, model.endpoint.remote) == (DEFAULT_ADDRESS, True)
    assert made("openai:big", Policy(), OPENAI_API_KEY="k", OPENAI_BASE_URL="https://x.example/v1").endpoint.url == (
        "https://x.example/v1"
    )


def test_key_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k-file\n")
    assert key_of(made("cloud:m", CLOUD_API_KEY_FILE=str(file))) == "k-file"


@pytest.mark.parametrize(
    ("spec", "policy", "environment", "told"),
    [
        ("gpt", POLICY, {}, "ENDPOINT:NAME"),
        ("cloud:", POLICY, {}, "ENDPOINT:NAME"),
        (":m", POLICY, {}, "ENDPOINT:NAME"),
        ("openai:m", POLICY, {"OPENAI_API_KEY": "k"}, "cloud, in-house"),
        ("elsewhere:m", Policy(), {}, "lists no endpoints"),
        ("cloud:m", POLICY, {}, "Set CLOUD_API_KEY, or CLOUD_API_KEY_FILE"),
        ("openai:m", Policy(), {}, "Set OPENAI_API_KEY"),
        ("cloud:m", POLICY, {"CLOUD_API_KEY_FILE": "no-such-file"}, "no-such-file cannot be read"),
        ("cloud:m", POLICY, {"CLOUD_API_KEY": "two words"}, "Copy the key again"),
        ("cloud:m", POLICY, {"CLOUD_API_KEY": "k…"}, "Copy the key again"),
        ("openai:m", Policy(), {"OPENAI_BASE_URL": "http://x.example/v1", "OPENAI_API_KEY": "k"}, "not encrypted"),
        ("openai:m", Policy(), {"OPENAI_BASE_URL": "x.example", "OPENAI_API_KEY": "k"}, "no http or https address"),
        ("replay:no-such-file", Policy(), {}, "no-such-file"),
    ],
)
def test_what_is_missing_is_said_with_its_remedy(
    spec: str, policy: Policy, environment: dict[str, str], told: str
) -> None:
    with pytest.raises(ConfigurationError, match=told) as caught:
        chat_model(spec, policy, environment)
    assert not any(secret in str(caught.value) for secret in ("two words", "k…"))


def test_empty_key_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("\n")
    with pytest.raises(ConfigurationError, match="is empty"):
        made("cloud:m", CLOUD_API_KEY_FILE=str(file))
