from __future__ import annotations

import errno
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from triage.cli import batch, day
from triage.cli.options import guarded
from triage.domain import Limits, Method, Policy, Producer, Summary, View
from triage.errors import StoreError, UsageError


class Tasked:
    """A task that answers with the message's first word, and stumbles over `bad`."""

    def __init__(self, method: Method = Method.EMBEDDED, batches: bool = True) -> None:
        self.by = Producer(method=method, model="some-model", version="1")
        self.batches = batches

    def invoke(self, view: View) -> Summary:
        body = view.case.messages[0].body
        if body.startswith("bad"):
            raise RecursionError("too deep")
        return Summary(by=self.by, text=body[:20], warnings=("told",))

    def batch(self, views: list[View], **_: Any) -> list[Summary]:
        if not self.batches:
            raise ValueError("no batch today")
        return [self.invoke(view) for view in views]


def answered(task: Tasked, *rows: object, model: str = "embedded", policy: Policy | None = None) -> list[Any]:
    texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return batch._answered(list(enumerate(texts, 1)), task, policy or Policy(), batch._summarised, model)


@pytest.mark.parametrize("batches", [True, False])
def test_one_odd_row_is_one_error_line(batches: bool) -> None:
    rows = [{"id": 1, "text": "fine"}, {"id": 2, "text": "bad"}, "[" * 100_000, {"id": 4, "text": "good \ud800"}]
    found = answered(Tasked(batches=batches), *rows)
    assert [line["id"] for line in found] == [1, 2, None, 4]
    assert found[1]["error"] == "internal error (RecursionError: too deep); please report it"
    assert "RecursionError" in found[2]["error"]
    assert found[0]["summary"] == "fine"
    assert found[3]["summary"].startswith("good")


def test_warnings_and_model_stand_in_the_line() -> None:
    policy = Policy(limits=Limits(max_message_chars=10))
    (line,) = answered(Tasked(), {"id": 1, "text": "fine words, and more of them"}, policy=policy)
    assert line["summary"] == "fine words"
    assert line["model"] == "some-model"
    assert line["warnings"] == ["only the first 10 of 28 characters were read", "told"]


def test_what_was_not_recorded_is_an_error() -> None:
    row = {"id": 1, "text": "fine"}
    assert answered(Tasked(), row, model="replay:x.jsonl") == [{"id": 1, "error": "no recorded answer (told)"}]
    assert "error" not in answered(Tasked(Method.PROMPTED), row, model="replay:x.jsonl")[0]
    assert "error" not in answered(Tasked(), row, model="openai:x")[0]


def test_a_byte_order_mark_is_no_part_of_the_first_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.jsonl").write_bytes(b'\xef\xbb\xbf{"id": "\xc3\xa9"}\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'\xef\xbb\xbf{"id": "\xc3\xa9"}\n'), "latin-1"))
    for path in (tmp_path / "in.jsonl", Path("-")):
        with batch._opened(path) as lines:
            assert [json.loads(line) for line in lines] == [{"id": "é"}]


def test_only_opening_is_called_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"), batch._opened(tmp_path):
        pass
    (tmp_path / "in.jsonl").touch()
    with pytest.raises(OSError, match="full"), batch._opened(tmp_path / "in.jsonl"):
        raise OSError(errno.ENOSPC, "full")


@pytest.mark.parametrize(
    ("error", "said", "status"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "triage: [Errno 28] No space left on device\n", 1),
        (StoreError("the store \x1b[2J is gone"), "triage: the store \\x1b[2J is gone\n", 1),
        (UsageError("so not"), "triage: so not\n", 2),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_is_one_line(error: Exception, said: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    def run() -> int:
        raise error

    with pytest.raises(typer.Exit) as left:
        guarded(run)
    assert left.value.exit_code == status
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("spoil", [lambda path: None, lambda path: path.write_text("[" * 9)], ids=["missing", "wrong"])
def test_wrong_records_stop_before_there_is_a_store(tmp_path: Path, spoil: Callable[[Path], Any]) -> None:
    spoil(tmp_path / "odoo.json")
    with pytest.raises(UsageError, match=r"--records .*odoo\.json"):
        day.run(day.Asked([tmp_path], str(tmp_path / "odoo.json")), tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_one_odd_case_does_not_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = tmp_path / "a.txt"
    mail.write_text("Where is S00042?", encoding="utf-8")

    def stumble(*_: Any) -> None:
        raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")

    monkeypatch.setattr("triage.pipeline.triage", stumble)
    source = day._source([mail], None, None, Limits())
    rows = day.triage_all(source.events(), source, None, None)  # type: ignore[arg-type]
    assert [str(row.error).partition(":")[0] for row in rows] == ["internal error (UnicodeEncodeError"]
