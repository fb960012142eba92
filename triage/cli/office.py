"""What jobs of an installation work with: its Odoo, its models, its policy. Connected when first needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from triage import __version__
from triage.cli.connected import Connected, connection_of, using
from triage.cli.wiring import Store, desk
from triage.domain import (
    Abstained,
    Advised,
    Arrival,
    Card,
    Case,
    Mode,
    Outcome,
    Policy,
    Publication,
    RecordRef,
    Withdrawal,
)
from triage.errors import ConfigurationError, KeyMissing, OdooRejected, OdooUnavailable, UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.live import LiveSource
    from triage.odoo.publish import Publisher
    from triage.pipeline import Desk, Source

log = structlog.get_logger("triage.jobs")

_LOOK_AGAIN = 300.0
"""Seconds after which an Odoo without a gate is asked whether it has one now."""
_FIRST_WITH_HTML_FLAG = 17


class InstalledOffice:
    """The `Office` of an installation. Safe for threads.

    A policy that was changed on the disk is in force from the next job on. Odoo is connected once, and again after it
    could not be reached.
    """

    def __init__(self, settings: Settings, store: Store, model: str) -> None:
        self._settings = settings
        self._store = store
        self._model = model
        self._closing = ExitStack()
        self._lock = threading.RLock()
        self._connected: Connected | None = None
        self._policy: tuple[object, Policy] | None = None
        self._desk: tuple[str, Desk] | None = None
        self._publisher: tuple[float, str, Publisher | None] | None = None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connected = None
            self._closing.close()

    def policy(self) -> Policy:
        """The policy in force. Raises `ConfigurationError` where it is wrong."""
        with self._lock:
            seen = _stamp(self._settings)
            if self._policy is None or self._policy[0] != seen:
                self._policy = (seen, self._settings.policy())
            return self._policy[1]

    def acting(self) -> dict[str, str]:
        """Names and hashes of what acts."""
        return {"policy": self.policy().fingerprint(), "model": self._model, "software": __version__}

    def source(self) -> LiveSource:
        """A source that has read nothing yet. Raises `OdooUnavailable` where Odoo cannot be reached, `UsageError` where
        none is named.
        """
        return self.odoo().source(self.policy(), self._model)

    def desk(self, source: Source) -> Desk:
        """A desk over this source, under the policy in force."""
        from triage.odoo.remembering import Remembering

        policy, kept = self.policy(), self._store.promises.keep
        with self._lock:
            if self._desk is None or self._desk[0] != policy.fingerprint():
                made = desk(self._store, _Nothing(), policy, self._model, has_odoo=True)
                self._desk = (policy.fingerprint(), made)
            made = self._desk[1]
        write = _Write(self) if self._may_publish(policy) else None
        return replace(
            made,
            source=Remembering(source, kept),
            publish=write.publish if write else None,
            withdraw=write.take_back if write else None,
        )

    def odoo(self) -> Connected:
        """The connected Odoo. Raises as `source` does."""
        with self._lock:
            if self._connected is None:
                connection = connection_of(self._settings)
                self._connected = self._closing.enter_context(using(connection, self.policy().limits))
            return self._connected

    def publisher(self) -> Publisher | None:
        """Publishes through the gate; none where there is no gate, or the service user is not in its group."""
        from triage.odoo.gate.client import Gate
        from triage.odoo.publish import Publisher

        found, policy = self.odoo(), self.policy()
        with self._lock:
            known = self._publisher
            if known and known[1] == policy.fingerprint() and (known[2] or time.monotonic() - known[0] < _LOOK_AGAIN):
                return known[2]
            gate = Gate.find(found.odoo)
            made = Publisher(found.odoo, gate, found.connection, policy.advice) if gate else None
            self._publisher = (time.monotonic(), policy.fingerprint(), made)
        if made is None:
            log.warning("no gate: nothing is published", remedy="triage odoo grant")
        return made

    def answer(self, arrival: Arrival, outcome: Outcome) -> None:
        """Post the answer that a call of the bridge asked for. Raises `OdooUnavailable` where Odoo does not take it."""
        from triage.odoo.bridge import answer, post_answer

        if arrival.answer_to is None:
            return
        found = self.odoo()
        html_flag = found.odoo.version.major >= _FIRST_WITH_HTML_FLAG
        posted = answer(outcome, self._cards(outcome), arrival.ref, html_flag=html_flag)
        try:
            if not post_answer(found.connection, arrival.answer_to, posted):
                log.info("nobody waits for the answer any more", source=arrival.source)
        except OdooRejected:
            log.warning("Odoo refuses the answer", source=arrival.source)

    def _cards(self, outcome: Outcome) -> list[Card]:
        cards = []
        for card in outcome.cards if isinstance(outcome, Advised | Abstained) else ():
            try:
                cards.append(self._store.cards.get(card))
            except KeyMissing:
                continue
        return cards

    def _may_publish(self, policy: Policy) -> bool:
        """Whether anything is to be published, and there is a way; where Odoo is down that shows when it is tried."""
        if Mode.ADVISE not in {policy.default_mode, *policy.modes.values()}:
            return False
        try:
            return self.publisher() is not None
        except UsageError:
            return False  # no Odoo is named: everything but publishing
        except OdooUnavailable:
            return True


@dataclass(frozen=True)
class _Write:
    """Writes through the gate, found when it is needed."""

    office: InstalledOffice

    @property
    def acting(self) -> Mapping[str, str]:
        return self._publisher().acting

    def publish(self, card: Card) -> Publication:
        return self._publisher().publish(card)

    def take_back(self, card: Card) -> Withdrawal:
        return self._publisher().take_back(card)

    def _publisher(self) -> Publisher:
        found = self.office.publisher()
        if found is None:
            raise OdooUnavailable("the gate in Odoo is gone.")
        return found


class _Nothing:
    def capture(self, ref: RecordRef) -> Case | None:
        raise ConfigurationError("a desk without a source.")


def _stamp(settings: Settings) -> object:
    try:
        found = settings.policy_file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


__all__ = ["InstalledOffice"]
