"""`triage eval import`: what people decided becomes labelled cases.

A case gets the messages and records that the card was made from and the category that stood after the decision. It
does not get the suggestion, the summary or the confidence, so that whoever labels it again is not led by them; nor who
decided. A label that confirms a suggestion was given by somebody who saw it: such cases carry the tag
`saw_suggestion`, and figures on them flatter the model that made it.

A choice that somebody made before they saw the suggestion (policy's `blind_share`) is the label that it has not led:
it stands before the decision, and such cases carry the tag `blind`.

Cards that were accepted or edited give a label; a rejection says only what it was not, and gives none.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from evals.cases import ClassificationTarget, EvalCase, Given
from triage.domain import Card, CardState, Case, Category, Severity, Verdict
from triage.errors import ConfigurationError, InputError, KeyMissing, StoreError

if TYPE_CHECKING:
    from triage.storage.database import Database
    from triage.storage.keys import Keys

_DECIDED = (CardState.ACCEPTED, CardState.EDITED)


def run_import(store: Path, keys: Path | None, out: Path, split: str) -> int:
    """Write the labelled cases; 1 where some card could not be used, and the count says why."""
    made, left = import_decisions(store, keys or store.with_name("keys.db"), split)
    private_text(out, "".join(lines_of(made)))
    typer.echo(f"{out}: {len(made)} labelled cases")
    for why, n in sorted(left.items()):
        typer.echo(f"  left out: {n} {why}")
    if made:
        typer.echo("The file holds messages in clear. Keep it where the store may lie, and erase it with its cases.")
    return 0


def import_decisions(store: Path, keys: Path, split: str) -> tuple[list[EvalCase], Counter[str]]:
    """The labelled cases of a store, by card number, and how many cards were left out for which reason.

    Raises `ConfigurationError` where the store or its key file is not there.
    """
    from triage.settings import Settings
    from triage.storage.database import Database
    from triage.storage.keys import KeyFile

    for path, what in ((store, "store"), (keys, "key file")):
        if not path.is_file():
            raise ConfigurationError(f"{path}: there is no {what} here. --from names the store, --keys its key file.")
    with KeyFile(keys, keeper=Settings.of(store.parent).keeper()) as opened, Database.open(store) as database:
        return labelled_cards(database, opened, split)


def labelled_cards(database: Database, keys: Keys, split: str) -> tuple[list[EvalCase], Counter[str]]:
    """The labelled cases of an open store, by card number, and how many cards were left out for which reason."""
    from triage.cards.store import CardStore
    from triage.cli.wiring import now

    found: dict[str, EvalCase] = {}
    left: Counter[str] = Counter()
    for card in CardStore(database, keys, now).all():
        case = _labelled(card, database, keys, split)
        if isinstance(case, str):
            left[case] += 1
        elif card.proposal.case in found:
            found[card.proposal.case] = _with_second(found[card.proposal.case], case)
        else:
            found[card.proposal.case] = case
    return list(found.values()), left


def _labelled(card: Card, database: Database, keys: Keys, split: str) -> EvalCase | str:
    """The card as a labelled case, or why it gives none."""
    chosen = _chosen_unseen(card, database, keys)
    if card.state not in _DECIDED and chosen is None:
        return f"cards in state {card.state.value}: nobody has said what is right"
    captured = _captured(card, database, keys)
    if captured is None:
        return "cards whose case was erased"
    if chosen is not None:
        return _unbiased(card, captured, chosen, split)
    category, subtype, severity, changed = _label(card)
    return EvalCase(
        id=f"card-{card.number}",
        input=Given(case=_unlabelled(captured)),
        target=ClassificationTarget(category=category, subtype=subtype, severity=severity),
        tags=("corrected",) if changed else ("saw_suggestion",),
        source=f"{card.key.company} {card.key.record}",
        language=card.proposal.language,
        licence="not to be passed on",
        split=split,
        note="corrected by a person" if changed else "confirmed by a person who saw the suggestion",
    )


def _unbiased(card: Card, captured: Case, category: Category, split: str) -> EvalCase:
    """The card with the category that somebody chose unseen. Subtype and severity they were not asked for."""
    return EvalCase(
        id=f"card-{card.number}",
        input=Given(case=_unlabelled(captured)),
        target=ClassificationTarget(category=category),
        tags=("blind",),
        source=f"{card.key.company} {card.key.record}",
        language=card.proposal.language,
        licence="not to be passed on",
        split=split,
        note="chosen by a person who had not seen the suggestion",
    )


def _chosen_unseen(card: Card, database: Database, keys: Keys) -> Category | None:
    """The category that somebody chose before they saw the suggestion; none where nobody did, or could tell."""
    from triage.audit.journal import open_record
    from triage.domain import BlindChoice
    from triage.storage import records

    for key in card.events:
        for record in records.of_event(database, keys.event_id(key), card.key.company):
            if record.kind != "blind":
                continue
            try:
                value = open_record(record, keys)
            except (KeyMissing, StoreError):
                continue
            if isinstance(value, BlindChoice) and value.card == card.id and value.category is not None:
                return value.category
    return None


def _with_second(case: EvalCase, other: EvalCase) -> EvalCase:
    """Two cards of one case: the first is the main one, and the other one's category is right, too."""
    target, more = case.target, other.target
    assert isinstance(target, ClassificationTarget)
    assert isinstance(more, ClassificationTarget)
    if more.category in (target.category, *(target.secondary or ())):
        return case
    others = (*(target.secondary or ()), more.category)
    return case.with_(target=target.with_(secondary=others, accepts=others), tags=_both(case.tags, other.tags))


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*one, *other]))


def _label(card: Card) -> tuple[Category, str | None, Severity, bool]:
    """Category, subtype and severity after the decisions, and whether one of them changed."""
    suggestion = card.proposal.suggestion
    category, subtype, severity = suggestion.category, suggestion.subtype, suggestion.severity
    changed = False
    for decision in card.decisions:
        if decision.verdict is Verdict.EDIT and decision.changes is not None:
            changes, changed = decision.changes, True
            if changes.category not in (None, category):
                subtype = None
            category = changes.category or category
            subtype = changes.subtype or subtype
            severity = changes.severity or severity
    return category, subtype, severity, changed


def _captured(card: Card, database: Database, keys: Keys) -> Case | None:
    """The snapshot that the card's proposal was made from."""
    from triage.audit.journal import open_record
    from triage.storage import records

    for key in reversed(card.events):
        for record in records.of_event(database, keys.event_id(key)):
            if record.step != "capture":
                continue
            try:
                value = open_record(record, keys)
            except (KeyMissing, StoreError):
                continue
            if isinstance(value, Case) and value.fingerprint() == card.proposal.case:
                return value
    return None


def _unlabelled(case: Case) -> dict[str, Any]:
    return case.model_dump(mode="json", exclude_defaults=True)


def lines_of(cases: Sequence[EvalCase]) -> Iterator[str]:
    """Cases as they stand in a set's file."""
    for case in cases:
        yield json.dumps(case.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False) + "\n"


def private_text(out: Path, text: str) -> None:
    """Write a new file, readable by its owner only; an existing one is not written over."""
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise InputError(str(out), "exists already.", "Choose another -o.") from error
    except OSError as error:
        raise InputError(str(out), f"cannot be written ({error.strerror}).", "Choose another -o.") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
