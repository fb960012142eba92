"""Learns changes to the encoder and the head that reads its vectors, together, from mails."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch

from evals.classify_corpus import Ask, Corpus
from evals.training.encoder import FrozenEncoder, Tensors, is_change, new_changes
from evals.training.examples import CODES, Example, varied
from evals.training.network import Settings, loss, new_head, told
from triage.models.embedding import MultilingualE5, opened

_WARM = 0.06
_POOL = 8
Say = Callable[[str], None]


def learn(corpus: Corpus, asks: Sequence[Ask], settings: Settings, say: Say = print) -> tuple[FrozenEncoder, Tensors]:
    """The frozen encoder and what was learnt on top of it; the same for the same asks and settings on one machine."""
    torch.manual_seed(settings.seed)
    model = opened()[0]
    changes = new_changes(model, settings.layers, settings.rank)
    sample = next(varied(corpus, asks, MultilingualE5(), random.Random(0)))  # noqa: S311
    head = new_head(model.sizes.hidden + sample.around.shape[1], settings.heads)
    encoder = FrozenEncoder(model, settings.layers)
    learnt, ends = changes | head, list[Tensors]()
    for number in range(len(settings.cycles)):
        learnt = cycle(encoder, learnt, corpus, asks, settings, number, say)
        ends.append(learnt)
    return encoder, averaged(ends[-settings.averaged :], settings.rank)


def averaged(ends: Sequence[Tensors], rank: int) -> Tensors:
    """The mean of what stood at the ends of several cycles, which generalises better than any of them (Izmailov et al.
    2018, arXiv:1803.05407); the mean change of a matrix is cut to its `rank` strongest directions."""
    found: Tensors = {}
    for name, values in ends[0].items():
        if name.endswith(".up"):
            down = f"{name.removesuffix('.up')}.down"
            mean = torch.stack([one[name] @ one[down] for one in ends]).mean(dim=0)
            left, strength, right = torch.linalg.svd(mean, full_matrices=False)
            root = strength[:rank].sqrt()
            found[name], found[down] = left[:, :rank] * root, root[:, None] * right[:rank]
        elif not name.endswith(".down"):
            found[name] = torch.stack([one[name] for one in ends]).mean(dim=0) if len(ends) > 1 else values
    return found


def cycle(
    encoder: FrozenEncoder,
    learnt: Tensors,
    corpus: Corpus,
    asks: Sequence[Ask],
    settings: Settings,
    number: int,
    say: Say,
) -> Tensors:
    """One cycle of epochs, at whose end the rate is nought (Loshchilov and Hutter 2017, warm restarts)."""
    epochs, reader = settings.cycles[number], MultilingualE5()
    if number:
        torch.manual_seed(settings.seed + number)
    chance = random.Random(settings.seed + number)  # noqa: S311 - reproducible variety, no secret
    learnt = {name: values.clone().requires_grad_() for name, values in learnt.items()}
    changes = [values for name, values in learnt.items() if is_change(name)]
    optimiser = torch.optim.AdamW(
        [
            {"params": changes, "lr": settings.rate, "weight_decay": settings.decay},
            {
                "params": [values for name, values in learnt.items() if not is_change(name)],
                "lr": settings.head_rate,
                "weight_decay": settings.head_decay,
            },
        ],
        betas=(0.9, 0.98),
    )
    weights, steps = _rarity(asks), epochs * (-(-len(asks) // settings.batch))
    step = 0
    for epoch in range(epochs):
        started, total = time.monotonic(), 0.0
        batches = _batches(list(varied(corpus, asks, reader, chance)), settings.batch, chance)
        for mails in batches:
            _set_rates(optimiser, settings, step / steps)
            step += 1
            cost = loss(told(encoder, learnt, mails, settings, chance), mails, weights, settings)
            optimiser.zero_grad()
            cost.backward()
            torch.nn.utils.clip_grad_norm_(changes, 1.0)
            optimiser.step()
            total += float(cost.detach())
        taken = time.monotonic() - started
        say(f"cycle {number + 1}, epoch {epoch + 1} of {epochs}: loss {total / len(batches):.3f}, {taken:.0f} s")
    return {name: values.detach().clone() for name, values in learnt.items()}


def _rarity(asks: Sequence[Ask]) -> torch.Tensor:
    """What a mail of each category counts: the root of how much rarer than the mean it is."""
    counts = np.bincount([CODES.index(ask.category) for ask in asks], minlength=len(CODES))
    return torch.tensor((counts.mean() / np.maximum(counts, 1)) ** 0.5, dtype=torch.float32)


def _batches(mails: list[Example], size: int, chance: random.Random) -> list[list[Example]]:
    """Mails of like length together, otherwise by chance."""
    chance.shuffle(mails)
    found: list[list[Example]] = []
    for start in range(0, len(mails), size * _POOL):
        pool = sorted(mails[start : start + size * _POOL], key=lambda mail: mail.tokens)
        found += [pool[at : at + size] for at in range(0, len(pool), size)]
    chance.shuffle(found)
    return found


def _set_rates(optimiser: torch.optim.Optimizer, settings: Settings, done: float) -> None:
    """Up in the first steps, then down to nought in a straight line."""
    share = min(1.0, done / _WARM + 0.01) * max(0.0, 1.0 - done)
    for group, rate in zip(optimiser.param_groups, (settings.rate, settings.head_rate), strict=True):
        group["lr"] = rate * share
