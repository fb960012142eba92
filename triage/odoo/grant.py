"""What an administrator sets up once: a group with read rights, the service user, the gate, the stage for drafts.

Everything made here has an external id in the module `__triage__`, so that doing it again brings it up to date instead
of making it twice, and so that it can be found and removed. Only this module writes as an administrator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected, RecordMissing, UsageError
from triage.odoo.client import Odoo
from triage.odoo.gate.code import GATE, gate_code
from triage.odoo.gate.inside import DRAFT_STAGE, MODULE
from triage.odoo.rights import PROTECTED, READS, STAGE_MODELS, WHOLE

GROUP = "service_group"
USER = "service_user"
GROUP_NAME = "Order triage: service"
USER_NAME = "Order triage"
GATE_NAME = "Order triage: gate"
KEY_NAME = "Order triage: make a key"

_OWN_ROWS = f"[('module', '=', '{MODULE}')]"
"""Of Odoo's external ids it reads ours only."""

_NOTHING = "[(0, '=', 1)]"
_NOT_THE_SERVICE = f"[(0, '=', 1)] if user.has_group('{MODULE}.{GROUP}') else []"
_CHANGES: list[Any] = ["|", "|", ["perm_write", "=", True], ["perm_create", "=", True], ["perm_unlink", "=", True]]
_FIRST_WITH_EXPIRY = 18
_TELL_KEY = 'action = {"type": "ir.actions.act_window_close", "infos": {"key": key}}\n'
_ALL = "[(1, '=', 1)]"
_FIRST_WITH_GROUP_OF = 18
"""Before, `has_group` asks of the caller only."""
_LAST = 1000
"""The stage of drafts stands behind all others: Odoo puts new tickets into the first."""
_ADOPTED = ("res.groups", "ir.actions.server", *STAGE_MODELS)
"""Models whose records are known by their names where an external id is missing."""


@dataclass(frozen=True)
class Granted:
    """What there is after `grant`."""

    done: tuple[str, ...]
    """One line a thing: what was made or brought up to date."""
    user: int
    """Id of the service user."""
    login: str
    is_new: bool
    """Whether the service user was made now, and so has no key yet."""


def grant(
    admin: Odoo,
    *,
    login: str = "order-triage",
    stage: str,
    accounting: bool | None = None,
    password: Callable[[], str] | None = None,
) -> Granted:
    """Make or bring up to date group, read rights, service user, gate and stage. What an interrupted grant left is
    taken up.

    `admin` is an administrator's connection. `accounting` gives the service user Odoo's own read-only accounting group,
    which the credit facts need, or takes it away; none leaves it as it is. A service user that is made has no password
    unless `password` gives one: it comes in with a key (`make_key`). Raises `AccessDenied` where this is no
    administrator, `UsageError` where another user has that login.
    """
    return _Granting(admin).run(login, stage, accounting, password)


def is_in(odoo: Odoo, group: str) -> bool:
    """Whether the connected user is in a group, itself or by implication.

    Raises `OdooRejected` where Odoo does not tell.
    """
    ids = [odoo.user.id] if odoo.version.major >= _FIRST_WITH_GROUP_OF else None
    return bool(odoo.call("res.users", "has_group", ids, {"group_ext_id": group}, again=True))


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
    about = admin.search("ir.model", [("model", "=", "res.users")], ["id"])[0].id
    values = {"name": KEY_NAME, "model_id": about, "state": "code", "code": code}
    number = _Granting(admin).create("ir.actions.server", [values])[0]
    try:
        return admin.call("ir.actions.server", "run", [number])
    finally:
        admin.call("ir.actions.server", "unlink", [number])


class _Granting:
    """One administrator's session. What is there is read once; rights are made many in a call."""

    def __init__(self, admin: Odoo) -> None:
        self._odoo = admin
        self._done: list[str] = []

    def run(self, login: str, stage: str, accounting: bool | None, password: Callable[[], str] | None) -> Granted:
        self._need_administrator()
        group = self._keep(GROUP, "res.groups", {"name": GROUP_NAME}, "group")
        self._may_read(group, [*READS, "ir.model.data"])
        user, is_new = self._user(login, group, accounting, password)
        self._gate(group)
        self._limit(group, "ir.model.data", _OWN_ROWS)
        self._show(group)
        self._deny(group, user)
        self._stage(stage)
        return Granted(tuple(self._done), user, self._login_of(user), is_new)

    def _need_administrator(self) -> None:
        if not is_in(self._odoo, "base.group_system"):
            raise AccessDenied(
                f"{self._odoo.server}: {self._odoo.user.login} is no administrator of this Odoo (group Settings). "
                "Use an administrator's login and key."
            )

    @cached_property
    def _made(self) -> dict[str, tuple[str, int]]:
        """What earlier grants made, by external name: model and id. Names whose record is gone are removed."""
        rows = self._odoo.search("ir.model.data", [("module", "=", MODULE)], ["name", "model", "res_id"])
        rows = [row for row in rows if not (row.text("name") or "").startswith("card-")]
        alive: dict[str, set[int]] = {}
        for model in {row.text("model") or "" for row in rows}:
            numbers = [int(row.number("res_id") or 0) for row in rows if row.text("model") == model]
            alive[model] = {row.id for row in self._odoo.read(model, numbers, ["id"])}
        found = {row.text("name") or "": (row.text("model") or "", int(row.number("res_id") or 0)) for row in rows}
        gone = [row.id for row in rows if int(row.number("res_id") or 0) not in alive[row.text("model") or ""]]
        if gone:
            self._odoo.call("ir.model.data", "unlink", gone)
        return {name: (model, number) for name, (model, number) in found.items() if number in alive[model]}

    @cached_property
    def _models(self) -> dict[str, int]:
        """Ids of the models that this Odoo has, of those that are named here."""
        names = {*READS, *PROTECTED, "ir.model.data", "res.partner"}
        rows = self._odoo.search("ir.model", [("model", "in", sorted(names))], ["model"])
        return {row.text("model") or "": row.id for row in rows}

    def _keep(self, name: str, model: str, values: dict[str, Any], what: str) -> int:
        """The record with this external id, with these values; made where it is not there."""
        known = self._known(name, model)
        if known is None and model in _ADOPTED:
            known = self._adopted(name, model, values["name"])
        if known is not None:
            self._odoo.call(model, "write", [known], {"vals": values})
            self._done.append(f"brought the {what} up to date ({model} {known})")
            return known
        return self._new(name, model, values, what)

    def _new(self, name: str, model: str, values: dict[str, Any], what: str) -> int:
        number = self.create(model, [values])[0]
        self._name(model, {name: number})
        self._done.append(f"made the {what} ({model} {number})")
        return number

    def _adopted(self, name: str, model: str, called: str) -> int | None:
        """A record of this name that an interrupted grant, or a person, has made; it gets the external id."""
        rows = self._odoo.search(model, [("name", "=", called)], ["id"], order="id", limit=1)
        if not rows:
            return None
        self._name(model, {name: rows[0].id})
        return rows[0].id

    def _known(self, name: str, model: str) -> int | None:
        found = self._made.get(name)
        return found[1] if found is not None and found[0] == model else None

    def _name(self, model: str, names: dict[str, int]) -> None:
        """Give external ids."""
        common = {"module": MODULE, "model": model, "noupdate": True}
        self.create("ir.model.data", [common | {"name": name, "res_id": number} for name, number in names.items()])
        self._made.update({name: (model, number) for name, number in names.items()})

    def create(self, model: str, rows: list[dict[str, Any]]) -> list[int]:
        """Make records; their ids in the same order."""
        made = self._odoo.call(model, "create", named={"vals_list": rows})
        return [int(number) for number in made] if isinstance(made, list) else [int(made)]

    def _may_read(self, group: int, models: list[str]) -> None:
        """Read rights of the group, and no other, on those of the models that exist."""
        rights = {"group_id": group, "perm_read": True, "perm_write": False, "perm_create": False, "perm_unlink": False}
        there = {f"read_{model.replace('.', '_')}": model for model in models if model in self._models}
        known = {name: number for name in there if (number := self._known(name, "ir.model.access")) is not None}
        if known:
            self._odoo.call("ir.model.access", "write", list(known.values()), {"vals": rights})
            self._done.append(f"brought the rights to read {len(known)} models up to date")
        fresh = {name: model for name, model in there.items() if name not in known}
        if fresh:
            rows = [
                rights | {"name": f"{GROUP_NAME} reads {model}", "model_id": self._models[model]}
                for model in fresh.values()
            ]
            numbers = self.create("ir.model.access", rows)
            self._name("ir.model.access", dict(zip(fresh, numbers, strict=True)))
            self._done.append(f"made rights to read {len(fresh)} models: {', '.join(fresh.values())}")

    def _limit(self, group: int, model: str, domain: str) -> None:
        values = {
            "name": f"{GROUP_NAME} reads its own of {model}",
            "model_id": self._models[model],
            "groups": [[6, 0, [group]]],
            "domain_force": domain,
            "perm_read": True,
            "perm_write": False,
            "perm_create": False,
            "perm_unlink": False,
        }
        self._keep(f"limit_{model.replace('.', '_')}", "ir.rule", values, f"limit on {model}")

    def _show(self, group: int) -> None:
        """Let the group read whole models of which an internal user sees his own records: rules of groups add up."""
        for model in WHOLE:
            if model in self._models:
                values = {
                    "name": f"{GROUP_NAME} reads all of {model}",
                    "model_id": self._models[model],
                    "groups": [[6, 0, [group]]],
                    "domain_force": _ALL,
                    "perm_read": True,
                    "perm_write": False,
                    "perm_create": False,
                    "perm_unlink": False,
                }
                self._keep(f"show_{model.replace('.', '_')}", "ir.rule", values, f"rule to read all of {model}")

    def _deny(self, group: int, user: int) -> None:
        """Take away by record rule what Odoo lets every internal user write, create or delete in protected models.

        A rule of the group does it, unless another group of the user has a rule there: rules of groups add up, so then
        only a rule for everybody, which looks at the group, takes it away.
        """
        groups = self._all_groups(user)
        others = [each for each in groups if each != group]
        ruled = self._models_of("ir.rule", [["groups", "in", others], *_CHANGES])
        ours = {number for name, (model, number) in self._made.items() if model == "ir.rule" and name[:5] == "deny_"}
        for model in sorted(self._may_change(groups)):
            common = bool(ruled.get(model, set()) - ours)
            values = {
                "name": f"{GROUP_NAME} writes nothing in {model}",
                "model_id": self._models[model],
                "groups": [[6, 0, [] if common else [group]]],
                "domain_force": _NOT_THE_SERVICE if common else _NOTHING,
                "perm_read": False,
                "perm_write": True,
                "perm_create": True,
                "perm_unlink": True,
            }
            self._keep(f"deny_{model.replace('.', '_')}", "ir.rule", values, f"rule against writing {model}")

    def _all_groups(self, user: int) -> tuple[int, ...]:
        """The user's groups with those that they imply."""
        field = "all_group_ids" if self._odoo.has("res.users", "all_group_ids") else "groups_id"
        return self._odoo.read("res.users", [user], [field])[0].many(field)

    def _may_change(self, groups: tuple[int, ...]) -> set[str]:
        """Protected models in which these groups may write, create or delete."""
        whose = ["|", ["group_id", "=", False], ["group_id", "in", list(groups)]]
        return set(self._models_of("ir.model.access", [*whose, *_CHANGES]))

    def _models_of(self, model: str, domain: list[Any]) -> dict[str, set[int]]:
        """Protected models that such rights or rules are about, with the ids of these."""
        names = {number: name for name, number in self._models.items() if name in PROTECTED}
        found: dict[str, set[int]] = {}
        for row in self._odoo.search(model, [["model_id", "in", list(names)], *domain], ["model_id"]):
            found.setdefault(names[row.one("model_id") or 0], set()).add(row.id)
        return found

    def _membership(self, group: int, accounting: bool | None) -> list[list[int]]:
        """Commands that put a user into the groups it needs."""
        found = [[4, number] for number in (group, self._xmlid("base.group_user")) if number is not None]
        books = self._xmlid("account.group_account_readonly")
        if accounting is not None and books is not None:
            found.append([4 if accounting else 3, books])
        return found

    def _xmlid(self, name: str) -> int | None:
        module, _, short = name.partition(".")
        rows = self._odoo.search("ir.model.data", [("module", "=", module), ("name", "=", short)], ["res_id"])
        return int(rows[0].number("res_id") or 0) if rows else None

    def _user(
        self, login: str, group: int, accounting: bool | None, password: Callable[[], str] | None
    ) -> tuple[int, bool]:
        field = "group_ids" if self._odoo.has("res.users", "group_ids") else "groups_id"
        companies = [row.id for row in self._odoo.search("res.company", [], ["id"])]
        values = {"active": True, "company_ids": [[6, 0, companies]], field: self._membership(group, accounting)}
        known = self._known(USER, "res.users")
        if known is None:
            known = self._interrupted(login, field, group)
        if known is not None:
            return self._keep(USER, "res.users", values, "service user"), False
        made = values | {"name": USER_NAME, "login": login, "company_id": self._odoo.user.company}
        # with exactly these groups: Odoo would add those of its template for new users
        made[field] = [[6, 0, [number for command, number in self._membership(group, accounting) if command != 3]]]
        made |= {"password": password()} if password else {}
        return self._new(USER, "res.users", made, "service user"), True

    def _interrupted(self, login: str, field: str, group: int) -> int | None:
        """The user of this login that an interrupted grant has made: it is in our group.

        Raises `UsageError` where the login is somebody else's.
        """
        rows = self._odoo.search("res.users", [("login", "=", login)], [field], active_test=False)
        if not rows:
            return None
        if group not in rows[0].many(field):
            raise UsageError(f"{self._odoo.server}: there is a user {login!r} already; name another with --login.")
        self._name("res.users", {USER: rows[0].id})
        return rows[0].id

    def _login_of(self, user: int) -> str:
        return self._odoo.read("res.users", [user], ["login"])[0].text("login") or ""

    def _gate(self, group: int) -> None:
        field = "group_ids" if self._odoo.has("ir.actions.server", "group_ids") else "groups_id"
        values = {
            "name": GATE_NAME,
            "model_id": self._models["res.partner"],
            "state": "code",
            "code": gate_code(self._odoo.version.major),
            field: [[6, 0, [group]]],
        }
        self._keep(GATE, "ir.actions.server", values, "gate")

    def _stage(self, name: str) -> None:
        """The stage of drafts, for all teams and companies, behind all others; where it is there, only named anew."""
        for model in STAGE_MODELS:
            if not self._odoo.has(model):
                continue
            if self._known(DRAFT_STAGE, model) or self._adopted(DRAFT_STAGE, model, name):
                self._keep(DRAFT_STAGE, model, {"name": name}, "stage for drafts")
                continue
            values: dict[str, Any] = {"name": name, "sequence": _LAST}
            values |= {"company_id": False} if self._odoo.has(model, "company_id") else {}
            if self._odoo.has(model, "team_ids") and self._odoo.has("helpdesk.team"):
                values["team_ids"] = [[6, 0, [row.id for row in self._odoo.search("helpdesk.team", [], ["id"])]]]
            self._new(DRAFT_STAGE, model, values, "stage for drafts")


def described(login: str, stage: str, accounting: bool, major: int) -> Iterator[str]:
    """What `grant` would make, in words, with the gate's code: for administrators who make it by hand."""
    yield f"Group {GROUP_NAME!r} (external id {MODULE}.{GROUP}), with read access, and no other, to each of these"
    yield "models that exists: " + ", ".join(READS) + "."
    yield f"Read access to ir.model.data with a record rule for the group: {_OWN_ROWS}"
    yield f"Record rules that let the group read all of {', '.join(WHOLE)}: {_ALL}"
    yield "Record rules that let the group write, create and delete nothing in the models where every internal user may"
    yield f"(of {', '.join(PROTECTED)}): {_NOTHING}; where another of its groups has a rule, a rule for"
    yield f"everybody: {_NOT_THE_SERVICE}"
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
