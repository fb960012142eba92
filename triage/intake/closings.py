"""How closings, signatures, confidentiality footers and warning banners look, in the order desk's languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

_GRUSS = r"gr(?:ü|ue)(?:ß|ss)e"
_CLOSINGS = {
    "en": (
        r"(?:with )?(?:very |my )?(?:kind(?:est)?|best|warm(?:est)?|many|sincere) (?:regards|wishes|greetings|thanks)",
        r"regards|kr|br|cheers|ta|best|all the best|take care|sincerely|yours (?:sincerely|faithfully|truly)",
        r"(?:thanks|thank you)(?: in advance| very much| so much| a lot)?(?:,? (?:and|&) (?:kind |best )?regards)?",
    ),
    "de": (
        rf"(?:mit )?(?:den )?(?:freundlichen|besten|herzlichen|lieben|schönen|vielen|sonnigen) {_GRUSS}n?",
        rf"(?:freundliche|beste|herzliche|liebe|viele|schöne|sonnige)? ?{_GRUSS}",
        r"(?:freundlichen |besten |lieben |schönen )?gru(?:ß|ss)|mfg|vg|lg|hochachtungsvoll|danke",
        rf"(?:vielen|besten|herzlichen) dank(?: im voraus| vorab)?(?: und (?:freundliche|beste|viele) {_GRUSS})?",
    ),
    "fr": (
        r"(?:bien |très )?(?:cordialement|sincèrement)|bien à vous|cdlt|cdt",
        r"(?:avec )?(?:nos )?(?:sincères|meilleures|cordiales) salutations|salutations(?: distinguées)?",
        r"bonne (?:journée|réception|soirée|fin de journée)",
        r"merci(?: d['’]avance| beaucoup)?(?: et bonne (?:journée|soirée))?",
        r"(?:nous vous prions|veuillez|je vous prie)\b.{0,120}\b(?:salutations|sentiments)\b.{0,40}",
    ),
    "es": (
        r"(?:un )?(?:cordial |cordiales |atentos )?saludos?(?: cordial(?:es)?)?|(?:muy )?atentamente|cordialmente",
        r"(?:muchas |muchísimas |mil )?gracias(?: de antemano| por adelantado)?(?: y (?:un saludo|saludos))?",
        r"reciban? un cordial saludo|les? saluda atentamente|quedo a la espera",
    ),
    "nl": (
        r"(?:met )?(?:vriendelijke|hartelijke|beste|de beste) groet(?:en)?|groet(?:en|jes)?|gr|mvg|hoogachtend",
        r"(?:hartelijk |alvast )?(?:dank|bedankt)|dank u(?: wel)?|dank en groet",
    ),
}
_PLACE = r"(?: (?:aus|from|uit|de|depuis|desde) [\w' .-]{2,30})?"
_NAME = r"(?-i:[A-ZÄÖÜÉ][\w'’-]*\.?(?: (?:[A-ZÄÖÜÉ][\w'’-]*|jr|sr|sen|jun)\.?){0,2})"
_CLOSING = re.compile(
    rf"(?:{'|'.join(pattern for language in _CLOSINGS.values() for pattern in language)}){_PLACE}"
    rf"\s*[,.!]*(?:\s*/\s*[\w ,]{{3,40}}|\s+{_NAME})?\s*",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"(?:sent from (?:my|mail for|outlook|yahoo)|get outlook for|gesendet (?:von (?:meinem|mail|outlook)|mit der)|"
    r"von meinem \w+ gesendet|envoyé (?:depuis|de) (?:mon|mail|outlook)|enviado desde mi|obtener outlook|"
    r"télécharger outlook|outlook voor \w+ downloaden|verzonden (?:vanaf|met|vanuit) (?:mijn|mail|outlook)|"
    r"verstuurd vanaf mijn|holen sie sich outlook)\b.{0,80}",
    re.IGNORECASE,
)
_DELIMITER = re.compile(r"(?:--|—|__|-- ?-|={3,}|\*{3,})\s*$")
_FOOTER = re.compile(
    r"confidential|privileged|intended (?:only|solely|recipient|for the)|disclaimer|unauthori[sz]ed|"
    r"think before (?:you )?print|consider the environment|"
    r"vertraulich|rechtlich geschützt|irrtümlich erhalten|unbefugt\w*|nicht der richtige adressat|"
    r"confidentiel|destinataire (?:exclusif|prévu)|usage exclusif|n['’]imprimez|"
    r"confidencial|destinatari[oa]s?\b.{0,40}\b(?:exclusiv|únic|previst)|antes de imprimir|protección de datos|"
    r"vertrouwelijk|uitsluitend bestemd|geadresseerde|denk aan het milieu",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"(?=.*(?:\bextern|outside|außerhalb|extérieur|fuera de|buiten))"
    r"(?=.*(?:e-?mail|message|nachricht|correo|mensaje|bericht|sender|absender|\[extern|^\W{0,3}extern))",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"@|www\.|https?://|\b(?:tel|phone|mob|fax|tél|tfno|telefoon|telefon|mobil)\b|\+\d\d|"
    r"\b(?:GmbH|B\.?V\.?|S\.?A\.?|Ltd|KvK|HRB|USt|VAT|BTW|TVA|CIF|NIF|SIRET|IBAN|Geschäftsführer|registered)\b",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"P\.? ?[SD]\.?\s?[:.\- ]", re.IGNORECASE)


def is_closing(line: str) -> bool:
    """Whether a line is nothing but a closing such as `Met vriendelijke groet,`."""
    return _CLOSING.fullmatch(line.strip()[:200]) is not None


def _paragraphs(lines: Sequence[str], own: Sequence[int]) -> list[list[int]]:
    found: list[list[int]] = []
    fresh = True
    for n in own:
        if not lines[n].strip():
            fresh = True
        elif fresh or not found:
            found.append([n])
            fresh = False
        else:
            found[-1].append(n)
    return found


def banner_lines(lines: Sequence[str], own: Sequence[int]) -> list[int]:
    """Lines of a warning that a mail server puts on top (`[EXTERNAL] This email originated outside ...`)."""
    paragraphs = _paragraphs(lines, own)
    if len(paragraphs) < 2:
        return []
    text = " ".join(lines[n] for n in paragraphs[0])
    caution = re.match(
        r"\W{0,4}(?:caution|warning|attention|achtung|vorsicht|let op|atención|aviso|extern)", text, re.I
    )
    return paragraphs[0] if len(text) < 500 and caution and _BANNER.search(text) else []


def _is_prose(text: str) -> bool:
    """Somebody writes on: a sentence of some length, without what signatures and footers are made of."""
    if _FOOTER.search(text):
        return False
    if "?" in text and not re.search(r"https?://|www\.", text):
        return True
    return len(text.split()) >= 8 and text.rstrip().endswith((".", "!", "?", ":")) and not _CONTACT.search(text)


def signature_lines(lines: Sequence[str], own: Sequence[int]) -> list[int]:
    """Lines of closing, signature and confidentiality footer among the author's own lines."""
    start = next((k for k, n in enumerate(own) if _opens_signature(lines, own, k)), None)
    found = _below(lines, own[start:]) if start is not None else []
    taken = set(found)
    rest = [n for n in own if n not in taken]
    for paragraph in reversed(_paragraphs(lines, rest)):
        text = " ".join(lines[n] for n in paragraph)
        if not _FOOTER.search(text) or len(_paragraphs(lines, rest)) < 2 or not _is_footer(text):
            break
        found += paragraph
    return found


def _is_footer(text: str) -> bool:
    """A footer speaks of the mail itself; a customer may well write that a price is confidential."""
    return (
        len(text.split()) >= 8
        and re.search(r"mail|message|nachricht|correo|mensaje|bericht|print", text, re.I) is not None
    )


def _opens_signature(lines: Sequence[str], own: Sequence[int], k: int) -> bool:
    line = lines[own[k]].strip()
    if _DELIMITER.match(line):
        return k > 0 or len(own) > 1
    if _SENT_FROM.fullmatch(line):
        return True
    if not is_closing(line):
        return False
    return any(lines[n].strip() for n in own[:k])


def _below(lines: Sequence[str], own: Sequence[int]) -> list[int]:
    """The signature's lines from its opening on, without paragraphs in which the author writes on."""
    found: list[int] = []
    delimited = bool(_DELIMITER.match(lines[own[0]].strip()))
    for paragraph in _paragraphs(lines, own):
        text = " ".join(lines[n].strip() for n in paragraph)
        if _POSTSCRIPT.match(text) or (not delimited and paragraph[0] != own[0] and _is_prose(text)):
            continue
        found += paragraph
    return found
