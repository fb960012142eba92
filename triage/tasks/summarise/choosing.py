"""Which sentences carry a thread: scored by what they do, by figures in them, by place, and against repetition."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from triage.tasks.summarise import cues

_SAME = 82.0
"""From this token-set score two sentences say the same."""
_FIGURE = re.compile(r"\d\S*")
_DATED = re.compile(
    r"\d{1,2}[./-]\d{1,2}|\d{4}-\d\d|\b\d{1,2}\.?\s+(?:de )?[A-Za-zäéûô]{3,10}\b|"
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:mon|diens|donners|frei|sams|sonn)tag\b|\bmittwoch\b|"
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi)\b|\b(?:lunes|martes|miércoles|jueves|viernes|sábado)\b|"
    r"\b(?:maan|dins|woens|donder|vrij|zater|zon)dag\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[,;:])\s+|\s+[–-]\s+|\s+(?=\()")
_LONG = 230
"""Characters from which a sentence is cut to its telling clauses."""


@dataclass(frozen=True)
class Candidate:
    """A sentence with where it stands and how much it carries."""

    text: str
    source: str
    """Key of `View.sources()`."""
    message: int
    place: int
    """Within its message, from 0."""
    score: float
    asks: bool


def candidate(text: str, source: str, message: int, place: int, weight: float) -> Candidate:
    """A scored sentence; `weight` scales by the message's age in the thread."""
    asks = is_ask(text)
    counts = asks and weight == 1.0  # what was asked earlier may have been answered since
    return Candidate(text, source, message, place, weight * score(text, place, counts), asks)


def is_ask(text: str) -> bool:
    """Whether a sentence asks for something or asks a question, politeness aside."""
    if is_courtesy(text):
        return False
    if text.startswith("¿") or text.rstrip("\"'”») ").endswith("?"):
        return True
    return bool(cues.ASK.search(text.lower()) or cues.IMPERATIVE.match(text) or cues.QUESTION.match(text))


_COURTESY = re.compile(
    r"feel free|if you need anything|let (?:me|us) know if (?:there|anything|you (?:have|need))|please note|"
    r"bitte beachten|melden sie sich gern|nous restons à|veuillez noter|tenga en cuenta|houd er rekening|hesitate|"
    r"any (?:further )?(?:questions|queries)|n'hésitez|no dude|(?:rück)?fragen (?:stehe|haben|gerne|melden)|"
    r"bei (?:rück)?fragen|vragen (?:hebt|heeft|heb)|please find (?:attached|enclosed)|(?:im|als) anhang|"
    r"veuillez trouver|adjunto|bijgaand|hiermit sende|how are you|wie geht|excuse|entschuldig",
    re.IGNORECASE,
)


def is_courtesy(text: str) -> bool:
    """Whether a sentence is a polite formula and nothing else."""
    return bool(_COURTESY.search(text)) and len(text) < 160


def score(text: str, place: int, asks: bool) -> float:
    """How much a sentence carries; around 0 for an empty phrase, 4 and more for a telling one."""
    lower = text.lower()
    words = lower.count(" ") + 1
    figures = len(_FIGURE.findall(text))
    total = 3.0 * asks
    total += min(3.0, 1.6 * _count(cues.PROBLEM.finditer(lower), 2))
    total += 0.9 * bool(cues.PROMISE.search(lower)) + 1.3 * bool(cues.DEADLINE.search(lower))
    total += min(1.2, 0.5 * _count(cues.EVENT.finditer(lower), 3))
    total += min(2.4, 0.8 * figures) + 0.7 * bool(_DATED.search(text))
    total += (0.8, 0.4)[place] if place < 2 else 0.0
    total -= 2.5 * bool(cues.FILLER.search(lower)) * (0.4 if figures else 1.0)
    total -= 2.5 * is_courtesy(text)
    if words < 4:
        total -= 1.2
    return total - 0.03 * max(0, words - 35)


def _count(found: Iterable[object], most: int) -> int:
    return sum(1 for _, _ in zip(found, range(most), strict=False))


def choose(
    candidates: Sequence[Candidate], most: int, characters: int, least: float, beside: Iterable[str] = ()
) -> list[Candidate]:
    """The best candidates that do not repeat each other (nor `beside`), within a length, in the order of the thread."""
    chosen: list[Candidate] = []
    said = list(beside)
    room = characters
    for one in sorted(candidates, key=lambda c: -c.score):
        if len(chosen) == most or (chosen and one.score < least):
            break
        length = len(shortened(one.text))
        if (chosen and length > room) or any(repeats(one.text, text) for text in said):
            continue
        chosen.append(one)
        said.append(one.text)
        room -= length + 1
    return sorted(chosen, key=lambda c: (-c.message, c.place))


def repeats(one: str, other: str) -> bool:
    """Whether one sentence says nearly what the other says; different figures are no repetition."""
    if set(re.findall(r"\d+", one)) - set(re.findall(r"\d+", other)):
        return False
    return float(fuzz.token_set_ratio(one.casefold(), other.casefold())) >= _SAME


def shortened(text: str, longest: int = _LONG) -> str:
    """A sentence, or of a very long one the clauses that carry most, with `…` where words were left out."""
    if len(text) <= longest:
        return text
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    best = max(range(len(clauses)), key=lambda n: score(clauses[n], n, is_ask(clauses[n])))
    first = last = best
    while True:
        length = len(" ".join(clauses[first : last + 1]))
        if last + 1 < len(clauses) and length + len(clauses[last + 1]) < longest:
            last += 1
        elif first > 0 and length + len(clauses[first - 1]) < longest:
            first -= 1
        else:
            break
    start = text.index(clauses[first])
    end = text.index(clauses[last], start) + len(clauses[last])
    part = text[start:end].rstrip(",;: ")
    if len(part) > longest:
        part = part[:longest].rsplit(" ", 1)[0]
        end = start + len(part)
    return ("… " if start else "") + part + (" …" if end < len(text) else "")
