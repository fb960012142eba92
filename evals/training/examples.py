"""Training mails as the network reads them, each time a little different: surroundings, typing mistakes."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from evals.classify_corpus import Ask, Corpus, compose
from triage.domain import Role
from triage.models.embedding import MultilingualE5, Pieces, Window
from triage.tasks.classify.cues import cue_rows
from triage.tasks.classify.layer import CATEGORIES, ROLES, SUBTYPE_NAMES, around
from triage.tasks.classify.pages import SUBJECT_LETTERS
from triage.tasks.classify.reading import for_embedding, sentences

PIECES = 20
CODES = [category.value for category in CATEGORIES]
_FINER = {(category.value, subtype): n for n, (category, subtype) in enumerate(SUBTYPE_NAMES)}
BARE = {"asks", "desk", "consumer", "general", "outside"}
"""Manners in which only the matter itself is written down, without the mail around it."""
_UNMARKED = BARE | {"mails", "pairs", "long"}
"""Manners whose second matters nobody marked."""
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


@dataclass(frozen=True)
class Example:
    """One mail in numbers. `around` are the columns beside the vector, a row a piece."""

    windows: tuple[Window, ...]
    around: npt.NDArray[np.float32]
    role: int
    """Place in `ROLES`; -1 where the sender is unknown."""
    category: int = 0
    subtype: int = -1
    secondary: tuple[int, ...] | None = None
    """None where nobody marked second matters."""
    language: str = "und"

    @property
    def tokens(self) -> int:
        """How many tokens it is read in."""
        return sum(len(window.tokens) for window in self.windows)


def pieces_of(subject: str, body: str) -> Pieces:
    """Texts of a mail in reading order, as the classifier reads them."""
    line = [subject.strip()[:SUBJECT_LETTERS]] if any(letter.isalpha() for letter in subject) else []
    return Pieces(tuple([*line, *(sentence.text for sentence in sentences(body))][:PIECES]), len(line))


def example(subject: str, body: str, ask: Ask, reader: MultilingualE5) -> Example:
    """A mail with the right answers of its ask."""
    pieces = pieces_of(subject, body)
    plain = replace(pieces, texts=tuple(for_embedding(text) for text in pieces.texts))
    marked = np.arange(len(pieces.texts)) < pieces.subjects
    questions = np.array(["?" in text for text in pieces.texts], dtype=bool)
    known = {role.value: n for n, role in enumerate(ROLES)}
    return Example(
        windows=tuple(reader.windows(plain)),
        around=around(marked, questions, cue_rows(list(pieces.texts))),
        role=known.get(Role(ask.role).value if ask.role in known else "", -1),
        category=CODES.index(ask.category),
        subtype=_FINER.get((ask.category, ask.subtype), -1),
        secondary=None if ask.author in _UNMARKED else tuple(CODES.index(code) for code in ask.secondary),
        language=ask.language,
    )


def as_written(asks: Sequence[Ask], reader: MultilingualE5) -> list[Example]:
    """Mails as their author wrote them."""
    made = (example(ask.subject, ask.text, ask, reader) for ask in asks)
    return [one for one in made if one.windows]


def varied(corpus: Corpus, asks: Sequence[Ask], reader: MultilingualE5, chance: random.Random) -> Iterator[Example]:
    """Every ask once, as it might have been written on another day."""
    for ask in asks:
        subject, body = ask.subject, ask.text
        if ask.author in BARE or chance.random() < 0.25:
            mail = compose(corpus, ask, chance)
            subject, body = mail.subject, mail.body
        subject = "" if chance.random() < 0.15 else subject
        subject = subject.lower() if chance.random() < 0.2 else subject
        made = example(subject, untidy(body, ask.language, chance), ask, reader)
        if made.windows:
            yield made


def untidy(text: str, language: str, chance: random.Random) -> str:
    """A text as it comes from a telephone, a terminal or a hurry; most stay as they are."""
    case = chance.random()
    text = text.lower() if case < 0.1 else text.upper() if case < 0.12 else text
    if chance.random() < 0.1:
        spelt = text.translate(_GERMAN) if language == "de" else text
        text = "".join(c for c in unicodedata.normalize("NFD", spelt) if not unicodedata.combining(c))
    if chance.random() < 0.15 and text:
        text = _mistyped(text, chance)
    return re.sub(r"[.,;:!?]+", " ", text) if chance.random() < 0.05 else text


def _mistyped(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(chance.randint(1, 2 + len(letters) // 60)):
        at = chance.randrange(len(letters))
        if at + 1 < len(letters) and letters[at].isalpha() and letters[at + 1].isalpha():
            kind = chance.random()
            if kind < 0.35:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            else:
                letters[at] = "" if kind < 0.7 else letters[at] * 2
    return "".join(letters)
