"""The heading of an item table: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from triage.documents.labels import Label, column_labels
from triage.documents.meanings import column_roles
from triage.documents.phrases import Marked, marked
from triage.documents.printed import Line, Spot, key_of
from triage.documents.sheet import Sheet
from triage.documents.wording import classes_of

NUMERIC = frozenset(
    {
        "quantity",
        "ordered_quantity",
        "open_quantity",
        "unit_price",
        "gross_price",
        "price_basis",
        "discount",
        "tax_rate",
        "tax_amount",
        "net_amount",
        "gross_line",
    }
)
"""Roles of columns that hold numbers."""
QUANTITIES = ("quantity", "ordered_quantity", "open_quantity")
"""Roles of columns that count pieces: what is delivered or invoiced, ordered, and still to come."""
_CORE = frozenset({"name", "quantity", "unit_price", "net_amount", "gross_line"})
_NEEDS = frozenset({"quantity", "unit_price", "net_amount", "gross_line", "ordered_quantity"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading: what it may hold, the likeliest first, and where the heading stands."""

    roles: tuple[str, ...]
    x0: float
    x1: float

    @property
    def role(self) -> str:
        """The likeliest."""
        return self.roles[0]

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.role in NUMERIC


@dataclass(frozen=True, slots=True)
class Heading:
    """A table's heading over one or several printed lines."""

    columns: tuple[Column, ...]
    first: int
    """Number of its first line in the document."""
    last: int

    def has(self, role: str) -> bool:
        """Whether a column holds this."""
        return any(column.role == role for column in self.columns)

    def like(self, other: Heading) -> bool:
        """Whether it repeats another one, as on the next page."""
        return [c.role for c in self.columns] == [c.role for c in other.columns]


def headings(sheet: Sheet) -> list[Heading]:
    """Headings of item tables, top to bottom."""
    found: list[Heading] = []
    table = column_labels()
    marks = {line.number: _with_worded(line, _parted(line, marked(line, table))) for line in sheet.lines}
    for line in sheet.lines:
        if not _is_heading(line, _with_neighbours(sheet, line, marks)):
            continue
        heading = _heading(sheet, line, marks)
        if heading is None:
            continue
        if not found or heading.first > found[-1].last:
            found.append(heading)
        elif len(heading.columns) > len(found[-1].columns):
            found[-1] = heading
    return found


_WIDE = 0.6
"""Heights of letters between two words that are further apart than words of one heading."""


def _parted(line: Line, exact: list[Marked]) -> list[Marked]:
    """Column words with such cut in two as only happen to be one heading: `Importo   IVA` are two, near each other."""
    out: list[Marked] = []
    for mark in exact:
        widest = max(range(mark.first, mark.last), key=lambda n: _gap(line, n), default=None)
        if widest is None or not _is_wide(line, widest):
            out.append(mark)
            continue
        cut = widest
        parts = [(first, last, _labels(line, first, last)) for first, last in ((mark.first, cut), (cut + 1, mark.last))]
        if all(labels for _, _, labels in parts):
            out += [Marked(line, first, last, labels, True) for first, last, labels in parts]
        else:
            out.append(mark)
    return out


def _gap(line: Line, n: int) -> float:
    """Space behind a word, in heights of letters."""
    return (line.spots[n + 1].x0 - line.spots[n].x1) / line.height


def _is_wide(line: Line, n: int) -> bool:
    return _gap(line, n) >= max(_WIDE, 1.25 * line.space)


def _phrases(line: Line) -> Iterator[tuple[int, int]]:
    """Words that may be one heading: segments, cut where a position's word stands apart from the next."""
    for first, last in line.segments:
        lead = any(label.field == "position" for label in _labels(line, first, first))
        if lead and first < last and _is_wide(line, first):
            yield first, first
            yield first + 1, last
        else:
            yield first, last


def _labels(line: Line, first: int, last: int) -> tuple[Label, ...]:
    return column_labels().get(key_of("".join(spot.text for spot in line.spots[first : last + 1])), ())


def _with_worded(line: Line, exact: list[Marked]) -> list[Marked]:
    """Column words of a line with those that are in no list but understood word by word."""
    if not exact or any(number.money for number in line.numbers):
        return exact
    out = list(exact)
    for first, last in _phrases(line):
        within = [m for m in exact if first <= m.first <= last]
        covered = {n for m in within for n in range(m.first, m.last + 1)}
        bare = [n for n in range(first, last + 1) if n not in covered and line.spots[n].key]
        numbered = len(within) > 1 and any(m.labels[0].field == "position" for m in within)
        if not (bare or numbered) or last - first > 3:
            continue
        whole = () if _are_quantities(line, within, bare) else _worded_roles(line, first, last)
        worded = [(first, last, whole)]
        if worded[0][2]:
            out = [m for m in out if m not in within]
        elif within:
            worded = [(n, n, _worded_roles(line, n, n)) for n in bare]
        out += [Marked(line, a, b, tuple(Label(role, True) for role in roles), True) for a, b, roles in worded if roles]
    counts = any(label.field in _COUNTING for mark in out for label in mark.labels)
    return sorted(out, key=lambda m: m.first) if counts else exact


def _are_quantities(line: Line, within: Sequence[Marked], bare: Sequence[int]) -> bool:
    """Whether headings of two quantities ran together: `Gelev.   Nog te leveren`."""
    roles = {mark.labels[0].field for mark in within} | {r for n in bare for r in _worded_roles(line, n, n)[:1]}
    says = {name for n in bare for name in classes_of(line.spots[n].text)}
    return len(roles) > 1 and roles <= set(QUANTITIES) and "quantity" not in says and "quantity" not in _said(within)


def _said(marks: Sequence[Marked]) -> set[str]:
    return {name for m in marks for s in m.line.spots[m.first : m.last + 1] for name in classes_of(s.text)}


_COUNTING = frozenset({*QUANTITIES, "unit_price"})
"""Roles that tell an item table from one of totals or taxes."""


def _worded_roles(line: Line, first: int, last: int) -> tuple[str, ...]:
    words = tuple(spot.text for spot in line.spots[first : last + 1])
    return ("unit_price",) if _PRICE_PER.search(" ".join(words)) else column_roles(words)


def _with_neighbours(sheet: Sheet, line: Line, marks: dict[int, list[Marked]]) -> list[Marked]:
    """Column words of a line, and those right above and under it where it has several itself."""
    own = marks[line.number]
    if len(own) < 3:
        return own
    near = [n for n in (line.number - 1, line.number + 1) if 0 <= n < len(sheet.lines)]
    close = [n for n in near if _is_close(sheet.lines[n], line) and not any(x.money for x in sheet.lines[n].numbers)]
    return [*own, *(mark for n in close for mark in marks[n])]


def _is_close(line: Line, other: Line) -> bool:
    return line.page == other.page and max(line.top - other.bottom, other.top - line.bottom) < 0.5 * line.height


def _is_heading(line: Line, marks: Sequence[Marked]) -> bool:
    """Enough column words, little else, and no amounts."""
    roles = _distinct(marks)
    marks = [mark for mark in marks if mark.line is line]
    covered = sum(mark.last - mark.first + 1 for mark in marks)
    words = sum(bool(spot.key) and not spot.key.isdigit() for spot in line.spots)
    if len(roles & _CORE) < 2 or covered < 0.5 * words or any(n.money for n in line.numbers):
        return False
    if not roles & _NEEDS or not (roles & {"name"} or len(roles) >= 3):
        return False
    apart = len({line.segment_of[mark.first] for mark in marks})
    return apart >= 2 or len(marks) >= 3 or (len(marks) == 2 and covered == len(line.spots))


def _distinct(marks: Iterable[Marked]) -> set[str]:
    return {mark.labels[0].field for mark in marks} | {
        label.field for mark in marks for label in mark.labels if label.field in _NEEDS or label.field == "name"
    }


@dataclass(slots=True)
class _Cell:
    """Words of one heading, line under line."""

    x0: float
    x1: float
    parts: list[tuple[float, str]]
    base: tuple[str, ...] = ()
    """Roles of the part on the main line."""


def _heading(sheet: Sheet, line: Line, marks: dict[int, list[Marked]]) -> Heading | None:
    cells = _cells_of(line, marks[line.number])
    first, last = line.number, line.number
    for step in (-1, 1):
        for distance in range(1, 6):
            number = line.number + step * distance
            if not 0 <= number < len(sheet.lines) or not _joins(sheet, number, number - step, marks, cells):
                break
            _stack(cells, sheet.lines[number])
            first, last = min(first, number), max(last, number)
    columns = [column for cell in sorted(cells, key=lambda c: c.x0) if (column := _column(cell)) is not None]
    settled = _settled(columns)
    if len({c.role for c in settled} & _CORE) < 2:
        return None
    return Heading(tuple(settled), first, last)


def _cells_of(line: Line, marks: Sequence[Marked]) -> list[_Cell]:
    cells: list[_Cell] = []
    ends: list[int] = []
    for mark in marks:
        if ends and _is_joined(line, ends[-1], mark.first):
            _add(cells[-1], line, ends[-1] + 1, mark)
            ends[-1] = mark.last
            continue
        ends.append(mark.last)
        spots = line.spots[mark.first : mark.last + 1]
        roles = tuple(label.field for label in mark.labels)
        text = " ".join(s.text for s in spots)
        cells.append(_Cell(spots[0].x0, spots[-1].x1, [(line.top, text)], roles))
    covered = {n for mark in marks for n in range(mark.first, mark.last + 1)}
    covered |= {
        n
        for n, spot in enumerate(line.spots)
        if spot.text.casefold() in _LINKS and n - 1 in covered and n + 1 in covered
    }
    for n, spot in enumerate(line.spots):
        if n in covered or not spot.key:
            continue
        reach = max(0.6, 1.1 * line.space) * spot.height
        near = [c for c in cells if abs(spot.x0 - c.x1) < reach or abs(c.x0 - spot.x1) < reach]
        if near:
            _widen(near[0], spot)
            top, text = near[0].parts[0]
            near[0].parts[0] = (top, f"{text} {spot.text}" if spot.x0 > near[0].x0 else f"{spot.text} {text}")
        else:
            cells.append(_Cell(spot.x0, spot.x1, [(line.top, spot.text)]))
    return cells


_LINKS = frozenset({"/", "&", "und", "and", "et", "en", "y", "e", "i", "-", "–", "or", "oder"})


def _is_joined(line: Line, last: int, first: int) -> bool:
    """Whether a stroke or `and` joins two column words to one heading: `Artikel / Bezeichnung`."""
    between = line.spots[last + 1 : first]
    together = line.segment_of[last] == line.segment_of[first]
    linked = bool(between) and all(s.text.casefold() in _LINKS for s in between)
    return together and (linked or (not between and line.spots[last].text[-1] in "/&"))


def _add(cell: _Cell, line: Line, first: int, mark: Marked) -> None:
    """Puts a further column word into a heading."""
    top, text = cell.parts[0]
    cell.parts[0] = (top, " ".join([text, *(s.text for s in line.spots[first : mark.last + 1])]))
    cell.x1 = max(cell.x1, mark.x1)
    roles = (*cell.base, *(label.field for label in mark.labels))
    cell.base = tuple(sorted(dict.fromkeys(roles), key=lambda role: role != "name"))


def _widen(cell: _Cell, spot: Spot) -> None:
    cell.x0, cell.x1 = min(cell.x0, spot.x0), max(cell.x1, spot.x1)


def _joins(sheet: Sheet, number: int, beside: int, marks: dict[int, list[Marked]], cells: list[_Cell]) -> bool:
    """Whether a neighbouring line belongs to the heading: close, without amounts, made of column words."""
    line, other = sheet.lines[number], sheet.lines[beside]
    if line.page != other.page or any(n.money for n in line.numbers) or line.dates:
        return False
    gap = max(line.top - other.bottom, other.top - line.bottom)
    if gap > 0.75 * line.height:
        return False
    covered = sum(m.last - m.first + 1 for m in marks[number])
    words = [spot for spot in line.spots if spot.key]
    if any(spot.key.isdigit() for spot in words):
        return False
    at = [(a, b) for a, b in line.segments]
    named = {n for m in marks[number] for n in range(m.first, m.last + 1)}
    fitting = sum(a in named or b in named or _is_over(line, a, b, cells) for a, b in at)
    short = all(b - a < 6 for a, b in at)
    if number > beside and not marks[number] and len(at) < 2:
        return False
    return (
        bool(words)
        and short
        and (covered >= 0.5 * len(words) or (fitting >= 0.8 * len(at) and gap < 0.5 * line.height))
    )


def _is_over(line: Line, first: int, last: int, cells: Sequence[_Cell]) -> bool:
    x0, x1 = line.spots[first].x0, line.spots[last].x1
    return any(x0 < cell.x1 and x1 > cell.x0 for cell in cells)


def _stack(cells: list[_Cell], line: Line) -> None:
    for first, last in _by_cell(cells, line):
        spots = line.spots[first : last + 1]
        x0, x1 = spots[0].x0, spots[-1].x1
        over = [cell for cell in cells if x0 < cell.x1 and x1 > cell.x0]
        text = " ".join(s.text for s in spots)
        if not over:
            cells.append(_Cell(x0, x1, [(line.top, text)]))
            continue
        cell = max(over, key=lambda c: min(c.x1, x1) - max(c.x0, x0))
        cell.parts.append((line.top, text))
        if len(over) == 1:
            cell.x0, cell.x1 = min(cell.x0, x0), max(cell.x1, x1)


def _by_cell(cells: Sequence[_Cell], line: Line) -> Iterator[tuple[int, int]]:
    """Segments of a line, cut where words that ran together stand each over a heading of its own."""
    for first, last in line.segments:
        homes = [[n for n, c in enumerate(cells) if s.x0 < c.x1 and s.x1 > c.x0] for s in line.spots[first : last + 1]]
        if any(len(home) != 1 for home in homes):
            yield first, last
            continue
        starts = [n for n in range(len(homes)) if not n or homes[n] != homes[n - 1]]
        for start, end in zip(starts, [*starts[1:], len(homes)], strict=True):
            yield first + start, first + end - 1


_PRICE_PER = re.compile(
    r"^\W*(?:(?:\w+\.?)?\s?(?:preis|price|prijs|prix|precio|prezzo|cena|cost|tarief|tarif)\w*\.?|"
    r"p\.? ?u\.?|€|eur|£|gbp|\$|usd)?"
    r"\s*(?:\(?(?:€|eur|£|gbp|\$|usd|pln|zł)\)?)?\s*(?:per|pro|je|par|por|za|pour|/|%)\s*\(?"
    r"(?:100?0?|1[.,' ]000|%|c|m|stk|stück|st|pcs?|piece|unit|pièces?|stuks?|uds?|pz|pezzi|szt)\b\.?\)?\s*"
    r"(?:stk|stück|st|pcs?|pieces|units|pièces|stuks|uds?|pz|pezzi|szt|€|eur|£|gbp)?\.?\W*$",
    re.I,
)
"""Headings of prices for so many pieces: `€/100`, `%Stück`, `Preis per 100`, `per 1.000`."""


def _column(cell: _Cell) -> Column | None:
    parts = [text for _, text in sorted(cell.parts)]
    whole = key_of(" ".join(parts))
    roles = ["unit_price"] if _PRICE_PER.search(" ".join(parts)) else []
    roles += [*_roles(whole), *_roles(whole.rstrip("%"))]
    roles += (
        column_roles(tuple(w for w in " ".join(parts).split() if key_of(w) and not w.isdigit())) if not roles else ()
    )
    roles += cell.base
    for part in parts:
        roles += _roles_within(part)
    return Column(tuple(dict.fromkeys(roles)) or ("other",), cell.x0, cell.x1)


def _roles(key: str) -> list[str]:
    return [label.field for label in column_labels().get(key, ())]


def _roles_within(text: str) -> list[str]:
    """Roles of a part as a whole, else of the longest runs of words in it."""
    words = text.split()
    if found := _roles(key_of(text)):
        return found
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length, -1, -1):
            if found := _roles(key_of(" ".join(words[start : start + length]))):
                return found
    return []


def _settled(columns: list[Column]) -> list[Column]:
    """One column a role: where two claim it, the one that can be nothing else, else the later amount."""
    out = list(columns)
    for role in ("quantity", "unit_price", "net_amount", "name", "tax_rate"):
        holders = [n for n, column in enumerate(out) if column.role == role]
        if not holders:
            second = [n for n, column in enumerate(out) if role in column.roles]
            if second:
                out[second[-1]] = _as(out[second[-1]], role)
            continue
        if len(holders) > 1:
            out = _without_doubles(out, holders, role)
    if not any(c.role == "net_amount" for c in out):
        gross = [n for n, column in enumerate(out) if column.role == "gross_line"]
        if gross:
            out[gross[-1]] = _as(out[gross[-1]], "net_amount")
    return out


def _room(columns: list[Column], n: int) -> float:
    """How far a column may run to the right: descriptions are wide."""
    return (columns[n + 1].x0 if n + 1 < len(columns) else columns[n].x1) - columns[n].x0


def _without_doubles(out: list[Column], holders: list[int], role: str) -> list[Column]:
    keep = holders[-1] if role in {"net_amount", "tax_rate"} else holders[0]
    if role == "name":
        keep = max(holders, key=lambda n: _room(out, n))
    for n in holders:
        if n == keep:
            continue
        others = [r for r in out[n].roles if r != role and not any(c.role == r for c in out)]
        spare = "seller_item_id" if role == "name" and not any(c.role == "seller_item_id" for c in out) else "other"
        out[n] = _as(out[n], others[0] if others else spare)
    return out


def _as(column: Column, role: str) -> Column:
    return Column((role, *(r for r in column.roles if r != role)), column.x0, column.x1)
