"""mgetty-voice's vm, a voice-modem program of others, takes our emulated modem for a real one: it dials, records, plays, and does both."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hardware.emulators.device import Faults
from tests.hardware.emulators.pty import Pty
from tests.hardware.emulators.voice import Chip, VoiceModemEmulator

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(
        not shutil.which("vm") or not shutil.which("rmdtopvf"), reason="mgetty-voice is not installed"
    ),
]


def milliseconds() -> int:
    return time.monotonic_ns() // 1_000_000


@pytest.fixture
def modem() -> Iterator[tuple[VoiceModemEmulator, str]]:
    """The modem and its line's name as vm wants it: below /dev."""
    device = VoiceModemEmulator(milliseconds, Faults(), Chip(vsm=('128,"8-BIT LINEAR",(7200,8000,11025)',)))
    with Pty(device) as pty:
        link = Path("/dev/ttyFXV0")
        try:
            link.unlink(missing_ok=True)
            link.symlink_to(pty.name)
        except PermissionError:
            pytest.skip("vm looks for its line in /dev, where we may not write")
        yield device, link.name
        link.unlink(missing_ok=True)


def vm(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["vm", *words], capture_output=True, text=True, timeout=120, check=False)


def test_vm_dials(modem: tuple[VoiceModemEmulator, str]) -> None:
    device, line = modem
    done = vm("dial", "-v", "-l", line, "10086")
    assert done.returncode == 0, done
    assert "ATD10086" in device.said
    assert "AT+FCLASS=8" in device.said


def test_vm_records_what_the_line_says(modem: tuple[VoiceModemEmulator, str], tmp_path: Path) -> None:
    device, line = modem
    device.answered = True  # the far side speaks, loud enough for every byte value to come up
    recorded = tmp_path / "x.rmd"
    done = vm("record", "-v", "-l", line, "-t", "-L", "3", str(recorded))
    assert done.returncode == 0, done
    sound = subprocess.run(
        f"rmdtopvf {recorded} | pvftowav -16", shell=True, capture_output=True, timeout=120, check=True
    ).stdout
    assert len(sound) > 2 * 8000 * 2, "two seconds and more"
    assert max(sound[-8000:]) > 0


def test_vm_plays_to_the_line(modem: tuple[VoiceModemEmulator, str], tmp_path: Path) -> None:
    device, line = modem
    device.answered = True
    recorded = tmp_path / "x.rmd"
    assert vm("record", "-l", line, "-t", "-L", "2", str(recorded)).returncode == 0
    device.heard = b""
    assert vm("play", "-v", "-l", line, "-t", str(recorded)).returncode == 0
    assert len(device.heard) > 8000 * 2
    assert max(device.heard) > 0


def test_vm_does_both_at_once(modem: tuple[VoiceModemEmulator, str], tmp_path: Path) -> None:
    device, line = modem
    device.answered = True
    played, recorded = tmp_path / "x.rmd", tmp_path / "y.rmd"
    assert vm("record", "-l", line, "-t", "-L", "2", str(played)).returncode == 0
    done = vm(
        "duplex", "-v", "-l", line, str(played), str(recorded)
    )  # ends with 255 also where all went well
    assert "playing" in done.stdout
    assert "AT+VTR" in device.said
    assert recorded.stat().st_size > 8000
