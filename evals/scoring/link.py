"""Linking: are certain links right, are they made, are the right records offered, is nobody else's record opened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.cases import LinkTarget
from evals.measures import Measure, known, mean_of, share_of, sum_ratio, total
from triage.domain import Case, LinkStatus

Values = dict[str, float | str | None]

_FEWEST = 10
"""Fewer cases than for other shares: a language of a set has a dozen of each kind."""


def line_of(id_: str, case: Case) -> dict[str, Any]:
    """What the link step said of a case, as a line: status, record, candidates, and the records that it shows."""
    link = case.link
    is_linked = link.status is LinkStatus.CERTAIN
    return {
        "id": id_,
        "status": link.status.value,
        "record": case.record.name if is_linked else None,
        "candidates": [
            {"record": one.record.name, "partner": one.partner, "matched": list(one.matched)} for one in link.candidates
        ],
        "refused": list(link.refused),
        # Related orders of a linked record are part of its own neighbourhood; of an unlinked mail they are a guess.
        "shown": [case.record.name] if is_linked else sorted({order.ref.name for order in case.related}),
    }


def score(target: LinkTarget, line: Mapping[str, Any]) -> Values:
    """Score one line of `line_of`."""
    linked = line["record"]
    offered = [candidate["record"] for candidate in line["candidates"]]
    is_right = linked is not None and linked in {target.record, *target.accepts}
    opened = _opened(target, {*offered, *line["shown"]})
    return {
        "answered": 1.0,
        "status": line["status"],
        "wanted": target.status.value,
        "link_right": None if linked is None else float(is_right),
        **_by_status(target, linked, is_right, offered),
        "opened": opened,
        "right": float(_is_right(target, linked, is_right, offered) and not opened),
    }


def _opened(target: LinkTarget, records: set[str]) -> float | None:
    """How many records are shown that the sender's company has no part in."""
    return None if target.may_open is None else float(len(records - set(target.may_open)))


def _by_status(target: LinkTarget, linked: str | None, is_right: bool, offered: list[str]) -> Values:
    """What only cases of one status have."""
    values: Values = dict.fromkeys(("found", "asked", "hit", "candidates", "candidates_found", "none_said"))
    if target.status is LinkStatus.CERTAIN:
        values |= {"found": float(is_right), "asked": float(linked is None and target.record in offered)}
    elif target.status is LinkStatus.SEVERAL:
        both = set(target.candidates) & set(offered) if linked is None else set()
        values |= {"hit": float(bool(both) and offered[0] in target.candidates)}
        values |= {"candidates": float(len(target.candidates)), "candidates_found": float(len(both))}
    else:
        values |= {"none_said": float(linked is None and not offered)}
    return values


def _is_right(target: LinkTarget, linked: str | None, is_right: bool, offered: list[str]) -> bool:
    if target.status is LinkStatus.CERTAIN:
        return is_right
    if linked is not None:
        return False
    return target.status is LinkStatus.NONE or bool(offered and offered[0] in target.candidates)


def failed(target: LinkTarget) -> Values:
    """A case that got no answer: a link that was not made, a candidate that was not offered."""
    line: dict[str, Any] = {"status": "", "record": None, "candidates": [], "shown": []}
    return score(target, line) | {"answered": 0.0, "none_said": None, "right": 0.0}


MEASURES: tuple[Measure, ...] = (
    share_of("link precision", "link_right", fewest=_FEWEST, by_group=True, about="links made that are right"),
    share_of("link recall", "found", fewest=_FEWEST, by_group=True, about="certain links that are made"),
    Measure(
        "others' records shown",
        mean_of("opened"),
        "lower",
        count=known("opened"),
        by_group=True,
        unit="a case",
        about="records linked, offered or shown that the sender's company has no part in; the goal is none",
    ),
    share_of(
        "first candidate", "hit", fewest=_FEWEST, by_group=True, about="open questions whose first candidate is right"
    ),
    Measure(
        "candidates",
        sum_ratio("candidates_found", "candidates"),
        count=total("candidates"),
        about="right candidates that are offered where several are meant",
    ),
    share_of("asked instead", "asked", "neither", about="certain links that are a question with the right candidate"),
    share_of("none said", "none_said", about="mails of no record that get no candidate, either"),
    share_of("answered", "answered", about="cases that got an answer at all"),
)
