"""Doing verbs through the gate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

import stamina
import structlog
from pydantic import ValidationError

from triage.domain import RecordRef
from triage.errors import AccessDenied, ConfigurationError, OdooRejected
from triage.odoo.card_rows import CardRow, OdooUser, Request, Standing, checked
from triage.odoo.client import Odoo
from triage.odoo.gate.code import CONTEXT_KEY, GATE, gate_code, gate_hash
from triage.odoo.gate.inside import MODULE
from triage.odoo.verbs import Apply, Done, Posted, Verb, check

log = structlog.get_logger("triage.odoo")

_MOST_ASKED = 1000
"""Records that the gate answers about in one step."""
_RACES = frozenset({"ValidationError", "IntegrityError", "UniqueViolation"})


class Gate:
    """The gate of one Odoo. Every call is one transaction there: all verbs of a call are done, or none is."""

    def __init__(self, odoo: Odoo, number: int) -> None:
        self._odoo = odoo
        self._number = number
        told = self._run([{"verb": "about"}])[0]
        self.code_hash = gate_hash(str(told["code"]))
        """Of the code, as the gate itself tells it. An administrator's `triage odoo check` compares the code itself."""
        self.has_tickets = bool(told["draft_stage"])
        """Whether there is Helpdesk with a stage for drafts."""
        self.has_cards = bool(told.get("cards"))
        """Whether there is the model of cards, which `triage odoo setup` makes. Gates of before tell nothing of it."""
        self.has_tasks = bool(told.get("tasks"))
        """Whether there is Project, for draft tasks."""

    @classmethod
    def find(cls, odoo: Odoo) -> Gate | None:
        """The gate of this Odoo, or none where none was made or the service user is not in its group.

        Raises `ConfigurationError` where its code is not the one that this version knows: what acts must be known.
        """
        number = gate_id(odoo)
        if number is None:
            return None
        gate, known = cls(odoo, number), gate_hash(gate_code(odoo.version.major))
        if gate.code_hash != known:
            raise ConfigurationError(
                f"{odoo.server}: the gate's code is not the one of this version ({gate.code_hash[:12]}, known is "
                f"{known[:12]}). Have an administrator run `triage odoo grant` again, after finding out who changed it."
            )
        return gate

    @property
    def number(self) -> int:
        """Id of its server action: another one after it was taken away and made anew."""
        return self._number

    @property
    def acting(self) -> dict[str, str]:
        """The gate's hash."""
        return {"gate": self.code_hash}

    def do(self, verbs: list[Verb]) -> list[Done]:
        """Do all verbs in one transaction. Markers make doing them again harmless, so they are tried again."""
        if not verbs:
            return []
        steps = [check(verb).model_dump(mode="json") for verb in verbs]
        answers = self._run(steps, again=not any(isinstance(verb, Apply) for verb in verbs))
        return [_done(verb, answer) for verb, answer in zip(verbs, answers, strict=True)]

    def posted(self, since: str | None = None) -> list[Posted]:
        """What stands in Odoo under our markers."""
        answer = self._run([{"verb": "posted", "since": since}])[0]
        return [
            Posted(marker=marker, ref=RecordRef(model=model, id=number, name=f"{model} {number}"))
            for marker, model, number in answer["markers"]
        ]

    def visible(self, user: int, records: Sequence[RecordRef], fields: Sequence[str] = ()) -> list[bool]:
        """Whether an Odoo user may read each of these records; with `fields`, the field beside it (empty: none)."""
        beside = fields or [""] * len(records)
        asked = [
            {"model": record.model, "id": record.id, "fields": [field] if field else []}
            for record, field in zip(records, beside, strict=True)
        ]
        found: list[bool] = []
        for start in range(0, len(asked), _MOST_ASKED):
            part = asked[start : start + _MOST_ASKED]
            found += self._run([{"verb": "visible", "user": user, "records": part}])[0]["visible"]
        return found

    @property
    def shows_evidence(self) -> bool:
        """The gate asks Odoo who may read what, so rows may say it."""
        return True

    def put_card(self, row: CardRow) -> Literal["posted", "updated", "kept", "absent", "withdrawn"]:
        """As `CardHand.put_card`: in one transaction with the row's marker and with the answer to a request."""
        step = {"verb": "card", **checked(row).model_dump(mode="json")}
        return cast(Literal["posted", "updated", "kept", "absent", "withdrawn"], self._run([step])[0]["status"])

    def remove_card(self, marker: str) -> None:
        """As `CardHand.remove_card`."""
        self._run([{"verb": "card", "marker": marker, "remove": True}])

    def card_rows(self) -> list[Standing]:
        """As `CardHand.card_rows`."""
        found: list[Standing] = []
        last = 0
        while True:
            page = self._run([{"verb": "card_rows", "after": last}])[0]
            found += [
                Standing(
                    marker=marker,
                    version=version,
                    waits=waits,
                    written_at=datetime.fromisoformat(at).replace(tzinfo=UTC),
                )
                for marker, version, waits, at in page["rows"]
            ]
            if not page["last"]:  # a page of rows may have none with a card
                return found
            last = page["last"]

    def card_requests(self, groups: tuple[str, ...] = ()) -> list[Request]:
        """As `CardHand.card_requests`."""
        found = self._run([{"verb": "card_requests", "groups": list(groups)}])[0]["requests"]
        told: list[Request] = []
        for each in found:
            try:
                told.append(Request.model_validate(each))
            except ValidationError:  # by hand, or of another version: nobody else's word waits for it
                log.warning("a request in Odoo is not understood", row=each.get("row"))
        return told

    def look_anew(self) -> None:
        """As `CardHand.look_anew`; a page of rows in each transaction."""
        last, more = 0, True
        while more:
            last = int(self._run([{"verb": "card_readers", "after": last}])[0]["last"])
            more = bool(last)

    def person(self, user: int, groups: tuple[str, ...] = ()) -> OdooUser | None:
        """Who a user of Odoo is, and in which of these groups; none where there is no such internal user."""
        found = self._run([{"verb": "person", "user": user, "groups": list(groups)}])[0]["person"]
        return OdooUser.model_validate(found) if found else None

    def _run(self, steps: Sequence[dict[str, Any]], again: bool = True) -> list[dict[str, Any]]:
        """One call. Who loses a race for a marker finds it there the next time."""
        for attempt in stamina.retry_context(on=_lost_a_race, attempts=4, wait_initial=0.05, wait_max=1.0):
            with attempt:
                return self._call(steps, again)
        raise AssertionError("unreachable: the last attempt raises")

    def _call(self, steps: Sequence[dict[str, Any]], again: bool) -> list[dict[str, Any]]:
        context = {CONTEXT_KEY: list(steps), "allowed_company_ids": list(self._odoo.user.companies)}
        answer = self._odoo.call("ir.actions.server", "run", [self._number], context=context, again=again)
        try:
            return list(answer["infos"]["triage"])
        except (TypeError, KeyError) as error:
            raise OdooRejected(f"{self._odoo.server}: the gate answered nothing that we know.") from error


def gate_id(odoo: Odoo) -> int | None:
    """Id of the gate's server action, as far as this user may see it."""
    domain = [("module", "=", MODULE), ("name", "=", GATE), ("model", "=", "ir.actions.server")]
    try:
        rows = odoo.search("ir.model.data", domain, ["res_id"])
    except AccessDenied:
        return None
    return int(rows[0].number("res_id") or 0) if rows else None


def _lost_a_race(error: Exception) -> bool:
    """Two made the same marker at once. 19 says so by its class, 18 in the text of a ValueError."""
    return isinstance(error, OdooRejected) and (error.kind in _RACES or "UniqueViolation" in str(error))


def _done(verb: Verb, answer: dict[str, Any]) -> Done:
    ref = None
    if answer.get("model"):
        ref = RecordRef(model=answer["model"], id=answer["id"], name=f"{answer['model']} {answer['id']}")
    return Done(
        verb=verb.verb,
        marker=getattr(verb, "marker", None),
        status=answer["status"],
        ref=ref,
        before=answer.get("before") or {},
    )
