"""Small sets and tasks for tests of the evaluation harness: no model, no network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.answering import Tasks
from triage.domain import (
    Category,
    Classification,
    Confidence,
    Method,
    Policy,
    Producer,
    Severity,
    Suggestion,
    Summary,
    View,
)
from triage.errors import ModelUnavailable
from triage.tasks.cause.embedded import EmbeddedCauses
from triage.tasks.prioritise.embedded import Prioritiser

BY = Producer(method=Method.EMBEDDED, model="fake", version="1")

HEAD = {
    "name": "desk",
    "kind": "classification",
    "description": "Messages to an order desk.",
    "licence": "Apache-2.0",
    "files": ["desk.jsonl"],
}

ASKS = {
    Category.PRICING: "the price on {ref} is not the one agreed",
    Category.DELAY: "where is {ref}, it was due last week",
    Category.DAMAGE_LOSS: "the carton of {ref} arrived crushed",
    Category.OTHER: "thank you for {ref}, all is well",
}


def case(n: int, category: Category = Category.DELAY, **more: Any) -> dict[str, Any]:
    """One labelled message as a line has it."""
    line: dict[str, Any] = {
        "id": f"m-{n:03}",
        "input": {"text": ASKS[category].format(ref=f"S{n:05}"), "from_role": "customer"},
        "target": {"category": category.value},
        "language": ("en", "nl")[n % 2],
        "style": f"author {n}",
    }
    return line | more


def cases(count: int) -> list[dict[str, Any]]:
    """Messages of four categories in turn."""
    return [case(n, list(ASKS)[n % len(ASKS)]) for n in range(count)]


def write_set(folder: Path, lines: Sequence[Mapping[str, Any]], **head: Any) -> Path:
    """A set on the disk: YAML is a superset of JSON."""
    made = HEAD | head
    path = folder / f"{made['name']}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(made, indent=1), encoding="utf-8")
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (folder / made["files"][0]).write_text(text, encoding="utf-8")
    return path


def suggests(category: Category, sure: float = 0.9, **more: Any) -> Classification:
    """A classification with a measured confidence."""
    confidence = Confidence(value=sure, population="test", n=100, low=0.0, high=1.0)
    suggestion = Suggestion(category=category, confidence=confidence, severity=Severity.NORMAL, **more)
    return Classification(by=BY, suggestions=(suggestion,), language="en")


@dataclass
class Keyed:
    """Answers by a rule on the message's text, and counts how often it is asked."""

    rule: Callable[[str], Classification]
    key: str = "classify"
    acting: dict[str, str] = field(default_factory=lambda: {"rule": "1"})
    asked: list[str] = field(default_factory=list)
    dies_after: int | None = None

    def invoke(self, view: View) -> Classification:
        if self.dies_after is not None and len(self.asked) >= self.dies_after:
            raise KeyboardInterrupt
        body = view.newest.body if view.newest else ""
        self.asked.append(body)
        return self.rule(body)


def by_words(text: str) -> Classification:
    """The right category by its words; sure of everything."""
    words = {"price": Category.PRICING, "due": Category.DELAY, "crushed": Category.DAMAGE_LOSS}
    return suggests(next((category for word, category in words.items() if word in text), Category.OTHER))


def sometimes_wrong(text: str) -> Classification:
    """Right on three of four, by a hash of the text: the same every time."""
    right = by_words(text)
    draw = hashlib.sha256(text.encode()).digest()[0]
    if draw < 64:
        return suggests(Category.DATA, 0.4 + draw / 1000)
    return right


def refuses(_text: str) -> Classification:
    """No answer."""
    raise ModelUnavailable("the endpoint is down.")


class Echo:
    """Summarises with the message itself."""

    key = "summarise"
    acting: Mapping[str, str] = {"echo": "1"}

    def __init__(self, more: str = "") -> None:
        self.more = more

    def invoke(self, view: View) -> Summary:
        body = view.newest.body if view.newest else ""
        return Summary(by=BY, text=body + self.more, language="en")


def tasks(classify: Any = None, summarise: Any = None) -> Tasks:
    """The tasks of a run, with fakes."""
    return Tasks(
        Policy(),
        {
            "classify": lambda: classify or Keyed(by_words),
            "cause": EmbeddedCauses,
            "priority": Prioritiser,
            "summarise": lambda: summarise or Echo(),
            "read": lambda: Keyed(by_words, key="read"),
        },
    )
