"""What a sweep costs: calls, time and memory for many changed records in a look-alike of Odoo.

    python -m evals.load.sweeps --orders 2000 --leads 3000

Look-alike, sweeper and store share this machine; Odoo's own time is not measured. Each order has three lines and a
move for each, all written in one transaction, as an import or a wave of deliveries does. Then as many records as were
changed are changed again with every tenth order's delivery, and last nothing is: what a quiet round costs.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from triage.cli.connected import Connected, using
from triage.cli.wiring import Store, open_store
from triage.domain import Policy
from triage.domain.policies import PolicyBook
from triage.jobs.inbox import Inbox
from triage.jobs.sweeps import Place, Sweeper
from triage.odoo.connection import Sweeping
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings
from triage.storage.leases import Leases
from triage.storage.watermarks import Watermarks

_START = datetime(2099, 3, 10, 12, tzinfo=UTC)
_FORM = "%Y-%m-%d %H:%M:%S"
_LINES = 3


@dataclass
class Clock:
    """Stands still until it is moved, so that only what is stamped is new."""

    now: datetime = _START

    def __call__(self) -> datetime:
        """The time that was set."""
        return self.now


def main() -> None:
    """Measure, and print one line for each case."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--leads", type=int, default=3000)
    given = parser.parse_args()
    clock = Clock()
    with (
        sample_day() as day,
        tempfile.TemporaryDirectory(prefix="triage-sweeps-") as folder,
        using(day.connection, environment={"TRIAGE_ODOO_KEY": day.key}) as at,
        open_store(Settings.of(Path(folder)), create=True) as store,
    ):
        sweeper = _sweeper(at, store, clock)
        _measured("first round, from now", sweeper, day)
        orders, leads = _filled(day, given.orders, given.leads)
        clock.now += timedelta(minutes=10)
        _stamped(day, clock.now, {"sale.order": orders, "crm.lead": leads} | _parts(day, orders))
        _measured(f"{given.orders} orders with {_LINES} lines and moves, {given.leads} leads, one second", sweeper, day)
        clock.now += timedelta(minutes=10)
        _stamped(day, clock.now, {"stock.move": _parts(day, orders[::10])["stock.move"]})
        _measured("moves of every tenth order", sweeper, day)
        clock.now += timedelta(minutes=10)
        _measured("nothing has changed", sweeper, day)
        held = store.database.query("SELECT count(*) FROM inbox")[0][0]
        print(f"inbox: {held} arrivals; peak memory of all together {_peak():.0f} MB")


def _sweeper(at: Connected, store: Store, clock: Callable[[], datetime]) -> Sweeper:
    place = Place(at.odoo, at.place, at.company(), at.capture.company, Sweeping(pause_seconds=0))
    inbox, leases = Inbox(store.journal, clock), Leases(store.database, clock)
    return Sweeper(place, inbox, Watermarks(store.database), leases, PolicyBook(Policy()), clock, "load")


def _filled(day: SampleDay, orders: int, leads: int) -> tuple[list[int], list[int]]:
    """Rows like those of the sample day, so many of each; ids of orders and leads."""

    def work(env: Any) -> tuple[list[int], list[int]]:
        tables = env.db.tables
        order = tables.get("sale.order", 425)
        line = next(tables.get("sale.order.line", n) for n in tables.by_value("sale.order.line", "order_id", 425))
        move = tables.get("stock.move", 8980)
        made = [tables.insert("sale.order", {**order, "name": f"L{n:05}"}) for n in range(orders)]
        for number in made:
            for _ in range(_LINES):
                part = tables.insert("sale.order.line", {**line, "order_id": number})
                tables.insert("stock.move", {**move, "sale_line_id": part, "picking_id": False})
        empty = tables.get("crm.lead", env["crm.lead"].create({"name": "Lead"}).id)
        return made, [tables.insert("crm.lead", {**empty, "name": f"Lead {n}"}) for n in range(leads)]

    return day.box.edit(work)  # type: ignore[no-any-return]


def _parts(day: SampleDay, orders: list[int]) -> dict[str, list[int]]:
    wanted = set(orders)
    lines = [row["id"] for row in day.box.rows("sale.order.line") if row.get("order_id") in wanted]
    known = set(lines)
    moves = [row["id"] for row in day.box.rows("stock.move") if row.get("sale_line_id") in known]
    return {"sale.order.line": lines, "stock.move": moves}


def _stamped(day: SampleDay, moment: datetime, records: dict[str, list[int]]) -> None:
    def work(env: Any) -> None:
        for model, numbers in records.items():
            for number in numbers:
                env.db.tables.update(model, number, {"write_date": moment.strftime(_FORM)})

    day.box.edit(work)


def _measured(what: str, sweeper: Sweeper, day: SampleDay) -> None:
    before, began, rounds = len(day.box.calls), time.monotonic(), [sweeper.once()]
    while rounds[-1].is_behind:
        rounds.append(sweeper.once())
    seconds = time.monotonic() - began
    records = sum(each.records for each in rounds)
    print(
        f"{what}: {records} records seen, {sum(each.new for each in rounds)} new arrivals; {len(rounds)} rounds, "
        f"{len(day.box.calls) - before} calls ({max(each.calls for each in rounds)} in the largest round), "
        f"{seconds:.1f} s ({records / seconds:.0f} records/s)"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
