"""Reviews that nobody has done by their day: one activity for whoever is responsible, once for each review."""

from __future__ import annotations

from collections.abc import Sequence

from triage.odoo.gate.inside import MODULE as GRANTED
from triage.odoo.setup.parts import MODULE, Feature, ModelOf, Part, Place
from triage.odoo.setup.present import MADE
from triage.odoo.setup.shared import CODE, scheduled

_CODE = """# Made by `triage odoo setup`. It goes to the leader of the record's team, else to the first watcher,
# and stands among their activities: a mail about each review would soon be read by nobody.
names = env["ir.model.data"].sudo()
kind = env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
today = datetime.datetime.utcnow().date()
rows = names.search([("module", "=", "GRANTED"), ("model", "=", "mail.activity"), ("name", "=like", "card-%")])
for review in env["mail.activity"].sudo().browse(rows.mapped("res_id")).exists():
    name = "MADEoverdue-%d" % review.id
    open_still = "active" not in review._fields or review.active
    if not open_still or not review.date_deadline or review.date_deadline >= today:
        continue
    if names.search_count([("module", "=", "MODULE"), ("name", "=", name)]):
        continue
    document = env[review.res_model].sudo().browse(review.res_id).exists()
    if not document:
        continue
    leader = env["res.users"].sudo().browse(WATCHERS[:1]).exists()
    if "team_id" in document._fields and document.team_id and "user_id" in document.team_id._fields:
        leader = document.team_id.user_id or leader
    if not leader or leader.id == review.user_id.id:
        continue
    partner = leader.partner_id
    followed = "message_partner_ids" not in document._fields or partner in document.message_partner_ids
    made = env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create({
        "res_model_id": review.res_model_id.id,
        "res_id": review.res_id,
        "user_id": leader.id,
        "activity_type_id": kind.id if kind else False,
        "date_deadline": today,
        "summary": "Review is overdue: " + (review.summary or "triage"),
        "note": "<p>Was to be reviewed by %s until %s.</p>" % (review.user_id.name, review.date_deadline),
    })
    if not followed:
        document.message_unsubscribe([partner.id])  # Odoo made a follower of him, who would get all mail of customers
    names.create({
        "module": "MODULE", "name": name, "model": "mail.activity", "res_id": made.id, "noupdate": True,
    })
"""


def _parts(place: Place) -> Sequence[Part]:
    code = _CODE.replace("GRANTED", GRANTED).replace("MODULE", MODULE).replace("MADE", MADE)
    code = code.replace("WATCHERS", repr(list(place.watchers)))
    return scheduled(
        place,
        "overdue",
        "Order triage: overdue reviews",
        ModelOf("res.partner"),
        code,
        "an activity for the team's leader about each review that is overdue",
        {"interval_number": 1, "interval_type": "hours"},
    )


FEATURE = Feature(
    "overdue",
    "Overdue reviews go to whoever is responsible",
    _parts,
    needs=CODE,
    makes="overdue-",
    without_code="the watchdog raises the severity of cards that nobody touches",
)
__all__ = ["FEATURE"]
