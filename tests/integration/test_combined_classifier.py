"""The prompted and the embedded classifier on one view, against a model server on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fake_model_server import FakeModelServer, says, status
from tests.unit.classify_views import FakeReader, layer, view
from triage.domain import Category, Classification, Endpoint
from triage.domain.shares import wilson
from triage.errors import ConfigurationError, ModelUnavailable
from triage.models.chat import OpenAIChat
from triage.models.structured import Patience, forget_ways
from triage.tasks.classify.combined import Agreement, CombinedClassifier, Counted, active_agreement
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.prompted import PromptedClassifier

EMBEDDED = EmbeddedClassifier(FakeReader(), layer(damage=Category.DAMAGE_LOSS))
BODY = "Two drums arrived damaged."
ROWS = (
    Counted(agree=True, right=40, n=50),
    Counted(agree=True, from_confidence=0.85, right=95, n=100),
    Counted(agree=False, right=12, n=30),
    Counted(agree=False, from_confidence=0.95, right=3, n=4),
)


@pytest.fixture
def server() -> Iterator[FakeModelServer]:
    forget_ways()
    with FakeModelServer() as running:
        yield running


def prompted(server: FakeModelServer) -> PromptedClassifier:
    chat = OpenAIChat(endpoint=Endpoint(name="desk", url=server.url, remote=False), model="small-1")
    return PromptedClassifier(chat, patience=Patience(attempts=1))


def table(asked: PromptedClassifier, rows: tuple[Counted, ...] = ROWS, **changes: Any) -> Agreement:
    of = {"model": asked.producer.model, "prompt": asked.producer.prompt, "layer": EMBEDDED.acting["layer"]}
    return Agreement(**(of | changes), population="made up", rows=rows)


def answer(server: FakeModelServer, category: str, agreement: bool = True) -> Classification:
    server.plan(
        says(json.dumps({"suggestions": [{"category": category, "severity_why": "99 % sure"}], "language": "en"}))
    )
    asked = prompted(server)
    return CombinedClassifier(asked, EMBEDDED, table(asked) if agreement else None).invoke(view(BODY))


def test_without_a_table_there_is_no_confidence(server: FakeModelServer) -> None:
    found = answer(server, "damage_loss", agreement=False)
    assert found.suggestions[0].category is Category.DAMAGE_LOSS
    assert found.suggestions[0].confidence is None


def test_what_both_say_has_the_share_that_was_measured(server: FakeModelServer) -> None:
    confidence = answer(server, "damage_loss").suggestions[0].confidence
    assert confidence is not None
    assert (confidence.value, confidence.n) == (0.95, 100)
    assert confidence.low < 0.95 < confidence.high
    assert "made up" in confidence.population


def test_where_they_differ_the_chat_model_is_shown_and_less_is_promised(server: FakeModelServer) -> None:
    found = answer(server, "returns")
    assert found.suggestions[0].category is Category.RETURNS
    assert found.suggestions[0].confidence is not None
    assert found.suggestions[0].confidence.value == pytest.approx(0.4)
    assert "the embedded classifier reads damage_loss" in found.warnings


def test_few_messages_say_nothing(server: FakeModelServer) -> None:
    few = table(prompted(server), (Counted(agree=True, right=9, n=10),))
    assert few.confidence(True, None) is None
    assert few.confidence(False, None) is None


def test_a_table_of_another_model_does_not_start(server: FakeModelServer) -> None:
    asked = prompted(server)
    for changes in ({"model": "desk:other"}, {"prompt": "classify/9"}, {"layer": "f" * 64}):
        with pytest.raises(ConfigurationError, match="Measure it anew"):
            CombinedClassifier(asked, EMBEDDED, table(asked, **changes))


def test_the_table_acts_and_is_named(server: FakeModelServer) -> None:
    asked = prompted(server)
    with_table, without = CombinedClassifier(asked, EMBEDDED, table(asked)), CombinedClassifier(asked, EMBEDDED)
    assert with_table.acting["agreement"] == table(asked).fingerprint()
    assert "agreement" not in without.acting
    assert without.acting["layer"] == EMBEDDED.acting["layer"]


def test_no_usable_answer_is_the_models_error(server: FakeModelServer) -> None:
    server.plan(status(500))
    with pytest.raises(ModelUnavailable):
        CombinedClassifier(prompted(server), EMBEDDED).invoke(view(BODY))


class TestFile:
    def test_what_was_written_is_read(self, server: FakeModelServer, tmp_path: Path) -> None:
        made = table(prompted(server))
        path = tmp_path / "agreement.json"
        path.write_text(made.model_dump_json(), encoding="utf-8")
        assert active_agreement({"TRIAGE_AGREEMENT": str(path)}) == made

    def test_none_where_nothing_is_set(self) -> None:
        assert active_agreement({}) is None

    @pytest.mark.parametrize("text", ["", "{}", '{"model": 1}'])
    def test_no_table(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "agreement.json"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"agreement\.json"):
            active_agreement({"TRIAGE_AGREEMENT": str(path)})

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigurationError, match="cannot be read"):
            active_agreement({"TRIAGE_AGREEMENT": str(tmp_path / "none.json")})


def test_intervals_narrow_with_n() -> None:
    low, high = wilson(95, 100)
    assert 0.88 < low < 0.95 < high < 0.98
    assert wilson(0, 30)[0] == 0.0
    assert wilson(30, 30)[1] == 1.0
