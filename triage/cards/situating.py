"""Where a card's case stands, for figures: site, customer segment, and the way by which the matter came. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from triage.domain import Case, MessageKind, Policy, Role

_OUTSIDE = frozenset({Role.CUSTOMER, Role.SUPPLIER, Role.CARRIER, Role.UNKNOWN})
_LONGEST = 60


@dataclass(frozen=True)
class Situation:
    """What figures count cards by besides what stands on them; each empty where it is not known."""

    site: str = ""
    """The order's warehouse, as Odoo calls it."""
    segment: str = ""
    """Of the customer: the first of policy's `segments` that fits, else its class."""
    channel: str = ""
    """`mail`, `edi`, what Odoo keeps of the order's channel (`web`, `phone`), or the door: `hook`, `sweep`, `api` …"""


def situation(case: Case, source: str, policy: Policy) -> Situation:
    """Of a case that an event of this source (`odoo.sweep`, `file`) brought."""
    site = (case.order.warehouse if case.order else None) or ""
    return Situation(_short(site), _short(_segment(case, policy)), _short(_channel(case, source)))


def _segment(case: Case, policy: Policy) -> str:
    partner = case.partner
    if partner is None or partner.role not in (Role.CUSTOMER, Role.UNKNOWN):
        return ""
    fitting = (name for name, rule in policy.segments.items() if rule.fits(partner.customer_class, partner.country))
    return next(fitting, "" if policy.segments else partner.customer_class or "")


def _channel(case: Case, source: str) -> str:
    """A mail from outside comes first: it is what somebody wants to be answered."""
    if any(each.role in _OUTSIDE and each.kind is MessageKind.MESSAGE for each in case.messages):
        return "mail"
    if any("xml" in each.media_type or each.name.lower().endswith(".xml") for each in case.documents):
        return "edi"
    ordered = (case.order.channel if case.order else None) or ""
    return ordered.strip().casefold() or source.rpartition(".")[2].partition(":")[0]


def _short(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


__all__ = ["Situation", "situation"]
