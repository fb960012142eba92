"""What a thread says of why an order waits: sentences with words that people use for a cause, by who wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import resources

from triage.domain import CauseKind, MessageKind, Quote, Role, View
from triage.errors import ConfigurationError
from triage.tasks.classify.steering import for_people
from triage.verify.sentences import sentences

CUES_FILE = "cues.txt"
_MOST_QUOTE = 300


@dataclass(frozen=True)
class Cue:
    """Words for one cause from one role's mouth."""

    kind: CauseKind
    role: Role
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Said:
    """A sentence that names a cause."""

    kind: CauseKind
    role: Role
    quote: Quote


@dataclass(frozen=True)
class Cues:
    """All cues with the hash of the file that they come from."""

    all: tuple[Cue, ...]
    sha256: str


def read_cues(text: str) -> tuple[Cue, ...]:
    """The cues of a list: a line is `cause | role | words`, comments begin with `#`."""
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            kind, role, words = (part.strip() for part in line.split("|", 2))
            alternatives = "|".join(word.strip() for word in words.split(" ; "))
            found.append(Cue(CauseKind(kind), Role(role), re.compile(rf"(?<!\w)(?:{alternatives})", re.IGNORECASE)))
    return tuple(found)


@lru_cache(maxsize=1)
def shipped_cues() -> Cues:
    """The cues that come with the package. Raises `ConfigurationError` where the file cannot be read as such."""
    data = resources.files("triage.tasks.cause").joinpath("data", CUES_FILE).read_bytes()
    try:
        return Cues(read_cues(data.decode("utf-8")), sha256(data).hexdigest())
    except (ValueError, re.error) as error:
        raise ConfigurationError(f"{CUES_FILE}: {error}; install the package anew") from error


def said(view: View) -> Iterator[Said]:
    """What the messages say, newest first: each cause and role once. A sentence that speaks to the software is none."""
    known: set[tuple[CauseKind, Role]] = set()
    cues = shipped_cues().all
    for number in reversed(range(len(view.case.messages))):
        message = view.case.messages[number]
        if message.kind not in {MessageKind.MESSAGE, MessageKind.NOTE}:
            continue
        for where, text in ((f"message:{number}", message.body), (f"message:{number}:subject", message.subject)):
            plain, _ = for_people(sentences(text))
            for sentence in plain:
                for cue in cues:
                    fits = cue.role is message.role and (cue.kind, cue.role) not in known
                    if fits and cue.pattern.search(sentence):
                        known.add((cue.kind, cue.role))
                        yield Said(cue.kind, cue.role, Quote(source=where, text=sentence[:_MOST_QUOTE]))
