"""`triage case-keys` over a store in use: wrapped, rotated, forgotten, copied and put back, on either database."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import ENGINES, damage
from tests.integration.audit_store import JANE, MARK, Place, place_on
from triage.storage.keys import KeyFile
from triage.storage.wrapping import WrappingRow

RUN = f"{sys.executable} -c 'import sys; from triage.cli.app import app; app(sys.argv[1:])'"


@pytest.fixture(params=ENGINES)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


@pytest.fixture
def in_file(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


def ok(at: Place, *words: object, **environment: str) -> str:
    done = at.run(*words, **environment)
    assert done.exit_code == 0, done.output
    return done.output


def newer(at: Place, path: Path) -> str:
    """Add a key-encryption key; its id."""
    said = ok_without_home(at, "case-keys", "keygen", path)
    return re.findall(r"key-encryption key ([0-9a-f]{16})", said)[0]


def ok_without_home(at: Place, *words: object) -> str:
    from typer.testing import CliRunner

    from triage.cli.app import app

    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def test_keys_are_wrapped_rotated_and_forgotten(at: Place, tmp_path: Path) -> None:
    assert "not wrapped: 3 case keys and the key of the keyed hashes" in ok(at, "case-keys", "status")
    kek = tmp_path / "elsewhere" / "kek"
    first, named = newer(at, kek), {"TRIAGE_KEYS_KEK": str(kek)}
    stale = at.run("case-keys", "status", **named)
    assert (stale.exit_code, "case-keys rotate" in stale.output) == (1, True)
    assert f"under key-encryption key {first} (the newest)" in ok(at, "case-keys", "rotate", **named)
    assert "whole" in ok(at, "audit", "verify", **named)
    refused = at.run("audit", "verify")
    assert (refused.exit_code, f"under key-encryption key {first}" in refused.output) == (2, True)

    assert MARK in ok(at, "audit", "show", "1", "--json", **named)
    words = ("subject", "erase", "Jane Doe", JANE, "--why", "request 12", "--yes")
    ok(at, *words, **named)
    assert MARK not in at.run("audit", "show", "1", "--json", **named).output
    assert "erased" in ok(at, "audit", "verify", **named)

    second = newer(at, kek)
    assert "Wrapped anew: " in ok(at, "case-keys", "rotate", **named)
    (share,) = [json.loads(line) for line in ok(at, "case-keys", "status", "--json", **named).splitlines()]
    assert (share["key_encryption_key"], share["newest"], share["hash_key"]) == (second, True, True)
    kek.write_text(kek.read_text().splitlines()[-1])
    assert "whole" in ok(at, "audit", "verify", **named), "the old key is needed for nothing here"


def test_a_command_holds_the_key(at: Place, tmp_path: Path) -> None:
    kek = tmp_path / "kek"
    first = newer(at, kek)
    named = {"TRIAGE_KEYS_KMS": f"{RUN} case-keys keeper {kek}"}
    assert f"under key-encryption key {first}" in ok(at, "case-keys", "rotate", **named)
    assert "whole" in ok(at, "audit", "verify", **named)
    kek.unlink()
    lost = at.run("audit", "verify", **named)
    assert (lost.exit_code, "`unwrap" in lost.output) == (2, True)


def test_a_copy_of_the_keys_opens_with_the_key_of_its_time(in_file: Place, tmp_path: Path) -> None:
    """And what was erased since stays erased."""
    kek = tmp_path / "kek"
    newer(in_file, kek)
    named = {"TRIAGE_KEYS_KEK": str(kek)}
    ok(in_file, "case-keys", "rotate", **named)
    copies = (tmp_path / "copies" / "store", "--keys", tmp_path / "copies" / "keys")
    ok(in_file, "backup", *copies, **named)
    newer(in_file, kek)
    ok(in_file, "case-keys", "rotate", **named)
    ok(in_file, "subject", "erase", "Jane Doe", JANE, "--why", "request 12", "--yes", **named)

    only_new = tmp_path / "only-new"
    only_new.write_text(kek.read_text().splitlines()[1])
    only_new.chmod(0o600)
    refused = in_file.run("restore", *copies, TRIAGE_KEYS_KEK=str(only_new))
    assert (refused.exit_code, "does not hold key-encryption key" in refused.output) == (2, True)
    ok(in_file, "restore", *copies, **named)
    assert "whole" in ok(in_file, "audit", "verify", **named)
    assert in_file.run("audit", "show", "1", **named).output.count(MARK) == 0
    assert "(the newest)" in ok(in_file, "case-keys", "rotate", **named)


def findings(at: Place, **named: str) -> str:
    return at.run("config", "check", **named).output


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"TRIAGE_KEYS_KEK": "nowhere"}, "the key-encryption keys cannot be read"),
        ({"TRIAGE_KEYS_KMS": "nowhere"}, "cannot be started"),
        ({"TRIAGE_KEYS_KMS": "a 'b"}, "is no command"),
        ({"TRIAGE_KEYS_KEK": "a", "TRIAGE_KEYS_KMS": "b"}, "one of them holds the key"),
    ],
)
def test_the_check_says_what_is_wrong_with_who_holds_the_key(in_file: Place, named: dict[str, str], said: str) -> None:
    found = in_file.run("config", "check", **named)
    assert found.exit_code == 1
    assert said in " ".join(found.output.split())


def test_the_check_says_that_keys_lie_unwrapped(in_file: Place, tmp_path: Path) -> None:
    first = newer(in_file, tmp_path / "kek")
    named: dict[str, Any] = {"TRIAGE_KEYS_KEK": str(tmp_path / "kek")}
    bare = "not wrapped: 3 case keys and the key of the keyed hashes."
    assert bare in " ".join(findings(in_file, **named).split())
    ok(in_file, "case-keys", "rotate", **named)
    assert "case-keys rotate" not in findings(in_file, **named)
    newer(in_file, tmp_path / "kek")
    old = f"under the earlier key-encryption key {first}: 3 case keys and the key of the keyed hashes."
    assert old in " ".join(findings(in_file, **named).split())


def test_the_check_says_that_only_the_key_of_the_hashes_lies_unwrapped(in_file: Place, tmp_path: Path) -> None:
    newer(in_file, tmp_path / "kek")
    damage(in_file.home / "keys.db", "UPDATE keys SET secret = NULL, deleted_at = '2026-11-01T00:00:00.000Z'")
    said = " ".join(findings(in_file, TRIAGE_KEYS_KEK=str(tmp_path / "kek")).split())
    assert "not wrapped: 0 case keys and the key of the keyed hashes." in said


def test_keys_that_were_made_beside_a_rotation_are_said(
    in_file: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a process that had not yet heard of the key-encryption key."""
    newer(in_file, tmp_path / "kek")
    named = {"TRIAGE_KEYS_KEK": str(tmp_path / "kek")}
    drop = KeyFile._drop_unused

    def beside(keys: KeyFile, row: WrappingRow) -> None:
        keys._run("INSERT INTO keys (id, case_id, secret) VALUES (x'00', 'case', zeroblob(32))")
        drop(keys, row)

    with monkeypatch.context() as patched:
        patched.setattr(KeyFile, "_drop_unused", beside)
        done = in_file.run("case-keys", "rotate", **named)
    assert done.exit_code == 1
    assert "not wrapped: 1 case key\n" in done.output
    assert "once more" in done.output
    assert "Wrapped anew: 1." in ok(in_file, "case-keys", "rotate", **named)
