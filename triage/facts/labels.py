"""Headings and small words of a card, in the reader's language: English, German, French, Spanish or Dutch."""

from __future__ import annotations

from datetime import date

from triage.domain.follow_up import FollowUp

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
    "later": (
        "Task for later",
        "Aufgabe für später",
        "Tâche pour plus tard",
        "Tarea para después",
        "Taak voor later",
    ),
    "later_release_goods": (
        "Decide about {about}: release it, sort it out or send it back",
        "Über {about} entscheiden: freigeben, aussortieren oder zurücksenden",
        "Décider de {about} : libérer, trier ou renvoyer",
        "Decidir sobre {about}: liberar, seleccionar o devolver",
        "Beslissen over {about}: vrijgeven, uitzoeken of terugsturen",
    ),
    "later_confirm_date": (
        "Get a date for {about} that the supplier confirms",
        "Für {about} einen bestätigten Termin vom Lieferanten einholen",
        "Obtenir du fournisseur une date confirmée pour {about}",
        "Obtener del proveedor una fecha confirmada para {about}",
        "Van de leverancier een bevestigde datum voor {about} krijgen",
    ),
    "later_source_goods": (
        "Find where {about} comes from, or what replaces it",
        "Klären, woher {about} kommt oder was es ersetzt",
        "Trouver d'où vient {about}, ou ce qui le remplace",
        "Buscar de dónde viene {about} o qué lo sustituye",
        "Uitzoeken waar {about} vandaan komt, of wat het vervangt",
    ),
    "later_file_claim": (
        "File the claim for {about} with the carrier",
        "Den Schaden zu {about} beim Spediteur anmelden",
        "Déposer la réclamation pour {about} auprès du transporteur",
        "Presentar la reclamación por {about} al transportista",
        "De claim voor {about} bij de vervoerder indienen",
    ),
    "later_inspect_return": (
        "Look at what comes back for {about}, then credit or replace it",
        "Rücksendung zu {about} prüfen, dann gutschreiben oder ersetzen",
        "Contrôler le retour de {about}, puis créditer ou remplacer",
        "Revisar lo que vuelve de {about} y después abonar o reponer",
        "Retour van {about} controleren, dan crediteren of vervangen",
    ),
    "later_repair": (
        "Ask when {about} runs again, and plan anew",
        "Fragen, wann {about} wieder läuft, und neu planen",
        "Demander quand {about} remarche, et replanifier",
        "Preguntar cuándo vuelve a funcionar {about} y replanificar",
        "Vragen wanneer {about} weer draait, en opnieuw plannen",
    ),
    "later_ask_approval": (
        "Ask what {about} waits for",
        "Nachfragen, worauf {about} wartet",
        "Demander ce qu'attend {about}",
        "Preguntar a qué espera {about}",
        "Vragen waarop {about} wacht",
    ),
    "later_correct_record": (
        "Correct the record, so that {about} does not come again",
        "Den Datensatz berichtigen, damit {about} nicht wiederkommt",
        "Corriger la fiche, pour que {about} ne revienne pas",
        "Corregir la ficha, para que {about} no se repita",
        "De gegevens verbeteren, zodat {about} niet terugkomt",
    ),
    "later_assign_lead": (
        "Give {about} to somebody",
        "{about} jemandem zuteilen",
        "Confier {about} à quelqu'un",
        "Asignar {about} a alguien",
        "{about} aan iemand toewijzen",
    ),
    "later_decide_lead": (
        "Decide what becomes of {about}",
        "Entscheiden, was aus {about} wird",
        "Décider de la suite de {about}",
        "Decidir qué pasa con {about}",
        "Beslissen wat er met {about} gebeurt",
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


def later_title(later: FollowUp, language: str) -> str:
    """A task for later in this language."""
    return label(f"later_{later.kind.value}", language, about=later.about)


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
