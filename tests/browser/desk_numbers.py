"""The key figures of an invented month, as a worker would have counted them: for the page that shows them."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from triage.cli.wiring import now
from triage.reports.cards import Arrived
from triage.reports.estimates import Waits
from triage.reports.kpi import kpis
from triage.reports.observed import Observed
from triage.reports.periods import Period, Scope
from triage.reports.writing import kpis_as_json
from triage.storage import desk_figures
from triage.storage.database import Database
from triage.storage.desk_figures import EVERYTHING, DeskFigures


def keep(database: Database) -> None:
    """Four weeks of 180 orders; nobody asked for an approval."""
    last = date(2026, 11, 22)
    period = Period(last - timedelta(days=27), last, ZoneInfo("Europe/Amsterdam"))
    waits = tuple(0.2 + number % 9 for number in range(60))
    seen = Observed(
        period, Scope(), has_odoo=True, cycle_hours=tuple(40.0 + number % 50 for number in range(180)),
        cycle_hit=tuple(number % 6 == 0 for number in range(180)), lines=412, filled=371, lost_to_exceptions=23,
        backorders=(1.5, 3.0, 9.0, 14.0), first_actions=Waits(waits, tuple(number % 5 > 0 for number in range(60))),
        arrived=(Arrived("odoo.hook", 640, 2), Arrived("odoo.sweep", 88, 0)),
        volumes={"category": {"delay": 31, "stock": 29}},
    )  # fmt: skip
    desk_figures.keep(database, DeskFigures(EVERYTHING, last, now(), kpis_as_json(seen, kpis(seen))))
