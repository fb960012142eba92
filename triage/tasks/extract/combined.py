"""The model and the rules read the same document: where they agree, where they do not, and what only one of them has.

How often two that agree are right has not been measured, so a value that a model pointed at has no confidence, whether
the rules agree or not; the paper names both and says in how many values they agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from rapidfuzz import fuzz

from triage.documents.finding import Findings, find
from triage.documents.places import Candidate
from triage.domain import FIELD_NAMES, Check, Document, FieldValue, Method, Paper, PaperLine
from triage.tasks.extract.calibration import calibration
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.prompted import PromptedExtractor
from triage.tasks.fallback import Fallback
from triage.verify.readings import squeeze

PREFIX = "readers_agree:"
_NAMES = frozenset({"seller_name", "buyer_name", "name"})
_SAME_NAME = 80.0
_FIGURES = ("quantity", "unit_price", "net_amount")


class CombinedExtractor(Runnable[Document, Paper]):
    """Asks the model, and lays what the rules read beside its answer; without a usable answer the rules' alone.

    The model's values stay. Each difference is a failed check `readers_agree:...` with both values, and a warning. A
    field of the head that the model left out is taken from the rules, with their measured confidence.
    """

    key = "extract"

    def __init__(self, prompted: PromptedExtractor, embedded: EmbeddedExtractor) -> None:
        self.asked = Fallback[Document, Paper](prompted, embedded)
        self.embedded = embedded
        self.producer = prompted.producer

    @property
    def acting(self) -> dict[str, str]:
        """Hashes of what acts on an answer of either."""
        return self.asked.acting

    def invoke(self, input: Document, config: RunnableConfig | None = None, **kwargs: Any) -> Paper:  # noqa: A002
        """The document as both read it."""
        paper = self.asked.invoke(input, config)
        if paper.by.method is not Method.PROMPTED or paper.abstained is not None or paper.xml is not None:
            return paper
        try:
            findings = find(paper.pages)
        except Exception as error:
            return paper.with_(
                warnings=(*paper.warnings, f"the rules could not read beside it ({type(error).__name__})")
            )
        return laid_beside(paper, findings, self.embedded.producer.model)


def laid_beside(paper: Paper, findings: Findings, rules: str) -> Paper:
    """A model's paper with the rules' findings beside it; `rules` is what the rules are called."""
    model = paper.by.model
    checks = [*_head(paper, findings, rules), *_lines(paper, findings, rules)]
    differ = [check for check in checks if not check.passed]
    agreed = sum(check.passed for check in checks)
    told = f"{model} and {rules} read the same in {agreed} of {len(checks)} values"
    added = {name: one for name, one in findings.fields.items() if name not in paper.fields}
    only = (f"only {rules} read: {', '.join(sorted(added))}",) if added else ()
    fields = {**paper.fields, **{name: _value(name, one) for name, one in added.items()}}
    return paper.with_(
        fields={name: fields[name] for name in FIELD_NAMES if name in fields},
        checks=(
            *paper.checks,
            *differ,
            *([Check(name=PREFIX + "all", passed=not differ, detail=told)] if checks else []),
        ),
        warnings=(*paper.warnings, *(f"model and rules differ: {check.detail}" for check in differ), *only),
    )


def _value(name: str, one: Candidate) -> FieldValue:
    return one.read(calibration().confidence(name, one.support))


def _head(paper: Paper, findings: Findings, rules: str) -> Iterator[Check]:
    for name, one in findings.fields.items():
        if name in paper.fields:
            yield _check(name, name, paper.fields[name], one.read(), paper.by.model, rules)


def _lines(paper: Paper, findings: Findings, rules: str) -> Iterator[Check]:
    for number, line in enumerate(paper.lines, 1):
        row = next((row for row in findings.lines if _is_same_row(line, row)), None)
        for name in _FIGURES:
            if row is not None and name in row and name in line.fields:
                where = f"line:{number}:{name}"
                yield _check(where, name, line.fields[name], row[name].read(), paper.by.model, rules)


def _is_same_row(line: PaperLine, row: Mapping[str, Candidate]) -> bool:
    """Whether both stand on one printed line."""
    ours = [one for one in line.fields.values() if one.box is not None]
    theirs = [one.found for one in row.values()]
    return any(
        one.page == other.page and one.box.top < other.box.bottom and other.box.top < one.box.bottom
        for one in ours
        for other in theirs
        if one.box is not None
    )


def _check(where: str, name: str, ours: FieldValue, theirs: FieldValue, model: str, rules: str) -> Check:
    told = f"{where.replace(':', ' ')}: {model} reads {ours.text!r}, {rules} reads {theirs.text!r}"
    page = f" (page {ours.page})" if ours.page else ""
    return Check(name=PREFIX + where, passed=_same(name, ours, theirs), detail=told + page)


def _same(name: str, ours: FieldValue, theirs: FieldValue) -> bool:
    one, other = ours.value, theirs.value
    if isinstance(one, Decimal | date) or isinstance(other, Decimal | date):
        return one == other
    if name in _NAMES:
        return float(fuzz.token_set_ratio(str(one).casefold(), str(other).casefold())) >= _SAME_NAME
    return squeeze(str(one)) == squeeze(str(other))
