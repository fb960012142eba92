"""Setting up an Odoo in tests: sessions that count what they write, may be killed, and compare states."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.listening import in_thread
from triage.odoo.client import Odoo
from triage.odoo.setup.applying import Applier
from triage.odoo.setup.features import FEATURES
from triage.odoo.setup.manifest import Manifest, read_manifest
from triage.odoo.setup.parts import Feature
from triage.odoo.setup.place import Asked, Surroundings
from triage.odoo.setup.plan import Plan, Planner
from triage.odoo.setup.present import WHOLE, Present, read_present
from triage.odoo.setup.recovering import recovered
from triage.odoo.setup.removing import Remover, planned_removal
from triage.odoo.transport import Call, Transport

READS = frozenset({"search_read", "fields_get", "read", "search_count", "context_get", "has_group"})
SECRET = "hook-secret-that-nobody-guesses"
HOOK = "http://127.0.0.1:9/hooks/odoo/odoo/a-secret-of-tests"
ASKED = Asked("https://triage.example.com", lambda: HOOK)


class Killed(Exception):
    """What a process that is gone would not even have noticed."""


@dataclass
class Counting:
    """A transport that counts calls which write, and dies at one of them."""

    inner: Transport
    die_at: int | None = None
    is_answer_lost: bool = False
    """Whether the server has still done what it was asked when the caller died."""
    writes: Counter[str] = field(default_factory=Counter)

    @property
    def api(self) -> str:
        return self.inner.api

    @property
    def version(self) -> str:
        return self.inner.version

    def call(self, call: Call, /) -> Any:
        if call.method in READS:
            return self.inner.call(call)
        self.writes[call.method] += 1
        dies = self.die_at is not None and self.writes.total() >= self.die_at
        if dies and not self.is_answer_lost:
            raise Killed
        answer = self.inner.call(call)
        if dies:
            raise Killed
        return answer

    def close(self) -> None:
        self.inner.close()


@dataclass
class Setting:
    """One administrator who sets up, in as many sessions as a test wants."""

    connect: Callable[[], Odoo]
    asked: Asked = ASKED
    features: Mapping[str, Feature] = field(default_factory=lambda: FEATURES)

    def session(self, die_at: int | None = None, is_answer_lost: bool = False) -> Odoo:
        odoo = self.connect()
        odoo.transport = Counting(odoo.transport, die_at, is_answer_lost)
        return odoo

    def known(self, odoo: Odoo) -> tuple[Present, Manifest]:
        """What stands there, and what is remembered of it."""
        present = read_present(odoo)
        return present, recovered(read_manifest(odoo), present, self.features, odoo.version.major)

    def plan(self, wanted: Sequence[str], *, overwrite: bool = False, odoo: Odoo | None = None) -> Plan:
        odoo = odoo or self.session()
        present, manifest = self.known(odoo)
        place = Surroundings(odoo, self.asked, manifest.watchers)
        return Planner(place, self.features, present, manifest, overwrite).plan(wanted)

    def setup(self, wanted: Sequence[str], *, overwrite: bool = False, odoo: Odoo | None = None) -> Counter[str]:
        """Plan and apply; what was written, by method."""
        odoo = odoo or self.session()
        present, manifest = self.known(odoo)
        place = Surroundings(odoo, self.asked, manifest.watchers)
        planner = Planner(place, self.features, present, manifest, overwrite)
        Applier(odoo, present, manifest).apply(planner.plan(wanted))
        return odoo.transport.writes  # type: ignore[attr-defined,no-any-return]

    def remove(self, only: Sequence[str] = (), odoo: Odoo | None = None) -> None:
        odoo = odoo or self.session()
        present, manifest = self.known(odoo)
        Remover(odoo, manifest).remove(planned_removal(present, manifest, self.features, odoo.version.major, only))


_WHOLE = (
    "ir.cron",
    "ir.actions.server",
    "ir.actions.act_window",
    "base.automation",
    "ir.rule",
    "ir.model.access",
    "res.groups",
    "ir.ui.menu",
    "ir.config_parameter",
    "ir.model",
)
_BY_ID = (
    "ir.model.fields",
    "ir.model.fields.selection",
    "ir.model.data",
    "ir.ui.view",
    "ir.default",
    "ir.model.constraint",
    "ir.model.relation",
    "ir.attachment",
    "mail.message",
    "mail.activity",
    "mail.followers",
    "res.users",
    "res.partner",
)
_MOVING = frozenset({"write_date", "write_uid", "nextcall", "lastcall", "write_count", "__last_update"})
_PLAIN = frozenset({"char", "text", "boolean", "integer", "float", "selection", "many2one", "many2many", "reference"})


def state(odoo: Odoo) -> dict[tuple[str, int], Any]:
    """Every record of every model that set-up touches: of small models all stored values, of others its id."""
    found: dict[tuple[str, int], Any] = {}
    for model in (*_WHOLE, *_BY_ID):
        fields = odoo.fields(model) or {}
        names = [name for name, each in fields.items() if each.store and each.type in _PLAIN and name not in _MOVING]
        for row in odoo.search(model, [], names if model in _WHOLE else ["id"], order="id", active_test=False, **WHOLE):
            found[model, row.id] = _same_words(row.values) if model in _WHOLE else True
    return found


def _same_words(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Four hours are 240 minutes: with the first automation rule Odoo says it so of its own schedule for them."""
    if values.get("interval_type") != "hours":
        return values
    return {**values, "interval_number": values["interval_number"] * 60, "interval_type": "minutes"}


def differences(before: Mapping[tuple[str, int], Any], after: Mapping[tuple[str, int], Any]) -> list[str]:
    """What was added, is gone, or has changed, in words."""
    lines = [f"{model} {number} is left" for model, number in after if (model, number) not in before]
    lines += [f"{model} {number} is gone" for model, number in before if (model, number) not in after]
    for key in before.keys() & after.keys():
        if before[key] != after[key]:
            names = [name for name in before[key] if before[key][name] != after[key].get(name)]
            lines.append(
                f"{key[0]} {key[1]}: {', '.join(f'{n} {before[key][n]!r} → {after[key][n]!r}' for n in names)}"
            )
    return sorted(lines)


@contextmanager
def listening(status: int = 202) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A receiver on loopback, and what it was sent."""
    heard: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with in_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/odoo/odoo/{SECRET}", heard


def wait_for(happened: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something has happened that another program does."""
    until = time.monotonic() + seconds
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    assert happened()
