"""A Merkle tree of a million leaves: appending in batches, proving, opening again. The bar: 100,000 a second, 1 ms, 50 ms."""

import hashlib
import time
from pathlib import Path

from app.evidence.merkle import leaf_hash, verify_consistency, verify_inclusion
from app.evidence.treefile import FileTree
from tests.benchmarks.row import Row, percentile

BATCH = 1000
_LINE = b'{"boot":"0123456789abcdef","mono":%d,"type":"answer.commit","wall":1700000000000}'


def measure(folder: Path, leaves: int) -> list[Row]:
    """Leaves are hashed, put into the file and synced, a thousand a batch; the peer hashes the same lines once and does nothing else."""
    path, bare = folder / "tree", 0.0
    with FileTree(path) as tree:
        began = time.perf_counter()
        for start in range(0, leaves, BATCH):
            tree.extend([leaf_hash(_LINE % n) for n in range(start, start + BATCH)])
        took = time.perf_counter() - began
    began = time.perf_counter()
    for n in range(leaves):
        hashlib.sha256(_LINE % n).digest()
    bare = time.perf_counter() - began
    began = time.perf_counter()
    with FileTree(path) as tree:
        root = tree.root()
        reopened = time.perf_counter() - began
        proving = []
        for n in range(1, leaves, max(1, leaves // 2000)):
            began = time.perf_counter()
            found = tree.inclusion(n - 1), tree.consistency(n)
            proving.append((time.perf_counter() - began) / 2 * 1000)
            verify_inclusion(leaf_hash(_LINE % (n - 1)), n - 1, leaves, found[0], root)
            verify_consistency(n, leaves, tree.root(n), root, found[1])
    p50, p99 = percentile(proving, 0.5), percentile(proving, 0.99)
    return [
        Row(
            f"Merkle leaves a second, {BATCH} a sync",
            f"{leaves / took:,.0f}",
            f"over {leaves:,}; {took / bare:.1f} × SHA-256 of the lines alone",
        ),
        Row(
            "  a proof at that size",
            f"p50 {p50:.2f} ms, p99 {p99:.2f} ms",
            "inclusion or consistency, all verified",
        ),
        Row(
            "  opened again", f"{reopened * 1000:.1f} ms", f"{path.stat().st_size / leaves:.0f} bytes a leaf"
        ),
    ]
