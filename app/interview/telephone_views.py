"""What a Screen says of the telephone: its state, and what the line seems to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConditionView:
    """What a device says of itself: "registration", "signal", "sim", "microphone", "line", "fault" … value: as the device words it."""

    what: str
    value: str
    good: bool = True


@dataclass(frozen=True, slots=True)
class DeviceView:
    """The telephone. present: plugged in and working. marks_answer: it cannot tell that somebody answered, the interviewer must. by_hand:
    he dials the number himself. muted: he is not heard."""

    present: bool = True
    marks_answer: bool = False
    by_hand: bool = False
    muted: bool = False
    conditions: tuple[ConditionView, ...] = ()


@dataclass(frozen=True, slots=True)
class HeardView:
    """What the line seems to say, and the outcome that this proposes. what: "announcement" or a tone ("busy", "machine" …).
    confidence: 0–100. clip: it can be played again."""

    what: str
    outcome: str
    confidence: int
    clip: bool = False
