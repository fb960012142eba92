"""Where a value stands in a text, and which of several findings in one place counts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

NUMBER_LABEL = re.compile(
    r"(?:order|auftrag\w*|bestell\w*|commande|pedido|po|purchase|invoice|rechnung\w*|facture|factura|factuur|tracking"
    r"|track|shipment|parcel|consignment|sendung\w*|paket\w*|colis|suivi|env[ií]o|seguimiento|zending\w*|lieferschein\w*"
    r"|lieferung|delivery|pakbon|albar[aá]n|item|artikel\w*|art|article|art[ií]culo|sku|ean|gtin|upc|barcode|ref\w*"
    r"|kunden\w*|customer|client\w*|klant\w*|konto\w*|account|lot|batch|charge|serial|serien\w*|serie|sscc|awb|cmr"
    r"|code|id|nr|no|n[º°o]|num\w*|número|#)"
    r"[\s.:#\-]*(?:(?:no|nr|number|nummer|num|numéro|número|n[º°]|id|code|is|was|ist|war|lautet|est|es)\b[\s.:#\-]*)?$",
    re.IGNORECASE,
)
"""Words before a number that make it a number of the business and nobody's phone or card."""


@dataclass(frozen=True)
class Found:
    """A value of one kind in a text. `value` is the same for every spelling of the same value."""

    start: int
    end: int
    value: str


def before(text: str, start: int, chars: int = 30) -> str:
    """What stands before a place, on the same line."""
    return text[max(0, start - chars) : start].rpartition("\n")[2]


def longest(text: str, start: int, end: int, accept: Callable[[str], bool]) -> int | None:
    """The furthest end, at the end of a word, up to which the text from `start` is accepted; none if nowhere."""
    ends = [m.end() + start for m in re.finditer(r"[A-Za-z0-9](?![A-Za-z0-9])", text[start:end])]
    return next((at for at in reversed(ends) if accept(text[start:at])), None)


def apart(found: Iterable[tuple[int, Found, str]]) -> list[tuple[Found, str]]:
    """Findings without overlap, in order of the text: the one of lower rank wins, then the longer, then the first."""
    kept: list[tuple[Found, str]] = []
    starts: list[int] = []
    for _, one, kind in sorted(found, key=lambda f: (f[0], f[1].start - f[1].end, f[1].start)):
        at = bisect_left(starts, one.start)
        free_before = at == 0 or kept[at - 1][0].end <= one.start
        free_after = at == len(kept) or one.end <= kept[at][0].start
        if free_before and free_after:
            kept.insert(at, (one, kind))
            starts.insert(at, one.start)
    return kept
