"""The headset's keys and lights, on fake devices whose report descriptors are written as real ones are."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import VirtualClock
from hardware.base import DeviceBack, DeviceLost, HeadsetKey
from hardware.headset import HidHeadset, open_headset
from hardware.hid_report import parse

# Usage Page (Telephony), Usage (Headset), Collection, Report ID 1: hook (absolute), mute (relative), 6 bits padding;
# Report ID 2, LED page: mute, off-hook, ring; 5 bits padding.
USUAL = bytes.fromhex(
    "050b 0905 a101 8501 1500 2501 0920 7501 9501 8102 092f 8106 7506 9501 8101"
    "8502 0508 0909 0917 0918 7501 9503 9102 7505 9501 9101 c0"
)
# No report ids; a keypad as an array, flash and redial, hook one-shot (relative), lights as ring, then off-hook, in the upper half.
OTHER = bytes.fromhex(
    "050b 0905 a101 1501 250c 19b0 29bb 7504 9501 8100 1500 2501 0920 0921 0924 092f 7501 9504 8106"
    "7504 9501 9101 0508 0918 0917 7501 9502 9102 9502 9101 c0"
)


class FakeDevice:
    def __init__(self, socket: "Usb") -> None:
        self.socket = socket
        self.open = False

    def open_path(self, path: bytes) -> None:
        if self.socket.taken or not self.socket.plugged:
            raise OSError("open failed")
        self.open = True

    def set_nonblocking(self, on: bool) -> None: ...

    def get_report_descriptor(self) -> list[int]:
        return list(self.socket.descriptor)

    def read(self, size: int) -> list[int]:
        if not self.socket.plugged:
            raise OSError("read error")
        return self.socket.coming.pop(0) if self.socket.coming else []

    def write(self, report: bytes) -> int:
        if not self.socket.plugged:
            return -1
        self.socket.written.append(bytes(report))
        return len(report)

    def close(self) -> None:
        self.open = False


class Usb:
    """hidapi with one headset (and a mouse)."""

    def __init__(self, descriptor: bytes = USUAL) -> None:
        self.descriptor = descriptor
        self.plugged, self.taken, self.broken = True, False, False
        self.coming: list[list[int]] = []
        self.written: list[bytes] = []

    def enumerate(self) -> Sequence[Mapping[str, Any]]:
        if self.broken:
            raise OSError("enumeration failed")
        mouse = {"path": b"mouse", "usage_page": 1, "usage": 2, "product_string": "Mouse"}
        found = {"path": b"headset", "usage_page": 0x0B, "usage": 5, "product_string": "Headset"}
        return [mouse, found] if self.plugged else [mouse]

    def device(self) -> FakeDevice:
        return FakeDevice(self)


class Desk:
    def __init__(self, usb: Usb | None) -> None:
        self.clock = VirtualClock(0)
        self.log: list[str] = []
        self.headset = HidHeadset(self.clock, lambda way, text: self.log.append(text), usb)
        self.headset.poll()

    def keys(self, milliseconds: int = 0) -> list[object]:
        self.clock.advance(milliseconds)
        return [each.key if isinstance(each, HeadsetKey) else type(each) for each in self.headset.poll()]


@pytest.fixture
def usb() -> Usb:
    return Usb()


@pytest.fixture
def desk(usb: Usb) -> Desk:
    return Desk(usb)


def test_taking_off_and_putting_down_is_heard_once_each(usb: Usb, desk: Desk) -> None:
    usb.coming = [[1, 0], [1, 1], [1, 1], [1, 0]]
    assert desk.keys() == ["off_hook", "on_hook"]


def test_every_press_of_mute_changes_over_whether_the_headset_sends_the_release_or_not(
    usb: Usb, desk: Desk
) -> None:
    usb.coming = [[1, 1], [1, 3], [1, 1], [1, 3], [1, 3]]
    assert desk.keys() == ["off_hook", "mute", "mute", "mute"]


def test_the_lights_lie_where_the_descriptor_says(usb: Usb, desk: Desk) -> None:
    usb.written.clear()
    desk.headset.off_hook(on=True)
    desk.headset.mute(on=True)
    desk.headset.off_hook(on=False)
    assert usb.written == [b"\x02\x02", b"\x02\x03", b"\x02\x01"]


def test_another_headset_has_them_elsewhere() -> None:
    usb = Usb(OTHER)
    desk = Desk(usb)
    usb.coming = [[0x10], [0x00], [0x10], [0x01], [0x00], [0x0C], [0x20], [0x80]]
    assert desk.keys() == ["off_hook", "off_hook", "0", "#", "flash", "mute"]
    usb.written.clear()
    desk.headset.off_hook(on=True)
    assert usb.written == [b"\x00\x20"]


def test_pulled_and_plugged_in_again_the_lights_are_as_they_should_be(usb: Usb, desk: Desk) -> None:
    desk.headset.off_hook(on=True)
    usb.plugged = False
    assert desk.keys() == [DeviceLost]
    assert desk.keys(5000) == []
    desk.headset.mute(on=True)
    usb.plugged = True
    usb.written.clear()
    assert desk.keys(1000) == [DeviceBack]
    assert usb.written == [b"\x02\x03"]


def test_a_headset_pulled_while_a_light_is_switched_is_lost_and_nothing_else(usb: Usb, desk: Desk) -> None:
    usb.plugged = False
    desk.headset.off_hook(on=True)
    assert desk.keys() == [DeviceLost]


def test_a_headset_that_another_program_holds_is_tried_again_and_complained_of_once(usb: Usb) -> None:
    usb.taken = True
    desk = Desk(usb)
    for _ in range(5):
        assert desk.keys(1000) == []
    assert len(desk.log) == 1
    usb.taken = False
    usb.coming = [[1, 1]]
    assert desk.keys(1000) == ["off_hook"]


def test_errors_while_looking_are_never_fatal(usb: Usb) -> None:
    usb.broken = True
    desk = Desk(usb)
    assert desk.keys(1000) == []
    usb.broken, usb.descriptor = False, USUAL[:7]
    assert desk.keys(1000) == []
    usb.descriptor = USUAL
    usb.coming = [[1, 1]]
    assert desk.keys(1000) == ["off_hook"]


def test_without_library_or_headset_nothing_happens() -> None:
    desk = Desk(None)
    for light in (desk.headset.off_hook, desk.headset.mute):
        light(on=True)
    assert desk.keys(5000) == []
    desk.headset.close()


def test_the_real_library_finds_nothing_here_and_says_so_quietly() -> None:
    headset = open_headset(VirtualClock(0), lambda way, text: None)
    assert list(headset.poll()) == []
    headset.close()


def test_after_closing_the_lights_are_out_and_nothing_is_heard(usb: Usb, desk: Desk) -> None:
    desk.headset.off_hook(on=True)
    desk.headset.close()
    assert usb.written[-1] == b"\x02\x00"
    usb.coming = [[1, 1]]
    assert desk.keys(5000) == []
    desk.headset.close()


@given(st.binary(max_size=80))
def test_any_bytes_are_a_layout_or_a_value_error(descriptor: bytes) -> None:
    try:
        layout = parse(descriptor)
    except ValueError:
        return
    for report in (b"", b"\x01", bytes(range(64))):
        list(layout.read(report))
    layout.write({(each.page, each.usage): 1 for each in layout.outputs})


@given(st.data())
@settings(max_examples=50)
def test_a_descriptor_is_read_as_it_was_written(data: st.DataObject) -> None:
    """Fields of random width, padding between them, several reports: what goes in comes out."""
    reports = data.draw(st.lists(st.integers(1, 255), min_size=1, max_size=3, unique=True))
    items, expected = bytearray(bytes.fromhex("050b0905a101")), []
    for report in reports:
        items += bytes([0x85, report])
        at = 0
        for usage in data.draw(st.lists(st.integers(0x20, 0x7F), min_size=1, max_size=6, unique=True)):
            bits, gap = data.draw(st.tuples(st.integers(1, 16), st.integers(0, 7)))
            items += bytes([0x75, bits, 0x95, 1, 0x09, usage, 0x81, 0x02])
            expected.append((report, usage, at, bits))
            at += bits + gap
            if gap:
                items += bytes([0x75, gap, 0x95, 1, 0x81, 0x01])
    layout = parse(bytes(items) + b"\xc0")
    assert [(each.report, each.usage, each.at, each.bits) for each in layout.inputs] == expected
    values = {(report, usage): data.draw(st.integers(0, 2**bits - 1)) for report, usage, _, bits in expected}
    for report in reports:
        whole = sum(values[report, usage] << at for number, usage, at, _ in expected if number == report)
        read = {
            field.usage: value for field, value in layout.read(bytes([report]) + whole.to_bytes(20, "little"))
        }
        assert read == {usage: values[report, usage] for number, usage, _, _ in expected if number == report}
