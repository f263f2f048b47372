"""The voice stream between computer and modem (ITU-T V.253): samples with signs in between, each sign behind a DLE.

A sample that happens to be a DLE (0x10) comes doubled; DLE SUB stands for two of them. DLE ETX ends the stream, DLE X … DLE . wraps a
longer report, anything else behind a DLE is one sign: "b" busy tone, "d" dial tone, "s" silence … Reads may cut it anywhere.
"""

from dataclasses import dataclass

DLE, ETX, SUB = 0x10, 0x03, 0x1A
_DLE = bytes([DLE])
_LONG_BEGINS, _LONG_ENDS = ord("X"), ord(".")
_LONGEST = 64
"""Signs in a longer report before it is taken for noise."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Sample bytes as the modem coded them (one byte a sample), without a DLE doubled."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Sign:
    """What the modem says in between. code: one character, or the text of a longer report."""

    code: str


@dataclass(frozen=True, slots=True)
class End:
    """The stream is over. rest: bytes behind it, which are commands' answers again."""

    rest: bytes


Part = Samples | Sign | End


class DleReader:
    """Takes the stream apart, however it was cut. After End it takes nothing more: make a new one for the next stream."""

    def __init__(self) -> None:
        self._after_dle = False
        self._long: bytearray | None = None

    def feed(self, data: bytes) -> list[Part]:
        """The parts in `data`, in order; neighbouring samples come in one piece."""
        parts: list[Part] = []
        samples = bytearray()
        at = 0
        while at < len(data):
            if self._after_dle:
                self._after_dle = False
                if data[at] == ETX:
                    self._flush(samples, parts)
                    parts.append(End(data[at + 1 :]))
                    return parts
                samples += self._behind_dle(data[at], samples, parts)
                at += 1
                continue
            until = data.find(_DLE, at)
            plain = data[at:] if until < 0 else data[at:until]
            if self._long is None:
                samples += plain
            else:
                self._long_report(plain)
            if until < 0:
                break
            self._after_dle, at = True, until + 1
        self._flush(samples, parts)
        return parts

    def _behind_dle(self, byte: int, samples: bytearray, parts: list[Part]) -> bytes:
        """What a byte behind a DLE adds to the samples; a sign goes into parts."""
        if byte == DLE:
            return _DLE
        if byte == SUB:
            return _DLE * 2
        if self._long is not None:
            if byte == _LONG_ENDS:
                code, self._long = self._long.decode("ascii", "replace"), None
                self._flush(samples, parts)
                parts.append(Sign(code))
            return b""
        if byte == _LONG_BEGINS:
            self._long = bytearray()
            return b""
        self._flush(samples, parts)
        parts.append(Sign(chr(byte)))
        return b""

    def _long_report(self, data: bytes) -> None:
        assert self._long is not None
        self._long += data
        if len(self._long) > _LONGEST:  # a lost "DLE ." must not swallow the rest of the call
            self._long = None

    @staticmethod
    def _flush(samples: bytearray, parts: list[Part]) -> None:
        if samples:
            parts.append(Samples(bytes(samples)))
            samples.clear()


def shielded(samples: bytes) -> bytes:
    """Sample bytes for the stream: every DLE doubled."""
    return samples.replace(_DLE, _DLE * 2)


def sign(code: str, dles: int = 1) -> bytes:
    """A sign for the modem: "!" stop receiving, "^" stop both ways, "\\x03" no more samples.

    dles: how many DLEs this chip wants in front. One is the standard; the Zoom 3095 moves only on three, though its manual says two
    (github.com/emxsys/callattendant/issues/94).
    """
    return _DLE * dles + code.encode("ascii")
