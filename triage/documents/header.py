"""Header fields that stand beside their labels: numbers, references, dates, currency, IBAN."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from triage.documents.amounts import CURRENCY_SIGNS, currency_of
from triage.documents.dates import Found, find_dates
from triage.documents.ids import find_ibans, find_misprinted_ibans, is_reference
from triage.documents.kinds import BUYERS_OWN, titles
from triage.documents.labels import party_labels
from triage.documents.phrases import Marked
from triage.documents.places import Candidate, Place, places, value_of
from triage.documents.sheet import Line, Sheet, key_of

_NUMBER_LABELS: dict[str, tuple[str, ...]] = {
    "order_confirmation": ("confirmation_number", "number"),
    "delivery_note": ("delivery_number", "number"),
    "quotation": ("quotation_number", "number"),
    "order": ("order_number", "number"),
    "order_change": ("change_number", "order_number", "number"),
}
"""Which labels name the number of which type of document; others use `number` alone."""

_FILLERS = frozenset({"", "no", "nr", "number", "nummer", "numero", "n", "num", "numer", "id", "ref", "is"})
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
_OTHERS_OWN = re.compile(r"(your|ihre?|votre|uw|su|vostr[oa]|vs|buyers?|kunden?|customers?|clients?|klant|cliente)$")

Marks = dict[int, list[Marked]]


def document_number(
    sheet: Sheet, marks: Marks, kind: str, item_lines: frozenset[int] = frozenset()
) -> Candidate | None:
    """The document's own number. References on item lines are the items' own."""
    names = _NUMBER_LABELS.get(kind, ("number",))
    found = list(_title_numbers(sheet, kind))
    for rank, name in enumerate(names):
        own = 1.5 if kind in BUYERS_OWN and name == "order_number" else 1.0
        for c in _references(sheet, marks, name):
            found.append(_scaled(c, (own if c.score <= 0.5 else 1.0) * (1.0 - 0.25 * rank)))
    found = [c for c in found if c.line not in item_lines]
    return _best(found, 0.4) or _large_reference(sheet)


def _large_reference(sheet: Sheet) -> Candidate | None:
    """A number that stands alone in large letters high on the first page."""
    first = sheet.by_page[sheet.pages[0].number]
    sizes = sorted(spot.height for line in first for spot in line.spots)
    for line in first:
        for a, b in line.segments:
            spot = line.spots[a]
            large = spot.height > 1.3 * sizes[len(sizes) // 2] and line.top < 0.45 * sheet.pages[0].height
            if a == b and large and is_reference(spot.text) and any(c.isalpha() for c in spot.text):
                return value_of(line, a, a, spot.text.strip("#:,;()[]"), "guessed", 0.45)
    return None


def order_reference(sheet: Sheet, marks: Marks, kind: str, number: Candidate | None) -> Candidate | None:
    """The buyer's order that the document refers to; for an order its own number."""
    found = [c for c in _references(sheet, marks, "order_number") if c.score >= 0.3]
    if kind not in BUYERS_OWN and number is not None:
        found = [c for c in found if c.value != number.value]
    return _best(found, 0.4)


def _party_lines(sheet: Sheet) -> frozenset[int]:
    """Lines under a party's label that stands alone: `Nummer:` there is the party's."""
    found: set[int] = set()
    for line in sheet.lines:
        heads = [
            a for a, b in line.segments if key_of("".join(s.text for s in line.spots[a : b + 1])) in party_labels()
        ]
        if not heads:
            continue
        above = line
        for under in sheet.below(line, 8, 16 * line.height):
            if under.top - above.bottom > 1.4 * line.height:
                break
            found.add(under.number)
            above = under
    return frozenset(found)


def _references(sheet: Sheet, marks: Marks, name: str) -> Iterator[Candidate]:
    parties = _party_lines(sheet) if name == "number" else frozenset()
    for on_line in marks.values():
        for mark in on_line:
            weight = mark.weight(name)
            if not weight or (weight <= 0.5 and mark.line.number in parties):
                continue
            for place in places(sheet, mark, marks):
                found = _reference_at(place, weight * place.weight * _early(sheet, place.line))
                if found is not None:
                    yield found
                    break
                if not place.below and _is_text(place):
                    break


def _is_text(place: Place) -> bool:
    """Whether running text follows the label: then the value is not under it."""
    adjacent = place.line.segment_of[place.first] == place.line.segment_of[max(place.first - 1, 0)]
    return adjacent and place.first > 0 and place.last - place.first > 3


def _reference_at(place: Place, score: float) -> Candidate | None:
    line, at = place.line, place.first
    while at <= place.last and line.spots[at].key in _FILLERS and not line.spots[at].key.isdigit():
        at += 1
    if at > place.last or at - place.first > 2:
        return None
    text = line.spots[at].text
    if any(dated.first <= at <= dated.last for dated in line.dates):
        return None
    last = _end_of_reference(line, at, place.last)
    if not any(is_reference(spot.text) for spot in line.spots[at : last + 1]):
        return None
    if place.below and last == at and not _stands_alone(line, at) and text.isdigit():
        return None
    if place.below and last - at == 0 and len(line.spots[last].key) < 2:
        return None
    value = " ".join(spot.text for spot in line.spots[at : last + 1]).strip("#:,;()[]").rstrip(".")
    return value_of(line, at, last, value, "labelled", score)


def _end_of_reference(line: Line, at: int, end: int) -> int:
    """The last word of a number that may be printed in groups: `BL 118 402`, `RE 0412`."""
    if not re.fullmatch(r"[A-Z]{1,4}", line.spots[at].text):
        return at
    last = at
    while last < min(end, at + 4) and line.segment_of[last + 1] == line.segment_of[at]:
        text = line.spots[last + 1].text
        if not (last == at and is_reference(text)) and not re.fullmatch(r"\d{2,4}", text):
            break
        last += 1
        if not text.isdigit():
            break
    return last


def _begins_reference(line: Line, at: int) -> bool:
    """Whether a number begins at a word, perhaps with its letters in front."""
    last = _end_of_reference(line, at, len(line.spots) - 1)
    return any(is_reference(spot.text) for spot in line.spots[at : last + 1])


def _title_numbers(sheet: Sheet, kind: str) -> Iterator[Candidate]:
    """`Rechnung (380) Nr. 471102`, `Invoice INV/2026/0042`: a number in the title's own line."""
    for mark, score in titles(sheet):
        if score < 0.4 or kind not in {label.field for label in mark.labels}:
            continue
        at = _after_title(mark)
        if at is None or not _begins_reference(mark.line, at):
            at = _behind_number_word(mark)
        if at is not None and _begins_reference(mark.line, at):
            place = Place(mark.line, at, _end_of_reference(mark.line, at, len(mark.line.spots) - 1), 1.0, False)
            found = _reference_at(place, 0.6 + 0.4 * min(score, 1.0))
            if found is not None:
                yield found


def _after_title(mark: Marked) -> int | None:
    """The word where a title's number would stand: behind a remark in brackets and `Nr.`."""
    line, at = mark.line, mark.last + 1
    while at < len(line.spots) and line.segment_of[at] == line.segment_of[mark.last]:
        spot = line.spots[at]
        bracketed = spot.text.startswith("(") and spot.text.endswith(")")
        if not bracketed and spot.key not in _FILLERS and spot.text not in {"–", "-", "/"}:
            return at
        at += 1
    return at if at < len(line.spots) and at == mark.last + 1 and _stands_alone(line, at) else None


def _stands_alone(line: Line, at: int) -> bool:
    """Whether nothing but numbers follows in the segment: a house number or postal code is followed by words."""
    last = next(b for a, b in line.segments if a <= at <= b)
    return not any(c.isalpha() for spot in line.spots[at + 1 : last + 1] for c in spot.text)


_DATE_LABELS: dict[str, tuple[str, ...]] = {
    "delivery_note": ("delivery_note_date",),
    "order_confirmation": ("confirmation_date", "order_date"),
    "order": ("order_date",),
    "order_change": ("order_date",),
}
"""Further labels that name the issue date of these types of document."""


def _behind_number_word(mark: Marked) -> int | None:
    """`Rechnung des Versicherers (575) Nr. 42`: the word behind `Nr.` further along the title's line."""
    spots = mark.line.spots
    for n in range(mark.last + 1, min(mark.last + 9, len(spots) - 1)):
        if spots[n].key in {"nr", "no", "n", "number", "nummer", "numero", "numer"}:
            return n + 1
    return None


def issue_date(sheet: Sheet, marks: Marks, kind: str, table: frozenset[int]) -> Candidate | None:
    """When the document was issued."""
    found = [*_dated(sheet, marks, "issue_date"), *_title_dates(sheet)]
    for name in _DATE_LABELS.get(kind, ()):
        found += [
            _scaled(c, 0.5 if name == "order_date" and "confirmation" in kind else 0.9)
            for c in _dated(sheet, marks, name)
        ]
    found = [c for c in found if c.line not in table]
    return _best(found, 0.35) or _standalone_date(sheet, marks, table)


def labelled_dates(sheet: Sheet, marks: Marks, name: str) -> tuple[date, ...]:
    """All readings of the date that a label names best, the likelier first."""
    best = _best(list(_dated(sheet, marks, name)), 0.35)
    if best is None:
        return ()
    line = sheet.lines[best.line]
    return next((d.found.readings for d in line.dates if best.value in d.found.readings), ())


def due_date(sheet: Sheet, marks: Marks, issued: Candidate | None) -> Candidate | None:
    """By when it must be paid; a day before the issue is taken only from a strong label."""
    found = [*_dated(sheet, marks, "due_date"), *_due_behind(sheet), *_due_in_sentences(sheet)]
    if issued is not None:
        found = [c for c in found if c.value >= issued.value or c.score > 0.8]  # type: ignore[operator]
    return _best(found, 0.35)


def delivery_date(sheet: Sheet, marks: Marks, table: frozenset[int]) -> Candidate | None:
    """When it was or will be delivered; dates of single lines are those lines' own."""
    return _best([c for c in _dated(sheet, marks, "delivery_date") if c.line not in table], 0.5)


def _dated(sheet: Sheet, marks: Marks, name: str) -> Iterator[Candidate]:
    for on_line in marks.values():
        for mark in on_line:
            weight = mark.weight(name)
            if not weight or (weight < 0.5 and _is_within_words(mark)):
                continue
            for place in places(sheet, mark, marks):
                found = _date_at(place, weight * place.weight * _early(sheet, place.line))
                if found is not None:
                    yield found
                    break


def _is_within_words(mark: Marked) -> bool:
    return not mark.leads


def _date_at(place: Place, score: float) -> Candidate | None:
    line = place.line
    for dated in line.dates:
        if place.first <= dated.first <= place.last:
            between = line.spots[place.first : dated.first]
            if place.below or sum(spot.key not in _DATE_FILLERS for spot in between) <= 1:
                return _of_date(line, dated.first, dated.last, dated.found, score)
    span = line.span(place.first, min(place.first, place.last))
    compact = find_dates(span.text, line.order, compact=True)
    if compact:
        return _of_date(line, place.first, place.first, compact[0], score)
    return None


def _of_date(line: Line, first: int, last: int, found: Found, score: float) -> Candidate:
    sure = found.certain or line.order.sure
    return value_of(line, first, last, found.readings[0], "labelled" if sure else "guessed", score)


_OF = frozenset({"vom", "du", "of", "dated", "del", "van", "zdnia", "dnia", "datum", "date", "from", "le", "on", "z"})


def _title_dates(sheet: Sheet) -> Iterator[Candidate]:
    """`Rechnung Nr. 42 vom 05.06.2026`, or a date at the end of the title's line."""
    for mark, score in titles(sheet):
        for dated in mark.line.dates:
            if dated.first <= mark.last or score < 0.35:
                continue
            linked = mark.line.spots[dated.first - 1].key in _OF
            if linked or dated.last == len(mark.line.spots) - 1:
                points = (0.85 if linked else 0.55) * (1.0 if score > 0.5 else 0.8)
                yield _of_date(mark.line, dated.first, dated.last, dated.found, points)
                break


def _standalone_date(sheet: Sheet, marks: Marks, table: frozenset[int]) -> Candidate | None:
    """A date that stands alone, or behind a place (`Rotterdam, 4 March 2026`), high on the first page."""
    if not sheet.pages:
        return None
    height = sheet.pages[0].height
    for line in sheet.by_page[sheet.pages[0].number]:
        if line.top > 0.5 * height or line.number in table:
            continue
        claimed = any(label.field.endswith("_date") for m in marks.get(line.number, []) for label in m.labels)
        if claimed:
            continue
        for dated in line.dates:
            first, last = next((a, b) for a, b in line.segments if a <= dated.first <= b)
            if last <= dated.last and dated.first - first <= 2:
                return _of_date(line, dated.first, dated.last, dated.found, 0.36)
    return None


def _due_behind(sheet: Sheet) -> Iterator[Candidate]:
    """`am 06.12.2026 fällig`, `04/04/2026 due`: the date before the word, perhaps on the line above."""
    for line in sheet.lines:
        for n, spot in enumerate(line.spots):
            if spot.key not in {"fallig", "due", "vencimiento", "verschuldigd", "eingezogen", "abgebucht"}:
                continue
            before = [dated for dated in line.dates if dated.last == n - 1]
            if before:
                yield _of_date(line, before[0].first, before[0].last, before[0].found, 0.6)
            elif n == 0 and line.number:
                above = sheet.lines[line.number - 1]
                ending = [dated for dated in above.dates if dated.last == len(above.spots) - 1]
                if ending:
                    yield _of_date(above, ending[0].first, ending[0].last, ending[0].found, 0.6)


_PAY = re.compile(
    r"überweis|zahl|begleich|\bpay|\brégl|\bpaye|\bverser|betal|voldoen|overmaken|\bpagar|\babonar|pagament|bonific|"
    r"płatn|zapłac|przelew",
    re.I,
)
_UNTIL = frozenset(
    {
        *("bis", "zum", "spatestens", "by", "before", "avant", "le", "voor", "uiterlijk", "op"),
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
            if before and before[-1].key in _UNTIL and not _REDUCED.search(earlier):
                yield _of_date(line, dated.first, dated.last, dated.found, 0.6)
                break


def currency(sheet: Sheet, marks: Marks) -> Candidate | None:
    """The document's currency: named by a label, else the sign most amounts carry, else a code on the page."""
    named = list(_named_currencies(sheet, marks))
    if named:
        return max(named, key=lambda c: c.score)
    signs = _currency_signs(sheet)
    if not signs:
        return None
    votes = Counter(str(c.value) for c in signs)
    winner = votes.most_common(1)[0][0]
    return next(c for c in signs if c.value == winner)


def _named_currencies(sheet: Sheet, marks: Marks) -> Iterator[Candidate]:
    for on_line in marks.values():
        for mark in on_line:
            weight = mark.weight("currency")
            if not weight:
                continue
            for place in places(sheet, mark, marks):
                code = currency_of(place.line.spots[place.first].text)
                if code:
                    yield value_of(place.line, place.first, place.first, code, "labelled", weight * place.weight)
                    break


def _currency_signs(sheet: Sheet) -> list[Candidate]:
    """Signs beside numbers (three votes' worth each), and codes standing anywhere."""
    beside: list[Candidate] = []
    alone: list[Candidate] = []
    for line in sheet.lines:
        for number in line.numbers:
            if number.amount.currency:
                at = next(
                    (n for n in range(number.first, number.last + 1) if _carries_sign(line.spots[n].text)),
                    number.first,
                )
                beside.append(value_of(line, at, at, number.amount.currency, "labelled", 0.8))
        for n, spot in enumerate(line.spots):
            text = spot.text.strip("()[]:;,./")
            known = CURRENCY_SIGNS.get(text.lower())
            if known and (text.isupper() or not text.isalpha() or text.lower() in {"euro", "euros"}) and len(text) != 2:
                alone.append(value_of(line, n, n, known, "guessed", 0.5))
            elif match := re.search(r"[(/\[ ]?([€£₹]|EUR|USD|GBP|CHF|PLN)\)?\]?$", spot.text):
                alone.append(value_of(line, n, n, CURRENCY_SIGNS[match[1].lower()], "guessed", 0.4))
    return beside or alone


def _carries_sign(text: str) -> bool:
    letters = re.sub(r"[\d.,'’()+−–-]", "", text).lower()
    return letters in CURRENCY_SIGNS or letters + "." in CURRENCY_SIGNS


def iban(sheet: Sheet, marks: Marks) -> Candidate | None:
    """The account to pay to. An account that money is taken from is left out."""
    found: list[Candidate] = []
    for line in sheet.lines:
        if _is_debited(line):
            continue
        labelled = [m for m in marks.get(line.number, []) if m.weight("iban")]
        starts = [line.starts[m.last] for m in labelled]
        for one in find_ibans(line.text, labelled=bool(labelled)):
            near = any(0 <= one.start - start < 40 for start in starts)
            if not one.valid and not near:
                continue
            first, last = line.indexes(one.start, one.end)
            score = 0.6 * one.valid + 0.4 * near
            found.append(value_of(line, first, last, one.value, "proved" if one.valid else "labelled", score))
    found += _ibans_below(sheet, marks)
    found += _misprinted_ibans(sheet)
    return max(found, key=lambda c: c.score) if found else None


def _misprinted_ibans(sheet: Sheet) -> Iterator[Candidate]:
    """Account numbers of an IBAN's shape near the word or a bank code, although their check digits do not fit."""
    for line in sheet.lines:
        around = (sheet.lines[line.number - 1].text if line.number else "") + " " + line.text
        if _is_debited(line) or not re.search(
            r"\b(iban|bic|swift|bankverbindung|konto|compte|rekening)\b", around, re.I
        ):
            continue
        for one in find_misprinted_ibans(line.text):
            first, last = line.indexes(one.start, one.end)
            yield value_of(line, first, last, one.value, "guessed", 0.3)


def _ibans_below(sheet: Sheet, marks: Marks) -> Iterator[Candidate]:
    for on_line in marks.values():
        for mark in on_line:
            if not mark.weight("iban"):
                continue
            for place in places(sheet, mark, marks):
                text = place.line.span(place.first, place.last).text
                for one in find_ibans(text, labelled=True)[:1]:
                    if place.below and one.start < 3 and not _is_debited(place.line):
                        at = place.line.starts[place.first]
                        first, last = place.line.indexes(at + one.start, at + one.end)
                        support = "proved" if one.valid else "labelled"
                        yield value_of(place.line, first, last, one.value, support, 0.4 + 0.5 * one.valid)  # type: ignore[arg-type]


_DEBITED = re.compile(
    r"abgebucht|abbuchen|eingezogen|einziehen|von ihrem konto|prélevé|votre compte|your account|uw rekening|su cuenta|"
    r"vostro conto|obciąż|will be debited|wordt afgeschreven|mandat",
    re.I,
)


def _is_debited(line: Line) -> bool:
    return bool(_DEBITED.search(line.text))


def _early(sheet: Sheet, line: Line) -> float:
    """Header fields stand on the first page, mostly in its upper half."""
    if line.page != sheet.pages[0].number:
        return 0.8
    return 1.0 if line.top < 0.6 * sheet.pages[0].height else 0.92


def _scaled(candidate: Candidate, factor: float) -> Candidate:
    return Candidate(candidate.value, candidate.found, candidate.score * factor, candidate.support, candidate.line)


def _best(found: list[Candidate], least: float) -> Candidate | None:
    """The best supported value: equal values add a little to each other; ties go to the first."""
    if not found:
        return None
    agreeing = Counter(str(c.value) for c in found)
    best = max(found, key=lambda c: c.score + 0.03 * min(agreeing[str(c.value)], 4) - 0.0001 * c.line)
    return best if best.score >= least else None


def as_date(candidate: Candidate | None) -> date | None:
    """A candidate's value where it is a date."""
    return candidate.value if candidate is not None and isinstance(candidate.value, date) else None
