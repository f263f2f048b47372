"""The live way between the line and the headset: the interviewer hears within a few hundredths of a second, whatever the recording does."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hardware.audio.devices import Format
from hardware.audio.limiter import Limiter, Safety
from hardware.audio.passage import Passage
from hardware.audio.place import ATTENTION, Block, Gone, Intake, Opened, Outlet
from hardware.audio.places import SILENT, Tell
from hardware.audio.resample import Floats
from hardware.audio.sides import words
from hardware.base import RATE, Pcm

_SIDE_TONE_LATEST = 0.03  # seconds: an own voice that comes later disturbs


@dataclass(slots=True)
class Volume:
    """What the interviewer sets, in dB: ear, and how loud the own voice is in it (None = not at all; most headsets do that themselves)."""

    ear: float = 0.0
    side_tone: float | None = None


class PcmIntake:
    """The sound of a line that brings its own samples, in the same shape as a device's: blocks for the recording and for the ear.
    tell: hears when the line falls silent in mid-call and when it speaks again."""

    def __init__(self, pcm: Pcm, mono: Callable[[], int], tell: Tell) -> None:
        self._pcm, self._mono, self._tell = pcm, mono, tell
        self.source = Intake("line-audio", "", mono)
        self.source.form = Format(RATE)
        self.flowing = self._told = False
        self._quiet, self._last = 0, mono()

    def begin(self) -> None:
        """A new call: what the line did before says nothing."""
        self._told = False

    def pump(self) -> None:
        """Take what has come. The first samples open the side: nothing was missing before."""
        now = self._mono()
        elapsed, self._last = now - self._last, now
        samples = self._pcm.read()
        samples = samples[: len(samples) // 2 * 2]
        if not samples:
            self._nothing(elapsed)
            return
        if not self.flowing:
            self.flowing = True
            self.source.arrived.append(Opened(self.source.form))
        if self._told:
            self._told = False
            self._tell(self.source.what, "good", True)
        self._quiet = 0
        self.source.arrived.append(Block(now, samples))
        self.source.live.append(samples)

    def _nothing(self, elapsed: int) -> None:
        self._quiet += min(elapsed, ATTENTION)
        if self.flowing and self._quiet >= SILENT:
            self.flowing, self._told = False, True
            self.source.arrived.append(Gone())
            self._tell(self.source.what, "lost", False)

    def write(self, sound: Floats) -> None:
        """The interviewer's voice."""
        self._pcm.write(words(sound))


class Live:
    """Carries sound both ways. far: where the respondent comes from; ear: the headset; near: the microphone; mouth: a device towards the
    line, or pcm: a line that takes samples; all but near may be missing (a handset on the line does it then). tones: tones for the ear
    alone since last asked, int16 little-endian at 8000 Hz."""

    def __init__(
        self,
        near: Intake,
        far: Intake | None,
        ear: Outlet | None,
        mouth: Outlet | None,
        pcm: PcmIntake | None,
        safety: Safety,
        volume: Volume,
        tones: Callable[[], bytes] = lambda: b"",
    ) -> None:
        self._ask, self._tones = tones, np.zeros(0, np.float32)
        self._tone_way: Passage | None = None
        self._near, self._far, self._ear, self._mouth, self._pcm = near, far, ear, mouth, pcm
        self._safety, self.volume = safety, volume
        self._to_ear: _Way | None = None
        self._to_mouth: _Way | None = None
        self._to_pcm: Passage | None = None
        self._own = np.zeros(0, np.float32)
        self._own_way: Passage | None = None
        self._limiter: Limiter | None = None

    def pump(self) -> None:
        """Carry on what has come since the last time. Call every 5 ms."""
        if self._pcm is not None:
            self._pcm.pump()
        near = _drained(self._near)
        if len(near):
            self._speak(near)
        far = _drained(self._far) if self._far is not None else near[:0]
        if self._far is not None and len(far):
            self._listen(far, self._far.form.rate)
        elif len(near) and not (self._pcm.flowing if self._pcm is not None else self._far is not None):
            # Nothing comes from the line, but tones may: the microphone beats the time.
            self._listen(np.zeros(len(near), np.float32), self._near.form.rate)

    def _speak(self, near: Floats) -> None:
        rate = self._near.form.rate
        if self._pcm is not None:
            if self._to_pcm is None or self._to_pcm.rate != rate:
                self._to_pcm = Passage(rate, RATE)
            self._pcm.write(self._to_pcm.feed(near))
        if self._mouth is not None and (way := self._way(self._to_mouth, rate, self._mouth)):
            self._to_mouth = way
            way.put(way.passage.feed(near))
        if self._ear is not None and self.volume.side_tone is not None:
            out = self._ear.form.rate
            if self._own_way is None or (self._own_way.rate, self._own_way.out) != (rate, out):
                self._own_way = Passage(rate, out)
            own = self._own_way.feed(near) * np.float32(10 ** (self.volume.side_tone / 20))
            self._own = np.concatenate((self._own, own))[-round(_SIDE_TONE_LATEST * out) :]

    def _listen(self, far: Floats, rate: int) -> None:
        if self._ear is None or (way := self._way(self._to_ear, rate, self._ear)) is None:
            return
        if self._limiter is None or way is not self._to_ear:
            self._to_ear, self._limiter = way, Limiter(way.passage.out, self._safety)
        heard = self._with_tones(way.passage.feed(far), way.passage.out) * np.float32(
            10 ** (self.volume.ear / 20)
        )
        own, self._own = self._own[: len(heard)], self._own[len(heard) :]
        heard[: len(own)] += own
        way.put(self._limiter.feed(heard))

    def _with_tones(self, heard: Floats, rate: int) -> Floats:
        if told := self._ask():
            if self._tone_way is None or self._tone_way.out != rate:
                self._tone_way = Passage(RATE, rate)
            self._tones = np.concatenate((self._tones, self._tone_way.feed(Format(RATE).heard(told))))
        tones, self._tones = self._tones[: len(heard)], self._tones[len(heard) :]
        heard[: len(tones)] += tones
        return heard

    def _way(self, old: "_Way | None", rate: int, outlet: Outlet) -> "_Way | None":
        queue, form = outlet.queue, outlet.form
        if queue is None:
            return None
        if old is not None and old.outlet_queue is queue and old.passage.rate == rate:
            return old
        passage = Passage(rate, form.rate, queue)
        return _Way(passage, queue, lambda sound: queue.put(form.block(sound)))


@dataclass(frozen=True, slots=True)
class _Way:
    """A passage to a player, as long as both ends stay the same."""

    passage: Passage
    outlet_queue: object
    put: Callable[[Floats], None]


def _drained(intake: Intake) -> Floats:
    blocks = []
    while intake.live:
        blocks.append(intake.live.popleft())
    form = intake.form
    whole = b"".join(blocks)
    return form.heard(whole[: len(whole) // form.frame * form.frame])
