"""Words of labels, headings and titles, and what they mean together."""

from __future__ import annotations

import pytest

from triage.documents.meanings import column_roles, header_labels, title_type
from triage.documents.wording import classes_of, said


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("Liefertermin", {"delivery", "date"}),
        ("Auftragsnr.", {"order", "number"}),
        ("zam.", {"order", "ordered"}),
        ("Montant", {"amount"}),
        ("19%", {"percent"}),
        ("Kd.-Nr.:", {"customer", "number"}),
    ],
)
def test_a_word_is_known_also_by_its_beginning_and_in_compounds(word, says):
    assert says <= classes_of(word)


@pytest.mark.parametrize("word", ["Rheinfels", "Kogelkraan", "M8x40", "", "xy"])
def test_words_of_names_and_goods_say_nothing(word):
    assert classes_of(word) == frozenset()


def test_a_phrase_with_one_unknown_word_says_nothing():
    assert said(("Date", "limite", "de", "règlement"))
    assert said(("Date", "limite", "de", "Montélimar")) == frozenset()


@pytest.mark.parametrize(
    ("phrase", "field", "strong"),
    [
        ("Date limite de règlement", "due_date", True),
        ("Nettofälligkeit", "due_date", True),
        ("Verv. datum", "due_date", True),
        ("Fecha límite de pago", "due_date", True),
        ("Boekingsdatum", "issue_date", True),
        ("Data di registrazione", "issue_date", True),
        ("Posting Date", "issue_date", True),
        ("Date livraison souhaitée", "delivery_date", True),
        ("Gewenste leverdatum", "delivery_date", True),
        ("Notice date", "delivery_note_date", True),
        ("External Document No.", "order_number", True),
        ("N° doc. externe", "order_number", True),
        ("Nr zam. klienta", "order_number", True),
        ("Vs. rif.", "order_number", False),
        ("Our order", "confirmation_number", True),
        ("Boekstuknr.", "number", True),
        ("Zending nr", "delivery_number", True),
        ("Kod kontrahenta", "other_reference", True),
        ("Suivi par", "other_reference", True),
        ("Total EUR ohne MwSt.", "net", True),
        ("Imponibile EUR", "net", True),
        ("Totaal EUR incl. btw", "gross", True),
        ("TVA à 20 %", "tax", True),
        ("Restant te betalen", "payable", False),
    ],
)
def test_labels_in_no_list_are_understood_by_their_words(phrase, field, strong):
    found = {label.field: label.strong for label in header_labels(tuple(phrase.split()))}
    assert found[field] is strong


@pytest.mark.parametrize("phrase", ["Vielen Dank für Ihren Auftrag", "Total", "Nr.", "de la", "Werkstoff C45"])
def test_sentences_and_bare_words_name_nothing_strongly(phrase):
    assert not any(label.strong for label in header_labels(tuple(phrase.split())))


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Cant. pedida", "ordered_quantity"),
        ("Qté livrée", "quantity"),
        ("Q.tà residua", "open_quantity"),
        ("Aantal gefact.", "quantity"),
        ("Eenheidsprijs excl. btw", "unit_price"),
        ("Prix total HT", "net_amount"),
        ("Line Amount Excl. VAT", "net_amount"),
        ("Importe IVA incluido", "gross_line"),
        ("Kwota VAT", "tax_amount"),
        ("Stawka VAT", "tax_rate"),
        ("Rabat %", "discount"),
        ("Kod klienta", "buyer_item_id"),
        ("Artikel-Nr.", "seller_item_id"),
        ("Lev. datum", "delivery_date"),
        ("Ursprungsland", "other"),
    ],
)
def test_column_headings_are_understood_by_their_words(heading, role):
    assert column_roles(tuple(heading.split()))[0] == role


def test_two_columns_run_together_are_no_heading():
    assert column_roles(("Bruto", "Korting")) == ()


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Accusé de réception de commande", "order_confirmation"),
        ("Acuse de recibo de pedido", "order_confirmation"),
        ("Potwierdzenie przyjęcia zamówienia", "order_confirmation"),
        ("Verkaufsgutschrift", "credit_note"),
        ("Nota de abono", "credit_note"),
        ("Verkoopofferte", "quotation"),
        ("Verzendbon", "delivery_note"),
        ("Warenausgangsschein", "delivery_note"),
        ("Facture client", "invoice"),
        ("Lieferdatum", None),
        ("Rechnungsnummer", None),
    ],
)
def test_titles_are_understood_by_their_words(title, kind):
    assert title_type(tuple(title.split())) == kind
