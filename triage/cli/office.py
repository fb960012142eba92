"""What jobs of an installation work with: its Odoo, its models, its policy. Connected when first needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from triage import __version__
from triage.audit.activation import Activations
from triage.cli.connected import Connected, connection_of, using
from triage.cli.wiring import Store, desk, now
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
from triage.domain.policies import PolicyBook
from triage.errors import (
    AccessDenied,
    ConfigurationError,
    KeyMissing,
    OdooRejected,
    OdooUnavailable,
    RecordMissing,
    UsageError,
)
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.client import Odoo
    from triage.odoo.live import LiveSource
    from triage.odoo.publish import Publisher
    from triage.pipeline import Desk, Source

log = structlog.get_logger("triage.jobs")

_POLICIES_KEPT = 5.0
"""Seconds for which a policy that was found to be in force is: another activation holds after that."""
_LOOK_AGAIN = 300.0
"""Seconds after which Odoo is asked anew which gate it has: one may be made, or taken away and made anew."""
_FIRST_WITH_HTML_FLAG = 17


@dataclass(frozen=True)
class _Publishing:
    """Who publishes, as found with one set of policies."""

    looked: float
    acting: str
    publisher: Publisher | None
    gate: int | None


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
        self._reaching = threading.RLock()
        """Held while Odoo is asked, which may take long; whoever needs no Odoo must not wait for that."""
        self._connected: Connected | None = None
        self._policies: tuple[float, object, PolicyBook] | None = None
        self._activated: int | None = None
        self._desk: Desk | None = None
        self._publisher: _Publishing | None = None

    def close(self) -> None:
        """Close the connection."""
        with self._reaching:
            self._connected = None
            self._closing.close()

    def policies(self) -> PolicyBook:
        """The policies in force. Raises `ConfigurationError` where they are wrong, or not activated and must be."""
        with self._lock:
            seen, known = _stamp(self._settings), self._policies
            if known is None or known[1] != seen or time.monotonic() - known[0] > _POLICIES_KEPT:
                activations = Activations(self._store.journal, now)
                found = activations.check(self._settings.policies())
                last = activations.last()
                activated = last.seq if last else None
                if known is None or known[2].fingerprint() != found.fingerprint() or activated != self._activated:
                    self._desk = None
                self._policies = known = (time.monotonic(), seen, found)
                self._activated = activated
            return known[2]

    def check(self) -> None:
        """Raise `ConfigurationError` where only what was activated may act, and this policy or model was not."""
        if Activations(self._store.journal, now).is_required(self.policies()):
            self._made()

    def policy(self) -> Policy:
        """That of companies which have none of their own."""
        return self.policies().base

    def acting(self) -> dict[str, str]:
        """Names and hashes of what acts."""
        return {"policy": self.policies().fingerprint(), "model": self._model, "software": __version__}

    def source(self) -> LiveSource:
        """A source that has read nothing yet. Raises `OdooUnavailable` where Odoo cannot be reached, `UsageError` where
        none is named.
        """
        return self.odoo().source(self.policies(), self._model)

    def desk(self, source: Source) -> Desk:
        """A desk over this source, under the policy in force."""
        from triage.odoo.remembering import Remembering

        made, kept = self._made(), self._store.promises.keep
        write = self.writing()
        return replace(
            made,
            source=Remembering(source, kept),
            publish=write.publish if write else None,
            withdraw=write.take_back if write else None,
        )

    def _made(self) -> Desk:
        with self._lock:
            policies = self.policies()
            if self._desk is None:
                self._desk = desk(self._store, _Nothing(), policies.base, self._model, has_odoo=True, policies=policies)
            return self._desk

    def writing(self) -> Writing | None:
        """Publishes what runs by itself; none where no policy wants it, or there is no way."""
        return Writing(self) if self._may_publish(self.policies()) else None

    def address(self) -> str | None:
        """Under which people reach the review pages. Raises `ConfigurationError` where it is wrong."""
        return self._settings.address()

    def has_odoo(self) -> bool:
        """Whether an Odoo is named."""
        from triage.odoo.connection import read_connection

        return self._connected is not None or read_connection(self._settings.home) is not None

    def odoo(self) -> Connected:
        """The connected Odoo. Raises as `source` does."""
        with self._reaching:
            if self._connected is None:
                connection = connection_of(self._settings)
                self._connected = self._closing.enter_context(using(connection, self.policy().limits))
            return self._connected

    def publisher(self) -> Publisher | None:
        """Publishes through the gate; none where there is no gate, or the service user is not in its group."""
        from triage.odoo.gate.client import Gate
        from triage.odoo.publish import Publisher

        found, policies = self.odoo(), self.policies()
        acting = policies.fingerprint()
        with self._reaching:
            known = self._publisher
            if known is not None and known.acting == acting and self._stands(known, found.odoo):
                return known.publisher
            gate = Gate.find(found.odoo)
            wanted = lambda company: policies.of(company).advice  # noqa: E731
            may_note = self._store.cards.may_note
            made = (
                Publisher(found.odoo, gate, found.connection, wanted, may_note, self._settings.address())
                if gate
                else None
            )
            self._publisher = _Publishing(time.monotonic(), acting, made, gate.number if gate else None)
        if made is None:
            log.warning("no gate: nothing is published", remedy="triage odoo grant")
        return made

    def _stands(self, known: _Publishing, odoo: Odoo) -> bool:
        """Whether what was found holds. Of a gate that is still the same one the code is not asked for: a newer version
        may have brought it up to date, and takes this one's calls.
        """
        from triage.odoo.gate.client import gate_id

        if time.monotonic() - known.looked < _LOOK_AGAIN:
            return True
        if known.publisher is None:
            return False
        with suppress(OdooUnavailable):  # nothing is known to have changed
            if gate_id(odoo) != known.gate:
                return False
        self._publisher = replace(known, looked=time.monotonic())
        return True

    def look_anew(self) -> None:
        """Ask Odoo which gate it has before the next publication: this one was refused."""
        with self._reaching:
            if self._publisher is not None:
                self._publisher = replace(self._publisher, looked=-_LOOK_AGAIN)

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

    def _may_publish(self, policies: PolicyBook) -> bool:
        """Whether anything is to be published, and there is a way; where Odoo is down that shows when it is tried."""
        if not any(Mode.ADVISE in {policy.default_mode, *policy.modes.values()} for policy in policies.every()):
            return False
        try:
            return self.publisher() is not None
        except UsageError:
            return False  # no Odoo is named: everything but publishing
        except OdooUnavailable:
            return True


@dataclass(frozen=True)
class Writing:
    """Writes through the gate, found when it is needed."""

    office: InstalledOffice

    @property
    def acting(self) -> Mapping[str, str]:
        """The publisher's own."""
        return self._publisher().acting

    def publish(self, card: Card) -> Publication:
        """As `Publisher.publish`; raises `OdooUnavailable` where the gate is gone."""
        with self._looking_anew():
            return self._publisher().publish(card)

    def take_back(self, card: Card) -> Withdrawal:
        """As `Publisher.take_back`; raises likewise."""
        with self._looking_anew():
            return self._publisher().take_back(card)

    @contextmanager
    def _looking_anew(self) -> Iterator[None]:
        try:
            yield
        except (AccessDenied, RecordMissing):  # perhaps the gate was made anew
            self.office.look_anew()
            raise

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


__all__ = ["InstalledOffice", "Writing"]
