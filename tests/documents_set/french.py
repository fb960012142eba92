"""French and Belgian paper: deposits, credits, notes with parcels, prices with VAT, a scanned estimate."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import BRANDT, KERLAN, VERMEIREN
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

AUVERGNATE = Firm(
    "Visserie Auvergnate", "ZA de la Limagne", "63200 Riom", "France", vat="FR79709566533",
    iban="FR70 9109 5983 5305 2204 4015 875", bank="Crédit Arverne", bic="CARVFR2X",
)  # fmt: skip


def _auvergnate(p: Proof) -> bytes:
    """The firm is named by its logo alone; sums by VAT rate on the left, the total in a box on the right."""
    columns = (
        Column("Référence", 12, lambda r: r.sku),
        Column("Désignation", 40, lambda r: r.name, width=60),
        Column("Qté", 114, lambda r: r.quantity, right=True),
        Column("U", 117, lambda r: r.unit),
        Column("PU HT", 140, lambda r: r.price, right=True),
        Column("Remise", 158, lambda r: f"{r.off} %" if r.off else "", right=True),
        Column("TVA", 170, lambda r: p.rate(r.item.rate or p.doc.rate), right=True),
        Column("Montant HT", 196, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _auvergnate_top(s, p)
        s.pen("#b58900", 1.2)
        s.box(11, 94, 186, 8)
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 99.5)
        y = 109.0
        for row in p.rows:
            s.font("Helvetica", 8.5)
            if row.item.before:
                s.left(40, y, row.item.before)
                y += 6
            y = cells(s, columns, row, y) + 2.5
        _auvergnate_end(s, p, 190)

    return drawn(p.doc.number, "Gestio", page)


def _auvergnate_top(s: Paper, p: Proof) -> None:
    s.ink("#b58900")
    s.box(12, 12, 16, 16, fill=True)
    s.font("Helvetica-BoldOblique", 19)
    s.left(31, 23, p.seller.upper())
    s.ink()
    s.font("Helvetica-Bold", 13)
    s.left(12, 50, f"{p.title('AVOIR' if p.doc.type == 'credit_note' else 'FACTURE')} N° {p.number}")
    s.font("Helvetica", 9)
    rows = [("Date", p.issued), ("Réf. client", p.po), ("Échéance", p.due), ("Facture d'origine", p.extra("original"))]
    s.pairs(12, 57, rows, gap=32)
    s.left(12, 84, f"N° TVA client : {p.buyer_vat}")
    s.column(118, 50, [*p.buyer_address, p.doc.buyer.country.upper()], 4.8)


def _auvergnate_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Helvetica-Bold", 8)
    for x, title in ((30, "Taux"), (55, "Base HT"), (80, "TVA")):
        s.right(x, y, title)
    s.font("Helvetica", 8.5)
    for n, (rate, base) in enumerate(p.doc.bases.items(), 1):
        s.right(30, y + 5 * n, f"{p.rate(rate)} %")
        s.right(55, y + 5 * n, p.amount(base))
        s.right(80, y + 5 * n, p.amount(p.doc.taxes[rate]))
    s.pen("#b58900", 0.8)
    s.box(118, y - 6, 79, 42)
    s.font("Helvetica", 9)
    rows = [("Total brut HT", p.goods)] if p.doc.charges else []
    rows += [*((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Total HT", p.net), ("Total TVA", p.tax)]
    below = s.sums(121, 194, y, [*rows, (f"Total TTC ({p.money})", p.gross)])
    if p.extra("prepaid"):
        paid = Decimal(p.extra("prepaid"))
        s.sums(121, 194, below, [(f"Acompte versé le {p.date('prepaid_on')}", p.amount(-paid))])
        s.font("Helvetica-Bold", 10)
        s.sums(121, 194, below + 5, [("Net à payer", p.amount(p.doc.gross - paid))])
    s.font("Helvetica", 7.5)
    s.left(12, 262, p.extra("note"))
    s.font("Helvetica", 6.5)
    s.middle(105, 285, f"ZA de la Limagne 63200 Riom - TVA {p.vat_in(4, 3, 3, 3)} - {p.doc.seller.bank} {p.iban}")


AUVERGNATES = Issuer(
    "auvergnate", "test", Style("fr", numbers="1 234,56", dates="dd/MM/yyyy", money="€", places=3), _auvergnate,
    (
        Doc("auvergnate-1", "invoice", "FC260412", "2026-04-05", (
            Item("Vis TH M8x60 inox A2 partiellement filetée", "1200", "pce", "0.218", sku="TH0860A2", off="15"),
            Item("Écrou frein M8 inox A2", "3000", "pce", "0.094", sku="EF08A2", off="15"),
            Item("Tige filetée M10 longueur 1 m, acier zingué bichromaté, livrée en fagots de vingt-cinq", "200", "pce",
                 "1.62", sku="TF10-1"),
            Item("Guide technique de la fixation", "2", "ex", "18.50", sku="GTF", rate="5.5",
                 before="Articles à taux réduit :"),
        ), AUVERGNATE, KERLAN, due="2026-05-31", po="CK-26-0883", rate="20",
            charges=(Charge("Port forfaitaire", "24.00"),),
            hard=("seller_logo_footer", "prepaid", "several_totals", "buyer_vat", "ambiguous_date", "multiline_rows"),
            extra={"prepaid": "300.00", "prepaid_on": "2026-03-12",
                   "note": "Pénalités de retard : trois fois le taux légal. Indemnité forfaitaire 40 €."}),
        Doc("auvergnate-2", "credit_note", "AV260077", "2026-04-21", (
            Item("Écrou frein M8 inox A2, retour", "-500", "pce", "0.094", sku="EF08A2", off="15"),
            Item("Vis TH M8x60 inox A2 partiellement filetée", "-100", "pce", "0.218", sku="TH0860A2", off="15"),
        ), AUVERGNATE, KERLAN, po="CK-26-0883", rate="20", hard=("seller_logo_footer", "buyer_vat"),
            extra={"original": "FC260412", "note": "À déduire de votre prochain règlement."}),
    ),
)  # fmt: skip


LYONNAISE = Firm(
    "Protection Lyonnaise SAS", "210 avenue Jean Mermoz", "69800 Saint-Priest", "France", vat="FR25946218385",
    iban="FR10 3402 5995 3373 0793 9287 231", bank="Banque des Monts", phone="04 78 55 50 31",
)  # fmt: skip


def _lyonnaise(p: Proof) -> bytes:
    """Facts in a ruled strip of two rows; delivery beside invoicing address; alternating grey rows."""
    note = p.doc.type == "delivery_note"

    def page(s: Paper) -> None:
        _lyonnaise_top(s, p, note)
        columns = [
            Column("N°", 12, lambda r: str(r.position)),
            Column("Article", 20, lambda r: f"{r.sku} - {r.name}", width=88),
            Column("V/réf.", 112, lambda r: r.ours),
            Column("Quantité", 152, lambda r: f"{r.quantity} {r.unit}", right=True),
        ]
        if not note:
            columns += [Column("Prix", 172, lambda r: r.price, right=True),
                        Column("Total", 197, lambda r: r.amount, right=True)]  # fmt: skip
        s.font("Vera-Bold", 8)
        heads(s, columns, 98)
        y = 106.0
        for row in p.rows:
            lines = max(1, len(s.wrapped(f"{row.sku} - {row.name}", 88)))
            if row.position % 2:
                s.ink("#ececec")
                s.canvas.setStrokeColorRGB(1, 1, 1)
                s.box(10, y - 4.5, 190, 4.2 * lines + 3, fill=True)
                s.ink()
            s.font("Vera", 8)
            y = cells(s, columns, row, y) + 3
        _lyonnaise_end(s, p, note, y + 6)

    return drawn(p.doc.number, "Sage-frei", page)


def _lyonnaise_top(s: Paper, p: Proof, note: bool) -> None:
    s.font("Vera-Bold", 13)
    s.left(10, 18, p.title("BON DE LIVRAISON" if note else "FACTURE"))
    s.font("Vera", 8)
    s.column(130, 14, [*p.seller_address, f"Tél. {p.doc.seller.phone}", f"TVA intra. {p.vat}"], 4)
    facts = [("Numéro", p.number), ("Date", p.issued), ("Votre commande", p.po)]
    facts += [("Livré le", p.delivery)] if note else [("Échéance", p.due)]
    s.pen("#000000", 0.4)
    s.grid(10, 38, (47.5,) * 4, (6, 7))
    for n, (label, value) in enumerate(facts):
        s.font("Vera", 7)
        s.middle(33.7 + 47.5 * n, 42, label)
        s.font("Vera-Bold", 9)
        s.middle(33.7 + 47.5 * n, 49, value)
    for x, label, lines in ((10, "Adresse de facturation", p.buyer_address), (110, "Adresse de livraison",
                            p.doc.ship_to or p.doc.buyer.address)):  # fmt: skip
        s.font("Vera-Italic", 8)
        s.left(x, 62, label)
        s.font("Vera", 9)
        s.column(x, 67, lines, 4.6)


def _lyonnaise_end(s: Paper, p: Proof, note: bool, y: float) -> None:
    s.font("Vera-Bold", 8.5)
    if note:
        total = sum(int(item.quantity) for item in p.doc.items)
        s.left(10, y, f"Total pièces : {total}     Colis : {p.extra('parcels')}     Poids : {p.extra('weight')} kg")
        s.font("Vera", 8)
        s.left(10, y + 12, "Réserves éventuelles, date et cachet du destinataire :")
        return
    rows = [*((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Base HT", p.net)]
    y = s.sums(140, 197, y, [*rows, (f"TVA {p.rate(p.doc.rate)} %", p.tax), (f"À régler {p.money}", p.gross)])
    s.font("Vera", 7.5)
    s.left(10, y + 6, f"Règlement par virement : {p.doc.seller.bank}, IBAN {p.iban_plain}")


LYONNAISES = Issuer(
    "lyonnaise", "dev", Style("fr", numbers="1 234,56", dates="dd-MM-yyyy"), _lyonnaise,
    (
        Doc("lyonnaise-1", "delivery_note", "BL 118 402", "2026-02-09", (
            Item("Gant anticoupure niveau D taille 9", "300", "paires", sku="GA-D9", ours="SG-D-9"),
            Item("Lunette-masque ventilation indirecte, écran polycarbonate antibuée et antirayure", "60", "pièces",
                 sku="LM-VI", ours="SE-GOG-V"),
            Item("Casque antibruit serre-nuque", "25", "pièces", sku="CA-SN"),
        ), LYONNAISE, BRANDT, delivery="2026-02-10", po="P00229",
            ship_to=("Brico Loire SARL", "Quai 4", "8 quai des Antilles", "44200 Nantes"),
            hard=("delivery_totals", "bill_to_ship_to", "unit_in_quantity", "multiline_rows"),
            extra={"parcels": "7", "weight": "48,250"}),
        Doc("lyonnaise-2", "invoice", "FA 260 951", "2026-02-27", (
            Item("Gant anticoupure niveau D taille 9", "300", "paires", "3.86", sku="GA-D9", ours="SG-D-9"),
            Item("Lunette-masque ventilation indirecte, écran polycarbonate antibuée et antirayure", "60", "pièces",
                 "8.95", sku="LM-VI", ours="SE-GOG-V"),
            Item("Casque antibruit serre-nuque", "25", "pièces", "21.40", sku="CA-SN"),
        ), LYONNAISE, BRANDT, due="2026-03-31", po="P00229", charges=(Charge("Participation aux frais", "18.00"),),
            ship_to=("Brico Loire SARL", "Quai 4", "8 quai des Antilles", "44200 Nantes"), rate="20",
            hard=("bill_to_ship_to", "unit_in_quantity", "multiline_rows")),
    ),
)  # fmt: skip


ARTOIS = Firm(
    "Robinetterie d'Artois SARL", "17 rue du Beffroi", "62000 Arras", "France", vat="FR00255303026",
    iban="FR03 4999 1405 0532 6940 6477 435",
)  # fmt: skip


def _artois(p: Proof) -> bytes:
    """A bold face in a system font; facts as a sentence under the title; dates of delivery in the lines."""

    def page(s: Paper) -> None:
        order = p.doc.type == "order_confirmation"
        s.font("Vera-Bold", 15)
        s.left(20, 22, p.seller)
        s.font("Vera", 8)
        s.left(20, 27, f"{p.doc.seller.street}, {p.doc.seller.place} - N° TVA {p.vat}")
        s.font("Vera", 9)
        s.column(115, 40, p.buyer_address, 4.6)
        s.font("Vera-Bold", 12)
        s.left(20, 68, p.title("ACCUSÉ DE RÉCEPTION DE COMMANDE" if order else "FACTURE"))
        s.font("Vera", 9)
        ends = f", à régler avant le {p.due}" if p.doc.due else ""
        s.left(20, 75, f"n° {p.number} du {p.issued}, votre commande n° {p.po}{ends}")
        y = 90.0
        columns = _artois_columns(order)
        s.font("Vera-Bold", 8)
        heads(s, columns, y)
        for row in p.rows:
            s.font("Vera", 8.5)
            y = cells(s, columns, row, y + 6.5) - 4.2
            if row.item.more:
                y = s.column(20, y + 4.2, row.item.more, 4) - 4
        s.rule(y + 4, 20, 190)
        rows = [("Total hors taxes", p.net), (f"T.V.A. {p.rate(p.doc.rate)} %", p.tax), (f"Total {p.money}", p.gross)]
        y = s.sums(120, 188, y + 10, rows)
        s.font("Vera", 8)
        s.left(20, y + 8, p.extra("closing") if order else f"Compte à créditer : {p.iban}")

    return drawn(p.doc.number, "Artois", page)


def _artois_columns(order: bool) -> tuple[Column, ...]:
    columns = [
        Column("Désignation", 20, lambda r: r.name, width=62),
        Column("Code article", 86, lambda r: r.sku),
        Column("P.U.", 134, lambda r: r.price, right=True),
        Column("Qté", 148, lambda r: r.quantity, right=True),
        Column("Montant", 188, lambda r: r.amount, right=True),
    ]
    if order:
        columns.insert(4, Column("Délai", 152, lambda r: r.due))
    return tuple(columns)


ARTOISES = Issuer(
    "artois", "test", Style("fr", numbers="1.234,56", dates="dd.MM.yyyy", money="EUR"), _artois,
    (
        Doc("artois-1", "order_confirmation", "C-26/1187", "2026-06-16", (
            Item("Vanne à boisseau sphérique DN25 laiton PN40", "150", "", "11.35", sku="VBS-25", due="2026-07-01"),
            Item("Clapet antiretour DN50 fonte, ressort inox", "24", "", "46.80", sku="CAR-50", due="2026-07-01",
                 more=("joint EPDM, attestation de conformité sanitaire",)),
            Item("Réducteur de pression 1 à 6 bar avec manomètre", "18", "", "58.20", sku="RP-16", due="2026-09-14",
                 more=("fabrication à la commande",)),
        ), ARTOIS, KERLAN, po="CK-26-0931", rate="20", hard=("multiline_rows",),
            extra={"closing": "Sauf observation de votre part sous 48 heures, cette commande est ferme."}),
        Doc("artois-2", "invoice", "F-26/2044", "2026-07-03", (
            Item("Vanne à boisseau sphérique DN25 laiton PN40", "150", "", "11.35", sku="VBS-25"),
            Item("Clapet antiretour DN50 fonte, ressort inox", "24", "", "46.80", sku="CAR-50"),
        ), ARTOIS, KERLAN, due="2026-08-31", po="CK-26-0931", rate="20", spoil="broken_private"),
    ),
)  # fmt: skip


MEUSE = Firm(
    "Quincaillerie de la Meuse SRL", "Quai de Coronmeuse 44", "4000 Liège", "Belgique", vat="BE0126753660",
    iban="BE27 8950 1921 1073", bank="Banque du Val",
)  # fmt: skip


def _meuse(p: Proof) -> bytes:
    """A counter invoice: prices with VAT, articles in a narrow roll, facts centred over each other."""

    def page(s: Paper) -> None:
        s.font("Courier-Bold", 13)
        s.middle(105, 20, p.seller)
        s.font("Courier", 9)
        s.middle(105, 25, f"{p.doc.seller.street} - {p.doc.seller.place}")
        s.middle(105, 29, f"TVA {p.vat_in(2, 4, 3, 3)} - {p.iban}")
        s.font("Courier-Bold", 11)
        s.middle(105, 40, f"{p.title('FACTURE')} {p.number} du {p.issued}")
        s.font("Courier", 9)
        s.middle(105, 45, f"Bon de commande {p.po} / à payer pour le {p.due}")
        s.column(55, 56, [f"Client : {p.buyer}", *p.doc.buyer.address[1:], f"TVA {p.buyer_vat}"], 4.4)
        y = _meuse_rows(s, p, 82)
        s.rule(y, 50, 160)
        s.font("Courier-Bold", 10)
        s.left(52, y + 6, f"TOTAL TVA COMPRISE {p.money}")
        s.right(158, y + 6, p.gross)
        s.font("Courier", 9)
        s.sums(52, 158, y + 13, [(f"dont TVA {p.rate(p.doc.rate)} %", p.tax), ("hors TVA", p.net)])

    return drawn(p.doc.number, "Caisse 2", page, boxed=True)


def _meuse_rows(s: Paper, p: Proof, y: float) -> float:
    s.left(52, y, "ARTICLE")
    s.right(158, y, "PRIX TVAC")
    y += 7
    for row in p.rows:
        s.left(52, y, row.name)
        y = s.column(52, y + 4.2, row.item.more, 4.2)
        s.left(52, y, f"{row.sku}   {row.quantity} {row.unit} x {row.price}")
        s.right(158, y, row.amount)
        y += 6.5
    return y


MEUSES = Issuer(
    "meuse", "dev", Style("fr", numbers="1.234,56", dates="d/MM/yyyy"), _meuse,
    (
        Doc("meuse-1", "invoice", "26-04418", "2026-05-12", (
            Item("Cadenas laiton 50 mm, clés identiques", "12", "pc", "14.90", sku="40-118"),
            Item("Chaîne zinguée 6 mm au mètre", "12.500", "m", "6.20", sku="41-006", more=("coupe sur mesure",)),
            Item("Peinture antirouille grise 2,5 l", "4", "pot", "38.75", sku="72-250"),
        ), MEUSE, VERMEIREN, due="2026-06-11", po="VT-60218", rate="21", vat_included=True,
            hard=("buyer_vat", "unit_in_quantity", "multiline_rows")),
    ),
)  # fmt: skip


PALLUEL = Firm(
    "Établissements Palluel", "Chemin des Tanneurs 6", "73200 Albertville", "France", vat="FR13861976306",
    phone="04 79 55 50 12",
)  # fmt: skip


def _palluel(p: Proof) -> bytes:
    """A small workshop's paper: underlined words, one long table with columns ruled to the foot of the page."""
    edges = (14.0, 30.0, 118.0, 142.0, 168.0, 196.0)

    def page(s: Paper) -> None:
        offer = p.doc.type == "quotation"
        s.font("Times-BoldItalic", 18)
        s.left(14, 22, p.seller)
        s.font("Times-Roman", 9)
        s.left(14, 27, f"{p.doc.seller.street}, {p.doc.seller.place} - {p.doc.seller.phone} - TVA {p.vat}")
        s.font("Times-Bold", 14)
        s.middle(105, 42, f"{p.title('DEVIS' if offer else 'CONFIRMATION DE COMMANDE')} n° {p.number}")
        s.rule(43.5, 60, 150, 0.6)
        s.font("Times-Roman", 11)
        s.left(14, 54, f"Albertville, le {p.issued}")
        s.column(120, 54, p.buyer_address, 5)
        s.left(14, 60, p.extra("subject") + (f" {p.po}" if p.doc.po else ""))
        for x in edges:
            s.upright(x, 80, 235)
        for y in (80, 88, 235):
            s.rule(y, 14, 196)
        s.font("Times-Bold", 10)
        for x, title in zip(edges, ("Qté", "Désignation des travaux et fournitures", "Réf.", "Prix", "Montant"),
                            strict=False):  # fmt: skip
            s.left(x + 2, 85.5, title)
        y = 95.0
        for row in p.rows:
            y = _palluel_row(s, row, y)
        rows = [("Total H.T.", p.net), (f"T.V.A. {p.rate(p.doc.rate)} %", p.tax), (f"Total T.T.C. {p.money}", p.gross)]
        s.sums(142, 194, 242, rows, 6)
        s.left(14, 242, f"Livraison : {p.delivery}" if p.doc.delivery else f"Valable jusqu'au {p.date('valid')}")

    return drawn(p.doc.number, "Tableur", page)


def _palluel_row(s: Paper, row: Row, y: float) -> float:
    s.font("Times-Roman", 11)
    s.right(28, y, row.quantity)
    s.left(120, y, row.sku)
    s.right(166, y, row.price)
    s.right(194, y, row.amount)
    return s.column(32, y, [*s.wrapped(row.name, 84), *row.item.more], 5) + 3


PALLUELS = Issuer(
    "palluel", "dev", Style("fr", numbers="1 234,56", dates="d MMMM yyyy", money="euros"), _palluel,
    (
        Doc("palluel-1", "quotation", "D 118", "2026-01-26", (
            Item("Élingue câble 10 mm, deux boucles manchonnées, longueur 2 m", "20", "", "24.60", sku="EC10"),
            Item("Manille lyre haute résistance 4,75 t", "40", "", "11.85", sku="ML475"),
            Item("Contrôle et marquage du lot", "1", "", "95.00", sku="CTRL"),
        ), PALLUEL, KERLAN, rate="20", spoil="scan_flat", hard=("multiline_rows",),
            extra={"subject": "Suite à votre demande du 20 janvier", "valid": "2026-02-28"}),
        Doc("palluel-2", "order_confirmation", "C 071", "2026-02-16", (
            Item("Élingue câble 10 mm, deux boucles manchonnées, longueur 2 m", "20", "", "24.60", sku="EC10"),
            Item("Manille lyre haute résistance 4,75 t", "60", "", "11.85", sku="ML475",
                 more=("dont 20 pièces sous quinzaine",)),
        ), PALLUEL, KERLAN, delivery="2026-03-02", po="CK-26-0511", rate="20", hard=("multiline_rows",),
            extra={"subject": "Votre commande"}),
    ),
)  # fmt: skip

ISSUERS = (AUVERGNATES, LYONNAISES, ARTOISES, MEUSES, PALLUELS)
