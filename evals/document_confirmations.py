"""The shipped confirmations drawn as PDFs, read and compared with their orders: does reading invent differences?

    python -m evals.document_confirmations [confirmations-dev ...] [--each]

Each confirmation of a set is drawn in three layouts of its language, read by the embedded extractor, held to the
policy's threshold and compared. A misread figure must end as unsure, never as a difference. Needs the development
dependencies (reportlab draws). `--each` prints what is wrong with each document.
"""

from __future__ import annotations

import argparse
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any

from evals.cases import ComparisonTarget
from evals.inputs import case_of
from evals.reading import read_set, shipped
from evals.scoring.comparison import line_of, score
from triage.domain import Document, Paper, Policy, Thresholds
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.verify.pages import hold_back, verify_paper

SETS = ("confirmations", "confirmations-dev")
WORDS = {
    "de": "Auftragsbestätigung|Datum|Ihre Bestellung|Liefertermin|Währung|Pos|Artikel|Bezeichnung|Menge|Einheit|Preis|"
    "per|Betrag|Summe netto",
    "en": "Order confirmation|Date|Your order|Delivery date|Currency|Pos|Item|Description|Qty|Unit|Price|per|Amount|"
    "Net total",
    "fr": "Confirmation de commande|Date|Votre commande|Date de livraison|Devise|Pos|Référence|Désignation|Qté|Unité|"
    "Prix|par|Montant|Total HT",
    "nl": "Orderbevestiging|Datum|Uw order|Leverdatum|Valuta|Pos|Artikel|Omschrijving|Aantal|Eenheid|Prijs|per|Bedrag|"
    "Totaal excl. btw",
    "es": "Confirmación de pedido|Fecha|Su pedido|Fecha de entrega|Moneda|Pos|Referencia|Descripción|Cantidad|Unidad|"
    "Precio|por|Importe|Total neto",
    "it": "Conferma d'ordine|Data|Vostro ordine|Data di consegna|Valuta|Pos|Articolo|Descrizione|Quantità|Unità|"
    "Prezzo|per|Importo|Totale netto",
    "pl": "Potwierdzenie zamówienia|Data|Państwa zamówienie|Termin dostawy|Waluta|Lp.|Indeks|Nazwa|Ilość|J.m.|"
    "Cena|za|Wartość|Razem netto",
}
"""Of each language: title, labels of the head, headings of the table, label of the sum."""
HEADS = ("issue_date", "purchase_order_reference", "delivery_date", "currency")
_CELLS = ("seller_item_id", "name", "quantity", "unit", "unit_price", "price_per", "net_amount")
_NUMBERS = frozenset({"quantity", "unit_price", "net_amount", "net_total"})
_WIDEST, _STEP = 36, 10.0
"""Letters of a line in a cell, and points between two."""
_BEYOND_LATIN_1 = frozenset({"pl"})
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_BUYER = "Brandt & Mercer Supply B.V."

Draw = Callable[["Drawing"], None]


@dataclass(frozen=True)
class Drawing:
    """A confirmation about to be drawn: its values in its language, and the paper."""

    canvas: Any
    paper: Mapping[str, Any]
    language: str

    @property
    def words(self) -> list[str]:
        """Title, four labels, eight headings, label of the sum."""
        return WORDS[self.language].split("|")

    def said(self, name: str, text: str) -> str:
        """A value as it is written in this language."""
        if name.endswith("date") and text:
            year, month, day = text.split("-")
            return f"{day}/{month}/{year}" if self.language == "en" else f"{day}.{month}.{year}"
        return text.replace(".", ",") if name in _NUMBERS and self.language != "en" else text

    def head(self) -> Iterator[tuple[str, str]]:
        """Labels with their values, as far as the document has them."""
        for label, name in zip(self.words[1:5], HEADS, strict=True):
            if name in self.paper["fields"]:
                yield label, self.said(name, self.paper["fields"][name])

    def rows(self) -> Iterator[tuple[list[str], str]]:
        """Cells of each line (position first), and its day."""
        for number, line in enumerate(self.paper["lines"], 1):
            cells = [self.said(name, str(line.get(name, ""))) for name in _CELLS]
            yield [str(number), *cells], self.said("delivery_date", line.get("delivery_date", ""))

    def total(self) -> tuple[str, str]:
        """The sum's label and the sum; empty where none is stated."""
        fields = self.paper["fields"]
        amount = fields.get("net_total", "")
        return self.words[13], f"{self.said('net_total', amount)} {fields.get('currency', '')}" if amount else ""

    def font(self, face: str, size: float) -> None:
        """Draw in this face from here on; in one that has the letters where the built-in ones lack them."""
        bold = face.endswith("Bold")
        self.canvas.setFont(_registered(bold) if self.language in _BEYOND_LATIN_1 else face, size)

    def left(self, x: float, y: float, text: str) -> None:
        """Text that begins at x, points from the lower left."""
        self.canvas.drawString(x, y, text)

    def right(self, x: float, y: float, text: str) -> None:
        """Text that ends at x."""
        self.canvas.drawRightString(x, y, text)


def _registered(bold: bool) -> str:
    from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont  # type: ignore[import-untyped]
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

    name = "DejaVuSans-Bold" if bold else "DejaVuSans"
    if name not in getRegisteredFontNames():
        registerFont(TTFont(name, str(_DEJAVU / f"{name}.ttf")))
    return name


def can_draw(language: str) -> bool:
    """Whether there are words for a language, and a face that has its letters."""
    return language in WORDS and (language not in _BEYOND_LATIN_1 or (_DEJAVU / "DejaVuSans.ttf").is_file())


def _columns(d: Drawing, xs: Sequence[tuple[float, str]], y: float, cells: Sequence[str]) -> float:
    """Cells on a line, long texts wrapped; gives the y of the last line."""
    last = y
    for (x, side), text in zip(xs, cells, strict=True):
        for n, part in enumerate(wrap(text, _WIDEST)):
            (d.right if side == "r" else d.left)(x, y - _STEP * n, part)
            last = min(last, y - _STEP * n)
    return last


def _plain(d: Drawing) -> None:
    """Labels with colons, all columns, a line's day under it."""
    d.font("Helvetica", 9)
    fields = d.paper["fields"]
    d.left(50, 800, fields["seller_name"])
    d.left(50, 760, _BUYER)
    d.left(50, 720, f"{d.words[0]} {fields['document_number']}")
    y = 695.0
    for label, value in d.head():
        d.left(50, y, f"{label}:")
        d.left(160, y, value)
        y -= 13
    xs = ((50, "l"), (75, "l"), (150, "l"), (345, "r"), (352, "l"), (455, "r"), (480, "r"), (550, "r"))
    _columns(d, xs, y - 15, d.words[5:13])
    y -= 15
    for cells, day in d.rows():
        y = _columns(d, xs, y - 15, cells)
        if day:
            y -= 12
            d.left(150, y, f"{d.words[3]}: {day}")
    label, total = d.total()
    if total:
        d.left(380, y - 25, label)
        d.right(550, y - 25, total)


def _boxed(d: Drawing) -> None:
    """Labels over values in a row, a column for the days, quantity and unit in one cell, a ruled table."""
    canvas, fields, words = d.canvas, d.paper["fields"], d.words
    d.font("Times-Bold", 15)
    d.right(550, 800, words[0])
    d.font("Times-Roman", 9.5)
    d.left(45, 800, fields["seller_name"])
    d.left(45, 750, _BUYER)
    head = [("No.", fields["document_number"]), *d.head()]
    for n, (label, value) in enumerate(head):
        x = 45 + 102 * n
        canvas.rect(x - 3, 690, 102, 26)
        d.font("Times-Roman", 7)
        d.left(x, 708, label)
        d.font("Times-Roman", 9.5)
        d.left(x, 696, value)
    xs = ((48, "l"), (118, "l"), (350, "r"), (440, "r"), (462, "r"), (500, "r"), (552, "r"))
    titles = [words[6], words[7], words[8], words[10], words[11], words[3], words[12]]
    d.font("Times-Bold", 8)
    _columns(d, xs, 660, [title[:12] if n == 5 else title for n, title in enumerate(titles)])
    canvas.line(45, 655, 555, 655)
    y = 655.0
    d.font("Times-Roman", 8.5)
    for (_, sku, name, quantity, unit, price, per, amount), day in d.rows():
        y = _columns(d, xs, y - 14, [sku, name, f"{quantity} {unit}", price, per, day, amount])
    canvas.line(45, y - 5, 555, y - 5)
    label, total = d.total()
    if total:
        d.left(380, y - 20, label)
        d.right(552, y - 20, total)


def _stacked(d: Drawing) -> None:
    """Two rows a line: item number and name above, figures and day below; quantities first."""
    fields, words = d.paper["fields"], d.words
    d.font("Helvetica-Bold", 12)
    d.left(60, 790, fields["seller_name"])
    d.font("Helvetica", 9)
    d.left(60, 740, _BUYER)
    d.font("Helvetica-Bold", 13)
    d.left(60, 700, words[0])
    d.font("Helvetica", 9)
    y = 700.0
    for label, value in [("Nr.", fields["document_number"]), *d.head()]:
        d.left(330, y, label)
        d.left(430, y, value)
        y -= 12
    y -= 20
    xs = ((110, "r"), (116, "l"), (170, "l"), (420, "r"), (450, "r"), (540, "r"))
    _columns(d, xs, y, [words[8], words[9], words[7], words[10], words[11], words[12]])
    for (_, sku, name, quantity, unit, price, per, amount), day in d.rows():
        y = _columns(d, xs, y - 17, [quantity, unit, name, price, per, amount])
        y -= 11
        d.left(170, y, "   ".join(filter(None, (sku and f"{words[6]} {sku}", day and f"{words[3]} {day}"))))
    label, total = d.total()
    if total:
        d.font("Helvetica-Bold", 9)
        d.left(360, y - 24, label)
        d.right(540, y - 24, total)


LAYOUTS: dict[str, Draw] = {"plain": _plain, "boxed": _boxed, "stacked": _stacked}


def drawn(paper: Mapping[str, Any], language: str, layout: str = "plain") -> bytes:
    """One page of a confirmation given as data."""
    from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1)
    LAYOUTS[layout](Drawing(canvas, paper, language))
    canvas.save()
    return out.getvalue()


@dataclass(frozen=True)
class Told:
    """What came of one drawing."""

    id: str
    layout: str
    values: Mapping[str, Any]
    found: tuple[str, ...]
    paper: Paper


def told(name: str, policy: Policy | None = None) -> Iterator[Told]:
    """Every confirmation of a set in a language that is drawn here, in every layout."""
    policy, extractor = policy or Policy(), EmbeddedExtractor()
    of = read_set(shipped() / f"{name}.yaml")
    for case in of.measured:
        if not can_draw(case.language):
            continue
        target, stated = case.target, json.loads(json.dumps(case.input.papers[0]))
        assert isinstance(target, ComparisonTarget)
        made = case_of(case, of.folder, of.head.now, policy)
        for layout in LAYOUTS:
            content = drawn(stated, case.language, layout)
            document = Document(name=stated["document"], media_type="application/pdf", content=content)
            paper = hold_back(verify_paper(extractor.invoke(document)), policy)
            line = line_of(case.id, made, [paper], Thresholds())
            said = tuple(f"{each['kind']} {each['about']}: {each['how']}" for each in line["differences"])
            yield Told(case.id, layout, score(target, line), said, paper)


def figures(every: Sequence[Told]) -> dict[str, Any]:
    """Counts over drawings: all right, agreement seen, false figures on documents that agree, differences."""
    agree = [one for one in every if one.values["false_figure"] is not None]
    sums: Counter[str] = Counter()
    for one in every:
        sums.update({name: int(one.values[name]) for name in ("wanted", "found", "right", "answered", "all")})
    return {
        "drawings": len(every),
        "compared": sums["answered"],
        "all_right": sums["all"],
        "that_agree": len(agree),
        "shown_as_agreeing": sum(bool(one.values["agreed"]) for one in agree),
        "false_price_or_quantity_on_agreeing": sum(bool(one.values["false_figure"]) for one in agree),
        "difference_precision": round(sums["right"] / max(1, sums["found"]), 3),
        "difference_recall": round(sums["right"] / max(1, sums["wanted"]), 3),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints the figures as JSON, by set and layout."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.document_confirmations", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("sets", nargs="*", default=SETS, help="names of sets of confirmations")
    parser.add_argument("--each", action="store_true", help="print what is wrong with each drawing")
    options = parser.parse_args(arguments)
    for name in options.sets:
        every = list(told(name))
        for one in every if options.each else ():
            if not one.values["all"]:
                print(f"{one.id} {one.layout}: {'; '.join(one.found) or 'nothing found'}")
        for layout in LAYOUTS:
            print(json.dumps({"set": name, "layout": layout, **figures([o for o in every if o.layout == layout])}))
        print(json.dumps({"set": name, "layout": "all", **figures(every)}))


if __name__ == "__main__":
    main()
