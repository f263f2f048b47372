"""What calls cost: processor time and bytes for each recorded minute, and how fast what they leave is verified."""

import shutil
import subprocess
import time
from pathlib import Path

from app.clock import VirtualClock
from app.evidence.journal import read
from app.evidence.verify import verify
from app.interview.screen import Page
from app.interviewer import Interviewer
from hardware.base import RATE
from hardware.rehearsal import Rehearsal
from tests.benchmarks.row import Row
from tests.desk_room import NOON, Room, centre

STEP = 50
"""ms between two looks at the line: what the contract asks for (at least every 50 ms)."""
_RAW = 2 * RATE * 60
"""Bytes of a minute of two channels of A-law without header or seal."""


def measure(folder: Path, seed: str, calls: int) -> list[Row]:
    """Work through some calls with the real desk and look at what they cost and left."""
    room = Room(folder / "desk", seed=seed, size=400).open()
    cpu = _work(room, calls)
    room.desk.sign_out()
    entries = [entry.data for entry in read(room.ledger.journal.path)]
    recorded = sum(entry["samples"] for entry in entries if entry["type"] == "rec.close") / RATE
    talked = sum(entry["type"] == "interview.close" for entry in entries)
    room.close()
    line = _line_alone(room, seed, recorded)
    sizes = {
        "recordings": _bytes(room.folder / "recordings"),
        "sealed interviews and contacts": _bytes(room.folder / "objects"),
        "journal": room.ledger.journal.path.stat().st_size,
    }
    minutes = recorded / 60
    rows = [
        Row(
            "calls measured",
            f"{calls} calls, {talked} talks",
            f"{minutes:.1f} recorded minutes, a look every {STEP} ms",
        ),
        Row(
            "CPU per recorded hour",
            f"{cpu * 3600 / recorded:.1f} s",
            f"of which {line * 3600 / recorded:.1f} s is the rehearsal line making its sound; "
            f"{cpu / recorded:.2%} of one core in real time",
        ),
        Row(
            "bytes per recorded minute",
            f"{sum(sizes.values()) / minutes:,.0f}",
            f"{sum(sizes.values()) / minutes / _RAW:.3f} × bare A-law (2 channels, {_RAW:,} bytes)",
        ),
    ]
    rows += [Row(f"  {name}", f"{size / minutes:,.0f}", "bytes a minute") for name, size in sizes.items()]
    return [*rows, _verified(room.folder)]


def _work(room: Room, calls: int) -> float:
    """Processor seconds of so many calls, looked at as often as in real time."""
    began = time.process_time()
    person = Interviewer(room.desk, "小李")
    while room.desk.screen.counts.dials < calls or room.desk.screen.page is not Page.READY:
        if not person.step():
            room.pass_time(STEP, step=STEP)
    return time.process_time() - began


def _line_alone(room: Room, seed: str, seconds: float) -> float:
    """Processor seconds that the rehearsal line's own sound costs: it is made at run time, a real line brings it along."""
    clock = VirtualClock(NOON)
    line = Rehearsal(room.residents, clock, seed)
    line.sound.start("0" * 16)
    line.line.dial("nobody", "0" * 16)
    began = time.process_time()
    for _ in range(round(seconds * 1000 / STEP)):
        clock.advance(STEP)
        line.line.poll()
        line.sound.poll()
    return time.process_time() - began


def _verified(folder: Path) -> Row:
    size = _bytes(folder)
    began = time.perf_counter()
    verdict = verify(folder, identities=list(centre().identities.values()))
    ours = time.perf_counter() - began  # the files were just written: both read them from the system's cache
    what = "verify with identities (hash, open, recompute)"
    if not verdict.ok:
        return Row(what, "not measured", "the verdict is not good")
    peer = "not measured: no sha256sum here"
    if shutil.which("sha256sum"):
        files = [str(path) for path in folder.rglob("*") if path.is_file()]
        began = time.perf_counter()
        subprocess.run(["sha256sum", *files], stdout=subprocess.DEVNULL, check=True)
        theirs = time.perf_counter() - began
        peer = f"{ours / theirs:.1f} × the time of sha256sum over the same files ({size / theirs / 1e6:.0f} MB/s)"
    return Row(what, f"{size / ours / 1e6:.0f} MB/s", peer)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
