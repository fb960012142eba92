"""Cards in Odoo, as parts: the model of their rows, who reads it, how it looks, and what its buttons do."""

from __future__ import annotations

from dataclasses import replace

from triage.errors import UsageError
from triage.odoo.card_links import MARKER
from triage.odoo.card_rows import MODEL
from triage.odoo.gate.code import plain
from triage.odoo.setup import cards_pressed
from triage.odoo.setup.cards_access import GROUP, access
from triage.odoo.setup.cards_fields import FIELDS, WISH_FIELDS, field
from triage.odoo.setup.cards_views import form, order_page, rows_list, search, wish_form
from triage.odoo.setup.parts import (
    Export,
    Feature,
    FieldOf,
    Filled,
    Known,
    Many,
    ModelOf,
    Needs,
    Part,
    Place,
    Ref,
    Told,
    Value,
)
from triage.odoo.setup.place import ENTERPRISE_TICKETS
from triage.odoo.setup.shared import CODE, webhook

WISHES = "x_triage_word"
LINKS = {
    "sale.order": "x_sale_order_id",
    "stock.picking": "x_stock_picking_id",
    "purchase.order": "x_purchase_order_id",
    "account.move": "x_account_move_id",
    "helpdesk.ticket": "x_helpdesk_ticket_id",
    "crm.lead": "x_crm_lead_id",
}
"""Field of a row that leads to its record, by the record's model: `x_`, the model, `_id`, as the gate knows it."""
FORMS = {
    "orders": ("sale.order", "sale.view_order_form"),
    "tickets": ("helpdesk.ticket", "helpdesk_mgmt.ticket_view_form"),
    "enterprise_tickets": ("helpdesk.ticket", "helpdesk.helpdesk_ticket_view_form"),
}
"""Forms that get a page of cards."""
PAGE = "x_triage_card_ids"
_FIRST = 17
"""Before, views say otherwise what they hide."""
_ASKED_FOR = tuple(name for name, *_ in FIELDS if name.startswith(("x_request", "x_new_")))
_PRESSED = ("x_request", "!=", False)
"""Somebody has pressed a button, and the service has not answered yet."""
_PRESS = "\naction = pressed(env, UserError, datetime, record, {kind!r}, {{}})\n"
_SEND = "\naction = sent(env, UserError, datetime, record)\n"
_OPEN = "\naction = opened(env, UserError, record)\n"


def parts(place: Place) -> list[Part]:
    """What is made. Without code in server actions there are no buttons: the list links to the review pages."""
    return [*_model(place), *access(place), *(_buttons(place) if place.code else ()), *_looks(place), *_hint(place)]


def _model(place: Place) -> list[Part]:
    made = [
        Part(
            "cards_model",
            "ir.model",
            {"name": "Triage card", "model": MODEL, "is_mail_thread": True, "is_mail_activity": True},
            why="the list of what waits for a decision; nothing is decided by it",
            unique=("model",),
        ),
        *(field("cards", "cards_model", *each) for each in FIELDS),
    ]
    if not place.code:
        made.append(field("cards", "cards_model", MARKER, "char", "Marker", {}))
    for model, name in LINKS.items():
        if place.has(model):
            words = model.replace(".", " ").replace("_", " ").capitalize()
            made.append(field("cards", "cards_model", name, "many2one", words, {"relation": model}))
    if place.code:
        made.append(
            Part(
                "wishes_model",
                "ir.model",
                {"name": "Triage card: what to correct or why to reject", "model": WISHES, "transient": True},
                why="what somebody fills in when they press Correct or Reject; Odoo deletes its rows by itself",
                unique=("model",),
            )
        )
        made += [field("wishes", "wishes_model", *each) for each in WISH_FIELDS]
    return made


def _buttons(place: Place) -> list[Part]:
    code = plain(cards_pressed, place.major)
    record = "says who asks for it; the service decides"
    return [
        _action(place, "cards_accept", "Accept", "cards_model", code + _PRESS.format(kind="accept"), record),
        _action(place, "cards_undo", "Take back", "cards_model", code + _PRESS.format(kind="undo"), record),
        _action(place, "cards_open", "Open", "cards_model", code + _OPEN, "opens a card from an order's page"),
        _action(place, "cards_send", "Send", "wishes_model", code + _SEND, record),
        Part(
            "wishes_form",
            "ir.ui.view",
            {"name": "triage.word.form", "model": WISHES, "arch": Filled(wish_form())},
            why="the window of Correct and Reject",
        ),
        _window("cards_edit", "Correct this card", "edit"),
        _window("cards_reject", "Reject this card", "reject"),
    ]


def _action(place: Place, name: str, title: str, model: str, code: str, why: str) -> Part:
    groups = "group_ids" if place.has("ir.actions.server", "group_ids") else "groups_id"
    values: dict[str, Value] = {
        "name": f"Order triage: {title}",
        "model_id": Ref(model),
        "state": "code",
        "code": code,
        groups: Many((Ref(GROUP),)),
    }
    return Part(name, "ir.actions.server", values, why=why, needs=CODE)


def _window(name: str, title: str, kind: str) -> Part:
    values: dict[str, Value] = {
        "name": title,
        "res_model": WISHES,
        "view_mode": "form",
        "view_id": Ref("wishes_form"),
        "target": "new",
        "context": f"{{'default_x_card_id': active_id, 'default_x_kind': '{kind}'}}",
    }
    return Part(name, "ir.actions.act_window", values, why=f"opens the window of {title}")


def _looks(place: Place) -> list[Part]:
    links = [name for model, name in LINKS.items() if place.has(model)]
    views = {
        "cards_list": ("triage.card.list", rows_list(place)),
        "cards_form": ("triage.card.form", form(place, links)),
        "cards_search": ("triage.card.search", search()),
    }
    groups = "group_ids" if place.has("ir.ui.menu", "group_ids") else "groups_id"
    made = [
        Part(name, "ir.ui.view", {"name": title, "model": MODEL, "arch": Filled(arch)}, why="how cards look")
        for name, (title, arch) in views.items()
    ]
    made += [
        Part(
            "cards_action",
            "ir.actions.act_window",
            {
                "name": "Triage cards",
                "res_model": MODEL,
                "view_mode": "list,form",
                "search_view_id": Ref("cards_search"),
                "context": "{'search_default_waiting': 1}",
            },
            why="opens the list of cards",
        ),
        Part(
            "cards_menu",
            "ir.ui.menu",
            {
                "name": "Triage cards",
                "action": Filled("ir.actions.act_window,%(cards_action)d"),
                groups: Many((Ref(GROUP),)),
                "web_icon": "fa fa-inbox,#FFFFFF,#5B6C8F",
            },
            why="the list of cards among the apps",
            once={"sequence": 45},
        ),
    ]
    if place.code:
        for name, (model, view) in FORMS.items():
            made += _page(place, name, model, view)
    return made


def _page(place: Place, name: str, model: str, view: str) -> list[Part]:
    """A page of cards on another model's form. OCA's and Enterprise's tickets have one name and two forms."""
    is_enterprise = place.has(*ENTERPRISE_TICKETS)
    if not place.has(model) or (model == "helpdesk.ticket" and is_enterprise is not name.startswith("enterprise")):
        return []
    field: dict[str, Value] = {
        "model_id": ModelOf(model),
        "name": PAGE,
        "ttype": "one2many",
        "field_description": "Triage cards",
        "relation": MODEL,
        "relation_field": LINKS[model],
    }
    arch = order_page(f"__triage_setup__.{GROUP}", PAGE)
    return [
        Part(
            f"cards_of_{name}",
            "ir.model.fields",
            field,
            why=f"lists the cards of {model}",
            unique=("model_id", "name"),
            needs=Needs(models=(model,)),
        ),
        Part(
            f"cards_page_{name}",
            "ir.ui.view",
            {"name": f"triage.{name}.page", "model": model, "inherit_id": Known(view), "arch": Filled(arch)},
            why=f"a page with the cards on the form of {model}",
            needs=Needs(models=(model,)),
        ),
    ]


def _hint(place: Place) -> list[Part]:
    """A rule that calls the service when somebody has pressed; without it the service finds out a little later."""
    if not place.code:
        return []
    lacks = ""
    try:
        address = place.hook()
    except UsageError as error:
        address, lacks = "", f"the service looks for itself: {error}"
    values: dict[str, Value] = {
        "trigger": "on_create_or_write",
        "filter_domain": "[('x_request', '!=', False)]",
        "trigger_field_ids": Many((FieldOf(MODEL, "x_request_no"),)),
    }
    title = "Order triage: somebody pressed a button of a card"
    why = "tells the service at once; it looks by itself as well"
    made = webhook("cards_hint", title, Ref("cards_model"), values, address, (FieldOf(MODEL, "x_request_no"),), why)
    return [replace(each, lacks=lacks) for each in made]


FEATURE = Feature(
    name="cards",
    title="Cards as a list in Odoo, with Accept, Correct and Reject",
    parts=parts,
    needs=Needs(first=_FIRST),
    without_code="the list shows that there are cards and links to the review pages; it has no buttons",
    exports=(
        Export(
            MODEL,
            (
                *("x_number", "x_name", "x_state", "x_category", "x_severity", "x_team", "x_answer", "x_decided_at"),
                *("x_record_model", "x_record_id", "x_record_name", "x_revision", "x_refusal"),
                *_ASKED_FOR,
            ),
            ("|", _PRESSED, ("x_state", "!=", "open")),
            unanswered=(_PRESSED,),
        ),
    ),
    tells={f"cards_{MARKER}": Told(MODEL, ((MARKER, "!=", False),))},
)

__all__ = ["FEATURE", "FORMS", "GROUP", "LINKS", "WISHES"]
