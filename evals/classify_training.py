"""Learns the classifier's layer: attention over sentences and votes on categories, by gradient descent in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triage.domain import Role
from triage.tasks.classify.cues import cue_list, cue_rows
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, role_row, softmax
from triage.tasks.classify.reading import sentences

Floats = npt.NDArray[np.float32]
Embed = Callable[[list[str]], Floats]

PIECES = 20
SPREAD = 4.0
"""Vectors are scaled to a quarter of a standard deviation, so that no one number outweighs a cue."""
CUE_WEIGHT = 2.0
"""What a cue that is there counts in a row."""


@dataclass(frozen=True)
class Example:
    """A mail as rows see it."""

    subject: str
    body: str
    role: str
    category: str
    subtype: str = ""


@dataclass(frozen=True)
class Settings:
    """What training is run with; all of it stands in the layer's metadata."""

    epochs: int = 30
    rate: float = 3e-3
    decay: float = 3e-3
    role_left_out: float = 0.3
    smoothing: float = 0.15
    batch: int = 256
    seed: int = 0


@dataclass(frozen=True)
class Table:
    """Mails as arrays: N by PIECES by width, which pieces exist, roles, answers."""

    rows: Floats
    there: Floats
    roles: Floats
    categories: npt.NDArray[np.int64]
    subtypes: npt.NDArray[np.int64]

    def part(self, chosen: npt.NDArray[np.int64]) -> Table:
        """Some of the mails."""
        return Table(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


def pieces_of(example: Example) -> tuple[list[str], int]:
    """Texts of a mail in reading order, and how many of them are the subject line."""
    subject = [example.subject.strip()] if any(letter.isalpha() for letter in example.subject) else []
    return [*subject, *(s.text for s in sentences(example.body))][:PIECES], len(subject)


def tabulate(examples: Sequence[Example], embed: Embed, mean: Floats | None = None) -> tuple[Table, Floats, Floats]:
    """Arrays of the examples, with the mean and scale of the vectors."""
    read = [pieces_of(example) for example in examples]
    texts = list(dict.fromkeys(text for pieces, _ in read for text in pieces))
    vectors = embed(texts)
    centre = vectors.mean(axis=0)
    scale = (vectors.std(axis=0) + 1e-4) * SPREAD
    scaled = np.concatenate(
        [(vectors - centre) / scale, np.zeros((len(texts), 1)), CUE_WEIGHT * cue_rows(texts)], axis=1
    )
    place = {text: n for n, text in enumerate(texts)}
    rows = np.zeros((len(examples), PIECES, scaled.shape[1]), dtype=np.float32)
    there = np.zeros((len(examples), PIECES), dtype=np.float32)
    for n, (pieces, subjects) in enumerate(read):
        rows[n, : len(pieces)] = scaled[[place[text] for text in pieces]]
        rows[n, :subjects, vectors.shape[1]] = 1.0
        there[n, : len(pieces)] = 1.0
    return _with_answers(examples, rows, there), centre.astype(np.float32), scale.astype(np.float32)


def _with_answers(examples: Sequence[Example], rows: Floats, there: Floats) -> Table:
    codes = [category.value for category in CATEGORIES]
    finer = {(category.value, subtype): n for n, (category, subtype) in enumerate(SUBTYPE_NAMES)}
    known = {role.value for role in Role}
    return Table(
        rows,
        there,
        np.stack([role_row(Role(e.role) if e.role in known else Role.UNKNOWN) for e in examples]),
        np.array([codes.index(e.category) for e in examples], dtype=np.int64),
        np.array([finer.get((e.category, e.subtype), -1) for e in examples], dtype=np.int64),
    )


Weights = dict[str, Floats]


def initial(width: int) -> Weights:
    """All zeros: the first step is taken by the data."""
    sizes = {"votes": (width, 12), "bias": (12,), "gate": (width,), "role": (5, 12)}
    fine = len(SUBTYPE_NAMES)
    sizes |= {"subtypes": (width, fine), "subtype_bias": (fine,), "subtype_role": (5, fine)}
    return {name: np.zeros(size, dtype=np.float32) for name, size in sizes.items()}


def _soft_targets(answers: npt.NDArray[np.int64], classes: int, smoothing: float) -> Floats:
    targets = np.full((len(answers), classes), smoothing / classes, dtype=np.float32)
    targets[np.arange(len(answers)), answers] += 1 - smoothing
    return targets


def gradients(weights: Weights, part: Table, settings: Settings) -> Weights:
    """Of the cross entropy of categories and subtypes, with weight decay."""
    x, n = part.rows, len(part.rows)
    attention = softmax(np.where(part.there > 0, x @ weights["gate"], np.float32(-1e9)))
    mail = np.einsum("ns,nsd->nd", attention, x)
    error = softmax(mail @ weights["votes"] + weights["bias"] + part.roles @ weights["role"])
    error = np.asarray((error - _soft_targets(part.categories, 12, settings.smoothing)) / n, dtype=np.float32)
    fine = softmax(mail @ weights["subtypes"] + weights["subtype_bias"] + part.roles @ weights["subtype_role"])
    wanted = _soft_targets(np.maximum(part.subtypes, 0), fine.shape[1], settings.smoothing)
    fine = np.asarray((fine - wanted) / n, dtype=np.float32)
    fine[part.subtypes < 0] = 0.0
    pull = np.einsum("nd,nsd->ns", error @ weights["votes"].T, x)
    pull = attention * (pull - (attention * pull).sum(axis=1, keepdims=True))
    found = {
        "votes": mail.T @ error,
        "bias": error.sum(axis=0),
        "gate": np.einsum("ns,nsd->d", pull, x),
        "role": part.roles.T @ error,
        "subtypes": mail.T @ fine,
        "subtype_bias": fine.sum(axis=0),
        "subtype_role": part.roles.T @ fine,
    }
    return {name: g + settings.decay * weights[name] * (not name.endswith("bias")) for name, g in found.items()}


def learn(table: Table, settings: Settings) -> Weights:
    """Weights by Adam (Kingma and Ba 2015) with a rate that falls to zero; the same for the same table and settings."""
    chance = np.random.default_rng(settings.seed)
    weights = initial(table.rows.shape[2])
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    step, count = 0, len(table.rows)
    for epoch in range(settings.epochs):
        order = chance.permutation(count)
        for start in range(0, count, settings.batch):
            part = table.part(order[start : start + settings.batch])
            kept = (chance.random((len(part.roles), 1)) > settings.role_left_out).astype(np.float32)
            step += 1
            rate = settings.rate * (1 - epoch / settings.epochs)
            for name, g in gradients(weights, replace(part, roles=part.roles * kept), settings).items():
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.99 * second[name] + 0.01 * g * g
                size = np.sqrt(second[name] / (1 - 0.99**step)) + 1e-8
                weights[name] -= rate * (first[name] / (1 - 0.9**step)) / size
    return {name: np.asarray(w, dtype=np.float32) for name, w in weights.items()}


def logits(weights: Weights, table: Table) -> Floats:
    """N by 12, before the temperature."""
    attention = softmax(np.where(table.there > 0, table.rows @ weights["gate"], np.float32(-1e9)))
    mail = np.einsum("ns,nsd->nd", attention, table.rows)
    return np.asarray(mail @ weights["votes"] + weights["bias"] + table.roles @ weights["role"], dtype=np.float32)


def width() -> int:
    """Columns of a row: vector, mark of the subject, cues."""
    return 384 + 1 + len(cue_list().names)
