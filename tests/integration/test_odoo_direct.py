"""The hand without a gate, with the rights that people in sales have, against look-alikes of 18 and 19."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.direct import Direct
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.transport import Api, Server
from triage.odoo.verbs import Activity, Apply, Done, Note, NoteText, Ticket, Verb, Withdraw

CARD = "card-01a223e2-69e9-74af-b676-179e62fc4e3d"
ORDER = RecordRef(model="sale.order", id=441, name="S00441")
TEXT = NoteText(title="Suggestion: delay, late", footer="Card 12")
SALES = ("base.group_user", "sales_team.group_sale_salesman")
DESK = (*SALES, "helpdesk_mgmt.group_helpdesk_manager")
NOTE = Note(marker=f"{CARD}.note", record=ORDER, text=TEXT)
TICKET = Ticket(marker=f"{CARD}.ticket", record=ORDER, name="S00441: delay", text=TEXT)

FIELDS = {"mail.message": "body", "mail.activity": "note", "helpdesk.ticket": "description"}


@pytest.fixture(scope="module", params=[18, 19])
def served(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as day:
        yield day


@pytest.fixture
def day(served: SampleDay) -> Iterator[SampleDay]:
    before = served.box.snapshot()
    yield served
    served.box.faults.clear()
    served.box.restore(before)


def hand(day: SampleDay, groups: Sequence[str] = SALES, login: str = "sally") -> Direct:
    user = day.box.add_user(login, groups=groups)
    server = Server(day.box.url, day.box.database, user.login, user.password, Api.JSONRPC)
    return Direct(Odoo.connect(server), day.connection)


def admin_hand(day: SampleDay) -> Direct:
    admin = day.box.admin
    server = Server(day.box.url, day.box.database, admin.login, admin.password, Api.JSONRPC)
    return Direct(Odoo.connect(server), day.connection)


def activity(reviewer: str | None = "femke.de.wit", summary: str = "Review") -> Activity:
    due = date(2026, 11, 20)
    return Activity(
        marker=f"{CARD}.activity", record=ORDER, summary=summary, note="a <b> c", due=due, reviewer=reviewer
    )


def write(day: SampleDay, model: str, number: int, values: dict[str, Any]) -> None:
    day.box.edit(lambda env: env[model].browse(number).write(values))


def user(day: SampleDay, login: str) -> dict[str, Any]:
    return next(row for row in day.box.rows("res.users") if row["login"] == login)


def ours(day: SampleDay, model: str, field: str) -> list[dict[str, Any]]:
    return [row for row in day.box.rows(model) if "[triage " in (row.get(field) or "")]


def again_by_another(day: SampleDay, ref: RecordRef) -> int:
    """The same once more, as another process of the same user would have posted it."""
    row = next(row for row in day.box.rows(ref.model) if row["id"] == ref.id)
    names = ("name", "stage_id", "model", "res_id", "res_model_id", "message_type", "subtype_id", "date_deadline")
    values = {name: row[name] for name in (*names, FIELDS[ref.model]) if name in row}
    values |= {"user_id": False} if ref.model == "helpdesk.ticket" else {}
    made = day.box.edit(lambda env: env[ref.model].create(values).ids[0], user(day, "sally")["id"])
    return int(made)


def followers(day: SampleDay) -> list[int]:
    rows = day.box.rows("mail.followers")
    return [row["partner_id"] for row in rows if (row["res_model"], row["res_id"]) == ("sale.order", ORDER.id)]


def statuses(done: list[Done]) -> list[str]:
    return [each.status for each in done]


def test_a_note_and_an_activity_need_sales_rights_only(day: SampleDay) -> None:
    sally = hand(day)
    verbs: list[Verb] = [NOTE, activity()]
    first = sally.do(verbs)
    assert statuses(first) == ["posted", "posted"]
    (planned,) = ours(day, "mail.activity", "note")
    assert first[1].ref == RecordRef(model="mail.activity", id=planned["id"], name=f"mail.activity {planned['id']}")
    assert (planned["res_id"], planned["summary"], planned["date_deadline"]) == (ORDER.id, "Review", "2026-11-20")
    assert planned["user_id"] == user(day, "femke.de.wit")["id"]
    assert "&lt;b&gt;" in planned["note"]
    assert statuses(sally.do(verbs)) == ["updated", "updated"]
    assert [len(ours(day, *place)) for place in (("mail.message", "body"), ("mail.activity", "note"))] == [1, 1]
    assert day.box.mails == []


def test_the_reviewer_does_not_become_a_follower(day: SampleDay) -> None:
    hand(day).do([activity()])
    assert followers(day) == []


def test_a_reviewer_who_followed_before_still_does(day: SampleDay) -> None:
    partner = user(day, "femke.de.wit")["partner_id"]
    day.box.edit(lambda env: env["sale.order"].browse(ORDER.id).message_subscribe([partner]))
    hand(day).do([activity()])
    assert followers(day) == [partner]


@pytest.mark.parametrize(("active", "asked"), [(True, "tom.hartley"), (False, "femke.de.wit")])
def test_the_owner_is_asked_while_he_is_active(day: SampleDay, active: bool, asked: str) -> None:
    sally = hand(day, (*SALES, "sales_team.group_sale_salesman_all_leads"))
    tom = user(day, "tom.hartley")["id"]
    write(day, "sale.order", ORDER.id or 0, {"user_id": tom})
    write(day, "res.users", tom, {"active": active})
    sally.do([activity()])
    assert ours(day, "mail.activity", "note")[0]["user_id"] == user(day, asked)["id"]


def test_what_was_done_before_a_refusal_is_told(day: SampleDay) -> None:
    done = hand(day).do([NOTE, TICKET, activity()])
    assert [(each.verb, each.status) for each in done] == [
        ("note", "posted"),
        ("ticket", "absent"),
        ("activity", "posted"),
    ]
    assert (done[1].marker, done[1].ref) == (TICKET.marker, None)


def test_a_refusal_with_nothing_done_is_raised(day: SampleDay) -> None:
    sally = hand(day)
    with pytest.raises(AccessDenied):
        sally.do([TICKET, NOTE])
    with pytest.raises(AccessDenied):
        sally.do([Withdraw(marker=NOTE.marker), TICKET])
    assert ours(day, "mail.message", "body") == []


def test_what_stands_on_no_list_is_refused_before_anything_is_done(day: SampleDay) -> None:
    with pytest.raises(OdooRejected, match="may not be written"):
        hand(day).do([NOTE, Apply(record=ORDER, values={"amount_total": 1})])
    assert ours(day, "mail.message", "body") == []


def test_a_withdrawal_that_is_refused_is_no_absence(day: SampleDay) -> None:
    sally = hand(day, (*SALES, "User: Team tickets"))  # makes tickets, and may not delete them
    assert statuses(sally.do([NOTE, TICKET])) == ["posted", "posted"]
    taken = sally.do([Withdraw(marker=NOTE.marker), Withdraw(marker=TICKET.marker)])
    assert statuses(taken) == ["withdrawn", "kept"]


@pytest.mark.parametrize("verb", [NOTE, activity(), TICKET], ids=lambda verb: verb.verb)
def test_what_another_posted_beside_is_taken_back_at_the_next_update(day: SampleDay, verb: Verb) -> None:
    sally = hand(day, DESK)
    (first,) = sally.do([verb])
    assert first.ref is not None
    model, number, field = first.ref.model, first.ref.id, FIELDS[first.ref.model]
    again_by_another(day, first.ref)
    assert len(ours(day, model, field)) == 2
    (again,) = sally.do([verb])
    assert (again.status, again.ref) == ("updated", first.ref)
    assert [row["id"] for row in ours(day, model, field)] == [number]


def test_a_second_ticket_that_people_have_taken_up_stays(day: SampleDay) -> None:
    sally = hand(day, DESK)
    (first,) = sally.do([TICKET])
    assert first.ref is not None
    other = again_by_another(day, first.ref)
    write(day, "helpdesk.ticket", other, {"user_id": user(day, "sally")["id"]})
    sally.do([TICKET])
    assert len(ours(day, "helpdesk.ticket", "description")) == 2
    (taken,) = sally.do([Withdraw(marker=TICKET.marker)])
    assert (taken.status, taken.ref and taken.ref.id) == ("kept", other)
    assert [row["id"] for row in ours(day, "helpdesk.ticket", "description")] == [other]


def test_two_at_once_leave_one_activity(day: SampleDay) -> None:
    sally = hand(day)
    me = user(day, "sally")["id"]
    note = f"<p>x [triage {CARD}.activity]</p>"

    def other() -> None:
        day.box.edit(
            lambda env: env["sale.order"].browse(ORDER.id).activity_schedule("mail.mail_activity_data_todo", note=note),
            me,
        )

    day.box.faults.before("sale.order", "activity_schedule", other)
    (done,) = sally.do([activity()])
    (left,) = ours(day, "mail.activity", "note")
    assert done.ref is not None
    assert done.ref.id == left["id"]


def test_the_stage_is_the_granted_one_under_whatever_name_else_the_one_so_named(day: SampleDay) -> None:
    stages = {row["name"]: row["id"] for row in day.box.rows("helpdesk.ticket.stage")}
    granted = stages["Suggested by triage"]
    write(day, "helpdesk.ticket.stage", granted, {"name": "Vorschläge"})
    write(day, "helpdesk.ticket.stage", stages["Awaiting"], {"name": "Suggested by triage"})
    assert statuses(admin_hand(day).do([TICKET])) == ["posted"]
    assert ours(day, "helpdesk.ticket", "description")[-1]["stage_id"] == granted
    assert statuses(hand(day, DESK).do([TICKET])) == ["posted"]
    assert ours(day, "helpdesk.ticket", "description")[-1]["stage_id"] == stages["Awaiting"]
