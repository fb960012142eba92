"""Who sells and who buys: from labels, address blocks, sender line, footer and the company's own details."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from triage.documents.blocks import LEGAL_FORM, POSTAL, Block, Piece, blocks_of, has_legal_form
from triage.documents.kinds import BUYERS_OWN
from triage.documents.labels import field_labels, party_labels, title_labels
from triage.documents.names import SALUTATION, behind, clean_name, is_name
from triage.documents.phrases import Marked, marked
from triage.documents.places import Candidate
from triage.documents.sheet import Line, Sheet, Span, Spot, key_of
from triage.documents.vat_owner import Named, seller_vat_id
from triage.domain import FieldValue


@dataclass(frozen=True, slots=True)
class Parties:
    """Seller and buyer as far as they were found, and the seller's VAT id."""

    seller: Candidate | None = None
    buyer: Candidate | None = None
    seller_vat: Candidate | None = None


def find_parties(sheet: Sheet, kind: str = "invoice") -> Parties:
    """Seller, buyer and the seller's VAT id on a document of a type: orders are written by the buyer."""
    if not sheet.pages:
        return Parties()
    ordered = kind in BUYERS_OWN
    labelled = list(_labelled(sheet, ordered))
    issuer_role, other_role = ("buyer", "seller") if ordered else ("seller", "buyer")
    issuers = [n for n in labelled if n.role == issuer_role]
    others = [n for n in labelled if n.role == other_role]
    numbers = list(sheet.by_page)
    blocks = [block for page in dict.fromkeys([*numbers[:2], numbers[-1]]) for block in blocks_of(sheet, page)]
    elsewhere = {key_of(n.name) for n in labelled if n.role == other_role or (n.role == "ship_to" and not ordered)}
    found = (replace(n, role=issuer_role) for n in _unlabelled_issuers(sheet, blocks, elsewhere))
    issuers += [n for n in found if not _is_akin(n.name, elsewhere)]
    issuer = _best(issuers, set())
    if not others:
        addressed = _addressees(sheet, blocks, issuer, labelled)
        others = [replace(n, role=other_role) for n in addressed]
    other = _best(others, {key_of(issuer.name)} if issuer else set())
    seller, buyer = (other, issuer) if ordered else (issuer, other)
    vat = seller_vat_id(sheet, labelled, seller, buyer, ordered)
    return Parties(_candidate(seller), _candidate(buyer), vat)


_ADDRESSED = frozenset(map(key_of, ("to", "an", "aan", "messrs", "à", "spettabile", "spett.le", "destinataire")))
"""Labels of whoever a document is sent to: the buyer, but on the buyer's own documents the seller."""
_BEHALF = (
    *("voor rekening van", "in opdracht van", "pour le compte de", "por cuenta de", "per conto di", "na rachunek"),
    *("on account of", "for account of", "für rechnung von", "im auftrag von"),
)
_ON_BEHALF = frozenset(map(key_of, _BEHALF))


def _is_akin(name: str, keys: set[str]) -> bool:
    """Whether a name and one of the others begin alike: branches and departments of one company."""
    core = key_of(LEGAL_FORM.sub("", name))
    return len(core) >= 5 and any(key.startswith(core) or (len(key) >= 5 and core.startswith(key)) for key in keys)


def _candidate(named: Named | None) -> Candidate | None:
    if named is None:
        return None
    piece = named.piece
    spots = _spots_of_name(piece, named.name)
    if named.head is not None:
        spots = (*named.head.span.spots, *piece.span.spots)
    span = Span(piece.line.page, spots)
    found = FieldValue(value=named.name, text=span.text, page=span.page, box=span.box, verified=True)
    return Candidate(named.name, found, named.score, named.support, piece.line.number)


def _spots_of_name(piece: Piece, name: str) -> tuple[Spot, ...]:
    """The words of the line that make the name, without the address behind it."""
    spots = piece.span.spots
    for count in range(1, len(spots) + 1):
        if key_of(name) in key_of(" ".join(spot.text for spot in spots[:count])):
            return spots[:count]
    return spots


def _best(found: Sequence[Named], excluded: set[str]) -> Named | None:
    """The best-scored name; the same name found again adds to it."""
    scores: dict[str, float] = {}
    best: dict[str, Named] = {}
    for named in found:
        key = key_of(named.name)
        if not key or key in excluded:
            continue
        again = key in best and best[key].piece.line is not named.piece.line
        scores[key] = max(scores.get(key, 0.0), named.score) + (0.08 if again else 0.0)
        if key not in best or best[key].score < named.score:
            best[key] = named
    if not scores:
        return None
    winner = max(scores, key=lambda key: scores[key])
    return best[winner] if scores[winner] >= 0.4 else None


def _labelled(sheet: Sheet, ordered: bool) -> Iterator[Named]:
    """Names under or beside a party's label. `ordered` says that the buyer wrote the document."""
    table = party_labels()
    for line in sheet.lines:
        marks = marked(line, table)
        for n, mark in enumerate(marks):
            if not mark.leads or _goes_on_as_words(mark) or (n and _is_value(marks[n - 1], mark)):
                continue
            found = _name_right(mark, marks[n + 1] if n + 1 < len(marks) else None) or _name_below(sheet, mark, marks)
            if found is None:
                continue
            piece, weight = found
            score = weight * (1.0 if line.page == sheet.pages[0].number else 0.7)
            addressed = _key(mark) in _ADDRESSED
            for label in mark.labels:
                role = "seller" if ordered and addressed else label.field
                person = ordered and role == "buyer" and not has_legal_form(piece.text)
                yield Named(role, piece, clean_name(piece.text), score * (0.6 if person else 1.0), "labelled")


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


def _unlabelled_issuers(sheet: Sheet, blocks: Sequence[Block], buyers: set[str]) -> Iterator[Named]:
    """Names that look like the writer's own. `buyers` are the keys of the names of other parties."""
    first = sheet.pages[0].number
    height = max(sheet.pages[0].height, 1.0)
    domains = _domains(sheet)
    alone = _only_address(blocks, first, height, buyers)
    text = "\n".join(line.text for line in sheet.lines).casefold()
    for block in blocks:
        share = 0.0 if block.page == first else 0.1
        for n, piece in enumerate(block.pieces):
            head = _head(block, n)
            name = clean_name(piece.text if head is None else f"{head.text} {piece.text}")
            if not is_name(name) or key_of(name) in buyers or len(name) < 3:
                continue
            if POSTAL.search(piece.text) and not has_legal_form(name) and not _is_sender_line(piece):
                continue
            score = _seller_score(block, piece, name, n if head is None else 0, height) - share
            score += 0.2 * (block is alone and n == 0) + 0.1 * (text.count(name.casefold()) > 1)
            score -= 0.3 * (block is not alone and not _is_sender_line(piece) and _is_window(block, height))
            if _matches_domain(name, domains):
                score += 0.3
            if score > 0.4:
                yield Named("seller", piece, name, min(score, 0.9), "guessed", head)
    logo = _logo(sheet, domains)
    if logo is not None:
        yield logo


def _is_window(block: Block, height: float) -> bool:
    """Whether a block is nothing but a name over an address, as the addressee's is: writers add their details."""
    pieces = [piece for piece in block.pieces if not _is_sender_line(piece)]
    named = 3 <= len(pieces) <= 7 and is_name(pieces[0].text)
    upper = 0.08 * height < block.top < 0.4 * height
    return named and upper and block.own_details == 0 and any(POSTAL.search(p.text) for p in pieces[1:])


def _only_address(blocks: Sequence[Block], page: int, height: float, buyers: set[str]) -> Block | None:
    """The one address on the upper first page that no label gives to anybody, where a buyer is named elsewhere."""
    if not buyers:
        return None
    table = party_labels()
    found = []
    for block in blocks:
        if block.page != page or block.top > 0.4 * height or len(block.pieces) < 3:
            continue
        keys = [key_of(piece.text) for piece in block.pieces]
        labelled = any(key in table or key in buyers for key in keys) or any(_has_label(p) for p in block.pieces)
        if not labelled and is_name(block.pieces[0].text):
            found.append(block)
    return found[0] if len(found) == 1 else None


def _has_label(piece: Piece) -> bool:
    return any(piece.first <= mark.first <= piece.last for mark in marked(piece.line, field_labels()))


def _head(block: Block, place: int) -> Piece | None:
    """The first line of a letterhead whose second line ends the name with its legal form."""
    if place != 1:
        return None
    upper, lower = block.pieces[0], block.pieces[1]
    alike = abs(upper.height - lower.height) < 0.15 * lower.height
    name = clean_name(lower.text)
    if (
        alike
        and has_legal_form(name)
        and not has_legal_form(upper.text)
        and is_name(upper.text)
        and len(block.pieces) < 5
    ):
        tail = list(LEGAL_FORM.finditer(name))[-1]
        if tail.end() >= len(name) - 1:
            return upper
    return None


def _seller_score(block: Block, piece: Piece, name: str, place: int, height: float) -> float:
    """How much a line looks like the issuer's own name."""
    legal = has_legal_form(name)
    score = 0.35 if legal else 0.0
    sender = re.search(r"\s[-–|•·*]\s|[|•·]|,\s", piece.text) and POSTAL.search(piece.text)
    if sender and piece.top < 0.35 * height and clean_name(piece.text) != piece.text:
        score += 0.4
    if place == 0 and block.contact:
        score += 0.12 * min(block.contact, 4) + (0.1 if block.postal else 0.0)
    elif legal and block.contact:
        score += 0.08 * min(block.contact, 3)
    if piece.top > 0.8 * height and legal:
        score += 0.15
    if piece.top < 0.12 * height and (place == 0):
        score += 0.12 if legal else 0.05
    if place == 0 and piece.top < 0.4 * height and (block.postal or len(block.pieces) >= 3):
        score += 0.25 if block.contact else 0.12
    if legal and re.match(
        r"\W*(au capital|con capitale|capitale sociale|met maatschappelijke zetel|, sitz|sitz)",
        behind(piece.text, name),
        re.I,
    ):
        score += 0.3
    if legal and place == 0 and piece.top < 0.12 * height:
        score += 0.15
    if len(name.split()) > 8:
        score -= 0.4
    return score


def _domains(sheet: Sheet) -> set[str]:
    """Second-level names of web and mail addresses on the pages."""
    text = "\n".join(line.text for line in sheet.lines)
    found = re.findall(r"(?:www\.|@)(?:[\w-]+\.)*?([\w-]{3,})\.(?:[a-z]{2,3}\.)?[a-z]{2,8}\b", text, re.I)
    return {key_of(name) for name in found} - {"gmail", "example", "outlook", "hotmail", "yahoo", "gmx", "web"}


def _matches_domain(name: str, domains: set[str]) -> bool:
    plain = LEGAL_FORM.sub("", name)
    key = key_of(plain)
    words = [word for part in plain.split() if len(word := key_of(part)) >= 4]
    for domain in domains:
        if len(key) >= 3 and len(domain) >= 3 and (key in domain or domain in key):
            return True
        if len(words) >= 2 and all(word in domain for word in words):
            return True
    return False


def _logo(sheet: Sheet, domains: set[str]) -> Named | None:
    """The largest words at the top of the first page, where they are no title."""
    first = sheet.by_page[sheet.pages[0].number]
    height = max(sheet.pages[0].height, 1.0)
    sizes = sorted(spot.height for line in first for spot in line.spots)
    if not sizes:
        return None
    usual = sizes[len(sizes) // 2]
    pieces = [Piece(ln, a, b) for ln in first if ln.top < 0.2 * height for a, b in ln.segments]
    pieces = [p for p in pieces if is_name(p.text) and not _has_title(p)]
    if not pieces:
        return None
    largest = max(pieces, key=lambda p: (p.height, -p.top))
    name = clean_name(largest.text)
    if len(name.split()) > 6:
        return None
    score = 0.3 + (0.2 if largest.height > 1.25 * usual else 0.0) + (0.15 if has_legal_form(name) else 0.0)
    if _matches_domain(name, domains):
        score += 0.25
    return Named("seller", largest, name, score, "guessed") if score >= 0.45 else None


def _has_title(piece: Piece) -> bool:
    table = title_labels()
    return any(key_of(spot.text) in table for spot in piece.line.spots[piece.first : piece.last + 1])


def _addressees(
    sheet: Sheet, blocks: Sequence[Block], seller: Named | None, labelled: Sequence[Named]
) -> Iterator[Named]:
    """An address block high on the first page that is not the writer's own. `seller` is the writer."""
    first = sheet.pages[0].number
    height = max(sheet.pages[0].height, 1.0)
    own = key_of(seller.name) if seller else ""
    taken = {key_of(n.name) for n in labelled}
    for block in blocks:
        if block.page != first or block.top > 0.5 * height or block.own_details > 1:
            continue
        pieces = [p for p in block.pieces if not _is_sender_line(p)]
        if len(pieces) < 2 or not any(POSTAL.search(p.text) for p in pieces[1:]):
            continue
        names = [p for p in pieces[:3] if is_name(p.text)]
        if not names:
            continue
        piece = names[0]
        if SALUTATION.match(piece.text.strip()) and len(names) > 1:
            piece = names[1]
        key = key_of(clean_name(piece.text))
        if (own and (key == own or own in key or key in own)) or key in taken:
            continue
        yield Named("buyer", piece, clean_name(piece.text), 0.6 - 0.2 * block.top / height, "guessed")


def _is_sender_line(piece: Piece) -> bool:
    rest = behind(piece.text, clean_name(piece.text))
    return bool(POSTAL.search(piece.text)) and sum(c.isalpha() for c in rest) >= 5
