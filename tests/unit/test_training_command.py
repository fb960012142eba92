"""`triage train`: decisions to learn from, confidences counted anew, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from evals.training.commands import app
from evals.training.recalibrating import blind_rows, recalibrated
from evals.training.running import decisions
from triage.domain import Role, View
from triage.errors import InputError
from triage.intake.rows import case_from_row
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import read_layer, shipped_layer

CATEGORIES = ("damage_loss", "delay", "order_change")
WORDS = ("Two drums arrived broken", "Where is my order, it is late", "Please cancel our order")


def row(n: int, **changes: Any) -> dict[str, Any]:
    kind = n % 3
    wrong = n % 5 == 0
    label = CATEGORIES[(kind + wrong) % 3]
    return {"text": f"{WORDS[kind]}, number {n}.", "from_role": "customer", "label": label, "blind": True} | changes


def written(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


class TestBlindRows:
    def test_only_what_was_labelled_blind_counts(self, tmp_path: Path) -> None:
        lines = [row(n) for n in range(110)] + [row(n, blind=False) for n in range(7)] + [row(1, blind="yes")]
        rows, left = blind_rows(written(tmp_path / "sample.jsonl", lines))
        assert (len(rows), left) == (110, 8)

    def test_few_rows_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="99 blind rows"):
            blind_rows(written(tmp_path / "sample.jsonl", [row(n) for n in range(99)]))

    @pytest.mark.parametrize("changes", [{"label": "nonsense"}, {"text": 3}, {"label": None}])
    def test_a_broken_row_is_named(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        with pytest.raises(InputError, match=r"sample\.jsonl:2"):
            blind_rows(written(tmp_path / "sample.jsonl", [row(0), row(1, **changes)]))


class TestRecalibrated:
    def test_confidences_are_the_samples_and_nothing_of_its_texts_is_kept(self) -> None:
        rows = [row(n) for n in range(150)]
        content, table = recalibrated(shipped_layer(), rows)
        made = read_layer(content)
        assert sum(line[2] for line in table) == 150
        assert sum(line[1] * line[2] for line in table) / 150 == pytest.approx(0.8, abs=0.12)
        assert made.meta["recalibrated"] == shipped_layer().sha256
        assert "blind" in made.meta["population"]
        assert b"number 149" not in content
        assert all(np.array_equal(made.arrays[name], values) for name, values in shipped_layer().arrays.items())

    def test_the_new_layer_answers_alike_with_other_confidences(self) -> None:
        rows = [row(n) for n in range(150)]
        made = EmbeddedClassifier.with_layer(read_layer(recalibrated(shipped_layer(), rows)[0]))
        view = View(case_from_row({"id": 1, "text": WORDS[0]}, 1, _now()))
        one, other = (c.invoke(view).suggestions[0] for c in (made, EmbeddedClassifier.with_layer(shipped_layer())))
        assert one.category is other.category
        assert one.confidence is not None
        assert "blind" in one.confidence.population


def _now() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 5, 4, 9, tzinfo=UTC)


class TestDecisions:
    CASE = {
        "id": "card-7",
        "input": {"messages": [{"text": "Two drums leak.", "subject": "Drums", "from_role": "customer"}]},
        "target": {"category": "damage_loss", "subtype": "damaged", "secondary": ["returns"]},
        "language": "en",
    }

    def test_a_decided_case_is_learnt_from(self, tmp_path: Path) -> None:
        (ask,) = decisions(written(tmp_path / "decisions.jsonl", [self.CASE]))
        assert (ask.category, ask.subtype, ask.secondary) == ("damage_loss", "damaged", ("returns",))
        assert (ask.subject, ask.text, ask.role) == ("Drums", "Two drums leak.", Role.CUSTOMER.value)
        assert ask.author == "decisions"

    def test_a_case_without_a_message_teaches_nothing(self, tmp_path: Path) -> None:
        silent = {
            **self.CASE,
            "input": {
                "case": {
                    "order": {"ref": {"model": "sale.order", "id": 4, "name": "S4"}, "state": "sale", "currency": "EUR"}
                }
            },
        }
        assert list(decisions(written(tmp_path / "decisions.jsonl", [silent]))) == []

    def test_a_line_that_is_no_case_is_named(self, tmp_path: Path) -> None:
        path = written(tmp_path / "decisions.jsonl", [self.CASE, {"id": "x"}])
        with pytest.raises(InputError, match=r"decisions\.jsonl:2"):
            list(decisions(path))


class TestCommand:
    def test_calibrating_writes_a_layer_and_says_how_to_use_it(self, tmp_path: Path) -> None:
        sample = written(tmp_path / "sample.jsonl", [row(n) for n in range(120)])
        result = CliRunner().invoke(app, ["--calibrate", str(sample), "-o", str(tmp_path / "own")])
        assert result.exit_code == 0, result.output
        sha256 = read_layer((tmp_path / "own" / "layer.npz").read_bytes()).sha256
        assert f"TRIAGE_LAYER_SHA256={sha256}" in result.output

    def test_a_folder_with_a_layer_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "layer.npz").write_bytes(b"mine")
        result = CliRunner().invoke(app, ["-o", str(tmp_path)])
        assert result.exit_code != 0
        assert (tmp_path / "layer.npz").read_bytes() == b"mine"
