"""Text and facts to the main exception: which category, how sure, and what decided it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from triage.domain import Category, Confidence, Fact, Role, View
from triage.facts.reported import canonical
from triage.tasks.classify.claims import not_received, settled
from triage.tasks.classify.conflicts import reads_otherwise
from triage.tasks.classify.layer import CATEGORIES, Layer, Weighed, softmax
from triage.tasks.classify.pages import Page, Piece
from triage.tasks.classify.proofs import Use, shipped_proofs
from triage.tasks.classify.signals import Signal, on_time, signals
from triage.tasks.classify.stage import renamed

PROOF = 0.8
"""A fact of this strength proves an exception."""
ALONE = 0.5
"""Facts that say less make no exception where nobody wrote."""
_FACT_WEIGHT = 3.5
_RIVAL = 0.2


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
class Choice:
    """What was decided, and by what."""

    category: Category
    scores: np.ndarray
    confidence: Confidence | None
    signal: Signal | None
    punctual: Fact | None = None
    claim: Piece | None = None
    """The sentence that decides: that all is settled, or that nothing was received."""
    subtype: str | None = None


def choose(reading: Reading, layer: Layer) -> Choice:
    """The main exception of a view."""
    said = reading.said
    text = reading.weighed.scores if reading.weighed is not None else None
    if text is None and not any(one.strength >= ALONE for one in said):
        flat = np.full(len(CATEGORIES), 1.0 / len(CATEGORIES), dtype=np.float32)
        return Choice(Category.OTHER, flat, None, None, on_time(reading.view.facts))
    if text is not None and (claimed := _claimed(reading, text, layer)):
        return claimed
    prior = np.log(np.maximum(text, 1e-6)) if text is not None else np.zeros(len(CATEGORIES), dtype=np.float32)
    scores = softmax(np.asarray(prior + _bonus(said), dtype=np.float32))
    best = CATEGORIES[int(scores.argmax())]
    asked = CATEGORIES[int(text.argmax())] if text is not None else best
    if asked is Category.DELAY and (reason := _blocking(said)):
        sure = shipped_proofs().confidence(Use.MAIN, reason)
        return Choice(reason.category, _lifted(scores, reason.category), sure, reason)
    if (quiet := _answered_by_facts(reading, scores, best, asked, layer)) is not None:
        return quiet
    unproven = not any(one.strength >= PROOF for one in said)
    other = renamed(reading.view, reading.weighed) if reading.weighed and unproven and best is asked else None
    if other is not None:
        # The text is understood as surely as it is; only what that is called, the facts tell.
        sure = layer.confidence(top_score(text), reading.language)
        return Choice(other[0], _lifted(scores, other[0]), sure, None, subtype=other[1])
    signal = next((one for one in said if one.category is best), None)
    return Choice(best, scores, _sureness(reading, scores, best, signal, layer), signal)


def _answered_by_facts(
    reading: Reading, scores: np.ndarray, best: Category, asked: Category, layer: Layer
) -> Choice | None:
    """Who asks where an order is that is on time gets an answer, no card."""
    said, text = reading.said, reading.weighed.scores if reading.weighed is not None else None
    punctual = on_time(reading.view.facts)
    nothing_else = not any(one.strength >= ALONE for one in said)
    if punctual and nothing_else and _only_asks(reading) and not _arrived(reading):
        if asked is Category.DELAY:
            return Choice(Category.OTHER, _moved(scores, Category.DELAY, Category.OTHER), None, None, punctual)
        if best is Category.OTHER and text is not None and text[CATEGORIES.index(Category.DELAY)] >= _RIVAL:
            # Both readings end alike: there is nothing to do, so what speaks for either counts.
            quiet = float(text[CATEGORIES.index(Category.DELAY)] + text[CATEGORIES.index(Category.OTHER)])
            sure = layer.confidence(quiet, reading.language)
            return Choice(best, _moved(scores, Category.DELAY, best), sure, None, punctual)
    return None


def _sureness(
    reading: Reading, scores: np.ndarray, best: Category, signal: Signal | None, layer: Layer
) -> Confidence | None:
    """Of what facts prove, how often such facts were right: no text's score is their probability. Else the text's."""
    text = reading.weighed.scores if reading.weighed is not None else None
    if signal is not None and (signal.strength >= PROOF or text is None):
        asked = CATEGORIES[int(text.argmax())] if text is not None else best
        use = Use.CONTRADICTED if reads_otherwise(asked, best, top_score(text)) else Use.MAIN
        return shipped_proofs().confidence(use, signal)
    return _measured(text, scores, best, reading.language, layer)


def top_score(text: np.ndarray | None) -> float:
    """What speaks most, of the text alone."""
    return float(text.max()) if text is not None else 0.0


def _claimed(reading: Reading, text: np.ndarray, layer: Layer) -> Choice | None:
    """A message that closes the matter, or one that misses what the carrier delivered."""
    body = [piece for piece in reading.page.pieces if not piece.is_subject]
    words = [piece.text for piece in body]
    if (place := settled(words)) is not None and not still_shown(reading.said, reading.view):
        sure = _measured(text, text, Category.OTHER, reading.language, layer)
        scores = _lifted(text, Category.OTHER)
        return Choice(Category.OTHER, scores, sure, None, claim=body[place], subtype="thanks")
    if (place := not_received(words)) is not None and _arrived(reading) and _only_asks(reading):
        scores = _lifted(text, Category.DAMAGE_LOSS)
        return Choice(Category.DAMAGE_LOSS, scores, None, None, claim=body[place], subtype="not_received")
    return None


def still_shown(said: tuple[Signal, ...], view: View) -> list[Signal]:
    """What facts prove and what is not over: lateness is, once the goods are there."""
    over = {"promise.days_late"} if view.fact("promise.arrived") else set()
    return [one for one in said if one.strength >= PROOF and canonical(one.fact.name) not in over]


def _only_asks(reading: Reading) -> bool:
    """Whether the mail asks about its order rather than states that something went wrong in a carrier's words."""
    return reading.page.role not in {Role.CARRIER, Role.SUPPLIER}


def _arrived(reading: Reading) -> bool:
    """Whether the carrier says delivered: who still asks for the goods then has not received them."""
    return any(fact.name == "shipment.delivered" for fact in reading.view.facts)


def _blocking(said: tuple[Signal, ...]) -> Signal | None:
    return next((one for one in said if one.blocks and one.strength >= PROOF), None)


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
