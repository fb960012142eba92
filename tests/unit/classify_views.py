"""Views for the classifier's tests: a message, facts, and a layer small enough to reason about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from triage.domain import Case, Category, Company, Fact, Message, MessageKind, RecordRef, Role, View
from triage.tasks.classify.cues import cue_list
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, Layer

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
WIDTH = 3


def view(
    body: str | None = None,
    *facts: Fact,
    subject: str = "",
    role: Role = Role.CUSTOMER,
    kind: MessageKind = MessageKind.MESSAGE,
    **more: Any,
) -> View:
    """A case with one message (or none) and the facts."""
    messages = () if body is None else (Message(id="m1", body=body, subject=subject, role=role, kind=kind),)
    case = Case(
        record=RecordRef(model="sale.order", id=42, name="S00042"),
        company=Company(name="Brandt & Mercer Supply B.V.", timezone="Europe/Amsterdam", currency="EUR"),
        captured_at=NOW,
        messages=messages,
        **more,
    )
    return View(case=case, facts=facts)


def fact(name: str, value: Any = True, **more: Any) -> Fact:
    """A fact; whole numbers become Decimal."""
    number = isinstance(value, int) and not isinstance(value, bool)
    return Fact(name=name, value=Decimal(value) if number else value, **more)


class FakeEmbedding:
    """Every text the same vector: what decides are cues and facts."""

    name = "fake"
    version = "0"
    dimension = WIDTH

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def embed(self, texts: Any, language: str = "und") -> Any:
        """Ones."""
        self.asked.append(list(texts))
        return np.ones((len(texts), WIDTH), dtype=np.float32)


def layer(**cue_of: Category) -> Layer:
    """A layer in which each named cue votes for one category, and sentences with it are heard."""
    names = cue_list().names
    width = WIDTH + 1 + 4 + 2 * len(names)
    votes = np.zeros((1, width, len(CATEGORIES)), dtype=np.float32)
    gate = np.zeros((width, 1), dtype=np.float32)
    for cue, category in cue_of.items():
        votes[0, WIDTH + 1 + names.index(cue), CATEGORIES.index(category)] = 3.0
        gate[WIDTH + 1 + names.index(cue), 0] = 1.5
    fine = len(SUBTYPE_NAMES)
    arrays = {
        "votes": votes,
        "gate": gate,
        "bias": np.zeros(len(CATEGORIES), dtype=np.float32),
        "role": np.zeros((5, len(CATEGORIES)), dtype=np.float32),
        "subtypes": np.zeros((width, fine), dtype=np.float32),
        "subtype_bias": np.zeros(fine, dtype=np.float32),
        "subtype_role": np.zeros((5, fine), dtype=np.float32),
        "mean": np.zeros(WIDTH, dtype=np.float32),
        "scale": np.ones(WIDTH, dtype=np.float32),
        "members": np.ones(1, dtype=np.float32),
        "temperature": np.ones(1, dtype=np.float32),
    }
    meta = {
        "name": "test-layer",
        "population": "made up",
        "calibration": {"all": [[0.5, 0.3, 40, 0.2, 0.45], [1.01, 0.9, 60, 0.8, 0.95]]},
    }
    return Layer(arrays, meta, "0" * 64)
