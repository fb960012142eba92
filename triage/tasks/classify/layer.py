"""The learnt layer: sentence vectors, cues and the sender's role to categories and subtypes.

Several heads read a mail, each with its own attention (which sentences it listens to) and its own votes on every
category; the mail's score is the sum of what its heads heard, averaged over members that were trained apart. So every
score falls back on sentences, which is what evidence is made from. The arrays and the calibration table are one
versioned file, made by `evals/train_classifier.py`.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.domain import SUBTYPES, Category, Confidence, Role
from triage.errors import ConfigurationError

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

CUE_WEIGHT = 2.0
"""What a cue counts in the row of its sentence; in the rows of the mail's other sentences it counts a quarter."""

LAYER_FILE = "layer-1.npz"
CATEGORIES: tuple[Category, ...] = tuple(Category)
SUBTYPE_NAMES: tuple[tuple[Category, str], ...] = tuple((c, s) for c in Category for s in SUBTYPES[c])
ROLES: tuple[Role, ...] = (Role.CUSTOMER, Role.SUPPLIER, Role.CARRIER, Role.COLLEAGUE, Role.SYSTEM)


@dataclass(frozen=True)
class Bin:
    """One row of a calibration table: mails whose top score was below `upper`."""

    upper: float
    value: float
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class Weighed:
    """What the layer makes of one mail with S sentences."""

    scores: Floats
    """12 category scores, adding up to 1."""
    attention: Floats
    """S weights, adding up to 1: how much each sentence is listened to, over all heads."""
    pull: Floats
    """S by 12: what each sentence adds to each category's logit."""
    alone: Floats
    """S by 12: the category scores if a sentence were the whole mail, without the sender's role."""
    subtypes: Floats
    """A score for each of `SUBTYPE_NAMES`."""


@dataclass(frozen=True)
class Layer:
    """The arrays of a layer file, its metadata and its hash."""

    arrays: dict[str, Floats]
    meta: dict[str, Any]
    sha256: str

    def features(self, vectors: Floats, subject: Flags, questions: Flags, cues: Floats) -> Floats:
        """Rows as the layer reads them (`rows`), vectors scaled first."""
        scaled = (vectors - self.arrays["mean"]) / self.arrays["scale"]
        return rows(np.asarray(scaled, dtype=np.float32), subject, questions, cues)

    def weigh(self, read: Floats, role: Role) -> Weighed:
        """Scores of one mail from its sentences' rows (`features`)."""
        votes, members = self.arrays["votes"], float(self.arrays["members"][0])
        attention = softmax(np.asarray(read @ self.arrays["gate"], dtype=np.float32).T)
        said = np.einsum("sd,hdk->hsk", read, votes) / members
        pull = np.einsum("hs,hsk->sk", attention, said)
        told_by = role_row(role)
        logits = pull.sum(axis=0) + self.arrays["bias"] + told_by @ self.arrays["role"]
        heard = attention.mean(axis=0)
        mail = heard @ read
        finer = mail @ self.arrays["subtypes"] + self.arrays["subtype_bias"] + told_by @ self.arrays["subtype_role"]
        return Weighed(
            self._tempered(logits), heard, pull, self._tempered(said.sum(axis=0) + self.arrays["bias"]), finer
        )

    def _tempered(self, logits: Floats) -> Floats:
        return softmax(np.asarray(logits / self.arrays["temperature"], dtype=np.float32))

    def confidence(self, score: float, language: str) -> Confidence | None:
        """What was measured for mails with such a top score, in this language where that was counted apart."""
        tables: dict[str, list[list[float]]] = self.meta.get("calibration", {})
        group = language if language in tables else "all"
        bins = [Bin(row[0], row[1], int(row[2]), row[3], row[4]) for row in tables.get(group, [])]
        lower = 0.0
        for entry in bins:
            if score < entry.upper or entry is bins[-1]:
                population = f"{self.meta['population']}, {group}, top score {lower:.2f}-{min(entry.upper, 1.0):.2f}"
                return Confidence(value=entry.value, population=population, n=entry.n, low=entry.low, high=entry.high)
            lower = entry.upper
        return None


def rows(scaled: Floats, subject: Flags, questions: Flags, cues: Floats) -> Floats:
    """A row for each piece of a mail in reading order.

    Columns: the scaled vector, mark of the subject line, cues, four marks of place (first and last sentence of the
    body, the only one, a question), the cues of the whole mail.
    """
    body = ~subject
    first = body & (np.cumsum(body) == 1)
    last = np.zeros_like(subject)
    last[-1:] = True
    only = np.full_like(subject, body.sum() <= 1)
    marks = np.stack([first, last, only, questions], axis=1).astype(np.float32)
    around = np.broadcast_to(cues.max(axis=0) * (CUE_WEIGHT / 4), cues.shape)
    found = np.concatenate([scaled, subject[:, None], cues * CUE_WEIGHT, marks, around], axis=1)
    return np.asarray(found, dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float32)


def role_row(role: Role) -> Floats:
    """One of five; all zeros where the role is unknown."""
    return np.array([float(role is one) for one in ROLES], dtype=np.float32)


def read_layer(content: bytes) -> Layer:
    """A layer from the bytes of its file.

    Raises `ConfigurationError` where they are no layer, or one made for other categories or cues.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name]) for name in stored.files}
        meta = json.loads(bytes(arrays.pop("meta").tobytes()).decode("utf-8"))
    except (ValueError, KeyError, OSError) as error:
        raise ConfigurationError(f"classifier layer {LAYER_FILE}: is no layer file ({error}); install anew") from error
    floats = {name: np.asarray(values, dtype=np.float32) for name, values in arrays.items()}
    if meta.get("categories") != [category.value for category in CATEGORIES]:
        raise ConfigurationError(f"classifier layer {LAYER_FILE}: was made for other categories; train it anew")
    return Layer(floats, meta, hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=1)
def shipped_layer() -> Layer:
    """The layer that comes with the package."""
    return read_layer(resources.files("triage.tasks.classify").joinpath(f"data/{LAYER_FILE}").read_bytes())
