"""Does what decisions set going, once their minute for undoing is over: each once, by whichever worker takes it first.

Writing into Odoo is idempotent by marker, so that an effect whose worker died is done again without harm. An effect is
of the card as the decision left it; where the card has changed since, there is nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from triage.audit.journal import Journal
from triage.cards.published import stands
from triage.cards.store import CardStore
from triage.domain import Card, CardState, Mode, TicketsWhen, utc
from triage.domain.policies import PolicyBook
from triage.errors import AccessDenied, KeyMissing, OdooUnavailable, StoreError, SwitchedOff, TriageError, UsageError
from triage.jobs.switching import Switch
from triage.pipeline import Publish, publish
from triage.storage import effects
from triage.storage.effects import Effect

log = structlog.get_logger("triage.jobs")

_AT_ONCE = 50
_LEASE = timedelta(minutes=2)
"""After so long an effect whose worker said nothing is taken up by another."""
_MOST_ATTEMPTS = 5
_PAUSES = (5, 30, 120, 600, 1800)
"""Seconds until the next attempt."""
_OUTAGE = 30
"""Seconds until it is looked again whether what is down, or switched off, is there again; this burns no attempt."""


@dataclass(frozen=True)
class Turn:
    """What one look brought."""

    done: int = 0
    failed: int = 0
    put_off: int = 0
    is_behind: bool = False
    is_down: bool = False
    """Odoo gave no answer: what is due waits, and nothing more was tried."""


class Effects:
    """Does the effects of one store. `publish` is none where no Odoo is connected: then there is nothing to do.

    `before` is called before anything that is due is done: who asked elsewhere in time to take a word back is heard.
    """

    def __init__(
        self,
        cards: CardStore,
        journal: Journal,
        policies: PolicyBook,
        clock: Callable[[], datetime],
        switch: Switch,
        publish: Publish | None,
        before: Callable[[], None] | None = None,
    ) -> None:
        self._cards = cards
        self._journal = journal
        self._database = journal.database
        self._policies = policies
        self._clock = clock
        self._switch = switch
        self._publish = publish
        self._before = before

    def once(self) -> Turn:
        """Do what is due. Raises `StoreError` where the store cannot be used; nothing is lost then."""
        counts = {"done": 0, "failed": 0, "put_off": 0}
        is_down = False
        due = effects.due(self._database, utc(self._clock()), _AT_ONCE)
        if due and self._before is not None:
            try:
                self._before()
            except OdooUnavailable:
                return Turn(is_down=True)
        for effect in due:
            if is_down:
                break
            now = self._clock()
            with self._database.transaction():
                taken = effects.take(self._database, effect, utc(now), utc(now + _LEASE))
            if taken:
                try:
                    counts[self._do(effect)] += 1
                except OdooUnavailable as error:
                    counts[self._again(effect, error, counts=False)] += 1
                    is_down = True
        return Turn(**counts, is_behind=len(due) == _AT_ONCE and not is_down, is_down=is_down)

    def _do(self, effect: Effect) -> str:
        try:
            self._carry_out(effect)
        except OdooUnavailable:
            raise
        except (AccessDenied, SwitchedOff) as error:
            return self._again(effect, error, counts=False)
        except StoreError:
            raise
        except TriageError as error:
            return self._again(effect, error, counts=True)
        with self._database.transaction():
            effects.finish(self._database, effect, utc(self._clock()))
        return "done"

    def _carry_out(self, effect: Effect) -> None:
        try:
            card = self._cards.get(effect.card)
        except (KeyMissing, UsageError):
            return  # erased since
        if card.revision != effect.revision or self._publish is None or not self._is_wanted(card):
            return
        self._switch.check(card.key.company)
        publish(card, self._publish, self._cards, self._journal)

    def _is_wanted(self, card: Card) -> bool:
        """Whether the card's company advises in Odoo, or wants this ticket, or something stands there already."""
        policy = self._policies.of(card.key.company)
        accepted = card.state in (CardState.ACCEPTED, CardState.EDITED)
        wants_ticket = accepted and policy.advice.tickets is TicketsWhen.ACCEPTED
        wants_task = accepted and policy.advice.project is not None and card.proposal.follow_up is not None
        is_advised = policy.mode(card.key.category) is Mode.ADVISE
        return wants_ticket or wants_task or is_advised or stands(card, self._journal)

    def _again(self, effect: Effect, error: TriageError, *, counts: bool) -> str:
        attempts = effect.attempts + 1 if counts else effect.attempts
        over = counts and attempts >= _MOST_ATTEMPTS
        now = self._clock()
        pause = timedelta(seconds=_PAUSES[min(attempts, len(_PAUSES)) - 1] if counts else _OUTAGE)
        with self._database.transaction():
            due = None if over else utc(now + pause)
            effects.put_off(self._database, effect, type(error).__name__, due, utc(now), attempts)
        log.warning("effect", card=effect.card, error=type(error).__name__, attempts=attempts, given_up=over)
        return "failed" if over else "put_off"
