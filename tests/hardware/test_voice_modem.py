"""A voice modem keeps every line's promises, whatever its chip and whatever its mood."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from app.clock import VirtualClock
from hardware.base import Capability
from hardware.voice_modem import VoiceModem
from tests.hardware.contract import LineBench, LineContract
from tests.hardware.device_contract import DeviceBench, DeviceContract
from tests.hardware.emulators.bench import DirectPort
from tests.hardware.emulators.device import Faults
from tests.hardware.emulators.voice import Chip, VoiceModemEmulator

ANSWERING, RINGING, BUSY = "02812340", "02812341", "02812342"


class Desk:
    """A line with a voice modem on the bench, and the person at it: he hears the resident, presses "answered", and gives up in time."""

    def __init__(
        self, chip: Chip | None = None, faults: Faults | None = None, options: Mapping[str, str] | None = None
    ) -> None:
        self.clock = VirtualClock(1_700_000_000_000, 5_000)
        faults = replace(faults) if faults else Faults()
        self.modem = VoiceModemEmulator(self.clock.mono, faults, chip, busy=BUSY)
        self.port = DirectPort(self.modem)
        self.log: list[tuple[str, str]] = []
        self.line = VoiceModem(self.port, options or {}, self.clock, lambda *said: self.log.append(said))
        self._rings_since: int | None = None

    def advance(self, milliseconds: int) -> None:
        self.clock.advance(milliseconds)
        modem = self.modem
        ringing = modem.off_hook and not modem.dialling and bool(modem.mode) and modem.number
        if not ringing:
            self._rings_since = None
        elif self._rings_since is None:
            self._rings_since = self.clock.mono()
        elif (
            modem.number == ANSWERING and not modem.answered and self.clock.mono() - self._rings_since > 3000
        ):
            modem.answer()
            if Capability.ANSWER_SUPERVISION not in self.line.capabilities:
                self.line.mark_answered()

    def plug_in(self) -> None:
        self.modem = VoiceModemEmulator(self.clock.mono, None, self.modem.chip, busy=BUSY)
        self.port.join(self.modem, "COM7")

    def deafen(self) -> None:
        self.modem.faults.dead = True

    def ready(self) -> LineBench:
        bench = LineBench(self.line, ANSWERING, RINGING, BUSY, self.advance, nobody_real=False)
        bench.wait(3000)
        bench.events.clear()
        return bench


CHIPS: dict[str, tuple[Chip, Faults, Mapping[str, str]]] = {
    "any V.253": (Chip(), Faults(), {}),
    "reversal": (Chip(), Faults(), {"answer": "reversal"}),
    "half duplex": (Chip(duplex=False), Faults(), {}),
    "zoom": (
        Chip(ident="ZOOM 3095", duplex=False, dles=3, vsm=('1,"UNSIGNED PCM",8,0,8000,0,0',)),
        Faults(),
        {},
    ),
    "multitech": (Chip(ident="MultiTech MT9234MU", duplex=False, line=2), Faults(), {}),
    "usr": (Chip(ident="U.S. Robotics 56K Voice"), Faults(), {}),
    "moody": (Chip(), Faults(keeps_echo=True, chunk=3, garbage=b"\xff\x00\xfe", chatter="+UNKNOWN: 7"), {}),
    "slow": (Chip(), Faults(delay={r"ATH|AT\+VLS.*|AT\+VTR": 700}), {}),
}


class TestVoiceModem(LineContract):
    @pytest.fixture(params=list(CHIPS))
    def bench(self, request: pytest.FixtureRequest) -> LineBench:
        return Desk(*CHIPS[request.param]).ready()


class TestVoiceModemDevice(DeviceContract):
    @pytest.fixture(params=["any V.253", "zoom"])
    def device(self, request: pytest.FixtureRequest) -> DeviceBench:
        desk = Desk(*CHIPS[request.param])
        return DeviceBench(
            desk.ready(), desk.port.cut, desk.plug_in, desk.deafen, lambda: not desk.modem.off_hook
        )
