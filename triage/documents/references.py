"""Numbers that documents are known by: their own, and that of the order they refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.documents.choosing import Marks, best_of, early, scaled
from triage.documents.ids import is_reference, vat_is_valid
from triage.documents.kinds import BUYERS_OWN, titles
from triage.documents.labels import field_labels, party_labels, title_labels
from triage.documents.meanings import header_labels
from triage.documents.phrases import Marked, marked
from triage.documents.places import Candidate, Place, places, value_of
from triage.documents.printed import Line, key_of
from triage.documents.sheet import Sheet
from triage.documents.wording import classes_of

_NUMBER_LABELS: dict[str, tuple[str, ...]] = {
    "order_confirmation": ("confirmation_number", "number"),
    "delivery_note": ("delivery_number", "number"),
    "quotation": ("quotation_number", "number"),
    "order": ("order_number", "number"),
    "order_change": ("change_number", "order_number", "number"),
}
"""Which labels name the number of which type of document; others use `number` alone."""

_FILLERS = frozenset({"", "no", "nr", "number", "nummer", "numero", "n", "num", "numer", "id", "ref", "is"})


_LEAST = 0.25
"""Of a number behind a weak label, such as `Numéro`, on a document whose own label would be another."""


def document_number(
    sheet: Sheet, marks: Marks, kind: str, item_lines: frozenset[int] = frozenset()
) -> Candidate | None:
    """The document's own number. References on item lines are the items' own."""
    names = _NUMBER_LABELS.get(kind, ("number",))
    found = list(_title_numbers(sheet, kind))
    for rank, name in enumerate(names):
        own = 1.5 if kind in BUYERS_OWN and name == "order_number" else 1.0
        for c in _references(sheet, marks, name):
            found.append(scaled(c, (own if c.score <= 0.5 else 1.0) * (1.0 - 0.25 * rank)))
    if kind == "order_confirmation":
        found += _own_orders(sheet, marks)
    found = [c for c in found if c.line not in item_lines]
    return best_of(found, _LEAST) or _large_reference(sheet)


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
    theirs = _is_told_apart(marks)
    found = [c for c in _references(sheet, marks, "order_number", 0.75 if theirs else 1.0) if c.score >= 0.3]
    if kind not in BUYERS_OWN and number is not None:
        found = [c for c in found if c.value != number.value]
    return best_of(found, 0.4)


def _party_lines(sheet: Sheet) -> dict[int, list[tuple[float, float]]]:
    """Where on lines something stands under a party's label that stands alone: `Nummer:` there is the party's."""
    found: dict[int, list[tuple[float, float]]] = {}
    for line in sheet.lines:
        heads = [
            (line.spots[a].x0, line.spots[b].x1)
            for a, b in line.segments
            if key_of("".join(s.text for s in line.spots[a : b + 1])) in party_labels()
        ]
        if not heads:
            continue
        above = line
        for under in sheet.below(line, 8, 16 * line.height):
            if under.top - above.bottom > 1.4 * line.height:
                break
            found.setdefault(under.number, []).extend(heads)
            above = under
    return found


def _is_title(mark: Marked) -> bool:
    return "".join(s.key for s in mark.line.spots[mark.first : mark.last + 1]) in title_labels()


def _is_near(mark: Marked, place: Place) -> bool:
    """Whether a value stands in the title's own segment, or alone in the next one."""
    line = mark.line
    return line.segment_of[place.first] == line.segment_of[mark.last] or stands_alone(line, place.first)


def _is_po_box(mark: Marked) -> bool:
    after = mark.last + 1
    return after < len(mark.line.spots) and mark.line.spots[after].key == "box"


def _with_letters(line: Line, at: int) -> int:
    """Where a number begins whose letters read as a label themselves: `Your order ref   PO 70318`."""
    before = at - 1
    if before < 1 or line.spots[before].key not in _LETTERS or line.spots[before].text.endswith(":"):
        return at
    near = line.segment_of[before] == line.segment_of[at]
    behind_label = any(m.last == before - 1 and m.weight("order_number") for m in marked(line, field_labels()))
    worded = header_labels(tuple(s.text for s in line.spots[max(0, before - 4) : before] if s.key))
    named = behind_label or any(label.field == "order_number" for label in worded)
    return before if near and named else at


_LETTERS = frozenset({"po", "bc", "cde", "oc", "of", "bo"})
"""Letters of order numbers that are labels as well."""


def _is_in_party(mark: Marked, parties: dict[int, list[tuple[float, float]]]) -> bool:
    slack = 2 * mark.line.height
    return any(x0 - slack < mark.x0 < x1 + slack for x0, x1 in parties.get(mark.line.number, ()))


def _is_told_apart(marks: Marks) -> bool:
    """Whether a label says that an order is the buyer's: others are the supplier's own then."""
    return any(m.weight("order_number") and _is_theirs(m) for on_line in marks.values() for m in on_line)


def _is_theirs(mark: Marked) -> bool:
    words = [s.text for s in mark.line.spots[mark.first : mark.last + 1]]
    return any(classes_of(word) & {"yours", "customer"} for word in words)


def _own_orders(sheet: Sheet, marks: Marks) -> Iterator[Candidate]:
    """Order numbers on a confirmation that names the buyer's order elsewhere: `Pedido nº`, beside `Su pedido`."""
    if not _is_told_apart(marks):
        return
    others = {n: [m for m in on_line if not _is_theirs(m)] for n, on_line in marks.items()}
    for candidate in _references(sheet, others, "order_number"):
        yield scaled(candidate, 0.6)


def _references(sheet: Sheet, marks: Marks, name: str, others: float = 1.0) -> Iterator[Candidate]:
    """Values of labels of a name; `others` scales those of orders that are not called the buyer's."""
    parties = _party_lines(sheet) if name == "number" else {}
    for on_line in marks.values():
        for mark in on_line:
            weight = 0.0 if _is_po_box(mark) else mark.weight(name)
            weight *= others if others != 1.0 and not _is_theirs(mark) else 1.0
            if not weight or (weight <= 0.5 and _is_in_party(mark, parties)):
                continue
            for place in places(sheet, mark, marks):
                if weight <= 0.5 and _is_title(mark) and not place.below and not _is_near(mark, place):
                    continue
                found = _reference_at(place, weight * place.weight * early(sheet, place.line))
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
    if at > place.last or at - place.first > 2 or any(dated.first <= at <= dated.last for dated in line.dates):
        return None
    text = line.spots[at].text
    last = end_of_reference(line, at, place.last)
    at = _with_letters(line, at)
    if not any(is_reference(spot.text) for spot in line.spots[at : last + 1]):
        return None
    if place.below and last == at and not stands_alone(line, at) and text.isdigit():
        return None
    if place.below and last - at == 0 and len(line.spots[last].key) < 2:
        return None
    value = " ".join(spot.text for spot in line.spots[at : last + 1]).strip("#:,;()[]").rstrip(".")
    if _is_tax_id(value):
        return None
    return value_of(line, at, last, value, "labelled", score)


def _is_tax_id(value: str) -> bool:
    """Whether a number is a Spanish company's tax id, which stands in addresses without a label."""
    return bool(re.fullmatch(r"[A-HJNP-W]\d{8}", value)) and vat_is_valid(f"ES{value}")


def end_of_reference(line: Line, at: int, end: int) -> int:
    """The last word of a number that may be printed in groups: `BL 118 402`, `RE 0412`."""
    if re.fullmatch(r"[A-Z]{1,3}\d{1,3}", line.spots[at].text) and _ends_in_group(line, at, end):
        return at + 1
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


def _ends_in_group(line: Line, at: int, end: int) -> bool:
    """Whether one more group of figures follows and ends the segment: `R60 02841`."""
    after = at + 1
    if after > end or line.segment_of[after] != line.segment_of[at]:
        return False
    last = after + 1 >= len(line.spots) or line.segment_of[after + 1] != line.segment_of[at]
    return last and bool(re.fullmatch(r"\d{3,6}", line.spots[after].text))


def _begins_reference(line: Line, at: int) -> bool:
    """Whether a number begins at a word, perhaps with its letters in front."""
    last = end_of_reference(line, at, len(line.spots) - 1)
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
            place = Place(mark.line, at, end_of_reference(mark.line, at, len(mark.line.spots) - 1), 1.0, False)
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
    return at if at < len(line.spots) and at == mark.last + 1 and stands_alone(line, at) else None


def stands_alone(line: Line, at: int) -> bool:
    """Whether nothing but numbers follows in the segment: a house number or postal code is followed by words."""
    last = next(b for a, b in line.segments if a <= at <= b)
    return not any(c.isalpha() for spot in line.spots[at + 1 : last + 1] for c in spot.text)


def _behind_number_word(mark: Marked) -> int | None:
    """`Rechnung des Versicherers (575) Nr. 42`: the word behind `Nr.` further along the title's line."""
    spots = mark.line.spots
    for n in range(mark.last + 1, min(mark.last + 9, len(spots) - 1)):
        if spots[n].key in {"nr", "no", "n", "number", "nummer", "numero", "numer"}:
            return n + 1
    return None
