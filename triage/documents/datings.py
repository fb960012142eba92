"""When a document was issued, when it must be paid and when its goods are delivered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from triage.documents.choosing import Marks, best_of, early, scaled
from triage.documents.dates import Found, find_dates
from triage.documents.kinds import BUYERS_OWN, titles
from triage.documents.phrases import Marked
from triage.documents.places import Candidate, Place, places, value_of
from triage.documents.printed import Dated, Line, key_of
from triage.documents.sheet import Sheet

_DATE_FILLERS = frozenset(
    {
        "",
        "le",
        "am",
        "den",
        "on",
        "du",
        "de",
        "vom",
        "bis",
        "zum",
        "op",
        "el",
        "il",
        "of",
        "to",
        "by",
        "the",
        "dnia",
        "del",
    }
)

_DATE_LABELS: dict[str, tuple[str, ...]] = {
    "delivery_note": ("delivery_note_date",),
    "order_confirmation": ("confirmation_date", "order_date"),
    "order": ("order_date",),
    "order_change": ("order_date",),
}
"""Further labels that name the issue date of these types of document."""


def issue_date(
    sheet: Sheet, marks: Marks, kind: str, table: frozenset[int], number: Candidate | None = None
) -> Candidate | None:
    """When the document was issued; `number` is its own, behind which the date may stand."""
    found = [*dated_by(sheet, marks, "issue_date"), *_title_dates(sheet, marks, kind), *_behind_number(sheet, number)]
    found += _place_dates(sheet) if sheet.pages else ()
    for name in _DATE_LABELS.get(kind, ()):
        found += [
            scaled(c, 0.5 if name == "order_date" and "confirmation" in kind else 0.9)
            for c in dated_by(sheet, marks, name)
        ]
    found = [c for c in found if c.line not in table]
    return best_of(found, 0.35) or _standalone_date(sheet, marks, table)


def labelled_dates(sheet: Sheet, marks: Marks, name: str) -> tuple[date, ...]:
    """All readings of the date that a label names best, the likelier first."""
    best = best_of(list(dated_by(sheet, marks, name)), 0.35)
    if best is None:
        return ()
    line = sheet.lines[best.line]
    return next((d.found.readings for d in line.dates if best.value in d.found.readings), ())


def delivery_date(sheet: Sheet, marks: Marks, table: frozenset[int]) -> Candidate | None:
    """When it was or will be delivered; dates of single lines are those lines' own."""
    return best_of([c for c in dated_by(sheet, marks, "delivery_date") if c.line not in table], 0.5)


def dated_by(sheet: Sheet, marks: Marks, name: str) -> Iterator[Candidate]:
    """Dates where labels of a name have their value."""
    for on_line in marks.values():
        for mark in on_line:
            weight = mark.weight(name)
            if not weight or (weight < 0.5 and _is_within_words(mark)):
                continue
            others = name == "issue_date" and not _begins_segment(mark) and _has_reference(on_line, mark)
            for place in places(sheet, mark, marks):
                found = _date_at(place, weight * place.weight * early(sheet, place.line) * (0.5 if others else 1.0))
                if found is not None:
                    yield found
                    break


def _begins_segment(mark: Marked) -> bool:
    line = mark.line
    return not mark.first or line.segment_of[mark.first] != line.segment_of[mark.first - 1]


def _has_reference(on_line: list[Marked], mark: Marked) -> bool:
    """`Your order PO 70344 dated 12 March`, `Your order / of`: the date of what is named before it on the line."""
    return any(
        label.field.endswith("_number") and label.field != "number"
        for other in on_line
        if other.last < mark.first
        for label in other.labels
    )


def _is_within_words(mark: Marked) -> bool:
    return not mark.leads


def _date_at(place: Place, score: float) -> Candidate | None:
    line = place.line
    for dated in line.dates:
        if place.first <= dated.first <= place.last:
            between = line.spots[place.first : dated.first]
            if place.below or sum(spot.key not in _DATE_FILLERS for spot in between) <= 1:
                return candidate_of(line, dated.first, dated.last, dated.found, score)
    span = line.span(place.first, min(place.first, place.last))
    compact = find_dates(span.text, line.order, compact=True)
    if compact:
        return candidate_of(line, place.first, place.first, compact[0], score)
    return None


def candidate_of(line: Line, first: int, last: int, found: Found, score: float) -> Candidate:
    """A date as a candidate: labelled where it can be read in one way only, else guessed."""
    sure = found.certain or line.order.sure
    return value_of(line, first, last, found.readings[0], "labelled" if sure else "guessed", score)


_OF = frozenset({"vom", "du", "of", "dated", "del", "van", "zdnia", "dnia", "datum", "date", "from", "le", "on", "z"})


def _title_dates(sheet: Sheet, marks: Marks, kind: str) -> Iterator[Candidate]:
    """`Rechnung Nr. 42 vom 05.06.2026`, or a date at the end of the title's line; another document's counts less."""
    for mark, score in titles(sheet):
        for dated in mark.line.dates:
            if dated.first <= mark.last or score < 0.35:
                continue
            linked = mark.line.spots[dated.first - 1].key in _OF
            if not linked and mark.line.spots[dated.first - 1].text == "/":
                continue
            if linked or dated.last == len(mark.line.spots) - 1:
                other = _OTHERS if _is_others(mark, dated, marks, kind) else 1.0
                points = other * (0.85 if linked else 0.55) * (1.0 if score > 0.5 else 0.8)
                yield candidate_of(mark.line, dated.first, dated.last, dated.found, points)
                break


_OTHERS = 0.6
"""Of the points of a date that belongs to the order which the document answers."""


def _is_others(title: Marked, dated: Dated, marks: Marks, kind: str) -> bool:
    """Whether a date is that of the order which the document answers: `Ihre Bestellung 4711 vom 3. Mai`.

    Not where the document's own number stands between them.
    """
    if kind in BUYERS_OWN or any(label.field == kind for label in title.labels):
        return False
    on_line = marks.get(title.line.number, [])
    own = [m for m in on_line if title.last < m.first < dated.first and any(x.field == "number" for x in m.labels)]
    within = [m for m in on_line if m.first <= title.first <= m.last]
    named = {label.field for m in within for label in m.labels if label.strong}
    return not own and bool(named & {"order_number", "order_date"})


def _behind_number(sheet: Sheet, number: Candidate | None) -> Iterator[Candidate]:
    """`N° VT0026774 du 30/03/26`: the date that a word links to the document's own number."""
    if number is None:
        return
    line = sheet.lines[number.line]
    end = key_of(str(number.value))
    for dated in line.dates:
        if dated.first > 1 and line.spots[dated.first - 1].key in _OF and end.endswith(line.spots[dated.first - 2].key):
            yield candidate_of(line, dated.first, dated.last, dated.found, 0.85)


def _place_dates(sheet: Sheet) -> Iterator[Candidate]:
    """`Hasle-Rüegsau, den:   19.4.2026`: a date behind a place, perhaps with a gap between them."""
    for line in sheet.by_page[sheet.pages[0].number]:
        for dated in line.dates:
            before = line.spots[: dated.first]
            if len(before) < 2 or before[-1].key not in _ON or not before[-2].text.endswith(","):
                continue
            first = next(a for a, b in line.segments if a <= dated.first - 1 <= b)
            place = line.spots[first : dated.first - 1]
            if len(place) <= 3 and place[0].text[:1].isupper() and not any(c.isdigit() for s in place for c in s.text):
                yield candidate_of(line, dated.first, dated.last, dated.found, 0.6)


_ON = frozenset({"den", "le", "il", "li", "dnia", "op", "el", "a", "on", "the"})


def _standalone_date(sheet: Sheet, marks: Marks, table: frozenset[int]) -> Candidate | None:
    """A date that stands alone, or behind a place (`Rotterdam, 4 March 2026`), high on the first page."""
    if not sheet.pages:
        return None
    height = sheet.pages[0].height
    others = _claimed(sheet, marks)
    for line in sheet.by_page[sheet.pages[0].number]:
        if line.top > 0.5 * height or line.number in table:
            continue
        claimed = any(label.field.endswith("_date") for m in marks.get(line.number, []) for label in m.labels)
        if claimed:
            continue
        for dated in line.dates:
            first, last = next((a, b) for a, b in line.segments if a <= dated.first <= b)
            if (line.number, dated.first) in others or (first and not _is_far(line, first)):
                continue
            if last <= dated.last and dated.first - first <= 2:
                return candidate_of(line, dated.first, dated.last, dated.found, 0.36)
    return None


_LABEL_REACH = 25


def _is_far(line: Line, first: int) -> bool:
    """Whether what stands before a word on its line is too far away to be its label."""
    gap = (line.spots[first].x0 - line.spots[first - 1].x1) / line.height
    before = next((a, b) for a, b in line.segments if a <= first - 1 <= b)
    text = line.span(*before).text
    return gap > _LABEL_REACH or (gap > 3 and (before[1] - before[0] > 3 or any(c.isdigit() for c in text)))


def _claimed(sheet: Sheet, marks: Marks) -> set[tuple[int, int]]:
    """Dates that stand where a label of another date has its value: line and first word."""
    found = set()
    for on_line in marks.values():
        for mark in on_line:
            if not any(label.field.endswith("_date") and label.strong for label in mark.labels):
                continue
            for place in places(sheet, mark, marks):
                inside = [d for d in place.line.dates if place.first <= d.first <= place.last]
                if inside:
                    found.add((place.line.number, inside[0].first))
                    break
    return found


def as_date(candidate: Candidate | None) -> date | None:
    """A candidate's value where it is a date."""
    return candidate.value if candidate is not None and isinstance(candidate.value, date) else None
