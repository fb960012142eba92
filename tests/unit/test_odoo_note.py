"""What a note says, and what it never says."""

from __future__ import annotations

import pytest

from tests.unit.odoo_cards import CARD_ID, EXPOSURE, LATE, OVERDUE, card
from triage.domain import RecordRef
from triage.odoo.gate.inside import rendered
from triage.odoo.note import note_text
from triage.verify.withholding import without

SUMMARY = (
    "Where are our anchors? Facts: 11 days late against the promise of 6 Nov; 15,180.00 EUR overdue, the oldest for 33 "
    "days; the account is 4.210,55 EUR over its limit."
)


def html(summary: str = SUMMARY, record: RecordRef | None = None) -> str:
    found = card(summary=summary) if record is None else card(record, summary)
    return rendered(note_text(found).model_dump(mode="json"))


@pytest.mark.parametrize("secret", ["4210.55", "4.210,55", "29210.55", "25000", "15180", "15,180.00", "overdue"])
def test_exposure_and_what_is_in_the_books_stay_off_the_note(secret: str) -> None:
    assert secret not in html()


def test_what_every_reader_may_see_stands_on_it() -> None:
    said = html()
    assert "11 days late against the promise of 6 Nov" in said
    assert LATE.how in said
    assert "Tell us a date." in said
    assert f"Card 12 ({CARD_ID})" in said


def test_on_an_invoice_its_own_figures_may_stand_but_never_the_exposure() -> None:
    said = html(record=RecordRef(model="account.move", id=733, name="INV/2026/00733"))
    assert "15180.00 EUR due 2026-10-15" in said
    assert "4210.55" not in said
    assert "29210.55" not in said


def test_what_others_wrote_is_text() -> None:
    said = html(summary="<img src=x onerror=alert(1)> & more")
    assert "<img" not in said
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more" in said
    assert "Where &lt;b&gt;are&lt;/b&gt; they?" in said


def test_a_summary_of_hidden_facts_alone_leaves_no_stump() -> None:
    assert without("Facts: the account is 4,210.55 EUR over its limit.", [EXPOSURE]) == ""
    assert without("They wait. Facts: 15,180.00 EUR overdue; two boxes came.", [OVERDUE]) == (
        "They wait. Facts: two boxes came."
    )
    assert without("Wij wachten. Feiten: 15.180,00 EUR achterstallig, de oudste 33 dagen.", [OVERDUE]) == "Wij wachten."


def test_small_numbers_give_nothing_away() -> None:
    assert without("11 boxes are missing.", [LATE]) == "11 boxes are missing."
