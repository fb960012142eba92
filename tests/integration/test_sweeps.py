"""Sweeps over a look-alike of Odoo into a real inbox: complete, once, bounded, and safe to break off anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service.monitoring.figures import Looked, StoreFigures
from service.monitoring.labels import Companies
from tests.integration.sweeping import NOON, Desk, desk_at
from tests.unit.opened_store import Opened
from triage.domain import Arrival, Door, RecordRef
from triage.errors import AccessDenied, Conflict, OdooUnavailable, StoreError
from triage.odoo.connection import Sweeping
from triage.odoo.sandbox.demo import SampleDay, sample_day


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


@pytest.fixture
def desk(day: SampleDay, home: Path) -> Iterator[Desk]:
    with Opened(home) as opened, desk_at(day, opened) as found:
        yield found


def test_the_first_round_leaves_alone_what_is_there(desk: Desk) -> None:
    assert desk.arrivals() == []


def test_the_first_round_can_look_back_some_days(day: SampleDay, tmp_path: Path) -> None:
    with Opened(tmp_path) as opened, desk_at(day, opened) as desk:
        before = Desk(day, desk.at, opened, sweeping=Sweeping(first_days=3, pause_seconds=0))
        opened.database.execute("DELETE FROM watermarks")
        before.stamp("sale.order", [398], NOON - timedelta(days=2))
        before.stamp("sale.order", [412], NOON - timedelta(days=4))
        before.sweep_all()
        assert before.swept() == ["sale.order:398"]


def test_a_changed_order_comes_in_once_however_often_it_is_seen(desk: Desk) -> None:
    desk.edit("sale.order", 398, client_order_ref="changed")
    first, again = desk.sweep(), desk.sweep()
    [arrival] = desk.arrivals()
    assert (arrival.ref.name, arrival.door, arrival.source) == ("S00398", Door.SWEEP, "sweep")
    assert arrival.company == desk.at.company().name
    assert (first.new, again.arrivals, again.new) == (1, 1, 0)


def test_another_change_of_the_same_order_is_another_arrival(desk: Desk) -> None:
    desk.edit("sale.order", 398)
    desk.sweep()
    desk.clock.after(seconds=30)
    desk.edit("sale.order", 398)
    assert desk.sweep().new == 1


def test_what_the_webhook_lost_is_found_and_what_it_brought_is_known(desk: Desk) -> None:
    """Odoo gives one second, does not retry, and loses the event where nobody answers: here every third is lost."""
    leads = [desk.create("crm.lead", name=f"Complaint {n}") for n in range(60)]
    brought = [number for n, number in enumerate(leads) if n % 3]
    for number in brought:
        ref = RecordRef(model="crm.lead", id=number, name=f"crm.lead {number}")
        hook = {"key": f"hook {number}", "source": "odoo", "door": Door.HOOK, "company": desk.at.company().name}
        now = desk.clock.now
        desk.inbox.accept(Arrival.model_validate(hook | {"ref": ref, "received_at": now, "due_at": now}))
    desk.sweep()
    by_door = {door: {a.ref.id for a in desk.arrivals() if a.door is door} for door in (Door.HOOK, Door.SWEEP)}
    lost = by_door[Door.SWEEP] - by_door[Door.HOOK]
    assert len(lost) == 20
    assert by_door[Door.SWEEP] == set(leads)


def test_a_message_is_seen_although_it_touches_no_write_date(desk: Desk) -> None:
    post = {"body": "Where is it?", "message_type": "comment"}
    [number] = desk.day.box.edit(lambda env: [env["stock.picking"].browse(801).message_post(**post).id], user=2)
    desk.stamp("mail.message", [number], desk.clock.now, "create_date")
    desk.sweep()
    assert desk.swept() == ["stock.picking:801"]


def test_our_own_notes_and_drafts_are_no_change(desk: Desk) -> None:
    user = desk.at.odoo.user

    def work(env: Any) -> list[int]:
        return [env["sale.order"].browse(398).message_post(body="Suggestion", author_id=user.partner).id]

    desk.stamp("mail.message", desk.day.box.edit(work), desk.clock.now, "create_date")
    ticket = desk.create("helpdesk.ticket", name="Draft", description="x")
    desk.day.box.edit(
        lambda env: env.db.tables.update("helpdesk.ticket", ticket, {"create_uid": user.id, "write_uid": user.id})
    )
    desk.sweep()
    assert desk.arrivals() == []


def test_an_import_of_one_second_larger_than_any_page_is_seen_whole_in_bounded_rounds(desk: Desk) -> None:
    desk.sweeping = Sweeping(pause_seconds=0, page=100, most_records=300, most_calls=40)
    leads = [desk.create("crm.lead", name=f"L{n}") for n in range(730)]
    desk.clock.after(seconds=5)
    desk.edit("sale.order", 398)
    calls = len(desk.day.box.calls)
    rounds = desk.sweep_all()
    assert {a.ref.id for a in desk.arrivals() if a.ref.model == "crm.lead"} == set(leads)
    assert "sale.order:398" in desk.swept()
    assert all(each.records <= 300 + 100 and each.calls <= 40 + 12 for each in rounds)
    assert [each.is_behind for each in rounds] == [True] * (len(rounds) - 1) + [False]
    assert sum(each.calls for each in rounds) <= len(desk.day.box.calls) - calls
    assert sum(each.new for each in rounds) == 731


def test_more_changes_within_the_overlap_than_a_round_takes_do_not_keep_it_busy_for_ever(desk: Desk) -> None:
    desk.sweeping = Sweeping(pause_seconds=0, page=10, most_records=10, most_calls=1000)
    for n in range(45):
        desk.create("crm.lead", name=f"L{n}")
        desk.clock.after(seconds=1)
    desk.sweep_all()
    again = desk.sweep_all()
    assert sum(each.records for each in again) == 45
    assert sum(each.new for each in again) == 0


def test_the_oldest_change_comes_first_over_all_models(desk: Desk) -> None:
    desk.sweeping = Sweeping(pause_seconds=0, page=10, most_records=10, most_calls=1000)
    start = desk.clock.now
    for n in range(30):
        number = desk.create("crm.lead", name=f"L{n}")
        desk.stamp("crm.lead", [number], start + timedelta(seconds=60 + n))
    desk.edit("sale.order", 398, start)
    desk.sweep()
    seen = desk.swept()
    assert "sale.order:398" in seen
    assert len(seen) < 31


def test_a_burst_is_not_read_again_and_again_while_nothing_follows_it(desk: Desk) -> None:
    for n in range(30):
        desk.create("crm.lead", name=f"L{n}")
    assert desk.sweep().records == 30
    desk.clock.after(minutes=1)
    assert desk.sweep().records == 30, "within the overlap"
    desk.clock.after(minutes=6)
    desk.sweep()
    desk.clock.after(minutes=1)
    assert desk.sweep().records == 0


@pytest.mark.parametrize("minutes", [-30, 30])
def test_odoos_clock_may_be_wrong(day: SampleDay, tmp_path: Path, minutes: int) -> None:
    """Only times of Odoo's own clock are compared with each other; ours tells no more than how long something took."""
    with Opened(tmp_path) as opened, desk_at(day, opened) as desk:
        opened.database.execute("DELETE FROM watermarks")
        old = desk.create("crm.lead", name="already there")
        desk.stamp("crm.lead", [old], desk.clock.now + timedelta(minutes=minutes))
        desk.sweep()
        leads = []
        for n in range(5):
            desk.clock.after(minutes=20 if n % 2 else 2)
            leads.append(desk.create("crm.lead", name=f"L{n}"))
            desk.stamp("crm.lead", leads[-1:], desk.clock.now + timedelta(minutes=minutes))
            desk.sweep()
        assert {a.ref.id for a in desk.arrivals() if a.ref.model == "crm.lead"} == set(leads)


def test_no_look_goes_back_behind_the_first(desk: Desk) -> None:
    desk.stamp("sale.order", [398], NOON - timedelta(hours=3))
    desk.opened.database.execute("DELETE FROM watermarks")
    desk.sweep()
    desk.clock.after(days=2)
    desk.sweep()
    assert desk.arrivals() == []


class Breaking:
    """An inbox that breaks off before, or after it has kept what it is given."""

    def __init__(self, inner: Any, after: bool) -> None:
        self.inner, self.after = inner, after

    def accept_many(self, arrivals: Sequence[Arrival]) -> Any:
        if self.after:
            self.inner.accept_many(arrivals)
        raise StoreError("killed here")


@pytest.mark.parametrize("after", [False, True])
def test_broken_off_around_the_inbox_nothing_is_lost_and_nothing_doubled(desk: Desk, after: bool) -> None:
    leads = [desk.create("crm.lead", name=f"L{n}") for n in range(25)]
    with pytest.raises(StoreError, match="killed here"):
        desk.sweeper(inbox=Breaking(desk.inbox, after)).once()
    desk.sweep()
    assert sorted(a.ref.id or 0 for a in desk.arrivals()) == leads


def test_broken_off_before_the_position_is_moved_the_same_is_seen_again(desk: Desk) -> None:
    class Stuck:
        of, begin = desk.watermarks.of, desk.watermarks.begin

        def move(self, seen: object, to: object) -> None:
            raise StoreError("killed here")

    desk.create("crm.lead", name="L")
    with pytest.raises(StoreError, match="killed here"):
        for _ in range(20):
            desk.sweeper(watermarks=Stuck()).once()
    desk.clock.after(hours=1)
    desk.sweep()
    assert len(desk.arrivals()) == 1


def test_one_sweeps_at_a_time_and_a_dead_ones_lease_runs_out(desk: Desk) -> None:
    desk.create("crm.lead", name="L")
    assert desk.leases.take(f"sweep {desk.at.place}", "another", 60)
    assert desk.sweep().is_elsewhere
    assert desk.arrivals() == []
    desk.clock.after(seconds=61)
    assert desk.sweep().new == 1
    assert desk.leases.holder(f"sweep {desk.at.place}") is None


def test_a_sweeper_that_was_overtaken_moves_nothing_back(desk: Desk) -> None:
    overtaken = desk.watermarks.of(desk.at.place)["crm.lead"]
    desk.create("crm.lead", name="L")
    desk.sweep()
    with pytest.raises(Conflict, match=r"crm\.lead"):
        desk.watermarks.move(overtaken, overtaken)


def test_odoo_down_in_the_middle_stops_the_round_and_the_next_goes_on(desk: Desk) -> None:
    leads = [desk.create("crm.lead", name=f"L{n}") for n in range(5)]
    desk.day.box.stop()
    with pytest.raises(OdooUnavailable):
        desk.sweep()
    desk.day.box.start()
    desk.sweep()
    assert sorted(a.ref.id or 0 for a in desk.arrivals()) == leads


def test_a_transaction_that_ends_late_is_seen_by_the_overlap(desk: Desk) -> None:
    desk.edit("sale.order", 398)
    desk.sweep()
    desk.edit("sale.order", 412, desk.clock.now - timedelta(minutes=4))
    desk.clock.after(minutes=1)
    desk.sweep()
    assert desk.swept() == ["sale.order:398", "sale.order:412"]


def test_a_transaction_that_ran_for_hours_is_seen_once_a_day(desk: Desk) -> None:
    desk.edit("sale.order", 398)
    desk.sweep()
    desk.edit("sale.order", 412, desk.clock.now - timedelta(hours=3))
    desk.clock.after(hours=1)
    desk.sweep()
    assert desk.swept() == ["sale.order:398"]
    desk.clock.after(hours=23)
    desk.sweep()
    assert "sale.order:412" in desk.swept()


def forbid_leads(desk: Desk) -> None:
    def work(env: Any) -> None:
        for row in env["ir.model.access"].search([("model_id.model", "=", "crm.lead")]):
            row.write({"active": False})

    desk.day.box.edit(work)


def lag(desk: Desk) -> float:
    """Seconds, as they are scraped."""
    policies, companies = (lambda: desk.policies), Companies((), 20)
    figures = StoreFigures(
        Looked(lambda: desk.opened.database, desk.clock, policies, lambda: (desk.at.place, 60.0), companies)
    )
    figures.look()
    [family] = [each for each in figures.families() if each.name == "triage_sweep_lag_seconds"]
    return float(family.samples[0].value)


def test_what_the_service_user_may_not_read_is_named_and_the_rest_is_swept(desk: Desk) -> None:
    desk.create("crm.lead", name="L")
    desk.edit("sale.order", 398)
    forbid_leads(desk)
    found = desk.sweep()
    assert found.hidden == ("crm.lead",)
    assert desk.swept() == ["sale.order:398"]


def test_a_sweep_is_through_without_what_may_not_be_read_or_is_not_wanted_any_more(desk: Desk) -> None:
    forbid_leads(desk)
    desk.sweeping = desk.sweeping.model_copy(update={"models": ("sale.order", "crm.lead")})
    assert lag(desk) == 600
    desk.sweep()
    assert lag(desk) == 0
    desk.clock.after(hours=1)
    assert lag(desk) == 3600


def test_a_pass_over_several_rounds_is_through_when_its_last_round_is(desk: Desk) -> None:
    forbid_leads(desk)
    desk.edit("sale.order", 398)
    desk.edit("sale.order", 412)
    desk.sweeping = desk.sweeping.model_copy(update={"most_records": 1})
    sweeper = desk.sweeper()
    assert sweeper.once().is_behind
    assert lag(desk) == 600
    while sweeper.once().is_behind:
        assert lag(desk) == 600
    assert lag(desk) == 0


def test_a_key_that_is_refused_is_an_error_and_not_an_empty_round(desk: Desk) -> None:
    desk.day.box.edit(lambda env: env["res.users"].browse(desk.at.odoo.user.id).write({"active": False}))
    with pytest.raises(AccessDenied):
        desk.sweep()
    assert lag(desk) == 600
