"""The commands and their options. What they do is imported when they run, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage import __version__
from triage.cli.audit import audit
from triage.cli.backup import backup, restore
from triage.cli.case_keys import case_keys_app
from triage.cli.config import config_app
from triage.cli.effects import effects
from triage.cli.jobs import jobs_app
from triage.cli.keys import keys_app
from triage.cli.options import AsJson, Files, Home, Jsonl, Model, guarded
from triage.cli.people import people
from triage.cli.policy import policy_app
from triage.cli.report import report_app
from triage.cli.serve import serve, worker
from triage.cli.setup import remove, setup, status
from triage.cli.sources import repeats, sources
from triage.cli.subject import subject
from triage.cli.sweep import sweep
from triage.cli.switch import switch_app
from triage.cli.withdraw import withdraw

app = typer.Typer(
    name="triage",
    help="Reads stalled orders, their threads and supplier documents, and suggests what happened and who should act. "
    "People decide; everything is recorded.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audit, name="audit")
app.add_typer(subject, name="subject")
app.add_typer(people, name="people")
app.add_typer(policy_app, name="policy")
app.add_typer(config_app, name="config")
app.add_typer(report_app, name="report")
odoo_app = typer.Typer(help="Check, set up and clean up the connected Odoo.", no_args_is_help=True)
app.add_typer(odoo_app, name="odoo")
app.add_typer(keys_app, name="keys")
app.add_typer(case_keys_app, name="case-keys")
app.command()(serve)
app.command()(worker)
app.add_typer(jobs_app, name="jobs")
jobs_app.command("sources")(sources)
jobs_app.command("repeats")(repeats)
jobs_app.command("effects")(effects)
app.add_typer(switch_app, name="switch")
app.command("withdraw")(withdraw)
app.command("sweep")(sweep)
app.command("backup")(backup)
app.command("restore")(restore)


@app.command()
def demo(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder for the demo's store. Default: `demo` in the usual folder.")
    ] = None,
    model: Model = "embedded",
    serve: Annotated[bool, typer.Option("--serve", help="Then serve the review pages, until interrupted.")] = False,
) -> None:
    """Triage a day at a small distributor's order desk."""
    from triage.cli.demo import run_demo

    guarded(run_demo, home, model, serve)


@app.command()
def run(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files, or folders of them.", show_default=False)
    ] = None,
    odoo: Annotated[
        list[str] | None,
        typer.Option(
            "--odoo", metavar="MODEL:NUMBER", help="A record of Odoo, for example sale.order:S00042. Repeatable."
        ),
    ] = None,
    records: Annotated[
        str | None,
        typer.Option(
            "--records",
            help="Where the records are that files are about: a JSON file, or `odoo` for the connected Odoo.",
        ),
    ] = None,
    post: Annotated[bool, typer.Option("--post", help="Post the cards' notes and draft tickets into Odoo.")] = False,
    company: Annotated[
        str | None, typer.Option("--company", help="Company in whose name to record, where the records name none.")
    ] = None,
    model: Model = "embedded",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Triage records of Odoo, and .eml, .txt, .pdf, .xml and .json files. A thread of several mails is one case."""
    from triage.cli.day import Asked
    from triage.cli.day import run as run_asked

    asked = Asked(files or (), records, odoo or (), company, model, post, as_json)
    guarded(run_asked, asked, home)


@app.command()
def decide(
    card: Annotated[str, typer.Argument(help="Number of the card, or its id.")],
    verdict: Annotated[str, typer.Argument(help="accept, edit or reject.")],
    category: Annotated[str | None, typer.Option(help="With edit: the right category.")] = None,
    subtype: Annotated[str | None, typer.Option(help="With edit: the right subtype.")] = None,
    severity: Annotated[str | None, typer.Option(help="With edit: low, normal, high or urgent.")] = None,
    reason: Annotated[str | None, typer.Option(help="Reason code; a rejection needs one.")] = None,
    comment: Annotated[str, typer.Option(help="Anything else.")] = "",
    member: Annotated[
        str | None, typer.Option("--member", help="Only this case of a card that several share. Default: all of them.")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--as", help="Who decides. Default: TRIAGE_USER, else your account.")
    ] = None,
    home: Home = None,
) -> None:
    """Record a decision on a card: confirm or correct its suggestion. No price, quantity, date or state changes."""
    from triage.cli.decisions import run_decide

    changes = {"category": category, "subtype": subtype, "severity": severity}
    guarded(run_decide, card, verdict, changes, reason, comment, by, home, member)


@app.command()
def cards(
    state: Annotated[
        str,
        typer.Option(help="Only cards in this state; `waiting`: open or awaiting a second person; `all`: every one."),
    ] = "waiting",
    by: Annotated[str, typer.Option(help="`number`, or `priority`: the most urgent first.")] = "number",
    older: Annotated[
        str | None, typer.Option("--older", help="Only cards that were made before: 6h, 2d, 2026-11-23.")
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List cards."""
    from triage.cli.decisions import run_cards

    guarded(run_cards, state, as_json, home, by, older)


@app.command()
def card(
    handle: Annotated[str, typer.Argument(metavar="CARD", help="Number of the card, or its id.")],
    reply: Annotated[
        bool, typer.Option("--reply", help="Only the draft of an answer, to be finished and sent by you.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show one card with its evidence."""
    from triage.cli.decisions import run_card

    guarded(run_card, handle, as_json, home, reply)


@app.command()
def classify(jsonl: Jsonl, model: Model = "embedded", home: Home = None) -> None:
    """Classify messages: a JSON line each in, a JSON line each out. Nothing is recorded."""
    from triage.cli.batch import run_classify

    guarded(run_classify, jsonl, model, home)


@app.command()
def summarize(
    jsonl: Jsonl,
    language: Annotated[
        str | None, typer.Option("--language", help="The reader's: en, de, fr, es or nl. Default: as policy says.")
    ] = None,
    model: Model = "embedded",
    home: Home = None,
) -> None:
    """Summarise messages: a JSON line each in, a JSON line each out. Nothing is recorded."""
    from triage.cli.batch import run_summarize

    guarded(run_summarize, jsonl, model, home, language)


@app.command()
def extract(
    files: Files,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object a document instead of a readable report.")
    ] = False,
    records: Annotated[
        str | None,
        typer.Option(
            "--records",
            help="Compare each document with its purchase order, from a JSON file or `odoo` (the connected one).",
        ),
    ] = None,
    order: Annotated[
        str | None,
        typer.Option(
            "--order", metavar="P00042", help="With --records: the purchase order, whatever a document names."
        ),
    ] = None,
    model: Model = "embedded",
    home: Home = None,
) -> None:
    """Read fields and lines out of supplier documents, and compare them with the order. Nothing is recorded."""
    from triage.cli.batch import run_extract

    guarded(run_extract, files, jsonl, model, home, records, order)


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="A type, for example `Case`; without one, all names.")] = None,
) -> None:
    """Print the JSON schema of a type that is recorded or read."""
    from triage.cli.decisions import run_schema

    guarded(run_schema, name)


Admin = Annotated[
    str | None,
    typer.Option("--admin", metavar="LOGIN", help="An administrator's login; the key from TRIAGE_ODOO_ADMIN_KEY."),
]


@odoo_app.command("check")
def odoo_check(
    admin: Admin = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="Also write everything that was found into this JSON file.")
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say which Odoo this is, what was found there, and what the service user may and may not do. Writes nothing."""
    from triage.cli.odoo import run_check

    guarded(run_check, admin, report, as_json, home)


@odoo_app.command("grant")
def odoo_grant(
    admin: Admin = None,
    login: Annotated[str, typer.Option(help="Login of the service user.")] = "order-triage",
    accounting: Annotated[
        bool | None,
        typer.Option(
            "--accounting/--no-accounting",
            help="Let it read the books (Odoo's read-only group), for credit facts. Neither: as it is.",
            show_default=False,
        ),
    ] = None,
    key_days: Annotated[
        int | None,
        typer.Option("--key-days", help="Make an API key of the service user for so many days. A new user gets 90."),
    ] = None,
    only_print: Annotated[bool, typer.Option("--print", help="Print what to create, and create nothing.")] = False,
    version: Annotated[int, typer.Option("--version", help="With --print: for this version of Odoo.")] = 18,
    home: Home = None,
) -> None:
    """Make group, service user, gate and stage for drafts, in an administrator's session. Again: bring up to date."""
    from triage.cli.odoo import run_grant

    guarded(run_grant, admin, login, accounting, key_days, version if only_print else None, home)


@odoo_app.command("post")
def odoo_post(
    cards: Annotated[list[str], typer.Argument(metavar="CARD...", help="Numbers of cards, or their ids.")],
    home: Home = None,
) -> None:
    """Post cards into Odoo as notes, draft tickets or review activities; again: bring them up to date."""
    from triage.cli.odoo import run_post

    guarded(run_post, cards, home)


@odoo_app.command("withdraw")
def odoo_withdraw(
    since: Annotated[
        str | None,
        typer.Option("--since", help="What was posted since then: 2026-11-23, 2026-11-23T09:00, 90m, 6h, 2d."),
    ] = None,
    card: Annotated[list[str] | None, typer.Option("--card", help="Only this card. Repeatable.")] = None,
    home: Home = None,
) -> None:
    """Take back what was posted: notes, review activities, and draft tickets that nobody has taken up."""
    from triage.cli.odoo import run_withdraw

    guarded(run_withdraw, since, card or [], home)


@odoo_app.command("changes")
def odoo_changes(
    since: Annotated[str, typer.Option("--since", help="2026-11-23, 2026-11-23T09:00, 90m, 6h, 2d.")] = "1d",
    model: Annotated[list[str] | None, typer.Option("--model", help="Only this model. Repeatable.")] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List records that others changed or wrote to since; what we posted ourselves is no change."""
    from triage.cli.odoo import run_changes

    guarded(run_changes, since, model or [], as_json, home)


@odoo_app.command("routes")
def odoo_routes(
    company: Annotated[
        list[str] | None,
        typer.Option("--company", help="Only this company. Repeatable. Default: all that may be read."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file to write. Default: routing.json in the home folder.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="The newest solved tickets that are read.")] = 2000,
    home: Home = None,
) -> None:
    """Learn from Helpdesk where tickets go: teams, types, tags, categories, solved tickets. Writes nothing there."""
    from triage.cli.routes import run_routes

    guarded(run_routes, company or [], out, most, home)


odoo_app.command("setup")(setup)
odoo_app.command("status")(status)
odoo_app.command("remove")(remove)


@odoo_app.command("sandbox")
def odoo_sandbox(
    version: Annotated[int, typer.Option(help="18 or 19.")] = 18,
    port: Annotated[int, typer.Option(help="Port on loopback; 0 takes a free one.")] = 0,
) -> None:
    """Serve a look-alike of Odoo with the sample day in it on loopback, until interrupted; to try things on."""
    from triage.cli.odoo import run_sandbox

    guarded(run_sandbox, version, port)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"odoo-triage {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that stand before the command."""


def _add_registered() -> None:
    """Add the commands of other packages (entry points `triage.commands`); one that cannot be loaded is named."""
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group="triage.commands"), key=lambda entry: entry.name):
        try:
            app.add_typer(entry.load(), name=entry.name)
        except (ImportError, AttributeError) as error:
            typer.echo(f"triage: the command {entry.name!r} ({entry.value}) cannot be loaded: {error}", err=True)


_add_registered()
