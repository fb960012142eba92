"""The kill switch: off within seconds on every worker, recorded, and nothing lost.

Doors still take in what comes. A worker looks at the switch before a job, and again before each model call and each
write into Odoo, so that a long job stops between its steps. What it has done so far is recorded and not done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast

from triage.audit.journal import Journal, acting_of, open_record
from triage.domain import Card, Publication, Switched, utc
from triage.errors import KeyMissing, NewerRecord, SwitchedOff, UsageError
from triage.pipeline import Desk, Publish, Task
from triage.storage import records, switch
from triage.storage.switch import EVERYBODY, SwitchRow

GivenT = TypeVar("GivenT")
FoundT = TypeVar("FoundT")

STREAM = "(every company)"
"""In which stream a switch for everybody is recorded."""


class Switch:
    """The switches of one store."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._database = journal.database
        self._clock = clock

    def off(self, by: str, why: str, company: str | None = None) -> Switched:
        """Stop everything, or one company's. Raises `UsageError` where nobody or no reason is named."""
        return self._put(True, by, why, company)

    def on(self, by: str, why: str, company: str | None = None) -> Switched:
        """Let it go on. A company's switch and the one for everybody are moved apart: both must be on."""
        return self._put(False, by, why, company)

    def check(self, company: str | None = None) -> None:
        """Raise `SwitchedOff` where a company's events wait; without a company, where everybody's do."""
        found = switch.off_for(self._database, company)
        if found is not None:
            whose = "everything" if found.scope == EVERYBODY else found.scope
            raise SwitchedOff(
                f"switched off for {whose} since {utc(found.changed_at)}. Events wait; `triage switch status` says who "
                "did it and why, `triage switch on` lets them go on."
            )

    def every(self) -> list[tuple[SwitchRow, Switched | None]]:
        """All switches that were ever moved, with what is recorded of the last time; none of that where erased."""
        return [(row, self._told(row)) for row in switch.every(self._database)]

    def _told(self, row: SwitchRow) -> Switched | None:
        record = records.at(self._database, row.stream, row.seq)
        try:
            return None if record is None else cast(Switched, open_record(record, self._journal.keys))
        except (KeyMissing, NewerRecord):
            return None

    def _put(self, is_off: bool, by: str, why: str, company: str | None) -> Switched:
        if not by.strip() or not why.strip():
            raise UsageError("who switches, and why? Name both: --by NAME --why REASON.")
        stream = company or STREAM
        value = Switched(is_off=is_off, by=by.strip(), why=why.strip(), at=self._clock(), company=company)
        with self._database.locked((records.stream_lock(stream),)):
            seq = self._journal.record(
                stream=stream,
                kind="switch",
                case=self._journal.keys.case_id(stream, "switch"),
                event=None,
                value=value,
                subjects=[value.by],
            )
            switch.put(self._database, SwitchRow(company or EVERYBODY, is_off, value.at, stream, seq))
        return value


@dataclass(frozen=True)
class Obedient:
    """Publishes cards, each only while its company is switched on; what acts stays the same."""

    inner: Publish
    switch: Switch

    @property
    def acting(self) -> Mapping[str, str]:
        """As the publisher's own."""
        return acting_of(self.inner)

    def __call__(self, card: Card) -> Publication:
        """Publish. Raises `SwitchedOff` where the card's company is switched off, or everybody is."""
        self.switch.check(card.key.company)
        return self.inner(card)


def obeying(desk: Desk, check: Callable[[], None]) -> Desk:
    """The desk, looking at the switch before each reading, model call and write into Odoo (`check` raises)."""
    return replace(
        desk,
        extract=_Checked(desk.extract, check),
        tasks=[cast(Task, _Checked(task, check)) for task in desk.tasks],
        publish=_checked(desk.publish, check) if desk.publish else None,
        withdraw=_checked(desk.withdraw, check) if desk.withdraw else None,
    )


class _Checked:
    """A task that is asked only while the switch is on; its step and what acts on it stay the same."""

    def __init__(self, task: Any, check: Callable[[], None]) -> None:
        self._task = task
        self._check = check
        self.key: str = getattr(task, "key", "")

    @property
    def acting(self) -> Mapping[str, str]:
        """As the task's own."""
        return acting_of(self._task)

    def invoke(self, given: Any) -> Any:
        """The task's answer. Raises `SwitchedOff` where the switch is off."""
        self._check()
        return self._task.invoke(given)


@dataclass(frozen=True)
class _Call:
    """A callable that is called only while the switch is on."""

    inner: Callable[[Any], Any]
    check: Callable[[], None]

    @property
    def acting(self) -> Mapping[str, str]:
        return acting_of(self.inner)

    def __call__(self, given: Any) -> Any:
        self.check()
        return self.inner(given)


def _checked(inner: Callable[[GivenT], FoundT], check: Callable[[], None]) -> Callable[[GivenT], FoundT]:
    return _Call(inner, check)
