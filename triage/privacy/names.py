"""Names of people: which ones a case knows, and where they stand in a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from triage.privacy.found import Found

_SPACE = r"[ \t\u00a0]+"
_LETTERS = r"[^\W\d_]"
_PARTICLES = frozenset(
    "van von de der den del della di da dos la le el zu zum zur ten ter te af bin ibn al y e".split()  # noqa: SIM905
)
_ORGANISATION = re.compile(
    r"\b(?:gmbh|ag|kg|ohg|gbr|e\.?k|bv|b\.v|nv|n\.v|ltd|limited|llc|inc|plc|sarl|sas|sa|s\.a|sl|s\.l|slu|srl|spa|vof"
    r"|team|support|service\w*|sales|desk|office|info|order\w*|purchas\w*|einkauf|verkauf|vertrieb|versand|buchhaltung"
    r"|customer|kunden\w*|accounts?|accounting|billing|logistics?|logistik|warehouse|lager|invoice\w*|noreply|no-reply"
    r"|system|robot|edi|web ?shop|supply|trading|group|company|inkoop|verkoop|magazijn|administratie|compras|ventas"
    r"|achats?|ventes|comptabilit\w+|mailer|postmaster|daemon|auftrags\w+|almac[eé]n|talleres|planning|waterschap"
    r"|gemeente|stadt\w*|stores?|schreinerei|schlosserei|werk\w*|betrieb\w*|bedrijf\w*|bouw\w*|kantoor|handel\w*"
    r"|administra\w+|ferreter[ií]a|tornillería|ateliers?|soci[eé]t[eé]|établissements|transport\w*|spedition|products"
    r"|tools|industries|estate"
    r"|gr[uü](?:ß|ss)e?n?|gruß|regards|wishes|groet\w*|cordial\w*|saludos?|salutations|danke?|merci|gracias|bedankt)\b",
    re.IGNORECASE,
)
_ORDINARY = frozenset(
    """price bill may will mark rose grace long black white green brown young king art rich frank max page post case
    order day early good best hope small short sharp cash stock major nail hammer bolt cutter carter porter baker smith
    klein groß gross lang kurz schwarz weiß weiss braun jung neu fest stark sommer winter berg stein baum wolf vogel
    bauer schlosser stahl eisen kupfer nagel zange kaiser könig richter petit grand blanc noir marchand roche rivière
    blanco rojo cruz sierra torres groot jong haas bakker hamer visser dag mei""".split()  # noqa: SIM905
)
"""Names that are also words: alone they count only where somebody is greeted or signs."""
_TITLE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|Señora?|Sra?\.|[Dd]hr\.|[Mm]evr\.|[Mm]evrouw|[Hh]eer|[Mm]eneer"
    rf"|Signora?|Sig\.)\.?{_SPACE}(?:(?:Dr|Prof|Ing)\.{_SPACE})*"
    rf"(?P<name>(?:(?:van|von|de|der|den|del|la)\b{_SPACE})*[A-ZÀ-ÖØ-Þ]{_LETTERS}+(?:[-'’]{_LETTERS}+)*"
    rf"(?:{_SPACE}[A-ZÀ-ÖØ-Þ]{_LETTERS}+(?:-{_LETTERS}+)*)?)"
)
_CLOSING = re.compile(
    r"(?im)^[ \t>]*(?:(?:kind|best|warm|many)?[ ]?(?:regards|wishes)|sincerely|yours\b.*|cheers|thanks"
    r"|thank you|many thanks"
    r"|(?:mit )?(?:freundlichen?|besten?|vielen?|herzlichen?|liebe|viele|schöne)[ ]"
    r"(?:grüße[n]?|gruß|gruss|dank)|mfg|lg|vg"
    r"|danke|(?:bien )?cordialement|merci(?: d'avance)?|salutations.*"
    r"|(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|gracias"
    r"|(?:met )?(?:vriendelijke|hartelijke)[ ]groet(?:en)?|groet(?:en|jes)?|mvg|bedankt|cordiali saluti)[ ,.!]*$"
    r"\n+[ \t]*(?P<line>\S.{0,60})$"
)
_BEFORE_ROLE = re.compile(r"^(?P<line>[^|\n]{3,40})[ ]\|[ ].*$", re.MULTILINE)
_BEFORE_ADDRESS = re.compile(r"(?P<line>[^<>\n:;@]{3,60}?)[ \t]*<[^<>\s]+@[^<>\s]+>")
_GREETING = re.compile(
    r"(?:\b(?:hi|hello|hey|dear|hallo|lieber?|guten (?:tag|morgen)|moin|servus|bonjour|cher|chère|salut|hola"
    r"|buen[oa]s \w+|estimad[oa]|querid[oa]|beste|geachte|goede\w+|dag|ciao|thanks|thank you|danke|merci|gracias"
    r"|bedankt|regards|cheers|grüßen?|gru(?:ß|ss)|groet(?:en|jes)?|cordialement|saludos|from|von|van|de)\b[\s,!.]*"
    r"|^\s*|\n[ \t]*)$",
    re.IGNORECASE,
)
_PLAIN_LINE_END = re.compile(r"^[ \t]*(?:[,!.:;)]|\n|$)")


@dataclass(frozen=True)
class KnownNames:
    """Names to look for. Keys are the person, or the part where several people share it."""

    full: tuple[tuple[re.Pattern[str], str], ...]
    parts: tuple[tuple[re.Pattern[str], str, bool], ...]
    """Pattern, value, and whether the part is an ordinary word too."""
    values: Mapping[str, str]
    """Part of a name in lower case → value."""

    def titled(self, text: str) -> Iterator[Found]:
        """Names behind a form of address, of people who are known and of others: Mr, Frau, Madame, Señora, dhr."""
        for match in _TITLE.finditer(text):
            if not _ORGANISATION.search(match["name"]):
                value = _value(match["name"])
                yield Found(match.start("name"), match.end("name"), self.values.get(value, value))

    def find(self, text: str) -> Iterator[Found]:
        """Full names in any case, parts of names as words with a capital."""
        for pattern, value in self.full:
            for match in pattern.finditer(text):
                yield Found(match.start(), match.end(), value)
        for pattern, value, ordinary in self.parts:
            for match in pattern.finditer(text):
                if not ordinary or _is_addressed(text, match.start(), match.end()):
                    yield Found(match.start(), match.end(), value)


def signed(text: str) -> Iterator[str]:
    """Names of people under a closing formula, before their role, and before an address as in a quoted header."""
    for match in (*_CLOSING.finditer(text), *_BEFORE_ROLE.finditer(text), *_BEFORE_ADDRESS.finditer(text)):
        if name := person(match["line"].lstrip("0123456789,. ")):
            yield name


def person(text: str, *, trusted: bool = False) -> str | None:
    """The name of a person in a display name or signature line, first name first; none if it is no person's.

    `trusted`: the text comes from a field that holds people, so that one word is enough.
    """
    text = re.sub(r"\(.*?\)|\[.*?\]|[\"“”<>]", " ", text).strip()
    text = re.split(r"\s+(?:via|i\.\s?A\.|for|from)\s+|\s[|–—/]\s|@", text)[0]
    text = re.sub(r"^(?:i\.\s?[AV]\.|ppa?\.|Dr\.|Prof\.|Mr\.?|Mrs\.?|Ms\.?|Herrn?|Frau|Mme|M\.)\s+", "", text).strip(
        " ,.;:-"
    )
    if text.count(",") == 1:
        last, first = (part.strip() for part in text.split(","))
        text = f"{first} {last}"
    words = text.split()
    if not 1 <= len(words) <= 5 or _ORGANISATION.search(text):
        return None
    if not all(re.fullmatch(rf"{_LETTERS}+(?:[-'’.]{_LETTERS}*)*", word) for word in words):
        return None
    if trusted:
        return text if len(text) > 2 else None
    capital = [word[0].isupper() or word.casefold() in _PARTICLES for word in words]
    return text if len(words) >= 2 and all(capital) and words[0][0].isupper() else None


def known_names(names: Iterable[str]) -> KnownNames:
    """What to look for, from full names of people."""
    people = list(dict.fromkeys(" ".join(name.split()) for name in names))
    people.sort(key=len, reverse=True)
    sharing = Counter(_value(part) for name in people for part in set(_parts(name)))
    full: dict[str, str] = {}
    parts: dict[str, tuple[str, bool]] = {}
    for name in people:
        for pattern in _spellings(name):
            full.setdefault(pattern, _value(name))
        for part in _parts(name):
            value = _value(name) if sharing[_value(part)] == 1 else _value(part)
            parts.setdefault(part, (value, part.casefold() in _ORDINARY))
    return KnownNames(
        full=tuple((re.compile(pattern, re.IGNORECASE), value) for pattern, value in full.items()),
        parts=tuple((_pattern_of_part(part), value, ordinary) for part, (value, ordinary) in parts.items()),
        values={_value(part): value for part, (value, _) in parts.items()},
    )


def _value(name: str) -> str:
    return " ".join(name.split()).casefold()


def _spellings(name: str) -> list[str]:
    """Patterns of a full name: as spoken, last name first, first name shortened."""
    words = name.split()
    if len(words) < 2:
        return [_whole(_spaced(name))]
    first, rest = _spaced(words[0]), _spaced(" ".join(words[1:]))
    inverted = rf"(?<!{first}[ ])(?:{rest},{_SPACE}{first}|{rest}{_SPACE}{first})(?!{_SPACE}{rest})"
    return [_whole(f"{first}{_SPACE}{rest}"), _whole(inverted), _whole(rf"{re.escape(words[0][0])}\.[ ]?{rest}")]


def _parts(name: str) -> list[str]:
    """First name, and last name with and without its particles."""
    words = name.split()
    if len(words) < 2:
        return []
    tail = words[1:]
    while len(tail) > 1 and tail[0].casefold() not in _PARTICLES:
        tail = tail[1:]
    found = [words[0], " ".join(tail), words[-1]]
    return list(dict.fromkeys(part for part in found if len(part) >= 3 and part[-1] != "."))


def _whole(pattern: str) -> str:
    return rf"(?<!\w)(?:{pattern})(?!\w)"


def _spaced(name: str) -> str:
    return _SPACE.join(re.escape(word) for word in name.split())


def _pattern_of_part(part: str) -> re.Pattern[str]:
    cased = {part, part.upper(), part[0].upper() + part[1:]}
    options = "|".join(_spaced(one) for one in sorted(cased, key=len, reverse=True))
    return re.compile(_whole(options))


def _is_addressed(text: str, start: int, end: int) -> bool:
    """Greeted, thanked, or alone on its line as a signature is."""
    return bool(_GREETING.search(text[max(0, start - 40) : start]) and _PLAIN_LINE_END.match(text[end : end + 10]))
