"""The extract task without a model: papers, abstentions, confidence, rows."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.document_samples import Pen, american_invoice, german_confirmation_per_hundred, german_credit_note
from triage.domain import FIELD_NAMES, LINE_FIELD_NAMES, Document, DocumentType, Limits, Method, Paper
from triage.domain.shares import wilson
from triage.tasks.extract.calibration import calibration, parsed
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.rows import plain, row


@pytest.fixture(scope="module")
def extractor() -> EmbeddedExtractor:
    return EmbeddedExtractor(Limits())


@pytest.fixture(scope="module")
def paper(extractor) -> Paper:
    return extractor.invoke(german_confirmation_per_hundred().document)


def test_a_paper_carries_typed_values_with_page_and_box(paper):
    total = paper.fields["gross_total"]
    assert total.value == Decimal("636.65")
    assert total.text == "EUR 636,65"
    assert total.page == 1
    assert total.box is not None
    assert paper.document_type is DocumentType.ORDER_CONFIRMATION
    assert set(paper.fields) <= set(FIELD_NAMES)
    assert all(set(line.fields) <= set(LINE_FIELD_NAMES) for line in paper.lines)
    assert paper.abstained is None


def test_a_paper_goes_through_json_unchanged(paper):
    assert Paper.model_validate_json(paper.model_dump_json()) == paper


def test_the_same_document_gives_the_same_paper(extractor, paper):
    again = extractor.invoke(german_confirmation_per_hundred().document)
    assert again.fingerprint() == paper.fingerprint()


def test_what_acts_has_a_hash(extractor, paper):
    assert paper.by == extractor.producer
    assert paper.by.method is Method.EMBEDDED
    assert all(len(digest) == 64 for digest in extractor.acting.values())
    assert extractor.acting["extract.calibration"] == calibration().sha256


def test_confidence_is_measured_and_says_on_what(paper):
    confidence = paper.fields["gross_total"].confidence
    assert confidence is not None
    assert confidence.low < confidence.value < confidence.high <= 1
    assert confidence.n >= 5
    assert "gross_total, proved" in confidence.population


def blank_page() -> bytes:
    pen = Pen()
    pen.page()
    return pen.done()


def media(name: str, kind: str, content: bytes) -> Document:
    return Document(name=name, media_type=kind, content=content)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (media("order.json", "application/json", b"{}"), "not a PDF"),
        (media("order.xml", "text/xml", b"<Order/>"), "is XML of an unknown kind (its root is Order)"),
        (media("photo.png", "image/png", b"\x89PNG"), "not a PDF"),
        (media("a.pdf", "application/pdf", b"hello"), "is not a PDF"),
        (media("a.pdf", "application/pdf", b"%PDF-1.4 and no more"), "is damaged or cut off"),
        (media("a.pdf", "application/pdf", blank_page()), "no text on any page"),
        (media("a.txt", "text/plain", b""), "no text on any page"),
    ],
)
def test_bad_input_abstains_and_says_why(extractor, document, reason):
    paper = extractor.invoke(document)
    assert paper.abstained is not None
    assert paper.abstained.reason == reason
    assert paper.fields == {}
    assert paper.sha256 == document.sha256


def test_a_file_beyond_the_limit_abstains():
    paper = EmbeddedExtractor(Limits(max_file_bytes=100)).invoke(american_invoice().document)
    assert paper.abstained is not None
    assert "limit of 100" in paper.abstained.reason
    assert any("american_invoice.pdf" in warning for warning in paper.warnings)


def test_a_mislabelled_pdf_is_read_all_the_same(extractor):
    sample = american_invoice()
    paper = extractor.invoke(media("invoice.bin", "application/octet-stream", sample.content))
    assert paper.text_of("document_number") == "KF-20993"


def test_plain_text_is_read_as_one_page(extractor):
    text = "INVOICE\n\nInvoice No: CT-77\nInvoice Date: 5 March 2026\n\n"
    text += "Total net     100.00\nVAT 20%       20.00\nTotal        120.00\n"
    paper = extractor.invoke(media("invoice.txt", "text/plain", text.encode()))
    assert paper.text_of("document_number") == "CT-77"
    assert paper.fields["gross_total"].value == Decimal("120.00")


SAMPLE = american_invoice().content


@settings(max_examples=25, deadline=None)
@given(at=st.integers(min_value=0, max_value=len(SAMPLE) - 1), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_file_never_raises(at, junk):
    paper = EmbeddedExtractor(Limits()).invoke(
        media("a.pdf", "application/pdf", SAMPLE[:at] + junk + SAMPLE[at + len(junk) :])
    )
    assert isinstance(paper, Paper)
    assert paper.fields or paper.abstained is not None or paper.pages


def test_a_row_is_plain_json(extractor):
    paper = extractor.invoke(german_credit_note().document)
    out = json.loads(json.dumps(row(paper, "gutschrift.pdf")))
    assert out["file"] == "gutschrift.pdf"
    assert out["fields"]["gross_total"]["value"] == -243.12
    assert out["fields"]["issue_date"]["value"] == "2026-03-18"
    assert out["fields"]["gross_total"]["page"] == 1
    assert len(out["fields"]["gross_total"]["box"]) == 4
    assert 0 < out["fields"]["gross_total"]["confidence"] < 1
    assert out["lines"][0]["quantity"]["value"] == -2
    assert out["checks"] == []
    assert "abstained" not in out


def test_a_row_of_an_unread_document_has_its_reason(extractor):
    out = row(extractor.invoke(media("a.pdf", "application/pdf", b"x")), "a.pdf")
    assert out["fields"] == {}
    assert out["abstained"] == "is not a PDF"


@pytest.mark.parametrize(
    ("value", "json_value"), [(Decimal("5.00"), 5), (Decimal("0.125"), 0.125), ("x", "x"), (True, True)]
)
def test_plain_values(value, json_value):
    assert plain(value) == json_value
    assert type(plain(value)) is type(json_value)


def test_wilson_interval():
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert wilson(10, 10)[1] == pytest.approx(1.0)


def test_too_few_counted_values_fall_back_to_all_fields_or_to_none():
    text = '{"population": "four papers", "counts": {"iban": {"proved": [2, 2]}, "*": {"proved": [40, 44]}}}'
    made = parsed(text)
    pooled = made.confidence("iban", "proved")
    assert pooled is not None
    assert pooled.n == 44
    assert "any field, proved" in pooled.population
    assert made.confidence("iban", "guessed") is None
    assert made.confidence("line.quantity", "proved") is None
