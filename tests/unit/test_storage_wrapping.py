"""Keys of cases are wrapped with a key that is itself under one that lies elsewhere; that one is rotated."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.databases import ENGINES, damage
from triage.audit.ledger import Ledger
from triage.errors import ConfigurationError, KeyMissing, StoreError, UsageError
from triage.storage import keyring
from triage.storage import keys as key_files
from triage.storage.keepers import CommandKeeper, FileKeeper, answer
from triage.storage.keydatabase import KeyDatabase
from triage.storage.keys import KeyFile, Keys

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(params=ENGINES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where keys may lie: a file, or a schema apart."""
    return request.getfixturevalue("postgres_url") if request.param == "postgresql" else tmp_path / "keys.db"


@pytest.fixture
def keeper(tmp_path: Path) -> FileKeeper:
    """A file with one key-encryption key."""
    found = FileKeeper(tmp_path / "apart" / "kek")
    found.add()
    return found


def stored(keys: Keys) -> list[bytes]:
    """What stands in the place of secrets."""
    if isinstance(keys, KeyFile):
        return [bytes(row[0]) for row in keys._run("SELECT secret FROM keys WHERE secret IS NOT NULL")]
    assert isinstance(keys, KeyDatabase)
    return [bytes(row[0]) for row in keys._database.query("SELECT secret FROM case_keys WHERE secret IS NOT NULL")]


def unders(keys: Keys) -> list[tuple[str | None, int, bool]]:
    return [(None if each.row is None else each.row.under, each.keys, each.other) for each in keys.shares()]


def rotated(keys: Keys, fresh: bool = False) -> int:
    return list(keys.rotate(fresh))[-1]


def test_without_a_keeper_keys_lie_as_they_did(target: Path | str) -> None:
    with Keys.open(target) as keys:
        made = keys.key_for("case a")
        assert stored(keys) == [made.secret]
        assert unders(keys) == [(None, 1, True)]
        with pytest.raises(ConfigurationError, match="TRIAGE_KEYS_KEK"):
            next(keys.rotate())


def test_with_a_keeper_no_key_lies_there(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target, keeper=keeper) as keys:
        made, hashed = keys.key_for("case a"), keys.keyed_hash("x", "y")
        assert made.secret not in stored(keys)[0]
        assert unders(keys) == [(keeper.newest().id, 1, True)]
    with Keys.open(target, create=False, keeper=keeper) as again:
        assert again.key("case a") == again.key_for("case a") == made
        assert again.opening("case a", made.id) == again.together([made.id]).opening("case a", made.id) == made.secret
        assert again.keyed_hash("x", "y") == hashed


@pytest.mark.parametrize("wrong", [None, "another"])
def test_without_the_key_that_they_are_under_nothing_opens(
    target: Path | str, keeper: FileKeeper, tmp_path: Path, wrong: str | None
) -> None:
    with Keys.open(target, keeper=keeper) as keys:
        keys.key_for("case a")
    other = None if wrong is None else FileKeeper(tmp_path / wrong)
    if other is not None:
        other.add()
    with pytest.raises(ConfigurationError, match=keeper.newest().id):
        Keys.open(target, keeper=other)


def test_keys_that_were_there_before_are_wrapped_by_a_rotation(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target) as keys:
        old, hashed = keys.key_for("case a"), keys.keyed_hash("x")
    with Keys.open(target, keeper=keeper) as keys:
        new = keys.key_for("case b")
        assert unders(keys) == [(None, 1, True), (keeper.newest().id, 1, False)]
        assert keys.key("case a") == old
        assert rotated(keys) == 1
        assert unders(keys) == [(keeper.newest().id, 2, True)]
        assert (keys.key("case a"), keys.key("case b"), keys.keyed_hash("x")) == (old, new, hashed)
        assert not any(old.secret in each for each in stored(keys))
        assert rotated(keys) == 0
    if isinstance(target, Path):
        assert old.secret not in b"".join(path.read_bytes() for path in target.parent.iterdir() if path.is_file())


def test_a_rotation_puts_all_under_the_newest_and_the_old_one_may_go(target: Path | str, keeper: FileKeeper) -> None:
    first = keeper.newest().id
    with Keys.open(target, keeper=keeper) as keys:
        made = [keys.key_for(f"case {number}") for number in range(3)]
        before = stored(keys)
        second = keeper.add().id
        assert keys.key_for("case 3"), "until it is rotated, new keys are made as before"
        assert unders(keys) == [(first, 4, True)]
        assert rotated(keys) == 4
        assert unders(keys) == [(second, 4, True)]
        assert not set(before) & set(stored(keys))
    keeper.path.write_text(keeper.path.read_text().splitlines()[1])
    with Keys.open(target, keeper=keeper) as keys:
        assert [keys.key(f"case {number}") for number in range(3)] == made
        row = keys.shares()[0].row
        assert rotated(keys, fresh=True) == 4
        assert keys.shares()[0].row != row


def test_a_process_goes_on_while_another_rotates(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target, keeper=keeper) as service, Keys.open(target, keeper=keeper) as other:
        old = service.key_for("case a")
        second = keeper.add().id
        assert rotated(other) == 1
        assert service.key("case a") == old
        made = service.key_for("case b")
        assert other.key("case b") == made
        assert unders(other) == [(second, 2, True)]


def test_a_process_that_does_not_know_who_keeps_the_key_makes_none(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target) as old, Keys.open(target, keeper=keeper) as other:
        other.key_for("case a")
        with pytest.raises(ConfigurationError, match="TRIAGE_KEYS_KEK"):
            old.key_for("case b")


KILLED = """
import os, signal, sys
from pathlib import Path
from triage.storage import keydatabase, keys
from triage.storage.keepers import FileKeeper
keys.AT_ONCE = keydatabase.AT_ONCE = 2
target = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
with keys.Keys.open(target, keeper=FileKeeper(Path(sys.argv[2]))) as opened:
    for done in opened.rotate():
        print(done, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_rotation_that_was_killed_goes_on_where_it_was(target: Path | str, keeper: FileKeeper) -> None:
    first = keeper.newest().id
    with Keys.open(target, keeper=keeper) as keys:
        made = [keys.key_for(f"case {number}") for number in range(5)]
    second = keeper.add().id
    command = [sys.executable, "-c", KILLED, str(target), str(keeper.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "2\n"), done.stderr
    with Keys.open(target, keeper=keeper) as keys:
        assert unders(keys) == [(first, 3, False), (second, 2, True)]
        assert [keys.key(f"case {number}") for number in range(5)] == made
        row = keys.shares()[1].row
        assert rotated(keys) == 3
        assert unders(keys) == [(second, 5, True)]
        assert keys.shares()[0].row == row, "it went on with the wrapping key that was there"
        assert [keys.key(f"case {number}") for number in range(5)] == made


def test_many_keys_are_wrapped_step_by_step(
    target: Path | str, keeper: FileKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (key_files, sys.modules[KeyDatabase.__module__]):
        monkeypatch.setattr(module, "AT_ONCE", 2)
    with Keys.open(target) as keys:
        for number in range(4):
            keys.key_for(f"case {number}")
    with Keys.open(target, keeper=keeper) as keys:
        assert list(keys.rotate()) == [2, 4, 4]
    assert keyring.AT_ONCE > 2


def test_a_wrapped_key_is_deleted_for_good(target: Path | str, keeper: FileKeeper, tmp_path: Path) -> None:
    with Keys.open(target, keeper=keeper) as keys:
        gone, kept = keys.key_for("case a"), keys.key_for("case b")
        wrapped = stored(keys)
        keys.delete("case a", at=NOW)
        assert keys.deleted(gone.id) == ("case a", "2026-11-23T09:30:00.000000Z")
        assert len(stored(keys)) == 1
        with pytest.raises(KeyMissing, match="erased"):
            keys.opening("case a", gone.id)
        assert keys.key("case b") == kept
        keeper.add()
        assert rotated(keys) == 1, "what was deleted stays deleted"
        assert keys.deleted(gone.id) is not None
        ledger = Ledger(tmp_path / "erasures.jsonl")
        ledger.append([kept.id], NOW)
        assert ledger.replay(keys) == 1
        assert stored(keys) == []
    if isinstance(target, Path):
        rest = target.read_bytes()
        assert not any(each in rest for each in wrapped)


def test_a_wrapped_key_that_was_changed_or_moved_is_said(tmp_path: Path, keeper: FileKeeper) -> None:
    path = tmp_path / "keys.db"
    with KeyFile(path, keeper=keeper) as keys:
        one, other = keys.key_for("case a"), keys.key_for("case b")
    damage(
        path,
        "UPDATE keys SET secret = (SELECT secret FROM keys k WHERE k.id = ?) WHERE id = ?",
        one.id,
        other.id,
    )
    with KeyFile(path, keeper=keeper) as keys:
        assert keys.key("case a") == one
        with pytest.raises(StoreError, match="changed, or moved"):
            keys.key("case b")
    damage(path, "UPDATE wrapping SET wrapped = zeroblob(40)")
    with pytest.raises(ConfigurationError, match="was changed"):
        KeyFile(path, keeper=keeper)
    damage(path, "DELETE FROM wrapping")
    with pytest.raises(StoreError, match="is missing"):
        KeyFile(path, keeper=keeper)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no key"),
        ("one two three\n", "line 1: is not `ID BASE64`"),
        ("0123456789abcdef AAAA\n", "line 1: its id is not that of its key"),
    ],
)
def test_a_file_of_key_encryption_keys_that_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "kek"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match=said):
        FileKeeper(path).newest()


def test_only_its_owner_reads_the_file_of_key_encryption_keys(keeper: FileKeeper) -> None:
    assert keeper.path.stat().st_mode & 0o777 == 0o600
    keeper.path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keeper.newest()
    with pytest.raises(ConfigurationError, match="chmod 600"):
        keeper.add()


def test_a_key_is_added_behind_a_line_without_an_end(keeper: FileKeeper) -> None:
    first = keeper.newest()
    keeper.path.write_text(keeper.path.read_text().rstrip("\n"))
    second = keeper.add()
    assert [key.id for key in keeper.all()] == [first.id, second.id]


@pytest.fixture
def service(keeper: FileKeeper) -> Iterator[CommandKeeper]:
    """A command that has the keys of the file: as another account's, or a key management service's."""
    code = "import sys; from triage.cli.app import app; app(sys.argv[1:])"
    yield CommandKeeper([sys.executable, "-c", code, "case-keys", "keeper", str(keeper.path)])


def test_a_command_keeps_the_key(tmp_path: Path, keeper: FileKeeper, service: CommandKeeper) -> None:
    with Keys.open(tmp_path / "keys.db", keeper=service) as keys:
        made = keys.key_for("case a")
        assert unders(keys) == [(keeper.newest().id, 1, True)]
    keeper.add()
    with Keys.open(tmp_path / "keys.db", keeper=service) as keys:
        assert rotated(keys) == 1
    with Keys.open(tmp_path / "keys.db", keeper=keeper) as keys:
        assert keys.key("case a") == made


def test_a_command_is_asked_once_and_not_for_each_case(tmp_path: Path, keeper: FileKeeper) -> None:
    """What is far away may be slow: a queue of fifty cards asks for fifty keys."""
    log, script = tmp_path / "asked", tmp_path / "kms"
    inner = f"{sys.executable} -c 'import sys; from triage.cli.app import app; app(sys.argv[1:])' case-keys keeper"
    script.write_text(f'#!/bin/sh\necho "$1" >> {log}\nexec {inner} {keeper.path} "$@"\n')
    script.chmod(0o700)
    with Keys.open(tmp_path / "keys.db", keeper=keeper) as keys:
        for number in range(20):
            keys.key_for(f"case {number}")
    with Keys.open(tmp_path / "keys.db", keeper=CommandKeeper([str(script)])) as keys:
        for number in range(30):
            keys.key_for(f"case {number}")
    assert log.read_text() == "unwrap\n"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "failed with code 3"),
        ("exit 0", "said nothing"),
        (r"printf '\377'", "did not print the id"),
    ],
)
def test_a_command_that_fails_is_said(tmp_path: Path, script: str, said: str) -> None:
    path = tmp_path / "kms"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    with pytest.raises(ConfigurationError, match=said):
        Keys.open(tmp_path / "keys.db", keeper=CommandKeeper([str(path)]))


def test_a_command_that_is_missing_or_gives_something_else_is_said(tmp_path: Path, keeper: FileKeeper) -> None:
    with pytest.raises(ConfigurationError, match="cannot be started"):
        CommandKeeper([str(tmp_path / "nowhere")]).newest()
    with Keys.open(tmp_path / "keys.db", keeper=keeper) as keys:
        keys.key_for("case a")
    path = tmp_path / "kms"
    path.write_text("#!/bin/sh\necho short\n")
    path.chmod(0o700)
    with pytest.raises(ConfigurationError, match="something else than was wrapped"):
        Keys.open(tmp_path / "keys.db", keeper=CommandKeeper([str(path)]))


def test_a_keeper_wraps_keys_and_nothing_else(keeper: FileKeeper) -> None:
    name = keeper.newest().id
    assert answer(keeper, ["unwrap", name], answer(keeper, ["wrap", name], bytes(32))) == bytes(32)
    for words, given in ((["wrap", name], b"short"), (["sign"], b""), ([], b"")):
        with pytest.raises(UsageError, match="say `key`"):
            answer(keeper, words, given)
    with pytest.raises(ConfigurationError, match="was changed"):
        answer(keeper, ["unwrap", name], bytes(40))


def test_a_file_of_an_earlier_version_is_taken_over(tmp_path: Path, keeper: FileKeeper) -> None:
    path = tmp_path / "keys.db"
    with KeyFile(path) as keys:
        made = keys.key_for("case a")
        with closing(keys._connection.cursor()) as cursor:
            for statement in (
                "DROP TABLE wrapping",
                "ALTER TABLE keys DROP COLUMN wrapped_by",
                "ALTER TABLE secrets DROP COLUMN wrapped_by",
            ):
                cursor.execute(statement)
    with KeyFile(path) as keys:
        assert keys.key("case a") == made
    with KeyFile(path, keeper=keeper) as keys:
        assert rotated(keys) == 1
        assert keys.key("case a") == made
