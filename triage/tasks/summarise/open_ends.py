"""What a thread leaves open: promises that were made in it, and questions that nobody has answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.domain import Message, Promised, Role, View
from triage.tasks.summarise import cues
from triage.tasks.summarise.choosing import is_courtesy, repeats, shortened
from triage.tasks.summarise.thread import Thread, spoken
from triage.tasks.summarise.written import written
from triage.verify.sentences import sentences

_MOST_PROMISES = 4
_MOST_QUESTIONS = 4
_CHARACTERS = 200
_BARE = 26
"""Characters up to which a question says nothing without the sentence before it."""
_OURS = frozenset({Role.COLLEAGUE, Role.SYSTEM})
_PLEDGE = re.compile(
    r"(?<!\w)(?:will|'ll|would|shall|going to|(?:is|are) (?:to be )?(?:due|expected|promised|planned|on)|leaves?|goes|"
    r"go out|ships?|lands?|you (?:will )?(?:have|get)|new delivery|drop|credit(?:ed)?|held|waive|"
    r"geht|gehen|kommt|kommen|liefer\w*|wird|werden|zugesagt|zusage|bestätig\w*|raus|schick\w*|sende\w*|zustellung|halte|"
    r"übernehm\w*|nehme|könnten?|kann|gutschrift|gilt|"
    r"part(?:ent|ira|iront)?|ser(?:a|ont)|livr\w+|envoi\w*|propose|prends|promis\w*|prévu\w*|délai|expédi\w+|recevrez|"
    r"avoir|arriv\w+|annonce|"
    r"sal(?:e|en|drá|drán)|mand[oa]\w*|enví[oa]\w*|van|lleg\w+|retir\w+|hago|será\w*|tendr\w+|recibir\w*|previst\w+|"
    r"entreg\w+|abono|llev\w+|promet\w+|"
    r"komt|komen|vertrek\w*|lever\w*|stuur|haal|wordt|worden|krijg\w*|zal|zullen|toegezegd|beloofd|gepland|breng\w*)(?!\w)",
    re.IGNORECASE,
)
"""Words of somebody who says what will be done."""
_UNMARKED = re.compile(
    r"\b(?:is it|are they|is that|do you) .{0,60}\bor not\b|^so (?:is|are|will|do|did) ", re.IGNORECASE
)
"""Questions of those who write no question mark."""
_WHEN = re.compile(
    r"\d|\b(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|"
    r"heute|morgen|übermorgen|woche|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    r"aujourd'hui|demain|semaine|lundi|mardi|mercredi|jeudi|vendredi|samedi|"
    r"hoy|mañana|semana|lunes|martes|miércoles|jueves|viernes|sábado|"
    r"vandaag|overmorgen|(?:maan|dins|woens|donder|vrij|zater|zon)dag)\b",
    re.IGNORECASE,
)


def promises(view: View) -> tuple[Promised, ...]:
    """Sentences that promise something with a day, time, amount or number, the oldest first.

    Of us, a supplier and a carrier what they say will be done; of a customer only what names itself a promise.
    """
    found: list[Promised] = []
    for number, message in spoken(view):
        for text in sentences(written(message.body)):
            if _is_promise(text, message.role) and not any(repeats(text, one.text) for one in found):
                found.append(Promised(by=message.role, text=shortened(text, _CHARACTERS), source=f"message:{number}"))
    return tuple(found[-_MOST_PROMISES:])


def _is_promise(text: str, role: Role) -> bool:
    if text.rstrip("\"'”») ").endswith("?") or is_courtesy(text) or not _WHEN.search(text):
        return False
    said = bool(cues.PROMISE.search(text.lower()))
    return said if role in {Role.CUSTOMER, Role.UNKNOWN} else said or bool(_PLEDGE.search(text))


def questions(view: View, thread: Thread) -> tuple[str, ...]:
    """Questions after which the one who was asked has not written: theirs to us, and ours to them."""
    if thread.closes:
        return ()
    kept = [shortened(text, _CHARACTERS) for message in _unanswered(view) for text in _asked(message)]
    return tuple(dict.fromkeys(kept))[:_MOST_QUESTIONS]


def their_questions(view: View, most: int) -> tuple[str, ...]:
    """Questions of the other side after which nobody of ours has written, whole or not at all."""
    theirs = [message for message in _unanswered(view) if message.role not in _OURS]
    asked = [text for message in theirs for text in _asked(message) if len(text) <= _CHARACTERS]
    return tuple(dict.fromkeys(asked))[:most]


def _unanswered(view: View) -> list[Message]:
    """Messages after which the other side has not written."""
    heard = [message for _, message in spoken(view)]
    return [
        message
        for place, message in enumerate(heard)
        if not any((later.role in _OURS) != (message.role in _OURS) for later in heard[place + 1 :])
    ]


def in_context(question: str, before: str) -> str:
    """A question; one as bare as `Possible?` together with the sentence before it."""
    bare = len(question) <= _BARE and before and not before.endswith("?")
    return f"{before} {question}" if bare else question


def we_wait(view: View) -> bool:
    """Whether the last word is ours, and it asks something."""
    heard = spoken(view)
    return bool(heard) and heard[-1][1].role in _OURS and any(_asked(heard[-1][1]))


def _asked(message: Message) -> Iterator[str]:
    before = ""
    for text in sentences(written(message.body)):
        if not is_courtesy(text) and _is_question(text):
            yield in_context(text, before)
        before = text


def _is_question(text: str) -> bool:
    if text.startswith("¿") or text.rstrip("\"'”»)! ").endswith("?"):
        return True
    return bool(cues.QUESTION.match(text) or _UNMARKED.search(text))
