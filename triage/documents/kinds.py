"""What a document is, from the words of its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from triage.documents.labels import Label, field_labels, title_labels
from triage.documents.meanings import title_type
from triage.documents.phrases import Marked, marked
from triage.documents.places import Candidate, value_of
from triage.documents.printed import Line, Spot, key_of
from triage.documents.sheet import Sheet
from triage.documents.wording import classes_of

BUYERS_OWN = frozenset({"order", "order_change"})
"""Types that the buyer issues: the letterhead is the buyer's, the addressee the seller."""

_SPECIFIC = {
    "corrected_invoice": 1.3,
    "credit_note": 1.25,
    "order_change": 1.3,
    "order_confirmation": 1.25,
    "delivery_note": 1.1,
    "quotation": 1.1,
    "invoice": 1.0,
    "other": 1.15,
    "order": 0.9,
}
"""Narrow words outweigh wide ones in the same place: a credit note may call itself an invoice too."""


def document_type(sheet: Sheet, item_lines: frozenset[int] = frozenset()) -> Candidate | None:
    """The likeliest type, or none where no title word stands out. Lines of items have no title."""
    scores: dict[str, float] = {}
    best: dict[str, Candidate] = {}
    coded = _coded(sheet)
    if coded is not None:
        return coded
    for mark, score in titles(sheet):
        if mark.line.number in item_lines:
            continue
        for label in mark.labels:
            points = score * _SPECIFIC[label.field]
            scores[label.field] = max(scores.get(label.field, 0.0), points)
            if label.field not in best or best[label.field].score < points:
                best[label.field] = value_of(mark.line, mark.first, mark.last, label.field, "labelled", points)
    if not scores:
        return _by_labels(sheet)
    kind = max(scores, key=lambda name: scores[name])
    if kind == "corrected_invoice" and _sums_credit(sheet):
        return replace(best[kind], value="credit_note")
    return best[kind] if scores[kind] >= 0.38 else _by_labels(sheet)


def _sums_credit(sheet: Sheet) -> bool:
    """Whether the totals are called a credit: `Rechnungskorrektur` with `Gutschrift netto   484,20`."""
    for line in sheet.lines:
        for mark in marked(line, title_labels()):
            credited = mark.leads and any(label.field == "credit_note" for label in mark.labels)
            summed = [
                s for s in line.spots[mark.last + 1 :] if classes_of(s.text) & {"net", "total", "gross", "amount"}
            ]
            if credited and summed and any(number.money for number in line.numbers):
                return True
    return False


_INVOICE_STEMS = ("invoice", "rechnung", "facture", "factuur", "factura", "fattura", "faktur")


_LABELLED = {
    "delivery_number": "delivery_note",
    "confirmation_number": "order_confirmation",
    "quotation_number": "quotation",
}
"""Types of documents by the label of their number."""


def _by_labels(sheet: Sheet) -> Candidate | None:
    """The type whose number stands highest, an invoice also where its date or total is called the invoice's."""
    table = field_labels()
    for line in sheet.lines:
        for mark in marked(line, table):
            key = "".join(spot.key for spot in line.spots[mark.first : mark.last + 1])
            named = {label.field for label in mark.labels if label.strong} & {
                "number",
                "issue_date",
                "gross",
                "payable",
            }
            kind = next(
                (_LABELLED[label.field] for label in mark.labels if label.strong and label.field in _LABELLED), None
            )
            if (
                mark.leads
                and kind is not None
                and any(c.isdigit() for s in line.spots[mark.last + 1 :] for c in s.text)
            ):
                return value_of(line, mark.first, mark.last, kind, "guessed", 0.4)
            if mark.leads and named and any(stem in key for stem in _INVOICE_STEMS):
                return value_of(line, mark.first, mark.last, "invoice", "guessed", 0.4)
    return None


_CODES = {
    "220": "order",
    "230": "order_change",
    "231": "order_confirmation",
    "310": "quotation",
    "351": "delivery_note",
    "380": "invoice",
    "381": "credit_note",
    "384": "corrected_invoice",
    "389": "invoice",
    "575": "invoice",
    "751": "invoice",
}
"""Document type codes of UNTDID 1001 that viewers of e-invoices print behind the title."""


def _coded(sheet: Sheet) -> Candidate | None:
    """The type by its code in brackets in the title's line: `Handelsrechnung (380) Nr. 42`."""
    for mark, score in titles(sheet):
        if score < 0.3:
            continue
        for n, spot in enumerate(mark.line.spots[mark.last + 1 :], mark.last + 1):
            kind = _CODES.get(spot.text.strip("()")) if spot.text.startswith("(") and spot.text.endswith(")") else None
            if kind is not None:
                return value_of(mark.line, mark.first, n, kind, "proved", 1.0)
    return None


def titles(sheet: Sheet) -> Iterator[tuple[Marked, float]]:
    """Title words on the first page with how much each looks like the document's title."""
    if not sheet.pages:
        return
    first = sheet.by_page[sheet.pages[0].number]
    sizes = sorted(spot.height for line in first for spot in line.spots)
    if not sizes:
        return
    usual = sizes[len(sizes) // 2]
    height = max(sheet.pages[0].height, first[-1].bottom)
    for line in first:
        found = [*marked(line, title_labels()), *_spaced(line), *_ending(line), *_worded(line), *_joined(line)]
        for mark in [*found, *_two_lines(sheet, line)]:
            yield mark, _title_score(mark, usual, line.top / height)


def _title_score(mark: Marked, usual: float, down: float) -> float:
    line = mark.line
    size = line.spots[mark.first].height / usual
    score = 0.45 + 0.35 * min(max(size - 1.0, 0.0), 2.0)
    first, last = next((a, b) for a, b in line.segments if a <= mark.first <= b)
    running = mark.first > first and line.spots[mark.first - 1].text.endswith((",", ";"))
    if running or not mark.leads:
        score *= 0.55
    rest = last - mark.last
    after = line.spots[mark.last + 1 : last + 1]
    numbered = bool(after) and (any(c.isdigit() for c in after[0].text) or after[0].key in _NUMBER_WORDS)
    if rest == 0 and mark.first == first:
        score += 0.25
    elif (numbered and not running) or (after and after[0].text.startswith(("(", "-", "–", "/", "|"))):
        score += 0.2
    elif rest > 3:
        score *= 0.6
    if line.spots[mark.last].text.endswith(":") or _is_number_label(after):
        score *= 0.5 if _is_number_label(after) else 0.75
    text = line.span(mark.first, mark.last).text
    if text.isupper():
        score += 0.08
    return score * (1.0 if down < 0.45 else 0.75 if down < 0.6 else 0.5)


def _is_number_label(after: tuple[Spot, ...]) -> bool:
    """`Sales order ID: 123` names a number; `Invoice No. 123` may still be the title."""
    return bool(after) and after[0].key == "id" and any(spot.text.endswith(":") for spot in after[:2])


_NUMBER_WORDS = frozenset({"nr", "no", "number", "nummer", "numero", "n", "num", "numer", "id"})


def _spaced(line: Line) -> list[Marked]:
    """Titles in spaced letters (`I N V O I C E`)."""
    out = []
    for first, last in line.segments:
        spots = line.spots[first : last + 1]
        letters = [spot for spot in spots if len(spot.text) == 1]
        if len(letters) >= 6 and len(letters) == len(spots):
            labels = title_labels().get(key_of("".join(spot.text for spot in spots)))
            if labels:
                out.append(Marked(line, first, last, labels, True))
    return out


_ENDINGS = re.compile(r"^[a-z]{3,}(rechnung|gutschrift|factuur|lieferschein|angebot|bestatigung)$")
_ENDING_TYPE = {
    "rechnung": "rechnung",
    "factuur": "factuur",
    "gutschrift": "gutschrift",
    "lieferschein": "lieferschein",
    "angebot": "angebot",
    "bestatigung": "auftragsbestatigung",
}


_MOST_WORDS = 5
_LONG = 9
"""Letters of a word that is a title by itself: shorter ones stand for numbers, as in `BL 4711`."""


def _worded(line: Line) -> list[Marked]:
    """Titles that are in no list but understood word by word: `Accusé réception commande`, `Nota de abono`."""
    out = []
    for first, last in line.segments:
        end = next(
            (n for n in range(first, last + 1) if line.spots[n].key in _NUMBER_WORDS or _has_digit(line.spots[n])),
            last + 1,
        )
        words = tuple(spot.text for spot in line.spots[first:end])
        if not words or (len(words) == 1 and len(words[0]) < _LONG):
            continue
        if len(words) > _MOST_WORDS or key_of("".join(words)) in title_labels() or words[-1].endswith(":"):
            continue
        kind = title_type(words)
        if kind is not None:
            out.append(Marked(line, first, end - 1, (Label(kind, True),), True))
    return out


def _two_lines(sheet: Sheet, line: Line) -> list[Marked]:
    """Titles over two lines, set alike: `Accusé de réception` over `de commande`."""
    out = []
    for first, last in line.segments:
        spot = line.spots[first]
        if last - first >= _MOST_WORDS or any(_has_digit(s) for s in line.spots[first : last + 1]):
            continue
        for under in sheet.below(line, 3, 1.5 * spot.height):
            below = [(a, b) for a, b in under.segments if abs(under.spots[a].x0 - spot.x0) < 0.3 * spot.height]
            if not below or abs(under.spots[below[0][0]].height - spot.height) > 0.15 * spot.height:
                continue
            a, b = below[0]
            words = tuple(s.text for s in (*line.spots[first : last + 1], *under.spots[a : b + 1]))
            kinds = title_labels().get(key_of("".join(words))) or (Label(title_type(words) or "", True),)
            if len(words) <= _MOST_WORDS + 1 and kinds[0].field:
                out.append(Marked(line, first, last, kinds, True))
            break
    return out


def _has_digit(spot: Spot) -> bool:
    return any(c.isdigit() for c in spot.text)


def _joined(line: Line) -> list[Marked]:
    """The first of two titles with a stroke between them: `Rechnung/Lieferschein`."""
    out = []
    for first, _ in line.segments:
        head, stroke, tail = line.spots[first].text.partition("/")
        labels = title_labels().get(key_of(head))
        if stroke and labels and key_of(tail) in title_labels():
            out.append(Marked(line, first, first, labels, True))
    return out


def _ending(line: Line) -> list[Marked]:
    """Compounds that end in a title word (`Monatsrechnung`), where they lead their segment."""
    out = []
    for first, _ in line.segments:
        spot: Spot = line.spots[first]
        match = _ENDINGS.match(spot.key)
        if match and spot.text[0].isupper() and spot.key not in title_labels():
            out.append(Marked(line, first, first, title_labels()[_ENDING_TYPE[match[1]]], True))
    return out
