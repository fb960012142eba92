"""The connected Odoo, for the commands that need one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from triage.cli.wiring import now
from triage.domain import Company, Limits, Policy
from triage.domain.policies import PolicyBook
from triage.errors import AccessDenied, UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.odoo.capture import Capture
    from triage.odoo.client import Odoo
    from triage.odoo.connection import Connection
    from triage.odoo.finding import Finder
    from triage.odoo.live import LiveSource
    from triage.odoo.publish import Publisher
    from triage.odoo.verbs import Hand


@dataclass(frozen=True)
class Connected:
    """An Odoo with the connection that leads to it."""

    odoo: Odoo
    connection: Connection
    capture: Capture

    @property
    def place(self) -> str:
        """What tells one database of one server from all others."""
        return f"{self.connection.url} {self.connection.database}"

    def company(self) -> Company:
        """The service user's own company."""
        return self.capture.company(self.odoo.user.company)

    def finder(self) -> Finder:
        """Looks up what mails and documents may be about."""
        from triage.odoo.finding import Finder
        from triage.odoo.papers import text_of_paper

        return Finder(self.odoo, self.capture, self.company(), text_of=text_of_paper)

    def source(self, policy: Policy | PolicyBook, model: str, place: str | None = None) -> LiveSource:
        """Records as a source of events; `place` tells this Odoo from others where its address does not."""
        from triage import __version__
        from triage.odoo.live import LiveSource

        book = policy if isinstance(policy, PolicyBook) else PolicyBook(policy)

        def acting(company: Company) -> dict[str, str]:
            return {"policy": book.current(company).fingerprint(), "model": model, "software": __version__}

        return LiveSource(self.capture, place or self.place, now, acting)

    def hand(self) -> Hand:
        """The gate, or direct calls where the service user has the rights.

        Raises `AccessDenied` where there is neither: then this Odoo is only read.
        """
        from triage.odoo.direct import Direct, may
        from triage.odoo.gate.client import Gate

        if gate := Gate.find(self.odoo):
            return gate
        if may(self.odoo, "sale.order", "write") or may(self.odoo, "helpdesk.ticket", "create"):
            return Direct(self.odoo, self.connection)
        raise AccessDenied(
            f"{self.connection.url}: this Odoo is only read. There is no gate, and {self.odoo.user.login} may not "
            "write notes itself. An administrator makes the gate with `triage odoo grant`."
        )

    def publisher(self, policy: Policy | PolicyBook, address: str | None = None) -> Publisher:
        """Publishes cards here. Raises as `hand` does, and `UsageError` where the configured team is not there."""
        from triage.odoo.publish import Publisher

        advice = policy.advice if isinstance(policy, Policy) else lambda company: policy.of(company).advice
        publisher = Publisher(self.odoo, self.hand(), self.connection, advice, address=address)
        publisher.check()
        return publisher


def connection_of(settings: Settings) -> Connection:
    """How to reach Odoo. Raises `UsageError` where nothing says so, `ConfigurationError` where it is wrong."""
    from triage.odoo.connection import read_connection

    connection = read_connection(settings.home)
    if connection is None:
        raise UsageError(
            f"no Odoo is named. Write url and database into {settings.home / 'odoo.yaml'}, or set TRIAGE_ODOO_URL and "
            "TRIAGE_ODOO_DATABASE, and give the key in TRIAGE_ODOO_KEY or in a file named by TRIAGE_ODOO_KEY_FILE."
        )
    return connection


@contextmanager
def connected(settings: Settings, limits: Limits | None = None) -> Iterator[Connected]:
    """The Odoo of an installation, for the length of the block."""
    connection = connection_of(settings)
    with using(connection, limits) as found:
        yield found


@contextmanager
def using(
    connection: Connection,
    limits: Limits | None = None,
    environment: Mapping[str, str] = os.environ,
    clock: Callable[[], datetime] = now,
) -> Iterator[Connected]:
    """The Odoo that a connection leads to, for the length of the block."""
    from triage.odoo.capture import Capture
    from triage.odoo.client import Odoo

    odoo = Odoo.connect(connection.server(environment))
    try:
        yield Connected(odoo, connection, Capture(odoo, connection, clock, limits))
    finally:
        odoo.close()
