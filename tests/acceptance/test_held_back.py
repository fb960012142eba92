"""The policy's threshold at the command line: what is held back is named, shown apart, and no field."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.command import lines, triage

INVOICE = Path(__file__).parents[2] / "evals" / "sets" / "documents4" / "pennard-1.pdf"


def test_a_stricter_policy_holds_values_back_and_says_so(tmp_path: Path) -> None:
    whole = lines(triage(tmp_path / "lenient", "extract", INVOICE, "--jsonl"))[0]
    home = tmp_path / "strict"
    home.mkdir()
    by_field = "{buyer_name: 1.0, line.quantity: 1.0}"
    (home / "policy.yaml").write_text(f"version: strict-1\nmin_field_confidence_by_field: {by_field}\n")
    held = lines(triage(home, "extract", INVOICE, "--jsonl"))[0]
    assert "unsure" not in whole
    assert held["unsure"]["buyer_name"] == whole["fields"]["buyer_name"]
    assert held["fields"] == {name: cell for name, cell in whole["fields"].items() if name != "buyer_name"}
    assert [set(line) | {"quantity"} for line in held["lines"]] == [set(line) for line in whole["lines"]]
    assert any(warning.startswith("unsure, not used: buyer_name") for warning in held["warnings"])


def test_the_readable_report_shows_what_was_held_back(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: strict-1\nmin_field_confidence_by_field: {buyer_name: 1.0}\n")
    done = triage(tmp_path, "extract", INVOICE)
    assert done.returncode == 0, done.stderr
    assert "buyer_name                 unsure, not used: Torridge Process Ltd" in done.stdout
