"""`/livez` and `/readyz`: whether the process answers, and whether it could work; what is wrong, in words."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from service.installation import Installation
from service.monitoring.surroundings import Look
from service.tasks import Tasks
from triage import __version__
from triage.cli.wiring import open_store
from triage.domain import utc
from triage.errors import StoreError, TriageError
from triage.storage import inbox as rows
from triage.storage import workers

_SECONDS = 4.0
"""For each of two rounds of checks, so that an answer takes twice that at most: without a store, nothing can be warned
of. One that takes longer is a problem by itself.
"""
_MODELS_SECONDS = 3.0
_ODOO_SECONDS = 2.0
_ODOO_EVERY = 15.0

Check = Callable[[], str | None]


class Liveness(BaseModel):
    """The process answers."""

    status: str
    version: str


class Readiness(BaseModel):
    """What cannot be used (`problems`: nothing is taken in), and what is not as it should be (`warnings`)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    ready: bool
    problems: dict[str, str]
    """By part: `store`, `policy`, `models`. Each says what to do."""
    warnings: dict[str, str]
    """By part: `workers`, `inbox`, `odoo`, `gate`. Events are still taken in; they wait."""


class Health:
    """Looks at what is needed, then at what is warned of: in each round at all at once, for `_SECONDS`."""

    def __init__(self, installation: Installation, tasks: Tasks, odoo: Look = lambda _: None) -> None:
        self._installation = installation
        self._standing = odoo
        self._tasks = tasks
        self._pool = ThreadPoolExecutor(8, "health")
        self._running: dict[str, asyncio.Future[str | None]] = {}
        self._odoo: tuple[float, str | None] | None = None

    async def look(self) -> Readiness:
        """How it stands, within twice `_SECONDS`, whatever hangs."""
        problems = await self._all({"policy": self._policy, "store": self._store, "models": self._models})
        warnings: dict[str, str] = {}
        if "store" not in problems:
            warnings = await self._all(
                {"workers": self._workers, "inbox": self._inbox, "odoo": self._reach_odoo, "gate": self._gate}
            )
        return Readiness(ready=not problems, problems=problems, warnings=warnings)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _all(self, checks: dict[str, Check]) -> dict[str, str]:
        found = await asyncio.gather(*(self._one(name, check) for name, check in checks.items()))
        return {name: said for name, said in zip(checks, found, strict=True) if said is not None}

    async def _one(self, name: str, check: Check) -> str | None:
        """One check; whoever asks while it runs shares its answer, so that a hanging part holds one thread only."""
        loop = asyncio.get_running_loop()
        running = self._running.get(name)
        if running is None or running.done() or running.get_loop() is not loop:
            running = self._running[name] = loop.run_in_executor(self._pool, _said, check)
        done, _ = await asyncio.wait({running}, timeout=_SECONDS)
        return running.result() if done else f"no answer within {_SECONDS:g} seconds."

    def _policy(self) -> str | None:
        self._installation.policy()
        with suppress(StoreError):
            self._installation.policies()
        return None

    def _store(self) -> str | None:
        """Opened anew: a file that was swapped under an open one is noticed."""
        with open_store(self._installation.settings, create=True) as store:
            store.cards.all(limit=1)
        self._installation.opened()
        return None

    def _models(self) -> str | None:
        return self._tasks.trouble(_MODELS_SECONDS)

    def _workers(self) -> str | None:
        seconds = self._installation.configuration.silent_worker_seconds
        after = utc(self._installation.clock() - timedelta(seconds=seconds))
        if workers.alive(self._installation.opened().store.database, after):
            return None
        return f"no worker gave a sign in the last {seconds:g} seconds: nothing is read. Start `triage worker`."

    def _inbox(self) -> str | None:
        oldest = rows.oldest_due(self._installation.opened().store.database)
        if oldest is None:
            return None
        late = (self._installation.clock() - datetime.fromisoformat(oldest).astimezone(UTC)).total_seconds()
        if late < self._installation.configuration.late_inbox_seconds:
            return None
        return f"the oldest arrival has been due for {late:.0f} seconds."

    def _reach_odoo(self) -> str | None:
        connection = self._installation.connection()
        if connection is None:
            return None
        if self._odoo is None or time.monotonic() - self._odoo[0] > _ODOO_EVERY:
            self._odoo = (time.monotonic(), _reach(connection.url))
        return self._odoo[1]

    def _gate(self) -> str | None:
        """Trouble with an Odoo that answers: the gate, the key. One that does not answer is told of by itself."""
        found = self._standing(_ODOO_SECONDS)
        if found is None or not found.is_up or found.trouble is None:
            return None
        waits = " What is about its records waits." if found.gate_matches is False else ""
        return found.trouble + waits


def _reach(url: str) -> str | None:
    import httpx2

    try:
        httpx2.get(f"{url}/web/login", timeout=_ODOO_SECONDS, follow_redirects=False)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return f"{url} does not answer ({type(error).__name__}); what is about its records waits."
    return None


def _said(check: Check) -> str | None:
    try:
        return check()
    except TriageError as error:
        return str(error)
    except OSError as error:
        return str(StoreError(error.strerror or type(error).__name__))


def health(look: Health) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["health"])

    @router.get("/livez", response_model=Liveness, summary="The process answers")
    async def livez() -> JSONResponse:
        """Nothing else is looked at."""
        return JSONResponse({"status": "alive", "version": __version__})

    @router.get(
        "/readyz",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "Something that is needed cannot be used."}},
        summary="It could work, or what is wrong",
    )
    async def readyz() -> JSONResponse:
        """503 and the problem of each part without which nothing can be taken in."""
        found = await look.look()
        return JSONResponse(found.model_dump(), 200 if found.ready else 503)

    return router
