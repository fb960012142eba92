"""Fields that are computed here as Odoo computes them: names, commercial partner, threads."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import values

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment
    from triage.odoo.sandbox.schema import Model
    from triage.odoo.sandbox.tables import Row

Compute = Callable[["Environment", "Model", int, "Row"], Any]

_FUNCTIONS: dict[tuple[str, str], Compute] = {}


def computes(name: str, *models: str) -> Callable[[Compute], Compute]:
    """Register the function that computes a field, of all models where none are named."""

    def register(function: Compute) -> Compute:
        for model in models or ("*",):
            _FUNCTIONS[model, name] = function
        return function

    return register


def find(model: str, name: str) -> Compute | None:
    """The function that computes this field, if any."""
    return _FUNCTIONS.get((model, name)) or _FUNCTIONS.get(("*", name))


def _get(env: Environment, model: str, id_: Any, name: str) -> Any:
    return values.raw(env, env.db.schema[model], id_, name) if id_ else False


@computes("display_name")
def _display_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    if model.rec_name in model.fields and model.rec_name != "display_name":
        value = values.raw(env, model, id_, model.rec_name)
        if model.fields[model.rec_name].type == "many2one":
            return values.display_name(env, model.fields[model.rec_name].comodel_name, value) if value else False
        return str(value) if value else False
    return f"{model.name},{id_}"


@computes("display_name", "res.partner")
@computes("complete_name", "res.partner")
def _partner_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    name = row.get("name") or ""
    company = _get(env, "res.partner", row.get("parent_id"), "name") if row.get("parent_id") else False
    kinds = {"invoice": "Invoice Address", "delivery": "Delivery Address", "other": "Other Address"}
    if not name and row.get("type") in kinds:
        name = kinds[row["type"]]
    if company and not row.get("is_company"):
        return f"{company}, {name}"
    return name or False


@computes("commercial_partner_id", "res.partner")
def _commercial(env: Environment, model: Model, id_: int, row: Row) -> int:
    parent = row.get("parent_id")
    return (
        id_ if row.get("is_company") or not parent else int(_get(env, "res.partner", parent, "commercial_partner_id"))
    )


@computes("commercial_company_name", "res.partner")
def _company_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    whole = _commercial(env, model, id_, row)
    return _get(env, "res.partner", whole, "name") if _get(env, "res.partner", whole, "is_company") else False


@computes("email_normalized", "res.partner", "crm.lead")
def _normal_email(env: Environment, model: Model, id_: int, row: Row) -> Any:
    text = row.get("email") or row.get("email_from") or ""
    return text.rpartition("<")[2].rstrip("> ").strip().lower() or False


@computes("user_ids", "res.partner")
def _partner_users(env: Environment, model: Model, id_: int, row: Row) -> tuple[int, ...]:
    return tuple(env.db.tables.by_value("res.users", "partner_id", id_))


@computes("partner_share", "res.partner")
def _partner_share(env: Environment, model: Model, id_: int, row: Row) -> bool:
    users = [env.db.tables.get("res.users", each) or {} for each in _partner_users(env, model, id_, row)]
    return not any(user.get("active") and not user.get("share") for user in users)


@computes("display_name", "product.product", "product.template")
def _product_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    name, code = (values.raw(env, model, id_, each) for each in ("name", "default_code"))
    return f"[{code}] {name}" if code else name


@computes("display_name", "product.supplierinfo")
def _supplier_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    return values.display_name(env, "res.partner", row["partner_id"]) if row.get("partner_id") else False


@computes("display_name", "stock.picking.type")
def _picking_type_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    warehouse = _get(env, "stock.warehouse", row.get("warehouse_id"), "name")
    return f"{warehouse}: {row.get('name')}" if warehouse else row.get("name", False)


@computes("complete_name", "stock.location", "product.category")
@computes("display_name", "stock.location", "product.category")
def _path_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    parent = "location_id" if model.name == "stock.location" else "parent_id"
    separator = "/" if model.name == "stock.location" else " / "
    if row.get(parent) and row.get("usage") != "view":
        return f"{_get(env, model.name, row[parent], 'complete_name')}{separator}{row.get('name')}"
    return row.get("name", False)


@computes("display_name", "sale.order.line")
def _sale_line_name(env: Environment, model: Model, id_: int, row: Row) -> str:
    order = _get(env, "sale.order", row.get("order_id"), "name")
    text = (row.get("name") or "").partition("\n")[0] or values.display_name(env, "product.product", row["product_id"])
    return f"{order} - {text}"


@computes("display_name", "purchase.order")
def _purchase_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    reference = row.get("partner_ref")
    return f"{row.get('name')} ({reference})" if reference else row.get("name", False)


@computes("display_name", "stock.move")
def _move_name(env: Environment, model: Model, id_: int, row: Row) -> str:
    picking = _get(env, "stock.picking", row.get("picking_id"), "origin")
    code = _get(env, "product.product", row.get("product_id"), "default_code")
    path = ">".join(
        str(_get(env, "stock.location", row.get(name), "name")) for name in ("location_id", "location_dest_id")
    )
    return (f"{picking}/" if picking else "") + (f"{code}: " if code else "") + path


@computes("display_name", "account.move")
def _invoice_name(env: Environment, model: Model, id_: int, row: Row) -> str:
    name, reference = row.get("name") or "", row.get("ref")
    if row.get("state", "draft") == "draft":
        name = f"Draft {_KINDS.get(row.get('move_type', ''), 'Entry')} {name or f'(* {id_})'}".strip()
    return f"{name} ({reference})" if reference else name


_KINDS = {
    "out_invoice": "Invoice",
    "out_refund": "Credit Note",
    "in_invoice": "Bill",
    "in_refund": "Vendor Credit Note",
    "out_receipt": "Sales Receipt",
    "in_receipt": "Purchase Receipt",
}


@computes("full_name", "res.groups")
@computes("display_name", "res.groups")
def _group_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    link = "category_id" if "category_id" in model.fields else "privilege_id"
    category = _get(env, model.fields[link].comodel_name, row.get(link), "name") if row.get(link) else False
    return f"{category} / {row.get('name')}" if category else row.get("name", False)


@computes("all_group_ids", "res.users")
def _all_groups(env: Environment, model: Model, id_: int, row: Row) -> list[int]:
    return sorted(env(user=id_, su=False).group_ids)


@computes("display_name", "mail.activity")
def _activity_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    return row.get("summary") or (
        values.display_name(env, "mail.activity.type", row["activity_type_id"])
        if row.get("activity_type_id")
        else False
    )


@computes("display_name", "mail.message")
def _message_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    return row.get("subject") or f"mail.message,{id_}"


@computes("record_name", "mail.message")
def _record_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    target, res_id = row.get("model"), row.get("res_id")
    if not target or target not in env.db.schema or env.db.tables.get(target, res_id or 0) is None:
        return False
    return values.display_name(env, target, res_id or 0)


@computes("res_name", "mail.activity")
@computes("res_name", "ir.attachment")
def _res_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    target, res_id = row.get("res_model"), row.get("res_id")
    if not target or target not in env.db.schema or env.db.tables.get(target, res_id or 0) is None:
        return False
    return values.display_name(env, target, res_id or 0)


@computes("raw", "ir.attachment")
def _raw(env: Environment, model: Model, id_: int, row: Row) -> Any:
    return base64.b64decode(row["datas"]) if row.get("datas") else b""


@computes("complete_name", "ir.model.data")
def _external_id(env: Environment, model: Model, id_: int, row: Row) -> str:
    return ".".join(part for part in (row.get("module"), row.get("name")) if part)


@computes("display_name", "ir.model.data")
def _data_name(env: Environment, model: Model, id_: int, row: Row) -> Any:
    target = row.get("model")
    if target in env.db.schema and env.db.tables.get(target or "", row.get("res_id") or 0) is not None:
        return values.display_name(env, target or "", row["res_id"]) or _external_id(env, model, id_, row)
    return _external_id(env, model, id_, row)


@computes("global", "ir.rule")
def _global(env: Environment, model: Model, id_: int, row: Row) -> bool:
    return not row.get("groups")


@computes("message_partner_ids")
def _followers(env: Environment, model: Model, id_: int, row: Row) -> tuple[int, ...]:
    found = values.linked(env, model, id_, model.fields["message_follower_ids"])
    return tuple((env.db.tables.get("mail.followers", each) or {})["partner_id"] for each in found)


@computes("message_attachment_count")
def _attachment_count(env: Environment, model: Model, id_: int, row: Row) -> int:
    tables = env.db.tables
    found = tables.by_value("ir.attachment", "res_id", id_)
    return sum((tables.get("ir.attachment", each) or {}).get("res_model") == model.name for each in found)


@computes("has_message")
def _has_message(env: Environment, model: Model, id_: int, row: Row) -> bool:
    return bool(values.linked(env, model, id_, model.fields["message_ids"]))


@computes("activity_state")
def _activity_state(env: Environment, model: Model, id_: int, row: Row) -> Any:
    days = _deadlines(env, model, id_)
    return _state(env, min(days)) if days else False


@computes("state", "mail.activity")
def _own_state(env: Environment, model: Model, id_: int, row: Row) -> str:
    return _state(env, row.get("date_deadline") or env.db.stamp[:10])


@computes("activity_date_deadline")
def _deadline(env: Environment, model: Model, id_: int, row: Row) -> Any:
    return min(_deadlines(env, model, id_), default=False)


def _deadlines(env: Environment, model: Model, id_: int) -> list[str]:
    found = values.linked(env, model, id_, model.fields["activity_ids"])
    return [(env.db.tables.get("mail.activity", each) or {})["date_deadline"] for each in found]


def _state(env: Environment, day: str) -> str:
    today = env.db.stamp[:10]
    return "overdue" if day < today else "today" if day == today else "planned"


@computes("access_url", "sale.order", "purchase.order", "account.move")
def _access_url(env: Environment, model: Model, id_: int, row: Row) -> str:
    return {"sale.order": "/my/orders/", "purchase.order": "/my/purchase/", "account.move": "/my/invoices/"}[
        model.name
    ] + str(id_)
