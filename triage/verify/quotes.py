"""Quotes, words on pages and facts: does the evidence stand where it says it stands?"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from triage.domain import Box, Evidence, Fact, FactEvidence, OnPage, Page, Paper, Quote, View, Word
from triage.verify.numbers import unsupported_by

_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "ﬁ": "fi",
        "ﬂ": "fl",
        "ﬀ": "ff",
        "ﬃ": "ffi",
        "ﬄ": "ffl",
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", ""),
    }
)
_LEAST_CHARACTERS = 3
_SLACK = 1.5
"""Points by which a word may stand out of its box."""


@dataclass(frozen=True)
class Plain:
    """A text in plain typography and single spaces, with the place in the original of each character."""

    text: str
    places: tuple[int, ...]


@lru_cache(maxsize=64)
def plain(text: str) -> Plain:
    """Typographic quotes, dashes and ligatures made plain, white space made one space, soft hyphens dropped."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character.isspace():
            if characters and characters[-1] != " ":
                characters.append(" ")
                places.append(place)
            continue
        for one in character.translate(_TYPOGRAPHY):
            characters.append(one)
            places.append(place)
    return Plain("".join(characters), tuple(places))


def locate(quote: str, source: str | Plain) -> tuple[int, int] | None:
    """Where a quote stands in a source (start and end in the original), whatever the typography; none if nowhere.

    Upper and lower case may differ only where the exact spelling is not found.
    """
    wanted = plain(quote).text.strip()
    if sum(c.isalnum() for c in wanted) < _LEAST_CHARACTERS:
        return None
    if isinstance(source, str) and (at := source.find(quote.strip())) >= 0:
        return at, at + len(quote.strip())
    laid = plain(source) if isinstance(source, str) else source
    at = laid.text.find(wanted)
    if at < 0:
        folded, lowered = wanted.lower(), laid.text.lower()
        at = lowered.find(folded) if len(folded) == len(wanted) and len(lowered) == len(laid.text) else -1
    if at < 0:
        return None
    return laid.places[at], laid.places[at + len(wanted) - 1] + 1


def verified_evidence(evidence: tuple[Evidence, ...], view: View) -> tuple[tuple[Evidence, ...], tuple[str, ...]]:
    """The evidence that holds, marked as verified, and a warning for each that does not."""
    kept: list[Evidence] = []
    warnings: list[str] = []
    for one in evidence:
        checked = verify_evidence(one, view)
        if checked is None:
            warnings.append(_refusal(one))
        else:
            kept.append(checked)
    return tuple(kept), tuple(warnings)


def verify_evidence(one: Evidence, view: View) -> Evidence | None:
    """This evidence as it really stands, verified; none if it does not."""
    if isinstance(one, Quote):
        return _quote(one, view)
    if isinstance(one, FactEvidence):
        return _fact(one, view)
    return _on_page(one, view)


def _quote(quote: Quote, view: View) -> Quote | None:
    source = view.sources().get(quote.source)
    span = None if source is None else locate(quote.text, source)
    if source is None or span is None:
        return None
    return quote.with_(text=source[span[0] : span[1]], verified=True)


def _fact(evidence: FactEvidence, view: View) -> FactEvidence | None:
    found = next((fact for fact in view.facts if fact.id == evidence.fact), None)
    if found is None:
        return None
    text = evidence.text if evidence.text.strip() and not unsupported_by(evidence.text, [found]) else _words(found)
    return evidence.with_(text=text, confidential=found.confidential, verified=True)


def _words(fact: Fact) -> str:
    return fact.how or f"{fact.id} = {fact.value}" + (f" {fact.unit}" if fact.unit else "")


def _on_page(evidence: OnPage, view: View) -> OnPage | None:
    for paper in view.papers:
        page = page_of(paper, evidence.page) if paper.document == evidence.document else None
        if page and reads_as(evidence.text, Placed(page).inside(evidence.box)):
            return evidence.with_(verified=True)
    return None


def page_of(paper: Paper, number: int) -> Page | None:
    """A paper's page by its number."""
    return next((page for page in paper.pages if page.number == number), None)


class Placed:
    """A page's words by their height, so that those of a row are found without going through all of a long page."""

    def __init__(self, page: Page) -> None:
        self._words = page.words
        self._order = sorted(range(len(page.words)), key=self._middle)
        self._middles = [self._middle(n) for n in self._order]

    def _middle(self, n: int) -> float:
        box = self._words[n].box
        return (box.top + box.bottom) / 2

    def between(self, top: float, bottom: float) -> list[Word]:
        """The words whose middle lies there, in reading order."""
        first, end = bisect_left(self._middles, top), bisect_right(self._middles, bottom)
        return [self._words[n] for n in sorted(self._order[first:end])]

    def inside(self, box: Box) -> str:
        """What the words say whose middle lies in a box, in reading order."""
        row = self.between(box.top - _SLACK, box.bottom + _SLACK)
        left, right = box.x0 - _SLACK, box.x1 + _SLACK
        return " ".join(word.text for word in row if left <= (word.box.x0 + word.box.x1) / 2 <= right)


def reads_as(text: str, words: str) -> bool:
    """Whether words on a page contain this text, white space and typography aside."""
    wanted, there = (re.sub(r"\s+", "", plain(one).text).casefold() for one in (text, words))
    return bool(wanted) and wanted in there


def _refusal(one: Evidence) -> str:
    short = one.text if len(one.text) <= 60 else one.text[:57] + "..."
    if isinstance(one, Quote):
        return f"quote not found in {one.source}, dropped: {short!r}"
    if isinstance(one, FactEvidence):
        return f"no fact {one.fact} was established, dropped: {short!r}"
    return f"words not found in that place on page {one.page} of {one.document}, dropped: {short!r}"
