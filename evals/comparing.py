"""`triage eval compare`."""

from __future__ import annotations

from pathlib import Path

import typer

from evals.compare import compare
from evals.record import RunFolder
from evals.terminal import print_comparison, print_gates


def run_compare(base: Path, new: Path, flips: int, full: bool, as_json: bool) -> int:
    """Compare; 1 where something got worse beyond noise, or where the new run is below a floor."""
    folders = RunFolder(base), RunFolder(new)
    figures = folders[1].figures()
    folders[0].figures()
    found = compare(*folders)
    regressions = [one for of in found for one in of.regressions]
    if as_json:
        for of in found:
            typer.echo(of.model_dump_json())
        from evals.gate import check, read_gates

        return 1 if regressions or any(not one.holds for one in check(figures, read_gates())) else 0
    for of in found:
        print_comparison(of, flips, full)
    broken = print_gates(figures)
    typer.echo("")
    for one in regressions:
        group = f" ({one.group})" if one.group else ""
        typer.echo(f"regression: {one.set}: {one.measure}{group} {one.base:.3f} → {one.new:.3f}")
    if not regressions:
        typer.echo("no regression beyond noise")
    return 1 if regressions or broken else 0
