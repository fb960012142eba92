"""What in a text may be a number of some record, in the spellings in which Odoo may hold it.

Generous on purpose: this only decides what is looked up. What is found is judged by `triage.odoo.link`, exactly.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from triage.odoo.numbers import CUE

_TOKEN = re.compile(r"[^\W_]+")
_PIECES = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = re.compile(r"[-/_. ]{1,2}")
_SEPARATORS = ("", "-", "/", " ", ".", "_")
_MOST_TOKENS = 8
_MOST_NUMBERS = 400
_LONGEST_WORD = 12
_LONG = 8
"""Letters and digits from which on a part of a field is worth looking for: parcels of one transfer share a field."""


@dataclass(frozen=True)
class Written:
    """Something that may be a number, as it was written, with dashes and spaces made plain."""

    text: str
    tokens: tuple[str, ...]

    @property
    def joined(self) -> str:
        """Without spaces and separators."""
        return "".join(self.tokens)

    def spellings(self) -> Iterator[str]:
        """The same number with other separators and in other letter case."""
        forms = [self.text, self.joined]
        for pieces in (self.tokens, tuple(_PIECES.findall(self.joined))):
            forms += [separator.join(pieces) for separator in _SEPARATORS] if len(pieces) > 1 else []
        for form in dict.fromkeys(forms):
            yield from (form, form.upper(), form.lower())

    def pattern(self) -> str | None:
        """For `=ilike`, with any single separator; none where `spellings` has them all."""
        return "_".join(self.tokens) if len(self.tokens) > 2 else None


def numbers_written(texts: Iterable[str]) -> list[Written]:
    """What may be a number in some texts, the most important text first; at most a few hundred."""
    found: dict[str, Written] = {}
    for text in texts:
        for written in _written(_plain(text)):
            found.setdefault(written.text.casefold(), written)
            if len(found) >= _MOST_NUMBERS:
                return list(found.values())
    return list(found.values())


def spelled(numbers: Iterable[Written]) -> list[str]:
    """All spellings of some numbers, each once."""
    return list(dict.fromkeys(form for number in numbers for form in number.spellings()))


def long_ones(numbers: Iterable[Written]) -> list[str]:
    """What may be one of several numbers in a field, joined, the longest first."""
    found = {number.joined for number in numbers if len(number.joined) >= _LONG}
    return sorted(found, key=lambda text: (-len(text), text))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    text = re.sub("[\u2010-\u2015\u2212]", "-", text)
    return "".join(character for character in text if unicodedata.category(character) != "Cf")


def _written(text: str) -> Iterator[Written]:
    spans = list(_TOKEN.finditer(text))
    for start in range(len(spans)):
        for stop in range(start, min(start + _MOST_TOKENS, len(spans))):
            if stop > start and not _goes_on(text[spans[stop - 1].end() : spans[stop].start()], spans[stop].group()):
                break
            here = spans[start : stop + 1]
            made = Written(text[here[0].start() : here[-1].end()], tuple(span.group() for span in here))
            if _may_be_number(made, text[max(0, here[0].start() - 40) : here[0].start()]):
                yield made


def _goes_on(between: str, token: str) -> bool:
    """Whether a number may go on with this token: behind a space only with digits, or letters such as `A`."""
    if not _BETWEEN.fullmatch(between):
        return False
    return not (between.isspace() and token.isalpha()) or (len(token) <= 2 and token.isupper())


def _may_be_number(made: Written, before: str) -> bool:
    """Three digits, or letters, or a word such as `order` before it; no sentence."""
    digits = sum(character.isdigit() for character in made.joined)
    words = [token for token in made.tokens if token.isalpha()]
    if digits == 0 or any(len(word) > _LONGEST_WORD for word in words):
        return False
    return digits >= 3 or bool(words) or CUE.search(before) is not None
