"""What hardly changes and many captures need, read once an hour: companies, units, operation types, message kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from triage.domain import Company, ShipmentKind
from triage.domain.zones import zone_of
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import RECORD, TRANSFERS
from triage.odoo.capture.reading import Reader
from triage.odoo.rows import Row

Directions = Mapping[int, ShipmentKind]
"""Operation type → which way its transfers go."""

_KINDS = {
    "outgoing": ShipmentKind.OUTGOING,
    "dropship": ShipmentKind.OUTGOING,
    "incoming": ShipmentKind.INCOMING,
}
_ROOT_USER = 1
_FRESH = timedelta(hours=1)
_MOST = 2000
_T = TypeVar("_T")


@dataclass(frozen=True)
class OwnCompany:
    """The company of a record: as the case has it, and what belongs to it."""

    company: Company
    email: str | None
    partner: int | None

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.company.timezone)


@dataclass(frozen=True)
class Units:
    """Units of measure with their sizes."""

    sizes: Mapping[int, Decimal]
    """How many of the reference unit one of it is."""
    names: Mapping[int, str]
    families: Mapping[int, str]
    """What can be converted into each other is of one family."""

    def ratio(self, unit: int | None, other: int | None) -> Decimal | None:
        """How many of the other unit one unit is; none where that is not known."""
        if unit == other:
            return Decimal(1)
        ours, theirs = self.sizes.get(unit or 0), self.sizes.get(other or 0)
        same = self.families.get(unit or 0) == self.families.get(other or 0)
        return ours / theirs if ours and theirs and same else None


@dataclass(frozen=True)
class Subtype:
    """A kind of message: whether only colleagues see it, and whether it tells an event of one model's records."""

    internal: bool
    is_event: bool


@dataclass
class Reference:
    """Keeps what was read, with its time. A change in Odoo shows after an hour, or after a restart."""

    clock: Callable[[], datetime]
    _kept: dict[str, tuple[datetime, Any]] = field(default_factory=dict)

    def company(self, reader: Reader, number: int) -> OwnCompany:
        """A company with currency, time zone (of its working hours, else the service user's) and language."""
        return self.kept(f"company {number}", lambda: _company(reader, number))

    def units(self, reader: Reader) -> Units:
        """All units of measure."""
        return self.kept("units", lambda: _units(reader))

    def directions(self, reader: Reader) -> Directions:
        """Which way the transfers of each operation type of the reader's companies go."""
        companies = reader.context.get("allowed_company_ids")
        return self.kept(f"directions {companies}", lambda: _directions(reader))

    def subtypes(self, reader: Reader) -> Mapping[int, Subtype]:
        """All kinds of messages, by id."""
        return self.kept("subtypes", lambda: _subtypes(reader))

    def system(self, reader: Reader) -> int | None:
        """The partner in whose name Odoo itself writes: that of its first user, whom other reads hide."""
        return self.kept("system", lambda: _system(reader))

    def kept(self, name: str, read: Callable[[], _T]) -> _T:
        """What was read under a name, read anew after an hour."""
        kept = self._kept.get(name)
        now = self.clock()
        if kept is not None and now - kept[0] <= _FRESH:
            value: _T = kept[1]
            return value
        found = read()
        if found:  # what was refused is asked for again
            self._kept[name] = (now, found)
        return found


def _company(reader: Reader, number: int) -> OwnCompany:
    user = reader.odoo.user
    found = reader.read(RECORD, "res.company", [number], wanted.COMPANY)
    row = found[0] if found else Row("res.company", {"id": number, "name": f"company {number}"})
    calendar = reader.read(RECORD, "resource.calendar", [row.one("resource_calendar_id") or 0], ("tz",))
    zones = [*(each.text("tz") for each in calendar), user.timezone]
    company = Company(
        name=row.text("name") or f"company {number}",
        id=number,
        currency=row.label("currency_id"),
        timezone=next((zone for zone in zones if zone and zone_of(zone)), "UTC"),
        language=user.language.partition("_")[0].partition("@")[0] or "en",
    )
    return OwnCompany(company, row.text("email"), row.one("partner_id"))


def _units(reader: Reader) -> Units:
    rows = reader.search(RECORD, "uom.uom", [], wanted.UNIT, order="id", limit=_MOST, active_test=False)
    names = {row.id: name for row in rows if (name := row.text("name"))}
    sizes = {row.id: size for row in rows if (size := _size(row))}
    made_of = {row.id: number for row in rows if (number := row.one("relative_uom_id"))}
    return Units(sizes, names, {row.id: _family(row, made_of) for row in rows})


def _size(row: Row) -> Decimal | None:
    """Until 18 `factor` is how many make the reference unit, from 19 on (`relative_factor`) how many it is."""
    if row.has("relative_factor"):
        return row.number("factor")
    inverse, factor = row.number("factor_inv"), row.number("factor")
    return inverse or (1 / factor if factor else None)


def _system(reader: Reader) -> int | None:
    rows = reader.read(RECORD, "res.users", [_ROOT_USER], ("partner_id",))
    return rows[0].one("partner_id") if rows else None


def _family(row: Row, made_of: Mapping[int, int]) -> str:
    """Until 18 the category, from 19 on the unit that all others are made of."""
    category = row.one("category_id")
    if category:
        return f"category {category}"
    root, seen = row.id, {row.id}
    while (parent := made_of.get(root)) and parent not in seen:
        root = parent
        seen.add(root)
    return (row.text("parent_path") or str(root)).partition("/")[0]


def _directions(reader: Reader) -> Directions:
    rows = reader.search(TRANSFERS, "stock.picking.type", [], ("code",), order="id", limit=_MOST, active_test=False)
    return {row.id: _KINDS.get(row.text("code") or "", ShipmentKind.INTERNAL) for row in rows}


def _subtypes(reader: Reader) -> Mapping[int, Subtype]:
    rows = reader.search(RECORD, "mail.message.subtype", [], wanted.SUBTYPE, order="id", limit=_MOST)
    return {row.id: Subtype(row.flag("internal"), row.text("res_model") is not None) for row in rows}
