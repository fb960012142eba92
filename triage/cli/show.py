"""How cases and cards look in a terminal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from triage.cards import explained
from triage.cli.show_advice import is_list, told
from triage.domain import (
    Abstained,
    Advised,
    Card,
    Case,
    Decision,
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

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STEERING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_WIDE, _MIDDLE = 110, 80

STYLE = {Severity.LOW: "dim", Severity.NORMAL: "", Severity.HIGH: "yellow", Severity.URGENT: "bold red"}


def shown(text: str) -> str:
    """Text that a terminal can only show: what would steer it, or turn the direction of writing, stands there as
    `\\x1b` or `\\u202e`. Line end and tab are kept."""
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def literal(text: str, style: str = "") -> Text:
    """Words that others wrote, to be printed as they stand: no markup, no control characters."""
    return Text(shown(text), style=style)


def json_line(value: object, encoding: str | None = None) -> str:
    """A value as one line of JSON; all in ASCII where `encoding` (UTF-8) cannot hold it as it is.

    What some take for a line end, or what would steer a terminal, is escaped.
    """
    line = _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
    try:
        line.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return line


def internal_error(error: Exception) -> TriageError:
    """What nobody foresaw, as the error of the one input that caused it."""
    said = shorten(str(error), 200)
    return TriageError(f"internal error ({type(error).__name__}: {said}); please report it")


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


def outcomes_table(rows: Sequence[Row], width: int | None = None) -> Table:
    """One line a card, one line a case that made none, for so many columns (the terminal's where none are named).

    Below 110 columns best evidence and subtypes are left out; below 80 severity and the reason for the confidence too.
    """
    width = console().width if width is None else width
    narrow = width < _MIDDLE
    cells = [cells for row in rows for cells in _rows(row, width)]
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    table.add_column("card", justify="right", no_wrap=True, min_width=_longest(cells, 0, "card"))
    table.add_column("case", max_width=8 if narrow else 20, overflow="ellipsis", no_wrap=True)
    table.add_column("category", no_wrap=True, min_width=_longest(cells, 2, "category"))
    if not narrow:
        table.add_column("severity", no_wrap=True)
    table.add_column("confidence", min_width=10, max_width=16, no_wrap=narrow)
    table.add_column("summary", ratio=5, overflow="fold", min_width=10)
    if width >= _WIDE:
        table.add_column("best evidence", ratio=4, overflow="fold")
    for row in cells:
        shown_cells = row[:3] + row[4:] if narrow else row
        table.add_row(*shown_cells[: len(table.columns)])
    return table


def _longest(rows: Sequence[Sequence[Text]], column: int, title: str) -> int:
    return max([len(title), *(cells[column].cell_len for cells in rows)])


def cards_table(cards: Sequence[Card]) -> Table:
    """The same for cards alone."""
    return outcomes_table([Row(name=card.proposal.record.name, cards=(card,)) for card in cards])


def _rows(row: Row, width: int) -> Iterator[tuple[Text, ...]]:
    none, name = Text(""), literal(" ".join(row.name.split()))
    if row.error is not None:
        yield none, name, Text("failed", style="red"), none, none, literal(str(row.error)), none
    elif isinstance(row.outcome, NoException):
        why = literal(shorten(row.outcome.why, 150))
        yield none, name, Text("no exception", style="green"), none, none, why, none
    elif row.outcome is not None and not isinstance(row.outcome, Advised | Abstained):
        yield none, name, literal(row.outcome.kind), none, none, none, none
    for card in row.cards:
        yield _card_cells(name, card, width)


def _card_cells(name: Text, card: Card, width: int) -> tuple[Text, ...]:
    suggestion = card.proposal.suggestion
    return (
        Text(str(card.number)),
        name,
        _category(suggestion, width < _WIDE),
        Text(card.severity.value, style=STYLE[card.severity]),
        literal(_short_confidence(suggestion) if width < _MIDDLE else confidence(suggestion)),
        literal(shorten(card.proposal.summary, 170)),
        literal(shorten(best_evidence(suggestion), 110)),
    )


def _category(suggestion: Suggestion, narrow: bool = False) -> Text:
    if suggestion.abstained:
        return Text(f"{suggestion.category.value}?", style="dim")
    subtype = f"/{suggestion.subtype}" if suggestion.subtype and not narrow else ""
    return Text(f"{suggestion.category.value}{subtype}")


def confidence(suggestion: Suggestion) -> str:
    """The measured confidence in words, or why there is none."""
    if suggestion.abstained:
        return f"abstained: {suggestion.abstained.reason}"
    if suggestion.confidence is None:
        proven = any(evidence.kind == "fact" for evidence in suggestion.evidence)
        return "from facts" if proven else "not measured"
    return f"{suggestion.confidence.value:.0%}"


def _short_confidence(suggestion: Suggestion) -> str:
    return "abstained" if suggestion.abstained else confidence(suggestion).removeprefix("from ").removeprefix("not ")


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
    title = literal(f"Card {card.number} · {proposal.record.name} · {card.state.value}")
    return Panel(Group(*_parts(card, suggestion)), title=title, title_align="left", padding=(1, 2))


def _parts(card: Card, suggestion: Suggestion) -> Iterator[Table | Text | Rule]:
    proposal = card.proposal
    yield _headline(card, suggestion)
    for heading, lines in told(card):
        points = is_list(heading, proposal.reader)
        yield from _bullets(heading, lines) if points else [_section(heading, [literal(line) for line in lines])]
    yield from _bullets("Evidence", [_with_source(evidence) for evidence in suggestion.evidence])
    yield from _bullets("What speaks against it", [_with_source(evidence) for evidence in suggestion.against])
    yield from _bullets("Why, the likeliest first", list(explained.causes(proposal)))
    hit = explained.impact(proposal, confidential=True)
    if hit:
        yield _section("Whom it hits (confidential)", [literal(line) for line in hit])
    beside = [fact for fact in proposal.facts if is_difference(fact)]
    if beside:
        yield _beside_order(beside)
    counted = explained.COUNTED if proposal.priority else frozenset[str]()
    plain = [fact for fact in proposal.facts if fact not in beside and fact.name not in counted]
    yield from _bullets("Facts", [fact_line(fact) for fact in plain])
    yield from _bullets("Mind", proposal.warnings)
    yield from _bullets("Decisions", [_word(said) for said in card.decisions])


def _word(said: Decision) -> str:
    where = " in Odoo" if said.channel == "odoo" else ""
    return f"{said.at:%Y-%m-%d %H:%M} {said.verdict.value} by {said.by}{where} {said.comment}"


def is_difference(fact: Fact) -> bool:
    """Whether a fact is a difference between a supplier's document and the order, or says whom it hits."""
    room, _, kind = fact.name.partition(".")
    return room in {"confirmation", "invoice", "delivery"} and kind not in {"agrees", "proof"}


def _beside_order(facts: Sequence[Fact]) -> Table:
    """Each line that differs from the order: by how much, and in words; then whose orders wait for it."""
    grid = Table(
        box=None, pad_edge=False, padding=(0, 2, 0, 0), title="\nDocument beside order", title_justify="left",
        title_style="bold", show_header=False,
    )  # fmt: skip
    for name in ("line", "difference", "how"):
        grid.add_column(name, overflow="fold")
    hits = {"affects", "covers"}
    for fact in sorted(facts, key=lambda fact: fact.name.partition(".")[2] in hits):
        kind = fact.name.partition(".")[2].removesuffix("_difference").replace("_", " ")
        value = "" if fact.value is True else f" {fact.value}{f' {fact.unit}' if fact.unit else ''}"
        grid.add_row(literal(fact.about or ""), literal(kind + value), literal(fact.how))
    return grid


def _headline(card: Card, suggestion: Suggestion) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("Suggestion", _category(suggestion))
    if card.ended:
        grid.add_row("Ended", literal(f"{card.ended.state} {card.ended.at:%Y-%m-%d %H:%M}: {card.ended.why}"))
    if suggestion.secondary:
        grid.add_row("Also", literal(", ".join(category.value for category in suggestion.secondary)))
    reasons = [suggestion.severity_why, card.stall.why if card.stall else ""]
    why = "; ".join(filter(None, reasons))
    severity = card.severity.value + (f" ({why})" if why else "")
    grid.add_row("Severity", literal(severity, style=STYLE[card.severity]))
    priority = card.proposal.priority
    if priority is not None and priority.contributions:
        grid.add_row("Priority", literal(explained.priority(priority)))
    act_by = (priority.act_by if priority else None) or suggestion.act_by
    if act_by:
        grid.add_row("Act by", literal(f"{act_by.at:%Y-%m-%d %H:%M} ({act_by.source})"))
    grid.add_row("Confidence", literal(confidence(suggestion) + _measured(suggestion)))
    grid.add_row("Team", literal(card.proposal.team))
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
        yield _section(title, [literal(f"• {' '.join(line.split())}") for line in lines])


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
