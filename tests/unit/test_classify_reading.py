"""Which sentences of a mail are read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.tasks.classify.reading import sentences

WHOLE = """Hi Peter,

I hope you are well. We placed this order (PO 45001 / art. 33-120) on 3 May and the
goods have still not arrived. Approx. 12 pcs. were due yesterday!

- Pallet one: standing at your ramp
- Pallet two: nobody knows

Kind regards,
Emma Clarke
Purchasing | Norvik Engineering Ltd

On Mon, 4 May 2026 at 10:00, Order Desk <desk@brandt-mercer.example> wrote:
> we shipped it on Friday
> Regards
"""


def texts(body: str) -> list[str]:
    return [sentence.text for sentence in sentences(body)]


def test_greeting_signature_and_history_are_left_out() -> None:
    found = texts(WHOLE)
    assert found[0] == "I hope you are well."
    assert found[-1] == "- Pallet two: nobody knows"
    assert not any("Emma" in text or "shipped it" in text or "Hi Peter" in text for text in found)


def test_a_line_broken_by_the_mail_program_is_one_sentence() -> None:
    assert any(text.endswith("goods have still not arrived.") and "PO 45001" in text for text in texts(WHOLE))


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert texts("Wir erhielten ca. 12 Stk. zu wenig. Bitte z.B. morgen nachliefern.") == [
        "Wir erhielten ca. 12 Stk. zu wenig.",
        "Bitte z.B. morgen nachliefern.",
    ]


@pytest.mark.parametrize(
    "closing",
    ["Mit freundlichen Grüßen", "Cordialement,", "Un saludo,", "Met vriendelijke groet,", "Best regards", "MfG", "Mvg"],
)
def test_what_follows_a_closing_is_a_signature(closing: str) -> None:
    assert texts(f"The boxes are crushed.\n{closing}\nA. Person\nSales director") == ["The boxes are crushed."]


def test_prose_below_a_closing_is_still_read() -> None:
    body = (
        "The boxes are crushed.\nThanks\n\nPS: the invoice for the other order shows a quantity that we never ordered."
    )
    assert len(texts(body)) == 2


def test_a_forwarded_mail_without_own_words_is_read() -> None:
    body = "FYI\n\n-----Original Message-----\nFrom: a@norvik.example\nSubject: x\n\nWhere is our order from March?"
    assert "Where is our order from March?" in texts(body)


def test_a_lonely_word_is_read_as_it_is() -> None:
    assert texts("damaged") == ["damaged"]
    assert texts("  \n ") == []


@given(st.text(max_size=400))
def test_every_sentence_stands_where_it_says(body: str) -> None:
    for sentence in sentences(body):
        assert body[sentence.start : sentence.end] == sentence.text
        assert sentence.text.strip() == sentence.text != ""
