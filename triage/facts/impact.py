"""Whom a change of supply hits: goods laid over the network of supply and demand, before the change and after it.

Goods come to a point in batches. Who takes from a point takes the earliest that are left, in the order of rank; a flow
never carries more than its quantity. A customer's line is covered on the day on which all that it waits for has come.
Pure, and no slower than sorting what is read.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from triage.domain import Flow, Hit, Impact, Network, Node, NodeKind, Shift

Batches = list[tuple[int, Decimal]]
"""Day (as an ordinal) and quantity of goods that come together."""


@dataclass(frozen=True)
class _Graph:
    """The network by key, cut down to what a change can reach and what else feeds that."""

    nodes: Mapping[str, Node]
    leaving: Mapping[str, Sequence[Flow]]
    """Flows out of each point, in the order in which they are served."""
    order: Sequence[str]
    """Points, each after all that feed it."""
    parents: Mapping[str, str]
    """The point through which the change first comes to each that it reaches."""


@dataclass
class _Reach:
    """A walk along flows, nearest points first."""

    parents: dict[str, str] = field(default_factory=dict)

    def walk(self, starts: Iterable[str], steps: Mapping[str, Sequence[str]]) -> set[str]:
        seen = dict.fromkeys(starts)
        queue = deque(seen)
        while queue:
            here = queue.popleft()
            for there in steps.get(here, ()):
                if there not in seen:
                    seen[there] = None
                    self.parents[there] = here
                    queue.append(there)
        return set(seen)


def impact(network: Network, shifts: Sequence[Shift], of: str) -> Impact:
    """Every customer's line that gets its goods later than planned, or not at all: the worst first, safe ones last.

    `of` says what changed. Shifts of points that the network does not have change nothing. Raises `ValueError` where
    flows lead back to where they came from.
    """
    graph = _graph(network, {shift.key for shift in shifts})
    if graph is None:
        return Impact(of=of, cut=network.cut)
    before, after = _covered(graph, {}), _covered(graph, _shifted(graph, shifts))
    hits = []
    for key in graph.parents:
        node = graph.nodes[key]
        if node.kind is NodeKind.DEMAND and node.quantity > 0 and _is_later(before[key], after[key]):
            hits.append(_hit(graph, node, before[key], after[key]))
    hits.sort(key=lambda hit: (hit.is_safe, _worst_first(hit), hit.order.name, hit.product))
    on_paths = {key for hit in hits for key in hit.path}
    return Impact(of=of, hits=tuple(hits), labels={key: _label(graph.nodes[key]) for key in on_paths}, cut=network.cut)


def _graph(network: Network, changed: set[str]) -> _Graph | None:
    nodes = {node.key: node for node in network.nodes}
    ahead, behind = defaultdict(list), defaultdict(list)
    for flow in network.flows:
        ahead[flow.source].append(flow.target)
        behind[flow.target].append(flow.source)
    known = [key for key in nodes if key in changed]
    if not known:
        return None
    forward = _Reach()
    reached = forward.walk(known, ahead)
    needed = _Reach().walk(sorted(reached), behind)
    flows = [flow for flow in network.flows if flow.source in needed]
    leaving: dict[str, list[Flow]] = defaultdict(list)
    for flow in sorted(flows, key=lambda flow: flow.rank):  # a stable sort: equal ranks stay in their order
        leaving[flow.source].append(flow)
    return _Graph(nodes, leaving, _sorted(needed, leaving), forward.parents)


def _sorted(needed: set[str], leaving: Mapping[str, Sequence[Flow]]) -> list[str]:
    """The points in an order in which each comes after all that feed it."""
    feeds: dict[str, int] = dict.fromkeys(needed, 0)
    for key in needed:
        for flow in leaving.get(key, ()):
            if flow.target in feeds:
                feeds[flow.target] += 1
    ready = deque(sorted(key for key, count in feeds.items() if count == 0))
    found = []
    while ready:
        here = ready.popleft()
        found.append(here)
        for flow in leaving.get(here, ()):
            if flow.target in feeds:
                feeds[flow.target] -= 1
                if feeds[flow.target] == 0:
                    ready.append(flow.target)
    if len(found) < len(needed):
        stuck = min(needed - set(found))
        raise ValueError(f"network: flows lead back to where they came from, among them {stuck}")
    return found


def _shifted(graph: _Graph, shifts: Sequence[Shift]) -> dict[str, Batches]:
    """What the changed supplies bring now. A shift without quantity has what the others of its point leave."""
    grouped: dict[str, list[Shift]] = defaultdict(list)
    for shift in shifts:
        if shift.key in graph.nodes:
            grouped[shift.key].append(shift)
    found: dict[str, Batches] = {}
    for key, parts in grouped.items():
        rest = graph.nodes[key].quantity - sum((p.quantity for p in parts if p.quantity is not None), Decimal(0))
        batches: Batches = []
        for part in parts:
            quantity = max(Decimal(0), rest) if part.quantity is None else part.quantity
            rest = rest if part.quantity is not None else Decimal(0)
            if part.day is not None and quantity > 0:
                batches.append((part.day.toordinal(), quantity))
        found[key] = batches
    return found


def _covered(graph: _Graph, changed: Mapping[str, Batches]) -> dict[str, date | None]:
    """When each customer's line has all that it waits for."""
    coming: dict[str, Batches] = defaultdict(list)
    covered: dict[str, date | None] = {}
    for key in graph.order:
        node = graph.nodes[key]
        batches = sorted([*coming.pop(key, ()), *_own(node, changed)])
        if node.kind is NodeKind.DEMAND:
            covered[key] = _filled(batches, node.quantity)
        else:
            _serve(batches, graph.leaving.get(key, ()), coming)
    return covered


def _own(node: Node, changed: Mapping[str, Batches]) -> Batches:
    if node.key in changed:
        return changed[node.key]
    if node.kind is not NodeKind.SUPPLY or node.day is None or node.quantity <= 0:
        return []
    return [(node.day.toordinal(), node.quantity)]


def _serve(batches: Batches, flows: Sequence[Flow], coming: dict[str, Batches]) -> None:
    """Hand batches on, the earliest first, to flows in their order."""
    place, left = 0, batches[0][1] if batches else Decimal(0)
    for flow in flows:
        wanted = flow.quantity
        while wanted > 0 and place < len(batches):
            taken = min(wanted, left)
            if taken > 0:
                coming[flow.target].append((batches[place][0] + flow.days, taken))
            wanted, left = wanted - taken, left - taken
            if left <= 0:
                place += 1
                left = batches[place][1] if place < len(batches) else Decimal(0)


def _filled(batches: Batches, quantity: Decimal) -> date | None:
    total = Decimal(0)
    for day, come in batches:
        total += come
        if total >= quantity:
            return date.fromordinal(day)
    return None


def _is_later(before: date | None, after: date | None) -> bool:
    return before is not None and (after is None or after > before)


def _hit(graph: _Graph, node: Node, before: date | None, after: date | None) -> Hit:
    assert node.record is not None, f"{node.key}: a demand without its order"
    path = [node.key]
    while path[-1] in graph.parents:
        path.append(graph.parents[path[-1]])
    return Hit(
        order=node.record,
        customer=node.customer,
        product=node.product,
        quantity=node.quantity,
        promised=node.day,
        before=before,
        after=after,
        slack=(node.day - after).days if node.day and after else None,
        amount=node.amount,
        margin=node.margin,
        currency=node.currency,
        path=tuple(reversed(path)),
    )


def _worst_first(hit: Hit) -> tuple[int, Decimal]:
    """Lines that never get their goods, then the latest; of equals the dearest."""
    slack = -(10**6) if hit.after is None else (hit.slack if hit.slack is not None else 10**6)
    return slack, -(hit.amount or Decimal(0))


def _label(node: Node) -> str:
    """What a point is called: its record, and the product that it is about."""
    if node.record is None:
        return f"stock of {node.product}" if node.product else node.key
    return f"{node.record.name} {node.product}".strip()
