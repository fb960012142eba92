"""Fixtures that every suite may use: both databases."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ENGINES, PostgresServer, place_in, postgres_server, target_in
from triage.storage.database import Database

# A shell that starts the tests in the background makes them deaf to interrupts, and with them all that they start: what
# a test interrupts has to hear it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What is no terminal has no width: whoever started the tests may have one, and hands it on.
for _name in ("COLUMNS", "LINES"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole session, started at first use."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """Address of an empty schema: what `TRIAGE_DATABASE`, `TRIAGE_KEYS` and `Database.open` take."""
    return postgres.schema()


@pytest.fixture(params=ENGINES)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder for an installation, once for each engine: `target_in(home)` says where its store lies."""
    if request.param == "postgresql":
        place_in(tmp_path, request.getfixturevalue("postgres_url"))
    return tmp_path


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """An empty store, once for each engine."""
    with Database.open(target_in(home)) as opened:
        yield opened
