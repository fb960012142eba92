"""How long a case takes to read from an Odoo, beside reading the same with odoorpc's own records.

    python -m evals.odoo_speed sale.order:S00042 [--runs 7] [--without-odoorpc]

Reads the Odoo that `TRIAGE_ODOO_URL`, `_DATABASE`, `_LOGIN`, `_KEY` and `_API` name; writes nothing. Schema, companies
and units are read before the clock starts, as in a service that has read its first case. odoorpc's records read
themselves, one by one, as their fields are used: that is what a script of some lines does.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import odoorpc
from odoorpc.error import RPCError

from triage.cli.wiring import now
from triage.domain import Case, RecordRef
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection, read_connection
from triage.odoo.transport import Call, Transport


class Counting:
    """A transport that counts its calls."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self.api = inner.api
        self.version = inner.version
        self.calls = 0

    def call(self, call: Call, /) -> Any:
        """The inner one's answer."""
        self.calls += 1
        return self._inner.call(call)

    def close(self) -> None:
        """Close the inner one."""
        self._inner.close()


class CountingOpener:
    """What odoorpc sends its requests with, counted."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener()
        self.calls = 0

    def open(self, request: urllib.request.Request, timeout: float | None = None) -> Any:
        """Send one request."""
        self.calls += 1
        return self._opener.open(request, timeout=timeout)


def connection() -> Connection:
    """The connection that the variables name."""
    found = read_connection(Path("/nonexistent"), os.environ)
    if found is None:
        raise SystemExit("name an Odoo: TRIAGE_ODOO_URL, TRIAGE_ODOO_DATABASE, TRIAGE_ODOO_LOGIN, TRIAGE_ODOO_KEY")
    return found


def measure_capture(at: Connection, named: str, runs: int) -> RecordRef:
    """Seconds and calls of one case, over and over."""
    odoo = Odoo.connect(at.server(os.environ))
    counting = Counting(odoo.transport)
    odoo.transport = counting
    capture = Capture(odoo, at, now)
    ref = capture.find(named)
    first = time.perf_counter()
    case = capture.case(ref)
    if case is None:
        raise SystemExit(f"{named}: is not there")
    first, cold = time.perf_counter() - first, counting.calls
    seconds, calls = [], []
    for _ in range(runs):
        counting.calls, started = 0, time.perf_counter()
        capture.case(ref)
        seconds.append(time.perf_counter() - started)
        calls.append(counting.calls)
    print(f"Odoo {odoo.version.text} over {counting.api}, {named}: {_size(case)}")
    told = f"min {min(seconds):.2f}, median {statistics.median(seconds):.2f}, max {max(seconds):.2f} s of {runs} runs"
    print(f"  triage: {max(calls)} calls, {told}; the first, with the schema: {cold} calls, {first:.2f} s")
    return ref


def _size(case: Case) -> str:
    told = (("lines", case.lines), ("moves", case.moves), ("messages", case.messages), ("documents", case.documents))
    return ", ".join(f"{len(found)} {name}" for name, found in told)


def measure_odoorpc(at: Connection, ref: RecordRef) -> None:
    """Seconds and calls of odoorpc's records for the order, its lines, moves, thread and files. Once: it is slow.

    They read every field of what they touch, which a user with few rights may not: measure this as an administrator.
    """
    where, opener = urlsplit(at.url), CountingOpener()
    secure = where.scheme == "https"
    protocol = "jsonrpc+ssl" if secure else "jsonrpc"
    port = where.port or (443 if secure else 80)
    odoo = odoorpc.ODOO(where.hostname, protocol=protocol, port=port, opener=opener)
    odoo.login(at.database, at.login, at.server(os.environ).key)
    opener.calls, started = 0, time.perf_counter()
    try:
        _read_with_odoorpc(odoo, ref)
    except RPCError as error:
        print(f"  odoorpc's records: this user may not use them ({str(error).splitlines()[0]})")
        return
    seconds = time.perf_counter() - started
    print(f"  odoorpc's records, part of the same: {opener.calls} calls, {seconds:.2f} s, one run")


def _read_with_odoorpc(odoo: Any, ref: RecordRef) -> None:
    order = odoo.env[ref.model].browse(ref.id)
    read = [order.name, order.partner_id.name, order.commitment_date]
    for line in order.order_line:
        read += [line.name, line.product_uom_qty, line.price_unit, line.product_id.default_code]
        read += [(move.state, move.quantity, move.forecast_availability) for move in line.move_ids]
    read += [(message.body, message.author_id.name) for message in order.message_ids]
    files = odoo.env["ir.attachment"].search([("res_model", "=", ref.model), ("res_id", "=", ref.id)])
    read += [odoo.env["ir.attachment"].read([number], ["name", "datas"]) for number in files]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", help="for example sale.order:S00042")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--without-odoorpc", action="store_true", help="leave the comparison out")
    chosen = parser.parse_args()
    at = connection()
    ref = measure_capture(at, chosen.record, chosen.runs)
    if not chosen.without_odoorpc and at.login:
        measure_odoorpc(at, ref)


if __name__ == "__main__":
    main()
