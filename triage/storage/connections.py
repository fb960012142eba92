"""Connections to a PostgreSQL server: a bounded number, lent to threads and made anew when they break."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import RawCursor, conninfo
from psycopg.pq import ConnStatus
from psycopg.rows import RowFactory

from triage.errors import ConfigurationError, StoreError
from triage.storage import database
from triage.storage.postgres_failures import unreachable

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, eq=False, slots=True)
class Lent:
    """A connection and the cursor that its statements run on, one after the other."""

    connection: Connection
    cursor: RawCursor[Any]

    @property
    def closed(self) -> bool:
        """Whether the connection is gone."""
        return self.connection.closed

    def close(self) -> None:
        """Close it."""
        self.connection.close()

    def is_live(self) -> bool:
        """Whether the server has said nothing to the contrary: what it said is read, nothing is asked."""
        try:
            for _ in range(2):  # its last words, and that it hung up
                self.connection.pgconn.consume_input()
        except psycopg.Error:
            return False
        return self.connection.pgconn.status == ConnStatus.OK


LARGEST = 32
"""Connections of one process at most; more threads than that wait for one another."""

_CONNECT_SECONDS = "5"
_IDLE_SECONDS = 120
"""After which the server undoes the transaction of a process that hangs, so that the others go on."""


def shown(url: str) -> str:
    """The address without its password, for messages. Raises `ConfigurationError` where it is none."""
    try:
        parts = conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        raise ConfigurationError(f"the database's address cannot be read ({_without(url, str(error))}).") from error
    user = f"{parts['user']}@" if parts.get("user") else ""
    host = str(parts.get("host") or "localhost")
    port = f":{parts['port']}" if parts.get("port") else ""
    path = f"/{parts.get('dbname') or ''}"
    return f"postgresql://{user}{'' if host.startswith('/') else host}{port}{path}"


class Connections:
    """Lends connections (autocommit) to one server. The one given back last is lent first."""

    def __init__(self, url: str, rows: RowFactory[Any]) -> None:
        self.name = shown(url)
        self._url = url
        self._rows = rows
        self._idle: list[Lent] = []
        self._all: set[Lent] = set()
        self._mutex = threading.Lock()
        self._given = threading.Condition(self._mutex)
        self._lent = 0
        self._waiting = 0
        self._closed = False

    def take(self) -> Lent:
        """A connection, for this thread until it is given back. Raises `StoreError` where there is none to be had."""
        with self._mutex:
            if self._lent >= LARGEST:
                self._wait()
            if self._closed:
                raise StoreError(f"{self.name}: the store is closed.")
            self._lent += 1
            if self._idle:
                return self._idle.pop()
        try:
            return self._connect()
        except BaseException:
            self._one_less()
            raise

    def take_live(self) -> Lent:
        """Like `take`, and the server has not closed it meanwhile, as far as that is known here."""
        while True:
            lent = self.take()
            if lent.is_live():
                return lent
            lent.close()
            self.give(lent)

    def give(self, connection: Lent) -> None:
        """Take a connection back; one that broke is thrown away, and the idle ones with it: they broke, too."""
        broken: list[Lent] = []
        with self._mutex:
            if self._closed or connection.closed:
                broken = [connection, *self._idle]
                self._idle.clear()
                self._all.difference_update(broken)
            else:
                self._idle.append(connection)
            self._lent -= 1
            if self._waiting:
                self._given.notify()
        for each in broken:
            each.close()

    def close(self) -> None:
        """Close every connection. Closing twice is harmless."""
        with self._mutex:
            self._closed = True
            connections = list(self._all)
            self._all.clear()
            self._idle.clear()
        for connection in connections:
            connection.close()

    def _wait(self) -> None:
        self._waiting += 1
        try:
            if not self._given.wait_for(lambda: self._lent < LARGEST, database.WAIT_SECONDS):
                raise StoreError(f"{self.name}: all {LARGEST} connections are in use for too long. Run it again.")
        finally:
            self._waiting -= 1

    def _one_less(self) -> None:
        with self._mutex:
            self._lent -= 1
            if self._waiting:
                self._given.notify()

    def _connect(self) -> Lent:
        lock = max(1, int(database.WAIT_SECONDS * 1000))
        parts = conninfo.conninfo_to_dict(self._url)
        try:
            connection: Connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=int(parts.get("connect_timeout") or _CONNECT_SECONDS),
                application_name=str(parts.get("application_name") or "odoo-triage"),
            )
            connection.execute(f"SET lock_timeout = {lock}")
            connection.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_SECONDS}s'")
            # Acknowledged means on the disk, whatever the server's default is.
            connection.execute(
                "SELECT set_config('synchronous_commit', 'on', false)"
                " WHERE current_setting('synchronous_commit') = 'off'"
            )
        except psycopg.Error as error:
            raise unreachable(error, self.name) from error
        lent = Lent(connection, RawCursor(connection, row_factory=self._rows))
        with self._mutex:
            self._all.add(lent)
        return lent


def _without(url: str, text: str) -> str:
    return "it is not of the form postgresql://user@host/database" if url in text else " ".join(text.split())
