"""How extracted documents are held against their truth.

Only truth fields that are present and visible on the page count. Names agree without case, accents, punctuation and
legal form, or when one contains most of the other; amounts to half a cent without their sign; ids without spaces and
punctuation. A line is right when its name shares half of the truth's words and every visible one of quantity, unit
price and net amount is equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TRUTH_NAMES: dict[str, str] = {
    "document_type": "doc_type",
    "document_number": "number",
    "issue_date": "issue_date",
    "due_date": "due_date",
    "seller_name": "seller_name",
    "seller_vat_id": "seller_vat",
    "buyer_name": "buyer_name",
    "purchase_order_reference": "order_ref",
    "currency": "currency",
    "net_total": "net_total",
    "tax_total": "tax_total",
    "gross_total": "gross_total",
    "iban": "iban",
}
"""Our names of the scored header fields and those of the truth files."""

LINE_TRUTH_NAMES: dict[str, str] = {"quantity": "quantity", "unit_price": "unit_price", "net_amount": "line_total"}

_ALSO: dict[str, frozenset[str]] = {
    "corrected_invoice": frozenset({"credit_note", "invoice"}),
    "order_change": frozenset({"order"}),
    "delivery_note": frozenset({"despatch_advice"}),
}
"""Document types that count as right beside the truth's own."""

_LEGAL = re.compile(r"(gmbhcokg|gmbh|ag|sarl|sas|sa|bv|ltd|limited|inc|llc|plc|pvtltd)$")
_SLACK = 0.0051

Row = Mapping[str, Any]
"""One extracted document: `fields` and `lines` as `triage extract --jsonl` prints them."""
Truth = Mapping[str, Any]


def key(value: object) -> str:
    """Lower-case letters and digits without accents."""
    folded = unicodedata.normalize("NFKD", str(value)).casefold().replace("ß", "ss")
    return re.sub(r"[^0-9a-z]+", "", "".join(c for c in folded if not unicodedata.combining(c)))


def names_agree(ours: object, truth: object) -> bool:
    """Whether two names are one company's or person's."""
    a, b = key(ours), key(truth)
    if not a or not b:
        return False
    if a == b or (_LEGAL.sub("", a) and _LEGAL.sub("", a) == _LEGAL.sub("", b)):
        return True
    short, long = sorted((a, b), key=len)
    return short in long and len(short) >= 0.6 * len(long)


def amounts_agree(ours: object, truth: object) -> bool:
    """To half a cent; a credit note's sign does not matter."""
    try:
        return abs(abs(float(str(ours))) - abs(float(str(truth)))) < _SLACK
    except ValueError:
        return False


def field_is_right(name: str, ours: object, truth: object) -> bool:
    """Whether a header field's value is the truth. `name` is ours."""
    if ours in (None, ""):
        return False
    if name == "document_type":
        return ours == truth or ours in _ALSO.get(str(truth), frozenset())
    if name.endswith("_date"):
        return str(ours)[:10] == truth
    if name.endswith("_total"):
        return amounts_agree(ours, truth)
    if name.endswith("_name"):
        return names_agree(ours, truth)
    return key(ours) == key(truth)


def value_of(cell: object) -> object:
    """The value of `{"value": ...}`, or a bare value."""
    return cell.get("value") if isinstance(cell, Mapping) else cell


def in_truth_names(truth: Truth) -> Truth:
    """A truth by our names, with `visible`, in the names of truth files; any other stays as it is."""
    if "document_type" not in truth:
        return truth
    lines = [_renamed(line, {"net_amount": "line_total"}) for line in truth.get("lines") or ()]
    return {**_renamed(truth, TRUTH_NAMES), "lines": lines}


def _renamed(values: Truth, names: Mapping[str, str]) -> dict[str, Any]:
    seen = {names.get(name, name): there for name, there in values.get("visible", {}).items()}
    return {**{names.get(name, name): value for name, value in values.items()}, "visible": seen}


def counted_fields(truth: Truth) -> list[str]:
    """Our names of the header fields that count for a document."""
    return [ours for ours, its in TRUTH_NAMES.items() if truth.get(its) is not None and truth["visible"].get(its)]


def line_is_right(line: Row, truth: Truth, strict: bool) -> bool:
    """Whether an extracted line is the truth's: by all its visible values, or not strict by its amount alone."""
    ours = {name: value_of(cell) for name, cell in (line.get("fields") or line).items()}
    visible = truth.get("visible", {})
    if not strict:
        if visible.get("line_total"):
            return amounts_agree(ours.get("net_amount"), truth["line_total"])
        return amounts_agree(ours.get("quantity"), truth.get("quantity"))
    for name, its in LINE_TRUTH_NAMES.items():
        if visible.get(its) and not _line_number_is_right(name, ours.get(name), truth):
            return False
    return _line_name_is_right(ours, truth)


def _line_number_is_right(name: str, ours: object, truth: Truth) -> bool:
    if amounts_agree(ours, truth[LINE_TRUTH_NAMES[name]]):
        return True
    if name == "unit_price":
        per_basis = (truth["unit_price"] or 0) * (truth.get("price_basis") or 1)
        return amounts_agree(ours, truth.get("gross_price")) or amounts_agree(ours, per_basis)
    return name == "quantity" and truth.get("unit_price") is None


def _line_name_is_right(ours: Mapping[str, object], truth: Truth) -> bool:
    wanted = _words(truth.get("name"))
    if not wanted or not truth.get("visible", {}).get("name"):
        return True
    return len(wanted & (_words(ours.get("name")) | _words(ours.get("description")))) >= 0.5 * len(wanted)


def _words(text: object) -> set[str]:
    return set(re.findall(r"[^\W_]{2,}", str(text or "").casefold()))


def matched(lines: Sequence[Row], truth: Sequence[Truth], strict: bool) -> list[tuple[int, int]]:
    """Pairs (truth's line, our line), each line once, in the truth's order."""
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for t, wanted in enumerate(truth):
        for n, line in enumerate(lines):
            if n not in used and line_is_right(line, wanted, strict):
                used.add(n)
                pairs.append((t, n))
                break
    return pairs


@dataclass
class Score:
    """Counts over documents."""

    wanted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    by_issuer: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    by_family: dict[str, list[int]] = field(default_factory=dict)
    lines: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row, truth: Truth, family: str, lines_scored: bool) -> None:
        """Counts one document; `row` may be empty where nothing was extracted."""
        fields = row.get("fields") or {}
        for name in counted_fields(truth):
            ours = value_of(fields.get(name))
            right = field_is_right(name, ours, truth[TRUTH_NAMES[name]])
            self.wanted[name] += 1
            self.right[name] += right
            self.given[name] += ours not in (None, "")
            for counts in (
                self.by_issuer.setdefault((family, key(truth.get("seller_name") or "")), [0, 0]),
                self.by_family.setdefault(family, [0, 0]),
            ):
                counts[0] += 1
                counts[1] += right
        if lines_scored:
            self._add_lines(row.get("lines") or [], truth["lines"])

    def _add_lines(self, ours: Sequence[Row], truth: Sequence[Truth]) -> None:
        self.lines["wanted"] += len(truth)
        self.lines["given"] += len(ours)
        self.lines["strict"] += len(matched(ours, truth, strict=True))
        self.lines["amount"] += len(matched(ours, truth, strict=False))

    def line_f1(self, how: str) -> float:
        """F1 of the lines, `strict` or by `amount`."""
        return 2 * self.lines[how] / max(1, self.lines["wanted"] + self.lines["given"])

    def summary(self) -> dict[str, Any]:
        """Recall, precision, macro averages over issuers and layout families, line F1, and each field's own."""
        return {
            "field_recall": _share(self.right.total(), self.wanted.total()),
            "field_precision": _share(self.right.total(), self.given.total()),
            "macro_by_seller": _macro(self.by_issuer.values()),
            "macro_by_family": _macro(self.by_family.values()),
            "line_f1_strict": round(self.line_f1("strict"), 3),
            "line_f1_amount": round(self.line_f1("amount"), 3),
            "lines": self.lines["wanted"],
            "families": {name: _share(counts[1], counts[0]) for name, counts in sorted(self.by_family.items())},
            "fields": {
                name: {
                    "n": self.wanted[name],
                    "recall": _share(self.right[name], self.wanted[name]),
                    "precision": _share(self.right[name], self.given[name]),
                }
                for name in TRUTH_NAMES
                if self.wanted[name]
            },
        }


def _share(part: int, whole: int) -> float:
    return round(part / max(1, whole), 3)


def _macro(counts: Iterable[Sequence[int]]) -> float:
    shares = [right / wanted for wanted, right in counts]
    return round(sum(shares) / max(1, len(shares)), 3)
