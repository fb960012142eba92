"""Taking away what `triage odoo grant` made. What carries people's work stays: a stage with tickets, the user."""

from __future__ import annotations

from collections.abc import Iterator

from triage.errors import OdooError
from triage.odoo.client import Odoo
from triage.odoo.gate.inside import MODULE
from triage.odoo.rights import STAGE_MODELS
from triage.odoo.setup.applying import delete

_ORDER = ("ir.actions.server", "res.users", "ir.rule", "ir.model.access", *STAGE_MODELS, "res.groups")
_TICKETS = "helpdesk.ticket"


def ungrant(admin: Odoo) -> Iterator[str]:
    """Delete gate, rules, rights, stage and group, archive the service user; a line for each kind.

    May be run again. Raises `OdooError` where Odoo refuses something else than the stage.
    """
    rows = admin.search("ir.model.data", [("module", "=", MODULE)], ["name", "model", "res_id"])
    for model in _ORDER:
        of_model = [row for row in rows if row.text("model") == model]
        numbers = [int(row.number("res_id") or 0) for row in of_model]
        there = [row.id for row in admin.read(model, numbers, ["id"])] if numbers and admin.has(model) else []
        if not there:
            continue
        if model == "res.users":
            yield _archive(admin, there)
        elif model in STAGE_MODELS and admin.count(_TICKETS, [["stage_id", "in", there]]):
            yield "the stage of draft tickets stays: tickets are in it"
        else:
            delete(admin, model, there)
            yield f"deleted {len(there)} of {model}"
    left = [row.id for row in admin.search("ir.model.data", [("module", "=", MODULE)], ["id"])]
    if left:
        admin.call("ir.model.data", "unlink", left)
    yield "forgot what was known of posted notes"


def _archive(admin: Odoo, users: list[int]) -> str:
    """Nobody can delete a user who has written notes; archived, its keys let nobody in, and its login is free again."""
    for row in admin.read("res.users", users, ["login"]):
        freed = f"{row.text('login')}.removed.{row.id}"
        admin.call("res.users", "write", [row.id], {"vals": {"active": False, "login": freed}})
    try:
        keys = [row.id for row in admin.search("res.users.apikeys", [("user_id", "in", users)], ["id"])]
        if keys:
            delete(admin, "res.users.apikeys", keys)
    except OdooError:
        return "archived the service user; delete its keys in Odoo (they let nobody in while it is archived)"
    return "archived the service user and deleted its keys"
