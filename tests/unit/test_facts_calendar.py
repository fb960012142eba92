"""Days are the company's calendar days: whatever the hour, the zone, or the change of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fact_cases import case, line, shipment, values
from triage.domain import Company, Promise

ZONES = ("Europe/Amsterdam", "America/Chicago", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "UTC")
CLOCK_CHANGES = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5))
days = st.one_of(
    st.dates(date(2026, 1, 5), date(2026, 12, 20)),
    st.builds(lambda day, off: day + timedelta(days=off), st.sampled_from(CLOCK_CHANGES), st.integers(-2, 2)),
)
minutes = st.integers(0, 24 * 60 - 1)


def local(day: date, minute: int, zone: str) -> datetime:
    """A moment of that day in that zone; an hour that the clock skips is the one after it."""
    return datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def owed(zone: str, now: datetime, promise: date) -> dict[str, object]:
    made = Promise(promised_for=promise, made_at=now - timedelta(days=30), source="sale.order:42.commitment_date")
    company = Company(name="x", currency="EUR", timezone=zone)
    return values(case(company=company, captured_at=now, promises=(made,), lines=(line(),)))


@settings(deadline=None)
@given(st.sampled_from(ZONES), days, minutes, st.integers(0, 20))
def test_lateness_counts_calendar_days(zone: str, day: date, minute: int, late: int) -> None:
    found = owed(zone, local(day, minute, zone), day - timedelta(days=late))
    assert found.get("promise.days_late", 0) == late
    assert ("promise.near" in found) == (late == 0)


@settings(deadline=None)
@given(st.sampled_from(ZONES), days, minutes, st.integers(0, 10))
def test_a_promise_ahead_is_never_late(zone: str, day: date, minute: int, ahead: int) -> None:
    found = owed(zone, local(day, minute, zone), day + timedelta(days=ahead))
    assert "promise.days_late" not in found
    assert found["promise.slack_days"] == ahead


@settings(deadline=None)
@given(st.sampled_from(ZONES), days, minutes, minutes, st.integers(0, 9))
def test_days_without_a_scan_are_calendar_days(zone: str, day: date, now: int, scanned: int, ago: int) -> None:
    moment = local(day, now, zone)
    scan = min(local(day - timedelta(days=ago), scanned, zone), moment)
    parcel = shipment(carrier_status="in_transit", last_scan=scan)
    company = Company(name="x", currency="EUR", timezone=zone)
    found = values(case(company=company, captured_at=moment, shipments=(parcel,)))
    assert found.get("shipment.no_scan_days[WH/OUT/00012]") == (ago if ago >= 3 else None)


@settings(deadline=None)
@given(st.sampled_from(ZONES), days, minutes)
def test_the_zone_in_which_a_moment_is_written_changes_nothing(zone: str, day: date, minute: int) -> None:
    moment = local(day, minute, zone)
    elsewhere = moment.astimezone(ZoneInfo("Asia/Tokyo"))
    assert owed(zone, moment, day) == owed(zone, elsewhere, day)


@pytest.mark.parametrize(
    ("zone", "now", "late"),
    [
        ("Europe/Amsterdam", "2026-03-28T23:30:00+00:00", 1),
        ("Europe/Amsterdam", "2026-03-28T22:30:00+00:00", None),
        ("Europe/Amsterdam", "2026-10-25T22:30:00+00:00", 1),
        ("Europe/Amsterdam", "2026-10-25T23:30:00+00:00", 2),
        ("America/Chicago", "2026-03-09T04:30:00+00:00", 1),
        ("America/Chicago", "2026-03-09T05:30:00+00:00", 2),
    ],
)
def test_midnight_around_the_change_of_the_clock(zone: str, now: str, late: int | None) -> None:
    """A quarter of a day before and after: the offset of that very night counts."""
    moment = datetime.fromisoformat(now)
    promise = {"2026-03-2": date(2026, 3, 28), "2026-10-2": date(2026, 10, 24), "2026-03-0": date(2026, 3, 7)}[now[:9]]
    assert owed(zone, moment, promise).get("promise.days_late") == late
