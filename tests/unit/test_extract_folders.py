"""Which documents `triage extract` finds in a folder: every file, and what cannot be read is named."""

from __future__ import annotations

from pathlib import Path

from triage.cli.reading import documents_in
from triage.domain import Document, Limits


def test_a_link_that_leads_nowhere_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Invoice 4711", encoding="utf-8")
    (tmp_path / "b.pdf").symlink_to(tmp_path / "gone.pdf")
    (tmp_path / "c.txt").symlink_to(tmp_path / "a.txt")
    found = {Path(name).name: one for name, one in documents_in([tmp_path], Limits())}
    assert list(found) == ["a.txt", "b.pdf", "c.txt"]
    assert isinstance(found["a.txt"], Document)
    assert isinstance(found["c.txt"], Document)
    assert "is a link to a file that is not there" in str(found["b.pdf"])
