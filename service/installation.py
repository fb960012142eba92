"""What the web process works with: settings, sources, the open store, the inbox, the keys. Opened when first used.

A store that cannot be opened does not keep the process from starting: it says so in `/readyz`, answers 503, and tries
again with the next request.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from service.configuration import OpenSource, ServiceConfiguration, metrics_token, open_sources, read_configuration
from triage.audit.activation import Activations
from triage.cli.wiring import Store, now, open_store
from triage.errors import StoreError, TriageError
from triage.jobs.inbox import Inbox
from triage.settings import Settings
from triage.storage.apikeys import ApiKeys

if TYPE_CHECKING:
    from triage.domain import Policy
    from triage.domain.policies import PolicyBook
    from triage.odoo.connection import Connection

_POLICY_KEPT = 1.0
"""Seconds for which a policy that was found to be in force is, as long as the file is the same."""
_AGAIN_AFTER = 1.0
"""Seconds until a store that could not be opened is tried again."""


@dataclass(frozen=True)
class Opened:
    """An open store with what is built on it."""

    store: Store
    inbox: Inbox
    keys: ApiKeys


class Installation:
    """One installation as the web process sees it.

    Raises `ConfigurationError` where `service.yaml` or one of its secrets is wrong: nothing starts with that.
    """

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self.settings = settings
        self.environment = environment
        self.configuration: ServiceConfiguration = read_configuration(settings.home)
        self.sources: dict[str, OpenSource] = open_sources(self.configuration, settings.home, environment)
        self.metrics_token = metrics_token(self.configuration, settings.home, environment)
        self._opening = threading.Lock()
        self._opened: Opened | None = None
        self._closing = ExitStack()
        self._failed: tuple[float, TriageError] | None = None
        self._policies: tuple[float, object, PolicyBook] | None = None

    def opened(self) -> Opened:
        """The open store. Raises `StoreError` (or `ConfigurationError`) where it cannot be opened."""
        if self._opened is not None:
            return self._opened
        with self._opening:
            if self._opened is None:
                self._open()
            assert self._opened is not None
            return self._opened

    def inbox(self) -> Inbox:
        """The inbox of the open store."""
        return self.opened().inbox

    def clock(self) -> datetime:
        """Now."""
        return now()

    def policy(self) -> Policy:
        """The policy of companies that have none of their own, activated or not: for bounds on what is taken in.

        Raises `ConfigurationError` where it is wrong.
        """
        return self.settings.policy()

    def policies(self) -> PolicyBook:
        """The policies in force. Raises `ConfigurationError` where they are wrong, or not activated and must be."""
        seen, known = _stamp(self.settings), self._policies
        if known is None or known[1] != seen or time.monotonic() - known[0] > _POLICY_KEPT:
            found = Activations(self.opened().store.journal, now).check(self.settings.policies())
            self._policies = known = (time.monotonic(), seen, found)
        return known[2]

    def connection(self) -> Connection | None:
        """The configured Odoo, or none. Raises `ConfigurationError` where that is wrong."""
        from triage.odoo.connection import read_connection

        return read_connection(self.settings.home, self.environment)

    def close(self) -> None:
        """Close the store."""
        with self._opening:
            self._opened = None
            self._closing.close()

    def _open(self) -> None:
        if self._failed is not None and time.monotonic() - self._failed[0] < _AGAIN_AFTER:
            raise self._failed[1]
        try:
            store = self._closing.enter_context(open_store(self.settings, create=True))
            self._opened = Opened(
                store,
                Inbox(store.journal, now),
                ApiKeys(store.database, store.keys, now),
            )
        except OSError as error:
            self._failed = (time.monotonic(), StoreError(f"the store cannot be opened ({error.strerror})."))
            raise self._failed[1] from error
        except TriageError as error:
            self._failed = (time.monotonic(), error)
            raise
        self._failed = None


def _stamp(settings: Settings) -> object:
    try:
        found = settings.policy_file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
