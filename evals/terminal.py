"""How figures and differences look in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.compare import Difference, SetComparison
from evals.gate import Checked, check, read_gates
from evals.measures import Figure
from evals.record import CaseResult, RunFolder, SetFigure
from evals.runner import measures_of
from triage.cli.show import console, shorten


def number(value: float, unit: str = "") -> str:
    """A figure with as many digits as it deserves."""
    if unit == "s":
        return f"{value:.3f} s" if value < 10 else f"{value:.1f} s"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def interval(low: float | None, high: float | None, unit: str = "") -> str:
    """The interval, or a dash."""
    return "–" if low is None or high is None else f"{number(low, unit)} to {number(high, unit)}"


def print_run(folder: RunFolder, results: Sequence[CaseResult]) -> None:
    """A table of figures a set."""
    out, head = console(), folder.head()
    figures = folder.figures()
    for of in head.sets:
        detail = {measure.name for measure in measures_of(of.kind) if measure.detail}
        mine = [figure for figure in figures if figure.set == of.name]
        out.print(f"\n[bold]{escape(of.name)}[/] ({of.kind.value}, {of.cases} cases) by {escape(head.model)}")
        if of.caution:
            out.print(f"[yellow]Mind:[/] {escape(of.caution)}")
        out.print(_table([figure for figure in mine if not figure.group and figure.measure not in detail]))
        groups = [figure for figure in mine if figure.group and figure.value is not None]
        if groups:
            out.print(_groups(groups))
        _print_details([figure for figure in mine if figure.measure in detail], out)
    seconds = sum(result.taken.seconds for result in results)
    out.print(
        f"\n{len(results)} cases, {seconds:.0f} s of answering. Record: {escape(str(folder.path))}", soft_wrap=True
    )
    out.print(f"  triage eval report {escape(str(folder.path))} -o report.html", soft_wrap=True)


def _table(figures: Sequence[Figure]) -> Table:
    table = Table("measure", "figure", "95 % interval", "n", "sources", "", box=None, padding=(0, 2, 0, 0))
    for figure in figures:
        if figure.refused and figure.n == 0:
            continue
        table.add_row(
            escape(figure.measure),
            "–" if figure.value is None else number(figure.value, figure.unit),
            interval(figure.low, figure.high, figure.unit),
            str(figure.n),
            str(figure.clusters),
            f"[dim]{escape(figure.refused or figure.note)}[/]",
        )
    return table


def _groups(figures: Sequence[Figure]) -> Table:
    """Groups down, measures across."""
    measures = list(dict.fromkeys(figure.measure for figure in figures))
    table = Table("group", *map(escape, measures), box=None, padding=(0, 2, 0, 0), header_style="dim")
    cells = {(figure.group, figure.measure): figure for figure in figures}
    for group in dict.fromkeys(figure.group for figure in figures):
        row = [cells.get((group, measure)) for measure in measures]
        table.add_row(escape(group), *("" if one is None else _cell(one) for one in row))
    return table


def _cell(figure: Figure) -> str:
    if figure.value is None:
        return ""
    spread = "" if figure.low is None else f" [dim]({interval(figure.low, figure.high, figure.unit)})[/]"
    return number(figure.value, figure.unit) + spread


def _print_details(figures: Sequence[Figure], out: Console) -> None:
    """Categories or fields down, recall, precision and F1 across."""
    kinds, rows = parts(figures)
    if not rows:
        return
    table = Table("", "n", *kinds, box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, n, row in rows:
        table.add_row(escape(name), str(n), *("" if one is None else _cell(one) for one in row))
    out.print(table)


def parts(figures: Sequence[Figure]) -> tuple[list[str], list[tuple[str, int, list[Figure | None]]]]:
    """Kinds of detail (`recall`), and each category or field that has a figure: how many are labelled, its figures."""
    cells = {figure.measure: figure for figure in figures if not figure.group}
    kinds = list(dict.fromkeys(measure.partition(" ")[0] for measure in cells))
    found = []
    for name in dict.fromkeys(measure.partition(" ")[2] for measure in cells):
        row = [cells.get(f"{kind} {name}") for kind in kinds]
        if any(one is not None and one.value is not None for one in row):
            found.append((name, next(one.n for one in row if one is not None), row))
    return kinds, found


def print_gates(figures: Sequence[SetFigure]) -> list[Checked]:
    """Say which floors hold; returns those that do not."""
    checked = check(figures, read_gates())
    broken = [one for one in checked if not one.holds]
    out = console()
    if checked:
        out.print(f"\nGate: {len(checked) - len(broken)} of {len(checked)} floors hold.")
    for one in broken:
        out.print(f"  [red]below the floor[/]: {escape(str(one))}. {escape(one.gate.reason)}", soft_wrap=True)
    return broken


def print_comparison(of: SetComparison, flips: int, full: bool) -> None:
    """One set: what changed, and which cases flipped."""
    out = console()
    left = f", {of.left_out} not in both" if of.left_out else ""
    out.print(f"\n[bold]{escape(of.set)}[/] ({of.common} cases in common{left})")
    rows = [one for one in of.differences if full or _is_telling(one)]
    out.print(_differences(rows))
    worse = sum(flip.new < flip.base for flip in of.flips)
    out.print(f"{len(of.flips)} cases flipped: {worse} got worse, {len(of.flips) - worse} better.")
    for flip in of.flips[:flips]:
        mark = "[red]worse[/]" if flip.new < flip.base else "[green]better[/]"
        said = f"{flip.id}: {flip.was} → {flip.now} (right: {flip.wanted})"
        out.print(f"  {mark} {escape(shorten(said, 150))}", soft_wrap=True)


def _is_telling(one: Difference) -> bool:
    return one.verdict in ("better", "worse") or (not one.group and not _is_of_a_part(one.measure))


def _is_of_a_part(measure: str) -> bool:
    return measure.partition(" ")[0] in ("recall", "precision", "F1", "effect")


def _differences(rows: Iterable[Difference]) -> Table:
    table = Table("measure", "base", "new", "change", "95 % interval", "p", "", box=None, padding=(0, 2, 0, 0))
    style = {"worse": "red", "better": "green", "same": "dim", "": "dim"}
    for one in rows:
        name = f"{one.measure} ({one.group})" if one.group else one.measure
        table.add_row(
            escape(name),
            number(one.base),
            number(one.new),
            f"{one.change:+.3f}",
            "–" if one.low is None or one.high is None else f"{one.low:+.3f} to {one.high:+.3f}",
            "–" if one.p is None else f"{one.p:.3f}",
            f"[{style[one.verdict]}]{one.verdict}[/]",
        )
    return table
