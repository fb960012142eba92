"""`triage demo`: the sample day, in a look-alike of Odoo that is served for it, from mail to note."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.panel import Panel

from triage.cli.connected import Connected, using
from triage.cli.day import next_steps, searching_source, short, triage_all
from triage.cli.demo_site import say_how, serve_site
from triage.cli.show import Row, card_panel, console, literal, outcomes_table
from triage.cli.wiring import Store, desk, open_store
from triage.domain import Advised, Card, Mode, OnPage, Policy, Severity
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.sandbox.demo import SampleDay

_PLACE = "sample day"
_CALLED = {"mail.message": "internal note", "helpdesk.ticket": "draft ticket", "mail.activity": "review activity"}


def run_demo(home: Path | None, model: str, serve: bool = False) -> int:
    """The sample day: table, one card in full, what was posted, the audit chain, what to type next, the pages."""
    from triage.audit.verify import verify
    from triage.odoo.connection import KEY
    from triage.odoo.sandbox.demo import sample_day
    from triage.sample_day import folder

    settings = Settings(home.absolute()) if home else Settings(Settings.of().home / "demo")
    policy = settings.policy().with_(default_mode=Mode.ADVISE)
    out = console()
    out.print("[bold]A day at the order desk of Brandt & Mercer Supply B.V.[/] (fictional)\n")
    with ExitStack() as stack:
        mails = stack.enter_context(folder()) / "mails"
        day = stack.enter_context(sample_day())
        at = stack.enter_context(using(day.connection, policy.limits, {KEY: day.key}, lambda: day.now))
        store = stack.enter_context(open_store(settings, create=True))
        rows = _mails(mails, at, policy, model, store, day) + _orders(at, policy, model, store, day)
        out.print(outcomes_table(rows))
        shown = _most_telling([card for row in rows for card in row.cards])
        if shown:
            out.print()
            out.print(card_panel(shown))
        _print_posted(rows, shown, day)
        checked = verify(store.database, store.keys)
    out.print(f"\n{checked.describe()}")
    next_steps(settings, rows, settings.home, shown)
    if checked.first_bad or any(row.error for row in rows):
        return 1
    if serve:
        return serve_site(settings.home)
    say_how(shlex.quote(short(settings.home)))
    return 0


def _mails(mails: Path, at: Connected, policy: Policy, model: str, store: Store, day: SampleDay) -> list[Row]:
    source = searching_source([mails], at, policy.limits, lambda: day.now)
    publish = at.publisher(policy).publish
    rows = triage_all(source.events(), source, desk(store, source, policy, model, publish=publish), store)
    return rows + [Row(name=problem.source, error=problem) for problem in source.problems]


def _orders(at: Connected, policy: Policy, model: str, store: Store, day: SampleDay) -> list[Row]:
    """Orders that no mail is about."""
    source = at.source(policy, model, place=_PLACE)
    events = [source.event(source.find(f"sale.order:{name}")) for name in day.silent]
    publish = at.publisher(policy).publish
    return triage_all(events, source, desk(store, source, policy, model, publish=publish), store)


def _print_posted(rows: Sequence[Row], shown: Card | None, day: SampleDay) -> None:
    """What was posted into Odoo, and one note as its readers see it."""
    refs = [ref for row in rows if isinstance(row.outcome, Advised) for ref in row.outcome.advisories]
    counts = Counter(_CALLED[ref.model] for ref in refs)
    told = ", ".join(f"{n} {what}{'s' if n > 1 else ''}" for what, n in counts.items())
    out = console()
    out.print(f"\nPosted into a look-alike of Odoo {day.box.version}: {told}. Mails sent: {len(day.box.mails)}.")
    if shown:
        title = literal(f"The note on {shown.proposal.record.name}")
        out.print(Panel(literal(_note(shown)), title=title, title_align="left", padding=(0, 2)))


def _note(card: Card) -> str:
    """A card's note as text."""
    from triage.intake.html import html_text
    from triage.odoo.gate.inside import rendered
    from triage.odoo.note import note_text

    html = rendered(note_text(card).model_dump(mode="json"))
    return re.sub(r"\n{2,}", "\n", html_text(html).text.strip())


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
