"""Quotes, facts and words on pages as evidence, and sentences."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import case, message, paper
from triage.domain import Box, Fact, FactEvidence, OnPage, Page, Quote, View, Word
from triage.verify.quotes import locate, verified_evidence, verify_evidence
from triage.verify.sentences import sentences

BODY = "Dear team,\nwhere are our “40 bolts” – ordered\non 3 November? Please  hurry."


def view() -> View:
    words = tuple(
        Word(id=n, text=text, box=Box(x0=50 + 60 * n, top=100, x1=100 + 60 * n, bottom=110))
        for n, text in enumerate(("Total", "1.469,06", "EUR"))
    )
    page = Page(number=1, width=595, height=842, words=words, text="Total   1.469,06 EUR")
    document = paper("invoice").with_(pages=(page,))
    fact = Fact(name="promise.days_late", value=Decimal(2), unit="days", how="promised for 2026-11-13: 2 days late")
    return View(case(messages=(message(BODY, subject="S00042"),)), (document,), (fact,))


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ('our "40 bolts" - ordered on 3 November', "our “40 bolts” – ordered\non 3 November"),
        ("Please hurry.", "Please  hurry."),
        ("PLEASE HURRY", "Please  hurry"),
        ("where are our", "where are our"),
    ],
)
def test_a_quote_comes_back_as_it_stands(quote: str, stands: str) -> None:
    checked = verify_evidence(Quote(source="message:0", text=quote), view())
    assert checked == Quote(source="message:0", text=stands, verified=True)


@pytest.mark.parametrize(
    "quote",
    [
        Quote(source="message:0", text="where are our 50 bolts"),
        Quote(source="message:1", text="where are our"),
        Quote(source="message:0:subject", text="where are our"),
        Quote(source="message:0", text="we"),
        Quote(source="message:0", text=" "),
        Quote(source="message:0", text="where are the bolts", verified=True),
    ],
)
def test_what_does_not_stand_there_is_dropped(quote: Quote) -> None:
    kept, warnings = verified_evidence((quote,), view())
    assert kept == ()
    assert len(warnings) == 1


def test_a_fact_must_exist_and_its_words_must_be_its_own() -> None:
    right = FactEvidence(fact="promise.days_late", text="late by 2 days")
    wrong = FactEvidence(fact="promise.days_late", text="late by 9 days")
    unknown = FactEvidence(fact="stock.shortage[BM-100]", text="short")
    kept, warnings = verified_evidence((right, wrong, unknown), view())
    assert [one.text for one in kept] == ["late by 2 days", "promised for 2026-11-13: 2 days late"]
    assert warnings == ("no fact stock.shortage[BM-100] was established, dropped: 'short'",)


@pytest.mark.parametrize(
    ("x0", "x1", "page", "text", "holds"),
    [
        (108, 162, 1, "1.469,06", True),
        (108, 225, 1, "1.469,06 EUR", True),
        (108, 225, 1, "1.469,07 EUR", False),
        (168, 225, 1, "1.469,06", False),
        (108, 162, 2, "1.469,06", False),
    ],
)
def test_words_on_a_page(x0: float, x1: float, page: int, text: str, holds: bool) -> None:
    box = Box(x0=x0, top=99, x1=x1, bottom=111)
    evidence = OnPage(document="ab.pdf", page=page, box=box, text=text)
    checked = verify_evidence(evidence, view())
    assert (checked is not None and checked.verified) is holds


def test_ligatures_and_soft_hyphens() -> None:
    assert locate("confirmed offer", "We con\u00adﬁrmed  o\ufb00er 12") == (3, 18)


@given(st.text(max_size=100), st.integers(0, 100), st.integers(0, 100))
def test_every_piece_of_a_text_is_found_in_it(text: str, start: int, length: int) -> None:
    piece = text[start : start + length]
    span = locate(piece, text)
    if span is not None:
        assert 0 <= span[0] < span[1] <= len(text)
    else:
        assert sum(c.isalnum() for c in piece) < 4 or not piece.isprintable() or not piece.isascii()


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("We need 12.5 kg. Please confirm.", ["We need 12.5 kg.", "Please confirm."]),
        ("Es fehlt z.B. Pos. 20. Bitte prüfen.", ["Es fehlt z.B. Pos. 20.", "Bitte prüfen."]),
        ("Falta, p. ej., la caja 3. ¿Cuándo llega?", ["Falta, p. ej., la caja 3.", "¿Cuándo llega?"]),
        ("Lieferung am 3. Dezember 2026. Danke.", ["Lieferung am 3. Dezember 2026.", "Danke."]),
        ("Lieferung am 13.11. Mittwoch geht nicht.", ["Lieferung am 13.11. Mittwoch geht nicht."]),
        ("The answer is no. Please cancel.", ["The answer is no.", "Please cancel."]),
        ("See no. 12 and art. 4.", ["See no. 12 and art. 4."]),
        ("Due 20 Nov. We wait.", ["Due 20 Nov.", "We wait."]),
        (
            "First line of a wrapped sentence that is long\nenough to go on. Second.",
            ["First line of a wrapped sentence that is long enough to go on.", "Second."],
        ),
        ("We need:\n- 20 bolts\n- 30 nuts\n\nThanks", ["We need:", "20 bolts", "30 nuts", "Thanks"]),
        ("1. cancel line 3\n2) keep line 4", ["cancel line 3", "keep line 4"]),
        (
            "Tenaamstelling i.p.v. Waterschap Rijnmond. Graag herstel.",
            ["Tenaamstelling i.p.v. Waterschap Rijnmond.", "Graag herstel."],
        ),
        (
            "Afzender : Brandt & Mercer Supply B.V., Rotterdam\nStatus : niet geladen",
            ["Afzender : Brandt & Mercer Supply B.V., Rotterdam", "Status : niet geladen"],
        ),
        (
            "Line 10   FS-934-M8   qty 2000   OK, which is fine for us\nLine 20   FS-125-M8   qty 5   ERROR",
            ["Line 10 FS-934-M8 qty 2000 OK, which is fine for us", "Line 20 FS-125-M8 qty 5 ERROR"],
        ),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ("...", []),
        ("", []),
    ],
)
def test_sentences(text: str, split: list[str]) -> None:
    assert sentences(text) == split


@given(st.text(alphabet="aB1 .?!\n-;,", max_size=120))
def test_sentences_keep_every_letter(text: str) -> None:
    kept = "".join(c for one in sentences(text) for c in one if c.isalpha())
    assert kept == "".join(c for c in text if c.isalpha())


def test_evidence_of_a_confidential_fact_says_so() -> None:
    from datetime import UTC, datetime
    from decimal import Decimal

    from triage.domain import Case, Company, Fact, FactEvidence, RecordRef, View
    from triage.verify.quotes import verify_evidence

    case = Case(
        record=RecordRef(model="sale.order", id=1, name="S00001"),
        company=Company(name="Brandt & Mercer Supply B.V."),
        captured_at=datetime(2026, 11, 17, tzinfo=UTC),
    )
    fact = Fact(name="credit.over_limit", value=Decimal(410), unit="EUR", how="exposure 8410 EUR", confidential=True)
    kept = verify_evidence(FactEvidence(fact=fact.id, text=fact.how), View(case, facts=(fact,)))
    assert kept is not None
    assert kept.confidential
