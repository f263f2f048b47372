"""What lines behind a device promise beyond every line's promises: a driver's test module inherits this class too.

The fixture `device` (DeviceBench) is a line that is ready, with a cable that can be pulled.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from hardware.base import Alerting, Answered, Cause, DeviceBack, DeviceLost, Ended
from tests.hardware.contract import LineBench, check_call

STATES = ["idle", "dialling", "ringing", "connected", "releasing"]


@dataclass
class DeviceBench:
    """cut: pull the device. join: plug it in again, under another name. on_hook: the device's own line is at rest.

    deaf: from now on the device answers nothing."""

    bench: LineBench
    cut: Callable[[], None]
    join: Callable[[], None]
    deaf: Callable[[], None]
    on_hook: Callable[[], bool]

    def reach(self, state: str) -> None:
        bench = self.bench
        if state != "idle":
            bench.line.dial(bench.answering if state == "connected" else bench.ringing, "call-1")
        if state in ("ringing", "connected", "releasing"):
            bench.until(Answered if state == "connected" else Alerting)
        if state == "releasing":
            bench.line.hang_up()


class DeviceContract:
    """A line behind a device keeps these promises:

    1. Pulled in any state: DeviceLost once, the call ends once with Ended(DEVICE) within 5 s, and dialling then fails at once, politely.
    2. Plugged in again, under whatever name: DeviceBack, and the next call works.
    3. A device that falls silent in any state: a hang-up still reaches Ended within 5 s.
    4. Closing in any state hangs up the device's own line.
    5. Hanging up while it rings brings the device's own line to rest.
    """

    @pytest.mark.parametrize("state", STATES)
    def test_1_and_2_pulled_and_plugged_in_again(self, device: DeviceBench, state: str) -> None:
        bench = device.bench
        device.reach(state)
        device.cut()
        bench.until(DeviceLost, within=5000)
        if state != "idle":
            assert bench.ended(within=5000).cause is Cause.DEVICE
        bench.wait(3000)
        assert sum(isinstance(event, DeviceLost) for event in bench.events) == 1
        if state != "idle":
            check_call(bench.events, "call-1")
        bench.events.clear()
        bench.line.dial(bench.ringing, "call-2")
        ended = bench.ended(within=5000)
        assert (ended.cause, ended.call_id) == (Cause.DEVICE, "call-2")
        device.join()
        bench.until(DeviceBack, within=30_000)
        bench.events.clear()
        bench.line.dial(bench.answering, "call-3")
        bench.until(Answered)
        bench.line.hang_up()
        assert bench.ended(within=5000).cause is Cause.LOCAL_HANGUP
        check_call([event for event in bench.events if event.call_id], "call-3")

    @pytest.mark.parametrize("state", STATES[1:])
    def test_3_a_hang_up_ends_the_call_though_the_device_is_deaf(
        self, device: DeviceBench, state: str
    ) -> None:
        device.reach(state)
        device.deaf()
        device.bench.wait(200)
        device.bench.line.hang_up()
        device.bench.ended(within=5000)
        device.bench.wait(30_000)
        assert sum(isinstance(event, Ended) for event in device.bench.events) == 1

    @pytest.mark.parametrize("state", STATES)
    def test_4_closing_hangs_the_device_up(self, device: DeviceBench, state: str) -> None:
        device.reach(state)
        device.bench.line.close()
        device.bench.wait(2000)
        assert device.on_hook()

    @pytest.mark.parametrize("state", ["dialling", "ringing", "connected"])
    def test_5_hanging_up_brings_the_device_to_rest(self, device: DeviceBench, state: str) -> None:
        device.reach(state)
        device.bench.line.hang_up()
        device.bench.ended(within=5000)
        assert device.on_hook()
