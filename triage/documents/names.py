"""What reads as a company's or a person's name, and where a name ends."""

from __future__ import annotations

import re

from triage.documents.amounts import currency_of
from triage.documents.blocks import LEGAL_FORM, POSTAL, has_legal_form
from triage.documents.dates import MONTHS
from triage.documents.labels import column_labels, field_labels, party_labels, title_labels
from triage.documents.meanings import header_labels, title_type
from triage.documents.printed import key_of
from triage.documents.wording import said

_LESS = re.compile(
    r"^(?:gln|nummer|globale nummer|number|id|no|nr|siret|siren|vat|ust|tva|btw|iva|nip|tel|fax|e-?mail|phone|www|http|"
    r"kvk|kunden-?n|customer (?:no|id|number)|lief-?nr|client n|klantn|attn|z\.? ?hd|zu händen|t\.?a\.?v|c/o|"
    r"à l'attention|gstin|contact|adresse|address|anschrift|page|seite|id#|account|date)\b",
    re.I,
)
"""How a line begins that is about a party but not its name."""

_STREET = re.compile(
    r"\b(?:street|st\.|road|rd\.?|avenue|ave\.?|lane|drive|way|blvd|strasse|straße|str\.|weg|platz|allee|gasse|rue|"
    r"boulevard|place de|chemin|straat|laan|plein|kade|calle|c/|avda|plaza|via|viale|piazza|corso|ul\.|ulica|aleja|"
    r"al\.|p\.?o\.? box|postfach|floor|suite|bp)\b|"
    r"(?:straße|strasse|weg|straat|laan|platz|allee|kade) ?\d|^\d+[a-z]?,? [^\W\d]",
    re.I,
)
SALUTATION = re.compile(
    r"^(?:herrn?|frau|firma|fa\.|mr\.?|mrs\.?|ms\.?|monsieur|madame|m\.|mme|dhr\.?|mevr\.?|de heer|"
    r"spett\.?(?:le|abile)?|sr\.?|sra\.?|sig\.?)$",
    re.I,
)


def is_name(text: str) -> bool:
    """Whether a printed line can be a company's or a person's name."""
    text = text.strip()
    letters = sum(c.isalpha() for c in text)
    if letters < 3 or len(text) > 90 or letters < 0.5 * len(text.replace(" ", "")) or _is_something_else(text):
        return False
    if " " not in text and any(c.isdigit() for c in text) and not has_legal_form(text):
        return False
    return has_legal_form(text) or not (POSTAL.search(text) or _STREET.search(text))


def _is_something_else(text: str) -> bool:
    """Contact details, a currency, a month, a label or a label with its value."""
    if _LESS.match(text) or "@" in text or re.search(r"www\.|https?:", text, re.I):
        return True
    key = key_of(text)
    if currency_of(text) or text.startswith("(") or key in MONTHS:
        return True
    words = tuple(text.split())
    if (
        header_labels(words)
        or title_type(words)
        or (len(words) > 1 and said(words) and not has_legal_form(text))
        or _begins_as_label(text)
        or _is_numbered_title(words)
    ):
        return True
    if any(key in table for table in (field_labels(), title_labels(), party_labels(), column_labels())):
        return True
    if re.search(r"[^\W\d_]{3,} \d{1,4}[a-z]?$", text) and not has_legal_form(text):
        return True
    return text.endswith(":") or bool(re.match(r"[^\W\d_][\w .\-/'’]{2,28}:\s", text))


def _is_numbered_title(words: tuple[str, ...]) -> bool:
    """`AVOIR n° AV-0417`: the title with the document's number."""
    titled = any(key_of("".join(words[:count])) in title_labels() for count in range(1, min(4, len(words))))
    return titled and any(c.isdigit() for c in words[-1])


def _begins_as_label(text: str) -> bool:
    """`Contactpersoon J. Martin`: a person behind the word for it."""
    words = text.split()
    if has_legal_form(text):
        return False
    return any("contact" in said(words[:count]) for count in range(1, min(3, len(words)) + 1))


def clean_name(text: str) -> str:
    """A name without what is printed around it: separators, addresses behind it, brackets."""
    name = re.split(r"\s+[-–|•·*]\s+|\s*[|•·]\s*|,\s+(?=\d)|\s{3,}", text.strip())[0]
    name = re.sub(r"\s*\(?\d{4}\s?-\s?\d{2,4}\)?$", "", name)
    for form in LEGAL_FORM.finditer(name):
        if re.match(r"\s*[,(]|\s+(?:au capital|con capital|capital)\b", name[form.end() :], re.I) and form.start() > 2:
            name = name[: form.end()]
            break
    return name.strip(" ,;:|-–•·")


def behind(text: str, name: str) -> str:
    """What follows a name in its line."""
    at = text.find(name)
    return text[at + len(name) :] if at >= 0 else ""
