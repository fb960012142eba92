"""`triage odoo`: check, set up and clean up the connected Odoo."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from triage.cli.connected import connected, connection_of, using
from triage.cli.posting import post_card
from triage.cli.show import console, json_line, literal
from triage.cli.wiring import now, open_store
from triage.errors import UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.check import Finding, Report
    from triage.odoo.connection import Connection

_KEY_DAYS = 90
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_STYLE = {"ok": "green", "note": "dim", "warning": "yellow", "bad": "bold red"}


def run_check(admin: str | None, report: Path | None, as_json: bool, home: Path | None) -> int:
    """Print what was found; 1 where something should not be so."""
    from triage.odoo.check import check

    with connected(Settings.of(home)) as at:
        if admin is None:
            found = check(at.odoo, at.connection, now())
        else:
            with using(as_admin(at.connection, admin)) as other:
                found = check(at.odoo, at.connection, now(), other.odoo)
    if report is not None:
        report.write_text(found.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        _print_report(found, report)
    return 1 if found.is_bad else 0


def run_grant(
    admin: str | None,
    login: str,
    accounting: bool | None,
    key_days: int | None,
    print_for: int | None,
    home: Path | None,
) -> int:
    """Make what the service needs, or print it. A service user that is made gets a key."""
    from triage.odoo.connection import Tickets
    from triage.odoo.grant import described, grant, make_key

    if key_days is not None and key_days < 1:
        raise UsageError(f"--key-days {key_days}: a key is valid for one day at least.")
    if print_for is not None:
        for line in described(login, Tickets().stage, bool(accounting), print_for):
            typer.echo(line)
        return 0
    if admin is None:
        raise UsageError("who grants? Name an administrator of Odoo with --admin.")
    connection = connection_of(Settings.of(home))
    with using(as_admin(connection, admin)) as at:
        granted = grant(at.odoo, login=login, stage=connection.tickets.stage, accounting=accounting)
        for line in granted.done:
            typer.echo(line)
        typer.echo(f"\nService user: {granted.login}")
        days = key_days or (_KEY_DAYS if granted.is_new else 0)
        if days:
            key = make_key(at.odoo, granted.user, days)
            typer.echo(f"Its API key for {days} days, shown only now: {key}")
    typer.echo("Give login and key to the service (login in odoo.yaml, key in a file that key_file names), then:")
    typer.echo("  triage odoo check")
    return 0


def run_post(handles: Sequence[str], home: Path | None) -> int:
    """Post each of the cards; 1 if Odoo took one of them not."""
    settings = Settings.of(home)
    with open_store(settings) as store, connected(settings) as at:
        policies = settings.policies()
        cards = [store.cards.get(handle) for handle in handles]
        publisher = at.publisher(policies, settings.address())
        posts = [post_card(card, policies.of(card.key.company), publisher, store) for card in cards]
    for post in posts:
        typer.echo(post.line)
    return 1 if any(post.error for post in posts) else 0


def run_withdraw(since: str | None, handles: Sequence[str], home: Path | None) -> int:
    """Take back what stands in Odoo of these cards, or of all cards since a time."""
    from triage.cli.withdraw import run_withdraw as take_back

    return take_back(since, handles, None, "", home)


def run_changes(since: str, models: Sequence[str], as_json: bool, home: Path | None) -> int:
    """List what others changed."""
    from triage.odoo.capture import MODELS
    from triage.odoo.changes import Watermark, changed

    unknown = [model for model in models if model not in MODELS]
    if unknown:
        raise UsageError(f"{unknown[0]} cannot be captured. These can: {', '.join(MODELS)}.")
    with connected(Settings.of(home)) as at:
        found = changed(at.odoo, Watermark(moment(since, now())), models or MODELS)
    for ref in found.refs:
        line = (
            json_line(ref.model_dump(mode="json"), sys.stdout.encoding)
            if as_json
            else f"{ref.model}:{ref.id}  {ref.name}"
        )
        typer.echo(line)
    if found.hidden and not as_json:
        typer.echo(f"The service user may not read: {', '.join(found.hidden)}.", err=True)
    return 0


def run_sandbox(version: int, port: int) -> int:
    """Serve the look-alike until interrupted, with a home folder that leads to it."""
    from triage.odoo.sandbox.demo import sample_day

    if version not in (18, 19):
        raise UsageError(f"the look-alike answers as 18 or 19, not as {version}.")
    ended = threading.Event()
    for end in (signal.SIGINT, signal.SIGTERM):  # before anybody can know that it runs
        signal.signal(end, lambda *_: ended.set())
    with sample_day(version, port=port) as day, TemporaryDirectory(prefix="triage-sandbox-") as folder:
        home = Path(folder)
        (home / "odoo.key").write_text(day.key, encoding="utf-8")
        (home / "odoo.yaml").write_text(_as_yaml(day.connection, home / "odoo.key"), encoding="utf-8")
        typer.echo(f"A look-alike of Odoo {version} with the sample day is at {day.connection.url}. In another shell:")
        typer.echo(f"  export TRIAGE_HOME={shlex.quote(folder)}")
        typer.echo("  triage odoo check")
        typer.echo("  triage run --odoo sale.order:S00398 --post")
        typer.echo("  triage odoo withdraw --since 1h")
        typer.echo(f"Administrator: admin, key {day.box.admin.password}. Ctrl-C ends it and removes the folder.")
        sys.stdout.flush()
        ended.wait()
    typer.echo("\nEnded.")
    return 0


def _as_yaml(connection: Connection, key: Path) -> str:
    import yaml

    told = connection.with_(key_file=key).model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(told, sort_keys=False)


def moment(text: str, current: datetime) -> datetime:
    """A time as people give it: a day or a time (of this machine's zone if none is named), or `90m`, `6h`, `2d` ago."""
    ago = re.fullmatch(r"(\d{1,5})\s*([mhdw])", text.strip().lower())
    if ago:
        return current - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no time: write 2026-11-23, 2026-11-23T09:00, 90m, 6h or 2d.") from error
    return (found if found.tzinfo else found.astimezone()).astimezone(UTC)


def as_admin(connection: Connection, login: str) -> Connection:
    """The same Odoo as another user, over JSON-RPC, which takes a password as well as a key."""
    from triage.odoo.connection import ADMIN_KEY
    from triage.odoo.transport import Api

    if not os.environ.get(ADMIN_KEY):
        if not sys.stdin.isatty():
            raise UsageError(f"the administrator's key or password is missing: set {ADMIN_KEY}.")
        os.environ[ADMIN_KEY] = getpass.getpass(f"Key or password of {login}: ")
    return connection.with_(login=login, api=Api.JSONRPC, key_variable=ADMIN_KEY)


def _print_report(found: Report, written: Path | None) -> None:
    out = console()
    out.print(
        literal(f"Odoo {found.version} ({found.edition}) at {found.server}, database {found.database}, {found.api}")
    )
    out.print(literal(f"as {found.user}"))
    for finding in found.findings:
        out.print(_line(finding))
    there = [model for model, readable in found.models.items() if readable]
    out.print(literal(f"\nCan be read as cases: {', '.join(there)}."))
    if written is not None:
        out.print(literal(f"Written to {written}."))
    if found.is_bad:
        out.print(literal("\nSomething should not be so: see the lines marked `bad`.", style="bold red"))


def _line(finding: Finding) -> Text:
    level = (f"  {finding.level.value:<8}", _STYLE[finding.level.value])
    return Text.assemble(level, (f"{finding.about:<14}", "bold"), literal(finding.text))
