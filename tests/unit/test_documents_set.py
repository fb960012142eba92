"""The shipped document set is what its builder draws, its truth stands on the paper, and it holds the hard cases."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
from rapidfuzz import fuzz
from stdnum import iban
from stdnum.ch import vat as ch_vat
from stdnum.eu import vat as eu_vat
from stdnum.gb import vat as gb_vat

from evals.document_scoring import Score
from evals.documents import entries_of
from evals.reading import read_set
from tests.documents_set.build import HARD, ISSUERS, SHIPPED, entry, every, made
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Doc, Item
from tests.documents_set.paper import has_latin2
from tests.documents_set.printed import HEAD, LINE, Proof, Style, truth

INDEX: list[dict[str, Any]] = [
    json.loads(line) for line in (SHIPPED / "index.jsonl").read_text(encoding="utf-8").splitlines()
]
DOCS = {doc.id: (issuer, doc) for issuer, doc in every()}
READABLE = [row["id"] for row in INDEX if not {"scan", "broken_text"} & set(row["hard"])]
TYPES = {
    "invoice": 25,
    "order_confirmation": 11,
    "delivery_note": 8,
    "credit_note": 5,
    "corrected_invoice": 3,
    "order": 3,
    "quotation": 3,
    "order_change": 2,
}
LANGUAGES = {"en": 16, "de": 13, "fr": 9, "nl": 9, "es": 6, "it": 4, "pl": 3}


def _tagged(tag: str) -> list[str]:
    return [row["id"] for row in INDEX if tag in row["hard"]]


def _truth(name: str) -> dict[str, Any]:
    return json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"), parse_float=Decimal)


@cache
def _pages(path: Path) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(str(path))
    try:
        return tuple(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def _text(name: str) -> str:
    return "\n".join(_pages(SHIPPED / f"{name}.pdf"))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


@cache
def _rebuilt(name: str) -> tuple[bytes, Proof]:
    issuer, doc = DOCS[name]
    if issuer.style.language == "pl" and not has_latin2():
        pytest.skip("this machine has no font with Polish letters")
    return made(issuer, doc)


def test_index_and_files_belong_together() -> None:
    expected = {f"{row['id']}.{ending}" for row in INDEX for ending in ("pdf", "json")}
    assert {path.name for path in SHIPPED.iterdir()} == expected | {"index.jsonl", "README.md"}
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 4_000_000


def test_index_is_what_the_builder_writes() -> None:
    assert [entry(issuer, doc) for issuer, doc in every()] == INDEX


@pytest.mark.parametrize("name", DOCS)
def test_document_is_what_the_builder_draws(name: str, tmp_path: Path) -> None:
    pdf, proof = _rebuilt(name)
    (tmp_path / "again.pdf").write_bytes(pdf)
    assert _pages(tmp_path / "again.pdf") == _pages(SHIPPED / f"{name}.pdf")
    assert truth(proof) == json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))


def test_counts_by_type_and_language() -> None:
    assert Counter(row["document_type"] for row in INDEX) == TYPES
    assert Counter(row["language"] for row in INDEX) == LANGUAGES
    assert TYPES["invoice"] <= len(INDEX) / 2


def test_every_hard_case_occurs_twice_and_no_other_is_named() -> None:
    counted = Counter(tag for row in INDEX for tag in row["hard"])
    assert set(counted) == set(HARD)
    assert {tag: n for tag, n in counted.items() if n < 2} == {}


def test_hard_cases_occur_in_both_splits_of_the_set_as_a_whole() -> None:
    sides = {split: {tag for row in INDEX if row["split"] == split for tag in row["hard"]} for split in ("dev", "test")}
    assert len(sides["dev"] & sides["test"]) >= 20


def test_issuers_are_many_and_stay_in_one_split() -> None:
    splits = {family: {row["split"] for row in INDEX if row["family"] == family} for family in _families()}
    assert len(splits) >= 30
    assert all(len(found) == 1 for found in splits.values())
    assert 24 <= sum(row["split"] == "test" for row in INDEX) <= 36
    assert len({issuer.draw for issuer in ISSUERS}) == len(splits)


def _families() -> set[str]:
    return {row["family"] for row in INDEX}


def test_no_document_twice() -> None:
    assert len({row["id"] for row in INDEX}) == len(INDEX)
    assert len({(SHIPPED.parent / row["path"]).read_bytes() for row in INDEX}) == len(INDEX)
    numbers = Counter((_truth(row["id"])["document_number"], row["document_type"]) for row in INDEX)
    assert max(numbers.values()) == 1


def test_issuers_do_not_repeat_each_other() -> None:
    """Two layouts with the same words in the same order would be one template."""
    texts = [(DOCS[name][0].family, _text(name)) for name in READABLE]
    near = [(a, b) for (a, x), (b, y) in combinations(texts, 2) if a != b and fuzz.ratio(x, y) > 70]
    assert near == []


@pytest.mark.parametrize("name", READABLE)
def test_what_is_visible_stands_in_the_text(name: str) -> None:
    _, proof = _rebuilt(name)
    text = _squeezed(_text(name))
    shown = _truth(name)["visible"]
    missing = [f for f in HEAD if shown[f] and _squeezed(proof.printed[f]) not in text]
    for row, line in zip(proof.rows, _truth(name)["lines"], strict=True):
        words = [word for f in LINE if line["visible"][f] for word in row.printed[f].split()]
        missing += [word for word in words if _squeezed(word) not in text]
    assert missing == []


@pytest.mark.parametrize("name", READABLE)
def test_nothing_is_drawn_beyond_the_edge(name: str) -> None:
    document = pypdfium2.PdfDocument(str(SHIPPED / f"{name}.pdf"))
    for page in document:
        left, bottom, right, top = page.get_mediabox()
        text = page.get_textpage()
        boxes = [text.get_charbox(n) for n in range(text.count_chars()) if text.get_text_range(n, 1).strip()]
        assert boxes
        assert min(box[0] for box in boxes) > left
        assert min(box[1] for box in boxes) > bottom
        assert max(box[2] for box in boxes) < right
        assert max(box[3] for box in boxes) < top
    document.close()


@pytest.mark.parametrize("name", [row["id"] for row in INDEX])
def test_amounts_of_the_truth_add_up(name: str) -> None:
    found, (_, doc) = _truth(name), DOCS[name]
    if found["net_total"] is None:
        assert all(line["unit_price"] is None and line["net_amount"] is None for line in found["lines"])
        return
    assert found["net_total"] + found["tax_total"] == found["gross_total"]
    if doc.vat_included:
        assert sum(item.amount or 0 for item in doc.items) == found["gross_total"]
        return
    charged = sum(Decimal(charge.amount) for charge in doc.charges)
    assert sum(line["net_amount"] for line in found["lines"]) + charged == found["net_total"]
    for line, item in zip(found["lines"], doc.items, strict=True):
        full = Decimal(line["quantity"]) * Decimal(line["unit_price"]) / line["price_basis"]
        assert abs(full * (100 - Decimal(item.off)) / 100 - line["net_amount"]) <= Decimal("0.005")


@pytest.mark.parametrize("name", [row["id"] for row in INDEX])
def test_truth_has_the_agreed_form(name: str) -> None:
    found = _truth(name)
    assert set(found) == {*HEAD, "lines", "visible", "lines_scored"}
    assert set(found["visible"]) == set(HEAD)
    assert all(set(line) == {*LINE, "visible"} and set(line["visible"]) == set(LINE) for line in found["lines"])
    assert found["visible"]["document_type"]
    assert found["visible"]["document_number"]
    assert found["visible"]["issue_date"]
    assert found["lines"]
    assert not [f for f in HEAD if found["visible"][f] and found[f] is None]


def test_check_digits_are_right() -> None:
    for _, doc in every():
        for firm in (doc.seller, doc.buyer):
            check = {"GB": gb_vat, "CH": ch_vat}.get(firm.vat[:2], eu_vat)
            assert not firm.vat or check.is_valid(firm.vat), firm.name
            assert not firm.iban or iban.is_valid(firm.iban), firm.name


def test_addresses_are_nobodys() -> None:
    hosts = {host for name in READABLE for host in re.findall(r"@([\w.-]+)", _text(name))}
    assert len(hosts) >= 5
    assert all(host.endswith(".example") for host in hosts)


@pytest.mark.parametrize("name", _tagged("scan"))
def test_scans_are_pictures(name: str) -> None:
    pages = pypdf.PdfReader(SHIPPED / f"{name}.pdf").pages
    assert _text(name).strip() == ""
    assert all(len(page.images) == 1 for page in pages)


@pytest.mark.parametrize("name", _tagged("broken_text"))
def test_broken_text_looks_right_and_reads_wrong(name: str) -> None:
    found = _truth(name)
    text = _squeezed(_text(name))
    assert text
    for field in ("document_number", "seller_name", "buyer_name", "purchase_order_reference"):
        assert _squeezed(found[field]) not in text
    issuer, doc = DOCS[name]
    sound = pypdfium2.PdfDocument(issuer.draw(Proof(doc, issuer.style)))
    broken = pypdfium2.PdfDocument(str(SHIPPED / f"{name}.pdf"))
    assert sound[0].render(scale=1).to_numpy().tobytes() == broken[0].render(scale=1).to_numpy().tobytes()


@pytest.mark.parametrize("name", _tagged("three_pages"))
def test_long_tables_carry_their_sums(name: str) -> None:
    pages = _pages(SHIPPED / f"{name}.pdf")
    lines = _truth(name)["lines"]
    assert len(pages) >= 3
    for page in pages[:2]:
        here = [line for line in lines if line["name"] in " ".join(page.split()) or line["seller_item_id"] in page]
        assert len(here) >= 5
    amounts = [line["net_amount"] for line in lines]
    _, proof = _rebuilt(name)
    sums = {proof.amount(sum(amounts[:n])) for n in range(1, len(amounts))}
    assert all(any(text in page for text in sums) for page in pages[:2])
    assert [n for n, page in enumerate(pages) if re.search("forward|Übertrag", page)] == list(range(len(pages)))


@pytest.mark.parametrize("name", _tagged("rotated"))
def test_rotated_pages_are_shown_upright(name: str) -> None:
    page = pypdf.PdfReader(SHIPPED / f"{name}.pdf").pages[0]
    assert page.rotation == 90
    assert page.mediabox.height > page.mediabox.width


@pytest.mark.parametrize("name", _tagged("ambiguous_date"))
def test_ambiguous_dates_are_settled_elsewhere(name: str) -> None:
    found = _truth(name)
    issued = date.fromisoformat(found["issue_date"])
    assert issued.day <= 12
    assert issued.day != issued.month
    others = [found[f] for f in ("due_date", "delivery_date") if found["visible"][f]]
    others += [line["delivery_date"] for line in found["lines"] if line["visible"]["delivery_date"]]
    assert any(date.fromisoformat(other).day > 12 for other in others)


@pytest.mark.parametrize("name", READABLE)
def test_items_over_several_rows_are_named_so(name: str) -> None:
    doc, rows = DOCS[name][1], [_squeezed(row) for row in _text(name).splitlines()]
    broken = [item for item in doc.items if not any(_squeezed(item.name) in row for row in rows)]
    assert not (broken or any(item.more for item in doc.items)) or "multiline_rows" in doc.tags


@pytest.mark.parametrize("name", sorted(set(_tagged("buyer_vat")) & set(READABLE)))
def test_both_vat_ids_are_printed(name: str) -> None:
    _, doc = DOCS[name]
    assert _truth(name)["visible"]["seller_vat_id"] or doc.buyer.vat
    assert doc.buyer.vat in _text(name)


@pytest.mark.parametrize("name", _tagged("delivery_totals"))
def test_delivery_notes_have_no_prices(name: str) -> None:
    found = _truth(name)
    assert found["document_type"] == "delivery_note"
    assert not any(line["visible"]["unit_price"] or line["visible"]["net_amount"] for line in found["lines"])


@pytest.mark.parametrize("name", _tagged("thousands_beside_decimals"))
def test_quantities_mix_thousands_and_decimals(name: str) -> None:
    shown = [row.quantity for row in _rebuilt(name)[1].rows]
    assert any(re.fullmatch(r"\d\.\d{3}", text) for text in shown)
    assert any(re.fullmatch(r"\d+,\d{3}", text) for text in shown)


@pytest.mark.parametrize("name", sorted(set(_tagged("several_totals")) & set(READABLE)))
def test_other_sums_stand_beside_the_total(name: str) -> None:
    issuer, doc = DOCS[name]
    assert issuer.style.number(doc.gross, 2) in _text(name)
    assert any(doc.extra.get(k) for k in ("balance", "prepaid", "deposit", "course")) or any(
        "eposit" in c.label for c in doc.charges
    )


def test_numbers_are_written_as_the_issuer_does() -> None:
    assert Style("de", numbers="1.234,56").number("2500") == "2.500"
    assert Style("de", numbers="1.234,56").number("2.500") == "2,500"
    assert Style("fr", numbers="1 234,56").number("1234567.5", 2) == "1 234 567,50"
    assert Style("en", minus="(1)").number("-3", 2) == "(3.00)"
    assert Style("de", numbers="1'234.56", minus="1-").number("-1234.5") == "1'234.5-"


def test_prices_with_vat_give_the_tax_back() -> None:
    issuer, doc = next((i, d) for i, d in every() if d.vat_included)
    assert doc.gross == doc.goods
    assert doc.tax == doc.goods - (doc.goods / (1 + Decimal(doc.rate) / 100)).quantize(Decimal("0.01"))
    assert not any(line["visible"]["unit_price"] for line in truth(made(issuer, doc)[1])["lines"])


def test_only_what_is_read_counts_as_printed() -> None:
    issuer: Issuer = ISSUERS[0]
    doc = Doc("x-1", "invoice", "N1", "2026-01-05", (Item("Nail", "2", "kg", "1.50"),), issuer.docs[0].seller,
              issuer.docs[0].buyer, due="2026-02-04")  # fmt: skip
    proof = Proof(doc, issuer.style)
    assert (proof.number, proof.rows[0].amount) == ("N1", "3.00")
    found = truth(proof)
    assert [name for name, seen in found["visible"].items() if seen] == ["document_number"]
    assert [name for name, seen in found["lines"][0]["visible"].items() if seen] == ["net_amount"]
    assert (found["due_date"], found["gross_total"]) == ("2026-02-04", 3.0)


def test_set_loads_as_cases_with_their_files() -> None:
    loaded = read_set(SHIPPED.parent / "documents.yaml")
    assert [case.id for case in loaded.cases] == [row["id"] for row in INDEX]
    assert {case.id for case in loaded.measured} == {row["id"] for row in INDEX if row["split"] == "test"}
    assert all((loaded.folder / name).is_file() for case in loaded.cases for name in case.input.files)


def test_its_own_truth_scores_full_marks() -> None:
    """What is visible and scored is reached by an extractor that gives the truth back, and by no empty one."""
    full, empty = Score(), Score()
    for found in entries_of(SHIPPED / "index.jsonl"):
        plain = json.loads(found.path.with_suffix(".json").read_text(encoding="utf-8"))
        assert found.truth is not None
        row = {"fields": {f: {"value": plain[f]} for f in HEAD if plain["visible"][f]}, "lines": plain["lines"]}
        full.add(row, found.truth, found.family, found.lines_scored)
        empty.add({}, found.truth, found.family, found.lines_scored)
    assert full.summary()["field_recall"] == full.summary()["field_precision"] == full.summary()["line_f1_strict"] == 1
    assert full.summary()["macro_by_family"] == 1
    assert empty.summary()["field_recall"] == empty.summary()["line_f1_strict"] == 0
    assert full.wanted["document_number"] == len(INDEX)
