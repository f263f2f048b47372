"""A headset made of software: PulseAudio without hardware, so that what a file says comes out of a microphone."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.peers import running, tool, wait_until

MICROPHONE, EAR = "mic", "ear"
"""The devices' names in PortAudio's list."""

_CLIENT = "enable-shm=no\nenable-memfd=no\nautospawn=no\n"
_ALSA = """pcm.mic { type pulse
 device "mic.monitor"
 hint { show on
 description "mic" } }
pcm.ear { type pulse
 device "ear"
 hint { show on
 description "ear" } }
"""
# Shared memory is off: PulseAudio 16 aborts when a client that used it is killed (notes/telephony.md §4).
_DAEMON = ["--disable-shm=yes", "--enable-memfd=no", "--exit-idle-time=-1", "--daemonize=no", "-n"]


@dataclass
class Headset:
    """folder: the sound server's home."""

    folder: Path
    environment: dict[str, str]

    @contextmanager
    def saying(self, file: Path) -> Iterator[None]:
        """Somebody speaks into the microphone."""
        command = [tool("paplay", "pulseaudio-utils"), "--device=mic", str(file)]
        with running(command, self.folder, "paplay"):
            yield


@contextmanager
def headset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Headset]:
    """A sound server of our own for this process and all that it starts."""
    program = tool("pulseaudio", "pulseaudio")
    folder.mkdir(parents=True)
    socket = folder / "native"
    (folder / "client.conf").write_text(_CLIENT)
    (folder / "asoundrc").write_text(_ALSA)
    system = Path("/usr/share/alsa/alsa.conf")
    (folder / "asound.conf").write_text(f"<{system}>\n<{folder / 'asoundrc'}>\n")
    environment = {
        "PULSE_SERVER": f"unix:{socket}",
        "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_STATE_PATH": str(folder),
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sinks = [
        "module-null-sink sink_name=mic rate=48000 channels=1",
        "module-null-sink sink_name=ear rate=48000 channels=1",
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
    ]
    loads = [word for sink in sinks for word in ("-L", sink)]
    with running([program, *_DAEMON, *loads], folder, "pulseaudio"):
        pactl = tool("pactl", "pulseaudio-utils")

        def answers() -> bool:
            with suppress(OSError):
                return subprocess.run([pactl, "info"], capture_output=True, check=False).returncode == 0
            return False

        wait_until(answers, f"the sound server starts: {(folder / 'pulseaudio.log').read_text()}")
        yield Headset(folder, environment)
