"""Numbers that name something: orders, invoices, deliveries, parcels, items. As written, in five languages."""

from __future__ import annotations

import re

_LABELS = (
    # orders
    r"(?:purchase |sales |customer |work )?orders?|p\.?o\.?|s\.?o\.?|bestellung(?:en)?|bestell|auftrags?|aufträge|"
    r"commandes?|bon de commande|pedidos?|orden(?:es)?(?: de compra)?|bestel(?:ling(?:en)?)?|(?:in|ver)kooporders?|"
    # invoices and credit notes
    r"invoices?|credit notes?|rechnungs?|rechnungen|gutschrifts?|factures?|avoirs?|facturas?|abono|factu(?:ur|ren)|"
    r"creditnota|"
    # deliveries and parcels
    r"delivery(?: note)?|deliveries|shipments?|lieferscheine?|lieferung|sendungs?|bon de livraison|livraison|bl|"
    r"albar[aá]n(?:es)?|env[ií]o|pakbon(?:nen)?|levering|zendings?|tracking|track(?: ?& ?trace)?|trackings?|parcel|"
    r"paket|pakket|paquete|colis|suivi|seguimiento|awb|consignment|waybill|cmr|"
    # items, lots, tickets, claims
    r"items?|articles?|artikel|art|sku|part|product|produkt|art[ií]culos?|materials?|lots?|lotes?|batch(?:es)?|"
    r"chargen?|partij|serial|serien?|rma|tickets?|case|vorgangs?|dossiers?|expediente|zaak|claims?|reklamations?|"
    r"r[ée]clamation|reclamaci[óo]n|retouren?|retours?|returns?|quotes?|quotations?|angebots?|devis|ofertas?|"
    r"presupuesto|offertes?|confirmation|contracts?|"
    r"r[ée]f(?:[ée]rences?)?|reference|referenz|referencia|referentie|ref|kenmerk|zeichen"
)
_NUMBER_WORD = r"(?:-?\s?(?:numbers?|numm?ers?|num[ée]ros?|n[úu]meros?|no|nr|n\.?[°º]|num|code|id)\b\.?)?"
_BETWEEN = (
    r"(?P<between>(?:\s+(?:with|mit|avec|portant|con|met|the|der|die|das|le|la|el|het|our|your|unsere[nr]?|ihre[nr]?|"
    r"votre|notre|su|nuestr[oa]|uw|onze?|under|unter|sous|bajo|onder|is|ist|est|es|was|war|number|nummer|"
    r"num[ée]ro|n[úu]mero)\b){1,4}\.?)?"
)
_WRITTEN = r"\b(?=[A-Z0-9./_-]{0,30}\d)(?P<ref>[A-Z0-9]+(?:[-/._][A-Z0-9]+)*)(?!\w)"
_LABELLED = re.compile(
    rf"\b(?:{_LABELS}){_NUMBER_WORD}\.?{_BETWEEN}\s*(?:(?:de|du|des|del|van|von)\s+)?"
    rf"[:#№(\"']*\s*(?:n\.?[°º]\s*)?{_WRITTEN}",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"\s*(?:[,;/&+]|and|und|et|y|en|or|oder|ou|o|of|sowie)(?:\s+(?:and|und|et|y|en|auch|also))?\s*{_WRITTEN}",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w+/.,-])(?<!\d )\d{5,20}(?!\w|[.,/-]\d| \d)")
_NOT_A_REFERENCE_BEFORE = re.compile(
    r"(?:tel|phone|fon|mobil\w*|mob|fax|t[ée]l[ée]fono?|telefoon|call|whatsapp|vat|btw|ust|mwst|tva|iva|nif|cif|siren|"
    r"siret|kvk|hr[ab]|reg|registered|iban|bic|konto\w*|account|cuenta|compte|rekening)\W{0,3}(?:\w{1,6}\W{1,3})?$",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"""(?<![\w/.-])(?:
        (?:PO|SO)[ ]?[-\#:]?[ ]?\d{4,12}(?:[-/]\d+)*             # PO 4500012345, SO-20118
      | (?:PO|SO|AB|RE|RG|LS|INV|CN|DN|RMA|SINV|AUF|BE|FA|FC|BL|ALB|PED|FV|CMD)[-/]\d{2,4}[-/]\d{2,8}
      | [SsPp]\d{5,7}                                            # S00042, P00031
      | (?:AB|LS|RE|RG|INV|CN|RMA|AWB|ALB)[ ]\d{4,12}            # AB 20991
      | WH/[A-Z]{2,5}/\d{3,8}                                    # WH/OUT/00012
      | [A-Z]{2,6}/\d{4}/(?:\d{2}/)?\d{3,8}                      # INV/2026/00123
      | 1Z[0-9A-Z]{16}                                           # UPS
      | [A-Z]{2}\d{9}[A-Z]{2}                                    # UPU S10
      | JJD\d{10,20} | JD\d{16,18} | 0034\d{16} | 3S[A-Z0-9]{8,16}
      | \#\d{4,12}
      | [A-Z]{2,6}[-_/][A-Z0-9]*\d[A-Z0-9]*(?:[-_/.][A-Z0-9]+)*  # BM-10442, GLV-09-L
      | [A-Z]{1,6}\d{3,12}[A-Z]{0,2}(?:-[A-Z0-9]+)*              # RMA2210, AB20118, KX450
      | [A-Za-z]{1,6}[-/](?!(?:19|20)\d\d(?!\d))\d{3,10}(?:[-/.][A-Za-z0-9]+)*   # K-44718, bm-10442
      | \d{3,8}-[A-Z]{1,4}\d{0,4}                               # 10442-L
      | [1-9]\d{3,7}[-/]\d{2,8} | [1-9]\d{1,7}[-/]\d{4,8}       # 2609-1190, 26-0412
      | \d{3,5}\.\d{2,4}\.\d{2,5}                              # 0933.08.040
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
_LEAST_DIGITS_FAR = 5
"""Where words stand between label and number, as in `our order with the number 118820`."""
_LONG = 8
"""Digits from which a bare number can be no quantity."""
_PLACE = re.compile(r",? (?:[A-ZÄÖÜÉ][a-zäöüé]+|[A-Z]{2}\b)")
"""A town behind a postal code."""
_COMPACT_DAY = re.compile(r"20\d\d(?:0\d|1[0-2])[0-3]\d$|[0-3]\d(?:0\d|1[0-2])20\d\d$")
_MEASURES = re.compile(
    r"[.,]\d|\s?[€$£%]|\s?(?:EUR|USD|GBP|CHF|euros?|pcs|pieces|units|pairs?|boxes|cartons?|pallets?|rolls?|sets?|"
    r"Stück|Stk|Paar|Kartons?|Paletten?|Rollen|stuks|paar|dozen|pièces|paires|unidades|uds|pares|cajas|days?|weeks?|"
    r"hours?|Tage|Wochen|Stunden|jours|semaines|heures|días|semanas|horas|dagen|weken|uur|kg|g|mm|cm|m|l|ml|V|W|Nm)\b",
)


def find_references(text: str) -> tuple[str, ...]:
    """References in a text, as written, in order, each once.

    Conservative: the shape is a reference's (`S00042`, `PO 4500012345`, `INV/2026/00123`, `BM-10442`), or a label in
    English, German, French, Spanish or Dutch stands before it, or it follows one of its make in a list, or it is a
    number of five digits and more that is no quantity. Dates, amounts, phone numbers, standards (DIN
    912), IBANs and VAT numbers are none.
    """
    if not any(character.isdigit() for character in text):
        return ()
    spans = [match.span() for match in _SHAPES.finditer(text) if _is_reference(match[0])]
    for match in _LABELLED.finditer(text):
        start, end = match.span("ref")
        least = _LEAST_DIGITS_FAR if match["between"] else _LEAST_DIGITS
        if _is_labelled_reference(match["ref"], text[end:], least) and not _overlaps(start, end, spans):
            spans.append((start, end))
    for match in _BARE.finditer(text):
        if _is_bare_reference(text, *match.span()) and not _overlaps(*match.span(), spans):
            spans.append(match.span())
    for start, end in list(spans):
        spans += _listed_after(text, start, end, spans)
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
    if re.match(r"(?:19|20)\d\d[-/](?:19|20)?\d\d$|\d{1,3}(?:\.\d{3})+$", written):
        return False
    if _DATE.match(written) or _STANDARDS.match(written) or _CODES_WITH_MEANING.match(bare):
        return False
    return sum(c.isdigit() for c in bare) >= 2 and len(bare) >= 4


def _listed_after(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """References that follow one of the same make in a list: `orders 118820, 118821 and 118822`."""
    found: list[tuple[int, int]] = []
    make = _make(text[start:end])
    while (match := _NEXT.match(text, end)) and _make(match["ref"]) == make:
        start, end = match.span("ref")
        if not _is_labelled_reference(match["ref"], text[end:], _LEAST_DIGITS):
            break
        if not _overlaps(start, end, spans):
            found.append((start, end))
    return found


def _make(written: str) -> str:
    """A reference's make: `9` for each digit, `A` for each letter."""
    return re.sub(r"[A-Za-z]", "A", re.sub(r"\d", "9", written))


def _is_bare_reference(text: str, start: int, end: int) -> bool:
    """Whether a long number without a label is one: no phone, account or register number, no date, no quantity."""
    written = text[start:end]
    is_phone = written.startswith("0") and not written.startswith("00") and len(written) <= 11
    is_day = bool(_COMPACT_DAY.match(written))
    if len(written) < _LONG and (_MEASURES.match(text, end) or _PLACE.match(text, end) or written.endswith("00")):
        return False
    return not (is_phone or is_day or _NOT_A_REFERENCE_BEFORE.search(text[max(0, start - 24) : start]))


def _is_labelled_reference(written: str, after: str, least: int) -> bool:
    bare = re.sub(r"[\W_]+", "", written)
    digits = sum(c.isdigit() for c in bare)
    if digits < least or _DATE.match(written) or _CODES_WITH_MEANING.match(bare):
        return False
    if _MEASURES.match(after):
        return False
    letters = [c for c in bare if c.isalpha()]
    return not letters or any(c.isupper() for c in letters) or digits >= len(letters)
