"""Dutch and Flemish paper: crates with deposits, litres beside pieces, VAT shifted, orders from the shop floor."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import BRANDT, SONNTAG, VERMEIREN
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import LANDSCAPE, Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

TWENTE = Firm(
    "Lagerhuis Twente B.V.", "Haaksbergerstraat 404", "7547 RM Enschede", "Nederland", vat="NL546742142B48",
    iban="NL84 NRLP 0587 5340 04", phone="053 555 1170", register="KvK 99060417",
)  # fmt: skip


def _twente(p: Proof) -> bytes:
    """Labels over values in two columns beside the address; sums by VAT rate; crates below the line."""
    note = p.doc.type == "delivery_note"
    columns = [
        Column("Aantal", 26, lambda r: r.quantity, right=True),
        Column("Eenheid", 30, lambda r: r.unit),
        Column("Omschrijving", 48, lambda r: r.name, width=62),
        Column("Artikelnr.", 114, lambda r: r.sku),
    ]
    if not note:
        columns += [
            Column("Prijs", 152, lambda r: r.price, right=True),
            Column("Korting", 168, lambda r: f"{r.off}%" if r.off else "", right=True),
            Column("Bedrag", 196, lambda r: r.amount, right=True),
        ]

    def page(s: Paper) -> None:
        _twente_top(s, p, note)
        s.ink("#005f73")
        s.box(12, 90, 186, 7, fill=True)
        s.ink("#ffffff")
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 95)
        s.ink()
        y = 103.0
        for row in p.rows:
            s.font("Helvetica", 9)
            y = cells(s, columns, row, y)
            s.font("Helvetica-Oblique", 8)
            y = s.column(48, y, row.item.more, 4) + 1.8
        _twente_end(s, p, note, y + 4)

    return drawn(p.doc.number, "Exakt", page)


def _twente_top(s: Paper, p: Proof, note: bool) -> None:
    s.ink("#005f73")
    s.font("Helvetica-Bold", 20)
    s.left(12, 22, p.title("Pakbon" if note else "Factuur"))
    s.ink()
    s.font("Helvetica", 8)
    for n, line in enumerate([*p.seller_address, f"Tel. {p.doc.seller.phone}", f"{p.doc.seller.register}",
                              f"BTW {p.vat}"]):  # fmt: skip
        s.right(198, 14 + 3.8 * n, line)
    s.font("Helvetica", 10)
    s.column(12, 50, p.doc.ship_to or p.buyer_address, 5)
    facts = [("Pakbonnummer" if note else "Factuurnummer", p.number), ("Datum", p.issued), ("Uw bestelling", p.po)]
    facts += [("Geleverd", p.delivery)] if note else [("Vervaldatum", p.due), ("Uw btw-nummer", p.buyer_vat)]
    for n, (label, value) in enumerate(facts):
        x, y = 118 + 42 * (n % 2), 46 + 11 * (n // 2)
        s.font("Helvetica", 7)
        s.left(x, y, label)
        s.font("Helvetica-Bold", 9.5)
        s.left(x, y + 4.6, value)
    if note:
        s.font("Helvetica", 8)
        s.left(12, 84, f"Voor rekening van {p.buyer}")


def _twente_end(s: Paper, p: Proof, note: bool, y: float) -> None:
    s.font("Helvetica-Bold", 9)
    if note:
        s.left(12, y, f"Totaal {sum(int(i.quantity) for i in p.doc.items)} eenheden in {p.extra('parcels')} colli")
        return
    s.font("Helvetica", 9)
    rows = [("Goederen", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    rows += [("Totaal exclusief btw", p.net)]
    rows += [
        (f"Btw {p.rate(rate)}% over {p.amount(base)}", p.tax if rate else p.amount("0"))
        for rate, base in p.doc.bases.items()
    ]
    y = s.sums(118, 196, y, [*rows, (f"Totaal inclusief btw {p.money}", p.gross)])
    if p.extra("balance"):
        before = Decimal(p.extra("balance"))
        y = s.sums(118, 196, y, [("Vorig openstaand saldo", p.amount(before))])
        s.font("Helvetica-Bold", 9)
        y = s.sums(118, 196, y, [("Nieuw saldo", p.amount(before + p.doc.gross))])
    s.font("Helvetica", 8)
    s.left(12, y + 8, f"Betaling op {p.iban} onder vermelding van het factuurnummer.")


TWENTES = Issuer(
    "twente", "dev", Style("nl", numbers="1.234,56", dates="dd-MM-yyyy", money="€"), _twente,
    (
        Doc("twente-1", "invoice", "2026-70418", "2026-03-24", (
            Item("Snijolie kunststof can", "24", "can", "18.40", sku="SO-5", off="7.5",
                 more=("5 liter, chloorvrij",)),
            Item("Absorptiekorrels zak 20 kg, geschikt voor olie, koelvloeistof en zuren", "40", "zak", "11.25",
                 sku="AK-20"),
            Item("Perslucht spuitbus 400 ml", "36", "st", "4.95", sku="PL-400", off="10"),
        ), TWENTE, BRANDT, due="2026-04-23", po="P00254", rate="21",
            charges=(Charge("Statiegeld kratten", "48.00", "0"), Charge("Vrachtkosten", "29.50")),
            hard=("deposit", "previous_balance", "several_totals", "buyer_vat", "multiline_rows"),
            extra={"balance": "617.35"}),
        Doc("twente-2", "delivery_note", "70418-P", "2026-03-20", (
            Item("Snijolie kunststof can", "24", "can", sku="SO-5", more=("5 liter, chloorvrij",)),
            Item("Absorptiekorrels zak 20 kg, geschikt voor olie, koelvloeistof en zuren", "40", "zak", sku="AK-20"),
        ), TWENTE, BRANDT, delivery="2026-03-20", po="P00254",
            ship_to=("Waterschap Rijnmond", "Gemaal West", "Maasboulevard 200", "3063 NS Rotterdam"),
            hard=("delivery_totals", "multiline_rows"), extra={"parcels": "5"}),
    ),
)  # fmt: skip


HAMEL = Firm(
    "Verfgroothandel De Hamel", "Loskade 9", "4331 HW Middelburg", "Nederland", vat="NL700096681B90",
    iban="NL79 PCCH 0577 6015 46", mail="bestel@verf-dehamel.example",
)  # fmt: skip


def _hamel(p: Proof) -> bytes:
    """A table with a frame round every line and its own small labels; litres with three decimals beside pieces."""

    def page(s: Paper) -> None:
        invoice = p.doc.type == "invoice"
        s.font("Vera-Bold", 16)
        s.left(15, 20, p.seller)
        s.font("Vera", 8)
        s.left(15, 25, f"{p.doc.seller.street} | {p.doc.seller.place} | {p.doc.seller.mail} | btw-id {p.vat}")
        s.font("Vera-Bold", 12)
        s.left(15, 40, p.title("Factuur" if invoice else "Orderbevestiging"))
        s.font("Vera", 9)
        rows = [("Nummer", p.number), ("Datum", p.date("issued", "d MMMM yyyy")), ("Uw ordernummer", p.po)]
        rows += [("Te betalen voor", p.date("due", "d MMMM yyyy")), ("Afleverdatum", p.date("delivery", "d MMMM yyyy"))]
        s.pairs(15, 48, rows, gap=36)
        s.column(125, 48, p.buyer_address, 4.8)
        y = 80.0
        for row in p.rows:
            y = _hamel_line(s, row, y)
        s.font("Vera", 9)
        rows = [*((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Subtotaal", p.net)]
        rows += [(f"BTW {p.rate(p.doc.rate)}%", p.tax), (f"Totaal {p.money}", p.gross)]
        y = s.sums(125, 193, y + 6, rows)
        s.left(15, y + 6, f"IBAN {p.iban}" if invoice else p.extra("closing"))

    return drawn(p.doc.number, "VerfWin", page)


def _hamel_line(s: Paper, row: Row, y: float) -> float:
    if row.item.before:
        s.font("Vera-Italic", 8)
        s.left(15, y + 1, row.item.before)
        y += 4
    s.box(15, y, 180, 15)
    s.font("Vera-Bold", 9)
    s.left(17, y + 5, row.name)
    for x, label, value in ((17, "artikel", row.sku), (62, "uw code", row.ours), (100, "aantal", row.quantity),
                            (124, "eenheid", row.unit), (144, "prijs", row.price),
                            (173, "bedrag", row.amount)):  # fmt: skip
        if value:
            s.font("Vera", 6)
            s.left(x, y + 9, label)
            s.font("Vera", 8.5)
            s.left(x, y + 13, value)
    return y + 17


HAMELS = Issuer(
    "hamel", "test", Style("nl", numbers="1.234,56", dates="dd-MM-yyyy"), _hamel,
    (
        Doc("hamel-1", "order_confirmation", "OB 26-0771", "2026-04-14", (
            Item("Tweecomponenten vloercoating grijs RAL 7040", "62.500", "liter", "13.80", sku="2K-7040",
                 ours="CH-FLC-GR"),
            Item("Schuurpapier rol P120 115 mm", "1250", "meter", "0.64", sku="SP-120", ours="TL-SND-120"),
            Item("Verdunner 2K", "2.500", "liter", "9.10", sku="VD-2K",
                 before="Wordt nageleverd zodra de vergunning binnen is:"),
        ), HAMEL, BRANDT, delivery="2026-04-21", po="P00270", rate="21",
            charges=(Charge("Toeslag gevaarlijke stoffen", "25.00"),), hard=("thousands_beside_decimals",),
            extra={"closing": "Wijzigingen graag binnen één werkdag doorgeven."}),
        Doc("hamel-2", "invoice", "F 26-1093", "2026-04-23", (
            Item("Tweecomponenten vloercoating grijs RAL 7040", "62.500", "liter", "13.80", sku="2K-7040",
                 ours="CH-FLC-GR"),
            Item("Schuurpapier rol P120 115 mm", "1250", "meter", "0.64", sku="SP-120", ours="TL-SND-120"),
        ), HAMEL, BRANDT, due="2026-05-23", po="P00270", rate="21", spoil="broken_shifted",
            charges=(Charge("Toeslag gevaarlijke stoffen", "25.00"),), hard=("thousands_beside_decimals",)),
    ),
)  # fmt: skip


DEWILDE = Firm(
    "Pompen De Wilde BV", "Industrielaan 71", "9900 Eeklo", "België", vat="BE0506071467",
    iban="BE21 7938 8498 6403", bank="Meetjesland Bank", phone="+32 9 555 01 71",
)  # fmt: skip


def _dewilde(p: Proof) -> bytes:
    """The seller at the foot and in a vertical line at the edge; facts in one ruled column right of the table's top."""
    credit = p.doc.type == "credit_note"
    columns = (
        Column("Omschrijving", 22, lambda r: r.name, width=78),
        Column("Ref.", 104, lambda r: r.sku),
        Column("Stuks", 140, lambda r: r.quantity, right=True),
        Column("Eenheidsprijs", 166, lambda r: r.price, right=True),
        Column("Netto", 196, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        s.canvas.saveState()
        s.canvas.rotate(90)
        s.canvas.setFillColorRGB(0.2, 0.3, 0.6)
        s.canvas.setFont("Helvetica-Bold", 22)
        s.canvas.drawString(430, -38, "DE WILDE")
        s.canvas.restoreState()
        s.font("Helvetica-Bold", 13)
        s.left(22, 20, p.title("CREDITNOTA" if credit else "FACTUUR"))
        _dewilde_facts(s, p)
        s.font("Helvetica", 10)
        s.column(22, 34, [*p.buyer_address, p.doc.buyer.country, f"btw {p.buyer_vat}"], 5)
        s.font("Helvetica-Bold", 9)
        heads(s, columns, 100)
        s.rule(102, 22, 196, 0.3)
        y = 108.0
        for row in p.rows:
            s.font("Helvetica", 9)
            y = cells(s, columns, row, y)
            y = s.column(22, y, row.item.more, 4.2) + 2
        s.rule(y, 22, 196, 0.3)
        rows = [*((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Maatstaf van heffing", p.net)]
        y = s.sums(118, 196, y + 6, [*rows, ("Btw 0 % - verlegd", p.tax), (f"Totaal in {p.money}", p.gross)])
        s.font("Helvetica", 8)
        s.left(22, y + 6, p.extra("note"))
        _dewilde_foot(s, p)

    return drawn(p.doc.number, "Kluwer-vrij", page)


def _dewilde_facts(s: Paper, p: Proof) -> None:
    facts = [("Nummer", p.number), ("Datum", p.issued), ("Vervaldag", p.due), ("Uw order", p.po)]
    facts += [("Onze factuur", p.extra("original"))]
    y = 32.0
    for label, value in facts:
        if value:
            s.box(130, y, 66, 8)
            s.font("Helvetica", 8)
            s.left(132, y + 5.4, label)
            s.font("Helvetica-Bold", 9)
            s.right(194, y + 5.4, value)
            y += 8


def _dewilde_foot(s: Paper, p: Proof) -> None:
    s.font("Helvetica", 7)
    foot = " - ".join([*p.seller_address, p.doc.seller.phone])
    s.middle(109, 280, foot)
    s.middle(109, 284, f"BTW BE {p.vat_as('BE 0506.071.467')[3:]} - RPR Gent - {p.doc.seller.bank} - IBAN {p.iban}")


DEWILDES = Issuer(
    "dewilde", "test", Style("nl", numbers="1.234,56", dates="d/MM/yyyy", minus="- 1"), _dewilde,
    (
        Doc("dewilde-1", "invoice", "26/00718", "2026-06-02", (
            Item("Dompelpomp 1,1 kW met vlotter", "6", "", "412.00", sku="DP-11V",
                 more=("serienummers 7714 t/m 7719",)),
            Item("Zuigslang 2 duim met gemonteerde koppelingen, spiraalversterkt, lengte 7 meter", "10", "", "86.90",
                 sku="ZS-2-7"),
            Item("Terugslagklep 2 duim messing", "10", "", "31.45", sku="TK-2"),
        ), DEWILDE, BRANDT, due="2026-07-02", po="P00315", charges=(Charge("Transport", "65.00"),),
            hard=("seller_logo_footer", "buyer_vat", "multiline_rows"),
            extra={"note": "Vrijgestelde intracommunautaire levering, artikel 39bis btw-wetboek."}),
        Doc("dewilde-2", "credit_note", "26/C0041", "2026-06-16", (
            Item("Dompelpomp 1,1 kW met vlotter", "-1", "", "412.00", sku="DP-11V",
                 more=("serienummer 7716, defecte vlotter",)),
        ), DEWILDE, BRANDT, po="P00315", hard=("seller_logo_footer", "buyer_vat", "multiline_rows"),
            extra={"original": "26/00718", "note": "Vrijgestelde intracommunautaire levering."}),
    ),
)  # fmt: skip


def _vermeiren(p: Proof) -> bytes:
    """A customer's order: its own name on top, the supplier in the address window, both parties' numbers."""
    change = p.doc.type == "order_change"
    columns = (
        Column("Pos.", 16, lambda r: str(10 * r.position)),
        Column("Ons artikel\nUw artikel", 28, lambda r: r.ours),
        Column("Benaming", 62, lambda r: r.name, width=58),
        Column("Leverdatum", 124, lambda r: r.due),
        Column("Aantal", 156, lambda r: f"{r.quantity} {r.unit}", right=True),
        Column("Prijs/100" if any(i.per == 100 for i in p.doc.items) else "Prijs", 174, lambda r: r.price, right=True),
        Column("Waarde", 195, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        s.font("Helvetica-Bold", 14)
        s.left(16, 18, p.buyer)
        s.font("Helvetica", 8)
        s.left(16, 23, f"{p.doc.buyer.street}, {p.doc.buyer.place} - BTW {p.buyer_vat} - aankoop@vermeiren.example")
        s.rule(25, 16, 195)
        s.font("Helvetica", 10)
        s.column(16, 42, ["Aan:", *p.seller_address], 5)
        s.font("Helvetica-Bold", 13)
        s.left(110, 42, p.title("Orderwijziging" if change else "Bestelling"))
        s.font("Helvetica", 9)
        rows = [("Bestelnummer", p.number), ("Besteldatum", p.issued), ("Wijziging", p.extra("change"))]
        s.pairs(110, 49, [*rows, ("Gewijzigd op", p.date("changed")), ("Munt", p.money)], gap=30)
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 90)
        s.rule(92, 16, 195)
        y = 98.0
        for row in p.rows:
            s.font("Helvetica", 8.5)
            if row.item.before:
                s.left(62, y, row.item.before)
                y += 5
            below = cells(s, columns, row, y)
            s.left(28, y + 4.2, row.sku)
            y = max(below, y + 8.4) + 1.6
        s.font("Helvetica-Bold", 9)
        s.right(195, y + 4, f"Totale orderwaarde {p.net}")
        s.font("Helvetica", 8)
        s.left(16, y + 14, "Gelieve deze bestelling binnen twee dagen te bevestigen.")

    return drawn(p.doc.number, "Inkoop", page)


VERMEIRENS = Issuer(
    "vermeiren", "test", Style("nl", numbers="1.234,56", dates="dd/MM/yyyy"), _vermeiren,
    (
        Doc("vermeiren-1", "order", "VT-60244", "2026-04-03", (
            Item("Zeskantbout DIN 933 M8x40 8.8 verzinkt", "5000", "st", "8.95", sku="FS-933-M8X40", ours="110-0840",
                 per=100, due="2026-04-20"),
            Item("Zelfborgende moer DIN 985 M8", "5000", "st", "3.10", sku="FS-985-M8", ours="112-0008", per=100,
                 due="2026-04-20"),
            Item("Blindklinknagel aluminium staal 4,8x12 met platte kop", "10000", "st", "3.20", sku="FS-RIV-48X12",
                 ours="130-4812", per=100, due="2026-05-06"),
        ), BRANDT, VERMEIREN, hard=("ambiguous_date", "buyer_vat", "multiline_rows", "unit_in_quantity")),
        Doc("vermeiren-2", "order_change", "VT-60244", "2026-04-03", (
            Item("Zeskantbout DIN 933 M8x40 8.8 verzinkt", "7500", "st", "8.95", sku="FS-933-M8X40", ours="110-0840",
                 per=100, due="2026-04-27"),
            Item("Blindklinknagel aluminium staal 4,8x12 met platte kop", "8000", "st", "3.20", sku="FS-RIV-48X12",
                 ours="130-4812", per=100, due="2026-05-06", before="Positie 20 van de eerste bestelling vervalt."),
        ), BRANDT, VERMEIREN, hard=("ambiguous_date", "buyer_vat", "multiline_rows", "unit_in_quantity"),
            extra={"change": "1", "changed": "2026-04-10"}),
    ),
)  # fmt: skip


KUSTLIJN = Firm(
    "Touwslagerij Kustlijn", "Sluisweg 3", "1781 EA Den Helder", "Nederland", vat="NL590216740B25",
    iban="NL18 FDKH 0349 0717 81", mail="kantoor@kustlijn.example",
)  # fmt: skip


def _kustlijn(p: Proof) -> bytes:
    """Landscape, printed on its side; facts in a ledger row, the seller only in the letters of the logo."""
    columns = (
        Column("Regel", 20, lambda r: str(r.position)),
        Column("Omschrijving", 36, lambda r: r.name, width=92),
        Column("Artikel", 132, lambda r: r.sku),
        Column("Hoeveelheid", 190, lambda r: r.quantity, right=True),
        Column("per", 194, lambda r: r.unit),
        Column("Tarief", 232, lambda r: r.price, right=True),
        Column("Bedrag", 276, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        s.ink("#1d3557")
        s.font("Times-Bold", 22)
        s.spread(20, 24, p.seller.upper(), 3)
        s.ink()
        s.font("Times-Roman", 10)
        s.column(20, 40, p.buyer_address, 5)
        s.font("Times-Bold", 16)
        s.right(276, 42, p.title("NOTA"))
        s.font("Times-Roman", 10)
        facts = (("Notanummer", p.number), ("Datum", p.issued), ("Bestelling", p.po), ("Vervalt", p.due))
        for n, (label, value) in enumerate(facts):
            s.left(20 + 66 * n, 66, f"{label}: {value}")
        s.rule(69, 20, 276)
        s.font("Times-Bold", 10)
        heads(s, columns, 78)
        y = 86.0
        s.font("Times-Roman", 10)
        for row in p.rows:
            y = cells(s, columns, row, y, 4.6) + 2
        rows = [*((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Netto", p.net)]
        s.sums(210, 276, y + 6, [*rows, (f"Btw {p.rate(p.doc.rate)} %", p.tax), (f"Te voldoen {p.money}", p.gross)])
        s.font("Times-Roman", 8)
        s.left(20, 200, f"Sluisweg 3, 1781 EA Den Helder   BTW {p.vat_as('NL5902.16.740.B25')}   IBAN {p.iban}")

    return drawn(p.doc.number, "Nota", page, LANDSCAPE, turned=True)


KUSTLIJNS = Issuer(
    "kustlijn", "dev", Style("nl", numbers="1.234,56", dates="d MMM yyyy"), _kustlijn,
    (
        Doc("kustlijn-1", "invoice", "N2026-188", "2026-05-21", (
            Item("Polyester touw gevlochten 12 mm wit met blauwe draad, op haspel", "400", "meter", "1.85", sku="PT12"),
            Item("Netwerk vangnet 5 x 10 m, knooploos, met randlijn en certificaat", "3", "stuk", "268.00",
                 sku="VN510"),
            Item("Splitswerk oogsplits met kous", "24", "stuk", "12.75", sku="SPL"),
        ), KUSTLIJN, SONNTAG, due="2026-06-20", po="4500118402", rate="21", charges=(Charge("Koerier", "34.80"),),
            hard=("rotated", "seller_logo_footer", "multiline_rows")),
    ),
)  # fmt: skip

ISSUERS = (TWENTES, HAMELS, DEWILDES, VERMEIRENS, KUSTLIJNS)
