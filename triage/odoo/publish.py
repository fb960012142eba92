"""A card's advice in Odoo: an internal note, and a draft ticket or, in its place, a review activity."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

import structlog

from triage.domain import Advice, Advisory, Card, CardState, Publication, RecordRef, TicketsWhen, Withdrawal
from triage.errors import AccessDenied, OdooRejected, RecordMissing, UsageError
from triage.facts.labels import later_title
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.named import Named, usable
from triage.odoo.note import as_decided, end_text, note_text, rejected_text, task_text
from triage.odoo.own_words import REVIEW, TITLE
from triage.odoo.routes import ticket_values
from triage.odoo.rows import Row
from triage.odoo.verbs import Activity, Apply, Done, Hand, Note, NoteText, Posted, Ticket, Verb, Withdraw, may_advise_on

log = structlog.get_logger("triage.odoo")

_TICKET = "helpdesk.ticket"
_TASK = "task"
_VERBS = ("note", "activity", "ticket")
_ROW = "card"
"""A card's row is no advice that is published: it is kept in step by itself, and goes with what is taken back."""
_TEAM_MODELS = ("helpdesk.ticket.team", "helpdesk.team")


class Publisher:
    """Publishes cards into one Odoo, and takes them back.

    What is published carries the card's marker, so that publishing again brings it up to date, whoever does it. Every
    method raises `OdooError` where Odoo does not take it; with a gate nothing of that card was written then.
    `may_note` says whether a card may have a note on its record today, of which there are so many; without it every
    card may, as where a person posts it. `address` is that of the review pages, to which all then links.
    """

    def __init__(
        self,
        odoo: Odoo,
        hand: Hand,
        connection: Connection,
        advice: Advice | Callable[[str], Advice],
        may_note: Callable[[Card, int], bool] | None = None,
        address: str | None = None,
    ) -> None:
        self._odoo = odoo
        self._hand = hand
        self._connection = connection
        self._advice = advice
        self._may_note = may_note
        self._address = address
        self._named = Named(odoo)

    @property
    def acting(self) -> dict[str, str]:
        """Names and hashes of what acts on a publication."""
        return self._hand.acting | {"odoo": f"{self._odoo.server} {self._connection.database}"}

    def publish(self, card: Card) -> Publication:
        """Publish what the policy wants of a card as it stands: waiting, or accepted; or say why nothing is wanted.

        Of a card that was rejected, or ended by itself, its note says so, and what asks for a review is taken back; of
        one that was accepted, the review activity.
        """
        verbs = list(self._wanted(card))
        done = list(self._hand.do(verbs)) if verbs else []
        self._route(card, done)
        done += self._follow_up(card)
        if not done:
            why = f"{card.proposal.record.model} takes no notes, and no ticket is wanted or possible here"
            return Publication(card=card.id, on=card.proposal.record, why=why)
        return Publication(card=card.id, on=card.proposal.record, advisories=self._advisories(done))

    def posted(self, since: str | None = None) -> dict[UUID, list[Posted]]:
        """What stands in Odoo, by card; what no card of ours could have posted is left out."""
        found: dict[UUID, list[Posted]] = {}
        for each in self._hand.posted(since):
            card = card_of(each.marker)
            if card is not None:
                found.setdefault(card, []).append(each)
        return found

    def withdraw(self, card: UUID) -> tuple[Advisory, ...]:
        """Take back all advisories of a card, and its row; a ticket that people have taken up stays, and so does a row
        about which they have said something.
        """
        verbs = (*self._kinds, _ROW) if self._hand.has_cards else self._kinds
        return self._advisories(self._hand.do([Withdraw(marker=marker_of(card, verb)) for verb in verbs]))

    def take_back(self, card: Card) -> Withdrawal:
        """Take back all of a card, as a record."""
        return Withdrawal(card=card.id, advisories=self.withdraw(card.id))

    def _wanted(self, card: Card) -> Iterator[Verb]:
        record = card.proposal.record
        here = may_advise_on(record.model) and record.id is not None
        if card.ended is not None:
            if here and self._advice_for(card).note:
                yield Note(
                    marker=marker_of(card.id, "note"),
                    record=record,
                    text=self._linked(card, end_text(card, card.ended)),
                )
            yield from (Withdraw(marker=marker_of(card.id, verb)) for verb in self._kinds if verb != "note")
            return
        if card.state is CardState.REJECTED and card.decisions:
            if here and self._advice_for(card).note:
                yield Note(
                    marker=marker_of(card.id, "note"), record=record, text=self._linked(card, rejected_text(card))
                )
            yield from (Withdraw(marker=marker_of(card.id, verb)) for verb in self._kinds if verb != "note")
            return
        advice = self._advice_for(card)
        if here and advice.note and (self._may_note is None or self._may_note(card, advice.notes_a_day)):
            yield Note(marker=marker_of(card.id, "note"), record=record, text=self._linked(card, note_text(card)))
        if here and advice.activity and is_accepted(card):
            yield Withdraw(marker=marker_of(card.id, "activity"))  # the review is over
        if self._wants_ticket(card):
            yield self._ticket(card)
        elif here and self._advice_for(card).activity and not is_accepted(card):
            yield self._activity(card)

    @property
    def _kinds(self) -> tuple[str, ...]:
        """What of a card can stand in this Odoo."""
        return (*_VERBS, _TASK) if self._hand.has_tasks else _VERBS

    def _follow_up(self, card: Card) -> Sequence[Done]:
        """A draft task of what should be done later, of a card that a person has accepted as it was.

        A call of its own: what Odoo refuses here, and a project that is not there, leave note and ticket as they are,
        which stand there already and are to be recorded; the answer says `absent`.
        """
        later, name = card.proposal.follow_up, self._advice_for(card).project
        record = card.proposal.record
        here = record.id is not None and may_advise_on(record.model)
        kept = as_decided(card).category is card.proposal.suggestion.category
        if later is None or name is None or not (here and kept and is_accepted(card) and self._hand.has_tasks):
            return ()
        marker = marker_of(card.id, _TASK)
        try:
            verb = Ticket(
                marker=marker,
                record=record,
                name=f"{record.name}: {later_title(later, card.proposal.reader)}",
                text=self._linked(card, task_text(card, later)),
                project=self._project(name, record),
                due=later.due,
            )
            return self._hand.do([verb])
        except (OdooRejected, AccessDenied, RecordMissing) as error:
            log.warning("draft task", card=str(card.id), error=type(error).__name__)
        except UsageError as error:
            log.warning("draft task", card=str(card.id), error=str(error))
        return (Done(verb="ticket", marker=marker, status="absent"),)

    def _project(self, name: str, record: RecordRef) -> int:
        """The id of the project of this name in the record's company. Raises `UsageError` unless there is just one."""
        called = f"project {name!r} (advice.project of the policy)"
        rows = self._named.all("project.project", name)
        if not rows:
            raise UsageError(f"{self._odoo.server}: there is no {called}.")
        found = usable(rows, self._named.company_of(record))
        if not found:
            raise UsageError(f"{self._odoo.server}: the company of {record.name} has no {called}; another one has.")
        if len(found) > 1:
            numbers = ", ".join(str(row.id) for row in found)
            raise UsageError(f"{self._odoo.server}: there are several of the {called}: {numbers}. Rename all but one.")
        return found[0].id

    def _linked(self, card: Card, text: NoteText) -> NoteText:
        return text.with_(link=f"{self._address}/cards/{card.number}") if self._address else text

    def _wants_ticket(self, card: Card) -> bool:
        when = {TicketsWhen.ADVISED, TicketsWhen.ACCEPTED} if is_accepted(card) else {TicketsWhen.ADVISED}
        is_ticket = card.proposal.record.model == _TICKET
        return self._advice_for(card).tickets in when and not is_ticket and self._hand.has_tickets

    def _activity(self, card: Card) -> Activity:
        act_by, text = card.proposal.suggestion.act_by, note_text(card)
        return Activity(
            marker=marker_of(card.id, "activity"),
            record=card.proposal.record,
            summary=f"{REVIEW}{text.title.removeprefix(TITLE)}",
            note=text.footer,
            link=self._linked(card, text).link,
            due=(act_by.at if act_by else card.created_at).date(),
            reviewer=self._advice_for(card).reviewer,
        )

    def _ticket(self, card: Card) -> Ticket:
        record, text = card.proposal.record, note_text(card, on=_TICKET)
        in_odoo = record.id is not None and may_advise_on(record.model)
        return Ticket(
            marker=marker_of(card.id, "ticket"),
            record=record if in_odoo else None,
            name=f"{record.name}: {text.title.removeprefix(TITLE)}" if in_odoo else text.title,
            text=self._linked(card, text),
            team=self._team(card),
        )

    def _route(self, card: Card, done: Sequence[Done]) -> None:
        """Type, tags, category and priority of a draft ticket that was just made; one that stands is left to people.

        What Odoo does not take (any more) is left out, each on its own.
        """
        made = next((each.ref for each in done if each.verb == "ticket" and each.status == "posted"), None)
        values = ticket_values(card.proposal.routing)
        if made is not None and values:
            self._apply(made, values)

    def _apply(self, ticket: RecordRef, values: Mapping[str, str | int | tuple[str, ...]]) -> None:
        try:
            self._hand.do([Apply(record=ticket, values=dict(values))])
        except (OdooRejected, AccessDenied, RecordMissing):
            for name, value in values.items() if len(values) > 1 else ():
                with suppress(OdooRejected, AccessDenied, RecordMissing):
                    self._hand.do([Apply(record=ticket, values={name: value})])

    def _team(self, card: Card) -> int | None:
        """The team that routing suggests, else the configured one."""
        chosen = card.proposal.routing.choice("team") if card.proposal.routing else None
        return chosen.id if chosen is not None and chosen.id is not None else self.team_of(card.proposal.record)

    def team_of(self, record: RecordRef | None) -> int | None:
        """The configured team of the company of a draft ticket about this record; none where that has none, or several:
        the gate would leave another company's out. Raises `UsageError` where it is not there, in any company.
        """
        rows = self._teams()
        if not rows:
            return None
        in_odoo = record is not None and record.id is not None and may_advise_on(record.model)
        company = self._named.company_of(record) if record is not None and in_odoo else None
        found = usable(rows, company or min(self._odoo.user.companies, default=None))
        if len(found) == 1:
            return found[0].id
        log.warning("team of draft tickets", team=self._connection.tickets.team, company=company, found=len(found))
        return None

    def _advice_for(self, card: Card) -> Advice:
        """What the policy of the card's company wants."""
        return self._advice(card.key.company) if callable(self._advice) else self._advice

    def check(self) -> None:
        """Raises `UsageError` where the configured team is not there, in any company."""
        self._teams()

    def _teams(self) -> list[Row]:
        """The teams of the configured name; none where none is configured. Raises as `check` does."""
        name = self._connection.tickets.team
        if name is None:
            return []
        for model in _TEAM_MODELS:
            if rows := self._named.all(model, name):
                return rows
        raise UsageError(f"{self._odoo.server}: there is no Helpdesk team {name!r} (tickets.team in odoo.yaml).")

    @staticmethod
    def _advisories(done: Sequence[Done]) -> tuple[Advisory, ...]:
        return tuple(
            Advisory.model_validate(each.model_dump(include={"verb", "marker", "status", "ref"}) | _verb_of(each))
            for each in done
        )


def is_accepted(card: Card) -> bool:
    """Whether a person has confirmed the suggestion, as it was or corrected."""
    return card.state in (CardState.ACCEPTED, CardState.EDITED)


def _verb_of(done: Done) -> dict[str, str]:
    """A withdrawal names what it took back, and a draft whether it is a task."""
    what = (done.marker or "").rpartition(".")[2]
    return {"verb": what} if done.verb == "withdraw" or what == _TASK else {}


def marker_of(card: UUID, verb: str) -> str:
    """What makes an advisory the only one of its card."""
    return f"card-{card}.{verb}"


def card_of(marker: str) -> UUID | None:
    """The card of a marker, or none where it is no card's."""
    name, _, verb = marker.rpartition(".")
    if verb not in (*_VERBS, _TASK, _ROW) or not name.startswith("card-"):
        return None
    try:
        return UUID(name.removeprefix("card-"))
    except ValueError:
        return None


__all__ = ["Publisher", "card_of", "is_accepted", "marker_of"]
