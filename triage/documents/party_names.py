"""Names that stand under or beside the label of a party."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from triage.documents.blocks import POSTAL, Piece, has_legal_form
from triage.documents.ids import is_reference
from triage.documents.labels import party_labels
from triage.documents.letterheads import is_tail
from triage.documents.names import SALUTATION, clean_name, is_name
from triage.documents.phrases import Marked, marked
from triage.documents.printed import Line, key_of
from triage.documents.sheet import Sheet
from triage.documents.vat_owner import Named
from triage.documents.wording import classes_of

_ADDRESSED = frozenset(map(key_of, ("to", "an", "aan", "messrs", "à", "spettabile", "spett.le", "destinataire")))
"""Labels of whoever a document is sent to: the buyer, but on the buyer's own documents the seller."""

_RECIPIENTS = frozenset(
    map(
        key_of,
        (
            *("consignee", "goods recipient", "ship to party", "warenempfänger", "lieferempfänger"),
            *("destinataire livraison", "odbiorca towaru"),
        ),
    )
)
"""Labels of who gets the goods: a company there is the buyer where nobody else is addressed."""

_BEHALF = (
    *("voor rekening van", "in opdracht van", "pour le compte de", "por cuenta de", "per conto di", "na rachunek"),
    *("on account of", "for account of", "für rechnung von", "im auftrag von"),
)

_ON_BEHALF = frozenset(map(key_of, _BEHALF))


def labelled_parties(sheet: Sheet, ordered: bool) -> Iterator[Named]:
    """Names under or beside a party's label. `ordered` says that the buyer wrote the document."""
    table = party_labels()
    for line in sheet.lines:
        marks = marked(line, table)
        for n, mark in enumerate(marks):
            if not mark.leads or _goes_on_as_words(mark) or (n and _is_value(marks[n - 1], mark)):
                continue
            following = marks[n + 1] if n + 1 < len(marks) else None
            found = _name_right(mark, following)
            if found is None and not _has_number_right(mark):
                found = _name_below(sheet, mark, marks)
            if found is None:
                continue
            piece, weight = found
            score = weight * (1.0 if line.page == sheet.pages[0].number else 0.7)
            addressed = _key(mark) in _ADDRESSED
            for label in mark.labels:
                role = "seller" if ordered and addressed else label.field
                person = ordered and role == "buyer" and not has_legal_form(piece.text)
                beside = "contact" in classes_of(line.spots[mark.first].text) and not has_legal_form(piece.text)
                factor = 0.6 if person else 0.3 if beside and not _has_address(sheet, piece) else 1.0
                tail = _tail(sheet, piece)
                name = clean_name(f"{piece.text} {tail.text}" if tail else piece.text)
                yield Named(
                    role,
                    tail or piece,
                    name,
                    score * factor,
                    "labelled",
                    piece if tail else None,
                    _key(mark) in _RECIPIENTS,
                )


def _tail(sheet: Sheet, piece: Piece) -> Piece | None:
    """The next line where it is nothing but the name's legal form."""
    for under in sheet.below(piece.line, 2, 2 * piece.height):
        for a, b in under.segments:
            lower = Piece(under, a, b)
            if _is_under(under, a, piece) and is_tail(piece, lower):
                return lower
    return None


def _has_address(sheet: Sheet, piece: Piece) -> bool:
    """Whether a postal code and town stand under a name."""
    under = sheet.below(piece.line, 3, 4 * piece.height)
    return any(
        POSTAL.search(Piece(line, a, b).text) for line in under for a, b in line.segments if _is_under(line, a, piece)
    )


def _is_under(line: Line, at: int, piece: Piece) -> bool:
    return abs(line.spots[at].x0 - piece.x0) < piece.height


def _key(mark: Marked) -> str:
    return "".join(spot.key for spot in mark.line.spots[mark.first : mark.last + 1])


def _goes_on_as_words(mark: Marked) -> bool:
    """`Customer service is ...`: a sentence, not a label, but `for the account of ...` names its party in words."""
    line, after = mark.line, mark.last + 1
    if _key(mark) in _ON_BEHALF:
        return False
    if after >= len(line.spots) or line.segment_of[after] != line.segment_of[mark.last]:
        return False
    return bool(line.spots[after].key) and not line.spots[mark.last].text.endswith(":")


def _name_right(mark: Marked, following: Marked | None) -> tuple[Piece, float] | None:
    line, first = mark.line, mark.last + 1
    while first < len(line.spots) and not line.spots[first].key:
        first += 1
    if first >= len(line.spots) or (
        following is not None and following.first <= first and not _is_value(mark, following)
    ):
        return None
    if line.spots[first].x0 - mark.x1 > 14 * line.height:
        return None
    last = next(b for a, b in line.segments if a <= first <= b)
    piece = Piece(line, first, last)
    colon = line.spots[mark.last].text.endswith(":")
    if not is_name(piece.text) and not (colon and following is not None and following.first == first):
        return None
    return piece, 0.95 if line.spots[mark.last].text.endswith(":") or first > mark.last + 1 else 0.8


def _has_number_right(mark: Marked) -> bool:
    """`Customer   OAK017`: the label of a number."""
    line, first = mark.line, mark.last + 1
    if first >= len(line.spots) or line.spots[first].x0 - mark.x1 > 14 * line.height:
        return False
    last = next(b for a, b in line.segments if a <= first <= b)
    return last == first and is_reference(line.spots[first].text)


def _is_value(mark: Marked, following: Marked) -> bool:
    """Whether what reads as another label is this one's value: right behind its colon and alone up to the gap."""
    line = following.line
    alone = (
        following.last + 1 >= len(line.spots) or line.segment_of[following.last + 1] != line.segment_of[following.last]
    )
    near = line.segment_of[following.first] == line.segment_of[mark.last]
    return (
        near
        and alone
        and line.spots[mark.last].text.endswith(":")
        and not line.spots[following.last].text.endswith(":")
    )


def _name_below(sheet: Sheet, mark: Marked, marks: Sequence[Marked]) -> tuple[Piece, float] | None:
    """The first line under the label that reads as a name, or the one that is called `Name`."""
    line = mark.line
    following = [m.x0 for m in marks if m.first > mark.last]
    right = min(following) - 1 if following else float("inf")
    above, skipped = line, 0
    for under in sheet.below(line, 6, 9 * line.height):
        if under.top - above.bottom > 2.6 * line.height:
            return None
        pieces = [Piece(under, a, b) for a, b in under.segments]
        pieces = [p for p in pieces if p.x0 < right and p.x1 > mark.x0 - line.height]
        if pieces and pieces[0].x0 > mark.x1 + 8 * line.height:
            pieces = []
        if not pieces:
            continue
        above = under
        piece = pieces[0]
        named = _after_name_label(under, pieces)
        if named is not None:
            return named, 1.0
        if _is_party_label(piece):
            return None
        if len(pieces) > 1 and pieces[0].text.rstrip().endswith(":"):
            skipped += 1
            continue
        if is_name(piece.text):
            return _with_salutation(sheet, piece), 0.92 - 0.05 * skipped
        skipped += 1
        if skipped > 3:
            return None
    return None


def _with_salutation(sheet: Sheet, piece: Piece) -> Piece:
    """For `Herrn` alone on a line the name is on the next one."""
    if not SALUTATION.match(piece.text.strip()):
        return piece
    for under in sheet.below(piece.line, 2, 3 * piece.height):
        for a, b in under.segments:
            below = Piece(under, a, b)
            if abs(below.x0 - piece.x0) < piece.height and is_name(below.text):
                return below
    return piece


_NAME_LABEL = re.compile(
    r"^(?:name|firma|company|company name|société|nom|raison sociale|naam|bedrijf|nombre|razón social|nome|"
    r"ragione sociale|denominazione|nazwa)\s*:?\s*$",
    re.I,
)


def _after_name_label(line: Line, pieces: Sequence[Piece]) -> Piece | None:
    first = pieces[0]
    words = [s.text for s in line.spots[first.first : first.last + 1]]
    if _NAME_LABEL.match(first.text) and len(pieces) > 1:
        return pieces[1]
    for cut in (1, 2):
        if len(words) > cut and words[cut - 1].endswith(":") and _NAME_LABEL.match(" ".join(words[:cut])):
            return Piece(line, first.first + cut, first.last)
    return None


def _is_party_label(piece: Piece) -> bool:
    return key_of(piece.text) in party_labels()
