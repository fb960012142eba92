"""Merkle trees as RFC 6962 has them: roots, and proofs that a record or an earlier tree is part of a later one. Pure.

A leaf is the SHA-256 hash of a record (32 bytes); the tree hashes `00 | leaf` for a leaf and `01 | left | right` for a
node, so that neither can be taken for the other. The proofs are those of RFC 6962, sections 2.1.1 and 2.1.2, and are
checked as RFC 9162, sections 2.1.3.2 and 2.1.4.2, describe.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()
"""Root of the tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """What stands in the tree for a leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """What stands above two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that must be remembered of a tree in order to go on: its size, and the roots of its full subtrees.

    There is one subtree for each bit of the size, the largest first: a million leaves need at most twenty.
    """

    size: int = 0
    roots: tuple[bytes, ...] = ()

    def plus(self, leaves: Iterable[bytes]) -> Frontier:
        """The tree with these leaves behind its own."""
        size, roots = self.size, list(self.roots)
        for leaf in leaves:
            node, rest = leaf_hash(leaf), size
            while rest & 1:
                node = node_hash(roots.pop(), node)
                rest >>= 1
            roots.append(node)
            size += 1
        return Frontier(size, tuple(roots))

    @property
    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.roots:
            return EMPTY
        node = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            node = node_hash(left, node)
        return node


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaves, in order."""
    return Frontier().plus(leaves).root


class Tree:
    """A tree kept whole, for many inclusion proofs: each takes as many steps as the tree is high."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        level = [leaf_hash(leaf) for leaf in leaves]
        self._levels = [level]
        while len(level) > 1:
            pairs = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
            level = [*pairs, level[-1]] if len(level) & 1 else pairs
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return self._levels[-1][0] if self._levels[-1] else EMPTY

    def proof(self, index: int) -> list[bytes]:
        """The same as `inclusion_proof(index, leaves)`."""
        if not 0 <= index < len(self._levels[0]):
            raise IndexError(f"leaf {index} of {len(self._levels[0])}")
        steps = []
        for level in self._levels[:-1]:
            beside = index ^ 1
            if beside < len(level):
                steps.append(level[beside])
            index >>= 1
        return steps


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root. Raises `IndexError` where there is no such leaf."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} of {len(leaves)}")
    if len(leaves) == 1:
        return []
    cut = _split(len(leaves))
    if index < cut:
        return [*inclusion_proof(index, leaves[:cut]), root_of(leaves[cut:])]
    return [*inclusion_proof(index - cut, leaves[cut:]), root_of(leaves[:cut])]


def consistency_proof(size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes that show the tree of the first `size` leaves to be the beginning of the tree of all of them.

    Raises `IndexError` where `size` is not between 1 and the number of leaves.
    """
    if not 0 < size <= len(leaves):
        raise IndexError(f"a tree of {size} is no beginning of one of {len(leaves)}")
    return _subproof(size, leaves, whole=True)


def includes(root: bytes, size: int, index: int, leaf: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows this leaf to be number `index` (from 0) of the `size` under the root."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf_hash(leaf)
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(step, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(root: bytes, size: int, later_root: bytes, later_size: int, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows the later tree to begin with the earlier one. A tree of nothing begins every tree."""
    if size == later_size:
        return root == later_root and not proof
    if size == 0:
        return root == EMPTY and not proof
    if size > later_size or not proof:
        return False
    path = list(proof)
    if size & (size - 1) == 0:
        path.insert(0, root)
    place, last = size - 1, later_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    early = late = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            early, late = node_hash(step, early), node_hash(step, late)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            late = node_hash(late, step)
        place, last = place >> 1, last >> 1
    return last == 0 and early == root and late == later_root


def _subproof(size: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [root_of(leaves)]
    cut = _split(len(leaves))
    if size <= cut:
        return [*_subproof(size, leaves[:cut], whole=whole), root_of(leaves[cut:])]
    return [*_subproof(size - cut, leaves[cut:], whole=False), root_of(leaves[:cut])]


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1
