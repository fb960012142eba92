"""The rules by which extracted documents are held against their truth."""

from __future__ import annotations

import json

import pytest

from evals.document_scoring import Score, amounts_agree, field_is_right, matched, names_agree
from evals.documents import counts, entries_of, figures, main, readings
from tests.unit.document_samples import american_invoice

VISIBLE = {"name": True, "quantity": True, "unit_price": True, "line_total": True}
LINE = {"name": "Hex bolt grade 5", "quantity": 2.0, "unit_price": 10.0, "line_total": 20.0, "visible": VISIBLE}


@pytest.mark.parametrize(
    ("ours", "truth", "agree"),
    [
        ("Brandt & Mercer Supply B.V.", "BRANDT & MERCER SUPPLY BV", True),
        ("Nordhelm Werkzeuge", "Nordhelm Werkzeuge GmbH", True),
        ("Nordhelm", "Nordhelm Werkzeuge Vertrieb", False),
        ("", "x", False),
        ("Tornillería", "Tornilleria", True),
    ],
)
def test_names(ours, truth, agree):
    assert names_agree(ours, truth) is agree


def test_amounts_to_half_a_cent_without_sign():
    assert amounts_agree(-20.0, 20)
    assert amounts_agree("20.004", 20)
    assert not amounts_agree(20.01, 20)
    assert not amounts_agree(None, 20)


def test_document_types_that_also_count():
    assert field_is_right("document_type", "credit_note", "corrected_invoice")
    assert not field_is_right("document_type", "corrected_invoice", "invoice")
    assert field_is_right("issue_date", "2026-03-04", "2026-03-04")


def cells(**values):
    return {name: {"value": value} for name, value in values.items()}


def test_a_line_needs_all_its_visible_values():
    right = cells(name="Hex bolt grade 5", quantity=2, unit_price=10, net_amount=20)
    wrong = cells(name="Hex bolt grade 5", quantity=3, unit_price=10, net_amount=20)
    other = cells(name="Ratchet wrench set", quantity=2, unit_price=10, net_amount=20)
    assert matched([wrong, right], [LINE], strict=True) == [(0, 1)]
    assert matched([wrong], [LINE], strict=False) == [(0, 0)]
    assert matched([other], [LINE], strict=True) == []
    assert matched([right], [LINE, LINE], strict=True) == [(0, 0)]


def test_a_price_before_discount_or_per_basis_counts():
    truth = {**LINE, "unit_price": 0.1, "price_basis": 100, "gross_price": 12.0}
    for price in (0.1, 10, 12):
        line = cells(name="Hex bolt grade 5", quantity=2, unit_price=price, net_amount=20)
        assert matched([line], [truth], strict=True)


TRUTH = {
    "doc_type": "invoice",
    "number": "KF-20993",
    "seller_name": "Keystone Fastener",
    "gross_total": 976.91,
    "due_date": "2026-04-14",
    "iban": "NL91ABNA0417164300",
    "visible": {
        "doc_type": True,
        "number": True,
        "seller_name": True,
        "gross_total": True,
        "due_date": True,
        "iban": False,
    },
    "lines": [
        {"name": "Hex bolt 1/4-20", "quantity": 1200.0, "unit_price": 0.31, "line_total": 372.0, "visible": VISIBLE},
        {"name": "Ratchet wrench set", "quantity": 6.0, "unit_price": 48.5, "line_total": 291.0, "visible": VISIBLE},
    ],
}


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(american_invoice().content)
    (folder / "a.json").write_text(json.dumps(TRUTH))
    entry = {"path": "documents/a.pdf", "truth": "documents/a.json", "family": "keystone", "lines_scored": True}
    file = folder / "index.jsonl"
    file.write_text(json.dumps(entry) + "\n")
    return file


def test_figures_of_an_index(index):
    found = figures(list(readings(list(entries_of(index)))))
    assert found["documents"] == 1
    assert found["field_recall"] == 0.8
    assert found["field_precision"] == 0.8
    assert found["macro_by_seller"] == found["macro_by_family"] == 0.8
    assert found["line_f1_strict"] == 0.8
    assert found["fields"]["due_date"] == {"n": 1, "recall": 0.0, "precision": 0.0}
    assert "iban" not in found["fields"]
    assert found["read_again_from_box"] == 1.0


def test_what_was_not_extracted_counts_against_recall_only():
    score = Score()
    score.add({}, TRUTH, "keystone", True)
    assert score.summary()["field_recall"] == 0.0
    assert score.summary()["field_precision"] == 0.0
    assert score.line_f1("strict") == 0.0


def test_counts_for_calibration(index):
    found = counts(list(readings(list(entries_of(index)))))
    assert found["document_number"] == {"labelled": [1, 1]}
    assert found["due_date"] == {"labelled": [0, 1]}
    assert found["gross_total"] == {"proved": [1, 1]}
    assert found["line.quantity"]["proved"] == [2, 3]


def test_the_command_writes_rows_and_figures(index, tmp_path, capsys):
    out, calibration = tmp_path / "rows.jsonl", tmp_path / "calibration.json"
    main(["--index", str(index), "--out", str(out), "--calibrate", str(calibration)])
    assert json.loads(capsys.readouterr().out)["documents"] == 1
    assert json.loads(out.read_text())["fields"]["gross_total"]["value"] == 976.91
    assert json.loads(calibration.read_text())["counts"]["*"]
    with pytest.raises(SystemExit):
        main([])
