"""Records that are a request (tickets, leads, tasks, alerts, approvals) or a document: their text and their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from triage.domain import Limits, Message, MessageKind, Role, ShipmentKind
from triage.intake.text import clean
from triage.odoo.capture import wanted
from triage.odoo.capture.approvals import LEAD, LEAD_FIELDS, REQUEST, REQUEST_FIELDS
from triage.odoo.capture.custom import first_text
from triage.odoo.capture.kinds import KINDS, LINKS, ORDERS, Kind
from triage.odoo.capture.missing import INVOICES, PURCHASES, RECORD, TRANSFERS
from triage.odoo.capture.partners import addresses
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions
from triage.odoo.capture.stock import kind_of
from triage.odoo.capture.thread import Circle, written_text
from triage.odoo.rows import Row

CHECK, REPAIR = "quality.check", "maintenance.request"

_COMMON = (
    "company_id",
    "create_uid",
    "create_date",
    "write_date",
    "display_name",
    "mimetype",
    "attachment_id",
    "file_size",
    "size",
    "product_id",
    "date_assign",
)


@dataclass(frozen=True)
class Seeds:
    """The records from which a neighbourhood grows."""

    sales: tuple[int, ...] = ()
    purchases: tuple[int, ...] = ()
    pickings: tuple[int, ...] = ()
    invoices: tuple[int, ...] = ()
    partner: int | None = None
    by_customer: bool = True
    """Whether `partner` is somebody to whom we sell, rather than a supplier."""
    blocked: tuple[Row, ...] = ()
    """Quality alerts on a product: who waits for that product hangs on them."""
    asked: tuple[Row, ...] = ()
    """The approval request, the lead, the failed quality check or the repair that the case is about."""

    @property
    def by_model(self) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
        """The records by topic and model, those that say most of where they belong first."""
        return (
            (RECORD, "sale.order", self.sales),
            (PURCHASES, "purchase.order", self.purchases),
            (TRANSFERS, "stock.picking", self.pickings),
            (INVOICES, "account.move", self.invoices),
        )

    def plus(self, other: Seeds) -> Seeds:
        """Both, each record once; the partner is this one's if it has one."""
        return Seeds(
            _once(self.sales, other.sales),
            _once(self.purchases, other.purchases),
            _once(self.pickings, other.pickings),
            _once(self.invoices, other.invoices),
            self.partner or other.partner,
            self.by_customer if self.partner else other.by_customer,
            (*self.blocked, *other.blocked),
            (*self.asked, *other.asked),
        )


def head_fields(reader: Reader, model: str) -> tuple[str, ...]:
    """What is read of a record whose model has no list of its own in `wanted`."""
    own = {
        "sale.order": wanted.SALE_ORDER,
        "purchase.order": wanted.PURCHASE_ORDER,
        "stock.picking": wanted.PICKING,
        "account.move": wanted.INVOICE,
    }
    if model in own:
        return own[model]
    kind = KINDS[model]
    more = {REQUEST: REQUEST_FIELDS, LEAD: LEAD_FIELDS, CHECK: wanted.QUALITY_CHECK, REPAIR: wanted.REPAIR}.get(
        model, ()
    )
    names = (*kind.called, *kind.partner, *kind.subject, *kind.text, *kind.email, *kind.author, *(kind.about or ()))
    return (*_COMMON, *names, *more, *_links(reader, model))


def _links(reader: Reader, model: str) -> list[str]:
    """Fields of a model that lead to an order: those of the usual names, and any other link of that kind."""
    fields = reader.odoo.fields(model) or {}
    found = []
    for relation, usual in LINKS.items():
        plain = [name for name, told in fields.items() if told.relation == relation and told.type == "many2one"]
        found += [name for name in usual if name in fields and fields[name].relation == relation]
        found += [name for name in plain if name not in usual and fields[name].store]
    return found


def seeds_of(reader: Reader, row: Row | None, directions: Callable[[], Directions]) -> Seeds:
    """From which records the neighbourhood of a record grows. None of a record that may not be seen."""
    if row is None:
        return Seeds()
    partner = row.one("partner_id")
    if row.model == "sale.order":
        return Seeds(sales=(row.id,), partner=partner)
    if row.model == "purchase.order":
        return Seeds(purchases=(row.id,), partner=partner, by_customer=False)
    if row.model == "stock.picking":
        sells = row.one("sale_id") is not None or kind_of(row, directions()) is not ShipmentKind.INCOMING
        return _resolved(reader, Seeds(pickings=(row.id,), partner=partner, by_customer=sells), [row])
    if row.model == "account.move":
        sells = (row.text("move_type") or "").startswith("out_")
        return _resolved(reader, Seeds(invoices=(row.id,), partner=partner, by_customer=sells))
    return _resolved(reader, linked(reader, row))


def _resolved(reader: Reader, seeds: Seeds, pickings: Sequence[Row] = ()) -> Seeds:
    """Seeds with the orders of their transfers and invoices. Three calls at the most, none where an order is known."""
    if seeds.sales or seeds.purchases:
        return seeds
    names = ("sale_id", "purchase_id", "partner_id")
    rows = list(pickings) or reader.read(TRANSFERS, "stock.picking", seeds.pickings, names)
    sales = [number for row in rows if (number := row.one("sale_id"))]
    bought = [number for row in rows if (number := row.one("purchase_id"))]
    if seeds.invoices and not (sales or bought):
        terms = [("invoice_ids", "in", list(seeds.invoices))]
        sales = [row.id for row in reader.where_any(RECORD, "sale.order", terms, ())]
        bought = [] if sales else [row.id for row in reader.where_any(RECORD, "purchase.order", terms, ())]
    partner = seeds.partner or next((one for row in rows if (one := row.one("partner_id"))), None)
    by_customer = seeds.by_customer if seeds.partner else not bought
    return replace(seeds, sales=_once(sales), purchases=_once(bought), partner=partner, by_customer=by_customer)


def linked(reader: Reader, row: Row) -> Seeds:
    """What a request leads to, by whatever links it has. Two calls at the most."""
    fields = reader.odoo.fields(row.model) or {}
    found: dict[str, list[int]] = {relation: [] for relation in LINKS}
    for name in _links(reader, row.model):
        one = row.one(name) if fields[name].type == "many2one" else None
        found[fields[name].relation or ""] += [one] if one else list(row.many(name))
    sales = found["sale.order"] or _orders_of(reader, "sale.order.line", found["sale.order.line"], "order_id")
    seeds = Seeds(
        sales=_once(sales),
        purchases=_once(found["purchase.order"]),
        pickings=_once(found["stock.picking"]),
        invoices=_once(found["account.move"]),
        partner=next((one for name in KINDS[row.model].partner if (one := row.one(name))), None),
        blocked=(row,) if row.model == "quality.alert" and row.one("product_id") else (),
        asked=(row,) if row.model in (REQUEST, LEAD, CHECK, REPAIR) else (),
    )
    if row.model == REQUEST and not (seeds.sales or seeds.purchases):
        return seeds.plus(_referred(reader, row))
    if found["stock.lot"] and not (seeds.sales or seeds.pickings):
        return seeds.plus(Seeds(pickings=_delivered_with(reader, found["stock.lot"])))
    return seeds


def company_of(reader: Reader, seeds: Seeds) -> int | None:
    """The company of the first of these records that has one and may be read. One call where an order is linked."""
    for topic, model, numbers in seeds.by_model:
        found = {row.id: row.one("company_id") for row in reader.read(topic, model, numbers, ("company_id",))}
        companies = [company for number in numbers if (company := found.get(number))]
        if companies:
            return companies[0]
    return None


def _referred(reader: Reader, row: Row) -> Seeds:
    """The order that a request names as its reference: by its whole name, and of the request's own partner only."""
    name, partner = row.text("reference"), row.one("partner_id")
    if not name or partner is None:
        return Seeds()
    for model in ORDERS:
        terms = [("name", "=", name), ("partner_id", "child_of", [partner])]
        if all(reader.knows(model, field) for field, _, _ in terms):
            found = reader.search(RECORD, model, terms, (), limit=2)
            if len(found) == 1:
                return Seeds(sales=(found[0].id,)) if model == "sale.order" else Seeds(purchases=(found[0].id,))
    return Seeds()


def _orders_of(reader: Reader, model: str, numbers: Sequence[int], name: str) -> list[int]:
    rows = reader.read(RECORD, model, numbers, (name,))
    for lacking in sorted(set(numbers) - {row.id for row in rows}):
        reader.missing.unread(RECORD, model, lacking)
    return [number for row in rows if (number := row.one(name))]


def _delivered_with(reader: Reader, lots: Sequence[int]) -> tuple[int, ...]:
    """The last delivery of a lot or serial number."""
    terms = [("lot_id", "in", list(lots)), ("picking_id.picking_type_id.code", "=", "outgoing")]
    if not all(reader.knows("stock.move.line", name) for name, _, _ in terms):
        return ()
    rows = reader.search(RECORD, "stock.move.line", terms, ("picking_id",), order="id desc", limit=1)
    return tuple(number for row in rows if (number := row.one("picking_id")))


def request_message(row: Row, circle: Circle, limits: Limits) -> Message | None:
    """The text of a request as the first message of its thread; none where it has none."""
    kind = KINDS[row.model]
    written = written_text("<br/><br/>".join(text for name in kind.text if (text := row.text(name))), limits)
    subject = clean(first_text(row.text(name) for name in kind.subject) or "")
    if not (written.body or (subject and kind.text)):
        return None
    author, address = _author(row, kind, circle)
    partner = next((one for name in kind.partner if (one := row.one(name))), None)
    role = Role.COLLEAGUE if kind.by_colleague or not (partner or address) else circle.role(partner, address)
    return Message(
        id=f"{row.model}:{row.id}",
        kind=MessageKind.NOTE if kind.by_colleague and not kind.asks else MessageKind.MESSAGE,
        sent_at=row.moment("create_date"),
        author=author,
        email=address,
        role=role,
        subject=subject,
        body=written.body or subject,
        quoted=written.quoted,
        signature=written.signature,
        warnings=written.warnings,
    )


def _author(row: Row, kind: Kind, circle: Circle) -> tuple[str | None, str | None]:
    """Name and address of who made a request."""
    partner = next((one for name in kind.partner if (one := row.one(name))), None)
    told = first_text(row.label(name) or row.text(name) for name in kind.author)
    address = first_text(next(iter(addresses(row.text(name))), None) for name in kind.email)
    if kind.by_colleague:
        return told, address
    known = circle.partners.rows.get(partner or 0)
    if address is None and known is not None:
        address = next(iter(addresses(known.text("email"))), None)
    return circle.partners.name(partner) or told, address


def _once(*groups: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for group in groups for number in group))
