"""The tree in a file says what the tree in memory says, whatever a crash leaves at its end."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.evidence import treefile
from app.evidence.merkle import EMPTY, Tree, leaf_hash
from app.evidence.treefile import FileTree

LEAVES = [leaf_hash(f"line {n}".encode()) for n in range(130)]


def in_memory(size: int) -> Tree:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    return tree


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 100])
def test_it_says_what_the_tree_in_memory_says(tmp_path: Path, size: int) -> None:
    memory = in_memory(size)
    with FileTree(tmp_path / "tree") as tree:
        tree.extend(LEAVES[:size])
        assert len(tree) == size
        assert [tree.root(n) for n in range(size + 1)] == [memory.root(n) for n in range(size + 1)]
        for place in range(size):
            assert tree.inclusion(place) == memory.inclusion(place)
            assert tree.consistency(place + 1) == memory.consistency(place + 1)
    with FileTree(tmp_path / "tree") as again:
        assert (len(again), again.root()) == (size, memory.root())


def test_an_empty_tree_has_the_root_of_nothing_and_proves_nothing(tmp_path: Path) -> None:
    with FileTree(tmp_path / "tree") as tree:
        assert tree.root() == EMPTY
        for ask in (lambda: tree.consistency(0), lambda: tree.inclusion(0), lambda: tree.root(1)):
            with pytest.raises(ValueError, match=r"tree|leaf"):
                ask()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(cut=st.integers(0, 130 * 64), more=st.integers(0, 20))
def test_cut_anywhere_it_keeps_whole_leaves_and_goes_on(tmp_path: Path, cut: int, more: int) -> None:
    path = tmp_path / "tree"
    path.unlink(missing_ok=True)
    with FileTree(path) as tree:
        tree.extend(LEAVES[:110])
    path.write_bytes(path.read_bytes()[:cut])
    with FileTree(path) as tree:
        kept = len(tree)
        assert tree.root() == in_memory(kept).root()
        assert kept == 110 or path.stat().st_size <= cut
        tree.extend(LEAVES[kept : kept + more])
        assert tree.root() == in_memory(min(130, kept + more)).root()


def test_thrown_away_it_is_built_again(tmp_path: Path) -> None:
    with FileTree(tmp_path / "tree") as tree:
        tree.extend(LEAVES[:9])
        tree.clear()
        tree.extend(LEAVES[:5])
        assert tree.root() == in_memory(5).root()


def test_a_false_node_far_below_the_root_is_found_and_the_file_built_again(tmp_path: Path) -> None:
    leaves = [leaf_hash(bytes([n])) for n in range(13)]
    path = tmp_path / "tree"
    with FileTree(path) as tree:
        tree.extend(leaves)
    whole = path.read_bytes()
    path.write_bytes(whole[:70] + bytes([whole[70] ^ 1]) + whole[71:])
    with FileTree(path) as tree:
        tree.settle(leaves)
        tree.settle(leaves)
    assert path.read_bytes() == whole


@pytest.mark.parametrize(("held", "wanted"), [(0, 9), (9, 0), (9, 9), (9, 13), (13, 9), (64, 63), (1, 2)])
def test_whatever_it_held_it_is_the_tree_of_the_leaves_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int, wanted: int
) -> None:
    monkeypatch.setattr(treefile, "_AT_ONCE", 4)
    with FileTree(tmp_path / "tree") as tree:
        tree.extend(LEAVES[:held])
        tree.settle(iter(LEAVES[:wanted]))
        assert (len(tree), tree.root()) == (wanted, in_memory(wanted).root())
        tree.extend(LEAVES[wanted : wanted + 3])
    with FileTree(tmp_path / "tree") as again:
        assert again.root() == in_memory(wanted + 3).root()
