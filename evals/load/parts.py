"""What the load scripts share: processes that are started, killed and ended, a look-alike of Odoo with many orders.

python -m evals.load.parts --orders 100 --home FOLDER     # the look-alike alone; scripts start it themselves
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]
import yaml

from triage.domain import RecordRef
from triage.odoo.sandbox import Sandbox, hang, html, throttle

NOTE = "a person decides"
"""Stands in every note of ours."""
LETTER = (
    "Hello, order {name} arrived this morning and {number} of the boxes are crushed, the parts inside are bent. "
    "The driver noted the damage. Please send replacements."
)
HOOK_SECRET = "LOAD_HOOK_SECRET"  # noqa: S105  the name of a variable
SECRET = "only-for-this-run-0001"  # noqa: S105
COMPANY = "Measured B.V."


_FAULTS = {"hangs": hang(5.0), "proxy": html(502), "limited": throttle()}


class Helper:
    """A process that answers lines of words with lines of JSON; ends with the block."""

    def __init__(self, module: str, *words: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.told = self._line()
        """What it said first."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process, 10)
        for end_of_pipe in (self._process.stdin, self._process.stdout):
            if end_of_pipe is not None:
                with suppress(OSError):
                    end_of_pipe.close()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def ask(self, words: str) -> Any:
        """The answer to a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(words + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a helper process ended ({self._process.wait(10)}): see its message above.")
        return json.loads(line)


@dataclass
class Member:
    """One process of the service under load: started, killed, started again."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    spent: float = 0.0
    """Seconds of computing of those that were killed or ended."""
    started: int = 0

    def start(self) -> None:
        """Start it."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                env={**clean, **self.environment},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )  # fmt: skip; its input stays open as long as this process lives: it ends when that does
        self.started += 1

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.spent += cpu(self.process.pid)
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """As an operator would."""
        if self.process is not None and self.process.poll() is None:
            self.spent += cpu(self.process.pid)
            end(self.process, 30)

    def look(self) -> bool:
        """Start it again where it has ended by itself; whether it had."""
        if self.process is None or self.process.poll() is None:
            return False
        self.start()
        return True

    @property
    def computing(self) -> float:
        """Seconds of computing so far."""
        running = self.process is not None and self.process.poll() is None
        return self.spent + (cpu(self.process.pid) if running and self.process else 0.0)


@contextmanager
def running(members: Sequence[Member]) -> Iterator[None]:
    """All of them started, and ended with the block whatever happens in it."""
    with ExitStack() as stack:
        for member in members:
            stack.callback(member.stop)
            member.start()
        yield


def end_in_order() -> None:
    """Asked to stop, leave by the usual way out, so that the processes that were started end and folders go."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))


def end(process: subprocess.Popen[Any], seconds: float) -> None:
    """Ask it to end; kill it where it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def cpu(pid: int) -> float:
    """Seconds of computing of a process so far; 0 where it is gone."""
    with suppress(psutil.Error):
        used = psutil.Process(pid).cpu_times()
        return float(used.user + used.system)
    return 0.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_for(url: str, seconds: float = 90) -> None:
    """Until it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer within {seconds:.0f} s.")


def post(
    port: int, path: str, body: bytes, patience: float = 10.0, headers: Mapping[str, str] | None = None
) -> tuple[int, Any]:
    """One call over a connection of its own, as Odoo makes it. Raises `OSError` or `http.client.HTTPException`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        connection.request("POST", path, body, headers or {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(said) if said[:1] == b"{" else None


def call_of(ref: RecordRef) -> bytes:
    """What Odoo's webhook sends about a record."""
    return json.dumps({"_action": "Changed(#1)", "_id": ref.id, "_model": ref.model}).encode()


def refs_of(odoo: Helper) -> list[RecordRef]:
    """The orders of the look-alike."""
    return [RecordRef(model="sale.order", id=number, name=name) for number, name in odoo.told["orders"]]


def write_home(home: Path, model_url: str, *, model: str = "house:small", **jobs: Any) -> None:
    """Policy, jobs and sources of an installation that asks the model server and publishes."""
    policy = {
        "default_mode": "advise",
        "advice": {"tickets": "never"},
        "endpoints": [{"name": "house", "url": model_url, "remote": False, "timeout_seconds": 30}],
    }
    quick = {
        "model": model, "schedule": False, "poll_seconds": 0.1, "busy_seconds": 0.3, "outage_seconds": 1,
        "outage_most_seconds": 5, "backoff_seconds": 1, "backoff_most_seconds": 5, "heartbeat_seconds": 1,
        "dead_seconds": 6, "lost_seconds": 10,
    }  # fmt: skip
    source = {
        "name": "odoo", "door": "hook", "secrets": [{"environment": HOOK_SECRET}], "company": COMPANY,
        "models": ["sale.order"], "delay_seconds": 1,
    }  # fmt: skip
    files = {"policy": policy, "jobs": quick | jobs, "service": {"accept_seconds": 0.5, "sources": [source]}}
    for name, value in files.items():
        (home / f"{name}.yaml").write_text(yaml.safe_dump(value))


def web(home: Path, environment: Mapping[str, str], port: int) -> Member:
    """The web process."""
    command = [sys.executable, "-m", "triage.cli.web", "127.0.0.1", str(port)]
    return Member("web", command, {**environment, "TRIAGE_HOME": str(home), HOOK_SECRET: SECRET}, home / "web.log")


def worker(home: Path, environment: Mapping[str, str], number: int) -> Member:
    """A worker process, under a name of its own."""
    name = f"w{number}"
    command = [sys.executable, "-m", "triage", "worker", "--home", str(home), "--slot", name, "--with-parent"]
    return Member(name, command, environment, home / f"{name}.log")


def load_now() -> str:
    """The machine's load average of the last minute, and how many cores it has."""
    return f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def serve_odoo(count: int, home: Path, apart: int = 0) -> None:
    """Serve a look-alike with so many stalled orders until standard input ends; tell of its notes when asked.

    The last `apart` of them have a customer each, so that nothing is read of the others together with them.
    """
    from triage.odoo.sandbox.demo import sample_day

    with sample_day(18) as day:

        def work(env: Any) -> list[tuple[int, str]]:
            customer = env["res.partner"].create({"name": "Buyer", "email": "buyer@example.com"})
            made = []
            for number in range(1, count + 1):
                name = f"T{number:05}"
                if number > count - apart:
                    customer = env["res.partner"].create({"name": f"Buyer {number}"})
                order = env["sale.order"].create({"partner_id": customer.id, "name": name, "state": "sale"})
                order.message_post(
                    body=LETTER.format(name=name, number=number), message_type="email", author_id=customer.id,
                    subtype_xmlid="mail.mt_comment",
                )  # fmt: skip
                made.append((order.id, name))
            return made

        orders = day.box.edit(work)
        (home / "key").write_text(day.key)
        told = day.connection.with_(key_file=home / "key").model_dump(mode="json", exclude_defaults=True)
        (home / "odoo.yaml").write_text(yaml.safe_dump(told))
        admin = day.box.admin
        reach = {"url": day.box.url, "database": day.box.database, "uid": admin.id, "password": admin.password}
        print(json.dumps({"orders": orders, **reach}), flush=True)
        wanted = {number for number, _ in orders}
        for line in sys.stdin:
            _misbehave(day.box, *line.split())
            rows = day.box.rows("mail.message")
            notes = Counter(row["res_id"] for row in rows if row["res_id"] in wanted and NOTE in str(row["body"]))
            print(json.dumps({"notes": notes, "calls": len(day.box.calls)}), flush=True)


def _misbehave(box: Sandbox, word: str = "", *given: str) -> None:
    """`down SECONDS`: its port is closed for so long; `closed`, `open`: until told otherwise; `meets KIND COUNT`: so
    many requests meet a fault; `served`: none does any more; `unreadable ID`, `readable ID`: an order has a date that
    is none, and has one again.
    """
    if word == "down":
        box.stop()
        threading.Timer(float(given[0]), box.start).start()
    elif word in ("closed", "open"):
        (box.stop if word == "closed" else box.start)()
    elif word == "meets":
        box.faults.plan(*[_FAULTS[given[0]]] * int(given[1]))
    elif word == "served":
        box.faults.clear()
    elif word in ("unreadable", "readable"):
        date = "not a time" if word == "unreadable" else "2026-11-20 09:00:00"
        box.edit(lambda env: env.db.tables.update("sale.order", int(given[0]), {"date_order": date}))


def main() -> None:
    """Serve the look-alike."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument("--home", type=Path, required=True, help="folder that gets odoo.yaml and the key")
    parser.add_argument("--apart", type=int, default=0, help="so many of them are of customers of their own")
    asked = parser.parse_args()
    serve_odoo(asked.orders, asked.home, asked.apart)


if __name__ == "__main__":
    main()
