"""The store: one database for state and journal, so that a change and its record commit together.

`Database` is what everybody uses; the engines behind it are SQLite (one file, one machine) and PostgreSQL (several
processes and machines). The SQL of the callers is the same for both: `?` and `:name` for values, `ON CONFLICT`, no
`rowid`, no functions of one engine only, `CAST(:x AS TEXT)` where a value that may be none stands alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, TypeVar

from triage.storage.grouping import GroupCommit

WAIT_SECONDS = 30.0
"""How long a writer waits for another process before it gives up."""

Parameters = Sequence[Any] | dict[str, Any]
ItemT = TypeVar("ItemT")
T = TypeVar("T")


class Row(Protocol):
    """One row of a result: its values by position and by name."""

    def __getitem__(self, key: int | str, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...


def is_url(target: Path | str) -> bool:
    """Whether this names a PostgreSQL database; everything else is a file."""
    return isinstance(target, str) and target.startswith(("postgresql://", "postgres://"))


class Database(ABC):
    """The store, opened. Used by any number of threads at once.

    Every failure of the engine comes out as a `StoreError` (`Conflict` for a broken uniqueness) whose text says what
    to do. Catch it around a `transaction()`, not around a statement inside one: PostgreSQL refuses every further
    statement of a transaction after an error, up to the end of the innermost block.
    """

    engine: ClassVar[str]
    """`sqlite` or `postgresql`: which migrations apply."""

    def __init__(self, name: str) -> None:
        self.name = name
        """What messages call it: the file, or the address without password."""
        self._group = GroupCommit(self)

    @staticmethod
    def open(target: Path | str) -> Database:
        """The store in this file or under this `postgresql://` address, made and migrated where needed.

        Raises `StoreError` where it is no store of ours, was written by a newer version, or cannot be written.
        """
        if is_url(target):
            from triage.storage.postgres import PostgresDatabase

            return PostgresDatabase.open_url(str(target))
        from triage.storage.sqlite import SqliteDatabase

        return SqliteDatabase.open_file(Path(target))

    @staticmethod
    def look(target: Path | str) -> Database:
        """What is in this file or under this address as it is: nothing is made or migrated. Raises `StoreError` where
        it cannot be reached.
        """
        if is_url(target):
            from triage.storage.postgres import PostgresDatabase

            return PostgresDatabase.bare(str(target))
        from triage.storage.sqlite import SqliteDatabase

        return SqliteDatabase(Path(target))

    @staticmethod
    def exists(target: Path | str) -> bool:
        """Whether there is a store already. Raises `StoreError` where that cannot be found out."""
        if is_url(target):
            from triage.storage.postgres import PostgresDatabase

            return PostgresDatabase.is_there(str(target))
        return Path(target).exists()

    @abstractmethod
    def close(self) -> None:
        """Close all connections. Closing twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether this thread is inside `transaction()`, `snapshot()` or `grouped()`."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, durable when the block ends. Inside another transaction it joins that one: an error then
        undoes this block, and what the outer block did stays for the outer block to decide.
        """
        return self.locked(())

    @abstractmethod
    def locked(self, names: Sequence[str]) -> AbstractContextManager[None]:
        """A transaction that begins by taking these locks, in the order of their names (see `lock`)."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """Reads inside the block all see the store as it is at the first of them."""

    @abstractmethod
    def lock(self, name: str) -> None:
        """Keep everybody else who asks for this name waiting until the transaction ends. Only inside a transaction.

        SQLite has one writer at a time, so there it does nothing. On PostgreSQL writers work side by side: what must
        not happen twice at once takes a lock before it reads. To rule out that two wait for each other: first the
        locks of streams (`records.stream_lock`), then others, and none after `cards`; whoever writes rows of a
        company takes the lock of its stream first.
        """

    def grouped(self, work: Callable[[], T], *, locks: Sequence[str] = ()) -> T:
        """Run `work` in a transaction and return its result when that is durable: the group commit.

        What several threads bring at the same time shares one transaction and one wait for the disk. `work` may run
        in another of these threads, and may run again after having been undone: it should change the store only. One
        that fails raises its own error to its own caller, and the others are kept. `locks` are taken before. Inside
        a transaction it joins that one.
        """
        if self.in_transaction:
            with self.locked(locks):
                return work()
        run: Callable[[], T] = partial(copy_context().run, work)
        return self._group.run(_each, run, locks)

    def gathered(
        self,
        many: Callable[[list[ItemT]], list[T]],
        item: ItemT,
        *,
        locks: Sequence[str] = (),
        at_once: Callable[[list[ItemT]], list[T] | None] | None = None,
    ) -> T:
        """Like `grouped`, for what is done in one go: `many` gets the items of all who came with the same one.

        It returns a result for each, in their order. Where it raises for several, it gets each of them alone.
        `at_once` is tried first where all came with the same one: it gets them outside a transaction, and does all
        with one statement (`Database.at_once`) or gives none and does nothing. A `Conflict` from it means that, too.
        Where it raises an error that passes, it may have been done: `many` finds out.
        """
        if self.in_transaction:
            with self.locked(locks):
                return many([item])[0]
        return self._group.run(many, item, locks, at_once)

    def at_once(self, sql: str, parameters: Parameters) -> int:
        """Run one changing statement that is a transaction of its own, durable when it returns; how many rows it
        touched. Only outside a transaction.

        Where the connection breaks (`StoreError.again`) nobody can say whether it was done: find out, under the locks
        that it takes, before it is done in another way.
        """
        with self.transaction():
            return self.execute(sql, parameters)

    def lock_number(self, name: str) -> int:
        """By which number a statement takes a lock itself, where the engine can; else 0."""
        return 0

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        """Run one statement that changes something; returns how many rows it touched."""

    @abstractmethod
    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of one query."""

    @abstractmethod
    def scan(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """The rows of one query as they are read, for results that should not stand in memory."""

    @contextmanager
    def wiping(self) -> Iterator[None]:
        """What is deleted inside the block is overwritten in the store's files, where the engine can do that."""
        yield

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""

    @abstractmethod
    def run_script(self, script: str) -> None:
        """Run the statements of a migration. Only inside a transaction."""


def _each(works: list[Callable[[], T]]) -> list[T]:
    return [work() for work in works]
