"""One round of sending in a process of its own, at low priority: `fangxin sync now --json`. Neither the window nor the desk waits for it,
it holds nobody's interpreter lock, and it may be killed at any moment: the next round goes on where it stopped."""

import subprocess
import threading
from dataclasses import dataclass

from app.canonical import decode
from app.errors import EvidenceError
from app.own_process import behind_flags, make_way, own_command, surroundings
from app.settings import Settings

_LIMIT = 20 * 60
"""Seconds after which a round is ended and begun again: a shift's recordings over a thin line."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a round went. waiting: sealed files still to go, −1 = not said. away: central was not reached. fault: a sentence; "" = it went
    through. word: central's code of a refusal."""

    waiting: int
    away: bool = False
    fault: str = ""
    word: str = ""


def round_command(settings: Settings, who: str, *, counts: bool = False) -> list[str]:
    """What starts a round, from source, installed, or frozen. who: the interviewer; "" = nobody is signed in, and no case is kept. counts:
    only the quota counts go."""
    caller = ["--counts"] if counts else ["--who", who] if who else ["--keep", "0"]
    return own_command("--data-dir", str(settings.data_dir), "sync", "now", "--json", *caller)


class RoundProcess:
    """Runs rounds, one at a time. run() blocks; stop() from another thread ends it at once."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stopped = settings, threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, who: str, *, counts: bool = False) -> Told:
        """One round, or only the quota counts. Never raises: what went wrong is told."""
        try:
            self._process = subprocess.Popen(
                round_command(self._settings, who, counts=counts),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**surroundings(), "FANGXIN_LANGUAGE": "en"},  # the window puts it into its own language
                creationflags=behind_flags(),
            )
        except OSError as error:
            return Told(-1, fault=f"{error.strerror or error}")
        make_way(self._process.pid)
        if self._stopped.is_set():
            self._process.kill()
        try:
            out, err = self._process.communicate(timeout=_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
            return Told(-1, away=True, fault="the round took too long")
        return read_round(self._process.returncode, out, err)

    def stop(self) -> None:
        """No further round; the running one is ended."""
        self._stopped.set()
        if self._process is not None:
            self._process.kill()


def read_round(code: int, out: bytes, err: bytes) -> Told:
    """What a round's process has said. code: its exit code."""
    said = err.decode(errors="replace").strip().splitlines()
    try:
        told = decode(out.strip())
        waiting = int(told["waiting"])
    except (EvidenceError, KeyError, TypeError, ValueError):
        return Told(-1, fault=said[-1].removeprefix("fangxin: ") if said else f"exit {code}")
    fault, word = (str(told.get(name, "")) for name in ("error", "word"))
    return Told(waiting, away=bool(fault) and not told.get("refused"), fault=fault, word=word)
