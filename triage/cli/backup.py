"""`triage backup` and `triage restore`: copies of a store in files, and how they are put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import Home, guarded

if TYPE_CHECKING:
    from triage.settings import Settings

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the store's copy.", show_default=False)]
KeysFolder = Annotated[
    Path, typer.Option("--keys", help="Folder of the keys' copy: another one, kept elsewhere.", show_default=False)
]


def backup(
    folder: Folder,
    keys: KeysFolder,
    dated: Annotated[
        bool, typer.Option("--dated", help="Below each folder make one that is named by the time, as a timer needs.")
    ] = False,
    home: Home = None,
) -> None:
    """Copy store and keys while they are in use, each into a folder of its own."""
    guarded(run_backup, folder, keys, home, dated)


def restore(folder: Folder, keys: KeysFolder, home: Home = None) -> None:
    """Put copies of store and keys back. Stop the service first; what was there is moved aside."""
    guarded(run_restore, folder, keys, home)


def run_backup(folder: Path, keys: Path, home: Path | None, dated: bool = False) -> int:
    """Copy both; the store first. `dated`: into new folders below these, so that every night has its own."""
    from triage.audit.backup import KEYS_FILE, STORE_FILE, back_up
    from triage.cli.wiring import now
    from triage.errors import ConfigurationError
    from triage.settings import Settings

    settings = _of_files(Settings.of(home))
    _apart(folder, keys)
    if not settings.store.exists():
        raise ConfigurationError(f"{settings.store}: there is no store yet.")
    if dated:
        name = f"{now():%Y%m%dT%H%M%SZ}"
        folder, keys = folder / name, keys / name
    for source, to, name in ((settings.store, folder, STORE_FILE), (settings.keys, keys, KEYS_FILE)):
        made = back_up(source, to, name, now())
        typer.echo(f"{made.path}: {made.bytes} bytes, SHA-256 {made.sha256}")
    typer.echo(f"Not copied: secrets, and the erasure ledger ({settings.erasures}). Keep that apart from the copies.")
    return 0


def run_restore(folder: Path, keys: Path, home: Path | None) -> int:
    """Put both back, forget again what the ledger names, and say what to do next."""
    from triage.audit.backup import KEYS_FILE, STORE_FILE, put_back, read_backup
    from triage.cli.wiring import now, open_store
    from triage.errors import UsageError
    from triage.settings import Settings

    settings = _of_files(Settings.of(home))
    _apart(folder, keys)
    found = (
        (read_backup(folder, STORE_FILE), settings.store),
        (read_backup(keys, KEYS_FILE), settings.keys),
    )
    if alive := _working(settings):
        raise UsageError(f"{', '.join(alive)} still works on this store. Stop the service and its workers first.")
    aside = settings.home / f"before-restore-{now():%Y%m%dT%H%M%SZ}"
    moved = [each for backup, place in found for each in put_back(backup, place, aside)]
    with open_store(settings):
        pass
    typer.echo(f"The store is as it was at {found[0][0].made_at[:19]}Z.")
    if moved:
        typer.echo(f"What was there before lies in {aside}.")
    typer.echo("Next: triage audit verify; triage withdraw --unknown --since TIME; triage sweep")
    return 0


def _of_files(settings: Settings) -> Settings:
    from triage.errors import UsageError

    if settings.database_url or settings.keys_url:
        raise UsageError("this store is in PostgreSQL: copy it with pg_dump, store first, then keys; see the runbook.")
    return settings


def _apart(folder: Path, keys: Path) -> None:
    from triage.errors import UsageError

    if folder.expanduser().resolve() == keys.expanduser().resolve():
        raise UsageError("keys beside the store open everything in it: name another folder, kept elsewhere.")


def _working(settings: Settings) -> list[str]:
    """Workers that gave a sign in the last minute; none where the store there is now cannot be opened."""
    from datetime import timedelta

    from triage.cli.wiring import now, open_store
    from triage.domain import utc
    from triage.errors import TriageError
    from triage.storage import workers

    if not settings.store.exists():
        return []
    try:
        with open_store(settings) as store:
            return [each.id for each in workers.alive(store.database, utc(now() - timedelta(minutes=1)))]
    except TriageError:
        return []


__all__ = ["backup", "restore"]
