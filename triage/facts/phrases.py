"""Phrases for facts in five languages."""

from __future__ import annotations

PREFIX = {"en": "Facts", "de": "Fakten", "fr": "Faits", "es": "Hechos", "nl": "Feiten"}

DAY_WORDS = {
    "en": ("day", "days"),
    "de": ("Tag", "Tage"),
    "fr": ("jour", "jours"),
    "es": ("día", "días"),
    "nl": ("dag", "dagen"),
}

MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan.", "Feb.", "März", "April", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."),
    "fr": ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}


def _in(en: str, de: str, fr: str, es: str, nl: str) -> dict[str, str]:
    return {"en": en, "de": de, "fr": fr, "es": es, "nl": nl}


PHRASES: dict[str, dict[str, str]] = {
    "late": _in(
        "{days} late against the promise of {date}",
        "{days} Verzug gegenüber der Zusage vom {date}",
        "{days} de retard sur la promesse du {date}",
        "{days} de retraso sobre la fecha prometida del {date}",
        "{days} te laat ten opzichte van de toezegging van {date}",
    ),
    "late_bare": _in("{days} late", "{days} Verzug", "{days} de retard", "{days} de retraso", "{days} te laat"),
    "will_be_late": _in(
        "goods come {days} after the promise",
        "Ware kommt {days} nach der Zusage",
        "marchandise attendue {days} après la promesse",
        "la mercancía llega {days} después de lo prometido",
        "goederen komen {days} na de toezegging",
    ),
    "on_time": _in(
        "on time for the promise of {date}",
        "pünktlich zur Zusage vom {date}",
        "dans les délais pour le {date}",
        "a tiempo para la fecha prometida del {date}",
        "op tijd voor de toezegging van {date}",
    ),
    "of": _in(
        "{part} of {whole}", "{part} von {whole}", "{part} sur {whole}", "{part} de {whole}", "{part} van {whole}"
    ),
    "short": _in("{amount} short", "{amount} fehlen", "{amount} manquants", "faltan {amount}", "{amount} tekort"),
    "receipt": _in(
        "next receipt {date}",
        "nächster Wareneingang {date}",
        "prochaine réception {date}",
        "próxima recepción {date}",
        "volgende ontvangst {date}",
    ),
    "no_receipt": _in(
        "no receipt planned",
        "kein Wareneingang geplant",
        "aucune réception prévue",
        "sin recepción prevista",
        "geen ontvangst gepland",
    ),
    "overdue": _in(
        "{amount} overdue", "{amount} überfällig", "{amount} échus", "{amount} vencidos", "{amount} achterstallig"
    ),
    "overdue_days": _in(
        "{amount} overdue, the oldest for {days}",
        "{amount} überfällig, am längsten seit {days}n",
        "{amount} échus, au plus depuis {days}",
        "{amount} vencidos, hasta {days}",
        "{amount} achterstallig, het oudste {days}",
    ),
    "disputed": _in(
        "{amount} disputed", "{amount} strittig", "{amount} contestés", "{amount} en disputa", "{amount} betwist"
    ),
    "on_hold": _in("account on hold", "Konto gesperrt", "compte bloqué", "cuenta bloqueada", "account geblokkeerd"),
    "below_floor": _in(
        "price of {about} below the floor",
        "Preis von {about} unter der Untergrenze",
        "prix de {about} sous le plancher",
        "precio de {about} por debajo del mínimo",
        "prijs van {about} onder de ondergrens",
    ),
    "price_percent_less": _in(
        "{about} {amount} % below the price list",
        "{about} {amount} % unter Preisliste",
        "{about} {amount} % sous le tarif",
        "{about} {amount} % por debajo de la tarifa",
        "{about} {amount} % onder de prijslijst",
    ),
    "price_percent_more": _in(
        "{about} {amount} % above the price list",
        "{about} {amount} % über Preisliste",
        "{about} {amount} % au-dessus du tarif",
        "{about} {amount} % por encima de la tarifa",
        "{about} {amount} % boven de prijslijst",
    ),
    "lost": _in(
        "{about} lost by the carrier",
        "{about} beim Spediteur verloren",
        "{about} perdu par le transporteur",
        "{about} extraviado por el transportista",
        "{about} zoekgeraakt bij de vervoerder",
    ),
    "returned": _in(
        "{about} came back", "{about} kam zurück", "{about} retourné", "{about} devuelto", "{about} kwam terug"
    ),
    "exception": _in(
        "carrier reports an exception for {about}",
        "Spediteur meldet eine Störung bei {about}",
        "le transporteur signale un incident pour {about}",
        "el transportista comunica una incidencia en {about}",
        "vervoerder meldt een afwijking bij {about}",
    ),
    "no_scan": _in(
        "{about} without a scan for {days}",
        "{about} ohne Scan seit {days}n",
        "{about} sans scan depuis {days}",
        "{about} sin escaneo desde hace {days}",
        "{about} zonder scan sinds {days}",
    ),
    "delivered": _in(
        "{about} delivered {date}",
        "{about} zugestellt am {date}",
        "{about} livré le {date}",
        "{about} entregado el {date}",
        "{about} afgeleverd op {date}",
    ),
    "signed": _in(
        "signed by {name}", "Unterschrift {name}", "signé par {name}", "firmado por {name}", "getekend door {name}"
    ),
    "partial": _in(
        "{about} left in part",
        "{about} ging nur teilweise ab",
        "{about} parti incomplet",
        "{about} salió incompleto",
        "{about} ging deels weg",
    ),
    "backorder": _in(
        "backorder {about} waits for {days}",
        "Rückstand {about} wartet seit {days}n",
        "reliquat {about} en attente depuis {days}",
        "pendiente {about} desde hace {days}",
        "naleverorder {about} wacht {days}",
    ),
    "substituted": _in(
        "{value} went out for {about}",
        "{value} ging statt {about} hinaus",
        "{value} expédié au lieu de {about}",
        "{value} enviado en lugar de {about}",
        "{value} verzonden in plaats van {about}",
    ),
    "confirmed_later": _in(
        "{about} confirmed {days} later",
        "{about} {days} später bestätigt",
        "{about} confirmé {days} plus tard",
        "{about} confirmado {days} más tarde",
        "{about} {days} later bevestigd",
    ),
    "confirmed_price_more": _in(
        "{about} confirmed {amount} dearer",
        "{about} {amount} teurer bestätigt",
        "{about} confirmé {amount} plus cher",
        "{about} confirmado {amount} más caro",
        "{about} {amount} duurder bevestigd",
    ),
    "confirmed_price_less": _in(
        "{about} confirmed {amount} cheaper",
        "{about} {amount} billiger bestätigt",
        "{about} confirmé {amount} moins cher",
        "{about} confirmado {amount} más barato",
        "{about} {amount} goedkoper bevestigd",
    ),
    "confirmed_quantity_less": _in(
        "{amount} fewer of {about} confirmed",
        "{amount} {about} weniger bestätigt",
        "{amount} {about} de moins confirmés",
        "{amount} {about} menos confirmados",
        "{amount} {about} minder bevestigd",
    ),
    "confirmed_quantity_more": _in(
        "{amount} more of {about} confirmed",
        "{amount} {about} mehr bestätigt",
        "{amount} {about} de plus confirmés",
        "{amount} {about} más confirmados",
        "{amount} {about} meer bevestigd",
    ),
    "confirmed_missing": _in(
        "{about} not confirmed",
        "{about} nicht bestätigt",
        "{about} non confirmé",
        "{about} sin confirmar",
        "{about} niet bevestigd",
    ),
    "confirmed_split": _in(
        "{about} confirmed in parts: {value}",
        "{about} in Teilen bestätigt: {value}",
        "{about} confirmé en plusieurs parties : {value}",
        "{about} confirmado en partes: {value}",
        "{about} in delen bevestigd: {value}",
    ),
    "confirmed_substitute": _in(
        "{value} offered for {about}",
        "{value} statt {about} angeboten",
        "{value} proposé à la place de {about}",
        "{value} ofrecido en lugar de {about}",
        "{value} aangeboden in plaats van {about}",
    ),
    "confirmed_unit": _in(
        "{about} confirmed in another unit ({value})",
        "{about} in anderer Einheit bestätigt ({value})",
        "{about} confirmé dans une autre unité ({value})",
        "{about} confirmado en otra unidad ({value})",
        "{about} in een andere eenheid bevestigd ({value})",
    ),
    "confirmed_charge": _in(
        "{amount} charged for {about}, not ordered",
        "{amount} für {about} berechnet, nicht bestellt",
        "{amount} facturés pour {about}, non commandés",
        "{amount} cobrados por {about}, no pedidos",
        "{amount} berekend voor {about}, niet besteld",
    ),
    "confirmed_extra": _in(
        "{about} confirmed but not ordered",
        "{about} bestätigt, aber nicht bestellt",
        "{about} confirmé sans commande",
        "{about} confirmado sin pedir",
        "{about} bevestigd maar niet besteld",
    ),
    "confirmed_currency": _in(
        "confirmed in {value}",
        "in {value} bestätigt",
        "confirmé en {value}",
        "confirmado en {value}",
        "bevestigd in {value}",
    ),
    "confirmed_amount_more": _in(
        "confirmation {amount} above the order",
        "Bestätigung {amount} über der Bestellung",
        "confirmation {amount} au-dessus de la commande",
        "confirmación {amount} por encima del pedido",
        "bevestiging {amount} boven de bestelling",
    ),
    "confirmed_amount_less": _in(
        "confirmation {amount} below the order",
        "Bestätigung {amount} unter der Bestellung",
        "confirmation {amount} sous la commande",
        "confirmación {amount} por debajo del pedido",
        "bevestiging {amount} onder de bestelling",
    ),
    "confirmed_agrees": _in(
        "confirmation agrees with the order",
        "Bestätigung stimmt mit der Bestellung überein",
        "confirmation conforme à la commande",
        "la confirmación coincide con el pedido",
        "bevestiging komt overeen met de bestelling",
    ),
    "invoiced_price_more": _in(
        "{about} invoiced {amount} dearer",
        "{about} {amount} teurer berechnet",
        "{about} facturé {amount} plus cher",
        "{about} facturado {amount} más caro",
        "{about} {amount} duurder gefactureerd",
    ),
    "invoiced_price_less": _in(
        "{about} invoiced {amount} cheaper",
        "{about} {amount} billiger berechnet",
        "{about} facturé {amount} moins cher",
        "{about} facturado {amount} más barato",
        "{about} {amount} goedkoper gefactureerd",
    ),
    "invoiced_quantity": _in(
        "{amount} of {about} invoiced beyond the order",
        "{amount} {about} über die Bestellung hinaus berechnet",
        "{amount} {about} facturés au-delà de la commande",
        "{amount} {about} facturados de más",
        "{amount} {about} boven de bestelling gefactureerd",
    ),
    "invoiced_not_received": _in(
        "{amount} of {about} invoiced but not received",
        "{amount} {about} berechnet, aber nicht eingegangen",
        "{amount} {about} facturés mais non reçus",
        "{amount} {about} facturados sin recibir",
        "{amount} {about} gefactureerd maar niet ontvangen",
    ),
    "invoiced_amount_more": _in(
        "invoice {amount} above the order",
        "Rechnung {amount} über der Bestellung",
        "facture {amount} au-dessus de la commande",
        "factura {amount} por encima del pedido",
        "factuur {amount} boven de bestelling",
    ),
    "invoiced_amount_less": _in(
        "invoice {amount} below the order",
        "Rechnung {amount} unter der Bestellung",
        "facture {amount} sous la commande",
        "factura {amount} por debajo del pedido",
        "factuur {amount} onder de bestelling",
    ),
    "note_quantity_less": _in(
        "{amount} fewer of {about} on the delivery note",
        "{amount} {about} weniger auf dem Lieferschein",
        "{amount} {about} de moins sur le bon de livraison",
        "{amount} {about} menos en el albarán",
        "{amount} {about} minder op de pakbon",
    ),
    "note_quantity_more": _in(
        "{amount} more of {about} on the delivery note",
        "{amount} {about} mehr auf dem Lieferschein",
        "{amount} {about} de plus sur le bon de livraison",
        "{amount} {about} más en el albarán",
        "{amount} {about} meer op de pakbon",
    ),
    "edi_error": _in(
        "an interface reported an error",
        "eine Schnittstelle meldet einen Fehler",
        "une interface signale une erreur",
        "una interfaz comunica un error",
        "een koppeling meldt een fout",
    ),
    "unknown_item": _in(
        "item {value} unknown",
        "Artikel {value} unbekannt",
        "article {value} inconnu",
        "artículo {value} desconocido",
        "artikel {value} onbekend",
    ),
    "uom": _in(
        "{about}: unit {value} does not match",
        "{about}: Einheit {value} passt nicht",
        "{about} : l'unité {value} ne correspond pas",
        "{about}: la unidad {value} no coincide",
        "{about}: eenheid {value} klopt niet",
    ),
    "duplicate": _in(
        "same customer reference as {about}",
        "gleiche Kundenreferenz wie {about}",
        "même référence client que {about}",
        "misma referencia de cliente que {about}",
        "zelfde klantreferentie als {about}",
    ),
    "reference_missing": _in(
        "customer's order number missing",
        "Bestellnummer des Kunden fehlt",
        "numéro de commande du client manquant",
        "falta el número de pedido del cliente",
        "ordernummer van de klant ontbreekt",
    ),
    "missing_address": _in(
        "address incomplete", "Adresse unvollständig", "adresse incomplète", "dirección incompleta", "adres onvolledig"
    ),
    "stalled": _in(
        "unanswered for {hours} hours",
        "seit {hours} Stunden unbeantwortet",
        "sans réponse depuis {hours} heures",
        "sin respuesta desde hace {hours} horas",
        "al {hours} uur onbeantwoord",
    ),
    "no_owner": _in("no salesperson", "kein Verkäufer", "aucun vendeur", "sin comercial", "geen verkoper"),
}
"""Kind → language → phrase with named values."""
