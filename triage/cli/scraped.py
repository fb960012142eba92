"""What a worker's machine counts, for Prometheus: where no web process runs beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from triage.errors import UsageError

log = structlog.get_logger("triage.jobs")

_AGAIN_SECONDS = 15.0


def address_of(text: str) -> tuple[str, int]:
    """Host and port of `HOST:PORT`, or of `PORT` on this machine. Raises `UsageError` for anything else."""
    host, _, port = text.rpartition(":")
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageError(f"--metrics {text}: write HOST:PORT, or PORT for this machine alone, for example 9108.")
    return host.strip("[]") or "127.0.0.1", int(port)


def serving(host: str, port: int, again_seconds: float = _AGAIN_SECONDS) -> Callable[[threading.Event], None]:
    """A worker's duty: serve what all processes of this machine count, until the event is set.

    Of several workers with one address the first serves for all; when it ends, another one does.
    """

    def serve(stopping: threading.Event) -> None:
        from prometheus_client import start_http_server

        while not stopping.is_set():
            try:
                server, _ = start_http_server(port, host, registry=_Read())
            except OSError:
                stopping.wait(again_seconds)
                continue
            log.info("metrics", host=host, port=port)
            stopping.wait()
            server.shutdown()
            server.server_close()

    return serve


class _Read:
    """A registry as far as a scrape needs one."""

    def collect(self) -> Iterable[Any]:
        from triage import metrics

        return metrics.read()


__all__ = ["address_of", "serving"]
