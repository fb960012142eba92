"""Draws whom a change hits: as a tree of lines for a terminal, as SVG for a page. Escapes what others wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from triage.domain import Hit, Impact

_MOST_LINES = 10
_WIDTH, _HEIGHT, _GAP, _ACROSS = 230, 40, 14, 60
_LONGEST = 34
"""Characters that fit into a box."""


@dataclass
class Branch:
    """A point of the drawing with what hangs on it."""

    key: str
    hit: Hit | None = None
    below: dict[str, Branch] = field(default_factory=dict)


def branches(impact: Impact, most: int = _MOST_LINES) -> Branch:
    """The hits' paths as one tree under what changed; the worst `most` of them."""
    root = Branch("")
    for hit in impact.hits[:most]:
        here = root
        for key in hit.path:
            here = here.below.setdefault(key, Branch(key))
        here.hit = hit
    return root


def tree(impact: Impact, *, confidential: bool, most: int = _MOST_LINES) -> list[str]:
    """Lines of text. Without `confidential`, no customer and no other order is named: only how many are hit."""
    if not confidential:
        return [public(impact)]
    lines = [impact.of, *_lines(branches(impact, most), impact, "")]
    if len(impact.hits) > most:
        lines.append(f"… and {len(impact.hits) - most} more")
    return [*lines, *(["more hangs on it than was read"] if impact.cut else [])]


def public(impact: Impact) -> str:
    """What everybody may read: how many customers' lines it hits, and how many are safe."""
    hurt, safe = len(impact.hurt), len(impact.safe)
    more = "; more hangs on it than was read" if impact.cut else ""
    return f"{impact.of}: hits {_count(hurt)}, {safe} {'is' if safe == 1 else 'are'} safe{more}"


def _count(number: int) -> str:
    return "no customer's line" if number == 0 else f"{number} customers' line{'s' if number > 1 else ''}"


def _lines(branch: Branch, impact: Impact, before: str) -> Iterator[str]:
    children = list(branch.below.values())
    for number, child in enumerate(children):
        is_last = number == len(children) - 1
        yield f"{before}{'└─ ' if is_last else '├─ '}{_said(child, impact)}"
        yield from _lines(child, impact, before + ("   " if is_last else "│  "))


def _said(branch: Branch, impact: Impact) -> str:
    if branch.hit is None:
        return impact.labels.get(branch.key, branch.key)
    return f"{title(branch.hit)}: {outcome(branch.hit)}"


def title(hit: Hit) -> str:
    """Order, customer and goods of a hit."""
    customer = f" {hit.customer}" if hit.customer else ""
    return f"{hit.order.name}{customer}, {hit.quantity.normalize():f} {hit.product}"


def outcome(hit: Hit) -> str:
    """What becomes of a hit line, in words."""
    promised = f"promised {hit.promised}" if hit.promised else "without a promised day"
    if hit.after is None:
        return f"{promised}, not covered any more"
    if hit.is_safe:
        spare = f", {_days(hit.slack)} to spare" if hit.slack else ""
        return f"{promised}, comes {hit.after}: safe{spare}"
    late = f", {_days(-hit.slack)} late" if hit.slack is not None else ""
    return f"{promised}, comes {hit.after}{late}"


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


@dataclass
class _Box:
    column: int
    row: float
    lines: tuple[str, ...]
    style: str


def svg(impact: Impact, *, confidential: bool, most: int = _MOST_LINES) -> str:
    """The same as a drawing: what changed on the left, customers' lines on the right. Not by colour alone: each box
    says what becomes of it. Without `confidential`, one box with the counts."""
    boxes: list[_Box] = []
    links: list[tuple[_Box, _Box]] = []
    if confidential:
        root = branches(impact, most)
        start = _Box(0, 0, (impact.of,), "changed")
        boxes.append(start)
        start.row = _place(root, impact, 1, start, boxes, links)
    else:
        boxes.append(_Box(0, 0, (public(impact),), "changed"))
    return _drawn(boxes, links, public(impact))


def _place(
    branch: Branch, impact: Impact, column: int, above: _Box, boxes: list[_Box], links: list[tuple[_Box, _Box]]
) -> float:
    """Lay out what hangs on a branch; the row on which its own box stands: the middle of these."""
    rows: list[float] = []
    for child in branch.below.values():
        box = _Box(column, 0, _texts(child, impact), _style(child.hit))
        boxes.append(box)
        links.append((above, box))
        if child.below:
            box.row = _place(child, impact, column + 1, box, boxes, links)
        else:
            box.row = 1 + max((one.row for one in boxes if one is not box and _is_leaf(one, links)), default=-1.0)
        rows.append(box.row)
    return sum(rows) / len(rows) if rows else 0.0


def _is_leaf(box: _Box, links: Sequence[tuple[_Box, _Box]]) -> bool:
    return box.column > 0 and all(above is not box for above, _ in links)


def _texts(branch: Branch, impact: Impact) -> tuple[str, ...]:
    return (
        (impact.labels.get(branch.key, branch.key),) if branch.hit is None else (title(branch.hit), outcome(branch.hit))
    )


def _style(hit: Hit | None) -> str:
    if hit is None:
        return "point"
    return "safe" if hit.is_safe else "hurt"


_COLOURS = {"changed": "#dbe7f5", "point": "#f1f1f1", "safe": "#e2f2e2", "hurt": "#f9dede"}


def _drawn(boxes: Sequence[_Box], links: Sequence[tuple[_Box, _Box]], told: str) -> str:
    width = (max(box.column for box in boxes) + 1) * (_WIDTH + _ACROSS) - _ACROSS + 2
    height = (max(box.row for box in boxes) + 1) * (_HEIGHT + _GAP) - _GAP + 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" font-family="sans-serif" font-size="11">',
        f"<title>{escape(told)}</title>",
    ]
    for above, below in links:
        x0, x1 = _left(above) + _WIDTH, _left(below)
        y0, y1 = _top(above) + _HEIGHT / 2, _top(below) + _HEIGHT / 2
        parts.append(f'<path d="M{x0:g} {y0:g} C{x0 + 30:g} {y0:g} {x1 - 30:g} {y1:g} {x1:g} {y1:g}" '
                     'fill="none" stroke="#888"/>')  # fmt: skip
    for box in boxes:
        parts.append(f'<rect x="{_left(box):g}" y="{_top(box):g}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" '
                     f'fill="{_COLOURS[box.style]}" stroke="#666"/>')  # fmt: skip
        for number, line in enumerate(box.lines[:2]):
            y = _top(box) + (25 if len(box.lines) == 1 else 17 + 15 * number)
            parts.append(f'<text x="{_left(box) + 8:g}" y="{y:g}">{escape(_short(line))}<title>{escape(line)}</title>'
                         "</text>")  # fmt: skip
    return "".join([*parts, "</svg>"])


def _left(box: _Box) -> float:
    return 1 + box.column * (_WIDTH + _ACROSS)


def _top(box: _Box) -> float:
    return 1 + box.row * (_HEIGHT + _GAP)


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
