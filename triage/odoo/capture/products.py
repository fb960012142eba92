"""Products: what they are called, what they cost, what the price list says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from triage.odoo.capture import wanted
from triage.odoo.capture.missing import PRODUCTS
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Units
from triage.odoo.rows import Row

_EXACT = Decimal("0.000001")

_UNSET_PRICE = Decimal(1)


@dataclass(frozen=True)
class Products:
    """Products that were read, and the price rules of some sales lines."""

    rows: Mapping[int, Row]
    rules: Mapping[int, Row]
    units: Units

    def code(self, line: Row, text: str = "name") -> str:
        """What people call the product of a line: its internal reference, else its name, else the line's own text."""
        row = self.rows.get(line.one("product_id") or 0)
        named = (row.text("default_code") or row.text("name")) if row else line.label("product_id")
        return named or (line.text(text) or "").partition("\n")[0] or f"{line.model} {line.id}"

    def gtin(self, line: Row) -> str | None:
        """The product's barcode."""
        row = self.rows.get(line.one("product_id") or 0)
        return row.text("barcode") if row else None

    def template(self, line: Row) -> int | None:
        """The product's template."""
        row = self.rows.get(line.one("product_id") or 0)
        return row.one("product_tmpl_id") if row else None

    def cost(self, line: Row, currency: str, company_currency: str | None) -> Decimal | None:
        """Cost per one of the line's unit in the order's currency; none where it is nought or in another currency."""
        given = line.number("purchase_price")
        if given:
            return given
        return self._of_product(line, "standard_price") if currency == company_currency else None

    def list_price(self, line: Row, currency: str, company_currency: str | None) -> Decimal | None:
        """What the order's price list gives for the line, where that follows from a plain rule.

        A fixed price or a percentage off the sales price; without any rule, the sales price. Formulas, and prices of
        other lists or currencies, are left out rather than guessed.
        """
        if not line.has("pricelist_item_id"):
            return None
        own = currency == company_currency
        number = line.one("pricelist_item_id")
        if number is None:
            return self._sales_price(line) if own else None
        rule = self.rules.get(number)
        if rule is None or rule.label("currency_id") not in {None, currency}:
            return None
        if rule.text("compute_price") == "fixed":
            return self._in_unit(line, rule.number("fixed_price"))
        if rule.text("compute_price") == "percentage" and rule.text("base") in {None, "list_price"} and own:
            sales, off = self._sales_price(line), rule.number("percent_price") or Decimal(0)
            return None if sales is None else exact(sales * (1 - off / 100))
        return None

    def to_line_unit(self, line: Row, quantity: Decimal | None, unit: int | None) -> Decimal | None:
        """A quantity of a move or product in the unit of an order line; none where units are of different kinds."""
        ratio = self.units.ratio(unit, unit_of(line))
        return None if quantity is None or ratio is None else exact(quantity * ratio)

    def unit_name(self, line: Row) -> str:
        """What the unit of a line or move is called."""
        label = line.label("product_uom_id") or line.label("product_uom")
        return label or self.units.names.get(unit_of(line) or 0) or "Units"

    def size_of(self, line: Row) -> tuple[Decimal | None, str | None]:
        """How many of the product's own unit the line's unit is, and what that is called; none where it is that unit,
        or of another kind."""
        ours, own = unit_of(line), self.own_unit(line)
        ratio = self.units.ratio(ours, own)
        name = self.units.names.get(own or 0)
        return (None, None) if ours == own or ratio is None or name is None else (exact(ratio), name)

    def own_unit(self, line: Row) -> int | None:
        """The unit that the product is kept in."""
        row = self.rows.get(line.one("product_id") or 0)
        return row.one("uom_id") if row else None

    def _sales_price(self, line: Row) -> Decimal | None:
        """The product's sales price with what its variant adds; none where nobody has set one.

        Odoo gives every new product a sales price of 1.00, which says nothing.
        """
        row = self.rows.get(line.one("product_id") or 0)
        price = row.number("list_price") if row else None
        if row is None or price in {None, Decimal(0), _UNSET_PRICE}:
            return None
        return self._in_unit(line, (price or Decimal(0)) + (row.number("price_extra") or Decimal(0)))

    def _of_product(self, line: Row, name: str) -> Decimal | None:
        row = self.rows.get(line.one("product_id") or 0)
        value = row.number(name) if row else None
        return self._in_unit(line, value) if value else None

    def _in_unit(self, line: Row, price: Decimal | None) -> Decimal | None:
        """A price per the product's unit as one per the line's unit."""
        ratio = self.units.ratio(unit_of(line), self.own_unit(line))
        return None if price is None or ratio is None else exact(price * ratio)


def read_products(reader: Reader, lines: Iterable[Row], units: Units, with_rules: bool) -> Products:
    """The products of some lines and moves, and the price rules of lines. Two calls at the most."""
    known = list(lines)
    numbers = {number for line in known if (number := line.one("product_id"))}
    rules = {number for line in known if with_rules and (number := line.one("pricelist_item_id"))}
    names = (*wanted.PRODUCT, *(wanted.SALES_PRICE if with_rules else ()))
    rows = reader.read(PRODUCTS, "product.product", numbers, names, bare=True)
    found = reader.read(PRODUCTS, "product.pricelist.item", rules, wanted.PRICE_RULE)
    return Products({row.id: row for row in rows}, {row.id: row for row in found}, units)


def unit_of(line: Row) -> int | None:
    """The unit of a line or move: `product_uom_id` or, before Odoo 19, `product_uom`."""
    return line.one("product_uom_id") or line.one("product_uom")


def exact(value: Decimal) -> Decimal:
    """A number without the noise of a division or discount, and without trailing zeros."""
    rounded = value.quantize(_EXACT)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()
