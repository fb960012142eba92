"""E-mail addresses, IBANs, VAT ids and payment card numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from triage.privacy.found import NUMBER_LABEL, Found, before, longest

_LOCAL = r"\w.!#$%&*+/=?^`{|}~'\-"
_EMAIL = re.compile(rf"(?<![{_LOCAL}])['`{{|*/=]*(?P<address>\w[{_LOCAL}]*@(?:[\w-]+\.)+[\w-]{{2,}})")

_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ \u00a0.-]?[A-Za-z0-9]{4})")
_IBAN_LABEL = re.compile(r"iban\W{0,3}$", re.IGNORECASE)

_VAT_COUNTRIES = (
    "AT BE BG CHE CY CZ DE DK EE EL ES FI FR GB GR HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI SK XI".replace(" ", "|")
)
_VAT_START = re.compile(rf"(?<![A-Za-z0-9])(?:{_VAT_COUNTRIES})[ .-]?[0-9A-Z]")
_VAT_LABELLED = re.compile(
    r"\b(?i:VAT|USt\.?-?Id(?:ent)?\.?(?:-?Nr)?|UID|MwSt\.?|BTW|TVA|NIF|CIF|P\.? ?IVA|Partita IVA|Tax ID"
    r"|Steuernummer|SIREN|SIRET)"
    r"(?i:[ .:#\-]|\b(?:reg(?:istration)?|intracom(?:munautaire|unitario)?|no|nr|number|nummer|num[ée]ro|n[º°]|id)\b)*"
    r"(?P<id>(?:[A-Z]{2,3}[ .-]?)?[A-Z]?\d[0-9A-Z. -]{5,16}[0-9A-Z])(?![\w%€$]|[.,]\d)"
)
_SHORTEST_VAT = 10
"""With the country; a Romanian id may be shorter, but so are item numbers that begin with RO."""
_AMOUNT = re.compile(r"^[\d. ]*[.,]\d{2}$")

_CARD = re.compile(r"(?<![\w.,+-])\d(?:[ \u00a0-]?\d){13,18}(?![\w-]|[.,]\d)")
_CARD_LABEL = re.compile(
    r"(?:card|karte\w*|carte|tarjeta|kaart\w*|carta|visa|mastercard|amex|maestro)\W", re.IGNORECASE
)
_ISSUERS = (
    (re.compile(r"4"), {16, 19}),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), {16}),
    (re.compile(r"3[47]"), {15}),
    (re.compile(r"3(?:0[0-5]|[689])"), {14, 16}),
    (re.compile(r"6(?:011|4[4-9]|5)"), {16, 19}),
)
"""Number prefixes and lengths of the large issuers (ISO/IEC 7812)."""


def emails(text: str) -> Iterator[Found]:
    """E-mail addresses; upper and lower case are one address."""
    if "@" not in text:
        return
    for match in _EMAIL.finditer(text):
        yield Found(match.start("address"), match.end("address"), match["address"].casefold())


def ibans(text: str) -> Iterator[Found]:
    """Account numbers whose check digits are right, and those that stand behind the word IBAN."""
    for match in _IBAN_START.finditer(text):
        start, window = match.start(), _line_end(text, match.start(), 48)
        end = longest(text, start, window, _is_iban)
        if end is None and _IBAN_LABEL.search(before(text, start)):
            end = longest(text, start, window, _has_iban_length)
        if end is not None:
            yield Found(start, end, _compact(text[start:end]))


def vat_ids(text: str) -> Iterator[Found]:
    """VAT ids whose check digits are right, and those that stand behind such a label."""
    for match in _VAT_START.finditer(text):
        start = match.start()
        if end := longest(text, start, _line_end(text, start, 22), _is_vat):
            yield Found(start, end, _compact(text[start:end]))
    for match in _VAT_LABELLED.finditer(text):
        value = match["id"]
        if sum(c.isdigit() for c in value) >= 7 and not _AMOUNT.match(value):
            yield Found(match.start("id"), match.end("id"), _compact(value))


def card_numbers(text: str) -> Iterator[Found]:
    """Payment card numbers: a large issuer's prefix and length and a right check digit (Luhn), and no label of another
    number before them."""
    from stdnum import luhn

    for match in _CARD.finditer(text):
        digits = _compact(match.group())
        issued = any(len(digits) in lengths and prefix.match(digits) for prefix, lengths in _ISSUERS)
        if not issued or not luhn.is_valid(digits):
            continue
        label = before(text, match.start())
        if _CARD_LABEL.search(label) or not NUMBER_LABEL.search(label):
            yield Found(match.start(), match.end(), digits)


def _line_end(text: str, start: int, most: int) -> int:
    found = text.find("\n", start, start + most)
    return min(len(text), start + most) if found < 0 else found


def _compact(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()


@lru_cache(maxsize=4096)
def _is_iban(text: str) -> bool:
    from stdnum import iban

    return _has_iban_length(text) and bool(iban.is_valid(_compact(text), check_country=False))


def _has_iban_length(text: str) -> bool:
    return 15 <= len(_compact(text)) <= 34 and not re.search(r"[^A-Za-z0-9 \u00a0.-]", text)


@lru_cache(maxsize=4096)
def _is_vat(text: str) -> bool:
    from stdnum import vatin

    compact = _compact(text)
    if len(compact) < _SHORTEST_VAT or re.search(r"[^A-Za-z0-9 .-]", text):
        return False
    return bool(vatin.is_valid(compact))
