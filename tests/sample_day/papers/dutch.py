"""Dutch paper: a delivery note without prices, ticked and signed by hand at the gate."""

from __future__ import annotations

from reportlab.lib.units import mm

from tests.sample_day.papers.sheet import HEIGHT, Sheet, draw


def vanderpoel() -> bytes:
    """Delivery note 60217 for P00176; says 60 bit sets where 40 were counted."""
    return draw("Pakbon 60217", "Magazijn 3", _page)


def _page(sheet: Sheet) -> None:
    sheet.font("Helvetica-Bold", 22)
    sheet.left(15, 22, "PAKBON")
    sheet.font("Helvetica", 9)
    sheet.column(
        130,
        15,
        [
            "Van der Poel Gereedschap B.V.",
            "Handelskade 18, 7417 DE Deventer",
            "T 0570 555 611",
            "KvK 99041733  BTW NL823650174B57",
        ],
        4.2,
    )
    _address(sheet)
    _meta(sheet)
    _lines(sheet, 92)
    _receipt(sheet, 205)


def _address(sheet: Sheet) -> None:
    sheet.canvas.roundRect(15 * mm, HEIGHT - 66 * mm, 85 * mm, 30 * mm, 4)
    sheet.font("Helvetica-Bold", 8)
    sheet.left(18, 41, "AFLEVERADRES")
    sheet.font("Helvetica", 10)
    sheet.column(
        18, 47, ["Brandt & Mercer Supply B.V.", "Magazijn / poort 3", "Waalhaven Z.z. 412", "3088 HH Rotterdam"], 4.8
    )


def _meta(sheet: Sheet) -> None:
    cells = [
        ("Pakbonnr.", "60217"),
        ("Datum", "17-11-2026"),
        ("Uw order", "P00176"),
        ("Onze order", "VO-44180"),
        ("Colli", "5"),
        ("Gewicht", "118,5 kg"),
    ]
    for n, (label, value) in enumerate(cells):
        x, y = 15 + 30 * n, 72
        sheet.box(x, y, 30, 11)
        sheet.font("Helvetica", 7)
        sheet.left(x + 1.5, y + 3.5, label)
        sheet.font("Helvetica-Bold", 10)
        sheet.left(x + 1.5, y + 8.8, value)


def _lines(sheet: Sheet, y: float) -> None:
    titles = ("Artikel", "Omschrijving", "Besteld", "Geleverd", "Nalev.", "Eenh.", "Akk.")
    places = (15, 45, 125, 145, 162, 172, 186)
    sheet.font("Helvetica-Bold", 9)
    for x, title in zip(places, titles, strict=True):
        (sheet.right if title in titles[2:5] else sheet.left)(x, y, title)
    rows = [
        ("IW-18-250", "Slagmoersleutel 18V 250 Nm zonder accu", "12", "12", "0", "st", "TL-IMP-18V"),
        ("AC-18-50", "Accu 18V 5,0 Ah", "24", "24", "0", "st", "TL-BAT-5AH"),
        ("BS-31", "Bitset 31-delig in cassette", "60", "60", "0", "set", "TL-BIT-SET"),
    ]
    for row in rows:
        y += 12
        sheet.rule(y - 7, 15, 195, 0.3)
        sheet.font("Helvetica", 10)
        for x, cell, title in zip(places, row[:6], titles, strict=False):
            (sheet.right if title in titles[2:5] else sheet.left)(x, y, cell)
        sheet.box(186, y - 4, 5, 5)
        sheet.font("Helvetica-Oblique", 8)
        sheet.left(45, y + 4, f"uw artikelnr. {row[6]}")
    sheet.rule(y + 8, 15, 195, 0.3)
    sheet.font("Helvetica", 8)
    sheet.left(15, y + 14, "Emballage: 1 europallet (ruil). Manco's en zichtbare schade binnen 24 uur melden.")


def _receipt(sheet: Sheet, y: float) -> None:
    sheet.box(15, y, 180, 34)
    sheet.font("Helvetica", 8)
    sheet.left(18, y + 5, "Voor ontvangst (naam, datum, handtekening)")
    sheet.left(110, y + 5, "Opmerkingen")
    canvas = sheet.canvas
    canvas.setStrokeColorRGB(0.1, 0.1, 0.6)
    canvas.setFillColorRGB(0.1, 0.1, 0.6)
    canvas.setLineWidth(1.4)
    canvas.bezier(70, 190, 110, 260, 120, 160, 170, 220)
    sheet.font("Courier-Oblique", 11)
    sheet.left(110, y + 15, "o.v.  bitsets 40 geteld")
    sheet.left(18, y + 30, "M. v. Leeuwen 17/11")
