"""Unit codes (UN/ECE Recommendation 20, and 21 with `X` before it) to the words that people use."""

from __future__ import annotations

_NAMES = {
    "pcs": "C62 H87 EA NAR PCE XPP",
    "pair": "PR NPR",
    "dozen": "DZN DPC",
    "hundred": "CEN",
    "thousand": "MIL T3",
    "set": "SET XSX KT",
    "kg": "KGM",
    "g": "GRM",
    "mg": "MGM",
    "t": "TNE",
    "lb": "LBR",
    "oz": "ONZ",
    "m": "MTR LM",
    "mm": "MMT",
    "cm": "CMT",
    "km": "KMT",
    "in": "INH",
    "ft": "FOT",
    "yd": "YRD",
    "m²": "MTK",
    "cm²": "CMK",
    "ft²": "FTK",
    "m³": "MTQ",
    "cm³": "CMQ",
    "l": "LTR",
    "ml": "MLT",
    "cl": "CLT",
    "hl": "HLT",
    "gal": "GLL GLI",
    "h": "HUR",
    "min": "MIN",
    "s": "SEC",
    "day": "DAY",
    "week": "WEE",
    "month": "MON",
    "year": "ANN",
    "kWh": "KWH",
    "MWh": "MWH",
    "kW": "KWT",
    "box": "BX XBX",
    "carton": "CT XCT",
    "pack": "PK XPK PA XPA NMP",
    "pallet": "PF XPX XPE XPB",
    "roll": "RO XRO",
    "bag": "BG XBG XSA SA XSH",
    "bottle": "BO XBO BQ XBQ",
    "can": "CA XCA CX XCX",
    "case": "CS XCS XCR CR",
    "drum": "XDR DR",
    "bucket": "BJ XBJ PL XPL",
    "tube": "TU XTU",
    "reel": "RL XRL",
    "coil": "XCL CL",
    "bundle": "XBE BE",
    "sheet": "XST ST",
    "bar": "XBR BR",
    "tray": "XPU",
    "%": "P1",
    "lump sum": "LS",
    "job": "E51",
}
_BY_CODE = {code: name for name, codes in reversed(_NAMES.items()) for code in codes.split()}
_NO_UNIT = frozenset({"ZZ", "1", "XZZ"})
"""Agreed between the parties, or a bare number: says nothing."""


def unit_name(code: str) -> str | None:
    """`H87` → `pcs`, `KGM` → `kg`; a code that is not in the list stays as it is, one that says nothing gives none."""
    bare = code.strip().upper()
    if not bare or bare in _NO_UNIT:
        return None
    return _BY_CODE.get(bare, code.strip()[:20])
