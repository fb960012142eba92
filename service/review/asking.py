"""Asks the gate inside Odoo who may read what, many questions at once, and remembers each answer for a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from service.installation import Installation
from triage.domain import RecordRef
from triage.errors import OdooError, TriageError

if TYPE_CHECKING:
    from triage.odoo.client import Odoo
    from triage.odoo.gate.client import Gate

log = structlog.get_logger("triage.review")
_KEPT_SECONDS = 60.0
_MOST_KEPT = 50_000
_AGAIN_AFTER = 5.0
"""Seconds until an Odoo that could not be asked is asked again: nobody waits for it at every page."""
_PATIENCE = 5.0
"""Seconds that a page waits for one answer of Odoo."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody may read a record, or one field of it."""

    record: RecordRef
    field: str = ""

    @property
    def key(self) -> str:
        """The same for the same question."""
        return f"{self.record.key}.{self.field}"


class CannotAsk(OdooError):
    """Odoo cannot be asked now."""


class Asking:
    """Asks one Odoo. Threads may share it."""

    def __init__(self, installation: Installation, clock: Callable[[], float] = time.monotonic) -> None:
        self._installation = installation
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[tuple[int, str], tuple[float, bool]] = {}
        self._connecting = threading.Lock()
        self._odoo: Odoo | None = None
        self._gate: Gate | None = None
        self._failed: float | None = None

    def close(self) -> None:
        """Close the connection, where there is one."""
        with self._connecting:
            self._drop()

    def answers(self, user: int, questions: Iterable[Question]) -> dict[str, bool]:
        """The answer to each question by its key, for a user of Odoo. Raises `CannotAsk`."""
        wanted, at = {each.key: each for each in questions}, self._clock()
        with self._lock:
            known = {key: self._known.get((user, key)) for key in wanted}
        fresh = {key: found[1] for key, found in known.items() if found is not None and at - found[0] < _KEPT_SECONDS}
        unknown = [each for key, each in wanted.items() if key not in fresh]
        if unknown:
            told = dict(zip((each.key for each in unknown), self._asked(user, unknown), strict=True))
            fresh |= told
            with self._lock:
                if len(self._known) > _MOST_KEPT:
                    self._known.clear()
                self._known |= {(user, key): (at, answer) for key, answer in told.items()}
        return fresh

    def has_field(self, model: str, field: str) -> bool:
        """Whether the service user knows this field, so that it can be asked about. Raises `CannotAsk`."""
        with self._connecting:
            try:
                return self._opened()[0].has(model, field)
            except TriageError as error:
                raise self._failing(error) from error

    def _asked(self, user: int, questions: list[Question]) -> list[bool]:
        with self._connecting:
            try:
                gate = self._opened()[1]
                return gate.visible(user, [each.record for each in questions], [each.field for each in questions])
            except TriageError as error:
                raise self._failing(error) from error

    def _opened(self) -> tuple[Odoo, Gate]:
        from triage.odoo.client import Odoo
        from triage.odoo.gate.client import Gate

        if self._failed is not None and self._clock() - self._failed < _AGAIN_AFTER:
            raise CannotAsk("Odoo could not be asked a moment ago.")
        if self._odoo is None or self._gate is None:
            self._drop()
            connection = self._installation.connection()
            if connection is None:
                raise CannotAsk("no Odoo is connected.")
            patient = min(_PATIENCE, connection.timeout_seconds)
            server = connection.with_(timeout_seconds=patient).server(self._installation.environment)
            self._odoo = Odoo.connect(server)
            self._gate = Gate.find(self._odoo)
            if self._gate is None:
                raise CannotAsk("Odoo has no gate that could be asked; `triage odoo grant` makes it.")
        self._failed = None
        return self._odoo, self._gate

    def _failing(self, error: TriageError) -> CannotAsk:
        """Remember that it failed, and begin with a new connection the next time."""
        if not isinstance(error, CannotAsk) or self._failed is None:
            log.warning("who may read what cannot be asked", error=type(error).__name__)
            self._failed = self._clock()
        self._drop()
        return error if isinstance(error, CannotAsk) else CannotAsk("Odoo gives no answer.")

    def _drop(self) -> None:
        odoo, self._odoo, self._gate = self._odoo, None, None
        if odoo is not None:
            odoo.close()


__all__ = ["Asking", "CannotAsk", "Question"]
