"""The way to the ear: in time, whatever the two clocks do, and never growing late."""

import numpy as np
import pytest

from hardware.audio.passage import AIM, LATEST, Passage, Queue
from hardware.audio.resample import Floats


def run(
    seconds: float, ppm: float, *, stalls: dict[int, int] | None = None
) -> tuple[list[float], Queue, Floats]:
    """A line at 8 kHz, an ear at 48 kHz that is ppm faster; ms waiting after each 10 ms; what was played."""
    queue = Queue(2)
    passage = Passage(8000, 48_000, queue)
    waits, played, owed, clock = [], [], 0.0, np.arange(80)
    late: list[Floats] = []
    quiet = 0
    for tick in range(round(seconds * 100)):
        late.append((0.3 * np.sin(2 * np.pi * 500 * (clock + tick * 80) / 8000)).astype(np.float32))
        quiet = max(quiet - 1, (stalls or {}).get(tick, 0))
        while late and not quiet:
            queue.put((passage.feed(late.pop(0)) * 32767).astype("<i2").tobytes())
        owed += 480 * (1 + ppm * 1e-6)
        played.append(queue.take(int(owed)))
        owed -= int(owed)
        waits.append(queue.waiting / 48)
    return waits, queue, np.frombuffer(b"".join(played), "<i2") / np.float32(32767)


@pytest.mark.parametrize("ppm", [0, 400, -400])
def test_clocks_that_differ_neither_starve_the_ear_nor_make_it_late(ppm: float) -> None:
    waits, queue, _ = run(40, ppm)
    steady = waits[1000:]
    assert max(steady) <= 1000 * AIM + 12
    assert min(steady) > 0
    assert queue.starved < 48_000 * 0.03, "only at the very beginning"


def test_sound_that_comes_in_a_burst_after_a_stall_is_not_heard_late_for_ever() -> None:
    waits, _, _ = run(20, 0, stalls={300: 40, 900: 12})
    assert max(waits) <= 1000 * LATEST + 12
    assert max(waits[-200:]) <= 1000 * AIM + 20


def test_the_tone_stays_a_tone() -> None:
    _, _, played = run(20, 200)
    turned = played[480_000:] * np.exp(-2j * np.pi * 500 * np.arange(len(played) - 480_000) / 48_000)
    phase = np.angle(turned[: len(turned) // 480 * 480].reshape(-1, 480).mean(axis=1))
    assert np.abs(np.angle(np.exp(1j * np.diff(phase)))).max() < 0.1


def test_a_player_gets_exactly_what_it_asks_for() -> None:
    queue = Queue(2)
    queue.put(b"\1\0\2\0\3\0")
    queue.put(b"\4\0")
    assert queue.waiting == 4
    assert queue.take(3) == b"\1\0\2\0\3\0"
    assert queue.take(2) == b"\4\0\0\0"
    assert (queue.starved, queue.waiting) == (1, 0)
