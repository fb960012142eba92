"""Customers and suppliers with everybody who belongs to them, and what they owe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from triage.domain import Credit, Partner, RecordRef, Role
from triage.odoo.capture import wanted
from triage.odoo.capture.custom import Custom, first_text
from triage.odoo.capture.missing import PARTNERS
from triage.odoo.capture.reading import Reader
from triage.odoo.rows import Row

_MOST = 500
"""How many contacts of families are read beyond those that were asked for, companies first."""
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PEOPLE = frozenset({None, "contact"})


def addresses(text: str | None) -> tuple[str, ...]:
    """The mail addresses in a field that may hold several, in lower case."""
    return tuple(dict.fromkeys(found.lower() for found in _ADDRESS.findall(text or "")))


@dataclass(frozen=True)
class Partners:
    """Partners that were read, with their families (all contacts of the same commercial partner)."""

    rows: Mapping[int, Row]
    custom: Custom
    currency: str | None
    may_see_credit: bool
    _families: dict[int, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows.values():
            self._families.setdefault(self.commercial(row.id) or row.id, []).append(row)

    def commercial(self, number: int | None) -> int | None:
        """The company behind a partner: itself where it is one."""
        row = self.rows.get(number or 0)
        return None if row is None else row.one("commercial_partner_id") or row.id

    def is_own(self, number: int | None) -> bool:
        """Whether the partner is a user of ours."""
        row = self.rows.get(number or 0)
        return row is not None and row.has("partner_share") and not row.flag("partner_share")

    def name(self, number: int | None) -> str | None:
        """What a person or company is called, without the company before a person's name."""
        row = self.rows.get(number or 0)
        return None if row is None else row.text("name")

    def partner(self, number: int | None, role: Role, delivery: int | None = None) -> Partner | None:
        """A partner as the case has it, none where it may not be seen.

        The name is the company's; address that of `delivery` where there is one; credit and VAT are the company's.
        """
        own = self.rows.get(number or 0)
        if own is None:
            return None
        head = self.rows.get(self.commercial(own.id) or 0, own)
        place = self._place(own, head, delivery)
        family = self._family(head)
        return Partner(
            ref=RecordRef(model="res.partner", id=own.id, name=_called(own, head)),
            name=head.text("name") or _called(own, head),
            role=role,
            commercial=head.ref() if head.id != own.id else None,
            emails=_once(address for row in family for address in addresses(row.text("email"))),
            contacts=_once(name for row in family if (name := _person(row, head))),
            phones=_once(phone for row in family for name in ("phone", "mobile") if (phone := row.text(name))),
            vat=head.text("vat") or own.text("vat"),
            street=first_text((place.text("street"), place.text("street2"))),
            zip=place.text("zip"),
            city=place.text("city"),
            country=place.text("country_code"),
            customer_class=first_text(self.custom.text(row, "partner.customer_class") for row in (own, head)),
            requires_reference=self._flag((own, head), "partner.requires_reference"),
            credit=self._credit(head) if role is Role.CUSTOMER else None,
        )

    def _family(self, head: Row) -> list[Row]:
        rows = [row for row in self._families.get(head.id, []) if row.id != head.id and row.values.get("active", True)]
        return [head, *sorted(rows, key=lambda row: row.id)]

    def _place(self, own: Row, head: Row, delivery: int | None) -> Row:
        for row in (self.rows.get(delivery or 0), own, head):
            if row is not None and any(row.text(name) for name in ("street", "zip", "city")):
                return row
        return own

    def _flag(self, rows: Sequence[Row], name: str) -> bool | None:
        told = [self.custom.flag(row, name) for row in rows]
        return True if any(told) else None

    def _credit(self, head: Row) -> Credit | None:
        """What the company owes and may owe; none for one that has no limit, owes nothing and is not held."""
        if not self.may_see_credit or self.currency is None:
            return None
        owed, to_invoice = head.number("credit") or 0, head.number("credit_to_invoice") or 0
        limit, on_hold = _limit(head), self._flag((head,), "partner.on_hold")
        if limit is None and not owed and not to_invoice and not on_hold:
            return None
        return Credit(limit=limit, receivable=owed, to_invoice=to_invoice, currency=self.currency, on_hold=on_hold)


def read_partners(
    reader: Reader,
    numbers: Iterable[int | None],
    families_of: Iterable[int | None],
    custom: Custom,
    currency: str | None,
) -> Partners:
    """Partners, and the families of those among them whose case needs all contacts.

    One call for those that are named, and one for families; a third one where a large family leaves out its head.
    """
    names = (*wanted.PARTNER, *custom.fields("partner."))
    whole = sorted({number for number in families_of if number})
    own = reader.read(PARTNERS, "res.partner", {number for number in numbers if number} | set(whole), names)
    rows = {row.id: row for row in own}
    heads = sorted({rows[number].one("commercial_partner_id") or number for number in whole if number in rows})
    family = _family_of(reader, heads, names)
    rows |= {row.id: row for row in family}
    if len(family) == _MOST:
        reader.missing.note(PARTNERS, f"only {_MOST} contacts of a family were read")
        lacking = [head for head in heads if head not in rows]
        rows |= {row.id: row for row in reader.read(PARTNERS, "res.partner", lacking, names)}
    fields = reader.odoo.fields("res.partner") or {}
    return Partners(rows, custom, currency, may_see_credit="credit" in fields)


def _family_of(reader: Reader, heads: Sequence[int], names: Sequence[str]) -> list[Row]:
    """Some companies and everybody below them, archived ones too: people who left have written messages."""
    domain = reader.either("res.partner", [("id", "in", list(heads)), ("commercial_partner_id", "in", list(heads))])
    if not domain:
        return []
    order = "is_company desc, id"
    return reader.search(PARTNERS, "res.partner", domain, names, order=order, limit=_MOST, active_test=False)


def _limit(head: Row) -> object:
    """The credit limit, where limits are in use at all and this partner has one."""
    limit = head.number("credit_limit")
    switches = [name for name in ("show_credit_limit", "use_partner_credit_limit") if head.has(name)]
    if switches and not any(head.flag(name) for name in switches):
        return None
    return limit if limit is not None and limit > 0 else None


def _called(own: Row, head: Row) -> str:
    name, company = own.text("name"), head.text("name")
    if own.id == head.id or not company:
        return name or f"res.partner {own.id}"
    return f"{company}, {name}" if name else company


def _person(row: Row, head: Row) -> str | None:
    is_person = row.id != head.id and not row.flag("is_company") and row.text("type") in _PEOPLE
    return row.text("name") if is_person else None


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
