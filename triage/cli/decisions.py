"""Cards on the command line: list, show, decide."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

import typer

from triage.audit.activation import Activations
from triage.cli.show import card_panel, cards_table, console
from triage.cli.wiring import Store, now, open_store
from triage.domain import (
    TYPES,
    Card,
    CardState,
    Category,
    Changes,
    Policy,
    ReasonCode,
    Severity,
    TicketsWhen,
    Verdict,
    schema,
)
from triage.errors import StoreError, TriageError, UsageError
from triage.settings import Settings, person

Choice = TypeVar("Choice", bound=StrEnum)


WAITING = (CardState.OPEN, CardState.AWAITING_SECOND)
"""States in which a card still waits for somebody's word."""


def run_cards(state: str, as_json: bool, home: Path | None, by: str = "number", older: str | None = None) -> int:
    """List the cards in a state (`waiting` for those that can be decided, `all` for every one), by number or urgency;
    only those made before a time, where one is given.

    Raises `UsageError` for another state or order, or for what is no time.
    """
    from triage.cli.odoo import moment

    wanted, order = _states(state), _order(by)
    bound = moment(older, now()) if older else None
    with open_store(Settings.of(home)) as store:
        every = (card for each in wanted for card in store.cards.all(each))
        found = sorted((card for card in every if bound is None or card.created_at < bound), key=order)
    if as_json:
        for card in found:
            typer.echo(card.model_dump_json())
        return 0
    if not found:
        which = {"all": "", "waiting": " wait for a decision"}.get(state, f" in state {state}")
        which += f" and are older than {older}" if older else ""
        typer.echo(f"No cards{which}. `triage cards --state all` shows every one.")
        return 0
    console().print(cards_table(found))
    return 0


def run_card(handle: str, as_json: bool, home: Path | None, reply: bool = False) -> int:
    """Show one card, or only the draft of an answer on it."""
    with open_store(Settings.of(home)) as store:
        found = store.cards.get(handle)
    if reply:
        return _show_reply(found, as_json)
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        console().print(card_panel(found))
    return 0


def _show_reply(card: Card, as_json: bool) -> int:
    """The draft as plain text, ready to be copied; what a person has to fill in stands on standard error."""
    draft = card.proposal.reply
    if draft is None or not draft.text:
        why = draft.abstained.reason if draft and draft.abstained else "it was made without one"
        raise UsageError(f"card {card.number} has no draft of an answer: {why}.")
    if as_json:
        typer.echo(draft.model_dump_json(exclude={"calls"}))
        return 0
    typer.echo(draft.text)
    for blank in draft.blanks:
        typer.echo(f"to fill in: {blank}", err=True)
    for warning in draft.warnings:
        typer.echo(f"mind: {warning}", err=True)
    return 0


def run_decide(
    handle: str,
    verdict: str,
    changes: dict[str, str | None],
    reason: str | None,
    comment: str,
    by: str | None,
    home: Path | None,
    member: str | None = None,
) -> int:
    """Record a decision on a card, or on one of the cases on it, and say how the card stands now."""
    from triage.pipeline import decide

    settings = Settings.of(home)
    policies = settings.policies()
    with open_store(settings) as store:
        Activations(store.journal, now).check(policies)
        policy = policies.of(store.cards.get(handle).key.company)
        decided = decide(
            handle,
            _one_of(Verdict, verdict, "verdict"),
            by or person(),
            store.cards,
            store.journal,
            now,
            policy=policy,
            reason=None if reason is None else _one_of(ReasonCode, reason, "reason"),
            comment=comment,
            changes=_changes(changes),
            member=member,
        )
        typer.echo(_said(decided))
        return _ticket(decided, policy, settings, store)


def _ticket(card: Card, policy: Policy, settings: Settings, store: Store) -> int:
    """Make the draft ticket that the policy wants on acceptance. The decision stands, whatever Odoo says to it."""
    from triage.cli.connected import connected
    from triage.cli.posting import Post, post_card
    from triage.odoo.connection import read_connection

    accepted = card.state in (CardState.ACCEPTED, CardState.EDITED)
    wants_task = policy.advice.project is not None and card.proposal.follow_up is not None
    wanted = policy.advice.tickets is TicketsWhen.ACCEPTED or wants_task
    if not accepted or not wanted or read_connection(settings.home) is None:
        return 0
    try:
        with connected(settings) as at:
            post = post_card(card, policy, at.publisher(policy, settings.address()), store)
    except StoreError:
        raise
    except TriageError as error:
        post = Post(card, error=error)
    typer.echo(post.line)
    if post.error is not None:
        typer.echo(f"The decision stands. `triage odoo post {card.number}` makes the ticket when Odoo is there again.")
    return 1 if post.error is not None else 0


def run_schema(name: str | None) -> int:
    """Print a JSON schema, or the names of all."""
    if name is None:
        for known in sorted([*TYPES, "Outcome"]):
            typer.echo(known)
        return 0
    if name not in TYPES and name != "Outcome":
        raise UsageError(f"there is no type {name!r}; `triage schema` lists them.")
    typer.echo(json.dumps(schema(name), indent=2))
    return 0


def _order(by: str) -> Callable[[Card], tuple[float, float, int]]:
    """By number; or by priority, of equals what must be done first, then by number."""
    if by == "number":
        return lambda card: (0.0, 0.0, card.number)
    if by == "priority":
        return _urgency
    raise UsageError(f"order {by!r} is none of: number, priority.")


def _urgency(card: Card) -> tuple[float, float, int]:
    """Cards of earlier versions have no priority and stand last."""
    priority = card.proposal.priority
    act_by = (priority.act_by if priority else None) or card.proposal.suggestion.act_by
    return (
        -(priority.score if priority else -1.0),
        act_by.at.timestamp() if act_by else float("inf"),
        card.number,
    )


def _states(wanted: str) -> tuple[CardState | None, ...]:
    """What to list; none stands for every state."""
    if wanted == "all":
        return (None,)
    if wanted == "waiting":
        return WAITING
    try:
        return (CardState(wanted),)
    except ValueError:
        allowed = ", ".join(["waiting", "all", *(state.value for state in CardState)])
        raise UsageError(f"state {wanted!r} is none of: {allowed}.") from None


def _changes(given: dict[str, str | None]) -> Changes | None:
    if not any(given.values()):
        return None
    category, severity = given["category"], given["severity"]
    return Changes(
        category=None if category is None else _one_of(Category, category, "category"),
        subtype=given["subtype"],
        severity=None if severity is None else _one_of(Severity, severity, "severity"),
    )


def _said(card: Card) -> str:
    decision = card.decisions[-1]
    if card.state is CardState.AWAITING_SECOND:
        return f"Card {card.number}: recorded for {decision.by}. Policy asks for a second, different person."
    if card.state is CardState.OPEN:
        left = sum(member.is_undecided for member in card.members)
        return f"Card {card.number}: recorded for {decision.by}. {left} of its {len(card.members)} cases still wait."
    return (
        f"Card {card.number}: {card.state.value} by {decision.by}. `triage audit show {card.number}` tells its story."
    )


def _one_of(kind: type[Choice], value: str, what: str) -> Choice:
    try:
        return kind(value)
    except ValueError:
        allowed = ", ".join(str(member.value) for member in kind)
        raise UsageError(f"{what} {value!r} is none of: {allowed}.") from None
