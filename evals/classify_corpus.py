"""The training mails of the embedded classifier, and what surrounds asks in mails.

`evals/sets/training/<language>-<author>.jsonl` holds a message a line, in the form of every classification set; only
those of split `train` are learnt from. `around/<language>.txt` holds sentences that say nothing about the category, a
line each (`¶` for a line break), in the sections `## context`, `## greeting` and `## closing`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from triage.domain import Category

FOLDER = Path(__file__).parent / "sets" / "training"
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
    """In whose manner it is written (`style`); within a language each is somebody else."""
    secondary: tuple[str, ...] = ()
    """Categories that hold beside it."""


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


def read_corpus(folder: Path = FOLDER, split: str = "train") -> Corpus:
    """The messages of a split, and all surroundings. Raises `ValueError` with file and line where one is malformed."""
    corpus = Corpus()
    for path in sorted(folder.glob("*.jsonl")):
        corpus.asks += (ask for ask, of in _asks(path) if of == split)
    for path in sorted(folder.glob("around/*.txt")):
        _read_surroundings(path, corpus)
    return corpus


def _asks(path: Path) -> Iterator[tuple[Ask, str]]:
    # Not splitlines(): a message may hold a raw line separator (U+2028).
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            ask = Ask(
                language=row["language"],
                category=Category(row["label"]).value,
                subtype=row.get("subtype", ""),
                role=row["from_role"],
                subject=row.get("subject", ""),
                text=row["text"],
                author=row["style"],
                secondary=tuple(Category(code).value for code in row.get("secondary", ())),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name}:{number}: {error!r}") from error
        yield ask, row.get("split", "train")


def _read_surroundings(path: Path, corpus: Corpus) -> None:
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line[3:].strip()
        elif line.strip():
            corpus.around.setdefault((path.stem, section), []).append(line.replace("¶", "\n"))


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
