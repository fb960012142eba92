"""Layouts from another hand, the second part of the half that may be looked at: notes, credits, Romance and Polish."""

from __future__ import annotations

from decimal import Decimal

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4

from tests.documents_set.flowing import Col, Flow
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.printed import Proof, Style

_GRID = [("GRID", (0, 0), (-1, -1), 0.4, HexColor("#777777"))]

GUADIATO = Firm("Herramientas del Guadiato, S.A.", "Pol. Ind. La Papelera, parcela 9", "14200 Peñarroya", "España",
    vat="ESB91262261", phone="957 555 018", mail="almacen@guadiato.example")  # fmt: skip
LUJAN = Firm("Construcciones Luján, S.L.", "Calle Amargura 40", "06800 Mérida", "España", vat="ESB44678191")


def _guadiato(p: Proof) -> bytes:
    """A delivery note without prices: ordered, served and pending units, a grid that is closed on all sides."""
    f = Flow(p, "Helvetica", 9)
    f.beside(f.lines(p.title("ALBARÁN DE ENTREGA"), size=15, bold=True),
             f.lines(p.seller, bold=True, side="r") + f.lines(*p.doc.seller.address[1:], f"CIF: {p.vat}", side="r"),
             widths=(94, 80))  # fmt: skip
    f.gap(5)
    f.story.append(f.grid([[f.par(t, 7, True) for t in ("Nº albarán", "Fecha", "Su pedido", "Cliente nº", "Bultos")],
        [f.par(t) for t in (p.number, p.issued, p.po, p.extra("customer"), p.extra("parcels"))]],
        (34, 34, 40, 34, 32), _GRID))  # fmt: skip
    f.gap(5)
    f.say("Destinatario", 7, True)
    f.say("\n".join([p.buyer, *p.doc.ship_to]))
    f.gap(5)
    f.table([
        Col("Referencia", 30, lambda r: r.sku),
        Col("Descripción", 78, lambda r: r.name),
        Col("Uds. pedidas", 22, lambda r: r.item.more[0], "r"),
        Col("Uds. servidas", 22, lambda r: r.quantity, "r"),
        Col("Pendiente", 22, lambda r: str(int(r.item.more[0]) - int(r.item.quantity)), "r"),
    ], "grid", paper="#e8e8e8")  # fmt: skip
    f.gap(4)
    f.say(f"Total unidades servidas: {p.style.number(sum(Decimal(i.quantity) for i in p.doc.items))}", bold=True)
    f.gap(20)
    f.say("Recibido conforme (firma y sello): ______________________")
    f.foot([f"{p.doc.seller.phone} · {p.doc.seller.mail}"])
    return f.pdf("Gestor Almacén")


GUADIATOS = Issuer("guadiato", "dev", Style("es", "1.234,56", "dd/MM/yy", "€"), _guadiato, (
    Doc("guadiato-1", "delivery_note", "A26-03381", "2026-05-21", (
        Item("Disco de corte 230 x 1,9 mm inox", "150", "", sku="DC230I", more=("200",)),
        Item("Broca SDS-Plus 10 x 160", "24", "", sku="BSDS10", more=("24",)),
        Item("Maletín de puntas 32 piezas", "5", "", sku="MP32", more=("10",)),
        Item("Guante nitrilo talla 9", "96", "", sku="GN9", more=("96",)),
    ), GUADIATO, LUJAN, po="OC-778/26", extra={"customer": "43021", "parcels": "3"},
        ship_to=("Obra Autovía A-66, p.k. 628", "06810 Calamonte"),
        hard=("delivery_totals", "quantities_side_by_side", "boxed_labels")),
))  # fmt: skip

BRESSANA = Firm("Bressana Oleodinamica S.r.l.", "Via Emilia 212/B", "27042 Bressana Bottarone (PV)", "Italia",
    vat="IT67432560802", iban="IT88 G784 5102 5429 5544 0793 132", phone="0383 555120")  # fmt: skip
CASALMAGGIORE = Firm("Officine Casalmaggiore S.p.A.", "Viale Po 7", "26041 Casalmaggiore (CR)", "Italia",
    vat="IT45052160459")  # fmt: skip


def _bressana(p: Proof) -> bytes:
    """Title with number and date in one phrase, unit column, discount with a sign, a box of totals in a row."""
    f = Flow(p, "Helvetica", 8.5)
    f.beside(f.lines(p.seller, size=13, bold=True) + f.lines(*p.doc.seller.address[1:],
             f"P.IVA e C.F. {p.vat_as('IT 67432560802')}", f"Tel. {p.doc.seller.phone}"),
             f.lines("Spett.le", *p.buyer_address, f"P.IVA {p.buyer_vat}"), widths=(98, 76))  # fmt: skip
    f.gap(8)
    f.say(f"{p.title('FATTURA')} n. {p.number} del {p.issued}", 12, True)
    f.boxes([("Vs. ordine", p.po), ("Pagamento", "Bonifico 60 gg d.f."), ("Scadenza", p.due), ("Agente", "Direzione"),
             ("Porto", "Franco")], (36, 42, 34, 34, 28))  # fmt: skip
    f.gap(3)
    f.table([
        Col("Cod. articolo", 27, lambda r: r.sku),
        Col("Descrizione dei beni", 60, lambda r: "\n".join([r.name, *r.item.more])),
        Col("U.M.", 11, lambda r: r.unit, "c"),
        Col("Q.tà", 16, lambda r: r.quantity, "r"),
        Col("Prezzo", 20, lambda r: r.price, "r"),
        Col("Sc.", 13, lambda r: f"-{r.off}%" if r.off else "", "r"),
        Col("Importo", 22, lambda r: r.amount, "r"),
        Col("IVA", 9, lambda r: "22", "c"),
    ], "lines")  # fmt: skip
    f.gap(6)
    f.boxes([("Totale merce", p.goods), ("Spese", p.amount(p.doc.charges[0].amount)), ("Imponibile", p.net),
             ("IVA 22%", p.tax), (f"TOTALE FATTURA {p.money}", p.gross)], (32, 26, 34, 32, 50))  # fmt: skip
    f.gap(4)
    f.say(f"Banca d'appoggio: {p.iban_plain}")
    f.say("Contributo CONAI assolto ove dovuto.", 7)
    return f.pdf("Contabile 4")


BRESSANAS = Issuer("bressana", "dev", Style("it", "1.234,56", "dd/MM/yyyy", "EUR"), _bressana, (
    Doc("bressana-1", "invoice", "318/V", "2026-04-29", (
        Item("Pompa a ingranaggi 11 cc", "4", "NR", "142.80", sku="PI-11-S", off="20", more=("Matr. 26-0881/0884",)),
        Item("Tubo flessibile R2AT 1/2\"", "120", "MT", "6.35", sku="TF-R2-12"),
        Item("Raccordo girevole 1/2\" BSP", "60", "NR", "3.97", sku="RG-12", off="15"),
        Item("Olio idraulico ISO VG 46", "200", "LT", "3.12", sku="OI-46"),
    ), BRESSANA, CASALMAGGIORE, due="2026-06-28", po="OF/2026/0447", rate="22", charges=(Charge("Trasporto", "22.00"),),
        hard=("buyer_vat", "boxed_labels", "multiline_rows")),
))  # fmt: skip

SOLINA = Firm("Solina Armatura Sp. z o.o.", "ul. Zaporowa 18", "38-610 Polańczyk", "Polska", vat="PL2452961064",
    iban="PL91 5829 4450 0850 1736 7756 5076", phone="13 555 01 40")  # fmt: skip
BORYNIA = Firm("Zakłady Borynia S.A.", "ul. Węglowa 4", "44-268 Jastrzębie-Zdrój", "Polska", vat="PL4628212985")


def _solina(p: Proof) -> bytes:
    """Seller and buyer beside each other under their roles; net, rate and gross in each row."""
    f = Flow(p, "DejaVu", 7.8, margin=14)
    f.beside(f.lines(f"{p.title('Faktura VAT')} nr {p.number}", size=14, bold=True),
             f.facts([("Data wystawienia", p.issued), ("Data sprzedaży", p.delivery), ("Termin płatności", p.due),
                      ("Zamówienie", p.po)], (34, 40)), widths=(106, 76))  # fmt: skip
    f.gap(6)
    f.beside(f.lines("Sprzedawca", bold=True) + f.lines(*p.seller_address, f"NIP {p.vat_as('PL 245-296-10-64')}"),
             f.lines("Nabywca", bold=True) + f.lines(*p.buyer_address, f"NIP {p.buyer_vat}"),
             widths=(91, 91))  # fmt: skip
    f.gap(5)
    f.table([
        Col("Lp.", 9, lambda r: str(r.position), "r"),
        Col("Nazwa towaru", 54, lambda r: r.name),
        Col("Indeks", 22, lambda r: r.sku),
        Col("J.m.", 11, lambda r: r.unit, "c"),
        Col("Ilość", 15, lambda r: r.quantity, "r"),
        Col("Cena netto", 19, lambda r: r.price, "r"),
        Col("Wartość netto", 21, lambda r: r.amount, "r"),
        Col("VAT", 11, lambda r: "23%", "r"),
        Col("Wartość brutto", 22, lambda r: p.amount((r.item.amount or Decimal(0)) * Decimal("1.23")), "r"),
    ], "grid", paper="#d9e2f3")  # fmt: skip
    f.gap(3)
    f.sums([("Razem netto", p.net), ("Podatek VAT", p.tax), ("Razem brutto", p.gross)], (40, 30), last=False)
    f.say(f"Do zapłaty: {p.gross} {p.money}", 12, True)
    f.say(f"Przelew na konto {p.iban}")
    f.gap(14)
    f.beside(f.lines("osoba upoważniona do odbioru", size=6.5, side="c"),
             f.lines("osoba upoważniona do wystawienia", size=6.5, side="c"), widths=(91, 91))  # fmt: skip
    return f.pdf("Fakturnia")


SOLINAS = Issuer("solina", "dev", Style("pl", "1 234,56", "dd.MM.yyyy", "PLN"), _solina, (
    Doc("solina-1", "invoice", "FV/0512/05/2026", "2026-05-12", (
        Item("Zasuwa kołnierzowa DN100 PN16", "3", "szt.", "612.00", sku="ZK100"),
        Item("Uszczelka płaska DN100", "30", "szt.", "4.20", sku="UP100"),
        Item("Śruba M16x70 ocynk", "240", "szt.", "1.85", sku="SR1670"),
    ), SOLINA, BORYNIA, due="2026-06-11", delivery="2026-05-11", po="ZB-2026-118", currency="PLN", rate="23",
        hard=("buyer_vat", "tax_column")),
))  # fmt: skip

TANNBERG = Firm("Tannberg Farben und Lacke e.K.", "Färbergasse 11", "88499 Riedlingen", "Deutschland",
    vat="DE852854071", iban="DE46 8151 3623 2398 7309 77", phone="07371 555 22")  # fmt: skip
HOHENRAIN = Firm("Hohenrain Fensterbau GmbH", "Sägewerkstraße 2", "88400 Biberach", "Deutschland", vat="DE854936477")


def _tannberg(p: Proof) -> bytes:
    """A credit: minus behind the amounts, the invoice that it corrects, totals in sentences with dots."""
    f = Flow(p, "Courier", 8.6, margin=16)
    f.say(f"{p.seller}, {p.doc.seller.street}, {p.doc.seller.place}", 8)
    f.gap(8)
    for line in p.buyer_address:
        f.say(line)
    f.gap(8)
    f.say(f"{p.title('GUTSCHRIFT')}", 13, True)
    f.story.append(f.facts([("Gutschrift-Nr.", p.number), ("Gutschrift-Datum", p.issued),
        ("zur Rechnung", f"{p.extra('invoice')} vom {p.date('invoiced')}"), ("Ihr Auftrag", p.po),
        ("Grund", p.extra("why"))], (40, 100)))  # fmt: skip
    f.gap(4)
    f.table([
        Col("Artikel", 22, lambda r: r.sku),
        Col("Text", 66, lambda r: r.name),
        Col("Menge", 18, lambda r: r.quantity, "r"),
        Col("Einh.", 16, lambda r: r.unit),
        Col("Preis", 22, lambda r: r.price, "r"),
        Col("Betrag", 30, lambda r: r.amount, "r"),
    ], "none")  # fmt: skip
    f.gap(4)
    f.sums([("Summe netto", p.net), (f"{p.rate(p.doc.rate)} % MwSt", p.tax),
            (f"Gutschriftsbetrag {p.money}", p.gross)], (64, 34))  # fmt: skip
    f.gap(5)
    f.say("Der Betrag wird mit der nächsten Rechnung verrechnet.")
    f.foot([f"USt-IdNr. {p.vat}   IBAN {p.iban}   Tel. {p.doc.seller.phone}"])
    return f.pdf("Kontor 2000")


TANNBERGS = Issuer("tannberg", "dev", Style("de", "1.234,56", "dd.MM.yy", "EUR", minus="1-"), _tannberg, (
    Doc("tannberg-1", "credit_note", "GS 26/0098", "2026-03-12", (
        Item("Holzlasur eiche hell 10 l", "-4", "Eimer", "78.50", sku="HL-EH-10"),
        Item("Grundierung farblos 5 l", "-2", "Dose", "41.20", sku="GF-5"),
    ), TANNBERG, HOHENRAIN, po="B-20931", rate="19",
        extra={"invoice": "R 26/1450", "invoiced": "2026-02-27", "why": "Farbton falsch geliefert"}),
))  # fmt: skip

CLOUGHMORE = Firm("Cloughmore Chemicals Ltd", "Ballydesmond Road", "P51 KX48 Newmarket", "Ireland", vat="IE6406398W",
    phone="+353 29 555 110", mail="dispatch@cloughmore.example")  # fmt: skip
STRANGFORD = Firm(
    "Strangford Dairies Ltd", "Quay Street 2", "BT30 7NL Downpatrick", "United Kingdom", vat="GB895512645"
)


def _cloughmore(p: Proof) -> bytes:
    """A despatch note on landscape paper: batches, pallets and weights beside the quantity."""
    f = Flow(p, "DejaVu", 8, (A4[1], A4[0]))
    f.beside(f.lines(p.seller, size=13, bold=True), f.lines(p.title("DESPATCH NOTE"), size=15, bold=True, side="r"),
             widths=(150, 110))  # fmt: skip
    f.gap(4)
    f.beside(f.lines("Consignee", size=7) + f.lines(p.buyer, *p.doc.ship_to),
             f.facts([("Despatch note no.", p.number), ("Date of despatch", p.issued), ("Customer order", p.po),
                      ("Expected delivery", p.delivery), ("Haulier", "Munster Freight")], (40, 50)),
             widths=(150, 110))  # fmt: skip
    f.gap(6)
    f.table([
        Col("Line", 14, lambda r: str(10 * r.position), "c"),
        Col("Product", 34, lambda r: r.sku),
        Col("Description", 92, lambda r: r.name),
        Col("Batch", 34, lambda r: r.item.more[0]),
        Col("Quantity", 24, lambda r: r.quantity, "r"),
        Col("Unit", 20, lambda r: r.unit),
        Col("Pallets", 20, lambda r: r.item.more[1], "r"),
        Col("Gross kg", 22, lambda r: r.item.more[2], "r"),
    ], "stripes", "#ffffff", "#4a5568")  # fmt: skip
    f.gap(3)
    f.say("Total pallets: 6     Total gross weight: 3,290 kg")
    f.foot([f"VAT no. {p.vat}", p.doc.seller.phone], ["Goods must be checked on arrival. Report shortages in 3 days."])
    return f.pdf("Warehouse One")


CLOUGHMORES = Issuer("cloughmore", "dev", Style("en_GB", "1,234.56", "dd-MMM-yyyy", "EUR"), _cloughmore, (
    Doc("cloughmore-1", "delivery_note", "DN-20260604-07", "2026-06-04", (
        Item("Caustic cleaner CIP 30, IBC 1000 L", "2", "IBC", sku="CC30-IBC", more=("L26-1182", "2", "2,640")),
        Item("Peracetic acid 5%, drum 25 kg", "16", "drum", sku="PAA5-25", more=("L26-0977", "1", "428")),
        Item("Chlorine test strips, pack of 100", "40", "pack", sku="CTS-100", more=("T26-33", "3", "222")),
    ), CLOUGHMORE, STRANGFORD, delivery="2026-06-05", po="SD-PO-5510",
        ship_to=("Strangford Dairies, Intake Bay 3", "Quay Street 2", "BT30 7NL Downpatrick"),
        hard=("delivery_totals",)),
))  # fmt: skip

KLAVERBLAD = Firm("Klaverblad Tuinmachines B.V.", "Energieweg 81", "8304 AJ Emmeloord", "Nederland",
    vat="NL808103052B75", iban="NL72 TZCN 9799 8928 56", phone="0527 555 330")  # fmt: skip
EEMLANDS = Firm("Eemlands Groenbeheer V.O.F.", "Amersfoortseweg 300", "3751 LJ Bunschoten", "Nederland")


def _klaverblad(p: Proof) -> bytes:
    """A credit note: quantity and unit in one cell, negative amounts with a space, several sums."""
    f = Flow(p, "Helvetica", 9)
    f.beside(f.lines(*p.buyer_address), f.lines(p.seller, bold=True) + f.lines(*p.doc.seller.address[1:],
             p.doc.seller.phone, f"BTW {p.vat}", f"IBAN {p.iban}"), widths=(104, 70))  # fmt: skip
    f.gap(10)
    f.say(p.title("CREDITFACTUUR"), 16, True, ink="#1b5e20")
    f.beside(f.lines("Creditfactuurnummer", size=7) + f.lines(p.number),
             f.lines("Datum", size=7) + f.lines(p.issued), f.lines("Betreft factuur", size=7)
             + f.lines(p.extra("invoice")), f.lines("Uw inkoopordernr.", size=7) + f.lines(p.po),
             widths=(46, 40, 44, 44))  # fmt: skip
    f.gap(4)
    f.table([
        Col("Art.", 24, lambda r: r.sku),
        Col("Omschrijving", 68, lambda r: r.name),
        Col("Aantal", 24, lambda r: f"{r.quantity} {r.unit}", "r"),
        Col("Stukprijs", 26, lambda r: r.price, "r"),
        Col("Totaal", 32, lambda r: r.amount, "r"),
    ], "lines", "#1b5e20")  # fmt: skip
    f.gap(3)
    f.sums([("Totaal exclusief btw", p.net), (f"{p.rate(p.doc.rate)}% btw", p.tax),
            (f"Te ontvangen ({p.money})", p.gross)], (60, 34))  # fmt: skip
    return f.pdf("Kantoor Compleet")


KLAVERBLADS = Issuer("klaverblad", "dev", Style("nl", "1.234,56", "d MMMM yyyy", "€", minus="- 1"), _klaverblad, (
    Doc("klaverblad-1", "credit_note", "CF-26-0071", "2026-04-08", (
        Item("Messenset cirkelmaaier 122 cm", "-3", "st", "89.95", sku="MS-122"),
        Item("V-snaar aandrijving 4L-880", "-10", "st", "14.25", sku="VS-880"),
        Item("Kettingolie 5 liter", "-2", "can", "27.40", sku="KO-5"),
    ), KLAVERBLAD, EEMLANDS, po="EG-2026-44", rate="21", extra={"invoice": "VF-26-1120"},
        hard=("unit_in_quantity", "buyer_above_seller", "boxed_labels")),
))  # fmt: skip

ISSUERS = (GUADIATOS, BRESSANAS, SOLINAS, TANNBERGS, CLOUGHMORES, KLAVERBLADS)
