"""The table of agreement: how often a prompted answer was right where the embedded one was the same, and where not.

Made from two runs of `triage eval run` over the same labelled set, one with the chat model and one embedded. No model
is asked, and only counts are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.cases import ClassificationTarget, Kind
from evals.record import CaseResult, RunFolder
from triage.errors import InputError
from triage.tasks.classify.combined import Agreement, Counted

_SURE_FROM = (0.0, 0.5, 0.7, 0.85)
_PROMPT, _LAYER = "classify: classify.prompt:", "classify: layer"


@dataclass(frozen=True)
class _Pair:
    agree: bool
    right: bool
    sure: float


def agreement_of(prompted: Path, embedded: Path) -> Agreement:
    """The table of two runs. Raises `InputError` where they are no runs, or have no labelled message in common."""
    asked, known = RunFolder(prompted), RunFolder(embedded)
    head, layer = asked.head(), known.head().acting.get(_LAYER)
    prompt = next((key.removeprefix(_PROMPT) for key in head.acting if key.startswith(_PROMPT)), None)
    if prompt is None:
        raise InputError(str(prompted), "is no run of a prompted classifier.", "Run it with --model ENDPOINT:NAME.")
    if layer is None:
        raise InputError(str(embedded), "is no run of the embedded classifier.", "Run it with --model embedded.")
    pairs, model = _pairs(asked, known)
    if not pairs:
        raise InputError(str(embedded), f"has no labelled message in common with {prompted}.", "Measure the same set.")
    sets = sorted({one.name for one in head.sets if one.kind is Kind.CLASSIFICATION})
    return Agreement(
        model=model, prompt=prompt, layer=layer, population=f"messages of {', '.join(sets)}", rows=_rows(pairs)
    )


def _pairs(asked: RunFolder, known: RunFolder) -> tuple[list[_Pair], str]:
    """Cases that both answered, where the chat model itself did; and its name."""
    beside = {one.key: one for one in known.results()}
    found: list[_Pair] = []
    names: set[str] = set()
    for one in asked.results():
        other = beside.get(one.key)
        if other is None or not _answered(one) or not _answered(other):
            continue
        if one.output["model"] == other.output["model"]:
            continue  # the embedded classifier stood in for a model that gave no answer
        target = ClassificationTarget.model_validate(one.target)
        fitting = {target.category.value, *(code.value for code in target.accepts)}
        given, same = one.output["category"], other.output["category"]
        found.append(_Pair(given == same, given in fitting, float(other.output["confidence"] or 0.0)))
        names.add(str(one.output["model"]))
    if len(names) > 1:
        raise InputError(
            str(asked.path), f"holds answers of several models: {', '.join(sorted(names))}.", "Run it anew."
        )
    return found, next(iter(names), "")


def _answered(one: CaseResult) -> bool:
    return bool(one.output.get("category")) and "category" in one.target


def _rows(pairs: Sequence[_Pair]) -> tuple[Counted, ...]:
    rows: list[Counted] = []
    for agree in (True, False):
        for sure, beyond in zip(_SURE_FROM, (*_SURE_FROM[1:], 1.01), strict=True):
            fitting = [one.right for one in pairs if one.agree is agree and sure <= one.sure < beyond]
            if fitting:
                rows.append(Counted(agree=agree, from_confidence=sure, right=sum(fitting), n=len(fitting)))
    return tuple(rows)
