"""How fast the web process acknowledges events, and whether any is lost or doubled.

    python -m evals.load.acknowledge --database sqlite --rate 200 --seconds 60
    python -m evals.load.acknowledge --database postgresql --rate 200 --seconds 60
    python -m evals.load.acknowledge --outage          # a PostgreSQL that hangs, then is gone

A real `uvicorn` process; each event comes over a connection of its own, as Odoo sends it. The load is open: every event
has its time, and is sent then, whether or not earlier ones were answered. Its latency counts from that time, so that a
stall is felt by every event that it held up (no coordinated omission). How late the generator itself was is printed
beside it. Afterwards the inbox is compared with what was sent.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from triage.cli.wiring import open_store
from triage.settings import Settings

_SERVICE = """\
sources:
  - name: odoo
    door: hook
    secrets: [{environment: LOAD_HOOK_SECRET}]
    company: Measured B.V.
    models: [sale.order, purchase.order, stock.picking, account.move]
    delay_seconds: 3600
"""
"""With windows of an hour, the same call again is the same event."""
_MODELS = ("sale.order", "purchase.order", "stock.picking", "account.move")
_PATIENCE = 10.0


@dataclass
class Sent:
    """What came of each event."""

    planned: int
    latencies: list[float] = field(default_factory=list)
    """Seconds from the planned time to the answer's end, of acknowledged events."""
    late: list[float] = field(default_factory=list)
    """Seconds by which the generator itself was late."""
    statuses: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    """Ids under which events were acknowledged, with how often each."""
    new: int = 0


@dataclass(frozen=True)
class Server:
    """A running web process."""

    process: subprocess.Popen[bytes]
    port: int

    def memory(self) -> float | None:
        """Resident megabytes; none where the system does not say."""
        try:
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), None)

    def cpu(self) -> float | None:
        """Seconds of computing so far; none where the system does not say."""
        try:
            fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def bodies(count: int, again: float) -> tuple[list[bytes], int]:
    """So many calls of Odoo's webhook, and how many different ones; a share of them comes a second time."""
    made: list[bytes] = []
    drawn = random.Random(7)  # noqa: S311
    different = 0
    while len(made) < count:
        if made and drawn.random() < again:
            made.append(made[drawn.randrange(len(made))])
            continue
        different += 1
        body = {
            "_action": "Record changed(#610)",
            "_id": different,
            "_model": _MODELS[different % len(_MODELS)],
            "write_date": f"2026-11-23 09:30:00.{different % 1_000_000:06}",
        }
        made.append(json.dumps(body).encode())
    return made, different


async def load(port: int, secret: str, calls: Sequence[bytes], rate: float) -> Sent:
    """Send each call at its time."""
    sent = Sent(len(calls))
    begin = time.perf_counter() + 0.5
    running: set[asyncio.Task[None]] = set()
    for number, body in enumerate(calls):
        due = begin + number / rate
        if (left := due - time.perf_counter()) > 0:
            await asyncio.sleep(left)
        sent.late.append(max(0.0, time.perf_counter() - due))
        task = asyncio.create_task(_call(port, secret, body, due, sent))
        running.add(task)
        task.add_done_callback(running.discard)
    if running:
        await asyncio.wait(running, timeout=_PATIENCE * 2)
    return sent


async def _call(port: int, secret: str, body: bytes, due: float, sent: Sent) -> None:
    head = (
        f"POST /hooks/odoo/odoo/{secret} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + body)
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError) as error:
        sent.statuses[type(error).__name__] += 1
        return
    status = answer[9:12].decode("latin-1")
    sent.statuses[status] += 1
    if status == "202":
        sent.latencies.append(time.perf_counter() - due)
        told = json.loads(answer.partition(b"\r\n\r\n")[2])
        sent.kept[told["id"]] += 1
        sent.new += not told["duplicate"]


def inbox_ids(settings: Settings) -> Counter[str]:
    """Ids in the inbox."""
    with open_store(settings) as store:
        return Counter(row[0] for row in store.database.query("SELECT id FROM inbox"))


@contextmanager
def web(environment: dict[str, str]) -> Iterator[Server]:
    """A web process on a free port, warmed up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "service.app:create_app", "--port", str(port)]
    with tempfile.TemporaryFile() as lines:
        process = subprocess.Popen([*command, "--log-level", "warning"], env=os.environ | environment, stderr=lines)
        try:
            _wait(f"http://127.0.0.1:{port}/readyz", process)
            yield Server(process, port)
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):  # noqa: S310
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the web process does not become ready.")


def report(sent: Sent, in_inbox: Counter[str], different: int, memory: Sequence[float | None]) -> dict[str, object]:
    """The figures."""
    ordered = sorted(sent.latencies)
    lost = [one for one in sent.kept if one not in in_inbox]
    doubled = sum(count - 1 for count in in_inbox.values())

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1) if ordered else 0.0

    return {
        "sent": sent.planned,
        "different": different,
        "statuses": dict(sent.statuses),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
        "mean_ms": round(statistics.fmean(ordered) * 1000, 1) if ordered else 0.0,
        "over_1_s": sum(each > 1 for each in ordered),
        "acknowledged_and_lost": len(lost),
        "rows": sum(in_inbox.values()),
        "doubled": doubled + max(0, len(in_inbox) - different),
        "generator_late_p99_ms": round(sorted(sent.late)[int(len(sent.late) * 0.99)] * 1000, 1),
        "memory_mb": [None if each is None else round(each, 1) for each in memory],
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql (one is started), or an address")
    parser.add_argument("--rate", type=float, default=200, help="events a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--again", type=float, default=0.05, help="share of events that come a second time")
    parser.add_argument("--outage", action="store_true", help="how long a refusal takes when the database is away")
    chosen = parser.parse_args(arguments)
    if chosen.outage:
        print(json.dumps(outage(), indent=1))
        return
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-load-")))
        (home / "service.yaml").write_text(_SERVICE)
        environment = {"TRIAGE_HOME": str(home), "LOAD_HOOK_SECRET": secrets.token_urlsafe(24)}
        if chosen.database != "sqlite":
            environment["TRIAGE_DATABASE"] = _postgres(stack, chosen.database)
        server = stack.enter_context(web(environment))
        calls, different = bodies(int(chosen.rate * chosen.seconds), chosen.again)
        asyncio.run(load(server.port, environment["LOAD_HOOK_SECRET"], calls[:50], 50))  # warm, and part of the count
        began = server.cpu()
        before, busy = server.memory(), [round(each, 1) for each in os.getloadavg()]
        sent = asyncio.run(load(server.port, environment["LOAD_HOOK_SECRET"], calls, chosen.rate))
        memory, ended = (before, server.memory()), server.cpu()
        in_inbox = inbox_ids(Settings.of(home, os.environ | environment))
    figures = report(sent, in_inbox, different, memory)
    spent = None if began is None or ended is None else round((ended - began) / len(calls) * 1000, 2)
    run = {
        "database": chosen.database.partition(":")[0],
        "rate": chosen.rate,
        "load_average": busy,
        "computing_ms_per_event": spent,
    }
    print(json.dumps(run | figures, indent=1))
    if figures["acknowledged_and_lost"] or figures["doubled"]:
        raise SystemExit(1)


def outage(calls: int = 40) -> dict[str, object]:
    """Statuses, and milliseconds of the slowest answer, with a database that works, hangs, works again and is gone."""
    from tests.databases import postgres_server

    figures: dict[str, object] = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-load-")))
        (home / "service.yaml").write_text(_SERVICE)
        server = stack.enter_context(postgres_server(durable=True))
        url, secret = server.database(), secrets.token_urlsafe(24)
        name = url.partition("?")[0].rpartition("/")[2]
        environment = {"TRIAGE_HOME": str(home), "LOAD_HOOK_SECRET": secret, "TRIAGE_DATABASE": url}
        running = stack.enter_context(web(environment))
        numbers = itertools.count(1)

        def answers() -> dict[str, object]:
            found = [_timed(running.port, secret, next(numbers)) for _ in range(calls)]
            return {
                "statuses": dict(Counter(status for status, _ in found)),
                "max_ms": round(max(seconds for _, seconds in found) * 1000),
            }

        answers()  # warm
        figures["works"] = answers()
        main = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            process.suspend()
        figures["hangs"] = answers()
        for process in processes:
            process.resume()
        _until_202(running.port, secret, numbers)
        figures["works again"] = answers()
        # No new connection, and the old ones are cut: what a client sees of a server that was shut down.
        server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        server.break_connections()
        figures["is gone"] = answers()
        server.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        _until_202(running.port, secret, numbers)
        figures["is back"] = answers()
    return figures


def _timed(port: int, secret: str, number: int) -> tuple[int, float]:
    begin = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    body = json.dumps({"_id": number, "_model": "sale.order"})
    connection.request("POST", f"/hooks/odoo/odoo/{secret}", body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - begin


def _until_202(port: int, secret: str, numbers: Iterator[int]) -> None:
    until = time.monotonic() + 60
    while _timed(port, secret, next(numbers))[0] != 202:
        if time.monotonic() > until:
            raise SystemExit("the web process does not recover.")
        time.sleep(0.1)


def _postgres(stack: ExitStack, given: str) -> str:
    if given.startswith("postgresql://"):
        return given
    from tests.databases import postgres_server

    return stack.enter_context(postgres_server(durable=True)).schema()


if __name__ == "__main__":
    main(sys.argv[1:])
