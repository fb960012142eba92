"""The web process: takes events in, answers the API, says how it is. It computes nothing itself."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service import problems
from service.accepting import Acceptor
from service.access import Access
from service.api_arrivals import arrivals
from service.api_cards import cards
from service.api_evals import measurements
from service.api_tasks import answers
from service.gateway import Gateway, logger, silence_uvicorn
from service.health import Health, health
from service.hooks import hooks
from service.installation import Installation
from service.limiting import Limiter
from service.monitoring.page import Metrics
from service.monitoring.page import pages as metrics_pages
from service.monitoring.surroundings import OdooLook
from service.openapi import describe
from service.problems import Flaw, Problem
from service.review.frame import Frame
from service.review.pages import add_pages
from service.review.refusing import refused
from service.submissions import pointer
from service.tasks import Tasks
from triage import __version__, metrics, tracing
from triage.errors import TriageError
from triage.settings import Settings

_OPEN_SECONDS = 10.0
_THREADS = 12
"""For what reads and writes the store; each has a connection of its own."""


@dataclass(frozen=True)
class Parts:
    """What an application holds open."""

    installation: Installation
    acceptor: Acceptor
    tasks: Tasks
    look: Health
    metrics: Metrics
    odoo: OdooLook

    def close(self) -> None:
        """Write what waits to be written, then close everything."""
        self.acceptor.close()
        self.tasks.close()
        self.look.close()
        self.metrics.close()
        self.odoo.close()
        self.installation.close()


def create_app(
    home: Path | None = None, *, environment: Mapping[str, str] = os.environ, log: TextIO | None = None
) -> FastAPI:
    """The application over the installation in `home` (default: `TRIAGE_HOME`).

    Start it on loopback: `uvicorn --factory service.app:create_app`. One process takes hundreds of events a second;
    several work side by side on PostgreSQL. Access lines go to `log` (default: standard error). Raises
    `ConfigurationError` where `service.yaml` or a secret is wrong.
    """
    silence_uvicorn()
    lines = logger(log)
    installation = Installation(Settings.of(home, environment), environment)
    told = installation.configuration
    acceptor = Acceptor(installation.inbox, told.accept_seconds, told.waiting_events)
    tasks = Tasks(installation.settings.home, told.model, told.task_seconds, told.waiting_tasks)
    odoo = OdooLook(installation)
    look = Health(installation, tasks, odoo.look)
    scraped = Metrics(installation, odoo.look)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        with metrics.shared(installation.settings.home / metrics.FOLDER, "web"), tracing.sending("web"):
            tasks.start()
            await _warmed(installation, lines)
            yield
            await anyio.to_thread.run_sync(frame.sight.close)
            await anyio.to_thread.run_sync(app.state.parts.close)

    app = FastAPI(title="odoo-triage", version=__version__, docs_url=None, redoc_url=None, lifespan=life)
    app.state.parts = Parts(installation, acceptor, tasks, look, scraped, odoo)
    limiter = Limiter()
    access = Access(installation, limiter)
    for router in (
        hooks(installation, acceptor, limiter),
        health(look),
        metrics_pages(scraped, installation.metrics_token),
        arrivals(installation, acceptor, access),
        cards(installation, access),
        answers(tasks, access),
        measurements(installation, access),
    ):
        app.include_router(router)
    frame = add_pages(app, installation, limiter)
    _handle_errors(app, lines, frame)
    app.add_middleware(Gateway, log=lines, max_event_bytes=told.max_event_bytes, max_body_bytes=told.max_body_bytes)
    describe(app)
    return app


async def _warmed(installation: Installation, lines: Any) -> None:
    """Open the store before the first event; where it cannot be opened (in time), say so and begin without it."""
    opening = asyncio.get_running_loop().run_in_executor(None, installation.opened)
    done, _ = await asyncio.wait({opening}, timeout=_OPEN_SECONDS)
    error = opening.exception() if done else TimeoutError(f"not opened within {_OPEN_SECONDS:g} seconds")
    if error is not None:
        lines.error(
            "store", error=str(error) if isinstance(error, TriageError | TimeoutError) else type(error).__name__
        )
    opening.add_done_callback(lambda late: late.cancelled() or late.exception())


def _handle_errors(app: FastAPI, lines: Any, frame: Frame) -> None:
    """Every error leaves as a problem detail, or as a page to whoever asked for one; nothing sent is repeated."""

    @app.exception_handler(Problem)
    async def problem(request: Request, error: Problem) -> Response:
        return refused(frame, request, error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        said = str(error.detail) if error.status_code == 413 else _WORDS.get(error.status_code, "")
        return refused(frame, request, Problem(error.status_code, said, headers=error.headers))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        found = error.errors()
        if any(each["type"] == "json_invalid" for each in found):
            return refused(frame, request, Problem(400, "The body is no JSON."))
        flaws = [_flaw(each) for each in found[:20]]
        return refused(frame, request, Problem(422, "The request is not as it should be.", errors=flaws))

    @app.exception_handler(TriageError)
    async def ours(request: Request, error: TriageError) -> Response:
        found = problems.of_error(error)
        if found.status >= 500:
            lines.warning("refused", request=request.state.request_id, error=type(error).__name__)
        return refused(frame, request, found)


_WORDS = {404: "There is nothing here.", 405: "This method is not known here.", 400: "The body cannot be read."}


def _flaw(found: Mapping[str, Any]) -> Flaw:
    where, *steps = found["loc"] or ("body",)
    name = pointer(steps) if where == "body" else f"{where}: {'.'.join(map(str, steps))}"[:120]
    return Flaw(pointer=name, detail=str(found["msg"])[:200])
