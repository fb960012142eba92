"""Every page's permission for every role. A page that stands in no table here fails the run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from tests.unit.opened_store import COMPANY, event, proposal, ref
from tests.unit.service_client import Service, service
from triage.cli.wiring import now, open_store
from triage.domain import Case, Category, Company, Document, Duty, Message, Reading
from triage.storage import records
from triage.storage.people import LONGEST, People

PASSWORD = "correct horse battery"
ROLES = ("nobody", "reviewer", "foreign", "lead", "auditor", "disabled", "expired")
OUT = ("nobody", "disabled", "expired")
"""Who counts as not signed in, and is sent to the sign-in page."""
DUTIES = {
    "reviewer": [Duty.REVIEWER],
    "foreign": [Duty.REVIEWER],
    "lead": [Duty.LEAD],
    "auditor": [Duty.AUDITOR],
    "disabled": [Duty.REVIEWER, Duty.LEAD],
    "expired": [Duty.REVIEWER, Duty.LEAD],
}
LETTER = "0" * 64

ANYBODY = dict.fromkeys(ROLES, 200)
SIGNED_IN = {"reviewer": 200, "foreign": 200, "lead": 200, "auditor": 200}
OF_CARD = {"reviewer": 200, "foreign": 404, "lead": 200, "auditor": 200}
LEADING = {"reviewer": 403, "foreign": 403, "lead": 200, "auditor": 200}
LEADING_OF_CARD = {"reviewer": 403, "foreign": 403, "lead": 200, "auditor": 200}
ACTING = {"reviewer": 303, "foreign": 404, "lead": 303, "auditor": 403}

PAGES: dict[tuple[str, str], tuple[str, dict[str, int]]] = {
    ("GET", "/"): ("/", {"reviewer": 303, "foreign": 303, "lead": 303, "auditor": 303}),
    ("GET", "/queue"): ("/queue", SIGNED_IN),
    ("GET", "/queue/rows"): ("/queue/rows", SIGNED_IN),
    ("GET", "/search"): ("/search?q=nothing", SIGNED_IN),
    ("GET", "/help"): ("/help", SIGNED_IN),
    ("GET", "/cards/{number}"): ("/cards/1", OF_CARD),
    ("GET", "/cards/{number}/record"): ("/cards/1/record", OF_CARD),
    ("GET", "/cards/{number}/story"): ("/cards/1/story", LEADING_OF_CARD),
    ("GET", "/cards/{number}/documents/{index}"): ("/cards/1/documents/0", OF_CARD),
    ("GET", "/cards/{number}/documents/{index}/{page}.png"): ("/cards/1/documents/1/1.png", OF_CARD),
    ("POST", "/cards/{number}/{act}"): ("/cards/1/claim", ACTING),
    ("GET", "/figures"): ("/figures", LEADING),
    ("GET", "/figures/{name}.csv"): ("/figures/category.csv", LEADING),
    ("GET", "/figures/desk"): ("/figures/desk", LEADING),
    ("GET", "/figures/desk/csv"): ("/figures/desk/csv", LEADING | {"lead": 404, "auditor": 404}),
    ("GET", "/policy"): ("/policy", LEADING),
    ("GET", "/dead-letters"): ("/dead-letters", LEADING),
    ("POST", "/dead-letters/{id}/{act}"): (
        f"/dead-letters/{LETTER}/retry",
        {"reviewer": 403, "foreign": 403, "lead": 404, "auditor": 403},
    ),
    ("GET", "/static/{digest}/{name}"): ("/static/x/review.css", ANYBODY),
    ("GET", "/sign-in"): (
        "/sign-in",
        dict.fromkeys(OUT, 200) | dict.fromkeys(("reviewer", "foreign", "lead", "auditor"), 303),
    ),
    ("POST", "/sign-in"): ("/sign-in", dict.fromkeys(ROLES, 401)),
    ("POST", "/sign-out"): ("/sign-out", dict.fromkeys(ROLES, 303)),
}
"""Route → an address of it, and what each role is answered. Who is not named is sent to sign in."""


class Site:
    """A service with one card that has everything, and somebody of each role who is signed in."""

    def __init__(self, made: Service) -> None:
        self.app: FastAPI = made.app
        self.tokens: dict[str, str] = {}
        self.form_tokens: dict[str, str] = {}
        store = made.app.state.parts.installation.opened().store
        later = People(store.database, now)
        earlier = People(store.database, lambda: now() - LONGEST - timedelta(minutes=1))
        for role, duties in DUTIES.items():
            later.add(role, duties, subject=role, companies=["Another Ltd"] if role == "foreign" else [COMPANY])
            self.tokens[role] = (earlier if role == "expired" else later).begin(role, "password")
            session = later.session(self.tokens[role])
            self.form_tokens[role] = session.form_token if session else ""
        store.database.execute("UPDATE people SET disabled_at = ? WHERE name = 'disabled'", (now().isoformat(),))
        self.people = later

    def as_(self, role: str) -> TestClient:
        client = TestClient(self.app, raise_server_exceptions=False, follow_redirects=False)
        if role in self.tokens:
            client.cookies.set("triage", self.tokens[role])
        return client

    def ask(self, role: str, method: str, address: str) -> tuple[int, str]:
        client = self.as_(role)
        data = {"form_token": self.form_tokens.get(role, "")} if method == "POST" else None
        answer = client.request(method, address, data=data)
        return answer.status_code, answer.headers.get("location", "")


def filled(home: Path, *categories: Category) -> Path:
    """A store with a card for each category, all of one record whose case has a text and a document with a page."""
    from tests.unit.service_client import ENVIRONMENT
    from triage.settings import Settings

    (home / "policy.yaml").write_text("blind_share: 0\n")
    taken = case_of(documents=(Document(name="note.txt", media_type="text/plain", content=b"Hello"), drawn()))
    with open_store(Settings.of(home, ENVIRONMENT), create=True) as store:
        happened = event("event:1", ref(1))
        store.journal.of(happened).once("capture", happened.ref, lambda _: taken)
        for category in categories:
            store.cards.put(proposal(category, record=ref(1), case=taken.fingerprint()), "event:1")
    return home


@pytest.fixture(scope="module")
def home_with_card(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with one card."""
    return filled(tmp_path_factory.mktemp("roles"), Category.STOCK)


def case_of(documents: tuple[Document, ...] = (), body: str = "Where is it?") -> Case:
    return Case(
        record=ref(1),
        company=Company(name=COMPANY, currency="EUR"),
        captured_at=now(),
        messages=(Message(id="<1@x.example>", author="Jane", email="jane@x.example", body=body),),
        documents=documents,
    )


def drawn() -> Document:
    """A PDF with one page."""
    import io

    from reportlab.pdfgen.canvas import Canvas

    made = io.BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 700, "Order S00001")
    canvas.save()
    return Document(name="order.pdf", media_type="application/pdf", content=made.getvalue())


@pytest.fixture(scope="module")
def two_cards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service with two cards of one record."""
    with service(filled(tmp_path_factory.mktemp("two"), Category.STOCK, Category.DELAY)) as made:
        yield Site(made)


@pytest.fixture(scope="module")
def site(home_with_card: Path) -> Iterator[Site]:
    with service(home_with_card) as made:
        yield Site(made)


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and pattern of every route that belongs to the pages."""
    for included in app.routes:
        for route in getattr(getattr(included, "original_router", None), "routes", [included]):
            if str(getattr(route.endpoint, "__module__", "")).startswith("service.review"):
                yield from ((method, route.path) for method in route.methods)


def test_every_page_stands_in_the_table(site: Site) -> None:
    assert sorted(routes(site.app)) == sorted(PAGES)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("page", PAGES, ids=" ".join)
def test_who_is_answered_what(site: Site, page: tuple[str, str], role: str) -> None:
    address, answers = PAGES[page]
    if role in OUT and role not in answers:
        status, target = site.ask(role, page[0], address)
        assert (status, target.partition("?")[0]) == (303, "/sign-in")
    elif page == ("POST", "/sign-out") and role in DUTIES:
        token = site.people.begin(role, "password")
        session = site.people.session(token)
        client = site.as_("nobody")
        client.cookies.set("triage", token)
        answer = client.post("/sign-out", data={"form_token": session.form_token if session else ""})
        assert answer.status_code == answers[role]
        assert site.people.session(token) is None
    else:
        assert site.ask(role, page[0], address)[0] == answers[role]
        if page == ("POST", "/cards/{number}/{act}") and answers[role] == 303:
            assert site.ask(role, "POST", "/cards/1/release")[0] == 303


@pytest.mark.parametrize("role", ["reviewer", "lead"])
@pytest.mark.parametrize(
    "act", ["accept", "edit", "reject", "claim", "release", "hand-over", "snooze", "wake", "undo", "own-view"]
)
def test_no_act_without_the_sessions_own_token(site: Site, role: str, act: str) -> None:
    for token in ("", "x" * 32, site.form_tokens["foreign"], "ü"):
        assert site.as_(role).post(f"/cards/1/{act}", data={"form_token": token}).status_code == 403
    assert site.as_(role).post(f"/cards/1/{act}").status_code == 403


@pytest.mark.parametrize("page", [page for page in PAGES if page[0] == "POST"], ids=" ".join)
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
    ids=str,
)
def test_no_form_of_another_site(site: Site, page: tuple[str, str], headers: dict[str, str]) -> None:
    data = {"form_token": site.form_tokens["lead"], "name": "lead", "password": PASSWORD}
    assert site.as_("lead").post(PAGES[page][0], data=data, headers=headers).status_code == 403


CONTENT = {
    "/queue": "queue: cards 1, 2",
    "/search": "search: cards 1, 2",
    "/cards/{number}": "card 1",
    "/cards/{number}/record": "record of card 1: cards 2, 1",
    "/cards/{number}/story": "story of card 1",
    "/cards/{number}/documents/{index}": "document 1 of card 1",
    "/cards/{number}/documents/{index}/{page}.png": "document 2 of card 1, page 1",
}
"""Route that shows something of a card → what the record of an auditor's reading calls it."""
RENEWED = {"/queue/rows"}
NO_CONTENT = {
    "/", "/help", "/figures", "/figures/{name}.csv", "/figures/desk", "/figures/desk/csv", "/policy", "/dead-letters",
    "/static/{digest}/{name}", "/sign-in",
}  # fmt: skip
"""Routes that show figures, doors and settings: nothing of a single card."""


def read(site: Site, *addresses: str, role: str = "auditor") -> list[Reading]:
    """What is recorded while somebody opens these pages."""
    store = site.app.state.parts.installation.opened().store
    before = {(record.stream, record.seq) for record in records.every(store.database)}
    for address in addresses:
        site.ask(role, "GET", address)
    new = [one for one in records.every(store.database) if (one.stream, one.seq) not in before]
    values = [store.journal.opened(record) for record in new if record.kind == "reading"]
    return [value for value in values if isinstance(value, Reading)]


def test_every_page_is_one_that_shows_a_card_or_one_that_does_not() -> None:
    assert {path for method, path in PAGES if method == "GET"} == {*CONTENT, *RENEWED, *NO_CONTENT}


@pytest.mark.parametrize("path", sorted([*CONTENT, *NO_CONTENT]))
def test_what_an_auditor_is_shown_is_recorded_once_a_page(two_cards: Site, path: str) -> None:
    address = {"/search": "/search?q=S00001"}.get(path, PAGES["GET", path][0])
    assert read(two_cards, address, role="lead") == []
    told = [(one.by, one.what, one.records) for one in read(two_cards, address)]
    what = CONTENT.get(path)
    assert told == ([] if what is None else [("auditor", what, 2 if "cards" in what else 1)])


def test_a_page_that_is_not_there_was_read_by_nobody(two_cards: Site) -> None:
    nothing = ("/cards/99", "/cards/1/documents/9", "/cards/1/documents/1/99.png", "/queue?team=nobody")
    assert read(two_cards, *nothing) == []


def test_of_the_queues_renewal_only_what_is_new_is_recorded(two_cards: Site) -> None:
    read(two_cards, "/queue")
    assert read(two_cards, "/queue/rows", "/queue/rows?category=stock") == []
    store = two_cards.app.state.parts.installation.opened().store
    card = store.cards.get(2)
    store.cards.save(card.with_(updated_at=now()), card.revision)
    assert [one.what for one in read(two_cards, "/queue/rows", "/queue/rows")] == ["queue: cards 2"]


def test_a_list_of_several_companies_is_recorded_once(two_cards: Site) -> None:
    store = two_cards.app.state.parts.installation.opened().store
    store.cards.put(proposal(Category.STOCK, record=ref(3), company="Another Ltd"), "event:3")
    two_cards.people.change("auditor", all_companies=True)
    told = read(two_cards, "/queue")
    two_cards.people.change("auditor", companies=[COMPANY])
    assert [one.what for one in told] == ["queue: cards 1, 2, 3"]


DOORS = {
    ("GET", "/sign-in/oidc"): 502,
    ("GET", "/sign-in/oidc/back"): 400,
    ("GET", "/sign-in/odoo"): 403,
    ("POST", "/sign-in/odoo"): 403,
}
"""Ways in that are there where `service.yaml` opens them: everybody may knock, nobody comes in with nothing."""


def test_the_other_doors_are_in_a_table_too(tmp_path: Path) -> None:
    (tmp_path / "odoo.yaml").write_text("{url: 'http://127.0.0.1:1', database: none, login: triage}")
    provider = "{issuer: 'http://127.0.0.1:1', client_id: triage}"
    told = f"address: http://localhost\nsign_in: {{odoo: true, provider: {provider}}}"
    with service(tmp_path, told, {"TRIAGE_ODOO_KEY": "none"}) as made:
        assert sorted(routes(made.app)) == sorted([*PAGES, *DOORS])
        for (method, address), status in DOORS.items():
            client = TestClient(made.app, raise_server_exceptions=False, follow_redirects=False)
            assert client.request(method, address).status_code == status
            assert "triage" not in client.cookies
