"""Everything that was seen of one part of the desk in one period: what figures and comparisons are made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from triage.domain import Card, LinkStatus
from triage.errors import UsageError
from triage.reports.cards import Arrived, Cards
from triage.reports.estimates import Waits
from triage.reports.orders import Desk
from triage.reports.periods import Period, Scope

AGED_DAYS = 7
"""A backorder older than this is aged."""


@dataclass(frozen=True)
class Observed:
    """One period of one part of the desk. What needs Odoo is empty where none was read."""

    period: Period
    scope: Scope
    has_odoo: bool
    looked_until: datetime | None = None
    """Where the period had not ended: until when it was looked at. What comes later is in no figure."""
    missing: tuple[str, ...] = ()
    """Models that this Odoo lacks or the service user may not read."""
    cycle_hours: tuple[float, ...] = ()
    """Of orders finished in the period, from order to last delivery."""
    cycle_hit: tuple[bool, ...] = ()
    """Which of them had a card."""
    other_cycle_hours: tuple[float, ...] = ()
    """The same of orders outside of the scope: what changed anyway."""
    lines: int = 0
    """Order lines promised for a day of the period."""
    filled: int = 0
    """Those of them that left in full by that day."""
    lost_to_exceptions: int = 0
    """Those that did not, and whose order had a card."""
    backorders: tuple[float, ...] = ()
    """Days that each backorder waiting at the end of the period had waited."""
    approvals: Waits = field(default_factory=Waits)
    """None of a warehouse: Odoo keeps them by company."""
    second_looks: Waits = field(default_factory=Waits)
    first_actions: Waits = field(default_factory=Waits)
    arrived: tuple[Arrived, ...] = ()
    """None of a warehouse: nobody knows whose order lies where before it is read."""
    unread: int = 0
    """Arrivals that ended in the period and of which nothing can be read any more."""
    volumes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Cards by `category`, `site`, `segment` and `channel`, the most first."""
    erased: int = 0
    """Cards that came into being and can no longer be read: in no figure. Of a warehouse: those of all of them."""
    warehouses: Mapping[str, int] = field(default_factory=dict)
    """Finished orders by warehouse."""
    states: Mapping[str, int] = field(default_factory=dict)
    """Cards of the period by their state today."""
    spent: float = 0.0
    """What models cost."""
    spent_by: tuple[str, ...] = ()
    """The companies whose whole cost that is, where the scope is only a warehouse of theirs."""

    @property
    def days(self) -> int:
        """How many days were looked at, the last one begun."""
        if self.looked_until is None:
            return self.period.days
        return (self.looked_until.astimezone(self.period.zone).date() - self.period.first).days + 1

    @property
    def categories(self) -> Mapping[str, int]:
        """Cards by category."""
        return self.volumes.get("category", {})

    @property
    def cards(self) -> int:
        """How many cards came into being."""
        return sum(self.categories.values())

    @property
    def done(self) -> int:
        """Arrivals that came to an end of their own."""
        return sum(each.done for each in self.arrived)

    @property
    def dead(self) -> int:
        """Arrivals that were given up."""
        return sum(each.dead for each in self.arrived)

    @property
    def aged(self) -> int:
        """Backorders older than a week."""
        return sum(days > AGED_DAYS for days in self.backorders)

    @property
    def is_decided_on(self) -> bool:
        """Whether anybody decided anything: without that, the period only watched."""
        return any(self.states.get(state, 0) for state in ("accepted", "edited", "rejected"))


def observe(desk: Desk | None, cards: Cards, period: Period, scope: Scope, now: datetime) -> Observed:
    """Read store and Odoo for one period, as far as it has gone. A warehouse's cards are those about its orders; what
    is about no order belongs to none. Raises the errors of both, and `UsageError` for a period that has not begun."""
    if period.since >= now:
        raise UsageError(f"the period {period} has not begun.")
    until = min(period.until, now)
    is_part = scope.kind == "warehouse"
    only = cards.called(scope) if scope.kind == "company" else None
    named: dict[str, set[str]] = {}
    made: list[Card] = []
    for card in cards.before(until, only):  # of those from before only what they are about is kept
        named[str(card.id)] = set(_records(card))
        made += [card] if period.has(card.created_at) else []
    about = _orders_of(named, desk)
    mine = _in_scope(made, scope, about, desk)
    hit = {order for orders in about.values() for order in orders}
    finished = desk.finished(period.since, until) if desk else []
    ours = [order for order in finished if scope.has(order.company, order.warehouse)]
    others = [order for order in finished if not scope.has(order.company, order.warehouse)]
    promises = cards.first_promises()
    promised = desk.promised(period.since, until, promises.of) if desk else []
    lines = [line for line in promised if scope.has(line.company, line.warehouse)]
    late = [line for line in lines if not line.is_filled]
    waiting = desk.backorders(until) if desk else []
    asked = desk.approvals(period.since, until) if desk and not is_part else []
    asked = [each for each in asked if scope.has(each.company, "")]
    arrived, unread = ([], 0) if is_part else cards.arrived(period, only)
    owners = {order.company for order in ours} | {line.company for line in lines} | {card.key.company for card in mine}
    return Observed(
        period=period,
        scope=scope,
        has_odoo=desk is not None,
        looked_until=until if until < period.until else None,
        missing=desk.missing if desk else (),
        cycle_hours=tuple(order.hours for order in ours),
        cycle_hit=tuple(order.key in hit for order in ours),
        other_cycle_hours=tuple(order.hours for order in others),
        lines=len(lines),
        filled=len(lines) - len(late),
        lost_to_exceptions=sum(line.order in hit for line in late),
        backorders=tuple(each.days for each in waiting if scope.has(each.company, each.warehouse)),
        approvals=Waits(tuple(each.hours for each in asked), tuple(each.is_settled for each in asked)),
        second_looks=cards.second_looks(mine, until),
        first_actions=cards.first_actions(mine, until),
        arrived=tuple(arrived),
        unread=unread,
        volumes=cards.volumes(mine),
        warehouses=Counter(order.warehouse for order in ours),
        states=Counter(card.state.value for card in mine),
        erased=cards.made(period.since, until, only) - len(made),
        spent=cards.spent(period, sorted(owners) if is_part else only),
        spent_by=tuple(sorted(owners)) if is_part else (),
    )


def _orders_of(named: Mapping[str, set[str]], desk: Desk | None) -> dict[str, set[str]]:
    """The keys of the orders that each card is about: itself, by its transfer, or by what its mail was linked to.
    `named` has the records that each card names.
    """
    transfers = {key for keys in named.values() for key in keys if key.startswith("stock.picking:")}
    numbers = {int(key.rpartition(":")[2]): key for key in transfers if key.rpartition(":")[2].isdigit()}
    found = desk.orders_of(numbers) if desk else {}
    of_transfer = {numbers[number]: order for number, order in found.items()}
    return {
        card: {of_transfer.get(key, key) for key in keys if key in of_transfer or key.startswith("sale.order:")}
        for card, keys in named.items()
    }


def _records(card: Card) -> Iterator[str]:
    yield card.key.record
    yield from (member.record.key for member in card.members)
    if card.proposal.link.status is LinkStatus.CERTAIN:
        yield from (candidate.record.key for candidate in card.proposal.link.candidates)


def _in_scope(cards: list[Card], scope: Scope, about: Mapping[str, set[str]], desk: Desk | None) -> list[Card]:
    if scope.kind != "warehouse":
        return [card for card in cards if scope.has(card.key.company, "")]
    houses = desk.warehouses_of({order for card in cards for order in about[str(card.id)]}) if desk else {}
    return [card for card in cards if any(scope.has("", houses.get(order, "")) for order in about[str(card.id)])]
