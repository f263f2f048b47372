"""A cellular module keeps every line's promises, whatever its make and mood, and tells what it knows of itself."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from app.clock import VirtualClock
from hardware.base import Condition
from hardware.cellular import Cellular
from tests.hardware.contract import LineBench, LineContract
from tests.hardware.device_contract import DeviceBench, DeviceContract
from tests.hardware.emulators.bench import DirectPort
from tests.hardware.emulators.device import Faults
from tests.hardware.emulators.module import ModuleEmulator, SoundPort

ANSWERING, RINGING, BUSY = "13812340001", "13812340002", "13812340003"


class Desk:
    """A line with a module on the bench."""

    def __init__(
        self, faults: Faults | None = None, options: Mapping[str, str] | None = None, **module: Any
    ) -> None:
        self.clock = VirtualClock(1_700_000_000_000, 5_000)
        faults = replace(faults) if faults else Faults()
        self.settings = {"answering": ANSWERING, "busy": BUSY, **module}
        self.module = ModuleEmulator(self.clock.mono, faults, **self.settings)
        self.port = DirectPort(self.module)
        self.sound = SoundPort(self.module, lambda start, count: b"\x01\x02" * count)
        self.log: list[tuple[str, str]] = []
        self.line = Cellular(
            self.port, options or {}, self.clock, lambda *said: self.log.append(said), DirectPort(self.sound)
        )
        self.bench = LineBench(self.line, ANSWERING, RINGING, BUSY, self.clock.advance, nobody_real=False)

    def ready(self) -> LineBench:
        self.bench.wait(4000)
        self.bench.events.clear()
        return self.bench

    def conditions(self, what: str) -> list[tuple[str, bool]]:
        return [(e.value, e.good) for e in self.bench.events if isinstance(e, Condition) and e.what == what]

    def plug_in(self) -> None:
        self.module = ModuleEmulator(self.clock.mono, **self.settings)
        self.sound.module = self.module
        self.port.join(self.module, "COM7")

    def deafen(self) -> None:
        self.module.faults.dead = True


MOODS: dict[str, dict[str, Any]] = {
    "SIM7600": {},
    "Quectel": {"ident": "Quectel\r\nEC20F"},
    "Huawei": {"ident": "huawei\r\nE173"},
    "no list of calls": {"has_list": False, "ident": "ZTE MF190"},
    "moody": {"faults": Faults(keeps_echo=True, chunk=3, garbage=b"\xff\x00\xfe", chatter="+UNKNOWN: 7")},
    "slow": {"faults": Faults(delay={r"ATD.*": 1500, r"AT\+CHUP": 900, r"AT\+CLCC": 300})},
    "without +CHUP": {"faults": Faults(refuse={r"AT\+CHUP"})},
}


class TestCellular(LineContract):
    @pytest.fixture(params=list(MOODS))
    def bench(self, request: pytest.FixtureRequest) -> LineBench:
        return Desk(**MOODS[request.param]).ready()


class TestCellularDevice(DeviceContract):
    @pytest.fixture
    def device(self) -> DeviceBench:
        desk = Desk()
        return DeviceBench(
            desk.ready(), desk.port.cut, desk.plug_in, desk.deafen, lambda: not desk.module.off_hook
        )
