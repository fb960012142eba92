"""What workers do for the page of figures: count the desk's key figures once a week, for all and for each company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from triage.cli.wiring import Store, now
from triage.domain.zones import UTC_ZONE, zone_of
from triage.errors import SwitchedOff

if TYPE_CHECKING:
    from triage.cli.office import InstalledOffice
    from triage.jobs.schedules import Task
    from triage.jobs.switching import Switch
    from triage.reports.periods import Period

log = structlog.get_logger("triage.jobs")

_LOOK_EVERY = 1800.0
_LEASE = 1800.0
_WEEKS = 4


class ReportDuties:
    """Does nothing where no Odoo is named, or while everything is switched off."""

    def __init__(self, office: InstalledOffice, store: Store, switch: Switch, holder: str) -> None:
        self._office = office
        self._store = store
        self._switch = switch
        self._holder = holder

    def tasks(self) -> list[Task]:
        """What is done by the clock."""
        from triage.jobs.schedules import Task

        return [Task("figures of the desk", lambda: _LOOK_EVERY, self.count)]

    def count(self) -> bool:
        """Count what is not counted up to the last Sunday, one company at a time; true: there is more."""
        from triage.reports.periods import Period
        from triage.storage import desk_figures
        from triage.storage.leases import Leases

        if not self._office.has_odoo():
            return False
        try:
            self._switch.check(None)
        except SwitchedOff:
            return False
        period = Period.of_weeks(now(), _WEEKS, zone_of(self._office.odoo().odoo.user.timezone) or UTC_ZONE)
        database = self._store.database
        for company in (desk_figures.EVERYTHING, *desk_figures.companies(database)):
            known = desk_figures.of(database, company)
            if known is not None and known.day >= period.last:
                continue
            leases = Leases(database, now)
            if not leases.take("figures of the desk", self._holder, _LEASE):
                return False
            try:
                self._count_one(company, period)
            finally:
                leases.give_back("figures of the desk", self._holder)
            return True
        return False

    def _count_one(self, company: str, period: Period) -> None:
        from triage.reports.cards import Cards
        from triage.reports.kpi import kpis
        from triage.reports.observed import observe
        from triage.reports.orders import Desk
        from triage.reports.periods import Scope
        from triage.reports.writing import kpis_as_json
        from triage.storage import desk_figures
        from triage.storage.desk_figures import DeskFigures

        store = self._store
        scope = Scope("company", company) if company else Scope()
        desk = Desk(self._office.odoo().odoo, period.zone)
        seen = observe(desk, Cards(store.database, store.keys, store.cards), period, scope, now())
        told = kpis_as_json(seen, kpis(seen))
        desk_figures.keep(store.database, DeskFigures(company, period.last, now(), told))
        log.info("figures of the desk", company=company or "all", period=str(period), orders=len(seen.cycle_hours))


__all__ = ["ReportDuties"]
