"""Reports over a look-alike with two months of a desk whose figures were fixed beforehand, and a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from typer.testing import CliRunner

from tests.unit.opened_store import COMPANY, Opened, proposal
from triage.cards.situating import Situation
from triage.cli import wiring
from triage.cli.app import app
from triage.cli.connected import connected
from triage.domain import Category, Policy, RecordRef, Verdict
from triage.odoo.sandbox import Sandbox
from triage.pipeline import decide
from triage.reports.orders import Desk
from triage.settings import Settings
from triage.storage.budgets import Spending

run = CliRunner().invoke

BEFORE, AFTER = datetime(2026, 9, 1, 8, tzinfo=UTC), datetime(2026, 10, 1, 8, tzinfo=UTC)
NORTH, SOUTH = 1, 20
ORDERS = 40
"""A month and warehouse."""
Rows = dict[str, list[dict[str, Any]]]


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _month(rows: Rows, first: int, start: datetime, warehouse: int, hours: float, late: int) -> None:
    """Orders that take so many hours, give or take; the last `late` of them leave a day after they were due, and each
    of those has a backorder's delivery as well."""
    for place in range(ORDERS):
        number = first + place
        placed = start + timedelta(hours=12 * place)
        done = placed + timedelta(hours=hours + place % 5 - 2)
        is_late = place >= ORDERS - late
        due = done - timedelta(days=1) if is_late else done
        rows["sale.order"].append(
            {"id": number, "name": f"S{number:05}", "state": "sale", "partner_id": 1, "date_order": _stamp(placed),
             "warehouse_id": warehouse, "company_id": 1}
        )  # fmt: skip
        rows["sale.order.line"].append(
            {"id": number, "order_id": number, "product_id": 50, "name": "Bolt", "product_uom_qty": 4.0}
        )
        rows["stock.picking"].append(
            {"id": number, "name": f"OUT/{number}", "picking_type_id": 2, "location_id": 5, "location_dest_id": 3,
             "state": "done", "date_done": _stamp(done), "sale_id": number, "create_date": _stamp(placed)}
        )  # fmt: skip
        rows["stock.move"].append(
            {"id": number, "picking_id": number, "product_id": 50, "product_uom_qty": 4.0, "state": "done",
             "quantity": 4.0, "sale_line_id": number, "date": _stamp(done), "date_deadline": _stamp(due),
             "location_id": 5, "location_dest_id": 3}
        )  # fmt: skip


DAY = datetime(2026, 7, 8, 15, tzinfo=UTC)
"""When what follows was promised and, as far as it did, left."""
PIECE, DOZEN, BOLT, KIT = 1, 60, 50, 51
DONE, CANCELLED = "done", "cancel"
Left = tuple[str, float, int, int]
"""A move: its state, how many, of which unit and product."""
SOLD: dict[str, tuple[float, int, int, float, tuple[Left, ...], bool]] = {
    # ordered, unit, product, what Odoo calls delivered, moves, whether it left in full
    "whole": (10, PIECE, BOLT, 10, ((DONE, 10, PIECE, BOLT),), True),
    "in two": (10, PIECE, BOLT, 10, ((DONE, 6, PIECE, BOLT), (DONE, 4, PIECE, BOLT)), True),
    "no backorder": (10, PIECE, BOLT, 6, ((DONE, 6, PIECE, BOLT), (CANCELLED, 4, PIECE, BOLT)), False),
    "nothing": (10, PIECE, BOLT, 0, ((CANCELLED, 10, PIECE, BOLT),), False),
    "planned anew": (10, PIECE, BOLT, 10, ((CANCELLED, 10, PIECE, BOLT), (DONE, 10, PIECE, BOLT)), True),
    "dozens": (2, DOZEN, BOLT, 2, ((DONE, 24, PIECE, BOLT),), True),
    "short dozens": (2, DOZEN, BOLT, 1.5, ((DONE, 18, PIECE, BOLT), (CANCELLED, 6, PIECE, BOLT)), False),
    "kit": (2, PIECE, KIT, 2, ((DONE, 4, PIECE, BOLT),), True),
    "short kit": (2, PIECE, KIT, 1, ((DONE, 2, PIECE, BOLT), (CANCELLED, 2, PIECE, BOLT)), False),
    "given back later": (10, PIECE, BOLT, 0, ((DONE, 10, PIECE, BOLT),), True),
}


def _short(rows: Rows) -> None:
    """An order for each of these, all promised for one day."""
    for number, (ordered, unit, product, delivered, moves, _) in enumerate(SOLD.values(), 100):
        rows["sale.order"].append(
            {"id": number, "name": f"S{number:05}", "state": "sale", "partner_id": 1, "date_order": _stamp(DAY),
             "warehouse_id": SOUTH, "company_id": 1}
        )  # fmt: skip
        rows["sale.order.line"].append(
            {"id": number, "order_id": number, "product_id": product, "name": "Bolt", "product_uom_qty": ordered,
             "product_uom": unit, "qty_delivered": delivered}
        )  # fmt: skip
        rows["stock.move"] += [
            {"id": 100_000 + 10 * number + place, "product_id": moved, "product_uom_qty": quantity, "product_uom": of,
             "quantity": quantity if state == DONE else 0.0, "state": state, "sale_line_id": number,
             "date": _stamp(DAY), "date_deadline": _stamp(DAY), "location_id": 5, "location_dest_id": 3}
            for place, (state, quantity, of, moved) in enumerate(moves)
        ]  # fmt: skip
    rows["uom.uom"] = [{"id": DOZEN, "name": "Dozen", "category_id": 1, "uom_type": "bigger", "factor_inv": 12.0,
                        "factor": 1 / 12}]  # fmt: skip


def _desk() -> Rows:
    rows: Rows = {name: [] for name in ("sale.order", "sale.order.line", "stock.picking", "stock.move")}
    rows["stock.warehouse"] = [
        {"id": NORTH, "name": "North", "code": "N", "company_id": 1},
        {"id": SOUTH, "name": "South", "code": "S", "company_id": 1},
    ]
    rows["product.product"] = [{"id": BOLT, "name": "Bolt"}, {"id": KIT, "name": "Kit"}]
    _short(rows)
    _month(rows, 1000, BEFORE, NORTH, 72, late=10)
    _month(rows, 2000, BEFORE, SOUTH, 60, late=4)
    _month(rows, 3000, AFTER, NORTH, 48, late=2)
    _month(rows, 4000, AFTER, SOUTH, 60, late=4)
    # Never delivered: in no cycle time, but late, and a backorder that grows old.
    rows["sale.order"].append(
        {"id": 9000, "name": "S09000", "state": "sale", "partner_id": 1, "date_order": _stamp(AFTER),
         "warehouse_id": NORTH, "company_id": 1}
    )  # fmt: skip
    rows["stock.picking"] += [
        {"id": 9000 + place, "name": f"OUT/{9000 + place}", "picking_type_id": 2, "location_id": 5,
         "location_dest_id": 3, "state": "confirmed", "sale_id": 9000, "backorder_id": 3000,
         "create_date": _stamp(AFTER + timedelta(days=days))}
        for place, days in enumerate((1, 28))
    ]  # fmt: skip
    return rows


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    _now(monkeypatch, datetime(2026, 12, 1, 9, tzinfo=UTC))


def _now(monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
    monkeypatch.setattr(wiring, "now", lambda: at)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(18, rows=_desk()) as found:
        yield found


@pytest.fixture(scope="module")
def home(box: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("desk")
    told = {"url": box.url, "database": box.database, "login": box.admin.login, "key_file": str(place / "odoo.key")}
    (place / "odoo.yaml").write_text(yaml.safe_dump(told))
    (place / "odoo.key").write_text(box.admin.password)
    with Opened(place) as store:
        for number in (*range(1030, 1040), *range(3038, 3040)):  # the late ones of North: each had a card
            start = BEFORE if number < 3000 else AFTER
            at = start + timedelta(hours=12 * (number % 1000), minutes=1)
            store.clock.now = at
            card = store.cards.put(
                proposal(Category.STOCK, record=RecordRef(model="sale.order", id=number, name=f"S{number:05}")),
                f"event {number}",
                Situation("North", "key" if number % 2 else "", "mail" if number % 5 else "edi"),
            )
            if number >= 3000:  # the pilot: somebody decides, after two hours
                store.clock.now = at + timedelta(hours=2)
                given = (store.cards, store.journal, store.clock)
                decide(str(card.number), Verdict.ACCEPT, "mila", *given, policy=Policy())
    return place


def _kpi(home: Path, period: str, *more: str) -> dict[str, Any]:
    done = run(app, ["report", "kpi", "--period", period, "--json", "--home", str(home), *more])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    return {each["code"]: each for each in told["kpis"]} | {"told": told}


def test_figures_of_a_month_are_those_that_were_made(home: Path) -> None:
    found = _kpi(home, "2026-09-01..2026-09-30", "--scope", "warehouse=north")
    assert found["cycle_time"]["estimate"]["value"] == 72
    assert found["cycle_time"]["estimate"]["n"] == ORDERS
    assert found["line_fill_rate"]["estimate"]["value"] == pytest.approx(30 / 40)
    assert found["fill_lost"]["estimate"]["value"] == pytest.approx(10 / 40)
    assert found["exceptions"]["estimate"]["value"] == 10
    assert found["aged_backorders"]["estimate"]["value"] == 0
    assert found["first_action"]["estimate"]["value"] is None  # nobody did anything
    both = _kpi(home, "2026-09-01..2026-09-30")
    assert both["cycle_time"]["estimate"]["n"] == 2 * ORDERS
    assert both["fill_lost"]["estimate"]["value"] == pytest.approx(10 / 80)  # South's late lines had no card


def test_what_was_cancelled_instead_of_delivered_did_not_leave_in_full(home: Path) -> None:
    with connected(Settings.of(home)) as at:
        desk = Desk(at.odoo, ZoneInfo("UTC"))
        lines = desk.promised(DAY - timedelta(days=1), DAY + timedelta(days=2), lambda *_: None)
    filled = {line.order: line.is_filled for line in lines}
    assert {name: filled.get(f"sale.order:{number}") for number, name in enumerate(SOLD, 100)} == {
        name: is_full for name, (*_, is_full) in SOLD.items()
    }


def test_exceptions_are_told_by_site_segment_and_channel(home: Path) -> None:
    found = _kpi(home, "2026-09-01..2026-09-30", "--scope", "warehouse=North")["exceptions"]
    assert found["groups"] == {
        "category": {"stock": 10}, "site": {"North": 10}, "segment": {"": 5, "key": 5}, "channel": {"mail": 8, "edi": 2}
    }  # fmt: skip
    assert list(found["groups"]["channel"]) == ["mail", "edi"]  # the most first
    assert found["note"] == "stock 10"
    elsewhere = _kpi(home, "2026-09-01..2026-09-30", "--scope", "warehouse=South")["exceptions"]
    assert elsewhere["groups"] == {"category": {}, "site": {}, "segment": {}, "channel": {}}
    shown = run(app, ["report", "kpi", "--period", "2026-09-01..2026-09-30", "--no-odoo", "--home", str(home)])
    assert "exceptions by channel" in shown.stdout
    assert "not told" in shown.stdout


def test_backorders_grow_old_at_the_end_of_the_period(home: Path) -> None:
    october = _kpi(home, "2026-10-01..2026-10-31", "--scope", "warehouse=North")
    assert october["aged_backorders"]["estimate"]["value"] == 1
    assert "2 waited" in october["aged_backorders"]["note"]
    action = october["first_action"]  # two hours, and all of it one person's: that is told to nobody
    assert (action["estimate"]["value"], action["estimate"]["n"], action["is_withheld"]) == (None, 2, True)
    assert action["note"] == "not shown: fewer than 5 people did it"


def test_days_are_those_of_the_time_zone(home: Path) -> None:
    here = _kpi(home, "2026-09-04..2026-09-04", "--timezone", "Pacific/Kiritimati")
    there = _kpi(home, "2026-09-04..2026-09-04", "--timezone", "Pacific/Pago_Pago")
    assert here["cycle_time"]["estimate"]["n"] != there["cycle_time"]["estimate"]["n"]


def test_a_pilot_is_told_with_intervals_doubts_and_what_was_assumed(home: Path, tmp_path: Path) -> None:
    page = tmp_path / "pilot.html"
    options = ["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31",
               "--scope", "warehouse=North", "--minutes-by-hand", "8..15", "--minutes-with-card", "1..3",
               "--hourly-cost", "40"]  # fmt: skip
    done = run(app, ["report", "pilot", *options, "--json", "--out", str(page), "--home", str(home)])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    found = {each["kpi"]["code"]: each for each in told["comparisons"]}
    assert found["cycle_time"]["verdict"] == "better"
    assert found["cycle_time"]["difference"]["value"] == -24
    assert told["beyond_others"]["value"] == -24  # South did not change
    assert found["line_fill_rate"]["verdict"] == "better"
    assert found["first_action"]["verdict"] == "cannot be said"
    assert any("differ in length" in doubt for doubt in told["doubts"])
    # Two cards accepted: 2 x 8 min less 2 x 3 min, to 2 x 15 less 2 x 1.
    assert told["worth"]["hours"] == [pytest.approx(10 / 60), pytest.approx(28 / 60)]
    text = page.read_text(encoding="utf-8")
    assert "8 to 15 minutes" in text
    assert "What cannot be concluded" in text
    assert "http://" not in text and "https://" not in text  # nothing from elsewhere


def test_without_assumptions_there_is_no_money(home: Path) -> None:
    options = ["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-30"]
    done = run(app, ["report", "pilot", *options, "--json", "--home", str(home)])
    assert json.loads(done.stdout)["worth"] is None
    shown = run(app, ["report", "pilot", *options, "--home", str(home)], env={"COLUMNS": "160"})
    assert "Everything was in the pilot" in shown.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--baseline", "2026-09-01", "--pilot", "2026-10-01..2026-10-31"], "is no period"),
        (["--baseline", "2026-10-01..2026-10-31", "--pilot", "2026-09-01..2026-09-30"], "must begin after"),
        (["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31", "--scope", "team=A"], "--scope"),
        (["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31", "--minutes-by-hand", "8"],
         "belong together"),
        (["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31", "--timezone", "Moon"],
         "no time zone"),
        (["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31", "--scope", "warehouse=North",
          "--no-odoo"], "needs Odoo"),
    ],
)  # fmt: skip
def test_bad_input_says_what_to_write(home: Path, options: list[str], said: str) -> None:
    done = run(app, ["report", "pilot", *options, "--home", str(home)])
    assert done.exit_code == 2
    assert said in done.output


def test_a_period_that_has_not_ended_is_looked_at_until_now(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One backorder is not yet a week old, the other is to come on the 29th.
    _now(monkeypatch, datetime(2026, 10, 9, 6, tzinfo=UTC))
    found = _kpi(home, "2026-10-01..2026-10-31", "--scope", "warehouse=North")
    assert found["told"]["looked_until"] == "2026-10-09T06:00:00.000000Z"
    assert "1 waited" in found["aged_backorders"]["note"]
    assert (found["aged_backorders"]["estimate"]["value"], found["aged_backorders"]["estimate"]["n"]) == (0, 1)
    lines = found["line_fill_rate"]["estimate"]
    assert lines["value"] == 1  # none is counted as late that can still leave today
    assert lines["n"] == found["cycle_time"]["estimate"]["n"] == 12
    shown = run(app, ["report", "kpi", "--period", "2026-10-01..2026-10-31", "--home", str(home)])
    assert "The period has not ended: looked at until 2026-10-09 06:00 UTC." in shown.stdout
    options = ["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-31", "--home", str(home)]
    told = json.loads(run(app, ["report", "pilot", *options, "--json"]).stdout)
    assert (
        "The pilot has not ended: it was looked at until 2026-10-09 06:00 UTC, on day 9 of 31." in told["doubts"]
    )  # fmt: skip
    assert "The periods differ in length (30 and 9 days)." in told["doubts"]
    early = run(app, ["report", "kpi", "--period", "2026-10-10..2026-10-31", "--home", str(home)])
    assert (early.exit_code, "has not begun" in early.output) == (2, True)


def test_what_is_known_by_company_is_not_told_of_a_warehouse(home: Path, tmp_path: Path) -> None:
    with Opened(home) as store:
        spending = Spending(store.database)
        for company, money in ((COMPANY, "0.5"), ("Elsewhere Ltd", "70")):
            spending.add(company, AFTER.date(), "house", "small", 500, 100, Decimal(money), AFTER)
    found = _kpi(home, "2026-10-01..2026-10-31", "--scope", "warehouse=North")
    for code, what in (("approval_turnaround", "approvals"), ("integration", "arrivals")):
        assert found[code]["estimate"] == {"value": None, "low": None, "high": None, "n": 0}
        assert found[code]["note"] == f"{what} are known by company, not by warehouse"
    page = tmp_path / "pilot.html"
    options = ["--baseline", "2026-09-01..2026-09-30", "--pilot", "2026-10-01..2026-10-30", "--minutes-by-hand", "8",
               "--minutes-with-card", "1", "--hourly-cost", "40", "--home", str(home)]  # fmt: skip
    asked = ["report", "pilot", *options, "--json", "--out", str(page), "--scope", "warehouse=North"]
    told = json.loads(run(app, asked).stdout.splitlines()[-1])
    assert (told["worth"]["spent"], told["worth"]["spent_by"]) == (0.5, [COMPANY, "My Company"])
    assert "0.50 for models (all of" in page.read_text(encoding="utf-8")
    whole = json.loads(run(app, ["report", "pilot", *options, "--json"]).stdout)
    assert (whole["worth"]["spent"], whole["worth"]["spent_by"]) == (70.5, [])


def test_a_company_is_found_however_its_name_is_typed(home: Path) -> None:
    month = "2026-09-01..2026-09-30"
    for name in (COMPANY, COMPANY.upper()):
        found = _kpi(home, month, "--no-odoo", "--scope", f"company={name}")
        assert found["exceptions"]["estimate"]["value"] == 10


def test_the_store_alone_gives_what_it_holds(home: Path) -> None:
    found = _kpi(home, "2026-10-01..2026-10-31", "--no-odoo")
    assert found["cycle_time"]["note"] == "no Odoo was read"
    assert found["exceptions"]["estimate"]["value"] == 2
