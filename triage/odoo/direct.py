"""Doing verbs by direct calls, for an Odoo without a gate whose service user has the rights.

Each verb looks for what stands there under its marker, which the text of every note, activity and ticket holds, before
it makes anything, and looks again afterwards: where two have posted at once, all but the first are taken back, at once
or when the marker comes again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected, RecordMissing
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.gate.inside import DRAFT_STAGE, MODULE, escaped, linked, rendered
from triage.odoo.rights import STAGE_MODELS
from triage.odoo.verbs import Activity, Apply, Done, Note, NoteText, Posted, Ticket, Verb, Withdraw, check

_QUIET = {"mail_create_nosubscribe": True, "mail_create_nolog": True, "tracking_disable": True}
_TODO = "mail.mail_activity_data_todo"
_NOTHING_DONE = frozenset({"kept", "absent"})
_OPEN = "[triage "
_CLOSE = "]"


@dataclass(frozen=True)
class _Place:
    """Where a kind of advisory stands, and which of its fields holds the marker."""

    model: str
    field: str


_PLACES = {
    "note": _Place("mail.message", "body"),
    "activity": _Place("mail.activity", "note"),
    "ticket": _Place("helpdesk.ticket", "description"),
}


class Direct:
    """Direct calls with the service user's own rights. What it lacks comes out as `AccessDenied`."""

    def __init__(self, odoo: Odoo, connection: Connection) -> None:
        self._odoo = odoo
        self._connection = connection

    @property
    def acting(self) -> dict[str, str]:
        """Nothing of ours acts inside Odoo."""
        return {"gate": "none"}

    @property
    def has_cards(self) -> bool:
        """Rows that only link to pages are no advice, and have no marker that could be withdrawn here."""
        return False

    @property
    def has_tasks(self) -> bool:
        """Draft tasks are made through the gate only, which looks who follows their project."""
        return False

    @cached_property
    def has_tickets(self) -> bool:
        """Whether there is Helpdesk with a stage for drafts, and the right to make tickets."""
        return self._stage is not None and may(self._odoo, "helpdesk.ticket", "create")

    def do(self, verbs: list[Verb]) -> list[Done]:
        """Do the verbs one after the other.

        Where Odoo refuses one (`AccessDenied`, `OdooRejected`) after another was done, the answer says what was done,
        so that it can be recorded; the refused one is `absent` there, a refused withdrawal `kept`, and those after it
        are tried. Where nothing was done before it, the refusal is raised. A verb that stands on no list is refused
        before anything is done; `RecordMissing` and `OdooUnavailable` are always raised.
        """
        done: list[Done] = []
        for verb in [check(verb) for verb in verbs]:
            try:
                done.append(self._do(verb))
            except (AccessDenied, OdooRejected):
                if all(each.status in _NOTHING_DONE for each in done):
                    raise
                status: Literal["kept", "absent"] = "kept" if isinstance(verb, Withdraw) else "absent"
                done.append(Done(verb=verb.verb, marker=getattr(verb, "marker", None), status=status))
        return done

    def posted(self, since: str | None = None) -> list[Posted]:
        """What stands in Odoo with a marker of ours."""
        found: list[Posted] = []
        for place in _PLACES.values():
            domain: list[Any] = [(place.field, "ilike", _OPEN), ("create_uid", "=", self._odoo.user.id)]
            domain += [("create_date", ">=", since)] if since else []
            for row in self._odoo.search(place.model, domain, [place.field], order="id"):
                marker = (row.text(place.field) or "").rpartition(_OPEN)[2].partition(_CLOSE)[0]
                name = f"{row.model} {row.id}"
                found.append(Posted(marker=marker, ref=RecordRef(model=row.model, id=row.id, name=name)))
        return found

    def visible(self, user: int, records: list[RecordRef]) -> list[bool]:
        """Cannot be told without a gate: nobody is shown anything."""
        return [False for _ in records]

    def _do(self, verb: Verb) -> Done:
        if isinstance(verb, Note):
            return self._note(verb)
        if isinstance(verb, Activity):
            return self._activity(verb)
        if isinstance(verb, Ticket):
            return self._ticket(verb)
        return self._apply(verb) if isinstance(verb, Apply) else self._withdraw(verb)

    def _note(self, verb: Note) -> Done:
        body = _html(verb.text, verb.marker)
        if numbers := self._standing(verb.marker):
            return self._update(verb.marker, numbers, {"body": body})
        record = self._there(verb.record)
        made = self._odoo.call(
            record.model,
            "message_post",
            [record.id or 0],
            {"body": body, "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
            | ({"body_is_html": True} if self._odoo.version.major >= _HTML_FLAG else {}),
            {"mail_create_nosubscribe": True},
        )
        return self._first(verb.marker, _one(made))

    def _activity(self, verb: Activity) -> Done:
        if not self._odoo.has(verb.record.model, "activity_ids"):
            return Done(verb="activity", marker=verb.marker, status="absent")
        note = f"<p>{escaped(verb.note)} {_OPEN}{verb.marker}{_CLOSE}</p>{linked(verb.link)}"
        values: dict[str, Any] = {"summary": verb.summary[:200], "note": note, "date_deadline": verb.due.isoformat()}
        if numbers := self._standing(verb.marker):
            return self._update(verb.marker, numbers, values)
        record = self._there(verb.record)
        reviewer, partner = self._reviewer(verb)
        followers = self._followers(record)
        values |= {"act_type_xmlid": _TODO, "user_id": reviewer}
        # needs no right on ir.model, as creating one by its values does
        self._odoo.call(
            record.model, "activity_schedule", [record.id or 0], values, {"mail_activity_quick_update": True}
        )
        if partner and partner not in followers:
            self._odoo.call(record.model, "message_unsubscribe", [record.id or 0], {"partner_ids": [partner]})
        return self._first(verb.marker)

    def _followers(self, record: RecordRef) -> tuple[int, ...]:
        rows = self._odoo.read(record.model, [record.id or 0], ["message_partner_ids"])
        return rows[0].many("message_partner_ids") if rows else ()

    def _reviewer(self, verb: Activity) -> tuple[int, int | None]:
        """User and partner of who is asked: the record's own user, else the named one, else ourselves."""
        owner = (self._odoo.fields(verb.record.model) or {}).get("user_id")
        if owner and owner.relation == "res.users":
            named = self._odoo.read(verb.record.model, [verb.record.id or 0], ["user_id"])
            number = named[0].one("user_id") if named else None
            for row in self._odoo.search("res.users", [("id", "=", number or 0)], ["partner_id"]):  # who is active
                return row.id, row.one("partner_id")
        for row in self._odoo.search("res.users", [("login", "=", verb.reviewer or "")], ["partner_id"]):
            return row.id, row.one("partner_id")
        return self._odoo.user.id, self._odoo.user.partner

    def _ticket(self, verb: Ticket) -> Done:
        stage = self._stage
        if stage is None:
            return Done(verb="ticket", marker=verb.marker, status="absent")
        values: dict[str, Any] = {"name": verb.name[:200], "description": _html(verb.text, verb.marker)}
        if numbers := self._standing(verb.marker):
            row = self._odoo.read("helpdesk.ticket", numbers[:1], ["stage_id"])[0]
            if row.one("stage_id") != stage:
                return Done(verb="ticket", marker=verb.marker, status="kept", ref=_ref("ticket", row.id))
            return self._update(verb.marker, numbers, values)
        values |= {"stage_id": stage, "user_id": False}
        values |= {"team_id": verb.team} if verb.team else {}
        made = self._odoo.call("helpdesk.ticket", "create", named={"vals_list": [values]}, context=_QUIET)
        return self._first(verb.marker, _one(made))

    @cached_property
    def _stage(self) -> int | None:
        """The stage of drafts: the one that `triage odoo grant` made, where we may see that, else the one so named."""
        if (number := self._granted_stage()) is not None:
            return number
        name = self._connection.tickets.stage
        for model in STAGE_MODELS:
            rows = self._odoo.search(model, [("name", "=", name)], ["id"], limit=1) if self._odoo.has(model) else []
            if rows:
                return rows[0].id
        return None

    def _granted_stage(self) -> int | None:
        domain = [("module", "=", MODULE), ("name", "=", DRAFT_STAGE), ("model", "in", list(STAGE_MODELS))]
        try:
            rows = self._odoo.search("ir.model.data", domain, ["model", "res_id"], limit=1)
            named = [(row.text("model") or "", int(row.number("res_id") or 0)) for row in rows]
            return next((row.id for model, number in named for row in self._odoo.read(model, [number], ["id"])), None)
        except AccessDenied:
            return None

    def _apply(self, verb: Apply) -> Done:
        if any(isinstance(value, tuple) for value in verb.values.values()):
            raise OdooRejected(
                "apply: tags are added through the gate only. Have an administrator run `triage odoo grant`."
            )
        names = list(verb.values)
        before = self._odoo.read(verb.record.model, [verb.record.id or 0], names)
        if not before:
            raise RecordMissing(f"{verb.record.model} {verb.record.name} is not there (any more).")
        self._odoo.call(verb.record.model, "write", [before[0].id], {"vals": dict(verb.values)})
        stood = {name: before[0].values.get(name) for name in names}
        return Done(verb="apply", status="applied", ref=verb.record, before=stood)

    def _withdraw(self, verb: Withdraw) -> Done:
        kind = _kind(verb.marker)
        numbers = self._standing(verb.marker)
        if not numbers:
            return Done(verb="withdraw", marker=verb.marker, status="absent")
        if free := self._free(kind, numbers):
            self._odoo.call(_PLACES[kind].model, "unlink", free)
        taken = [number for number in numbers if number not in free]
        if taken:
            return Done(verb="withdraw", marker=verb.marker, status="kept", ref=_ref(kind, taken[0]))
        return Done(verb="withdraw", marker=verb.marker, status="withdrawn", ref=_ref(kind, numbers[0]))

    def _free(self, kind: str, numbers: Sequence[int]) -> list[int]:
        """Those of them that nobody has taken up: all but tickets that are drafts no more."""
        if kind != "ticket":
            return list(numbers)
        rows = self._odoo.read("helpdesk.ticket", numbers, ["stage_id", "user_id"])
        return [row.id for row in rows if row.one("stage_id") == self._stage and row.one("user_id") is None]

    def _there(self, record: RecordRef) -> RecordRef:
        if not self._odoo.read(record.model, [record.id or 0], ["id"]):
            raise RecordMissing(f"{record.model} {record.name} is not there (any more).")
        return record

    def _standing(self, marker: str) -> list[int]:
        place = _PLACES[_kind(marker)]
        domain = [(place.field, "ilike", f"{_OPEN}{marker}{_CLOSE}"), ("create_uid", "=", self._odoo.user.id)]
        return [row.id for row in self._odoo.search(place.model, domain, ["id"], order="id")]

    def _update(self, marker: str, numbers: Sequence[int], values: dict[str, Any]) -> Done:
        kind = _kind(marker)
        self._odoo.call(_PLACES[kind].model, "write", [numbers[0]], {"vals": values}, _QUIET)
        self._take_back(kind, numbers[1:])
        return Done(verb=kind, marker=marker, status="updated", ref=_ref(kind, numbers[0]))

    def _first(self, marker: str, made: int | None = None) -> Done:
        """What was made, or what another made before it; all but the first go again."""
        kind = _kind(marker)
        numbers = sorted({*self._standing(marker), *([made] if made else [])})
        if not numbers:
            raise OdooRejected(f"{kind}: Odoo took it and made nothing; does it let activities be planned?")
        self._take_back(kind, numbers[1:])
        status: Literal["posted", "updated"] = "posted" if made in {None, numbers[0]} else "updated"
        return Done(verb=kind, marker=marker, status=status, ref=_ref(kind, numbers[0]))

    def _take_back(self, kind: str, surplus: Sequence[int]) -> None:
        """Delete what stands beside the first of its marker, unless another was faster or we may not."""
        for number in self._free(kind, surplus) if surplus else ():
            with suppress(RecordMissing, AccessDenied):
                self._odoo.call(_PLACES[kind].model, "unlink", [number])


_HTML_FLAG = 17


def may(odoo: Odoo, model: str, operation: str, fields: Sequence[str] = ()) -> bool:
    """Whether the service user may do this with some record of the model, by Odoo's own access check."""
    if not odoo.has(model, *fields):
        return False
    try:
        return bool(odoo.call(model, "has_access", [], {"operation": operation}, again=True))
    except OdooRejected:  # before 18
        named = {"operation": operation, "raise_exception": False}
        return bool(odoo.call(model, "check_access_rights", named=named, again=True))


def may_on(odoo: Odoo, model: str, number: int, operation: str) -> bool:
    """Whether the service user may do this with this record: by access rights and record rules."""
    try:
        return bool(odoo.call(model, "has_access", [number], {"operation": operation}, again=True))
    except OdooRejected:  # before 18
        try:
            odoo.call(model, "check_access_rule", [number], {"operation": operation}, again=True)
        except AccessDenied:
            return False
        return True


def _html(text: NoteText, marker: str) -> str:
    told = text.model_dump(mode="json")
    return rendered(told | {"footer": f"{text.footer} {_OPEN}{marker}{_CLOSE}"})


def _kind(marker: str) -> str:
    kind = marker.rpartition(".")[2]
    if kind not in _PLACES:
        raise OdooRejected(f"{marker!r} is no marker of a note, activity or ticket.")
    return kind


def _ref(kind: str, number: int) -> RecordRef:
    model = _PLACES[kind].model
    return RecordRef(model=model, id=number, name=f"{model} {number}")


def _one(made: Any) -> int:
    return int(made[0] if isinstance(made, list) else made)
