"""Every refusal of the core has its sentence in every language, with the values that the refusal brings."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.review.rendering import LANGUAGES, Words, Writing, refusal, words_of
from tests.unit.opened_store import proposal, ref
from tests.unit.review_site import Someone, put
from tests.unit.service_client import service
from triage.domain import CardState, Category
from triage.errors import DecisionRefused, UsageError

ROOT = Path(__file__).parents[2]
CORE = (
    "triage/cards/blind.py", "triage/cards/clusters.py", "triage/cards/handling.py", "triage/cards/owners.py",
    "triage/cards/transitions.py", "triage/pipeline.py", "service/review/card_pages.py",
)  # fmt: skip
SOME = ("triage/cards/store.py", "triage/storage/cards.py", "triage/storage/people.py", "triage/jobs/inbox.py")
KINDS = {"DecisionRefused", "Conflict", "UsageError"}


def coded() -> Iterator[tuple[str, set[str]]]:
    """Every code in the sources, with the names of its values."""
    for name in (*CORE, *SOME):
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "coded":
                given = {each.arg or "" for each in node.keywords}
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value), given
                else:
                    yield from ((each, given) for each in ("case_twice", "case_missing"))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_a_sentence_and_every_sentence_a_code(language: str) -> None:
    words, found = words_of(language), list(coded())
    assert len({code for code, _ in found}) > 30
    for code, given in found:
        assert places(words[f"refused.{code}"]) <= given, code
    sentences = {name.removeprefix("refused.") for name in words if name.startswith("refused.")}
    assert sentences == {code for code, _ in found} | {"nobody"}


@pytest.mark.parametrize("name", CORE)
def test_the_core_refuses_nothing_without_a_code(name: str) -> None:
    raised = [
        node.exc
        for node in ast.walk(ast.parse((ROOT / name).read_text("utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)
    ]
    bare = [call for call in raised if isinstance(call.func, ast.Name) and call.func.id in KINDS]
    assert [ast.unparse(call) for call in bare] == []


def test_values_are_written_as_the_reader_writes_them() -> None:
    error = DecisionRefused("no").coded(
        "closed_by", number=7, state=CardState.ACCEPTED, by="Mila", at=datetime(2026, 11, 23, 9, tzinfo=UTC)
    )
    german = refusal(error, Words("de"), Writing("de", "Europe/Berlin"))
    assert "angenommen von Mila, 23.11.26, 10:00" in german
    nobody = DecisionRefused("no").coded("may_not", number=7, by="Joris", category=Category.CREDIT, allowed=())
    assert refusal(nobody, Words("nl"), Writing("nl")).endswith("niemand.")
    assert refusal(UsageError("as it is"), Words("fr"), Writing("fr")) == "as it is"


def test_a_page_refuses_in_the_readers_language(tmp_path: Path) -> None:
    put(tmp_path, [proposal(Category.STOCK, record=ref(1))])
    with service(tmp_path) as made:
        joris, lucia = Someone(made, "Joris", language="nl"), Someone(made, "Lucía", language="es")
        assert joris.post("/cards/1/claim", revision=1).status_code == 303
        refused = lucia.post("/cards/1/claim", revision=1)
        assert refused.status_code == 409
        assert "Tarjeta 1: Joris la tiene desde" in refused.text
        assert joris.post("/cards/1/accept", revision=1).status_code == 303
        late = joris.post("/cards/1/accept", revision=1)
        assert "Kaart 1 is veranderd sinds u haar opende" in late.text
