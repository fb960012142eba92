"""Sentences that speak to the software rather than to the order desk. What they ask for counts nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SOFTWARE = re.compile(
    r"""(?<!\w)(?:
      software|classifier|klassifikator|clasificador|classificateur|classifier|triage(?!d)|
      (?:ai|ki|ia|a\.i\.)(?=[\s:,-]\s?\w)|chat-?bot|bot(?=[\s:,])|llm|language\s+model|sprachmodell|taalmodel|
      mod[eè]le\s+de\s+langage|modelo\s+de\s+lenguaje|system\s+prompt|prompt|assistant\s*:|system\s*:|
      override|(?:ignore|disregard|forget)\s+(?:all\s+|any\s+)?(?:the\s+)?(?:previous|above|earlier|prior)|
      ignorier\w*\s+(?:alle\s+)?(?:vorherigen|bisherigen|obigen)|negeer\s+(?:alle\s+)?(?:vorige|eerdere)|
      ignore[zr]?\s+(?:toutes?\s+)?(?:les\s+)?(?:instructions|consignes)|ignor[ae]\w*\s+(?:todas\s+)?(?:las\s+)?(?:instrucciones|anteriores)|
      (?:severity|priority|category|subtype|confidence|schweregrad|dringlichkeit|kategorie|priorität|sévérité|priorité|catégorie
        |gravedad|prioridad|categoría|ernst|prioriteit|categorie|urgentie)\s*[=:]|
      key\s?words?\s*[:=]|schlag(?:worte|wörter)|mots[\s-]cl[ée]s?\s*[:=]?|palabras\s+clave|trefwoorden|steekwoorden|
      par[áa]met(?:ros|ers|res)\s+(?:para|for|pour|für|voor)|
      automat(?:ic|ed|ische[rsn]?|ique|iche|ico|isch)\s+(?:system|processing|verarbeitung|traitement|procesamiento|verwerking|sorting|routing)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_SEPARATORS = re.compile(r"[,;#|/=:]")
_WORDS = re.compile(r"[^\W\d_]+")


def addresses_software(text: str) -> bool:
    """Whether a sentence speaks to a program that may read along."""
    return bool(_SOFTWARE.search(text))


def is_keyword_list(text: str) -> bool:
    """Whether this is a row of catchwords rather than a sentence: hardly more words than separators."""
    marks, words = len(_SEPARATORS.findall(text)), len(_WORDS.findall(text))
    return marks >= 2 and words <= 2 * marks + 1


def for_people(sentences: Sequence[str]) -> tuple[list[str], bool]:
    """The sentences that are meant for people, and whether any was not.

    Where one speaks to the software, rows of catchwords go with it.
    """
    steered = any(addresses_software(one) for one in sentences)
    if not steered:
        return list(sentences), False
    return [one for one in sentences if not (addresses_software(one) or is_keyword_list(one))], True
