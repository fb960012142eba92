"""`/metrics` for Prometheus: what the processes of this machine count, and how the installation stands."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import shutil
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.responses import Response

from service.installation import Installation
from service.monitoring.catalogue import AROUND, Family
from service.monitoring.figures import Looked, StoreFigures
from service.monitoring.labels import Companies
from service.monitoring.surroundings import Look
from service.problems import not_there
from triage import __version__, metrics
from triage.errors import TriageError

STORE_SECONDS = 4.0
"""For the store's figures; where they are not found in time, the scrape says so and tells those of before."""
ODOO_SECONDS = 1.0
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Metrics:
    """Makes what is scraped. Also a collector of the library."""

    def __init__(self, installation: Installation, odoo: Look) -> None:
        self._installation = installation
        self._odoo = odoo
        told = installation.configuration
        companies = Companies(dict.fromkeys(source.company for source in told.sources), told.metrics.companies)
        self._figures = StoreFigures(
            Looked(
                database=lambda: installation.opened().store.database,
                clock=installation.clock,
                policies=installation.policies,
                sweep=self._sweep,
                companies=companies,
            ),
            told.metrics.seconds,
        )
        self._pool = ThreadPoolExecutor(1, "figures")
        self._lock = threading.Lock()
        self._looking: Future[None] | None = None

    def close(self) -> None:
        """Look no more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def page(self) -> bytes:
        """Everything, in Prometheus' text format. May take as long as the bounds on store and Odoo allow."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric | Family]:
        """Everything."""
        yield from metrics.read()
        in_time = self._look()
        yield from self._figures.families()
        yield from self._around(in_time and self._figures.is_up)

    def _look(self) -> bool:
        """Whether the store's figures were found within their time."""
        with self._lock:
            if self._looking is None or self._looking.done():
                self._looking = self._pool.submit(self._figures.look)
            looking = self._looking
        try:
            looking.result(STORE_SECONDS)
        except TimeoutError:
            return False
        return True

    def _around(self, is_store_up: bool) -> Iterable[Family]:
        made = {name: told.family(name) for name, told in AROUND.items() if not name.startswith("triage_figures")}
        made["triage_build_info"].add_metric((__version__,), 1)
        made["triage_store_up"].add_metric((), float(is_store_up))
        try:
            disk = shutil.disk_usage(self._installation.settings.home)
            made["triage_disk_free_ratio"].add_metric((), disk.free / disk.total)
        except OSError:
            made.pop("triage_disk_free_ratio")
        try:
            odoo = self._odoo(ODOO_SECONDS)
        except TriageError:
            odoo = None
        if odoo is not None:
            made["triage_odoo_up"].add_metric((), float(odoo.is_up))
            if odoo.gate_matches is not None:
                made["triage_odoo_gate_matches"].add_metric((), float(odoo.gate_matches))
        return made.values()

    def _sweep(self) -> tuple[str, float] | None:
        connection = self._installation.connection()
        if connection is None:
            return None
        return f"{connection.url} {connection.database}", connection.sweep.every_seconds


def pages(made: Metrics, token: bytes | None) -> APIRouter:
    """The route. With a token, whoever has it may scrape; without, only this machine itself, and no proxy on it."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/metrics",
        summary="Figures for Prometheus",
        response_class=Response,
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text format."},
        },
    )
    async def metrics_page(request: Request) -> Response:
        """What is counted and how the installation stands. Labels name no record, no person and no text."""
        if not _may(request, token):
            raise not_there()
        return Response(await asyncio.to_thread(made.page), media_type=CONTENT_TYPE_LATEST)

    return router


def _may(request: Request, token: bytes | None) -> bool:
    if token is not None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode("utf-8", "replace"), token)
    if request.client is None or any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


__all__ = ["Metrics", "pages"]
