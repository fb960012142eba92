"""Other programs are told once, signed, of what waits for a person; and never of what is nobody's business."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.listening import in_thread
from tests.unit.opened_store import COMPANY, NOW, Opened, abstained, proposal, ref
from triage.cards import transitions
from triage.domain import Arrival, Card, Category, Confidence, Door, Ending, Mode, Notice, Policy, Suggestion
from triage.domain.policies import PolicyBook
from triage.errors import ConfigurationError
from triage.jobs.configuration import read_configuration
from triage.jobs.inbox import Inbox
from triage.jobs.listeners import Listener, open_listeners
from triage.jobs.notices import ListenerDown, Notices
from triage.storage import inbox as inbox_rows
from triage.storage.watermarks import Watermarks

SECRETS = [b"a listener's secret, 32 bytes ok", b"the older one, 32 bytes as well."]
ADVISING = Policy(default_mode=Mode.ADVISE)


class Receiver(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.status = 204

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.came]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.status < 300:
            self.server.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        self.send_header("location", "/elsewhere")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with in_thread(Receiver()) as server:
        yield server


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as made:
        yield made


class Desk:
    """The sender over an open store."""

    def __init__(self, opened: Opened, receiver: Receiver, policy: Policy = ADVISING, **more: Any):
        for number, secret in enumerate(SECRETS):
            text = "whsec_" + base64.b64encode(secret).decode()
            (opened.home / f"{number}.secret").write_text(text + "\n")
        given = {
            "name": "n8n",
            "url": f"http://127.0.0.1:{receiver.server_port}/x",
            "secret_files": ["0.secret", "1.secret"],
        }
        self.listener = Listener.model_validate(given | more)
        self.opened = opened
        self.inbox = Inbox(opened.journal, opened.clock)
        self.off: set[str] = set()
        self.policies = PolicyBook(policy)
        self.round()

    def round(self) -> int:
        opened = self.opened
        listeners = open_listeners([self.listener], opened.home)
        return Notices(
            listeners,
            opened.cards,
            self.inbox,
            Watermarks(opened.database),
            self.policies,
            opened.clock,
            "https://triage.example",
            self.off.__contains__,
        ).once()

    def unsure(self, number: int = 1, **more: Any) -> Card:
        given = {"suggestion": abstained(), "record": ref(number), **more}
        return self.opened.cards.put(proposal(**given), f"event:{number}")

    def dead(self, key: str = "k") -> str:
        at = self.opened.clock()
        one = Arrival(key=key, source="odoo", door=Door.HOOK, ref=ref(7), company=COMPANY, received_at=at, due_at=at)
        kept = self.inbox.accept(one).id
        self.die(kept)
        return kept

    def die(self, kept: str) -> None:
        row = self.inbox.get(kept)
        assert row is not None
        working = self.inbox.start(kept, row.run, "one")
        assert working is not None
        assert self.inbox.fail(working, "OdooRejected at triage/odoo/x.py:1", NOW, 1)


def test_a_card_with_a_question_is_told_once_and_signed_with_every_secret(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver)
    card = desk.unsure(summary="Jane Doe asks.")
    assert [desk.round(), desk.round()] == [1, 0]
    [(headers, body)] = receiver.came
    for secret in SECRETS:
        Webhook(secret).verify(body, headers)
    event = json.loads(body)
    assert headers["webhook-id"] == event["id"] == f"card-{card.id}-unsure"
    assert (event["specversion"], event["type"]) == ("1.0", "odoo-triage.card.unsure")
    assert event["data"]["record"] == {"model": "sale.order", "id": 1, "name": "S00001"}
    assert event["data"]["link"] == "https://triage.example/cards/1"
    assert event["data"]["confidence"] is None
    assert b"Jane" not in body


def test_what_was_told_stands_in_the_journal(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver)
    card = desk.unsure()
    desk.round()
    assert opened.journal.has(COMPANY, f"notice n8n card-{card.id}-unsure")
    sql = "SELECT kind FROM journal WHERE kind = 'notice'"
    assert len(opened.database.query(sql)) == 1


def test_a_card_that_stood_there_before_is_no_news(opened: Opened, receiver: Receiver) -> None:
    opened.cards.put(proposal(suggestion=abstained()), "event:0")
    assert Desk(opened, receiver).round() == 0


def test_a_sure_suggestion_is_told_only_below_a_bound_that_the_listener_names(
    opened: Opened, receiver: Receiver
) -> None:
    confidence = Confidence(value=0.6, population="orders", n=40, low=0.5, high=0.7)
    desk = Desk(opened, receiver)
    desk.unsure(suggestion=Suggestion(category=Category.STOCK, confidence=confidence))
    assert desk.round() == 0
    desk.listener = desk.listener.with_(confidence_below=0.7)
    assert desk.round() == 1
    assert receiver.events()[0]["data"]["confidence"] == 0.6


@pytest.mark.parametrize("more", [{"events": ["arrival.dead"]}, {"companies": ["Another Ltd"]}])
def test_a_listener_hears_of_what_is_its_business_only(
    opened: Opened, receiver: Receiver, more: dict[str, Any]
) -> None:
    desk = Desk(opened, receiver, **more)
    desk.unsure()
    assert desk.round() == 0


def test_nothing_is_told_of_what_is_in_shadow_or_decided(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver, Policy(default_mode=Mode.SHADOW))
    card = desk.unsure()
    assert desk.round() == 0
    desk.policies = PolicyBook(Policy(default_mode=Mode.ADVISE))
    ending = Ending(card=card.id, state="expired", why="nobody came", at=NOW + timedelta(days=1))
    opened.cards.save(transitions.end(card, ending), card.revision)
    assert desk.round() == 0


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_listener_that_takes_nothing_is_told_again_with_the_same_id(
    opened: Opened, receiver: Receiver, status: int
) -> None:
    desk = Desk(opened, receiver)
    desk.unsure()
    receiver.status = status
    for _ in range(2):
        with pytest.raises(ListenerDown, match=rf"n8n \(status {status}\)"):
            desk.round()
    receiver.status = 200
    assert [desk.round(), desk.round()] == [1, 0]


def test_a_company_that_is_switched_off_is_told_of_afterwards(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver)
    desk.unsure()
    desk.off.add(COMPANY)
    assert [desk.round(), desk.round()] == [0, 0]
    for _ in range(300):
        opened.clock()  # well beyond the overlap
    desk.off.clear()
    assert desk.round() == 1


def test_a_dead_letter_of_a_company_that_is_switched_off_waits_as_well(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver)
    desk.dead()
    desk.off.add(COMPANY)
    assert desk.round() == 0
    desk.off.clear()
    assert desk.round() == 1


def test_many_are_told_in_order(opened: Opened, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("triage.jobs.notices._PAGE", 3)
    desk = Desk(opened, receiver)
    numbers = [desk.unsure(number).number for number in range(1, 12)]
    assert desk.round() == len(numbers)
    assert [event["data"]["card"] for event in receiver.events()] == numbers


def test_a_slow_listener_is_told_the_rest_in_the_next_round(
    opened: Opened, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("triage.jobs.notices._ROUND_SECONDS", 0.0)  # whatever it takes is too long
    desk = Desk(opened, receiver)
    numbers = [desk.unsure(number).number for number in range(1, 4)]
    assert [desk.round() for _ in range(4)] == [1, 1, 1, 0]
    assert [event["data"]["card"] for event in receiver.events()] == numbers
    letters = [desk.dead(key) for key in "ab"]
    assert [desk.round() for _ in range(3)] == [1, 1, 0]
    assert sorted(event["data"]["arrival"] for event in receiver.events()[3:]) == sorted(letters)


def test_a_dead_letter_that_turned_out_to_be_another_companys_is_for_who_sees_both(
    opened: Opened, receiver: Receiver
) -> None:
    desk = Desk(opened, receiver, companies=[COMPANY])
    inbox_rows.change(opened.database, desk.dead(), {}, {"stream": "Another Ltd"})
    assert desk.round() == 0
    desk.listener = desk.listener.with_(companies=(COMPANY, "Another Ltd"))
    assert desk.round() == 1
    assert receiver.events()[0]["data"]["company"] == "Another Ltd"


def test_a_dead_letter_is_told_once_for_each_time_that_it_died(opened: Opened, receiver: Receiver) -> None:
    desk = Desk(opened, receiver)
    kept = desk.dead()
    assert [desk.round(), desk.round()] == [1, 0]
    desk.inbox.retry(kept, "mila", "Odoo is back")
    assert desk.round() == 0
    desk.die(kept)
    assert desk.round() == 1
    first, second = receiver.events()
    assert (first["id"], second["id"]) == (f"arrival-{kept}-1", f"arrival-{kept}-2")
    assert first["data"]["error"] == "OdooRejected at triage/odoo/x.py:1"
    assert "S00007" not in json.dumps(first)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"url": "ftp://x"}, "https"),
        ({"url": "https://u:p@x.example"}, "without a password"),
        ({"events": ["card.made"]}, "events"),
        ({"name": "N8N"}, "name"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_a_wrong_listener_is_an_error_that_names_it(tmp_path: Path, entry: dict[str, Any], said: str) -> None:
    given = {"name": "n8n", "url": "https://x.example", "secret_files": ["a"]} | entry
    (tmp_path / "jobs.yaml").write_text(json.dumps({"listeners": [given]}))
    with pytest.raises(ConfigurationError, match=said):
        read_configuration(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"), [(None, "cannot be read"), ("whsec_***", "base64"), ("c2hvcnQ=", "fewer than 16")]
)
def test_a_wrong_secret_is_an_error_that_repeats_nothing_of_it(tmp_path: Path, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / "a").write_text(text)
    listener = Listener(name="n8n", url="https://x.example", secret_files=(Path("a"),))
    with pytest.raises(ConfigurationError, match=said) as error:
        open_listeners([listener], tmp_path)
    assert text is None or text not in str(error.value)
    assert Notice.model_fields.keys() >= {"id", "kind", "to"}
