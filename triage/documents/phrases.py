"""Where labels stand on a document's lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from triage.documents.amounts import currency_of
from triage.documents.labels import Label, field_labels
from triage.documents.meanings import header_labels
from triage.documents.printed import Line
from triage.documents.sheet import Sheet

_LONGEST = 7


@dataclass(frozen=True, slots=True)
class Marked:
    """A label on a line: words `first` to `last`."""

    line: Line
    first: int
    last: int
    labels: tuple[Label, ...]
    leads: bool
    """Nothing stands before it in its segment, or only a mark such as `|`."""

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.line.spots[self.first].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.line.spots[self.last].x1

    def weight(self, field: str) -> float:
        """How well it names a field: 0 where it does not."""
        for label in self.labels:
            if label.field == field:
                return (1.0 if label.strong else 0.5) * (1.0 if self.leads else 0.6)
        return 0.0


def marked(line: Line, table: Mapping[str, tuple[Label, ...]]) -> list[Marked]:
    """Labels on a line from left to right, the longest at each place, none over another."""
    out: list[Marked] = []
    at = 0
    while at < len(line.spots):
        found = _longest(line, at, table) if line.spots[at].key else None
        if found is None:
            at += 1
            continue
        last, labels = found
        out.append(Marked(line, at, last, labels, _leads(line, at, out)))
        at = last + 1
    return out


def _longest(line: Line, at: int, table: Mapping[str, tuple[Label, ...]]) -> tuple[int, tuple[Label, ...]] | None:
    key, best = "", None
    for last in range(at, min(at + _LONGEST, len(line.spots))):
        if last > at and line.segment_of[last] != line.segment_of[last - 1] and not _is_colon(line, last):
            break
        key += line.spots[last].key
        if line.spots[last].key and key in table:
            best = (last, table[key])
        if line.spots[last].text.endswith(":") and key:
            break
    return best


def _is_colon(line: Line, at: int) -> bool:
    return line.spots[at].text == ":"


def _leads(line: Line, at: int, before: list[Marked]) -> bool:
    if at == 0 or line.segment_of[at] != line.segment_of[at - 1]:
        return True
    previous = line.spots[at - 1]
    return not previous.key or previous.text[-1] in ":|·•;,/" or bool(before and before[-1].last == at - 1)


def all_marked(sheet: Sheet) -> dict[int, list[Marked]]:
    """Field labels of every line that has any, by the line's number."""
    table = field_labels()
    found = {line.number: _with_worded(line, marked(line, table)) for line in sheet.lines}
    return {number: marks for number, marks in found.items() if marks}


_MOST_WORDS = 6


def _with_worded(line: Line, exact: list[Marked]) -> list[Marked]:
    """Labels of a line with those that are in no list but understood word by word."""
    out = exact
    for first, last in _label_phrases(line):
        within = [m for m in out if m.first >= first and m.last <= last]
        words = [n for n in range(first, last + 1) if line.spots[n].key]
        if not words or sum(m.last - m.first + 1 for m in within) >= len(words):
            continue
        behind = [n for n in words if n > within[0].last] if within and within[0].first == first else []
        for chosen in (words, behind):
            labels = header_labels(tuple(line.spots[n].text for n in chosen)) if chosen else ()
            if labels:
                out = [m for m in out if m not in within or m.last < chosen[0]]
                out.append(Marked(line, chosen[0], chosen[-1], labels, True))
                break
    return sorted(out, key=lambda m: m.first)


_NUMBER_SIGNS = frozenset({"no", "nr", "n", "num", "number", "nummer", "numero", "numer"})


def _is_letter_of_number(line: Line, at: int) -> bool:
    """Whether a lone capital between a number sign and figures begins the number: `Devis n° D 118`."""
    text = line.spots[at].text
    return len(text) == 1 and text.isupper() and line.spots[at - 1].key in _NUMBER_SIGNS


def _label_phrases(line: Line) -> Iterator[tuple[int, int]]:
    """Words that may be one label: at the start of a segment or behind a value, up to a colon or the next figure."""
    for first, last in line.segments:
        start = first
        for n in range(first, last + 1):
            text = line.spots[n].text
            figure = any(c.isdigit() for c in text) and not text.endswith((":", "%"))
            ends = text.endswith((":", "="))
            if ends or figure or n == last:
                end = n - 1 if figure else n
                while figure and end > start and (currency_of(line.spots[end].text) or _is_letter_of_number(line, end)):
                    end -= 1
                if 0 <= end - start < _MOST_WORDS:
                    yield start, end
                start = n + 1
