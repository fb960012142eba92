"""What is looked up in an Odoo for a thread, and that the rules of linking decide on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from triage.domain import Case, Company, Document, Message, RecordRef
from triage.errors import AccessDenied, OdooUnavailable
from triage.intake.thread import Unlinked
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.finding import Finder
from triage.odoo.freemail import FREEMAIL
from triage.odoo.link import Linker
from triage.odoo.sandbox import Sandbox, refuse
from triage.odoo.source import FileSource
from triage.odoo.transport import Server

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
FREE = min(FREEMAIL)

ROWS: dict[str, list[dict[str, Any]]] = {
    "res.company": [{"id": 1, "name": "Halden & Roos B.V.", "email": "orders@haldenroos.example"}],
    "res.partner": [
        {
            "id": 101,
            "name": "Acme Bouw B.V.",
            "is_company": True,
            "email": "Inkoop@Acme-Bouw.example",
            "customer_rank": 3,
        },
        {"id": 102, "name": "Jan Bouma", "parent_id": 101, "email": "jan@acme-bouw.example"},
        {"id": 103, "name": "Bolt & Zonen", "is_company": True, "email": "orders@bolt.example", "customer_rank": 1},
        {"id": 104, "name": "Solo Klussen", "is_company": True, "email": f"solo@{FREE}", "customer_rank": 1},
        {"id": 105, "name": "Twin Nord", "is_company": True, "email": "nord@twin.example", "customer_rank": 1},
        {"id": 106, "name": "Twin Süd", "is_company": True, "email": "sued@twin.example", "customer_rank": 1},
        {"id": 107, "name": "Stahl GmbH", "is_company": True, "email": "verkauf@stahl.example", "supplier_rank": 2},
        {"id": 108, "name": "Veloxa Parcel", "is_company": True, "email": "support@veloxa.example", "supplier_rank": 2},
        {
            "id": 109,
            "name": "Express Bolts",
            "is_company": True,
            "email": "x@express-bolts.example",
            "supplier_rank": 1,
        },
        # Whoever writes to a mail alias or a form becomes a partner of the name that he gives himself.
        {"id": 110, "name": "Veloxa", "email": "veloxa@evil-mailer.example"},
        {"id": 111, "name": "Veloxa", "email": f"veloxa@{FREE}"},
        {"id": 112, "name": "Veloxa", "email": "desk@veloxa.evil-host.example"},
        {"id": 113, "name": "Veloxa Parcel", "is_company": True, "email": "desk@mail.veloxa.co.uk"},
    ],
    "product.product": [{"id": 201, "name": "Cable", "list_price": 2.0}, {"id": 202, "name": "Freight"}],
    "delivery.carrier": [
        {"id": 301, "name": "Veloxa", "product_id": 202},
        {"id": 302, "name": "Express", "product_id": 202},
    ],
    "sale.order": [
        {"id": 42, "name": "S00042", "partner_id": 101, "state": "sale", "client_order_ref": "PO-4711/A"},
        {"id": 43, "name": "S00043", "partner_id": 102, "state": "sale", "client_order_ref": "4500012345"},
        {"id": 44, "name": "S00044", "partner_id": 103, "state": "sale", "client_order_ref": "4500012345"},
        {"id": 45, "name": "S00045", "partner_id": 104, "state": "sale"},
        {"id": 46, "name": "S00046", "partner_id": 105, "state": "sale"},
        {"id": 47, "name": "S00047", "partner_id": 101, "state": "cancel"},
    ],
    "sale.order.line": [
        {"id": 1000 + n, "order_id": n, "product_id": 201, "name": "Cable", "product_uom_qty": 10, "price_unit": 2.0}
        for n in (42, 43, 44, 45, 46, 47)
    ],
    "purchase.order": [
        {"id": 31, "name": "P00031", "partner_id": 107, "state": "purchase", "partner_ref": "AB-778120"}
    ],
    "stock.picking": [
        {
            "id": 501,
            "name": "WH/OUT/00042",
            "partner_id": 101,
            "state": "done",
            "sale_id": 42,
            "carrier_id": 301,
            "company_id": 1,
            "picking_type_id": 2,
            "location_id": 5,
            "location_dest_id": 3,
            "carrier_tracking_ref": "VX884201937NL,VX884201938NL",
        },
    ],
    "account.move": [
        {
            "id": 601,
            "name": "INV/2026/00101",
            "move_type": "out_invoice",
            "state": "posted",
            "partner_id": 101,
            "commercial_partner_id": 101,
            "payment_state": "not_paid",
            "amount_residual": 20.0,
            "amount_total": 20.0,
            "payment_reference": "RF-88-0101-2026",
            "invoice_origin": "S00042",
        },
    ],
    "mail.message": [
        {"id": 701, "model": "sale.order", "res_id": 43, "message_id": "<43.1@erp.example>", "body": "hello"},
        {"id": 702, "model": "account.move", "res_id": 601, "message_id": "<inv.1@erp.example>", "body": "invoice"},
    ],
}
for _row in ROWS["res.partner"]:  # Odoo stores it; the look-alike takes what it is given
    _row["commercial_partner_id"] = _row.get("parent_id", _row["id"])

COMPANY = Company(name="Halden & Roos B.V.", id=1)


@pytest.fixture(scope="module", params=[18, 19])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param, rows=ROWS) as running:
        yield running


@pytest.fixture(scope="module")
def odoo(box: Sandbox) -> Odoo:
    return connected(box, box.admin.login, box.admin.api_key)


def connected(box: Sandbox, login: str, key: str) -> Odoo:
    return Odoo.connect(Server(url=box.url, database=box.database, login=login, key=key))


def finder(odoo: Odoo, **more: Any) -> Finder:
    capture = Capture(odoo, Connection(url=odoo.server, database="sandbox"), lambda: NOW)
    return Finder(odoo, capture, COMPANY, **more)


def thread(email: str, body: str = "hello", subject: str = "", reply_to: str | None = None, file: str = "") -> Unlinked:
    message = Message(id="<m@x.example>", email=email, subject=subject, body=body, reply_to=reply_to)
    papers = (
        (Document(name=file, media_type="application/pdf", content=b"%PDF-1.4", message=message.id),) if file else ()
    )
    ref = RecordRef(model="mail.message", id=None, name=message.id)
    return Unlinked(ref=ref, digests=("0" * 64,), messages=(message,), documents=papers)


def outcome(odoo: Odoo, given: Unlinked, **more: Any) -> tuple[str, list[str], list[str]]:
    book = finder(odoo, **more).book_for(given)
    found, _ = Linker(book).link(given.messages, given.documents, None, given.inside, given.references)
    return found.status.value, [one.record.name for one in found.candidates], list(found.refused)


CERTAIN = [
    (thread("inkoop@acme-bouw.example", "where is s00042?"), "S00042"),
    (thread("jan@acme-bouw.example", "S 00043"), "S00043"),
    (thread("new@acme-bouw.example", "our po 4711 a"), "S00042"),
    (thread("inkoop@acme-bouw.example", "order 45000 12345"), "S00043"),
    (thread("orders@bolt.example", "4500012345"), "S00044"),
    (thread(f"solo@{FREE}", "S00045?"), "S00045"),
    (thread("jan@acme-bouw.example", "invoice inv-2026-00101"), "S00042"),
    (thread("jan@acme-bouw.example", "paid with reference RF-88-0101-2026"), "S00042"),
    (thread("jan@acme-bouw.example", "WH/OUT/00042 is short"), "S00042"),
    (thread("jan@acme-bouw.example", "parcel VX 8842 0193 8NL"), "S00042"),
    (thread("support@veloxa.example", "vx884201937nl was damaged"), "S00042"),
    (thread("desk@mail.veloxa.co.uk", "VX884201937NL is lost"), "S00042"),
    (thread("verkauf@stahl.example", "Ihre Bestellung P00031"), "P00031"),
    (thread("verkauf@stahl.example", "anbei", file="AB P00031.pdf"), "P00031"),
    (thread("verkauf@stahl.example", "unser Auftrag AB-778120"), "P00031"),
    (thread("jan@acme-bouw.example", "yes please", reply_to="<43.1@erp.example>"), "S00043"),
    (thread("jan@acme-bouw.example", "too much", reply_to="<inv.1@erp.example>"), "S00042"),
    (thread("femke@haldenroos.example", "S00044 must go out"), "S00044"),
    (thread("nord@twin.example", "S00046"), "S00046"),
]


@pytest.mark.parametrize(("given", "record"), CERTAIN, ids=[row[0].messages[0].body for row in CERTAIN])
def test_what_is_found_links(odoo: Odoo, given: Unlinked, record: str) -> None:
    assert outcome(odoo, given) == ("certain", [record], [])


OPENS_NOTHING = [
    (thread("who@nowhere.example", "S00042"), "none", ["S00042"]),
    (thread("orders@bolt.example", "S00042"), "several", ["S00042"]),
    (thread(f"other@{FREE}", "S00045"), "none", ["S00045"]),
    (thread("who@nowhere.example", "fine", reply_to="<43.1@erp.example>"), "none", ["S00043"]),
    (thread("new@twin.example", "S00046"), "several", []),
    (thread("x@express-bolts.example", "VX884201937NL"), "none", ["S00042"]),
    (thread("veloxa@evil-mailer.example", "S00042"), "none", ["S00042"]),
    (thread("veloxa@evil-mailer.example", "VX884201937NL"), "none", ["S00042"]),
    (thread(f"veloxa@{FREE}", "S00042"), "none", ["S00042"]),
    (thread("desk@veloxa.evil-host.example", "S00042"), "none", ["S00042"]),
    (thread("jan@acme-bouw.example", "S00402"), "none", []),
    (thread("jan@acme-bouw.example", "S00042 and S00043"), "several", []),
    (thread("jan@acme-bouw.example", "where is it?"), "none", []),
    (thread("orders@bolt.example", "where is it?"), "several", []),
]


@pytest.mark.parametrize(
    ("given", "status", "refused"),
    OPENS_NOTHING,
    ids=[f"{r[0].messages[0].email} {r[0].messages[0].body}" for r in OPENS_NOTHING],
)
def test_what_is_found_opens_nothing_by_itself(odoo: Odoo, given: Unlinked, status: str, refused: list[str]) -> None:
    found, candidates, said_no = outcome(odoo, given)
    assert (found, said_no) == (status, refused)
    assert not set(candidates) & set(refused)


def test_the_number_of_searches_does_not_grow(box: Sandbox, odoo: Odoo) -> None:
    looked_up = finder(odoo)
    looked_up.book_for(thread("jan@acme-bouw.example", "S00042"))
    before = len(box.calls)
    numbers = " ".join(f"S{n:05} PO-{n}/A 4500{n:06}" for n in range(40, 140))
    looked_up.book_for(thread("jan@acme-bouw.example", numbers, reply_to="<43.1@erp.example>"))
    assert len(box.calls) - before <= 14 + 2 * 20


def test_a_right_that_lacks_finds_less(box: Sandbox) -> None:
    seller = box.add_user("seller", groups=("base.group_user", "sales_team.group_sale_salesman_all_leads"))
    limited = connected(box, seller.login, seller.api_key)
    assert outcome(limited, thread("jan@acme-bouw.example", "S00042"))[:2] == ("certain", ["S00042"])
    assert outcome(limited, thread("verkauf@stahl.example", "P00031")) == ("none", [], [])


def test_a_refused_key_is_an_error_and_not_an_empty_book(box: Sandbox) -> None:
    user = box.add_user("leaver", groups=("base.group_user", "sales_team.group_sale_salesman_all_leads"))
    odoo = connected(box, user.login, user.api_key)
    looking = finder(odoo)
    looking.book_for(thread("jan@acme-bouw.example", "S00042"))
    box.edit(lambda env: env["res.users"].browse(user.id).write({"active": False}))
    with pytest.raises(AccessDenied):
        looking.book_for(thread("jan@acme-bouw.example", "S00042"))


def test_an_odoo_that_is_away_is_an_error(box: Sandbox, odoo: Odoo) -> None:
    looking = finder(odoo)
    looking.book_for(thread("jan@acme-bouw.example", "S00042"))
    box.faults.plan(*[refuse()] * 8)
    with pytest.raises(OdooUnavailable):
        looking.book_for(thread("jan@acme-bouw.example", "S00042"))
    box.faults.clear()


def test_records_of_another_company_are_left_out(odoo: Odoo) -> None:
    capture = Capture(odoo, Connection(url=odoo.server, database="sandbox"), lambda: NOW)
    looking = Finder(odoo, capture, Company(name="Another B.V.", id=1))
    assert looking.book_for(thread("jan@acme-bouw.example", "S00042")).cases == ()


def test_a_file_source_looks_up_each_thread(tmp_path: Path, odoo: Odoo) -> None:
    head = "From: jan@acme-bouw.example\r\nTo: orders@haldenroos.example\r\nSubject: S00042\r\n"
    mail = head + "Message-ID: <a@b>\r\n\r\nlate\r\n"
    (tmp_path / "a.eml").write_text(mail)
    (tmp_path / "b.eml").write_text(
        mail.replace("S00042", "hi").replace("a@b", "c@b").replace("jan@acme-bouw", "x@else")
    )
    source = FileSource([tmp_path], book=None, company=COMPANY, clock=lambda: NOW, book_for=finder(odoo).book_for)
    cases = [case for event in source.events() if (case := source.capture(event.ref))]
    assert sorted(case.link.status.value for case in cases) == ["certain", "none"]
    linked = next(case for case in cases if case.link.status.value == "certain")
    assert (linked.record.name, linked.captured_at, len(linked.messages)) == ("S00042", NOW, 1)


def test_a_file_source_has_one_book_or_looks_up(odoo: Odoo) -> None:
    book = finder(odoo).book_for(thread("jan@acme-bouw.example", "S00042"))
    with pytest.raises(ValueError, match="not both"):
        FileSource([], book=book, company=COMPANY, clock=lambda: NOW, book_for=lambda _: book)


def test_neighbourhoods_come_from_whatever_reads_them(odoo: Odoo) -> None:
    class Fake:
        asked: list[tuple[str, list[int]]] = []

        def neighbourhoods(self, model: str, ids: list[int]) -> list[Case]:
            self.asked.append((model, list(ids)))
            return []

    fake = Fake()
    Finder(odoo, fake, COMPANY).book_for(thread("who@nowhere.example", "S00042, P00031"))
    assert fake.asked == [("sale.order", [42]), ("purchase.order", [31])]
