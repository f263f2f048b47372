"""The Sound against a real sound server: Mandarin on both sides, busy computers, devices that vanish, and the way to the ear.

PulseAudio buffers seconds, so an overflow cannot be provoked here; that is simulated in tests/hardware/test_sound.py.
"""

import contextlib
import functools
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.real.sound_server import LINE_SOURCE, SoundServer, mandarin, sound_server, stop

pytestmark = [pytest.mark.real, pytest.mark.long]
ROOT = Path(__file__).parent.parent.parent

NEAR = "您好，这里是群众满意度调查中心，想占用您三分钟时间，请您对本地的社会治安情况作一个评价，可以吗？"
FAR = "可以的，你说吧，我觉得我们这里的治安还不错，就是晚上路灯太暗了，希望能够改善一下。"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as server:
        yield server


class Recorder:
    """tests/real/record.py in a process of its own, for so many seconds at most."""

    def __init__(self, server: SoundServer, seconds: float, *options: str) -> None:
        self.out = server.folder / "recorded.npz"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.real.record", str(self.out), str(seconds), *options],
            cwd=ROOT,
            env={**server.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdin is not None
        self._said, self._words = self.process.stdout, self.process.stdin
        self._left = ""
        # Whatever hangs in there ends, so that its story can be told.
        self._patience = threading.Timer(seconds + 120, self.process.kill)
        self._patience.start()
        assert self._said.readline() == "ready\n"

    def begin(self) -> None:
        self._say()

    def told(self, what: str, *, good: bool, since: float) -> float:
        """Wait until it is told that this device is well, or that it is not, at `since` (time.monotonic()) or later: at what time;
        infinite when the recording ended before."""
        while not self._left and (line := self._said.readline()):
            moment, _, words = line.partition(" ")
            if line.startswith("{"):
                self._left = line
            elif (
                int(moment) >= since * 1000
                and words.startswith(f"{what}: ")
                and words.endswith(": good\n") == good
            ):
                return int(moment) / 1000
        return np.inf

    def stop(self) -> dict[str, Any]:
        """End now, if it has not ended."""
        with contextlib.suppress(BrokenPipeError):
            self._say()
        return self.end()

    def end(self) -> dict[str, Any]:
        said = self._left or self._said.read()
        with contextlib.suppress(BrokenPipeError):
            self._words.close()
        self._said.close()
        code = self.process.wait()
        self._patience.cancel()
        assert code == 0, f"what records ended with {code}"
        found: dict[str, Any] = json.loads(said.splitlines()[-1])
        with np.load(self.out) as sides:
            found["left"], found["right"] = (sides[name] / 32768 for name in ("left", "right"))
        return found

    def _say(self) -> None:
        self._words.write("go\n")
        self._words.flush()


@contextlib.contextmanager
def hogs(count: int) -> Iterator[None]:
    """So many processes that take all they get."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        stop(busy)


def windows(recorded: NDArray[np.float64], source: NDArray[np.float64]) -> list[tuple[float, float, float]]:
    """(correlation, place in the source in ms, power) of each tenth of a second of the recording in which the source is heard.

    The place is looked for once, with a whole second; from there on it is followed, 2 ms to either side at most, in steps of an eighth of
    a sample (the two clocks share no grid). So lost or doubled sound is found as a correlation near zero from there on.
    """
    recorded, source = _telephone_band(recorded), _telephone_band(source)
    match = np.fft.irfft(
        np.fft.rfft(source, 2 * len(source)) * np.conj(np.fft.rfft(recorded[8000:16000], 2 * len(source)))
    )
    place = float(match[: len(source) - 8000].argmax()) - 8000
    found = []
    for at in range(0, len(recorded) - 800, 800):
        piece, middle = recorded[at : at + 800], round(at + place)
        if middle < 40 or middle + 840 > len(source) or np.sqrt((piece**2).mean()) < 0.01:
            continue
        alike, place = max(
            (_alike(piece, source, middle + step / 8), middle - at + step / 8) for step in range(-128, 129)
        )
        found.append((alike, place / 8, float((piece**2).sum())))
    return found


def _telephone_band(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """300 to 3400 Hz: what a telephone carries. PulseAudio's own conversions are poor above."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / 8000)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    return np.fft.irfft(spectrum, len(sound))


def _alike(piece: NDArray[np.float64], source: NDArray[np.float64], place: float) -> float:
    """Normalised correlation with the source read from a place between samples on."""
    start, part = int(np.floor(place)), place % 1
    there = np.convolve(source[max(0, start - 15) : start + len(piece) + 16], _kernel(part), "valid")
    there = there[: len(piece)]
    if len(there) < len(piece):
        return 0.0
    return float((piece * there).sum() / np.sqrt((piece**2).sum() * (there**2).sum() + 1e-12))


@functools.cache
def _kernel(part: float) -> NDArray[np.float64]:
    taps = np.arange(-15, 17)
    return (np.sinc(taps - part) * np.hanning(34)[1:-1])[::-1]


CONDITIONS = [
    pytest.param(0, (), id="idle"),
    pytest.param(4, (), id="both cores loaded"),
    pytest.param(0, ("--threads", "4"), id="four busy threads in the same process"),
    pytest.param(2, ("--stall", "1000"), id="a consumer that stalls for a second"),
]


@pytest.mark.parametrize(("busy", "options"), CONDITIONS)
def test_mandarin_on_both_sides_is_recorded_without_loss(
    server: SoundServer, busy: int, options: Sequence[str]
) -> None:
    cables = {"left": ("microphone", mandarin(NEAR, 30)), "right": ("line", mandarin(FAR, 30, "cmn+f3"))}
    recorder = Recorder(server, 10, *options)
    playing = [server.play(cable, sound) for cable, sound in cables.values()]
    # An independent recorder on the same cables: what a player stumbles over is no fault of ours.
    with (
        server.listening("microphone.monitor", 8000, 1) as near,
        server.listening("line.monitor", 8000, 1) as far,
        hogs(busy),
    ):
        time.sleep(2)
        recorder.begin()
        found = recorder.end()
    stop(playing)
    assert found["gaps"] == [], found["log"]
    for side, source in (("left", near.heard[0]), ("right", far.heard[0])):
        matches = windows(found[side], source)
        assert len(matches) >= 40, side
        alikes, places, power = (np.array(each) for each in zip(*matches, strict=True))
        whole = float((alikes * power).sum() / power.sum())
        print(
            f"{side}: correlation {whole:.4f}, worst 0.1 s {alikes.min():.3f}, place within {np.ptp(places):.2f} ms"
        )
        assert whole >= 0.99, (side, matches)
        # One window may lie where the player itself stumbled on a busy machine.
        assert np.sort(alikes)[1] >= 0.6, (side, matches)
        assert np.ptp(places) <= 20
    print(f"CPU {found['cpu']:.2f} s in 10 s")


def test_a_tone_goes_through_without_a_click(server: SoundServer) -> None:
    tone = (np.sin(2 * np.pi * 440 * np.arange(25 * 8000) / 8000) * 8000).astype(np.int16)
    with hogs(4):
        recorder = Recorder(server, 10)
        playing = [server.play("line", tone)]
        time.sleep(1)
        recorder.begin()
        found = recorder.end()
        stop(playing)
    turned = found["right"] * np.exp(-2j * np.pi * 440 * np.arange(len(found["right"])) / 8000)
    phases = np.angle(turned[: len(turned) // 200 * 200].reshape(-1, 200).mean(axis=1))
    jumps = np.abs(np.angle(np.exp(1j * np.diff(phases[4:]))))
    print(f"largest change of phase in 25 ms: {jumps.max():.3f} rad")
    assert jumps.max() < 0.4
    assert found["gaps"] == []


def story(found: dict[str, Any]) -> str:
    """What the sound did, line by line: a dictionary of it would be cut where it begins to tell."""
    return "\n".join([str(found["samples"]), str(found["gaps"]), *found["told"], *found["log"]])


LONGEST = 120.0
"""Seconds for which a recording waits for what a busy computer may take long for. How soon a trouble is told is in tests/hardware."""


def test_a_source_that_vanishes_is_noticed_its_stand_in_is_not_recorded_and_it_is_taken_again(
    server: SoundServer,
) -> None:
    far = mandarin(FAR, LONGEST + 10)
    recorder = Recorder(server, LONGEST)
    playing = [server.play("line", far), server.play("spare", far)]
    recorder.begin()
    time.sleep(2)
    module = next(
        line.split()[0]
        for line in server.control("list", "short", "modules").splitlines()
        if "source_name=line_source" in line
    )
    gone = time.monotonic()
    server.control("unload-module", module)
    noticed = recorder.told("line-audio", good=False, since=gone)
    time.sleep(3)
    back = time.monotonic()
    server.control("load-module", "module-remap-source", *LINE_SOURCE.split())
    again = recorder.told("line-audio", good=True, since=back)
    print(f"noticed in {noticed - gone:.1f} s, heard again in {again - back:.1f} s")
    time.sleep(2)
    found = recorder.stop()
    stop(playing)
    assert noticed < again < np.inf, story(found)
    assert sum(length for _, length in found["gaps"]) >= 3 * 8000, story(found)
    assert found["samples"] == pytest.approx(found["lasted"] * 8, abs=4000), story(found)
    assert np.abs(found["right"][-8000:]).max() > 0.01, "the line is heard again"


def test_a_sound_service_that_crashes_is_found_again(server: SoundServer) -> None:
    recorder = Recorder(server, LONGEST)
    recorder.begin()
    time.sleep(2)
    gone = time.monotonic()
    server.kill()
    noticed = recorder.told("microphone", good=False, since=gone)
    back = time.monotonic()
    server.again()
    playing = [server.play("microphone", mandarin(NEAR, LONGEST))]
    again = recorder.told("microphone", good=True, since=back)
    time.sleep(2)
    found = recorder.stop()
    stop(playing)
    assert noticed < again < np.inf, story(found)
    assert found["samples"] == pytest.approx(found["lasted"] * 8, abs=4000), story(found)
    assert np.abs(found["left"][-8000:]).max() > 0.01
