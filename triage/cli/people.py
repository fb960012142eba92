"""`triage people`: who may sign in to the review pages."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import Home, guarded

if TYPE_CHECKING:
    from triage.domain import Duty

people = typer.Typer(help="Add, list, change and disable accounts of the review pages.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As decisions and the policy's `deciders` call them.")]
Duties = Annotated[
    list[str] | None, typer.Option("--duty", help="reviewer, lead or auditor. Repeatable. Default: reviewer.")
]
Companies = Annotated[list[str] | None, typer.Option("--company", help="Sees this company. Repeatable. Default: all.")]
Subject = Annotated[
    str | None, typer.Option("--subject", help="Signs in at the OpenID provider as this `sub`; is asked no password.")
]
OdooUser = Annotated[
    int | None, typer.Option("--odoo-user", help="Id of their user in Odoo, which says what they may see.")
]
Language = Annotated[str | None, typer.Option("--language", help="en, de, fr, es or nl.")]


@people.command("add")
def people_add(
    name: Name,
    duty: Duties = None,
    company: Companies = None,
    language: Language = None,
    subject: Subject = None,
    odoo_user: OdooUser = None,
    no_password: Annotated[
        bool, typer.Option("--no-password", help="Asks for none: they come in from Odoo, or the provider.")
    ] = False,
    home: Home = None,
) -> None:
    """Add an account. The password is asked for, or read from standard input where that is no terminal."""
    guarded(_add, name, duty, company, language, subject, odoo_user, no_password, home)


@people.command("list")
def people_list(home: Home = None) -> None:
    """List all accounts with their duties and companies."""
    guarded(_list, home)


@people.command("change")
def people_change(
    name: Name,
    duty: Duties = None,
    company: Companies = None,
    all_companies: Annotated[bool, typer.Option("--all-companies", help="Sees every company.")] = False,
    language: Language = None,
    subject: Subject = None,
    odoo_user: OdooUser = None,
    home: Home = None,
) -> None:
    """Give an account other duties, companies, another language or another way in. Holds at once."""
    guarded(_change, name, duty, company, all_companies, language, subject, odoo_user, home)


@people.command("password")
def people_password(name: Name, home: Home = None) -> None:
    """Set another password; every session of the person ends."""
    guarded(_password, name, home)


@people.command("disable")
def people_disable(name: Name, home: Home = None) -> None:
    """End an account and all its sessions at once. What they decided stays."""
    guarded(_disable, name, home)


LANGUAGES = ("en", "de", "fr", "es", "nl")


def _add(
    name: str,
    duties: list[str] | None,
    companies: list[str] | None,
    language: str | None,
    subject: str | None,
    odoo_user: int | None,
    no_password: bool,
    home: Path | None,
) -> int:
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.people import People

    wanted, spoken = _duties(duties or ["reviewer"]), _language(language) or "en"
    password = None if subject or no_password else _asked(name)
    with open_store(Settings.of(home), create=True) as store:
        made = People(store.database, now).add(
            name,
            wanted,
            password=password,
            subject=subject,
            companies=companies,
            language=spoken,
            odoo_user=odoo_user,
        )
    typer.echo(f"{made.name} may sign in as {', '.join(sorted(made.duties))}.")
    return 0


def _list(home: Path | None) -> int:
    from triage.cli.show import shown
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.people import People

    with open_store(Settings.of(home)) as store:
        found = People(store.database, now).all()
    if not found:
        typer.echo("Nobody may sign in yet. `triage people add NAME` adds an account.")
    for account in found:
        person = account.person
        companies = "all companies" if person.companies is None else ", ".join(sorted(person.companies)) or "no company"
        how = "password" if account.has_password else "OpenID" if account.subject else "Odoo"
        state = f", disabled {account.disabled_at[:10]}" if account.disabled_at else ""
        typer.echo(shown(f"{person.name}: {', '.join(sorted(person.duties))}; {companies}; {how}{state}"))
    return 0


def _change(
    name: str,
    duties: list[str] | None,
    companies: list[str] | None,
    all_companies: bool,
    language: str | None,
    subject: str | None,
    odoo_user: int | None,
    home: Path | None,
) -> int:
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.people import People

    wanted = _duties(duties) if duties else None
    with open_store(Settings.of(home)) as store:
        changed = People(store.database, now).change(
            name,
            duties=wanted,
            companies=companies,
            all_companies=all_companies,
            language=_language(language),
            subject=subject,
            odoo_user=odoo_user,
        )
    typer.echo(f"{changed.name}: {', '.join(sorted(changed.duties))}.")
    return 0


def _password(name: str, home: Path | None) -> int:
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.people import People

    with open_store(Settings.of(home)) as store:
        people_ = People(store.database, now)
        people_.get(name)
        people_.set_password(name, _asked(name))
    typer.echo(f"{name}: the password was changed; every session has ended.")
    return 0


def _disable(name: str, home: Path | None) -> int:
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.people import People

    with open_store(Settings.of(home)) as store:
        People(store.database, now).disable(name)
    typer.echo(f"{name}: the account is disabled and signed out everywhere.")
    return 0


def _duties(words: list[str]) -> list[Duty]:
    from triage.domain import Duty
    from triage.errors import UsageError

    known = {duty.value for duty in Duty}
    if wrong := [word for word in words if word not in known]:
        raise UsageError(f"--duty {wrong[0]}: is none of {', '.join(sorted(known))}.")
    return [Duty(word) for word in words]


def _language(word: str | None) -> str | None:
    from triage.errors import UsageError

    if word is not None and word not in LANGUAGES:
        raise UsageError(f"--language {word}: is none of {', '.join(LANGUAGES)}.")
    return word


def _asked(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")
