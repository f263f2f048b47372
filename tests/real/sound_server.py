"""A sound server of our own, without hardware: PulseAudio with null sinks in a folder, also as root and without a screen.

Cables (what is played into one end is heard at the other): "microphone", "line" and "ear", all mono. together: line and ear are the left
and the right channel of one cable, "room": so both are on one time and the way from line to ear is measured to the sample. Not for judging
recordings: when the ear runs dry PulseAudio rewinds the sink, and then the monitor of its other channel skips, too.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

# Rates are set, so that PulseAudio does not resample more than it must. A remap needs its channel named in the master's map.
_SCRIPT = """
load-module module-native-protocol-unix auth-anonymous=1
load-module module-null-sink sink_name=microphone rate=48000 channels=1 channel_map=mono
load-module module-null-sink sink_name=spare rate=48000 channels=1 channel_map=mono
load-module module-remap-source source_name=microphone_source master=microphone.monitor {mono} master_channel_map=mono
"""
_MONO = "channels=1 channel_map=mono remix=no"
_APART = """
load-module module-null-sink sink_name=line rate=48000 channels=1 channel_map=mono
load-module module-null-sink sink_name=ear rate=48000 channels=1 channel_map=mono
load-module module-remap-source {line}
"""
_TOGETHER = """
load-module module-null-sink sink_name=room rate=48000 channels=2 channel_map=front-left,front-right
load-module module-remap-sink sink_name=line master=room {mono} master_channel_map=front-left
load-module module-remap-sink sink_name=ear master=room {mono} master_channel_map=front-right
load-module module-remap-source source_name=line_source master=room.monitor {mono} master_channel_map=front-left
"""
LINE_SOURCE = f"source_name=line_source master=line.monitor {_MONO} master_channel_map=mono"
_ALSA = """
pcm.microphone { type pulse device "microphone_source" }
pcm.line { type pulse device "line_source" }
pcm.ear { type pulse device "ear" }
"""


def needed() -> str:
    """What is missing on this computer, or nothing."""
    return " ".join(each for each in ("pulseaudio", "pactl", "pacat", "parec") if shutil.which(each) is None)


class SoundServer:
    """A running server. environment: what a program needs to find it."""

    def __init__(self, folder: Path, *, together: bool = False) -> None:
        self.folder = folder
        home = folder / "home"
        home.mkdir(parents=True)
        # A socket's path must be short.
        self._run = Path(tempfile.mkdtemp(prefix="fx-"))
        (home / ".asoundrc").write_text(_ALSA)
        script = _SCRIPT + (_TOGETHER if together else _APART)
        (folder / "default.pa").write_text(script.format(mono=_MONO, line=LINE_SOURCE))
        # Shared memory made PulseAudio 16.1 abort when a client was killed (its issue 824).
        (folder / "client.conf").write_text("autospawn = no\nenable-shm = no\nenable-memfd = no\n")
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(self._run),
            "PULSE_RUNTIME_PATH": str(self._run),
            "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
            "PULSE_SERVER": f"unix:{self._run}/native",
        }
        self._server = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        words = ["pulseaudio", "-n", "-F", str(self.folder / "default.pa"), "--exit-idle-time=-1"]
        words += ["--disable-shm=yes", "--enable-memfd=no", "--use-pid-file=no", "--daemonize=no"]
        words += [f"--log-target=file:{self.folder}/server.log"]
        server = subprocess.Popen(words, env=self.environment)
        deadline = time.monotonic() + 30
        while "microphone_source" not in self.control("list", "short", "sources", check=False):
            assert server.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < deadline, "the sound server does not come up"
            time.sleep(0.05)
        return server

    def control(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["pactl", *words], env=self.environment, capture_output=True, text=True, timeout=20, check=check
        )
        return done.stdout

    def kill(self) -> None:
        """As if the sound service had crashed."""
        self._server.kill()
        self._server.wait()

    def again(self) -> None:
        self._server = self._start()

    def play(self, cable: str, sound: NDArray[np.int16], rate: int = 8000) -> subprocess.Popen[bytes]:
        """Play in the background."""
        file = self.folder / f"{cable}-{time.monotonic_ns()}.raw"
        file.write_bytes(sound.astype("<i2").tobytes())
        return subprocess.Popen(
            [
                "pacat",
                f"--device={cable}",
                "--format=s16le",
                f"--rate={rate}",
                "--channels=1",
                "--latency-msec=1500",
                str(file),
            ],
            env=self.environment,
        )

    @contextlib.contextmanager
    def listening(self, source: str, rate: int, channels: int) -> Iterator["Ear"]:
        """Record what a source hears, meanwhile."""
        file = self.folder / f"heard-{time.monotonic_ns()}.raw"
        words = ["parec", f"--device={source}", "--format=s16le", f"--rate={rate}", f"--channels={channels}"]
        ear = Ear(file, channels)
        with file.open("wb") as out:
            recorder = subprocess.Popen([*words, "--latency-msec=20"], env=self.environment, stdout=out)
            try:
                yield ear
            finally:
                recorder.terminate()
                recorder.wait()

    def close(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(5)
        except subprocess.TimeoutExpired:
            self.kill()
        shutil.rmtree(self._run, ignore_errors=True)


class Ear:
    def __init__(self, file: Path, channels: int) -> None:
        self._file, self._channels = file, channels

    @property
    def length(self) -> int:
        """Samples of each channel so far."""
        return self._file.stat().st_size // (2 * self._channels)

    def loud(self, samples: int) -> bool:
        """Anything is heard in so many samples of the end."""
        with self._file.open("rb") as file:
            file.seek(2 * self._channels * max(0, self.length - samples))
            raw = file.read()
        return bool((np.abs(np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")) > 300).any())

    @property
    def heard(self) -> NDArray[np.float64]:
        raw = self._file.read_bytes()
        whole = len(raw) // (2 * self._channels) * 2 * self._channels
        return np.frombuffer(raw[:whole], "<i2").reshape(-1, self._channels).T / 32768


@contextlib.contextmanager
def sound_server(folder: Path) -> Iterator[SoundServer]:
    if missing := needed():
        pytest.skip(f"not installed: {missing}")
    server = SoundServer(folder)
    try:
        yield server
    finally:
        server.close()


def mandarin(text: str, seconds: float, voice: str = "cmn") -> NDArray[np.int16]:
    """espeak-ng reading `text` over and over, 8000 Hz."""
    if shutil.which("espeak-ng") is None or shutil.which("sox") is None:
        pytest.skip("not installed: espeak-ng or sox")
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True
    ).stdout
    raw = subprocess.run(
        [
            "sox",
            "-V1",
            "-t",
            "wav",
            "-",
            "-t",
            "raw",
            "-r",
            "8000",
            "-c",
            "1",
            "-e",
            "signed",
            "-b",
            "16",
            "-",
        ],
        input=spoken,
        capture_output=True,
        check=True,
    ).stdout
    once = np.frombuffer(raw, "<i2")
    return np.resize(once, round(seconds * 8000))


def stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        process.wait()
