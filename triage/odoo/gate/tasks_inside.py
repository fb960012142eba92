"""The gate's draft tasks: what somebody should do later. Runs inside Odoo, as `inside` does.

A draft names no customer and nobody, mails nobody, and stands in a project that only people of the house follow.
"""

from typing import Any

from triage.odoo.gate.inside import (
    ALLOWED,
    check_readable,
    marker_row,
    opened,
    refuse,
    remember,
    rendered,
    target_of,
    task_taken_up,
    told,
)

TASK = "project.task"


def task(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """A draft task in a project; one that people have taken up is left alone."""
    if TASK not in env:
        return told("absent")
    if TASK not in ALLOWED["ticket"]:
        refuse(error, TASK + " is not on the list")
    row = marker_row(env, error, step)
    made = target_of(env, error, row, TASK)
    values: dict[str, Any] = {"name": str(step.get("name") or "")[:200], "description": rendered(step["text"])}
    if made:
        if task_taken_up(env, user, made):
            return told("kept", made)
        made.with_context(tracking_disable=True).write(values)
        return told("updated", made)
    project = project_of(env, error, step)
    values["project_id"] = project.id
    values["user_ids"] = [(6, 0, [])]
    values["partner_id"] = False
    if step.get("due"):
        values["date_deadline"] = step["due"]
    quiet = env[TASK].sudo().with_context(mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True)
    made = quiet.create(values)
    made.message_unsubscribe(made.message_partner_ids.ids)
    remember(env, step, row, made)
    return told("posted", made)


def project_of(env: Any, error: Any, step: dict[str, Any]) -> Any:
    """The project, if the service user may read it, nobody outside follows it, and it is of the record's company."""
    project = env["project.project"].browse(int(step["project"])).exists()
    if not project:
        refuse(error, "the project " + str(step["project"]) + " is gone")
    check_readable(project)
    if [each for each in project.sudo().message_partner_ids if each.partner_share]:
        refuse(error, "the project " + project.name + " is followed by people outside")
    record = opened(env, error, step.get("record"), ALLOWED["advise"]).sudo()
    company = record.company_id if "company_id" in record._fields else record.env.company.browse()
    if company and project.company_id and project.company_id.id != company.id:
        refuse(error, "the project " + project.name + " is another company's")
    return project
