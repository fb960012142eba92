"""Payloads lie apart by months on PostgreSQL; a month whose time is up goes as a whole, and the proof stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.databases import PostgresServer, damage, place_in
from tests.unit.opened_store import COMPANY, ORDER, Opened, case, event, proposal, ref
from triage.audit import retention
from triage.audit.verify import verify
from triage.domain import KEPT, OF_THE_STORE, NoException, utc
from triage.errors import StoreError
from triage.storage import migrations, months, records
from triage.storage.database import Database
from triage.storage.postgres import PostgresDatabase

EVERYTHING = {"event": 30, "step": 30, "outcome": 30}
THEN = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path, postgres_url: str) -> Iterator[Opened]:
    place_in(tmp_path, postgres_url)
    with Opened(tmp_path) as everything:
        yield everything


def filled(opened: Opened, *moments: datetime) -> None:
    """An event with a step and an outcome at each of these times, each on an order of its own, in months made ready."""
    for number, moment in enumerate(moments, start=1):
        opened.clock.now = moment
        months.make_ready(opened.database, moment)
        log = opened.journal.of(event(f"file:{number}", ref(number)))
        log.once("capture", ORDER, lambda _: case())
        log.close(NoException(why="thanks"))


def test_what_is_kept_at_any_age_lies_in_no_month(opened: Opened) -> None:
    months.make_ready(opened.database, THEN)
    place = {
        kind: opened.database.query("SELECT payload_month(?, ?)", (kind, utc(THEN)))[0][0]
        for kind in (*OF_THE_STORE, "event")
    }
    assert {kind for kind, month in place.items() if month == "other"} == KEPT
    assert {month for month in place.values() if month != "other"} == {"2026-03"}


def lying(opened: Opened) -> dict[str, int]:
    rows = opened.database.query("SELECT month, count(*) FROM payloads GROUP BY month ORDER BY month")
    return {row[0]: row[1] for row in rows}


def retained(opened: Opened, days: dict[str, int], now: datetime) -> dict[str, bool]:
    """What `triage audit retain --apply` does; the months that were to go as a whole, and whether they went."""
    whole = retention.whole_months(opened.journal, {COMPANY: days}, now)
    retention.finish(opened.journal, whole)
    list(retention.apply(opened.journal, COMPANY, days, now, "timer", whole))
    return dict(retention.drop_months(opened.journal, whole))


def test_a_payload_lies_in_the_month_in_which_it_was_recorded(opened: Opened) -> None:
    filled(opened, THEN, datetime(2026, 3, 31, 23, 50, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    retention.hold(opened.journal, opened.journal.case_key(event(record=ref(1))), COMPANY, "dpo", "claim", THEN)
    assert lying(opened) == {"2026-03": 6, "2026-04": 3, "other": 1}
    assert verify(opened.database, opened.keys).first_bad is None


def test_what_comes_in_a_month_that_nobody_made_ready_is_not_lost(opened: Opened) -> None:
    opened.clock.now = datetime(2031, 1, 1, tzinfo=UTC)
    log = opened.journal.of(event())
    assert log.once("capture", ORDER, lambda _: case()) == case()
    assert lying(opened) == {"other": 2}
    assert months.make_ready(opened.database, opened.clock.now) == ["2031-01", "2031-02", "2031-03", "2031-04"]
    assert months.make_ready(opened.database, opened.clock.now) == []
    log.close(NoException(why="thanks"))
    assert lying(opened) == {"2031-01": 1, "other": 2}
    assert log.once("capture", ORDER, lambda _: pytest.fail("was recorded")) == case()
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_month_goes_as_a_whole_when_all_of_it_is_over(opened: Opened) -> None:
    filled(opened, THEN, THEN + timedelta(days=20), THEN + timedelta(days=60))
    now = THEN + timedelta(days=62)
    assert retained(opened, EVERYTHING, now) == {"2026-03": True, "2026-04": True}
    assert "2026-03" not in months.known(opened.database)
    assert lying(opened)["2026-05"] == 3
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.erased) == (None, 6)
    assert retained(opened, EVERYTHING, now) == {}


def test_a_month_with_something_that_stays_goes_row_by_row(opened: Opened) -> None:
    filled(opened, THEN)
    assert retained(opened, {"event": 30, "capture": 30}, THEN + timedelta(days=62)) == {"2026-04": True}
    assert lying(opened)["2026-03"] == 1  # the outcome, which policy does not name
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.erased) == (None, 2)


def test_a_case_on_hold_keeps_its_month(opened: Opened) -> None:
    filled(opened, THEN, THEN + timedelta(days=1))
    held = opened.journal.case_key(event(record=ref(1)))
    retention.hold(opened.journal, held, COMPANY, "dpo", "claim 7", THEN)
    now = THEN + timedelta(days=62)
    assert "2026-03" not in retained(opened, EVERYTHING, now)
    assert lying(opened)["2026-03"] == 3
    retention.lift(opened.journal, held, COMPANY, "dpo", "over", now)
    assert retained(opened, EVERYTHING, now)["2026-03"]
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_hold_that_comes_in_between_keeps_its_case_and_nothing_else(opened: Opened) -> None:
    filled(opened, THEN, THEN + timedelta(days=1))
    now = THEN + timedelta(days=62)
    whole = retention.whole_months(opened.journal, {COMPANY: EVERYTHING}, now)
    list(retention.apply(opened.journal, COMPANY, EVERYTHING, now, "timer", whole))
    assert lying(opened)["2026-03"] == 6
    retention.hold(opened.journal, opened.journal.case_key(event(record=ref(1))), COMPANY, "dpo", "claim 7", now)
    assert dict(retention.drop_months(opened.journal, whole))["2026-03"] is False
    assert retention.finish(opened.journal, []) == 3
    assert lying(opened)["2026-03"] == 3
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_month_that_is_being_read_goes_the_next_time(opened: Opened) -> None:
    filled(opened, THEN)
    now = THEN + timedelta(days=62)
    with PostgresDatabase.open_url((opened.home / "database.url").read_text()) as other, other.snapshot():
        assert other.query("SELECT count(*) FROM payloads")[0][0] == 3
        assert retained(opened, EVERYTHING, now)["2026-03"] is False
    assert retained(opened, EVERYTHING, now)["2026-03"] is True
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_payload_in_a_wrong_month_or_in_two_is_found(opened: Opened) -> None:
    filled(opened, THEN)
    target = (opened.home / "database.url").read_text()
    months.make_ready(opened.database, THEN + timedelta(days=60))
    for sql in (
        "UPDATE payloads SET month = '2026-05' WHERE seq = 2",
        "INSERT INTO payloads SELECT stream, seq, sealed, 'other' FROM payloads WHERE seq = 2",
    ):
        damage(target, sql)
        assert verify(opened.database, opened.keys).first_bad, sql
        damage(target, "DELETE FROM payloads WHERE seq = 2 AND month = 'other'")
        damage(target, "UPDATE payloads SET month = '2026-03' WHERE seq = 2")
        assert verify(opened.database, opened.keys).first_bad is None


@pytest.fixture
def service(opened: Opened, postgres: PostgresServer) -> Iterator[Opened]:
    """The store as a service's own role sees it."""
    schema = opened.database._schema  # type: ignore[attr-defined]
    postgres.run(f"CREATE ROLE {schema}_service LOGIN")
    opened.database.query("SELECT triage_grant(?)", (f"{schema}_service",))
    home = opened.home / "service"
    home.mkdir()
    place_in(home, postgres.url(schema=schema, user=f"{schema}_service"))
    (opened.home / "keys.db").rename(home / "keys.db")
    opened.keys.close()
    with Opened(home) as everything:
        yield everything


def test_the_services_role_makes_and_drops_months_without_more_rights(service: Opened) -> None:
    filled(service, THEN)
    assert lying(service) == {"2026-03": 3}
    assert retained(service, EVERYTHING, THEN + timedelta(days=62))["2026-03"]
    assert verify(service.database, service.keys).first_bad is None


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM payloads_2026_03",
        "UPDATE payloads_2026_03 SET seq = 9",
        "INSERT INTO payloads_2026_03 SELECT * FROM payloads",
        "TRUNCATE payloads_2026_03",
        "DROP TABLE payloads_2026_03",
        "ALTER TABLE payloads DETACH PARTITION payloads_2026_03",
        "UPDATE payloads SET month = 'other'",
    ],
)
def test_the_services_role_reaches_no_month_past_its_table(service: Opened, sql: str) -> None:
    filled(service, THEN)
    with pytest.raises(StoreError, match="lacks a right"):
        service.database.execute(sql)


def test_a_month_does_not_go_without_leave_for_each_payload(service: Opened) -> None:
    filled(service, THEN)
    assert not months.drop(service.database, "2026-03")
    assert not months.drop(service.database, "other")
    with pytest.raises(StoreError, match="is no month"):
        service.database.query("SELECT make_payload_month('2026-03; DROP TABLE journal')")


def test_a_table_of_the_callers_own_gives_no_leave(service: Opened) -> None:
    filled(service, THEN)
    with service.database.transaction():
        service.database.execute("CREATE TEMPORARY TABLE removals AS SELECT stream, seq FROM journal")
        assert not months.drop(service.database, "2026-03")
        with pytest.raises(StoreError, match="after a recorded removal"), service.database.transaction():
            service.database.execute("DELETE FROM payloads")


def before_months(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a store as the version before made it."""
    known = migrations.known("postgresql")
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "known", lambda _: tuple(each for each in known if each.number < 16))
        Database.open(url).close()


def as_before(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    def insert(database: Database, record: records.Record) -> None:
        database.execute(records._INSERT, records._columns(record))
        sql = f"INSERT INTO payloads (stream, seq, sealed) VALUES ({columns})"
        database.execute(sql, (record.stream, record.seq, record.sealed))

    monkeypatch.setattr(records, "follow", lambda *_: False)
    monkeypatch.setattr(records, "insert", insert)
    monkeypatch.setattr(records, "append_at_once", lambda *_: False)
    monkeypatch.setitem(months.OF, "postgresql", months.OF["sqlite"])
    monkeypatch.setitem(months.BESIDE, "postgresql", months.BESIDE["sqlite"])


def test_an_older_store_moves_with_all_that_it_holds(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.schema()
    schema = url.rsplit("%3D", 1)[1]
    before_months(url, monkeypatch)
    postgres.run(f"CREATE ROLE {schema}_service LOGIN")
    place_in(tmp_path, url)
    with monkeypatch.context() as patch:
        as_before(patch, "?, ?, ?")
        patch.setattr(PostgresDatabase, "_prepare", lambda _: None)
        with Opened(tmp_path) as old:
            old.database.query("SELECT triage_grant(?)", (f"{schema}_service",))
            for number, moment in enumerate((THEN, THEN + timedelta(days=30), THEN + timedelta(days=31)), start=1):
                old.clock.now = moment
                log = old.journal.of(event(f"file:{number}", ref(number)))
                log.once("capture", ORDER, lambda _: case())
                log.atomic("card", None, lambda _, n=number: old.cards.put(proposal(record=ref(n)), f"file:{n}"))
            kept = rows(url)
        assert len(kept) == 9
    with Opened(tmp_path) as new:
        assert rows(url) == kept
        assert lying(new) == {"2026-03": 3, "2026-04": 6}
        assert verify(new.database, new.keys).first_bad is None
        with monkeypatch.context() as patch:  # a process of the version before is still running
            as_before(patch, "?, ?, ?")
            old_log = new.journal.of(event("file:4"))
        assert new.journal.of(event("file:4")).case == old_log.case
        assert verify(new.database, new.keys).first_bad is None
    place_in(tmp_path, postgres.url(schema=schema, user=f"{schema}_service"))
    with Opened(tmp_path) as served:  # before anybody runs triage_grant again
        served.journal.of(event("file:5")).close(NoException(why="thanks"))
        assert verify(served.database, served.keys).first_bad is None
        with pytest.raises(StoreError, match="lacks a right"):
            served.database.execute("UPDATE payloads SET sealed = NULL")


def rows(url: str) -> list[Any]:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT stream, seq, sealed FROM payloads ORDER BY stream, seq").fetchall()


def test_payloads_without_their_records_stop_the_move(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_months(postgres_url, monkeypatch)
    damage(postgres_url, "INSERT INTO payloads (stream, seq, sealed) VALUES ('x', 1, '\\x00')")
    with pytest.raises(StoreError, match="1 payloads lie here without their records"):
        Database.open(postgres_url)
    assert len(rows(postgres_url)) == 1
