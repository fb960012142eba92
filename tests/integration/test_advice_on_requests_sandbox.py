"""Advice on approvals and leads, and a task for later, from the record in Odoo to what stands there afterwards."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tests.integration.test_capture_sandbox import the_day
from triage.cli.app import app
from triage.odoo.client import Odoo
from triage.odoo.gate.code import allowed, gate_code
from triage.odoo.grant import grant
from triage.odoo.sandbox import App, Sandbox
from triage.odoo.sandbox.day import CUSTOM, connection_fields, rows_of
from triage.odoo.transport import Api, Server

READING = {"login", "search_read", "fields_get", "context_get"}
LETTER = "Order S00425 arrived this morning and six of the boxes are crushed, the parts are bent. Please replace them."


@dataclass
class Site:
    """An Enterprise look-alike and a home folder that leads to it."""

    box: Sandbox
    home: Path
    now: Any

    def ago(self, **more: float) -> str:
        return (self.now - timedelta(**more)).strftime("%Y-%m-%d %H:%M:%S")

    def make(self, of: str, **values: Any) -> int:
        return int(self.box.edit(lambda env: env[of].create(values).id))

    def run(self, *words: object) -> str:
        found = CliRunner().invoke(app, [*map(str, words), "--home", str(self.home)])
        assert found.exit_code == 0, found.output
        return found.output

    def row(self, model: str, number: int) -> dict[str, Any]:
        return next(row for row in self.box.rows(model) if row["id"] == number)

    def notes(self, model: str, number: int) -> list[str]:
        """Our notes on a record."""
        rows = self.box.rows("mail.message")
        ours = [row for row in rows if (row["model"], row["res_id"]) == (model, number)]
        return [str(row["body"]) for row in ours if "a person decides" in str(row["body"])]

    def policy(self, **entries: Any) -> None:
        (self.home / "policy.yaml").write_text(yaml.safe_dump(entries))


@pytest.fixture(scope="module")
def odoo() -> Iterator[tuple[Sandbox, Any]]:
    book = the_day()
    apps = (set(App) - {App.HELPDESK_MGMT}) | {App.HELPDESK}
    rows = rows_of(book, 18) | {
        "approval.category": [{"id": 5, "name": "Discount", "company_id": 1, "approval_minimum": 2}],
        "quality.alert.team": [{"id": 1, "name": "Quality"}],
        "project.project": [{"id": 5, "name": "Order desk", "privacy_visibility": "employees"}],
        "crm.stage": [{"id": 50, "name": "New"}],
    }
    with Sandbox(18, rows=rows, fields=CUSTOM, apps=apps) as box:
        admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
        grant(admin, login="bot", stage="Suggested by triage", accounting=True, password=lambda: "a-key-of-the-bot")
        admin.close()
        yield box, book.captured_at


@pytest.fixture
def site(odoo: tuple[Sandbox, Any], tmp_path: Path) -> Iterator[Site]:
    box, at = odoo
    before = box.snapshot()
    (tmp_path / "key").write_text("a-key-of-the-bot")
    told = {"url": box.url, "database": box.database, "login": "bot", "api": "jsonrpc"}
    told |= {"fields": connection_fields(), "key_file": str(tmp_path / "key")}
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told))
    yield Site(box, tmp_path, at)
    box.restore(before)
    box.mails.clear()


def test_an_approval_request_gets_a_note_and_nothing_else(site: Site) -> None:
    number = site.make(
        "approval.request", name="Price for S00412", category_id=5, request_owner_id=2, request_status="pending",
        date_confirmed=site.ago(days=5), reason="<p>The invoice shows 4.90, the price list says 4.20. Please "
        "approve the lower unit price, the customer disputes the price.</p>",
    )  # fmt: skip
    approvers = [
        site.make("approval.approver", request_id=number, user_id=2, status=status)
        for status in ("pending", "approved")
    ]
    before = site.row("approval.request", number), [site.row("approval.approver", each) for each in approvers]
    calls = len(site.box.calls)
    said = site.run("run", "--odoo", f"approval.request:{number}", "--post")
    assert "note posted" in said
    (note,) = site.notes("approval.request", number)
    assert "Discount waits to be approved since" in note
    assert "1 of 2 have approved Discount" in note
    made = {call.method for call in site.box.calls[calls:]} - READING
    assert made == {"run"}, "all that is written goes through the gate"
    now = site.row("approval.request", number), [site.row("approval.approver", each) for each in approvers]
    assert now == before
    assert site.box.mails == []
    site.run("decide", 1, "accept", "--as", "mila")
    assert (site.row("approval.request", number), now[1]) == before, "accepting a card approves nothing"


@pytest.mark.slow
def test_a_lead_that_is_a_complaint_gets_advice_and_stays_as_it_is(site: Site) -> None:
    number = site.make(
        "crm.lead", name="Crushed boxes", type="lead", stage_id=50, user_id=False, email_from="buyer@example.com",
        description=f"<p>{LETTER}</p>", date_last_stage_update=site.ago(days=6),
    )  # fmt: skip
    before = site.row("crm.lead", number)
    assert "note posted" in site.run("run", "--odoo", f"crm.lead:{number}", "--post")
    [card] = [json.loads(line) for line in site.run("cards", "--json").splitlines()]
    assert card["proposal"]["suggestion"]["category"] == "damage_loss"
    assert card["proposal"]["follow_up"]["kind"] == "file_claim"
    (note,) = site.notes("crm.lead", number)
    assert "nobody has it" in note
    assert "has stood there since" in note
    assert site.row("crm.lead", number) == before


def late_with_a_failed_check(site: Site) -> int:
    """S00425 has broken its promise, and a check of its goods was not passed."""

    def work(env: Any) -> int:
        order = env["sale.order"].browse(425)
        order.write({"commitment_date": site.ago(days=3)})
        common = {"product_id": order.order_line[0].product_id.id, "team_id": 1, "company_id": 1}
        env["quality.check"].create({"name": "QC1", "title": "Gauge", "quality_state": "fail", **common})
        customer = order.partner_id.id
        order.message_post(body="Where is order S00425? It is three days late.", message_type="email",
                           author_id=customer, subtype_xmlid="mail.mt_comment")  # fmt: skip
        return int(order.id)

    return int(site.box.edit(work))


def tasks(site: Site) -> list[dict[str, Any]]:
    return site.box.rows("project.task")


def test_a_task_for_later_is_shown_and_drafted_only_once_a_person_has_accepted(site: Site) -> None:
    order = late_with_a_failed_check(site)
    site.policy(advice={"project": "Order desk", "tickets": "never"})
    site.run("run", "--odoo", f"sale.order:{order}", "--post")
    (note,) = site.notes("sale.order", order)
    assert "Task for later" in note
    assert re.search(r"Decide about [\w-]+: release it", note)
    assert "Task for later" in site.run("card", 1)
    assert tasks(site) == []
    assert "draft task posted" in site.run("decide", 1, "accept", "--as", "mila")
    (task,) = tasks(site)
    assert (task["project_id"], task["partner_id"], task["user_ids"]) == (5, None, ()) or not task["user_ids"]
    assert str(task["name"]).startswith("S00425: Decide about")
    assert "did not pass a check" in str(task["description"])
    assert "exposure" not in str(task["description"])
    assert "draft task brought up to date" in site.run("odoo", "post", 1)
    assert len(tasks(site)) == 1
    assert "draft task taken back" in site.run("withdraw", 1, "--by", "mila", "--why", "a test")
    assert tasks(site) == []
    assert "whole" in site.run("audit", "verify")


@pytest.mark.slow
def test_without_a_project_it_is_only_shown_and_a_rejected_one_makes_none(site: Site) -> None:
    order = late_with_a_failed_check(site)
    site.policy(advice={"tickets": "accepted"})
    site.run("run", "--odoo", f"sale.order:{order}", "--post")
    assert "draft task" not in site.run("decide", 1, "accept", "--as", "mila")
    assert tasks(site) == []


@pytest.mark.slow
def test_a_project_that_outsiders_follow_costs_neither_note_nor_ticket(site: Site) -> None:
    order = late_with_a_failed_check(site)
    site.policy(advice={"project": "Order desk", "tickets": "accepted"})
    site.run("run", "--odoo", f"sale.order:{order}", "--post")
    customer = site.row("sale.order", order)["partner_id"]
    site.box.edit(lambda env: env["project.project"].browse(5).message_subscribe([customer]))
    said = site.run("decide", 1, "accept", "--as", "mila")
    assert "draft ticket posted" in said
    assert "draft task not there" in said
    assert tasks(site) == []


@pytest.mark.slow
def test_a_project_that_is_not_there_costs_neither_note_nor_ticket(site: Site) -> None:
    order = late_with_a_failed_check(site)
    site.policy(advice={"project": "Renamed since", "tickets": "accepted"})
    site.run("run", "--odoo", f"sale.order:{order}", "--post")
    said = site.run("decide", 1, "accept", "--as", "mila")
    assert "draft ticket posted" in said
    assert "draft task not there" in said
    assert len(site.box.rows("helpdesk.ticket")) == 1
    assert "draft ticket" in site.run("withdraw", 1, "--by", "mila", "--why", "a test"), "what stands there is known"


def test_nothing_that_approves_refuses_or_confirms_is_anywhere_in_reach() -> None:
    written = yaml.safe_dump(allowed())
    assert not re.search(r"status|state\b|approver|request_owner", written.replace("x_state", ""))
    for major in (16, 17, 18, 19):
        assert not re.search(r"\.(action|button)_\w+\(|approve|refuse_|validate|confirm\(", gate_code(major))
    sources = Path(__file__).parents[2] / "triage" / "odoo"
    called = {
        name
        for path in sources.rglob("*.py")
        if not {"sandbox", "setup"} & set(path.relative_to(sources).parts)
        for name in re.findall(r'"((?:action|button)_\w+)"', path.read_text())
    }
    assert not [name for name in called if re.search(r"approve|refuse|reject|confirm|validate|cancel|done", name)]
