"""Plots as inline SVG: intervals, reliability, risk and coverage. Numbers in, markup out; texts are escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from evals.intervals import once
from evals.measures import Table
from evals.scoring.classification import BINS, bins, ranked
from triage.domain.shares import wilson

SIDE = 300
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 10, 10, 36
_W, _H = SIDE - _LEFT - _RIGHT, SIDE - _TOP - _BOTTOM
_MOST_POINTS = 240


@dataclass(frozen=True)
class Bar:
    """A figure on a line from 0 to 1."""

    value: float
    low: float | None
    high: float | None
    base: float | None = None


def bar(of: Bar) -> Markup:
    """A dot with its interval; a hollow dot for the baseline."""
    parts = [Markup('<line x1="5" y1="9" x2="255" y2="9" class="rail"/>')]
    if of.low is not None and of.high is not None:
        parts.append(Markup('<line x1="{}" y1="9" x2="{}" y2="9" class="spread"/>').format(_x(of.low), _x(of.high)))
    if of.base is not None:
        parts.append(Markup('<circle cx="{}" cy="9" r="3.6" class="was"/>').format(_x(of.base)))
    parts.append(Markup('<circle cx="{}" cy="9" r="4" class="dot"/>').format(_x(of.value)))
    return Markup('<svg viewBox="0 0 260 18" class="bar" aria-hidden="true">{}</svg>').format(Markup().join(parts))


def _x(value: float) -> str:
    return f"{5 + 250 * min(1.0, max(0.0, value)):.1f}"


def reliability(table: Table) -> Markup | None:
    """Accuracy against confidence in ten bins, with Wilson intervals and how many cases each has; none without any."""
    place, right = bins(table), table.number("right")
    confidence = table.number("confidence")
    if not (place >= 0).any():
        return None
    parts = [_line(0, 0, 1, 1, "ideal")]
    most = max(int((place == b).sum()) for b in range(BINS))
    for b in range(BINS):
        own = place == b
        n = int(own.sum())
        if n == 0:
            continue
        accuracy, stated = float(right[own].mean()), float(confidence[own].mean())
        low, high = wilson(accuracy * n, n)
        parts.append(_column(b / BINS, n / most * 0.18))
        parts.append(_line(stated, low, stated, high, "spread"))
        parts.append(_dot(stated, accuracy, f"{n} cases: stated {stated:.2f}, right {accuracy:.2f}"))
    return _frame(parts, "stated confidence", "share that is right", "Reliability diagram")


def risk_coverage(table: Table, base: Table | None = None) -> Markup | None:
    """Accuracy over the surest part of the cases, against how large that part is; none without confidence."""
    if not np.isfinite(table.number("confidence")).any():
        return None
    parts = [_line(0, 0.9, 1, 0.9, "ideal"), _line(0.8, 0, 0.8, 1, "ideal")]
    if base is not None and np.isfinite(base.number("confidence")).any():
        parts.append(_curve(base, "was"))
    parts.append(_curve(table, "curve"))
    return _frame(parts, "share that is answered, surest first", "share of these that is right", "Risk and coverage")


def _curve(table: Table, style: str) -> Markup:
    order, right = ranked(table), table.number("right")
    counted = once(len(table))[0].cumsum()
    accuracy = right[order].cumsum() / counted
    first = min(len(order) - 1, 9)
    places = np.unique(np.linspace(first, len(order) - 1, min(_MOST_POINTS, len(order) - first)).astype(int))
    points = " ".join(f"{_px(counted[n] / len(order)):.1f},{_py(accuracy[n]):.1f}" for n in places)
    return Markup('<polyline points="{}" class="{}"/>').format(points, style)


def _px(value: float) -> float:
    return _LEFT + _W * value


def _py(value: float) -> float:
    return _TOP + _H * (1 - value)


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    places = [f"{place:.1f}" for place in (_px(x1), _py(y1), _px(x2), _py(y2))]
    return Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="{}"/>').format(*places, style)


def _dot(x: float, y: float, title: str) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="4.5" class="dot"><title>{}</title></circle>').format(
        f"{_px(x):.1f}", f"{_py(y):.1f}", title
    )


def _column(x: float, height: float) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="count"/>').format(
        f"{_px(x) + 1:.1f}", f"{_py(height):.1f}", f"{_W / BINS - 2:.1f}", f"{_H * height:.1f}"
    )


def _frame(parts: Sequence[Markup], across: str, up: str, title: str) -> Markup:
    ticks = [0.0, 0.25, 0.5, 0.75, 1.0]
    grid = [_line(0, tick, 1, tick, "grid") for tick in ticks]
    marks = [
        Markup('<text x="{}" y="{}" class="tick" text-anchor="end">{}</text>').format(
            _LEFT - 5, f"{_py(tick) + 3.5:.1f}", f"{tick:g}"
        )
        for tick in ticks
    ]
    marks += [
        Markup('<text x="{}" y="{}" class="tick" text-anchor="middle">{}</text>').format(
            f"{_px(tick):.1f}", SIDE - _BOTTOM + 14, f"{tick:g}"
        )
        for tick in ticks
    ]
    named = Markup(
        '<text x="{}" y="{}" class="axis" text-anchor="middle">{}</text>'
        '<text transform="translate(11 {}) rotate(-90)" class="axis" text-anchor="middle">{}</text>'
    ).format(f"{_px(0.5):.1f}", SIDE - 4, across, f"{_py(0.5):.1f}", up)
    return Markup('<svg viewBox="0 0 {} {}" class="plot" role="img" aria-label="{}">{}{}{}{}</svg>').format(
        SIDE, SIDE, title, Markup().join(grid), Markup().join(marks), named, Markup().join(parts)
    )
