"""The outermost layer: an id for each request, a bound on its body, one access line, a problem for every failure.

An access line holds no query, no header, no body and no address as it was sent: only the route's pattern, so that no
secret in a path can stand in it.
"""

from __future__ import annotations

import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from service import problems
from service.about import one_request
from service.problems import Problem
from triage import metrics

REQUEST_ID = b"x-request-id"
_SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Of every answer that says nothing else there: it is what it says it is, is kept nowhere, and loads nothing."""
_GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})
_METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})
_EVENTS = ("/hooks/", "/events/")
_COUNTED = (*_EVENTS, "/v1/", "/livez", "/readyz", "/metrics")
"""Whose first part is told apart; all else is `pages`."""


def logger(stream: TextIO | None = None) -> Any:
    """Writes a JSON object a line, to standard error unless a stream is named."""
    return structlog.wrap_logger(
        structlog.WriteLogger(stream or sys.stderr),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    )


class Gateway:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, log: Any, max_event_bytes: int, max_body_bytes: int) -> None:
        self._app = app
        self._log = log
        self._max_event = max_event_bytes
        self._max_body = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, self._max_event if _is_event(scope) else self._max_body)
        with one_request() as ids:
            try:
                await request.run(self._app)
            except Exception as error:
                self._log.error("failed", request=request.id, route=request.route, error=_where(error), **ids)
                if not request.status:
                    await problems.response(Problem(500, "Something went wrong; the log names the request."))(
                        scope, receive, request.send
                    )
            finally:
                request.count()
                if request.route not in _QUIET or request.status >= 400:
                    self._log.info("request", **request.line(), **ids)


class _Request:
    """One request on its way in, and its answer on its way out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._most = most
        self._began = time.perf_counter()
        self._read = 0
        self.status = 0
        given = next((value for name, value in scope["headers"] if name == REQUEST_ID), b"")
        self.id = given.decode() if _GIVEN.fullmatch(given) else str(uuid7())
        scope.setdefault("state", {})["request_id"] = self.id

    @property
    def route(self) -> str:
        """The pattern that the path fits, never the path."""
        return getattr(self._scope.get("route"), "path", None) or "(none)"

    async def run(self, app: ASGIApp) -> None:
        """Answer, or refuse a body that is announced as too large before anything is read."""
        announced = next((value for name, value in self._scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > self._most:
            await problems.response(self._too_large())(self._scope, self._receive, self.send)
            return
        await app(self._scope, self.receive, self.send)

    async def receive(self) -> Message:
        """The next part of the body, counted."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._read += len(message.get("body", b""))
            if self._read > self._most:
                raise HTTPException(413, self._too_large().detail)
        return message

    async def send(self, message: Message) -> None:
        """The next part of the answer; its head gets the request's id."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message.get("headers", ())
            named = {name.lower() for name, _ in given}
            safe = [(name, value) for name, value in _SAFE if name not in named]
            message["headers"] = [*given, *safe, (REQUEST_ID, self.id.encode())]
        await self._send(message)

    def count(self) -> None:
        """Count it, by its route's pattern: whatever was sent stands in no label."""
        counted, route = metrics.meters(), self.route
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        counted.requests.labels(method, route, str(self.status)).inc()
        took = time.perf_counter() - self._began
        part = route.split("/", 2)[1] if route.startswith(_COUNTED) else "pages"
        counted.answered.labels(part).observe(took)
        if part in ("hooks", "events") and self.status == 202:
            counted.acknowledged.observe(took)

    def line(self) -> MutableMapping[str, Any]:
        """What the access line says."""
        state = self._scope.get("state", {})
        return {
            "request": self.id,
            "method": self._scope["method"] if self._scope["method"].isalpha() else "?",
            "route": self.route,
            "status": self.status,
            "ms": round((time.perf_counter() - self._began) * 1000, 1),
            "bytes": self._read,
            **{name: state[name] for name in ("source", "key", "why") if name in state},
        }

    def _too_large(self) -> Problem:
        return Problem(413, f"The body is larger than {self._most:,} bytes.")


def _is_event(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(_EVENTS)


def _where(error: BaseException) -> str:
    """The kind of an error and the lines it came through; never its words, which may repeat what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return f"{type(error).__name__} at " + " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(frames))


def silence_uvicorn() -> None:
    """Uvicorn's own access lines hold the address as it was sent, secrets in it included."""
    import logging

    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    access.disabled = True
