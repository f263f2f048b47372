"""The sound of a cellular module that comes as samples over a second serial port (SIMCom's +CPCMREG, Quectel's NMEA port, Huawei's)."""

from hardware.serial_port import Lost, Port, Received
from hardware.stream_pcm import StreamPcm
from hardware.wire_log import Clock, WireLog

DEAF_AFTER = 3_000
"""Milliseconds of an active call without a sample, or with nothing but silence, until it is told."""


class PcmPort:
    """16-bit little-endian samples at 8000 Hz both ways. pcm: what the sound of the workstation reads and writes."""

    def __init__(self, port: Port, clock: Clock, log: WireLog) -> None:
        self._port, self._clock, self._log = port, clock, log
        self.pcm = StreamPcm(self.pump)
        self._half = b""
        self._on = False

    def pump(self) -> None:
        """Take in what came. Samples outside a call are thrown away."""
        for arrival in self._port.take():
            if isinstance(arrival, Received) and self._on:
                data = self._half + arrival.data
                whole = len(data) & ~1
                self._half = data[whole:]
                if whole:
                    self.pcm.came(data[:whole], self._clock.mono())
            elif isinstance(arrival, Lost):
                self._log("note", f"sound port: {arrival.reason}")

    def start(self) -> None:
        """A call's sound begins."""
        self.pump()
        self.pcm.begin(self._clock.mono())
        self._half, self._on = b"", True
        self.pcm.send = self._port.write

    def stop(self) -> None:
        """It ends."""
        self._on, self.pcm.send = False, None

    def trouble(self) -> str:
        """What is wrong with the two directions, "" when nothing is: nothing comes, only silence comes, or ours is not taken."""
        self.pump()
        now = self._clock.mono()
        if now - max(self.pcm.last_at, self.pcm.since) >= DEAF_AFTER:
            return "nothing comes from the far side"
        if now - self.pcm.since >= DEAF_AFTER and not self.pcm.loud:
            return "only digital silence comes from the far side"
        if self._port.waiting() > 8000:
            return "the module does not take our voice"
        return ""

    def close(self) -> None:
        """Let go of the port."""
        self.stop()
        self._port.close()
