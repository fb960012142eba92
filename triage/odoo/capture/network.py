"""Who waits for bought goods, through moves and reservations: a network of supply and demand, read in batches.

Calls, whatever the number of lines: open moves of the products, moves further down the chain (at the most four times),
sales lines, orders, stock on hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from triage.domain import Flow, Network, Node, NodeKind, ShipmentKind
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import WAITING
from triage.odoo.capture.orders import net_price
from triage.odoo.capture.products import Products, unit_of
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions, OwnCompany
from triage.odoo.capture.stock import kind_of, reserved_of
from triage.odoo.rows import Row

WAITS = ("waiting", "confirmed", "partially_available", "assigned")
_MOST_MOVES = 5_000
_DEEPEST = 4
_BARE = {"load": ""}


@dataclass(frozen=True)
class Chain:
    """Rows of everything through which goods of some products still have to go."""

    moves: Mapping[int, Row] = field(default_factory=dict)
    lines: Mapping[int, Row] = field(default_factory=dict)
    orders: Mapping[int, Row] = field(default_factory=dict)
    on_hand: Sequence[Row] = ()
    cut: bool = False


def read_chain(reader: Reader, purchase_lines: Iterable[Row], blocked: Iterable[Row] = ()) -> Chain:
    """What waits for the products of some purchase lines, and of quality alerts; nothing where nothing of the lines is
    still to come."""
    coming = [row for row in purchase_lines if (row.number("qty_received") or 0) < (row.number("product_qty") or 0)]
    products = sorted({number for row in (*coming, *blocked) if (number := row.one("product_id"))})
    if not products or not reader.knows("stock.move", "sale_line_id"):
        return Chain()
    found = _open_moves(reader, [("product_id", "in", products)])
    cut = len(found) >= _MOST_MOVES
    for _ in range(_DEEPEST):
        further = {number for move in found.values() for number in move.many("move_dest_ids")} - found.keys()
        more = _open_moves(reader, [("id", "in", sorted(further))]) if further else {}
        if not more:
            break
        found |= more
    if cut:
        reader.missing.note(WAITING, f"only the first {_MOST_MOVES:,} moves were read")
    numbers = {number for row in found.values() if (number := row.one("sale_line_id"))}
    numbers |= {number for row in coming if (number := row.one("sale_line_id"))}
    lines = reader.read(WAITING, "sale.order.line", numbers, wanted.SALE_LINE, bare=True)
    heads = {row.one("order_id") or 0 for row in lines} - {0}
    orders = reader.read(WAITING, "sale.order", heads, wanted.WAITING_ORDER)
    return Chain(found, _by_id(lines), _by_id(orders), _on_hand(reader, products), cut)


def _open_moves(reader: Reader, terms: list[Any]) -> dict[int, Row]:
    domain = [*terms, ("state", "in", list(WAITS))]
    rows = reader.search(
        WAITING, "stock.move", domain, wanted.CHAIN_MOVE, order="date, id", limit=_MOST_MOVES, options=_BARE
    )
    return _by_id(rows)


def _on_hand(reader: Reader, products: Sequence[int]) -> list[Row]:
    if not reader.knows("stock.quant", "location_id.usage"):
        return []
    domain = [("product_id", "in", list(products)), ("location_id.usage", "=", "internal")]
    return reader.search(WAITING, "stock.quant", domain, wanted.ON_HAND, order="id", limit=_MOST_MOVES, options=_BARE)


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {row.id: row for row in rows}


def supply_key(line: int) -> str:
    """How the network names what a purchase line brings."""
    return f"purchase.order.line:{line}"


def stock_key(product: str) -> str:
    """How the network names what is on hand of a product."""
    return f"stock:{product}"


@dataclass(frozen=True)
class Builder:
    """Makes a network out of a chain. Quantities are in each product's own unit; what cannot be converted is taken as
    it stands."""

    chain: Chain
    products: Products
    directions: Directions
    company: OwnCompany
    today: date

    def network(self, purchase: Row | None, purchase_lines: Sequence[Row]) -> Network | None:
        """The network around one purchase order's lines, or around what is on hand; none where nothing waits."""
        if not self.chain.moves and not self.chain.lines:
            return None
        nodes: dict[str, Node] = {}
        flows: list[Flow] = []
        for line in purchase_lines:
            rest = (line.number("product_qty") or Decimal(0)) - (line.number("qty_received") or Decimal(0))
            if rest > 0:
                planned = line.moment("date_planned")
                nodes[supply_key(line.id)] = Node(
                    key=supply_key(line.id),
                    kind=NodeKind.SUPPLY,
                    record=purchase.ref() if purchase else None,
                    product=self.products.code(line),
                    quantity=self._own(line, rest),
                    day=planned.astimezone(self.company.zone).date() if planned else None,
                )
        for node in (*self._receipts(nodes), *self._demands(), *self._steps(), *self._stock()):
            nodes.setdefault(node.key, node)
        if all(node.kind is not NodeKind.DEMAND for node in nodes.values()):
            return None
        self._link(nodes, flows, purchase_lines)
        return Network(nodes=tuple(nodes.values()), flows=tuple(flows), cut=self.chain.cut)

    def lot_on_hand(self, alert: Row) -> Decimal | None:
        """How many of a quality alert's lot are on hand; none where it names no lot."""
        lot, product = alert.one("lot_id"), alert.one("product_id")
        if lot is None:
            return None
        own = (row for row in self.chain.on_hand if row.one("lot_id") == lot and row.one("product_id") == product)
        return sum((row.number("quantity") or Decimal(0) for row in own), Decimal(0))

    def _own(self, row: Row, quantity: Decimal) -> Decimal:
        ratio = self.products.units.ratio(unit_of(row), self.products.own_unit(row))
        return quantity if ratio is None else quantity * ratio

    def _quantity(self, move: Row) -> Decimal:
        return self._own(move, move.number("product_uom_qty") or Decimal(0))

    def _is_receipt(self, move: Row) -> bool:
        incoming = kind_of(move, self.directions) is ShipmentKind.INCOMING
        return move.one("purchase_line_id") is not None or (incoming and move.one("sale_line_id") is None)

    def _key(self, move: Row) -> str:
        """The node that a move belongs to: a purchase line's, a sales line's, or its own."""
        line = move.one("purchase_line_id")
        if line is not None:
            return supply_key(line)
        if self._is_last(move):
            return f"sale.order.line:{move.one('sale_line_id')}"
        return f"stock.move:{move.id}"

    def _is_last(self, move: Row) -> bool:
        """Whether a move brings goods to the customer, rather than to the next step on the way."""
        is_out = kind_of(move, self.directions) is ShipmentKind.OUTGOING
        further = any(number in self.chain.moves for number in move.many("move_dest_ids"))
        return move.one("sale_line_id") in self.chain.lines and is_out and not further

    def _receipts(self, known: Mapping[str, Node]) -> Iterator[Node]:
        """Other purchase lines' goods, and receipts without one."""
        found: dict[str, list[Row]] = {}
        for move in self.chain.moves.values():
            if self._is_receipt(move) and self._key(move) not in known:
                found.setdefault(self._key(move), []).append(move)
        for key, moves in found.items():
            days = [moment.astimezone(self.company.zone).date() for move in moves if (moment := move.moment("date"))]
            yield Node(
                key=key,
                kind=NodeKind.SUPPLY,
                product=self.products.code(moves[0]),
                quantity=sum((self._quantity(move) for move in moves), Decimal(0)),
                day=max(days, default=None),
            )

    def _demands(self) -> Iterator[Node]:
        waiting: dict[int, Decimal] = {}
        for move in self.chain.moves.values():
            number = move.one("sale_line_id")
            if number and self._is_last(move):
                waiting[number] = waiting.get(number, Decimal(0)) + self._quantity(move)
        for number, quantity in waiting.items():
            line = self.chain.lines[number]
            order = self.chain.orders.get(line.one("order_id") or 0)
            if order is None or order.text("state") == "cancel":
                continue
            currency = order.label("currency_id") or self.company.company.currency or ""
            amount, margin = self._worth(line, quantity, currency)
            yield Node(
                key=f"sale.order.line:{number}",
                kind=NodeKind.DEMAND,
                record=order.ref(),
                product=self.products.code(line),
                quantity=quantity,
                day=self._promised(order),
                customer=order.label("partner_id"),
                amount=amount,
                margin=margin,
                currency=currency or None,
            )

    def _promised(self, order: Row) -> date | None:
        promised = order.moment("commitment_date")
        return promised.astimezone(self.company.zone).date() if promised else None

    def _worth(self, line: Row, quantity: Decimal, currency: str) -> tuple[Decimal | None, Decimal | None]:
        """What an open quantity (in the product's unit) is sold for, and that less its cost."""
        ratio = self.products.units.ratio(self.products.own_unit(line), unit_of(line)) or Decimal(1)
        price = net_price(line)
        if price is None:
            return None, None
        cost = self.products.cost(line, currency, self.company.company.currency)
        sold = quantity * ratio
        cents = Decimal("0.01")
        return (price * sold).quantize(cents), None if cost is None else ((price - cost) * sold).quantize(cents)

    def _steps(self) -> Iterator[Node]:
        """Moves on the way, and for each product the goods that nobody has yet."""
        for move in self.chain.moves.values():
            if not self._is_receipt(move) and not self._is_last(move):
                yield Node(key=self._key(move), kind=NodeKind.STEP, product=self.products.code(move))
        for product in dict.fromkeys(self.products.code(move) for move in self.chain.moves.values()):
            yield Node(key=f"free:{product}", kind=NodeKind.STEP, product=product)

    def _stock(self) -> Iterator[Node]:
        """What is on hand: all of it, reserved or not; at least what moves have reserved."""
        on_hand: dict[str, Decimal] = {}
        for row in self.chain.on_hand:
            code = self.products.code(row)
            on_hand[code] = on_hand.get(code, Decimal(0)) + (row.number("quantity") or Decimal(0))
        reserved: dict[str, Decimal] = {}
        for move in self.chain.moves.values():
            code = self.products.code(move)
            reserved[code] = reserved.get(code, Decimal(0)) + self._reserved(move)
        for code in dict.fromkeys((*on_hand, *reserved)):
            quantity = max(on_hand.get(code, Decimal(0)), reserved.get(code, Decimal(0)))
            yield Node(
                key=stock_key(code), kind=NodeKind.SUPPLY, product=code, quantity=max(Decimal(0), quantity),
                day=self.today,
            )  # fmt: skip

    def _reserved(self, move: Row) -> Decimal:
        return Decimal(0) if self._is_receipt(move) else self._own(move, reserved_of(move))

    def _link(self, nodes: Mapping[str, Node], flows: list[Flow], purchase_lines: Sequence[Row]) -> None:
        """Reservations first, then chains of moves, then what is free, by the day that was promised."""
        left = {key: node.quantity for key, node in nodes.items() if node.kind is NodeKind.SUPPLY}
        bound = {number: row.id for row in purchase_lines if (number := row.one("sale_line_id"))}
        queue = sorted((m for m in self.chain.moves.values() if not self._is_receipt(m)), key=self._turn)
        for rank, move in enumerate(queue):
            target = self._key(move)
            if target not in nodes:
                continue
            need = self._quantity(move)
            for source, most in self._fed_by(move, nodes, bound):
                quantity = min(need, most, left.get(source, need))
                if quantity > 0 and source != target:
                    flows.append(Flow(source=source, target=target, quantity=quantity, rank=rank))
                    need -= quantity
                    if source in left:
                        left[source] -= quantity
            free = f"free:{self.products.code(move)}"
            if need > 0 and free in nodes:
                flows.append(Flow(source=free, target=target, quantity=need, rank=rank))
        for key, quantity in left.items():
            free = f"free:{nodes[key].product}"
            if quantity > 0 and free in nodes:
                flows.append(Flow(source=key, target=free, quantity=quantity, rank=len(queue)))

    def _fed_by(self, move: Row, nodes: Mapping[str, Node], bound: Mapping[int, int]) -> Iterator[tuple[str, Decimal]]:
        """Where a move's goods come from for sure, with how many at the most."""
        reserved = self._reserved(move)
        if reserved > 0:
            yield stock_key(self.products.code(move)), reserved
        for number in move.many("move_orig_ids"):
            origin = self.chain.moves.get(number)
            if origin is not None and self._key(origin) in nodes:
                yield self._key(origin), self._quantity(origin)
        line = bound.get(move.one("sale_line_id") or 0)
        if line is not None and self._is_last(move) and supply_key(line) in nodes:
            yield supply_key(line), self._quantity(move)

    def _turn(self, move: Row) -> tuple[date, int]:
        """Who is served first from what is free: the earliest promise, then the older move."""
        line = self.chain.lines.get(move.one("sale_line_id") or 0)
        order = self.chain.orders.get(line.one("order_id") or 0) if line else None
        promised = self._promised(order) if order is not None else None
        return promised or date.max, move.id
