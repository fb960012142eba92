"""Layouts from another hand, the half that may be looked at. Written before any rule met them."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

from tests.documents_set.flowing import Col, Flow
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import LETTER
from tests.documents_set.printed import Proof, Style

_BOX = [("BOX", (0, 0), (-1, -1), 0.5, HexColor("#444444"))]

OSTERTAG = Firm("Ostertag Befestigungstechnik GmbH", "Lise-Meitner-Allee 27", "85748 Garching", "Deutschland",
    vat="DE380523287", iban="DE92 1099 3643 8215 0122 41", bank="Isarbank Garching", bic="ISRBDE7MXXX",
    phone="+49 89 5550 1180", mail="rechnung@ostertag-technik.example", register="HRB 990114 München")  # fmt: skip
KESSELBACH = Firm("Kesselbach Maschinenbau AG", "Am Eisenhammer 3", "35713 Eschenburg", "Deutschland",
    vat="DE521748999")  # fmt: skip


def _ostertag(p: Proof) -> bytes:
    """Letter form with an information block; number, name and article number share a cell."""
    f = Flow(p, "Narrow", 8.8)
    f.say(p.seller, 17, True, ink="#7a1f1f")
    f.gap(14)
    f.beside(
        f.lines(f"{p.seller} · {p.doc.seller.street} · {p.doc.seller.place}", size=6) + f.lines(*p.buyer_address),
        f.facts([("Unser Zeichen", "ot/kl"), ("Kunden-Nr.", p.extra("customer")), ("Bestellung vom", p.date("ordered")),
                 ("Ihre Bestellnr.", p.po), ("Lieferschein", p.extra("note")), ("Leistungsdatum", p.delivery),
                 ("Garching, den", p.issued)], (30, 40)),
        widths=(100, 74),
    )  # fmt: skip
    f.gap(10)
    f.say(f"{p.title('Rechnung')} {p.number}", 13, True)
    f.say("Sehr geehrte Damen und Herren,\nfür unsere Lieferung erlauben wir uns zu berechnen:")
    f.gap(3)
    f.table([
        Col("Pos", 10, lambda r: f"{r.position:03d}", "c"),
        Col("Menge", 18, lambda r: r.quantity, "r"),
        Col("ME", 14, lambda r: r.unit),
        Col("Bezeichnung", 70, lambda r: f"{r.name}\nArt. {r.sku}" + "".join(f"\n{m}" for m in r.item.more)),
        Col("E-Preis", 22, lambda r: r.price, "r"),
        Col("Rab. %", 15, lambda r: r.off, "r"),
        Col("G-Preis", 25, lambda r: r.amount, "r"),
    ])  # fmt: skip
    f.gap(2)
    f.sums([("Warenwert", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges),
            ("Nettobetrag", p.net), (f"zzgl. {p.rate(p.doc.rate)} % USt.", p.tax),
            (f"Rechnungsendbetrag in {p.money}", p.gross)], (56, 28))  # fmt: skip
    f.gap(5)
    f.say(f"Zahlbar bis zum {p.due} ohne jeden Abzug. Die Ware bleibt bis zur vollständigen Bezahlung unser Eigentum.")
    f.foot(
        [p.doc.seller.name, p.doc.seller.street, p.doc.seller.place],
        [p.doc.seller.phone, p.doc.seller.mail],
        [p.doc.seller.bank, f"IBAN {p.iban}", f"BIC {p.doc.seller.bic}"],
        [p.doc.seller.register, f"USt-Id {p.vat}"],
    )
    return f.pdf("Faktura Plus 9")


OSTERTAGS = Issuer("ostertag", "dev", Style("de", "1.234,56", "dd.MM.yyyy", "Euro"), _ostertag, (
    Doc("ostertag-1", "invoice", "RE-260417", "2026-04-17", (
        Item("Blindniet Alu/Stahl 4,8 x 12", "5000", "Stk", "0.043", sku="BN-4812", off="5", more=("VPE 500 Stück",)),
        Item("Sechskantmutter M10 verzinkt", "1200", "Stk", "0.089", sku="SM-M10-ZN"),
        Item("Gewindestange M12 x 1000 8.8", "60", "Stk", "4.35", sku="GS-12-1000", off="12.5"),
        Item("Montagepaste 250 g", "6", "Dose", "11.90", sku="MP-250"),
    ), OSTERTAG, KESSELBACH, due="2026-05-17", delivery="2026-04-15", po="4500098812", rate="19",
        charges=(Charge("Versandkostenanteil", "14.80"),),
        extra={"customer": "20714", "ordered": "2026-04-09", "note": "LS-260399"}),
))  # fmt: skip

WEIDENHOF = Firm("Weidenhof Kunststoffe KG", "Industrieweg 6", "48599 Gronau", "Deutschland", vat="DE409573925",
    phone="02562 555 440", mail="auftrag@weidenhof.example", register="HRA 99018 Coesfeld")  # fmt: skip


def _weidenhof(p: Proof) -> bytes:
    """No table: each position is a small block with a formula."""
    f = Flow(p, "Serif", 9)
    f.beside(f.lines(*p.buyer_address), f.lines(p.seller, *p.doc.seller.address[1:], f"Tel {p.doc.seller.phone}",
             p.doc.seller.mail, side="r"), widths=(90, 84))  # fmt: skip
    f.gap(12)
    f.say(p.title("AUFTRAGSBESTÄTIGUNG"), 14, True, "c")
    f.gap(4)
    f.say(f"Auftrags-Nr.: {p.number}     Gronau, {p.issued}")
    f.say(f"Wir danken für Ihre Bestellung {p.po} vom {p.date('ordered')} und bestätigen wie folgt:")
    f.gap(4)
    for row in p.rows:
        f.say(f"Position {row.position}   {row.name}", bold=True)
        f.say(f"Artikel {row.sku}, Ihre Artikelnummer {row.ours}")
        f.beside(f.lines(f"Liefertermin: {row.due}"), f.lines(f"{row.quantity} {row.unit}", side="r"),
                 f.lines(f"à {row.price}", side="r"), f.lines(row.amount, side="r"),
                 widths=(70, 30, 34, 40))  # fmt: skip
        f.gap(2.5)
    f.sums([("Gesamtsumme netto", p.money, p.net)], (60, 14, 40))
    f.gap(4)
    f.say("Zuzüglich der gesetzlichen Mehrwertsteuer. Lieferung frei Haus. Zahlung 30 Tage netto.")
    f.foot([f"{p.doc.seller.register} · Ust-IdNr. {p.vat}"])
    return f.pdf("Auftragsmanager")


WEIDENHOFS = Issuer("weidenhof", "dev", Style("de", "1.234,56", "dd. MMMM yyyy", "EUR"), _weidenhof, (
    Doc("weidenhof-1", "order_confirmation", "AB 77-1043", "2026-02-26", (
        Item("PE-Rohr DN 63 schwarz", "240", "m", "3.18", sku="PE63S", ours="M-20118", due="2026-03-19"),
        Item("Winkel 90 Grad DN 63", "45", "Stück", "7.42", sku="W90-63", ours="M-20145", due="2026-03-12"),
        Item("T-Stück DN 63", "18", "Stück", "9.85", sku="T-63", ours="M-20146", due="2026-03-26"),
    ), WEIDENHOF, KESSELBACH, po="4500098544", rate="19", extra={"ordered": "2026-02-24"}),
))  # fmt: skip

PENNARD = Firm("Pennard Valve Company Ltd", "Unit 4, Wharf Lane", "BA6 9AX Glastonbury", "United Kingdom",
    vat="GB681948825", iban="GB30 SRLF 8532 7464 7075 88", phone="01458 555 310", register="09911427")  # fmt: skip
TORRIDGE = Firm("Torridge Process Ltd", "Station Yard", "EX39 2QP Bideford", "United Kingdom", vat="GB433020955")


def _pennard(p: Proof) -> bytes:
    """Quantities first, tax column, three blocks at the top, tax point for the date."""
    f = Flow(p, "Helvetica", 8.5, margin=14)
    f.beside(f.lines(p.seller, size=15, bold=True) + f.lines(*p.doc.seller.address[1:], f"T {p.doc.seller.phone}"),
             f.lines(p.title("TAX INVOICE"), size=15, side="r"), widths=(110, 72))  # fmt: skip
    f.gap(6)
    f.beside(f.lines("Invoice to", size=7) + f.lines(*p.buyer_address),
             f.lines("Deliver to", size=7) + f.lines(*p.doc.ship_to),
             f.facts([("Invoice no", p.number), ("Tax point", p.issued), ("Account", p.extra("account")),
                      ("Your ref", p.po), ("Our ref", p.extra("ref"))], (24, 36), "label"),
             widths=(60, 60, 62), rules=_BOX)  # fmt: skip
    f.gap(5)
    f.table([
        Col("Qty", 14, lambda r: r.quantity, "r"),
        Col("Product code", 32, lambda r: r.sku),
        Col("Details", 64, lambda r: "\n".join([r.name, *r.item.more])),
        Col("Unit price", 22, lambda r: r.price, "r"),
        Col("VAT %", 16, lambda r: p.rate(r.item.rate or p.doc.rate), "r"),
        Col("Net", 30, lambda r: r.amount, "r"),
    ], "grid", paper="#dfe7ee")  # fmt: skip
    f.gap(3)
    f.sums([("Goods total", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Total net", p.net),
            ("VAT total", p.tax), (f"Invoice total {p.money}", p.gross)], (46, 30))  # fmt: skip
    f.gap(6)
    f.say(f"Please pay by {p.due} to IBAN {p.iban}, quoting the invoice number.", bold=True)
    f.foot([f"Registered in England {p.doc.seller.register}   VAT registration {p.vat_in(2, 3, 4)}"])
    return f.pdf("Ledgerline")


PENNARDS = Issuer("pennard", "dev", Style("en_GB", "1,234.56", "d MMM yyyy", "GBP"), _pennard, (
    Doc("pennard-1", "invoice", "SI0048812", "2026-05-06", (
        Item("Gate valve 2\" BSP bronze", "12", "", "48.75", sku="GV-200-BZ", more=("Serial numbers on request",)),
        Item("Check valve 1½\" swing type", "8", "", "36.20", sku="CV-150-SW"),
        Item("PTFE tape 12 mm x 12 m", "100", "", "0.42", sku="PT-12"),
        Item("Operating manual, printed", "2", "", "6.00", sku="MAN-GV", rate="0"),
    ), PENNARD, TORRIDGE, due="2026-06-05", po="TP/2207", currency="GBP", rate="20",
        charges=(Charge("Carriage", "18.50"),),
        ship_to=("Torridge Process Ltd", "East Works, Gate 2", "EX39 4BB Bideford"),
        extra={"account": "TOR001", "ref": "SO-33910"}, hard=("bill_to_ship_to", "two_rates", "tax_column")),
))  # fmt: skip

HOLLOWAY = Firm("Holloway Rubber & Gasket Inc.", "2250 Foundry Street", "Akron, OH 44310", "USA",
    phone="(330) 555-0172", mail="ar@hollowayrubber.example")  # fmt: skip
MESABI = Firm("Mesabi Equipment Corp.", "901 Iron Range Drive", "Hibbing, MN 55746", "USA")


def _holloway(p: Proof) -> bytes:
    """US form: a row of boxes over the table, shipped and back-ordered quantities, balance due."""
    f = Flow(p, "Helvetica", 9, LETTER, 16)
    f.beside(f.lines(p.seller, size=12, bold=True) + f.lines(*p.doc.seller.address[1:], p.doc.seller.phone),
             f.lines(p.title("Invoice"), size=22, bold=True, side="r"),
             widths=(110, 74))  # fmt: skip
    f.beside("", f.facts([("Date", p.issued), ("Invoice #", p.number)], (26, 34), "label"), widths=(122, 62))
    f.gap(4)
    f.beside(f.lines("BILL TO", bold=True) + f.lines(*p.buyer_address),
             f.lines("SHIP TO", bold=True) + f.lines(*p.doc.ship_to), widths=(92, 92))  # fmt: skip
    f.gap(5)
    f.boxes([("P.O. NUMBER", p.po), ("TERMS", "Net 30"), ("DUE DATE", p.due), ("REP", "JLM"), ("VIA", "UPS Ground")],
            (44, 30, 36, 30, 44))  # fmt: skip
    f.table([
        Col("Item", 28, lambda r: r.sku),
        Col("Description", 58, lambda r: r.name),
        Col("Ordered", 18, lambda r: str(int(r.item.quantity) + int(r.item.more[0])), "r"),
        Col("Shipped", 18, lambda r: r.quantity, "r"),
        Col("B/O", 12, lambda r: r.item.more[0], "r"),
        Col("Rate", 24, lambda r: r.price, "r"),
        Col("Amount", 26, lambda r: r.amount, "r"),
    ], "grid", "#ffffff", "#333333")  # fmt: skip
    f.sums([("Subtotal", p.net), (f"Sales tax ({p.rate(p.doc.rate)}%)", p.tax), ("Total", f"{p.money}{p.gross}"),
            ("Payments/Credits", p.amount("0")), ("Balance Due", f"${p.gross}")], (44, 34))  # fmt: skip
    f.gap(6)
    f.say("Thank you for your business! Returns require an RGA number.", 8, side="c")
    return f.pdf("Books Desktop")


HOLLOWAYS = Issuer("holloway", "dev", Style("en_US", "1,234.56", "MM/dd/yyyy", "$"), _holloway, (
    Doc("holloway-1", "invoice", "118204", "2026-04-03", (
        Item("Flange gasket 6 in. EPDM 150#", "40", "", "7.85", sku="FG6-EPDM", more=("0",)),
        Item("O-ring kit AS568 Buna-N 382 pc", "6", "", "64.50", sku="ORK-382", more=("4",)),
        Item("Neoprene sheet 1/8 x 36 x 120", "3", "", "128.00", sku="NS-18-36", more=("0",)),
        Item("Door seal, bulb type, per foot", "250", "", "1.135", sku="DS-BULB", more=("50",)),
    ), HOLLOWAY, MESABI, due="2026-05-03", po="ME-60117", currency="USD", rate="6.75",
        ship_to=("Mesabi Equipment Corp.", "Receiving Dock B", "3300 Pit Road", "Virginia, MN 55792"),
        hard=("bill_to_ship_to", "quantities_side_by_side", "ambiguous_date", "boxed_labels")),
))  # fmt: skip

CHAUMEIL = Firm("Établissements Chaumeil SARL", "ZA des Quatre Vents", "19100 Brive-la-Gaillarde", "France",
    vat="FR62303888051", iban="FR98 4933 0666 0790 8500 9795 631", phone="05 55 55 02 14",
    register="RCS Brive 303 888 051")  # fmt: skip
LANGEAIS = Firm("Tuileries de Langeais SAS", "8 route de Tours", "37130 Langeais", "France", vat="FR51235111911")


def _chaumeil(p: Proof) -> bytes:
    """Number and date in the title's sentence, `Doit` before the customer, VAT table beside the totals."""
    f = Flow(p, "Times-Roman", 10)
    f.beside(f.lines(p.seller, size=14, bold=True) + f.lines(*p.doc.seller.address[1:], f"Tél. {p.doc.seller.phone}"),
             f.lines("Doit :", bold=True) + f.lines(*p.buyer_address), widths=(98, 76))  # fmt: skip
    f.gap(9)
    f.say(f"{p.title('FACTURE')} N° {p.number} du {p.issued}", 13, True)
    f.say(f"Votre commande : {p.po}     Bon de livraison : {p.extra('note')}     Code client : {p.extra('customer')}")
    f.gap(4)
    f.table([
        Col("Désignation", 66, lambda r: r.name),
        Col("Réf.", 26, lambda r: r.sku),
        Col("Qté", 16, lambda r: r.quantity, "r"),
        Col("P.U. H.T.", 22, lambda r: r.price, "r"),
        Col("Rem.", 16, lambda r: f"{r.off} %" if r.off else "", "r"),
        Col("Montant H.T.", 28, lambda r: r.amount, "r"),
    ], "lines")  # fmt: skip
    f.gap(5)
    tax = [("Base H.T.", "Taux", "Montant T.V.A."), (p.net, f"{p.rate(p.doc.rate)} %", p.tax)]
    left = f.grid([[f.par(text, 8.5, n == 0, "r") for text in row] for n, row in enumerate(tax)], (28, 18, 30),
                  [("GRID", (0, 0), (-1, -1), 0.4, HexColor("#666666"))])  # fmt: skip
    right = f.facts([("Total H.T.", p.net), ("Total T.V.A.", p.tax), (f"Net à payer ({p.money})", p.gross)],
                    (40, 30), "value", side="r")  # fmt: skip
    f.beside(left, right, widths=(98, 76))
    f.gap(6)
    f.say(f"Échéance : {p.due} par virement   IBAN {p.iban}")
    f.say("En cas de retard, une pénalité de 3 fois le taux d'intérêt légal et une indemnité de 40 € seront dues.", 7.5)
    f.foot([f"SARL au capital de 38 000 € - {p.doc.seller.register} - TVA intracom. {p.vat}"])
    return f.pdf("Gestion Facile")


CHAUMEILS = Issuer("chaumeil", "dev", Style("fr", "1 234,56", "dd/MM/yyyy", "€"), _chaumeil, (
    Doc("chaumeil-1", "invoice", "26/0418", "2026-03-31", (
        Item("Palan à chaîne 500 kg, levée 6 m", "2", "", "689.00", sku="PAL-500-6", off="10"),
        Item("Élingue textile 2 brins 1 T", "12", "", "24.90", sku="EL2-1T"),
        Item("Manille lyre 12 mm galvanisée", "40", "", "3.15", sku="ML-12", off="15"),
    ), CHAUMEIL, LANGEAIS, due="2026-04-30", po="CA-5521", rate="20",
        extra={"note": "BL 26-1190", "customer": "LANG37"}, hard=("several_totals", "multiline_rows")),
))  # fmt: skip

OOSTERLAND = Firm("Oosterland Verpakkingen B.V.", "Havenkade 55", "4301 ZA Zierikzee", "Nederland",
    vat="NL074914789B63", phone="0111 555 660", mail="verkoop@oosterland.example", register="99120045")  # fmt: skip
DUINZICHT = Firm("Duinzicht Bloembollen B.V.", "Noorderweg 14", "2211 ZB Noordwijkerhout", "Nederland",
    vat="NL935475837B88")  # fmt: skip


def _oosterland(p: Proof) -> bytes:
    """Confirmation: labels in two columns under the address, article number last, prices per hundred."""
    f = Flow(p, "DejaVu", 8)
    f.say(p.seller, 13, True, "r", "#14532d")
    f.say(f"{p.doc.seller.street}, {p.doc.seller.place}", 7, side="r")
    f.gap(8)
    f.beside(f.lines("Aan:", *p.buyer_address), f.lines(p.title("Opdrachtbevestiging"), size=14, bold=True),
             widths=(90, 84))  # fmt: skip
    f.gap(6)
    f.beside(f.facts([("Opdrachtnummer", p.number), ("Opdrachtdatum", p.issued)], (36, 48)),
             f.facts([("Uw kenmerk", p.po), ("Verwachte levering", p.delivery)], (36, 48)), widths=(87,
                 87))  # fmt: skip
    f.gap(4)
    f.table([
        Col("Omschrijving", 62, lambda r: "\n".join([r.name, *r.item.more])),
        Col("Aantal", 18, lambda r: r.quantity, "r"),
        Col("Eh", 14, lambda r: r.unit),
        Col("Prijs", 20, lambda r: r.price, "r"),
        Col("per", 12, lambda r: r.per, "r"),
        Col("Regelbedrag", 24, lambda r: r.amount, "r"),
        Col("Artikel", 24, lambda r: r.sku),
    ], "stripes", "#ffffff", "#14532d")  # fmt: skip
    f.gap(3)
    f.sums([("Subtotaal goederen", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges),
            ("Totaal excl. btw", p.net), (f"Btw hoog {p.rate(p.doc.rate)}%", p.tax),
            (f"Totaal incl. btw {p.money}", p.gross)], (50, 28), "LEFT")  # fmt: skip
    f.gap(4)
    f.say("Levering geschiedt volgens onze algemene voorwaarden, gedeponeerd bij de Kamer van Koophandel.", 7)
    f.foot([f"KvK {p.doc.seller.register}", f"Btw-id {p.vat}"], [p.doc.seller.phone, p.doc.seller.mail])
    return f.pdf("Handelsadministratie")


OOSTERLANDS = Issuer("oosterland", "dev", Style("nl", "1.234,56", "d-M-yyyy", "EUR"), _oosterland, (
    Doc("oosterland-1", "order_confirmation", "2026/1187", "2026-06-09", (
        Item("Vouwdoos 300 x 200 x 150 enkelgolf", "2500", "st", "31.40", sku="VD-3020", per=100),
        Item("Bodemvel polyetheen 1200 x 800", "1000", "st", "18.75", sku="BV-1208", per=100,
             more=("op rol, geperforeerd",)),
        Item("Pallethoes 130 my", "150", "st", "2.18", sku="PH-130", per=1),
        Item("Handwikkelfolie 500 mm transparant", "36", "rol", "6.45", sku="HF-500", per=1),
    ), OOSTERLAND, DUINZICHT, delivery="2026-06-23", po="DZ-INK-0931", rate="21",
        charges=(Charge("Palletstatiegeld", "45.00"),), hard=("multiline_rows",)),
))  # fmt: skip

ISSUERS = (OSTERTAGS, WEIDENHOFS, PENNARDS, HOLLOWAYS, CHAUMEILS, OOSTERLANDS)
