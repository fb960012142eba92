"""Models and fields of the look-alike, read from the schema files beside this module.

A field is written as `type[:comodel[:inverse]] flag ... values=a|b`: `many2one:res.partner required`. Flags:
`required`, `readonly`, `computed` (not stored), `searchable`, `company` (a value for each company),
`tracking`, `default=`, `label=`, `groups=` (xmlids that may see it), `related=` (path it comes from), `app=` (there
only with this app).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class App(StrEnum):
    """Apps that an Odoo may have installed. Sales, stock, purchase, accounting and products are always there."""

    SALES = "SALES"
    CRM = "CRM"
    PROJECT = "PROJECT"
    MAINTENANCE = "MAINTENANCE"
    HELPDESK = "HELPDESK"
    HELPDESK_MGMT = "HELPDESK_MGMT"
    DMS = "DMS"
    DOCUMENTS = "DOCUMENTS"
    TIER_VALIDATION = "TIER_VALIDATION"
    APPROVALS = "APPROVALS"
    QUALITY = "QUALITY"
    PLANNING = "PLANNING"
    DELIVERY = "DELIVERY"


ENTERPRISE = frozenset({App.HELPDESK, App.DOCUMENTS, App.APPROVALS, App.QUALITY, App.PLANNING})
"""Apps of Odoo Enterprise: any of them makes the server's version end in `+e`."""

DEFAULT_APPS = frozenset(set(App) - ENTERPRISE)
"""A Community server with every app of the list that Community or OCA has."""

RELATIONAL = frozenset({"many2one", "one2many", "many2many"})
_EMPTY: dict[str, Any] = {"integer": 0, "float": 0.0, "monetary": 0.0, "one2many": (), "many2many": ()}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: facts only, no behaviour."""

    name: str
    type: str
    comodel_name: str = ""
    inverse_name: str = ""
    required: bool = False
    readonly: bool = False
    store: bool = True
    searchable: bool = False
    company_dependent: bool = False
    tracking: bool = False
    default: Any = None
    groups: tuple[str, ...] = ()
    related: str = ""
    selection: tuple[str, ...] = ()
    app: App | None = None
    title: str = ""
    through: str = ""
    """Many2one to the parent record that holds the value (`product_tmpl_id`), where it is delegated."""

    @property
    def relational(self) -> bool:
        """Whether the value is other records."""
        return self.type in RELATIONAL

    @property
    def empty(self) -> Any:
        """The value where nothing was written."""
        return _EMPTY.get(self.type, False)

    @property
    def label(self) -> str:
        """The field's label: its own where one is known, else made from the name as Odoo does."""
        if self.title:
            return self.title
        name = self.name
        for ending in ("_ids", "_id"):
            name = name.removesuffix(ending)
        return name.replace("_", " ").title()


@dataclass(slots=True)
class Model:
    """One model. `access` is (group xmlid or empty, rights out of `rwcu`) for each row of its access list."""

    name: str
    label: str
    order: str = "id"
    rec_name: str = "name"
    thread: bool = False
    activities: bool = False
    post_access: str = "write"
    inherits: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Field] = field(default_factory=dict)
    access: tuple[tuple[str, str], ...] = ()

    @property
    def table(self) -> str:
        """Name of the model's database table."""
        return self.name.replace(".", "_")


MAGIC: dict[str, Field] = {
    "id": Field("id", "integer", readonly=True),
    "display_name": Field("display_name", "char", readonly=True, store=False),
    "create_uid": Field("create_uid", "many2one", "res.users", readonly=True),
    "create_date": Field("create_date", "datetime", readonly=True),
    "write_uid": Field("write_uid", "many2one", "res.users", readonly=True),
    "write_date": Field("write_date", "datetime", readonly=True),
}


@dataclass(slots=True)
class Schema:
    """All models of one version with these apps."""

    version: int
    models: dict[str, Model]
    groups: dict[str, Any]
    manual_models: set[str] = field(default_factory=set)
    """Made by administrators while it runs."""
    manual_fields: set[tuple[str, str]] = field(default_factory=set)
    """The same of fields: model and name."""

    def __contains__(self, name: object) -> bool:
        return name in self.models

    def __getitem__(self, name: str) -> Model:
        return self.models[name]


def load(version: int, apps: Collection[App], extra: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Schema:
    """The schema of Odoo 18 or 19 with these apps and with extra (custom) fields.

    Fields of an unknown model whose name begins with `x_` make that model, as an administrator of Odoo can; its rows
    may be made by every internal user and read by nobody, until access says so. Raises `ValueError` where an extra
    field's model is unknown otherwise.
    """
    models = {
        name: _model(name, spec, part["access"].get(name, ()), apps)
        for part in _read(version)
        for name, spec in part["models"].items()
        if _wanted(spec.get("app"), apps)
    }
    groups = {name: group for part in _read(version) for name, group in part["groups"].items()}
    for name, custom in extra.items():
        if name.startswith("x_") and name not in models:
            models[name] = Model(name, name, rec_name="id", fields=dict(MAGIC), access=(("base.group_user", "c"),))
        if name not in models:
            raise ValueError(f"fields: there is no model {name}")
        for label, spec in custom.items():
            models[name].fields[label] = _custom(label, spec)
    for model in models.values():
        _drop_dangling(model, models)
    for model in models.values():
        delegate(model, models)
    return Schema(version, models, groups)


def parse(name: str, text: str) -> Field:
    """The field that one line of a schema file describes."""
    text, _, values = text.partition(" values=")
    head, *flags = text.split(" ")
    kind, comodel, inverse = [*head.split(":"), "", ""][:3]
    settings = dict(flag.split("=", 1) for flag in flags if "=" in flag)
    return Field(
        name,
        kind,
        comodel,
        inverse,
        required="required" in flags,
        readonly="readonly" in flags,
        store="computed" not in flags,
        searchable="searchable" in flags,
        company_dependent="company" in flags,
        tracking="tracking" in flags,
        default=_default(kind, settings.get("default")),
        groups=tuple(settings["groups"].split(",")) if "groups" in settings else (),
        related=settings.get("related", ""),
        selection=tuple(values.split("|")) if values else (),
        app=App(settings["app"]) if "app" in settings else None,
        title=settings.get("label", "").replace("_", " "),
    )


def _wanted(app: str | None, apps: Collection[App]) -> bool:
    return app is None or any(App(name) in apps for name in app.split("|"))


def _default(kind: str, text: str | None) -> Any:
    if text is None:
        return None
    if kind == "boolean":
        return text == "true"
    if kind == "integer":
        return int(text)
    return float(text) if kind in {"float", "monetary"} else text


def _model(name: str, spec: Mapping[str, Any], access: Any, apps: Collection[App]) -> Model:
    fields = {label: parse(label, text) for label, text in spec["fields"].items()}
    return Model(
        name,
        spec.get("label", name),
        order=spec.get("order", "id"),
        rec_name=spec.get("rec_name", "name"),
        thread=spec.get("thread", False),
        activities=spec.get("activities", False),
        post_access=spec.get("post_access", "write"),
        inherits=dict(spec.get("inherits", {})),
        fields=MAGIC | {k: f for k, f in fields.items() if f.app is None or f.app in apps},
        access=tuple((group, rights) for group, rights in access),
    )


def _custom(name: str, spec: Mapping[str, Any]) -> Field:
    values = tuple(str(value[0]) for value in spec.get("selection", ()))
    return Field(
        name,
        spec["type"],
        spec.get("relation", ""),
        spec.get("relation_field", ""),
        required=bool(spec.get("required")),
        readonly=bool(spec.get("readonly")),
        store=spec.get("store", True),
        selection=values,
    )


def _drop_dangling(model: Model, models: Mapping[str, Model]) -> None:
    """Without the app of its comodel, a relation is not there either."""
    for name, each in list(model.fields.items()):
        if each.relational and each.comodel_name not in models:
            del model.fields[name]


def delegate(model: Model, models: Mapping[str, Model]) -> None:
    """Give a model the fields of the records that it holds in itself."""
    for parent, link in model.inherits.items():
        for name, each in models[parent].fields.items():
            if name not in MAGIC and (name not in model.fields or model.fields[name].related.startswith(link + ".")):
                model.fields[name] = replace(each, through=link, required=False)


@cache
def _read(version: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The version's own schema, and Enterprise's, whose models take the place of others of the same name."""
    here = files(__package__)
    base, own, enterprise = (
        json.loads((here / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("schema", f"schema_{version}", "schema_enterprise")
    )
    for name, spec in own["models"].items():
        known = base["models"].get(name, {"fields": {}})
        base["models"][name] = known | spec | {"fields": known["fields"] | spec.get("fields", {})}
    gone = [name for name, spec in base["models"].items() if name not in own["access"]]
    for name in gone:
        del base["models"][name]
    return base | {"access": own["access"], "groups": own["groups"]}, enterprise
