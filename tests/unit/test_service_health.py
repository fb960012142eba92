"""The web process says whether it lives and whether it could work."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from service.app import create_app
from triage import __version__


def test_it_lives(tmp_path: Path) -> None:
    answer = TestClient(create_app(tmp_path)).get("/livez")
    assert answer.json() == {"status": "alive", "version": __version__}


def test_it_is_ready_over_an_empty_home(tmp_path: Path) -> None:
    answer = TestClient(create_app(tmp_path)).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": {}})


def test_a_wrong_policy_makes_it_unready_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("colour: red", encoding="utf-8")
    answer = TestClient(create_app(tmp_path)).get("/readyz")
    assert answer.status_code == 503
    assert "colour" in answer.json()["problems"]["policy"]


def test_a_foreign_file_in_the_stores_place_makes_it_unready(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path))
    assert client.get("/readyz").status_code == 200
    for left in tmp_path.glob("audit.db*"):
        left.unlink()
    (tmp_path / "audit.db").write_bytes(b"not a database, surely" * 100)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "audit.db" in answer.json()["problems"]["store"]


def test_a_store_without_its_key_file_makes_it_unready(tmp_path: Path) -> None:
    client = TestClient(create_app(tmp_path))
    client.get("/readyz")
    (tmp_path / "keys.db").unlink()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "restore it from your backup" in answer.json()["problems"]["store"]
