"""What the desk knows of the line worker: verbs in, reports out, plain values only. Two things keep this contract: LineWorker in the
same process (demo, tests, virtual clock) and WorkerProcess, which stands for one in a child process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from app.errors import FangxinError
from app.evidence.recording import Closed, Mark
from app.evidence.stanza import Wraps
from hardware.base import RATE, Capability, LineEvent


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
    """samples of silence stand in for sound that was lost, from sample `at` on; at a call's end, that were lacking at its end."""

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
class Stalled:
    """The disk has taken nothing for so long that no more sound can wait for it; the call is being ended. Trouble follows once the disk
    lets go of the recording: until then its files may still grow, and must not be hashed."""

    error: FangxinError


@dataclass(frozen=True, slots=True)
class Refused:
    """The line would not dial at all. The end of the call follows."""

    error: FangxinError


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker's process is gone (killed, aborted, silent); another is being started. call: whose recording it leaves unclosed, "" =
    none. reason: for journal and log."""

    call: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overheard:
    """What the network said before anybody answered: int16 little-endian, 8000 Hz, from sample `at` on. Comes with every tone or
    announcement heard before answer, and at the end of a call that nobody answered. Never holds a resident's voice."""

    at: int
    sound: bytes


@dataclass(frozen=True, slots=True)
class Unheard:
    """A channel ("left" = interviewer, "right" = respondent) has had no signal, or its sound is being lost, for seconds (levels.py).

    at: the sample at which that was seen. over: it is well again."""

    side: str
    at: int
    over: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """One channel from pick-up to the end, in samples. missing: lost, or without any signal; silent: below −55 dBFS; clipped: at full
    scale; speech: in tenths of a second louder than −40 dBFS."""

    missing: int
    silent: int
    clipped: int
    speech: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a recording holds of the conversation. spoken: samples from pick-up to the end."""

    spoken: int
    left: Counts
    right: Counts

    @property
    def good(self) -> bool:
        """Both channels cover at least 98 % of it, and the respondent is heard to speak for a second or more."""
        covered = all(
            (self.spoken - side.missing) * 100 >= self.spoken * 98 for side in (self.left, self.right)
        )
        return covered and self.right.speech >= RATE


@dataclass(frozen=True, slots=True)
class Covered:
    """A call that somebody answered is over. Comes after its end and before Saved."""

    coverage: Coverage


Report = Heard | Marked | Gap | Saved | Stalled | Trouble | Refused | Lost | Overheard | Unheard | Covered


@dataclass(frozen=True)
class LineChoice:
    """Which line a workplace has. driver: "rehearsal", "voice_modem", "cellular", "softphone" or "manual"; port and options: as the
    driver's guide says; sound: options of microphone, ear and line sound."""

    driver: str = ""
    port: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    sound: Mapping[str, str] = field(default_factory=dict)


RESERVE_SECONDS = 40 * 60
"""Disk kept free for one call's recording before it is dialled: as long as the longest call (notes/security.md §2.4)."""


class Worker(Protocol):
    """One call at a time: open() the recording, dial(), poll() until Heard(Ended), and Saved or Trouble or Lost."""

    @property
    def rehearsal(self) -> bool:
        """True when nobody real can be reached over this line."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the line can tell and do."""

    @property
    def samples(self) -> int:
        """Samples of the running or last call so far."""

    @property
    def seconds_durable(self) -> int:
        """Whole seconds of the running recording that would survive a power cut now."""

    def open(self, call: str, path: Path, recipients: Sequence[Wraps], reserve_seconds: int) -> str:
        """Begin the recording of a call: its header is durable and its disk reserved on return.

        Returns the SHA-256 (hex) of header and nonce. Raises StorageError when the disk refuses, LineError when there is no worker: then do
        not dial.
        """

    def dial(self, number: str) -> None:
        """Dial within the call whose recording is open. A line that will not is heard of as Refused."""

    def abandon(self) -> None:
        """Nothing is dialled after all; the recording's files stay as they are for the next start to look at."""

    def hang_up(self) -> None:
        """End the call, in whatever state it is."""

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # into the call."""

    def mark_answered(self) -> None:
        """The interviewer says that somebody took the call (lines without answer supervision)."""

    def mute(self, *, on: bool) -> None:
        """The interviewer is not to be heard (nor recorded) while on. A new call is never muted."""

    def poll(self) -> list[Report]:
        """What happened since the last poll, oldest first. At least every 100 ms."""

    def settle(self) -> list[Report]:
        """After the end of a call: wait until its recording is closed. Returns what was reported meanwhile; for a worker that does not
        get there, Lost is among it."""

    def close(self) -> list[Report]:
        """Hang up politely, close the recording, let go of the devices. Returns the last reports."""
