"""Batch use, a contract that other tools rely on: JSON lines in, JSON lines out, in the order of the input.

A row or file that cannot be used gets a line with its id and an `error`; the others go on. Rows are read and written in
chunks, so that memory does not grow with the input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any

from triage.cli.show import internal_error, json_line
from triage.cli.wiring import EMBEDDED, classifier, extractor, now, summariser
from triage.domain import (
    Abstention,
    Answer,
    Case,
    Classification,
    Document,
    Method,
    Paper,
    Policy,
    Suggestion,
    Summary,
    View,
)
from triage.errors import InputError, ReplayMiss, TriageError, UsageError
from triage.settings import Settings

CHUNK = 256

Line = dict[str, Any]


def run_classify(jsonl: Path, model: str, home: Path | None) -> int:
    """`{"id", "text", "subject"?, "from_role"?, "facts"?}` in, one classification a line out."""
    policy = Settings.of(home).policy()
    task = classifier(model, policy)
    return _stream(jsonl, model, policy, task, lambda id_, answer: _classified(id_, answer, policy))


def run_summarize(jsonl: Path, model: str, home: Path | None, language: str | None = None) -> int:
    """The same rows in, one summary a line out; `language` is the reader's, where the policy's is not meant."""
    from triage.facts.labels import LANGUAGES

    if language is not None and language not in LANGUAGES:
        raise UsageError(f"--language {language!r} is none of: {', '.join(LANGUAGES)}.")
    policy = Settings.of(home).policy()
    return _stream(jsonl, model, policy, summariser(model, policy, language), _summarised)


def run_extract(
    files: Sequence[Path],
    jsonl: bool,
    model: str,
    home: Path | None,
    records: str | None = None,
    order: str | None = None,
) -> int:
    """A line (or a readable report) a document; with `records` beside the purchase order that it names, or `order`."""
    from triage.cli.comparing import compared, orders_of
    from triage.cli.reading import documents_in

    if order and not records:
        raise UsageError("--order needs --records: a JSON file with the orders, or `odoo`.")
    settings = Settings.of(home)
    policy = settings.policy()
    task = extractor(model, policy)
    failed = 0
    with orders_of(records, settings, policy) as case_of:
        for name, found in _progress(documents_in(files, policy.limits), None):
            line, paper = _extracted(name, found, task, model, policy)
            if case_of is not None and paper is not None:
                line |= compared(paper, order, case_of, policy)
            failed += "error" in line
            _write(line) if jsonl else _report(line)
    return 1 if failed else 0


def _extracted(
    name: str, found: Document | TriageError, task: Any, model: str, policy: Policy
) -> tuple[Line, Paper | None]:
    from triage.tasks.extract.rows import row
    from triage.verify.pages import hold_back, verify_paper

    if isinstance(found, TriageError):
        return _unread(name, str(found)), None
    try:
        paper: Paper = hold_back(verify_paper(task.invoke(found)), policy)
        _refuse_unrecorded(paper, model)
        line: Line = row(paper, name) | {"model": paper.by.model}
    except Exception as error:
        return _unread(name, _said(error)), None
    if paper.abstained:
        line["error"] = _why_not(name, paper.abstained)
        return line, None
    return line, paper


def _why_not(name: str, abstained: Abstention) -> str:
    """What is wrong, and what to do where something can be done."""
    remedy = f" ({'; '.join(one.rstrip('.') for one in abstained.missing)})" if abstained.missing else ""
    return f"{name}: {abstained.reason}{remedy}"


def _unread(name: str, why: str) -> Line:
    return {"file": name, "error": why, "fields": {}, "lines": [], "checks": [], "warnings": [why]}


def _stream(jsonl: Path, model: str, policy: Policy, task: Any, shape: Callable[[str | int, Any], Line]) -> int:
    failed = 0
    with _opened(jsonl) as lines:
        numbered = enumerate(lines, start=1)
        for chunk in _chunks(_progress(numbered, None), CHUNK if model == EMBEDDED else 16):
            for line in _answered(chunk, task, policy, shape, model):
                failed += "error" in line
                _write(line)
            sys.stdout.flush()
    return 1 if failed else 0


def _answered(
    chunk: Sequence[tuple[int, str]],
    task: Any,
    policy: Policy,
    shape: Callable[[str | int, Any], Line],
    model: str = EMBEDDED,
) -> list[Line]:
    """One line for each row of the chunk, in order."""
    out: list[Line] = []
    views: list[tuple[int, str | int, View]] = []
    for number, text in chunk:
        if not text.strip():
            continue
        id_, view = _prepared(number, text, policy)
        if isinstance(view, Exception):
            out.append({"id": id_, "error": _said(view)})
            continue
        views.append((len(out), id_ if id_ is not None else number, view))
        out.append({})
    answers = _batch(task, [view for _, _, view in views])
    for (place, id_, view), answer in zip(views, answers, strict=True):
        out[place] = _line(id_, view, answer, shape, model)
    return out


def _line(
    id_: str | int, view: View, answer: Answer | Exception, shape: Callable[[str | int, Any], Line], model: str
) -> Line:
    from triage.verify.answers import verify

    if isinstance(answer, Exception):
        return {"id": id_, "error": _said(answer)}
    try:
        _refuse_unrecorded(answer, model)
        line = shape(id_, verify(answer, view))
    except Exception as error:
        return {"id": id_, "error": _said(error)}
    read = [warning for message in view.case.messages for warning in message.warnings]
    return line | {"warnings": list(dict.fromkeys([*read, *line["warnings"]]))}


def _refuse_unrecorded(answer: Answer, model: str) -> None:
    """A recording that lacks an answer must not look as if the recorded model had given it."""
    if model.startswith("replay:") and answer.by.method is Method.EMBEDDED:
        why = f" ({answer.warnings[0]})" if answer.warnings else ""
        raise ReplayMiss(f"no recorded answer{why}")


def _said(error: Exception) -> str:
    return str(error if isinstance(error, TriageError) else internal_error(error))


def _batch(task: Any, views: list[View]) -> list[Answer | Exception]:
    """Answer all at once, or one by one where that fails; what went wrong stands in its answer's place."""
    try:
        answers: list[Answer | Exception] = task.batch(views, config={"max_concurrency": 8}, return_exceptions=True)
    except Exception:
        return [_one(task, view) for view in views]
    return answers


def _one(task: Any, view: View) -> Answer | Exception:
    try:
        answer: Answer = task.invoke(view)
    except Exception as error:
        return error
    return answer


def _prepared(number: int, text: str, policy: Policy) -> tuple[str | int | None, View | Exception]:
    from triage.intake.rows import case_from_row

    id_ = None
    try:
        data = json.loads(text)
        id_ = data.get("id") if isinstance(data, dict) else None
        return id_, _view(case_from_row(data, number, now(), limits=policy.limits), policy)
    except json.JSONDecodeError as error:
        return None, InputError(f"line {number}", f"is not JSON ({error}).", "Write one JSON object a line.")
    except Exception as error:
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
        "warnings": list(answer.warnings),
        "model": answer.by.model,
    }


def _summarised(id_: str | int, answer: Summary) -> Line:
    return {
        "id": id_,
        "summary": answer.text,
        "key_points": list(answer.key_points),
        "asks": list(answer.asks),
        "promised": [{"by": one.by.value, "text": one.text} for one in answer.promised],
        "questions": list(answer.questions),
        "next_step": answer.next_step,
        "references": list(answer.references),
        "language": answer.language,
        "warnings": list(answer.warnings),
        "model": answer.by.model,
    }


def _write(line: Line) -> None:
    sys.stdout.write(json_line(line, sys.stdout.encoding) + "\n")


def _report(line: Line) -> None:
    from triage.cli.comparing import comparison_report
    from triage.cli.reading import paper_report

    paper_report(line)
    comparison_report(line)


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    if str(path) == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
        yield sys.stdin
        return
    try:
        lines = path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    with lines:
        yield lines


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
