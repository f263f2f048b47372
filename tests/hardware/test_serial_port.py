"""A serial port in threads: found again under another name, taken by another program, pulled at any moment."""

import os
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import serial

from hardware.find import find, recognised
from hardware.serial_port import Identity, Lost, Opened, Received, SerialPort, listed, opened, whereabouts
from tests.hardware.emulators.device import Faults
from tests.hardware.emulators.module import ModuleEmulator

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX")
if sys.platform != "win32":
    from tests.hardware.emulators.pty import Pty


def milliseconds() -> int:
    return time.monotonic_ns() // 1_000_000


def until(port: SerialPort, enough: Callable[[list[object]], bool]) -> list[object]:
    """What arrived, when it is enough; fails after a minute."""
    arrived: list[object] = []
    give_up = time.monotonic() + 60
    while not enough(arrived):
        assert time.monotonic() < give_up, arrived
        arrived += port.take()
        time.sleep(0.005)
    return arrived


def text(arrived: list[object]) -> bytes:
    return b"".join(each.data for each in arrived if isinstance(each, Received))


@POSIX
def test_bytes_go_both_ways_and_a_pull_is_noticed() -> None:
    with Pty(ModuleEmulator(milliseconds)) as pty:
        port = SerialPort(pty.name, 115_200, retry_after=0.05)
        until(port, lambda arrived: any(isinstance(each, Opened) for each in arrived))
        port.write(b"AT+CSQ\r")
        until(port, lambda arrived: b"OK" in text(arrived))
        pty.pull()
        lost = until(port, lambda arrived: any(isinstance(each, Lost) for each in arrived))
        assert isinstance(lost[-1], Lost)
        port.write(b"into the void\r")
        port.close()


@POSIX
def test_a_farewell_is_sent_before_the_port_closes() -> None:
    device = ModuleEmulator(milliseconds)
    with Pty(device) as pty:
        port = SerialPort(pty.name, 115_200)
        until(port, lambda arrived: any(isinstance(each, Opened) for each in arrived))
        port.close((b"\r", b"AT+CHUP\r"))
        give_up = time.monotonic() + 60
        while "AT+CHUP" not in device.said:
            assert time.monotonic() < give_up
            time.sleep(0.005)


@POSIX
def test_a_port_that_another_program_uses_is_told_as_such_and_taken_when_it_is_free() -> None:
    with Pty(ModuleEmulator(milliseconds)) as pty:
        other = opened(pty.name, 115_200)
        port = SerialPort(pty.name, 115_200, retry_after=0.05)
        lost = until(port, lambda arrived: bool(arrived))[0]
        assert isinstance(lost, Lost)
        assert lost.taken
        other.close()
        until(port, lambda arrived: any(isinstance(each, Opened) for each in arrived))
        port.close()


class Broken:
    """A device of pyserial's that fails as they do; is_open says True for ever."""

    is_open = True
    in_waiting = 0

    def __init__(self, error: Exception) -> None:
        self.error, self.closed = error, False

    def read(self, _size: int) -> bytes:
        raise self.error

    def write(self, data: bytes) -> int:
        raise self.error

    def close(self) -> None:
        self.closed = True
        raise OSError("already gone")


@pytest.mark.parametrize(
    "error",
    [
        serial.SerialException("device reports readiness to read but returned no data"),
        OSError(5, "Input/output error"),
        TypeError("closed by another thread"),
        PermissionError(13, "ClearCommError failed"),
    ],
)
def test_however_an_unplug_shows_it_is_a_loss_and_every_handle_is_let_go(error: Exception) -> None:
    device = Broken(error)
    port = SerialPort("COM5", 115_200, open_port=lambda *_: device, list_ports=list, retry_after=60.0)  # type: ignore[arg-type,return-value]
    until(port, lambda arrived: any(isinstance(each, Lost) for each in arrived))
    assert device.closed
    port.close()


def usb(name: str, serial_number: str, location: str = "1-1:1.0") -> SimpleNamespace:
    return SimpleNamespace(
        device=name,
        description="modem",
        vid=0x0572,
        pid=0x1340,
        serial_number=serial_number,
        location=location,
    )


def test_a_device_is_found_under_another_name_by_what_it_is() -> None:
    mine = Identity.of(usb("COM5", "A"))
    assert whereabouts("COM5", mine, [usb("COM5", "B"), usb("COM9", "A")]) == "COM9", (
        "another one has its old name now"
    )
    assert whereabouts("COM5", mine, [usb("COM5", "A"), usb("COM9", "A")]) == "COM5"
    assert whereabouts("COM5", mine, []) == "COM5"
    assert whereabouts("COM5", None, [usb("COM9", "A")]) == "COM5"
    assert whereabouts("COM5", mine, [usb("COM6", "A", "1-1:1.2")]) == "COM5", (
        "another port of the same module is no replacement"
    )


def test_errors_while_listing_are_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[object]:
        raise RuntimeError("the driver of a virtual port")

    monkeypatch.setattr("serial.tools.list_ports.comports", broken)
    assert listed() == []
    assert find() == []


@POSIX
def test_finding_asks_who_is_there_and_a_port_that_cannot_be_opened_is_named_with_its_reason() -> None:
    with (
        Pty(ModuleEmulator(milliseconds)) as module,
        Pty(ModuleEmulator(milliseconds, Faults(dead=True))) as deaf,
    ):
        ports = [usb(module.name, "A"), usb(deaf.name, "B"), usb("/dev/nothing", "C")]
        found = find(ports=lambda: ports)
    assert [(each.driver, each.model) for each in found] == [("cellular", "simcom-7600"), ("", ""), ("", "")]
    assert "No such file" in found[2].trouble


def test_a_modem_without_voice_mode_is_no_line() -> None:
    assert recognised({"AT": "", "ATI": "56000", "AT+FCLASS=?": "0,1,2"}) == ("", "")
    assert recognised({"AT": "", "ATI": "56000", "AT+FCLASS=?": "0,1,8"}) == ("voice_modem", "conexant")
