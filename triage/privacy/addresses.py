"""Street addresses in a text, where their form is recognisable: English, German, Dutch, French, Spanish, Italian."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.privacy.found import Found

_CAP = r"[A-ZÀ-ÖØ-Þ][\w'’.\-]{0,40}"
_HOUSE = r"\d{1,4}(?:[ ]?[a-zA-Z](?![\w]))?(?:[ ]?[-/][ ]?\d{1,4}[a-zA-Z]?)?"
_TOWN = (
    rf"(?:(?:[ ]*[,·|][ ]*|[ ]*\n[ ]*|[ ]+)(?:[A-Z]{{1,2}}-)?"
    r"(?:\d{4,5}|\d{4}[ ]?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2})"
    rf"(?:[ ]+{_CAP}(?:[ -]{_CAP}){{0,2}})?)?"
)
_EN = (
    rf"(?:(?:Unit|Suite|Flat|Apartment|Apt\.?|Building)[ ])?{_HOUSE},?[ ](?:{_CAP}[ ]){{1,4}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Way|Court|Ct|Boulevard|Blvd|Square|Close|Crescent|Terrace|Parkway"
    r"|Row|Grove|Estate|Gardens|Quay|Wharf)\b\.?"
)
_DE_NL = (
    r"(?:(?:[A-ZÄÖÜ][\w.\-]{0,40}[ ]){0,2}"
    r"[A-ZÄÖÜ][\w.\-]{0,40}?(?:straße|strasse|str\.|weg|platz|allee|gasse|(?<!e)ring|damm|ufer|chaussee|markt|straat|laan|plein"
    r"|kade|gracht|dijk|singel|steeg|dreef)"
    r"|(?:[A-ZÄÖÜ][\w.\-]{0,40}[ ]){1,2}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Ring|Straat|Laan|Plein|Kade)"
    rf"|(?:Am|An[ ]der|Auf[ ]der|Im|Zum|Zur|Unter[ ]den)[ ]{_CAP})[ ]{_HOUSE}"
)
_FR = (
    r"\d{1,4}(?:[ ]?(?:bis|ter|quater))?,?[ ]"
    r"(?i:rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allée|route|quai|cours)"
    rf"[ ](?:(?:de[ ]la|de[ ]l['’]|du|des|de|d['’]|la|le|les)[ ]?)?{_CAP}(?:[ -](?:de[ ]|du[ ]|des[ ])?{_CAP}){{0,3}}"
)
_ES_IT = (
    rf"(?:[Cc]alle|C/|[Aa]vda\.?|[Aa]venida|[Pp]laza|[Pp]aseo|Camino|Carretera|Ronda|Polígono"
    r"|[Vv]ia|Viale|Piazza|Corso|Largo)[ ]?"
    rf"(?:(?:de[ ]la|de[ ]los|de[ ]las|del|de|della|dei|la|el)[ ])?{_CAP}(?:[ ](?:de[ ]|del[ ]|y[ ])?{_CAP}){{0,3}}"
    rf",?[ ](?:n[º°.o]\.?[ ]?|núm\.?[ ])?{_HOUSE}"
)
_BOX = r"(?:P\.?[ ]?O\.?[ ]?Box|Postfach|Postbus|Boîte[ ]postale|BP|Apartado(?:[ ]de[ ]correos)?)[ ]\d{2,6}"
_ADDRESS = re.compile(rf"(?<![\w/-])(?:{_DE_NL}|{_EN}|{_FR}|{_ES_IT}|{_BOX}){_TOWN}(?![\w])")


def addresses(text: str) -> Iterator[Found]:
    """Street and house number, with the postcode and town where they follow; post-office boxes."""
    for match in _ADDRESS.finditer(text):
        yield Found(match.start(), match.end(), plain(match.group()))


def plain(text: str) -> str:
    """An address without the differences that mean nothing: case, spaces, commas."""
    return " ".join(re.sub(r"[\s,·|]+", " ", text).casefold().split())
