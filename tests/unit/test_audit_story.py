"""The story of a card is told in order, and only its own."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.databases import damage, target_in
from tests.unit.opened_store import COMPANY, ORDER, Opened, case, decision, event, proposal
from triage.audit.story import story
from triage.domain import (
    Abstention,
    Advised,
    Category,
    Classification,
    Failure,
    FieldValue,
    Method,
    ModelCall,
    Paper,
    Producer,
    ReasonCode,
    Suggestion,
    Summary,
    Usage,
    Verdict,
)
from triage.errors import ChainBroken

BY = Producer(method=Method.EMBEDDED, model="e5-small", version="0")


@pytest.fixture
def opened(home: Path):
    with Opened(home) as store:
        yield store


def told(opened: Opened, key: str, *categories: Category) -> list:
    log = opened.journal.of(event(key))
    log.once("capture", ORDER, lambda _: case())
    cards = [log.atomic("card", proposal(each), lambda it: opened.cards.put(it, key)) for each in categories]
    log.close(Advised(cards=tuple(card.id for card in cards)))
    return cards


def decided(opened: Opened, card, **more) -> None:
    opened.journal.record(
        stream=COMPANY,
        kind="decision",
        case=opened.cards.case_key(card),
        event=card.events[-1],
        value=decision(card, **more),
    )


def test_a_card_tells_its_events_and_its_own_decisions(opened: Opened) -> None:
    stock, _ = told(opened, "file:1", Category.STOCK, Category.INVOICE)
    told(opened, "file:other")
    decided(opened, stock, verdict=Verdict.REJECT, reason=ReasonCode.DUPLICATE, comment="see #3")
    [invoice] = [card for card in opened.cards.all() if card.key.category is Category.INVOICE]
    entries = story(opened.database, opened.keys, stock)
    assert [entry.title for entry in entries] == ["event", "capture", "card", "outcome", "decision"]
    assert entries[-1].text == "reject by mila · duplicate · see #3"
    assert [entry.seq for entry in entries] == sorted(entry.seq for entry in entries)
    assert "decision" not in [entry.title for entry in story(opened.database, opened.keys, invoice)]


def test_a_card_of_two_events_tells_both(opened: Opened) -> None:
    told(opened, "file:1", Category.STOCK)
    [card] = told(opened, "file:2", Category.STOCK)
    assert [entry.kind for entry in story(opened.database, opened.keys, card)].count("event") == 2


def test_an_event_tells_everything(opened: Opened) -> None:
    told(opened, "file:1", Category.STOCK, Category.INVOICE)
    titles = [entry.title for entry in story(opened.database, opened.keys, "file:1")]
    assert titles == ["event", "capture", "card", "card", "outcome"]
    assert story(opened.database, opened.keys, "file:unknown") == []


def test_two_companies_may_know_events_by_the_same_key(opened: Opened) -> None:
    [mine] = told(opened, "file:1", Category.STOCK)
    log = opened.journal.of(event("file:1", company="Elsewhere B.V."))
    log.once("capture", ORDER, lambda _: None)
    theirs = log.atomic("card", proposal(company="Elsewhere B.V."), lambda it: opened.cards.put(it, "file:1"))
    assert opened.cards.of_event("file:1", COMPANY) == [mine]
    assert opened.cards.of_event("file:1", "Elsewhere B.V.") == [theirs]
    for card, company in ((mine, COMPANY), (theirs, "Elsewhere B.V.")):
        told_of_card = story(opened.database, opened.keys, card)
        assert {entry.stream for entry in told_of_card} == {company}
        assert told_of_card == story(opened.database, opened.keys, "file:1", company)
    assert opened.cards.case_key(mine) != opened.cards.case_key(theirs)
    opened.keys.delete(opened.cards.case_key(mine))
    assert opened.cards.all() == [theirs]
    assert all(entry.erased for entry in story(opened.database, opened.keys, mine))
    assert not any(entry.erased for entry in story(opened.database, opened.keys, theirs))


def test_erased_records_stay_in_the_story(opened: Opened) -> None:
    [card] = told(opened, "file:1", Category.STOCK)
    opened.keys.delete(opened.cards.case_key(card))
    entries = story(opened.database, opened.keys, card)
    assert len(entries) == 4
    assert {(entry.erased, entry.value, entry.text) for entry in entries} == {(True, None, "(erased)")}


def test_a_changed_record_is_not_told(opened: Opened) -> None:
    [card] = told(opened, "file:1", Category.STOCK)
    [row] = opened.database.query("SELECT sealed FROM payloads WHERE seq = 2")
    damage(target_in(opened.home), "UPDATE payloads SET sealed = ? WHERE seq = 2", row["sealed"] + b"0")
    with pytest.raises(ChainBroken, match="sealed content"):
        story(opened.database, opened.keys, card)


def test_entries_are_json(opened: Opened) -> None:
    told(opened, "file:1", Category.STOCK)
    entries = [entry.as_json() for entry in story(opened.database, opened.keys, "file:1")]
    assert json.loads(json.dumps(entries))[1]["type"] == "Case"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "nothing"),
        (case(), "S00042 · 1 messages, 0 documents · captured 2026-11-23 09:30"),
        (
            Classification(by=BY, suggestions=(Suggestion(category=Category.STOCK, subtype="backorder"),)),
            "e5-small · stock/backorder",
        ),
        (Summary(by=BY, text="They ask for 40 bolts."), "e5-small · They ask for 40 bolts."),
        (
            Paper(
                by=BY,
                document="a.pdf",
                sha256="0",
                fields={"net_total": FieldValue(value=Decimal("1.50"), text="1,50")},
            ),
            "e5-small · net_total=1.50",
        ),
        (
            Summary(by=BY, text="", abstained=Abstention(reason="nothing to read")),
            "e5-small · abstained: nothing to read",
        ),
        (ORDER, '{"model": "sale.order", "id": 42, "name": "S00042"}'),
    ],
)
def test_each_value_in_one_line(opened: Opened, value: object, said: str) -> None:
    opened.journal.of(event("file:1")).once("step", None, lambda _: value)
    assert story(opened.database, opened.keys, "file:1")[-1].text == said


def test_calls_of_models_are_told_by_the_names_of_the_field(tmp_path: Path) -> None:
    call = ModelCall(
        endpoint="house", model="m-1", rung="json_schema", sent=({"role": "user", "content": "?"},), received="{}",
        usage=Usage(input_tokens=12, output_tokens=3, seconds=0.5), attempts=2, replaced={"email": 1, "name": 2},
    )  # fmt: skip
    with Opened(tmp_path) as opened:
        log = opened.journal.of(event("mail:1"))
        log.note("failure", Failure(task="classify", reason="no answer", calls=(call,)))
        told = [entry.as_json() for entry in story(opened.database, opened.keys, "mail:1")]
    assert told[0]["calls"] == []
    (attributes,) = told[1]["calls"]
    assert attributes["gen_ai.request.model"] == "m-1"
    assert (attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]) == (12, 3)
    assert (attributes["triage.attempts"], attributes["triage.replaced"]) == (2, 3)
