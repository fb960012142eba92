"""Answers to OCA's bridge: an internal note and nothing else, posted to the configured Odoo and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.listening import in_thread
from tests.unit.opened_store import ORDER, Opened, proposal
from triage.domain import Advised, Coalesced, DeadLetter, Gone, NoException, Outcome, Superseded
from triage.errors import OdooRejected, OdooUnavailable, UsageError
from triage.odoo.bridge import answer, answer_path, post_answer
from triage.odoo.connection import Connection

TOKEN = "0123456789abcdef0123456789abcdef"
PATH = f"/ai/response/12/{TOKEN}"
ODOO = Connection(url="https://odoo.example/base", database="odoo")


@pytest.mark.parametrize(
    ("address", "known_as", "path"),
    [
        (f"https://odoo.example/base{PATH}", None, PATH),
        (f"HTTPS://ODOO.example/base{PATH}", None, PATH),
        (f"https://erp.example{PATH}", "https://erp.example/", PATH),
    ],
)
def test_an_address_on_the_configured_odoo_gives_its_path(address: str, known_as: str | None, path: str) -> None:
    assert answer_path(address, ODOO, known_as) == path


@pytest.mark.parametrize(
    "address",
    [
        f"http://odoo.example/base{PATH}",
        f"https://odoo.example{PATH}",
        f"https://odoo.example:444/base{PATH}",
        f"https://odoo.example.evil.example/base{PATH}",
        f"https://odoo.example/base@evil.example{PATH}",
        f"https://evil.example/base{PATH}",
        f"https://user:secret@odoo.example/base{PATH}",
        f"https://odoo.example/base/../web{PATH}",
        f"https://odoo.example/base{PATH}?x=1",
        f"https://odoo.example/base{PATH}#x",
        f"https://odoo.example/base{PATH}/",
        "https://odoo.example/base/web/session/destroy",
        "https://odoo.example/base/ai/response/0/" + TOKEN,
        f"https://[odoo.example/base{PATH}",
        "file:///etc/passwd",
        PATH,
        "",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError):
        answer_path(address, ODOO)


def test_without_an_odoo_there_is_nowhere_to_answer() -> None:
    with pytest.raises(UsageError, match="no Odoo is configured"):
        answer_path(f"https://odoo.example{PATH}", None)


def test_an_answer_is_an_internal_note_with_the_card(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        card = opened.cards.put(proposal(summary="40 bolts <script>alert(1)</script> are missing."), "e")
    told = answer(Advised(cards=(card.id,)), [card], ORDER)
    assert set(told) == {"body", "message_type", "subtype_xmlid", "body_is_html"}
    assert (told["message_type"], told["subtype_xmlid"]) == ("comment", "mail.mt_note")
    assert "40 bolts &lt;script&gt;" in told["body"]
    assert "<script" not in told["body"]
    assert "body_is_html" not in answer(Advised(cards=(card.id,)), [card], ORDER, html_flag=False)


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (NoException(why="the order is on time"), "No order exception: the order is on time."),
        (Gone(), "it is gone, or"),
        (Coalesced(into="x"), "nothing has changed since"),
        (Superseded(by="x"), "anew"),
        (DeadLetter(why="x"), "a person will look at it"),
        (Advised(cards=()), "has read this record"),
    ],
)
def test_every_outcome_has_an_answer(outcome: Outcome, said: str) -> None:
    assert said in answer(outcome, [], ORDER)["body"]


class Odoo(ThreadingHTTPServer):
    """Takes answers as the bridge's controller does: each once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.took: list[dict[str, object]] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Odoo

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status = self.server.status
        if status == 200 and (self.path != PATH or self.server.took):
            status = 404
        if status == 200:
            self.server.took.append(body)
        told = b"Execution is expired." if status == 404 else b'{"id": 7}'
        self.send_response(status)
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def odoo() -> Iterator[tuple[Odoo, Connection]]:
    with in_thread(Odoo()) as server:
        yield server, Connection(url=f"http://127.0.0.1:{server.server_port}", database="odoo")


def test_an_answer_is_posted_once_and_again_is_harmless(odoo: tuple[Odoo, Connection]) -> None:
    server, connection = odoo
    told = answer(NoException(why="on time"), [], ORDER)
    assert post_answer(connection, PATH, told)
    assert not post_answer(connection, PATH, told)
    assert server.took == [told]


@pytest.mark.parametrize(("status", "error"), [(500, OdooUnavailable), (400, OdooRejected)])
def test_a_failure_of_odoo_is_told_from_a_refusal(
    odoo: tuple[Odoo, Connection], status: int, error: type[Exception]
) -> None:
    server, connection = odoo
    server.status = status
    with pytest.raises(error):
        post_answer(connection, PATH, {})
    with pytest.raises(OdooRejected):
        post_answer(connection, "/web/session/destroy", {})
    assert server.took == []


def test_an_odoo_that_is_down_is_tried_again_later() -> None:
    with pytest.raises(OdooUnavailable):
        post_answer(Connection(url="http://127.0.0.1:9", database="odoo"), PATH, {})
