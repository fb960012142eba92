"""Confirmation: a supplier's order confirmation against our purchase order, and whose orders a change hits.

Differences within policy's tolerances, and those that rounding explains, are none. Amounts are compared only in one
currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from rapidfuzz import fuzz

from triage.domain import Case, DocumentType, Fact, Paper, Purchase
from triage.facts.affected import affected
from triage.facts.differences import Difference, DifferenceKind, differences, signed
from triage.facts.grounds import Grounds
from triage.facts.matching import Comparison, Ordered, bare, compare
from triage.facts.stated import names_order

_SAME_PARTNER = 80.0


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`confirmation.*` of each purchase order whose newest confirmation is among the papers."""
    compared = list(comparisons(grounds, DocumentType.ORDER_CONFIRMATION))
    newest: dict[str, Comparison] = {comparison.ordered.ref.key: comparison for comparison in compared}
    for comparison in newest.values():
        suffix = f" ({comparison.ordered.ref.name})" if len(newest) > 1 else ""
        found = list(differences(comparison, grounds.thresholds))
        yield from (as_fact("confirmation", each, suffix) for each in found)
        yield from _price_effect(comparison, found, suffix)
        yield from affected(grounds, comparison, found, suffix)
        if not found and is_complete(comparison):
            yield _agrees(comparison, suffix)


def comparisons(grounds: Grounds, kind: DocumentType) -> Iterator[Comparison]:
    """Papers of a kind beside the purchase order that they name, oldest first."""
    return compared(grounds.case, grounds.papers, kind)


def compared(
    case: Case, papers: Sequence[Paper], kind: DocumentType = DocumentType.ORDER_CONFIRMATION
) -> Iterator[Comparison]:
    """The same of a case and its papers."""
    chosen = [
        (i, paper) for i, paper in enumerate(papers) if paper.document_type is kind and not is_copy(paper, papers)
    ]
    for index, paper in sorted(chosen, key=lambda pair: (_issued(pair[1]), pair[0])):
        for purchase in purchases_of(paper, case):
            yield compare(paper, index, Ordered.of_purchase(purchase))


def is_copy(paper: Paper, papers: Sequence[Paper]) -> bool:
    """Whether a paper only shows what another of the same kind and number states as XML."""
    number = bare(paper.text_of("document_number"))
    return paper.xml is None and any(
        other.xml is not None
        and other.document_type is paper.document_type
        and bare(other.text_of("document_number")) == number != ""
        for other in papers
    )


def _issued(paper: Paper) -> date:
    found = paper.fields.get("issue_date")
    return found.value if found and isinstance(found.value, date) else date.min


def purchases_of(paper: Paper, case: Case) -> list[Purchase]:
    """The purchase orders that a document speaks of: that of its head, and others that its lines name."""
    first = purchase_of(paper, case)
    named = {str(line.fields["purchase_order_reference"].value) for line in paper.lines
             if "purchase_order_reference" in line.fields}  # fmt: skip
    others = [p for p in case.purchases if p is not first and any(names_order(text, p.ref.name) for text in named)]
    return [*([first] if first else []), *(other for other in others if len(bare(other.ref.name)) >= 5)]


def purchase_of(paper: Paper, case: Case) -> Purchase | None:
    """The purchase order a supplier's document speaks of.

    By the number it names; a document that names none belongs to the purchase order that the case is about, or to its
    only one, if the seller is its supplier. A number that is not among the case's orders opens none.
    """
    named = paper.text_of("purchase_order_reference")
    if bare(named):
        found = [p for p in case.purchases if bare(p.ref.name) == bare(named)]
        found = found or [p for p in case.purchases if names_order(named, p.ref.name) and len(bare(p.ref.name)) >= 5]
        return found[0] if len(found) == 1 else None
    own = [p for p in case.purchases if p.ref.key == case.record.key] or list(case.purchases)
    return own[0] if len(own) == 1 and is_seller(paper, own[0]) else None


def is_seller(paper: Paper, purchase: Purchase) -> bool:
    """Whether a document's seller, by VAT id or name, is the supplier of a purchase order."""
    vat, name = paper.text_of("seller_vat_id"), paper.text_of("seller_name")
    if vat and purchase.supplier.vat and _same_vat(bare(vat), bare(purchase.supplier.vat)):
        return True
    return bool(name) and same_company(str(name), purchase.supplier.name)


def _same_vat(one: str, other: str) -> bool:
    """Whether two VAT ids are one; domestic documents leave the country code out."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 8 and long[2:] == short)


def same_company(one: str, other: str) -> bool:
    """Whether two spellings mean one company."""
    return float(fuzz.token_set_ratio(one.casefold(), other.casefold())) >= _SAME_PARTNER


def as_fact(room: str, found: Difference, suffix: str = "") -> Fact:
    """A difference as a fact of a room: `confirmation.price_difference`."""
    about = f"{found.about}{suffix}" if found.about is not None else suffix.strip(" ()") or None
    return Fact(
        name=f"{room}.{found.kind.value}",
        value=found.value,
        unit=found.unit,
        about=about,
        sources=found.sources,
        how=found.how,
    )


def _price_effect(comparison: Comparison, found: Sequence[Difference], suffix: str) -> Iterator[Fact]:
    """What all price differences cost together."""
    prices = [each for each in found if each.kind is DifferenceKind.PRICE and each.amount is not None]
    if not prices:
        return
    total = sum((each.amount or Decimal(0) for each in prices), Decimal(0))
    told = ", ".join(f"{each.about} {signed(each.amount or Decimal(0))}" for each in prices)
    yield Fact(
        name="confirmation.price_effect",
        value=total,
        unit=comparison.ordered.currency,
        about=suffix.strip(" ()") or None,
        sources=tuple(dict.fromkeys(source for each in prices for source in each.sources)),
        how=f"price differences times confirmed quantities: {told}",
    )


def is_complete(comparison: Comparison) -> bool:
    """Whether price and quantity of every order line could be compared."""
    return bool(comparison.pairs) and all(
        pair.quantity is not None and pair.stated_price is not None and pair.ordered_price is not None
        for pair in comparison.pairs
    )


def _agrees(comparison: Comparison, suffix: str) -> Fact:
    return Fact(
        name="confirmation.agrees",
        value=True,
        about=suffix.strip(" ()") or None,
        sources=(f"{comparison.paper.document}.lines", f"{comparison.ordered.ref.key}.order_line"),
        how=f"all {len(comparison.pairs)} lines of {comparison.ordered.ref.name} are confirmed as ordered",
    )
