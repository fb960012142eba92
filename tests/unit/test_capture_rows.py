"""Rows of Odoo as parts of a case: lines, prices, reservations, partners, promises."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import pytest

from triage.domain import Company, Limits, Role, ShipmentKind
from triage.odoo.capture import documents, invoices
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.kinds import KINDS
from triage.odoo.capture.missing import Missing
from triage.odoo.capture.orders import LineMaker, is_item, related_of
from triage.odoo.capture.partners import Partners
from triage.odoo.capture.products import Products, exact
from triage.odoo.capture.promises import promises_of
from triage.odoo.capture.purchases import code_of, lines_for, names_order
from triage.odoo.capture.reading import Reader, literal
from triage.odoo.capture.reference import OwnCompany, Units
from triage.odoo.capture.stock import Cover, cover_of, returned_transfers
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.rows import Row

UNITS = Units(
    sizes={1: Decimal(1), 2: Decimal(12), 3: Decimal(1)},
    names={1: "Units", 2: "Dozens", 3: "kg"},
    families={1: "a", 2: "a", 3: "b"},
)
WAYS = {1: ShipmentKind.INCOMING, 2: ShipmentKind.OUTGOING, 3: ShipmentKind.INTERNAL}
COMPANY = OwnCompany(Company(name="Us", id=1, currency="EUR", timezone="Europe/Amsterdam"), None, 1)
OWN = {
    "line.price_per": "x_per",
    "line.list_price": "x_list",
    "partner.on_hold": "x_hold",
    "partner.customer_class": "x_c",
}


def custom(**fields: str) -> Custom:
    return Custom(Connection(url="http://odoo.example", database="d", fields=fields))


def products(rules: list[Row] | None = None, **more: Any) -> Products:
    values = {"id": 5, "default_code": "NUT", "name": "Nut", "uom_id": 1, "product_tmpl_id": 50, "standard_price": 2.0,
              "list_price": 4.0, "price_extra": 0.5, "barcode": "4006381333931"}  # fmt: skip
    return Products({5: Row("product.product", values | more)}, {rule.id: rule for rule in rules or []}, UNITS)


def line(**more: Any) -> Row:
    values = {"id": 9, "order_id": 1, "product_id": [5, "[NUT] Nut"], "name": "[NUT] Nut M8\nzinc", "product_uom_id": 1}
    return Row("sale.order.line", values | {"product_uom_qty": 100.0, "price_unit": 10.0, "discount": 0.0} | more)


def move(**more: Any) -> Row:
    values = {"id": 3, "state": "assigned", "picking_type_id": [2, "Out"], "picking_id": 70, "product_uom": 1}
    return Row("stock.move", values | {"product_uom_qty": 100.0, "quantity": 40.0} | more)


class TestLines:
    def make(self, row: Row, own: dict[str, str] | None = None, of: Products | None = None) -> Any:
        maker = LineMaker(custom(**(own or {})), of or products(), COMPANY)
        return maker.sale(row, "EUR", Cover(Decimal(1), Decimal(2), datetime(2026, 11, 26, 23, 30, tzinfo=UTC)))

    def test_what_it_is_called(self) -> None:
        made = self.make(line())
        assert (made.product, made.name, made.gtin, made.uom) == ("NUT", "Nut M8", "4006381333931", "Units")

    def test_price_after_discount_and_cost_in_the_lines_unit(self) -> None:
        made = self.make(line(discount=12.5, product_uom_id=2))
        assert (made.unit_price, made.discount, made.cost) == (Decimal("8.75"), Decimal("12.5"), Decimal(24))

    def test_prices_are_per_as_many_as_the_company_says(self) -> None:
        made = self.make(line(x_per=100.0, x_list=9.5), {"line.price_per": "x_per", "line.list_price": "x_list"})
        assert (made.price_per, made.list_price, made.cost) == (Decimal(100), Decimal("9.5"), Decimal(200))

    def test_a_day_is_the_companys(self) -> None:
        assert str(self.make(line()).forecast_date) == "2026-11-27"

    def test_names_of_fields_before_19(self) -> None:
        assert self.make(line(product_uom_id=False, product_uom=[2, "Dozens"])).uom == "Dozens"

    def test_sections_and_down_payments_are_no_items(self) -> None:
        assert is_item(line(display_type=False))
        assert is_item(line(display_type="product"))
        assert not is_item(line(display_type="line_section"))
        assert not is_item(line(is_downpayment=True))


class TestListPrice:
    def price(self, rule: dict[str, Any] | None, currency: str = "EUR", **more: Any) -> Decimal | None:
        rules = (
            [Row("product.pricelist.item", {"id": 8, "currency_id": [1, "EUR"], "base": "list_price"} | rule)]
            if rule
            else []
        )
        row = line(pricelist_item_id=8 if rule else False, **more)
        return products(rules).list_price(row, currency, "EUR")

    def test_without_a_rule_it_is_the_sales_price_of_the_variant(self) -> None:
        assert self.price(None) == Decimal("4.5")
        assert self.price(None, product_uom_id=2) == Decimal(54)

    def test_fixed_and_percentage(self) -> None:
        assert self.price({"compute_price": "fixed", "fixed_price": 4.1}) == Decimal("4.1")
        assert self.price({"compute_price": "percentage", "percent_price": 10.0}) == Decimal("4.05")

    def test_what_it_cannot_know_is_absent(self) -> None:
        assert self.price(None, "USD") is None
        assert self.price({"compute_price": "formula"}) is None
        assert self.price({"compute_price": "fixed", "fixed_price": 4.1, "currency_id": [2, "USD"]}) is None
        assert self.price(None, product_uom_id=3) is None
        assert products().list_price(line(), "EUR", "EUR") is None


class TestCover:
    def test_reserved_and_forecast_of_what_waits(self) -> None:
        waits = move(forecast_availability=60.0, forecast_expected_date="2026-11-27 11:00:00")
        done = move(id=4, state="done", quantity=50.0)
        found = cover_of(line(), [waits, done], WAYS, products())
        assert (found.reserved, found.forecast, str(found.expected)) == (
            Decimal(40), Decimal(60), "2026-11-27 11:00:00+00:00",
        )  # fmt: skip

    def test_nothing_waits(self) -> None:
        assert cover_of(line(), [move(state="done"), move(state="cancel")], WAYS, products()) == Cover()

    def test_steps_add_up_to_what_is_still_to_leave(self) -> None:
        pick = move(id=5, picking_type_id=[3, "Pick"], quantity=100.0)
        out = move(state="waiting", quantity=0.0, forecast_availability=-5.0)
        found = cover_of(line(), [pick, out], WAYS, products())
        assert (found.reserved, found.forecast) == (Decimal(100), Decimal(0))
        both = cover_of(line(), [pick, move()], WAYS, products())
        assert both.reserved == Decimal(100)

    def test_before_17_and_in_another_unit(self) -> None:
        old = Row("stock.move", {"id": 3, "state": "confirmed", "picking_type_id": 2, "product_uom": 2,
                                 "product_uom_qty": 10.0, "reserved_availability": 2.0})  # fmt: skip
        found = cover_of(line(), [old], WAYS, products())
        assert (found.reserved, found.forecast) == (Decimal(24), None)

    def test_returns_do_not_count(self) -> None:
        back = move(origin_returned_move_id=[2, "x"])
        assert cover_of(line(), [back, move(picking_type_id=1)], WAYS, products()) == Cover()

    def test_a_unit_that_cannot_be_converted_is_unknown(self) -> None:
        assert cover_of(line(), [move(product_uom=3)], WAYS, products()).reserved is None


def test_what_a_transfer_brings_back_is_told_by_its_moves() -> None:
    out, back = move(id=1, picking_id=70), move(id=2, picking_id=71, origin_returned_move_id=1)
    transfers = {n: Row("stock.picking", {"id": n, "name": f"WH/{n}"}) for n in (70, 71)}
    assert returned_transfers([out, back], transfers) == {71: "WH/70"}


class TestPartners:
    def read(self, may: bool = True, **head: Any) -> Partners:
        company = {"id": 10, "name": "Acme", "commercial_partner_id": 10, "is_company": True, "email": "info@a.example",
                   "phone": "1", "vat": "DE1", "street": "Weg 1", "city": "Ulm", "country_code": "DE"}  # fmt: skip
        ada = {"id": 11, "name": "Ada", "commercial_partner_id": 10, "parent_id": 10, "type": "contact",
               "email": "ada@a.example", "phone": "2"}  # fmt: skip
        site = {
            "id": 12,
            "name": "Gate 4",
            "commercial_partner_id": 10,
            "parent_id": 10,
            "type": "delivery",
            "city": "Linz",
        }
        left = {
            "id": 13,
            "name": "Bo",
            "commercial_partner_id": 10,
            "parent_id": 10,
            "type": "contact",
            "active": False,
        }
        rows = [Row("res.partner", values) for values in (company | head, ada, site, left)]
        return Partners(
            {row.id: row for row in rows}, custom(**{k: OWN[k] for k in OWN if k[:4] == "part"}), "EUR", may
        )

    def test_a_contact_stands_for_its_company_with_the_whole_family(self) -> None:
        found = self.read().partner(11, Role.CUSTOMER)
        assert found is not None
        assert (found.name, found.vat, found.commercial and found.commercial.id) == ("Acme", "DE1", 10)
        assert found.ref is not None
        assert (found.ref.id, found.ref.name) == (11, "Acme, Ada")
        assert (found.emails, found.contacts, found.phones) == (
            ("info@a.example", "ada@a.example"),
            ("Ada",),
            ("1", "2"),
        )

    def test_the_address_is_the_deliverys(self) -> None:
        found = self.read().partner(10, Role.CUSTOMER, delivery=12)
        assert found is not None
        assert (found.street, found.city, found.commercial) == (None, "Linz", None)

    def test_credit_only_where_there_is_something_to_tell(self) -> None:
        owed = {"credit": 120.5, "credit_to_invoice": 30.0, "credit_limit": 100.0, "use_partner_credit_limit": True}
        found = self.read(**owed).partner(11, Role.CUSTOMER)
        assert found is not None
        assert found.credit is not None
        assert (found.credit.limit, found.credit.receivable, found.credit.to_invoice) == (
            Decimal(100), Decimal("120.5"), Decimal(30),
        )  # fmt: skip
        for partners, role in (
            (self.read(), Role.CUSTOMER),
            (self.read(may=False, **owed), Role.CUSTOMER),
            (self.read(**owed), Role.SUPPLIER),
        ):
            other = partners.partner(10, role)
            assert other is not None
            assert other.credit is None

    def test_a_limit_that_is_switched_off_is_none(self) -> None:
        off = {"credit": 1.0, "credit_limit": 100.0, "use_partner_credit_limit": False, "show_credit_limit": False}
        found = self.read(**off).partner(10, Role.CUSTOMER)
        assert found is not None
        assert found.credit is not None
        assert found.credit.limit is None

    def test_fields_of_the_company(self) -> None:
        found = self.read(x_hold=True, x_c=[4, "A"]).partner(11, Role.CUSTOMER)
        assert found is not None
        assert (found.customer_class, found.credit and found.credit.on_hold) == ("A", True)

    def test_one_that_may_not_be_seen(self) -> None:
        assert self.read().partner(99, Role.CUSTOMER) is None


class TestPromises:
    def order(self, **more: Any) -> Row:
        values = {"id": 42, "name": "S00042", "state": "sale", "date_order": "2026-11-02 10:00:00",
                  "commitment_date": "2026-11-20 16:00:00"}  # fmt: skip
        return Row("sale.order", values | more)

    def change(self, number: int, old: str, new: str) -> Row:
        values = {"old_value_datetime": f"{old} 16:00:00" if old else False, "new_value_datetime": f"{new} 16:00:00"}
        return Row("mail.tracking.value", {"id": number, **values})

    def days(self, order: Row, *changes: tuple[int, Row]) -> list[tuple[str, str]]:
        dated = [(datetime(2026, 11, day, 9, tzinfo=UTC), row) for day, row in changes]
        return [(str(p.promised_for)[5:], str(p.made_at)[5:10]) for p in promises_of(order, dated, COMPANY)]

    def test_as_it_stands(self) -> None:
        assert self.days(self.order()) == [("11-20", "11-02")]

    def test_earlier_ones_from_what_was_tracked(self) -> None:
        first, second = self.change(1, "2026-11-13", "2026-11-18"), self.change(2, "2026-11-18", "2026-11-20")
        assert self.days(self.order(), (9, second), (5, first)) == [
            ("11-13", "11-02"), ("11-18", "11-05"), ("11-20", "11-09"),
        ]  # fmt: skip

    def test_what_changed_before_the_order_was_placed_promised_nothing(self) -> None:
        assert self.days(self.order(), (1, self.change(1, "2026-11-10", "2026-11-20"))) == [("11-20", "11-02")]

    def test_a_quotation_promises_nothing(self) -> None:
        assert self.days(self.order(state="draft")) == []
        assert self.days(self.order(commitment_date=False)) == []


class TestPurchases:
    def test_origin_names_exactly_the_order(self) -> None:
        assert names_order("S00041, S00042", "s00042")
        assert not names_order("S000421", "S00042")
        assert not names_order(None, "S00042")

    def test_lines_serve_by_line_by_move_and_by_origin(self) -> None:
        sold = [line(purchase_line_ids=[1])]
        waits = [move(id=3, move_orig_ids=[30])]
        bought = [
            Row("purchase.order.line", {"id": 1, "order_id": 7}),
            Row("purchase.order.line", {"id": 2, "order_id": 7, "move_dest_ids": [3]}),
            Row("purchase.order.line", {"id": 3, "order_id": 7, "move_ids": [30]}),
            Row("purchase.order.line", {"id": 4, "order_id": 7, "sale_line_id": [9, ""]}),
            Row("purchase.order.line", {"id": 5, "order_id": 8, "product_id": 5}),
            Row("purchase.order.line", {"id": 6, "order_id": 8, "product_id": 6}),
            Row("purchase.order.line", {"id": 7, "order_id": 7, "product_id": 5}),
        ]
        heads = [Row("purchase.order", {"id": 7}), Row("purchase.order", {"id": 8, "origin": "S00042"})]
        found = lines_for(sold, waits, bought, heads, "S00042")
        assert [row.id for row in found] == [1, 2, 3, 4, 5]

    def test_the_suppliers_number_of_the_very_product_first(self) -> None:
        told = ({"partner_id": 20, "product_code": "ALL"}, {"partner_id": 20, "product_id": 5, "product_code": "ONE"},
                {"partner_id": 21, "product_code": "OTHER"})  # fmt: skip
        codes = [Row("product.supplierinfo", {"id": 1, "product_tmpl_id": 50} | values) for values in told]
        assert code_of(line(), codes, [20], products()) == "ONE"
        assert code_of(line(), codes[2:], [20], products()) is None


def test_related_orders_same_reference_first_and_only_open_ones() -> None:
    def order(number: int, partner: int = 1, **more: Any) -> Row:
        return Row("sale.order", {"id": number, "partner_id": partner, "state": "sale"} | more)

    own = order(1, client_order_ref="PO 7")
    quoted, delivered = order(3, client_order_ref="po 7", state="draft"), order(6, delivery_status="full")
    rows = [own, order(2), quoted, order(4, state="draft"), order(5, partner=2), delivered]
    rows.append(order(7, delivery_status="partial"))
    assert [row.id for row in related_of(own, rows, 10, {1: 10, 2: 20})] == [3, 2, 7]
    assert related_of(own, rows, None, {}) == []


@pytest.mark.parametrize(
    ("value", "text"), [("9.8800000001", "9.88"), ("10.000", "10"), ("1200", "1200"), ("0.0685", "0.0685")]
)
def test_numbers_are_exact_and_plain(value: str, text: str) -> None:
    assert str(exact(Decimal(value))) == text


def test_units_convert_only_within_a_family() -> None:
    assert UNITS.ratio(2, 1) == Decimal(12)
    assert UNITS.ratio(None, None) == Decimal(1)
    assert UNITS.ratio(1, 3) is None
    assert UNITS.ratio(1, 99) is None


def test_missing_notes_begin_with_their_topic_once() -> None:
    missing = Missing()
    missing.denied("stock moves", "stock.move")
    missing.denied("stock moves", "stock.move")
    missing.absent("purchase orders", "purchase.order")
    assert missing.notes == (
        "stock moves: the service user may not read them (stock.move)",
        "purchase orders: this Odoo has none (purchase.order is not installed)",
    )


class Listed(Reader):
    """Gives rows from a list, as a search by id does, and keeps which ids were asked for at once."""

    def __init__(self, rows: list[Row]) -> None:
        super().__init__(cast(Odoo, None), {})
        self.rows = rows
        self.asked: list[list[int]] = []

    def search(self, topic: str, model: str, domain: Any, names: Any, **more: Any) -> list[Row]:
        wanted = [] if "|" in domain else [term for term in domain if term[0] == "id"]
        found = [row for row in self.rows if not wanted or row.id in wanted[0][2]]
        self.asked.append([row.id for row in found])
        ordered = sorted(found, key=lambda row: row.id, reverse="desc" in (more.get("order") or ""))
        return ordered[: more.get("limit")]

    def knows(self, model: str, path: str) -> bool:
        return True


def file(number: int, size: int) -> Row:
    values = {"name": f"{number}.pdf", "mimetype": "application/pdf", "checksum": f"c{number}", "datas": "JVBERi0="}
    return Row("ir.attachment", {"id": number, "file_size": size, **values})


class TestDocuments:
    def test_small_files_come_together_and_large_ones_in_calls_of_a_few_megabytes(self) -> None:
        small = Listed([file(n, 200_000) for n in range(1, 6)])
        assert len(documents.read_documents(small, small.rows, ())) == 5
        assert small.asked == [[1, 2, 3, 4, 5]]
        large = Listed([file(n, size) for n, size in enumerate((3_000_000, 4_000_000, 20_000_000, 1, 7_999_999), 1)])
        assert [d.name for d in documents.read_documents(large, large.rows, ())] == [f"{n}.pdf" for n in range(1, 6)]
        assert large.asked == [[1, 2], [3], [4, 5]]

    def test_no_files_take_no_call(self) -> None:
        reader = Listed([])
        assert documents.read_documents(reader, [], ()) == ()
        assert reader.asked == []

    def test_of_too_many_the_newest_are_listed_in_order(self) -> None:
        reader = Listed([file(n, 1) for n in range(1, documents.MOST + 3)])
        found = documents.read_listed(reader, "sale.order", 7, ())
        assert [row.id for row in found] == list(range(3, documents.MOST + 3))
        assert reader.missing.notes == ("documents: only the newest 200 were read",)

    def test_of_too_many_bytes_the_newest_are_read_and_the_others_named(self) -> None:
        reader = Listed([])
        rows = [file(n, 24_000_000) for n in range(1, 6)]
        assert [row.id for row in documents.chosen(reader, rows, Limits())] == [2, 3, 4, 5]
        assert reader.missing.notes == ("documents: 1.pdf is beyond 100,000,000 bytes of all files together",)


def test_open_invoices_that_are_cut_are_told_of() -> None:
    rows = [Row("account.move", {"id": n, "commercial_partner_id": 10}) for n in range(1, 53)]
    told, quiet = Missing(), Missing()
    assert [row.id for row in invoices.for_case([52], 10, rows, told)] == [*range(1, 51), 52]
    assert told.notes == ("invoices: not all open ones were read: overdue amounts may be too low",)
    assert len(invoices.for_case([51, 52], 10, rows, quiet)) == 52
    assert len(invoices.for_case([52], 11, rows, quiet)) == 1
    assert quiet.notes == ()


def test_customers_who_share_a_read_that_was_cut_are_all_told_of_it() -> None:
    rows = [Row("account.move", {"id": n, "commercial_partner_id": 10}) for n in range(1, 103)]
    cut, whole = Listed(rows), Listed(rows[:100])
    assert len(invoices.read_invoices(cut, [], [10, 20], 1, custom())) == 101
    assert cut.missing.notes == ("invoices: not all open ones were read: overdue amounts may be too low",)
    assert len(invoices.read_invoices(whole, [], [10, 20], 1, custom())) == 100
    assert whole.missing.notes == ()


def test_texts_to_look_for_stand_for_themselves() -> None:
    assert literal(r"S_1%\2") == r"S\_1\%\\2"


def test_custom_values_of_any_type() -> None:
    fields = custom(**{"partner.customer_class": "x_a", "partner.on_hold": "x_b", "shipment.last_scan": "x_c"})
    row = Row("res.partner", {"id": 1, "x_a": [3, "B"], "x_b": "blocked", "x_c": "2026-11-17 10:00:00"})
    assert fields.text(row, "partner.customer_class") == "B"
    assert fields.flag(row, "partner.on_hold") is True
    assert fields.flag(Row("res.partner", {"id": 1, "x_b": "no"}), "partner.on_hold") is False
    assert fields.flag(Row("res.partner", {"id": 1}), "partner.on_hold") is None
    assert fields.moment(row, "shipment.last_scan") == datetime(2026, 11, 17, 10, tzinfo=UTC)
    assert fields.moment(Row("res.partner", {"id": 1, "x_c": "soon"}), "shipment.last_scan") is None
    assert fields.number(row, "line.price_per") is None


def test_every_kind_says_what_it_is_called() -> None:
    assert all(kind.called for kind in KINDS.values())
    assert [name for name, kind in KINDS.items() if kind.content] == ["documents.document", "dms.file", "ir.attachment"]
