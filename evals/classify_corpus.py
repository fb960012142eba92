"""The training mails of the embedded classifier: short asks by category and language, and what surrounds asks in mails.

`evals/train/<language>.txt` holds a section for each category (`## pricing`), a line an ask:
`role|subtype|subject|text`, `¶` for a line break; roles are C(ustomer), S(upplier), K (carrier), W(orkmate), Y
(system).
The sections `context`, `greeting` and `closing` hold sentences that say nothing about the category.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "train"
ROLES = {"C": "customer", "S": "supplier", "K": "carrier", "W": "colleague", "Y": "system"}
SURROUNDINGS = ("context", "greeting", "closing")


@dataclass(frozen=True)
class Ask:
    """What a mail wants, with its right answer."""

    language: str
    category: str
    subtype: str
    role: str
    subject: str
    text: str
    author: str = ""
    """Which of a language's files it stands in: each was written by somebody else."""


@dataclass
class Corpus:
    """Asks of all languages and the surroundings by language and kind."""

    asks: list[Ask] = field(default_factory=list)
    around: dict[tuple[str, str], list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Mail:
    """A mail to learn from. `ask` is the part of the body that decides."""

    ask: Ask
    subject: str
    body: str


def read_corpus(folder: Path = FOLDER) -> Corpus:
    """Everything under a folder of training texts. Raises `ValueError` naming file and line where one is malformed."""
    corpus = Corpus()
    for path in sorted(folder.glob("*.txt")):
        _read_file(path, corpus)
    return corpus


def _read_file(path: Path, corpus: Corpus) -> None:
    language, section = path.stem.split("-")[0], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("## "):
            section = line[3:].strip()
        elif not line.strip():
            continue
        elif section in SURROUNDINGS:
            corpus.around.setdefault((language, section), []).append(line.replace("¶", "\n"))
        else:
            parts = line.split("|", 3)
            if len(parts) != 4 or parts[0] not in ROLES:
                raise ValueError(f"{path.name}:{number}: not role|subtype|subject|text")
            role, subtype, subject, text = parts
            author = path.stem.partition("-")[2]
            corpus.asks.append(Ask(language, section, subtype, ROLES[role], subject, text.replace("¶", "\n"), author))


def compose(corpus: Corpus, ask: Ask, chance: random.Random) -> Mail:
    """The ask as the heart of a mail of random length: alone, or among greeting, background and closing."""
    around = {kind: corpus.around.get((ask.language, kind), []) for kind in SURROUNDINGS}
    if chance.random() < 0.3 or ask.role == "system":
        return Mail(ask, ask.subject, ask.text)
    before = chance.sample(around["context"], chance.choice((0, 0, 1, 1, 2, 3)))
    after = chance.sample(around["context"], chance.choice((0, 0, 1, 1, 2, 3)))
    glue = chance.choice((" ", " ", "\n", "\n\n"))
    body = glue.join([*before, ask.text, *after])
    greeting = f"{chance.choice(around['greeting'])}\n\n" if chance.random() < 0.7 else ""
    closing = f"\n\n{chance.choice(around['closing'])}" if chance.random() < 0.7 else ""
    subject = ask.subject if chance.random() < 0.8 else ""
    return Mail(ask, subject, greeting + body + closing)


def composed(corpus: Corpus, asks: list[Ask], copies: int, seed: int) -> Iterator[Mail]:
    """`copies` different mails around each ask, the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - reproducible variety, no secret
    for ask in asks:
        for _ in range(copies):
            yield compose(corpus, ask, chance)
