"""The tree: same roots and proofs as the definition in RFC 6962, and no false proof is taken."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import digest
from app.errors import EvidenceError
from app.evidence import merkle
from app.evidence.merkle import EMPTY, Tree, leaf_hash, root, verify_consistency, verify_inclusion

FOLDER = Path(__file__).parent.parent / "vectors" / "merkle"
LEAVES = [f"line {n}".encode() for n in range(70)]


def tree_of(leaves: list[bytes]) -> Tree:
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    return tree


TREE = tree_of(LEAVES)


def split(count: int) -> int:
    power = 1
    while power * 2 < count:
        power *= 2
    return power


def defined_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\x00" + leaves[0])
    k = split(len(leaves))
    return digest(b"\x01" + defined_root(leaves[:k]) + defined_root(leaves[k:]))


def defined_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*defined_path(m, leaves[:k]), defined_root(leaves[k:])]
    return [*defined_path(m - k, leaves[k:]), defined_root(leaves[:k])]


def defined_proof(m: int, leaves: list[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 §2.1.2."""
    if m == len(leaves):
        return [] if known else [defined_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*defined_proof(m, leaves[:k], known=known), defined_root(leaves[k:])]
    return [*defined_proof(m - k, leaves[k:], known=False), defined_root(leaves[:k])]


def vectors(kind: str) -> list[Path]:
    return sorted((FOLDER / kind).glob("*/*.json"))


def hashes(values: list[str] | None) -> list[bytes]:
    return [base64.b64decode(value) for value in values or []]


def expect(holds: bool, check: Callable[[], None]) -> None:
    if holds:
        check()
        return
    with pytest.raises(EvidenceError):
        check()


@pytest.mark.parametrize("path", vectors("inclusion"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_inclusion_vector(path: Path) -> None:
    case = json.loads(path.read_text())
    leaf, tree_root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"] or "")
    proof = hashes(case["proof"])
    expect(
        not case["wantErr"],
        lambda: verify_inclusion(leaf, case["leafIdx"], case["treeSize"], proof, tree_root),
    )


@pytest.mark.parametrize("path", vectors("consistency"), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_consistency_vector(path: Path) -> None:
    case = json.loads(path.read_text())
    old, new = (base64.b64decode(case[name] or "") for name in ("root1", "root2"))
    proof = hashes(case["proof"])
    expect(not case["wantErr"], lambda: verify_consistency(case["size1"], case["size2"], old, new, proof))


def test_all_vectors_are_there() -> None:
    assert len(vectors("inclusion")) + len(vectors("consistency")) == 92


@pytest.mark.parametrize("size", range(71))
def test_roots_are_as_defined(size: int) -> None:
    assert root(LEAVES[:size]) == TREE.root(size) == defined_root(LEAVES[:size])


@pytest.mark.parametrize("size", [*range(1, 34), 63, 64, 65])
def test_every_proof_is_as_defined_and_holds(size: int) -> None:
    leaves, tree_root = LEAVES[:size], TREE.root(size)
    for place in range(size):
        proof = TREE.inclusion(place, size)
        assert proof == defined_path(place, leaves)
        verify_inclusion(leaf_hash(leaves[place]), place, size, proof, tree_root)
    for old in range(1, size + 1):
        proof = TREE.consistency(old, size)
        assert proof == defined_proof(old, leaves)
        verify_consistency(old, size, TREE.root(old), tree_root, proof)


@given(st.integers(1, 70), st.data())
def test_no_other_leaf_place_or_hash_is_taken(size: int, draw: st.DataObject) -> None:
    place = draw.draw(st.integers(0, size - 1))
    proof, tree_root = TREE.inclusion(place, size), TREE.root(size)
    with pytest.raises(EvidenceError):
        verify_inclusion(leaf_hash(b"another"), place, size, proof, tree_root)
    other = draw.draw(st.integers(0, 70).filter(lambda n: n != place))
    with pytest.raises(EvidenceError):
        verify_inclusion(leaf_hash(LEAVES[place]), other, size, proof, tree_root)
    for at in range(len(proof)):
        bent = [*proof[:at], digest(proof[at]), *proof[at + 1 :]]
        with pytest.raises(EvidenceError):
            verify_inclusion(leaf_hash(LEAVES[place]), place, size, bent, tree_root)


@given(st.integers(2, 70), st.data())
def test_a_tree_whose_past_was_changed_is_not_taken(size: int, draw: st.DataObject) -> None:
    old = draw.draw(st.integers(1, size))
    changed = draw.draw(st.integers(0, old - 1))
    forged = tree_of([*LEAVES[:changed], b"forged", *LEAVES[changed + 1 : size]])
    with pytest.raises(EvidenceError):
        verify_consistency(old, size, TREE.root(old), forged.root(), forged.consistency(old))
    with pytest.raises(EvidenceError):
        verify_consistency(old, size, TREE.root(old), forged.root(), TREE.consistency(old, size))


def test_an_empty_past_proves_nothing() -> None:
    with pytest.raises(EvidenceError):
        verify_consistency(0, 5, EMPTY, TREE.root(5), [])
    with pytest.raises(EvidenceError):
        verify_consistency(6, 5, TREE.root(6), TREE.root(5), [])
    with pytest.raises(EvidenceError):
        verify_inclusion(leaf_hash(LEAVES[0]), 0, 0, [], EMPTY)


def test_what_is_not_in_the_tree_cannot_be_asked_for() -> None:
    for ask in (
        lambda: TREE.inclusion(70),
        lambda: TREE.inclusion(-1),
        lambda: TREE.consistency(0),
        lambda: TREE.consistency(71),
        lambda: TREE.root(71),
    ):
        with pytest.raises(ValueError, match=r"tree|leaf"):
            ask()


def check_inner_node_is_no_leaf() -> None:
    """Two leaves' hashes, put together, must not pass as one leaf of a smaller tree."""
    inner = TREE.root(2)
    assert inner != leaf_hash(leaf_hash(LEAVES[0]) + leaf_hash(LEAVES[1]))


def test_an_inner_node_is_no_leaf() -> None:
    check_inner_node_is_no_leaf()


def test_saboteur_without_prefixes_an_inner_node_passes_as_leaf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "leaf_hash", digest)
    monkeypatch.setattr(merkle, "node_hash", lambda left, right, _: digest(left + right))
    monkeypatch.setitem(globals(), "TREE", tree_of(LEAVES[:2]))
    with pytest.raises(AssertionError):
        check_inner_node_is_no_leaf()


def test_a_tree_needs_no_proof_that_it_is_its_own_beginning_and_none_is_taken() -> None:
    same = TREE.root(5)
    verify_consistency(5, 5, same, same, [])
    with pytest.raises(EvidenceError, match="of one size differ"):
        verify_consistency(5, 5, same, same, [same])
