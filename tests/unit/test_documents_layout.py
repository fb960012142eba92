"""Lines, segments, labels and headings."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.document_samples import Pen
from triage.documents.blocks import has_legal_form
from triage.documents.columns import headings
from triage.documents.labels import column_labels, field_labels, party_labels, title_labels, units
from triage.documents.lines import as_text, in_lines, in_segments
from triage.documents.names import clean_name, is_name
from triage.documents.phrases import marked
from triage.documents.printed import key_of
from triage.documents.reading import read
from triage.documents.sheet import Sheet, sheet_of
from triage.domain import FIELD_NAMES, Box, Document, DocumentType, Limits, Page, Word


def sheet(pen: Pen) -> Sheet:
    document = Document(name="a.pdf", media_type="application/pdf", content=pen.done())
    return sheet_of(read(document, Limits())[0])


class Spot:
    def __init__(self, x0: float, top: float, width: float = 20, height: float = 10) -> None:
        self.x0, self.top, self.x1, self.bottom = x0, top, x0 + width, top + height


def test_a_superscript_joins_its_line_and_the_next_line_does_not():
    big, small, under = Spot(0, 100), Spot(25, 99, 5, 6), Spot(0, 112)
    assert in_lines([under, small, big]) == [[big, small], [under]]


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 700)), max_size=40))
def test_no_word_is_lost_or_doubled(places):
    spots = [Spot(x, y) for x, y in places]
    lines = in_lines(spots)
    assert sorted(map(id, spots)) == sorted(id(s) for line in lines for s in line)
    assert all(a.x0 <= b.x0 for line in lines for a, b in pairwise(line))


def test_a_wide_gap_ends_a_segment():
    near, far = Spot(23, 0), Spot(100, 0)
    assert in_segments([Spot(0, 0), near, far])[1] == [far]


def test_text_keeps_columns_apart():
    text = as_text([[(0, 20, "Pos"), (200, 220, "5,00")]], 600)
    assert text.startswith("Pos   ")
    assert text.endswith("5,00")


def test_words_beside_a_colon_are_parted():
    pen = Pen()
    pen.at(60, 60, "Invoice Date:2026-03-04 n°562044")
    (line,) = sheet(pen).lines
    assert [spot.text for spot in line.spots] == ["Invoice", "Date:", "2026-03-04", "n°", "562044"]
    assert line.spots[1].word is line.spots[2].word


def test_keys_ignore_case_accents_and_number_signs():
    assert key_of("N° de Facture :") == key_of("no de facture")
    assert key_of("Straße") == "strasse"
    assert key_of("Wartość") == "wartosc"


def test_the_longest_label_wins():
    pen = Pen()
    pen.at(60, 60, "Total excl. VAT")
    (line,) = sheet(pen).lines
    (mark,) = marked(line, field_labels())
    assert mark.weight("net") == 1.0
    assert mark.weight("gross") == 0


def test_a_label_inside_a_phrase_weighs_less():
    pen = Pen()
    pen.at(60, 60, "Training Date")
    (mark,) = marked(sheet(pen).lines[0], field_labels())
    assert not mark.leads
    assert mark.weight("issue_date") < 0.5


def test_every_label_names_something_that_is_used():
    titles = {label.field for labels in title_labels().values() for label in labels}
    assert titles == {kind.value for kind in DocumentType}
    fields = {label.field for labels in field_labels().values() for label in labels}
    direct = {"issue_date", "due_date", "delivery_date", "iban", "currency"}
    assert direct <= fields
    assert direct <= set(FIELD_NAMES)
    assert {label.field for labels in party_labels().values() for label in labels} == {
        "seller",
        "buyer",
        "ship_to",
        "other_party",
    }
    assert "stk" in units()


def test_labels_have_no_second_meaning_by_accident():
    """A strong label of one total is no strong label of another."""
    totals = {"net", "tax", "gross", "payable", "other_amount"}
    doubled = {
        key
        for key, labels in field_labels().items()
        if len({label.field for label in labels if label.strong and label.field in totals}) > 1
    }
    assert doubled == set()


def test_a_heading_over_two_lines():
    pen = Pen()
    pen.row(
        100,
        (60, "l", "Artikel"),
        (200, "l", "Bezeichnung"),
        (350, "l", "Menge"),
        (420, "l", "Preis/"),
        (500, "l", "Gesamt"),
    )
    pen.row(110, (60, "l", "nummer"), (420, "l", "Einheit"), (500, "l", "EUR"))
    (heading,) = headings(sheet(pen))
    assert [column.role for column in heading.columns] == [
        "seller_item_id",
        "name",
        "quantity",
        "unit_price",
        "net_amount",
    ]
    assert (heading.first, heading.last) == (0, 1)


def test_a_sentence_is_no_heading():
    pen = Pen()
    pen.at(60, 100, "The quantity and the price of the item are a total amount")
    assert headings(sheet(pen)) == []


def test_every_column_heading_of_a_language_is_known():
    for language in (
        ("Description", "Qty", "Unit Price", "Amount"),
        ("Bezeichnung", "Menge", "Einzelpreis", "Gesamtpreis"),
        ("Désignation", "Qté", "P.U. HT", "Montant HT"),
        ("Omschrijving", "Aantal", "Prijs", "Bedrag"),
        ("Descripción", "Cantidad", "Precio", "Importe"),
        ("Descrizione", "Quantità", "Prezzo", "Importo"),
        ("Nazwa", "Ilość", "Cena netto", "Wartość netto"),
    ):
        roles = [{label.field for label in column_labels()[key_of(word)]} for word in language]
        assert all(r in found for r, found in zip(("name", "quantity", "unit_price", "net_amount"), roles, strict=True))


def test_names():
    assert is_name("Brandt & Mercer Supply B.V.")
    assert not is_name("3088 HH Rotterdam")
    assert not is_name("Waalhaven 12 straat 5")
    assert not is_name("EUR")
    assert not is_name("Rechnungsnummer")
    assert clean_name("Nordhelm Werkzeuge GmbH · Hafenstr. 9 · 20457 Hamburg") == "Nordhelm Werkzeuge GmbH"
    assert clean_name("Outillage Delmas SAS au capital de 50 000 €") == "Outillage Delmas SAS"


def test_legal_forms_are_told_from_everyday_words():
    assert has_legal_form("Rohstoff AG Salzgitter")
    assert has_legal_form("Hurtownia Metalik Sp. z o.o.")
    assert not has_legal_form("as soon as possible")
    assert not has_legal_form("AG")


def test_a_sideways_page_is_turned_to_read():
    words = []
    for n, text in enumerate(("Invoice", "Number", "CT-5512")):
        words.append(Word(id=n, text=text, box=Box(x0=50, top=700 - 60 * n, x1=60, bottom=750 - 60 * n), size=10))
    page = Page(number=1, width=595, height=842, words=tuple(words))
    (line,) = sheet_of((page,)).lines
    assert line.text == "Invoice Number CT-5512"
