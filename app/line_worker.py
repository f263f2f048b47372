"""The line worker's process put together: the one place in app that names drivers. `python -m app.line_worker`, started by the desk.

It speaks with the desk over stdin and stdout (app/line/messages.py). A driver's library is loaded only when its driver is chosen: a
machine without PortAudio or without the softphone's program must still dial with what it has.
"""

import faulthandler
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import cast

from app import __version__
from app.clock import Clock, SystemClock, system_entropy
from app.crash import be_discreet, trace_of
from app.errors import LineError, UsageError
from app.hearing.entry import known_in, library
from app.line.contract import LineChoice
from app.line.messages import Begin
from app.line.pipes import Pipe
from app.line.service import Bench, Service
from app.line.worker import Ear
from app.own_process import claim_pipes
from app.sample.outcome import load_outcomes
from hardware.base import Headset, Pcm, Playback, Sound
from hardware.guard import GuardedLine
from hardware.listen import Listener
from hardware.rehearsal import Rehearsal
from hardware.transcript import Log, Transcript

DRIVERS = ("voice_modem", "cellular", "softphone", "manual")
"""Drivers of real lines: each a module of hardware with open_line(port, options, clock, log)."""
REHEARSAL = "rehearsal"
_PLUGGED = "Is the device plugged in, switched on, and not used by another program? `fangxin line list` shows what is there."


def open_line(choice: LineChoice, clock: Clock, log: Log) -> GuardedLine:
    """The driver's line, kept legal by a guard. Raises LineError or UsageError in plain words."""
    if choice.driver not in DRIVERS:
        known = ", ".join((REHEARSAL, *DRIVERS))
        raise UsageError(f'There is no driver "{choice.driver}"', todo=f"Choose one of {known}.")
    try:
        driver = import_module(f"hardware.{choice.driver}")
        return GuardedLine(lambda: driver.open_line(choice.port, choice.options, clock, log), clock, log)
    except Exception as error:
        # Whatever a driver, its library or the system raises here, the desk needs one sentence, and the transcript the rest.
        log("note", f"cannot be opened: {type(error).__name__}: {error}")
        wrong_settings = isinstance(error, ValueError)
        raise LineError(
            f"The line {choice.driver} cannot be opened: {error}",
            where=choice.port,
            todo="Correct [line] in settings.toml." if wrong_settings else _PLUGGED,
        ) from error


def open_sound(
    choice: LineChoice, pcm: Pcm | None, clock: Clock, log: Log, tones: Callable[[], bytes] = lambda: b""
) -> Sound:
    """Microphone and line sound. tones: for the ear alone. Raises LineError in plain words."""
    try:
        sound = import_module("hardware.sound")
        return cast("Sound", sound.open_sound(choice.sound, pcm, clock, log, tones))
    except Exception as error:
        log("note", f"no sound: {type(error).__name__}: {error}")
        raise LineError(
            f"The sound cannot be opened: {error}",
            todo="Is the headset plugged in? `fangxin line doctor` tries microphone and ear.",
        ) from error


def open_playback(ear: str, *, mono: bool) -> Playback:
    """An output for recordings, as [sound] in settings.toml names it, "" = the system's usual one. mono: both sides in both ears. Raises
    LineError in plain words."""
    try:
        return cast("Playback", import_module("hardware.playback").open_playback(ear, mono=mono))
    except Exception as error:
        raise LineError(
            f"There is nothing to play it on: {error}",
            todo="Plug a headset in; or write a plain file with --out, and delete it when it has been heard.",
        ) from error


def open_headset(clock: Clock, log: Log) -> Headset | None:
    """The headset's keys and lights; None where there is nothing to reach them with. Never fatal: the desk has keys of its own."""
    try:
        return cast("Headset", import_module("hardware.headset").open_headset(clock, log))
    except Exception as error:  # noqa: BLE001 — a headset that fails must not cost the line
        log("note", f"no headset keys: {type(error).__name__}: {error}")
        return None


def found() -> list[dict[str, str]]:
    """What is plugged in here, as `fangxin line list` shows it: driver, port, name, and what else the search knows. An error of the search
    is a line of its own, never fatal."""
    try:
        return [
            {key: str(value) for key, value in asdict(each).items() if value not in (None, "")}
            for each in import_module("hardware.find").find()
        ]
    except Exception as error:  # noqa: BLE001 — whatever the system's lists do to us
        return [{"driver": "", "port": "", "name": f"serial ports cannot be listed: {error}"}]


def sound_devices() -> list[str]:
    """The sound devices of this computer by the names that [sound] takes; none without a sound system."""
    try:
        return [str(device) for device in import_module("hardware.audio.portaudio").PortAudio().devices()]
    except Exception:  # noqa: BLE001 — no sound system is no error here
        return []


def build(begin: Begin, clock: Clock, log: Log) -> Bench:
    """The devices of a workplace, open. Raises LineError."""
    if begin.line.driver == REHEARSAL:
        room = Rehearsal(begin.residents, clock, begin.seed)
        return Bench(GuardedLine(lambda: room.line, clock, log), room.sound, room.practice, _ear(begin))
    ear = _ear(begin)  # before the devices: what fails after them leaves their threads running
    line = open_line(begin.line, clock, log)
    try:
        sound = open_sound(begin.line, line.pcm, clock, log, line.sounding)
        return Bench(line, sound, ear=ear, headset=open_headset(clock, log))
    except LineError:
        line.close()
        raise


def _ear(begin: Begin) -> Ear:
    """What listens to each call, with the announcements that are known here."""
    known = known_in(Path(begin.announcements)) if begin.announcements else []
    announcements = library(known, load_outcomes())
    return lambda call: Listener(call, announcements)


class _Stop:
    """Set by SIGTERM: end politely."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        # Ctrl+C in a terminal reaches the whole group: the desk hears it too, and ends the call through us.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _ask(self, _number: int, _frame: object) -> None:
        self.asked = True


def main() -> int:
    """Serve the desk at the other end of stdin and stdout; returns the exit code."""
    be_discreet()
    faulthandler.enable()
    source, sink = claim_pipes()
    stop, clock = _Stop(), SystemClock()
    transcripts: list[Transcript] = []

    def note(text: str) -> None:
        for each in transcripts:
            each.note("note", text)

    def built(begin: Begin) -> Bench:
        transcript = Transcript(Path(begin.transcript) if begin.transcript else None)
        transcripts.append(transcript)
        transcript.note(
            "note", f"line worker {__version__}: {begin.line.driver} {begin.line.port}, {sys.platform}"
        )
        return build(begin, clock, transcript.note)

    service = Service(Pipe(source, sink, note), built, clock, system_entropy, stop=lambda: stop.asked)
    try:
        return service.run()
    except Exception as error:
        # PortAudio's start closes stderr for a moment: what is printed then is lost.
        note(trace_of(error))
        raise
    finally:
        for each in transcripts:
            each.close()


if __name__ == "__main__":
    sys.exit(main())
