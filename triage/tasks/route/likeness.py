"""Like tickets: the vector of a text, as it is kept in a routing book, and its nearest neighbours there."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from triage.domain import PastTicket, RoutingBook
from triage.models.embedding import MailReader, Pieces
from triage.verify.sentences import sentences

Floats = NDArray[np.float32]

_MOST_PIECES = 24
_MOST_CHARACTERS = 300
NEAREST = 9
"""Tickets that are asked."""
LIKE = 0.3
"""Similarity from which a ticket counts as like: the cosine once the mean of all tickets is taken off."""


def pieces(subject: str, body: str) -> Pieces:
    """A ticket's text as it is read: subject and the first sentences."""
    told = [text[:_MOST_CHARACTERS] for text in sentences(body)[:_MOST_PIECES]]
    subjects = [subject.strip()[:_MOST_CHARACTERS]] if subject.strip() else []
    return Pieces((*subjects, *told) or ("-",), len(subjects))


def vectors(reader: MailReader, texts: Sequence[Pieces]) -> list[Floats]:
    """A unit vector for each text: the mean of its pieces'."""
    return [_unit(rows.mean(axis=0)) for rows in reader.read(texts)]


def packed(vector: Floats) -> str:
    """A unit vector as a routing book keeps it: one byte a number."""
    scale = float(np.abs(vector).max()) or 1.0
    return base64.b64encode(np.round(vector / scale * 127).astype(np.int8).tobytes()).decode("ascii")


@dataclass(frozen=True)
class Likeness:
    """The solved tickets of a book, to be asked which are like a text."""

    book: RoutingBook

    @cached_property
    def _rows(self) -> tuple[Floats, Floats]:
        raw = [np.frombuffer(base64.b64decode(one.vector), dtype=np.int8) for one in self.book.tickets]
        rows = np.stack([_unit(row.astype(np.float32)) for row in raw])
        middle = rows.mean(axis=0)
        return np.stack([_unit(row - middle) for row in rows]), middle

    def nearest(self, vector: Floats) -> list[tuple[PastTicket, float]]:
        """The most alike tickets with their similarity, the most alike first; only those that are like at all."""
        if not self.book.tickets:
            return []
        rows, middle = self._rows
        near = rows @ _unit(vector - middle)
        order = np.argsort(-near, kind="stable")[:NEAREST]
        return [(self.book.tickets[int(n)], float(near[n])) for n in order if near[n] >= LIKE]


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return (vector / length if length else vector).astype(np.float32)
