"""Summaries: faithful to the source, key points and asks covered, likeness, length, language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from evals.cases import SummaryTarget
from evals.measures import Measure, known, mean_of, share_of, sum_ratio, total
from triage.domain import Summary, View
from triage.verify.numbers import Support, missing
from triage.verify.readings import marks, squeeze

Values = dict[str, float | str | None]

_WORD = re.compile(r"[^\W\d_]{4,}")
_TOKEN = re.compile(r"\w+")
_SAME_WORD = 80
"""Similarity (0-100) from which two words are the same one inflected or misspelt."""
_COVERED = 0.5
"""Share of a point's words that must be there."""


def score(target: SummaryTarget, line: Mapping[str, Any], language: str, view: View, said: Summary | None) -> Values:
    """Score one line of `triage summarize --jsonl`.

    `view` is what it was made from, `said` the answer before verification took out what does not hold.
    """
    shown = [line["summary"], *line["key_points"], *line["asks"], *_beside(line)]
    everything = "\n".join([*shown, *line["references"]])
    support = Support.of_view(view)
    return {
        "answered": 1.0,
        **_faithfulness(shown, line["references"], support),
        "said_faithful": None if said is None else float(not _unsupported(_texts(said), said.references, support)),
        **_points(target, everything),
        **_asks(target, line["asks"], everything),
        **_references(target, line["references"]),
        "rouge_l": _rouge(target, line["summary"]),
        "words": float(len(line["summary"].split())),
        "language": None if language == "und" else float(line["language"] == language),
    }


def _beside(line: Mapping[str, Any]) -> list[str]:
    """Promises, open questions and the next step, where the line has them."""
    told = [one["text"] for one in line.get("promised", ())]
    return [*told, *line.get("questions", ()), line.get("next_step", "")]


def failed(target: SummaryTarget) -> Values:
    """A case without an answer: it covers nothing, and invents nothing."""
    wanted = {"points": target.key_points, "asks_wanted": target.asks, "references_wanted": target.references}
    return {"answered": 0.0, **{name: float(len(texts)) for name, texts in wanted.items()}}


def _texts(said: Summary) -> list[str]:
    return [said.text, *said.key_points, *said.asks]


def _unsupported(texts: Sequence[str], references: Sequence[str], support: Support) -> int:
    wrong = sum(len(missing(text, support)) for text in texts)
    return wrong + sum(not support.has_reference(reference) for reference in references)


def _faithfulness(texts: Sequence[str], references: Sequence[str], support: Support) -> Values:
    figures = sum(len(marks(text)) for text in texts) + len(references)
    wrong = _unsupported(texts, references, support)
    return {"faithful": float(wrong == 0), "figures": float(figures), "figures_wrong": float(wrong)}


def covered(point: str, text: str) -> bool:
    """Whether a text says what a key point says: every number, date and reference of it, and half of its words.

    Words of four letters or more count; one is there if a word of the text is like it (inflection, typing).
    """
    if missing(point, Support.of([text])):
        return False
    wanted = {word.casefold() for word in _WORD.findall(point)}
    if not wanted:
        return True
    there = {word.casefold() for word in _WORD.findall(text)}
    return sum(_is_among(word, there) for word in wanted) >= _COVERED * len(wanted)


def _is_among(word: str, there: set[str]) -> bool:
    if word in there:
        return True
    stem = word[: max(5, len(word) - 3)]
    return any(other.startswith(stem) or fuzz.ratio(word, other) >= _SAME_WORD for other in there)


def _points(target: SummaryTarget, text: str) -> Values:
    support = Support.of([text])
    with_figures = [point for point in target.key_points if marks(point)]
    return {
        "points": float(len(target.key_points)),
        "points_covered": float(sum(covered(point, text) for point in target.key_points)),
        "points_with_figures": float(len(with_figures)),
        "points_figures_there": float(sum(not missing(point, support) for point in with_figures)),
    }


def _asks(target: SummaryTarget, asks: Sequence[str], everything: str) -> Values:
    named = "\n".join(asks)
    return {
        "asks_wanted": float(len(target.asks)),
        "asks_found": float(sum(covered(ask, everything) for ask in target.asks)),
        "asks_named": float(sum(covered(ask, named) for ask in target.asks)),
        "ask_invented": None if target.asks else float(bool(asks)),
    }


def _references(target: SummaryTarget, found: Sequence[str]) -> Values:
    wanted, there = {squeeze(ref) for ref in target.references}, {squeeze(ref) for ref in found}
    return {
        "references_wanted": float(len(wanted)),
        "references_found": float(len(there)),
        "references_right": float(len(wanted & there)),
    }


def _rouge(target: SummaryTarget, text: str) -> float | None:
    reference = target.summary or " ".join(target.key_points)
    return rouge_l(reference, text) if reference else None


def rouge_l(reference: str, text: str) -> float:
    """F1 of the longest common subsequence of words (Lin 2004), without regard to case and punctuation."""
    one, two = _TOKEN.findall(reference.casefold()), _TOKEN.findall(text.casefold())
    if not one or not two:
        return 0.0
    return 2 * LCSseq.similarity(one, two) / (len(one) + len(two))


MEASURES: tuple[Measure, ...] = (
    share_of(
        "faithful",
        "faithful",
        by_group=True,
        about="every number, date, amount and reference shown stands in the source",
    ),
    share_of(
        "faithful before verification",
        "said_faithful",
        about="the same of the task's own answer",
    ),
    Measure(
        "unsupported figures",
        sum_ratio("figures_wrong", "figures"),
        "lower",
        fewest=50,
        count=total("figures"),
        about="share of shown figures that are not in the source",
    ),
    Measure(
        "key points",
        sum_ratio("points_covered", "points"),
        by_group=True,
        count=total("points"),
        about="labelled key points that are covered, figures exactly, words roughly",
    ),
    Measure(
        "figures of key points",
        sum_ratio("points_figures_there", "points_with_figures"),
        count=total("points_with_figures"),
        about="key points with figures whose figures are all there",
    ),
    Measure(
        "asks found",
        sum_ratio("asks_found", "asks_wanted"),
        by_group=True,
        count=total("asks_wanted"),
        about="labelled asks that are covered anywhere in the answer",
    ),
    Measure(
        "asks named",
        sum_ratio("asks_named", "asks_wanted"),
        count=total("asks_wanted"),
        about="labelled asks that are covered among the asks",
    ),
    share_of(
        "asks invented",
        "ask_invented",
        "lower",
        about="share of messages that ask nothing, shown with an ask",
    ),
    Measure(
        "reference recall",
        sum_ratio("references_right", "references_wanted"),
        count=total("references_wanted"),
        about="labelled references that are listed",
    ),
    Measure(
        "reference precision",
        sum_ratio("references_right", "references_found"),
        count=total("references_found"),
        about="listed references that are labelled",
    ),
    Measure("ROUGE-L", mean_of("rouge_l"), by_group=True, count=known("rouge_l"), about="likeness of the wording"),
    Measure("words", mean_of("words"), "neither", count=known("words"), about="length of the summary"),
    share_of(
        "language kept",
        "language",
        by_group=True,
        about="the answer names the message's language",
    ),
    share_of("answered", "answered", about="cases that got an answer at all"),
)
