"""The demo's review pages: an account with a password of its own, and the web process until it is interrupted."""

from __future__ import annotations

import secrets
import socket
from contextlib import closing
from pathlib import Path

import typer

NAME = "Demo"


def address(port: int) -> str:
    """Where the pages are."""
    return f"http://127.0.0.1:{port}/"


def say_how(home: str) -> None:
    """Print the command that serves the pages."""
    from triage.cli.serve import PORT

    typer.echo(f"Review pages with this day, at {address(PORT)}:")
    typer.echo(f"  triage demo --serve --home {home}")


def serve_site(home: Path) -> int:
    """Serve the review pages over the demo's store until interrupted; the exit status."""
    from triage.jobs.family import Family, commands
    from triage.logs import configure

    configure()
    password, port = _account(home), _free_port()
    typer.echo(f"\nReview pages with this day: {address(port)}")
    typer.echo(f"  sign in as {NAME} with the password {password}")
    typer.echo("  Ctrl+C ends it.")
    return Family(commands("127.0.0.1", port, 0, home), home).run()


def _account(home: Path) -> str:
    """The demo's account, new or with a new password."""
    from triage.cli.wiring import now, open_store
    from triage.domain import Duty
    from triage.settings import Settings
    from triage.storage.people import People

    password = secrets.token_urlsafe(12)
    with open_store(Settings(home)) as store:
        people = People(store.database, now)
        if any(each.person.name == NAME for each in people.all()):
            people.set_password(NAME, password)
        else:
            people.add(NAME, [Duty.REVIEWER, Duty.LEAD], password=password)
    return password


def _free_port() -> int:
    """The usual port, or another one where somebody listens there."""
    from triage.cli.serve import PORT

    for port in (PORT, 0):
        with closing(socket.socket()) as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(found.getsockname()[1])
    return PORT
