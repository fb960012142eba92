"""Cards in Odoo, as parts: the model of their rows, who reads it, how it looks, and what its buttons do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from triage.domain import Category, ReasonCode, Severity
from triage.domain.cards import CardState
from triage.errors import UsageError
from triage.odoo.card_links import MARKER
from triage.odoo.card_rows import MODEL
from triage.odoo.gate.code import plain
from triage.odoo.setup import cards_pressed
from triage.odoo.setup.cards_views import form, order_page, rows_list, search, wish_form
from triage.odoo.setup.parts import (
    SERVICE_GROUP,
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
    Value,
)
from triage.odoo.setup.shared import CODE, webhook

WISHES = "x_triage_word"
GROUP = "cards_group"
"""Whoever is in it sees the cards of records that they may read, and decides what the service lets them."""
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
_ALL = "[(1, '=', 1)]"
_OWN = "[('create_uid', '=', user.id)]"
_COMPANY = "['|', ('x_company_id', '=', False), ('x_company_id', 'in', company_ids)]"
_READERS = f"['&', ('x_reader_ids', 'in', [user.id]), {_COMPANY[1:-1]}]"
_PRESS = "\naction = pressed(env, UserError, datetime, record, {kind!r}, {{}})\n"
_SEND = "\naction = sent(env, UserError, datetime, record)\n"
_OPEN = "\naction = opened(env, UserError, record)\n"


def _words(codes: Sequence[str]) -> str:
    """Choices of a selection as Odoo keeps and tells them."""
    return repr([(code, code.replace("_", " ").capitalize()) for code in codes])


_STATES = _words([state.value for state in CardState])
_CATEGORIES = _words([category.value for category in Category])
_SEVERITIES = _words([severity.value for severity in Severity])
_REASONS = _words([reason.value for reason in ReasonCode])
_REQUESTS = repr([("accept", "Accept"), ("edit", "Correct"), ("reject", "Reject"), ("undo", "Take back")])

_FIELDS: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("x_name", "char", "Name", {}),
    ("x_number", "integer", "Card", {}),
    ("x_version", "char", "Shows", {}),
    ("x_revision", "integer", "Revision", {}),
    ("x_state", "selection", "State", {"selection": _STATES}),
    ("x_category", "selection", "Category", {"selection": _CATEGORIES}),
    ("x_subtype", "char", "Kind", {}),
    ("x_severity", "selection", "Severity", {"selection": _SEVERITIES}),
    ("x_priority", "integer", "Priority", {}),
    ("x_team", "char", "Team", {}),
    ("x_act_by", "datetime", "Act by", {}),
    ("x_confidence", "char", "Confidence", {}),
    ("x_body", "html", "What is known", {}),
    ("x_link", "char", "Review page", {}),
    ("x_hold", "char", "Not to be decided here", {}),
    ("x_asks", "boolean", "Asks what it is", {}),
    ("x_answer", "text", "How it stands", {}),
    ("x_decided_at", "datetime", "Last word at", {}),
    ("x_refusal", "text", "Refused", {}),
    ("x_record_model", "char", "Model of the record", {}),
    ("x_record_id", "integer", "Id of the record", {}),
    ("x_record_name", "char", "Record", {}),
    ("x_company_id", "many2one", "Company", {"relation": "res.company"}),
    ("x_reader_ids", "many2many", "Readers", {"relation": "res.users"}),
    ("x_request", "selection", "Asked for", {"selection": _REQUESTS}),
    ("x_request_no", "integer", "Requests", {}),
    ("x_requested_by_id", "many2one", "Asked by", {"relation": "res.users"}),
    ("x_requested_at", "datetime", "Asked at", {}),
    ("x_requested_revision", "integer", "Seen revision", {}),
    ("x_new_category", "selection", "Corrected category", {"selection": _CATEGORIES}),
    ("x_new_severity", "selection", "Corrected severity", {"selection": _SEVERITIES}),
    ("x_new_team", "char", "Corrected team", {}),
    ("x_new_reason", "selection", "Reason", {"selection": _REASONS}),
    ("x_new_comment", "text", "Comment", {}),
)
_WISHES: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("x_card_id", "many2one", "Card", {"relation": MODEL, "on_delete": "cascade"}),
    ("x_kind", "selection", "What", {"selection": repr([("edit", "Correct"), ("reject", "Reject")])}),
    ("x_reason", "selection", "Reason", {"selection": _REASONS}),
    ("x_category", "selection", "Category", {"selection": _CATEGORIES}),
    ("x_severity", "selection", "Severity", {"selection": _SEVERITIES}),
    ("x_team", "char", "Team", {}),
    ("x_comment", "text", "Comment", {}),
)


def parts(place: Place) -> list[Part]:
    """What is made. Without code in server actions there are no buttons: the list links to the review pages."""
    return [*_model(place), *_access(place), *(_buttons(place) if place.code else ()), *_looks(place), *_hint(place)]


def _model(place: Place) -> list[Part]:
    made = [
        Part(
            "cards_model",
            "ir.model",
            {"name": "Triage card", "model": MODEL, "is_mail_thread": True, "is_mail_activity": True},
            why="the list of what waits for a decision; nothing is decided by it",
            unique=("model",),
        ),
        *(_field("cards", "cards_model", *each) for each in _FIELDS),
    ]
    if not place.code:
        made.append(_field("cards", "cards_model", MARKER, "char", "Marker", {}))
    for model, name in LINKS.items():
        if place.has(model):
            words = model.replace(".", " ").replace("_", " ").capitalize()
            made.append(_field("cards", "cards_model", name, "many2one", words, {"relation": model}))
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
        made += [_field("wishes", "wishes_model", *each) for each in _WISHES]
    return made


def _field(prefix: str, model: str, name: str, kind: str, label: str, more: dict[str, Value]) -> Part:
    values: dict[str, Value] = {"model_id": Ref(model), "name": name, "ttype": kind, "field_description": label, **more}
    return Part(f"{prefix}_{name}", "ir.model.fields", values, why=label.lower(), unique=("model_id", "name"))


def _access(place: Place) -> list[Part]:
    made = [
        Part(GROUP, "res.groups", {"name": "Order triage: cards"}, why="sees and decides cards; put people into it"),
        _may("cards_read", "cards_model", Known("base.group_user"), "r", "everybody inside may read what rules show"),
        _may("cards_administer", "cards_model", Known("base.group_system"), "rd", "administrators read and clear"),
        _rule(
            "cards_readers",
            "cards_model",
            Known("base.group_user"),
            _READERS if place.code else _COMPANY,
            "who may read a record, as Odoo says of each, sees its card; and only in their companies"
            if place.code
            else "everybody of the company sees that there is a card; it says nothing of its record",
        ),
        _rule("cards_all", "cards_model", Known("base.group_system"), _ALL, "administrators see every row"),
    ]
    if not place.code:
        made += [
            _may("cards_written", "cards_model", Known(SERVICE_GROUP), "rwcd", "there is no gate, so it writes itself"),
            _rule("cards_service", "cards_model", Known(SERVICE_GROUP), _ALL, "the service sees the rows it writes"),
        ]
        return made
    return [
        *made,
        _may("wishes_fill", "wishes_model", Ref(GROUP), "rwc", "who decides fills in what to correct, or why not"),
        _rule("wishes_own", "wishes_model", Ref(GROUP), _OWN, "everybody sees what they filled in themselves"),
    ]


def _may(name: str, model: str, group: Ref | Known, rights: str, why: str) -> Part:
    values: dict[str, Value] = {"name": f"Order triage: {name}", "model_id": Ref(model), "group_id": group}
    values |= {
        f"perm_{word}": letter in rights
        for word, letter in (("read", "r"), ("write", "w"), ("create", "c"), ("unlink", "d"))
    }
    return Part(name, "ir.model.access", values, why=why)


def _rule(name: str, model: str, group: Ref | Known, domain: str, why: str) -> Part:
    values: dict[str, Value] = {
        "name": f"Order triage: {name}",
        "model_id": Ref(model),
        "groups": Many((group,)),
        "domain_force": domain,
    }
    return Part(name, "ir.rule", values, why=why)


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
    is_enterprise = place.has(model, "sla_ids")
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
            ("x_number", "x_name", "x_state", "x_category", "x_severity", "x_team", "x_answer", "x_decided_at"),
            (("x_state", "not in", ["open", "awaiting_second"]),),
        ),
    ),
)

__all__ = ["FEATURE", "FORMS", "GROUP", "LINKS", "WISHES"]
