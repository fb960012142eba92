from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.link_book import ACME, BOOK, FREE, NOW, STAHL, sale
from triage.domain import Document, LinkStatus, Message, MessageKind, Role
from triage.odoo.link import Linker, link
from triage.odoo.numbers import NumberIndex, numbers_in, numbers_of
from triage.odoo.people import People

LINKER = Linker(BOOK)
ACME_MAIL = "inkoop@acme-bouw.example"
BOLT_MAIL = "jan@bolt-zonen.example"
OUR_MAIL = "femke@brandt-mercer.example"
STAHL_MAIL = "verkauf@stahl.example"
FAST_MAIL = "klantenservice@fast.example"


def mail(email: str | None, body: str = "", subject: str = "", quoted: str = "", id_: str = "<1@x.example>") -> Message:
    return Message(id=id_, email=email, subject=subject, body=body, quoted=quoted)


def file(name: str, message: str | None = "<1@x.example>") -> Document:
    return Document(name=name, media_type="application/pdf", content=b"%PDF-1.4", message=message)


def outcome(*messages: Message, documents: tuple[Document, ...] = ()) -> tuple[str, list[str], tuple[str, ...]]:
    found, case = LINKER.link(messages, documents)
    if case is not None:
        assert found.status is LinkStatus.CERTAIN
        assert [candidate.record for candidate in found.candidates] == [case.record]
    else:
        assert found.status is not LinkStatus.CERTAIN
    return found.status.value, [candidate.record.name for candidate in found.candidates], found.refused


CERTAIN = [
    (ACME_MAIL, "Where is order S00042?", "S00042"),
    (ACME_MAIL, "Order s00042 is late", "S00042"),
    (ACME_MAIL, "Order S 00042 is late", "S00042"),
    (ACME_MAIL, "Order S-00042 is late", "S00042"),
    (ACME_MAIL, "Auftrag „S00042“ (dringend)", "S00042"),
    (ACME_MAIL, "commande n°S00042, svp", "S00042"),
    (ACME_MAIL, "Ihre AB S00042.", "S00042"),
    (ACME_MAIL, "zero\u200bwidth S000\u200b42", "S00042"),
    (ACME_MAIL, "Ｓ０００４２ please", "S00042"),
    ("boekhouding@acme-bouw.example", "Bestelling S00042", "S00042"),
    ("INKOOP@Acme-Bouw.example", "S00042", "S00042"),
    (ACME_MAIL, "our PO-4711/A", "S00042"),
    (ACME_MAIL, "our po 4711 a", "S00042"),
    (ACME_MAIL, "our order 4500012345", "S00043"),
    (ACME_MAIL, "Bestellung 4500012345/10", "S00043"),
    (ACME_MAIL, "your order no. 77", "S00044"),
    (ACME_MAIL, "our order 45000 12345", "S00043"),
    (ACME_MAIL, "invoice INV/2026/00101 is wrong", "S00042"),
    (ACME_MAIL, "invoice INV-2026-00101 is wrong", "S00042"),
    (ACME_MAIL, "delivery WH/OUT/00042", "S00042"),
    (ACME_MAIL, "tracking 1Z 999 AA1 01 2345 6784 stuck", "S00042"),
    (ACME_MAIL, "S00042: invoice INV/2026/00101", "S00042"),
    (ACME_MAIL, "S00043 on invoice INV/2026/00103", "S00043"),
    (BOLT_MAIL, "PO9001 still open", "S00077"),
    (BOLT_MAIL, "PO-9001 still open", "S00077"),
    (BOLT_MAIL, "our order S00043", "S00024"),
    (f"solo.klussen@{FREE}", "S00090?", "S00090"),
    (STAHL_MAIL, "P00031 ships in week 50", "P00031"),
    (STAHL_MAIL, "our AB-778120", "P00031"),
    (STAHL_MAIL, "our AB-778120 for your P00031", "P00031"),
    (STAHL_MAIL, "direct to your customer, S00042", "S00042"),
    (FAST_MAIL, "1Z999AA10123456784 cannot be delivered", "S00042"),
    (FAST_MAIL, "S00042 was refused at the door", "S00042"),
    (OUR_MAIL, "S00077 must go out today", "S00077"),
    (OUR_MAIL, "S00042 waits for P00031", "S00042"),
    (OUR_MAIL, "S00043 is what we call it", "S00043"),
    ("edi@gw.brandt-mercer.example", "order S00095 created", "S00095"),
    ("nord@twin.example", "S00095?", "S00095"),
]


@pytest.mark.parametrize(("email", "body", "record"), CERTAIN)
def test_a_number_and_its_partner_link(email: str, body: str, record: str) -> None:
    assert outcome(mail(email, body)) == ("certain", [record], ())


NOT_CERTAIN = [
    # a number alone
    (BOLT_MAIL, "S00042", "several", ("S00042",), "wrong partner"),
    ("who@nowhere.example", "S00042", "none", ("S00042",), "unknown sender"),
    (f"acme.bouw@{FREE}", "S00042", "none", ("S00042",), "freemail address that only looks like the customer"),
    (f"other@{FREE}", "S00090", "none", ("S00090",), "freemail domain of a customer with such an address"),
    ("x@acme-bouw.example.evil.example", "S00042", "none", ("S00042",), "domain that begins like the customer's"),
    ("x@notacme-bouw.example", "S00042", "none", ("S00042",), "domain that ends like the customer's"),
    ("x@brandt-mercer.example.evil.example", "S00042", "none", ("S00042",), "domain that begins like ours"),
    (ACME_MAIL, "P00031?", "none", ("P00031", "S00042"), "customer names our purchase"),
    ("ventes@vis.example", "P00031", "several", ("P00031", "S00042"), "supplier names another supplier's purchase"),
    ("ventes@vis.example", "S00042", "several", ("S00042",), "supplier names an order it has no part in"),
    ("ventes@vis.example", "AB-778120", "several", ("P00031", "S00042"), "another supplier's reference"),
    (STAHL_MAIL, "your customer's PO-4711/A", "several", ("S00042",), "supplier names the customer's reference"),
    (STAHL_MAIL, "invoice INV/2026/00101", "several", ("S00042",), "supplier names our invoice to the customer"),
    ("desk@slow.example", "S00042", "none", ("S00042",), "carrier names an order of another carrier"),
    ("desk@slow.example", "1Z999AA10123456784", "none", ("S00042",), "carrier names another carrier's parcel"),
    (ACME_MAIL, "PO 9001", "none", ("S00077",), "another customer's reference"),
    ("shared@twin.example", "S00095", "several", (), "address that two customers share"),
    ("new@twin.example", "S00095", "several", (), "domain that two customers share"),
    # nearly the number
    (ACME_MAIL, "S000421", "none", (), "one digit more"),
    (ACME_MAIL, "S0042", "none", (), "one digit less"),
    (ACME_MAIL, "XS00042", "none", (), "a letter before"),
    (ACME_MAIL, "S00042B", "none", (), "a letter behind"),
    (ACME_MAIL, "SO00042", "none", (), "another prefix"),
    (ACME_MAIL, "00042", "none", (), "digits without their letter"),
    (ACME_MAIL, "order 42", "none", (), "the number without its zeros"),
    (ACME_MAIL, "S00024", "none", ("S00024",), "digits transposed into another customer's order"),
    (ACME_MAIL, "S00402", "none", (), "digits transposed into no order"),
    (ACME_MAIL, "S00042-7", "none", (), "part of a longer number"),
    (ACME_MAIL, "S00042/2026", "none", (), "part of a longer number with a year"),
    (ACME_MAIL, "RMA-12-S00042", "none", (), "end of a longer number"),
    (ACME_MAIL, "S00042.5", "none", (), "with a decimal"),
    (ACME_MAIL, "S OO042", "none", (), "letters for zeros"),
    (ACME_MAIL, "45000 12345", "none", (), "a plain number in groups without a word before"),
    (ACME_MAIL, "14500012345", "none", (), "a plain number with one digit more"),
    (ACME_MAIL, "EUR 4500012345", "none", (), "an amount"),
    (ACME_MAIL, "4500012345,00", "none", (), "an amount with cents"),
    (ACME_MAIL, "call +4500012345", "none", (), "a phone number"),
    (ACME_MAIL, "AB-4500012345", "none", (), "the number behind other letters"),
    (ACME_MAIL, "we need 77 boxes", "none", (), "a short reference that is a quantity"),
    (ACME_MAIL, "order 77 pcs of M8", "none", (), "a short reference that is an ordered quantity"),
    (ACME_MAIL, "order no. 77,50 EUR", "none", (), "a short reference that is an amount"),
    (ACME_MAIL, "Kanaalweg 77", "none", (), "a short reference that is a house number"),
    (ACME_MAIL, "INV/2026/0010", "none", (), "invoice with one digit less"),
    (ACME_MAIL, "INV/2025/00101", "none", (), "invoice of another year"),
    (ACME_MAIL, "2026/00101", "none", (), "invoice without its prefix"),
    (ACME_MAIL, "BINV/2026/00101", "none", (), "invoice with another prefix"),
    (ACME_MAIL, "1Z999AA10123456785", "none", (), "tracking number with another last digit"),
    (ACME_MAIL, "1Z 999 AA1 01 2345", "none", (), "tracking number cut off"),
    (ACME_MAIL, "WH/IN/00042", "none", (), "transfer of another kind"),
    (ACME_MAIL, "PO-4711", "none", (), "customer's reference without its end"),
    (ACME_MAIL, "PO-4711/B", "none", (), "customer's reference with another end"),
    (ACME_MAIL, "", "none", (), "nothing at all"),
    (f"solo.klussen@{FREE}", "Where are my screws?", "several", (), "only the sender, who has one open order"),
    ("who@nowhere.example", "Where are my screws?", "none", (), "nobody known names nothing"),
    # too much
    (ACME_MAIL, "S00042 and S00043", "several", (), "two of the sender's orders"),
    (ACME_MAIL, "S00042/S00043", "several", (), "two orders with a slash"),
    (ACME_MAIL, "invoice INV/2026/00103", "several", (), "an invoice of two orders"),
    (OUR_MAIL, "S00077 and S00042", "several", (), "two orders of different customers from a colleague"),
]


@pytest.mark.parametrize(
    ("email", "body", "status", "refused", "why"), NOT_CERTAIN, ids=[row[4] for row in NOT_CERTAIN]
)
def test_a_near_miss_is_never_certain(email: str, body: str, status: str, refused: tuple[str, ...], why: str) -> None:
    found, case = LINKER.link([mail(email, body)])
    assert case is None, why
    assert found.refused == refused
    if refused:
        assert not {candidate.record.name for candidate in found.candidates} & set(refused)
    else:
        assert found.status.value == status


def test_there_are_many_near_misses() -> None:
    assert len(NOT_CERTAIN) + len(FILE_NAMES) >= 60


FILE_NAMES = [
    ("S00042.pdf", "certain"),
    ("Order_S00042.pdf", "certain"),
    ("20261123_S00042_v2.pdf", "certain"),
    ("2026-11-23-S00042.pdf", "certain"),
    ("INV_2026_00101.pdf", "certain"),
    ("Order - S00042 (1).pdf", "certain"),
    ("S000421.pdf", "none"),
    ("S00042-7.pdf", "none"),
    ("scan0042.pdf", "none"),
    ("77.pdf", "none"),
    ("20261123.pdf", "none"),
]


@pytest.mark.parametrize(("name", "status"), FILE_NAMES)
def test_an_attachment_is_known_by_its_name(name: str, status: str) -> None:
    assert outcome(mail(ACME_MAIL, "see attached"), documents=(file(name),))[0] == status


def test_quoted_history_alone_makes_a_candidate() -> None:
    assert outcome(mail(ACME_MAIL, "Any news?", quoted="> your order S00042")) == ("several", ["S00042"], ())


def test_what_is_written_outweighs_what_is_quoted() -> None:
    assert outcome(mail(ACME_MAIL, "S00043 is late", quoted="> order S00042")) == ("certain", ["S00043"], ())


def test_an_own_order_is_linked_although_another_customers_is_named() -> None:
    assert outcome(mail(ACME_MAIL, "S00042, not S00077")) == ("certain", ["S00042"], ("S00077",))


def test_an_own_reference_that_equals_another_customers_order_number_is_the_own() -> None:
    """`S00043` is what Bolt calls its order S00024; it is also an order number of Acme's."""
    assert outcome(mail(BOLT_MAIL, subject="S00043")) == ("certain", ["S00024"], ())
    assert outcome(mail(ACME_MAIL, subject="S00043")) == ("certain", ["S00043"], ())


def test_an_earlier_mail_of_the_thread_links_it() -> None:
    first = mail(ACME_MAIL, "S00042 is late")
    assert outcome(first, mail(ACME_MAIL, "Hello?", id_="<2@x.example>")) == ("certain", ["S00042"], ())


def test_our_answer_does_not_open_what_a_stranger_named() -> None:
    asked = mail("who@nowhere.example", "what about this?", subject="S00077")
    answered = mail(OUR_MAIL, "Who are you?", subject="Re: S00077", quoted="> S00077", id_="<2@x.example>")
    assert outcome(asked, answered) == ("none", [], ("S00077",))


def test_what_we_write_to_a_stranger_is_a_candidate() -> None:
    asked = mail("who@nowhere.example", "what about my order?")
    answered = mail(OUR_MAIL, "That must be S00077.", id_="<2@x.example>")
    assert outcome(asked, answered) == ("several", ["S00077"], ())


def test_our_answer_may_name_the_senders_own_order() -> None:
    asked = mail(ACME_MAIL, "where are the bolts?")
    answered = mail(OUR_MAIL, "S00042 left today", id_="<2@x.example>")
    assert outcome(asked, answered) == ("certain", ["S00042"], ())


def test_who_forwards_answers_for_what_the_forwarded_mail_names() -> None:
    claimed = mail(ACME_MAIL, "S00042 please", id_="<0@x.example>")
    carrier_of_it = mail("who@nowhere.example", "see below")
    stranger, _ = LINKER.link([claimed, carrier_of_it], inside={"<0@x.example>": "<1@x.example>"})
    assert (stranger.status, stranger.refused) == (LinkStatus.NONE, ("S00042",))
    ours, case = LINKER.link([claimed, mail(OUR_MAIL, "see below")], inside={"<0@x.example>": "<1@x.example>"})
    assert case is not None and ours.status is LinkStatus.CERTAIN


def test_a_file_that_nobody_sent_needs_its_partner_in_the_text() -> None:
    paper = file("S00042.pdf", message=None)
    alone, _ = link([], [paper], BOOK)
    assert alone.status is LinkStatus.SEVERAL
    for text in ("Acme Bouw B.V.\nGouda", "BTW NL859999999B01", "mail inkoop@acme-bouw.example"):
        _, case = link([], [paper], BOOK, text_of=lambda _, text=text: text)
        assert case is not None and case.record.name == "S00042"
    _, other = link([], [paper], BOOK, text_of=lambda _: "Bolt & Zonen")
    assert other is None


def test_the_text_of_an_attachment_weighs_less_than_the_mail() -> None:
    paper = file("scan.pdf")
    text = "Orders S00042 and S00043"
    found, case = link([mail(ACME_MAIL, "about S00043")], [paper], BOOK, text_of=lambda _: text)
    assert case is not None and case.record.name == "S00043"
    found, case = link([mail(ACME_MAIL, "see attached")], [paper], BOOK, text_of=lambda _: text)
    assert found.status is LinkStatus.SEVERAL


def test_candidates_say_why() -> None:
    found, _ = LINKER.link([mail(ACME_MAIL, "PO-4711/A", subject="S00042")])
    assert found.candidates[0].matched == (
        "order number S00042 in the subject",
        "customer's reference PO-4711/A in the message",
        "sender's address",
    )
    assert found.candidates[0].partner == "Acme Bouw B.V."


def test_candidates_are_ranked_by_how_closely_they_are_named() -> None:
    found, _ = LINKER.link([mail(OUR_MAIL, "P00032, and S00042 with PO-4711/A")])
    assert [candidate.record.name for candidate in found.candidates] == ["S00042", "P00032"]


def test_an_absence_note_suggests_no_order() -> None:
    note = mail(f"solo.klussen@{FREE}", "I am away").with_(kind=MessageKind.AUTO_REPLY)
    assert outcome(note) == ("none", [], ())


def test_a_delivered_order_is_not_open() -> None:
    book = BOOK.with_(cases=(sale(90, "S00090", BOOK.cases[6].partner or ACME, lines=()),))
    delivered = sale(91, "S00091", book.cases[0].partner or ACME)
    done = delivered.with_(lines=(delivered.lines[0].with_(delivered=delivered.lines[0].quantity),))
    found, _ = link([mail(f"solo.klussen@{FREE}", "hello")], [], book.with_(cases=(book.cases[0], done)))
    assert [candidate.record.name for candidate in found.candidates] == ["S00090"]


PEOPLE = [
    (ACME_MAIL, Role.CUSTOMER, "sender's address"),
    ("new@acme-bouw.example", Role.CUSTOMER, "sender's domain"),
    (STAHL_MAIL, Role.SUPPLIER, "sender's address"),
    (FAST_MAIL, Role.CARRIER, "sender's address"),
    (OUR_MAIL, Role.COLLEAGUE, "sender's domain"),
    ("edi@brandt-mercer.example", Role.SYSTEM, "sender's domain"),
    ("noreply@somewhere.example", Role.SYSTEM, ""),
    (f"somebody@{FREE}", Role.UNKNOWN, ""),
    (None, Role.UNKNOWN, ""),
]


@pytest.mark.parametrize(("email", "role", "how"), PEOPLE)
def test_an_address_has_a_role(email: str | None, role: Role, how: str) -> None:
    author = People(BOOK).who(email)
    assert (author.role, author.how) == (role, how)


def test_no_number_of_the_book_is_found_in_ordinary_prose() -> None:
    text = "Bonjour, nous avons reçu 24 cartons le 23/11/2026 à 10:42, 4 500 012 345 fois merci, tél. 0113 496 0417."
    assert NumberIndex(numbers_in(BOOK)).named_in(text) == []


@pytest.mark.parametrize("reference", ["Q4 2026", "KW 50", "23.11.2026", "20261123", "Nov-2026", "verbal", "12"])
def test_a_reference_that_is_a_date_or_quantity_needs_a_word_before_it(reference: str) -> None:
    index = NumberIndex(numbers_of(sale(1, "S00001", ACME, reference)))
    assert index.named_in(f"we need it by {reference} at the latest") == []
    found = [number.text for number in index.named_in(f"our order {reference} is late")]
    assert found == ([] if reference == "verbal" else [reference])


NAMES = sorted({case.record.name for case in BOOK.cases})


@given(st.sampled_from(NAMES), st.text(max_size=3), st.text(max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_letter_or_digit_on_either_side_makes_it_another_number(name: str, before: str, after: str) -> None:
    found = {number.text for number in NumberIndex(numbers_in(BOOK)).named_in(f"{before}{name}{after}")}
    if (before and before[-1].isalnum()) or (after and after[0].isalnum()):
        assert name not in found


@given(st.text(max_size=200), st.sampled_from([ACME_MAIL, BOLT_MAIL, STAHL_MAIL, "x@y.example"]))
@settings(max_examples=80, deadline=None)
def test_no_text_opens_another_partners_record(text: str, email: str) -> None:
    _, case = LINKER.link([mail(email, f"{text} S00042 {text} S00077 {text} P00031")])
    if case is not None:
        own = {owner.name for owner in (case.partner,) if owner} | {p.supplier.name for p in case.purchases}
        assert own & {p.name for p in People(BOOK).who(email).partners}


def test_the_case_comes_as_it_stands_in_the_book() -> None:
    _, case = LINKER.link([mail(ACME_MAIL, "S00042")])
    assert case == BOOK.cases[0]
    assert case is not None and case.captured_at == NOW and case.purchases[0].supplier == STAHL
