"""From Odoo to the end of a card, with the shipped classifier: questions about orders on time, and `all fine now`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from triage.cli.app import app
from triage.cli.connected import Connected, using
from triage.cli.wiring import Store, desk, open_store
from triage.domain import Card, CardState, Category, Mode, NoException, Outcome, Policy
from triage.odoo.publish import Publisher
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.pipeline import triage
from triage.settings import Settings

ASKS = "Dear all, could you tell me where our order is and when we can expect it? We have not heard anything. Regards"
COMPLAINS = (
    "Two of the boxes that came this morning were broken and the tools inside are damaged. Please send new ones."
)
CLOSES = "The replacement has come. All fine now, you can close this. Thank you."


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day() as found:
        yield found


@dataclass
class Desk:
    """A store beside a look-alike of Odoo, with the shipped models."""

    day: SampleDay
    at: Connected
    store: Store
    policy: Policy

    def mail(self, order: int, body: str) -> None:
        """The customer writes."""

        def work(env: Any) -> None:
            record = env["sale.order"].browse(order)
            record.message_post(
                body=body, message_type="email", author_id=record.partner_id.id, subtype_xmlid="mail.mt_comment"
            )

        self.day.box.edit(work)

    def triage(self, name: str) -> Outcome:
        """Look at an order as a job does."""
        publisher = self.at.publisher(self.policy)
        source = self.at.source(self.policy, "embedded")
        made = desk(
            self.store,
            source,
            self.policy,
            "embedded",
            has_odoo=True,
            publish=publisher.publish,
            withdraw=publisher.take_back,
        )
        return triage(source.event(source.find(f"sale.order:{name}")), made)

    def note(self, card: Card) -> str:
        """What stands on the note of a card."""
        return next(str(row["body"]) for row in self.day.box.rows("mail.message") if str(card.id) in str(row["body"]))

    def markers(self) -> list[str]:
        """What of ours stands in Odoo."""
        found = Publisher(self.at.odoo, self.at.hand(), self.at.connection, self.policy.advice).posted()
        return sorted(posted.marker.rpartition(".")[2] for each in found.values() for posted in each)


@pytest.fixture
def work(day: SampleDay, tmp_path: Path) -> Iterator[Desk]:
    before = day.box.snapshot()
    policy = Policy(default_mode=Mode.ADVISE)
    clock = {"clock": lambda: day.now}
    with (
        using(day.connection, environment={"TRIAGE_ODOO_KEY": day.key}, **clock) as at,
        open_store(Settings.of(tmp_path), create=True) as store,
    ):
        yield Desk(day, at, store, policy)
    day.box.restore(before)


def order_on_time(work: Desk) -> None:
    """An order that is promised for later and whose goods are reserved."""

    def quiet(env: Any) -> None:
        for message in env["mail.message"].search([("model", "=", "sale.order"), ("res_id", "=", 433)]):
            message.unlink()

    work.day.box.edit(quiet)


def test_who_asks_for_an_order_that_is_on_time_makes_no_card(work: Desk) -> None:
    order_on_time(work)
    work.mail(433, ASKS)
    outcome = work.triage("S00433")
    assert isinstance(outcome, NoException)
    assert outcome.why.startswith("enquiry")
    assert "on time" in outcome.why
    assert work.store.cards.all() == []
    assert work.markers() == []


def test_all_fine_now_closes_the_threads_card_and_its_note_and_ticket_are_cleared(work: Desk) -> None:
    order_on_time(work)
    work.mail(433, COMPLAINS)
    work.triage("S00433")
    told = work.store.cards.all(CardState.OPEN)
    assert Category.DAMAGE_LOSS in {card.key.category for card in told}
    assert work.markers() == ["note"] * len(told) + ["ticket"] * len(told)
    work.mail(433, CLOSES)
    assert isinstance(work.triage("S00433"), NoException)
    for card in work.store.cards.all():
        assert card.state is CardState.RESOLVED
        assert "is resolved since" in work.note(card)
        assert "a later message says that the matter is settled" in work.note(card)
    assert work.markers() == ["note"] * len(told)


def test_on_the_command_line_posting_again_says_that_a_card_has_ended(
    work: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_on_time(work)
    told = work.day.connection.model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told))
    monkeypatch.setenv("TRIAGE_ODOO_KEY", work.day.key)
    asked = ["run", "--odoo", "sale.order:S00433", "--post", "--home", str(tmp_path)]
    work.mail(433, COMPLAINS)
    assert CliRunner().invoke(app, asked).exit_code == 0
    work.mail(433, CLOSES)
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0
    assert "note brought up to date" in done.stdout
    resolved = work.store.cards.all(CardState.RESOLVED)
    assert resolved
    assert all("is resolved since" in work.note(card) for card in resolved)


def test_a_shortage_that_is_filled_resolves_the_card(work: Desk) -> None:
    work.triage("S00428")
    [short] = [card for card in work.store.cards.all() if card.key.category is Category.STOCK]
    assert short.state is CardState.OPEN

    def fill(env: Any) -> None:
        for move in env["stock.move"].search([("sale_line_id.order_id", "=", 428)]):
            wanted = move.product_uom_qty
            filled = {"state": "assigned", "quantity": wanted, "forecast_availability": wanted}
            env.db.tables.update("stock.move", move.id, filled)

    work.day.box.edit(fill)
    work.triage("S00428")
    stock = work.store.cards.get(short.id)
    assert stock.state is CardState.RESOLVED
    assert stock.ended is not None
    assert "the facts no longer show it: stock." in stock.ended.why
