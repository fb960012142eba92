"""Keys of cases are wrapped with a key that is itself under one that lies elsewhere; that one is rotated."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.databases import ENGINES, damage
from tests.unit.opened_store import ORDER, event, ref
from triage.audit.journal import Journal
from triage.audit.ledger import Ledger
from triage.domain import NoException
from triage.errors import ConfigurationError, KeyMissing, StoreError, UsageError
from triage.storage import keyring
from triage.storage.database import Database
from triage.storage.keepers import CommandKeeper, FileKeeper, FileKey, answer
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


class Slow(FileKeeper):
    """A keeper that takes its time: `meanwhile` is what others do until it answers, once."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.meanwhile: Callable[[], object] = lambda: None
        self.asked: list[str] = []

    def newest(self) -> FileKey:
        self._wait()
        return super().newest()

    def called(self, name: str) -> FileKey:
        self.asked.append(name)
        self._wait()
        return super().called(name)

    def _wait(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()


ROTATING = """
import sys
from pathlib import Path
from triage.storage.keepers import FileKeeper
from triage.storage.keys import Keys
target = sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1])
with Keys.open(target, keeper=FileKeeper(Path(sys.argv[2]))) as opened:
    print(list(opened.rotate(fresh=True)))
"""


def test_two_rotations_at_once_lose_nothing(target: Path | str, keeper: FileKeeper) -> None:
    """A second one ran to its end before the first had used its wrapping key, and threw that one away."""
    refused: list[StoreError] = []
    with Keys.open(target, keeper=keeper) as keys, Keys.open(target, keeper=keeper) as first:
        made, hashed = keys.key_for("case a"), keys.keyed_hash("x")

        def second() -> None:
            try:
                rotated(keys, fresh=True)
            except StoreError as error:
                refused.append(error)

        add = first._add
        first._add = lambda row: (add(row), second())[0]  # type: ignore[method-assign]
        assert rotated(first, fresh=True) == 1
    with Keys.open(target, create=False, keeper=keeper) as keys:
        assert (keys.key("case a"), keys.keyed_hash("x")) == (made, hashed)
        assert len(keys.shares()) == 1
    assert "is being rotated by another process" in str(refused[0])


def test_one_process_rotates_at_a_time(target: Path | str, keeper: FileKeeper) -> None:
    command = [sys.executable, "-c", ROTATING, str(target), str(keeper.path)]
    with Keys.open(target, keeper=keeper) as keys:
        keys.key_for("case a")
        step = keys.rotate(fresh=True)
        next(step)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        assert "is being rotated by another process" in done.stderr
        assert list(step) == []
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.stdout == "[1]\n", done.stderr
        keys.rotate(fresh=True).close()
        assert rotated(keys, fresh=True) == 1


def test_nothing_is_wrapped_with_a_wrapping_key_that_was_thrown_away(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target, keeper=keeper) as keys:
        made = keys.key_for("case a")
        gone = keys._wrapping.make()
        with pytest.raises(StoreError, match="thrown away"):
            keys._wrap_some(gone, b"")
    with Keys.open(target, create=False, keeper=keeper) as keys:
        assert keys.key("case a") == made


def test_the_first_wrapping_key_and_a_rotation_at_once(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target) as keys:
        keys.key_for("case a")
    slow = Slow(keeper.path)
    with Keys.open(target, keeper=keeper) as other, Keys.open(target, keeper=slow) as service:
        slow.meanwhile = lambda: rotated(other)
        made = service.key_for("case b")
        assert other.key("case b") == made
        assert unders(other) == [(keeper.newest().id, 2, True)]


@pytest.mark.parametrize("step", ["atomic", "close"])
def test_the_store_is_not_held_while_a_keeper_is_asked(tmp_path: Path, keeper: FileKeeper, step: str) -> None:
    """After a rotation a step in a transaction asked inside it, and everybody else's writing waited for the answer."""
    slow = Slow(keeper.path)
    held: list[bool] = []
    with (
        Database.open(tmp_path / "audit.db") as database,
        Keys.open(tmp_path / "keys.db", keeper=keeper) as other,
        Keys.open(tmp_path / "keys.db", keeper=slow) as service,
    ):
        log = Journal(database, service, lambda: NOW).of(event())
        rotated(other, fresh=True)
        slow.meanwhile = lambda: held.append(database.in_transaction)
        if step == "atomic":
            log.atomic("card", ORDER, lambda _: ref(1))
        else:
            log.close(NoException(why="all is well"))
    assert held == [False]


def test_threads_share_one_answer_after_a_rotation(target: Path | str, keeper: FileKeeper) -> None:
    slow = Slow(keeper.path)
    with Keys.open(target, keeper=keeper) as other, Keys.open(target, keeper=slow) as service:
        made = service.key_for("case a")
        rotated(other, fresh=True)
        slow.asked.clear()
        asked_twice = threading.Event()

        def wait() -> None:
            slow.meanwhile = asked_twice.set
            asked_twice.wait(1)

        slow.meanwhile = wait
        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(service.key, ["case a", "case a"])) == [made, made]
        assert len(slow.asked) == 1


def test_a_process_that_does_not_know_who_keeps_the_key_makes_none(target: Path | str, keeper: FileKeeper) -> None:
    with Keys.open(target) as old, Keys.open(target, keeper=keeper) as other:
        other.key_for("case a")
        with pytest.raises(ConfigurationError, match="TRIAGE_KEYS_KEK"):
            old.key_for("case b")


KILLED = """
import os, signal, sys
from pathlib import Path
from triage.storage import keyring, keys
from triage.storage.keepers import FileKeeper
keyring.AT_ONCE = 2
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
    monkeypatch.setattr(keyring, "AT_ONCE", 2)
    with Keys.open(target) as keys:
        for number in range(4):
            keys.key_for(f"case {number}")
    with Keys.open(target, keeper=keeper) as keys:
        assert list(keys.rotate()) == [2, 4, 4]


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


@pytest.mark.parametrize("text", ["", "\n"])
def test_a_file_whose_first_line_was_never_written_gets_one(tmp_path: Path, text: str) -> None:
    """Whoever made it was killed before the first line: making a key was refused with the advice to make one."""
    path = tmp_path / "kek"
    path.write_text(text)
    path.chmod(0o600)
    made = FileKeeper(path).add()
    assert FileKeeper(path).all() == [made]


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
    "wrong",
    ["echo AccessDeniedException", "head -c 20", "cat"],
    ids=["says an error without a status", "cuts it", "wraps nothing"],
)
def test_what_a_command_wraps_is_tried_before_anything_is_put_under_it(
    target: Path | str, keeper: FileKeeper, tmp_path: Path, wrong: str
) -> None:
    """A rotation put every key under what nobody could unwrap, and ended well."""
    with Keys.open(target, keeper=keeper) as keys:
        made, before = keys.key_for("case a"), unders(keys)
    script = tmp_path / "kms"
    inner = f"{sys.executable} -c 'import sys; from triage.cli.app import app; app(sys.argv[1:])' case-keys keeper"
    script.write_text(f'#!/bin/sh\n[ "$1" = wrap ] && exec {wrong}\nexec {inner} {keeper.path} "$@"\n')
    script.chmod(0o700)
    with (
        Keys.open(target, keeper=CommandKeeper([str(script)])) as keys,
        pytest.raises(ConfigurationError, match=r"does not unwrap to the same|failed with code"),
    ):
        rotated(keys, fresh=True)
    with Keys.open(target, create=False, keeper=keeper) as keys:
        assert (unders(keys), keys.key("case a")) == (before, made)


def test_where_the_first_opening_fails_no_key_is_left_unwrapped(target: Path | str, tmp_path: Path) -> None:
    later = FileKeeper(tmp_path / "apart" / "kek")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Keys.open(target, keeper=later)
    later.add()
    with Keys.open(target, keeper=later) as keys:
        keys.key_for("case a")
        assert unders(keys) == [(later.newest().id, 1, True)]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", r"failed with code 3\."),
        (
            "echo >&2; echo no access >&2; echo more >&2; exit 3",
            r"failed with code 3 \(no access\)\.",
        ),
        (r"printf '\033[1mlost\377' >&2", r"said nothing \(\?\[1mlost.\)\."),
        ("head -c 5000 /dev/zero | tr '\\0' x >&2; exit 4", r"failed with code 4 \(x{200}\)\."),
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
