"""What is new since a record's card was last revised: a card is brought up to date, not written anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from triage.domain import MessageKind, View
from triage.facts.labels import label
from triage.facts.wording import facts_line
from triage.tasks.summarise.choosing import choose, shortened
from triage.tasks.summarise.thread import scored, spoken
from triage.tasks.summarise.written import written

_MOST_MESSAGES = 4
_SENTENCES = 2
_CHARACTERS = 260
_LEAST = 0.5


def news(view: View, language: str) -> tuple[tuple[str, ...], datetime | None]:
    """What mails and facts have brought since the card was last revised, and when that was.

    Where neither brought anything the card's news of before stand, since nobody may have read them yet. Nothing for
    a record that had no card.
    """
    before = view.before
    if before is None:
        return (), None
    told = [*_said(view, before.heard, language), *_established(view, before.facts, language)]
    if not told:
        return before.news, before.news_since
    return tuple(told), before.at


def new_messages(view: View) -> tuple[int, ...]:
    """Places in the thread of the messages that the card has not heard; none where there was no card."""
    if view.before is None:
        return ()
    heard = set(view.before.heard)
    return tuple(n for n, m in spoken(view) if m.id not in heard and m.kind is MessageKind.MESSAGE)


def kept_points(view: View, sources: Iterable[str]) -> tuple[str, ...]:
    """Key points of the card before that still stand in the thread, letter for letter."""
    if view.before is None:
        return ()
    texts = [" ".join(text.split()) for text in sources]
    return tuple(point for point in view.before.key_points if any(point.strip("… ") in text for text in texts))


def _said(view: View, heard: Sequence[str], language: str) -> list[str]:
    found: list[str] = []
    for number in new_messages(view)[-_MOST_MESSAGES:]:
        message = view.case.messages[number]
        candidates = scored(written(message.body), f"message:{number}", number, 1.0)
        best = choose(candidates, _SENTENCES, _CHARACTERS, _LEAST)
        said = " ".join(shortened(one.text, _CHARACTERS) for one in best) or message.subject.strip()
        if said:
            found.append(f"{label(message.role.value, language)}: {said}")
    return found


def _established(view: View, known: Sequence[str], language: str) -> list[str]:
    """The facts that the card did not know, in one line."""
    new = [fact for fact in view.facts if fact.id not in set(known)]
    line = facts_line(view.case, new, language) if new else ""
    return [line] if line else []
