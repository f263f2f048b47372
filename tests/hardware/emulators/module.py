"""An emulated cellular module (3GPP TS 27.007): a list of calls, unsolicited lines, a reason at the end, samples on a second port."""

from collections.abc import Callable

from hardware.base import RATE
from tests.hardware.emulators.device import Device, Faults

ALERTS, ANSWERS, GIVES_UP = 700, 3_000, 45_000


class ModuleEmulator(Device):
    """answering, busy: numbers that behave so; others ring until the network gives up. has_list: knows +CLCC."""

    def __init__(
        self,
        now: Callable[[], int],
        faults: Faults | None = None,
        *,
        answering: str = "",
        busy: str = "",
        ident: str = "SIMCOM INCORPORATED\r\nSIMCOM_SIM7600CE-T",
        has_list: bool = True,
        sim: str = "READY",
        registration: int = 1,
        signal: int = 20,
        pcm_refusals: int = 0,
    ) -> None:
        super().__init__(now, faults)
        self.answering, self.busy, self.ident, self.has_list = answering, busy, ident, has_list
        self.sim, self.registration, self.signal, self.pcm_refusals = sim, registration, signal, pcm_refusals
        self.stat: int | None = None
        self.number = self.keys = ""
        self.why = "No cause information available"
        self.pcm_on = False
        self.incoming = False
        self._call = 0
        self.off_hook = False

    @property
    def answered(self) -> bool:
        return self.stat == 0

    def leave(self) -> None:
        """The respondent hangs up."""
        self._over("Normal call clearing", "NO CARRIER")

    def ring(self) -> None:
        """Somebody calls this card."""
        self.incoming = True
        self.say("RING", '+CLIP: "13900001111",161,"",0,"",0')

    def stop_ringing(self) -> None:
        """He gives up."""
        self.incoming = False
        self.say("NO CARRIER")

    def execute(self, body: str) -> list[str] | None:
        upper = body.upper()
        if upper.startswith("D"):
            self._dial(body[1:].rstrip(";"))
            return ["OK"]
        fixed = {
            "I": [*self.ident.split("\r\n"), "OK"],
            "+CREG?": [f"+CREG: 1,{self.registration}", "OK"],
            "+CEREG?": [f"+CEREG: 0,{self.registration}", "OK"],
            "+CSQ": [f"+CSQ: {self.signal},99", "OK"],
            "+CEER": [f"+CEER: {self.why}", "OK"],
            "+CPIN?": [f"+CPIN: {self.sim}", "OK"] if self.sim else ["+CME ERROR: SIM not inserted"],
            "+CLCC": [*self._list(), "OK"] if self.has_list else ["ERROR"],
        }
        return fixed.get(upper.replace("+CGMI", "I").replace("+CGMM", "I")) or self._deed(upper)

    def _deed(self, upper: str) -> list[str]:
        match upper:
            case "E0" | "E0V1Q0":
                self.echo = False
            case "+CHUP" | "H":
                self._over("", "")
                self.incoming = False
            case "+CPCMREG=1" if self.stat != 0 or self.pcm_refusals:
                self.pcm_refusals = max(self.pcm_refusals - (self.stat == 0), 0)
                return ["ERROR"]
            case "+CPCMREG=1" | "+CPCMREG=0,1":
                self.pcm_on = upper.endswith("G=1")
            case _ if upper.startswith("+VTS="):
                self.keys += upper[5:]
        return ["OK"]

    def _list(self) -> list[str]:
        lines = []
        if self.incoming:
            lines.append('+CLCC: 1,1,4,0,0,"13900001111",161')
        if self.stat is not None:
            lines.append(f'+CLCC: 2,0,{self.stat},0,0,"{self.number}",129')
        return lines

    def _dial(self, number: str) -> None:
        self._call += 1
        call = self._call
        self.number, self.stat, self.off_hook = number, 2, True

        def if_still(what: Callable[[], None]) -> Callable[[], None]:
            return lambda: what() if call == self._call and self.stat is not None else None

        if number == self.busy:
            self.later(ALERTS, if_still(lambda: self._over("User busy", "BUSY")))
            return
        self.later(ALERTS, if_still(lambda: self._stand(3)))
        if number == self.answering:
            self.later(ANSWERS, if_still(self._answer_call))
        else:
            self.later(GIVES_UP, if_still(lambda: self._over("User alerting, no answer", "NO CARRIER")))

    def _stand(self, stat: int) -> None:
        self.stat = stat

    def _answer_call(self) -> None:
        self.stat = 0
        self.say("VOICE CALL: BEGIN")

    def _over(self, why: str, said: str) -> None:
        if self.stat is not None:
            self.stat, self.off_hook, self.pcm_on = None, False, False
            self.why = why or "Client ended call"
            if said:
                self.say("VOICE CALL: END: 000012", said)


class SoundPort(Device):
    """The module's second port: samples while +CPCMREG=1. far: int16 samples from index on; heard: what the computer sent."""

    def __init__(self, module: ModuleEmulator, far: Callable[[int, int], bytes]) -> None:
        super().__init__(module.now)
        self.module, self.far, self.heard = module, far, b""
        self._given: int | None = None
        self._from = 0

    def receive(self, data: bytes) -> None:
        self.heard += data

    def tick(self) -> None:
        if not self.module.pcm_on:
            self._given = None
            return
        if self._given is None:
            self._given, self._from = 0, self.now()
        due = (self.now() - self._from) * RATE // 1000 - self._given
        self._ready += self.far(self._given, due)
        self._given += due
