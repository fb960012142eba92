"""Pages to fields and lines: every finder in turn, then the choice that fits together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from triage.documents.accounts import currency, iban
from triage.documents.choosing import Marks
from triage.documents.dates import DateOrder
from triage.documents.datings import delivery_date, issue_date, labelled_dates
from triage.documents.due_dates import due_date
from triage.documents.formulas import item_tables
from triage.documents.itemlines import Row, is_bare, is_charge, rows_of
from triage.documents.kinds import document_type
from triage.documents.parties import find_parties
from triage.documents.phrases import all_marked
from triage.documents.places import Candidate
from triage.documents.references import document_number, order_reference
from triage.documents.sense import makes_sense
from triage.documents.sheet import Sheet, sheet_of
from triage.documents.totals import Totals, choose_totals
from triage.domain import Page

BROKEN_TEXT = "the text layer is broken or in an unknown language: its words make no sense"
"""Warning of a document from which nothing is read because wrong values would be."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found on the pages of a document. Keys of `fields` are `FIELD_NAMES`."""

    fields: dict[str, Candidate]
    lines: tuple[Row, ...]
    warnings: tuple[str, ...] = ()


def find(pages: Sequence[Page]) -> Findings:
    """Header fields and item lines of a document; what is not supported well enough is left out."""
    sheet = sheet_of(pages)
    if not sheet.lines:
        return Findings({}, ())
    if not makes_sense(sheet):
        return Findings({}, (), (BROKEN_TEXT,))
    marks = all_marked(sheet)
    if not sheet.order.sure and _runs_backwards(sheet, marks):
        sheet = sheet_of(pages, DateOrder(not sheet.order.day_first, False))
        marks = all_marked(sheet)
    found_tables = item_tables(sheet, marks)
    item_lines = frozenset(n for t in found_tables for item in t.items for n in item.lines if item.numbers)
    table_lines = item_lines | {n for t in found_tables for n in range(t.heading.first, t.heading.last + 1)}
    kind = document_type(sheet, item_lines)
    name = str(kind.value) if kind else "invoice"
    rows = [row for table in found_tables for row in rows_of(table)]
    totals = choose_totals(sheet, marks, _line_sums(rows), table_lines)
    rows = _agreeing(rows, totals)
    number = document_number(sheet, marks, name, item_lines)
    issued = issue_date(sheet, marks, name, table_lines, number)
    parties = find_parties(sheet, name, item_lines)
    fields = {
        "document_type": kind,
        "document_number": number,
        "issue_date": issued,
        "due_date": due_date(sheet, marks, issued),
        "delivery_date": delivery_date(sheet, marks, table_lines),
        "seller_name": parties.seller,
        "seller_vat_id": parties.seller_vat,
        "buyer_name": parties.buyer,
        "purchase_order_reference": order_reference(sheet, marks, name, number),
        "currency": currency(sheet, marks),
        "net_total": totals.net,
        "tax_total": totals.tax,
        "gross_total": totals.gross,
        "iban": iban(sheet, marks),
    }
    return Findings({name: c for name, c in fields.items() if c is not None}, tuple(rows))


def _runs_backwards(sheet: Sheet, marks: Marks) -> bool:
    """Whether payment would be due before the issue, in this order of day and month but not in the other."""
    issued, due = labelled_dates(sheet, marks, "issue_date"), labelled_dates(sheet, marks, "due_date")
    if not issued or not due or len(issued) < 2 or len(due) < 2:
        return False
    return due[0] < issued[0] and due[1] >= issued[1]


def _line_sums(rows: Sequence[Row]) -> frozenset[Decimal]:
    """Sums of the lines' amounts, with and without lines that have nothing but an amount."""
    full = [row for row in rows if not is_bare(row)]
    return frozenset(total for part in (rows, full) if (total := _line_sum(part)) is not None)


def _line_sum(rows: Sequence[Row]) -> Decimal | None:
    amounts = [row["net_amount"].value for row in rows if "net_amount" in row]
    if not amounts or len(amounts) < len(rows):
        return None
    return sum((value for value in amounts if isinstance(value, Decimal)), Decimal(0))


def _agreeing(rows: list[Row], totals: Totals) -> list[Row]:
    """Without lines that have nothing but an amount, unless the totals need them or most lines are such."""
    full = [row for row in rows if not is_bare(row)]
    if full:
        rows = [row for row in rows if not is_charge(row)]
    if len(full) < 0.5 * len(rows) or len(full) == len(rows):
        return rows
    wanted = {c.value for c in (totals.net, totals.gross) if c is not None}
    everything, some = _line_sum(rows), _line_sum(full)
    if everything in wanted and some not in wanted:
        return rows
    return full
