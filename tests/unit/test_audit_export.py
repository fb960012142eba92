"""A bundle: a stranger's two scripts find it whole, and find every change; no content leaks where it was erased."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, decision, event, proposal
from triage.audit.checkpoints import make
from triage.audit.export import Exported, Period, export
from triage.audit.signing import KeySigner, make_key
from triage.cards import transitions
from triage.domain import NoException, Policy
from triage.errors import UsageError

DOCS = Path(__file__).parents[2] / "docs"


def script(name: str, *arguments: Path) -> tuple[int, str]:
    command = [sys.executable, "-I", str(DOCS / name), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def fill(opened: Opened) -> None:
    for key, company in (("file:1", COMPANY), ("file:2", COMPANY), ("file:3", "Elsewhere B.V.")):
        log = opened.journal.of(event(key, company=company))
        log.once("capture", ORDER, lambda _: case())
        if key == "file:2":
            log.atomic("card", proposal(summary="=cmd|' /C calc'!A0"), lambda it, key=key: opened.cards.put(it, key))
        log.close(NoException(why="thanks"))
    card = opened.cards.get(1)
    with opened.database.transaction():
        made = decision(card, comment="looks right")
        opened.cards.save(transitions.decide(card, made, Policy()), card.revision)
        opened.journal.record(
            stream=COMPANY, kind="decision", case=opened.cards.case_key(card), event="file:2", value=made
        )


def bundle(opened: Opened, folder: Path, period: Period = Period(), **more: object) -> Exported:  # noqa: B008
    make_key(folder.parent / "signing.key")
    signer = KeySigner.read(folder.parent / "signing.key")
    checkpoint = make(opened.journal, opened.clock, signer)
    return export(opened.database, opened.keys, folder, period, checkpoint, signer=signer, **more)


@pytest.fixture
def made(home: Path, tmp_path: Path) -> Path:
    with Opened(home) as opened:
        fill(opened)
        done = bundle(opened, tmp_path / "bundle", with_keys=True)
    assert (done.records, done.erased, done.cards, done.decisions) == (11, 0, 1, 1)
    return tmp_path / "bundle"


def test_a_stranger_finds_it_whole_and_signed(made: Path) -> None:
    assert script("verify_bundle.py", made) == (0, "11 records in 2 streams, checkpoint 1\nwhole\n")
    assert script("verify_signature.py", made, made.parent / "signing.key.pub") == (0, "signed by this key\n")


def test_another_key_signed_nothing(made: Path, tmp_path: Path) -> None:
    make_key(tmp_path / "other.key")
    status, said = script("verify_signature.py", made, tmp_path / "other.key.pub")
    assert status == 1
    assert said.count("not signed by this key") == 2


def test_tables_can_be_read_by_a_spreadsheet_and_run_nothing(made: Path) -> None:
    with (made / "cards.csv").open(encoding="utf-8", newline="") as file:
        (card,) = csv.DictReader(file)
    assert card["category"] == "stock"
    assert card["summary"].startswith("'=cmd")
    with (made / "decisions.csv").open(encoding="utf-8", newline="") as file:
        (said,) = csv.DictReader(file)
    assert (said["card"], said["verdict"], said["by"], said["comment"]) == ("1", "accept", "mila", "looks right")


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "records.jsonl").read_text("utf-8").splitlines()]


def rewrite(folder: Path, records: list[dict]) -> None:
    """Put other records in and make the manifest fit them: what somebody without the signing key can do."""
    import hashlib

    (folder / "records.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    manifest["files"]["records.jsonl"] = hashlib.sha256((folder / "records.jsonl").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.mark.parametrize("what", ["body", "hash", "sealed", "removed", "doubled", "swapped", "cut", "proof"])
def test_every_change_is_found_without_a_signature(made: Path, what: str) -> None:
    found = lines(made)
    if what == "body":
        found[3]["body"] = found[3]["body"].replace('"kind":', '"kind" :')
    elif what == "hash":
        found[3]["hash"] = "0" * 64
    elif what == "sealed":
        found[3]["sealed"] = found[4]["sealed"]
    elif what == "removed":
        del found[3]
    elif what == "doubled":
        found.insert(3, found[3])
    elif what == "swapped":
        found[3], found[4] = found[4], found[3]
    elif what == "cut":
        found.pop()
    elif what == "proof":
        found[3]["proof"] = found[4]["proof"]
    rewrite(made, found)
    status, said = script("verify_bundle.py", made)
    assert status == 1
    assert "stream" in said


def test_content_that_is_not_what_was_sealed_is_found_with_the_keys(made: Path) -> None:
    found = lines(made)
    changed = next(record for record in found if record["type"] == "Decision")
    changed["value"]["by"] = "somebody else"
    rewrite(made, found)
    status, said = script("verify_signature.py", made, made.parent / "signing.key.pub")
    assert status == 1
    assert "says something else than what was sealed" in said


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_a_flipped_byte_anywhere_is_found(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    base = _base(tmp_path_factory)
    folder = tmp_path_factory.mktemp("flipped") / "bundle"
    shutil.copytree(base, folder)
    file = folder / data.draw(st.sampled_from(sorted(path.name for path in base.iterdir() if path.suffix != ".sig")))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 6))
    file.write_bytes(content)
    first = subprocess.run(
        [sys.executable, "-I", DOCS / "verify_bundle.py", folder], capture_output=True, timeout=60, check=False
    )
    key = base.parent / "signing.key.pub"
    second = subprocess.run(
        [sys.executable, "-I", DOCS / "verify_signature.py", folder, key], capture_output=True, timeout=60, check=False
    )
    assert (first.returncode, second.returncode) != (0, 0)


_BASES: dict[int, Path] = {}


def _base(factory: pytest.TempPathFactory) -> Path:
    if 1 not in _BASES:
        folder = factory.mktemp("base")
        with Opened(folder / "store") as opened:
            fill(opened)
            bundle(opened, folder / "bundle")
        _BASES[1] = folder / "bundle"
    return _BASES[1]


def test_a_period_of_one_company(home: Path, tmp_path: Path) -> None:
    with Opened(home) as opened:
        fill(opened)
        since = NOW + timedelta(seconds=4)
        done = bundle(opened, tmp_path / "bundle", Period(since, NOW + timedelta(seconds=6), COMPANY))
    assert done.records > 0
    found = [json.loads(record["body"]) for record in lines(tmp_path / "bundle")]
    assert {body["stream"] for body in found} == {COMPANY}
    assert all("2026-11-23T09:30:04" <= body["at"] < "2026-11-23T09:30:06" for body in found)
    assert script("verify_bundle.py", tmp_path / "bundle")[0] == 0


def test_what_was_erased_stays_erased(home: Path, tmp_path: Path) -> None:
    with Opened(home) as opened:
        fill(opened)
        opened.keys.delete(opened.cards.case_key(opened.cards.get(1)))
        done = bundle(opened, tmp_path / "bundle", with_keys=True)
    assert done.erased > 0
    text = (tmp_path / "bundle" / "records.jsonl").read_text("utf-8")
    assert "mila" not in text
    assert script("verify_bundle.py", tmp_path / "bundle")[0] == 0
    assert script("verify_signature.py", tmp_path / "bundle", tmp_path / "signing.key.pub")[0] == 0


def test_it_is_never_mixed_into_other_files(home: Path, tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "x").write_text("mine")
    with Opened(home) as opened, pytest.raises(UsageError, match="not empty"):
        fill(opened)
        bundle(opened, tmp_path / "bundle")
