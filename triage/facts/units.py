"""Units of measure as documents write them: which ones mean the same, and how many pieces a unit is."""

from __future__ import annotations

import re
from decimal import Decimal

_PIECE_WORDS = {
    1: "units unit pc pcs pce piece pieces ea each c62 h87 nar stk stck stück stueck st stuk stuks pz pza pzas ud uds "
    "unidad unidades u un set sets satz jeu juego pièce pièces piece(s) pcs. st. stk. ud.",
    2: "pair pairs pr paar paire paires par pares prs",
    12: "dozen dozens dz dzn dtzd dutzend douzaine docena dozijn",
    100: "100 c cen %stk hundred hundert cent cien honderd c100",
    1000: "1000 mil tsd thousand tausend mille millar duizend m1000 tst",
}
"""Pieces in a unit, with the words and UN/ECE Rec. 20 codes for it."""
_OTHER_WORDS = {
    "kg": "kg kgm kgs kilogram kilogramm kilo",
    "m": "m mtr meter metre mètre metro",
    "l": "l ltr liter litre litro",
    "box": "box boxes bx karton ktn carton cartons doos caja boîte schachtel ct",
    "pack": "pack packs pk pkg paket packung pak paquet paquete xpk pa",
    "roll": "roll rolls rolle rollen rol rouleau rollo ro",
}
_PIECES = {word: size for size, words in _PIECE_WORDS.items() for word in words.split()}
_ALIASES = {word: kind for kind, words in _OTHER_WORDS.items() for word in words.split()}
_PER = re.compile(r"^(?:per|je|par|por|à|box of|pack of|/)?\s*(1000|100|10)(?!\d)\s*(.*)$")


def unit(text: str | None) -> tuple[str, Decimal] | None:
    """A unit's kind and its size in that kind: `Stk` → (`piece`, 1), `C` → (`piece`, 100); none where none is named."""
    word = " ".join((text or "").casefold().split())
    if not word:
        return None
    if word in _PIECES:
        return "piece", Decimal(_PIECES[word])
    per = _PER.match(word)
    if per and (not per[2] or per[2] in _PIECES):
        return "piece", Decimal(per[1])
    return _ALIASES.get(word, word.rstrip(".")), Decimal(1)


def factor(written: str | None, ours: str) -> Decimal | None:
    """How many of our unit one written unit is; 1 where none is written; none where they cannot be compared."""
    theirs, own = unit(written), unit(ours)
    if theirs is None or own is None:
        return Decimal(1)
    return theirs[1] / own[1] if theirs[0] == own[0] else None
