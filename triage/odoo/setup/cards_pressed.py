"""What the buttons of a card's row do inside Odoo: they record who asks for what, and decide nothing.

Turned into the text of server actions as the gate is (`triage.odoo.gate.code`). `env`, `user`, `error` (UserError) and
`clock` (the module datetime) are Odoo's. All is checked again by the service, which takes from the row who asked.
"""

from typing import Any

CARDS = "x_triage_card"
WAITING = ("open", "awaiting_second")
UNDO_SECONDS = 60
MOST_COMMENT = 2000
MOST_TEAM = 80


def check_readable(records: Any) -> None:
    """Odoo's AccessError where the current user may not read them."""
    records.check_access("read")


def pressed(env: Any, error: Any, clock: Any, rows: Any, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Record a request on one row, in the name of who runs the action. A second one is refused."""
    if not rows or len(rows) != 1 or rows._name != CARDS:
        raise error("Open one card, and press there.")
    # nothing of the caller's context but the companies acts in here
    plain = env(context={"lang": env.user.lang, "tz": env.user.tz, "allowed_company_ids": env.user.company_ids.ids})
    seen = plain[CARDS].browse(rows.id).exists()
    if not seen:
        raise error("This card is not here any more.")
    check_readable(seen)
    row = seen.sudo()
    if row.x_record_model not in plain:
        raise error("The record of this card is not here any more.")
    check_readable(plain[row.x_record_model].browse(row.x_record_id))
    now = clock.datetime.now(clock.timezone.utc).replace(tzinfo=None)
    refuse(error, row, kind, now)
    values = {
        "x_request": kind,
        "x_request_no": row.x_request_no + 1,
        "x_requested_by_id": env.uid,
        "x_requested_at": now,
        "x_requested_revision": row.x_revision,
        "x_refusal": False,
    }
    values.update(given)
    row.with_context(tracking_disable=True).write(values)
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "info",
            "title": "Asked",
            "message": "Your word is being checked. Reload the card after some seconds to see what became of it.",
            "next": {"type": "ir.actions.act_window_close"},
        },
    }


def refuse(error: Any, row: Any, kind: str, now: Any) -> None:
    """Raise where nothing may be asked for: somebody asked before, it is closed, or it is not for here."""
    if row.x_request:
        who = row.x_requested_by_id.name or "Somebody"
        raise error(who + " has pressed before you (" + str(row.x_request) + "). The answer comes within a minute.")
    if kind == "undo":
        said = row.x_decided_at
        if not said or (now - said).total_seconds() > UNDO_SECONDS:
            raise error("The minute for taking it back is over. Correct it in Odoo, or ask a lead to withdraw it.")
        return
    if row.x_state not in WAITING:
        raise error("This card is closed. " + str(row.x_answer or row.x_state))
    if row.x_hold:
        raise error(row.x_hold)
    if kind == "accept" and row.x_asks and row.x_state == "open":
        raise error("There is nothing to accept: the software made no suggestion. Correct it, or reject it.")


def sent(env: Any, error: Any, clock: Any, wishes: Any) -> dict[str, Any]:
    """What somebody filled into the window that Edit and Reject open."""
    if not wishes or len(wishes) != 1:
        raise error("Open one card, and press there.")
    if wishes.create_uid.id != env.uid:
        raise error("Somebody else has filled this in.")
    kind = wishes.x_kind
    if kind not in ("edit", "reject"):
        raise error("Choose whether to correct or to reject.")
    if kind == "reject" and not wishes.x_reason:
        raise error("A rejection needs a reason.")
    row = wishes.x_card_id
    given = {"x_new_reason": wishes.x_reason, "x_new_comment": (wishes.x_comment or "")[:MOST_COMMENT] or False}
    if kind == "edit":
        given["x_new_category"] = wishes.x_category if wishes.x_category != row.x_category or row.x_asks else False
        given["x_new_severity"] = wishes.x_severity if wishes.x_severity != row.x_severity else False
        team = (wishes.x_team or "").strip()[:MOST_TEAM]
        given["x_new_team"] = team if team and team != row.x_team else False
        corrected = given["x_new_category"] or given["x_new_severity"] or given["x_new_team"]
        if not corrected and row.x_state == "open":
            raise error("Nothing is corrected. Choose another category, severity or team, or accept the card.")
    return pressed(env, error, clock, row, kind, given)


def opened(env: Any, error: Any, rows: Any) -> dict[str, Any]:
    """Open a row's own form."""
    if not rows or len(rows) != 1:
        raise error("Open one card.")
    return {
        "type": "ir.actions.act_window",
        "res_model": CARDS,
        "res_id": rows.id,
        "views": [(False, "form")],
        "target": "current",
    }
