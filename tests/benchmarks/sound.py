"""The way of sound: how much later the interviewer hears than the line spoke, against PulseAudio's own loopback in the same run; and what
recording costs. With PulseAudio's null sinks: no sound card was measured.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.row import ROOT, Row, percentile
from tests.real.sound_server import SoundServer, needed

RATE = 48_000


def measure(folder: Path, seed: str, seconds: int) -> list[Row]:
    """Line → ear through the product and through the sound server alone; processor time of a recorded call."""
    if missing := needed():
        return [Row("line to ear", "not measured", f"not installed: {missing}")]
    server = SoundServer(folder, together=True)
    try:
        ours, told = _through_us(server, seed, seconds)
        theirs = _through_loopback(server, seed, seconds)
    finally:
        server.close()
    peer = percentile(theirs, 0.5)
    half, most = percentile(ours, 0.5), max(ours)
    return [
        Row(
            "answer to ear, added by the way of sound",
            f"median {half:.0f} ms, most {most:.0f} ms",
            f"{half / peer:.2f} × PulseAudio's module-loopback asked for 20 ms ({peer:.0f} ms); {len(ours)} looks; both through null sinks",
        ),
        Row(
            "CPU of recording and hearing both sides",
            f"{told['cpu'] / seconds:.1%} of one core",
            f"{seconds} s, {sum(length for _, length in told['gaps'])} samples of gap",
        ),
    ]


def _through_us(server: SoundServer, seed: str, seconds: int) -> tuple[list[float], dict[str, float]]:
    words = [sys.executable, "-m", "tests.real.record", str(server.folder / "recorded.npz"), str(seconds)]
    with subprocess.Popen(
        words,
        cwd=ROOT,
        env={**server.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as recorder:
        assert recorder.stdin is not None
        assert recorder.stdout is not None
        recorder.stdout.readline()
        playing = server.play("line", _babble(seed, seconds + 20))
        with server.listening("room.monitor", RATE, 2) as room:
            time.sleep(2)
            recorder.stdin.write("go\n")
            recorder.stdin.flush()
            said, _ = recorder.communicate(timeout=seconds + 60)
        playing.kill()
        playing.wait()
    return _delays(room.heard), json.loads(said.splitlines()[-1])


def _through_loopback(server: SoundServer, seed: str, seconds: int) -> list[float]:
    server.control("load-module", "module-loopback", "source=line_source", "sink=ear", "latency_msec=20")
    playing = server.play("line", _babble(seed, seconds + 20))
    time.sleep(3)
    with server.listening("room.monitor", RATE, 2) as room:
        time.sleep(seconds)
    playing.kill()
    playing.wait()
    return _delays(room.heard)


def _babble(seed: str, seconds: int) -> NDArray[np.int16]:
    """Noise in syllables: every moment is different."""
    random = np.random.default_rng([*seed.encode()])
    count = seconds * 8000
    shape = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(count) / 8000)
    return (np.convolve(random.normal(0, 3000, count), np.ones(3) / 3, "same") * shape).astype(np.int16)


def _delays(heard: NDArray[np.float64]) -> list[float]:
    """ms by which the right channel is behind the left, once every half second in which it is heard; the first 2 s are warming up."""
    left, right = heard
    found = []
    for at in range(2 * RATE, len(left) - RATE, RATE // 2):
        line, ear = left[at : at + RATE // 2], right[at : at + RATE]
        size = 2 * RATE
        match = np.fft.irfft(np.fft.rfft(ear, size) * np.conj(np.fft.rfft(line, size)), size)[: RATE // 2]
        best = int(match.argmax())
        there = ear[best : best + len(line)]
        if (line * there).sum() > 0.5 * np.sqrt((line**2).sum() * (there**2).sum() + 1e-9):
            found.append(best * 1000 / RATE)
    return found
