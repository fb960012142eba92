"""A connected Odoo used from many threads, and a host that limits calls."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from triage.errors import AccessDenied
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.transport import Api, Server
from triage.odoo.transport import http as http_module
from triage.odoo.transport.http import Pace


@pytest.fixture(scope="module", params=["jsonrpc", "json2"])
def day(request: pytest.FixtureRequest) -> Iterator[tuple[SampleDay, Server]]:
    with sample_day(19) as found:
        login, key = found.connection.login, found.key
        if request.param == "json2":
            login, key = "", found.box.admin.api_key
        yield found, Server(found.box.url, found.box.database, login, key, Api(request.param))


def test_many_threads_read_the_same_cases_over_one_connection(day: tuple[SampleDay, Server]) -> None:
    found, server = day
    odoo = Odoo.connect(server)
    capture = Capture(odoo, found.connection, lambda: found.now)
    names = ["S00398", "S00412", "S00437", "S00405", "S00428", "S00444"] * 4

    def fingerprint(name: str) -> str:
        case = capture.case(capture.find(f"sale.order:{name}"))
        assert case is not None
        assert case.record.name == name
        return case.fingerprint()

    alone = {name: fingerprint(name) for name in set(names)}
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(fingerprint, names))
    odoo.close()
    assert together == [alone[name] for name in names]


def test_a_refused_key_is_told_before_anything_is_read(day: tuple[SampleDay, Server]) -> None:
    _, server = day
    wrong = Server(server.url, server.database, server.login, "wrong", server.api)
    with pytest.raises(AccessDenied, match="refused"):
        _ = Odoo.connect(wrong).user


def test_paced_calls_keep_their_distance_whoever_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = [100.0], []

    class Time:
        @staticmethod
        def monotonic() -> float:
            return clock[0]

        @staticmethod
        def sleep(seconds: float) -> None:
            slept.append(seconds)

    monkeypatch.setattr(http_module, "time", Time)
    pace = Pace(1.0)
    for _ in range(3):
        pace.wait()
    clock[0] += 10
    pace.wait()
    assert slept == [0.0, 1.0, 2.0, 0.0]
    Pace(None).wait()
    assert len(slept) == 4
