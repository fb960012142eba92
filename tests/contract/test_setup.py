"""Set-up inside Odoo: made, found unchanged by a second run, broken off and resumed, changed by hand, taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
import stamina

from tests.contract.arranged import Arranged
from tests.contract.posting import activities, activity, followers, messages
from tests.contract.targets import Target
from tests.odoo_setup import Killed, Setting, differences, listening, state, wait_for
from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.heartbeat import MODEL as HEARTBEAT
from triage.odoo.heartbeat import beat
from triage.odoo.requests import MODEL as REQUESTS
from triage.odoo.setup.features import FEATURES
from triage.odoo.setup.manifest import read_manifest
from triage.odoo.setup.parts import MODULE
from triage.odoo.setup.plan import WRITES, Do
from triage.odoo.setup.present import read_present
from triage.odoo.setup.removing import Remover, planned_upgrade
from triage.odoo.setup.sign_in import MODEL as SIGN_IN

EVERYTHING = list(FEATURES)
SMALL = ["asking", "heartbeat"]
_MAKES_MORE = frozenset({"ir.model.fields"})
"""Of these a real Odoo makes some itself with each model: who wrote a record, and when."""


@pytest.fixture
def setting(speaking_rpc: Target) -> Iterator[Setting]:
    """Nothing is set up before and after."""
    found = Setting(lambda: Odoo(speaking_rpc.admin.transport, speaking_rpc.admin.server))
    found.remove()
    yield found
    found.remove()


def _run(odoo: Odoo, admin: Odoo, name: str, model: str = "", ids: tuple[int, ...] = ()) -> dict[str, Any]:
    """What a server action of ours answers to somebody."""
    number = read_present(admin).id_of(name)
    assert number is not None, f"{name} is not set up"
    context = {"active_model": model, "active_ids": list(ids), "active_id": ids[0]} if ids else {}
    answer: dict[str, Any] = odoo.call("ir.actions.server", "run", [number], context=context)
    return answer


def test_all_of_it_is_made_found_again_and_taken_away(setting: Setting) -> None:
    before = state(setting.connect())
    plan = setting.plan(EVERYTHING)
    assert not plan.of(Do.REFUSE)

    setting.setup(EVERYTHING)

    assert set(read_present(setting.connect()).parts) == {step.name for step in plan.of(Do.CREATE)}
    assert _pending(setting) == []
    assert setting.setup(EVERYTHING).total() == 0

    odoo = setting.session()
    away = planned_upgrade(read_present(odoo), FEATURES, odoo.version.major)
    assert {each.model for each in away} >= {"base.automation", "ir.ui.view"}
    Remover(odoo, read_manifest(odoo)).take_away(away)
    assert {step.name for step in setting.plan(EVERYTHING).of(Do.CREATE)} == {each.name for each in away}
    setting.setup(EVERYTHING)
    assert _pending(setting) == []

    setting.remove()
    assert differences(before, state(setting.connect())) == []


def _pending(setting: Setting) -> list[tuple[Do, str, tuple[str, ...]]]:
    """What another run would do."""
    return [(step.do, step.name, step.changed) for step in setting.plan(EVERYTHING).steps if step.do in WRITES]


def _killed_again_and_again(setting: Setting, wanted: list[str], is_answer_lost: bool) -> None:
    """Each run dies at its second write, so each write is once the last that a run has made."""
    before, planned = state(setting.connect()), setting.plan(wanted).of(Do.CREATE)
    names = {step.name for step in planned}
    deaths = 0
    while True:
        try:
            setting.setup(wanted, odoo=setting.session(die_at=2, is_answer_lost=is_answer_lost))
        except Killed:
            deaths += 1
            continue
        break
    assert deaths > min(len(names), 40) / 4  # parts of a kind are made together: all of them in some thirty calls
    assert set(read_present(setting.connect()).parts) == names
    assert setting.setup(wanted).total() == 0
    odoo, made = setting.connect(), Counter(step.model for step in planned if step.model not in _MAKES_MORE)
    added = Counter(model for model, _ in state(odoo).keys() - before.keys())
    added.update({model: odoo.count(model, []) for model in made if model.startswith("x_")})
    assert {model: added[model] for model in made} == dict(made)
    assert odoo.count("ir.model.data", [("module", "=", MODULE)]) == len(names)
    while True:
        try:
            setting.remove(odoo=setting.session(die_at=2, is_answer_lost=is_answer_lost))
        except Killed:
            continue
        break
    assert differences(before, state(setting.connect())) == []


def test_killed_at_every_write_it_goes_on_and_doubles_nothing(setting: Setting) -> None:
    _killed_again_and_again(setting, ["asking"], is_answer_lost=True)


@pytest.mark.slow
@pytest.mark.parametrize("is_answer_lost", [False, True], ids=["before the call", "after the call"])
def test_killed_at_every_write_of_all_of_it(setting: Setting, is_answer_lost: bool) -> None:
    _killed_again_and_again(setting, EVERYTHING, is_answer_lost)


def test_what_was_changed_by_hand_is_shown_and_left_alone(setting: Setting) -> None:
    setting.setup(SMALL)
    admin = setting.connect()
    number = read_present(admin).id_of("ask_sale_order")
    admin.call("ir.actions.server", "write", [number or 0], {"vals": {"name": "Ask the machine"}})

    refused = setting.plan(SMALL).of(Do.REFUSE)

    assert [(step.name, step.changed) for step in refused] == [("ask_sale_order", ("name",))]
    assert setting.setup(SMALL).total() == 0
    assert admin.read("ir.actions.server", [number or 0], ["name"])[0].text("name") == "Ask the machine"
    assert setting.setup(SMALL, overwrite=True)["write"] == 3, "announced, done, noted as done"
    assert setting.setup(SMALL).total() == 0


def test_who_asks_is_who_odoo_says(speaking_rpc: Target, setting: Setting, arranged: Arranged) -> None:
    """An ordinary user asks about an order; he reads no request, and the service user reads who it was."""
    setting.setup(["asking"])
    user = arranged.user(["base.group_user", "sales_team.group_sale_salesman_all_leads"])
    seller = speaking_rpc.signed_in(user)
    order = arranged.order()

    told = _run(seller, speaking_rpc.admin, "ask_sale_order", "sale.order", (order.id,))

    assert told["tag"] == "display_notification"
    bot = Odoo(speaking_rpc.bot.transport, speaking_rpc.bot.server)
    rows = bot.search(REQUESTS, [], ["x_model", "x_res_id", "create_uid"])
    assert [(row.text("x_model"), row.number("x_res_id"), row.one("create_uid")) for row in rows] == [
        ("sale.order", order.id, user)
    ]
    with pytest.raises(AccessDenied):
        Odoo(seller.transport, seller.server).call(REQUESTS, "search_read", named={"domain": []})
    stranger = speaking_rpc.signed_in(arranged.user(["base.group_user"]))
    with pytest.raises(AccessDenied):
        _run(stranger, speaking_rpc.admin, "ask_sale_order", "sale.order", (order.id,))


def test_signing_in_leaves_a_nonce_of_the_user_that_only_the_service_reads(
    speaking_rpc: Target, setting: Setting, arranged: Arranged
) -> None:
    setting.setup(["sign-in"])
    user = arranged.user(["base.group_user"])
    person = speaking_rpc.signed_in(user)

    told = _run(person, speaking_rpc.admin, "sign_in_action")

    address, _, nonce = told["url"].partition("?nonce=")
    assert (told["type"], address) == ("ir.actions.act_url", "https://triage.example.com/sign-in/odoo")
    assert len(nonce) == 64
    bot = Odoo(speaking_rpc.bot.transport, speaking_rpc.bot.server)
    rows = bot.search(SIGN_IN, [("x_nonce", "=", nonce)], ["create_uid"])
    assert [row.one("create_uid") for row in rows] == [user]
    with pytest.raises(AccessDenied):
        person.call(SIGN_IN, "search_read", named={"domain": []})


def _by_the_clock(setting: Setting, feature: str) -> None:
    """Let Odoo run a schedule of ours now, as the user whose schedule it is; its own run may be under way."""
    admin = setting.connect()
    number = read_present(admin).id_of(feature) or 0
    for attempt in stamina.retry_context(on=OdooRejected, attempts=6, wait_initial=2.0, wait_max=10.0, timeout=None):
        with attempt:
            admin.call("ir.cron", "method_direct_trigger", [number])


def _mails_to(target: Target, user: int) -> list[str]:
    """The kinds of what Odoo told somebody; who is no recipient cannot read the messages themselves."""
    partner = target.admin.read("res.users", [user], ["partner_id"])[0].one("partner_id")
    rows = target.admin.search("mail.notification", [("res_partner_id", "=", partner)], ["notification_type"])
    return [row.text("notification_type") or "" for row in rows]


def test_an_overdue_review_goes_to_the_teams_leader_who_follows_nothing_and_gets_no_mail(
    speaking_rpc: Target, setting: Setting, arranged: Arranged
) -> None:
    """Odoo's own user may run it, though the action is for administrators only."""
    leader = arranged.user(["base.group_user", "sales_team.group_sale_salesman_all_leads"])
    order = arranged.order(team_id=arranged.make("crm.team", {"name": f"Team {arranged.token}", "user_id": leader}))
    speaking_rpc.gate.do([activity(f"card-{arranged.token}", order).model_copy(update={"due": date(2026, 1, 5)})])
    before = (followers(arranged, order), len(messages(arranged, order)), _mails_to(speaking_rpc, leader))
    setting.setup(["overdue"])
    for _ in range(2):
        _by_the_clock(setting, "overdue")
        told = [row.text("summary") for row in activities(arranged, order) if row.one("user_id") == leader]
        assert told == ["Review is overdue: Review"]
    assert (followers(arranged, order), len(messages(arranged, order)), _mails_to(speaking_rpc, leader)) == before
    if speaking_rpc.sandbox is not None or speaking_rpc.catcher is not None:
        assert f"user-{arranged.token}" not in str(speaking_rpc.mails())


def test_an_alarm_of_silence_is_mailed_to_the_watcher_at_once_and_makes_nobody_a_follower(
    speaking_rpc: Target, setting: Setting, arranged: Arranged
) -> None:
    watcher = arranged.user(["base.group_user"])
    row = arranged.admin.read("res.users", [watcher], ["login", "partner_id"])[0]
    login = row.text("login") or ""
    contact = RecordRef(model="res.partner", id=row.one("partner_id"), name=login)
    setting.asked = replace(setting.asked, watchers=(login,))
    before = followers(arranged, contact)
    setting.setup(["heartbeat"])
    admin = setting.connect()
    silent = {"x_seen": "none yet", "x_seen_at": "2026-01-01 00:00:00"}
    admin.call(HEARTBEAT, "write", [admin.search(HEARTBEAT, [], ["id"])[0].id], {"vals": silent})
    _by_the_clock(setting, "heartbeat")
    assert [each.one("user_id") for each in activities(arranged, contact)] == [watcher]
    assert followers(arranged, contact) == before
    assert _mails_to(speaking_rpc, watcher) == ["email"]
    if speaking_rpc.sandbox is not None or speaking_rpc.catcher is not None:
        wait_for(lambda: (login,) in speaking_rpc.mails())
        assert speaking_rpc.mails().count((login,)) == 1
    setting.remove()
    assert (activities(arranged, contact), followers(arranged, contact)) == ([], before)


def test_silence_makes_one_activity_until_the_service_is_back(speaking_rpc: Target, setting: Setting) -> None:
    setting.setup(["heartbeat"])
    admin = setting.connect()
    cron = read_present(admin).id_of("heartbeat") or 0
    bot = Odoo(speaking_rpc.bot.transport, speaking_rpc.bot.server)

    @stamina.retry(on=OdooRejected, attempts=6, wait_initial=2.0, wait_max=10.0, timeout=None)
    def looked() -> int:
        """How many were told, after a look; a server's own look may be under way."""
        admin.call("ir.cron", "method_direct_trigger", [cron])
        return sum(each.is_there for each in read_present(admin).made.values())

    assert beat(bot, "first")
    assert looked() == 0
    row = admin.search(HEARTBEAT, [], ["id"])[0].id
    admin.call(HEARTBEAT, "write", [row], {"vals": {"x_seen_at": "2026-01-01 00:00:00"}})
    assert (looked(), looked()) == (1, 1)
    assert beat(bot, "second")
    assert looked() == 0
    with pytest.raises(AccessDenied):
        bot.call(HEARTBEAT, "unlink", [row])


def test_a_rule_calls_when_a_watched_field_changes_and_loses_no_save_when_nobody_answers(
    speaking_rpc: Target, setting: Setting, arranged: Arranged
) -> None:
    if urlsplit(speaking_rpc.admin.server).hostname not in {"127.0.0.1", "localhost"}:
        pytest.skip("this Odoo cannot reach a listener of the test")
    order, lists = arranged.order(), [arranged.make("product.pricelist", {"name": f"List {n}"}) for n in (1, 2)]
    with listening() as (address, heard):
        setting.asked = replace(setting.asked, hook=lambda: address)
        setting.setup(["rule:price"])
        arranged.write(order, {"client_order_ref": "PO 9"})
        assert heard == []
        arranged.write(order, {"pricelist_id": lists[0]})
        wait_for(lambda: bool(heard))
        assert [(each["_model"], each["_id"]) for each in heard] == [("sale.order", order.id)]
    arranged.write(order, {"pricelist_id": lists[1]})
    assert arranged.row(order, "pricelist_id").one("pricelist_id") == lists[1]
