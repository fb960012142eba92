"""Every mail of the linking set, looked up in an Odoo that holds its records."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.cases import LinkTarget
from evals.reading import read_set, shipped
from evals.scoring.link import line_of, score
from tests.links_set.firms import COMPANY
from tests.links_set.records import book
from tests.links_set.rows import rows
from triage.odoo.capture import Capture
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.finding import Finder
from triage.odoo.sandbox import Sandbox
from triage.odoo.source import FileSource
from triage.odoo.transport import Server

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize("version", [18, 19])
@pytest.mark.parametrize("name", ["links", "links-dev"])
def test_what_is_looked_up_links_as_the_book_does(version: int, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = read_set(shipped() / f"{name}.yaml")
    with Sandbox(version, rows=rows(book().threads)) as box:
        server = Server(url=box.url, database=box.database, login=box.admin.login, key=box.admin.api_key)
        odoo = Odoo.connect(server)
        capture = Capture(odoo, Connection(url=box.url, database=box.database), lambda: NOW)
        finder = Finder(odoo, capture, COMPANY.with_(id=1))
        scores = []
        for case in found.measured:
            path = Path(found.folder / case.input.files[0])
            source = FileSource([path], book=None, company=COMPANY, clock=lambda: NOW, book_for=finder.book_for)
            made = source.capture(source.events()[0].ref)
            assert made is not None
            assert isinstance(case.target, LinkTarget)
            line = line_of(case.id, made)
            scores.append((line, case.target, score(case.target, line)))
    wrong = [(line["id"], line["record"]) for line, _, values in scores if values["link_right"] == 0.0]
    shown = [(line["id"], line) for line, _, values in scores if values["opened"]]
    missed = [(line["id"], line["status"]) for line, _, values in scores if values["found"] == 0.0]
    with capsys.disabled():
        print(f"\n{name} on {version}: {len(scores)} mails, wrong {wrong}, missed {missed}")  # noqa: T201
    assert (wrong, shown) == ([], [])
    assert len(missed) <= 0.04 * sum(values["found"] is not None for _, _, values in scores)
