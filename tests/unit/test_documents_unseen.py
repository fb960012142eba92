"""The set from another hand: it is what its builder draws, its truth stands on the paper, and its halves are apart."""

from __future__ import annotations

import json
from typing import Any

import pypdfium2
import pytest
from stdnum import iban
from stdnum.ch import vat as ch_vat
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from tests.documents_set.build import made
from tests.documents_set.paper import has_latin2
from tests.documents_set.printed import truth
from tests.documents_set.unseen import ISSUERS, SHIPPED

INDEX: list[dict[str, Any]] = [
    json.loads(line) for line in (SHIPPED / "index.jsonl").read_text(encoding="utf-8").splitlines()
]
DOCS = {doc.id: (issuer, doc) for issuer in ISSUERS for doc in issuer.docs}


def _text(pdf: bytes) -> str:
    pages = pypdfium2.PdfDocument(pdf)
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pages)


def test_the_index_names_every_document_once_and_each_half_has_twelve_issuers() -> None:
    assert [row["id"] for row in INDEX] == list(DOCS)
    halves = {split: {row["family"] for row in INDEX if row["split"] == split} for split in ("dev", "test")}
    assert [len(issuers) for issuers in halves.values()] == [12, 12]
    assert not halves["dev"] & halves["test"]


@pytest.mark.parametrize("name", DOCS)
def test_the_truth_stands_on_the_paper(name: str) -> None:
    issuer, doc = DOCS[name]
    if not has_latin2():
        pytest.skip("needs the DejaVu fonts")
    pdf, proof = made(issuer, doc)
    answer = json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    assert answer == truth(proof)
    shown = _text((SHIPPED / f"{name}.pdf").read_bytes())
    assert shown == _text(pdf)
    for text in [*proof.printed.values(), *(text for row in proof.rows for text in row.printed.values())]:
        assert "".join(text.split()) in shown, text


def test_check_digits_are_right() -> None:
    for _, doc in DOCS.values():
        assert not doc.seller.iban or iban.is_valid(doc.seller.iban), doc.id
        kind = {"GB": gb_vat, "CH": ch_vat}.get(doc.seller.vat[:2], eu_vat)
        assert not doc.seller.vat or kind.is_valid(doc.seller.vat), doc.id
