"""`triage policy`: check a policy file, see the one in force, put another one into force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from triage.cli.wiring import Store
    from triage.domain.activation import Activated
    from triage.domain.policies import PolicyBook

policy_app = typer.Typer(
    help="Check and show the policy; put it into force, with models, prompts and layers.", no_args_is_help=True
)

_LATELY = 30
"""Days of which it is told how many events a replay would find."""

File = Annotated[Path, typer.Argument(metavar="FILE", help="The policy as YAML.", show_default=False)]


@policy_app.command("check")
def policy_check(file: File) -> None:
    """Say everything that is wrong in a policy file, each with its line. Exit status 1 where something is."""
    guarded(_check, file)


@policy_app.command("show")
def policy_show(
    company: Annotated[str | None, typer.Option("--company", help="This company's. Default: that for all.")] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the policy in the file with all defaults, its fingerprint, and whether and by whom it was activated."""
    guarded(_show, company, as_json, home)


@policy_app.command("schema")
def policy_schema() -> None:
    """Print the JSON schema of a policy file, for editors that check while one types."""
    guarded(_schema)


@policy_app.command("activate")
def policy_activate(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The policy as YAML. Default: the one in force.", show_default=False),
    ] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; it is recorded.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who. Default: TRIAGE_USER, else your account.")] = None,
    second: Annotated[str | None, typer.Option("--second", help="Who else stands for it.")] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model",
            help="A model that may be asked, as `triage run` takes it. Default: as jobs.yaml, service.yaml say.",
        ),
    ] = None,
    impact: Annotated[
        int | None,
        typer.Option("--impact", metavar="DAYS", help="First run the events of so many days again under it.", min=1),
    ] = None,
    home: Home = None,
) -> None:
    """Record that this policy acts from now on, with these models: their prompts, layers and rules as they are here."""
    guarded(_activate, Wanted(file, by, why, second, tuple(model or ()), impact), home)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to put into force."""

    file: Path | None
    by: str | None
    why: str
    second: str | None
    models: tuple[str, ...]
    impact: int | None


def _check(file: Path) -> int:
    from triage.cli.policy_flaws import flaws
    from triage.settings import read_policies

    found = flaws(file)
    for flaw in found:
        typer.echo(f"{file}:{flaw}" if flaw[:1].isdigit() else f"{file}: {flaw}")
    if found:
        return 1
    book = read_policies(file)
    companies = f", {len(book.by_company)} companies with their own" if book.by_company else ""
    typer.echo(f"{file}: good{companies}. Fingerprint {book.fingerprint()}")
    return 0


def _show(company: str | None, as_json: bool, home: Path | None) -> int:
    import json

    import yaml

    from triage.audit.activation import Activations
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.database import Database

    settings = Settings.of(home)
    book = settings.policies()
    last = None
    if Database.exists(settings.database):
        with open_store(settings) as store:
            last = Activations(store.journal, now).last()
    value = None if last is None else last.value
    shown = book.base if company is None else book.of(company)
    if as_json:
        told = None if value is None else value.model_dump(mode="json", exclude={"text"})
        data = {"fingerprint": book.fingerprint(), "activation": told, "policy": shown.model_dump(mode="json")}
        typer.echo(json.dumps(data, ensure_ascii=False))
        return 0
    typer.echo(yaml.safe_dump(shown.model_dump(mode="json"), allow_unicode=True, sort_keys=False), nl=False)
    typer.echo(f"# fingerprint {book.fingerprint()}")
    if value is None:
        typer.echo("# never activated" if last is None else "# what was activated is erased")
    else:
        same = "" if value.policy == book.fingerprint() else f" (another one: {value.policy[:12]})"
        others = f" and {value.second}" if value.second else ""
        typer.echo(
            f"# activated {value.at:%Y-%m-%d %H:%M} UTC by {value.by}{others}{same}: {' '.join(value.why.split())}"
        )
        for model, parts in sorted(value.models.items()):
            typer.echo(f"# with {model}")
            for name, digest in sorted(parts.items()):
                typer.echo(f"#   {name} {digest[:12]}")
    return 0


def _schema() -> int:
    import json

    from triage.domain.policies import COMPANIES, FOR_ALL
    from triage.domain.policy import Policy

    schema = Policy.model_json_schema()
    own = {name: each for name, each in schema["properties"].items() if name not in FOR_ALL}
    company = {"type": "object", "properties": own, "additionalProperties": False}
    schema["properties"] = schema["properties"] | {COMPANIES: {"type": "object", "additionalProperties": company}}
    typer.echo(json.dumps(schema, indent=2))
    return 0


def _activate(wanted: Wanted, home: Path | None) -> int:
    from triage.audit.activation import Activations
    from triage.cli.acting import configured, parts
    from triage.cli.policy_flaws import flaws
    from triage.cli.wiring import now, open_store
    from triage.errors import UsageError
    from triage.settings import Settings, person, read_policies

    settings = Settings.of(home)
    file = wanted.file or (settings.policy_file if settings.policy_file.exists() else None)
    if file is not None and (found := flaws(file)):
        raise UsageError(f"{file}:{found[0]} Nothing was activated; `triage policy check {file}` says all.")
    text, book = (file.read_text(encoding="utf-8"), read_policies(file)) if file else ("", settings.policies())
    settings.make_home()
    models = {name: parts(name, book) for name in wanted.models or configured(settings)}
    with open_store(settings, create=True) as store:
        activations = Activations(store.journal, now)
        last = activations.last()
        for line in _changes(last.value if last else None, book, models):
            typer.echo(f"  {line}")
        counted = _impact(store, book, wanted.impact, wanted.models) if wanted.impact else {}
        for what, count in counted.items():
            typer.echo(f"  {count} {what}")
        if not wanted.impact and (recorded := _recorded(store)):
            typer.echo(
                f"  {recorded} events of the last {_LATELY} days are recorded: --impact {_LATELY} replays them first"
            )
        made = activations.activate(
            book, text, by=wanted.by or person(), why=wanted.why, second=wanted.second, impact=counted, models=models
        )
        if wanted.file is not None:
            _put(settings.policy_file, text)
    others = f" and {made.second}" if made.second else ""
    typer.echo(
        f"Activated by {made.by}{others}: {made.policy}, with {', '.join(models)}. It acts from the next event on."
    )
    return 0


def _recorded(store: Store) -> int:
    """How many events were recorded lately."""
    from datetime import timedelta

    from triage.cli.wiring import now
    from triage.domain import utc

    sql = "SELECT count(*) FROM journal WHERE kind = 'event' AND at >= ?"
    return int(store.database.query(sql, (utc(now() - timedelta(days=_LATELY)),))[0][0])


def _changes(before: Activated | None, book: PolicyBook, models: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What is another one than the activation before this said, a line each; all of it is new where there was none."""
    if before is None:
        yield f"policy: {book.fingerprint()[:12]}"
    elif before.policy != book.fingerprint():
        yield f"policy: {before.policy[:12]} → {book.fingerprint()[:12]}"
    then = {} if before is None else before.models
    for model in sorted({*then, *models}):
        if model not in models or model not in then:
            yield f"{model}: {'may not be asked any more' if model in then else 'may be asked'}"
            continue
        for name in sorted({*then[model], *models[model]}):
            old, new = then[model].get(name, "none"), models[model].get(name, "none")
            if old != new:
                yield f"{model}: {name}: {old[:12]} → {new[:12]}"


def _impact(store: Store, book: PolicyBook, days: int, models: Sequence[str]) -> Mapping[str, int]:
    """What would have become of recorded events. The evaluation lies above this room and is loaded by its name.

    A model that somebody names alone is asked; else answers of remote models are those that were recorded.
    """
    from datetime import timedelta
    from importlib import import_module

    from triage.audit.export import Period
    from triage.cli.wiring import now

    asked = models[0] if len(models) == 1 else None
    period = Period(now() - timedelta(days=days))
    counted: dict[str, int] = dict(import_module("evals.impact").impact(store, book, period, asked))
    return counted


def _put(place: Path, text: str) -> None:
    """Put the file there at once or not at all."""
    import os

    from triage.errors import StoreError

    beside = place.with_name(f".{place.name}.new")
    try:
        with beside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(place)
    except OSError as error:
        raise StoreError(
            f"{place}: the activation is recorded, but the file cannot be written ({error.strerror}). "
            "Put it there yourself."
        ) from error


__all__ = ["policy_app"]
