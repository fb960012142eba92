"""The encoder of multilingual-e5-small in numpy: token ids to one vector a text, or to one for each of its pieces.

Sentences of a batch are laid end to end, so that each weight matrix is multiplied once for all of them and nothing is
spent on padding; only attention looks at each length on its own (Devlin et al. 2018; Wang et al. 2024, E5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

import numpy as np

from triage.models.embedding_weights import Floats, PackedModel, Sizes

Changes = Mapping[str, Floats]
"""What was learnt on top of the model: `l<layer>.<matrix>.up` and `.down`, whose product is added to a matrix (Hu et
al. 2021, LoRA), and vectors that stand in for the model's own (`l<layer>.aln.w`)."""
_NONE: Changes = MappingProxyType({})
Spans = Sequence[tuple[int, int]]
"""Pieces of one text: first token, and the one after the last."""


@dataclass(frozen=True)
class _Layer:
    qkv: Floats
    qkv_bias: Floats
    out: Floats
    out_bias: Floats
    attention_norm: tuple[Floats, Floats]
    rise: Floats
    rise_bias: Floats
    fall: Floats
    fall_bias: Floats
    norm: tuple[Floats, Floats]


def _layer(model: PackedModel, number: int, changes: Changes) -> _Layer:
    def bias(name: str) -> Floats:
        learnt = changes.get(f"l{number}.{name}")
        return model.vector(f"l{number}.{name}") if learnt is None else learnt

    def weight(name: str, rows: int) -> Floats:
        matrix, learnt = model.matrix(f"l{number}.{name}.w", rows), f"l{number}.{name}"
        if f"{learnt}.up" in changes:
            matrix += changes[f"{learnt}.up"] @ changes[f"{learnt}.down"]
        return matrix

    hidden, forward = model.sizes.hidden, model.sizes.feed_forward
    shrink = np.float32((hidden // model.sizes.heads) ** -0.5)
    qkv = np.vstack([weight("q", hidden) * shrink, weight("k", hidden), weight("v", hidden)])
    return _Layer(
        qkv=np.ascontiguousarray(qkv.T),
        qkv_bias=np.concatenate([bias("q.b") * shrink, bias("k.b"), bias("v.b")]),
        out=np.ascontiguousarray(weight("ao", hidden).T),
        out_bias=bias("ao.b"),
        attention_norm=(bias("aln.w"), bias("aln.b")),
        rise=np.ascontiguousarray(weight("fi", forward).T),
        rise_bias=bias("fi.b"),
        fall=np.ascontiguousarray(weight("fo", hidden).T),
        fall_bias=bias("fo.b"),
        norm=(bias("oln.w"), bias("oln.b")),
    )


def normalised(x: Floats, scale: tuple[Floats, Floats], epsilon: float) -> Floats:
    """Layer normalisation of each row, in place."""
    x -= x.mean(axis=1, keepdims=True)
    variance = np.einsum("ij,ij->i", x, x) / x.shape[1]
    x *= (1.0 / np.sqrt(variance + epsilon))[:, None]
    x *= scale[0]
    x += scale[1]
    return x


def _gelu(x: Floats) -> Floats:
    """Gaussian error linear unit by its tanh approximation (Hendrycks and Gimpel 2016), in place."""
    inner = x * x
    inner *= np.float32(0.044715 * 0.7978845608)
    inner += np.float32(0.7978845608)
    inner *= x
    np.tanh(inner, out=inner)
    inner += 1.0
    x *= inner
    x *= 0.5
    return x


def _runs(texts: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Lengths that follow each other, with how many texts have them."""
    return [(length, len(list(run))) for length, run in groupby(len(ids) for ids in texts)]


class Encoder:
    """Stateless after construction: any number of threads may call it.

    `layers` is how many of the model's layers are gone through (all where it is None), `changes` what was learnt on top
    of them. Raises `KeyError` or `ValueError` where changes do not fit the model.
    """

    def __init__(self, model: PackedModel, layers: int | None = None, changes: Changes = _NONE) -> None:
        self._model = model
        self.sizes: Sizes = model.sizes
        hidden = self.sizes.hidden
        self.layers = [_layer(model, number, changes) for number in range(layers or self.sizes.layers)]
        positions = model.vector("emb.pos").reshape(-1, hidden)
        self._positions = positions + model.vector("emb.type").reshape(-1, hidden)[0]
        self._norm = (model.vector("emb.ln.w"), model.vector("emb.ln.b"))

    def vectors(self, texts: Sequence[Sequence[int]]) -> Floats:
        """One normalised vector for each list of token ids. Lists must be sorted by length, none empty."""
        runs = _runs(texts)
        pooled = self._pool(self.through(texts, runs, len(self.layers)), runs)
        pooled /= np.maximum(np.linalg.norm(pooled, axis=1, keepdims=True), 1e-12)
        return pooled

    def pieces(self, texts: Sequence[Sequence[int]], spans: Sequence[Spans]) -> Floats:
        """A row for each piece, text after text: the mean of its tokens' states as the whole text made them.

        Lists must be sorted by length, none empty, and no piece either.
        """
        states = self.through(texts, _runs(texts), len(self.layers))
        rows: list[Floats] = []
        at = 0
        for ids, pieces in zip(texts, spans, strict=True):
            rows += [states[at + start : at + end].mean(axis=0) for start, end in pieces]
            at += len(ids)
        return np.stack(rows)

    def through(self, texts: Sequence[Sequence[int]], runs: list[tuple[int, int]], layers: int) -> Floats:
        """Token states after the first `layers` layers; `runs` are (length, how many texts of it) in order."""
        ids = np.fromiter((token for text in texts for token in text), dtype=np.int64)
        places = np.concatenate([np.tile(np.arange(length), count) for length, count in runs])
        x = self._model.words(ids) + self._positions[places]
        x = normalised(x, self._norm, self.sizes.epsilon)
        for layer in self.layers[:layers]:
            x = self._through(layer, x, runs)
        return x

    def _through(self, layer: _Layer, x: Floats, runs: list[tuple[int, int]]) -> Floats:
        seen = self._attention(x @ layer.qkv + layer.qkv_bias, runs)
        x = x + (seen @ layer.out + layer.out_bias)
        x = normalised(x, layer.attention_norm, self.sizes.epsilon)
        risen = _gelu(x @ layer.rise + layer.rise_bias)
        x = x + (risen @ layer.fall + layer.fall_bias)
        return normalised(x, layer.norm, self.sizes.epsilon)

    def _attention(self, qkv: Floats, runs: list[tuple[int, int]]) -> Floats:
        hidden, heads = self.sizes.hidden, self.sizes.heads
        seen = np.empty((len(qkv), hidden), dtype=np.float32)
        at = 0
        for length, count in runs:
            end = at + length * count
            parts = qkv[at:end].reshape(count, length, 3, heads, hidden // heads).transpose(2, 0, 3, 1, 4)
            weights = parts[0] @ parts[1].swapaxes(-1, -2)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            weights /= weights.sum(axis=-1, keepdims=True)
            seen[at:end] = (weights @ parts[2]).transpose(0, 2, 1, 3).reshape(-1, hidden)
            at = end
        return seen

    def _pool(self, x: Floats, runs: list[tuple[int, int]]) -> Floats:
        means: list[Floats] = []
        at = 0
        for length, count in runs:
            end = at + length * count
            means.append(x[at:end].reshape(count, length, -1).mean(axis=1))
            at = end
        return np.concatenate(means)
