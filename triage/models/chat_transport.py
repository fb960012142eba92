"""An HTTP client whose answers are bounded in bytes and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2

_STARTED = "triage.started"


class TooLarge(Exception):
    """The answer is larger than the bound. Whoever uses the client turns it into an error of its own tree."""


class Encoded(Exception):
    """The answer is compressed although identity was asked for; its size could not be bounded."""


class _Bounded(httpx2.SyncByteStream):
    """A response body that ends with an error at the byte bound or at the deadline."""

    def __init__(self, body: httpx2.SyncByteStream, max_bytes: int, deadline: float, request: httpx2.Request) -> None:
        self._body = body
        self._left = max_bytes
        self._deadline = deadline
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge
            if time.monotonic() > self._deadline:
                raise httpx2.ReadTimeout("the answer came too slowly", request=self._request)
            yield chunk

    def close(self) -> None:
        self._body.close()


def bounded_client(timeout_seconds: float, max_bytes: int) -> httpx2.Client:
    """A client for one endpoint: no redirects (they would carry the text elsewhere), no compression, bounded answers.

    `timeout_seconds` is for the whole exchange from the moment of sending: a body that hangs or drips ends with
    `httpx2.ReadTimeout`. A body over `max_bytes` ends with `TooLarge`; memory never holds more than that.
    """

    def start(request: httpx2.Request) -> None:
        request.extensions[_STARTED] = time.monotonic()

    def bound(response: httpx2.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise Encoded
        request = response.request
        deadline = request.extensions[_STARTED] + timeout_seconds
        timeout = request.extensions.get("timeout")
        if isinstance(timeout, dict):
            timeout["read"] = max(0.01, deadline - time.monotonic())
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Bounded(response.stream, max_bytes, deadline, request)

    return httpx2.Client(
        timeout=httpx2.Timeout(timeout_seconds, connect=min(timeout_seconds, 10.0)),
        headers={"Accept-Encoding": "identity"},
        follow_redirects=False,
        event_hooks={"request": [start], "response": [bound]},
    )
