"""Server actions: `ir.actions.server.run` with the names and limits that Odoo gives their code."""

from __future__ import annotations

import base64
import datetime
import json
import logging
import time
from enum import IntEnum
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triage.odoo.sandbox import access, automation, restricted
from triage.odoo.sandbox.errors import AccessError, UserError
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment

_logger = logging.getLogger(__name__)


class Command(IntEnum):
    """x2many commands by name."""

    CREATE = 0
    UPDATE = 1
    DELETE = 2
    UNLINK = 3
    LINK = 4
    CLEAR = 5
    SET = 6

    @classmethod
    def create(cls, values: dict[str, Any]) -> tuple[int, int, Any]:
        """A new record in the relation."""
        return (int(cls.CREATE), 0, values)

    @classmethod
    def update(cls, id_: int, values: dict[str, Any]) -> tuple[int, int, Any]:
        """Write on a record of the relation."""
        return (int(cls.UPDATE), id_, values)

    @classmethod
    def delete(cls, id_: int) -> tuple[int, int, int]:
        """Delete a record of the relation."""
        return (int(cls.DELETE), id_, 0)

    @classmethod
    def unlink(cls, id_: int) -> tuple[int, int, int]:
        """Take a record out of the relation."""
        return (int(cls.UNLINK), id_, 0)

    @classmethod
    def link(cls, id_: int) -> tuple[int, int, int]:
        """Add a record to the relation."""
        return (int(cls.LINK), id_, 0)

    @classmethod
    def clear(cls) -> tuple[int, int, int]:
        """Empty the relation."""
        return (int(cls.CLEAR), 0, 0)

    @classmethod
    def set(cls, ids: list[int]) -> tuple[int, int, list[int]]:
        """Make the relation these records."""
        return (int(cls.SET), 0, ids)


@method("run", "ir.actions.server")
def run(records: RecordSet) -> Any:
    """Run the actions; returns the `action` that the code of the last one left, or False."""
    result: Any = False
    for action in records.sudo():
        result = run_one(records.env, action)
    return result or False


@method("method_direct_trigger", "ir.cron")
def method_direct_trigger(records: RecordSet) -> bool:
    """Run scheduled actions now, as their own users."""
    access.check(records.env, records.described, records.ids, "write")
    for cron in records.sudo():
        env = records.env(user=cron.user_id.id, su=False, context={"lastcall": cron.lastcall})
        run_one(env, env(su=True)["ir.actions.server"].browse(cron.ir_actions_server_id.id))
        cron.write({"lastcall": env.db.stamp})
    return True


def run_one(env: Environment, action: RecordSet) -> Any:
    """Run one action with what the context says is active; the `action` that its code leaves, or False."""
    groups = action["groups_id" if env.db.version < 19 else "group_ids"]
    model = str(action.model_id["model"])
    names = _names(env, action, model)
    targets = names["records"] if names["records"] is not None else names["record"]
    if groups:
        if not set(groups.ids) & env.group_ids:
            raise AccessError("You don't have enough access rights to run this action.")
    else:
        access.check_model(env, env.db.schema[model], "write")
        if targets:
            access.check(env, env.db.schema[model], targets.ids, "write")
    if action.state == "multi":
        done = [run_one(env, child) for child in action.child_ids]
        return next((each for each in reversed(done) if each), False)
    if action.state == "webhook":
        automation.send(env, action)
    if action.state != "code":
        return False
    return restricted.execute(str(action.code or ""), names, env.db.version).get("action", False)


def _names(env: Environment, action: RecordSet, model: str) -> dict[str, Any]:
    active = env.context.get("active_model") == model
    record = env[model].browse(env.context["active_id"]) if active and env.context.get("active_id") else None
    records = env[model].browse(env.context["active_ids"]) if active and env.context.get("active_ids") else None
    return {
        "uid": env.uid,
        "user": env.user.with_env(env),
        "time": _wrapped(time, "time strptime strftime sleep"),
        "datetime": _wrapped(datetime, "date datetime time timedelta timezone tzinfo MAXYEAR MINYEAR"),
        "dateutil": _dateutil(),
        "json": _wrapped(json, "loads dumps"),
        "timezone": ZoneInfo,
        "float_compare": float_compare,
        "b64encode": base64.b64encode,
        "b64decode": base64.b64decode,
        "Command": Command,
        "env": env,
        "model": env[model],
        "record": record,
        "records": records,
        "UserError": UserError,
        "log": lambda message, level="info": _logger.debug("server action %s: %s", action.id, message),
        "_logger": SimpleNamespace(**dict.fromkeys(_LEVELS, _logger.debug)),
    }


_LEVELS = ("debug", "info", "warning", "error", "critical", "exception", "log")


def _wrapped(module: Any, names: str) -> SimpleNamespace:
    return SimpleNamespace(**{name: getattr(module, name) for name in names.split()})


def _dateutil() -> SimpleNamespace:
    parts = {name: import_module(f"dateutil.{name}") for name in _DATEUTIL}
    return SimpleNamespace(**{name: _wrapped(parts[name], names) for name, names in _DATEUTIL.items()})


_DATEUTIL = {
    "parser": "isoparse parse",
    "relativedelta": "relativedelta MO TU WE TH FR SA SU",
    "rrule": "rrule rruleset rrulestr YEARLY MONTHLY WEEKLY DAILY MO TU WE TH FR SA SU",
    "tz": "UTC gettz tzutc",
}


def float_compare(
    value1: float, value2: float, precision_digits: int | None = None, precision_rounding: float | None = None
) -> int:
    """-1, 0 or 1, as the first number is less than, equal to or more than the second at this precision."""
    step = precision_rounding or 10 ** -(precision_digits or 0)
    difference = round(value1 / step) - round(value2 / step)
    return (difference > 0) - (difference < 0)
