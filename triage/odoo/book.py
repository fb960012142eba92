"""The Odoo side as one JSON file: for work without an Odoo, for examples and for tests.

    {"company": Company, "captured_at": moment or null, "domains": [...], "partners": [Partner...], "cases": [...],
     "threads": {Message-ID: key of a record}, "belongs": {...}, "references": {...}}

Each entry of `cases` is the neighbourhood of one record (a sales or purchase order), in the form of a Case without
messages and documents; `company` and `captured_at` may be left out there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError, model_validator

from triage.domain import Case, Company, Frozen, Order, Partner, RecordRef, Role
from triage.domain.base import Moment
from triage.errors import InputError
from triage.intake.files import first_problem
from triage.odoo.freemail import FREEMAIL

_UNSET = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_BYTES = 200_000_000


def domain_of(address: str) -> str:
    """What stands after the `@`, in lower case."""
    return address.rpartition("@")[2].strip().lower()


def party(partner: Partner) -> str:
    """What makes two partners the same company: the commercial partner, else its record, else its name."""
    ref = partner.commercial or partner.ref
    return ref.key if ref is not None else " ".join(partner.name.casefold().split())


class RecordBook(Frozen):
    """Records and their neighbourhoods. Two entries for the same record, or of the same number, are refused."""

    company: Company
    captured_at: Moment | None = None
    """When this was read from Odoo: "now" for every case of it. None: the time of capture."""
    domains: tuple[str, ...] = ()
    """Mail domains of the company itself, besides those of partners whose role is `colleague`."""
    partners: tuple[Partner, ...] = ()
    cases: tuple[Case, ...] = ()
    threads: dict[str, str] = {}
    """Messages that stand on a record's thread: Message-ID to the record's key (`sale.order:42`, `account.move:7`).
    Keys of records that no neighbourhood holds say nothing."""
    belongs: dict[str, tuple[str, ...]] = {}
    """Which records an invoice or transfer is of, by key: neighbourhoods show other open invoices of a customer, too.
    Those that do not stand here belong to every neighbourhood that shows them."""
    references: dict[str, tuple[str, ...]] = {}
    """Further numbers of an order, invoice or transfer, by its key: a supplier's invoice number, payment references."""

    @model_validator(mode="before")
    @classmethod
    def _entries_take_company_and_time(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get("cases"), list | tuple):
            return value
        common = {"company": value.get("company"), "captured_at": value.get("captured_at") or _UNSET}
        return value | {"cases": [common | entry if isinstance(entry, dict) else entry for entry in value["cases"]]}

    @model_validator(mode="after")
    def _records_are_unique(self) -> RecordBook:
        seen: set[str] = set()
        for case in self.cases:
            if case.record.key in seen:
                raise ValueError(f"{case.record.model} {case.record.name} stands there twice")
            if case.company.name != self.company.name:
                # Events are recorded in the name of the book's company: another one's record would mix them.
                raise ValueError(f"{case.record.name} is of {case.company.name}; each company needs its own file")
            if case.messages or case.documents:
                raise ValueError(f"{case.record.name} holds messages or documents; they come from the mails")
            seen.add(case.record.key)
        return self

    @classmethod
    def read(cls, path: Path) -> RecordBook:
        """The book in a JSON file. Raises `InputError` for a file that is missing, unreadable or no book."""
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise InputError(str(path), f"is larger than {_MOST_BYTES:,} bytes.", "Split the records by day.")
            data = path.read_bytes()
        except OSError as error:
            raise InputError(str(path), f"cannot be read ({error.strerror}).", "Check the path.") from error
        return cls.from_json(data, str(path))

    @classmethod
    def from_json(cls, data: bytes, name: str) -> RecordBook:
        """The book in some JSON; `name` is for messages. Raises `InputError` with the first thing that is wrong."""
        try:
            return cls.model_validate(json.loads(data))
        except (ValueError, RecursionError) as error:
            said = first_problem(error) if isinstance(error, ValidationError) else f"it is not JSON ({error})."
            raise InputError(name, f"is no book of records: {said}", _SHAPE) from error

    def by_name(self, name: str) -> tuple[Case, ...]:
        """Neighbourhoods of the records that are called exactly so."""
        return tuple(case for case in self.cases if case.record.name == name)

    def by_ref(self, ref: RecordRef) -> Case | None:
        """The neighbourhood of a record, or none where the book does not have it."""
        return next((case for case in self.cases if case.record.key == ref.key), None)

    def of_party(self, key: str) -> tuple[Case, ...]:
        """Neighbourhoods whose record's own partner is this party (see `party`)."""
        return tuple(case for case in self.cases if any(party(owner) == key for owner in owners(case)))

    @cached_property
    def known_partners(self) -> tuple[Partner, ...]:
        """Partners of the book and of its cases; those of cases get the role that their record gives them."""
        found = [*self.partners]
        for case in self.cases:
            role = Role.SUPPLIER if is_purchase(case) else Role.CUSTOMER
            found += [_with_role(case.partner, role)] if case.partner else []
            found += [_with_role(purchase.supplier, Role.SUPPLIER) for purchase in case.purchases]
        return tuple(dict.fromkeys(found))

    @cached_property
    def own_domains(self) -> frozenset[str]:
        """Domains of the company itself."""
        own = [p for p in self.partners if p.role is Role.COLLEAGUE or p.name == self.company.name]
        found = {domain_of(email) for partner in own for email in partner.emails}
        return (frozenset(d.strip().lower().lstrip("@") for d in self.domains) | found) - FREEMAIL - {""}


_SHAPE = 'A book is {"company": ..., "captured_at": ..., "partners": [...], "cases": [...]}.'


def _with_role(partner: Partner, role: Role) -> Partner:
    return partner if partner.role is not Role.UNKNOWN else partner.with_(role=role)


def is_purchase(case: Case) -> bool:
    """Whether the neighbourhood is that of a purchase order (rather than of a sales order)."""
    return case.record.model.startswith("purchase.")


def owners(case: Case) -> tuple[Partner, ...]:
    """Whose record it is: the customer of a sales order, the supplier of a purchase order."""
    if is_purchase(case):
        own = [purchase.supplier for purchase in case.purchases if purchase.ref.key == case.record.key]
        return tuple(own) or ((case.partner,) if case.partner else ())
    return (case.partner,) if case.partner else ()


def orders_of(cases: Iterable[Case]) -> tuple[Order, ...]:
    """Heads of the sales orders among some neighbourhoods, each once."""
    return tuple({case.order.ref.key: case.order for case in cases if case.order is not None}.values())
