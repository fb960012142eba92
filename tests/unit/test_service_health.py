"""The web process says whether it lives and whether it could work, and what is wrong otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.service_client import ENVIRONMENT, SERVICE, Service, service
from triage import __version__
from triage.domain import Arrival, Door, RecordRef, utc
from triage.storage import workers


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose models are loaded: that takes seconds."""
    with service(tmp_path_factory.mktemp("loaded")) as made:
        ready(made)
        yield made


def ready(web: Service) -> dict[str, Any]:
    """What `/readyz` says once the models are no longer being loaded."""
    until = time.monotonic() + 120
    while "still" in (told := web.client.get("/readyz").json())["problems"].get("models", ""):
        assert time.monotonic() < until
    return told


def test_it_lives(web: Service) -> None:
    assert web.client.get("/livez").json() == {"status": "alive", "version": __version__}


def test_it_is_ready_over_an_empty_home_and_misses_a_worker(loaded: Service) -> None:
    told = ready(loaded)
    assert (told["ready"], told["problems"]) == (True, {})
    assert "triage worker" in told["warnings"]["workers"]
    assert loaded.client.get("/readyz").status_code == 200


def test_a_worker_that_gives_signs_and_an_old_arrival(loaded: Service) -> None:
    installation = loaded.app.state.parts.installation
    now, database = installation.clock(), installation.opened().store.database
    ref = RecordRef(model="sale.order", id=1, name="x")
    old = now - timedelta(hours=1)
    installation.inbox().accept(
        Arrival(key="k", source="s", door=Door.HOOK, ref=ref, company="A", received_at=old, due_at=old)
    )
    with database.transaction():
        workers.register(database, "w", "somebody", utc(now))
    told = ready(loaded)
    assert told["ready"]
    assert set(told["warnings"]) == {"inbox"}
    assert "has been due for 36" in told["warnings"]["inbox"]


def test_an_odoo_that_does_not_answer_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "odoo.yaml").write_text("url: http://127.0.0.1:9\ndatabase: odoo\n")
    with service(tmp_path) as web:
        told = ready(web)
    assert told["ready"]
    assert "127.0.0.1:9 does not answer" in told["warnings"]["odoo"]


def test_a_wrong_policy_makes_it_unready_and_is_named(web: Service) -> None:
    (web.home / "policy.yaml").write_text("colour: red", encoding="utf-8")
    answer = web.client.get("/readyz")
    assert answer.status_code == 503
    assert "colour" in answer.json()["problems"]["policy"]


def test_a_model_that_is_not_there_makes_it_unready_and_is_named(tmp_path: Path) -> None:
    with service(tmp_path, SERVICE + "model: nowhere:x\n") as web:
        told = ready(web)
    assert not told["ready"]
    assert "nowhere" in told["problems"]["models"]


def test_a_foreign_file_in_the_stores_place_makes_it_unready(web: Service) -> None:
    web.app.state.parts.installation.opened()
    for left in web.home.glob("audit.db*"):
        left.unlink()
    (web.home / "audit.db").write_bytes(b"not a database, surely" * 100)
    answer = web.client.get("/readyz")
    assert answer.status_code == 503
    assert "audit.db" in answer.json()["problems"]["store"]


def test_a_store_without_its_key_file_makes_it_unready(web: Service) -> None:
    web.app.state.parts.installation.opened()
    (web.home / "keys.db").unlink()
    answer = web.client.get("/readyz")
    assert answer.status_code == 503
    assert "restore it from your backup" in answer.json()["problems"]["store"]


def test_a_store_that_cannot_be_opened_refuses_events_and_comes_back(tmp_path: Path) -> None:
    (tmp_path / "audit.db").write_bytes(b"not a database, surely" * 100)
    (tmp_path / "keys.db").touch(mode=0o600)
    with service(tmp_path) as web:
        path = f"/hooks/odoo/odoo/{ENVIRONMENT['HOOK']}"
        refused = web.client.post(path, json={"_id": 1, "_model": "sale.order"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert str(tmp_path) not in refused.text
        (tmp_path / "audit.db").unlink()
        until = time.monotonic() + 60
        while web.client.post(path, json={"_id": 1, "_model": "sale.order"}).status_code != 202:
            assert time.monotonic() < until
            time.sleep(0.2)


def test_answers_at_once(loaded: Service) -> None:
    key = loaded.key("tasks:run")
    late = {"message": {"text": "Where is order S00042? It was promised for Friday and is late.", "id": "m1"}}
    classified = loaded.client.post("/v1/classify", json=late, headers=key)
    assert (classified.status_code, classified.json()["category"], classified.json()["id"]) == (200, "delay", "m1")
    summary = loaded.client.post("/v1/summarize", json=late, headers=key)
    assert (summary.status_code, summary.json()["references"]) == (200, ["S00042"])
    text = b"Order confirmation AB-101"
    raw = loaded.client.post(
        "/v1/extract?name=a.txt", content=text, headers=key | {"content-type": "text/plain"}
    ).json()
    import base64

    sent = {"name": "a.txt", "content": base64.b64encode(text).decode()}
    assert loaded.client.post("/v1/extract", json=sent, headers=key).json() == raw
    assert raw["fields"]["document_number"]["value"] == "AB-101"
    broken = loaded.client.post("/v1/extract?name=a.pdf", content=b"%PDF-1.4 broken", headers=key)
    assert broken.status_code == 422


def test_an_answer_that_takes_too_long_is_ended_and_the_next_one_is_given(loaded: Service) -> None:
    key = loaded.key("tasks:run")
    tasks = loaded.app.state.parts.tasks
    given, tasks._seconds = tasks._seconds, 0.001
    body = {"message": {"text": "Where is order S00042? " * 1000}}
    try:
        assert loaded.client.post("/v1/classify", json=body, headers=key).status_code == 503
    finally:
        tasks._seconds = given
    until = time.monotonic() + 120
    while loaded.client.post("/v1/summarize", json=body, headers=key).status_code != 200:
        assert time.monotonic() < until
