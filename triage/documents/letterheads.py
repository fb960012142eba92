"""Who wrote a document and whom it addresses, where no label says so: from letterhead, footer and address window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from triage.documents.blocks import LEGAL_FORM, POSTAL, Block, Piece, has_legal_form
from triage.documents.labels import field_labels, party_labels, title_labels
from triage.documents.names import SALUTATION, behind, clean_name, is_name
from triage.documents.phrases import marked
from triage.documents.printed import key_of
from triage.documents.sheet import Sheet
from triage.documents.vat_owner import Named

_MOST_LINES = 7
"""Of an address."""


def likely_issuers(sheet: Sheet, blocks: Sequence[Block], buyers: set[str]) -> Iterator[Named]:
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
            if n + 1 < len(block.pieces) and is_tail(piece, block.pieces[n + 1]):
                continue
            if not is_name(name) or key_of(name) in buyers or len(name) < 3:
                continue
            if POSTAL.search(piece.text) and not has_legal_form(name) and not is_sender_line(piece):
                continue
            score = _seller_score(block, piece, name, n if head is None else 0, height) - share
            score += 0.2 * (block is alone and n == 0) + 0.1 * (text.count(name.casefold()) > 1)
            score -= 0.3 * (block is not alone and not is_sender_line(piece) and _is_window(block, height))
            if _matches_domain(name, domains):
                score += 0.3
            if score > 0.4:
                yield Named("seller", piece, name, min(score, 0.9), "guessed", head)
    logo = _logo(sheet, domains)
    if logo is not None:
        yield logo


def _is_window(block: Block, height: float) -> bool:
    """Whether a block is nothing but a name over an address, as the addressee's is: writers add their details."""
    if not 0.08 * height < block.top < 0.4 * height:
        return False
    pieces = list(islice((piece for piece in block.pieces if not is_sender_line(piece)), _MOST_LINES + 1))
    named = 3 <= len(pieces) <= _MOST_LINES and is_name(pieces[0].text)
    return named and block.own_details == 0 and any(POSTAL.search(p.text) for p in pieces[1:])


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
    if place and is_tail(block.pieces[place - 1], block.pieces[place]):
        return block.pieces[place - 1]
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


def is_tail(upper: Piece, lower: Piece) -> bool:
    """Whether a line is nothing but the legal form of the name above it, set alike."""
    alike = abs(upper.height - lower.height) < 0.15 * lower.height
    alone = bool(LEGAL_FORM.fullmatch(lower.text.strip())) and lower.text[0].isupper()
    return alike and alone and not has_legal_form(upper.text) and is_name(upper.text)


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


def addressees(sheet: Sheet, blocks: Sequence[Block], labelled: Sequence[Named]) -> Iterator[Named]:
    """Address blocks high on the first page without a company's own details."""
    first = sheet.pages[0].number
    height = max(sheet.pages[0].height, 1.0)
    taken = {key_of(n.name) for n in labelled if n.role != "ship_to"}
    for block in blocks:
        if block.page != first or block.top > 0.5 * height or block.own_details > 1:
            continue
        pieces = [p for p in block.pieces if not is_sender_line(p)]
        if len(pieces) < 2 or not any(POSTAL.search(p.text) for p in pieces[1:]):
            continue
        names = [p for p in pieces[:3] if is_name(p.text)]
        if not names:
            continue
        piece = names[0]
        if SALUTATION.match(piece.text.strip()) and len(names) > 1:
            piece = names[1]
        if any(n.role == "ship_to" and n.piece.line is piece.line and n.piece.first == piece.first for n in labelled):
            continue
        if key_of(clean_name(piece.text)) not in taken:
            yield Named("buyer", piece, clean_name(piece.text), 0.6 - 0.2 * block.top / height, "guessed")


def is_sender_line(piece: Piece) -> bool:
    """Whether a name and its address stand on one line, as above an address window."""
    rest = behind(piece.text, clean_name(piece.text))
    return bool(POSTAL.search(piece.text)) and sum(c.isalpha() for c in rest) >= 5
