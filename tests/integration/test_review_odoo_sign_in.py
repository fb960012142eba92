"""Coming in from Odoo with a nonce that the person's own session there has written, against the look-alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_urlsafe

import pytest
import yaml
from fastapi.testclient import TestClient
from httpx import Response

from service.review.odoo_sign_in import GOOD_FOR, MODEL, NONCE
from tests.unit.service_client import Service, service
from triage.cli.wiring import now
from triage.domain import Duty
from triage.errors import ConfigurationError
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.grant import grant
from triage.odoo.sandbox import Account, Sandbox
from triage.odoo.transport import Api, Server
from triage.storage.people import People

KEY = "service-user-key"


@pytest.fixture(params=[18, 19])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param, fields={MODEL: {NONCE: {"type": "char"}}}) as made:
        with closing(session(made, made.admin)) as admin:
            grant(admin, login="order-triage", stage="Suggested by triage", password=lambda: KEY)
        yield made


@pytest.fixture
def web(box: Sandbox, tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "key").write_text(KEY)
    told = Connection(
        url=box.url, database=box.database, login="order-triage", api=Api.JSONRPC, key_file=tmp_path / "key"
    )
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told.model_dump(mode="json", exclude_defaults=True)))
    with service(tmp_path, "sign_in: {odoo: true}", {}) as made:
        yield made


@pytest.fixture
def mila(box: Sandbox, web: Service) -> Account:
    account = box.add_user("mila", groups=["base.group_user"])
    people(web).add("Mila Novak", [Duty.REVIEWER], odoo_user=account.id)
    return account


def session(box: Sandbox, account: Account) -> Odoo:
    return Odoo.connect(Server(box.url, box.database, account.login, account.password, Api.JSONRPC))


def people(web: Service) -> People:
    return People(web.app.state.parts.installation.opened().store.database, now)


def browser(web: Service) -> TestClient:
    return TestClient(web.app, raise_server_exceptions=False, follow_redirects=False)


def come_in(client: TestClient, nonce: str, back: str = "") -> Response:
    """Open the address that Odoo opens, and press its button."""
    asked = client.get("/sign-in/odoo", params={"nonce": nonce, "next": back})
    if asked.status_code != 200:
        return asked
    return client.post("/sign-in/odoo", data=dict(re.findall(r'name="(nonce|next)" value="([^"]*)"', asked.text)))


def written(box: Sandbox, account: Account, nonce: str = "") -> str:
    """What the action does in the person's own session."""
    nonce = nonce or token_urlsafe(32)
    with closing(session(box, account)) as odoo:
        odoo.call(MODEL, "create", named={"vals_list": [{NONCE: nonce}]})
    return nonce


def test_whoever_wrote_the_nonce_comes_in_once(box: Sandbox, web: Service, mila: Account) -> None:
    nonce = written(box, mila)
    client = browser(web)
    answer = come_in(client, nonce, "/cards/7")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards/7")
    found = people(web).session(client.cookies["triage"])
    assert found is not None
    assert (found.person.name, found.how) == ("Mila Novak", "odoo")
    again = come_in(browser(web), nonce)
    assert again.status_code == 403
    assert "good once" in again.text


def test_the_address_alone_signs_nobody_in(box: Sandbox, web: Service, mila: Account) -> None:
    """Who opens the address that a colleague sent sees whose it is; only a press there signs anybody in."""
    nonce = written(box, mila)
    colleague = browser(web)
    asked = colleague.get("/sign-in/odoo", params={"nonce": nonce})
    assert asked.status_code == 200
    assert "You come from Odoo as Mila Novak." in asked.text
    assert "autofocus" not in asked.text  # a stray Enter is no press
    assert "triage" not in colleague.cookies
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert colleague.post("/sign-in/odoo", data={"nonce": nonce}, headers=elsewhere).status_code == 403
    assert "triage" not in colleague.cookies
    assert come_in(browser(web), nonce).status_code == 303  # it is still good for her


def test_two_presses_on_one_address_are_one_session(box: Sandbox, web: Service, mila: Account) -> None:
    nonce = written(box, mila)
    first, second = browser(web), browser(web)
    assert first.get("/sign-in/odoo", params={"nonce": nonce}).status_code == 200
    assert second.get("/sign-in/odoo", params={"nonce": nonce}).status_code == 200
    answers = [client.post("/sign-in/odoo", data={"nonce": nonce}).status_code for client in (first, second)]
    assert answers == [303, 403]


def test_who_is_in_already_goes_straight_on(box: Sandbox, web: Service, mila: Account) -> None:
    client = browser(web)
    come_in(client, written(box, mila))
    answer = client.get("/sign-in/odoo", params={"nonce": written(box, mila), "next": "/cards/7"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards/7")


def test_nobody_writes_a_nonce_in_anothers_name(box: Sandbox, web: Service, mila: Account) -> None:
    thief = box.add_user("thief", groups=["base.group_user"])
    nonce = token_urlsafe(32)
    with closing(session(box, thief)) as odoo:
        odoo.call(MODEL, "create", named={"vals_list": [{NONCE: nonce, "create_uid": mila.id}]})
    answer = come_in(browser(web), nonce)
    assert answer.status_code == 403
    assert "no account for you" in answer.text


def test_a_nonce_that_two_have_written_is_nobodys(box: Sandbox, web: Service, mila: Account) -> None:
    nonce = written(box, mila)
    written(box, box.add_user("thief", groups=["base.group_user"]), nonce)
    assert come_in(browser(web), nonce).status_code == 403


@pytest.mark.parametrize("later", [GOOD_FOR + timedelta(seconds=1), timedelta(seconds=-30)])
def test_an_old_nonce_and_one_from_the_future_are_refused(
    box: Sandbox, web: Service, mila: Account, later: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonce = written(box, mila)
    moved = datetime.now(UTC) + later
    monkeypatch.setattr("service.review.odoo_sign_in.now", lambda: moved)
    assert come_in(browser(web), nonce).status_code == 403


@pytest.mark.parametrize("nonce", ["", "short", "%" * 40, "x" * 500, "0" * 40])
def test_what_is_no_nonce_of_anybody_is_refused(web: Service, nonce: str) -> None:
    assert come_in(browser(web), nonce).status_code == 403


def test_a_disabled_account_stays_out(box: Sandbox, web: Service, mila: Account) -> None:
    people(web).disable("Mila Novak")
    assert come_in(browser(web), written(box, mila)).status_code == 403


def test_an_odoo_that_is_down_is_told_and_costs_no_nonce(box: Sandbox, web: Service, mila: Account) -> None:
    nonce = written(box, mila)
    box.stop()
    answer = come_in(browser(web), nonce)
    assert answer.status_code == 502
    assert "Odoo gives no answer" in answer.text
    box.start()
    assert come_in(browser(web), nonce).status_code == 303


def test_it_needs_a_connected_odoo_and_is_off_by_itself(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="no Odoo is connected"),
        service(tmp_path, "sign_in: {odoo: true}", {}),
    ):
        pass
    with service(tmp_path, "{}", {}) as made:
        assert browser(made).get("/sign-in/odoo?nonce=" + "0" * 40).status_code == 404


@pytest.fixture
def by_groups(box: Sandbox, tmp_path: Path) -> Iterator[Service]:
    """An installation that takes duties from groups of Odoo, and makes accounts."""
    (tmp_path / "key").write_text(KEY)
    duties = {"sales_team.group_sale_salesman": ["reviewer"], "sales_team.group_sale_manager": ["reviewer", "lead"]}
    told = {"url": box.url, "database": box.database, "login": "order-triage", "api": "jsonrpc"}
    told |= {"key_file": str(tmp_path / "key"), "people": {"make_accounts": True, "duties": duties}}
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told))
    with service(tmp_path, "sign_in: {odoo: true}", {}) as made:
        yield made


def test_groups_of_odoo_say_what_somebody_does_each_time_they_come(box: Sandbox, by_groups: Service) -> None:
    femke = box.add_user("femke", groups=["base.group_user", "sales_team.group_sale_manager"])
    assert come_in(browser(by_groups), written(box, femke)).status_code == 303
    person = people(by_groups).get("femke").person
    assert (person.duties, person.odoo_user) == ({Duty.REVIEWER, Duty.LEAD}, femke.id)
    assert person.companies == {"My Company"}
    groups = "groups_id" if box.version < 19 else "group_ids"
    numbers = [box.env().ref(f"{name}").id for name in ("base.group_user", "sales_team.group_sale_salesman")]
    box.edit(lambda env: env["res.users"].browse(femke.id).write({groups: [(6, 0, numbers)]}))
    assert come_in(browser(by_groups), written(box, femke)).status_code == 303
    assert people(by_groups).get("femke").person.duties == {Duty.REVIEWER}


def test_somebody_in_no_such_group_does_not_come_in(box: Sandbox, by_groups: Service) -> None:
    piet = box.add_user("piet")
    answer = come_in(browser(by_groups), written(box, piet))
    assert answer.status_code == 403
    assert people(by_groups).all() == []


def test_nobody_becomes_somebody_else_by_what_they_are_called(box: Sandbox, by_groups: Service) -> None:
    people(by_groups).add("femke", [Duty.LEAD], password="a long password of hers")
    femke = box.add_user("femke", groups=["base.group_user", "sales_team.group_sale_salesman"])
    answer = come_in(browser(by_groups), written(box, femke))
    assert answer.status_code == 403
    assert people(by_groups).get("femke").person.odoo_user is None
