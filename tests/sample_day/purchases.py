"""Purchase orders that suppliers write about, and orders of the day that no mail is about."""

from __future__ import annotations

from decimal import Decimal

from tests.sample_day.firms import CUSTOMERS, SUPPLIERS
from tests.sample_day.records import bought, invoice, line, moves, purchase, ready, sale, sent, shipment
from triage.domain import Case, InvoiceKind, Line, Move, Shipment, ShipmentKind


def purchases() -> tuple[Case, ...]:
    """All purchase orders, in the order of the mails."""
    return (_hohenfels(), _pinnacle(), _vercors(), _ebro(), _vanderpoel(), _nordic(), _hammerl())


def bystanders() -> tuple[Case, ...]:
    """Open orders of the same and of other customers, for a link that looks too far to stumble over."""
    customers = CUSTOMERS
    return (
        sale(370, customers["northgate"], (sent(3701, "SE-77", 30, "36.00", uom="Boxes", invoiced=30),),
             "10-05 09:00", "10-12", client_order_ref="NF-PO-20742"),
        sale(432, customers["morvan"], (ready(4321, "SH-1100-Y", 60, "12.90"),), "11-16 09:00", "12-01",
             client_order_ref="CN-2026-330"),
        sale(439, customers["rigging"], (line(4391, "RG-SHK-10T", 24, "58.00", list_price="58.00"),),
             "11-13 10:00", "12-11", client_order_ref="ORG-77288"),
        sale(442, customers["cobalt"], (ready(4421, "SG-4502-10", 300, "4.40", uom="Pairs"),), "11-16 15:00", "12-02",
             client_order_ref="CWS-4480"),
        sale(443, customers["hoekstra"], (ready(4431, "FS-ANC-M12", 2000, "1.48"),), "11-17 09:05", "12-03"),
    )  # fmt: skip


def _receipt(number: int, due: str, lines: tuple[Line, ...]) -> tuple[Shipment, tuple[Move, ...]]:
    """A receipt that is still expected, with its moves."""
    transfer = shipment(number, "assigned", f"{due} 12:00", kind=ShipmentKind.INCOMING)
    return transfer, moves(transfer, lines, start=number * 10)


def _hohenfels() -> Case:
    """Ordered at 6.85 per 100, all for the 24th."""
    due = {"date_planned": "11-24", "price_per": 100}
    lines = (
        line(1871, "FS-933-M8X40", 12000, "6.85", partner_code="0933.08.040", **due),
        line(1872, "FS-934-M8", 20000, "2.10", partner_code="0934.08", **due),
        line(1873, "FS-125-M8", 20000, "0.92", partner_code="0125.08", **due),
        line(1874, "FS-912-M10X60", 3000, "31.40", partner_code="0912.10.060", **due),
    )
    expected, planned = _receipt(425, "11-24", lines)
    return bought(
        purchase(187, SUPPLIERS["hohenfels"], lines, "11-10 14:05", "11-24"), shipments=(expected,), moves=planned
    )


def _pinnacle() -> Case:
    """What the acknowledgement repeats line by line."""
    lines = (
        line(1911, "SG-4502-9", 600, "3.84", partner_code="PSP-CR5-09", uom="Pairs", date_planned="11-27"),
        line(1912, "SG-4502-10", 480, "3.84", partner_code="PSP-CR5-10", uom="Pairs", date_planned="11-27"),
        line(1913, "SH-1100-Y", 120, "9.88", partner_code="PSP-H11-YEL", discount=5, date_planned="11-27"),
        line(1914, "SE-77", 25, "28.60", partner_code="PSP-EP200", uom="Boxes", date_planned="11-27"),
    )
    expected, planned = _receipt(427, "11-27", lines)
    return bought(
        purchase(191, SUPPLIERS["pinnacle"], lines, "11-13 11:40", "11-27"), shipments=(expected,), moves=planned
    )


def _vercors() -> Case:
    """Delivered to the customer's yard in full; the invoice agrees."""
    lines = (
        line(1781, "TL-DISC-125", 400, "1.628", partner_code="VC-125-10", discount=12, delivered=400,
             date_planned="11-10"),
        line(1782, "TL-DISC-230", 150, "3.87", partner_code="VC-230-19", discount=10, delivered=150,
             date_planned="11-10"),
        line(1783, "TL-GRN-1400", 6, "148.90", partner_code="VC-MA1400", delivered=6, date_planned="11-10"),
        line(1784, "TL-GUIDE", 10, "12.00", partner_code="VC-GUIDE", delivered=10, date_planned="11-10"),
    )  # fmt: skip
    return bought(purchase(178, SUPPLIERS["vercors"], lines, "10-28 10:00", "11-10"))


def _ebro() -> Case:
    """10,000 rivets and rods at 1.42 were ordered and received; the bill says otherwise."""
    lines = (
        line(1831, "FS-RIV-48X12", 10000, "1.85", price_per=100, partner_code="RC-4812", delivered=10000,
             date_planned="11-06"),
        line(1832, "FS-THR-M10", 300, "1.42", partner_code="VR-M10-1", delivered=300, date_planned="11-06"),
        line(1833, "FS-ANC-M12", 800, "0.96", partner_code="AN-M12100", delivered=800, date_planned="11-06"),
    )  # fmt: skip
    received = shipment(411, "done", "11-06 12:00", kind=ShipmentKind.INCOMING, date_done="11-09 09:15")
    bill = invoice(
        2291, "1509.00", "1509.00", "11-16", "12-31",
        name="BILL/2026/11/0031", kind=InvoiceKind.SUPPLIER_BILL, state="draft",
    )  # fmt: skip
    return bought(
        purchase(183, SUPPLIERS["ebro"], lines, "10-21 16:30", "11-06"),
        shipments=(received,), moves=moves(received, lines, start=4110), invoices=(bill,),
    )  # fmt: skip


def _vanderpoel() -> Case:
    """Counted at the gate: 12, 24 and 40 of 60."""
    lines = (
        line(1761, "TL-IMP-18V", 12, "139.00", partner_code="IW-18-250", delivered=12, date_planned="11-17"),
        line(1762, "TL-BAT-5AH", 24, "61.50", partner_code="AC-18-50", delivered=24, date_planned="11-17"),
        line(1763, "TL-BIT-SET", 60, "17.90", partner_code="BS-31", delivered=40, date_planned="11-17"),
    )
    received = shipment(422, "done", "11-17 10:00", kind=ShipmentKind.INCOMING, date_done="11-17 10:20")
    return bought(
        purchase(176, SUPPLIERS["vanderpoel"], lines, "11-03 13:00", "11-17", partner_ref="VO-44180"),
        shipments=(received,), moves=moves(received, lines, start=4220),
    )  # fmt: skip


def _nordic() -> Case:
    """150 half masks at 13.75 that will never come."""
    lines = (
        line(1941, "SR-NP620", 150, "13.75", partner_code="NP-620", date_planned="11-20"),
        line(1942, "SR-FLT-P3", 400, "6.10", partner_code="NP-P3", uom="Pairs", date_planned="11-20"),
    )
    expected, planned = _receipt(429, "11-20", lines)
    return bought(
        purchase(194, SUPPLIERS["nordic"], lines, "11-06 10:30", "11-20"), shipments=(expected,), moves=planned
    )


def _hammerl() -> Case:
    """Both lines for the 25th."""
    lines = (
        line(1891, "TL-TRX-T30", 500, "0.68", partner_code="4030-25", date_planned="11-25"),
        line(1892, "TL-DRL-SDS8", 200, "3.15", partner_code="8160-SDS", date_planned="11-25"),
    )
    expected, planned = _receipt(426, "11-25", lines)
    order = purchase(189, SUPPLIERS["hammerl"], lines, "11-09 15:15", "11-25")
    return bought(order.with_(amount_total=Decimal("970.00")), shipments=(expected,), moves=planned)
