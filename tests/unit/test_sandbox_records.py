"""The look-alike's database: domains, writes, constraints, companies, snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from triage.odoo.sandbox import DEFAULT_APPS, App, Sandbox
from triage.odoo.sandbox.errors import AccessError, MissingError, UserError, ValidationError

ROWS: dict[str, list[dict[str, Any]]] = {
    "res.company": [{"id": 2, "name": "Zweite GmbH", "partner_id": 1, "currency_id": 1}],
    "res.partner": [
        {
            "id": 70,
            "name": "Ibarra",
            "is_company": True,
            "email": "pedidos@ibarra.example",
            "credit": {1: 4359.08, 2: 0},
        },
        {"id": 71, "name": "Ana Ruiz", "parent_id": 70, "email": "ana@ibarra.example"},
    ],
    "product.product": [{"id": 3, "name": "Bow shackle 10 t", "default_code": "RG-SHK"}],
    "sale.order": [
        {"id": 42, "name": "S00042", "partner_id": 70, "date_order": "2026-11-16 10:40:00", "state": "sale"},
        {"id": 43, "name": "S00043", "partner_id": 71, "date_order": "2026-11-17 09:00:00", "amount_total": 12.5},
        {"id": 44, "name": "S00044", "partner_id": 70, "date_order": "2026-11-18 09:00:00", "company_id": 2},
    ],
    "sale.order.line": [
        {"id": 7, "order_id": 42, "product_id": 3, "name": "Bow shackle", "product_uom_qty": 5, "sequence": 20},
        {"id": 8, "order_id": 42, "product_id": 3, "name": "Bow shackle, red", "sequence": 10},
    ],
}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture(params=[18, 19])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield Sandbox(request.param, rows=ROWS, clock=lambda: at("2026-11-20T08:00:00.654321"))


@pytest.mark.parametrize(
    ("domain", "found"),
    [
        ([("state", "=", "sale")], [42]),
        ([("state", "!=", "sale")], [43, 44]),
        (["|", ("name", "=", "S00042"), ("amount_total", ">", 10)], [42, 43]),
        (["!", ("name", "like", "42")], [43, 44]),
        ([("name", "=ilike", "s0004%")], [42, 43, 44]),
        ([("partner_id", "ilike", "ana")], [43]),
        ([("partner_id", "child_of", 70)], [42, 43, 44]),
        ([("partner_id.parent_id.email", "ilike", "pedidos")], [43]),
        ([("order_line.name", "ilike", "RED")], [42]),
        ([("order_line", "=", False)], [43, 44]),
        ([("commitment_date", "=", False)], [42, 43, 44]),
        ([("date_order", "<=", "2026-11-17")], [42, 43]),
        ([("date_order", ">", "2026-11-17")], [44]),
        ([("id", "in", [43, 999])], [43]),
        ([("id", "not in", [43])], [42, 44]),
        ([("order_line", "any", [("sequence", "<", 15)])], [42]),
        ([("state", "in", ["sale", "done"]), ("partner_id", "=", 70)], [42]),
    ],
)
def test_domains(sandbox: Sandbox, domain: list[Any], found: list[int]) -> None:
    assert sandbox.env()["sale.order"].search(domain, order="id").ids == found


def test_an_unknown_field_is_named_as_each_version_does(sandbox: Sandbox) -> None:
    word = "leaf" if sandbox.version == 18 else "condition"
    with pytest.raises(ValueError, match=rf"Invalid field sale.order.zz in {word} \('zz', '=', 1\)"):
        sandbox.env()["sale.order"].search([("zz", "=", 1)])


def test_orders_by_its_own_and_by_the_other_models_order(sandbox: Sandbox) -> None:
    assert sandbox.env()["sale.order"].search([]).ids == [44, 43, 42]
    assert sandbox.env()["sale.order"].search([], order="amount_total desc, id").ids == [43, 42, 44]
    assert sandbox.env()["sale.order.line"].search([]).ids == [8, 7]
    assert sandbox.env()["sale.order"].search([], offset=1, limit=1).ids == [43]


def test_names_of_records(sandbox: Sandbox) -> None:
    env = sandbox.env()
    assert env["res.partner"].browse(71).display_name == "Ibarra, Ana Ruiz"
    assert env["res.partner"].browse(71).commercial_partner_id.id == 70
    assert env["product.product"].browse(3).display_name == "[RG-SHK] Bow shackle 10 t"
    assert env["sale.order.line"].browse(7).order_id.partner_id.name == "Ibarra"


def test_a_write_sets_its_time_in_whole_seconds(sandbox: Sandbox) -> None:
    sandbox.edit(lambda env: env["sale.order"].browse(42).write({"client_order_ref": "PO 9"}), user=2)
    row = next(row for row in sandbox.rows("sale.order") if row["id"] == 42)
    assert (row["client_order_ref"], row["write_date"], row["write_uid"]) == ("PO 9", "2026-11-20 08:00:00", 2)


def test_a_note_leaves_the_documents_write_date(sandbox: Sandbox) -> None:
    before = sandbox.rows("sale.order")[0]["write_date"]
    sandbox.edit(lambda env: env["sale.order"].browse(42).message_post(body="x"), user=2)
    assert sandbox.rows("sale.order")[0]["write_date"] == before


def test_an_error_undoes_the_whole_call(sandbox: Sandbox) -> None:
    def work(env: Any) -> None:
        env["res.partner"].create({"name": "Ghost"})
        env["sale.order"].create({"name": "no customer"})

    with pytest.raises(ValidationError, match="partner_id"):
        sandbox.edit(work)
    assert not sandbox.env()["res.partner"].search([("name", "=", "Ghost")])


def test_a_marker_is_unique(sandbox: Sandbox) -> None:
    marker = {"module": "triage", "name": "m1", "model": "res.partner", "res_id": 70}
    sandbox.edit(lambda env: env["ir.model.data"].create(marker))
    with pytest.raises(ValidationError, match=r"duplicate key value .*\n.*triage, m1"):
        sandbox.edit(lambda env: env["ir.model.data"].create(marker))


def test_a_deleted_record_takes_its_marker_along(sandbox: Sandbox) -> None:
    def work(env: Any) -> None:
        partner = env["res.partner"].create({"name": "Short-lived"})
        env["ir.model.data"].create({"module": "triage", "name": "m2", "model": "res.partner", "res_id": partner.id})
        partner.unlink()

    sandbox.edit(work)
    assert not sandbox.env()["ir.model.data"].search([("module", "=", "triage")])


def test_missing_records(sandbox: Sandbox) -> None:
    assert sandbox.env()["sale.order"].browse(999).read(["name"]) == []
    with pytest.raises(MissingError, match=r"\(Record: sale.order\(999,\), User: 2\)"):
        sandbox.edit(lambda env: env["sale.order"].browse(999).write({"origin": "x"}), user=2)


def test_a_confirmed_order_is_not_deleted(sandbox: Sandbox) -> None:
    with pytest.raises(UserError, match="must first cancel"):
        sandbox.edit(lambda env: env["sale.order"].browse(42).unlink(), user=2)


def test_x2many_commands(sandbox: Sandbox) -> None:
    def work(env: Any) -> list[int]:
        order = env["sale.order"].browse(43)
        order.write(
            {"order_line": [(0, 0, {"product_id": 3, "name": "one"}), (0, 0, {"product_id": 3, "name": "two"})]}
        )
        order.write({"order_line": [(2, order.order_line.ids[0]), (1, order.order_line.ids[1], {"name": "renamed"})]})
        return list(order.order_line.mapped("name"))

    assert sandbox.edit(work) == ["renamed"]


def test_each_company_has_its_own_value(sandbox: Sandbox) -> None:
    env = sandbox.env()
    partner = env["res.partner"].browse(70)
    assert partner.with_context(allowed_company_ids=[1]).credit == 4359.08
    assert partner.with_company(2).credit == 0.0


def test_another_companys_orders_are_not_seen(sandbox: Sandbox) -> None:
    sales = ["base.group_user", "sales_team.group_sale_salesman_all_leads"]
    clerk = sandbox.add_user("clerk", groups=sales)
    both = sandbox.add_user("both", groups=sales, companies=[1, 2])
    assert sandbox.env(clerk)["sale.order"].search([], order="id").ids == [42, 43]
    assert sandbox.env(both, allowed_company_ids=[1, 2])["sale.order"].search([], order="id").ids == [42, 43, 44]
    assert sandbox.env(both, allowed_company_ids=[2])["sale.order"].search([]).ids == [44]
    with pytest.raises(AccessError, match="top-secret"):
        sandbox.env(clerk)["sale.order"].browse(44).read(["name"])
    with pytest.raises(AccessError, match="unauthorized or invalid companies"):
        sandbox.env(clerk, allowed_company_ids=[2])["sale.order"].search([])


def test_salesmen_see_their_own_orders(sandbox: Sandbox) -> None:
    clerk = sandbox.add_user("clerk", groups=["base.group_user", "sales_team.group_sale_salesman"])
    sandbox.edit(lambda env: env["sale.order"].browse(42).write({"user_id": 2}))
    assert sandbox.env(clerk)["sale.order"].search([]).ids == [43]


def test_credit_is_for_accounting(sandbox: Sandbox) -> None:
    clerk = sandbox.add_user("clerk")
    partners = sandbox.env(clerk)["res.partner"]
    assert "credit" not in partners.fields_get()
    with pytest.raises(AccessError, match="You do not have enough rights to access the field"):
        partners.browse(70).read(["credit"])


def test_a_snapshot_is_restored_with_its_sequences(sandbox: Sandbox) -> None:
    before = sandbox.snapshot()
    new = sandbox.edit(lambda env: env["res.partner"].create({"name": "Later"}).id)
    sandbox.restore(before)
    assert not sandbox.env()["res.partner"].browse(new).exists()
    assert sandbox.edit(lambda env: env["res.partner"].create({"name": "Again"}).id) == new


def test_apps_decide_what_is_there() -> None:
    plain = Sandbox(18, apps=[App.SALES])
    assert "crm.lead" not in plain.env()
    assert "carrier_id" not in plain.env()["stock.picking"].fields_get()
    oca = Sandbox(18).env()["helpdesk.ticket"].fields_get()
    enterprise = Sandbox(18, apps=[App.SALES, App.HELPDESK]).env()["helpdesk.ticket"].fields_get()
    assert ("number" in oca, "ticket_ref" in oca) == (True, False)
    assert ("number" in enterprise, "ticket_ref" in enterprise) == (False, True)
    with pytest.raises(ValueError, match="take one"):
        Sandbox(18, apps=[*DEFAULT_APPS, App.HELPDESK])


def test_custom_fields_can_be_given(sandbox: Sandbox) -> None:
    fields = {"stock.picking": {"x_carrier_status": {"type": "char"}}}
    row = {"id": 5, "name": "WH/OUT/5", "picking_type_id": 2, "x_carrier_status": "in transit"}
    custom = Sandbox(sandbox.version, rows={"stock.picking": [row]}, fields=fields)
    assert custom.env()["stock.picking"].search([("x_carrier_status", "!=", False)]).ids == [5]


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        ({"sale.order": [{"id": 1, "partner": 2}]}, "no such field: partner"),
        ({"sale.orders": [{"id": 1}]}, "no model sale.orders"),
        ({"sale.order": [{"id": 1, "partner_id": 999}]}, "no res.partner 999"),
        ({"sale.order": [{"id": 1, "order_line": [1]}]}, "order_line is computed"),
        ({"sale.order": [{"id": 1, "state": "sold"}]}, "Wrong value"),
    ],
)
def test_rows_that_do_not_fit_are_named(rows: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Sandbox(18, rows=rows)
