"""Open exceptions that nobody touches: marked once for each stall, lifted when somebody acts; cards that expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sweeping import NOON, Desk, desk_at
from tests.unit.opened_store import COMPANY, Opened, decision, event, proposal
from tests.unit.test_newer_records import newer
from triage.audit import sealing
from triage.audit.story import story
from triage.audit.verify import verify
from triage.cards import transitions
from triage.domain import (
    Advisory,
    Card,
    CardState,
    Category,
    Policy,
    Publication,
    RecordRef,
    Severity,
    Stalled,
    Suggestion,
    Thresholds,
    Verdict,
)
from triage.domain.policies import PolicyBook
from triage.errors import OdooRejected, OdooUnavailable
from triage.jobs.resolution import Resolution
from triage.jobs.switching import Obedient, Switch
from triage.jobs.watchdog import Watchdog, Watched
from triage.odoo.load import Load
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.pipeline import Publish, publish

ORDER = RecordRef(model="sale.order", id=425, name="S00425")


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


class Office:
    """Cards over a swept sandbox, and a board where notes are put."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.opened = desk, desk.opened
        self.opened.cards._clock = self.opened.journal._clock = desk.clock
        self.notes: dict[int, str] = {}
        self.is_down = False
        self.refused: set[int] = set()
        self.obeys: Switch | None = None
        desk.stamp("sale.order", [425, 398], NOON - timedelta(days=9))

    def put(self, record: RecordRef = ORDER, **more: Any) -> Card:
        made = event(f"file:{record.key}", record)
        self.opened.journal.of(made)
        return self.opened.cards.put(proposal(record=record, **more), made.key)

    def publish(self, card: Card) -> Publication:
        if self.is_down:
            raise OdooUnavailable("down")
        if card.number in self.refused:
            raise OdooRejected("no")
        self.notes[card.number] = f"{card.state.value} {card.severity.value}"
        note = RecordRef(model="mail.message", id=card.number, name="note")
        posted = Advisory(verb="note", marker="m", status="posted", ref=note)
        return Publication(card=card.id, on=card.proposal.record, advisories=(posted,))

    def publishes(self, card: Card) -> None:
        publish(card, self.publish, self.opened.cards, self.opened.journal)

    def watch(self) -> Watched:
        cards, journal, desk = self.opened.cards, self.opened.journal, self.desk
        load = Load(desk.at.odoo, 1000)
        return Watchdog(cards, journal, load, desk.policies, desk.clock, self.writes()).once()

    def resolve(self) -> Any:
        desk = self.desk
        parts = (self.opened.cards, self.opened.journal, desk.inbox, desk.watermarks, desk.policies, desk.at.place)
        return Resolution(*parts, desk.clock, self.writes()).once()

    def writes(self) -> Publish:
        return Obedient(self.publish, self.obeys) if self.obeys else self.publish

    def message(self, user: int, moment: datetime) -> None:
        post = {"body": "Looking into it", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
        number = self.desk.day.box.edit(lambda env: env["sale.order"].browse(425).message_post(**post).id, user=user)
        self.desk.stamp("mail.message", [number], moment, "create_date")

    def card(self, number: int = 1) -> Card:
        return self.opened.cards.get(number)


@pytest.fixture
def office(day: SampleDay, home: Path) -> Iterator[Office]:
    with Opened(home) as opened, desk_at(day, opened) as desk:
        yield Office(desk)


def test_nobody_acts_for_a_day_and_the_severity_rises_once(office: Office) -> None:
    office.publishes(office.put(suggestion=Suggestion(category=Category.STOCK, severity=Severity.NORMAL)))
    office.desk.clock.after(hours=23)
    assert office.watch() == Watched(seen=1)
    office.desk.clock.after(hours=2)
    assert office.watch() == Watched(seen=1, stalled=1)
    assert (office.card().severity, office.notes) == (Severity.HIGH, {1: "open high"})
    assert office.watch() == Watched(seen=1)
    office.desk.clock.after(days=3)
    assert office.watch() == Watched(seen=1)
    assert (office.card().severity, office.card().revision) == (Severity.HIGH, 2)
    told = [e for e in story(office.opened.database, office.opened.keys, office.card()) if isinstance(e.value, Stalled)]
    assert [entry.text.startswith("nobody has answered, changed or planned") for entry in told] == [True]
    assert verify(office.opened.database, office.opened.keys).first_bad is None


def test_a_mark_stays_when_the_card_is_brought_up_to_date(office: Office) -> None:
    office.put()
    office.desk.clock.after(hours=25)
    office.watch()
    office.put(summary="They ask again.")
    assert office.card().severity is Severity.HIGH


@pytest.mark.parametrize("how", ["note", "change", "plan", "word"])
def test_whoever_acts_keeps_it_quiet_and_lifts_the_mark(office: Office, how: str) -> None:
    card = office.put(second_person=True)
    office.desk.clock.after(hours=25)
    assert office.watch().stalled == 1
    now = office.desk.clock.now
    if how == "note":
        office.message(2, now)
    elif how == "change":
        office.desk.edit("sale.order", 425)
        office.desk.day.box.edit(lambda env: env.db.tables.update("sale.order", 425, {"write_uid": 2}))
    elif how == "plan":
        plan = {"summary": "Call them", "user_id": 2, "date_deadline": (now + timedelta(days=2)).date()}
        office.desk.day.box.edit(
            lambda env: env["sale.order"].browse(425).activity_schedule("mail.mail_activity_data_todo", **plan), user=2
        )
    else:
        said = transitions.decide(office.card(), decision(card, Verdict.ACCEPT).with_(at=now), Policy())
        office.opened.cards.save(said, office.card().revision)
    assert office.watch() == Watched(seen=1, lifted=1)
    assert office.card().severity is Severity.NORMAL
    assert office.watch() == Watched(seen=1)


def test_after_somebody_acted_the_next_stall_is_another_one(office: Office) -> None:
    office.put()
    office.desk.clock.after(hours=25)
    office.watch()
    office.message(2, office.desk.clock.now)
    office.watch()
    office.desk.clock.after(hours=25)
    assert office.watch().stalled == 1


def test_neither_the_customer_nor_we_count_as_having_acted(office: Office) -> None:
    office.put()
    office.desk.clock.after(hours=25)
    customer = office.desk.day.box.rows("res.partner")[-1]["id"]

    def work(env: Any) -> list[int]:
        order = env["sale.order"].browse(425)
        authors = (customer, office.desk.at.odoo.user.partner)
        return [order.message_post(body="Hello?", message_type="email", author_id=author).id for author in authors]

    office.desk.stamp("mail.message", office.desk.day.box.edit(work), office.desk.clock.now, "create_date")
    assert office.watch().stalled == 1


def test_an_order_without_owner_is_said_to_have_none(office: Office) -> None:
    office.desk.day.box.edit(lambda env: env.db.tables.update("sale.order", 425, {"user_id": False}))
    office.put()
    office.desk.clock.after(hours=25)
    office.watch()
    stall = office.card().stall
    assert stall is not None
    assert stall.why.endswith("and it has no owner")


def test_how_long_is_the_companys_policy(office: Office) -> None:
    office.desk.policies = PolicyBook(Policy(thresholds=Thresholds(untouched_hours=4)))
    office.put()
    office.desk.clock.after(hours=5)
    assert office.watch().stalled == 1


def test_closed_cards_and_records_that_are_gone_are_left_alone(office: Office) -> None:
    office.put(RecordRef(model="sale.order", id=999_999, name="S99999"))
    office.put(RecordRef(model="file", id=None, name="a.eml"))
    office.desk.clock.after(days=2)
    assert office.watch() == Watched()


def test_odoo_down_while_the_note_is_brought_up_to_date_leaves_the_mark(office: Office) -> None:
    office.publishes(office.put())
    office.desk.clock.after(hours=25)
    office.is_down = True
    assert office.watch().stalled == 1
    assert office.card().severity is Severity.HIGH


def test_open_cards_get_an_event_a_day(office: Office) -> None:
    office.put()
    office.put(RecordRef(model="sale.order", id=398, name="S00398"))
    office.put(category=Category.DELAY)
    assert office.resolve().rechecked == 2
    assert office.resolve().rechecked == 0
    office.desk.clock.after(days=1)
    assert office.resolve().rechecked == 2
    assert office.desk.swept() == ["sale.order:398", "sale.order:425"]


def test_what_nobody_decides_on_expires_and_its_note_says_so(office: Office) -> None:
    office.publishes(office.put())
    office.resolve()
    office.desk.clock.after(days=29)
    assert office.resolve().expired == 0
    office.desk.clock.after(days=1)
    assert (office.resolve().expired, office.card().state) == (1, CardState.EXPIRED)
    ended = office.card().ended
    assert ended is not None
    assert ended.why == "nobody has decided on it for 30 days"
    assert office.notes == {1: "expired normal"}
    assert verify(office.opened.database, office.opened.keys).first_bad is None


def test_a_note_that_could_not_be_told_is_told_later(office: Office) -> None:
    office.publishes(office.put())
    office.resolve()
    office.desk.clock.after(days=30)
    office.is_down = True
    with pytest.raises(OdooUnavailable):
        office.resolve()
    assert office.card().state is CardState.EXPIRED
    office.is_down = False
    office.desk.clock.after(seconds=1)
    assert office.resolve().told == 1
    assert office.resolve().told == 0
    assert office.notes == {1: "expired normal"}


def test_a_note_that_odoo_refuses_does_not_keep_the_others_back(office: Office) -> None:
    office.publishes(office.put())
    office.publishes(office.put(RecordRef(model="sale.order", id=398, name="S00398")))
    office.resolve()
    office.desk.clock.after(days=30)
    office.refused.add(1)
    assert (office.resolve().told, office.notes) == (1, {1: "open normal", 2: "expired normal"})
    office.refused.clear()
    office.desk.clock.after(seconds=1)
    assert (office.resolve().told, office.notes[1]) == (1, "expired normal")


def test_while_a_company_is_switched_off_nothing_is_written_on_its_notes(office: Office) -> None:
    office.publishes(office.put())
    switch = Switch(office.opened.journal, office.desk.clock)
    switch.off("mila", "strange notes", COMPANY)
    office.obeys = switch
    office.desk.clock.after(hours=25)
    assert (office.watch().stalled, office.notes) == (1, {1: "open normal"})
    office.desk.clock.after(days=30)
    found = office.resolve()
    assert (found.expired, found.told, office.notes) == (1, 0, {1: "open normal"})
    switch.on("mila", "fine again", COMPANY)
    assert (office.resolve().told, office.notes) == (1, {1: "expired normal"})


def test_a_card_of_a_newer_version_is_left_to_it_and_keeps_no_other_one_waiting(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "encode", lambda value: newer(value, mood="calm"))
        office.put()
    office.put(RecordRef(model="sale.order", id=398, name="S00398"))
    office.desk.clock.after(hours=25)
    assert office.watch().stalled == 1
    assert [office.card(number).stall is not None for number in (1, 2)] == [False, True]
    office.desk.clock.after(days=30)
    assert office.resolve().expired == 1
    assert [office.card(number).state for number in (1, 2)] == [CardState.OPEN, CardState.EXPIRED]
    assert office.resolve().expired == 0  # the day's look has come to its end


def test_without_an_odoo_no_record_is_looked_at_again(office: Office) -> None:
    office.put()
    desk = office.desk
    parts = (office.opened.cards, office.opened.journal, desk.inbox, desk.watermarks, desk.policies, "")
    assert Resolution(*parts, desk.clock).once().rechecked == 0
    assert desk.inbox.counts()["waiting"] == 0


def test_by_policy_nothing_expires(office: Office) -> None:
    office.desk.policies = PolicyBook(Policy(expire_days=None))
    office.put()
    office.desk.clock.after(days=400)
    assert office.resolve().expired == 0
