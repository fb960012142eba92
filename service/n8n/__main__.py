"""`python -m service.n8n FOLDER`: prepare the workflows for this installation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.n8n.preparing import CREDENTIALS, FLOWS, LISTENING, SIGNING, Addresses, prepare
from triage.cli.options import Home, guarded
from triage.settings import Settings

app = typer.Typer(add_completion=False)
_DEFAULT = Addresses()


@app.command()
def main(
    out: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where workflows and credentials are written.")],
    service: Annotated[str, typer.Option(help="Where n8n reaches triage.")] = _DEFAULT.service,
    n8n: Annotated[str, typer.Option(help="Where triage reaches n8n.")] = _DEFAULT.n8n,
    chat: Annotated[str, typer.Option(help="Where messages for the chat are posted.")] = _DEFAULT.chat,
    channel: Annotated[str, typer.Option(help="Channel of the chat.")] = _DEFAULT.channel,
    source: Annotated[str, typer.Option(help="Name of the signed source in service.yaml.")] = _DEFAULT.source,
    days: Annotated[float, typer.Option(help="How long the API key works.")] = 90,
    home: Home = None,
) -> None:
    """Write workflows with these addresses, and the credentials that they name."""
    guarded(_run, out, Addresses(service.rstrip("/"), n8n.rstrip("/"), chat, channel, source), days, home)


def _run(out: Path, at: Addresses, days: float, home: Path | None) -> int:
    settings = Settings.of(home)
    made = prepare(settings, out, at, days)
    typer.echo(f"{out / FLOWS}: {', '.join(made.workflows)}")
    typer.echo(f"{out / CREDENTIALS}: import it, then delete it.")
    if made.to_fill_in:
        typer.echo(f"Write into {CREDENTIALS} first what only you know: {'; '.join(made.to_fill_in)}.")
    if not made.made_key:
        typer.echo("There is a working API key n8n: no other one was made, and n8n keeps the credential that it has.")
    typer.echo(
        f"""
Into {settings.home / "service.yaml"} (beside other sources, where there are some):

sources:
  - name: {at.source}
    door: signed
    secrets: [{{file: {SIGNING}}}]
    company: YOUR COMPANY AS ODOO NAMES IT
    models: [stock.picking, purchase.order]
    rate: 600/minute

Into {settings.home / "jobs.yaml"}:

listeners:
  - name: n8n-chat
    url: {at.n8n}/webhook/triage/unsure
    secret_files: [{LISTENING}]
    events: [card.unsure]
    timeout_seconds: 60
  - name: n8n-tickets
    url: {at.n8n}/webhook/triage/dead
    secret_files: [{LISTENING}]
    events: [arrival.dead]
    timeout_seconds: 60

Both hold from the next start of `triage serve`."""
    )
    return 0


if __name__ == "__main__":
    app()
