"""What the softphone costs: time from dial to news, from hang-up to idle, from the wire to the ear and from the mouth to the wire, and
processor time in a call, beside baresip's in the same call."""

import importlib.util
import shutil
import statistics
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from hardware.base import Alerting, Answered, Ended
from tests.benchmarks.row import Row, percentile
from tests.benchmarks.rtp_peer import EVERY, Telephone
from tests.real.caller import Caller, calling
from tests.real.peers import baresip, speech

WHAT = "softphone"
LOOK = 0.005
"""Seconds between two looks at line and sound: the sound's live thread takes 5 ms."""
_LOUD = 8000


def measure(folder: Path, calls: int, seconds: float) -> list[Row]:
    """So many calls to a telephone that answers at once, then one call of so many seconds to it and one to baresip."""
    if importlib.util.find_spec("pjsua2") is None:
        return [Row(WHAT, "not measured", "pjsua2 is not installed")]
    folder.mkdir(parents=True)
    with Telephone() as peer, calling(peer.port) as caller:
        return [*_signals(caller, peer, calls), *_sound(caller, peer, seconds), _processor(folder, seconds)]


def _signals(caller: Caller, peer: Telephone, calls: int) -> list[Row]:
    news, idle, first = list[float](), list[float](), list[float]()
    for number in range(calls):
        caller.events.clear()
        caller.heard = b""
        begun = time.perf_counter()
        caller.line.dial("10000", f"c{number}")
        _until(caller, Alerting)
        news.append(time.perf_counter() - begun)
        _until(caller, Answered)
        while not caller.heard:
            caller.look()
            time.sleep(LOOK / 5)
        first.append(time.perf_counter() - peer.answered[-1])
        begun = time.perf_counter()
        caller.line.hang_up()
        _until(caller, Ended)
        idle.append(time.perf_counter() - begun)
    return [
        Row("softphone: dial to first news", _times(news), f"{calls} calls on loopback, looked at every ms"),
        Row("softphone: hang-up to line idle", _times(idle), "5 s are promised"),
        Row(
            "softphone: answer to first sound",
            _times(first),
            "from the far side's 200 OK to samples in our hands",
        ),
    ]


def _sound(caller: Caller, peer: Telephone, seconds: float) -> list[Row]:
    caller.events.clear()
    caller.line.dial("10000", "sound")
    _until(caller, Answered)
    over, spoken = threading.Event(), list[float]()
    mouth = threading.Thread(target=_speak, args=(caller, over, spoken))
    mouth.start()
    peer.sent.clear()
    peer.heard.clear()
    ear = _listen(caller, seconds)
    over.set()
    mouth.join()
    caller.line.hang_up()
    _until(caller, Ended)
    to_ear, to_wire = _matched(peer.sent, ear), _matched(spoken, peer.heard)
    goal = "60 ms are the goal; every packet holds 20 ms, which is not counted"
    return [
        Row("softphone: wire to ear", _times(to_ear), f"{len(to_ear)} bursts; {goal}"),
        Row("softphone: mouth to wire", _times(to_wire), f"{len(to_wire)} bursts"),
    ]


def _listen(caller: Caller, seconds: float) -> list[float]:
    """When loud samples came into our hands."""
    found, was_loud = list[float](), False
    until = time.perf_counter() + seconds
    while (now := time.perf_counter()) < until:
        caller.line.poll()
        samples = np.frombuffer(caller.line.pcm.read(), dtype="<i2")
        if len(samples):
            loud = bool(np.abs(samples.astype(np.int32)).max() > _LOUD)
            if loud and not was_loud:
                found.append(now)
            was_loud = loud
        time.sleep(LOOK)
    return found


def _speak(caller: Caller, over: threading.Event, spoken: list[float]) -> None:
    """A sound card's thread: 20 ms every 20 ms, loud twice a second."""
    loud, quiet = (np.resize(np.array([top, -top], dtype="<i2"), 160).tobytes() for top in (30_000, 0))
    begun, number = time.perf_counter(), 0
    while not over.wait(max(0.0, begun + number * 0.02 - time.perf_counter())):
        number += 1
        if number % EVERY == 0:
            spoken.append(time.perf_counter())
        caller.line.pcm.write(loud if number % EVERY == 0 else quiet)


def _processor(folder: Path, seconds: float) -> Row:
    what = "softphone: CPU of the program in a call"
    if shutil.which("baresip") is None or not Path("/proc/self/stat").exists():
        return Row(what, "not measured", "no baresip here, or no /proc")
    speech(folder / "resident.wav", "你好，请讲。", seconds=seconds + 60)
    with (
        baresip(folder / "telephone", folder / "resident.wav") as telephone,
        calling(telephone.port) as caller,
    ):
        program = caller.line._program
        assert program is not None
        caller.line.dial("02812345678", "cpu")
        _until(caller, Answered)
        pids = (program.pid, telephone.pid)
        before = [_cpu(pid) for pid in pids]
        _listen(caller, seconds)
        ours, theirs = (after - then for after, then in zip(map(_cpu, pids), before, strict=True))
        caller.line.hang_up()
        _until(caller, Ended)
    return Row(
        what,
        f"{ours / seconds:.1%} of a core",
        f"{ours / max(theirs, 0.01):.1f} × baresip's in the same call ({seconds:.0f} s)",
    )


def _cpu(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _until(caller: Caller, kind: type) -> None:
    while not any(isinstance(event, kind) for event in caller.events):
        caller.look()
        time.sleep(LOOK / 5)


def _matched(causes: Sequence[float], effects: Sequence[float]) -> list[float]:
    """Seconds from each cause to the first effect after it, within less than a quarter of a second."""
    delays = (next((effect - cause for effect in effects if effect > cause), 1.0) for cause in causes)
    return [delay for delay in delays if delay < 0.25]


def _times(values: Sequence[float]) -> str:
    if not values:
        return "nothing came"
    middle, high = statistics.median(values) * 1000, percentile(values, 0.95) * 1000
    return f"p50 {middle:.0f} ms, p95 {high:.0f} ms"
