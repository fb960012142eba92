"""What the author of a mail wrote: without headers, greeting, closing, signature, quotes and legal footers."""

from __future__ import annotations

import re
from functools import lru_cache

_FLAGS = re.IGNORECASE
_QUOTE_HEAD = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|"
    r"message d'origine|message original|message transféré|mensaje original|mensaje reenviado|"
    r"oorspronkelijk bericht|doorgestuurd bericht).*"
    r"|(?:on|am|le|el|op)\b.{6,120}\b(?:wrote|schrieb|a écrit|escribió|schreef)\b.{0,80}:?"
    r"|_{10,})\s*$",
    _FLAGS,
)
_HEADER = re.compile(
    r"^\s*(?:from|to|cc|bcc|sent|date|subject|von|an|gesendet|datum|betreff|de|à|envoyé|objet|para|enviado|fecha|"
    r"asunto|"
    r"van|aan|verzonden|onderwerp)\s?:\s",
    _FLAGS,
)
_GREETING = re.compile(
    r"^\s*(?:hi|hello|hey|hoi|hé|hee|ha|dear|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern|"
    r"hallo|guten (?:morgen|tag|abend)|sehr geehrte[rs]?|liebe[rs]?|moin|servus|grüezi|grüß gott|"
    r"bonjour|bonsoir|salut|ch(?:er|ère)s?|madame|monsieur|mesdames|messieurs|"
    r"hola|buen[oa]s (?:días|dias|tardes|noches)|buen día|estimad[oa]s?|querid[oa]s?|muy señor(?:es)?|"
    r"beste|geachte|goede(?:morgen|middag|navond|ndag)|dag)\b"
    r"(?:[^\S\n]+(?:(?:mrs?|ms|dr|prof|hr|fr|sra?|mme|m|dhr|mevr)\.|[^\n,.!?:;–]){1,55})?\s*(?:[,!:–-]+|\.(?=\s|$)|"
    r"$)\s*",
    _FLAGS,
)
_GREETING_LINE = re.compile(r"^[^.?]{0,70}[,!.:]?\s*$")
_CLOSING = re.compile(
    r"^\s*(?:(?:with )?(?:kind|best|warm|kindest|warmest)(?: regards| wishes)?|regards|sincerely|yours(?: sincerely|"
    r" faithfully"
    r"| truly)?|cheers|(?:many |with )?thanks(?: (?:and|&) (?:kind |best )?regards| again| a lot| so much| in advance|"
    r" for your help)?|thank you(?: (?:very much|in advance|again|for your help))?|rgds|br|"
    r"(?:mit )?(?:freundlichen?|besten?|herzlichen?|vielen?|liebe|schöne)[nr]? gr(?:ü|ue)(?:ß|ss)en?|gr(?:uß|üße|"
    r"uss)|mfg|vg|lg|"
    r"(?:vielen|besten|herzlichen) dank(?: (?:im voraus|vorab|und .{0,25}))?|danke(?: (?:im voraus|vorab|"
    r"und .{0,25}))?|"
    r"hochachtungsvoll|"
    r"(?:bien )?cordialement|bien à vous|(?:meilleures |sincères )?salutations(?: distinguées)?|"
    r"(?:je vous prie|veuillez) (?:d'agréer|agréer|recevoir|croire).{0,120}|merci(?: (?:d'avance|beaucoup|bien|"
    r"par avance))?|"
    r"bonne journée|cdt|"
    r"(?:un |muchos |cordiales |atentos )?saludos?(?: cordiales| cordial)?|atentamente|(?:muchas )?gracias"
    r"(?: (?:de antemano|por adelantado|y .{0,20}))?|quedo a la espera|reciba .{0,30}saludo|"
    r"(?:met )?(?:vriendelijke|hartelijke|beste) groet(?:en|jes)?|groet(?:en|jes)?|mvg|(?:alvast )?bedankt(?: alvast|"
    r" en .{0,20})?|"
    r"(?:hartelijk |alvast |bij voorbaat )?dank(?: (?:u|je) ?(?:wel)?)?(?: alvast)?|hoogachtend)"
    r"\s*[,.!]*\s*(?:[A-ZÄÖÜÉ][\w.'-]*(?:\s+[A-ZÄÖÜÉ][\w.'-]*){0,3})?\s*$",
    _FLAGS,
)
_POSTSCRIPT = re.compile(r"^\s*(?:p\.?\s?s\.?|n\.?b\.?)\b[\s:.-]", _FLAGS)
_SIGNATURE = re.compile(r"^\s*(?:--\s*|_{3,}|={3,}|\*{3,})$")
_CONTACT = re.compile(
    r"^\s*(?:(?:tel|phone|fon|mobile?|mob|fax|telefon|telefoon|tél|téléphone|teléfono|móvil|e-?mail|mail|web|www|http)"
    r"\b[\s.:/].*|[tmfe]\s?[:.]\s?\+?[\d(].*|\S{1,64}@[\w.-]{1,120}|\+\d[\d\s()/.-]{7,})\s*$",
    _FLAGS,
)
_BOILERPLATE = re.compile(
    r"(?:intended (?:only|solely)|intended recipient|this (?:e-?mail|message).{0,60}confidential|privileged|disclaimer|"
    r"registered (?:office|in england)|company (?:no|reg)|think before (?:you )?print|consider the environment|"
    r"external (?:e-?mail|sender)|do not click|unsubscribe|"
    r"diese (?:e-?mail|nachricht).{0,60}vertraulich|geschäftsführer|handelsregister|amtsgericht|registergericht|"
    r"ust-?id|"
    r"ce (?:message|courriel|mail).{0,60}confidentiel|destinataire (?:visé|de ce)|capital social|\brcs\b|siret|"
    r"n'imprimez|este (?:mensaje|correo).{0,80}confidencial|registro mercantil|protección de datos|antes de imprimir|"
    r"dit (?:bericht|e-?mail).{0,60}vertrouwelijk|geadresseerde|\bkvk\b|algemene voorwaarden|general terms)",
    _FLAGS,
)
_CARD = re.compile(r"^[^|.?]{3,60}(?:\s\|\s[^|.?]{2,60}){1,4}$")
"""Name | function | company: a signature on one line."""
_MACHINE = re.compile(
    r"(?:do not|don't) (?:reply|respond)|nicht (?:auf diese .{0,20})?antworten|ne pas répondre|no (?:responda|"
    r"conteste)|"
    r"niet (?:te )?(?:beantwoorden|reageren)",
    _FLAGS,
)
_DEVICE = re.compile(
    r"^\s*(?:sent (?:from|with)|get outlook|von meine[mr]|gesendet (?:von|mit)|envoyé (?:de|depuis)|enviado desde|"
    r"verzonden (?:vanaf|met|vanuit)|verstuurd vanaf)\b.{0,60}$|^\s*\[(?:cid|image|bild|logo)[^\]]*\]\s*$",
    _FLAGS,
)
_SHORT_LINE = 90
_LONG_AFTER_CLOSING = 14
"""More lines than this after a closing word are no signature."""


@lru_cache(maxsize=64)
def written(body: str) -> str:
    """The author's own words, line breaks kept; an empty text where there are none.

    A postscript after the closing is the author's too.
    """
    kept: list[str] = []
    lines = _above_history(body.replace("\r\n", "\n").replace("\u00a0", " ").split("\n"))
    for number, line in enumerate(lines):
        if _is_end(line, kept, len(lines) - number):
            kept += _postscript(lines[number + 1 :])
            break
        if not _is_noise(line):
            kept.append(line)
    return _without_greeting(_without_boilerplate(kept)).strip()


def with_history(body: str) -> str:
    """A mail's text with what it quotes, but without contact lines and legal text: where references may stand."""
    lines = body.replace("\r\n", "\n").split("\n")
    return "\n".join(_without_boilerplate([line for line in lines if not _is_noise(line)]))


def _above_history(lines: list[str]) -> list[str]:
    """Lines above quoted history, without `>` lines and without mail headers at the top or before history."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        if line.lstrip().startswith(">"):
            continue
        if _QUOTE_HEAD.match(line) or (_QUOTE_HEAD.match(f"{line.strip()} {_next(lines, number)}") and line.strip()):
            if any(one.strip() for one in kept):
                break
            continue
        if _HEADER.match(line) and _HEADER.match(_next(lines, number) or ""):
            if any(one.strip() for one in kept):
                break
            continue
        if _HEADER.match(line) and not any(one.strip() for one in kept):
            continue
        kept.append(line)
    return kept


def _next(lines: list[str], number: int) -> str:
    return lines[number + 1].strip() if number + 1 < len(lines) else ""


def _is_end(line: str, before: list[str], left: int) -> bool:
    if _SIGNATURE.match(line):
        return True
    return bool(_CLOSING.match(line)) and left <= _LONG_AFTER_CLOSING and any(one.strip() for one in before)


def _postscript(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _POSTSCRIPT.match(line):
            return ["", *(one for one in lines[number:] if not _is_noise(one))]
    return []


def _is_noise(line: str) -> bool:
    if _CONTACT.match(line) or _DEVICE.match(line) or _CARD.match(line.strip()):
        return True
    return len(line) < _SHORT_LINE and bool(_MACHINE.search(line))


def _without_boilerplate(lines: list[str]) -> list[str]:
    """Lines without those paragraphs that are legal text."""
    paragraphs: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            paragraphs[-1].append(line)
        else:
            paragraphs.append([])
    return [line for part in paragraphs if not _BOILERPLATE.search(" ".join(part)) for line in (*part, "")]


def _without_greeting(lines: list[str]) -> str:
    text = "\n".join(lines).lstrip()
    match = _GREETING.match(text)
    if match and match.end() < len(text):
        text = text[match.end() :].lstrip()
    elif match and _GREETING_LINE.match(text):
        text = ""
    return text
