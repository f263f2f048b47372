"""The line worker: owns line, sound and recording of one workstation, and tells what happened, in order, with sample offsets.

Today it runs inside the desk's process; what goes in and out are plain values, so that it can move behind a pipe into a
process of its own (issue "The line and the sound") without the desk noticing.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.clock import Entropy
from app.errors import FangxinError, StorageError
from app.evidence.age import Recipient
from app.evidence.recording import Closed, Mark, Recorder
from hardware.base import Answered, AudioBlock, Cause, Ended, Line, LineEvent, Sound
from hardware.listen import Listener

MARK_EVERY = 10 * 8000
"""Samples between two marks of a running recording in the journal (notes/security.md §2.2: every 10 s)."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The line said something. at: sample offset in the recording."""

    event: LineEvent
    at: int


@dataclass(frozen=True, slots=True)
class Marked:
    """The recording has got this far."""

    mark: Mark


@dataclass(frozen=True, slots=True)
class Gap:
    """samples of silence stand in for sound that was lost, from sample `at` on."""

    at: int
    samples: int


@dataclass(frozen=True, slots=True)
class Saved:
    """The recording is closed; nothing can be added any more."""

    closed: Closed


@dataclass(frozen=True, slots=True)
class Trouble:
    """The recording cannot go on. What was acknowledged stays; the call is being ended."""

    error: FangxinError


@dataclass(frozen=True, slots=True)
class Overheard:
    """What the network said before anybody answered: int16 little-endian, 8000 Hz, from sample `at` on. Comes with every tone or
    announcement heard before answer, and at the end of a call that nobody answered. Never holds a resident's voice."""

    at: int
    sound: bytes


Ear = Callable[[str], Listener]
"""call id → what listens to that call."""

Report = Heard | Marked | Gap | Saved | Trouble | Overheard


class LineWorker:
    """One call at a time: open() the recording, dial(), poll() until Heard(Ended) and Saved.

    ear: what listens for tones and announcements; None = nothing does.
    """

    def __init__(self, line: Line, sound: Sound, entropy: Entropy, *, ear: Ear | None = None) -> None:
        self._line, self._sound, self._entropy, self._ear = line, sound, entropy, ear
        self._listener: Listener | None = None
        self._recorder: Recorder | None = None
        self._call = ""
        self._marked = 0
        self.samples = 0

    @property
    def rehearsal(self) -> bool:
        """True when nobody real can be reached over this line."""
        return self._line.rehearsal

    @property
    def seconds_durable(self) -> int:
        """Whole seconds of the running recording that would survive a power cut now."""
        return self._recorder.seconds_durable if self._recorder else 0

    def open(self, call: str, path: Path, recipients: Sequence[Recipient], reserve_seconds: int) -> str:
        """Begin the recording of a call: its header is durable and its disk reserved on return.

        Returns the SHA-256 (hex) of header and nonce. Raises StorageError when the disk refuses: then do not dial.
        """
        self._recorder = Recorder(path, call, recipients, self._entropy, reserve_seconds=reserve_seconds)
        self._call, self._marked, self.samples = call, 0, 0
        self._listener = self._ear(call) if self._ear is not None else None
        return self._recorder.header_sha

    def dial(self, number: str) -> None:
        """Dial within the call whose recording is open."""
        self._sound.start(self._call)
        self._line.dial(number, self._call)

    def refused(self, error: FangxinError) -> list[Report]:
        """The line would not dial: the call is over before it began. Returns the reports of its end."""
        return [Heard(Ended(0, self._call, Cause.DEVICE, type(error).__name__), self.samples), *self._stop()]

    def abandon(self) -> None:
        """Nothing is dialled after all; the recording's files stay as they are for the next start to look at."""
        if self._recorder is not None:
            self._recorder.abandon()
        self._recorder = None

    def hang_up(self) -> None:
        """End the call."""
        self._line.hang_up()

    def poll(self) -> list[Report]:
        """What happened since the last poll, oldest first. Sound is taken before line events, so offsets never run ahead."""
        events = self._line.poll()
        reports = self._record(self._sound.poll())
        for event in events:
            reports.append(Heard(event, self.samples))
            if isinstance(event, Answered) and self._listener is not None:
                self._listener.answered()
            if isinstance(event, Ended):
                reports += self._overheard()
                reports += self._stop()
        return reports

    def close(self) -> list[Report]:
        """Hang up politely, close the recording, let go of the devices. Returns the last reports."""
        self._line.hang_up()
        reports = self.poll()
        reports += self._stop()
        self._line.close()
        self._sound.close()
        return reports

    def _record(self, blocks: Iterable[AudioBlock]) -> list[Report]:
        reports: list[Report] = []
        for block in blocks:
            if self._recorder is None:
                break
            if block.gap:
                reports.append(Gap(self.samples, block.gap))
            try:
                self._recorder.write(block.left, block.right)
                self.samples += block.samples
                reports += self._listen(block.right)
                if self.samples - self._marked >= MARK_EVERY:
                    self._marked = self.samples
                    reports.append(Marked(self._recorder.mark()))
            except StorageError as error:
                self._recorder = None
                self._line.hang_up()
                reports.append(Trouble(error))
        return reports

    def _listen(self, right: bytes) -> list[Report]:
        if self._listener is None:
            return []
        events = self._listener.feed(right)
        reports: list[Report] = [Heard(event, self.samples) for event in events]
        return reports + self._overheard() if events else reports

    def _overheard(self) -> list[Report]:
        at, sound = self._listener.overheard() if self._listener is not None else (0, b"")
        return [Overheard(at, sound)] if sound else []

    def _stop(self) -> list[Report]:
        self._sound.stop()
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return []
        try:
            return [Saved(recorder.close())]
        except StorageError as error:
            return [Trouble(error)]
