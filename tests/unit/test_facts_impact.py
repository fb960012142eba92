"""Whom a change hits: known chains by hand, and random networks against a search that moves every unit by itself."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.domain import Flow, Hit, Network, Node, NodeKind, RecordRef, Shift
from triage.facts.impact import impact

DAY = date(2026, 3, 2)
NEVER = 10**9


def supply(key: str, quantity: int, day: int | None = 0) -> Node:
    return Node(key=key, kind=NodeKind.SUPPLY, product="P", quantity=Decimal(quantity), day=on(day))


def step(key: str) -> Node:
    return Node(key=key, kind=NodeKind.STEP, product="P")


def demand(key: str, quantity: int, promised: int | None = 0, amount: int = 0) -> Node:
    return Node(
        key=key,
        kind=NodeKind.DEMAND,
        record=RecordRef(model="sale.order", id=None, name=key),
        product="P",
        quantity=Decimal(quantity),
        day=on(promised),
        amount=Decimal(amount),
        customer=f"customer of {key}",
    )


def flow(source: str, target: str, quantity: int, rank: int = 0, days: int = 0) -> Flow:
    return Flow(source=source, target=target, quantity=Decimal(quantity), rank=rank, days=days)


def on(day: int | None) -> date | None:
    return None if day is None else DAY + timedelta(days=day)


def shift(key: str, day: int | None, quantity: int | None = None) -> Shift:
    return Shift(key=key, day=on(day), quantity=None if quantity is None else Decimal(quantity))


def found(network: Network, *shifts: Shift) -> dict[str, Hit]:
    return {hit.order.name: hit for hit in impact(network, shifts, "a change").hits}


class TestKnownChains:
    def test_a_late_receipt_hits_the_line_that_it_was_bought_for(self) -> None:
        chain = Network(nodes=(supply("P1", 10, 3), demand("S1", 10, 5)), flows=(flow("P1", "S1", 10),))
        hit = found(chain, shift("P1", 9))["S1"]
        assert (hit.before, hit.after, hit.slack, hit.is_safe) == (on(3), on(9), -4, False)
        assert hit.path == ("P1", "S1")

    def test_slack_covers_it(self) -> None:
        chain = Network(nodes=(supply("P1", 10, 3), demand("S1", 10, 12)), flows=(flow("P1", "S1", 10),))
        hit = found(chain, shift("P1", 9))["S1"]
        assert (hit.slack, hit.is_safe) == (3, True)

    def test_the_way_takes_its_time(self) -> None:
        nodes = (supply("P1", 10, 0), step("hall"), demand("S1", 10, 4))
        chain = Network(nodes=nodes, flows=(flow("P1", "hall", 10, days=1), flow("hall", "S1", 10, days=2)))
        assert found(chain, shift("P1", 2))["S1"].after == on(5)

    def test_lost_goods_are_lost_for_the_last_in_the_queue(self) -> None:
        nodes = (supply("stock", 10), demand("S1", 6, 1), demand("S2", 4, 2))
        chain = Network(nodes=nodes, flows=(flow("stock", "S1", 6, 0), flow("stock", "S2", 4, 1)))
        hits = found(chain, shift("stock", 0, 7))
        assert set(hits) == {"S2"}
        assert hits["S2"].after is None
        assert not hits["S2"].is_safe

    def test_another_supply_steps_in(self) -> None:
        nodes = (supply("P1", 5, 1), supply("P2", 5, 6), step("pool"), demand("S1", 5, 8), demand("S2", 5, 8))
        flows = (flow("P1", "pool", 5), flow("P2", "pool", 5), flow("pool", "S1", 5, 0), flow("pool", "S2", 5, 1))
        hits = found(Network(nodes=nodes, flows=flows), shift("P1", 20))
        assert (hits["S1"].after, hits["S1"].is_safe) == (on(6), True)
        assert (hits["S2"].after, hits["S2"].is_safe) == (on(20), False)

    def test_a_delivery_in_parts_covers_with_its_last_part(self) -> None:
        chain = Network(nodes=(supply("P1", 10, 0), demand("S1", 10, 3)), flows=(flow("P1", "S1", 10),))
        hit = found(chain, shift("P1", 1, 4), shift("P1", 5))["S1"]
        assert hit.after == on(5)

    def test_what_does_not_hang_on_it_is_not_told(self) -> None:
        nodes = (supply("P1", 5, 1), supply("P2", 5, 1), demand("S1", 5, 2), demand("S2", 5, 2))
        chain = Network(nodes=nodes, flows=(flow("P1", "S1", 5), flow("P2", "S2", 5)))
        assert set(found(chain, shift("P1", 9))) == {"S1"}
        assert found(chain, shift("unknown", 9)) == {}

    def test_goods_that_come_earlier_hit_nobody(self) -> None:
        chain = Network(nodes=(supply("P1", 10, 3), demand("S1", 10, 5)), flows=(flow("P1", "S1", 10),))
        assert found(chain, shift("P1", 1)) == {}

    def test_the_worst_stands_first_and_what_is_safe_last(self) -> None:
        nodes = (
            supply("P1", 9, 0), demand("S1", 3, 30), demand("S2", 3, 1), demand("S3", 3, 4, 50), demand("S4", 3, 4, 90)
        )  # fmt: skip
        flows = (flow("P1", "S1", 3), flow("P1", "S2", 3), flow("P1", "S3", 3), flow("P1", "S4", 3))
        supplied = Network(nodes=(nodes[0].with_(quantity=Decimal(12)), *nodes[1:]), flows=flows)
        names = [hit.order.name for hit in impact(supplied, [shift("P1", 8)], "").hits]
        assert names == ["S2", "S4", "S3", "S1"]

    def test_flows_that_lead_back_are_refused(self) -> None:
        nodes = (supply("P1", 1), step("a"), step("b"))
        with pytest.raises(ValueError, match="lead back"):
            impact(Network(nodes=nodes, flows=(flow("P1", "a", 1), flow("a", "b", 1), flow("b", "a", 1))),
                   [shift("P1", 3)], "")  # fmt: skip

    def test_a_flow_between_unknown_points_is_no_network(self) -> None:
        with pytest.raises(ValueError, match="joins no nodes"):
            Network(nodes=(supply("P1", 1),), flows=(flow("P1", "S9", 1),))


@st.composite
def networks(draw: st.DrawFn) -> tuple[Network, list[Shift]]:
    """Layers of supplies, steps and demands; flows only go to later points, so that none leads back."""
    supplies = [
        supply(f"a{n}", draw(st.integers(0, 9)), draw(st.none() | st.integers(0, 12)))
        for n in range(draw(st.integers(1, 4)))
    ]
    steps = [step(f"b{n}") for n in range(draw(st.integers(0, 4)))]
    demands = [
        demand(f"c{n}", draw(st.integers(0, 9)), draw(st.none() | st.integers(0, 15)))
        for n in range(draw(st.integers(1, 5)))
    ]
    nodes = [*supplies, *steps, *demands]
    flows = []
    for _ in range(draw(st.integers(0, 14))):
        source = draw(st.integers(0, len(supplies) + len(steps) - 1))
        target = draw(st.integers(max(source + 1, len(supplies)), len(nodes) - 1))
        flows.append(
            flow(nodes[source].key, nodes[target].key, draw(st.integers(1, 6)), draw(st.integers(0, 2)),
                 draw(st.integers(0, 3)))
        )  # fmt: skip
    shifts = [
        shift(draw(st.sampled_from(supplies)).key, draw(st.none() | st.integers(0, 20)),
              draw(st.none() | st.integers(0, 9)))
        for _ in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return Network(nodes=tuple(nodes), flows=tuple(flows)), shifts


def exhaustive(network: Network, shifts: list[Shift]) -> dict[str, int]:
    """The day on which each demand is full, by moving every single unit along every flow, day after day."""
    brought: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for node in network.nodes:
        own = [one for one in shifts if one.key == node.key]
        if node.kind is not NodeKind.SUPPLY:
            continue
        if not own:
            if node.day is not None:
                brought[node.key][(node.day - DAY).days] += int(node.quantity)
            continue
        rest = int(node.quantity) - sum(int(one.quantity) for one in own if one.quantity is not None)
        for one in own:
            quantity = int(one.quantity) if one.quantity is not None else max(0, rest)
            rest = rest if one.quantity is not None else 0
            if one.day is not None:
                brought[node.key][(one.day - DAY).days] += quantity
    carried = [0] * len(network.flows)
    served = sorted(range(len(network.flows)), key=lambda n: (network.flows[n].rank, n))
    held: dict[str, int] = defaultdict(int)
    had: dict[str, int] = defaultdict(int)
    full: dict[str, int] = {}
    for day in range(60):
        for node in network.nodes:  # the nodes stand in an order in which each comes after all that feed it
            for _ in range(brought[node.key].pop(day, 0)):
                held[node.key] += 1
                had[node.key] += 1
            if node.kind is NodeKind.DEMAND:
                if had[node.key] >= node.quantity:
                    full.setdefault(node.key, day)
                continue
            while held[node.key]:
                place = next(
                    (n for n in served
                     if network.flows[n].source == node.key and carried[n] < network.flows[n].quantity),
                    None,
                )  # fmt: skip
                if place is None:
                    break
                held[node.key] -= 1
                carried[place] += 1
                there = network.flows[place]
                brought[there.target][day + there.days] += 1
    return full


@settings(max_examples=200, deadline=None)
@given(networks())
def test_as_a_search_that_moves_every_unit_finds_it(given_: tuple[Network, list[Shift]]) -> None:
    network, shifts = given_
    before, after = exhaustive(network, []), exhaustive(network, shifts)
    wanted = {
        node.key: (on(before[node.key]), on(after.get(node.key)))
        for node in network.nodes
        if node.kind is NodeKind.DEMAND
        and node.quantity > 0
        and before.get(node.key, NEVER) < after.get(node.key, NEVER)
    }
    hits = impact(network, shifts, "").hits
    assert {hit.order.name: (hit.before, hit.after) for hit in hits} == wanted
    for hit in hits:
        promised = next(node.day for node in network.nodes if node.key == hit.order.name)
        late = hit.after is None or (promised is not None and hit.after > promised) or promised is None
        assert hit.is_safe is not late
