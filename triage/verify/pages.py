"""A paper's values against its pages and its XML: does the text stand where the value says, and reads as the value?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from triage.documents.einvoice.tree import texts_by_path
from triage.documents.einvoice.values import reads_as_value
from triage.domain import FieldValue, Page, Paper, PaperLine, Policy
from triage.errors import InputError
from triage.verify.quotes import Placed, reads_as
from triage.verify.readings import marks, squeeze
from triage.verify.sums import checks

_ALIKE = frozenset({"seller_name", "buyer_name", "name"})
"""A page may spell these in another way than the XML."""
There = tuple[Page, Placed]
"""The page that a value names, and its words."""
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "EURO": "EUR", "FR.": "CHF", "SFR": "CHF"}


def verify_paper(paper: Paper) -> Paper:
    """The paper with `verified` set on each value that stands in its place and reads as itself, and with its checks.

    A value of an XML is read again from the XML that the paper keeps; where it has a box, too, the page must say it.
    Values that do not verify stay, unverified, and are named in a warning; checks of an earlier run are replaced.
    """
    failed: list[str] = []
    pages = {page.number: (page, Placed(page)) for page in reversed(paper.pages)}

    def judge(name: str, found: FieldValue, where: str) -> FieldValue:
        there = None if found.page is None else pages.get(found.page)
        holds = (
            _stands_in_xml(paper, name, found, there) if found.path else _stands(found, there) and _reads(name, found)
        )
        if not holds:
            failed.append(where)
        return found if found.verified == holds else found.with_(verified=holds)

    fields = {name: judge(name, found, name) for name, found in paper.fields.items()}
    lines = _judged_lines(paper, judge)
    computed = checks(paper)
    names = {check.name for check in computed}
    kept = tuple(check for check in paper.checks if check.name not in names)
    warning = f"not found as printed: {', '.join(failed)}"
    warnings = tuple(w for w in paper.warnings if not w.startswith("not found as printed: "))
    return paper.with_(
        fields=fields,
        lines=lines,
        checks=(*kept, *computed),
        warnings=(*warnings, warning) if failed else warnings,
    )


_HELD = "unsure, not used: "


def hold_back(paper: Paper, policy: Policy) -> Paper:
    """The paper without the values whose measured confidence is below what policy asks for their field.

    They stay in `unsure`, and a warning names them. A value without a confidence (stated by an XML, or pointed at by a
    model: nothing was measured) is never held back. What an earlier policy held back is judged anew.
    """
    paper = _all_found(paper)
    unsure = {key: found for name, key, found in _named(paper) if _is_unsure(found, policy.field_threshold(name))}
    if not unsure:
        return paper
    fields = {name: found for name, found in paper.fields.items() if name not in unsure}
    lines = tuple(
        line.with_(fields={name: found for name, found in line.fields.items() if _key(number, name) not in unsure})
        for number, line in enumerate(paper.lines, 1)
    )
    told = ", ".join(f"{key} ({found.confidence.value:.2f})" for key, found in unsure.items() if found.confidence)
    return paper.with_(fields=fields, lines=lines, unsure=unsure, warnings=(*paper.warnings, _HELD + told))


def _all_found(paper: Paper) -> Paper:
    """The paper as it was before anything was held back."""
    if not paper.unsure:
        return paper
    lines = tuple(PaperLine(fields=line.fields | _back(paper, number)) for number, line in enumerate(paper.lines, 1))
    fields = paper.fields | {key: found for key, found in paper.unsure.items() if ":" not in key}
    warnings = tuple(warning for warning in paper.warnings if not warning.startswith(_HELD))
    return paper.with_(fields=fields, lines=lines, unsure={}, warnings=warnings)


def _back(paper: Paper, number: int) -> dict[str, FieldValue]:
    start = _key(number, "")
    return {key.removeprefix(start): found for key, found in paper.unsure.items() if key.startswith(start)}


def _named(paper: Paper) -> Iterator[tuple[str, str, FieldValue]]:
    """Each value with the name that policy knows it by, and its key in `unsure`."""
    for name, found in paper.fields.items():
        yield name, name, found
    for number, line in enumerate(paper.lines, 1):
        for name, found in line.fields.items():
            yield f"line.{name}", _key(number, name), found


def _key(line: int, name: str) -> str:
    return f"line:{line}:{name}"


def _is_unsure(found: FieldValue, threshold: float) -> bool:
    return found.confidence is not None and found.confidence.value < threshold


def _judged_lines(paper: Paper, judge: Callable[[str, FieldValue, str], FieldValue]) -> tuple[object, ...]:
    return tuple(
        line.with_(fields={name: judge(name, f, f"line {number} {name}") for name, f in line.fields.items()})
        for number, line in enumerate(paper.lines, 1)
    )


def _stands_in_xml(paper: Paper, name: str, found: FieldValue, there: There | None) -> bool:
    """Whether the XML says so at the value's path, and the page in its box, where it has one."""
    text = _xml_texts(paper).get(found.path or "")
    if text is None or not reads_as_value(name, found, text):
        return False
    if there is None or found.box is None:
        return found.page is None
    words = there[1].inside(found.box)
    return bool(words) and (name in _ALIKE or _reads(name, found.with_(text=words)))


def _xml_texts(paper: Paper) -> Mapping[str, str]:
    try:
        return texts_by_path(paper.xml.content) if paper.xml else {}
    except InputError:
        return {}


def _stands(found: FieldValue, there: There | None) -> bool:
    """Whether the printed text is in its box, or on its page where it has no box."""
    if there is None or not found.text.strip():
        return False
    page, placed = there
    if found.box is None or not page.words:
        return reads_as(found.text, page.text)
    return reads_as(found.text, placed.inside(found.box))


def _reads(name: str, found: FieldValue) -> bool:
    """Whether the printed text can be read as the value. A document's type is a judgement, not a reading."""
    value, text = found.value, found.text
    if name == "document_type" or isinstance(value, bool):
        return True
    if isinstance(value, Decimal):
        return any(abs(value) in mark.numbers for mark in marks(text)) or any(
            abs(value) == sum(part, Decimal(0)) for mark in marks(text) for part in [mark.numbers] if len(part) == 1
        )
    if isinstance(value, date):
        wanted = (value.month, value.day)
        return any(
            (month, day) == wanted and year in {None, value.year}
            for mark in marks(text)
            for year, month, day in mark.days
        )
    if name == "currency":
        return value in text.upper() or any(
            sign in text.upper() and code == value for sign, code in _CURRENCIES.items()
        )
    return squeeze(value) in squeeze(text) or squeeze(text) in squeeze(value)
