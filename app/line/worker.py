"""The line worker: owns line, sound and recording of one workstation, and tells what happened, in order, with sample offsets.

In field work it runs in a child process behind app/line/service.py; demo and tests with a virtual clock run it as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from app.clock import Entropy
from app.errors import FangxinError, StorageError
from app.evidence.recording import Recorder
from app.evidence.stanza import Wraps
from app.line.contract import Gap, Heard, Overheard, Refused, Report, Stalled, Trouble
from app.line.levels import Levels
from app.line.tape import DirectTape, NewTape, Tape
from hardware.base import (
    RATE,
    Answered,
    AudioBlock,
    Capability,
    Cause,
    Dialing,
    Ended,
    Fault,
    Headset,
    Line,
    LineEvent,
    Sound,
)
from hardware.listen import Listener

UNDER_WAY = 2 * RATE
"""Samples that a call's end may find still under way through the sound system."""

Ear = Callable[[str], Listener]
"""call id → what listens to that call."""


class LineWorker:
    """One call at a time: open() the recording, dial(), poll() until Heard(Ended) and Saved. Keeps the contract Worker.

    tape: how the recording is written. ear: what listens for tones and announcements; None = nothing does. headset: its keys and lights.
    """

    def __init__(
        self,
        line: Line,
        sound: Sound,
        entropy: Entropy,
        *,
        tape: NewTape = DirectTape,
        ear: Ear | None = None,
        headset: Headset | None = None,
    ) -> None:
        self._line, self._sound, self._entropy = line, sound, entropy
        self._new_tape, self._ear, self._headset = tape, ear, headset
        self._tape: Tape | None = None
        self._levels = Levels()
        self._listener: Listener | None = None
        self._recording = False
        self._refusal: list[Report] = []
        self._call = ""
        self._dialled: int | None = None
        self.samples = 0

    @property
    def rehearsal(self) -> bool:
        """True when nobody real can be reached over this line."""
        return self._line.rehearsal

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the line can tell and do."""
        return self._line.capabilities

    @property
    def seconds_durable(self) -> int:
        """Whole seconds of the running recording that would survive a power cut now."""
        return self._tape.seconds_durable if self._tape else 0

    def open(self, call: str, path: Path, recipients: Sequence[Wraps], reserve_seconds: int) -> str:
        """Begin the recording of a call: its header is durable and its disk reserved on return.

        Returns the SHA-256 (hex) of header and nonce. Raises StorageError when the disk refuses: then do not dial.
        """
        if self._tape is not None:
            raise StorageError("The last recording is still being closed", todo="Wait a moment.")
        recorder = Recorder(path, call, recipients, self._entropy, reserve_seconds=reserve_seconds)
        self._tape, self._recording = self._new_tape(recorder), True
        self._call, self.samples, self._levels, self._dialled = call, 0, Levels(), None
        return recorder.header_sha

    def dial(self, number: str) -> None:
        """Dial within the call whose recording is open. A line that will not is reported as Refused, and the call's end after it."""
        self._listener = self._ear(self._call) if self._ear else None
        if self._headset is not None:
            self._headset.off_hook(on=True)
            self._headset.mute(on=False)  # the sound of a new call is not muted: its light must not say so
        try:
            self._sound.start(self._call)
            self._line.dial(number, self._call)
        except FangxinError as error:
            ended = Ended(0, self._call, Cause.DEVICE, type(error).__name__)
            self._refusal = [Refused(error), Heard(ended, self.samples)]
            self._stop()

    def abandon(self) -> None:
        """Nothing is dialled after all; the recording's files stay as they are for the next start to look at."""
        if self._tape is not None:
            self._tape.abandon()
        self._tape, self._recording = None, False

    def hang_up(self) -> None:
        """End the call."""
        self._line.hang_up()

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # into the call."""
        self._line.send_dtmf(digits)

    def mark_answered(self) -> None:
        """The interviewer says that somebody took the call."""
        self._line.mark_answered()

    def mute(self, *, on: bool) -> None:
        """The interviewer is not to be heard (nor recorded) while on."""
        self._sound.mute(on=on)
        self._levels.muted = on
        if self._headset is not None:
            self._headset.mute(on=on)

    def poll(self) -> list[Report]:
        """What happened since the last poll, oldest first. Sound is taken before line events, so offsets never run ahead."""
        events = self._line.poll()
        reports, self._refusal = self._refusal, []
        reports += self._record(self._sound.poll())
        for event in (*self._sound.heard(), *(self._headset.poll() if self._headset else ()), *events):
            reports.append(Heard(event, self.samples))
            if isinstance(event, Dialing):
                self._dialled = event.mono
            if isinstance(event, Answered):
                self._levels.answered()
                if self._listener is not None:
                    self._listener.answered()
            if isinstance(event, Ended):
                reports += self._overheard() + self._never_came(event) + self._levels.ended()
                self._stop()
        return reports + self._news()

    def settle(self) -> list[Report]:
        """After the end of a call: wait until its recording is closed."""
        if self._tape is not None and not self._recording:
            self._tape.finish_now()
        return self._news()

    def close(self) -> list[Report]:
        """Hang up politely, close the recording, let go of the devices. Returns the last reports."""
        self._line.hang_up()
        reports = self.poll()
        self._stop()
        if self._tape is not None:
            self._tape.finish_now()
        reports += self._news()
        self._line.close()
        self._sound.close()
        if self._headset is not None:
            self._headset.close()
        return reports

    def _record(self, blocks: Iterable[AudioBlock]) -> list[Report]:
        reports: list[Report] = []
        for block in blocks:
            if self._tape is None or not self._recording:
                break
            if block.gap:
                reports.append(Gap(self.samples, block.gap))
            self._tape.put(block.left, block.right)
            news = self._news()
            if any(isinstance(report, Stalled | Trouble) for report in news):
                return reports + news
            reports += self._levels.feed(block, self.samples) + news
            self.samples += block.samples
            reports += self._listen(block.right)
        return reports

    def _never_came(self, ended: LineEvent) -> list[Report]:
        """The sound of the call that has not come until its end, whatever held it up: by the line's clock, apart from the sound's own."""
        if self._dialled is None or not self._recording:
            return []
        lacking = (ended.mono - self._dialled) * RATE // 1000 - self.samples
        if lacking <= UNDER_WAY:
            return []
        self._levels.lacks(lacking)
        return [Gap(self.samples, lacking)]

    def _listen(self, right: bytes) -> list[Report]:
        if self._listener is None:
            return []
        try:
            events = self._listener.feed(right)
        except Exception as error:  # noqa: BLE001 — an ear that fails must not cost the recording; the transcript and the desk hear of it
            self._listener = None
            return [Heard(Fault(0, self._call, f"the ear failed: {error}"), self.samples)]
        reports: list[Report] = [Heard(event, self.samples) for event in events]
        return reports + self._overheard() if events else reports

    def _overheard(self) -> list[Report]:
        at, sound = self._listener.overheard() if self._listener is not None else (0, b"")
        return [Overheard(at, sound)] if sound else []

    def _news(self) -> list[Report]:
        """What the recording has to say; a recording in trouble ends the call."""
        if self._tape is None:
            return []
        news = self._tape.news()
        if self._tape.over:
            self._tape = None
        if any(isinstance(report, Stalled | Trouble) for report in news) and self._recording:
            self._recording = False
            self._line.hang_up()
        return news

    def _stop(self) -> None:
        """The call is over: no more sound; its recording is being closed."""
        self._sound.stop()
        self._listener = None
        if self._headset is not None:
            self._headset.off_hook(on=False)
        if self._recording and self._tape is not None:
            self._tape.finish()
        self._recording = False
