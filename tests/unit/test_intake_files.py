from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.unit.link_book import BOOK
from triage.domain import Limits
from triage.errors import InputError
from triage.intake.files import case_from_json, read_files

MAIL = b"From: ana@ebro.example\r\nSubject: S00042\r\nMessage-ID: <1@ebro.example>\r\n\r\nWhere is it?"
PDF = b"%PDF-1.4\ncontent"
CASE = BOOK.cases[0].model_dump_json().encode()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.eml").write_bytes(MAIL)
    (tmp_path / "note.txt").write_bytes(b"Subject: S00043\n\nlate")
    (tmp_path / "deep" / "order.pdf").write_bytes(PDF)
    (tmp_path / "deep" / "case.json").write_bytes(CASE)
    return tmp_path


def test_every_kind_of_file_is_read(inbox: Path) -> None:
    found, problems = read_files([inbox])
    assert problems == []
    by_name = {one.ref.name.partition("#")[0]: one for one in found}
    assert set(by_name) == {"<1@ebro.example>", "note.txt", "order.pdf", "case.json"}
    assert by_name["order.pdf"].messages == () and by_name["order.pdf"].documents[0].content == PDF
    assert by_name["case.json"].given == BOOK.cases[0]
    assert by_name["note.txt"].messages[0].subject == "S00043"


def test_the_result_does_not_depend_on_the_order_of_the_files(inbox: Path) -> None:
    files = [path for path in inbox.rglob("*") if path.is_file()]
    assert read_files(files) == read_files(files[::-1]) == read_files([inbox, *files])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.pdf", b"hello", "is no PDF"),
        ("empty.eml", b"", "is empty"),
        ("empty.pdf", b" \n", "is empty"),
        ("words.eml", b"no mail at all", "is no e-mail"),
        ("binary.txt", b"\x00\x01\xff" * 99, "is no text"),
        ("broken.json", b'{"record": ', "is no case"),
        ("list.json", b"[]", "is no case"),
        ("other.json", b'{"a": 1}', "is no case"),
        ("table.xlsx", b"PK", r"\.xlsx are not read"),
        ("mail.msg", b"\xd0\xcf", "Save the mail as .eml"),
        ("none", b"x", r"type \(none\)"),
        ("large.txt", b"x" * 3000, "at most 0 MB are read"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_the_others_are_read(
    inbox: Path, name: str, content: bytes, said: str
) -> None:
    (inbox / name).write_bytes(content)
    found, problems = read_files([inbox], Limits(max_file_bytes=2000))
    assert len(found) + len(problems) == 5
    (problem,) = [p for p in problems if p.source.endswith(name)]
    with pytest.raises(InputError, match=said):
        raise problem
    assert "\n" not in str(problem)


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as stream:
        stream.truncate(50_000_000)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    found, (problem,) = read_files([large])
    assert found == [] and "50 MB; at most 25 MB" in str(problem)


def test_what_is_wrong_with_a_case_is_named_by_its_path() -> None:
    wrong = json.loads(CASE)
    wrong["order"]["currency"] = 7
    wrong["lines"][0]["quantity"] = "many"
    del wrong["company"]["name"]
    with pytest.raises(InputError) as caught:
        case_from_json(json.dumps(wrong).encode(), "case.json")
    assert "company.name: Field required (2 more)" in str(caught.value)
    assert "\n" not in str(caught.value) and "pydantic" not in str(caught.value)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    found, problems = read_files([tmp_path / "gone.eml", tmp_path / "folder"])
    assert found == []
    assert ["no such file" in str(problems[0]), "no file that can be read" in str(problems[1])] == [True, True]


def test_links_that_lead_back_are_followed_once(inbox: Path) -> None:
    (inbox / "again").symlink_to(inbox, target_is_directory=True)
    (inbox / "deep" / "up").symlink_to(inbox, target_is_directory=True)
    (inbox / "self.eml").symlink_to(inbox / "self.eml")
    (inbox / "same.eml").symlink_to(inbox / "a.eml")
    found, problems = read_files([inbox])
    assert len(found) == 4
    assert ["leads back to itself" in str(problem) for problem in problems] == [True]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.eml")
    _, (problem,) = read_files([tmp_path / "pipe.eml"])
    assert "no regular file" in str(problem)


def test_hidden_files_and_the_records_of_a_folder_are_passed_over(inbox: Path) -> None:
    (inbox / ".DS_Store").write_bytes(b"x")
    (inbox / "odoo.json").write_text(BOOK.model_dump_json())
    assert read_files([inbox])[1] == []
    _, (problem,) = read_files([inbox / "odoo.json"])
    assert "is no case" in str(problem)


def test_files_of_one_name_are_told_apart_by_content(tmp_path: Path) -> None:
    for folder, content in (("a", PDF), ("b", PDF + b"2"), ("c", PDF)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "order.pdf").write_bytes(content)
    found, _ = read_files([tmp_path])
    assert len({one.ref.name for one in found}) == len(found) == 2
