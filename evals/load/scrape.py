# ruff: noqa: S608  the statements are made of numbers and names of its own
"""How long a scrape of `/metrics` takes over a large store, part by part.

    python -m evals.load.scrape --cards 50000 --records 1000000 --database sqlite|postgresql
    python -m evals.load.scrape --counting        # what counting costs each event, in computing time

The store is filled by the database itself, with rows of the right number and shape whose sealed parts are no real
ones: a scrape never opens them. Besides the open cards there are twice as many decided ones, and the inbox holds as
many finished arrivals as the journal has records, a fiftieth of them of the last hour, and two thousand that wait.
`postgresql` starts a server of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from triage.cli.wiring import now, open_store
from triage.domain import Category, utc
from triage.settings import Settings
from triage.storage.database import Database

_COMPANIES = 30
_WAITING = 2000
_PEOPLE = 40
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})"


def fill(database: Database, cards: int, records: int) -> None:
    """Rows, by the database itself."""
    at = now()
    hour, week, month = (utc(at - timedelta(**ago)) for ago in ({"minutes": 30}, {"days": 9}, {"days": 20}))
    names = [each.value for each in Category]
    category = " ".join(f"WHEN {number} THEN '{name}'" for number, name in enumerate(names))
    category = f"CASE i % {len(names)} {category} END"
    company = f"'Company ' || CAST(i % {_COMPANIES} AS TEXT)"
    state = f"CASE WHEN i <= {cards} THEN 'open' WHEN i % 3 = 0 THEN 'rejected' ELSE 'accepted' END"
    blob = "CAST('" + "x" * 40 + "' AS {})".format("BYTEA" if database.engine == "postgresql" else "BLOB")
    every = 3 * cards
    statements = [
        "INSERT INTO cards (id, number, company, model, record, category, episode, severity, state, team, revision,"
        f" created_at, updated_at, case_id, sealed) {{n}} SELECT CAST(i AS TEXT), i, {company}, 'sale.order',"
        f" CAST(i AS TEXT), {category}, 1, 'normal', {state}, 'desk', 1, '{month}', '{month}', CAST(i AS TEXT), {blob}"
        " FROM n",
        "INSERT INTO queue (card, number, company, category, severity, team, state, language, named, priority,"
        f" created_at) {{n}} SELECT CAST(i AS TEXT), i, {company}, {category}, 'normal', 'desk', {state}, 'en', '', i,"
        f" CASE WHEN i % 4 = 0 THEN '{hour}' ELSE '{month}' END FROM n",
        f"INSERT INTO outcomes (card, decided_at, decided_by, stood) {{n}} SELECT CAST(i AS TEXT), '{week}',"
        f" CAST(i % {_PEOPLE} AS TEXT), 1 FROM n WHERE i > {cards}",
    ]
    with database.transaction():
        for sql in statements:
            database.execute(sql.format(n=_NUMBERS.format(most=every)))
        numbers = _NUMBERS.format(most=records)
        database.execute(
            "INSERT INTO journal (stream, seq, prev_hash, hash, kind, at, case_id, body)"
            f" {numbers} SELECT 'Company 1', i, CAST(i - 1 AS TEXT), CAST(i AS TEXT), 'step', '{month}', 'c', {blob}"
            " FROM n"
        )
        database.execute(
            "INSERT INTO inbox (id, source, door, company, record, carries, key_case, received_at, since, due_at,"
            f" state, run, attempts, waits, started_at, outcome, finished_at) {numbers} SELECT CAST(i AS TEXT), 'odoo',"
            f" 'hook', {company}, CAST(i AS TEXT), 0, 'k', '{hour}', '{hour}', '{hour}',"
            f" CASE WHEN i <= {_WAITING} THEN 'waiting' ELSE 'done' END, 1, i % 2, 0, '{hour}',"
            f" CASE WHEN i <= {_WAITING} THEN NULL WHEN i % 9 = 0 THEN 'abstained' ELSE 'advised' END,"
            f" CASE WHEN i <= {_WAITING} THEN NULL WHEN i % 50 = 0 THEN '{hour}' ELSE '{month}' END FROM n"
        )
        database.execute(
            "INSERT INTO spending (company, day, endpoint, model, calls, input_tokens, output_tokens, money, ends_at)"
            f" {_NUMBERS.format(most=_COMPANIES * 365)} SELECT {company}, CAST(i / {_COMPANIES} AS TEXT), 'house',"
            f" 'small', 9, 9000, 900, 90000, '{month}' FROM n"
        )
    if database.engine == "postgresql":
        database.execute("ANALYZE")


def measure(home: Path, environment: dict[str, str], times: int) -> dict[str, Any]:
    """Milliseconds of a scrape in which everything is looked at, of one in which all is known, and of each part."""
    from fastapi.testclient import TestClient
    from prometheus_client.parser import text_string_to_metric_families

    app = import_module("service.app").create_app(home, environment=environment, log=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    parts: dict[str, list[float]] = {}
    whole, kept, size = [], [], 0
    with TestClient(app, client=("127.0.0.1", 4000)) as client:
        for _ in range(times):
            for part in app.state.parts.metrics._figures._parts:
                part.at = None
            whole.append(_timed(client, "/metrics"))
            kept.append(_timed(client, "/metrics"))
            text = client.get("/metrics").text
            size = len(text)
            for family in text_string_to_metric_families(text):
                for sample in family.samples:
                    if sample.name == "triage_figures_seconds":
                        parts.setdefault(sample.labels["part"], []).append(sample.value * 1000)
    return {
        "everything_ms": round(statistics.median(whole), 1),
        "everything_most_ms": round(max(whole), 1),
        "kept_ms": round(statistics.median(kept), 1),
        "parts_ms": {name: round(statistics.median(found), 1) for name, found in parts.items()},
        "bytes": size,
        "load_average": round(os.getloadavg()[0], 1),
    }


def _timed(client: Any, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200 or "triage_store_up 1.0" not in answer.text:
        raise SystemExit(f"the scrape failed: {answer.status_code}")
    return took


def counting(events: int = 20_000) -> dict[str, float]:
    """Microseconds of computing that each event takes in the outermost layer, with its counting and without."""
    import asyncio

    gateway = import_module("service.gateway")
    from triage import metrics, tracing

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["route"] = _Route()
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def nothing(_: Any = None) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    lines = gateway.logger(open(os.devnull, "w"))  # noqa: SIM115, PTH123
    whole = gateway.Gateway(app, lines, 1000, 1000)
    scope = {"type": "http", "method": "POST", "path": "/hooks/odoo/a/b", "headers": []}

    async def all_of_them() -> None:
        for _ in range(events):
            await whole({**scope, "state": {}}, nothing, nothing)

    def spent() -> float:
        began = time.process_time()
        asyncio.run(all_of_them())
        return (time.process_time() - began) / events * 1e6

    with tempfile.TemporaryDirectory(prefix="triage-counting-") as folder, metrics.shared(Path(folder), "web"):
        spent()
        with_it = min(spent() for _ in range(5))
        count, gateway._Request.count = gateway._Request.count, lambda self: None
        without = min(spent() for _ in range(5))
        gateway._Request.count = count
        began = time.process_time()
        for _ in range(events):  # what the acceptor adds
            metrics.meters().events.labels("hook", "new").inc()
            tracing.acknowledged("0" * 64, 0.0, {"triage.door": "hook"}, is_new=True)
        accepting = (time.process_time() - began) / events * 1e6
    told = {"gateway_us": with_it, "gateway_without_us": without, "counting_us": with_it - without + accepting}
    return {name: round(value, 1) for name, value in told.items()}


class _Route:
    path = "/hooks/odoo/{source}/{secret}"


@contextmanager
def _place(database: str) -> Iterator[str]:
    if database == "sqlite":
        yield ""
        return
    from tests.databases import postgres_server

    with postgres_server(durable=True) as server:
        yield server.database()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=50_000, help="that wait; twice as many are decided")
    parser.add_argument("--records", type=int, default=1_000_000, help="of the journal, and finished arrivals")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--counting", action="store_true")
    given = parser.parse_args()
    if given.counting:
        print(json.dumps(counting(), indent=1))
        return
    with tempfile.TemporaryDirectory(prefix="triage-scrape-") as folder, _place(given.database) as place:
        home = Path(folder) / "home"
        environment = {**os.environ, **({"TRIAGE_DATABASE": place} if place else {}), "TRIAGE_HOME": str(home)}
        with open_store(Settings.of(home, environment), create=True) as store:
            fill(store.database, given.cards, given.records)
        print(json.dumps({"database": given.database, **measure(home, environment, given.times)}, indent=1))


if __name__ == "__main__":
    main()
