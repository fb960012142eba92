"""Traces, from a call's acknowledgement to the note in Odoo, for whoever has installed the extra `traces`.

They are sent where OpenTelemetry's own variables say (`OTEL_EXPORTER_OTLP_ENDPOINT` and others). Without the extra, or
without an endpoint, nothing here does anything.

The way from door to worker leads over a row of the inbox. Nothing is added to it: trace and first span are named by the
arrival's id, a keyed hash that both sides know. So every try of an arrival, days later and on another machine, and its
duplicates stand in one trace; and log lines can name the trace whether or not it was sent.

An attribute says what kind of thing was done, how long and how often, never what was read: names are on a list, values
are numbers or short words, and of an error only its class is told.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from triage.tracing_sdk import Tracing

Value = str | int | float | bool

ATTRIBUTES = frozenset(
    {
        "error.type", "gen_ai.operation.name", "gen_ai.output.type", "gen_ai.provider.name",
        "gen_ai.request.max_tokens", "gen_ai.request.model", "gen_ai.request.temperature",
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "rpc.method", "rpc.system.name", "server.address",
        "server.port", "triage.attempt", "triage.cards", "triage.door", "triage.duplicate", "triage.event",
        "triage.job", "triage.outcome", "triage.step", "triage.waits",
    }
)  # fmt: skip
"""What may be said of a span."""
_WORD = re.compile(r"[A-Za-z0-9_.:/@ ,-]{1,200}")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


class _Current:
    tracing: Tracing | None = None


_current = _Current()


def wanted(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether somebody has said where traces go."""
    is_off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    return not is_off and any(environment.get(name) for name in _ENDPOINTS)


@contextmanager
def sending(process: str) -> Iterator[bool]:
    """Send traces for the length of the block, as this process (`web`, `worker`); whether they are.

    Where an endpoint is named and the extra is missing, a line in the log says so.
    """
    made = _made(process) if wanted() else None
    _current.tracing, before = made, _current.tracing
    try:
        yield made is not None
    finally:
        _current.tracing = before
        if made is not None:
            made.close()


def _made(process: str) -> Tracing | None:
    try:
        from triage.tracing_sdk import Tracing
    except ImportError:
        import structlog

        structlog.get_logger("triage.tracing").warning("no traces", remedy="install odoo-triage[traces]")
        return None
    return Tracing.to_endpoint(process)


def trace_of(arrival: str) -> str:
    """The trace (32 hex digits) of an arrival, by its id."""
    return arrival[:32]


class Span:
    """A span that is under way, or nothing."""

    def __init__(self, inner: Any = None) -> None:
        self._inner = inner

    def say(self, attributes: Mapping[str, Value]) -> None:
        """Add attributes; what is on no list, or is no short word, is left out."""
        if self._inner is not None:
            self._inner.set_attributes(told(attributes))


_NOTHING = Span()


@contextmanager
def span(name: str, attributes: Mapping[str, Value] | None = None, *, is_call: bool = False) -> Iterator[Span]:
    """A span of what the block does, within the one that is under way. `is_call`: somebody else is asked."""
    tracing = _current.tracing
    if tracing is None:
        yield _NOTHING
        return
    with tracing.span(name, told(attributes or {}), is_call) as inner:
        yield Span(inner)


@contextmanager
def job(arrival: str, attributes: Mapping[str, Value]) -> Iterator[Span]:
    """A span for one try of an arrival, in the trace that its acknowledgement began."""
    tracing = _current.tracing
    if tracing is None:
        yield _NOTHING
        return
    with tracing.job(arrival, told(attributes)) as inner:
        yield Span(inner)


def acknowledged(arrival: str, began: float, attributes: Mapping[str, Value], *, is_new: bool) -> None:
    """The first span of an arrival's trace, or of a duplicate one beside it; `began` is Unix time."""
    if _current.tracing is not None:
        _current.tracing.acknowledged(arrival, began, time.time(), told(attributes), is_new)


def waited(name: str, since: str, until: str | None = None) -> None:
    """A span, within the one that is under way, of a time in which nothing was done. Times as `triage.domain.utc`
    writes them; without an end it is now.
    """
    if _current.tracing is not None:
        _current.tracing.waited(name, _unix(since), time.time() if until is None else _unix(until))


def told(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Those that may be told."""
    return {
        name: value
        for name, value in attributes.items()
        if name in ATTRIBUTES and (not isinstance(value, str) or _WORD.fullmatch(value))
    }


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).astimezone(UTC).timestamp()


__all__ = ["ATTRIBUTES", "Span", "acknowledged", "job", "sending", "span", "told", "trace_of", "waited", "wanted"]
