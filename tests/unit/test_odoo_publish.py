"""Which advisories a card gets, and under which marker."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.odoo_cards import AT, CARD_ID, ORDER, Remembering, card
from triage.domain import (
    Advice,
    Card,
    CardState,
    Category,
    Changes,
    Decision,
    ReasonCode,
    RecordRef,
    TicketsWhen,
    Verdict,
)
from triage.errors import OdooRejected
from triage.odoo.connection import Connection
from triage.odoo.publish import Publisher, card_of, marker_of
from triage.odoo.rows import Row
from triage.odoo.verbs import Activity, Apply, Note, Ticket, check

CONNECTION = Connection(url="http://127.0.0.1:1", database="test")


class OneCustomer:
    """As much of an Odoo as publishing asks: the record's customer."""

    server = "http://127.0.0.1:1"

    class user:  # noqa: N801
        companies = (1,)

    def has(self, model: str, *names: str) -> bool:
        return True

    def read(self, model: str, ids: list[int], names: list[str], **context: Any) -> list[Row]:
        return [Row(model, {"id": ids[0], "partner_id": [7, "Acme"]})]

    def search(self, model: str, domain: Any, names: Any, **more: Any) -> list[Row]:
        return []


def publisher(hand: Remembering, advice: Advice | None = None) -> Publisher:
    return Publisher(OneCustomer(), hand, CONNECTION, advice or Advice())  # type: ignore[arg-type]


def accepted(found: Card, category: Category | None = None) -> Card:
    verdict = Verdict.EDIT if category else Verdict.ACCEPT
    changes = Changes(category=category) if category else None
    decision = Decision(card=found.id, verdict=verdict, by="mila", at=AT, changes=changes)
    state = CardState.EDITED if category else CardState.ACCEPTED
    return found.with_(state=state, decisions=(decision,))


def verbs(hand: Remembering) -> list[str]:
    return [verb.verb for verb in hand.asked]


def test_a_note_and_a_draft_ticket() -> None:
    hand = Remembering()
    done = publisher(hand).publish(card())
    assert verbs(hand) == ["note", "ticket"]
    assert isinstance(hand.asked[1], Ticket)
    assert (hand.asked[1].record, hand.asked[1].name) == (ORDER, "S00042: delay, late")
    assert [ref.model for ref in done.refs()] == ["mail.message", "helpdesk.ticket"]


def test_without_helpdesk_a_review_activity_stands_in() -> None:
    hand = Remembering(has_tickets=False)
    publisher(hand).publish(card())
    assert verbs(hand) == ["note", "activity"]
    assert isinstance(hand.asked[1], Activity)
    assert hand.asked[1].summary == "Review suggestion: delay, late"


def test_a_ticket_only_on_acceptance_where_policy_says_so() -> None:
    hand = Remembering()
    at = publisher(hand, Advice(tickets=TicketsWhen.ACCEPTED))
    at.publish(card())
    assert verbs(hand) == ["note", "activity"]
    at.publish(accepted(card()))
    assert verbs(hand) == ["note", "activity", "note", "withdraw", "ticket"]
    assert hand.asked[3].marker == marker_of(CARD_ID, "activity")


def test_an_accepted_card_is_put_back_as_the_policy_wanted_it_with_what_a_person_corrected() -> None:
    hand = Remembering()
    publisher(hand).publish(accepted(card(), category=Category.PRICING))
    assert verbs(hand) == ["note", "withdraw", "ticket"]
    assert isinstance(hand.asked[0], Note)
    assert hand.asked[0].text.title == "Suggestion: pricing"
    assert "confirmed by a person" in str(hand.asked[0].text.rows)


def test_a_rejected_card_leaves_a_note_that_says_so_and_takes_the_rest_back() -> None:
    hand = Remembering()
    said = Decision(card=CARD_ID, verdict=Verdict.REJECT, by="mila", at=AT, reason=ReasonCode.ALREADY_SOLVED)
    publisher(hand).publish(card().with_(state=CardState.REJECTED, decisions=(said,)))
    assert verbs(hand) == ["note", "withdraw", "withdraw"]
    assert [each.marker for each in hand.asked[1:]] == [marker_of(CARD_ID, verb) for verb in ("activity", "ticket")]
    assert isinstance(hand.asked[0], Note)
    assert hand.asked[0].text.title.endswith("(rejected)")
    assert "already solved" in hand.asked[0].text.summary
    assert "mila" not in str(hand.asked[0].text)


def test_a_note_tells_of_a_first_word_and_asks_for_the_second() -> None:
    hand = Remembering()
    waits = accepted(card()).with_(state=CardState.AWAITING_SECOND)
    publisher(hand, Advice(tickets=TicketsWhen.ACCEPTED)).publish(waits)
    assert verbs(hand) == ["note", "activity"]
    assert isinstance(hand.asked[0], Note)
    told = {row.name: row.value for row in hand.asked[0].text.rows}
    assert told["Decision"].startswith("accepted by a person at ")
    assert "a second, different person must confirm" in told["Decision"]
    assert "mila" not in str(hand.asked[0].text)


def test_figures_of_the_books_stand_on_an_entry_of_the_books_and_not_on_its_ticket() -> None:
    hand = Remembering()
    publisher(hand).publish(card(RecordRef(model="account.move", id=733, name="INV/2026/00733")))
    note, ticket = hand.asked
    assert isinstance(note, Note)
    assert isinstance(ticket, Ticket)
    assert "15180.00" in str(note.text)
    assert "15180.00" not in str(ticket.text)


def test_a_ticket_gets_no_ticket_of_its_own() -> None:
    hand = Remembering()
    publisher(hand).publish(card(RecordRef(model="helpdesk.ticket", id=3, name="HT3")))
    assert verbs(hand) == ["note", "activity"]


def test_a_mail_without_a_record_gets_a_ticket_or_nothing() -> None:
    mail = RecordRef(model="mail.message", id=None, name="<1@x.example>")
    hand = Remembering()
    publisher(hand).publish(card(mail))
    assert verbs(hand) == ["ticket"]
    assert isinstance(hand.asked[0], Ticket)
    assert hand.asked[0].record is None
    none = publisher(Remembering(has_tickets=False)).publish(card(mail))
    assert (none.advisories, "takes no notes" in none.why) == ((), True)


def test_markers_name_the_card_and_nothing_else_does() -> None:
    assert card_of(marker_of(CARD_ID, "note")) == CARD_ID
    assert [card_of(each) for each in ("card-1.note", "gate", "card-x.ticket", f"card-{CARD_ID}.other")] == [None] * 4
    assert list(publisher(Remembering()).posted()) == [CARD_ID]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("sale.order", "amount_total"),
        ("sale.order", "commitment_date"),
        ("sale.order", "state"),
        ("sale.order.line", "price_unit"),
        ("res.partner", "credit_limit"),
        ("stock.picking", "scheduled_date"),
        ("helpdesk.ticket", "stage_id"),
        ("helpdesk.ticket", "user_id"),
        ("account.move", "invoice_date_due"),
    ],
)
def test_business_values_stand_on_no_list(model: str, field: str) -> None:
    with pytest.raises(OdooRejected, match="may not be written"):
        check(Apply(record=RecordRef(model=model, id=1, name="x"), values={field: 1}))


@pytest.mark.parametrize("model", ["res.partner", "res.users", "mail.template", "product.product", "stock.quant"])
def test_notes_go_to_models_on_the_list_only(model: str) -> None:
    text = Publisher(OneCustomer(), Remembering(), CONNECTION, Advice())  # type: ignore[arg-type]
    with pytest.raises(OdooRejected, match="may not be written"):
        check(Note(marker="card-x.note", record=RecordRef(model=model, id=1, name="x"), text=_text()))
    assert text.publish(card(RecordRef(model=model, id=1, name="x"))).refs()[0].model == "helpdesk.ticket"


def _text() -> Any:
    from triage.odoo.note import note_text

    return note_text(card())


def test_a_record_gets_so_many_new_notes_a_day() -> None:
    asked: list[int] = []

    def may_note(shown: Card, most: int) -> bool:
        asked.append(most)
        return False

    hand = Remembering()
    advice = Advice(notes_a_day=2)
    quiet = Publisher(OneCustomer(), hand, CONNECTION, advice, may_note)  # type: ignore[arg-type]
    quiet.publish(card())
    assert asked == [2]
    assert verbs(hand) == ["ticket"]
