"""The Case: an immutable snapshot of a record and of the neighbourhood that the facts need.

Field names follow Odoo's where a value is Odoo's (`commitment_date`, `credit_limit`). Amounts and quantities are
`Decimal` in the currency and unit that stands beside them. Everything but `record`, `company` and `captured_at` may
be absent: what an edition, a right or a channel does not give is absent, never guessed.
"""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated

from pydantic import Field

from triage.domain.base import Frozen, Moment
from triage.domain.base import fingerprint as fingerprint_of
from triage.domain.event import RecordRef
from triage.domain.facts import Fact
from triage.domain.hindrances import Hindrance
from triage.domain.impact import Network
from triage.domain.requests import Approval, Lead


class Role(StrEnum):
    """Who somebody is to the order desk."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    CARRIER = "carrier"
    COLLEAGUE = "colleague"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Company(Frozen):
    """The company whose record this is."""

    name: str
    """As Odoo has it; names the stream in the journal."""
    id: int | None = None
    """Odoo's id (`res.company`)."""
    currency: str | None = None
    """ISO 4217."""
    timezone: str = "UTC"
    """IANA name; business days and cut-offs are this zone's."""
    language: str = "en"
    """The reader's language (ISO 639-1): summaries are written in it."""


class Credit(Frozen):
    """What a partner owes and may owe (needs accounting rights in Odoo; company-dependent)."""

    limit: Decimal | None = None
    """`credit_limit`; none where no limit is set."""
    receivable: Decimal = Decimal(0)
    """`credit`: open receivables."""
    to_invoice: Decimal = Decimal(0)
    """`credit_to_invoice`: confirmed but not yet invoiced."""
    currency: str
    """ISO 4217 code."""
    on_hold: bool | None = None
    """Only where an add-on has holds; core Odoo only warns."""


class Partner(Frozen):
    """A customer, supplier or carrier with its contacts."""

    ref: RecordRef | None = None
    name: str
    """Display name."""
    role: Role = Role.UNKNOWN
    commercial: RecordRef | None = None
    """The company behind a contact (`commercial_partner_id`)."""
    emails: tuple[str, ...] = ()
    """All known addresses of the partner and its contacts."""
    contacts: tuple[str, ...] = ()
    """Names of people."""
    phones: tuple[str, ...] = ()
    """All known numbers of the partner and its contacts."""
    vat: str | None = None
    """VAT number, as Odoo has it."""
    street: str | None = None
    """Of the partner's own address."""
    zip: str | None = None
    """Postal code."""
    city: str | None = None
    """Of the partner's own address."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    customer_class: str | None = None
    """The company's own class, for example `A`."""
    requires_reference: bool | None = None
    """Whether this customer's orders must carry its own order number."""
    credit: Credit | None = None


class Line(Frozen):
    """One line of a sales or purchase order."""

    id: int | None = None
    """Odoo's id of the line."""
    product: str
    """Internal reference (`default_code`), or the name where there is none."""
    name: str
    """Description on the line."""
    partner_code: str | None = None
    """The partner's own item number."""
    gtin: str | None = None
    """GTIN or EAN of the product (`barcode`)."""
    quantity: Decimal
    """Ordered, in `uom`."""
    delivered: Decimal = Decimal(0)
    """`qty_delivered` on sales, `qty_received` on purchases."""
    invoiced: Decimal = Decimal(0)
    """Invoiced or billed, in `uom`."""
    uom: str = "Units"
    """Unit of measure, as Odoo calls it."""
    uom_size: Decimal | None = None
    """How many of the product's own unit (`own_uom`) one `uom` is, as Odoo converts them; none where it is that one."""
    own_uom: str | None = None
    """The product's own unit of measure."""
    unit_price: Decimal | None = None
    """After discount, in the order's currency, per `price_per` units."""
    price_per: Decimal = Decimal(1)
    """How many of `uom` the price is for."""
    discount: Decimal | None = None
    """Per cent."""
    list_price: Decimal | None = None
    """What the price list gives for this customer, quantity and day."""
    floor_price: Decimal | None = None
    """The lowest price that policy allows."""
    cost: Decimal | None = None
    """What one of the product's own unit costs us; confidential."""
    date_planned: date | None = None
    """When this line is due (purchase lines carry their own date)."""
    reserved: Decimal | None = None
    """Reserved for this line."""
    forecast: Decimal | None = None
    """Available for this line by its date (`forecast_availability`)."""
    forecast_date: date | None = None
    """When the rest is expected (`forecast_expected_date`)."""


class Order(Frozen):
    """The head of a sales order."""

    ref: RecordRef
    state: str
    """Odoo's state: `draft`, `sent`, `sale`, `done`, `cancel`."""
    currency: str
    """ISO 4217 code."""
    amount_total: Decimal | None = None
    """With tax."""
    date_order: Moment | None = None
    """When it was ordered or confirmed."""
    commitment_date: Moment | None = None
    """What was promised to the customer, as Odoo has it now."""
    client_order_ref: str | None = None
    """The customer's own order number."""
    warehouse: str | None = None
    """Name of the warehouse that delivers."""
    owner: str | None = None
    """Salesperson."""
    owner_user: Annotated[int | None, Field(gt=-(2**53), lt=2**53)] = Field(
        default=None, exclude_if=lambda user: user is None
    )
    """The salesperson's user in Odoo. Left out where nobody knows: cases from before it was kept are what they were."""
    channel: str | None = None
    """`edi`, `web`, `mail`, `phone`."""
    penalty_per_day: Decimal | None = None
    """What the contract takes for each day of lateness, in the order's currency."""
    picking_policy: str | None = None
    """`direct` (as soon as possible) or `one` (all at once)."""
    locked: bool = False
    """Whether Odoo keeps it from being changed."""


class ShipmentKind(StrEnum):
    """Direction of a transfer."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    INTERNAL = "internal"


class Shipment(Frozen):
    """A transfer (`stock.picking`) with what the carrier says of it."""

    ref: RecordRef
    kind: ShipmentKind
    state: str
    """Odoo's state: `draft`, `waiting`, `confirmed`, `assigned`, `done`, `cancel`."""
    scheduled: Moment | None = None
    """When it is planned to leave or to come."""
    date_done: Moment | None = None
    """When it left or came."""
    carrier: str | None = None
    """Name of the carrier."""
    tracking: str | None = None
    """The carrier's number of the parcel."""
    carrier_status: str | None = None
    """`booked`, `in_transit`, `exception`, `out_for_delivery`, `delivered`, `returned`, `lost`."""
    last_scan: Moment | None = None
    """When the carrier last saw it."""
    delivered_at: Moment | None = None
    """When the carrier handed it over."""
    signed_by: str | None = None
    """Who took it, as the carrier noted."""
    backorder_of: str | None = None
    """Name of the transfer whose rest this is."""
    return_of: str | None = None
    """Name of the transfer that this gives back."""


class Move(Frozen):
    """Goods of one product on one transfer (`stock.move`)."""

    id: int | None = None
    """Odoo's id of the move."""
    shipment: str
    """Name of the transfer."""
    product: str
    """Internal reference (`default_code`), or the name where there is none."""
    quantity: Decimal
    """Asked for, in `uom`."""
    done: Decimal = Decimal(0)
    """Moved already, in `uom`."""
    reserved: Decimal = Decimal(0)
    """Set aside for it, in `uom`."""
    uom: str = "Units"
    """Unit of measure, as Odoo calls it."""
    state: str
    """Odoo's state: `draft`, `waiting`, `confirmed`, `partially_available`, `assigned`, `done`, `cancel`."""
    date: Moment | None = None
    """When it is planned, or when it was done."""
    lot: str | None = None
    """Lot or serial number."""


class Waiting(Frozen):
    """A customer's order line that waits for goods of a purchase order line."""

    order: RecordRef
    """The sales order."""
    customer: str
    """Display name."""
    line: int | None = None
    """Its line (`sale.order.line`)."""
    product: str
    """Internal reference (`default_code`), or the name where there is none."""
    quantity: Decimal
    """Still to leave and not reserved yet, in `uom`."""
    reserved: Decimal = Decimal(0)
    """Reserved for the line already: these goods are there."""
    uom: str = "Units"
    """Unit of measure of the sales line, as Odoo calls it."""
    uom_size: Decimal | None = None
    """How many of the product's own unit one `uom` is; none where it is that one."""
    own_uom: str | None = None
    """The product's own unit of measure."""
    promised: date | None = None
    """When the customer was told to get it."""
    is_bound: bool = False
    """Whether the goods were bought for this very line, rather than for stock."""


class Purchase(Frozen):
    """A purchase order that this case depends on, or is about."""

    ref: RecordRef
    state: str
    """Odoo's state: `draft`, `sent`, `to approve`, `purchase`, `done`, `cancel`."""
    supplier: Partner
    partner_ref: str | None = None
    """The supplier's own order number."""
    currency: str
    """ISO 4217 code."""
    lines: tuple[Line, ...] = ()
    date_planned: date | None = None
    """When the goods are expected."""
    date_approve: Moment | None = None
    """When the order was confirmed."""
    amount_total: Decimal | None = None
    """With tax."""
    waiting: tuple[Waiting, ...] = ()
    """Which customers' orders wait for its goods; read where the case is about this order."""


class InvoiceKind(StrEnum):
    """Odoo's `move_type`."""

    CUSTOMER_INVOICE = "out_invoice"
    CUSTOMER_CREDIT_NOTE = "out_refund"
    SUPPLIER_BILL = "in_invoice"
    SUPPLIER_CREDIT_NOTE = "in_refund"


class Invoice(Frozen):
    """An invoice or credit note around the case."""

    ref: RecordRef
    kind: InvoiceKind
    state: str = "posted"
    """Odoo's state: `draft`, `posted`, `cancel`."""
    currency: str
    """ISO 4217 code."""
    amount_total: Decimal
    """With tax."""
    amount_residual: Decimal = Decimal(0)
    """Still to be paid."""
    invoice_date: date | None = None
    """As printed on it."""
    invoice_date_due: date | None = None
    """When it is to be paid."""
    payment_state: str | None = None
    """Odoo's: `not_paid`, `in_payment`, `paid`, `partial`, `reversed`."""
    disputed: bool = False
    """Whether somebody contests it."""
    lines: tuple[Line, ...] = ()


class Promise(Frozen):
    """A date that was promised, kept from first sight because Odoo's own deadlines drift."""

    promised_for: date
    """The day that was promised."""
    made_at: Moment
    """When it was promised, or first seen."""
    to: str | None = None
    """Whom it was promised to, or who promised it: a record's or partner's name."""
    source: str
    """Record and field it was read from, for example `sale.order:42.commitment_date`."""
    by: str | None = None
    """Who or what set it, where Odoo's tracking tells: a name, never a person's figure."""


class MessageKind(StrEnum):
    """What sort of mail or note this is."""

    MESSAGE = "message"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    NOTE = "note"


class Message(Frozen):
    """One message of the thread, already split into what its author wrote and what was quoted."""

    id: str
    """Message-ID, or Odoo's `mail.message` id as text."""
    kind: MessageKind = MessageKind.MESSAGE
    sent_at: Moment | None = None
    """When it was sent; none where the source does not say."""
    author: str | None = None
    """Display name."""
    email: str | None = None
    """Address of its author."""
    role: Role = Role.UNKNOWN
    subject: str = ""
    """As it was sent, decoded."""
    body: str
    """What the author wrote, as plain text, without quoted history and signature."""
    quoted: str = ""
    """History below, as plain text. Never votes."""
    signature: str = ""
    """What stands below the author's words, as plain text."""
    reply_to: str | None = None
    """The message this one answers."""
    warnings: tuple[str, ...] = ()
    """What was wrong with the source, for example a broken character set."""


class Document(Frozen):
    """An attached file, with its bytes, so that a recorded case can be read again."""

    name: str
    """File name."""
    media_type: str
    """As sent or found, for example `application/pdf`."""
    content: Annotated[bytes, Field(repr=False)]
    """The bytes; base64 in JSON."""
    message: str | None = None
    """Id of the message it came with."""

    @cached_property
    def sha256(self) -> str:
        """Of the content (hex)."""
        return hashlib.sha256(self.content).hexdigest()

    def fingerprint(self) -> str:
        """Of name, type and content; the content enters by its digest."""
        return fingerprint_of([self.name, self.media_type, self.sha256, self.message])


class LinkStatus(StrEnum):
    """How sure it is which record a mail or file belongs to."""

    GIVEN = "given"
    """The event named the record."""
    CERTAIN = "certain"
    """Exactly one record matches by number and by partner."""
    SEVERAL = "several"
    """More than one could be meant: a person says which."""
    NONE = "none"


class LinkCandidate(Frozen):
    """A record that a mail or file may belong to, and why."""

    record: RecordRef
    partner: str | None = None
    """Display name of the record's partner."""
    matched: tuple[str, ...]
    """What matched, for example `order number S00042 in the subject`, `sender's domain`."""


class Link(Frozen):
    """Which record the thread belongs to."""

    status: LinkStatus
    candidates: tuple[LinkCandidate, ...] = ()
    refused: tuple[str, ...] = ()
    """Records named in the text that belong to another partner: not opened, and said so."""


class Case(Frozen):
    """Everything later steps may read. Captured once; "now" is `captured_at`."""

    record: RecordRef
    company: Company
    captured_at: Moment
    link: Link = Link(status=LinkStatus.GIVEN)
    partner: Partner | None = None
    order: Order | None = None
    lines: tuple[Line, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    moves: tuple[Move, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    promises: tuple[Promise, ...] = ()
    related: tuple[Order, ...] = ()
    """Other orders of the same partner that matter here, for example with the same customer reference."""
    hindrances: tuple[Hindrance, ...] = ()
    """What stands in the way of the order's goods."""
    approvals: tuple[Approval, ...] = ()
    """What is asked to be approved: the request that the case is about, open reviews of its orders."""
    lead: Lead | None = None
    """The lead that the case is about."""
    network: Network | None = None
    """Who waits for the goods that the case is about; none where that was not read."""
    messages: tuple[Message, ...] = ()
    documents: tuple[Document, ...] = ()
    reported: tuple[Fact, ...] = ()
    """Facts that the caller states; kept apart from those we compute."""
    missing: tuple[str, ...] = ()
    """What could not be had, in words: `credit: no accounting rights`."""

    @cached_property
    def _digest(self) -> str:
        body = self.model_dump(mode="json", exclude={"documents"})
        return fingerprint_of([body, [document.fingerprint() for document in self.documents]])

    def fingerprint(self) -> str:
        """Of the whole snapshot; documents enter by the digest of their content."""
        return self._digest
