"""iaxmodem, a modem of others, on a pty: our dialogue and our driver against it. Without a server a dial gives silence."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.clock import SystemClock
from hardware.at import Ask, AtEngine, Reply
from hardware.base import DeviceLost, Fault, LineEvent
from hardware.serial_port import Opened, Received, SerialPort
from hardware.voice_modem import open_line
from hardware.wire_log import WireLog

pytestmark = [
    pytest.mark.real,
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("iaxmodem"), reason="iaxmodem is not installed"),
]
CONFIG = Path("/etc/iaxmodem/ttyFXIAX")


def until(what: Callable[[], bool], seconds: float = 120) -> None:
    give_up = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < give_up, "nothing came"
        time.sleep(0.01)


@pytest.fixture
def modem() -> Iterator[str]:
    folder = Path(tempfile.mkdtemp(prefix="fx"))  # iaxmodem has little room for a name
    device = folder / "tty"
    try:
        CONFIG.parent.mkdir(exist_ok=True)
        CONFIG.write_text(
            f"device {device}\nport 4599\nserver 127.0.0.1\npeername fangxin\nsecret none\ncodec slinear\nnodaemon\n"
        )
    except PermissionError:
        pytest.skip("iaxmodem reads its settings from /etc, where we may not write")
    with subprocess.Popen(
        ["iaxmodem", CONFIG.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            until(device.exists)
            yield str(device)
        finally:
            running.terminate()
            CONFIG.unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)


class Talk:
    """Commands over a real port, one after the other."""

    def __init__(self, name: str) -> None:
        self.port, self.clock = SerialPort(name, 115_200), SystemClock()
        self.engine = AtEngine(self.port.write, self.clock, WireLog(lambda *_: None), ("RING",))
        until(lambda: any(isinstance(each, Opened) for each in self.port.take()))

    def ask(self, text: str, timeout: int = 60_000) -> Reply:
        self.engine.ask(Ask(text, timeout))
        found: list[Reply] = []

        def answered() -> bool:
            for each in self.port.take():
                if isinstance(each, Received):
                    self.engine.feed(each.data)
            self.engine.tick()
            if reply := self.engine.take():
                found.append(reply)
            return bool(found)

        until(answered)
        return found[0]


def test_our_dialogue_understands_it(modem: str) -> None:
    talk = Talk(modem)
    assert talk.ask("ATE0V1Q0X4") == Reply("OK"), (
        "the echo of the command that switches the echo off is no line of its answer"
    )
    assert talk.ask("AT+FCLASS=?") == Reply("OK", ("0,1,1.0",))
    assert talk.ask("AT+FCLASS=8") == Reply("ERROR")
    assert talk.ask("ATDT100", timeout=3000).silent, "without a server it says nothing at all"
    talk.engine.hasten(0)
    talk.port.close((b"\r", b"ATH\r"))


def test_a_modem_without_voice_mode_is_refused_in_words(modem: str) -> None:
    line = open_line(modem, {}, SystemClock(), lambda *_: None)
    heard: list[LineEvent] = []

    def told() -> bool:
        heard.extend(line.poll())
        return any(isinstance(each, Fault) and "no voice mode" in each.text for each in heard)

    until(told)
    assert [each for each in heard if isinstance(each, DeviceLost)]
    line.close()
