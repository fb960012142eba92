"""API keys: shown once, kept as a keyed hash, ended at once; on either database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from triage.cli.app import app
from triage.errors import UsageError
from triage.storage.apikeys import ApiKeys
from triage.storage.database import Database
from triage.storage.keys import KeyFile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(database: Database, tmp_path: Path, clock: Clock) -> Iterator[ApiKeys]:
    with KeyFile(tmp_path / "keys.db") as held:
        yield ApiKeys(database, held, clock)


def make(keys: ApiKeys, name: str = "erp", days: float = 10, **more: object) -> str:
    return keys.create(name, ["cards:read"], by="mila", days=days, **more)[1]  # type: ignore[arg-type]


def test_a_key_works_until_it_expires_or_is_revoked(keys: ApiKeys, clock: Clock) -> None:
    text = make(keys)
    found = keys.verify(text)
    assert found is not None
    assert (found.name, found.scopes, found.created_by) == ("erp", ("cards:read",), "mila")
    clock.now += timedelta(days=10)
    assert keys.verify(text) is None
    other = make(keys)
    assert keys.verify(other) is not None
    keys.revoke("erp")
    assert keys.verify(other) is None


def test_only_the_whole_text_is_the_key(keys: ApiKeys) -> None:
    text = make(keys)
    _, identity, secret = text.split("_", 2)
    wrong = ["", "tk", "tk_", f"tk_{identity}", f"tk_{identity}_", f"xx_{identity}_{secret}", text[:-1], text + "a"]
    assert [keys.verify(each) for each in [*wrong, f"tk_{secret}_{identity}"]] == [None] * (len(wrong) + 1)


def test_the_key_itself_is_nowhere_on_the_disk(keys: ApiKeys, tmp_path: Path) -> None:
    secret = make(keys).split("_", 2)[2]
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert all(secret not in repr(key) and key.hash not in repr(key) for key in keys.all())


def test_a_rotated_key_works_on_for_the_overlap(keys: ApiKeys, clock: Clock) -> None:
    old = make(keys, companies=["A", "B"], person="mila", rate="5/minute")
    made, new = keys.rotate("erp", by="tariq", days=20, overlap=timedelta(hours=2))
    assert (made.name, made.companies, made.person, made.rate) == ("erp", ("A", "B"), "mila", "5/minute")
    assert keys.verify(old) is not None
    assert keys.verify(new) is not None
    with pytest.raises(UsageError, match="is replaced"):
        keys.rotate(old.split("_")[1], by="tariq", days=20, overlap=timedelta(hours=2))
    clock.now += timedelta(hours=2)
    assert keys.verify(old) is None
    assert keys.verify(new) is not None


def test_an_overlap_never_outlives_the_old_key(keys: ApiKeys, clock: Clock) -> None:
    old = make(keys, days=1)
    keys.rotate("erp", by="mila", days=20, overlap=timedelta(days=30))
    clock.now += timedelta(days=1)
    assert keys.verify(old) is None


def test_revoking_a_name_ends_every_key_of_it(keys: ApiKeys) -> None:
    old = make(keys)
    _, new = keys.rotate("erp", by="mila", days=20, overlap=timedelta(days=1))
    assert len(keys.revoke("erp")) == 2
    assert (keys.verify(old), keys.verify(new)) == (None, None)


def test_the_last_use_is_noted_now_and_then(keys: ApiKeys, clock: Clock) -> None:
    text = make(keys)
    keys.verify(text)
    first = keys.all()[0].last_used_at
    clock.now += timedelta(minutes=5)
    keys.verify(text)
    assert keys.all()[0].last_used_at == first
    clock.now += timedelta(minutes=6)
    keys.verify(text)
    assert keys.all()[0].last_used_at > first  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "said"),
    [
        ("", ["cards:read"], 1, "needs a name"),
        ("x" * 81, ["cards:read"], 1, "needs a name"),
        ("x", ["cards:write"], 1, "'cards:write' is no scope. Scopes are: arrivals:write"),
        ("x", [], 1, "at least one scope"),
        ("x", ["cards:read"], 0, "must expire"),
        ("x", ["cards:read"], float("nan"), "must expire"),
        ("x", ["cards:read"], 1e9, "must expire"),
    ],
)
def test_what_makes_no_sense_is_refused(keys: ApiKeys, name: str, scopes: list[str], days: float, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        keys.create(name, scopes, by="mila", days=days)
    assert keys.all() == []


def test_two_working_keys_of_one_name_are_refused(keys: ApiKeys) -> None:
    make(keys)
    with pytest.raises(UsageError, match="rotate or revoke it"):
        make(keys)
    with pytest.raises(UsageError, match="there is no working key 'nobody'"):
        keys.revoke("nobody")


def run(home: Path, *arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["keys", *arguments, "--home", str(home)])
    return done.exit_code, done.stdout, done.stderr


def test_on_the_command_line_the_key_alone_goes_to_standard_output(tmp_path: Path) -> None:
    status, out, err = run(tmp_path, "create", "erp", "--scope", "cards:read", "--company", "A", "--days", "3")
    assert status == 0
    assert out.strip().startswith("tk_")
    assert len(out.split()) == 1
    assert out.strip() not in err
    _, listed, _ = run(tmp_path, "list", "--json")
    told = json.loads(listed)
    assert (told["name"], told["state"], told["companies"], "hash" in told) == ("erp", "active", ["A"], False)
    status, new, err = run(tmp_path, "rotate", "erp", "--overlap-hours", "1")
    assert (status, new.startswith("tk_")) == (0, True)
    assert told["id"] in err
    assert "replaced" in run(tmp_path, "list")[1]
    assert run(tmp_path, "revoke", "erp")[0] == 0
    assert "active" not in run(tmp_path, "list")[1]


def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    assert run(tmp_path, "create", "erp", "--scope", "cards:read", "--rate", "often")[2].strip() == (
        "triage: 'often' is no rate, as 300/minute or 10/second are."
    )
    assert run(tmp_path, "create", "erp", "--scope", "all")[0] == 2
    assert run(tmp_path, "revoke", "erp")[0] == 2
    assert "No keys." in run(tmp_path, "list")[1]
    assert "decides as nobody" in run(tmp_path, "create", "erp", "--scope", "cards:decide")[2]
