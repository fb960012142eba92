"""German and Austrian paper: letters with four-column feet, prices per 100 and per 1000, sums carried over."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import BRANDT, SONNTAG
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

HARTUNG = Firm(
    "Federnwerk Hartung GmbH", "Lennestraße 140", "58791 Werdohl", "Deutschland", vat="DE249015460",
    iban="DE57 1288 0984 1278 1858 08", bank="Volksbank Lennetal", bic="VBLTDE00XXX", phone="02392 5550-0",
    mail="vertrieb@federn-hartung.example", register="Amtsgericht Iserlohn HRB 99417",
)  # fmt: skip


def _hartung(p: Proof) -> bytes:
    """A letter: window address under a tiny sender line, facts in a block on the right, bank at the foot."""
    columns = (
        Column("Pos", 25, lambda r: str(10 * r.position)),
        Column("Artikel", 36, lambda r: r.sku),
        Column("Bezeichnung", 62, lambda r: r.name, width=54),
        Column("Menge", 136, lambda r: f"{r.quantity} {r.unit}", right=True),
        Column("Preis/EUR", 156, lambda r: r.price, right=True),
        Column("je", 165, lambda r: r.per, right=True),
        Column("Gesamt/EUR", 192, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _hartung_top(s, p)
        s.font("Helvetica-Bold", 9)
        heads(s, columns, 118)
        s.rule(120, 25, 192)
        y = 126.0
        for row in p.rows:
            s.font("Helvetica", 9)
            y = cells(s, columns, row, y)
            s.font("Helvetica", 8)
            more = [*row.item.more, *([f"Ihre Artikel-Nr. {row.ours}"] if row.item.ours else [])]
            more += [f"Liefertermin {row.due}"] if row.item.due else []
            y = s.column(62, y, more, 3.8) + 2
        _hartung_end(s, p, y)

    return drawn(p.doc.number, "Faktura 9", page)


def _hartung_top(s: Paper, p: Proof) -> None:
    invoice = p.doc.type == "invoice"
    s.pen("#1f4e2e", 3)
    s.rule(20, 25, 192, 3)
    s.font("Helvetica-Bold", 16)
    s.right(192, 17, "HARTUNG FEDERN")
    s.pen()
    s.font("Helvetica", 6)
    s.left(25, 48, " - ".join(p.seller_address))
    s.font("Helvetica", 10)
    s.column(25, 54, [*p.buyer_address, "NIEDERLANDE"], 4.6)
    s.font("Helvetica", 9)
    rows = [
        ("Rechnungs-Nr.:" if invoice else "Auftrags-Nr.:", p.number),
        ("Datum:", p.issued),
        ("Kunden-Nr.:", p.extra("customer")),
        ("Ihre Bestellung:", p.po),
        ("Lieferdatum:", p.delivery),
        ("Ihre USt-IdNr.:", p.buyer_vat),
    ]
    s.pairs(130, 54, rows, gap=30)
    s.font("Helvetica-Bold", 14)
    s.left(25, 100, p.title("Rechnung" if invoice else "Auftragsbestätigung"))
    s.font("Helvetica", 9)
    s.left(25, 108, p.extra("opening"))


def _hartung_end(s: Paper, p: Proof, y: float) -> None:
    s.rule(y, 25, 192)
    s.font("Helvetica", 9)
    rows = [("Warenwert", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    y = s.sums(120, 192, y + 6, [*rows, ("Nettobetrag", p.net), ("USt 0 %", p.tax)])
    s.font("Helvetica-Bold", 10)
    y = s.sums(120, 192, y + 1, [(f"Gesamtbetrag {p.money}", p.gross)])
    s.font("Helvetica", 8.5)
    due = f"Zahlbar ohne Abzug bis {p.due}." if p.doc.due else "Zahlung: 30 Tage netto."
    s.column(25, y + 8, ["Steuerfreie innergemeinschaftliche Lieferung nach § 4 Nr. 1b UStG.", due], 4.4)
    s.rule(270, 25, 192, 0.3)
    s.font("Helvetica", 6.5)
    firm = p.doc.seller
    blocks = ((25, p.seller_address), (72, (f"Tel. {firm.phone}", firm.mail)),
              (120, (firm.bank, f"IBAN {p.iban}", f"BIC {firm.bic}")),
              (166, (f"USt-IdNr. {p.vat}", firm.register)))  # fmt: skip
    for x, lines in blocks:
        s.column(x, 275, lines, 3)


HARTUNGS = Issuer(
    "hartung", "dev", Style("de", numbers="1.234,56", dates="dd.MM.yyyy"), _hartung,
    (
        Doc("hartung-1", "invoice", "RE-26-10488", "2026-03-18", (
            Item("Druckfeder DIN 2098 1,6x12,5x40", "2500", "Stk", "18.45", sku="D-16125-40", ours="FS-SPR-1640",
                 per=100, more=("Federstahl EN 10270-1 SH, kugelgestrahlt",)),
            Item("Tellerfeder DIN 2093 A 40x20,4x2,25", "4000", "Stk", "92.10", sku="TF-A40", ours="FS-DSK-A40",
                 per=1000),
            Item("Zugfeder mit ganzer deutscher Öse 2,0x16x60, rostfrei 1.4310", "300", "Stk", "1.275",
                 sku="Z-2016-60"),
            Item("Einrichtekosten Sonderfeder nach Zeichnung 40-118", "1", "psch", "85.00", sku="EK"),
        ), HARTUNG, BRANDT, due="2026-04-17", delivery="2026-03-16", po="P00251",
            charges=(Charge("Legierungszuschlag", "37.20"), Charge("Verpackung", "12.50")),
            hard=("buyer_vat", "multiline_rows", "unit_in_quantity"),
            extra={"customer": "30418", "opening": "Für unsere Lieferung 26-20711 berechnen wir:"}),
        Doc("hartung-2", "order_confirmation", "AB-26-04107", "2026-04-08", (
            Item("Druckfeder DIN 2098 1,6x12,5x40", "1500", "Stk", "18.90", sku="D-16125-40", ours="FS-SPR-1640",
                 per=100, due="2026-04-22"),
            Item("Druckfeder DIN 2098 1,6x12,5x40, Restmenge", "3500", "Stk", "18.90", sku="D-16125-40",
                 ours="FS-SPR-1640", per=100, due="2026-06-03"),
            Item("Formfeder 4-118 nach Ihrer Zeichnung, Muster vorab", "50", "Stk", "7.40", sku="F-4118",
                 due="2026-05-13"),
        ), HARTUNG, BRANDT, po="P00268", hard=("buyer_vat", "multiline_rows", "unit_in_quantity"),
            extra={"customer": "30418", "opening": "Vielen Dank für Ihren Auftrag, den wir wie folgt bestätigen:"}),
    ),
)  # fmt: skip


WUPPER = Firm(
    "Dichtungstechnik Wupper KG", "Kohlfurther Brücke 60", "42349 Wuppertal", "Deutschland", vat="DE677888879",
    iban="DE49 5836 1585 9039 7232 48", bank="Bergische Kreditbank",
)  # fmt: skip


def _wupper(p: Proof) -> bytes:
    """Two rows of type a line: description above, figures below; facts run across the page in three columns."""

    def page(s: Paper) -> None:
        invoice = p.doc.type == "invoice"
        s.font("Times-Bold", 13)
        s.middle(105, 18, p.seller)
        s.font("Times-Roman", 9)
        s.middle(105, 23, f"{p.doc.seller.street} · {p.doc.seller.place} · Umsatzsteuer-ID {p.vat_in(2, 3, 3, 3)}")
        s.rule(26, 20, 190, 0.3)
        s.font("Times-Roman", 10)
        s.column(20, 40, p.buyer_address, 4.6)
        s.font("Times-Bold", 15)
        s.left(20, 74, f"{p.title('Rechnung' if invoice else 'Auftragsbestätigung')}  {p.number}")
        s.font("Times-Roman", 9)
        facts = ((20, "vom", p.issued), (70, "Ihr Zeichen / Bestellung", p.po),
                 (140, "fällig am" if invoice else "Versand", p.due if invoice else p.delivery))  # fmt: skip
        for x, label, value in facts:
            s.left(x, 82, f"{label}: {value}")
        y = 94.0
        s.font("Times-Italic", 9)
        heads(s, _WUPPER, y)
        for row in p.rows:
            y = _wupper_row(s, row, y + 7)
        _wupper_end(s, p, y + 8)

    return drawn(p.doc.number, "TextFaktura", page)


_WUPPER = (
    Column("Artikel", 20, lambda r: r.sku),
    Column("Menge", 92, lambda r: r.quantity, right=True),
    Column("ME", 95, lambda r: r.unit),
    Column("Preis", 132, lambda r: r.price, right=True),
    Column("PE", 146, lambda r: r.per, right=True),
    Column("Betrag", 190, lambda r: r.amount, right=True),
)


def _wupper_row(s: Paper, row: Row, y: float) -> float:
    if row.item.before:
        s.font("Times-Italic", 9.5)
        y = s.column(20, y, s.wrapped(row.item.before, 165), 4.2) + 2
    s.font("Times-Bold", 10)
    s.left(20, y, row.name)
    s.font("Times-Roman", 10)
    y = s.column(20, y + 4.4, row.item.more, 4.4)
    cells(s, _WUPPER, row, y)
    if row.item.ours:
        s.left(50, y, f"({row.ours})")
    return y


def _wupper_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Times-Roman", 10)
    rows = [("Summe der Positionen", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    rows += [("Netto", p.net), (f"zuzüglich {p.rate(p.doc.rate)} % MwSt.", p.tax)]
    y = s.sums(110, 190, y, rows)
    s.rule(y - 3, 110, 190, 0.3)
    s.font("Times-Bold", 11)
    y = s.sums(110, 190, y + 2, [(f"Endbetrag in {p.money}", p.gross)])
    s.rule(y - 3, 110, 190, 0.3)
    s.rule(y - 2.4, 110, 190, 0.3)
    s.font("Times-Roman", 9)
    s.left(20, y + 10, p.extra("closing"))
    if p.doc.type == "invoice":
        s.left(20, y + 15, f"Bankverbindung: {p.doc.seller.bank}, IBAN {p.iban_plain}")


WUPPERS = Issuer(
    "wupper", "test", Style("de", numbers="1.234,56", dates="d. MMMM yyyy", money="Euro"), _wupper,
    (
        Doc("wupper-1", "order_confirmation", "AB 7741-26", "2026-05-19", (
            Item("O-Ring NBR 70 12,00 x 2,50", "2500", "St", "46.30", sku="OR 1200-250", ours="4711-0822", per=1000),
            Item("Flachdichtungsplatte, faserverstärkt 2 mm", "2.500", "qm", "38.90", sku="FDP 2000",
                 more=("Zuschnitt 1000 x 500, fünf Tafeln",)),
            Item("Graphitpackung 10 mm", "12.750", "kg", "61.40", sku="GP 10", ours="4711-0907",
                 before="Die folgende Position liefern wir ab Werk Solingen in getrennter Sendung."),
            Item("Wellendichtring 40x62x7 FKM", "1200", "St", "214.00", sku="WDR 406207F", per=100),
        ), WUPPER, SONNTAG, delivery="2026-06-02", po="4500118276", rate="19",
            charges=(Charge("Fracht", "42.00"),),
            hard=("thousands_beside_decimals", "multiline_rows"),
            extra={"closing": "Mengentoleranz bis 5 % vorbehalten. Es gelten unsere Lieferbedingungen."}),
        Doc("wupper-2", "invoice", "26/3308", "2026-06-08", (
            Item("O-Ring NBR 70 12,00 x 2,50", "2500", "St", "46.30", sku="OR 1200-250", ours="4711-0822", per=1000),
            Item("Graphitpackung 10 mm", "12.500", "kg", "61.40", sku="GP 10", ours="4711-0907",
                 more=("Charge 26-118, Werkszeugnis 2.2 liegt bei",),
                 before="Aus Auftrag 7741-26, Lieferschein 8810 vom 3. Juni:"),
        ), WUPPER, SONNTAG, due="2026-07-08", po="4500118276", rate="19",
            hard=("thousands_beside_decimals", "multiline_rows"),
            extra={"closing": "Bei Zahlung binnen 14 Tagen 2 % Skonto."}),
    ),
)  # fmt: skip


SAALE = Firm(
    "Normteile Saale Vertriebs GmbH", "Am Güterbahnhof 3", "06112 Halle (Saale)", "Deutschland", vat="DE776321769",
    iban="DE26 6619 2243 5663 5912 08", bank="Saalesparbank", phone="0345 5550 118",
)  # fmt: skip
_SAALE = (
    Column("lfd.", 20, lambda r: str(r.position)),
    Column("Menge", 44, lambda r: r.quantity, right=True),
    Column("Norm / Abmessung / Oberfläche", 50, lambda r: r.name, width=64),
    Column("Art.-Nr.", 118, lambda r: r.sku),
    Column("%Stück", 158, lambda r: r.price, right=True),
    Column("Rab. %", 172, lambda r: r.off, right=True),
    Column("Wert", 195, lambda r: r.amount, right=True),
)


def _saale(p: Proof) -> bytes:
    """Three pages of screws, each page ending in `Übertrag`; prices per hundred by the heading alone."""

    def page(s: Paper) -> None:
        y, number = _saale_top(s, p), 1
        for n, row in enumerate(p.rows):
            if y > 252:
                so_far = p.amount(sum((i.amount or Decimal(0) for i in p.doc.items[:n]), Decimal(0)))
                _saale_sum(s, y + 2, "Übertrag", so_far)
                s.font("Courier", 8)
                s.left(20, 285, f"{p.doc.seller.name} * Rechnung {p.number} * Blatt {number}")
                s.next_page()
                number += 1
                s.font("Courier-Bold", 9)
                heads(s, _SAALE, 24)
                _saale_sum(s, 31, "Übertrag von Blatt " + str(number - 1), so_far)
                y = 38.0
            s.font("Courier", 8.5)
            if row.item.before:
                s.left(50, y, row.item.before)
                y += 5
            y = cells(s, _SAALE, row, y, 3.8) + 4.4
        _saale_end(s, p, y + 4)

    return drawn(p.doc.number, "NormFakt", page)


def _saale_sum(s: Paper, y: float, label: str, amount: str) -> None:
    s.font("Courier-Bold", 8.5)
    s.right(165, y, label)
    s.right(195, y, amount)


def _saale_top(s: Paper, p: Proof) -> float:
    s.font("Courier-Bold", 14)
    s.left(20, 20, p.seller)
    s.font("Courier", 8.5)
    s.left(20, 25, f"{p.doc.seller.street}, {p.doc.seller.place}, Tel {p.doc.seller.phone}")
    s.left(20, 29, f"USt-ID {p.vat}   {p.doc.seller.bank} {p.iban}")
    s.column(20, 46, ["Firma", *p.buyer_address], 4.4)
    s.column(125, 46, [f"Rechnung Nr. {p.number}", f"vom          {p.issued}", f"Bestell-Nr.  {p.po}",
                       f"Liefertag    {p.delivery}", f"Ihre USt-ID  {p.buyer_vat}"], 4.4)  # fmt: skip
    s.font("Courier-Bold", 13)
    s.left(20, 82, p.title("R E C H N U N G"))
    s.font("Courier-Bold", 9)
    heads(s, _SAALE, 92)
    s.rule(94, 20, 195, 0.5)
    return 100.0


def _saale_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Courier", 9)
    rows = [("Summe Positionen", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    rows += [(f"Netto {p.money}", p.net), (f"{p.rate(p.doc.rate)} % USt", p.tax), ("Rechnungsbetrag", p.gross)]
    y = s.sums(125, 195, y, rows)
    s.left(20, y + 8, f"Fällig: {p.due}")


def _screws() -> tuple[Item, ...]:
    """What a site takes in a quarter: bolts, nuts, washers, anchors, each in several sizes."""
    bolts = [
        Item(f"DIN {norm} {grade} verz. {size}", str(quantity), "", price, sku=f"{norm}{code}{size.replace('x', '-')}",
             per=100, off="15" if quantity >= 1000 else "0")
        for norm, code, grade, table in (
            ("933", "V", "8.8", (("M6x20", 2000, "3.18"), ("M6x30", 2000, "3.64"), ("M8x20", 1500, "5.12"),
                                 ("M8x30", 1500, "5.60"), ("M8x50", 1000, "7.35"), ("M10x30", 800, "10.10"),
                                 ("M10x60", 600, "14.85"), ("M12x40", 500, "18.20"), ("M12x80", 400, "27.95"),
                                 ("M16x60", 250, "44.30"), ("M16x100", 200, "63.75"), ("M20x80", 100, "98.40"))),
            ("912", "I", "8.8", (("M5x16", 1000, "3.02"), ("M6x25", 1000, "4.11"), ("M8x40", 1000, "8.06"),
                                 ("M10x50", 500, "15.60"), ("M12x60", 400, "25.15"), ("M16x80", 150, "61.20"))),
            ("7991", "S", "10.9", (("M6x16", 1000, "4.90"), ("M8x25", 800, "8.15"), ("M10x35", 400, "14.40"))),
        )
        for size, quantity, price in table
    ]  # fmt: skip
    rest = [
        Item(f"DIN {norm} {text} {size}", str(quantity), "", price, sku=f"{norm}-{size}", per=100,
             before="ab hier Lieferschein 48119:" if (norm, size) == ("125", "M6") else "")
        for norm, text, table in (
            ("934", "|8| verz.", (("M6", 4000, "1.08"), ("M8", 4000, "1.96"), ("M10", 1500, "4.22"),
                                  ("M12", 1000, "6.60"), ("M16", 500, "14.10"), ("M20", 100, "28.75"))),
            ("985", "Klemmteil Polyamid |8| verz.", (("M6", 2000, "1.84"), ("M8", 2000, "2.97"), ("M10", 800, "6.05"),
                                                     ("M12", 600, "9.12"))),
            ("125", "Form A 140 HV verz.", (("M6", 5000, "0.42"), ("M8", 5000, "0.71"), ("M10", 2000, "1.35"),
                                            ("M12", 1500, "2.20"), ("M16", 500, "4.65"))),
            ("9021", "große Scheibe verz.", (("M6", 2000, "1.12"), ("M8", 2000, "2.04"), ("M10", 1000, "4.40"))),
            ("127", "Federring verz.", (("M6", 2000, "0.58"), ("M8", 2000, "0.93"), ("M12", 800, "2.36"))),
        )
        for size, quantity, price in table
    ]  # fmt: skip
    anchors = [
        Item(f"Bolzenanker verzinkt {size} Option 7 mit Europäischer Technischer Bewertung", str(quantity), "", price,
             sku=f"BA{size.replace('/', '-')}", per=100)
        for size, quantity, price in (("M8/30", 400, "52.00"), ("M10/50", 300, "71.40"), ("M12/65", 200, "104.90"),
                                      ("M16/80", 100, "188.50"))
    ]  # fmt: skip
    return (*bolts, *rest, *anchors)


SAALES = Issuer(
    "saale", "dev", Style("de", numbers="1.234,56", dates="dd.MM.yy"), _saale,
    (
        Doc("saale-1", "invoice", "260877", "2026-04-30", _screws(), SAALE, SONNTAG, due="2026-05-30",
            delivery="2026-04-27", po="4500117904", rate="19",
            charges=(Charge("Fracht und Verpackung", "38.00"),), hard=("three_pages", "buyer_vat", "multiline_rows")),
    ),
)  # fmt: skip

ISSUERS = (HARTUNGS, WUPPERS, SAALES)
