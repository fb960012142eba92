"""`triage run` on a person's own files: good ones become cards, bad ones one clear line each."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.acceptance.command import lines, no_traceback, triage

CANCEL = "Dear all,\n\nplease cancel our order S00042. We ordered twice by mistake.\n\nBest regards\nAnna Poe\n"


def mail(path: Path, text: str, **headers: str) -> Path:
    message = EmailMessage()
    defaults = {"From": "Anna Poe <anna@poe.example>", "To": "orders@brandt-mercer.example", "Subject": "S00042"}
    for name, value in (defaults | {"Message-ID": f"<{path.stem}@poe.example>"} | headers).items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    path.write_bytes(bytes(message))
    return path


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    mail(inbox / "cancel.eml", CANCEL)
    (inbox / "late.txt").write_text("Wo bleibt unsere Lieferung? Sie ist seit Montag überfällig.", encoding="utf-8")
    return inbox


def test_files_become_cards_that_can_be_decided(tmp_path: Path, inbox: Path) -> None:
    home = tmp_path / "home"
    done = triage(home, "run", inbox)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "order_change" in done.stdout
    shown = triage(home, "card", "1")
    assert shown.returncode == 0
    assert "Evidence" in shown.stdout
    accepted = triage(home, "decide", "1", "accept")
    if accepted.returncode:
        accepted = triage(home, "decide", "1", "edit", "--category", "order_change", "--reason", "wrong_category")
    assert accepted.returncode == 0, accepted.stderr
    again = triage(home, "decide", "1", "accept")
    assert again.returncode == 1
    assert "mila" in again.stderr
    story = triage(home, "audit", "show", "1", "--json")
    kinds = [entry["kind"] for entry in lines(story)]
    assert kinds[0] == "event"
    assert "decision" in kinds
    assert triage(home, "audit", "verify").returncode == 0


def test_the_same_files_again_change_nothing(tmp_path: Path, inbox: Path) -> None:
    home = tmp_path / "home"
    first = lines(triage(home, "run", inbox, "--json"))
    again = lines(triage(home, "run", inbox, "--json"))
    assert again == first


def test_a_thread_is_one_case(tmp_path: Path) -> None:
    mail(tmp_path / "1.eml", CANCEL, Date="Tue, 17 Nov 2026 09:00:00 +0100")
    mail(
        tmp_path / "2.eml",
        "Any news on the cancellation?\n",
        Subject="Re: S00042",
        In_Reply_To="<1@poe.example>",
        Date="Tue, 17 Nov 2026 12:00:00 +0100",
    )
    rows = lines(triage(tmp_path / "home", "run", tmp_path / "1.eml", tmp_path / "2.eml", "--json"))
    assert len(rows) == 1


def test_bad_files_get_one_clear_line_each_and_the_others_are_done(tmp_path: Path, inbox: Path) -> None:
    (inbox / "empty.eml").touch()
    (inbox / "broken.pdf").write_bytes(b"no PDF at all")
    (inbox / "case.json").write_text(json.dumps({"record": {"model": "sale.order"}}), encoding="utf-8")
    (inbox / "half.json").write_text('{"record": ', encoding="utf-8")
    (inbox / "movie.mp4").write_bytes(b"\x00" * 64)
    with (inbox / "huge.eml").open("wb") as huge:
        huge.truncate(50_000_000)
    head = b"From: x@poe.example\r\nSubject: S00042\r\nContent-Type: text/plain; charset=klingon-8\r\n\r\n"
    charset = head + b"Order late \xff\xfe?\r\n"
    (inbox / "charset.eml").write_bytes(charset)
    done = triage(tmp_path / "home", "run", inbox, "--json")
    rows = lines(done)
    assert done.returncode == 1
    assert no_traceback(done)
    failed = {Path(row["case"]).name: row["error"] for row in rows if row["error"]}
    assert {"empty.eml", "case.json", "half.json", "movie.mp4", "huge.eml"} <= set(failed)
    assert all("\n" not in error for error in failed.values())
    fine = [row for row in rows if not row["error"]]
    assert len(fine) >= 3
    assert triage(tmp_path / "home", "audit", "verify").returncode == 0


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    done = triage(tmp_path / "home", "run", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr
    assert no_traceback(done)


def test_a_damaged_store_is_found(tmp_path: Path, inbox: Path) -> None:
    home = tmp_path / "home"
    triage(home, "run", inbox)
    import sqlite3

    with sqlite3.connect(home / "audit.db") as store:
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f'DROP TRIGGER "{name}"')
        store.execute("DELETE FROM journal WHERE seq = 2")
    done = triage(home, "audit", "verify")
    assert done.returncode == 1
    assert "2" in done.stdout
