"""Cases taken from the look-alike: the sample day comes back as it was written, whatever version and API."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from triage.domain import Case, Invoice, Line, MessageKind, RecordRef, Role
from triage.errors import RecordMissing, UsageError
from triage.odoo.book import RecordBook, is_purchase, owners, party
from triage.odoo.capture import MODELS, Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.sandbox import App, Sandbox
from triage.odoo.sandbox.day import CUSTOM, connection_fields, rows_of
from triage.odoo.transport import Api, Call, Server

DAY = Path(__file__).parents[2] / "triage" / "sample_day"
WAYS = [(18, Api.JSONRPC), (19, Api.JSONRPC), (19, Api.JSON2)]
_DAWN = "d.whitcombe@northgate-fab.example"
_MAIL = "Hello,<br/>the gloves are at the wrong price.<br/><br/>Kind regards,<br/>Dawn"


def the_day() -> RecordBook:
    book = RecordBook.read(DAY / "odoo.json")
    filed = [Case.model_validate_json(path.read_bytes()) for path in sorted((DAY / "cases").glob("*.json"))]
    return book.with_(cases=(*book.cases, *filed))


@dataclass
class Desk:
    """A look-alike with the sample day, and a capture on it."""

    box: Sandbox
    book: RecordBook
    api: Api = Api.JSONRPC

    def odoo(self, account: Any = None) -> Odoo:
        account = account or self.box.admin
        key = account.api_key if self.api is Api.JSON2 else account.password
        server = Server(self.box.url, self.box.database, account.login, key, self.api)
        return Odoo.connect(server)

    def capture(self, odoo: Odoo | None = None, fields: dict[str, str] | None = None) -> Capture:
        own = connection_fields() if fields is None else fields
        connection = Connection(url=self.box.url, database=self.box.database, fields=own)
        moment = self.book.captured_at or datetime.now(UTC)
        return Capture(odoo or self.odoo(), connection, lambda: moment)

    def ref(self, name: str) -> RecordRef:
        return next(case.record for case in self.book.cases if case.record.name == name)


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]} {way[1]}")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    version, api = request.param
    book = the_day()
    with Sandbox(version, rows=rows_of(book, version), fields=CUSTOM) as box:
        yield Desk(box, book, api)


@pytest.fixture
def again(desk: Desk) -> Iterator[Desk]:
    """The same, put back afterwards."""
    before = desk.box.snapshot()
    yield desk
    desk.box.restore(before)


@pytest.fixture(scope="module")
def enterprise() -> Iterator[Desk]:
    book = the_day()
    apps = (set(App) - {App.HELPDESK_MGMT}) | {App.HELPDESK}
    rows = rows_of(book, 18) | {
        "quality.alert.team": [{"id": 1, "name": "Quality"}],
        "approval.category": [{"id": 1, "name": "Discount"}],
    }
    with Sandbox(18, rows=rows, fields=CUSTOM, apps=apps) as box:
        yield Desk(box, book)


class Shown:
    """What Odoo shows of the book: what belongs to a product or customer stands in each of their cases.

    - Cost and barcode are the product's, so every sales line has the cost, and every line the barcode.
    - A customer's open invoices and open orders are around each of its orders.
    - Lines of invoices tell what was billed, not what was delivered or what the price list says.
    """

    def __init__(self, book: RecordBook) -> None:
        self.book = book
        lines = [line for case in book.cases for line in self._lines(case)]
        self.costs = {line.product: line.cost / line.price_per for line in lines if line.cost}
        self.gtins = {line.product: line.gtin for line in lines if line.gtin}

    def _lines(self, case: Case) -> list[Line]:
        return [*case.lines, *(line for purchase in case.purchases for line in purchase.lines)]

    def case(self, case: Case) -> Case:
        purchases = tuple(p.with_(lines=tuple(self._line(line) for line in p.lines)) for p in case.purchases)
        lines = tuple(self._line(line, with_cost=True) for line in case.lines)
        shown = case.with_(captured_at=self.book.captured_at, lines=lines, purchases=purchases)
        return shown.with_(invoices=self._invoices(case), related=self._related(case))

    def _line(self, line: Line, with_cost: bool = False) -> Line:
        cost = self.costs.get(line.product) if with_cost else None
        return line.with_(gtin=self.gtins.get(line.product), cost=None if cost is None else cost * line.price_per)

    def _invoices(self, case: Case) -> tuple[Invoice, ...]:
        found = {invoice.ref.key: invoice for invoice in case.invoices}
        if not is_purchase(case):
            for other in self._of_customer(case):
                found |= {i.ref.key: i.with_(lines=()) for i in other.invoices if self._is_open(i, found)}
        billed = [invoice.with_(lines=tuple(map(self._billed, invoice.lines))) for invoice in found.values()]
        return tuple(sorted(billed, key=lambda invoice: invoice.ref.id or 0))

    def _is_open(self, invoice: Invoice, found: dict[str, Invoice]) -> bool:
        settled = invoice.payment_state in {"paid", "reversed", "in_payment"}
        return invoice.ref.key not in found and not settled

    def _billed(self, line: Line) -> Line:
        kept = ("id", "product", "name", "quantity", "uom", "unit_price", "price_per", "discount")
        return Line(**{name: getattr(line, name) for name in kept}, gtin=self.gtins.get(line.product))

    def _related(self, case: Case) -> tuple[Any, ...]:
        if case.order is None:
            return ()
        others = [other.order for other in self._of_customer(case) if other.order and other.order.ref != case.order.ref]
        reference = case.order.client_order_ref
        same = [order for order in others if reference and order.client_order_ref == reference]
        rest = [
            order for order in others if order not in same and order.state == "sale" and self._is_undelivered(order)
        ]
        return tuple(
            order
            for group in (same, rest)
            for order in sorted(group, key=lambda o: (o.date_order, o.ref.id), reverse=True)
        )

    def _is_undelivered(self, order: Any) -> bool:
        case = self.book.by_ref(order.ref)
        return case is None or any(line.delivered < line.quantity for line in case.lines)

    def _of_customer(self, case: Case) -> list[Case]:
        keys = {party(owner) for owner in owners(case)}
        return [
            other
            for other in self.book.cases
            if not is_purchase(other) and keys & {party(owner) for owner in owners(other)}
        ]


class TestSampleDay:
    @pytest.mark.parametrize("model", ["sale.order", "purchase.order"])
    def test_every_case_comes_back(self, desk: Desk, model: str) -> None:
        shown = Shown(desk.book)
        wanted = [case for case in desk.book.cases if case.record.model == model]
        got = desk.capture().neighbourhoods(model, [case.record.id or 0 for case in wanted])
        assert [case.record.name for case in got] == [case.record.name for case in wanted]
        for before, captured in zip(wanted, got, strict=True):
            expected = shown.case(before)
            # Who waits for a purchase is told by other cases' orders: test_capture_waiting_sandbox.py.
            purchases = tuple(each.with_(waiting=()) for each in captured.purchases)
            # So is what stands in an order's way: test_capture_hindrances_sandbox.py, test_capture_network_sandbox.py.
            # Who changed a promise is Odoo's to tell, not the book's, and so is which user of Odoo sells.
            promises = tuple(each.with_(by=None) for each in captured.promises)
            order = captured.order and captured.order.with_(owner_user=None)
            related = tuple(each.with_(owner_user=None) for each in captured.related)
            after = captured.with_(
                purchases=purchases, network=None, hindrances=(), promises=promises, order=order, related=related
            )
            for name in Case.model_fields:
                assert getattr(after, name) == getattr(expected, name), f"{before.record.name}: {name}"

    def test_one_case_is_as_in_a_neighbourhood(self, desk: Desk) -> None:
        capture = desk.capture()
        ref = capture.find("sale.order:s00377")
        assert ref == desk.ref("S00377")
        assert capture.case(ref) == capture.neighbourhoods("sale.order", [377])[0]

    def test_promises_that_were_moved_are_told_in_order(self, desk: Desk) -> None:
        case = desk.capture().case(desk.ref("S00398"))
        assert case is not None
        assert [str(promise.promised_for) for promise in case.promises] == ["2026-11-06", "2026-11-13"]
        assert [promise.by for promise in case.promises] == [None, "OdooBot"]

    def test_gone_orders_are_left_out(self, desk: Desk) -> None:
        got = desk.capture().neighbourhoods("sale.order", [412, 999_999, 377])
        assert [case.record.id for case in got] == [412, 377]


class TestRoundTrips:
    def _calls(self, desk: Desk, ref: RecordRef) -> int:
        capture = desk.capture()
        capture.case(ref)
        before = len(desk.box.calls)
        assert capture.case(ref) is not None
        return len(desk.box.calls) - before

    def test_at_most_twenty_with_thread_documents_and_purchases(self, again: Desk) -> None:
        write_thread(again, "sale.order", 377)
        assert self._calls(again, again.ref("S00377")) <= 20

    def test_as_many_for_a_long_order(self, again: Desk) -> None:
        short = self._calls(again, again.ref("S00412"))
        unit = "product_uom" if again.box.version < 19 else "product_uom_id"
        again.box.edit(
            lambda env: [
                env["sale.order.line"].create(
                    {"order_id": 412, "name": f"More {n}", "product_id": env["product.product"].search([], limit=1).id,
                     "product_uom_qty": n, unit: 1, "price_unit": 1.0, "customer_lead": 0}
                )
                for n in range(1, 151)
            ]
        )  # fmt: skip
        assert self._calls(again, again.ref("S00412")) == short

    def test_as_many_for_all_orders_as_for_one(self, desk: Desk) -> None:
        capture = desk.capture()
        counts = []
        for ids in ([377], [377], [case.record.id or 0 for case in desk.book.cases if not is_purchase(case)]):
            before = len(desk.box.calls)
            capture.neighbourhoods("sale.order", ids)
            counts.append(len(desk.box.calls) - before)
        assert counts[2] <= counts[1] + 3  # invoice lines, supplier codes, whose tracked change it is


def write_thread(desk: Desk, model: str, number: int) -> None:
    """A mail of Dawn's with a PDF and a logo, and a colleague's note."""
    picture = base64.b64encode(b"\x89PNG" + b"0" * 100).decode()

    def work(env: Any) -> None:
        dawn = env["res.partner"].search([("name", "=", "Dawn Whitcombe")], limit=1).id
        tom = env["res.users"].search([("login", "=", "tom.hartley")], limit=1).partner_id.id
        files = [
            env["ir.attachment"].create(
                {"name": name, "datas": datas, "mimetype": kind, "res_model": model, "res_id": number}
            ).id
            for name, datas, kind in (
                ("order.pdf", base64.b64encode(b"%PDF-1.7 order").decode(), "application/octet-stream"),
                ("image001.png", picture, "image/png"),
            )
        ]  # fmt: skip
        common = {"model": model, "res_id": number}
        env["mail.message"].create(
            common
            | {"message_type": "email", "subtype_id": 1, "author_id": dawn, "email_from": f"Dawn <{_DAWN}>",
               "subject": "Price", "body": _MAIL, "date": "2026-11-17 09:00:00", "attachment_ids": [(6, 0, files)]}
        )  # fmt: skip
        env["mail.message"].create(
            common | {"message_type": "comment", "subtype_id": 2, "author_id": tom, "body": "<p>Look at this</p>"}
        )

    desk.box.edit(work)


class TestThread:
    def test_messages_have_roles_kinds_and_parts_and_documents_their_message(self, again: Desk) -> None:
        write_thread(again, "sale.order", 412)
        case = again.capture().case(again.ref("S00412"))
        assert case is not None
        mail, note = case.messages
        assert (mail.role, mail.kind, mail.author) == (Role.CUSTOMER, MessageKind.MESSAGE, "Dawn Whitcombe")
        assert "wrong price" in mail.body
        assert "Dawn" in mail.signature
        assert (note.role, note.kind, note.body) == (Role.COLLEAGUE, MessageKind.NOTE, "Look at this")
        assert [(d.name, d.media_type, d.content, d.message) for d in case.documents] == [
            ("order.pdf", "application/pdf", b"%PDF-1.7 order", mail.id)
        ]

    def test_own_notes_and_activities_change_nothing(self, again: Desk) -> None:
        capture, ref = again.capture(), again.ref("S00412")
        before = capture.case(ref)

        def work(env: Any) -> None:
            me = env["res.users"].browse(again.box.admin.id).partner_id.id
            note = {"model": "sale.order", "res_id": 412, "author_id": me, "body": "<p>Suggestion</p>", "subtype_id": 2}
            env["mail.message"].create(note | {"message_type": "comment"})

        again.box.edit(work, again.box.admin)
        after = capture.case(ref)
        assert before is not None
        assert after is not None
        assert after.fingerprint() == before.fingerprint()

    def test_a_file_that_is_too_large_is_named(self, again: Desk) -> None:
        write_thread(again, "sale.order", 412)
        odoo = again.odoo()
        connection = Connection(url=again.box.url, database=again.box.database)
        from triage.domain import Limits

        capture = Capture(odoo, connection, lambda: datetime.now(UTC), Limits(max_file_bytes=5))
        case = capture.case(again.ref("S00412"))
        assert case is not None
        assert case.documents == ()
        assert any("order.pdf is larger than 5 bytes" in note for note in case.missing)


class TestRights:
    def test_what_a_seller_may_not_read_is_absent_and_named(self, again: Desk) -> None:
        seller = again.box.add_user(
            "seller", groups=("base.group_user", "sales_team.group_sale_salesman_all_leads", "stock.group_stock_user")
        )
        case = again.capture(again.odoo(seller)).case(again.ref("S00412"))
        assert case is not None
        assert case.order is not None
        assert case.partner is not None
        assert case.partner.credit is None
        assert len(case.lines) == 2
        assert any(note.startswith("credit:") for note in case.missing)
        assert any(note.startswith("earlier promises:") for note in case.missing)

    def test_what_a_review_is_about_and_may_not_be_read_is_named(self, again: Desk) -> None:
        seller = again.box.add_user("seller", groups=("base.group_user", "sales_team.group_sale_salesman_all_leads"))
        review = {"model": "purchase.order", "res_id": 187, "status": "pending", "comment": "Too dear?"}
        number = again.box.edit(lambda env: env["tier.review"].create(review).id)
        capture = again.capture(again.odoo(seller))
        case = capture.case(RecordRef(model="tier.review", id=number, name="x"))
        assert case is not None
        assert "record: the service user may not read them (purchase.order)" in case.missing
        assert "record: purchase.order 187, which is linked, could not be read" in case.missing

    def test_a_model_that_may_not_be_read_at_all_hides_the_record(self, again: Desk) -> None:
        nobody = again.box.add_user("nobody", groups=("base.group_user",))
        capture = again.capture(again.odoo(nobody))
        assert capture.case(again.ref("S00412")) is None


class Disturbed:
    """A transport that lets something happen after some calls."""

    def __init__(self, odoo: Odoo, after: int, happens: Any) -> None:
        self._call = odoo.transport.call
        self._left = after
        self._happens = happens
        odoo.transport.call = self  # type: ignore[method-assign]

    def __call__(self, call: Call, /) -> Any:
        found = self._call(call)
        self._left -= 1
        if self._left == 0:
            self._happens()
        return found


class TestChanges:
    @pytest.mark.parametrize("after", range(1, 8))
    def test_an_order_that_is_deleted_meanwhile_is_none(self, again: Desk, after: int) -> None:
        odoo = again.odoo()
        capture = again.capture(odoo)
        capture.case(again.ref("S00442"))
        Disturbed(odoo, after, lambda: again.box.edit(_delete_442))
        assert capture.case(again.ref("S00442")) is None

    def test_an_order_that_changes_meanwhile_is_read_again(self, again: Desk) -> None:
        odoo = again.odoo()
        capture = again.capture(odoo)
        capture.case(again.ref("S00442"))
        Disturbed(
            odoo,
            3,
            lambda: again.box.edit(lambda env: env["sale.order"].browse(442).write({"client_order_ref": "NEW"})),
        )
        case = capture.case(again.ref("S00442"))
        assert case is not None
        assert case.order is not None
        assert case.order.client_order_ref == "NEW"
        assert case.missing == ()

    def test_one_that_never_rests_is_taken_with_a_word(self, again: Desk) -> None:
        odoo = again.odoo()
        capture = again.capture(odoo)
        stamp = datetime(2026, 11, 17, tzinfo=UTC)
        counted = [0]

        def touch() -> None:
            counted[0] += 1
            moment = (stamp + timedelta(seconds=counted[0])).strftime("%Y-%m-%d %H:%M:%S")
            again.box.edit(lambda env: env.db.tables.update("sale.order", 442, {"write_date": moment}))
            Disturbed(odoo, 1, touch)

        Disturbed(odoo, 1, touch)
        case = capture.case(again.ref("S00442"))
        assert case is not None
        assert any(note.startswith("record: it kept changing") for note in case.missing)

    @pytest.mark.parametrize("after", range(1, 12))
    def test_an_order_that_a_ticket_names_is_there_whole_or_not_at_all(self, enterprise: Desk, after: int) -> None:
        before = enterprise.box.snapshot()
        ticket = {"name": "Broken", "description": "<p>Broken</p>", "sale_order_id": 442, "partner_id": 1014}
        number = enterprise.box.edit(lambda env: env["helpdesk.ticket"].create(ticket).id)
        odoo = enterprise.odoo()
        capture = enterprise.capture(odoo)
        ref = RecordRef(model="helpdesk.ticket", id=number, name="x")
        whole = capture.case(ref)
        Disturbed(odoo, after, lambda: enterprise.box.edit(_delete_442))
        case = capture.case(ref)
        enterprise.box.restore(before)
        assert case is not None
        assert whole is not None
        assert case.order is None or case.lines == whole.lines


def _delete_442(env: Any) -> None:
    env["sale.order"].browse(442).write({"state": "cancel"})
    env["sale.order"].browse(442).unlink()


class TestCompanies:
    def _rows(self, book: RecordBook) -> dict[str, list[dict[str, Any]]]:
        """The sample day beside a second company with the order S9."""
        rows = rows_of(book, 18)
        rows["res.partner"].append({"id": 50_000, "name": "Second GmbH", "is_company": True})
        second = {"id": 2, "name": "Second GmbH", "partner_id": 50_000, "currency_id": 2}
        rows["res.company"].append(second)
        kind = {"name": "Out", "code": "outgoing", "company_id": 2, "sequence_code": "OUT"}
        places = {"default_location_src_id": 5, "default_location_dest_id": 3}
        rows["stock.picking.type"].append({"id": 60_000, **kind, **places})
        head = {
            "name": "S9",
            "partner_id": 1001,
            "company_id": 2,
            "currency_id": 2,
            "date_order": "2026-11-16 09:00:00",
        }
        rows["sale.order"].append({"id": 70_000, "state": "sale", **head})
        moved = {"picking_type_id": 60_000, "location_id": 5, "location_dest_id": 3, "company_id": 2}
        rows["stock.picking"].append(
            {"id": 70_001, "name": "S/OUT/1", "sale_id": 70_000, "move_type": "direct", "state": "assigned",
             **{name: moved[name] for name in ("picking_type_id", "location_id", "location_dest_id")}}
        )  # fmt: skip
        rows["res.users"].append({"id": 2, "company_ids": [1, 2]})
        return rows

    def _ticket(self, **values: Any) -> Case:
        book = the_day()
        apps = (set(App) - {App.HELPDESK_MGMT}) | {App.HELPDESK}
        with Sandbox(18, rows=self._rows(book), fields=CUSTOM, apps=apps) as box:
            given = {"name": "Late", "partner_id": 1001, "sale_order_id": 70_000} | values
            number = box.edit(lambda env: env["helpdesk.ticket"].create(given).id)
            box.edit(lambda env: env.db.tables.update("helpdesk.ticket", number, given))
            case = Desk(box, book).capture().case(RecordRef(model="helpdesk.ticket", id=number, name="x"))
        assert case is not None
        return case

    def test_a_record_of_no_company_is_read_in_that_of_its_order(self) -> None:
        case = self._ticket(company_id=False)
        assert case.company.name == "Second GmbH"
        assert case.order is not None
        assert case.order.ref.name == "S9"
        assert case.missing == ()

    def test_an_order_of_another_company_is_named_as_unread(self) -> None:
        case = self._ticket(company_id=1)
        assert (case.company.id, case.order) == (1, None)
        assert case.missing == ("record: sale.order 70000, which is linked, could not be read",)

    def test_each_record_is_read_in_its_own_company(self) -> None:
        book = the_day()
        rows = self._rows(book)
        with Sandbox(18, rows=rows, fields=CUSTOM) as box:
            cases = Desk(box, book).capture().neighbourhoods("sale.order", [412, 70_000])
        assert [(case.record.name, case.company.name, case.company.currency) for case in cases] == [
            ("S00412", "Brandt & Mercer Supply B.V.", "EUR"), ("S9", "Second GmbH", "USD"),
        ]  # fmt: skip
        assert [(s.ref.name, s.kind.value) for s in cases[1].shipments] == [("S/OUT/1", "outgoing")]
        assert cases[1].invoices == ()
        assert cases[1].related == ()


class TestFamilies:
    @pytest.mark.parametrize("head", [60_000, 95_000])
    def test_buyer_and_company_are_there_however_many_contacts_there_are(self, head: int) -> None:
        book = the_day()
        rows = rows_of(book, 18)
        owes = {"credit": 120.0, "customer_rank": 1}
        rows["res.partner"].append({"id": head, "name": "Large GmbH", "is_company": True, **owes})
        for number in (*range(70_000, 70_520), 90_000):
            contact = {"name": f"Contact {number}", "parent_id": head, "commercial_partner_id": head}
            rows["res.partner"].append({"id": number, "type": "contact", **contact})
        next(row for row in rows["sale.order"] if row["id"] == 412)["partner_id"] = 90_000
        with Sandbox(18, rows=rows, fields=CUSTOM) as box:
            case = Desk(box, book).capture().neighbourhoods("sale.order", [412])[0]
        assert case.partner is not None
        assert (case.partner.ref and case.partner.ref.id, case.partner.name) == (90_000, "Large GmbH")
        assert case.partner.credit is not None
        assert case.partner.credit.receivable == Decimal(120)
        assert "partners: only 500 contacts of a family were read" in case.missing


class TestFind:
    def test_by_id_and_by_name(self, desk: Desk) -> None:
        capture = desk.capture()
        assert capture.find("sale.order:412") == capture.find(" sale.order: S00412 ") == desk.ref("S00412")
        assert capture.find("purchase.order:P00187").id == 187
        assert capture.find("account.move:INV/2026/00861").id == 861
        assert capture.find("stock.picking:WH/OUT/00895").id == 895

    @pytest.mark.parametrize(
        ("text", "error", "says"),
        [
            ("S00412", UsageError, "Write model and number"),
            ("res.partner:7", UsageError, "cannot be captured"),
            ("quality.alert:QA1", UsageError, "not installed"),
            ("sale.order:S0041", RecordMissing, "no record is called"),
            ("sale.order:999999", RecordMissing, "sale.order: and its id"),
            ("sale.order:S0041_", RecordMissing, "no record is called"),
        ],
    )
    def test_says_what_to_do(self, desk: Desk, text: str, error: type[Exception], says: str) -> None:
        with pytest.raises(error, match=says):
            desk.capture().find(text)

    def test_several_of_one_name_are_listed(self, again: Desk) -> None:
        again.box.edit(lambda env: env["sale.order"].browse(435).write({"name": "S00412"}))
        with pytest.raises(UsageError, match="several records") as caught:
            again.capture().find("sale.order:S00412")
        assert all(f"sale.order:{number} (" in str(caught.value) for number in (412, 435))

    def test_only_known_models_and_records_with_ids(self, desk: Desk) -> None:
        assert {"sale.order", "helpdesk.ticket", "tier.review", "ir.attachment"} <= set(MODELS)
        with pytest.raises(UsageError):
            desk.capture().case(RecordRef(model="res.partner", id=1, name="x"))
        with pytest.raises(UsageError):
            desk.capture().case(RecordRef(model="sale.order", id=None, name="x"))
        with pytest.raises(UsageError):
            desk.capture().neighbourhoods("crm.lead", [1])


class TestOtherRecords:
    def test_a_transfer_brings_its_order(self, desk: Desk) -> None:
        case = desk.capture().case(RecordRef(model="stock.picking", id=895, name="WH/OUT/00895"))
        assert case is not None
        assert case.order is not None
        assert (case.record.name, case.order.ref.name) == ("WH/OUT/00895", "S00412")
        assert [shipment.ref.id for shipment in case.shipments] == [895]

    def test_a_receipt_brings_its_purchase(self, desk: Desk) -> None:
        case = desk.capture().case(RecordRef(model="stock.picking", id=425, name="WH/IN/00425"))
        assert case is not None
        assert case.partner is not None
        assert [purchase.ref.name for purchase in case.purchases] == ["P00187"]
        assert case.partner.role is Role.SUPPLIER

    def test_an_invoice_brings_the_order_that_it_bills(self, desk: Desk) -> None:
        case = desk.capture().case(RecordRef(model="account.move", id=871, name="INV/2026/00871"))
        assert case is not None
        assert case.order is not None
        assert case.order.ref.name == "S00388"
        assert next(i for i in case.invoices if i.ref.id == 871).lines

    def test_a_ticket_is_the_customers_message_and_its_orders(self, again: Desk) -> None:
        ticket = {"name": "Late again", "description": "<p>Where is it?</p>", "partner_id": 1001, "number": "HT00042"}
        number = again.box.edit(lambda env: env["helpdesk.ticket"].create(ticket).id)
        capture = again.capture()
        ref = capture.find("helpdesk.ticket:HT00042")
        case = capture.case(ref)
        assert case is not None
        assert (ref.id, case.record.name) == (number, "HT00042")
        assert [(m.role, m.subject, m.body) for m in case.messages] == [(Role.CUSTOMER, "Late again", "Where is it?")]
        assert case.partner is not None
        assert case.partner.credit is not None
        assert [order.ref.name for order in case.related] == ["S00412"]
        assert [invoice.ref.name for invoice in case.invoices] == ["INV/2026/00861"]

    def test_a_review_is_about_the_reviewed_record(self, again: Desk) -> None:
        review = {"model": "sale.order", "res_id": 412, "status": "pending", "comment": "Price too low?"}
        number = again.box.edit(lambda env: env["tier.review"].create(review).id)
        case = again.capture().case(RecordRef(model="tier.review", id=number, name="x"))
        assert case is not None
        assert case.record == again.ref("S00412")
        assert [(m.kind, m.body) for m in case.messages] == [(MessageKind.NOTE, "Price too low?")]

    def test_an_attachment_is_a_document_of_its_record(self, again: Desk) -> None:
        write_thread(again, "sale.order", 412)
        capture = again.capture()
        case = capture.case(capture.find("ir.attachment:order.pdf"))
        assert case is not None
        assert case.order is not None
        assert case.order.ref.name == "S00412"
        assert [document.content for document in case.documents] == [b"%PDF-1.7 order"]
        assert [message.subject for message in case.messages] == ["Price"]


class TestEnterprise:
    def _case(self, desk: Desk, model: str, **values: Any) -> Case:
        number = desk.box.edit(lambda env: env[model].create(values).id)
        case = desk.capture().case(RecordRef(model=model, id=number, name="x"))
        assert case is not None
        assert case.record.id == number
        return case

    def test_a_ticket_brings_the_order_that_it_names(self, enterprise: Desk) -> None:
        told = "<p>Two of the harnesses are broken</p>"
        case = self._case(
            enterprise, "helpdesk.ticket", name="Broken", description=told, sale_order_id=435, partner_id=1014
        )
        assert case.order is not None
        assert case.order.ref.name == "S00435"
        assert [line.product for line in case.lines] == ["SF-HRN-2"]
        assert [(m.role, m.body) for m in case.messages] == [(Role.CUSTOMER, "Two of the harnesses are broken")]

    def test_a_quality_alert_brings_the_order_of_its_transfer(self, enterprise: Desk) -> None:
        case = self._case(enterprise, "quality.alert", name="QA7", title="Wet cartons", description="<p>6 of 40</p>",
                          picking_id=895, team_id=1)  # fmt: skip
        assert case.order is not None
        assert case.order.ref.name == "S00412"
        assert [(m.kind, m.role, m.subject) for m in case.messages] == [
            (MessageKind.NOTE, Role.COLLEAGUE, "Wet cartons")
        ]

    def test_a_quality_check_brings_the_order_of_its_transfer(self, enterprise: Desk) -> None:
        case = self._case(enterprise, "quality.check", name="QC9", title="Cartons", note="<p>Check the seals</p>",
                          picking_id=895, team_id=1)  # fmt: skip
        assert case.order is not None
        assert case.order.ref.name == "S00412"
        assert [(m.kind, m.subject, m.body) for m in case.messages] == [
            (MessageKind.NOTE, "Cartons", "Check the seals")
        ]

    def test_an_approval_request_is_the_words_of_who_asks(self, enterprise: Desk) -> None:
        case = self._case(enterprise, "approval.request", name="Rush order for Morvan", reason="<p>12 % off</p>",
                          partner_id=1003, request_owner_id=2, category_id=1)  # fmt: skip
        assert case.partner is not None
        assert case.partner.name.startswith("Ateliers Morvan")
        assert [(m.role, m.subject, m.body) for m in case.messages] == [
            (Role.COLLEAGUE, "Rush order for Morvan", "12 % off")
        ]

    def test_a_document_hangs_on_its_purchase(self, enterprise: Desk) -> None:
        content = base64.b64encode(b"%PDF-1.4 confirmation").decode()
        case = self._case(
            enterprise, "documents.document", name="AB.pdf", datas=content, res_model="purchase.order", res_id=187
        )
        assert [purchase.ref.name for purchase in case.purchases] == ["P00187"]
        assert [(d.name, d.media_type, d.content) for d in case.documents] == [
            ("AB.pdf", "application/pdf", b"%PDF-1.4 confirmation")
        ]


def test_list_price_comes_from_the_price_list_where_no_field_is_named() -> None:
    book = the_day()
    rows = rows_of(book, 18)
    for template in rows["product.template"]:
        template["list_price"] = 7.5
    with Sandbox(18, rows=rows, fields=CUSTOM) as box:
        fields = {name: field for name, field in connection_fields().items() if name != "line.list_price"}
        case = Desk(box, book).capture(fields=fields).case(RecordRef(model="sale.order", id=412, name="S00412"))
    assert case is not None
    assert [line.list_price for line in case.lines] == [Decimal("7.5")] * 2
