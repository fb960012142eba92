"""`triage audit`: its commands and their options."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded
from triage.cli.proving import audit_prove

audit = typer.Typer(help="Show and verify what was recorded.", no_args_is_help=True)


@audit.command("show")
def audit_show(
    handle: Annotated[str, typer.Argument(metavar="CARD", help="Number of the card, or its id.")],
    as_json: AsJson = False,
    why: Annotated[str, typer.Option("--why", help="What for; stands in the record of this reading.")] = "",
    home: Home = None,
) -> None:
    """Tell the whole story of a card in order: what was read, answered, suggested and decided. It is recorded."""
    from triage.cli.auditing import run_show

    guarded(run_show, handle, as_json, why, home)


@audit.command("verify")
def audit_verify(
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint that was kept elsewhere: shows what was cut off.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="Public key (PEM) that must have signed the checkpoint.")
    ] = None,
    tsa_ca: Annotated[
        Path | None,
        typer.Option("--tsa-ca", help="Root certificates (PEM) of the checkpoint's time stamp. Default: policy's."),
    ] = None,
    home: Home = None,
) -> None:
    """Prove that no record was changed, removed or inserted; name the first bad one otherwise."""
    from triage.cli.auditing import run_verify

    guarded(run_verify, checkpoint, public_key, tsa_ca, home)


@audit.command("keygen")
def audit_keygen(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="New file for the key; FILE.pub gets the public half.")],
) -> None:
    """Make an Ed25519 key that signs checkpoints and bundles."""
    from triage.cli.auditing import run_keygen

    guarded(run_keygen, file)


@audit.command("sign")
def audit_sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The signing key.")],
) -> None:
    """Sign what `--signer` sends on standard input: run it under the account that holds the key."""
    from triage.cli.auditing import run_sign

    guarded(run_sign, file)


Key = Annotated[Path | None, typer.Option("--key", help="Signing key. Default: TRIAGE_SIGNING_KEY.")]
SignerCommand = Annotated[
    str | None,
    typer.Option("--signer", help="Command that signs instead, under another account. Default: TRIAGE_SIGNER."),
]


@audit.command("checkpoint")
def audit_checkpoint(
    key: Key = None,
    signer: SignerCommand = None,
    out: Annotated[
        str | None, typer.Option("--out", help="Folder or http(s) address that it is handed to, outside this machine.")
    ] = None,
    if_due: Annotated[
        bool, typer.Option("--if-due", help="Only when --records or --minutes say so; for a timer.")
    ] = False,
    records: Annotated[int, typer.Option("--records", min=1, help="Due after so many new records.")] = 1000,
    minutes: Annotated[
        int, typer.Option("--minutes", min=1, help="Due after so many minutes, if there is any new record.")
    ] = 60,
    home: Home = None,
) -> None:
    """State, signed, how far each company's stream has come. Kept elsewhere, it shows what is cut off later."""
    from triage.cli.checkpointing import run_checkpoint

    guarded(run_checkpoint, key, signer, out, (records, minutes) if if_due else None, home)


audit.command("prove")(audit_prove)


@audit.command("export")
def audit_export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="New folder for the bundle.")],
    since: Annotated[datetime | None, typer.Option("--since", help="From this day or time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Before this day or time (UTC).")] = None,
    company: Annotated[str | None, typer.Option("--company", help="Of this company only.")] = None,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Also the keys, to open the sealed payloads oneself.")
    ] = False,
    key: Key = None,
    signer: SignerCommand = None,
    why: Annotated[str, typer.Option("--why", help="For whom or what; stands in the record of this export.")] = "",
    home: Home = None,
) -> None:
    """Hand over a period in open formats, with proofs that a stranger can check without this software."""
    from triage.cli.auditing import run_export

    guarded(run_export, folder, since, until, company, with_keys, key, signer, why, home)


@audit.command("hold")
def audit_hold(
    card: Annotated[str, typer.Argument(metavar="CARD", help="Number of a card of the case.")],
    why: Annotated[str, typer.Option("--why", help="Which matter it is kept for, or why no longer.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="End the hold.")] = False,
    home: Home = None,
) -> None:
    """Keep everything of a case: while it is on hold, nothing of it is removed or erased."""
    from triage.cli.auditing import run_hold

    guarded(run_hold, card, lift, why, home)


@audit.command("retain")
def audit_retain(
    apply: Annotated[bool, typer.Option("--apply", help="Take them away; without it, only count.")] = False,
    home: Home = None,
) -> None:
    """Take away payloads that policy (`retention`) keeps no longer. The proof stays."""
    from triage.cli.auditing import run_retain

    guarded(run_retain, apply, home)
