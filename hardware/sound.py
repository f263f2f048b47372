"""The Sound of a real workplace: microphone and line recorded on one timeline, the line in the ear, the voice on the line.

Four hands touch it. The sound system's callbacks only put bytes into deques. The live thread carries sound on every 5 ms and sees who falls
silent. The mending thread opens, closes and opens again. poll() makes the timeline, on the caller's thread; it may come late by minutes.
"""

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hardware.audio.devices import Cards
from hardware.audio.judgement import Judgement
from hardware.audio.limiter import Safety
from hardware.audio.live import Live, PcmIntake, Volume
from hardware.audio.place import Block, Gone, Intake, Opened, Outlet, Place
from hardware.audio.places import Log, Places
from hardware.audio.portaudio import ABSENT, PortAudio
from hardware.audio.sides import Side, TwoSides
from hardware.base import AudioBlock, Condition, LineEvent, Pcm

NONE = "-"
"""As a device's name: there is none. An empty name is the system's usual device."""

_TICK = 0.005  # seconds between two rounds of the live thread
_SWITCH = 0.0005
"""Seconds after which a busy thread lets another one run, for the whole process. Every block needs the interpreter for a moment: with the
usual 5 ms four busy threads leave room for 200 blocks a second, fewer than come, and the recording falls behind for good."""

_MENDING = 0.1  # seconds between two rounds of the mending thread


class Clock(Protocol):
    """Anything with mono() in ms."""

    def mono(self) -> int:
        """Monotonic milliseconds."""


def open_sound(
    options: Mapping[str, str],
    pcm: Pcm | None,
    clock: Clock,
    log: Log,
    tones: Callable[[], bytes] = lambda: b"",
) -> "DeviceSound":
    """The sound of this workplace, ready and running; devices that are missing are told by heard() and opened when they come.

    options: microphone, ear ("" or left out = the system's usual device), line_in, line_out (left out = none): "NAME" or "NAME, HOST API",
    "-" = none. ear_volume, side_tone, ceiling: dB. pcm: the line's samples when it has no sound device of its own; line_in and
    line_out are not used then. tones: see Live. ValueError when a number is none.
    """
    if ABSENT:
        log("!", ABSENT)
    sound = DeviceSound(options, pcm, clock, log, PortAudio(), tones)
    sound.run()
    return sound


class DeviceSound:
    """A Sound over sound devices. Without run() nothing moves by itself: pump() and mend() are then the caller's (tests)."""

    def __init__(
        self,
        options: Mapping[str, str],
        pcm: Pcm | None,
        clock: Clock,
        log: Log,
        cards: Cards,
        tones: Callable[[], bytes] = lambda: b"",
    ) -> None:
        self._clock, self._log = clock, log
        self._events: deque[LineEvent] = deque()
        self._call = ""
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._near = Intake("microphone", options.get("microphone", ""), clock.mono)
        self._pcm = PcmIntake(pcm, clock.mono, self._told) if pcm is not None else None
        line_in = NONE if pcm is not None else options.get("line_in", NONE)
        line_out = NONE if pcm is not None else options.get("line_out", NONE)
        self._far = Intake("line-audio", line_in, clock.mono) if line_in != NONE else None
        ear = options.get("ear", "")
        outlets = [
            Outlet(what, name, clock.mono) if name != NONE else None
            for what, name in (("ear", ear), ("line-out", line_out))
        ]
        self.volume = Volume(_number(options, "ear_volume") or 0.0, _number(options, "side_tone"))
        ceiling = _number(options, "ceiling")
        safety = Safety() if ceiling is None else Safety(ceiling=min(ceiling, 0.0))
        far = self._pcm.source if self._pcm is not None else self._far
        self._live = Live(self._near, far, outlets[0], outlets[1], self._pcm, safety, self.volume, tones)
        places: list[Place] = [
            place for place in (self._near, self._far, *outlets) if place is not None and place.wanted != NONE
        ]
        self._places = Places(places, cards, clock.mono, self._told, log)
        left, right = Side(expected=self._near.wanted != NONE), Side(expected=self._far is not None)
        self._sides = TwoSides(left, right)
        self._incoming = [_Incoming(self._near, left)]
        if far is not None:
            self._incoming.append(_Incoming(far, right))
        self._judgement = Judgement(self._told)

    def run(self) -> None:
        """Open the devices and set the two threads going."""
        sys.setswitchinterval(min(sys.getswitchinterval(), _SWITCH))
        for name, step, seconds in (
            ("sound", self.pump, _TICK),
            ("sound-mending", self.mend, _MENDING),
        ):
            thread = threading.Thread(target=self._repeat, args=(step, seconds), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def start(self, call_id: str) -> None:
        """Begin to collect, or begin anew; sample 0 is now."""
        for incoming in self._incoming:
            incoming.take_in()
        self._call = call_id
        self._near.muted = False
        self._places.idle = False
        if self._pcm is not None:
            self._pcm.begin()
        self._judgement.begin()
        self._sides.start(self._clock.mono())

    def poll(self) -> Sequence[AudioBlock]:
        """All sound since the last poll that is certain by now, without overlap, in order."""
        for incoming in self._incoming:
            incoming.take_in()
        blocks = self._sides.take(self._clock.mono())
        self._judgement.listen(blocks)
        return blocks

    def heard(self) -> Sequence[LineEvent]:
        """What became of the devices and what is wrong with the sound, since the last call."""
        events: list[LineEvent] = []
        while self._events and not self._closing.is_set():
            events.append(self._events.popleft())
        return events

    def mute(self, *, on: bool) -> None:
        """The interviewer is not to be heard, nor recorded."""
        self._near.muted = on

    def stop(self) -> None:
        """Stop collecting; the devices stay open for the next call."""
        self._sides.stop()
        self._call = ""
        self._places.idle = True

    def close(self) -> None:
        """Let go of the devices. Returns within 3 s, whatever they do."""
        self.stop()
        self._closing.set()
        for thread in self._threads:
            thread.join(3.0)
        if not any(thread.is_alive() for thread in self._threads):
            self._places.close()
        self._threads.clear()

    def pump(self) -> None:
        """A look at who is silent, and one round of the live way."""
        if not self._closing.is_set():
            self._places.watch()  # first: whatever befalls the live way, the recording hears of a device that is gone
            self._live.pump()

    def mend(self) -> None:
        """One round of opening and closing."""
        if not self._closing.is_set():
            self._places.mend()

    def _told(self, what: str, value: str, good: bool) -> None:  # noqa: FBT001
        self._events.append(Condition(self._clock.mono(), self._call, what, value, good))

    def _repeat(self, step: Callable[[], None], seconds: float) -> None:
        while not self._closing.is_set():
            try:
                step()
            except Exception as error:  # noqa: BLE001 — a thread that died would take the sound of every later call with it
                self._log("!", f"{threading.current_thread().name}: {type(error).__name__}: {error}")
                self._closing.wait(1.0)
            time.sleep(seconds)


class _Incoming:
    """What has arrived at a place, laid on its side of the timeline."""

    def __init__(self, intake: Intake, side: Side) -> None:
        self._arrived, self._side, self._form = intake.arrived, side, intake.form
        self._open = False

    def take_in(self) -> None:
        """Everything that has arrived by now. Not what comes meanwhile: on a machine that is kept busy that would never end."""
        for _ in range(len(self._arrived)):
            match self._arrived.popleft():
                case Opened(form):
                    self._form, self._open = form, True
                    self._side.opened(form.rate)
                case Block(time=at, samples=samples, flagged=flagged) if self._open:
                    self._side.heard(at, self._form.heard(samples), flagged=flagged)
                case Gone():
                    self._open = False
                    self._side.closed()


def _number(options: Mapping[str, str], name: str) -> float | None:
    text = options.get(name, "")
    return float(text) if text else None
