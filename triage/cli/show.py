"""How cases and cards look in a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from triage.domain import (
    Abstained,
    Advised,
    Card,
    Case,
    Evidence,
    Fact,
    LinkStatus,
    NoException,
    OnPage,
    Outcome,
    Quote,
    Severity,
    Suggestion,
)
from triage.errors import TriageError

STYLE = {Severity.LOW: "dim", Severity.NORMAL: "", Severity.HIGH: "yellow", Severity.URGENT: "bold red"}


def console() -> Console:
    """Standard output; a pipe gets 160 columns unless COLUMNS says otherwise."""
    out = Console(highlight=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out = Console(highlight=False, width=160)
    return out


@dataclass(frozen=True)
class Row:
    """One case of a run: how it ended, or the error that stopped it."""

    name: str
    outcome: Outcome | None = None
    cards: tuple[Card, ...] = ()
    error: TriageError | None = None


def case_name(case: Case) -> str:
    """The record's name, or the subject where the case is only a mail."""
    if case.link.status in (LinkStatus.GIVEN, LinkStatus.CERTAIN) or not case.messages:
        return case.record.name
    subject = next((message.subject for message in case.messages if message.subject), case.record.name)
    return f"({subject})"


def outcomes_table(rows: Sequence[Row]) -> Table:
    """One line a card, one line a case that made none."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    table.add_column("card", justify="right")
    table.add_column("case", max_width=20, overflow="ellipsis", no_wrap=True)
    table.add_column("category", no_wrap=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("confidence", max_width=16)
    table.add_column("summary", ratio=5, overflow="fold")
    table.add_column("best evidence", ratio=4, overflow="fold")
    for row in rows:
        for cells in _rows(row):
            table.add_row(*cells)
    return table


def cards_table(cards: Sequence[Card]) -> Table:
    """The same for cards alone."""
    return outcomes_table([Row(name=card.proposal.record.name, cards=(card,)) for card in cards])


def _rows(row: Row) -> Iterator[tuple[str | Text, ...]]:
    if row.error is not None:
        yield ("", escape(row.name), Text("failed", style="red"), "", "", escape(str(row.error)), "")
    elif isinstance(row.outcome, NoException):
        yield ("", escape(row.name), Text("no exception", style="green"), "", "", escape(row.outcome.why), "")
    elif row.outcome is not None and not isinstance(row.outcome, Advised | Abstained):
        yield ("", escape(row.name), row.outcome.kind, "", "", "", "")
    for card in row.cards:
        yield _card_cells(row.name, card)


def _card_cells(name: str, card: Card) -> tuple[str | Text, ...]:
    suggestion = card.proposal.suggestion
    return (
        str(card.number),
        escape(name),
        _category(suggestion),
        Text(suggestion.severity.value, style=STYLE[suggestion.severity]),
        confidence(suggestion),
        escape(shorten(card.proposal.summary, 170)),
        escape(shorten(best_evidence(suggestion), 110)),
    )


def _category(suggestion: Suggestion) -> Text:
    if suggestion.abstained:
        return Text(f"{suggestion.category.value}?", style="dim")
    subtype = f"/{suggestion.subtype}" if suggestion.subtype else ""
    return Text(f"{suggestion.category.value}{subtype}")


def confidence(suggestion: Suggestion) -> str:
    """The measured confidence in words, or why there is none."""
    if suggestion.abstained:
        return f"abstained: {suggestion.abstained.reason}"
    if suggestion.confidence is None:
        proven = any(evidence.kind == "fact" for evidence in suggestion.evidence)
        return "from facts" if proven else "not measured"
    return f"{suggestion.confidence.value:.0%}"


def best_evidence(suggestion: Suggestion) -> str:
    """The first piece of evidence as one line; a confidential one only where there is no other."""
    shown = sorted(suggestion.evidence, key=lambda evidence: evidence.kind == "fact" and evidence.confidential)
    return evidence_line(shown[0]) if shown else ""


def evidence_line(evidence: Evidence) -> str:
    """A piece of evidence as one line."""
    text = " ".join(evidence.text.split())
    if isinstance(evidence, Quote):
        return f"“{text}”"
    if isinstance(evidence, OnPage):
        return f"{evidence.document} p. {evidence.page}: {text}"
    return f"{text} (confidential)" if evidence.confidential else text


def shorten(text: str, length: int) -> str:
    """One line of at most `length` characters, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rsplit(" ", 1)[0] + "…"


def card_panel(card: Card) -> Panel:
    """A card in full: suggestion, summary, evidence for and against, facts, warnings, decisions."""
    proposal, suggestion = card.proposal, card.proposal.suggestion
    title = f"Card {card.number} · {escape(proposal.record.name)} · {card.state.value}"
    return Panel(Group(*_parts(card, suggestion)), title=title, title_align="left", padding=(1, 2))


def _parts(card: Card, suggestion: Suggestion) -> Iterator[Table | Text | Rule]:
    proposal = card.proposal
    yield _headline(card, suggestion)
    if proposal.summary:
        yield _section("What happened", [Text(proposal.summary)])
    yield from _bullets("They ask", proposal.asks)
    yield from _bullets("Evidence", [_with_source(evidence) for evidence in suggestion.evidence])
    yield from _bullets("What speaks against it", [_with_source(evidence) for evidence in suggestion.against])
    yield from _bullets("Facts", [fact_line(fact) for fact in proposal.facts])
    yield from _bullets("Mind", proposal.warnings)
    yield from _bullets(
        "Decisions", [f"{d.at:%Y-%m-%d %H:%M} {d.verdict.value} by {d.by} {d.comment}" for d in card.decisions]
    )


def _headline(card: Card, suggestion: Suggestion) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("Suggestion", _category(suggestion))
    if suggestion.secondary:
        grid.add_row("Also", ", ".join(category.value for category in suggestion.secondary))
    why = f" ({suggestion.severity_why})" if suggestion.severity_why else ""
    grid.add_row("Severity", Text(suggestion.severity.value + why, style=STYLE[suggestion.severity]))
    if suggestion.act_by:
        grid.add_row("Act by", f"{suggestion.act_by.at:%Y-%m-%d %H:%M} ({suggestion.act_by.source})")
    grid.add_row("Confidence", confidence(suggestion) + _measured(suggestion))
    grid.add_row("Team", escape(card.proposal.team))
    return grid


def _measured(suggestion: Suggestion) -> str:
    found = suggestion.confidence
    if found is None:
        return ""
    return f" (95 %: {found.low:.0%} to {found.high:.0%}, n = {found.n}: {found.population})"


def _section(title: str, lines: Sequence[Text]) -> Table:
    grid = Table.grid(padding=(0, 0))
    grid.add_row("")
    grid.add_row(Text(title, style="bold"))
    for line in lines:
        grid.add_row(line)
    return grid


def _bullets(title: str, lines: Sequence[str]) -> Iterator[Table]:
    if lines:
        yield _section(title, [Text(f"• {' '.join(line.split())}") for line in lines])


def _with_source(evidence: Evidence) -> str:
    if isinstance(evidence, Quote):
        return f"{evidence_line(evidence)}  [{evidence.source}]"
    return evidence_line(evidence)


def fact_line(fact: Fact) -> str:
    """A fact with how it was computed."""
    unit = f" {fact.unit}" if fact.unit else ""
    value = "yes" if fact.value is True else "no" if fact.value is False else str(fact.value)
    private = " (confidential)" if fact.confidential else ""
    return f"{fact.id}: {value}{unit}{private}" + (f" — {fact.how}" if fact.how else "")
