"""Products of an order by the codes that documents call them: the supplier's, ours, GTIN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from triage.domain import Line
from triage.facts.stated import Stated, bare, spellings

_LEAST = 5
"""Characters of a code that is looked for in running text."""


class Codes:
    """An order's products by their codes, laid out once for a document of any length."""

    def __init__(self, products: Mapping[str, Sequence[Line]]) -> None:
        self._places = {product: n for n, product in enumerate(products)}
        self._partner: dict[str, list[str]] = {}
        self._named: dict[str, list[str]] = {}
        self._own: dict[str, list[str]] = {}
        self._gtin: dict[str, list[str]] = {}
        for product, lines in products.items():
            for line in lines:
                self._add(product, bare(line.product), bare(line.partner_code), bare(line.gtin))

    def _add(self, product: str, ours: str, partner: str, gtin: str) -> None:
        for table, codes in (
            (self._partner, (partner,)),
            (self._named, (ours, partner)),
            (self._own, (ours, gtin)),
            (self._gtin, (gtin,)),
        ):
            for code in filter(None, codes):
                table.setdefault(code, []).append(product)

    def of(self, one: Stated) -> list[str]:
        """Products that a line's item numbers mean: the supplier's, then ours, then each in the other's place."""
        theirs, ours = spellings(one.seller_item_id), spellings(one.buyer_item_id)
        pairs = ((theirs, self._partner), (ours, self._named), (theirs, self._own), (ours, self._gtin))
        return next((found for codes, table in pairs if (found := self._in(table, codes))), [])

    def in_text(self, one: Stated) -> list[str]:
        """The only product whose code stands in a line's text; none where the line replaces it."""
        words = {bare(word) for word in re.split(r"[\s,;:()]+", one.name)}
        codes = [word for word in words if len(word) >= _LEAST and any(c.isdigit() for c in word)]
        found = {product for table in (self._named, self._gtin) for product in self._in(table, codes)}
        # "replaces BM-100" names the item that is not delivered.
        return list(found) if len(found) == 1 and not one.replaces else []

    def _in(self, table: Mapping[str, Sequence[str]], codes: Iterable[str]) -> list[str]:
        """In the order's order."""
        return sorted({product for code in codes for product in table.get(code, ())}, key=self._places.__getitem__)
