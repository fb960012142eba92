"""The desk's key figures for Prometheus: those that a worker counts once a week, told again, not counted anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from service.monitoring.labels import OTHER, Companies
from triage.storage import desk_figures
from triage.storage.database import Database
from triage.storage.desk_figures import EVERYTHING, DeskFigures

EVERYBODY = "(every company)"
_HOUR = 3600.0
_FIGURES: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "cycle_time": ("triage_desk_cycle_seconds", _HOUR),
        "approval_turnaround": ("triage_desk_approval_seconds", _HOUR),
        "second_person": ("triage_desk_second_person_seconds", _HOUR),
        "first_action": ("triage_desk_first_action_seconds", _HOUR),
        "line_fill_rate": ("triage_desk_fill_ratio", 1.0),
        "fill_lost": ("triage_desk_fill_lost_ratio", 1.0),
        "integration": ("triage_desk_integration_ratio", 1.0),
        "aged_backorders": ("triage_desk_aged_backorders", 1.0),
    }
)
"""By figure of the report: metric, and what one of its unit is in the metric's."""

Samples = dict[str, dict[tuple[str, ...], float]]


def desk_samples(database: Database, companies: Companies, now: datetime) -> Samples:
    """By metric: values by labels. Only of companies that labels name already: medians of several cannot be put
    together, and a company without work has no claim to one of the few names. What could not be counted, or was
    withheld because too few people stand behind it, has no value."""
    found: Samples = defaultdict(dict)
    for company in (EVERYTHING, *desk_figures.companies(database)):
        label = companies.label(company) if company else EVERYBODY
        kept = desk_figures.of(database, company) if label != OTHER else None
        if kept is not None:
            _add(found, kept, label, now)
    return found


def _add(found: Samples, kept: DeskFigures, company: str, now: datetime) -> None:
    found["triage_desk_figures_age_seconds"][(company,)] = (now - kept.made_at).total_seconds()
    for kpi in kept.told["kpis"]:
        value = kpi["estimate"]["value"]
        if kpi["code"] in _FIGURES and value is not None:
            metric, unit = _FIGURES[kpi["code"]]
            found[metric][(company,)] = float(value) * unit
        if kpi["code"] == "exceptions":
            for category, number in kpi.get("groups", {}).get("category", {}).items():
                found["triage_desk_exceptions"][(company, category)] = float(number)


__all__ = ["EVERYBODY", "desk_samples"]
