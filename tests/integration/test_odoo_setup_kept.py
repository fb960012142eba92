"""What set-up keeps: what people asked for, what was chosen and switched off, and where a broken-off run was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.integration.setup_home import KEY, NOW, Home, granted_box, session
from tests.odoo_setup import ASKED, HOOK, Counting, Killed, Setting, differences, state
from triage.cli import setting_up
from triage.cli.connected import connection_of, using
from triage.cli.taking_away import run_remove
from triage.cli.wiring import open_store
from triage.errors import AccessDenied, UsageError
from triage.jobs.inbox import Inbox
from triage.jobs.looks import Place
from triage.jobs.requests import Requests
from triage.odoo.card_rows import MODEL as CARDS
from triage.odoo.heartbeat import MODEL as HEARTBEAT
from triage.odoo.requests import MODEL as REQUESTS
from triage.odoo.sandbox import Sandbox
from triage.odoo.setup.features import FEATURES
from triage.odoo.setup.manifest import KEY as PARAMETER
from triage.odoo.setup.manifest import read_manifest
from triage.odoo.setup.parts import Part
from triage.odoo.setup.plan import Do
from triage.odoo.setup.present import read_present
from triage.settings import Settings

SELLER = "sales_team.group_sale_salesman_all_leads"


@pytest.fixture(scope="module")
def granted() -> Iterator[tuple[Sandbox, Any]]:
    with granted_box(19) as made:
        yield made, made.snapshot()


@pytest.fixture
def box(granted: tuple[Sandbox, Any]) -> Sandbox:
    made, snapshot = granted
    made.restore(snapshot)
    made.mails.clear()
    return made


@pytest.fixture
def setting(box: Sandbox) -> Setting:
    return Setting(lambda: session(box, box.admin))


@pytest.fixture
def home(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("triage.cli.taking_away.now", lambda: NOW)
    return Home(box, tmp_path, monkeypatch)


def _steps(setting: Setting, wanted: list[str], *kinds: Do) -> set[str]:
    return {step.name for step in setting.plan(wanted).of(*kinds)}


@contextmanager
def _dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each command of an administrator dies at its second write, after it was done."""

    @contextmanager
    def short(*given: Any) -> Iterator[Any]:
        with using(*given) as at:
            at.odoo.transport = Counting(at.odoo.transport, 2, is_answer_lost=True)
            yield at

    with monkeypatch.context() as patched:
        patched.setattr(setting_up, "using", short)
        yield


@pytest.mark.parametrize("only", [(), ("cards",)], ids=["all of it", "one feature"])
def test_taking_away_that_was_broken_off_goes_on_from_the_command_line(
    box: Sandbox, setting: Setting, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, only: tuple[str, ...]
) -> None:
    before = state(setting.connect())
    setting.setup(["cards", "asking"])
    box.edit(lambda env: env[CARDS].create({"x_number": 7, "x_state": "accepted"}))
    deaths = 0
    written: list[Path] = []
    while True:
        try:
            with _dying(monkeypatch):
                run_remove("admin", only, tmp_path / f"{deaths}.jsonl", False, False, True, tmp_path)
            break
        except Killed:
            deaths += 1
            written += tmp_path.glob(f"{deaths - 1}.jsonl")
            home.triage("setup", "--plan", "--admin", "admin")
            assert deaths < 60
    assert deaths > 3
    assert [json.loads(line)["x_number"] for line in written[0].read_text().splitlines()] == [7]
    assert read_manifest(setting.connect()).features == (("asking",) if only else ())
    setting.remove()
    assert differences(before, state(setting.connect())) == []


def test_rows_that_nobody_here_may_read_are_not_taken_for_none(box: Sandbox, setting: Setting, home: Home) -> None:
    """A right that somebody took away in Odoo is no removal that was broken off."""
    setting.setup(["asking"])
    box.edit(lambda env: env[REQUESTS].create({"x_model": "sale.order", "x_res_id": 1}))
    number = read_present(setting.connect()).id_of("request_by_administrators")
    box.edit(lambda env: env["ir.model.access"].browse(number).unlink())
    assert "though others may" in home.triage("remove", "--admin", "admin", "--yes", status=1)
    dropped = {step.name: step for step in setting.plan([]).steps}
    assert (dropped["request_model"].do, dropped["ask_sale_order"].do) == (Do.REFUSE, Do.DELETE)
    assert "though others may" in dropped["request_model"].why
    home.triage("setup", "--admin", "admin")
    home.triage("remove", "--admin", "admin", "--yes")


@pytest.mark.parametrize("feature", ["heartbeat", "overdue"])
def test_an_alarm_makes_nobody_a_follower_and_mails_nobody_but_a_watcher(
    box: Sandbox, setting: Setting, feature: str
) -> None:
    leader = box.add_user("femke")
    setting.asked = replace(ASKED, watchers=("femke",))
    setting.setup([feature])

    def arrange(env: Any) -> None:
        env["crm.team"].browse(1).write({"user_id": leader.id})
        env["sale.order"].browse(1).write({"team_id": 1})
        about = env["ir.model"].search([("model", "=", "sale.order")]).id
        late = {"res_model_id": about, "res_id": 1, "user_id": False, "summary": "S42", "date_deadline": "2026-11-20"}
        marker = {"module": "__triage__", "name": "card-1", "model": "mail.activity"}
        env["ir.model.data"].create({**marker, "res_id": env["mail.activity"].create(late).id})
        if feature == "heartbeat":
            silent = {"x_seen": "none yet", "x_seen_at": "2026-01-01 00:00:00"}
            env[HEARTBEAT].search([]).write(silent)

    box.edit(arrange)
    box.mails.clear()
    before = {model: box.rows(model) for model in ("mail.followers", "mail.message")}
    admin = setting.connect()
    admin.call("ir.cron", "method_direct_trigger", [read_present(admin).id_of(feature) or 0])
    assert [row["user_id"] for row in box.rows("mail.activity")][1:] == [leader.id]
    assert box.rows("mail.followers") == before["mail.followers"]
    assert [each.to for each in box.mails] == ([("femke@example.com",)] if feature == "heartbeat" else [])
    told = box.rows("mail.message")[len(before["mail.message"]) :]
    assert [row["message_type"] for row in told] == ["user_notification"] * len(box.mails)
    setting.remove()
    assert box.rows("mail.followers") == before["mail.followers"]
    assert len(box.mails) == (feature == "heartbeat")
    assert len(box.rows("mail.activity")) == 1


def test_who_followed_before_the_alarm_still_does(box: Sandbox, setting: Setting) -> None:
    setting.setup(["heartbeat"])
    partner = box.env()["res.users"].browse(2).partner_id.id
    box.edit(lambda env: env["res.partner"].browse(partner).message_subscribe([partner]))
    box.edit(lambda env: env[HEARTBEAT].search([]).write({"x_seen": "none yet", "x_seen_at": "2026-01-01 00:00:00"}))
    before = box.rows("mail.followers")
    admin = setting.connect()
    admin.call("ir.cron", "method_direct_trigger", [read_present(admin).id_of("heartbeat") or 0])
    assert len(box.rows("mail.activity")) == 1
    assert box.rows("mail.followers") == before != []


def test_what_the_clock_runs_is_run_by_nobody_else(box: Sandbox, setting: Setting) -> None:
    """Without a group Odoo would run it for whoever may write contacts."""
    setting.setup(["overdue"])
    number = read_present(setting.connect()).id_of("overdue_code") or 0
    clerk = box.add_user("clerk", groups=["base.group_user", "base.group_partner_manager"])
    with closing(session(box, clerk)) as odoo, pytest.raises(AccessDenied):
        odoo.call("ir.actions.server", "run", [number])


def test_a_field_that_an_earlier_version_did_not_know_is_filled_in(box: Sandbox, setting: Setting) -> None:
    groups = {"group_ids", "groups_id"}

    def without(place: Any) -> list[Part]:
        parts = FEATURES["overdue"].parts(place)
        return [replace(each, values={k: v for k, v in each.values.items() if k not in groups}) for each in parts]

    older = Setting(setting.connect, features={"overdue": replace(FEATURES["overdue"], parts=without)})
    older.setup(["overdue"])
    assert _steps(setting, ["overdue"], Do.UPDATE) == {"overdue_code"}
    number = read_present(setting.connect()).id_of("overdue_code")
    somebodys = box.env()["ir.model.data"].search([("module", "=", "base"), ("name", "=", "group_user")]).res_id
    box.edit(lambda env: env["ir.actions.server"].browse(number).write({"group_ids": [(6, 0, [somebodys])]}))
    assert _steps(setting, ["overdue"], Do.REFUSE) == {"overdue_code"}


def test_what_waits_for_the_service_stops_a_removal_and_is_written_down(
    box: Sandbox, setting: Setting, home: Home, tmp_path: Path
) -> None:
    setting.setup(["cards", "asking"])

    def press(env: Any) -> None:
        common = {"x_record_model": "sale.order", "x_record_id": 1}
        env[CARDS].create({"x_number": 1, "x_state": "open", **common})
        env[CARDS].create(
            {"x_number": 2, "x_state": "open", "x_request": "edit", "x_new_team": "Returns", "x_new_comment": "crushed"}
        )
        env[CARDS].create({"x_number": 3, "x_state": "awaiting_second", **common})
        env[CARDS].create({"x_number": 4, "x_state": "accepted", **common})
        env[REQUESTS].create({"x_model": "sale.order", "x_res_id": 1})

    box.edit(press)
    said = home.triage("remove", "--admin", "admin", status=2)
    assert "1 pressed buttons of cards and 1 requests for triage wait" in " ".join(said.split())
    assert len(box.rows(CARDS)) == 4
    file = tmp_path / "out.jsonl"
    home.triage("remove", "--admin", "admin", "--yes", "--export", str(file))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    told = {line["x_number"]: line for line in lines if line["model"] == CARDS}
    assert set(told) == {2, 3, 4}
    pressed = ("edit", "Returns", "crushed")
    assert tuple(told[2][name] for name in ("x_request", "x_new_team", "x_new_comment")) == pressed
    assert [(line["x_model"], line["x_res_id"]) for line in lines if line["model"] == REQUESTS] == [("sale.order", 1)]


def test_a_request_that_was_taken_in_stops_nobody(box: Sandbox, setting: Setting, home: Home, tmp_path: Path) -> None:
    setting.setup(["asking"])
    box.edit(lambda env: env[REQUESTS].create({"x_model": "sale.order", "x_res_id": 1}))
    settings = Settings.of(tmp_path)
    words = ("remove", "--admin", "admin")
    with open_store(settings, create=True) as store:
        assert "1 requests for triage wait" in " ".join(home.triage(*words, status=2).split())
        with using(connection_of(settings), environment={"TRIAGE_ODOO_KEY": KEY}) as at:
            place = Place(at.odoo, at.place, at.company(), at.capture.company, at.connection.sweep)
            assert Requests(place, Inbox(store.journal, lambda: NOW), lambda: NOW).once() == 1
    assert "say --yes where nobody can be asked" in " ".join(home.triage(*words, status=2).split())


def test_a_lost_parameter_makes_nothing_go(box: Sandbox, setting: Setting, home: Home) -> None:
    before = state(setting.connect())
    home.triage("setup", "--admin", "admin", "--feature", "asking", "--rule", "credit")

    def lose() -> None:
        box.edit(lambda env: env["ir.config_parameter"].search([("key", "=", PARAMETER)]).unlink())

    lose()
    told = home.triage("setup", "--plan", "--admin", "admin")
    assert "delete" not in told and "create" not in told
    home.triage("setup", "--admin", "admin", "--feature", "heartbeat")
    assert set(read_manifest(setting.connect()).features) == {"asking", "heartbeat", "rule:credit"}
    lose()
    home.triage("remove", "--admin", "admin", "--feature", "heartbeat", "--yes")
    assert set(read_manifest(setting.connect()).features) == {"asking", "rule:credit"}
    assert {"request_model", "rule_credit"} <= set(read_present(setting.connect()).parts)
    home.triage("remove", "--admin", "admin", "--yes")
    assert differences(before, state(setting.connect())) == []


def test_removing_one_feature_forgets_nothing_that_stays(box: Sandbox, setting: Setting) -> None:
    """Even where nothing says what the other parts belong to."""
    setting.setup(["asking", "heartbeat"])
    box.edit(lambda env: env["ir.config_parameter"].search([("key", "=", PARAMETER)]).unlink())
    Setting(setting.connect, features={"heartbeat": FEATURES["heartbeat"]}).remove(["heartbeat"])
    assert {"request_model"} <= set(read_present(setting.connect()).parts)
    assert setting.known(setting.connect())[1].features == ("asking",)


def _no_hook() -> str:
    raise UsageError("no source")


def test_a_hook_that_was_not_configured_once_leaves_no_strangers(setting: Setting) -> None:
    setting.setup(["asking", "cards"])
    setting.asked = replace(ASKED, hook=_no_hook)
    setting.setup(["asking", "cards"])
    setting.asked = replace(ASKED, hook=lambda: f"{HOOK}-another")
    assert _steps(setting, ["asking", "cards"], Do.UPDATE, Do.REFUSE) == {"ask_rule_call", "cards_hint_call"}
    assert not setting.plan(["asking", "cards"]).of(Do.REFUSE)


def test_what_only_our_configuration_lacks_is_not_taken_away(setting: Setting) -> None:
    wanted = ["sign-in", "rule:credit"]
    setting.setup(wanted)
    stood = set(read_present(setting.connect()).parts)
    setting.asked = replace(ASKED, address=None, hook=_no_hook)
    assert not setting.plan(wanted).writes
    setting.setup(wanted)
    assert set(read_present(setting.connect()).parts) == stood
    setting.asked = replace(ASKED, address="https://triage.example.org", hook=lambda: f"{HOOK}-another")
    assert not setting.plan(wanted).of(Do.REFUSE)
    assert {"sign_in_action", "rule_credit_call"} <= _steps(setting, wanted, Do.UPDATE)


@pytest.mark.parametrize("is_answer_lost", [False, True], ids=["before the call", "after the call"])
def test_what_a_broken_off_run_wrote_is_ours(setting: Setting, is_answer_lost: bool) -> None:
    """Each run comes a few writes far, and knows another secret and other code than the one before it."""
    wanted, deaths = ["asking", "heartbeat"], 0
    while True:
        setting.asked = replace(ASKED, hook=partial(str, f"{HOOK}-{deaths}"), silent_minutes=30 + deaths)
        assert not setting.plan(wanted).of(Do.REFUSE), deaths
        try:
            setting.setup(wanted, odoo=setting.session(die_at=3 + deaths // 4, is_answer_lost=is_answer_lost))
        except Killed:
            deaths += 1
            assert deaths < 60
            continue
        break
    assert deaths > 6
    assert setting.setup(wanted).total() == 0
    assert read_manifest(setting.connect()).coming == {}


def test_no_code_is_remembered_until_it_is_taken_back(setting: Setting, home: Home) -> None:
    some = ("--admin", "admin", "--feature", "cards", "--feature", "asking")
    home.triage("setup", "--no-code", *some)
    assert "Nothing to do." in home.triage("setup", "--admin", "admin")
    home.triage("status", "--admin", "admin")
    assert read_manifest(setting.connect()).no_code
    assert "create     ask_sale_order" in home.triage("setup", "--plan", "--code", "--admin", "admin")
    home.triage("setup", "--code", "--admin", "admin")
    assert "ask_sale_order" in read_present(setting.connect()).parts
    assert "Nothing to do." in home.triage("setup", "--admin", "admin")
    assert not read_manifest(setting.connect()).no_code


def test_without_code_nothing_is_left_of_a_feature_that_is_called_like_its_part(setting: Setting) -> None:
    before = state(setting.connect())
    setting.setup(["heartbeat", "overdue"])
    setting.asked = replace(ASKED, no_code=True)
    setting.setup(["heartbeat", "overdue"])
    assert read_present(setting.connect()).parts == {}
    setting.remove()
    assert differences(before, state(setting.connect())) == []


def test_rows_of_links_go_with_what_tells_them(box: Sandbox, setting: Setting) -> None:
    coded = setting.asked
    setting.asked = replace(ASKED, no_code=True)
    setting.setup(["cards"])
    box.edit(lambda env: env[CARDS].create([{"x_marker": f"card-{n}", "x_state": "open"} for n in range(3)]))
    box.edit(lambda env: env[CARDS].create({"x_state": "open", "x_number": 9}))
    setting.asked = coded
    setting.setup(["cards"])
    assert [row["x_number"] for row in box.rows(CARDS)] == [9]
    assert setting.setup(["cards"]).total() == 0


def test_another_administrator_finds_it_as_it_should_be(box: Sandbox, setting: Setting) -> None:
    wanted = ["heartbeat", "overdue"]
    setting.setup(wanted)
    groups = ["base.group_system", "base.group_partner_manager"]
    second = box.add_user("second", groups=["base.group_user", *groups])
    other = Setting(lambda: session(box, second))
    assert other.setup(wanted).total() == 0
    setting.asked = other.asked = replace(ASKED, watchers=("second",))
    assert _steps(other, wanted, Do.UPDATE) == {"heartbeat_code", "overdue_code"}


def test_a_rule_that_was_switched_off_stays_off_over_an_upgrade(box: Sandbox, setting: Setting, home: Home) -> None:
    words = ("setup", "--admin", "admin")
    home.triage(*words, "--rule", "credit", "--rule", "price")

    def rules() -> dict[str, bool]:
        names = {"Order triage: credit": "credit", "Order triage: price and discount": "price"}
        return {names[row["name"]]: row["active"] for row in box.rows("base.automation") if row["name"] in names}

    def switch(on: bool) -> None:
        number = read_present(setting.connect()).id_of("rule_credit")
        box.edit(lambda env: env["base.automation"].browse(number).write({"active": on}))

    switch(False)
    home.triage(*words, "--before-upgrade")
    home.triage(*words, "--before-upgrade")
    assert rules() == {}
    home.triage(*words)
    assert rules() == {"credit": False, "price": True}
    assert read_manifest(setting.connect()).off == ()
    switch(True)
    home.triage(*words, "--before-upgrade")
    home.triage(*words)
    assert rules() == {"credit": True, "price": True}


def test_names_of_somebody_elses_models_stay(box: Sandbox, setting: Setting) -> None:
    setting.setup(["heartbeat"])
    theirs = "model_inherit__x_triage_board__mail_thread"
    gone = "model_inherit__x_triage_gone__mail_thread"

    def arrange(env: Any) -> None:
        env["ir.model"].create({"name": "Somebody's", "model": "x_triage_board"})
        for number, name in enumerate((theirs, gone)):
            env["ir.model.data"].create(
                {"module": "x", "name": name, "model": "ir.model.inherit", "res_id": number + 1}
            )

    box.edit(arrange)
    setting.remove()
    assert [row["name"] for row in box.rows("ir.model.data") if row["model"] == "ir.model.inherit"] == [theirs]


def test_the_plan_says_what_the_source_must_list(box: Sandbox, home: Home) -> None:
    words = ("setup", "--plan", "--admin", "admin")
    told = home.triage(*words, "--feature", "cards", "--feature", "asking")
    assert f"stock.picking, purchase.order, helpdesk.ticket, crm.lead, {CARDS}, too." in told
    assert "let the source" not in home.triage(*words, "--feature", "heartbeat")
