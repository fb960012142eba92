"""Who keeps checkpoints, and has no store, is shown that one leads to the next; a script of its own checks that."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.databases import ENGINES, damage
from tests.integration.audit_store import Place, of_peter, place, put
from tests.unit.opened_store import COMPANY, ref
from triage.audit.chain import record_hash
from triage.cli.app import app

DOCS = Path(__file__).parents[2] / "docs"
NEW = "Brandnew B.V."


@pytest.fixture(params=ENGINES)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    postgres = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return place(request.param, tmp_path / "home", postgres)


@pytest.fixture
def kept(at: Place, tmp_path: Path) -> Path:
    """Three checkpoints that were handed over at their time; between them the store grew, and a company came."""
    key, folder = tmp_path / "signing.key", tmp_path / "kept"
    assert CliRunner().invoke(app, ["audit", "keygen", str(key)]).exit_code == 0
    for number, company in ((50, COMPANY), (60, NEW), (70, COMPANY)):
        made = at.run("audit", "checkpoint", "--key", key, "--out", folder)
        assert made.exit_code == 0, made.output
        with at.open() as store:
            for more in range(3):
                record = ref(number + more)
                put(store, f"mail:{record.id}", record, of_peter(record, company), company=company)
    return folder


def store(at: Place) -> Path | str:
    return at.environment.get("TRIAGE_DATABASE") or at.home / "audit.db"


def checkpoint(folder: Path, number: int) -> Path:
    return folder / f"checkpoint-{number:08}.json"


def script(name: str, *arguments: object) -> tuple[int, str]:
    """A script of the documentation, run as a stranger would: without this software."""
    words = [sys.executable, "-I", str(DOCS / name), *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def proved(at: Place, folder: Path, earlier: object, later: object) -> Path:
    out = folder / "proof.json"
    done = at.run("audit", "prove", "--from", earlier, "--to", later, "--out", out)
    assert done.exit_code == 0, done.output
    return out


def test_the_script_says_what_it_is_given() -> None:
    assert script("verify_consistency.py") == (2, "usage: verify_consistency.py PROOF EARLIER LATER\n")


@pytest.mark.parametrize(("earlier", "later"), [(1, 2), (1, 3), (2, 3), (2, 2)])
def test_a_checkpoint_leads_to_a_later_one(at: Place, kept: Path, tmp_path: Path, earlier: int, later: int) -> None:
    proof = proved(at, tmp_path, earlier, later)
    found = script("verify_consistency.py", proof, checkpoint(kept, earlier), checkpoint(kept, later))
    assert found == (0, f"checkpoint {earlier} leads to checkpoint {later}\n")
    signed = script("verify_signature.py", checkpoint(kept, later), tmp_path / "signing.key.pub")
    assert signed == (0, "signed by this key\n")


def test_a_kept_file_and_a_bundle_take_the_place_of_numbers(at: Place, kept: Path, tmp_path: Path) -> None:
    done = at.run("audit", "export", tmp_path / "bundle", "--why", "audit", "--key", tmp_path / "signing.key")
    assert done.exit_code == 0, done.output
    later = tmp_path / "bundle" / "checkpoint.json"
    proof = proved(at, tmp_path, checkpoint(kept, 1), later)
    assert script("verify_consistency.py", proof, checkpoint(kept, 1), later) == (
        0,
        "checkpoint 1 leads to checkpoint 4\n",
    )
    assert script("verify_bundle.py", tmp_path / "bundle")[0] == 0


def test_the_last_one_is_meant_where_none_is_named(at: Place, kept: Path) -> None:
    printed = json.loads(at.run("audit", "prove", "--from", checkpoint(kept, 1)).output)
    assert (printed["from"], printed["to"]) == (1, 3)


def test_what_was_changed_cannot_be_proved(at: Place, kept: Path, tmp_path: Path) -> None:
    """The store is rewritten: checkpoints that it has itself are made to fit, those that were kept are not."""
    damage(store(at), "UPDATE journal SET hash = ? WHERE stream = ? AND seq = 1", "0" * 64, COMPANY)
    done = at.run("audit", "prove", "--from", checkpoint(kept, 1), "--out", tmp_path / "proof.json")
    assert done.exit_code == 1
    assert f"stream {COMPANY}: its records are not those" in " ".join(done.output.split())
    assert not (tmp_path / "proof.json").exists()


def test_what_was_cut_off_cannot_be_proved(at: Place, kept: Path, tmp_path: Path) -> None:
    for table in ("payloads", "journal"):
        damage(store(at), f"DELETE FROM {table} WHERE stream = ? AND seq > 2", COMPANY)
    assert at.run("audit", "prove", "--from", checkpoint(kept, 1)).exit_code == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--from", "3", "--to", "1"), 2, "name the earlier first"),
        (("--from", "9"), 2, "its last one is 3"),
        (("--from", "nowhere.json"), 2, "cannot be read"),
    ],
)
def test_what_is_asked_wrongly_is_said(at: Place, kept: Path, words: tuple[str, ...], status: int, said: str) -> None:
    done = at.run("audit", "prove", *words)
    assert (done.exit_code, said in " ".join(done.output.split())) == (status, True), done.output


def test_another_stores_checkpoint_is_refused(at: Place, kept: Path, tmp_path: Path) -> None:
    other = place("sqlite", tmp_path / "other", None)
    assert other.run("audit", "checkpoint", "--out", tmp_path / "of-other").exit_code == 0
    done = at.run("audit", "prove", "--from", checkpoint(tmp_path / "of-other", 1))
    assert (done.exit_code, "different stores" in " ".join(done.output.split())) == (2, True)
    assert other.run("audit", "prove", "--from", "1", "--out", tmp_path / "own.json").exit_code == 0
    status, said = script(
        "verify_consistency.py", tmp_path / "own.json", checkpoint(tmp_path / "of-other", 1), checkpoint(kept, 1)
    )
    assert (status, "different stores" in said) == (1, True)


def test_a_store_without_checkpoints_says_so(tmp_path: Path) -> None:
    done = place("sqlite", tmp_path / "home", None).run("audit", "prove", "--from", "1")
    assert (done.exit_code, "has no checkpoint yet" in " ".join(done.output.split())) == (2, True)


def spoiled(folder: Path, change: Any) -> Path:
    data = json.loads((folder / "proof.json").read_text())
    change(data)
    (folder / "spoiled.json").write_text(json.dumps(data))
    return folder / "spoiled.json"


def test_a_proof_that_was_changed_shows_nothing(at: Place, kept: Path, tmp_path: Path) -> None:
    proved(at, tmp_path, 1, 3)
    files = checkpoint(kept, 1), checkpoint(kept, 3)

    def check(change: Any) -> tuple[int, str]:
        return script("verify_consistency.py", spoiled(tmp_path, change), *files)

    assert check(lambda data: None)[0] == 0
    for change in (
        lambda data: data["streams"].pop(COMPANY),
        lambda data: data["streams"][COMPANY].pop(),
        lambda data: data["streams"][COMPANY].append("0" * 64),
        lambda data: data["streams"][COMPANY].__setitem__(0, "0" * 64),
        lambda data: data["streams"][COMPANY].reverse(),
    ):
        status, said = check(change)
        assert (status, f"stream {COMPANY}: its first" in said) == (1, True), said
    assert "the proof leads from checkpoint 2" in check(lambda data: data.update({"from": 2}))[1]


def test_a_checkpoint_that_says_something_else_is_found(at: Place, kept: Path, tmp_path: Path) -> None:
    """Whoever keeps the earlier one need not believe the later one that is shown to them."""
    proof = proved(at, tmp_path, 1, 3)
    data = json.loads(checkpoint(kept, 3).read_text())
    for change, shows in (
        (lambda head: head.update(root="0" * 64), True),
        (lambda head: head.update(stream="elsewhere"), True),
        (lambda head: head.update(size=1), True),
        (lambda head: head.update(size=head["size"] - 1), False),  # the root is the same: its signature is what shows
    ):
        shown = json.loads(json.dumps(data))
        change(next(head for head in shown["checkpoint"]["streams"] if head["stream"] == COMPANY))
        (tmp_path / "shown.json").write_text(json.dumps(shown))
        found = script("verify_consistency.py", proof, checkpoint(kept, 1), tmp_path / "shown.json")
        assert not shows or found[0] == 1
        signed = script("verify_signature.py", tmp_path / "shown.json", tmp_path / "signing.key.pub")
        assert signed == (1, "shown.json: is not signed by this key\n")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_the_script_and_the_software_agree(one: int, other: int) -> None:
    from triage.audit.merkle import consistency_proof, is_consistent, root_of

    code = compile((DOCS / "verify_consistency.py").read_text(), "verify_consistency.py", "exec")
    names: dict[str, Any] = {"__name__": "script"}
    exec(code, names)
    size, later = sorted((one, other))
    leaves = [bytes.fromhex(record_hash(bytes([number]))) for number in range(later)]
    proof = consistency_proof(size, leaves) if size else []
    wrong = [*proof[:-1], bytes(32)] if proof else [bytes(32)]
    for steps in (proof, wrong):
        mine = names["leads"](root_of(leaves[:size]), size, root_of(leaves), later, list(steps))
        assert mine == is_consistent(root_of(leaves[:size]), size, root_of(leaves), later, steps) == (steps is proof)
