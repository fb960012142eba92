"""A model that is down, or whose budget is spent, over HTTP and a real store: the embedded answer, marked; and back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fake_model_server import FakeModelServer, says, status
from tests.integration.test_pipeline import COMPANY, Office, event
from tests.integration.test_prompted_tasks import summarised
from tests.unit.opened_store import Opened
from triage import metrics
from triage.cli.wiring import guarded
from triage.domain import Budgets, Card, Company, Endpoint, Policy, Price, Usage
from triage.domain.policies import PolicyBook
from triage.errors import ModelUnavailable, OverBudget
from triage.models.breaker import Breaker, Patience, State, forget_breakers
from triage.models.budget import Budget
from triage.models.charged import charged_to
from triage.models.chat import OpenAIChat
from triage.models.guarded import GuardedChat
from triage.models.structured import Patience as Asking
from triage.models.structured import forget_ways
from triage.models.turns import taking_turns
from triage.pipeline import triage
from triage.storage.budgets import Spending, Spent
from triage.tasks.fallback import Fallback
from triage.tasks.summarise.embedded import EmbeddedSummariser
from triage.tasks.summarise.prompted import PromptedSummariser

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
QUICK = Asking(attempts=2, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0)
TEN = Usage(input_tokens=7, output_tokens=3)


class Clock:
    def __init__(self) -> None:
        self.seconds, self.now = 0.0, NOON

    def __call__(self) -> float:
        return self.seconds


class Desk(Office):
    """An office whose summaries come from a server, behind a breaker and a budget."""

    def __init__(self, home: Path, server: FakeModelServer) -> None:
        super().__init__(home)
        self.server, self.clock = server, Clock()
        self.breaker = Breaker(Patience(failures=4, pause=30), self.clock)
        self.spending = Spending(self.database)
        self.budgets = Budgets()
        self.count = 0

    def card(self) -> Card:
        """The card of one more event."""
        self.count += 1
        chat = OpenAIChat(endpoint=Endpoint(name="desk", url=self.server.url), model="small-1")
        budget = Budget(self.spending, lambda _: self.budgets, lambda: self.clock.now)
        prompted = PromptedSummariser(GuardedChat.of(chat, budget, self.breaker), patience=QUICK)
        tasks = [self.classify, Fallback(prompted, EmbeddedSummariser())]
        triage(event(f"file:{self.count}"), replace(self.desk(), tasks=tasks))
        return self.cards.get(1)

    def answered(self) -> str:
        """Where the summary on the card of one more event comes from."""
        return "embedded" if any("answered by" in warning for warning in self.card().proposal.warnings) else "server"


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    forget_breakers()
    with FakeModelServer() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, server: FakeModelServer) -> Iterator[Desk]:
    made = Desk(tmp_path, server)
    yield made
    made.database.close()


def test_a_server_that_is_down_leaves_the_embedded_answer_and_the_card_says_which_and_why(desk: Desk) -> None:
    desk.server.plan(status(503))
    [warning] = [w for w in desk.card().proposal.warnings if "answered by" in w]
    assert warning.startswith("answered by ")
    assert "because desk:small-1 gave no usable answer: desk: HTTP 503" in warning


def test_known_to_be_down_it_is_asked_nothing_until_the_pause_is_over_and_then_it_is_back(
    desk: Desk,
) -> None:
    desk.server.plan(status(503))
    assert [desk.answered(), desk.answered()] == ["embedded", "embedded"]
    asked = len(desk.server.requests)
    assert desk.breaker.state is State.OPEN
    assert [desk.answered() for _ in range(5)] == ["embedded"] * 5
    assert len(desk.server.requests) == asked == 4
    assert any("is left alone for another 30 s" in w for w in desk.cards.get(1).proposal.warnings)
    desk.server.plan(says(summarised()))
    desk.clock.seconds += 30
    assert desk.answered() == "server"
    assert desk.breaker.state is State.CLOSED


def test_a_try_that_fails_keeps_it_alone_for_longer(desk: Desk) -> None:
    desk.server.plan(status(503))
    desk.answered(), desk.answered()
    desk.clock.seconds += 30
    asked = len(desk.server.requests)
    assert desk.answered() == "embedded"
    assert len(desk.server.requests) == asked + 1, "one question tries; the rest of its attempts is refused"
    desk.clock.seconds += 59
    assert desk.answered() == "embedded"
    assert len(desk.server.requests) == asked + 1


def told() -> float:
    """What is scraped: whether the server is left alone."""
    families = [family for family in metrics.read() if family.name == "triage_model_left_alone"]
    return sum(each.value for each in families[0].samples if each.labels == {"endpoint": "desk"})


def test_that_it_is_left_alone_is_told_until_it_answers_or_nobody_has_asked_for_a_while(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.server.plan(says(summarised()))
    desk.answered()
    assert told() == 0
    desk.server.plan(status(503))
    desk.answered(), desk.answered()
    assert told() == 1
    asked = time.time()
    monkeypatch.setattr(time, "time", lambda: asked + 300)
    assert told() == 1, "its pause is over, and nobody has tried it"
    monkeypatch.setattr(time, "time", lambda: asked + 331)
    assert told() == 0, "nothing was asked after the last event of the evening"
    desk.clock.seconds += 30
    desk.answered()
    assert told() == 1
    desk.server.plan(says(summarised()))
    desk.clock.seconds += 60
    assert desk.answered() == "server"
    assert told() == 0


def test_tokens_and_money_are_counted_by_company_and_day(desk: Desk) -> None:
    desk.budgets = Budgets(
        money_per_day=Decimal(100), prices={"desk:small-1": Price(input=Decimal(3), output=Decimal(9))}
    )
    desk.server.plan(says(summarised()))
    assert desk.answered() == "server"
    spent = desk.spending.of(COMPANY.name, NOON.date())
    assert spent.calls == 1
    assert spent.tokens > 0
    assert spent.money > 0
    assert desk.spending.of("Another", NOON.date()) == Spent()


def test_a_spent_budget_leaves_the_embedded_answer_until_midnight_of_the_company(desk: Desk) -> None:
    desk.budgets = Budgets(tokens_per_day=1)
    desk.server.plan(says(summarised()))
    assert [desk.answered(), desk.answered()] == ["server", "embedded"]
    assert len(desk.server.requests) == 1
    assert any("the day's budget of models is spent" in w for w in desk.cards.get(1).proposal.warnings)
    desk.clock.now += timedelta(days=1)
    assert desk.answered() == "server"


def test_each_attempt_waits_for_its_turn_and_nothing_else_does(desk: Desk) -> None:
    under_way: list[int] = []

    @contextmanager
    def one() -> Iterator[None]:
        under_way.append(len(desk.server.requests))
        yield
        under_way[-1] = len(desk.server.requests) - under_way[-1]

    desk.server.plan(status(503), says(summarised()))
    with taking_turns(one):
        assert desk.answered() == "server"
    assert len(desk.server.requests) == 2
    assert under_way[1:] == [1]  # the failed one left its turn by its error


def test_a_budget_that_is_spent_is_no_outage(desk: Desk) -> None:
    desk.budgets = Budgets(tokens_per_day=0)
    assert [desk.answered() for _ in range(6)] == ["embedded"] * 6
    assert (desk.breaker.state, desk.server.requests) == (State.CLOSED, [])


def test_what_is_asked_on_the_command_lines_desk_is_guarded_the_same(tmp_path: Path, server: FakeModelServer) -> None:
    server.plan(status(500))
    chat = OpenAIChat(endpoint=Endpoint(name="desk", url=server.url), model="small-1", temperature=0.0)
    with Opened(tmp_path) as opened:
        made = guarded(chat, opened, PolicyBook(Policy()))  # type: ignore[arg-type]
        assert isinstance(made, GuardedChat)
        assert (made.endpoint, made.model, made.temperature) == (chat.endpoint, "small-1", 0.0)
        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="HTTP 500"):
                made.answer([{"role": "user", "content": "?"}])
        with pytest.raises(ModelUnavailable, match="left alone"):
            made.answer([{"role": "user", "content": "?"}])
    assert len(server.requests) == 5


@pytest.mark.parametrize(("zone", "day"), [("Europe/Amsterdam", "2026-11-18"), ("America/New_York", "2026-11-17")])
def test_a_day_is_the_companys_own(home: Path, zone: str, day: str) -> None:
    late = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
    with Opened(home) as opened:
        spending = Spending(opened.database)
        budget = Budget(spending, lambda _: Budgets(tokens_per_day=15), lambda: late)
        with charged_to(Company(name="B", timezone=zone)):
            budget.add("desk", "small-1", TEN)
            budget.check()
            budget.add("desk", "other", TEN)
            with pytest.raises(OverBudget, match=r"20 of 15 tokens") as over:
                budget.check()
        assert spending.of("B", datetime.fromisoformat(day).date()) == Spent(2, 20)
        hours = (over.value.retry_after or 0) / 3600
        assert hours == pytest.approx(23.5 if zone.startswith("Europe") else 5.5)
        assert spending.forget(datetime.fromisoformat(day).date() + timedelta(days=1)) == 2


def test_outside_of_a_companys_case_nothing_is_counted(home: Path) -> None:
    with Opened(home) as opened:
        budget = Budget(Spending(opened.database), lambda _: Budgets(tokens_per_day=0), lambda: NOON)
        budget.check()
        budget.add("desk", "small-1", TEN)
        assert opened.database.query("SELECT * FROM spending") == []
