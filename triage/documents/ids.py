"""VAT ids, IBANs and document numbers: their shapes, and their check digits where they have any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_VAT_SHAPES: dict[str, str] = {
    "AT": r"U\d{8}",
    "BE": r"[01]?\d{9}",
    "BG": r"\d{9,10}",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z\d]\d{7}[A-Z\d]",
    "FI": r"\d{8}",
    "FR": r"[A-Z\d]{2}\d{9}",
    "GB": r"(?:\d{9}(?:\d{3})?|GD\d{3}|HA\d{3})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"\d[A-Z\d+*]\d{5}[A-Z]{1,2}",
    "IT": r"\d{11}",
    "LT": r"(?:\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"\d{9}B\d{2}",
    "NO": r"\d{9}(?:MVA)?",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{12}",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "CHE": r"\d{9}(?:MWST|TVA|IVA|TPV|VAT)?",
    "XI": r"\d{9}(?:\d{3})?",
}
"""Shapes of VAT ids behind the country's letters (Commission's list for VIES; UK, Swiss and Norwegian rules)."""

_SEPARATOR = r"[ .\-/\u00a0]?"
_VAT_START = re.compile(r"(?<![A-Za-z0-9])(CHE|[A-Z]{2})(?=[ .\-/\u00a0]{0,2}[A-Z0-9])")
_GSTIN = re.compile(r"(?<![A-Z0-9])\d{2}[A-Z]{5}\d{4}[A-Z][A-Z\d]Z[A-Z\d](?![A-Z0-9])")
_NATIONAL = re.compile(r"(?<![A-Za-z0-9])(?<![A-Za-z]-)\d(?:[ .\-]?\d){7,11}(?![A-Za-z0-9])")

_IBAN_LENGTHS: dict[str, int] = dict(
    zip(
        [
            "AD",
            "AE",
            "AT",
            "BE",
            "BG",
            "CH",
            "CY",
            "CZ",
            "DE",
            "DK",
            "EE",
            "ES",
            "FI",
            "FR",
            "GB",
            "GI",
            "GR",
            "HR",
            "HU",
            "IE",
            "IL",
            "IS",
            "IT",
            "LI",
            "LT",
            "LU",
            "LV",
            "MC",
            "MT",
            "NL",
            "NO",
            "PL",
            "PT",
            "RO",
            "RS",
            "SE",
            "SI",
            "SK",
            "SM",
            "TR",
            "UA",
        ],
        map(
            int,
            [
                "24",
                "23",
                "20",
                "16",
                "22",
                "21",
                "28",
                "24",
                "22",
                "18",
                "20",
                "24",
                "18",
                "27",
                "22",
                "23",
                "27",
                "21",
                "28",
                "22",
                "23",
                "26",
                "27",
                "21",
                "20",
                "20",
                "21",
                "27",
                "31",
                "18",
                "15",
                "28",
                "25",
                "24",
                "22",
                "24",
                "19",
                "24",
                "27",
                "26",
                "29",
            ],
        ),
        strict=True,
    )
)
"""Length by country (SWIFT's IBAN registry)."""

_IBAN_START = re.compile(r"(?<![A-Za-z0-9])([A-Z]{2}\d{2})(?=[ \u00a0]?[A-Z0-9]{2})")


@dataclass(frozen=True, slots=True)
class Id:
    """An id in a text. `valid` says that its check digits fit."""

    start: int
    end: int
    value: str
    """Without spaces and punctuation."""
    valid: bool


def find_vat_ids(text: str) -> list[Id]:
    """Ids shaped like a VAT id with its country's letters, and Indian GSTINs, from left to right."""
    found = [Id(m.start(), m.end(), m[0], _valid_gstin(m[0])) for m in _GSTIN.finditer(text)]
    for start in _VAT_START.finditer(text):
        one = _vat_at(text, start)
        if one is not None and not any(f.start < one.end and one.start < f.end for f in found):
            found.append(one)
    return sorted(found, key=lambda f: f.start)


def _vat_at(text: str, start: re.Match[str]) -> Id | None:
    """Takes as many characters as the country's shape wants, across single separators."""
    shape = _VAT_SHAPES.get(start[1])
    if shape is None:
        return None
    taken, ends = "", []
    for match in re.finditer(rf"{_SEPARATOR}([A-Z0-9+*])|(.)", text[start.end() : start.end() + 34]):
        if match[2]:
            break
        taken += match[1]
        following = text[start.end() + match.end() : start.end() + match.end() + 1]
        if not following.isalnum() and re.fullmatch(shape, taken):
            ends.append((start.end() + match.end(), taken))
    if not ends:
        return None
    valid = [end for end in ends if vat_is_valid(start[1] + end[1])]
    end, taken = (valid or ends)[0] if start[1] != "CHE" else ends[-1]
    return Id(start.start(), end, start[1] + taken, bool(valid))


def find_national_tax_ids(text: str) -> list[Id]:
    """Tax numbers without a country's letters (Spanish NIF, Italian partita IVA, Polish NIP): only behind a label."""
    found = [Id(m.start(), m.end(), re.sub(r"[ .\-]", "", m[0]), False) for m in _NATIONAL.finditer(text)]
    spanish = re.finditer(r"(?<![A-Za-z0-9])(?:[A-HJ-NP-SUVWXYZ]-?\d{7}-?[A-Z\d]|\d{8}-?[A-Z])(?![A-Za-z0-9])", text)
    found += [Id(m.start(), m.end(), m[0].replace("-", ""), False) for m in spanish]
    return sorted(found, key=lambda f: f.start)


@lru_cache(maxsize=4096)
def vat_is_valid(value: str) -> bool:
    """Whether the check digits of a VAT id with its country's letters fit."""
    from stdnum.util import get_cc_module

    country = {"CHE": "ch", "EL": "gr", "XI": "gb"}.get(value[:3] if value.startswith("CHE") else value[:2])
    module = get_cc_module(country or value[:2].lower(), "vat")
    return bool(module is not None and module.is_valid(value))


def _valid_gstin(value: str) -> bool:
    from stdnum.in_ import gstin

    return bool(gstin.is_valid(value))


def find_ibans(text: str, labelled: bool = False) -> list[Id]:
    """IBANs in a text. Without a label only those whose check digits fit; behind one also misprinted ones."""
    found = []
    for start in _IBAN_START.finditer(text):
        one = _iban_at(text, start, labelled)
        if one is not None:
            found.append(one)
    return found


def _iban_at(text: str, start: re.Match[str], labelled: bool) -> Id | None:
    length = _IBAN_LENGTHS.get(start[1][:2])
    taken, end, ends = start[1], start.end(), [(start.end(), start[1])]
    for match in re.finditer(r"[ \u00a0]{0,2}([A-Z0-9])|(.)", text[start.end() : start.end() + 60]):
        if match[2] or len(taken) == (length or 34):
            break
        taken += match[1]
        end = start.end() + match.end()
        if not text[end : end + 1].isalnum():
            ends.append((end, taken))
    if length is not None and len(taken) == length and not text[end : end + 1].isalnum() and iban_is_valid(taken):
        return Id(start.start(), end, taken, True)
    if not labelled:
        return None
    end, taken = ends[-1] if length is None or len(taken) != length else (end, taken)
    return Id(start.start(), end, taken, False) if 12 <= len(taken) <= 34 else None


def find_misprinted_ibans(text: str) -> list[Id]:
    """Runs with a country's letters and exactly its IBAN length whose check digits do not fit."""
    pattern = re.finditer(
        r"(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?)(?![A-Za-z0-9])",
        text,
    )
    plain = [(m, m[0].replace(" ", "")) for m in pattern]
    return [Id(m.start(), m.end(), p, False) for m, p in plain if _IBAN_LENGTHS.get(m[1]) == len(p)]


@lru_cache(maxsize=4096)
def iban_is_valid(value: str) -> bool:
    """Whether an IBAN has its country's length and its check digits fit (ISO 13616, ISO 7064 mod 97-10)."""
    if _IBAN_LENGTHS.get(value[:2], len(value)) != len(value):
        return False
    from stdnum.iso7064 import mod_97_10

    return bool(mod_97_10.is_valid(value[4:] + value[:4]))


_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./\-–#]*")


def is_reference(token: str) -> bool:
    """Whether a word can be a document's or order's number: it has a digit and looks like nothing else."""
    token = token.strip(",;:.()[]#")
    if not _REFERENCE.fullmatch(token) or not any(c.isdigit() for c in token):
        return False
    if re.fullmatch(r"\d{1,2}[./]\d{1,2}[./](\d\d|\d{4})|\d{4}-\d\d-\d\d", token):
        return False
    return not re.fullmatch(r"\d{1,3}([.,]\d{3})*[.,]\d{2}", token)
