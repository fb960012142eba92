"""The shipped confirmations drawn as PDFs, read and compared: what reading loses, comparing must not invent.

Reading is measured by its own sets; here stands a floor, so that neither room breaks the other's work unseen.
"""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from evals.cases import ComparisonTarget, EvalCase
from evals.inputs import case_of
from evals.reading import read_set, shipped
from evals.scoring.comparison import line_of, score
from triage.domain import Document, Policy, Thresholds
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.verify.pages import verify_paper

WORDS = {
    "de": "Auftragsbestätigung|Datum|Ihre Bestellung|Liefertermin|Währung|Pos|Artikel|Bezeichnung|Menge|Einheit|Preis|"
    "per|Betrag|Summe netto",
    "en": "Order confirmation|Date|Your order|Delivery date|Currency|Pos|Item|Description|Qty|Unit|Price|per|Amount|"
    "Net total",
    "fr": "Confirmation de commande|Date|Votre commande|Date de livraison|Devise|Pos|Référence|Désignation|Qté|Unité|"
    "Prix|par|Montant|Total HT",
    "nl": "Orderbevestiging|Datum|Uw order|Leverdatum|Valuta|Pos|Artikel|Omschrijving|Aantal|Eenheid|Prijs|per|Bedrag|"
    "Totaal excl. btw",
}
HEADS = ("issue_date", "purchase_order_reference", "delivery_date", "currency")
COLUMNS = ((50, "l"), (75, "l"), (150, "l"), (345, "r"), (352, "l"), (455, "r"), (480, "r"), (550, "r"))
CELLS = ("", "seller_item_id", "name", "quantity", "unit", "unit_price", "price_per", "net_amount")


def drawn(paper: dict[str, Any], language: str) -> bytes:
    """One page: letterhead, fields with labels, a table, the net total."""
    title, *words = WORDS[language].split("|")
    labels, heading, net = words[:4], words[4:12], words[12]
    fields, out = paper["fields"], io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.setFont("Helvetica", 9)
    canvas.drawString(50, 800, fields["seller_name"])
    canvas.drawString(50, 760, "Brandt & Mercer Supply B.V.")
    canvas.drawString(50, 720, f"{title} {fields['document_number']}")
    y = 695
    for label, name in zip(labels, HEADS, strict=True):
        if name in fields:
            canvas.drawString(50, y, f"{label}:")
            canvas.drawString(160, y, _local(name, fields[name], language))
            y -= 13
    rows = [heading, *([str(n), *(_local(c, line.get(c, ""), language) for c in CELLS[1:])]
                       for n, line in enumerate(paper["lines"], 1))]  # fmt: skip
    for number, row in enumerate(rows):
        y -= 15
        for (x, side), text in zip(COLUMNS, row, strict=True):
            (canvas.drawRightString if side == "r" else canvas.drawString)(x, y, text[:42])
        if number and (day := paper["lines"][number - 1].get("delivery_date")):
            y -= 12
            canvas.drawString(150, y, f"{labels[2]}: {_local('delivery_date', day, language)}")
    if total := fields.get("net_total"):
        canvas.drawString(380, y - 25, net)
        canvas.drawRightString(550, y - 25, f"{_local('net_total', total, language)} {fields.get('currency', '')}")
    canvas.save()
    return out.getvalue()


def _local(name: str, text: str, language: str) -> str:
    if name.endswith("date") and text:
        year, month, day = text.split("-")
        return f"{day}/{month}/{year}" if language == "en" else f"{day}.{month}.{year}"
    is_number = name in {"quantity", "unit_price", "net_amount", "net_total"}
    return text.replace(".", ",") if is_number and language != "en" else text


@cache
def scores() -> dict[str, dict[str, Any]]:
    of, extractor = read_set(shipped() / "confirmations-dev.yaml"), EmbeddedExtractor()
    found = {}
    for case, paper in _dev(of.measured):
        document = Document(name=paper["document"], media_type="application/pdf", content=drawn(paper, case.language))
        read = verify_paper(extractor.invoke(document))
        made = case_of(case, of.folder, of.head.now, Policy())
        assert isinstance(case.target, ComparisonTarget)
        found[case.id] = score(case.target, line_of(case.id, made, [read], Thresholds()))
    return found


def _dev(cases: tuple[EvalCase, ...]) -> Iterator[tuple[EvalCase, dict[str, Any]]]:
    for case in cases:
        if case.language in WORDS:
            yield case, json.loads(json.dumps(case.input.papers[0]))


def test_drawn_confirmations_are_compared() -> None:
    assert len(scores()) >= 25
    assert all(values["answered"] for values in scores().values())


def test_most_are_right_in_every_difference_though_read_from_a_page() -> None:
    right = Counter(bool(values["all"]) for values in scores().values())
    assert right[True] >= 0.7 * len(scores()), [id_ for id_, values in scores().items() if not values["all"]]


def test_hardly_any_that_agrees_is_shown_with_another_price_or_quantity() -> None:
    false = [id_ for id_, values in scores().items() if values["false_figure"]]
    assert len(false) <= 2, false
