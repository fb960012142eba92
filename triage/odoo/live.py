"""A live Odoo as a source of events and cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from triage.domain import Case, Company, Event, RecordRef, fingerprint
from triage.errors import RecordMissing
from triage.odoo.capture import Capture

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class LiveSource:
    """Records of one Odoo, captured anew for each event.

    The same record, unchanged, on the same day and under the same rules is the same event: asking again does nothing
    twice. What we posted ourselves is no change, because it is no part of a case. A review and the order it hangs on
    give events of one record, the order: triage each before asking for the next, which takes its place.
    """

    def __init__(
        self,
        capture: Capture,
        place: str,
        clock: Callable[[], datetime],
        acting: Mapping[str, str] | Callable[[Company], Mapping[str, str]],
    ) -> None:
        self._capture = capture
        self._place = place
        self._clock = clock
        self._acting = acting
        self._captured: dict[str, Case] = {}

    def find(self, text: str) -> RecordRef:
        """The record that somebody names; see `Capture.find`."""
        return self._capture.find(text)

    def event(self, ref: RecordRef) -> Event:
        """The event of asking for this record as it is now; its `ref` is the record that the case is about.

        Raises `RecordMissing` where it is gone or hidden.
        """
        case = self._capture.case(ref)
        if case is None:
            raise RecordMissing(f"{ref.model} {ref.name} is not there, or the service user may not read it.")
        self._captured |= {ref.key: case, case.record.key: case}
        day = case.captured_at.astimezone(ZoneInfo(case.company.timezone)).date()
        seen = [
            self._place,
            case.with_(captured_at=_NEVER).fingerprint(),
            day.isoformat(),
            self._acting_on(case.company),
        ]
        return Event(
            key=f"odoo:{fingerprint(seen)}",
            source="command",
            company=case.company.name,
            ref=case.record,
            received_at=self._clock(),
        )

    def _acting_on(self, company: Company) -> dict[str, str]:
        """Names and hashes of what acts on this company's cases."""
        return dict(self._acting(company) if callable(self._acting) else self._acting)

    def capture(self, ref: RecordRef) -> Case | None:
        """The case that the last event of this record was made of, by the record asked for or by the event's `ref`.

        Where there was no event, the record as it is at the first call; none where it is gone or hidden.
        """
        if ref.key not in self._captured:
            case = self._capture.case(ref)
            if case is None:
                return None
            self._captured[ref.key] = case
        return self._captured[ref.key]
