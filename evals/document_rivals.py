"""The embedded extractor beside `invoice2data` and beside regular expressions over pdfplumber's text, in one run.

    python -m venv rivals && rivals/bin/pip install . invoice2data pdfplumber
    rivals/bin/python -m evals.document_rivals evals/sets/documents/index.jsonl [--split test]

Neither package is a dependency of the project: `invoice2data` reads with templates made for single issuers, pdfplumber
gives text. Both are asked for what the extractor gives, and counted by the same scorer on the same documents.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from evals.document_scoring import Score
from evals.documents import Entry, entries_of
from triage.documents.dates import find_dates
from triage.documents.ids import find_ibans, find_vat_ids
from triage.domain import Document, Limits
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.rows import row as row_of

Row = dict[str, Any]
System = Callable[[Path], Row]

_NUMBER = r"(?:no\.?|n[°ºr]\.?|nr\.?|number|nummer|num[ée]ro|numer|n\.|#)"
_INVOICE = r"(?:invoice|rechnungs?|facture|factuur|factura|fattura|faktur[ay]|document|beleg)"
_ORDER = (
    r"(?:purchase order|po|your order|bestell\w*|ihre bestellung|commande|uw (?:order|bestelling)|su pedido|pedido|"
    r"ordine|zam[óo]wieni\w*)"
)
_AMOUNT = r"(?:[€£$]|[A-Z]{3})?\s*(-?[\d.,' ]*\d[.,]\d{2})"
_TYPES = {
    "credit_note": r"credit note|gutschrift|avoir|creditnota|abono|nota di credito|koryguj",
    "order_confirmation": r"order confirmation|auftragsbest|confirmation de|orderbevest|confirmaci|conferma|potwierdz",
    "delivery_note": r"delivery note|lieferschein|bon de livraison|pakbon|albar|trasporto|packing slip",
    "quotation": r"quotation|angebot|devis|offerte|presupuesto|preventivo|oferta",
    "invoice": _INVOICE,
}
_FIELDS = {
    "document_number": rf"{_INVOICE}[\s-]*{_NUMBER}?\s*:?\s*([A-Z0-9][\w/.-]*\d[\w/.-]*)",
    "purchase_order_reference": rf"{_ORDER}[\s-]*{_NUMBER}?\s*:?\s*([A-Z0-9][\w/.-]*\d[\w/.-]*)",
    "net_total": rf"(?:sub-?total|net(?:to)?\w*|total h\.?t\.?|base imponible|imponibile|subtotaal)[^\d\n]*{_AMOUNT}",
    "tax_total": rf"(?:vat|mwst|ust|tva|btw|iva)\b[^\n]*?{_AMOUNT}\s*$",
    "gross_total": rf"(?:total|gesamt\w*|totaal|totale|razem|betrag|ttc)[^\d\n]*{_AMOUNT}",
}
_LINE = re.compile(
    r"^(?:\d+\s+)?(?P<name>\S.*?[^\W\d_]{3}.*?)\s+(?P<numbers>(?:-?[\d.,']+\s*(?:%|€|£|\$|[a-z]{1,5}\.?)?\s+){1,4}-?[\d.,']+)$"
)


def by_expressions(path: Path) -> Row:
    """Regular expressions over the text that pdfplumber gives."""
    import pdfplumber  # type: ignore[import-not-found]

    with pdfplumber.open(path) as pdf:
        text = "\n".join(page.extract_text() or "" for page in pdf.pages)
    fields: dict[str, Any] = {}
    for name, expression in _FIELDS.items():
        found = re.findall(expression, text, re.I | re.M)
        if found:
            fields[name] = _number(found[-1]) if name.endswith("_total") else found[0]
    fields["document_type"] = next((kind for kind, words in _TYPES.items() if re.search(words, text, re.I)), None)
    dates = [found.readings[0].isoformat() for found in find_dates(text)]
    fields["issue_date"] = dates[0] if dates else None
    fields["due_date"] = max(dates) if len(dates) > 1 else None
    fields["seller_vat_id"] = next((one.value for one in find_vat_ids(text)), None)
    fields["iban"] = next((one.value for one in find_ibans(text)), None)
    fields["currency"] = _currency(text)
    fields["seller_name"] = next(iter(text.splitlines()), None)
    return {"fields": fields, "lines": [row for line in text.splitlines() if (row := _line(line))]}


def _currency(text: str) -> str | None:
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "zł": "PLN"}
    found = re.findall(r"€|£|\$|zł|\b(?:EUR|GBP|USD|CHF|PLN)\b", text)
    return signs.get(found[0], found[0]) if found else None


def _line(text: str) -> Row | None:
    match = _LINE.match(text)
    numbers = [n for token in match["numbers"].split() if (n := _number(token)) is not None] if match else []
    if match is None or len(numbers) < 2:
        return None
    last = {"unit_price": numbers[-2], "net_amount": numbers[-1]} if len(numbers) > 2 else {"net_amount": numbers[-1]}
    return {"name": match["name"], "quantity": numbers[0], **last}


def _number(text: str) -> str | None:
    plain = re.sub(r"[^\d.,-]", "", text)
    decimal = max(plain.rfind("."), plain.rfind(","))
    if len(plain) - decimal - 1 in (1, 2) and decimal > 0:
        plain = re.sub(r"[.,]", "", plain[:decimal]) + "." + plain[decimal + 1 :]
    try:
        return str(Decimal(re.sub(",", "", plain)))
    except InvalidOperation:
        return None


_THEIRS = {
    "invoice_number": "document_number",
    "date": "issue_date",
    "date_due": "due_date",
    "issuer": "seller_name",
    "vat": "seller_vat_id",
    "client": "buyer_name",
    "currency": "currency",
    "amount": "gross_total",
    "amount_untaxed": "net_total",
    "amount_tax": "tax_total",
    "iban": "iban",
}


def by_templates(path: Path) -> Row:
    """`invoice2data` with the templates that it brings."""
    from invoice2data import extract_data  # type: ignore[import-not-found]
    from invoice2data.input import pdfplumber as reader  # type: ignore[import-not-found]

    found: Mapping[str, Any] = extract_data(str(path), templates=_templates(), input_module=reader) or {}
    fields = {ours: str(found[its])[: 10 if "date" in its else None] for its, ours in _THEIRS.items() if found.get(its)}
    return {"fields": {"document_type": "invoice", **fields} if fields else {}, "lines": []}


_KEPT: list[Any] = []


def _templates() -> list[Any]:
    from invoice2data.extract.loader import read_templates  # type: ignore[import-not-found]

    if not _KEPT:
        _KEPT.extend(read_templates())
    return _KEPT


def by_rules(path: Path) -> Row:
    """The embedded extractor."""
    document = Document(name=path.name, media_type="application/pdf", content=path.read_bytes())
    return row_of(EmbeddedExtractor(Limits()).invoke(document), str(path))


SYSTEMS: dict[str, System] = {
    "embedded extractor": by_rules,
    "regular expressions over pdfplumber": by_expressions,
    "invoice2data": by_templates,
}


def compared(entries: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Figures of each system over the same documents."""
    return {name: _figures(system, entries) for name, system in SYSTEMS.items()}


def _figures(system: System, entries: Sequence[Entry]) -> dict[str, Any]:
    score, took, failed = Score(), [], 0
    for entry in entries:
        began = time.perf_counter()
        try:
            row = system(entry.path)
        except Exception:
            row, failed = {}, failed + 1
        took.append(1000 * (time.perf_counter() - began))
        score.add(row, entry.truth or {}, entry.family, entry.lines_scored)
    wanted = ("field_recall", "field_precision", "macro_by_seller", "line_f1_strict")
    figures = {name: value for name, value in score.summary().items() if name in wanted}
    return {**figures, "ms_a_document_median": round(sorted(took)[len(took) // 2], 1), "failed": failed}


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints the figures as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.document_rivals", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("index", type=Path, help="an index of documents with their truth")
    parser.add_argument("--split", help="only the documents of this split")
    options = parser.parse_args(arguments)
    entries = list(entries_of(options.index, options.split))
    print(json.dumps(compared(entries), indent=1))


if __name__ == "__main__":
    main()
