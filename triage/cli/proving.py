"""`triage audit prove`: that one checkpoint leads to another, for somebody who has both and not the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import Home, guarded

_WHICH = "Its number, or the file that was kept."


def audit_prove(
    earlier: Annotated[str, typer.Option("--from", metavar="CHECKPOINT", help=f"The earlier one. {_WHICH}")],
    later: Annotated[
        str | None, typer.Option("--to", metavar="CHECKPOINT", help=f"The later one. {_WHICH} Default: the last.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File for the proof. Default: it is printed.")] = None,
    home: Home = None,
) -> None:
    """Prove that a checkpoint leads to a later one: nothing that it saw was changed or cut off since."""
    guarded(run_prove, earlier, later, out, home)


def run_prove(earlier: str, later: str | None, out: Path | None, home: Path | None) -> int:
    """Write the proof; an existing file is never written over."""
    from triage.audit.checkpoints import stored
    from triage.audit.proving import as_text, named, prove
    from triage.cli.wiring import open_store
    from triage.errors import UsageError
    from triage.settings import Settings

    if out is not None and out.exists():
        raise UsageError(f"{out}: there is a file already. Name another one.")
    with open_store(Settings.of(home)) as store:
        kept = stored(store.database)
        if not kept:
            raise UsageError("the store has no checkpoint yet: `triage audit checkpoint` makes one.")
        before = named(store.database, earlier)
        after = kept[-1] if later is None else named(store.database, later)
        text = as_text(before, after, prove(store.database, before, after))
    if out is None:
        typer.echo(text, nl=False)
        return 0
    out.write_text(text, "utf-8")
    numbers = f"checkpoint {before.checkpoint.number} leads to checkpoint {after.checkpoint.number}"
    typer.echo(f"{out}: {numbers}. docs/verify_consistency.py checks it without the store.")
    return 0
