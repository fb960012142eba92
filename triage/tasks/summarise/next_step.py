"""The next step of an exception, as one sentence for the order desk, in the reader's language. It holds no figures."""

from __future__ import annotations

from triage.domain import Category, Classification, View
from triage.facts.labels import LANGUAGES

_Told = tuple[str, str, str, str, str]
_BY_SUBTYPE: dict[tuple[Category, str], _Told] = {
    (Category.DELAY, "status_enquiry"): (
        "Tell them where the goods are and when they come.",
        "Mitteilen, wo die Ware ist und wann sie kommt.",
        "Dire où se trouve la marchandise et quand elle arrive.",
        "Decirles dónde está la mercancía y cuándo llega.",
        "Laten weten waar de goederen zijn en wanneer ze komen.",
    ),
    (Category.DAMAGE_LOSS, "not_received"): (
        "Get the carrier's proof of delivery and put it to the customer.",
        "Ablieferbeleg beim Spediteur anfordern und dem Kunden vorlegen.",
        "Demander la preuve de livraison au transporteur et la soumettre au client.",
        "Pedir al transportista la prueba de entrega y mostrarla al cliente.",
        "Het afleverbewijs bij de vervoerder opvragen en aan de klant voorleggen.",
    ),
    (Category.INVOICE, "copy"): (
        "Send the document that is asked for.",
        "Das gewünschte Dokument senden.",
        "Envoyer le document demandé.",
        "Enviar el documento solicitado.",
        "Het gevraagde document sturen.",
    ),
    (Category.INVOICE, "no_pod"): (
        "Send the proof of delivery.",
        "Den Ablieferbeleg senden.",
        "Envoyer la preuve de livraison.",
        "Enviar la prueba de entrega.",
        "Het afleverbewijs sturen.",
    ),
    (Category.ORDER_CHANGE, "cancel"): (
        "Check whether it can still be stopped, and confirm or refuse the cancellation.",
        "Prüfen, ob sich der Auftrag noch anhalten lässt, und die Stornierung bestätigen oder ablehnen.",
        "Vérifier si l'on peut encore arrêter la commande, puis confirmer ou refuser l'annulation.",
        "Comprobar si aún se puede parar y confirmar o rechazar la anulación.",
        "Nagaan of de order nog te stoppen is, en de annulering bevestigen of weigeren.",
    ),
}
_BY_CATEGORY: dict[Category, _Told] = {
    Category.PRICING: (
        "Check the agreed price, and confirm or correct it.",
        "Den vereinbarten Preis prüfen und bestätigen oder berichtigen.",
        "Vérifier le prix convenu, puis le confirmer ou le corriger.",
        "Comprobar el precio acordado y confirmarlo o corregirlo.",
        "De afgesproken prijs nagaan, en bevestigen of verbeteren.",
    ),
    Category.CREDIT: (
        "Clear the account with accounting before goods leave.",
        "Das Konto mit der Buchhaltung klären, bevor Ware das Haus verlässt.",
        "Régler la situation du compte avec la comptabilité avant tout départ.",
        "Aclarar la cuenta con contabilidad antes de que salga mercancía.",
        "De rekening met de boekhouding ophelderen voordat er goederen weggaan.",
    ),
    Category.STOCK: (
        "Say when the rest comes, or offer what is there.",
        "Sagen, wann der Rest kommt, oder anbieten, was da ist.",
        "Dire quand arrive le reste, ou proposer ce qui est disponible.",
        "Decir cuándo llega el resto u ofrecer lo que hay.",
        "Zeggen wanneer de rest komt, of aanbieden wat er is.",
    ),
    Category.DELAY: (
        "Find out the new date and tell the customer.",
        "Den neuen Termin klären und dem Kunden nennen.",
        "Obtenir la nouvelle date et la donner au client.",
        "Averiguar la nueva fecha y comunicarla al cliente.",
        "De nieuwe datum uitzoeken en aan de klant doorgeven.",
    ),
    Category.DAMAGE_LOSS: (
        "Secure photos and the carrier's report, and decide on a replacement.",
        "Fotos und Schadensmeldung sichern und über Ersatz entscheiden.",
        "Obtenir photos et constat du transporteur, puis décider d'un remplacement.",
        "Reunir fotos y el parte del transportista, y decidir sobre la reposición.",
        "Foto's en het schaderapport vastleggen, en over vervanging beslissen.",
    ),
    Category.WRONG_MISSING: (
        "Check the picking, and send what is missing or collect what is wrong.",
        "Kommissionierung prüfen und Fehlendes nachliefern oder Falsches abholen.",
        "Vérifier la préparation, puis envoyer ce qui manque ou reprendre ce qui est faux.",
        "Revisar la preparación y enviar lo que falta o recoger lo equivocado.",
        "De orderverzameling nagaan, en nasturen wat ontbreekt of ophalen wat verkeerd is.",
    ),
    Category.RETURNS: (
        "Decide on the return and say how the goods come back.",
        "Über die Rücknahme entscheiden und sagen, wie die Ware zurückkommt.",
        "Décider du retour et dire comment la marchandise revient.",
        "Decidir sobre la devolución y decir cómo vuelve la mercancía.",
        "Over de retour beslissen en zeggen hoe de goederen terugkomen.",
    ),
    Category.ORDER_CHANGE: (
        "Check whether the change is still possible, and confirm or refuse it.",
        "Prüfen, ob die Änderung noch möglich ist, und sie bestätigen oder ablehnen.",
        "Vérifier si la modification est encore possible, puis la confirmer ou la refuser.",
        "Comprobar si el cambio aún es posible y confirmarlo o rechazarlo.",
        "Nagaan of de wijziging nog kan, en die bevestigen of weigeren.",
    ),
    Category.SUPPLIER_CHANGE: (
        "Accept or refuse what the supplier confirms, and check whose orders it hits.",
        "Die Bestätigung des Lieferanten annehmen oder ablehnen und prüfen, wessen Aufträge sie trifft.",
        "Accepter ou refuser ce que confirme le fournisseur, et vérifier quelles commandes sont touchées.",
        "Aceptar o rechazar lo que confirma el proveedor y comprobar a qué pedidos afecta.",
        "Aanvaarden of weigeren wat de leverancier bevestigt, en nagaan wiens orders het raakt.",
    ),
    Category.INVOICE: (
        "Check the invoice, and correct it or explain it.",
        "Die Rechnung prüfen und berichtigen oder erklären.",
        "Vérifier la facture, puis la corriger ou l'expliquer.",
        "Revisar la factura y corregirla o explicarla.",
        "De factuur nagaan, en verbeteren of uitleggen.",
    ),
    Category.DATA: (
        "Correct the data and let the order go on.",
        "Die Daten berichtigen und den Auftrag weiterlaufen lassen.",
        "Corriger les données et laisser la commande suivre son cours.",
        "Corregir los datos y dejar que el pedido siga.",
        "De gegevens verbeteren en de order laten doorgaan.",
    ),
    Category.OTHER: (
        "Answer the question.",
        "Die Frage beantworten.",
        "Répondre à la question.",
        "Responder a la pregunta.",
        "De vraag beantwoorden.",
    ),
}
_WAIT: _Told = (
    "Wait for their answer, or remind them.",
    "Auf die Antwort warten oder erinnern.",
    "Attendre leur réponse, ou relancer.",
    "Esperar su respuesta o recordárselo.",
    "Op hun antwoord wachten, of eraan herinneren.",
)
_NOTHING: _Told = ("Nothing to do.", "Nichts zu tun.", "Rien à faire.", "Nada que hacer.", "Niets te doen.")
_QUIET = frozenset({"auto_reply", "thanks", "unrelated"})


def next_step(view: View, language: str, *, settled: bool, waiting: bool) -> str:
    """What to do next; `settled`: the thread says that all is well, `waiting`: the last word is our question.

    Empty where nobody has said what the case is.
    """
    main = _main(view.classification)
    if settled or (main is not None and main[0] is Category.OTHER and main[1] in _QUIET):
        return _in(_NOTHING, language)
    if waiting:
        return _in(_WAIT, language)
    if main is None:
        return ""
    category, subtype = main
    return _in(_BY_SUBTYPE.get((category, subtype or ""), _BY_CATEGORY[category]), language)


def _main(classification: Classification | None) -> tuple[Category, str | None] | None:
    if classification is None or classification.suggestions[0].abstained is not None:
        return None
    main = classification.suggestions[0]
    return main.category, main.subtype


def _in(told: _Told, language: str) -> str:
    return told[LANGUAGES.index(language)] if language in LANGUAGES else told[0]


WORDS = (_BY_SUBTYPE, _BY_CATEGORY, _WAIT, _NOTHING)
"""Everything that may be said, for its hash."""
