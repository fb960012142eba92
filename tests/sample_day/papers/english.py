"""English paper: an order acknowledgement in a web shop's colours, with line discounts."""

from __future__ import annotations

from io import BytesIO

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_TEAL = colors.HexColor("#0b6e6e")
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7.5, leading=9.5, textColor=colors.HexColor("#444444"))


def pinnacle() -> bytes:
    """Order acknowledgement for P00191 that agrees with it line by line."""
    target = BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        topMargin=38 * mm,
        bottomMargin=20 * mm,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        invariant=1,
    )
    document.title = "Order acknowledgement SO-118204"
    document.creator = "ShopDesk"
    document.build(
        [_parties(), Spacer(1, 6 * mm), _lines(), Spacer(1, 4 * mm), _totals(), *_closing()], onFirstPage=_banner
    )
    return target.getvalue()


def _banner(canvas: Canvas, document: SimpleDocTemplate) -> None:
    width, height = A4
    canvas.setFillColor(_TEAL)
    canvas.rect(0, height - 28 * mm, width, 28 * mm, stroke=0, fill=1)
    canvas.setFillColor(colors.white)
    canvas.setFont("Helvetica-Bold", 20)
    canvas.drawString(16 * mm, height - 17 * mm, "PINNACLE SAFETY PRODUCTS")
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(width - 16 * mm, height - 12 * mm, "ORDER ACKNOWLEDGEMENT")
    canvas.setFont("Helvetica-Bold", 12)
    canvas.drawRightString(width - 16 * mm, height - 18 * mm, "SO-118204")
    canvas.setFillColor(colors.black)
    canvas.setFont("Helvetica", 7)
    canvas.drawCentredString(
        width / 2,
        12 * mm,
        "Pinnacle Safety Products Ltd · Redfern Park, Birmingham B11 2QX · "
        "Company No. 09900417 · VAT Reg. GB 881 5307 17",
    )


def _parties() -> Flowable:
    ours = Paragraph(
        "<b>Invoice and deliver to</b><br/>Brandt &amp; Mercer Supply B.V.<br/>"
        "Goods-in, gate 3<br/>Waalhaven Z.z. 412<br/>3088 HH Rotterdam<br/>Netherlands",
        _TEXT,
    )
    meta = Table(
        [
            ["Acknowledged", "16 November 2026"],
            ["Your order", "P00191"],
            ["Your account", "BRA014"],
            ["Currency", "EUR"],
            ["Despatch", "Friday 27 November 2026, complete"],
            ["Terms", "30 days from invoice, DAP Rotterdam"],
        ],
        colWidths=[30 * mm, 62 * mm],
        rowHeights=5.4 * mm,
    )
    meta.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
                ("TEXTCOLOR", (0, 0), (0, -1), _TEAL),
                ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.lightgrey),
            ]
        )
    )
    return Table([[ours, meta]], colWidths=[82 * mm, 96 * mm], style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _lines() -> Flowable:
    rows = [
        ["#", "Product", "Your code", "Qty", "Unit", "List price", "Disc.", "Net price", "Line total"],
        [
            "1",
            Paragraph("<b>PSP-CR5-09</b> Gripguard cut 5 glove, size 9", _TEXT),
            "SG-4502-9",
            "600",
            "pair",
            "3.84",
            "-",
            "3.84",
            "2,304.00",
        ],
        [
            "2",
            Paragraph("<b>PSP-CR5-10</b> Gripguard cut 5 glove, size 10", _TEXT),
            "SG-4502-10",
            "480",
            "pair",
            "3.84",
            "-",
            "3.84",
            "1,843.20",
        ],
        [
            "3",
            Paragraph("<b>PSP-H11-YEL</b> H11 vented helmet, yellow", _TEXT),
            "SH-1100-Y",
            "120",
            "each",
            "10.40",
            "5%",
            "9.88",
            "1,185.60",
        ],
        [
            "4",
            Paragraph("<b>PSP-EP200</b> Foam earplug dispenser refill, box of 200 pairs", _TEXT),
            "SE-77",
            "25",
            "box",
            "28.60",
            "-",
            "28.60",
            "715.00",
        ],
    ]
    table = Table(
        rows, colWidths=[7 * mm, 56 * mm, 24 * mm, 13 * mm, 12 * mm, 18 * mm, 12 * mm, 17 * mm, 19 * mm], repeatRows=1
    )
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 8.5),
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 8),
                ("BACKGROUND", (0, 0), (-1, 0), _TEAL),
                ("TEXTCOLOR", (0, 0), (-1, 0), colors.white),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, colors.HexColor("#eef6f6")]),
                ("ALIGN", (5, 0), (-1, -1), "RIGHT"),
                ("ALIGN", (3, 0), (3, -1), "RIGHT"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return table


def _totals() -> Flowable:
    rows = [["Goods", "6,047.80"], ["Carriage", "0.00"], ["VAT (zero-rated export)", "0.00"], ["Total EUR", "6,047.80"]]
    table = Table(rows, colWidths=[48 * mm, 26 * mm], hAlign="RIGHT")
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -2), "Helvetica", 9),
                ("FONT", (0, -1), (-1, -1), "Helvetica-Bold", 10),
                ("ALIGN", (1, 0), (1, -1), "RIGHT"),
                ("LINEABOVE", (0, -1), (-1, -1), 1, _TEAL),
            ]
        )
    )
    return table


def _closing() -> list[Flowable]:
    return [
        Spacer(1, 10 * mm),
        Paragraph(
            "Please check this acknowledgement and let us know within 48 hours "
            "if anything differs from what you ordered.",
            _TEXT,
        ),
        Spacer(1, 3 * mm),
        Paragraph(
            "All goods remain the property of Pinnacle Safety Products Ltd until paid for in full. "
            "Claims for damage or shortage must reach us within 3 working days of delivery. "
            "Pay to: First Northern Bank, IBAN GB26 FNKB 6016 1331 9268 19.",
            _SMALL,
        ),
    ]
