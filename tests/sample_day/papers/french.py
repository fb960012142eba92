"""French paper: an invoice whose seller only stands in the letterhead, and a filled-in damage report."""

from __future__ import annotations

from tests.sample_day.papers.sheet import Sheet, draw


def vercors() -> bytes:
    """Invoice for P00178 whose sums are right: two VAT rates, line discounts, spaces between thousands."""
    return draw("FA26-11873", "Gestion Pro", _vercors_page)


def _vercors_page(sheet: Sheet) -> None:
    _vercors_head(sheet)
    y = _vercors_lines(sheet, 112)
    _vercors_totals(sheet, y + 8)


def _vercors_head(sheet: Sheet) -> None:
    sheet.canvas.setFillGray(0.2)
    sheet.font("Times-BoldItalic", 26)
    sheet.left(18, 24, "Outillage Vercors")
    sheet.font("Times-Roman", 8)
    sheet.left(
        18, 29, "SA au capital de 240 000 € - 12, rue des Forges 38160 Saint-Marcellin - RCS Grenoble 819 402 769"
    )
    sheet.left(18, 32.5, "TVA intracommunautaire FR78819402769 - Tél. 04 99 00 41 18")
    sheet.canvas.setFillGray(0)
    sheet.font("Times-Bold", 18)
    sheet.right(192, 48, "FACTURE")
    sheet.font("Times-Roman", 10)
    labels = [
        ("N°", "FA26-11873"),
        ("Date", "13/11/2026"),
        ("Client", "C004471"),
        ("Votre commande", "P00178 du 28/10/2026"),
        ("Bon de livraison", "BL26-20914 du 10/11/2026"),
    ]
    for n, (label, value) in enumerate(labels):
        sheet.left(18, 46 + 5 * n, f"{label} :")
        sheet.left(50, 46 + 5 * n, value)
    sheet.box(112, 56, 80, 32)
    sheet.column(
        116,
        63,
        ["Brandt & Mercer Supply B.V.", "Service comptabilité", "Waalhaven Z.z. 412", "3088 HH ROTTERDAM", "PAYS-BAS"],
        5,
    )
    sheet.font("Times-Italic", 9)
    sheet.left(
        18,
        96,
        "Livré à : Brico Loire SARL, dépôt de Nantes, 8 quai des Antilles, 44200 Nantes",
    )


_COLUMNS = (18.0, 46.0, 118.0, 136.0, 152.0, 170.0, 192.0)


def _vercors_lines(sheet: Sheet, y: float) -> float:
    sheet.font("Times-Bold", 9)
    for x, title in zip(_COLUMNS[:2], ("Référence", "Désignation"), strict=True):
        sheet.left(x, y - 5, title)
    for x, title in zip(_COLUMNS[2:], ("Qté", "P.U. HT", "Rem.", "TVA", "Montant HT"), strict=True):
        sheet.right(x, y - 5, title)
    sheet.rule(y - 3, 18, 192)
    sheet.font("Times-Roman", 10)
    rows = [
        ("VC-125-10", "Disque à tronçonner Ø125x1,0 inox", "400", "1,85", "12 %", "20", "651,20"),
        ("VC-230-19", "Disque à tronçonner Ø230x1,9 acier", "150", "4,30", "10 %", "20", "580,50"),
        ("VC-MA1400", "Meuleuse d'angle 1 400 W, coffret", "6", "148,90", "", "20", "893,40"),
        ("VC-GUIDE", "Guide des abrasifs (livre)", "10", "12,00", "", "5,5", "120,00"),
    ]
    for row in rows:
        y += 6
        sheet.left(_COLUMNS[0], y, row[0])
        sheet.left(_COLUMNS[1], y, row[1])
        for x, cell in zip(_COLUMNS[2:], row[2:], strict=True):
            sheet.right(x, y, cell)
    sheet.rule(y + 3, 18, 192)
    return y + 3


def _vercors_totals(sheet: Sheet, y: float) -> None:
    sheet.font("Times-Bold", 9)
    sheet.left(18, y, "Taux")
    sheet.right(50, y, "Base HT")
    sheet.right(72, y, "Montant TVA")
    sheet.font("Times-Roman", 9)
    for n, (rate, base, tax) in enumerate([("20,00 %", "2 125,10", "425,02"), ("5,50 %", "120,00", "6,60")], 1):
        sheet.left(18, y + 5 * n, rate)
        sheet.right(50, y + 5 * n, base)
        sheet.right(72, y + 5 * n, tax)
    sheet.box(128, y - 5, 64, 24)
    for n, (label, amount) in enumerate([("Total HT", "2 245,10 €"), ("Total TVA", "431,62 €")]):
        sheet.left(131, y + 6 * n, label)
        sheet.right(189, y + 6 * n, amount)
    sheet.font("Times-Bold", 12)
    sheet.left(131, y + 14, "NET À PAYER")
    sheet.right(189, y + 14, "2 676,72 €")
    sheet.font("Times-Roman", 9)
    sheet.column(
        18,
        y + 32,
        [
            "Échéance : 31/12/2026 (45 jours fin de mois) - Règlement par virement",
            "IBAN : FR76 1883 9004 1700 0729 4031 618 - BIC : CRVRFR00",
            "Pas d'escompte pour paiement anticipé. Retard : pénalités au taux légal majoré de 10 points, indemnité",
            "forfaitaire de recouvrement de 40 €. Réserve de propriété jusqu'au paiement intégral.",
        ],
        4.5,
    )


def constat() -> bytes:
    """The customer's damage report for S00405: a form with boxes, some ticked."""
    return draw("Constat d'avarie", "Tableur", _constat_page)


def _constat_page(sheet: Sheet) -> None:
    sheet.font("Helvetica-Bold", 14)
    sheet.middle(105, 20, "CONSTAT D'AVARIE À LA LIVRAISON")
    sheet.font("Helvetica", 8)
    sheet.middle(
        105, 25, "À établir en présence du chauffeur - formulaire QUAL-14 rév. C - Ateliers Morvan SAS, Gouesnou"
    )
    fields = [
        ("Date et heure", "16/11/2026 10 h 40"),
        ("Transporteur", "Transports Garonne"),
        ("N° de récépissé", "TG-2611-50923"),
        ("Fournisseur", "Brandt & Mercer Supply B.V."),
        ("Commande / BL", "S00405 / WH/OUT/00879"),
        ("Colis annoncés / reçus", "6 / 6"),
        ("Réceptionnaire", "E. Le Goff"),
    ]
    for n, (label, value) in enumerate(fields):
        y = 33 + 9 * n
        sheet.box(20, y, 55, 9)
        sheet.box(75, y, 115, 9)
        sheet.font("Helvetica-Bold", 9)
        sheet.left(22, y + 6, label)
        sheet.font("Courier", 10)
        sheet.left(78, y + 6, value)
    _constat_ticks(sheet, 106)
    _constat_goods(sheet, 138)
    _constat_signatures(sheet, 205)


def _constat_ticks(sheet: Sheet, y: float) -> None:
    ticks = [
        ("Emballage écrasé", True),
        ("Emballage ouvert", False),
        ("Mouillé", True),
        ("Colis manquant", False),
        ("Palette renversée", False),
        ("Autre", False),
    ]
    for n, (label, ticked) in enumerate(ticks):
        x, row = 20 + 58 * (n % 3), y + 9 * (n // 3)
        sheet.box(x, row, 4, 4)
        sheet.font("Helvetica", 9)
        sheet.left(x + 6, row + 3.3, label)
        if ticked:
            sheet.font("Helvetica-Bold", 11)
            sheet.left(x + 0.8, row + 3.6, "X")


def _constat_goods(sheet: Sheet, y: float) -> None:
    rows = [
        ("Réf.", "Désignation", "Qté livrée", "Qté avariée", "Observation"),
        ("SH-1100-Y", "Casque H11 jaune", "25", "25", "9 fendus, 16 mouillés"),
        ("SG-4502-9", "Gants coupure 5 T9", "120", "48", "cartons trempés"),
        ("SE-77", "Bouchons d'oreille", "4", "0", ""),
    ]
    widths = (26, 44, 22, 24, 54)
    for n, row in enumerate(rows):
        x = 20.0
        sheet.font("Helvetica-Bold" if n == 0 else "Courier", 8.5)
        for width, cell in zip(widths, row, strict=True):
            sheet.box(x, y + 8 * n, width, 8)
            sheet.left(x + 1.5, y + 8 * n + 5.3, cell)
            x += width
    sheet.font("Courier-Oblique", 9)
    sheet.column(
        20,
        y + 42,
        [
            "Réserves portées sur la lettre de voiture : 2 colis écrasés et mouillés,",
            "contenu avarié, sous réserve de déballage complet.",
        ],
        5,
    )


def _constat_signatures(sheet: Sheet, y: float) -> None:
    for x, label in ((20, "Signature du réceptionnaire"), (110, "Signature du chauffeur")):
        sheet.box(x, y, 80, 30)
        sheet.font("Helvetica", 8)
        sheet.left(x + 2, y + 5, label)
    sheet.canvas.setLineWidth(1.2)
    sheet.canvas.bezier(80, 175, 120, 235, 140, 160, 200, 205)
    sheet.font("Courier-Oblique", 9)
    sheet.left(114, y + 18, "refuse de signer")
