"""What keeps the interviewer's ear safe: nothing louder than a ceiling, nothing suddenly much louder than before, no howl, no fax shriek.

Three gains, the smallest counts: (1) a look-ahead peak limiter that is never exceeded; (2) a leash on sudden rises, after the idea of
ITU-T P.360 and of the "startle" part of acoustic-shock protectors: what comes out may be at most LEAP dB above what was heard lately, so a
burst out of silence begins softly; (3) narrow tones above 650 Hz that last (feedback, fax, howler) are turned down; ring-back at 450 Hz
is not. Levels are dB full scale: what that is in the ear depends on the headset, so a headset's own protection stays necessary.
"""

from dataclasses import dataclass

import numpy as np

from hardware.audio.resample import Floats

PIECE = 0.002
"""Seconds over which one gain is computed; the look-ahead is one piece."""

_RELEASE = 60.0  # dB a second: how fast the gain comes back
_CALM = 60.0  # dB a second: how fast the leash gets longer while it stays loud
_FORGET = 12.0  # dB a second: how fast earlier loudness is forgotten
_LOWEST_HERTZ = 650.0
_TONE_SPAN = 0.032  # seconds looked at for a tone
_PURE = 0.85  # share of the power in one narrow peak that makes it a tone
_PATIENCE = 0.10  # seconds a tone may last: a DTMF key has two peaks, speech none for so long


@dataclass(frozen=True, slots=True)
class Safety:
    """ceiling: loudest sample, dBFS. leap: dB by which sound may rise at once above what was before. floor: dBFS from which on a
    rise counts. tone: dBFS that a lasting shrill tone may have."""

    ceiling: float = -9.0
    leap: float = 20.0
    floor: float = -40.0
    tone: float = -30.0


class Limiter:
    """A stream of one channel at `rate` Hz made safe. It comes out one piece (2 ms) later than it goes in."""

    def __init__(self, rate: int, safety: Safety | None = None) -> None:
        self.rate = rate
        self._safety = safety or Safety()
        self._piece = round(rate * PIECE)
        self._ramp: Floats = (np.arange(1, self._piece + 1) / self._piece).astype(np.float32)
        self._waiting: Floats = np.zeros(0, np.float32)  # input not yet a whole piece
        self._held: Floats = np.zeros(self._piece, np.float32)  # the piece behind the look-ahead
        self._need = 1.0  # the gain that the held piece needs
        self._gain = 1.0  # the gain at its beginning
        self._heard = self._safety.floor  # dBFS: how loud it has been lately, for the leash
        self._tones = _Tones(rate)

    def feed(self, sound: Floats) -> Floats:
        """What may be heard of it: as many whole pieces as there are."""
        shrill = self._tones.feed(sound)
        self._waiting = np.concatenate((self._waiting, sound))
        whole = len(self._waiting) // self._piece
        pieces = self._waiting[: whole * self._piece].reshape(whole, self._piece)
        self._waiting = self._waiting[whole * self._piece :]
        peaks = np.abs(pieces).max(axis=1, initial=0)
        safe = [self._step(piece, float(peak), shrill) for piece, peak in zip(pieces, peaks, strict=True)]
        return np.concatenate(safe) if safe else np.zeros(0, np.float32)

    def _step(self, piece: Floats, peak: float, shrill: float) -> Floats:
        need = self._needed(peak, shrill)
        back = self._gain * 10 ** (_RELEASE * PIECE / 20)
        end = min(self._need, need, back, 1.0)
        # Both ends of the ramp are at most what the held piece needs, so every gain between them is.
        gains = self._gain + (end - self._gain) * self._ramp
        safe: Floats = (self._held * gains).astype(np.float32)
        self._held, self._need, self._gain = piece.copy(), need, end
        return safe

    def _needed(self, peak: float, shrill: float) -> float:
        safety = self._safety
        loud = 20 * np.log10(max(peak, 1e-6))
        allowed = min(safety.ceiling, max(self._heard, safety.floor) + safety.leap)
        if shrill:
            allowed = min(allowed, safety.tone)
        rise = min(loud, allowed) - self._heard
        if rise > 0:
            self._heard += min(rise, _CALM * PIECE)
        else:
            self._heard = max(self._heard - _FORGET * PIECE, safety.floor)
        return float(min(1.0, 10 ** ((allowed - loud) / 20)))


class _Tones:
    """Is there a shrill tone that lasts?"""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._span = round(rate * _TONE_SPAN)
        self._window = np.hanning(self._span)
        self._low = int(np.ceil(_LOWEST_HERTZ * self._span / rate))
        self._kept: Floats = np.zeros(0, np.float32)
        self._lasted = 0.0

    def feed(self, sound: Floats) -> bool:
        kept = np.concatenate((self._kept, sound))
        while len(kept) >= self._span:
            pure = self._pure(kept[: self._span])
            self._lasted = self._lasted + _TONE_SPAN / 2 if pure else max(0.0, self._lasted - _TONE_SPAN)
            self._lasted = min(self._lasted, 3 * _PATIENCE)
            kept = kept[self._span // 2 :]
        self._kept = kept
        return self._lasted >= _PATIENCE

    def _pure(self, sound: Floats) -> bool:
        power = np.square(np.abs(np.fft.rfft(sound * self._window)))
        whole = float(power.sum())
        if whole < 1e-3:  # about −60 dBFS: too soft to hurt
            return False
        top = int(power.argmax())
        return top >= self._low and float(power[max(0, top - 2) : top + 3].sum()) > _PURE * whole
