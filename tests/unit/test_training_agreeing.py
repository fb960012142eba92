"""The table of agreement, from two runs over one set."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evals.reading import read_set
from evals.runner import Plan, run
from evals.training.agreeing import agreement_of
from tests.unit.eval_sets import Keyed, by_words, cases, sometimes_wrong, suggests, tasks, write_set
from triage.domain import Classification, Method, Producer
from triage.errors import InputError

ASKED = Producer(method=Method.PROMPTED, model="desk:small-1", version="1", prompt="classify/1")
Rule = Callable[[str], Classification]


def measured(folder: Path, name: str, rule: Rule, acting: dict[str, str]) -> Path:
    path = write_set(folder / "set", cases(80))
    run(Plan([read_set(path)], tasks(Keyed(rule, acting=acting)), "fake", folder / name))
    return folder / name


def of_model(rule: Rule) -> Rule:
    return lambda text: rule(text).with_(by=ASKED)


def test_shares_are_those_of_the_chat_model_by_agreement(tmp_path: Path) -> None:
    known = measured(tmp_path, "known", sometimes_wrong, {"layer": "a" * 64})
    asked = measured(tmp_path, "asked", of_model(by_words), {"classify.prompt:classify/1": "b" * 64})
    found = agreement_of(asked, known)
    assert (found.model, found.prompt, found.layer) == ("desk:small-1", "classify/1", "a" * 64)
    assert sum(row.n for row in found.rows) == 80
    assert all(row.right == row.n for row in found.rows)  # this model is always right
    differing = [row for row in found.rows if not row.agree]
    assert differing
    assert all(row.from_confidence < 0.7 for row in differing)


def test_a_wrong_model_shows_where_both_differ(tmp_path: Path) -> None:
    known = measured(tmp_path, "known", by_words, {"layer": "a" * 64})
    asked = measured(tmp_path, "asked", of_model(sometimes_wrong), {"classify.prompt:classify/1": "b" * 64})
    rows = {row.agree: row for row in agreement_of(asked, known).rows}
    assert rows[True].right == rows[True].n
    assert rows[False].right == 0


def test_answers_of_the_stand_in_do_not_count(tmp_path: Path) -> None:
    known = measured(tmp_path, "known", by_words, {"layer": "a" * 64})

    def half(text: str) -> Classification:
        found = by_words(text)
        return found if "due" in text else found.with_(by=ASKED)

    asked = measured(tmp_path, "asked", half, {"classify.prompt:classify/1": "b" * 64})
    assert sum(row.n for row in agreement_of(asked, known).rows) == 60


def test_two_embedded_runs_are_refused(tmp_path: Path) -> None:
    known = measured(tmp_path, "known", by_words, {"layer": "a" * 64})
    with pytest.raises(InputError, match="no run of a prompted classifier"):
        agreement_of(known, known)


def test_a_stranger_as_second_run_is_refused(tmp_path: Path) -> None:
    asked = measured(
        tmp_path,
        "asked",
        lambda text: suggests(by_words(text).suggestions[0].category),
        {"classify.prompt:classify/1": "b" * 64},
    )
    with pytest.raises(InputError, match="no run of the embedded classifier"):
        agreement_of(asked, asked)
