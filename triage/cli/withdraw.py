"""`triage withdraw`: take back what was published of cards, and record it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from triage.cli.options import Home, guarded

if TYPE_CHECKING:
    from triage.cli.wiring import Store
    from triage.odoo.publish import Publisher
    from triage.settings import Settings


def withdraw(
    cards: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CARD]...", help="Numbers or ids.", show_default=False),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="All that was published since then: 2026-11-23, 2026-11-23T09:00, 90m, 6h, 2d."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Who. Default: TRIAGE_USER, else your account.")] = None,
    why: Annotated[str, typer.Option("--why", help="The reason; it is recorded.")] = "",
    unknown: Annotated[
        bool,
        typer.Option("--unknown", help="With --since: only of cards that this store does not know, after a restore."),
    ] = False,
    home: Home = None,
) -> None:
    """Take back notes, review activities, and draft tickets that nobody has taken up."""
    guarded(run_withdraw, since, cards or [], by, why, home, unknown)


def run_withdraw(
    since: str | None, handles: Sequence[str], by: str | None, why: str, home: Path | None, unknown: bool = False
) -> int:
    """Take back what stands in Odoo of these cards, or of all cards since a time; 1 if Odoo refused one.

    `unknown`: only what stands there of cards that the store does not know.
    """
    from triage.cli.connected import connected
    from triage.cli.odoo import moment
    from triage.cli.wiring import now, open_store
    from triage.errors import UsageError
    from triage.settings import Settings, person

    if since is None and not handles:
        raise UsageError("what is to be taken back? Name cards, or say --since, for example --since 2d.")
    if unknown and (since is None or handles):
        raise UsageError(
            "--unknown goes with --since TIME, the time of the copy that was put back, and names no cards."
        )
    begin = moment(since, now()).strftime("%Y-%m-%d %H:%M:%S") if since else None
    settings, who = Settings.of(home), by or person()
    with open_store(settings) as store, connected(settings) as at:
        publisher = at.publisher(settings.policy())
        named = [store.cards.get(handle).id for handle in handles]
        stand = list(publisher.posted(begin)) if since else []
        wanted = [card for card in named if card in stand] if since and named else named or stand
        take_back = _unknown if unknown else _one
        failed = sum(not take_back(card, publisher, store, who, why) for card in wanted)
    if not wanted:
        typer.echo("Nothing of ours was posted since then.")
    return 1 if failed else 0


def take_back(cards: Iterable[UUID], store: Store, settings: Settings, by: str, why: str) -> bool:
    """Take back what stands in Odoo of these cards, also of those that cannot be read any more; whether Odoo took all.

    Raises `TriageError` where it cannot be reached, or is only read.
    """
    from triage.cli.connected import connected

    with connected(settings) as at:
        publisher = at.publisher(settings.policy())
        refused = [card for card in cards if not _one(card, publisher, store, by, why)]
    return not refused


def _one(card: UUID, publisher: Publisher, store: Store, by: str, why: str) -> bool:
    """Take back one card's advisories and record it; says what came of it."""
    from triage.cli.posting import said
    from triage.domain import Publication
    from triage.errors import KeyMissing, OdooError, UsageError
    from triage.pipeline import withdraw as taken_back

    try:
        known = store.cards.get(card)
    except UsageError:
        typer.echo(f"Card {card}: is not in this store, so what stands in Odoo of it was left there.")
        return True
    except KeyMissing:
        return _nameless(card, publisher, store, by, why)
    try:
        taken = taken_back(known, publisher.take_back, store.cards, store.journal, by=by, why=why)
    except OdooError as error:
        typer.echo(f"Card {known.number}: not taken back. {error}")
        return False
    there = tuple(each for each in taken.advisories if each.status != "absent")
    told = said(Publication(card=card, on=known.proposal.record, advisories=there)) or "nothing of it stands in Odoo"
    typer.echo(f"Card {known.number} · {known.proposal.record.name}: {told}")
    return True


def _unknown(card: UUID, publisher: Publisher, store: Store, by: str, why: str) -> bool:
    """Take back what stands of a card that the store does not know."""
    from triage.errors import KeyMissing, UsageError

    try:
        store.cards.get(card)
    except KeyMissing:
        return True  # known, and erased
    except UsageError:
        pass
    else:
        return True
    return _nameless(card, publisher, store, by, why)


def _nameless(card: UUID, publisher: Publisher, store: Store, by: str, why: str) -> bool:
    """Take back what stands of a card that nobody can read, by its id alone. Recorded in the store's own stream: a
    record of the case would be sealed with a new key of what was erased.
    """
    from triage.audit.checkpoints import STORE
    from triage.domain import Withdrawal
    from triage.errors import OdooError

    try:
        advisories = publisher.withdraw(card)
    except OdooError as error:
        typer.echo(f"Card {card}: not taken back. {error}")
        return False
    store.journal.record(
        stream=STORE,
        kind="withdrawal",
        case=store.keys.case_id(STORE, "withdrawals"),
        event=None,
        value=Withdrawal(card=card, advisories=advisories, by=by, why=why),
        subjects=[by],
    )
    kept = ", ".join(each.ref.key if each.ref else each.verb for each in advisories if each.status == "kept")
    typer.echo(f"Card {card}: taken back{f'; left to people: {kept}' if kept else ''}.")
    return True
