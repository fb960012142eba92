"""By when a document must be paid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.documents.choosing import Marks, best_of
from triage.documents.datings import candidate_of, dated_by
from triage.documents.places import Candidate
from triage.documents.sheet import Sheet


def due_date(sheet: Sheet, marks: Marks, issued: Candidate | None) -> Candidate | None:
    """By when it must be paid; a day before the issue is taken only from a strong label."""
    found = [*dated_by(sheet, marks, "due_date"), *_due_behind(sheet), *_due_in_sentences(sheet)]
    found = [_full(sheet, c) for c in found]
    if issued is not None:
        found = [c for c in found if c.value >= issued.value or c.score > 0.8]  # type: ignore[operator]
    return best_of(found, 0.35)


def _full(sheet: Sheet, candidate: Candidate) -> Candidate:
    """The day for the whole amount, where the one found is that for paying less a cash discount."""
    line = sheet.lines[candidate.line]
    dates = [d for d in line.dates if candidate.value in d.found.readings]
    if not dates:
        return candidate
    later = [d for d in line.dates if d.first > dates[0].last]
    after = line.span(dates[0].last, later[0].first if later else len(line.spots) - 1).text
    if not _REDUCED.search(re.split(r"[,;]\s", after)[0]):
        return candidate
    if later:
        return candidate_of(line, later[0].first, later[0].last, later[0].found, candidate.score)
    following = sheet.lines[line.number + 1 : line.number + 2]
    if following and following[0].dates and following[0].page == line.page and not _REDUCED.search(following[0].text):
        on = following[0].dates[0]
        return candidate_of(following[0], on.first, on.last, on.found, candidate.score)
    return candidate


def _due_behind(sheet: Sheet) -> Iterator[Candidate]:
    """`am 06.12.2026 fällig`, `04/04/2026 due`: the date before the word, perhaps on the line above."""
    for line in sheet.lines:
        for n, spot in enumerate(line.spots):
            if spot.key not in {"fallig", "due", "vencimiento", "verschuldigd", "eingezogen", "abgebucht"}:
                continue
            before = [dated for dated in line.dates if dated.last == n - 1]
            if before:
                yield candidate_of(line, before[0].first, before[0].last, before[0].found, 0.6)
            elif n == 0 and line.number:
                above = sheet.lines[line.number - 1]
                ending = [dated for dated in above.dates if dated.last == len(above.spots) - 1]
                if ending:
                    yield candidate_of(above, ending[0].first, ending[0].last, ending[0].found, 0.6)


_PAY = re.compile(
    r"überweis|zahl|begleich|\bpay|\br[éè]gl|\bpaye|\bverser|betal|voldoen|overmaken|\bpagar|\babonar|pagament|bonific|"
    r"płatn|zapłac|przelew",
    re.I,
)

_UNTIL = frozenset(
    {
        *("bis", "zum", "spatestens", "by", "before", "avant", "le", "au", "voor", "uiterlijk", "op"),
        *("del", "el", "entro", "il", "do", "dnia"),
    }
)

_REDUCED = re.compile(r"skonto|discount|escompte|korting|descuento|sconto|rabat", re.I)


def _due_in_sentences(sheet: Sheet) -> Iterator[Candidate]:
    """`Bitte überweisen Sie den Betrag bis zum 26.03.2026`: a date behind `until` in a line about paying."""
    for line in sheet.lines:
        if not _PAY.search(line.text):
            continue
        for dated in line.dates:
            before = line.spots[max(0, dated.first - 2) : dated.first]
            earlier = line.span(max(0, dated.first - 9), dated.first).text
            until = before and (before[-1].key in _UNTIL or (before[-1].key == "am" and before[0].key in _UNTIL))
            if until and not _REDUCED.search(earlier):
                yield candidate_of(line, dated.first, dated.last, dated.found, 0.6)
                break
