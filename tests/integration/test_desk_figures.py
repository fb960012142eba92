"""The desk's key figures: counted once a week by a worker, shown on a page to who may see that company."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.integration.test_reports_sandbox import box, home
from tests.unit.opened_store import COMPANY
from tests.unit.review_site import Someone
from tests.unit.service_client import service
from triage.cli import report_duties
from triage.cli.office import InstalledOffice
from triage.cli.report_duties import ReportDuties
from triage.cli.wiring import now, open_store
from triage.domain import Duty
from triage.jobs.switching import Switch
from triage.settings import Settings
from triage.storage import desk_figures
from triage.storage.desk_figures import EVERYTHING

__all__ = ["box", "home"]

MORNING = datetime(2026, 11, 4, 6, tzinfo=UTC)
"""A Wednesday: the week before ended on 1 November."""


@pytest.fixture
def duties(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ReportDuties, Switch]]:
    monkeypatch.setattr(report_duties, "now", lambda: MORNING)
    settings = Settings.of(home)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings))
        office = InstalledOffice(settings, store, "embedded")
        stack.callback(office.close)
        switch = Switch(store.journal, now)
        yield ReportDuties(office, store, switch, "one"), switch


def test_a_worker_counts_each_company_once_a_week_and_a_lead_sees_it(
    home: Path, duties: tuple[ReportDuties, Switch]
) -> None:
    counting, switch = duties
    switch.off("mila", "a look")
    assert counting.count() is False
    switch.on("mila", "looked")
    rounds = 0
    while counting.count():
        rounds += 1
    assert rounds == 2  # everything, and the one company with cards
    with open_store(Settings.of(home)) as store:
        found = desk_figures.of(store.database, EVERYTHING)
        assert found is not None
        assert (str(found.day), found.told["period"]) == ("2026-11-01", "2026-10-05..2026-11-01")
        cycle = next(each for each in found.told["kpis"] if each["code"] == "cycle_time")
        assert cycle["estimate"]["n"] > 60
    assert counting.count() is False  # not again in that week
    with service(home) as served:
        all_of_it = Someone(served, "ada", Duty.LEAD, companies=None)
        page = all_of_it.text("/figures/desk")
        assert "Order cycle time (median)" in page
        assert f"<td>{cycle['estimate']['value']:g} h" in page
        rows = list(csv.DictReader(io.StringIO(all_of_it.text("/figures/desk/csv"))))
        assert (
            next(row for row in rows if row["figure"] == "cycle_time")["value"] == f"{cycle['estimate']['value']:.4f}"
        )
        assert 'href="/figures/desk"' in all_of_it.text("/figures")
        one = Someone(served, "bob", Duty.LEAD, companies=[COMPANY])
        assert "Kennzahl" not in one.text(f"/figures/desk?company={quote(COMPANY)}")
        assert one.get("/figures/desk?company=").status_code == 404  # not all of them are theirs
        assert one.get("/figures/desk?company=Elsewhere").status_code == 404
