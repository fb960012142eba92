"""Signing in, sessions, cookies, headers, hostile content, and a store that is down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.review.guard import is_local
from tests.unit.opened_store import COMPANY, event, proposal, ref
from tests.unit.service_client import ENVIRONMENT, Service, service
from triage.cli.wiring import now, open_store
from triage.domain import (
    Case,
    Category,
    Company,
    Document,
    Duty,
    Fact,
    Message,
    Quote,
    RecordRef,
    Suggestion,
)
from triage.settings import Settings
from triage.storage.people import IDLE, LONGEST, People

PASSWORD = "correct horse battery"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
HOSTILE_FILE = 'a\r\nSet-Cookie: triage=stolen\r\n"; filename=b.html\x00<script>.html'


@pytest.fixture(scope="module")
def hostile_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a card in which every text that came from outside is hostile."""
    home = tmp_path_factory.mktemp("hostile")
    record = RecordRef(model="sale.order", id=7, name=f"S7 {SCRIPT}")
    case = Case(
        record=record,
        company=Company(name=COMPANY, currency="EUR"),
        captured_at=now(),
        messages=(
            Message(id="<1@x>", author=SCRIPT, email="a@x.example", subject=f"Re {SCRIPT}", body=f"Where? {SCRIPT}"),
        ),
        documents=(Document(name=HOSTILE_FILE, media_type="text/html", content=SCRIPT.encode()),),
    )
    fact = Fact(name="stock.shortage", value=SCRIPT, about=SCRIPT, unit=SCRIPT, how=SCRIPT, sources=(SCRIPT,))
    quote = Quote(source="message:0", text=SCRIPT, verified=True)
    with open_store(Settings.of(home, ENVIRONMENT), create=True) as store:
        happened = event("event:1", record)
        store.journal.of(happened).once("capture", record, lambda _: case)
        more: dict[str, Any] = {"record": record, "case": case.fingerprint(), "facts": (fact,), "team": SCRIPT}
        more["suggestion"] = Suggestion(category=Category.STOCK, evidence=(quote,))
        store.cards.put(proposal(Category.STOCK, summary=SCRIPT, **more), "event:1")
        store.cards.put(proposal(Category.STOCK, record=ref(8)).with_(company=SCRIPT), "event:2")
        People(store.database, now).add("Mila Novak", [Duty.REVIEWER, Duty.LEAD], password=PASSWORD)
    return home


@pytest.fixture(scope="module")
def made(hostile_home: Path) -> Iterator[Service]:
    with service(hostile_home) as found:
        yield found


@pytest.fixture
def people(made: Service) -> People:
    return People(made.app.state.parts.installation.opened().store.database, now)


def browser(made: Service, address: str = "http://testserver") -> TestClient:
    return TestClient(made.app, base_url=address, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def mila(made: Service, people: People) -> TestClient:
    client = browser(made)
    client.cookies.set("triage", people.begin("Mila Novak", "password"))
    return client


def signing(client: TestClient, name: str = "Mila Novak", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/sign-in", data={"name": name, "password": password} | more)


@pytest.mark.parametrize(
    ("address", "name", "secure"),
    [("http://testserver", "triage", False), ("https://testserver", "__Host-triage", True)],
)
def test_the_cookie_is_for_this_host_and_for_no_script(made: Service, address: str, name: str, secure: bool) -> None:
    client = browser(made, address)
    answer = signing(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    given = answer.headers["set-cookie"]
    parts = {part.strip().lower() for part in given.split(";")}
    assert given.startswith(f"{name}=")
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert ("secure" in parts) is secure
    assert not any(part.startswith("domain") for part in parts)
    assert client.get("/queue").status_code == 200


def test_each_sign_in_is_a_session_of_its_own(made: Service, people: People) -> None:
    """A token that somebody planted before is worth nothing afterwards."""
    client = browser(made)
    client.cookies.set("triage", "planted-by-somebody-else")
    first = signing(client).cookies["triage"]
    second = signing(browser(made)).cookies["triage"]
    assert len({first, second, "planted-by-somebody-else"}) == 3
    assert people.session("planted-by-somebody-else") is None


@pytest.mark.parametrize("end", ["disable", "password", "sign out", "idle", "at last"])
def test_a_session_that_is_over_leads_to_the_sign_in_page(
    made: Service, people: People, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"Jo {end}"
    people.add(name, [Duty.REVIEWER], password=PASSWORD)
    client = browser(made)
    token = signing(client, name).cookies["triage"]
    client.cookies.set("triage", token)
    assert client.get("/queue").status_code == 200
    if end == "disable":
        people.disable(name)
    elif end == "password":
        people.set_password(name, PASSWORD + "!")
    elif end == "sign out":
        people.end(token)
    else:
        later = now() + (IDLE if end == "idle" else LONGEST) + timedelta(seconds=1)
        monkeypatch.setattr("service.review.guard.now", lambda: later)
    answer = client.get("/cards/1?back=%3F")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fcards%2F1%3Fback%3D%253F")
    assert client.post("/cards/1/accept", data={"form_token": "x"}).headers["location"] == "/sign-in"


@pytest.mark.parametrize(("headers", "status"), [({"hx-request": "true", "hx-trigger": "rows"}, 303), ({}, 200)])
def test_a_queue_that_renews_itself_keeps_nobody_signed_in(
    made: Service, people: People, headers: dict[str, str], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(made)
    client.cookies.set("triage", signing(client).cookies["triage"])
    begun = now()
    for minutes in range(10, int(IDLE.total_seconds()) // 60, 10):
        monkeypatch.setattr("service.review.guard.now", lambda at=begun + timedelta(minutes=minutes): at)
        assert client.get("/queue/rows", headers=headers).status_code == 200
    monkeypatch.setattr("service.review.guard.now", lambda: begun + IDLE + timedelta(minutes=1))
    answer = client.get("/queue/rows", headers=headers)
    assert answer.status_code == status
    if headers:
        assert answer.headers["hx-redirect"].startswith("/sign-in")


def test_too_many_wrong_attempts_are_refused_before_the_password_is_looked_at(hostile_home: Path) -> None:
    with service(hostile_home) as made:
        client = browser(made)
        assert [signing(client, password="wrong wrong wrong").status_code for _ in range(11)] == [401] * 10 + [429]
        assert signing(client).status_code == 429


def test_attempts_that_are_made_at_once_count_from_their_beginning(hostile_home: Path) -> None:
    with service(hostile_home) as made, ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda n: signing(browser(made), password=f"wrong wrong {n}").status_code, range(32)))
        assert sorted(told) == [401] * 10 + [429] * 22


def test_attempts_that_succeed_take_nobodys_place(hostile_home: Path) -> None:
    with service(hostile_home) as made:
        assert {signing(browser(made)).status_code for _ in range(31)} == {303}
        assert signing(browser(made), password="wrong wrong wrong").status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil.example", "javascript:alert(1)", "evil", "", "/a\r\nSet-Cookie: x=y", "/" + "a" * 5000,
    ],
)  # fmt: skip
def test_nobody_is_sent_elsewhere_after_signing_in(made: Service, target: str) -> None:
    assert not is_local(target)
    assert signing(browser(made), next=target).headers["location"] == "/queue"
    page = browser(made).get("/sign-in", params={"next": target}).text
    assert '<input type="hidden" name="next" value="">' in page


def test_after_signing_in_the_page_that_was_asked_for_comes(made: Service) -> None:
    assert signing(browser(made), next="/cards/1?back=%3Fmine").headers["location"] == "/cards/1?back=%3Fmine"


ADDRESSES = [
    ("GET", "/queue"), ("GET", "/cards/1"), ("GET", "/cards/99"), ("GET", "/cards/1/story"), ("GET", "/nonsense"),
    ("GET", "/cards/1/documents/0"), ("GET", "/policy"), ("GET", "/dead-letters"), ("GET", "/help"),
    ("GET", "/sign-in"),
    ("POST", "/cards/1/accept"), ("POST", "/sign-in"), ("PUT", "/queue"), ("GET", "/static/x/keys.js"),
    ("GET", "/static/x/nothing"), ("GET", "/livez"), ("GET", "/v1/cards"), ("POST", "/hooks/odoo/odoo/wrong"),
    ("GET", "/openapi.json"),
]  # fmt: skip


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize(("method", "address"), ADDRESSES, ids=lambda value: value)
def test_every_answer_has_safe_headers(
    made: Service, mila: TestClient, method: str, address: str, signed_in: bool
) -> None:
    client = mila if signed_in else browser(made)
    answer = client.request(method, address, headers={"accept": "text/html"})
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    is_file = address.startswith("/static/") and answer.status_code == 200
    assert answer.headers["cache-control"] == ("public, max-age=31536000, immutable" if is_file else "no-store")
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert without_inline(answer.text)


def without_inline(page: str) -> bool:
    """Whether no script, handler or style stands in a page, and nothing is loaded from elsewhere."""
    outside = re.search(r"""(?:src|action)=["']?(?:https?:)?//|<link[^>]+href=["'](?:https?:)?//""", page)
    script = re.search(
        r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:|<style|\sstyle\s*=", page, re.IGNORECASE
    )
    return outside is None and script is None


@pytest.mark.parametrize("address", ["/cards/1", "/cards/1/story", "/queue", "/queue/rows", "/search?q=S7", "/policy"])
def test_hostile_content_is_shown_as_text(mila: TestClient, address: str) -> None:
    page = mila.get(address)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert without_inline(page.text)


def test_what_is_hostile_is_there_all_the_same(mila: TestClient) -> None:
    page = mila.get("/cards/1").text
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 6


def test_a_search_and_a_queue_address_show_no_markup(mila: TestClient) -> None:
    for address in ("/search", "/queue", "/queue/rows"):
        found = mila.get(address, params={"q": SCRIPT, "company": SCRIPT, "team": SCRIPT, "back": SCRIPT, "done": "1"})
        assert found.status_code == 200
        assert "<script>alert" not in found.text
        assert without_inline(found.text)


def test_a_file_name_makes_no_header_and_a_file_no_page(mila: TestClient) -> None:
    answer = mila.get("/cards/1/documents/0")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename*=UTF-8''a%0D%0ASet-Cookie")
    assert re.fullmatch(r"[\w; .*=%'~-]+", disposition)


@pytest.mark.parametrize("length", ["-1", "x", "99999999999999999999"])
def test_a_wrong_length_is_refused(made: Service, length: str) -> None:
    answer = browser(made).post("/sign-in", content=b"name=a", headers={"content-length": length})
    assert answer.status_code in {403, 413}


def test_a_store_that_is_down_is_a_page_that_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "audit.db").mkdir()
    with service(home) as made:
        client = browser(made)
        client.cookies.set("triage", "some token")
        for method, address in [("GET", "/queue"), ("GET", "/cards/1"), ("GET", "/policy"), ("POST", "/sign-in")]:
            data = {"name": "Mila", "password": PASSWORD} if method == "POST" else None
            answer = client.request(method, address, data=data)
            assert answer.status_code == 503, address
            assert answer.headers["retry-after"]
            assert answer.headers["content-type"].startswith("text/html")
            assert "The store cannot be reached" in answer.text
        assert client.get("/static/x/review.css").status_code == 200
        assert client.get("/v1/cards").headers["content-type"] == "application/problem+json"


def test_a_browsers_wrong_address_is_a_page_and_a_programs_a_problem(made: Service, mila: TestClient) -> None:
    shown = mila.get("/nonsense", headers={"accept": "text/html,*/*"})
    assert (shown.status_code, shown.headers["content-type"]) == (404, "text/html; charset=utf-8")
    told = browser(made).get("/nonsense", headers={"accept": "application/json"})
    assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")
