"""How much of an Odoo one round of sweeping may take: calls are counted, spaced and bounded."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from triage.errors import AccessDenied
from triage.odoo.client import Domain, Odoo
from triage.odoo.rows import Row

_AT_ONCE = 1000


@dataclass
class Load:
    """The reads of one round. `pause_seconds` lie between any two of them."""

    odoo: Odoo
    most_calls: int
    pause_seconds: float = 0.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    calls: int = 0
    hidden: set[str] = field(default_factory=set)
    """Models that the service user may not read."""

    @property
    def is_spent(self) -> bool:
        """Whether nothing new should be begun. What is begun is finished: a page needs a dozen calls at the most."""
        return self.calls >= self.most_calls

    def search(
        self, model: str, domain: Domain, names: Sequence[str], *, order: str | None = None, limit: int | None = None
    ) -> list[Row]:
        """As `Odoo.search`."""
        if self.calls and self.pause_seconds:
            self.sleep(self.pause_seconds)
        self.calls += 1
        return self.odoo.search(model, domain, names, order=order, limit=limit)

    def among(
        self, model: str, name: str, ids: Iterable[int | None], names: Sequence[str], *more: tuple[str, str, object]
    ) -> list[Row]:
        """The records whose field holds one of these ids; nothing is asked where there are none, or no such field.

        Nothing comes back of a model that the service user may not read; it is noted in `hidden`.
        """
        wanted = sorted({number for number in ids if number})
        if not wanted or not (name == "id" or "." in name or self.odoo.has(model, name)):
            return []
        pages = [wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE)]
        try:
            return [row for page in pages for row in self.search(model, [(name, "in", page), *more], names)]
        except AccessDenied:
            self.hidden.add(model)
            return []
