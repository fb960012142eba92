"""Verify an answer against the view it was made from: what does not hold is dropped and said so."""

from __future__ import annotations

from typing import TypeVar

from triage.domain import (
    Answer,
    Cause,
    CauseAssessment,
    Classification,
    Paper,
    Promised,
    Reply,
    Suggestion,
    Summary,
    View,
)
from triage.verify.numbers import Support, missing
from triage.verify.pages import verify_paper
from triage.verify.quotes import verified_evidence
from triage.verify.replies import verify_reply
from triage.verify.sentences import sentences

__all__ = ["fallback", "verify", "verify_paper"]

AnswerT = TypeVar("AnswerT", bound=Answer)


def verify(answer: AnswerT, view: View) -> AnswerT:
    """The same answer with only what holds: quotes stand in their source, numbers and references occur in the input.

    What was dropped stands in `warnings`. A summary is never left empty. Verifying twice changes nothing more.
    """
    checked: Answer = answer
    if isinstance(answer, Classification):
        checked = _classification(answer, view)
    elif isinstance(answer, Summary):
        checked = _summary(answer, view)
    elif isinstance(answer, Reply):
        checked = verify_reply(answer, view)
    elif isinstance(answer, Paper):
        checked = verify_paper(answer)
    elif isinstance(answer, CauseAssessment):
        checked = _causes(answer, view)
    assert isinstance(checked, type(answer))
    return checked


def _with_warnings(before: tuple[str, ...], more: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*before, *more]))


def _classification(answer: Classification, view: View) -> Classification:
    warnings: list[str] = []
    support = Support.of_view(view)

    def checked(suggestion: Suggestion) -> Suggestion:
        evidence, refused = verified_evidence(suggestion.evidence, view)
        against, refused_too = verified_evidence(suggestion.against, view)
        warnings.extend((*refused, *refused_too))
        why, dropped = _supported(suggestion.severity_why, support)
        warnings.extend(dropped)
        return suggestion.with_(evidence=evidence, against=against, severity_why=why)

    suggestions = tuple(checked(suggestion) for suggestion in answer.suggestions)
    return answer.with_(suggestions=suggestions, warnings=_with_warnings(answer.warnings, warnings))


def _causes(answer: CauseAssessment, view: View) -> CauseAssessment:
    """Causes with the evidence that holds. One whose evidence all fails is no cause any more."""
    warnings: list[str] = []

    def checked(cause: Cause) -> Cause:
        evidence, refused = verified_evidence(cause.evidence, view)
        against, refused_too = verified_evidence(cause.against, view)
        warnings.extend((*refused, *refused_too))
        return cause.with_(evidence=evidence, against=against)

    found = [(before, checked(before)) for before in answer.causes]
    causes = tuple(after for before, after in found if after.evidence or not before.evidence)
    return answer.with_(causes=causes, warnings=_with_warnings(answer.warnings, warnings))


def _supported(text: str, support: Support) -> tuple[str, list[str]]:
    """A text without the sentences that say what the input does not, and a warning for each."""
    if not missing(text, support):
        return text, []
    kept: list[str] = []
    warnings: list[str] = []
    for sentence in sentences(text):
        lacking = missing(sentence, support)
        if lacking:
            warnings.append(_removed(sentence, lacking))
        else:
            kept.append(sentence)
    return " ".join(kept), warnings


def _removed(sentence: str, lacking: list[str]) -> str:
    """Names how much was wrong, not what: an unsupported figure must not reach a reader through its warning."""
    count = len(lacking)
    word = "a number, date or reference" if count == 1 else f"{count} numbers, dates or references"
    start = " ".join(word for word in sentence.split()[:4] if not any(c.isdigit() for c in word))
    return f"a sentence was removed ({start} ...): {word} in it did not occur in the case"


def _summary(answer: Summary, view: View) -> Summary:
    support = Support.of_view(view)
    warnings: list[str] = []
    text, dropped = _supported(answer.text, support)
    warnings.extend(dropped)
    points = _only_supported(answer.key_points, support, warnings)
    asks = _only_supported(answer.asks, support, warnings)
    references = tuple(ref for ref in answer.references if support.has_reference(ref))
    if len(references) < len(answer.references):
        warnings.append(f"references removed that are not in the case: {len(answer.references) - len(references)}")
    evidence, refused = verified_evidence(answer.evidence, view)
    warnings.extend(refused)
    next_step, dropped = _supported(answer.next_step, support)
    warnings.extend(dropped)
    reply, dropped = _supported(answer.answer, support)
    warnings.extend(dropped)
    return answer.with_(
        text=text.strip() or fallback(view, answer.reader or None),
        key_points=points,
        asks=asks,
        references=references,
        evidence=evidence,
        promised=_standing(answer.promised, view, support, warnings),
        questions=_only_supported(answer.questions, support, warnings),
        next_step=next_step,
        answer=reply,
        news=_only_supported(answer.news, support, warnings),
        warnings=_with_warnings(answer.warnings, warnings),
    )


def _standing(
    promised: tuple[Promised, ...], view: View, support: Support, warnings: list[str]
) -> tuple[Promised, ...]:
    """Promises that name a source of the case, with only what the case supports."""
    kept: list[Promised] = []
    for one in promised:
        if one.source not in view.sources():
            warnings.append("a promise was removed: its source is not in the case")
            continue
        text, dropped = _supported(one.text, support)
        warnings.extend(dropped)
        if text.strip():
            kept.append(one.with_(text=text))
    return tuple(kept)


def _only_supported(texts: tuple[str, ...], support: Support, warnings: list[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for text in texts:
        left, dropped = _supported(text, support)
        warnings.extend(dropped)
        if left.strip():
            kept.append(left)
    return tuple(kept)


def fallback(view: View, language: str | None = None) -> str:
    """A text that is always true: the facts line, or the newest message's first sentence, or what there is."""
    from triage.facts.wording import facts_line

    line = facts_line(view.case, view.facts, language or view.policy.language)
    if line:
        return line
    newest = view.newest
    first = sentences(newest.body) if newest else []
    if first:
        return first[0]
    subject = newest.subject.strip() if newest else ""
    return subject or f"{view.case.record.name}: no text."
