"""A document beside the purchase order that it names, as the connected Odoo has it: for `/v1/compare`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from triage.cli.comparing import CaseOf, compared, orders_of
from triage.domain import Case, Paper, Policy
from triage.errors import ConfigurationError, OdooUnavailable, TriageError, UsageError
from triage.settings import Settings


class NoOrders(TriageError):
    """The orders cannot be asked now; the document itself could be read. Try again."""


def beside_order(
    paper: Paper, order: str | None, companies: Collection[str] | None, settings: Settings, policy: Policy
) -> dict[str, Any]:
    """`{"comparisons": [...], "not_compared": why}` as `triage extract --records odoo` prints them.

    `order` is the number of a purchase order where the document's own is not meant. `companies` are the only ones
    whose orders are looked at (none: all); of others there is none. Raises `NoOrders` where Odoo gives no answer, and
    `UsageError` where no Odoo is connected.
    """
    asked = _Asked(companies)
    try:
        with orders_of("odoo", settings, policy) as case_of:
            assert case_of is not None
            found = compared(paper, order, asked.within(case_of), policy)
    except UsageError as error:
        raise UsageError(
            "no Odoo is connected, so there is no order to compare with; `odoo.yaml` names one."
        ) from error
    except (OdooUnavailable, ConfigurationError) as error:
        raise NoOrders from error
    if asked.is_down:
        raise NoOrders
    return found


class _Asked:
    """Looks orders up within some companies, and remembers whether Odoo was there."""

    def __init__(self, companies: Collection[str] | None) -> None:
        self._companies = companies
        self.is_down = False

    def within(self, case_of: CaseOf) -> CaseOf:
        def found(name: str) -> Case | None:
            try:
                case = case_of(name)
            except OdooUnavailable:
                self.is_down = True
                raise
            hidden = case is not None and self._companies is not None and case.company.name not in self._companies
            return None if hidden else case

        return found


__all__ = ["NoOrders", "beside_order"]
