"""A Merkle tree in one file that only grows: a million leaves take 64 MB, are open in a moment, and prove in well under a millisecond.

Nodes stand in the order in which they become complete (post-order), 32 bytes each: leaf i at place 2i − (ones in i), and above it,
one after the other, the nodes that it completed. So appending never rewrites, and a torn end is cut off by arithmetic alone.

The file is a cache of what it was built from: when it is lost, or does not come to a root that was signed, build it again.
"""

import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Self

from app.evidence.durable import open_append, storage_errors, sync_data, write_all
from app.evidence.merkle import Frontier, Nodes

_HASH = 32
_AT_ONCE = 4096
"""Leaves whose nodes are written together: a history of millions is not to lie in memory."""


class FileTree(Nodes):
    """The tree in a file. One process at a time; raises StorageError when the disk refuses."""

    def __init__(self, path: Path) -> None:
        """Open or begin it. What a crash left half-written at the end is cut off."""
        super().__init__()
        self.path = path
        with storage_errors(path):
            self._descriptor = open_append(path)
            self._reader = path.open("rb", buffering=0)
        try:
            self._look()
        except BaseException:
            self.close()
            raise

    def _look(self) -> None:
        with storage_errors(self.path):
            nodes = os.fstat(self._descriptor).st_size // _HASH
            self._frontier = Frontier(_leaves_in(nodes))
            os.ftruncate(self._descriptor, _place(0, len(self)) * _HASH)
            self._frontier.peaks = self._peaks()

    def __len__(self) -> int:
        return self._frontier.size

    def node(self, level: int, place: int) -> bytes:
        """See Nodes."""
        with storage_errors(self.path):
            self._reader.seek(_place(level, place) * _HASH)
            return self._reader.read(_HASH)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaves by their hashes, however many; durable on return. After a StorageError open the file again."""
        rest = iter(leaves)
        while made := [node for leaf in islice(rest, _AT_ONCE) for node in self._frontier.append(leaf)]:
            with storage_errors(self.path):
                write_all(self._descriptor, b"".join(made))
        with storage_errors(self.path):
            sync_data(self._descriptor)

    def clear(self) -> None:
        """Throw everything away, to build it again."""
        with storage_errors(self.path):
            os.ftruncate(self._descriptor, 0)
        self._frontier = Frontier()

    def settle(self, leaves: Iterable[bytes]) -> None:
        """Make it the tree of these leaves (their hashes): compared node by node, the upper ones too, and built again from the first that
        differs. One that is intact must not hide a line that was changed, and a node that was changed would make true proofs false."""
        rest = iter(leaves)
        with storage_errors(self.path):
            self._reader.seek(0)
            reader = io.BufferedReader(self._reader)
            try:
                self._frontier, differing = _as_far_as_it_holds(reader, rest)
            finally:
                reader.detach()
            os.ftruncate(self._descriptor, _place(0, len(self)) * _HASH)
        self.extend(chain(differing, rest))

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._reader.close()
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _peaks(self) -> list[bytes]:
        found, start = [], 0
        for level in reversed(range(len(self).bit_length())):
            if len(self) >> level & 1:
                found.append(self.node(level, start >> level))
                start += 1 << level
        return found


def _as_far_as_it_holds(reader: BinaryIO, leaves: Iterator[bytes]) -> tuple[Frontier, list[bytes]]:
    """The tree of the leaves whose nodes the file has, and the first leaf of which it has not all."""
    frontier = Frontier()
    for leaf in leaves:
        peaks = frontier.peaks.copy()
        made = b"".join(frontier.append(leaf))
        if reader.read(len(made)) != made:
            return Frontier(frontier.size - 1, peaks), [leaf]
    return frontier, []


def _place(level: int, place: int) -> int:
    """Where a node stands: behind all that was complete before its last leaf, that leaf, and the nodes below it."""
    last = ((place + 1) << level) - 1
    return 2 * last - last.bit_count() + level


def _leaves_in(nodes: int) -> int:
    """The most leaves whose nodes all fit: n leaves have 2n − (ones in n) of them."""
    leaves = nodes // 2
    while 2 * (leaves + 1) - (leaves + 1).bit_count() <= nodes:
        leaves += 1
    return leaves
