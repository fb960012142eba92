"""What runs inside Odoo. `triage.odoo.gate.code` turns this module into the text of the server action.

Odoo evaluates such code with few built-ins and no imports, so this module uses none. `env`, `user` and `UserError` are
Odoo's. A marker is a row of `ir.model.data`; its unique name makes a note, activity or ticket the only one of its card.
"""

from typing import Any

ALLOWED: dict[str, Any] = {}
MODULE = "__triage__"
DRAFT_STAGE = "draft_stage"
CARDS = "x_triage_card"
WAITING = ("open", "awaiting_second")
POSTED = ("mail.message", "mail.activity", "helpdesk.ticket", "project.task", CARDS)
MOST_CHARACTERS = 4000
MOST_ITEMS = 40


def escaped(value: Any) -> str:
    """Text that HTML shows as it stands."""
    text = str(value or "")[:MOST_CHARACTERS]
    for sign, written in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(sign, written)
    return text


def rendered(text: dict[str, Any]) -> str:
    """A note's typed fields as HTML; no field can bring markup of its own."""
    parts = ["<p><strong>" + escaped(text.get("title")) + "</strong></p>"]
    if text.get("summary"):
        parts.append("<p>" + escaped(text.get("summary")) + "</p>")
    rows = [
        "<li>" + escaped(row.get("name")) + ": <strong>" + escaped(row.get("value")) + "</strong></li>"
        for row in text.get("rows", [])[:MOST_ITEMS]
    ]
    if rows:
        parts.append("<ul>" + "".join(rows) + "</ul>")
    for section in text.get("sections", [])[:MOST_ITEMS]:
        items = ["<li>" + escaped(item) + "</li>" for item in section.get("items", [])[:MOST_ITEMS]]
        if items:
            parts.append("<p>" + escaped(section.get("title")) + "</p><ul>" + "".join(items) + "</ul>")
    parts.append(linked(text.get("link")))
    parts.append("<p><small>" + escaped(text.get("footer")) + "</small></p>")
    return "".join(parts)


def linked(value: Any) -> str:
    """The link to a card's page as HTML; nothing where it is none, or leads elsewhere."""
    link = str(value or "")
    return '<p><a href="' + escaped(link) + '">' + escaped(link) + "</a></p>" if link and our_page(link) else ""


def our_page(link: str) -> bool:
    """Whether a link is one that may stand in Odoo: to a card, over https or on the machine itself."""
    starts = ("https://", "http://localhost:", "http://localhost/", "http://127.0.0.1:", "http://127.0.0.1/")
    number = link.rsplit("/cards/", 1)[-1]
    return link.startswith(starts) and "/cards/" in link and number.isdigit() and "@" not in link


def refuse(error: Any, why: str) -> None:
    """End the whole call; Odoo rolls back what it did."""
    raise error("triage gate: " + why)


def opened(env: Any, error: Any, record: Any, models: Any) -> Any:
    """The record, if its model is allowed and the service user may read it."""
    if not record or record.get("model") not in models:
        refuse(error, "the model " + str(record and record.get("model")) + " is not on the list")
    found = env[record["model"]].browse(int(record["id"])).exists()
    if not found:
        refuse(error, record["model"] + " " + str(record["id"]) + " is gone")
    check_readable(found)
    return found


def check_readable(records: Any) -> None:
    """Odoo's AccessError where the current user may not read them."""
    records.check_access("read")


def marker_row(env: Any, error: Any, step: dict[str, Any]) -> Any:
    """The row that remembers what a card has posted."""
    name = str(step.get("marker") or "")
    row = env["ir.model.data"].sudo().search([("module", "=", MODULE), ("name", "=", name)], limit=1)
    if not name.startswith("card-") or (row and row.model not in POSTED):
        refuse(error, "the marker " + name + " is no card's")
    return row


def target_of(env: Any, error: Any, row: Any, model: str) -> Any:
    """What a marker stands for, or nothing where it was deleted."""
    if row and row.model != model:
        refuse(error, "the marker " + row.name + " stands for a " + row.model)
    return env[model].sudo().browse(row.res_id).exists() if row else row


def remember(env: Any, step: dict[str, Any], row: Any, made: Any) -> None:
    """Keep what was made under the card's marker. A second marker of the same name ends the whole call."""
    if row:
        row.write({"model": made._name, "res_id": made.id})
    else:
        env["ir.model.data"].sudo().create(
            {"module": MODULE, "name": step["marker"], "model": made._name, "res_id": made.id, "noupdate": True}
        )


def same_place(error: Any, model: str, number: int, record: Any) -> None:
    """What stands under a marker stands on the record that the step names, or the step is refused."""
    if model != record._name or number != record.id:
        refuse(error, "the marker stands for something on " + str(model) + " " + str(number))


def told(status: str, record: Any = None) -> dict[str, Any]:
    """The answer to one step."""
    return {"status": status, "model": record._name, "id": record.id} if record else {"status": status}


def note(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """An internal note on the record's thread: one for each marker, brought up to date when it comes again."""
    record = opened(env, error, step.get("record"), ALLOWED["advise"])
    row = marker_row(env, error, step)
    message = target_of(env, error, row, "mail.message")
    body = rendered(step["text"])
    if message:
        same_place(error, message.model, message.res_id, record)
        message.write({"body": body})
        return told("updated", message)
    quiet = record.sudo().with_context(mail_create_nosubscribe=True, mail_notify_force_send=False)
    message = post(quiet, body, user.partner_id.id)
    remember(env, step, row, message)
    return told("posted", message)


def post(record: Any, body: str, author: int) -> Any:
    """Post HTML as a note that mails nobody."""
    return record.message_post(
        body=body, body_is_html=True, message_type="comment", subtype_xmlid="mail.mt_note", author_id=author
    )


def reviewer_of(env: Any, user: Any, record: Any, step: dict[str, Any]) -> Any:
    """Who is asked to review: the record's own user, else the named one, else the service user."""
    owner = record.sudo().user_id if "user_id" in record._fields else record.env.user.browse()
    if owner and owner._name == "res.users" and owner.active:
        return owner[:1]
    named = env["res.users"].sudo().search([("login", "=", step.get("reviewer") or "")], limit=1)
    return named or user


def activity(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """A review activity that mails nobody and makes nobody a follower."""
    record = opened(env, error, step.get("record"), ALLOWED["advise"])
    if "activity_ids" not in record._fields:
        return told("absent")
    row = marker_row(env, error, step)
    planned = target_of(env, error, row, "mail.activity")
    values: dict[str, Any] = {
        "summary": str(step.get("summary") or "")[:200],
        "note": "<p>" + escaped(step.get("note")) + "</p>" + linked(step.get("link")),
    }
    if planned:
        same_place(error, planned.res_model, planned.res_id, record)
        if "active" not in planned._fields or planned.active:
            planned.write(values)
            return told("updated", planned)
    # none yet, or it is finished: what has changed since is to be looked at again
    values["date_deadline"] = step["due"]
    reviewer = reviewer_of(env, user, record, step)
    kind = env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)
    values["activity_type_id"] = kind.id if kind else False
    values["user_id"] = reviewer.id
    values["res_model_id"] = env["ir.model"].sudo().search([("model", "=", record._name)], limit=1).id
    values["res_id"] = record.id
    partner = reviewer.sudo().partner_id
    followed = partner in record.sudo().message_partner_ids
    planned = env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(values)
    if not followed:
        record.sudo().message_unsubscribe([partner.id])
    remember(env, step, row, planned)
    return told("posted", planned)


def draft_stage(env: Any) -> Any:
    """The stage that drafts stand in, or nothing."""
    return env.ref(MODULE + "." + DRAFT_STAGE, raise_if_not_found=False)


def taken_up(env: Any, user: Any, made: Any) -> bool:
    """Whether people have done something with a draft: moved, assigned, changed or answered it."""
    stage = draft_stage(env)
    if not stage or made.stage_id.id != stage.id or made.user_id or made.write_uid.id != user.id:
        return True
    return answered(env, user, made)


def answered(env: Any, user: Any, made: Any) -> bool:
    """Whether somebody else has written on it."""
    domain = [
        ("model", "=", made._name),
        ("res_id", "=", made.id),
        ("message_type", "in", ["comment", "email"]),
        ("author_id", "!=", user.partner_id.id),
    ]
    return bool(env["mail.message"].sudo().search_count(domain))


def ticket(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """A draft ticket in the stage of drafts, in the record's company; one that people have taken up is left alone.

    It names no customer, because the portal would show it to him, and has no followers.
    """
    stage = draft_stage(env)
    if "helpdesk.ticket" not in env or not stage:
        return told("absent")
    row = marker_row(env, error, step)
    made = target_of(env, error, row, "helpdesk.ticket")
    values: dict[str, Any] = {"name": str(step.get("name") or "")[:200], "description": rendered(step["text"])}
    if made:
        if taken_up(env, user, made):
            return told("kept", made)
        made.with_context(tracking_disable=True).write(values)
        return told("updated", made)
    tickets = env["helpdesk.ticket"].sudo()
    company = env.company
    if step.get("record"):
        record = opened(env, error, step["record"], ALLOWED["advise"]).sudo()
        company = record.company_id or company if "company_id" in record._fields else company
        if record._name == "sale.order" and "sale_order_id" in tickets._fields:
            values["sale_order_id"] = record.id
    values["stage_id"] = stage.id
    values["user_id"] = False
    if "company_id" in tickets._fields:
        values["company_id"] = company.id
    if step.get("team"):
        team = env[tickets._fields["team_id"].comodel_name].sudo().browse(int(step["team"])).exists()
        if "company_id" not in team._fields or not team.company_id or team.company_id.id == company.id:
            values["team_id"] = team.id
    quiet = tickets.with_company(company).with_context(
        mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True
    )
    made = quiet.create(values)
    made.message_unsubscribe(made.message_partner_ids.ids)
    remember(env, step, row, made)
    return told("posted", made)


def tag_links(record: Any, name: str, wanted: Any) -> Any:
    """Commands that add tags by name; a tag that is not there is made."""
    tags = record.env[record._fields[name].comodel_name].sudo()
    links = []
    for each in wanted[:MOST_ITEMS]:
        found = tags.search([("name", "=", str(each)[:60])], limit=1) or tags.create({"name": str(each)[:60]})
        links.append((4, found.id))
    return links


def plain_value(record: Any, name: str) -> Any:
    """A field's value as JSON."""
    value = record[name]
    return value.ids if record._fields[name].type in ("many2one", "many2many", "one2many") else value


def write_allowed(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """Set fields that stand on the list, and no others; says what stood there before."""
    record = opened(env, error, step.get("record"), ALLOWED["apply"]).sudo()
    kinds = ALLOWED["apply"][record._name]
    before: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, value in step["values"].items():
        if name not in kinds or name not in record._fields:
            refuse(error, record._name + "." + str(name) + " is not on the list")
        before[name] = plain_value(record, name)
        if kinds[name] == "tags":
            values[name] = tag_links(record, name, value)
        elif kinds[name] == "record":
            found = env[record._fields[name].comodel_name].browse(int(value)).exists()
            if not found:
                refuse(error, str(value) + " is no " + record._fields[name].comodel_name)
            check_readable(found)
            values[name] = found.id
        else:
            values[name] = str(value)
    record.write(values)
    return dict(told("applied", record), before=before)


def withdraw(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """Take back what stands under a marker. What people have taken up or finished stays."""
    row = marker_row(env, error, step)
    if not row:
        return told("absent")
    if row.model not in env:  # its model was taken away since
        row.unlink()
        return told("absent")
    target = target_of(env, error, row, row.model)
    if not target:
        row.unlink()
        return told("absent")
    if target._name in ("helpdesk.ticket", "project.task", CARDS):
        if keeps(env, user, target):
            return told("kept", target)
    else:
        model = target.model if target._name == "mail.message" else target.res_model
        document = env[model].browse(target.res_id).exists()
        if document:
            check_readable(document)
        if "active" in target._fields and not target.active:
            return told("kept", target)
    answer = told("withdrawn", target)
    target.unlink()
    marker_row(env, error, step).unlink()
    return answer


def keeps(env: Any, user: Any, target: Any) -> Any:
    """Whether a draft or a card's row stays, because people have done something with it."""
    if target._name == CARDS:
        return keeps_row(env, target)
    return (task_taken_up if target._name == "project.task" else taken_up)(env, user, target)


def task_taken_up(env: Any, user: Any, made: Any) -> bool:
    """Whether people have done something with a draft task: assigned, changed, closed or answered it."""
    return bool(made.user_ids) or made.write_uid.id != user.id or answered(env, user, made)


def keeps_row(env: Any, row: Any) -> Any:
    """Whether a card's row stays when its advice is taken back: people have said something about it."""
    document = env[row.x_record_model].browse(row.x_record_id).exists() if row.x_record_model in env else row.browse()
    if document:
        check_readable(document)
    return bool(row.x_request) or row.x_state not in WAITING


def posted(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """The markers of what was posted since a time, the oldest first."""
    domain = [
        ("module", "=", MODULE),
        ("model", "in", POSTED),
        ("create_date", ">=", step.get("since") or "1970-01-01 00:00:00"),
    ]
    rows = env["ir.model.data"].sudo().search(domain, order="id")
    return {"status": "listed", "markers": [[row.name, row.model, row.res_id] for row in rows]}


def visible(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """For each record and the fields beside it: whether a given user may read them."""
    answers = []
    reader = env["res.users"].sudo().search([("id", "=", int(step["user"]))], limit=1)
    for asked in step["records"][:1000]:
        known = reader and asked["model"] in ALLOWED["advise"] + ALLOWED["ask"] and asked["model"] in env
        model = env[asked["model"]].with_user(reader) if known else None
        # in the reader's own companies: Odoo refuses him everything in those of the service user that are not his
        model = model.with_context(allowed_company_ids=reader.company_ids.ids) if model is not None else None
        if model is None or not reader.active:
            answers.append(False)
            continue
        fields = asked.get("fields") or []
        answers.append(may_read(model, int(asked["id"])) and len(model.fields_get(fields)) >= len(fields))
    return {"status": "listed", "visible": answers}


def may_read(model: Any, number: int) -> bool:
    """Whether the model's user may read the record."""
    found = model.browse(number)
    try:
        check_readable(found)
        return bool(found.exists())
    except Exception:
        return False


def about(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """What there is to work with, and the gate's own code, so that the service sees whether it is the one it knows."""
    stage = draft_stage(env) if "helpdesk.ticket" in env else None
    code = env.ref(MODULE + ".gate").sudo().code
    found = {"status": "listed", "draft_stage": stage.id if stage else False, "code": code}
    found["cards"] = CARDS in env
    found["tasks"] = "project.task" in env
    return found
