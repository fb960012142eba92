"""Keys are made once, deleted for good, and hashes need the file."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import ENGINES, PostgresServer
from tests.unit.opened_store import NOW
from triage.audit.ledger import Ledger
from triage.domain import utc
from triage.errors import KeyMissing, StoreError
from triage.storage.database import Database
from triage.storage.keys import KeyFile, Keys


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where keys may lie: a file, or a schema apart."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else tmp_path / "keys.db"


@pytest.fixture
def keys(target: Path | str):
    with Keys.open(target) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path):
    with KeyFile(tmp_path / "keys.db") as opened:
        yield opened


def test_a_case_has_one_key(keys: Keys) -> None:
    made = keys.key_for("case a")
    assert len(made.secret) == 32
    assert keys.key_for("case a") == keys.key("case a") == made
    assert keys.key_for("case b").secret != made.secret


def test_keys_outlive_the_process(keys: Keys, target: Path | str) -> None:
    made = keys.key_for("case a")
    with Keys.open(target, create=False) as again:
        assert again.key("case a") == made
        assert again.subject_hash("Jane") == keys.subject_hash("Jane")


def test_an_unknown_case_has_no_key(keys: Keys) -> None:
    with pytest.raises(KeyMissing, match="no key"):
        keys.key("case a")
    with pytest.raises(KeyMissing, match="not in this key file"):
        keys.opening("case a", b"12345678")


def test_many_keys_at_one_look_are_the_same_keys(keys: Keys) -> None:
    made = [keys.key_for(f"case {number}") for number in range(3)]
    keys.delete("case 1")
    together = keys.together([*(each.id for each in made), b"12345678"])
    assert together.opening("case 0", made[0].id) == made[0].secret == keys.opening("case 0", made[0].id)
    for case, key_id, said in (
        ("case 1", made[1].id, "its content is erased"),
        ("case 0", made[2].id, "not in this key file"),
        ("case 9", b"12345678", "not in this key file"),
    ):
        with pytest.raises(KeyMissing, match=said):
            together.opening(case, key_id)


def test_a_deleted_key_is_gone_from_the_file(file: KeyFile) -> None:
    made = file.key_for("case a")
    assert made.secret in file.path.read_bytes()
    file.delete("case a")
    file.delete("case a")
    rest = b"".join(path.read_bytes() for path in file.path.parent.iterdir())
    assert made.secret not in rest
    assert file.deleted(made.id).case == "case a"
    with pytest.raises(KeyMissing, match="erased"):
        file.opening("case a", made.id)


def test_after_a_deletion_the_case_gets_another_key(keys: Keys) -> None:
    old = keys.key_for("case a")
    keys.delete("case a")
    new = keys.key_for("case a")
    assert new.id != old.id
    assert keys.opening("case a", new.id) == new.secret
    assert keys.deleted(new.id) is None


def test_a_deletion_elsewhere_counts_here(keys: Keys, target: Path | str) -> None:
    made = keys.key_for("case a")
    with Keys.open(target) as other:
        other.delete("case a")
    with pytest.raises(KeyMissing):
        keys.opening("case a", made.id)


def test_threads_agree_on_one_key(keys: Keys, target: Path | str) -> None:
    with Keys.open(target) as other, ThreadPoolExecutor(4) as pool:
        made = set(pool.map(lambda n: (keys, other)[n % 2].key_for("case a"), range(16)))
    assert len(made) == 1


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    with KeyFile(tmp_path / "keys.db") as keys:
        assert keys.path.stat().st_mode & 0o777 == 0o600
    keys.path.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        KeyFile(keys.path)


def test_a_missing_file_is_not_made_anew(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"keys\.db is missing: restore it"):
        KeyFile(tmp_path / "keys.db", create=False)
    assert not (tmp_path / "keys.db").exists()
    KeyFile(tmp_path / "keys.db").close()
    KeyFile(tmp_path / "keys.db", create=False).close()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys.db").touch(0o600)
    with sqlite3.connect(tmp_path / "keys.db") as other:
        other.execute("CREATE TABLE theirs (a)")
    with pytest.raises(StoreError, match="not a key file"):
        KeyFile(tmp_path / "keys.db")


def test_a_store_belongs_to_one_key_file(tmp_path: Path) -> None:
    with (
        Database.open(tmp_path / "audit.db") as store,
        KeyFile(tmp_path / "keys.db") as keys,
        KeyFile(tmp_path / "other.db") as other,
    ):
        keys.belong_to(store)
        keys.belong_to(store)
        with pytest.raises(StoreError, match="not the key file"):
            other.belong_to(store)


def test_people_are_found_however_they_are_written(keys: Keys) -> None:
    assert keys.subject_hash("  JANE\u00a0Doe ") == keys.subject_hash("jane doe")
    assert keys.subject_hash("Jane Doe") != keys.subject_hash("Jane Dae")
    assert len(keys.subject_hash("x")) == 64


def test_hashes_need_this_file(keys: Keys, tmp_path: Path) -> None:
    with KeyFile(tmp_path / "other.db") as other:
        assert keys.event_id("file:1") != other.event_id("file:1")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):
    with KeyFile(tmp_path_factory.mktemp("keys") / "keys.db") as opened:
        yield opened


@given(st.lists(st.text(), min_size=1, max_size=3), st.lists(st.text(), min_size=1, max_size=3))
def test_parts_of_a_hash_do_not_run_together(shared: KeyFile, one: list[str], other: list[str]) -> None:
    assert (shared.keyed_hash(*one) == shared.keyed_hash(*other)) == (one == other)


def test_a_deleted_key_is_gone_from_the_servers_tables(postgres: PostgresServer) -> None:
    """Not from its write-ahead log, which the server throws away by itself."""
    with Keys.open(postgres.database()) as keys:
        deleted, kept = keys.key_for("case a"), keys.key_for("case b")

        def where(secret: bytes) -> list[Path]:
            postgres.run("CHECKPOINT")
            files = [path for path in (postgres.data / "base").rglob("*") if path.is_file()]
            return [path for path in files if secret in path.read_bytes()]

        assert where(deleted.secret)
        keys.delete("case a", "never made")
        keys.delete("case a")
        assert where(deleted.secret) == []
        assert where(kept.secret)
        assert keys.key("case b") == kept
        assert keys.deleted(deleted.id).case == "case a"
        with pytest.raises(KeyMissing, match="erased"):
            keys.opening("case a", deleted.id)
        assert keys.key_for("case a").id != deleted.id


def test_keys_are_deleted_although_somebody_reads_an_old_state(postgres: PostgresServer) -> None:
    url = postgres.database()
    with Keys.open(url) as keys, Keys.open(url) as reading:
        made = keys.key_for("case a")
        with reading._database.snapshot():
            reading._database.query("SELECT 1")
            keys.delete("case a")
        postgres.run("CHECKPOINT")
        assert not [
            path for path in (postgres.data / "base").rglob("*") if path.is_file() and made.secret in path.read_bytes()
        ]


def test_missing_keys_are_not_made_anew_on_a_server(postgres_url: str) -> None:
    with pytest.raises(StoreError, match="holds no keys: restore them"):
        Keys.open(postgres_url, create=False)
    Keys.open(postgres_url).close()
    Keys.open(postgres_url, create=False).close()


def test_keys_lie_apart_from_the_store(postgres_url: str, postgres: PostgresServer) -> None:
    Database.open(postgres_url).close()
    with pytest.raises(StoreError, match="keys must lie apart"):
        Keys.open(postgres_url)
    other = postgres.schema()
    Keys.open(other).close()
    with pytest.raises(StoreError, match="not ours"):
        Database.open(other)


def test_what_a_backup_brought_back_goes_at_once_and_each_at_its_own_time(postgres_url: str, tmp_path: Path) -> None:
    times = [datetime(2026, 11, day, tzinfo=UTC) for day in (3, 4, 5)]
    ledger = Ledger(tmp_path / "erasures.jsonl")
    with Keys.open(postgres_url) as keys:
        made = [keys.key_for(f"case {day.day}").id for day in times]
        for key, day in zip(made, times, strict=True):
            ledger.append([key, b"unknown."], day)
        for statement in (
            "CREATE TABLE rewrites (at TIMESTAMPTZ DEFAULT now())",
            "CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN INSERT INTO rewrites DEFAULT VALUES; RETURN NULL; END'",
            "CREATE TRIGGER counted BEFORE TRUNCATE ON case_keys FOR EACH STATEMENT EXECUTE FUNCTION counted()",
        ):
            keys._database.execute(statement)  # type: ignore[attr-defined]
        assert (ledger.replay(keys), ledger.replay(keys)) == (3, 0)
        assert len(keys._database.query("SELECT 1 FROM rewrites")) == 1  # type: ignore[attr-defined]
        assert [found.at for key in made if (found := keys.deleted(key))] == [utc(day) for day in times]


def test_keys_are_forgotten_each_at_its_own_time(keys: Keys) -> None:
    times = {keys.key_for(f"case {day}").id: datetime(2026, 11, day, tzinfo=UTC) for day in (3, 4)}
    later = dict.fromkeys(times, NOW)
    assert (keys.forget_each({**times, b"unknown.": NOW}), keys.forget_each(later), keys.forget_each({})) == (2, 0, 0)
    assert [found.at for key in times if (found := keys.deleted(key))] == [utc(at) for at in times.values()]
