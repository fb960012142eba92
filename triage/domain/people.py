"""Who works with the review pages, and what they may do there."""

from __future__ import annotations

from enum import StrEnum

from triage.domain.base import Frozen


class Duty(StrEnum):
    """What somebody does on the pages. Which cards they may decide is the policy's `deciders`."""

    REVIEWER = "reviewer"
    """Sees the cards of their companies, claims, snoozes and decides them."""
    LEAD = "lead"
    """Also sees dead letters, policy, budgets and figures, hands cards over."""
    AUDITOR = "auditor"
    """Reads everything and changes nothing; what they read is recorded."""


class Person(Frozen):
    """Somebody who is signed in."""

    name: str
    """As decisions call them."""
    duties: frozenset[Duty]
    companies: frozenset[str] | None = None
    """The companies whose cards they see; none: all."""
    language: str = "en"
    odoo_user: int | None = None
    """Their user in Odoo, where Odoo says which records they may see."""

    def has(self, *duties: Duty) -> bool:
        """Whether they have one of these duties."""
        return not self.duties.isdisjoint(duties)

    def sees(self, company: str) -> bool:
        """Whether they may know of this company."""
        return self.companies is None or company in self.companies
