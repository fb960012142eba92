"""The learnt layer: what it adds to the embedding model, and how sentence vectors, cues and the sender's role vote.

Several heads read a mail, each with its own attention (which sentences it listens to) and its own votes on every
category; the mail's score is the sum of what its heads heard. So every score falls back on sentences, which is what
evidence is made from. One more head hears only whether there is an exception at all. The arrays and the calibration
table are one versioned file, made by `triage train`.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.domain import SUBTYPES, Category, Confidence, Role
from triage.errors import ConfigurationError
from triage.tasks.classify.cues import cue_list

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]

CUE_WEIGHT = 2.0
"""What a cue counts in the row of its sentence; in the rows of the mail's other sentences it counts a quarter."""

VECTOR_SCALE = 0.25
"""Vectors are scaled to a quarter of a standard deviation, so that no one number outweighs a cue."""

LAYER_FILE = "layer-2.npz"
CATEGORIES: tuple[Category, ...] = tuple(Category)
SUBTYPE_NAMES: tuple[tuple[Category, str], ...] = tuple((c, s) for c in Category for s in SUBTYPES[c])
CHANGE = "change."
_EPSILON = 1e-5
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
    exception: float
    """How much speaks for an exception of whatever kind, between 0 and 1."""
    beside: Floats
    """For each category how much speaks for it as a second matter, between 0 and 1."""
    strangeness: float
    """How far the mail is from anything learnt from: 1 where only one in a hundred unread mails was farther."""


@dataclass(frozen=True)
class Layer:
    """The arrays of a layer file, its metadata and its hash."""

    arrays: dict[str, Floats]
    meta: dict[str, Any]
    sha256: str

    @property
    def layers(self) -> int:
        """How many layers of the embedding model it reads."""
        return int(self.meta["layers"])

    @property
    def changes(self) -> dict[str, Floats]:
        """What it adds to the embedding model."""
        return {name.removeprefix(CHANGE): values for name, values in self.arrays.items() if name.startswith(CHANGE)}

    def weigh(self, vectors: Floats, around: Floats, role: Role) -> Weighed:
        """Scores of one mail from its pieces' vectors and the columns beside them (`around`)."""
        read = np.concatenate([standardised(vectors), around], axis=1)
        listened = softmax(np.asarray(read @ self.arrays["gate"], dtype=np.float32).T)
        attention = listened[:-1]
        said = np.einsum("sd,hdk->hsk", read, self.arrays["votes"])
        pull = np.einsum("hs,hsk->sk", attention, said)
        told_by, heard = role_row(role), attention.mean(axis=0)
        mail = heard @ read
        logits = pull.sum(axis=0) + self.arrays["bias"] + told_by @ self.arrays["role"]
        alone = self._tempered(said.sum(axis=0) + self.arrays["bias"])
        finer = mail @ self.arrays["subtypes"] + self.arrays["subtype_bias"] + told_by @ self.arrays["subtype_role"]
        sure = (listened[-1] @ read) @ self.arrays["exception"] + told_by @ self.arrays["exception_role"]
        exception = logistic(sure + self.arrays["exception_bias"])[0]
        return Weighed(
            scores=gated(self._tempered(logits), exception),
            attention=heard,
            pull=pull,
            alone=alone,
            subtypes=finer,
            exception=float(exception),
            beside=logistic(mail @ self.arrays["secondary"] + self.arrays["secondary_bias"]),
            strangeness=self._strangeness(mail[: vectors.shape[1]]),
        )

    def _strangeness(self, mail: Floats) -> float:
        apart = (mail - self.arrays["known_centres"]) @ self.arrays["known_whitener"]
        return float(np.sqrt((apart * apart).sum(axis=1).min()) / self.arrays["known_reach"][0])

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


def standardised(vectors: Floats) -> Floats:
    """Each row to mean nought and the scale that the layer was learnt on."""
    apart = vectors - vectors.mean(axis=1, keepdims=True)
    scale = np.sqrt((apart * apart).mean(axis=1, keepdims=True) + _EPSILON) / VECTOR_SCALE
    return np.asarray(apart / scale, dtype=np.float32)


def around(subject: Flags, questions: Flags, cues: Floats) -> Floats:
    """What stands beside the vector of each piece of a mail, in reading order.

    Columns: mark of the subject line, cues, four marks of place (first and last sentence of the body, the only one, a
    question), the cues of the whole mail.
    """
    body = ~subject
    first = body & (np.cumsum(body) == 1)
    last = np.zeros_like(subject)
    last[-1:] = True
    only = np.full_like(subject, body.sum() <= 1)
    marks = np.stack([first, last, only, questions], axis=1).astype(np.float32)
    whole = np.broadcast_to(cues.max(axis=0, initial=0.0) * (CUE_WEIGHT / 4), cues.shape)
    found = np.concatenate([subject[:, None], cues * CUE_WEIGHT, marks, whole], axis=1)
    return np.asarray(found, dtype=np.float32)


def gated(scores: Floats, exception: Any) -> Floats:
    """Category scores (along the last axis) in which `other` is the mean of itself and of what speaks against any.

    The others share the rest as they did.
    """
    place = CATEGORIES.index(Category.OTHER)
    own = scores[..., place]
    other = (own + 1.0 - exception) / 2
    found = scores * ((1.0 - other) / np.maximum(1.0 - own, 1e-6))[..., None]
    found[..., place] = other
    return np.asarray(found, dtype=np.float32)


def logistic(x: Floats) -> Floats:
    """Between 0 and 1."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float32)


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    grown = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float32)


def role_row(role: Role) -> Floats:
    """One of five; all zeros where the role is unknown."""
    return np.array([float(role is one) for one in ROLES], dtype=np.float32)


def read_layer(content: bytes, name: str = LAYER_FILE) -> Layer:
    """A layer from the bytes of its file.

    Raises `ConfigurationError` where they are no layer, or one made for other categories or cues.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: np.asarray(stored[name]) for name in stored.files}
        meta = json.loads(bytes(arrays.pop("meta").tobytes()).decode("utf-8"))
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ConfigurationError(f"classifier layer {name}: is no layer file ({error}); make it anew") from error
    made_for = (meta.get("categories"), meta.get("cues"))
    if made_for != ([category.value for category in CATEGORIES], list(cue_list().names)):
        raise ConfigurationError(f"classifier layer {name}: was made for other categories or cues; train it anew")
    floats = {name: np.asarray(values, dtype=np.float32) for name, values in arrays.items()}
    return Layer(floats, meta, hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=1)
def shipped_layer() -> Layer:
    """The layer that comes with the package."""
    return read_layer(resources.files("triage.tasks.classify").joinpath(f"data/{LAYER_FILE}").read_bytes())
