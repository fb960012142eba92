"""`triage audit checkpoint`: made, signed, time-stamped and handed on; and what a kept one tells of the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from triage.cli.wiring import now, open_store
from triage.errors import ConfigurationError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.audit.checkpoints import Signed
    from triage.audit.journal import Journal
    from triage.audit.stamping import Authority


def run_checkpoint(
    key: Path | None, signer: str | None, out: str | None, due: tuple[int, int] | None, home: Path | None
) -> int:
    """Make a checkpoint, have it stamped, and hand it on; `due`: only after so many records, or so many minutes and any
    record. What could not be stamped or handed on before is tried again in any case; 1 where it fails again.
    """
    from datetime import timedelta

    from triage.audit.checkpoints import is_due, make
    from triage.cli.auditing import signing

    settings = Settings.of(home)
    signs = signing(key, signer)
    with open_store(settings) as store:
        if due is None or is_due(store.database, now(), records=due[0], age=timedelta(minutes=due[1])):
            _say(make(store.journal, now, signs))
        else:
            typer.echo("No checkpoint is due.")
        stamped = stamp(store.journal, settings)
        handed = out is None or _hand_on(store.journal, out)
    return 0 if stamped and handed else 1


def stamp(journal: Journal, settings: Settings) -> bool:
    """Have the checkpoints stamped that are not yet, where policy names an authority; false where that failed."""
    from triage.audit.stamping import stamp_all

    authority = _authority(settings)
    if authority is None:
        return True
    try:
        for number, found in stamp_all(journal.database, authority, now):
            typer.echo(f"Checkpoint {number}: time-stamped {found.at:%Y-%m-%d %H:%M:%S} UTC.")
    except ConfigurationError as error:
        typer.echo(f"No time stamp yet, the next run asks again: {error}", err=True)
        return False
    return True


def say_stamp(signed: Signed, stored: bytes | None, ca_file: Path | None, settings: Settings) -> bool:
    """Say what the time stamp of a kept checkpoint is worth; false where it is wrong."""
    from triage.audit.stamping import Refused, check, read_roots

    answer = signed.stamp or stored
    authority = None if ca_file is not None else _authority(settings)
    if answer is None or (ca_file is None and authority is None):
        typer.echo("No time stamp." if answer is None else "Its time stamp was not checked (--tsa-ca).")
        return True
    roots = authority.roots if authority is not None else read_roots(Path(ca_file or ""))
    try:
        found = check(answer, signed, roots)
    except Refused as error:
        typer.echo(f"Time stamp: BROKEN: {error}.")
        return False
    typer.echo(
        f"Time-stamped {found.at:%Y-%m-%d %H:%M:%S} UTC, number {found.serial}, by an authority that is trusted."
    )
    return True


def _authority(settings: Settings) -> Authority | None:
    from triage.audit.stamping import Authority

    wanted = settings.policy().time_stamping
    return None if wanted is None else Authority.of(wanted.url, wanted.ca_file)


def _hand_on(journal: Journal, out: str) -> bool:
    from triage.audit.handing import offer

    try:
        for number, where in offer(journal, out, now):
            typer.echo(f"Checkpoint {number} handed on to {where}.")
    except ConfigurationError as error:
        typer.echo(f"Not handed on, the next run offers it again: {error}", err=True)
        return False
    return True


def _say(made: Signed) -> None:
    checkpoint = made.checkpoint
    records = sum(head.size for head in checkpoint.streams)
    typer.echo(
        f"Checkpoint {checkpoint.number}: {records} records in {len(checkpoint.streams)} streams, "
        + (f"signed by key {made.signatures[0].key}." if made.signatures else "not signed (--key or --signer).")
    )
