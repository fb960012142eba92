"""A view's thread as scored sentences: what its authors wrote, without headers, greetings, signatures and quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.domain import Message, MessageKind, View
from triage.models.language import detect_language
from triage.tasks.summarise import cues
from triage.tasks.summarise.choosing import Candidate, candidate, repeats
from triage.tasks.summarise.written import written
from triage.verify.sentences import sentences

THIN = 60
"""Characters under which a newest message does not stand alone."""
_MOST_SENTENCES_READ = 400
"""Sentences of one message that are looked at; a longer one is a log, not a letter."""
_AGEING = 0.75
"""What a message back in the thread weighs beside the one after it."""
_RUN_ON = 200
"""Characters from which a sentence without a stop is told in pieces."""
_REPLY_MARK = re.compile(r"^(?:\s*(?:re|aw|antw|rv|rép|tr|fw|fwd|wg|enc|doorst)\s*:)+\s*", re.IGNORECASE)
_HISTORY_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_STOP = re.compile(r"[.,;:!?…]\s")
_JOINT = re.compile(
    r"\s+(?=(?:but|because|so|if|when|while|which|aber|weil|wenn|bestellt|schau|ich|"
    r"mais|parce|donc|si|quand|pero|porque|entonces|cuando|maar|want|omdat|als|dus)\b)",
    re.IGNORECASE,
)
_LEAST_PIECE = 40


@dataclass(frozen=True)
class Thread:
    """A view's sentences, scored: the newest message's, those before it newest first, and those that it began with."""

    newest: tuple[Candidate, ...]
    earlier: tuple[Candidate, ...]
    warnings: tuple[str, ...]
    language: str
    opening: tuple[Candidate, ...] = ()
    """The first message's sentences at their full weight; empty where the newest is the first."""

    @property
    def closes(self) -> bool:
        """Whether the newest message says that the matter is settled, and asks nothing more."""
        settled = any(cues.RESOLVED.search(one.text.lower()) for one in self.newest)
        return settled and not any(one.asks for one in self.newest)


def spoken(view: View) -> list[tuple[int, Message]]:
    """What people and systems wrote on purpose, with the place in the thread; everything where nobody did."""
    messages = list(enumerate(view.case.messages))
    return [(n, m) for n, m in messages if m.kind is MessageKind.MESSAGE] or messages


def read_thread(view: View) -> Thread:
    """The thread's sentences as their authors wrote them, scored by content and age."""
    heard = spoken(view)
    if not heard:
        return Thread((), (), ("no message in the case",), "und")
    warnings: list[str] = []
    if not any(message.kind is MessageKind.MESSAGE for _, message in heard):
        warnings.append("only automatic messages: their text is shown")
    number, newest = heard[-1]
    body, source, told = _words_of(newest, number)
    warnings += told
    warnings += [warning for _, message in heard for warning in message.warnings]
    first = heard[0]
    return Thread(
        scored(body, source, number, 1.0),
        (*_subject(newest, number, body), *_earlier(heard[:-1])),
        tuple(dict.fromkeys(warnings)),
        detect_language(body or newest.subject),
        scored(written(first[1].body), f"message:{first[0]}", first[0], 1.0) if len(heard) > 1 else (),
    )


def scored(body: str, source: str, number: int, weight: float) -> tuple[Candidate, ...]:
    """The sentences of one text, scored; those without an end in pieces."""
    pieces = [piece for text in sentences(body)[:_MOST_SENTENCES_READ] for piece in _pieces(text)]
    return tuple(candidate(text, source, number, place, weight) for place, text in enumerate(pieces))


def _words_of(newest: Message, number: int) -> tuple[str, str, list[str]]:
    """What the newest message says, where that stands, and what has to be said about it."""
    body, source = written(newest.body), f"message:{number}"
    if body:
        return body, source, []
    if newest.quoted.strip():
        text = written(_HISTORY_MARK.sub("", newest.quoted)) or newest.quoted.strip()
        told = "the newest message has no words of its own: its quoted history is shown"
        return text, f"{source}:quoted", [told]
    if _HISTORY_MARK.search(newest.body) and (text := written(_HISTORY_MARK.sub("", newest.body))):
        return text, source, ["the newest message has no words of its own: its quoted history is shown"]
    if newest.subject.strip():
        return newest.subject, f"{source}:subject", ["the newest message has no text: its subject is shown"]
    if newest.body.strip():
        return newest.body.strip(), source, ["the newest message has no words of its own: its quoted history is shown"]
    return "", source, ["the newest message is empty"]


def _subject(newest: Message, number: int, body: str) -> tuple[Candidate, ...]:
    """The subject as one more sentence where the newest message says too little to stand alone."""
    subject = _REPLY_MARK.sub("", newest.subject).strip()
    if not subject or body in (newest.subject, subject) or len(body) >= THIN or repeats(subject, body):
        return ()
    return (candidate(subject, f"message:{number}:subject", number, 0, _AGEING),)


def _earlier(messages: Sequence[tuple[int, Message]]) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    weight = _AGEING
    for number, message in reversed(messages):
        found += scored(written(message.body), f"message:{number}", number, weight)
        weight *= _AGEING
    return tuple(found)


def _pieces(text: str) -> list[str]:
    """A sentence, or of one that runs on without a stop its parts, letter for letter."""
    if len(text) <= _RUN_ON or _STOP.search(text):
        return [text]
    cuts = [0]
    for joint in _JOINT.finditer(text):
        if joint.end() - cuts[-1] >= _LEAST_PIECE:
            cuts.append(joint.end())
    return [text[start:end].strip() for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
