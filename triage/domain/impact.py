"""What hangs on goods that come late, less or not at all: a network of supply and demand, and whom a change hits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, model_validator

from triage.domain.base import Frozen
from triage.domain.event import RecordRef


class NodeKind(StrEnum):
    """What a point of the network is."""

    SUPPLY = "supply"
    """Goods that are there or come: stock, a purchase line, a receipt, a parcel on the road."""
    STEP = "step"
    """Goods pass through: an internal transfer, a receipt in two steps, the free stock of a product."""
    DEMAND = "demand"
    """A customer's order line."""


class Node(Frozen):
    """A point of the network."""

    key: str
    """Its name in this network; flows refer to it."""
    kind: NodeKind
    record: RecordRef | None = None
    product: str = ""
    """Internal reference (`default_code`), or the name where there is none."""
    quantity: Decimal = Field(default=Decimal(0), ge=0)
    """Of a supply: what it brings. Of a demand: what is still to come to it. In the product's own unit."""
    day: date | None = None
    """Of a supply: when it is there (none: never, or nobody knows). Of a demand: when it was promised."""
    customer: str | None = None
    """Display name, of a demand."""
    amount: Decimal | None = None
    """Of a demand: what its open quantity is sold for, in `currency`."""
    margin: Decimal | None = None
    """What remains of `amount` after cost."""
    currency: str | None = None
    """ISO 4217 code."""


class Flow(Frozen):
    """Goods of one point that go to another: a reservation, a chain of moves, a share of free stock."""

    source: str
    """Key of the point that gives."""
    target: str
    """Key of the point that takes."""
    quantity: Decimal = Field(gt=0)
    """In the product's own unit."""
    rank: int = 0
    """Who is served first from the same point: lower before higher; equal ranks in the order of `flows`."""
    days: int = Field(default=0, ge=0)
    """How long the goods take on the way."""


class Network(Frozen):
    """Supply, demand and what links them. No flow leads back to where it came from."""

    nodes: tuple[Node, ...] = ()
    flows: tuple[Flow, ...] = ()
    cut: bool = False
    """More hangs on it than was read."""

    @model_validator(mode="after")
    def _flows_join_nodes(self) -> Network:
        known = {node.key for node in self.nodes}
        if len(known) != len(self.nodes):
            raise ValueError("two nodes of a network have the same key")
        strange = next((f for f in self.flows if f.source not in known or f.target not in known), None)
        if strange is not None:
            raise ValueError(f"a flow from {strange.source} to {strange.target} joins no nodes of its network")
        return self


class Shift(Frozen):
    """What becomes of one supply: so much of it on another day, or not at all."""

    key: str
    """Of the node."""
    quantity: Decimal | None = Field(default=None, ge=0)
    """What it brings now; none: as before."""
    day: date | None = None
    """When it is there now; none: nobody knows."""


class Hit(Frozen):
    """A customer's line that waits for what changed."""

    order: RecordRef
    customer: str | None = None
    """Display name."""
    product: str
    """Internal reference (`default_code`), or the name where there is none."""
    quantity: Decimal
    """Still to come to it, in the product's own unit."""
    promised: date | None = None
    """When the customer was told to get it."""
    before: date | None = None
    """The day on which all of it was to be there."""
    after: date | None = None
    """The day on which it is now; none where it never is."""
    slack: int | None = None
    """Days from `after` to the promise; below nought: late."""
    amount: Decimal | None = None
    """What its open quantity is sold for, in `currency`."""
    margin: Decimal | None = None
    """What remains of `amount` after cost."""
    currency: str | None = None
    """ISO 4217 code."""
    path: tuple[str, ...] = ()
    """Keys of the points from what changed to the line."""

    @property
    def is_safe(self) -> bool:
        """Whether it is there by its promise all the same; without a promise, on the day on which it was to be."""
        if self.after is None:
            return False
        if self.promised is None:
            return self.before is not None and self.after <= self.before
        return self.after <= self.promised


class Impact(Frozen):
    """Whom a change hits. Customers' names and margins are not for everybody who may read the card's record."""

    of: str
    """What changed, in words."""
    hits: tuple[Hit, ...] = ()
    """The worst first; lines that are safe stand at the end."""
    labels: dict[str, str] = {}
    """What the points on the hits' paths are called."""
    cut: bool = False
    """Whether more was there than was followed."""

    @property
    def hurt(self) -> tuple[Hit, ...]:
        """Those that are not safe."""
        return tuple(hit for hit in self.hits if not hit.is_safe)

    @property
    def safe(self) -> tuple[Hit, ...]:
        """Those whose slack covers it."""
        return tuple(hit for hit in self.hits if hit.is_safe)
