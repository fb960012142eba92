"""Rows that a test gives, put into the database as if an Odoo had written them long ago."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from triage.odoo.sandbox import base_data, values
from triage.odoo.sandbox.environment import Database, Environment
from triage.odoo.sandbox.schema import Field, Model

_OWNERS = ("order_id", "picking_id", "move_id", "partner_id")


def seed(db: Database, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Insert the rows, over base rows of the same id. Raises `ValueError` that names what does not fit."""
    for name, listed in rows.items():
        if name not in db.schema:
            raise ValueError(f"rows: there is no model {name}")
        for row in listed:
            _seed_row(db, db.schema[name], row)
    for name, listed in rows.items():
        for row in listed:
            _check_links(db, db.schema[name], row)


def _seed_row(db: Database, model: Model, row: Mapping[str, Any]) -> None:
    label = f"rows: {model.name} {row.get('id', '')}".rstrip()
    unknown = sorted(set(row) - set(model.fields))
    if unknown:
        raise ValueError(f"{label}: no such field: {', '.join(unknown)}")
    id_ = row.get("id")
    old = db.tables.get(model.name, id_) if id_ else None
    kept: dict[str, Any] = dict(old or _defaults(db, model, row))
    delegated: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        field = model.fields[name]
        if field.type == "one2many" and name not in ("message_ids", "activity_ids"):
            raise ValueError(
                f"{label}: {name} is computed from {field.comodel_name}.{field.inverse_name}; leave it out"
            )
        if field.through:
            delegated.setdefault(field.through, {})[name] = value
        elif name != "id":
            kept[name] = _kept(db, model, field, value, row)
    for link, given in delegated.items():
        kept[link] = _parent(db, model, link, kept.get(link), given)
    for parent, link in model.inherits.items():
        if not kept.get(link):
            kept[link] = _parent(db, model, link, None, {})
        _ = parent
    db.tables.insert(model.name, kept, id_)


def _parent(db: Database, model: Model, link: str, held: Any, given: Mapping[str, Any]) -> int:
    parent = db.schema[model.fields[link].comodel_name]
    id_ = held or db.tables.next_id(parent.name)
    _seed_row(db, parent, {"id": id_, **given})
    return int(id_)


def _defaults(db: Database, model: Model, row: Mapping[str, Any]) -> dict[str, Any]:
    found = {n: f.default for n, f in model.fields.items() if f.default is not None and f.store and not f.through}
    stamp = row.get("create_date") or db.stamp
    found |= {"create_uid": 1, "write_uid": 1, "create_date": stamp, "write_date": row.get("write_date") or stamp}
    company = model.fields.get("company_id")
    if company is not None and company.store and not company.related and not company.through:
        found["company_id"] = _company(db, model, row) if "company_id" not in row else row["company_id"]
    if "currency_id" in model.fields and not model.fields["currency_id"].related and model.name != "res.company":
        found["currency_id"] = 1
    found |= {name: row.get("partner_id", False) for name in ("partner_invoice_id", "partner_shipping_id")
              if name in model.fields and model.name == "sale.order"}  # fmt: skip
    if model.name == "mail.message":
        found |= {"date": stamp, "message_type": "notification", "subtype_id": 2}
    return found


def _company(db: Database, model: Model, row: Mapping[str, Any]) -> Any:
    for name in _OWNERS[:3]:
        if row.get(name) and name in model.fields:
            owner = db.tables.get(model.fields[name].comodel_name, row[name]) or {}
            if owner.get("company_id"):
                return owner["company_id"]
    return 1 if model.fields["company_id"].required or model.name in _ALWAYS_OWNED else False


_ALWAYS_OWNED = ("stock.picking", "stock.warehouse", "account.move", "purchase.order", "crm.team", "res.users")


def _kept(db: Database, model: Model, field: Field, value: Any, row: Mapping[str, Any]) -> Any:
    if field.type == "many2many":
        return tuple(value or ())
    env = Environment(db, 1)
    if field.company_dependent:
        held = value if isinstance(value, Mapping) else {row.get("company_id") or 1: value}
        return {int(company): values.store(env, model, field, each) for company, each in held.items()}
    if field.type == "html":
        return value or False
    try:
        return values.store(env, model, field, value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"rows: {model.name} {row.get('id', '')}: {field.name}: {error}") from error


def _check_links(db: Database, model: Model, row: Mapping[str, Any]) -> None:
    for name, value in row.items():
        field = model.fields[name]
        ids = value if isinstance(value, (list, tuple)) else [value]
        if not field.relational or field.type == "one2many" or isinstance(value, Mapping):
            continue
        missing = [id_ for id_ in ids if id_ and db.tables.get(field.comodel_name, id_) is None]
        if missing:
            raise ValueError(f"rows: {model.name} {row.get('id', '')}: {name}: no {field.comodel_name} {missing[0]}")


__all__ = ["base_data", "seed"]
