"""Learns the classifier's layer: attention over sentences and votes on categories, by gradient descent in numpy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from triage.domain import Role
from triage.tasks.classify.cues import cue_list, cue_rows
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, role_row, rows, softmax
from triage.tasks.classify.reading import for_embedding, sentences

Floats = npt.NDArray[np.float32]
Embed = Callable[[list[str]], Floats]

PIECES = 20
SPREAD = 4.0
"""Vectors are scaled to a quarter of a standard deviation, so that no one number outweighs a cue."""


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

    epochs: int = 20
    heads: int = 3
    left_out: float = 0.2
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


def tabulate(
    examples: Sequence[Example], embed: Embed, moments: tuple[Floats, Floats] | None = None
) -> tuple[Table, Floats, Floats]:
    """Arrays of the examples, with the mean and scale of the vectors (those given, else their own)."""
    read = [pieces_of(example) for example in examples]
    texts = list(dict.fromkeys(text for pieces, _ in read for text in pieces))
    vectors = embed([for_embedding(text) for text in texts])
    mean, scale = moments or (vectors.mean(axis=0), (vectors.std(axis=0) + 1e-4) * SPREAD)
    scaled, cues = ((vectors - mean) / scale).astype(np.float32), cue_rows(texts)
    place = {text: n for n, text in enumerate(texts)}
    found = np.zeros((len(examples), PIECES, width(vectors.shape[1])), dtype=np.float32)
    there = np.zeros((len(examples), PIECES), dtype=np.float32)
    for n, (pieces, subjects) in enumerate(read):
        chosen = [place[text] for text in pieces]
        subject = np.arange(len(pieces)) < subjects
        questions = np.array(["?" in text for text in pieces], dtype=bool)
        if pieces:
            found[n, : len(pieces)] = rows(scaled[chosen], subject, questions, cues[chosen])
        there[n, : len(pieces)] = 1.0
    return _with_answers(examples, found, there), mean.astype(np.float32), scale.astype(np.float32)


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


def initial(columns: int, settings: Settings) -> Weights:
    """Votes of nought; gates a little apart, so that heads come to listen to different sentences."""
    chance, fine = np.random.default_rng(settings.seed), len(SUBTYPE_NAMES)
    sizes = {"votes": (settings.heads, columns, 12), "bias": (12,), "role": (5, 12)}
    sizes |= {"subtypes": (columns, fine), "subtype_bias": (fine,), "subtype_role": (5, fine)}
    weights = {name: np.zeros(size, dtype=np.float32) for name, size in sizes.items()}
    return weights | {"gate": (chance.normal(size=(columns, settings.heads)) * 0.01).astype(np.float32)}


def _soft_targets(answers: npt.NDArray[np.int64], classes: int, smoothing: float) -> Floats:
    targets = np.full((len(answers), classes), smoothing / classes, dtype=np.float32)
    targets[np.arange(len(answers)), answers] += 1 - smoothing
    return targets


def _attention(weights: Weights, table: Table) -> Floats:
    """N by heads by PIECES."""
    heard = np.swapaxes(table.rows @ weights["gate"], 1, 2)
    return softmax(np.asarray(np.where(table.there[:, None, :] > 0, heard, -1e9), dtype=np.float32))


def gradients(weights: Weights, part: Table, settings: Settings) -> Weights:
    """Of the cross entropy of categories and subtypes, with weight decay."""
    x, n = part.rows, len(part.rows)
    attention = _attention(weights, part)
    mail = attention @ x
    scores = softmax(_summed(weights, mail, part))
    error = (scores - _soft_targets(part.categories, 12, settings.smoothing)) / n
    whole = mail.mean(axis=1)
    fine = softmax(whole @ weights["subtypes"] + weights["subtype_bias"] + part.roles @ weights["subtype_role"])
    fine = np.asarray((fine - _soft_targets(np.maximum(part.subtypes, 0), fine.shape[1], settings.smoothing)) / n)
    fine[part.subtypes < 0] = 0.0
    pull = np.einsum("nhd,nsd->nhs", np.einsum("nk,hdk->nhd", error, weights["votes"]), x)
    pull = attention * (pull - (attention * pull).sum(axis=2, keepdims=True))
    found = {
        "votes": np.einsum("nhd,nk->hdk", mail, error),
        "bias": error.sum(axis=0),
        "gate": np.einsum("nhs,nsd->dh", pull, x),
        "role": part.roles.T @ error,
        "subtypes": whole.T @ fine,
        "subtype_bias": fine.sum(axis=0),
        "subtype_role": part.roles.T @ fine,
    }
    return {name: g + settings.decay * weights[name] * (not name.endswith("bias")) for name, g in found.items()}


def _summed(weights: Weights, mail: Floats, table: Table) -> Floats:
    logits = np.einsum("nhd,hdk->nk", mail, weights["votes"]) + weights["bias"] + table.roles @ weights["role"]
    return np.asarray(logits, dtype=np.float32)


def _thinned(part: Table, settings: Settings, chance: np.random.Generator) -> Table:
    """The same mails with some columns and some senders unknown, so that no one of them is relied on."""
    kept = (chance.random((len(part.rows), 1, part.rows.shape[2])) > settings.left_out) / (1 - settings.left_out)
    known = (chance.random((len(part.roles), 1)) > settings.role_left_out).astype(np.float32)
    return replace(part, rows=part.rows * kept.astype(np.float32), roles=part.roles * known)


def learn(table: Table, settings: Settings) -> Weights:
    """Weights by Adam (Kingma and Ba 2015) with a rate that falls to zero; the same for the same table and settings."""
    chance = np.random.default_rng(settings.seed)
    weights = initial(table.rows.shape[2], settings)
    first = {name: np.zeros_like(w) for name, w in weights.items()}
    second = {name: np.zeros_like(w) for name, w in weights.items()}
    step, count = 0, len(table.rows)
    for epoch in range(settings.epochs):
        order = chance.permutation(count)
        for start in range(0, count, settings.batch):
            part = _thinned(table.part(order[start : start + settings.batch]), settings, chance)
            step += 1
            rate = settings.rate * (1 - epoch / settings.epochs)
            for name, g in gradients(weights, part, settings).items():
                first[name] = 0.9 * first[name] + 0.1 * g
                second[name] = 0.99 * second[name] + 0.01 * g * g
                size = np.sqrt(second[name] / (1 - 0.99**step)) + 1e-8
                weights[name] = weights[name] - rate * (first[name] / (1 - 0.9**step)) / size
    return {name: np.asarray(w, dtype=np.float32) for name, w in weights.items()}


def learn_members(table: Table, settings: Settings, count: int) -> Weights:
    """Several layers trained from different starts, as one: heads side by side, everything else averaged."""
    trained = [learn(table, replace(settings, seed=settings.seed + n)) for n in range(count)]
    joined = {name: np.mean([one[name] for one in trained], axis=0) for name in trained[0]}
    joined["votes"] = np.concatenate([one["votes"] for one in trained])
    joined["gate"] = np.concatenate([one["gate"] for one in trained], axis=1)
    joined["members"] = np.array([count])
    return {name: np.asarray(w, dtype=np.float32) for name, w in joined.items()}


def logits(weights: Weights, table: Table) -> Floats:
    """N by 12, before the temperature."""
    mail = _attention(weights, table) @ table.rows / weights.get("members", np.ones(1, dtype=np.float32))[0]
    return _summed(weights, np.asarray(mail, dtype=np.float32), table)


def width(vector: int) -> int:
    """Columns of a row: vector, mark of the subject, cues, four marks of place, cues of the mail."""
    return vector + 1 + 4 + 2 * len(cue_list().names)
