"""Facts: computed from the case alone, each with where it came from."""

from __future__ import annotations

from triage.domain.base import Frozen, Scalar


class Fact(Frozen):
    """One established value. A model may explain a fact; it may not invent one."""

    name: str
    """Stable dotted name: `stock.shortage`, `credit.over_limit`, `promise.days_late`."""
    value: Scalar
    """What was computed; its unit stands beside it."""
    unit: str | None = None
    """`days`, `%`, a unit of measure or an ISO 4217 currency; none for texts, dates and yes or no."""
    about: str | None = None
    """The line, record or document it speaks of, where the case has several."""
    sources: tuple[str, ...] = ()
    """Records and fields it was computed from: `sale.order.line:7.product_uom_qty`."""
    how: str = ""
    """The computation in words, with its numbers, for a reader."""
    confidential: bool = False
    """True for what not every reader of the record may see (exposure, margin): never on a note."""

    @property
    def id(self) -> str:
        """How evidence names this fact."""
        return self.name if self.about is None else f"{self.name}[{self.about}]"
