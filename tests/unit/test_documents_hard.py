"""Sums under each other, items as sums or cards, broken text layers, and what must not be taken for them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.document_hard import HARD, german_order_footer
from tests.unit.document_samples import Pen, Sample, cells, dutch_invoice_buyer_first
from triage.documents.amounts import separators
from triage.documents.cards import card_table
from triage.documents.columns import headings
from triage.documents.dates import find_dates
from triage.documents.finding import BROKEN_TEXT, Findings, find
from triage.documents.formulas import item_tables
from triage.documents.labels import field_labels
from triage.documents.ladder import climb
from triage.documents.phrases import all_marked
from triage.documents.printed import key_of
from triage.documents.reading import read
from triage.documents.sense import makes_sense
from triage.documents.sheet import Sheet, sheet_of
from triage.domain import Document, Limits, Page
from triage.tasks.extract.embedded import EmbeddedExtractor


def pages_of(content: bytes, media_type: str = "application/pdf") -> tuple[Page, ...]:
    return read(Document(name="a.pdf", media_type=media_type, content=content), Limits())[0]


def text_sheet(*lines: str) -> Sheet:
    return sheet_of(pages_of("\n".join(lines).encode(), "text/plain"))


def found_in(pen: Pen) -> Findings:
    return find(pages_of(pen.done()))


def ladder(*rows: tuple[str, str]) -> tuple[Decimal | None, ...]:
    pen = Pen()
    for n, (label, amount) in enumerate(rows):
        pen.row(100 + 13 * n, (330, "l", label), (535, "r", amount))
    sheet = sheet_of(pages_of(pen.done()))
    made = climb(sheet, all_marked(sheet), frozenset())
    return tuple(None if c is None else c.value for c in (made.net, made.tax, made.gross))


def test_the_first_sum_with_the_tax_is_the_total_and_later_ones_are_balances():
    rows = (("Goods", "100.00"), ("Freight", "10.00"), ("Subtotal", "110.00"), ("VAT 20%", "22.00"))
    after = (("Altogether", "132.00"), ("Earlier balance", "40.00"), ("New balance", "172.00"))
    assert ladder(*rows, *after) == (Decimal("110.00"), Decimal("22.00"), Decimal("132.00"))


def test_a_deposit_may_be_printed_without_its_minus():
    rows = (("Net", "100.00"), ("VAT", "20.00"), ("Total", "120.00"), ("Deposit", "50.00"), ("To pay", "70.00"))
    assert ladder(*rows)[2] == Decimal("120.00")


def test_rows_that_do_not_add_up_prove_nothing():
    assert ladder(("Goods", "100.00"), ("VAT", "20.00"), ("Total", "121.00")) == (None, None, None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 999), min_size=2, max_size=5), st.integers(1, 9_999))
def test_rows_of_which_none_is_a_sum_add_up_to_the_total(steps, tax):
    """Every row is further from the sum of those above it than rounding explains."""
    cents: list[int] = []
    for step in steps:
        cents.append(sum(cents) + step)
    rows = [(f"Goods {'abcde'[n]}", f"{value / 100:.2f}") for n, value in enumerate(cents)]
    total = f"{(sum(cents) + tax) / 100:.2f}"
    assert ladder(*rows, ("VAT", f"{tax / 100:.2f}"), ("Total", total))[2] == Decimal(total)


def items_of(*lines: str) -> list[dict[str, str]]:
    sheet = text_sheet(*lines)
    found = [i for t in item_tables(sheet, all_marked(sheet)) for i in t.items]
    return [{role: str(n.amount.value) for role, n in item.numbers.items()} for item in found]


def test_items_as_sums_have_their_description_above():
    pen = Pen()
    pen.at(60, 60, "Order confirmation OC-7", 14)
    for y, name, says, amount in (
        (120, "Claw hammer 20 oz", "48 pcs at 14.20 less 10%", "613.44"),
        (160, "Bolster chisel", "20 sets at 22.95", "459.00"),
    ):
        pen.at(60, y, name)
        pen.row(y + 13, (60, "l", says), (535, "r", amount))
    lines = found_in(pen).lines
    assert [str(line["name"].value) for line in lines] == ["Claw hammer 20 oz", "Bolster chisel"]
    assert [line["quantity"].value for line in lines] == [48, 20]
    assert [line["unit_price"].value for line in lines] == [Decimal("14.20"), Decimal("22.95")]


def test_a_sum_that_is_wrong_is_no_item():
    assert items_of("Hammer", "48 pcs at 14.20      600.00", "Chisel", "20 sets at 22.95      450.00") == []


def test_a_card_whose_product_is_wrong_is_no_item():
    card = ("Hammer", "Quantity: 5", "Unit price: 4.00", "Line total: 21.00")
    assert card_table(text_sheet(*card)) is None
    assert card_table(text_sheet(*card[:3], "Line total: 20.00")) is not None


def test_an_amount_beside_the_figures_is_a_charge():
    columns = ((60, "l"), (330, "r"), (420, "r"), (540, "r"))
    pen = Pen()
    pen.row(200, *cells(columns, "Description", "Quantity", "Unit price", "Amount"))
    pen.row(216, *cells(columns, "Hex bolt", "10", "2.00", "20.00"))
    pen.row(230, *cells(columns, "Anchor bolt", "5", "4.00", "20.00"))
    pen.row(250, (360, "l", "Courier"), (540, "r", "6.50"))
    pen.row(264, (360, "l", "Total"), (540, "r", "46.50"))
    assert [str(line["name"].value) for line in found_in(pen).lines] == ["Hex bolt", "Anchor bolt"]


@pytest.mark.parametrize("heading", ["€/100", "Preis per 100", "%Stück", "per 100", "Prijs/100", "Price per 1,000"])
def test_headings_of_prices_for_so_many(heading):
    columns = ((60, "l"), (280, "r"), (420, "r"), (535, "r"))
    pen = Pen()
    pen.row(200, *cells(columns, "Description", "Quantity", heading, "Amount"))
    (found,) = headings(sheet_of(pages_of(pen.done())))
    assert [c.role for c in found.columns] == ["name", "quantity", "unit_price", "net_amount"]


@pytest.mark.parametrize("heading", ["Disc %", "MwSt %", "VAT"])
def test_headings_of_shares_are_no_prices(heading):
    columns = ((60, "l"), (230, "r"), (330, "r"), (430, "r"), (535, "r"))
    pen = Pen()
    pen.row(200, *cells(columns, "Description", "Quantity", "Price", heading, "Amount"))
    (found,) = headings(sheet_of(pages_of(pen.done())))
    assert [c.role for c in found.columns].count("unit_price") == 1
    assert found.columns[3].role in {"discount", "tax_rate"}


def test_the_language_tells_the_decimal_mark_where_no_number_does():
    assert separators(["Pakbon uw order van het aantal geleverd 2.000"]).decimal == ","
    assert separators(["Delivery of your order, quantity delivered 2.000"]).decimal == "."
    assert separators(["Pakbon uw order van het aantal geleverd 2.50"]).decimal == "."


def test_a_number_before_a_label_does_not_hide_its_date():
    (found,) = find_dates("Waalhaven 12 Date 14 April 2026")
    assert found.readings[0].isoformat() == "2026-04-14"


def test_a_postal_code_on_the_titles_line_is_no_number():
    pen = Pen()
    pen.row(60, (60, "l", "Factuur"), (400, "l", "7547 RM Enschede"))
    pen.at(60, 90, "Uw bestelling P00031")
    assert "document_number" not in found_in(pen).fields


def test_an_orders_letterhead_does_not_sell():
    fields = find(pages_of(german_order_footer().content)).fields
    assert fields["seller_name"].value == "Brandt & Mercer Supply B.V."
    assert "seller_vat_id" not in fields


def ciphered(content: bytes) -> bytes:
    """The same drawing with letters three further on, as a font with a wrong table gives them."""
    words = " ".join(word.text for page in pages_of(content) for word in page.words).split()
    pen = Pen()
    for n, word in enumerate(words):
        pen.at(60 + 90 * (n % 5), 60 + 12 * (n // 5), "".join(map(_third_next, word)))
    return pen.done()


def _third_next(letter: str) -> str:
    for first in "aA":
        if letter.isascii() and 0 <= ord(letter) - ord(first) < 26:
            return chr(ord(first) + (ord(letter) - ord(first) + 3) % 26)
    return letter


def test_a_broken_text_layer_gives_nothing_and_says_so():
    document = Document(
        name="a.pdf", media_type="application/pdf", content=ciphered(dutch_invoice_buyer_first().content)
    )
    paper = EmbeddedExtractor(Limits()).invoke(document)
    assert not paper.fields
    assert not paper.lines
    assert paper.abstained is not None
    assert paper.abstained.reason == BROKEN_TEXT


@pytest.mark.parametrize("make", HARD, ids=lambda make: make.__name__)
def test_what_can_be_read_makes_sense(make):
    sample: Sample = make()
    assert makes_sense(sheet_of(pages_of(sample.content)))


@pytest.mark.parametrize("name", ["Hex bolt zinc", "Hex bolt zinc galvanised steel metric coarse thread"])
def test_a_long_table_with_one_heading_makes_sense(name):
    head = ("Order confirmation AC-2231", "Date: 3 May 2026", "Your order: P00187", "Customer no. 4711")
    table = ("Item no.   Description   Quantity   Unit   Unit price   Amount",)
    rows = tuple(f"AC-{n:05}   {name}   {n}   pcs   1.00   {n}.00" for n in range(1, 400))
    sheet = text_sheet(*head, *table, *rows, "Net total EUR 79800.00", "VAT", "Total amount")
    assert makes_sense(sheet)
    assert not makes_sense(text_sheet(*("".join(map(_third_next, line.text)) for line in sheet.lines)))


@pytest.mark.parametrize(
    ("phrase", "field"),
    [
        ("Gutschrift-Nr.", "number"),
        ("Numero preventivo", "quotation_number"),
        ("Date du devis", "issue_date"),
        ("Lieferschein-Nummer", "delivery_number"),
        ("Opdrachtbevestiging nr.", "confirmation_number"),
    ],
)
def test_a_title_with_a_word_for_a_number_or_date_names_it(phrase, field):
    assert field in {label.field for label in field_labels()[key_of(phrase)]}


def test_listed_labels_outrank_composed_ones():
    assert {label.field for label in field_labels()[key_of("Purchase order no")]} == {"order_number"}
