"""Invoices of a case, and the customer's other open ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from triage.domain import Invoice, InvoiceKind
from triage.odoo.capture import wanted
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.missing import INVOICES, Missing
from triage.odoo.capture.orders import LineMaker, is_item
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import OwnCompany
from triage.odoo.rows import Row

MOST_OPEN = 50
"""How many open invoices beyond its own a case carries, those due first."""
_CUT = "not all open ones were read: overdue amounts may be too low"
_KINDS = frozenset(InvoiceKind)
_SETTLED = ("paid", "reversed", "in_payment")


def read_invoices(
    reader: Reader, own: Iterable[int], customers: Iterable[int], company: int, custom: Custom
) -> list[Row]:
    """The invoices of some records, and what the customers (commercial partners) have open. One call.

    Customers share the limit, so that one who has many open may leave less to the others: then a note says so.
    """
    numbers, heads = sorted(set(own)), sorted(set(customers))
    is_open = [
        ("commercial_partner_id", "in", heads),
        ("move_type", "in", [InvoiceKind.CUSTOMER_INVOICE.value, InvoiceKind.CUSTOMER_CREDIT_NOTE.value]),
        ("state", "=", "posted"),
        ("payment_state", "not in", list(_SETTLED)),
        ("company_id", "=", company),
    ]
    known = [term for term in is_open if reader.knows("account.move", term[0])]
    domain: list[object] = [("id", "in", numbers)]
    if heads:
        domain = ["|", *domain, *(["&"] * (len(known) - 1)), *known]
    elif not numbers:
        return []
    limit = len(numbers) + MOST_OPEN * len(heads) + 1
    names = (*wanted.INVOICE, *custom.fields("invoice."))
    rows = reader.search(INVOICES, "account.move", domain, names, order="invoice_date_due, id", limit=limit)
    if len(rows) == limit:
        reader.missing.note(INVOICES, _CUT)
        rows += reader.read(INVOICES, "account.move", set(numbers) - {row.id for row in rows}, names)
    return rows


def read_lines(reader: Reader, invoices: Iterable[int]) -> list[Row]:
    """The lines of some invoices, without taxes, terms and notes. One call, none where there are none."""
    terms = [("move_id", "in", sorted(set(invoices)))]
    domain = reader.either("account.move.line", terms)
    if not domain:
        return []
    if reader.knows("account.move.line", "exclude_from_invoice_tab"):
        domain.append(("exclude_from_invoice_tab", "=", False))
    elif "product" in _display_types(reader):
        domain.append(("display_type", "=", "product"))
    rows = reader.search(
        INVOICES, "account.move.line", domain, wanted.INVOICE_LINE, order="sequence, id", options={"load": ""}
    )
    return [row for row in rows if is_item(row)]


def _display_types(reader: Reader) -> tuple[str, ...]:
    fields = reader.odoo.fields("account.move.line") or {}
    return fields["display_type"].choices if "display_type" in fields else ()


def to_invoice(
    row: Row, lines: Iterable[Row], bases: Mapping[int, Decimal], maker: LineMaker, company: OwnCompany
) -> Invoice | None:
    """An invoice as the case has it; none for other entries. `bases`: sales or purchase line → what prices are per."""
    kind = row.text("move_type")
    if kind not in _KINDS:
        return None
    name = row.text("name")
    return Invoice(
        ref=row.ref() if name and name != "/" else row.ref("ref"),
        kind=InvoiceKind(kind),
        state=row.text("state") or "draft",
        currency=row.label("currency_id") or company.company.currency or "EUR",
        amount_total=row.number("amount_total") or Decimal(0),
        amount_residual=row.number("amount_residual") or Decimal(0),
        invoice_date=row.day("invoice_date"),
        invoice_date_due=row.day("invoice_date_due"),
        payment_state=row.text("payment_state"),
        disputed=bool(maker.custom.flag(row, "invoice.disputed")),
        lines=tuple(maker.invoice(line, _basis(line, bases)) for line in lines),
    )


def billed(row: Row) -> tuple[int, ...]:
    """The order lines that an invoice line bills: ids of sales lines, or minus the id of a purchase line."""
    bought = row.one("purchase_line_id")
    return (*row.many("sale_line_ids"), *((-bought,) if bought else ()))


def _basis(line: Row, bases: Mapping[int, Decimal]) -> Decimal:
    return next((bases[number] for number in billed(line) if number in bases), Decimal(1))


def for_case(own: Sequence[int], customer: int | None, rows: Iterable[Row], missing: Missing) -> list[Row]:
    """Which of these invoices belong to a case: its own, and the customer's open ones, those due first.

    A note in `missing` says where there are more.
    """
    mine = [row for row in rows if row.id in own]
    others = [row for row in rows if row.id not in own and customer and row.one("commercial_partner_id") == customer]
    if len(others) > MOST_OPEN:
        missing.note(INVOICES, _CUT)
    return sorted([*mine, *others[:MOST_OPEN]], key=lambda row: row.id)
