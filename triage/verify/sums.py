"""Arithmetic of a document: lines add up, tax adds up, quantity times price is the amount, check digits hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from triage.documents.einvoice.checks import checks_of
from triage.documents.einvoice.model import Figures
from triage.documents.einvoice.reading import read_recorded
from triage.domain import Box, Check, FieldValue, Paper, PaperLine
from triage.errors import InputError
from triage.verify.quotes import Placed
from triage.verify.readings import marks, numbers

_CENT = Decimal("0.01")
_BASES = (1, 100, 1000, 10)
_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%")


def checks(paper: Paper) -> tuple[Check, ...]:
    """All checks whose inputs the paper has: `lines_add_up`, `net_plus_tax_is_gross`, `line_amount:n` (n from 1),
    `vat_id_valid`, `iban_valid`; for the figures of an XML all rules of `einvoice.checks`.
    """
    figures = _figures(paper)
    if figures is not None:
        return (*checks_of(figures), *_check_digits(paper))
    return (*_totals(paper), *_line_amounts(paper), *_check_digits(paper))


def _figures(paper: Paper) -> Figures | None:
    """Read again from the XML that the paper keeps."""
    try:
        return read_recorded(paper.xml).figures if paper.xml else None
    except InputError:
        return None


def _decimal(found: FieldValue | None) -> Decimal | None:
    return found.value if found is not None and isinstance(found.value, Decimal) else None


def _totals(paper: Paper) -> Iterator[Check]:
    net, tax, gross = (_decimal(paper.fields.get(name)) for name in ("net_total", "tax_total", "gross_total"))
    amounts = [_decimal(line.fields.get("net_amount")) for line in paper.lines]
    known = [amount for amount in amounts if amount is not None]
    if net is not None and known and len(known) == len(amounts):
        yield _lines_add_up(paper, known, net)
    if net is not None and tax is not None and gross is not None:
        yield Check(
            name="net_plus_tax_is_gross",
            passed=abs(net + tax - gross) <= _CENT,
            detail=f"{net} + {tax} = {net + tax}, gross total {gross}",
        )


def _lines_add_up(paper: Paper, amounts: list[Decimal], net: Decimal) -> Check:
    """The lines give the net total, or a printed subtotal that discounts and charges of the whole document follow."""
    total = sum(amounts, Decimal(0))
    exact = abs(total - net) <= _CENT * max(1, len(amounts) // 2)
    detail = f"{len(amounts)} lines add up to {total}, net total {net}"
    if exact or len(amounts) == 1:
        return Check(name="lines_add_up", passed=exact, detail=detail)
    printed = any(total in mark.numbers for page in paper.pages for mark in marks(page.text))
    return Check(
        name="lines_add_up",
        passed=printed,
        detail=f"{detail}; {total} is printed as a subtotal" if printed else detail,
    )


def _line_amounts(paper: Paper) -> Iterator[Check]:
    placed = {page.number: Placed(page) for page in reversed(paper.pages) if page.words}
    for number, line in enumerate(paper.lines, 1):
        quantity, price, amount = (_decimal(line.fields.get(name)) for name in ("quantity", "unit_price", "net_amount"))
        if quantity is None or price is None or amount is None:
            continue
        explained = _explain(quantity, price, amount, _discounts(paper, line, placed))
        yield Check(
            name=f"line_amount:{number}",
            passed=explained is not None,
            detail=explained or f"{quantity} x {price} = {quantity * price}, not {amount}",
        )


def _explain(quantity: Decimal, price: Decimal, amount: Decimal, discounts: list[Decimal]) -> str | None:
    """How the amount follows from quantity and price: per 1, 100, 1000 or 10, less a printed discount."""
    for discount in (Decimal(0), *discounts):
        for basis in _BASES:
            expected = quantity * price / basis * (1 - discount / 100)
            if abs(expected - amount) <= _rounding(quantity, price, basis):
                per = f" per {basis}" if basis != 1 else ""
                less = f" less {discount} %" if discount else ""
                return f"{quantity} x {price}{per}{less} = {amount}"
    return None


def _rounding(quantity: Decimal, price: Decimal, basis: int) -> Decimal:
    """A cent, and half of the price's last printed decimal for each unit, at most half a per cent."""
    exponent = price.as_tuple().exponent
    last = Decimal(1).scaleb(exponent if isinstance(exponent, int) and exponent < 0 else 0) / 2
    if last == Decimal("0.5"):
        last = _CENT / 2
    return max(_CENT, min(abs(quantity) * last / basis, abs(quantity * price / basis) / 200))


def _discounts(paper: Paper, line: PaperLine, placed: Mapping[int, Placed]) -> list[Decimal]:
    """Per cents printed on the page, on the line's own row where boxes tell, that may be its discount."""
    anchor = line.fields.get("net_amount")
    page = next((p for p in paper.pages if anchor and p.number == anchor.page), None)
    words = placed.get(page.number) if page else None
    if anchor and anchor.box and words:
        text = _row(words, anchor.box)
    else:
        text = page.text if page else "\n".join(p.text for p in paper.pages)
    found = {value for match in _PERCENT.finditer(text) for value in numbers(match[1]) if 0 < value < 100}
    return sorted(found)


def _row(placed: Placed, box: Box) -> str:
    """The words on a value's row and the two below it, with bare numbers offered as per cents."""
    height = max(box.bottom - box.top, 6.0)
    words = placed.between(box.top - height / 2, box.bottom + 2.5 * height)
    return " ".join(re.sub(r"^-?(\d{1,2}(?:[.,]\d{1,2})?)-?$", r"\1 %", word.text) for word in words)


def _check_digits(paper: Paper) -> Iterator[Check]:
    vat, iban = paper.text_of("seller_vat_id"), paper.text_of("iban")
    if vat:
        passed = vat_id_is_valid(vat)
        yield Check(name="vat_id_valid", passed=passed, detail=f"{vat}: check digits {_word(passed)}")
    if iban:
        passed = iban_is_valid(iban)
        yield Check(name="iban_valid", passed=passed, detail=f"{iban}: check digits {_word(passed)}")


def _word(passed: bool) -> str:
    return "hold" if passed else "do not hold"


def vat_id_is_valid(text: str) -> bool:
    """Whether the check digits of a VAT id (EU, GB, CH, NO) hold."""
    from stdnum.ch import vat as swiss
    from stdnum.eu import vat as european
    from stdnum.gb import vat as british
    from stdnum.no import mva as norwegian

    bare = re.sub(r"[\s.-]", "", text).upper()
    kind = {"GB": british, "CH": swiss, "NO": norwegian}.get(bare[:2], european)
    return bool(kind.is_valid(bare))


def iban_is_valid(text: str) -> bool:
    """Whether the check digits of an IBAN hold."""
    from stdnum import iban

    return bool(iban.is_valid(text))
