"""OpenTelemetry's SDK behind `triage.tracing`. Importing it needs the extra `traces`.

The provider is ours alone and never made the global one: libraries that look for a global one would add spans of their
own, with addresses and secrets in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from triage import __version__

_NANO = 1_000_000_000
_Attributes = Mapping[str, str | int | float | bool]
_next: ContextVar[tuple[int, int] | None] = ContextVar("next", default=None)
"""Ids of the next span that has no parent."""


class _Ids(IdGenerator):  # type: ignore[misc,unused-ignore]
    """Random ids, but for spans that are named by their arrival."""

    def __init__(self) -> None:
        self._random = RandomIdGenerator()

    def generate_trace_id(self) -> int:
        named = _next.get()
        return named[0] if named else self._random.generate_trace_id()

    def generate_span_id(self) -> int:
        named = _next.get()
        return named[1] if named else self._random.generate_span_id()


class Tracing:
    """Makes spans and hands them to an exporter."""

    def __init__(self, process: str, exporter: SpanExporter) -> None:
        resource = Resource.create({"service.version": __version__, "triage.process": process})
        if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "odoo-triage"}))
        self._provider = TracerProvider(resource=resource, id_generator=_Ids(), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("odoo-triage", __version__)

    @classmethod
    def to_endpoint(cls, process: str) -> Tracing:
        """Sends where OpenTelemetry's variables say."""
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        return cls(process, OTLPSpanExporter())

    def close(self) -> None:
        """Send what waits, then stop."""
        self._provider.shutdown()

    @contextmanager
    def span(self, name: str, attributes: _Attributes, is_call: bool = False) -> Iterator[Span]:
        """A span within the one that is under way."""
        kind = SpanKind.CLIENT if is_call else SpanKind.INTERNAL
        with self._as_current(self._tracer.start_span(name, kind=kind, attributes=attributes)) as made:
            yield made

    @contextmanager
    def job(self, arrival: str, attributes: _Attributes) -> Iterator[Span]:
        """One try of an arrival, under its acknowledgement, which may have been elsewhere."""
        begun = self._tracer.start_span("job", context=self._of(arrival), kind=SpanKind.CONSUMER, attributes=attributes)
        with self._as_current(begun) as made:
            yield made

    def acknowledged(self, arrival: str, began: float, ended: float, attributes: _Attributes, is_new: bool) -> None:
        """The span by which an arrival's trace begins; a duplicate's stands under it."""
        token = _next.set(_ids(arrival) if is_new else None)
        try:
            made = self._tracer.start_span(
                "acknowledge",
                context=Context() if is_new else self._of(arrival),
                kind=SpanKind.SERVER,
                attributes=attributes,
                start_time=int(began * _NANO),
            )
        finally:
            _next.reset(token)
        made.end(int(ended * _NANO))

    def waited(self, name: str, began: float, ended: float) -> None:
        """A span of a time that has passed."""
        self._tracer.start_span(name, start_time=int(began * _NANO)).end(int(max(began, ended) * _NANO))

    @contextmanager
    def _as_current(self, made: Span) -> Iterator[Span]:
        """The span as the one under way. Of an error its class is told, not its words."""
        with trace.use_span(made, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                yield made
            except BaseException as error:
                made.set_attribute("error.type", type(error).__name__)
                made.set_status(Status(StatusCode.ERROR))
                raise

    def _of(self, arrival: str) -> Context:
        """What names an arrival's first span. Whether it was sampled is decided by its name, as it was there."""
        number, first = _ids(arrival)
        sampled = self._provider.sampler.should_sample(None, number, "acknowledge").decision.is_sampled()  # type: ignore[no-untyped-call,unused-ignore]
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        parent = SpanContext(number, first, is_remote=True, trace_flags=flags)
        return trace.set_span_in_context(NonRecordingSpan(parent), Context())


def _ids(arrival: str) -> tuple[int, int]:
    return int(arrival[:32], 16), int(arrival[32:48], 16)


__all__ = ["Tracing"]
