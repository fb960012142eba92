"""Amounts and quantities as printed, read with the document's own separators."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

CURRENCY_SIGNS: dict[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "$": "USD",
    "us$": "USD",
    "usd": "USD",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "gbp": "GBP",
    "chf": "CHF",
    "sfr": "CHF",
    "fr.": "CHF",
    "zł": "PLN",
    "zl": "PLN",
    "pln": "PLN",
    "kč": "CZK",
    "czk": "CZK",
    "sek": "SEK",
    "nok": "NOK",
    "dkk": "DKK",
    "₹": "INR",
    "rs": "INR",
    "rs.": "INR",
    "inr": "INR",
    "¥": "JPY",
    "jpy": "JPY",
    "cny": "CNY",
    "rmb": "CNY",
    "a$": "AUD",
    "aud": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "cad": "CAD",
    "huf": "HUF",
    "ft": "HUF",
    "ron": "RON",
    "bgn": "BGN",
    "try": "TRY",
    "₺": "TRY",
    "brl": "BRL",
    "r$": "BRL",
    "mxn": "MXN",
    "zar": "ZAR",
    "sgd": "SGD",
    "hkd": "HKD",
    "aed": "AED",
}
"""How currencies are printed, in lower case. A bare `$` may be another country's dollar."""

WEAK_SIGNS = frozenset({"ft", "fr.", "rs", "try", "zl", "sfr"})
"""Signs that are also words: they count beside a number only."""

_SPACES = "\u00a0\u202f\u2009 "
_GROUPED = re.compile(rf"(?<![.,\d])\d{{1,3}}(?:[{_SPACES}]\d{{3}})+(?!\d)")
"""Thousands set apart by spaces: before the decimal sign only, since `1,85 100` is a price and something else."""
_NUMBER = re.compile(
    r"""(?P<sign>[-−–+(]\s?)?
        (?P<digits>\d{1,3}(?:[.,'’]\d{3})+(?:[.,]\d{1,6})?|\d+(?:[.,]\d{1,6})?|[.,]\d{1,6})
        (?P<dash>[.,][-–—]{1,2})?
        (?P<after>\s?[-−–](?!\w)|\))?""",
    re.X,
)


@dataclass(frozen=True, slots=True)
class Separators:
    """Which character is the decimal sign of a document."""

    decimal: str = "."
    sure: bool = False
    """Seen in a number that can be read in one way only."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A printed number as read. `decimals` counts the printed ones."""

    value: Decimal
    decimals: int
    currency: str | None = None
    percent: bool = False
    per: Decimal | None = None
    """For how many pieces a price is, where it is printed so: `12,50/100`."""


def separators(texts: Iterable[str]) -> Separators:
    """The decimal sign, by vote of the numbers that can be read in one way only."""
    votes = {".": 0, ",": 0}
    texts = list(texts)
    for text in texts:
        for match in re.finditer(r"(?<![\w.,/])(?<!\w[-–])\d[\d.,'’]*\d(?![\w/])", text):
            sign = _certain_decimal_sign(match[0])
            if sign:
                votes[sign] += 1
    if votes["."] == votes[","]:
        return Separators(",", True) if not votes["."] and _writes_commas(texts) else Separators(".", False)
    return Separators(max(votes, key=lambda sign: votes[sign]), True)


_COMMAS = re.compile(
    r"\b(?:der|die|und|für|ihre?|nr|datum|menge|lieferschein|bestellung|artikel|het|uw|voor|van|aantal|omschrijving|"
    r"geleverd|besteld|pakbon|quantité|qté|livraison|commande|désignation|votre|du|cantidad|fecha|pedido|descripción|"
    r"artículo|albarán|su|del|quantità|descrizione|ordine|consegna|data|ilość|nazwa|zamówienie|towaru|dostawy)\b",
    re.I,
)
_POINTS = re.compile(
    r"\b(?:the|and|your|our|date|order|quantity|qty|description|delivery|delivered|shipped|invoice|number|item)\b", re.I
)


def _writes_commas(texts: Iterable[str]) -> bool:
    """Whether the words are those of a language with a decimal comma, where no number tells."""
    joined = "\n".join(texts)
    return len(_COMMAS.findall(joined)) > max(2, 2 * len(_POINTS.findall(joined)))


def _certain_decimal_sign(number: str) -> str | None:
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.(\d\d|\d{4})", number):
        return None
    dot, comma = number.rfind("."), number.rfind(",")
    if dot >= 0 and comma >= 0:
        return "." if dot > comma else ","
    last = max(dot, comma)
    if last < 0 or number.count(number[last]) > 1:
        return None
    return number[last] if len(number) - last - 1 in (1, 2, 4) else None


def amount(text: str, marks: Separators = Separators()) -> Amount | None:
    """Reads a whole text as one amount, with currency or per cent sign beside it; none if it is anything else."""
    rest, per = _take_basis(text.strip())
    currency, rest = _take_currency(rest)
    percent = rest.endswith("%")
    if percent:
        rest = rest[:-1].strip()
    match = _NUMBER.fullmatch(_GROUPED.sub(lambda found: re.sub(rf"[{_SPACES}]", "", found[0]), rest))
    if match is None:
        return None
    value = number(match["digits"], marks)
    if value is None:
        return None
    sign, after = (match["sign"] or "").strip(), (match["after"] or "").strip()
    if sign == "(" and after != ")":
        return None
    if sign in ("-", "−", "–", "(") or after in ("-", "−", "–"):
        value = -value
    return Amount(value, _decimals(match["digits"], value), currency, percent, per)


_BASIS = re.compile(r"(?<=[\d€£$])\s?/\s?(?P<basis>10{0,4}|1[.,' ]?000|%|‰|C|M)(?:\s?[A-Za-zęüé.]{1,6})?$")
_BASES = {"%": Decimal(100), "C": Decimal(100), "M": Decimal(1000), "‰": Decimal(1000)}


def _take_basis(text: str) -> tuple[str, Decimal | None]:
    """A price and the number of pieces behind its stroke: `12,50/100`, `3,20 / 1000 Stk`."""
    match = _BASIS.search(text)
    if match is None:
        return text, None
    basis = match["basis"]
    return text[: match.start()].rstrip(), _BASES.get(basis) or Decimal(re.sub(r"\D", "", basis))


def _decimals(digits: str, value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def number(digits: str, marks: Separators) -> Decimal | None:
    """Digits with separators as a number: `1.234,50`, `1'000.00`, `1,234`."""
    plain = re.sub(r"['’\s\u00a0\u202f]", "", digits)
    dot, comma = plain.rfind("."), plain.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal = max(dot, comma)
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    elif dot >= 0 or comma >= 0:
        plain = _one_mark(plain, "." if dot >= 0 else ",", marks)
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _one_mark(plain: str, mark: str, marks: Separators) -> str:
    head, *tail = plain.split(mark)
    if len(tail) > 1:
        return plain.replace(mark, "")
    thousands = len(tail[0]) == 3 and 1 <= len(head) <= 3 and head != "0"
    if thousands and mark != marks.decimal and (marks.sure or mark == ","):
        return head + tail[0]
    return f"{head or '0'}.{tail[0]}"


def currency_of(token: str) -> str | None:
    """ISO code of a currency sign, code or name; none for anything else, also for signs that are words as well."""
    plain = token.strip("()[]:;,").lower()
    if plain in WEAK_SIGNS:
        return None
    return CURRENCY_SIGNS.get(plain)


def _take_currency(text: str) -> tuple[str | None, str]:
    """Currency sign before or after the number, and the rest."""
    before = re.match(r"([^\d\s.,'’()+−–-]{1,4}\.?|\(?[A-Za-z]{3}\)?)\s?(?=[\d.,(+−–-])", text)
    if before and (code := CURRENCY_SIGNS.get(before[1].strip("()").lower())):
        return code, text[before.end() :].strip()
    minus = re.match(r"([-−–])\s?([€$£₹]|[A-Z]{3})\s?(?=\d)", text)
    if minus and (code := CURRENCY_SIGNS.get(minus[2].lower())):
        return code, "-" + text[minus.end() :]
    after = re.search(r"(?<=[\d)%.,−–-])\s?([^\d\s.,()%]{1,5}\.?)$", text)
    if after and (code := CURRENCY_SIGNS.get(after[1].lower())):
        return code, text[: after.start()].strip()
    return None, text
