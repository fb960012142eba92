"""What every fresh Odoo holds: company, users, groups, access, types and units, with their external ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from triage.odoo.sandbox.environment import Database
from triage.odoo.sandbox.rules import RULES
from triage.odoo.sandbox.schema import ENTERPRISE, App, Schema

Rows = dict[str, list[dict[str, Any]]]

ADMIN, ADMIN_PARTNER = 2, 3
_STAMP = "2026-01-05 08:00:00"
_MANAGERS = (
    "base.group_user",
    "base.group_system",
    "base.group_partner_manager",
    "base.group_multi_company",
    "sales_team.group_sale_manager",
    "stock.group_stock_manager",
    "purchase.group_purchase_manager",
    "account.group_account_manager",
    "account.group_account_user",
    "project.group_project_manager",
    "maintenance.group_equipment_manager",
    "helpdesk_mgmt.group_helpdesk_manager",
    "helpdesk.group_helpdesk_manager",
    "dms.group_dms_manager",
    "quality.group_quality_manager",
    "documents.group_documents_manager",
    "approvals.group_approval_manager",
    "planning.group_planning_manager",
)
_MODULES: Mapping[App, tuple[str, ...]] = {
    App.SALES: ("sale", "sale_management", "sale_stock", "stock", "purchase", "purchase_stock", "account", "product"),
    App.CRM: ("crm", "sale_crm"),
    App.PROJECT: ("project",),
    App.MAINTENANCE: ("maintenance",),
    App.HELPDESK: ("helpdesk",),
    App.HELPDESK_MGMT: ("helpdesk_mgmt",),
    App.DMS: ("dms",),
    App.DOCUMENTS: ("documents",),
    App.TIER_VALIDATION: ("base_tier_validation",),
    App.APPROVALS: ("approvals",),
    App.QUALITY: ("quality", "quality_control"),
    App.PLANNING: ("planning",),
    App.DELIVERY: ("delivery", "stock_delivery"),
}
_COUNTRIES = (
    "AT Austria;BE Belgium;CH Switzerland;CZ Czech Republic;DE Germany;DK Denmark;ES Spain;FR France;GB United Kingdom;"
    "IE Ireland;IT Italy;LU Luxembourg;NL Netherlands;PL Poland;PT Portugal;SE Sweden;US United States"
)
_LANGUAGES = (
    "en_US English (US);nl_NL Dutch / Nederlands;de_DE German / Deutsch;fr_FR French / Français;es_ES Spanish / Español"
)


def fill(db: Database, apps: Collection[App]) -> None:
    """Put the base rows into an empty database."""
    xml_ids: dict[str, tuple[str, int]] = {}
    for model, rows in _rows(db.schema, apps).items():
        if model not in db.schema:
            continue
        for row in rows:
            xml_id = row.pop("xml_id", "")
            id_ = _insert(db, model, row)
            if xml_id:
                xml_ids[xml_id] = (model, id_)
    _groups(db, xml_ids)
    _admin(db, xml_ids)
    _models(db, xml_ids)
    _access(db, xml_ids)
    for xml_id, (model, id_) in xml_ids.items():
        module, _, name = xml_id.partition(".")
        row = {"module": module, "name": name, "model": model, "res_id": id_, "noupdate": True}
        _insert(db, "ir.model.data", row)


def _insert(db: Database, model: str, row: dict[str, Any]) -> int:
    fields = db.schema[model].fields
    defaults = {name: field.default for name, field in fields.items() if field.default is not None and field.store}
    stamps = {"create_uid": 1, "write_uid": 1, "create_date": _STAMP, "write_date": _STAMP}
    id_ = row.pop("id", None)
    return db.tables.insert(model, defaults | stamps | row, id_)


def _named(text: str) -> list[tuple[str, str]]:
    return [(each.split(" ", 1)[0], each.split(" ", 1)[1]) for each in text.split(";")]


def _rows(schema: Schema, apps: Collection[App]) -> Rows:
    enterprise = bool(ENTERPRISE & set(apps))
    modules = ["base", "web", "mail", "contacts", "uom", "resource", "base_automation"]
    modules += [name for app in App if app in apps or app is App.SALES for name in _MODULES[app]]
    modules += ["web_enterprise"] if enterprise else []
    return {
        "ir.module.module": [
            {"name": name, "state": "installed", "shortdesc": name.title(), "xml_id": f"base.module_{name}"}
            for name in modules
        ],
        "res.currency": [
            {"name": "EUR", "symbol": "€", "active": True, "xml_id": "base.EUR", "rounding": 0.01, "decimal_places": 2},
            {"name": "USD", "symbol": "$", "active": True, "xml_id": "base.USD", "rounding": 0.01, "decimal_places": 2},
            {"name": "GBP", "symbol": "£", "active": True, "xml_id": "base.GBP", "rounding": 0.01, "decimal_places": 2},
        ],
        "res.country": [
            {"code": code, "name": name, "xml_id": f"base.{code.lower()}"} for code, name in _named(_COUNTRIES)
        ],
        "res.lang": [
            {"code": code, "name": name, "active": True, "iso_code": code, "xml_id": f"base.lang_{code[:2]}"}
            for code, name in _named(_LANGUAGES)
        ],
        **_people(schema),
        **_mail_types(),
        **_goods(schema),
        **_desks(),
        **_views(schema),
    }


_VIEWS = (
    "sale.view_order_form sale.order;stock.view_picking_form stock.picking;purchase.purchase_order_form purchase.order;"
    "account.view_move_form account.move;crm.crm_lead_view_form crm.lead;"
    "helpdesk_mgmt.ticket_view_form helpdesk.ticket;helpdesk.helpdesk_ticket_view_form helpdesk.ticket"
)


def _views(schema: Schema) -> Rows:
    """Forms that views of others may change, with a notebook and a header as they have."""
    arch = "<form><header/><sheet><group/><notebook/></sheet><chatter/></form>"
    oca = "number" in (schema["helpdesk.ticket"].fields if "helpdesk.ticket" in schema else ())
    return {
        "ir.ui.view": [
            {"name": name, "model": model, "arch": arch, "type": "form", "mode": "primary", "xml_id": name}
            for name, model in _named(_VIEWS)
            if model in schema and not (model == "helpdesk.ticket" and oca == name.startswith("helpdesk."))
        ],
        "ir.ui.menu": [
            {"name": "Settings", "sequence": 550, "xml_id": "base.menu_administration"},
            {"name": "Technical", "parent_id": 1, "sequence": 110, "xml_id": "base.menu_custom"},
        ],
    }


def _people(schema: Schema) -> Rows:
    partner = {"active": True, "lang": "en_US", "type": "contact", "is_company": False, "company_id": False}
    user = {"active": True, "company_id": 1, "company_ids": (1,), "notification_type": "email", "share": False}
    names = ("OdooBot", "Mitchell Admin", "Public user")
    logins = ("__system__", "admin", "public")
    people = [
        {**partner, "name": name, "email": f"{login}@example.com", "parent_id": 1, "active": login == "admin"}
        for name, login in zip(names, logins, strict=True)
    ]
    for row, xml_id in zip(people, ("base.partner_root", "base.partner_admin", "base.public_partner"), strict=True):
        row["xml_id"] = xml_id
    people[0]["parent_id"] = False
    company = {**partner, "name": "My Company", "is_company": True, "xml_id": "base.main_partner"}
    users = [
        {**user, "login": login, "partner_id": index + 2, "active": login == "admin", "xml_id": f"base.user_{name}"}
        for index, (login, name) in enumerate(zip(logins, ("root", "admin", "public"), strict=True))
    ]
    return {
        "res.partner": [company, *people],
        "res.company": [
            {"name": "My Company", "partner_id": 1, "currency_id": 1, "active": True, "xml_id": "base.main_company"}
        ],
        "res.users": users,
    }


def _mail_types() -> Rows:
    kinds = ("email Email", "call Call", "meeting Meeting", "todo To-Do", "upload_document Document")
    return {
        "mail.message.subtype": [
            {"name": "Discussions", "default": True, "internal": False, "xml_id": "mail.mt_comment"},
            {"name": "Note", "default": False, "internal": True, "xml_id": "mail.mt_note"},
            {"name": "Activities", "default": False, "internal": True, "xml_id": "mail.mt_activities"},
        ],
        "mail.activity.type": [
            {"name": kind.split(" ")[1], "active": True, "xml_id": f"mail.mail_activity_data_{kind.split(' ')[0]}"}
            for kind in kinds
        ],
        "ir.config_parameter": [
            {"key": "database.uuid", "value": "6a0c4f2e-0000-4000-8000-000000000001"},
            {"key": "web.base.url", "value": "http://127.0.0.1:8069"},
        ],
        "resource.calendar": [{"name": "Standard 40 hours/week", "active": True, "company_id": 1}],
    }


def _goods(schema: Schema) -> Rows:
    units = ("Units unit", "Dozens dozen", "kg kgm", "Hours hour", "Meters meter")
    category = {"category_id": 1, "uom_type": "reference"} if "category_id" in schema["uom.uom"].fields else {}
    return {
        "uom.category": [{"name": "Unit", "xml_id": "uom.product_uom_categ_unit"}],
        "uom.uom": [
            {"name": unit.split()[0], "factor": 1.0, "rounding": 0.01, "active": True, **category,
             "xml_id": f"uom.product_uom_{unit.split()[1]}"}
            for unit in units
        ],
        "product.category": [{"name": "All", "xml_id": "product.product_category_all"}],
        "account.payment.term": [
            {"name": "Immediate Payment", "active": True, "xml_id": "account.account_payment_term_immediate"},
            {"name": "15 Days", "active": True, "xml_id": "account.account_payment_term_15days"},
            {"name": "30 Days", "active": True, "xml_id": "account.account_payment_term_30days"},
        ],
        "stock.location": [
            {"name": "Partners", "usage": "view", "active": True, "xml_id": "stock.stock_location_locations_partner"},
            {"name": "Vendors", "usage": "supplier", "active": True, "location_id": 1,
             "xml_id": "stock.stock_location_suppliers"},
            {"name": "Customers", "usage": "customer", "active": True, "location_id": 1,
             "xml_id": "stock.stock_location_customers"},
            {"name": "WH", "usage": "view", "active": True, "company_id": 1},
            {"name": "Stock", "usage": "internal", "active": True, "location_id": 4, "company_id": 1,
             "xml_id": "stock.stock_location_stock"},
        ],
        "stock.warehouse": [
            {"name": "My Company", "code": "WH", "active": True, "company_id": 1, "partner_id": 1, "lot_stock_id": 5,
             "view_location_id": 4, "xml_id": "stock.warehouse0"}
        ],
        "stock.picking.type": [
            {"name": "Receipts", "code": "incoming", "active": True, "warehouse_id": 1, "company_id": 1,
             "default_location_src_id": 2, "default_location_dest_id": 5, "xml_id": "stock.picking_type_in"},
            {"name": "Delivery Orders", "code": "outgoing", "active": True, "warehouse_id": 1, "company_id": 1,
             "default_location_src_id": 5, "default_location_dest_id": 3, "xml_id": "stock.picking_type_out"},
        ],
    }  # fmt: skip


def _desks() -> Rows:
    tickets = (("New", False), ("In Progress", False), ("Awaiting", False), ("Done", True), ("Cancelled", True))
    template = {"name": "Helpdesk Closed Ticket Notification Email", "subject": "The ticket has been closed."}
    return {
        "crm.team": [{"name": "Sales", "active": True, "company_id": 1, "xml_id": "sales_team.team_sales_department"}],
        "crm.stage": [
            {"name": name, "sequence": index, "xml_id": f"crm.stage_lead{index}"}
            for index, name in enumerate(("New", "Qualified", "Proposition", "Won"), 1)
        ],
        "maintenance.stage": [
            {"name": name, "sequence": index, "done": name == "Repaired"}
            for index, name in enumerate(("New Request", "In Progress", "Repaired", "Scrap"), 1)
        ],
        "maintenance.team": [{"name": "Internal Maintenance", "active": True}],
        "mail.template": [{**template, "body_html": "<p>Your ticket has been closed.</p>", "active": True}],
        "helpdesk.ticket.stage": [
            {"name": name, "sequence": index, "closed": closed, "fold": closed, "active": True,
             "mail_template_id": 1 if closed else False, "xml_id": f"helpdesk_mgmt.helpdesk_ticket_stage_{index}"}
            for index, (name, closed) in enumerate(tickets, 1)
        ],
        "helpdesk.team": [{"name": "Customer Care", "active": True, "company_id": 1}],
        "helpdesk.stage": [
            {"name": name, "sequence": index, "fold": name != "New", "active": True, "team_ids": (1,),
             "xml_id": f"helpdesk.stage_{name.lower().replace(' ', '_')}"}
            for index, name in enumerate(("New", "In Progress", "On Hold", "Solved", "Cancelled"))
        ],
    }  # fmt: skip


def _groups(db: Database, xml_ids: dict[str, tuple[str, int]]) -> None:
    link = "category_id" if "category_id" in db.schema["res.groups"].fields else "privilege_id"
    holder = db.schema["res.groups"].fields[link].comodel_name
    categories: dict[str, int] = {}
    for xml_id, (name, category, _) in db.schema.groups.items():
        if category and category not in categories:
            categories[category] = _insert(db, holder, {"name": category})
        row: dict[str, Any] = {"name": name, link: categories.get(category, False), "implied_ids": (), "share": False}
        xml_ids[xml_id] = ("res.groups", _insert(db, "res.groups", row))
    for xml_id, (_, _, implied) in db.schema.groups.items():
        ids = tuple(xml_ids[each][1] for each in implied if each in xml_ids)
        db.tables.update("res.groups", xml_ids[xml_id][1], {"implied_ids": ids})


def _admin(db: Database, xml_ids: dict[str, tuple[str, int]]) -> None:
    stored = "groups_id" if "groups_id" in db.schema["res.users"].fields else "group_ids"
    ids = tuple(xml_ids[name][1] for name in _MANAGERS if name in xml_ids)
    for user in (1, ADMIN):
        db.tables.update("res.users", user, {stored: ids})
    db.tables.update("res.users", 3, {stored: (xml_ids["base.group_public"][1],), "share": True})


def _models(db: Database, xml_ids: dict[str, tuple[str, int]]) -> None:
    for name, model in db.schema.models.items():
        row = {"model": name, "name": model.label, "state": "base", "transient": False, "is_mail_thread": model.thread}
        id_ = _insert(db, "ir.model", {key: value for key, value in row.items() if key in db.schema["ir.model"].fields})
        xml_ids[f"base.model_{model.table}"] = ("ir.model", id_)
        for field in model.fields.values():
            described = {"name": field.name, "model": name, "model_id": id_, "ttype": field.type, "state": "base"}
            described |= {"field_description": field.label, "relation": field.comodel_name or False}
            described |= {"store": field.store, "required": field.required, "readonly": field.readonly}
            db.tables.insert("ir.model.fields", described)


def _access(db: Database, xml_ids: dict[str, tuple[str, int]]) -> None:
    for name, model in db.schema.models.items():
        model_id = xml_ids[f"base.model_{model.table}"][1]
        for group, rights in model.access:
            if group and group not in xml_ids:
                continue
            row: dict[str, Any] = {f"perm_{word}": word[0] in rights for word in ("read", "write", "create", "unlink")}
            row |= {"name": f"{name} {group}", "model_id": model_id, "group_id": xml_ids[group][1] if group else False}
            _insert(db, "ir.model.access", row | {"active": True})
    for rule in RULES:
        _rule(db, xml_ids, *rule)


def _rule(
    db: Database, xml_ids: dict[str, tuple[str, int]], model: str, title: str, group: str, domain: str, rights: str
) -> None:
    missing = model not in db.schema or (group and group not in xml_ids)
    named = [name for name in ("company_id", "helpdesk_team_ids") if f"'{name}'" in domain or f".{name}" in domain]
    holders = {"company_id": model, "helpdesk_team_ids": "res.users"}
    if missing or any(name not in db.schema[holders[name]].fields for name in named):
        return
    row: dict[str, Any] = {f"perm_{word}": word[0] in rights for word in ("read", "write", "create", "unlink")}
    row |= {"name": title, "model_id": xml_ids[f"base.model_{db.schema[model].table}"][1], "active": True}
    _insert(db, "ir.rule", row | {"domain_force": domain, "groups": (xml_ids[group][1],) if group else ()})
