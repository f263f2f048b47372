"""Which sound devices are there right now, and which one a stream is really connected to: asked around PortAudio, whose list is frozen
and must not be renewed while a stream is open.

PulseAudio (and PipeWire in its place) is asked with pactl: it moves a stream silently to another source when its own vanishes. Windows is
asked through winmm (not tried on Windows). Elsewhere a child process lists what a fresh PortAudio sees.
"""

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from hardware.audio.devices import plain

_PATIENCE = 5.0  # seconds
_PAUSE = 30.0
"""Seconds in which a sound server that did not answer in time is not asked again: it would be asked for each device, and no device could be
opened meanwhile."""
_FRESH = 1.0  # seconds
_LIST = "import json, sounddevice; print(json.dumps([each['name'] for each in sounddevice.query_devices()]))"


def present() -> frozenset[str] | None:
    """Plain names of the devices that a fresh look finds; None when it cannot be known."""
    if sys.platform == "win32":
        return _windows()
    if getattr(sys, "frozen", False):
        return None  # the executable is Fangxin itself, no interpreter that would run _LIST
    try:
        said = _said(sys.executable, "-c", _LIST)
    except TimeoutError:
        return None
    return frozenset(plain(name) for name in json.loads(said)) if said else None


class Peers:
    """The sound server's view of this process's streams. Without PulseAudio, or while that hangs, nothing is known and nothing is claimed.
    pactl: asks it (words → what it says, "" = nothing); seconds: a monotonic clock."""

    def __init__(
        self, pactl: Callable[..., str] | None = None, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._pactl, self._seconds = pactl or _pactl, seconds
        self._again = self._looked = seconds()
        self._seen: Mapping[str, str] = {}
        self._waiting: list[Watched] = []
        self._known: set[Watched] = set()
        try:
            self._server = bool(self._pactl("info")) if pactl or sys.platform.startswith("linux") else False
        except TimeoutError:
            self._server = True  # it is there; it hangs
            self._again += _PAUSE

    def ours(self) -> Mapping[str, str]:
        """Stream → source or sink it is connected to, of this process: asked now."""
        if not self._server or self._seconds() < self._again:
            return {}
        try:
            listed = self._listed()
        except TimeoutError:
            self._again = self._seconds() + _PAUSE
            return {}
        self._seen, self._looked = _own(listed), self._seconds()
        return self._seen

    def watch(self, *, speaks: bool) -> "Watched":
        """The stream that was just opened, to be asked to whom it is connected."""
        watched = Watched(self, "sink_inputs" if speaks else "source_outputs")
        if self._server:
            self._waiting.append(watched)
            self._find(self.ours())
        return watched

    def peer(self, watched: "Watched") -> str:
        """To whom it is connected now; "" = not known."""
        seen = self._lately()
        if watched in self._waiting:
            self._find(seen)
        return seen.get(watched.listed, "")

    def forget(self, watched: "Watched") -> None:
        """It is closed."""
        self._known.discard(watched)
        if watched in self._waiting:
            self._waiting.remove(watched)

    def _find(self, seen: Mapping[str, str]) -> None:
        """Which of the listed are those that wait to be found. Not "what was not there before": a look may fail just when a device comes
        back, and whoever tried it first (alsa.py), or was closed, may still be listed. The newest are they, in the order of opening."""
        taken = {each.listed for each in self._known}
        for kind in {each.kind for each in self._waiting}:
            waiting = [each for each in self._waiting if each.kind == kind]
            new = sorted((each for each in seen if each.startswith(kind) and each not in taken), key=_number)
            if len(new) < len(waiting):
                continue
            for watched, listed in zip(waiting, new[-len(waiting) :], strict=True):
                watched.listed = listed
                self._waiting.remove(watched)
                self._known.add(watched)

    def _lately(self) -> Mapping[str, str]:
        """One look serves every stream that is asked for within a second: on a busy machine each costs a good part of one."""
        return self._seen if self._seconds() - self._looked < _FRESH else self.ours()

    def _listed(self) -> Mapping[str, list[dict[str, Any]]]:
        """Everything at once: each question starts a program."""
        try:
            found = json.loads(self._pactl("-f", "json", "list") or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Watched:
    """An open stream of ours and what the sound server lists it as ("" = not found yet)."""

    def __init__(self, peers: Peers, kind: str) -> None:
        self._peers, self.kind, self.listed = peers, kind, ""

    def whose(self) -> str:
        """To whom it is connected now; "" = not known (yet)."""
        return self._peers.peer(self)

    def closed(self) -> None:
        """Nobody asks for it any more."""
        self._peers.forget(self)


def _number(listed: str) -> int:
    return int(listed.rpartition(" ")[2])


def _own(listed: Mapping[str, list[dict[str, Any]]]) -> Mapping[str, str]:
    """Stream → source or sink, of this process."""
    found: dict[str, str] = {}
    for kind, end in (("source_outputs", "source"), ("sink_inputs", "sink")):
        names = {each["index"]: str(each["name"]) for each in listed.get(f"{end}s", ())}
        for each in listed.get(kind, ()):
            if each.get("properties", {}).get("application.process.id") == str(os.getpid()):
                found[f"{kind} {each['index']}"] = names.get(each[end], "")
    return found


def _pactl(*words: str) -> str:
    return _said("pactl", *words)


def _said(*words: str) -> str:
    """What a program says; "" = nothing. TimeoutError when it hangs."""
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
            # pactl up to 16.0 writes a decimal comma into its JSON where people do.
            env={**os.environ, "LC_ALL": "C"},
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{words[0]} does not answer") from error
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _windows() -> frozenset[str] | None:
    """winmm makes its list anew at every question. Names are cut after 31 characters, as in find(). Not tried on Windows."""
    library: Any = getattr(ctypes, "windll", None)
    if library is None:
        return None
    names = set()
    for count, caps in (
        ("waveInGetNumDevs", "waveInGetDevCapsW"),
        ("waveOutGetNumDevs", "waveOutGetDevCapsW"),
    ):
        for number in range(getattr(library.winmm, count)()):
            # WAVEINCAPSW and WAVEOUTCAPSW begin alike: two words, a version, then the name as 32 UTF-16 units.
            space = ctypes.create_string_buffer(96)
            if getattr(library.winmm, caps)(number, space, len(space)) == 0:
                names.add(plain(space.raw[8:72].decode("utf-16-le", "replace").split("\0")[0]))
    return frozenset(names)
