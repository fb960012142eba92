"""Replies to messages on a record's thread: evidence, under the same rule of partners as a number."""

from __future__ import annotations

import pytest

from tests.unit.link_book import BOOK, partner, sale
from tests.unit.test_link import ACME_MAIL, BOLT_MAIL, FAST_MAIL, OUR_MAIL, STAHL_MAIL, file, mail
from triage.domain import Document, Message, Role
from triage.intake.mail import parse_mail
from triage.intake.thread import threads
from triage.odoo.link import Linker
from triage.odoo.numbers import shaped_like

THREADS = {
    "<42@erp.example>": "sale.order:42",
    "<43@erp.example>": "sale.order:43",
    "<95@erp.example>": "sale.order:95",
    "<31@erp.example>": "purchase.order:31",
    "inv101@erp.example": "account.move:1",
    "<inv103@erp.example>": "account.move:3",
    "<out42@erp.example>": "stock.picking:1",
    "<gone@erp.example>": "sale.order:999",
}
LINKER = Linker(BOOK.with_(threads=THREADS))


def reply(
    email: str, to: str | None, body: str = "yes please", subject: str = "Re: hello", quoted: str = ""
) -> Message:
    return mail(email, body, subject, quoted).with_(reply_to=to)


def outcome(
    *messages: Message, documents: tuple[Document, ...] = (), **more: object
) -> tuple[str, list[str], list[str]]:
    found, case = LINKER.link(messages, documents, **more)  # type: ignore[arg-type]
    assert (case is not None) is (found.status.value == "certain")
    return found.status.value, [one.record.name for one in found.candidates], list(found.refused)


@pytest.mark.parametrize(
    ("email", "to", "record"),
    [
        (ACME_MAIL, "<42@erp.example>", "S00042"),
        ("boekhouding@acme-bouw.example", "<42@erp.example>", "S00042"),
        (ACME_MAIL, " 42@erp.example ", "S00042"),
        (ACME_MAIL, "<inv101@erp.example>", "S00042"),
        (ACME_MAIL, "<out42@erp.example>", "S00042"),
        (FAST_MAIL, "<out42@erp.example>", "S00042"),
        (STAHL_MAIL, "<31@erp.example>", "P00031"),
        (STAHL_MAIL, "<42@erp.example>", "S00042"),
        (OUR_MAIL, "<43@erp.example>", "S00043"),
        ("nord@twin.example", "<95@erp.example>", "S00095"),
    ],
)
def test_a_reply_of_the_records_party_links(email: str, to: str, record: str) -> None:
    assert outcome(reply(email, to)) == ("certain", [record], [])


@pytest.mark.parametrize(
    ("email", "to", "status", "refused"),
    [
        ("who@nowhere.example", "<42@erp.example>", "none", ["S00042"]),
        (BOLT_MAIL, "<42@erp.example>", "none", ["S00042"]),
        ("desk@slow.example", "<out42@erp.example>", "none", ["S00042"]),
        ("ventes@vis.example", "<31@erp.example>", "several", ["P00031", "S00042"]),
        ("shared@twin.example", "<95@erp.example>", "several", []),
        (ACME_MAIL, "<inv103@erp.example>", "several", []),
        (ACME_MAIL, "<gone@erp.example>", "none", []),
        (ACME_MAIL, "<unknown@erp.example>", "none", []),
    ],
)
def test_a_reply_of_anybody_else_opens_nothing(email: str, to: str, status: str, refused: list[str]) -> None:
    found, candidates, said_no = outcome(reply(email, to))
    assert (found, said_no) == (status, refused)
    assert not set(candidates) & set(refused)


def test_the_evidence_says_so() -> None:
    found, _ = LINKER.link([reply(ACME_MAIL, "<42@erp.example>")])
    assert found.candidates[0].matched == ("reply to a message on S00042", "sender's address")
    found, _ = LINKER.link([mail(ACME_MAIL, "hello", id_="<42@erp.example>")])
    assert found.candidates[0].matched[0] == "message on S00042"


def test_a_number_that_agrees_is_certain_and_one_that_contradicts_is_a_question() -> None:
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", "S00042, PO-4711/A")) == ("certain", ["S00042"], [])
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", "and S00043?")) == ("several", ["S00042", "S00043"], [])
    documents = (file("Rechnung INV_2026_00102.pdf"),)
    assert outcome(reply(ACME_MAIL, "<42@erp.example>"), documents=documents)[0] == "several"


def test_a_number_of_nobody_or_of_somebody_else_is_a_question_too() -> None:
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", "cancel S00402")) == ("several", ["S00042"], [])
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", "like S00077")) == ("several", ["S00042"], ["S00077"])
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", "like S00077, for S00042"))[0] == "certain"


def test_a_header_decides_between_the_orders_of_an_invoice() -> None:
    assert outcome(reply(ACME_MAIL, "<43@erp.example>", "invoice INV/2026/00103"))[:2] == ("certain", ["S00043"])


def test_quoted_history_does_not_contradict() -> None:
    assert outcome(reply(ACME_MAIL, "<42@erp.example>", quoted="> your order S00043"))[:2] == ("certain", ["S00042"])


def test_the_nearest_known_message_of_the_references_counts() -> None:
    references = {"<1@x.example>": ("<42@erp.example>", "<43@erp.example>", "<mx@x.example>")}
    assert outcome(reply(ACME_MAIL, None), references=references)[:2] == ("certain", ["S00043"])
    assert outcome(reply(ACME_MAIL, "<42@erp.example>"), references=references)[:2] == ("certain", ["S00042"])


def test_a_colleagues_answer_to_a_stranger_opens_nothing_by_its_headers() -> None:
    stranger = mail("who@nowhere.example", "what is it?", id_="<s@x.example>")
    answer = reply(OUR_MAIL, "<42@erp.example>").with_(id="<a@x.example>")
    assert outcome(stranger, answer) == ("none", [], ["S00042"])


def test_what_a_colleague_passes_on_names_the_records_of_whom_it_came_from() -> None:
    cover = mail(OUR_MAIL, "who takes this?", "WG: late", id_="<c@x.example>")
    inner = mail(BOLT_MAIL, "where is S00042?", "late", id_="<i@x.example>")
    assert outcome(cover, inner, inside={"<i@x.example>": "<c@x.example>"}) == ("several", ["S00042"], [])
    own = inner.with_(body="where is S00043?")
    assert outcome(cover, own, inside={"<i@x.example>": "<c@x.example>"}) == ("certain", ["S00024"], [])


def test_references_come_through_from_the_mail_file() -> None:
    data = (
        f"From: {ACME_MAIL}\r\nTo: {OUR_MAIL}\r\nSubject: Re: hello\r\nMessage-ID: <n@acme-bouw.example>\r\n"
        "References: <42@erp.example>\r\n <unknown@acme-bouw.example>\r\n\r\nfine\r\n"
    ).encode()
    (thread,) = threads([parse_mail(data, "m.eml")])
    assert thread.references == {"<n@acme-bouw.example>": ("<42@erp.example>", "<unknown@acme-bouw.example>")}
    assert outcome(*thread.messages, references=thread.references)[:2] == ("certain", ["S00042"])


def test_a_letter_or_a_short_word_behind_a_dash_makes_another_number() -> None:
    for text in ("S00042-C", "PO-4711/A-bis", "S00042/B", "PO-4711/A-II"):
        assert outcome(mail(ACME_MAIL, text)) == ("none", [], []), text
    for text in ("S00042-complaint", "S00042.Thanks", "S00042-Reklamation"):
        assert outcome(mail(ACME_MAIL, text))[0] == "certain", text


def test_numbers_of_the_same_form() -> None:
    assert shaped_like("S00402, s 00403 and XS00404 or S004051", "S00042") == {"s00402"}
    assert shaped_like("SO/2026/0043", "SO/2026/0042") == {"so/2026/0043"}
    assert shaped_like("12345", "00042") == set()


@pytest.mark.parametrize(
    "domain", ["gmail.com", "outlook.de", "posteo.de", "libero.it", "virginmedia.com", "proximus.be"]
)
def test_a_providers_domain_is_nobodys(domain: str) -> None:
    known = partner(70, "Kern Dach", Role.CUSTOMER, f"kern.dach@{domain}")
    book = BOOK.with_(partners=(*BOOK.partners, known), cases=(*BOOK.cases, sale(70, "S00070", known)))
    for email, status in ((f"kern.dach@{domain}", "certain"), (f"stranger@{domain}", "none")):
        assert Linker(book).link([mail(email, "S00070")])[0].status.value == status
