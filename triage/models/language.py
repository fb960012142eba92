"""Which language a message is written in.

Order-desk texts are short and full of numbers, so the small words of the common languages are counted first: that is
certain where it answers, costs microseconds and needs no model. What it leaves open goes to py3langid, whose model is
loaded on first need.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

UNDETERMINED = "und"

_NOT_WORDS = re.compile(r"https?://\S+|\S+@\S+|\S*\d\S*|[_#*/|<>=]+")
_WORD = re.compile(r"[^\W\d_]+(?:'(?=\w))?", re.UNICODE)

_SMALL_WORDS: dict[str, str] = {
    "en": "the and of to is are was were we you your our please for not have has been with this that it from on at by "
    "would could can will but what when where there which they their my any just did does do if as be an me i he she "
    "hello dear regards thanks received order delivery still asap yet an these those us",
    "de": "der die das und ist sind war wir sie ihr ihre ihren uns unser unsere bitte für nicht haben hat wurde wurden "
    "mit von auf bei zu zum zur ein eine einen einer dem den des im am es ich dass noch auch nur aber wie wann wo "
    "kein keine oder als nach aus hallo guten grüße gruß danke lieferung bestellung leider sehr geehrte mfg",
    "fr": "le la les des du de et est sont nous vous votre vos notre nos pour pas avec une un sur dans que qui ce "
    "cette ces il elle je ne au aux bonjour merci cordialement commande livraison été avons avez mais ou où quand plus "
    "par en sans encore toujours d' l' n' j' qu' c' s'",
    "es": "el la los las de del y es son fue nosotros usted ustedes su sus nuestro nuestra para no con una un por que "
    "en se lo al le les hemos han ha pero cuando donde hola buenos buenas gracias saludos pedido entrega está están "
    "sin muy más este esta estos todavía aún como mi me",
    "nl": "de het een en van is zijn was wij we u uw ons onze voor niet met op bij dat die dit deze er naar aan te ik "
    "jullie hebben heeft hebt werd worden graag nog maar ook wat wanneer waar als om uit hallo beste groet groeten "
    "dank bedankt bestelling levering geen kunnen kunt alvast mvg",
    "it": "il lo la i gli le di del della dei e è sono abbiamo avete per non con una un che su da nel ci si vi vostro "
    "nostro ordine consegna grazie buongiorno saluti ma come quando dove ancora più questo questa al alla",
    "pt": "o a os as do da dos das e é são foi nós você para não com uma um por que em no na se ao mas quando onde olá "
    "obrigado obrigada cumprimentos pedido encomenda entrega sem muito mais este esta ainda como os nosso nossa",
    "pl": "i w na z do nie się jest są że to o od za po dla czy jak ale już proszę dzień dobry dziękuję pozdrawiam "
    "zamówienie zamówienia dostawa państwo nasze nasz przez przy która które który ze gdzie kiedy",
}
_CANDIDATES = (
    *("en", "de", "fr", "es", "nl", "it", "pt", "pl", "da", "sv", "no", "fi", "cs", "sk", "hu", "ro", "tr", "hr"),
)
_MIN_PROBABILITY = 0.62


@lru_cache(maxsize=1)
def _languages_of_words() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in _SMALL_WORDS.items():
        for word in set(words.split()):
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


def _by_small_words(words: list[str]) -> str | None:
    """The language whose small words clearly lead; a word that several languages share counts in part."""
    votes: dict[str, float] = {}
    for word in words:
        languages = _languages_of_words().get(word, ())
        for language in languages:
            votes[language] = votes.get(language, 0.0) + 1.0 / len(languages)
    ranked = sorted(votes.items(), key=lambda vote: -vote[1])
    if not ranked:
        return None
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    leads = ranked[0][1] >= 1.5 and ranked[0][1] >= 1.7 * second and ranked[0][1] >= 0.12 * len(words)
    return ranked[0][0] if leads else None


class _Identifiers:
    """py3langid twice over one model: restricted to Latin-script candidates, and open."""

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self.open: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        full = self.open
        self.near: Any = LanguageIdentifier(
            *full._full_model, full.tk_nextmove, full.tk_output, norm_probs=True, tk_row=full.tk_row
        )
        self.near.set_languages(list(_CANDIDATES))


@lru_cache(maxsize=1)
def _loaded() -> _Identifiers:
    return _Identifiers()


def _by_model(words: list[str], text: str) -> str:
    latin = sum(1 for letter in text if letter.isalpha() and ord(letter) < 0x250)
    letters = sum(1 for letter in text if letter.isalpha())
    if letters and latin < letters / 2:
        return str(_loaded().open.classify(text)[0])
    if len(words) < 2 and letters < 8:
        return UNDETERMINED
    language, probability = _loaded().near.classify(text)
    return str(language) if probability >= _MIN_PROBABILITY else UNDETERMINED


def detect_language(text: str) -> str:
    """ISO 639-1 code of the language that `text` is mostly written in, or `und` where that is too short or unsure.

    Numbers, codes, addresses and links do not count. Only the first 2,000 characters are read.
    """
    plain = _NOT_WORDS.sub(" ", text[:2000]).strip()
    words = [word.lower() for word in _WORD.findall(plain)]
    if not words:
        return UNDETERMINED
    return _by_small_words(words) or _by_model(words, " ".join(plain.split()))
