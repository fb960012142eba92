"""The model extractor against a server that misbehaves, on documents in parts, and beside the rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.fake_model_server import FakeModelServer, obeys, refuses, says, status
from tests.integration.test_prompted_tasks import QUICK, chat, document, good_answer, pointing
from triage.documents.reading import read
from triage.domain import Document, Limits, Method, Page, Paper
from triage.errors import ModelError
from triage.models.structured import forget_ways
from triage.tasks.extract import prompted
from triage.tasks.extract.combined import CombinedExtractor
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.prompted import PromptedExtractor
from triage.tasks.extract.windows import OVERLAP, windows

Ids = Callable[[str], list[int]]
HEAD = "Order confirmation AB-77\nSchrauben Weber GmbH\nYour order P00031\nItem Text Qty Unit Price Amount\n"


def rows(count: int) -> str:
    """A confirmation with so many positions, 0.25 each."""
    lines = [
        f"SW-{4700 + n} Bolt number {n} {100 + n} pcs 0.25 {Decimal(100 + n) / 4:.2f}" for n in range(1, count + 1)
    ]
    return HEAD + "\n".join(lines) + "\nNet total 999.00\n"


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        yield running


def extract(server: FakeModelServer, asked: Document | None = None) -> Paper:
    return PromptedExtractor(chat(server), patience=QUICK).invoke(asked or document())


def all_rows(asked: str) -> str:
    """Points at every position that a part shows, by the columns of `rows`."""
    lines = []
    for line in asked.partition("Marker:")[2].splitlines():
        words = [token.partition(":") for token in line.split() if token[:1].isdigit() and ":" in token]
        if words and words[0][2].startswith("SW-"):
            ids = [int(number) for number, _, _ in words]
            names = ("seller_item_id", "name", "name", "name", "quantity", "unit", "unit_price", "net_amount")
            cells: dict[str, list[int]] = {}
            for name, one in zip(names, ids, strict=False):
                cells.setdefault(name, []).append(one)
            lines.append({"cells": [{"field": name, "words": words} for name, words in cells.items()]})
    return json.dumps({"document_type": "order_confirmation", "type_words": [], "fields": [], "lines": lines})


class TestWindows:
    def page(self, text: str) -> Page:
        (page,), _ = read(document(text), Limits())
        return page

    def test_every_line_is_shown_and_only_the_overlap_twice(self) -> None:
        page = self.page(rows(60))
        found = list(windows([page], 120))
        assert len(found) > 3
        assert all(window.words <= 120 + OVERLAP * 8 for window in found)
        shown = [line[0].id for window in found for line in window.shown[1]]
        fresh = [line[0].id for window in found for line in window.shown[1][window.repeated :]]
        assert fresh == list(dict.fromkeys(shown))
        assert len(fresh) == len(page.text.splitlines())

    def test_pages_stay_whole_where_they_fit(self) -> None:
        page = self.page(rows(5))
        second = page.with_(number=2, words=tuple(replace(word, id=word.id + 1000) for word in page.words))
        one, two = windows([page, second], 60)
        assert (one.first, one.last, one.repeated) == (1, 1, 0)
        assert (two.first, two.last, list(two.shown), two.repeated) == (2, 2, [1, 2], OVERLAP)
        assert [list(window.shown) for window in windows([page, second], 1000)] == [[1, 2]]

    def test_no_row_is_lost_or_doubled_over_parts(
        self, server: FakeModelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(prompted, "_MOST_WORDS", 150)
        server.plan(obeys(all_rows))
        paper = extract(server, document(rows(60)))
        assert len(server.requests) > 3
        assert [line.fields["seller_item_id"].value for line in paper.lines] == [f"SW-{4700 + n}" for n in range(1, 61)]
        assert paper.warnings == ()


class TestMisbehaviour:
    def test_rows_that_were_left_out_are_counted_and_named(self, server: FakeModelServer) -> None:
        def lazy(asked: str) -> str:
            answer = json.loads(all_rows(asked))
            return json.dumps(answer | {"lines": [line for n, line in enumerate(answer["lines"]) if n not in {3, 7}]})

        server.plan(obeys(lazy))
        paper = extract(server, document(rows(12)))
        (warning,) = paper.warnings
        assert warning.startswith("the pages show 12 rows, the answer has 10 of them: 2 are missing (")
        assert "number 4" in warning
        assert "number 8" in warning

    def test_rows_out_of_order_stand_as_on_the_page(self, server: FakeModelServer) -> None:
        def shuffled(asked: str) -> str:
            answer = json.loads(all_rows(asked))
            return json.dumps(answer | {"lines": answer["lines"][::-1]})

        server.plan(obeys(shuffled))
        paper = extract(server, document(rows(6)))
        assert [line.fields["quantity"].value for line in paper.lines] == [Decimal(100 + n) for n in range(1, 7)]

    def test_a_row_answered_twice_is_one(self, server: FakeModelServer) -> None:
        def twice(asked: str) -> str:
            answer = json.loads(all_rows(asked))
            return json.dumps(answer | {"lines": answer["lines"] * 2})

        server.plan(obeys(twice))
        assert len(extract(server, document(rows(6))).lines) == 6

    def test_words_of_another_cell_and_of_two_columns_are_dropped(self, server: FakeModelServer) -> None:
        def joined(ids: Ids) -> dict[str, Any]:
            cells = [
                {"field": "seller_item_id", "words": ids("SW-4711")},
                {"field": "name", "words": ids("SW-4711 Hex bolt 1.200")},
                {"field": "quantity", "words": ids("1.200")},
                {"field": "net_amount", "words": ids("0,25 300,00")},
            ]
            return {"document_type": "invoice", "type_words": [], "fields": [], "lines": [{"cells": cells}]}

        server.plan(obeys(pointing(joined)))
        paper = extract(server)
        (line,) = paper.lines
        assert {name: found.text for name, found in line.fields.items()} == {
            "seller_item_id": "SW-4711",
            "name": "Hex bolt",
            "quantity": "1.200",
        }
        assert "name: words that another cell of the line has, dropped" in paper.warnings
        assert any(warning.startswith("net_amount: ") for warning in paper.warnings)

    def test_a_wide_gap_is_between_two_columns(self, server: FakeModelServer) -> None:
        text = "Invoice 1\nSchrauben Weber GmbH\nSW-4711                 SW-9999      7 pcs  1.00  7.00\n"

        def joined(ids: Ids) -> dict[str, Any]:
            cells = [
                {"field": "seller_item_id", "words": ids("SW-4711 SW-9999")},
                {"field": "quantity", "words": ids("7")},
            ]
            return {"document_type": "invoice", "type_words": [], "fields": [], "lines": [{"cells": cells}]}

        server.plan(obeys(pointing(joined)))
        paper = extract(server, document(text))
        assert set(paper.lines[0].fields) == {"quantity"}
        assert "seller_item_id: the words pointed at are of two columns, dropped" in paper.warnings

    @pytest.mark.parametrize(
        "behaviour",
        [says('{"document_type": "invoice", "fields": [{"fie', cut=True), refuses("I cannot help with that.")],
        ids=["cut off", "refused"],
    )
    def test_an_answer_that_is_none_falls_back_to_the_rules(self, server: FakeModelServer, behaviour: Any) -> None:
        server.plan(behaviour)
        with pytest.raises(ModelError):
            extract(server)
        paper = CombinedExtractor(PromptedExtractor(chat(server), patience=QUICK), EmbeddedExtractor()).invoke(
            document()
        )
        assert paper.by.method is Method.EMBEDDED
        assert "gave no usable answer" in paper.warnings[0]
        assert paper.fields["gross_total"].value == Decimal("362.95")

    def test_the_first_prompt_can_still_be_asked(self, server: FakeModelServer) -> None:
        server.plan(obeys(pointing(good_answer)))
        paper = PromptedExtractor(chat(server), version=1, patience=QUICK).invoke(document())
        assert (paper.by.prompt, len(paper.lines)) == ("extract/1", 1)


class TestBesideTheRules:
    def combined(self, server: FakeModelServer, answer: Callable[[Ids], dict[str, Any]]) -> Paper:
        server.plan(obeys(pointing(answer)))
        return CombinedExtractor(PromptedExtractor(chat(server), patience=QUICK), EmbeddedExtractor()).invoke(
            document()
        )

    def test_agreement_is_counted_with_both_names_and_measures_nothing(self, server: FakeModelServer) -> None:
        paper = self.combined(server, good_answer)
        (whole,) = [check for check in paper.checks if check.name == "readers_agree:all"]
        assert "desk:small-1 and layout-rules-1 read the same in" in whole.detail
        head = [c.name for c in paper.checks if c.name.startswith("readers_agree:") and "line" not in c.name]
        assert head == ["readers_agree:all"], "no field of the head differs"
        assert paper.fields["gross_total"].confidence is None

    def test_a_difference_is_a_failed_check_with_both_values(self, server: FakeModelServer) -> None:
        def other(ids: Ids) -> dict[str, Any]:
            answer = good_answer(ids)
            fields = [f | {"words": ids("57,95")} if f["field"] == "net_total" else f for f in answer["fields"]]
            return answer | {"fields": fields}

        paper = self.combined(server, other)
        (check,) = [check for check in paper.checks if check.name == "readers_agree:net_total"]
        assert not check.passed
        assert "desk:small-1 reads '57,95', layout-rules-1 reads '305,00'" in check.detail
        assert paper.fields["net_total"].value == Decimal("57.95"), "the model's value stays"
        assert f"model and rules differ: {check.detail}" in paper.warnings

    def test_what_only_the_rules_read_is_added_with_its_confidence(self, server: FakeModelServer) -> None:
        def less(ids: Ids) -> dict[str, Any]:
            answer = good_answer(ids)
            return answer | {"fields": [f for f in answer["fields"] if f["field"] != "gross_total"]}

        paper = self.combined(server, less)
        added = paper.fields["gross_total"]
        assert added.value == Decimal("362.95")
        assert added.confidence is not None
        assert any(warning.startswith("only layout-rules-1 read: ") for warning in paper.warnings)

    def test_an_unreadable_file_is_not_laid_beside_anything(self, server: FakeModelServer) -> None:
        server.plan(status(500))
        asked = Document(name="x", media_type="application/pdf", content=b"no pdf")
        paper = CombinedExtractor(PromptedExtractor(chat(server)), EmbeddedExtractor()).invoke(asked)
        assert paper.abstained is not None
        assert server.requests == []
