"""`triage subject` as a data-protection officer uses it, on both databases, and with wrong input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.databases import ENGINES, PostgresServer
from tests.integration.audit_store import JANE, MARK, PETER, Place, of_peter, place, place_on, put
from tests.unit.opened_store import COMPANY, ref
from triage.domain import Origin, Partner, Reading
from triage.storage import records


@pytest.fixture(params=ENGINES)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


@pytest.fixture
def in_file(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


def test_a_person_is_found_by_each_name(at: Place) -> None:
    for name in ("Jane Doe", "JANE  doe", JANE):
        found = at.run("subject", "find", name)
        assert found.exit_code == 0
        assert f"{COMPANY}: S00042: 4 records" in found.output
        assert "cards #1" in found.output
    assert at.run("subject", "find", "Nobody Atall").output == "No case names this person.\n"
    assert len(at.run("subject", "find", PETER).output.splitlines()) == 2


def test_that_somebody_looked_for_a_person_is_recorded(at: Place) -> None:
    at.run("subject", "find", "Jane Doe", "--why", "request 9")
    at.run("subject", "erase", "Nobody Atall")
    with at.open() as store:
        read = [store.journal.opened(each) for each in records.every(store.database) if each.kind == "reading"]
        hashed = [store.keys.subject_hash(name)[:16] for name in ("Jane Doe", "Nobody Atall")]
    assert [(each.by, each.what, each.why, each.records) for each in read if isinstance(each, Reading)] == [
        ("dpo", f"subject {hashed[0]}", "request 9", 4),
        ("dpo", f"subject {hashed[1]}", "", 0),
    ]


def test_who_is_shown_who_would_be_erased_leaves_a_record_of_it_whatever_comes_of_it(in_file: Place) -> None:
    assert in_file.run("audit", "hold", "1", "--why", "claim 7").exit_code == 0
    refused = in_file.run("subject", "erase", "Jane Doe", "--yes", "--why", "request 9")
    assert (refused.exit_code, "S00042" in refused.output) == (2, True)
    done = in_file.run("subject", "erase", PETER, "--yes", "--why", "request 10")
    assert done.exit_code == 0
    with in_file.open() as store:
        read = [store.journal.opened(each) for each in records.every(store.database) if each.kind == "reading"]
    assert [(each.by, each.why) for each in read if isinstance(each, Reading)] == [
        ("dpo", "request 9"),
        ("dpo", "request 10"),
    ]


def test_a_persons_records_are_handed_over_and_that_is_recorded(at: Place, tmp_path: Path) -> None:
    out = tmp_path / "jane.jsonl"
    done = at.run("subject", "export", "Jane Doe", "--out", out, "--why", "request 9")
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["Event", "Case", "Card", "NoException"]
    assert out.stat().st_mode & 0o777 == 0o600
    with at.open() as store:
        [record] = [each for each in records.every(store.database) if each.kind == "reading"]
        reading = store.journal.opened(record)
    assert isinstance(reading, Reading)
    assert (reading.by, reading.why, reading.records) == ("dpo", "request 9", 4)
    assert "Jane" not in reading.model_dump_json()
    again = at.run("subject", "export", "Jane Doe", "--out", out)
    assert again.exit_code == 2
    assert "Name a new file" in again.output


def test_a_person_is_forgotten_and_nobody_else(at: Place, tmp_path: Path) -> None:
    lines = [{"id": 1, "author": "Jane Doe", "text": "one\u2028two"}, {"id": 2, "author": "Peter Pan"}]
    beside = tmp_path / "sets"
    beside.mkdir()
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (beside / "cases.jsonl").write_text(text, "utf-8")
    (beside / "notes.yaml").write_text("- Jane Doe\n", "utf-8")
    asked = ("subject", "erase", "Jane Doe", JANE, "--why", "request 9", "--beside", beside)
    previewed = at.run(*asked)
    assert previewed.exit_code == 0
    assert "Nothing was erased" in previewed.output
    assert (beside / "cases.jsonl").read_text("utf-8") == text
    assert at.run("audit", "show", "1").exit_code == 0
    done = at.run(*asked, "--yes")
    assert done.exit_code == 0, done.output
    assert "Erased: 1 keys of 1 cases." in done.output
    assert "cases.jsonl: 1 lines taken out." in done.output
    assert "notes.yaml: 1 lines name the person; remove them by hand." in done.output
    assert (beside / "cases.jsonl").read_text("utf-8") == json.dumps(lines[1]) + "\n"
    shown = at.run("audit", "show", "1")
    assert shown.exit_code == 1
    assert MARK not in shown.output
    assert at.run("audit", "show", "2").exit_code == 0
    whole = at.run("audit", "verify")
    assert whole.exit_code == 0, whole.output
    assert "4 erased" in whole.output
    found = at.run("subject", "find", "Jane Doe").output
    assert "(erased)" in found
    assert "S00042" not in found
    assert "No case names this person" in at.run("subject", "find", MARK, "--deep").output


def test_nothing_of_a_forgotten_person_is_in_clear_in_any_file_or_table(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    for engine in ENGINES:
        at = place(engine, tmp_path / engine, postgres)
        assert at.run("subject", "erase", "Jane Doe", "--yes", "--why", "request 9").exit_code == 0
        with at.open() as store:
            for table in ("journal", "payloads", "cards", "queue", "effects", "inbox", "promises", "settings", "holds"):
                told = "".join(str(tuple(row)) for row in store.database.query(f"SELECT * FROM {table}"))
                for word in (MARK, "Jane", "jane@", "doe-fixings", "S00042"):
                    assert word not in told, (engine, table, word)
        for file in at.home.iterdir():
            assert MARK.encode() not in file.read_bytes()
            assert b"Jane" not in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("find", ""), "names nobody"),
        (("erase", " ", "--deep", "--yes"), "names nobody"),
        (("erase", "Jane Doe", "ab", "--deep", "--yes"), "'ab' names nobody"),
        (("erase", "Jane Doe", "--yes", "--beside", "nowhere-at-all"), "--beside nowhere-at-all: there is no such"),
        (("find", "Jane Doe", "--beside", "nowhere-at-all"), "--beside nowhere-at-all: there is no such"),
        (("export", "Jane Doe", "--out", "/nowhere/at/all.jsonl"), "cannot be made"),
    ],
)
def test_what_is_asked_wrongly_forgets_nobody(in_file: Place, arguments: tuple[str, ...], said: str) -> None:
    asked = in_file.run("subject", *arguments)
    assert (asked.exit_code, said in asked.output) == (2, True), asked.output
    with in_file.open() as store:
        assert len(store.cards.all()) == 3
        assert sum(1 for _ in records.every(store.database)) == 12


def test_cases_on_a_forgotten_card_come_back_on_a_card_of_their_own(at: Place) -> None:
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    with at.open() as store:
        for number, customer in ((51, "Rosa Rot"), (52, "Peter Pan"), (53, "Peter Pan")):
            captured = of_peter(ref(number), COMPANY).with_(partner=Partner(name=customer))
            put(store, f"mail:{number}", ref(number), captured, origins=(late,))
        assert len(store.cards.get("4").members) == 3
    done = at.run("subject", "erase", "Rosa Rot", "--yes", "--why", "request 9")
    assert done.exit_code == 0, done.output
    assert "Card 5: takes over cases" in done.output
    with at.open() as store:
        card = store.cards.get("5")
        assert sorted(member.record.name for member in card.members) == ["S00052", "S00053"]
        assert card.proposal.summary in ("mail:52: waits", "mail:53: waits")
    assert at.run("decide", "5", "accept", "--as", "mila").exit_code == 0
    whole = at.run("audit", "verify")
    assert whole.exit_code == 0, whole.output
