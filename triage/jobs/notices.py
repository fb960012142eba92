"""Tells other programs when something waits for a person: a card with a question on it, or a dead letter.

Each is told until the listener has answered with 2xx, in order, and then recorded (kind `notice`); what was recorded is
not told again. Between the answer and the record a worker may die: then it comes a second time, with the same id. A
listener that refuses is no different from one that is down: the event waits, because it is the listener that needs a
person's look.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import structlog
from standardwebhooks import Webhook

from triage.audit.journal import Journal
from triage.cards.store import CardStore
from triage.domain import Card, CardState, Mode, utc
from triage.domain.notice import Notice, NoticeKind
from triage.domain.policies import PolicyBook
from triage.errors import TriageError
from triage.jobs.inbox import Inbox
from triage.jobs.listeners import Listener, OpenListener
from triage.storage.inbox import InboxRow
from triage.storage.watermarks import Position, Watermarks

log = structlog.get_logger("triage.jobs")

SOURCE = "/odoo-triage"
TYPE = "odoo-triage."
"""Before the kind, the type of an event in its envelope."""
_PART = "cards"
_PAGE = 100
_OVERLAP = timedelta(minutes=2)
"""A card may be committed so long after it was stamped."""
_ROUND_SECONDS = 20.0
"""A round goes on for no longer, where a listener takes its time: the rest is the next round's."""
_UNDECIDED = (CardState.OPEN, CardState.AWAITING_SECOND)


class ListenerDown(TriageError):
    """A listener did not take an event. It is told again later."""


@dataclass(frozen=True)
class _To:
    listener: Listener
    secrets: tuple[bytes, ...]
    client: httpx2.Client
    until: float
    """When the round ends (`time.monotonic`)."""

    def is_over(self) -> bool:
        return time.monotonic() >= self.until


@dataclass(frozen=True)
class _Event:
    id: str
    kind: NoticeKind
    stream: str
    case: str
    data: dict[str, Any]


class Notices:
    """Tells the listeners of one installation.

    `address` is that of the review pages; events then link to cards. `is_off` says whether the kill switch holds a
    company: its cards are told once it is on again.
    """

    def __init__(
        self,
        listeners: Sequence[OpenListener],
        cards: CardStore,
        inbox: Inbox,
        watermarks: Watermarks,
        policies: PolicyBook,
        clock: Callable[[], datetime],
        address: str | None = None,
        is_off: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._listeners = listeners
        self._cards = cards
        self._inbox = inbox
        self._journal: Journal = inbox.journal
        self._watermarks = watermarks
        self._policies = policies
        self._clock = clock
        self._address = address
        self._is_off = is_off

    def once(self) -> int:
        """One round; how many were told. Raises `ListenerDown` after it where one did not take its events."""
        told, down = 0, []
        with httpx2.Client() as client:
            for each in self._listeners:
                try:
                    told += self._round(_To(each.listener, each.secrets, client, time.monotonic() + _ROUND_SECONDS))
                except ListenerDown as error:
                    down.append(f"{each.listener.name} ({error})")
        if down:
            raise ListenerDown(f"not told: {', '.join(down)}")
        return told

    def _round(self, to: _To) -> int:
        told = 0
        if NoticeKind.ARRIVAL_DEAD in to.listener.events:
            for row in self._inbox.dead():
                if told and to.is_over():
                    return told
                seen = _sees(to.listener, row.company) and _sees(to.listener, _company(row))
                if seen and not self._is_off(_company(row)):
                    told += self._tell(to, _of_arrival(row))
        if NoticeKind.CARD_UNSURE in to.listener.events:
            told += self._cards_of(to)
        return told

    def _cards_of(self, to: _To) -> int:
        """Cards that were changed since the last round; the position is moved after they were told."""
        place, told = f"listener {to.listener.name}", 0
        seen = self._watermarks.of(place).get(_PART)
        if seen is None:
            now = self._clock()
            seen = self._watermarks.begin(Position(place, _PART, now, now, now, now))
        since, number = max(seen.floor, seen.moment - _OVERLAP), 0
        held = False
        while True:
            page, last = self._cards.changed_since(since, number, _PAGE)
            for card in page:
                if not self._is_unsure(card, to.listener):
                    continue
                if told and to.is_over():
                    return told
                if self._is_off(card.key.company):
                    held = True
                else:
                    told += self._tell(to, self._of_card(card))
            if last is None:
                break
            since, number = last
        if since > seen.moment and not held:
            self._watermarks.move(seen, seen.with_(moment=since, looked_at=self._clock()))
        return told

    def _is_unsure(self, card: Card, listener: Listener) -> bool:
        """Whether there is a question on it that is meant to be seen, and nobody has decided yet."""
        company, said = card.key.company, card.proposal.suggestion
        if card.state not in _UNDECIDED or not _sees(listener, company):
            return False
        if self._policies.of(company).mode(card.key.category) is not Mode.ADVISE:
            return False
        below = listener.confidence_below
        return said.abstained is not None or (
            below is not None and said.confidence is not None and said.confidence.value < below
        )

    def _of_card(self, card: Card) -> _Event:
        record, said = card.proposal.record, card.proposal.suggestion
        data = {
            "card": card.number,
            "card_id": str(card.id),
            "revision": card.revision,
            "company": card.key.company,
            "record": {"model": record.model, "id": record.id, "name": record.name} if record.id is not None else None,
            "category": card.key.category.value,
            "severity": said.severity.value,
            "confidence": None if said.confidence is None else round(said.confidence.value, 4),
            "abstained": said.abstained is not None,
            "team": card.proposal.team,
            "link": f"{self._address}/cards/{card.number}" if self._address else None,
        }
        return _Event(
            f"card-{card.id}-unsure", NoticeKind.CARD_UNSURE, card.key.company, self._cards.case_key(card), data
        )

    def _tell(self, to: _To, event: _Event) -> bool:
        """Post an event, unless it was; whether it was now."""
        name = f"notice {to.listener.name} {event.id}"
        if self._journal.has(event.stream, name):
            return False
        now = self._clock()
        _post(to, event, now)
        value = Notice(id=event.id, kind=event.kind, to=to.listener.name, at=now)
        self._journal.record(stream=event.stream, kind="notice", case=event.case, event=None, value=value, once=name)
        return True


def _of_arrival(row: InboxRow) -> _Event:
    """Nothing of what came in stands in it: an error names kinds and places in the code."""
    data = {
        "arrival": row.id,
        "source": row.source,
        "door": row.door,
        "company": _company(row),
        "received_at": row.received_at,
        "attempts": row.attempts,
        "run": row.run,
        "error": row.error,
    }
    return _Event(f"arrival-{row.id}-{row.run}", NoticeKind.ARRIVAL_DEAD, _company(row), row.key_case, data)


def _company(row: InboxRow) -> str:
    """Whose it is: that of the record, once it was read."""
    return row.stream or row.company


def _sees(listener: Listener, company: str) -> bool:
    return listener.companies is None or company in listener.companies


def _post(to: _To, event: _Event, now: datetime) -> None:
    """Sign as Standard Webhooks say, and post. Raises `ListenerDown` for all but 2xx; its text holds no address."""
    envelope = {
        "specversion": "1.0",
        "id": event.id,
        "source": SOURCE,
        "type": TYPE + event.kind.value,
        "time": utc(now),
        "datacontenttype": "application/json",
        "data": event.data,
    }
    body = json.dumps(envelope, ensure_ascii=False)
    sent = datetime.now(UTC)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": event.id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(event.id, sent, body) for secret in to.secrets),
    }
    try:
        answer = to.client.post(
            to.listener.url, content=body.encode(), headers=headers, timeout=to.listener.timeout_seconds
        )
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ListenerDown(type(error).__name__) from error
    if not answer.is_success:
        raise ListenerDown(f"status {answer.status_code}")


__all__ = ["ListenerDown", "Notices"]
