"""Sales orders: heads and lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import Line, Order
from triage.odoo.capture import wanted
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.missing import LINES, RELATED
from triage.odoo.capture.products import Products, exact
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import OwnCompany
from triage.odoo.capture.stock import Cover
from triage.odoo.rows import Row

MOST_RELATED = 20
_MOST_LINES = 5000
_OPEN = ("sale",)
_STATUSES = (("delivery_status", "full"), ("invoice_status", "invoiced"))
"""Which field says that nothing of an order is to come, the first that there is."""


def sale_fields(custom: Custom) -> tuple[str, ...]:
    """What is read of a head."""
    return (*wanted.SALE_ORDER, *custom.fields("order."))


def read_lines(reader: Reader, orders: Sequence[int], custom: Custom) -> list[Row]:
    """The lines of some sales orders that stand for goods or services, in their order. One call."""
    names = (*wanted.SALE_LINE, *custom.fields("line."))
    terms = [("order_id", "in", list(orders))]
    rows = reader.where_any(LINES, "sale.order.line", terms, names, order="sequence, id", limit=_MOST_LINES, bare=True)
    if len(rows) == _MOST_LINES:
        reader.missing.note(LINES, f"only the first {_MOST_LINES} were read")
    return [row for row in rows if is_item(row) and not row.flag("is_delivery")]


def is_item(row: Row) -> bool:
    """Whether a line is about something, rather than a section, a note or a down payment."""
    return row.text("display_type") in {None, "product"} and not row.flag("is_downpayment")


def to_order(row: Row, custom: Custom, company: OwnCompany) -> Order:
    """The head as the case has it."""
    return Order(
        ref=row.ref(),
        state=row.text("state") or "draft",
        currency=row.label("currency_id") or company.company.currency or "EUR",
        amount_total=row.number("amount_total"),
        date_order=row.moment("date_order"),
        commitment_date=row.moment("commitment_date"),
        client_order_ref=row.text("client_order_ref"),
        warehouse=row.label("warehouse_id"),
        owner=row.label("user_id"),
        owner_user=row.one("user_id"),
        channel=custom.text(row, "order.channel"),
        penalty_per_day=custom.number(row, "order.penalty_per_day"),
        picking_policy=row.text("picking_policy"),
        locked=row.flag("locked") or row.text("state") == "done",
    )


@dataclass(frozen=True)
class LineMaker:
    """Turns rows of order lines into lines of the case."""

    custom: Custom
    products: Products
    company: OwnCompany

    def sale(self, row: Row, currency: str, cover: Cover) -> Line:
        """A line of a sales order, with what is reserved and forecast for it."""
        custom, products = self.custom, self.products
        price_per = custom.number(row, "line.price_per") or Decimal(1)
        listed = custom.number(row, "line.list_price")
        if listed is None and not custom.has("line.list_price"):
            listed = _times(products.list_price(row, currency, self.company.company.currency), price_per)
        until = cover.expected
        size, own = products.size_of(row)
        return Line(
            id=row.id,
            product=products.code(row),
            name=_description(row, products),
            partner_code=custom.text(row, "line.partner_code"),
            gtin=products.gtin(row),
            quantity=row.number("product_uom_qty") or Decimal(0),
            delivered=row.number("qty_delivered") or Decimal(0),
            invoiced=row.number("qty_invoiced") or Decimal(0),
            uom=products.unit_name(row),
            uom_size=size,
            own_uom=own,
            unit_price=net_price(row),
            price_per=price_per,
            discount=row.number("discount") or None,
            list_price=listed,
            floor_price=custom.number(row, "line.floor_price"),
            cost=_times(products.cost(row, currency, self.company.company.currency), price_per),
            reserved=cover.reserved,
            forecast=cover.forecast,
            forecast_date=until.astimezone(self.company.zone).date() if until else None,
        )

    def purchase(self, row: Row, partner_code: str | None) -> Line:
        """A line of a purchase order."""
        planned = row.moment("date_planned")
        size, own = self.products.size_of(row)
        return Line(
            id=row.id,
            product=self.products.code(row),
            name=_description(row, self.products),
            partner_code=self.custom.text(row, "line.partner_code") or partner_code,
            gtin=self.products.gtin(row),
            quantity=row.number("product_qty") or Decimal(0),
            delivered=row.number("qty_received") or Decimal(0),
            invoiced=row.number("qty_invoiced") or Decimal(0),
            uom=self.products.unit_name(row),
            uom_size=size,
            own_uom=own,
            unit_price=net_price(row),
            price_per=self.custom.number(row, "line.price_per") or Decimal(1),
            discount=row.number("discount") or None,
            date_planned=planned.astimezone(self.company.zone).date() if planned else None,
        )

    def invoice(self, row: Row, price_per: Decimal) -> Line:
        """A line of an invoice; prices are per as many units as on the order that it bills."""
        return Line(
            id=row.id,
            product=self.products.code(row),
            name=_description(row, self.products),
            gtin=self.products.gtin(row),
            quantity=row.number("quantity") or Decimal(0),
            uom=self.products.unit_name(row),
            unit_price=net_price(row),
            price_per=price_per,
            discount=row.number("discount") or None,
        )


def net_price(row: Row) -> Decimal | None:
    """The unit price after the line's discount."""
    price, off = row.number("price_unit"), row.number("discount")
    return price if price is None or not off else exact(price * (1 - off / 100))


def _times(price: Decimal | None, price_per: Decimal) -> Decimal | None:
    return None if price is None else exact(price * price_per)


def _description(row: Row, products: Products) -> str:
    """The first line of the description, without the item number in brackets before it."""
    first = (row.text("name") or "").partition("\n")[0].strip()
    if first.startswith("[") and "]" in first:
        first = first.partition("]")[2].strip() or first
    return first or products.code(row)


def read_related(
    reader: Reader, orders: Iterable[int], heads: Iterable[int], references: Iterable[str], custom: Custom
) -> list[Row]:
    """The orders themselves once more, orders of the same customers with the same reference, and open ones. One call.

    The newest come first. `heads` are commercial partners.
    """
    known = sorted(set(orders))
    of_customers = ("partner_id", "child_of", sorted(set(heads)))
    domain: list[object] = [("id", "in", known)]
    same = ("client_order_ref", "in", _spellings(references))
    is_open = [("state", "in", list(_OPEN)), _undelivered(reader)]
    if of_customers[2]:
        either = ["|", same, "&", *is_open] if same[2] else ["&", *is_open]
        domain = ["|", *domain, "&", of_customers, "&", ("state", "!=", "cancel"), *either]
    limit = len(known) + MOST_RELATED * max(1, len(of_customers[2])) * 2
    names = sale_fields(custom)
    return reader.search(RELATED, "sale.order", domain, names, order="date_order desc, id desc", limit=limit)


def _is_open(row: Row) -> bool:
    name, done = _STATUSES[0] if row.has("delivery_status") else _STATUSES[1]
    return row.text("state") in _OPEN and row.text(name) != done


def _undelivered(reader: Reader) -> tuple[str, str, str]:
    name, done = _STATUSES[0] if reader.odoo.has("sale.order", "delivery_status") else _STATUSES[1]
    return (name, "!=", done)


def _spellings(references: Iterable[str]) -> list[str]:
    return sorted({spelling for text in references for spelling in (text, text.upper(), text.lower())})


def related_of(own: Row, rows: Iterable[Row], head: int | None, head_of: dict[int, int]) -> list[Row]:
    """Which of these orders matter beside one: first those with its reference, then open ones, the newest first."""
    reference = (own.text("client_order_ref") or "").casefold()
    others = [row for row in rows if row.id != own.id and head and head_of.get(row.one("partner_id") or 0) == head]
    same = [row for row in others if reference and (row.text("client_order_ref") or "").casefold() == reference]
    rest = [row for row in others if row not in same and _is_open(row)]
    return [*same, *rest][:MOST_RELATED]
