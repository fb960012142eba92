"""Text and facts to one answer: the main exception, a second one, what speaks for and against."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from triage.domain import (
    SUBTYPES,
    Abstention,
    Category,
    Classification,
    Confidence,
    Evidence,
    Fact,
    MessageKind,
    Producer,
    RecordRef,
    Role,
    Side,
    Suggestion,
    View,
)
from triage.facts.reported import canonical
from triage.tasks.classify.claims import not_received, settled
from triage.tasks.classify.conflicts import conflicts, reads_otherwise
from triage.tasks.classify.cues import cue_rows
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, Layer, Weighed, softmax
from triage.tasks.classify.pages import Page, Piece, fact_evidence
from triage.tasks.classify.proofs import Use, shipped_proofs
from triage.tasks.classify.reliability import Reliability, reliability_of
from triage.tasks.classify.segments import second_matter
from triage.tasks.classify.severity import weigh_severity
from triage.tasks.classify.signals import Signal, on_time, signals
from triage.tasks.classify.stage import renamed

SUPPORTED_LANGUAGES = ("en", "de", "fr", "es", "nl")
_FACT_WEIGHT = 3.5
_RIVAL = 0.2
_PROOF = 0.8
_ALONE = 0.5
"""Facts that say less make no exception where nobody wrote."""
_OWN_TOPIC = 0.8
_HEARD = 0.15
_MOST_QUOTES = 2
_CAUSES_OF_DELAY = frozenset({Category.STOCK, Category.CREDIT, Category.SUPPLIER_CHANGE, Category.DATA})
_SIDES: dict[Role, Side] = {Role.CUSTOMER: Side.CUSTOMER, Role.SUPPLIER: Side.SUPPLIER, Role.CARRIER: Side.CARRIER}
_USUAL_SIDE: dict[Category, Side] = {
    Category.SUPPLIER_CHANGE: Side.SUPPLIER,
    Category.ORDER_CHANGE: Side.CUSTOMER,
    Category.RETURNS: Side.CUSTOMER,
    Category.CREDIT: Side.CUSTOMER,
    Category.DAMAGE_LOSS: Side.CARRIER,
}


@dataclass(frozen=True)
class Reading:
    """A view, what was read of it, what the layer made of that, and the language."""

    view: View
    page: Page
    weighed: Weighed | None
    language: str
    parts: tuple[Weighed, ...] = ()
    """What parts of the message say by themselves."""

    @property
    def said(self) -> tuple[Signal, ...]:
        """What the facts say."""
        return signals(self.view.facts)


@dataclass(frozen=True)
class _Choice:
    category: Category
    scores: np.ndarray
    confidence: Confidence | None
    signal: Signal | None
    punctual: Fact | None = None
    claim: Piece | None = None
    """The sentence that decides: that all is settled, or that nothing was received."""
    subtype: str | None = None


def verdict(reading: Reading, layer: Layer, by: Producer) -> Classification:
    """The classifier's answer to one view."""
    choice = _choose(reading, layer)
    main = _suggestion(reading, choice, reliability_of(layer))
    closed = choice.claim is not None and main.category is Category.OTHER
    told = [] if main.abstained or closed else _told_beside(reading, main)
    others = [] if main.abstained or closed else [*_proven_beside(reading, main), *told]
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


def _choose(reading: Reading, layer: Layer) -> _Choice:
    said = reading.said
    text = reading.weighed.scores if reading.weighed is not None else None
    if text is None and not any(one.strength >= _ALONE for one in said):
        flat = np.full(len(CATEGORIES), 1.0 / len(CATEGORIES), dtype=np.float32)
        return _Choice(Category.OTHER, flat, None, None, on_time(reading.view.facts))
    if text is not None and (claimed := _claimed(reading, text, layer)):
        return claimed
    prior = np.log(np.maximum(text, 1e-6)) if text is not None else np.zeros(len(CATEGORIES), dtype=np.float32)
    scores = softmax(np.asarray(prior + _bonus(said), dtype=np.float32))
    best = CATEGORIES[int(scores.argmax())]
    asked = CATEGORIES[int(text.argmax())] if text is not None else best
    if asked is Category.DELAY and (reason := _blocking(said)):
        sure = shipped_proofs().confidence(Use.MAIN, reason)
        return _Choice(reason.category, _lifted(scores, reason.category), sure, reason)
    if (quiet := _answered_by_facts(reading, scores, best, asked, layer)) is not None:
        return quiet
    unproven = not any(one.strength >= _PROOF for one in said)
    other = renamed(reading.view, reading.weighed) if reading.weighed and unproven and best is asked else None
    if other is not None:
        # The text is understood as surely as it is; only what that is called, the facts tell.
        sure = layer.confidence(_score(text), reading.language)
        return _Choice(other[0], _lifted(scores, other[0]), sure, None, subtype=other[1])
    signal = next((one for one in said if one.category is best), None)
    return _Choice(best, scores, _sureness(reading, scores, best, signal, layer), signal)


def _answered_by_facts(
    reading: Reading, scores: np.ndarray, best: Category, asked: Category, layer: Layer
) -> _Choice | None:
    """Who asks where an order is that is on time gets an answer, no card."""
    said, text = reading.said, reading.weighed.scores if reading.weighed is not None else None
    punctual = on_time(reading.view.facts)
    nothing_else = not any(one.strength >= _ALONE for one in said)
    if punctual and nothing_else and _only_asks(reading) and not _arrived(reading):
        if asked is Category.DELAY:
            return _Choice(Category.OTHER, _moved(scores, Category.DELAY, Category.OTHER), None, None, punctual)
        if best is Category.OTHER and text is not None and text[CATEGORIES.index(Category.DELAY)] >= _RIVAL:
            # Both readings end alike: there is nothing to do, so what speaks for either counts.
            quiet = float(text[CATEGORIES.index(Category.DELAY)] + text[CATEGORIES.index(Category.OTHER)])
            sure = layer.confidence(quiet, reading.language)
            return _Choice(best, _moved(scores, Category.DELAY, best), sure, None, punctual)
    return None


def _sureness(
    reading: Reading, scores: np.ndarray, best: Category, signal: Signal | None, layer: Layer
) -> Confidence | None:
    """Of what facts prove, how often such facts were right: no text's score is their probability. Else the text's."""
    text = reading.weighed.scores if reading.weighed is not None else None
    if signal is not None and (signal.strength >= _PROOF or text is None):
        asked = CATEGORIES[int(text.argmax())] if text is not None else best
        use = Use.CONTRADICTED if reads_otherwise(asked, best, _score(text)) else Use.MAIN
        return shipped_proofs().confidence(use, signal)
    return _measured(text, scores, best, reading.language, layer)


def _score(text: np.ndarray | None) -> float:
    return float(text.max()) if text is not None else 0.0


def _claimed(reading: Reading, text: np.ndarray, layer: Layer) -> _Choice | None:
    """A message that closes the matter, or one that misses what the carrier delivered."""
    body = [piece for piece in reading.page.pieces if not piece.is_subject]
    words = [piece.text for piece in body]
    if (place := settled(words)) is not None and not _live(reading.said, reading.view):
        sure = _measured(text, text, Category.OTHER, reading.language, layer)
        scores = _lifted(text, Category.OTHER)
        return _Choice(Category.OTHER, scores, sure, None, claim=body[place], subtype="thanks")
    if (place := not_received(words)) is not None and _arrived(reading) and _only_asks(reading):
        scores = _lifted(text, Category.DAMAGE_LOSS)
        return _Choice(Category.DAMAGE_LOSS, scores, None, None, claim=body[place], subtype="not_received")
    return None


def _live(said: tuple[Signal, ...], view: View) -> list[Signal]:
    """What facts prove and what is not over: lateness is, once the goods are there."""
    over = {"promise.days_late"} if view.fact("promise.arrived") else set()
    return [one for one in said if one.strength >= _PROOF and canonical(one.fact.name) not in over]


def _conflicts(reading: Reading, choice: _Choice) -> tuple[str, ...]:
    """Where the message and the facts say different things, in words for the card."""
    words = [piece.text for piece in reading.page.pieces if not piece.is_subject]
    text = reading.weighed.scores if reading.weighed is not None else None
    asked = CATEGORIES[int(text.argmax())] if text is not None else choice.category
    return conflicts(
        facts=reading.view.facts,
        chosen=choice.category,
        proof=choice.signal.fact if choice.signal and choice.signal.strength >= _PROOF else None,
        asked=asked,
        score=_score(text),
        live=[one.fact for one in _live(reading.said, reading.view)] if settled(words) is not None else [],
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


def _only_asks(reading: Reading) -> bool:
    """Whether the mail asks about its order rather than states that something went wrong in a carrier's words."""
    return reading.page.role not in {Role.CARRIER, Role.SUPPLIER}


def _arrived(reading: Reading) -> bool:
    """Whether the carrier says delivered: who still asks for the goods then has not received them."""
    return any(fact.name == "shipment.delivered" for fact in reading.view.facts)


def _blocking(said: tuple[Signal, ...]) -> Signal | None:
    return next((one for one in said if one.blocks and one.strength >= _PROOF), None)


def _bonus(said: tuple[Signal, ...]) -> np.ndarray:
    bonus = np.zeros(len(CATEGORIES), dtype=np.float32)
    for one in said:
        place = CATEGORIES.index(one.category)
        bonus[place] = max(bonus[place], _FACT_WEIGHT * one.strength)
    return bonus


def _lifted(scores: np.ndarray, category: Category) -> np.ndarray:
    """Scores in which a category comes first that the facts put there."""
    place = CATEGORIES.index(category)
    lifted = scores.copy()
    lifted[place] = max(lifted[place], float(scores.max()) * 1.05)
    return np.asarray(lifted / lifted.sum())


def _moved(scores: np.ndarray, origin: Category, goal: Category) -> np.ndarray:
    moved = scores.copy()
    moved[CATEGORIES.index(goal)] += moved[CATEGORIES.index(origin)]
    moved[CATEGORIES.index(origin)] = 0.0
    return np.asarray(moved)


def _measured(
    text: np.ndarray | None, scores: np.ndarray, best: Category, language: str, layer: Layer
) -> Confidence | None:
    """The measured confidence of the text's score; where facts took votes away, of what they left.

    Nothing was measured for facts alone.
    """
    if text is None:
        return None
    place = CATEGORIES.index(best)
    if int(text.argmax()) != place:
        return None
    return layer.confidence(float(min(text[place], scores[place])), language)


def _suggestion(reading: Reading, choice: _Choice, reliability: Reliability) -> Suggestion:
    category = choice.category
    subtype = _subtype(reading, choice)
    weight = weigh_severity(reading.view.case, reading.view.facts, reading.page.text, category, subtype)
    return Suggestion(
        category=category,
        subtype=subtype,
        secondary=_secondary(reading, choice),
        side=_side(reading, category, choice.signal),
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        confidence=choice.confidence,
        threshold=_threshold(choice, reliability),
        abstained=_abstention(reading, category),
        evidence=_evidence(reading, choice),
        against=_against(reading, choice),
    )


def _threshold(choice: _Choice, reliability: Reliability) -> float | None:
    """Was counted for messages: where facts prove the exception, it says nothing."""
    proven = choice.signal is not None and choice.signal.strength >= _PROOF
    return None if proven or choice.confidence is None else reliability.threshold(choice.category)


def _abstention(reading: Reading, best: Category) -> Abstention | None:
    if reading.weighed is None and not any(one.strength >= _ALONE for one in reading.said):
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


def _subtype(reading: Reading, choice: _Choice) -> str | None:
    category = choice.category
    if choice.subtype is not None:
        return choice.subtype
    if choice.punctual is not None:
        return "enquiry" if reading.weighed is not None else None
    if choice.signal is not None and choice.signal.subtype and choice.signal.strength >= _PROOF:
        return choice.signal.subtype
    if reading.weighed is None:
        if any(m.kind is not MessageKind.MESSAGE for m in reading.view.case.messages) and category is Category.OTHER:
            return "auto_reply"
        return choice.signal.subtype if choice.signal else None
    ranked = [n for n, (owner, _) in enumerate(SUBTYPE_NAMES) if owner is category]
    found = SUBTYPE_NAMES[max(ranked, key=lambda n: reading.weighed.subtypes[n])][1]  # type: ignore[union-attr]
    return found if found in SUBTYPES[category] else None


def _secondary(reading: Reading, choice: _Choice) -> tuple[Category, ...]:
    """What parts of the message tell by themselves, and what facts prove."""
    told = (second_matter(part, choice.category) for part in reading.parts)
    found = [one for one in told if one is not None and choice.category is not Category.OTHER]
    if reading.weighed is not None:
        # What the whole message reads as is no second matter: facts have told what is behind it.
        found = [one for one in found if one is not CATEGORIES[int(reading.weighed.scores.argmax())]]
    found += [one.category for one in reading.said if one.strength >= _PROOF]
    return tuple(dict.fromkeys(category for category in found if category is not choice.category))


def _side(reading: Reading, category: Category, signal: Signal | None) -> Side:
    if signal is not None and signal.strength >= _PROOF:
        return signal.side
    if reading.page.role in _SIDES and category is not Category.SUPPLIER_CHANGE:
        return _SIDES[reading.page.role]
    if category in _USUAL_SIDE:
        return _USUAL_SIDE[category]
    return Side.CUSTOMER if reading.page.role is Role.UNKNOWN else Side.INTERNAL


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


def _evidence(reading: Reading, choice: _Choice) -> tuple[Evidence, ...]:
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


def _against(reading: Reading, choice: _Choice) -> tuple[Evidence, ...]:
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


def _proven_beside(reading: Reading, main: Suggestion) -> list[Suggestion]:
    """Exceptions that facts prove beside the main one; lateness that the main one explains is its consequence."""
    explained = {Category.DELAY} if main.category in _CAUSES_OF_DELAY else set()
    found: dict[Category, Signal] = {}
    for one in reading.said:
        if one.strength >= _PROOF and one.category not in {main.category, *explained}:
            found.setdefault(one.category, one)
    return [_from_signal(reading, one) for one in found.values()]


def _from_signal(reading: Reading, signal: Signal) -> Suggestion:
    weight = weigh_severity(reading.view.case, reading.view.facts, "", signal.category, signal.subtype)
    facts = [fact_evidence(one.fact) for one in reading.said if one.category is signal.category]
    return Suggestion(
        category=signal.category,
        subtype=signal.subtype,
        side=signal.side,
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        confidence=shipped_proofs().confidence(Use.BESIDE, signal),
        evidence=tuple(facts),
    )


def _told_beside(reading: Reading, main: Suggestion) -> list[Suggestion]:
    """A second exception that a sentence of its own tells clearly."""
    weighed = reading.weighed
    if weighed is None or len(reading.page.pieces) < 2 or main.category is Category.OTHER:
        return []
    own, known = weighed.alone, {main.category, CATEGORIES[int(weighed.scores.argmax())], Category.OTHER}
    for n in np.argsort(-weighed.attention):
        category = CATEGORIES[int(own[n].argmax())]
        clear = own[n].max() >= _OWN_TOPIC and weighed.attention[n] >= _HEARD
        if clear and category not in known and not reading.page.pieces[n].is_subject:
            return [_from_sentence(reading, category, int(n))]
    return []


def _from_sentence(reading: Reading, category: Category, n: int) -> Suggestion:
    piece = reading.page.pieces[n]
    weight = weigh_severity(reading.view.case, reading.view.facts, piece.text, category, None)
    return Suggestion(
        category=category,
        side=_side(reading, category, None),
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        evidence=(piece.evidence,),
        record=_record_named(reading.view, piece.text),
    )


def _record_named(view: View, text: str) -> RecordRef | None:
    """The one other order of the case that a sentence names."""
    known = {order.ref.name: order.ref for order in view.case.related if order.ref.name}
    named = [ref for name, ref in known.items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return named[0] if len(named) == 1 else None
