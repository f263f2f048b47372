"""An emulated V.250/V.253 voice modem. Its line: what a number does, what the far side says, what is heard of us."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hardware.dle import DleReader, Samples, Sign, shielded, sign
from hardware.models import Codec
from hardware.tones import Tone
from tests.hardware.emulators.device import Device, Faults

RING_BACK, DIALLED = 600, 400
CODECS = {1: "linear", 128: "linear", 130: "alaw", 131: "ulaw"}
VSM = [
    '128,"8-BIT LINEAR",(7200,8000,11025)',
    '129,"16-BIT LINEAR",(7200,8000)',
    '130,"8-BIT ALAW",(8000)',
    '131,"8-BIT ULAW",(8000)',
]


@dataclass
class Chip:
    """What kind of modem this is."""

    ident: str = "AEIGPM560LKTF1  Voice V2 V92cap"
    duplex: bool = True
    dles: int = 1
    line: int = 1
    vsm: tuple[str, ...] = tuple(VSM)
    knows_vrn: bool = True


def voice(start: int, count: int) -> np.ndarray:
    """The far side's sound: 700 Hz, loud, so that 0x10 is among the coded bytes."""
    at = np.arange(start, start + count)
    return (np.sin(2 * np.pi * 700 * at / 8000) * 12000).astype(np.int16)


class VoiceModemEmulator(Device):
    """busy: numbers that are busy (signs, as the modem hears them). vcon_busy: numbers answered BUSY at once, as by a modem that waits
    for ringing. heard: the samples the computer sent. The rest rings; answer() is the resident's deed, leave() his hanging up."""

    def __init__(
        self,
        now: Callable[[], int],
        faults: Faults | None = None,
        chip: Chip | None = None,
        busy: str = "",
        refused: str = "",
    ) -> None:
        super().__init__(now, faults)
        self.chip = chip or Chip()
        self.busy, self.refused = busy, refused
        self.number = ""
        self.off_hook = False
        self.dialling = False
        self.mode = ""
        self.service = "0"
        self.heard = b""
        self.keys = ""
        self.answered = False
        self._codec = Codec("128,8000", "linear")
        self._since = self._given = 0
        self._reader = DleReader()
        self._dles = 0

    # The line ---------------------------------------------------------------------------------------------------------------------

    def answer(self) -> None:
        """The resident picks up: the ringing stops, the line reverses its polarity."""
        self.answered = True
        self.tell("L")

    def leave(self) -> None:
        """The resident hangs up, and the exchange sends busy tone."""
        self.answered = False
        self.busy = self.number
        self._busy_tone()

    def drop(self, how: str) -> None:
        """The modem falls out of the call: "etx" properly, "bare" with a NO CARRIER among the samples."""
        mode, self.mode = self.mode, ""
        self.off_hook = False
        if mode and how == "etx":
            self.put(sign("\x03"))
        self.say("NO CARRIER")

    def tell(self, code: str) -> None:
        """A sign into the stream."""
        if self.mode in ("VTR", "VRX"):
            self._samples()
            self.put(sign(code))

    def ring(self) -> None:
        """Somebody calls this line."""
        if self.mode:
            self.tell("R")
        else:
            self.say("RING")

    def _busy_tone(self) -> None:
        if self.off_hook and self.number and self.number == self.busy:
            self.tell("b")
            self.later(700, self._busy_tone)

    # Commands ---------------------------------------------------------------------------------------------------------------------

    def byte(self, byte: int) -> None:
        if self.mode:
            self._stream(byte)
        elif self.dialling:
            self.dialling = False  # V.250 5.6.1: any character breaks the dialling off
            self.off_hook = False
            self.say("NO CARRIER")
        else:
            super().byte(byte)

    def command(self, line: str) -> None:
        if line.upper().startswith("ATD") and not self._is(line, self.faults.mute) and not self.faults.dead:
            self.said.append(line)
            self._dial(line)
        else:
            super().command(line)

    def execute(self, body: str) -> list[str] | None:
        upper = body.upper()
        match upper:
            case "E0" | "E0V1Q0" | "Q0V1E0":
                self.echo = False
            case "I" | "I0" | "I3":
                return [self.chip.ident, "OK"]
            case "+FCLASS?":
                return [self.service, "OK"]
            case "+FCLASS=?":
                return ["0,1,8", "OK"]
            case "+VSM=?":
                return [*self.chip.vsm, "OK"]
            case "+VTR" if not self.chip.duplex:
                return ["ERROR"]
            case "+VTR" | "+VRX" | "+VTX":
                self._begin(upper[1:])
                return None
            case "+VRN=0":
                return ["OK" if self.chip.knows_vrn else "ERROR"]
            case "H" | "H0" | "Z" | "+VLS=0":
                self.off_hook, self.number = False, ""
            case _:
                return self._setting(upper)
        return ["OK"]

    def _setting(self, upper: str) -> list[str]:
        if found := re.fullmatch(r"\+VSM=(\d+),8000.*", upper):
            if int(found[1]) not in CODECS:
                return ["ERROR"]
            self._codec = Codec(upper, CODECS[int(found[1])])
        elif upper == f"+VLS={self.chip.line}":
            self.off_hook = True
        elif upper.startswith("+FCLASS="):
            self.service = upper[8:]
        elif upper.startswith("+VTS="):
            self.keys += upper[5:].replace(",", "")
        elif not re.fullmatch(
            r"|[EVQXMLZ&]\d?.*|\+(FCLASS|VSD|VGR|VGT|VRA|VRN|VNH|VIT|VCID|IFC|VLS|IPR|FMI|FMM|VBT|VTD|VDR).*|",
            upper,
        ):
            return ["ERROR"]
        return ["OK"]

    def _dial(self, line: str) -> None:
        self.number = re.sub(r"^ATD[TP]?", "", line.upper())
        self.off_hook = self.dialling = True
        self.answered = False

        def dialled() -> None:
            if self.dialling:
                self.dialling = False
                if self.number in ("0", self.refused):
                    self.off_hook = False
                    self.say("BUSY")
                else:
                    self.say("VCON")
                    self.later(RING_BACK, self._busy_tone)

        self.later(DIALLED, dialled)

    # The stream -------------------------------------------------------------------------------------------------------------------

    def _begin(self, mode: str) -> None:
        self.say("CONNECT")
        self.mode, self._since, self._given = mode, self.now(), 0
        self._reader, self._dles = DleReader(), 0

    def far(self, start: int, count: int) -> np.ndarray:
        """What the line sounds like: busy tone, ringback, or the resident."""
        if self.answered:
            return voice(start, count)
        tone = Tone.BUSY if self.number and self.number == self.busy else Tone.RINGBACK
        return tone.samples(start, count)

    def _samples(self) -> None:
        if self.mode in ("VTR", "VRX"):
            due = (self.now() - self._since) * 8 - self._given
            if due > 0:
                self.put(shielded(self._codec.encode(self.far(self._given, due).astype("<i2").tobytes())))
                self._given += due

    def tick(self) -> None:
        self._samples()
        super().tick()

    def _stream(self, byte: int) -> None:
        """From the computer: samples and signs. This chip may want several DLEs in front of a sign."""
        if self.faults.dead:
            return
        if byte == 0x10:
            self._dles += 1
            return
        dles, self._dles = self._dles, 0
        if dles % 2 == 0 or (self.chip.dles > 1 and dles < self.chip.dles):
            self._hear(b"\x10" * dles + bytes([byte]))
            return
        for part in DleReader().feed(b"\x10" + bytes([byte])):
            if isinstance(part, Sign) and part.code in ("!", "^", "\x1b") and self.mode != "VTX":
                self._samples()
                self.mode = ""
                self.put(sign("\x03"))
                self.say("OK")
            elif isinstance(part, Samples):
                self._hear(shielded(part.data))
            elif not isinstance(part, Sign) and self.mode in ("VTX", "VTR"):  # ETX
                if self.mode == "VTR":
                    self.put(sign("\x03"))
                self.mode = ""
                self.say("OK")

    def _hear(self, stuffed: bytes) -> None:
        for part in self._reader.feed(stuffed):
            if isinstance(part, Samples):
                self.heard += self._codec.decode(part.data)
