"""`triage report`: the order desk's key figures, and what a pilot changed in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from triage.cli.options import Home, guarded
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.reports.kpi import Kpi
    from triage.reports.observed import Observed
    from triage.reports.periods import Period, Scope
    from triage.reports.pilot import Assumptions, Pilot

report_app = typer.Typer(help="Figures of the order desk, from Odoo and the store.", no_args_is_help=True)

Part = Annotated[str | None, typer.Option("--scope", help="One part of the desk: `company=NAME` or `warehouse=NAME`.")]
Zone = Annotated[str, typer.Option("--timezone", help="Whose days are counted, as an IANA name.")]
NoOdoo = Annotated[bool, typer.Option("--no-odoo", help="Read the store only.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")]


@report_app.command()
def kpi(
    period: Annotated[str, typer.Option("--period", help="First and last day: 2026-09-01..2026-09-30.")],
    scope: Part = None,
    timezone: Zone = "UTC",
    no_odoo: NoOdoo = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Cycle time, approvals, fill rate, integration, backorders, exceptions and time to first action of a period."""
    guarded(run_kpi, period, scope, timezone, no_odoo, as_json, home)


@report_app.command()
def pilot(
    baseline: Annotated[str, typer.Option("--baseline", help="First and last day before the pilot.")],
    pilot: Annotated[str, typer.Option("--pilot", help="First and last day of the pilot.")],
    scope: Part = None,
    minutes_by_hand: Annotated[
        str | None, typer.Option(help="Assumed: minutes to find out by hand what a card says, such as 8..15.")
    ] = None,
    minutes_with_card: Annotated[
        str | None, typer.Option(help="Assumed: minutes to review a card, such as 1..3.")
    ] = None,
    hourly_cost: Annotated[str | None, typer.Option(help="Assumed: what an hour costs, such as 35..50.")] = None,
    currency: Annotated[str, typer.Option(help="Currency of the hourly cost and of the policy's budgets.")] = "EUR",
    out: Annotated[Path | None, typer.Option("--out", help="Write an HTML page to hand on.")] = None,
    timezone: Zone = "UTC",
    no_odoo: NoOdoo = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Before and after with intervals, what cannot be concluded, and hours and money with what they assume."""
    given = (minutes_by_hand, minutes_with_card, hourly_cost, currency)
    guarded(run_pilot, baseline, pilot, scope, given, out, timezone, no_odoo, as_json, home)


def run_kpi(period: str, scope: str | None, timezone: str, no_odoo: bool, as_json: bool, home: Path | None) -> int:
    """Print the figures of a period."""
    from triage.reports.kpi import kpis
    from triage.reports.periods import Period, Scope
    from triage.reports.writing import kpis_as_json

    part = Scope.of(scope)
    seen = _observed([Period.of(period, _zone(timezone))], part, no_odoo, home)[0]
    found = kpis(seen)
    if as_json:
        typer.echo(json.dumps(kpis_as_json(seen, found)))
    else:
        _print_kpis(seen, found)
    return 0


def run_pilot(
    baseline: str,
    pilot: str,
    scope: str | None,
    given: tuple[str | None, str | None, str | None, str],
    out: Path | None,
    timezone: str,
    no_odoo: bool,
    as_json: bool,
    home: Path | None,
) -> int:
    """Print the comparison, or write it as a page."""
    from triage.cli.wiring import now
    from triage.reports.periods import Period, Scope
    from triage.reports.pilot import compare
    from triage.reports.writing import pilot_as_html, pilot_as_json

    zone = _zone(timezone)
    periods = [Period.of(baseline, zone), Period.of(pilot, zone)]
    if periods[1].first <= periods[0].first:
        raise UsageError(f"the pilot ({periods[1]}) must begin after its baseline ({periods[0]}).")
    assumptions = _assumptions(given)
    before, after = _observed(periods, Scope.of(scope), no_odoo, home)
    found = compare(before, after, assumptions)
    if out is not None:
        out.write_text(pilot_as_html(found, now()), encoding="utf-8")
        typer.echo(f"Written to {out}.", err=as_json)
    if as_json:
        typer.echo(json.dumps(pilot_as_json(found)))
    elif out is None:
        _print_pilot(found)
    return 0


def _assumptions(given: tuple[str | None, str | None, str | None, str]) -> Assumptions:
    from triage.reports.periods import span_of
    from triage.reports.pilot import Assumptions

    by_hand, with_card, cost, currency = given
    if (by_hand is None) != (with_card is None):
        raise UsageError("--minutes-by-hand and --minutes-with-card belong together: give both.")
    if cost is not None and by_hand is None:
        raise UsageError("--hourly-cost needs --minutes-by-hand and --minutes-with-card.")
    return Assumptions(
        None if by_hand is None else span_of(by_hand, "--minutes-by-hand"),
        None if with_card is None else span_of(with_card, "--minutes-with-card"),
        None if cost is None else span_of(cost, "--hourly-cost"),
        currency,
    )


def _zone(name: str) -> ZoneInfo:
    from triage.domain.zones import zone_of

    zone = zone_of(name)
    if zone is None:
        raise UsageError(f"--timezone {name!r} is no time zone: write an IANA name such as Europe/Berlin.")
    return zone


def _observed(periods: list[Period], scope: Scope, no_odoo: bool, home: Path | None) -> list[Observed]:
    """Store and, unless asked otherwise, Odoo, looked at once for each period."""
    from triage.cli.connected import connected
    from triage.cli.wiring import now, open_store
    from triage.reports.cards import Cards
    from triage.reports.observed import observe
    from triage.reports.orders import Desk
    from triage.settings import Settings

    if no_odoo and scope.kind == "warehouse":
        raise UsageError("--scope warehouse=... needs Odoo: it alone knows whose order lies where.")
    settings = Settings.of(home)
    with open_store(settings) as store:
        cards = Cards(store.database, store.keys, store.cards)
        at_once = now()
        if no_odoo:
            return [observe(None, cards, period, scope, at_once) for period in periods]
        with connected(settings) as at:
            desk = Desk(at.odoo, periods[0].zone)
            return [observe(desk, cards, period, scope, at_once) for period in periods]


def _print_kpis(seen: Observed, found: list[Kpi]) -> None:
    from rich.table import Table

    from triage.cli.show import console, literal
    from triage.reports.writing import figure, interval

    table = Table("figure", "value", "95 % interval", "n", "beside", title=f"{seen.period}, {seen.scope}")
    for each in found:
        row = (each.title, figure(each.estimate, each.unit), interval(each.estimate, each.unit))
        table.add_row(*map(literal, (*row, str(each.estimate.n), each.note)))
    console().print(table)
    for each in found:
        for by in [name for name in each.groups if name != "category"]:
            parts = Table(f"{each.title.lower()} by {by}", "cards")
            for name, number in each.groups[by].items():
                parts.add_row(literal(name or "not told"), str(number))
            console().print(parts)
    if seen.looked_until is not None:
        told = f"The period has not ended: looked at until {seen.looked_until:%Y-%m-%d %H:%M} UTC."
        console().print(literal(told))


def _print_pilot(found: Pilot) -> None:
    from rich.table import Table

    from triage.cli.show import console, literal
    from triage.reports.writing import ends, figure, gap, headline

    out = console()
    table = Table("figure", "baseline", "pilot", "difference", "verdict", title=f"Pilot: {found.after.scope}")
    for each in found.comparisons:
        unit, change = each.kpi.unit, each.difference
        told = f"{gap(change, unit)} ({ends(change, unit)})" if change else "–"
        verdict = f"{each.verdict}: {each.why}" if each.why else each.verdict
        cells = (each.kpi.title, figure(each.before, unit), figure(each.after, unit), told, verdict)
        table.add_row(*map(literal, cells))
    out.print(table)
    out.print(literal(headline(found)))
    out.print(literal("\nWhat cannot be concluded:"))
    for doubt in found.doubts:
        out.print(literal(f"- {doubt}"))
    if found.worth:
        low, high = found.worth.hours
        out.print(literal(f"\nHours saved, as far as the assumptions hold: {low:.1f} to {high:.1f}."))
        if found.worth.money:
            low, high = found.worth.money
            models = f" (all of {', '.join(found.worth.spent_by)})" if found.worth.spent_by else ""
            out.print(literal(f"Money after models{models}: {low:.0f} to {high:.0f} {found.assumptions.currency}."))
