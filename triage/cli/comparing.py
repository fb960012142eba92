"""`triage extract --records`: a document beside its purchase order, line by line, for a person or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from triage.cli.show import console, literal
from triage.domain import Case, DocumentType, Paper, Policy
from triage.errors import TriageError
from triage.facts.affected import told
from triage.facts.beside import BesideOrder, LineBeside, beside, compare_with
from triage.facts.confirmation import is_seller, same_company
from triage.facts.differences import Difference, signed
from triage.facts.grounds import Grounds, tidy
from triage.facts.matching import Comparison
from triage.facts.stated import bare, names_order
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.book import RecordBook

CaseOf = Callable[[str], Case | None]
"""The case of a purchase order, by its number; none where there is no such order."""
_CONNECTED = "odoo"
_GIVES_BACK = frozenset({DocumentType.CREDIT_NOTE})


@contextmanager
def orders_of(records: str | None, settings: Settings, policy: Policy) -> Iterator[CaseOf | None]:
    """Where the orders of `--records` are looked up: a file, or the connected Odoo; none without `--records`."""
    if records is None:
        yield None
    elif records == _CONNECTED:
        from triage.cli.connected import connected

        with connected(settings, policy.limits) as odoo:
            yield lambda name: _captured(odoo.capture, name)
    else:
        from triage.cli.day import _book

        book = _book(Path(records))
        yield lambda name: _filed(book, name)


def _captured(capture: Any, name: str) -> Case | None:
    from triage.errors import RecordMissing

    try:
        found: list[Case] = capture.neighbourhoods("purchase.order", [capture.find(f"purchase.order:{name}").id])
    except RecordMissing:
        return None
    return found[0] if found else None


def _filed(book: RecordBook, name: str) -> Case | None:
    wanted = bare(name)
    for case in book.cases:
        if any(bare(purchase.ref.name) == wanted for purchase in case.purchases):
            return case
    return None


def compared(paper: Paper, order: str | None, case_of: CaseOf, policy: Policy) -> dict[str, Any]:
    """`{"comparisons": [...], "not_compared": why}`: a document beside the order that is named, or that it names."""
    if paper.document_type in _GIVES_BACK:
        return _not("it gives money back; that is not compared with what was ordered")
    name = order or paper.text_of("purchase_order_reference")
    if not name:
        return _not("it names no purchase order; say which with --order P00042")
    try:
        case = case_of(name)
    except TriageError as error:
        return _not(str(error))
    if case is None:
        return _not(f"there is no purchase order {name}" + ("" if order else "; say which with --order P00042"))
    grounds = Grounds(case, (paper,), policy)
    known = next((p.ref.name for p in case.purchases if bare(p.ref.name) == bare(order)), None) if order else None
    found = [beside(grounds, each) for each in compare_with(grounds, known)]
    if not found:
        return _not(f"{name} is not among the orders of {case.record.name}")
    return {"comparisons": [_as_json(each, order, case) for each in found], "not_compared": None}


def _not(why: str) -> dict[str, Any]:
    return {"comparisons": [], "not_compared": why}


def _as_json(found: BesideOrder, asked: str | None, case: Case) -> dict[str, Any]:
    named = found.comparison.paper.text_of("purchase_order_reference")
    other = asked and named and not names_order(named, found.comparison.ordered.ref.name)
    return {
        "order": found.comparison.ordered.ref.name,
        "record": {"model": found.comparison.ordered.ref.model, "id": found.comparison.ordered.ref.id},
        "currency": found.comparison.ordered.currency,
        "agrees": found.agrees,
        "complete": found.is_complete,
        "part": found.is_part,
        "named": named if other else None,
        "other_seller": _other_seller(found.comparison, case),
        "lines": [_line(line) for line in found.lines],
        "whole": [_difference(each) for each in found.whole],
    }


def _other_seller(comparison: Comparison, case: Case) -> str | None:
    """Who made the document, where that is not the order's supplier."""
    seller = comparison.paper.text_of("seller_name")
    ours = next((p for p in case.purchases if p.ref.key == comparison.ordered.ref.key), None)
    if seller is None or ours is None or is_seller(comparison.paper, ours) or same_company(seller, case.company.name):
        return None
    return seller


def _line(line: LineBeside) -> dict[str, Any]:
    return {
        "product": line.product,
        "ordered": line.ordered,
        "confirmed": line.confirmed,
        "differences": [_difference(each) for each in line.differences],
        "orders": [
            {
                "order": hit.waiting.order.name,
                "customer": hit.waiting.customer,
                "quantity": str(tidy(hit.open)),
                "unit": hit.uom,
                "promised": str(hit.waiting.promised) if hit.waiting.promised else None,
                "covered": str(hit.covered) if hit.covered else None,
                "slack_days": hit.slack,
                "hurt": hit.is_hurt,
                "how": told(hit),
            }
            for hit in line.hits
        ],
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "kind": found.kind.value,
        "about": found.about,
        "value": found.value if isinstance(found.value, bool) else str(found.value),
        "unit": found.unit,
        "amount": None if found.amount is None else str(found.amount),
        "days": found.days,
        "how": found.how,
    }


def comparison_report(line: Mapping[str, Any]) -> None:
    """Print the comparisons of one document for a person."""
    out = console()
    if line.get("not_compared"):
        out.print(literal(f"  not compared: {line['not_compared']}"))
    for found in line.get("comparisons") or ():
        out.print(literal(f"  beside {found['order']}: {_verdict(found)}", style=_style(found)))
        if found["named"]:
            out.print(literal(f"  mind: the document itself names {found['named']}"))
        if found["other_seller"]:
            out.print(literal(f"  mind: {found['order']} is with another supplier than {found['other_seller']}"))
        out.print(_table(found))
        for each in found["whole"]:
            out.print(literal(f"  {each['how']}", style="yellow"))


def _verdict(found: Mapping[str, Any]) -> str:
    if not found["agrees"]:
        return "it differs"
    if found["part"]:
        return "it is for a part of it, in which nothing differs"
    return "it agrees" if found["complete"] else "nothing differs in what it states, which is not everything"


def _style(found: Mapping[str, Any]) -> str:
    return "green" if found["agrees"] and found["complete"] else "yellow"


def _table(found: Mapping[str, Any]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=True, padding=(0, 1))
    for name in ("product", "ordered", "document", "difference", "customers' orders"):
        table.add_column(name, overflow="fold")
    same = "as ordered" if found["complete"] else "no difference"
    for line in found["lines"]:
        differs = [_said(each, found["currency"]) for each in line["differences"]]
        told_orders = [_hit(each) for each in line["orders"]]
        table.add_row(
            literal(line["product"]),
            literal(line["ordered"]),
            literal(line["confirmed"]),
            literal("\n".join(differs), style="yellow") if differs else Text(same, style=_style(found)),
            literal("\n".join(told_orders)),
        )
    return table


def _said(each: Mapping[str, Any], currency: str) -> str:
    """`price +0.0035 EUR: +42.00 EUR`, `14 days later`."""
    kind = str(each["kind"]).removesuffix("_difference").replace("_", " ")
    if each["kind"] == "date_difference":
        return f"{each['days']} days later"
    if each["kind"] in {"unclear", "unit_difference"}:
        return f"{kind}: {each['how']}"
    value = "" if each["value"] is True else f" {each['value']}{' ' + each['unit'] if each['unit'] else ''}"
    amount = each["amount"]
    return f"{kind}{value}" + (f": {signed(Decimal(amount))} {currency}" if amount is not None else "")


def _hit(each: Mapping[str, Any]) -> str:
    slack = each["slack_days"]
    promised = f", promised {each['promised']}" if each["promised"] else ""
    if each["covered"] is None:
        now = "not covered"
    elif slack is None:
        now = f"comes {each['covered']}"
    else:
        now = f"comes {each['covered']}, " + (f"{-slack} days late" if slack < 0 else f"{slack} days to spare")
    return f"{each['order']} {each['customer']}: {each['quantity']} {each['unit']}{promised}, {now}"
