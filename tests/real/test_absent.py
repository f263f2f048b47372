"""A device that is not there, asked for over and over while two others run: the process that records them must live on.

PortAudio's own refusal ended it (hardware/audio/alsa.py). Each trial is a process of its own.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.sound_server import SoundServer, sound_server

pytestmark = [pytest.mark.real, pytest.mark.long]
ROOT = Path(__file__).parent.parent.parent

ASK = """
import subprocess, sys, time
from hardware.audio import alsa
from hardware.audio.devices import SoundError, find
from hardware.audio.portaudio import PortAudio

if "trusting" in sys.argv:
    alsa.refusal = lambda device, rate, channels, *, speaks: ""
cards = PortAudio()
microphone, line, ear = (
    find(name, cards.devices(), speaks=name == "ear") for name in ("microphone", "line", "ear")
)
heard = []
take = lambda form: lambda samples, flagged: heard.append(len(samples))
cards.listen(microphone, take, urgent=False)
cards.speak(ear, lambda form: lambda frames: bytes(frames * form.frame))
modules = subprocess.run(["pactl", "list", "short", "modules"], capture_output=True, text=True).stdout
(module,) = (each.split()[0] for each in modules.splitlines() if "source_name=line_source" in each)
subprocess.run(["pactl", "unload-module", module], check=True)
for _ in range(100):
    try:
        cards.listen(line, take, urgent=True)
    except SoundError as error:
        assert "Input/output error" in str(error), error
    else:
        raise SystemExit("what is not there was opened")
before = len(heard)
while len(heard) == before:
    time.sleep(0.01)
print("alive")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    with sound_server(tmp_path) as server:
        yield server


def ask(server: SoundServer, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", ASK, *words],
        cwd=ROOT,
        env={**server.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_device_that_is_not_there_is_refused_a_hundred_times_and_the_others_run_on(
    server: SoundServer,
) -> None:
    asked = ask(server)
    assert (asked.returncode, asked.stdout) == (0, "alive\n"), asked.stderr


def test_saboteur_without_the_question_to_alsa_the_process_dies_or_hangs(server: SoundServer) -> None:
    try:
        asked = ask(server, "trusting")
    except subprocess.TimeoutExpired:
        return
    assert asked.returncode < 0, asked
