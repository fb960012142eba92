"""Cards as rows in a look-alike of Odoo 18 and 19: kept in step, decided with the buttons, confirmed, refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.cards_in_odoo import Desk, desk, set_up
from tests.unit.test_newer_records import newer
from triage.audit import sealing
from triage.audit.story import story
from triage.cards import transitions
from triage.cards.handling import Handler
from triage.cli import card_duties, duties
from triage.cli.duties import schedule_of
from triage.cli.wiring import now
from triage.domain import Card, CardState, Category, Duty, Ending, RecordRef, Verdict
from triage.errors import Conflict, DecisionRefused, OdooRejected, SwitchedOff
from triage.jobs import mirror
from triage.jobs.mirror import Mirror
from triage.jobs.showing import Rows
from triage.odoo.card_rows import Answer, CardRow
from triage.odoo.gate.cards_inside import MOST_ROWS
from triage.odoo.gate.client import Gate
from triage.odoo.sandbox import Account
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.pipeline import decide
from triage.storage.leases import Leases


@pytest.fixture(scope="module", params=[pytest.param(18, marks=pytest.mark.slow), 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        set_up(found)
        yield found


@pytest.fixture(scope="module")
def at(day: SampleDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("home"), day) as made:
        made.user("femke", account="Femke")
        made.user("sander", account="Sander")
        yield made


@pytest.fixture
def femke(at: Desk) -> Account:
    return at.users["femke"]


@pytest.fixture
def sander(at: Desk) -> Account:
    return at.users["sander"]


def said_about(at: Desk, card: Card) -> list[str]:
    """What stands in the thread of a card's row."""
    number = at.row(card)["id"]
    rows = at.day.box.rows("mail.message")
    return [row["body"] for row in rows if row["model"] == "x_triage_card" and row["res_id"] == number]


def by_page(at: Desk, by: str, card: object, verdict: Verdict = Verdict.ACCEPT) -> None:
    """Decide as the review page does."""
    found = at.now(card)  # type: ignore[arg-type]
    policy = at.office.policies().of(found.key.company)
    decide(str(found.id), verdict, by, at.at.store.cards, at.at.store.journal, now, policy=policy, seen=found.revision)


def test_a_card_gets_one_row_with_what_its_note_says(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    row = at.row(card)
    assert (row["x_state"], row["x_category"], row["x_revision"]) == ("open", "damage_loss", card.revision)
    assert row["x_record_model"] == "sale.order"
    assert row["x_sale_order_id"] == card.proposal.record.id
    assert "boxes are crushed" in row["x_body"]
    before = row["write_date"], len(at.day.box.calls)
    at.duties.mirror()
    assert at.row(card)["write_date"] == before[0]
    again = at.duties._mirror
    at.duties._mirror = None  # another worker, which knows nothing
    at.duties.mirror()
    assert again is not None
    assert at.row(card)["id"] == row["id"]


def test_nobody_sees_the_row_of_an_order_that_odoo_keeps_from_them(at: Desk, femke: Account, sander: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    assert card.number in at.seen_by(femke)
    assert card.number not in at.seen_by(sander)
    assert "access" in at.press(sander, "accept", card)
    assert at.row(card)["x_request"] is False
    outsider = at.day.box.add_user(f"outsider-{card.number}")
    assert at.seen_by(outsider) == set()
    order = card.proposal.record.id
    at.day.box.edit(lambda env: env["sale.order"].browse(order).write({"user_id": sander.id}))
    assert at.duties._mirror is not None
    at.duties._mirror[1]._looked -= timedelta(hours=1)
    at.duties.mirror()
    assert card.number in at.seen_by(sander)
    assert card.number not in at.seen_by(femke)


def test_an_ordinary_user_accepts_and_the_row_says_so(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    assert at.press(femke, "accept", card) == ""
    row = at.row(card)
    assert (row["x_request"], row["x_requested_by_id"], row["x_state"]) == ("accept", femke.id, "open")
    assert "Femke has pressed before you" in at.press(femke, "accept", card)
    row = at.answered(card)
    decision = at.now(card).decisions[-1]
    assert (at.now(card).state, decision.by, decision.channel) == (CardState.ACCEPTED, "Femke", "odoo")
    assert (row["x_state"], row["x_request"], row["x_requested_by_id"]) == ("accepted", False, False)
    assert row["x_answer"].startswith("Accepted by Femke at ")
    told = [each for each in story(at.at.store.database, at.at.store.keys, at.now(card)) if each.kind == "decision"]
    assert [each.acting.get("channel") for each in told] == ["odoo"]
    assert [
        each
        for each in at.day.box.rows("mail.message")
        if each["res_id"] == row["id"] and each["model"] == "x_triage_card"
    ]
    assert "This card is closed. Accepted by Femke" in at.press(femke, "accept", card)
    assert at.day.box.mails == []


def test_a_rejection_names_its_reason_and_a_correction_what_is_right(at: Desk, femke: Account) -> None:
    one, two, three = (at.card(owner=femke) for _ in range(3))
    at.policy(teams={"returns": "Claims"})
    at.duties.mirror()
    assert "needs a reason" in at.press(femke, "reject", one)
    assert at.press(femke, "reject", one, x_reason="already_solved", x_comment="was sent again") == ""
    assert "Nothing is corrected" in at.press(
        femke, "edit", two, x_category="damage_loss", x_severity=two.severity.value
    )
    assert at.press(femke, "edit", two, x_category="wrong_missing", x_severity="low", x_team="Claims") == ""
    assert at.answered(one)["x_state"] == "rejected"
    said = at.now(one).decisions[-1]
    assert (said.reason, said.comment) == ("already_solved", "was sent again")
    changes = at.now(two).decisions[-1].changes
    assert changes is not None
    assert (changes.category, changes.severity, changes.team) == (Category.WRONG_MISSING, "low", "Claims")
    row = at.row(two)
    assert (row["x_state"], row["x_category"], row["x_severity"]) == ("edited", "wrong_missing", "low")
    assert row["x_team"] == "Claims"
    assert at.press(femke, "edit", three, x_team="Nobody's") == ""
    assert "is no team" in at.answered(three)["x_refusal"]
    at.policy()
    assert (row["x_new_category"], row["x_new_reason"]) == (False, False)


def accepted_and_undone(at: Desk, who: Account) -> Card:
    """A card that somebody has accepted, and pressed *Take back* on."""
    card = at.card(owner=who)
    at.duties.mirror()
    at.press(who, "accept", card)
    at.answered(card)
    assert at.press(who, "undo", card) == ""
    return card


def test_what_was_said_can_be_taken_back_within_the_minute(at: Desk, femke: Account) -> None:
    card = accepted_and_undone(at, femke)
    row = at.answered(card)
    assert (at.now(card).state, row["x_state"], row["x_request"]) == (CardState.OPEN, "open", False)
    assert at.press(femke, "accept", card) == ""
    assert at.answered(card)["x_state"] == "accepted"


def test_who_presses_take_back_in_time_is_heard_before_what_the_word_set_going(at: Desk, femke: Account) -> None:
    card = accepted_and_undone(at, femke)
    moved = timedelta(seconds=70)  # the look comes later than the minute's end
    tasks = schedule_of(at.office, at.at.store, at.at.inbox, at.switch, "one")._tasks
    with pytest.MonkeyPatch.context() as patch:
        for module in (card_duties, duties):
            patch.setattr(module, "now", lambda: now() + moved)
        assert not next(task for task in tasks if task.name == "effects").run()
    assert (at.now(card).state, at.row(card)["x_state"]) == (CardState.OPEN, "open")
    told = [each for each in story(at.at.store.database, at.at.store.keys, at.now(card)) if each.kind == "handling"]
    assert told[-1].acting["channel"] == "odoo"
    assert told[-1].acting["request"].startswith("x_triage_card:")


def test_a_word_is_not_told_to_be_taken_back_where_the_card_only_changed(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    try:
        at.policy(second_person=["damage_loss"])
        at.press(femke, "accept", card)
        assert at.answered(card)["x_state"] == "awaiting_second"
        assert at.press(femke, "undo", card) == ""
        found = at.now(card)
        at.at.store.cards.save(found, found.revision)
        assert "has changed" in at.answered(card)["x_refusal"]
        assert [each.by for each in at.now(card).decisions] == ["Femke"]
        assert at.press(femke, "undo", card) == ""
        assert at.answered(card)["x_state"] == "open"
    finally:
        at.policy()


def test_who_decides_on_the_page_first_wins_and_both_are_told(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    assert at.press(femke, "reject", card, x_reason="duplicate") == ""
    by_page(at, "Sander", card)
    row = at.answered(card)
    assert len(at.now(card).decisions) == 1
    assert (row["x_state"], row["x_request"]) == ("accepted", False)
    assert "Nothing was changed" in row["x_refusal"]
    assert "Accepted by Sander" in row["x_answer"]


def test_who_decides_in_odoo_first_wins_and_the_page_is_told(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    seen = at.now(card).revision
    at.duties.answer()
    policy = at.office.policies().of(card.key.company)
    with pytest.raises(Conflict):
        decide(
            str(card.id),
            Verdict.ACCEPT,
            "Sander",
            at.at.store.cards,
            at.at.store.journal,
            now,
            policy=policy,
            seen=seen,
        )
    assert [each.by for each in at.now(card).decisions] == ["Femke"]


def test_a_card_that_changed_after_the_press_is_not_decided(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    found = at.now(card)
    at.at.store.cards.save(found, found.revision)
    row = at.answered(card)
    assert at.now(card).state is CardState.OPEN
    assert "has changed" in row["x_refusal"]


def test_a_worker_that_died_after_deciding_confirms_later_and_decides_once(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    asked = at.duties._asked()
    assert asked is not None
    [request] = [each for each in asked._rows.hand.card_requests() if each.marker.endswith(f"{card.id}.card")]
    assert asked._try(at.now(card), request) == ""  # decided; the worker dies before it says so
    assert at.row(card)["x_request"] == "accept"
    row = at.answered(card)
    assert len(at.now(card).decisions) == 1
    assert (row["x_state"], row["x_refusal"]) == ("accepted", False)
    assert row["x_answer"].startswith("Accepted by Femke")


def test_two_workers_at_once_decide_once(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    other = at.duties._asked()
    assert other is not None
    at.day.box.faults.before("ir.actions.server", "run", lambda: None)
    [request] = other._rows.hand.card_requests()
    stale = at.now(card)
    at.duties.answer()
    refusal = other._try(stale, request)
    assert refusal  # it was too late by compare-and-set
    assert other._answer(request) == "done"  # and says what the first one did
    assert at.row(card)["x_refusal"] is False
    assert len(at.now(card).decisions) == 1


def test_refusals_are_said_in_the_row(at: Desk, femke: Account) -> None:
    stranger = at.user("stranger")
    auditor = at.user("auditor")
    at.people.add("Auditor", [Duty.AUDITOR], odoo_user=auditor.id)
    elsewhere = at.user("elsewhere")
    at.people.add("Elsewhere", [Duty.REVIEWER], odoo_user=elsewhere.id, companies=["Another B.V."])
    for user, words in ((stranger, "no account here"), (auditor, "reads only"), (elsewhere, "not yours to see")):
        card = at.card(owner=user)
        at.duties.mirror()
        assert at.press(user, "accept", card) == ""
        row = at.answered(card)
        assert words in row["x_refusal"]
        assert (row["x_request"], at.now(card).state) == (False, CardState.OPEN)


def test_policy_holds_in_odoo_as_on_the_page(at: Desk, femke: Account, sander: Account) -> None:
    card, own = at.card(), at.card(owner=femke)
    at.duties.mirror()
    try:
        at.policy(deciders={"Sander": ["damage_loss"]})
        at.press(femke, "accept", card)
        assert "may not decide damage_loss" in at.answered(card)["x_refusal"]
        at.policy(second_person=["damage_loss"])
        at.press(femke, "accept", card)
        row = at.answered(card)
        assert row["x_state"] == "awaiting_second"
        assert "second, different person" in row["x_answer"]
        at.press(femke, "accept", card)
        assert "a different person must confirm" in at.answered(card)["x_refusal"]
        at.press(sander, "accept", card)
        assert at.answered(card)["x_state"] == "accepted"
        at.policy(own_cases=False)
        at.press(femke, "accept", own)
        assert "own cases" in at.answered(own)["x_refusal"]
    finally:
        at.policy()


def test_an_account_that_is_not_called_as_in_odoo_decides_no_own_case_on_the_page_either(at: Desk) -> None:
    seller = at.user("noor", account="n.devries@brandt.example")
    own, other = at.card(owner=seller), at.card(owner=at.users["sander"])
    try:
        at.policy(own_cases=False)
        with pytest.raises(DecisionRefused, match="own cases"):
            by_page(at, "n.devries@brandt.example", own)
        by_page(at, "n.devries@brandt.example", other)
    finally:
        at.policy()


def test_the_blind_sample_is_asked_on_the_page(at: Desk, femke: Account) -> None:
    from triage.cards.blind import choose

    try:
        at.policy(blind_share=0.5)
        # which cards these are follows from a key that nobody chooses: half of them
        card = next(card for card in (at.card(owner=femke) for _ in range(40)) if at.duties._rows().is_unseen(card))
        at.duties.mirror()
        row = at.row(card)
        assert (row["x_category"], row["x_body"], "damage" in row["x_name"]) == (False, False, False)
        assert "your own view" in at.press(femke, "accept", card).lower()
        choose(str(card.id), "Femke", Category.DAMAGE_LOSS, at.at.store.cards, at.at.store.journal, now)
        at.duties.mirror()
        assert (at.row(card)["x_hold"], at.row(card)["x_category"]) == (False, "damage_loss")
    finally:
        at.policy()


def test_a_card_that_ends_by_itself_is_closed_in_odoo(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    found = at.now(card)
    ending = Ending(card=card.id, state="expired", why="nobody has decided on it for 30 days", at=now())
    at.at.store.cards.save(transitions.end(found, ending), found.revision)
    at.duties.mirror()
    row = at.row(card)
    assert (row["x_state"], "has expired" in row["x_answer"]) == ("expired", True)
    assert "This card is closed" in at.press(femke, "accept", card)


def test_taking_advice_back_takes_an_open_row_and_leaves_a_decided_one(at: Desk, femke: Account) -> None:
    one, two = at.card(owner=femke), at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", two)
    at.answered(two)
    publisher = at.office.publisher()
    assert publisher is not None
    told = {each.marker.rpartition(".")[2]: each.status for each in publisher.withdraw(one.id)}
    assert told["card"] == "withdrawn"
    assert [each.status for each in publisher.withdraw(two.id) if each.marker.endswith(".card")] == ["kept"]
    assert not [row for row in at.day.box.rows("x_triage_card") if row["x_number"] == one.number]


def test_a_row_that_was_deleted_comes_back_and_an_erased_card_leaves_none(at: Desk, femke: Account) -> None:
    one, two = at.card(owner=femke), at.card(owner=femke)
    at.duties.mirror()
    number = at.row(one)["id"]
    at.day.box.edit(lambda env: env["x_triage_card"].browse(number).unlink())
    at.at.store.keys.delete(at.at.store.cards.case_key(two))
    at.duties._mirror = None
    at.duties.mirror()
    assert at.row(one)["x_state"] == "open"
    assert not [row for row in at.day.box.rows("x_triage_card") if row["x_number"] == two.number]


def test_while_the_switch_is_off_nothing_is_written_or_decided(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    at.switch.off("mila", "a test")
    try:
        assert at.answered(card)["x_request"] == "accept"
    finally:
        at.switch.on("mila", "done")
    assert at.answered(card)["x_state"] == "accepted"


def test_a_closed_row_is_written_once_and_odoo_is_not_asked_about_it_again(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    by_page(at, "Femke", card)
    at.duties.mirror()
    assert at.row(card)["x_state"] == "accepted"
    asked = len(at.day.box.calls)
    at.duties.mirror()
    assert len(at.day.box.calls) == asked
    Handler(at.at.store.cards, at.at.store.journal, now).undo(str(card.id), "Femke")
    at.duties.mirror()
    assert at.row(card)["x_state"] == "open"


def test_a_company_that_is_switched_off_holds_no_other_card_up(
    at: Desk, femke: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.duties.mirror()
    held, free = [at.card(owner=femke) for _ in range(2)], at.card(owner=femke)
    off, put = {each.number for each in held}, Rows.put

    def switched(self: Rows, card: Card, answer: Answer | None = None, **more: Any) -> object:
        if card.number in off:
            raise SwitchedOff("this card's company is switched off")
        return put(self, card, answer, **more)

    monkeypatch.setattr(mirror, "_AT_ONCE", 1)
    monkeypatch.setattr(Rows, "put", switched)
    behind = [at.duties.mirror() for _ in range(4)]
    assert at.row(free)["x_state"] == "open"
    assert behind == [True, True, True, False], "what is held waits for the clock, and is not looked at again at once"
    off.clear()
    assert [at.duties.mirror() for _ in range(2)] == [True, False]
    assert {at.row(each)["x_state"] for each in held} == {"open"}


def test_a_card_of_a_newer_version_is_left_to_it_and_holds_no_other_request_up(
    at: Desk, femke: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(
            sealing, "encode", lambda value: newer(value, **({"mood": "calm"} if type(value) is Card else {}))
        )
        theirs = at.card(owner=femke)
    ours = at.card(owner=femke)
    at.duties.mirror()
    for each in (theirs, ours):
        assert at.press(femke, "accept", each) == ""
    at.duties.answer()
    assert [at.now(each).state for each in (theirs, ours)] == [CardState.OPEN, CardState.ACCEPTED]
    assert at.row(ours)["x_state"] == "accepted"
    assert at.row(theirs)["x_state"] == "open"


def test_a_card_that_was_damaged_holds_no_other_one_up(at: Desk, femke: Account) -> None:
    damaged, ours = at.card(owner=femke), at.card(owner=femke)
    at.duties.mirror()
    for each in (damaged, ours):
        assert at.press(femke, "accept", each) == ""
    database = at.at.store.database
    with database.transaction():
        database.execute("UPDATE cards SET team = ? WHERE id = ?", ("nobody", str(damaged.id)))
    try:
        at.duties.answer()
        later = at.card(owner=femke)
        at.duties.mirror()
        assert (at.row(ours)["x_state"], at.row(later)["x_state"]) == ("accepted", "open")
        assert at.row(damaged)["x_state"] == "open"
    finally:
        with database.transaction():
            database.execute("UPDATE cards SET team = ? WHERE id = ?", (damaged.proposal.team, str(damaged.id)))


def test_the_row_of_a_record_that_companies_share_is_no_companys(at: Desk) -> None:
    def made(env: Any) -> tuple[int, int]:
        company = env["res.company"].create({"name": "Second B.V."}).id
        return company, env["crm.lead"].create({"name": "Crushed boxes", "company_id": False}).id

    company, lead = at.day.box.edit(made)
    theirs = at.user("theirs", "sales_team.group_sale_salesman_all_leads", companies=(company,))
    gate = Gate.find(at.office.odoo().odoo)
    assert gate is not None
    ref = RecordRef(model="crm.lead", id=lead, name="Crushed boxes")
    row = CardRow(marker=f"card-{uuid4()}.card", record=ref, version="1", values={"x_number": 9999, "x_state": "open"})
    assert gate.put_card(row) == "posted"
    assert [each["x_company_id"] for each in at.day.box.rows("x_triage_card") if each["x_number"] == 9999] == [False]
    assert 9999 in at.seen_by(theirs)
    gate.remove_card(row.marker)


def test_a_request_that_is_not_understood_holds_nobody_up(at: Desk, femke: Account) -> None:
    one, two = at.card(owner=femke), at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", one)
    number = at.row(one)["id"]
    at.day.box.edit(lambda env: env["x_triage_card"].browse(number).write({"x_requested_at": False}))
    at.press(femke, "accept", two)
    assert at.answered(two)["x_state"] == "accepted"
    assert at.now(one).state is CardState.OPEN


def test_users_write_nothing_themselves_and_the_gate_asks_for_nothing(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    number = at.row(card)["id"]
    with pytest.raises(Exception, match="not allowed to modify"):
        at.day.box.edit(lambda env: env["x_triage_card"].browse(number).write({"x_state": "accepted"}), femke)
    gate = Gate.find(at.office.odoo().odoo)
    assert gate is not None
    row = CardRow(
        marker=f"card-{card.id}.card", record=card.proposal.record, version="x", values={"x_request": "accept"}
    )
    with pytest.raises(OdooRejected, match="may not be written"):
        gate.put_card(row)
    with pytest.raises(OdooRejected, match="not on the list"):
        gate._run([{"verb": "card", **row.model_dump(mode="json")}])
    assert at.row(card)["x_request"] is False


def test_a_row_without_its_marker_goes_and_the_card_gets_one_row(at: Desk, femke: Account) -> None:
    pressed, other = at.card(owner=femke), at.card(owner=femke)
    at.duties.mirror()
    assert at.press(femke, "accept", pressed) == ""

    def lose(env: Any) -> None:
        env["ir.model.data"].search([("name", "in", [f"card-{card.id}.card" for card in (pressed, other)])]).unlink()

    at.day.box.edit(lose)
    gate = Gate.find(at.office.odoo().odoo)
    assert gate is not None
    list(gate.card_rows())
    assert at.row(pressed)["x_request"] == "accept"  # it waits for an answer
    at.duties.answer()
    row = at.row(pressed)
    assert (row["x_request"], row["x_state"]) == (False, "open")
    assert "Press the button on the card's new row" in row["x_refusal"]
    at.duties._mirror = None  # the comparison
    at.duties.mirror()
    assert at.row(pressed)["id"] != row["id"]
    assert [at.row(card)["x_request"] for card in (pressed, other)] == [False, False]


def test_a_page_of_rows_without_markers_does_not_hide_those_behind_it(at: Desk, femke: Account) -> None:
    at.duties.mirror()
    stray = {"x_name": "stray", "x_state": "open", "x_record_model": "sale.order", "x_record_id": 1}
    at.day.box.edit(lambda env: env["x_triage_card"].create([stray] * MOST_ROWS))
    card = at.card(owner=femke)
    at.duties.mirror()
    gate = Gate.find(at.office.odoo().odoo)
    assert gate is not None
    assert f"card-{card.id}.card" in {each.marker for each in gate.card_rows()}
    assert not [row for row in at.day.box.rows("x_triage_card") if row["x_name"] == "stray"]


def test_a_slow_worker_does_not_write_over_what_was_answered_meanwhile(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    at.answered(card)
    row, status = at.duties._rows().put(card)  # as the slow one had read it
    assert (status, row.version) == ("kept", str(card.revision))
    at.duties.mirror()
    assert at.row(card)["x_state"] == "accepted"
    assert len(said_about(at, card)) == 1


def test_an_answer_that_comes_late_ends_the_request_and_leaves_the_row(at: Desk, femke: Account) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    at.press(femke, "accept", card)
    number = at.row(card)["x_request_no"]
    by_page(at, "Sander", card)
    at.duties.mirror()
    at.duties._rows().put(card, Answer(request=number, refusal="Nothing was changed."))
    row = at.row(card)
    assert (row["x_state"], row["x_request"], row["x_refusal"]) == ("accepted", False, "Nothing was changed.")
    assert "Accepted by Sander" in row["x_answer"]


@pytest.mark.parametrize("state", ["open", "accepted"])
def test_rows_of_before_a_backup_was_restored_are_brought_back(at: Desk, femke: Account, state: str) -> None:
    card = at.card(owner=femke)
    at.duties.mirror()
    number = at.row(card)["id"]
    later = {"x_revision": card.revision + 5, "x_version": str(card.revision + 5), "x_state": state, "x_name": "later"}
    at.day.box.edit(lambda env: env["x_triage_card"].browse(number).write(later))
    at.duties._mirror = None  # the comparison
    at.duties.mirror()
    row = at.row(card)
    assert (row["id"], row["x_state"], row["x_revision"]) == (number, "open", card.revision)
    assert row["x_name"] != "later"


def test_the_lease_is_renewed_with_each_card_and_who_has_lost_it_stops(
    at: Desk, femke: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.duties.mirror()
    for _ in range(4):
        at.card(owner=femke)
    late, put, found = [timedelta()], Rows.put, []
    leases = Leases(at.at.store.database, lambda: now() + late[0])
    slow = timedelta(seconds=40)

    def slowly(self: Rows, card: Card, answer: Answer | None = None, **more: Any) -> object:
        late[0] += slow
        found.append(leases.take("cards here", "another", 60.0))
        return put(self, card, answer, **more)

    monkeypatch.setattr(Rows, "put", slowly)
    mine = Mirror(at.duties._rows, leases, now, "here", "one", 30)
    at.duties._rows().hand.look_anew()
    assert not mine.once().is_elsewhere
    assert found == [False] * 4
    for _ in range(2):
        at.card(owner=femke)
    slow = timedelta(seconds=70)
    assert mine.once().is_elsewhere
    assert found[4:] == [True], "who has lost the lease writes no other card"
