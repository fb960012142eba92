"""Automation rules: each tells the service at once that something may have happened. Asked for one by one.

They watch stored fields only, and quicken what the sweep finds anyway (uploads: where it looks for them). `trigger`,
`owner`, `exception` and `audit` say in the plan what an administrator should know before a rule is made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.errors import UsageError
from triage.odoo.setup.parts import Feature, FieldOf, Many, ModelOf, Needs, Part, Place, Rule
from triage.odoo.setup.shared import webhook
from triage.odoo.uploads import ORDERS, UPLOADS

PREFIX = "rule:"
_IN_DOMAIN = re.compile(r"\(\s*'([a-z_0-9]+)")
_DOWN = (
    "While the service is down or slow, each save that matches waits a second in Odoo and its call is lost; the sweep "
    "finds the change within a minute of the service's return. An import of 5,000 matching records could wait 83 "
    "minutes."
)
_UNSWEPT = (
    "Uploads are swept only where `sweep.models` of odoo.yaml names their models: without that, the call that is lost "
    "is lost."
)
_AUDIT = (
    "The arrival and its outcome are in the journal (`triage audit`), under the record and the source; Odoo's log has "
    "one line a call, with the address and so with its secret."
)


@dataclass(frozen=True)
class Watch:
    """One model that a rule watches."""

    model: str
    fields: tuple[str, ...] = ()
    """Stored ones; those that this Odoo lacks are left out. None: only new records count."""
    domain: str = ""
    payload: tuple[str, ...] = ("write_date",)

    def parts(self, place: Place, name: str, title: str, why: str) -> list[Part]:
        """The rule and its call; none where the model is not there."""
        if not place.has(self.model):
            return []
        watched = dict.fromkeys([*self.fields, *(_IN_DOMAIN.findall(self.domain) if self.fields else ())])
        there = [each for each in watched if place.has(self.model, each)]
        values = {
            "trigger": "on_create_or_write" if self.fields else "on_create",
            "trigger_field_ids": Many(tuple(FieldOf(self.model, each) for each in there)),
            "filter_domain": self.domain or False,
        }
        payload = tuple(FieldOf(self.model, each) for each in self.payload if place.has(self.model, each))
        return webhook(name, title, ModelOf(self.model), values, place.hook(), payload, why)

    def said(self) -> str:
        """In the plan's words."""
        when = f"{', '.join(self.fields)} changes" if self.fields else "a new one"
        return f"{self.model}: {when}" + (f", where {self.domain}" if self.domain else "")


@dataclass(frozen=True)
class Scenario:
    """One exception of the order's life, and what tells of it."""

    name: str
    title: str
    owner: str
    category: str
    watches: tuple[Watch, ...]
    more: str = ""
    """What else happens while the service is down."""

    def feature(self) -> Feature:
        """The rule as a feature."""
        return Feature(
            f"{PREFIX}{self.name}",
            f"Automation rule: {self.title}",
            self._parts,
            needs=Needs(first=17, models=("base.automation",)),
            default=False,
            rule=Rule(
                owner=self.owner,
                trigger="; ".join(watch.said() for watch in self.watches),
                exception=" ".join(filter(None, (self.category, _DOWN, self.more))),
                audit=_AUDIT,
            ),
        )

    def _parts(self, place: Place) -> Sequence[Part]:
        parts: list[Part] = []
        for number, watch in enumerate(self.watches):
            name = f"rule_{self.name}" + (f"_{number + 1}" if number else "")
            title = f"Order triage: {self.title}" + (f" ({watch.model})" if number else "")
            parts += watch.parts(place, name, title, f"tells the service: {self.title}")
        if not parts:
            raise UsageError(f"not installed here: {', '.join(watch.model for watch in self.watches)}")
        return parts


_OPEN_ORDER = "('state', 'in', ['draft', 'sent', 'sale'])"
_ORDERS = str(list(ORDERS))
_SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "price",
        "price and discount",
        "Sales: the order's salesperson; pricing where the policy routes `pricing` there.",
        "A card of category `pricing` where a price or discount differs from the price list or the floor.",
        (Watch("sale.order", ("amount_untaxed", "pricelist_id"), f"[{_OPEN_ORDER}]"),),
    ),
    Scenario(
        "credit",
        "credit",
        "Finance: credit control.",
        "A card of category `credit` where exposure is over the limit, or invoices are overdue.",
        (
            Watch("sale.order", ("amount_total", "partner_id", "payment_term_id"), f"[{_OPEN_ORDER}]"),
            Watch(
                "account.move",
                ("payment_state", "invoice_date_due"),
                "[('move_type', 'in', ['out_invoice', 'out_refund']), ('state', '=', 'posted')]",
            ),
        ),
    ),
    Scenario(
        "stock",
        "shortage and backorder",
        "Warehouse and purchasing.",
        "A card of category `stock` for each line that cannot be delivered as promised.",
        (Watch("stock.picking", ("backorder_id",), "[('state', 'not in', ['done', 'cancel'])]"),),
    ),
    Scenario(
        "delay",
        "shipment delay",
        "Logistics.",
        "A card of category `delay` where a promise is missed, or will be.",
        (
            Watch(
                "stock.picking",
                ("scheduled_date", "date_deadline", "has_deadline_issue", "carrier_tracking_ref"),
                "[('state', 'not in', ['done', 'cancel'])]",
            ),
        ),
    ),
    Scenario(
        "return",
        "return and quality",
        "Quality and the returns desk.",
        "A card of category `returns`, `damage_loss` or `wrong_missing`.",
        (
            Watch("stock.picking", ("return_id",), "[('return_id', '!=', False)]"),
            Watch("quality.alert", ("stage_id", "description")),
        ),
    ),
    Scenario(
        "supplier",
        "supplier confirmation",
        "Purchasing: the buyer of the order.",
        "A card of category `supplier_change` where price, quantity or date differ from the order.",
        (
            Watch(
                "purchase.order",
                ("partner_ref", "date_planned", "mail_reminder_confirmed", "acknowledged"),
                "[('state', 'in', ['sent', 'purchase'])]",
            ),
        ),
    ),
    Scenario(
        "email",
        "customer e-mail",
        "The desk that owns the order or ticket.",
        "Whatever the message says: a card of its category, or none.",
        (
            Watch(
                "mail.message",
                domain=f"[('message_type', '=', 'email'), ('model', 'in', {_ORDERS})]",
                payload=("model", "res_id"),
            ),
        ),
    ),
    Scenario(
        "document",
        "document uploaded",
        "Purchasing and the order desk.",
        "The document is read and compared; a card where it differs from the order.",
        tuple(Watch(model, domain=str(domain) if domain else "") for model, domain in UPLOADS.items()),
        _UNSWEPT,
    ),
    Scenario(
        "approval",
        "approval requested",
        "Whoever approves; the service advises and never approves.",
        "A card on the request with the facts that speak for and against.",
        (
            Watch("approval.request", ("request_status",)),
            Watch("tier.review", ("status",)),
        ),
    ),
)
RULES: tuple[Feature, ...] = tuple(scenario.feature() for scenario in _SCENARIOS)


def watched(names: Sequence[str], place: Place) -> list[str]:
    """Models that the rules of these features name to the service: its source must list them."""
    chosen = [scenario for scenario in _SCENARIOS if f"{PREFIX}{scenario.name}" in names]
    models = [watch.model for scenario in chosen for watch in scenario.watches if place.has(watch.model)]
    return list(dict.fromkeys(models))
