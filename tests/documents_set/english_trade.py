"""More English paper: flowing tables, American letter size, order cards, landscape orders, scanned forms."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from tests.documents_set.firms import BRANDT, HARROGATE
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import LANDSCAPE, LETTER, Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

_TEXT = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=12.5)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=8, leading=10)

TAMAR = Firm(
    "Tamar Valley Hydraulics Limited", "Unit 4 Gunnislake Quarry", "PL18 9AR Gunnislake", "Cornwall",
    vat="GB233229431", iban="GB89 FCFG 5743 4473 7976 34", bank="Westward Bank",
)  # fmt: skip


def _tamar(p: Proof) -> bytes:
    """Flowing text: the customer in a frame above the seller, facts in one sentence row, a table without rules."""
    target = BytesIO()
    document = SimpleDocTemplate(target, pagesize=A4, invariant=1, leftMargin=22 * mm, rightMargin=22 * mm)
    document.title, document.creator = p.doc.number, "Writer"
    document.build([*_tamar_top(p), _tamar_table(p), Spacer(1, 5 * mm), *_tamar_end(p)])
    return target.getvalue()


def _tamar_top(p: Proof) -> list[Flowable]:
    invoice = p.doc.type == "invoice"
    buyer = Paragraph("<b>To</b><br/>" + "<br/>".join(p.buyer_address).replace("&", "&amp;"), _TEXT)
    seller = Paragraph("<br/>".join([f"<b>{p.seller}</b>", *p.doc.seller.address[1:], f"VAT {p.vat}"]), _TEXT)
    heading = p.title("Invoice" if invoice else "Quotation")
    facts = f"<b>{heading} {p.number}</b> of {p.issued}"
    facts += f", for your order {p.po}" if p.doc.po else f", for your enquiry {p.extra('enquiry')}"
    tail = f"Payment is due on {p.due}." if invoice else f"Valid until {p.date('valid')}."
    return [
        Table([[buyer]], colWidths=[80 * mm], hAlign="LEFT", style=[("BOX", (0, 0), (-1, -1), 0.7, colors.black)]),
        Spacer(1, 8 * mm),
        Table([["", seller]], colWidths=[95 * mm, 70 * mm]),
        Spacer(1, 8 * mm),
        Paragraph(facts, ParagraphStyle("facts", parent=_TEXT, fontSize=12)),
        Spacer(1, 2 * mm),
        Paragraph(tail, _TEXT),
        Spacer(1, 6 * mm),
    ]


def _tamar_table(p: Proof) -> Flowable:
    rows: list[list[object]] = [["Quantity", "", "Goods", "Price each", f"Amount ({p.money})"]]
    for row in p.rows:
        if row.item.before:
            rows.append(["", "", Paragraph(f"<i>{row.item.before}</i>", _TEXT), "", ""])
        text = "<br/>".join([f"{row.name}", *row.item.more, f"Part no. {row.sku}"])
        rows.append([row.quantity, row.unit, Paragraph(text, _TEXT), row.price, row.amount])
    style = [
        ("FONT", (0, 0), (-1, -1), "Times-Roman", 10),
        ("FONT", (0, 0), (-1, 0), "Times-Italic", 10),
        ("ALIGN", (0, 0), (0, -1), "RIGHT"),
        ("ALIGN", (3, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=[18 * mm, 14 * mm, 78 * mm, 26 * mm, 32 * mm], style=style, repeatRows=1)


def _tamar_end(p: Proof) -> list[Flowable]:
    rows = [["Goods", p.goods], *([c.label, p.amount(c.amount)] for c in p.doc.charges)]
    rows += [["Total before VAT", p.net], [f"VAT at {p.rate(p.doc.rate)}%", p.tax], ["Total", p.gross]]
    style = [
        ("FONT", (0, 0), (-1, -2), "Times-Roman", 10),
        ("FONT", (0, -1), (-1, -1), "Times-Bold", 11),
        ("ALIGN", (1, 0), (1, -1), "RIGHT"),
    ]
    bank = f"Please pay {p.doc.seller.bank}, {p.iban}." if p.doc.type == "invoice" else p.extra("closing")
    return [
        Table(rows, colWidths=[50 * mm, 32 * mm], hAlign="RIGHT", style=style),
        Spacer(1, 8 * mm),
        Paragraph(bank, _SMALL),
    ]


TAMARS = Issuer(
    "tamar", "test", Style("en", dates="dd/MM/yyyy"), _tamar,
    (
        Doc("tamar-1", "invoice", "4471", "2026-04-03", (
            Item("Two-wire hose assembly 1/2 inch", "40", "off", "27.35", sku="TVH-2SN08-1200",
                 more=("1200 mm, straight swivel one end,", "90 degree swivel the other")),
            Item("Bonded seal 1/2 BSP", "250", "off", "0.42", sku="BS-08"),
            Item("Quick release coupling, flat face", "16", "prs", "63.90", sku="FF-08",
                 before="Called off from your stock with us:"),
        ), TAMAR, BRANDT, due="2026-05-29", po="P00277", rate="20", charges=(Charge("Overnight carriage", "22.00"),),
            hard=("buyer_above_seller", "ambiguous_date", "multiline_rows")),
        Doc("tamar-2", "quotation", "Q 1096", "2026-03-12", (
            Item("Hand pump 25 cc with release valve", "6", "off", "148.00", sku="HP25R"),
            Item("Cylinder 10 t, stroke 150 mm", "6", "off", "286.50", sku="RC-10150",
                 more=("hollow plunger, collar thread",)),
            Item("Gauge 0 - 700 bar with adaptor", "6", "off", "54.75", sku="GA-700"),
        ), TAMAR, BRANDT, rate="20", hard=("buyer_above_seller", "multiline_rows"),
            extra={"enquiry": "RFQ-0318", "valid": "2026-04-30",
                   "closing": "Delivery four weeks from order. Prices exclude carriage."}),
    ),
)  # fmt: skip


LAKESHORE = Firm(
    "Lakeshore Bolt & Supply, Inc.", "2200 Harbor Bluff Drive", "Sheboygan, WI 53081", "USA",
    bank="Third Lakes Bank", phone="(920) 555-0173", mail="ar@lakeshorebolt.example",
)  # fmt: skip


def _lakeshore(p: Proof) -> bytes:
    """American letter: dates month first, boxes in a row over the table, dotted lines below, amounts in dollars."""
    invoice = p.doc.type == "invoice"
    columns = [
        Column("ORDERED", 28, lambda r: r.style.number(r.item.quantity), right=True),
        Column("SHIPPED", 46, lambda r: r.quantity, right=True),
        Column("U/M", 50, lambda r: r.unit),
        Column("ITEM NUMBER / DESCRIPTION", 62, lambda r: r.sku),
    ]
    if invoice:
        columns += [
            Column("UNIT PRICE", 160, lambda r: f"{r.price} /{r.per}", right=True),
            Column("EXTENSION", 200, lambda r: r.amount, right=True),
        ]

    def page(s: Paper) -> None:
        _lakeshore_head(s, p)
        s.font("Helvetica-Bold", 8)
        heads(s, columns, 98)
        s.rule(100, 14, 202, 1)
        y = 106.0
        for row in p.rows:
            s.font("Helvetica", 9)
            y = cells(s, columns, row, y)
            s.font("Helvetica", 8.5)
            y = s.column(64, y, [*s.wrapped(row.name, 70), *row.item.more, f"Cust part: {row.ours}"], 4) + 2
            s.canvas.setDash(1, 2)
            s.rule(y - 3, 14, 202, 0.3)
            s.canvas.setDash()
        _lakeshore_end(s, p, y + 6)

    return drawn(p.doc.number, "Counterpoint", page, LETTER)


def _lakeshore_head(s: Paper, p: Proof) -> None:
    s.ink("#003366")
    s.box(14, 12, 188, 16, fill=True)
    s.ink("#ffffff")
    s.font("Helvetica-Bold", 16)
    s.left(18, 22, p.seller)
    s.right(198, 22, p.title("INVOICE" if p.doc.type == "invoice" else "PACKING SLIP"))
    s.ink()
    s.font("Helvetica", 8)
    s.left(14, 33, f"{p.doc.seller.street}, {p.doc.seller.place}   Tel {p.doc.seller.phone}   {p.doc.seller.mail}")
    for x, label, lines in ((14, "BILL TO:", [*p.buyer_address, "NETHERLANDS"]), (110, "SHIP TO:", p.doc.ship_to)):
        s.font("Helvetica-Bold", 8)
        s.left(x, 42, label)
        s.font("Helvetica", 9.5)
        s.column(x + 18, 42, lines, 4.6)
    facts = [
        ("INVOICE NO." if p.doc.type == "invoice" else "SLIP NO.", p.number),
        ("DATE", p.issued),
        ("CUSTOMER PO", p.po),
        ("SHIP DATE", p.delivery),
        ("TERMS", p.extra("terms")),
        ("DUE DATE", p.due),
    ]
    for n, (label, value) in enumerate(facts):
        x = 14 + 31.3 * n
        s.box(x, 72, 31.3, 13)
        s.font("Helvetica", 6.5)
        s.left(x + 1.5, 75.5, label)
        s.font("Helvetica", 9.5)
        s.left(x + 1.5, 82, value)


def _lakeshore_end(s: Paper, p: Proof, y: float) -> None:
    if not p.doc.priced:
        s.font("Helvetica-Bold", 10)
        s.left(14, y, f"TOTAL CARTONS {p.extra('cartons')}     TOTAL WEIGHT {p.extra('weight')} LB")
        return
    s.font("Helvetica", 9)
    rows = [("MERCHANDISE", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    y = s.sums(140, 200, y, [*rows, ("SALES TAX", p.tax)])
    s.font("Helvetica-Bold", 10)
    y = s.sums(140, 200, y, [(f"TOTAL {p.money}", p.gross)])
    s.font("Helvetica", 9)
    left = p.doc.gross - p.doc.gross.__class__(p.extra("deposit"))
    y = s.sums(140, 200, y, [("LESS DEPOSIT", p.amount(f"-{p.extra('deposit')}")), ("BALANCE DUE", p.amount(left))])
    s.left(14, y, "A finance charge of 1 1/2% per month applies to past due accounts.")


LAKESHORES = Issuer(
    "lakeshore", "dev", Style("en", dates="MM/dd/yyyy", money="USD"), _lakeshore,
    (
        Doc("lakeshore-1", "invoice", "IN88210", "2026-03-04", (
            Item("SOCKET HEAD CAP SCREW 3/8-16 X 2 ALLOY BLACK", "1500", "EA", "31.40", sku="SHCS-3816-200",
                 ours="FS-UNC38-2", per=100),
            Item("GRADE 8 HEX NUT 3/8-16 YELLOW ZINC", "1500", "EA", "9.15", sku="HN8-3816", ours="FS-HN38", per=100),
            Item("NYLOCK NUT 1/4-20 STAINLESS", "4000", "EA", "52.80", sku="NLS-1420", ours="FS-NY14", per=1000,
                 more=("COUNTRY OF ORIGIN: USA",)),
        ), LAKESHORE, BRANDT, due="2026-04-18", delivery="2026-02-27", po="P00244", currency="USD",
            charges=(Charge("OCEAN FREIGHT", "312.75"),),
            ship_to=("Brandt & Mercer Supply B.V.", "c/o Transit Noord Logistiek", "Waalhaven Z.z. 412", "Rotterdam"),
            hard=("ambiguous_date", "bill_to_ship_to", "deposit", "several_totals", "multiline_rows"),
            extra={"terms": "NET 45", "deposit": "250.00"}),
        Doc("lakeshore-2", "delivery_note", "PS-41177", "2026-02-27", (
            Item("SOCKET HEAD CAP SCREW 3/8-16 X 2 ALLOY BLACK", "1500", "EA", sku="SHCS-3816-200", ours="FS-UNC38-2"),
            Item("NYLOCK NUT 1/4-20 STAINLESS", "4000", "EA", sku="NLS-1420", ours="FS-NY14"),
        ), LAKESHORE, BRANDT, delivery="2026-02-27", po="P00244",
            ship_to=("Brandt & Mercer Supply B.V.", "c/o Transit Noord Logistiek", "Waalhaven Z.z. 412", "Rotterdam"),
            hard=("delivery_totals", "bill_to_ship_to", "multiline_rows"),
            extra={"cartons": "6", "weight": "214"}),
    ),
)  # fmt: skip


OSTLER = Firm(
    "Ostler Hand Tools", "The Old Forge, Tilt Lane", "S36 2ND Penistone", "UK", vat="GB958348473",
    iban="GB04 HKHM 8986 7301 7533 03", phone="01226 555 907", mail="hello@ostlertools.example",
)  # fmt: skip


def _ostler(p: Proof) -> bytes:
    """Cards instead of a table: each line a small block of labels and values; quantity and unit in one."""

    def page(s: Paper) -> None:
        invoice = p.doc.type == "invoice"
        s.font("Vera-Bold", 20)
        s.middle(105, 22, p.seller)
        s.font("Vera", 8)
        s.middle(105, 28, f"{p.doc.seller.street} · {p.doc.seller.place} · {p.doc.seller.mail} · VAT No. {p.vat}")
        s.font("Vera-Bold", 12)
        s.left(20, 44, p.title("Invoice" if invoice else "Acknowledgement of order"))
        s.font("Vera", 9)
        rows = [("No", p.number), ("Dated", p.date("issued", "d MMMM yyyy")), ("Your order", p.po)]
        rows += [("Pay by", p.date("due", "d MMMM yyyy")), ("Dispatch", p.date("delivery", "d MMMM yyyy"))]
        s.pairs(20, 52, rows, gap=24)
        s.column(120, 52, p.buyer_address, 4.8)
        y = 86.0
        for row in p.rows:
            y = _ostler_card(s, row, y)
        _ostler_end(s, p, y + 4)

    return drawn(p.doc.number, "ostler", page)


def _ostler_card(s: Paper, row: Row, y: float) -> float:
    if row.item.before:
        s.font("Vera-Italic", 9)
        s.left(20, y, row.item.before)
        y += 8
    s.ink("#f0ece2")
    s.box(18, y - 5, 174, 19 + 4 * len(row.item.more), fill=True)
    s.ink()
    s.font("Vera-Bold", 9)
    s.left(20, y, row.name)
    s.font("Vera", 8)
    y = s.column(20, y + 5, row.item.more, 4)
    s.left(20, y, f"Our ref {row.sku}" + (f"   Your ref {row.ours}" if row.item.ours else ""))
    s.left(20, y + 6, f"{row.quantity} {row.unit} at {row.price}" + (f" less {row.off}%" if row.off else ""))
    s.right(188, y + 6, row.amount)
    return y + 17


def _ostler_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Vera", 9)
    if p.doc.vat_included:
        y = s.sums(120, 188, y, [(f"To pay ({p.money})", p.gross)])
        s.font("Vera", 8)
        s.left(20, y + 2, f"All prices include VAT at {p.rate(p.doc.rate)}%: net {p.net}, VAT {p.tax}.")
        s.left(20, y + 7, f"Bank transfer to {p.iban}")
        return
    rows = [("Tools", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    s.sums(120, 188, y, [*rows, ("VAT", p.tax), (f"Altogether, {p.money}", p.gross)])


OSTLERS = Issuer(
    "ostler", "dev", Style("en", dates="d MMM yyyy", money="GBP"), _ostler,
    (
        Doc("ostler-1", "order_confirmation", "OA-3312", "2026-06-18", (
            Item("Ball pein hammer 16 oz, hickory", "48", "pcs", "14.20", sku="BP16H", ours="TL-HAM-16", off="10"),
            Item("Cold chisel set, five pieces", "20", "sets", "22.95", sku="CC5", ours="TL-CHS-5",
                 before="From the next forging, leaving us a week after the rest:",
                 more=("octagon steel, 13 to 25 mm", "in a canvas roll")),
            Item("Drawing knife 10 inch", "6", "pcs", "38.00", sku="DK10",
                 before="Replaces the 9 inch one, which we no longer make. Please tell us if that will not do."),
        ), OSTLER, BRANDT, delivery="2026-07-06", po="P00322", currency="GBP", rate="20",
            charges=(Charge("Carrier", "26.50"),), hard=("unit_in_quantity", "multiline_rows")),
        Doc("ostler-2", "invoice", "OI-3298", "2026-06-02", (
            Item("Try square 150 mm, rosewood stock", "5", "pcs", "34.80", sku="TS150"),
            Item("Marking gauge, brass faced", "3", "pcs", "27.60", sku="MG-B"),
            Item("Leather tool roll", "4", "pcs", "45.00", sku="LTR"),
        ), OSTLER, HARROGATE, due="2026-06-16", po="HPS/26/1204", currency="GBP", rate="20", vat_included=True,
            hard=("unit_in_quantity",)),
    ),
)  # fmt: skip


def _harrogate(p: Proof) -> bytes:
    """A customer's order in landscape, drawn on its side and shown upright; supplier and delivery side by side."""
    change = p.doc.type == "order_change"
    columns = (
        Column("Line", 12, lambda r: str(r.position)),
        Column("Our stock no.", 24, lambda r: r.ours),
        Column("Supplier part", 60, lambda r: r.sku),
        Column("Description", 98, lambda r: r.name, width=80),
        Column("Qty", 200, lambda r: r.quantity, right=True),
        Column("Unit", 203, lambda r: r.unit),
        Column("Price", 232, lambda r: r.price, right=True),
        Column("Required by", 238, lambda r: r.due),
        Column("Value", 284, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _harrogate_head(s, p, change)
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 82)
        s.rule(84, 12, 285)
        y = 90.0
        for row in p.rows:
            if row.item.before:
                s.font("Helvetica-Oblique", 8.5)
                s.left(98, y, row.item.before)
                y += 5
            s.font("Helvetica", 9)
            y = cells(s, columns, row, y) + 2
            s.rule(y - 4, 12, 285, 0.2)
        s.font("Helvetica-Bold", 10)
        s.right(284, y + 5, f"Order total excluding VAT  {p.money} {p.net}")
        s.font("Helvetica", 8)
        s.left(12, y + 14, "Invoices without this order number will be returned.  " + p.extra("note"))

    return drawn(p.doc.number, "PlantBuy", page, LANDSCAPE, turned=True)


def _harrogate_head(s: Paper, p: Proof, change: bool) -> None:
    s.font("Helvetica-Bold", 18)
    s.left(12, 18, p.title("PURCHASE ORDER AMENDMENT" if change else "PURCHASE ORDER"))
    s.font("Helvetica", 9)
    s.right(285, 14, p.buyer)
    s.right(285, 18.5, ", ".join(p.doc.buyer.address[1:]))
    s.right(285, 23, f"VAT registration {p.buyer_vat}")
    for x, label, lines in (
        (12, "Supplier", [*p.seller_address, f"VAT {p.vat}"]),
        (100, "Deliver to", p.doc.ship_to),
    ):
        s.box(x, 30, 82, 34)
        s.font("Helvetica-Oblique", 8)
        s.left(x + 2, 34.5, label)
        s.font("Helvetica", 9.5)
        s.column(x + 2, 40, lines, 4.8)
    s.font("Helvetica", 9)
    rows = [("Order number", p.number), ("Order date", p.issued), ("Buyer", p.extra("buyer"))]
    s.pairs(195, 36, [*rows, ("Amendment", p.extra("amendment")), ("Amended", p.date("amended"))], gap=32, step=5.5)


HARROGATES = Issuer(
    "harrogate", "dev", Style("en", dates="dd.MM.yyyy", money="GBP"), _harrogate,
    (
        Doc("harrogate-1", "order", "HPS/26/1180", "2026-04-13", (
            Item("Chemical anchor M16 x 190 with stud", "120", "each", "4.35", sku="FS-CHA-M16", ours="4400-1187",
                 due="2026-04-27"),
            Item("Cut resistant glove size 10, EN 388 level E, with reinforced thumb crotch", "240", "pair", "4.10",
                 sku="SG-4502-10", ours="7100-0031", due="2026-04-27"),
            Item("Fall arrest harness, two point", "12", "each", "92.50", sku="SF-HRN-2", ours="7100-0440",
                 due="2026-05-11", before="Certificates with the goods please:"),
        ), BRANDT, HARROGATE, currency="GBP",
            ship_to=("Harrogate Plant Services Ltd", "Knaresborough Depot, Bay 2", "HG5 8LF Knaresborough"),
            hard=("rotated", "buyer_vat", "bill_to_ship_to", "multiline_rows"), extra={"buyer": "T. Arkwright"}),
        Doc("harrogate-2", "order_change", "HPS/26/1180", "2026-04-13", (
            Item("Chemical anchor M16 x 190 with stud", "180", "each", "4.35", sku="FS-CHA-M16", ours="4400-1187",
                 due="2026-05-04"),
            Item("Fall arrest harness, two point", "10", "each", "92.50", sku="SF-HRN-2", ours="7100-0440",
                 due="2026-05-11", before="Line 2 of the first order is cancelled."),
        ), BRANDT, HARROGATE, currency="GBP",
            ship_to=("Harrogate Plant Services Ltd", "Knaresborough Depot, Bay 2", "HG5 8LF Knaresborough"),
            hard=("rotated", "buyer_vat", "bill_to_ship_to"),
            extra={"buyer": "T. Arkwright", "amendment": "1", "amended": "2026-04-16"}),
    ),
)  # fmt: skip


SUNDIAL = Firm(
    "Sundial Workwear Co.", "88 Garment Row", "LE1 4QS Leicester", "United Kingdom", vat="GB375454333",
    iban="GB08 NBBM 3302 8254 8435 00", phone="0116 555 0390",
)  # fmt: skip


def _sundial(p: Proof) -> bytes:
    """A pre-printed form filled in by a typewriter face; the label of each box stands at its top edge."""

    def page(s: Paper) -> None:
        s.font("Helvetica-Bold", 17)
        s.left(15, 22, p.seller)
        s.font("Helvetica", 8)
        s.left(15, 27, f"{p.doc.seller.street}, {p.doc.seller.place}, {p.doc.seller.country}")
        s.left(15, 31, f"Telephone {p.doc.seller.phone}   VAT registered {p.vat}")
        confirmed = p.doc.type == "order_confirmation"
        s.font("Helvetica-Bold", 14)
        s.right(195, 22, p.title("ORDER CONFIRMATION" if confirmed else "INVOICE"))
        _sundial_boxes(s, p)
        _sundial_rows(s, p, 92)

    return drawn(p.doc.number, "Form 7", page)


def _sundial_boxes(s: Paper, p: Proof) -> None:
    boxes = [("Number", p.number), ("Date", p.issued), ("Order ref.", p.po)]
    boxes += [("Pay before", p.due)] if p.doc.due else [("To leave us", p.delivery)]
    for n, (label, value) in enumerate(boxes):
        s.box(115 + 40 * (n % 2), 38 + 15 * (n // 2), 40, 15)
        s.font("Helvetica", 7)
        s.left(116 + 40 * (n % 2), 41.5 + 15 * (n // 2), label)
        s.font("Courier-Bold", 11)
        s.left(117 + 40 * (n % 2), 49 + 15 * (n // 2), value)
    s.box(15, 38, 92, 30)
    s.font("Helvetica", 7)
    s.left(16, 41.5, "Customer")
    s.font("Courier", 10.5)
    s.column(18, 48, p.buyer_address, 5)


def _sundial_rows(s: Paper, p: Proof, y: float) -> None:
    widths = (20, 28, 78, 25, 29)
    s.font("Helvetica", 8)
    s.grid(15, y - 8, widths, (8, 110))
    x = 15.0
    for width, title in zip(widths, ("Quantity", "Style", "Garment", "Each", "Total"), strict=True):
        s.left(x + 2, y - 3, title)
        x += width
    s.font("Courier", 10)
    y += 8
    for row in p.rows:
        s.right(33, y, row.quantity)
        s.left(37, y, row.sku)
        names = s.wrapped(row.name, 75)
        s.column(65, y, [*names, *row.item.more], 5)
        s.right(164, y, row.price)
        s.right(193, y, row.amount)
        y += 5 * (len(names) + len(row.item.more)) + 3
    s.sums(120, 193, 210, [("Net", p.net), (f"VAT {p.rate(p.doc.rate)}%", p.tax), (f"TOTAL {p.money}", p.gross)], 6)
    if p.doc.type == "invoice":
        s.left(15, 232, f"Bank: {p.iban}")


SUNDIALS = Issuer(
    "sundial", "test", Style("en", dates="dd/MM/yy", money="GBP"), _sundial,
    (
        Doc("sundial-1", "invoice", "70551", "2026-02-20", (
            Item("Hi-vis jacket class 3, orange", "30", "", "41.25", sku="HVJ3-O", more=("12 x L, 18 x XL",)),
            Item("Cargo trousers with knee pockets", "45", "", "23.60", sku="CT-KP", more=("black, mixed sizes",)),
            Item("Embroidery of logo, left breast", "30", "", "3.15", sku="EMB-1"),
        ), SUNDIAL, HARROGATE, due="2026-03-22", po="HPS/26/1093", currency="GBP", rate="20", spoil="scan_askew",
            hard=("multiline_rows",)),
        Doc("sundial-2", "order_confirmation", "C-1188", "2026-03-05", (
            Item("Bib and brace, flame retardant, navy", "25", "", "68.40", sku="BB-FR"),
            Item("Rain suit, two pieces", "60", "", "19.95", sku="RS-2", more=("size table as last year",)),
        ), SUNDIAL, HARROGATE, delivery="2026-03-27", po="HPS/26/1120", currency="GBP", rate="20",
            hard=("ambiguous_date", "multiline_rows")),
    ),
)  # fmt: skip

ISSUERS = (TAMARS, LAKESHORES, OSTLERS, HARROGATES, SUNDIALS)
