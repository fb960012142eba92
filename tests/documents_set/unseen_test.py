"""Layouts from another hand, the half that is only counted: German, English and Dutch. Nobody tunes to these."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

from tests.documents_set.flowing import Col, Flow
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import LETTER
from tests.documents_set.printed import Proof, Style

_GRID = [("GRID", (0, 0), (-1, -1), 0.4, HexColor("#777777"))]
_RULE = [("LINEBELOW", (0, 0), (-1, -1), 0.6, HexColor("#b45309"))]

RIEDMATT = Firm("Riedmatt Elektrobedarf AG", "Gewerbestrasse 17", "6370 Stans", "Schweiz", vat="CHE109322551MWST",
    iban="CH72 8281 4727 8195 4338 4", phone="041 555 70 70", mail="fakturierung@riedmatt.example")  # fmt: skip
OBERALP = Firm("Oberalp Seilbahnen AG", "Talstation 1", "6490 Andermatt", "Schweiz")


def _riedmatt(p: Proof) -> bytes:
    """Swiss: apostrophes, francs, the amount of VAT before the total, dates in words."""
    f = Flow(p, "Helvetica", 9)
    f.beside(f.lines(p.seller, size=12, bold=True) + f.lines(*p.doc.seller.address[1:], p.doc.seller.phone,
             p.doc.seller.mail, f"MWST-Nr. {p.vat_as('CHE-109.322.551 MWST')}"), f.lines(*p.buyer_address),
             widths=(100, 74))  # fmt: skip
    f.gap(12)
    f.beside(f.lines(f"{p.title('Rechnung')} {p.number}", size=14, bold=True), f.lines(f"Stans, {p.issued}", side="r"),
             widths=(110, 64), rules=_RULE)  # fmt: skip
    f.say(f"Auftrag: {p.extra('order')} / Ihre Referenz: {p.po} / Sachbearbeiter: R. Zgraggen", 8)
    f.gap(5)
    f.table([
        Col("Artikel", 24, lambda r: r.sku),
        Col("Beschreibung", 72, lambda r: "\n".join([r.name, *r.item.more])),
        Col("Anzahl", 18, lambda r: r.quantity, "r"),
        Col("Einheit", 16, lambda r: r.unit),
        Col("Preis CHF", 22, lambda r: r.price, "r"),
        Col("Total CHF", 22, lambda r: r.amount, "r"),
    ], "none")  # fmt: skip
    f.gap(3)
    f.sums([("Zwischentotal", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges),
            ("Total exkl. MWST", p.net), (f"MWST {p.rate(p.doc.rate)}%", p.tax),
                (f"Total {p.money} inkl. MWST", p.gross)],
           (56, 26))  # fmt: skip
    f.gap(6)
    f.say(f"Zahlungsfrist 30 Tage, fällig am {p.due}. Konto {p.iban}")
    return f.pdf("Büro KMU")


RIEDMATTS = Issuer("riedmatt", "test", Style("de_CH", "1'234.56", "d. MMMM yyyy", "CHF"), _riedmatt, (
    Doc("riedmatt-1", "invoice", "R-2026-3307", "2026-05-11", (
        Item("Installationskabel 5x6 mm2", "350", "m", "6.45", sku="IK-5X6", more=("Trommel zurück",)),
        Item("Leitungsschutzschalter C16 3P", "24", "Stk", "38.90", sku="LS-C16-3"),
        Item("Kabelverschraubung M25 Messing", "60", "Stk", "4.75", sku="KV-M25"),
    ), RIEDMATT, OBERALP, due="2026-06-10", po="OS-2281", currency="CHF", rate="8.1",
        charges=(Charge("Porto und Verpackung", "19.00"),), extra={"order": "A-91177"}),
))  # fmt: skip

LOHBERG = Firm("Lohberg Hebezeuge GmbH & Co. KG", "Am Schachtturm 5", "46535 Dinslaken", "Deutschland",
    vat="DE416482949", phone="02064 555-0", mail="versand@lohberg.example")  # fmt: skip
VIERLANDEN = Firm("Vierlanden Hafenlogistik GmbH", "Kuhwerder Kai 12", "20457 Hamburg", "Deutschland")


def _lohberg(p: Proof) -> bytes:
    """A delivery note: headings in two rows, our and your item numbers in one cell, packages listed below."""
    f = Flow(p, "Narrow", 8.6)
    f.beside(f.lines("Empfänger:", *p.doc.ship_to), f.lines(p.seller, bold=True) + f.lines(*p.doc.seller.address[1:]),
             widths=(100, 74))  # fmt: skip
    f.gap(10)
    f.say(f"{p.title('Lieferschein')}", 15, True)
    f.boxes([("Lieferschein-Nr.", p.number), ("Lieferdatum", p.delivery), ("Auftrag", p.extra("order")),
             ("Bestellung", p.po), ("Besteller", p.buyer)], (34, 28, 28, 34, 50))  # fmt: skip
    f.say(f"Belegdatum {p.issued}", 7.5)
    f.gap(4)
    f.table([
        Col("Pos", 10, lambda r: str(r.position)),
        Col("Artikel-Nr.\nIhre Artikel-Nr.", 36, lambda r: f"{r.sku}\n{r.ours}"),
        Col("Bezeichnung", 76, lambda r: "\n".join([r.name, *r.item.more])),
        Col("Liefer-\nmenge", 20, lambda r: r.quantity, "r"),
        Col("Einheit", 18, lambda r: r.unit),
        Col("kg", 14, lambda r: r.item.rate or "", "r"),
    ], "grid", paper="#f3f3f3")  # fmt: skip
    f.gap(4)
    f.say("Packstücke: 1 Kiste 80 x 60 x 40 cm, 184 kg; 1 Palette 120 x 80 cm, 412 kg. Gesamtgewicht 596 kg.")
    f.foot([p.doc.seller.phone, p.doc.seller.mail], [f"USt-ID {p.vat}"])
    return f.pdf("Lager & Versand")


LOHBERGS = Issuer("lohberg", "test", Style("de", "1.234,56", "dd.MM.yyyy", "EUR"), _lohberg, (
    Doc("lohberg-1", "delivery_note", "LS-0088412", "2026-06-15", (
        Item("Kettenzug elektrisch 1000 kg", "2", "Stück", sku="KZE-1000", ours="VL-7711", rate="92",
             more=("Seriennummern 26-1044, 26-1045",)),
        Item("Laufkatze verstellbar 66-220 mm", "2", "Stück", sku="LK-220", ours="VL-7712", rate="18"),
        Item("Rundstahlkette 8x24 Güteklasse 10", "120", "m", sku="RK-824", ours="VL-8003", rate="180"),
    ), LOHBERG, VIERLANDEN, delivery="2026-06-16", po="BE-55120",
        ship_to=("Vierlanden Hafenlogistik GmbH", "Lager Altenwerder", "21129 Hamburg"),
        extra={"order": "A-140022"}, hard=("delivery_totals", "boxed_labels", "multiline_rows")),
))  # fmt: skip

ORRELL = Firm("Orrell & Pemberton Bearings Ltd", "Canal Mill, Mill Lane", "WN5 8AA Wigan", "United Kingdom",
    vat="GB450632220", phone="01942 555 870", mail="orders@orrell.example")  # fmt: skip
KINDER = Firm("Kinder Quarries Ltd", "Hayfield Road", "SK22 2LE New Mills", "United Kingdom")


def _orrell(p: Proof) -> bytes:
    """An acknowledgement: promised dates by line, the goods' name on a row above its figures."""
    f = Flow(p, "Times-Roman", 10)
    f.say(p.seller, 16, True, "c")
    f.say(", ".join(p.doc.seller.address[1:]), 8, side="c")
    f.gap(4)
    f.say(p.title("ACKNOWLEDGEMENT OF ORDER"), 12, True, "c")
    f.gap(5)
    f.beside(f.lines("Customer", bold=True) + f.lines(*p.buyer_address),
             f.facts([("Acknowledgement", p.number), ("Date", p.issued), ("Your purchase order", p.po),
                      ("Payment", "30 days from invoice")], (40, 44)), widths=(90, 84))  # fmt: skip
    f.gap(4)
    rows = [[f.par(t, 9, True) for t in ("Part", "Quantity", "Price each", "Promised", "Value")]]
    for r in p.rows:
        rows.append([f.par(r.name, bold=False), "", "", "", ""])
        rows.append([f.par(r.sku), f.par(r.quantity), f.par(r.price), f.par(r.due), f.par(r.amount, side="r")])
    spans = [("SPAN", (0, 2 * n + 1), (-1, 2 * n + 1)) for n in range(len(p.rows))]
    f.story.append(
        f.grid(rows, (44, 26, 32, 40, 32), [*spans, ("LINEBELOW", (0, 0), (-1, 0), 0.7, HexColor("#000000"))])
    )
    f.gap(4)
    f.sums([(f"Order value excluding VAT ({p.money})", p.net)], (70, 34))
    f.gap(4)
    f.say("Please check this acknowledgement and tell us of any discrepancy within two working days.", 8)
    f.foot([f"{p.doc.seller.phone}   {p.doc.seller.mail}   VAT Reg No {p.vat}"])
    return f.pdf("Tradesman ERP")


ORRELLS = Issuer("orrell", "test", Style("en_GB", "1,234.56", "d MMMM yyyy", "£"), _orrell, (
    Doc("orrell-1", "order_confirmation", "ACK 61150", "2026-03-18", (
        Item("Spherical roller bearing 22216", "6", "", "114.60", sku="22216-E", due="2026-03-27"),
        Item("Plummer block housing SN 516", "6", "", "88.25", sku="SN516", due="2026-04-10"),
        Item("Locating ring FRB 12.5/140", "12", "", "3.40", sku="FRB12-140", due="2026-03-27"),
    ), ORRELL, KINDER, po="KQ/PO/3318", currency="GBP", rate="20", hard=("line_dates", "multiline_rows")),
))  # fmt: skip

ALDERNEY = Firm("Alderney Pipe Supply Co.", "77 Harbor Avenue", "Baltimore, MD 21224", "USA", phone="410-555-0133")
PATUXENT = Firm("Patuxent Mechanical LLC", "12 Depot Court", "Laurel, MD 20707", "USA")


def _alderney(p: Proof) -> bytes:
    """US: labels beside a fold, prices per hundred by a code, freight among the totals, amount due in a box."""
    f = Flow(p, "Helvetica", 8.8, LETTER, 15)
    f.beside(f.lines(p.seller, size=14, bold=True) + f.lines(*p.doc.seller.address[1:]),
             f.facts([("INVOICE NUMBER", p.number), ("INVOICE DATE", p.issued), ("CUSTOMER PO", p.po),
                      ("DUE DATE", p.due), ("PAGE", "1 of 1")], (38, 34), "label"), widths=(112, 74))  # fmt: skip
    f.gap(5)
    f.say(p.title("INVOICE"), 14, True, "c")
    f.beside(f.lines("Sold to:", bold=True) + f.lines(*p.buyer_address),
             f.lines("Shipped to:", bold=True) + f.lines(*p.doc.ship_to), widths=(93, 93))  # fmt: skip
    f.gap(4)
    f.table([
        Col("Ln", 9, lambda r: str(r.position)),
        Col("Qty", 17, lambda r: r.quantity, "r"),
        Col("UM", 12, lambda r: r.unit),
        Col("Part # / Description", 78, lambda r: f"{r.sku}\n{r.name}"),
        Col("Price", 24, lambda r: r.price, "r"),
        Col("Per", 14, lambda r: r.per, "r"),
        Col("Extended", 30, lambda r: r.amount, "r"),
    ], "stripes")  # fmt: skip
    f.gap(2)
    f.sums([("Merchandise", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges),
        ("Taxable subtotal", p.net),
            (f"MD tax {p.rate(p.doc.rate)}%", p.tax), (f"TOTAL DUE {p.money}", p.gross)], (46, 34))  # fmt: skip
    f.gap(5)
    f.say("Remit to: Alderney Pipe Supply Co., PO Box 1177, Baltimore, MD 21203", 8)
    return f.pdf("Counterpoint")


ALDERNEYS = Issuer("alderney", "test", Style("en_US", "1,234.56", "MM-dd-yyyy", "USD"), _alderney, (
    Doc("alderney-1", "invoice", "INV-90441", "2026-05-29", (
        Item("Copper tube type L 3/4 in hard", "400", "FT", "312.50", sku="CT-L-034", per=100),
        Item("Ball valve 3/4 in threaded lead-free", "36", "EA", "14.85", sku="BV-034-LF", per=1),
        Item("90 elbow 3/4 in wrot copper", "150", "EA", "148.00", sku="EL90-034", per=100),
    ), ALDERNEY, PATUXENT, due="2026-06-28", po="PM-20771", currency="USD", rate="6",
        charges=(Charge("Freight", "42.00"),),
        ship_to=("Patuxent Mechanical LLC", "Jobsite: Elkridge Library", "Elkridge, MD 21075"),
        hard=("bill_to_ship_to", "multiline_rows", "several_totals")),
))  # fmt: skip

WADDEN = Firm("Waddenzee Scheepsbenodigdheden B.V.", "Nieuwe Willemshaven 20", "8861 NJ Harlingen", "Nederland",
    vat="NL287240034B53", iban="NL39 WHPB 9338 2109 19", phone="0517 555 210")  # fmt: skip
SCHOKLAND = Firm("Rederij Schokland N.V.", "Burchtkade 9", "8321 EH Urk", "Nederland", vat="NL074914789B63")


def _wadden(p: Proof) -> bytes:
    """Invoice over two pages: many short rows, headings repeated, article number and name in one column."""
    f = Flow(p, "Helvetica", 8.5)
    f.beside(f.lines(p.seller, size=13, bold=True), f.lines(*p.doc.seller.address[1:], f"tel. {p.doc.seller.phone}",
             f"btw {p.vat}", side="r"), widths=(100, 74))  # fmt: skip
    f.gap(8)
    f.beside(f.lines(*p.buyer_address), f.facts([(p.title("Factuur"), p.number), ("d.d.", p.issued), ("Order", p.po),
             ("Te voldoen vóór", p.due)], (34, 40)), widths=(100, 74))  # fmt: skip
    f.gap(6)
    f.table([
        Col("Artikel", 92, lambda r: f"{r.sku} {r.name}"),
        Col("Aantal", 20, lambda r: r.quantity, "r"),
        Col("Prijs/st", 28, lambda r: r.price, "r"),
        Col("Bedrag", 34, lambda r: r.amount, "r"),
    ], "lines")  # fmt: skip
    f.gap(3)
    f.sums([("Goederenbedrag", p.net), (f"BTW {p.rate(p.doc.rate)}% over {p.amount(p.doc.net)}", p.tax),
            (f"Te betalen {p.money}", p.gross)], (62, 34))  # fmt: skip
    f.say(f"Gelieve over te maken op {p.iban} t.n.v. {p.doc.seller.name}.", 8)
    return f.pdf("Scheepsadmin")


_CHANDLERY = (
    "Landvast polyester 16 mm 10 m|12|34.50", "Harpsluiting RVS 8 mm|40|6.85", "Stootwil F4 wit|8|41.20",
    "Reddingsvest 275N|6|118.00", "Handpomp lenspomp|3|57.75", "Navigatielamp LED groen|4|38.40",
    "Navigatielamp LED rood|4|38.40", "Kikker RVS 200 mm|10|17.90", "Antifouling zwart 2,5 l|18|89.60",
    "Zinkanode 2 kg|24|12.35", "Noodvuurwerk set|5|146.00", "Brandblusser poeder 6 kg|9|52.10",
    "Slangklem RVS 40-60|100|1.28", "Impeller 500121|14|23.70", "Oliefilter W 940|30|9.95",
    "Brandstoffilter 2040|20|18.45", "Koelvloeistof 5 l|12|21.30", "Vetpatroon marine 400 g|48|5.60",
    "Dweil katoen|25|2.15", "Werklamp 24 V|7|64.80", "Kompas inbouw|2|187.00", "Marifoonantenne 1,5 m|3|74.25",
    "Coaxkabel RG213 per m|60|2.48", "Touwwerk lijn 8 mm per m|200|1.14", "Scheepsbel messing 15 cm|1|96.50",
    "Pikhaak 210 cm|4|27.90", "Dekverf grijs 2,5 l|10|48.30", "Epoxyplamuur 1 kg|6|33.15", "Kitpistool|5|14.70",
    "Polyurethaankit wit|36|8.95", "Afdichtband 10 m|15|7.35", "Schijnwerper 12 V|2|129.00",
    "Waterslang 25 m|3|44.60", "Dekborstel hout|12|9.25", "Teakolie 1 l|8|16.40", "Zekering ANL 150A|10|11.85",
    "Accuklem plus|20|4.95", "Accuklem min|20|4.95", "Schakelpaneel 6 voudig|2|83.20", "Bilgeschakelaar|4|36.75",
)  # fmt: skip
WADDENS = Issuer("wadden", "test", Style("nl", "1.234,56", "dd-MM-yyyy", "EUR"), _wadden, (
    Doc("wadden-1", "invoice", "20263391", "2026-04-22",
        tuple(Item(name, count, "", price, sku=f"{41000 + 17 * n}")
              for n, (name, count, price) in enumerate(row.split("|") for row in _CHANDLERY)),
        WADDEN, SCHOKLAND, due="2026-05-22", po="RS-2026-081", rate="21", hard=("multiline_rows",)),
))  # fmt: skip

BRASSCHAAT = Firm("Brasschaat Laboratorium BVBA", "Bredabaan 770", "2930 Brasschaat", "België", vat="BE0826231845",
    iban="BE43 9980 3272 8501", phone="03 555 44 21")  # fmt: skip
KEMPISCH = Firm("Kempisch Waterbedrijf CVBA", "Turnhoutseweg 30", "2340 Beerse", "België", vat="BE0064194697")


def _brasschaat(p: Proof) -> bytes:
    """A quotation: valid until, optional position, discount by line, the buyer's number under his address."""
    f = Flow(p, "Serif", 8.4)
    f.say(f"{p.title('OFFERTE')} {p.number}", 15, True, ink="#b45309")
    f.beside(
        f.facts(
            [("Offertedatum", p.issued), ("Geldig tot", p.date("valid")), ("Uw aanvraag", p.extra("asked"))], (34, 40)
        ),
        f.lines("Voor:", size=7) + f.lines(*p.buyer_address, f"BTW {p.buyer_vat}"),
        widths=(94, 80),
        rules=_RULE,
    )
    f.gap(5)
    f.table([
        Col("Omschrijving", 74, lambda r: f"{r.name}\nref. {r.sku}"),
        Col("Aantal", 18, lambda r: r.quantity, "r"),
        Col("Eenheidsprijs", 28, lambda r: r.price, "r"),
        Col("Korting", 20, lambda r: f"{r.off}%" if r.off else "-", "r"),
        Col("Totaal", 32, lambda r: r.amount, "r"),
    ], "grid", paper="#fef3c7")  # fmt: skip
    f.gap(3)
    f.sums([("Totaal excl. btw", p.net), (f"btw {p.rate(p.doc.rate)}%", p.tax), ("Totaal incl. btw",
        f"{p.gross} {p.money}")],
           (50, 34))  # fmt: skip
    f.gap(6)
    f.say("Levertermijn: 3 weken na bestelling. Wij kijken uit naar uw opdracht.")
    f.foot(
        [f"{p.seller} - {p.doc.seller.street} - {p.doc.seller.place}"],
        [f"BTW {p.vat_as('BE 0826.231.845')}", f"IBAN {p.iban}"],
    )
    return f.pdf("Offertemaker")


BRASSCHAATS = Issuer("brasschaat", "test", Style("nl_BE", "1.234,56", "d/MM/yyyy", "EUR"), _brasschaat, (
    Doc("brasschaat-1", "quotation", "OFF26.0417", "2026-05-07", (
        Item("Troebelheidsmeter draagbaar", "2", "", "845.00", sku="TM-P2", off="8"),
        Item("Kalibratieset 4 punten", "2", "", "132.50", sku="KS-4"),
        Item("Reagens vrij chloor, 100 tests", "25", "", "28.90", sku="RV-100", off="12"),
    ), BRASSCHAAT, KEMPISCH, rate="21", extra={"valid": "2026-06-07", "asked": "KW-2026/66"}, hard=("buyer_vat",)),
))  # fmt: skip

ISSUERS = (RIEDMATTS, LOHBERGS, ORRELLS, ALDERNEYS, WADDENS, BRASSCHAATS)
