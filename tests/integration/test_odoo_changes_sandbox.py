"""Changes, events and threads over a look-alike of Odoo, as the service user sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from triage.cli.connected import Connected, using
from triage.domain import Policy, RecordRef
from triage.odoo.capture import MODELS
from triage.odoo.changes import Watermark, changed
from triage.odoo.sandbox.demo import SampleDay, sample_day

FORM = "%Y-%m-%d %H:%M:%S"


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


@pytest.fixture
def at(day: SampleDay) -> Iterator[Connected]:
    before = day.box.snapshot()
    with using(day.connection, environment={"TRIAGE_ODOO_KEY": day.key}) as found:
        yield found
    day.box.restore(before)


def moved(count: int) -> datetime:
    """A time after everything that the sample day wrote."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(hours=count)


def stamp(day: SampleDay, model: str, numbers: list[int], name: str, moment: datetime) -> None:
    def work(env: Any) -> None:
        for number in numbers:
            env.db.tables.update(model, number, {name: moment.strftime(FORM)})

    day.box.edit(work)


def test_more_changes_of_one_time_than_a_page_are_all_seen(at: Connected, day: SampleDay) -> None:
    tasks = day.box.edit(lambda env: [env["crm.lead"].create({"name": f"L{n}"}).id for n in range(2050)])
    stamp(day, "crm.lead", tasks, "write_date", moved(1))
    found = changed(at.odoo, Watermark(moved(1) - timedelta(minutes=10)), MODELS)
    assert {ref.id for ref in found.refs if ref.model == "crm.lead"} == set(tasks)
    assert changed(at.odoo, Watermark(found.watermark.moment + timedelta(minutes=6))).refs == ()


def test_a_message_committed_late_with_a_smaller_id_is_seen(at: Connected, day: SampleDay) -> None:
    def work(env: Any) -> list[int]:
        return [
            env["sale.order"].browse(order).message_post(body="Hello", message_type="comment").id
            for order in (398, 437)
        ]

    early, late = day.box.edit(work, user=2)
    stamp(day, "mail.message", [late], "create_date", moved(2))
    found = changed(at.odoo, Watermark(moved(1)), MODELS)
    assert [ref.key for ref in found.refs] == ["sale.order:437"]
    stamp(day, "mail.message", [early], "create_date", moved(2) - timedelta(minutes=1))
    again = changed(at.odoo, found.watermark, MODELS)
    assert [ref.key for ref in again.refs] == ["sale.order:398", "sale.order:437"]


def test_a_review_keeps_the_reviewers_words_down_to_the_case(at: Connected, day: SampleDay) -> None:
    review = {"model": "sale.order", "res_id": 412, "status": "pending", "comment": "Price too low?"}
    number = day.box.edit(lambda env: env["tier.review"].create(review).id)
    source = at.source(Policy(), "none")
    order = source.event(RecordRef(model="sale.order", id=412, name="S00412"))
    event = source.event(RecordRef(model="tier.review", id=number, name="x"))
    case = source.capture(event.ref)
    assert case is not None
    assert (event.ref, event.key == order.key) == (order.ref, False)
    assert [message.body for message in case.messages] == ["Price too low?"]


def test_a_changed_record_is_another_event_in_the_same_source(at: Connected, day: SampleDay) -> None:
    source = at.source(Policy(), "none")
    ref = source.find("sale.order:S00398")
    first = source.event(ref)
    assert source.event(ref).key == first.key
    day.box.edit(lambda env: env["sale.order"].browse(398).write({"client_order_ref": "changed"}))
    assert source.event(ref).key != first.key


def test_our_review_done_by_a_person_is_no_message(at: Connected, day: SampleDay) -> None:
    def work(env: Any) -> None:
        order = env["sale.order"].browse(398)
        for summary in ("Review suggestion: delay, late", "Call them"):
            planned = order.activity_schedule("mail.mail_activity_data_todo", summary=summary, user_id=2)
            planned.action_feedback()

    day.box.edit(work, user=2)
    case = at.capture.case(at.capture.find("sale.order:S00398"))
    assert case is not None
    done = [message.body for message in case.messages if "done" in message.body]
    assert ["Call them" in body for body in done] == [True]
