"""`triage eval compare`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from evals.compare import SetComparison, compare
from evals.record import RunFolder, RunHead
from evals.terminal import print_comparison, print_gates
from triage.errors import InputError, UsageError


def run_compare(base: Path, new: Path, flips: int, full: bool, as_json: bool) -> int:
    """Compare; 1 where something got worse beyond noise, or where the new run is below a floor.

    Raises `UsageError` for runs that cannot be compared, so that a script does not take them for a regression.
    """
    folders = RunFolder(base), RunFolder(new)
    try:
        figures = folders[1].figures()
        folders[0].figures()
        found = compare(*folders)
    except InputError as error:
        raise UsageError(str(error)) from error
    regressions = [one for of in found for one in of.regressions]
    if as_json:
        for of in found:
            typer.echo(of.model_dump_json())
        _judged_at_all(found)
        from evals.gate import check, read_gates

        return 1 if regressions or any(not one.holds for one in check(figures, read_gates())) else 0
    for line in changed(folders[0].head(), folders[1].head()):
        typer.echo(line)
    for of in found:
        print_comparison(of, flips, full)
    broken = print_gates(figures)
    typer.echo("")
    for one in regressions:
        group = f" ({one.group})" if one.group else ""
        typer.echo(f"regression: {one.set}: {one.measure}{group} {one.base:.3f} → {one.new:.3f}")
    _judged_at_all(found)
    if not regressions:
        typer.echo("no regression beyond noise")
    return 1 if regressions or broken else 0


def _judged_at_all(found: Sequence[SetComparison]) -> None:
    """Raises `UsageError` where no measure of any set has enough cases: silence is not "no regression"."""
    if not any(one.verdict for of in found for one in of.differences):
        common = sum(of.common for of in found)
        raise UsageError(f"{common} cases in common are too few, or of too few sources, to say that nothing got worse.")


def changed(base: RunHead, new: RunHead) -> Iterator[str]:
    """What acted otherwise in the new run than in the base, a line each; and the sets that only one of them has."""
    for name in ("model", "parameters", "policy", "revision"):
        before, after = getattr(base, name), getattr(new, name)
        if before != after:
            yield f"{name}: {before} → {after}"
    for name in sorted(base.acting.keys() | new.acting.keys()):
        before, after = base.acting.get(name, "absent"), new.acting.get(name, "absent")
        if before != after:
            yield f"{name}: {before} → {after}"
    sets = [{of.name for of in head.sets} for head in (base, new)]
    for names, which in ((sets[0] - sets[1], "base"), (sets[1] - sets[0], "new")):
        if names:
            yield f"only the {which} run has {', '.join(sorted(names))}: not compared"
