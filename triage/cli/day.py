"""`triage run`: files and records of Odoo go down the one path, and a table says how each case ended."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from triage.audit.activation import Activations
from triage.cli.show import Row, case_name, console, internal_error, json_line, literal, outcomes_table
from triage.cli.wiring import EMBEDDED, Store, desk, now, open_store
from triage.domain import Card, CardState, Company, Event, Limits
from triage.domain.policies import PolicyBook
from triage.errors import InputError, StoreError, TriageError, UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.cli.connected import Connected
    from triage.cli.posting import Post
    from triage.odoo.book import RecordBook
    from triage.odoo.publish import Publisher
    from triage.odoo.source import FileSource
    from triage.pipeline import Desk, Source

Item = TypeVar("Item")


@dataclass(frozen=True)
class Asked:
    """What `triage run` was asked to do."""

    files: Sequence[Path] = ()
    records: str | None = None
    """A file with the Odoo side, or `odoo` for the connected one."""
    named: Sequence[str] = ()
    """Records of the connected Odoo: `sale.order:S00042`."""
    company: str | None = None
    model: str = EMBEDDED
    post: bool = False
    as_json: bool = False

    @property
    def needs_odoo(self) -> bool:
        """Whether an Odoo must be connected."""
        return bool(self.named) or self.post or self.records == _CONNECTED


_CONNECTED = "odoo"


def run(asked: Asked, home: Path | None) -> int:
    """Triage files and records; 1 if any could not be read, triaged or posted, and the others are done all the same."""
    from triage.cli.connected import connected
    from triage.cli.posting import say_ended

    if not asked.files and not asked.named:
        raise UsageError("nothing to triage: name files, or records of Odoo with --odoo sale.order:S00042.")
    settings = Settings.of(home)
    policies = settings.policies()
    policy = policies.base
    book = _book(Path(asked.records)) if asked.records and asked.records != _CONNECTED else None
    begun = now()
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings, create=True))
        Activations(store.journal, now).check(policies)
        odoo = stack.enter_context(connected(settings, policy.limits)) if asked.needs_odoo else None
        publisher = odoo.publisher(policies, settings.address()) if odoo and asked.post else None
        rows = _run_files(asked, book, policies, store, odoo) if asked.files else []
        rows += _run_records(asked, policies, store, odoo) if odoo and asked.named else []
        posts = [*_post(rows, policies, store, publisher), *say_ended(begun, publisher, store)] if publisher else []
    _print_rows(rows, asked.as_json, posts)
    if not asked.as_json:
        next_steps(settings, rows, home)
    return 1 if any(row.error for row in rows) or any(post.error for post in posts) else 0


def _run_files(
    asked: Asked, book: RecordBook | None, policies: PolicyBook, store: Store, odoo: Connected | None
) -> list[Row]:
    if asked.records == _CONNECTED and odoo is not None:
        source = searching_source(asked.files, odoo, policies.base.limits)
    else:
        source = _source(asked.files, book, asked.company, policies.base.limits)
    at = desk(store, source, policies.base, asked.model, has_odoo=odoo is not None, policies=policies)
    rows = triage_all(source.events(), source, at, store)
    return [*rows, *(Row(name=problem.source, error=problem) for problem in source.problems)]


def _run_records(asked: Asked, policies: PolicyBook, store: Store, odoo: Connected) -> list[Row]:
    """Each record on its own: one that is not there is one line, and the others go on."""
    source = odoo.source(policies, asked.model)
    at = desk(store, source, policies.base, asked.model, has_odoo=True, policies=policies)
    rows: list[Row] = []
    for text in _with_progress(asked.named):
        try:
            event = source.event(source.find(text))
        except TriageError as error:
            rows.append(Row(name=text, error=error))
            continue
        rows.append(triage_one(event, source, at, store))
    return rows


def _post(rows: Sequence[Row], policies: PolicyBook, store: Store, publisher: Publisher) -> list[Post]:
    from triage.cli.posting import post_cards

    return post_cards([card for row in rows for card in row.cards], policies, publisher, store)


def _book(records: Path) -> RecordBook:
    """The Odoo side. Raises `UsageError` where the file cannot be used: without it nothing would be linked."""
    from triage.odoo.book import RecordBook

    try:
        return RecordBook.read(records)
    except InputError as error:
        raise UsageError(f"--records {error}") from error


def _source(files: Sequence[Path], book: RecordBook | None, company: str | None, limits: Limits) -> FileSource:
    from triage.odoo.papers import text_of_paper
    from triage.odoo.source import FileSource

    named = Company(name=company) if company else None
    return FileSource(
        files,
        book=book,
        company=named or (book.company if book else Company(name="unnamed company")),
        clock=now,
        limits=limits,
        text_of=text_of_paper,
    )


def searching_source(
    files: Sequence[Path], odoo: Connected, limits: Limits, clock: Callable[[], datetime] = now
) -> FileSource:
    """Files whose records are looked up in the connected Odoo."""
    from triage.odoo.papers import text_of_paper
    from triage.odoo.source import FileSource

    finder = odoo.finder()
    return FileSource(
        files,
        book=None,
        book_for=finder.book_for,
        company=odoo.company(),
        clock=clock,
        limits=limits,
        text_of=text_of_paper,
    )


def triage_all(events: Sequence[Event], source: Source, desk: Desk, store: Store) -> list[Row]:
    """Each event to its end; one that fails is one row, and the others go on."""
    return [triage_one(event, source, desk, store) for event in _with_progress(events)]


def triage_one(event: Event, source: Source, desk: Desk, store: Store) -> Row:
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


def _with_progress(each: Sequence[Item]) -> Iterator[Item]:
    if not sys.stderr.isatty():
        yield from each
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(each, description="Triage", console=Console(stderr=True), transient=True)


def _print_rows(rows: Sequence[Row], as_json: bool, posts: Sequence[Post] = ()) -> None:
    if as_json:
        for row in rows:
            typer.echo(json_line(_json(row, posts), sys.stdout.encoding))
        return
    out = console()
    out.print(outcomes_table(rows))
    for post in posts:
        out.print(literal(post.line, style="red" if post.error else ""))


def _json(row: Row, posts: Sequence[Post]) -> dict[str, object]:
    numbers = {card.number for card in row.cards}
    return {
        "case": row.name,
        "outcome": row.outcome.model_dump(mode="json") if row.outcome else None,
        "cards": [card.model_dump(mode="json") for card in row.cards],
        "posted": [post.as_json() for post in posts if post.card.number in numbers],
        "error": str(row.error) if row.error else None,
    }


def next_steps(settings: Settings, rows: Sequence[Row], home: Path | None, shown: Card | None = None) -> None:
    """Print the counts and what to type next."""
    cards = [card for row in rows for card in row.cards]
    waiting = [card for card in cards if card.state is CardState.OPEN]
    suffix = f" --home {shlex.quote(short(home))}" if home else ""
    counts = f"{len(rows)} cases, {len(cards)} cards, {len(waiting)} waiting for a decision."
    typer.echo(f"\n{counts} Store: {_store(settings)}")
    pick = shown or next(iter(waiting), None)
    if pick is None:
        return
    typer.echo("Next:")
    typer.echo(f"  triage card {pick.number}{suffix}")
    typer.echo(f"  triage decide {pick.number} accept{suffix}")
    typer.echo(f"  triage audit show {pick.number}{suffix}")


def _store(settings: Settings) -> str:
    if settings.database_url is None:
        return short(settings.store)
    from triage.storage.connections import shown

    return shown(settings.database_url)


def short(path: Path) -> str:
    """Relative to here where that is shorter."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
