"""The Merkle tree of RFC 6962 (section 2.1): a list of leaves, one root, and short proofs about both. Hashes have 32
bytes: SHA-256, unless a study's suite has another.

Sizes count leaves, indices begin at 0. A proof is a sequence of hashes, nearest to the leaf first, as in RFC 9162 section 2.1.3.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from app.canonical import digest as sha256
from app.errors import EvidenceError

Digest = Callable[[bytes], bytes]
EMPTY = sha256(b"")
"""Root of the tree without leaves, by SHA-256."""


def leaf_hash(data: bytes, digest: Digest = sha256) -> bytes:
    """Hash of a leaf."""
    # Leaves and nodes begin with different bytes: else two hashes, put together, could be passed off as a leaf.
    return digest(b"\x00" + data)


def node_hash(left: bytes, right: bytes, digest: Digest = sha256) -> bytes:
    """Hash of an inner node."""
    return digest(b"\x01" + left + right)


def root(leaves: Iterable[bytes], digest: Digest = sha256) -> bytes:
    """Root over leaf data."""
    tree = Frontier(digest=digest)
    for leaf in leaves:
        tree.append(leaf_hash(leaf, digest))
    return tree.root()


@dataclass
class Frontier:
    """The root of a growing tree in O(log n) memory: only the roots of its complete subtrees (peaks), largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)
    digest: Digest = sha256

    def append(self, leaf: bytes) -> list[bytes]:
        """Add a leaf by its hash. Returns the nodes that are complete now: the leaf, its parent, …, each above the one before."""
        node, size, made = leaf, self.size, [leaf]
        while size & 1:
            node = node_hash(self.peaks.pop(), node, self.digest)
            made.append(node)
            size >>= 1
        self.peaks.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        """Root over all leaves so far."""
        if not self.peaks:
            return self.digest(b"")
        *rest, node = self.peaks
        for peak in reversed(rest):
            node = node_hash(peak, node, self.digest)
        return node


class Nodes(ABC):
    """Roots and proofs of a tree whose nodes lie somewhere: in memory (Tree) or in a file (treefile.FileTree). O(log² n) look-ups each."""

    def __init__(self, digest: Digest = sha256) -> None:
        self.digest = digest

    @abstractmethod
    def __len__(self) -> int:
        """Leaves."""

    @abstractmethod
    def node(self, level: int, place: int) -> bytes:
        """Root of the complete subtree of 2^level leaves that begins at leaf place · 2^level."""

    def root(self, size: int | None = None) -> bytes:
        """Root of the first size leaves (all by default). Raises ValueError when there are fewer."""
        end = self._bounded(len(self) if size is None else size)
        return self._range(0, end) if end else self.digest(b"")

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Proof that the leaf at index is in the tree of the first size leaves. Raises ValueError when it is not."""
        end = self._bounded(len(self) if size is None else size)
        if not 0 <= index < end:
            raise ValueError("no such leaf")
        start, proof = 0, []
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Proof that the tree of the first old leaves is the beginning of that of the first size leaves.

        Raises ValueError unless 0 < old ≤ size.
        """
        end = self._bounded(len(self) if size is None else size)
        if not 0 < old <= end:
            raise ValueError("no such smaller tree")
        start, proof, whole = (
            0,
            [],
            True,
        )  # whole: the old tree is exactly the part we look at, so its root is known
        while old < end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._range(start, end))
        return proof[::-1]

    def _bounded(self, size: int) -> int:
        if not 0 <= size <= len(self):
            raise ValueError("the tree is smaller than that")
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Root of a subtree as RFC 6962 cuts them: start is a multiple of a power of two that is at least end - start."""
        count = end - start
        if count & (count - 1) == 0:
            level = count.bit_length() - 1
            return self.node(level, start >> level)
        middle = start + _split(count)
        return node_hash(self._range(start, middle), self._range(middle, end), self.digest)


class Tree(Nodes):
    """A growing tree in memory: about 70 bytes a leaf. Appending is O(1) on average."""

    def __init__(self, digest: Digest = sha256) -> None:
        super().__init__(digest)
        self._levels: list[list[bytes]] = [[]]  # level k has the roots of all complete subtrees of 2^k leaves

    def __len__(self) -> int:
        return len(self._levels[0])

    def node(self, level: int, place: int) -> bytes:
        """See Nodes."""
        return self._levels[level][place]

    def append(self, leaf: bytes) -> None:
        """Add a leaf by its hash."""
        level = self._levels[0]
        level.append(leaf)
        depth = 0
        while len(level) % 2 == 0:
            node = node_hash(level[-2], level[-1], self.digest)
            depth += 1
            if depth == len(self._levels):
                self._levels.append([])
            level = self._levels[depth]
            level.append(node)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf (its hash) stands at index in the tree of this size and root. Raises EvidenceError. RFC 9162 §2.1.3.2."""
    if not 0 <= index < size:
        raise EvidenceError("The inclusion proof is for a place outside the tree")
    computed = leaf
    for from_left, sibling in _climb(index, size - 1, proof):
        computed = node_hash(sibling, computed) if from_left else node_hash(computed, sibling)
    if computed != root:
        raise EvidenceError("The inclusion proof does not hold")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree (old, old_root) is the beginning of (new, new_root). Raises EvidenceError. RFC 9162 §2.1.4.2.

    An empty old tree is refused: nothing can be proved about it.
    """
    if not 0 < old <= new:
        raise EvidenceError("The consistency proof is for sizes that cannot be")
    if old == new:
        if proof or old_root != new_root:
            raise EvidenceError("Two trees of one size differ")
        return
    complete = (
        old & (old - 1) == 0
    )  # then the old root is itself a node of the new tree, and left out of the proof
    hashes = [old_root, *proof] if complete else list(proof)
    if not hashes:
        raise EvidenceError("The consistency proof is too short")
    skip = (old & -old).bit_length() - 1  # the zeros at its end
    first = second = hashes[0]
    for from_left, sibling in _climb(old - 1 >> skip, new - 1 >> skip, hashes[1:]):
        if from_left:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
        else:
            second = node_hash(second, sibling)
    if first != old_root or second != new_root:
        raise EvidenceError(
            "The consistency proof does not hold: the old tree is not the beginning of the new one"
        )


def _climb(place: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bool, bytes]]:
    """The proof's hashes on the way up from a node to the root, each with whether it stands on the left.

    place and last: where the node and the rightmost one of its level stand.
    """
    for sibling in proof:
        if last == 0:
            raise EvidenceError("The proof is too long")
        from_left = place == last or place & 1 == 1
        yield from_left, sibling
        while from_left and place and not place & 1:  # a right edge without a partner moves up unhashed
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    if last != 0:
        raise EvidenceError("The proof is too short")


def _split(count: int) -> int:
    """The largest power of two below count."""
    return 1 << (count - 1).bit_length() - 1
