"""What a card's row says, and what it keeps to itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.unit.odoo_cards import AT, CARD_ID, ORDER, card
from triage.cards.clusters import member_of
from triage.domain import (
    Abstention,
    Card,
    CardState,
    Category,
    Changes,
    Decision,
    Ending,
    ReasonCode,
    RecordRef,
    Verdict,
)
from triage.errors import OdooRejected
from triage.odoo.card_rows import CardRow, Request, card_of_row, checked
from triage.odoo.card_text import row_of, told
from triage.odoo.publish import marker_of

PAGES = "https://triage.example"


def said(found: Card, state: CardState, verdict: Verdict = Verdict.ACCEPT, **more: object) -> Card:
    word = Decision.model_validate({"card": found.id, "verdict": verdict, "by": "Femke", "at": AT, **more})
    return found.with_(state=state, decisions=(word,), revision=2)


def test_it_says_what_a_note_says_and_nothing_confidential() -> None:
    row = row_of(card(), address=PAGES)
    assert row.values["x_link"] == f"{PAGES}/cards/12"
    assert (row.values["x_name"], row.values["x_category"]) == ("S00042: delay / late", "delay")
    text = str(row.text)
    assert "11 days late" in text
    for hidden in ("4210.55", "29210.55", "15180"):
        assert hidden not in text
        assert hidden not in str(row.values)


def test_in_the_blind_sample_it_suggests_nothing() -> None:
    row = row_of(card(), address=PAGES, is_unseen=True)
    assert row.text is None
    assert "delay" not in str(row.values).lower()
    assert row.version == "1-unseen"


def test_without_a_gate_it_names_no_record() -> None:
    row = row_of(said(card(), CardState.ACCEPTED), address=PAGES, shows_evidence=False)
    assert row.text is None
    assert "S00042" not in str(row.values)
    assert "Femke" not in str(row.values)


def test_a_card_that_asks_says_what_is_missing() -> None:
    row = row_of(card(abstained=Abstention(reason="two orders fit", missing=("which order",))), address=None)
    assert row.values["x_asks"] is True
    assert row.values["x_name"] == "S00042: what is it?"
    assert "two orders fit" in str(row.text)
    assert "which order" in str(row.text)


def test_a_shared_card_names_its_cases() -> None:
    found = card()
    other = found.proposal.with_(record=RecordRef(model="sale.order", id=43, name="S00043"))
    shared = found.with_(members=(member_of(found.proposal, AT), member_of(other, AT)))
    row = row_of(shared, address=None)
    assert row.values["x_name"] == "S00042: delay / late (+1)"
    assert "S00043 (open)" in str(row.text)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (card(), ""),
        (said(card(), CardState.ACCEPTED, channel="odoo"), "Accepted by Femke at 2026-11-17 14:30 UTC in Odoo."),
        (
            said(card(), CardState.REJECTED, Verdict.REJECT, reason=ReasonCode.DUPLICATE),
            "Rejected by Femke at 2026-11-17 14:30 UTC (duplicate).",
        ),
        (
            said(card(), CardState.AWAITING_SECOND),
            "Accepted by Femke at 2026-11-17 14:30 UTC. A second, different person must confirm it.",
        ),
    ],
)
def test_how_it_stands_is_said_in_words(found: Card, words: str) -> None:
    assert told(found) == words


def test_what_ended_by_itself_says_since_when_and_why() -> None:
    ending = Ending(card=card().id, state="resolved", why="the goods have arrived", at=AT + timedelta(hours=1))
    ended = card().with_(state=CardState.RESOLVED, ended=ending)
    assert told(ended) == "This is resolved since 2026-11-17 15:30 UTC: the goods have arrived."


def test_a_correction_shows() -> None:
    changes = Changes(category=Category.STOCK, team="Warehouse")
    row = row_of(said(card(), CardState.EDITED, Verdict.EDIT, changes=changes), address=None)
    assert (row.values["x_category"], row.values["x_team"]) == ("stock", "Warehouse")


def test_nothing_else_is_written() -> None:
    marker = marker_of(card().id, "card")
    assert card_of_row(marker) == card().id
    assert card_of_row(marker_of(card().id, "note")) is None
    assert card_of_row("card-nonsense.card") is None
    with pytest.raises(OdooRejected, match="x_request"):
        checked(CardRow(marker=marker, record=ORDER, version="1", values={"x_request": "accept"}))
    with pytest.raises(OdooRejected, match="takes no rows"):
        checked(CardRow(marker=marker, record=RecordRef(model="res.users", id=2, name="u"), version="1", values={}))


def test_a_request_of_a_row_that_was_made_anew_is_another_one() -> None:
    told = {"marker": f"card-{CARD_ID}.card", "row": 1, "number": 1, "kind": "accept", "seen": 3}
    before, after = (Request.model_validate(told | {"at": f"2026-11-{day} 09:00:00"}) for day in (22, 23))
    assert before.token == "x_triage_card:1.1@2026-11-22T09:00:00"
    assert before.token != after.token
