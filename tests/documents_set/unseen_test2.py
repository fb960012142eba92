"""Layouts from another hand, the second part of the half that is only counted: French, Spanish, Italian, Polish."""

from __future__ import annotations

from reportlab.lib.colors import HexColor

from tests.documents_set.flowing import Col, Flow
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.printed import Proof, Style

_GRID = [("GRID", (0, 0), (-1, -1), 0.4, HexColor("#777777"))]
_BOX = [("BOX", (0, 0), (-1, -1), 0.5, HexColor("#444444"))]

VERCORS = Firm("Vercors Instrumentation SAS", "4 chemin des Grands Goulets", "26420 La Chapelle-en-Vercors", "France",
    vat="FR04192811230", phone="04 75 55 80 20", mail="adv@vercors-instrum.example")  # fmt: skip
TREGOR = Firm("Fonderies du Trégor SA", "Zone de Kerhollo", "22200 Guingamp", "France", vat="FR30196841621")


def _vercors(p: Proof) -> bytes:
    """`Accusé de réception`: dates of shipment in a column, unit prices with four decimals, no gross total."""
    f = Flow(p, "DejaVu", 8)
    f.beside(f.lines(p.seller, size=12, bold=True) + f.lines(*p.doc.seller.address[1:], p.doc.seller.phone,
             p.doc.seller.mail), f.lines(*p.buyer_address), widths=(102, 72))  # fmt: skip
    f.gap(8)
    f.say(p.title("Accusé de réception de commande"), 14, True)
    f.story.append(f.grid([[f.par(t, 7, True) for t in ("Numéro", "Date", "Votre réf.", "Votre contact", "Incoterm")],
        [f.par(t) for t in (p.number, p.issued, p.po, "Mme Le Bihan", "DAP")]], (36, 32, 40, 40, 26),
            _GRID))  # fmt: skip
    f.gap(5)
    f.table([
        Col("Rep.", 11, lambda r: str(r.position)),
        Col("Article", 26, lambda r: r.sku),
        Col("Libellé", 56, lambda r: "\n".join([r.name, *r.item.more])),
        Col("Quantité", 18, lambda r: f"{r.quantity} {r.unit}", "r"),
        Col("PU net HT", 22, lambda r: r.price, "r"),
        Col("Expédition", 21, lambda r: r.due, "c"),
        Col("Total HT", 22, lambda r: r.amount, "r"),
    ], "lines", paper="#eef2ff")  # fmt: skip
    f.gap(3)
    f.sums([(f"Montant total HT en {p.money}", p.net)], (56, 26))
    f.gap(5)
    f.say("Sans observation de votre part sous 48 heures, la commande est réputée acceptée.", 7.5)
    f.foot([f"SAS au capital de 120 000 €   TVA {p.vat_in(4, 3, 3, 3)}"])
    return f.pdf("Commerce V7")


VERCORSES = Issuer("vercors", "test", Style("fr", "1 234,56", "dd/MM/yyyy", "euros", places=4), _vercors, (
    Doc("vercors-1", "order_confirmation", "ARC-015523", "2026-04-14", (
        Item("Sonde Pt100 classe A L=150", "14", "pce", "63.4500", sku="SP-150A", due="2026-05-04",
             more=("Raccord 1/2\" NPT",)),
        Item("Transmetteur 4-20 mA tête DIN", "14", "pce", "87.9000", sku="TR-420", due="2026-05-04"),
        Item("Câble compensation type K", "300", "m", "2.1250", sku="CC-K", due="2026-04-22"),
    ), VERCORS, TREGOR, po="CDE 88-2031", rate="20", hard=("line_dates", "unit_in_quantity", "boxed_labels")),
))  # fmt: skip

MARSANNE = Firm("Marsanne Emballages SARL", "12 rue de la Verrerie", "42160 Andrézieux-Bouthéon", "France",
    vat="FR51235111911", iban="FR93 7413 3448 8211 1294 6862 456", phone="04 77 55 12 12")  # fmt: skip
BEAUJEU = Firm("Caves de Beaujeu SCA", "Place de la Liberté", "69430 Beaujeu", "France")


def _marsanne(p: Proof) -> bytes:
    """A credit note with positive amounts: the buyer on top, the totals in a ruled box on the left."""
    f = Flow(p, "Helvetica", 9)
    f.beside(f.lines("Client", size=7) + f.lines(*p.buyer_address), f.lines(p.title("AVOIR"), size=20,
        bold=True, side="r"),
             widths=(90, 84), rules=_BOX)  # fmt: skip
    f.gap(5)
    f.story.append(f.facts([("Avoir n°", p.number), ("Du", p.issued), ("Sur facture", p.extra("invoice")),
                            ("Commande", p.po), ("Motif", p.extra("why"))], (30, 90), "label"))  # fmt: skip
    f.gap(4)
    f.table([
        Col("Référence", 28, lambda r: r.sku),
        Col("Description", 72, lambda r: r.name),
        Col("Nombre", 18, lambda r: r.quantity, "r"),
        Col("Prix unitaire", 26, lambda r: r.price, "r"),
        Col("Prix total", 30, lambda r: r.amount, "r"),
    ], "stripes", "#ffffff", "#0f766e")  # fmt: skip
    f.gap(3)
    f.sums([("Total hors taxes", p.net), (f"TVA à {p.rate(p.doc.rate)} %", p.tax),
            ("Montant de l'avoir TTC", f"{p.gross} {p.money}")], (50, 32), "LEFT")  # fmt: skip
    f.foot([f"{p.seller}, {p.doc.seller.street}, {p.doc.seller.place}"], [f"N° TVA {p.vat}   IBAN {p.iban_plain}"])
    return f.pdf("Ciel bleu")


MARSANNES = Issuer("marsanne", "test", Style("fr", "1 234,56", "d MMMM yyyy", "€"), _marsanne, (
    Doc("marsanne-1", "credit_note", "AV2026-031", "2026-05-05", (
        Item("Bouteille bourgogne 75 cl antique", "630", "", "0.68", sku="BB75A"),
        Item("Carton 6 bouteilles debout", "105", "", "1.12", sku="C6D"),
    ), MARSANNE, BEAUJEU, po="2026-112", rate="20", extra={"invoice": "FA2026-377", "why": "Casse au transport"},
        hard=("buyer_above_seller",)),
))  # fmt: skip

TERUELA = Firm("Teruela Riegos y Bombas, S.L.", "Camino Real 3, nave 2", "44600 Alcañiz (Teruel)", "España",
    vat="ESB30602817", iban="ES38 4115 6026 1486 4925 6977", phone="978 555 114")  # fmt: skip
MATARRAN = Firm("Cooperativa del Matarraña, S.C.A.", "Avda. de Aragón 51", "44580 Valderrobres", "España",
    vat="ESB98014939")  # fmt: skip


def _teruela(p: Proof) -> bytes:
    """Invoice: base, rate and quota in a row at the foot; the customer's tax id beside; prices without unit column."""
    f = Flow(p, "Helvetica", 8.8)
    f.say(p.seller, 15, True, ink="#1e3a8a")
    f.say(f"{p.doc.seller.street} - {p.doc.seller.place} - NIF {p.vat} - Tel. {p.doc.seller.phone}", 7.5)
    f.gap(5)
    f.beside(f.facts([(p.title("Factura"), p.number), ("Fecha factura", p.issued), ("Vencimiento", p.due),
                      ("Albarán", p.extra("note")), ("N/ref. pedido", p.extra("order")), ("S/pedido", p.po)], (32, 44),
                     "label"), f.lines("Cliente:", bold=True) + f.lines(*p.buyer_address, f"NIF: {p.buyer_vat}"),
             widths=(92, 82), rules=_BOX)  # fmt: skip
    f.gap(5)
    f.table([
        Col("Código", 24, lambda r: r.sku),
        Col("Concepto", 68, lambda r: r.name),
        Col("Unidades", 20, lambda r: r.quantity, "r"),
        Col("Precio", 22, lambda r: r.price, "r"),
        Col("Dto.", 14, lambda r: r.off, "r"),
        Col("Subtotal", 26, lambda r: r.amount, "r"),
    ], "grid", "#1e3a8a")  # fmt: skip
    f.gap(6)
    f.story.append(f.grid([[f.par(t, 7.5, True, "r") for t in ("Suma", "Portes", "Base imponible", "% IVA", "Cuota IVA",
        "Total factura")], [f.par(t, 0, n == 5, "r") for n, t in enumerate((p.goods,
            p.amount(p.doc.charges[0].amount), p.net,
        p.rate(p.doc.rate), p.tax, f"{p.gross} {p.money}"))]], (28, 24, 32, 20, 30, 40), _GRID))  # fmt: skip
    f.gap(5)
    f.say(f"Forma de pago: transferencia a {p.iban}")
    return f.pdf("FacturaExprés")


TERUELAS = Issuer("teruela", "test", Style("es", "1.234,56", "dd/MM/yyyy", "€"), _teruela, (
    Doc("teruela-1", "invoice", "F26/00719", "2026-06-30", (
        Item("Bomba sumergible 4\" 2 CV", "3", "", "486.00", sku="BS4-2", off="10"),
        Item("Tubería PE100 DN50 PN10", "600", "", "1.92", sku="PE50-10"),
        Item("Gotero autocompensante 4 l/h", "2500", "", "0.165", sku="GA-4", off="5"),
        Item("Programador 6 estaciones", "1", "", "148.30", sku="PR-6"),
    ), TERUELA, MATARRAN, due="2026-07-30", po="CM-0617", rate="21", charges=(Charge("Portes", "35.00"),),
        extra={"note": "A26/1102", "order": "P26/0988"}, hard=("boxed_labels", "buyer_vat", "line_discount")),
))  # fmt: skip

VALMARECCHIA = Firm("Valmarecchia Ceramiche S.p.A.", "Via Marecchiese 1190", "47863 Novafeltria (RN)", "Italia",
    vat="IT44931470130", phone="0541 555 900", mail="ordini@valmarecchia.example")  # fmt: skip
ISEO = Firm("Iseo Bagni S.r.l.", "Via Roma 88", "25049 Iseo (BS)", "Italia", vat="IT27579860035")


def _valmarecchia(p: Proof) -> bytes:
    """Order confirmation: the customer under `Cliente`, week of delivery beside the date, boxes and square metres."""
    f = Flow(p, "Times-Roman", 9.6)
    f.beside(f.lines(p.seller, size=13, bold=True) + f.lines(*p.doc.seller.address[1:]),
             f.lines(p.title("CONFERMA D'ORDINE"), size=14, bold=True, side="r"), widths=(100, 74))  # fmt: skip
    f.gap(6)
    f.beside(f.lines("Cliente", bold=True) + f.lines(*p.buyer_address),
             f.facts([("Numero conferma", p.number), ("Data conferma", p.issued), ("Vostro ordine n.", p.po),
                      ("Consegna prevista", p.delivery)], (38, 42)), widths=(94, 80))  # fmt: skip
    f.gap(5)
    f.table([
        Col("Riga", 11, lambda r: str(r.position * 10)),
        Col("Articolo", 26, lambda r: r.sku),
        Col("Descrizione", 60, lambda r: "\n".join([r.name, *r.item.more])),
        Col("UM", 12, lambda r: r.unit),
        Col("Quantità", 20, lambda r: r.quantity, "r"),
        Col("Prezzo netto", 21, lambda r: r.price, "r"),
        Col("Valore", 24, lambda r: r.amount, "r"),
    ], "lines")  # fmt: skip
    f.gap(3)
    f.sums([("Totale merce", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges),
            ("Totale imponibile", p.net), (f"I.V.A. {p.rate(p.doc.rate)}%", p.tax),
            ("Totale ordine", f"{p.money} {p.gross}")], (50, 34))  # fmt: skip
    f.gap(4)
    f.say("Merce resa franco nostro stabilimento. Pagamento: Ri.Ba. 60 gg.", 8)
    f.foot([f"P. IVA {p.vat} - {p.doc.seller.phone} - {p.doc.seller.mail}"])
    return f.pdf("Ordini Web")


VALMARECCHIAS = Issuer("valmarecchia", "test", Style("it", "1.234,56", "dd.MM.yyyy", "EUR"), _valmarecchia, (
    Doc("valmarecchia-1", "order_confirmation", "CO/26/2290", "2026-04-20", (
        Item("Gres porcellanato 60x60 antracite", "172.80", "mq", "21.40", sku="GP60A",
            more=("120 scatole da 1,44 mq",)),
        Item("Battiscopa 7,2x60 antracite", "140", "pz", "3.85", sku="BA60A"),
        Item("Stucco grigio 5 kg", "24", "pz", "8.90", sku="STG5"),
    ), VALMARECCHIA, ISEO, delivery="2026-05-08", po="ISEO/188", rate="22", charges=(Charge("Pallet a perdere",
        "36.00"),),
        hard=("thousands_beside_decimals", "multiline_rows")),
))  # fmt: skip

SAVENA = Firm("Savena Cuscinetti S.n.c.", "Via Toscana 140", "40141 Bologna", "Italia", vat="IT45052160459",
    phone="051 555 771")  # fmt: skip
RUBIERA = Firm("Rubiera Macchine Agricole S.r.l.", "Via Secchia 25", "42048 Rubiera (RE)", "Italia")


def _savena(p: Proof) -> bytes:
    """A transport document by its long name, with cause of transport, parcels and the hour of departure."""
    f = Flow(p, "Courier", 8.4, margin=15)
    f.say(f"{p.seller}  -  {p.doc.seller.street}  -  {p.doc.seller.place}", bold=True)
    f.say(f"P.IVA {p.vat}  Tel. {p.doc.seller.phone}")
    f.gap(6)
    f.say(f"{p.title('DOCUMENTO DI TRASPORTO')} N. {p.number} DEL {p.issued}", 10, True)
    f.gap(3)
    f.beside(f.lines("DESTINATARIO", *p.buyer_address), f.lines("LUOGO DI DESTINAZIONE", *p.doc.ship_to),
        widths=(90, 90),
             rules=_BOX)  # fmt: skip
    f.say(f"CAUSALE: VENDITA   VS. ORDINE: {p.po}   PORTO: FRANCO   COLLI: 4   PESO KG: 61,5   ORA: 15:40")
    f.gap(4)
    f.table([
        Col("CODICE", 34, lambda r: r.sku),
        Col("DESCRIZIONE", 96, lambda r: r.name),
        Col("UM", 14, lambda r: r.unit),
        Col("QUANTITA'", 30, lambda r: r.quantity, "r"),
    ], "lines")  # fmt: skip
    f.gap(12)
    f.beside(f.lines("FIRMA CONDUCENTE"), f.lines("FIRMA DESTINATARIO"), widths=(90, 90))
    return f.pdf("Bolle")


SAVENAS = Issuer("savena", "test", Style("it", "1.234,56", "dd/MM/yyyy", "EUR"), _savena, (
    Doc("savena-1", "delivery_note", "1184", "2026-03-24", (
        Item("CUSCINETTO 6205 2RS", "40", "PZ", sku="6205-2RS"),
        Item("CUSCINETTO 30206", "20", "PZ", sku="30206"),
        Item("SUPPORTO UCP 206", "16", "PZ", sku="UCP206"),
        Item("PARAOLIO 35X52X7", "60", "PZ", sku="PO-35527"),
    ), SAVENA, RUBIERA, po="RMA-2026-0071", ship_to=("Rubiera Macchine Agricole", "Magazzino 2", "42048 Rubiera (RE)"),
        hard=("delivery_totals",)),
))  # fmt: skip

NAREW = Firm("Hurtownia Narew Sp. z o.o.", "ul. Łomżyńska 77", "07-410 Ostrołęka", "Polska", vat="PL7190790746",
    iban="PL95 6818 8326 6689 0543 5880 6240", phone="29 555 12 12", mail="zamowienia@narew.example")  # fmt: skip
BIEBRZA = Firm("Biebrza Tartak S.A.", "ul. Leśna 2", "19-200 Grajewo", "Polska", vat="PL2452961064")


def _narew(p: Proof) -> bytes:
    """Order confirmation in Polish: labels with colons on the right, totals in words, dates with dashes."""
    f = Flow(p, "DejaVu", 8.2)
    f.beside(f.lines(p.seller, size=11, bold=True) + f.lines(*p.doc.seller.address[1:],
        f"NIP: {p.vat_as('PL7190790746')}",
             p.doc.seller.mail), f.lines("Zamawiający:", bold=True) + f.lines(*p.buyer_address),
             widths=(96, 78))  # fmt: skip
    f.gap(7)
    f.say(f"{p.title('POTWIERDZENIE ZAMÓWIENIA')} {p.number}", 12, True, "c")
    f.gap(3)
    f.say(f"Data potwierdzenia: {p.issued}    Państwa zamówienie: {p.po}    Planowana dostawa: {p.delivery}")
    f.gap(4)
    f.table([
        Col("Poz.", 11, lambda r: str(r.position), "c"),
        Col("Symbol", 26, lambda r: r.sku),
        Col("Towar", 62, lambda r: r.name),
        Col("Ilość", 18, lambda r: r.quantity, "r"),
        Col("Jedn.", 13, lambda r: r.unit),
        Col("Cena", 20, lambda r: r.price, "r"),
        Col("Wartość", 24, lambda r: r.amount, "r"),
    ], "stripes", paper="#dcfce7")  # fmt: skip
    f.gap(3)
    f.sums([("Wartość netto", p.net), (f"VAT {p.rate(p.doc.rate)}%", p.tax), ("Wartość brutto",
        f"{p.gross} {p.money}")],
           (46, 36))  # fmt: skip
    f.gap(4)
    f.say("Prosimy o sprawdzenie potwierdzenia i zgłoszenie uwag w ciągu 24 godzin.", 7.5)
    f.foot([f"Konto: {p.iban}", f"tel. {p.doc.seller.phone}"])
    return f.pdf("Magazyn Pro")


NAREWS = Issuer("narew", "test", Style("pl", "1 234,56", "yyyy-MM-dd", "zł"), _narew, (
    Doc("narew-1", "order_confirmation", "PZ/2026/04/318", "2026-04-27", (
        Item("Piła taśmowa 34x1,1x4000", "10", "szt", "118.50", sku="PT-344"),
        Item("Smar litowy ŁT-43 kartusz 400 g", "60", "szt", "14.20", sku="LT43-400"),
        Item("Łańcuch tnący 3/8 72 ogniwa", "15", "szt", "64.90", sku="LT-38-72"),
    ), NAREW, BIEBRZA, delivery="2026-05-06", po="ZAM/118/2026", currency="PLN", rate="23"),
))  # fmt: skip

ISSUERS = (VERCORSES, MARSANNES, TERUELAS, VALMARECCHIAS, SAVENAS, NAREWS)
