"""For whom a summary is written: the language, and how it writes numbers and dates."""

from __future__ import annotations

from triage.domain import View
from triage.facts.labels import LANGUAGES
from triage.facts.wording import Reader


def reader_language(view: View, asked: str | None = None) -> str:
    """The language asked for, else the policy's, else the company's; English where that is none of the five."""
    for wanted in (asked, view.policy.language, view.case.company.language):
        if wanted:
            code = wanted[:2].lower()
            return code if code in LANGUAGES else "en"
    return "en"


def reader_of(view: View, asked: str | None = None) -> Reader:
    """How this reader's language writes numbers and dates."""
    return Reader(reader_language(view, asked), view.case.captured_at.year)
