"""What changed of the goods that a case is about, and whom it hits: a supplier's change, a late receipt, a quality
block, a lost parcel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import (
    DocumentType,
    Fact,
    Flow,
    HindranceKind,
    Hit,
    Impact,
    Line,
    Network,
    Node,
    NodeKind,
    Purchase,
    Shift,
    Shipment,
)
from triage.facts.confirmation import comparisons
from triage.facts.differences import DifferenceKind, comes, differences
from triage.facts.grounds import Grounds, cents, per_unit
from triage.facts.impact import impact
from triage.facts.matching import Comparison, Pair
from triage.facts.promise import original_promise


@dataclass(frozen=True)
class Changed:
    """What becomes of some supplies, in words, and the network that hangs on them."""

    network: Network
    shifts: tuple[Shift, ...]
    of: str


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`impact.*`: how many lines a change hits, how many are safe; what these are worth, which is confidential."""
    found = impact_of(grounds)
    if found is None or not found.hits:
        return
    source = f"{grounds.case.record.key}.network"
    for name, hits, words in (
        ("impact.hit", found.hurt, "get their goods later than promised, or not at all"),
        ("impact.safe", found.safe, "get theirs later than planned and still in time"),
    ):
        if hits:
            yield Fact(
                name=name,
                value=Decimal(len(hits)),
                sources=(source,),
                how=f"{found.of}: {len(hits)} customers' line{'s' if len(hits) > 1 else ''} {words}",
            )
    yield from _sums("impact.amount", found.hurt, [hit.amount for hit in found.hurt], source)
    yield from _sums("impact.margin", found.hurt, [hit.margin for hit in found.hurt], source)


def _sums(name: str, hits: Sequence[Hit], amounts: Sequence[Decimal | None], source: str) -> Iterator[Fact]:
    """One sum a currency."""
    sums: dict[str, Decimal] = {}
    for hit, amount in zip(hits, amounts, strict=True):
        if amount is not None and hit.currency:
            sums[hit.currency] = sums.get(hit.currency, Decimal(0)) + amount
    for currency, total in sums.items():
        yield Fact(
            name=name,
            value=cents(total),
            unit=currency,
            about=currency if len(sums) > 1 else None,
            sources=(source,),
            how=f"of the {len(hits)} lines that are hit",
            confidential=True,
        )


def impact_of(grounds: Grounds) -> Impact | None:
    """Whom the change that the case is about hits; none where nothing changed, or nobody knows who waits."""
    changed = _lost(grounds) or _of_supply(grounds)
    return None if changed is None else impact(changed.network, changed.shifts, changed.of)


def _of_supply(grounds: Grounds) -> Changed | None:
    """A supplier's change, a receipt that is overdue, or goods that are blocked, of a case with a network."""
    network = grounds.case.network
    if network is None:
        return None
    shifts: dict[str, list[Shift]] = {}
    words: list[str] = []
    for comparison in _newest(grounds):
        absent = [
            each.pair
            for each in differences(comparison, grounds.thresholds)
            if each.kind is DifferenceKind.MISSING and each.pair is not None
        ]
        for pair in comparison.pairs:
            if not pair.stated and pair not in absent:
                continue
            for key, parts in _confirmed(comparison, pair):
                shifts[key] = parts
        words.append(f"{comparison.ordered.ref.name} as confirmed in {comparison.paper.document}")
    for purchase in grounds.case.purchases:
        late = [line for line in purchase.lines if _is_overdue(grounds, purchase, line) and _key(line) not in shifts]
        shifts |= {_key(line): [Shift(key=_key(line), day=grounds.today)] for line in late}
        if late:
            words.append(f"{purchase.ref.name} is overdue; if it came today")
    for blocked in _blocked(grounds, network):
        shifts[blocked.key] = [blocked]
        words.append(f"{blocked.key.removeprefix('stock:')} is blocked for quality")
    known = {node.key for node in network.nodes}
    used = [shift for key, parts in shifts.items() if key in known for shift in parts]
    return Changed(network, tuple(used), "; ".join(words)) if used else None


def _newest(grounds: Grounds) -> list[Comparison]:
    found = {one.ordered.ref.key: one for one in comparisons(grounds, DocumentType.ORDER_CONFIRMATION)}
    return list(found.values())


def _key(line: Line) -> str:
    return f"purchase.order.line:{line.id}"


def _confirmed(comparison: Comparison, pair: Pair) -> Iterator[tuple[str, list[Shift]]]:
    """What a supplier states of the lines of one product, line after line; nothing of what cannot be compared.

    A line that is not on a complete confirmation comes no more. What was delivered already is taken off the first part.
    """
    parts = [] if not pair.stated else comes(comparison, pair)
    if parts is None:
        return
    left = [(part.day or comparison.day, part.quantity) for part in parts]
    for line in pair.lines:
        wanted, size = line.quantity, line.uom_size or Decimal(1)
        done = line.delivered
        found: list[Shift] = []
        while wanted > 0 and left:
            day, quantity = left[0]
            taken = min(wanted, quantity)
            left[0] = (day, quantity - taken)
            left = left if left[0][1] > 0 else left[1:]
            wanted -= taken
            open_ = max(Decimal(0), taken - done)
            done = max(Decimal(0), done - taken)
            if open_ > 0:
                found.append(Shift(key=_key(line), quantity=open_ * size, day=day))
        yield _key(line), found or [Shift(key=_key(line), quantity=Decimal(0))]


def _is_overdue(grounds: Grounds, purchase: Purchase, line: Line) -> bool:
    due = line.date_planned or purchase.date_planned
    owed = line.delivered < line.quantity and purchase.state == "purchase"
    return owed and due is not None and due < grounds.today


def _blocked(grounds: Grounds, network: Network) -> Iterator[Shift]:
    """What is on hand without what is blocked; all of it is where nobody says how many."""
    on_hand = {node.key: node.quantity for node in network.nodes if node.key.startswith("stock:")}
    for each in grounds.case.hindrances:
        key = f"stock:{each.about}"
        if each.kind is HindranceKind.QUALITY_BLOCK and key in on_hand:
            kept = Decimal(0) if each.quantity is None else max(Decimal(0), on_hand[key] - each.quantity)
            yield Shift(key=key, quantity=kept, day=grounds.today)


def _lost(grounds: Grounds) -> Changed | None:
    """Parcels that the carrier lost, and the order's lines that were on them."""
    lost = [shipment for shipment in grounds.case.shipments if shipment.carrier_status == "lost"]
    order = grounds.case.order
    if order is None or not lost:
        return None
    promised = original_promise(grounds)
    due = promised.day if promised else grounds.today
    nodes: list[Node] = []
    flows: list[Flow] = []
    for shipment in lost:
        for number, line in enumerate(grounds.case.lines):
            quantity = _on(grounds, shipment, line)
            if quantity <= 0:
                continue
            parcel, waiting = f"{shipment.ref.key}:{line.product}:{number}", f"line:{shipment.ref.key}:{number}"
            nodes += [
                Node(
                    key=parcel, kind=NodeKind.SUPPLY, record=shipment.ref, product=line.product, quantity=quantity,
                    day=due,
                ),
                Node(
                    key=waiting, kind=NodeKind.DEMAND, record=order.ref, product=line.product, quantity=quantity,
                    day=promised.day if promised else None,
                    customer=grounds.case.partner.name if grounds.case.partner else None,
                    amount=_worth(line, quantity), margin=_margin(line, quantity), currency=order.currency,
                ),
            ]  # fmt: skip
            flows.append(Flow(source=parcel, target=waiting, quantity=quantity))
    shifts = tuple(Shift(key=node.key) for node in nodes if node.kind is NodeKind.SUPPLY)
    names = ", ".join(shipment.ref.name for shipment in lost)
    return Changed(Network(nodes=tuple(nodes), flows=tuple(flows)), shifts, f"{names} is lost") if nodes else None


def _on(grounds: Grounds, shipment: Shipment, line: Line) -> Decimal:
    """How many of a line were on a transfer; what was delivered of it where no move tells."""
    moves = [move for move in grounds.case.moves if move.shipment == shipment.ref.name]
    if not moves:
        return line.delivered
    return sum((move.done for move in moves if move.product == line.product), Decimal(0))


def _worth(line: Line, quantity: Decimal) -> Decimal | None:
    return None if line.unit_price is None else cents(per_unit(line.unit_price, line.price_per) * quantity)


def _margin(line: Line, quantity: Decimal) -> Decimal | None:
    if line.unit_price is None or line.cost is None:
        return None
    return cents((per_unit(line.unit_price, line.price_per) - per_unit(line.cost, line.price_per)) * quantity)
