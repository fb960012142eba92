"""The gate's verbs about cards as rows of our own model `x_triage_card`. Runs inside Odoo, as `inside` does.

A row tells how a card stands; only the gate writes it. Its fields `x_request...` are written by the buttons' server
actions alone: no verb here can ask for a decision, so the service user cannot decide in anybody's name.
"""

from typing import Any

from triage.odoo.gate.inside import (
    ALLOWED,
    CARDS,
    MODULE,
    MOST_CHARACTERS,
    WAITING,
    escaped,
    marker_row,
    may_read,
    opened,
    our_page,
    post,
    refuse,
    remember,
    rendered,
    target_of,
    told,
)

REPLACED = "This row is replaced: nothing was decided. Press the button on the card's new row."
READERS = "__triage_setup__.cards_group"
MOST_ROWS = 500


def card(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """A card's row: one for each marker, brought up to date when it comes again. Nothing but what is on the list.

    `answer` ends the request of this number, if it still waits. `remove` takes the row away.
    """
    if CARDS not in env:
        return told("absent")
    row = marker_row(env, error, step)
    held = target_of(env, error, row, CARDS)
    if step.get("remove") or (held and gone(env, held)):
        return removed(held, row)
    record = opened(env, error, step.get("record"), ALLOWED["advise"])
    if held:
        if held.x_record_model != record._name or held.x_record_id != record.id:
            refuse(error, "the marker stands for a card on " + str(held.x_record_model) + " " + str(held.x_record_id))
        return brought_up(env, user, error, step, held, record)
    values = values_of(env, error, step)
    values.update(about_record(env, record))
    values["x_reader_ids"] = [(6, 0, readers_of(env, record))]
    quiet = env[CARDS].sudo().with_context(mail_create_nosubscribe=True, mail_create_nolog=True, tracking_disable=True)
    made = quiet.create(values)
    remember(env, step, row, made)
    return told("posted", made)


def brought_up(env: Any, user: Any, error: Any, step: dict[str, Any], held: Any, record: Any) -> dict[str, Any]:
    """A row that is there, as the card is now; what changed of its state, and an answer, stand in its thread too.

    A row that shows a later state of the card than this one is left as it is, but for the answer.
    """
    answer = step.get("answer") or {}
    answers = bool(answer) and bool(held.x_request) and held.x_request_no == int(answer["request"])
    late = is_late(step, held)
    if (late or held.x_version == str(step.get("version"))) and not answers:
        return told("kept", held)
    values: dict[str, Any] = {}
    if not late:
        values = values_of(env, error, step)
    said = values.get("x_answer") if values.get("x_state") not in (None, held.x_state) else False
    values["x_reader_ids"] = [(6, 0, readers_of(env, record))]
    if answers:
        refusal = str(answer.get("refusal") or "")[:MOST_CHARACTERS]
        values.update(ended_request(held, refusal))
        said = refusal or values.get("x_answer")
    held.with_context(tracking_disable=True).write(values)
    if said:
        quiet = held.with_context(mail_create_nosubscribe=True, mail_notify_force_send=False)
        post(quiet, "<p>" + escaped(said) + "</p>", user.partner_id.id)
    return told("updated", held)


def ended_request(held: Any, refusal: Any) -> dict[str, Any]:
    """What ends a row's request; `refusal` says why it was for nothing, empty where it was not."""
    values: dict[str, Any] = {}
    for name in held._fields:
        if name.startswith("x_request") or name.startswith("x_new_"):
            values[name] = False
    values["x_request_no"] = held.x_request_no
    values["x_refusal"] = refusal or False
    return values


def is_late(step: dict[str, Any], held: Any) -> Any:
    """Whether the row shows a later state than the step brings, unless the step names it as what it replaces."""
    brings = step["values"].get("x_revision")
    return brings is not None and int(brings) < held.x_revision and step.get("instead_of") != held.x_version


def gone(env: Any, row: Any) -> Any:
    """Whether the record that a row is about was deleted: then nobody may read the row either."""
    return row.x_record_model not in env or not env[row.x_record_model].sudo().browse(row.x_record_id).exists()


def removed(held: Any, row: Any) -> dict[str, Any]:
    """Take a row away, with its thread."""
    if held:
        held.unlink()
    if row.exists():
        row.unlink()
    return told("withdrawn" if held else "absent")


def values_of(env: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """What a row says of its card: typed values of listed fields, and evidence that is rendered here."""
    values: dict[str, Any] = {"x_version": str(step.get("version") or "")}
    kinds = ALLOWED["card"]
    for name, value in step["values"].items():
        if name not in kinds:
            refuse(error, CARDS + "." + str(name) + " is not on the list")
        if kinds[name] == "number":
            values[name] = int(value or 0)
        elif kinds[name] == "yes":
            values[name] = bool(value)
        elif kinds[name] == "link":
            values[name] = str(value) if value and our_page(str(value)) else False
        else:
            values[name] = str(value)[:MOST_CHARACTERS] if value else False
    values["x_body"] = rendered(step["text"]) if step.get("text") else False
    return values


def about_record(env: Any, record: Any) -> dict[str, Any]:
    """Which record a row is about: by name and id, and in the field that leads to its model, where there is one.

    A record that all companies share has a row that readers of it see in each of theirs.
    """
    plain = record.sudo()
    company = plain.company_id if "company_id" in plain._fields else env.company.browse()
    values: dict[str, Any] = {
        "x_record_model": record._name,
        "x_record_id": record.id,
        "x_record_name": plain.display_name,
        "x_company_id": company.id,
    }
    link = "x_" + record._name.replace(".", "_") + "_id"
    if link in env[CARDS]._fields:
        values[link] = record.id
    return values


def readers_of(env: Any, record: Any) -> Any:
    """Ids of those in the group of cards who may read the record. A record rule of Odoo cannot ask that by itself."""
    group = env.ref(READERS, raise_if_not_found=False)
    found: list[int] = []
    if not group:
        return found
    name = "group_ids" if "group_ids" in env["res.users"]._fields else "groups_id"
    for each in env["res.users"].sudo().search([(name, "in", group.ids), ("share", "=", False)]):
        model = env[record._name].with_user(each).with_context(allowed_company_ids=each.company_ids.ids)
        if may_read(model, record.id):
            found.append(each.id)
    return found


def card_readers(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """Look anew who may read the records of rows that wait, a page of them; rights change without a word to anybody."""
    if CARDS not in env:
        return {"status": "listed", "last": 0}
    domain = [("x_state", "in", WAITING), ("id", ">", int(step.get("after") or 0))]
    last = 0
    for row in env[CARDS].sudo().search(domain, order="id", limit=int(step.get("limit") or 50)):
        last = row.id
        record = env[row.x_record_model].browse(row.x_record_id).exists() if row.x_record_model in env else row.browse()
        values: dict[str, Any] = {}
        readers = readers_of(env, record) if record else []
        if sorted(row.x_reader_ids.ids) != sorted(readers):
            values["x_reader_ids"] = [(6, 0, readers)]
        ticket = ticket_of(env, row)
        if ticket:
            values["x_helpdesk_ticket_id"] = ticket
        if values:
            row.with_context(tracking_disable=True).write(values)
    return {"status": "listed", "last": last}


def ticket_of(env: Any, row: Any) -> Any:
    """The draft ticket that was made of the row's card, where the row does not name it yet."""
    if "x_helpdesk_ticket_id" not in row._fields or row.x_helpdesk_ticket_id:
        return False
    marker = marker_of(env, row).replace(".card", ".ticket")
    made = env["ir.model.data"].sudo().search([("module", "=", MODULE), ("name", "=", marker)], limit=1)
    found = env["helpdesk.ticket"].sudo().browse(made.res_id).exists() if made else made
    return found.id if found else False


def marker_of(env: Any, row: Any) -> Any:
    """The marker of a row."""
    domain = [("module", "=", MODULE), ("model", "=", CARDS), ("res_id", "=", row.id)]
    return env["ir.model.data"].sudo().search(domain, limit=1).name or ""


def marker_or_gone(env: Any, row: Any) -> Any:
    """The marker of a row; one without is no card's and goes: it is made in one transaction with its marker. Not while
    somebody waits for an answer on it.
    """
    marker = marker_of(env, row)
    if not marker and not row.x_request:
        row.unlink()
    return marker


def card_rows(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """Every row that stands here, a page of them: marker, what it shows, whether it waits, when it was last written."""
    rows: list[Any] = []
    last = 0
    if CARDS in env:
        for row in env[CARDS].sudo().search([("id", ">", int(step.get("after") or 0))], order="id", limit=MOST_ROWS):
            last = row.id
            marker = marker_or_gone(env, row)
            if marker:
                rows.append([marker, row.x_version or "", row.x_state in WAITING, str(row.write_date)[:19]])
    return {"status": "listed", "rows": rows, "last": last}


def card_requests(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """What people have asked for with the buttons and was not answered yet, the oldest first; and who they are."""
    found: list[Any] = []
    if CARDS not in env:
        return {"status": "listed", "requests": found}
    for row in env[CARDS].sudo().search([("x_request", "!=", False)], order="x_requested_at, id", limit=MOST_ROWS):
        marker = marker_of(env, row)
        if not marker:
            row.with_context(tracking_disable=True).write(ended_request(row, REPLACED))
            continue
        found.append(
            {
                "marker": marker,
                "row": row.id,
                "number": row.x_request_no,
                "kind": row.x_request,
                "seen": row.x_requested_revision,
                "at": str(row.x_requested_at)[:19],
                "reason": row.x_new_reason or "",
                "category": row.x_new_category or "",
                "severity": row.x_new_severity or "",
                "team": row.x_new_team or "",
                "comment": row.x_new_comment or "",
                "by": described(row.x_requested_by_id, step.get("groups") or []),
            }
        )
    return {"status": "listed", "requests": found}


def person(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """Who a user is: name, login, companies, and in which of the named groups."""
    found = env["res.users"].sudo().search([("id", "=", int(step["user"]))], limit=1)
    return {"status": "listed", "person": described(found, step.get("groups") or [])}


def described(someone: Any, groups: Any) -> dict[str, Any]:
    """A user of Odoo, as far as the service asks; nobody where there is none, or no longer."""
    if not someone or not someone.active or someone.share:
        return {}
    own = someone.with_user(someone)
    member = []
    for name in groups:
        if own.has_group(str(name)):
            member.append(str(name))
    return {
        "id": someone.id,
        "login": someone.login,
        "name": someone.name,
        "companies": someone.company_ids.mapped("name"),
        "groups": member,
    }
