"""German paper: a letter after DIN 5008 with prices per 100, and a typed page that only exists as a scan."""

from __future__ import annotations

from tests.sample_day.papers.scan import scanned
from tests.sample_day.papers.sheet import Sheet, draw


def hohenfels() -> bytes:
    """Order confirmation for P00187: position 1 dearer than ordered, position 4 in two deliveries."""
    return draw("Auftragsbestätigung 2026-30447", "WaWi 7.4", _hohenfels_first, _hohenfels_second)


def _hohenfels_head(sheet: Sheet, page: int) -> None:
    sheet.font("Helvetica-Bold", 15)
    sheet.left(25, 20, "SCHRAUBENWERK HOHENFELS")
    sheet.font("Helvetica", 7)
    sheet.left(25, 24, "DIN- und Normteile · Sonderteile nach Zeichnung · seit 1931")
    sheet.rule(26, 25, 195, 1.2)
    sheet.font("Helvetica", 8)
    sheet.right(195, 33, f"Seite {page} von 2")


def _hohenfels_foot(sheet: Sheet) -> None:
    sheet.rule(272, 25, 195)
    sheet.font("Helvetica", 6.5)
    sheet.column(25, 276, ["Schraubenwerk Hohenfels GmbH", "Eisenweg 9", "58840 Plettenberg"], 3)
    sheet.column(70, 276, ["Tel. 02391 5550-0", "auftrag@hohenfels-schrauben.example"], 3)
    sheet.column(118, 276, ["Sparbank Lennetal", "IBAN DE43 6305 0099 0021 7403 86", "BIC SPLTDE00XXX"], 3)
    sheet.column(162, 276, ["USt-IdNr. DE294615000", "HRB 98231 Iserlohn", "GF: U. Hohenfels"], 3)


def _hohenfels_first(sheet: Sheet) -> None:
    _hohenfels_head(sheet, 1)
    sheet.font("Helvetica", 6)
    sheet.left(25, 48, "Schraubenwerk Hohenfels GmbH · Eisenweg 9 · 58840 Plettenberg")
    sheet.font("Helvetica", 10)
    sheet.column(
        25,
        54,
        ["Brandt & Mercer Supply B.V.", "Frau Aylin Yildiz", "Waalhaven Z.z. 412", "3088 HH Rotterdam", "NIEDERLANDE"],
    )
    sheet.font("Helvetica", 9)
    facts = [
        ("Auftrags-Nr.:", "2026-30447"),
        ("Datum:", "16.11.2026"),
        ("Kunden-Nr.:", "70418"),
        ("Ihre Bestellung:", "P00187 vom 10.11.2026"),
        ("Ihre USt-IdNr.:", "NL861740293B81"),
        ("Bearbeiter:", "Hr. Wiesner / -214"),
    ]
    for n, (label, value) in enumerate(facts):
        sheet.left(125, 48 + 5 * n, label)
        sheet.left(155, 48 + 5 * n, value)
    sheet.font("Helvetica-Bold", 13)
    sheet.left(25, 95, "Auftragsbestätigung 2026-30447")
    sheet.font("Helvetica", 9.5)
    sheet.column(
        25,
        103,
        [
            "Wir danken für Ihre Bestellung und bestätigen wie folgt zu unseren Ihnen bekannten Liefer- und",
            "Zahlungsbedingungen:",
        ],
    )
    y = _hohenfels_titles(sheet, 117)
    y = _hohenfels_position(
        sheet,
        y,
        ("1", "0933.08.040", "12.000", "7,19", "862,80"),
        [
            "Sechskantschraube DIN 933 8.8 verzinkt M8x40",
            "Ihre Art.-Nr.: FS-933-M8X40",
            "Legierungszuschlag im Preis enthalten",
            "Liefertermin: 24.11.2026",
        ],
    )
    y = _hohenfels_position(
        sheet,
        y,
        ("2", "0934.08", "20.000", "2,10", "420,00"),
        ["Sechskantmutter DIN 934 |8| verzinkt M8", "Ihre Art.-Nr.: FS-934-M8", "Liefertermin: 24.11.2026"],
    )
    y = _hohenfels_position(
        sheet,
        y,
        ("3", "0125.08", "20.000", "0,92", "184,00"),
        ["Scheibe DIN 125 A verzinkt M8", "Ihre Art.-Nr.: FS-125-M8", "Liefertermin: 24.11.2026"],
    )
    sheet.font("Helvetica-Oblique", 8.5)
    sheet.right(195, y + 4, "Übertrag 1.466,80")
    _hohenfels_foot(sheet)


def _hohenfels_second(sheet: Sheet) -> None:
    _hohenfels_head(sheet, 2)
    sheet.font("Helvetica", 9)
    sheet.left(25, 42, "Auftragsbestätigung 2026-30447 vom 16.11.2026")
    sheet.right(195, 50, "Übertrag 1.466,80")
    y = _hohenfels_titles(sheet, 58)
    y = _hohenfels_position(
        sheet,
        y,
        ("4.1", "0912.10.060", "1.000", "31,40", "314,00"),
        [
            "Zylinderschraube DIN 912 12.9 M10x60",
            "Ihre Art.-Nr.: FS-912-M10X60",
            "Liefertermin: 24.11.2026 (Teillieferung)",
        ],
    )
    y = _hohenfels_position(
        sheet,
        y,
        ("4.2", "0912.10.060", "2.000", "31,40", "628,00"),
        ["Zylinderschraube DIN 912 12.9 M10x60", "Restmenge zu Pos. 4", "Liefertermin: 11.12.2026 (KW 50)"],
    )
    sheet.rule(y, 120, 195)
    sheet.font("Helvetica", 9)
    for n, (label, value) in enumerate(
        [("Warenwert netto EUR", "2.408,80"), ("Umsatzsteuer 0 % (steuerfreie ig. Lieferung)", "0,00")]
    ):
        sheet.left(120, y + 5 + 5 * n, label)
        sheet.right(195, y + 5 + 5 * n, value)
    sheet.font("Helvetica-Bold", 10)
    sheet.left(120, y + 16, "Auftragssumme EUR")
    sheet.right(195, y + 16, "2.408,80")
    sheet.font("Helvetica", 9)
    sheet.column(
        25,
        y + 30,
        [
            "Lieferbedingung: DAP Rotterdam (Incoterms 2020)",
            "Zahlungsbedingung: 30 Tage netto, 10 Tage 2 % Skonto",
            "Versandart: Spedition",
            "Mehr- oder Minderlieferungen bis 5 % sind handelsüblich und gelten als genehmigt.",
        ],
    )
    _hohenfels_foot(sheet)


def _hohenfels_titles(sheet: Sheet, y: float) -> float:
    sheet.font("Helvetica-Bold", 8.5)
    sheet.left(25, y, "Pos.")
    sheet.left(35, y, "Artikel-Nr. / Bezeichnung")
    sheet.right(132, y, "Menge")
    sheet.left(135, y, "ME")
    sheet.right(162, y, "Preis")
    sheet.left(165, y, "PE")
    sheet.right(195, y, "Betrag EUR")
    sheet.rule(y + 2, 25, 195)
    return y + 7


def _hohenfels_position(sheet: Sheet, y: float, cells: tuple[str, str, str, str, str], text: list[str]) -> float:
    position, item, quantity, price, amount = cells
    sheet.font("Helvetica", 9)
    sheet.left(25, y, position)
    sheet.left(35, y, item)
    sheet.right(132, y, quantity)
    sheet.left(135, y, "Stück")
    sheet.right(162, y, price)
    sheet.left(165, y, "100")
    sheet.right(195, y, amount)
    sheet.font("Helvetica", 8.5)
    return sheet.column(35, y + 4, text, 4) + 3


def hammerl() -> bytes:
    """Order confirmation for P00189 on paper: typed, stamped, signed, fed askew into a scanner."""
    return scanned(draw("AB", "scan", _hammerl_page), turn=1.3, seed=189)


def _hammerl_page(sheet: Sheet) -> None:
    sheet.font("Times-Bold", 20)
    sheet.middle(105, 25, "Werkzeug-Kontor Hammerl")
    sheet.font("Times-Italic", 11)
    sheet.middle(105, 31, "Inh. Alois Hammerl · Salzstadel 4 · 94032 Passau · Tel. 0851 / 555 77")
    sheet.middle(105, 36, "USt-IdNr. DE301734809")
    sheet.font("Courier", 11)
    sheet.column(25, 58, ["Fa.", "Brandt & Mercer Supply B.V.", "Waalhaven Z.z. 412", "NL-3088 HH Rotterdam"], 5)
    sheet.right(185, 88, "Passau, 17.11.2026")
    sheet.font("Courier-Bold", 12)
    sheet.left(25, 98, "AUFTRAGSBESTÄTIGUNG Nr. 1147/26")
    sheet.font("Courier", 11)
    sheet.left(25, 105, "zu Ihrer Bestellung P00189 vom 9.11.2026")
    sheet.rule(110, 25, 185)
    sheet.column(
        25,
        117,
        [
            "Pos Menge  Artikel                     E-Preis    Gesamt",
            "",
            " 1  500 St Torx-Bit T30 25 mm             0,68    340,00",
            "           Best.-Nr. 4030-25",
            "           Ihre Nr. TL-TRX-T30",
            "           Liefertermin 25.11.2026",
            "",
            " 2  200 St SDS-plus Bohrer 8x160          3,15    630,00",
            "           Best.-Nr. 8160-SDS",
            "           Ihre Nr. TL-DRL-SDS8",
            "           Liefertermin 09.12.2026 (KW 50)",
            "                                               ---------",
            "           Summe EUR                              970,00",
            "           steuerfreie innergem. Lieferung",
        ],
        6,
    )
    sheet.rule(204, 25, 185)
    sheet.column(25, 212, ["Zahlung: 14 Tage netto", "IBAN DE64 7432 0915 0000 4188 27"], 6)
    _stamp(sheet)


def _stamp(sheet: Sheet) -> None:
    canvas = sheet.canvas
    canvas.saveState()
    canvas.translate(400, 150)
    canvas.rotate(8)
    canvas.setStrokeGray(0.35)
    canvas.setFillGray(0.35)
    canvas.roundRect(-70, -20, 140, 42, 6)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawCentredString(0, 6, "17. NOV. 2026")
    canvas.setFont("Helvetica", 8)
    canvas.drawCentredString(0, -8, "Werkzeug-Kontor Hammerl")
    canvas.setLineWidth(1.5)
    canvas.bezier(-60, -35, -20, 30, 0, -60, 55, -10)
    canvas.restoreState()
