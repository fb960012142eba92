"""The API: who may do what, idempotent submissions, stable pages, decisions by people whom the policy lets decide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.opened_store import COMPANY, proposal, ref
from tests.unit.service_client import PERSONAL, Service, case, is_problem, seed, service
from triage.domain import Category, DeadLetter, Duty, NoException
from triage.storage.apikeys import SCOPES
from triage.storage.people import People

RECORD = {"record": {"model": "sale.order", "id": 42}}
CLOSED = "0" * 64
MEASURED = "0" * 32
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def web(home: Path) -> Iterator[Service]:
    seed(home)
    with service(home) as made:
        yield made


OPERATIONS = [
    ("post", "/v1/arrivals", RECORD, "arrivals:write"),
    ("get", f"/v1/arrivals/{CLOSED}", None, "arrivals:read"),
    ("get", "/v1/cards", None, "cards:read"),
    ("get", "/v1/cards/1", None, "cards:read"),
    ("post", "/v1/cards/1/decisions", {"verdict": "accept", "revision": 1}, "cards:decide"),
    ("get", "/v1/dead-letters", None, "jobs:admin"),
    ("post", f"/v1/dead-letters/{CLOSED}/retry", {"why": "x"}, "jobs:admin"),
    ("post", f"/v1/dead-letters/{CLOSED}/discard", {"why": "x"}, "jobs:admin"),
    ("post", f"/v1/dead-letters/{CLOSED}/ticket", None, "jobs:admin"),
    ("post", "/v1/classify", {"message": {"text": "x"}}, "tasks:run"),
    ("post", "/v1/summarize", {"message": {"text": "x"}}, "tasks:run"),
    ("post", "/v1/extract", {"name": "a", "content": ""}, "tasks:run"),
    ("post", "/v1/compare", {"name": "a", "content": ""}, "documents:compare"),
    ("post", "/v1/evals", {"suite": "nothing"}, "evals:run"),
    ("get", f"/v1/evals/{MEASURED}", None, "evals:run"),
]


def ask(web: Service, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return web.client.request(method, path, json=body, headers=headers)


def test_every_operation_of_the_api_is_in_this_table(web: Service) -> None:
    told = {
        (method, path) for path, methods in web.app.openapi()["paths"].items() for method in methods if "/v1/" in path
    }
    tested = {
        (method, path.replace(CLOSED, "{id}").replace(MEASURED, "{id}").replace("/cards/1", "/cards/{id}"))
        for method, path, *_ in OPERATIONS
    }
    assert told == tested


@pytest.mark.parametrize(("method", "path", "body", "scope"), OPERATIONS)
def test_without_a_working_key_of_the_right_scope_nothing_is_done(
    web: Service, method: str, path: str, body: Any, scope: str
) -> None:
    others = {"arrivals:read": {"arrivals:write", "jobs:admin"}, "cards:read": {"cards:decide"}}.get(scope, set())
    wrong = web.key(*(each for each in SCOPES if each != scope and each not in others), name="wrong")
    expired = web.key(scope, name="expired", days=1e-9)
    revoked = web.key(scope, name="revoked")
    web.app.state.parts.installation.opened().keys.revoke("revoked")
    assert is_problem(ask(web, method, path, body), 401)
    for text in ("Bearer tk_aaaaaaaaaa_bbbb", "Bearer x", "Basic eDp5", "Bearer " + "x" * 9000):
        assert is_problem(ask(web, method, path, body, Authorization=text), 401)
    assert is_problem(ask(web, method, path, body, **expired), 401)
    assert is_problem(ask(web, method, path, body, **revoked), 401)
    assert is_problem(ask(web, method, path, body, **wrong), 403)
    assert web.rows() == []
    assert all(card.state.value == "open" for card in web.app.state.parts.installation.opened().store.cards.all())
    for text in web.keys.values():
        assert text not in web.log.getvalue()


def test_a_key_has_its_own_rate(web: Service) -> None:
    key = web.key("cards:read", rate="2/hour")
    assert [ask(web, "get", "/v1/cards", **key).status_code for _ in range(3)] == [200, 200, 429]
    assert is_problem(ask(web, "get", "/v1/cards", **key), 429)
    assert ask(web, "get", "/v1/cards", **web.key("cards:read")).status_code == 200


def test_a_submission_is_answered_with_where_to_ask(web: Service) -> None:
    key = web.key("arrivals:write")
    answer = ask(web, "post", "/v1/arrivals", RECORD, **key)
    assert answer.status_code == 202
    status = ask(web, "get", answer.headers["location"], **key).json()
    assert (status["state"], status["outcome"], status["company"]) == ("waiting", None, COMPANY)
    web.app.state.parts.installation.inbox().finish(answer.json()["id"], NoException(why="on time"))
    status = ask(web, "get", answer.headers["location"], **key).json()
    assert (status["state"], status["outcome"]) == ("done", {"kind": "no_exception", "why": "on time"})


@pytest.mark.parametrize(
    "body", [RECORD, {"case": case()}, {"message": {"text": f"Where is S00042? {PERSONAL}", "facts": {"days": 3}}}]
)
def test_one_key_is_one_submission_however_often_and_at_once_it_is_sent(web: Service, body: dict[str, Any]) -> None:
    key = web.key("arrivals:write") | {"Idempotency-Key": "order-42"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(web, "post", "/v1/arrivals", body, **key), range(24)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum(not answer.json()["duplicate"] for answer in answers) == 1
    assert len(web.rows()) == 1
    assert PERSONAL not in web.log.getvalue()


def test_a_key_that_was_used_for_something_else_is_refused(web: Service) -> None:
    key = web.key("arrivals:write") | {"Idempotency-Key": "k"}
    assert ask(web, "post", "/v1/arrivals", RECORD, **key).status_code == 202
    for other in ({"record": {"model": "sale.order", "id": 43}}, {"case": case()}):
        assert is_problem(ask(web, "post", "/v1/arrivals", other, **key), 422)
    assert len(web.rows()) == 1


def test_the_same_record_in_another_companys_name_is_another_submission(web: Service) -> None:
    key = web.key("arrivals:write", companies=None) | {"Idempotency-Key": "a-1"}
    answers = [
        web.client.post("/v1/arrivals", json=RECORD | {"company": name}, headers=key) for name in ("A", "B", "A")
    ]
    assert [answer.status_code for answer in answers] == [202, 422, 202]
    assert answers[2].json() == {"id": answers[0].json()["id"], "duplicate": True}


def test_keys_of_two_programs_do_not_collide_and_a_rotated_one_goes_on(web: Service) -> None:
    first, second = web.key("arrivals:write", name="a"), web.key("arrivals:write", name="b")
    keys = web.app.state.parts.installation.opened().keys
    _, text = keys.rotate("a", by="tests", days=1, overlap=timedelta(hours=1))
    rotated = {"Authorization": f"Bearer {text}"}
    ids = [
        ask(web, "post", "/v1/arrivals", RECORD, **key, **{"Idempotency-Key": "k"}).json()["id"]
        for key in (first, second, rotated)
    ]
    assert ids[0] == ids[2] != ids[1]


@pytest.mark.parametrize(
    ("body", "companies", "status"),
    [
        (RECORD, None, 422),
        (RECORD | {"company": COMPANY}, None, 202),
        (RECORD | {"company": "Another Ltd"}, [COMPANY], 403),
        ({"case": case(company="Another Ltd")}, [COMPANY], 403),
        ({"case": case(), "company": "Another Ltd"}, None, 422),
        ({"case": case() | {"captured_at": "yesterday"}}, None, 422),
        ({}, [COMPANY], 422),
        (RECORD | {"case": case()}, [COMPANY], 422),
        ({"record": {"model": "res.users", "id": 1}}, [COMPANY], 422),
        ({"record": {"model": "sale.order", "id": 0}}, [COMPANY], 422),
        (RECORD | {"colour": "red"}, [COMPANY], 422),
        ({"message": {"text": " "}}, [COMPANY], 422),
        ({"message": {"text": "x" * 300_000}}, [COMPANY], 413),
        ([], [COMPANY], 422),
    ],
)
def test_what_cannot_be_submitted_is_refused(web: Service, body: Any, companies: list[str] | None, status: int) -> None:
    answer = ask(web, "post", "/v1/arrivals", body, **web.key("arrivals:write", companies=companies))
    assert answer.status_code == status
    assert status == 202 or is_problem(answer, status)
    assert len(web.rows()) == (status == 202)


@pytest.mark.parametrize("name", ["a\x00b", "a\ud800b", "a\nb", "x" * 201, ""])
def test_a_company_that_no_store_can_keep_is_refused(web: Service, name: str) -> None:
    key = web.key("arrivals:write", companies=None)
    whole = case()
    for body in (RECORD | {"company": name}, {"case": whole | {"company": whole["company"] | {"name": name}}}):
        told = web.client.post("/v1/arrivals", content=json.dumps(body), headers=key | JSON)
        is_problem(told, 422)
    assert web.rows() == []


def test_a_filter_that_no_store_can_hold_is_refused(web: Service) -> None:
    key = web.key("cards:read")
    for name in ("company", "team"):
        is_problem(web.client.get("/v1/cards", params={name: "a\x00b"}, headers=key), 422)


def test_a_wrong_place_is_named_and_what_stands_there_is_not_repeated(web: Service) -> None:
    body = {"case": case() | {"captured_at": PERSONAL}}
    answer = ask(web, "post", "/v1/arrivals", body, **web.key("arrivals:write"))
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == ["/case/captured_at"]
    assert PERSONAL not in answer.text


def test_other_companies_arrivals_and_cards_are_not_there(web: Service) -> None:
    mine, theirs = web.key(companies=[COMPANY]), web.key(companies=["Another Ltd"])
    arrival = ask(web, "post", "/v1/arrivals", RECORD, **mine).headers["location"]
    assert is_problem(ask(web, "get", arrival, **theirs), 404)
    assert is_problem(ask(web, "get", "/v1/cards/1", **theirs), 404)
    assert is_problem(ask(web, "get", "/v1/cards/5", **mine), 404)
    decision = {"verdict": "accept", "revision": 1, "by": "mila"}
    assert is_problem(ask(web, "post", "/v1/cards/5/decisions", decision, **mine), 404)
    assert [card["number"] for card in ask(web, "get", "/v1/cards", **theirs).json()["items"]] == [5]
    assert ask(web, "get", f"/v1/cards?company={COMPANY}", **theirs).json()["items"] == []


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("category=stock", [1, 4, 5]),
        ("category=stock&category=delay", [1, 3, 4, 5]),
        ("severity=high", [3]),
        ("state=accepted", []),
        ("state=open&team=team 1", [1, 3]),
        ("company=Another Ltd", [5]),
    ],
)
def test_cards_are_chosen_by_what_stands_in_clear(web: Service, query: str, numbers: list[int]) -> None:
    key = web.key("cards:read", companies=None)
    assert [c["number"] for c in ask(web, "get", f"/v1/cards?{query}", **key).json()["items"]] == numbers


def test_pages_do_not_move_when_cards_are_added_or_decided(web: Service) -> None:
    key = web.key("cards:read", "cards:decide", person="mila", companies=None)
    cards, seen, cursor = web.app.state.parts.installation.opened().store.cards, [], None
    for turn in range(20):
        answer = ask(web, "get", "/v1/cards?limit=2" + (f"&cursor={cursor}" if cursor else ""), **key).json()
        seen += [card["number"] for card in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
        number = answer["items"][0]["number"]
        ask(web, "post", f"/v1/cards/{number}/decisions", {"verdict": "accept", "revision": 1}, **key)
        if turn < 3:
            cards.put(proposal(Category.DELAY, record=ref(100 + turn)), f"event:{100 + turn}")
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("cursor", ["x", "%00", "W10", "WzEsMl0", "e30", "é"])
def test_a_cursor_that_is_none_is_refused(web: Service, cursor: str) -> None:
    key = web.key("cards:read", "jobs:admin")
    assert is_problem(ask(web, "get", f"/v1/cards?cursor={cursor}", **key), 422)
    assert is_problem(ask(web, "get", f"/v1/dead-letters?cursor={cursor}", **key), 422)


def test_a_cursor_belongs_to_its_question(web: Service) -> None:
    key = web.key("cards:read")
    cursor = ask(web, "get", "/v1/cards?limit=1", **key).json()["next"]
    assert is_problem(ask(web, "get", f"/v1/cards?category=stock&cursor={cursor}", **key), 422)
    assert is_problem(ask(web, "get", "/v1/cards?limit=0", **key), 422)
    assert is_problem(ask(web, "get", "/v1/cards?state=lost", **key), 422)


def test_confidential_facts_need_their_scope(web: Service) -> None:
    without = ask(web, "get", "/v1/cards/2", **web.key("cards:read"))
    with_ = ask(web, "get", "/v1/cards/2", **web.key("cards:read", "cards:confidential"))
    assert "48123.45" in with_.text
    assert "48123" not in without.text
    assert without.json()["proposal"]["summary"] == "The order waits."
    assert "48123" not in ask(web, "get", "/v1/cards", **web.key("cards:read")).text


def test_a_decision_is_recorded_for_the_keys_person(web: Service) -> None:
    key = web.key("cards:read", "cards:decide", person="mila")
    card = ask(web, "get", "/v1/cards/1", **key)
    answer = ask(
        web, "post", "/v1/cards/1/decisions", {"verdict": "accept"}, **key, **{"If-Match": card.headers["etag"]}
    )
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["decisions"][0]["by"]) == ("accepted", "mila")
    assert answer.headers["etag"] == '"2"'
    records = web.app.state.parts.installation.opened().store.database.query("SELECT kind FROM journal")
    assert [row[0] for row in records] == ["decision"]


REJECT = {"verdict": "reject", "reason": "duplicate", "revision": 1}


@pytest.mark.parametrize(
    ("person", "others", "body", "headers", "status"),
    [
        ("mila", False, REJECT, {}, 200),
        ("mila", False, REJECT | {"by": "mila"}, {}, 200),
        ("mila", True, REJECT | {"by": "tariq"}, {}, 403),
        ("mila", False, REJECT | {"by": "tariq"}, {}, 403),
        (None, False, REJECT, {}, 403),
        (None, True, REJECT, {}, 403),
        (None, True, REJECT | {"by": "mila"}, {}, 200),
        ("tariq", False, REJECT, {}, 403),
        ("mila", False, {"verdict": "reject", "revision": 1}, {}, 422),
        ("mila", False, {"verdict": "edit", "revision": 1}, {}, 422),
        ("mila", False, {"verdict": "edit", "revision": 1, "changes": {"category": "credit"}}, {}, 403),
        ("mila", False, {"verdict": "edit", "revision": 1, "changes": {"severity": "urgent"}}, {}, 200),
        ("mila", False, {"verdict": "maybe", "revision": 1}, {}, 422),
        ("mila", False, {"verdict": "accept"}, {}, 428),
        ("mila", False, REJECT | {"revision": 2}, {}, 412),
        ("mila", False, {"verdict": "accept"}, {"If-Match": '"2"'}, 412),
        ("mila", False, {"verdict": "accept"}, {"If-Match": "*"}, 412),
        ("mila", False, REJECT, {"If-Match": '"2"'}, 412),
    ],
)
def test_who_may_decide_what(
    web: Service, person: str | None, others: bool, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    (web.home / "policy.yaml").write_text("{blind_share: 0, deciders: {mila: [stock], tariq: [credit]}}")
    scopes = ["cards:decide", *(["cards:decide-for-others"] if others else [])]
    answer = ask(web, "post", "/v1/cards/1/decisions", body, **web.key(*scopes, person=person), **headers)
    assert answer.status_code == status
    assert status == 200 or is_problem(answer, status)
    card = web.app.state.parts.installation.opened().store.cards.get(1)
    assert (card.revision, len(card.decisions)) == ((2, 1) if status == 200 else (1, 0))


@pytest.mark.parametrize(
    ("person", "by"), [("Mila Novak", None), ("mila  novak", None), ("Joris", "Mila Novak"), (None, " mila novak")]
)
def test_nobody_decides_any_more_in_the_name_of_a_disabled_account(
    web: Service, person: str | None, by: str | None
) -> None:
    installation = web.app.state.parts.installation
    people = People(installation.opened().store.database, installation.clock)
    people.add("Mila Novak", [Duty.REVIEWER], subject="mila")
    key = web.key("cards:read", "cards:decide", "cards:decide-for-others", person=person)
    assert ask(web, "get", "/v1/cards/1", **key).status_code == 200
    people.disable("Mila Novak")
    answer = ask(web, "post", "/v1/cards/1/decisions", REJECT | ({} if by is None else {"by": by}), **key)
    assert is_problem(answer, 403)
    assert "is disabled" in answer.json()["detail"]
    assert installation.opened().store.cards.get(1).decisions == ()
    assert ask(web, "get", "/v1/cards/1", **key).status_code == (200 if by else 403)


def test_of_two_that_decide_at_once_one_is_told_to_look_again(web: Service) -> None:
    key = web.key("cards:decide", person="mila")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(web, "post", "/v1/cards/1/decisions", REJECT, **key), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 7]
    closed = ask(web, "post", "/v1/cards/1/decisions", REJECT | {"revision": 2}, **key)
    assert is_problem(closed, 409)


@pytest.mark.parametrize("handle", ["99", "0", "x", "1.5", "-1", "99999999999", "00000000-0000-7000-8000-000000000000"])
def test_a_card_that_is_not_there(web: Service, handle: str) -> None:
    answer = ask(web, "get", f"/v1/cards/{handle}", **web.key("cards:read"))
    assert is_problem(answer, answer.status_code)
    assert answer.status_code in {404, 422}


def dead(web: Service, key: dict[str, str]) -> str:
    """A submission that has failed for good."""
    identity: str = ask(web, "post", "/v1/arrivals", RECORD, **key).json()["id"]
    installation = web.app.state.parts.installation
    inbox = installation.inbox()
    row = inbox.start(identity, inbox.get(identity).run, "w")
    assert inbox.fail(row, "Odoo refused", installation.clock(), most=1)
    return identity


def test_dead_letters_are_listed_retried_and_discarded(web: Service) -> None:
    key = web.key("arrivals:write", "jobs:admin", person="mila")
    ids = [dead(web, key) for _ in range(3)]
    page = ask(web, "get", "/v1/dead-letters?limit=2", **key).json()
    rest = ask(web, "get", f"/v1/dead-letters?limit=2&cursor={page['next']}", **key).json()
    assert [row["id"] for row in page["items"] + rest["items"]] == ids
    assert rest["next"] is None
    assert page["items"][0]["error"] == "Odoo refused"
    again = ask(web, "post", f"/v1/dead-letters/{ids[0]}/retry", {"why": "Odoo is back"}, **key)
    assert again.json()["state"] == "waiting"
    gone = ask(web, "post", f"/v1/dead-letters/{ids[1]}/discard", {"why": "a test"}, **key)
    assert gone.json()["outcome"] == DeadLetter(why="Odoo refused").model_dump()
    assert [row["id"] for row in ask(web, "get", "/v1/dead-letters", **key).json()["items"]] == ids[2:]
    assert is_problem(ask(web, "post", f"/v1/dead-letters/{ids[0]}/retry", {"why": "x"}, **key), 409)
    assert is_problem(ask(web, "post", f"/v1/dead-letters/{ids[2]}/retry", {"why": " "}, **key), 422)
    theirs = web.key("jobs:admin", companies=["Another Ltd"])
    assert is_problem(ask(web, "post", f"/v1/dead-letters/{ids[2]}/discard", {"why": "x"}, **theirs), 404)
    assert ask(web, "get", "/v1/dead-letters", **theirs).json()["items"] == []


@pytest.mark.parametrize(
    ("path", "kwargs", "status"),
    [
        ("/v1/nothing", {}, 404),
        ("/v1/cards", {"content": b"x"}, 405),
        ("/v1/arrivals", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("/v1/classify", {"json": {}}, 422),
        ("/v1/classify", {"json": {"message": {"text": "x"}, "case": {}}}, 422),
        ("/v1/classify", {"json": {"case": {"record": 1}}}, 422),
        ("/v1/extract", {"json": {"name": "a.pdf", "content": "not base64!"}}, 422),
        ("/v1/extract", {"json": {"name": "a.pdf"}}, 422),
        ("/v1/extract", {"content": b""}, 422),
        ("/v1/extract", {"files": {"a": b"x"}}, 415),
        ("/v1/extract", {"content": b"x" * 300_000}, 413),
    ],
)
def test_every_refusal_is_a_problem(web: Service, path: str, kwargs: dict[str, Any], status: int) -> None:
    answer = web.client.post(path, **kwargs | {"headers": web.key() | kwargs.get("headers", {})})
    assert is_problem(answer, status)


def test_a_body_without_an_announced_length_is_bounded_as_well(web: Service) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 10_000

    answer = web.client.post("/v1/extract", headers=web.key() | {"content-type": "text/plain"}, content=endless())
    assert is_problem(answer, 413)


def test_the_document_has_an_example_for_each_operation_with_a_body(web: Service) -> None:
    told = web.app.openapi()
    text = json.dumps(told)
    assert "HTTPValidationError" not in text
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation.get("summary"), (method, path)
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if content is not None:
                name = content["schema"].get("$ref", "").rpartition("/")[2]
                schema = told["components"]["schemas"].get(name, {})
                shown = "example" in content or "examples" in content or "examples" in schema
                assert shown, (method, path)
