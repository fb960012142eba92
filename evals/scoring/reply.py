"""Drafts of replies and summaries beside them: does anything stand there that the records do not hold?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.cases import ReplyTarget
from evals.measures import Measure, mean_of, share_of, sum_ratio, total
from triage.domain import Reply, Summary, View
from triage.verify.numbers import Support, missing
from triage.verify.readings import marks
from triage.verify.replies import seen_by

Values = dict[str, float | str | None]


def line_of(id_: str, reply: Reply) -> dict[str, Any]:
    """A draft as one line."""
    return {
        "id": id_,
        "reply": reply.text,
        "language": reply.language,
        "to": reply.to.value,
        "blanks": list(reply.blanks),
        "why_none": reply.abstained.reason if reply.abstained else "",
        "warnings": list(reply.warnings),
        "model": reply.by.model,
    }


def score(
    target: ReplyTarget, line: Mapping[str, Any], language: str, view: View, said: Reply, summary: Summary
) -> Values:
    """Score one draft; `said` is the answer before verification, `summary` the verified one beside it."""
    drafted = bool(line["reply"])
    known = Support.of_view(seen_by(view, said.to))
    wrong = missing(str(line["reply"]), known)
    promised = (one.text for one in summary.promised)
    points = (*summary.key_points, *summary.asks, *summary.questions, *summary.news, *promised)
    shown = "\n".join([summary.text, *points, summary.next_step, summary.answer])
    told = missing(shown, Support.of_view(view))
    hidden = [text for text in target.must_not if text.casefold() in str(line["reply"]).casefold()]
    return {
        "answered": 1.0,
        "drafted": float(drafted),
        "faithful": float(not wrong),
        "said_faithful": float(not missing(said.text, known)),
        "summary_faithful": float(not told),
        "figures": float(len(marks(str(line["reply"]))) + len(marks(shown))),
        "figures_wrong": float(len(wrong) + len(told)),
        "hidden": float(bool(hidden)),
        "language": float(line["language"] == language) if drafted and language != "und" else None,
        "blanks": float(len(line["blanks"])) if drafted else None,
    }


def failed() -> Values:
    """A case without an answer: nothing is drafted, and nothing invented."""
    return {"answered": 0.0, "drafted": 0.0}


MEASURES: tuple[Measure, ...] = (
    share_of("faithful", "faithful", by_group=True, about="every figure of a draft stands in what its reader may know"),
    share_of("faithful before verification", "said_faithful", about="the same of the task's own draft"),
    share_of("summary faithful", "summary_faithful", about="every figure of the summary beside it stands in the case"),
    Measure(
        "unsupported figures",
        sum_ratio("figures_wrong", "figures"),
        "lower",
        fewest=50,
        count=total("figures"),
        about="share of shown figures, of drafts and summaries, that are not supported",
    ),
    share_of("hidden shown", "hidden", "lower", about="drafts that say what the set forbids"),
    share_of("language kept", "language", by_group=True, about="drafts in the language of whoever wrote"),
    share_of("drafted", "drafted", "neither", about="cases that get a draft"),
    Measure("blanks", mean_of("blanks"), "neither", about="what a person has to fill in, a draft"),
    share_of("answered", "answered", about="cases that got an answer at all"),
)
