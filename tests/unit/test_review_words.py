"""Every text of the pages stands in five languages, with the same places for values."""

from __future__ import annotations

import re
import string
from importlib import resources

import pytest

from service.review.rendering import LANGUAGES, Words, words_of
from triage.domain import SUBTYPES, CardState, Category, CauseKind, ReasonCode, Role, Severity
from triage.domain.priority import Factor


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_lacks_no_text_and_fills_the_same_places(language: str) -> None:
    english, own = words_of("en"), words_of(language)
    assert sorted(own) == sorted(english)
    assert {key for key in english if places(own[key]) != places(english[key])} == set()
    assert {key for key, text in own.items() if not text.strip()} == set()


def test_what_templates_ask_for_is_there() -> None:
    known = set(words_of("en"))
    folder = resources.files("service.review") / "templates"
    asked = {
        key
        for file in folder.iterdir()
        if file.name.endswith(".html")
        for key in re.findall(r"\bt\([\"']([a-z_.]+)[\"'][,)]", file.read_text("utf-8"))
    }
    assert len(asked) > 100
    assert asked - known == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("group", "kind"),
    [("category", Category), ("severity", Severity), ("state", CardState), ("reason", ReasonCode), ("role", Role),
     ("cause", CauseKind), ("factor", Factor)],
)  # fmt: skip
def test_every_value_has_a_word(language: str, group: str, kind: type) -> None:
    assert {each.value for each in kind} - {key.partition(".")[2] for key in words_of(language)} == set()  # type: ignore[attr-defined]
    assert all(Words(language).of(group, each.value) for each in kind)  # type: ignore[attr-defined]


def test_every_subtype_has_a_word() -> None:
    names = {f"subtype.{name}" for group in SUBTYPES.values() for name in group}
    assert names - set(words_of("en")) == set()
