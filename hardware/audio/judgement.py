"""What is wrong with the sound of a call, judged from the recorded blocks: clipping, silence, one side that is not heard, echo.

Judged twice a second over the last four seconds, so that anything that lasts is told within five. Every change is told once, with
good=True when it is over.
"""

from collections.abc import Callable, Iterable

import numpy as np

from hardware.audio.resample import Floats
from hardware.base import RATE, AudioBlock

SPAN = 4 * RATE
"""Samples over which is judged."""

STEP = RATE // 2
"""Samples between two judgements."""

TELL = Callable[[str, str, bool], None]
"""(what, value, good) of a Condition."""

_FULL = 0.985  # of full scale: with A-law and most codecs the loudest step there is
_CLIPS = RATE // 100  # samples at full scale within the span: 10 ms of cut-off peaks
_DEAD = 3 / 32768  # nothing but the last bits: no microphone, a muted one, or no sound at all
_SPEECH = 10 ** (-42 / 20)  # RMS of 20 ms that is somebody speaking
_SPOKEN = 1.0  # seconds of it within the span that make a side "heard"
_FRAME = RATE // 50
_ECHO_REACH = RATE // 2  # longest way there and back: 0.5 s
_ECHO = 0.45  # share of the later sound that is explained by the earlier one (correlation)
_SIDES = ("microphone-level", "line-level")


class Judgement:
    """Listens to the blocks of one call after the other. tell: hears of every change."""

    def __init__(self, tell: TELL) -> None:
        self._tell = tell
        self._told: dict[str, str] = {}
        self.begin()

    def begin(self) -> None:
        """A new call: what was said of levels does not hold any more, what was heard is forgotten."""
        for what in list(self._told):
            self._say(what, "")
        self._sides: list[Floats] = [np.zeros(0, np.float32) for _ in _SIDES]
        self._due = 0
        self._echoes = 0

    def listen(self, blocks: Iterable[AudioBlock]) -> None:
        """Take in what was just recorded and say what has changed."""
        for block in blocks:
            for at in range(0, block.samples, STEP):
                self._take(block, at, min(at + STEP, block.samples))

    def _take(self, block: AudioBlock, at: int, end: int) -> None:
        for number, raw in enumerate((block.left, block.right)):
            new: Floats = np.frombuffer(raw, "<i2")[at:end].astype(np.float32) / np.float32(32768)
            self._sides[number] = np.concatenate((self._sides[number], new))[-SPAN:]
        self._due += end - at
        if self._due >= STEP:
            self._due = 0
            self._judge()

    def _judge(self) -> None:
        spoken = [_spoken(each) for each in self._sides]
        for what, sound in zip(_SIDES, self._sides, strict=True):
            if int((np.abs(sound) >= _FULL).sum()) >= _CLIPS:
                self._say(what, "clipping")
            elif _dead(sound):
                self._say(what, "silent")
            else:
                self._say(what, "")
        near, far = (_dead(each) for each in self._sides)
        if far and spoken[0] >= _SPOKEN:
            self._say("one-way", "the respondent is not heard")
        elif near and spoken[1] >= _SPOKEN:
            self._say("one-way", "the interviewer is not heard")
        elif not (near or far):
            self._say("one-way", "")
        self._judge_echo()

    def _judge_echo(self) -> None:
        if len(self._sides[0]) < SPAN:
            return
        near, far = self._sides
        # Twice in a row: two people who say "喂" at once sound alike for a moment.
        found = _echo(far, near, "the headset") or _echo(near, far, "the line")
        self._echoes = min(self._echoes + 1, 3) if found else max(self._echoes - 1, 0)
        if found and self._echoes >= 2 and "echo" not in self._told:
            self._say("echo", found)
        elif self._echoes == 0:
            self._say("echo", "")

    def _say(self, what: str, value: str) -> None:
        if self._told.get(what, "") == value:
            return
        if value:
            self._told[what] = value
            self._tell(what, value, False)
        else:
            del self._told[what]
            self._tell(what, "good", True)


def _dead(sound: Floats) -> bool:
    """Nothing but silence as a computer makes it. A quiet room and an idle line are never so quiet."""
    return len(sound) == SPAN and float(np.abs(sound - sound.mean()).max()) <= _DEAD


def _spoken(sound: Floats) -> float:
    """Seconds of speech or other loud sound."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    rms = np.sqrt(np.square(frames).mean(axis=1))
    return float((rms > _SPEECH).sum()) * _FRAME / RATE


def _echo(source: Floats, back: Floats, where: str) -> str:
    """Does `source` come back in `back`, later and softer? Normalised cross-correlation by FFT over delays of 0 to 0.5 s."""
    if _spoken(source) < _SPOKEN:
        return ""
    heard = back[-(SPAN - _ECHO_REACH) :]
    size = 2 * SPAN
    spectrum = np.conj(np.fft.rfft(source, size)) * np.fft.rfft(np.pad(heard, (_ECHO_REACH, 0)), size)
    correlation = np.fft.irfft(spectrum, size)[: _ECHO_REACH + 1]
    power = float(np.square(heard).sum()) * float(np.square(source).sum())
    if power < 1e-9:
        return ""
    delay = int(np.argmax(np.abs(correlation)))
    alike = abs(float(correlation[delay])) / power**0.5
    if alike < _ECHO:
        return ""
    size_of = 20 * np.log10((np.square(heard).sum() / np.square(source).sum()) ** 0.5)
    return f"{where}, after {delay * 1000 // RATE} ms, {size_of:.0f} dB"
