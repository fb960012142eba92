"""Reports as text for a terminal, as JSON, and the pilot's as a page that opens anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined

from triage.domain import utc
from triage.reports.estimates import FEWEST, Estimate
from triage.reports.kpi import Kpi
from triage.reports.observed import Observed
from triage.reports.pilot import Pilot, Range


def figure(estimate: Estimate, unit: str) -> str:
    """A value as people read it."""
    return "–" if estimate.value is None else _of(estimate.value, unit)


def gap(estimate: Estimate, unit: str) -> str:
    """A difference, with its sign; of shares in percentage points."""
    if estimate.value is None:
        return "–"
    if unit == "share":
        return f"{estimate.value * 100:+.1f} points"
    return f"{estimate.value:+.1f} h"


def ends(estimate: Estimate, unit: str) -> str:
    """The interval of a value or, with a sign, of a difference."""
    if estimate.low is None or estimate.high is None:
        return "no interval"
    if unit == "share":
        return f"{estimate.low * 100:+.1f} to {estimate.high * 100:+.1f}"
    return f"{estimate.low:+.1f} to {estimate.high:+.1f}"


def interval(estimate: Estimate, unit: str) -> str:
    """The interval of a value."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{_of(estimate.low, unit)} to {_of(estimate.high, unit)}"


def kpis_as_json(seen: Observed, found: Sequence[Kpi]) -> dict[str, Any]:
    """The figures of one period, for other programs."""
    return {
        "period": str(seen.period),
        "scope": str(seen.scope),
        "looked_until": None if seen.looked_until is None else utc(seen.looked_until),
        "kpis": [asdict(each) for each in found],
    }


def pilot_as_json(pilot: Pilot) -> dict[str, Any]:
    """The comparison, for other programs."""
    return {
        "baseline": str(pilot.before.period),
        "pilot": str(pilot.after.period),
        "scope": str(pilot.after.scope),
        "comparisons": [asdict(each) for each in pilot.comparisons],
        "beyond_others": None if pilot.beside is None else asdict(pilot.beside),
        "doubts": list(pilot.doubts),
        "worth": None if pilot.worth is None else asdict(pilot.worth),
        "assumptions": asdict(pilot.assumptions),
    }


def pilot_as_html(pilot: Pilot, made_at: datetime) -> str:
    """One page without anything from elsewhere: to be mailed, opened and printed."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(figure=figure, gap=gap, ends=ends, span=_span, minutes=_minutes)
    template = environment.from_string(files("triage.reports").joinpath("pilot.html.j2").read_text("utf-8"))
    return template.render(
        pilot=pilot, headline=headline(pilot), made_at=f"{made_at:%Y-%m-%d %H:%M} UTC", fewest=FEWEST
    )


def headline(pilot: Pilot) -> str:
    """What is clear, in a sentence."""
    clear = [each for each in pilot.comparisons if each.verdict in {"better", "worse"} and each.difference]
    if not clear:
        return "No figure changed clearly: either nothing changed, or there was too little to tell."
    told = ", ".join(
        f"{each.kpi.title.lower()} {each.verdict} ({gap(each.difference, each.kpi.unit)})"
        for each in clear if each.difference
    )  # fmt: skip
    return f"Clear changes: {told}. Whether the pilot caused them is another question; see what cannot be concluded."


def _of(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.1f} %"
    return f"{value:.0f}" if unit == "count" else f"{value:.1f} h"


def _span(given: Range) -> str:
    return f"{given[0]:g}" if given[0] == given[1] else f"{given[0]:g} to {given[1]:g}"


def _minutes(given: Range) -> str:
    return f"{_span(given)} minutes"
