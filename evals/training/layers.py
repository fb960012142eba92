"""Makes layer files: trained, with their table of confidences, or with a table that was counted anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any

import numpy as np
import torch

from evals.classify_calibration import probabilities
from evals.classify_corpus import Ask, Corpus
from evals.classify_reliability import PULL, TARGET, of_scores
from evals.training.calibrating import POPULATION, Unread, author, author_groups, counted, known
from evals.training.encoder import FrozenEncoder, Tensors
from evals.training.examples import BARE, CODES, as_written
from evals.training.learning import Say, learn
from evals.training.network import HIDDEN, Settings, answers
from evals.training.packing import packed
from triage.models.embedding import MultilingualE5
from triage.tasks.classify.cues import cue_list
from triage.tasks.classify.layer import CHANGE, Floats, gated, logistic
from triage.tasks.classify.reliability import OWN

_HEAD: tuple[str, ...] = ("gate", "votes", "bias", "role", "subtypes", "subtype_bias", "subtype_role")
_HEAD += ("exception", "exception_bias", "exception_role", "secondary", "secondary_bias")


_GROUPS = 4
_Learnt = dict[str, Floats]


@dataclass(frozen=True)
class Ordered:
    """What a layer is to be made from."""

    corpus: Corpus
    """Split `train`, with surroundings."""
    unread: tuple[Ask, ...]
    """Split `dev`: mails by authors that no layer reads."""
    settings: Settings
    groups: int
    """Authors are parted into four groups; so many of them are left out, one after the other, for the table of
    confidences."""
    name: str


def trained(order: Ordered, jobs: int, say: Say) -> bytes:
    """A layer file from mails, by so many processes; the same bytes for the same order on one machine."""
    groups = author_groups(order.corpus.asks, _GROUPS, BARE)[: order.groups]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        last = pool.submit(_on_all, order, say)
        parts = [pool.submit(_on_others, order, frozenset(group), say) for group in groups]
        learnt, heard, of_dev = last.result()
        unread = of_dev
        for part in parts:
            unread = unread.and_(part.result())
    temperature, table = counted(unread)
    scores = gated(probabilities(unread.logits, temperature), unread.exception)
    curves = of_scores(scores, unread.answers, table)
    arrays = {name if name in _HEAD else CHANGE + name: values for name, values in learnt.items()}
    arrays |= known(heard.mail, heard.answers, of_dev.mail)
    return packed(arrays | {"temperature": np.array([temperature])}, _meta(order, table, curves))


def _one_thread() -> None:
    """Sums of several threads come in any order; those of one always in the same."""
    torch.set_num_threads(1)


def _on_all(order: Ordered, say: Say) -> tuple[_Learnt, Unread, Unread]:
    """What is learnt from all mails, what it hears in them, and what it says of split `dev`."""
    encoder, learnt = learn(order.corpus, order.corpus.asks, order.settings, say)
    said = [_said(encoder, learnt, asks, order.settings) for asks in (order.corpus.asks, order.unread)]
    return {name: np.asarray(values.numpy(), dtype=np.float32) for name, values in learnt.items()}, said[0], said[1]


def _on_others(order: Ordered, left_out: frozenset[str], say: Say) -> Unread:
    """What a layer that was trained without some authors says of their mails."""
    held = [ask for ask in order.corpus.asks if author(ask) in left_out]
    rest = [ask for ask in order.corpus.asks if author(ask) not in left_out]
    encoder, learnt = learn(order.corpus, rest, order.settings, say)
    return _said(encoder, learnt, held, order.settings)


def _said(encoder: FrozenEncoder, learnt: Tensors, asks: Sequence[Ask], settings: Settings) -> Unread:
    mails = as_written(asks, MultilingualE5())
    said = answers(encoder, learnt, mails, settings)
    right = np.array([mail.category for mail in mails])
    return Unread(said.categories, logistic(said.exception), right, said.mail[:, :HIDDEN])


def _meta(order: Ordered, table: list[list[float]], curves: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": order.name,
        "categories": CODES,
        "cues": list(cue_list().names),
        "embedding": MultilingualE5.name,
        "layers": order.settings.layers,
        "data": data_hash(order.corpus.asks),
        "mails": len(order.corpus.asks),
        "settings": asdict(order.settings) | {"groups": order.groups},
        "population": POPULATION,
        "calibration": {"all": table},
        OWN: {"population": POPULATION, "target": TARGET, "pull": PULL, "categories": curves},
    }


def data_hash(asks: Sequence[Ask]) -> str:
    """SHA-256 over everything that was learnt from."""
    digest = hashlib.sha256()
    for ask in asks:
        digest.update(json.dumps(asdict(ask), sort_keys=True, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()
