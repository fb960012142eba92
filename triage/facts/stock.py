"""Stock: what is short, what fills the gap, what waits, what went out instead.

Short is what is still to be delivered less what is reserved or forecast for it (the larger of Odoo's `reserved` and
`forecast_availability`, since a forecast contains the reservation).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain import Fact, Line, Move, Shipment, ShipmentKind
from triage.facts.grounds import CLOSED, Grounds, in_days, line_source, tidy

_FINAL = frozenset({"done", "cancel"})


@dataclass(frozen=True)
class Need:
    """What the order still needs of one product, in one unit of measure."""

    product: str
    uom: str
    lines: tuple[Line, ...]
    ordered: Decimal
    delivered: Decimal
    covered: Decimal

    @property
    def short(self) -> Decimal:
        """Units that neither stock nor forecast covers."""
        return max(Decimal(0), self.ordered - self.delivered - self.covered)


@dataclass(frozen=True)
class Receipt:
    """Goods that are expected: when, how many, where that was read, and the words for it."""

    day: date
    quantity: Decimal
    source: str
    how: str


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`stock.*` of the order's lines and transfers."""
    if not grounds.about_sales or (grounds.case.order and grounds.case.order.state == "cancel"):
        return
    for need in needs(grounds):
        if need.short > 0:
            yield _shortage(grounds, need)
            yield from _relief(grounds, need)
    yield from _backorders(grounds)
    yield from _substitutes(grounds)


def needs(grounds: Grounds) -> list[Need]:
    """The order's open needs whose cover is known, by product and unit, in the order of the lines."""
    groups: dict[tuple[str, str], list[Line]] = {}
    for line in grounds.case.lines:
        groups.setdefault((line.product, line.uom), []).append(line)
    found = []
    for (product, uom), lines in groups.items():
        cover = _cover(grounds, product, uom, lines)
        if cover is not None:
            ordered = sum((line.quantity for line in lines), Decimal(0))
            delivered = sum((line.delivered for line in lines), Decimal(0))
            found.append(Need(product, uom, tuple(lines), ordered, delivered, cover))
    return found


def _cover(grounds: Grounds, product: str, uom: str, lines: list[Line]) -> Decimal | None:
    """What is reserved or forecast for the open rest; none where nobody knows."""
    if all(line.reserved is None and line.forecast is None for line in lines):
        waiting = [
            move
            for move in grounds.case.moves
            if move.product == product and move.uom == uom and _is_open(grounds, move, ShipmentKind.OUTGOING)
        ]
        return sum((move.reserved for move in waiting), Decimal(0)) if waiting else None
    total = Decimal(0)
    for line in lines:
        rest = max(Decimal(0), line.quantity - line.delivered)
        total += min(rest, max(Decimal(0), line.reserved or Decimal(0), line.forecast or Decimal(0)))
    return total


def _is_open(grounds: Grounds, move: Move, kind: ShipmentKind) -> bool:
    shipment = next((s for s in grounds.case.shipments if s.ref.name == move.shipment), None)
    return shipment is not None and shipment.kind is kind and move.state not in _FINAL and shipment.state not in CLOSED


def _named(grounds: Grounds, need: Need) -> str:
    """The product, with its unit where the order has it in several."""
    units = {line.uom for line in grounds.case.lines if line.product == need.product}
    return need.product if len(units) == 1 else f"{need.product} ({need.uom})"


def _shortage(grounds: Grounds, need: Need) -> Fact:
    order = grounds.case.order.ref if grounds.case.order else grounds.case.record
    names = ("quantity", "delivered", "reserved", "forecast")
    return Fact(
        name="stock.shortage",
        value=tidy(need.short),
        unit=need.uom,
        about=_named(grounds, need),
        sources=tuple(
            line_source(order, line, name) for line in need.lines for name in names if getattr(line, name) is not None
        ),
        how=f"{tidy(need.ordered)} ordered, {tidy(need.delivered)} delivered, {tidy(need.covered)} reserved or "
        f"forecast for it: {tidy(need.short)} {need.uom} short",
    )


def _relief(grounds: Grounds, need: Need) -> Iterator[Fact]:
    """When goods for the gap come, or that none are planned."""
    expected = expected_receipts(grounds, need)
    if expected:
        first = expected[0]
        overdue = f", which is {in_days((grounds.today - first.day).days)} ago" if first.day < grounds.today else ""
        yield Fact(
            name="stock.incoming",
            value=first.day,
            about=_named(grounds, need),
            sources=(first.source,),
            how=first.how + overdue,
        )
        yield from _uncovered(grounds, need, expected)
    elif not grounds.lacks("purchase", "receipt", "stock", "moves"):
        yield Fact(
            name="stock.no_receipt_planned",
            value=True,
            about=_named(grounds, need),
            sources=tuple(
                [f"{p.ref.key}.order_line" for p in grounds.case.purchases]
                or [f"{grounds.case.record.key}.purchase_orders"]
            ),
            how=f"{tidy(need.short)} {need.uom} short, and no open purchase order or receipt brings {need.product}",
        )


def _uncovered(grounds: Grounds, need: Need, expected: list[Receipt]) -> Iterator[Fact]:
    """What stays short when all receipts that are planned have come."""
    coming = sum((receipt.quantity for receipt in expected), Decimal(0))
    if coming < need.short:
        yield Fact(
            name="stock.uncovered",
            value=tidy(need.short - coming),
            unit=need.uom,
            about=_named(grounds, need),
            sources=tuple(receipt.source for receipt in expected),
            how=f"{tidy(need.short)} {need.uom} short, receipts of {tidy(coming)} planned",
        )


def expected_receipts(grounds: Grounds, need: Need) -> list[Receipt]:
    """Receipts that are expected for this need, the earliest first.

    Odoo's forecast for the very line stands alone, for all that is short: it already knows who else waits for the same
    goods. Planned transfers and purchase order lines tell of the same goods twice, so the larger of the two counts.
    """
    order = grounds.case.order.ref if grounds.case.order else grounds.case.record
    forecast = [
        Receipt(
            line.forecast_date,
            need.short,
            line_source(order, line, "forecast_date"),
            f"forecast for {line.forecast_date}",
        )
        for line in need.lines
        if line.forecast_date is not None
    ]
    if forecast:
        return [max(forecast, key=lambda receipt: receipt.day)]
    told = _open_moves_in(grounds, need.product), _open_purchase_lines(grounds, need.product)
    fuller = max(told, key=lambda receipts: sum((receipt.quantity for receipt in receipts), Decimal(0)))
    return sorted(fuller, key=lambda receipt: receipt.day)


def _open_moves_in(grounds: Grounds, product: str) -> list[Receipt]:
    return [
        Receipt(
            grounds.day(m.date),
            m.quantity,
            f"{_move_key(m)}.date",
            f"receipt {m.shipment} planned for {grounds.day(m.date)}",
        )
        for m in grounds.case.moves
        if m.product == product and m.date is not None and _is_open(grounds, m, ShipmentKind.INCOMING)
    ]


def _open_purchase_lines(grounds: Grounds, product: str) -> list[Receipt]:
    found = []
    for purchase in grounds.case.purchases:
        for line in purchase.lines:
            day = line.date_planned or purchase.date_planned
            if purchase.state in {"purchase", "done"} and line.product == product and day and _rest(line) > 0:
                source = line_source(purchase.ref, line, "date_planned")
                rest = _rest(line)
                found.append(Receipt(day, rest, source, f"{purchase.ref.name} brings {tidy(rest)} on {day}"))
    return found


def _rest(line: Line) -> Decimal:
    return line.quantity - line.delivered


def _move_key(move: Move) -> str:
    return f"stock.move:{move.shipment if move.id is None else move.id}"


def _backorders(grounds: Grounds) -> Iterator[Fact]:
    """Open rests of a delivery that are older than policy's limit, counted from the first part's departure."""
    first = {s.ref.name: s for s in grounds.case.shipments}
    for shipment in grounds.case.shipments:
        if shipment.kind is not ShipmentKind.OUTGOING or shipment.state in CLOSED or not shipment.backorder_of:
            continue
        origin = first.get(shipment.backorder_of)
        since = origin.date_done if origin else None
        if since is None or grounds.days_since(since) <= grounds.thresholds.backorder_days:
            continue
        yield _backorder(grounds, shipment, shipment.backorder_of, origin)


def _backorder(grounds: Grounds, shipment: Shipment, first: str, origin: Shipment | None) -> Fact:
    assert origin is not None
    assert origin.date_done is not None
    days = grounds.days_since(origin.date_done)
    return Fact(
        name="stock.backorder_age",
        value=Decimal(days),
        unit="days",
        about=shipment.ref.name,
        sources=(f"{origin.ref.key}.date_done", f"{shipment.ref.key}.state", f"{shipment.ref.key}.backorder_id"),
        how=f"{first} left on {grounds.day(origin.date_done)}; its rest {shipment.ref.name} waits for {in_days(days)}",
    )


def _substitutes(grounds: Grounds) -> Iterator[Fact]:
    """Another item went out where an ordered one is still owed; only where the pair is plain."""
    ordered = {line.product for line in grounds.case.lines}
    owed = {line.product: _rest(line) for line in grounds.case.lines if _rest(line) > 0}
    sent: dict[str, list[Move]] = {}
    for move in grounds.case.moves:
        if move.product not in ordered and move.state == "done" and _goes_out(grounds, move):
            sent.setdefault(move.product, []).append(move)
    for product, moves in sent.items():
        quantity = sum((move.done for move in moves), Decimal(0))
        meant = [p for p, rest in owed.items() if rest == quantity] or list(owed)
        meant = [p for p in meant if not _is_reserved(grounds, p)] if len(meant) > 1 else meant
        if len(meant) == 1:
            yield Fact(
                name="stock.substituted",
                value=product,
                about=meant[0],
                sources=tuple(f"{_move_key(move)}.product_id" for move in moves),
                how=f"{tidy(quantity)} of {product} went out, which was not ordered, while {tidy(owed[meant[0]])} of "
                f"{meant[0]} are still owed",
            )


def _is_reserved(grounds: Grounds, product: str) -> bool:
    """Whether all that is owed of a product is there for the order: nothing went out in its place then."""
    lines = [line for line in grounds.case.lines if line.product == product]
    return all((line.reserved or Decimal(0)) >= _rest(line) for line in lines)


def _goes_out(grounds: Grounds, move: Move) -> bool:
    return any(
        s.ref.name == move.shipment and s.kind is ShipmentKind.OUTGOING and not s.return_of
        for s in grounds.case.shipments
    )
