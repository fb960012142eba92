"""How an issuer writes numbers and dates, and the proof of what of a document its drawing printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from tests.documents_set.model import Doc, Item, day

HEAD = (
    "document_type",
    "document_number",
    "issue_date",
    "due_date",
    "delivery_date",
    "seller_name",
    "seller_vat_id",
    "buyer_name",
    "purchase_order_reference",
    "currency",
    "net_total",
    "tax_total",
    "gross_total",
    "iban",
)
LINE = (
    "seller_item_id",
    "buyer_item_id",
    "name",
    "quantity",
    "unit",
    "unit_price",
    "price_basis",
    "net_amount",
    "delivery_date",
)


@dataclass(frozen=True)
class Style:
    """An issuer's habits of writing."""

    language: str
    numbers: str = "1,234.56"
    """How it writes 1234.56."""
    dates: str = "dd/MM/yyyy"
    """In CLDR's letters."""
    money: str = "EUR"
    """How it writes the currency."""
    minus: str = "-1"
    """How it writes -1: `-1`, `1-`, `(1)`, `- 1`."""
    places: int = 2
    """Decimals that a price has at least."""

    def number(self, value: Decimal | str, places: int | None = None) -> str:
        """A number with so many decimals; as many as it has where none are asked for."""
        amount = Decimal(value)
        if places is None:
            places = max(0, -int(amount.as_tuple().exponent))
        point, group = self.numbers[-3], self.numbers[1] if len(self.numbers) == 8 else ""
        text = f"{abs(amount):,.{places}f}".replace(",", "\0").replace(".", point).replace("\0", group)
        return self.minus.replace("1", text) if amount < 0 else text

    def date(self, value: str, pattern: str = "") -> str:
        """A date of the data in this issuer's form."""
        return str(format_date(day(value), pattern or self.dates, locale=self.language))


@dataclass
class Row:
    """A line as it is printed. Reading an attribute notes that it was."""

    item: Item
    style: Style
    printed: dict[str, str]
    vat_included: bool = False
    position: int = 0
    """From 1."""

    def _say(self, name: str, text: str) -> str:
        if text:
            self.printed[name] = text
        return text

    @property
    def sku(self) -> str:
        return self._say("seller_item_id", self.item.sku)

    @property
    def ours(self) -> str:
        return self._say("buyer_item_id", self.item.ours)

    @property
    def name(self) -> str:
        return self._say("name", self.item.name)

    @property
    def quantity(self) -> str:
        return self._say("quantity", self.style.number(self.item.quantity))

    @property
    def unit(self) -> str:
        return self._say("unit", self.item.unit)

    @property
    def price(self) -> str:
        """For `per` units, before discount."""
        if not self.item.price:
            return ""
        has = -int(Decimal(self.item.price).as_tuple().exponent)
        text = self.style.number(self.item.price, max(self.style.places, has))
        return text if self.vat_included else self._say("unit_price", text)

    @property
    def per(self) -> str:
        return self._say("price_basis", self.style.number(str(self.item.per)))

    @property
    def off(self) -> str:
        """Discount in percent, without the sign; empty for none."""
        return self.style.number(self.item.off) if Decimal(self.item.off) else ""

    @property
    def amount(self) -> str:
        if self.item.amount is None:
            return ""
        text = self.style.number(self.item.amount, 2)
        return text if self.vat_included else self._say("net_amount", text)

    @property
    def due(self) -> str:
        return self.due_as("")

    def due_as(self, pattern: str) -> str:
        """The line's date of delivery in another form than the issuer's usual one."""
        return self._say("delivery_date", self.style.date(self.item.due, pattern)) if self.item.due else ""


class Proof:
    """A document's values in its issuer's writing. What is read from here is printed, and is therefore visible."""

    def __init__(self, doc: Doc, style: Style) -> None:
        self.doc = doc
        self.style = style
        self.printed: dict[str, str] = {}
        self.rows = [Row(item, style, {}, doc.vat_included, n) for n, item in enumerate(doc.items, 1)]

    def _say(self, name: str, text: str) -> str:
        if text:
            self.printed[name] = text
        return text

    def title(self, text: str) -> str:
        """The word that says what the document is."""
        return self._say("document_type", text)

    def date(self, name: str, pattern: str = "") -> str:
        """`issued`, `due` or `delivery`, or a date in `extra`; empty where the document has none."""
        names = {"issued": "issue_date", "due": "due_date", "delivery": "delivery_date"}
        if name not in names:
            return self.style.date(self.doc.extra[name], pattern) if name in self.doc.extra else ""
        value = getattr(self.doc, name)
        return self._say(names[name], self.style.date(value, pattern)) if value else ""

    @property
    def number(self) -> str:
        return self._say("document_number", self.doc.number)

    @property
    def issued(self) -> str:
        return self.date("issued")

    @property
    def due(self) -> str:
        return self.date("due")

    @property
    def delivery(self) -> str:
        return self.date("delivery")

    @property
    def po(self) -> str:
        return self._say("purchase_order_reference", self.doc.po)

    @property
    def seller(self) -> str:
        return self._say("seller_name", self.doc.seller.name)

    @property
    def seller_address(self) -> tuple[str, ...]:
        return (self.seller, *self.doc.seller.address[1:])

    @property
    def vat(self) -> str:
        return self._say("seller_vat_id", self.doc.seller.vat)

    def vat_in(self, *sizes: int) -> str:
        """The seller's VAT id in groups of these sizes."""
        parts, rest = [], self.doc.seller.vat
        for size in sizes:
            parts, rest = [*parts, rest[:size]], rest[size:]
        return self._say("seller_vat_id", " ".join([*parts, rest] if rest else parts))

    def vat_as(self, text: str) -> str:
        """The seller's VAT id with its country's own punctuation."""
        if "".join(c for c in text if c.isalnum()) != self.doc.seller.vat:
            raise ValueError(f"{text} is not {self.doc.seller.vat}")
        return self._say("seller_vat_id", text)

    @property
    def buyer(self) -> str:
        return self._say("buyer_name", self.doc.buyer.name)

    @property
    def buyer_address(self) -> tuple[str, ...]:
        return (self.buyer, *self.doc.buyer.address[1:])

    @property
    def buyer_vat(self) -> str:
        """Not a field: it must not be taken for the seller's."""
        return self.doc.buyer.vat

    @property
    def money(self) -> str:
        return self._say("currency", self.style.money)

    @property
    def iban(self) -> str:
        return self._say("iban", self.doc.seller.iban)

    @property
    def iban_plain(self) -> str:
        return self._say("iban", self.doc.seller.iban.replace(" ", ""))

    @property
    def net(self) -> str:
        return self._say("net_total", self.amount(self.doc.net))

    @property
    def tax(self) -> str:
        return self._say("tax_total", self.amount(self.doc.tax))

    @property
    def gross(self) -> str:
        return self._say("gross_total", self.amount(self.doc.gross))

    @property
    def goods(self) -> str:
        """The sum of the lines; the net total where nothing is added to it."""
        return self.amount(self.doc.goods)

    def amount(self, value: Decimal | str) -> str:
        """Any amount, with two decimals."""
        return self.style.number(value, 2)

    def rate(self, value: Decimal | str) -> str:
        """A percentage without needless zeros."""
        text = f"{Decimal(value):f}"
        return self.style.number(text.rstrip("0").rstrip(".") if "." in text else text)

    def extra(self, name: str) -> str:
        """Something else that this document says; empty where it does not."""
        return self.doc.extra.get(name, "")


def truth(proof: Proof) -> dict[str, Any]:
    """The right answer for a document that was drawn from `proof`."""
    doc = proof.doc
    whole = doc.priced
    values: dict[str, Any] = {
        "document_type": doc.type,
        "document_number": doc.number,
        "issue_date": doc.issued,
        "due_date": doc.due or None,
        "delivery_date": doc.delivery or None,
        "seller_name": doc.seller.name,
        "seller_vat_id": doc.seller.vat or None,
        "buyer_name": doc.buyer.name,
        "purchase_order_reference": doc.po or None,
        "currency": doc.currency if whole else None,
        "net_total": float(doc.net) if whole else None,
        "tax_total": float(doc.tax) if whole else None,
        "gross_total": float(doc.gross) if whole else None,
        "iban": doc.seller.iban.replace(" ", "") or None,
    }
    seen = {name: name in proof.printed and values[name] is not None for name in HEAD}
    return {
        **{name: values[name] for name in HEAD},
        "lines": [_line(row) for row in proof.rows],
        "visible": seen,
        "lines_scored": True,
    }


def _line(row: Row) -> dict[str, Any]:
    item, net_known = row.item, not row.vat_included
    values: dict[str, Any] = {
        "seller_item_id": item.sku or None,
        "buyer_item_id": item.ours or None,
        "name": item.name,
        "quantity": float(item.quantity),
        "unit": item.unit or None,
        "unit_price": float(item.price) if item.price and net_known else None,
        "price_basis": item.per if item.price else None,
        "net_amount": float(item.amount) if item.amount is not None and net_known else None,
        "delivery_date": item.due or None,
    }
    seen = {name: name in row.printed and values[name] is not None for name in LINE}
    return {**values, "visible": seen}
