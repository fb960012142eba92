"""What `triage odoo check` finds out: which Odoo this is, what is there, and what the service user may and may not do.

Nothing is written. Rights are asked of Odoo's own access checks (`has_access`), never tried.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from triage.domain.base import Frozen
from triage.errors import AccessDenied, ConfigurationError, OdooError, OdooRejected
from triage.odoo.capture import MODELS
from triage.odoo.client import Odoo
from triage.odoo.connection import CUSTOM_FIELDS, Connection
from triage.odoo.direct import may, may_on
from triage.odoo.gate.client import Gate, gate_id
from triage.odoo.gate.code import gate_code, gate_hash
from triage.odoo.grant import is_in, refs
from triage.odoo.rights import GROUPS, OPERATIONS, PROTECTED
from triage.odoo.rows import Row

_KEY_WARNING = timedelta(days=14)
_APPS: Sequence[tuple[str, tuple[tuple[str, str, tuple[str, ...]], ...]]] = (
    (
        "Helpdesk",
        (
            ("Enterprise Helpdesk", "helpdesk.ticket", ("ticket_ref",)),
            ("helpdesk_mgmt", "helpdesk.ticket", ("number",)),
            ("another Helpdesk", "helpdesk.ticket", ()),
        ),
    ),
    (
        "Documents",
        (
            ("Enterprise Documents", "documents.document", ()),
            ("dms", "dms.file", ()),
            ("attachments", "ir.attachment", ()),
        ),
    ),
    (
        "Approvals",
        (("Enterprise Approvals", "approval.request", ()), ("tier validation", "tier.review", ())),
    ),
    ("Quality", (("Quality", "quality.check", ()),)),
    ("Maintenance", (("Maintenance", "maintenance.request", ()),)),
    ("Project", (("Project", "project.task", ()),)),
    ("Planning", (("Planning", "planning.slot", ()),)),
    ("CRM", (("CRM", "crm.lead", ("type",)),)),
    ("Carriers", (("Delivery", "delivery.carrier", ()),)),
)

_NEEDED: Mapping[str, str] = {
    "sale.order": "sales orders",
    "sale.order.line": "order lines",
    "stock.picking": "transfers",
    "stock.move": "stock moves",
    "purchase.order": "purchase orders",
    "purchase.order.line": "purchase lines",
    "account.move": "invoices: overdue amounts, disputes",
    "product.product": "products",
    "mail.tracking.value": "earlier promises of an order",
    "mail.message": "threads",
    "ir.attachment": "attached files",
}


class Level(StrEnum):
    """How a finding is to be taken."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    BAD = "bad"
    """Should not be so; the check ends with exit status 1."""


class Finding(Frozen):
    """One thing that was found."""

    about: str
    level: Level
    text: str


class Report(Frozen):
    """Everything that was found about one Odoo."""

    server: str
    database: str
    api: str
    version: str
    edition: str
    user: str
    checked_at: datetime
    findings: tuple[Finding, ...]
    models: dict[str, bool]
    """Models that can be captured, and whether this Odoo has them for the service user to read."""

    @property
    def is_bad(self) -> bool:
        """Whether something should not be so."""
        return any(finding.level is Level.BAD for finding in self.findings)


def check(odoo: Odoo, connection: Connection, now: datetime, admin: Odoo | None = None) -> Report:
    """Look at an Odoo as the service user, and, where an administrator's connection is given, at the gate's own code.

    Raises `OdooUnavailable` where Odoo does not answer and `AccessDenied` where the key is refused.
    """
    user = odoo.user
    readable = {model: may(odoo, model, "read") for model in MODELS}
    return Report(
        server=odoo.server,
        database=connection.database,
        api=odoo.transport.api,
        version=odoo.version.text,
        edition="Enterprise" if odoo.version.enterprise else "Community",
        user=f"{user.login} ({user.name}), {user.language}, {user.timezone}, companies {len(user.companies)}",
        checked_at=now,
        findings=tuple(_findings(odoo, connection, now, admin)),
        models=readable,
    )


def _findings(odoo: Odoo, connection: Connection, now: datetime, admin: Odoo | None) -> Iterator[Finding]:
    yield from _apps(odoo)
    yield from _reading(odoo)
    yield from _custom(odoo, connection)
    gate = yield from _gate(odoo, admin)
    yield from _excess(odoo, gate is not None)
    yield from _stages(odoo, connection)
    yield from _key(odoo, now)


def _apps(odoo: Odoo) -> Iterator[Finding]:
    for app, kinds in _APPS:
        found = next((name for name, model, fields in kinds if odoo.has(model, *fields)), None)
        text = found or "not here"
        yield Finding(about=app, level=Level.OK if found else Level.NOTE, text=text)


def _reading(odoo: Odoo) -> Iterator[Finding]:
    for model, what in _NEEDED.items():
        if odoo.fields(model) is None:
            yield Finding(about="reads", level=Level.NOTE, text=f"{what}: this Odoo has no {model}")
        elif not may(odoo, model, "read"):
            yield Finding(about="reads", level=Level.WARNING, text=f"{what}: the service user may not read {model}")
    if odoo.has("res.partner", "credit"):
        yield Finding(about="reads", level=Level.OK, text="credit exposure and limits: may be read")
    else:
        text = "credit exposure and limits: hidden from the service user, so there are no credit facts from them"
        yield Finding(about="reads", level=Level.NOTE, text=f"{text} (`triage odoo grant --accounting`)")


def _custom(odoo: Odoo, connection: Connection) -> Iterator[Finding]:
    for name, field in connection.fields.items():
        if not any(odoo.has(model, field) for model in CUSTOM_FIELDS[name]):
            text = f"fields.{name}: no field {field!r} on {' or '.join(CUSTOM_FIELDS[name])}"
            yield Finding(about="configuration", level=Level.WARNING, text=text)


def _gate(odoo: Odoo, admin: Odoo | None) -> Generator[Finding, None, Gate | None]:
    """The gate's findings; returns the gate where it is there and known."""
    number = gate_id(odoo)
    if number is None:
        text = "no gate: notes need write rights of the service user (`triage odoo grant` makes a gate)"
        yield Finding(about="gate", level=Level.NOTE, text=text)
        return None
    try:
        gate = Gate.find(odoo)
    except (ConfigurationError, OdooRejected, AccessDenied) as error:
        yield Finding(about="gate", level=Level.BAD, text=str(error))
        return None
    if gate is None:
        return None
    yield Finding(about="gate", level=Level.OK, text=f"server action {number}, code {gate.code_hash[:12]} is known")
    if admin is not None:
        yield _compared(admin, number)
    return gate


def _compared(admin: Odoo, number: int) -> Finding:
    rows = admin.read("ir.actions.server", [number], ["code"])
    found = gate_hash(rows[0].text("code") or "") if rows else "none"
    known = gate_hash(gate_code(admin.version.major))
    if found == known:
        return Finding(about="gate", level=Level.OK, text="its code, read by an administrator, is the one it tells")
    text = f"its code, read by an administrator, is another one ({found[:12]}, known is {known[:12]})"
    return Finding(about="gate", level=Level.BAD, text=text)


def _excess(odoo: Odoo, has_gate: bool) -> Iterator[Finding]:
    """Every right that the service user does not need; with a gate none, without one the writes that notes need."""
    level = Level.BAD if has_gate else Level.WARNING
    found = 0
    denied = {ref.name for ref in refs(odoo)}
    for model in PROTECTED:
        rights, proven = rights_in(odoo, model)
        if not rights:
            continue
        text = f"{model}: may {', '.join(rights)}"
        if not proven and f"deny_{model.replace('.', '_')}" in denied:
            text = f"{text}, but for a rule of `triage odoo grant`; there is no record yet to prove the rule at"
            yield Finding(about="rights", level=Level.NOTE, text=text)
            continue
        found += 1
        yield Finding(about="rights", level=level, text=text)
    for group, does in GROUPS.items():
        try:
            inside = is_in(odoo, group)
        except OdooRejected:
            text = f"Odoo does not tell whether it is in the group {group} ({does})"
            yield Finding(about="rights", level=Level.WARNING, text=text)
            continue
        if inside:
            found += 1
            yield Finding(about="rights", level=level, text=f"is in the group {group} ({does})")
    if not found:
        text = f"reads only: no right to write, create or delete in {len(PROTECTED)} models"
        yield Finding(about="rights", level=Level.OK, text=text)
    yield Finding(about="rights", level=Level.NOTE, text=_REMAINS)


def rights_in(odoo: Odoo, model: str) -> tuple[list[str], bool]:
    """What the service user may do in a model besides reading, by Odoo's own checks, and whether that is proven.

    A right that a record rule takes away again shows only at a record: one that may be read is asked. A rule that
    refuses writing is taken to refuse creating, as those of `triage odoo grant` do.
    """
    rights = [operation for operation in OPERATIONS if may(odoo, model, operation)]
    if not rights:
        return [], True
    rows = odoo.search(model, [], ["id"], limit=1) if may(odoo, model, "read") else []
    if not rows:
        return rights, False
    refused = {each for each in ("write", "unlink") if each in rights and not may_on(odoo, model, rows[0].id, each)}
    return [each for each in rights if each not in refused and not (each == "create" and "write" in refused)], True


_REMAINS = (
    "what Odoo leaves to every internal user, whatever its rights: following what it may read. What your own add-ons "
    "let every internal user do is not looked at here"
)


def _stages(odoo: Odoo, connection: Connection) -> Iterator[Finding]:
    for model, template in (("helpdesk.ticket.stage", "mail_template_id"), ("helpdesk.stage", "template_id")):
        if not odoo.has(model):
            continue
        try:
            rows = odoo.search(model, [], ["name", template], order="sequence, id")
        except AccessDenied:
            yield Finding(about="stages", level=Level.WARNING, text=f"the service user may not read {model}")
            continue
        for row in rows:
            yield _stage(row, template, connection.tickets.stage)
        if connection.tickets.stage not in [row.text("name") for row in rows]:
            text = f"no stage {connection.tickets.stage!r} for drafts: no draft tickets (`triage odoo grant` makes it)"
            yield Finding(about="stages", level=Level.NOTE, text=text)
    yield from _service_levels(odoo)


def _stage(row: Row, template: str, drafts: str) -> Finding:
    name, mails = row.text("name"), row.label(template)
    if mails is None:
        return Finding(about="stages", level=Level.OK, text=f"{name}: mails nobody")
    level = Level.BAD if name == drafts else Level.NOTE
    return Finding(about="stages", level=level, text=f"{name}: mails the customer ({mails})")


def _service_levels(odoo: Odoo) -> Iterator[Finding]:
    if not odoo.has("helpdesk.team", "use_sla"):
        return
    try:
        rows = odoo.search("helpdesk.team", [("use_sla", "=", True)], ["name"])
    except AccessDenied:
        return
    for row in rows:
        text = f"team {row.text('name')}: a ticket starts a service level clock; give drafts a team without one"
        yield Finding(about="stages", level=Level.WARNING, text=text)


def _key(odoo: Odoo, now: datetime) -> Iterator[Finding]:
    """When the service user's keys expire. Nobody can tell which of them is in use."""
    try:
        domain = [("user_id", "=", odoo.user.id)]
        rows = odoo.search("res.users.apikeys", domain, ["name", "expiration_date"])
    except OdooError:
        return
    for row in rows:
        ends = row.moment("expiration_date")
        name = row.text("name")
        if ends is None:
            yield Finding(about="key", level=Level.NOTE, text=f"{name}: does not expire")
        elif ends - now.astimezone(UTC) < _KEY_WARNING:
            yield Finding(about="key", level=Level.WARNING, text=f"{name}: expires on {ends:%Y-%m-%d}; make a new one")
        else:
            yield Finding(about="key", level=Level.OK, text=f"{name}: expires on {ends:%Y-%m-%d}")
