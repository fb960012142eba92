"""Ten reviewers on one queue at once, over HTTP: each card is decided once, what follows is done once."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.databases import ENGINES, PostgresServer, place_in, target_in
from tests.integration.service_process import web_process
from tests.unit.opened_store import Opened, event, proposal, ref
from triage.audit.verify import verify
from triage.cards.handling import UNDO, Handler
from triage.cli.wiring import now
from triage.domain import Advisory, Card, CardState, Category, Duty, Mode, Policy, Publication, RecordRef
from triage.domain.policies import PolicyBook
from triage.errors import DecisionRefused
from triage.jobs.effects import Effects
from triage.jobs.switching import Switch
from triage.storage import queue
from triage.storage.people import People

REVIEWERS = 10
NOTE = Advisory(verb="note", marker="m", status="posted", ref=RecordRef(model="mail.message", id=1, name="1"))
_ACTS = ("accept", "accept", "accept", "reject", "edit", "claim", "snooze")
_REVISION = re.compile(r'name="revision" value="(\d+)"')
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
_LINKS = re.compile(r'href="/cards/(\d+)\?')


class Reviewer(threading.Thread):
    """Takes cards from the queue as a script would that knows no one else, until none waits."""

    def __init__(self, address: str, token: str, number: int) -> None:
        super().__init__(name=f"reviewer {number}")
        self._client = httpx.Client(base_url=address, cookies={"triage": token}, timeout=60)
        self._chance = random.Random(number)
        self.decided: list[int] = []
        self.refused = 0
        self.strange: list[str] = []

    def run(self) -> None:
        with self._client:
            for _ in range(5000):
                page = self._client.get("/queue?snoozed=yes")
                cards = [int(each) for each in _LINKS.findall(page.text)]
                if page.status_code != 200 or not cards:
                    return
                self._work(self._chance.choice(cards[:20]))

    def _work(self, number: int) -> None:
        page = self._client.get(f"/cards/{number}")
        revision, token = _REVISION.search(page.text), _TOKEN.search(page.text)
        if f'action="/cards/{number}/accept"' not in page.text or revision is None or token is None:
            return  # somebody was quicker
        act = self._chance.choice(_ACTS)
        form = {"form_token": token[1], "revision": revision[1]}
        more = {
            "reject": {"reason": "already_known"},
            "edit": {"category": "stock", "severity": "urgent"},
            "snooze": {"for": "1h"},
        }.get(act, {})
        answer = self._client.post(f"/cards/{number}/{act}", data=form | more)
        if answer.status_code == 409:
            self.refused += 1
        elif answer.status_code != 303:
            self.strange.append(f"{act} {number}: {answer.status_code} {answer.text[:200]}")
        elif act in ("accept", "reject", "edit"):
            self.decided.append(number)


def filled(home: Path, cards: int) -> list[str]:
    """A store with so many open cards; the sessions of ten reviewers."""
    home.mkdir(exist_ok=True)
    (home / "policy.yaml").write_text("blind_share: 0\n", encoding="utf-8")
    with Opened(home) as opened:
        opened.clock.now = now()
        for number in range(cards):
            happened = event(f"e{number}", ref(number))
            opened.journal.of(happened)
            opened.cards.put(proposal(Category.STOCK, record=ref(number)), happened.key)
        people = People(opened.database, now)
        for number in range(REVIEWERS):
            people.add(f"reviewer {number}", [Duty.REVIEWER], subject=f"r{number}")
        return [people.begin(f"reviewer {number}", "password") for number in range(REVIEWERS)]


def work_together(home: Path, cards: int) -> None:
    tokens = filled(home, cards)
    target = target_in(home)
    environment = {"TRIAGE_DATABASE": target} if isinstance(target, str) else {}
    with web_process(home, environment) as web:
        reviewers = [Reviewer(web.url, token, number) for number, token in enumerate(tokens)]
        for each in reviewers:
            each.start()
        for each in reviewers:
            each.join(540)
        assert not any(each.is_alive() for each in reviewers)
        assert [found for each in reviewers for found in each.strange] == []
        web.stop()
    with Opened(home) as opened:
        done = Counter(number for each in reviewers for number in each.decided)
        assert done == Counter(range(1, cards + 1))
        assert sum(1 for each in reviewers if each.decided) > 1
        found = opened.cards.all()
        assert all(len(card.decisions) == 1 for card in found)
        assert {card.state for card in found} <= {CardState.ACCEPTED, CardState.REJECTED, CardState.EDITED}
        sums = dict(opened.database.query("SELECT kind, count(*) FROM journal GROUP BY kind"))
        assert sums["decision"] == cards
        assert verify(opened.database, opened.keys).first_bad is None
    assert Counter(_effects(home)) == Counter({card.number: 1 for card in found})


def _effects(home: Path) -> list[int]:
    """Numbers of the cards whose effects three workers did who look at once, each with a connection of its own."""
    written: list[int] = []

    def publish(card: Card) -> Publication:
        written.append(card.number)
        return Publication(card=card.id, on=card.proposal.record, advisories=(NOTE,))

    def later() -> datetime:
        return now() + UNDO + timedelta(minutes=5)

    def once() -> None:
        with Opened(home) as opened:
            policies = PolicyBook(Policy(default_mode=Mode.ADVISE))
            switch = Switch(opened.journal, later)
            effects = Effects(opened.cards, opened.journal, policies, later, switch, publish)
            while effects.once().done:
                pass

    workers = [threading.Thread(target=once) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(300)
    with Opened(home) as opened:
        states = dict(opened.database.query("SELECT state, count(*) FROM effects GROUP BY state"))
        assert states == {"done": len(written)}
    return written


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = tmp_path / "home"
    found.mkdir()
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        place_in(found, server.schema())
    return found


def test_ten_reviewers_decide_each_card_once(home: Path) -> None:
    work_together(home, 20)


@pytest.mark.slow
def test_ten_reviewers_decide_five_hundred_cards_once(home: Path) -> None:
    work_together(home, 500)


def test_a_card_is_claimed_by_one_of_many(home: Path) -> None:
    filled(home, 1)
    together, won, refused = threading.Barrier(6), [], []

    def claim(name: str) -> None:
        with Opened(home) as opened:
            together.wait(30)
            try:
                Handler(opened.cards, opened.journal, opened.clock).claim("1", name)
            except DecisionRefused:
                refused.append(name)
            else:
                won.append(name)

    people = [threading.Thread(target=claim, args=(f"reviewer {number}",)) for number in range(6)]
    for each in people:
        each.start()
    for each in people:
        each.join(60)
    assert (len(won), len(refused)) == (1, 5)
    with Opened(home) as opened:
        row = queue.of_card(opened.database, str(opened.cards.get("1").id))
        assert row is not None
        assert row.claimed_by == won[0]
