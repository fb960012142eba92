"""More own documents: layouts of shops, marketplaces and small offices, each with what it prints."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.document_samples import Pen, Sample, cells


def sample(name, pen, fields, rows):
    lines = [
        {
            key: value
            for key, value in zip(("name", "quantity", "unit_price", "net_amount"), row, strict=True)
            if value is not None
        }
        for row in rows
    ]
    return Sample(name, pen.done(), fields, lines)


def two_dates_that_only_fit_month_first() -> Sample:
    """Both dates can be read in two ways; only month first puts payment after the issue."""
    pen = Pen()
    pen.block(40, 50, "Hartwell Industrial Ltd", "7 Foundry Lane", "Sheffield S4 7QQ", "United Kingdom")
    pen.block(
        350,
        130,
        "Brandt & Mercer Supply B.V.",
        "Waalhaven 12",
        "3088 HH Rotterdam",
        "Netherlands",
        "VAT: NL001234567B13",
    )
    pen.at(40, 220, "Invoice INV/2026/00112", 18)
    for x, label, value in (
        (40, "Invoice Date:", "03/02/2026"),
        (160, "Due Date:", "04/01/2026"),
        (280, "Source:", "S00871"),
        (400, "Reference:", "P00044"),
    ):
        pen.at(x, 250, label, bold=True)
        pen.at(x, 262, value)
    columns = ((40, "l"), (330, "r"), (410, "r"), (470, "r"), (555, "r"))
    pen.row(300, *cells(columns, "Description", "Quantity", "Unit Price", "Taxes", "Amount"))
    pen.row(316, *cells(columns, "[HX-200] Anchor bolt M12", "120.00 Units", "1.35", "20% S", "£ 162.00"))
    pen.row(330, *cells(columns, "[HX-311] Threaded rod M12 1 m", "45.00 Units", "2.80", "20% S", "£ 126.00"))
    pen.row(360, (400, "l", "Untaxed Amount"), (555, "r", "£ 288.00"))
    pen.row(374, (400, "l", "VAT 20%"), (555, "r", "£ 57.60"))
    pen.row(388, (400, "l", "Total"), (555, "r", "£ 345.60"))
    pen.at(40, 420, "Payment terms: 30 Days")
    pen.at(40, 434, "Payment Communication: INV/2026/00112")
    pen.at(150, 800, "+44 114 555 0101  info@hartwell.example  http://www.hartwell.example  GB980780684")
    return sample(
        "two_dates_that_only_fit_month_first",
        pen,
        {
            "document_type": "invoice",
            "document_number": "INV/2026/00112",
            "issue_date": "2026-03-02",
            "due_date": "2026-04-01",
            "seller_name": "Hartwell Industrial Ltd",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "GB980780684",
            "net_total": 288.0,
            "tax_total": 57.6,
            "gross_total": 345.6,
            "currency": "GBP",
        },
        [("[HX-200] Anchor bolt M12", 120, 1.35, 162.0), ("[HX-311]", 45, 2.8, 126.0)],
    )


def delivery_slip_large_number() -> Sample:
    """The number stands alone in large letters, quantities carry their unit."""
    pen = Pen()
    pen.block(40, 50, "Hartwell Industrial Ltd", "7 Foundry Lane", "Sheffield S4 7QQ")
    pen.block(350, 120, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(40, 200, "Delivery Slip", 10)
    pen.at(40, 220, "WH/OUT/00023", 18)
    for x, label, value in (
        (40, "Order:", "S00871"),
        (160, "Shipping Date:", "05/03/2026"),
        (300, "Customer PO:", "P00044"),
    ):
        pen.at(x, 250, label, bold=True)
        pen.at(x, 262, value)
    columns = ((40, "l"), (400, "l"), (500, "l"))
    pen.row(300, *cells(columns, "Product", "Ordered", "Delivered"))
    pen.row(316, *cells(columns, "[HX-200] Anchor bolt M12", "120.00 Units", "100.00 Units"))
    pen.row(330, *cells(columns, "[HX-311] Threaded rod M12 1 m", "45.00 Units", "45.00 Units"))
    return sample(
        "delivery_slip_large_number",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "WH/OUT/00023",
            "seller_name": "Hartwell Industrial Ltd",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00044",
        },
        [("[HX-200] Anchor bolt M12", 100, None, None), ("[HX-311]", 45, None, None)],
    )


def german_invoice_three_footer_columns() -> Sample:
    """Payment date in a sentence, footer in three columns."""
    pen = Pen()
    pen.at(60, 110, "Elektro Wiesner e.K. | Lindenweg 4 | 01069 Dresden", 7)
    pen.block(60, 126, "Brandt & Mercer Supply B.V.", "Buchhaltung", "Waalhaven 12", "3088 HH Rotterdam", "Niederlande")
    pen.pairs(
        380,
        470,
        126,
        ("Rechnungsnr.:", "RE1001"),
        ("Rechnungsdatum:", "12.03.2026"),
        ("Leistungsdatum:", "10.03.2026"),
        ("Kundennummer:", "10021"),
        ("Ansprechpartner:", "Jan Wiesner"),
    )
    pen.at(60, 240, "Rechnung RE1001", 14, bold=True)
    pen.at(60, 260, "Sehr geehrte Damen und Herren,")
    pen.at(60, 275, "vielen Dank für Ihren Auftrag vom 02.03.2026. Wir berechnen Ihnen wie folgt:")
    columns = ((60, "l"), (95, "l"), (340, "r"), (350, "l"), (450, "r"), (540, "r"))
    pen.row(300, *cells(columns, "Pos.", "Bezeichnung", "Menge", "Einheit", "Einzel €", "Gesamt €"))
    pen.row(316, *cells(columns, "1", "Prüfung ortsveränderlicher Geräte nach", "38", "Stück", "6,90", "262,20"))
    pen.row(328, (95, "l", "DGUV V3 inkl. Protokoll"))
    pen.row(342, *cells(columns, "2", "Anfahrt", "1", "pauschal", "45,00", "45,00"))
    pen.row(356, *cells(columns, "3", "Ersatzstecker 16 A", "12", "Stück", "3,25", "39,00"))
    pen.row(380, (340, "l", "Nettobetrag"), (540, "r", "346,20 €"))
    pen.row(394, (340, "l", "zzgl. Umsatzsteuer 19%"), (540, "r", "65,78 €"))
    pen.row(408, (340, "l", "Gesamtbetrag"), (540, "r", "411,98 €"))
    pen.at(60, 440, "Bitte überweisen Sie den Betrag bis zum 26.03.2026 ohne Abzug.")
    pen.size = 7
    pen.block(60, 780, "Elektro Wiesner e.K.", "Lindenweg 4", "01069 Dresden", leading=9)
    pen.block(220, 780, "Amtsgericht Dresden HRA 1234", "USt-ID DE136695976", "Inhaber: Jan Wiesner", leading=9)
    pen.block(400, 780, "Ostsächsische Sparkasse", "IBAN DE89 3704 0044 0532 0130 00", "BIC COBADEFFXXX", leading=9)
    return sample(
        "german_invoice_three_footer_columns",
        pen,
        {
            "document_type": "invoice",
            "document_number": "RE1001",
            "issue_date": "2026-03-12",
            "due_date": "2026-03-26",
            "seller_name": "Elektro Wiesner e.K.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "DE136695976",
            "net_total": 346.2,
            "tax_total": 65.78,
            "gross_total": 411.98,
            "currency": "EUR",
            "iban": "DE89370400440532013000",
        },
        [
            ("Prüfung ortsveränderlicher Geräte nach DGUV", 38, 6.9, 262.2),
            ("Anfahrt", 1, 45.0, 45.0),
            ("Ersatzstecker", 12, 3.25, 39.0),
        ],
    )


def french_delivery_note() -> Sample:
    """Ordered beside delivered, no buyer but a delivery address."""
    pen = Pen()
    pen.at(50, 60, "BON DE LIVRAISON", 16, bold=True)
    pen.at(50, 80, "N° BL-26-0099")
    pen.at(50, 94, "Date : 13/03/2026")
    pen.at(50, 108, "Commande client : P00052")
    pen.at(50, 140, "Expéditeur")
    pen.block(50, 152, "Outillage Delmas SAS", "ZI des Peupliers", "69800 Saint-Priest")
    pen.at(320, 140, "Adresse de livraison")
    pen.block(320, 152, "Brandt & Mercer Supply B.V.", "Quai 3", "3088 HH Rotterdam")
    columns = ((50, "l"), (120, "l"), (400, "r"), (470, "r"))
    pen.row(240, *cells(columns, "Référence", "Désignation", "Qté cdée", "Qté livrée"))
    pen.row(256, *cells(columns, "OD-110", "Perceuse à percussion 850 W", "4", "4"))
    pen.row(270, *cells(columns, "OD-233", "Forets béton, coffret de 7", "10", "8"))
    return sample(
        "french_delivery_note",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "BL-26-0099",
            "issue_date": "2026-03-13",
            "seller_name": "Outillage Delmas SAS",
            "purchase_order_reference": "P00052",
        },
        [("Perceuse", 4, None, None), ("Forets", 8, None, None)],
    )


def marketplace_invoice() -> Sample:
    """Prices with and without VAT, one date for two labels, totals in a tax table."""
    pen = Pen()
    pen.at(430, 50, "Invoice", 18)
    pen.at(380, 75, "Paid")
    pen.pairs(
        330,
        450,
        90,
        ("Payment reference", "77aB2xQ"),
        ("Sold by", "Brightline Trading Ltd"),
        ("VAT #", "GB980780684"),
        ("Invoice date / Delivery date", "05 March 2026"),
        ("Invoice #", "GB-2026-88121"),
        ("Total payable", "£53.97"),
    )
    pen.block(50, 190, "BRANDT & MERCER SUPPLY B.V.", "WAALHAVEN 12", "ROTTERDAM, 3088 HH", "NL")
    pen.at(50, 260, "Billing address", bold=True)
    pen.block(50, 272, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "Rotterdam, 3088 HH")
    pen.at(230, 260, "Delivery address", bold=True)
    pen.block(230, 272, "Brandt & Mercer Supply B.V.", "Waalhaven 14", "Rotterdam, 3088 HH")
    pen.at(410, 260, "Sold by", bold=True)
    pen.block(410, 272, "Brightline Trading Ltd", "Suite 4, 10 High Road", "London N1 1AA", "GB980780684")
    pen.at(50, 330, "Order information")
    pen.at(50, 344, "Order date 03 March 2026")
    pen.at(50, 356, "Order # 204-1188-3321")
    columns = ((50, "l"), (300, "r"), (370, "r"), (430, "r"), (500, "r"), (565, "r"))
    pen.size = 8
    pen.row(390, *cells(columns, "Description", "Qty", "Unit price", "VAT rate", "Unit price", "Item subtotal"))
    pen.row(400, *cells(columns, "", "", "(excl. VAT)", "", "(incl. VAT)", "(incl. VAT)"))
    pen.row(416, *cells(columns, "Cut resistant sleeves, pair", "3", "£14.99", "20%", "£17.99", "£53.97"))
    pen.at(50, 426, "ASIN: B0XXXXXX11")
    pen.row(460, (430, "l", "Invoice total"), (565, "r", "£53.97"))
    pen.row(490, (300, "r", "VAT rate"), (430, "r", "Item subtotal (excl. VAT)"), (565, "r", "VAT subtotal"))
    pen.row(502, (300, "r", "20%"), (430, "r", "£44.97"), (565, "r", "£9.00"))
    pen.row(514, (300, "r", "Total"), (430, "r", "£44.97"), (565, "r", "£9.00"))
    return sample(
        "marketplace_invoice",
        pen,
        {
            "document_type": "invoice",
            "document_number": "GB-2026-88121",
            "purchase_order_reference": "204-1188-3321",
            "issue_date": "2026-03-05",
            "seller_name": "Brightline Trading Ltd",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "GB980780684",
            "net_total": 44.97,
            "tax_total": 9.0,
            "gross_total": 53.97,
            "currency": "GBP",
        },
        [("Cut resistant sleeves", 3, None, 53.97)],
    )


def dutch_confirmation_discount() -> Sample:
    """Quantity first, a discount column."""
    pen = Pen()
    pen.at(60, 60, "ORDERBEVESTIGING", 16, bold=True)
    pen.at(380, 60, "Van Dongen Gereedschap B.V.", 12)
    pen.block(380, 76, "Ambachtsweg 3", "4903 RM Oosterhout", "BTW: NL810433941B01")
    pen.at(60, 110, "Aan:")
    pen.block(60, 124, "Brandt & Mercer Supply B.V.", "t.a.v. Inkoop", "Waalhaven 12", "3088 HH Rotterdam")
    pen.pairs(
        380,
        480,
        130,
        ("Ordernummer", "VO-55121"),
        ("Orderdatum", "06-03-2026"),
        ("Uw referentie", "P00031"),
        ("Leverdatum", "20-03-2026"),
    )
    columns = ((60, "l"), (110, "l"), (140, "l"), (420, "r"), (480, "r"), (540, "r"))
    pen.row(230, *cells(columns, "Aantal", "Eh", "Omschrijving", "Prijs", "Korting", "Totaal"))
    pen.row(246, *cells(columns, "12", "st", "Slijptol 125 mm 1010 W", "74,50", "15%", "759,90"))
    pen.row(260, *cells(columns, "50", "st", "Doorslijpschijf 125x1,0", "0,95", "", "47,50"))
    pen.row(300, (380, "l", "Totaal excl. BTW"), (540, "r", "807,40"))
    pen.row(314, (380, "l", "BTW 21%"), (540, "r", "169,55"))
    pen.row(328, (380, "l", "Totaal EUR"), (540, "r", "976,95"))
    return sample(
        "dutch_confirmation_discount",
        pen,
        {
            "document_type": "order_confirmation",
            "document_number": "VO-55121",
            "issue_date": "2026-03-06",
            "seller_name": "Van Dongen Gereedschap B.V.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "NL810433941B01",
            "purchase_order_reference": "P00031",
            "net_total": 807.4,
            "tax_total": 169.55,
            "gross_total": 976.95,
            "currency": "EUR",
        },
        [("Slijptol", 12, 74.5, 759.9), ("Doorslijpschijf", 50, 0.95, 47.5)],
    )


def american_acknowledgement() -> Sample:
    """A promise date under each row, freight among the totals."""
    pen = Pen()
    pen.at(50, 50, "SALES ORDER CONFIRMATION", 14, bold=True)
    pen.at(50, 70, "Great Lakes Bearing Co.", 12)
    pen.block(50, 84, "455 Industrial Pkwy", "Cleveland, OH 44135", "Tel 216-555-0190")
    columns = ((330, "l"), (420, "l"), (510, "l"))
    pen.row(60, *cells(columns, "Order No.", "Order Date", "Customer PO"))
    pen.row(74, *cells(columns, "SO-99120", "3/9/2026", "P00047"))
    pen.at(50, 140, "Sold To")
    pen.block(50, 152, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(300, 140, "Ship To")
    pen.block(300, 152, "Brandt & Mercer Cross Dock", "Newark, NJ 07114")
    columns = ((50, "l"), (80, "l"), (150, "l"), (370, "r"), (400, "l"), (470, "r"), (555, "r"))
    pen.row(230, *cells(columns, "Ln", "Item No.", "Description", "Qty Ordered", "UM", "Unit Price", "Extension"))
    pen.row(246, *cells(columns, "1", "6204-2RS", "Ball bearing 20x47x14 mm", "200", "EA", "3.1500", "630.00"))
    pen.at(150, 258, "Promise Date: 3/23/2026")
    pen.row(274, *cells(columns, "2", "6305-ZZ", "Ball bearing 25x62x17 mm", "60", "EA", "6.8000", "408.00"))
    pen.at(150, 286, "Promise Date: 4/6/2026")
    pen.row(320, (400, "l", "Merchandise"), (555, "r", "1,038.00"))
    pen.row(334, (400, "l", "Freight"), (555, "r", "45.00"))
    pen.row(348, (400, "l", "Tax"), (555, "r", "0.00"))
    pen.row(362, (400, "l", "Order Total USD"), (555, "r", "1,083.00"))
    return sample(
        "american_acknowledgement",
        pen,
        {
            "document_type": "order_confirmation",
            "document_number": "SO-99120",
            "issue_date": "2026-03-09",
            "seller_name": "Great Lakes Bearing Co.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00047",
            "net_total": 1083.0,
            "gross_total": 1083.0,
            "currency": "USD",
        },
        [("Ball bearing 20x47x14", 200, 3.15, 630.0), ("Ball bearing 25x62", 60, 6.8, 408.0)],
    )


def italian_transport_document() -> Sample:
    """Number and date behind the title at the other edge."""
    pen = Pen()
    pen.at(50, 50, "Ferramenta Rovati S.r.l.", 14, bold=True)
    pen.block(50, 66, "Via dell'Artigianato 22 - 24050 Grassobbio (BG)", "P.IVA 00743110157  Tel. 035 555010")
    pen.at(50, 110, "DOCUMENTO DI TRASPORTO (D.D.T.)", 12, bold=True)
    pen.at(330, 110, "N. 445/26 del 12/03/2026")
    pen.at(50, 140, "Destinatario:")
    pen.block(50, 152, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(320, 140, "Luogo di destinazione:")
    pen.block(320, 152, "Brandt & Mercer Magazzino", "Waalhaven 14")
    pen.at(50, 200, "Vs. ordine P00066 del 02/03/2026")
    columns = ((50, "l"), (120, "l"), (400, "l"), (480, "r"))
    pen.row(230, *cells(columns, "Codice", "Descrizione dei beni", "U.M.", "Quantità"))
    pen.row(246, *cells(columns, "FR-501", "Lucchetto ottone 50 mm", "PZ", "60"))
    pen.row(260, *cells(columns, "FR-733", "Catena zincata 6 mm", "MT", "125,5"))
    return sample(
        "italian_transport_document",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "445/26",
            "seller_vat_id": "00743110157",
            "issue_date": "2026-03-12",
            "seller_name": "Ferramenta Rovati S.r.l.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00066",
        },
        [("Lucchetto", 60, None, None), ("Catena", 125.5, None, None)],
    )


def british_invoice_price_per() -> Sample:
    """Price per 100 in a column of its own, totals at the foot of the page."""
    pen = Pen()
    pen.at(50, 50, "Peak Abrasives plc", 18, bold=True)
    pen.at(50, 66, "Registered in England No. 1234567  VAT Registration No. GB 980 7806 84", 7)
    pen.at(430, 50, "SALES INVOICE", 14)
    pen.pairs(
        380,
        480,
        80,
        ("Invoice Number:", "0000451877"),
        ("Tax Point:", "28/02/2026"),
        ("Account No:", "BRA001"),
        ("Order No:", "P00070"),
        ("Page:", "1 of 1"),
    )
    pen.at(50, 100, "Invoice Address")
    pen.block(50, 112, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns = ((50, "l"), (120, "l"), (340, "r"), (390, "r"), (430, "r"), (500, "r"), (560, "r"))
    pen.size = 8
    pen.row(200, *cells(columns, "Stock Code", "Description", "Quantity", "Price", "Per", "Net Value", "VAT Code"))
    pen.row(214, *cells(columns, "AB-60-115", "Flap disc 115mm 60 grit", "300", "145.00", "100", "435.00", "T1"))
    pen.row(226, *cells(columns, "AB-120-115", "Flap disc 115mm 120 grit", "150", "152.00", "100", "228.00", "T1"))
    pen.row(238, *cells(columns, "CARR", "Carriage", "1", "12.00", "", "12.00", "T1"))
    pen.row(700, (380, "l", "Goods Total"), (560, "r", "675.00"))
    pen.row(712, (380, "l", "VAT Total"), (560, "r", "135.00"))
    pen.row(724, (380, "l", "Invoice Total"), (560, "r", "810.00"))
    pen.at(50, 740, "Payment terms: 30 days from date of invoice. Due date 30/03/2026")
    return sample(
        "british_invoice_price_per",
        pen,
        {
            "document_type": "invoice",
            "document_number": "0000451877",
            "issue_date": "2026-02-28",
            "due_date": "2026-03-30",
            "seller_name": "Peak Abrasives plc",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "GB980780684",
            "purchase_order_reference": "P00070",
            "net_total": 675.0,
            "tax_total": 135.0,
            "gross_total": 810.0,
        },
        [
            ("Flap disc 115mm 60", 300, 145.0, 435.0),
            ("Flap disc 115mm 120", 150, 152.0, 228.0),
            ("Carriage", 1, 12.0, 12.0),
        ],
    )


def dutch_invoice_two_line_rows() -> Sample:
    """Each item begins on the line above its figures; totals side by side."""
    pen = Pen()
    pen.at(60, 60, "Brouwer Techniek B.V.", 15, bold=True)
    pen.block(60, 76, "Havenstraat 8", "1948 NP Beverwijk")
    pen.at(380, 60, "Factuur", 15)
    pen.pairs(380, 470, 80, ("Factuurnr", "2026-1190"), ("Datum", "07-03-2026"), ("Vervaldatum", "06-04-2026"))
    pen.at(60, 130, "Factuuradres")
    pen.block(60, 142, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(300, 130, "Afleveradres")
    pen.block(300, 142, "Brandt & Mercer Magazijn", "Waalhaven 14", "3088 HH Rotterdam")
    columns = ((60, "l"), (300, "r"), (380, "r"), (440, "r"), (540, "r"))
    pen.row(220, *cells(columns, "Artikel / omschrijving", "Aantal", "Stuksprijs", "BTW", "Bedrag"))
    y = 236
    for a, d, q, pr, t in (
        ("BT-4410", "Pompset 230V met slang", "2", "345,00", "690,00"),
        ("BT-0090", "Slangklem RVS 12-20 mm", "100", "0,68", "68,00"),
    ):
        pen.at(60, y, a)
        pen.row(y + 12, *cells(columns, d, q, "€ " + pr, "21%", "€ " + t))
        y += 30
    pen.row(330, (60, "l", "Subtotaal"), (160, "l", "BTW 21%"), (260, "l", "Totaal te betalen"))
    pen.row(342, (60, "l", "€ 758,00"), (160, "l", "€ 159,18"), (260, "l", "€ 917,18"))
    pen.at(60, 780, "KvK 12345678 - BTW NL810433941B01 - IBAN NL91ABNA0417164300")
    return sample(
        "dutch_invoice_two_line_rows",
        pen,
        {
            "document_type": "invoice",
            "document_number": "2026-1190",
            "issue_date": "2026-03-07",
            "due_date": "2026-04-06",
            "seller_name": "Brouwer Techniek B.V.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "NL810433941B01",
            "net_total": 758.0,
            "tax_total": 159.18,
            "gross_total": 917.18,
            "iban": "NL91ABNA0417164300",
        },
        [("BT-4410 Pompset", 2, 345.0, 690.0), ("BT-0090 Slangklem", 100, 0.68, 68.0)],
    )


def french_invoice_no_party_labels() -> Sample:
    """Neither party is labelled; the seller has no legal form."""
    pen = Pen()
    pen.block(
        50,
        60,
        "MENUISERIE DUVAL",
        "25 avenue de la Gare",
        "44000 Nantes",
        "Tél : 02 40 55 01 01",
        "contact@duval-menuiserie.example",
    )
    pen.block(340, 110, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Pays-Bas")
    pen.at(50, 200, "Nantes, le 9 mars 2026")
    pen.at(50, 220, "FACTURE N°F2603-14", 13, bold=True)
    columns = ((50, "l"), (330, "r"), (420, "r"), (540, "r"))
    pen.row(250, *cells(columns, "Désignation", "Quantité", "Prix unitaire HT", "Total HT"))
    pen.row(266, *cells(columns, "Palette bois 80x120 sur mesure", "15", "24,00 €", "360,00 €"))
    pen.row(280, *cells(columns, "Caisse maritime contreplaqué", "2", "180,50 €", "361,00 €"))
    pen.row(310, (420, "r", "Total HT"), (540, "r", "721,00 €"))
    pen.row(324, (420, "r", "TVA (20%)"), (540, "r", "144,20 €"))
    pen.row(338, (420, "r", "Total TTC"), (540, "r", "865,20 €"))
    pen.at(50, 380, "À régler avant le 08/04/2026 par virement.")
    pen.at(50, 790, "SIRET 812 345 678 00011 - N° TVA FR40303265045")
    return sample(
        "french_invoice_no_party_labels",
        pen,
        {
            "document_type": "invoice",
            "document_number": "F2603-14",
            "issue_date": "2026-03-09",
            "due_date": "2026-04-08",
            "seller_name": "MENUISERIE DUVAL",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "FR40303265045",
            "net_total": 721.0,
            "tax_total": 144.2,
            "gross_total": 865.2,
            "currency": "EUR",
        },
        [("Palette bois", 15, 24.0, 360.0), ("Caisse maritime", 2, 180.5, 361.0)],
    )


def spanish_confirmation() -> Sample:
    """A delivery date per row."""
    pen = Pen()
    pen.at(50, 50, "Herrajes del Sur, S.A.", 14, bold=True)
    pen.block(50, 66, "C/ Metalurgia 8", "41015 Sevilla", "CIF A58818501")
    pen.at(360, 50, "CONFIRMACIÓN DE PEDIDO", 12, bold=True)
    pen.pairs(360, 460, 70, ("Número:", "CP-2026/0331"), ("Fecha:", "11/03/2026"), ("Su pedido:", "P00061"))
    pen.at(50, 130, "Cliente")
    pen.block(50, 142, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns = ((50, "l"), (110, "l"), (330, "r"), (345, "l"), (420, "r"), (490, "r"), (500, "l"))
    pen.size = 8
    pen.row(200, *cells(columns, "Ref.", "Descripción", "Cant.", "Ud", "Precio", "Importe", "F. entrega"))
    pen.row(214, *cells(columns, "H-220", "Bisagra inox 100 mm", "300", "UD", "2,15", "645,00", "25/03/2026"))
    pen.row(228, *cells(columns, "H-310", "Cerrojo reforzado", "80", "UD", "9,40", "752,00", "08/04/2026"))
    pen.row(260, (380, "l", "Base imponible"), (490, "r", "1.397,00"))
    pen.row(272, (380, "l", "IVA 0%"), (490, "r", "0,00"))
    pen.row(284, (380, "l", "TOTAL EUR"), (490, "r", "1.397,00"))
    return sample(
        "spanish_confirmation",
        pen,
        {
            "document_type": "order_confirmation",
            "document_number": "CP-2026/0331",
            "issue_date": "2026-03-11",
            "seller_name": "Herrajes del Sur, S.A.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "seller_vat_id": "A58818501",
            "purchase_order_reference": "P00061",
            "net_total": 1397.0,
            "gross_total": 1397.0,
            "currency": "EUR",
        },
        [("Bisagra", 300, 2.15, 645.0), ("Cerrojo", 80, 9.4, 752.0)],
    )


def polish_goods_issue() -> Sample:
    """A goods issue note without prices."""
    pen = Pen()
    pen.at(50, 50, "Dokument WZ nr WZ/26/0441", 13, bold=True)
    pen.at(360, 50, "Data wystawienia: 2026-03-12")
    pen.at(50, 80, "Dostawca")
    pen.block(50, 92, "Hurtownia Metalik Sp. z o.o.", "ul. Przemyslowa 5", "61-579 Poznan")
    pen.at(320, 80, "Odbiorca")
    pen.block(320, 92, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(50, 150, "Zamowienie nr P00069")
    columns = ((50, "l"), (80, "l"), (360, "r"), (380, "l"))
    pen.row(190, *cells(columns, "Lp.", "Nazwa towaru", "Ilosc", "J.m."))
    pen.row(204, *cells(columns, "1", "Kotwa chemiczna 300 ml", "20", "szt."))
    pen.row(218, *cells(columns, "2", "Wkret do drewna 5x60", "15", "opak."))
    return sample(
        "polish_goods_issue",
        pen,
        {
            "document_type": "delivery_note",
            "document_number": "WZ/26/0441",
            "issue_date": "2026-03-12",
            "seller_name": "Hurtownia Metalik Sp. z o.o.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "purchase_order_reference": "P00069",
        },
        [("Kotwa", 20, None, None), ("Wkret", 15, None, None)],
    )


def american_services_discount() -> Sample:
    """Hours and rates, a discount behind the tax."""
    pen = Pen()
    pen.at(50, 50, "Invoice", 22)
    pen.block(50, 80, "Meridian Calibration Inc.", "88 Harbor Blvd", "Boston, MA 02110")
    pen.at(50, 140, "BILL TO", 7)
    pen.block(50, 152, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "Rotterdam")
    columns = ((330, "l"), (420, "l"), (500, "l"))
    pen.row(80, *cells(columns, "INVOICE #", "DATE", "DUE DATE"))
    pen.row(92, *cells(columns, "1042", "Mar 14, 2026", "Apr 13, 2026"))
    columns = ((50, "l"), (400, "r"), (460, "r"), (550, "r"))
    pen.row(220, *cells(columns, "DESCRIPTION", "HRS/QTY", "RATE/PRICE", "SUB TOTAL"))
    pen.row(238, *cells(columns, "Torque tool calibration, on site", "6.5", "$120.00", "$780.00"))
    pen.at(50, 250, "12 tools incl. certificates, visit of 03/11/2026")
    pen.row(268, *cells(columns, "Travel", "1", "$85.00", "$85.00"))
    pen.row(300, (400, "l", "Sub Total"), (550, "r", "$865.00"))
    pen.row(314, (400, "l", "Tax"), (550, "r", "$0.00"))
    pen.row(328, (400, "l", "Discount"), (550, "r", "-$65.00"))
    pen.row(342, (400, "l", "Total"), (550, "r", "$800.00"))
    return sample(
        "american_services_discount",
        pen,
        {
            "document_type": "invoice",
            "document_number": "1042",
            "issue_date": "2026-03-14",
            "due_date": "2026-04-13",
            "seller_name": "Meridian Calibration Inc.",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "gross_total": 800.0,
            "currency": "USD",
        },
        [("Torque tool calibration", 6.5, 120.0, 780.0), ("Travel", 1, 85.0, 85.0)],
    )


def german_quotation_rebate() -> Sample:
    """A rebate between subtotal and net."""
    pen = Pen()
    pen.at(60, 60, "Krüger Hebetechnik AG", 14, bold=True)
    pen.at(60, 75, "Kranweg 1 · 47119 Duisburg · Telefon 0203 555-0 · www.krueger-hebetechnik.example", 7)
    pen.block(60, 120, "Firma", "Brandt & Mercer Supply B.V.", "Herrn de Wit", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 220, "Angebot Nr. AN-2026-77", 13, bold=True)
    pen.at(400, 220, "Duisburg, 13.03.2026")
    pen.at(60, 240, "Ihre Anfrage vom 10.03.2026")
    pen.at(60, 255, "Wir bieten Ihnen freibleibend an:")
    columns = ((60, "l"), (95, "l"), (330, "r"), (345, "l"), (440, "r"), (540, "r"))
    pen.row(280, *cells(columns, "Pos.", "Artikel", "Menge", "", "Einzelpreis EUR", "Gesamt EUR"))
    pen.row(296, *cells(columns, "001", "Kettenzug 1 t, Hub 3 m", "4", "Stück", "289,00", "1.156,00"))
    pen.row(310, *cells(columns, "002", "Hebeband 3 t, 4 m, DIN EN 1492-1", "20", "Stück", "14,90", "298,00"))
    pen.row(350, (345, "l", "Zwischensumme"), (540, "r", "1.454,00"))
    pen.row(364, (345, "l", "Rabatt 5 %"), (540, "r", "-72,70"))
    pen.row(378, (345, "l", "Summe netto"), (540, "r", "1.381,30"))
    pen.row(392, (345, "l", "MwSt. 19 %"), (540, "r", "262,45"))
    pen.row(406, (345, "l", "Endbetrag"), (540, "r", "1.643,75"))
    return sample(
        "german_quotation_rebate",
        pen,
        {
            "document_type": "quotation",
            "document_number": "AN-2026-77",
            "issue_date": "2026-03-13",
            "seller_name": "Krüger Hebetechnik AG",
            "buyer_name": "Brandt & Mercer Supply B.V.",
            "net_total": 1381.3,
            "tax_total": 262.45,
            "gross_total": 1643.75,
            "currency": "EUR",
        },
        [("Kettenzug", 4, 289.0, 1156.0), ("Hebeband", 20, 14.9, 298.0)],
    )


LAYOUTS: tuple[Callable[[], Sample], ...] = (
    two_dates_that_only_fit_month_first,
    delivery_slip_large_number,
    german_invoice_three_footer_columns,
    french_delivery_note,
    marketplace_invoice,
    dutch_confirmation_discount,
    american_acknowledgement,
    italian_transport_document,
    british_invoice_price_per,
    dutch_invoice_two_line_rows,
    french_invoice_no_party_labels,
    spanish_confirmation,
    polish_goods_issue,
    american_services_discount,
    german_quotation_rebate,
)
"""Those with fields to find."""
