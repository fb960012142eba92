"""What gives a hidden fact away, and what does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from service.readers import told
from tests.unit.odoo_cards import EXPOSURE, LATE, OVERDUE, card
from triage.domain import Card, Fact, Method, Producer, Quote, Reply
from triage.facts.phrases import PHRASES
from triage.facts.wording import wording_of_flag
from triage.verify.withholding import Withholding, without

HOLD = Fact(name="credit.on_hold", value=True, sources=("res.partner:7.on_hold",), how="the account of Jane is on hold")
RECEIPT = Fact(
    name="stock.incoming", value=date(2026, 11, 24), sources=("purchase.order:5.date_planned",), how="planned"
)
SIGNED = Fact(
    name="shipment.signed_by", value="P. Vermeer", sources=("stock.picking:8.note",), how="signed by P. Vermeer"
)
LOST = Fact(name="shipment.lost", value=True, about="WH/OUT/00861", sources=("stock.picking:8.state",), how="lost")
LONG = Fact(name="credit.overdue_amount", value=Decimal(1234567), unit="EUR", how="1234567 EUR")
INSTEAD = "(withheld)"


@pytest.mark.parametrize(
    "written",
    [
        "15,180.00 EUR", "15.180,00 EUR", "15 180,00 EUR", "15\u00a0180,00 €", "15'180.00", "15180", "EUR 15180.00",
        "15180.00EUR", "EUR15,180", "PLN15180", "15,180.00eur", "€15.180",
    ],
)  # fmt: skip
def test_a_sentence_with_the_amount_in_any_writing_is_left_out(written: str) -> None:
    assert without(f"They wait. You owe {written} now.\nCall them.", [OVERDUE]) == "They wait. Call them."


@pytest.mark.parametrize("written", ["1234567 EUR", "1,234,567.00 EUR", "1234567EUR"])
def test_many_digits_in_a_row_are_a_number_too(written: str) -> None:
    assert without(f"They wait. You owe {written}.", [LONG]) == "They wait."


@pytest.mark.parametrize("written", ["11 days late", "11 Tagen", "11 jours de retard", "11 días", "11 dagen", "11-day"])
def test_a_small_number_tells_beside_its_unit_alone(written: str) -> None:
    assert without(f"It is {written}. 11 boxes came.", [LATE]) == "11 boxes came."


@pytest.mark.parametrize(
    "written", ["24 Nov", "2026-11-24", "24.11.2026", "24. November", "24 novembre", "November 24, 2026"]
)
def test_a_day_tells_in_any_writing(written: str) -> None:
    assert without(f"They wait. The next receipt is on {written}!", [RECEIPT]) == "They wait."


def test_another_day_tells_nothing() -> None:
    assert without("They come on 25 Nov, or on 24 Nov 2025.", [RECEIPT]) == "They come on 25 Nov, or on 24 Nov 2025."


@pytest.mark.parametrize("language", list(PHRASES["on_hold"]))
def test_what_has_no_number_tells_by_its_words(language: str) -> None:
    assert without(f"Facts: 11 days late; {PHRASES['on_hold'][language]}.", [HOLD]) == "Facts: 11 days late."
    lost = PHRASES["lost"][language]
    line = f"Facts: {lost.format(about='WH/OUT/00861')}; {lost.format(about='WH/OUT/00862')}."
    assert without(line, [LOST]) == f"Facts: {lost.format(about='WH/OUT/00862')}."


def test_names_and_computations_tell_word_for_word() -> None:
    assert without("They wait. It was signed by p. vermeer in time.", [SIGNED]) == "They wait."
    assert without("The account of Jane is on hold. They wait.", [HOLD]) == "They wait."
    assert without("Vermeers wait.", [SIGNED]) == "Vermeers wait."
    assert wording_of_flag(OVERDUE) is None


def test_a_text_that_tells_nothing_stays_as_it_was_written() -> None:
    text = "Dear Jane,\n\nwe look into it.  It takes 3 days.\n"
    assert Withholding([OVERDUE, HOLD, RECEIPT]).clear(text) == text


def _told(hidden: list[Fact], **more: object) -> Card:
    made = card()
    return told(made.with_(proposal=made.proposal.with_(**more)), hidden, INSTEAD)


def test_where_something_was_left_out_the_text_says_so() -> None:
    said = _told([OVERDUE], summary="They wait. 15,180 EUR are open.", warnings=("15180 EUR", "15180.00 EUR", "Mind."))
    assert said.proposal.summary == f"They wait. {INSTEAD}"
    assert said.proposal.warnings == (INSTEAD, "Mind.")


def test_facts_and_evidence_stay_because_each_is_asked_about_by_itself() -> None:
    quote = Quote(source="message:0", text="We have paid the 15,180.00 EUR.", verified=True)
    made = card(evidence=(quote,))
    said = told(made, [OVERDUE], INSTEAD)
    assert said.proposal.facts == made.proposal.facts
    assert said.proposal.suggestion.evidence == (quote,)
    assert said.proposal.record == made.proposal.record


@pytest.mark.parametrize(
    ("text", "facts", "shown"),
    [
        ("Dear Jane,\n\nyou owe us 15,180.00 EUR.\n\n[name]", (), INSTEAD),
        ("Dear Jane,\n\nsome of it is overdue.\n\n[name]", (OVERDUE.id,), INSTEAD),
        ("Dear Jane,\n\nwe look into it.\n\n[name]", (LATE.id,), "Dear Jane,\n\nwe look into it.\n\n[name]"),
        ("", (OVERDUE.id,), ""),
    ],
)
def test_a_draft_is_shown_whole_or_not_at_all(text: str, facts: tuple[str, ...], shown: str) -> None:
    by = Producer(method=Method.EMBEDDED, model="m", version="1")
    said = _told([OVERDUE, EXPOSURE], reply=Reply(by=by, text=text, facts=facts, blanks=("name",)))
    assert said.proposal.reply is not None
    assert said.proposal.reply.text == shown
    assert bool(said.proposal.reply.blanks) == (shown != INSTEAD)


def test_nothing_hidden_changes_nothing() -> None:
    made = card(summary="15,180.00 EUR overdue.")
    assert told(made, [], INSTEAD) is made
