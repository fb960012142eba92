"""A heartbeat: the service writes a sign of life into Odoo, and Odoo itself notices when it stops.

Only Odoo's clock counts: the service writes a word that changes, and the scheduled action notes when it saw it change.
"""

from __future__ import annotations

from collections.abc import Sequence

from triage.odoo.heartbeat import MODEL, ROW
from triage.odoo.setup.parts import MODULE, Feature, Part, Place, Ref
from triage.odoo.setup.present import MADE
from triage.odoo.setup.shared import ADMINISTRATORS, CODE, model, model_field, right, scheduled

_CODE = """# Made by `triage odoo setup`. One activity for each watcher when it is silent, and none until it was back.
# Odoo mails them that it was assigned, as of any activity: once this is done, not with the queue of the next hour.
names = env["ir.model.data"].sudo()
row = env.ref("MODULE.ROW", raise_if_not_found=False)
now = datetime.datetime.utcnow()
alarms = names.search([("module", "=", "MODULE"), ("name", "=like", "MADEalarm-%")])
if row and (row.x_beat != row.x_seen or not row.x_seen_at):
    row.write({"x_seen": row.x_beat, "x_seen_at": now, "x_alarmed": False})
    env["mail.activity"].sudo().browse(alarms.mapped("res_id")).exists().unlink()
    alarms.exists().unlink()
elif row and not row.x_alarmed and now - row.x_seen_at > datetime.timedelta(minutes=MINUTES):
    kind = env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
    about = env["ir.model"].sudo().search([("model", "=", "res.partner")], limit=1)
    for user in env["res.users"].sudo().browse(WATCHERS).exists():
        partner = user.partner_id
        followed = partner in partner.message_partner_ids
        made = env["mail.activity"].sudo().with_context(mail_notify_force_send=True).create({
            "res_model_id": about.id,
            "res_id": partner.id,
            "user_id": user.id,
            "activity_type_id": kind.id if kind else False,
            "date_deadline": now.date(),
            "summary": "Order triage has been silent for more than MINUTES minutes",
            "note": "<p>No sign of life since %s (UTC). Orders are not looked at meanwhile; nothing is lost. Look at "
            "the service: <code>triage jobs list</code> and its log.</p>" % str(row.x_seen_at)[:16],
        })
        if not followed:
            partner.message_unsubscribe([partner.id])  # Odoo made a follower of him
        names.create({
            "module": "MODULE", "name": "MADEalarm-%d" % made.id, "model": "mail.activity", "res_id": made.id,
            "noupdate": True,
        })
    row.write({"x_alarmed": True})
"""


def _parts(place: Place) -> Sequence[Part]:
    code = _CODE.replace("MODULE", MODULE).replace("MADE", MADE).replace("ROW", ROW)
    code = code.replace("MINUTES", str(place.silent_minutes())).replace("WATCHERS", repr(list(place.watchers)))
    owner = "heartbeat_model"
    return [
        model(owner, MODEL, "Order triage: heartbeat", "holds the service's last sign of life"),
        model_field("heartbeat_beat", owner, "x_beat", "char", "Sign of life", "the word that the service changes"),
        model_field("heartbeat_seen", owner, "x_seen", "char", "Last seen", "the word when Odoo looked last"),
        model_field("heartbeat_at", owner, "x_seen_at", "datetime", "Seen at", "when it last changed, by Odoo's clock"),
        model_field("heartbeat_told", owner, "x_alarmed", "boolean", "Told", "whether watchers were told already"),
        right("heartbeat_by_service", owner, None, "rw", "the one row of Odoo that the service user itself writes"),
        right("heartbeat_by_administrators", owner, ADMINISTRATORS, "rwcu", "so that it can be cleaned up"),
        Part(ROW, MODEL, {}, why="the row", once={"x_beat": "none yet"}, unique=()),
        *scheduled(
            place,
            "heartbeat",
            "Order triage: is it alive?",
            Ref(owner),
            code,
            "an activity for each watcher when the service is silent",
            {"interval_number": 5, "interval_type": "minutes"},
        ),
    ]


FEATURE = Feature(
    "heartbeat",
    "Odoo notices when the service is silent",
    _parts,
    needs=CODE,
    makes="alarm-",
    without_code="watch the service's /readyz from outside",
)
__all__ = ["FEATURE"]
