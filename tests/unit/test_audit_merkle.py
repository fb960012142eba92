"""Trees, roots and proofs, against the vectors that come with RFC 6962's reference implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.audit.merkle import (
    EMPTY,
    Frontier,
    Tree,
    consistency_proof,
    includes,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    node_hash,
    root_of,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
leaves = st.lists(st.binary(max_size=4), min_size=1, max_size=40)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_vectors(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


def test_inclusion_proof_of_the_vectors() -> None:
    assert [step.hex() for step in inclusion_proof(5, LEAVES)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_consistency_proof_of_the_vectors() -> None:
    assert [step.hex() for step in consistency_proof(6, LEAVES)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_leaf_is_never_taken_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@given(leaves, st.integers(min_value=0, max_value=40))
def test_a_tree_can_be_continued_from_any_point(found: list[bytes], cut: int) -> None:
    assert Frontier().plus(found[:cut]).plus(found[cut:]) == Frontier().plus(found)


@given(leaves)
def test_a_tree_kept_whole_gives_the_same_proofs(found: list[bytes]) -> None:
    tree = Tree(found)
    assert tree.root == root_of(found)
    assert [tree.proof(index) for index in range(len(found))] == [
        inclusion_proof(index, found) for index in range(len(found))
    ]


@given(leaves, st.data())
def test_every_leaf_is_proved_and_no_other(found: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(found) - 1))
    proof, root = inclusion_proof(index, found), root_of(found)
    assert includes(root, len(found), index, found[index], proof)
    assert not includes(root, len(found), index, found[index] + b"x", proof)
    assert not includes(root, len(found), index, found[index], [*proof, EMPTY])
    assert not includes(root, len(found), len(found), found[index], proof)
    for place in range(len(proof)):
        spoiled = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert not includes(root, len(found), index, found[index], spoiled)


@given(leaves, st.data())
def test_every_beginning_is_proved_and_no_other(found: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(found)))
    root, early, proof = root_of(found), root_of(found[:size]), consistency_proof(size, found)
    assert is_consistent(early, size, root, len(found), proof)
    assert not is_consistent(bytes(32), size, root, len(found), proof)
    assert not is_consistent(early, size, bytes(32), len(found), proof)
    for place in range(len(proof)):
        assert not is_consistent(early, size, root, len(found), [*proof[:place], bytes(32), *proof[place + 1 :]])


def test_a_tree_of_nothing_begins_every_tree() -> None:
    assert is_consistent(EMPTY, 0, root_of(LEAVES), 8, [])
    assert not is_consistent(bytes(32), 0, root_of(LEAVES), 8, [])


def test_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(IndexError):
        inclusion_proof(8, LEAVES)
    with pytest.raises(IndexError):
        consistency_proof(0, LEAVES)
    with pytest.raises(IndexError):
        consistency_proof(9, LEAVES)
