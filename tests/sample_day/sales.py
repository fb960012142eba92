"""Sales orders that the day's mails are about, with the neighbourhood in which each problem shows."""

from __future__ import annotations

from tests.sample_day.firms import CUSTOMERS, SUPPLIERS
from tests.sample_day.records import (
    at,
    invoice,
    line,
    moves,
    promise,
    purchase,
    ready,
    sale,
    sent,
    shipment,
)
from triage.domain import Case, Move, Shipment, ShipmentKind


def sales() -> tuple[Case, ...]:
    """All of them, in the order of the mails."""
    return (
        _northgate(),
        _alpenstahl_edi(),
        _kessler(),
        _morvan(),
        _ibarra(),
        *_zuiderzee(),
        _rigging(),
        _waterschap(),
        _harbour(),
        _lindner(),
        _tornillo(),
        *_brico(),
        _vanhouten(),
        _dekade(),
        *_cobalt(),
        _fenwick(),
        _degroot(),
        _alpenstahl_tax(),
    )


def _waiting(number: int, scheduled: str, **more: object) -> Shipment:
    return shipment(number, "assigned", scheduled, **more)


def _northgate() -> Case:
    """Gloves at the old price: the price list gives 4.10 for this quantity in November."""
    lines = (
        ready(4121, "SG-4502-9", 240, "4.66", list_price="4.10", floor_price="3.95", cost="2.98", uom="Pairs"),
        ready(4122, "SH-1100-Y", 40, "12.90", floor_price="11.20", cost="8.10"),
    )
    out = _waiting(895, "11-19 09:00")
    return sale(
        412, CUSTOMERS["northgate"], lines, "11-12 10:05", "11-20",
        client_order_ref="NF-PO-20881", owner="Tom Hartley", channel="mail",
        shipments=(out,), moves=moves(out, lines, start=8950),
        invoices=(invoice(861, "4218.60", "4218.60", "10-30", "11-29"),),
    )  # fmt: skip


def _alpenstahl_edi() -> Case:
    """A draft from EDI that lacks its third line."""
    lines = (
        line(4411, "FS-934-M8", 2000, "2.95", price_per=100, list_price="2.95", gtin="8719400118822"),
        line(4412, "FS-125-M8", 2000, "1.30", price_per=100, list_price="1.30", gtin="8719400118846"),
    )
    return sale(
        441, CUSTOMERS["alpenstahl"], lines, "11-17 04:02", "12-04",
        state="draft", client_order_ref="4500017782", owner=None, channel="edi", promises=(),
    )  # fmt: skip


def _kessler() -> Case:
    """Promised for the 6th, promised again for the 13th, and no scan since the 10th."""
    lines = (
        sent(3981, "FS-912-M10X60", 6000, "38.00", price_per=100),
        sent(3982, "TL-GRN-1400", 20, "189.50"),
        sent(3983, "SG-4502-9", 255, "4.90", uom="Pairs"),
    )
    out = shipment(
        861, "done", "11-05 09:00", date_done="11-05 15:20", carrier="Parcelo Express", tracking="PXE77410293",
        carrier_status="in_transit", last_scan="11-10 21:14",
    )  # fmt: skip
    return sale(
        398, CUSTOMERS["kessler"], lines, "10-26 11:30", "11-13",
        client_order_ref="26-4471", owner="Joris Bakker", channel="mail",
        shipments=(out,), moves=moves(out, lines, start=8610),
        promises=(promise("S00398", "11-06", "10-26 11:30"), promise("S00398", "11-13", "11-12 08:55")),
        invoices=(invoice(839, "11860.00", "11860.00", "10-28", "11-27"),),
    )  # fmt: skip


def _morvan() -> Case:
    """Delivered on the day that was promised; the damage stands in the mail and the form only."""
    lines = (
        sent(4051, "SH-1100-Y", 25, "12.90"),
        sent(4052, "SG-4502-9", 120, "4.66", uom="Pairs"),
        sent(4053, "SE-77", 4, "37.00", uom="Boxes"),
        sent(4054, "FS-PLUG-10", 30, "6.69", uom="Boxes"),
    )
    out = shipment(
        879, "done", "11-13 09:00", date_done="11-13 14:00", carrier="Transports Garonne", tracking="TG-2611-50923",
        carrier_status="delivered", last_scan="11-16 10:41", delivered_at="11-16 10:40", signed_by="M. Le Goff",
    )  # fmt: skip
    return sale(
        405, CUSTOMERS["morvan"], lines, "11-03 16:40", "11-16",
        client_order_ref="CN-2026-318", channel="mail", shipments=(out,), moves=moves(out, lines, start=8790),
    )  # fmt: skip


def _ibarra() -> Case:
    """Odoo knows of no mistake: the M10 nuts were picked and delivered."""
    lines = (
        sent(4071, "FS-THR-M10", 150, "2.10"),
        sent(4072, "FS-934-M10", 5000, "4.90", price_per=100),
        sent(4073, "TL-TRX-T30", 89, "1.50"),
    )
    out = shipment(
        884, "done", "11-10 09:00", date_done="11-10 16:10", carrier="Parcelo Express", tracking="PXE77413350",
        carrier_status="delivered", last_scan="11-13 11:02", delivered_at="11-13 11:02", signed_by="J. Lahoz",
    )  # fmt: skip
    return sale(
        407, CUSTOMERS["ibarra"], lines, "11-04 12:15", "11-13",
        client_order_ref="PC-1190", channel="mail", shipments=(out,), moves=moves(out, lines, start=8840),
    )  # fmt: skip


def _zuiderzee() -> tuple[Case, Case]:
    """Two open orders of last week, both with the bolts that the mail speaks of."""
    first = (ready(4251, "FS-933-M8X40", 800, "11.50", price_per=100),)
    second = (ready(4291, "FS-933-M8X40", 1000, "11.50", price_per=100), ready(4292, "TL-BIT-SET", 8, "30.00"))
    one, two = _waiting(898, "11-18 09:00"), _waiting(901, "11-19 09:00")
    customer = CUSTOMERS["zuiderzee"]
    return (
        sale(425, customer, first, "11-10 09:12", "11-20", channel="phone", shipments=(one,),
             moves=moves(one, first, start=8980)),
        sale(429, customer, second, "11-12 13:45", "11-20", channel="mail", shipments=(two,),
             moves=moves(two, second, start=9010)),
    )  # fmt: skip


def _rigging() -> Case:
    """60 of 100 delivered; the rest waits for a purchase order, with nothing reserved."""
    lines = (
        line(3771, "RG-SHK-10T", 100, "58.00", list_price="58.00", delivered=60, reserved=0, forecast=0,
             forecast_date="11-27"),
    )  # fmt: skip
    first = shipment(
        815, "done", "10-29 09:00", date_done="10-29 13:30", carrier="Transit Noord Logistiek", tracking="TN-881907",
        carrier_status="delivered", last_scan="10-30 09:05", delivered_at="10-30 09:05", signed_by="Stores",
    )  # fmt: skip
    rest = shipment(902, "confirmed", "10-30 17:00", backorder_of="WH/OUT/00815")
    receipt = shipment(418, "assigned", "11-27 12:00", kind=ShipmentKind.INCOMING)
    incoming = purchase(
        171, SUPPLIERS["hijs"], (line(1711, "RG-SHK-10T", 200, "36.20", date_planned="11-27"),), "10-14 09:00", "11-27",
        partner_ref="DH-260611",
    )  # fmt: skip
    planned = Move(
        id=4180, shipment="WH/IN/00418", product="RG-SHK-10T", quantity=incoming.lines[0].quantity, state="assigned",
        date=at("11-27 12:00"),
    )  # fmt: skip
    return sale(
        377, CUSTOMERS["rigging"], lines, "10-12 15:00", "10-30",
        client_order_ref="ORG-77120", owner="Tom Hartley", channel="mail", shipments=(first, rest, receipt),
        moves=(*moves(first, lines, start=8150), *moves(rest, lines, start=9020), planned), purchases=(incoming,),
    )  # fmt: skip


def _waterschap() -> Case:
    """Delivered and invoiced without the customer's own order number, to a name that is not quite theirs."""
    lines = (sent(3881, "SH-1100-Y", 100, "12.90", invoiced=100), sent(3882, "TL-GUIDE", 20, "15.50", invoiced=20))
    out = shipment(
        842, "done", "10-27 09:00", date_done="10-27 11:00", carrier="Transit Noord Logistiek", tracking="TN-882655",
        carrier_status="delivered", delivered_at="10-28 08:40", last_scan="10-28 08:40", signed_by="Receptie",
    )  # fmt: skip
    bill = invoice(871, "1936.00", "1936.00", "11-02", "12-02", lines=lines)
    return sale(
        388, CUSTOMERS["waterschap"], lines, "10-20 14:20", "10-29",
        channel="phone", shipments=(out,), moves=moves(out, lines, start=8420), invoices=(bill,),
    )  # fmt: skip


def _harbour() -> Case:
    """Above the limit: one invoice disputed, one overdue, the order waits."""
    lines = (ready(4301, "RG-SWV-100", 40, "74.00"),)
    out = _waiting(903, "11-16 09:00")
    bills = (
        invoice(688, "5240.00", "0.00", "08-28", "09-27"),
        invoice(702, "3118.40", "3118.40", "09-18", "10-18", disputed=True),
        invoice(744, "14302.10", "14302.10", "10-10", "11-09"),
    )
    return sale(
        430, CUSTOMERS["harbour"], lines, "11-11 10:10", "11-20",
        client_order_ref="HM-26-0917", channel="mail", shipments=(out,), moves=moves(out, lines, start=9030),
        invoices=bills,
    )  # fmt: skip


def _lindner() -> Case:
    """Four drivers, delivered whole and paid, one lot."""
    lines = (sent(3831, "TL-DRV-18V", 4, "165.00", invoiced=4),)
    out = shipment(
        829, "done", "10-19 09:00", date_done="10-19 15:00", carrier="Parcelo Express", tracking="PXE77402816",
        carrier_status="delivered", delivered_at="10-21 10:22", last_scan="10-21 10:22", signed_by="Lindner",
    )  # fmt: skip
    picked = tuple(move.with_(lot="2609") for move in moves(out, lines, start=8290))
    return sale(
        383, CUSTOMERS["lindner"], lines, "10-15 19:02", "10-22",
        channel="web", shipments=(out,), moves=picked, invoices=(invoice(791, "660.00", "0.00", "10-21", "11-04"),),
    )  # fmt: skip


def _tornillo() -> Case:
    """Everything reserved, promised for next week: nothing is late."""
    lines = (ready(4331, "FS-PLUG-10", 20, "6.69", uom="Boxes"), ready(4332, "TL-DISC-125", 60, "2.58"))
    out = _waiting(905, "11-20 09:00")
    return sale(
        433, CUSTOMERS["tornillo"], lines, "11-12 21:47", "11-24",
        channel="web", shipments=(out,), moves=moves(out, lines, start=9050),
    )  # fmt: skip


def _brico() -> tuple[Case, Case]:
    """An open order that shrinks, and an old one of which something comes back."""
    lines = (
        ready(4181, "TL-DISC-125", 400, "2.58"),
        ready(4182, "TL-GRN-1400", 6, "189.50"),
        ready(4183, "TL-DISC-230", 30, "7.78"),
    )
    out = _waiting(892, "11-18 09:00")
    old = (sent(3661, "FS-PLUG-10", 40, "6.69", uom="Boxes", invoiced=40), sent(3662, "FS-ANC-M12", 1000, "1.55"))
    gone = shipment(
        801, "done", "10-06 09:00", date_done="10-06 12:00", carrier="Transports Garonne", tracking="TG-2610-50122",
        carrier_status="delivered", delivered_at="10-08 15:10", last_scan="10-08 15:10", signed_by="Le Bihan",
    )  # fmt: skip
    customer = CUSTOMERS["brico"]
    return (
        sale(418, customer, lines, "11-09 17:30", "11-20", client_order_ref="BL-5520", channel="mail",
             shipments=(out,), moves=moves(out, lines, start=8920)),
        sale(366, customer, old, "10-01 08:55", "10-09", client_order_ref="BL-5407", channel="mail",
             shipments=(gone,), moves=moves(gone, old, start=8010),
             invoices=(invoice(812, "2110.00", "2110.00", "10-08", "12-07"),)),
    )  # fmt: skip


def _vanhouten() -> Case:
    """Delivered on time, says the carrier."""
    lines = (sent(4021, "FS-ANC-M12", 600, "1.55"), sent(4022, "FS-THR-M10", 400, "2.10"))
    out = shipment(
        876, "done", "11-13 09:00", date_done="11-13 16:45", carrier="Transit Noord Logistiek", tracking="TN-883971",
        carrier_status="delivered", last_scan="11-16 14:12", delivered_at="11-16 14:12", signed_by="Jansen",
    )  # fmt: skip
    return sale(
        402, CUSTOMERS["vanhouten"], lines, "11-02 10:20", "11-16",
        owner="Femke de Wit", channel="phone", shipments=(out,), moves=moves(out, lines, start=8760),
    )  # fmt: skip


def _dekade() -> Case:
    """Two pallets at the gate, promised for today, not collected yesterday."""
    lines = (
        ready(4211, "RG-SHK-10T", 30, "58.00"),
        ready(4212, "FS-THR-M10", 200, "2.10"),
        ready(4213, "TL-DRV-18V", 3, "165.00"),
    )
    out = _waiting(896, "11-16 15:00", carrier="Transit Noord Logistiek", tracking="TN-884120", carrier_status="booked")
    return sale(
        421, CUSTOMERS["dekade"], lines, "11-09 11:11", "11-17",
        client_order_ref="DK 2026/88", channel="mail", shipments=(out,), moves=moves(out, lines, start=8960),
    )  # fmt: skip


def _cobalt() -> tuple[Case, Case]:
    """One customer reference, two orders, the same line."""
    customer, reference = CUSTOMERS["cobalt"], {"client_order_ref": "CWS-4471"}
    first = (ready(4351, "SF-HRN-2", 80, "99.00"),)
    second = (line(4361, "SF-HRN-2", 80, "99.00", list_price="99.00"),)
    out = _waiting(907, "11-23 09:00")
    return (
        sale(435, customer, first, "11-16 11:20", "11-25", channel="mail", **reference,
             shipments=(out,), moves=moves(out, first, start=9070)),
        sale(436, customer, second, "11-17 08:31", "11-25", channel="web", state="draft", **reference,
             promises=()),
    )  # fmt: skip


def _fenwick() -> Case:
    """Promised for the 27th; the customer only names its own number."""
    lines = (ready(4271, "FS-ANC-M12", 400, "1.55"), ready(4272, "FS-THR-M10", 200, "2.07"))
    out = _waiting(900, "11-24 09:00")
    return sale(
        427, CUSTOMERS["fenwick"], lines, "11-11 15:55", "11-27",
        client_order_ref="FL/26/1193", channel="mail", shipments=(out,), moves=moves(out, lines, start=9000),
    )  # fmt: skip


def _degroot() -> Case:
    """The order that the customer means when it types somebody else's number."""
    lines = (
        ready(4311, "FS-934-M8", 10000, "3.50", price_per=100),
        ready(4312, "FS-125-M8", 10000, "1.62", price_per=100),
    )
    out = _waiting(904, "11-18 09:00")
    return sale(
        431, CUSTOMERS["degroot"], lines, "11-11 16:30", "11-19",
        channel="phone", shipments=(out,), moves=moves(out, lines, start=9040),
    )  # fmt: skip


def _alpenstahl_tax() -> Case:
    """Invoiced with Dutch tax although the goods went to Austria."""
    lines = (sent(3941, "FS-912-M10X60", 4000, "41.50", price_per=100, invoiced=4000),)
    out = shipment(
        855, "done", "10-29 09:00", date_done="10-29 12:40", carrier="Parcelo Express", tracking="PXE77408121",
        carrier_status="delivered", delivered_at="11-03 09:31", last_scan="11-03 09:31", signed_by="Huber",
    )  # fmt: skip
    return sale(
        394, CUSTOMERS["alpenstahl"], lines, "10-22 09:40", "11-04",
        client_order_ref="4500017540", channel="edi", shipments=(out,), moves=moves(out, lines, start=8550),
        invoices=(invoice(858, "2008.60", "2008.60", "10-30", "11-29", lines=lines),),
    )  # fmt: skip
