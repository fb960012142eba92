"""Cases that no mail is about: Odoo's own figures are the whole story."""

from __future__ import annotations

from tests.sample_day.firms import CUSTOMERS
from tests.sample_day.records import invoice, line, moves, ready, sale, sent, shipment
from triage.domain import Case


def filed() -> tuple[Case, ...]:
    """Five orders, each stalled for a reason that can be computed."""
    return (_credit(), _edi_price(), _shortage(), _stuck(), _no_reference())


def _credit() -> Case:
    """Open invoices alone are above the limit; two of them are overdue."""
    lines = (ready(4371, "FS-ANC-M12", 1500, "1.48"), ready(4372, "TL-GRN-1400", 6, "172.50"))
    out = shipment(906, "assigned", "11-17 09:00")
    bills = (
        invoice(733, "8950.00", "8950.00", "09-15", "10-15"),
        invoice(779, "6230.00", "6230.00", "10-06", "11-05"),
        invoice(842, "6300.00", "6300.00", "10-29", "11-28"),
    )
    return sale(
        437, CUSTOMERS["hoekstra"], lines, "11-13 14:10", "11-19",
        client_order_ref="HS-611", channel="mail", shipments=(out,), moves=moves(out, lines, start=9060),
        invoices=bills,
    )  # fmt: skip


def _edi_price() -> Case:
    """The customer's EDI order says 3.40; the price list says 4.10 and nobody may go under 3.75."""
    lines = (
        line(4401, "SG-4502-10", 360, "3.40", list_price="4.10", floor_price="3.75", cost="2.98", uom="Pairs"),
        line(4402, "SE-77", 10, "36.00", list_price="36.00", floor_price="31.00", cost="28.60", uom="Boxes"),
    )
    return sale(
        440, CUSTOMERS["northgate"], lines, "11-16 23:04", "11-27",
        state="draft", client_order_ref="NF-PO-20907", owner=None, channel="edi", promises=(),
    )  # fmt: skip


def _shortage() -> Case:
    """1,200 of 4,000 reserved, nothing more on its way."""
    lines = (
        line(4281, "FS-RIV-48X12", 4000, "3.20", price_per=100, list_price="3.20", reserved=1200, forecast=1200),
        ready(4282, "SG-4502-9", 50, "4.90", uom="Pairs"),
    )
    out = shipment(899, "confirmed", "11-23 09:00")
    return sale(
        428, CUSTOMERS["kessler"], lines, "11-12 08:20", "11-25",
        client_order_ref="26-4503", channel="mail", shipments=(out,), moves=moves(out, lines, start=8990),
    )  # fmt: skip


def _stuck() -> Case:
    """With the carrier since the 6th, last seen on the 9th, promised for the 12th."""
    lines = (sent(4161, "TL-DRV-18V", 5, "158.00"),)
    out = shipment(
        872, "done", "11-06 09:00", date_done="11-06 15:50", carrier="Parcelo Express", tracking="PXE77411768",
        carrier_status="in_transit", last_scan="11-09 04:37",
    )  # fmt: skip
    return sale(
        416, CUSTOMERS["ibarra"], lines, "11-05 10:00", "11-12",
        client_order_ref="PC-1194", channel="web", shipments=(out,), moves=moves(out, lines, start=8720),
    )  # fmt: skip


def _no_reference() -> Case:
    """A customer whose invoices bounce without its own order number, and an order that has none."""
    lines = (ready(4441, "SF-HRN-2", 12, "99.00"),)
    out = shipment(908, "assigned", "11-24 09:00")
    return sale(
        444, CUSTOMERS["waterschap"], lines, "11-17 09:50", "11-26",
        channel="phone", shipments=(out,), moves=moves(out, lines, start=9080),
    )  # fmt: skip
