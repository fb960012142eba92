from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console, RenderableType

from triage.cli.reading import paper_report
from triage.cli.show import Row, card_panel, json_line, literal, outcomes_table, shown
from triage.domain import (
    Abstention,
    ActBy,
    Card,
    CardKey,
    Category,
    Confidence,
    Decision,
    Fact,
    FactEvidence,
    Link,
    LinkStatus,
    NoException,
    Proposal,
    Quote,
    RecordRef,
    Suggestion,
    Verdict,
)
from triage.errors import TriageError

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
ID = UUID(int=1)
MARKUP = "[/x] [link=http://x]"
CONFIDENCE = Confidence(value=0.92, population="held-out", n=90, low=0.8, high=0.95)


def card(text: str, *, abstained: bool = False, confidence: Confidence | None = None) -> Card:
    """A card with this text in every place that others write."""
    suggestion = Suggestion(
        category=Category.SUPPLIER_CHANGE,
        subtype="cannot_deliver",
        secondary=(Category.OTHER,),
        severity_why=text,
        act_by=ActBy(at=AT, source=text),
        confidence=confidence,
        abstained=Abstention(reason=text) if abstained else None,
        evidence=(Quote(source=text, text=text), FactEvidence(fact=text, text=text)),
        against=(FactEvidence(fact=text, text=text),),
    )
    proposal = Proposal(
        company=text, record=RecordRef(model="file", id=None, name=text), suggestion=suggestion, summary=text,
        asks=(text,), facts=(Fact(name=text, value=text, how=text),), link=Link(status=LinkStatus.NONE), team=text,
        warnings=(text,), case="0",
    )  # fmt: skip
    key = CardKey(company=text, record=text, category=Category.SUPPLIER_CHANGE, episode=1)
    said = Decision(card=ID, verdict=Verdict.ACCEPT, by=text, at=AT, comment=text)
    return Card(
        id=ID, number=1234, key=key, proposal=proposal, events=("e",), decisions=(said,), created_at=AT, updated_at=AT
    )


def printed(what: RenderableType, width: int = 300) -> str:
    out = Console(file=io.StringIO(), width=width, highlight=False, force_terminal=True, no_color=True)
    out.print(what)
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


@given(st.text(st.sampled_from("[]/\\=ab:#\x1b "), max_size=12), st.booleans())
def test_what_looks_like_markup_is_shown_as_it_stands(more: str, abstained: bool) -> None:
    text = f"{MARKUP}{more}".strip()
    made = card(text, abstained=abstained)
    panel = printed(card_panel(made))
    assert panel.count(MARKUP) >= 12
    assert "\x1b]8" not in panel
    rows = [Row(name=text, cards=(made,)), Row(name=text, error=TriageError(text))]
    table = printed(outcomes_table([*rows, Row(name=text, outcome=NoException(why=text))], 300))
    assert table.count(MARKUP) >= 4


def test_a_report_of_a_document_is_literal(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"value": f"{MARKUP}\x1b[2J", "confidence": None, "page": 1}
    paper_report(
        {
            "file": MARKUP, "fields": {"iban": value}, "lines": [{"name": value}],
            "checks": [{"passed": False, "detail": MARKUP}], "warnings": [MARKUP],
        }
    )  # fmt: skip
    out = capsys.readouterr().out
    assert out.count(MARKUP) == 5
    assert out.count("\\x1b[2J") == 2
    assert "\x1b" not in out


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_shown_steers_a_terminal(text: str) -> None:
    seen = shown(text)
    assert not [c for c in seen if c not in "\n\t" and (c < " " or "\x7f" <= c <= "\x9f" or c in "\u202e\u2066")]
    seen.encode()
    assert shown(seen) == seen


def test_control_characters_are_told() -> None:
    assert shown("a\x1b[31m\x9b\u202eb\n\t\r\ud800é") == "a\\x1b[31m\\x9b\\u202eb\n\t\\r\\ud800é"
    assert literal("[bold]x").plain == "[bold]x"


def test_a_line_that_utf_8_cannot_hold_is_written_in_ascii() -> None:
    assert json_line({"a": "é"}) == '{"a": "é"}'
    assert json_line({"a": "é"}, "ascii") == '{"a": "\\u00e9"}'
    assert json_line({"a": "\ud800"}) == '{"a": "\\ud800"}'
    steering = "\x9b31m\u2028\u202e\x7f\x85"
    line = json_line({"a": steering})
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert json.loads(line) == {"a": steering}


@pytest.mark.parametrize("width", [60, 80, 160])
def test_number_and_category_stay_readable(width: int) -> None:
    cards = (card("a few words " * 20), card("why " * 20, abstained=True), card("sure " * 20, confidence=CONFIDENCE))
    table = printed(outcomes_table([Row(name="S00042 " * 5, cards=cards)], width), width)
    head = table.splitlines()[0]
    assert table.count("1234") == 3
    assert table.count("supplier_change/cannot_deliver") == (2 if width >= 110 else 0)
    assert table.count("supplier_change") == 3
    assert "92%" in table
    assert "summary" in head
    assert ("severity" in head) == (width >= 80)
    assert ("best evidence" in head) == (width >= 110)


def test_a_long_why_is_shortened() -> None:
    table = printed(outcomes_table([Row(name="a", outcome=NoException(why="word " * 200))], 160), 160)
    assert "…" in table
    assert table.count("word") < 40
