"""Logs: one JSON object a line on standard error. They name cards, events and jobs by id, never what these say."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import IO, Any

_SET = False


def configure(stream: IO[str] | None = None, level: int = logging.INFO) -> None:
    """Have what we log, and the warnings of others, written as JSON. Doing it again changes nothing."""
    global _SET  # noqa: PLW0603
    if _SET:
        return
    _SET = True
    import structlog

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="at")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            stamp,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, structlog.stdlib.add_log_level, stamp],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_traceback,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("triage").setLevel(level)
    logging.getLogger("service").setLevel(level)


def _without_traceback(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """An error's class only: its text and its frames may hold what was being read."""
    found = event.pop("exc_info", None)
    if isinstance(found, tuple) and found[0] is not None:
        event["error"] = found[0].__name__
    event.pop("stack_info", None)
    return event


__all__ = ["configure"]
