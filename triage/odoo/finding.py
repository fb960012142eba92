"""Looks up in a live Odoo what a thread may be about, as a book of records.

Searching is generous and opens nothing: `Linker` decides on the book, by the same rules as on one from a file. A number
of another customer is found, and refused; a right or an app that the service user lacks finds less, never more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from triage.domain import Case, Company, Document, Message
from triage.intake.thread import Unlinked
from triage.odoo.book import RecordBook, domain_of
from triage.odoo.capture.reading import Reader
from triage.odoo.client import Odoo
from triage.odoo.freemail import FREEMAIL
from triage.odoo.lookups import MOVE, PURCHASE, SALE, TRANSFER, Lookups, Senders
from triage.odoo.rows import Row
from triage.odoo.spellings import numbers_written

MOST = 50
"""Orders whose neighbourhoods are read for one thread."""


class NeighbourhoodSource(Protocol):
    """What reads neighbourhoods of orders; `triage.odoo.capture.Capture` is one."""

    def neighbourhoods(self, model: str, ids: Sequence[int]) -> list[Case]:
        """Cases without messages and documents, in the order of `ids`; those that are gone are left out."""


@dataclass
class _Found:
    """What the searches gave."""

    threads: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    """By model and id."""

    def add(self, model: str, rows: Iterable[Row]) -> None:
        self.rows.setdefault(model, {}).update({row.id: row for row in rows})

    def of(self, model: str) -> Mapping[int, Row]:
        return self.rows.get(model, {})

    def threaded(self, model: str) -> list[int]:
        keys = (key.partition(":") for key in self.threads.values())
        return [int(number) for name, _, number in keys if name == model]


class Finder:
    """Finds the records that a thread may belong to.

    `company` is the one whose mail this is: records of others are left out. `own_domains` are mail domains of the
    company besides those that Odoo knows. `text_of` gives the text of a document where it is known.
    """

    def __init__(
        self,
        odoo: Odoo,
        capture: NeighbourhoodSource,
        company: Company,
        own_domains: Iterable[str] = (),
        text_of: Callable[[Document], str] | None = None,
    ) -> None:
        self._odoo = odoo
        self._capture = capture
        self._company = company
        self._given_domains = frozenset(domain.strip().lower().lstrip("@") for domain in own_domains)
        self._text_of = text_of
        self._known_domains: frozenset[str] | None = None

    def book_for(self, unlinked: Unlinked) -> RecordBook:
        """The records that the thread names, answers or comes from, at the most fifty, with their neighbourhoods.

        About a dozen searches and two captures, whatever the thread. Raises `OdooUnavailable` where Odoo does not
        answer and `AccessDenied` where the key is refused.
        """
        reader = Reader(self._odoo, self._context())
        lookups, domains = Lookups(reader), self._own_domains(reader)
        senders = lookups.senders(_senders(unlinked.messages), domains)
        found = self._search(lookups, unlinked)
        cases = self._cases(found, senders.members, self._open(lookups, senders))
        if reader.missing.notes:
            # What was refused is a model, not the key: a key that has expired must not look like "nothing found".
            self._odoo.call("res.users", "context_get", again=True)
        return RecordBook(
            company=self._company,
            captured_at=max((case.captured_at for case in cases), default=None),
            domains=tuple(sorted(domains)),
            partners=senders.partners(senders.carriers(_carriers(cases))),
            cases=tuple(cases),
            threads=found.threads,
            belongs=_belongs(found, {case.record.key for case in cases}),
            references=_references(found),
        )

    def _context(self) -> dict[str, object]:
        numbers = [self._company.id] if self._company.id else list(self._odoo.user.companies)
        return {"allowed_company_ids": numbers, "lang": self._odoo.user.language}

    def _own_domains(self, reader: Reader) -> frozenset[str]:
        """Those given, and those of the companies and their mail aliases. Users' are not: some are outsiders."""
        if self._known_domains is None:
            companies = reader.search("company", "res.company", [], ("email",))
            aliases = reader.search("company", "mail.alias.domain", [], ("name",))
            mails = {domain_of(mail) for row in companies if (mail := row.text("email"))}
            names = {(row.text("name") or "").lower() for row in aliases}
            self._known_domains = (self._given_domains | mails | names) - FREEMAIL - {""}
        return self._known_domains

    def _search(self, lookups: Lookups, unlinked: Unlinked) -> _Found:
        """Invoices and transfers first: they lead to orders."""
        numbers = numbers_written(self._texts(unlinked))
        found = _Found(threads=lookups.on_threads(_message_ids(unlinked)))
        for model in (TRANSFER, MOVE):
            found.add(model, lookups.named(model, numbers, found.threaded(model)))
        origins = {
            *_origins(found.of(TRANSFER).values(), "origin"),
            *_origins(found.of(MOVE).values(), "invoice_origin"),
        }
        for model, link in ((SALE, "sale_id"), (PURCHASE, "purchase_id")):
            found.add(model, lookups.named(model, numbers, found.threaded(model)))
            ids = {number for row in found.of(TRANSFER).values() if (number := row.one(link))}
            found.add(model, lookups.leading_to(model, ids, found.of(MOVE), origins))
        return found

    def _texts(self, unlinked: Unlinked) -> Iterator[str]:
        """The most telling first: what was written, names of files, history, papers."""
        for message in unlinked.messages:
            yield from (message.subject, message.body)
        yield from (document.name for document in unlinked.documents)
        for message in unlinked.messages:
            yield from (message.quoted, message.signature)
        if self._text_of is not None:
            yield from (self._text_of(document) for document in unlinked.documents)

    def _open(self, lookups: Lookups, senders: Senders) -> dict[str, list[Row]]:
        """Open orders of a sender who is known: whether there is exactly one is seen only where others are."""
        if len(senders.heads) != 1:
            return {}
        return {model: lookups.open_of(model, senders.members) for model in (SALE, PURCHASE)}

    def _cases(self, found: _Found, family: frozenset[int], is_open: Mapping[str, list[Row]]) -> list[Case]:
        """Neighbourhoods of the likeliest orders: answered ones, the sender's own, then others' of these numbers."""
        ranked: list[tuple[int, int, str]] = []
        for model in (SALE, PURCHASE):
            answered = set(found.threaded(model))
            for row in found.of(model).values():
                rank = 0 if row.id in answered else 1 if row.one("partner_id") in family else 2
                ranked.append((rank, -row.id, model))
            ranked += [(1, -row.id, model) for row in is_open.get(model, ()) if row.id not in found.of(model)]
        chosen = sorted(ranked)[:MOST]
        cases: list[Case] = []
        for model in (SALE, PURCHASE):
            ids = [-number for _, number, name in chosen if name == model]
            cases += self._capture.neighbourhoods(model, ids) if ids else []
        return [case for case in cases if case.company.name == self._company.name]


def _senders(messages: Sequence[Message]) -> Iterator[str]:
    return (message.email for message in messages if message.email)


def _message_ids(unlinked: Unlinked) -> Iterator[str]:
    for message in unlinked.messages:
        yield message.id
        yield from (message.reply_to or "", *unlinked.references.get(message.id, ()))


def _origins(rows: Iterable[Row], name: str) -> set[str]:
    """Names of orders in a field that may hold several: `S00042, S00043`."""
    return {part.strip() for row in rows for part in (row.text(name) or "").split(",") if part.strip()}


def _belongs(found: _Found, keys: set[str]) -> dict[str, tuple[str, ...]]:
    """By found invoice and transfer, the orders that it is of."""
    orders = [(f"{model}:{row.id}", row) for model in (SALE, PURCHASE) for row in found.of(model).values()]
    owners: dict[str, tuple[str, ...]] = {}
    for number, move in found.of(MOVE).items():
        named = _origins([move], "invoice_origin")
        owners[f"{MOVE}:{number}"] = tuple(
            key for key, row in orders if number in row.many("invoice_ids") or row.text("name") in named
        )
    for number, transfer in found.of(TRANSFER).items():
        linked = {f"{SALE}:{transfer.one('sale_id')}", f"{PURCHASE}:{transfer.one('purchase_id')}"}
        named = _origins([transfer], "origin")
        owners[f"{TRANSFER}:{number}"] = tuple(key for key, row in orders if key in linked or row.text("name") in named)
    return {key: tuple(owner for owner in of if owner in keys) for key, of in owners.items()}


def _references(found: _Found) -> dict[str, tuple[str, ...]]:
    """By found invoice, its numbers besides its name."""
    told = {
        f"{MOVE}:{number}": tuple(
            dict.fromkeys(
                text for name in ("ref", "payment_reference") if (text := row.text(name)) and text != row.text("name")
            )
        )
        for number, row in found.of(MOVE).items()
    }
    return {key: texts for key, texts in told.items() if texts}


def _carriers(cases: Iterable[Case]) -> Iterator[str]:
    return (shipment.carrier for case in cases for shipment in case.shipments if shipment.carrier)
