"""Numbers of records, and whether a text names them: exactly, however they are spaced or separated.

`S00042` is found in `order S 00042`, `Order_S00042.pdf` and `S00042/S00043`, never in `S000421`, `XS00042`, `S00042-7`
or `S00042-C`. A short plain number counts only behind a word that says it is an order's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from triage.domain import Case, ShipmentKind
from triage.odoo.book import RecordBook, is_purchase, owners, party

_TOKEN = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"[^\W\d_]+|\d+")
_MOST_TOKENS = 8
CUE = re.compile(
    r"(?:order|orders|po|p\.o|so|ref|reference|ref[ée]rence|nr|no|num(?:ber|mer|[ée]ro)?|n°|nº|#|bestell\w*|auftrag\w*|"
    r"vorgang\w*|zeichen|commande|cde|pedido|n[úu]mero|bestelling|opdracht\w*|inkooporder\w*|kenmerk|invoice|rechnung\w*|"
    r"factur[ae]?|factuur\w*|lieferschein\w*|delivery|tracking|sendung\w*|zending\w*|env[ií]o|exp[ée]dition)\b"
    r"[\s.:#№°º=-]*(?:(?:no|nr|n|num|number|nummer|id|is|ist|est|es)\b[\s.:#°º=-]*)?$|#\s?$",
    re.IGNORECASE,
)
"""A word before a short number that says what it is: `order no.`, `Bestellung`, `facture n°`."""


class Tie(IntEnum):
    """How a number belongs to a neighbourhood."""

    NAME = 0
    """It is the record's own number."""
    REFERENCE = 1
    """It is what the record's partner calls it."""
    AROUND = 2
    """It is the number of something around it: a purchase, an invoice, a transfer, a parcel."""


@dataclass(frozen=True)
class Number:
    """A number by which people name a record of the book, and who may name it."""

    text: str
    what: str
    """`order number`, `customer's reference`, `purchase number`, ... as a reader is told."""
    record: str
    """Key of the record at the centre of the neighbourhood."""
    tie: Tie
    case: Case = field(compare=False, repr=False)
    parties: frozenset[str] = field(compare=False, repr=False, default=frozenset())
    """Commercial partners whose number this is."""
    carriers: frozenset[str] = field(compare=False, repr=False, default=frozenset())
    """Names of carriers that move what it stands for."""
    of: str = field(compare=False, repr=False, default="")
    """Key of the order, invoice or transfer that it is a number of (`account.move:7`)."""


def numbers_of(case: Case) -> list[Number]:
    """Every number under which a neighbourhood may be named."""
    key = case.record.key
    customers = frozenset(party(p) for p in owners(case)) if not is_purchase(case) else frozenset()
    suppliers = frozenset(party(purchase.supplier) for purchase in case.purchases)
    own = frozenset(party(p) for p in owners(case))
    carriers = frozenset(s.carrier for s in case.shipments if s.carrier)

    def number(
        text: str, what: str, tie: Tie, parties: frozenset[str], of: str, by: frozenset[str] = frozenset()
    ) -> Number:
        return Number(text, what, key, tie, case, parties, by, of)

    what = "purchase number" if is_purchase(case) else "order number"
    found = [number(case.record.name, what, Tie.NAME, own | suppliers, key, carriers)]
    if case.order is not None and case.order.client_order_ref:
        found.append(number(case.order.client_order_ref, "customer's reference", Tie.REFERENCE, customers, key))
    for purchase in case.purchases:
        is_own = purchase.ref.key == case.record.key
        tie, called = (Tie.NAME, Tie.REFERENCE) if is_own else (Tie.AROUND, Tie.AROUND)
        theirs = frozenset({party(purchase.supplier)})
        found.append(number(purchase.ref.name, "purchase number", tie, theirs, purchase.ref.key, carriers))
        if purchase.partner_ref:
            found.append(number(purchase.partner_ref, "supplier's reference", called, theirs, purchase.ref.key))
    for invoice in case.invoices:
        theirs = suppliers if invoice.kind.value.startswith("in_") else customers
        found.append(number(invoice.ref.name, "invoice number", Tie.AROUND, theirs, invoice.ref.key))
    for shipment in case.shipments:
        theirs = suppliers if shipment.kind is ShipmentKind.INCOMING else own | suppliers
        by = frozenset({shipment.carrier}) if shipment.carrier else frozenset()
        found.append(number(shipment.ref.name, "delivery number", Tie.AROUND, theirs, shipment.ref.key, by))
        for tracking in re.split(r"[,;\s]*[,;]\s*", shipment.tracking or ""):
            found += [number(tracking, "tracking number", Tie.AROUND, theirs, shipment.ref.key, by)] if tracking else []
    return list(dict.fromkeys(found))


def numbers_in(book: RecordBook) -> Iterator[Number]:
    """Every number under which a record of the book may be named, and those that only the book knows."""
    for case in book.cases:
        found = [
            number for number in numbers_of(case) if case.record.key in book.belongs.get(number.of, (number.record,))
        ]
        firsts = {number.of: number for number in reversed(found)}
        yield from found
        for of, first in firsts.items():
            for text in book.references.get(of, ()):
                yield replace(first, text=text, what=f"reference of {first.text}", tie=max(first.tie, Tie.REFERENCE))


def plain(text: str) -> str:
    """Text in one spelling: compatibility forms, dashes, spaces and letter case made alike, invisible marks removed."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def shaped_like(text: str, name: str) -> set[str]:
    """What a text names that has the form of this record's name (`S00042`: an S and five digits), in plain spelling."""
    form = re.sub(r"\d", r"\\d", re.escape(plain(name)))
    if form.replace(r"\d", "") == "":
        return set()
    return set(re.findall(rf"(?<![^\W_]){form}(?![^\W_])", plain(text)))


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def _shape(token: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[^\W\d_]", "a", token))


def _is_strong(tokens: Iterable[str]) -> bool:
    """Long enough not to be a quantity, a date, a quarter (`Q4 2026`) or a house number."""
    joined = "".join(token for token in tokens if not re.fullmatch(r"(?:19|20)\d\d", token))
    digits = sum(character.isdigit() for character in joined)
    if joined.isdigit():
        is_date = re.fullmatch(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", joined) is not None
        return digits >= 6 and not is_date
    return digits >= 3 and len(joined) >= 5


class NumberIndex:
    """Many numbers, found in a text in time that grows with the text alone."""

    def __init__(self, numbers: Iterable[Number]) -> None:
        self._by_joined: dict[str, list[tuple[tuple[str, ...], Number]]] = defaultdict(list)
        for number in numbers:
            tokens = _tokens(plain(number.text))
            joined = "".join(tokens)
            if any(character.isdigit() for character in joined):
                self._by_joined[joined].append((tokens, number))

    def named_in(self, text: str, is_file_name: bool = False) -> list[Number]:
        """The numbers that a text names, in the order in which they stand there."""
        text = plain(text)
        spans = list(_TOKEN.finditer(text))
        found: dict[Number, None] = {}
        for start in range(len(spans)):
            joined = ""
            for stop in range(start, min(start + _MOST_TOKENS, len(spans))):
                if stop > start and not _joins(text[spans[stop - 1].end() : spans[stop].start()]):
                    break
                joined += spans[stop].group()
                for tokens, number in self._by_joined.get(joined, ()):
                    passage = _Passage(text, spans, start, stop, is_file_name)
                    if passage.spells(tokens) and passage.stands_alone() and passage.is_meant():
                        found[number] = None
        return list(found)


def _joins(between: str) -> bool:
    """Whether what stands between two tokens may stand inside one number."""
    return len(between) <= 2 and re.fullmatch(r"[-/_. \u00a0]+", between) is not None


@dataclass(frozen=True)
class _Passage:
    """Tokens `start` to `stop` of a text, to be judged as one number."""

    text: str
    spans: list[re.Match[str]]
    start: int
    stop: int
    is_file_name: bool

    def _between(self, n: int) -> str:
        return self.text[self.spans[n].end() : self.spans[n + 1].start()]

    def _here(self) -> tuple[str, ...]:
        return tuple(span.group() for span in self.spans[self.start : self.stop + 1])

    def spells(self, tokens: tuple[str, ...]) -> bool:
        """Same pieces; or letters and digits apart (`S 00042`, `PO4711`); or a long number in groups."""
        here = self._here()
        if here == tokens:
            return len(here) == 1 or self.is_file_name or all("  " not in self._between(n) for n in self._gaps())
        pieces = tuple(_PIECES.findall("".join(tokens)))
        lettered = len(pieces) == 2 and pieces[0].isalpha() and pieces[1].isdigit() and len(pieces[1]) >= 3
        if lettered and pieces in (here, tuple(_PIECES.findall("".join(here)))) and len(here) <= 2:
            return here == pieces or len(here) == 1
        grouped = all(not self._between(n).strip(" ") for n in self._gaps())
        return len(tokens) == 1 and len(tokens[0]) >= 10 and grouped and all(len(token) >= 1 for token in here)

    def _gaps(self) -> range:
        return range(self.start, self.stop)

    def stands_alone(self) -> bool:
        """Not a piece of a longer number on either side."""
        return self._ends_before() and self._ends_after()

    def _neighbour(self, n: int, between: str) -> str | None:
        """The token next to it if something other than space, `(`, `,` and the like ties the two together."""
        if not 0 <= n < len(self.spans) or not between or between.isspace():
            return None
        tied = re.fullmatch(r"[-/.]", between) or (between == "_" and not self.is_file_name)
        return self.spans[n].group() if tied else None

    def _ends_before(self) -> bool:
        if self.start == 0:
            return True
        other = self._neighbour(self.start - 1, self._between(self.start - 1))
        here = self._here()
        if other is None or (_shape(other) == _shape(here[0]) and len(here) == 1):
            return True
        if "".join(here).isdigit():
            return bool(CUE.search(other))
        return other.isalpha() if not self.is_file_name else True

    def _ends_after(self) -> bool:
        if self.stop + 1 >= len(self.spans):
            return True
        between = self._between(self.stop)
        other = self._neighbour(self.stop + 1, between)
        here = self._here()
        if other is None or (_shape(other) == _shape(here[-1]) and len(here) == 1):
            return True
        if between == "." and other.isalpha():
            return True
        if between in "/-" and len("".join(here)) >= 8 and "".join(here).isdigit() and re.fullmatch(r"\d{1,3}", other):
            return True  # a position behind a plain order number: 4500012345/10
        if self.is_file_name and re.fullmatch(r"(?:v|rev|version)\d{1,2}", other):
            return True
        return self._is_word(other)

    def _is_word(self, other: str) -> bool:
        """`S00042-complaint` says something of S00042; `S00042-C` and `S00042-bis` are numbers of their own."""
        return other.isalpha() and len(other) >= (2 if self.is_file_name else 4)

    def is_meant(self) -> bool:
        """A number long enough to be no accident, or one behind a word such as `order`."""
        joined = "".join(self._here())
        grouped_digits = len(self._here()) > 1 and joined.isdigit() and len(joined) < 12
        if _is_strong(self._here()) and not (grouped_digits and any(self._between(n).isspace() for n in self._gaps())):
            return not self._is_amount()
        before = self.text[max(0, self.spans[self.start].start() - 40) : self.spans[self.start].start()]
        return CUE.search(before) is not None and not self._is_amount()

    def _is_amount(self) -> bool:
        """`4500,00` or `€ 450000`: money, not a number of something."""
        here = "".join(self._here())
        if not here.isdigit():
            return False
        after = self.text[self.spans[self.stop].end() : self.spans[self.stop].end() + 8]
        before = self.text[max(0, self.spans[self.start].start() - 5) : self.spans[self.start].start()]
        return bool(
            re.match(r"[.,]\d|\s?(?:€|eur\b|usd\b|gbp\b|kg\b|%|st\b|stk\b|pcs\b|uds\b|x\b)", after)
            or re.search(r"(?:€|\$|£|eur|usd|gbp|\d[.,])\s?$", before)
            or before.endswith("+")
        )
