"""How the connected Odoo stands, asked beside everything else: nobody waits for an Odoo that hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress

from service.installation import Installation
from triage.domain import Category, Mode
from triage.errors import StoreError, TriageError
from triage.odoo.gate.standing import Standing, standing

EVERY_SECONDS = 30.0
"""An Odoo that stood well is asked again after so long."""
AGAIN_SECONDS = 10.0
"""One that did not."""


class OdooLook:
    """Asks in a thread of its own and keeps the answer."""

    def __init__(self, installation: Installation, every_seconds: float = EVERY_SECONDS) -> None:
        self._installation = installation
        self._every = every_seconds
        self._pool = ThreadPoolExecutor(1, "odoo-look")
        self._lock = threading.Lock()
        self._asking: Future[Standing | None] | None = None
        self._known: tuple[float, Standing | None] | None = None

    def look(self, seconds: float) -> Standing | None:
        """How it stood lately, or stands now where that is found within so long; none where no Odoo is named, or
        nothing is known yet. Raises `ConfigurationError` where `odoo.yaml` is wrong.
        """
        if self._installation.connection() is None:
            return None
        known = self._known
        if known is None or time.monotonic() - known[0] > self._patience(known[1]):
            with suppress(RuntimeError):  # it is stopping
                wait([self._begun()], seconds)
        return self._known[1] if self._known else None

    def close(self) -> None:
        """Ask nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _patience(self, known: Standing | None) -> float:
        return self._every if known is None or known.trouble is None else min(AGAIN_SECONDS, self._every)

    def _begun(self) -> Future[Standing | None]:
        with self._lock:
            if self._asking is None or self._asking.done():
                self._asking = self._pool.submit(self._ask)
            return self._asking

    def _ask(self) -> Standing | None:
        found: Standing | None
        try:
            connection = self._installation.connection()
            wanted, environment = self._wanted(), self._installation.environment
            found = None if connection is None else standing(connection, wanted, environment)
        except TriageError as error:
            found = Standing(is_up=False, trouble=str(error))
        except Exception as error:  # what a strange server makes of us is its trouble, told in readyz
            found = Standing(is_up=False, trouble=f"Odoo cannot be asked ({type(error).__name__}).")
        self._known = (time.monotonic(), found)
        return found

    def _wanted(self) -> bool:
        try:
            book = self._installation.policies()
        except StoreError:
            return False
        return any(policy.mode(category) is Mode.ADVISE for policy in book.every() for category in Category)


Look = Callable[[float], Standing | None]

__all__ = ["AGAIN_SECONDS", "EVERY_SECONDS", "Look", "OdooLook"]
