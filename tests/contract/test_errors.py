"""What Odoo refuses comes out as one of our errors, whichever transport carried it."""

from __future__ import annotations

import pytest

from tests.contract.arranged import Arranged
from triage.errors import AccessDenied, OdooRejected, RecordMissing
from triage.odoo.client import Odoo


def test_what_a_user_may_not_do_is_denied(bot: Odoo, arranged: Arranged) -> None:
    ref = arranged.order()
    with pytest.raises(AccessDenied) as caught:
        bot.call("sale.order", "write", [ref.id or 0], {"vals": {"client_order_ref": "mine"}})
    assert "sale.order" in str(caught.value)
    assert arranged.row(ref, "client_order_ref").text("client_order_ref") is None


def test_what_a_user_may_not_read_is_denied(bot: Odoo) -> None:
    with pytest.raises(AccessDenied):
        bot.search("ir.config_parameter", [], ["key"])
    with pytest.raises(AccessDenied):
        bot.search("mail.mail", [], ["id"])


def test_writing_to_what_is_gone_says_so(admin: Odoo) -> None:
    with pytest.raises(RecordMissing):
        admin.call("sale.order", "write", [2**30], {"vals": {"client_order_ref": "x"}})


def test_a_constraint_of_the_database_is_named(admin: Odoo, arranged: Arranged) -> None:
    row = {"module": "__test__", "name": f"twice_{arranged.token}", "model": "res.partner", "res_id": 1}
    arranged.make("ir.model.data", row)
    with pytest.raises(OdooRejected) as caught:
        arranged.make("ir.model.data", row)
    assert caught.value.kind in ("ValidationError", "UniqueViolation", "IntegrityError")


def test_a_missing_required_value_is_refused(admin: Odoo) -> None:
    with pytest.raises(OdooRejected) as caught:
        admin.call("crm.lead", "create", named={"vals_list": [{"type": "opportunity", "name": False}]})
    assert caught.value.kind == "ValidationError"


def test_an_unknown_choice_is_refused(admin: Odoo, arranged: Arranged) -> None:
    ref = arranged.order()
    with pytest.raises(OdooRejected) as caught:
        admin.call("sale.order", "write", [ref.id or 0], {"vals": {"picking_policy": "never"}})
    assert caught.value.kind == "ValueError"


def test_a_link_to_nothing_is_refused(admin: Odoo, arranged: Arranged) -> None:
    ref = arranged.lead()
    with pytest.raises((OdooRejected, RecordMissing)):
        admin.call("crm.lead", "write", [ref.id or 0], {"vals": {"stage_id": 2**30}})


def test_a_missing_argument_is_refused(admin: Odoo) -> None:
    with pytest.raises(OdooRejected):
        admin.call("sale.order", "search_count", named={"no_such_argument": 1})


def test_messages_hold_no_paths_of_the_server(bot: Odoo) -> None:
    with pytest.raises(OdooRejected) as caught:
        bot.call("sale.order", "no_such_method", [1])
    assert "Traceback" not in str(caught.value)
    assert ".py" not in str(caught.value)
