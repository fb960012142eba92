"""What differs between 18 and 19, as far as our code leans on it: by field, never by number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.contract.arranged import Arranged
from tests.contract.targets import Target
from triage.errors import AccessDenied, OdooRejected, RecordMissing, UsageError
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate
from triage.odoo.grant import make_key
from triage.odoo.transport import Api

RENAMED = [
    ("res.users", "groups_id", "group_ids"),
    ("ir.actions.server", "groups_id", "group_ids"),
    ("sale.order.line", "product_uom", "product_uom_id"),
    ("purchase.order.line", "product_uom", "product_uom_id"),
    ("purchase.order", "notes", "note"),
]
GONE = [("stock.move", "name"), ("stock.picking", "group_id"), ("res.partner", "mobile"), ("crm.lead", "mobile")]


@pytest.mark.parametrize(("model", "old", "new"), RENAMED, ids=[f"{model}.{new}" for model, _, new in RENAMED])
def test_a_renamed_field_has_one_of_its_names(target: Target, model: str, old: str, new: str) -> None:
    found = target.admin.fields(model)
    assert found is not None
    assert (old in found, new in found) == ((False, True) if target.major >= 19 else (True, False))


@pytest.mark.parametrize(("model", "name"), GONE, ids=[f"{model}.{name}" for model, name in GONE])
def test_a_field_that_19_lacks_is_left_out_of_a_read(target: Target, arranged: Arranged, model: str, name: str) -> None:
    assert target.admin.has(model, name) == (target.major < 19)
    assert name not in _values(target.admin, model, name) or target.major < 19


def _values(odoo: Odoo, model: str, name: str) -> set[str]:
    return {each for row in odoo.search(model, [], [name, "display_name"], limit=1) for each in row.values}


def test_auto_takes_json2_only_where_there_is_one_and_no_login(target: Target) -> None:
    asked = replace(target.bot_server, api=Api.AUTO, login="")
    if target.major >= 19:
        assert Odoo.connect(asked).transport.api == "json2"
    else:
        with pytest.raises(AccessDenied):
            Odoo.connect(asked)
    assert Odoo.connect(replace(target.bot_server, api=Api.AUTO)).transport.api == "jsonrpc"


def test_json2_is_refused_where_it_is_not_there(target: Target) -> None:
    asked = replace(target.bot_server, api=Api.JSON2)
    if target.major >= 19:
        assert Odoo.connect(asked).user.id == target.bot_id
    else:
        with pytest.raises(Exception, match=r"JSON-2|page instead of data"):
            Odoo.connect(asked)


def test_a_posted_message_is_known_by_its_id(target: Target, arranged: Arranged) -> None:
    """An integer on 18, a list of one on 19: the gate tells the id itself."""
    ref = arranged.order()
    post = {"body": "x", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    answer = target.admin.call("sale.order", "message_post", [ref.id or 0], post)
    assert isinstance(answer, list) == (target.major >= 19)


def test_a_body_without_the_flag_is_escaped(target: Target, arranged: Arranged) -> None:
    ref = arranged.order()
    post = {"body": "<b>x</b>", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    answer = target.admin.call("sale.order", "message_post", [ref.id or 0], post)
    number = answer[0] if isinstance(answer, list) else answer
    assert "&lt;b&gt;" in (target.admin.read("mail.message", [number], ["body"])[0].text("body") or "")


def test_an_activity_may_stand_without_us_knowing_its_model_by_name(target: Target, arranged: Arranged) -> None:
    with pytest.raises((OdooRejected, RecordMissing)):
        arranged.make("mail.activity", {"summary": "x", "date_deadline": "2031-01-01", "user_id": False})


# Keys


def test_a_key_signs_its_user_in_over_every_api(target: Target, arranged: Arranged) -> None:
    user = arranged.user(["base.group_user"])
    key = make_key(target.admin, user, 5)
    login = target.admin.read("res.users", [user], ["login"])[0].text("login") or ""
    apis = [Api.JSONRPC, Api.JSON2] if target.major >= 19 else [Api.JSONRPC]
    for api in apis:
        assert Odoo.connect(replace(target.reach(login, key), api=api)).user.id == user
    assert Gate.find(Odoo.connect(target.reach(login, key))) is None


def test_a_key_leaves_no_action_behind(target: Target, arranged: Arranged) -> None:
    before = target.admin.count("ir.actions.server", [])
    make_key(target.admin, arranged.user(["base.group_user"]), 1)
    assert target.admin.count("ir.actions.server", []) == before


def test_a_key_is_made_for_somebody_by_an_administrator(target: Target) -> None:
    with pytest.raises(RecordMissing):
        make_key(target.admin, 2**30, 1)
    with pytest.raises(UsageError):
        make_key(target.admin, target.bot_id, 0)
    with pytest.raises(AccessDenied):
        make_key(target.bot, target.bot_id, 1)
