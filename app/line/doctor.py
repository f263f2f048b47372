"""Is this workplace fit to make calls? One plain sentence a check, and what to do. It changes nothing and keeps no sound."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.canonical import Value
from app.clock import Clock
from app.errors import FangxinError
from app.evidence.durable import sync_data, write_all
from app.line import trial
from app.line.contract import RESERVE_SECONDS
from app.line.service import Bench
from hardware.audio.judgement import Judgement
from hardware.base import Answered, AudioBlock, Cause, Condition, DeviceLost, LineEvent

_BYTES_A_SECOND = 2 * 16_000
"""Of a running recording: the age file and its tail."""
_SLOW_DISK = 1.0
_DEVICES = ("microphone", "ear", "line-audio", "line-out")


@dataclass(frozen=True, slots=True)
class Finding:
    """good: None = could not be tried here. says: one sentence. todo: what to do about it ("" = nothing)."""

    check: str
    good: bool | None
    says: str
    todo: str = ""

    def to_json(self) -> dict[str, Value]:
        """For --json."""
        return {"check": self.check, "good": self.good, "says": self.says, "todo": self.todo}

    def line(self) -> str:
        """For people."""
        sign = {True: "ok  ", False: "BAD ", None: "  ? "}[self.good]
        return f"{sign} {self.check}: {f'{self.says} {self.todo}'.rstrip()}"


def disk(folder: Path) -> Finding:
    """Room for two of the longest calls, and a second of sound reaches the disk in time."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    try:
        free = shutil.disk_usage(place).free
        with tempfile.TemporaryFile(dir=place) as file:
            began = time.monotonic()
            write_all(file.fileno(), bytes(16_000))
            sync_data(file.fileno())
            took = time.monotonic() - began
    except OSError as error:
        return Finding(
            "disk", good=False, says=f"The data folder cannot be written: {error.strerror}.", todo="Ask IT."
        )
    if free < 2 * RESERVE_SECONDS * _BYTES_A_SECOND:
        return Finding(
            "disk",
            good=False,
            says=f"Only {free // 10**6} MB are free.",
            todo="Free some space; a call is not dialled without room.",
        )
    if took > _SLOW_DISK:
        return Finding(
            "disk",
            good=False,
            says=f"A second of sound took {took:.1f} s to reach the disk.",
            todo="Ask IT: the disk is too slow or failing.",
        )
    return Finding(
        "disk",
        good=True,
        says=f"{free // 10**9} GB free; a second of sound is on the disk after {took * 1000:.0f} ms.",
    )


def clock_of(clock: Clock, last: int) -> Finding:
    """last: the latest time in the journal, ms since 1970 UTC; 0 = none."""
    now = clock.wall()
    said = time.strftime("%Y-%m-%d %H:%M", time.localtime(now / 1000))
    if now < _BUILT or now < last:
        return Finding(
            "clock",
            good=False,
            says=f"The clock says {said}, and that is in the past.",
            todo="Set the computer's clock.",
        )
    return Finding("clock", good=True, says=f"The clock says {said}.")


_BUILT = 1_760_000_000_000
"""October 2025: no clock of a workstation may be before the program."""


@dataclass
class Ears:
    """What was heard and complained of during a trial call."""

    events: list[LineEvent] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    answered: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._judgement = Judgement(self._judged)

    def heard(self, event: LineEvent, at: int) -> None:  # noqa: ARG002 — Watcher's signature
        """Keep it; a Condition that is bad stays until it is good again."""
        self.events.append(event)
        if isinstance(event, Condition):
            self._judged(event.what, event.value, event.good)
        elif isinstance(event, DeviceLost):
            self.wrong["line"] = "the device is gone"
        elif isinstance(event, Answered):
            self.answered()

    def sound(self, block: AudioBlock) -> None:
        """Judge it."""
        self.seconds += block.samples / 8000
        self._judgement.listen([block])

    def _judged(self, what: str, value: str, good: bool) -> None:  # noqa: FBT001 — Judgement's signature
        if good:
            self.wrong.pop(what, None)
        else:
            self.wrong[what] = value


def sound(bench: Bench, seconds: float) -> Iterator[Finding]:
    """Microphone and ear without a call: the interviewer speaks meanwhile."""
    ears = Ears()
    bench.sound.start(trial.CALL)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for block in bench.sound.poll():
            ears.sound(block)
        for event in bench.sound.heard():
            ears.heard(event, 0)
        time.sleep(0.02)
    bench.sound.stop()
    yield from _sides(ears, called=False)


def through_a_call(bench: Bench, number: str, seconds: float, clock: Clock) -> Iterator[Finding]:
    """The line in both directions, by a call to a number that answers and speaks (a colleague's will do)."""
    ears = Ears()
    if bench.practice is not None:
        practice = bench.practice
        ears.answered = lambda: (practice.ask("", 3.0), None)[1]
    try:
        ended = trial.call(bench, number, ears, seconds=seconds, record=None, clock=clock)
    except FangxinError as error:
        yield fault("line", error)
        return
    answered = any(isinstance(event, Answered) for event in ears.events)
    if ended.cause is Cause.DEVICE:
        yield Finding(
            "line",
            good=False,
            says=f"The call failed: {ended.raw or 'the device'}.",
            todo="Look into the transcript logs/line.log.",
        )
    elif answered:
        yield Finding("line", good=True, says=f"Dialled, answered, hung up ({ended.cause.value}).")
    else:
        yield Finding(
            "line",
            good=None,
            says=f"Dialled, but nobody answered ({ended.cause.value}).",
            todo="Try a number that answers.",
        )
    yield from _sides(ears, called=answered)


def _sides(ears: Ears, *, called: bool) -> Iterator[Finding]:
    wrong = ears.wrong
    if not ears.seconds:
        yield Finding("sound", good=False, says="No sound came at all.", todo="Plug the headset in; ask IT.")
        return
    for device in _DEVICES:
        if device in wrong:
            yield Finding(
                device,
                good=False,
                says=f"{device}: {wrong[device]}.",
                todo="Plug it in, or choose another in settings.toml under [sound].",
            )
    level = wrong.get("microphone-level", "")
    yield Finding(
        "microphone",
        good=not level,
        says=f"The microphone is {level}." if level else "The microphone gives sound.",
        todo={
            "silent": "Is it muted, or another one chosen?",
            "clipping": "Turn it down, or away from the mouth.",
        }.get(level, ""),
    )
    if called:
        yield from _both_directions(wrong)
    else:
        untried = "The line's sound was not tried."
        yield Finding(
            "line-sound", good=None, says=untried, todo="Give a number that answers: --call NUMBER."
        )


def _both_directions(wrong: Mapping[str, str]) -> Iterator[Finding]:
    level, one_way, echo = (wrong.get(what, "") for what in ("line-level", "one-way", "echo"))
    yield Finding(
        "line-sound",
        good=not (level or one_way),
        says=f"The line's sound: {one_way or level}." if level or one_way else "Both directions carry sound.",
        todo="See the hardware guide: sound of the line." if level or one_way else "",
    )
    yield Finding(
        "echo",
        good=not echo,
        says=f"Echo over {echo}." if echo else "No echo.",
        todo="Turn the ear's volume down; a headset instead of a loudspeaker." if echo else "",
    )


def fault(check: str, error: FangxinError) -> Finding:
    """An error of the world as a finding."""
    place = f" ({error.where})" if error.where else ""
    return Finding(check, good=False, says=f"{error.what}{place}.", todo=error.todo)
