"""HTTP to one Odoo: pooled connections, a deadline for the whole exchange, a bound on the answer, no redirects."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from triage.models.chat_transport import Encoded, TooLarge, bounded_client
from triage.odoo.transport.failures import unreachable

_MOST_BYTES = 256_000_000


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the JSON, and the bytes that it was read from."""

    status: int
    body: Any
    content: bytes = field(repr=False)


class Pace:
    """Lets one call pass per interval; the others wait their turn. Zero lets all pass."""

    def __init__(self, calls_per_second: float | None) -> None:
        self._interval = 1.0 / calls_per_second if calls_per_second else 0.0
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Return when this call may go out."""
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._interval
        time.sleep(max(0.0, mine - now))


class Http:
    """Exchanges JSON with one server. Safe for threads.

    Every failure of the network, and every answer that is no JSON (a proxy's page, half an answer), comes out as
    `OdooUnavailable`.
    """

    def __init__(self, url: str, timeout_seconds: float, pace: Pace) -> None:
        self.url = url.rstrip("/")
        self._client = bounded_client(timeout_seconds, _MOST_BYTES)
        self._timeout = timeout_seconds
        self._pace = pace

    def post(self, path: str, body: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Send JSON, get JSON, whatever the status."""
        return self._exchange("POST", path, json.dumps(body).encode(), headers or {})

    def get(self, path: str) -> Answer:
        """Ask for JSON."""
        return self._exchange("GET", path, None, {})

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _exchange(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        self._pace.wait()
        try:
            response = self._client.request(
                method, f"{self.url}{path}", content=content, headers={"Content-Type": "application/json", **headers}
            )
        except httpx2.TimeoutException as error:
            raise unreachable(self.url, f"no answer within {self._timeout:g} seconds.") from error
        except TooLarge as error:
            raise unreachable(self.url, f"the answer is larger than {_MOST_BYTES:,} bytes.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL, Encoded) as error:
            raise unreachable(self.url, f"no usable answer ({type(error).__name__}).") from error
        return self._read(response)

    def _read(self, response: httpx2.Response) -> Answer:
        if response.is_redirect:
            where = response.headers.get("location", "elsewhere")
            raise unreachable(self.url, f"redirects to {where[:200]}; give that address itself if it is the right one.")
        if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            error = unreachable(self.url, "answers that we call too often (429); set `calls_per_second`.")
            error.retry_after = _seconds(response.headers.get("retry-after"))
            raise error
        try:
            return Answer(response.status_code, json.loads(response.content), response.content)
        except ValueError as error:
            what = "a page instead of data" if response.content.lstrip()[:1] == b"<" else "something that is no JSON"
            raise unreachable(self.url, f"answered {what} (status {response.status_code}).") from error


def _seconds(text: str | None) -> float | None:
    try:
        return max(0.0, float(text or ""))
    except ValueError:
        return None
