"""What people meet less often: a worker that dies while it tells Odoo, a card of several cases, the blind sample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, Person, Site, serving
from tests.browser.test_for_everybody import violations
from tests.integration.jobs_setting import Place, Process, hook, place, write_home
from tests.unit.opened_store import proposal
from tests.unit.review_site import put_one
from triage.audit.verify import verify
from triage.cards.blind import is_chosen
from triage.cli.wiring import now
from triage.domain import Card, CardState, Category, Duty, Origin, RecordRef
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.storage import effects
from triage.storage.people import People

Somebody = Callable[..., Person]
SHARED = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
COMPANY = "Brandt & Mercer Supply B.V."


@dataclass
class Desk:
    """An Odoo, an installation that it is connected to, and its pages."""

    day: SampleDay
    at: Place
    site: Site
    shared: int
    """Number of the card with three cases."""
    unseen: int
    """Number of a card in the blind sample."""
    plain: int
    """Number of a card that is decided as any other."""

    def card(self, number: int) -> Card:
        return self.at.store.cards.get(number)

    def advance(self, card: Card) -> None:
        """Have so much time pass that what waits is due: the minute, or the time that a dead worker had."""
        with self.at.store.database.transaction():
            sql = "UPDATE effects SET due_at = ? WHERE card = ? AND state = 'waiting'"
            self.at.store.database.execute(sql, ("2026-01-01T00:00:00.000000Z", str(card.id)))

    def notes(self, order: int) -> list[dict[str, Any]]:
        """Our notes on an order in Odoo."""
        rows = self.day.box.rows("mail.message")
        return [row for row in rows if row["res_id"] == order and "a person decides" in str(row["body"])]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("desk") / "home"
    with ExitStack() as stack:
        day = stack.enter_context(sample_day(18))
        write_home(home, day, schedule=True)
        policy = {"default_mode": "advise", "advice": {"tickets": "accepted"}, "blind_share": 0.5}
        policy["budgets"] = {"tokens_per_day": 1000}
        (home / "policy.yaml").write_text(yaml.safe_dump(policy))
        at = stack.enter_context(place(home))
        people = People(at.store.database, now)
        people.add("Mila Novak", [Duty.REVIEWER, Duty.LEAD], password=PASSWORD)
        people.add("Joris Bakker", [Duty.REVIEWER], password=PASSWORD, language="nl")
        numbers = _filled(at, day)
        yield Desk(day, at, stack.enter_context(serving(home)), *numbers)


def _filled(at: Place, day: SampleDay) -> tuple[int, int, int]:
    """A card of three cases, one in the blind sample and one beside it, each on an order that is in Odoo."""
    orders = [RecordRef(model="sale.order", id=row["id"], name=row["name"]) for row in day.box.rows("sale.order")]
    made = [proposal(Category.STOCK, record=order, company=COMPANY) for order in orders]
    for number in range(3):
        together = made[number].with_(origins=(SHARED,), summary=f"{orders[number].name} waits for P00031.")
        shared = put_one(at.store, together, number).number
    cards = [put_one(at.store, each, number) for number, each in enumerate(made[3:15], start=3)]
    chosen = {is_chosen(card, 0.5, at.store.keys): card.number for card in cards}
    return shared, chosen[True], chosen[False]


def test_cases_of_one_card_are_decided_one_by_one_and_together(somebody: Somebody, desk: Desk) -> None:
    mila = somebody(on=desk.site)
    page = mila.go(f"/cards/{desk.shared}")
    expect(page.get_by_role("heading", name="Cases on this card (3)")).to_be_visible()
    assert violations(page) == []
    name = desk.card(desk.shared).members[1].record.name
    page.get_by_role("button", name=f"Accept for {name}").click()
    page.wait_for_url("**#members")
    assert [one.state.value for one in desk.card(desk.shared).members] == ["open", "accepted", "open"]
    assert page.get_by_role("button", name="Accept for").count() == 2
    mila.press("a")  # on all that are left
    page.wait_for_url("**/queue**")
    expect(page.locator(".notice")).to_contain_text(f"Card {desk.shared} is accepted")
    assert {one.state.value for one in desk.card(desk.shared).members} == {"accepted"}
    mila.press("u")
    page.wait_for_url(f"**/cards/{desk.shared}")
    assert [one.state.value for one in desk.card(desk.shared).members] == ["open", "accepted", "open"]


def test_ones_own_view_comes_before_the_suggestion(somebody: Somebody, desk: Desk) -> None:
    joris = somebody("Joris Bakker", on=desk.site)
    page = joris.go(f"/cards/{desk.unseen}")
    assert desk.card(desk.unseen).proposal.summary not in page.locator("main").inner_text()
    assert page.locator('form[data-act="a"]').count() == 0
    assert violations(page) == []
    joris.press("a")  # does nothing here
    page.get_by_label("voorraad").check()
    page.locator("form[action$=own-view] button").click()
    page.wait_for_url(f"**/cards/{desk.unseen}?**")
    expect(page.locator("section.suggestion .summary")).to_contain_text(desk.card(desk.unseen).proposal.summary)
    joris.press("a")
    page.wait_for_url("**/queue**")
    assert desk.card(desk.unseen).state is CardState.ACCEPTED


def test_pages_with_something_on_them_violate_nothing(somebody: Somebody, desk: Desk) -> None:
    """Dead letters, budgets, a search that finds something, and a reviewer's queue with a card of the sample."""
    record = desk.card(desk.plain).proposal.record
    dead = desk.at.inbox.accept(hook(record, "dead", company=COMPANY)).id
    with desk.at.store.database.transaction():
        desk.at.store.database.execute("UPDATE inbox SET state = 'dead', error = 'KeyError' WHERE id = ?", (dead,))
    mila, found = somebody(on=desk.site), {}
    for path in ("/queue", "/dead-letters", "/policy", f"/search?q={record.name}", f"/cards/{desk.plain}/record"):
        page = mila.go(path)
        found[path] = violations(page)
    assert {path: flaws for path, flaws in found.items() if flaws} == {}
    page = mila.go("/dead-letters")
    page.get_by_label("Why").fill("the order is long gone")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("article.empty")).to_be_visible()


def test_a_worker_that_dies_while_it_tells_odoo(somebody: Somebody, desk: Desk) -> None:
    """The last of these, because a worker also ends cards whose facts are gone.

    It dies while note and ticket are on their way: the page does not call that done; the next one does it again, and
    nothing stands there twice.
    """
    mila, number = somebody(on=desk.site), desk.plain
    page, order = mila.go(f"/cards/{number}"), desk.card(number).proposal.record.id
    assert order is not None
    mila.press("a")
    page.wait_for_url("**/queue**")
    mila.go(f"/cards/{number}")
    expect(page.locator("#follows")).to_contain_text("at the earliest")
    desk.advance(desk.card(number))
    first = Process(desk.at, "worker")
    _kill_while_it_writes(desk, first)
    desk.at.wait(lambda: first.process.poll() is not None and len(desk.notes(order)) == 1)
    mila.go(f"/cards/{number}")
    expect(page.locator("#follows")).to_contain_text("is being told")
    assert page.get_by_role("button", name="Undo").count() == 0
    desk.advance(desk.card(number))
    second = Process(desk.at, "worker")
    try:
        desk.at.wait(lambda: [each.state for each in _effects(desk, number)] == [effects.DONE])
    finally:
        second.kill()
    mila.go(f"/cards/{number}")
    expect(page.locator("#follows")).to_contain_text("Odoo was told at")
    assert len(desk.notes(order)) == 1
    tickets = [
        row for row in desk.day.box.rows("helpdesk.ticket") if desk.card(number).proposal.record.name in str(row)
    ]
    assert len(tickets) == 1
    assert desk.card(number).state is CardState.ACCEPTED
    assert verify(desk.at.store.database, desk.at.store.keys).first_bad is None


def _effects(desk: Desk, number: int) -> list[effects.Effect]:
    return effects.of_card(desk.at.store.database, str(desk.card(number).id))


def _kill_while_it_writes(desk: Desk, worker: Process) -> None:
    """End the process as a power cut would while its note and ticket are on their way: they arrive, it never knows."""

    def look() -> None:
        if "'verb': 'note'" in str(desk.day.box.calls[-1]):
            worker.process.kill()
            worker.process.wait(10)
        else:
            desk.day.box.faults.before("ir.actions.server", "run", look)

    desk.day.box.faults.before("ir.actions.server", "run", look)
