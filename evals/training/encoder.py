"""The encoder of `triage.models.embedding_encoder` in torch, frozen, with low-rank changes that can learn.

Same weights, same arithmetic, in half precision where that costs nothing: what is learnt here is added to the weights
when the classifier is loaded, and numpy does the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from triage.models.embedding_weights import PackedModel

Tensors = dict[str, Any]
"""Learnable tensors, by the names that `triage.models.embedding_encoder.Changes` knows them by."""

_FAR = -1e4
MATRICES = ("q", "k", "v", "ao", "fi", "fo")
NORMS = ("aln.w", "aln.b", "oln.w", "oln.b")


def new_changes(model: PackedModel, layers: int, rank: int) -> Tensors:
    """Changes that change nothing yet: `up` is nought, `down` random (Hu et al. 2021)."""
    hidden, forward = model.sizes.hidden, model.sizes.feed_forward
    found: Tensors = {}
    for layer in range(layers):
        for name in MATRICES:
            rows, columns = forward if name == "fi" else hidden, forward if name == "fo" else hidden
            found[f"l{layer}.{name}.down"] = torch.randn(rank, columns) / columns**0.5
            found[f"l{layer}.{name}.up"] = torch.zeros(rows, rank)
        for name in NORMS:
            found[f"l{layer}.{name}"] = torch.from_numpy(model.vector(f"l{layer}.{name}"))
    return found


def is_change(name: str) -> bool:
    """Whether a learnt tensor changes the encoder rather than being part of the head."""
    return bool(re.match(r"l\d+\.", name))


class FrozenEncoder:
    """The model's own weights. `merged` puts what is learnt into them, `states` reads with the result."""

    def __init__(self, model: PackedModel, layers: int, precision: Any = torch.bfloat16) -> None:
        self._model, self._layers, self._precision = model, layers, precision
        sizes = model.sizes
        self._heads, self._epsilon = sizes.heads, sizes.epsilon
        positions = model.vector("emb.pos").reshape(-1, sizes.hidden) + model.vector("emb.type")[: sizes.hidden]
        self._positions = torch.from_numpy(positions)
        self._norm = [torch.from_numpy(model.vector(f"emb.ln.{part}")) for part in "wb"]
        self._own: Tensors = {}
        for layer in range(layers):
            for name in MATRICES:
                rows = sizes.feed_forward if name == "fi" else sizes.hidden
                self._own[f"l{layer}.{name}.w"] = torch.from_numpy(model.matrix(f"l{layer}.{name}.w", rows))
                self._own[f"l{layer}.{name}.b"] = torch.from_numpy(model.vector(f"l{layer}.{name}.b"))
            for name in NORMS:
                self._own[f"l{layer}.{name}"] = torch.from_numpy(model.vector(f"l{layer}.{name}"))

    def merged(self, learnt: Mapping[str, Any]) -> Tensors:
        """All weights with the changes in them, in the precision that they are multiplied in."""
        found: Tensors = {}
        for name, own in self._own.items():
            at = name.removesuffix(".w")
            changed = own + learnt[f"{at}.up"] @ learnt[f"{at}.down"] if f"{at}.up" in learnt else learnt.get(name, own)
            found[name] = changed.to(self._precision)
        for layer in range(self._layers):
            for part in "wb":
                found[f"l{layer}.qkv.{part}"] = torch.cat([found.pop(f"l{layer}.{name}.{part}") for name in "qkv"])
        return found

    def states(self, windows: Sequence[Sequence[int]], weights: Tensors) -> Any:
        """Token states, windows by longest window by hidden; what stands behind a shorter window's end is noise."""
        longest = max(map(len, windows))
        ids = np.ones((len(windows), longest), dtype=np.int64)
        there = torch.zeros(len(windows), longest, dtype=torch.bool)
        for row, window in enumerate(windows):
            ids[row, : len(window)] = window
            there[row, : len(window)] = True
        words = torch.from_numpy(self._model.words(ids.reshape(-1))).view(*ids.shape, -1)
        x = functional.layer_norm(
            words + self._positions[:longest], self._positions.shape[1:], *self._norm, self._epsilon
        ).to(self._precision)
        beyond = torch.zeros(there.shape).masked_fill(~there, _FAR)[:, None, None, :].to(self._precision)
        for layer in range(self._layers):
            x = self._through(f"l{layer}", x, None if bool(there.all()) else beyond, weights)
        return x.float()

    def _through(self, at: str, x: Any, beyond: Any, weights: Tensors) -> Any:
        seen = self._attention(_linear(x, weights, f"{at}.qkv"), beyond)
        x = self._normed(x + _linear(seen, weights, f"{at}.ao"), weights, f"{at}.aln")
        # The exact unit; its tanh approximation, which numpy computes, differs by less than these weights' precision.
        risen = functional.gelu(_linear(x, weights, f"{at}.fi"))
        return self._normed(x + _linear(risen, weights, f"{at}.fo"), weights, f"{at}.oln")

    def _attention(self, qkv: Any, beyond: Any) -> Any:
        count, length, width = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
        q, k, v = qkv.view(count, length, 3, self._heads, width // self._heads).permute(2, 0, 3, 1, 4)
        alike = (q * (self._heads / width) ** 0.5) @ k.transpose(-1, -2)
        if beyond is not None:
            alike = alike + beyond
        return (torch.softmax(alike, -1) @ v).transpose(1, 2).reshape(count, length, width)

    def _normed(self, x: Any, weights: Tensors, at: str) -> Any:
        return functional.layer_norm(x, x.shape[-1:], weights[f"{at}.w"], weights[f"{at}.b"], self._epsilon)


def _linear(x: Any, weights: Tensors, at: str) -> Any:
    return functional.linear(x, weights[f"{at}.w"], weights[f"{at}.b"])
