"""The store in a PostgreSQL database: several processes and machines, writers side by side."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self, cast

import psycopg
from psycopg import Cursor, RawServerCursor
from typing_extensions import override

from triage.errors import StoreError, UsageError
from triage.storage import migrations
from triage.storage.connections import Connections, Lent
from triage.storage.database import Database, Parameters, Row
from triage.storage.placeholders import arranged
from triage.storage.postgres_failures import explain, is_lost, lost

_AT_A_TIME = 500
"""Rows that `scan` fetches at once."""


@dataclass
class _Session:
    """A thread's connection while it is inside a transaction, how deep, and which locks it holds."""

    lent: Lent
    depth: int = 1
    held: set[int] = field(default_factory=set)
    scans: int = 0


class PostgresDatabase(Database):
    """A store on a server. A thread has a connection to itself while it is inside a transaction or a query.

    The server keeps whole transactions apart (`READ COMMITTED`); what reads before it writes takes a lock first. The
    server must not sit behind a pooler that changes connections between statements or transactions.
    """

    engine = "postgresql"

    def __init__(self, url: str) -> None:
        self._connections = Connections(url, _rows)
        super().__init__(self._connections.name)
        self._local = threading.local()
        self._schema = ""

    @classmethod
    def open_url(cls, url: str) -> Self:
        """See `Database.open`."""
        opened = cls.bare(url)
        try:
            opened._prepare()
        except BaseException:
            opened.close()
            raise
        return opened

    @classmethod
    def bare(cls, url: str) -> Self:
        """Connected, without making or looking for the store's tables."""
        opened = cls(url)
        try:
            opened._look_around()
        except BaseException:
            opened.close()
            raise
        return opened

    @classmethod
    def is_there(cls, url: str) -> bool:
        """Whether this schema holds a store."""
        with cls.bare(url) as looked:
            return looked.has_table("migrations")

    @override
    def close(self) -> None:
        self._connections.close()

    @property
    @override
    def in_transaction(self) -> bool:
        return self._session is not None

    @contextmanager
    @override
    def locked(self, names: Sequence[str]) -> Iterator[None]:
        session = self._session
        if session is not None:
            with self._savepoint(session):
                for name in sorted(names):
                    self.lock(name)
                yield
            return
        locks = [self._lock_id(name) for name in sorted(names)]
        with self._transaction("; ".join(("BEGIN", *(f"SELECT pg_advisory_xact_lock({lock})" for lock in locks)))):
            cast(_Session, self._session).held.update(locks)
            yield

    @contextmanager
    @override
    def snapshot(self) -> Iterator[None]:
        if self._session is not None:
            yield
            return
        # What reads for long, and slowly, holds up nobody.
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0"
        with self._transaction(begin):
            yield

    @override
    def lock(self, name: str) -> None:
        session = self._session
        if session is None:
            raise UsageError(f"lock {name!r}: only inside a transaction.")
        lock = self._lock_id(name)
        if lock not in session.held:
            self._run(session.lent, f"SELECT pg_advisory_xact_lock({lock})", ())
            session.held.add(lock)

    @contextmanager
    def alone(self, name: str) -> Iterator[bool]:
        """Whether nobody else is inside such a block of this name: for work of many transactions.

        The server lets go of it when the connection breaks: what must not happen twice looks for itself as well.
        """
        lock = self._lock_id(name)
        lent = self._started(f"SELECT pg_try_advisory_lock({lock})", ())
        try:
            taken = bool(lent.cursor.fetchall()[0][0])
            try:
                yield taken
            finally:
                if taken:
                    self._quietly(lent, f"SELECT pg_advisory_unlock({lock})")
        finally:
            self._connections.give(lent)

    @override
    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        session = self._session
        if session is None:
            # Only a transaction can tell whether a broken connection has left anything behind.
            with self.transaction():
                return self.execute(sql, parameters)
        return self._run(session.lent, sql, parameters).rowcount

    @override
    def at_once(self, sql: str, parameters: Parameters) -> int:
        if self._session is not None:
            raise UsageError("one statement at once: only outside a transaction.")
        text, values = arranged(sql, parameters)
        lent = self._connections.take_live()
        try:
            return lent.cursor.execute(cast(Any, text), values, binary=True).rowcount
        except psycopg.Error as error:
            if not is_lost(error, lent.connection):
                raise explain(error, self.name) from error
            lent.close()
            raise lost(self.name) from error
        except BaseException:
            lent.close()  # it may have been interrupted while the answer was under way
            raise
        finally:
            self._connections.give(lent)

    @override
    def lock_number(self, name: str) -> int:
        return self._lock_id(name)

    @override
    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        session = self._session
        if session is not None:
            return self._run(session.lent, sql, parameters).fetchall()
        lent = self._started(sql, parameters)
        try:
            result = lent.cursor.pgresult
            return lent.cursor.fetchall() if result is not None and result.nfields else []
        finally:
            self._connections.give(lent)

    @override
    def scan(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        if self._session is None:
            with self.snapshot():
                rows = self.query(sql, parameters)
            yield from rows
            return
        session = self._session
        session.scans += 1
        cursor = RawServerCursor(session.lent.connection, f"scan{session.scans}", row_factory=_rows)
        try:
            self._run(session.lent, sql, parameters, cursor)
            while rows := self._fetched(session.lent, cursor):
                yield from rows
        finally:
            if not session.lent.closed and self._session is session:
                self._quietly(session.lent, f"CLOSE {cursor.name}")

    @override
    def has_table(self, name: str) -> bool:
        sql = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
        return bool(self.query(sql, (name,)))

    @override
    def run_script(self, script: str) -> None:
        session = self._session
        if session is None:
            raise UsageError("a migration runs inside a transaction.")
        self._run(session.lent, script, ())

    @property
    def _session(self) -> _Session | None:
        return getattr(self._local, "session", None)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        lent = self._started(begin, ())
        self._local.session = _Session(lent)
        try:
            yield
            self._commit(lent)
        except BaseException:
            self._quietly(lent, "ROLLBACK")
            raise
        finally:
            self._local.session = None
            self._connections.give(lent)

    def _commit(self, lent: Lent) -> None:
        try:
            lent.cursor.execute("COMMIT")
        except psycopg.Error as error:
            if is_lost(error, lent.connection):
                lent.close()
                raise lost(self.name, committing=True) from error
            raise explain(error, self.name) from error
        if lent.cursor.statusmessage != "COMMIT":
            raise StoreError(f"{self.name}: an earlier statement of this transaction failed; nothing was recorded.")

    @contextmanager
    def _savepoint(self, session: _Session) -> Iterator[None]:
        name, held = f"level{session.depth}", set(session.held)
        self._run(session.lent, f"SAVEPOINT {name}", ())
        session.depth += 1
        try:
            yield
            self._run(session.lent, f"RELEASE {name}", ())
        except BaseException:
            session.held = held  # locks taken since are let go with it
            self._quietly(session.lent, f"ROLLBACK TO {name}; RELEASE {name}")
            raise
        finally:
            session.depth -= 1

    def _started(self, sql: str, parameters: Parameters) -> Lent:
        """A connection on which this first statement has run; where it turns out broken, another one."""
        for last in (False, True):
            lent = self._connections.take()
            try:
                self._run(lent, sql, parameters)
            except StoreError as error:
                # `BEGIN` may have worked where the lock after it did not: nothing of that may stay on the connection.
                self._quietly(lent, "ROLLBACK")
                self._connections.give(lent)
                if last or not (error.again and lent.closed):
                    raise
            except BaseException:
                self._quietly(lent, "ROLLBACK")
                self._connections.give(lent)
                raise
            else:
                return lent
        raise AssertionError

    def _run(
        self, lent: Lent, sql: str, parameters: Parameters, cursor: RawServerCursor[Any] | None = None
    ) -> Cursor[Any]:
        text, values = arranged(sql, parameters)
        # Several statements at once are only allowed in the text protocol.
        binary = bool(values) or cursor is not None
        try:
            return (cursor or lent.cursor).execute(cast(Any, text), values or None, binary=binary)
        except psycopg.Error as error:
            raise self._explained(error, lent) from error

    def _fetched(self, lent: Lent, cursor: Cursor[Any]) -> list[Row]:
        try:
            return cursor.fetchmany(_AT_A_TIME)
        except psycopg.Error as error:
            raise self._explained(error, lent) from error

    def _explained(self, error: psycopg.Error, lent: Lent) -> StoreError:
        if not is_lost(error, lent.connection):
            return explain(error, self.name)
        lent.close()
        return lost(self.name)

    def _quietly(self, lent: Lent, sql: str) -> None:
        """Undo; where that fails the connection is closed, which undoes everything."""
        if lent.closed:
            return
        try:
            lent.connection.execute(cast(Any, sql))
        except BaseException:
            lent.close()

    def _lock_id(self, name: str) -> int:
        return _lock_id(self._schema, name)

    def _look_around(self) -> None:
        found = self.query("SELECT current_schema() AS schema, current_setting('server_encoding') AS encoding")[0]
        if found["schema"] is None:
            raise StoreError(f"{self.name}: there is no such schema. Make it with `CREATE SCHEMA`, or name another.")
        if found["encoding"] != "UTF8":
            raise StoreError(f"{self.name}: the database is encoded in {found['encoding']}. Make one in UTF8.")
        self._schema = found["schema"]

    def _prepare(self) -> None:
        if not self.has_table("migrations") or not self._is_ours():
            others = self.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() LIMIT 1")
            # Asked last: another process may be making the store.
            if others and not (self.has_table("migrations") and self._is_ours()):
                raise StoreError(
                    f"{self.name}: schema {self._schema} holds tables that are not ours ({others[0][0]}). "
                    "Name another database, or a schema apart with `?options=-csearch_path%3DNAME`."
                )
        migrations.apply(self)

    def _is_ours(self) -> bool:
        sql = (
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = 'migrations' AND column_name IN ('number', 'sha256', 'applied_at')"
        )
        return bool(self.query(sql)[0][0] == 3)


@lru_cache(maxsize=1024)
def _lock_id(schema: str, name: str) -> int:
    digest = hashlib.sha256(f"odoo-triage\n{schema}\n{name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


class _Row(tuple[Any, ...]):
    """A row whose values are found by position and by name."""

    __slots__ = ()
    places: dict[str, int]

    def __getitem__(self, key: Any) -> Any:
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """The columns' names."""
        return list(self.places)


@lru_cache(maxsize=1024)
def _row_type(names: tuple[bytes, ...]) -> type[_Row]:
    places = {name.decode(): place for place, name in enumerate(names)}
    return type("Row", (_Row,), {"__slots__": (), "places": places})


def _rows(cursor: Any) -> Any:
    result = cursor.pgresult
    if result is None:
        return tuple
    return _row_type(tuple(result.fname(place) or b"" for place in range(result.nfields)))
