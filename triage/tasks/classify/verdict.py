"""Text and facts to one answer: the main exception, a second one, what speaks for and against."""

from __future__ import annotations

import numpy as np

from triage.domain import (
    SUBTYPES,
    Abstention,
    Category,
    Classification,
    Evidence,
    MessageKind,
    Producer,
    Suggestion,
)
from triage.tasks.classify.beside import proven_beside, side_of, told_beside
from triage.tasks.classify.choosing import ALONE, PROOF, Choice, Reading, choose, still_shown, top_score
from triage.tasks.classify.claims import settled
from triage.tasks.classify.conflicts import conflicts
from triage.tasks.classify.cues import cue_rows
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, Layer, Weighed
from triage.tasks.classify.pages import fact_evidence
from triage.tasks.classify.reliability import Reliability, reliability_of
from triage.tasks.classify.segments import second_matter
from triage.tasks.classify.severity import weigh_severity
from triage.tasks.classify.signals import on_time

SUPPORTED_LANGUAGES = ("en", "de", "fr", "es", "nl")
_RIVAL = 0.2
_MOST_QUOTES = 2


def verdict(reading: Reading, layer: Layer, by: Producer) -> Classification:
    """The classifier's answer to one view."""
    choice = choose(reading, layer)
    main = _suggestion(reading, choice, reliability_of(layer))
    closed = choice.claim is not None and main.category is Category.OTHER
    told = [] if main.abstained or closed else told_beside(reading, main)
    others = [] if main.abstained or closed else [*proven_beside(reading, main), *told]
    main = main.with_(secondary=tuple(dict.fromkeys((*main.secondary, *(one.category for one in told)))))
    scores = {category: round(float(choice.scores[n]), 6) for n, category in enumerate(CATEGORIES)}
    return Classification(
        by=by,
        suggestions=(main, *others),
        scores=scores,
        language=reading.language,
        abstained=main.abstained,
        warnings=(*_conflicts(reading, choice), *_unread(reading)),
    )


def _conflicts(reading: Reading, choice: Choice) -> tuple[str, ...]:
    """Where the message and the facts say different things, in words for the card."""
    words = [piece.text for piece in reading.page.pieces if not piece.is_subject]
    text = reading.weighed.scores if reading.weighed is not None else None
    asked = CATEGORIES[int(text.argmax())] if text is not None else choice.category
    return conflicts(
        facts=reading.view.facts,
        chosen=choice.category,
        proof=choice.signal.fact if choice.signal and choice.signal.strength >= PROOF else None,
        asked=asked,
        score=top_score(text),
        live=[one.fact for one in still_shown(reading.said, reading.view)] if settled(words) is not None else [],
        missed=choice.subtype == "not_received",
        punctual=on_time(reading.view.facts),
    )


def _unread(reading: Reading) -> tuple[str, ...]:
    count = reading.page.unread
    if not count:
        return ()
    return (
        f"{count} sentence{'s' if count > 1 else ''} of the message speak{'' if count > 1 else 's'} to the software "
        "and had no say",
    )


def _suggestion(reading: Reading, choice: Choice, reliability: Reliability) -> Suggestion:
    category = choice.category
    subtype = _subtype(reading, choice)
    weight = weigh_severity(reading.view.case, reading.view.facts, reading.page.text, category, subtype)
    return Suggestion(
        category=category,
        subtype=subtype,
        secondary=_secondary(reading, choice),
        side=side_of(reading, category, choice.signal),
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        confidence=choice.confidence,
        threshold=_threshold(choice, reliability),
        abstained=_abstention(reading, category),
        evidence=_evidence(reading, choice),
        against=_against(reading, choice),
    )


def _threshold(choice: Choice, reliability: Reliability) -> float | None:
    """Was counted for messages: where facts prove the exception, it says nothing."""
    proven = choice.signal is not None and choice.signal.strength >= PROOF
    return None if proven or choice.confidence is None else reliability.threshold(choice.category)


def _abstention(reading: Reading, best: Category) -> Abstention | None:
    if reading.weighed is None and not any(one.strength >= ALONE for one in reading.said):
        if _only_automatic(reading) or _only_a_sound_record(reading):
            return None
        return Abstention(reason="there is no text and no fact to judge by", missing=("a message", "the order"))
    if reading.weighed is None or reading.said:
        return None
    if reading.weighed.strangeness > 1.0 and best is not Category.OTHER:
        return Abstention(reason="nothing like it was learnt from", missing=("somebody who reads it",))
    return _of_language(reading)


def _of_language(reading: Reading) -> Abstention | None:
    if reading.language == "und" and not cue_rows([reading.page.text]).any():
        return Abstention(
            reason="the language is not certain and no known word stands in the text", missing=("more text",)
        )
    if reading.language not in (*SUPPORTED_LANGUAGES, "und"):
        return Abstention(
            reason=f"nothing was measured for the language {reading.language!r}", missing=("a translation",)
        )
    return None


def _only_automatic(reading: Reading) -> bool:
    """Whether machines alone wrote: their headers say so, which is surer than any reading of the text."""
    messages = reading.view.case.messages
    return bool(messages) and all(m.kind in {MessageKind.AUTO_REPLY, MessageKind.BOUNCE} for m in messages)


def _only_a_sound_record(reading: Reading) -> bool:
    """Whether this is an order about which nobody wrote and no fact shows anything wrong."""
    case = reading.view.case
    return not case.messages and (case.order is not None or bool(case.purchases))


def _subtype(reading: Reading, choice: Choice) -> str | None:
    category = choice.category
    if choice.subtype is not None:
        return choice.subtype
    if choice.punctual is not None:
        return "enquiry" if reading.weighed is not None else None
    if choice.signal is not None and choice.signal.subtype and choice.signal.strength >= PROOF:
        return choice.signal.subtype
    if reading.weighed is None:
        if any(m.kind is not MessageKind.MESSAGE for m in reading.view.case.messages) and category is Category.OTHER:
            return "auto_reply"
        return choice.signal.subtype if choice.signal else None
    ranked = [n for n, (owner, _) in enumerate(SUBTYPE_NAMES) if owner is category]
    found = SUBTYPE_NAMES[max(ranked, key=lambda n: reading.weighed.subtypes[n])][1]  # type: ignore[union-attr]
    return found if found in SUBTYPES[category] else None


def _secondary(reading: Reading, choice: Choice) -> tuple[Category, ...]:
    """What parts of the message tell by themselves, and what facts prove."""
    told = (second_matter(part, choice.category) for part in reading.parts)
    found = [one for one in told if one is not None and choice.category is not Category.OTHER]
    if reading.weighed is not None:
        # What the whole message reads as is no second matter: facts have told what is behind it.
        found = [one for one in found if one is not CATEGORIES[int(reading.weighed.scores.argmax())]]
    found += [one.category for one in reading.said if one.strength >= PROOF]
    return tuple(dict.fromkeys(category for category in found if category is not choice.category))


def _pull(weighed: Weighed, category: Category) -> np.ndarray:
    """How much each piece pulls towards a category, above what it pulls towards categories on average."""
    return np.asarray(weighed.pull[:, CATEGORIES.index(category)] - weighed.pull.mean(axis=1))


def _quotes(reading: Reading, category: Category, least: float) -> tuple[Evidence, ...]:
    if reading.weighed is None:
        return ()
    pull = _pull(reading.weighed, category)
    best = [int(n) for n in np.argsort(-pull)[:_MOST_QUOTES] if pull[n] > 0]
    strong = [n for n in best if pull[n] >= max(least, 0.35 * float(pull[best[0]]))] if best else []
    return tuple(reading.page.pieces[n].evidence for n in sorted(strong))


def _evidence(reading: Reading, choice: Choice) -> tuple[Evidence, ...]:
    facts = [fact_evidence(choice.punctual)] if choice.punctual else []
    facts += [fact_evidence(one.fact) for one in reading.said if one.category is choice.category]
    if choice.claim is not None:
        told = [fact for fact in reading.view.facts if fact.name == "shipment.delivered"]
        missed = choice.category is Category.DAMAGE_LOSS
        return (*facts, *(fact_evidence(fact) for fact in told if missed), choice.claim.evidence)
    quotes = _quotes(reading, choice.category, 0.0)
    if not quotes and reading.weighed is not None and reading.page.pieces:
        quotes = (reading.page.pieces[int(reading.weighed.attention.argmax())].evidence,)
    return (*facts, *quotes)


def _against(reading: Reading, choice: Choice) -> tuple[Evidence, ...]:
    """Facts that prove another category, and the sentence that speaks most for the runner-up."""
    facts: list[Evidence] = [
        fact_evidence(one.fact) for one in reading.said if one.category is not choice.category and one.strength >= 0.5
    ]
    if reading.weighed is None:
        return tuple(facts)
    rivals = [n for n in np.argsort(-choice.scores) if CATEGORIES[n] is not choice.category]
    rival = rivals[0]
    if choice.scores[rival] < _RIVAL:
        return tuple(facts)
    shown = {str(one) for one in _evidence(reading, choice)}
    quotes = [one for one in _quotes(reading, CATEGORIES[rival], 0.0) if str(one) not in shown]
    return (*facts, *quotes[:1])
