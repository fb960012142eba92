"""Sign-ins under way and used nonces, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.unit.opened_store import NOW
from triage.storage.database import Database
from triage.storage.signing import WAITS, Signing


class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signing(database: Database, clock: Clock) -> Signing:
    return Signing(database, clock)


def test_a_sign_in_is_taken_once(signing: Signing, database: Database) -> None:
    begun = signing.begin("/cards/7")
    other = signing.begin("/queue")
    assert len({begun.state, begun.nonce, begun.verifier, other.state, other.nonce, other.verifier}) == 6
    assert len(begun.verifier) >= 43
    stored = str([tuple(row) for row in database.query("SELECT id FROM sign_ins")])
    assert begun.state not in stored
    assert signing.take("unknown") is None
    assert signing.take(begun.state) == begun
    assert signing.take(begun.state) is None
    assert signing.take(other.state) == other


def test_a_sign_in_that_took_too_long_is_forgotten(signing: Signing, clock: Clock, database: Database) -> None:
    begun = signing.begin("/queue")
    clock.now += WAITS
    assert signing.take(begun.state) is None
    signing.begin("/queue")
    clock.now += WAITS + timedelta(seconds=1)
    signing.begin("/queue")
    assert database.query("SELECT COUNT(*) AS n FROM sign_ins")[0]["n"] == 1


def test_a_nonce_is_used_once(signing: Signing, clock: Clock, database: Database) -> None:
    assert signing.use("a")
    assert not signing.use("a")
    assert signing.use("b")
    clock.now += timedelta(hours=2)
    assert signing.use("c")
    assert database.query("SELECT COUNT(*) AS n FROM used_nonces")[0]["n"] == 1
