"""Blocks of text that stand together on a page: addresses, sender lines, footers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from triage.documents.ids import find_ibans, find_vat_ids
from triage.documents.printed import Line, Span
from triage.documents.sheet import Sheet

_FORMS = (
    r"gmbh(?: ?& ?co\.? ?(?:kga?|ohg)?)?",
    r"g\.?m\.?b\.?h\.?|mbh|ag|kg(?:aa)?|ohg|gbr|ug(?: \(haftungsbeschränkt\))?|e\.? ?k\.|e\.? ?kfr\.|e\.? ?v\.|eg|se",
    r"a\.g\.|v\.?v\.?a\.?g\.?",
    r"b\.?v\.?|n\.v\.|nv|v\.?o\.?f\.?|sprl|bvba",
    r"sarl|s\.a\.r\.l\.?|sas|s\.a\.s\.?|sasu|eurl|s\.a\.|sa|snc|s\.n\.c\.?|sci",
    r"s\.?r\.?l\.?s?|s\.?p\.?a\.?|s\.?l\.?u?\.?|s\.l\.|s\.a\.u\.?",
    r"ltd\.?|limited|llc|l\.l\.c\.|llp|inc\.?|incorporated|corp\.?|corporation|plc|co\.|company|pvt\.?|pty\.?",
    r"sp\. ?z ?o\. ?o\.?|sp\. ?j\.|sp\. ?k\.|s\.c\.",
    r"a/s|aps|oy|ab|as|s\.r\.o\.|a\.s\.|kft",
)
LEGAL_FORM = re.compile(r"(?<![\w&])(?:" + "|".join(_FORMS) + r")(?![\w&])", re.I)
"""Legal forms of companies as printed behind their names."""

_SHORT_FORM = re.compile(r"^(?:ag|as|sa|se|ab|oy|co|eg|sl|nv|kg|ug|bv)$")

POSTAL = re.compile(
    r"(?:(?<![\w.,/-])(?:[A-Z]{1,2}[- ])?\d{4,5}(?:-\d{4})?[ ,]+[^\W\d][^\W\d]+)|(?:\b\d{4} ?[A-Z]{2}\b)|"
    r"(?:\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b)|(?:\b\d{2}-\d{3}\b)|"
    r"(?:\b[A-Z]{2},? +\d{5}(?:-\d{4})?\b)|(?:\s[-–]?\s?\d{6}\b)"
)
"""A postal code with its town in the forms of Europe, the US, the UK and India."""

_CONTACT = re.compile(
    r"@|www\.|https?:|\bt[eé]l(?:[eé]?[fp]h?on(?:o|e)?)?\b|\bfax\b|\biban\b|\bbic\b|\bswift\b|\bhrb\b|\bkvk\b|\bsiret\b|"
    r"\brcs\b|registergericht|amtsgericht|geschäftsführer|ust-?id|vat|\bkrs\b|\bregon\b|company (?:no|reg)|capital|"
    r"p\.? ?iva|steuer-?n|registered|\bbank|siège social|au capital|sede (?:legale|social)|\bsitz\b|\bcif\b|\bnip\b|"
    r"gstin|\btva\b|\bbtw\b|\bgln\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment of a line."""

    line: Line
    first: int
    last: int

    @property
    def span(self) -> Span:
        """Its words."""
        return self.line.span(self.first, self.last)

    @property
    def text(self) -> str:
        """As printed."""
        return " ".join(spot.text for spot in self.line.spots[self.first : self.last + 1])

    @property
    def x0(self) -> float:
        """Left edge."""
        return self.line.spots[self.first].x0

    @property
    def x1(self) -> float:
        """Right edge."""
        return self.line.spots[self.last].x1

    @property
    def top(self) -> float:
        """Upper edge."""
        return min(spot.top for spot in self.line.spots[self.first : self.last + 1])

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return max(spot.bottom for spot in self.line.spots[self.first : self.last + 1])

    @property
    def height(self) -> float:
        """Of its letters."""
        return self.line.spots[self.first].height


@dataclass
class Block:
    """Pieces one under the other with a common edge."""

    pieces: list[Piece] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        """Its lines."""
        return "\n".join(piece.text for piece in self.pieces)

    @property
    def page(self) -> int:
        """Where it stands."""
        return self.pieces[0].line.page

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.pieces[0].top

    @cached_property
    def postal(self) -> bool:
        """Whether it has a line with postal code and town."""
        return any(POSTAL.search(piece.text) for piece in self.pieces)

    @cached_property
    def contact(self) -> int:
        """How many marks of a company's own details it has: register, bank, telephone, VAT id."""
        marks = len({m.lower() for m in _CONTACT.findall(self.text)})
        return marks + bool(find_vat_ids(self.text)) + bool(find_ibans(self.text))

    @cached_property
    def own_details(self) -> int:
        """Marks that only a company's own block has; a VAT id may stand in a customer's address as well."""
        return len({m.lower() for m in _CONTACT.findall(self.text)} - _CUSTOMERS_TOO) + bool(find_ibans(self.text))


_CUSTOMERS_TOO = frozenset(
    {"vat", "ust-id", "ustid", "tva", "btw", "nip", "cif", "gstin", "gln", "p.iva", "piva", "p. iva", "p iva"}
)


def has_legal_form(text: str) -> bool:
    """Whether a name ends in, or contains, a legal form that is not also an everyday word in lower case."""
    for match in LEGAL_FORM.finditer(text):
        short = match[0].strip(".").replace(".", "")
        if _SHORT_FORM.match(short.lower()) and not (short.isupper() or "." in match[0]):
            continue
        if match.start() > 0:
            return True
    return False


_NEAREST = 40
"""How many blocks back a piece may still join: those further back ended above."""


def blocks_of(sheet: Sheet, page: int) -> list[Block]:
    """Blocks of a page, top to bottom."""
    blocks: list[Block] = []
    for line in sheet.by_page.get(page, ()):
        for first, last in line.segments:
            piece = Piece(line, first, last)
            home = next((b for b in blocks[:-_NEAREST:-1] if _continues(b.pieces[-1], piece)), None)
            if home is None:
                blocks.append(Block([piece]))
            else:
                home.pieces.append(piece)
    return blocks


def _continues(above: Piece, piece: Piece) -> bool:
    """Whether a piece stands right under another with the same left edge, middle or right edge."""
    if above.line is piece.line:
        return False
    height = min(above.height, piece.height)
    gap = piece.top - above.bottom
    if not -0.5 * height <= gap <= 0.95 * height:
        return False
    left = abs(above.x0 - piece.x0) < 0.7 * height
    middle = abs(above.x0 + above.x1 - piece.x0 - piece.x1) < 0.8 * height
    right = abs(above.x1 - piece.x1) < 0.3 * height and piece.x0 > 0.3 * above.x0
    return left or middle or right
