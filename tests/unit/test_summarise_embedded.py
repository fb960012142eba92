"""The embedded summariser over threads of the sample company and over odd input."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.summary_threads import THREADS, Thread
from triage.domain import (
    Case,
    Company,
    DocumentType,
    Fact,
    FieldValue,
    Line,
    Message,
    MessageKind,
    Method,
    Paper,
    Producer,
    Quote,
    RecordRef,
    Role,
    Summary,
    View,
)
from triage.tasks.summarise.choosing import is_ask, shortened
from triage.tasks.summarise.embedded import EmbeddedSummariser
from triage.tasks.summarise.written import written
from triage.verify.answers import verify
from triage.verify.numbers import unsupported
from triage.verify.references import normalise

NOW = datetime(2026, 11, 15, 10, tzinfo=UTC)
SUMMARISER = EmbeddedSummariser()


def view_of(
    *messages: Message, language: str = "en", facts: tuple[Fact, ...] = (), lines: tuple[Line, ...] = ()
) -> View:
    case = Case(
        record=RecordRef(model="mail.message", id=None, name="mail-1"),
        company=Company(name="Brandt & Mercer Supply B.V.", currency="EUR", language=language),
        captured_at=NOW,
        messages=messages,
        lines=lines,
    )
    return View(case, (), facts)


def message(body: str, n: int = 0, **fields: object) -> Message:
    return Message.model_validate({"id": f"<{n}@havenwerk.example>", "body": body, "role": Role.CUSTOMER} | fields)


def view_of_thread(thread: Thread) -> View:
    return view_of(
        *(message(body, n, role=role, subject=thread.subject) for n, (role, body) in enumerate(thread.messages))
    )


def told(summary: Summary) -> str:
    return " ".join(" ".join((summary.text, *summary.key_points, *summary.asks)).split())


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread.name)
def test_thread(thread: Thread) -> None:
    view = view_of_thread(thread)
    summary = SUMMARISER.invoke(view)
    everything = told(summary)
    assert [point for point in thread.points if point not in everything] == []
    assert [ask for ask in thread.asks if not any(ask in one for one in summary.asks)] == []
    found = {normalise(reference) for reference in summary.references}
    assert [reference for reference in thread.references if normalise(reference) not in found] == []
    assert [word for word in thread.absent if word in everything] == []
    assert summary.language == thread.language
    assert 0 < len(summary.text) <= 620


@pytest.mark.parametrize("thread", THREADS, ids=lambda thread: thread.name)
def test_verification_takes_nothing_away(thread: Thread) -> None:
    view = view_of_thread(thread)
    summary = SUMMARISER.invoke(view)
    checked = verify(summary, view)
    assert checked.warnings == summary.warnings
    assert (checked.text, checked.key_points, checked.asks) == (summary.text, summary.key_points, summary.asks)
    assert checked.references == summary.references
    assert checked.evidence
    assert all(one.verified for one in checked.evidence)
    assert unsupported(told(summary), view) == []


def test_asks_stand_in_the_text() -> None:
    missing = []
    for thread in THREADS:
        summary = SUMMARISER.invoke(view_of_thread(thread))
        asked = [ask for ask in summary.asks if ask[1:] in summary.text]
        if summary.asks and not asked and thread.name != "all is well now":
            missing.append(thread.name)
    assert missing == []


def test_a_settled_matter_asks_nothing_any_more() -> None:
    view = view_of(message("Where are the 12 ladders?"), message("All sorted now, thanks.", 1))
    assert SUMMARISER.invoke(view).asks == ()


def test_the_last_open_question_stays_open() -> None:
    view = view_of(
        message("Where are the 12 ladders of S00090?"),
        message("We are looking into it.", 1, role=Role.COLLEAGUE),
    )
    assert SUMMARISER.invoke(view).asks == ("Where are the 12 ladders of S00090?",)


def test_facts_line_is_in_the_readers_language_and_true() -> None:
    facts = (
        Fact(name="promise.original", value=date(2026, 11, 13), how="promised for 2026-11-13"),
        Fact(name="promise.days_late", value=Decimal(2), unit="days", how="2 days late"),
        Fact(name="stock.shortage", value=Decimal(40), unit="Units", about="BM-100", how="100 ordered, 60 reserved"),
        Fact(name="stock.incoming", value=date(2026, 11, 24), about="BM-100", how="P00031 on 2026-11-24"),
        Fact(name="credit.over_limit", value=Decimal("777.00"), unit="EUR", how="777.00 above", confidential=True),
    )
    line = Line(product="BM-100", name="Bolt", quantity=Decimal(100))
    view = view_of(message("Wo bleibt unsere Ware?"), facts=facts, lines=(line,), language="nl")
    summary = SUMMARISER.invoke(view)
    assert summary.text == (
        "Wo bleibt unsere Ware? Feiten: 2 dagen te laat ten opzichte van de toezegging van 13 nov; 40 van 100 tekort, "
        "volgende ontvangst 24 nov."
    )
    assert summary.language == "de"
    assert unsupported(summary.text, view) == []


def test_documents_are_told_where_nobody_wrote() -> None:
    paper = Paper(
        by=Producer(method=Method.EMBEDDED, model="layout", version="1"),
        document="ab.pdf",
        sha256="0" * 64,
        fields={
            "document_type": FieldValue(value=DocumentType.ORDER_CONFIRMATION.value, text="Auftragsbestätigung"),
            "document_number": FieldValue(value="AB-20991", text="AB-20991"),
            "seller_name": FieldValue(value="Nordschrauben GmbH", text="Nordschrauben GmbH"),
            "gross_total": FieldValue(value=Decimal("1469.06"), text="1.469,06"),
            "currency": FieldValue(value="EUR", text="EUR"),
        },
    )
    case = view_of().case
    summary = SUMMARISER.invoke(View(case, (paper,), ()))
    assert summary.text == "Order confirmation AB-20991: Nordschrauben GmbH, 1,469.06 EUR."
    assert summary.warnings == ("no message in the case",)


@pytest.mark.parametrize(
    ("fields", "text", "warning"),
    [
        ({"body": "", "subject": "Order S00042 late"}, "Order S00042 late.", "its subject is shown"),
        ({"body": "", "subject": ""}, "mail-1: no text.", "is empty"),
        ({"body": "", "quoted": "> We need 12 ladders."}, "We need 12 ladders.", "quoted history"),
        ({"body": "> We need\n> 12 ladders."}, "We need 12 ladders.", "quoted history"),
        ({"body": "I am away until 3 May.", "kind": MessageKind.AUTO_REPLY}, "I am away until 3 May.", "automatic"),
    ],
)
def test_odd_messages_are_said_to_be_odd(fields: dict[str, object], text: str, warning: str) -> None:
    body = str(fields.pop("body"))
    summary = SUMMARISER.invoke(view_of(message(body, **fields)))
    assert summary.text == text
    assert any(warning in one for one in summary.warnings)


@pytest.mark.parametrize(
    "body",
    [
        "From: Anna <anna@havenwerk.example>\nTo: desk@brandt-mercer.example\nSubject: S00042\n\nWe miss 4 boxes.",
        "Dear Mr. Brandt,\nWe miss 4 boxes.\nBest regards,\nAnna Visser\nHavenwerk B.V.\nwww.havenwerk.example",
        "Hi Tom, We miss 4 boxes.\n\nSent from my phone",
        "We miss 4 boxes.\n-- \nAnna Visser\n+31 10 555 01 99",
        "We miss 4 boxes.\n\nAm 12.11.2026 um 09:12 schrieb Order Desk <desk@brandt-mercer.example>:\n> Alles gut?",
        "We miss 4 boxes.\n\n-----Original Message-----\nFrom: desk\nSent: Monday\nAll shipped.",
        "Sehr geehrte Frau Mercer,\n\nWe miss 4 boxes.\n\nMit freundlichen Grüßen\n\nJens Kohl",
        "Estimados señores:\n\nWe miss 4 boxes.\n\nAtentamente,\nPablo",
        "Hoi,\nWe miss 4 boxes.\nPriya Nair | Sales | Pinnacle Safety Products Ltd",
        "*** automatic message, do not reply ***\n\nWe miss 4 boxes.",
        "We miss 4 boxes.\n\nThis e-mail is intended only for the recipient. Think before you print.",
    ],
)
def test_only_what_the_author_wrote(body: str) -> None:
    assert written(body) == "We miss 4 boxes."


def test_thanks_in_the_middle_is_no_closing() -> None:
    assert written("Thanks for the call.\nWe miss 4 boxes.\nThanks,\nAnna") == "Thanks for the call.\nWe miss 4 boxes."


@pytest.mark.parametrize(
    ("sentence", "asks"),
    [
        ("Could you send the invoice again?", True),
        ("Please cancel line 3.", True),
        ("Cancel the order S00042.", True),
        ("Bitte um Rückmeldung bis Freitag.", True),
        ("Merci d'émettre un avoir.", True),
        ("Rogamos confirmen la fecha.", True),
        ("Gelieve de order te annuleren.", True),
        ("Invoice INV/2026/00123 is wrong.", False),
        ("Please find attached the delivery note.", False),
        ("Please do not hesitate to contact us with any questions.", False),
        ("The driver left at 11:30.", False),
        ("We need to buy elsewhere.", False),
    ],
)
def test_asks(sentence: str, asks: bool) -> None:
    assert is_ask(sentence) is asks


def test_a_list_below_an_ask_is_asked_for() -> None:
    body = (
        "Merci de nous dire :\n- si vous reprenez la palette\n- quand arrivent les 25 casques.\nLe chantier est fermé."
    )
    assert SUMMARISER.invoke(view_of(message(body))).asks == (
        "Merci de nous dire :",
        "si vous reprenez la palette",
        "quand arrivent les 25 casques.",
    )


def test_the_subject_speaks_for_a_thin_mail() -> None:
    summary = SUMMARISER.invoke(view_of(message("Any news?", subject="Re: S00042 missing helmets")))
    assert summary.text == "Any news? S00042 missing helmets."
    assert [one.source for one in summary.evidence if isinstance(one, Quote)] == ["message:0", "message:0:subject"]


def test_a_document_has_its_line_in_the_text_and_the_points() -> None:
    paper = Paper(
        by=Producer(method=Method.EMBEDDED, model="layout", version="1"),
        document="ls.pdf",
        sha256="0" * 64,
        fields={"document_type": FieldValue(value=DocumentType.DELIVERY_NOTE.value, text="Pakbon")},
    )
    view = view_of(message("De pakbon klopt niet, wij tellen 40 dozen."), language="nl")
    summary = SUMMARISER.invoke(View(view.case, (paper,), ()))
    assert summary.text == "De pakbon klopt niet, wij tellen 40 dozen. Pakbon (ls.pdf)."
    assert summary.key_points[-1] == "Pakbon (ls.pdf)."


def test_a_very_long_sentence_is_cut_to_its_telling_clauses() -> None:
    filling = ", as was said before in another context by other people of the team" * 5
    cut = shortened(f"As you know{filling}, please cancel order S00042 today, {filling[2:]}.")
    assert "please cancel order S00042 today" in cut
    assert len(cut) <= 240
    assert cut.startswith("… ")


def test_references_of_quoted_mails_come_last() -> None:
    body = "Where is S00042?\n\n> order P00031 is late\n\nTel: 31105550199"
    summary = SUMMARISER.invoke(view_of(message(body, subject="INV/2026/00123", quoted="ticket 88213")))
    assert summary.references == ("S00042", "INV/2026/00123", "P00031", "88213")


def test_batch_keeps_the_order() -> None:
    views = [view_of_thread(thread) for thread in THREADS[:4]]
    assert SUMMARISER.batch(views) == [SUMMARISER.invoke(view) for view in views]


def test_what_acts_is_named_with_its_hash() -> None:
    assert list(SUMMARISER.acting.values()) == [SUMMARISER.producer.version]
    assert len(SUMMARISER.producer.version) == 64


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.text(max_size=100))
def test_any_text_gives_a_summary_that_verifies(body: str, subject: str, quoted: str) -> None:
    view = view_of(message(body, subject=subject, quoted=quoted))
    summary = SUMMARISER.invoke(view)
    assert summary.text.strip()
    assert verify(summary, view).text.strip()
    assert unsupported(" ".join(summary.key_points), view) == []
