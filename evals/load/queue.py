"""How fast the queue's page is with many open cards: time in the server, request by request.

    python -m evals.load.queue --cards 50000 --database sqlite|postgresql

The service runs in this process without a network; a signed-in reviewer asks for pages as people do: the first page,
the next ones, filters, rows for the page's own renewal, and a search. The store is filled through the same code that
files cards, in groups. `postgresql` starts a server of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from triage.cli.wiring import Store, now, open_store
from triage.domain import (
    SUBTYPES,
    Category,
    Confidence,
    Duty,
    Event,
    Fact,
    Link,
    LinkStatus,
    Method,
    Priority,
    Producer,
    Proposal,
    RecordRef,
    Severity,
    Suggestion,
)
from triage.settings import Settings
from triage.storage.people import People

_COMPANIES = ("Brandt & Mercer Supply B.V.", "Brandt & Mercer GmbH", "Mercer Iberia S.L.")
_TEAMS = ("order desk", "logistics", "purchasing", "accounts")
_LANGUAGES = ("en", "de", "fr", "es", "nl")
_TOGETHER = 500
_TO_A_KEY = 10
"""Cards that are sealed with the same key, so that filling does not take an hour; those of a page hardly share one."""
_COOKIE = "triage"
_BY = Producer(method=Method.EMBEDDED, model="load", version="1")


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--cards", type=int, default=50_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--requests", type=int, default=300)
    given = parser.parse_args()
    import_module("service.app")  # before the store is filled, which takes minutes: what is missing shows at once
    with tempfile.TemporaryDirectory(prefix="triage-queue-") as folder, _place(given.database) as place:
        home = Path(folder) / "home"
        environment = {**os.environ, **({"TRIAGE_DATABASE": place} if place else {}), "TRIAGE_HOME": str(home)}
        began = time.perf_counter()
        with open_store(Settings.of(home, environment), create=True) as store:
            fill(store, given.cards)
            token = _somebody(store)
        print(f"{given.cards} cards filed in {time.perf_counter() - began:.0f} s ({given.database})")
        measure(home, environment, token, given.requests)


def fill(store: Store, count: int) -> None:
    """File so many open cards, each of a record of its own."""
    chance = random.Random(11)  # noqa: S311
    for start in range(0, count, _TOGETHER):
        with store.database.transaction():
            for number in range(start, min(start + _TOGETHER, count)):
                made = _proposal(number, chance)
                key = f"load:{number // _TO_A_KEY}"
                if number % _TO_A_KEY == 0:
                    happened = Event(key=key, source="load", company=made.company, ref=made.record, received_at=now())
                    store.journal.of(happened)
                store.cards.put(made, key)


def _proposal(number: int, chance: random.Random) -> Proposal:
    category = chance.choice(list(Category))
    value = chance.uniform(0.4, 0.99)
    facts = tuple(
        Fact(name=f"load.fact_{each}", value=each, how=f"counted {each} of {number} in a list of many words")
        for each in range(12)
    )
    suggestion = Suggestion(
        category=category,
        subtype=chance.choice([None, *SUBTYPES[category]]),
        severity=chance.choice(list(Severity)),
        confidence=Confidence(value=value, n=100, low=value - 0.1, high=min(1.0, value + 0.1), population="load"),
    )
    return Proposal(
        company=_COMPANIES[number // _TO_A_KEY % len(_COMPANIES)],
        record=RecordRef(model="sale.order", id=number + 1, name=f"S{number + 1:05}"),
        suggestion=suggestion,
        summary=f"Order {number} waits for forty bolts, and its customer has asked twice when they will come. " * 3,
        language=chance.choice(_LANGUAGES),
        facts=facts,
        link=Link(status=LinkStatus.GIVEN),
        team=chance.choice(_TEAMS),
        case=f"{number:064x}",
        priority=Priority(by=_BY, score=round(chance.uniform(0, 150), 2)),
    )


def _somebody(store: Store) -> str:
    people = People(store.database, now)
    people.add("Load", [Duty.REVIEWER, Duty.LEAD], subject="load")
    return people.begin("Load", "password")


def measure(home: Path, environment: dict[str, str], token: str, requests: int) -> None:
    """Ask, and print the times in milliseconds, and how much of them this process computed."""
    from fastapi.testclient import TestClient

    app = import_module("service.app").create_app(home, environment=environment, log=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    kinds: dict[str, list[tuple[float, float]]] = {}
    with TestClient(app, cookies={_COOKIE: token}, follow_redirects=False) as client:
        asked = _asked(client, requests)
        for kind, address in asked:
            began, computed = time.perf_counter(), time.process_time()
            answer = client.get(address)
            took, cpu = time.perf_counter() - began, time.process_time() - computed
            if answer.status_code not in (200, 303):
                raise SystemExit(f"{address}: {answer.status_code}\n{answer.text[:500]}")
            kinds.setdefault(kind, []).append((1000 * took, 1000 * cpu))
    for kind, times in {**kinds, "all": [each for found in kinds.values() for each in found]}.items():
        whole, own = ([each[which] for each in times] for which in (0, 1))
        cuts, computing = (statistics.quantiles(found, n=20, method="inclusive") for found in (whole, own))
        print(
            f"{kind:>8}: n={len(times):4} median {cuts[9]:6.1f} ms, 95 % within {cuts[18]:6.1f} ms; "
            f"of it computing: median {computing[9]:6.1f} ms, 95 % within {computing[18]:6.1f} ms"
        )


def _asked(client: object, count: int) -> Iterator[tuple[str, str]]:
    """What people ask for, in turn."""
    import re

    chance = random.Random(5)  # noqa: S311
    following = "/queue"
    for number in range(count):
        company = chance.choice(_COMPANIES).replace("&", "%26").replace(" ", "+")
        turn = number % 6
        if turn == 0:
            yield "first", "/queue"
        elif turn == 1:
            found = re.search(r'href="(/queue\?[^"]+)" rel="next"', client.get(following).text)  # type: ignore[attr-defined]
            following = found[1].replace("&amp;", "&") if found else "/queue"
            yield "next", following
        elif turn == 2:
            yield "category", f"/queue?category={chance.choice(list(Category)).value}"
        elif turn == 3:
            yield "several", f"/queue?company={company}&severity=urgent&team=logistics&language=de&confidence=high"
        elif turn == 4:
            yield "rows", "/queue/rows?mine=free"
        else:
            yield "search", f"/search?q=S{chance.randint(1, 400):05}"


@contextmanager
def _place(database: str) -> Iterator[str]:
    """Where the store lies: nothing for a file."""
    if database == "sqlite":
        yield ""
        return
    from tests.databases import postgres_server

    with postgres_server() as server:
        yield server.database()


__all__ = ["fill", "main", "measure"]

if __name__ == "__main__":
    main()
