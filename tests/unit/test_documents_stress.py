"""How suppliers' software may print the same: places of labels, columns side by side, prices per hundred."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.document_samples import Pen, cells
from triage.documents.finding import Findings, find
from triage.documents.reading import read
from triage.domain import Document, Limits

LABELS = {
    "en": ("INVOICE", "Document No.", "Posting Date", "External Document No."),
    "de": ("RECHNUNG", "Belegnr.", "Buchungsdatum", "Externe Belegnummer"),
    "fr": ("FACTURE", "N° de pièce", "Date de comptabilisation", "N° doc. externe"),
    "nl": ("FACTUUR", "Boekstuknr.", "Boekingsdatum", "Uw inkoopnr."),
    "es": ("FACTURA", "Nº documento", "Fecha registro", "S/Pedido"),
    "it": ("FATTURA", "N. documento", "Data registrazione", "Vs. ordine n."),
    "pl": ("FAKTURA", "Nr dokumentu", "Data wystawienia", "Nr zam. klienta"),
}


def found_in(pen: Pen) -> Findings:
    document = Document(name="a.pdf", media_type="application/pdf", content=pen.done())
    return find(read(document, Limits())[0])


def labelled(language: str, place: str) -> Pen:
    title, *labels = LABELS[language]
    pen = Pen()
    pen.at(60, 60, title, 16, bold=True)
    for n, (label, value) in enumerate(zip(labels, ("ZX-48213", "14.05.2026", "K-7741"), strict=True)):
        if place == "left":
            pen.at(60, 100 + 14 * n, label)
            pen.at(220, 100 + 14 * n, value)
        elif place == "above":
            pen.at(400, 100 + 26 * n, label, 7)
            pen.at(400, 110 + 26 * n, value)
        else:
            pen.at(60 + 160 * n, 100, label)
            pen.at(60 + 160 * n, 114, value)
    return pen


@pytest.mark.parametrize("place", ["left", "above", "row"])
@pytest.mark.parametrize("language", LABELS)
def test_labels_beside_above_and_in_a_row_of_boxes(language, place):
    fields = found_in(labelled(language, place)).fields
    assert fields["document_number"].value == "ZX-48213"
    assert str(fields["issue_date"].value) == "2026-05-14"
    assert fields["purchase_order_reference"].value == "K-7741"


COLUMNS = ((60, "l"), (290, "r"), (350, "r"), (410, "r"), (470, "r"), (540, "r"))


@pytest.mark.parametrize(
    "heads",
    [
        ("Description", "Ordered", "Despatched", "To follow", "Price", "Amount"),
        ("Bezeichnung", "Bestellt", "Geliefert", "Rückstand", "E-Preis", "Betrag"),
        ("Désignation", "Qté cdée", "Qté livrée", "Reliquat", "P.U. HT", "Montant HT"),
        ("Omschrijving", "Besteld", "Gelev.", "Nog te leveren", "Stukprijs", "Bedrag"),
        ("Descripción", "Cant. ped.", "Servido", "Pte.", "Precio", "Importe"),
        ("Descrizione", "Ordinato", "Evaso", "Residuo", "Prezzo", "Importo"),
        ("Nazwa", "Zam.", "Wydano", "Pozostało", "Cena netto", "Kwota"),
    ],
)
@pytest.mark.parametrize("priced", [True, False])
def test_of_three_quantities_the_delivered_one_counts(heads, priced):
    pen = Pen()
    rows = (("Steel wedge", "100", "60", "40", "2.50", "150.00"), ("Oak wedge", "20", "20", "0", "4.10", "82.00"))
    count = len(heads) if priced else 4
    pen.row(200, *cells(COLUMNS[:count], *heads[:count]))
    for n, row in enumerate(rows):
        pen.row(216 + 14 * n, *cells(COLUMNS[:count], *row[:count]))
    assert [line["quantity"].value for line in found_in(pen).lines] == [60, 20]


def test_products_outweigh_headings_of_quantities():
    pen = Pen()
    pen.row(200, *cells(COLUMNS, "Description", "Shipped", "Ordered", "Open", "Price", "Amount"))
    pen.row(216, *cells(COLUMNS, "Steel wedge", "100", "60", "40", "2.50", "150.00"))
    pen.row(230, *cells(COLUMNS, "Oak wedge", "30", "20", "10", "4.10", "82.00"))
    first, second = found_in(pen).lines
    assert (first["quantity"].value, second["quantity"].value) == (60, 20)
    assert first["quantity"].support == "proved"


@pytest.mark.parametrize("printed", ["18.45/100", "18.45 /100", "18.45 / 100", "18.45/C"])
def test_a_price_with_its_basis_behind_a_stroke(printed):
    pen = Pen()
    columns = ((60, "l"), (300, "r"), (420, "r"), (540, "r"))
    pen.row(200, *cells(columns, "Description", "Qty", "Price", "Amount"))
    pen.row(216, *cells(columns, "Compression spring", "2,500", printed, "461.25"))
    (line,) = found_in(pen).lines
    assert line["unit_price"].value == Decimal("18.45")
    assert line["unit_price"].support == "proved"


def test_totals_side_by_side_are_no_items():
    pen = Pen()
    columns = ((60, "l"), (300, "r"), (420, "r"), (540, "r"))
    pen.row(200, *cells(columns, "Descrizione", "Quantità", "Prezzo", "Importo"))
    pen.row(216, *cells(columns, "Punta HSS 8,5 mm", "120", "2,94", "352,80"))
    columns = ((140, "r"), (280, "r"), (400, "r"), (540, "r"))
    pen.row(300, *cells(columns, "Totale merce", "Totale imponibile", "Totale IVA 22%", "Totale documento"))
    pen.row(314, *cells(columns, "352,80", "352,80", "77,62", "430,42"))
    found = found_in(pen)
    assert len(found.lines) == 1
    totals = [found.fields[name].value for name in ("net_total", "tax_total", "gross_total")]
    assert totals == [Decimal("352.80"), Decimal("77.62"), Decimal("430.42")]


def test_the_writer_may_stand_in_the_footer_alone_and_the_addressee_above():
    pen = Pen()
    pen.at(60, 40, "FACTURA", 16, bold=True)
    pen.block(60, 80, "Talleres Arenal, S.A.", "Polígono Norte 14", "20120 Hernani", "CIF: B39529227")
    pen.at(60, 780, "Cojinetes del Duero, S.L. - Calle F 52 - 50016 Zaragoza - IBAN ES95 9785 9013 2237 8636 2337", 7)
    fields = found_in(pen).fields
    assert fields["seller_name"].value == "Cojinetes del Duero, S.L."
    assert fields["buyer_name"].value == "Talleres Arenal, S.A."


def test_the_day_for_the_whole_amount_is_due_not_that_of_the_cash_discount():
    pen = Pen()
    pen.at(60, 60, "Rechnung RE-4711", 14)
    pen.at(60, 200, "Zahlbar bis 06.03.2026 mit 2 % Skonto oder bis 29.03.2026 rein netto.")
    assert str(found_in(pen).fields["due_date"].value) == "2026-03-29"


def test_an_account_number_over_two_lines():
    pen = Pen()
    pen.at(60, 780, "Boulonnerie Vernet SARL, 95640 Marines, IBAN FR76", 7)
    pen.at(60, 789, "5042 9405 1918 6257 8882 673, tout retard entraîne une indemnité", 7)
    assert found_in(pen).fields["iban"].value == "FR7650429405191862578882673"


@pytest.mark.parametrize("word", ["Verkäufer", "Vendedor", "Sprzedawca", "Salesperson"])
def test_a_salesperson_does_not_sell(word):
    pen = Pen()
    pen.at(60, 50, "Kestrel Hydraulics Ltd", 12)
    pen.block(60, 64, "Unit 4, Mill Lane", "Leeds LS1 4AP", "Tel 0113 555 0190")
    pen.at(350, 100, f"{word}:")
    pen.at(450, 100, "Anna Vos")
    assert found_in(pen).fields["seller_name"].value == "Kestrel Hydraulics Ltd"


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Order Acceptance", "Acceptance No."),
        ("Auftragsannahme", "Vorgang"),
        ("Confirmation de votre commande", "Confirmation"),
        ("Orderbevestiging", "Bevestiging"),
        ("Confirmación de pedido", "Confirmación"),
        ("Accettazione d’ordine", "Protocollo"),
    ],
)
def test_a_confirmation_may_be_an_acceptance_and_its_number_be_called_so(title, label):
    pen = Pen()
    pen.at(300, 60, title, 14, bold=True)
    pen.at(300, 90, label)
    pen.at(430, 90, "AC26-2204")
    fields = found_in(pen).fields
    assert fields["document_type"].value == "order_confirmation"
    assert fields["document_number"].value == "AC26-2204"


@pytest.mark.parametrize("label", ["Solicitante:", "Demandeur :", "Anfragender:", "Richiedente:", "Spett. ditta"])
def test_who_asked_for_an_offer_is_the_buyer(label):
    pen = Pen()
    pen.at(60, 40, "Hornos Arlanza, S.A. - Calle Mayor 4 - 09001 Burgos")
    pen.at(60, 80, "Presupuesto PR-077", 14)
    pen.at(60, 120, label)
    pen.block(60, 132, "Talleres Arenal, S.L.", "Calle del Hierro 2", "08403 Granollers")
    assert found_in(pen).fields["buyer_name"].value == "Talleres Arenal, S.L."


@pytest.mark.parametrize("label", ["", "De", "Von", "Da"])
def test_a_legal_form_may_stand_on_the_line_below_its_name(label):
    pen = Pen()
    pen.at(60, 60, "Factura #F260219", 14)
    pen.at(60, 100, "Cliente")
    pen.block(60, 112, "Talleres Arenal, S.A.", "Calle del Hierro 2", "08403 Granollers")
    pen.at(400, 100, label)
    pen.block(400, 112, "Tornillos Lozoya,", "S.L.", "Calle Falsa 41", "29004 Torrox")
    assert found_in(pen).fields["seller_name"].value == "Tornillos Lozoya, S.L."


def test_an_order_that_is_named_in_running_text_is_no_title():
    pen = Pen()
    pen.at(60, 150, "Rechnungsnummer: 2026-0417 (bitte angeben)")
    pen.at(60, 162, "Auftrag vom 26.03.2026, Ihr Zeichen: Opitz, Bestellung 4500082015.")
    fields = found_in(pen).fields
    assert fields["document_type"].value == "invoice"
    assert fields["document_number"].value == "2026-0417"


@pytest.mark.parametrize(
    ("before", "date"),
    [
        ("Burgdorf, den:", "19.4.2026"),
        ("Miejsce i data wystawienia: Konin,", "19.04.2026"),
        ("Pavia, lì", "19/04/2026"),
    ],
)
def test_the_date_may_stand_behind_a_place(before, date):
    pen = Pen()
    pen.at(60, 60, "Rechnung Nr. 118-27", 14)
    pen.at(60, 90, before)
    pen.at(260, 90, date)
    pen.at(60, 104, "Fällig per:")
    pen.at(260, 104, "19.5.2026")
    assert str(found_in(pen).fields["issue_date"].value) == "2026-04-19"


def test_the_date_behind_the_number_under_the_title_and_a_draft_accepted_at_a_date():
    pen = Pen()
    pen.at(60, 60, "Facture de vente", 14)
    pen.at(60, 84, "N° VT0026774 du 30/03/26")
    pen.at(60, 98, "Livré le 27/03/26 par messagerie")
    pen.at(60, 300, "Mode de règlement : traite acceptée au 15/05/26")
    fields = found_in(pen).fields
    assert str(fields["issue_date"].value) == "2026-03-30"
    assert str(fields["due_date"].value) == "2026-05-15"


@pytest.mark.parametrize(
    "label", ["Despatched", "Shipped on", "Versandt am", "Expédié le", "Verzonden op", "Enviado el", "Spedito il"]
)
def test_a_delivery_note_is_dated_by_its_despatch(label):
    pen = Pen()
    pen.at(60, 60, "DELIVERY NOTE DN-93318", 14)
    pen.at(60, 100, label)
    pen.at(200, 100, "12 May 2026")
    assert str(found_in(pen).fields["issue_date"].value) == "2026-05-12"


def test_a_title_with_its_number_above_an_address_is_no_name():
    pen = Pen()
    pen.block(60, 120, "AVOIR n° AV-0417", "Mécanique Faverges SARL", "12 impasse des Forges", "74200 Thonon-les-Bains")
    pen.block(350, 40, "Visserie Lormes", "8 faubourg Neuf", "58140 Lormes", "N° TVA : FR41451949911")
    assert found_in(pen).fields["buyer_name"].value == "Mécanique Faverges SARL"


def test_paired_labels_with_paired_values():
    pen = Pen()
    pen.at(60, 60, "Faktura", 14)
    for n, (label, value) in enumerate(
        [
            ("Ihre Bestellung / vom", "4500081733 / 19.01.2026"),
            ("Lieferung / vom", "80077126 / 03.02.2026"),
            ("Belegnummer / Datum", "90318842 / 04.02.2026"),
        ]
    ):
        pen.at(300, 100 + 12 * n, label)
        pen.at(440, 100 + 12 * n, value)
    fields = found_in(pen).fields
    assert fields["document_number"].value == "90318842"
    assert str(fields["issue_date"].value) == "2026-02-04"


def test_headings_that_ran_together_above_others_are_parted():
    pen = Pen()
    pen.at(60, 60, "Auftragsbestätigung A26-719", 14)
    columns = ((60, "l"), (120, "l"), (330, "r"), (410, "r"), (440, "r"), (540, "r"))
    pen.at(369, 190, "VK-Preis")
    pen.at(413, 190, "Rabatt")
    pen.row(202, *cells(columns, "Nr.", "Beschreibung", "Menge", "ohne MwSt.", "%", "Zeilenbetrag"))
    pen.row(220, *cells(columns, "1010", "Filterpatrone", "32", "58,40", "10", "1.681,92"))
    pen.row(234, *cells(columns, "1022", "Taschenfilter", "48", "21,95", "10", "948,24"))
    assert [line["unit_price"].value for line in found_in(pen).lines] == [Decimal("58.40"), Decimal("21.95")]


def test_a_corrected_invoice_whose_totals_are_credited_is_a_credit_note():
    pen = Pen()
    pen.at(60, 60, "Rechnungskorrektur", 14)
    pen.at(60, 84, "Korrekturbeleg   RK-26-0088")
    assert found_in(pen).fields["document_type"].value == "corrected_invoice"
    pen = Pen()
    pen.at(60, 60, "Rechnungskorrektur", 14)
    pen.row(300, (60, "l", "Gutschrift netto"), (540, "r", "484,20"))
    assert found_in(pen).fields["document_type"].value == "credit_note"


def test_units_of_unlike_width_behind_quantities_set_to_the_right():
    pen = Pen()
    pen.at(60, 60, "Facture F-2203", 14)
    columns = ((60, "l"), (120, "l"), (350, "r"), (430, "r"), (520, "r"))
    pen.row(200, *cells(columns, "Réf.", "Désignation", "Qté", "Prix HT", "Montant HT"))
    for n, texts in enumerate(
        [
            ("TM25", "Tapis modulaire", "14 m", "268,00", "3 752,00"),
            ("TMO1", "Tambour moteur", "2 pièces", "894,00", "1 788,00"),
            ("GLR3", "Guide latéral", "6 barres", "57,30", "343,80"),
        ]
    ):
        pen.row(218 + 14 * n, *cells(columns, *texts))
    assert [line["quantity"].value for line in found_in(pen).lines] == [14, 2, 6]


@pytest.mark.parametrize("charge", ["Freight prepaid & added", "Fracht frei Haus", "Porto"])
def test_freight_without_quantity_and_number_is_no_item(charge):
    pen = Pen()
    pen.at(60, 60, "Invoice 20771", 14)
    columns = ((60, "l"), (120, "l"), (350, "r"), (430, "r"), (520, "r"))
    pen.row(200, *cells(columns, "Item Code", "Description", "Quantity", "Price Each", "Amount"))
    pen.row(218, *cells(columns, "FW34", "Flat washer", "400", "0.21", "84.00"))
    pen.row(232, *cells(columns, "TL25", "Threadlocker blue", "6", "58.25", "349.50"))
    pen.row(246, (120, "l", charge), (520, "r", "67.80"))
    assert len(found_in(pen).lines) == 2


def test_a_tax_id_beside_a_label_is_not_the_order_that_stands_below_it():
    pen = Pen()
    pen.at(60, 60, "Factura F260219", 14)
    pen.at(60, 100, "Pedido del cliente")
    pen.at(230, 100, "B58818501")
    pen.at(60, 112, "OC-5521")
    assert found_in(pen).fields["purchase_order_reference"].value == "OC-5521"
