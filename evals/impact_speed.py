"""How long it takes to tell whom a late purchase hits, in a look-alike of Odoo with many open lines.

    python -m evals.impact_speed [--lines 100000] [--products 2000] [--bought 20] [--runs 5]

Makes a look-alike on loopback with so many sales lines, each with a move that waits, and one purchase order of some
products. Then captures that purchase order over HTTP and lays a week's delay over the network; schema, companies and
units are read before the clock starts, as in a service that has read its first case.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from triage.domain import Case, NodeKind, Shift
from triage.facts.impact import impact
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.sandbox import Sandbox
from triage.odoo.transport import Api, Server

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
_A_DAY = 24


def stamp(days: int) -> str:
    """So many days from now, as Odoo writes a time."""
    return (NOW + timedelta(days=days)).strftime("%Y-%m-%d 12:00:00")


def rows(lines: int, products: int, bought: int) -> dict[str, list[dict[str, Any]]]:
    """Orders of five lines each, spread over products; stock for a third of them; one purchase order."""
    chance = random.Random(7)  # noqa: S311
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in _MODELS}
    found["res.partner"] = [{"id": n, "name": f"Customer {n}"} for n in range(10_000, 10_200)]
    found["res.partner"].append({"id": 9_999, "name": "Supplier"})
    for n in range(1, products + 1):
        code = f"P{n:05d}"
        found["product.template"].append({"id": 1000 + n, "name": code, "default_code": code, "uom_id": 1})
        found["product.product"].append({"id": 1000 + n, "product_tmpl_id": 1000 + n, "default_code": code})
    for order in range(1, lines // 5 + 1):
        found["sale.order"].append(
            {"id": order, "name": f"S{order:06d}", "state": "sale", "company_id": 1, "currency_id": 1,
             "partner_id": 10_000 + order % 200, "partner_shipping_id": 10_000 + order % 200,
             "partner_invoice_id": 10_000 + order % 200, "date_order": stamp(-20), "warehouse_id": 1,
             "commitment_date": stamp(chance.randrange(-3, 30)), "picking_policy": "direct"}
        )  # fmt: skip
        for line in _lines(order, products, chance):
            found["sale.order.line"].append(line)
            found["stock.move"].append(_move(line, chance))
    found["purchase.order"] = [
        {"id": 1, "name": "P00001", "state": "purchase", "company_id": 1, "currency_id": 1, "partner_id": 9_999,
         "date_order": stamp(-10), "date_planned": stamp(3), "picking_type_id": 1}
    ]  # fmt: skip
    for n in range(1, bought + 1):
        found["purchase.order.line"].append(
            {"id": n, "order_id": 1, "product_id": 1000 + n, "name": f"P{n:05d}", "product_qty": 400,
             "product_uom": 1, "price_unit": 2.0, "date_planned": stamp(3)}
        )  # fmt: skip
    return found


_MODELS = (
    "res.partner", "product.template", "product.product", "sale.order", "sale.order.line", "stock.move",
    "purchase.order", "purchase.order.line",
)  # fmt: skip


def _lines(order: int, products: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for place in range(5):
        product = chance.randrange(1, products + 1)
        yield {
            "id": order * 5 + place, "order_id": order, "product_id": 1000 + product, "name": f"P{product:05d}",
            "product_uom_qty": chance.randrange(1, 20), "product_uom": 1, "price_unit": 5.0,
            "customer_lead": 0,
        }  # fmt: skip


def _move(line: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    is_there = chance.random() < 1 / 3
    return {
        "id": line["id"], "sale_line_id": line["id"], "product_id": line["product_id"], "name": line["name"],
        "product_uom_qty": line["product_uom_qty"], "quantity": line["product_uom_qty"] if is_there else 0,
        "product_uom": 1, "state": "assigned" if is_there else "confirmed", "company_id": 1, "picking_type_id": 2,
        "location_id": 5, "location_dest_id": 3, "date": stamp(1),
    }  # fmt: skip


def measure(lines: int, products: int, bought: int, runs: int) -> None:
    """Print seconds and calls of capture and of the impact."""
    started = time.perf_counter()
    with Sandbox(18, rows=rows(lines, products, bought), clock=lambda: NOW) as box:
        print(f"{lines:,} open lines of {products:,} products, made in {time.perf_counter() - started:.0f} s")
        server = Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC)
        capture = Capture(Odoo.connect(server), Connection(url=box.url, database=box.database), lambda: NOW)
        ref = capture.find("purchase.order:P00001")
        capture.case(ref)
        seconds, laid, calls = [], [], 0
        for _ in range(runs):
            before, started = len(box.calls), time.perf_counter()
            case = capture.case(ref)
            read = time.perf_counter()
            assert case is not None
            found = hits(case)
            seconds.append(time.perf_counter() - started)
            laid.append(time.perf_counter() - read)
            calls = len(box.calls) - before
        network = case.network if case else None
        assert network is not None
        demands = sum(node.kind is NodeKind.DEMAND for node in network.nodes)
        print(f"network: {len(network.nodes)} points, {len(network.flows)} flows, {demands} lines that wait")
        print(f"a week's delay hits {found[0]} lines, {found[1]} are safe")
        print(
            f"{calls} calls; capture and impact min {min(seconds):.2f}, median {statistics.median(seconds):.2f}, "
            f"max {max(seconds):.2f} s of {runs} runs; of this the impact {statistics.median(laid):.3f} s"
        )


def hits(case: Case) -> tuple[int, int]:
    """How many lines a delay of a week hits, and how many of them are safe."""
    assert case.network is not None
    bought = [node for node in case.network.nodes if node.key.startswith("purchase.order.line:")]
    shifts = [Shift(key=node.key, day=node.day + timedelta(days=7)) for node in bought if node.day]
    found = impact(case.network, shifts, "a week later")
    return len(found.hurt), len(found.safe)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--products", type=int, default=2_000)
    parser.add_argument("--bought", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    measure(chosen.lines, chosen.products, chosen.bought, chosen.runs)


if __name__ == "__main__":
    main()
