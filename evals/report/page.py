"""`triage eval report`: a run, with differences against another, as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from evals.cases import Kind
from evals.compare import Difference, SetComparison, compare, merit, short, wanted
from evals.gate import Checked, check, read_gates
from evals.measures import Figure, Measure, Table
from evals.record import CaseResult, MeasuredSet, RunFolder, RunHead, SetFigure
from evals.report.plots import Bar, bar, reliability, risk_coverage
from evals.runner import measures_of
from evals.scoring.classification import CODES
from evals.terminal import interval, number, parts
from triage.domain import FIELD_NAMES
from triage.errors import InputError

_LONGEST = 2400


@dataclass(frozen=True)
class Row:
    """A figure as the page shows it."""

    name: str
    about: str
    value: str
    interval: str
    n: int
    note: str
    plot: Markup | None
    change: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class Matrix:
    """Right categories down, given ones across."""

    codes: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[tuple[int, str], ...]], ...]
    """Code, how many, and for each given category count and shade."""


@dataclass(frozen=True)
class Worst:
    """A case with what went in and what came out."""

    id: str
    wanted: str
    said: str
    facts: tuple[str, ...]
    given: str
    answer: tuple[tuple[str, str], ...]
    note: str


@dataclass(frozen=True)
class Section:
    """One set."""

    of: MeasuredSet
    rows: tuple[Row, ...]
    groups: tuple[str, ...]
    group_rows: tuple[tuple[str, tuple[str, ...]], ...]
    details: tuple[str, ...]
    detail_rows: tuple[tuple[str, int, tuple[str, ...]], ...]
    matrix: Matrix | None
    reliability: Markup | None
    coverage: Markup | None
    comparison: SetComparison | None
    changed: tuple[Difference, ...]
    worst: tuple[Worst, ...]
    wrong: int


def run_report(run: Path, base: Path | None, out: Path, worst: int) -> int:
    """Write the report."""
    page = render(RunFolder(run), RunFolder(base) if base else None, worst)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(str(out), f"cannot be written ({error.strerror}).", "Choose another -o.") from error
    typer.echo(f"{out}: {len(page) / 1e3:.0f} kB")
    return 0


def render(run: RunFolder, base: RunFolder | None, worst: int) -> str:
    """The page as a text."""
    head, figures, results = run.head(), run.figures(), run.results()
    compared = {of.set: of for of in compare(base, run)} if base else {}
    before = base.results() if base else []
    sections = [_section(of, figures, results, before, compared.get(of.name), worst) for of in head.sets]
    environment = Environment(
        loader=PackageLoader("evals.report", ""),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment.get_template("page.html").render(
        head=head,
        base=base.head() if base else None,
        sections=sections,
        gates=_gates(figures),
        acting=_acting(head),
        regressions=[one for of in compared.values() for one in of.regressions],
    )


def _gates(figures: Sequence[SetFigure]) -> list[Checked]:
    return check(figures, read_gates())


def _acting(head: RunHead) -> list[tuple[str, str]]:
    return [("policy", head.policy), *sorted(head.acting.items())]


def _section(
    of: MeasuredSet,
    figures: Sequence[SetFigure],
    results: Sequence[CaseResult],
    before: Sequence[CaseResult],
    comparison: SetComparison | None,
    worst: int,
) -> Section:
    mine = [figure for figure in figures if figure.set == of.name]
    own = [result for result in results if result.set == of.name]
    measures = {measure.name: measure for measure in measures_of(of.kind)}
    differences = comparison.differences if comparison else ()
    whole = {one.measure: one for one in differences if not one.group}
    groups = [figure for figure in mine if figure.group and figure.value is not None]
    kinds, details = parts([figure for figure in mine if measures[figure.measure].detail])
    classified = of.kind is Kind.CLASSIFICATION
    table, table_before = _table(own), _table([result for result in before if result.set == of.name])
    wrong = [result for result in own if merit(of.kind, result.scored.values) < 1 and not result.scored.aside]
    return Section(
        of=of,
        rows=tuple(_rows(mine, measures, whole)),
        groups=tuple(dict.fromkeys(figure.measure for figure in groups)),
        group_rows=tuple(_group_rows(groups)),
        details=tuple(kinds),
        detail_rows=tuple((name, n, tuple(_cell(one) for one in row)) for name, n, row in details),
        matrix=_matrix(own) if classified else None,
        reliability=reliability(table) if classified else None,
        coverage=risk_coverage(table, table_before if len(table_before) else None) if classified else None,
        comparison=comparison,
        changed=tuple(one for one in differences if one.verdict in ("better", "worse")),
        worst=tuple(_worst(of.kind, result) for result in _worst_first(of.kind, wrong)[:worst]),
        wrong=len(wrong),
    )


def _table(results: Sequence[CaseResult]) -> Table:
    return Table([result.scored for result in results if not result.scored.aside])


def _rows(figures: Sequence[Figure], measures: Mapping[str, Measure], whole: Mapping[str, Difference]) -> Iterator[Row]:
    for figure in figures:
        measure = measures[figure.measure]
        if figure.group or measure.detail or (figure.refused and figure.n == 0):
            continue
        change = whole.get(figure.measure)
        yield Row(
            name=figure.measure,
            about=measure.about,
            value="–" if figure.value is None else number(figure.value, figure.unit),
            interval="" if figure.low is None else interval(figure.low, figure.high, figure.unit),
            n=figure.n,
            note=figure.refused or figure.note,
            plot=_bar(figure, change),
            change="" if change is None else f"{change.change:+.3f}",
            verdict="" if change is None else change.verdict,
        )


def _bar(figure: Figure, change: Difference | None) -> Markup | None:
    if figure.value is None or not 0 <= figure.value <= 1 or figure.unit:
        return None
    return bar(Bar(figure.value, figure.low, figure.high, change.base if change else None))


def _cell(figure: Figure | None) -> str:
    if figure is None or figure.value is None:
        return ""
    spread = "" if figure.low is None else f" ({interval(figure.low, figure.high, figure.unit)})"
    return number(figure.value, figure.unit) + spread


def _group_rows(figures: Sequence[Figure]) -> Iterator[tuple[str, tuple[str, ...]]]:
    measures = list(dict.fromkeys(figure.measure for figure in figures))
    cells = {(figure.group, figure.measure): figure for figure in figures}
    for group in dict.fromkeys(figure.group for figure in figures):
        yield group, tuple(_cell(cells.get((group, measure))) for measure in measures)


def _matrix(results: Sequence[CaseResult]) -> Matrix:
    """How often each right category was given as which; shaded by the share of the row."""
    pairs = [(str(r.scored.values["target"]), str(r.scored.values["guess"])) for r in results if not r.scored.aside]
    codes = tuple(code for code in CODES if any(code in pair for pair in pairs))
    rows = []
    for code in codes:
        counts = [sum(pair == (code, guess) for pair in pairs) for guess in codes]
        whole = sum(target == code for target, _ in pairs)
        cells = [
            (n, _shade(n / whole if whole else 0.0, code == guess)) for n, guess in zip(counts, codes, strict=True)
        ]
        rows.append((code, whole, tuple(cells)))
    return Matrix(codes, tuple(rows))


def _shade(share: float, right: bool) -> str:
    if share == 0:
        return "s0"
    return f"{'r' if right else 'w'}{1 + min(4, int(share * 5))}"


def _worst_first(kind: Kind, results: Sequence[CaseResult]) -> list[CaseResult]:
    """The surest mistakes first, then what covers least."""

    def order(result: CaseResult) -> tuple[float, float, str]:
        confidence = result.scored.values.get("confidence")
        sure = float(confidence) if isinstance(confidence, int | float) and not result.output.get("abstained") else 0.0
        return merit(kind, result.scored.values), -sure, result.id

    return sorted(results, key=order)


def _worst(kind: Kind, result: CaseResult) -> Worst:
    output = result.output
    confidence = output.get("confidence")
    facts = [f"confidence {confidence:.2f}"] if isinstance(confidence, float) else []
    facts += [value for name in ("language", "style", "tag") for value in result.scored.groups.get(name, ())]
    return Worst(
        id=result.id,
        wanted=wanted(kind, result),
        said=short(kind, result),
        facts=tuple(dict.fromkeys(facts)),
        given=_given(result.input),
        answer=tuple(_answer(kind, result)),
        note=result.note,
    )


def _given(given: Mapping[str, Any]) -> str:
    """The input as a reader can take it in."""
    if given.get("text") is not None:
        head = [f"Subject: {given['subject']}"] if given.get("subject") else []
        return _cut("\n\n".join([*head, str(given["text"])]))
    if given.get("messages"):
        return _cut("\n\n— — —\n\n".join(str(message.get("text", "")) for message in given["messages"]))
    if given.get("papers"):
        return _cut("\n".join(_written(paper) for paper in given["papers"]))
    if given.get("case"):
        messages = given["case"].get("messages") or ()
        return _cut("\n\n— — —\n\n".join(str(m.get("body", "")) for m in messages) or "a case without messages")
    return ", ".join(given.get("files") or ())


def _written(paper: Mapping[str, Any]) -> str:
    lines = [" · ".join(str(cell) for cell in line.values()) for line in paper.get("lines") or ()]
    return "\n".join([str(paper.get("document", "")), *lines])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"


def _answer(kind: Kind, result: CaseResult) -> Iterator[tuple[str, str]]:
    """What came out, and beside it what was right where that says more than a word."""
    output, target = result.output, result.target
    if result.error:
        yield "error", result.error
    elif kind in (Kind.CLASSIFICATION, Kind.PRIORITY):
        yield from _classified(output)
    elif kind is Kind.SUMMARY:
        yield "summary", str(output.get("summary", ""))
        yield from (("key point", str(point)) for point in output.get("key_points") or ())
        yield from (("ask", str(ask)) for ask in output.get("asks") or ())
    elif kind is Kind.EXTRACTION:
        yield from _extracted(result)
    elif kind is Kind.LINK:
        yield from ((one["record"], "; ".join(one["matched"])) for one in output["candidates"])
        yield from (("refused", str(name)) for name in output["refused"])
    elif kind is Kind.CAUSE:
        yield from ((one["kind"], f"{one['score']:g}: {one['why']}") for one in output["causes"])
    elif kind is Kind.REPLY:
        yield output["to"], str(output["reply"] or output["why_none"])
    elif kind is Kind.COMPARISON:
        yield from ((each["kind"], each["how"]) for each in output["differences"])
    else:
        yield "effects", str(result.scored.values.get("what") or "none")
        yield from (("card", f"{card['category']}, {card['severity']}: {card['summary']}") for card in output["cards"])
    yield from (("wanted key point", str(point)) for point in target.get("key_points") or ())
    yield from (("wanted ask", str(ask)) for ask in target.get("asks") or ())
    yield from (("warning", warning) for warning in result.warnings)


def _extracted(result: CaseResult) -> Iterator[tuple[str, str]]:
    """The scored fields, wrong and missing ones first."""
    cells, values = result.output.get("fields") or {}, result.scored.values
    scored = sorted(
        (name for name in FIELD_NAMES if f"{name} n" in values), key=lambda name: values[f"{name} right"] == 1.0
    )
    for name in scored:
        cell = cells.get(name)
        found = "–" if cell is None else str(cell.get("value"))
        if values[f"{name} right"]:
            yield name, found
        else:
            yield (
                f"{name}, wrong" if cell else f"{name}, missing",
                f"{found}, right: {values.get(f'{name} wanted', 'not recorded')}",
            )
    if "lines" in values:
        matched, there = (int(values[column] or 0) for column in ("lines_right", "lines"))
        count = len(result.output.get("lines") or ())
        yield "lines", f"{count} found, {matched // 2} right, {there} on the page"


def _classified(output: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    best = sorted((output.get("scores") or {}).items(), key=lambda item: -item[1])[:3]
    yield "scores", ", ".join(f"{code} {share:.2f}" for code, share in best)
    if output.get("reason"):
        yield "reason", str(output["reason"])
    yield from (("evidence", str(evidence.get("text", ""))) for evidence in output.get("evidence") or ())
