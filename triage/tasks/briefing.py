"""A view as the prompted tasks tell it to a model: record, facts and sources, each through the border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from triage.domain import Case, Evidence, Fact, FactEvidence, Message, Quote, View
from triage.privacy.border import Border
from triage.tasks.asking import fence_marker, tidy

_BUDGET = 48_000
"""Characters of sources in one prompt."""
_MOST_OF_ONE = 16_000
_MOST_OF_QUOTED = 3_000
_MOST_LINES = 40
_MOST_QUOTE = 600


@dataclass(frozen=True)
class Told:
    """One source as it goes into the prompt."""

    name: str
    what: str
    text: str


@dataclass(frozen=True)
class Briefing:
    """The inputs that the prompts of a case share."""

    marker: str
    inputs: dict[str, Any]


def briefing(view: View, border: Border, *, confidential: bool) -> Briefing:
    """What a model is told of a view. All of it passed through `border`.

    Of confidential facts it is told whether they hold, if `confidential`, and never an amount.
    """
    sources, left_out = _sources(view, border)
    say = border.replace
    case = view.case
    facts = [_fact(fact, border) for fact in view.facts if confidential or not fact.confidential]
    inputs: dict[str, Any] = {
        "company": case.company.name,
        "reader_language": case.company.language,
        "captured_at": case.captured_at.isoformat(timespec="minutes"),
        "record": say("\n".join(_record(case))),
        "partner": say(_partner(case)),
        "facts": facts,
        "sources": sources,
        "missing": [say(text) for text in case.missing],
        "left_out": left_out,
    }
    texts = [source.text + source.name + source.what for source in sources]
    texts += [" ".join(fact.values()) for fact in facts]
    return Briefing(fence_marker([*texts, *inputs["missing"], inputs["record"], inputs["partner"]]), inputs)


def quotes(said: list[tuple[str, str]], view: View) -> tuple[tuple[Quote, ...], tuple[str, ...]]:
    """Quotes of sources that exist, unverified, and a warning for each of a source that does not."""
    kept: list[Quote] = []
    warnings: list[str] = []
    for source, text in said[:8]:
        name = source.strip("`<>[]\"' ").split(" ")[0].rstrip(",;.")
        if name not in view.sources():
            warnings.append(f"quote of an unknown source dropped: {tidy(source, 40)!r}")
        elif text.strip():
            kept.append(Quote(source=name, text=text.strip()[:_MOST_QUOTE]))
    return tuple(kept), tuple(warnings)


def fact_evidence(ids: list[str], view: View) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """Established facts by their ids, and a warning for each that was not established."""
    facts = {fact.id: fact for fact in view.facts}
    wanted = list(dict.fromkeys(one.strip("` ") for one in ids))
    kept = tuple(FactEvidence(fact=one, text=facts[one].how) for one in wanted if one in facts)
    return kept, tuple(
        f"fact that was not established dropped: {tidy(one, 40)!r}" for one in wanted if one not in facts
    )


def _fact(fact: Fact, border: Border) -> dict[str, str]:
    hidden = fact.confidential and not isinstance(fact.value, bool)
    value = {"True": "yes", "False": "no"}.get(str(fact.value), str(fact.value))
    return {
        "id": border.replace(fact.id),
        "value": "(confidential)" if hidden else border.replace(value),
        "unit": "" if hidden else fact.unit or "",
        "how": "" if fact.confidential else border.replace(fact.how),
    }


def _partner(case: Case) -> str:
    partner = case.partner
    if partner is None:
        return "unknown"
    return f"{partner.name}, {partner.role.value}" + (
        f", class {partner.customer_class}" if partner.customer_class else ""
    )


def _record(case: Case) -> Iterator[str]:
    """The record and its neighbourhood, without costs, floor prices or credit."""
    yield f"{case.record.model} {case.record.name}"
    if order := case.order:
        parts = [
            f"state {order.state}",
            f"customer's reference {order.client_order_ref}" if order.client_order_ref else "",
        ]
        parts += [f"total {order.amount_total} {order.currency}" if order.amount_total is not None else ""]
        parts += [f"promised {order.commitment_date.date().isoformat()}" if order.commitment_date else ""]
        yield f"order {order.ref.name}: " + ", ".join(filter(None, parts))
    for line in case.lines[:_MOST_LINES]:
        price = f", {line.unit_price} each" if line.unit_price is not None else ""
        yield f"line {line.product} {line.name}: {line.quantity} {line.uom}, delivered {line.delivered}{price}"
    for shipment in case.shipments[:_MOST_LINES]:
        told = (shipment.kind.value, shipment.state, shipment.carrier, shipment.tracking, shipment.carrier_status)
        yield f"transfer {shipment.ref.name}: " + ", ".join(part for part in told if part)
    for purchase in case.purchases[:_MOST_LINES]:
        due = f", due {purchase.date_planned.isoformat()}" if purchase.date_planned else ""
        yield f"purchase order {purchase.ref.name} at {purchase.supplier.name}: {purchase.state}{due}"
    for invoice in case.invoices[:_MOST_LINES]:
        yield f"invoice {invoice.ref.name}: {invoice.kind.value}, {invoice.amount_total} {invoice.currency}"
    for related in case.related[:_MOST_LINES]:
        yield f"other order of the same partner: {related.ref.name}, state {related.state}"
    for promise in case.promises[:_MOST_LINES]:
        yield f"promised on {promise.made_at.date().isoformat()} for {promise.promised_for.isoformat()}"


def _sources(view: View, border: Border) -> tuple[list[Told], int]:
    """Sources in the view's order. Where there is too much, the newest messages and first pages stay."""
    told: dict[str, Told] = {}
    left, left_out = _BUDGET, 0
    available = view.sources()
    for name in sorted(available, key=lambda name: _importance(name, len(view.case.messages))):
        text = available[name]
        most = max(0, min(left, _MOST_OF_QUOTED if name.endswith(":quoted") else _MOST_OF_ONE))
        left_out += max(0, len(text) - most)
        if most:
            told[name] = Told(name, border.replace(_what(name, view)), border.replace(text[:most]))
            left -= min(len(text), most)
    return [told[name] for name in available if name in told], left_out


def _importance(name: str, messages: int) -> tuple[int, int]:
    kind, number, *rest = name.split(":")
    if kind == "document":
        return (1, 0 if rest == ["xml"] else int(rest[-1]))
    age = messages - 1 - int(number)
    return (3 if rest == ["quoted"] else 0 if age < 3 else 2, age)


def _what(name: str, view: View) -> str:
    kind, number, *rest = name.split(":")
    if kind == "document" and rest == ["xml"]:
        return f"the data (XML) of the document {tidy(view.papers[int(number)].document, 80)}"
    if kind == "document":
        return f"page {rest[-1]} of the document {tidy(view.papers[int(number)].document, 80)}"
    message = view.case.messages[int(number)]
    if rest:
        return "its subject" if rest == ["subject"] else "history that it quotes"
    return _who(message, "the newest message" if message is view.newest else "message")


def _who(message: Message, what: str) -> str:
    kind = "" if message.kind.value == "message" else f", {message.kind.value}"
    sent = f", sent {message.sent_at.isoformat(timespec='minutes')}" if message.sent_at else ""
    return f"{what}, from {message.role.value}{sent}{kind}"
