"""Quoting of mail programs, closings and footers in five languages, and what only looks like them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.intake.split import split
from triage.intake.text import clean

OWN = "Please cancel line 3 of S00042."
OLD = "Dear customer,\nyour order S00042 ships on Monday.\nFemke"
QUOTED = "\n".join(f"> {line}" for line in OLD.split("\n"))

HEADS = {
    "outlook en": "From: Femke de Wit <orders@brandt-mercer.example>\nSent: Monday, November 16, 2026 5:12 PM\n"
    "To: Ana\nSubject: S00042",
    "outlook de": "Von: Femke de Wit <orders@brandt-mercer.example>\nGesendet: Montag, 16. November 2026 17:12\n"
    "An: Ana\nBetreff: S00042",
    "outlook fr": "De : Femke de Wit <orders@brandt-mercer.example>\nEnvoyé : lundi 16 novembre 2026 17:12\n"
    "À : Ana\nObjet : S00042",
    "outlook fr hard spaces": "De\u00a0: Femke de Wit\nEnvoyé\u00a0: lundi 16 novembre 2026 17:12\n"
    "À\u00a0: Ana\nObjet\u00a0: S00042",
    "outlook es": "De: Femke de Wit <orders@brandt-mercer.example>\nEnviado el: lunes, 16 de noviembre de 2026 17:12\n"
    "Para: Ana\nAsunto: S00042",
    "outlook nl": "Van: Femke de Wit <orders@brandt-mercer.example>\nVerzonden: maandag 16 november 2026 17:12\n"
    "Aan: Ana\nOnderwerp: S00042",
    "outlook bold": "*From:* Femke <orders@brandt-mercer.example>\n*Sent:* Monday 5:12 PM\n"
    "*To:* Ana\n*Subject:* S00042",
    "outlook with a rule": "________________________________\nFrom: Femke <orders@brandt-mercer.example>\n"
    "Sent: Monday, 16 November 2026 17:12\nTo: Ana\nSubject: S00042",
    "outlook web with blank lines": "________________________________\n\nVon: Femke <orders@brandt-mercer.example>\n"
    "Gesendet: Montag, 16. November 2026 17:12\nAn: Ana\nBetreff: S00042",
    "original message": "-----Original Message-----\nFrom: Femke\nSent: Monday 17:12\nSubject: S00042",
    "original message de": "-----Ursprüngliche Nachricht-----\nVon: Femke\nGesendet: Montag 17:12\nBetreff: S00042",
    "original message fr": "-----Message d'origine-----\nDe : Femke\nEnvoyé : lundi 17:12\nObjet : S00042",
    "original message es": "-----Mensaje original-----\nDe: Femke\nEnviado: lunes 17:12\nAsunto: S00042",
    "original message nl": "-----Oorspronkelijk bericht-----\nVan: Femke\nVerzonden: maandag 17:12\nOnderwerp: S00042",
    "gmail without marks": "On Mon, 16 Nov 2026 at 17:12, Femke de Wit <orders@brandt-mercer.example> wrote:",
    "forwarded gmail": "---------- Forwarded message ---------\nFrom: Femke <orders@brandt-mercer.example>\n"
    "Date: Mon, 16 Nov 2026 at 17:12\nSubject: S00042\nTo: Ana",
    "forwarded apple": "Begin forwarded message:\n\nFrom: Femke <orders@brandt-mercer.example>\nSubject: S00042\n"
    "Date: 16 November 2026 at 17:12:00 CET",
    "forwarded thunderbird de": "-------- Weitergeleitete Nachricht --------\nBetreff: S00042\nDatum: Mo, 16 Nov 2026\n"
    "Von: Femke <orders@brandt-mercer.example>\nAn: Ana",
}

ATTRIBUTIONS = {
    "gmail en": "On Mon, 16 Nov 2026 at 17:12, Femke de Wit <orders@brandt-mercer.example> wrote:",
    "gmail en on two lines": "On Mon, 16 Nov 2026 at 17:12, Femke de Wit <\norders@brandt-mercer.example> wrote:",
    "gmail de": "Am Mo., 16. Nov. 2026 um 17:12 Uhr schrieb Femke <orders@brandt-mercer.example>:",
    "gmail fr": "Le lun. 16 nov. 2026 à 17:12, Femke de Wit <orders@brandt-mercer.example> a écrit :",
    "gmail es": "El lun, 16 nov 2026 a las 17:12, Femke de Wit (<orders@brandt-mercer.example>) escribió:",
    "gmail nl": "Op ma 16 nov 2026 om 17:12 schreef Femke de Wit <orders@brandt-mercer.example>:",
    "apple en": "On 16 Nov 2026, at 17:12, Femke de Wit <orders@brandt-mercer.example> wrote:",
    "apple de": "Am 16.11.2026 um 17:12 schrieb Femke de Wit <orders@brandt-mercer.example>:",
    "apple fr": "Le 16 nov. 2026 à 17:12, Femke de Wit <orders@brandt-mercer.example> a écrit :",
    "apple es": "El 16 nov 2026, a las 17:12, Femke de Wit <orders@brandt-mercer.example> escribió:",
    "apple nl": "Op 16 nov. 2026 om 17:12 heeft Femke <orders@brandt-mercer.example> het volgende geschreven:",
    "thunderbird en": "On 11/16/26 17:12, Femke de Wit wrote:",
    "thunderbird de": "Am 16.11.26 um 17:12 schrieb Femke de Wit:",
    "thunderbird fr": "Le 16/11/2026 à 17:12, Femke de Wit a écrit :",
    "thunderbird es": "El 16/11/26 a las 17:12, Femke de Wit escribió:",
    "thunderbird nl": "Op 16-11-2026 om 17:12 schreef Femke de Wit:",
    "name first": "Femke de Wit <orders@brandt-mercer.example> schrieb am Mo., 16. Nov. 2026, 17:12:",
    "old gmail": "2026-11-16 17:12 GMT+01:00 Femke de Wit <orders@brandt-mercer.example>:",
    "none, only marks": "",
}

SIGNATURES = {
    "delimiter": "-- \nAna Gil\nTel. +34 976 555 418",
    "en": "Kind regards,\nAna Gil\nEbro S.A.",
    "de": "Mit freundlichen Grüßen\n\ni. A. Ana Gil\nTel. 0731 5550-218\nGeschäftsführer: P. Kessler",
    "de without umlauts": "Mit freundlichen Gruessen\nAna Gil",
    "fr": "Bien cordialement,\n\nAna GIL\nResponsable achats",
    "fr long": "Nous vous prions d'agréer, Madame, Monsieur, l'expression de nos salutations distinguées.\n\nAna Gil",
    "es": "Un saludo,\n\nAna Gil",
    "nl": "Met vriendelijke groet,\n\nAna Gil",
    "closing with a name": "Groet, Ana",
    "closing with a place": "Schöne Grüße aus Ulm\nAna",
    "phone en": "Sent from my iPhone",
    "phone de": "Von meinem iPhone gesendet",
    "phone fr": "Envoyé depuis mon mobile",
    "phone es": "Enviado desde mi teléfono",
    "phone nl": "Verstuurd vanaf mijn telefoon",
    "footer en": "This message is confidential and intended only for the recipient. Please think before you print it.",
    "footer de": "Diese Nachricht ist vertraulich und nur für den Empfänger bestimmt; sonst bitte sofort löschen.",
    "footer fr": "Ce message est confidentiel et destiné à ses seuls destinataires; merci de le supprimer par erreur.",
    "footer es": "Este mensaje es confidencial y va dirigido solo a su destinatario; si no lo es, bórrelo por favor.",
    "footer nl": "Dit bericht is vertrouwelijk en uitsluitend bestemd voor de geadresseerde; anders graag wissen.",
}

BODIES = {
    "an order form": "Order form\nDatum: 16-11-2026\nAan: Brandt & Mercer\nArtikel: FS-M8\nAantal: 200",
    "a transport request": "Please collect:\nFrom: Rotterdam\nTo: Hamburg\nDate: 24 November\nPallets: 3",
    "thanks in a sentence": "Thanks, please also cancel line 3.\nWe need the rest by Friday.",
    "a list with hyphens": "Missing:\n- 40 bolts M8\n- 20 nuts M8\n- one washer",
    "more than fifty": "We need\n> 50 pieces\nby Friday.",
    "a price that is confidential": "The price is confidential.\n\nDo not print it on the delivery note.",
    "on and a date": "On Monday 16 November we wrote: the goods are late.\nWe still wait.",
    "from in a sentence": "From: see attached list.\nPlease send all of it.",
    "gracias in a sentence": "Gracias, pero necesitamos las M10 esta semana.\nEl resto está bien.",
    "best in a sentence": "Best would be a delivery on Tuesday.",
}


def words(*texts: str) -> Counter[str]:
    return Counter(" ".join(texts).split())


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_everything_below_a_header_is_history(head: str) -> None:
    parts = split(f"{OWN}\n\n{head}\n\n{OLD}")
    assert parts.body == OWN
    assert parts.quoted.startswith(head[:20]) and parts.quoted.endswith("Femke")
    assert parts.warnings == ()


@pytest.mark.parametrize("head", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_marked_lines_are_history_and_what_follows_is_not(head: str) -> None:
    parts = split(f"Hello,\n\n{head}\n{QUOTED}\n\n{OWN}")
    assert parts.body == f"Hello,\n\n{OWN}"
    assert "ships on Monday" in parts.quoted and head.partition("\n")[0] in parts.quoted


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_is_set_apart(signature: str) -> None:
    parts = split(f"{OWN}\n\n{signature}\n\n{HEADS['outlook nl']}\n\n{OLD}")
    assert (parts.body, parts.signature) == (OWN, signature.replace("-- \n", "--\n"))
    assert parts.quoted.startswith("Van: Femke")


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_what_only_looks_like_a_mark_stays(body: str) -> None:
    parts = split(body)
    assert (parts.body, parts.quoted, parts.signature, parts.warnings) == (body, "", "", ())


def test_answers_between_quoted_lines_are_the_authors() -> None:
    parts = split(
        f"Am 16.11.26 um 17:12 schrieb Femke:\n{QUOTED}\nNein, S00042 nicht!\n> Noch eine Frage?\nJa, S00043."
    )
    assert parts.body == "Nein, S00042 nicht!\nJa, S00043."


def test_what_is_written_below_a_closing_stays() -> None:
    parts = split(
        f"{OWN}\n\nKind regards,\nAna Gil\n\nPS: S00043 is late as well.\n\nCan you also send the invoice again?"
    )
    assert parts.body == f"{OWN}\n\nPS: S00043 is late as well.\n\nCan you also send the invoice again?"
    assert parts.signature == "Kind regards,\nAna Gil"


def test_a_warning_of_the_mail_server_is_not_the_authors() -> None:
    banner = "CAUTION: This email originated from outside of the organization. Do not click links."
    parts = split(f"{banner}\n\n{OWN}")
    assert (parts.body, parts.signature) == (OWN, banner)


def test_a_mail_of_nothing_but_history_keeps_it_as_body() -> None:
    text = f"{HEADS['outlook fr']}\n\n{OLD}"
    parts = split(text)
    assert parts.body == text and parts.quoted == ""
    assert "nothing above" in parts.warnings[0]


def test_a_mail_of_nothing_but_a_closing_keeps_it_as_body() -> None:
    assert split("-- \nAna").body == "-- \nAna"


def test_thanks_alone_is_a_message() -> None:
    assert split("Thanks,\nAna").body == "Thanks,\nAna"


@pytest.mark.parametrize("text", ["", "   ", "\n\n"])
def test_nothing_gives_nothing(text: str) -> None:
    parts = split(text)
    assert (parts.body, parts.quoted, parts.signature, parts.warnings) == ("", "", "", ())


PIECES = [OWN, OLD, QUOTED, *HEADS.values(), *ATTRIBUTIONS.values(), *SIGNATURES.values(), *BODIES.values()]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=80), max_size=8), st.sampled_from(["\n", "\n\n", "\r\n"]))
@settings(max_examples=200, deadline=None)
def test_no_word_is_lost_and_none_invented(pieces: list[str], between: str) -> None:
    text = clean(between.join(pieces))
    parts = split(text)
    assert words(parts.body, parts.quoted, parts.signature) == words(text)
    assert parts.body or not text.strip()
