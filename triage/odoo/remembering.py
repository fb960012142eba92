"""A source whose cases know every promised date from first sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from triage.domain import Case, RecordRef


class Capturing(Protocol):
    """Anything that captures cases."""

    def capture(self, ref: RecordRef) -> Case | None:
        """The snapshot of a record, or none where it is gone."""


class Remembering:
    """Captures as its source does, then adds what is kept (`PromiseLedger.keep`): a date that somebody moved in Odoo
    is still the one that the customer was told first.
    """

    def __init__(self, source: Capturing, keep: Callable[[Case], Case]) -> None:
        self._source = source
        self._keep = keep

    def capture(self, ref: RecordRef) -> Case | None:
        """The case with all promises that were ever seen."""
        case = self._source.capture(ref)
        return None if case is None else self._keep(case)
