"""Price: what the order says against the price list, the floor and the cost. Prices are per `price_per` units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from triage.domain import Fact, Line, Order
from triage.facts.grounds import Grounds, line_source, tidy

_CENTIPER = Decimal("0.1")


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`price.*` of the order's lines, for lines whose price is out of line."""
    order = grounds.case.order
    if order is None or not grounds.about_sales or order.state == "cancel":
        return
    seen: dict[str, int] = {}
    for line in grounds.case.lines:
        seen[line.product] = seen.get(line.product, 0) + 1
        about = line.product if seen[line.product] == 1 else f"{line.product} #{seen[line.product]}"
        found = [*_difference(grounds, order, line, about), *_below_floor(order, line, about)]
        found += _discount(grounds, order, line, about, bool(found))
        margin = _margin(order, line, about)
        thin = margin is not None and Decimal(str(margin.value)) < grounds.thresholds.min_margin
        if margin and (found or thin):
            found.append(margin)
        if margin and thin:
            found.append(_below_margin(grounds, margin))
        yield from found


def _difference(grounds: Grounds, order: Order, line: Line, about: str) -> Iterator[Fact]:
    price, listed = line.unit_price, line.list_price
    if price is None or listed is None or abs(price - listed) <= abs(listed) * grounds.thresholds.price_tolerance:
        return
    sources = (line_source(order.ref, line, "unit_price"), line_source(order.ref, line, "list_price"))
    words = f"{_price(price, order, line)} on the order, {_price(listed, order, line)} on the price list"
    if line.discount:
        words += f" (discount {tidy(line.discount)} %)"
    yield Fact(
        name="price.difference",
        value=tidy(price - listed),
        unit=order.currency,
        about=about,
        sources=sources,
        how=words,
    )
    if listed:
        percent = ((price - listed) / listed * 100).quantize(_CENTIPER, ROUND_HALF_UP)
        yield Fact(
            name="price.difference_percent",
            value=tidy(percent),
            unit="%",
            about=about,
            sources=sources,
            how=f"{words}: {tidy(percent)} %",
        )


def _below_floor(order: Order, line: Line, about: str) -> Iterator[Fact]:
    if line.unit_price is not None and line.floor_price is not None and line.unit_price < line.floor_price:
        yield Fact(
            name="price.below_floor",
            value=True,
            about=about,
            sources=(line_source(order.ref, line, "unit_price"), line_source(order.ref, line, "floor_price")),
            how=f"{_price(line.unit_price, order, line)} is below the lowest price allowed",
        )
        yield Fact(
            name="price.floor",
            value=tidy(line.floor_price),
            unit=order.currency,
            about=about,
            sources=(line_source(order.ref, line, "floor_price"),),
            how=f"lowest price allowed: {_price(line.floor_price, order, line)}",
            confidential=True,
        )


def _discount(grounds: Grounds, order: Order, line: Line, about: str, odd: bool) -> Iterator[Fact]:
    """The line's discount where the price is out of line anyway, or the discount is more than policy allows."""
    most = grounds.thresholds.max_discount
    too_high = most is not None and line.discount is not None and line.discount > most
    if not line.discount or not (odd or too_high):
        return
    sources = (line_source(order.ref, line, "discount"),)
    yield Fact(
        name="price.discount",
        value=tidy(line.discount),
        unit="%",
        about=about,
        sources=sources,
        how=f"discount {tidy(line.discount)} % on the line",
    )
    if most is not None and too_high:
        yield Fact(
            name="price.discount_exceeded",
            value=True,
            about=about,
            sources=sources,
            how=f"discount {tidy(line.discount)} %, at most {tidy(most)} % allowed",
        )


def _below_margin(grounds: Grounds, margin: Fact) -> Fact:
    least = tidy(grounds.thresholds.min_margin)
    return margin.with_(
        name="price.below_margin", value=True, unit=None, how=f"margin {margin.value} %, at least {least} % wanted"
    )


def _margin(order: Order, line: Line, about: str) -> Fact | None:
    """Margin as a share of the price; `cost` is on the same basis as the price."""
    if not line.unit_price or line.cost is None:
        return None
    percent = tidy(((line.unit_price - line.cost) / line.unit_price * 100).quantize(_CENTIPER, ROUND_HALF_UP))
    return Fact(
        name="price.margin",
        value=percent,
        unit="%",
        about=about,
        sources=(line_source(order.ref, line, "unit_price"), line_source(order.ref, line, "cost")),
        how=f"({_price(line.unit_price, order, line)} - cost {tidy(line.cost)}) / price = {percent} %",
        confidential=True,
    )


def _price(price: Decimal, order: Order, line: Line) -> str:
    basis = "" if line.price_per == 1 else f" per {tidy(line.price_per)}"
    return f"{tidy(price)} {order.currency}{basis}"
