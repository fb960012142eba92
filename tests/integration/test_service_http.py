"""The web process over HTTP, on both databases: what it acknowledged is there, whatever happens to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.databases import PostgresServer, target_in
from tests.integration.service_process import WebProcess, web_process
from tests.unit.service_client import (
    BRIDGE_SECRET,
    ENVIRONMENT,
    HOOK_SECRET,
    PERSONAL,
    SERVICE,
    SIGNING,
    cloud_event,
    signed,
)
from triage.cli.wiring import now, open_store
from triage.settings import Settings
from triage.storage.apikeys import ApiKeys

HOOK = f"/hooks/odoo/odoo/{HOOK_SECRET}"


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    (home / "service.yaml").write_text(SERVICE, encoding="utf-8")
    target = target_in(home)
    return ENVIRONMENT | ({"TRIAGE_DATABASE": target} if isinstance(target, str) else {})


@pytest.fixture
def web(home: Path, environment: dict[str, str]) -> Iterator[WebProcess]:
    with web_process(home, environment) as running:
        yield running


def kept(home: Path, environment: dict[str, str]) -> list[str]:
    with open_store(Settings.of(home, environment)) as store:
        return [row[0] for row in store.database.query("SELECT id FROM inbox ORDER BY id")]


def test_what_was_acknowledged_survives_a_kill(home: Path, environment: dict[str, str], web: WebProcess) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def send(sender: int) -> None:
        with httpx.Client(base_url=web.url, timeout=20) as client:
            for number in range(10_000):
                if stop.is_set():
                    return
                body = {"_id": sender * 10_000 + number + 1, "_model": "sale.order"}
                try:
                    answer = client.post(HOOK, json=body)
                except httpx.HTTPError:
                    return
                if answer.status_code == 202:
                    acknowledged.append(answer.json()["id"])

    threads = [threading.Thread(target=send, args=(sender,)) for sender in range(4)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(acknowledged) < 100 and time.monotonic() < until:
        time.sleep(0.01)
    web.kill()
    stop.set()
    for thread in threads:
        thread.join(60)
    there = kept(home, environment)
    assert len(acknowledged) >= 100
    assert set(acknowledged) <= set(there)
    assert len(set(acknowledged)) == len(acknowledged)
    assert len(there) == len(set(there))


def test_a_graceful_stop_answers_what_it_holds(home: Path, environment: dict[str, str], web: WebProcess) -> None:
    held = socket.create_connection(("127.0.0.1", web.port), timeout=30)
    body = json.dumps({"_id": 7, "_model": "sale.order"}).encode()
    head = f"POST {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    held.sendall(head + body[:10])
    until = time.monotonic() + 30
    while httpx.get(f"{web.url}/livez").status_code != 200:
        assert time.monotonic() < until
    web.process.send_signal(signal.SIGTERM)
    while True:  # it no longer listens
        try:
            socket.create_connection(("127.0.0.1", web.port), timeout=5).close()
        except OSError:
            break
        assert time.monotonic() < until
        time.sleep(0.05)
    held.sendall(body[10:])
    answer = b""
    while part := held.recv(4096):
        answer += part
    held.close()
    web.process.wait(60)
    assert answer.startswith(b"HTTP/1.1 202")
    assert kept(home, environment) == [json.loads(answer.partition(b"\r\n\r\n")[2])["id"]]


def test_the_same_event_at_once_over_many_connections_is_one(
    home: Path, environment: dict[str, str], web: WebProcess
) -> None:
    body = cloud_event()

    def send(_: int) -> httpx.Response:
        return httpx.post(f"{web.url}/events/n8n", content=body, headers=signed(body), timeout=30)

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(36)))
    assert {answer.status_code for answer in answers} == {202}
    assert sum(not answer.json()["duplicate"] for answer in answers) == 1
    assert len(kept(home, environment)) == 1


def test_nothing_secret_stands_in_what_the_process_writes(
    web: WebProcess, home: Path, environment: dict[str, str]
) -> None:
    with open_store(Settings.of(home, environment)) as store:
        key = ApiKeys(store.database, store.keys, now).create("t", ["cards:read"], by="tests", days=1)[1]
    body = cloud_event(data={"message": {"text": PERSONAL}})
    with httpx.Client(base_url=web.url, timeout=30) as client:
        client.post(f"{HOOK}?a={PERSONAL}", json={"_id": 1, "_model": "sale.order", "name": PERSONAL})
        client.post(f"{HOOK}x", content=PERSONAL)
        client.post("/events/n8n", content=body, headers=signed(body))
        client.post("/hooks/bridge/bridge", json={}, headers={"Authorization": f"Bearer {BRIDGE_SECRET}"})
        client.get("/v1/cards", headers={"Authorization": f"Bearer {key}"})
        client.get(f"/v1/cards/{PERSONAL}", headers={"Authorization": f"Bearer {key}x"})
    with socket.create_connection(("127.0.0.1", web.port), timeout=30) as raw:
        raw.sendall(f"GARBAGE {HOOK_SECRET} {PERSONAL}\r\n\r\n".encode())
        while raw.recv(4096):
            pass
    web.stop()
    log = web.log()
    assert log.count('"event": "request"') == 6
    for hidden in (HOOK_SECRET, BRIDGE_SECRET, SIGNING, PERSONAL, key, key.split("_", 2)[2]):
        assert hidden not in log


def test_a_database_that_is_gone_is_a_503_and_comes_back(postgres: PostgresServer, tmp_path: Path) -> None:
    """The connections are cut and no new one is let in; then the database is there again."""
    (tmp_path / "service.yaml").write_text(SERVICE.replace("accept_seconds: 0.9", "accept_seconds: 0.15"))
    url = postgres.database()
    name = url.partition("?")[0].rpartition("/")[2]
    environment = ENVIRONMENT | {"TRIAGE_DATABASE": url}
    with web_process(tmp_path, environment) as web, httpx.Client(base_url=web.url, timeout=30) as client:

        def send(number: int) -> httpx.Response:
            return client.post(HOOK, json={"_id": number, "_model": "sale.order"})

        until = time.monotonic() + 60
        while (first := send(1)).status_code != 202:
            assert time.monotonic() < until
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres.break_connections()
        refused = send(2)
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        assert refused.headers["content-type"] == "application/problem+json"
        assert client.get("/livez").status_code == 200
        assert "store" in client.get("/readyz").json()["problems"]
        postgres.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        while (again := send(3)).status_code != 202:
            assert time.monotonic() < until + 60
            time.sleep(0.2)
        assert {first.json()["id"], again.json()["id"]} <= set(kept(tmp_path, environment))


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files")
def test_a_full_disk_is_a_503_and_nothing_is_promised(tmp_path: Path) -> None:
    """The process may write no file beyond a size: what SQLite then sees is a disk that takes no more."""
    (tmp_path / "service.yaml").write_text(SERVICE, encoding="utf-8")
    with open_store(Settings.of(tmp_path, ENVIRONMENT), create=True):
        pass
    program = (
        "import resource, signal, uvicorn, sys;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (900_000, resource.RLIM_INFINITY));"
        "uvicorn.run('service.app:create_app', factory=True, port=int(sys.argv[1]), log_level='warning')"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(port)], env=os.environ | ENVIRONMENT | {"TRIAGE_HOME": str(tmp_path)}
    )
    acknowledged: list[str] = []
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            until = time.monotonic() + 120
            while True:
                try:
                    client.get("/livez")
                    break
                except httpx.HTTPError:
                    assert time.monotonic() < until
                    time.sleep(0.1)
            answer = client.get("/livez")
            for number in range(1, 5000):
                answer = client.post(HOOK, json={"_id": number, "_model": "sale.order"})
                if answer.status_code != 202:
                    break
                acknowledged.append(answer.json()["id"])
            assert answer.status_code == 503
            assert answer.headers["retry-after"]
    finally:
        process.kill()
        process.wait(30)
    assert acknowledged
    assert set(acknowledged) <= set(kept(tmp_path, ENVIRONMENT))
