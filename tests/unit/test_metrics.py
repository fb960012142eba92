"""What processes count together, and what a scrape tells of the store."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.configuration import read_configuration
from service.monitoring.figures import Looked, StoreFigures
from service.monitoring.labels import Companies
from tests.unit.opened_store import COMPANY, Opened, event, proposal, ref
from tests.unit.service_client import SERVICE, Service, seed, service
from triage import metrics
from triage.cli.scraped import address_of, serving
from triage.domain import (
    Arrival,
    Budgets,
    Category,
    Coalesced,
    Door,
    NoException,
    Outcome,
    Policy,
    Verdict,
)
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError, UsageError
from triage.jobs.counting import SWEPT, count_outcome
from triage.jobs.inbox import Inbox
from triage.jobs.switching import Switch
from triage.pipeline import decide
from triage.storage.budgets import Spending
from triage.storage.watermarks import WHOLE, Position, Watermarks

TOKEN = "a-token-for-the-tests-only"


def counted(name: str, **labels: str) -> float:
    """The value of a series that this process, or all in its folder, have counted; 0 where there is none."""
    found = [each for family in metrics.read() for each in family.samples if each.name == name]
    return sum(each.value for each in found if labels.items() <= each.labels.items())


def test_processes_of_one_folder_are_counted_together_and_a_restart_takes_nothing_back(tmp_path: Path) -> None:
    alone = counted("triage_jobs_total", outcome="advised")
    with ExitStack() as first:
        assert first.enter_context(metrics.shared(tmp_path, "worker")) == "worker-1"
        metrics.meters().outcomes.labels("advised").inc(3)
        metrics.leave_alone("house", 60)
        with metrics.shared(tmp_path, "worker") as second:
            assert second == "worker-2"
            metrics.meters().outcomes.labels("advised").inc(4)
            metrics.meters().to_outcome.observe(2)
            assert counted("triage_jobs_total", outcome="advised") == 7
            assert counted("triage_model_left_alone", endpoint="house") == 1
    with metrics.shared(tmp_path, "worker") as again:
        assert again == "worker-1"
        metrics.meters().outcomes.labels("advised").inc()
        assert counted("triage_jobs_total", outcome="advised") == 8
        assert counted("triage_outcome_seconds_count") == 1
        assert counted("triage_model_left_alone", endpoint="house") == 0
    assert counted("triage_jobs_total", outcome="advised") == alone


def test_what_a_process_left_alone_is_not_told_once_it_is_gone(tmp_path: Path) -> None:
    with metrics.shared(tmp_path, "worker"):
        metrics.leave_alone("house", 60)
    with metrics.shared(tmp_path, "web"):
        assert counted("triage_model_left_alone", endpoint="house") == 0


def test_a_folder_that_cannot_be_written_leaves_counts_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with metrics.shared(tmp_path / "file" / "metrics", "web") as name:
        assert name is None
        before = counted("triage_jobs_total", outcome="gone")
        metrics.meters().outcomes.labels("gone").inc()
        assert counted("triage_jobs_total", outcome="gone") == before + 1


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        yield found


def looked(opened: Opened, most: int = 20, policy: Policy | None = None, now: datetime | None = None) -> StoreFigures:
    def clock() -> datetime:
        return now or opened.clock.now

    at = Looked(lambda: opened.database, clock, lambda: PolicyBook(policy or Policy()), lambda: ("odoo", 60.0),
                Companies([COMPANY], most))  # fmt: skip
    return StoreFigures(at)


def values(figures: StoreFigures, name: str) -> dict[tuple[str, ...], float]:
    """Of one figure: values by labels, in the labels' order."""
    figures.look()
    assert figures.is_up
    found = next(family for family in figures.families() if family.name == name)
    return {tuple(sample.labels.values()): sample.value for sample in found.samples}


def arrival(number: int, at: datetime, company: str = COMPANY, **more: Any) -> Arrival:
    given: dict[str, Any] = {
        "key": f"k{number}", "source": "odoo", "door": Door.HOOK, "ref": ref(number), "company": company,
        "received_at": at, "due_at": at,
    }  # fmt: skip
    return Arrival(**given | more)


def test_a_policy_that_may_not_act_is_no_trouble_with_the_store(opened: Opened) -> None:
    def refused() -> PolicyBook:
        raise ConfigurationError("only an activated policy may act")

    opened.cards.put(proposal(), event().key)
    at = Looked(lambda: opened.database, opened.clock, refused, lambda: None, Companies([COMPANY], 20))
    assert values(StoreFigures(at), "triage_open_cards") == {(COMPANY, "stock"): 1}  # and that the store is up


def test_ages_dead_letters_and_what_is_due_later(opened: Opened) -> None:
    inbox, now = Inbox(opened.journal, opened.clock), opened.clock.now
    ids = inbox.accept_many(
        [
            arrival(1, now - timedelta(seconds=90)),
            arrival(2, now - timedelta(seconds=300), due_at=now + timedelta(seconds=60)),
            arrival(3, now - timedelta(seconds=500), company="Other Ltd"),
        ]
    )
    row = inbox.start(ids[2].id, 1, "worker")
    assert row is not None
    inbox.fail(row, "failed", now, 1)
    figures = looked(opened, most=1)
    assert values(figures, "triage_queue_age_seconds") == {(COMPANY,): 90.0}
    assert values(figures, "triage_arrival_age_seconds") == {(COMPANY,): 300.0}
    assert values(figures, "triage_dead_letters") == {(COMPANY,): 0.0, ("other",): 1.0}
    assert values(figures, "triage_inbox_arrivals") == {(COMPANY, "waiting"): 2.0, ("other", "dead"): 1.0}


def test_cards_their_age_and_a_cap_on_companies(opened: Opened) -> None:
    for number, company in enumerate([COMPANY, COMPANY, "Busy", "Busy", "Busy", "Quiet"], start=1):
        happened = event(f"e{number}", ref(number), company)
        opened.journal.of(happened)
        opened.cards.put(proposal(Category.STOCK, record=ref(number)).with_(company=company), happened.key)
    figures = looked(opened, most=2, now=opened.clock.now + timedelta(days=2))
    cards = values(figures, "triage_open_cards")
    assert cards == {(COMPANY, "stock"): 2.0, ("Busy", "stock"): 3.0, ("other", "stock"): 1.0}
    assert values(figures, "triage_open_cards_older")[(COMPANY, "1d")] == 2.0
    assert values(figures, "triage_open_cards_older")[(COMPANY, "3d")] == 0.0
    assert values(figures, "triage_open_card_age_seconds")[("Busy", "stock")] > 2 * 86400


def test_spending_and_the_day_s_budget(opened: Opened) -> None:
    spending, today = Spending(opened.database), opened.clock.now.date()
    ends = opened.clock.now + timedelta(hours=8)
    spending.add(
        COMPANY, today - timedelta(days=1), "house", "small", 500, 100, Decimal("0.25"), ends - timedelta(days=1)
    )
    spending.add(COMPANY, today, "house", "small", 700, 250, Decimal("0.5"), ends)
    figures = looked(opened, policy=Policy(budgets=Budgets(tokens_per_day=1000)))
    assert values(figures, "triage_model_tokens") == {(COMPANY, "input"): 1200.0, (COMPANY, "output"): 350.0}
    assert values(figures, "triage_model_cost") == {(COMPANY,): 0.75}
    assert values(figures, "triage_budget_used_ratio") == {(COMPANY, "tokens"): 0.95}
    assert values(looked(opened), "triage_budget_used_ratio") == {}
    tomorrow = looked(opened, policy=Policy(budgets=Budgets(tokens_per_day=1000)), now=ends + timedelta(seconds=1))
    assert values(tomorrow, "triage_budget_used_ratio") == {}


def test_what_is_counted_as_spent_falls_for_no_name_whoever_else_is_named_and_after_a_restart(opened: Opened) -> None:
    spending, today = Spending(opened.database), opened.clock.now.date()

    def spend(company: str, days_ago: int, tokens: int) -> None:
        day = today - timedelta(days=days_ago)
        ends = opened.clock.now + timedelta(hours=8 - 24 * days_ago)
        spending.add(company, day, "house", "small", tokens, 0, Decimal(0), ends)

    def told(figures: StoreFigures) -> dict[tuple[str, ...], float]:
        found = values(figures, "triage_model_tokens")
        return {labels: value for labels, value in found.items() if labels[1] == "input"}

    def busy(company: str, number: int) -> None:
        happened = event(f"e{number}", ref(number), company)
        opened.journal.of(happened)
        opened.cards.put(proposal(Category.STOCK, record=ref(number)).with_(company=company), happened.key)

    spend("Small", 2, 5)
    spend("Big", 1, 900)
    figures = looked(opened, most=2)
    before = {("Small", "input"): 5.0, ("other", "input"): 900.0}
    assert told(figures) == before
    for number in range(1, 4):
        busy("Big", number)  # named among the cards now, or the first to be so after a restart
    assert told(looked(opened, most=2)) == before
    figures = looked(opened, most=2)
    assert ("Big", "stock") in values(figures, "triage_open_cards")
    assert told(figures) == before
    spend("New", 0, 70)
    assert told(looked(opened, most=2)) == {("Small", "input"): 5.0, ("other", "input"): 970.0}


def test_one_company_that_is_switched_off_says_nothing_about_the_others_without_a_name(opened: Opened) -> None:
    inbox, now = Inbox(opened.journal, opened.clock), opened.clock.now
    inbox.accept_many(
        [
            arrival(1, now - timedelta(seconds=9000), company="Off Ltd"),
            arrival(2, now - timedelta(seconds=400), company="On Ltd"),
        ]
    )
    switches = Switch(opened.journal, opened.clock)
    switches.off(by="t", why="w", company="Off Ltd")
    figures = looked(opened, most=1, now=now)
    assert values(figures, "triage_switched_off") == {("other",): 0.0}
    assert values(figures, "triage_queue_age_seconds") == {(COMPANY,): 0.0, ("other",): 400.0}
    switches.off(by="t", why="w", company="On Ltd")
    switches.off(by="t", why="w")
    figures = looked(opened, most=1, now=now)
    assert values(figures, "triage_switched_off") == {("other",): 1.0, ("(every company)",): 1.0}
    assert values(figures, "triage_queue_age_seconds") == {(COMPANY,): 0.0, ("other",): 0.0}
    switches.on(by="t", why="w", company="On Ltd")
    assert values(looked(opened, most=3, now=now), "triage_switched_off")[("Off Ltd",)] == 1.0


@pytest.mark.parametrize(("people", "shown"), [(4, {}), (5, {("stock",): 0.6})])
def test_acceptance_is_told_of_five_people_and_whole_weeks_only(
    opened: Opened, people: int, shown: dict[tuple[str, ...], float]
) -> None:
    opened.clock.now = datetime(2026, 11, 17, 12, tzinfo=UTC)
    for number in range(1, 6):
        happened = event(f"e{number}", ref(number))
        opened.journal.of(happened)
        opened.cards.put(proposal(Category.STOCK, record=ref(number)), happened.key)
        card = opened.cards.of_event(happened.key, COMPANY)[0]
        verdict, why = (Verdict.ACCEPT, None) if number <= 3 else (Verdict.REJECT, "no_action")
        decide(str(card.number), verdict, f"person {min(number, people)}", opened.cards, opened.journal, opened.clock,
               policy=Policy(), reason=why)  # type: ignore[arg-type]  # fmt: skip
    figures = looked(opened, now=datetime(2026, 11, 25, tzinfo=UTC))
    assert values(figures, "triage_acceptance_ratio") == shown
    within_the_week = looked(opened, now=datetime(2026, 11, 18, tzinfo=UTC))
    assert values(within_the_week, "triage_acceptance_ratio") == {}


def test_a_journal_without_a_checkpoint_has_the_age_of_its_beginning(opened: Opened) -> None:
    assert values(looked(opened), "triage_checkpoint_age_seconds") == {}
    opened.journal.of(event())
    later = opened.clock.now + timedelta(hours=30)
    assert values(looked(opened, now=later), "triage_checkpoint_age_seconds")[()] == pytest.approx(30 * 3600, abs=5)
    from triage.audit.checkpoints import make

    make(opened.journal, lambda: later - timedelta(hours=1))
    assert values(looked(opened, now=later), "triage_checkpoint_age_seconds") == {(): 3600.0}


def test_the_sweep_s_lag_is_that_of_a_whole_pass_and_what_is_not_looked_through_any_more_has_no_part(
    opened: Opened,
) -> None:
    now, watermarks = opened.clock.now, Watermarks(opened.database)
    for part, hours in (("crm.lead", 50), ("sale.order", 0)):  # leads were taken out of the sweep
        before = now - timedelta(hours=hours)
        watermarks.begin(Position("odoo", part, before, before, before, before))
    assert values(looked(opened, now=now), "triage_sweep_lag_seconds") == {}
    then = now - timedelta(seconds=70)
    watermarks.begin(Position("odoo", WHOLE, then, then, then, then))
    assert values(looked(opened, now=now), "triage_sweep_lag_seconds") == {(): 70.0}
    assert values(looked(opened, now=now), "triage_sweep_every_seconds") == {(): 60.0}


def finished(inbox: Inbox, one: Arrival, outcome: Outcome) -> None:
    kept = inbox.accept(one)
    row = inbox.get(kept.id)
    assert row is not None
    inbox.finish(kept.id, outcome)
    count_outcome(inbox, row, outcome, one.received_at)


def test_lost_events_are_changes_that_nobody_called_about(opened: Opened) -> None:
    inbox, now = Inbox(opened.journal, opened.clock), opened.clock.now

    def swept(number: int, cause: str, source: str = SWEPT) -> Arrival:
        key = f"place {ref(number).key} {cause}"
        return arrival(number, now, key=key, source=source, door=Door.SWEEP)

    def lost() -> float:
        return counted("triage_lost_events_found_total")

    before, none = lost(), NoException(why="on time")
    inbox.accept(arrival(1, now - timedelta(seconds=4)))
    finished(inbox, swept(1, "sale.order@2026-11-23T09:29:50"), none)  # a call came and is not read yet
    finished(inbox, swept(2, "sale.order@2026-11-23T09:29:50"), Coalesced(into="e"))  # a call had been read
    finished(inbox, swept(3, "stock.move@2026-11-23T09:29:50"), none)  # nobody calls about this
    finished(inbox, swept(4, "2026-11-23", source="recheck"), none)  # the daily look at an open card
    assert lost() == before
    finished(inbox, swept(5, "sale.order@2026-11-23T09:29:50"), none)
    finished(inbox, swept(6, "mail.message:12"), none)
    assert lost() == before + 2
    inbox.accept(arrival(7, now - timedelta(hours=3)))  # an earlier call, about something else
    finished(inbox, swept(7, "mail.message:13"), none)
    assert lost() == before + 3


@contextmanager
def scraped(home: Path, more: str = "") -> Iterator[Service]:
    with service(home, SERVICE + more) as made:
        yield made


def local(web: Service, host: str = "127.0.0.1") -> TestClient:
    return TestClient(web.app, raise_server_exceptions=False, client=(host, 4000))


def test_without_a_token_only_this_machine_may_scrape(tmp_path: Path) -> None:
    with scraped(tmp_path) as web:
        assert local(web).get("/metrics").status_code == 200
        assert local(web, "::1").get("/metrics").status_code == 200
        assert local(web, "192.0.2.7").get("/metrics").status_code == 404
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert local(web).get("/metrics", headers={header: "192.0.2.7"}).status_code == 404
        assert not [line for line in web.lines() if line.get("route") == "/metrics" and line["status"] == 200]


def test_with_a_token_whoever_has_it_may_scrape(tmp_path: Path) -> None:
    (tmp_path / "metrics.token").write_text(TOKEN + "\n")
    with scraped(tmp_path, "metrics: {token: {file: metrics.token}}\n") as web:
        there = local(web, "192.0.2.7")
        assert there.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        for wrong in ("", "Bearer", f"Basic {TOKEN}", "Bearer wrong-token-wrong-token", f"Bearer {TOKEN}x"):
            assert there.get("/metrics", headers={"Authorization": wrong}).status_code == 404
        assert local(web).get("/metrics").status_code == 404


@pytest.mark.parametrize("content", [None, "short", ""])
def test_a_token_that_is_missing_or_short_is_an_error_that_names_it(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "metrics.token").write_text(content)
    with (
        pytest.raises(ConfigurationError, match=r"metrics\.token"),
        scraped(tmp_path, "metrics: {token: {file: metrics.token}}\n"),
    ):
        pass


def test_the_bounds_of_scraping_are_checked(tmp_path: Path) -> None:
    (tmp_path / "service.yaml").write_text("metrics: {companies: -1}\n")
    with pytest.raises(ConfigurationError, match=r"metrics\.companies"):
        read_configuration(tmp_path)


def test_events_are_counted_by_what_became_of_them(tmp_path: Path) -> None:
    with scraped(tmp_path) as web, TestClient(web.app, client=("127.0.0.1", 4000)) as client:
        path, call = "/hooks/odoo/odoo/hook-secret-that-nobody-guesses", {"_id": 7, "_model": "sale.order"}
        assert [client.post(path, json=call).json()["duplicate"] for _ in range(2)] == [False, True]
        assert client.post("/hooks/odoo/odoo/Jane-Doe-was-here", json=call).status_code == 404
        assert client.request("JANE", "/nowhere/Jane-Doe").status_code == 404
        text = client.get("/metrics").text
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["triage_events_total", "hook", "new"] == 1
    assert found["triage_events_total", "hook", "duplicate"] == 1
    assert found["triage_events_total", "hook", "refused"] == 0  # there from the beginning: its first rise can be seen
    assert found["triage_acknowledge_seconds_count",] == 2
    assert found["triage_http_requests_total", "POST", "/hooks/odoo/{source}/{secret}", "404"] == 1
    assert found["triage_http_requests_total", "other", "(none)", "404"] == 1
    assert found["triage_inbox_arrivals", COMPANY, "waiting"] == 1
    assert found["triage_store_up",] == 1
    assert "Jane" not in text


def test_a_store_that_cannot_be_used_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_bytes(b"not a database, surely" * 100)
    (tmp_path / "keys.db").touch(mode=0o600)
    with scraped(tmp_path) as web:
        answer = local(web).get("/metrics")
    assert answer.status_code == 200
    assert "triage_store_up 0.0" in answer.text
    assert "triage_disk_free_ratio" in answer.text


def test_a_request_s_line_names_the_card_that_was_asked_for_and_none_that_may_not_be_seen(tmp_path: Path) -> None:
    cards = seed(tmp_path)
    with scraped(tmp_path) as web:
        key = web.key("cards:read")
        assert web.client.get("/v1/cards/1", headers=key).status_code == 200
        assert web.client.get("/v1/cards/5", headers=key).status_code == 404
        assert web.client.get("/v1/cards", headers=key).status_code == 200
        lines = [line for line in web.lines() if line["event"] == "request"]
    assert [line.get("card") for line in lines] == [str(cards[0].id), None, None]


def test_a_worker_serves_what_its_machine_counts_and_another_one_takes_over(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with metrics.shared(tmp_path, "worker"):
        metrics.meters().outcomes.labels("advised").inc(3)
        first, second = threading.Event(), threading.Event()
        duties = [threading.Thread(target=serving("127.0.0.1", port, 0.1), args=(end,)) for end in (first, second)]
        for duty in duties:
            duty.start()
            assert 'triage_jobs_total{outcome="advised"} 3.0' in _read(port)
        first.set()
        duties[0].join()
        assert 'triage_jobs_total{outcome="advised"} 3.0' in _read(port)
        second.set()
        duties[1].join()


def _read(port: int) -> str:
    until = time.monotonic() + 20
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
        except httpx.HTTPError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("text", ["", "house", "0", "127.0.0.1:", "127.0.0.1:99999", "9108/"])
def test_where_a_worker_serves_must_be_a_host_and_a_port(text: str) -> None:
    with pytest.raises(UsageError, match="--metrics"):
        address_of(text)
    assert address_of("9108") == ("127.0.0.1", 9108)
    assert address_of("[::1]:9108") == ("::1", 9108)
