"""Who sells and who buys: from labels, address blocks, sender line, footer and the company's own details."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from triage.documents.blocks import LEGAL_FORM, Piece, blocks_of, has_legal_form
from triage.documents.kinds import BUYERS_OWN
from triage.documents.letterheads import addressees, likely_issuers
from triage.documents.party_names import labelled_parties
from triage.documents.places import Candidate
from triage.documents.printed import Span, Spot, key_of
from triage.documents.sheet import Sheet
from triage.documents.vat_owner import Named, seller_vat_id


@dataclass(frozen=True, slots=True)
class Parties:
    """Seller and buyer as far as they were found, and the seller's VAT id."""

    seller: Candidate | None = None
    buyer: Candidate | None = None
    seller_vat: Candidate | None = None


def find_parties(sheet: Sheet, kind: str = "invoice", item_lines: frozenset[int] = frozenset()) -> Parties:
    """Seller, buyer and the seller's VAT id on a document of a type: orders are written by the buyer.

    Lines of items name nobody.
    """
    if not sheet.pages:
        return Parties()
    ordered = kind in BUYERS_OWN
    labelled = [n for n in labelled_parties(sheet, ordered) if n.piece.line.number not in item_lines]
    issuer_role, other_role = ("buyer", "seller") if ordered else ("seller", "buyer")
    issuers = [n for n in labelled if n.role == issuer_role]
    others = [n for n in labelled if n.role == other_role]
    numbers = list(sheet.by_page)
    blocks = [block for page in dict.fromkeys([*numbers[:2], numbers[-1]]) for block in blocks_of(sheet, page)]
    elsewhere = {key_of(n.name) for n in labelled if n.role == other_role or (n.role == "ship_to" and not ordered)}
    likely = (n for n in likely_issuers(sheet, blocks, elsewhere) if n.piece.line.number not in item_lines)
    found = (replace(n, role=issuer_role) for n in likely)
    issuers += [n for n in found if not _is_akin(n.name, elsewhere)]
    if others:
        issuer = _best(issuers, set())
        other = _best(others, {key_of(issuer.name)} if issuer else set())
    else:
        windows = (n for n in addressees(sheet, blocks, labelled) if n.piece.line.number not in item_lines)
        addressed = [replace(n, role=other_role) for n in windows]
        issuer, other = _pair(issuers, addressed)
        if other is None and not ordered:
            other = _best(_received(labelled, issuer), set())
    seller, buyer = (other, issuer) if ordered else (issuer, other)
    vat = seller_vat_id(sheet, labelled, seller, buyer, ordered)
    return Parties(_candidate(seller), _candidate(buyer), vat)


def _received(labelled: Sequence[Named], issuer: Named | None) -> list[Named]:
    """Companies under `Consignee` and the like: who gets the goods is the buyer where nobody else is addressed."""
    return [
        replace(n, role="buyer", score=0.75 * n.score, support="guessed")
        for n in labelled
        if n.receives and has_legal_form(n.name) and (issuer is None or not _is_same(n.name, issuer.name))
    ]


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
    return Candidate(named.name, span.standing, named.score, named.support, piece.line.number)


def _spots_of_name(piece: Piece, name: str) -> tuple[Spot, ...]:
    """The words of the line that make the name, without the address behind it."""
    spots = piece.span.spots
    for count in range(1, len(spots) + 1):
        if key_of(name) in key_of(" ".join(spot.text for spot in spots[:count])):
            return spots[:count]
    return spots


def _best(found: Sequence[Named], excluded: set[str]) -> Named | None:
    """The best-scored name."""
    ranked = _ranked(found, excluded)
    return ranked[0][1] if ranked and ranked[0][0] >= _LEAST else None


_LEAST = 0.4


def _pair(issuers: Sequence[Named], others: Sequence[Named]) -> tuple[Named | None, Named | None]:
    """Who wrote and who is addressed, chosen together: who looks most like the writer may be the addressee."""
    writers = [one for one in _ranked(issuers, set()) if one[0] >= _LEAST]
    readers = [one for one in _ranked(others, set()) if one[0] >= _LEAST]
    best: tuple[float, Named | None, Named | None] = (0.0, None, None)
    nobody: list[tuple[float, Named | None]] = [(0.0, None)]
    for wrote, writer in writers or nobody:
        for reads, reader in [*readers, *nobody]:
            if writer is not None and reader is not None and _is_same(writer.name, reader.name):
                continue
            if wrote + reads > best[0]:
                best = (wrote + reads, writer, reader)
    return best[1], best[2]


def _is_same(name: str, other: str) -> bool:
    a, b = key_of(name), key_of(other)
    return a in b or b in a


def _ranked(found: Sequence[Named], excluded: set[str]) -> list[tuple[float, Named]]:
    """Names with their scores, the best first; the same name found again adds to it."""
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
    for key in [k for k in best if not has_legal_form(best[k].name)]:
        full = [k for k in best if k != key and k.startswith(key) and has_legal_form(best[k].name)]
        if full:
            scores[full[0]] = max(scores[full[0]], scores.pop(key)) + 0.05
            del best[key]
    return sorted(((scores[key], best[key]) for key in best), key=lambda one: -one[0])
