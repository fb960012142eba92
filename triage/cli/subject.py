"""`triage subject`: what is recorded about a person, handed over or forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import Home, guarded

if TYPE_CHECKING:
    from triage.audit.forgetting import Found
    from triage.cli.wiring import Store
    from triage.settings import Settings

subject = typer.Typer(help="Find, hand over or forget what is recorded about a person.", no_args_is_help=True)

Names = Annotated[
    list[str],
    typer.Argument(metavar="NAME...", help="Name, e-mail address, telephone number: all that the person goes by."),
]
Deep = Annotated[
    bool, typer.Option("--deep", help="Also open every record and look for the names in its texts. Takes a while.")
]
Beside = Annotated[
    list[Path] | None,
    typer.Option("--beside", help="Also look into these files and folders: evaluation sets, recordings, exports."),
]


@subject.command("find")
def subject_find(
    names: Names,
    deep: Deep = False,
    beside: Beside = None,
    why: Annotated[str, typer.Option("--why", help="Which request; stands in the record of this reading.")] = "",
    home: Home = None,
) -> None:
    """List the cases that name a person, and what was made of them in Odoo. It is recorded."""
    guarded(_find, names, deep, beside or [], why, home)


@subject.command("export")
def subject_export(
    names: Names,
    out: Annotated[Path, typer.Option("--out", help="New file: one JSON object a line.", show_default=False)],
    deep: Deep = False,
    why: Annotated[str, typer.Option("--why", help="Which request; stands in the record of this reading.")] = "",
    home: Home = None,
) -> None:
    """Hand over everything recorded in the cases that name a person. It names others, too: look before you send it."""
    guarded(_export, names, out, deep, why, home)


@subject.command("erase")
def subject_erase(
    names: Names,
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without it, only say what would go.")] = False,
    why: Annotated[str, typer.Option("--why", help="Which request; stands in the record.")] = "",
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Also take back the notes, activities and drafts in Odoo.")
    ] = False,
    deep: Deep = False,
    beside: Beside = None,
    home: Home = None,
) -> None:
    """Forget a person: delete the keys of the cases that name them. The chain still verifies. Cannot be undone."""
    guarded(_erase, names, yes, why, withdraw, deep, beside or [], home)


def _find(names: Sequence[str], deep: bool, beside: Sequence[Path], why: str, home: Path | None) -> int:
    from triage.audit import forgetting
    from triage.cli.wiring import open_store
    from triage.settings import Settings

    files = _files(beside)
    with open_store(Settings.of(home)) as store:
        found = forgetting.find(store.journal, names, deep=deep)
        _note_reading(store, names, why, sum(case.records for case in found))
    _list(found)
    _list_beside(names, files)
    return 0


def _export(names: Sequence[str], out: Path, deep: bool, why: str, home: Path | None) -> int:
    from triage.audit import forgetting
    from triage.cli.wiring import open_store
    from triage.errors import UsageError
    from triage.settings import Settings

    with open_store(Settings.of(home)) as store:
        found = forgetting.find(store.journal, names, deep=deep)
        try:
            handle = os.open(out, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except OSError as error:
            raise UsageError(f"{out}: cannot be made ({error.strerror}). Name a new file.") from error
        count = 0
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            for record, value in forgetting.handed_over(store.journal, found):
                line = {
                    "company": record.stream,
                    "record": record.seq,
                    "at": record.at,
                    "kind": record.step or record.kind,
                    "type": type(value).__name__,
                    "value": value.model_dump(mode="json"),
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
            for row, arrival in forgetting.unread(store.journal, found):
                line = {
                    "company": row.company,
                    "record": None,
                    "at": row.received_at,
                    "kind": f"arrival ({row.state})",
                    "type": "Arrival",
                    "value": arrival.model_dump(mode="json"),
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
        try:
            _note_reading(store, names, why, count)
        except BaseException:
            out.unlink(missing_ok=True)  # what cannot be recorded does not happen
            raise
    typer.echo(f"{out}: {count} records of {len(found)} cases. They name others, too: look before you send them.")
    return 0


def _erase(
    names: Sequence[str],
    yes: bool,
    why: str,
    withdraw: bool,
    deep: bool,
    beside: Sequence[Path],
    home: Path | None,
) -> int:
    from triage.audit import forgetting
    from triage.audit.ledger import Ledger
    from triage.cards.released import release
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings, person

    settings, files = Settings.of(home), _files(beside)
    with open_store(settings) as store:
        listed = forgetting.find(store.journal, names, deep=deep)
        # Also where it is to be done: a hold or Odoo may refuse it, and who was found is shown all the same.
        _note_reading(store, names, why, sum(case.records for case in listed))
        _list(listed)
        found = [case for case in listed if not case.acted]
        if not yes:
            _list_beside(names, files)
            typer.echo("Nothing was erased. --yes erases it; that cannot be undone.")
            return 0
        forgetting.refuse_held(store.journal, found)  # before anything is taken out of Odoo
        if withdraw and not _withdraw(found, store, settings, why):
            typer.echo("Nothing was erased: what stands in Odoo could not all be taken back.")
            return 1
        done = forgetting.erase(store.journal, Ledger(settings.erasures), found, names[0], person(), why, now)
        released = release(store.cards, store.journal, [str(card) for each in done for card in each.cards])
    for card in released:
        typer.echo(f"Card {card.number}: takes over cases that shared a card with an erased one.")
    keys = {key for each in done for key in each.keys}
    typer.echo(f"Erased: {len(keys)} keys of {len(found)} cases.")
    _list_beside(names, files, remove=True)
    if any(case.published for case in found) and not withdraw:
        typer.echo("What stands in Odoo stays there: remove it by hand, or use --withdraw.")
    typer.echo("Backups of the key file from before now must go, or the erasure ledger must be kept with them.")
    return 0


def _withdraw(found: Sequence[Found], store: Store, settings: Settings, why: str) -> bool:
    """Take back what stands in Odoo because of these cases; whether Odoo took all of it."""
    from triage.cli.withdraw import take_back
    from triage.settings import person

    cards = list(dict.fromkeys(card for case in found for card in case.published))
    return not cards or take_back(cards, store, settings, person(), why)


def _list(found: Sequence[Found]) -> None:
    from triage.cli.show import shown

    if not found:
        typer.echo("No case names this person.")
    for case in found:
        name = case.record.name if case.record else f"case {case.id[:12]} (erased)"
        cards = f", cards {', '.join(f'#{number}' for number in case.cards)}" if case.cards else ""
        span = f"{case.first[:10]} to {case.last[:10]}"
        acted = "; only decided or handled by them, so that erasing leaves it" if case.acted else ""
        typer.echo(shown(f"{case.company}: {name}: {case.records} records, {span}{cards}{acted}"))
        for advisory in case.advisories:
            typer.echo(shown(f"  in Odoo: {advisory.verb} {advisory.ref.key if advisory.ref else ''}"))
        if case.published and not case.advisories:
            typer.echo("  in Odoo: what was published, of which no record tells any more; --withdraw finds it")


def _files(places: Sequence[Path]) -> list[Path]:
    """The files in these places. Raises `UsageError` where one is not there."""
    from triage.errors import UsageError

    if missing := [place for place in places if not place.exists()]:
        raise UsageError(f"--beside {missing[0]}: there is no such file or folder. Nothing was done.")
    found = {file for place in places for file in ([place] if place.is_file() else place.rglob("*")) if file.is_file()}
    return sorted(found)


def _list_beside(names: Sequence[str], files: Sequence[Path], *, remove: bool = False) -> None:
    """Name the files that speak of the person; take the lines out of those that are one JSON object a line."""
    wanted = [" ".join(name.casefold().split()) for name in names]
    for path in files:
        try:
            # Only a line feed ends a line of JSON; a text in it may hold other characters that end lines.
            lines = path.read_bytes().decode("utf-8").split("\n")
        except (OSError, UnicodeDecodeError):
            typer.echo(f"{path}: was not searched, it is no text.")
            continue
        kept = [line for line in lines if not _names(line, wanted)]
        if len(kept) == len(lines):
            continue
        if remove and path.suffix == ".jsonl":
            _replace(path, "\n".join(kept))
            typer.echo(f"{path}: {len(lines) - len(kept)} lines taken out.")
        else:
            typer.echo(
                f"{path}: {len(lines) - len(kept)} lines name the person"
                + ("; remove them by hand." if remove else ".")
            )


def _replace(path: Path, text: str) -> None:
    """Write a file anew, whole or not at all."""
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(text.encode("utf-8"))
    new.chmod(path.stat().st_mode & 0o777)
    new.replace(path)


def _names(line: str, wanted: Sequence[str]) -> bool:
    text = line
    if line.lstrip().startswith("{"):
        try:
            text = json.dumps(json.loads(line), ensure_ascii=False)
        except ValueError:
            text = line
    flat = " ".join(text.casefold().split())
    return any(name in flat for name in wanted)


def _note_reading(store: Store, names: Sequence[str], why: str, count: int) -> None:
    from triage.audit.checkpoints import STORE
    from triage.cli.wiring import now
    from triage.domain import Reading
    from triage.settings import person

    hashed = store.keys.subject_hash(names[0])[:16]
    store.journal.record(
        stream=STORE,
        kind="reading",
        case=store.keys.case_id(STORE, "readings"),
        event=None,
        value=Reading(by=person(), what=f"subject {hashed}", why=why, records=count, at=now()),
    )
