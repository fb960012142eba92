"""Numbers that name something: orders, invoices, deliveries, parcels, items. As written, in five languages."""

from __future__ import annotations

import re

_LABELS = (
    # orders
    r"(?:purchase |sales |customer |work )?orders?|p\.?o\.?|s\.?o\.?|bestellung(?:en)?|bestell|auftrags?|aufträge|"
    r"commandes?|bon de commande|pedidos?|orden(?:es)?(?: de compra)?|bestelling(?:en)?|inkooporder|verkooporder|"
    # invoices and credit notes
    r"invoices?|credit notes?|rechnungs?|rechnungen|gutschrift|factures?|avoir|facturas?|abono|factu(?:ur|ren)|"
    r"creditnota|"
    # deliveries and parcels
    r"delivery(?: note)?|deliveries|shipments?|lieferscheine?|lieferung|sendungs?|bon de livraison|livraison|"
    r"albar[aá]n(?:es)?|env[ií]o|pakbon|levering|zending(?:s)?|tracking|track(?: ?& ?trace)?|trackings?|parcel|"
    r"paket|colis|suivi|seguimiento|awb|consignment|waybill|"
    # items, tickets, claims
    r"items?|articles?|artikel|art|sku|part|product|produkt|art[ií]culos?|materials?|lot|batch|charge|rma|ticket|"
    r"claim|quotes?|quotations?|angebots?|devis|ofertas?|presupuesto|offerte|confirmation|"
    r"r[ée]f(?:[ée]rences?)?|reference|referenz|referencia|referentie|ref|kenmerk|zeichen"
)
_NUMBER_WORD = r"(?:-?\s?(?:numbers?|numm?ers?|num[ée]ros?|n[úu]meros?|no|nr|n[°º]|num|code|id)\b\.?)?"
_LABELLED = re.compile(
    rf"\b(?:{_LABELS}){_NUMBER_WORD}\.?\s*(?:(?:de|du|des|del|van|von|is|ist|est|es)\s+)?[:#№]*\s*(?:n[°º]\s*)?"
    r"\b(?=[A-Z0-9./_-]{0,30}\d)(?P<ref>[A-Z0-9][A-Z0-9]*(?:[-/._][A-Z0-9]+)*)(?![\w])",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"""(?<![\w/.-])(?:
        (?:PO|SO)[ ]?[-\#:]?[ ]?\d{4,12}(?:[-/]\d+)*             # PO 4500012345, SO-20118
      | (?:PO|SO|AB|RE|RG|LS|INV|CN|DN|RMA|SINV|AUF|BE|FA|FC|BL|ALB|PED|FV|CMD)[-/]\d{2,4}[-/]\d{2,8}
      | [SP]\d{5,7}                                              # S00042, P00031
      | WH/[A-Z]{2,5}/\d{3,8}                                    # WH/OUT/00012
      | [A-Z]{2,6}/\d{4}/(?:\d{2}/)?\d{3,8}                      # INV/2026/00123
      | 1Z[0-9A-Z]{16}                                           # UPS
      | [A-Z]{2}\d{9}[A-Z]{2}                                    # UPU S10
      | JJD\d{10,20} | JD\d{16,18} | 0034\d{16} | 3S[A-Z0-9]{8,16}
      | \#\d{4,12}
      | [A-Z]{2,6}[-_/][A-Z0-9]*\d[A-Z0-9]*(?:[-_/.][A-Z0-9]+)*  # BM-10442, GLV-09-L
      | [A-Z]{1,4}\d{4,12}(?:-[A-Z0-9]+)*                        # RMA2210, AB20118
      | \d{2,6}-\d{2,6}-\d{2,6}
    )(?![\w]|[-/]\w)""",
    re.VERBOSE,
)
_STANDARDS = re.compile(
    r"^(?:ISO|DIN|EN|IEC|ANSI|ASTM|UTF|COVID|CE|A[24]|IP|RAL|VDE|UL|NF|BS|UNE|NEN|KW|CW|SW|TORX|TX|PH|PZ|HV|Q[1-4]|"
    r"WIN|USB|MP|CET|UTC|GMT)[-_/ ]?\d",
)
_DATE = re.compile(
    r"^(?:\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d{2}(?:[-/]\d{2})?)\.?$"
)
_CODES_WITH_MEANING = re.compile(
    r"^(?:[A-Z]{2}\d{2}[A-Z0-9]{11,30}|(?:NL|DE|FR|ES|BE|AT|GB|IT)[A-Z]?\d{8,9}(?:B\d{2})?)$"
)
_LEAST_DIGITS = 3


def find_references(text: str) -> tuple[str, ...]:
    """References in a text, as written, in order, each once.

    Conservative: either the shape is a reference's (`S00042`, `PO 4500012345`, `INV/2026/00123`, `BM-10442`) or a label
    in English, German, French, Spanish or Dutch stands before it. Dates, amounts, standards (DIN 912), IBANs and VAT
    numbers are none.
    """
    if not any(character.isdigit() for character in text):
        return ()
    spans: list[tuple[int, int]] = []
    for match in _SHAPES.finditer(text):
        if _is_reference(match[0]):
            spans.append(match.span())
    for match in _LABELLED.finditer(text):
        start, end = match.span("ref")
        if _is_labelled_reference(match["ref"], text[end:]) and not _overlaps(start, end, spans):
            spans.append((start, end))
    found: dict[str, str] = {}
    for start, end in sorted(spans):
        written = text[start:end].strip(" .:-")
        found.setdefault(normalise(written), written)
    return tuple(found.values())


def normalise(ref: str) -> str:
    """A reference as it is compared: letters and digits, upper case, without the word `PO` or `SO` before a number."""
    bare = re.sub(r"[\W_]+", "", ref).upper()
    return re.sub(r"^(?:PO|SO)(?=\d{5,}$)", "", bare)


def _overlaps(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)


def _is_reference(written: str) -> bool:
    bare = re.sub(r"[\W_]+", "", written)
    if _DATE.match(written) or _STANDARDS.match(written) or _CODES_WITH_MEANING.match(bare):
        return False
    return sum(c.isdigit() for c in bare) >= 2 and len(bare) >= 4


def _is_labelled_reference(written: str, after: str) -> bool:
    bare = re.sub(r"[\W_]+", "", written)
    digits = sum(c.isdigit() for c in bare)
    if digits < _LEAST_DIGITS or _DATE.match(written) or _CODES_WITH_MEANING.match(bare):
        return False
    if re.match(
        r"[.,]\d|\s?[€$£%]|\s?(?:EUR|USD|GBP|CHF|pcs|pieces|units|Stück|Stk|stuks|pièces|unidades|boxes)\b", after
    ):
        return False
    letters = [c for c in bare if c.isalpha()]
    return not letters or any(c.isupper() for c in letters) or digits >= len(letters)
