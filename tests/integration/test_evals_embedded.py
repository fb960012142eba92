"""The embedded models on the shipped sets: the gate holds, a planted regression is found, third-party rules agree."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from threadpoolctl import threadpool_limits

from evals.asking import embedded_tasks
from evals.cases import ClassificationTarget, EvalCase
from evals.compare import compare
from evals.extra import extra_sets
from evals.gate import check, read_gates
from evals.reading import LoadedSet, find_sets, loaded, read_set
from evals.record import RunFolder
from evals.runner import Plan, run
from tests.unit.eval_sets import tasks
from triage.domain import Category, Policy
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import CATEGORIES

EXTRA = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As `triage eval run` measures: one thread a process."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """Every shipped set, measured as `triage eval run` measures it."""
    sets = [read_set(path) for path in find_sets([])]
    out = tmp_path_factory.mktemp("run") / "embedded"
    jobs = os.cpu_count() or 1
    return run(Plan(sets, embedded_tasks(Policy()), "embedded", out, jobs=jobs, processes=jobs > 1))


def part(keep: Callable[[int, EvalCase], bool]) -> LoadedSet:
    """Some of the shipped messages."""
    of = read_set(find_sets([Path("messages")])[0])
    return loaded(of.head, of.folder, [case for n, case in enumerate(of.measured) if keep(n, case)])


def is_pricing(case: EvalCase) -> bool:
    return isinstance(case.target, ClassificationTarget) and case.target.category is Category.PRICING


def planted(category: Category) -> Any:
    """The embedded classifier with what it has learnt of one category taken out."""
    made = EmbeddedClassifier.load()
    bias = made._layer.arrays["bias"].copy()
    bias[CATEGORIES.index(category)] = -1e6
    made._layer = replace(made._layer, arrays={**made._layer.arrays, "bias": bias})
    return made


def test_no_figure_is_below_its_floor(whole: RunFolder) -> None:
    gates = read_gates()
    assert gates.keys() <= {of.name for of in whole.head().sets}
    assert [str(one) for one in check(whole.figures(), gates) if not one.holds] == []


def test_every_set_is_gated(whole: RunFolder) -> None:
    assert {of.name for of in whole.head().sets} - read_gates().keys() == set()


def test_every_case_got_an_answer(whole: RunFolder) -> None:
    assert [(result.id, result.error) for result in whole.results() if result.error] == []


def test_a_planted_regression_is_found(whole: RunFolder, tmp_path: Path) -> None:
    of = part(lambda n, case: is_pricing(case) or n % 8 == 0)
    new = run(Plan([of], tasks(planted(Category.PRICING)), "embedded", tmp_path / "planted"))
    (found,) = compare(whole, new)
    assert found.common == len(of.measured)
    lost = {flip.id for flip in found.flips if flip.new < flip.base}
    assert lost == {flip.id for flip in found.flips if flip.wanted == "pricing" and flip.base == 1.0}
    assert {"accuracy", "recall pricing"} <= {one.measure for one in found.regressions}


def test_one_process_after_another_gives_the_same_to_the_last_digit(whole: RunFolder, tmp_path: Path) -> None:
    of = part(lambda n, case: n % 33 == 0)
    again = run(Plan([of], embedded_tasks(Policy()), "embedded", tmp_path / "again"))
    before = {result.key: result.output for result in whole.results()}
    assert all(result.output == before[result.key] for result in again.results())


def scorer() -> ModuleType:
    path = EXTRA / "documents" / "tools" / "score.py"
    spec = importlib.util.spec_from_file_location("third_party_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not (EXTRA / "documents" / "index.jsonl").exists(), reason="third-party data is not here")
def test_documents_are_scored_as_the_third_party_scorer_does(tmp_path: Path) -> None:
    (of,) = (one for one in extra_sets(EXTRA) if one.name == "extra-documents")
    folder = run(Plan([of], embedded_tasks(Policy()), "embedded", tmp_path / "run"))
    theirs = scorer()
    truths = [json.loads((EXTRA / case.target.truth).read_text()) for case in of.cases]  # type: ignore[union-attr, operator]
    metas = [{"family": case.source} for case in of.cases]
    rows = [theirs.from_cli(result.output) for result in folder.results()]
    wanted = theirs.score(list(zip(rows, truths, metas, strict=True)))
    found = {one.measure: one.value for one in folder.figures() if not one.group}
    names = {
        "field recall": "field_recall",
        "field precision": "field_precision",
        "field recall over issuers": "macro_by_seller",
        "line F1": "line_f1_strict",
        "line F1, amount": "line_f1_amount",
        "all fields": "docs_all_fields",
        "core fields": "docs_core5",
        "all lines": "docs_lines_all",
    }
    ours = {theirs_name: round(found[name] or 0, 3) for name, theirs_name in names.items()}
    assert ours == {name: wanted[name] for name in names.values()}
