"""A document beside its order, a ticket for a dead letter, a measurement: what other programs ask the service for."""

from __future__ import annotations

import email
import email.policy
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.odoo_home import write_connection
from tests.unit.service_client import PERSONAL, Service, is_problem, service
from triage.audit.verify import verify
from triage.cli.wiring import now
from triage.domain import Arrival, Door, RecordRef
from triage.jobs.switching import Switch
from triage.odoo.connection import Tickets
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.sandbox.faults import refuse
from triage.sample_day import folder

COMPANY = "Brandt & Mercer Supply B.V."


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture(scope="module")
def web(day: SampleDay, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("home")
    write_connection(home, day.connection, day.key)
    with service(home, "{}") as made:
        yield made


@pytest.fixture(scope="module")
def confirmation() -> bytes:
    """A supplier's confirmation of P00187, with another price and date."""
    with folder() as at:
        mail = email.message_from_bytes((at / "mails" / "07-hohenfels-1.eml").read_bytes(), policy=email.policy.default)
    [paper] = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    return paper.get_payload(decode=True)


def compare(web: Service, paper: bytes, query: str = "", **key: Any) -> Any:
    headers = web.key("documents:compare", **key) | {"content-type": "application/pdf"}
    return web.client.post(f"/v1/compare{query}", content=paper, headers=headers)


def test_a_confirmation_is_compared_with_the_order_that_it_names(
    web: Service, day: SampleDay, confirmation: bytes
) -> None:
    [order] = [row["id"] for row in day.box.rows("purchase.order") if row["name"] == "P00187"]
    answer = compare(web, confirmation, "?name=ab.pdf")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["file"], found["not_compared"]) == ("ab.pdf", None)
    [beside] = found["comparisons"]
    assert (beside["record"], beside["agrees"]) == ({"model": "purchase.order", "id": order}, False)
    assert any(line["differences"] for line in beside["lines"])


def test_orders_of_other_companies_than_the_keys_are_not_there(web: Service, confirmation: bytes) -> None:
    hidden = compare(web, confirmation, companies=["Another Ltd"]).json()
    unknown = compare(web, confirmation, "?order=P99999").json()
    assert (hidden["comparisons"], unknown["comparisons"]) == ([], [])
    assert hidden["not_compared"].startswith("there is no purchase order P00187")
    assert unknown["not_compared"] == "there is no purchase order P99999"


def test_an_odoo_that_is_down_is_no_answer_about_the_order(web: Service, day: SampleDay, confirmation: bytes) -> None:
    day.box.faults.plan(*[refuse()] * 30)
    try:
        answer = compare(web, confirmation)
    finally:
        day.box.faults.clear()
    assert is_problem(answer, 503)
    assert day.box.url not in answer.text
    assert compare(web, confirmation).status_code == 200


def dead(web: Service, key: str, ref: RecordRef) -> str:
    inbox = web.app.state.parts.installation.inbox()
    at = now()
    one = Arrival(key=key, source="odoo", door=Door.HOOK, ref=ref, company=COMPANY, received_at=at, due_at=at)
    kept = inbox.accept(one).id
    working = inbox.start(kept, 1, "one")
    inbox.fail(working, "OdooRejected at triage/odoo/x.py:1", at, 1)
    return kept


def tickets(day: SampleDay) -> list[dict[str, Any]]:
    return [row for row in day.box.rows("helpdesk.ticket") if row["name"].startswith("Could not be read: ")]


def test_a_dead_letter_gets_one_draft_ticket_and_that_is_recorded(web: Service, day: SampleDay) -> None:
    [order] = [row["id"] for row in day.box.rows("sale.order") if row["name"] == "S00398"]
    letter = dead(web, PERSONAL, RecordRef(model="sale.order", id=order, name=PERSONAL))
    key = web.key("jobs:admin", person="mila")
    first, again = (web.client.post(f"/v1/dead-letters/{letter}/ticket", headers=key) for _ in range(2))
    assert (first.status_code, first.json()["status"]) == (200, "posted"), first.text
    assert again.json() == {"status": "updated", "ticket": first.json()["ticket"]}
    [ticket] = tickets(day)
    assert (ticket["id"], ticket["user_id"]) == (first.json()["ticket"]["id"], False)
    assert f"sale.order {order}" in ticket["name"]
    assert f"triage jobs show {letter[:12]}" in ticket["description"]
    assert PERSONAL not in ticket["name"] + ticket["description"]
    opened = web.app.state.parts.installation.opened()
    kinds = opened.store.database.query("SELECT count(*) FROM journal WHERE kind = 'notice'")
    assert kinds[0][0] == 2
    assert verify(opened.store.database, opened.store.keys).first_bad is None


def test_a_letter_about_a_record_that_is_gone_gets_a_ticket_of_its_own(web: Service, day: SampleDay) -> None:
    before = len(tickets(day))
    letter = dead(web, "gone", RecordRef(model="sale.order", id=987654, name="x"))
    answer = web.client.post(f"/v1/dead-letters/{letter}/ticket", headers=web.key("jobs:admin"))
    assert answer.json()["status"] == "posted", answer.text
    assert len(tickets(day)) == before + 1


def test_a_letters_ticket_has_the_team_of_its_records_company(day: SampleDay, tmp_path: Path) -> None:
    """Two companies have a team of the configured name; the other one's is the older."""

    def arrange(env: Any) -> tuple[int, int]:
        lead = env["crm.lead"].create({"name": "Asked", "company_id": 1, "user_id": False, "team_id": False})
        other = env["res.company"].create({"name": "Another Ltd", "currency_id": 1})
        env["res.users"].search([("login", "=", day.connection.login)]).write({"company_ids": [(4, other.id)]})
        teams = [env["helpdesk.ticket.team"].create({"name": "Desk", "company_id": each}) for each in (other.id, 1)]
        return int(lead.id), int(teams[1].id)

    before = day.box.snapshot()
    lead, own = day.box.edit(arrange)
    (tmp_path / "key").write_text(day.key)
    told = day.connection.with_(key_file=tmp_path / "key", tickets=Tickets(team="Desk"))
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told.model_dump(mode="json", exclude_defaults=True)))
    with service(tmp_path, "{}") as web:
        letters = [dead(web, "team", RecordRef(model="crm.lead", id=lead, name="x"))]
        letters.append(dead(web, "no record", RecordRef(model="crm.lead", id=987654, name="x")))
        for letter in letters:
            answer = web.client.post(f"/v1/dead-letters/{letter}/ticket", headers=web.key("jobs:admin"))
            assert answer.json()["status"] == "posted", answer.text
        assert [row["team_id"] for row in tickets(day)[-2:]] == [own, own]
    day.box.restore(before)


def test_no_ticket_is_drafted_of_what_is_not_dead_or_while_it_is_switched_off(web: Service, day: SampleDay) -> None:
    key, inbox = web.key("jobs:admin"), web.app.state.parts.installation.inbox()
    letter = dead(web, "off", RecordRef(model="sale.order", id=1, name="x"))
    before = len(tickets(day))
    switch = Switch(inbox.journal, now)
    switch.off("mila", "a test")
    assert is_problem(web.client.post(f"/v1/dead-letters/{letter}/ticket", headers=key), 409)
    switch.on("mila", "done")
    inbox.retry(letter, "mila", "again")
    refused = web.client.post(f"/v1/dead-letters/{letter}/ticket", headers=key)
    assert is_problem(refused, 409)
    assert "not dead" in refused.json()["detail"]
    assert len(tickets(day)) == before


def test_a_measurement_that_cannot_be_made_says_why_and_one_runs_at_a_time(web: Service) -> None:
    key = web.key("evals:run")
    began = web.client.post("/v1/evals", json={"suite": "nothing"}, headers=key | {"Idempotency-Key": "a"})
    other = web.client.post("/v1/evals", json={"suite": "other"}, headers=key | {"Idempotency-Key": "b"})
    assert began.status_code == 202
    assert is_problem(other, 409)
    until = time.monotonic() + 60
    while (found := web.client.get(began.headers["location"], headers=key).json())["state"] == "running":
        assert time.monotonic() < until
        time.sleep(0.1)
    assert found["state"] == "failed"
    assert found["why"].startswith("suite 'nothing': there is no such set here. Known: ")
    reused = web.client.post("/v1/evals", json={"suite": "other"}, headers=key | {"Idempotency-Key": "a"})
    assert is_problem(reused, 422)
    assert is_problem(web.client.get(f"/v1/evals/{'0' * 32}", headers=key), 404)
    assert is_problem(web.client.post("/v1/evals", json={"suite": "../x"}, headers=key), 422)
