"""Searches of one Odoo for what a thread names: records by number, by message, by sender.

What the service user may not read, or what this Odoo lacks, is not found; that is no error.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triage.domain import Partner, RecordRef, Role
from triage.odoo.book import domain_of
from triage.odoo.capture.partners import addresses
from triage.odoo.capture.reading import Reader, Term, literal
from triage.odoo.freemail import FREEMAIL
from triage.odoo.people import has_name, is_called, own_label, words_of
from triage.odoo.rows import Row
from triage.odoo.spellings import Written, long_ones, spelled
from triage.odoo.threads import bare_id

SALE, PURCHASE, MOVE, TRANSFER = "sale.order", "purchase.order", "account.move", "stock.picking"

_MOST_ROWS = 200
_MOST_PARTNERS = 500
_MOST_FAMILY = 5_000
_MOST_PATTERNS = 30
_MOST_OPEN = 5
_OPEN = {SALE: ("draft", "sent", "sale"), PURCHASE: ("draft", "sent", "to approve", "purchase")}
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    SALE: ("name", "client_order_ref"),
    PURCHASE: ("name", "partner_ref"),
    TRANSFER: ("name", "carrier_tracking_ref"),
    MOVE: ("name", "ref", "payment_reference"),
}
_READ: Mapping[str, tuple[str, ...]] = {
    SALE: ("name", "partner_id", "invoice_ids"),
    PURCHASE: ("name", "partner_id", "invoice_ids"),
    TRANSFER: ("name", "sale_id", "purchase_id", "origin"),
    MOVE: ("name", "ref", "payment_reference", "invoice_origin", "move_type"),
}
_PARTNER = ("name", "email", "vat", "commercial_partner_id")


@dataclass
class Lookups:
    """Searches in the context of one company."""

    reader: Reader

    def named(self, model: str, numbers: Sequence[Written], ids: Iterable[int] = ()) -> list[Row]:
        """Records of these numbers, in any of their spellings, and those of these ids."""
        forms = spelled(numbers)
        terms: list[Term] = [("id", "in", sorted(set(ids)))]
        patterns = [pattern for number in numbers if (pattern := number.pattern())][:_MOST_PATTERNS]
        for name in _NUMBERS[model]:
            terms += [(name, "in", forms)] if forms else []
            terms += [(name, "=ilike", pattern) for pattern in patterns if name != "name"]
        if model == TRANSFER:  # several parcels of one transfer share the field
            terms += [("carrier_tracking_ref", "ilike", text) for text in long_ones(numbers)[:_MOST_PATTERNS]]
        return self._search(model, terms)

    def leading_to(self, model: str, ids: Iterable[int], moves: Iterable[int], names: Iterable[str]) -> list[Row]:
        """Orders of these ids, names, or with these invoices."""
        terms: list[Term] = [("id", "in", sorted(set(ids))), ("name", "in", sorted(set(names)))]
        return self._search(model, [*terms, ("invoice_ids", "in", sorted(set(moves)))])

    def open_of(self, model: str, family: Iterable[int]) -> list[Row]:
        """Some orders of these partners that are not closed, the newest first."""
        members = sorted(set(family))
        if not members or self.reader.odoo.fields(model) is None:
            return []
        domain = [("partner_id", "in", members), ("state", "in", list(_OPEN[model]))]
        status = {SALE: "delivery_status", PURCHASE: "receipt_status"}[model]
        domain += [(status, "!=", "full")] if self.reader.knows(model, status) else []
        return self.reader.search(model, model, domain, _READ[model], order="id desc", limit=_MOST_OPEN)

    def on_threads(self, message_ids: Iterable[str]) -> dict[str, str]:
        """By Message-ID, the key of the record on whose thread the message stands."""
        bare = {bare_id(message_id) for message_id in message_ids} - {""}
        forms = sorted(form for text in bare for form in (f"<{text}>", text))
        terms: list[Term] = [("message_id", "in", forms)]
        names = ("message_id", "model", "res_id")
        rows = self.reader.where_any("threads", "mail.message", terms, names, order="id", limit=_MOST_ROWS)
        return {
            row.text("message_id") or "": f"{row.text('model')}:{row.one('res_id')}"
            for row in rows
            if row.text("model") in _READ and row.one("res_id")
        }

    def _search(self, model: str, terms: Sequence[Term]) -> list[Row]:
        return self.reader.where_any(model, model, terms, _READ[model], order="id desc", limit=_MOST_ROWS)

    def senders(self, mails: Iterable[str], own_domains: Iterable[str]) -> Senders:
        """Partners with these addresses, or with an address of the same company domain."""
        wanted = {address.strip().lower() for address in mails} - {""}
        domains = {domain_of(address) for address in wanted} - FREEMAIL - set(own_domains) - {""}
        terms: list[Term] = [("email_normalized", "in", sorted(wanted))]
        terms += [("email", "=ilike", literal(address)) for address in sorted(wanted)]
        terms += [("email", "ilike", literal(f"@{domain}")) for domain in sorted(domains)]
        rows = self.reader.where_any("senders", "res.partner", terms, _PARTNER, order="id", limit=_MOST_PARTNERS)
        # A domain that so many have is nobody's in particular, and who else has it was not read.
        shown = domains if len(rows) < _MOST_PARTNERS else set()
        found = [sender for row in rows if (sender := _sender(row, wanted, shown))]
        heads = {sender.head for sender in found}
        return Senders(found, self.families(heads) if heads else ())

    def families(self, heads: Iterable[int]) -> list[Row]:
        """These commercial partners and everybody below them."""
        terms: list[Term] = [("commercial_partner_id", "in", sorted(set(heads)))]
        names = ("commercial_partner_id", "customer_rank", "supplier_rank")
        return self.reader.where_any("senders", "res.partner", terms, names, order="id", limit=_MOST_FAMILY)


@dataclass(frozen=True)
class Sender:
    """A contact that a mail may come from."""

    row: Row
    mails: tuple[str, ...]

    @property
    def head(self) -> int:
        """Its commercial partner."""
        return self.row.one("commercial_partner_id") or self.row.id


@dataclass(frozen=True)
class Senders:
    """Contacts that mails may come from, and their families."""

    found: Sequence[Sender] = ()
    families: Sequence[Row] = ()

    @property
    def heads(self) -> tuple[int, ...]:
        """Their commercial partners."""
        return tuple(dict.fromkeys(sender.head for sender in self.found))

    def partners(self, carriers: frozenset[int]) -> tuple[Partner, ...]:
        """One partner for each company, with the addresses that were looked for."""
        by_head: dict[int, list[Sender]] = defaultdict(list)
        for sender in self.found:
            by_head[sender.head].append(sender)
        roles = self._roles(carriers)
        return tuple(_partner(head, members, roles.get(head, Role.UNKNOWN)) for head, members in by_head.items())

    def _roles(self, carriers: frozenset[int]) -> dict[int, Role]:
        """What companies are to us by what was invoiced; an order says it better where there is one."""
        roles: dict[int, Role] = dict.fromkeys(carriers, Role.CARRIER)
        for rank, role in (("customer_rank", Role.CUSTOMER), ("supplier_rank", Role.SUPPLIER)):
            for row in self.families:
                if row.number(rank):
                    roles.setdefault(row.one("commercial_partner_id") or row.id, role)
        return roles

    @property
    def members(self) -> frozenset[int]:
        """Ids of everybody in these families."""
        return frozenset(row.id for row in self.families) | frozenset(self.heads)

    def carriers(self, names: Iterable[str]) -> frozenset[int]:
        """Commercial partners that carry goods under one of these names: called like it, and no customer.

        Odoo does not link delivery methods with partners, and a stranger who writes to a mail alias or a form becomes
        a partner of whatever name he gives himself. So the name counts only where the company's own mail domain is
        that name, too, or where we have had bills of the partner.
        """
        buys = {row.one("commercial_partner_id") for row in self.families if row.number("customer_rank") != 0}
        bills = {row.one("commercial_partner_id") for row in self.families if (row.number("supplier_rank") or 0) > 0}
        called = list(names)
        return frozenset(
            sender.head
            for sender in self.found
            if sender.head not in buys and any(_carries(sender, name, sender.head in bills) for name in called)
        )


def _sender(row: Row, wanted: set[str], domains: set[str]) -> Sender | None:
    """The contact with those of its addresses that are asked for; none where a search by pattern found too much."""
    mails = addresses(row.text("email"))
    mails = tuple(mail for mail in mails if mail in wanted or domain_of(mail) in domains)
    return Sender(row, mails) if mails else None


def _partner(head: int, members: Sequence[Sender], role: Role) -> Partner:
    name = _name(head, members)
    return Partner(
        ref=RecordRef(model="res.partner", id=head, name=name),
        name=name,
        role=role,
        emails=tuple(dict.fromkeys(mail for member in members for mail in member.mails)),
        vat=next((vat for member in members if (vat := member.row.text("vat"))), None),
    )


def _carries(sender: Sender, carrier: str, is_supplier: bool) -> bool:
    """Whether a contact is of that carrier. A method may be called `Express`: of a supplier, one word alone counts only
    where it is the whole name or the mail domain."""
    name, words = _name(sender.head, [sender]), words_of(carrier)
    if not is_called(name, carrier):
        return False
    domains = [domain_of(mail) for mail in sender.mails]
    if domains and all(has_name(domain, carrier) for domain in domains):
        return True
    own = words_of(name)
    is_like = own == words or min(len(own), len(words)) > 1 or words[0] in map(own_label, domains)
    return is_supplier and is_like


def _name(head: int, members: Sequence[Sender]) -> str:
    own = next((member.row.text("name") for member in members if member.row.id == head), None)
    return own or members[0].row.label("commercial_partner_id") or f"res.partner {head}"
