"""Own documents in layouts that mislead: logos without an address, prices per hundred, balances, cards, orders."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.document_layouts import sample
from tests.unit.document_samples import Pen, Sample, cells


def german_invoice_prices_per_hundred() -> Sample:
    """The seller stands in a small logo line and the footer; prices are for 100; quantities in thousands."""
    pen = Pen()
    pen.at(60, 40, "SCHRAUBENWERK IMMENTAL", 11, bold=True)
    pen.block(60, 90, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Niederlande")
    pen.at(60, 180, "Rechnung", 14, bold=True)
    pen.pairs(350, 450, 90, ("Beleg-Nr.", "RE 26 0418"), ("Datum", "12.05.2026"), ("Ihre Bestellung", "P00031"))
    columns = ((60, "l"), (120, "l"), (330, "r"), (390, "r"), (450, "r"), (535, "r"))
    pen.row(220, *cells(columns, "Art.-Nr.", "Bezeichnung", "Menge", "Einh.", "€/100", "Betrag €"))
    pen.row(236, *cells(columns, "4017-8", "Sechskantschraube M8x40", "2.500", "Stk", "12,40", "310,00"))
    pen.row(249, *cells(columns, "4017-9", "Unterlegscheibe 8,4", "1.200", "Stk", "3,15", "37,80"))
    pen.row(262, *cells(columns, "7720-1", "Gewindestange M8", "12,5", "m", "480,00", "60,00"))
    pen.row(292, (360, "l", "Warenwert"), (535, "r", "407,80"))
    pen.row(305, (360, "l", "Fracht"), (535, "r", "24,00"))
    pen.row(318, (360, "l", "Nettobetrag"), (535, "r", "431,80"))
    pen.row(331, (360, "l", "USt 0 % innergemeinschaftlich"), (535, "r", "0,00"))
    pen.row(344, (360, "l", "Rechnungsbetrag"), (535, "r", "431,80"))
    pen.at(60, 800, "Talweg 9, 87509 Immenstadt   USt-IdNr. DE136695976   www.schraubenwerk-immental.example")
    return sample(
        "german_invoice_prices_per_hundred",
        pen,
        {
            "document_type": "invoice",
            "document_number": "RE 26 0418",
            "issue_date": "2026-05-12",
            "seller_name": "SCHRAUBENWERK IMMENTAL",
            "seller_vat_id": "DE136695976",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
            "net_total": 431.8,
            "tax_total": 0.0,
            "gross_total": 431.8,
            "currency": "EUR",
        },
        [
            ("Sechskantschraube", 2500, 12.4, 310.0),
            ("Unterlegscheibe", 1200, 3.15, 37.8),
            ("Gewindestange", 12.5, 480.0, 60.0),
        ],
    )


def dutch_invoice_balance() -> Sample:
    """A postal code stands on the title's line; an earlier balance and a deposit follow the total."""
    pen = Pen()
    pen.at(60, 60, "Factuur", 12, bold=True)
    for n, text in enumerate(("Van Oeveren Techniek", "Kadelaan 44", "4611 AB Bergen op Zoom", "Btw NL001234567B13")):
        pen.right(535, 47 + 13 * n, text)
    pen.block(60, 130, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    for x, label, value in ((330, "Nummer", "2026.0417"), (430, "Datum", "02-06-2026"), (500, "Vervalt", "02-07-2026")):
        pen.at(x, 130, label)
        pen.at(x, 143, value)
    columns = ((60, "r"), (75, "l"), (110, "l"), (430, "r"), (535, "r"))
    pen.row(200, *cells(columns, "Aantal", "Ehd", "Omschrijving", "Stuksprijs", "Bedrag"))
    pen.row(215, *cells(columns, "12", "st", "Slijpschijf 125 mm", "2,35", "28,20"))
    pen.row(228, *cells(columns, "4", "doos", "Spaanplaatschroef 4x40", "8,90", "35,60"))
    pen.row(260, (350, "l", "Verzendkosten"), (535, "r", "9,50"))
    pen.row(273, (350, "l", "Totaal excl. btw"), (535, "r", "73,30"))
    pen.row(286, (350, "l", "21% btw"), (535, "r", "15,39"))
    pen.row(299, (350, "l", "Totaal"), (535, "r", "€ 88,69"))
    pen.row(312, (350, "l", "Openstaand saldo"), (535, "r", "120,00"))
    pen.row(325, (350, "l", "Aanbetaling"), (535, "r", "-50,00"))
    pen.row(338, (350, "l", "Te betalen"), (535, "r", "€ 158,69"))
    return sample(
        "dutch_invoice_balance",
        pen,
        {
            "document_type": "invoice",
            "document_number": "2026.0417",
            "issue_date": "2026-06-02",
            "due_date": "2026-07-02",
            "seller_name": "Van Oeveren Techniek",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "NL001234567B13",
            "net_total": 73.3,
            "tax_total": 15.39,
            "gross_total": 88.69,
            "currency": "EUR",
        },
        [("Slijpschijf", 12, 2.35, 28.2), ("Spaanplaatschroef", 4, 8.9, 35.6)],
    )


def french_order() -> Sample:
    """An order: the letterhead is the buyer's, the addressee sells."""
    pen = Pen()
    pen.block(60, 50, "Brandt & Mercer Supply B.V.", "Waalhaven 12, 3088 HH Rotterdam", "TVA NL001234567B13")
    pen.at(60, 120, "BON DE COMMANDE", 14, bold=True)
    pen.block(330, 110, "À l'attention du service commercial", "Forges du Vercors SAS", "Rue du Moulin 8", "38250 Lans")
    pen.pairs(60, 160, 150, ("Commande n°", "P00031"), ("Date", "3 mars 2026"), ("Livraison", "17 mars 2026"))
    columns = ((60, "l"), (130, "l"), (360, "r"), (440, "r"), (535, "r"))
    pen.row(230, *cells(columns, "Référence", "Désignation", "Qté", "P.U. HT", "Montant HT"))
    pen.row(246, *cells(columns, "CR-10", "Crochet de levage 10 t", "6", "84,50", "507,00"))
    pen.row(259, *cells(columns, "AN-08", "Anneau de levage M8", "40", "3,20", "128,00"))
    pen.row(290, (360, "l", "Total HT"), (535, "r", "635,00 €"))
    return sample(
        "french_order",
        pen,
        {
            "document_type": "order",
            "document_number": "P00031",
            "purchase_order_reference": "P00031",
            "issue_date": "2026-03-03",
            "seller_name": "Forges du Vercors SAS",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "net_total": 635.0,
            "currency": "EUR",
        },
        [("Crochet de levage", 6, 84.5, 507.0), ("Anneau de levage", 40, 3.2, 128.0)],
    )


def english_order_no_supplier_label() -> Sample:
    """An order to an address in the window; the contact's name stands beside `Buyer`."""
    pen = Pen()
    pen.right(535, 45, "Hartwell Industrial Ltd", 13)
    pen.right(535, 60, "7 Foundry Lane, Sheffield S4 7QQ")
    pen.right(535, 72, "0114 555 0101   VAT GB980780684")
    pen.block(60, 110, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Netherlands")
    pen.at(60, 190, "Purchase Order", 15, bold=True)
    pen.pairs(350, 430, 110, ("PO No.", "HI-20418"), ("Date", "14 April 2026"), ("Buyer", "Joan Ashby"))
    columns = ((60, "r"), (80, "l"), (160, "l"), (420, "r"), (470, "l"), (535, "r"))
    pen.row(230, *cells(columns, "Qty", "Part", "Description", "Price", "per", "Value"))
    pen.row(246, *cells(columns, "2,500", "FS-M8", "Hex bolt M8 x 40 zinc", "11.80", "100", "295.00"))
    pen.row(259, *cells(columns, "150", "FS-M12", "Anchor bolt M12", "1.35", "each", "202.50"))
    pen.row(290, (380, "l", "Order total excl. VAT"), (535, "r", "GBP 497.50"))
    return sample(
        "english_order_no_supplier_label",
        pen,
        {
            "document_type": "order",
            "document_number": "HI-20418",
            "purchase_order_reference": "HI-20418",
            "issue_date": "2026-04-14",
            "seller_name": "Brandt & Mercer Supply B.V.",
            "buyer_name": "Hartwell Industrial Ltd",
            "net_total": 497.5,
            "currency": "GBP",
        },
        [("Hex bolt", 2500, 11.8, 295.0), ("Anchor bolt", 150, 1.35, 202.5)],
    )


def italian_cards() -> Sample:
    """Each item is a card: its name, then labels with their figures on lines of their own."""
    pen = Pen()
    pen.block(60, 50, "Officine Valdarno S.r.l.", "Via dei Fabbri 3, 52025 Montevarchi", "P.IVA 00743110157")
    pen.at(60, 110, "CONFERMA D'ORDINE n. CO-771", 13, bold=True)
    pen.at(60, 126, "del 04/05/2026")
    pen.block(350, 120, "Spett.le", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 150, "Vs. ordine P00031")
    y = 210.0
    for name, code, quantity, price, amount in (
        ("Golfare femmina M16 zincato", "GF-16", "60 pz", "4,10", "246,00"),
        ("Tirante a occhiello M10", "TO-10", "25 pz", "6,80", "170,00"),
        ("Redancia per fune 12 mm", "RF-12", "200 pz", "0,45", "90,00"),
    ):
        pen.at(60, y, name, bold=True)
        pen.at(60, y + 12, f"Codice: {code}")
        pen.at(170, y + 12, f"Quantità: {quantity}")
        pen.at(280, y + 12, f"Prezzo: {price}")
        pen.right(535, y + 12, f"Importo: {amount}")
        y += 36
    pen.row(y + 10, (380, "l", "Imponibile"), (535, "r", "506,00"))
    pen.row(y + 23, (380, "l", "IVA 22%"), (535, "r", "111,32"))
    pen.row(y + 36, (380, "l", "Totale EUR"), (535, "r", "617,32"))
    return sample(
        "italian_cards",
        pen,
        {
            "document_type": "order_confirmation",
            "document_number": "CO-771",
            "seller_vat_id": "00743110157",
            "issue_date": "2026-05-04",
            "seller_name": "Officine Valdarno S.r.l.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
            "net_total": 506.0,
            "tax_total": 111.32,
            "gross_total": 617.32,
            "currency": "EUR",
        },
        [
            ("Golfare femmina", 60, 4.1, 246.0),
            ("Tirante a occhiello", 25, 6.8, 170.0),
            ("Redancia per fune", 200, 0.45, 90.0),
        ],
    )


def spanish_invoice_boxed_totals() -> Sample:
    """Totals stand in boxes: a row of labels over a row of amounts, with what was paid before."""
    pen = Pen()
    pen.block(60, 50, "Suministros Arlanza, S.L.", "Calle del Cid 14", "09003 Burgos", "CIF B58378431")
    pen.at(380, 60, "FACTURA", 16, bold=True)
    pen.pairs(380, 440, 85, ("Número", "A/2026/118"), ("Fecha", "19/06/2026"), ("Su pedido", "P00031"))
    pen.block(60, 140, "Cliente:", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns = ((60, "l"), (120, "l"), (340, "r"), (400, "r"), (450, "r"), (535, "r"))
    pen.row(220, *cells(columns, "Código", "Artículo", "Cantidad", "Precio", "% Dto.", "Importe"))
    pen.row(236, *cells(columns, "LL-12", "Llave combinada 12 mm", "30", "5,40", "10", "145,80"))
    pen.row(249, *cells(columns, "MT-500", "Martillo 500 g mango fibra", "15", "12,20", "", "183,00"))
    pen.row(700, (70, "l", "Base imponible"), (180, "l", "% IVA"), (250, "l", "Cuota IVA"), (340, "l", "Total factura"))
    pen.row(700, (430, "l", "Anticipo"), (490, "l", "A pagar"))
    pen.row(715, (70, "l", "328,80"), (180, "l", "21,00"), (250, "l", "69,05"), (340, "l", "397,85 €"))
    pen.row(715, (430, "l", "100,00"), (490, "l", "297,85 €"))
    pen.at(60, 760, "Vencimiento: 19/07/2026    IBAN ES91 2100 0418 4502 0005 1332")
    return sample(
        "spanish_invoice_boxed_totals",
        pen,
        {
            "document_type": "invoice",
            "document_number": "A/2026/118",
            "issue_date": "2026-06-19",
            "due_date": "2026-07-19",
            "seller_name": "Suministros Arlanza, S.L.",
            "seller_vat_id": "B58378431",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
            "net_total": 328.8,
            "tax_total": 69.05,
            "gross_total": 397.85,
            "iban": "ES9121000418450200051332",
        },
        [("Llave combinada", 30, 5.4, 145.8), ("Martillo", 15, 12.2, 183.0)],
    )


def polish_delivery_note() -> Sample:
    """A delivery note with sums of pieces and packages, and a heading over two rows."""
    pen = Pen()
    pen.block(60, 50, "Hurtownia Beskid Sp. z o.o.", "ul. Kolejowa 8", "34-300 Zywiec", "NIP 5260250274")
    pen.at(330, 60, "WZ nr WZ/118/2026", 13, bold=True)
    pen.pairs(330, 420, 85, ("Data wydania", "2026-04-09"), ("Do zamówienia", "P00031"))
    pen.block(60, 140, "Odbiorca", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.row(220, (60, "l", "Lp."), (90, "l", "Symbol"), (160, "l", "Nazwa"), (440, "r", "Ilosc"), (535, "r", "Ilosc"))
    pen.row(231, (160, "l", "towaru"), (440, "r", "zamówiona"), (535, "r", "wydana"))
    columns = ((60, "l"), (90, "l"), (160, "l"), (440, "r"), (535, "r"))
    pen.row(250, *cells(columns, "1", "KB-1", "Klucz oczkowy 17 mm", "40", "40"))
    pen.row(263, *cells(columns, "2", "SZ-5", "Szczypce uniwersalne", "25", "20"))
    pen.row(276, *cells(columns, "3", "PL-2", "Pilnik plaski 200 mm", "60", "60"))
    pen.row(300, (160, "l", "Razem sztuk"), (535, "r", "120"))
    pen.at(60, 320, "Opakowania: 3   Waga: 41,5 kg")
    return sample(
        "polish_delivery_note",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "WZ/118/2026",
            "seller_vat_id": "5260250274",
            "issue_date": "2026-04-09",
            "seller_name": "Hurtownia Beskid Sp. z o.o.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
        },
        [("Klucz oczkowy", 40, None, None), ("Szczypce", 20, None, None), ("Pilnik", 60, None, None)],
    )


def two_row_items() -> Sample:
    """Names on a row of their own above the figures, remarks between items, a heading over two rows."""
    pen = Pen()
    pen.at(60, 50, "Norbury Safety", 15, bold=True)
    pen.at(60, 800, "Norbury Safety Ltd, Mill Road 4, Leeds LS1 4AP, VAT GB980780684, norburysafety.example")
    pen.block(60, 100, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(400, 60, "INVOICE", 15, bold=True)
    pen.pairs(400, 470, 85, ("Number", "118204"), ("Date", "5 May 2026"), ("Your order", "P00031"))
    pen.row(200, (60, "l", "Description"))
    pen.row(211, (60, "l", "Code"), (330, "r", "Quantity"), (430, "r", "Price/100"), (535, "r", "Net"))
    y = 235.0
    for name, code, quantity, price, amount in (
        ("Ear plugs, foam, corded", "EP-2", "3,000", "21.50", "645.00"),
        ("Safety glasses clear", "SG-1", "48", "390.00", "187.20"),
        ("Hi-vis vest size L", "HV-L", "100", "310.00", "310.00"),
    ):
        pen.at(60, y, name)
        pen.row(y + 11, (60, "l", code), (330, "r", quantity), (430, "r", price), (535, "r", amount))
        y += 32
    pen.at(60, y, "The vests follow by separate parcel.")
    pen.row(y + 30, (400, "l", "Goods"), (535, "r", "1,142.20"))
    pen.row(y + 43, (400, "l", "Carriage"), (535, "r", "15.00"))
    pen.row(y + 56, (400, "l", "VAT 20%"), (535, "r", "231.44"))
    pen.row(y + 69, (400, "l", "Invoice total £"), (535, "r", "1,388.64"))
    return sample(
        "two_row_items",
        pen,
        {
            "document_type": "invoice",
            "document_number": "118204",
            "purchase_order_reference": "P00031",
            "seller_vat_id": "GB980780684",
            "issue_date": "2026-05-05",
            "seller_name": "Norbury Safety Ltd",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "tax_total": 231.44,
            "gross_total": 1388.64,
            "currency": "GBP",
        },
        [
            ("Ear plugs", 3000, 21.5, 645.0),
            ("Safety glasses", 48, 390.0, 187.2),
            ("Hi-vis vest", 100, 310.0, 310.0),
        ],
    )


def english_cards_upright() -> Sample:
    """Cards whose figures stand one under the other, each behind its label."""
    pen = Pen()
    pen.block(60, 50, "Hartwell Industrial Ltd", "7 Foundry Lane", "Sheffield S4 7QQ", "VAT No. GB980780684")
    pen.at(350, 60, "ORDER ACKNOWLEDGEMENT", 13, bold=True)
    pen.pairs(350, 450, 85, ("Our ref", "OA/771"), ("Date", "8 June 2026"), ("Your order", "P00031"))
    pen.block(60, 130, "Customer:", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    y = 210.0
    for name, code, quantity, price, amount in (
        ("Drill bit set, 19 pieces", "DB-19", "5 sets", "42.00", "210.00"),
        ("Hole saw 68 mm", "HS-68", "12 pcs", "9.50", "114.00"),
    ):
        pen.at(60, y, name, bold=True)
        pen.pairs(
            75,
            160,
            y + 13,
            ("Item code:", code),
            ("Quantity:", quantity),
            ("Unit price:", price),
            ("Line total:", amount),
        )
        y += 75
    pen.row(y, (380, "l", "Net total"), (535, "r", "324.00"))
    pen.row(y + 13, (380, "l", "VAT 20%"), (535, "r", "64.80"))
    pen.row(y + 26, (380, "l", "Total GBP"), (535, "r", "388.80"))
    return sample(
        "english_cards_upright",
        pen,
        {
            "document_type": "order_confirmation",
            "document_number": "OA/771",
            "issue_date": "2026-06-08",
            "seller_name": "Hartwell Industrial Ltd",
            "seller_vat_id": "GB980780684",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
            "net_total": 324.0,
            "tax_total": 64.8,
            "gross_total": 388.8,
            "currency": "GBP",
        },
        [("Drill bit set", 5, 42.0, 210.0), ("Hole saw", 12, 9.5, 114.0)],
    )


def german_order_footer() -> Sample:
    """An order whose writer stands in the sender line and the footer; the supplier has a number beside it."""
    pen = Pen()
    pen.at(60, 90, "Krüger Hebetechnik AG · Hafenstr. 12 · 47119 Duisburg", 6)
    pen.block(60, 104, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Niederlande")
    pen.at(60, 190, "Bestellung 4500118204", 13, bold=True)
    pen.pairs(350, 450, 104, ("Bestelldatum", "11.03.2026"), ("Lieferanten-Nr.", "70418"), ("Einkäufer", "Frau Jansen"))
    columns = ((60, "l"), (90, "l"), (320, "r"), (350, "l"), (440, "r"), (535, "r"))
    pen.row(230, *cells(columns, "Pos.", "Material / Bezeichnung", "Menge", "ME", "Preis per 100", "Nettowert"))
    pen.row(246, *cells(columns, "10", "Sechskantschraube M8x40", "2.500", "ST", "11,80", "295,00"))
    pen.row(259, *cells(columns, "20", "Sicherungsring 20 mm", "400", "ST", "9,75", "39,00"))
    pen.row(290, (380, "l", "Bestellwert netto EUR"), (535, "r", "334,00"))
    pen.at(60, 800, "Krüger Hebetechnik AG, Sitz Duisburg, HRB 4711, USt-IdNr. DE136695976, Tel. 0203 5550")
    return sample(
        "german_order_footer",
        pen,
        {
            "document_type": "order",
            "document_number": "4500118204",
            "purchase_order_reference": "4500118204",
            "issue_date": "2026-03-11",
            "seller_name": "Brandt & Mercer Supply B.V.",
            "buyer_name": "Krüger Hebetechnik AG",
            "net_total": 334.0,
            "currency": "EUR",
        },
        [("Sechskantschraube", 2500, 11.8, 295.0), ("Sicherungsring", 400, 9.75, 39.0)],
    )


def french_invoice_deposit() -> Sample:
    """Numbers in a band of boxes, a deposit taken off, the amount left to pay last."""
    pen = Pen()
    pen.right(535, 50, "Visserie du Forez", 13)
    pen.right(535, 63, "12 rue des Aciéries, 42000 Saint-Étienne")
    pen.right(535, 75, "Tél. 04 77 55 50 12   TVA FR40303265045")
    pen.at(60, 60, "FACTURE", 15, bold=True)
    pen.block(330, 120, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Pays-Bas")
    for x, label, value in (
        (60, "N° de pièce", "F 2026 118"),
        (150, "Date", "17/06/2026"),
        (230, "Code client", "C0418"),
        (310, "Réf. commande", "P00031"),
        (420, "Échéance", "31/07/2026"),
    ):
        pen.at(x, 200, label)
        pen.at(x, 214, value)
    columns = ((60, "l"), (130, "l"), (360, "r"), (440, "r"), (535, "r"))
    pen.row(240, *cells(columns, "Réf.", "Désignation", "Qté", "Prix %", "Montant"))
    pen.row(255, *cells(columns, "VB-8", "Vis à bois 4x40, tête fraisée", "2 500", "3,80", "95,00"))
    pen.row(268, *cells(columns, "RE-8", "Rondelle étroite 8 mm", "1 200", "2,25", "27,00"))
    pen.row(300, (380, "l", "Total HT"), (535, "r", "122,00"))
    pen.row(313, (380, "l", "Port et emballage"), (535, "r", "14,50"))
    pen.row(326, (380, "l", "TVA 20 %"), (535, "r", "27,30"))
    pen.row(339, (380, "l", "Total TTC"), (535, "r", "163,80"))
    pen.row(352, (380, "l", "Acompte versé"), (535, "r", "50,00"))
    pen.row(365, (380, "l", "Net à payer EUR"), (535, "r", "113,80"))
    return sample(
        "french_invoice_deposit",
        pen,
        {
            "document_type": "invoice",
            "document_number": "F 2026 118",
            "issue_date": "2026-06-17",
            "due_date": "2026-07-31",
            "seller_name": "Visserie du Forez",
            "seller_vat_id": "FR40303265045",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00031",
            "tax_total": 27.3,
            "gross_total": 163.8,
            "currency": "EUR",
        },
        [("Vis à bois", 2500, 3.8, 95.0), ("Rondelle", 1200, 2.25, 27.0)],
    )


def dutch_delivery_thousands() -> Sample:
    """No amount shows which mark is the decimal one: pieces are counted in thousands."""
    pen = Pen()
    pen.block(60, 50, "Lindeboom Bevestiging B.V.", "Industrieweg 7", "5683 CC Best", "KvK 17012345")
    pen.at(350, 60, "Pakbon", 14, bold=True)
    pen.pairs(350, 450, 85, ("Pakbonnr.", "PB-4418"), ("Datum", "02-04-2026"), ("Uw order", "P00031"))
    pen.block(60, 130, "Afleveradres", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns = ((60, "l"), (130, "l"), (430, "r"), (535, "r"))
    pen.row(220, *cells(columns, "Artikel", "Omschrijving", "Besteld", "Geleverd"))
    pen.row(236, *cells(columns, "ZK-8820", "Zeskantbout M8x20 verzinkt", "2.000", "1.500"))
    pen.row(249, *cells(columns, "SR-8", "Sluitring 8 mm", "4.000", "4.000"))
    pen.row(275, (130, "l", "Totaal geleverd"), (535, "r", "5.500"))
    return sample(
        "dutch_delivery_thousands",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "PB-4418",
            "issue_date": "2026-04-02",
            "seller_name": "Lindeboom Bevestiging B.V.",
            "purchase_order_reference": "P00031",
        },
        [("Zeskantbout", 1500, None, None), ("Sluitring", 4000, None, None)],
    )


def dutch_credit_two_currencies() -> Sample:
    """A credit note with minus signs; its total is repeated in another currency."""
    pen = Pen()
    pen.block(60, 50, "Lindeboom Bevestiging B.V.", "Industrieweg 7", "5683 CC Best", "Btw-nr. NL001234567B13")
    pen.at(350, 60, "CREDITNOTA", 14, bold=True)
    pen.pairs(350, 450, 85, ("Creditnotanr.", "CN-118"), ("Datum", "9 juli 2026"), ("Bij factuur", "VF-26-0817"))
    pen.block(60, 130, "Debiteur:", "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns = ((60, "r"), (80, "l"), (420, "r"), (535, "r"))
    pen.row(220, *cells(columns, "Aantal", "Omschrijving", "Prijs", "Bedrag"))
    pen.row(236, *cells(columns, "-10", "Veiligheidshandschoen maat 10", "7,45", "-74,50"))
    pen.row(249, *cells(columns, "-2", "Werkhelm wit", "18,00", "-36,00"))
    pen.row(280, (350, "l", "Netto"), (535, "r", "-110,50"))
    pen.row(293, (350, "l", "Btw 21%"), (535, "r", "-23,21"))
    pen.row(306, (350, "l", "Totaal EUR"), (535, "r", "-133,71"))
    pen.row(319, (350, "l", "Totaal GBP (koers 0,8500)"), (535, "r", "-113,65"))
    return sample(
        "dutch_credit_two_currencies",
        pen,
        {
            "document_type": "credit_note",
            "document_number": "CN-118",
            "issue_date": "2026-07-09",
            "seller_name": "Lindeboom Bevestiging B.V.",
            "seller_vat_id": "NL001234567B13",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "net_total": -110.5,
            "tax_total": -23.21,
            "gross_total": -133.71,
            "currency": "EUR",
        },
        [("Veiligheidshandschoen", -10, 7.45, -74.5), ("Werkhelm", -2, 18.0, -36.0)],
    )


HARD: tuple[Callable[[], Sample], ...] = (
    german_invoice_prices_per_hundred,
    dutch_invoice_balance,
    french_order,
    english_order_no_supplier_label,
    italian_cards,
    spanish_invoice_boxed_totals,
    polish_delivery_note,
    two_row_items,
    english_cards_upright,
    german_order_footer,
    french_invoice_deposit,
    dutch_delivery_thousands,
    dutch_credit_two_currencies,
)
"""Those with fields to find."""
