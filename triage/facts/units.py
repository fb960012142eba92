"""Units of measure as documents write them: which mean the same, and how many of one another is.

Codes are those of UN/ECE Recommendation 20 and 21 that documents print, besides the words and abbreviations of seven
languages. Odoo's own sizes win where a line has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from triage.domain import Line
from triage.facts.unit_words import CONTAINERS, GENERIC, MEASURES

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted and how many of it: a hundred is 100 of `piece`, a bare carton 1 of `box`."""

    kind: str
    size: Decimal = ONE
    container: str | None = None
    """The packing, where the unit is one and says what is in it: `Karton à 12` is 12 of `piece` in a `box`."""


_NUMBER = r"(?P<n>\d{1,3}(?:[.,'’ ]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
_WORD = r"[^\W\d_](?:[^\d(),;:=/]*?[^\W\d_](?![^\W\d_]))?\.?"
_OF = r"(?:à|á|a|of|de|da|di|von|zu|mit|met|with|je|x|=|/|\(|-|:|\.)"
_JOINED = rf"(?:\s+|\s*{_OF}\s*){{0,2}}"
_PACKED = (
    re.compile(rf"^(?P<c>{_WORD}){_JOINED}{_NUMBER}\s*(?P<u>{_WORD})?[.)]*$"),
    re.compile(rf"^{_NUMBER}\s*(?P<u>{_WORD})?\s*(?:/|per|je|pro|par|por)\s*(?P<c>{_WORD})\.?$"),
    re.compile(rf"^{_NUMBER}\s*(?:er)?[\s-]*(?P<c>{_WORD})\.?$"),
)
_MANY = re.compile(rf"^(?:(?:per|je|pro|par|por|à|x|/)\s*)?{_NUMBER}\s*(?P<u>{_WORD})?\.?$")


@lru_cache(maxsize=4096)
def readings(text: str | None) -> tuple[Unit, ...]:
    """All that a written unit may mean, the likeliest first: `PA` is a pack or a pair. None where none is written."""
    word = _plain(text)
    found = dict.fromkeys(_readings(word)) if word else {}
    if (text or "").strip() == "m":  # a capital M is a thousand, a small one a metre
        found.pop(Unit("piece", Decimal(1000)), None)
    return tuple(found)


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().replace("\u00a0", " ").split()).strip(" .:;,[]")


def _readings(word: str) -> Iterator[Unit]:
    known = _known(word)
    yield from known
    if known:
        return
    packed = list(_packed(word))
    yield from packed
    many = None if packed else _MANY.match(word)
    inside = _contents(many["u"]) if many else ()
    yield from (Unit(inner.kind, inner.size * _number(many["n"])) for inner in inside if many)
    if not packed and not inside:
        yield Unit(word)


def _contents(written: str | None) -> tuple[Unit, ...]:
    """What is counted inside: pieces where nothing is said; metres, not thousands, by an `m`."""
    word = _plain(written)
    return tuple(one for one in _known(word) if (word, one.kind) != ("m", "piece")) if word else (Unit("piece"),)


def _known(word: str) -> tuple[Unit, ...]:
    bare = word.replace(".", "").replace(" ", "")
    found = [
        *(Unit(kind, size) for kind, size in (*MEASURES.get(word, ()), *MEASURES.get(bare, ()))),
        *(Unit(kind) for kind in (*CONTAINERS.get(word, ()), *CONTAINERS.get(bare, ()))),
    ]
    return tuple(dict.fromkeys(found))


def _packed(word: str) -> Iterator[Unit]:
    """`box of 12`, `Karton à 12 Stk`, `100 St/VPE`, `12er Pack`, `Rolle 50 m`."""
    for pattern in _PACKED:
        match = pattern.match(word)
        if match is None:
            continue
        containers = CONTAINERS.get(_plain(match["c"]), ())
        contents = _contents(match.groupdict().get("u"))
        for container in containers:
            yield from (Unit(one.kind, one.size * _number(match["n"]), container) for one in contents)
        if containers:
            return


def _number(text: str) -> Decimal:
    if re.fullmatch(r"\d{1,3}(?:[.,'’ ]\d{3})+", text):
        return Decimal(re.sub(r"\D", "", text))
    return Decimal(text.replace(",", ".")) or ONE


def units_of(line: Line) -> tuple[Unit, ...]:
    """What an order line's unit may mean: by its size in Odoo where that is known, by its name otherwise."""
    named = readings(line.uom)
    if line.uom_size is None or line.own_uom is None:
        return named
    container = next((one.container or one.kind for one in named if one.container or _is_container(one)), None)
    return tuple(Unit(own.kind, own.size * line.uom_size, container) for own in readings(line.own_uom))


def _is_container(one: Unit) -> bool:
    return any(one.kind in kinds for kinds in CONTAINERS.values())


def factor(written: str | None, ours: str) -> Decimal | None:
    """How many of our unit one written unit is; 1 where none is written; none where they cannot be compared."""
    return _between(readings(written), readings(ours), written, ours)


def factor_of(written: str | None, line: Line, *names: str) -> Decimal | None:
    """The same for an order line's unit. `names` are texts that may tell what is in a packing."""
    plain = _between(readings(written), units_of(line), written, line.uom)
    if plain is not None:
        return plain
    told = [unit for name in names for unit in contents_in(name)]
    packings = {one.kind for one in readings(written) if _is_container(one)}
    inside = tuple(unit for unit in told if packings & {unit.container, *GENERIC} and packings)
    if inside:
        return _between(inside, units_of(line), "", line.uom)
    own = tuple(unit for unit in told if {unit.container} & {one.kind for one in units_of(line) if _is_container(one)})
    return _between(readings(written), own, written, line.uom) if own else None


def _between(
    theirs: tuple[Unit, ...], ours: tuple[Unit, ...], written: str | None = "", own: str | None = ""
) -> Decimal | None:
    if not theirs or not ours or (written and _plain(written) == _plain(own)):
        return ONE
    choices = [ratio for one in theirs for other in ours if (ratio := _ratio(one, other)) is not None]
    return choices[0] if choices else None


def _ratio(one: Unit, other: Unit) -> Decimal | None:
    if one.kind == other.kind:
        return one.size / other.size
    if _same_packing(one, other) or _same_packing(other, one):
        return ONE
    return None


def _same_packing(bare: Unit, other: Unit) -> bool:
    """Whether a packing that does not say what is in it is the other's: a `Karton` is our `Box of 12`."""
    if bare.container is not None or not _is_container(bare):
        return False
    packing = other.container or (other.kind if _is_container(other) else None)
    return packing is not None and (bare.kind == packing or bare.kind in GENERIC)


_CONTENTS = re.compile(
    rf"(?:1\s*)?(?P<c>[^\W\d_]+)\.?\s*{_OF}?\s*{_OF}?\s*{_NUMBER}\s*(?P<u>[^\W\d_]+)?"
    rf"|(?P<n2>\d+)\s*(?P<u2>[^\W\d_]+)?\s*(?:/|per|je|pro|par|por)\s*(?P<c2>[^\W\d_]+)",
    re.I,
)


@lru_cache(maxsize=4096)
def contents_in(name: str) -> tuple[Unit, ...]:
    """Packings that a description tells the contents of: `Nitrile gloves, VPE 100 Stk` has 100 of `piece`."""
    found = []
    for match in _CONTENTS.finditer(name.casefold()):
        container, number = match["c"] or match["c2"], match["n"] or match["n2"]
        contents = _known(_plain(match["u"] or match["u2"])) or (Unit("piece"),)
        for kind in CONTAINERS.get(container, ()):
            found.append(Unit(contents[0].kind, contents[0].size * _number(number), kind))
    return tuple(found)
