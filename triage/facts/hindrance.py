"""Hindrances: goods that another order holds, that are blocked for quality, that wait behind a machine or a pile.

Only what stands in this order's way is a fact: a reservation elsewhere counts where the order is short of the product.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.domain import Fact, Hindrance, HindranceKind
from triage.facts.grounds import Grounds, tidy
from triage.facts.promise import original_promise
from triage.facts.stock import needs


def facts(grounds: Grounds) -> Iterator[Fact]:
    """What the records around the order say, as far as it holds the order up."""
    order = grounds.case.order
    if order is None:
        for each in grounds.case.hindrances:
            if each.record == grounds.case.record:
                yield from _of_record(grounds, each)
        return
    if order.state in {"cancel", "done"}:
        return
    yield from _held(grounds)
    for each in grounds.case.hindrances:
        yield from _of_record(grounds, each)
        if each.kind is HindranceKind.BACKLOG:
            yield _counted(each, "shipment.backlog", "transfers", f"of {each.about} should have left and have not")
        elif each.kind is HindranceKind.OPEN_SHIFTS:
            yield _counted(each, "staff.open_shifts", "shifts", f"of {each.about} have nobody yet")


def _of_record(grounds: Grounds, each: Hindrance) -> Iterator[Fact]:
    if each.kind is HindranceKind.QUALITY_BLOCK:
        yield _blocked(grounds, each)
    elif each.kind is HindranceKind.QUALITY_FAILED:
        yield _failed(each)
    elif each.kind is HindranceKind.EQUIPMENT_DOWN:
        yield _down(grounds, each)


def _held(grounds: Grounds) -> Iterator[Fact]:
    """Goods that others hold: how many, how many of these for later promises, and, for those who may read it, whose."""
    short = {need.product for need in needs(grounds) if need.short > 0}
    promised = original_promise(grounds)
    held: dict[str, list[Hindrance]] = {}
    for each in grounds.case.hindrances:
        if each.kind is HindranceKind.RESERVED_ELSEWHERE and each.about in short and each.quantity:
            held.setdefault(each.about, []).append(each)
    for product, found in held.items():
        later = [e for e in found if promised and e.until and e.until > promised.day]
        yield _sum("stock.reserved_elsewhere", product, found, "reserved for other orders")
        if later:
            yield _sum("stock.reserved_later", product, later, "of these for orders that are promised later")
        for each in found:
            yield _whose(each)


def _sum(name: str, product: str, found: list[Hindrance], words: str) -> Fact:
    total = sum((each.quantity or Decimal(0) for each in found), Decimal(0))
    unit = found[0].uom or "Units"
    return Fact(
        name=name,
        value=tidy(total),
        unit=unit,
        about=product,
        sources=("stock.move.quantity",),
        how=f"{tidy(total)} {unit} of {product} {words}",
    )


def _whose(each: Hindrance) -> Fact:
    order = each.record.name if each.record else "another order"
    promised = f", promised for {each.until}" if each.until else ""
    held = tidy(each.quantity or Decimal(0))
    return Fact(
        name="stock.reserved_for",
        value=held,
        unit=each.uom or "Units",
        about=f"{order} {each.about}",
        sources=(f"{each.record.key}.commitment_date" if each.record else "stock.move.quantity",),
        how=f"{held} of {each.about} are reserved for {order} of {each.customer}{promised}",
        confidential=True,  # whoever may read this order may not therefore read the other customer's
    )


def _blocked(grounds: Grounds, each: Hindrance) -> Fact:
    lot = f" lot {each.lot}" if each.lot else ""
    many = f", {tidy(each.quantity)} of them" if each.quantity else ""
    since = f" since {each.since}" if each.since else ""
    return Fact(
        name="quality.blocked",
        value=tidy(each.quantity) if each.quantity else True,
        unit=(each.uom or "Units") if each.quantity else None,
        about=each.about,
        sources=(f"{each.record.key}.stage_id" if each.record else "quality.alert.stage_id",),
        how=f"{each.about}{lot} is blocked{many}{since}: {each.what or 'quality alert'}",
    )


def _failed(each: Hindrance) -> Fact:
    lot = f" lot {each.lot}" if each.lot else ""
    when = f" on {each.since}" if each.since else ""
    return Fact(
        name="quality.check_failed",
        value=True,
        about=each.about,
        sources=(f"{each.record.key}.quality_state" if each.record else "quality.check.quality_state",),
        how=f"{each.about}{lot} did not pass a check{when}{f': {each.what}' if each.what else ''}",
    )


def _down(grounds: Grounds, each: Hindrance) -> Fact:
    days = (grounds.today - each.since).days if each.since else None
    until = f", repair planned for {each.until}" if each.until else ""
    return Fact(
        name="equipment.down",
        value=Decimal(days) if days is not None else True,
        unit="days" if days is not None else None,
        about=each.about,
        sources=(f"{each.record.key}.stage_id" if each.record else "maintenance.request.stage_id",),
        how=f"{each.about} is out of order{f' since {each.since}' if each.since else ''}: {each.what}{until}",
    )


def _counted(each: Hindrance, name: str, unit: str, words: str) -> Fact:
    return Fact(
        name=name,
        value=tidy(each.quantity or Decimal(0)),
        unit=unit,
        about=each.about,
        sources=("stock.picking.scheduled_date" if unit == "transfers" else "planning.slot.user_id",),
        how=f"{tidy(each.quantity or Decimal(0))} {unit} {words}",
    )
