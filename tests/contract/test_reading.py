"""Sign-in and reads: both transports, both versions, the same answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.contract.arranged import Arranged
from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.transport import Api


def test_the_right_login_tells_who_we_are(target: Target) -> None:
    assert (target.bot.user.id, target.bot.user.login) == (target.bot_id, target.bot_login)
    assert target.bot.user.company in target.bot.user.companies
    assert target.bot.version.major in (17, 18, 19)


def test_a_wrong_key_is_refused(target: Target) -> None:
    with pytest.raises(AccessDenied):
        Odoo.connect(replace(target.bot_server, key="f" * 40)).count("res.partner", [])


def test_an_unknown_login_is_refused(speaking_rpc: Target) -> None:
    with pytest.raises(AccessDenied):
        Odoo.connect(replace(speaking_rpc.bot_server, login="nobody@example.com"))


def test_an_unknown_database_is_an_error_of_ours(speaking_rpc: Target) -> None:
    with pytest.raises((OdooRejected, AccessDenied)):
        Odoo.connect(replace(speaking_rpc.bot_server, database="no_such_database"))


def test_fields_are_told_with_their_types(bot: Odoo) -> None:
    found = bot.fields("sale.order")
    assert found is not None
    assert (found["partner_id"].type, found["partner_id"].relation) == ("many2one", "res.partner")
    assert found["name"].type == "char"
    assert "sale" in found["state"].choices


def test_an_unknown_model_has_no_fields_and_no_records(bot: Odoo) -> None:
    assert bot.fields("no.such.model") is None
    assert bot.search("no.such.model", [], ["name"]) == []


@pytest.fixture
def orders(arranged: Arranged) -> list[RecordRef]:
    """Three of one customer's contact, with references `<token>-1` to `-3`."""
    firm = arranged.partner()
    contact = arranged.make("res.partner", {"name": f"Ulla {arranged.token}", "parent_id": firm})
    return [
        arranged.order(partner_id=contact, client_order_ref=f"{arranged.token}-{place}", lines=[(place, 25.0)])
        for place in (1, 2, 3)
    ]


def places(bot: Odoo, arranged: Arranged, *terms: Any) -> list[str]:
    """Which of the three orders a domain finds."""
    mine = ("client_order_ref", "=like", f"{arranged.token}-%")
    rows = bot.search("sale.order", ["&", mine, *terms], ["client_order_ref"], order="id")
    return [(row.text("client_order_ref") or "")[-1] for row in rows]


def test_domains(bot: Odoo, arranged: Arranged, orders: list[RecordRef]) -> None:
    token, first = arranged.token, orders[0]
    reference = "client_order_ref"
    assert places(bot, arranged, ("id", "in", [orders[0].id, orders[2].id])) == ["1", "3"]
    assert places(bot, arranged, ("id", "not in", [orders[0].id])) == ["2", "3"]
    assert places(bot, arranged, "|", ("id", "=", first.id), (reference, "=", f"{token}-2")) == ["1", "2"]
    assert places(bot, arranged, "!", ("id", "=", first.id)) == ["2", "3"]
    assert places(bot, arranged, "&", "!", ("id", "=", first.id), (reference, "ilike", f"{token.upper()}-2")) == ["2"]
    assert places(bot, arranged, ("order_line.product_uom_qty", ">", 1.5)) == ["2", "3"]
    assert places(bot, arranged, ("partner_id.parent_id.name", "ilike", token)) == ["1", "2", "3"]
    assert places(bot, arranged, ("state", "=", "sale")) == []
    assert places(bot, arranged, ("opportunity_id", "=", False)) == ["1", "2", "3"]


def test_child_of_finds_what_hangs_below(bot: Odoo, arranged: Arranged, orders: list[RecordRef]) -> None:
    contact = arranged.row(orders[0], "partner_id").one("partner_id") or 0
    firm = bot.read("res.partner", [contact], ["parent_id"])[0].one("parent_id")
    assert places(bot, arranged, ("partner_id", "child_of", firm)) == ["1", "2", "3"]
    assert places(bot, arranged, ("partner_id", "child_of", arranged.partner("Other"))) == []


def test_order_and_limit(bot: Odoo, arranged: Arranged, orders: list[RecordRef]) -> None:
    domain = [("id", "in", [ref.id for ref in orders])]
    rows = bot.search("sale.order", domain, [], order="client_order_ref desc, id", limit=2)
    assert [row.id for row in rows] == [orders[2].id, orders[1].id]
    assert bot.count("sale.order", domain) == 3


def test_many2one_is_id_and_name_or_nothing(bot: Odoo, arranged: Arranged, orders: list[RecordRef]) -> None:
    row = bot.read("sale.order", [orders[0].id or 0], ["partner_id", "opportunity_id", "order_line"])[0]
    assert arranged.token in (row.label("partner_id") or "")
    assert row.one("partner_id")
    assert (row.one("opportunity_id"), row.label("opportunity_id")) == (None, None)
    assert row.values["opportunity_id"] is False
    assert len(row.many("order_line")) == 1


def test_numbers_and_texts_come_as_they_were_stored(bot: Odoo, arranged: Arranged) -> None:
    ref = arranged.order(lines=[(3, 19.99)], client_order_ref="  Ä & <b>")
    line = arranged.row(ref, "order_line").many("order_line")[0]
    row = bot.read("sale.order.line", [line], ["price_unit", "product_uom_qty"])[0]
    assert (row.number("price_unit"), row.number("product_uom_qty")) == (Decimal("19.99"), Decimal(3))
    assert "Ä & <b>" in str(bot.read("sale.order", [ref.id or 0], ["client_order_ref"])[0].values["client_order_ref"])


def test_a_missing_id_reads_as_nothing(bot: Odoo, orders: list[RecordRef]) -> None:
    assert bot.read("sale.order", [2**30], ["name"]) == []
    assert bot.call("sale.order", "read", [2**30], {"fields": ["name"]}) == []
    there = bot.read("sale.order", [2**30, orders[0].id or 0], ["name"])
    assert [row.id for row in there] == [orders[0].id]


def test_an_unknown_field_is_refused(bot: Odoo, orders: list[RecordRef]) -> None:
    with pytest.raises(OdooRejected) as caught:
        bot.call("sale.order", "read", [orders[0].id or 0], {"fields": ["no_such_field"]})
    assert caught.value.kind == "ValueError"
    with pytest.raises(OdooRejected):
        bot.count("sale.order", [("no_such_field", "=", 1)])


def test_an_unknown_model_or_method_is_refused(bot: Odoo, orders: list[RecordRef]) -> None:
    with pytest.raises(OdooRejected):
        bot.call("no.such.model", "search_read", named={"domain": []})
    with pytest.raises(OdooRejected):
        bot.call("sale.order", "no_such_method", [orders[0].id or 0])


def test_a_private_method_is_refused(bot: Odoo, orders: list[RecordRef]) -> None:
    with pytest.raises((AccessDenied, OdooRejected)):
        bot.call("sale.order", "_compute_amounts", [orders[0].id or 0])


def test_times_are_naive_utc_whatever_the_context_says(bot: Odoo, arranged: Arranged) -> None:
    ref = arranged.order(commitment_date="2026-11-23 09:30:00")
    for zone in ("UTC", "Europe/Brussels", "America/New_York"):
        row = bot.read("sale.order", [ref.id or 0], ["commitment_date", "write_date"], tz=zone)[0]
        assert row.values["commitment_date"] == "2026-11-23 09:30:00"
        written = row.moment("write_date")
        assert written is not None
        assert abs(written - datetime.now(UTC)) < timedelta(minutes=5)
        assert written.microsecond == 0


def test_archived_records_come_only_when_asked_for(bot: Odoo, arranged: Arranged) -> None:
    partner = arranged.partner(active=False)
    assert bot.search("res.partner", [("id", "=", partner)], ["name"]) == []
    assert bot.search("res.partner", [("id", "=", partner)], ["name"], active_test=False)
    assert bot.read("res.partner", [partner], ["name"])


def test_a_company_dependent_value_is_that_of_the_company_in_the_context(target: Target, arranged: Arranged) -> None:
    ours, theirs, partner = arranged.company(), arranged.other_company(), arranged.partner()
    for company, limit in ((ours, 1000.0), (theirs, 2500.0)):
        context = {"allowed_company_ids": [company]}
        values = {"vals": {"credit_limit": limit}}
        target.admin.call("res.partner", "write", [partner], values, context)
    for company, limit in ((ours, Decimal(1000)), (theirs, Decimal(2500))):
        row = target.admin.read("res.partner", [partner], ["credit_limit"], allowed_company_ids=[company])[0]
        assert row.number("credit_limit") == limit


def test_a_company_that_is_not_ours_is_refused_in_the_context(target: Target, arranged: Arranged) -> None:
    member = target.signed_in(arranged.user(["base.group_user", "sales_team.group_sale_salesman"]))
    with pytest.raises(AccessDenied):
        member.search("sale.order", [], ["name"], limit=1, allowed_company_ids=[arranged.other_company()])


def test_a_language_in_the_context_changes_no_stored_value(bot: Odoo, orders: list[RecordRef]) -> None:
    names = ["name", "state", "client_order_ref", "date_order", "amount_total"]
    plain = bot.read("sale.order", [orders[0].id or 0], names)[0]
    spoken = bot.read("sale.order", [orders[0].id or 0], names, lang=bot.user.language)[0]
    assert spoken.values == plain.values


_SAME = (
    ("sale.order", ["name", "partner_id", "opportunity_id", "date_order", "client_order_ref", "order_line", "state"]),
    ("sale.order.line", ["order_id", "product_id", "product_uom_qty", "price_unit", "name"]),
    ("res.partner", ["name", "email", "parent_id", "is_company", "commercial_partner_id", "active"]),
)


def test_both_transports_answer_the_same(speaking_json2: Target, arranged: Arranged, orders: list[RecordRef]) -> None:
    spoken = speaking_json2
    other = Odoo.connect(replace(spoken.bot_server, api=Api.JSONRPC))
    assert (other.transport.api, spoken.bot.transport.api) == ("jsonrpc", "json2")
    assert other.user == spoken.bot.user
    lines = [number for ref in orders for number in arranged.row(ref, "order_line").many("order_line")]
    partner = arranged.row(orders[0], "partner_id").one("partner_id") or 0
    wanted = dict(zip((model for model, _ in _SAME), ([ref.id or 0 for ref in orders], lines, [partner]), strict=True))
    for model, names in _SAME:
        assert other.fields(model) == spoken.bot.fields(model)
        ours, theirs = (each.read(model, wanted[model], names) for each in (other, spoken.bot))
        assert ours == theirs
        assert len(ours) == len(wanted[model])
    named: dict[str, Any] = {"domain": [("id", "in", wanted["sale.order"])], "fields": ["name"], "limit": 2}
    named |= {"order": "id desc"}
    answers = [each.call("sale.order", "search_read", named=named) for each in (other, spoken.bot)]
    assert answers[0] == answers[1]
