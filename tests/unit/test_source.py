from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.unit.link_book import ACME, BOOK, COMPANY, DESK, FREE, NOW
from triage.domain import Case, LinkStatus, MessageKind, RecordRef, Role
from triage.errors import InputError
from triage.odoo.book import RecordBook, party
from triage.odoo.source import FileSource

CLOCK = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


def write(folder: Path, name: str, sender: str, subject: str, body: str, number: int = 1, answers: str = "") -> None:
    lines = [f"From: {sender}", "To: orders@brandt-mercer.example", f"Subject: {subject}"]
    lines += [f"Message-ID: <{number}@x.example>", f"Date: {number:02d} Nov 2026 10:00:00 +0000"]
    lines += [f"In-Reply-To: {answers}"] if answers else []
    (folder / name).write_text("\r\n".join([*lines, "", body]))


def source(*paths: Path, book: RecordBook | None = BOOK) -> FileSource:
    return FileSource(paths, book=book, company=COMPANY, clock=lambda: CLOCK)


def captured(*paths: Path, book: RecordBook | None = BOOK) -> Case:
    files = source(*paths, book=book)
    (event,) = files.events()
    case = files.capture(event.ref)
    assert case is not None and files.capture(event.ref) == case
    return case


def test_a_linked_thread_is_the_records_case_with_its_messages(tmp_path: Path) -> None:
    write(tmp_path, "b.eml", "femke@brandt-mercer.example", "Re: S00042", "On its way.", 2, "<1@x.example>")
    write(tmp_path, "a.eml", "inkoop@acme-bouw.example", "S00042", "Where is it?")
    case = captured(tmp_path)
    assert (case.record, case.link.status, case.captured_at) == (BOOK.cases[0].record, LinkStatus.CERTAIN, NOW)
    assert case.lines == BOOK.cases[0].lines and case.partner == ACME
    assert [(m.body, m.role) for m in case.messages] == [
        ("Where is it?", Role.CUSTOMER),
        ("On its way.", Role.COLLEAGUE),
    ]


def test_an_unlinked_thread_is_a_case_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "who@nowhere.example", "S00042", "Where is it?")
    case = captured(tmp_path)
    assert case.record == RecordRef(model="mail.message", id=None, name="<1@x.example>")
    assert (case.link.status, case.link.refused) == (LinkStatus.NONE, ("S00042",))
    assert (case.order, case.partner, case.lines, case.related) == (None, None, (), ())
    assert "Acme" not in case.model_dump_json()


def test_several_orders_of_the_sender_are_kept_as_heads_only(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "inkoop@acme-bouw.example", "S00042 and S00043", "Cancel one, S00077 too.")
    case = captured(tmp_path)
    assert case.link.status is LinkStatus.SEVERAL and case.link.refused == ("S00077",)
    assert [order.ref.name for order in case.related] == ["S00042", "S00043"]
    assert case.partner == ACME and case.order is None and case.lines == ()


def test_a_shared_address_shows_no_order(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "shared@twin.example", "S00095", "Where is it?")
    case = captured(tmp_path)
    assert case.link.status is LinkStatus.SEVERAL and case.partner is None and case.related == ()


def test_a_colleague_who_names_several_sees_their_heads(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "femke@brandt-mercer.example", "twice?", "S00042 and S00043 are the same")
    case = captured(tmp_path)
    assert [order.ref.name for order in case.related] == ["S00042", "S00043"] and case.partner == ACME


def test_a_colleagues_cover_note_is_a_note(tmp_path: Path) -> None:
    forwarded = "From: Jan <jan@bolt-zonen.example>\nSent: Monday 10:00\nTo: Tom\nSubject: S00077\n\nWhere is it?"
    body = f"Can one of you pick this up please?\n\n-----Original Message-----\n{forwarded}"
    write(tmp_path, "a.eml", "tom@brandt-mercer.example", "FW: S00077", body)
    case = captured(tmp_path)
    assert case.record.name == "S00077"
    assert [(m.role, m.kind, m.body) for m in case.messages] == [
        (Role.CUSTOMER, MessageKind.MESSAGE, "Where is it?"),
        (Role.COLLEAGUE, MessageKind.NOTE, "Can one of you pick this up please?"),
    ]


def test_a_company_that_buys_and_sells_has_the_role_of_the_record(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "verkauf@stahl.example", "P00031", "Later.")
    write(tmp_path, "b.eml", f"solo.klussen@{FREE}", "S00090", "Where?", 2)
    files = source(tmp_path)
    roles = {case.record.name: case.messages[0].role for e in files.events() if (case := files.capture(e.ref))}
    assert roles == {"P00031": Role.SUPPLIER, "S00090": Role.CUSTOMER}


def test_a_pdf_alone_is_a_case_with_one_document(tmp_path: Path) -> None:
    (tmp_path / "S00042.pdf").write_bytes(b"%PDF-1.4 Acme Bouw B.V.")
    case = captured(tmp_path / "S00042.pdf")
    assert case.record.model == "file" and case.link.status is LinkStatus.SEVERAL
    assert case.messages == () and case.documents[0].name == "S00042.pdf" and case.related == ()
    read = FileSource(
        [tmp_path], book=BOOK, company=COMPANY, clock=lambda: CLOCK, text_of=lambda paper: paper.content.decode()
    )
    linked = read.capture(read.events()[0].ref)
    assert linked is not None and linked.record.name == "S00042"


def test_a_case_as_json_is_captured_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(BOOK.cases[1].model_dump_json())
    assert captured(tmp_path) == BOOK.cases[1]


def test_events_are_the_same_for_the_same_content(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, f"{folder}.eml", "inkoop@acme-bouw.example", "S00042", "Where is it?")
    first, second = source(tmp_path / "one").events(), source(tmp_path / "two").events()
    assert first == second == source(tmp_path).events()
    (event,) = first
    assert event.key.startswith("file:") and len(event.key) == 69
    assert (event.source, event.company, event.received_at) == ("file", COMPANY.name, NOW)
    write(tmp_path / "two", "two.eml", "inkoop@acme-bouw.example", "S00042", "Where is it now?")
    assert source(tmp_path / "two").events()[0].key != event.key


def test_without_a_book_nothing_is_linked_and_that_is_said(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "inkoop@acme-bouw.example", "S00042", "Where is it?")
    case = captured(tmp_path, book=None)
    assert (case.link.status, case.captured_at) == (LinkStatus.NONE, CLOCK)
    assert case.missing and case.messages[0].role is Role.UNKNOWN


def test_the_clock_is_asked_where_the_book_has_no_time(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "inkoop@acme-bouw.example", "S00042", "Where is it?")
    assert captured(tmp_path, book=BOOK.with_(captured_at=None)).captured_at == CLOCK


def test_a_record_of_the_book_can_be_captured_itself() -> None:
    case = source().capture(RecordRef(model="sale.order", id=42, name="S00042"))
    assert case is not None and case.link.status is LinkStatus.GIVEN and case.messages == ()
    assert source().capture(RecordRef(model="sale.order", id=999, name="S00999")) is None


def test_problems_are_kept_and_the_others_go_on(tmp_path: Path) -> None:
    write(tmp_path, "a.eml", "inkoop@acme-bouw.example", "S00042", "Where is it?")
    (tmp_path / "bad.pdf").write_bytes(b"no")
    files = source(tmp_path, tmp_path / "gone.eml")
    assert len(files.events()) == 1
    assert [problem.source.rpartition("/")[2] for problem in files.problems] == ["bad.pdf", "gone.eml"]


# --- the book


def entry(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(BOOK.cases[0].model_dump_json())
    return {k: v for k, v in whole.items() if k not in {"company", "captured_at"}} | changes


def book(**changes: Any) -> bytes:
    return json.dumps({"company": {"name": "Brandt & Mercer Supply B.V."}, "cases": [entry()]} | changes).encode()


def test_a_book_fills_in_company_and_time() -> None:
    read = RecordBook.from_json(book(captured_at="2026-11-23T10:00:00+01:00"), "odoo.json")
    assert read.cases[0].company == read.company
    assert read.cases[0].captured_at == read.captured_at
    assert RecordBook.from_json(read.model_dump_json().encode(), "again.json") == read


def test_a_book_is_of_one_company() -> None:
    with pytest.raises(InputError, match=r"S00042 is of Elsewhere B\.V\.; each company needs its own file"):
        RecordBook.from_json(book(cases=[entry(company={"name": "Elsewhere B.V."})]), "odoo.json")


def test_a_book_is_asked_by_name_and_partner() -> None:
    assert [case.record.id for case in BOOK.by_name("S00042")] == [42] and BOOK.by_name("S0004") == ()
    assert [case.record.name for case in BOOK.of_party(party(ACME))] == ["S00042", "S00043", "S00044"]


def test_the_companys_own_domains_are_never_freemail() -> None:
    desk = DESK.with_(emails=("orders@brandt-mercer.example", f"brandt.mercer@{FREE}"))
    assert BOOK.with_(partners=(desk,), domains=("@Brandt-Mercer-BE.example",)).own_domains == {
        "brandt-mercer.example",
        "brandt-mercer-be.example",
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it is not JSON"),
        (b"[" * 100_000, "is no book"),
        (b"[]", "is no book of records"),
        (b'{"cases": []}', "company: Field required"),
        (book(cases=[{}]), "cases.0.record: Field required"),
        (book(cases=[3]), "cases.0"),
        (book(cases=[entry(), entry()]), "sale.order S00042 stands there twice"),
        (book(cases=[entry(messages=[{"id": "1", "body": "x"}])]), "S00042 holds messages"),
        (book(captured_at="2026-11-23T10:00:00"), "captured_at: Input should have timezone"),
        (book(customers=[]), "customers: Extra inputs"),
    ],
)
def test_what_is_no_book_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        RecordBook.from_json(data, "odoo.json")
    assert caught.value.source == "odoo.json" and "\n" not in str(caught.value)


def test_a_book_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        RecordBook.read(tmp_path / "odoo.json")
    (tmp_path / "odoo.json").write_bytes(book())
    assert len(RecordBook.read(tmp_path / "odoo.json").cases) == 1
