"""How a message's words and its matter weigh on the severity: signs with learnt weights, each with its reason."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from triage.domain import Category
from triage.errors import ConfigurationError
from triage.tasks.classify.steering import for_people

SIGNS_FILE, WEIGHTS_FILE = "severity-signs.txt", "severity-1.json"
_SELF_DECLARED = frozenset({"called", "today", "tomorrow", "again", "now"})
"""What anybody can claim: counts nothing in a text that also speaks to the software."""
_MOST_SIGNS = 3
"""Signs that raise; more of them do not raise further."""


@dataclass(frozen=True)
class Sign:
    """Words that make waiting more harmful, or less."""

    code: str
    why: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Said:
    """One sign in a text."""

    weight: float
    why: str
    quote: str
    """The words that show it, as they stand in the text, spaces apart."""

    def __str__(self) -> str:
        """The reason with its words; without them where they say that nothing is wrong: no such claim is repeated."""
        return f"{self.why} (\u201c{self.quote}\u201d)" if self.weight > 0 else self.why


@dataclass(frozen=True)
class Scale:
    """What was learnt: weights, and where on their sum one severity ends and the next begins."""

    signs: tuple[Sign, ...]
    weights: Mapping[str, float]
    """By sign, by `category` and by `category/subtype`."""
    cuts: tuple[float, float, float]
    """From low to normal, to high, to urgent."""
    sha256: str

    @property
    def middle(self) -> float:
        """The middle of what is normal."""
        return (self.cuts[0] + self.cuts[1]) / 2

    @property
    def step(self) -> float:
        """What one reason of the facts weighs: from the middle of normal to the middle of high."""
        return (self.cuts[1] + self.cuts[2]) / 2 - self.middle

    def place(self, total: float) -> int:
        """0 for low to 3 for urgent."""
        return sum(total > cut for cut in self.cuts)

    def matter(self, category: Category, subtype: str | None) -> float:
        """What the exception alone weighs, as people judged mails about it."""
        own = f"{category.value}/{subtype or ''}"
        return self.weights.get(category.value, 0.0) + self.weights.get(own, 0.0)

    def said(self, text: str) -> list[Said]:
        """What the signs in a text (sentences on lines of their own) weigh, the heaviest first."""
        sentences, steered = for_people([line for line in text.splitlines() if line.strip()])
        plain = "\n".join(sentences)
        found = {sign.code: match for sign in self.signs if (match := sign.pattern.search(plain))}
        if "calm" in found:
            found.pop("called", None)
        if steered:
            found = {code: match for code, match in found.items() if code not in _SELF_DECLARED}
        whys = {sign.code: sign.why for sign in self.signs}
        weighed = [
            Said(self.weights[code], whys[code], " ".join(match[0].split()))
            for code, match in found.items()
            if self.weights.get(code)
        ]
        raising = sorted((one for one in weighed if one.weight > 0), key=lambda one: (-one.weight, one.why))
        return [*raising[:_MOST_SIGNS], *(one for one in weighed if one.weight < 0)]


def read_signs(text: str) -> tuple[Sign, ...]:
    """The signs of a list: a line is `code | reason | words`, comments begin with `#`."""
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            code, why, words = (part.strip() for part in line.split("|", 2))
            alternatives = "|".join(words.split(", "))
            found.append(Sign(code, why, re.compile(rf"(?<!\w)(?:{alternatives})", re.IGNORECASE)))
    return tuple(found)


@lru_cache(maxsize=1)
def shipped_scale() -> Scale:
    """The scale that comes with the package. Raises `ConfigurationError` where its files do not fit together."""
    data = resources.files("triage.tasks.classify").joinpath("data")
    words, weights = data.joinpath(SIGNS_FILE).read_bytes(), data.joinpath(WEIGHTS_FILE).read_bytes()
    told = json.loads(weights)
    if told["signs"] != hashlib.sha256(words).hexdigest():
        raise ConfigurationError(f"{WEIGHTS_FILE} was learnt for another {SIGNS_FILE}; train the severity anew")
    low, normal, high = told["cuts"]
    return Scale(
        read_signs(words.decode("utf-8")), told["weights"], (low, normal, high), hashlib.sha256(weights).hexdigest()
    )
