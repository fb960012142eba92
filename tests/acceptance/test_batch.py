"""The batch contract: JSON lines in, JSON lines out, in order, and a bad row stops nobody."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.acceptance.command import lines, no_traceback, triage
from triage.domain import SUBTYPES, Category, Severity

ROWS = [
    {"id": "a", "text": "Please cancel order S00042, we ordered twice by mistake.", "from_role": "customer"},
    {"id": 2, "text": "De zending is nog steeds niet aangekomen, waar blijft mijn bestelling?", "subject": "S00043"},
    {
        "id": "c",
        "text": "Leider verschiebt sich der Liefertermin auf den 3. Dezember 2026.\n\nMit freundlichen Grüßen\nK. Vogt",
        "subject": "Auftragsbestätigung P00031",
        "from_role": "supplier",
        "facts": {"confirmation.date_difference": 12},
    },
]


def jsonl(path: Path, *rows: object) -> Path:
    path.write_text(
        "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8"
    )
    return path


def test_classify_answers_every_row_in_order(tmp_path: Path) -> None:
    done = triage(tmp_path, "classify", "--jsonl", jsonl(tmp_path / "in.jsonl", *ROWS))
    assert done.returncode == 0, done.stderr
    answers = lines(done)
    assert [answer["id"] for answer in answers] == ["a", 2, "c"]
    for answer in answers:
        category = Category(answer["category"])
        assert answer["subtype"] is None or answer["subtype"] in SUBTYPES[category]
        assert set(answer["scores"]) == {c.value for c in Category}
        assert math.isclose(sum(answer["scores"].values()), 1, abs_tol=1e-3)
        assert Severity(answer["severity"])
        assert answer["confidence"] is None or 0 <= answer["confidence"] <= 1
        assert isinstance(answer["abstained"], bool)
        assert answer["abstained"] is False or answer["reason"]
    assert answers[0]["category"] == "order_change"
    assert [answer["language"] for answer in answers] == ["en", "nl", "de"]


def test_evidence_is_quoted_from_the_message(tmp_path: Path) -> None:
    done = triage(tmp_path, "classify", "--jsonl", jsonl(tmp_path / "in.jsonl", *ROWS))
    for row, answer in zip(ROWS, lines(done), strict=True):
        quotes = [evidence for evidence in answer["evidence"] if evidence["kind"] == "quote"]
        assert all(
            " ".join(q["text"].split()) in " ".join(f"{row.get('subject', '')} {row['text']}".split()) for q in quotes
        )


def test_a_bad_row_gets_an_error_line_and_the_run_goes_on(tmp_path: Path) -> None:
    rows = ['{"id": "x", "text": ', {"id": "y"}, {"id": "z", "text": 7}, [1], ROWS[0]]
    done = triage(tmp_path, "classify", "--jsonl", jsonl(tmp_path / "in.jsonl", *rows))
    answers = lines(done)
    assert done.returncode == 1
    assert no_traceback(done)
    assert ["error" in answer for answer in answers] == [True, True, True, True, False]
    assert [answer["id"] for answer in answers[1:3]] == ["y", "z"]
    assert "line 1" in answers[0]["error"]


def test_summarize_reads_standard_input(tmp_path: Path) -> None:
    done = triage(tmp_path, "summarize", "--jsonl", "-", stdin="\n".join(json.dumps(row) for row in ROWS))
    assert done.returncode == 0, done.stderr
    answers = lines(done)
    assert [set(answer) for answer in answers] == [
        {"id", "summary", "key_points", "asks", "references", "language", "warnings", "model"}
        | {"promised", "questions", "next_step"}
    ] * 3
    assert all(answer["summary"] for answer in answers)
    assert "S00042" in answers[0]["references"]
    assert "Vogt" not in answers[2]["summary"]


def test_extract_gives_a_line_for_every_file(tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "not.pdf").write_bytes(b"this is no PDF")
    done = triage(tmp_path, "extract", "--jsonl", tmp_path / "empty.pdf", tmp_path / "not.pdf", tmp_path / "gone.pdf")
    answers = lines(done)
    assert done.returncode == 1
    assert no_traceback(done)
    assert [Path(answer["file"]).name for answer in answers] == ["empty.pdf", "not.pdf", "gone.pdf"]
    assert all(answer["error"] and answer["fields"] == {} and answer["lines"] == [] for answer in answers)


@pytest.mark.parametrize(
    "arguments",
    [
        ("classify",),
        ("classify", "--jsonl", "nowhere.jsonl"),
        ("classify", "--jsonl", "-", "--model", "nobody:nothing"),
        ("decide", "1", "perhaps"),
        ("cards", "--state", "sleeping"),
        ("card", "1"),
        ("schema", "Nothing"),
        ("dance",),
    ],
    ids=" ".join,
)
def test_a_wrong_call_exits_2_with_a_reason(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = triage(tmp_path / "none", *arguments, stdin="")
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.strip()
    assert no_traceback(done)


def test_a_wrong_policy_names_the_entry(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("thresholds: {days_lat: 2}\n", encoding="utf-8")
    done = triage(tmp_path, "classify", "--jsonl", jsonl(tmp_path / "in.jsonl", *ROWS))
    assert done.returncode == 2
    assert "policy.yaml: thresholds.days_lat" in done.stderr
