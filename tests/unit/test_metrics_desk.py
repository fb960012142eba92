"""The order desk's weekly figures, as a scrape tells them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.monitoring.desk import EVERYBODY, desk_samples
from service.monitoring.labels import Companies
from tests.unit.opened_store import COMPANY, NOW, Opened, event, proposal, ref
from tests.unit.test_metrics import looked, values
from triage.reports.cards import Arrived
from triage.reports.estimates import Waits
from triage.reports.kpi import kpis
from triage.reports.observed import Observed
from triage.reports.periods import Period, Scope
from triage.reports.writing import kpis_as_json
from triage.storage import desk_figures
from triage.storage.desk_figures import EVERYTHING, DeskFigures

DAY = date(2026, 11, 22)
SEEN = Observed(
    Period(DAY - timedelta(days=27), DAY, ZoneInfo("UTC")), Scope(), has_odoo=True, cycle_hours=(1.0, 2.0, 4.0),
    cycle_hit=(False,) * 3, lines=10, filled=7, lost_to_exceptions=2, backorders=(3.0, 9.0),
    first_actions=Waits((0.5,) * 9, (True,) * 9, 5), second_looks=Waits((0.5,) * 9, (True,) * 9, 4),
    arrived=(Arrived("odoo", 3, 1),), volumes={"category": {"stock": 4, "delay": 1}},
)  # fmt: skip
TOLD = {
    "triage_desk_cycle_seconds": 7200.0, "triage_desk_first_action_seconds": 1800.0, "triage_desk_fill_ratio": 0.7,
    "triage_desk_fill_lost_ratio": 0.2, "triage_desk_integration_ratio": 0.75, "triage_desk_aged_backorders": 1.0,
}  # fmt: skip


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        yield found


def _keep(opened: Opened, company: str, seen: Observed = SEEN) -> None:
    figures = DeskFigures(company, DAY, NOW - timedelta(hours=3), kpis_as_json(seen, kpis(seen)))
    desk_figures.keep(opened.database, figures)


def _card(opened: Opened, number: int, company: str) -> None:
    happened = event(f"e{number}", ref(number), company)
    opened.journal.of(happened)
    opened.cards.put(proposal(record=ref(number)).with_(company=company), happened.key)


def test_the_week_s_figures_are_told_of_each_company_and_of_all(opened: Opened) -> None:
    _card(opened, 1, COMPANY)
    _keep(opened, EVERYTHING)
    _keep(opened, COMPANY, replace(SEEN, cycle_hours=(), cycle_hit=()))
    figures = looked(opened, now=NOW)
    for name, value in TOLD.items():
        of_company = {} if name == "triage_desk_cycle_seconds" else {(COMPANY,): value}  # it finished no order
        assert values(figures, name) == {(EVERYBODY,): value, **of_company}
    assert values(figures, "triage_desk_exceptions")[(COMPANY, "stock")] == 4
    assert values(figures, "triage_desk_figures_age_seconds") == {(EVERYBODY,): 10800.0, (COMPANY,): 10800.0}


def test_what_few_people_did_is_withheld_here_as_well(opened: Opened) -> None:
    _keep(opened, EVERYTHING)
    figures = looked(opened, now=NOW)
    assert values(figures, "triage_desk_second_person_seconds") == {}
    assert values(figures, "triage_desk_approval_seconds") == {}  # none were asked for


def test_companies_that_labels_do_not_name_are_left_out_not_put_together(opened: Opened) -> None:
    for number, company in enumerate((COMPANY, "Second", "Third"), 1):
        _card(opened, number, company)
        _keep(opened, company)
    assert set(values(looked(opened, most=2, now=NOW), "triage_desk_fill_ratio")) == {(COMPANY,), ("Second",)}


def test_a_company_of_before_uses_up_no_name_that_one_with_work_needs(opened: Opened) -> None:
    _card(opened, 1, "Ancient")
    _keep(opened, "Ancient")
    companies = Companies([COMPANY], 2)
    assert desk_samples(opened.database, companies, NOW) == {}
    companies.admit({"Young": 3.0})
    assert companies.label("Young") == "Young"


def test_without_figures_nothing_is_told(opened: Opened) -> None:
    assert values(looked(opened, now=NOW), "triage_desk_fill_ratio") == {}
