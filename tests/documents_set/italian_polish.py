"""Italian and Polish paper: transport documents, invoices with their own legal furniture, a correction."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import RIVALTA, TARNOWSKI
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Style

BRENTA = Firm(
    "Bulloneria Brenta S.p.A.", "Via delle Acciaierie 12", "35010 Limena (PD)", "Italia", vat="IT02874970425",
    iban="IT92 F050 2250 1290 3372 5978 594", bank="Banca del Brenta",
)  # fmt: skip


def _brenta(p: Proof) -> bytes:
    """Cells with a label in the corner all over the page, as Italian forms have them."""
    note = p.doc.type == "delivery_note"
    columns = [
        Column("CODICE ARTICOLO", 12, lambda r: r.sku),
        Column("DESCRIZIONE DEI BENI", 46, lambda r: r.name, width=74),
        Column("U.M.", 124, lambda r: r.unit),
        Column("QUANTITÀ", 150, lambda r: r.quantity, right=True),
    ]
    if not note:
        columns += [Column("PREZZO %", 172, lambda r: r.price, right=True),
                    Column("IMPORTO", 196, lambda r: r.amount, right=True)]  # fmt: skip

    def page(s: Paper) -> None:
        s.font("Helvetica-Bold", 15)
        s.left(12, 20, p.seller)
        s.font("Helvetica", 8)
        s.left(12, 25, f"{p.doc.seller.street} - {p.doc.seller.place} - P.IVA {p.vat}")
        _brenta_cells(s, p, note)
        s.font("Helvetica-Bold", 7.5)
        heads(s, columns, 96)
        s.box(10, 91, 188, 130)
        s.rule(98, 10, 198)
        y = 104.0
        s.font("Helvetica", 9)
        for row in p.rows:
            y = cells(s, columns, row, y)
            y = s.column(46, y, row.item.more, 4.2) + 1.6
        _brenta_foot(s, p, note)

    return drawn(p.doc.number, "Gestionale", page)


def _brenta_cells(s: Paper, p: Proof, note: bool) -> None:
    title = p.title("DOCUMENTO DI TRASPORTO" if note else "FATTURA")
    boxes = [(10.0, 32.0, 62.0, "Tipo documento", [title]), (72.0, 32.0, 36.0, "Numero", [p.number]),
             (108.0, 32.0, 36.0, "Data", [p.issued]), (144.0, 32.0, 54.0, "Vs. ordine", [p.po])]  # fmt: skip
    for x, y, width, label, texts in boxes:
        s.box(x, y, width, 12)
        s.font("Helvetica", 6)
        s.left(x + 1.2, y + 3, label)
        s.font("Helvetica-Bold", 9)
        s.column(x + 1.5, y + 9, texts, 4.6)
    lines = [*p.buyer_address, f"P.IVA {p.buyer_vat}"]
    for x, label, texts in ((10.0, "Destinatario", lines), (104.0, "Luogo di destinazione", p.doc.ship_to)):
        s.box(x, 46, 94, 34)
        s.font("Helvetica", 6)
        s.left(x + 1.2, 49, label)
        s.font("Helvetica", 9.5)
        s.column(x + 4, 56, texts, 5)
    s.font("Helvetica", 8)
    s.left(10, 86, f"Data inizio trasporto {p.delivery}" if note else f"Pagamento entro il {p.due} - {p.doc.seller.bank} - IBAN {p.iban}")  # noqa: E501 # fmt: skip


def _brenta_foot(s: Paper, p: Proof, note: bool) -> None:
    boxes = [("N. colli", p.extra("parcels")), ("Peso lordo kg", p.extra("weight")), ("Aspetto dei beni", "bancale")]
    if not note:
        charges = [(c.label, p.amount(c.amount)) for c in p.doc.charges]
        boxes = [("Totale merce", p.goods), *charges, ("Imponibile", p.net), (f"IVA {p.rate(p.doc.rate)}%", p.tax),
                 (f"Totale documento {p.money}", p.gross)]  # fmt: skip
    width = 188 / len(boxes)
    for n, (label, value) in enumerate(boxes):
        s.box(10 + width * n, 224, width, 13)
        s.font("Helvetica", 6)
        s.left(11 + width * n, 227, label)
        s.font("Helvetica-Bold", 10)
        s.right(8 + width * (n + 1), 234, value)
    s.font("Helvetica", 7.5)
    s.left(10, 244, p.extra("note"))


_RIVALTA_SITE = ("Officine Rivalta S.r.l.", "Cantiere Ovest", "Via Emilia 402", "42015 Correggio")
BRENTAS = Issuer(
    "brenta", "test", Style("it", numbers="1.234,56", dates="dd/MM/yyyy", money="€"), _brenta,
    (
        Doc("brenta-1", "invoice", "2026/1184", "2026-04-03", (
            Item("Vite testa esagonale UNI 5739 8.8 zincata M12x50", "1500", "PZ", "21.40", sku="573912050Z", per=100,
                 more=("lotto 26-041, certificato 3.1 allegato",)),
            Item("Dado medio UNI 5588 cl. 8 zincato M12", "1500", "PZ", "6.15", sku="558812Z", per=100),
            Item("Rondella piana UNI 6592 M12", "3000", "PZ", "2.05", sku="659212Z", per=100),
        ), BRENTA, RIVALTA, due="2026-05-31", po="OA-0733/26", rate="22", charges=(Charge("Spese trasporto", "30.00"),),
            ship_to=_RIVALTA_SITE,
            hard=("ambiguous_date", "bill_to_ship_to", "buyer_vat", "multiline_rows"),
            extra={"note": "Contributo ambientale CONAI assolto ove dovuto."}),
        Doc("brenta-2", "delivery_note", "DDT 2207", "2026-03-30", (
            Item("Vite testa esagonale UNI 5739 8.8 zincata M12x50", "1500", "PZ", sku="573912050Z"),
            Item("Dado medio UNI 5588 cl. 8 zincato M12", "1500", "PZ", sku="558812Z"),
            Item("Rondella piana UNI 6592 M12", "3000", "PZ", sku="659212Z"),
        ), BRENTA, RIVALTA, delivery="2026-03-31", po="OA-0733/26", ship_to=_RIVALTA_SITE,
            hard=("delivery_totals", "bill_to_ship_to", "buyer_vat"),
            extra={"parcels": "12", "weight": "184,0", "note": "Causale del trasporto: vendita. Porto franco."}),
    ),
)  # fmt: skip


COLLI = Firm(
    "Guarnizioni dei Colli S.n.c.", "Strada Provinciale 9, km 3", "40053 Valsamoggia", "Italia", vat="IT09430230731",
    iban="IT20 H032 8125 7910 5032 0177 085",
)  # fmt: skip


def _colli(p: Proof) -> bytes:
    """A letter in a serif face with the table between two rules; prices after a slash, dates in words."""
    credit = p.doc.type == "credit_note"
    columns = [
        Column("Q.tà", 30, lambda r: r.quantity, right=True),
        Column("Descrizione", 36, lambda r: r.name, width=74),
        Column("Cod.", 114, lambda r: r.sku),
        Column("Prezzo", 170, lambda r: f"{r.price} / {r.unit}", right=True),
        Column("Totale", 190, lambda r: r.amount, right=True),
    ]
    if any(item.due for item in p.doc.items):
        columns.insert(3, Column("Consegna", 132, lambda r: r.due_as("dd.MM.yy")))

    def page(s: Paper) -> None:
        s.font("Times-Italic", 20)
        s.left(20, 22, p.seller)
        s.font("Times-Roman", 9)
        s.left(20, 27, f"{p.doc.seller.street} - {p.doc.seller.place} - Partita IVA {p.vat}")
        s.font("Times-Roman", 10.5)
        s.column(120, 42, ["Spett.le", *p.buyer_address], 5)
        s.left(20, 72, f"Valsamoggia, {p.issued}")
        s.font("Times-Bold", 12)
        s.left(20, 82, f"{p.title('Nota di credito' if credit else 'Conferma d’ordine')} n. {p.number}")
        s.font("Times-Roman", 10)
        s.left(20, 88, f"Vs. rif. {p.po}" + (f", ns. fattura {p.extra('original')}" if credit else ""))
        s.rule(94, 20, 190)
        s.font("Times-Bold", 10)
        heads(s, columns, 99)
        s.rule(101, 20, 190)
        s.font("Times-Roman", 10)
        y = 107.0
        for row in p.rows:
            if row.item.before:
                s.left(36, y, row.item.before)
                y += 5.5
            y = cells(s, columns, row, y, 4.6) + 2
        s.rule(y, 20, 190)
        rows = [("Imponibile", p.net), (f"I.V.A. {p.rate(p.doc.rate)} %", p.tax), (f"Totale {p.money}", p.gross)]
        s.sums(130, 190, y + 6, rows)

    return drawn(p.doc.number, "Lettere", page)


COLLIS = Issuer(
    "colli", "dev", Style("it", numbers="1.234,56", dates="d MMMM yyyy", minus="- 1"), _colli,
    (
        Doc("colli-1", "order_confirmation", "188/26", "2026-07-06", (
            Item("Guarnizione spirometallica DN 80 PN 40, grafite e AISI 316", "60", "pz", "7.35", sku="GS80-40",
                 due="2026-07-20"),
            Item("Treccia in PTFE espanso 12 mm", "18.500", "kg", "54.00", sku="TP12", due="2026-08-31",
                 before="salvo disponibilità del filato:"),
            Item("Lastra gomma telata 3 mm", "2", "rotolo", "186.00", sku="GT3", due="2026-07-20"),
        ), COLLI, RIVALTA, po="OA-0811/26", rate="22", hard=("multiline_rows",)),
        Doc("colli-2", "credit_note", "NC 14/26", "2026-07-24", (
            Item("Guarnizione spirometallica DN 80 PN 40, grafite e AISI 316, difettosa", "-12", "pz", "7.35",
                 sku="GS80-40"),
        ), COLLI, RIVALTA, po="OA-0811/26", rate="22", hard=("multiline_rows",), extra={"original": "402/26"}),
    ),
)  # fmt: skip


WISLANA = Firm(
    "Zakład Śrubowy Wiślana Sp. z o.o.", "ul. Portowa 18", "87-800 Włocławek", "Polska", vat="PL2586757324",
    iban="PL94 1090 0314 2430 7254 1559 5878", bank="Bank Kujawski",
)  # fmt: skip


def _wislana(p: Proof) -> bytes:
    """Seller and buyer side by side, VAT by rate in a small table, the tax in zlotys beside euros."""
    corrected = p.doc.type == "corrected_invoice"
    columns = (
        Column("Lp.", 12, lambda r: str(r.position)),
        Column("Nazwa towaru", 20, lambda r: r.name, width=64),
        Column("Indeks", 88, lambda r: r.sku),
        Column("Ilość", 122, lambda r: r.quantity, right=True),
        Column("J.m.", 125, lambda r: r.unit),
        Column("Cena netto", 152, lambda r: r.price, right=True),
        Column("VAT", 166, lambda _: f"{p.rate(p.doc.rate)}%", right=True),
        Column("Wartość netto", 197, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _wislana_top(s, p, corrected)
        s.font("DejaVu-Bold", 7.5)
        s.pen("#555555", 0.4)
        s.box(10, 84, 189, 7)
        heads(s, columns, 88.5)
        y = 97.0
        for row in p.rows:
            s.font("DejaVu", 8)
            y = cells(s, columns, row, y, 4) + 2
            s.rule(y - 3.6, 10, 199, 0.2)
        _wislana_end(s, p, y + 3)

    return drawn(p.doc.number, "Subiekt-wolny", page)


def _wislana_top(s: Paper, p: Proof, corrected: bool) -> None:
    s.font("DejaVu-Bold", 13)
    s.left(10, 18, f"{p.title('Faktura korygująca' if corrected else 'Faktura VAT')} nr {p.number}")
    s.font("DejaVu", 8)
    facts = [f"Data wystawienia: {p.issued}", f"Zamówienie: {p.po}"]
    facts += [f"Termin płatności: {p.due}"] if p.doc.due else []
    facts += [f"Data dostawy: {p.delivery}"] if p.doc.delivery else []
    facts += [f"Do faktury: {p.extra('original')}", f"Przyczyna: {p.extra('reason')}"] if corrected else []
    for n, text in enumerate(facts):
        s.left(10 + 66 * (n % 3), 26 + 5 * (n // 3), text)
    for x, label, lines in ((10, "Sprzedawca", [*p.seller_address, f"NIP {p.vat}", f"Konto {p.iban}"]),
                            (110, "Nabywca", [*p.buyer_address, f"NIP {p.buyer_vat}"])):  # fmt: skip
        s.font("DejaVu-Bold", 8.5)
        s.left(x, 44, label)
        s.rule(45.5, x, x + 88, 0.4)
        s.font("DejaVu", 8.5)
        s.column(x, 51, lines, 4.8)


def _wislana_end(s: Paper, p: Proof, y: float) -> None:
    s.font("DejaVu", 8)
    for x, title in ((100, "Stawka"), (130, "Netto"), (160, "VAT"), (197, "Brutto")):
        s.right(x, y, title)
    for x, text in ((100, f"{p.rate(p.doc.rate)}%"), (130, p.net), (160, p.tax), (197, p.gross)):
        s.right(x, y + 5, text)
    s.font("DejaVu-Bold", 10)
    s.right(197, y + 15, f"Razem do zapłaty: {p.gross} {p.money}")
    s.font("DejaVu", 8)
    if p.extra("course"):
        zloty = (p.doc.tax * Decimal(p.extra("course"))).quantize(Decimal("0.01"))
        s.right(197, y + 21, f"VAT w PLN po kursie {p.extra('course').replace('.', ',')}: {p.amount(zloty)} PLN")


WISLANAS = Issuer(
    "wislana", "dev", Style("pl", numbers="1 234,56", dates="yyyy-MM-dd", money="EUR"), _wislana,
    (
        Doc("wislana-1", "invoice", "FV/418/04/2026", "2026-04-20", (
            Item("Śruba z łbem sześciokątnym M10x50 kl. 8.8 ocynk płatkowy", "6000", "szt.", "0.142", sku="SR1050P"),
            Item("Nakrętka samozabezpieczająca M10", "6000", "szt.", "0.058", sku="NS10"),
            Item("Podkładka sprężysta M10", "80", "kg", "6.90", sku="PS10"),
        ), WISLANA, TARNOWSKI, due="2026-05-20", delivery="2026-04-17", po="ZAM/0733/26", rate="23",
            hard=("two_currencies", "several_totals", "buyer_vat", "multiline_rows"), extra={"course": "4.2518"}),
        Doc("wislana-2", "corrected_invoice", "FK/31/05/2026", "2026-05-08", (
            Item("Nakrętka samozabezpieczająca M10", "-500", "szt.", "0.058", sku="NS10"),
        ), WISLANA, TARNOWSKI, po="ZAM/0733/26", rate="23", hard=("buyer_vat",),
            extra={"original": "FV/418/04/2026", "reason": "zwrot towaru"}),
    ),
)  # fmt: skip


BALTYK = Firm(
    "Narzędzia Bałtyk S.A.", "al. Zwycięstwa 204", "81-540 Gdynia", "Polska", vat="PL8090578131", phone="58 555 01 18"
)


def _baltyk(p: Proof) -> bytes:
    """A confirmation with the buyer's block over the seller's and a table whose headings take two lines."""
    columns = (
        Column("Kod\ndostawcy", 15, lambda r: r.sku),
        Column("Kod\nodbiorcy", 45, lambda r: r.ours),
        Column("Opis", 75, lambda r: r.name, width=60),
        Column("Termin\ndostawy", 138, lambda r: r.due),
        Column("Ilość", 170, lambda r: f"{r.quantity} {r.unit}", right=True),
        Column("Cena\nza szt.", 183, lambda r: r.price, right=True),
        Column("Wartość", 199, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        s.font("DejaVu-Serif", 9)
        s.column(15, 20, ["Zamawiający", *p.buyer_address], 4.8)
        s.column(15, 48, ["Dostawca", *p.seller_address, f"NIP {p.vat}, tel. {p.doc.seller.phone}"], 4.8)
        s.font("DejaVu-Bold", 13)
        s.left(110, 30, p.title("Potwierdzenie zamówienia"))
        s.font("DejaVu", 9)
        s.pairs(110, 40, [("Numer", p.number), ("Data", p.issued), ("Państwa zamówienie", p.po), ("Waluta", p.money)],
                gap=40)  # fmt: skip
        s.font("DejaVu-Bold", 7)
        heads(s, columns, 90)
        s.rule(92, 15, 199)
        y = 98.0
        s.font("DejaVu", 7.5)
        for row in p.rows:
            y = cells(s, columns, row, y, 4) + 2
        s.font("DejaVu-Bold", 9)
        s.right(199, y + 5, f"Razem netto: {p.net}")
        s.font("DejaVu", 8)
        s.right(199, y + 10, f"VAT {p.rate(p.doc.rate)}%: {p.tax}     Brutto: {p.gross}")

    return drawn(p.doc.number, "Zamówienia", page)


BALTYKS = Issuer(
    "baltyk", "test", Style("pl", numbers="1 234,56", dates="dd.MM.yyyy", money="PLN"), _baltyk,
    (
        Doc("baltyk-1", "order_confirmation", "PZ 1184/2026", "2026-06-03", (
            Item("Wiertło SDS-plus 8x160, komplet dziesięciu sztuk w kasecie", "40", "kpl.", "64.90", sku="WS8160",
                 ours="NRZ-0118", due="2026-06-15"),
            Item("Tarcza tnąca 125x1,0 inox", "1500", "szt.", "2.35", sku="TT125", ours="NRZ-0402", due="2026-06-15"),
            Item("Klucz udarowy 18 V bez akumulatora", "6", "szt.", "589.00", sku="KU18", due="2026-07-13"),
        ), BALTYK, TARNOWSKI, po="ZAM/0811/26", currency="PLN", rate="23",
            hard=("buyer_above_seller", "multiline_rows", "unit_in_quantity")),
    ),
)  # fmt: skip

ISSUERS = (BRENTAS, COLLIS, WISLANAS, BALTYKS)
