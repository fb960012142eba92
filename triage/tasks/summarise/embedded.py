"""The embedded summariser: extractive, without a model. What it says stands in the thread or in the facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import DocumentType, Message, MessageKind, Method, Producer, Quote, Summary, View, fingerprint
from triage.facts.wording import Reader, facts_line
from triage.models.language import detect_language
from triage.tasks.summarise import cues
from triage.tasks.summarise.choosing import Candidate, candidate, choose, repeats, shortened
from triage.tasks.summarise.paper_line import paper_line
from triage.tasks.summarise.written import with_history, written
from triage.verify.quotes import locate
from triage.verify.references import find_references, normalise
from triage.verify.sentences import sentences

_RULES = "extractive-1"
_TEXT_CHARACTERS = 350
_POINT_CHARACTERS = 200
_MOST_SENTENCES = 3
_MOST_POINTS = 5
_MOST_ASKS = 5
_MOST_SENTENCES_READ = 400
"""Sentences of one message that are looked at; a longer one is a log, not a letter."""
_AGEING = 0.75
"""What a message back in the thread weighs beside the one after it."""
_THIN = 60
"""Characters under which a newest message does not stand alone."""
_TELLING = 1.9
"""Score from which a sentence is worth a place beside the best one."""
_WORTH_A_POINT = 0.5
"""Score from which a sentence is worth a key point."""
_SURE = 100.0
"""Added to a score to make a sentence come first."""
_REPLY_MARK = re.compile(r"^(?:\s*(?:re|aw|antw|rv|rép|tr|fw|fwd|wg|enc|doorst)\s*:)+\s*", re.IGNORECASE)
_HISTORY_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)


@dataclass(frozen=True)
class Thread:
    """A view's sentences, scored: the newest message's and those before it, newest first."""

    newest: tuple[Candidate, ...]
    earlier: tuple[Candidate, ...]
    warnings: tuple[str, ...]
    language: str

    @property
    def closes(self) -> bool:
        """Whether the newest message says that the matter is settled, and asks nothing more."""
        settled = any(cues.RESOLVED.search(one.text.lower()) for one in self.newest)
        return settled and not any(one.asks for one in self.newest)


class EmbeddedSummariser(Runnable[View, Summary]):
    """Picks what carries the ask, the problem and the figures, and adds a line of facts. No network, no model."""

    key = "summarise"

    def __init__(self) -> None:
        version = fingerprint([_RULES, [pattern.pattern for pattern in cues.ALL]])
        self.acting: dict[str, str] = {f"summarise:{_RULES}": version}
        self.producer = Producer(method=Method.EMBEDDED, model=_RULES, version=version)

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Summary:  # noqa: A002
        """The summary of one view. Never fails on odd text: what is missing stands in its warnings."""
        thread = read_thread(input)
        picked = _text_sentences(thread)
        line = facts_line(input.case, input.facts)
        said = " ".join(_as_sentence(shortened(one.text)) for one in picked)
        text = " ".join(part for part in (said, _read_papers(input, len(said)), line) if part)
        points = _key_points(thread)
        return Summary(
            by=self.producer,
            text=text or _without_words(input),
            key_points=tuple(shortened(one.text, _POINT_CHARACTERS) for one in points) + _paper_points(input, points),
            asks=tuple(shortened(one.text, _POINT_CHARACTERS) for one in _asks(thread)),
            references=_references(input),
            language=thread.language,
            evidence=_evidence([*picked, *points], input),
            warnings=thread.warnings,
        )

    def batch(
        self,
        inputs: list[View],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any | None,
    ) -> list[Summary]:
        """The summaries of several views, in their order."""
        return [self.invoke(view) for view in inputs]


def read_thread(view: View) -> Thread:
    """The thread's sentences as their authors wrote them, scored by content and age."""
    messages = list(enumerate(view.case.messages))
    spoken = [(n, m) for n, m in messages if m.kind is MessageKind.MESSAGE]
    warnings: list[str] = []
    if messages and not spoken:
        warnings.append("only automatic messages: their text is shown")
        spoken = messages
    if not spoken:
        return Thread((), (), ("no message in the case",), "und")
    number, newest = spoken[-1]
    body = written(newest.body)
    source = f"message:{number}"
    history = newest.quoted.strip() or newest.body.strip()
    if not body and history:
        quoted = bool(newest.quoted.strip())
        body = written(_HISTORY_MARK.sub("", history)) or history
        source = f"message:{number}:quoted" if quoted else source
        warnings.append("the newest message has no words of its own: its quoted history is shown")
    elif not body and newest.subject.strip():
        body, source = newest.subject, f"message:{number}:subject"
        warnings.append("the newest message has no text: its subject is shown")
    elif not body:
        warnings.append("the newest message is empty")
    warnings += [warning for _, message in spoken for warning in message.warnings]
    return Thread(
        _scored(body, source, number, 1.0),
        (*_subject(newest, number, body), *_earlier(spoken[:-1])),
        tuple(dict.fromkeys(warnings)),
        detect_language(body or newest.subject),
    )


def _subject(newest: Message, number: int, body: str) -> tuple[Candidate, ...]:
    """The subject as one more sentence where the newest message says too little to stand alone."""
    subject = _REPLY_MARK.sub("", newest.subject).strip()
    if not subject or subject == body or len(body) >= _THIN or repeats(subject, body):
        return ()
    return (candidate(subject, f"message:{number}:subject", number, 0, _AGEING),)


def _earlier(messages: Sequence[tuple[int, Message]]) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    weight = _AGEING
    for number, message in reversed(messages):
        found += _scored(written(message.body), f"message:{number}", number, weight)
        weight *= _AGEING
    return tuple(found)


def _scored(body: str, source: str, number: int, weight: float) -> tuple[Candidate, ...]:
    return tuple(
        candidate(text, source, number, place, weight)
        for place, text in enumerate(sentences(body)[:_MOST_SENTENCES_READ])
    )


def _text_sentences(thread: Thread) -> list[Candidate]:
    """One to three sentences: of the newest message, and one from before where that alone says little."""
    least = _TELLING if sum(len(one.text) for one in thread.newest) > _THIN else 0.0
    picked = choose(_ask_first(thread.newest), _MOST_SENTENCES, _TEXT_CHARACTERS, least)
    length = sum(len(one.text) for one in picked)
    if thread.earlier and not thread.closes and length < _THIN and len(picked) < _MOST_SENTENCES:
        said = [one.text for one in picked]
        picked += choose(thread.earlier, 1, _TEXT_CHARACTERS - length, _TELLING, said)
    return picked


def _ask_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same sentences with the strongest ask before all others: a text without it would miss the point."""
    best = max((one for one in candidates if one.asks), key=lambda one: one.score, default=None)
    return [replace(one, score=one.score + _SURE) if one is best else one for one in candidates]


def _key_points(thread: Thread) -> list[Candidate]:
    points = choose(thread.newest, _MOST_POINTS, _MOST_POINTS * _POINT_CHARACTERS, _WORTH_A_POINT)
    left = _MOST_POINTS - len(points)
    telling = [one for one in thread.earlier if one.score >= _WORTH_A_POINT]
    if left and telling:
        said = [one.text for one in points]
        points += choose(telling, left, left * _POINT_CHARACTERS, _WORTH_A_POINT, said)
    return points


def _asks(thread: Thread) -> list[Candidate]:
    """What the newest message asks for; where it asks nothing and settles nothing, what one before did."""
    asking = _with_items(thread.newest)
    if not asking and not thread.closes:
        latest = max((one.message for one in thread.earlier if one.asks), default=None)
        asking = _with_items([one for one in thread.earlier if one.message == latest])
    found: list[Candidate] = []
    for one in asking:
        if len(found) < _MOST_ASKS and not any(repeats(one.text, other.text) for other in found):
            found.append(one)
    return found


def _with_items(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The asking sentences; after one that ends in a colon, the list below it is asked for too."""
    found: list[Candidate] = []
    listing = False
    for one in sorted(candidates, key=lambda candidate: candidate.place):
        item = listing and (one.text[0].islower() or not one.text.endswith((".", "!")))
        if one.asks or item:
            found.append(one)
        listing = item or (one.asks and one.text.endswith(":"))
    return found


def _references(view: View) -> tuple[str, ...]:
    """References of the newest message first, then of its subject, of the thread, and of what the mails quote."""
    messages = [m for m in view.case.messages if m.kind is MessageKind.MESSAGE] or list(view.case.messages)
    texts: list[str] = []
    quoted: list[str] = []
    for message in reversed(messages):
        body = written(message.body)
        texts += [body, message.subject]
        quoted += [message.quoted] if _figures(message.body) == _figures(body) else [message.body, message.quoted]
    texts += [with_history(text) for text in quoted if text]
    found: dict[str, str] = {}
    for text in texts:
        for reference in find_references(text):
            found.setdefault(normalise(reference), reference)
    return tuple(found.values())


def _as_sentence(text: str) -> str:
    """With a capital at the front and a full stop behind, so that sentences stand apart."""
    opened = text[0].upper() + text[1:]
    return opened if opened[-1] in ".!?…:\"'”»)" else f"{opened}."


def _figures(text: str) -> int:
    return sum(character.isdigit() for character in text)


def _evidence(picked: Sequence[Candidate], view: View) -> tuple[Quote, ...]:
    """The sentences as quotes, where they stand in one piece (a quoted line break may part them)."""
    sources = view.sources()
    places = dict.fromkeys((one.source, one.text) for one in picked)
    return tuple(Quote(source=source, text=text) for source, text in places if locate(text, sources.get(source, "")))


def _reader(view: View) -> Reader:
    language = view.case.company.language[:2].lower()
    return Reader(language if language in {"en", "de", "fr", "es", "nl"} else "en", view.case.captured_at.year)


def _paper_points(view: View, points: Sequence[Candidate]) -> tuple[str, ...]:
    """A line for each document, as far as there is room."""
    reader = _reader(view)
    return tuple(paper_line(paper, reader) for paper in view.papers[: _MOST_POINTS - len(points)])


def _read_papers(view: View, length: int) -> str:
    """The documents that were read, in a line each, as far as the text has room for them."""
    reader = _reader(view)
    lines: list[str] = []
    for paper in view.papers:
        line = paper_line(paper, reader)
        length += len(line) + 1
        if paper.document_type is not DocumentType.OTHER and length <= _TEXT_CHARACTERS:
            lines.append(line)
    return " ".join(lines)


def _without_words(view: View) -> str:
    """What to say where there is neither a sentence nor a fact."""
    reader = _reader(view)
    lines = [paper_line(paper, reader) for paper in view.papers[:_MOST_SENTENCES]]
    return " ".join(lines) or f"{view.case.record.name}: no text."
