"""RFC 6962 trees: the roots of the reference implementation's own example, and every proof of every small tree."""

from __future__ import annotations

import hashlib

import pytest

from triage.custody import merkle

# Inputs and roots of the example tree of Certificate Transparency's reference code (merkle_tree_test).
INPUTS = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [merkle.leaf_hash(b"%d" % n) for n in range(40)]


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_of_the_reference_example(size: int) -> None:
    assert merkle.root([merkle.leaf_hash(data) for data in INPUTS[:size]]).hex() == ROOTS[size - 1]


def test_roots_follow_the_definition() -> None:
    for size in range(len(LEAVES) + 1):
        assert merkle.root(LEAVES[:size]) == by_definition(LEAVES[:size])


def test_every_inclusion_proof_holds_and_no_other_does() -> None:
    for size in range(1, 34):
        head = merkle.root(LEAVES[:size])
        for index in range(size):
            proof = merkle.inclusion_proof(index, LEAVES[:size])
            assert merkle.check_inclusion(LEAVES[index], index, size, proof, head)
            assert not merkle.check_inclusion(LEAVES[index], index ^ 1, size, proof, head) or size == 1
            assert not merkle.check_inclusion(LEAVES[39], index, size, proof, head)
            assert not merkle.check_inclusion(LEAVES[index], index, size, [*proof, head], head)
            assert not proof or not merkle.check_inclusion(LEAVES[index], index, size, proof[:-1], head)
    assert not merkle.check_inclusion(LEAVES[0], 5, 5, [], LEAVES[0])


def test_every_consistency_proof_holds_and_no_other_does() -> None:
    for second in range(1, 34):
        new = merkle.root(LEAVES[:second])
        for first in range(1, second + 1):
            old = merkle.root(LEAVES[:first])
            proof = merkle.consistency_proof(first, LEAVES[:second])
            assert merkle.check_consistency(first, second, old, new, proof)
            assert not merkle.check_consistency(first, second, LEAVES[39], new, proof)
            assert not merkle.check_consistency(first, second, old, LEAVES[39], proof)
            assert not merkle.check_consistency(first, second, old, new, [*proof, old])
    assert not merkle.check_consistency(0, 3, LEAVES[0], LEAVES[0], [])
    assert not merkle.check_consistency(2, 3, LEAVES[0], LEAVES[0], [])


def test_there_is_no_proof_outside_the_tree() -> None:
    with pytest.raises(ValueError):
        merkle.inclusion_proof(3, LEAVES[:3])
    with pytest.raises(ValueError):
        merkle.consistency_proof(4, LEAVES[:3])
