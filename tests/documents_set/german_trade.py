"""More German paper: goods by weight, notes from the gate, and the neighbours in Austria and Switzerland."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import ALPWERK, BRANDT, SONNTAG
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

LENZ = Firm(
    "Arbeitsschutz Lenz e.K.", "Gewerbering 22", "97076 Würzburg", "Deutschland", vat="DE194150866",
    phone="0931 5550 44", mail="lager@arbeitsschutz-lenz.example",
)  # fmt: skip


def _lenz(p: Proof) -> bytes:
    """A delivery note: boxes with labels inside, ordered beside delivered, weights and parcels summed, no prices."""
    widths = (12.0, 30.0, 72.0, 20.0, 20.0, 14.0, 18.0)

    def page(s: Paper) -> None:
        s.font("Helvetica-Bold", 24)
        s.right(196, 24, p.title("Lieferschein"))
        s.font("Helvetica", 9)
        s.column(10, 16, [p.seller, *p.doc.seller.address[1:], f"{p.doc.seller.phone} / USt-IdNr. {p.vat}"], 4.2)
        _lenz_boxes(s, p)
        titles = ("Nr.", "Art.-Nr.", "Artikel", "bestellt", "geliefert", "Einh.", "kg")
        s.font("Helvetica-Bold", 8)
        y = _lenz_cells(s, widths, titles, 92)
        s.font("Helvetica", 9)
        for n, row in enumerate(p.rows, 1):
            ordered = p.extra(f"ordered_{n}") or row.quantity
            texts = (str(n), row.sku, row.name, ordered, row.quantity, row.unit, p.extra(f"kg_{n}"))
            y = _lenz_cells(s, widths, texts, y)
            if row.item.ours:
                s.font("Helvetica", 7)
                s.left(53, y - 1.2, f"Ihre Nr. {row.ours}")
                s.font("Helvetica", 9)
        s.font("Helvetica-Bold", 9)
        total = sum(int(item.quantity) for item in p.doc.items)
        _lenz_cells(s, widths, ("", "", "Summe", "", str(total), "", p.extra("weight")), y)
        s.font("Helvetica", 8.5)
        s.left(10, y + 20, f"{p.extra('parcels')} Pakete, Versand mit {p.extra('carrier')}")
        s.left(10, y + 34, "Ware vollständig und unbeschädigt erhalten: ______________________")

    return drawn(p.doc.number, "Lager 2", page)


def _lenz_boxes(s: Paper, p: Proof) -> None:
    s.box(10, 40, 90, 36)
    s.font("Helvetica", 7)
    s.left(12, 44, "Lieferanschrift")
    s.font("Helvetica", 10)
    s.column(12, 50, p.doc.ship_to or p.buyer_address, 4.8)
    facts = (("Lieferschein-Nr.", p.number), ("Datum", p.issued), ("Bestellung", p.po), ("Lieferdatum", p.delivery))
    for n, (label, value) in enumerate(facts):
        s.box(106, 40 + 9 * n, 38, 9)
        s.box(144, 40 + 9 * n, 52, 9)
        s.font("Helvetica", 8)
        s.left(108, 46 + 9 * n, label)
        s.font("Helvetica-Bold", 10)
        s.left(146, 46 + 9 * n, value)
    if p.doc.ship_to:
        s.font("Helvetica", 8)
        s.left(10, 82, f"Auftraggeber: {', '.join(p.buyer_address)}")


def _lenz_cells(s: Paper, widths: tuple[float, ...], texts: tuple[str, ...], y: float) -> float:
    s.pen("#777777", 0.3)
    s.grid(10, y, widths, (9,))
    x = 10.0
    for n, (width, text) in enumerate(zip(widths, texts, strict=True)):
        (s.right if n in {3, 4, 6} else s.left)(x + (width - 1.5 if n in {3, 4, 6} else 1.5), y + 4.8, text)
        x += width
    return y + 9


LENZES = Issuer(
    "lenz", "dev", Style("de", numbers="1.234,56", dates="dd.MM.yyyy"), _lenz,
    (
        Doc("lenz-1", "delivery_note", "LS 60418", "2026-02-18", (
            Item("Schutzbrille klar, kratzfest", "120", "Stk", sku="SB-100K", ours="SE-GOG-C"),
            Item("Gehörschutzkapsel SNR 31", "40", "Stk", sku="GK-31", ours="SE-MUF-31"),
            Item("Einweghandschuh Nitril blau Gr. 9", "1500", "Stk", sku="EH-N9"),
        ), LENZ, BRANDT, delivery="2026-02-19", po="P00236",
            ship_to=("Kessler Maschinenbau GmbH", "Wareneingang Tor 2", "Donautalstraße 114", "89079 Ulm"),
            hard=("delivery_totals", "bill_to_ship_to"),
            extra={"ordered_1": "120", "ordered_3": "2.000", "kg_1": "6,8", "kg_2": "9,4", "kg_3": "5,2",
                   "weight": "21,4", "parcels": "4", "carrier": "Spedition"}),
        Doc("lenz-2", "delivery_note", "LS 60733", "2026-03-31", (
            Item("Sicherheitsschuh S3 Gr. 43", "24", "Paar", sku="SS-S3-43"),
            Item("Sicherheitsschuh S3 Gr. 44", "18", "Paar", sku="SS-S3-44"),
            Item("Warnweste gelb, Aufdruck", "100", "Stk", sku="WW-G"),
        ), LENZ, SONNTAG, delivery="2026-04-01", po="4500117533", spoil="scan_left", hard=("delivery_totals",),
            extra={"kg_1": "33,6", "kg_2": "26,1", "kg_3": "11,0", "weight": "70,7", "parcels": "6",
                   "carrier": "eigenem Lkw"}),
    ),
)  # fmt: skip


VOSS = Firm(
    "Stahlhandel Voss & Söhne GmbH", "Ruhrorter Straße 301", "47059 Duisburg", "Deutschland", vat="DE964128442",
    iban="DE30 5275 3839 1379 8964 51", bank="Hafenbank Duisburg", phone="0203 555 0119",
)  # fmt: skip
_VOSS_TITLES = {
    "invoice": "RECHNUNG",
    "credit_note": "GUTSCHRIFT",
    "corrected_invoice": "RECHNUNGSKORREKTUR",
}


def _voss(p: Proof) -> bytes:
    """Steel by weight: facts in a bar over the table, amounts before descriptions, minus signs behind."""
    columns = (
        Column("Betrag EUR", 34, lambda r: r.amount, right=True),
        Column("Preis", 54, lambda r: r.price, right=True),
        Column("je", 57, lambda r: r.per if r.item.per > 1 else r.item.unit),
        Column("Menge", 88, lambda r: f"{r.quantity} {r.unit}", right=True),
        Column("Bezeichnung", 94, lambda r: r.name, width=70),
        Column("Mat.-Nr.", 172, lambda r: r.sku),
    )

    def page(s: Paper) -> None:
        _voss_top(s, p)
        s.font("Vera-Bold", 8)
        heads(s, columns, 100)
        s.pen("#c05000", 1)
        s.rule(102, 12, 198, 1)
        y = 109.0
        for row in p.rows:
            s.font("Vera", 8.5)
            y = cells(s, columns, row, y)
            y = s.column(94, y, row.item.more, 4) + 2
        _voss_end(s, p, y + 4)

    return drawn(p.doc.number, "StahlWare", page)


def _voss_top(s: Paper, p: Proof) -> None:
    s.font("Vera-Bold", 11)
    s.left(12, 20, p.title(_VOSS_TITLES[p.doc.type]))
    s.left(80, 20, p.number)
    s.font("Vera", 8.5)
    s.column(12, 36, p.buyer_address, 4.4)
    s.font("Vera", 8)
    s.column(130, 36, [*p.seller_address, f"Tel. {p.doc.seller.phone}", f"USt-IdNr. {p.vat}",
                       f"USt-IdNr. Kunde {p.buyer_vat}"], 4.2)  # fmt: skip
    s.ink("#f7e6d8")
    s.canvas.setStrokeColorRGB(1, 1, 1)
    s.box(12, 72, 186, 12, fill=True)
    s.ink()
    facts = (("Belegdatum", p.issued), ("Lieferung", p.delivery), ("Bestellnummer", p.po), ("Fällig", p.due),
             ("zu Rechnung", p.extra("original")))  # fmt: skip
    x = 14.0
    for label, value in facts:
        if value:
            s.font("Vera", 6.5)
            s.left(x, 76, label)
            s.font("Vera-Bold", 8.5)
            s.left(x, 81.5, value)
            x += 42


def _voss_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Vera", 8.5)
    for c in p.doc.charges:
        s.right(34, y, p.amount(c.amount))
        s.left(40, y, c.label)
        y += 5
    for label, value in (("Nettowert", p.net), (f"{p.rate(p.doc.rate)} % Umsatzsteuer", p.tax)):
        s.right(34, y, value)
        s.left(40, y, label)
        y += 5
    s.font("Vera-Bold", 9.5)
    s.right(34, y, p.gross)
    s.left(40, y, f"Gesamtbetrag {p.money}")
    s.font("Vera", 8.5)
    if p.extra("prepaid"):
        paid = Decimal(p.extra("prepaid"))
        s.right(34, y + 6, p.amount(-paid))
        s.left(40, y + 6, f"abzüglich Anzahlung vom {p.date('prepaid_on')}")
        s.right(34, y + 11, p.amount(p.doc.gross - paid))
        s.left(40, y + 11, "noch zu zahlen")
    s.font("Vera", 7.5)
    s.left(12, y + 24, p.extra("note"))
    s.left(12, y + 29, f"Zahlungen an {p.doc.seller.bank}, IBAN {p.iban}")


VOSSES = Issuer(
    "voss", "test", Style("de", numbers="1.234,56", dates="dd.MM.yyyy", minus="1-"), _voss,
    (
        Doc("voss-1", "invoice", "R 118 447", "2026-05-11", (
            Item("Blech S235JR 1000x2000x3 mm, gebeizt und geölt", "2.355", "t", "912.00", sku="1.0038-3",
                 more=("50 Tafeln, Werkszeugnis 3.1", "Schmelze 44718")),
            Item("Flachstahl 40x5 S235JR in 6 m Stäben", "940", "kg", "1.14", sku="FL40-5"),
            Item("Sägezuschnitt je Schnitt", "120", "Stk", "2.35", sku="ZS"),
        ), VOSS, SONNTAG, due="2026-06-10", delivery="2026-05-08", po="4500118031", rate="19",
            charges=(Charge("Fracht frei Baustelle", "145.00"), Charge("Energiezuschlag", "31.60")),
            hard=("prepaid", "several_totals", "buyer_vat", "multiline_rows", "unit_in_quantity"),
            extra={"prepaid": "1500.00", "prepaid_on": "2026-04-20", "note": "Die Ware bleibt unser Eigentum."}),
        Doc("voss-2", "credit_note", "G 20 331", "2026-05-26", (
            Item("Blech S235JR 1000x2000x3 mm, Rostbefall laut Ihrer Rüge", "-0.471", "t", "912.00", sku="1.0038-3"),
            Item("Rückfracht", "-1", "Stk", "60.00", sku="FR"),
        ), VOSS, SONNTAG, po="4500118031", rate="19", hard=("buyer_vat", "multiline_rows", "unit_in_quantity"),
            extra={"original": "R 118 447", "note": "Der Betrag wird Ihrem Konto gutgeschrieben."}),
        Doc("voss-3", "corrected_invoice", "K 118 447", "2026-05-28", (
            Item("Flachstahl 40x5 S235JR in 6 m Stäben", "904", "kg", "1.14", sku="FL40-5"),
            Item("Sägezuschnitt je Schnitt", "112", "Stk", "2.35", sku="ZS"),
        ), VOSS, SONNTAG, due="2026-06-27", po="4500118031", rate="19", hard=("buyer_vat", "unit_in_quantity"),
            extra={"original": "R 118 447", "note": "Ersetzt die Positionen 2 und 3 unserer Rechnung vom 11.05.2026."}),
    ),
)  # fmt: skip


STEINER = Firm(
    "Hydraulik Steiner Ges.m.b.H.", "Wehrgrabengasse 5", "4400 Steyr", "Österreich", vat="ATU56222091",
    iban="AT06 6460 4686 7176 2955", bank="Traunbank", mail="office@hydraulik-steiner.example",
)  # fmt: skip


def _steiner(p: Proof) -> bytes:
    """Everything in one frame divided in three: sender, receiver, facts; sums as a table with its own rules."""

    def page(s: Paper) -> None:
        offer = p.doc.type == "quotation"
        s.pen("#000000", 0.8)
        s.grid(15, 15, (60, 60, 60), (42,))
        s.font("Helvetica-Bold", 9)
        s.column(17, 21, [p.seller, *p.doc.seller.address[1:], p.doc.seller.country, f"UID {p.vat}"], 4.8)
        s.font("Helvetica", 9)
        s.column(77, 21, ["An", *p.buyer_address, f"UID {p.buyer_vat}"], 4.8)
        rows = [
            ("Nr.", p.number),
            ("Datum", p.issued),
            ("Anfrage", p.extra("enquiry")) if offer else ("Bestellung", p.po),
        ]
        rows += [("Gültig bis", p.date("valid")), ("Zahlbar bis", p.due), ("Leistung", p.delivery)]
        s.pairs(137, 21, rows, gap=22, step=4.8)
        s.font("Helvetica-Bold", 16)
        s.middle(105, 70, p.title("ANGEBOT" if offer else "RECHNUNG"))
        y = 82.0
        for n, row in enumerate(p.rows, 1):
            y = _steiner_row(s, n, row, y)
        _steiner_end(s, p, y + 4)

    return drawn(p.doc.number, "BMD-frei", page, boxed=True)


def _steiner_row(s: Paper, n: int, row: Row, y: float) -> float:
    s.font("Helvetica", 9)
    if row.item.before:
        s.left(25, y, row.item.before)
        y += 6
    s.left(15, y, f"{n}.")
    s.left(25, y, row.name)
    y = s.column(25, y + 4.4, row.item.more, 4.2)
    off = f"  abzgl. {row.off} %" if row.off else ""
    s.left(25, y, f"Bestellnr. {row.sku}")
    s.right(130, y, f"{row.quantity} {row.unit}")
    s.left(134, y, f"à {row.price}{off}")
    s.right(195, y, row.amount)
    s.pen("#aaaaaa", 0.3)
    s.rule(y + 2, 15, 195, 0.3)
    return y + 7


def _steiner_end(s: Paper, p: Proof, y: float) -> None:
    s.pen("#000000", 0.5)
    rows = [("Zwischensumme", p.goods)] if p.doc.charges else []
    rows += [*((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    rows += [(f"Summe netto {p.money}", p.net), (f"USt {p.rate(p.doc.rate)} %", p.tax), ("Gesamt", p.gross)]
    s.grid(115, y, (50, 30), (6,) * len(rows))
    for n, (label, value) in enumerate(rows):
        s.font("Helvetica-Bold" if n == len(rows) - 1 else "Helvetica", 9)
        s.left(117, y + 4.2 + 6 * n, label)
        s.right(193, y + 4.2 + 6 * n, value)
    s.font("Helvetica", 8.5)
    closing = p.extra("closing").split("\n")
    closing += [f"IBAN {p.iban}  {p.doc.seller.bank}"] if p.doc.type == "invoice" else []
    s.column(15, y + 6 * len(rows) + 12, closing, 4.4)


STEINERS = Issuer(
    "steiner", "dev", Style("de", numbers="1.234,56", dates="d.M.yyyy", money="EUR"), _steiner,
    (
        Doc("steiner-1", "quotation", "AN-2026/0412", "2026-06-09", (
            Item("Hydraulikaggregat 5,5 kW mit Ölkühler", "1", "Stk", "4280.00", sku="HA-55K", off="8",
                 more=("Tank 100 l, Filter, Niveauschalter",)),
            Item("Wegeventil NG6, 24 V", "12", "Stk", "118.60", sku="WV6-24", off="8"),
            Item("Inbetriebnahme vor Ort", "6.5", "Std", "98.00", sku="SRV", before="Wahlweise:"),
        ), STEINER, SONNTAG, rate="20",
            hard=("multiline_rows", "buyer_vat", "unit_in_quantity"),
            extra={"valid": "2026-07-10", "enquiry": "RUHR-26-33",
                   "closing": "Lieferzeit 6 Wochen ab Bestellung.\nPreise ab Werk Steyr."}),
        Doc("steiner-2", "invoice", "RG-2026/1188", "2026-08-03", (
            Item("Hydraulikaggregat 5,5 kW mit Ölkühler", "1", "Stk", "4280.00", sku="HA-55K", off="8",
                 more=("Tank 100 l, Filter, Niveauschalter", "Seriennummer 26-0771")),
            Item("Wegeventil NG6, 24 V", "10", "Stk", "118.60", sku="WV6-24", off="8"),
        ), STEINER, SONNTAG, due="2026-09-02", delivery="2026-07-28", po="4500119406",
            charges=(Charge("Transport", "160.00"),),
            hard=("multiline_rows", "buyer_vat", "unit_in_quantity", "ambiguous_date"),
            extra={"closing": "Steuerfreie innergemeinschaftliche Lieferung.\nErfüllungsort Steyr."}),
    ),
)  # fmt: skip


GRUENWALD = Firm(
    "Elektro Grünwald AG", "Industriestrasse 47", "8304 Wallisellen", "Schweiz", vat="CHE952505536MWST",
    iban="CH12 2609 3374 2048 4715 7", bank="Kantonale Handelsbank",
)  # fmt: skip


def _gruenwald(p: Proof) -> bytes:
    """Swiss: apostrophes in thousands, the customer over the sender on the right, the sum in francs and in euros."""
    columns = (
        Column("Art.", 20, lambda r: r.sku),
        Column("Text", 48, lambda r: r.name, width=66),
        Column("Anzahl", 132, lambda r: r.quantity, right=True),
        Column("Ansatz CHF", 160, lambda r: r.price, right=True),
        Column("CHF", 190, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        s.font("Vera", 9)
        s.column(118, 20, p.buyer_address, 4.8)
        s.font("Vera-Bold", 9)
        s.left(20, 48, p.seller)
        s.font("Vera", 8)
        s.column(20, 52.5, [", ".join(p.doc.seller.address[1:]), p.vat_as("CHE-952.505.536 MWST")], 4)
        s.font("Vera-Bold", 13)
        s.left(20, 74, f"{p.title('Rechnung')} {p.number}")
        s.font("Vera", 8.5)
        s.left(20, 81, f"Wallisellen, {p.issued}   Ihr Auftrag {p.po}   Zahlbar bis {p.due}")
        s.font("Vera-Bold", 8)
        heads(s, columns, 94)
        s.rule(96, 20, 190, 0.8)
        y = 102.0
        for row in p.rows:
            s.font("Vera", 8.5)
            y = cells(s, columns, row, y)
            y = s.column(48, y, row.item.more, 4) + 1.5
        y = s.sums(110, 190, y + 5, [("Total exkl. MWST", p.net), (f"MWST {p.rate(p.doc.rate)} %", p.tax)])
        s.font("Vera-Bold", 9.5)
        y = s.sums(110, 190, y + 1, [(f"Rechnungsbetrag {p.money}", p.gross)])
        s.font("Vera", 8)
        euros = (p.doc.gross / Decimal(p.extra("course"))).quantize(Decimal("0.01"))
        s.sums(110, 190, y + 2, [(f"entspricht EUR zum Kurs {p.extra('course')}", p.amount(euros))])
        s.left(20, 250, f"{p.doc.seller.bank}   Konto {p.iban}")

    return drawn(p.doc.number, "Abacus-frei", page)


GRUENWALDS = Issuer(
    "gruenwald", "test", Style("de", numbers="1'234.56", dates="d. MMMM yyyy", money="CHF"), _gruenwald,
    (
        Doc("gruenwald-1", "invoice", "2026.0733", "2026-03-09", (
            Item("Steckverbinder M12 5-polig, gerade", "250", "", "6.80", sku="42-1125",
                 more=("mit Schraubklemme",)),
            Item("Leitung PUR 5x0,34 schwarz, Ring zu 100 m", "12", "", "148.50", sku="51-0034"),
            Item("Sicherheitsschalter mit Zuhaltung und Schlüsselentriegelung", "4", "", "386.25", sku="70-9910"),
        ), GRUENWALD, ALPWERK, due="2026-04-08", po="B-26-0418", currency="CHF", rate="8.1",
            hard=("two_currencies", "several_totals", "buyer_above_seller", "multiline_rows"),
            extra={"course": "0.9420"}),
    ),
)  # fmt: skip

ISSUERS = (LENZES, VOSSES, STEINERS, GRUENWALDS)
