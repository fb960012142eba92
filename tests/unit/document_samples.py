"""Own supplier documents with hard cases, drawn with reportlab: fictional companies, each with what is printed."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from triage.domain import Document

WIDTH, HEIGHT = A4


@dataclass
class Sample:
    """A drawn document and the values it prints. Names are the project's own."""

    name: str
    content: bytes
    fields: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def document(self) -> Document:
        return Document(name=f"{self.name}.pdf", media_type="application/pdf", content=self.content)


class Pen:
    """Writes on a page from the top left."""

    def __init__(self, **options: Any) -> None:
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=A4, invariant=1, **options)
        self.size = 9.0

    def at(self, x: float, y: float, text: str, size: float | None = None, bold: bool = False) -> None:
        self.canvas.setFont("Helvetica-Bold" if bold else "Helvetica", size or self.size)
        self.canvas.drawString(x, HEIGHT - y, text)

    def right(self, x: float, y: float, text: str, size: float | None = None) -> None:
        self.canvas.setFont("Helvetica", size or self.size)
        self.canvas.drawRightString(x, HEIGHT - y, text)

    def block(self, x: float, y: float, *lines: str, leading: float = 12) -> None:
        for n, line in enumerate(lines):
            self.at(x, y + n * leading, line)

    def pairs(self, x: float, value_x: float, y: float, *rows: tuple[str, str], leading: float = 13) -> None:
        for n, (label, value) in enumerate(rows):
            self.at(x, y + n * leading, label)
            self.at(value_x, y + n * leading, value)

    def row(self, y: float, *cells: tuple[float, str, str]) -> None:
        """Cells as (x, "l" or "r", text)."""
        for x, side, text in cells:
            (self.at if side == "l" else self.right)(x, y, text)

    def page(self) -> None:
        self.canvas.showPage()

    def done(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


Columns = Sequence[tuple[float, str]]


def cells(columns: Columns, *texts: str) -> list[tuple[float, str, str]]:
    return [(x, side, text) for (x, side), text in zip(columns, texts, strict=True) if text]


def dutch_invoice_buyer_first() -> Sample:
    """The buyer's address stands above everything; the seller only in the footer."""
    pen = Pen()
    pen.block(60, 80, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 170, "FACTUUR", 18, bold=True)
    pen.pairs(
        60,
        160,
        195,
        ("Factuurnummer:", "VF-26-00817"),
        ("Factuurdatum:", "4 maart 2026"),
        ("Vervaldatum:", "3 april 2026"),
    )
    pen.pairs(330, 430, 195, ("Uw order:", "P00031"), ("Debiteurnr.:", "40017"))
    columns: Columns = ((60, "l"), (120, "l"), (360, "r"), (440, "r"), (535, "r"))
    pen.row(260, *cells(columns, "Artikelnr.", "Omschrijving", "Aantal", "Prijs", "Bedrag"))
    pen.row(278, *cells(columns, "ZK-8820", "Zeskantbout M8x20 verzinkt", "500", "0,12", "60,00"))
    pen.row(291, *cells(columns, "VH-0010", "Veiligheidshandschoen maat 10", "24", "7,45", "178,80"))
    pen.row(304, *cells(columns, "", "nitril, per paar", "", "", ""))
    pen.row(340, (360, "l", "Totaal excl. btw"), (535, "r", "238,80"))
    pen.row(353, (360, "l", "Btw 21%"), (535, "r", "50,15"))
    pen.row(366, (360, "l", "Totaal incl. btw"), (535, "r", "288,95"))
    pen.at(60, 400, "Wij verzoeken u het bedrag binnen 30 dagen over te maken.")
    pen.block(
        60,
        780,
        "Lindeboom Bevestiging B.V.  |  Industrieweg 7  |  5683 CC Best  |  www.lindeboom-bevestiging.example",
        leading=11,
    )
    pen.at(60, 791, "KvK 17012345   Btw-nr. NL001234567B13   IBAN NL91 ABNA 0417 1643 00   BIC ABNANL2A")
    fields = {
        "document_type": "invoice",
        "document_number": "VF-26-00817",
        "issue_date": "2026-03-04",
        "due_date": "2026-04-03",
        "seller_name": "Lindeboom Bevestiging B.V.",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00031",
        "currency": None,
        "net_total": 238.80,
        "tax_total": 50.15,
        "gross_total": 288.95,
        "iban": "NL91ABNA0417164300",
        "seller_vat_id": "NL001234567B13",
    }
    lines = [
        {
            "name": "Zeskantbout M8x20 verzinkt",
            "quantity": 500,
            "unit_price": 0.12,
            "net_amount": 60.0,
            "seller_item_id": "ZK-8820",
        },
        {"name": "Veiligheidshandschoen maat 10", "quantity": 24, "unit_price": 7.45, "net_amount": 178.8},
    ]
    return Sample("dutch_invoice", pen.done(), {k: v for k, v in fields.items() if v}, lines)


def american_invoice() -> Sample:
    """Month first, bill-to beside ship-to, headings to the left over figures to the right, an earlier balance."""
    pen = Pen()
    pen.at(50, 60, "Keystone Fastener Corp.", 16, bold=True)
    pen.block(50, 78, "1200 Mill Street", "Pittsburgh, PA 15222", "Phone (412) 555-0144")
    pen.at(430, 60, "INVOICE", 20)
    pen.pairs(
        400,
        480,
        90,
        ("Invoice #", "KF-20993"),
        ("Date", "03/04/2026"),
        ("Due Date", "04/13/2026"),
        ("P.O. #", "P00047"),
    )
    pen.at(50, 160, "Bill To")
    pen.block(50, 173, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "Netherlands")
    pen.at(300, 160, "Ship To")
    pen.block(300, 173, "Brandt & Mercer Cross Dock", "c/o Harbor Freight Forwarding", "Newark, NJ 07114")
    heads: Columns = ((50, "l"), (120, "l"), (330, "l"), (400, "l"), (480, "l"))
    body: Columns = ((50, "l"), (120, "l"), (385, "r"), (465, "r"), (560, "r"))
    pen.row(250, *cells(heads, "Item", "Description", "Qty", "Unit Price", "Amount"))
    pen.row(268, *cells(body, "HX-14", "Hex bolt 1/4-20 x 2 in, grade 5", "1,200", "$0.31", "$372.00"))
    pen.row(281, *cells(body, "WR-22", "Ratchet wrench set 22 pc", "6", "$48.50", "$291.00"))
    pen.row(294, *cells(body, "GL-09", "Cut-resistant glove, L", "40", "$6.25", "$250.00"))
    pen.row(330, (400, "l", "Subtotal"), (560, "r", "$913.00"))
    pen.row(343, (400, "l", "Sales Tax (7%)"), (560, "r", "$63.91"))
    pen.row(356, (400, "l", "Total"), (560, "r", "$976.91"))
    pen.row(369, (400, "l", "Previous Balance"), (560, "r", "$120.00"))
    pen.row(382, (400, "l", "Amount Due"), (560, "r", "$1,096.91"))
    pen.at(50, 420, "Thank you for your business!")
    fields = {
        "document_type": "invoice",
        "document_number": "KF-20993",
        "issue_date": "2026-03-04",
        "due_date": "2026-04-13",
        "seller_name": "Keystone Fastener Corp.",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00047",
        "currency": "USD",
        "net_total": 913.0,
        "tax_total": 63.91,
        "gross_total": 976.91,
    }
    lines = [
        {"name": "Hex bolt 1/4-20 x 2 in, grade 5", "quantity": 1200, "unit_price": 0.31, "net_amount": 372.0},
        {"name": "Ratchet wrench set 22 pc", "quantity": 6, "unit_price": 48.5, "net_amount": 291.0},
        {"name": "Cut-resistant glove, L", "quantity": 40, "unit_price": 6.25, "net_amount": 250.0},
    ]
    return Sample("american_invoice", pen.done(), fields, lines)


def german_delivery_note() -> Sample:
    """No prices; ordered beside delivered."""
    pen = Pen()
    pen.at(60, 120, "Nordhelm Werkzeuge GmbH · Hafenstr. 9 · 20457 Hamburg", 7)
    pen.block(
        60, 140, "Brandt & Mercer Supply B.V.", "Wareneingang", "Waalhaven 12", "3088 HH Rotterdam", "Niederlande"
    )
    pen.at(60, 240, "Lieferschein", 16, bold=True)
    pen.pairs(
        360,
        460,
        140,
        ("Lieferschein-Nr.", "LS-4711/26"),
        ("Datum", "02.03.2026"),
        ("Ihre Bestellung", "P00038"),
        ("Kunden-Nr.", "10442"),
    )
    columns: Columns = ((60, "l"), (95, "l"), (170, "l"), (420, "r"), (480, "r"), (495, "l"))
    pen.row(270, *cells(columns, "Pos.", "Artikel-Nr.", "Bezeichnung", "Bestellt", "Geliefert", "Einheit"))
    pen.row(288, *cells(columns, "1", "NW-1007", "Drehmomentschlüssel 40-200 Nm", "10", "8", "Stk"))
    pen.row(301, *cells(columns, "2", "NW-2240", "Bit-Satz 32-teilig", "25", "25", "Stk"))
    pen.row(314, *cells(columns, "", "", "mit Ratsche und Adapter", "", "", ""))
    pen.row(327, *cells(columns, "3", "NW-0815", "Schmierfett 400 g", "12", "12", "Kart"))
    pen.at(60, 380, "Gewicht: 84,5 kg     Colli: 3")
    pen.at(60, 400, "Ware erhalten: ______________________")
    pen.at(60, 790, "Nordhelm Werkzeuge GmbH, Amtsgericht Hamburg HRB 99881, USt-IdNr. DE136695976")
    fields = {
        "document_type": "delivery_note",
        "document_number": "LS-4711/26",
        "issue_date": "2026-03-02",
        "seller_name": "Nordhelm Werkzeuge GmbH",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "seller_vat_id": "DE136695976",
        "purchase_order_reference": "P00038",
    }
    lines = [
        {"name": "Drehmomentschlüssel 40-200 Nm", "quantity": 8, "seller_item_id": "NW-1007"},
        {"name": "Bit-Satz 32-teilig", "quantity": 25},
        {"name": "Schmierfett 400 g", "quantity": 12},
    ]
    return Sample("german_delivery_note", pen.done(), fields, lines)


def french_invoice_prepaid() -> Sample:
    """Line discounts, two rates, a prepayment and several totals; both VAT ids side by side."""
    pen = Pen()
    pen.at(50, 55, "Outillage Delmas SAS", 15, bold=True)
    pen.block(50, 72, "ZI des Peupliers, 18 rue des Artisans", "69800 Saint-Priest", "TVA intracom. : FR40303265045")
    pen.at(330, 110, "Facturé à :")
    pen.block(
        330, 124, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "N° TVA client : NL001234567B13"
    )
    pen.at(50, 200, "Facture N° FC-2026-0312", 13, bold=True)
    pen.pairs(
        50, 150, 220, ("Date :", "12/03/2026"), ("Date d'échéance :", "11/04/2026"), ("Votre commande :", "P00052")
    )
    columns: Columns = ((50, "l"), (110, "l"), (320, "r"), (385, "r"), (435, "r"), (480, "r"), (550, "r"))
    pen.row(280, *cells(columns, "Référence", "Désignation", "Qté", "P.U. HT", "Remise", "TVA", "Montant HT"))
    pen.row(297, *cells(columns, "OD-110", "Perceuse à percussion 850 W", "4", "129,00", "10 %", "20 %", "464,40"))
    pen.row(310, *cells(columns, "OD-233", "Forets béton, coffret de 7", "10", "18,50", "", "20 %", "185,00"))
    pen.row(323, *cells(columns, "OD-901", "Manuel de sécurité chantier", "3", "22,00", "5 %", "5,5 %", "62,70"))
    pen.row(360, (380, "l", "Total HT"), (550, "r", "712,10 €"))
    pen.row(373, (380, "l", "Total TVA"), (550, "r", "133,33 €"))
    pen.row(386, (380, "l", "Total TTC"), (550, "r", "845,43 €"))
    pen.row(399, (380, "l", "Acompte versé"), (550, "r", "200,00 €"))
    pen.row(412, (380, "l", "Net à payer"), (550, "r", "645,43 €"))
    pen.at(50, 770, "Outillage Delmas SAS au capital de 50 000 € - RCS Lyon 303 265 045")
    pen.at(50, 782, "IBAN : FR14 2004 1010 0505 0001 3M02 606 - BIC : PSSTFRPPLYO")
    fields = {
        "document_type": "invoice",
        "document_number": "FC-2026-0312",
        "issue_date": "2026-03-12",
        "due_date": "2026-04-11",
        "seller_name": "Outillage Delmas SAS",
        "seller_vat_id": "FR40303265045",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00052",
        "currency": "EUR",
        "net_total": 712.10,
        "tax_total": 133.33,
        "gross_total": 845.43,
        "iban": "FR1420041010050500013M02606",
    }
    lines = [
        {"name": "Perceuse à percussion 850 W", "quantity": 4, "unit_price": 129.0, "net_amount": 464.4},
        {"name": "Forets béton, coffret de 7", "quantity": 10, "unit_price": 18.5, "net_amount": 185.0},
        {"name": "Manuel de sécurité chantier", "quantity": 3, "unit_price": 22.0, "net_amount": 62.7},
    ]
    return Sample("french_invoice", pen.done(), fields, lines)


def spanish_invoice() -> Sample:
    pen = Pen()
    pen.block(
        50,
        60,
        "Tornillería Ibérica S.L.",
        "Polígono Industrial El Prado, nave 14",
        "28820 Coslada (Madrid)",
        "NIF: B58378431",
    )
    pen.at(400, 60, "FACTURA", 17, bold=True)
    pen.pairs(
        400,
        480,
        85,
        ("Nº factura:", "F26/0098"),
        ("Fecha:", "05/03/2026"),
        ("Vencimiento:", "30/04/2026"),
        ("Su pedido:", "P00061"),
    )
    pen.at(50, 150, "Cliente:")
    pen.block(50, 163, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "NIF: NL001234567B13")
    columns: Columns = ((50, "l"), (110, "l"), (350, "r"), (430, "r"), (540, "r"))
    pen.row(250, *cells(columns, "Código", "Descripción", "Cantidad", "Precio", "Importe"))
    pen.row(268, *cells(columns, "T-0616", "Tornillo allen M6x16 inox A2", "2.000", "0,045", "90,00"))
    pen.row(281, *cells(columns, "A-0006", "Arandela plana M6 inox", "5.000", "0,012", "60,00"))
    pen.row(294, *cells(columns, "P-PORT", "Portes", "1", "12,50", "12,50"))
    pen.row(330, (360, "l", "Base imponible"), (540, "r", "162,50 €"))
    pen.row(343, (360, "l", "IVA 21 %"), (540, "r", "34,13 €"))
    pen.row(356, (360, "l", "Total factura"), (540, "r", "196,63 €"))
    pen.at(50, 400, "Forma de pago: transferencia a ES91 2100 0418 4502 0005 1332")
    fields = {
        "document_type": "invoice",
        "document_number": "F26/0098",
        "issue_date": "2026-03-05",
        "due_date": "2026-04-30",
        "seller_name": "Tornillería Ibérica S.L.",
        "seller_vat_id": "B58378431",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00061",
        "currency": "EUR",
        "net_total": 162.50,
        "tax_total": 34.13,
        "gross_total": 196.63,
        "iban": "ES9121000418450200051332",
    }
    lines = [
        {"name": "Tornillo allen M6x16 inox A2", "quantity": 2000, "unit_price": 0.045, "net_amount": 90.0},
        {"name": "Arandela plana M6 inox", "quantity": 5000, "unit_price": 0.012, "net_amount": 60.0},
        {"name": "Portes", "quantity": 1, "unit_price": 12.5, "net_amount": 12.5},
    ]
    return Sample("spanish_invoice", pen.done(), fields, lines)


def italian_invoice() -> Sample:
    """Seller and buyer in boxes with their labels; the heading's words over two lines."""
    pen = Pen()
    pen.at(50, 60, "Cedente / prestatore")
    pen.block(
        50, 74, "Ferramenta Rovati S.r.l.", "Via dell'Artigianato 22", "24050 Grassobbio (BG)", "P.IVA IT00743110157"
    )
    pen.at(320, 60, "Cessionario / committente")
    pen.block(320, 74, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "P.IVA NL001234567B13")
    pen.pairs(50, 140, 150, ("Fattura n.", "118/26"), ("Data", "09/03/2026"), ("Scadenza", "08/05/2026"))
    pen.pairs(320, 420, 150, ("Vs. ordine", "P00066"), ("Valuta", "EUR"))
    columns: Columns = ((50, "l"), (115, "l"), (330, "l"), (385, "r"), (455, "r"), (550, "r"))
    pen.row(220, *cells(columns, "Codice", "Descrizione", "U.M.", "Quantità", "Prezzo", "Importo"))
    pen.row(231, *cells(columns, "articolo", "", "", "", "unitario", ""))
    pen.row(250, *cells(columns, "FR-501", "Lucchetto ottone 50 mm", "PZ", "60", "8,90", "534,00"))
    pen.row(263, *cells(columns, "FR-733", "Catena zincata 6 mm", "MT", "125,5", "3,20", "401,60"))
    pen.row(310, (360, "l", "Totale imponibile"), (550, "r", "935,60"))
    pen.row(323, (360, "l", "IVA 22%"), (550, "r", "205,83"))
    pen.row(336, (360, "l", "Totale fattura"), (550, "r", "1.141,43"))
    pen.at(50, 380, "Coordinate bancarie: IBAN IT60 X054 2811 1010 0000 0123 456")
    fields = {
        "document_type": "invoice",
        "document_number": "118/26",
        "issue_date": "2026-03-09",
        "due_date": "2026-05-08",
        "seller_name": "Ferramenta Rovati S.r.l.",
        "seller_vat_id": "IT00743110157",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00066",
        "currency": "EUR",
        "net_total": 935.60,
        "tax_total": 205.83,
        "gross_total": 1141.43,
        "iban": "IT60X0542811101000000123456",
    }
    lines = [
        {"name": "Lucchetto ottone 50 mm", "quantity": 60, "unit_price": 8.9, "net_amount": 534.0, "unit": "PZ"},
        {"name": "Catena zincata 6 mm", "quantity": 125.5, "unit_price": 3.2, "net_amount": 401.6},
    ]
    return Sample("italian_invoice", pen.done(), fields, lines)


def polish_invoice() -> Sample:
    """Net, rate, tax and gross per line."""
    pen = Pen()
    pen.at(50, 55, "Faktura VAT nr FV/26/03/0071", 14, bold=True)
    pen.pairs(360, 460, 80, ("Data wystawienia:", "10.03.2026"), ("Termin zaplaty:", "24.03.2026"))
    pen.at(50, 110, "Sprzedawca")
    pen.block(50, 124, "Hurtownia Metalik Sp. z o.o.", "ul. Przemyslowa 5", "61-579 Poznan", "NIP: 5260250274")
    pen.at(320, 110, "Nabywca")
    pen.block(320, 124, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam", "NIP: NL001234567B13")
    columns: Columns = ((50, "l"), (75, "l"), (270, "r"), (285, "l"), (370, "r"), (440, "r"), (475, "r"), (560, "r"))
    heads = ("Lp.", "Nazwa towaru", "Ilosc", "J.m.", "Cena netto", "Wartosc netto", "VAT", "Wartosc brutto")
    pen.size = 8
    pen.row(210, *cells(columns, *heads))
    pen.row(226, *cells(columns, "1", "Kotwa chemiczna 300 ml", "20", "szt.", "38,00", "760,00", "23%", "934,80"))
    pen.row(239, *cells(columns, "2", "Wkret do drewna 5x60", "15", "opak.", "21,40", "321,00", "23%", "394,83"))
    pen.row(270, (330, "l", "Razem netto"), (560, "r", "1 081,00 PLN"))
    pen.row(283, (330, "l", "Kwota VAT"), (560, "r", "248,63 PLN"))
    pen.row(296, (330, "l", "Razem brutto"), (560, "r", "1 329,63 PLN"))
    pen.row(309, (330, "l", "Do zaplaty"), (560, "r", "1 329,63 PLN"))
    pen.at(50, 340, "Nr konta: PL61 1090 1014 0000 0712 1981 2874")
    fields = {
        "document_type": "invoice",
        "document_number": "FV/26/03/0071",
        "issue_date": "2026-03-10",
        "due_date": "2026-03-24",
        "seller_name": "Hurtownia Metalik Sp. z o.o.",
        "seller_vat_id": "5260250274",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "currency": "PLN",
        "net_total": 1081.0,
        "tax_total": 248.63,
        "gross_total": 1329.63,
        "iban": "PL61109010140000071219812874",
    }
    lines = [
        {"name": "Kotwa chemiczna 300 ml", "quantity": 20, "unit_price": 38.0, "net_amount": 760.0},
        {"name": "Wkret do drewna 5x60", "quantity": 15, "unit_price": 21.4, "net_amount": 321.0},
    ]
    return Sample("polish_invoice", pen.done(), fields, lines)


def german_credit_note() -> Sample:
    """Negative quantities and totals; refers to an invoice by number and date."""
    pen = Pen()
    pen.at(60, 110, "Nordhelm Werkzeuge GmbH | Hafenstr. 9 | 20457 Hamburg", 7)
    pen.block(60, 130, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 215, "Gutschrift", 16, bold=True)
    pen.pairs(360, 460, 130, ("Gutschrift-Nr.", "GU-260044"), ("Datum", "18.03.2026"), ("zu Rechnung", "RE-260511"))
    columns: Columns = ((60, "l"), (95, "l"), (350, "r"), (365, "l"), (450, "r"), (540, "r"))
    pen.row(250, *cells(columns, "Pos", "Bezeichnung", "Menge", "ME", "E-Preis", "Gesamt"))
    pen.row(268, *cells(columns, "1", "Drehmomentschlüssel 40-200 Nm", "-2", "Stk", "89,90", "-179,80"))
    pen.row(281, *cells(columns, "2", "Bit-Satz 32-teilig", "-1", "Stk", "24,50", "-24,50"))
    pen.row(310, (360, "l", "Nettobetrag"), (540, "r", "-204,30 EUR"))
    pen.row(323, (360, "l", "MwSt 19 %"), (540, "r", "-38,82 EUR"))
    pen.row(336, (360, "l", "Gutschriftsbetrag"), (540, "r", "-243,12 EUR"))
    pen.at(60, 790, "Nordhelm Werkzeuge GmbH, Amtsgericht Hamburg HRB 99881, USt-IdNr. DE136695976")
    fields = {
        "document_type": "credit_note",
        "document_number": "GU-260044",
        "issue_date": "2026-03-18",
        "seller_name": "Nordhelm Werkzeuge GmbH",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "seller_vat_id": "DE136695976",
        "currency": "EUR",
        "net_total": -204.3,
        "tax_total": -38.82,
        "gross_total": -243.12,
    }
    lines = [
        {"name": "Drehmomentschlüssel 40-200 Nm", "quantity": -2, "unit_price": 89.9, "net_amount": -179.8},
        {"name": "Bit-Satz 32-teilig", "quantity": -1, "unit_price": 24.5, "net_amount": -24.5},
    ]
    return Sample("german_credit_note", pen.done(), fields, lines)


def german_confirmation_per_hundred() -> Sample:
    """Price per 100, a delivery date per line, rows over several printed lines."""
    pen = Pen()
    pen.at(380, 60, "Schraubwerk Ahrens KG", 14, bold=True)
    pen.block(380, 78, "Gewerbering 3", "59759 Arnsberg", "info@schraubwerk-ahrens.example")
    pen.at(60, 120, "Schraubwerk Ahrens KG, Gewerbering 3, 59759 Arnsberg", 7)
    pen.block(60, 135, "Brandt & Mercer Supply B.V.", "Einkauf", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 220, "Auftragsbestätigung AB-88121", 14, bold=True)
    pen.pairs(60, 160, 240, ("Datum:", "06.03.2026"), ("Ihre Bestellung:", "P00031"), ("Ihre Kundennr.:", "K-7781"))
    columns: Columns = ((60, "l"), (90, "l"), (320, "r"), (330, "l"), (400, "r"), (430, "r"), (495, "r"), (505, "l"))
    pen.size = 8
    pen.row(290, *cells(columns, "Pos", "Artikel", "Menge", "ME", "Preis", "PE", "Betrag", "Liefertermin"))
    pen.row(
        306,
        *cells(columns, "10", "Sechskantschraube DIN 933 M8x20", "5.000", "Stk", "8,40", "100", "420,00", "16.03.2026"),
    )
    pen.row(316, *cells(columns, "", "8.8 verzinkt", "", "", "", "", "", ""))
    pen.row(326, *cells(columns, "", "Ihre Art.-Nr. FAS-0820", "", "", "", "", "", ""))
    pen.row(
        342, *cells(columns, "20", "Unterlegscheibe DIN 125 A8", "10.000", "Stk", "1,15", "100", "115,00", "23.03.2026")
    )
    pen.row(380, (400, "l", "Summe netto"), (495, "r", "535,00"))
    pen.row(392, (400, "l", "zzgl. 19% MwSt"), (495, "r", "101,65"))
    pen.row(404, (380, "l", "Gesamtbetrag EUR"), (495, "r", "636,65"))
    fields = {
        "document_type": "order_confirmation",
        "document_number": "AB-88121",
        "issue_date": "2026-03-06",
        "seller_name": "Schraubwerk Ahrens KG",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00031",
        "currency": "EUR",
        "net_total": 535.0,
        "tax_total": 101.65,
        "gross_total": 636.65,
    }
    lines = [
        {
            "name": "Sechskantschraube DIN 933 M8x20",
            "quantity": 5000,
            "unit_price": 8.4,
            "net_amount": 420.0,
            "delivery_date": "2026-03-16",
        },
        {
            "name": "Unterlegscheibe DIN 125 A8",
            "quantity": 10000,
            "unit_price": 1.15,
            "net_amount": 115.0,
            "delivery_date": "2026-03-23",
        },
    ]
    return Sample("german_confirmation", pen.done(), fields, lines)


def three_pages_with_carry() -> Sample:
    """A table over three pages with carry-over lines; the heading comes back on each page."""
    pen = Pen()
    columns: Columns = ((60, "l"), (95, "l"), (350, "r"), (440, "r"), (540, "r"))
    rows = [(f"Kabelbinder Typ {n:02d}, 100 Stück", n, 2 + n % 5) for n in range(1, 61)]
    lines, carried, y = [], 0.0, 0.0
    for n, (name, quantity, price) in enumerate(rows):
        if n % 22 == 0:
            if n:
                pen.row(y + 16, (350, "l", "Übertrag"), (540, "r", _german(carried)))
                pen.at(270, 810, f"Seite {n // 22} von 3", 7)
                pen.page()
            pen.at(60, 50, "Kabeltechnik Sorge GmbH", 13, bold=True)
            pen.at(60, 64, "Am Umspannwerk 4, 04249 Leipzig", 7)
            pen.at(380, 50, "Rechnung KS-10077", 13)
            pen.at(380, 64, "Rechnungsdatum: 11.03.2026")
            pen.block(60, 90, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
            pen.row(160, *cells(columns, "Pos", "Bezeichnung", "Menge", "Einzelpreis", "Gesamtpreis"))
            y = 176.0
            if n:
                pen.row(y, (95, "l", "Übertrag"), (540, "r", _german(carried)))
                y += 14
        total = quantity * price
        carried += total
        pen.row(y, *cells(columns, str(n + 1), name, str(quantity), _german(price), _german(total)))
        lines.append({"name": name, "quantity": quantity, "unit_price": price, "net_amount": total})
        y += 24
    net = carried
    tax = round(net * 0.19, 2)
    pen.row(y + 10, (350, "l", "Nettosumme"), (540, "r", _german(net) + " €"))
    pen.row(y + 23, (350, "l", "MwSt. 19 %"), (540, "r", _german(tax) + " €"))
    pen.row(y + 36, (350, "l", "Rechnungsbetrag"), (540, "r", _german(net + tax) + " €"))
    fields = {
        "document_type": "invoice",
        "document_number": "KS-10077",
        "issue_date": "2026-03-11",
        "seller_name": "Kabeltechnik Sorge GmbH",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "currency": "EUR",
        "net_total": net,
        "tax_total": tax,
        "gross_total": net + tax,
    }
    return Sample("three_pages", pen.done(), fields, lines)


def _german(value: float) -> str:
    return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def ambiguous_date() -> Sample:
    """03/04/2026 beside a date that can be read in one way only."""
    pen = Pen()
    pen.block(50, 60, "Calder Tools Ltd", "Unit 4, Ings Road", "Wakefield WF1 1DE", "VAT Reg No: GB980780684")
    pen.at(420, 60, "INVOICE", 18)
    pen.at(50, 140, "Invoice To:")
    pen.block(50, 154, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    heads: Columns = ((330, "l"), (410, "l"), (490, "l"))
    pen.row(140, *cells(heads, "Invoice No", "Invoice Date", "Due Date"))
    pen.row(154, *cells(heads, "CT-5512", "03/04/2026", "25/04/2026"))
    columns: Columns = ((50, "l"), (330, "r"), (420, "r"), (540, "r"))
    pen.row(240, *cells(columns, "Description", "Quantity", "Unit Price", "Net Amount"))
    pen.row(258, *cells(columns, "Cold chisel set, 5 piece", "12", "£14.20", "£170.40"))
    pen.row(290, (400, "l", "Total Net"), (540, "r", "£170.40"))
    pen.row(303, (400, "l", "VAT @ 20%"), (540, "r", "£34.08"))
    pen.row(316, (400, "l", "Invoice Total"), (540, "r", "£204.48"))
    fields = {
        "document_type": "invoice",
        "document_number": "CT-5512",
        "issue_date": "2026-04-03",
        "due_date": "2026-04-25",
        "seller_name": "Calder Tools Ltd",
        "seller_vat_id": "GB980780684",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "currency": "GBP",
        "net_total": 170.4,
        "tax_total": 34.08,
        "gross_total": 204.48,
    }
    lines = [{"name": "Cold chisel set, 5 piece", "quantity": 12, "unit_price": 14.2, "net_amount": 170.4}]
    return Sample("ambiguous_date", pen.done(), fields, lines)


def packing_slip() -> Sample:
    """Ship-to and sold-to, units behind quantities, a backordered column."""
    pen = Pen()
    pen.at(50, 60, "Keystone Fastener Corp.", 15, bold=True)
    pen.at(420, 60, "Packing Slip", 16)
    pen.pairs(400, 490, 85, ("Packing Slip No.", "PS-77120"), ("Ship Date", "Mar 9, 2026"), ("Customer PO", "P00047"))
    pen.at(50, 130, "Sold To:")
    pen.block(50, 143, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(300, 130, "Ship To:")
    pen.block(300, 143, "Brandt & Mercer Cross Dock", "Newark, NJ 07114")
    columns: Columns = ((50, "l"), (120, "l"), (380, "r"), (450, "r"), (540, "r"))
    pen.row(220, *cells(columns, "Part No.", "Description", "Ordered", "Shipped", "Backordered"))
    pen.row(238, *cells(columns, "HX-14", "Hex bolt 1/4-20 x 2 in, grade 5", "1200", "1000", "200"))
    pen.row(251, *cells(columns, "WR-22", "Ratchet wrench set 22 pc", "6", "6", "0"))
    fields = {
        "document_type": "delivery_note",
        "document_number": "PS-77120",
        "seller_name": "Keystone Fastener Corp.",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00047",
    }
    lines = [
        {"name": "Hex bolt 1/4-20 x 2 in, grade 5", "quantity": 1000, "seller_item_id": "HX-14"},
        {"name": "Ratchet wrench set 22 pc", "quantity": 6},
    ]
    return Sample("packing_slip", pen.done(), fields, lines)


def english_confirmation() -> Sample:
    """An order acknowledgement with units of measure and a promised date in each row."""
    pen = Pen()
    pen.at(50, 50, "ORDER ACKNOWLEDGEMENT", 15, bold=True)
    pen.block(
        50,
        75,
        "Tyneforge Safety Limited",
        "14 Quayside House",
        "Newcastle upon Tyne NE1 3DX",
        "sales@tyneforge.example",
    )
    pen.pairs(
        350,
        470,
        75,
        ("Our Order Number", "SO-33019"),
        ("Order Date", "27 February 2026"),
        ("Your Order No.", "P00058"),
        ("Currency", "GBP"),
    )
    pen.at(50, 145, "Customer")
    pen.block(50, 158, "Brandt & Mercer Supply B.V.", "Waalhaven 12", "3088 HH Rotterdam")
    columns: Columns = ((50, "l"), (75, "l"), (135, "l"), (330, "r"), (345, "l"), (420, "r"), (490, "r"), (505, "l"))
    pen.size = 8
    pen.row(
        230,
        *cells(columns, "Line", "Item Code", "Description", "Qty", "UoM", "Unit Price", "Line Total", "Delivery Date"),
    )
    pen.row(
        246,
        *cells(columns, "1", "TS-4410", "Safety helmet, vented, white", "50", "EA", "11.75", "587.50", "20 Mar 2026"),
    )
    pen.row(
        260,
        *cells(columns, "2", "TS-9021", "Hi-vis vest class 2, size XL", "10", "PK", "32.00", "320.00", "27 Mar 2026"),
    )
    pen.row(300, (400, "l", "Goods Total"), (490, "r", "907.50"))
    pen.row(312, (400, "l", "VAT"), (490, "r", "0.00"))
    pen.row(324, (400, "l", "Order Total"), (490, "r", "907.50"))
    fields = {
        "document_type": "order_confirmation",
        "document_number": "SO-33019",
        "issue_date": "2026-02-27",
        "seller_name": "Tyneforge Safety Limited",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00058",
        "currency": "GBP",
        "net_total": 907.5,
        "gross_total": 907.5,
    }
    lines = [
        {
            "name": "Safety helmet, vented, white",
            "quantity": 50,
            "unit": "EA",
            "unit_price": 11.75,
            "net_amount": 587.5,
            "delivery_date": "2026-03-20",
        },
        {
            "name": "Hi-vis vest class 2, size XL",
            "quantity": 10,
            "unit": "PK",
            "unit_price": 32.0,
            "net_amount": 320.0,
            "delivery_date": "2026-03-27",
        },
    ]
    return Sample("english_confirmation", pen.done(), fields, lines)


def without_heading() -> Sample:
    """Item rows under no heading at all."""
    pen = Pen()
    pen.at(50, 60, "Atelier Vercors SARL", 15, bold=True)
    pen.block(50, 78, "3 chemin du Moulin", "38250 Villard-de-Lans", "SIRET 81234567800011")
    pen.at(350, 110, "Brandt & Mercer Supply B.V.")
    pen.block(350, 122, "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(50, 180, "FACTURE n° 2026-044 du 14 mars 2026", 12, bold=True)
    pen.row(230, (50, "l", "Affûtage de lames de scie"), (360, "r", "12"), (440, "r", "9,50 €"), (540, "r", "114,00 €"))
    pen.row(244, (50, "l", "Lame carbure 250 mm"), (360, "r", "3"), (440, "r", "41,00 €"), (540, "r", "123,00 €"))
    pen.row(290, (400, "l", "Total HT"), (540, "r", "237,00 €"))
    pen.row(303, (400, "l", "TVA 20 %"), (540, "r", "47,40 €"))
    pen.row(316, (400, "l", "Total TTC"), (540, "r", "284,40 €"))
    fields = {
        "document_type": "invoice",
        "document_number": "2026-044",
        "issue_date": "2026-03-14",
        "seller_name": "Atelier Vercors SARL",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "currency": "EUR",
        "net_total": 237.0,
        "tax_total": 47.4,
        "gross_total": 284.4,
    }
    lines = [
        {"name": "Affûtage de lames de scie", "quantity": 12, "unit_price": 9.5, "net_amount": 114.0},
        {"name": "Lame carbure 250 mm", "quantity": 3, "unit_price": 41.0, "net_amount": 123.0},
    ]
    return Sample("without_heading", pen.done(), fields, lines)


SAMPLES: tuple[Callable[[], Sample], ...] = (
    dutch_invoice_buyer_first,
    american_invoice,
    german_delivery_note,
    french_invoice_prepaid,
    spanish_invoice,
    italian_invoice,
    polish_invoice,
    german_credit_note,
    german_confirmation_per_hundred,
    three_pages_with_carry,
    ambiguous_date,
    packing_slip,
    english_confirmation,
    without_heading,
)
"""Those with fields to find."""
