"""What the line worker's process costs and how quick it is, on the rehearsal line in real time, seen from the desk."""

import os
import resource
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from app.interview.screen import LineView, Page
from app.line.contract import Gap, Saved
from hardware.base import RATE, Answered, Dialing, Ended
from tests.benchmarks.row import Row, percentile
from tests.line.bench import CENTRE, Workplace
from tests.line.desk import real_room

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_LOOK = 0.001


def measure(folder: Path, calls: int, seconds: float) -> list[Row]:
    """So many short calls, one call of so many seconds under load, and so many cases with dialling by itself."""
    folder.mkdir(parents=True)
    place = Workplace(folder)
    try:
        return [*_quick(place, calls), *_long(place, seconds), *_cases(folder / "desk", calls)]
    finally:
        place.worker.close()


def _quick(place: Workplace, calls: int) -> list[Row]:
    first, idle = list[float](), list[float]()
    for number in range(calls):
        place.reports.clear()
        place.worker.open(f"{number:016x}", place.path(f"{number:016x}"), [CENTRE.recipient], 60)
        began = time.perf_counter()
        place.worker.dial("13800000000")
        _until(place, lambda: bool(place.heard(Dialing)))
        first.append(time.perf_counter() - began)
        _until(place, lambda: bool(place.heard(Answered)))
        began = time.perf_counter()
        place.worker.hang_up()
        _until(place, lambda: bool(place.heard(Ended)))
        idle.append(time.perf_counter() - began)
        _until(place, lambda: bool(place.of(Saved)))
    return [
        Row(
            "dial to first progress event, through the pipe", _times(first), f"{calls} calls; a look every ms"
        ),
        Row("hang-up to line idle, through the pipe", _times(idle), "5 s are promised"),
    ]


def _long(place: Workplace, seconds: float) -> list[Row]:
    call = "f" * 16
    place.reports.clear()
    place.worker.open(call, place.path(call), [CENTRE.recipient], 600)
    place.worker.dial("13800000000")
    _until(place, lambda: bool(place.heard(Answered)))
    before, began, samples, last, longest = _cpu(place.pid), time.perf_counter(), 0, time.perf_counter(), 0.0
    over = threading.Event()
    threads = [threading.Thread(target=_toil, args=(over,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    while (now := time.perf_counter()) - began < seconds:
        place.reports += place.worker.poll()
        if place.worker.samples != samples:
            samples, longest, last = place.worker.samples, max(longest, now - last), now
        time.sleep(0.01)
    over.set()
    for thread in threads:
        thread.join()
    cpu, wall = _cpu(place.pid) - before, time.perf_counter() - began
    place.worker.hang_up()
    _until(place, lambda: bool(place.of(Saved)))
    lost = sum(gap.samples for gap in place.of(Gap) if isinstance(gap, Gap))
    peer = _peer(place.folder, seconds)
    against = (
        f"{cpu / wall / (peer / seconds):.1f} × sox and age, which only encode and seal the same sound"
        if peer
        else ""
    )
    return [
        Row("CPU of the worker in a call", f"{cpu / wall:.2%} of one core", against),
        Row(
            "longest time without news of sound",
            f"{longest * 1000:.0f} ms",
            f"news every 100 ms; {wall:.0f} s, 4 busy Python threads in the desk; {lost} samples lost",
        ),
    ]


def _cases(folder: Path, cases: int) -> list[Row]:
    """Nobody answers; the outcome is confirmed as soon as the call has ended, and the next case is dialled by itself."""
    room = real_room(folder, auto_dial=True)
    times: list[float] = []
    try:
        room.desk.next_case()
        room.desk.dial()
        for _ in range(cases):
            room.until(lambda: room.desk.screen.line is LineView.RINGING)
            room.desk.hang_up()
            room.until(lambda: room.desk.screen.page is Page.OUTCOME)
            began = time.perf_counter()
            room.desk.choose_outcome("16")
            dialled = room.desk.screen.counts.dials
            room.until(partial(_dialling, room, dialled))
            times.append(time.perf_counter() - began)
        room.desk.pause()
        room.desk.hang_up()
        room.until(lambda: room.desk.screen.page is Page.OUTCOME)
        room.desk.choose_outcome("16")
    finally:
        room.close()
    what = "recording closed, outcome sealed and signed, next case drawn, its recording opened, dialled"
    return [Row("end of call to next dial, dialling by itself", _times(times), f"{cases} cases: {what}")]


def _dialling(room: object, dials: int) -> bool:
    screen = room.desk.screen  # type: ignore[attr-defined]
    return screen.counts.dials == dials and screen.line in (LineView.DIALING, LineView.RINGING)


def _until(place: Workplace, true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        if time.monotonic() > until:
            raise RuntimeError("the worker does not answer")
        place.reports += place.worker.poll()
        time.sleep(_LOOK)


def _toil(over: threading.Event) -> None:
    while not over.is_set():
        sum(range(1000))


def _cpu(pid: int) -> float:
    """Processor seconds of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _peer(folder: Path, seconds: float) -> float:
    """Processor seconds of stock tools for the same sound: sox to A-law, age to one recipient. 0 without them."""
    if not (shutil.which("sox") and shutil.which("age")):
        return 0.0
    raw = folder / "peer.raw"
    raw.write_bytes(os.urandom(int(seconds * RATE) * 4))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = f"sox -t raw -r {RATE} -e signed -b 16 -c 2 {raw} -t wav -e a-law - | age -r {CENTRE.recipient} -o {folder}/peer.age"
    subprocess.run(["sh", "-c", command], check=True, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _times(values: list[float]) -> str:
    p50, p99 = (percentile(values, share) * 1000 for share in (0.5, 0.99))
    return f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
