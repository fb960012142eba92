"""Headings and small words of a card, in the reader's language: English, German, French, Spanish or Dutch."""

from __future__ import annotations

from datetime import date

LANGUAGES = ("en", "de", "fr", "es", "nl")

LABELS: dict[str, tuple[str, str, str, str, str]] = {
    "happened": ("What happened", "Was geschah", "Ce qui s'est passé", "Qué ha pasado", "Wat er gebeurde"),
    "asks": ("They ask", "Gewünscht wird", "On demande", "Piden", "Zij vragen"),
    "promised": ("Promised", "Zugesagt", "Promis", "Prometido", "Toegezegd"),
    "questions": ("Still unanswered", "Noch unbeantwortet", "Encore sans réponse", "Sin respuesta", "Nog onbeantwoord"),
    "next": ("Next step", "Nächster Schritt", "Prochaine étape", "Siguiente paso", "Volgende stap"),
    "news": (
        "New since {when}",
        "Neu seit {when}",
        "Nouveau depuis {when}",
        "Nuevo desde {when}",
        "Nieuw sinds {when}",
    ),
    "reply": ("Draft of an answer", "Antwortentwurf", "Projet de réponse", "Borrador de respuesta", "Conceptantwoord"),
    "routing": ("Routing", "Zuordnung", "Acheminement", "Asignación", "Toewijzing"),
    "members": ("Same cause", "Gleiche Ursache", "Même cause", "Misma causa", "Zelfde oorzaak"),
    "members_more": (
        "{n} more cases, named on the card",
        "{n} weitere Fälle, auf der Karte genannt",
        "{n} autres cas, nommés sur la fiche",
        "{n} casos más, nombrados en la ficha",
        "nog {n} gevallen, op de kaart genoemd",
    ),
    "customer": ("customer", "Kunde", "client", "cliente", "klant"),
    "supplier": ("supplier", "Lieferant", "fournisseur", "proveedor", "leverancier"),
    "carrier": ("carrier", "Spediteur", "transporteur", "transportista", "vervoerder"),
    "colleague": ("we", "wir", "nous", "nosotros", "wij"),
    "system": ("system", "System", "système", "sistema", "systeem"),
    "unknown": ("sender", "Absender", "expéditeur", "remitente", "afzender"),
}


def label(name: str, language: str, **values: str) -> str:
    """A heading or word in this language (ISO 639-1), in English where it is none of the five."""
    code = language[:2].lower()
    told = LABELS[name][LANGUAGES.index(code) if code in LANGUAGES else 0]
    return told.format(**values) if values else told


_MONTHS: dict[str, str] = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


def long_date(day: date, language: str) -> str:
    """A day as a letter writes it: `26 November 2026`, `26. November 2026`, `26 de noviembre de 2026`."""
    code = language[:2].lower() if language[:2].lower() in _MONTHS else "en"
    month = _MONTHS[code].split()[day.month - 1]
    return {"de": f"{day.day}. {month} {day.year}", "es": f"{day.day} de {month} de {day.year}"}.get(
        code, f"{day.day} {month} {day.year}"
    )
