"""Headings and small words of a card, in the reader's language: English, German, French, Spanish or Dutch."""

from __future__ import annotations

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
    "routing": ("Routing", "Zuordnung", "Acheminement", "Asignación", "Toewijzing"),
    "members": ("Same cause", "Gleiche Ursache", "Même cause", "Misma causa", "Zelfde oorzaak"),
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
