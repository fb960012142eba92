"""Sentences that speak to the software rather than to the order desk. What they ask for counts nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triage.tasks.classify.reading import Sentence

_AI = r"(?-i:AI|KI|IA)"
"""In capitals only: `j'ai` is no machine."""
_MACHINE = (
    r"(?:software|system|program(?:me|m)?|programa|systeem|sistema|syst[eè]me|bots?|assistants?|assistenten?|asistentes?|agents?|parsers?"
    rf"|(?:auto)?triage|triaje|automat(?:en|ion)?|robots?|maschine|machine|m[aá]quina|models?|modell|mod[eè]le|modelo|{_AI}"
    r"|classifiers?|klassifi[kz]ator|classificateur|clasificador)(?!\w)"
)
_ARTICLE = r"(?:(?:the|your|any|all|die|den|das|der|le|la|les|l['’]|el|los|las|de|het)\s+)?"
_FIELD = (
    r"(?:severity|priority|category|subtype|confidence|schweregrad|dringlichkeit|kategorie|priorit[äa]t"
    r"|s[ée]v[ée]rit[ée]|priorit[ée]|cat[ée]gorie|gravedad|prioridad|categor[íi]a|ernst|prioriteit|categorie|urgentie)"
)
_MAIL = (
    r"(?:e-?mail|mail|message|nachricht|courriel|mensaje|correo|bericht|ticket|request|anfrage|demande|solicitud"
    r"|aanvraag|case|fall|cas|caso|zaak)"
)
_THIS = r"(?:this|the|these|all|diese\w*|die|alle|ce|cette|ces|este|esta|el|la|dit|deze|het|de|as|als|comme|como)"
_SALUTED = (
    r"(?:notes?|notice|message|instructions?|attention|attn\.?|dear|hinweis\w*|anweisung\w*|nachricht|notiz|achtung"
    r"|liebe[rs]?|consignes?|avis|remarque|ch[eè]re?|notas?|aviso|instrucci(?:[óo]n|ones)|estimad[oa]|mensaje|opmerking"
    r"|instructies?|let\s+op|beste|bericht)(?!\w)"
)
_TO = r"(?:for|to|an|für|fuer|à|au|aux|pour|para|al|a|aan|voor)"
_SPOKEN_TO: tuple[str, ...] = (
    # "note to the software", "Hinweis an die KI:", "AI: ...", "system: ..."
    rf"{_SALUTED}\s*(?::|{_TO}(?!\w))?\s*{_ARTICLE}(?:[\w-]+\s+)?{_MACHINE}",
    rf"{_TO}\s+{_ARTICLE}(?:{_AI}|classifiers?|klassifi[kz]ator|classificateur|clasificador|llms?|chat-?bots?)(?!\w)",
    rf"(?:assistant|system|user|developer|{_AI})\s*:(?=\s*\w)",
    rf"{_AI}\s*[,:-]\s*\w",
    rf"{_AI}[-\s]?(?:assistants?|model\w*|systems?|agents?|assistent\w*|modell\w*|systeem)(?!\w)",
    # what only software is called
    r"(?:llms?|gpt|chat-?bots?|(?:large\s+)?language\s+models?|sprachmodell\w*|taalmodel\w*)(?!\w)",
    r"mod[eè]le\s+de\s+langage|modelo\s+de\s+lenguaje|(?:auto)?triage(?!\w)",
    r"(?:the|der|den|le|el|de|this|your|mail|message|ticket)[\s-]+(?:classifier|klassifi[kz]ator|classificateur)(?!\w)",
    # what only software is told
    r"(?:system|hidden|initial|your|the)\s+prompts?(?!\w)|overrid(?:e|es|ing)(?!\w)",
    r"(?:ignore|disregard|forget)\s+(?:all|any|the|your|previous|above|earlier|prior|every)\s*(?:of\s+)?"
    r"(?:(?:the|your)\s+)?(?:\w+\s+)?(?:instructions?|rules?|prompts?|above|text|guidelines?|directions?)",
    r"ignorier\w*\s+(?:\w+\s+){0,3}(?:anweisung|regel|vorgabe|instruktion)",
    r"(?:ignore[zr]?|oublie[zr]?)\s+(?:\w+\s+){0,2}(?:instructions|consignes|r[eè]gles)",
    r"(?:ignor[ae]|olvid[ae])\w*\s+(?:\w+\s+){0,2}(?:instrucciones|reglas|anteriores)",
    r"negeer\s+(?:\w+\s+){0,3}(?:instructies|regels|aanwijzingen)",
    # its own fields and codes
    rf"{_FIELD}\s*[=:]\s*[\"'«“]?[^\W\d_]{{2,}}",
    rf"(?:set|setze?n?|mets|mettez|pon(?:er|ga|ed)?|zet)\s+{_ARTICLE}{_FIELD}(?!\w)",
    r"(?:damage_loss|wrong_missing|order_change|supplier_change)(?!\w)",
    r"(?:classif\w*|categori[sz]e\w*|klassifizier\w*|kategorisier\w*|einstuf\w*|einzustufen|classer|classez|clasifi\w*"
    rf"|categoric\w+|classificeer\w*|categoriseer\w*)\s+(?:sie\s+)?{_THIS}\s+(?:[\w-]+\s+)?{_MAIL}(?!\w)",
    rf"{_THIS}\s+{_MAIL}\s+(?:\w+\s+){{0,3}}(?:classif|klassifizier|kategorisier|eingestuft|einzustufen|clasific"
    r"|ingedeeld|geclassificeerd)",
    r"(?:key\s?words?|schlag(?:worte|wörter)|mots[\s-]cl[ée]s?|palabras\s+clave|(?:tref|steek|zoek)woorden)"
    r"\s*(?:[:=]|for(?!\w)|für|pour|para|voor)",
    r"par[áa]m[eè]t(?:ros|ers|res)\s+(?:para|for|pour|für|voor)",
    rf"{_TO}\s+{_ARTICLE}automat(?:ic|ed|ische[rsn]?|iques?|is[ée]e?|iche|ic[oa]|isch)\s+"
    r"(?:systems?|processing|verarbeitung|traitement|procesamiento|verwerking|sorting|routing)",
    rf"{_TO}\s+{_ARTICLE}(?:traitement\s+automati\w+|sistema\s+autom[áa]tico|procesamiento\s+autom[áa]tico)",
)
_SOFTWARE = re.compile(rf"(?<![\w'’])(?:{'|'.join(f'(?:{one})' for one in _SPOKEN_TO)})", re.IGNORECASE)
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
    meant = _meant(sentences)
    return [one for one, kept in zip(sentences, meant, strict=True) if kept], not all(meant)


def meant_for_people(body: str, said: Sequence[Sentence]) -> list[Sentence]:
    """The sentences of a body that are meant for people: who speaks to the software does so to the end of the line."""
    kept: list[Sentence] = []
    before: Sentence | None = None
    for one, meant in zip(said, _meant([one.text for one in said]), strict=True):
        goes_on = before is not None and "\n" not in body[before.end : one.start]
        if meant and not goes_on:
            kept.append(one)
            before = None
        else:
            before = one
    return kept


def _meant(sentences: Sequence[str]) -> list[bool]:
    steered = any(addresses_software(one) for one in sentences)
    return [not steered or not (addresses_software(one) or is_keyword_list(one)) for one in sentences]
