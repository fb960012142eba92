"""What the commands that measure documents count: thresholds, words of scans, lines in their order, the long file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pypdfium2
import pytest

from evals.document_confirmations import LAYOUTS, WORDS, can_draw, drawn
from evals.document_load import long_file
from evals.document_scans import kept
from evals.document_thresholds import THRESHOLDS, curve, judged
from evals.documents import Entry, entries_of, readings
from evals.scans import Wear, scanned
from triage.tasks.extract.calibration import Calibration

SETS = Path(__file__).parents[2] / "evals" / "sets"


def test_a_threshold_keeps_what_reaches_it_and_what_was_never_measured() -> None:
    values = [(0.6, False), (0.7, True), (0.9, True), (None, True), (None, False)]
    rows = {row["threshold"]: row for row in curve(values, wanted=5)}
    assert list(rows) == list(THRESHOLDS)
    assert rows[0.0] == {"threshold": 0.0, "recall": 0.6, "precision": 0.6, "wrong_kept": 2, "right_held_back": 0}
    assert rows[0.7] == {"threshold": 0.7, "recall": 0.6, "precision": 0.75, "wrong_kept": 1, "right_held_back": 0}
    assert rows[0.95] == {"threshold": 0.95, "recall": 0.2, "precision": 0.5, "wrong_kept": 1, "right_held_back": 2}


def test_values_are_judged_with_the_confidence_of_their_support() -> None:
    entries = [entry for entry in entries_of(SETS / "documents4" / "index.jsonl", "dev") if "pennard" in entry.family]
    values, wanted = judged(list(readings(entries)), Calibration("none", {}, ""))
    assert wanted == len(values) > 20
    assert all(sure is None and right for sure, right in values)


def test_a_split_takes_its_own_documents_only() -> None:
    index = SETS / "documents4" / "index.jsonl"
    halves: list[set[Path]] = [{entry.path for entry in entries_of(index, split)} for split in ("dev", "test")]
    every: list[Entry] = list(entries_of(index))
    assert not halves[0] & halves[1]
    assert halves[0] | halves[1] == {entry.path for entry in every}


@pytest.mark.parametrize(
    ("found", "whole", "glued"),
    [
        (["Ihre", "Bestellung", "4711"], 3, 0),
        (["IhreBestellung", "4711"], 1, 2),
        (["lhre", "Bestellung", "4711"], 2, 0),
        ([], 0, 0),
    ],
)
def test_words_of_a_scan_are_whole_within_others_or_lost(found: list[str], whole: int, glued: int) -> None:
    assert kept(Counter(["Ihre", "Bestellung", "4711"]), found) == (whole, glued)


def test_the_long_file_has_its_pages_and_rows() -> None:
    pdf = pypdfium2.PdfDocument(long_file(3, 20))
    texts = [page.get_textpage().get_text_range() for page in pdf]
    assert len(texts) == 3
    assert sum(text.count("RF-0") for text in texts) == 20
    assert "Net total" in texts[-1]
    assert "Net total" not in texts[0]


def test_more_skew_and_noise_make_another_picture_and_the_same_wear_the_same() -> None:
    pytest.importorskip("cv2")
    content = long_file(1, 3)
    plain = scanned(content, Wear(72), seed=1)
    assert plain == scanned(content, Wear(72), seed=1)
    assert plain != scanned(content, Wear(72, skew=(1.0, 2.0)), seed=1)
    assert len(scanned(content, Wear(72, quality=25), seed=1)) < len(plain)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", [language for language in WORDS if can_draw(language)])
def test_a_drawn_confirmation_says_all_that_it_was_given(layout: str, language: str) -> None:
    line = {"seller_item_id": "AB-12", "name": "Bolt", "quantity": "12", "unit": "Stk", "unit_price": "6.85",
            "price_per": "100", "net_amount": "0.82", "delivery_date": "2026-04-20"}  # fmt: skip
    fields = {"seller_name": "Ostermann GmbH", "document_number": "AB-1", "issue_date": "2026-03-05", "currency": "EUR",
              "purchase_order_reference": "P00401", "net_total": "0.82"}  # fmt: skip
    page = pypdfium2.PdfDocument(drawn({"fields": fields, "lines": [line]}, language, layout))[0]
    text = page.get_textpage().get_text_range()
    comma = "." if language == "en" else ","
    for wanted in ("Ostermann GmbH", "AB-1", "P00401", "AB-12", "Bolt", f"6{comma}85", f"0{comma}82", "100"):
        assert wanted in text
