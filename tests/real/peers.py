"""Programs that others wrote, at the other end of a line: started on free ports of this machine, ended when the test ends."""

import json
import shutil
import socket
import subprocess
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

Samples = npt.NDArray[np.int16]
HOST = "127.0.0.1"
NUMBER = "02812345678"
"""The resident's."""
PATIENCE = 60.0
"""Seconds to wait for what a loaded machine does late."""


def tool(name: str, package: str) -> str:
    """Where a program lies; skips when it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"the program {name} is not installed (Debian package {package})")
    return path


def free_port(apart: int = 2) -> int:
    """A UDP port that is free, and so are the next ones (RTCP, baresip's TLS)."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind((HOST, 0))
            port: int = first.getsockname()[1]
            try:
                for more in range(1, apart):
                    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as next_one:
                        next_one.bind((HOST, port + more))
            except OSError:
                continue
            return port


def listens(port: int, kind: str = "udp") -> bool:
    """Somebody of this machine has this port open."""
    lines = Path(f"/proc/net/{kind}").read_text("ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in lines)


def wait_until(true: Callable[[], object], what: str, within: float = PATIENCE) -> None:
    """Look every 10 ms until it is so."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, f"{what}: not within {within:.0f} s"
        time.sleep(0.01)


@contextmanager
def running(command: list[str], folder: Path, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A peer, its output in folder/name.log; killed at the end."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@dataclass
class Exchange:
    """sipp at its scenario. port: of SIP. folder: what it has to say."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def messages(self) -> str:
        """What it has sent and received so far."""
        file = self.folder / "messages.log"
        return file.read_text("utf-8", "replace") if file.exists() else ""

    def is_content(self) -> None:
        """Its one call went as the scenario says, to the last message: sipp ends with 0."""
        wait_until(
            lambda: self.process.poll() is not None, f"the call goes as the scenario says\n{self.messages}"
        )
        assert self.process.returncode == 0, self.messages


@contextmanager
def sipp(scenario: str, folder: Path, *more: str, calls: int = 1) -> Iterator[Exchange]:
    """sipp as a telephone exchange that follows a scenario (XML) for so many calls (0: for ever)."""
    program = tool("sipp", "sip-tester")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.xml"
    file.write_text(scenario, "utf-8")
    port, sound = free_port(), free_port(4)
    command = [program, "-sf", str(file), "-i", HOST, "-p", str(port), "-mi", HOST, "-mp", str(sound)]
    command += ["-nostdin", "-trace_msg", "-message_file", str(folder / "messages.log"), *more]
    command += ["-m", str(calls)] if calls else []
    kind = "tcp" if "t1" in more else "udp"
    with running(command, folder, "sipp") as process:
        wait_until(lambda: listens(port, kind) or process.poll() is not None, "sipp opens its port")
        assert process.poll() is None, (folder / "sipp.log").read_text("utf-8", "replace")[-2000:]
        yield Exchange(port, folder, process)


class Baresip:
    """A resident's telephone: takes every call, plays a file into it and records both ways."""

    def __init__(self, port: int, pid: int, control: socket.socket, folder: Path) -> None:
        self.port, self.pid = port, pid
        self.events: list[dict[str, Any]] = []
        self._control, self._folder, self._rest = control, folder, b""

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """Its events of a type so far ("CALL_ESTABLISHED" …)."""
        self._control.setblocking(False)
        try:
            while data := self._control.recv(65536):
                self._rest += data
        except BlockingIOError:
            pass
        while (colon := self._rest.find(b":")) > 0:  # netstrings: LENGTH:BYTES,
            length = int(self._rest[:colon])
            if len(self._rest) < colon + length + 2:
                break
            self.events.append(json.loads(self._rest[colon + 1 : colon + 1 + length]))
            self._rest = self._rest[colon + length + 2 :]
        return [event for event in self.events if event.get("type") == kind]

    def command(self, name: str, parameters: str = "") -> None:
        """Do something by ctrl_tcp: "hangup" …"""
        text = json.dumps({"command": name, "params": parameters, "token": "t"}).encode()
        self._control.sendall(b"%d:%s," % (len(text), text))

    def recorded(self, side: str) -> Samples:
        """What it sent ("enc") or heard ("dec") in the last call; complete only after the call."""
        newest = max(self._folder.glob(f"dump-*-{side}.wav"), key=lambda file: file.stat().st_mtime)
        return read_wav(newest)


@contextmanager
def baresip(folder: Path, says: Path, number: str = NUMBER) -> Iterator[Baresip]:
    """A telephone that says what is in a WAV file; make that long: at its end baresip ends the call."""
    program = tool("baresip", "baresip-core")
    folder.mkdir(parents=True, exist_ok=True)
    port, control = free_port(4), free_port(1)
    modules = Path(program).parent.parent / "lib" / "baresip" / "modules"
    config = [
        f"sip_listen {HOST}:{port}",
        "net_interface 127.0.0.1",
        f"audio_source aufile,{says}",
        f"audio_player aufile,{folder / 'player.wav'}",
        "audio_alert none",
        "audio_txmode thread",
        f"snd_path {folder}",
        f"ctrl_tcp_listen {HOST}:{control}",
        f"module_path {modules}",
        *(f"module {name}.so" for name in ("g711", "aufile", "sndfile")),
        "module_tmp account.so",
        *(f"module_app {name}.so" for name in ("menu", "ctrl_tcp")),
    ]
    (folder / "config").write_text("\n".join(config) + "\n", "ascii")
    account = f"<sip:{number}@{HOST}:{port}>;regint=0;answermode=auto;audio_codecs=pcma,pcmu\n"
    (folder / "accounts").write_text(account, "ascii")
    with running([program, "-f", str(folder)], folder, "baresip") as process:
        wait_until(lambda: listens(control, "tcp") or process.poll() is not None, "baresip starts")
        assert process.poll() is None, (folder / "baresip.log").read_text("utf-8", "replace")[-2000:]
        with socket.create_connection((HOST, control), timeout=PATIENCE) as connection:
            wait_until(lambda: listens(port), "baresip listens")
            yield Baresip(port, process.pid, connection, folder)


def speech(file: Path, text: str, voice: str = "cmn", seconds: float = 120.0) -> Samples:
    """Text spoken by espeak-ng, 8000 Hz, one channel, in a WAV file, repeated until it is so long; the samples."""
    said = file.with_suffix(".said.wav")
    espeak, sox = tool("espeak-ng", "espeak-ng"), tool("sox", "sox")
    subprocess.run([espeak, "-v", voice, "-w", str(said), text], check=True)
    subprocess.run([sox, str(said), "-r", "8000", "-c", "1", "-b", "16", str(file), "gain", "-6"], check=True)
    once = read_wav(file)
    samples = np.resize(once, round(seconds * 8000)).astype(np.int16)
    write_wav(file, samples)
    return samples


def read_wav(file: Path) -> Samples:
    """The samples of a WAV file of one channel, 16 bits; also of one whose header was never finished."""
    data = file.read_bytes()
    begins = data.index(b"data") + 8
    return np.frombuffer(data[begins : begins + (len(data) - begins) // 2 * 2], dtype="<i2")


def write_wav(file: Path, samples: Samples) -> None:
    """8000 Hz, one channel."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(samples.astype("<i2").tobytes())


WINDOW = 2000
"""Samples of a quarter of a second: what is compared as one piece. Two clocks are never alike, so now and then, and often on a machine
under load, 10 or 20 ms are put in or left out; that spoils one piece and shifts the rest."""
TEXT = 14 * 8000
"""Samples of `said` that are looked at: speech() repeats its text, which is shorter than this by a piece."""
FINER = 4
"""A recording that follows a clock lies between the samples of what was said: they are compared on a grid so many times finer."""
GOOD = 1 / 3
"""Share of the pieces that have to be as good as alike() says. Another sound reaches 0.5 in none; with ten processes to a core most pieces
hold a lost packet."""

ENOUGH = 8
"""Pieces that are not silent; fewer say nothing."""


def pieces(heard: Samples) -> list[Samples]:
    """Its quarters of a second that are not silent: who waits for them waits as long as a peer that a loaded machine held up takes."""
    whole = (heard[begins : begins + WINDOW] for begins in range(0, len(heard) - WINDOW + 1, WINDOW))
    return [piece for piece in whole if np.abs(piece.astype(np.float64)).mean() >= 200]


def alike(heard: Samples, said: Samples) -> float:
    """How truly it was heard: the correlation (1.0 = the same sound, however loud) of a quarter of a second of `heard` with the place of
    `said` where it fits best; of all quarters that are not silent what the best third reaches; 0.0 when there are hardly any."""
    want = _finer(said[:TEXT].astype(np.float64))
    long = WINDOW * FINER
    size = 1 << (len(want) + long).bit_length()
    whole = np.fft.rfft(want, size)
    power = np.concatenate([[0.0], np.cumsum(want**2)])
    there = np.sqrt(np.maximum(power[long:] - power[:-long], 1.0))
    found = []
    for piece in pieces(heard):
        clip = _finer(piece.astype(np.float64))
        across = np.fft.irfft(whole * np.conj(np.fft.rfft(clip, size)), size)
        found.append(float(np.max(across[: len(there)] / there) / np.linalg.norm(clip)))
    return float(np.quantile(found, 1 - GOOD)) if len(found) >= ENOUGH else 0.0


def _finer(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same sound with FINER times as many samples (band-limited)."""
    return np.asarray(np.fft.irfft(np.fft.rfft(samples), len(samples) * FINER) * FINER)
