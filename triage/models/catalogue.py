"""Which chat model a specification means: `openai:NAME`, `ENDPOINT:NAME`, `replay:FILE`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from triage.domain.policy import Endpoint, Policy
from triage.errors import ConfigurationError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_ADDRESS = "https://api.openai.com/v1"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def chat_model(spec: str, policy: Policy, environment: Mapping[str, str]) -> BaseChatModel:
    """The chat model that `spec` names.

    - `ENDPOINT:NAME`: the model NAME on an endpoint that the policy lists; its key is in `<ENDPOINT>_API_KEY`, or in
      the file that `<ENDPOINT>_API_KEY_FILE` names. A remote endpoint needs one.
    - `openai:NAME`: the same; where the policy lists no endpoints at all, `OPENAI_BASE_URL` or OpenAI's own address.
    - `replay:FILE`: answers from a recorded file, `replay:FILE#ENDPOINT:MODEL` where it holds several models'.

    Raises `ConfigurationError` that says what to set.
    """
    kind, colon, name = spec.partition(":")
    if not colon or not kind or not name.strip():
        raise ConfigurationError(f"model {spec!r}: write it as ENDPOINT:NAME (for example openai:NAME) or replay:FILE.")
    if kind == "replay":
        return _replay(name)
    endpoint = _endpoint(kind, policy, environment)
    _refuse_open_line(endpoint)
    return _on(endpoint, name.strip(), environment)


def _replay(name: str) -> BaseChatModel:
    from triage.models.replay import replaying

    file, _, which = name.partition("#")
    return replaying(Path(file), which or None)


def _on(endpoint: Endpoint, name: str, environment: Mapping[str, str]) -> BaseChatModel:
    from pydantic import SecretStr

    from triage.models.chat import OpenAIChat

    setting = key_setting(endpoint.name)
    key = _key(setting, environment)
    if key is None and endpoint.remote:
        raise ConfigurationError(
            f"endpoint {endpoint.name}: no key. Set {setting}, or {setting}_FILE to a file that holds it."
        )
    secret = None if key is None else SecretStr(key)
    return OpenAIChat(endpoint=endpoint, model=name, api_key=secret, key_setting=setting)


def key_setting(endpoint: str) -> str:
    """The variable that holds an endpoint's key; with `_FILE` behind it, the one that names a file with it."""
    return re.sub(r"\W", "_", endpoint).upper() + "_API_KEY"


def key_of(endpoint: str, environment: Mapping[str, str]) -> str | None:
    """An endpoint's key, if it has one. Raises `ConfigurationError` where it cannot be read."""
    return _key(key_setting(endpoint), environment)


def _endpoint(name: str, policy: Policy, environment: Mapping[str, str]) -> Endpoint:
    listed = {endpoint.name: endpoint for endpoint in policy.endpoints}
    if name in listed:
        return listed[name]
    if listed:
        raise ConfigurationError(
            f"endpoint {name!r}: the policy lists only {', '.join(sorted(listed))}. What is not listed is not called."
        )
    if name != "openai":
        raise ConfigurationError(f"endpoint {name!r}: the policy lists no endpoints. List it there, with its url.")
    return Endpoint(name="openai", url=environment.get("OPENAI_BASE_URL", "").strip() or DEFAULT_ADDRESS)


def _refuse_open_line(endpoint: Endpoint) -> None:
    address = urlsplit(endpoint.url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ConfigurationError(
            f"endpoint {endpoint.name}: its url is no http or https address. Write it as https://HOST/v1."
        )
    if address.scheme == "http" and endpoint.remote and address.hostname not in _LOOPBACK:
        raise ConfigurationError(
            f"endpoint {endpoint.name}: http://{address.hostname} is not encrypted. Use https, or set remote: false if "
            "the server stands in the house."
        )


def _key(setting: str, environment: Mapping[str, str]) -> str | None:
    key = environment.get(setting, "").strip()
    if not key and (file := environment.get(f"{setting}_FILE", "").strip()):
        try:
            key = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{setting}_FILE: {file} cannot be read ({type(error).__name__}).") from error
        if not key:
            raise ConfigurationError(f"{setting}_FILE: {file} is empty. Put the key into it.")
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigurationError(f"{setting}: holds characters that no key has. Copy the key again.")
    return key or None
