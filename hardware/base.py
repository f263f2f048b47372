"""What a line and a sound source are, whatever the room has. Drivers implement these; app knows nothing else of hardware.

Methods return at once. What follows is heard from poll(), on the thread that calls it: a driver with a reader thread queues
inside and hands over in poll(), so nobody above needs a lock. Call poll() at least every 100 ms.
After close() no event is heard any more. hang_up() is legal in every state, may be repeated, and reaches Ended in 5 s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

RATE = 8000
"""Samples per second of every channel in the system."""


class Capability(Enum):
    """What a driver can honestly tell or do."""

    ANSWER_SUPERVISION = "answer_supervision"
    EARLY_MEDIA = "early_media"
    FAR_AUDIO = "far_audio_pcm"
    NEAR_AUDIO = "near_audio_pcm"
    DTMF = "dtmf"
    CAUSE = "cause"


class Cause(Enum):
    """Why a call ended."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    VACANT = "vacant"
    POWERED_OFF = "powered_off"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    CONGESTION = "congestion"
    LOCAL_HANGUP = "local_hangup"
    REMOTE_HANGUP = "remote_hangup"
    DEVICE = "device"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LineEvent:
    """Something happened on the line. mono: the driver's monotonic clock in ms. call_id: as given to dial()."""

    mono: int
    call_id: str


@dataclass(frozen=True, slots=True)
class Dialing(LineEvent):
    """The line is off hook and the number is being sent."""


@dataclass(frozen=True, slots=True)
class Alerting(LineEvent):
    """The far side rings, or the network plays something before answer (early_media)."""

    early_media: bool = False


@dataclass(frozen=True, slots=True)
class Answered(LineEvent):
    """Somebody took the call. source: "signal" (the network said so), "modem-guess" or "user"."""

    source: str = "signal"


@dataclass(frozen=True, slots=True)
class Announcement(LineEvent):
    """The line says something before answer. cause: what it most likely means; confidence: 0–100. label: the recording's name in
    the room's library (an outcome's key), "" when the line itself told. The clip is at : at + samples of the right channel."""

    cause: Cause = Cause.UNKNOWN
    confidence: int = 0
    label: str = ""
    at: int = 0
    samples: int = 0


@dataclass(frozen=True, slots=True)
class Ended(LineEvent):
    """The line is idle again. raw: result code, SIP code, Q.850 cause or +CEER as received."""

    cause: Cause = Cause.UNKNOWN
    raw: str = ""


@dataclass(frozen=True, slots=True)
class DeviceLost(LineEvent):
    """The device does not answer any more (unplugged, crashed). An Ended(DEVICE) follows when a call was on."""


@dataclass(frozen=True, slots=True)
class DeviceBack(LineEvent):
    """A lost device is there again, under whatever name, and ready for a call."""


@dataclass(frozen=True, slots=True)
class ToneHeard(LineEvent):
    """A network tone or signal before or in the call. tone: "ringback", "busy", "congestion", "vacant", "dial", "fax", "music",
    "speech", "machine" …; at: sample offset where it began; confidence: 0–100. The clip is at : at + samples of the right channel."""

    tone: str = ""
    at: int = 0
    samples: int = 0
    confidence: int = 0


@dataclass(frozen=True, slots=True)
class Condition(LineEvent):
    """What the device says of itself: "registration", "signal", "sim", "microphone", "line-audio" … → value, for status and log."""

    what: str = ""
    value: str = ""
    good: bool = True


@dataclass(frozen=True, slots=True)
class HeadsetKey(LineEvent):
    """A key on the headset. key: "off_hook", "on_hook", "mute", "flash", "redial" or "0"–"9" "*" "#". "mute" is a wish to change over, as
    headsets send it: whoever hears it knows what is muted now. call_id: "" (a headset knows no calls)."""

    key: str = ""


@dataclass(frozen=True, slots=True)
class Fault(LineEvent):
    """The driver cannot do what was asked; text is for the log and the team lead."""

    text: str = ""


class Pcm(Protocol):
    """The sound of a line that comes and goes as samples (a softphone's, a voice modem's, a module's PCM port) and not through a sound
    device. 8000 Hz, int16 little-endian, one channel. Both methods return at once and may be called from the sound's own thread."""

    def read(self) -> bytes:
        """What the far side sent since the last read; b"" when nothing came. The reader fills what is missing by the clock."""

    def write(self, samples: bytes) -> None:
        """The near side's samples. What cannot be sent within 100 ms is dropped, never queued: a late voice is worse than a gap."""


class Line(Protocol):
    """One telephone line. At most one call at a time. pcm: None when its sound comes through a sound device."""

    name: str
    rehearsal: bool
    capabilities: frozenset[Capability]
    pcm: Pcm | None

    def dial(self, number: str, call_id: str) -> None:
        """Begin a call. Raises RuntimeError while another call is on (our bug, not the world's)."""

    def hang_up(self) -> None:
        """End the call, in whatever state it is."""

    def send_dtmf(self, digits: str) -> None:
        """Send 0-9 * # into a connected call."""

    def mark_answered(self) -> None:
        """The interviewer says that somebody took the call (lines without answer supervision)."""

    def poll(self) -> Sequence[LineEvent]:
        """What happened since the last poll, oldest first."""

    def close(self) -> None:
        """Hang up and let go of the device."""


@dataclass(frozen=True, slots=True)
class AudioBlock:
    """Sound of both sides on one timeline. start: sample index since Sound.start(). left/right: int16 little-endian, same length,
    8000 Hz; left = interviewer, right = respondent. gap: how many of these samples are silence put in for lost ones."""

    start: int
    left: bytes
    right: bytes
    gap: int = 0

    @property
    def samples(self) -> int:
        """Samples per channel."""
        return len(self.left) // 2


class Sound(Protocol):
    """Microphone and line together."""

    def start(self, call_id: str) -> None:
        """Begin to collect; sample 0 is now."""

    def poll(self) -> Sequence[AudioBlock]:
        """All sound since the last poll, without overlap, in order."""

    def heard(self) -> Sequence[LineEvent]:
        """What the sound itself has to tell since the last call, oldest first: Condition, DeviceLost, DeviceBack. Also between calls.
        Ask after poll(): what stands in the blocks is judged there."""

    def mute(self, *, on: bool) -> None:
        """The interviewer is not to be heard (nor recorded) while on. A new start() is never muted."""

    def stop(self) -> None:
        """Stop collecting."""

    def close(self) -> None:
        """Let go of the devices."""


class Playback(Protocol):
    """An output for recorded sound of both sides. Unlike a line it makes its caller wait: it is for one who has nothing else to do."""

    def play(self, left: bytes, right: bytes) -> None:
        """Play what follows: int16 little-endian, 8000 Hz, equally long. Returns once the device has taken it, which keeps a few tenths of
        a second ahead. Raises OSError when the device is gone."""

    def finish(self) -> None:
        """Wait until all that was taken has sounded. Raises OSError."""

    def close(self) -> None:
        """Silence at once, and let go of the device. May be called again; never raises."""


class Headset(Protocol):
    """The headset's keys and lights. All methods return at once and none is fatal: without a headset they do nothing."""

    def ring(self, *, on: bool) -> None:
        """The ring light (and the headset's own ringer)."""

    def off_hook(self, *, on: bool) -> None:
        """Tell the headset that a call is on: its light, and its own idea of what its hook key does next."""

    def mute(self, *, on: bool) -> None:
        """The mute light."""

    def poll(self) -> Sequence[LineEvent]:
        """Keys pressed and headsets come and gone since the last poll: HeadsetKey, DeviceLost, DeviceBack."""

    def close(self) -> None:
        """Lights out, let go of the device."""


class Pickup(Enum):
    """How a rehearsal number behaves when it is dialled."""

    ANSWERS = "answers"
    RINGS_OUT = "rings_out"
    BUSY = "busy"
    VACANT = "vacant"
    POWERED_OFF = "powered_off"


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a practice resident says to a question. value: what it means as an answer. seconds: how long it takes to say."""

    text: str
    value: str
    seconds: float = 1.5


@dataclass(frozen=True, slots=True)
class Resident:
    """A practice resident. says: question name → utterance; refuses_at / hangs_up_at: question at which he refuses or hangs up."""

    number: str
    pickup: Pickup
    pickup_after: float = 6.0
    says: Mapping[str, Utterance] = field(default_factory=dict)
    refuses_at: str = ""
    hangs_up_at: str = ""


class Practice(Protocol):
    """The part of a rehearsal line that a script talks to: the resident hears a question and says something."""

    def ask(self, question: str, seconds: float) -> Utterance | None:
        """The interviewer reads `question` aloud for `seconds`; None when nobody is (any longer) on the line. A resident without
        words for this question says nothing (empty text and value)."""
