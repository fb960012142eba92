"""`triage audit`: its commands and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

audit = typer.Typer(help="Show and verify what was recorded.", no_args_is_help=True)


@audit.command("show")
def audit_show(
    handle: Annotated[str, typer.Argument(metavar="CARD", help="Number of the card, or its id.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Tell the whole story of a card in order: what was read, answered, suggested and decided."""
    from triage.cli.auditing import run_show

    guarded(run_show, handle, as_json, home)


@audit.command("verify")
def audit_verify(home: Home = None) -> None:
    """Prove that no record was changed, removed or inserted; name the first bad one otherwise."""
    from triage.cli.auditing import run_verify

    guarded(run_verify, home)
