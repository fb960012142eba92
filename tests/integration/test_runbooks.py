"""The runbooks: each symptom is provoked, its command shows it, and what the page says to do makes it go.

Every command on a page is run by its test, as it stands there.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.fake_model_server import FakeModelServer, status
from tests.integration.jobs_setting import Place, hook, installed_for_commands, notes, stalled_orders, worker_inside
from tests.unit.opened_store import proposal, ref
from tests.unit.service_client import cloud_event, service, signed
from triage.cards.store import CardStore
from triage.cli.app import app
from triage.cli.connected import connected
from triage.cli.wiring import now
from triage.domain import Category, Policy, utc
from triage.errors import OdooRejected
from triage.jobs.effects import Effects
from triage.jobs.switching import Switch
from triage.models.breaker import forget_breakers
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings
from triage.storage import effects

PAGES = Path(__file__).parents[2] / "docs" / "runbooks"
HOOK = "hook-secret-that-nobody-guesses"
SIGNING = "whsec_c2lnbmluZy1zZWNyZXQtMjQtYnl0ZXMh"


class Page:
    """A runbook. Its commands are run as they stand there, with values for the words in capitals."""

    def __init__(self, name: str) -> None:
        self.text = (PAGES / name).read_text(encoding="utf-8")
        blocks = re.findall(r"```bash\n(.*?)```", self.text, re.DOTALL)
        self.commands = [line.strip() for block in blocks for line in block.splitlines() if line.strip()]
        self.ran: set[str] = set()

    def run(self, command: str, **values: object) -> Result:
        """Run a command of the page."""
        assert command in self.commands, f"{command!r} does not stand on the page"
        self.ran.add(command)
        words = [str(values.get(word, word)) for word in shlex.split(command)]
        words = [re.sub(r"ORDER$", str(values["ORDER"]), word) if "ORDER" in values else word for word in words]
        assert words[0] == "triage"
        found = CliRunner().invoke(app, words[1:])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exc_info
        return found

    def ok(self, command: str, **values: object) -> str:
        """The same; it must succeed. What it said."""
        found = self.run(command, **values)
        assert found.exit_code == 0, (command, found.output)
        return found.output

    def fails(self, command: str, **values: object) -> str:
        """The same; its exit status must be 1. What it said."""
        found = self.run(command, **values)
        assert found.exit_code == 1, (command, found.output)
        return found.output

    def check_complete(self) -> None:
        """Nothing on the page was left out, and it has what a runbook has."""
        assert [command for command in self.commands if command not in self.ran] == []
        for heading in ("**Symptom.**", "**Why.**", "**What to do.**", "**Over when**", "**Never**"):
            assert heading in self.text, heading


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An installation; commands without `--home` find it."""
    with installed_for_commands(tmp_path, day, monkeypatch) as made:
        yield made


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Page:
    """The page that the test is named after."""
    return Page(request.node.name.removeprefix("test_").replace("_", "-") + ".md")


def write(at: Place, name: str, **entries: Any) -> None:
    path = at.home / name
    before = yaml.safe_load(path.read_text()) if path.exists() else {}
    path.write_text(yaml.safe_dump({**before, **entries}))


def sources(at: Place, **more: Any) -> None:
    """Odoo's webhook and a carrier, with their secrets in files."""
    for name, text in (("hook.secret", HOOK), ("carrier.secret", SIGNING)):
        (at.home / name).write_text(text)
        (at.home / name).chmod(0o600)
    company = "Brandt & Mercer Supply B.V."
    odoo = {"name": "odoo", "door": "hook", "models": ["sale.order"], "secrets": [{"file": "hook.secret"}]}
    carrier = {"name": "carrier", "door": "signed", "models": ["sale.order"], "secrets": [{"file": "carrier.secret"}]}
    write(at, "service.yaml", sources=[{**odoo, "company": company, **more}, {**carrier, "company": company}])


def set_up(at: Place, *features: str) -> None:
    """What is set up inside Odoo, with rules that call our hook."""
    write(at, "service.yaml", address="https://triage.example.com")
    chosen = [word for name in features for word in ("--feature", name)]
    made = CliRunner().invoke(app, ["odoo", "setup", "--admin", "admin", *chosen])
    assert made.exit_code == 0, made.output


def called(day: SampleDay) -> set[str]:
    """Secrets that Odoo's rules know."""
    rows = day.box.rows("ir.actions.server")
    return {str(row["webhook_url"]).rpartition("/")[2] for row in rows if row["state"] == "webhook"}


def sweeps_from_now(at: Place, day: SampleDay) -> None:
    """The first sweep takes the watermark, so that a later one tells what is new."""
    write(at, "odoo.yaml", sweep={"pause_seconds": 0})
    assert CliRunner().invoke(app, ["sweep"]).exit_code == 0


@pytest.mark.slow
def test_failed_webhooks(page: Page, at: Place, day: SampleDay) -> None:
    sources(at)
    sweeps_from_now(at, day)
    (order,) = stalled_orders(day, 1)
    (at.home / "hook.secret").write_text("short")
    assert "source odoo: the secret must have at least" in page.fails("triage config check")
    (at.home / "hook.secret").write_text(HOOK)
    with service(at.home, (at.home / "service.yaml").read_text(), {}) as web:
        body = {"_model": "sale.order", "_id": order.id}
        assert web.client.post("/hooks/odoo/odoo/another-secret", json=body).status_code == 404
        assert web.lines()[-1]["status"] == 404
        set_up(at, "asking")
        (at.home / "hook.secret").write_text(f"{HOOK}-another")
        assert "webhook_url" in page.fails("triage odoo status --admin LOGIN", LOGIN="admin")
        (at.home / "hook.secret").write_text(HOOK)
        page.ok("triage odoo setup --admin LOGIN", LOGIN="admin")
        assert called(day) == {HOOK}
        said = page.fails("triage jobs sources --silent 6h")
        assert re.search(r"odoo +hook +0 +0 +0 +0 +never", said)
        assert "Silent: carrier, odoo." in said
        assert "changes seen" in page.ok("triage sweep")
        assert re.search(
            r"[1-9]\d* of what the sweep found was named by no other source", page.ok("triage jobs sources")
        )
        assert web.client.post(f"/hooks/odoo/odoo/{HOOK}", json=body).status_code == 202
    assert "odoo" not in page.fails("triage jobs sources --silent 6h").partition("Silent: ")[2]
    assert "named by no other source" not in page.ok("triage jobs sources")
    page.check_complete()


@pytest.mark.slow
def test_duplicate_events(page: Page, at: Place, day: SampleDay) -> None:
    (order,) = stalled_orders(day, 1)
    jobs = [at.inbox.accept(hook(order, f"{source}:{number}", source=source)).id
            for source in ("odoo", "erp") for number in range(3)]  # fmt: skip
    said = page.ok("triage jobs repeats --since 6h --least 3")
    assert f"sale.order:{order.id}: 6 arrivals (erp 3, odoo 3), 0 reviews" in said
    with worker_inside(at, Settings.of(at.home)):
        at.wait(lambda: at.ended(*jobs))
    assert "6 arrivals (erp 3, odoo 3), 1 reviews" in page.ok("triage jobs repeats --since 6h --least 3")
    assert at.once([order], day)
    said = page.ok("triage jobs show JOB", JOB=re.findall(r"; ([0-9a-f]{12})$", said, re.MULTILINE)[0])
    assert f"sale.order:{order.id}" in said or str(order.id) in said
    at.store.database.execute("UPDATE inbox SET received_at = ?", (utc(now() - timedelta(hours=1)),))
    assert "No record came 3 times" in page.ok("triage jobs repeats --since 10m --least 3")
    page.check_complete()


@pytest.mark.slow
def test_delayed_carrier_updates(page: Page, at: Place, day: SampleDay) -> None:
    sources(at)
    sweeps_from_now(at, day)
    before = datetime.now(UTC) - timedelta(hours=10)
    (order,) = stalled_orders(day, 1)
    for name in ("carrier", "odoo"):
        at.inbox.accept(hook(order, name, source=name, received_at=before, due_at=before))
    said = page.fails("triage jobs sources --silent 6h")
    assert re.search(r"carrier +hook +1? *", said)
    assert "Silent: carrier, odoo." in said
    at.store.cards.put(proposal(Category.DELAY), "event:1")
    assert "S00042" in page.ok("triage cards --by priority")
    with service(at.home, (at.home / "service.yaml").read_text(), {}) as web:
        body = cloud_event(data={"record": {"model": "sale.order", "id": order.id}})
        headers = signed(body, secret=SIGNING)
        assert web.client.post("/events/carrier", content=body, headers=headers).json()["duplicate"] is False
        assert web.client.post("/events/carrier", content=body, headers=headers).json()["duplicate"] is True
        assert "changes seen" in page.ok("triage sweep")
    assert "Silent: odoo." in page.fails("triage jobs sources --silent 6h")
    page.check_complete()


@pytest.mark.slow
def test_stuck_reviews(page: Page, at: Place, day: SampleDay, monkeypatch: pytest.MonkeyPatch) -> None:
    old = CardStore(at.store.database, at.store.keys, lambda: now() - timedelta(days=3))
    (order,) = stalled_orders(day, 1)
    stuck = old.put(proposal(Category.DAMAGE_LOSS, record=order), "event:1")
    at.store.cards.put(proposal(Category.STOCK, record=ref(2)), "event:2")
    write(at, "policy.yaml", second_person=["damage_loss"], deciders={"joris": ["damage_loss"]})
    said = page.ok("triage cards --older 2d --by priority")
    assert (order.name in said, "S00002" in said) == (True, False)
    assert "second_person: damage_loss needs two people, and deciders names one" in page.fails("triage config check")
    write(at, "policy.yaml", deciders={"joris": ["damage_loss"], "mila": ["damage_loss"]})
    assert page.run("triage config check").exit_code == 0
    assert order.name in page.ok("triage card CARD", CARD=stuck.number)
    assert "second, different person" in page.ok("triage decide CARD accept --as NAME", CARD=stuck.number, NAME="mila")
    assert order.name in page.ok("triage cards --state awaiting_second")
    page.ok("triage decide CARD accept --as NAME", CARD=stuck.number, NAME="joris")
    review = {"model": "sale.order", "res_id": order.id, "status": "pending", "requested_by": 2, "company_id": 1}
    day.box.edit(lambda env: env["tier.review"].create(review))
    later = now() + timedelta(days=3)
    with monkeypatch.context() as in_three_days:
        in_three_days.setattr("triage.cli.wiring.now", lambda: later)
        period = f"{now() - timedelta(days=1):%Y-%m-%d}..{later:%Y-%m-%d}"
        said = page.ok("triage report kpi --period PERIOD", PERIOD=period)
    assert re.search(r"Approval turnaround\W+–\W+1\b", said)
    owed(at, str(stuck.id))
    assert re.search(r"card 1 · T\d+: OdooRejected, tried 5 times; given up", page.fails("triage jobs effects"))
    assert "is known" in page.ok("triage odoo check")
    assert "1 are tried again" in page.ok("triage jobs effects --again")
    assert "note posted" in page.ok("triage odoo post CARD", CARD=stuck.number)
    with connected(Settings.of(at.home)) as odoo:
        assert worker(at, odoo.publisher(Policy()).publish).once().done == 1
    assert "Everything that was decided stands in Odoo" in page.ok("triage jobs effects")
    assert len(notes(day)) == 1
    page.check_complete()


def worker(at: Place, publish: Any, later: timedelta = timedelta()) -> Effects:
    """What a worker does of decisions, so much later."""
    policies = Settings.of(at.home).policies()
    clock = lambda: now() + later  # noqa: E731
    return Effects(at.store.cards, at.store.journal, policies, clock, Switch(at.store.journal, now), publish)


def owed(at: Place, card: str) -> None:
    """Have Odoo refuse what a decision set going, until it is given up."""
    card_id = at.store.cards.get(card)
    effects.add(at.store.database, card, card_id.revision, utc(now()))

    def refuse(_: object) -> None:
        raise OdooRejected("the stage is gone")

    for hours in range(1, 7):
        worker(at, refuse, timedelta(hours=hours)).once()


@pytest.mark.slow
def test_dead_letters(page: Page, at: Place, day: SampleDay) -> None:
    write(at, "jobs.yaml", attempts=1)
    write(at, "odoo.yaml", tickets={"team": "Nowhere"})
    wrong, gone = stalled_orders(day, 2)
    jobs = [at.inbox.accept(hook(each)).id for each in (wrong, gone)]
    with worker_inside(at, Settings.of(at.home)):
        at.wait(lambda: at.ended(*jobs))
    said = page.ok("triage jobs list")
    assert [job[:12] in said for job in jobs] == [True, True]
    assert "UsageError" in page.ok("triage jobs show JOB", JOB=jobs[0])
    page.run("triage config check --online")
    write(at, "odoo.yaml", tickets={})
    page.ok('triage jobs retry JOB --as NAME --why "the team\'s name was wrong"', JOB=jobs[0], NAME="mila")
    page.ok('triage jobs discard JOB --as NAME --why "a test order"', JOB=jobs[1], NAME="mila")
    with worker_inside(at, Settings.of(at.home)):
        at.wait(lambda: at.ended(jobs[0]))
    assert jobs[0][:12] not in page.ok("triage jobs list")
    assert "advised" in page.ok("triage jobs show JOB", JOB=jobs[0])
    assert "dead_letter" in page.ok("triage jobs show JOB", JOB=jobs[1])
    page.check_complete()


@pytest.mark.slow
def test_model_outage(page: Page, at: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    forget_breakers()
    with FakeModelServer() as server:
        server.plan(status(503))
        server.listing = 503
        write(
            at, "policy.yaml", default_mode="shadow", endpoints=[{"name": "house", "url": server.url, "remote": False}]
        )
        assert f"endpoint house: {server.url} answers HTTP 503" in page.fails("triage config check --online")
        letter = at.home / "mail.txt"
        letter.write_text("The boxes of order S00398 arrived crushed. Please send replacements.")
        ran = CliRunner().invoke(app, ["run", str(letter), "--company", "B", "--model", "house:small"])
        assert ran.exit_code == 0, ran.output
        [card] = [json.loads(line) for line in page.ok("triage cards --json").splitlines()]
        assert [warning for warning in card["proposal"]["warnings"] if warning.startswith("answered by ")]
        server.listing = 401
        assert "refuses the key" in page.fails("triage config check --online")
        page.ok("triage policy check FILE", FILE=at.home / "policy.yaml")
        page.ok('triage switch off --by NAME --why "the model is down"', NAME="mila")
        page.ok('triage switch on --by NAME --why "the model is back"', NAME="mila")
        server.listing = 200
        assert f"{server.url} answers." in page.ok("triage config check --online")
    assert "does not answer" in page.fails("triage config check --online")
    forget_breakers()
    page.check_complete()


@pytest.mark.slow
def test_key_rotation(page: Page, at: Place, day: SampleDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = CliRunner().invoke(app, ["keys", "create", "erp", "--scope", "cards:read", "--days", "3"])
    assert made.exit_code == 0
    said = page.ok("triage config check")
    assert "erp ends on" in said
    page.ok("triage odoo check")
    assert "erp" in page.ok("triage keys list")
    page.ok("triage keys rotate KEY --overlap-hours 24", KEY="erp")
    assert "erp ends on" not in page.ok("triage config check")
    old = at.store.database.query("SELECT id FROM api_keys ORDER BY created_at LIMIT 1")[0][0]
    assert "is revoked" in page.ok("triage keys revoke KEY", KEY=old)
    assert "revoked" in page.ok("triage keys list")
    granted = page.ok("triage odoo grant --admin LOGIN --key-days 90", LOGIN="admin")
    (at.home / "key").write_text(re.findall(r"shown only now: (\S+)", granted)[0])
    page.ok("triage odoo check")
    sources(at)
    set_up(at, "asking")
    (at.home / "new.secret").write_text(f"{HOOK}-new")
    (at.home / "new.secret").chmod(0o600)
    sources(at, secrets=[{"file": "new.secret"}, {"file": "hook.secret"}])
    assert "webhook_url" in page.fails("triage odoo status --admin LOGIN", LOGIN="admin")
    assert called(day) == {HOOK}
    page.ok("triage odoo setup --admin LOGIN", LOGIN="admin")
    assert called(day) == {f"{HOOK}-new"}
    sources(at, secrets=[{"file": "new.secret"}])
    page.ok("triage odoo status --admin LOGIN", LOGIN="admin")
    page.ok("triage jobs sources")
    assert "Odoo" in page.ok("triage config check --online")
    page.ok("triage audit keygen FILE", FILE=tmp_path / "new.key")
    assert (tmp_path / "new.key").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("TRIAGE_KEYS_KEK", str(tmp_path / "kek"))
    for _ in range(2):
        page.ok("triage case-keys keygen KEKFILE", KEKFILE=tmp_path / "kek")
        assert "(the newest)" in page.ok("triage case-keys rotate")
        assert "(the newest)" in page.ok("triage case-keys status")
    page.check_complete()


@pytest.mark.slow
def test_restore(page: Page, at: Place, day: SampleDay, tmp_path: Path) -> None:
    first, second = stalled_orders(day, 2)
    write(at, "odoo.yaml", sweep={"pause_seconds": 0})
    assert CliRunner().invoke(app, ["run", "--odoo", f"sale.order:{first.id}", "--post"]).exit_code == 0
    assert CliRunner().invoke(app, ["sweep"]).exit_code == 0
    copies = {"FOLDER": tmp_path / "copies" / "a", "OTHER": tmp_path / "copies" / "b"}
    copied_at = utc(now())
    assert "SHA-256" in page.ok("triage backup FOLDER --keys OTHER", **copies)
    assert CliRunner().invoke(app, ["run", "--odoo", f"sale.order:{second.id}", "--post"]).exit_code == 0
    assert len(notes(day)) == 2
    at.store.database.close()
    at.store.keys.close()
    (at.home / "audit.db").write_bytes(b"not a database any more" * 500)
    assert page.fails("triage audit verify")
    said = page.ok("triage restore FOLDER --keys OTHER", **copies)
    assert "What was there before lies in" in said
    assert next(at.home.glob("before-restore-*/audit.db")).read_bytes().startswith(b"not a database")
    assert "whole" in page.ok("triage audit verify")
    back = page.ok(
        'triage withdraw --unknown --since TIME --by NAME --why "the store was put back"', TIME=copied_at, NAME="mila"
    )
    assert (back.count("taken back"), [note["res_id"] for note in notes(day)]) == (1, [first.id])
    assert "changes seen" in page.ok("triage sweep")
    assert CliRunner().invoke(app, ["run", "--odoo", f"sale.order:{second.id}", "--post"]).exit_code == 0
    assert sorted(note["res_id"] for note in notes(day)) == [first.id, second.id]
    assert "whole" in page.ok("triage audit verify")
    page.ok("triage jobs list --state open")
    page.check_complete()


@pytest.mark.slow
def test_odoo_upgrade(page: Page, at: Place, day: SampleDay) -> None:
    page.ok("triage odoo check")
    page.ok('triage switch off --by NAME --why "Odoo is upgraded"', NAME="mila")
    page.ok("triage odoo setup --before-upgrade --admin LOGIN", LOGIN="admin")
    with sample_day(19) as newer:
        write(at, "odoo.yaml", url=newer.connection.url, database=newer.connection.database)
        drop_gate(newer)
        assert "19.0" in page.ok("triage config check --online")
        assert "gate" in page.run("triage odoo check").output
        page.ok("triage odoo grant --admin LOGIN", LOGIN="admin")
        page.ok("triage odoo setup --admin LOGIN", LOGIN="admin")
        assert "is known" in page.ok("triage odoo check")
        (order,) = stalled_orders(newer, 1)
        assert order.name in page.ok("triage run --odoo sale.order:ORDER", ORDER=order.id)
        assert notes(newer) == []
        page.ok('triage switch on --by NAME --why "Odoo is upgraded"', NAME="mila")
        assert "changes seen" in page.ok("triage sweep")
        assert re.search(r"gate +matches", page.run("triage jobs status").output)
        page.ok("triage jobs list")
    page.check_complete()


def drop_gate(day: SampleDay) -> None:
    """As an upgrade may leave it: server actions that no module owns are gone."""

    def work(env: Any) -> None:
        for row in day.box.rows("ir.actions.server"):
            if row["name"].endswith("gate"):
                env["ir.actions.server"].browse(row["id"]).unlink()

    day.box.edit(work)


def test_every_runbook_is_listed_and_tested() -> None:
    listed = re.findall(r"\]\(([a-z-]+\.md)\)", (PAGES / "README.md").read_text())
    assert sorted(listed) == sorted(path.name for path in PAGES.glob("*.md") if path.name != "README.md")
    here = Path(__file__).read_text()
    assert [name for name in listed if f"def test_{name.removesuffix('.md').replace('-', '_')}(" not in here] == []
