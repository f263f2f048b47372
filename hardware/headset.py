"""The headset's keys and lights over HID (Telephony page 0x0B, LED page 0x08), found by reading the report descriptor: where the bits lie
differs from model to model. Optional in every way: without the library, without a headset, with one that another
program holds, nothing happens.

Not tried on a real headset: there was a fake device with a descriptor written after the HID Usage Tables 1.4 (USB-IF).
"""

import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hardware.base import DeviceBack, DeviceLost, HeadsetKey, LineEvent
from hardware.hid_report import Field, Layout, parse

try:
    import hid
except (
    ImportError
):  # optional; must be "hidapi" from PyPI: "hid" is another package with the same module name
    hid = None

TELEPHONY, LEDS = 0x0B, 0x08
HOOK, FLASH, REDIAL, MUTE, KEY_0, KEY_POUND = 0x20, 0x21, 0x24, 0x2F, 0xB0, 0xBB
LED_MUTE, LED_OFF_HOOK = 0x09, 0x17

_LOOK = 1000  # ms between two looks for a headset
_PAGES = (TELEPHONY,)
_LONGEST = 64


class Clock(Protocol):
    """Anything with mono() in ms."""

    def mono(self) -> int:
        """Monotonic milliseconds."""


class HidSystem(Protocol):
    """What is used of the hidapi module."""

    def enumerate(self) -> Sequence[Mapping[str, Any]]:
        """Devices with path, usage_page, usage, product_string."""

    def device(self) -> Any:
        """An unopened device."""


def open_headset(
    clock: Clock, log: Callable[[str, str], None], system: HidSystem | None = None
) -> "HidHeadset":
    """The headset of this workplace, whenever there is one. system: hidapi, unless another is given."""
    return HidHeadset(clock, log, system if system is not None else hid)


class HidHeadset:
    """A Headset. Lives on the thread that calls poll(); opening and writing take a few ms."""

    def __init__(self, clock: Clock, log: Callable[[str, str], None], system: HidSystem | None) -> None:
        self._clock, self._log, self._system = clock, log, system
        self._device: Any = None
        self._layout = Layout((), ())
        self._held: dict[Field, int] = {}
        self._lights = {LED_OFF_HOOK: False, LED_MUTE: False}
        self._events: deque[LineEvent] = deque()
        self._next_look = 0
        self._was_there = self._closed = False
        self._troubled: set[str] = set()

    def off_hook(self, *, on: bool) -> None:
        """A call is on, or over."""
        self._light(LED_OFF_HOOK, on=on)

    def mute(self, *, on: bool) -> None:
        """The mute light."""
        self._light(LED_MUTE, on=on)

    def poll(self) -> Sequence[LineEvent]:
        """What happened since the last poll."""
        if self._closed or self._system is None:
            return ()
        if self._device is None and self._clock.mono() >= self._next_look:
            self._next_look = self._clock.mono() + _LOOK
            self._look()
        if self._device is not None:
            self._read()
        events, self._events = list(self._events), deque()
        return events

    def close(self) -> None:
        """Lights out, let go."""
        if self._device is not None:
            for light in self._lights:
                self._light(light, on=False)
            self._drop()
        self._closed = True

    def _look(self) -> None:
        assert self._system is not None
        try:
            found = [each for each in self._system.enumerate() if each.get("usage_page") in _PAGES]
        except Exception as error:  # noqa: BLE001 — enumeration errors are never fatal
            self._complain(f"headsets cannot be listed: {error}")
            return
        for each in found:
            device = self._system.device()
            try:
                device.open_path(each["path"])
                device.set_nonblocking(True)
                layout = parse(bytes(device.get_report_descriptor()))
            except Exception as error:  # noqa: BLE001 — taken by another program, gone again, an odd descriptor …
                self._complain(f"headset {each.get('product_string')}: {error}")
                with contextlib.suppress(Exception):
                    device.close()
                continue
            self._take(device, layout, str(each.get("product_string") or ""))
            return

    def _take(self, device: Any, layout: Layout, name: str) -> None:
        self._device, self._layout, self._held = device, layout, {}
        self._troubled.clear()
        self._log(">", f"headset: opened {name}")
        if self._was_there:
            self._events.append(DeviceBack(self._clock.mono(), ""))
        self._was_there = True
        self._show()

    def _read(self) -> None:
        try:
            while report := bytes(self._device.read(_LONGEST)):
                self._heard(report)
        except (OSError, ValueError) as error:
            self._lost(error)

    def _heard(self, report: bytes) -> None:
        for field, value in self._layout.read(report):
            before, self._held[field] = self._held.get(field), value
            if field.page != TELEPHONY:
                continue
            key = _key(field, before, value)
            if key:
                self._log("<", f"headset: {key}")
                self._events.append(HeadsetKey(self._clock.mono(), "", key))

    def _light(self, usage: int, *, on: bool) -> None:
        self._lights[usage] = on
        self._show()

    def _show(self) -> None:
        """All lights at once: one report may carry several, and what it does not mention it switches off."""
        if self._device is None or self._closed:
            return
        wanted = {(LEDS, usage): int(on) for usage, on in self._lights.items()}
        try:
            for report in self._layout.write(wanted):
                if self._device.write(report) < 0:
                    raise OSError("the headset does not take the report")
        except (OSError, ValueError) as error:
            self._lost(error)

    def _lost(self, error: Exception) -> None:
        self._log("!", f"headset: {error}")
        self._drop()
        self._events.append(DeviceLost(self._clock.mono(), ""))

    def _drop(self) -> None:
        with contextlib.suppress(Exception):
            self._device.close()
        self._device = None
        self._next_look = self._clock.mono() + _LOOK

    def _complain(self, text: str) -> None:
        if text not in self._troubled:
            self._troubled.add(text)
            self._log("!", text)


def _key(field: Field, before: int | None, value: int) -> str:
    """The key's name when it was just pressed (or the hook moved), else ""."""
    if field.usage == HOOK and not field.relative:
        if before is None and not value:
            return ""  # the first report only says that it is on hook
        return "" if before == value else ("off_hook" if value else "on_hook")
    if field.usage == MUTE and not field.relative:  # it holds the state instead of saying "change over"
        return "mute" if value != (before or 0) else ""
    if not value or (before and not field.relative):
        return ""
    if KEY_0 <= field.usage <= KEY_POUND:
        return "0123456789*#"[field.usage - KEY_0]
    return {HOOK: "off_hook", MUTE: "mute", FLASH: "flash", REDIAL: "redial"}.get(field.usage, "")
