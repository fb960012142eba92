"""The embedded summariser: extractive, without a model. What it says stands in the thread or in the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import DocumentType, MessageKind, Method, Producer, Quote, Summary, View, fingerprint
from triage.facts.wording import Reader, facts_line
from triage.tasks.summarise import cues, open_ends
from triage.tasks.summarise import next_step as steps
from triage.tasks.summarise import punctual as answers
from triage.tasks.summarise.choosing import Candidate, choose, repeats, shortened
from triage.tasks.summarise.news import kept_points, news
from triage.tasks.summarise.paper_line import paper_line
from triage.tasks.summarise.reader import reader_of
from triage.tasks.summarise.thread import THIN, Thread, read_thread
from triage.tasks.summarise.written import with_history, written
from triage.verify.quotes import locate
from triage.verify.references import find_references, normalise

_RULES = "extractive-2"
_TEXT_CHARACTERS = 350
_OPENING_CHARACTERS = 160
"""More for the sentence that a thread began with."""
_POINT_CHARACTERS = 200
_MOST_SENTENCES = 3
_MOST_POINTS = 5
_MOST_OF_A_LONG_MAIL = 7
_LONG_MAIL = 8
"""Sentences from which a mail is long and gets more points."""
_MOST_OPENING = 3
"""Points from the message that a thread began with: what it is all about."""
_LEAST_BETWEEN = 3
"""Points for what lies between the first and the newest message, at the least."""
_MOST_ASKS = 5
_TELLING = 1.9
"""Score from which a sentence is worth a place beside the best one."""
_MATTER = 1.9
"""Score from which a thread's first message says what it is about."""
_WORTH_A_POINT = 0.0
"""Score from which a sentence is worth a key point."""
_SURE = 100.0
"""Added to a score to make a sentence come first."""


class EmbeddedSummariser(Runnable[View, Summary]):
    """Picks what carries the ask, the problem and the figures, and adds a line of facts. No network, no model.

    `language` is the reader's (ISO 639-1); without it the policy's, else the company's. Quotes stay as written.
    """

    key = "summarise"

    def __init__(self, language: str | None = None) -> None:
        words = [pattern.pattern for pattern in cues.ALL]
        version = fingerprint([_RULES, words, repr(steps.WORDS), answers.WORDS, language])
        self.language = language
        self.acting: dict[str, str] = {f"summarise:{_RULES}": version}
        self.producer = Producer(method=Method.EMBEDDED, model=_RULES, version=version)

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Summary:  # noqa: A002
        """The summary of one view. Never fails on odd text: what is missing stands in its warnings."""
        thread, reader = read_thread(input), reader_of(input, self.language)
        picked = _text_sentences(thread)
        line = facts_line(input.case, input.facts, reader.language)
        answer = answers.punctual_answer(input)
        said = " ".join(_as_sentence(shortened(one.text)) for one in picked)
        text = " ".join(part for part in (answer, said, _read_papers(input, len(said), reader), line) if part)
        points = _key_points(thread)
        new, since = news(input, reader.language)
        return Summary(
            by=self.producer,
            text=text or _without_words(input, reader),
            key_points=(*_points_told(input, points), *_paper_points(input, points, reader)),
            asks=tuple(shortened(one.text, _POINT_CHARACTERS) for one in _asks(thread)),
            references=_references(input),
            language=thread.language,
            evidence=_evidence([*picked, *points], input),
            warnings=thread.warnings,
            promised=open_ends.promises(input),
            questions=open_ends.questions(input, thread),
            next_step=steps.next_step(input, reader.language, settled=thread.closes, waiting=open_ends.we_wait(input)),
            answer=answer,
            news=new,
            news_since=since,
            reader=reader.language,
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


def _text_sentences(thread: Thread) -> list[Candidate]:
    """What the thread is about, one to three sentences of the newest message, one of before where they say little."""
    least = _TELLING if sum(len(one.text) for one in thread.newest) > THIN else 0.0
    picked = choose(_ask_first(thread.newest), _MOST_SENTENCES, _TEXT_CHARACTERS, least)
    length = sum(len(one.text) for one in picked)
    if thread.earlier and not thread.closes and length < THIN and len(picked) < _MOST_SENTENCES:
        said = [one.text for one in picked]
        picked += choose(thread.earlier, 1, _TEXT_CHARACTERS - length, _TELLING, said)
    return [*_matter(thread, picked), *picked]


def _matter(thread: Thread, picked: Sequence[Candidate]) -> list[Candidate]:
    """What a thread with several messages is about: the most telling sentence of its first one, if it is short."""
    telling = [] if thread.closes else [one for one in thread.opening if one.score >= _MATTER]
    short = [one for one in telling if len(one.text) <= _OPENING_CHARACTERS]
    return choose(short, 1, _OPENING_CHARACTERS, _MATTER, [one.text for one in picked]) if short else []


def _ask_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The same sentences with the strongest ask before all others: a text without it would miss the point."""
    best = max((one for one in candidates if one.asks), key=lambda one: one.score, default=None)
    return [replace(one, score=one.score + _SURE) if one is best else one for one in candidates]


def _key_points(thread: Thread) -> list[Candidate]:
    """The newest message's telling sentences, what it all began with, and the best of what lies between."""
    most = _MOST_OF_A_LONG_MAIL if len(thread.newest) >= _LONG_MAIL else _MOST_POINTS
    points = choose(thread.newest, most, most * _POINT_CHARACTERS, _WORTH_A_POINT)
    points += _further(thread.opening, _MOST_OPENING, points)
    return points + _further(thread.earlier, max(_LEAST_BETWEEN, most - len(points)), points)


def _further(candidates: Sequence[Candidate], most: int, beside: Sequence[Candidate]) -> list[Candidate]:
    """Up to so many telling sentences that say something else."""
    telling = [one for one in candidates if one.score >= _WORTH_A_POINT]
    said = [one.text for one in beside]
    return choose(telling, most, most * _POINT_CHARACTERS, _WORTH_A_POINT, said) if telling else []


def _points_told(view: View, points: Sequence[Candidate]) -> tuple[str, ...]:
    """The points as told. A card that stands keeps those of its lines that still hold; what is new follows."""
    told = [shortened(one.text, _POINT_CHARACTERS) for one in points]
    kept = kept_points(view, view.sources().values())
    return tuple(dict.fromkeys((*(one for one in kept if one in told), *told)))


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
    return [_in_context(one, (*thread.newest, *thread.earlier)) for one in found]


def _in_context(one: Candidate, others: Sequence[Candidate]) -> Candidate:
    """A bare question with the sentence that it is about."""
    before = next((c.text for c in others if c.source == one.source and c.place == one.place - 1), "")
    question = one.text.rstrip("\"'”») ").endswith("?")
    return replace(one, text=open_ends.in_context(one.text, before)) if question else one


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


def _paper_points(view: View, points: Sequence[Candidate], reader: Reader) -> tuple[str, ...]:
    """A line for each document, as far as there is room."""
    room = max(0, _MOST_POINTS - len(points))
    return tuple(paper_line(paper, reader) for paper in view.papers[:room])


def _read_papers(view: View, length: int, reader: Reader) -> str:
    """The documents that were read, in a line each, as far as the text has room for them."""
    lines: list[str] = []
    for paper in view.papers:
        line = paper_line(paper, reader)
        length += len(line) + 1
        if paper.document_type is not DocumentType.OTHER and length <= _TEXT_CHARACTERS:
            lines.append(line)
    return " ".join(lines)


def _without_words(view: View, reader: Reader) -> str:
    """What to say where there is neither a sentence nor a fact."""
    lines = [paper_line(paper, reader) for paper in view.papers[:_MOST_SENTENCES]]
    return " ".join(lines) or f"{view.case.record.name}: no text."
