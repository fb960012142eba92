"""What may stand in a reply: only what whoever is answered may see, and no figure that this does not support."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import Case, Fact, InvoiceKind, MessageKind, Reply, Role, ShipmentKind, View
from triage.verify.numbers import Support, missing, order_figures
from triage.verify.readings import marks

_SEEN_BY_CUSTOMERS = (
    "promise.original",
    "promise.current",
    "promise.on_time",
    "promise.days_late",
    "promise.arrived",
    "shipment.",
    "stock.shortage",
    "stock.backorder_age",
    "stock.substituted",
    "delivery.proof",
    "data.reference_missing",
    "data.missing_address",
    "data.unknown_item",
)
_SEEN_BY_SUPPLIERS = ("confirmation.", "purchase.", "invoice.", "delivery.quantity_difference")
_SEEN_BY_CARRIERS = ("shipment.",)
_INNER_WORDS = frozenset({"promise.on_time", "stock.shortage", "stock.backorder_age", "promise.days_late"})
"""Facts whose computation may name purchases or other records of ours."""
_OUR_INVOICES = frozenset({InvoiceKind.CUSTOMER_INVOICE, InvoiceKind.CUSTOMER_CREDIT_NOTE})
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|(?:https?://|www\.)\S+")
_TELLING = 100
"""An amount from here on, or one with cents, gives a confidential fact away."""


def audience(view: View) -> Role:
    """Who would be answered: whoever of the other side wrote last, else the other side of the record."""
    outside = {Role.CUSTOMER, Role.SUPPLIER, Role.CARRIER}
    for message in reversed(view.case.messages):
        if message.kind is MessageKind.MESSAGE and message.role in outside:
            return message.role
    partner = view.case.partner
    if partner is not None and partner.role in outside:
        return partner.role
    return Role.SUPPLIER if view.case.record.model.startswith("purchase.") else Role.CUSTOMER


def seen_by(view: View, who: Role) -> View:
    """The view as far as whoever is answered may know it: their own mails and ours, their records, their facts.

    Internal notes, the other sides' mails, purchases (for a customer), customers' orders (for a supplier), and every
    confidential fact are not in it.
    """
    case = view.case
    case = case.with_(partner=None) if _is_of_another_side(case, who) else case
    sides = {who, Role.COLLEAGUE} | ({Role.UNKNOWN} if who is Role.CUSTOMER else set())
    messages = tuple(m for m in case.messages if m.kind is MessageKind.MESSAGE and m.role in sides)
    theirs = {m.id for m in messages if m.role is not Role.COLLEAGUE}
    documents = tuple(d for d in case.documents if d.message in theirs or (d.message is None and who is Role.SUPPLIER))
    names = {document.name for document in documents}
    papers = tuple(paper for paper in view.papers if paper.document in names)
    facts = tuple(_bare(fact) for fact in view.facts if not fact.confidential and _is_for(fact, who))
    known = _case_for(case, who).with_(messages=messages, documents=documents, missing=(), reported=())
    return View(known, papers, facts, policy=view.policy)


def verify_reply(reply: Reply, view: View) -> Reply:
    """The reply without lines and sentences that say what its reader may not see or what nothing supports.

    What was removed stands in the warnings, without its figures. Blanks for a person stay.
    """
    if not reply.text:
        return reply
    seen = seen_by(view, reply.to)
    support = Support.of_view(seen)
    hidden = _Hidden(
        tuple(_hidden_names(view.case, reply.to)),
        _hidden_amounts(view, seen),
        " ".join(seen.sources().values()).casefold(),
    )
    lines: list[str] = []
    removed = 0
    for line in reply.text.split("\n"):
        kept = [one for one in _sentences(line) if not _must_go(one, support, hidden)]
        removed += len(_sentences(line)) - len(kept)
        if kept or not line.strip():
            lines.append("".join(kept).strip())
    warnings = reply.warnings
    if removed:
        word = "a sentence was" if removed == 1 else f"{removed} sentences were"
        told = f"reply: {word} removed: not supported by what its reader may know"
        warnings = tuple(dict.fromkeys((*warnings, told)))
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    blanks = tuple(blank for blank in reply.blanks if f"[{blank}]" in text)
    return reply.with_(text=text, blanks=blanks, warnings=warnings)


def _case_for(case: Case, who: Role) -> Case:
    if who is Role.SUPPLIER:
        own = case.record.model.startswith("purchase.")
        mine = [p for p in case.purchases if case.partner is None or p.supplier.name == case.partner.name]
        return case.with_(
            order=None,
            lines=case.lines if own else (),
            related=(),
            promises=(),
            purchases=tuple(purchase.with_(waiting=()) for purchase in mine),
            shipments=tuple(s for s in case.shipments if s.kind is ShipmentKind.INCOMING),
            invoices=tuple(i for i in case.invoices if i.kind not in _OUR_INVOICES),
        )
    outgoing = tuple(s for s in case.shipments if s.kind is ShipmentKind.OUTGOING)
    if who is Role.CARRIER:
        return case.with_(order=None, lines=(), related=(), promises=(), purchases=(), invoices=(), shipments=outgoing)
    return case.with_(
        purchases=(), shipments=outgoing, invoices=tuple(i for i in case.invoices if i.kind in _OUR_INVOICES)
    )


def _is_of_another_side(case: Case, who: Role) -> bool:
    """Whether the record's partner is a customer and a supplier is answered, or the other way round.

    A carrier may know to whom it delivers.
    """
    sides = {Role.CUSTOMER, Role.SUPPLIER}
    return case.partner is not None and who in sides and case.partner.role in sides - {who}


def _is_for(fact: Fact, who: Role) -> bool:
    seen = {Role.SUPPLIER: _SEEN_BY_SUPPLIERS, Role.CARRIER: _SEEN_BY_CARRIERS}.get(who, _SEEN_BY_CUSTOMERS)
    return any(fact.name == name or (name.endswith(".") and fact.name.startswith(name)) for name in seen)


def _bare(fact: Fact) -> Fact:
    return fact.with_(how="") if fact.name in _INNER_WORDS else fact


@dataclass(frozen=True)
class _Hidden:
    """What must not be told to whoever is answered."""

    names: tuple[str, ...]
    amounts: frozenset[Decimal]
    known: str
    """What they wrote and were written: addresses and links stand there, or nowhere."""


def _must_go(sentence: str, support: Support, hidden: _Hidden) -> bool:
    folded = sentence.casefold()
    if missing(sentence, support) or any(_names(name, folded) for name in hidden.names):
        return True
    if any(found.rstrip(".,;:") not in hidden.known for found in _ADDRESS.findall(folded)):
        return True
    return any(abs(number) in hidden.amounts for mark in marks(sentence) for number in mark.numbers)


def _names(name: str, folded: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", folded) is not None


def _hidden_names(case: Case, who: Role) -> Iterator[str]:
    """Names of others: of customers who wait for the same goods and their orders, and for a customer the suppliers."""
    partner, hides = case.partner, _is_of_another_side(case, who)
    own = {case.company.name, *([partner.name] if partner and not hides else [])}
    found: list[str] = [partner.name, *partner.contacts] if partner and hides else []
    for purchase in case.purchases:
        for waiting in purchase.waiting:
            found += [waiting.customer, waiting.order.name]
        if who is not Role.SUPPLIER:
            found += [purchase.supplier.name, purchase.ref.name]
    if who is Role.SUPPLIER and case.order is not None and case.partner is not None:
        found += [case.order.ref.name]
    own |= {case.order.ref.name} if case.order is not None and who is Role.CUSTOMER else set()
    yield from (name for name in dict.fromkeys(found) if name and name not in own)


def _hidden_amounts(view: View, seen: View) -> frozenset[Decimal]:
    """Amounts of confidential facts that are not the order's own figures."""
    known = Support.of(order_figures(seen.case)).numbers
    told = [fact for fact in view.facts if fact.confidential]
    numbers = {fact.value for fact in told if isinstance(fact.value, Decimal)}
    numbers |= {number for fact in told for mark in marks(fact.how) for number in mark.numbers}
    return frozenset(
        abs(one) for one in numbers if one not in known and (abs(one) >= _TELLING or one != one.to_integral_value())
    )


def _sentences(line: str) -> list[str]:
    """A line's sentences with the spaces before them, so that they join to the line again; `26. November` is one."""
    return [
        part for part in re.split(r"(?<=[.!?…])(?=\s)(?!(?<=\s\d\.)\s+\w)(?!(?<=\s\d\d\.)\s+\w)", line) if part.strip()
    ]
