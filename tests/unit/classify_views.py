"""Views for the classifier's tests: a message, facts, and a layer small enough to reason about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from triage.domain import Case, Category, Company, Fact, Message, MessageKind, RecordRef, Role, View
from triage.models.embedding import Pieces
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


class FakeReader:
    """Every piece the same vector: what decides are cues and facts."""

    name = "fake"
    version = "0"

    def __init__(self) -> None:
        self.asked: list[list[Pieces]] = []

    def read(self, mails: Sequence[Pieces]) -> list[Any]:
        """Ones."""
        self.asked.append(list(mails))
        return [np.ones((len(mail.texts), WIDTH), dtype=np.float32) for mail in mails]


def layer(*, strange: bool = False, calm: bool = False, **cue_of: Category) -> Layer:
    """A layer in which each named cue votes for one category, and pieces with it are heard.

    To a `strange` one everything is unlike what it learnt from, to a `calm` one nothing is an exception.
    """
    names = cue_list().names
    width = WIDTH + 1 + 4 + 2 * len(names)
    votes = np.zeros((1, width, len(CATEGORIES)), dtype=np.float32)
    gate = np.zeros((width, 2), dtype=np.float32)
    for cue, category in cue_of.items():
        votes[0, WIDTH + 1 + names.index(cue), CATEGORIES.index(category)] = 3.0
        gate[WIDTH + 1 + names.index(cue)] = 1.5
    fine = len(SUBTYPE_NAMES)
    arrays = {
        "votes": votes,
        "gate": gate,
        "bias": np.zeros(len(CATEGORIES)),
        "role": np.zeros((5, len(CATEGORIES))),
        "subtypes": np.zeros((width, fine)),
        "subtype_bias": np.zeros(fine),
        "subtype_role": np.zeros((5, fine)),
        "exception": np.zeros(width),
        "exception_bias": np.full(1, -9.0 if calm else 9.0),
        "exception_role": np.zeros(5),
        "secondary": np.zeros((width, len(CATEGORIES))),
        "secondary_bias": np.full(len(CATEGORIES), -9.0),
        "known_centres": np.full((1, WIDTH), 100.0 if strange else 0.0),
        "known_whitener": np.eye(WIDTH),
        "known_reach": np.ones(1),
        "temperature": np.ones(1),
    }
    meta = {
        "name": "test-layer",
        "layers": 1,
        "population": "made up",
        "calibration": {"all": [[0.5, 0.3, 40, 0.2, 0.45], [1.01, 0.9, 60, 0.8, 0.95]]},
    }
    return Layer({name: values.astype(np.float32) for name, values in arrays.items()}, meta, "0" * 64)
