"""Net, tax and gross: chosen together, so that they agree with each other, with the rates and with the lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product

from triage.documents.choosing import Marks
from triage.documents.fitting import Evidence, adds_up, amount_of, points_of
from triage.documents.labels import units
from triage.documents.ladder import climb
from triage.documents.phrases import Marked
from triage.documents.places import Candidate, Support, value_of
from triage.documents.printed import Line, Number
from triage.documents.sheet import Sheet

_MOST = 9
_TAX_WORD = re.compile(
    r"(?<![a-z])(vat|tax|gst|igst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|btw|iva|podatek|imposta|\w*steuer|hst|pst)\b",
    re.I,
)
_PAYABLE = 0.55


@dataclass(frozen=True, slots=True)
class Totals:
    """The three totals as far as they were found."""

    net: Candidate | None = None
    tax: Candidate | None = None
    gross: Candidate | None = None


def choose_totals(sheet: Sheet, marks: Marks, line_sums: frozenset[Decimal], item_lines: frozenset[int]) -> Totals:
    """The totals that labels and arithmetic support best together; each may be missing."""
    if not any(number.money for line in sheet.lines for number in line.numbers):
        return Totals()
    whole = _writes_whole(sheet)
    summed = climb(sheet, marks, item_lines)
    proved = {"net": summed.net, "tax": summed.tax, "gross": summed.gross}
    labelled = {
        name: _best_by_value([*_labelled(sheet, marks, name, item_lines, whole), *([one] if one is not None else [])])
        for name, one in proved.items()
    }
    loose = _unlabelled(sheet, item_lines)
    pools = {
        name: _pool(
            [*found, *(_weak(c, name, sheet) for c in loose if name != "tax" or not _is_charge(c, marks))], found
        )
        for name, found in labelled.items()
    }
    others = list(_labelled(sheet, marks, "other_amount", item_lines, whole))
    adjustments = frozenset(abs(v) for c in others if (v := amount_of(c)))
    evidence = Evidence(_rates(sheet), line_sums, adjustments, tuple(amount_of(one) for one in proved.values()))
    best: tuple[Candidate | None, ...] = (None, None, None)
    best_score = 0.0
    for triple in product(*([None, *pools[name]] for name in ("net", "tax", "gross"))):
        points = points_of(triple, evidence)
        if points > best_score + 1e-9:
            best, best_score = triple, points
    totals = _with_difference(_supported(best, evidence), [*pools["net"], *loose], others)
    return _untaxed(totals, pools, evidence, sheet)


_INCLUDED = re.compile(r"\b(?:inkl|incl|inclus\w*|ttc|brutto|included|including|ivato|compris\w*)\b", re.I)


def _with_difference(totals: Totals, printed: Sequence[Candidate], others: Sequence[Candidate]) -> Totals:
    """With the net total that tax and total leave, where it is printed: the goods' value alone lacks the charges.

    Where one of the `others`, such as a discount, stands between tax and total, that difference is no net total.
    """
    tax, gross = amount_of(totals.tax), amount_of(totals.gross)
    if totals.net is not None or totals.gross is None or tax is None or gross is None:
        return totals
    if totals.tax is not None and any(totals.tax.line < c.line < totals.gross.line for c in others):
        return totals
    same = [totals.gross] if tax == 0 else [c for c in printed if amount_of(c) == gross - tax]
    if not same:
        return totals
    return Totals(*(_with_support(c, "proved") if c else None for c in (same[0], totals.tax, totals.gross)))


def _untaxed(totals: Totals, pools: dict[str, list[Candidate]], evidence: Evidence, sheet: Sheet) -> Totals:
    """Where no tax is named anywhere and the lines add up to the total, that total is the net as well."""
    total = totals.gross
    if total is None or totals.net is not None or totals.tax is not None:
        return totals
    taxed = any(c.support == "labelled" for c in pools["tax"])
    if taxed or not evidence.sums_to(amount_of(total)) or any(_INCLUDED.search(line.text) for line in sheet.lines):
        return totals
    return Totals(_with_support(total, "guessed"), None, total)


def _pool(found: Iterable[Candidate], labelled: Sequence[Candidate]) -> list[Candidate]:
    """Labelled values first, then such as could complete a sum with them."""
    ranked = sorted(_best_by_value(found), key=lambda c: -c.score)
    return ranked[: min(max(_MOST, len(labelled)), 13)]


_FEWEST_CENTS = 3


def _writes_whole(sheet: Sheet) -> bool:
    """Whether amounts may be printed without cents: hardly any has them."""
    cents = sum(n.amount.decimals == 2 and not n.amount.percent for line in sheet.lines for n in line.numbers)
    return cents < _FEWEST_CENTS


def _labelled(sheet: Sheet, marks: Marks, name: str, item_lines: frozenset[int], whole: bool) -> Iterator[Candidate]:
    count = len(sheet.lines)
    for number, on_line in marks.items():
        if number in item_lines:
            continue
        for mark in on_line:
            weight = mark.weight(name)
            if name == "gross":
                weight = max(weight, _PAYABLE * mark.weight("payable"))
            if not weight or _is_other(mark, name):
                continue
            later = 0.12 * number / count
            found = _amounts_of(sheet, mark, marks, weight + later, item_lines)
            yield from (c for c in found if whole or _has_cents(c))


def _has_cents(candidate: Candidate) -> bool:
    """Whether an amount is printed with decimals or with its currency."""
    return bool(re.search(r"\d[.,]\d|[^\d\s.,'’()+−–-]", candidate.found.text))


def _is_other(mark: Marked, name: str) -> bool:
    """`USt-IdNr` and the like share their words with totals but never carry an amount."""
    return any(label.field == "other_amount" for label in mark.labels) and not mark.weight(name)


def _amounts_of(
    sheet: Sheet, mark: Marked, marks: Marks, weight: float, item_lines: frozenset[int]
) -> Iterator[Candidate]:
    line = mark.line
    following = [m.first for m in marks[line.number] if m.first > mark.last and _names_amount(m)]
    last = min(following, default=len(line.spots)) - 1
    numbers = [n for n in line.numbers if mark.last < n.first <= last and _may_be_total(n) and not _is_measure(line, n)]
    crowd = 0.12 * (len(numbers) - 1)
    for place, number in enumerate(numbers):
        tail = 0.06 * place
        yield value_of(line, number.first, number.last, number.amount.value, "labelled", weight - crowd + tail)
    if not numbers and not any(n.first > mark.last for n in line.numbers if n.money):
        for candidate in _column_amounts(sheet, mark, marks, weight * 0.85):
            if candidate.line not in item_lines:
                yield candidate


def _names_amount(mark: Marked) -> bool:
    return any(label.field in {"net", "tax", "gross", "payable", "other_amount"} for label in mark.labels)


def _column_amounts(sheet: Sheet, mark: Marked, marks: Marks, weight: float) -> Iterator[Candidate]:
    """Amounts under a label that heads a column; further rows as well, the last is often the sum."""
    above = mark.line
    for row, line in enumerate(sheet.below(mark.line, 9, 14 * mark.line.height)):
        if line.top - above.bottom > 3.2 * line.height:
            return
        under = [n for n in line.numbers if _is_under(n, mark) and _may_be_total(n)]
        if not under and any(_names_amount(m) for m in marks.get(line.number, [])) and row:
            return
        for number in under:
            yield value_of(line, number.first, number.last, number.amount.value, "labelled", weight + 0.02 * row)
        if under:
            above = line


def _is_under(number: Number, mark: Marked) -> bool:
    slack = 0.8 * mark.line.height
    return number.span.x0 < mark.x1 + slack and number.span.x1 > mark.x0 - slack


def _may_be_total(number: Number) -> bool:
    """Money with decimals or a currency; whole numbers only where they are no year or small count."""
    read = number.amount
    if read.percent or read.decimals > 4:
        return False
    whole = read.decimals == 0 and abs(read.value) >= 20 and not 1990 <= read.value <= 2100
    return number.money or (whole and not number.span.text.startswith("0"))


def _is_measure(line: Line, number: Number) -> bool:
    """Whether a unit follows: `Total weight 48,250 kg`, `Total 385 pieces`."""
    after = number.last + 1
    if number.amount.currency or after >= len(line.spots) or line.segment_of[after] != line.segment_of[number.last]:
        return False
    return line.spots[after].key in units()


def _unlabelled(sheet: Sheet, item_lines: frozenset[int]) -> list[Candidate]:
    """All amounts outside the item lines."""
    out = []
    for line in sheet.lines:
        if line.number in item_lines:
            continue
        for n in line.numbers:
            if n.money and n.amount.decimals <= 2:
                out.append(value_of(line, n.first, n.last, n.amount.value, "guessed", 0.1))
    return out[-60:]


def _weak(candidate: Candidate, name: str, sheet: Sheet) -> Candidate:
    """An amount without a label of its own; a tax word on its line makes it a likelier tax."""
    if name != "tax":
        return candidate
    text = sheet.lines[candidate.line].text
    score = 0.35 if _TAX_WORD.search(text) and not re.search(r"\b(total|gesamt|summe|totaal)\b", text, re.I) else 0.05
    return Candidate(candidate.value, candidate.found, score, "guessed", candidate.line)


def _is_charge(candidate: Candidate, marks: Marks) -> bool:
    """Whether the line calls its amount freight, a deposit or the like: that is no tax."""
    fields = {label.field for mark in marks.get(candidate.line, []) for label in mark.labels}
    return "other_amount" in fields and "tax" not in fields


def _best_by_value(found: Iterable[Candidate]) -> list[Candidate]:
    best: dict[object, Candidate] = {}
    for candidate in found:
        known = best.get(candidate.value)
        if known is None or candidate.score > known.score:
            best[candidate.value] = candidate
    return list(best.values())


def _rates(sheet: Sheet) -> frozenset[Decimal]:
    rates = {n.amount.value for line in sheet.lines for n in line.numbers if n.amount.percent}
    rates |= {
        Decimal(m.replace(",", ".")) for ln in sheet.lines for m in re.findall(r"(\d{1,2}(?:[.,]\d)?)\s?%", ln.text)
    }
    return frozenset(rate for rate in rates if 0 < rate < 40)


def _supported(triple: tuple[Candidate | None, ...], evidence: Evidence) -> Totals:
    net, tax, gross = (amount_of(c) for c in triple)
    proved = adds_up(net, tax, gross)
    if net is not None and tax is not None and gross is not None and not proved:
        triple = (None, *triple[1:])
    kept: list[Candidate | None] = []
    for candidate, value in zip(triple, (net, tax, gross), strict=True):
        if candidate is None:
            kept.append(None)
            continue
        if proved or evidence.sums_to(value):
            kept.append(_with_support(candidate, "proved"))
        else:
            kept.append(candidate if candidate.score >= 0.3 else None)
    return Totals(*kept)


def _with_support(candidate: Candidate, support: Support) -> Candidate:
    return Candidate(candidate.value, candidate.found, candidate.score, support, candidate.line)


def total_lines(totals: Totals) -> frozenset[int]:
    """Numbers of the lines the totals stand on."""
    return frozenset(c.line for c in (totals.net, totals.tax, totals.gross) if c is not None)


def first_total_line(line: Line, marks: Marks) -> bool:
    """Whether a line begins the totals: a total's label leads it and an amount stands on it."""
    leading = [m for m in marks.get(line.number, []) if m.leads and _names_amount(m)]
    return bool(leading) and any(n.money for n in line.numbers)
