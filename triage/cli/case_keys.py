"""`triage case-keys`: what the keys of the cases are wrapped with, and how that is rotated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

if TYPE_CHECKING:
    from triage.storage.wrapping import Share

case_keys_app = typer.Typer(
    help="Wrap the keys of the cases with a key that lies elsewhere; rotate that one.", no_args_is_help=True
)

KeyFile = Annotated[Path, typer.Argument(metavar="FILE", help="File of key-encryption keys.", show_default=False)]


@case_keys_app.command("keygen")
def keygen(path: KeyFile) -> None:
    """Add a new key-encryption key to a file, which is made where there is none."""
    guarded(run_keygen, path)


@case_keys_app.command("status")
def status(as_json: AsJson = False, home: Home = None) -> None:
    """Say how many keys are under which key-encryption key, and how many lie unwrapped."""
    guarded(run_status, as_json, home)


@case_keys_app.command("rotate")
def rotate(
    again: Annotated[
        bool, typer.Option("--again", help="Also where all are under the newest key-encryption key already.")
    ] = False,
    home: Home = None,
) -> None:
    """Wrap all keys anew, under the newest key-encryption key. The service may run; if interrupted, say it again."""
    guarded(run_rotate, again, home)


@case_keys_app.command("keeper")
def keeper(
    path: KeyFile,
    words: Annotated[list[str], typer.Argument(metavar="key|wrap|unwrap [ID]", help="What is asked of it.")],
) -> None:
    """Wrap and unwrap with a file that only this account can read; for `TRIAGE_KEYS_KMS`."""
    guarded(run_keeper, path, words)


def run_keygen(path: Path) -> int:
    """Make a key-encryption key."""
    from triage.storage.keepers import FileKeeper

    held = FileKeeper(path)
    made = held.add()
    before = len(held.all()) - 1
    typer.echo(f"{path}: key-encryption key {made.id}" + (f", after {before} earlier." if before else "."))
    typer.echo("Keep a copy where neither the keys nor their backups lie: without it nothing recorded can be read.")
    return 0


def run_status(as_json: bool, home: Path | None) -> int:
    """Say what is under which key; 1 where something is to be rotated."""
    from triage.cli.wiring import open_store
    from triage.settings import Settings

    settings = Settings.of(home)
    asked = settings.keeper()
    newest = None if asked is None else asked.newest().id
    with open_store(settings) as store:
        shares = store.keys.shares()
    for share in shares:
        typer.echo(json.dumps(_as_json(share, newest)) if as_json else _line(share, newest))
    stale = newest is not None and any(share.is_stale(newest) for share in shares)
    if stale and not as_json:
        typer.echo("`triage case-keys rotate` puts all keys under the newest key-encryption key.")
    return 1 if stale else 0


def run_rotate(again: bool, home: Path | None) -> int:
    """Wrap all keys anew; 1 where others made keys meanwhile that are still to be wrapped."""
    from triage.cli.wiring import open_store
    from triage.settings import Settings

    with open_store(Settings.of(home)) as store:
        done = 0
        for done in store.keys.rotate(fresh=again):
            typer.echo(f"{done} wrapped anew", err=True)
        shares = store.keys.shares()
    newest = shares[-1].row.under if shares[-1].row is not None else ""
    for share in shares:
        typer.echo(_line(share, newest))
    typer.echo(f"Wrapped anew: {done}.")
    if any(share.is_stale(newest) for share in shares):
        typer.echo("Keys were made beside the rotation. `triage case-keys rotate` once more wraps them, too.")
        return 1
    typer.echo("Earlier key-encryption keys are needed for earlier backups only.")
    return 0


def run_keeper(path: Path, words: list[str]) -> int:
    """Answer one question of a keeper's caller, bytes in, bytes out."""
    import sys

    from triage.storage.keepers import FileKeeper, answer

    said = answer(FileKeeper(path), words, sys.stdin.buffer.read() if len(words) > 1 else b"")
    sys.stdout.buffer.write(said)
    return 0


def _line(share: Share, newest: str | None) -> str:
    if share.row is None:
        return f"not wrapped: {share}"
    now = " (the newest)" if share.row.under == newest else ""
    return f"under key-encryption key {share.row.under}{now}, by wrapping key {share.row.id}: {share}"


def _as_json(share: Share, newest: str | None) -> dict[str, object]:
    row = share.row
    return {
        "key_encryption_key": None if row is None else row.under,
        "wrapping_key": None if row is None else row.id,
        "case_keys": share.keys,
        "hash_key": share.other,
        "newest": row is not None and row.under == newest,
    }


__all__ = ["case_keys_app"]
