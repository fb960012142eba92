"""Set-up on the look-alike of Odoo 18 and 19: rules that call, requests, upgrades, degrading, the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.integration.setup_home import KEY, NOW, Home, granted_box, session
from tests.odoo_setup import ASKED, Setting, differences, listening, state
from tests.unit.opened_store import Opened
from tests.unit.service_client import HOOK_SECRET, service
from triage.cli import taking_away
from triage.cli.connected import using
from triage.cli.setup_duties import SetupDuties
from triage.domain import Company, Door
from triage.jobs.inbox import Inbox
from triage.jobs.looks import Place
from triage.jobs.requests import Requests
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection, Sweeping
from triage.odoo.grant import grant
from triage.odoo.heartbeat import MODEL as HEARTBEAT
from triage.odoo.requests import MODEL as REQUESTS
from triage.odoo.sandbox import Sandbox
from triage.odoo.setup import applying, manifest
from triage.odoo.setup.features import FEATURES
from triage.odoo.setup.parts import Export, Feature, Part
from triage.odoo.setup.plan import Do
from triage.odoo.setup.present import read_present
from triage.odoo.setup.removing import planned_upgrade
from triage.odoo.setup.shared import CODE, INTERNAL
from triage.odoo.setup.ungrant import ungrant
from triage.odoo.transport import Api, Server
from triage.storage.inbox import WAITING


@pytest.fixture(scope="module", params=[18, 19])
def granted(request: pytest.FixtureRequest) -> Iterator[tuple[Sandbox, Any]]:
    with granted_box(request.param) as made:
        yield made, made.snapshot()


NEWEST = pytest.mark.parametrize("granted", [19], indirect=True)
"""For what does not depend on the version."""


@pytest.fixture
def box(granted: tuple[Sandbox, Any]) -> Sandbox:
    made, snapshot = granted
    made.restore(snapshot)
    made.webhooks.clear()
    made.mails.clear()
    return made


@pytest.fixture
def setting(box: Sandbox) -> Setting:
    return Setting(lambda: session(box, box.admin))


def test_a_rule_calls_for_watched_fields_and_the_service_takes_it(
    box: Sandbox, setting: Setting, tmp_path: Path
) -> None:
    with listening() as (address, heard):
        setting.asked = replace(ASKED, hook=lambda: address)
        setting.setup(["rule:credit"])
        seller = box.add_user("mila", groups=["base.group_user", "sales_team.group_sale_salesman_all_leads"])

        def edit(**values: Any) -> None:
            box.edit(lambda env: env["sale.order"].browse(1).write(values), seller)

        edit(client_order_ref="PO 9")
        assert heard == []
        edit(amount_total=250.0)
        assert [(each["_model"], each["_id"]) for each in heard] == [("sale.order", 1)]
        assert heard[0]["write_date"]
        edit(amount_total=250.0)
        edit(state="cancel", amount_total=9.0)
        assert len(heard) == 1, "neither what stays as it is nor what the rule leaves out calls"
    with service(tmp_path) as web:
        assert web.client.post(f"/hooks/odoo/odoo/{HOOK_SECRET}", json=heard[0]).status_code == 202


def test_a_receiver_that_is_down_loses_the_call_and_not_the_change(box: Sandbox, setting: Setting) -> None:
    setting.setup(["rule:credit"])
    box.edit(lambda env: env["sale.order"].browse(1).write({"amount_total": 300.0}))
    assert [(each.status, each.url.rpartition("/")[2]) for each in box.webhooks] == [(0, "a-secret-of-tests")]
    assert box.rows("sale.order")[0]["amount_total"] == 300.0


def test_eighteen_calls_before_it_commits_and_nineteen_after(box: Sandbox, setting: Setting) -> None:
    setting.setup(["rule:credit"])

    def broken(env: Any) -> None:
        env["sale.order"].browse(1).write({"amount_total": 300.0})
        raise RuntimeError

    with pytest.raises(RuntimeError):
        box.edit(broken)
    assert len(box.webhooks) == (1 if box.version == 18 else 0)


def test_what_was_asked_comes_into_the_inbox_once_by_looking_and_by_the_hint(
    box: Sandbox, setting: Setting, tmp_path: Path
) -> None:
    seller = box.add_user("mila", groups=["base.group_user", "sales_team.group_sale_salesman_all_leads"])
    with listening() as (address, heard):
        setting.asked = replace(ASKED, hook=lambda: address)
        setting.setup(["asking"])
        action = read_present(setting.connect()).id_of("ask_sale_order") or 0
        context = {"active_model": "sale.order", "active_ids": [1], "active_id": 1}
        with closing(session(box, seller)) as odoo:
            odoo.call("ir.actions.server", "run", [action], context=context)
    bot = Odoo.connect(Server(box.url, box.database, "order-triage", KEY, Api.JSONRPC))
    opened = Opened(tmp_path / "store")
    inbox = Inbox(opened.journal, lambda: NOW)
    company = Company(id=2, name="The service user's own", currency="EUR", timezone="UTC")
    looked = Requests(Place(bot, "here", company, lambda _: company, Sweeping()), inbox, lambda: NOW)
    assert (looked.once(), looked.once()) == (1, 0)
    arrival = inbox.load(inbox.page([WAITING], 9)[0])
    theirs = box.env()["sale.order"].browse(1).company_id.name
    assert (arrival.ref.key, arrival.door, arrival.company) == ("sale.order:1", Door.SWEEP, theirs)
    opened.database.close()
    opened.keys.close()
    (tmp_path / "web").mkdir()
    with service(tmp_path / "web") as web:
        assert [each["_model"] for each in heard] == [REQUESTS]
        assert web.client.post(f"/hooks/odoo/odoo/{HOOK_SECRET}", json=heard[0]).status_code == 202
        refused = web.client.post(f"/hooks/odoo/odoo/{HOOK_SECRET}", json=heard[0] | {"x_model": "crm.lead"})
        assert refused.status_code == 422
    setting.remove()
    assert looked.once() is None


@NEWEST
def test_workers_take_in_what_was_asked_and_give_a_sign_of_life(
    box: Sandbox, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.cli.setup_duties.now", lambda: NOW)
    setting.setup(["asking", "heartbeat"])
    box.edit(lambda env: env[REQUESTS].create({"x_model": "sale.order", "x_res_id": 1}))
    connection = Connection(url=box.url, database=box.database, login="order-triage", api=Api.JSONRPC)
    with using(connection, environment={"TRIAGE_ODOO_KEY": KEY}) as at, Opened(tmp_path / "store") as opened:
        inbox = Inbox(opened.journal, lambda: NOW)
        office: Any = SimpleNamespace(has_odoo=lambda: True, odoo=lambda: at)
        tasks = {task.name: task for task in SetupDuties(office, inbox, 30.0).tasks()}
        for _ in range(2):
            assert {task.run() for task in tasks.values()} == {False}
        assert sum(inbox.counts().values()) == 1
        assert str(box.rows(HEARTBEAT)[0]["x_beat"]).startswith("20")
        assert [task.every_seconds() for task in tasks.values()] == [20, 120]
        setting.remove()
        assert {task.run() for task in tasks.values()} == {False}
        assert [task.every_seconds() for task in tasks.values()] == [300, 300]


def _next(features: dict[str, Feature]) -> dict[str, Feature]:
    """What a later version might declare: a part with another name, one that is gone, one with other words."""

    def parts(place: Any) -> list[Part]:
        kept = [each for each in FEATURES["asking"].parts(place) if each.name != "ask_crm_lead"]
        renamed = {"ask_sale_order": "ask_orders"}
        return [
            replace(each, name=renamed[each.name], former=(each.name,)) if each.name in renamed
            else replace(each, values={**each.values, "name": "Have it looked at"}) if each.name == "ask_purchase_order"
            else each
            for each in kept
        ]  # fmt: skip

    return features | {"asking": replace(features["asking"], parts=parts)}


def test_a_later_version_adopts_renames_and_takes_away(
    box: Sandbox, setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting.setup(["asking"])
    before = read_present(setting.connect()).parts
    for module in (manifest, applying):
        monkeypatch.setattr(module, "VERSION", 2)
    later = Setting(setting.connect, features=_next(dict(FEATURES)))

    plan = later.plan(["asking"])
    told = {(step.do, step.name) for step in plan.steps if step.do not in {Do.KEEP, Do.LEAVE}}
    assert told == {
        (Do.RENAME, "ask_orders"),
        (Do.UPDATE, "ask_purchase_order"),
        (Do.DELETE, "ask_crm_lead"),
    }
    later.setup(["asking"])

    after = read_present(setting.connect()).parts
    assert after["ask_orders"].id == before["ask_sale_order"].id
    assert "ask_crm_lead" not in after and "ask_sale_order" not in after
    assert later.setup(["asking"]).total() == 0
    assert manifest.read_manifest(setting.connect()).version == 2
    later.remove()
    assert read_present(setting.connect()).parts == {}


@NEWEST
def test_a_record_of_others_is_refused_and_left_alone(box: Sandbox, setting: Setting) -> None:
    admin = setting.connect()
    admin.call("ir.model", "create", named={"vals_list": [{"name": "Somebody's", "model": REQUESTS}]})
    plan = setting.plan(["asking"])
    refused = [step for step in plan.of(Do.REFUSE) if step.name == "request_model"]
    assert "made by others" in refused[0].why
    left = {step.name for step in plan.of(Do.LEAVE)}
    assert {"request_about", "request_by_service", "ask_rule"} <= left
    setting.setup(["asking"])
    setting.remove()
    rows = admin.search("ir.model", [("model", "=", REQUESTS)], ["name"])
    assert [row.text("name") for row in rows] == ["Somebody's"]


@NEWEST
def test_without_code_it_degrades_and_says_to_what(setting: Setting) -> None:
    setting.asked = replace(ASKED, no_code=True)
    left = {step.name: step.why for step in setting.plan(["asking", "sign-in", "heartbeat", "overdue"]).of(Do.LEAVE)}
    assert set(left) == {"asking", "sign-in", "heartbeat", "overdue"}
    assert all("code" in why and "instead: " in why for why in left.values())
    assert setting.setup(["rule:email"])["load"] == 2, "a webhook is no code"


@NEWEST
def test_before_seventeen_rules_are_refused_and_polling_is_what_there_is(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.odoo_setup import Counting

    monkeypatch.setattr(Counting, "version", property(lambda self: "16.0"))
    steps = setting.plan(["rule:credit", "asking"]).of(Do.LEAVE)
    left = {step.name: step.why for step in steps}
    assert left["rule:credit"] == (
        "needs Odoo 17 or later; this is 16; polling only: the sweep finds the change within a minute"
    )
    assert "ask_rule" in left and "ask_sale_order" not in left


@NEWEST
def test_an_app_that_is_missing_is_said(setting: Setting) -> None:
    left = {step.name: step.why for step in setting.plan(["rule:return", "rule:document"]).steps if step.do is Do.LEAVE}
    assert "rule:return" not in left
    alone = Setting(setting.connect, features={"rule:approval": FEATURES["rule:approval"]})
    assert not alone.plan(["rule:approval"]).of(Do.LEAVE), "the OCA's reviews are there"


def test_overdue_reviews_reach_the_leader_once(box: Sandbox, setting: Setting) -> None:
    setting.setup(["overdue"])
    leader = box.add_user("femke")

    def arrange(env: Any) -> None:
        env["crm.team"].browse(1).write({"user_id": leader.id})
        env["sale.order"].browse(1).write({"team_id": 1})
        about = env["ir.model"].search([("model", "=", "sale.order")]).id
        review = {"res_model_id": about, "res_id": 1, "user_id": 2, "summary": "S00042", "date_deadline": "2026-11-20"}
        late = env["mail.activity"].create(review)
        due = env["mail.activity"].create(review | {"date_deadline": "2199-11-20"})
        for number in (late.id, due.id):
            marker = {"module": "__triage__", "name": f"card-{number}", "model": "mail.activity", "res_id": number}
            env["ir.model.data"].create(marker)

    box.edit(arrange)
    admin = setting.connect()
    cron = read_present(admin).id_of("overdue") or 0
    for _ in range(2):
        admin.call("ir.cron", "method_direct_trigger", [cron])
    told = [row for row in box.rows("mail.activity") if str(row["summary"]).startswith("Review is overdue")]
    assert [(row["user_id"], row["res_id"]) for row in told] == [(leader.id, 1)]
    setting.remove()
    assert len(box.rows("mail.activity")) == 2


@NEWEST
def test_from_the_command_line(box: Sandbox, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(setting.connect())
    home = Home(box, tmp_path, monkeypatch)
    some = ("--feature", "heartbeat", "--feature", "asking", "--rule", "delay")

    told = home.triage("setup", "--plan", "--admin", "admin", *some)
    assert "create     heartbeat_model" in told
    assert "owner      Logistics." in told
    assert "let the source 'odoo' name stock.picking, purchase.order, helpdesk.ticket, crm.lead, too." in told
    assert "hook-secret" not in told
    assert differences(before, state(setting.connect())) == []

    assert "Done." in home.triage("setup", "--admin", "admin", *some)
    assert "Nothing to do." in home.triage("setup", "--admin", "admin")
    rule = box.env()["ir.actions.server"].search([("state", "=", "webhook"), ("model_name", "=", "stock.picking")])
    assert rule.webhook_url == "https://triage.example.com/hooks/odoo/odoo/hook-secret-of-the-file"

    box.edit(lambda env: env["ir.cron"].search([("cron_name", "!=", False)]).write({"active": False}))
    assert "parts are as they should be" in home.triage("status", "--admin", "admin")
    box.edit(
        lambda env: env["ir.actions.server"].search([("name", "=", "Ask for triage")], limit=1).write({"code": "x = 1"})
    )
    assert "changed by hand: code" in home.triage("status", "--admin", "admin", status=1)
    home.triage("setup", "--admin", "admin", "--overwrite")
    assert "rule_delay" in home.triage("setup", "--admin", "admin", "--before-upgrade", "--plan")

    assert "say --yes" in home.triage("remove", "--admin", "admin", status=2)
    home.triage("remove", "--admin", "admin", "--feature", "rule:delay", "--yes")
    assert "rule:delay" in home.triage("status", "--admin", "admin").partition("Not chosen:")[2]
    assert "Removed." in home.triage("remove", "--admin", "admin", "--yes")
    assert differences(before, state(setting.connect())) == []


@NEWEST
def test_a_page_on_ocas_tickets_goes_before_an_upgrade_and_with_its_feature(box: Sandbox, setting: Setting) -> None:
    before = state(setting.connect())
    setting.setup(["cards"])
    away = planned_upgrade(read_present(setting.connect()), FEATURES, 19)
    assert {"cards_page_tickets", "cards_page_orders"} <= {each.name for each in away}
    setting.remove(["cards"])
    assert differences(before, state(setting.connect())) == []


@NEWEST
def test_who_is_no_administrator_is_refused(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(box, tmp_path, monkeypatch)
    somebody = box.add_user("somebody")
    monkeypatch.setenv("TRIAGE_ODOO_ADMIN_KEY", somebody.password)
    assert "is no administrator" in home.triage("setup", "--plan", "--admin", "somebody", status=1)
    assert "--admin" in home.triage("setup", status=2)


def _kept() -> dict[str, Feature]:
    """A feature whose rows people write."""
    from triage.odoo.setup.shared import ADMINISTRATORS, model, model_field, right

    parts = [
        model("kept_model", "x_kept", "Kept", "a test", is_mail_thread=True),
        model_field("kept_name", "kept_model", "x_name", "char", "Name", "a test"),
        right("kept_right", "kept_model", ADMINISTRATORS, "rwcu", "a test"),
        right("kept_read", "kept_model", INTERNAL, "r", "a test"),
    ]
    return {"kept": Feature("kept", "Kept", lambda _: parts, exports=(Export("x_kept", ("x_name",)),), needs=CODE)}


@NEWEST
def test_what_people_wrote_is_exported_before_it_goes(
    box: Sandbox, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(box, tmp_path, monkeypatch)
    monkeypatch.setattr("triage.odoo.setup.features.FEATURES", _kept())
    before = state(setting.connect())
    home.triage("setup", "--admin", "admin", "--feature", "kept")
    box.edit(lambda env: env["x_kept"].create([{"x_name": "Accepted by Mila"}, {"x_name": "Rejected, ünd why"}]))
    box.edit(lambda env: env["x_kept"].browse(1).message_post(body="why"))
    file = tmp_path / "decided.jsonl"
    file.write_text("somebody's")
    assert "Nothing was removed" in home.triage("remove", "--admin", "admin", "--yes", "--export", str(file), status=2)
    assert len(box.rows("x_kept")) == 2
    file.unlink()

    assert "2 rows" in home.triage("remove", "--admin", "admin", "--yes", "--export", str(file))

    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [(line["model"], line["x_name"]) for line in lines] == [
        ("x_kept", "Accepted by Mila"), ("x_kept", "Rejected, ünd why"),
    ]  # fmt: skip
    assert differences(before, state(setting.connect())) == []


@NEWEST
def test_a_model_with_rows_is_nothing_that_a_later_version_drops(box: Sandbox, setting: Setting) -> None:
    before = Setting(setting.connect, features=_kept())
    before.setup(["kept"])
    box.edit(lambda env: env["x_kept"].create({"x_name": "Accepted by Mila"}))
    after = Setting(setting.connect, features={"kept": replace(_kept()["kept"], parts=lambda _: [])})
    assert {step.do for step in after.plan(["kept"]).steps} == {Do.REFUSE}
    assert set(after.setup(["kept"])) <= {"write"}
    assert len(box.rows("x_kept")) == 1
    before.remove()
    assert box.rows("x_kept") == []


@NEWEST
def test_what_a_feature_made_while_it_worked_goes_with_it(box: Sandbox, setting: Setting) -> None:
    setting.setup(["heartbeat", "overdue"])

    def made(env: Any) -> None:
        for name in ("made-alarm-7", "made-overdue-8"):
            model = env["ir.model"].search([("model", "=", "sale.order")]).id
            activity = env["mail.activity"].create({"res_model_id": model, "res_id": 1, "summary": name})
            names = {"module": "__triage_setup__", "name": name, "model": "mail.activity", "res_id": activity.id}
            env["ir.model.data"].create(names)

    box.edit(made)
    setting.remove(["heartbeat"])
    assert [row["summary"] for row in box.rows("mail.activity")] == ["made-overdue-8"]
    setting.remove(["overdue"])
    assert box.rows("mail.activity") == []


@NEWEST
def test_all_that_was_granted_goes_as_well_when_asked(box: Sandbox, setting: Setting) -> None:
    setting.setup(["heartbeat"])
    setting.remove()
    admin = setting.connect()
    list(ungrant(admin))
    assert admin.count("ir.model.data", [["module", "in", ["__triage__", "__triage_setup__"]]]) == 0
    assert admin.count("res.groups", [["name", "=", "Order triage: service"]]) == 0
    user = admin.search("res.users", [("login", "like", "order-triage")], ["active"], active_test=False)
    assert [row.flag("active") for row in user] == [False]
    assert grant(admin, login="order-triage", stage="Suggested by triage").is_new
    list(ungrant(admin))
    assert list(ungrant(admin)) == ["forgot what was known of posted notes"]


@NEWEST
def test_the_gate_stays_where_a_note_could_not_be_taken_back(
    box: Sandbox, setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, admin = Home(box, tmp_path, monkeypatch), setting.connect()
    outcomes = iter((1, 0))
    monkeypatch.setattr(taking_away, "_take_back", lambda _: next(outcomes))
    gate = [["module", "=", "__triage__"], ["name", "=", "gate"]]
    words = ("remove", "--admin", "admin", "--notes", "--all", "--yes")
    assert "The gate stays" in home.triage(*words, status=1)
    assert admin.count("ir.model.data", gate) == 1
    home.triage(*words)
    assert admin.count("ir.model.data", gate) == 0
