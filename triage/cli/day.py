"""`triage run` and `triage demo`: files go down the one path, and a table says how each case ended."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from triage.cli.show import Row, card_panel, case_name, console, internal_error, json_line, outcomes_table
from triage.cli.wiring import Store, desk, now, open_store
from triage.domain import Card, CardState, Company, Event, Limits, OnPage, Severity
from triage.errors import InputError, StoreError, TriageError, UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.book import RecordBook
    from triage.odoo.source import FileSource
    from triage.pipeline import Desk


def run_files(
    files: Sequence[Path],
    records: Path | None,
    company: str | None,
    model: str,
    home: Path | None,
    as_json: bool,
) -> int:
    """Triage files; 1 if any could not be read or triaged, and the others are done all the same."""
    settings = Settings.of(home)
    policy, book = settings.policy(), _book(records)
    with open_store(settings, create=True) as store:
        source = _source(files, book, company, policy.limits)
        rows = _triage_all(source, desk(store, source, policy, model), store)
    problems = [Row(name=problem.source, error=problem) for problem in source.problems]
    _print_rows([*rows, *problems], as_json)
    if not as_json:
        _next_steps(settings, rows, home)
    return 1 if problems or any(row.error for row in rows) else 0


def run_demo(home: Path | None, model: str) -> int:
    """The sample day: table, one card in full, the audit chain, and what to type next."""
    from triage.audit.verify import verify
    from triage.sample_day import folder

    settings = Settings(home.absolute()) if home else Settings(Settings.of().home / "demo")
    out = console()
    out.print("[bold]A day at the order desk of Brandt & Mercer Supply B.V.[/] (fictional)\n")
    with open_store(settings, create=True) as store, folder() as day:
        source = _source([day / "mails", day / "cases"], _book(day / "odoo.json"), None, settings.policy().limits)
        rows = _triage_all(source, desk(store, source, settings.policy(), model), store)
        out.print(outcomes_table(rows))
        shown = _most_telling([card for row in rows for card in row.cards])
        if shown:
            out.print()
            out.print(card_panel(shown))
        checked = verify(store.database, store.keys)
    out.print(f"\n{checked.describe()}")
    problems = [Row(name=problem.source, error=problem) for problem in source.problems]
    _next_steps(settings, rows, settings.home, shown)
    return 1 if problems or checked.first_bad or any(row.error for row in rows) else 0


def _book(records: Path | None) -> RecordBook | None:
    """The Odoo side. Raises `UsageError` where the file cannot be used: without it nothing would be linked."""
    from triage.odoo.book import RecordBook

    try:
        return RecordBook.read(records) if records else None
    except InputError as error:
        raise UsageError(f"--records {error}") from error


def _source(files: Sequence[Path], book: RecordBook | None, company: str | None, limits: Limits) -> FileSource:
    from triage.odoo.source import FileSource

    named = Company(name=company) if company else None
    return FileSource(
        files,
        book=book,
        company=named or (book.company if book else Company(name="unnamed company")),
        clock=now,
        limits=limits,
    )


def _triage_all(source: FileSource, desk: Desk, store: Store) -> list[Row]:
    events = source.events()
    return [_triage_one(event, source, desk, store) for event in _with_progress(events)]


def _triage_one(event: Event, source: FileSource, desk: Desk, store: Store) -> Row:
    """One case to its end. What can't be recorded stops the run; anything else only this case."""
    from triage.pipeline import triage

    try:
        outcome = triage(event, desk)
        case = source.capture(event.ref)
        name = case_name(case) if case else event.ref.name
        cards = tuple(store.cards.of_event(event.key, event.company))
    except StoreError:
        raise
    except TriageError as error:
        return Row(name=event.ref.name, error=error)
    except Exception as error:
        return Row(name=event.ref.name, error=internal_error(error))
    return Row(name=name, outcome=outcome, cards=cards)


def _with_progress(events: Sequence[Event]) -> Iterator[Event]:
    if not sys.stderr.isatty():
        yield from events
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(events, description="Triage", console=Console(stderr=True), transient=True)


def _print_rows(rows: Sequence[Row], as_json: bool) -> None:
    if not as_json:
        console().print(outcomes_table(rows))
        return
    for row in rows:
        typer.echo(json_line(_json(row), sys.stdout.encoding))


def _json(row: Row) -> dict[str, object]:
    return {
        "case": row.name,
        "outcome": row.outcome.model_dump(mode="json") if row.outcome else None,
        "cards": [card.model_dump(mode="json") for card in row.cards],
        "error": str(row.error) if row.error else None,
    }


def _most_telling(cards: Sequence[Card]) -> Card | None:
    """The card with the most kinds of evidence, documents first; severity breaks ties."""
    order = list(Severity)

    def telling(card: Card) -> tuple[bool, bool, int, int, int]:
        suggestion = card.proposal.suggestion
        kinds = {evidence.kind for evidence in suggestion.evidence}
        on_page = any(isinstance(evidence, OnPage) for evidence in suggestion.evidence)
        return (
            suggestion.abstained is None,
            on_page,
            len(kinds),
            order.index(suggestion.severity),
            -card.number,
        )

    return max(cards, key=telling, default=None)


def _next_steps(settings: Settings, rows: Sequence[Row], home: Path | None, shown: Card | None = None) -> None:
    cards = [card for row in rows for card in row.cards]
    waiting = [card for card in cards if card.state is CardState.OPEN]
    suffix = f" --home {shlex.quote(_short(home))}" if home else ""
    counts = f"{len(rows)} cases, {len(cards)} cards, {len(waiting)} waiting for a decision."
    typer.echo(f"\n{counts} Store: {_short(settings.store)}")
    pick = shown or next(iter(waiting), None)
    if pick is None:
        return
    typer.echo("Next:")
    typer.echo(f"  triage card {pick.number}{suffix}")
    typer.echo(f"  triage decide {pick.number} accept{suffix}")
    typer.echo(f"  triage audit show {pick.number}{suffix}")


def _short(path: Path) -> str:
    """Relative to here where that is shorter."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
