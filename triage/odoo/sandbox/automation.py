"""Automation rules: what a save of a stored field sets off, and the webhook that a rule may send.

Odoo 18 sends before it commits, 19 after. Either way it waits a second at the most, and forgets what failed.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, domains, restricted, values
from triage.odoo.sandbox.schema import Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment
    from triage.odoo.sandbox.recordset import RecordSet

TIMEOUT = 1.0
_CREATED = ("on_create", "on_create_or_write")
_WRITTEN = ("on_write", "on_create_or_write")
_DONE = "__action_done"


@dataclass(frozen=True)
class Webhook:
    """A call that a rule made. `status` is 0 where nobody answered in time."""

    url: str
    payload: Mapping[str, Any]
    status: int


def before(env: Environment, model: Model, id_: int) -> dict[int, dict[str, Any]]:
    """Old values of what rules on this model watch, by rule; only of rules whose first condition holds."""
    found: dict[int, dict[str, Any]] = {}
    for number, rule in _rules(env, model, _WRITTEN):
        if _fits(env, model, id_, rule.get("filter_pre_domain")):
            found[number] = {name: values.raw(env(su=True), model, id_, name) for name in _watched(env, rule)}
    return found


def written(env: Environment, model: Model, id_: int, old: Mapping[int, Mapping[str, Any]]) -> None:
    """Run the rules for which a watched field has changed."""
    for number, rule in _rules(env, model, _WRITTEN):
        if number in old:
            was = old[number]
            changed = not was or any(values.raw(env(su=True), model, id_, name) != was[name] for name in was)
            if changed and _fits(env, model, id_, rule.get("filter_domain")):
                _run(env, model, id_, number)


def created(env: Environment, model: Model, id_: int) -> None:
    """Run the rules for new records."""
    for number, rule in _rules(env, model, _CREATED):
        if _fits(env, model, id_, rule.get("filter_domain")):
            _run(env, model, id_, number)


def _rules(env: Environment, model: Model, triggers: Sequence[str]) -> list[tuple[int, dict[str, Any]]]:
    tables = env.db.tables
    if not tables.rows.get("base.automation"):
        return []
    ids = tables.by_value("base.automation", "model_id", access.model_id_of(env.db, model.name))
    rows = [(id_, tables.get("base.automation", id_) or {}) for id_ in ids]
    return [(id_, row) for id_, row in rows if row.get("active") and row.get("trigger") in triggers]


def _watched(env: Environment, rule: Mapping[str, Any]) -> list[str]:
    rows = [env.db.tables.get("ir.model.fields", id_) or {} for id_ in rule.get("trigger_field_ids") or ()]
    return [row["name"] for row in rows if row]


def _fits(env: Environment, model: Model, id_: int, domain: Any) -> bool:
    if not domain:
        return True
    found = restricted.evaluate(str(domain), {"user": env.user, "uid": env.uid})
    return domains.compile_domain(env(su=True), model, found)(id_)


def _run(env: Environment, model: Model, id_: int, number: int) -> None:
    from triage.odoo.sandbox import actions

    done = dict(env.context.get(_DONE) or {})
    if (number, model.name, id_) in done:
        return
    done[number, model.name, id_] = True
    context = {**env.context, _DONE: done, "active_model": model.name, "active_id": id_, "active_ids": [id_]}
    elevated = env(su=True, context=context)
    for each in elevated["ir.actions.server"].search([("base_automation_id", "=", number)]):
        actions.run_one(elevated, each)


def send(env: Environment, action: RecordSet) -> None:
    """A webhook action: now on Odoo 18, once the transaction has ended well on 19."""
    id_ = env.context.get("active_id")
    if not id_:
        return
    model = str(action.model_id["model"])
    names = [field["name"] for field in action.webhook_field_ids]
    row = env[model].browse(id_).read(names, load=None)[0] if names else {}
    payload = {"_model": model, "_id": id_, "_action": f"{action.name}(#{action.id})", **row}
    call = (str(action.webhook_url), json.loads(json.dumps(payload, default=str)))
    if env.db.version >= 19:
        env.db.after_commit.append(call)
    else:
        env.db.webhooks.append(post(*call))


def post(url: str, payload: Mapping[str, Any]) -> Webhook:
    """Send one; whatever comes of it, nothing is raised."""
    body = json.dumps(payload, sort_keys=True).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method="POST")  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            return Webhook(url, payload, int(answer.status))
    except urllib.error.HTTPError as error:
        return Webhook(url, payload, error.code)
    except (OSError, ValueError):
        return Webhook(url, payload, 0)
