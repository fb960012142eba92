"""Who an address belongs to: a partner of the book, a colleague, or nobody known."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from triage.domain import Partner, Role
from triage.intake.automatic import is_machine
from triage.odoo.book import RecordBook, domain_of, party
from triage.odoo.freemail import FREEMAIL

_GATEWAY = re.compile(r"^(?:edi|gateway|system|robot|bot|scan(?:ner)?|erp|odoo|webshop|monitor\w*)\b", re.IGNORECASE)
_REGISTRIES = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "nom", "or", "org"})
"""Below a country, where firms have their own names one level deeper: `firm.co.uk`."""
_RANK = (Role.COLLEAGUE, Role.CUSTOMER, Role.SUPPLIER, Role.CARRIER, Role.SYSTEM, Role.UNKNOWN)


@dataclass(frozen=True)
class Author:
    """What an address says of its owner."""

    role: Role
    is_own: bool = False
    """Whether the address is one of the company itself."""
    partners: tuple[Partner, ...] = ()
    how: str = ""
    """`sender's address` or `sender's domain`."""

    @property
    def parties(self) -> frozenset[str]:
        """Commercial partners that the address may speak for; more than one where they share it."""
        return frozenset(party(partner) for partner in self.partners)

    def is_carrier(self, name: str) -> bool:
        """Whether this is the carrier of that name: the same words, or one name is the beginning of the other."""
        return any(is_called(partner.name, name) for partner in self.partners if partner.role is Role.CARRIER)


def is_called(one: str, other: str) -> bool:
    """Whether two names are of the same firm: the same words, or one is the beginning of the other."""
    shorter, longer = sorted((words_of(one), words_of(other)), key=len)
    return bool(shorter) and longer[: len(shorter)] == shorter


def words_of(name: str) -> list[str]:
    """The words of a name, in lower case."""
    return re.findall(r"\w+", name.casefold())


def own_label(domain: str) -> str:
    """The part of a mail domain that its owner registered: `firm` of `mail.firm.co.uk`. Empty for a freemail domain.

    What stands before it the owner may choose freely, so it says nothing.
    """
    labels = domain.strip().lower().split(".")
    is_deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _REGISTRIES
    label = labels[-3] if is_deep else labels[-2] if len(labels) > 1 else ""
    return "" if ".".join(labels[-3 if is_deep else -2 :]) in FREEMAIL else label


def has_name(domain: str, name: str) -> bool:
    """Whether a firm of this name has the domain: all of the name, or at least its first two words, and nothing else.

    `fast-freight.example` and `mail.fastfreight.example` for Fast Freight Nederland; not `fast.example`.
    """
    label = _letters(own_label(domain))
    words = [_letters(word) for word in words_of(name)]
    beginnings = {"".join(words[:count]) for count in range(min(2, len(words)), len(words) + 1)}
    return bool(label) and label in beginnings


def _letters(text: str) -> str:
    """Letters and digits alone, without accents: domains rarely have them."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if char.isalnum())


class People:
    """Addresses and company domains of a book, ready to be asked."""

    def __init__(self, book: RecordBook) -> None:
        self._own = book.own_domains
        self._by_address: dict[str, list[Partner]] = defaultdict(list)
        self._by_domain: dict[str, list[Partner]] = defaultdict(list)
        for partner in book.known_partners:
            for address in {email.strip().lower() for email in partner.emails}:
                self._by_address[address].append(partner)
            for domain in {domain_of(email) for email in partner.emails} - FREEMAIL - {""}:
                self._by_domain[domain].append(partner)

    def who(self, address: str | None) -> Author:
        """The owner of an address: by the exact address first, then by a company's domain (never by a freemail one)."""
        if not address:
            return Author(Role.UNKNOWN)
        address = address.strip().lower()
        domain = domain_of(address)
        if self._is_own(domain):
            machine = is_machine(address) or _GATEWAY.match(address) is not None
            return Author(Role.SYSTEM if machine else Role.COLLEAGUE, is_own=True, how="sender's domain")
        if address in self._by_address:
            return _author(self._by_address[address], "sender's address")
        if domain in self._by_domain:
            return _author(self._by_domain[domain], "sender's domain")
        return Author(Role.SYSTEM if is_machine(address) else Role.UNKNOWN)

    def _is_own(self, domain: str) -> bool:
        return any(domain == own or domain.endswith(f".{own}") for own in self._own)


def _author(partners: list[Partner], how: str) -> Author:
    role = min((partner.role for partner in partners), key=_RANK.index)
    return Author(role, is_own=role is Role.COLLEAGUE, partners=tuple(partners), how=how)
