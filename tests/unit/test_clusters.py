"""One cause, one card: who joins, who is brought up to date, and what a word on one case or on all does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, Opened, abstained, proposal, ref
from triage.cards import clusters, transitions
from triage.cards.origins import origins_of
from triage.domain import (
    Card,
    CardState,
    Case,
    Category,
    Changes,
    Company,
    Decision,
    Ending,
    Fact,
    Line,
    MemberState,
    MemberWord,
    Order,
    Origin,
    Partner,
    Policy,
    Proposal,
    Purchase,
    ReasonCode,
    RecordRef,
    Role,
    Severity,
    Shipment,
    ShipmentKind,
    Suggestion,
    Verdict,
    View,
)
from triage.errors import Conflict, DecisionRefused, KeyMissing, UsageError
from triage.pipeline import decide
from triage.storage import records

LATE = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
POLICY = Policy()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with Opened(tmp_path) as found:
        yield found


def late(number: int, origin: Origin = LATE, category: Category = Category.STOCK, **more: object) -> Proposal:
    given = {"record": ref(number), "origins": (origin,), "summary": f"Jane Doe of order {number} waits."} | more
    return proposal(category, **given)


def put(opened: Opened, *numbers: int) -> Card:
    for number in numbers:
        found = opened.cards.put(late(number), f"event:{number}")
    return found


def word(opened: Opened, card: Card, verdict: Verdict = Verdict.ACCEPT, by: str = "mila", **more: object) -> Card:
    given: dict[str, object] = {"policy": POLICY} | more
    return decide(str(card.number), verdict, by, opened.cards, opened.journal, opened.clock, **given)  # type: ignore[arg-type]


def states(card: Card) -> list[str]:
    return [member.state.value for member in card.members]


def test_forty_orders_that_wait_for_one_container_are_one_card(opened: Opened) -> None:
    card = put(opened, *range(1, 41))
    assert [found.number for found in opened.cards.all()] == [1]
    assert len(card.members) == 40
    assert [member.record.name for member in card.members[:2]] == ["S00001", "S00002"]
    assert len(card.events) == 40


def test_one_case_alone_has_no_members_and_becomes_the_first_with_the_second(opened: Opened) -> None:
    alone = put(opened, 1)
    assert alone.members == ()
    shared = put(opened, 2)
    assert (shared.id, shared.key, shared.number) == (alone.id, alone.key, alone.number)
    assert shared.revision == alone.revision + 1


def test_another_cause_company_or_none_is_another_card(opened: Opened) -> None:
    put(opened, 1)
    other = opened.cards.put(late(2, Origin(key="purchase.order:99", text="P00099")), "e:2")
    company = opened.cards.put(late(3, company="Another company"), "e:3")
    none = opened.cards.put(proposal(record=ref(4)), "e:4")
    assert [found.number for found in (other, company, none)] == [2, 3, 4]
    assert all(found.members == () for found in (other, company, none))


def test_twins_of_two_companies_are_one_card(opened: Opened) -> None:
    twin = Origin(key="twin:P00012:S00077", text="P00012 and S00077", across=True)
    first = opened.cards.put(late(77, twin, company="North"), "e:1")
    purchase = RecordRef(model="purchase.order", id=12, name="P00012")
    second = opened.cards.put(late(0, twin, record=purchase, company="South"), "e:2")
    assert second.id == first.id
    assert [(one.company, one.record.name) for one in second.members] == [("North", "S00077"), ("South", "P00012")]


def test_a_case_is_brought_up_to_date_where_it_is(opened: Opened) -> None:
    put(opened, 1, 2, 3)
    urgent = late(2, suggestion=Suggestion(category=Category.STOCK, severity=Severity.URGENT))
    card = opened.cards.put(urgent, "event:2b")
    assert [member.severity.value for member in card.members] == ["normal", "urgent", "normal"]
    assert [found.number for found in opened.cards.all()] == [1]
    without = opened.cards.put(late(2).with_(origins=()), "event:2c")
    assert without.id == card.id, "a case stays where it is, also where its cause can no longer be seen"


def test_a_decided_card_takes_nobody_in(opened: Opened) -> None:
    first = word(opened, put(opened, 1))
    assert first.state is CardState.ACCEPTED
    assert put(opened, 2).number == 2


def test_cases_of_other_categories_join_and_an_abstention_does_not(opened: Opened) -> None:
    put(opened, 1)
    joined = opened.cards.put(late(2, category=Category.DELAY), "e:2")
    assert [member.category for member in joined.members] == [Category.STOCK, Category.DELAY]
    asking = opened.cards.put(late(3, suggestion=abstained()).with_(origins=()), "e:3")
    assert asking.number == 2


def test_a_word_on_all_is_a_word_on_each(opened: Opened) -> None:
    decided = word(opened, put(opened, 1, 2, 3))
    assert decided.state is CardState.ACCEPTED
    assert states(decided) == ["accepted"] * 3
    with pytest.raises(DecisionRefused, match="is decided already"):
        word(opened, decided)


def test_a_word_on_one_leaves_the_others_open(opened: Opened) -> None:
    card = put(opened, 1, 2, 3)
    one = word(opened, card, Verdict.REJECT, member="S00002", reason=ReasonCode.ALREADY_SOLVED)
    assert (one.state, states(one)) == (CardState.OPEN, ["open", "rejected", "open"])
    with pytest.raises(DecisionRefused, match="S00002 is decided already"):
        word(opened, one, member="sale.order:2")
    changes = Changes(severity=Severity.URGENT)
    edited = word(opened, one, Verdict.EDIT, member="S00003", changes=changes)
    assert states(edited) == ["open", "rejected", "edited"]
    rest = word(opened, edited)
    assert states(rest) == ["accepted", "rejected", "edited"]
    assert rest.state is CardState.EDITED, "closed, and not all alike"


def test_all_rejected_is_rejected(opened: Opened) -> None:
    card = put(opened, 1, 2)
    word(opened, card, Verdict.REJECT, member="S00001", reason=ReasonCode.NO_ACTION)
    assert word(opened, card, Verdict.REJECT, member="S00002", reason=ReasonCode.NO_ACTION).state is CardState.REJECTED


def test_who_may_not_decide_one_of_them_decides_none(opened: Opened) -> None:
    put(opened, 1)
    card = opened.cards.put(late(2, category=Category.DELAY), "e:2")
    policy = Policy(deciders={"mila": frozenset({Category.STOCK}), "tariq": frozenset({Category.DELAY})})
    with pytest.raises(DecisionRefused, match="may not decide delay"):
        word(opened, card, policy=policy)
    assert states(opened.cards.get(1)) == ["open", "open"]
    assert states(word(opened, card, policy=policy, member="S00001")) == ["accepted", "open"]


def test_a_second_person_confirms_each_case(opened: Opened) -> None:
    policy = Policy(second_person=frozenset({Category.STOCK}))
    card = put(opened, 1, 2)
    first = word(opened, card, policy=policy, member="S00001")
    assert (states(first), first.state) == (["awaiting_second", "open"], CardState.OPEN)
    with pytest.raises(DecisionRefused, match="a different person"):
        word(opened, first, policy=policy, member="S00001")
    assert states(word(opened, first, by="tariq", policy=policy, member="S00001")) == ["accepted", "open"]


def test_members_are_named_and_nobody_else(opened: Opened) -> None:
    card = put(opened, 1, 2)
    with pytest.raises(DecisionRefused, match=r"S00009 is not on it. Its cases: S00001, S00002"):
        word(opened, card, member="S00009")
    alone = opened.cards.put(proposal(record=ref(9)), "e:9")
    with pytest.raises(DecisionRefused, match="about one case alone"):
        word(opened, alone, member="S00009")


def test_a_word_can_be_taken_back(opened: Opened) -> None:
    card = put(opened, 1, 2)
    before = word(opened, card, member="S00001")
    after = word(opened, before)
    back = clusters.taken_back(after.members, after.decisions[-1].at)
    assert [member.state for member in back] == [MemberState.ACCEPTED, MemberState.OPEN]


def test_each_case_has_its_own_record_under_its_own_key(opened: Opened) -> None:
    card = put(opened, 1, 2, 3)
    word(opened, card)
    told = [record for record in records.every(opened.database) if record.kind in ("decision", "member")]
    keys = {opened.keys.case_id(COMPANY, ref(number).key) for number in (1, 2, 3)}
    assert {record.case_id for record in told} == keys
    words = [opened.journal.opened(record) for record in told]
    assert [one.member for one in words if isinstance(one, Decision)] == [None]
    assert {one.member for one in words if isinstance(one, MemberWord)} == {"sale.order:2", "sale.order:3"}


def test_what_a_case_says_lies_under_its_own_key_and_is_erased_with_it(opened: Opened) -> None:
    card = put(opened, 1, 2)
    assert "order 2" not in card.model_dump_json()
    theirs = opened.cards.sharing.proposal(card, card.members[1])
    assert theirs is not None
    assert theirs.summary == "Jane Doe of order 2 waits."
    assert opened.cards.sharing.proposal(card, card.members[0]) == card.proposal
    opened.keys.delete(opened.keys.case_id(COMPANY, ref(2).key))
    assert opened.cards.sharing.proposal(card, card.members[1]) is None
    assert opened.cards.get(1).proposal.summary == "Jane Doe of order 1 waits."
    with pytest.raises((KeyMissing, UsageError)):
        opened.keys.delete(opened.keys.case_id(COMPANY, ref(1).key))
        opened.cards.get(1)


def test_a_stale_decision_is_refused_after_a_case_has_joined(opened: Opened) -> None:
    seen = put(opened, 1)
    put(opened, 2)
    with pytest.raises(Conflict, match="has changed"):
        opened.cards.save(
            transitions.decide(seen, Decision(card=seen.id, verdict=Verdict.ACCEPT, by="m", at=NOW), POLICY), 1
        )


def test_cards_of_earlier_versions_are_read(opened: Opened) -> None:
    card = put(opened, 1)
    told = card.model_dump(mode="json")
    for name in ("members",):
        del told[name]
    for name in (
        "promised",
        "questions",
        "next_step",
        "news",
        "news_since",
        "heard",
        "reader",
        "reply",
        "routing",
        "origins",
    ):
        del told["proposal"][name]
    old = Card.model_validate(told)
    assert (old.members, old.proposal.origins, old.proposal.reply) == ((), (), None)
    assert opened.cards.before(COMPANY, RecordRef(model="sale.order", id=99, name="S00099")) is None


def test_notes_have_a_budget_a_day_and_record(opened: Opened) -> None:
    cards = [
        opened.cards.put(proposal(category, record=ref(1)), f"e:{category.value}")
        for category in (Category.STOCK, Category.CREDIT, Category.PRICING)
    ]
    assert [opened.cards.may_note(card, 2) for card in cards] == [True, True, False]
    assert opened.cards.may_note(cards[0], 2), "what stands is brought up to date"
    other = opened.cards.put(proposal(record=ref(2)), "e:other")
    assert opened.cards.may_note(other, 2)
    opened.clock.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert opened.cards.may_note(cards[2], 2)


def purchase(**more: object) -> Purchase:
    line = Line(product="BM-100", name="Bolt", quantity=Decimal(100), date_planned=date(2026, 11, 20))
    given: dict[str, object] = {
        "ref": RecordRef(model="purchase.order", id=31, name="P00031"),
        "state": "purchase",
        "supplier": Partner(name="Nordschrauben GmbH", role=Role.SUPPLIER),
        "currency": "EUR",
        "lines": (line,),
    } | more
    return Purchase.model_validate(given)


def view(*facts: Fact, **more: object) -> View:
    given: dict[str, object] = {
        "record": ref(1),
        "company": Company(name=COMPANY),
        "captured_at": NOW,
        "order": Order(ref=ref(1), state="sale", currency="EUR"),
        "lines": (Line(product="BM-100", name="Bolt", quantity=Decimal(40)),),
    } | more
    return View(Case.model_validate(given), (), facts)


SHORT = Fact(name="stock.shortage", value=Decimal(40), about="BM-100")


def caused(seen: View, category: Category = Category.STOCK, subtype: str | None = None) -> list[str]:
    return [origin.key for origin in origins_of(seen, Suggestion(category=category, subtype=subtype))]


def test_a_late_purchase_is_the_cause_of_what_waits_for_it() -> None:
    assert caused(view(SHORT, purchases=(purchase(),))) == ["purchase.order:31"]
    assert caused(view(SHORT, purchases=(purchase(),)), Category.CREDIT) == []
    assert caused(view(purchases=(purchase(),))) == []
    other = Line(product="BM-999", name="Nut", quantity=Decimal(1), date_planned=date(2026, 11, 20))
    assert caused(view(SHORT, purchases=(purchase(lines=(other,)),))) == []
    there = Line(
        product="BM-100", name="Bolt", quantity=Decimal(9), delivered=Decimal(9), date_planned=date(2026, 11, 20)
    )
    assert caused(view(SHORT, purchases=(purchase(lines=(there,)),))) == []
    coming = Line(product="BM-100", name="Bolt", quantity=Decimal(100), date_planned=date(2026, 12, 20))
    assert caused(view(SHORT, purchases=(purchase(lines=(coming,)),))) == [], "on time for all that is known"
    promised = Fact(name="promise.original", value=date(2026, 12, 1))
    assert caused(view(SHORT, promised, purchases=(purchase(lines=(coming,)),))) == ["purchase.order:31"]
    assert caused(view(SHORT, purchases=(purchase(state="done"),))) == []


def test_parcels_that_stand_still_with_one_carrier_since_one_day_share_a_cause() -> None:
    shipment = Shipment(
        ref=RecordRef(model="stock.picking", id=9, name="WH/OUT/9"),
        kind=ShipmentKind.OUTGOING,
        state="done",
        carrier="Transline  BV",
        carrier_status="in_transit",
        last_scan=datetime(2026, 11, 18, 15, tzinfo=UTC),
    )
    stuck = Fact(name="shipment.no_scan_days", value=Decimal(5), about="WH/OUT/9")
    seen = view(stuck, shipments=(shipment,))
    assert caused(seen, Category.DELAY, "stuck") == ["carrier:transline bv:2026-11-18"]
    assert caused(seen, Category.DAMAGE_LOSS, "damaged") == []


def test_both_sides_of_an_order_between_companies_have_one_cause() -> None:
    order = Order(
        ref=RecordRef(model="sale.order", id=77, name="S00077"), state="sale", currency="EUR", client_order_ref="P00012"
    )
    sold = view(order=order, record=order.ref)
    ref12 = RecordRef(model="purchase.order", id=12, name="P00012")
    bought = view(order=None, record=ref12, purchases=(purchase(ref=ref12, partner_ref="S00077"),))
    assert caused(sold, Category.CREDIT) == caused(bought, Category.SUPPLIER_CHANGE) == ["twin:P00012:S00077"]


def test_an_abstention_and_a_mail_of_no_record_have_no_cause() -> None:
    seen = view(SHORT, purchases=(purchase(),))
    assert origins_of(seen, abstained()) == ()
    mail = view(SHORT, purchases=(purchase(),), record=RecordRef(model="mail.message", id=None, name="<1@x>"))
    assert caused(mail) == []


def test_a_case_whose_facts_are_gone_leaves_the_others_waiting(opened: Opened) -> None:
    card = put(opened, 1, 2)
    ending = Ending(card=card.id, state="resolved", why="the goods came", at=NOW)
    left = opened.cards.save(clusters.ended(card, COMPANY, "sale.order:2", ending), card.revision)
    assert (states(left), left.state, left.ended) == (["open", "resolved"], CardState.OPEN, None)
    assert opened.cards.put(late(2), "event:2b").number == 2, "it has come back, as a card of its own"
    assert word(opened, left).state is CardState.ACCEPTED, "what nobody decided does not count"
    elsewhere = Origin(key="purchase.order:88", text="P00088")
    for number in (5, 6):
        other = opened.cards.put(late(number, elsewhere), f"event:{number}")
    for number in (5, 6):
        other = opened.cards.save(clusters.ended(other, COMPANY, f"sale.order:{number}", ending), other.revision)
    assert (other.state, other.ended) == (CardState.RESOLVED, ending)


def test_a_case_can_be_seen_as_a_card_of_its_own(opened: Opened) -> None:
    put(opened, 1, 2)
    [alone] = opened.cards.alone_on(COMPANY, ref(2))
    assert (alone.number, alone.members, alone.proposal.summary) == (1, (), "Jane Doe of order 2 waits.")
    [lead] = opened.cards.alone_on(COMPANY, ref(1))
    assert lead.proposal.summary == "Jane Doe of order 1 waits."
    assert opened.cards.alone_on(COMPANY, ref(3)) == []
    opened.cards.put(late(2, reader="en", heard=("<1>",)), "event:2b")
    before = opened.cards.before(COMPANY, ref(2))
    assert before is not None
    assert before.heard == ("<1>",)


def test_an_undone_word_opens_the_cases_again(opened: Opened) -> None:
    decided = word(opened, put(opened, 1, 2))
    back = opened.cards.save(clusters.undo(decided, NOW), decided.revision)
    assert (states(back), back.state) == (["open", "open"], CardState.OPEN)
    assert len(opened.cards.put(late(3), "event:3").members) == 3
