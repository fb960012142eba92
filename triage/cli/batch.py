"""Batch use, a contract that other tools rely on: JSON lines in, JSON lines out, in the order of the input.

A row or file that cannot be used gets a line with its id and an `error`; the others go on. Rows are read and written in
chunks, so that memory does not grow with the input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any

from triage.cli.wiring import EMBEDDED, classifier, extractor, now, summariser
from triage.domain import Answer, Case, Classification, Document, Paper, Policy, Suggestion, Summary, View
from triage.errors import InputError, TriageError, UsageError
from triage.settings import Settings

CHUNK = 256

Line = dict[str, Any]


def run_classify(jsonl: Path, model: str, home: Path | None) -> int:
    """`{"id", "text", "subject"?, "from_role"?, "facts"?}` in, one classification a line out."""
    policy = Settings.of(home).policy()
    task = classifier(model, policy)
    return _stream(jsonl, model, policy, task, lambda id_, answer: _classified(id_, answer, policy))


def run_summarize(jsonl: Path, model: str, home: Path | None) -> int:
    """The same rows in, one summary a line out."""
    policy = Settings.of(home).policy()
    return _stream(jsonl, model, policy, summariser(model, policy), _summarised)


def run_extract(files: Sequence[Path], jsonl: bool, model: str, home: Path | None) -> int:
    """A line (or a readable report) a document."""
    from triage.cli.reading import documents_in
    from triage.tasks.extract.rows import row

    policy = Settings.of(home).policy()
    task = extractor(model, policy)
    failed = 0
    for name, found in _progress(documents_in(files, policy.limits), None):
        paper = found if isinstance(found, TriageError) else _read(found, task)
        failed += isinstance(paper, TriageError) or paper.abstained is not None
        if isinstance(paper, TriageError):
            line: Line = {
                "file": name,
                "error": str(paper),
                "fields": {},
                "lines": [],
                "checks": [],
                "warnings": [str(paper)],
            }
        else:
            line = row(paper, name)
            if paper.abstained:
                line["error"] = f"{name}: {paper.abstained.reason}"
        _write(line) if jsonl else _report(line)
    return 1 if failed else 0


def _stream(jsonl: Path, model: str, policy: Policy, task: Any, shape: Callable[[str | int, Any], Line]) -> int:
    failed = 0
    with _opened(jsonl) as lines:
        numbered = enumerate(lines, start=1)
        for chunk in _chunks(_progress(numbered, None), CHUNK if model == EMBEDDED else 16):
            for line in _answered(chunk, task, policy, shape):
                failed += "error" in line
                _write(line)
            sys.stdout.flush()
    return 1 if failed else 0


def _answered(
    chunk: Sequence[tuple[int, str]], task: Any, policy: Policy, shape: Callable[[str | int, Any], Line]
) -> list[Line]:
    """One line for each row of the chunk, in order."""
    from triage.verify.answers import verify

    out: list[Line] = []
    views: list[tuple[int, str | int, View]] = []
    for number, text in chunk:
        if not text.strip():
            continue
        id_, case = _case(number, text)
        if isinstance(case, TriageError):
            out.append({"id": id_, "error": str(case)})
            continue
        views.append((len(out), id_ if id_ is not None else number, _view(case, policy)))
        out.append({})
    answers = _batch(task, [view for _, _, view in views])
    for (place, id_, view), answer in zip(views, answers, strict=True):
        out[place] = (
            {"id": id_, "error": str(answer)} if isinstance(answer, Exception) else shape(id_, verify(answer, view))
        )
    return out


def _batch(task: Any, views: list[View]) -> list[Answer | Exception]:
    """Answer all at once; what goes wrong on purpose is an answer's place, anything else is raised."""
    answers: list[Answer | Exception] = task.batch(views, config={"max_concurrency": 8}, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, TriageError):
            raise answer
    return answers


def _case(number: int, text: str) -> tuple[str | int | None, Case | TriageError]:
    from triage.intake.rows import case_from_row

    try:
        data = json.loads(text)
    except ValueError as error:
        return None, InputError(f"line {number}", f"is not JSON ({error}).", "Write one JSON object a line.")
    id_ = data.get("id") if isinstance(data, dict) else None
    try:
        return id_, case_from_row(data, number, now())
    except TriageError as error:
        return id_, error


def _view(case: Case, policy: Policy) -> View:
    from triage.facts import establish_facts

    return View(case, (), establish_facts(case, (), policy))


def _classified(id_: str | int, answer: Classification, policy: Policy) -> Line:
    from triage.cards.proposals import judge

    main: Suggestion = judge(answer.suggestions[0], policy)
    others = dict.fromkeys([*main.secondary, *(s.category for s in answer.suggestions[1:])])
    others.pop(main.category, None)
    return {
        "id": id_,
        "category": main.category.value,
        "subtype": main.subtype,
        "secondary": [category.value for category in others],
        "severity": main.severity.value,
        "confidence": None if main.confidence is None else round(main.confidence.value, 4),
        "abstained": main.abstained is not None,
        "reason": main.abstained.reason if main.abstained else main.severity_why or None,
        "scores": {category.value: round(score, 5) for category, score in answer.scores.items()},
        "language": answer.language,
        "evidence": [evidence.model_dump(mode="json") for evidence in main.evidence],
    }


def _summarised(id_: str | int, answer: Summary) -> Line:
    return {
        "id": id_,
        "summary": answer.text,
        "key_points": list(answer.key_points),
        "asks": list(answer.asks),
        "references": list(answer.references),
        "language": answer.language,
        "warnings": list(answer.warnings),
    }


def _read(document: Document, task: Any) -> Paper | TriageError:
    from triage.verify.pages import verify_paper

    try:
        return verify_paper(task.invoke(document))
    except TriageError as error:
        return error


def _write(line: Line) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")


def _report(line: Line) -> None:
    from triage.cli.reading import paper_report

    paper_report(line)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if str(path) == "-":
        yield sys.stdin
        return
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            yield lines
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error


def _chunks(items: Iterable[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def _progress(items: Iterable[Any], total: int | None) -> Iterator[Any]:
    """Count on standard error while somebody is looking and the output goes elsewhere."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

    with Progress(MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        yield from bar.track(items, total=total)
