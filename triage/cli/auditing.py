"""`triage audit`: the story of a card, and the proof that nothing was changed."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from rich.text import Text

from triage.cli.show import console, literal, shorten, shown
from triage.cli.wiring import open_store
from triage.settings import Settings


def run_verify(home: Path | None) -> int:
    """Verify every stream; 1 and the first bad record where one is found."""
    from triage.audit.verify import verify

    with open_store(Settings.of(home)) as store:
        checked = verify(store.database, store.keys)
    typer.echo(checked.describe())
    return 1 if checked.first_bad else 0


def run_show(handle: str, as_json: bool, home: Path | None) -> int:
    """All records of a card's events in order."""
    from triage.audit.story import story

    with open_store(Settings.of(home)) as store:
        card = store.cards.get(handle)
        entries = story(store.database, store.keys, card)
    if as_json:
        for entry in entries:
            typer.echo(json.dumps(entry.as_json(), ensure_ascii=False))
        return 0
    out = console()
    out.print(literal(f"Card {card.number} · {card.proposal.record.name} · {card.state.value}"))
    for entry in entries:
        acting = " ".join(f"{name}={value[:12]}" for name, value in sorted(entry.acting.items()))
        when = f"{entry.seq:>5}  {entry.at:%Y-%m-%d %H:%M:%S}"
        title = (f"{shown(entry.title):<18}", "bold")
        out.print(Text.assemble(f"{when}  ", title, f" {shown(shorten(entry.text, 180))}"))
        if acting:
            out.print(literal(f"{'':>28}{acting}", style="dim"))
    return 0
