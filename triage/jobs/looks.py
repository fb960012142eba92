"""One look through a model, or for dates that have passed: from where it stood, page by page, kept before it moves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from triage.domain import Company, RecordRef
from triage.domain.policies import PolicyBook
from triage.errors import AccessDenied
from triage.odoo import affected
from triage.odoo.affected import Hit, Hits
from triage.odoo.capture import MODELS
from triage.odoo.capture.finding import ref_of
from triage.odoo.capture.kinds import KINDS
from triage.odoo.client import Odoo
from triage.odoo.connection import Sweeping
from triage.odoo.load import Load
from triage.odoo.looking import Cursor, Page, page_by_id, page_by_time
from triage.odoo.passing import Passing, passed
from triage.odoo.rows import Row
from triage.odoo.uploads import MIRRORED, UPLOADS, mirrored, with_messages
from triage.storage.watermarks import Position, Watermarks

MESSAGES = "mail.message"


@dataclass(frozen=True)
class Place:
    """The Odoo that is swept."""

    odoo: Odoo
    name: str
    """What tells one database of one server from all others."""
    company: Company
    """The service user's own: whose arrivals they are while a record's company is not known."""
    company_of: Callable[[int], Company]
    """A company by its id."""
    sweeping: Sweeping


@dataclass(frozen=True)
class Round:
    """What the looks of one round share."""

    place: Place
    watermarks: Watermarks
    policies: PolicyBook
    clock: Callable[[], datetime]
    load: Load
    keep: Callable[[Iterable[Hit], int], None]
    """Keeps what was seen on so many records; durable when it returns."""
    known: Mapping[str, Position]

    def begun(self, part: str, start: datetime, is_proven: bool = False) -> Position:
        """A first position, unless there is one already."""
        now = self.clock()
        made = Position(self.place.name, part, start, start, now, now, is_proven)
        return self.watermarks.begin(made)

    @property
    def first(self) -> datetime:
        """How far back the first round looks, by our clock."""
        return self.clock() - timedelta(days=self.place.sweeping.first_days)


@dataclass(frozen=True)
class Group:
    """One model that is looked through, and what its changes hit."""

    model: str
    names: tuple[str, ...] = ()
    hits: Hits | None = None
    """Orders that a change hits."""
    is_case: bool = False
    """Whether its records are looked at themselves."""
    domain: tuple[tuple[str, str, object], ...] = ()
    """Which of its records count."""
    is_new_only: bool = False
    """Whether only new records count, whatever becomes of them."""


_BOUGHT = ("order_id", "product_id", "sale_line_id", "move_dest_ids")
_FAN_OUT: Mapping[str, tuple[Hits, tuple[str, ...]]] = MappingProxyType(
    {
        "sale.order.line": (affected.of_order_lines, ("order_id",)),
        "purchase.order": (affected.of_purchases, ()),
        "purchase.order.line": (affected.of_purchase_lines, _BOUGHT),
        "stock.move": (affected.of_moves, ("sale_line_id", "purchase_line_id", "product_id", "move_dest_ids")),
        "stock.picking": (affected.of_transfers, ("sale_id",)),
        "account.move": (affected.of_invoices, ("move_type", "commercial_partner_id")),
        "account.payment": (affected.of_payments, ("partner_id",)),
    }
)


def groups(place: Place) -> Iterator[Group]:
    """Everything that is looked through, as far as this Odoo has it: messages, documents, cases, what hits orders."""
    yield Group(MESSAGES, is_new_only=True)
    for model, domain in UPLOADS.items():
        if model in place.sweeping.models and place.odoo.has(model, "create_date"):
            names = (*KINDS[model].called, "company_id", "create_uid")
            names += (MIRRORED,) if place.odoo.has(model, MIRRORED) else ()
            yield Group(model, names, is_case=True, domain=tuple(domain), is_new_only=True)
    cases = [model for model in place.sweeping.models if model in KINDS and model not in UPLOADS]
    for model in dict.fromkeys((*cases, *_FAN_OUT)):
        if place.odoo.has(model):
            hits, names = _FAN_OUT.get(model, (None, ()))
            own = (*KINDS[model].called, "company_id", "create_uid", "write_uid") if model in cases else ()
            yield Group(model, (*own, *names), hits, is_case=model in cases)


class Look:
    """The look through one model."""

    def __init__(self, round_: Round, group: Group) -> None:
        self._round = round_
        self._group = group
        self.model = self.part = group.model
        self._position = round_.known.get(self.part) or self._first()

    @property
    def moment(self) -> datetime:
        """How far behind it is."""
        return self._position.cursor_moment or self._position.moment

    def _first(self) -> Position:
        """From the newest change on, by Odoo's own clock: what there is already is left alone, unless it is wanted."""
        round_, stamp = self._round, self._stamp
        if round_.place.sweeping.first_days:
            return round_.begun(self.part, round_.first)
        try:
            domain, order = self._group.domain, f"{stamp} desc, id desc"
            newest = round_.load.search(self.model, domain, (stamp,), order=order, limit=1)
        except AccessDenied:
            newest = []
        moment = newest[0].moment(stamp) if newest else None
        if moment is None:
            return round_.begun(self.part, round_.first)
        return round_.begun(self.part, moment + timedelta(seconds=1), is_proven=True)

    @property
    def _stamp(self) -> str:
        return "create_date" if self._group.is_new_only else "write_date"

    def page(self) -> bool:
        """See one page and keep what it says; whether there is more."""
        position = self._begun()
        page = self._read(Cursor(position.cursor_moment or position.moment, position.cursor_id))
        self._round.keep(self._hits(page.rows), len(page.rows))
        self._move(position, page)
        return page.then is not None

    def _begun(self) -> Position:
        """The position in the look that is under way, or in a new one, which begins before the end of the last."""
        position = self._position
        if position.cursor_moment is not None:
            return position
        now = self._round.clock()
        start = max(position.moment - self._overlap(now), position.floor)
        return position.with_(cursor_moment=start, cursor_id=0, began=now, newest=None)

    def _overlap(self, now: datetime) -> timedelta:
        sweeping = self._round.place.sweeping
        if self._is_deep(now):
            return timedelta(hours=sweeping.deep_overlap_hours)
        return timedelta(minutes=sweeping.overlap_minutes)

    def _is_deep(self, began: datetime) -> bool:
        return began - self._position.deep_at >= timedelta(hours=self._round.place.sweeping.deep_hours)

    def _read(self, at: Cursor) -> Page:
        load, size = self._round.load, self._round.place.sweeping.page
        if self.model == MESSAGES:
            readable = [model for model in MODELS if load.odoo.has(model)]
            domain = [("model", "in", readable), ("message_type", "in", ["email", "comment"])]
            names = ("model", "res_id", "record_name", "author_id")
            return page_by_id(load, self.model, self._stamp, domain, names, at, size)
        if self._group.is_new_only:
            return page_by_id(load, self.model, self._stamp, self._group.domain, self._group.names, at, size)
        return page_by_time(load, self.model, self._stamp, (), self._group.names, at, size)

    def _hits(self, rows: Sequence[Row]) -> list[Hit]:
        user = self._round.load.odoo.user
        if self.model == MESSAGES:
            return [_written_to(row) for row in rows if row.one("author_id") != user.partner]
        if self.model in UPLOADS:
            return [_uploaded(row) for row in self._by_themselves(rows) if row.one("create_uid") != user.id]
        found: list[Hit] = []
        if self._group.is_case:
            found += [_changed(row) for row in rows if not row.one("create_uid") == user.id == row.one("write_uid")]
        if self._group.hits is not None and rows:
            found += self._group.hits(self._round.load, rows)
        return found

    def _by_themselves(self, rows: Sequence[Row]) -> list[Row]:
        """Documents that somebody uploaded: not those that came with a message or that Odoo made, and each once."""
        load, swept = self._round.load, self._round.place.sweeping.models
        if self.model == "ir.attachment":
            passed = with_messages(load, [row.id for row in rows])
        elif load.odoo.has(self.model, MIRRORED):
            passed = mirrored(load, rows, is_swept="ir.attachment" in swept)
        else:
            passed = set()
        return [row for row in rows if row.id not in passed]

    def _move(self, position: Position, page: Page) -> None:
        """Note how far was seen, by compare-and-set on what this round has read."""
        seen = [moment for row in page.rows if (moment := row.moment(self._stamp)) is not None]
        newest = max([*seen, *([position.newest] if position.newest else [])], default=None)
        if page.then is not None:
            moved = position.with_(cursor_moment=page.then.moment, cursor_id=page.then.after, newest=newest)
        else:
            moved = self._ended(position, newest)
        self._position = self._round.watermarks.move(self._position, moved)

    def _ended(self, position: Position, newest: datetime | None) -> Position:
        """The position after a look that has seen everything."""
        now, began = self._round.clock(), position.began
        assert began is not None, "a look that ends has begun"
        return position.with_(
            moment=_next_moment(position, newest, began, now),
            is_proven=position.is_proven or newest is not None,
            cursor_moment=None,
            cursor_id=0,
            began=None,
            newest=None,
            looked_at=now,
            deep_at=began if self._is_deep(began) else position.deep_at,
        )


def _next_moment(position: Position, newest: datetime | None, began: datetime, now: datetime) -> datetime:
    """Where the next look begins, by Odoo's clock, of which we know only the times that it has told.

    Not after the newest change, less the time for which this look has gone on. And Odoo's clock has gone on at least
    as long as ours since the last look ended: what it had told then, and so much more, lay behind when this one began.
    """
    idle = max(began - position.looked_at, timedelta())
    known = [position.moment + idle] if position.is_proven else []
    if newest is not None:
        known.append(newest - timedelta(seconds=int((now - began).total_seconds())))
    return max(known, default=position.moment)


class Dates:
    """The look for dates of one kind that have passed in one company; its position counts that company's days."""

    def __init__(self, round_: Round, kind: Passing, number: int) -> None:
        self._round = round_
        self._kind = kind
        self._company = round_.place.company_of(number)
        self._number = number
        self.part = f"{kind.part} {number}"
        self._position = round_.known.get(self.part) or round_.begun(self.part, round_.first)
        self.model = kind.model

    @property
    def moment(self) -> datetime:
        """How far behind it is."""
        return self._position.moment

    def page(self) -> bool:
        """See one page of what has passed and keep it; whether there is more."""
        zone = ZoneInfo(self._company.timezone)
        since = _day(self._position.moment, zone)
        target = self._position.cursor_moment or self._round.clock()
        today = _day(target, zone)
        if today <= since:
            return False
        thresholds = self._round.policies.of(self._company.name).thresholds
        load, size, after = self._round.load, self._round.place.sweeping.page, self._position.cursor_id
        found = passed(load, self._kind, self._number, zone, since, today, thresholds, after, size)
        self._round.keep(found.hits, found.records)
        if found.then is not None:
            moved = self._position.with_(cursor_moment=target, cursor_id=found.then)
        else:
            moved = self._position.with_(moment=target, cursor_moment=None, cursor_id=0, looked_at=target)
        self._position = self._round.watermarks.move(self._position, moved)
        return found.then is not None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _changed(row: Row) -> Hit:
    moment = row.moment("write_date") or datetime.now(UTC)
    return Hit(ref_of(row), f"{row.model}@{moment:%Y-%m-%dT%H:%M:%S}", moment, row.label("company_id"))


def _uploaded(row: Row) -> Hit:
    moment = row.moment("create_date") or datetime.now(UTC)
    return Hit(ref_of(row), f"{row.model}:{row.id}", moment, row.label("company_id"))


def _written_to(row: Row) -> Hit:
    moment = row.moment("create_date") or datetime.now(UTC)
    model, number = row.text("model") or "", int(row.number("res_id") or 0)
    ref = RecordRef(model=model, id=number, name=row.text("record_name") or f"{model} {number}")
    return Hit(ref, f"mail.message:{row.id}", moment)
