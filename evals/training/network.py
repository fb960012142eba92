"""From a mail's vectors to answers, as the shipped arithmetic does it, and what an answer costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from evals.training.encoder import FrozenEncoder, Tensors
from evals.training.examples import CODES, Example
from triage.models.embedding import Window
from triage.tasks.classify.layer import ROLES, SUBTYPE_NAMES, VECTOR_SCALE

HIDDEN = 384
_OTHER = CODES.index("other")
_TOKENS_AT_ONCE = 3000
_RARE = 8.0
"""What a second matter counts against its absence: few mails have one."""


@dataclass(frozen=True)
class Settings:
    """What training is run with; all of it stands in the layer's metadata."""

    layers: int = 6
    rank: int = 16
    heads: int = 3
    cycles: tuple[int, ...] = (3, 4, 4)
    """Epochs of each cycle of the learning rate."""
    averaged: int = 3
    """The mean over the ends of so many last cycles is what is learnt."""
    batch: int = 32
    rate: float = 2e-3
    head_rate: float = 3e-3
    decay: float = 0.01
    head_decay: float = 0.03
    left_out: float = 0.2
    role_left_out: float = 0.3
    smoothing: float = 0.1
    seed: int = 0


@dataclass(frozen=True)
class Told:
    """What the network says of N mails, before any softmax."""

    categories: Any
    subtypes: Any
    exception: Any
    secondary: Any
    mail: Any
    """N by columns: what the mail's heads heard."""


def new_head(columns: int, heads: int) -> Tensors:
    """Votes of nought; gates a little apart, so that heads come to listen to different sentences."""
    fine, roles = len(SUBTYPE_NAMES), len(ROLES)
    return {
        "gate": torch.randn(columns, heads + 1) * 0.01,
        "votes": torch.zeros(heads, columns, len(CODES)),
        "bias": torch.zeros(len(CODES)),
        "role": torch.zeros(roles, len(CODES)),
        "subtypes": torch.zeros(columns, fine),
        "subtype_bias": torch.zeros(fine),
        "subtype_role": torch.zeros(roles, fine),
        "exception": torch.zeros(columns),
        "exception_bias": torch.zeros(1),
        "exception_role": torch.zeros(roles),
        "secondary": torch.zeros(columns, len(CODES)),
        "secondary_bias": torch.full((len(CODES),), -2.0),
    }


def told(
    encoder: FrozenEncoder, learnt: Tensors, mails: Sequence[Example], settings: Settings, chance: Any = None
) -> Told:
    """Answers to mails. With `chance` some columns and senders are left out, so that no one of them is relied on."""
    columns, there = _columns(encoder, learnt, mails)
    roles = torch.zeros(len(mails), len(ROLES))
    for n, mail in enumerate(mails):
        if mail.role >= 0 and (chance is None or chance.random() >= settings.role_left_out):
            roles[n, mail.role] = 1.0
    if chance is not None:
        kept = torch.rand(len(mails), 1, columns.shape[2]) > settings.left_out
        columns = columns * kept / (1 - settings.left_out)
    heard = (columns @ learnt["gate"]).masked_fill(~there[..., None], -1e9).softmax(dim=1)
    pooled = torch.einsum("nsh,nsd->nhd", heard, columns)
    mail = pooled[:, :-1]
    whole = mail.mean(dim=1)
    return Told(
        torch.einsum("nhd,hdk->nk", mail, learnt["votes"]) + learnt["bias"] + roles @ learnt["role"],
        whole @ learnt["subtypes"] + learnt["subtype_bias"] + roles @ learnt["subtype_role"],
        pooled[:, -1] @ learnt["exception"] + learnt["exception_bias"] + roles @ learnt["exception_role"],
        whole @ learnt["secondary"] + learnt["secondary_bias"],
        whole,
    )


def _columns(encoder: FrozenEncoder, learnt: Tensors, mails: Sequence[Example]) -> tuple[Any, Any]:
    """Rows of all pieces, mails by pieces by columns, and which of them exist."""
    most, weights = max(len(mail.around) for mail in mails), encoder.merged(learnt)
    vectors, places = [], list[int]()
    for group in _groups(mails):
        chosen = [mails[n].windows[k] for n, k in group]
        states = encoder.states([window.tokens for window in chosen], weights)
        vectors.append(_means(chosen, states.shape[1]) @ states.reshape(-1, HIDDEN))
        for n, k in group:
            first = n * most + sum(len(window.spans) for window in mails[n].windows[:k])
            places += range(first, first + len(mails[n].windows[k].spans))
    flat = functional.layer_norm(torch.cat(vectors), (HIDDEN,)) * VECTOR_SCALE
    rows = torch.zeros(len(mails) * most, HIDDEN).index_copy(0, torch.tensor(places), flat)
    beside = np.zeros((len(mails), most, mails[0].around.shape[1]), dtype=np.float32)
    there = torch.zeros(len(mails), most, dtype=torch.bool)
    for n, mail in enumerate(mails):
        beside[n, : len(mail.around)] = mail.around
        there[n, : len(mail.around)] = True
    return torch.cat([rows.view(len(mails), most, HIDDEN), torch.from_numpy(beside)], dim=2), there


def _means(chosen: Sequence[Window], length: int) -> Any:
    """The matrix that turns token states of windows laid end to end into the means of their pieces."""
    spans = [(row * length, span) for row, window in enumerate(chosen) for span in window.spans]
    means = np.zeros((len(spans), len(chosen) * length), dtype=np.float32)
    for n, (at, (start, end)) in enumerate(spans):
        means[n, at + start : at + end] = 1 / (end - start)
    return torch.from_numpy(means)


def _groups(mails: Sequence[Example]) -> Iterator[list[tuple[int, int]]]:
    """Windows of like length together, by place of mail and window."""
    cut = [(len(window.tokens), n, k) for n, mail in enumerate(mails) for k, window in enumerate(mail.windows)]
    group: list[tuple[int, int]] = []
    shortest = 0
    for length, n, k in sorted(cut):
        if group and (length > max(shortest * 1.3, shortest + 8) or (len(group) + 1) * length > _TOKENS_AT_ONCE):
            yield group
            group = []
        shortest = shortest if group else length
        group.append((n, k))
    yield group


def loss(said: Told, mails: Sequence[Example], weights: Any, settings: Settings) -> Any:
    """Cross entropy of the category, weighted by how rare it is, and of what goes with it."""
    answers = torch.tensor([mail.category for mail in mails])
    finer = torch.tensor([mail.subtype for mail in mails])
    wanted = functional.one_hot(answers, len(CODES)).float() * (1 - settings.smoothing) + settings.smoothing / len(
        CODES
    )
    total = -((wanted * functional.log_softmax(said.categories, 1)).sum(1) * weights[answers]).mean()
    if bool((finer >= 0).any()):
        known = finer >= 0
        total = total + 0.3 * functional.cross_entropy(said.subtypes[known], finer[known], label_smoothing=0.1)
    exceptional = (answers != _OTHER).float() * 0.96 + 0.02
    total = total + 0.3 * functional.binary_cross_entropy_with_logits(said.exception, exceptional)
    marked = [n for n, mail in enumerate(mails) if mail.secondary is not None]
    if marked:
        beside = torch.zeros(len(marked), len(CODES))
        for row, n in enumerate(marked):
            beside[row, list(mails[n].secondary or ())] = 1.0
        total = total + functional.binary_cross_entropy_with_logits(
            said.secondary[marked], beside, pos_weight=torch.full((len(CODES),), _RARE)
        )
    return total


def answers(encoder: FrozenEncoder, learnt: Tensors, mails: Sequence[Example], settings: Settings) -> Told:
    """What is said of mails that nothing is learnt from, in their order, as numpy arrays."""
    order = sorted(range(len(mails)), key=lambda n: mails[n].tokens)
    found: list[Told] = []
    with torch.no_grad():
        for start in range(0, len(order), 48):
            found.append(told(encoder, learnt, [mails[n] for n in order[start : start + 48]], settings))
    back = np.argsort(order)
    return Told(*(torch.cat([getattr(one, f.name) for one in found]).numpy()[back] for f in fields(Told)))
