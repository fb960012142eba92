"""The Odoo that is set up, as an administrator sees it, and what the person asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

from triage.errors import AccessDenied, ConfigurationError, UsageError
from triage.odoo.client import Odoo
from triage.odoo.grant import is_in
from triage.odoo.setup.parts import SERVICE_GROUP, Feature, Needs

ENTERPRISE_TICKETS = ("helpdesk.ticket", "sla_ids")
"""Model and field by which Enterprise's tickets are told from OCA's."""


@dataclass(frozen=True)
class Asked:
    """What is the same for all features: taken from `odoo.yaml`, `service.yaml` and the command line."""

    address: str | None = None
    """Where people reach the review pages."""
    hook: Callable[[], str] | None = None
    """Tells the whole address of the service's hook; raises `UsageError` where none is configured."""
    watchers: tuple[str, ...] = ()
    """Logins of those whom the heartbeat tells; none: the administrator who set up first."""
    silent_minutes: int = 30
    no_code: bool = False
    """Make no server action with code, as where Odoo refuses them."""


class Anywhere:
    """A place that has everything but `lacks`: for asking features what their parts are called, wherever they are."""

    address = "https://nowhere.invalid"
    watchers: tuple[int, ...] = (0,)

    def __init__(self, major: int, code: bool = True, lacks: Collection[tuple[str, str]] = ()) -> None:
        self.major = major
        self.code = code
        self._lacks = lacks

    def has(self, model: str, *fields: str) -> bool:
        """It has."""
        return not any((model, name) in self._lacks for name in fields)

    def hook(self) -> str:
        """An address that is nobody's."""
        return self.address

    def silent_minutes(self) -> int:
        """As by default."""
        return Asked.silent_minutes


def everywhere(major: int) -> list[Anywhere]:
    """Places that differ in what parts are called there: with code and without, with OCA's tickets and Enterprise's."""
    return [Anywhere(major, code, lacks) for code in (True, False) for lacks in ((), (ENTERPRISE_TICKETS,))]


def names_of(features: Iterable[Feature], major: int, *, code: bool | None = None) -> set[str]:
    """What the parts of features are called, wherever they are; or only with code in server actions, or without it."""
    places = [place for place in everywhere(major) if code in (None, place.code)]
    return {part.name for feature in features for place in places for part in feature.parts(place)}


class Surroundings:
    """`triage.odoo.setup.parts.Place` of a connected Odoo; `watchers` are those of an earlier set-up."""

    def __init__(self, admin: Odoo, asked: Asked, watchers: tuple[int, ...] = ()) -> None:
        self.odoo = admin
        self._asked = asked
        self._before = watchers

    def need_administrator(self) -> None:
        """Raises `AccessDenied` unless who is connected may change settings."""
        if not is_in(self.odoo, "base.group_system"):
            raise AccessDenied(
                f"{self.odoo.server}: {self.odoo.user.login} is no administrator of this Odoo (group Settings). "
                "Use an administrator's login and key."
            )

    def need_grant(self) -> None:
        """Raises `UsageError` where the service user's group is not there yet."""
        module, _, name = SERVICE_GROUP.partition(".")
        if not self.odoo.count("ir.model.data", [("module", "=", module), ("name", "=", name)]):
            raise UsageError(
                f"{self.odoo.server}: there is no service user yet. Run `triage odoo grant --admin "
                f"{self.odoo.user.login}` first."
            )

    @property
    def major(self) -> int:
        """Version of Odoo."""
        return self.odoo.version.major

    @cached_property
    def code(self) -> bool:
        """Whether server actions with code are taken here."""
        known = self.odoo.fields("ir.actions.server") or {}
        return not self._asked.no_code and "state" in known and "code" in known["state"].choices

    @property
    def address(self) -> str | None:
        """Where people reach the review pages."""
        return self._asked.address

    @cached_property
    def watchers(self) -> tuple[int, ...]:
        """Ids of those whom the heartbeat tells. Raises `ConfigurationError` for a login that is nobody's."""
        if not self._asked.watchers:
            return self.usual_watchers
        rows = self.odoo.search("res.users", [("login", "in", list(self._asked.watchers))], ["login"])
        ids = {row.text("login"): row.id for row in rows}
        for login in self._asked.watchers:
            if login not in ids:
                raise ConfigurationError(f"{self.odoo.server}: setup.watchers: there is no user {login!r}.")
        return tuple(ids[login] for login in self._asked.watchers)

    @cached_property
    def usual_watchers(self) -> tuple[int, ...]:
        """Those of an earlier set-up who still work there, else the administrator: whoever sets up next changes none.

        Empty where the configuration names somebody.
        """
        if self._asked.watchers:
            return ()
        there = self.odoo.search("res.users", [("id", "in", list(self._before))], ["id"]) if self._before else []
        return tuple(sorted(row.id for row in there)) or (self.odoo.user.id,)

    def has(self, model: str, *fields: str) -> bool:
        """Whether the model is there with all these fields."""
        return self.odoo.has(model, *fields)

    def hook(self) -> str:
        """The whole address of the service's hook. Raises `UsageError` where none is configured."""
        if self._asked.hook is None:
            raise UsageError("no address of the service's hook is known: see docs/odoo-setup.md, Automation rules.")
        return self._asked.hook()

    def silent_minutes(self) -> int:
        """After how long without a sign of life the service counts as silent."""
        return self._asked.silent_minutes

    def lacking(self, needs: Needs) -> str:
        """Why something cannot be here; empty where it can."""
        if needs.first is not None and self.major < needs.first:
            return f"needs Odoo {needs.first} or later; this is {self.major}"
        if needs.last is not None and self.major > needs.last:
            return f"is for Odoo {needs.last} and earlier; this is {self.major}"
        for model in needs.models:
            if not self.has(model):
                return f"{model} is not installed"
        for model, name in needs.fields:
            if not self.has(model, name):
                return f"{model} has no field {name}"
        return "server actions with code are not taken here" if needs.code and not self.code else ""
