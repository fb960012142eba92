"""Which customers count as one segment in figures."""

from __future__ import annotations

from triage.domain.base import Frozen, SortedSet


class Segment(Frozen):
    """A segment: every condition that is set must hold; upper and lower case are the same."""

    classes: SortedSet[str] = frozenset()
    """The customer's class in Odoo is one of these (`partner.customer_class` of `odoo.yaml` names the field)."""
    countries: SortedSet[str] = frozenset()
    """The customer's country (ISO 3166-1 alpha-2) is one of these."""

    def fits(self, customer_class: str | None, country: str | None) -> bool:
        """Whether a customer belongs to it. One without conditions takes everybody."""
        return all(
            not wanted or (value or "").strip().casefold() in {each.strip().casefold() for each in wanted}
            for wanted, value in ((self.classes, customer_class), (self.countries, country))
        )
