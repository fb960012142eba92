"""The plain answer to "where is my order?" where the order is on time: the promised day and the stage it is in."""

from __future__ import annotations

from datetime import date

from triage.domain import Category, FactEvidence, Shipment, ShipmentKind, View
from triage.facts.labels import LANGUAGES, long_date
from triage.models.language import detect_language

_PHRASES: dict[str, tuple[str, str, str, str, str]] = {
    "on_time": (
        "Order {order} is on time: it is promised for {date}.",
        "Der Auftrag {order} ist pünktlich: er ist für den {date} zugesagt.",
        "La commande {order} est dans les délais : elle est promise pour le {date}.",
        "El pedido {order} va a tiempo: está prometido para el {date}.",
        "Order {order} is op tijd: hij is toegezegd voor {date}.",
    ),
    "on_time_bare": (
        "The order is on time: it is promised for {date}.",
        "Der Auftrag ist pünktlich: er ist für den {date} zugesagt.",
        "La commande est dans les délais : elle est promise pour le {date}.",
        "El pedido va a tiempo: está prometido para el {date}.",
        "De order is op tijd: hij is toegezegd voor {date}.",
    ),
    "waiting": (
        "It is being prepared.",
        "Er wird vorbereitet.",
        "Elle est en préparation.",
        "Se está preparando.",
        "Hij wordt voorbereid.",
    ),
    "assigned": (
        "The goods are there and ready to leave.",
        "Die Ware liegt versandbereit im Lager.",
        "La marchandise est prête à partir.",
        "La mercancía está lista para salir.",
        "De goederen staan klaar voor verzending.",
    ),
    "left": (
        "The goods have left our warehouse.",
        "Die Ware hat unser Lager verlassen.",
        "La marchandise a quitté notre entrepôt.",
        "La mercancía ha salido de nuestro almacén.",
        "De goederen hebben ons magazijn verlaten.",
    ),
    "left_with": (
        "The goods are with {carrier}.",
        "Die Ware ist bei {carrier}.",
        "La marchandise est chez {carrier}.",
        "La mercancía está con {carrier}.",
        "De goederen zijn bij {carrier}.",
    ),
    "out_for_delivery": (
        "The goods are out for delivery.",
        "Die Ware ist in Zustellung.",
        "La marchandise est en cours de livraison.",
        "La mercancía está en reparto.",
        "De goederen zijn onderweg voor bezorging.",
    ),
    "tracking": (
        "Tracking: {tracking}.",
        "Sendungsnummer: {tracking}.",
        "Numéro de suivi : {tracking}.",
        "Número de seguimiento: {tracking}.",
        "Zendingnummer: {tracking}.",
    ),
    "delivered": (
        "It was delivered on {date}.",
        "Er wurde am {date} zugestellt.",
        "Elle a été livrée le {date}.",
        "Se entregó el {date}.",
        "Hij is bezorgd op {date}.",
    ),
}


def is_punctual_question(view: View) -> bool:
    """Whether the mail asks for the order, and the facts say that it is on time."""
    if view.classification is None or not any(f.name == "promise.on_time" and f.value is True for f in view.facts):
        return False
    main = view.classification.suggestions[0]
    if main.abstained is not None or not view.case.messages or _asks_after_delivery(view):
        return False
    if (main.category, main.subtype) == (Category.DELAY, "status_enquiry"):
        return True
    told = {evidence.fact for evidence in main.evidence if isinstance(evidence, FactEvidence)}
    return main.category is Category.OTHER and "promise.on_time" in {fact.partition("[")[0] for fact in told}


def _asks_after_delivery(view: View) -> bool:
    """Whether somebody still asks where the goods are on the day that they are said to have been delivered, or later:
    then "on time" is no answer, but what is in dispute.
    """
    asked = view.newest.sent_at if view.newest is not None else None
    delivered = [f.value for f in view.facts if f.name == "shipment.delivered" and isinstance(f.value, date)]
    return bool(delivered) and (asked is None or asked.date() >= max(delivered))


def punctual_answer(view: View, language: str | None = None) -> str:
    """The answer in the writer's language, or an empty text where the order is not punctual or nobody asks for it."""
    promised = view.fact("promise.current") or view.fact("promise.original")
    if not is_punctual_question(view) or promised is None or not isinstance(promised.value, date):
        return ""
    wanted = language or writer_language(view)
    order = view.case.order
    name = order.ref.name if order else None
    first = _say(
        "on_time" if name else "on_time_bare", wanted, order=name or "", date=long_date(promised.value, wanted)
    )
    return " ".join([first, *stage(view, wanted)])


def stage(view: View, language: str) -> list[str]:
    """Where the goods are, in sentences: what the carrier says, else how far the warehouse is."""
    out = [
        s for s in view.case.shipments if s.kind is ShipmentKind.OUTGOING and s.state != "cancel" and not s.return_of
    ]
    if not out:
        return []
    shipment = out[-1]
    delivered = next((f.value for f in view.facts if f.id == f"shipment.delivered[{shipment.ref.name}]"), None)
    if isinstance(delivered, date):
        return [_say("delivered", language, date=long_date(delivered, language))]
    if shipment.state != "done":
        return [_say("assigned" if shipment.state == "assigned" else "waiting", language)]
    return [_left(shipment, language)] + (
        [_say("tracking", language, tracking=shipment.tracking)] if shipment.tracking else []
    )


def _left(shipment: Shipment, language: str) -> str:
    if shipment.carrier_status == "out_for_delivery":
        return _say("out_for_delivery", language)
    return _say("left_with", language, carrier=shipment.carrier) if shipment.carrier else _say("left", language)


def writer_language(view: View) -> str:
    """The language of whoever wrote last, English where it is none of the five."""
    said = view.classification.language if view.classification else "und"
    if said == "und" and view.newest is not None:
        said = detect_language(view.newest.body or view.newest.subject)
    return said if said in LANGUAGES else "en"


def _say(kind: str, language: str, **values: str) -> str:
    return _PHRASES[kind][LANGUAGES.index(language)].format(**values)


WORDS = _PHRASES
"""Everything that may be said, for its hash."""
