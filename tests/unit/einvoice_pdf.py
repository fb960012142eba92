"""PDFs that print a trade and carry it, or another one, as XML."""

from __future__ import annotations

import io
from decimal import Decimal

from pypdf import PdfReader, PdfWriter

from tests.unit.document_samples import Columns, Pen, cells
from tests.unit.einvoice_trade import Trade, cii
from triage.documents.einvoice.units import unit_name
from triage.domain import Document


def money(value: Decimal) -> str:
    """`1.234,50`"""
    return f"{value:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def printed(trade: Trade) -> bytes:
    """A German invoice as most programs print it."""
    pen = Pen()
    pen.at(60, 70, trade.seller, 12, bold=True)
    pen.block(60, 86, "Am Hang 4", "58636 Iserlohn")
    pen.block(60, 130, trade.buyer, "Waalhaven 12", "3088 HH Rotterdam")
    pen.at(60, 200, "Gutschrift" if trade.code == "381" else "Rechnung", 16, bold=True)
    pen.pairs(
        60,
        180,
        225,
        ("Rechnungsnummer:", trade.number),
        ("Rechnungsdatum:", f"{trade.issued:%d.%m.%Y}"),
        ("Lieferdatum:", f"{trade.delivered:%d.%m.%Y}"),
        ("Fällig am:", f"{trade.due:%d.%m.%Y}"),
        ("Ihre Bestellung:", trade.order),
    )
    columns: Columns = ((60, "l"), (85, "l"), (150, "l"), (330, "r"), (365, "l"), (450, "r"), (535, "r"))
    pen.row(320, *cells(columns, "Pos", "Artikelnr.", "Bezeichnung", "Menge", "Einheit", "Preis", "Betrag EUR"))
    for n, line in enumerate(trade.lines, 1):
        count = f"{line.quantity.normalize():f}".replace(".", ",")
        texts = (
            str(n),
            line.seller_id,
            line.name,
            count,
            str(unit_name(line.unit)),
            money(line.price),
            money(line.net),
        )
        pen.row(324 + 14 * n, *cells(columns, *texts))
    y = 360 + 14 * len(trade.lines)
    if trade.freight:
        pen.row(y - 13, (360, "l", "Fracht"), (535, "r", money(trade.freight)))
    pen.row(y, (360, "l", "Nettobetrag"), (535, "r", money(trade.net)))
    pen.row(y + 13, (360, "l", "MwSt. 19 %"), (535, "r", money(trade.tax)))
    pen.row(y + 26, (360, "l", "Gesamtbetrag EUR"), (535, "r", money(trade.gross)))
    pen.at(60, 790, f"{trade.seller}   USt-IdNr. {trade.vat}   IBAN {trade.iban}")
    return pen.done()


def factur_x(trade: Trade, page: Trade | None = None, name: str = "factur-x.xml", xml: bytes | None = None) -> Document:
    """A PDF that prints `page` (by default the same) and carries `trade`, or these bytes, under this name."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(printed(page or trade))))
    writer.add_attachment(name, cii(trade) if xml is None else xml)
    out = io.BytesIO()
    writer.write(out)
    return Document(name="re.pdf", media_type="application/pdf", content=out.getvalue())
