"""Server actions of the look-alike: the gate's calls, Odoo's limits on their code, races on a marker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import odoorpc
import pytest

from triage.odoo.sandbox import Account, Sandbox
from triage.odoo.sandbox.errors import AccessError, UserError, ValidationError

ROWS: dict[str, list[dict[str, Any]]] = {
    "res.partner": [{"id": 70, "name": "Vercors", "is_company": True, "email": "achats@vercors.example"}],
    "sale.order": [{"id": 42, "name": "S00042", "partner_id": 70, "date_order": "2026-11-16 10:40:00"}],
}
GATE = """
wanted = env.context.get('payload') or {}
order = env['sale.order'].browse(int(wanted['id'])).exists()
if not order:
    raise UserError('no such order')
order.check_access('read')
markers = env['ir.model.data'].sudo()
old = markers.search([('module', '=', 'gate'), ('name', '=', wanted['marker'])], limit=1)
if old:
    note = env['mail.message'].sudo().browse(old.res_id)
    note.write({'body': wanted['body']})
else:
    note = order.sudo().message_post(body=wanted['body'], body_is_html=True, message_type='comment',
                                     subtype_xmlid='mail.mt_note', author_id=user.partner_id.id)
    markers.create({'module': 'gate', 'name': wanted['marker'], 'model': 'mail.message', 'res_id': note.id})
action = {'type': 'ir.actions.act_window_close', 'infos': {'note': note.id, 'updated': bool(old)}}
"""


class Gated:
    """A sandbox with a bot that may read orders and run one action."""

    def __init__(self, version: int) -> None:
        self.sandbox = Sandbox(version, rows=ROWS)
        self.groups = "groups_id" if version == 18 else "group_ids"
        self.group = self.sandbox.edit(self._prepare, user=2)
        self.bot: Account = self.sandbox.add_user("bot", groups=["base.group_user", "Gate"])

    def _prepare(self, env: Any) -> int:
        group = env["res.groups"].create({"name": "Gate"})
        for name in ("sale.order", "res.partner"):
            model = env["ir.model"].search([("model", "=", name)])
            right = {"name": name, "model_id": model.id, "group_id": group.id, "perm_read": True}
            env["ir.model.access"].create(right)
        return int(group.id)

    def action(self, code: str) -> int:
        def work(env: Any) -> int:
            model = env["ir.model"].search([("model", "=", "sale.order")])
            given = {"name": "a", "model_id": model.id, "state": "code", "code": code}
            return int(env["ir.actions.server"].create({**given, self.groups: [(6, 0, [self.group])]}).id)

        return int(self.sandbox.edit(work, user=2))

    def run(self, action: int, user: Any = None, **context: Any) -> Any:
        def work(env: Any) -> Any:
            return env["ir.actions.server"].with_context(**context).browse(action).run()

        return self.sandbox.edit(work, user=self.bot if user is None else user)

    def value(self, expression: str, before: str = "") -> Any:
        return self.run(self.action(f"{before}\naction = {{'value': {expression}}}"))["value"]


@pytest.fixture(params=[18, 19])
def gated(request: pytest.FixtureRequest) -> Iterator[Gated]:
    yield Gated(request.param)


def payload(marker: str = "m", body: str = "<p>one</p>", id_: int = 42) -> dict[str, Any]:
    return {"payload": {"id": id_, "marker": marker, "body": body}}


def test_the_bot_posts_once_and_then_updates(gated: Gated) -> None:
    action = gated.action(GATE)
    first = gated.run(action, **payload())["infos"]
    second = gated.run(action, **payload(body="<p>two<script>x</script></p>"))["infos"]
    assert (first["updated"], second) == (False, {"note": first["note"], "updated": True})
    note = gated.sandbox.env()["mail.message"].browse(first["note"])
    assert (note.body, note.author_id.user_ids.id, note.create_uid.id) == ("<p>two</p>", gated.bot.id, gated.bot.id)
    assert gated.sandbox.mails == []


def test_the_bot_itself_may_only_read(gated: Gated) -> None:
    order = gated.sandbox.env(gated.bot)["sale.order"].browse(42)
    assert order.name == "S00042"
    for forbidden in (lambda: order.write({"origin": "x"}), lambda: order.message_post(body="x"), order.unlink):
        with pytest.raises(AccessError):
            forbidden()


def test_only_the_group_runs_the_action(gated: Gated) -> None:
    with pytest.raises(AccessError, match="enough access rights to run this action"):
        gated.run(gated.action(GATE), user=2, **payload())


def test_an_error_of_the_gate_reaches_the_client_and_leaves_nothing(gated: Gated) -> None:
    with pytest.raises(UserError, match="no such order"):
        gated.run(gated.action(GATE), **payload(id_=999))
    with pytest.raises(ValueError, match=r"KeyError.* while evaluating"):
        gated.run(gated.action(GATE), payload={"id": 42})
    assert not gated.sandbox.env()["mail.message"].search([("model", "=", "sale.order")])


@pytest.mark.parametrize(
    "code",
    ["import os", "user.__class__", "open('/etc/hosts')", "getattr(user, 'id')", "hasattr(user, 'id')", "type(user)",
     "eval('1')", "exec('1')", "user.name = 'x'", "class A: pass", "globals()", "print('x')", "setattr(user, 'a', 1)"],
)  # fmt: skip
def test_what_odoo_forbids_code_is_forbidden(gated: Gated, code: str) -> None:
    with pytest.raises((ValueError, NameError, ValidationError)):
        gated.run(gated.action(code))


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import os", "IMPORT_NAME"),
        ("def f():\n    k = 2\n    return [i * k for i in (1, 2)]", "LOAD_CLOSURE"),
        ("a, *b = [1, 2]", "UNPACK_EX"),
        ("x = {}\ndel x['a']", "DELETE_SUBSCR"),
        ("assert user", "LOAD_ASSERTION_ERROR"),
        ("def (", "SyntaxError : invalid syntax at line 1"),
    ],
)
def test_such_code_is_not_even_stored(gated: Gated, code: str, found: str) -> None:
    with pytest.raises(ValidationError, match=found):
        gated.action(code)


def test_what_odoo_gives_code_is_there(gated: Gated) -> None:
    assert gated.value("[uid == user.id, 'sale.order' in env, 'no.such' in env, model._name, record]") == [
        True, True, False, "sale.order", None,
    ]  # fmt: skip
    order = "order = env['sale.order'].browse(42)"
    assert gated.value("[order.name, order['state'], order.partner_id.name, order.date_order.hour]", order) == [
        "S00042", "draft", "Vercors", 10,
    ]  # fmt: skip
    assert gated.value("[order.has_access('write'), order.sudo().has_access('write')]", order) == [False, True]
    assert gated.value("[env.ref('base.no', raise_if_not_found=False), env.ref('base.user_admin').login]") == [
        None,
        "admin",
    ]
    assert gated.value("order.mapped('partner_id.name') + order.filtered(lambda o: o.state == 'x').ids", order) == [
        "Vercors"
    ]
    assert gated.value("['name' in order._fields, order._fields['partner_id'].comodel_name]", order) == [
        True,
        "res.partner",
    ]
    assert gated.value("[float_compare(1.001, 1.0, precision_digits=2), Command.set([1])]") == [0, (6, 0, [1])]
    assert (
        gated.value("str(datetime.date(2026, 1, 1) + dateutil.relativedelta.relativedelta(months=1))") == "2026-02-01"
    )


def test_what_another_user_may_see_can_be_asked(gated: Gated) -> None:
    clerk = gated.sandbox.add_user("clerk")
    code = f"seen = [env['sale.order'].with_user(u).browse(42).has_access('read') for u in (2, {clerk.id})]"
    assert gated.value("seen", code) == [True, False]


def test_a_lost_race_is_an_error_and_leaves_nothing(gated: Gated) -> None:
    action = gated.action(GATE)

    with gated.sandbox as sandbox:
        sandbox.faults.concurrently("ir.actions.server", "run", lambda: gated.run(action, **payload()))
        client = connect(sandbox, gated.bot)
        with pytest.raises(odoorpc.error.RPCError) as caught:
            client.execute_kw("ir.actions.server", "run", [[action]], {"context": payload()})
        expected = "builtins.ValueError" if sandbox.version == 18 else ValidationError.path
        assert caught.value.info["data"]["name"] == expected
        assert "duplicate key value violates unique constraint" in str(caught.value)
        assert len(sandbox.env()["mail.message"].search([("model", "=", "sale.order")])) == 1
        again = client.execute_kw("ir.actions.server", "run", [[action]], {"context": payload()})
        assert again["infos"]["updated"] is True


def test_clients_at_once_leave_one_note_for_each_marker(gated: Gated) -> None:
    action = gated.action(GATE)

    def work() -> None:
        client = connect(gated.sandbox, gated.bot)
        for number in range(5):
            context = payload(f"race{number}")
            client.execute_kw("ir.actions.server", "run", [[action]], {"context": context})

    with gated.sandbox:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(gated.sandbox.env()["mail.message"].search([("model", "=", "sale.order")])) == 5


def test_a_failed_statement_spoils_the_transaction(gated: Gated) -> None:
    code = """
row = {'module': 'gate', 'name': 'd', 'model': 'res.partner', 'res_id': 70}
env['ir.model.data'].sudo().create(row)
try:
    env['ir.model.data'].sudo().create(row)
except Exception:
    pass
env['sale.order'].search_count([])
"""
    with pytest.raises(Exception, match="current transaction is aborted"):
        gated.run(gated.action(code))


def connect(sandbox: Sandbox, account: Account) -> odoorpc.ODOO:
    client = odoorpc.ODOO("127.0.0.1", port=int(sandbox.url.rsplit(":", 1)[1]), timeout=30)
    client.login(sandbox.database, account.login, account.password)
    return client
