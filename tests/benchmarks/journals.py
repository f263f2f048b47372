"""Journal events a second, against a file that is written and synced with nothing else done."""

import os
import time
from pathlib import Path

from app.clock import SystemClock
from app.evidence.durable import open_append, sync_data, write_all
from app.evidence.journal import Journal
from app.evidence.note import Signer
from tests.benchmarks.row import Row

BATCH = 100
_FIELDS = {"interview": "a" * 16, "call": "b" * 16, "question": "q01", "commit": "c" * 64, "at": 123_456}


def measure(folder: Path, events: int) -> list[Row]:
    """Single durable events in turns with the bare disk (it is as busy for one as for the other), then batches of 100."""
    signer = Signer("bench", bytes(32))
    origin = "fangxin/bench/00000000/1"
    with Journal.open(folder / "journal", origin, signer, SystemClock(), rehearsal=True) as journal:
        descriptor = open_append(folder / "bare")
        line = journal.append("answer.commit", **_FIELDS).line + b"\n"
        ours = bare = 0.0
        for _ in range(events):
            began = time.perf_counter()
            journal.append("answer.commit", **_FIELDS)
            between = time.perf_counter()
            write_all(descriptor, line)
            sync_data(descriptor)
            ours, bare = ours + between - began, bare + time.perf_counter() - between
        os.close(descriptor)
        batches = max(2, events // 20)
        began = time.perf_counter()
        for _ in range(batches):
            with journal.group():
                for _ in range(BATCH):
                    journal.append("answer.commit", **_FIELDS)
        batched = batches * BATCH / (time.perf_counter() - began)
        began = time.perf_counter()
        journal.checkpoint()
        note = time.perf_counter() - began
        size = journal.size
    against = f"{bare / ours:.2f} × bare write+fdatasync of the same bytes ({events / bare:,.0f} a second)"
    return [
        Row("journal events a second, durable one by one", f"{events / ours:,.0f}", against),
        Row(f"journal events a second, {BATCH} a sync", f"{batched:,.0f}"),
        Row("signed checkpoint", f"{note * 1000:.1f} ms", f"over {size:,} lines"),
    ]
