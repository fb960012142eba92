"""Rebuild the document set: `python -m tests.documents_set.build [FOLDER]`, by default where it ships."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.documents_set import dutch, english, english_trade, french, german, german_trade, italian_polish, spanish
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Doc
from tests.documents_set.printed import Proof, truth
from tests.documents_set.spoiled import SPOILS

SHIPPED = Path(__file__).parents[2] / "evals" / "sets" / "documents"
ISSUERS: tuple[Issuer, ...] = (
    *english.ISSUERS,
    *english_trade.ISSUERS,
    *german.ISSUERS,
    *german_trade.ISSUERS,
    *french.ISSUERS,
    *dutch.ISSUERS,
    *spanish.ISSUERS,
    *italian_polish.ISSUERS,
)

HARD = {
    "ambiguous_date": "a date like 03/04/2026 that another date of the document settles",
    "bill_to_ship_to": "one party to be billed beside another place of delivery",
    "both_item_ids": "item numbers of the seller and of the buyer",
    "broken_text": "glyphs that name other characters than they show",
    "buyer_above_seller": "the customer stands before the seller",
    "buyer_vat": "the customer's VAT id beside the seller's",
    "charges": "freight, surcharges or deposits below the lines",
    "delivery_totals": "a delivery note that sums pieces, parcels or weights",
    "deposit": "a deposit on packing, or one paid with the order",
    "free_text": "sentences between the lines",
    "line_discount": "discounts by line",
    "multiline_rows": "items that take several rows of text",
    "negative_credit": "negative amounts",
    "prepaid": "a down payment that is taken off the total",
    "previous_balance": "an older balance added to the total",
    "price_per": "prices per 100 or per 1000",
    "rotated": "a page drawn on its side",
    "scan": "a picture without text",
    "seller_logo_footer": "the seller is named in a logo or at the foot only",
    "several_totals": "more than one sum that could be the total",
    "thousands_beside_decimals": "2.500 pieces beside 2,500 litres",
    "three_pages": "a table over three pages with sums carried over",
    "two_currencies": "sums in two currencies",
    "unit_in_quantity": "quantity and unit in one cell",
    "vat_included": "prices that contain VAT",
    "zero_rated": "an invoice or credit note without VAT",
}
"""The hard cases and what they mean."""


def every() -> list[tuple[Issuer, Doc]]:
    """All documents with their issuers, in the order of the index."""
    return [(issuer, doc) for issuer in ISSUERS for doc in issuer.docs]


def made(issuer: Issuer, doc: Doc) -> tuple[bytes, Proof]:
    """The PDF of a document, and what it shows."""
    proof = Proof(doc, issuer.style)
    return SPOILS[doc.spoil](issuer.draw(proof)), proof


def entry(issuer: Issuer, doc: Doc, name: str = "documents") -> dict[str, Any]:
    """A document's line of the index; paths are relative to the folder above."""
    return {
        "id": doc.id,
        "path": f"{name}/{doc.id}.pdf",
        "truth": f"{name}/{doc.id}.json",
        "family": issuer.family,
        "language": issuer.style.language.partition("_")[0],
        "document_type": doc.type,
        "hard": list(doc.tags),
        "split": issuer.split,
        "licence": "Apache-2.0",
        "source": "own",
    }


def build(folder: Path) -> None:
    """Write the set's documents, truth and index into `folder`."""
    write(folder, ISSUERS, "documents", {})


def write(folder: Path, issuers: Sequence[Issuer], name: str, more: Mapping[str, str]) -> None:
    """Write these issuers' documents, truth and index into `folder`; `more` stands in each line of the index."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for issuer, doc in ((one, doc) for one in issuers for doc in one.docs):
        pdf, proof = made(issuer, doc)
        (folder / f"{doc.id}.pdf").write_bytes(pdf)
        answer = json.dumps(truth(proof), ensure_ascii=False, indent=1) + "\n"
        (folder / f"{doc.id}.json").write_text(answer, encoding="utf-8", newline="\n")
        lines.append(json.dumps(entry(issuer, doc, name) | more, ensure_ascii=False) + "\n")
    (folder / "index.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
