"""What an administrator sets up once: a group with read rights, the service user, the gate, the stage for drafts.

Everything made here has an external id in the module `__triage__`, so that doing it again brings it up to date instead
of making it twice, and so that it can be found and removed. Only this module writes as an administrator.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected, RecordMissing, UsageError
from triage.odoo.client import Odoo
from triage.odoo.gate.code import GATE, gate_code
from triage.odoo.gate.inside import DRAFT_STAGE, MODULE

GROUP = "service_group"
USER = "service_user"
GROUP_NAME = "Order triage: service"
USER_NAME = "Order triage"
GATE_NAME = "Order triage: gate"
KEY_NAME = "Order triage: make a key"

READS: tuple[str, ...] = (
    "res.partner",
    "res.company",
    "res.currency",
    "res.country",
    "resource.calendar",
    "product.product",
    "product.template",
    "product.category",
    "product.supplierinfo",
    "product.pricelist",
    "product.pricelist.item",
    "product.packaging",
    "uom.uom",
    "sale.order",
    "sale.order.line",
    "crm.team",
    "crm.tag",
    "stock.picking",
    "stock.picking.type",
    "stock.move",
    "stock.move.line",
    "stock.location",
    "stock.warehouse",
    "stock.lot",
    "stock.quant",
    "stock.reference",
    "procurement.group",
    "delivery.carrier",
    "purchase.order",
    "purchase.order.line",
    "account.move",
    "account.move.line",
    "account.payment.term",
    "crm.lead",
    "crm.stage",
    "project.project",
    "project.task",
    "project.task.type",
    "project.tags",
    "maintenance.request",
    "maintenance.equipment",
    "maintenance.stage",
    "helpdesk.ticket",
    "helpdesk.ticket.stage",
    "helpdesk.ticket.team",
    "helpdesk.ticket.category",
    "helpdesk.ticket.tag",
    "helpdesk.stage",
    "helpdesk.team",
    "helpdesk.tag",
    "helpdesk.sla",
    "dms.file",
    "dms.directory",
    "documents.document",
    "tier.review",
    "tier.definition",
    "approval.request",
    "approval.category",
    "quality.alert",
    "quality.check",
    "planning.slot",
    "mail.tracking.value",
)
"""Models that the service user reads, beyond what every internal user may."""

_OWN_ROWS = f"[('module', '=', '{MODULE}')]"
"""Of Odoo's external ids it reads ours only."""

_FIRST_WITH_EXPIRY = 18
_TELL_KEY = 'action = {"type": "ir.actions.act_window_close", "infos": {"key": key}}\n'
_SYSTEM = {"group_ext_id": "base.group_system"}
_STAGE_MODELS = ("helpdesk.ticket.stage", "helpdesk.stage")


@dataclass(frozen=True)
class Granted:
    """What there is after `grant`."""

    done: tuple[str, ...]
    """One line a thing: what was made or brought up to date."""
    login: str
    password: str | None
    """Of a service user that was made now; shown once, kept nowhere."""


def grant(
    admin: Odoo,
    *,
    login: str = "order-triage",
    stage: str,
    accounting: bool = False,
    password: Callable[[], str] = lambda: secrets.token_urlsafe(24),
) -> Granted:
    """Make or bring up to date group, read rights, service user, gate and stage.

    `admin` is an administrator's connection. `accounting` gives the service user Odoo's own read-only accounting group,
    which the credit facts need. Raises `AccessDenied` where this is no administrator.
    """
    return _Granting(admin).run(login, stage, accounting, password)


def make_key(admin: Odoo, user: int, days: int) -> str:
    """A new API key of another user, valid for so many days: its password over RPC, and the only way in over JSON-2.

    Odoo lets nobody make a key for somebody else, nor over RPC for himself. So a server action does it that is made
    for this and removed at once; neither the action nor its log holds the key. `user` is the id of the user.

    Raises `UsageError` for fewer than one day, `RecordMissing` where there is no such user, `AccessDenied` where this
    is no administrator.
    """
    if days < 1:
        raise UsageError(f"A key is valid for one day at least, not for {days}.")
    if not admin.read("res.users", [user], ["id"]):
        raise RecordMissing(f"{admin.server}: there is no user {user} to make a key for.")
    until = ", datetime.datetime.now() + datetime.timedelta(days=days)"
    call = f'"rpc", "{USER_NAME}"' + (until if admin.version.major >= _FIRST_WITH_EXPIRY else "")
    given = f"user_id, days = {user}, {days}\n"
    made = f'key = env["res.users.apikeys"].with_user(user_id).sudo()._generate({call})\n'
    answer = _run_once(admin, given + made + _TELL_KEY)
    return str(answer["infos"]["key"])


def _run_once(admin: Odoo, code: str) -> Any:
    """The `action` that code inside Odoo leaves; the server action that holds the code is gone afterwards."""
    granting = _Granting(admin)
    values = {"name": KEY_NAME, "model_id": granting.model("res.users"), "state": "code", "code": code}
    number = granting.create("ir.actions.server", values)
    try:
        return admin.call("ir.actions.server", "run", [number])
    finally:
        admin.call("ir.actions.server", "unlink", [number])


class _Granting:
    def __init__(self, admin: Odoo) -> None:
        self._odoo = admin
        self._done: list[str] = []

    def run(self, login: str, stage: str, accounting: bool, password: Callable[[], str]) -> Granted:
        self._need_administrator()
        group = self._keep(GROUP, "res.groups", {"name": GROUP_NAME}, "group")
        for model in READS:
            self._may_read(group, model)
        user, fresh = self._user(login, group, accounting, password)
        self._gate(group)
        self._may_read(group, "ir.model.data")
        self._limit(group, "ir.model.data", _OWN_ROWS)
        self._stage(stage)
        return Granted(tuple(self._done), self._login_of(user), fresh)

    def _need_administrator(self) -> None:
        if not self._odoo.call("res.users", "has_group", [self._odoo.user.id], _SYSTEM, again=True):
            raise AccessDenied(
                f"{self._odoo.server}: {self._odoo.user.login} is no administrator of this Odoo (group Settings). "
                "Use an administrator's login and key."
            )

    def _keep(self, name: str, model: str, values: dict[str, Any], what: str) -> int:
        """The record with this external id, with these values; made where it is not there."""
        number = self._known(name, model)
        if number is None:
            number = self.create(model, values)
            self.create(
                "ir.model.data",
                {"module": MODULE, "name": name, "model": model, "res_id": number, "noupdate": True},
            )
            self._done.append(f"made the {what} ({model} {number})")
        else:
            self._odoo.call(model, "write", [number], {"vals": values})
            self._done.append(f"brought the {what} up to date ({model} {number})")
        return number

    def _known(self, name: str, model: str) -> int | None:
        rows = self._odoo.search(
            "ir.model.data", [("module", "=", MODULE), ("name", "=", name), ("model", "=", model)], ["res_id"]
        )
        for row in rows:
            number = int(row.number("res_id") or 0)
            if self._odoo.read(model, [number], ["id"]):
                return number
            self._odoo.call("ir.model.data", "unlink", [row.id])
        return None

    def create(self, model: str, values: dict[str, Any]) -> int:
        made = self._odoo.call(model, "create", named={"vals_list": [values]})
        return int(made[0] if isinstance(made, list) else made)

    def model(self, model: str) -> int | None:
        rows = self._odoo.search("ir.model", [("model", "=", model)], ["id"])
        return rows[0].id if rows else None

    def _may_read(self, group: int, model: str) -> None:
        number = self.model(model)
        if number is None:
            return
        rights = {"perm_read": True, "perm_write": False, "perm_create": False, "perm_unlink": False}
        values = {"name": f"{GROUP_NAME} reads {model}", "model_id": number, "group_id": group, **rights}
        self._keep(f"read_{model.replace('.', '_')}", "ir.model.access", values, f"right to read {model}")

    def _limit(self, group: int, model: str, domain: str) -> None:
        values = {
            "name": f"{GROUP_NAME} reads its own of {model}",
            "model_id": self.model(model),
            "groups": [[6, 0, [group]]],
            "domain_force": domain,
            "perm_read": True,
            "perm_write": False,
            "perm_create": False,
            "perm_unlink": False,
        }
        self._keep(f"limit_{model.replace('.', '_')}", "ir.rule", values, f"limit on {model}")

    def _groups(self, group: int, accounting: bool) -> list[int]:
        wanted = ["base.group_user", *(["account.group_account_readonly"] if accounting else [])]
        return [group, *(number for number in map(self._xmlid, wanted) if number is not None)]

    def _xmlid(self, name: str) -> int | None:
        module, _, short = name.partition(".")
        rows = self._odoo.search("ir.model.data", [("module", "=", module), ("name", "=", short)], ["res_id"])
        return int(rows[0].number("res_id") or 0) if rows else None

    def _user(self, login: str, group: int, accounting: bool, password: Callable[[], str]) -> tuple[int, str | None]:
        field = "group_ids" if self._odoo.has("res.users", "group_ids") else "groups_id"
        groups = {field: [[6, 0, self._groups(group, accounting)]]}
        if self._known(USER, "res.users") is not None:
            return self._keep(USER, "res.users", groups, "service user"), None
        if self._odoo.search("res.users", [("login", "=", login)], ["id"], active_test=False):
            raise UsageError(f"{self._odoo.server}: there is a user {login!r} already; name another with --login.")
        secret = password()
        companies = [row.id for row in self._odoo.search("res.company", [], ["id"])]
        values = {
            "name": USER_NAME,
            "login": login,
            "password": secret,
            "company_id": self._odoo.user.company,
            "company_ids": [[6, 0, companies]],
            **groups,
        }
        return self._keep(USER, "res.users", values, "service user"), secret

    def _login_of(self, user: int) -> str:
        return self._odoo.read("res.users", [user], ["login"])[0].text("login") or ""

    def _gate(self, group: int) -> None:
        field = "group_ids" if self._odoo.has("ir.actions.server", "group_ids") else "groups_id"
        values = {
            "name": GATE_NAME,
            "model_id": self.model("res.partner"),
            "state": "code",
            "code": gate_code(self._odoo.version.major),
            field: [[6, 0, [group]]],
        }
        self._keep(GATE, "ir.actions.server", values, "gate")

    def _stage(self, name: str) -> None:
        for model in _STAGE_MODELS:
            if self._odoo.has(model):
                values: dict[str, Any] = {"name": name, "sequence": 0}
                known = self._known(DRAFT_STAGE, model)
                if known is None and self._odoo.has(model, "fold"):
                    values["fold"] = False
                self._keep(DRAFT_STAGE, model, values, "stage for drafts")


def described(login: str, stage: str, accounting: bool, major: int) -> Iterator[str]:
    """What `grant` would make, in words, with the gate's code: for administrators who make it by hand."""
    yield f"Group {GROUP_NAME!r} (external id {MODULE}.{GROUP}), with read access, and no other, to each of these"
    yield "models that exists: " + ", ".join(READS) + "."
    yield f"Read access to ir.model.data with a record rule for the group: {_OWN_ROWS}"
    extra = " and account.group_account_readonly" if accounting else ""
    yield f"User {login!r} (external id {MODULE}.{USER}) in this group, base.group_user{extra}; no other group."
    yield f"Stage {stage!r} of Helpdesk, where there is one (external id {MODULE}.{DRAFT_STAGE}), without template."
    yield f"Server action {GATE_NAME!r} (external id {MODULE}.{GATE}) on the model res.partner, type code, allowed to"
    yield "the group only, with this code:"
    yield ""
    yield gate_code(major)


def refs(odoo: Odoo) -> list[RecordRef]:
    """Everything that `grant` made in this Odoo, as far as the user may see it."""
    try:
        rows = odoo.search("ir.model.data", [("module", "=", MODULE)], ["name", "model", "res_id"], order="id")
    except (AccessDenied, OdooRejected):
        return []
    return [
        RecordRef(model=row.text("model") or "", id=int(row.number("res_id") or 0), name=row.text("name") or "")
        for row in rows
    ]
