"""Comparing runs: planted regressions are found, noise and reshuffles are not; and the gate's floors."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.compare import LEVEL, SetComparison, compare
from evals.gate import Floor, check, read_gates
from evals.intervals import REPLICATES
from evals.reading import read_set
from evals.record import RunFolder, SetFigure
from evals.runner import Plan, run
from tests.unit.eval_sets import Echo, Keyed, by_words, cases, refuses, sometimes_wrong, suggests, tasks, write_set
from triage.domain import Category, Classification
from triage.errors import ConfigurationError, UsageError

Rule = Callable[[str], Classification]


def measured(folder: Path, run_name: str, rule: Rule, count: int = 80, **head: object) -> RunFolder:
    lines = cases(count)
    if head.pop("shuffled", False):
        random.Random(1).shuffle(lines)
    path = write_set(folder / f"set {run_name}", lines, **head)
    return run(Plan([read_set(path)], tasks(Keyed(rule)), "fake", folder / run_name))


def without(category: Category) -> Rule:
    """The usual answers of something that has lost one category."""

    def rule(text: str) -> Classification:
        found = sometimes_wrong(text)
        return suggests(Category.OTHER) if found.suggestions[0].category is category else found

    return rule


def only(base: RunFolder, new: RunFolder) -> SetComparison:
    (found,) = compare(base, new)
    return found


def test_a_lost_category_is_a_regression_and_named(tmp_path: Path) -> None:
    found = only(measured(tmp_path, "a", sometimes_wrong), measured(tmp_path, "b", without(Category.DAMAGE_LOSS)))
    worse = {one.measure for one in found.regressions}
    assert {"accuracy", "macro-F1", "overlooked"} <= worse
    assert "recall damage_loss" in worse
    assert not any(measure.startswith("recall delay") for measure in worse)
    assert all(flip.new < flip.base for flip in found.flips)
    assert (found.flips[0].was, found.flips[0].now) == ("damage_loss, normal", "other, normal")


def test_the_other_way_round_it_is_better(tmp_path: Path) -> None:
    found = only(measured(tmp_path, "a", without(Category.DAMAGE_LOSS)), measured(tmp_path, "b", sometimes_wrong))
    assert found.regressions == ()
    assert next(one.verdict for one in found.differences if one.measure == "accuracy") == "better"


def test_a_reshuffle_changes_nothing(tmp_path: Path) -> None:
    found = only(measured(tmp_path, "a", sometimes_wrong), measured(tmp_path, "b", sometimes_wrong, shuffled=True))
    assert found.common == 80
    assert found.flips == ()
    assert {one.change for one in found.differences if not one.measure.startswith("seconds")} == {0.0}
    assert {one.verdict for one in found.differences} <= {"same", ""}


def test_one_flipped_case_is_noise(tmp_path: Path) -> None:
    def once_wrong(text: str) -> Classification:
        return suggests(Category.STOCK) if "S00007" in text else by_words(text)

    found = only(measured(tmp_path, "a", by_words), measured(tmp_path, "b", once_wrong))
    assert [flip.id for flip in found.flips] == ["m-007"]
    assert found.regressions == ()


def test_no_answers_at_all_are_a_regression(tmp_path: Path) -> None:
    found = only(measured(tmp_path, "a", by_words), measured(tmp_path, "b", refuses))
    assert "answered" in {one.measure for one in found.regressions}
    assert found.flips[0].now == "no answer"


def test_only_cases_that_stayed_the_same_are_compared(tmp_path: Path) -> None:
    found = only(measured(tmp_path, "a", by_words, 40), measured(tmp_path, "b", by_words, 60))
    assert (found.common, found.left_out) == (40, 20)
    with pytest.raises(UsageError, match="no case in common"):
        compare(measured(tmp_path, "c", by_words), measured(tmp_path, "d", by_words, name="other"))


def test_few_sources_give_no_verdict(tmp_path: Path) -> None:
    base = measured(tmp_path, "a", by_words, cluster=["language"])
    found = only(base, measured(tmp_path, "b", refuses, cluster=["language"]))
    assert {(one.verdict, one.p) for one in found.differences} == {("", None)}


def test_a_summary_that_invents_figures_is_a_regression(tmp_path: Path) -> None:
    lines = [line | {"target": {"key_points": ["S1"]}} for line in cases(40)]
    of = read_set(write_set(tmp_path / "set", lines, kind="summary"))
    base = run(Plan([of], tasks(summarise=Echo()), "fake", tmp_path / "a"))
    new = run(Plan([of], tasks(summarise=Echo(" It was 77123.")), "fake", tmp_path / "b"))
    assert "faithful before verification" in {one.measure for one in only(base, new).regressions}


def test_a_part_is_found_among_very_many(tmp_path: Path) -> None:
    """One category of one author's hundreds: the usual replicates could not tell it from chance among so many."""
    tagged = [line | {"tags": [f"tag {k}" for k in range(24)]} for n, line in enumerate(cases(120))]
    of = read_set(write_set(tmp_path / "set", tagged, by=["tag"]))
    base = run(Plan([of], tasks(Keyed(sometimes_wrong)), "fake", tmp_path / "a"))
    new = run(Plan([of], tasks(Keyed(without(Category.DAMAGE_LOSS))), "fake", tmp_path / "b"))
    found = only(base, new)
    assert sum(one.p is not None for one in found.differences) > REPLICATES * LEVEL / 2
    assert "recall damage_loss" in {one.measure for one in found.regressions}


def figure(value: float | None, **more: object) -> SetFigure:
    return SetFigure(set="desk", measure="accuracy", value=value, n=50, clusters=50, **more)


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [
        ({"floor": 0.8}, 0.8, True),
        ({"floor": 0.8}, 0.79, False),
        ({"ceiling": 0.1}, 0.1, True),
        ({"ceiling": 0.1}, 0.11, False),
        ({"floor": 0.8}, None, False),
    ],
)
def test_a_floor_holds_or_not(bound: dict[str, float], value: float | None, holds: bool) -> None:
    gates = {"desk": (Floor(measure="accuracy", reason="measured in March", **bound),)}
    (found,) = check([figure(value, refused="" if value else "too few: 3 of at least 20")], gates)
    assert found.holds is holds


def test_a_figure_that_is_gone_breaks_its_floor_and_an_unmeasured_set_does_not() -> None:
    floor = Floor(measure="macro-F1", floor=0.5, reason="measured in March")
    (found,) = check([figure(0.9)], {"desk": (floor,), "elsewhere": (floor,)})
    assert (found.holds, found.why) == (False, "there is no such figure")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("desk:\n- {measure: a, reason: measured in March}\n", "either a floor or a ceiling"),
        ("desk:\n- {measure: a, floor: 1, reason: short}\n", "reason"),
        ("desk: [\n", "cannot be read"),
    ],
)
def test_a_wrong_gate_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "gates.yaml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        read_gates(tmp_path / "gates.yaml")


def test_the_shipped_gates_can_be_read() -> None:
    assert all(floor.reason for floors in read_gates().values() for floor in floors)
