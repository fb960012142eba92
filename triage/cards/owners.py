"""Whose case it is, for policies under which nobody decides their own."""

from __future__ import annotations

from collections.abc import Collection

from triage.audit.journal import Journal
from triage.domain import Card, Case, Order
from triage.errors import DecisionRefused, KeyMissing
from triage.storage import records


def refuse_own(card: Card, journal: Journal, by: str, member: str | None = None) -> None:
    """Raise `DecisionRefused` where the order of the card's case, or of one of its cases, is the person's own.

    An order is somebody's own where its salesperson is the user in Odoo that the person's account here belongs to, or
    is called in Odoo as the decision calls the person. `member` is the key of the only case that is decided. Where no
    case can be read any more nobody knows, so it is refused too.
    """
    found = [each for each in _cases(card, journal) if member is None or each.record.key == member]
    if not found:
        raise DecisionRefused(
            f"card #{card.number}: the policy lets nobody decide their own cases, and whose this is was erased."
        ).coded("own_unknown", number=card.number)
    users = _users(journal, by)
    own = [each for each in found if each.order is not None and _is_own(each.order, by, users)]
    if own:
        raise DecisionRefused(
            f"card #{card.number}: {own[0].record.name} is {by}'s own, and the policy lets nobody decide their own "
            "cases. Hand it over to somebody else."
        ).coded("own_case", number=card.number, record=own[0].record.name)


def _is_own(order: Order, by: str, users: Collection[int]) -> bool:
    return order.owner_user in users or (bool(order.owner) and _plain(order.owner or "") == _plain(by))


def _users(journal: Journal, by: str) -> frozenset[int]:
    """Odoo's users of the accounts that the decision may mean, whichever way it came."""
    from triage.storage.people import (
        odoo_users,
    )  # hashes a password when loaded: only where policy asks whose a case is

    return frozenset(user for name, user in odoo_users(journal.database) if _plain(name) == _plain(by))


def _cases(card: Card, journal: Journal) -> list[Case]:
    """The latest snapshot of each record that the card was made from, as far as they can be read."""
    found: dict[str, Case] = {}
    companies = {card.key.company, *(one.company for one in card.members)}
    for key in card.events:
        for company in sorted(companies):
            for record in records.of_event(journal.database, journal.keys.event_id(key), company):
                if record.step != "capture":
                    continue
                try:
                    value = journal.opened(record)
                except KeyMissing:
                    continue
                if isinstance(value, Case):
                    found[value.record.key] = value
    return list(found.values())


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


__all__ = ["refuse_own"]
