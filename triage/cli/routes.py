"""`triage odoo routes`: learn from Odoo where tickets go."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import typer

from triage.cli.connected import connected
from triage.cli.wiring import now
from triage.errors import UsageError
from triage.settings import Settings


def run_routes(companies: Sequence[str], out: Path | None, most: int, home: Path | None) -> int:
    """Read teams, types, tags, categories and solved tickets into a file, and say how to activate it."""
    from triage.odoo.routes import read_book
    from triage.tasks.route.active import FILE_SETTING, HASH_SETTING, mail_reader, model_of, write_books
    from triage.tasks.route.likeness import Floats, pieces, vectors

    settings = Settings.of(home)
    reader = mail_reader(os.environ)

    def embed(texts: Sequence[tuple[str, str]]) -> Sequence[Floats]:
        return vectors(reader, [pieces(subject, body) for subject, body in texts])

    with connected(settings) as at:
        known = [at.capture.company(number) for number in at.odoo.user.companies]
        if unknown := sorted(set(companies) - {company.name for company in known}):
            there = ", ".join(company.name for company in known)
            raise UsageError(f"there is no company {unknown[0]!r} that the service user may read. There are: {there}.")
        chosen = [company for company in known if not companies or company.name in companies]
        books = [read_book(at.odoo, company, embed, model_of(reader), now(), most) for company in chosen]
    file = out or settings.home / "routing.json"
    digest = write_books(file, books)
    for book in books:
        typer.echo(
            f"{book.company}: {len(book.teams)} teams, {len(book.ticket_types)} types, {len(book.tags)} tags, "
            f"{len(book.categories)} categories, {len(book.tickets)} solved tickets"
        )
    typer.echo(f"Written to {file}. To route by it, set\n  {FILE_SETTING}={file}\n  {HASH_SETTING}={digest}")
    return 0
