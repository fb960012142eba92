"""Checkpoints with a third party's time stamp, from a real authority: kept, handed on, checked, never waited for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.databases import PostgresServer, damage
from tests.integration.audit_store import Place, place
from tests.time_stamping import Authority, authority
from triage.audit.checkpoints import Signed
from triage.audit.stamping import Authority as Asked
from triage.audit.stamping import Refused
from triage.audit.verify import verify

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the authority is OpenSSL's")


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("tsa") / "tsa") as found:
        yield found


@pytest.fixture(autouse=True)
def well(tsa: Authority) -> Iterator[None]:
    yield
    tsa.down, tsa.twist = False, None


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def at(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer, tsa: Authority) -> Place:
    return asking(place(request.param, tmp_path / "home", postgres), tsa)


@pytest.fixture
def in_file(tmp_path: Path, tsa: Authority) -> Place:
    return asking(place("sqlite", tmp_path / "home", None), tsa)


def asking(made: Place, tsa: Authority) -> Place:
    policy = {"time_stamping": {"url": tsa.url, "ca_file": str(tsa.ca)}}
    (made.home / "policy.yaml").write_text(yaml.safe_dump(policy))
    return made


def stamps(at: Place) -> int:
    with at.open() as store:
        return int(store.database.query("SELECT count(*) FROM checkpoint_stamps")[0][0])


def test_a_checkpoint_is_stamped_handed_on_and_checked(at: Place, tsa: Authority, tmp_path: Path) -> None:
    made = at.run("audit", "checkpoint", "--out", tmp_path / "kept")
    assert made.exit_code == 0, made.output
    assert "Checkpoint 1: time-stamped 20" in made.output
    kept = tmp_path / "kept" / "checkpoint-00000001.json"
    assert tsa.holds(kept.with_suffix(".tsr"), Signed.read(kept).digest)
    checked = at.run("audit", "verify", "--checkpoint", kept)
    assert (checked.exit_code, "by an authority that is trusted" in checked.output) == (0, True), checked.output
    with authority(tmp_path / "another") as other:
        checked = at.run("audit", "verify", "--checkpoint", kept, "--tsa-ca", other.ca)
    assert checked.exit_code == 1
    assert "Time stamp: BROKEN" in checked.output


def test_an_authority_that_is_down_keeps_nothing_waiting(at: Place, tsa: Authority, tmp_path: Path) -> None:
    tsa.down = True
    made = at.run("audit", "checkpoint", "--out", tmp_path / "kept")
    assert made.exit_code == 1
    assert "status 503" in made.output
    kept = tmp_path / "kept" / "checkpoint-00000001.json"
    assert kept.exists()
    assert not kept.with_suffix(".tsr").exists()
    assert "No time stamp." in at.run("audit", "verify", "--checkpoint", kept).output
    tsa.down = False
    later = at.run("audit", "checkpoint", "--if-due", "--out", tmp_path / "kept")
    assert later.exit_code == 0, later.output
    assert "No checkpoint is due." in later.output
    assert tsa.holds(kept.with_suffix(".tsr"), Signed.read(kept).digest)
    asked = tsa.asked
    again = at.run("audit", "checkpoint", "--if-due", "--out", tmp_path / "kept")
    assert (again.output, tsa.asked) == ("No checkpoint is due.\n", asked)


def cut(answer: bytes) -> bytes:
    return answer[:-7]


def flipped(answer: bytes) -> bytes:
    return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]


@pytest.mark.parametrize("twist", [cut, flipped, lambda _: b"<html>", lambda _: b"", lambda _: b"x" * 2_000_000])
def test_what_is_no_time_stamp_is_not_kept(in_file: Place, tsa: Authority, twist: object) -> None:
    tsa.twist = twist  # type: ignore[assignment]
    made = in_file.run("audit", "checkpoint")
    assert made.exit_code == 1
    assert "No time stamp yet" in made.output
    assert stamps(in_file) == 0
    with in_file.open() as store:
        assert verify(store.database, store.keys).first_bad is None


def test_an_authority_that_refuses_says_so(in_file: Place, tsa: Authority) -> None:
    tsa.twist = lambda _: bytes.fromhex("30053003020102")
    assert "it refused (status 2)" in in_file.run("audit", "checkpoint").output


def test_an_old_answer_to_another_question_is_not_kept(in_file: Place, tsa: Authority) -> None:
    in_file.run("audit", "checkpoint")
    old = (tsa.folder / "answer.tsr").read_bytes()
    tsa.twist = lambda _: old
    assert "No time stamp yet" in in_file.run("audit", "checkpoint").output
    assert stamps(in_file) == 1


def test_a_stamp_that_was_swapped_is_found(at: Place, tsa: Authority) -> None:
    at.run("audit", "checkpoint")
    at.run("audit", "checkpoint")
    with at.open() as store:
        assert verify(store.database, store.keys).first_bad is None
    damage(
        at.environment.get("TRIAGE_DATABASE", at.home / "audit.db"),
        "UPDATE checkpoint_stamps SET answer = (SELECT answer FROM checkpoint_stamps WHERE number = 1)",
    )
    checked = at.run("audit", "verify")
    assert checked.exit_code == 1
    assert "checkpoint 2: what is kept as its time stamp is none of it" in checked.output


def test_a_bundle_has_it(in_file: Place, tsa: Authority, tmp_path: Path) -> None:
    done = in_file.run("audit", "export", tmp_path / "bundle")
    assert done.exit_code == 0, done.output
    kept = Signed.read(tmp_path / "bundle" / "checkpoint.json")
    assert kept.stamp == (tmp_path / "bundle" / "checkpoint.tsr").read_bytes()
    assert tsa.holds(tmp_path / "bundle" / "checkpoint.tsr", kept.digest)
    assert "checkpoint.tsr" in json.loads((tmp_path / "bundle" / "manifest.json").read_text())["files"]


def test_nobody_there_and_no_certificates(in_file: Place, tsa: Authority, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="gave no time stamp"):
        Asked.of("http://127.0.0.1:9/", str(tsa.ca)).stamp(kept_checkpoint(in_file))
    (tmp_path / "no.pem").write_text("no")
    (in_file.home / "policy.yaml").write_text(
        yaml.safe_dump({"time_stamping": {"url": tsa.url, "ca_file": str(tmp_path / "no.pem")}})
    )
    assert "holds no certificate" in in_file.run("audit", "checkpoint").output


def kept_checkpoint(in_file: Place) -> Signed:
    from triage.audit.checkpoints import stored

    in_file.run("audit", "checkpoint")
    with in_file.open() as store:
        return stored(store.database)[0]
