"""What an endpoint's failure means: one of our errors, in words that name the setting and never the key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import openai

from triage.errors import ModelError, ModelInvalid, ModelRefused, ModelUnavailable, NotSupported
from triage.models.chat_form import Api
from triage.models.chat_transport import Encoded, TooLarge

FAILURES: tuple[type[Exception], ...] = (openai.OpenAIError, TooLarge, Encoded)
"""What asking an endpoint may raise."""

_BUSY = frozenset({408, 409, 425, 429})
_ABOUT_FORMAT = re.compile(
    r"response_?format|text\.format|json_?schema|json_?object|json mode|structured.?output|guided|grammar"
    r"|tool_?choice|\btools?\b|function.?call|\bstrict\b",
    re.IGNORECASE,
)
_ABOUT_MODEL = re.compile(r"\bmodel\b|deployment", re.IGNORECASE)
_LOOKS_LIKE_KEY = re.compile(r"\b(?:sk|pk|key|gsk|xai)[-_][\w*.\-]{6,}|Bearer\s+\S+", re.IGNORECASE)
_ABOUT_RESPONSES = re.compile(r"/responses\b|responses api", re.IGNORECASE)
_SHOWN = 200


@dataclass(frozen=True)
class Asked:
    """Whom was asked, for what a message must name."""

    endpoint: str
    model: str
    api: Api
    timeout_seconds: float
    max_bytes: int
    key_setting: str
    secret: str

    def failure(self, error: Exception) -> ModelError:
        """Our error for one of `FAILURES`."""
        if isinstance(error, openai.APIStatusError):
            return self._status(error)
        if isinstance(error, openai.APITimeoutError):
            return ModelUnavailable(
                f"{self.endpoint}: no complete answer within {self.timeout_seconds:g} s. Try later, or raise the "
                "endpoint's timeout_seconds in the policy."
            )
        if isinstance(error, openai.APIConnectionError):
            cause = type(error.__cause__).__name__ if error.__cause__ else "no connection"
            return ModelUnavailable(
                f"{self.endpoint}: cannot be reached, or broke off ({cause}). Check the endpoint's url and the network."
            )
        if isinstance(error, TooLarge):
            return ModelInvalid(f"{self.endpoint}: the answer is larger than {self.max_bytes:,} bytes and was cut off.")
        if isinstance(error, Encoded):
            return ModelInvalid(
                f"{self.endpoint}: the answer is compressed although plain text was asked for. Turn compression off "
                "on the endpoint or the proxy before it."
            )
        return ModelRefused(f"{self.endpoint}: {self.clean(str(error))}")

    def clean(self, text: str) -> str:
        """A server's words, short, on one line and without anything that looks like a key."""
        if self.secret:
            text = text.replace(self.secret, "***")
        text = " ".join(_LOOKS_LIKE_KEY.sub("***", text).split())
        return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

    def _status(self, error: openai.APIStatusError) -> ModelError:
        status, words = error.status_code, self.clean(_words(error))
        told = f"{self.endpoint}: HTTP {status}" + (f" ({words})" if words else "")
        if status in _BUSY or (status >= 500 and status != 501):
            return ModelUnavailable(f"{told}. It may work later.", retry_after(error.response.headers))
        if status in (401, 403):
            return ModelRefused(f"{told}. The key was not accepted: check {self.key_setting}.")
        if 300 <= status < 400:
            return ModelRefused(f"{told}. The address points elsewhere, which is not followed: correct its url.")
        return self._declined(status, told, _subject(error))

    def _declined(self, status: int, told: str, subject: str) -> ModelError:
        if status in (400, 404, 415, 422, 501) and _ABOUT_FORMAT.search(subject):
            return NotSupported(f"{told}. This way of asking for structure is not supported.", "format")
        if self.api is Api.RESPONSES and _lacks_responses(status, subject):
            return NotSupported(f"{told}. There is no Responses API.", "api")
        if status in (404, 405, 501) and not _ABOUT_MODEL.search(subject):
            return ModelRefused(f"{told}. There is no chat interface at this address: check the endpoint's url.")
        if status == 404:
            return ModelRefused(f"{told}. Check the name of the model, {self.model!r}.")
        return ModelRefused(f"{told}. The request was declined.")


def _lacks_responses(status: int, subject: str) -> bool:
    if status in (404, 405, 501) and not _ABOUT_MODEL.search(subject):
        return True
    return status in (400, 404, 405, 422, 501) and bool(_ABOUT_RESPONSES.search(subject))


def _details(error: openai.APIStatusError) -> Mapping[str, object]:
    """The server's error object; a bare text, if it is no page of HTML, counts as its message."""
    body: object = error.body
    if isinstance(body, str):
        return {} if body.lstrip().startswith("<") else {"message": body}
    return body if isinstance(body, dict) else {}


def _words(error: openai.APIStatusError) -> str:
    details = _details(error)
    return next((found for name in ("message", "detail", "error") if isinstance(found := details.get(name), str)), "")


def _subject(error: openai.APIStatusError) -> str:
    """What a refusal is about: its message, parameter and code."""
    return " ".join(
        str(part) for name in ("message", "detail", "error", "param", "code") if (part := _details(error).get(name))
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` (RFC 9110, 10.2.3: seconds or a date) or `retry-after-ms`; none if unsaid."""
    for name, divisor in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) / divisor
        except (KeyError, ValueError):
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        wanted = parsedate_to_datetime(headers["retry-after"])
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(0.0, (wanted - now).total_seconds())
    except (KeyError, ValueError, TypeError):
        return None
