"""Which Odoo, as whom, and what is different there: `odoo.yaml` in the home folder, or variables.

`TRIAGE_ODOO_URL`, `TRIAGE_ODOO_DATABASE`, `TRIAGE_ODOO_LOGIN` and `TRIAGE_ODOO_API` stand above the file. The key comes
from `TRIAGE_ODOO_KEY`, from the file that `TRIAGE_ODOO_KEY_FILE` names, or from the file that `key_file` names; it
stands in no configuration file itself. Where a variable names another url than the file, the file's `login` and
`key_file` are not used: they belong to that other server.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from triage.domain import Duty
from triage.domain.address import base_address
from triage.domain.base import Frozen
from triage.errors import ConfigurationError
from triage.odoo.transport import Api, Server

FILE = "odoo.yaml"
KEY, KEY_FILE, ADMIN_KEY = "TRIAGE_ODOO_KEY", "TRIAGE_ODOO_KEY_FILE", "TRIAGE_ODOO_ADMIN_KEY"

CUSTOM_FIELDS: Mapping[str, tuple[str, ...]] = {
    "partner.customer_class": ("res.partner",),
    "partner.requires_reference": ("res.partner",),
    "partner.on_hold": ("res.partner",),
    "order.channel": ("sale.order",),
    "order.penalty_per_day": ("sale.order",),
    "line.partner_code": ("sale.order.line", "purchase.order.line"),
    "line.price_per": ("sale.order.line", "purchase.order.line"),
    "line.list_price": ("sale.order.line",),
    "line.floor_price": ("sale.order.line",),
    "shipment.carrier": ("stock.picking",),
    "shipment.tracking": ("stock.picking",),
    "shipment.carrier_status": ("stock.picking",),
    "shipment.last_scan": ("stock.picking",),
    "shipment.delivered_at": ("stock.picking",),
    "shipment.signed_by": ("stock.picking",),
    "invoice.disputed": ("account.move",),
}
"""Values of a case that core Odoo has no field for, and the models on which a company's own field may hold them."""

_VARIABLES = {"url": "TRIAGE_ODOO_URL", "database": "TRIAGE_ODOO_DATABASE", "login": "TRIAGE_ODOO_LOGIN"}

_XMLID = re.compile(r"[A-Za-z0-9_]+\.[A-Za-z0-9_.]+")

Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Tickets(Frozen):
    """Where draft tickets go: a stage of their own, which must mail nobody and start no clock."""

    team: str | None = None
    """Name of the Helpdesk team; none: the first one that Odoo gives."""
    stage: Name = "Suggested by triage"
    """Name of the stage. `triage odoo grant` makes it where it is not there."""


class Sweeping(Frozen):
    """How this Odoo is looked through for changes, and how much of it a round may take."""

    every_seconds: float = Field(default=60.0, ge=1)
    """Between the beginnings of two rounds."""
    models: tuple[str, ...] = (
        "sale.order",
        "purchase.order",
        "helpdesk.ticket",
        "crm.lead",
        "tier.review",
        "approval.request",
        "quality.alert",
    )
    """Whose changed records are looked at themselves. Messages are seen on all records that can be captured; uploaded
    files where this names `ir.attachment`, `documents.document` or `dms.file`."""
    overlap_minutes: float = Field(default=5.0, ge=1)
    """How far a look begins before the end of the last: a transaction may end after one that began later."""
    deep_hours: float = Field(default=24.0, gt=0)
    """So often a look begins `deep_overlap_hours` before the end of the last, for transactions that ran for hours."""
    deep_overlap_hours: float = Field(default=48.0, gt=0)
    """How far back the nightly sweep looks again."""
    first_days: float = Field(default=0.0, ge=0)
    """How far back the first round looks; 0: what there is already is left alone."""
    page: int = Field(default=500, ge=10, le=2000)
    """Records that are asked for at once."""
    most_records: int = Field(default=2000, ge=10)
    """Changed records that a round takes up; the rest waits for the next, the oldest first."""
    most_calls: int = Field(default=120, ge=20)
    """After so many calls a round begins nothing new; what it has begun takes a dozen more at the most."""
    pause_seconds: float = Field(default=0.05, ge=0)
    """Between two calls."""


class Cards(Frozen):
    """Cards as a list in Odoo, where `triage odoo setup` has made their model."""

    rows: bool = True
    """Whether cards are shown there at all, and what people say there counts."""
    every_seconds: float = Field(default=15.0, ge=1)
    """Between two looks for what people have said there; a webhook of the rows makes it quicker."""
    keep_days: int = Field(default=30, ge=1)
    """So long a row stays after its card was closed."""


class SettingUp(Frozen):
    """What is made inside this Odoo by `triage odoo setup`."""

    hook: Name | None = None
    """Address at which Odoo reaches the service, where it is another than `address` of `service.yaml`."""
    source: Name = "odoo"
    """Name of the source in `service.yaml` (`door: hook`) whose secret automation rules carry."""
    watchers: tuple[Name, ...] = ()
    """Logins of those in Odoo who get an activity when the service is silent. None: the administrator who set up."""
    silent_minutes: int = Field(default=30, ge=10)
    """After so long without a sign of life the service counts as silent."""
    code: bool = True
    """Off: make no server action with code, where Odoo refuses them."""

    @field_validator("hook")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        return value if value is None else base_address(value)


class PeopleOfOdoo(Frozen):
    """Who people that come from Odoo are here: at the sign-in from there, and when they decide there."""

    duties: dict[Name, tuple[Duty, ...]] = {}
    """Group of Odoo, by its external id → what its members do here. Where it is set, Odoo's groups say so each time
    that somebody comes; somebody in none of them does nothing here. Empty: the account says so."""
    make_accounts: bool = False
    """Whether somebody without an account gets one, with their login as its name. Needs `duties`."""
    by_login: bool = False
    """Whether an account without a user in Odoo belongs to whose login is its name."""

    @model_validator(mode="after")
    def _accounts_need_duties(self) -> PeopleOfOdoo:
        if self.make_accounts and not self.duties:
            raise ValueError("make_accounts: needs `duties`, which says what a new account may do")
        if wrong := [name for name in self.duties if not _XMLID.fullmatch(name)]:
            raise ValueError(f"duties: {wrong[0]!r} is no group's external id, as sales_team.group_sale_salesman is")
        return self


class Connection(Frozen):
    """One Odoo and what is different there."""

    model_config = ConfigDict(hide_input_in_errors=True)

    url: Name
    """Address of Odoo, without a path."""
    database: Name
    """Name of Odoo's database."""
    login: str = ""
    """Login of the service user; not needed with JSON-2."""
    api: Api = Api.AUTO
    key_file: Path | None = None
    """File with the service user's API key or password; relative to the folder of this file."""
    timeout_seconds: float = Field(default=30.0, gt=0)
    """How long a call may take."""
    calls_per_second: float | None = Field(default=None, gt=0)
    """Set to 1 for Odoo Online."""
    tickets: Tickets = Tickets()
    key_variable: str = Field(default=KEY, exclude=True)
    """Which variable holds the key."""
    fields: dict[str, Name] = {}
    """Case value → field of this Odoo that holds it, for example `partner.customer_class: x_class`."""
    sweep: Sweeping = Sweeping()
    cards: Cards = Cards()
    setup: SettingUp = SettingUp()
    people: PeopleOfOdoo = PeopleOfOdoo()

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with https:// or http://")
        if not _host_and_port_are_good(value):
            raise ValueError("must name a host and, if any, a port from 1 to 65535, as in https://odoo.example:8069")
        return value.rstrip("/")

    @field_validator("url")
    @classmethod
    def _has_no_login(cls, value: str) -> str:
        if "@" in value:
            raise ValueError("must hold no login or password (nothing with @): name `login` and `key_file` instead")
        return value

    @field_validator("fields")
    @classmethod
    def _fields_are_known(cls, value: dict[str, str]) -> dict[str, str]:
        for name in value:
            if name not in CUSTOM_FIELDS:
                raise ValueError(f"{name!r} is none of: {', '.join(CUSTOM_FIELDS)}")
        return value

    def custom(self, name: str) -> str | None:
        """The company's own field for a value of the case, or none."""
        return self.fields.get(name)

    def server(self, environment: Mapping[str, str] = os.environ) -> Server:
        """Where to connect, with the key. Raises `ConfigurationError` where there is none."""
        return Server(
            url=self.url,
            database=self.database,
            login=self.login,
            key=_key(self, environment),
            api=self.api,
            timeout_seconds=self.timeout_seconds,
            calls_per_second=self.calls_per_second,
        )


def read_connection(home: Path, environment: Mapping[str, str] = os.environ) -> Connection | None:
    """The connection of an installation, or none where neither file nor variables name one.

    Raises `ConfigurationError` that names the file or variable and the first wrong entry.
    """
    path = home / FILE
    values = _from_file(path) if path.exists() else {}
    if _is_elsewhere(values.get("url"), environment.get(_VARIABLES["url"])):
        values = {name: value for name, value in values.items() if name not in {"login", "key_file"}}
    values |= {name: environment[variable] for name, variable in _VARIABLES.items() if environment.get(variable)}
    values |= {"api": environment["TRIAGE_ODOO_API"]} if environment.get("TRIAGE_ODOO_API") else {}
    if not values:
        return None
    if isinstance(values.get("key_file"), str):  # beside the file that names it, wherever the command was called
        values["key_file"] = str(home / Path(values["key_file"]).expanduser())
    try:
        return Connection.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        variable = _VARIABLES.get(where)
        also = f" (or the variable {variable})" if variable else ""
        raise ConfigurationError(f"{path}: {where}{also}: {first['msg']}.") from error


def _is_elsewhere(filed: object, named: str | None) -> bool:
    """Whether a variable names another server than the file."""
    return bool(filed and named) and str(filed).strip().rstrip("/") != str(named).strip().rstrip("/")


def _host_and_port_are_good(url: str) -> bool:
    try:
        where = urlsplit(url)
        return bool(where.hostname) and where.port != 0
    except ValueError:
        return False


def _from_file(path: Path) -> dict[str, Any]:
    import yaml

    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: is not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{path}: must name at least url and database.")
    if "key" in values or "password" in values:
        raise ConfigurationError(f"{path}: holds a secret. Put it into a file of its own and name it as key_file.")
    return values


def _key(connection: Connection, environment: Mapping[str, str]) -> str:
    if key := environment.get(connection.key_variable):
        return key
    named = environment.get(KEY_FILE) or connection.key_file
    if not named:
        raise ConfigurationError(
            f"{connection.url}: no key. Set {connection.key_variable}, or name its file ({KEY_FILE}, or key_file in "
            f"{FILE}, which is used for the url of that file only)."
        )
    path = Path(named).expanduser()
    try:
        key = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the key of Odoo cannot be read ({error}).") from error
    if not key:
        raise ConfigurationError(f"{path}: is empty; it should hold the key of Odoo.")
    return key
